# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: the courses of a fleet, side by side, with an error budget, and one by one where the first has to show that it works.

PRIVATE to the collection.
"""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._connection import ENTRA_ISSUER
from ansible_collections.azdo.connections.plugins.module_utils._course import Course, Unfinished
from ansible_collections.azdo.connections.plugins.module_utils._effects import LiveEffects, Task
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._fleet import each
from ansible_collections.azdo.connections.plugins.module_utils._journal import JournalError, OpenItem
from ansible_collections.azdo.connections.plugins.module_utils._moving import MOVED, Outcome
from ansible_collections.azdo.connections.plugins.module_utils._plan import PlannedRow, planned_row
from ansible_collections.azdo.connections.plugins.module_utils._reasons import Reason
from ansible_collections.azdo.connections.plugins.module_utils._rows import FAILED, Row


class Rollout:
    """Moves what a plan says. It ends early when more connections failed than allowed, when nobody is signed in any more, or when the next
    connection would fail the same way.

    :param left: what earlier runs did not see through, by connection id in lower case.
    """

    def __init__(self, task: Task, left: t.Mapping[str, OpenItem]) -> None:
        self._task = task
        self._runtime = task.runtime
        self._left = left
        self._counting = threading.Lock()
        self._failures = 0
        self._over = False
        self._refused_to_non_users = False
        self._done = self._total = 0

    def foresee(self, plan: list[PlannedRow]) -> list[PlannedRow]:
        """The plan with the facts around each connection that is to be moved."""
        todo = [planned for planned in plan if planned.action]
        self._total = len(todo)

        def count(_planned: PlannedRow, _facts: Facts) -> bool:
            self._done += 1
            self._runtime.progress(f"{self._done} of {self._total} connections looked at")
            return True

        known = each(
            todo,
            lambda planned: self._task.inquiry.facts(planned.connection),
            concurrency=self._runtime.concurrency,
            stop=self._runtime.stop,
            go_on=count,
        )
        facts = {planned.connection.id: found for planned, found in zip(todo, known, strict=True) if found}
        return [self._informed(planned, facts.get(planned.connection.id)) for planned in plan]

    def carry_out(self, plan: list[PlannedRow]) -> list[Row]:
        """A row for every planned one, in the same order."""
        todo = [planned for planned in plan if planned.action or planned.unfinished]
        self._done, self._total = 0, len(todo)
        rows: dict[str, Row] = {}
        if self._task.terms.target == ENTRA_ISSUER:
            rows |= self._prove_migration(todo)
        elif self._task.situation.attempt_as_non_user and self._task.situation.caller == "non_user":
            rows |= self._try_as_non_user(todo)
        rows |= self._side_by_side([planned for planned in todo if planned.connection.id not in rows])
        return [rows.get(planned.connection.id) or Row(planned, Outcome(status=planned.status)) for planned in plan]

    def _side_by_side(self, todo: list[PlannedRow]) -> dict[str, Row]:
        rows = each(todo, self._go, concurrency=self._runtime.concurrency, stop=self._runtime.stop, go_on=self._go_on)
        return {
            planned.connection.id: row or self._not_started(planned) for planned, row in zip(todo, rows, strict=True)
        }

    # -- where the first one has to show that it works ---------------------------------------------------------------
    def _prove_migration(self, todo: list[PlannedRow]) -> dict[str, Row]:
        """Rows one by one until one is migrated and gets a token, behind a gate that all tasks with this journal share."""
        journal, rows = self._task.journal, {}
        with journal.gate(self._runtime.stop):
            for planned in todo:
                if self._is_over() or "proven" in journal.told():
                    break
                row = self._side_by_side([planned])[planned.connection.id]
                rows[planned.connection.id] = row
                outcome = row.outcome
                if outcome and outcome.status == MOVED[ENTRA_ISSUER] and outcome.tested and outcome.tested.got_a_token:
                    journal.tell("proven")
                elif row.status in (*FAILED, "waiting", MOVED[ENTRA_ISSUER]):
                    self._stop_migrations()
        return rows

    def _stop_migrations(self) -> None:
        self._over = True
        self._task.journal.tell("stopped")

    def _try_as_non_user(self, todo: list[PlannedRow]) -> dict[str, Row]:
        """One automatic connection; when it is refused, the others need not be asked for (2.7, 3.2)."""
        for planned in todo:
            if planned.connection.creation_mode != "automatic":
                continue
            rows = self._side_by_side([planned])
            outcome = rows[planned.connection.id].outcome
            if outcome and outcome.status not in ("skipped", "unchanged"):
                self._refused_to_non_users = isinstance(outcome.error, ServiceError)
                return rows
        return {}

    # -- one row -----------------------------------------------------------------------------------------------------
    def _go(self, planned: PlannedRow) -> Row:
        if self._is_over():
            return self._not_started(planned)
        if self._refused_to_non_users and planned.connection.creation_mode == "automatic":
            return self._without_request(planned, Reason("caller_not_user", "blocks"))
        left = self._left.get(planned.connection.id.lower()) if planned.unfinished else None
        moves: list[Outcome] = []

        def was_moved(outcome: Outcome) -> None:
            moves.append(outcome)
            self._count(outcome)

        effects = LiveEffects(self._task, planned, left, lambda: not self._is_over(), was_moved)
        course = Course(effects, self._task.terms, self._unfinished(left))
        outcome = self._guarded(course, planned)
        if not any(outcome is known for known in moves):
            self._count(outcome)
        if effects.has_sent and outcome.status != "waiting":
            after = outcome.after.scheme if outcome.after else None
            self._task.journal.ended(
                planned.connection.id, status=outcome.status, changed=outcome.changed, scheme=after
            )
        if outcome.error:
            outcome.error.about(
                f"{self._runtime.azure_devops.name} / {planned.connection.owner.name} / {planned.connection.name}"
            )
        return Row(self._informed(planned, effects.facts), outcome)

    def _informed(self, planned: PlannedRow, facts: Facts | None) -> PlannedRow:
        if facts is None:
            return planned
        return planned_row(planned.found, planned.target, self._task.situation, facts, unfinished=planned.unfinished)

    def _unfinished(self, left: OpenItem | None) -> Unfinished | None:
        if left is None:
            return None
        ago = (self._runtime.now() - left.sent_at).total_seconds() if left.sent_at else 0.0
        return Unfinished(asked_ago=ago, answered=left.answered, going_back=left.going_back)

    def _guarded(self, course: Course, planned: PlannedRow) -> Outcome:
        """One odd connection must not lose the rows of all others; only the end of the task passes through."""
        try:
            return course.run(planned.connection)
        except StoppedError:
            raise
        except AzdoError as error:
            return Outcome(status="failed", error=error, changed=course.sent)
        except Exception as error:  # noqa: BLE001 - see above
            text = f"This is a fault of azdo.connections: {type(error).__name__}: {error}."
            return Outcome(status="failed", error=AzdoError(text, remedy="Please report it."), changed=course.sent)

    def _count(self, outcome: Outcome) -> None:
        """Nothing more is started after too many failures, or when the next one cannot end better."""
        failed = outcome.status in FAILED
        hopeless = isinstance(outcome.error, AuthenticationError | JournalError) or (
            failed and outcome.tested is not None and outcome.tested.of_the_tenant
        )
        with self._counting:
            self._failures += failed
            allowed = self._runtime.params["max_failures"]
            too_many = allowed is not None and self._failures > allowed
            self._over = self._over or too_many or hopeless or self._task.journal.broken is not None
        if failed and self._task.terms.target == ENTRA_ISSUER and (outcome.tested or outcome.hand_off):
            # There is no way back: what one connection cannot do after the switch, the next must not try.
            self._stop_migrations()

    def _is_over(self) -> bool:
        if self._task.terms.target == ENTRA_ISSUER and "stopped" in self._task.journal.told():
            self._over = True
        return self._over

    def _go_on(self, _planned: PlannedRow, _row: Row) -> bool:
        self._done += 1
        self._runtime.progress(f"{self._done} of {self._total} connections, {self._failures} failed")
        return not self._over

    def _not_started(self, planned: PlannedRow) -> Row:
        return self._without_request(planned, Reason("not_started", "blocks", {"failures": self._failures}))

    def _without_request(self, planned: PlannedRow, reason: Reason) -> Row:
        kept = tuple(known for known in planned.reasons if known.code != reason.code)
        return Row(planned, Outcome(status="skipped", reasons=(*kept, reason)))


def forecast(plan: list[PlannedRow]) -> list[Row]:
    """The rows of check mode."""
    return [Row(planned) for planned in plan]
