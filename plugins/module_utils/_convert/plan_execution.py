# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: the workflows of a fleet, side by side, with an error budget, and one by one where the first has to show that it works.

PRIVATE to the collection.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._convert.late_comparison import LateComparison
from ansible_collections.azdo.connections.plugins.module_utils._convert.rows import FAILED, UNFINISHED, Row
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.checks_of_many import ChecksOfMany
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ENTRA_ISSUER
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._move.effects import LiveEffects
from ansible_collections.azdo.connections.plugins.module_utils._move.journal import JournalError
from ansible_collections.azdo.connections.plugins.module_utils._move.journal_entries import OpenItem
from ansible_collections.azdo.connections.plugins.module_utils._move.move import MOVED, Outcome, UnconfirmedError
from ansible_collections.azdo.connections.plugins.module_utils._move.task_context import TaskContext
from ansible_collections.azdo.connections.plugins.module_utils._move.terms import Unfinished
from ansible_collections.azdo.connections.plugins.module_utils._move.workflow import Workflow
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each
from ansible_collections.azdo.connections.plugins.module_utils._run.progress import Progress

_NOT_ALLOWED = (400, 401, 403)
_LOOK = "Look at the connection in the portal; if it shows nothing, give the activity id of the details to Microsoft's support."


class PlanExecution:
    """Moves what a plan says. It ends early when more connections failed than allowed, when nobody is signed in any more, or when the next
    connection would fail the same way.

    :param left: what earlier runs did not see through, by connection id in lower case.
    """

    def __init__(self, task: TaskContext, left: t.Mapping[str, OpenItem]) -> None:
        self._task = task
        self._runtime = task.runtime
        self._left = left
        self._counting = threading.Lock()
        self._failures = 0
        self._over = False
        self._refused_to_non_users = False
        self._later: LateComparison | None = None
        self._meter = Progress(task.runtime, 0)

    def carry_out(self, plan: list[PlannedRow]) -> list[Row]:
        """A row for every planned one, in the same order."""
        todo = [planned for planned in plan if planned.action or planned.unfinished]
        self._meter = Progress(self._runtime, len(todo))
        rows: dict[str, Row] = {}
        if self._together(todo):
            checks = ChecksOfMany(self._runtime.azure_devops, (item.connection for item in todo if not item.unfinished))
            self._task = replace(self._task, checks=checks)
            self._later = LateComparison(checks, self._about, self._compared)
        if self._task.terms.target == ENTRA_ISSUER:
            rows |= self._prove_migration(todo)
        elif self._task.situation.attempt_as_non_user and self._task.situation.caller == "non_user":
            rows |= self._try_as_non_user(todo)
        rows |= self._side_by_side([planned for planned in todo if planned.connection.id not in rows])
        rows |= self._later.rest() if self._later else {}
        if self._task.journal.broken:
            self._runtime.warnings.append(f"{self._task.journal.broken} Nothing more was started.")
        return [
            rows.get(planned.connection.id) or Row(planned, Outcome(status=planned.assessment.status))
            for planned in plan
        ]

    def _side_by_side(self, todo: list[PlannedRow]) -> dict[str, Row]:
        """Connections of one application share its federated credentials and its one write at a time, so they go one after the other."""
        chains: dict[t.Hashable, list[PlannedRow]] = {}
        for planned in todo:
            connection = planned.connection
            client_id = (connection.client_id or "").lower()
            identity = ((connection.tenant_id or "").lower(), client_id) if client_id else connection.id
            chains.setdefault(identity, []).append(planned)
        work = list(chains.values())
        ended = each(
            work,
            lambda chain: [self._go(planned) for planned in chain],
            concurrency=self._runtime.concurrency,
            stop=self._runtime.stop,
            go_on=self._go_on,
            meanwhile=self._meter.look,
        )
        return {
            planned.connection.id: row
            for chain, rows in zip(work, ended, strict=True)
            for planned, row in zip(chain, rows or map(self._not_started, chain), strict=True)
        }

    # -- what is compared for many together ---------------------------------------------------------------------------
    def _together(self, todo: list[PlannedRow]) -> bool:
        """Not where the next connection depends on how the one before has ended."""
        careful = self._task.terms.target == ENTRA_ISSUER or self._runtime.params["max_failures"] is not None
        return self._task.terms.compare and not careful and len(todo) > 1

    # -- where the first one has to show that it works ---------------------------------------------------------------
    def _prove_migration(self, todo: list[PlannedRow]) -> dict[str, Row]:
        """Rows one by one until one is migrated and gets a token, behind a gate that all tasks with this journal share.

        What an earlier run left proves nothing about this one, and what cannot be tested comes last.
        """
        journal = self._task.journal
        rows: dict[str, Row] = {}
        fresh = sorted((item for item in todo if not item.unfinished), key=lambda item: not item.connection.enabled)
        with journal.gate(self._runtime.stop):
            # What is in the dark is looked at before anything new is asked for, or each run would leave one more there.
            rows |= self._side_by_side([item for item in todo if item.unfinished])
            for planned in fresh:
                if self._is_over() or "proven" in journal.told():
                    break
                row = self._side_by_side([planned])[planned.connection.id]
                rows[planned.connection.id] = row
                outcome = row.outcome or Outcome(status=row.status)
                tested = outcome.tested if outcome.status == MOVED[ENTRA_ISSUER] else None
                if tested and tested.got_a_token:
                    journal.tell("proven")
                elif (
                    outcome.changed
                    and outcome.status != "needs_person"
                    and not (tested and tested.result == "not_testable")
                ):
                    self._stop_migrations()
        return rows

    def _stop_migrations(self) -> None:
        self._over = True
        self._task.journal.tell("stopped")

    def _try_as_non_user(self, todo: list[PlannedRow]) -> dict[str, Row]:
        """Automatic connections until one was asked for; when it is refused, the others need not be (2.7, 3.2)."""
        rows: dict[str, Row] = {}
        for planned in todo:
            if planned.connection.creation_mode != "automatic":
                continue
            row = self._side_by_side([planned])[planned.connection.id]
            rows[planned.connection.id] = row
            if row.status not in ("skipped", "unchanged"):
                error = row.outcome.error if row.outcome else None
                self._refused_to_non_users = isinstance(error, ServiceError) and error.status in _NOT_ALLOWED
                break
        return rows

    # -- one row -----------------------------------------------------------------------------------------------------
    def _go(self, planned: PlannedRow) -> Row:
        if self._is_over():
            return self._not_started(planned)
        if self._refused_to_non_users and planned.connection.creation_mode == "automatic":
            return self._without_request(planned, Reason("caller_not_user", "blocks"))
        left = self._left.get(planned.connection.id.lower()) if planned.unfinished else None
        effects = LiveEffects(self._task, planned.found, planned.assessment, left, lambda: not self._is_over())
        outcome = self._guarded(Workflow(effects, self._task.terms, self._unfinished(left)), planned)
        if effects.wrote_credential:
            outcome = replace(outcome, changed=True)
        self._count(outcome)
        later = self._later if effects.checks_before else None
        if later is None:
            self._see_off(effects, planned, outcome)
        if outcome.error:
            self._about(planned, outcome.error)
        assessment = effects.assessment
        if left and left.tested and not (assessment.facts and assessment.facts.tested):
            # The test before the move was made by the run that began it.
            facts = replace(assessment.facts or Facts(), tested=Verification(result=left.tested))
            assessment = replace(assessment, facts=facts)
        row = Row(replace(planned, assessment=assessment), outcome)
        if later is not None:
            later.add(effects, row)
        return row

    def _compared(self, effects: LiveEffects, row: Row, outcome: Outcome) -> None:
        """What was compared later than the rest of it: it may have failed by that."""
        if outcome.error is not (row.outcome and row.outcome.error):
            self._count(outcome)
        self._see_off(effects, row.planned, outcome)

    def _about(self, planned: PlannedRow, error: AzdoError) -> AzdoError:
        """The error with what it is about, and something to do."""
        error.remedy = error.remedy or _LOOK
        return error.about(
            f"{self._runtime.azure_devops.name} / {planned.connection.owner.name} / {planned.connection.name}"
        )

    def _see_off(self, effects: LiveEffects, planned: PlannedRow, outcome: Outcome) -> None:
        """In the journal, where nothing is left for a later run to see to."""
        if not (effects.in_journal and outcome.settled):
            return
        self._task.journal.ended(
            planned.connection.id,
            status=outcome.status,
            changed=outcome.changed,
            target=planned.assessment.target,
            scheme=outcome.after.scheme if outcome.after else None,
            secret="dead" if outcome.tested and outcome.tested.result == "credential_failed" else None,
        )

    def _unfinished(self, left: OpenItem | None) -> Unfinished | None:
        if left is None:
            return None
        ago = (self._runtime.now() - left.sent_at).total_seconds() if left.sent_at else 0.0
        return Unfinished(asked_ago=ago, answered=left.answered, going_back=left.going_back)

    def _guarded(self, workflow: Workflow, planned: PlannedRow) -> Outcome:
        """One odd connection must not lose the rows of all others; only the end of the task passes through."""
        try:
            return workflow.run(planned.connection)
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            text = f"This is a fault of azdo.connections: {type(error).__name__}: {error}."
            return workflow.broken_off(AzdoError(text, remedy="Please report it."))

    def _count(self, outcome: Outcome) -> None:
        """Nothing more is started after too many failures, or when the next one cannot end better."""
        failed = outcome.status in FAILED
        # Not confirmed, or refused: what the next one would meet as well.
        in_vain = failed or (outcome.status in UNFINISHED and outcome.error is not None)
        cause = outcome.error.cause if isinstance(outcome.error, UnconfirmedError) else outcome.error
        hopeless = isinstance(cause, AuthenticationError | JournalError) or (
            failed and outcome.tested is not None and outcome.tested.of_the_tenant
        )
        with self._counting:
            self._failures += in_vain
            allowed = self._runtime.params["max_failures"]
            too_many = allowed is not None and self._failures > allowed
            self._over = self._over or too_many or hopeless or self._task.journal.broken is not None
        if (failed or outcome.status == "waiting") and outcome.changed and self._task.terms.target == ENTRA_ISSUER:
            # There is no way back: what one connection cannot do after the switch, the next must not try.
            self._stop_migrations()

    def _is_over(self) -> bool:
        if self._task.terms.target == ENTRA_ISSUER and "stopped" in self._task.journal.told():
            self._over = True
        return self._over

    def _go_on(self, chain: list[PlannedRow], _rows: list[Row]) -> bool:
        self._meter.count(len(chain), failed=self._failures)
        return not self._over

    def _not_started(self, planned: PlannedRow) -> Row:
        return self._without_request(planned, Reason("not_started", "blocks", {"failures": self._failures}))

    def _without_request(self, planned: PlannedRow, reason: Reason) -> Row:
        kept = tuple(known for known in planned.assessment.reasons if known.code != reason.code)
        return Row(planned, Outcome(status="skipped", reasons=(*kept, reason)))


def forecast(plan: list[PlannedRow]) -> list[Row]:
    """The rows of check mode."""
    return [Row(planned) for planned in plan]
