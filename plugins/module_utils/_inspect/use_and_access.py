# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what is known about a connection outside the connection itself, in each project that has it.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import UNREADABLE_USE, Use, may_be_running
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

Depth = t.Literal["latest", "running", "all"]
Answered = t.TypeVar("Answered")


def read_details(client: AzureDevOps, connection: ArmConnection, include: t.Collection[str]) -> Json:
    """The parts named by ``include`` (``permissions``, ``checks``), project by project. What cannot be read is null, never empty."""
    details: Json = {}
    if "permissions" in include:
        details["permissions"] = [
            {"project": project.name, **permissions(_readable(client.pipeline_permissions, project.id, connection.id))}
            for project in connection.references
        ]
    if "checks" in include:
        details["checks"] = [
            {"project": project.name, "checks": checks(_readable(client.checks, project.id, connection.id))}
            for project in connection.references
        ]
    return details


def read_use(client: AzureDevOps, connection: ArmConnection, now: datetime, depth: Depth = "latest") -> Use:
    """The uses over all its projects (7). :raises AzdoError: one of the histories could not be read, so nothing is sure.

    :param depth: ``latest``: one page of each history; ``running``: back to where nothing can be running any more; ``all``: everything there is.
    """

    def more(oldest: Json) -> bool:
        return depth == "all" or (depth == "running" and may_be_running(oldest, now))

    histories = [
        (project, client.execution_history(project.id, connection.id, more)) for project in connection.references
    ]
    return Use.from_histories(histories, now)


def usage(use: Use | None, now: datetime) -> Json:
    """How a result tells of the use; None is "could not be read"."""
    return dict(UNREADABLE_USE) if use is None else use.to_result(now)


def read_surroundings(client: AzureDevOps, connection: ArmConnection) -> dict[str, str | None]:
    """What must stay as it is around a connection, by project: pipeline permissions, checks and roles, each as one text that can be compared.

    None is "could not be read". Projects stand here by id, because names may change meanwhile.
    """
    found: dict[str, str | None] = {}
    for project in connection.references:
        texts = {
            "pipeline permissions": _text(client.pipeline_permissions, _permissions_text, project.id, connection.id),
            "checks": _text(client.checks, _checks_text, project.id, connection.id),
            "roles": _text(client.roles, _roles_text, project.id, connection.id),
        }
        found |= {f"{what} in {project.id.lower()}": text for what, text in texts.items()}
    return found


def _text(
    operation: t.Callable[[str, str], Answered], tell: t.Callable[[Answered], str], project_id: str, connection_id: str
) -> str | None:
    answer = _readable(operation, project_id, connection_id)
    try:
        return None if answer is None else tell(answer)
    except (AttributeError, KeyError, TypeError):
        # An answer in an unknown shape says nothing.
        return None


def _permissions_text(answer: Json) -> str:
    return json.dumps(permissions(answer), sort_keys=True)


def _checks_text(answer: list[Json]) -> str:
    """Settings as a hash: what a check says is its own business, only that it still says it counts."""
    return "; ".join(
        f"{item.get('id')} {(item.get('type') or {}).get('name')} "
        + hashlib.sha256(json.dumps(item.get("settings"), sort_keys=True).encode()).hexdigest()[:8]
        for item in sorted(answer, key=lambda item: str(item.get("id")))
    )


def _roles_text(answer: list[Json]) -> str:
    return "; ".join(
        sorted(
            f"{str((item.get('identity') or {}).get('id')).lower()} {(item.get('role') or {}).get('name')} {item.get('access')}"
            for item in answer
        )
    )


def permissions(answer: Json | None) -> Json:
    """Who may use the connection in one project (6.1). Shape: ``{all_pipelines: bool, pipelines: [id]}``, both null if it could not be read."""
    if answer is None:
        return {"all_pipelines": None, "pipelines": None}
    return {
        "all_pipelines": bool((answer.get("allPipelines") or {}).get("authorized")),
        "pipelines": sorted(item["id"] for item in answer.get("pipelines") or [] if item.get("authorized")),
    }


def checks(answer: list[Json] | None) -> list[Json] | None:
    """Approvals and checks in one project (6.2). Shape: ``[{id, type}]``, null if they could not be read."""
    if answer is None:
        return None
    return [{"id": item.get("id"), "type": (item.get("type") or {}).get("name")} for item in answer]


def _readable(operation: t.Callable[[str, str], Answered], project_id: str, connection_id: str) -> Answered | None:
    try:
        return operation(project_id, connection_id)
    except (ServiceError, TransportError):
        # One history that cannot be read must not hide the rest of the fleet; the null in the row says so.
        return None
