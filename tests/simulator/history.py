# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Execution history: who used a connection, newest first, per project."""

from __future__ import annotations

from typing import Any

from .access import may
from .calls import Call
from .clock import iso_ticks
from .replies import Reply, collection
from .state import Connection, Execution


def list_history(call: Call) -> Reply:
    """Pages of 50 by default; the token of the next page is a response header."""  # observed: 7
    connection = call.world.connections.get(call.parameters["id"].lower())
    if connection is None or not may(call, "reader", call.the_project, connection):
        return collection([])  # assumed: 7
    runs = connection.history.get(call.the_project.id, [])
    top = min(call.ask_number("top", call.knobs.history_page_size), call.knobs.history_page_size)
    start = call.ask_number("continuationToken", 0)
    page = runs[start : start + top]
    headers = {"x-ms-continuationtoken": str(start + len(page))} if start + len(page) < len(runs) else {}
    return collection([_record(call, connection, item) for item in page], headers)


def _record(call: Call, connection: Connection, run: Execution) -> dict[str, Any]:
    project, base = call.the_project.id, call.site.organization_url
    area = "build" if run.plan_type == "Build" else "release"
    data: dict[str, Any] = {
        "id": run.id,
        "planType": run.plan_type,
        "definition": {
            "_links": {
                "web": {
                    "href": f"{base}/_permalink/_{area}/index?projectId={project}&definitionId={run.definition_id}"
                },
                "self": {"href": f"{base}/{project}/_apis/{area}/Definitions/{run.definition_id}"},
            },
            "id": run.definition_id,
            "name": run.definition_name,
        },
        "owner": {
            "_links": {
                "web": {"href": f"{base}/_permalink/_{area}/index?projectId={project}&buildId={run.id}"},
                "self": {"href": f"{base}/{project}/_apis/{area}/Builds/{run.id}"},
            },
            "id": run.id,
            "name": str(run.id),
        },
        "startTime": iso_ticks(run.started),
    }
    if run.finished is not None:  # assumed: 7 (absent while it runs)
        data["finishTime"] = iso_ticks(run.finished)
    if run.result is not None:
        data["result"] = run.result
    return {"endpointId": connection.id, "data": data}
