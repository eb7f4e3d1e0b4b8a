# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader does with a report: what one would approve, what went wrong, and what comes next, with the command for it.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES
from ansible_collections.azdo.connections.plugins.plugin_utils._report import cells
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import NOTHING_SAID, About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.command_line import command
from ansible_collections.azdo.connections.plugins.plugin_utils._results import wording as words
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import urgency
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import missing
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import (
    FAILED,
    UNFINISHED,
    fleet_numbers,
    issuer_retires,
    run_numbers,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import label, main_code, verdict_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    Result,
    Row,
    count,
    is_run,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import worklist

Place = tuple[str, ...] | None

# So many names stand in a sentence, and so many ids in a command.
_NAMED = 5
_IDS = 20
_WHAT = {
    "would_convert": "to workload identity federation",
    "would_revert": "back to their secrets",
    "would_migrate": "to the issuer of Microsoft Entra",
    "would_clean": "away from their old federated credentials",
}


@dataclass(frozen=True)
class Approval:
    """:param what: which connections, and where to. :param way: a sentence about how to do just that. :param command: for it; empty if there is none.

    :param not_seen: what nobody could look at; empty if all was seen.
    """

    what: str
    digest: str
    way: str
    command: str
    not_seen: str


@dataclass(frozen=True)
class Trouble:
    """Connections that ended in the same way."""

    status: str
    tone: str
    number: int
    names: str
    text: str


@dataclass(frozen=True)
class Step:
    """:param command: what does it, as one line for a shell; empty if none would do it in the right place."""

    sentence: str
    command: str


def approval(result: Result, about: About) -> Approval | None:
    """What somebody would agree to; None where there is nothing to agree to."""
    run = run_numbers(result)
    if not about.digest or not run.to_do:
        return None
    ways = [way for status, way in _WHAT.items() if run.by_status.get(status)]
    unseen = missing(result).unseen
    told = f"{count(len(unseen), 'thing')} could not be seen and {'is' if len(unseen) == 1 else 'are'} no part of it."
    moved = [row for row in result.get("connections") or () if row.get("status") in _WHAT]
    breaking = worklist({"connections": moved}).breaking
    besides = f", although pipelines of {breaking} of them break" if breaking else ""
    what = f"{count(run.to_do, 'service connection')} {' and '.join(ways)}{besides}"
    return Approval(what, about.digest, about.way, about.command, told if unseen else "")


def errors(result: Result) -> list[Trouble]:
    """What failed, was taken back or is not finished, the worst first; equal ones together."""
    told: dict[tuple[str, str], list[Row]] = {}
    rows = [row for row in result.get("connections") or () if row.get("status") in (*FAILED, *UNFINISHED)]
    for row in sorted(rows, key=urgency):
        told.setdefault((str(row["status"]), words.told(row)), []).append(row)
    return [
        Trouble(words.status_name(status), "bad" if status in FAILED else "warn", len(some), _names(some), text)
        for (status, text), some in told.items()
    ]


def _names(rows: t.Sequence[Row]) -> str:
    names = ", ".join(f"{printable(row.get('project'))} / {printable(row['name'])}" for row in rows[:_NAMED])
    return names + (f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else "")


def next_steps(result: Result, about: About = NOTHING_SAID) -> list[Step]:
    """What to do now, each with the command that does it, on the same hosts; nothing where nothing is to be done."""
    if not result.get("connections"):
        return []
    return _after_run(result, about.place) if is_run(result) else _after_report(result, about.place)


def _after_report(result: Result, place: Place) -> list[Step]:
    rows, fleet = result["connections"], fleet_numbers(result)
    able = fleet.verdicts[FEDERATION]["yes"]
    by_hand = [row for row in rows if verdict_of(row, FEDERATION).main_code == "manual_needs_federated_credential"]
    steps = _pipelines_first(result, place)
    if able:
        steps.append(
            _step(
                f"{count(able, 'connection')} can move to workload identity federation. Make a plan, which changes nothing:",
                place,
                "plan",
                fleet_plan_path="plan.json",
                fleet_report_path="plan.html",
            )
        )
    if 0 < len(by_hand) <= _IDS:
        steps.append(
            _step(
                f"{count(len(by_hand), 'manual connection')}: each needs a federated credential first. Who owns the application can add it, or a run with the "
                "rights to do so. Plan with them:",
                place,
                "plan",
                fleet_federated_credential="create",
                fleet_connections=_ids(by_hand),
                fleet_plan_path="manual-plan.json",
            )
        )
    if fleet.old_issuer:
        steps.append(
            _step(
                f"{count(fleet.old_issuer, 'connection')} with the issuer that retires on 2027-07-01. Plan the migration, for which there is no way back"
                f"{_ENTRA_FIRST if fleet.verdicts['entra_issuer']['not_as_this_caller'] else ''}:",
                place,
                "plan",
                fleet_to="entra_issuer",
                fleet_plan_path="issuer-plan.json",
            )
        )
    return steps


def _pipelines_first(result: Result, place: Place) -> list[Step]:
    """What would break is changed before anything is moved, or not moved at all."""
    found = worklist(result)
    if not found.breaking:
        return []
    return [
        _step(
            f"{count(found.breaking, 'connection')} with a pipeline that would break: change that first, as the list on this page says, and plan only what is "
            "ready until then:",
            place,
            "plan",
            fleet_readiness="require",
            fleet_plan_path="ready-plan.json",
        )
    ]


def _after_run(result: Result, place: Place) -> list[Step]:
    rows = result["connections"]
    moved = [row for row in rows if row.get("status") == "converted"]
    shared = [row for row in rows if row.get("status") == "skipped" and main_code(row) == "shared"]
    retiring = sum(issuer_retires({**row, **(row.get("after") or {})}) for row in moved)
    steps = []
    if moved:
        # A batch that is too large for a command is tested as what it has become.
        which: dict[str, t.Any] = (
            {"fleet_connections": _ids(moved)} if len(moved) <= _IDS else {"fleet_schemes": FEDERATION}
        )
        steps.append(_step("Test what was moved, now and once pipelines have run:", place, "verify", **which))
    if 0 < len(moved) <= _IDS:
        until = min((words.deadline(row) for row in moved if words.deadline(row)), default="")
        steps.append(
            _step(
                f"Take it back, if need be{f': until {until}' if until else ''}.",
                place,
                "revert",
                fleet_connections=_ids(moved),
            )
        )
    if retiring:
        steps.append(
            _step(
                f"{count(retiring, 'connection')} came out with the issuer that retires on 2027-07-01. Plan the migration:",
                place,
                "plan",
                fleet_to="entra_issuer",
                fleet_plan_path="issuer-plan.json",
            )
        )
    if shared:
        steps.append(
            _step(
                f"{count(len(shared), 'connection')} that other projects use, too: once their owners know, plan with them.",
                place,
                "plan",
                fleet_shared="include",
                fleet_plan_path="shared-plan.json",
            )
        )
    return steps


def _step(sentence: str, place: Place, entry: str, **variables: t.Any) -> Step:
    line = "" if place is None else command(entry, *place, **variables)
    return Step(
        sentence if line else f"{sentence.rstrip(':.')}, with azdo.connections.{entry} on the same hosts.", line
    )


_ENTRA_FIRST = "; sign in with Microsoft Entra first, such as with az login and auth_source azure_cli, because a personal access token is refused"


def _ids(rows: t.Sequence[Row]) -> list[str]:
    return [str(row["id"]) for row in rows]


@dataclass(frozen=True)
class Others:
    """What was seen and is no candidate for the same reason. :param members: ``{project, name, link}``."""

    label: str
    message: str
    members: tuple[dict[str, str], ...]


def no_candidates(result: Result) -> list[Others]:
    """What a run has seen and left out before it judged, the most frequent reason first."""
    found = (result.get("summary") or {}).get("not_selected") or {}
    summary = result.get("summary") or {}
    made = [
        Others(
            label(code),
            RULES[code].message if code in RULES else "",
            tuple(_member({"organization_url": summary.get("organization_url"), **item}) for item in items),
        )
        for code, items in found.items()
        if items
    ]
    return sorted(made, key=lambda others: (-len(others.members), others.label))


def _member(item: Row) -> dict[str, str]:
    cell = cells.connection(item)
    return {"project": cells.project(item).text, "name": cell.text, "link": cell.link}
