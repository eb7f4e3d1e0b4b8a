# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a stored connection looks in the API: names per project, masked secrets, fields per version."""

from __future__ import annotations

from typing import Any

from . import federation
from .caller import Caller
from .calls import Call, Site
from .clock import deadline_text, iso_milliseconds
from .state import Connection, Project, Reference

SECRET_PARAMETERS = {  # observed: 2.4, 2.6
    "serviceprincipalkey",
    "serviceprincipalcertificate",
    "publishprofile",
    "accesstoken",
    "apitoken",
    "password",
}


DEADLINE = "revertSchemeDeadline"


def is_secret(parameter: str) -> bool:
    return parameter.lower() in SECRET_PARAMETERS


def identity_ref(site: Site, caller: Caller) -> dict[str, Any]:
    """IdentityRef; the same dictionary for the same caller, never changed."""
    known = site.identity_refs.get(caller.id)
    if known is None:
        known = site.identity_refs[caller.id] = _identity_ref(site, caller)
    return known


def _identity_ref(site: Site, caller: Caller) -> dict[str, Any]:
    descriptor = caller.subject_descriptor
    avatar = f"{site.organization_url}/_apis/GraphProfile/MemberAvatars/{descriptor}"
    return {
        "displayName": caller.display_name,
        "url": f"{site.organization_url}/_apis/Identities/{caller.id}",
        "_links": {"avatar": {"href": avatar}},
        "id": caller.id,
        "uniqueName": caller.unique_name,
        "imageUrl": avatar,
        "descriptor": descriptor,
        **({"isContainer": True} if caller.kind == "group" else {}),  # documented: 6.2 (IdentityRef)
    }


def render(call: Call, connection: Connection, project: Project | None = None) -> dict[str, Any]:
    """The full object as seen from `project` (or from the owning project)."""  # documented: 2.4
    here = (connection.reference(project.id) if project else None) or connection.owning
    mask = call.knobs.secret_mask
    body: dict[str, Any] = {
        "data": _data(call, connection),
        "id": connection.id,
        "name": here.name,
        "type": connection.type,
        "url": connection.url,
        "createdBy": identity_ref(call.site, connection.created_by),
        "description": here.description,
        "authorization": {
            "parameters": {
                key: mask if is_secret(key) else value for key, value in _parameters(call, connection).items()
            },
            "scheme": connection.scheme,
        },
        "isShared": len(connection.references) > 1,
        "isReady": connection.ready,
        "owner": connection.owner,
    }
    if connection.status.state != "Ready" or call.knobs.ready_status == "shown":
        body["operationStatus"] = _status(connection)
    if call.version >= (6, 0):
        body["serviceEndpointProjectReferences"] = [_reference(item) for item in connection.references]
    if call.version >= (7, 1) and call.site.profile.hosted:
        body["isDisabled"] = connection.disabled  # observed: 2.4
    if call.version >= (7, 2):
        body["isOutdated"] = False  # documented: 2.4 (7.2 model)
        body["creationDate"] = iso_milliseconds(connection.created)
        body["modificationDate"] = iso_milliseconds(connection.modified or connection.created)
        body["modifiedBy"] = identity_ref(call.site, connection.modified_by or connection.created_by)
        if connection.service_management_reference is not None:
            body["serviceManagementReference"] = connection.service_management_reference
    return body


def _parameters(call: Call, connection: Connection) -> dict[str, str | None]:
    """With the knob pair_in_answer a manual secret shows the pair that its conversion would want."""  # assumed: 12.2
    secret = connection.type.lower() == "azurerm" and connection.scheme == "ServicePrincipal"
    if not call.knobs.pair_in_answer or not secret or connection.creation_mode == "Automatic":
        return connection.parameters
    issuer, subject = federation.accepted_pairs(call.world, connection, call.knobs)[0]
    return {**connection.parameters, federation.ISSUER: issuer, federation.SUBJECT: subject}


def _data(call: Call, connection: Connection) -> dict[str, str]:
    """`data` with the deadline of a converted connection; whether it stays after it passed is a knob."""  # observed: 3.3
    previous = connection.previous
    if previous is None or not previous.by_tool or connection.scheme != "WorkloadIdentityFederation":
        return dict(connection.data)
    passed = call.site.clock.now() >= previous.deadline
    if passed and call.knobs.expired_deadline == "removed":
        return dict(connection.data)
    return {**connection.data, DEADLINE: deadline_text(previous.deadline, call.knobs.deadline_format)}


def render_partial(connection: Connection, project: Project) -> dict[str, Any]:
    """What a caller without read permission gets: id and name, the rest null."""  # observed: 2.3
    here = connection.reference(project.id) or connection.owning
    return {
        "data": None,
        "id": connection.id,
        "name": here.name,
        "type": None,
        "url": None,
        "authorization": None,
        "isShared": False,
        "isReady": False,
        "serviceEndpointProjectReferences": None,
    }


def _status(connection: Connection) -> dict[str, Any]:
    status = connection.status
    body: dict[str, Any] = {"state": status.state, "statusMessage": status.message}
    if status.severity is not None:
        body["severity"] = status.severity
    if status.error_code is not None:
        body["errorCode"] = status.error_code
    return body


def _reference(reference: Reference) -> dict[str, Any]:
    project = reference.project
    return {
        "projectReference": {"id": project.id, "name": project.name},
        "name": reference.name,
        "description": reference.description,
    }
