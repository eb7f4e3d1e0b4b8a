# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pipelines of a project get or lose the permission to use a connection (6.1).

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import AccessIn
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json


@dataclass(frozen=True, kw_only=True)
class PipelinePlan:
    """Permissions to change in one project: the body of the request, and what it changes, as option, before and after."""

    body: Json
    changes: tuple[tuple[str, t.Any, t.Any], ...]


def pipeline_plan(connection_id: str, wanted: AccessIn, answer: Json) -> PipelinePlan | None:
    """What to permit and to forbid in a project; None if nothing. What the service permits by itself is not looked at.

    :param answer: the permissions as the service tells them.
    """
    append = wanted.append_pipelines
    everyone = is_for_everyone(answer)
    named = {int(item["id"]) for item in answer.get("pipelines") or [] if item.get("authorized")}
    changes: list[tuple[str, t.Any, t.Any]] = []
    body: Json = {"resource": {"type": "endpoint", "id": connection_id}, "pipelines": []}
    take_away = wanted.everyone is False and append
    if wanted.everyone is not None and wanted.everyone != everyone and not take_away:
        changes.append(("authorize_all_pipelines", everyone, wanted.everyone))
        body["allPipelines"] = {"authorized": wanted.everyone}
    if wanted.ids is not None:
        after = wanted.ids | named if append else wanted.ids
        if after != named:
            changes.append(("authorized_pipelines", sorted(named), sorted(after)))
            permitted = [{"id": number, "authorized": True} for number in sorted(after - named)]
            body["pipelines"] = permitted + [{"id": number, "authorized": False} for number in sorted(named - after)]
    return PipelinePlan(body=body, changes=tuple(changes)) if changes else None


def is_for_everyone(answer: Json) -> bool:
    """Whether all pipelines of the project may use it."""
    return bool((answer.get("allPipelines") or {}).get("authorized"))
