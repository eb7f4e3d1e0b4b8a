# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: applications are made, changed and deleted, and have owners."""

from __future__ import annotations

import re
import uuid
from typing import Any

from . import typed
from .azure_auth import may_ask, may_change, may_look_up, may_register, may_touch
from .calls import Call
from .directory import Application
from .errors import AzureFailure
from .graph import created, find, find_to_change, lag, owners
from .graph_people import owner_id
from .graph_queries import failure, not_found, page, selected
from .replies import Reply, no_content

_AUDIENCES = (
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
)  # documented: Graph, application
_PROPERTIES = ("displayName", "signInAudience", "serviceManagementReference", "tags", "uniqueName")
_REFERENCE = re.compile(r"https?://.+/(?:directoryObjects|users|servicePrincipals)/([^/]+)")
_LONGEST_NAME = 256  # documented: Graph, application


def create(call: Call) -> Reply:
    may_ask(call)
    sent = _sent(call)
    if "uniqueName" in sent:
        raise _refused(
            "Property 'uniqueName' is read-only and cannot be set."
        )  # assumed: 8.2 (documented as read-only)
    return created(_create(call, sent, ""))


def update(call: Call) -> Reply:
    """An upsert where the address has a unique name and the request prefers it; else 404 for what is not there."""  # documented: look-ups
    if "unique_name" in call.parameters and call.headers.get("prefer", "").lower() == "create-if-missing":
        return _upsert(call, call.parameters["unique_name"].replace("''", "'"))
    _change(call, find_to_change(call), _sent(call))
    return no_content()


def _upsert(call: Call, unique_name: str) -> Reply:
    """It finds what reads do not show yet: nobody gets a second one of that name."""  # assumed: 8.2
    may_ask(call)
    sent = _sent(call)
    found = call.world.directory.application_by_name(unique_name)
    if found is None:
        if sent.get("uniqueName", unique_name) != unique_name:
            raise _refused("The value of property 'uniqueName' is not that of the address.")  # assumed: 8.2
        return created(_create(call, sent, unique_name))
    may_touch(call, found)
    may_change(call, found)
    _change(call, found, sent)
    return no_content()


def delete(call: Call) -> Reply:
    """With its service principal, whose role assignments stay. Its unique name is free again."""  # documented: Graph, delete application; assumed (the name)
    call.world.directory.remove_application(find_to_change(call).app_id)
    return no_content()


def _create(call: Call, sent: dict[str, Any], unique_name: str) -> Application:
    may_register(call)
    if "displayName" not in sent:
        raise _refused("A value is required for property 'displayName' of resource 'Application'.")  # assumed: 8.2
    if call.knobs.requires_service_management_reference and not sent.get("serviceManagementReference"):
        raise failure(  # assumed: 8.2 (the code; that a tenant may require it is known of Microsoft's own)
            400,
            "CredentialInvalidServiceManagementReference",
            "ServiceManagementReference field is required for Create, but is missing in the request.",
        )
    audience = sent.get("signInAudience", _AUDIENCES[0])  # documented: Graph, application (the default)
    directory, tenant_id = call.world.directory, call.world.tenant_id
    made = directory.register(tenant_id.lower(), sent["displayName"], str(uuid.uuid4()), audience)
    made.unique_name = unique_name
    _change(call, made, {key: value for key, value in sent.items() if key != "uniqueName"})
    if call.caller.is_user or call.caller.graph_rights == "owned":
        made.owners.add(call.caller.object_id)  # documented: 8.2 (who registers an application owns it)
    lag(call, made.object_id)
    return made


def _change(call: Call, application: Application, sent: dict[str, Any]) -> None:
    _name_once(call, application, sent)
    application.display_name = sent.get("displayName", application.display_name)
    application.sign_in_audience = sent.get("signInAudience", application.sign_in_audience)
    application.tags = sent.get("tags", application.tags)
    before = application.service_management_reference
    application.service_management_reference = sent.get("serviceManagementReference", before)


def _name_once(call: Call, application: Application, sent: dict[str, Any]) -> None:
    """An application without a unique name may be given one, once."""  # documented: Graph Bicep, backfill
    wanted = sent.get("uniqueName", application.unique_name)
    if wanted == application.unique_name:
        return
    if application.unique_name or not wanted:
        raise _refused(
            "Property 'uniqueName' is immutable and cannot be changed."
        )  # documented: Graph, application; assumed (text)
    if call.world.directory.application_by_name(wanted) is not None:
        message = f"Another object with the same value for property uniqueName already exists: {wanted}."
        raise failure(409, "Request_MultipleObjectsWithSameKeyValue", message)  # assumed: 8.2
    application.unique_name = wanted


def _sent(call: Call) -> dict[str, Any]:
    """What was sent, each of its type. A property that the simulator does not keep is refused: nobody shall think that it was set."""
    if not isinstance(call.body, dict):
        raise _refused("Unable to read JSON request payload.")  # assumed
    unknown = [name for name in call.body if name not in _PROPERTIES]
    if unknown:
        raise _refused(f"Invalid property '{unknown[0]}'.")  # assumed: 8.2
    sent: dict[str, Any] = {name: typed.text(call.body, name) for name in call.body if name != "tags"}
    if "tags" in call.body:
        sent["tags"] = typed.texts(call.body, "tags")
    name = sent.get("displayName", "x")
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise _refused("Invalid value specified for property 'displayName' of resource 'Application'.")  # assumed: 8.2
    if sent.get("signInAudience", _AUDIENCES[0]) not in _AUDIENCES:
        raise _refused(
            "Invalid value specified for property 'signInAudience' of resource 'Application'."
        )  # assumed: 8.2
    return sent


def _refused(message: str) -> AzureFailure:
    return failure(400, "Request_BadRequest", message)


# -- owners ------------------------------------------------------------------------------------------------------------
def list_owners(call: Call) -> Reply:
    return page(call, [selected(call, item) for item in owners(call, find(call))])


def add_owner(call: Call) -> Reply:
    """Users and service principals."""  # documented: Graph, add owner
    application = find_to_change(call)
    may_look_up(call)  # documented: Graph, add owner (Directory.Read.All besides OwnedBy)
    sent = call.body if isinstance(call.body, dict) else {}
    reference = _REFERENCE.fullmatch(typed.text(sent, "@odata.id"))
    if reference is None:
        raise _refused("The '@odata.id' of the reference is no address of a directory object.")  # assumed: 8.2
    owner = owner_id(call, reference[1])
    if owner in application.owners:
        message = "One or more added object references already exist for the following modified properties: 'owners'."
        raise _refused(message)  # observed: Graph
    application.owners.add(owner)
    return no_content()


def remove_owner(call: Call) -> Reply:
    application = find_to_change(call)
    owner = call.parameters["owner"].lower()
    if owner not in application.owners:
        raise not_found(owner)
    application.owners.discard(owner)
    return no_content()
