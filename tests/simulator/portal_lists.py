# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lists of the portal's dialog for a new connection: subscriptions and management groups, with the caller's own rights in Azure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .calls import Call
from .replies import Reply, answer

_NO_TOKEN = (  # assumed: look-ups (whether a personal access token is enough is not known)
    "Failed to obtain the access token of the user for https://management.core.windows.net/. "
    "Sign in with Microsoft Entra ID to list what you see in Azure."
)


def list_subscriptions(call: Call) -> Reply:
    """{errorMessage, value: [{displayName, subscriptionId, subscriptionTenantId, subscriptionTenantName}]}"""  # observed: look-ups
    return _answer(
        call,
        (
            {
                "displayName": item.name,
                "subscriptionId": item.id,
                "subscriptionTenantId": item.tenant_id,
                "subscriptionTenantName": None,  # assumed: look-ups
            }
            for item in call.world.places.subscriptions.values()
        ),
    )


def list_management_groups(call: Call) -> Reply:
    """{errorMessage, value: [{displayName, id, name, tenantId}]}; `id` is the address and `name` its end, as in Azure."""  # observed: look-ups
    return _answer(
        call,
        (
            {
                "displayName": item.name,
                "id": f"/providers/Microsoft.Management/managementGroups/{item.id}",  # assumed: look-ups
                "name": item.id,
                "tenantId": item.tenant_id,
            }
            for item in call.world.places.management_groups.values()
        ),
    )


def _answer(call: Call, found: Iterable[dict[str, Any]]) -> Reply:
    """What the caller's rights in Azure show. Azure DevOps has no Entra token of who signs in otherwise."""  # assumed: look-ups
    if not call.entra and not (call.knobs.proxy_lists_for_pat and call.caller.kind != "anonymous"):
        return answer({"errorMessage": _NO_TOKEN, "value": []})
    shown = [] if call.caller.azure_rights == "none" else list(found)
    return answer({"errorMessage": None, "value": shown})
