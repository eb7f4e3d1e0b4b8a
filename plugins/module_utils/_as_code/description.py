# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection as the options of azdo_arm_connection that describe it: the way back from what there is to a task.

PRIVATE to the collection, and pure. faults.py holds what comes out here against the rules of the module.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._desired.change_limits import NEWER_FIELDS
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import SCOPE_PARTS
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
    ProjectReference,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same

# The variable that a playbook takes secrets from. A row only says so: it is data, and a template would be evaluated wherever somebody keeps the row.
SECRETS = "azdo_secrets"


def options_of(connection: ArmConnection, access: t.Sequence[Json]) -> Json:
    """The options of azdo_arm_connection, but for secrets, in the order in which people write them.

    :param access: for each of its projects in their order ``{all_pipelines, pipelines, roles, checks}``, in the words of options.
    """
    own = connection.owner
    return {
        "project": own.name,
        "name": own.connection_name,
        "description": own.description,
        "scheme": connection.scheme,
        **_method(connection),
        **_place(connection),
        **_identity(connection),
        **_told(connection),
        **_access(access[0]),
        "shared_with": [
            _share(reference, found) for reference, found in zip(connection.references[1:], access[1:], strict=True)
        ],
        # Who plays it elsewhere keeps the role that a creation gives.
        **({"append_roles": True} if any(item["roles"] for item in access) else {}),
    }


def _method(connection: ArmConnection) -> Json:
    """Of the other schemes there is one method each, whatever the service says of its mode."""
    tells = connection.creation_mode and connection.scheme in (WIF, SERVICE_PRINCIPAL)
    return {"creation_mode": connection.creation_mode} if tells else {}


def _place(connection: ArmConnection) -> Json:
    environment = connection.environment or "AzureCloud"
    level = connection.scope["level"] or "subscription"
    parts = SCOPE_PARTS.get(level, ())
    scope = {"level": level, **{part: connection.scope[part] for part in parts if connection.scope[part]}}
    stack = {"server_url": connection.url} if environment == "AzureStack" else {}
    return {"environment": environment, **stack, "scope": scope}


def _identity(connection: ArmConnection) -> Json:
    """What the service made itself for an automatic connection is not the task's to say; the id of a managed identity's resource it does not know."""
    ids = {"tenant_id": connection.tenant_id, "client_id": connection.client_id}
    if connection.scheme == "managed_identity":
        return {"managed_identity": _filled({"tenant_id": connection.tenant_id})}
    if connection.scheme == "publish_profile":
        application = _filled({"tenant_id": connection.tenant_id})
        return {"service_principal": application, **_filled({"web_app_id": connection.web_app_id})}
    managed = connection.scheme == WIF and same(connection.identity_type, "ManagedIdentity")
    automatic = connection.creation_mode == "automatic"
    if automatic and not managed:
        ids["client_id"] = None
    # The credential in Entra was written by somebody, and a sign-in that opens Azure DevOps only could not look at it.
    credential = {"federated_credential": {"mode": "skip"}} if connection.scheme == WIF and not automatic else {}
    return {"managed_identity" if managed else "service_principal": _filled(ids), **credential}


def _told(connection: ArmConnection) -> Json:
    """What only some services tell; the module would say that it cannot compare it."""
    found: Json = {}
    if connection.offers("isDisabled", *NEWER_FIELDS):
        found["enabled"] = connection.enabled
    if connection.service_management_reference:
        found["service_management_reference"] = connection.service_management_reference
    return found


def _share(reference: ProjectReference, found: Json) -> Json:
    return {
        "project": reference.name,
        "name": reference.connection_name,
        "description": reference.description,
        **_access(found),
    }


def _access(found: Json) -> Json:
    """Checks and roles that nobody gave are left out: a creation gives the role of an administrator to somebody."""
    return {
        "authorize_all_pipelines": found["all_pipelines"],
        "authorized_pipelines": list(found["pipelines"]),
        "checks": list(found["checks"]),
        **({"roles": list(found["roles"])} if found["roles"] else {}),
    }


def _filled(options: Json) -> Json:
    return {name: value for name, value in options.items() if value}


def secret_option(connection: ArmConnection) -> str:
    """The option of the secret that a creation needs, one that a person brought; empty if it needs none."""
    if connection.scheme == "publish_profile":
        return "publish_profile"
    if connection.scheme != SERVICE_PRINCIPAL or connection.creation_mode == "automatic":
        return ""
    return (
        "service_principal.certificate"
        if same(connection.authentication_type, "spnCertificate")
        else "service_principal.key"
    )
