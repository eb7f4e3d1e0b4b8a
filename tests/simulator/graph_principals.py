# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: service principals, of applications and of managed identities."""

from __future__ import annotations

import uuid

from . import typed
from .azure_auth import denied, may_ask, may_change, may_touch
from .calls import Call
from .directory import Application, Identity, principal_of
from .graph import FILTER, lag, sent_object, visible
from .graph_people import service_principal
from .graph_queries import failure, not_found, selected
from .replies import Reply, answer, no_content


def get(call: Call) -> Reply:
    return answer(selected(call, service_principal(_find(call))))


def list_all(call: Call) -> Reply:
    may_ask(call)
    asked = FILTER.search(call.ask("$filter") or "")
    found = _by_client(call, asked[2]) if asked and asked[1].lower() == "appid" else None
    if found is not None:
        may_touch(call, found)
    return answer({"value": [selected(call, service_principal(found))] if found else []})


def create(call: Call) -> Reply:
    """For an application that has none yet. One that Graph does not know, or does not show yet, gets none."""  # documented: Graph, create servicePrincipal
    may_ask(call)
    app_id = typed.text(sent_object(call), "appId")
    application = call.world.directory.application(app_id)
    if application is None or not visible(call, application.object_id):
        if call.knobs.unknown_backing == "forbidden" and call.caller.graph_rights == "owned":
            message = "When using this permission, the backing application of the service principal being created must in the local tenant"
            raise failure(403, "Authorization_RequestDenied", message)  # observed: Graph
        message = f"The appId '{app_id}' of the service principal does not reference a valid application object."
        raise failure(400, "Request_BadRequest", message)  # observed: Graph (NoBackingApplicationObject)
    may_touch(call, application)
    may_change(call, application)
    if application.service_principal_id:
        raise failure(  # observed: Graph
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "The service principal cannot be created, updated, or restored because the service principal name "
            f"{app_id} is already in use.",
        )
    call.world.directory.add_principal(application, str(uuid.uuid4()))
    lag(call, application.service_principal_id)
    return answer(service_principal(application), 201)


def delete(call: Call) -> Reply:
    """Its role assignments stay, and point to nobody."""  # documented: RBAC troubleshooting (identity not found)
    found = _find(call)
    may_change(call, found)
    if not isinstance(found, Application):
        raise denied()  # assumed: 8.3 (it goes with its managed identity)
    call.world.directory.remove_principal(found)
    return no_content()


def _find(call: Call) -> Identity:
    """By client id or by object id; managed identities have one, too."""  # documented: 8.4 (principalId is the service principal's)
    may_ask(call)
    given = call.parameters
    if "app_id" in given:
        found = _by_client(call, given["app_id"])
    else:
        found = call.world.directory.principal(given["object_id"])
        found = found if found and visible(call, principal_of(found)) else None
    if found is None:
        raise not_found(given.get("app_id") or given["object_id"])
    may_touch(call, found)
    return found


def _by_client(call: Call, client_id: str) -> Identity | None:
    found = call.world.directory.by_client(client_id)
    if found is None or not principal_of(found) or not visible(call, principal_of(found)):
        return None
    return found
