# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra applications, managed identities, federated credentials and Azure role assignments, as stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .identifiers import guid

ROLE_DEFINITIONS = {  # Azure's built-in role ids
    "owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "user access administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "managed identity contributor": "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
    "acrpull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "storage blob data contributor": "ba92f5b4-2d11-453d-a403-e99a82b77c1d",
}
_READS = {  # documented: Azure's built-in roles (Microsoft.Resources/subscriptions/read)
    ROLE_DEFINITIONS[name] for name in ("owner", "contributor", "reader", "user access administrator")
}


@dataclass
class FederatedCredential:
    name: str
    issuer: str
    subject: str
    audiences: list[str]
    description: str = ""
    id: str = ""


@dataclass
class Password:
    key_id: str
    secret: str
    starts: datetime
    ends: datetime
    display_name: str = ""


@dataclass
class Certificate:
    pem: str
    ends: datetime | None = None


@dataclass
class Application:
    """An app registration together with its service principal in the same tenant."""

    app_id: str
    object_id: str
    service_principal_id: str
    """Empty where it has none: an application that Graph made stays without until one is made for it."""
    tenant_id: str
    display_name: str
    sign_in_audience: str = "AzureADMyOrg"
    passwords: list[Password] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    credentials: list[FederatedCredential] = field(default_factory=list)
    owners: set[str] = field(default_factory=set)
    """Object ids of the owners (for Application.ReadWrite.OwnedBy)."""
    unique_name: str = ""
    tags: list[str] = field(default_factory=list)
    service_management_reference: str = ""


@dataclass
class ManagedIdentity:
    resource_id: str
    name: str
    client_id: str
    principal_id: str
    tenant_id: str
    location: str = "westeurope"
    credentials: list[FederatedCredential] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class RoleAssignment:
    name: str
    scope: str
    role_definition_id: str
    principal_id: str
    principal_type: str = "ServicePrincipal"
    condition: str = ""
    condition_version: str = ""
    description: str = ""


Identity = Application | ManagedIdentity


class Directory:
    """One store for all tenants; look-ups are by client id, object id or resource id (lower case)."""

    def __init__(self) -> None:
        self.applications: dict[str, Application] = {}
        self.identities: dict[str, ManagedIdentity] = {}
        self.assignments: dict[tuple[str, str], RoleAssignment] = {}
        self._by_object: dict[str, Application] = {}
        self._identity_by_client: dict[str, ManagedIdentity] = {}
        self._by_principal: dict[str, list[RoleAssignment]] = {}
        self._attempts: dict[str, int] = {}
        self._principals: dict[str, Identity] = {}

    def add_application(
        self, tenant_id: str, display_name: str, app_id: str, sign_in_audience: str = "AzureADMyOrg"
    ) -> Application:
        """With its service principal, as whoever registers one in the portal gets it."""
        application = self.register(tenant_id, display_name, app_id, sign_in_audience)
        self.add_principal(application, guid("service principal", app_id))
        return application

    def register(self, tenant_id: str, display_name: str, app_id: str, sign_in_audience: str) -> Application:
        """Without a service principal."""
        application = Application(
            app_id=app_id,
            object_id=guid("application", app_id),
            service_principal_id="",
            tenant_id=tenant_id,
            display_name=display_name,
            sign_in_audience=sign_in_audience,
        )
        self.applications[app_id.lower()] = application
        self._by_object[application.object_id.lower()] = application
        return application

    def add_principal(self, application: Application, principal_id: str) -> None:
        application.service_principal_id = principal_id
        self._principals[principal_id.lower()] = application

    def remove_principal(self, application: Application) -> None:
        self._principals.pop(application.service_principal_id.lower(), None)
        application.service_principal_id = ""

    def add_identity(self, identity: ManagedIdentity) -> ManagedIdentity:
        self.identities[identity.resource_id.lower()] = identity
        self._identity_by_client[identity.client_id.lower()] = identity
        self._principals[identity.principal_id.lower()] = identity
        return identity

    def remove_identity(self, identity: ManagedIdentity) -> None:
        """Its role assignments stay, and point to nobody."""
        self.identities.pop(identity.resource_id.lower(), None)
        self._identity_by_client.pop(identity.client_id.lower(), None)
        self._principals.pop(identity.principal_id.lower(), None)

    def remove_application(self, app_id: str) -> None:
        application = self.applications.pop(app_id.lower(), None)
        if application:
            self._by_object.pop(application.object_id.lower(), None)
            self._principals.pop(application.service_principal_id.lower(), None)

    def application(self, app_id: str) -> Application | None:
        return self.applications.get(app_id.lower())

    def application_by_object(self, object_id: str) -> Application | None:
        return self._by_object.get(object_id.lower())

    def application_by_name(self, unique_name: str) -> Application | None:
        """By `uniqueName`, which is compared without regard to case."""  # assumed: 8.2 (the case)
        wanted = unique_name.lower()
        return next((item for item in self.applications.values() if item.unique_name.lower() == wanted != ""), None)

    def identity_by_client(self, client_id: str) -> ManagedIdentity | None:
        return self._identity_by_client.get(client_id.lower())

    def by_client(self, client_id: str) -> Identity | None:
        return self.application(client_id) or self.identity_by_client(client_id)

    def principal(self, principal_id: str) -> Identity | None:
        """Whose service principal this is."""
        return self._principals.get(principal_id.lower())

    def principal_exists(self, principal_id: str) -> bool:
        return principal_id.lower() in self._principals

    def assign(self, assignment: RoleAssignment) -> RoleAssignment:
        self.assignments[(assignment.scope.lower(), assignment.name.lower())] = assignment
        self._by_principal.setdefault(assignment.principal_id.lower(), []).append(assignment)
        return assignment

    def unassign(self, assignment: RoleAssignment) -> None:
        self.assignments.pop((assignment.scope.lower(), assignment.name.lower()), None)
        self._by_principal[assignment.principal_id.lower()].remove(assignment)

    def assignments_of(self, principal_id: str) -> list[RoleAssignment]:
        return self._by_principal.get(principal_id.lower(), [])

    def may_read(self, principal_id: str, scope: str, *, below: bool) -> bool:
        """Whether a role at or above the scope lets it read that, or one `below`; not every role reads."""
        scope = scope.lower().rstrip("/") + "/"
        for item in self.assignments_of(principal_id):
            place = item.scope.lower().rstrip("/") + "/"
            near = scope.startswith(place) or (below and place.startswith(scope))
            if near and item.role_definition_id.rpartition("/")[2].lower() in _READS:
                return True
        return False

    def attempt(self, key: str) -> int:
        """How often this was tried, this time included."""
        self._attempts[key] = self._attempts.get(key, 0) + 1
        return self._attempts[key]


def principal_of(identity: Identity) -> str:
    return identity.service_principal_id if isinstance(identity, Application) else identity.principal_id
