# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: federated credentials of applications."""

from __future__ import annotations

import re
import uuid
from typing import Any

from . import typed
from .calls import Call
from .directory import Application, FederatedCredential
from .graph import FILTER, failure, find, find_to_change, lag, not_found, selected
from .replies import Reply, answer, no_content

MAXIMUM = 20  # documented: 8.2


def list_credentials(call: Call) -> Reply:
    found = _shown(call, find(call))
    asked = FILTER.search(call.ask("$filter") or "")
    if asked:
        name, value = asked[1].lower(), asked[2].replace("''", "'")
        found = [item for item in found if {"name": item.name, "subject": item.subject}.get(name) == value]
    return answer({"value": [selected(call, _credential(item)) for item in found]})


def get_credential(call: Call) -> Reply:
    application = find(call)
    return answer(_credential(_one(call, _shown(call, application))))


def create_credential(call: Call) -> Reply:
    application = find_to_change(call)
    made = _read(call.body, None)
    if any(item.name == made.name for item in application.credentials):
        raise failure(  # observed: 8.2
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {made.name} already exists.",
        )
    _add(call, application, made)
    return answer(_credential(made), 201)


def update_credential(call: Call) -> Reply:
    application = find_to_change(call)
    known = next((item for item in application.credentials if _key(call) in (item.id, item.name)), None)
    if known is None:
        if call.headers.get("prefer", "").lower() != "create-if-missing" or "name" not in call.parameters:
            raise not_found(_key(call))
        made = _read({**_object(call.body), "name": call.parameters["name"]}, None)
        _add(call, application, made)
        return answer(_credential(made), 201)
    changed = _read(call.body, known)
    if changed.name != known.name:
        raise failure(400, "InvalidFederatedIdentityCredentialValue", "The name cannot be changed.")  # documented: 8.2
    _refuse_same_pair(application, changed, known)
    application.credentials[application.credentials.index(known)] = changed
    return no_content()


def delete_credential(call: Call) -> Reply:
    application = find_to_change(call)
    application.credentials.remove(_one(call, application.credentials))
    return no_content()


def _key(call: Call) -> str:
    return call.parameters.get("key") or call.parameters.get("name") or ""


def _shown(call: Call, application: Application) -> list[FederatedCredential]:
    return call.world.lags.shown(application.credentials, lambda item: item.id, call.site.clock.now())


def _one(call: Call, credentials: list[FederatedCredential]) -> FederatedCredential:
    for item in credentials:
        if _key(call) in (item.id, item.name):
            return item
    raise not_found(_key(call))


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise failure(400, "Request_BadRequest", "Unable to read JSON request payload.")  # assumed
    return body


def _read(body: Any, known: FederatedCredential | None) -> FederatedCredential:
    """Limits of Graph."""  # documented: 8.2
    sent = _object(body)
    made = FederatedCredential(
        name=_text(sent, "name", known.name if known else ""),
        issuer=_text(sent, "issuer", known.issuer if known else ""),
        subject=_text(sent, "subject", known.subject if known else ""),
        audiences=typed.texts(sent, "audiences") if "audiences" in sent else list(known.audiences if known else []),
        description=_text(sent, "description", known.description if known else ""),
        id=known.id if known else str(uuid.uuid4()),
    )
    wrong = None
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_~.\-]{0,119}", made.name):
        wrong = "name"
    elif not made.issuer or len(made.issuer) > 600:
        wrong = "issuer"
    elif not made.subject or len(made.subject) > 600:
        wrong = "subject"
    elif len(made.description) > 600:
        wrong = "description"
    elif len(made.audiences) != 1:
        wrong = "audiences"
    if wrong:
        raise failure(400, "InvalidFederatedIdentityCredentialValue", f"Invalid value. paramName: {wrong}")  # assumed
    return made


def _text(sent: dict[str, Any], name: str, before: str) -> str:
    return typed.text(sent, name) if name in sent else before


def _add(call: Call, application: Application, made: FederatedCredential) -> None:
    _refuse_same_pair(application, made, None)
    if len(application.credentials) >= MAXIMUM:
        raise failure(  # assumed: 12.4 (Graph's answer for the 21st was not captured)
            403, "Directory_QuotaExceeded", f"The application already has {MAXIMUM} federated identity credentials."
        )
    application.credentials.append(made)
    lag(call, made.id)


def _refuse_same_pair(application: Application, made: FederatedCredential, known: FederatedCredential | None) -> None:
    if any(
        item is not known and (item.issuer, item.subject) == (made.issuer, made.subject)
        for item in application.credentials
    ):
        raise failure(  # observed: 8.2
            400,
            "InvalidFederatedIdentityCredentialValue",
            f"The combination of issuer and subject must be unique for the application. Issuer {made.issuer} and "
            f"Subject: {made.subject} already exist. paramName: FederatedIdentityCredentials, "
            "objectType: Microsoft.Online.DirectoryServices.Application",
        )


def _credential(item: FederatedCredential) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "issuer": item.issuer,
        "subject": item.subject,
        "description": item.description or None,
        "audiences": list(item.audiences),
    }
