# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service connections: list, get, create, share and delete."""

from __future__ import annotations

from typing import Any

from . import federation, pending
from .access import denied, need, visible
from .bodies import Draft, read_draft, read_references
from .calls import Call
from .errors import Failure, argument
from .identifiers import is_guid
from .rendering import is_secret, render, render_partial
from .replies import Reply, answer, collection, no_content
from .state import Connection, Level, Pending, PipelinePermissions, Project, Reference, Status

_ACTIONS: dict[str, Level] = {  # documented: 2.2
    "none": "none", "0": "none", "view": "reader", "32": "reader", "use": "user", "16": "user",
    "manage": "administrator", "2": "administrator",
}  # fmt: skip


def list_connections(call: Call) -> Reply:
    """One answer with everything, no paging; filtered by permission without saying so."""  # documented: 2.2
    project = call.the_project
    wanted: Level = _ACTIONS.get((call.ask("actionFilter") or "none").lower(), "none")
    if not call.caller.has("reader", project.id) or not call.caller.has(wanted, project.id):
        return collection([])  # observed: 2.2
    kind = (call.ask("type") or "").lower()
    schemes = {item.lower() for item in call.ask_list("authSchemes")}
    ids = {item.lower() for item in call.ask_list("endpointIds")}
    names = {item.lower() for item in call.ask_list("endpointNames")}
    owner = (call.ask("owner") or "").lower()
    with_failed = call.ask_flag("includeFailed")
    found = []
    for connection in list(project.connections.values()):
        pending.settle(call.site, connection, counts=False)
        here = connection.reference(project.id)
        if here is None:
            continue
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
    if connection.partial or not call.caller.has("reader", project.id):
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
    if not any(call.caller.has("administrator", item.project.id) for item in found.references):
        raise denied(call, found.name)
    return found


# -- create ------------------------------------------------------------------------------------------------------------
def create_connection(call: Call) -> Reply:
    """200, not 201."""  # documented: 2.1
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
        _refuse_duplicate(reference.project, reference.name)
    connection = _build(call, draft, references)
    call.world.add_connection(connection)
    if draft.automatic:
        failure = call.knobs.creation_failure
        if not call.caller.is_user:  # documented: 2.7 (only users); the text is assumed
            failure = "Automatic creation of service connections is not supported for this identity type."
        pending.start(call.site, connection, Pending("creation", call.knobs.creation_polls, failure=failure))
    for reference in connection.references:
        late = PipelinePermissions(calls_until_visible=call.knobs.permission_delay_calls)
        connection.permissions[reference.project.id] = late
    return answer(render(call, connection, call.project))


def _refuse_duplicate(project: Project, name: str) -> None:
    for connection in project.connections.values():
        here = connection.reference(project.id)
        if here is not None and here.name.lower() == name.lower():
            raise Failure(  # observed: 2.9 (500)
                500,
                "DuplicateServiceConnectionException",
                f"Service connection with name {name} already exists. Only a user having Administrator/User role "
                f"permissions on service connection {name} can see it.",
            )


def _build(call: Call, draft: Draft, references: list[Reference]) -> Connection:
    scheme = draft.scheme
    federated = scheme == "WorkloadIdentityFederation"
    if (
        draft.type.lower() == "azurerm"
        and federated
        and not (call.knobs.workload_identity_federation and call.site.profile.hosted)
    ):
        raise Failure(  # observed: 2.7
            400,
            "ServiceEndpointException",
            "Unable to find service connection type 'azurerm' using authentication scheme 'WorkloadIdentityFederation'.",
        )
    if draft.automatic and not call.site.profile.hosted:
        raise argument("creationMode Automatic is not supported on this server.")  # assumed: 9.5
    if draft.automatic and federated and draft.data.get("environment") in ("AzureStack", "AzureUSGovernment"):
        raise argument(
            "Automatic workload identity federation is not supported in this environment."
        )  # documented: 2.7
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


# -- share and delete --------------------------------------------------------------------------------------------------
def share_connection(call: Call) -> Reply:
    """Additive; a reference that is there under another name cannot be renamed here."""  # observed: 2.11
    connection = find_for_write(call, call.parameters["id"])
    for new in read_references(call, call.json_list()):
        known = connection.reference(new.project.id)
        name = new.name or f"{connection.name}-{new.project.name}"
        if known is not None:
            if known.name != name:
                raise Failure(500, "VssServiceException", _internal_error(call))  # observed: 2.11 (TF400898)
            continue
        need(call, "administrator", new.project, connection.name)
        _refuse_duplicate(new.project, name)
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
            need(call, "administrator", reference.project, connection.name)
    pending.start(
        call.site,
        connection,
        Pending(
            "deletion", call.knobs.deletion_polls, failure=call.knobs.deletion_failure, remove_from=tuple(ids),
            deep=call.ask_flag("deep"),
        ),
    )  # fmt: skip
    return no_content()


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
