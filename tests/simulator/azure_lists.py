# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager: subscriptions, management groups, resource groups and machine learning workspaces by name and id."""

from __future__ import annotations

from typing import Any

from .azure_auth import may_manage
from .azure_places import ManagementGroup, Workspace
from .calls import Call
from .errors import AzureFailure
from .replies import Reply, answer
from .resource_manager import need_group, need_version, page

_GROUPS = "Microsoft.Management/managementGroups"
_WORKSPACES = "Microsoft.MachineLearningServices/workspaces"


# -- subscriptions -----------------------------------------------------------------------------------------------------
def get_subscription(call: Call) -> Reply:
    need_version(call)
    subscription = call.parameters["subscription"]
    may_manage(call, "Microsoft.Resources/subscriptions/read", f"/subscriptions/{subscription}")
    return answer(_subscription(call, subscription))


def list_subscriptions(call: Call) -> Reply:
    """Those that are registered and those in which there is something. Without any role the list is empty."""  # documented: look-ups (route)
    need_version(call)
    registered = {key: item.id for key, item in call.world.places.subscriptions.items()}
    used = {item.resource_id.split("/")[2] for item in call.world.directory.identities.values()}
    found = sorted({item for item in used if item.lower() not in registered} | set(registered.values()))
    if call.caller.azure_rights == "none":
        found = []  # assumed
    return page(call, [_subscription(call, item) for item in found])


def _subscription(call: Call, identifier: str) -> dict[str, Any]:
    """As it is registered; one that is not has the name that connections give it."""
    known = call.world.places.subscriptions.get(identifier.lower())
    connections = call.world.connections.values()
    names = (item.data.get("subscriptionName") for item in connections if item.data.get("subscriptionId") == identifier)
    found = known.id if known else identifier
    return {  # documented: look-ups (displayName, subscriptionId, tenantId, state)
        "id": f"/subscriptions/{found}",
        "subscriptionId": found,
        "displayName": known.name if known else next(filter(None, names), identifier),
        "tenantId": known.tenant_id if known else call.world.tenant_id,
        "state": known.state if known else "Enabled",
    }


# -- management groups -------------------------------------------------------------------------------------------------
def list_management_groups(call: Call) -> Reply:
    """All of them for a caller with any role; without one the list is empty."""  # documented: look-ups (route), assumed (empty)
    need_version(call)
    found = [_management_group(item) for item in call.world.places.management_groups.values()]
    return page(call, [] if call.caller.azure_rights == "none" else found)


def _management_group(item: ManagementGroup) -> dict[str, Any]:
    return {  # documented: Azure, management groups list
        "id": f"/providers/{_GROUPS}/{item.id}",
        "type": _GROUPS,
        "name": item.id,
        "properties": {"tenantId": item.tenant_id, "displayName": item.name},
    }


# -- resource groups ---------------------------------------------------------------------------------------------------
def get_resource_group(call: Call) -> Reply:
    need_version(call)
    given = call.parameters
    found = f"/subscriptions/{given['subscription']}/resourceGroups/{given['group']}"
    may_manage(call, "Microsoft.Resources/subscriptions/resourceGroups/read", found)
    need_group(call)
    # documented: Azure, resource groups get
    return answer({"id": found, "name": given["group"], "location": call.knobs.resource_group_location})


# -- machine learning workspaces ---------------------------------------------------------------------------------------
def list_workspaces(call: Call) -> Reply:
    """Those of a subscription."""  # documented: Azure, workspaces list by subscription
    need_version(call)
    subscription = call.parameters["subscription"]
    may_manage(call, f"{_WORKSPACES}/read", f"/subscriptions/{subscription}")
    found = [item for item in call.world.places.workspaces if item.subscription_id.lower() == subscription.lower()]
    return page(call, [_workspace(item) for item in found])


def get_workspace(call: Call) -> Reply:
    need_version(call)
    given = call.parameters
    where = (given["subscription"].lower(), given["group"].lower(), given["workspace"].lower())
    scope = f"/subscriptions/{given['subscription']}/resourceGroups/{given['group']}"
    may_manage(call, f"{_WORKSPACES}/read", f"{scope}/providers/{_WORKSPACES}/{given['workspace']}")
    for item in call.world.places.workspaces:
        if (item.subscription_id.lower(), item.resource_group.lower(), item.name.lower()) == where:
            return answer(_workspace(item))
    need_group(call)
    raise AzureFailure(  # documented: look-ups
        404,
        "ResourceNotFound",
        f"The Resource '{_WORKSPACES}/{given['workspace']}' under resource group '{given['group']}' was not found.",
    )


def _workspace(item: Workspace) -> dict[str, Any]:
    group = f"/subscriptions/{item.subscription_id}/resourceGroups/{item.resource_group}"
    return {  # documented: look-ups (location)
        "id": f"{group}/providers/{_WORKSPACES}/{item.name}",
        "name": item.name,
        "type": _WORKSPACES,
        "location": item.location,
        "properties": {"friendlyName": item.name, "provisioningState": "Succeeded"},
    }
