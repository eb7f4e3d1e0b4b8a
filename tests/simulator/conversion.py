# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PUT ?operation=ConvertAuthenticationScheme: from secret to federation, and back within seven days."""

from __future__ import annotations

from typing import Any

from . import federation, pending, provisioning, typed
from .bodies import read_references
from .calls import Call
from .directory import Application
from .errors import Failure, argument
from .rendering import DEADLINE, render
from .replies import Reply, answer
from .state import Connection, Pending, Reference

FEDERATION = "WorkloadIdentityFederation"
SECRET = "ServicePrincipal"

NOT_CONFIGURED = (  # observed: 3.4
    "The authorization scheme could not be upgraded to WorkloadIdentityFederation because the service principal could "
    "not be configured automatically, and no valid configuration exists."
)


def convert(call: Call, connection: Connection, body: dict[str, Any]) -> Reply:
    """Full or minimal body; the connection stays as it was when anything is refused."""  # documented: 3.1
    authorization = typed.mapping(body, "authorization")
    target = typed.text(authorization, "scheme", "authorization.")
    if not target:
        raise argument("Value cannot be null. Parameter name: endpoint.Authorization.Scheme")  # assumed
    if not typed.text(body, "type"):
        raise argument("Value cannot be null. Parameter name: endpoint.Type")  # assumed
    typed.strings(authorization, "parameters", "authorization.")
    _refuse_stale_deadline(call, body)
    _refuse_wrong_place(call, connection)
    references = _references(call, connection, body)
    if {connection.scheme, target} != {FEDERATION, SECRET}:
        raise argument(  # observed: 3.4
            f"Converting endpoint type {connection.type} scheme from {connection.scheme} to {target} is neither an "
            "upgrade or a downgrade and is not supported."
        )
    if target == FEDERATION:
        _check_upgrade(call, connection)
    else:
        _check_revert(call, connection)
    failure = connection.conversion_failure or call.knobs.conversion_failure
    polls = call.knobs.conversion_polls if connection.conversion_polls is None else connection.conversion_polls
    if failure and (polls == 0 or (polls < 0 and call.knobs.conversion_ms <= 0)):
        raise argument(failure)
    call.world.set_references(connection, references)
    connection.modified_by, connection.modified = call.caller, call.site.clock.now()
    work = Pending("conversion", polls, failure=failure, target=target)
    pending.start(call.site, connection, work, call.knobs.conversion_ms)
    if call.knobs.conversion_answer == "empty":
        return Reply(200, b"")  # documented: 3.3 (scripts treat it as a failure)
    return answer(render(call, connection, call.project))


def _refuse_stale_deadline(call: Call, body: dict[str, Any]) -> None:
    """Both official scripts remove the key before they PUT; what happens otherwise is a knob."""  # assumed: 11
    data = typed.strings(body, "data")
    if not any(key.lower() == DEADLINE.lower() for key in data):
        return
    if call.knobs.stale_deadline == "reject":
        raise argument(f"The value of data.{DEADLINE} must not be set.")
    if call.knobs.stale_deadline == "misbehave":
        raise Failure(
            500, "VssServiceException", f"TF400898: An Internal Error Occurred. Activity Id: {call.site.new_id()}."
        )


def _refuse_wrong_place(call: Call, connection: Connection) -> None:
    if not call.site.profile.hosted or not call.knobs.workload_identity_federation:
        raise Failure(  # observed: 2.7; documented: 9.5
            400,
            "ServiceEndpointException",
            "Unable to find service connection type 'azurerm' using authentication scheme 'WorkloadIdentityFederation'.",
        )
    if connection.pending is not None:
        raise Failure(
            400, "ServiceEndpointException", "An operation on this service connection is in progress."
        )  # assumed
    if call.project is not None and len(connection.references) > 1 and call.project.id != connection.owning.project.id:
        raise argument(  # observed: 3.2 (400); text assumed
            "The service connection is shared and can only be converted in the project that owns it."
        )


def _check_upgrade(call: Call, connection: Connection) -> None:
    data, world = connection.data, call.world
    if data.get("environment") == "AzureStack":
        raise Failure(  # observed: 3.4
            400,
            "ServiceEndpointException",
            "Unable to connect to the Azure Stack environment. Ignore the failure if the source is Azure DevOps.",
        )
    identity = federation.identity_of(world.directory, connection)
    accepted = federation.accepted_pairs(world, connection, call.knobs)
    if identity is not None and any(federation.trusts(identity, item) for item in accepted):
        prepared = connection.creation_mode != "Manual" or call.caller.is_user or call.knobs.non_user_manual_conversion
        if prepared:
            return  # observed: 3.2
    if connection.creation_mode != "Automatic":
        raise _not_configured(call, connection)
    if connection.parameter("tenantid").lower() != world.tenant_id.lower():
        raise Failure(  # observed: 3.4 (no status given: 400 assumed)
            400,
            "AadAccessSilentException",
            f"GetUserAccessToken: Failed to obtain an access token of identity {{{call.caller.id}}}. "
            "AAD returned silent failure.",
        )
    full = isinstance(identity, Application) and len(identity.credentials) >= 20  # documented: 8.2
    automatic = provisioning.may_write(call.caller, connection, identity)
    if not automatic or identity is None or full or data.get("environment") == "AzureUSGovernment":
        raise _not_configured(call, connection)  # documented: 2.7, 3.2 (only users; not in US Government)


def _not_configured(call: Call, connection: Connection) -> Failure:
    if not call.knobs.pair_in_error:
        return argument(NOT_CONFIGURED)
    issuer, subject = federation.accepted_pairs(call.world, connection, call.knobs)[0]
    custom = {federation.ISSUER: issuer, federation.SUBJECT: subject}
    return argument(NOT_CONFIGURED, custom_properties=custom)  # assumed: 12.2


def _check_revert(call: Call, connection: Connection) -> None:
    previous = connection.previous
    if previous is None or not previous.by_tool:  # documented: 3.2 (manual ones cannot go back)
        raise argument(
            "The authorization scheme could not be downgraded to ServicePrincipal because no previous configuration exists."
        )  # assumed: 12.3
    if call.site.clock.now() >= previous.deadline:
        raise argument(
            "The authorization scheme could not be downgraded to ServicePrincipal because the revert period has passed."
        )  # assumed: 12.3


def _references(call: Call, connection: Connection, body: dict[str, Any]) -> list[Reference]:
    """Without references all stay; with fewer than there are, the others are dropped."""  # assumed: 2.11
    sent = typed.items(body, "serviceEndpointProjectReferences")
    if not sent:
        return list(connection.references)
    ids = {item.project.id for item in read_references(call, sent)}
    kept = [item for item in connection.references if item.project.id in ids]
    if not kept:
        raise argument("serviceEndpointProjectReferences names no project of this service connection.")  # assumed
    return kept
