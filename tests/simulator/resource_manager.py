# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager: what its parts share, and the federated credentials of user-assigned managed identities."""

from __future__ import annotations

import re
import uuid
from typing import Any

from . import typed
from .azure_auth import may_manage
from .calls import Call
from .directory import FederatedCredential, ManagedIdentity
from .errors import AzureFailure, Unreadable
from .replies import Reply, answer, no_content

MAXIMUM = 20  # documented: 8.3
_NAME = re.compile(r"^[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}$")  # documented: 8.3
PROVIDER = "Microsoft.ManagedIdentity/userAssignedIdentities"


def need_version(call: Call) -> None:
    if not call.ask("api-version"):
        raise AzureFailure(  # assumed: 8.3
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )


def json_object(call: Call) -> dict[str, Any]:
    if not isinstance(call.body, dict):
        raise Unreadable("body", "an object")
    return call.body


def resource_id(call: Call) -> str:
    given = call.parameters
    return f"/subscriptions/{given['subscription']}/resourceGroups/{given['group']}/providers/{PROVIDER}/{given['identity']}"


def need_group(call: Call) -> None:
    """Every resource group exists unless the knob `resource_groups` names those that do."""
    given = call.parameters
    known = {item.lower() for item in call.knobs.resource_groups}
    names = {given["group"].lower(), f"{given['subscription']}/{given['group']}".lower()}
    if known and not known & names:
        message = f"Resource group '{given['group']}' could not be found."
        raise AzureFailure(404, "ResourceGroupNotFound", message)  # documented: Azure, troubleshooting deployments


def find(call: Call, action: str) -> ManagedIdentity:
    need_version(call)
    wanted = resource_id(call)
    may_manage(call, f"{PROVIDER}/{action}", wanted)
    found = call.world.directory.identities.get(wanted.lower())
    if found is None:
        need_group(call)
        raise AzureFailure(  # documented: 8.3
            404,
            "ParentResourceNotFound" if action.startswith("federated") else "ResourceNotFound",
            f"The Resource '{PROVIDER}/{call.parameters['identity']}' under resource group "
            f"'{call.parameters['group']}' was not found.",
        )
    return found


def page(call: Call, found: list[dict[str, Any]]) -> Reply:
    size = call.ask_number("$top", call.knobs.arm_page_size)
    start = call.ask_number("$skiptoken", 0)
    body: dict[str, Any] = {"value": found[start : start + size]}
    if start + size < len(found):
        version = call.ask("api-version")
        body["nextLink"] = (
            f"{call.site.base_url}{call.path}?api-version={version}&$top={size}&$skiptoken={start + size}"
        )
    return answer(body)


# -- federated credentials ---------------------------------------------------------------------------------------------
def hold_identity(call: Call) -> str:
    """One write per identity at a time."""  # documented: 8.3
    key = resource_id(call).lower()
    if key in call.world.busy:
        raise AzureFailure(
            409,
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
            "Too many Federated Identity Credentials are written concurrently for the managed identity "
            f"'{resource_id(call)}'. Concurrent Federated Identity Credentials writes under the same managed identity "
            "are not supported.",
        )
    return key


def list_credentials(call: Call) -> Reply:
    identity = find(call, "federatedIdentityCredentials/read")
    return page(call, [_credential(identity, item) for item in _shown(call, identity)])


def _shown(call: Call, identity: ManagedIdentity) -> list[FederatedCredential]:
    return call.world.lags.shown(identity.credentials, lambda item: item.id, call.site.clock.now())


def lag(call: Call, key: str) -> None:
    """Resource Manager reads from caches of its regions: what was just written is not shown at once (knobs arm_lag_*)."""  # assumed: 8.3, 8.4
    call.world.lags.begin(key, call.site.clock.now(), call.knobs.arm_lag_reads, call.knobs.arm_lag_ms)


def get_credential(call: Call) -> Reply:
    identity = find(call, "federatedIdentityCredentials/read")
    for item in _shown(call, identity):
        if item.name == call.parameters["name"]:
            return answer(_credential(identity, item))
    raise AzureFailure(404, "NotFound", f"The federated identity credential '{call.parameters['name']}' was not found.")


def put_credential(call: Call) -> Reply:
    identity = find(call, "federatedIdentityCredentials/write")
    name = call.parameters["name"]
    if not _NAME.fullmatch(name):
        raise AzureFailure(400, "BadRequest", f"Federated Identity Credential name '{name}' is invalid.")
    sent = typed.mapping(json_object(call), "properties")
    issuer, subject = typed.text(sent, "issuer", "properties."), typed.text(sent, "subject", "properties.")
    if not issuer or not subject:
        raise AzureFailure(400, "BadRequest", f"Federated Identity Credential '{name}' has empty properties.")
    audiences = typed.texts(sent, "audiences", "properties.")
    if len(audiences) != 1:
        raise AzureFailure(400, "BadRequest", f"Federated Identity Credential '{name}' must have exactly one audience.")
    known = next((item for item in identity.credentials if item.name == name), None)
    made = FederatedCredential(name, issuer, subject, audiences, "", known.id if known else str(uuid.uuid4()))
    if any(
        item is not known and (item.issuer, item.subject) == (made.issuer, made.subject)
        for item in identity.credentials
    ):
        message = "Issuer and subject combination already exists for this Managed Identity."
        raise AzureFailure(400, "BadRequest", message)
    if known is not None:
        identity.credentials[identity.credentials.index(known)] = made
        return answer(_credential(identity, made))
    if len(identity.credentials) >= MAXIMUM:
        message = f"The managed identity already has {MAXIMUM} federated identity credentials."
        raise AzureFailure(400, "BadRequest", message)  # assumed: 12.4
    identity.credentials.append(made)
    lag(call, made.id)
    return answer(_credential(identity, made), 201)


def delete_credential(call: Call) -> Reply:
    identity = find(call, "federatedIdentityCredentials/delete")
    left = [item for item in identity.credentials if item.name != call.parameters["name"]]
    gone = len(left) < len(identity.credentials)
    identity.credentials = left
    return Reply(200, b"", "") if gone else no_content()


def _credential(identity: ManagedIdentity, item: FederatedCredential) -> dict[str, Any]:
    return {
        "id": f"{identity.resource_id}/federatedIdentityCredentials/{item.name}",
        "name": item.name,
        "type": f"{PROVIDER}/federatedIdentityCredentials",
        "properties": {"issuer": item.issuer, "subject": item.subject, "audiences": list(item.audiences)},
    }
