# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls Graph and ARM, and what they may do there."""

from __future__ import annotations

from .auth import bearer_token
from .calls import Call
from .directory import Application, Identity
from .errors import AzureFailure
from .state import Caller
from .tokens import GRAPH


def authenticate_azure(call: Call, service: str) -> Caller:
    """Only tokens made for this service are taken."""  # documented: 9.1
    token = bearer_token(call)
    caller = call.site.tokens.find(token, service) if token else None
    if caller is None:
        if service == GRAPH:
            raise AzureFailure(
                401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.", graph=True
            )
        raise AzureFailure(401, "InvalidAuthenticationToken", "The access token is invalid.")
    return caller


def may_ask(call: Call) -> None:
    """Graph: without any right nobody learns what there is."""  # assumed: 8.2
    if call.caller.graph_rights == "none":
        raise _denied()


def may_touch(call: Call, identity: Identity) -> None:
    """Graph, after may_ask: ReadWrite.All, or ReadWrite.OwnedBy for an owner; managed identities have no owners."""  # documented: 8.2
    owners = identity.owners if isinstance(identity, Application) else frozenset[str]()
    if call.caller.graph_rights == "owned" and call.caller.object_id not in owners:
        raise _denied()


def _denied() -> AzureFailure:
    return AzureFailure(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", graph=True
    )  # assumed: 8.2


def may_manage(call: Call, action: str, scope: str) -> None:
    """ARM: owners may do all, contributors all but changing role assignments."""  # documented: 8.4
    rights = call.caller.azure_rights
    harmless = action.endswith("/read") or "Microsoft.Authorization" not in action
    if rights == "owner" or (rights == "contributor" and harmless):
        return
    raise AzureFailure(
        403,
        "AuthorizationFailed",
        f"The client '{call.caller.client_id}' with object id '{call.caller.object_id}' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid.",
    )
