# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approvals and checks on connections."""

from __future__ import annotations

from typing import Any

from . import check_settings, typed
from .access import need
from .calls import Call
from .clock import iso_milliseconds
from .errors import Failure, argument
from .rendering import identity_ref
from .replies import Reply, answer, collection
from .state import Check, Connection


def list_checks(call: Call) -> Reply:
    """?resourceType=endpoint&resourceId=…[&$expand=settings]"""  # documented: 6.2
    if (call.ask("resourceType") or "").lower() != "endpoint":
        raise argument("Value cannot be null. Parameter name: resourceType")  # assumed
    wanted = (call.ask("resourceId") or "").lower()
    return collection([_render(call, item, _expanded(call)) for item in _of(call, wanted)])


def query_checks(call: Call) -> Reply:
    """POST queryconfigurations: an array of resources."""  # documented: 6.2
    found: list[Check] = []
    for item in typed.objects(call.json_list()):
        if typed.text(item, "type").lower() == "endpoint":
            found.extend(_of(call, typed.text(item, "id").lower()))
    return collection([_render(call, item, _expanded(call)) for item in found])


def get_check(call: Call) -> Reply:
    """As the list of its connection shows it, which may be as it was before the last write."""
    text = call.parameters["id"]
    number = int(text) if text.isdigit() else 0
    known = call.world.checks.get(number) or call.world.former_checks.get(number)
    if known is None or known.project_id != call.the_project.id:
        raise _not_found(text)
    one = next((item for item in _of(call, known.connection_id) if item.id == number), None)
    if one is None:
        raise _not_found(text)
    return answer(_render(call, one, _expanded(call)))


def add_check(call: Call) -> Reply:
    body = call.json_object()
    kind, resource = typed.mapping(body, "type"), typed.mapping(body, "resource")
    if not typed.text(kind, "id", "type.") or not typed.text(resource, "id", "resource."):
        raise argument("Value cannot be null. Parameter name: type, resource")  # assumed
    typed.text(resource, "type", "resource.")
    connection = _connection(call, resource["id"])
    now, who = call.site.clock.now(), call.caller.id
    settings = typed.mapping(body, "settings")
    timeout = typed.number(body, "timeout", default=check_settings.LONGEST)
    check_settings.refuse_timeout(timeout)
    check_settings.refuse(call, kind["id"], settings)
    check_settings.refuse_second_lock(kind["id"], [item.type_id for item in _stored(call, connection.id)])
    _keep(call, connection.id)
    name = typed.text(kind, "name", "type.") or check_settings.TYPES[kind["id"].lower()]
    number = call.world.next_check_id()
    made = Check(
        number, call.the_project.id, connection.id, kind["id"], name, settings, timeout, who, now, who, now,
    )  # fmt: skip
    call.world.checks[number] = made
    return answer(_render(call, made, True))


def update_check(call: Call) -> Reply:
    check, body = _one(call), call.json_object()
    _connection(call, check.connection_id)
    settings, timeout = typed.mapping(body, "settings"), typed.number(body, "timeout", default=check.timeout)
    disabled = typed.flag(body, "isDisabled")
    check_settings.refuse_timeout(timeout)
    if "settings" in body:
        check_settings.refuse(call, check.type_id, settings)
    _keep(call, check.connection_id)
    if "settings" in body:
        check.settings = settings
    check.timeout = timeout
    if "isDisabled" in body:
        check.disabled = disabled
    check.modified_by, check.modified = call.caller.id, call.site.clock.now()
    return answer(_render(call, check, True))


def delete_check(call: Call) -> Reply:
    check = _one(call)
    _connection(call, check.connection_id)
    _keep(call, check.connection_id)
    call.world.former_checks[check.id] = call.world.checks.pop(check.id)
    return Reply(200, b"", "")


def _expanded(call: Call) -> bool:
    return (call.ask("$expand") or "").lower() in ("settings", "1")


def _of(call: Call, connection_id: str) -> list[Check]:
    """Those of a connection that the caller sees; of others it is told that it may not."""
    connection, project = call.world.connections.get(connection_id), call.the_project.id
    if connection is not None and connection.reference(project) is not None:
        need(call, "reader", call.the_project, connection)  # assumed: 6.2
    return call.world.snapshots.shown(_key(call, connection_id), _stored(call, connection_id))


def _stored(call: Call, connection_id: str) -> list[Check]:
    project = call.the_project.id
    return [
        item
        for item in call.world.checks.values()
        if item.connection_id == connection_id and item.project_id == project
    ]


def _key(call: Call, connection_id: str) -> str:
    return f"checks {call.the_project.id} {connection_id}"


def _keep(call: Call, connection_id: str) -> None:
    found = _stored(call, connection_id)
    call.world.snapshots.keep(_key(call, connection_id), found, call.knobs.check_lag_reads)


def _one(call: Call) -> Check:
    text = call.parameters["id"]
    check = call.world.checks.get(int(text)) if text.isdigit() else None
    if check is None or check.project_id != call.the_project.id:
        raise _not_found(text)
    return check


def _not_found(text: str) -> Failure:
    return Failure(404, "CheckConfigurationNotFoundException", f"Check configuration {text} was not found.")  # assumed


def _connection(call: Call, identifier: str) -> Connection:
    found = call.world.connections.get(identifier.lower())
    if found is None or found.reference(call.the_project.id) is None:
        raise Failure(404, "ResourceNotFoundException", f"The resource endpoint {identifier} was not found.")  # assumed
    need(call, "administrator", call.the_project, found)
    return found


def _render(call: Call, check: Check, with_settings: bool) -> dict[str, Any]:
    people = call.world.callers
    connection = call.world.connections[check.connection_id]
    url = f"{call.site.organization_url}/{check.project_id}/_apis/pipelines/checks/configurations/{check.id}"
    body: dict[str, Any] = {
        "id": check.id,
        "type": {"id": check.type_id, "name": check.type_name},
        "url": url,
        "_links": {"self": {"href": url}},
        "resource": {"type": "endpoint", "id": check.connection_id, "name": connection.name},
        "timeout": check.timeout,
        "createdBy": identity_ref(call.site, people.get(check.created_by, call.caller)),
        "createdOn": iso_milliseconds(check.created),
        "modifiedBy": identity_ref(call.site, people.get(check.modified_by, call.caller)),
        "modifiedOn": iso_milliseconds(check.modified),
        "isDisabled": check.disabled,
    }
    if with_settings:
        body["settings"] = check_settings.shown(call, check.type_id, check.settings)
    return body
