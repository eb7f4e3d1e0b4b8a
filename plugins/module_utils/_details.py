# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about a connection outside the connection itself: its use, pipeline permissions and checks, in each project that has it.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._connection import ArmConnection, Json, ProjectReference
from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time

# Azure DevOps disables a connection that was not used for this long (2.11).
AUTO_DISABLE_AFTER = timedelta(days=100)


def read_details(client: AzureDevOps, connection: ArmConnection, include: t.Collection[str], now: datetime) -> Json:
    """The parts named by ``include`` (``usage``, ``permissions``, ``checks``). What cannot be read is null, never empty."""
    details: Json = {}
    if "usage" in include:
        histories = [_readable(client.execution_history, project, connection) for project in connection.references]
        details["usage"] = usage(histories, now)
    if "permissions" in include:
        details["permissions"] = [
            {"project": project.name, **permissions(_readable(client.pipeline_permissions, project, connection))}
            for project in connection.references
        ]
    if "checks" in include:
        details["checks"] = [
            {"project": project.name, "checks": checks(_readable(client.checks, project, connection))}
            for project in connection.references
        ]
    return details


def usage(histories: t.Sequence[list[Json] | None], now: datetime) -> Json:
    """When a connection was last used, over the histories of all its projects (7). None among them means: could not be read.

    Shape: ``{readable, never_used, last_used, days_until_auto_disable, definitions: [{kind, id, name}]}``.
    """
    if any(history is None for history in histories):
        return {
            "readable": False,
            "never_used": None,
            "last_used": None,
            "days_until_auto_disable": None,
            "definitions": None,
        }
    records = [record for history in histories for record in history or []]
    times = [
        moment for record in records for key in ("startTime", "finishTime") if (moment := parse_time(record.get(key)))
    ]
    last = max(times, default=None)
    definitions = {
        (record.get("planType"), definition.get("id")): {
            "kind": str(record.get("planType") or "").lower(),
            "id": definition.get("id"),
            "name": definition.get("name"),
        }
        for record in records
        if (definition := record.get("definition"))
    }
    return {
        "readable": True,
        "never_used": not records,
        "last_used": format_time(last),
        "days_until_auto_disable": (last + AUTO_DISABLE_AFTER - now).days if last else None,
        "definitions": list(definitions.values()),
    }


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


Answered = t.TypeVar("Answered")


def _readable(
    operation: t.Callable[[str, str], Answered], project: ProjectReference, connection: ArmConnection
) -> Answered | None:
    try:
        return operation(project.id, connection.id)
    except (ServiceError, TransportError):
        # One history that cannot be read must not hide the rest of the fleet; the null in the row says so.
        return None
