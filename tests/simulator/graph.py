# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: applications, their federated credentials and secrets."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from . import typed
from .azure_auth import may_ask, may_change, may_touch
from .calls import Call
from .clock import iso_milliseconds
from .directory import Application, Identity, Password, principal_of
from .errors import AzureFailure, Unreadable
from .replies import Reply, answer, no_content

FILTER = re.compile(r"(\w+)\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)


def failure(status: int, code: str, message: str) -> AzureFailure:
    return AzureFailure(status, code, message, graph=True)


def not_found(what: str) -> AzureFailure:
    return failure(  # observed: 8.2
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
    )


def find(call: Call) -> Application:
    """By client id or by object id; the caller must be allowed to see it."""
    may_ask(call)
    app_id, object_id = call.parameters.get("app_id"), call.parameters.get("object_id")
    directory = call.world.directory
    found = directory.application(app_id) if app_id else directory.application_by_object(object_id or "")
    if found is None:
        raise not_found(app_id or object_id or "")
    may_touch(call, found)
    return found


def find_to_change(call: Call) -> Application:
    found = find(call)
    may_change(call, found)
    return found


def lag(call: Call, key: str) -> None:
    """Graph answers from replicas: what was just written is not shown at once (knobs graph_lag_*)."""  # documented: 8.3 (Entra is eventually consistent)
    knobs = call.knobs
    call.world.lags.begin(key, call.site.clock.now(), knobs.graph_lag_reads, knobs.graph_lag_ms)


# -- applications ------------------------------------------------------------------------------------------------------
def list_applications(call: Call) -> Reply:
    may_ask(call)
    asked = FILTER.search(call.ask("$filter") or "")
    found = list(call.world.directory.applications.values())
    if asked and asked[1].lower() == "appid":
        found = [item for item in found if item.app_id == asked[2].lower()]
    elif asked and asked[1].lower() == "displayname":
        found = [item for item in found if item.display_name == asked[2].replace("''", "'")]
    if call.caller.graph_rights == "owned":
        found = [item for item in found if call.caller.object_id in item.owners]
    return answer({"value": [selected(call, _shown(call, item)) for item in found[:100]]})


def get_application(call: Call) -> Reply:
    return answer(selected(call, _shown(call, find(call))))


def get_service_principal(call: Call) -> Reply:
    """By client id; managed identities have one, too."""  # documented: 8.4 (principalId is the service principal's)
    may_ask(call)
    app_id = call.parameters["app_id"]
    found = call.world.directory.by_client(app_id)
    if found is None:
        raise not_found(app_id)
    may_touch(call, found)
    return answer(selected(call, _service_principal(found)))


def list_service_principals(call: Call) -> Reply:
    may_ask(call)
    asked = FILTER.search(call.ask("$filter") or "")
    found = call.world.directory.by_client(asked[2]) if asked and asked[1].lower() == "appid" else None
    if found is not None:
        may_touch(call, found)
    return answer({"value": [selected(call, _service_principal(found))] if found else []})


def _shown(call: Call, application: Application) -> dict[str, Any]:
    """Without secrets that were made a moment ago, see `lag`."""
    body = _application(application)
    now = call.site.clock.now()
    body["passwordCredentials"] = call.world.lags.shown(
        body["passwordCredentials"], lambda item: str(item["keyId"]), now
    )
    return body


def _application(application: Application) -> dict[str, Any]:
    return {
        "id": application.object_id,
        "appId": application.app_id,
        "displayName": application.display_name,
        "signInAudience": application.sign_in_audience,
        "passwordCredentials": [_password(item) for item in application.passwords],
        "keyCredentials": [],
    }


def _service_principal(identity: Identity) -> dict[str, Any]:
    if isinstance(identity, Application):
        client_id, name, alternative = identity.app_id, identity.display_name, []
    else:
        # assumed: 8.3 (Graph documents the field; that it holds the ARM id of a managed identity is common knowledge)
        client_id, name, alternative = identity.client_id, identity.name, ["isExplicit=True", identity.resource_id]
    return {
        "id": principal_of(identity),
        "appId": client_id,
        "displayName": name,
        "accountEnabled": True,
        "alternativeNames": alternative,
    }


def _password(password: Password, *, with_secret: bool = False) -> dict[str, Any]:
    return {  # documented: 8.5
        "keyId": password.key_id,
        "displayName": password.display_name or None,
        "hint": password.secret[:3],
        "startDateTime": iso_milliseconds(password.starts),
        "endDateTime": iso_milliseconds(password.ends),
        "secretText": password.secret if with_secret else None,
    }


def selected(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    wanted = call.ask_list("$select")
    return {key: value for key, value in body.items() if key in wanted} if wanted else body


def add_password(call: Call) -> Reply:
    """The body may be left out."""  # documented: 8.5
    application = find_to_change(call)
    sent = typed.mapping(_object(call), "passwordCredential")
    name = typed.text(sent, "displayName", "passwordCredential.")
    typed.text(sent, "endDateTime", "passwordCredential.")
    now = call.site.clock.now()
    made = Password(str(uuid.uuid4()), f"made~{uuid.uuid4().hex}", now, now + timedelta(days=730), name)
    application.passwords.append(made)
    lag(call, made.key_id)
    return answer(_password(made, with_secret=True))


def remove_password(call: Call) -> Reply:
    application = find_to_change(call)
    key_id = typed.text(_object(call), "keyId")
    left = [item for item in application.passwords if item.key_id != key_id]
    if len(left) == len(application.passwords):
        raise failure(400, "Request_BadRequest", "No password credential found with keyId.")  # assumed
    application.passwords = left
    return no_content()


def _object(call: Call) -> dict[str, Any]:
    if call.body is None:
        return {}
    if not isinstance(call.body, dict):
        raise Unreadable("body", "an object")
    return call.body
