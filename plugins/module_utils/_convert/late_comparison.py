# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The approvals and checks of the connections of a task, compared for a group of them after the rest, because they can be asked for together.

PRIVATE to the collection.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._convert.rows import FAILED, Row
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.checks_of_many import ChecksOfMany, Place
from ansible_collections.azdo.connections.plugins.module_utils._move.effects import LiveEffects
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Outcome, UnconfirmedError
from ansible_collections.azdo.connections.plugins.module_utils._move.seeing_through import changed_besides

# So many connections are compared together.
_TOGETHER = 25


class LateComparison:
    """Safe to use from several threads.

    :param about: makes of an error one that names its connection.
    :param compared: called with the effects of a connection, its row before, and its outcome now.
    """

    def __init__(
        self,
        checks: ChecksOfMany,
        about: t.Callable[[PlannedRow, AzdoError], AzdoError],
        compared: t.Callable[[LiveEffects, Row, Outcome], None],
    ) -> None:
        self._checks = checks
        self._about = about
        self._compared = compared
        self._lock = threading.Lock()
        self._awaiting: list[tuple[LiveEffects, Row]] = []
        self._rows: dict[str, Row] = {}

    def add(self, effects: LiveEffects, row: Row) -> None:
        """One more that waits to be compared; a group that is large enough is compared now."""
        with self._lock:
            self._awaiting.append((effects, row))
            if len(self._awaiting) < _TOGETHER:
                return
            batch, self._awaiting = self._awaiting, []
        self._compare(batch)

    def rest(self) -> dict[str, Row]:
        """Compare what is left. The rows of all that were added, by connection id."""
        batch, self._awaiting = self._awaiting, []
        self._compare(batch)
        return self._rows

    def _compare(self, batch: list[tuple[LiveEffects, Row]]) -> None:
        if not batch:
            return
        places = [
            (project_id, row.planned.connection.id) for effects, row in batch for project_id in effects.checks_before
        ]
        try:
            found = self._checks.now(places)
        except StoppedError:
            raise
        except AzdoError as error:
            for effects, row in batch:
                self._ended(effects, row, self._unseen(row, error))
            return
        for effects, row in batch:
            self._ended(effects, row, self._seen(effects, row, found))

    def _ended(self, effects: LiveEffects, row: Row, outcome: Outcome) -> None:
        self._rows[row.planned.connection.id] = replace(row, outcome=outcome)
        self._compared(effects, row, outcome)

    def _seen(self, effects: LiveEffects, row: Row, found: t.Mapping[Place, str | None]) -> Outcome:
        outcome = t.cast(Outcome, row.outcome)
        told = "checks" in effects.not_compared
        late = effects.late_differences(found)
        if late and outcome.status in FAILED:
            # Why it failed is what a person has to read first.
            return outcome.noted(changed_besides(late).message)
        if late:
            return replace(outcome, status="failed", error=self._about(row.planned, changed_besides(late)))
        if "checks" in effects.not_compared and not told:
            return outcome.noted("Whether its checks stayed as they were could not be read.")
        return outcome

    def _unseen(self, row: Row, error: AzdoError) -> Outcome:
        """Nobody is signed in any more, for example: the next run looks again."""
        outcome = t.cast(Outcome, row.outcome)
        if outcome.status in FAILED:
            return replace(outcome, settled=False)
        what = "It was moved, and whether its checks stayed as they were could not be looked at"
        why = self._about(row.planned, UnconfirmedError(what, cause=error))
        return replace(outcome, status="waiting", error=why, settled=False)
