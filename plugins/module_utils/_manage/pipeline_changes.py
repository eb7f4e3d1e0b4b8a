# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pipelines are to be permitted and forbidden to use a connection, project by project.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._manage.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._manage.desired_state import Pipelines
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project


@dataclass(frozen=True, kw_only=True)
class PipelinePlan:
    """Permissions to change in one project: the body of the request, and what it is for."""

    project: Project
    wanted: Pipelines
    append: bool
    changes: tuple[Change, ...]
    body: Json


def pipeline_plan(
    project: Project, connection_id: str, wanted: Pipelines, answer: Json, *, append: bool
) -> PipelinePlan | None:
    """What to permit and to forbid in a project (6.1); None if nothing. What the service permits by itself is not looked at.

    :param answer: the permissions as the service tells them.
    """
    everyone = bool((answer.get("allPipelines") or {}).get("authorized"))
    named = {int(item["id"]) for item in answer.get("pipelines") or [] if item.get("authorized")}
    changes, body = [], {"resource": {"type": "endpoint", "id": connection_id}, "pipelines": t.cast(list[Json], [])}
    take_away = wanted.everyone is False and append
    if wanted.everyone is not None and wanted.everyone != everyone and not take_away:
        changes.append(Change(f"authorize_all_pipelines ({project.name})", everyone, wanted.everyone))
        body["allPipelines"] = {"authorized": wanted.everyone}
    if wanted.ids is not None:
        after = wanted.ids | named if append else wanted.ids
        if after != named:
            changes.append(Change(f"authorized_pipelines ({project.name})", sorted(named), sorted(after)))
            permitted = [{"id": number, "authorized": True} for number in sorted(after - named)]
            body["pipelines"] = permitted + [{"id": number, "authorized": False} for number in sorted(named - after)]
    if not changes:
        return None
    return PipelinePlan(project=project, wanted=wanted, append=append, changes=tuple(changes), body=body)
