# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says at the top: one sentence, a few numbers, and what could not be seen.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import NO_NAMES
from ansible_collections.azdo.connections.plugins.plugin_utils._report.besides import besides
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import Entry
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of, place_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import (
    DONE,
    LEFT,
    PLANNED,
    FleetNumbers,
    RunNumbers,
    fleet_numbers,
    run_numbers,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import UNKNOWN, label
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    LEFT_ALONE,
    SERVICE_PRINCIPAL,
    Result,
    count,
    is_run,
    one_line,
    scheme_name,
    status_name,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import Worklist, worklist


@dataclass(frozen=True)
class Figure:
    """A number that is read first.

    :param tone: as that of a cell.
    """

    number: int
    label: str
    tone: str = ""


def how_many(listed: t.Iterable[Entry], key: str, *values: str) -> int:
    return sum(entry[key].plain in values for entry in listed)


def figures(result: Result) -> list[Figure]:
    return _run_figures(run_numbers(result)) if is_run(result) else _fleet_figures(fleet_numbers(result))


def _fleet_figures(fleet: FleetNumbers) -> list[Figure]:
    verdicts, old = fleet.verdicts[FEDERATION], fleet.old_issuer
    able, barred, unclear = verdicts["yes"], verdicts["not_as_this_caller"], verdicts["unknown"]
    found = [
        Figure(fleet.seen, "service connection" if fleet.seen == 1 else "service connections"),
        Figure(fleet.secrets, "with a secret or certificate", "warn" if fleet.secrets else "good"),
        Figure(able, "can move to workload identity", "good" if able else ""),
        Figure(old, "with the issuer that retires", "warn" if old else "good"),
    ]
    found += [Figure(barred, "could move, but not as this caller", "warn")] if barred else []
    return [*found, Figure(unclear, "could not be judged", "unknown")] if unclear else found


def _run_figures(run: RunNumbers) -> list[Figure]:
    planned = bool(run.to_do and not run.done)
    of_kind = [status for status in (PLANNED if planned else DONE) if run.by_status.get(status)]
    # One word for what was done, where it was one thing.
    did = status_name(of_kind[0]) if len(of_kind) == 1 else "would be moved" if planned else "moved"
    found = [Figure(run.to_do if planned else run.done, did, "good" if run.to_do or run.done else "")]
    if run.failed or not planned:
        found.append(Figure(run.failed, "failed or taken back", "bad" if run.failed else "good"))
    if run.open or not planned:
        found.append(Figure(run.open, "not finished or uncertain", "warn" if run.open else "good"))
    return [
        *found,
        Figure(run.left_alone, LEFT_ALONE),
        Figure(sum(run.not_candidates.values()), "no candidates"),
        Figure(run.secrets, "with a secret now" if planned else "still with a secret"),
    ]


def headline(result: Result, target: str = FEDERATION) -> str:
    """The report in one sentence; of a fleet of which not everything was seen, it does not claim to be about all.

    :param target: the one that a report of what there is asks about.
    """
    return _run_headline(result) if is_run(result) else _fleet_headline(result, target)


def _fleet_headline(result: Result, target: str) -> str:
    fleet, complete = fleet_numbers(result), is_complete(result)
    if not fleet.seen:
        return (
            "No service connection is there."
            if complete
            else "No service connection could be seen, and not everything could be read."
        )
    where, there, verdicts = _WHERE_TO[target], _THERE[target], fleet.verdicts[target]
    parts = [f"{verdicts['yes']} can {where}"]
    barred = verdicts["not_as_this_caller"]
    parts += [f"{barred} could {where}, but not as this caller"] if barred else []
    arrived = verdicts["already_there"]
    parts += [f"{arrived} {there[arrived != 1]}"] if arrived else []
    parts += [f"{verdicts['no']} cannot"] if verdicts["no"] else []
    parts += [f"{verdicts['unknown']} could not be judged"] if verdicts["unknown"] else []
    seen = f"{count(fleet.seen, 'service connection')}{'' if complete else ' that could be seen'}"
    return f"{seen}: {', '.join(parts)}."


_WHERE_TO = {
    FEDERATION: "move to workload identity federation",
    SERVICE_PRINCIPAL: "go back to their secret",
    "entra_issuer": "move to the Entra issuer",
}
_THERE = {
    FEDERATION: ("is there already", "are there already"),
    SERVICE_PRINCIPAL: ("has it still", "have it still"),
    "entra_issuer": ("is there already", "are there already"),
}


def _run_headline(result: Result) -> str:
    run, complete = run_numbers(result), is_complete(result)
    if not run.seen:
        return (
            "No service connection is there that could be selected."
            if complete
            else "No service connection could be seen, and not everything could be read."
        )
    seen = f"{count(run.seen, 'service connection')}{'' if complete else ' that could be seen'}"
    ranked = sorted(run.by_status, key=lambda status: (place_of(status), status))
    parts = [f"{run.by_status[status]} {status_name(status)}" for status in ranked if status not in LEFT]
    parts += [f"{run.left_alone} {LEFT_ALONE}"] if run.left_alone else []
    none = sum(run.not_candidates.values())
    if not parts:
        return f"Nothing to do: of {seen} none is a candidate."
    parts += [f"{none} no {'candidate' if none == 1 else 'candidates'}"] if none else []
    return f"{seen}: {', '.join(parts)}."


NO_CANDIDATES = "No candidates:"


def breakdown(result: Result, target: str = FEDERATION) -> list[str]:
    """The parts of the headline that need one more word, a sentence each."""
    if is_run(result):
        run = run_numbers(result)
        return [
            *([f"{LEFT_ALONE.capitalize()}: {labelled(run.left)}."] if run.left else []),
            *([f"{NO_CANDIDATES} {labelled(run.not_candidates)}."] if run.not_candidates else []),
        ]
    fleet = fleet_numbers(result)
    schemes = ", ".join(f"{number} {scheme_name(scheme)}" for scheme, number in fleet.by_scheme.items())
    lines = [f"They sign in with: {schemes}."] if schemes else []
    blocked = fleet.blocked[target]
    lines += [f"What stands in the way: {labelled(blocked)}."] if blocked else []
    lines += [told] if target == FEDERATION and (told := pipelines_told(worklist(result))) else []
    if target == FEDERATION and fleet.verdicts[target]["yes"]:
        lines.append("A plan also looks at secrets and running pipelines, and may leave some of them out.")
    return [*lines, *besides(result)]


PIPELINE_VERDICTS = {
    "not_supported": "with a task that no version supports",
    "update_task": "with a task to update",
    "reads_secret": "whose secret a script reads",
    "unknown": "that nobody can judge",
    "ready": "ready",
    "unused": "that no pipeline uses",
}


def pipelines_told(found: Worklist) -> str:
    """What a conversion means for the pipelines of all connections, in one sentence; empty if nobody has looked at them."""
    if not found.asked:
        return ""
    unlooked = {"ready": f" ({found.unlooked} with scripts that nobody has looked at)"} if found.unlooked else {}
    parts = [
        f"{number} {PIPELINE_VERDICTS.get(verdict, verdict)}{unlooked.get(verdict, '')}"
        for verdict, number in found.verdicts.items()
    ]
    return f"Pipelines of {count(sum(found.verdicts.values()), 'service connection')}: {', '.join(parts)}."


def labelled(codes: t.Mapping[str, int]) -> str:
    """Such as: 2 shared with other projects, 1 disabled."""
    return ", ".join(f"{number} {label(code)}" for code, number in codes.items())


def is_complete(result: Result) -> bool:
    """Whether there is nothing that the report does not show; what may be missing is missing all the same."""
    coverage = coverage_of(result)
    seen = bool(coverage.get("complete")) and not coverage.get("allowed")
    return seen and not result.get("problems") and "connections" in result


def notes(result: Result) -> list[str]:
    """Return what a run tells beside its rows."""
    summary = result.get("summary") or {}
    lines = [
        f"Not ready: {printable(item.get('project'))} / {printable(item.get('name'))} "
        f"({printable(str(item.get('state')).replace('_', ' '))})."
        for item in summary.get("unsettled") or []
    ]
    seconds = round(summary.get("seconds_held_back") or 0)
    if seconds:
        lines.append(f"Azure DevOps held the requests back for {count(seconds, 'second')}.")
    if summary.get("not_checked"):
        lines.append(one_line(summary["not_checked"]))
    return lines


def gaps(listed: t.Sequence[Entry], *, run: bool, names: t.Mapping[str, str] = NO_NAMES) -> list[str]:
    """Return what is not known about connections that were seen: no warning can come from there. :param names: what the door calls its options."""
    lines = []
    questions = (
        ("secret_expires", "when the secret expires", "identity", SERVICE_PRINCIPAL),
        ("last_used", "when it was last used", "usage", ""),
    )
    for column, what, include, scheme in questions[:1] if run else questions:
        concerned = [entry for entry in listed if not scheme or entry["scheme"].plain == scheme]
        unknown = how_many(concerned, column, UNKNOWN)
        if unknown:
            lines.append(f"Of {count(unknown, 'connection')} it is not known {what}.")
        elif concerned and not run and not any(entry[column].text for entry in concerned):
            lines.append(f"It was not asked {what}: add {include} to {names.get('include', 'the option include')}.")
    unclear = how_many(listed, "issuer", UNKNOWN)
    return [*lines, f"Of {count(unclear, 'connection')} it is not known which issuer is used."] if unclear else lines


def default_title(listed: t.Sequence[Entry], result: Result, *, run: bool) -> str:
    names = sorted({entry["organization"].text for entry in listed if entry["organization"].text})
    of = f" of {names[0]}" if len(names) == 1 else f" of {len(names)} organizations" if names else ""
    if not run:
        return f"Service connections{of}"
    planned = how_many(listed, "status", *PLANNED, "would_attempt", "would_wait")
    what = {FEDERATION: "conversion", SERVICE_PRINCIPAL: "revert", "entra_issuer": "migration to the Entra issuer"}
    word = what.get((result.get("summary") or {}).get("to") or _target(listed), "change")
    return f"{'Planned ' + word if planned else word.capitalize()} of service connections{of}"


def _target(listed: t.Sequence[Entry]) -> str:
    targets = {entry["target"].plain for entry in listed}
    return targets.pop() if len(targets) == 1 else ""
