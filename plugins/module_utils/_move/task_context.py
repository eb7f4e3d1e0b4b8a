# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the workflows of one task have in common: who asks, on which terms, with which journal.

PRIVATE to the collection.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._inspect.checks_of_many import ChecksOfMany
from ansible_collections.azdo.connections.plugins.module_utils._inspect.inspection import Inspection
from ansible_collections.azdo.connections.plugins.module_utils._inspect.states_of_many import StatesOfMany
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Found
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._move.journal import Journal
from ansible_collections.azdo.connections.plugins.module_utils._move.terms import Terms
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import (
    Assessment,
    assess,
    needs_credential,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class TaskContext:
    """One task.

    :param states: what tells for all of them when to look.
    :param checks: where those of many connections are read together, and those after a move later than the rest.
    :param approval: the digest of the plan that is carried out, and the hash of each of its items, for the journal.
    """

    runtime: Runtime
    situation: Situation
    terms: Terms
    inspection: Inspection
    journal: Journal
    verify_timeout: float
    states: StatesOfMany
    checks: ChecksOfMany | None = None
    approval: tuple[str, t.Mapping[str, str]] | None = None

    def assess(
        self,
        found: Found,
        facts: Facts | None = None,
        *,
        current: ArmConnection | None = None,
        now: datetime | None = None,
    ) -> Assessment:
        """A connection judged as this task sees it.

        :param current: the connection as it was read since the lists. :param now: a later moment than that of the plan.
        """
        situation = self.situation if now is None else dataclasses.replace(self.situation, now=now)
        return assess(current or found.connection, self.terms.target, situation, found.seen_in, facts)

    def sees_to_credential(self, connection: ArmConnection) -> bool:
        """Whether the federated credential of the connection as it is now is ours to see to."""
        return needs_credential(connection, self.terms.target, self.situation)
