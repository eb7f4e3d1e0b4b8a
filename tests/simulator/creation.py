# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a POST of a connection makes."""

from __future__ import annotations

from . import federation, names, pending, provisioning
from .access import visible
from .bodies import Draft, read_draft, read_references
from .caller import UserRole
from .calls import Call
from .endpoint_types import SCHEMES
from .errors import Failure, argument
from .identifiers import is_guid
from .rendering import is_secret
from .state import Connection, Pending, PipelinePermissions, Reference, Status


def create(call: Call) -> Connection:
    """The connection that a body asks for, stored; an automatic one is still being made."""
    draft = read_draft(call, call.json_object())
    references = read_references(call, draft.references)
    if not references and call.project is not None:
        references = [Reference(call.project, draft.name, draft.description)]  # assumed: 2.1
    if not references:
        raise argument("serviceEndpointProjectReferences must have at least one project reference.")  # documented: 2.9
    for reference in references:
        if not call.caller.creator or not visible(call, reference.project):
            raise Failure(  # observed: 2.9 (text); the status is assumed
                403,
                "AccessDeniedException",
                "You do not have permission to create a service connection. "
                "You need to be a Creator for service connections in this project.",
            )
        reference.name = reference.name or draft.name  # assumed: 2.4
        names.refuse(reference.project, reference.name)
    _refuse_unknown(call, draft)
    connection = _build(call, draft, references)
    call.world.add_connection(connection)
    for reference in connection.references:
        # Of an administrator a test says with `level` what it may do later; who is less becomes administrator of this one.
        counts = call.knobs.creator_administers and not call.caller.has("administrator", reference.project.id)
        connection.give_role(
            reference.project.id, UserRole(call.caller, "Administrator", counts=counts)
        )  # assumed: 6.3
    if draft.automatic:
        failure = call.knobs.creation_failure or provisioning.refusal(call.site, connection, call.caller)
        work = Pending("creation", call.knobs.creation_polls, failure=failure, caller=call.caller)
        pending.start(call.site, connection, work, call.knobs.creation_ms)
    for reference in connection.references:
        late = PipelinePermissions(calls_until_visible=call.knobs.permission_delay_calls)
        connection.permissions[reference.project.id] = late
    return connection


def _refuse_unknown(call: Call, draft: Draft) -> None:
    """Schemes that azurerm does not have, or not here; of other types nothing is known."""
    federated = call.knobs.workload_identity_federation and call.site.profile.hosted
    known = [name for name in SCHEMES if federated or name != "WorkloadIdentityFederation"]
    scheme = next((name for name in known if name.lower() == draft.scheme.lower()), None)
    if not draft.azure:
        return
    if scheme is None:
        raise Failure(
            400,
            "ServiceEndpointException",
            f"Unable to find service connection type 'azurerm' using authentication scheme '{draft.scheme}'.",
        )  # observed: 2.7 (text, for a feature that is off); assumed for other schemes
    draft.scheme = scheme  # assumed: 2.6 (in any case)


def _build(call: Call, draft: Draft, references: list[Reference]) -> Connection:
    scheme = draft.scheme
    federated = scheme == "WorkloadIdentityFederation"
    if draft.automatic and not call.site.profile.hosted:
        raise argument("creationMode Automatic is not supported on this server.")  # assumed: 9.5
    if draft.automatic and federated and draft.data.get("environment") in ("AzureStack", "AzureUSGovernment"):
        raise argument(
            "Automatic workload identity federation is not supported in this environment."
        )  # documented: 2.7
    if federated and draft.azure and not is_guid(draft.parameter("tenantid") or call.world.tenant_id):
        raise argument("The tenant of the service connection is not a GUID. Parameter name: tenantid")  # assumed: 2.6
    connection = Connection(
        id=call.site.new_id(),
        type=draft.type,
        url=draft.url,
        owner=draft.owner,
        scheme=scheme,
        parameters={key: None if is_secret(key) else value for key, value in draft.parameters.items()},
        data=dict(draft.data),
        references=references,
        created_by=call.caller,
        created=call.site.clock.now(),
        description=draft.description,
        secrets={key: value for key, value in draft.parameters.items() if is_secret(key) and value},
        disabled=draft.disabled,
        service_management_reference=draft.service_management_reference,
        status=Status(),
    )
    if scheme == "ServicePrincipal" and connection.creation_mode == "Manual":
        connection.data.setdefault("identityType", "AppRegistrationManual")  # observed: 2.4 (for a manual one)
    if federated:
        wanted = "entra" if draft.issuer_type.lower() == "entraid" else call.knobs.issuer  # observed: 2.6
        wanted = federation.issuer_for(call.world.directory, connection, wanted)
        federation.put_pair(connection, federation.pair(call.world, connection, wanted), wanted)
        if draft.data.get("isDraft", "").lower() == "true":
            connection.ready = False  # assumed: 2.5
    return connection
