# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scripted Azure DevOps for one conversion: it keeps one connection, counts requests, and loses answers on order. Its clock is its own."""

from __future__ import annotations

import copy
import dataclasses
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    AzdoError,
    NotAcceptedError,
    ServiceError,
    StoppedError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import changes, invariants
from ansible_collections.azdo.connections.plugins.module_utils._move.conversion import Conversion
from ansible_collections.azdo.connections.plugins.module_utils._move.move import MOVED, Outcome
from ansible_collections.azdo.connections.plugins.module_utils._move.seeing_through import changed_besides
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment, assess
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff

from unit.plugins._helpers.connections import ENTRA, NOW, PAYMENTS, raw, situation

LOST = AmbiguousWriteError("The connection broke during a change.")
WRITES = ("ok", "busy", "lost", "lost_late", "refused", "refused_late", "signed_out", "signed_out_late")


@dataclass
class FakeService:
    """``writes`` says how each write goes, then all are ``ok``; ``reads`` how each read goes, then all are good.

    Writes: ``ok``; ``busy`` (not accepted); ``lost`` (never arrived), ``lost_late`` (arrived, the answer did not); ``refused`` and ``refused_late`` (an
    error, nothing done or done all the same); ``signed_out`` and ``signed_out_late``.
    Reads: ``ok``, ``missing``, ``broken``, ``signed_out``, ``stop``, or a function that changes the stored object first.

    :param works_for: seconds that a conversion takes; until then the old scheme is shown, in progress (or ready if ``silent``).
    :param ends_in: the state in which it ends.
    """

    stored: Json = field(default_factory=raw)
    writes: list[str] = field(default_factory=list)
    reads: list[str | t.Callable[[Json], None]] = field(default_factory=list)
    works_for: float = 0.0
    silent: bool = False
    ends_in: str = "Ready"
    about: Json = field(default_factory=dict)
    silent_list: bool = False
    now: float = 0.0
    sent: list[Json] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)
    read_at: list[float] = field(default_factory=list)
    arrived: int = 0
    before: ArmConnection | None = None
    _pending: tuple[float, str] | None = None

    # -- what a conversion does ------------------------------------------------------------------------------------
    def read(self) -> ArmConnection | None:
        self.read_at.append(self.now)
        self._progress()
        step = self.reads.pop(0) if self.reads else "ok"
        if callable(step):
            step(self.stored)
        if step == "missing":
            return None
        if step == "broken":
            raise TransportError("There was no answer.")
        if step == "signed_out":
            raise AuthenticationError("The token has expired.")
        if step == "stop":
            raise StoppedError("The task was stopped.")
        return ArmConnection.from_api(copy.deepcopy(self.stored), PAYMENTS)

    def inform(self, connection: ArmConnection) -> None:
        """There is nothing around it."""

    def refused(self, error: AzdoError, connection: ArmConnection) -> bool | HandOff:
        return False

    def send(self, connection: ArmConnection, body: Json) -> None:
        first, self.before = self.before is None, self.before or connection
        self.sent.append(body)
        self.sent_at.append(self.now)
        how = self.writes.pop(0) if self.writes else "ok"
        if how == "busy":
            self.before = None if first else self.before
            raise NotAcceptedError("Come back later.")
        if how in ("ok", "lost_late", "refused_late", "signed_out_late"):
            self._arrive(body)
        if how.startswith("lost"):
            raise LOST
        if how.startswith("refused"):
            raise ServiceError("TF400898: An Internal Error Occurred.", status=500)
        if how.startswith("signed_out"):
            raise AuthenticationError("The token has expired.")

    def assess(self, connection: ArmConnection) -> Assessment:
        return assess(connection, self.target, situation(**self.about))

    def worth_a_look(self, connection: ArmConnection) -> bool:
        """``silent_list``: a list that says for ever that nothing has happened."""
        return not self.silent_list

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> float:
        return self.now

    # -- the service itself ----------------------------------------------------------------------------------------
    target = "workload_identity_federation"

    def _arrive(self, body: Json) -> None:
        self._progress()
        if self._pending or body["authorization"]["scheme"] == self.stored["authorization"]["scheme"]:
            raise ServiceError("It is neither an upgrade or a downgrade and is not supported.", status=400)
        self.arrived += 1
        self._pending = (self.now + self.works_for, body["authorization"]["scheme"])
        if not self.silent:
            self.stored["operationStatus"] = {"state": "InProgress"}
        self._progress()

    def _progress(self) -> None:
        if self._pending is None or self.now < self._pending[0]:
            return
        _due, scheme = self._pending
        self._pending = None
        self.stored["operationStatus"] = {"state": self.ends_in, "statusMessage": "why it failed"}
        if self.ends_in != "Ready":
            return
        self.stored["authorization"]["scheme"] = scheme
        self.stored["authorization"]["parameters"].pop("serviceprincipalkey", None)
        if scheme == "WorkloadIdentityFederation":
            deadline = NOW + timedelta(days=7)
            self.stored["data"]["revertSchemeDeadline"] = deadline.strftime("%Y-%m-%dT%H:%M:%SZ")
            self.stored["authorization"]["parameters"]["workloadIdentityFederationIssuer"] = ENTRA


def carry_out(service: FakeService, *, to: str = "workload_identity_federation", wait_timeout: float = 300) -> Outcome:
    """One conversion, and the comparison that comes after it."""
    service.target = to
    outcome = Conversion(service, to, wait_timeout).run()
    if outcome.status == MOVED[to] and service.before and outcome.after:
        more = changes(invariants(service.before), invariants(outcome.after))
        return dataclasses.replace(outcome, status="failed", error=changed_besides(more)) if more else outcome
    return outcome


def scheme_of(outcome: Outcome) -> str | None:
    return outcome.after.scheme if outcome.after else None
