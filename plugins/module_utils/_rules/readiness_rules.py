# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pipelines that use a connection say for or against its conversion.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF, ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._rules.readiness import JudgedUse, readiness
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import REQUIRED, Reason
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation

# So many uses are told with a reason; a connection that hundreds of pipelines use is no better known by all of them.
_MOST_TOLD = 20
_TOLD = (
    "project",
    "kind",
    "id",
    "name",
    "repository",
    "task",
    "version",
    "place",
    "line",
    "verdict",
    "why",
    "use_instead",
)


def reasons(connection: ArmConnection, target: str, situation: Situation, facts: Facts) -> t.Iterator[Reason]:
    """What would break warns, unless it was asked for that nothing may, or nobody agreed to it when the plan was made. What is unknown is said."""
    if target != WIF or situation.readiness == "ignore" or facts.pipelines is None:
        return
    required = {REQUIRED: True} if situation.readiness == "require" else {}
    found = readiness(facts.pipelines, situation.task_support, strictly=bool(required))
    late = _late(connection, situation)
    if found.breaking:
        yield Reason(
            "pipeline_not_ready", "blocks" if required or late else "warns", {**_told(found.breaking), **required}
        )
    if found.unknown or found.unread:
        evidence = {**_told(found.unknown), "unread": list(found.unread), **required}
        yield Reason("pipeline_unknown", "blocks" if required else "informs", evidence)
    if late and (found.breaking or (required and (found.unknown or found.unread))):
        yield Reason("changed_since_plan", "blocks", {"pipelines": True})


def _late(connection: ArmConnection, situation: Situation) -> bool:
    """Whether somebody has agreed to moving it, and not to breaking a pipeline."""
    id_ = connection.id.lower()
    return situation.accepted is not None and id_ not in situation.accepted | situation.not_approved


def _told(uses: t.Sequence[JudgedUse]) -> Json:
    results = [use.to_result() for use in uses[:_MOST_TOLD]]
    more = {"more": len(uses) - _MOST_TOLD} if len(uses) > _MOST_TOLD else {}
    return {"pipelines": [{name: item[name] for name in _TOLD} for item in results], **more}
