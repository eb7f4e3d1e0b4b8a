# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: which application a request is about, how one is shown, and its secrets."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from . import typed
from .azure_auth import denied, may_ask, may_change, may_touch
from .calls import Call
from .clock import iso_milliseconds
from .directory import Application, Password
from .errors import Unreadable
from .graph_people import described
from .graph_queries import failure, filtered, not_found, page, selected
from .replies import Reply, answer, no_content

__all__ = ["FILTER", "failure", "find", "find_to_change", "lag", "not_found", "selected"]

FILTER = re.compile(r"(\w+)\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)


def find(call: Call) -> Application:
    """By client id, unique name or object id; the caller must be allowed to see it."""
    may_ask(call)
    given, directory = call.parameters, call.world.directory
    key = next((given[name] for name in ("app_id", "unique_name", "object_id") if name in given), "")
    if "app_id" in given:
        found = directory.application(key)
    elif "unique_name" in given:
        found = directory.application_by_name(key.replace("''", "'"))
    else:
        found = directory.application_by_object(key)
    if found is None or not visible(call, found.object_id):
        raise not_found(key)
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


def visible(call: Call, key: str) -> bool:
    """Whether this read shows what was made a moment ago, see `lag`."""
    return bool(call.world.lags.shown([key], str, call.site.clock.now()))


# -- applications ------------------------------------------------------------------------------------------------------
def list_applications(call: Call) -> Reply:
    may_ask(call)
    found = filtered(
        call,
        list(call.world.directory.applications.values()),
        {
            "id": lambda item: item.object_id,
            "appId": lambda item: item.app_id,
            "displayName": lambda item: item.display_name,
            "uniqueName": lambda item: item.unique_name,
            "tags": lambda item: item.tags,
        },
    )
    if call.caller.graph_rights == "owned":
        if not call.knobs.owned_lists_applications:
            raise denied()  # documented: Graph, permissions reference (with OwnedBy this list is 403)
        found = [item for item in found if call.caller.object_id in item.owners]
    return page(call, [_answered(call, item) for item in found if visible(call, item.object_id)])


def get_application(call: Call) -> Reply:
    return answer(_answered(call, find(call)))


def _answered(call: Call, application: Application) -> dict[str, Any]:
    """Owners are there only when they are asked for."""  # documented: 8.2 (owners is a relationship)
    body = selected(call, _shown(call, application))
    if "owners" in call.ask_list("$expand"):
        body["owners"] = owners(call, application)
    return body


def owners(call: Call, application: Application) -> list[dict[str, Any]]:
    return [described(call, item) for item in sorted(application.owners)]


def _shown(call: Call, application: Application) -> dict[str, Any]:
    """Without secrets that were made a moment ago, see `lag`."""
    body = _application(application)
    now = call.site.clock.now()
    body["passwordCredentials"] = call.world.lags.shown(
        body["passwordCredentials"], lambda item: str(item["keyId"]), now
    )
    return body


def created(application: Application) -> Reply:
    """The answer to whoever made it, however late others see it."""
    return answer(_application(application), 201)


def _application(application: Application) -> dict[str, Any]:
    return {
        "id": application.object_id,
        "appId": application.app_id,
        "displayName": application.display_name,
        "signInAudience": application.sign_in_audience,
        "uniqueName": application.unique_name or None,
        "tags": list(application.tags),
        "serviceManagementReference": application.service_management_reference or None,
        "passwordCredentials": [_password(item) for item in application.passwords],
        "keyCredentials": [],
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


def add_password(call: Call) -> Reply:
    """The body may be left out."""  # documented: 8.5
    application = find_to_change(call)
    sent = typed.mapping(sent_object(call), "passwordCredential")
    name = typed.text(sent, "displayName", "passwordCredential.")
    typed.text(sent, "endDateTime", "passwordCredential.")
    now = call.site.clock.now()
    made = Password(str(uuid.uuid4()), f"made~{uuid.uuid4().hex}", now, now + timedelta(days=730), name)
    application.passwords.append(made)
    lag(call, made.key_id)
    return answer(_password(made, with_secret=True))


def remove_password(call: Call) -> Reply:
    application = find_to_change(call)
    key_id = typed.text(sent_object(call), "keyId")
    left = [item for item in application.passwords if item.key_id != key_id]
    if len(left) == len(application.passwords):
        raise failure(400, "Request_BadRequest", "No password credential found with keyId.")  # assumed
    application.passwords = left
    return no_content()


def sent_object(call: Call) -> dict[str, Any]:
    if call.body is None:
        return {}
    if not isinstance(call.body, dict):
        raise Unreadable("body", "an object")
    return call.body
