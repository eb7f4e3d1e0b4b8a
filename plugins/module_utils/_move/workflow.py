# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of one connection: take up what was begun, prepare, move, look whether all else is as it was, test, and go back if need be.

PRIVATE to the collection, and without effects of its own. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ENTRA_ISSUER, ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._move import conversion
from ansible_collections.azdo.connections.plugins.module_utils._move.conversion import Conversion
from ansible_collections.azdo.connections.plugins.module_utils._move.issuer_migration import IssuerMigration
from ansible_collections.azdo.connections.plugins.module_utils._move.move import MOVED, Outcome, UnconfirmedError, gone
from ansible_collections.azdo.connections.plugins.module_utils._move.seeing_through import TEST_IT, SeeingThrough
from ansible_collections.azdo.connections.plugins.module_utils._move.terms import Terms, Unfinished, WorkflowEffects
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason


class Workflow:
    """One connection, from what it is to what it should be.

    :param unfinished: what an earlier run left.
    """

    def __init__(self, effects: WorkflowEffects, terms: Terms, unfinished: Unfinished | None = None) -> None:
        self._effects = effects
        self._terms = terms
        self._unfinished = unfinished
        self._move = self._new_move()
        self._seeing_through = SeeingThrough(effects, terms, fresh=unfinished is None)
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
            return outcome.noted(self._effects.withdraw())
        # Another run, which is at it, may sign in with what this one has written.
        return outcome.noted(self._effects.left if outcome.status == "skipped" else "")

    def broken_off(self, error: AzdoError) -> Outcome:
        """What is known of a connection after an error that nobody expected where it came."""
        if self._moved is not None:
            what = "It was moved, and whether it works and all else is as it was could not be looked at to the end"
            why = UnconfirmedError(what, cause=error, remedy=TEST_IT)
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
            return self._seeing_through.judged(outcome, self._moved)
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
        home = self._terms.home
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


def _idle(assessment: Assessment) -> Outcome:
    return Outcome(status=assessment.status, reasons=assessment.reasons)
