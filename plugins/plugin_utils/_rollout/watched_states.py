# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is watched and has no deadline: connections that are not as they should be, and secrets that nobody expected.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import Snapshot, kept
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    Row,
    count,
    one_line,
)


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What a secret is new against.

    :param earlier: reports, the last one last. :param since: secrets that were made before are not new. :param allowed: names, ids or patterns of
        connections that may have one.
    """

    earlier: tuple[Snapshot, ...] = ()
    since: datetime | None = None
    allowed: tuple[str, ...] = ()

    def before(self, row: Row) -> tuple[datetime, str] | None:
        """When a report could last tell what the connection signs in with, and what it said; empty: it was not there. None if none could."""
        now = kept(row, {})
        for report in reversed(self.earlier):
            known = report.rows.get(str(row.get("id")))
            if known and known.scheme:
                return report.made, known.scheme
            if known is None and report.knows(now):
                return report.made, ""
        return None


NO_BASELINE = Baseline()


def not_ready(row: Row, _baseline: Baseline) -> str:
    """A connection in a state in which pipelines cannot use it, as far as the service says."""
    state = row.get("state")
    if state in (None, "", "ready"):
        return ""
    said = one_line(row.get("status_message") or "").rstrip(".")
    why = f": {said}" if said else ""
    return f"is in the state {printable(str(state).replace('_', ' '))}{why}."


def unread(row: Row, _baseline: Baseline) -> str:
    """A connection that this caller sees in part only, or whose answer makes no sense."""
    codes = {code for verdict in (row.get("eligibility") or {}).values() for code in (verdict or {}).get("codes") or ()}
    if "no_permission" in codes:
        return (
            "can be seen only in part: the caller needs the Administrator role on the connection in its owning project."
        )
    if codes & {"incomplete_answer", "unreadable_answer"}:
        return "is answered only in part or unreadably: look at the connection in the portal."
    return ""


def new_secret(row: Row, baseline: Baseline) -> str:
    """A connection with a secret or certificate that had none, or was not there; or, by a date, one that was made since."""
    if row.get("scheme") != SERVICE_PRINCIPAL or _is_allowed(row, baseline.allowed):
        return ""
    before = baseline.before(row)
    if before:
        day, scheme = f"{before[0]:%Y-%m-%d}", before[1]
        if not scheme:
            return f"has a secret, and was not there on {day}."
        if scheme != SERVICE_PRINCIPAL:
            was = "was federated" if scheme == FEDERATION else "had none"
            return f"has a secret{' again' if scheme == FEDERATION else ''}, and {was} on {day}."
    made = parse_time(str(row.get("created") or ""))
    if baseline.since and made and made >= baseline.since:
        return f"has a secret, and was made on {made:%Y-%m-%d}."
    if baseline.since and made is None and not before:
        return "has a secret, and Azure DevOps does not say when the connection was made."
    return ""


def not_known(kind: str, rows: t.Sequence[Row], baseline: Baseline) -> str:
    """A sentence about the rows of which nobody can tell whether they are of a kind of STATES; empty if there is none."""
    if kind != "new_secret" or baseline.since:
        return ""
    blind = [
        row
        for row in rows
        if row.get("scheme") in (None, "", SERVICE_PRINCIPAL)
        and not _is_allowed(row, baseline.allowed)
        and baseline.before(row) is None
    ]
    if not blind:
        return ""
    first = f"{printable(blind[0].get('project'))} / {printable(blind[0]['name'])}"
    others = f" and {count(len(blind) - 1, 'other')}" if len(blind) > 1 else ""
    return (
        f"whether the secret of {first}{others} is new. No JSON report of the playbook report in fleet_history has read the whole project before: "
        "write one into that folder with fleet_report_path, or give a date with fleet_watch_secrets_since."
    )


def _is_allowed(row: Row, allowed: t.Sequence[str]) -> bool:
    names = [str(row.get("id")), str(row.get("name"))]
    return any(answers_to(names, text) for text in allowed)


STATES: dict[str, t.Callable[[Row, Baseline], str]] = {
    "not_ready": not_ready,
    "unread": unread,
    "new_secret": new_secret,
}
