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

from ansible_collections.azdo.connections.plugins.module_utils._connection import SERVICE_PRINCIPAL, WIF, Json
from ansible_collections.azdo.connections.plugins.module_utils._conversion import Outcome
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._plan import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._reasons import Reason
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time


class RolloutError(AzdoError):
    """Some connections failed; the rows say which and why."""

    code = "connections_failed"


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
        return self.outcome.changed if self.outcome else self.planned.action

    @property
    def reasons(self) -> tuple[Reason, ...]:
        if self.outcome and self.outcome.reasons is not None:
            return self.outcome.reasons
        return self.planned.reasons

    def to_result(self, now: datetime) -> Json:
        """The documented shape of one of the ``connections``."""
        before = self.planned.connection
        after = self.outcome.after if self.outcome else None
        error = self.outcome.error if self.outcome else None
        shown = before.to_result(now)
        rollback, why = _rollback(self, now)
        return {
            **{key: shown[key] for key in ("id", "name", "project", "project_id", "projects")},
            "status": self.status,
            "reasons": [reason.to_result() for reason in self.reasons],
            "error": error.to_failure() if error else None,
            "rollback": rollback,
            "rollback_reason": why,
            "revert_deadline": format_time((after or before).revert_deadline),
            "before": before.federation_result(),
            "after": after.federation_result() if after else None,
        }


def _rollback(row: Row, now: datetime) -> tuple[str, str]:
    """Whether and why a row can be moved back (fact sheet 3.2). Whether the old secret still works is not read, so it is never promised."""
    idle = not row.planned.action and not row.changed
    connection = (row.outcome.after if row.outcome else None) or row.planned.connection
    if row.planned.target == SERVICE_PRINCIPAL and not idle:
        return "possible", "It can be converted again."
    if connection.creation_mode == "manual":
        return "impossible", "Azure DevOps cannot revert a connection that a person created."
    if idle and connection.scheme != WIF:
        return "unknown", "Nothing is done to it, so there is nothing to take back."
    deadline = connection.revert_deadline
    if deadline is not None and deadline <= now:
        return "impossible", "The seven days to go back are over."
    until = f"until {format_time(deadline)}" if deadline else "for seven days after a conversion"
    return "unknown", f"Azure DevOps offers to go back {until}; whether the old secret is still valid was not read."


def diff(rows: t.Sequence[Json]) -> Json:
    """What changed, or would, as text that a person reads. Shape of Ansible's diff: ``{before, after}``."""
    moved = [
        row for row in rows if row["status"].startswith("would_") or (row["after"] and row["after"] != row["before"])
    ]
    return {
        "before": "".join(_line(row, row["before"]["scheme"]) for row in moved),
        "after": "".join(_line(row, _scheme_after(row)) for row in moved),
    }


def _scheme_after(row: Json) -> str:
    if row["after"]:
        return str(row["after"]["scheme"])
    return SERVICE_PRINCIPAL if row["status"] == "would_revert" else "workload_identity_federation"


def _line(row: Json, scheme: str) -> str:
    return f"{row['project']} / {row['name']} ({row['id']}): {scheme}\n"


def warnings(rows: t.Sequence[Json], *, complete: bool, selected_by_name: bool) -> list[str]:
    """What a person should know although the task succeeded."""
    found = []
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
    old = sum((row["after"] or {}).get("issuer_kind") == "azure_devops" for row in rows)
    if old:
        found.append(
            f"{old} converted connections use the Azure DevOps issuer, which retires on 2027-07-01: move them to the Microsoft Entra issuer next."
        )
    return found


def failure(rows: t.Sequence[Json]) -> RolloutError | None:
    """Fails the task if a row failed; names the first ones so that the message alone is enough to act on."""
    failed = [row for row in rows if row["status"] == "failed"]
    if not failed:
        return None
    named = "; ".join(f"{row['error']['message']} {row['error']['remedy']}".rstrip() for row in failed[:3])
    more = f"; and {len(failed) - 3} more" if len(failed) > 3 else ""
    return RolloutError(
        f"{len(failed)} of {len(rows)} connections failed. {named}{more}", failed=[row["id"] for row in failed]
    )
