# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the workflows of one task have in common: who asks, on which terms, with which journal.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._convert.journal import Journal
from ansible_collections.azdo.connections.plugins.module_utils._convert.workflow import Terms
from ansible_collections.azdo.connections.plugins.module_utils._inspect.inspection import Inspection
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Found
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment, assess
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class TaskContext:
    """One task.

    :param approval: the digest of the plan that is carried out, and the hash of each of its items, for the journal.
    """

    runtime: Runtime
    situation: Situation
    terms: Terms
    inspection: Inspection
    journal: Journal
    verify_timeout: float
    approval: tuple[str, t.Mapping[str, str]] | None = None

    def assess(self, found: Found, facts: Facts | None = None) -> Assessment:
        """A connection judged as this task sees it."""
        return assess(found.connection, self.terms.target, self.situation, found.seen_in, facts)
