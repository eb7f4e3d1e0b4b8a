# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effects of taking one move back: like those of the move, but with rules of their own.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import changes, invariants
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Effects
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason
from ansible_collections.azdo.connections.plugins.module_utils._rules.rollback import rollback
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

# The controller's clock and the service's may differ, and a request takes its time: nothing is reverted this close to the deadline.
_DEADLINE_MARGIN = timedelta(minutes=3)


class WayBack:
    """Implements :class:`move.Effects`.

    :param effects: of the move. :param moved: the connection as it was seen when it had been moved. :param send: the request that moves it.
    """

    def __init__(
        self,
        effects: Effects,
        moved: ArmConnection,
        target: str,
        *,
        now: t.Callable[[], datetime],
        send: t.Callable[[ArmConnection, Json], None],
    ) -> None:
        self._moved = moved
        self._target = target
        self._now = now
        self.send = send
        self.read, self.wait, self.clock = effects.read, effects.wait, effects.clock
        self.worth_a_look = effects.worth_a_look

    def inform(self, connection: ArmConnection) -> None:
        """Everything that decides is in the connection."""

    def assess(self, connection: ArmConnection) -> Assessment:
        return Assessment(
            target=self._target,
            reasons=self._against(connection),
            rollback=rollback(connection, self._target, Facts(), self._now()),
        )

    def _against(self, connection: ArmConnection) -> tuple[Reason, ...]:
        """The deadline is read again, and an edit that somebody made since is not overwritten."""
        if self._target == SERVICE_PRINCIPAL:
            now, deadline = self._now(), connection.revert_deadline
            if connection.revert_window(now) != "open" or deadline is None or deadline - _DEADLINE_MARGIN <= now:
                shown = format_time(deadline) or connection.revert_deadline_text
                return (Reason("revert_window_passed", "blocks", {"deadline": shown}),)
        if more := changes(_as_moved(self._moved), _as_moved(connection)):
            return (Reason("changed_since_plan", "blocks", {"differences": more}),)
        return ()

    def refused(self, error: AzdoError, connection: ArmConnection) -> bool | HandOff:
        return False


def _as_moved(connection: ArmConnection) -> dict[str, str | None]:
    return {
        **invariants(connection),
        "scheme": connection.scheme,
        "issuer": connection.issuer,
        "subject": connection.subject,
        "state": connection.state,
    }
