# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads about a fleet: results as lines of text.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import RESULTS, Verification
from ansible_collections.azdo.connections.plugins.plugin_utils._render.text_table import table
from ansible_collections.azdo.connections.plugins.plugin_utils._report import wording as words
from ansible_collections.azdo.connections.plugins.plugin_utils._report.merge import (
    UNFINISHED,
    coverage_of,
    tally,
    urgency,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import (
    EXPLAINED,
    FEDERATION,
    Result,
    Row,
    count,
    one_line,
)

_NOT_MEANT = "These hosts are not meant: the projects and connections that were named leave them out."


def fleet_lines(result: Result, to: str = FEDERATION, limit: int = 200) -> list[str]:
    """Return the report of a fleet: a table of at most limit rows, what there is of which kind, what could not be seen.

    :param to: one of TARGETS; the last column says whether the connection can go there.
    """
    if "connections" not in result:
        return [words.failure(result)]
    if _of_no_host(result):
        return [_NOT_MEANT]
    heading, question = words.TARGETS[to]
    rows = result["connections"]
    shown = _most_important(rows, limit, lambda row: 0 if row.get("state") == "failed" else 1)
    lines = table(
        ("PROJECT", "CONNECTION", "SCHEME", "ISSUER", "STATE", heading),
        [
            (
                words.project(row),
                row["name"],
                words.scheme(row),
                words.issuer(row),
                words.state(row),
                words.eligibility(row, to),
            )
            for row in shown
        ],
        (words.PROJECT_CELLS, words.CONNECTION_CELLS, 0, 0, 0, words.REASON_CELLS),
    )
    able = sum(1 for row in rows if words.is_eligible(row, to))
    return [
        *(lines if shown else []),
        *_left_out(rows, shown),
        "",
        f"{count(len(rows), 'service connection')}{_in_projects(result)}{_listing(_by_scheme(rows))}.",
        f"{able} {question}." if able or _is_complete(result) else f"Of those that could be seen, {able} {question}.",
        *_coverage_lines(result),
    ]


def conversion_lines(result: Result, limit: int = 200) -> list[str]:
    """Return the report of a conversion or of its plan: a table of at most limit rows, failures explained, counts."""
    if "connections" not in result:
        return [words.failure(result)]
    if _of_no_host(result):
        return [_NOT_MEANT]
    rows = result["connections"]
    shown = _most_important(rows, limit, urgency)
    lines = table(
        ("PROJECT", "CONNECTION", "SCHEME", "STATUS", "WHY"),
        [
            (words.project(row), row["name"], words.scheme_now(row), words.status_name(row["status"]), words.why(row))
            for row in shown
        ],
        (words.PROJECT_CELLS, words.CONNECTION_CELLS, 0, 0, words.REASON_CELLS),
    )
    return [
        *(lines if shown else []),
        *_left_out(rows, shown),
        *_explanations(rows),
        *([""] if shown else []),
        _run_sentence(result),
        *_notes(result),
        *_coverage_lines(result),
    ]


# Tests that prove that something is wrong, or that nothing is known: neither may pass for "it works".
_NO_FAULT = ("ok", "not_testable")


def verdict_on_tests(result: Result, limit: int = 200) -> dict[str, t.Any]:
    """The tests of a fleet. Shape: ``{failed: [id], why, lines}``; the table has those that failed first in line for a place."""
    if "connections" not in result:
        return {"failed": [], "why": words.failure(result), "lines": [words.failure(result)]}
    rows = result["connections"]
    failed = [row for row in rows if _outcome(row) not in _NO_FAULT]
    shown = _most_important(rows, limit, lambda row: int(_outcome(row) in _NO_FAULT))
    lines = table(
        ("PROJECT", "CONNECTION", "SCHEME", "TEST", "WHY"),
        [
            (words.project(row), row["name"], words.scheme(row), _outcome(row).replace("_", " "), _message(row))
            for row in shown
        ],
        (words.PROJECT_CELLS, words.CONNECTION_CELLS, 0, 0, words.REASON_CELLS),
    )
    sentence = f"{count(len(rows), 'service connection')} tested, {len(failed)} cannot be seen to sign in."
    return {
        "failed": [row["id"] for row in failed],
        "why": sentence if failed else "",
        "lines": [
            *(lines if shown else []),
            *_left_out(rows, shown),
            *_test_remedies(failed),
            "",
            sentence,
            *_coverage_lines(result),
        ],
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
    lines = [f"{result.replace('_', ' ')}: {remedy}" for remedy, result in found.items() if remedy]
    return ["", *sorted(lines)] if lines else []


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
    """What each row that failed or has not finished says, and once per reason code what to do about it."""
    bad = [row for row in rows if row["status"] in ("failed", *UNFINISHED)]
    lines = [f"{words.status_name(row['status']).upper()} {words.told(row)}" for row in bad[:EXPLAINED]]
    if len(bad) > EXPLAINED:
        lines.append(f"... and {len(bad) - EXPLAINED} more.")
    remedies = {
        str(reason["code"]): one_line(reason["remedy"])
        for row in rows
        for reason in row.get("reasons") or []
        if reason.get("remedy") and reason.get("effect") != "informs"
    }
    lines += [f"{code}: {remedies[code]}" for code in sorted(remedies)]
    return ["", *lines] if lines else []


def _of_no_host(result: Result) -> bool:
    """Whether the merged result is that of no host at all."""
    return (result.get("summary") or {}).get("hosts") == 0 and not result.get("problems")


def _run_sentence(result: Result) -> str:
    rows = result["connections"]
    seen = (result.get("summary") or {}).get("seen")
    of = f" of {count(seen, 'service connection')}" if seen is not None else ""
    if rows:
        counts = [f"{number} {words.status_name(status)}" for status, number in sorted(tally(rows, "status").items())]
        return f"{len(rows)}{of or ' service connections'} selected: {', '.join(counts)}."
    if _is_complete(result):
        return f"Nothing to do: none{of or ' of the service connections'} is a candidate."
    return f"Nothing was selected{of}, but not everything could be seen."


def _is_complete(result: Result) -> bool:
    return bool(coverage_of(result).get("complete"))


def _notes(result: Result) -> list[str]:
    summary = result.get("summary") or {}
    lines = [
        f"NOT READY {printable(item.get('project'))} / {printable(item.get('name'))}: {words.state(item)}"
        for item in summary.get("unsettled") or []
    ]
    seconds = round(summary.get("seconds_held_back") or 0)
    if seconds:
        lines.append(f"Azure DevOps held the requests back for {count(seconds, 'second')}.")
    return lines


def _coverage_lines(result: Result) -> list[str]:
    coverage = coverage_of(result)
    lines = [
        f"NOT READ {printable(item.get('project'))}: {one_line(item.get('reason'))}"
        for item in coverage.get("unread") or []
    ]
    lines += [f"NOT READ {item['host']}: {item['message']}" for item in result.get("problems") or []]
    partial, empty = coverage.get("partial") or [], coverage.get("empty") or []
    if partial:
        lines.append(
            f"{count(len(partial), 'connection')} could be read only in part: the caller lacks permission to view them."
        )
    if empty:
        names = ", ".join(printable(name) for name in empty[:EXPLAINED]) + (", ..." if len(empty) > EXPLAINED else "")
        lines.append(f"No connection is visible in {names}: none there, or the caller may not see them.")
    if not coverage.get("complete") and not lines:
        lines.append("Not everything could be seen.")
    return lines


def _in_projects(result: Result) -> str:
    projects = coverage_of(result).get("projects")
    return f" in {count(projects, 'project')}" if isinstance(projects, int) else ""


def _by_scheme(rows: t.Sequence[Row]) -> list[str]:
    ranking = sorted(tally(rows, "scheme").items(), key=lambda item: (-item[1], item[0]))
    return [f"{number} {words.scheme_name(scheme)}" for scheme, number in ranking]


def _listing(parts: t.Sequence[str]) -> str:
    return f": {', '.join(parts)}" if parts else ""
