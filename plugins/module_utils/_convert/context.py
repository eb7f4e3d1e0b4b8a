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

from ansible_collections.azdo.connections.plugins.module_utils._convert.journal import Journal
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow, planned_row
from ansible_collections.azdo.connections.plugins.module_utils._convert.workflow import Terms
from ansible_collections.azdo.connections.plugins.module_utils._inspect.inspection import Inspection
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF, ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Found
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._rules.fact_rules import wanted_pair
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import FederationOptions, awaited
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class TaskContext:
    """One task.

    :param wish: None if connections that a person created are left alone.
    :param approval: the digest of the plan that is carried out, and the hash of each of its items, for the journal.
    """

    runtime: Runtime
    situation: Situation
    terms: Terms
    inspection: Inspection
    journal: Journal
    wish: FederationOptions | None
    verify_timeout: float
    approval: tuple[str, t.Mapping[str, str]] | None = None

    def planned(self, found: Found, facts: Facts | None = None, known: PlannedRow | None = None) -> PlannedRow:
        """A connection judged as this task sees it. ``known`` is what was planned with less facts."""
        row = planned_row(found, self.terms.target, self.situation, facts)
        if facts and row.action and self.sees_to_credential(found.connection):
            pair = wanted_pair(found.connection, self.terms.target, self.situation)
            wish = t.cast(FederationOptions, self.wish)
            hand_off = awaited(found.connection, wish, pair, facts.identity, self.organization)
            row = dataclasses.replace(row, hand_off=hand_off)
        return dataclasses.replace(row, unfinished=known.unfinished) if known else row

    @property
    def organization(self) -> tuple[str, str]:
        """Name and id, as subjects contain them."""
        return self.situation.organization, self.situation.organization_id

    def sees_to_credential(self, connection: ArmConnection) -> bool:
        """Whether the federated credential must be there before the connection is moved, and is ours to see to."""
        return connection.creation_mode != "automatic" and self.terms.target == WIF and self.wish is not None
