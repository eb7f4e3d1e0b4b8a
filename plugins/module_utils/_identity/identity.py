# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identity behind a connection, whether it is an application in Microsoft Entra or a managed identity in Azure, behind one face.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import NotFoundError, NotPermittedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import IdentityFacts
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import (
    Credential,
    FederationError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import (
    Fields,
    UnreadableError,
    read_strictly,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.graph import Graph
from ansible_collections.azdo.connections.plugins.module_utils._rest.resource_manager import ResourceManager


class Identity(t.Protocol):
    """``label`` names it for people; ``resource_id`` is what Azure calls a managed identity."""

    label: str
    resource_id: str | None

    def principal_id(self) -> str:
        """Who gets roles."""

    def facts(self) -> IdentityFacts:
        """What decides whether a connection can be moved, its federated credentials among it."""

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

    resource_id: str | None

    def __init__(self, graph: Graph, client_id: str) -> None:
        self._graph = graph
        self._client_id = client_id
        self.resource_id = None
        self.label = f"The application {client_id}"

    def principal_id(self) -> str:
        found = self._graph.service_principal(self._client_id)
        id_ = read_strictly("a service principal", found, lambda fields: fields.text("id")) if found else ""
        if not id_:
            raise self._missing("service principal")
        return id_

    def facts(self) -> IdentityFacts:
        try:
            found = self._graph.application(self._client_id)
        except NotFoundError:
            raise self._missing("application") from None
        return IdentityFacts.of_application(found, self.credentials())

    def credentials(self) -> list[Credential]:
        try:
            found = self._graph.federated_credentials(self._client_id)
        except NotFoundError:
            raise self._missing("application") from None
        return [
            read_strictly("a federated credential", item, lambda fields: _credential(fields, fields, key="id"))
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

    resource_id: str | None

    def __init__(self, resource_manager: ResourceManager, resource_id: str) -> None:
        self._resource_manager = resource_manager
        self._resource_id = self.resource_id = resource_id
        self.label = f"The managed identity {resource_id.rstrip('/').rsplit('/', 1)[-1]!r}"

    @property
    def properties(self) -> Json:
        """Shape: ``{clientId, tenantId, principalId}``, all of them texts."""
        try:
            found = self._resource_manager.identity(self._resource_id)
        except NotFoundError:
            raise self._missing() from None
        return _properties(found)

    def principal_id(self) -> str:
        found = self.properties.get("principalId")
        if not found:
            raise self._missing()
        return str(found)

    def facts(self) -> IdentityFacts:
        return IdentityFacts(kind="managed_identity", credentials=tuple(self.credentials()))

    def credentials(self) -> list[Credential]:
        try:
            found = self._resource_manager.federated_credentials(self._resource_id)
        except NotFoundError:
            raise self._missing() from None
        return [
            read_strictly(
                "a federated credential",
                item,
                lambda fields: _credential(fields, fields.inner("properties"), key="name"),
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


def find_managed_identity(
    resource_manager: ResourceManager, subscription_id: str | None, client_id: str | None
) -> ManagedIdentity | None:
    """The managed identity with a client id; None if that subscription has none (8.3). :raises UnreadableError: one that may be it is unreadable."""
    if not subscription_id or not client_id:
        return None
    unreadable: UnreadableError | None = None
    for item in resource_manager.identities(subscription_id):
        try:
            properties = _properties(item)
            resource_id = read_strictly("a managed identity", item, lambda fields: fields.text("id"))
        except UnreadableError as error:
            # It may be the one, but only if none of the others is.
            unreadable = error
            continue
        if properties["clientId"].lower() == client_id.lower() and resource_id:
            return ManagedIdentity(resource_manager, resource_id)
    if unreadable:
        raise unreadable
    return None


def managed_identity_of(
    graph: Graph, resource_manager: ResourceManager, connection: ArmConnection
) -> ManagedIdentity | None:
    """In the connection's own subscription, else where the directory says that it is, else in any subscription that the caller sees."""
    own, client_id = connection.scope["subscription_id"] or "", t.cast(str, connection.client_id)
    if found := _in(resource_manager, own, client_id):
        return found
    try:
        principal = graph.service_principal(client_id)
    except NotPermittedError:
        principal = None
    if resource_id := _resource_id_of(principal):
        return ManagedIdentity(resource_manager, resource_id)
    return next(
        (found for item in _readable(resource_manager) if (found := _in(resource_manager, item, client_id))), None
    )


def _readable(resource_manager: ResourceManager) -> list[str]:
    try:
        found = resource_manager.subscriptions()
    except NotPermittedError:
        return []
    return [str(item["subscriptionId"]) for item in found if item.get("subscriptionId")]


def _in(resource_manager: ResourceManager, subscription_id: str, client_id: str) -> ManagedIdentity | None:
    try:
        return find_managed_identity(resource_manager, subscription_id, client_id)
    except (NotPermittedError, NotFoundError):
        # To see a subscription is not to read what is in it.
        return None


def _resource_id_of(principal: Json | None) -> str | None:
    """The ARM id of the managed identity that a service principal stands for, which the directory keeps among its alternative names."""
    names = (principal or {}).get("alternativeNames")
    texts = [text for text in names if isinstance(text, str)] if isinstance(names, list) else []
    return next((text for text in texts if "/userassignedidentities/" in text.lower()), None)


def identity_behind(
    graph: Graph,
    resource_manager: ResourceManager,
    connection: ArmConnection,
    tenant: str | None,
    resource_id: str | None = None,
) -> tuple[Identity | None, IdentityFacts]:
    """The identity behind a connection and what is known of it; no identity if Entra has none with its client id.

    :param tenant: the tenant of the sign-in, if it is known: only there does "not found" mean that there is none.
    :param resource_id: Azure's id of the managed identity, if somebody said it.
    :raises FederationError: it is somewhere where it cannot be seen, or another one than was said.
    """
    client_id = connection.client_id
    if not client_id:
        raise FederationError("The connection names no application yet.", remedy="Finish its setup in the portal.")
    if resource_id:
        return _as_given(ManagedIdentity(resource_manager, resource_id), client_id)
    if (connection.identity_type or "").lower() != "managedidentity":
        application = Application(graph, client_id)
        try:
            return application, application.facts()
        except FederationError:
            # Not an application of this tenant: a managed identity, somebody else's application, or nothing at all.
            known = graph.service_principal(client_id)
        if known is None and tenant and tenant.lower() == (connection.tenant_id or "").lower():
            return None, IdentityFacts(kind="missing")
    found = managed_identity_of(graph, resource_manager, connection)
    if found is None:
        raise FederationError(
            f"{client_id} is no application of this tenant and no managed identity of a subscription, as far as this sign-in sees.",
            remedy="Sign in to the tenant of the connection, as somebody who may read the identity, or say where it is: managed_identity in an entry of "
            "federated_credential.pairs.",
        )
    return found, found.facts()


def _as_given(identity: ManagedIdentity, client_id: str) -> tuple[Identity, IdentityFacts]:
    actual = identity.properties.get("clientId")
    if str(actual).lower() != client_id.lower():
        raise FederationError(
            f"{identity.label} has the client id {actual}, and the connection has {client_id}.",
            remedy="Correct managed_identity in the entry of federated_credential.pairs: it has to be the identity of the connection.",
        )
    return identity, identity.facts()


def _properties(raw: t.Any) -> Json:
    def read(fields: Fields) -> Json:
        inner = fields.inner("properties")
        return {key: inner.text(key) for key in ("clientId", "tenantId", "principalId")}

    return read_strictly("a managed identity", raw, read)


def _credential(fields: Fields, facts: Fields, *, key: str) -> Credential:
    """:param facts: where issuer, subject and audience stand. It has one audience only (8.2, 8.3)."""
    return Credential(
        name=fields.text("name"),
        issuer=facts.text("issuer"),
        subject=facts.text("subject"),
        audience=next(iter(facts.texts("audiences")), ""),
        description=fields.text("description"),
        key=fields.text(key),
    )
