# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which pipelines may use a connection, per project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .access import need
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
    return answer(_render(call, found, permissions))


def patch(call: Call) -> Reply:
    found, permissions = _find(call, call.parameters["kind"], call.parameters["id"])
    need(call, "administrator", call.the_project, found.name)
    _apply(call, permissions, call.json_object())
    return answer(_render(call, found, permissions))


def patch_many(call: Call) -> Reply:
    """An array, each item with its resource."""  # documented: 6.1
    done = []
    for item in call.json_list():
        resource = item.get("resource") if isinstance(item, Mapping) else None
        if not isinstance(resource, Mapping):
            raise argument("Value cannot be null. Parameter name: resource")  # assumed
        found, permissions = _find(call, str(resource.get("type")), str(resource.get("id")))
        need(call, "administrator", call.the_project, found.name)
        _apply(call, permissions, item)
        done.append(_render(call, found, permissions))
    return collection(done)


def authorize_legacy(call: Call) -> Reply:
    """PATCH build/authorizedresources, as the Azure CLI still does."""  # observed: 6.1
    done = []
    for item in call.json_list():
        found, permissions = _find(call, str(item.get("type")), str(item.get("id")))
        need(call, "administrator", call.the_project, found.name)
        allowed = bool(item.get("authorized"))
        permissions.all_pipelines = (call.caller.id, call.site.clock.now()) if allowed else None
        done.append({"type": "endpoint", "id": found.id, "name": found.name, "authorized": allowed})
    return collection(done)


def _apply(call: Call, permissions: PipelinePermissions, body: Mapping[str, Any]) -> None:
    """Additive per pipeline; authorized false takes the entry away."""  # observed: 6.1
    mark = (call.caller.id, call.site.clock.now())
    everyone = body.get("allPipelines")
    if isinstance(everyone, Mapping) and "authorized" in everyone:
        permissions.all_pipelines = mark if everyone["authorized"] else None
    for item in body.get("pipelines") or []:
        number = int(item["id"])
        if item.get("authorized"):
            permissions.pipelines.setdefault(number, mark)
        else:
            permissions.pipelines.pop(number, None)


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
