# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: users, and whatever else may own an application."""

from __future__ import annotations

from typing import Any

from .azure_auth import may_look_up
from .caller import Caller
from .calls import Call
from .directory import Application, Identity, principal_of
from .graph_queries import filtered, not_found, page, selected
from .replies import Reply, answer


def get_user(call: Call) -> Reply:
    """By object id or by user principal name."""  # documented: Graph, get user
    may_look_up(call)
    key = call.parameters["user"].lower()
    found = next((item for item in _people(call) if key in (item.object_id.lower(), item.unique_name.lower())), None)
    if found is None:
        raise not_found(call.parameters["user"])
    return answer(selected(call, _user(found)))


def list_users(call: Call) -> Reply:
    may_look_up(call)
    found = filtered(
        call,
        _people(call),
        {
            "id": lambda item: item.object_id,
            "displayName": lambda item: item.display_name,
            "mail": lambda item: item.unique_name,
            "userPrincipalName": lambda item: item.unique_name,
        },
    )
    return page(call, [selected(call, _user(item)) for item in found])


def owner_id(call: Call, object_id: str) -> str:
    """The object id as it is stored. Raises 404 for what is neither a user nor a service principal."""  # documented: Graph, add owner
    for person in _people(call):
        if person.object_id.lower() == object_id.lower():
            return person.object_id
    identity = call.world.directory.principal(object_id)
    if identity is None:
        raise not_found(object_id)
    return principal_of(identity)


def described(call: Call, object_id: str) -> dict[str, Any]:
    """One owner, with what kind of object it is."""  # documented: Graph, list owners
    for person in _people(call):
        if person.object_id == object_id:
            return {"@odata.type": "#microsoft.graph.user", **_user(person)}
    identity = call.world.directory.principal(object_id)
    if identity is not None:
        return {"@odata.type": "#microsoft.graph.servicePrincipal", **service_principal(identity)}
    return {"@odata.type": "#microsoft.graph.directoryObject", "id": object_id}


def service_principal(identity: Identity) -> dict[str, Any]:
    if isinstance(identity, Application):
        client_id, name, alternative = identity.app_id, identity.display_name, []
    else:
        # assumed: 8.3 (Graph documents the field; that it holds the ARM id of a managed identity is common knowledge)
        client_id, name, alternative = identity.client_id, identity.name, ["isExplicit=True", identity.resource_id]
    return {
        "id": principal_of(identity),
        "appId": client_id,
        "displayName": name,
        "accountEnabled": True,
        "alternativeNames": alternative,
        # documented: Graph, servicePrincipal (the tenant of the application; of a managed identity there is none: assumed)
        "appOwnerOrganizationId": identity.tenant_id if isinstance(identity, Application) else None,
    }


def _people(call: Call) -> list[Caller]:
    return [item for item in call.world.callers.values() if item.is_user]


def _user(caller: Caller) -> dict[str, Any]:
    """Mail and user principal name are one text."""  # assumed (they need not be)
    return {
        "id": caller.object_id,
        "displayName": caller.display_name,
        "mail": caller.unique_name,
        "userPrincipalName": caller.unique_name,
    }
