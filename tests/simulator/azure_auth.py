# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls Graph and ARM, and what they may do there."""

from __future__ import annotations

from collections.abc import Callable

from .auth import bearer_token
from .caller import Caller
from .calls import Call
from .directory import Application, Identity
from .errors import AzureFailure
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
        raise denied()


def may_register(call: Call) -> None:
    """Graph, after may_ask: ReadWrite.OwnedBy may, and people may without a role unless the tenant says else."""  # documented: Entra, default user permissions
    caller = call.caller
    if caller.graph_rights == "default" and not (caller.is_user and call.knobs.users_may_register):
        raise denied()


def may_look_up(call: Call) -> None:
    """Graph: people are read with Directory.Read.All, which a service principal with OwnedBy has only if somebody gave it."""  # documented: Graph, add owner
    may_ask(call)
    limited = call.caller.graph_rights == "owned" and not call.caller.is_user
    if limited and not call.knobs.owned_reads_directory:
        raise denied()


def may_touch(call: Call, identity: Identity) -> None:
    """Graph, after may_ask: ReadWrite.All, or ReadWrite.OwnedBy for an owner; managed identities have no owners."""  # documented: 8.2
    owners = identity.owners if isinstance(identity, Application) else frozenset[str]()
    if call.caller.graph_rights == "owned" and call.caller.object_id not in owners:
        raise denied()


def may_change(call: Call, identity: Identity) -> None:
    """Graph, after may_touch: a member without a role reads every application and changes those that it owns."""  # documented: Entra, default user permissions
    owners = identity.owners if isinstance(identity, Application) else frozenset[str]()
    if call.caller.graph_rights == "default" and call.caller.object_id not in owners:
        raise denied()


def denied() -> AzureFailure:
    return AzureFailure(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", graph=True
    )  # assumed: 8.2


_RIGHTS: dict[str, Callable[[str], bool]] = {  # documented: 8.4 and Azure's built-in roles
    "owner": lambda action: True,
    "user_access_administrator": lambda action: action.endswith("/read") or "Microsoft.Authorization" in action,
    "contributor": lambda action: action.endswith("/read") or "Microsoft.Authorization" not in action,
    "reader": lambda action: action.endswith("/read"),
    "none": lambda action: False,
}


def may_manage(call: Call, action: str, scope: str) -> None:
    """ARM: each role allows its own actions; all of them read."""
    if _RIGHTS[call.caller.azure_rights](action):
        return
    raise AzureFailure(
        403,
        "AuthorizationFailed",
        f"The client '{call.caller.client_id}' with object id '{call.caller.object_id}' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid.",
    )
