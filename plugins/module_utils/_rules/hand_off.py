# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is to do when a federated credential cannot be made from here: the facts, and ready text for three tools.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import IdentityFacts
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import (
    Credential,
    known_audience,
    missing_error,
    names_connection,
    wanted,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import FederationOptions, Situation
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.ways import CLOUDS, Cloud

# Stands where an audience has to be, in clouds for which none is documented.
UNKNOWN_AUDIENCE = "AUDIENCE-OF-THIS-CLOUD"
_ASK_PORTAL = (
    "Open the connection {name} in the portal (Project settings, Service connections) and choose Convert: it refuses and shows issuer and subject. "
    "Give both with federated_credential.pairs and run again."
)
_MIGRATE_IN_PORTAL = (
    "Have somebody who may write federated credentials of {owner} migrate the connection {name} in the portal (Project settings, Service connections), or add "
    "the federated credential that the portal shows there and run again."
)
# What Azure DevOps says when it found no federated credential that fits and may not make one itself (3.4): at once, or as the end of an operation.
_ABOUT_CREDENTIAL = (
    "could not be configured automatically",
    "automatic authentication conversion failed",
    "insufficient privileges",
    "federated credential",
    "federated identity",
)
# For an identity of which only the client id is known.
_SOME_IDENTITY = "/subscriptions/SUBSCRIPTION/resourceGroups/RESOURCE-GROUP/providers/Microsoft.ManagedIdentity/userAssignedIdentities/NAME"
_ADD = "Add this federated credential to {owner}, then run again: what is there by then is recognised."
_ADD_NOW = (
    "Pipelines that use {name} cannot sign in until {owner} has this federated credential. Add it now, then run again."
)


@dataclass(frozen=True, kw_only=True)
class HandOff:
    """Work for a person.

    :param target: where the connection is to move.
    :param wish: the credential that is missing; None while nobody knows its issuer and subject.
    :param resource_id: the ARM id of the managed identity; None for an application.
    :param urgent: the connection expects the credential already.
    :param why: why it was not made from here.
    """

    connection: ArmConnection
    wish: Credential | None
    why: str
    audience: str | None = None
    resource_id: str | None = None
    urgent: bool = False
    target: str = WIF

    @property
    def what_to_do(self) -> str:
        if self.wish is None and self.target == ENTRA_ISSUER:
            return _MIGRATE_IN_PORTAL.format(name=repr(self.connection.name), owner=self._owner)
        if self.wish is None:
            return _ASK_PORTAL.format(name=repr(self.connection.name))
        return (_ADD_NOW if self.urgent else _ADD).format(name=repr(self.connection.name), owner=self._owner)

    @property
    def _owner(self) -> str:
        if self.resource_id:
            return f"the managed identity {self.resource_id.rstrip('/').rsplit('/', 1)[-1]!r}"
        kind = "managed identity" if self._managed else "application"
        return f"the {kind} {self.connection.client_id}"

    @property
    def _managed(self) -> bool:
        return bool(self.resource_id) or (self.connection.identity_type or "").lower() == "managedidentity"

    def to_result(self) -> Json:
        """Shape: ``{client_id, resource_id, name, issuer, subject, audience, urgent, why, what_to_do, commands: {az, terraform, graph} or None}``."""
        wish = self.wish
        return {
            "client_id": self.connection.client_id,
            "resource_id": self.resource_id,
            "name": wish.name if wish else None,
            "issuer": wish.issuer if wish else None,
            "subject": wish.subject if wish else None,
            "audience": wish.audience if wish else self.audience,
            "urgent": self.urgent,
            "why": self.why,
            "what_to_do": self.what_to_do,
            "commands": self._commands(wish) if wish else None,
        }

    def _commands(self, wish: Credential) -> Json:
        cloud = CLOUDS.get(self.connection.environment or "AzureCloud", CLOUDS["AzureCloud"])
        if self._managed:
            return _for_managed_identity(self.resource_id or _SOME_IDENTITY, wish, cloud)
        return _for_application(str(self.connection.client_id), wish, cloud)


def about_credential(message: str) -> bool:
    """Whether a refusal, or what an operation failed with, is one that a federated credential mends."""
    lower = message.lower()
    return any(text in lower for text in _ABOUT_CREDENTIAL)


def _for_application(client_id: str, wish: Credential, cloud: Cloud) -> Json:
    """8.2."""
    body = {"name": wish.name, "issuer": wish.issuer, "subject": wish.subject, "audiences": [wish.audience]}
    return {
        "az": f"az ad app federated-credential create --id {shlex.quote(client_id)} --parameters {shlex.quote(json.dumps(body, ensure_ascii=False))}",
        "terraform": _block(
            "azuread_application_federated_identity_credential",
            {
                "application_id": "/applications/OBJECT-ID-OF-THE-APPLICATION",
                "display_name": wish.name,
                "audiences": [wish.audience],
                "issuer": wish.issuer,
                "subject": wish.subject,
            },
            wish,
        ),
        "graph": f"POST {cloud.graph}/v1.0/applications(appId='{client_id}')/federatedIdentityCredentials\n"
        + json.dumps(body, ensure_ascii=False, indent=2),
    }


def _for_managed_identity(resource_id: str, wish: Credential, cloud: Cloud) -> Json:
    """8.3. Resource Manager takes the place of Graph."""
    parts = resource_id.strip("/").split("/")
    known = {parts[index].lower(): parts[index + 1] for index in range(0, len(parts) - 1, 2)}
    options = {
        "--name": wish.name,
        "--identity-name": parts[-1],
        "--resource-group": known.get("resourcegroups", ""),
        "--subscription": known.get("subscriptions", ""),
        "--issuer": wish.issuer,
        "--subject": wish.subject,
        "--audiences": wish.audience,
    }
    body = {"properties": {"issuer": wish.issuer, "subject": wish.subject, "audiences": [wish.audience]}}
    return {
        "az": "az identity federated-credential create "
        + " ".join(f"{option} {shlex.quote(value)}" for option, value in options.items()),
        "terraform": _block(
            "azurerm_federated_identity_credential",
            {
                "name": wish.name,
                "resource_group_name": known.get("resourcegroups", ""),
                "parent_id": resource_id,
                "audience": [wish.audience],
                "issuer": wish.issuer,
                "subject": wish.subject,
            },
            wish,
        ),
        "graph": f"PUT {cloud.resource_manager}{resource_id}/federatedIdentityCredentials/{wish.name}?api-version=2023-01-31\n"
        + json.dumps(body, ensure_ascii=False, indent=2),
    }


def _block(kind: str, arguments: Json, wish: Credential) -> str:
    width = max(map(len, arguments))
    lines = [f"  {name.ljust(width)} = {_hcl(value)}" for name, value in arguments.items()]
    return "\n".join([f'resource "{kind}" "{wish.name.replace("-", "_")}" {{', *lines, "}"])


def _hcl(value: str | list[str]) -> str:
    """A literal of Terraform's language, in which ``${`` and ``%{`` would begin a template."""
    if isinstance(value, list):
        return f"[{', '.join(_hcl(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def awaited(
    connection: ArmConnection,
    target: str,
    wish: FederationOptions,
    pair: tuple[str, str] | None,
    identity: IdentityFacts | None,
    organization: tuple[str, str],
) -> HandOff | None:
    """What a conversion has to wait for, as far as that is known before anything is written; None if it may begin.

    :param pair: issuer and subject, from the service or else from the user.
    :param organization: its name and its id.
    :param identity: None if it could not be read. Then somebody may have made the credential by hand, and the service says.
    """
    credentials = identity.credentials if identity else ()
    audience = known_audience(connection.environment, wish.audience)
    if pair is None:
        made = any(names_connection(item, connection, *organization) for item in credentials)
        if wish.probe or made:
            return None
        why = "Nobody knows which issuer and subject Azure DevOps wants for it."
        return HandOff(connection=connection, wish=None, why=why, audience=audience)
    if wish.mode == "create" or identity is None or any(item.pair == pair for item in credentials):
        return None
    missing = wanted(connection.id, *pair, audience or UNKNOWN_AUDIENCE)
    error = missing_error(missing, credentials, f"The application {connection.client_id}")
    return HandOff(connection=connection, target=target, wish=missing, why=error.message)


def wanted_pair(connection: ArmConnection, target: str, situation: Situation) -> tuple[str, str] | None:
    """Issuer and subject that the connection is to have: those that the user gave for another issuer, else those that it has."""
    given = situation.pairs.get(connection.id.lower())
    if target == ENTRA_ISSUER and given:
        return given
    if connection.issuer and connection.subject:
        return connection.issuer, connection.subject
    return given if target == WIF else None
