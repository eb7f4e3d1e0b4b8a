# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control routes of the process form: record, faults, knobs, clock, stored connections, and changes of pipelines."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from . import pipeline_changes
from .errors import argument
from .faults import from_mapping
from .identifiers import AZURE_DEVOPS_APPLICATION
from .replies import Reply, no_content
from .replies import answer as json_answer
from .state import Connection

if TYPE_CHECKING:
    from .app import Application

Query = dict[str, list[str]]


def answer(application: Application, method: str, path: str, query: str, body: bytes) -> Reply:
    """GET and DELETE /_control/requests[?writes=true], POST and DELETE /_control/faults, GET and PATCH
    /_control/knobs, POST /_control/clock {"advance_hours": n}, POST /_control/tokens {"caller": …, "resource": …}, GET /_control/connections[/{id}],
    POST /_control/pipelines {"project": …, "pipeline": …, "replace": {old: new}}."""
    what, _slash, rest = path.removeprefix("/_control/").strip("/").partition("/")
    try:
        value = json.loads(body) if body else None
        return _route(application, method, what, rest, parse_qs(query), value)
    except (ValueError, TypeError, LookupError) as error:
        return argument(f"control: {error}").reply()


def _route(application: Application, method: str, what: str, rest: str, query: Query, value: Any) -> Reply:
    if what == "requests":
        return _requests(application, method, query)
    if what == "faults":
        return _faults(application, method, value)
    if what == "connections" and method == "GET":
        return _connections(application, rest)
    if what == "tokens" and method == "POST":
        return _token(application, value or {})
    if what == "pipelines" and method == "POST":
        return _change_pipeline(application, value)
    knobs = application.site.knobs
    if what == "knobs" and method in ("GET", "PATCH"):
        knobs.set(value if method == "PATCH" else {})
        return json_answer(vars(knobs))
    if what == "clock" and method == "POST":
        application.site.clock.advance(timedelta(hours=float(value["advance_hours"])))
        return no_content()
    return json_answer({"message": f"no control route {method} {what}"}, 404)


def _token(application: Application, value: dict[str, Any]) -> Reply:
    site = application.site
    name = value.get("caller")
    callers = [item for item in site.world.callers.values() if name in (None, item.display_name)]
    if not callers:
        raise ValueError(f"no caller {name!r}")
    return json_answer({"token": site.issue_token(callers[0], value.get("resource", AZURE_DEVOPS_APPLICATION))})


def _change_pipeline(application: Application, value: dict[str, Any]) -> Reply:
    site = application.site
    pipeline = pipeline_changes.described(site.world, value["project"], value["pipeline"])
    run = pipeline_changes.repaired(site.world, pipeline, dict(value["replace"]), site.clock.now())
    return json_answer({"run": run.id, "tasks": [task if isinstance(task, str) else task[0] for task in run.tasks]})


def _requests(application: Application, method: str, query: Query) -> Reply:
    recorder = application.recorder
    if method == "DELETE":
        recorder.forget()
        return no_content()
    rows = recorder.as_json(writes_only=query.get("writes") == ["true"])
    return json_answer({"count": len(rows), "in_flight": recorder.in_flight, "value": rows})


def _faults(application: Application, method: str, value: Any) -> Reply:
    if method == "DELETE":
        application.faults.clear()
        return no_content()
    for order in value if isinstance(value, list) else [value]:
        application.faults.add(from_mapping(order))
    return no_content()


def _connections(application: Application, identifier: str) -> Reply:
    known = application.site.world.connections
    if not identifier:
        return json_answer([_stored(item) for item in list(known.values())])
    connection = known.get(identifier.lower())
    return json_answer(None, 404) if connection is None else json_answer(_stored(connection))


def _stored(connection: Connection) -> dict[str, Any]:
    """A stored connection without its hidden secrets (their names only)."""
    return {
        "id": connection.id,
        "name": connection.name,
        "project": connection.owning.project.name,
        "type": connection.type,
        "scheme": connection.scheme,
        "parameters": connection.parameters,
        "secrets": sorted(connection.secrets),
        "data": connection.data,
        "references": [
            {"project": item.project.name, "name": item.name, "description": item.description}
            for item in connection.references
        ],
        "ready": connection.ready,
        "disabled": connection.disabled,
        "status": connection.status.state,
        "pending": connection.pending.kind if connection.pending else None,
        "revert_deadline": connection.previous.deadline.isoformat() if connection.previous else None,
    }
