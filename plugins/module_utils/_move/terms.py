# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On which terms a connection is moved, what an earlier run left of it, and what the way of one connection needs of the world.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Effects
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """What an earlier run began with this connection and did not see through.

    :param asked_ago: seconds since its last request went out.
    :param answered: whether the service is known to have taken it.
    :param going_back: whether that request was the way back.
    """

    asked_ago: float
    answered: bool
    going_back: bool


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a task wants it done. Times are in seconds."""

    target: str
    wait_timeout: float
    migration_grace: float
    test: bool
    compare: bool
    revert_on_failure: bool
    reconvert_on_failure: bool = False
    resend: bool = False

    @property
    def home(self) -> str:
        """Where a move comes from that can be taken back."""
        return SERVICE_PRINCIPAL if self.target == WIF else WIF


class WorkflowEffects(Effects, t.Protocol):
    """What the whole way needs beyond the move."""

    def may_begin(self) -> bool:
        """Whether the run goes on."""

    def prepare(self, connection: ArmConnection, assessment: Assessment) -> HandOff | None:
        """See to the federated credential that must be there before the move; the work for a person if that is not possible."""

    def secure(self, connection: ArmConnection) -> HandOff | None:
        """See to the credential that the connection needs now that it was moved; the work for a person if that is not possible."""

    def differences(self, connection: ArmConnection) -> list[Json]:
        """What became different around the connection, or in it, since the first request."""

    def late_differences(self) -> list[Json]:
        """The same of what is compared for many connections together, asked now, because something depends on it."""

    @property
    def not_compared(self) -> tuple[str, ...]:
        """What could not be read before or after, so that nobody knows whether it stayed as it was."""

    def test(
        self, connection: ArmConnection, enough: t.Callable[[Verification], bool], *, patiently: bool
    ) -> Verification:
        """Whether one can sign in with it; tested until it is ``enough`` or the time is over."""

    @property
    def tested_before(self) -> Verification | None:
        """How the test before the move ended."""

    @property
    def can_go_back(self) -> bool:
        """Whether it is known that the way back leads somewhere."""

    def way_back(self, moved: ArmConnection, target: str) -> Effects:
        """The effects of going back to ``target``, which is refused when the connection is not as ``moved`` any more, or too late."""

    def withdraw(self) -> str:
        """Take back what was written beside a connection that was not moved. A sentence about it, if there was anything."""

    @property
    def left(self) -> str:
        """A sentence about what was written beside a connection and stays, if there is anything."""

    @property
    def compares(self) -> bool:
        """Whether what surrounds a connection is compared; work that is taken up is compared as it was begun."""
