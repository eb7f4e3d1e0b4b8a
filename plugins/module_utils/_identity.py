# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identity behind a connection, whether it is an application in Microsoft Entra or a managed identity in Azure, behind one face.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotFoundError
from ansible_collections.azdo.connections.plugins.module_utils._federation import Credential, FederationError
from ansible_collections.azdo.connections.plugins.module_utils._graph import Graph
from ansible_collections.azdo.connections.plugins.module_utils._resource_manager import ResourceManager


class Identity(t.Protocol):
    """``label`` names it for people."""

    label: str

    def principal_id(self) -> str:
        """Who gets roles."""

    def credentials(self) -> list[Credential]:
        """Its federated credentials."""

    def add(self, credential: Credential) -> None:
        """Write one. A write."""

    def change(self, credential: Credential, known: Credential) -> None:
        """Replace what ``known`` says, under the same name. A write."""

    def remove(self, credential: Credential) -> None:
        """A write."""


class Application:
    """An app registration, through Microsoft Graph."""

    def __init__(self, graph: Graph, client_id: str) -> None:
        self._graph = graph
        self._client_id = client_id
        self.label = f"The application {client_id}"

    def principal_id(self) -> str:
        found = self._graph.service_principal(self._client_id)
        if not found or not found.get("id"):
            raise self._missing("service principal")
        return str(found["id"])

    def credentials(self) -> list[Credential]:
        try:
            found = self._graph.federated_credentials(self._client_id)
        except NotFoundError:
            raise self._missing("application") from None
        return [
            Credential(
                name=str(item.get("name") or ""),
                issuer=str(item.get("issuer") or ""),
                subject=str(item.get("subject") or ""),
                audience=_audience(item),
                description=str(item.get("description") or ""),
                key=str(item.get("id") or ""),
            )
            for item in found
        ]

    def add(self, credential: Credential) -> None:
        body = {
            "name": credential.name,
            "issuer": credential.issuer,
            "subject": credential.subject,
            "audiences": [credential.audience],
            **({"description": credential.description} if credential.description else {}),
        }
        self._graph.add_federated_credential(self._client_id, body)

    def change(self, credential: Credential, known: Credential) -> None:
        self._graph.change_federated_credential(self._client_id, known.key, {"audiences": [credential.audience]})

    def remove(self, credential: Credential) -> None:
        self._graph.remove_federated_credential(self._client_id, credential.key)

    def _missing(self, what: str) -> FederationError:
        return FederationError(
            f"Microsoft Graph knows no {what} with the client id {self._client_id} in the tenant of this sign-in.",
            remedy="Check service_principal.client_id and the tenant that the task signs in to; for a managed identity set managed_identity.resource_id.",
            client_id=self._client_id,
        )


class ManagedIdentity:
    """A user-assigned managed identity, through Azure Resource Manager."""

    def __init__(self, resource_manager: ResourceManager, resource_id: str) -> None:
        self._resource_manager = resource_manager
        self._resource_id = resource_id
        self.label = f"The managed identity {resource_id.rstrip('/').rsplit('/', 1)[-1]!r}"

    @property
    def properties(self) -> Json:
        """Shape: ``{clientId, tenantId, principalId}``."""
        try:
            found = self._resource_manager.identity(self._resource_id)
        except NotFoundError:
            raise self._missing() from None
        return dict(found.get("properties") or {})

    def principal_id(self) -> str:
        found = self.properties.get("principalId")
        if not found:
            raise self._missing()
        return str(found)

    def credentials(self) -> list[Credential]:
        try:
            found = self._resource_manager.federated_credentials(self._resource_id)
        except NotFoundError:
            raise self._missing() from None
        return [
            Credential(
                name=str(item.get("name") or ""),
                issuer=str((item.get("properties") or {}).get("issuer") or ""),
                subject=str((item.get("properties") or {}).get("subject") or ""),
                audience=_audience(item.get("properties") or {}),
                key=str(item.get("name") or ""),
            )
            for item in found
        ]

    def add(self, credential: Credential) -> None:
        properties = {
            "issuer": credential.issuer,
            "subject": credential.subject,
            "audiences": [credential.audience],
        }
        self._resource_manager.put_federated_credential(self._resource_id, credential.name, properties)

    def change(self, credential: Credential, known: Credential) -> None:
        self.add(credential)

    def remove(self, credential: Credential) -> None:
        self._resource_manager.remove_federated_credential(self._resource_id, credential.name)

    def _missing(self) -> FederationError:
        return FederationError(
            f"Azure has no managed identity {self._resource_id}, or the caller may not see it.",
            remedy="Check managed_identity.resource_id and that the caller has the role Reader on it.",
            resource_id=self._resource_id,
        )


def _audience(item: Json) -> str:
    """The one audience that each credential has (8.2, 8.3)."""
    return str(next(iter(item.get("audiences") or []), ""))
