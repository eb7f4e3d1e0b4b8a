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
from ansible_collections.azdo.connections.plugins.plugin_utils._report.history import Snapshot
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    Row,
    one_line,
)


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What a secret is new against.

    :param earlier: the last report, if there is one. :param since: secrets that were made before are not new. :param allowed: names, ids or patterns of
        connections that may have one.
    """

    earlier: Snapshot | None = None
    since: datetime | None = None
    allowed: tuple[str, ...] = ()


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
    before = baseline.earlier.rows.get(str(row.get("id"))) if baseline.earlier else None
    if baseline.earlier and before is None:
        return f"has a secret, and was not there on {baseline.earlier.made:%Y-%m-%d}."
    if baseline.earlier and before is not None and before.get("scheme") == FEDERATION:
        return f"has a secret again, and was federated on {baseline.earlier.made:%Y-%m-%d}."
    made = parse_time(str(row.get("created") or ""))
    if baseline.since and made and made >= baseline.since:
        return f"has a secret, and was made on {made:%Y-%m-%d}."
    if baseline.since and made is None and not baseline.earlier:
        return "has a secret, and Azure DevOps does not say when the connection was made."
    return ""


def _is_allowed(row: Row, allowed: t.Sequence[str]) -> bool:
    names = [str(row.get("id")), str(row.get("name"))]
    return any(answers_to(names, text) for text in allowed)


STATES: dict[str, t.Callable[[Row, Baseline], str]] = {
    "not_ready": not_ready,
    "unread": unread,
    "new_secret": new_secret,
}
