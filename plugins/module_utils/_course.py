# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of one connection: take up what was begun, prepare, move, look whether all else is as it was, test, and go back if need be.

PRIVATE to the collection, and without effects of its own. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils import _conversion
from ansible_collections.azdo.connections.plugins.module_utils._connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._conversion import Conversion
from ansible_collections.azdo.connections.plugins.module_utils._eligibility import blocked
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._handoff import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._migration import Migration
from ansible_collections.azdo.connections.plugins.module_utils._moving import (
    MOVED,
    Effects,
    Move,
    Outcome,
    changed_besides,
)
from ansible_collections.azdo.connections.plugins.module_utils._plan import idle_status
from ansible_collections.azdo.connections.plugins.module_utils._reasons import Reason
from ansible_collections.azdo.connections.plugins.module_utils._verification import (
    Verification,
    failure,
    judge_move,
    remark,
)


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """What an earlier run began with this connection and did not end.

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
    revert_on_failure: bool
    resend: bool = False


class CourseEffects(Effects, t.Protocol):
    """What the whole way needs beyond the move."""

    def alone(self) -> t.ContextManager[None]:
        """Keep others from writing federated credentials of the same identity meanwhile."""

    def may_begin(self) -> bool:
        """Whether the run goes on."""

    def was_moved(self, outcome: Outcome) -> None:
        """Told before the next connection of the same identity begins."""

    def prepare(self, connection: ArmConnection) -> HandOff | None:
        """See to what must be there before the move; the work for a person without which it cannot begin."""

    def secure(self, connection: ArmConnection) -> HandOff | None:
        """See to what the connection needs now that it was moved; the work for a person if that is not possible."""

    def differences(self, connection: ArmConnection) -> list[Json]:
        """What became different around the connection, or in it, since the first request."""

    def test(self, connection: ArmConnection, *, patiently: bool) -> Verification:
        """Whether one can sign in with it."""

    @property
    def tested_before(self) -> Verification | None:
        """How the test before the move ended."""

    @property
    def can_go_back(self) -> bool:
        """Whether it is known that the way back leads somewhere."""

    def way_back(self, moved: ArmConnection) -> Effects:
        """The effects of a revert, which is refused when the connection is not as ``moved`` any more, or too late."""

    def now(self) -> datetime:
        """UTC."""


class Course:
    """One connection, from what it is to what it should be.

    :param unfinished: what an earlier run left.
    """

    def __init__(self, effects: CourseEffects, terms: Terms, unfinished: Unfinished | None = None) -> None:
        self._effects = effects
        self._terms = terms
        self._unfinished = unfinished
        self._move: Move | None = None

    @property
    def sent(self) -> bool:
        """Whether something went out of which it is not proven that it changed nothing."""
        return self._move is not None and self._move.sent

    def run(self, known: ArmConnection) -> Outcome:
        """:param known: the connection as the lists showed it."""
        taken_up = self._take_up(self._unfinished) if self._unfinished else None
        outcome = taken_up or self._begin(known)
        if outcome.status != MOVED[self._terms.target] or outcome.after is None:
            return outcome
        return self._see_through(outcome, outcome.after)

    def _begin(self, known: ArmConnection) -> Outcome:
        effects = self._effects
        effects.inform(known)
        reasons = effects.assess(known) or ()
        if blocked(reasons):
            return Outcome(status=idle_status(reasons, self._terms.target), reasons=reasons)
        with effects.alone():
            # Asked here, because reading took its time, and so may have the wait for another connection of the same identity.
            if not effects.may_begin():
                return Outcome(status="skipped", reasons=(*reasons, Reason("not_started", "blocks")))
            if hand_off := effects.prepare(known):
                return Outcome(status="waiting", reasons=reasons, hand_off=hand_off)
            outcome = self._new_move().run()
            effects.was_moved(outcome)
            return outcome

    def _new_move(self) -> Conversion | Migration:
        terms = self._terms
        move: Conversion | Migration
        if terms.target == ENTRA_ISSUER:
            move = Migration(self._effects, terms.wait_timeout, terms.migration_grace)
        else:
            move = Conversion(self._effects, terms.target, terms.wait_timeout)
        self._move = move
        return move

    def _take_up(self, left: Unfinished) -> Outcome | None:
        """What became of the work of a run that did not end; None if it may be begun anew."""
        if left.going_back:
            return self._take_up_way_back()
        move = self._new_move()
        if isinstance(move, Migration):
            outcome = move.confirm()
            return None if outcome.status == "waiting" and self._terms.resend else outcome
        # A clock that was set meanwhile proves nothing.
        still_at_work = _conversion.GRACE_SECONDS - max(0.0, left.asked_ago)
        return move.settle(self._terms.wait_timeout if left.answered else max(0.0, still_at_work))

    def _take_up_way_back(self) -> Outcome | None:
        current = self._effects.read()
        if current is None or current.scheme != SERVICE_PRINCIPAL:
            # Still converted: it is tested again, and goes back again if that still fails.
            return Outcome(status=MOVED[WIF], after=current, changed=True) if current else None
        error = AzdoError("An earlier run reverted it, because its test failed after the conversion.")
        return Outcome(status="rolled_back", error=error, after=current, changed=True)

    def _see_through(self, moved: Outcome, connection: ArmConnection) -> Outcome:
        """The move itself is done: is everything else as it was, and can one sign in?"""
        if more := self._effects.differences(connection):
            return dataclasses.replace(moved, status="failed", error=changed_besides(more))
        hand_off = self._effects.secure(connection)
        moved = dataclasses.replace(moved, hand_off=hand_off)
        if not self._terms.test:
            return self._handed_off(moved) if hand_off else moved
        # A credential that nobody wrote does not appear by waiting.
        tested = self._effects.test(connection, patiently=hand_off is None)
        moved = dataclasses.replace(moved, tested=tested)
        group = connection.scope["resource_group"]
        verdict = judge_move(self._effects.tested_before, tested, group)
        if verdict == "good":
            note = remark(tested, group)
            return dataclasses.replace(moved, hand_off=None, notes=(note,) if note else ())
        if hand_off:
            return self._handed_off(moved)
        if verdict == "unproven":
            note = (
                f"Whether one can sign in with it was not proven: the test ended with {tested.result}. {tested.message}"
            )
            return dataclasses.replace(moved, notes=(note.strip(),))
        failed = dataclasses.replace(moved, status="failed", error=failure(tested, group))
        return self._go_back(failed, connection) if self._must_go_back(tested) else failed

    def _handed_off(self, moved: Outcome) -> Outcome:
        """It was moved and cannot sign in until a person has done something."""
        hand_off = t.cast(HandOff, moved.hand_off)
        error = AzdoError(
            f"It was moved, and its federated credential is missing. {hand_off.why}", remedy=hand_off.what_to_do
        )
        return dataclasses.replace(moved, status="failed", error=error)

    def _must_go_back(self, tested: Verification) -> bool:
        """Only what the move broke, for sure and lastingly, and only where the way back is known to work."""
        before = self._effects.tested_before
        new = before is not None and before.result != "federation_failed"
        return (
            self._terms.revert_on_failure
            and self._terms.target == WIF
            and tested.result == "federation_failed"
            and tested.persistent
            and new
            and self._effects.can_go_back
        )

    def _go_back(self, failed: Outcome, moved: ArmConnection) -> Outcome:
        problem = t.cast(AzdoError, failed.error)
        with self._effects.alone():
            back = Conversion(self._effects.way_back(moved), SERVICE_PRINCIPAL, self._terms.wait_timeout).run()
        if back.status == MOVED[SERVICE_PRINCIPAL]:
            problem.message = f"{problem.message.rstrip('.')}. It was reverted."
            return dataclasses.replace(failed, status="rolled_back", after=back.after)
        why = back.error.message if back.error else "; ".join(reason.code for reason in back.reasons or ())
        problem.message = f"{problem.message.rstrip('.')}. It was not reverted: {why}."
        return dataclasses.replace(failed, after=back.after or failed.after)
