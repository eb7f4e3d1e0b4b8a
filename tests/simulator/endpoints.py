# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service connections: list, get, create, share and delete."""

from __future__ import annotations

from typing import Any

from . import creation, names, pending, typed
from .access import denied, may, need
from .bodies import read_references
from .caller import Level
from .calls import Call
from .errors import Failure, argument
from .identifiers import is_guid
from .rendering import render, render_partial
from .replies import Reply, answer, collection, no_content
from .state import Connection, Pending

_ACTIONS: dict[str, Level] = {  # documented: 2.2
    "none": "none", "0": "none", "view": "reader", "32": "reader", "use": "user", "16": "user",
    "manage": "administrator", "2": "administrator",
}  # fmt: skip


def list_connections(call: Call) -> Reply:
    """One answer with everything, no paging; filtered by permission without saying so."""  # documented: 2.2
    project = call.the_project
    wanted: Level = _ACTIONS.get((call.ask("actionFilter") or "none").lower(), "none")
    kind = (call.ask("type") or "").lower()
    schemes = {item.lower() for item in call.ask_list("authSchemes")}
    ids = {item.lower() for item in call.ask_list("endpointIds")}
    names = {item.lower() for item in call.ask_list("endpointNames")}
    owner = (call.ask("owner") or "").lower()
    with_failed = call.ask_flag("includeFailed")
    found = []
    for connection in list(project.connections.values()):
        # Asked for by id it is looked at as if it were asked for alone.
        pending.settle(call.site, connection, counts=connection.id in ids)
        here = connection.reference(project.id)
        if here is None:
            continue
        if not may(call, "reader", project, connection) or not may(call, wanted, project, connection):
            continue  # observed: 2.2
        if kind and connection.type.lower() != kind:
            continue
        if schemes and connection.scheme.lower() not in schemes:
            continue
        if ids and connection.id not in ids:
            continue
        if names and here.name.lower() not in names:
            continue
        if owner and connection.owner.lower() != owner:
            continue
        if not with_failed and not (connection.ready and connection.status.state != "Failed"):
            continue  # assumed: 2.2
        found.append(render(call, connection, project))
    return collection(found)


def list_for_organization(call: Call) -> Reply:
    """Internal, for licensing: id, name and url only."""  # documented: 2.2
    kind = (call.ask("type") or "").lower()
    return collection(
        [
            {"id": item.id, "name": item.name, "url": item.url}
            for item in call.world.connections.values()
            if not kind or item.type.lower() == kind
        ]
    )


def get_connection(call: Call) -> Reply:
    """200 with the object; 200 with null when there is none (knob missing_connection)."""  # observed: 2.3
    project = call.the_project
    connection = call.world.connections.get(call.parameters["id"].lower())
    if connection is not None:
        pending.settle(call.site, connection, counts=True)
        connection = call.world.connections.get(connection.id)
    if connection is None or connection.reference(project.id) is None:
        return missing(call)
    if connection.partial or not may(call, "reader", project, connection):
        return answer(render_partial(connection, project))
    return answer(render(call, connection, project))


def missing(call: Call) -> Reply:
    if call.knobs.missing_connection == "404":
        return _no_such(call.parameters["id"]).reply()
    return answer(None) if call.knobs.missing_connection == "null" else Reply(200, b"")


def _no_such(identifier: str) -> Failure:
    message = f"Service connection with id {identifier} does not exist or you do not have permission to see it."
    return Failure(404, "ServiceEndpointNotFoundException", message)  # assumed: 2.3


def find_for_write(call: Call, identifier: str) -> Connection:
    """The connection a write names; the caller must be its administrator."""
    found = call.world.connections.get(identifier.lower())
    if found is not None:
        pending.settle(call.site, found, counts=False)
        found = call.world.connections.get(found.id)
    if found is None or (call.project is not None and found.reference(call.project.id) is None):
        raise _no_such(identifier)
    if not any(may(call, "administrator", item.project, found) for item in found.references):
        raise denied(call, found.name)
    return found


# -- create ------------------------------------------------------------------------------------------------------------
def create_connection(call: Call) -> Reply:
    """200, not 201."""  # documented: 2.1
    return answer(render(call, creation.create(call), call.project))


def refreshed(call: Call) -> Reply:
    """POST {project}/…/endpoints?endpointIds=: the connections again (OAuth tokens are not simulated)."""  # documented: 2.1
    found: list[dict[str, Any]] = []
    for identifier in call.ask_list("endpointIds"):
        connection = call.world.connections.get(identifier.lower())
        if connection is not None and connection.reference(call.the_project.id) is not None:
            found.append(render(call, connection, call.the_project))
    return collection(found)


def post_in_project(call: Call) -> Reply:
    """A create, or a refresh when `endpointIds` is given."""
    return refreshed(call) if call.ask("endpointIds") else create_connection(call)


# -- share and delete --------------------------------------------------------------------------------------------------
def share_connection(call: Call) -> Reply:
    """Additive; a reference that is there under another name cannot be renamed here."""  # observed: 2.11
    connection = find_for_write(call, call.parameters["id"])
    for new in read_references(call, typed.objects(call.json_list())):
        known = connection.reference(new.project.id)
        name = new.name or f"{connection.name}-{new.project.name}"  # observed: 2.11
        if known is not None:
            if known.name != name:
                raise Failure(500, "VssServiceException", _internal_error(call))  # observed: 2.11 (TF400898)
            continue
        if not call.caller.has("administrator", new.project.id):
            raise denied(call, connection.name)
        names.refuse(new.project, name, connection)
        new.name = name
        call.world.set_references(connection, [*connection.references, new])
    return no_content()


def _internal_error(call: Call) -> str:
    return f"TF400898: An Internal Error Occurred. Activity Id: {call.site.new_id()}."


def delete_connection(call: Call) -> Reply:
    """Takes the connection out of `projectIds`; when the last project goes, the connection is gone."""  # observed: 2.11
    connection = find_for_write(call, call.parameters["id"])
    ids = [item.lower() for item in call.ask_list("projectIds")]
    if call.project is not None and not ids:
        ids = [call.project.id]  # documented: 2.1 (project-level delete of 5.x)
    if not ids or not all(is_guid(item) for item in ids):
        raise argument("Value cannot be null. Parameter name: projectIds")  # assumed
    for reference in connection.references:
        if reference.project.id in ids:
            need(call, "administrator", reference.project, connection)
    pending.start(
        call.site,
        connection,
        Pending(
            "deletion", call.knobs.deletion_polls, failure=call.knobs.deletion_failure, remove_from=tuple(ids),
            deep=call.ask_flag("deep"),
        ),
        call.knobs.deletion_ms,
    )  # fmt: skip
    return no_content()
