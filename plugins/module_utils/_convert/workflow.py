# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of one connection: take up what was begun, prepare, move, look whether all else is as it was, test, and go back if need be.

PRIVATE to the collection, and without effects of its own. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.azdo.connections.plugins.module_utils._convert import conversion
from ansible_collections.azdo.connections.plugins.module_utils._convert.conversion import Conversion
from ansible_collections.azdo.connections.plugins.module_utils._convert.issuer_migration import IssuerMigration
from ansible_collections.azdo.connections.plugins.module_utils._convert.move import (
    MOVED,
    Effects,
    Outcome,
    UnconfirmedError,
    gone,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import (
    Verification,
    failure,
    judge_move,
    remark,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

_NOT_COMPARED = (
    "Whether pipeline permissions, checks and roles stayed as they were was not looked at (compare is none)."
)
_TEST_IT = "Run again: with the same journal it is looked at and tested then; without one, test it with verification among include of azdo_arm_connection_info."


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


class Workflow:
    """One connection, from what it is to what it should be.

    :param unfinished: what an earlier run left.
    """

    def __init__(self, effects: WorkflowEffects, terms: Terms, unfinished: Unfinished | None = None) -> None:
        self._effects = effects
        self._terms = terms
        self._unfinished = unfinished
        self._move = self._new_move()
        # As it was seen at its target.
        self._moved: ArmConnection | None = None

    @property
    def sent(self) -> bool:
        """Whether something went out of which it is not proven that it changed nothing."""
        return self._move.sent

    def run(self, known: ArmConnection) -> Outcome:
        """Whatever breaks it off, the outcome is what was known last.

        :param known: the connection as the lists showed it. :raises StoppedError: the task is over.
        """
        try:
            outcome = self._run(known)
        except StoppedError:
            raise
        except AzdoError as error:
            outcome = self.broken_off(error)
        at_rest = outcome.settled or not self.sent
        in_vain = outcome.status in ("failed", "needs_person") and self._moved is None and at_rest
        if in_vain or outcome.status == "rolled_back":
            return self._noted(outcome, self._effects.withdraw())
        # Another run, which is at it, may sign in with what this one has written.
        return self._noted(outcome, self._effects.left if outcome.status == "skipped" else "")

    def _noted(self, outcome: Outcome, note: str) -> Outcome:
        return replace(outcome, notes=(*outcome.notes, note)) if note else outcome

    def broken_off(self, error: AzdoError) -> Outcome:
        """What is known of a connection after an error that nobody expected where it came."""
        if self._moved is not None:
            what = "It was moved, and whether it works and all else is as it was could not be looked at to the end"
            why = UnconfirmedError(what, cause=error, remedy=_TEST_IT)
            return Outcome(status="waiting", error=why, after=self._moved, changed=True)
        if self.sent or self._unfinished:
            what = "Azure DevOps has, or may have, accepted a request, and how it ended could not be seen"
            return Outcome(status="waiting", error=UnconfirmedError(what, cause=error), changed=True)
        return Outcome(status="failed", error=error, settled=True)

    def _run(self, known: ArmConnection) -> Outcome:
        outcome = (self._take_up(self._unfinished) if self._unfinished else None) or self._begin(known)
        if self._unfinished and outcome.status == MOVED[self._terms.target]:
            # What is said against it is about the state to which an earlier run has brought it.
            outcome = replace(outcome, reasons=())
        # What somebody else seems to have moved is looked at like the rest: the refusal may be one of a request that a gateway has repeated.
        ended = (MOVED[self._terms.target], "failed", "unchanged")
        there = outcome.status in ended and outcome.after is not None
        if there and self._move.reached(t.cast(ArmConnection, outcome.after)):
            self._moved = t.cast(ArmConnection, outcome.after)
            return self._see_through(outcome, self._moved)
        # Nothing went out that could still have an effect, neither now nor before.
        settled = outcome.settled or not (outcome.changed or self._unfinished)
        return replace(outcome, settled=settled)

    def _begin(self, known: ArmConnection) -> Outcome:
        effects = self._effects
        effects.inform(known)
        assessment = effects.assess(known)
        if assessment and assessment.blocked:
            return _idle(assessment)
        if not effects.may_begin():
            # Asked here, because reading took its time.
            reasons = assessment.reasons if assessment else ()
            return Outcome(status="skipped", reasons=(*reasons, Reason("not_started", "blocks")))
        return (self._prepare() if assessment and assessment.needs_credential else None) or self._move.run()

    def _prepare(self) -> Outcome | None:
        """A credential is written for the connection as it is now, not as some list showed it; None if the move can begin."""
        effects = self._effects
        current = effects.read()
        if current is None:
            return Outcome(status="failed", error=gone())
        assessment = effects.assess(current)
        if assessment is None:
            effects.inform(current)
            assessment = effects.assess(current)
        if assessment is None:
            return Outcome(
                status="failed",
                error=AzdoError("It changes all the time.", remedy="Run again when nobody edits it."),
            )
        if assessment.blocked:
            return _idle(assessment)
        if not assessment.needs_credential:
            return None
        hand_off = effects.prepare(current, assessment)
        return Outcome(status="needs_person", reasons=assessment.reasons, hand_off=hand_off) if hand_off else None

    def _new_move(self) -> Conversion | IssuerMigration:
        terms = self._terms
        if terms.target == ENTRA_ISSUER:
            return IssuerMigration(self._effects, terms.wait_timeout, terms.migration_grace)
        return Conversion(self._effects, terms.target, terms.wait_timeout)

    def _take_up(self, left: Unfinished) -> Outcome | None:
        """What became of the work of a run that did not end; None if it may be begun anew."""
        # A clock that was set meanwhile proves nothing.
        still_at_work = max(0.0, conversion.GRACE_SECONDS - max(0.0, left.asked_ago))
        patience = self._terms.wait_timeout if left.answered else still_at_work
        if left.going_back:
            return self._take_up_way_back(patience)
        if isinstance(self._move, IssuerMigration):
            outcome = self._move.confirm()
            seen_unmoved = outcome.status == "waiting" and outcome.after is not None
            return None if seen_unmoved and self._terms.resend else outcome
        return self._move.settle(patience)

    def _take_up_way_back(self, patience: float) -> Outcome | None:
        """If it is still where it was moved to in the end, it is tested again, and goes back again if that still fails."""
        home = self._home
        back = Conversion(self._effects, home, self._terms.wait_timeout)
        outcome = back.settle(patience)
        if outcome is not None and outcome.status == "waiting":
            return outcome
        current = outcome.after if outcome else self._effects.read()
        if current is None:
            return None
        if current.scheme != home:
            return Outcome(status=MOVED[self._terms.target], after=current, changed=True)
        was = MOVED[self._terms.target]
        error = AzdoError(
            f"An earlier run took it back (it is {MOVED[home]}), because its test failed after it was {was}."
        )
        return Outcome(status="rolled_back", error=error, after=current, changed=True, settled=True)

    @property
    def _home(self) -> str:
        """Where a move comes from that can be taken back."""
        return SERVICE_PRINCIPAL if self._terms.target == WIF else WIF

    def _see_through(self, moved: Outcome, connection: ArmConnection) -> Outcome:
        """The move itself is done: can one sign in, and is everything else as it was? Whatever the answer to one, the other is asked too."""
        differences = self._effects.differences(connection)
        hand_off = self._effects.secure(connection)
        tested = self._test(connection, hand_off)
        group = connection.scope["resource_group"]
        verdict = judge_move(self._effects.tested_before, tested, group) if tested else "bad" if hand_off else "good"
        if verdict == "good":
            hand_off = None
        moved = replace(moved, tested=tested, hand_off=hand_off, settled=verdict != "bad")
        moved = self._noted(moved, self._not_compared())
        if moved.error or differences:
            # Never taken back: what somebody else may have changed must not be overwritten.
            return replace(moved, status="failed", error=moved.error or changed_besides(differences))
        if hand_off:
            error = AzdoError(
                f"It was moved, and its federated credential is missing. {hand_off.why}", remedy=hand_off.what_to_do
            )
            return replace(moved, status="failed", error=error)
        if tested is None or verdict == "good":
            note = remark(tested, group) if tested else None
            return replace(moved, notes=(*moved.notes, note)) if note else moved
        if verdict == "unproven":
            return self._unproven(moved, tested)
        return self._broken(replace(moved, status="failed", error=failure(tested, group)), connection, tested)

    def _not_compared(self) -> str:
        if not self._effects.compares:
            return _NOT_COMPARED
        unread = ", ".join(self._effects.not_compared)
        return f"Whether this stayed as it was could not be read: {unread}." if unread else ""

    def _broken(self, failed: Outcome, connection: ArmConnection, tested: Verification) -> Outcome:
        """It does not work since it was moved: whether it goes back."""
        if not failed.changed:
            why = t.cast(AzdoError, failed.error)
            return replace(failed, error=MovedByOthersError(why.message, remedy=why.remedy))
        if not self._must_go_back(tested):
            return failed
        if late := self._effects.late_differences():
            return replace(failed, error=changed_besides(late))
        return self._go_back(failed, connection)

    def _unproven(self, moved: Outcome, tested: Verification) -> Outcome:
        """A test that could not be made says nothing, for good or bad. After an outage it can be made later, and so long the move is not confirmed."""
        what = f"Whether one can sign in with it was not proven: the test ended with {tested.result}. {tested.message}"
        if not tested.proves_nothing:
            return replace(moved, notes=(*moved.notes, what.strip()))
        deadline = moved.after.revert_deadline if moved.after else None
        until = f" It can be taken back until {format_time(deadline)}." if deadline else ""
        error = UnconfirmedError(f"It was moved. {what.strip().rstrip('.')}.{until}", remedy=_TEST_IT)
        return replace(moved, status="waiting", error=error, settled=False)

    def _test(self, connection: ArmConnection, hand_off: HandOff | None) -> Verification | None:
        if not self._terms.test:
            return None
        before, group = self._effects.tested_before, connection.scope["resource_group"]
        # A credential that nobody wrote does not appear by waiting.
        return self._effects.test(
            connection, lambda found: judge_move(before, found, group) == "good", patiently=hand_off is None
        )

    def _must_go_back(self, tested: Verification) -> bool:
        """Only what the move broke, for sure and lastingly, and only where the way back is known to work."""
        before, terms = self._effects.tested_before, self._terms
        if before is None or not tested.persistent:
            return False
        if terms.target == WIF:
            broken = tested.result == "federation_failed" and before.result != "federation_failed"
            return terms.revert_on_failure and broken and self._effects.can_go_back
        # Back to a secret that turns out to be dead: the federation, which this run saw working a moment ago, is the way back.
        dead = terms.target == SERVICE_PRINCIPAL and tested.result == "credential_failed"
        return terms.reconvert_on_failure and dead and before.result == "ok" and not self._unfinished

    def _go_back(self, failed: Outcome, moved: ArmConnection) -> Outcome:
        """Whatever becomes of the way back, the row says first why it was wanted."""
        home = self._home
        move = Conversion(self._effects.way_back(moved, home), home, self._terms.wait_timeout)
        try:
            back = move.run()
        except StoppedError:
            raise
        except AzdoError as error:
            back = Outcome(status="waiting" if move.sent else "failed", error=error)
        if back.status == MOVED[home]:
            self._add(failed, f"It was {MOVED[home]}")
            return replace(failed, status="rolled_back", after=back.after, settled=True)
        why = back.error.message if back.error else "; ".join(reason.code for reason in back.reasons or ())
        if back.status == "waiting":
            self._add(failed, f"The way back was asked for and is not confirmed: {why}")
            return replace(failed, status="waiting", after=back.after or failed.after, settled=False)
        self._add(failed, f"It was not {MOVED[home]}: {why}")
        return replace(failed, after=back.after or failed.after)

    def _add(self, failed: Outcome, sentence: str) -> None:
        problem = t.cast(AzdoError, failed.error)
        problem.message = f"{problem.message.rstrip('.')}. {sentence.rstrip('.')}."


def _idle(assessment: Assessment) -> Outcome:
    return Outcome(status=assessment.status, reasons=assessment.reasons)


class MovedByOthersError(AzdoError):
    """It does not work since it was moved, and this run was not the one that moved it, so it is not for this run to take back."""

    code = "moved_by_others"


class ChangedBesidesError(AzdoError):
    """More became different than the way to sign in. ``details["differences"]``: ``[{field, before, after}]``."""

    code = "changed_besides"


def changed_besides(differences: list[Json]) -> ChangedBesidesError:
    """Names what it is; the values are in the details."""
    return ChangedBesidesError(
        f"The way to sign in was changed, and so was something else: {', '.join(item['field'] for item in differences)}.",
        remedy="Look at the connection before pipelines use it; nothing was reverted.",
        differences=differences,
    )
