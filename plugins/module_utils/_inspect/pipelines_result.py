# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How results tell of the pipelines that use connections: those of one, and all together.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from urllib.parse import quote

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import PipelineFacts
from ansible_collections.azdo.connections.plugins.module_utils._rules import task_support_data
from ansible_collections.azdo.connections.plugins.module_utils._rules.readiness import VERDICTS, readiness
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import TaskSupport

# Pages of the portal, as they are seen in its address bar: observed, not documented.
_PAGES = {
    "build": "_build?definitionId={id}",
    "release": "_release?_a=releases&definitionId={id}",
    "variable_group": "_library?itemType=VariableGroups&view=VariableGroupView&variableGroupId={id}",
}


def pipelines_result(facts: PipelineFacts, support: TaskSupport, url: str) -> Json:
    """The documented keys ``pipelines`` and ``readiness`` of a row. :param url: the organization, for links."""
    found = readiness(facts, support)
    uses = [{**(use := item.to_result()), "link": _link(use, url)} for item in found.uses]
    return {"pipelines": uses, "readiness": {"verdict": found.verdict, "unread": list(found.unread)}}


def readiness_summary(rows: t.Sequence[Json], support: TaskSupport) -> Json:
    """All rows together, and by which table they were judged."""
    counted = Counter(row["readiness"]["verdict"] for row in rows)
    unread = dict.fromkeys(sentence for row in rows for sentence in row["readiness"]["unread"])
    return {
        "verdicts": {verdict: counted[verdict] for verdict in VERDICTS},
        "unread": list(unread),
        "table": {"source": task_support_data.SOURCE, "as_of": task_support_data.AS_OF, "own_rows": len(support.own)},
    }


def _link(use: Json, url: str) -> str | None:
    page = _PAGES.get(use["kind"])
    return f"{url}/{quote(use['project_id'])}/{page.format(id=use['id'])}" if page else None
