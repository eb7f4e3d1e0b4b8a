# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads about a fleet on a screen of 80 columns: everything, a line for each connection, or in short, equal ones together.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import RESULTS, Verification
from ansible_collections.azdo.connections.plugins.module_utils._rules.readiness import BREAKS
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal_names import (
    NAME_CELLS,
    by_project,
    few,
    more,
    name_of,
    names_in_short,
    project_of,
    told_apart,
    where_all_are,
    with_reasons,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._render.text_table import Group, folded, table
from ansible_collections.azdo.connections.plugins.plugin_utils._render.worklist_text import worklist_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._report.headline import (
    NO_CANDIDATES,
    breakdown,
    headline,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.terraform_steps import sentences, state_work
from ansible_collections.azdo.connections.plugins.plugin_utils._results import wording as words
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of, place_of, urgency
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import allowed_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import LEFT, UNFINISHED
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import label, main_code, verdict_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    EXPLAINED,
    FEDERATION,
    LEFT_ALONE,
    Result,
    Row,
    count,
    one_line,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import uses_of

# Not in capital letters: it is no fault, because somebody said that it may be so.
NOT_READ_ALLOWED = "not read, allowed:"
_NOT_MEANT = "These hosts are not meant: the projects and connections that were named leave them out."


def fleet_lines(result: Result, to: str = FEDERATION, limit: int = 200, *, short: bool = False) -> list[str]:
    """What there is: at most limit connections by project, then the numbers and what could not be seen.

    :param to: one of TARGETS; the last column says whether the connection can go there. :param short: numbers first, and no more than the names.
    """
    if nothing := _nothing(result):
        return [nothing]
    rows = told_apart(result["connections"])
    numbers = [*folded(headline(result, to)), *_folded(breakdown(result, to))]
    if short:
        able = [row for row in rows if verdict_of(row, to).kind == "yes"]
        title = f"{words.TARGETS[to][0].capitalize()}:"
        return [
            *numbers,
            *names_in_short(title, able, where_all_are(rows, limit)),
            *_coverage_lines(result, short=True),
        ]
    shown = _most_important(rows, limit, lambda row: 0 if row.get("state") == "failed" else 1)
    lines = table(
        ("CONNECTION", "SCHEME", "ISSUER", words.TARGETS[to][0]),
        _grouped(shown, lambda row: (name_of(row), words.scheme(row), words.issuer(row), words.eligibility(row, to))),
        (NAME_CELLS, 17, 12),
    )
    return [*(lines if shown else []), *_left_out(rows, shown), *_apart(shown), *numbers, *_coverage_lines(result)]


def conversion_lines(result: Result, limit: int = 200, *, short: bool = False) -> list[str]:
    """What a run did or would do: at most limit connections by project, then the numbers, failures explained, and what could not be seen.

    :param short: numbers first, then equal ones together.
    """
    if nothing := _nothing(result):
        return [nothing]
    rows = told_apart(result["connections"])
    numbers = folded(headline(result))
    end = [
        *_explanations(rows),
        *_pipelines(rows, short=short),
        *_terraform(result, short=short),
        *_notes(result, short=short),
        *_coverage_lines(result, short=short),
    ]
    if short:
        others = [sentence for sentence in breakdown(result) if sentence.startswith(NO_CANDIDATES)]
        return [
            *numbers,
            *_moved(rows, where_all_are(rows, limit)),
            *_left(rows),
            *_apart(others),
            *_folded(others),
            *end,
        ]
    shown = _most_important(rows, limit, urgency)
    lines = table(
        ("CONNECTION", "SCHEME", "STATUS", "WHY"),
        _grouped(
            shown, lambda row: (name_of(row), words.scheme_now(row), words.status_name(row["status"]), words.why(row))
        ),
        (NAME_CELLS, 17, 18),
    )
    remedies = _folded(f"{code}: {remedy}" for code, remedy in sorted(_remedies(rows).items()))
    return [
        *(lines if shown else []),
        *_left_out(rows, shown),
        *_apart(shown and remedies),
        *remedies,
        *_apart(shown),
        *numbers,
        *_folded(breakdown(result)),
        *end,
    ]


def readiness_lines(result: Result, limit: int = 200, *, short: bool = False) -> list[str]:
    """What has to be changed in pipelines first, and what could not be seen. :param short: the first things only."""
    if nothing := _nothing(result):
        return [nothing]
    # Where no connection is, nobody has looked at a pipeline.
    return [
        *(worklist_lines(result, limit, short=short) or folded(headline(result))),
        *_coverage_lines(result, short=short),
    ]


def total_lines(result: Result) -> list[str]:
    """The numbers of all waves together."""
    return [*folded(headline(result), "  ", "All waves: "), *_folded(breakdown(result), "  ")]


# Tests that prove that something is wrong, or that nothing is known: neither may pass for "it works".
_NO_FAULT = ("ok", "not_testable")


def verdict_on_tests(result: Result, limit: int = 200, *, short: bool = False) -> dict[str, t.Any]:
    """The tests of a fleet. Shape: ``{failed: [id], why, lines}``; of too many, those that failed are first in line for a place.

    :param short: only those that failed.
    """
    if "connections" not in result:
        return {"failed": [], "why": words.failure(result), "lines": [words.failure(result)]}
    rows = told_apart(result["connections"])
    failed = [row for row in rows if _outcome(row) not in _NO_FAULT]
    told = failed if short else rows
    shown = _most_important(
        told, min(limit, EXPLAINED) if short else limit, lambda row: int(_outcome(row) in _NO_FAULT)
    )
    # With -v those that failed are the first in line.
    hidden = more(told, shown, where_all_are(failed, limit)) if short else _left_out(told, shown)
    lines = table(
        ("CONNECTION", "SCHEME", "TEST", "WHY"),
        _grouped(shown, lambda row: (name_of(row), words.scheme(row), _outcome(row).replace("_", " "), _message(row))),
        (NAME_CELLS, 17, 18),
    )
    untested = sum(_outcome(row) == "not_testable" for row in rows)
    tested = f"{count(len(rows), 'service connection')} tested"
    sentence = (
        f"{tested}, {len(failed)} cannot be seen to sign in." if failed or not rows else f"{tested}: all can sign in."
    )
    aside = [f"{untested} of them cannot be tested by Azure DevOps."] if untested else []
    if untested and not failed:
        sentence = f"{tested}: none is seen to fail."
    return {
        "failed": [row["id"] for row in failed],
        "why": sentence if failed else "",
        "lines": [
            *(lines if shown else []),
            *hidden,
            *_test_remedies(failed),
            *_since_conversion(rows, short=short),
            *_apart(shown),
            sentence,
            *aside,
            *_coverage_lines(result, short=short),
        ],
    }


def _nothing(result: Result) -> str:
    """Why there is nothing to tell, or an empty text."""
    if "connections" not in result:
        return words.failure(result)
    return _NOT_MEANT if _of_no_host(result) else ""


def _apart(shown: t.Collection[t.Any]) -> list[str]:
    return [""] if shown else []


def _grouped(rows: t.Sequence[Row], cells: t.Callable[[Row], t.Sequence[object]]) -> list[Group]:
    return [Group(project, [cells(row) for row in some]) for project, some in by_project(rows).items()]


def _folded(sentences: t.Iterable[str], indent: str = "") -> list[str]:
    return [line for text in sentences for line in folded(printable(text), f"{indent}  ", indent)]


def _moved(rows: t.Sequence[Row], where: str) -> list[str]:
    """Everything that is not left alone, by status."""
    lines = []
    for status in sorted({row["status"] for row in rows} - set(LEFT), key=lambda text: (place_of(text), text)):
        some = [row for row in rows if row["status"] == status]
        name = words.status_name(status)
        until = {words.deadline(row) for row in some if status == "converted"} - {""}
        way_back = f", way back until {min(until)}" if until else ""
        lines += names_in_short(f"{name[0].upper()}{name[1:]} ({len(some)}{way_back}):", some, where)
    return lines


def _left(rows: t.Sequence[Row]) -> list[str]:
    """What is left alone, by reason, with what to do."""
    some = [row for row in rows if row["status"] in LEFT]
    if not some:
        return []
    lines = ["", f"{LEFT_ALONE.capitalize()} ({len(some)}):"]
    remedies = _remedies(some)
    by_code: dict[str, list[Row]] = {}
    for row in some:
        by_code.setdefault(main_code(row), []).append(row)
    for code, these in sorted(by_code.items(), key=lambda item: (-len(item[1]), item[0])):
        names = few([f"{project_of(row)} / {name_of(row)}" for row in these])
        lines += folded(f"{label(code)}: {names}", "      ", f"  {len(these)} ")
        lines += folded(remedies.get(code, ""), "      ")
    return lines


def _remedies(rows: t.Iterable[Row]) -> dict[str, str]:
    """What to do about each reason that keeps a connection from being moved, in the words of the door that was used; not about what is done."""
    return {
        str(reason["code"]): one_line(reason["remedy"])
        for row in rows
        if not words.is_done(row)
        for reason in row.get("reasons") or []
        if reason.get("remedy") and reason.get("effect") != "informs"
    }


def _test_remedies(failed: t.Sequence[Row]) -> list[str]:
    """What to do about the tests that failed, each remedy once; a result of which nothing is known has none."""
    found: dict[str, str] = {}
    for row in failed:
        result = _outcome(row)
        if result in RESULTS:
            remedy = Verification(
                result=result, message=str((row.get("verification") or {}).get("message") or "")
            ).remedy
            found.setdefault(remedy, result)
    lines = sorted(f"{result.replace('_', ' ')}: {remedy}" for remedy, result in found.items() if remedy)
    return ["", *_folded(lines)] if lines else []


def _since_conversion(rows: t.Sequence[Row], *, short: bool) -> list[str]:
    """The pipelines whose first run since the conversion of a connection failed: what happened since, not why."""
    told = [
        (
            f"{project_of(row)} / {name_of(row)}",
            one_line(f"{run.get('name')}, in its first run since the conversion, on {run.get('ended')}."),
        )
        for row in rows
        for run in (row.get("usage") or {}).get("runs_since_conversion") or ()
        if run.get("result") == "failed"
    ]
    return ["", *_folded(with_reasons("FAILED SINCE", told, short=short))] if told else []


def _outcome(row: Row) -> str:
    return str((row.get("verification") or {}).get("result") or "unknown")


def _message(row: Row) -> str:
    return "" if _outcome(row) == "ok" else one_line((row.get("verification") or {}).get("message") or "")


def _most_important(rows: t.Sequence[Row], limit: int, rank: t.Callable[[Row], int]) -> list[Row]:
    """At most limit rows, those of low rank first in line for a place, in the order in which they came."""
    if len(rows) <= limit:
        return list(rows)
    chosen = sorted(range(len(rows)), key=lambda index: (rank(rows[index]), index))[:limit]
    return [rows[index] for index in sorted(chosen)]


def _left_out(rows: t.Sequence[Row], shown: t.Sequence[Row]) -> list[str]:
    hidden = len(rows) - len(shown)
    return [f"... and {hidden} more that are not shown here."] if hidden else []


def _explanations(rows: t.Sequence[Row]) -> list[str]:
    """What each row that failed, was taken back or has not finished says; those that say the same together."""
    told: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["status"] in ("failed", "rolled_back", *UNFINISHED):
            told.setdefault((row["status"], words.told(row)), []).append(row)
    lines: list[str] = []
    for (status, text), some in list(told.items())[:EXPLAINED]:
        names = few([f"{project_of(row)} / {name_of(row)}" for row in some])
        lines += folded(f"{names}: {text}", "  ", f"{words.status_name(status).upper()} ")
    if len(told) > EXPLAINED:
        lines.append(f"... and {len(told) - EXPLAINED} more.")
    return ["", *lines] if lines else []


def _pipelines(rows: t.Sequence[Row], *, short: bool) -> list[str]:
    """What is moved, or would be, although a pipeline breaks; and what keeps others from being moved, with what to change."""
    broken = [
        (f"{project_of(row)} / {name_of(row)}", _broken(row), row["status"] in LEFT) for row in rows if _broken(row)
    ]
    lines = with_reasons("PIPELINES BREAK", [(name, said) for name, said, left in broken if not left], short=short)
    lines += with_reasons("CHANGE FIRST", [(name, said) for name, said, left in broken if left], short=short)
    unknown = sum(row["status"] not in LEFT and not _broken(row) and bool(uses_of(row)) for row in rows)
    if unknown:
        lines.append(
            f"Of {count(unknown, 'connection')} nobody can tell whether pipelines go on working: azdo.connections.readiness says why."
        )
    return ["", *_folded(lines)] if lines else []


def _terraform(result: Result, *, short: bool) -> list[str]:
    """What a person has to do at each state of Terraform, with the lifecycle block as it is pasted."""
    lines: list[str] = []
    for work in state_work(result):
        first, *below = sentences(work, short=short)
        lines += ["", *_folded([first]), *_folded(below, "  ")]
        lines += [f"       {line}" for line in work.configuration]
    return lines


def _broken(row: Row) -> str:
    """The pipelines that break, each once, with what would do."""
    found = dict.fromkeys(
        f"{use.get('name')}: {use.get('why')}{f' Use {instead}.' if (instead := use.get('use_instead')) else ''}"
        for use in uses_of(row)
        if use.get("verdict") in BREAKS
    )
    return one_line(" ".join(found))


def _of_no_host(result: Result) -> bool:
    """Whether the merged result is that of no host at all."""
    return (result.get("summary") or {}).get("hosts") == 0 and not result.get("problems")


def _notes(result: Result, *, short: bool) -> list[str]:
    summary = result.get("summary") or {}
    lines = with_reasons(
        "NOT READY",
        [
            (f"{printable(item.get('project'))} / {printable(item.get('name'))}", words.state(item))
            for item in summary.get("unsettled") or []
        ],
        short=short,
    )
    seconds = round(summary.get("seconds_held_back") or 0)
    if seconds:
        lines.append(f"Azure DevOps held the requests back for {count(seconds, 'second')}.")
    return _folded(lines)


def _with_why(unread: t.Iterable[Result]) -> list[tuple[str, str]]:
    return [(printable(item.get("project")), one_line(item.get("reason"))) for item in unread]


def _coverage_lines(result: Result, *, short: bool = False) -> list[str]:
    coverage = coverage_of(result)
    allowed = allowed_of(coverage.get("allowed") or ())
    unread = [*_with_why(coverage.get("unread") or ())]
    unread += [(item["host"], item["message"]) for item in result.get("problems") or []]
    lines = with_reasons("NOT READ", unread, short=short)
    lines += with_reasons(NOT_READ_ALLOWED, _with_why(allowed.unread), short=short)
    partial, empty = coverage.get("partial") or [], coverage.get("empty") or []
    for some, may in ((partial, ""), (allowed.partial, ", which is allowed")):
        if some:
            what = f"could be read only in part{may}: the caller lacks permission to view them."
            lines.append(f"{count(len(some), 'connection')} {what}")
    if empty:
        names = ", ".join(printable(name) for name in empty[:EXPLAINED]) + (", ..." if len(empty) > EXPLAINED else "")
        lines.append(f"No connection is visible in {names}: none there, or the caller may not see them.")
    if not coverage.get("complete") and not lines:
        lines.append("Not everything could be seen.")
    return _folded(lines)
