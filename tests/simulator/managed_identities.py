# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager: user-assigned managed identities are found, made and deleted."""

from __future__ import annotations

import re
import uuid
from typing import Any

from . import typed
from .azure_auth import may_manage
from .calls import Call
from .directory import ManagedIdentity
from .errors import AzureFailure
from .graph import lag as lag_in_graph
from .replies import Reply, answer, no_content
from .resource_manager import PROVIDER, find, json_object, need_group, need_version, page, resource_id

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_]{2,127}")  # documented: Azure, naming rules


def get(call: Call) -> Reply:
    return answer(_shown(find(call, "read")))


def list_all(call: Call) -> Reply:
    """All of a subscription, or of one of its resource groups; paged."""  # documented: 8.3
    need_version(call)
    given = call.parameters
    start = f"/subscriptions/{given['subscription']}/"
    if "group" in given:
        start += f"resourceGroups/{given['group']}/"
    may_manage(call, f"{PROVIDER}/read", start.rstrip("/"))
    found = [_shown(item) for key, item in call.world.directory.identities.items() if key.startswith(start.lower())]
    return page(call, found)


def put(call: Call) -> Reply:
    """Made with its ids, or changed: only the tags of one that is there can be."""  # documented: look-ups, 8.3
    need_version(call)
    wanted, name = resource_id(call), call.parameters["identity"]
    may_manage(call, f"{PROVIDER}/write", wanted)
    need_group(call)
    if not _NAME.fullmatch(name):
        raise AzureFailure(400, "BadRequest", f"The managed identity name '{name}' is invalid.")  # assumed: 8.3
    sent = json_object(call)
    location = _plain(typed.text(sent, "location"))
    if not location:
        message = "The location property is required for this definition."
        raise AzureFailure(400, "LocationRequired", message)  # observed: Azure
    tags = {key: value or "" for key, value in typed.strings(sent, "tags").items()}
    known = call.world.directory.identities.get(wanted.lower())
    if known is None:
        return answer(_shown(_make(call, name, location, tags)), 201)
    if _plain(known.location) != location:
        raise AzureFailure(  # observed: Azure
            409,
            "InvalidResourceLocation",
            f"The resource '{name}' already exists in location '{known.location}' in resource group "
            f"'{call.parameters['group']}'. A resource with the same name cannot be created in location '{location}'. "
            "Please select a new resource name.",
        )
    known.tags = tags  # documented: Azure, a PUT replaces
    return answer(_shown(known))


def _make(call: Call, name: str, location: str, tags: dict[str, str]) -> ManagedIdentity:
    """Its service principal reaches Graph later, and role assignments (knob principal_replication_tries)."""  # documented: 8.4
    made = ManagedIdentity(
        resource_id=resource_id(call),
        name=name,
        client_id=str(uuid.uuid4()),
        principal_id=str(uuid.uuid4()),
        tenant_id=call.world.tenant_id,
        location=location,
        tags=tags,
    )
    lag_in_graph(call, made.principal_id)
    return call.world.directory.add_identity(made)


def delete(call: Call) -> Reply:
    """With its federated credentials; its role assignments stay, and point to nobody."""  # documented: RBAC troubleshooting (identity not found)
    need_version(call)
    wanted = resource_id(call)
    may_manage(call, f"{PROVIDER}/delete", wanted)
    need_group(call)
    found = call.world.directory.identities.get(wanted.lower())
    if found is None:
        return no_content()
    call.world.directory.remove_identity(found)
    return Reply(200, b"", "")


def _plain(location: str) -> str:
    """West Europe is westeurope."""  # documented: Azure, locations have a name and a display name
    return location.replace(" ", "").lower()


def _shown(item: ManagedIdentity) -> dict[str, Any]:
    return {
        "id": item.resource_id,
        "name": item.name,
        "type": PROVIDER,
        "location": item.location,
        "tags": dict(item.tags),
        "properties": {"tenantId": item.tenant_id, "principalId": item.principal_id, "clientId": item.client_id},
    }
