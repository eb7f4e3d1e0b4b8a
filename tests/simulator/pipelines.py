# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which pipelines may use a connection, per project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import typed
from .access import may, need
from .calls import Call
from .clock import iso_milliseconds
from .errors import Failure, argument
from .rendering import identity_ref
from .replies import Reply, answer, collection
from .state import Connection, PipelinePermissions


def _find(call: Call, kind: str, identifier: str) -> tuple[Connection, PipelinePermissions]:
    """A connection is not found for the first calls after its creation (knob)."""  # observed: 2.11
    if kind.lower() != "endpoint":
        raise argument(f"Resource type {kind} is not simulated.")  # assumed
    project = call.the_project
    found = call.world.connections.get(identifier.lower())
    permissions = found.permissions.setdefault(project.id, PipelinePermissions()) if found else None
    late = permissions is not None and permissions.calls_until_visible > 0
    if permissions is not None and late:
        permissions.calls_until_visible -= 1
    if found is None or permissions is None or late or found.reference(project.id) is None:
        raise Failure(404, "ResourceNotFoundException", f"The resource endpoint {identifier} was not found.")  # assumed
    return found, permissions


def get(call: Call) -> Reply:
    found, permissions = _find(call, call.parameters["kind"], call.parameters["id"])
    need(call, "reader", call.the_project, found)  # assumed: 6.1
    return answer(_render(call, found, permissions))


def patch(call: Call) -> Reply:
    found, permissions = _find(call, call.parameters["kind"], call.parameters["id"])
    need(call, "administrator", call.the_project, found)
    _apply(call, permissions, call.json_object())
    return answer(_render(call, found, permissions))


def patch_many(call: Call) -> Reply:
    """An array, each item with its resource."""  # documented: 6.1
    done = []
    for item in typed.objects(call.json_list()):
        resource = typed.mapping(item, "resource")
        kind, identifier = typed.text(resource, "type", "resource."), typed.text(resource, "id", "resource.")
        found, permissions = _find(call, kind, identifier)
        need(call, "administrator", call.the_project, found)
        _apply(call, permissions, item)
        done.append(_render(call, found, permissions))
    return collection(done)


def authorize_legacy(call: Call) -> Reply:
    """PATCH build/authorizedresources, as `az devops service-endpoint update --enable-for-all` does."""  # observed: 6.1
    done = []
    for item in typed.objects(call.json_list()):
        found, permissions = _find(call, typed.text(item, "type"), typed.text(item, "id"))
        need(call, "administrator", call.the_project, found)
        typed.text(item, "name")
        allowed = typed.flag(item, "authorized")
        permissions.all_pipelines = (call.caller.id, call.site.clock.now()) if allowed else None
        done.append(_legacy(found, allowed))
    return collection(done)


def list_legacy(call: Call) -> Reply:
    """GET build/authorizedresources?type=&id=: what all pipelines of the project may use."""  # documented: build 7.1
    project, wanted = call.the_project, (call.ask("id") or "").lower()
    if (call.ask("type") or "endpoint").lower() != "endpoint":
        return collection([])
    found = [item for item in project.connections.values() if wanted in ("", item.id)]
    allowed = [item for item in found if may(call, "reader", project, item) and _everyone(item, project.id)]
    return collection([_legacy(item, True) for item in allowed])


def _everyone(connection: Connection, project_id: str) -> bool:
    permissions = connection.permissions.get(project_id)
    return permissions is not None and permissions.all_pipelines is not None


def _legacy(connection: Connection, allowed: bool) -> dict[str, Any]:
    return {"type": "endpoint", "id": connection.id, "name": connection.name, "authorized": allowed}


def _apply(call: Call, permissions: PipelinePermissions, body: Mapping[str, Any]) -> None:
    """Additive per pipeline; authorized false takes the entry away."""  # observed: 6.1
    mark = (call.caller.id, call.site.clock.now())
    everyone = typed.mapping(body, "allPipelines")
    allowed = typed.flag(everyone, "authorized", "allPipelines.")
    wanted = [_pipeline(item) for item in typed.items(body, "pipelines")]
    typed.text(typed.mapping(body, "resource"), "id", "resource.")
    if "authorized" in everyone:
        permissions.all_pipelines = mark if allowed else None
    for number, authorized in wanted:  # all are read before the first is written
        if authorized:
            permissions.pipelines.setdefault(number, mark)
        else:
            permissions.pipelines.pop(number, None)


def _pipeline(item: Mapping[str, Any]) -> tuple[int, bool]:
    number = typed.number(item, "id", "pipelines.")
    if number <= 0:
        raise argument("Value cannot be null. Parameter name: pipelines.id")  # assumed: 6.1
    return number, typed.flag(item, "authorized", "pipelines.")


def _render(call: Call, connection: Connection, permissions: PipelinePermissions) -> dict[str, Any]:
    here = connection.reference(call.the_project.id)
    body: dict[str, Any] = {
        "resource": {"type": "endpoint", "id": connection.id, "name": here.name if here else connection.name},
        "pipelines": [{"id": number, **_mark(call, mark)} for number, mark in sorted(permissions.pipelines.items())],
    }
    if permissions.all_pipelines:
        body["allPipelines"] = _mark(call, permissions.all_pipelines)
    return body


def _mark(call: Call, mark: tuple[str, datetime]) -> dict[str, Any]:
    caller = call.world.callers.get(mark[0], call.caller)
    return {
        "authorized": True,
        "authorizedBy": identity_ref(call.site, caller),
        "authorizedOn": iso_milliseconds(mark[1]),
    }
