# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells about each connection: the rows, the diff, the warnings and the failure of azdo_arm_connection_convert.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, UnreadError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ENTRA_ISSUER, WIF, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Outcome
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason
from ansible_collections.azdo.connections.plugins.module_utils._rules.rollback import Rollback, rollback_of_converted
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time


class RolloutError(AzdoError):
    """Some connections failed; the rows say which and why."""

    code = "connections_failed"


class UnfinishedError(AzdoError):
    """Nothing failed, and not everything is done: the service has not confirmed it, or a person has something to do."""

    code = "unfinished"


# What went wrong. What was taken back has failed as well.
FAILED = ("failed", "rolled_back")
# What is neither done nor failed: not confirmed, or refused until a person has done something. It fails the task, too.
UNFINISHED = ("waiting", "needs_person")


@dataclass(frozen=True)
class Row:
    """A planned row and how it ended; without an outcome it is only a forecast."""

    planned: PlannedRow
    outcome: Outcome | None = None

    @property
    def status(self) -> str:
        return self.outcome.status if self.outcome else self.planned.forecast

    @property
    def changed(self) -> bool:
        return self.outcome.changed if self.outcome else self.planned.would_change

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.planned.connection.owner.name} / {self.planned.connection.name}"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        if self.outcome and self.outcome.reasons is not None:
            return self.outcome.reasons
        return self.planned.assessment.reasons

    def to_result(self, now: datetime) -> Json:
        """The documented shape of one of the ``connections``."""
        before, facts = self.planned.connection, self.planned.assessment.facts or Facts()
        outcome = self.outcome or Outcome(status=self.status)
        shown = before.to_result(now)
        way_back = self._rollback(now)
        hand_off = outcome.hand_off if self.outcome else self.planned.assessment.hand_off
        return {
            **{key: shown[key] for key in ("id", "name", "project", "project_id", "projects", "created_by")},
            "target": self.planned.assessment.target,
            "status": self.status,
            "reasons": [reason.to_result() for reason in self.reasons],
            "error": outcome.error.to_failure() if outcome.error else None,
            "rollback": way_back.state,
            "rollback_reason": way_back.why,
            "revert_deadline": format_time((outcome.after or before).revert_deadline),
            "last_used": format_time(facts.use.last_used) if facts.use else None,
            "never_used": facts.use.never_used if facts.use else None,
            "before": before.federation_result(),
            "after": outcome.after.federation_result() if outcome.after else None,
            "verification": {
                "before": facts.tested.to_result() if facts.tested else None,
                "after": outcome.tested.to_result() if outcome.tested else None,
            },
            "hand_off": hand_off.to_result() if hand_off else None,
            "notes": list(outcome.notes),
        }

    def _rollback(self, now: datetime) -> Rollback:
        """From what is planned; once it is federated, from its deadline."""
        after = self.outcome.after if self.outcome else None
        if after is None or after.scheme != WIF or self.planned.assessment.target != WIF:
            return self.planned.assessment.rollback
        offered = rollback_of_converted(after, Facts(), now)
        doubtful = offered.state == "impossible" or after.revert_window(now) == "unknown"
        return offered if doubtful else self.planned.assessment.rollback


def diff(rows: t.Sequence[Json]) -> Json:
    """What changed, or would, as text that a person reads. Shape of Ansible's diff: ``{before, after}``."""
    moved = [
        row
        for row in rows
        if (row["status"].startswith("would_") and row["status"] not in ("would_wait", "would_need_person"))
        or row["status"] == "cleaned"
        or (row["after"] and row["after"] != row["before"] and row["status"] not in ("unchanged", "skipped"))
    ]
    ways = [_ways(row) for row in moved]
    return {
        side: "".join(_line(row, way[index]) for row, way in zip(moved, ways, strict=True))
        for index, side in enumerate(("before", "after"))
    }


def _ways(row: Json) -> tuple[str, str]:
    """How it signs in before and after: the scheme, or the kind of issuer where only that changes."""
    before, after = row["before"], row["after"]
    if row["status"] in ("cleaned", "would_clean"):
        return "old federated credential", "none"
    if after is None and row["target"] == ENTRA_ISSUER:
        return f"{before['issuer_kind']} issuer", "entra issuer"
    if after is None:
        return before["scheme"], row["target"]
    if after["scheme"] == before["scheme"]:
        return f"{before['issuer_kind']} issuer", f"{after['issuer_kind']} issuer"
    return before["scheme"], after["scheme"]


def _line(row: Json, scheme: str) -> str:
    return f"{row['project']} / {row['name']} ({row['id']}): {scheme}\n"


def _gathered(notes: t.Iterable[tuple[str, str]]) -> list[str]:
    """One sentence for all that say the same, with the first names."""
    by_text: dict[str, list[str]] = {}
    for name, text in notes:
        by_text.setdefault(text, []).append(name)
    return [
        f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}: {text}"
        for text, names in sorted(by_text.items())
    ]


def warnings(
    rows: t.Sequence[Json], notes: t.Iterable[tuple[str, str]], *, complete: bool, selected_by_name: bool
) -> list[str]:
    """What a person should know although the task succeeded.

    :param notes: what connections have to say about themselves: name and sentence.
    """
    found = _gathered(notes)
    if not rows and not selected_by_name and not complete:
        found.append(
            "No connection was selected, but not everything could be seen: look at summary.coverage before calling it done."
        )
    for code in ("caller_not_user", "server_not_supported"):
        blocked = [
            reason
            for row in rows
            for reason in row["reasons"]
            if reason["code"] == code and reason["effect"] == "blocks"
        ]
        if blocked:
            found.append(f"{len(blocked)} connections were left alone: {blocked[0]['message']} {blocked[0]['remedy']}")
    old = sum(
        row["status"] == "converted" and row["after"]["issuer_kind"] == "azure_devops" for row in rows if _retires(row)
    )
    if old:
        connections = "connection uses" if old == 1 else "connections use"
        found.append(
            f"{old} converted {connections} the Azure DevOps issuer, which retires on 2027-07-01: migrate to the Microsoft Entra issuer next."
        )
    return found


def _retires(row: Json) -> bool:
    """For sovereign clouds and multi-tenant applications the old issuer stays supported."""
    return not any(reason["code"] in ("sovereign_cloud", "application_multi_tenant") for reason in row["reasons"])


def failure(rows: t.Sequence[Json], unread: UnreadError | None = None) -> AzdoError | None:
    """Fails the task if a row failed or is not finished, or if something was not seen; names the first ones so that the message alone is enough to act on."""
    groups = [
        (kind, verb, [row for row in rows if row["status"] in statuses])
        for kind, verb, statuses in (
            ("failed", "failed", FAILED),
            ("waiting", "not confirmed", ("waiting",)),
            ("needs_person", "waiting for a person", ("needs_person",)),
        )
    ]
    found = [(kind, verb, some) for kind, verb, some in groups if some]
    if not found:
        return unread
    told = [_sentence(verb, some, len(rows)) for _kind, verb, some in found]
    besides = f" {unread}" if unread else ""
    error: type[AzdoError] = RolloutError if found[0][0] == "failed" else UnfinishedError
    details: Json = {kind: [row["id"] for row in some] for kind, _verb, some in found}
    return error(f"{' '.join(told)}{besides}", **{**details, **(unread.details if unread else {})})


def _sentence(verb: str, rows: t.Sequence[Json], of: int) -> str:
    """The first kinds of trouble, with the first places of each."""
    alike = _alike(rows)
    named = "; ".join(f"{places}: {text}" if places else text for text, places in alike[:3])
    more = f"; and {len(alike) - 3} more" if len(alike) > 3 else ""
    are = "" if verb == "failed" else "is " if len(rows) == 1 else "are "
    return f"{len(rows)} of {of} connections {are}{verb}. {named}{more}"


def _alike(rows: t.Sequence[Json]) -> list[tuple[str, str]]:
    """What there is to say, each once, and where: hundreds of connections may have ended in the same way."""
    places: dict[str, list[str]] = {}
    for row in rows:
        before, name, text = _told(row)
        found = places.setdefault(text if name else f"{before}{text}", [])
        found += [f"{before}{row['name']}"] if name else []
    return [
        (text, ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else ""))
        for text, names in places.items()
    ]


def _told(row: Json) -> tuple[str, str, str]:
    """What is said of a row: what stands in front of its name, whether the name stands there, and the rest."""
    hand_off, error = row["hand_off"], row["error"]
    if row["status"] == "needs_person" and hand_off:
        return f"{row['project']} / ", row["name"], f"{hand_off['why']} Its hand_off says what to do."
    if error is None:
        codes = ", ".join(reason["code"] for reason in row["reasons"] if reason["effect"] == "blocks")
        return f"{row['project']} / ", row["name"], f"{codes}."
    # What the error is about stands in front of it.
    before, name, text = str(error["message"]).partition(f"{row['name']}: ")
    rest = f"{text if name else ''} {error['remedy']}".strip() if name else f" {error['remedy']}".rstrip()
    return before, name, rest
