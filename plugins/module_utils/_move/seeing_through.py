# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows a move: is all else as it was, can one sign in, and if not, is it taken back?

PRIVATE to the collection, and without effects of its own.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
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
from ansible_collections.azdo.connections.plugins.module_utils._move.conversion import Conversion
from ansible_collections.azdo.connections.plugins.module_utils._move.move import MOVED, Outcome, UnconfirmedError
from ansible_collections.azdo.connections.plugins.module_utils._move.terms import Terms, WorkflowEffects
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

_NOT_COMPARED = (
    "Whether pipeline permissions, checks and roles stayed as they were was not looked at (compare is none)."
)
TEST_IT = "Run again: with the same journal it is looked at and tested then; without one, test it with verification among include of azdo_arm_connection_info."


class SeeingThrough:
    """One connection that is where it should be.

    :param fresh: whether this run began with it; what an earlier one left proves less.
    """

    def __init__(self, effects: WorkflowEffects, terms: Terms, *, fresh: bool) -> None:
        self._effects = effects
        self._terms = terms
        self._fresh = fresh

    def judged(self, moved: Outcome, connection: ArmConnection) -> Outcome:
        """The move itself is done: can one sign in, and is everything else as it was? Whatever the answer to one, the other is asked too."""
        differences = self._effects.differences(connection)
        hand_off = self._effects.secure(connection)
        tested = self._test(connection, hand_off)
        group = connection.scope["resource_group"]
        verdict = judge_move(self._effects.tested_before, tested, group) if tested else "bad" if hand_off else "good"
        if verdict == "good":
            hand_off = None
        moved = replace(moved, tested=tested, hand_off=hand_off, settled=verdict != "bad")
        moved = moved.noted(self._not_compared())
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
        error = UnconfirmedError(f"It was moved. {what.strip().rstrip('.')}.{until}", remedy=TEST_IT)
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
        return terms.reconvert_on_failure and dead and before.result == "ok" and self._fresh

    def _go_back(self, failed: Outcome, moved: ArmConnection) -> Outcome:
        """Whatever becomes of the way back, the row says first why it was wanted."""
        home = self._terms.home
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
