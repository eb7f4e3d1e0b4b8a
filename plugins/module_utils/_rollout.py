# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: the conversions of a fleet, side by side, with an error budget.

PRIVATE to the collection.
"""

from __future__ import annotations

import threading
import time

from ansible_collections.azdo.connections.plugins.module_utils._azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._conversion import Conversion, Outcome
from ansible_collections.azdo.connections.plugins.module_utils._eligibility import Situation, assess
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    AzdoError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._fleet import KeyedLocks, each
from ansible_collections.azdo.connections.plugins.module_utils._pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._plan import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._reasons import Reason
from ansible_collections.azdo.connections.plugins.module_utils._rows import Row
from ansible_collections.azdo.connections.plugins.module_utils._runtime import Runtime


class LiveEffects:
    """The effects of one conversion on the service, through the connection's owning project."""

    def __init__(self, client: AzureDevOps, stop: Stop, planned: PlannedRow, seen_from: Situation) -> None:
        self._client = client
        self._stop = stop
        self._planned = planned
        self._seen_from = seen_from
        owner = planned.connection.owner
        self._project = Project(owner.id, owner.name)

    def read(self) -> ArmConnection | None:
        raw = self._client.connection(self._project.id, self._planned.connection.id)
        return ArmConnection.from_api(raw, self._project) if raw else None

    def send(self, body: Json) -> None:
        answer = self._client.convert(self._project.id, self._planned.connection.id, body)
        if not answer:
            # Microsoft's script takes an empty answer for a failure (fact sheet 3.3); a read tells which it was.
            raise AmbiguousWriteError("Azure DevOps answered the conversion with nothing.")

    def assess(self, connection: ArmConnection) -> tuple[Reason, ...]:
        return assess(connection, self._planned.target, self._seen_from, self._planned.found.seen_in)

    def wait(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def clock(self) -> float:
        return time.monotonic()


class Rollout:
    """Converts what a plan says. It ends early when more connections failed than allowed, or when nobody is signed in any more."""

    def __init__(self, runtime: Runtime, seen_from: Situation) -> None:
        self._runtime = runtime
        self._client = runtime.azure_devops
        self._seen_from = seen_from
        self._locks = KeyedLocks()
        self._counting = threading.Lock()
        self._failures = 0
        self._over = False
        self._done = self._total = 0

    def carry_out(self, plan: list[PlannedRow]) -> list[Row]:
        """A row for every planned one, in the same order."""
        todo = [planned for planned in plan if planned.action]
        self._total = len(todo)
        outcomes = each(
            todo,
            self._convert,
            concurrency=self._runtime.params["concurrency"],
            stop=self._runtime.stop,
            go_on=self._go_on,
        )
        ended = {
            planned.connection.id: outcome or self._not_started(planned)
            for planned, outcome in zip(todo, outcomes, strict=True)
        }
        return [Row(planned, ended.get(planned.connection.id) or Outcome(status=planned.status)) for planned in plan]

    def _convert(self, planned: PlannedRow) -> Outcome:
        connection = planned.connection
        effects = LiveEffects(self._client, self._runtime.stop, planned, self._seen_from)
        # Connections of one application share its federated credentials; without a known application each stands alone.
        identity = (connection.tenant_id, connection.client_id) if connection.client_id else connection.id
        with self._locks.of(identity):
            # Asked here, because the wait for another connection of the same application may have been long.
            if self._over:
                return self._not_started(planned)
            outcome = self._guarded(Conversion(effects, planned.target, self._runtime.params["wait_timeout"]))
            self._count(outcome)
        if outcome.error:
            outcome.error.about(f"{self._client.name} / {connection.owner.name} / {connection.name}")
        return outcome

    def _guarded(self, conversion: Conversion) -> Outcome:
        """One odd connection must not lose the rows of all others; only the end of the task passes through."""
        try:
            return conversion.run()
        except StoppedError:
            raise
        except AzdoError as error:
            return Outcome(status="failed", error=error, changed=conversion.sent)
        except Exception as error:  # noqa: BLE001 - see above
            text = f"This is a fault of azdo.connections: {type(error).__name__}: {error}."
            return Outcome(status="failed", error=AzdoError(text, remedy="Please report it."), changed=conversion.sent)

    def _count(self, outcome: Outcome) -> None:
        """Nothing more is started after too many failures, and without a sign-in nothing else can work."""
        with self._counting:
            self._failures += outcome.status == "failed"
            allowed = self._runtime.params["max_failures"]
            too_many = allowed is not None and self._failures > allowed
            self._over = self._over or too_many or isinstance(outcome.error, AuthenticationError)

    def _go_on(self, _planned: PlannedRow, _outcome: Outcome) -> bool:
        self._done += 1
        self._runtime.progress(f"{self._done} of {self._total} connections, {self._failures} failed")
        return not self._over

    def _not_started(self, planned: PlannedRow) -> Outcome:
        reason = Reason("not_started", "blocks", {"failures": self._failures})
        return Outcome(status="skipped", reasons=(*planned.reasons, reason))


def forecast(plan: list[PlannedRow]) -> list[Row]:
    """The rows of check mode."""
    return [Row(planned) for planned in plan]
