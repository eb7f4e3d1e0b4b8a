# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security roles: who is Administrator, User or Reader of a connection in a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import typed
from .access import need
from .caller import ROLES, Level, UserRole
from .calls import Call
from .errors import Failure, Unreadable, argument
from .identifiers import is_guid
from .projects import resolve
from .rendering import identity_ref
from .replies import Reply, collection, no_content
from .state import Connection, Project

SCOPE = "distributedtask.serviceendpointrole"  # observed: 6.3


def list_roles(call: Call) -> Reply:
    """GET …/resources/{projectId}_{endpointId}"""  # assumed: 6.3 (only the PUT was seen)
    connection, project = _subject(call, "user")  # assumed: 6.3 (users read them, readers get 403)
    found = call.world.snapshots.shown(_key(connection, project), connection.roles.get(project.id, []))
    given = {item.caller.id for item in found if not item.inherited}
    shown = [item for item in found if not item.inherited or item.caller.id not in given]
    return collection([_render(call, item) for item in shown])  # assumed: 6.3 (one line for each identity)


def set_roles(call: Call) -> Reply:
    """PUT of [{"roleName", "userId"}]: others keep theirs; the answer has what was sent."""  # observed: 6.3 (body); answer assumed
    connection, project = _subject(call, "administrator")
    wanted = [
        _read(call, item) for item in typed.objects(call.json_list())
    ]  # all are checked before the first is written
    _keep(call, connection, project)
    for item in wanted:
        connection.give_role(project.id, item)
    return collection([_render(call, item) for item in wanted])


def remove_roles(call: Call) -> Reply:
    """PATCH of [identity id]: these lose what was given to them here."""  # observed: Microsoft's public clients (method and body)
    connection, project = _subject(call, "administrator")
    return _without(call, connection, project, call.json_list())


def remove_role(call: Call) -> Reply:
    """DELETE of one identity."""  # observed: Microsoft's public clients (route)
    connection, project = _subject(call, "administrator")
    return _without(call, connection, project, [call.parameters["identity"]])


def _without(call: Call, connection: Connection, project: Project, identities: list[Any]) -> Reply:
    """Who has none is no error, and the last administrator is as good as another."""  # assumed: 6.3
    if not all(isinstance(item, str) and is_guid(item) for item in identities):
        raise Unreadable("identityIds", "a list of GUIDs")  # assumed: 6.3
    _keep(call, connection, project)
    connection.take_roles(project.id, {item.lower() for item in identities})
    return no_content()  # assumed: 6.3 (status)


def _key(connection: Connection, project: Project) -> str:
    return f"roles {project.id} {connection.id}"


def _keep(call: Call, connection: Connection, project: Project) -> None:
    found = connection.roles.get(project.id, [])
    call.world.snapshots.keep(_key(connection, project), found, call.knobs.role_lag_reads)


def _subject(call: Call, level: Level) -> tuple[Connection, Project]:
    """The connection and the project of `{projectId}_{endpointId}`."""
    project_id, _underscore, connection_id = call.parameters["resource"].partition("_")
    project = resolve(call, project_id)
    connection = call.world.connections.get(connection_id.lower())
    if connection is None or connection.reference(project.id) is None:
        raise Failure(
            404, "ResourceNotFoundException", f"The resource {project_id}_{connection_id} was not found."
        )  # assumed: 6.3
    need(call, level, project, connection)
    return connection, project


def _read(call: Call, item: Mapping[str, Any]) -> UserRole:
    named, who = typed.text(item, "roleName"), typed.text(item, "userId")
    role = next((name for name in ROLES if name.lower() == named.lower()), None)
    caller = call.world.callers.get(who.lower())
    if role is None or caller is None:
        raise argument(f"No role {named} or no identity {who}.")  # assumed: 6.3
    return UserRole(caller, role)


def _render(call: Call, assignment: UserRole) -> dict[str, Any]:
    """The shape of Microsoft's public client; no answer was captured."""  # assumed: 6.3
    identity = identity_ref(call.site, assignment.caller)
    return {
        "identity": {key: identity[key] for key in ("id", "displayName", "uniqueName")},
        "role": {
            "displayName": assignment.role,
            "name": assignment.role,
            "identifier": f"{SCOPE}.{assignment.role}",
            "description": "",
            "scope": SCOPE,
        },
        "access": "inherited" if assignment.inherited else "assigned",
        "accessDisplayName": "Inherited" if assignment.inherited else "Assigned",
    }
