# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wires a new connection of a fleet to the directory: application, secret, federated credential and role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import federation, identity_fleet, scopes
from .directory import Application, Identity, ManagedIdentity
from .identifiers import guid
from .state import Connection, World


@dataclass(frozen=True)
class Wishes:
    """What the fleet asked for; see Fleet.connection."""

    client_id: str | None
    issuer: str
    secret: str
    secret_expires: datetime | None
    certificate: str | None
    federated: bool
    role: str | None
    multi_tenant: bool
    application_exists: bool
    identity_type: str | None


def wire(world: World, connection: Connection, wishes: Wishes) -> None:
    if connection.scheme == "PublishProfile":
        _publish_profile(connection, wishes)
    elif connection.scheme in ("ServicePrincipal", "WorkloadIdentityFederation"):
        identity = _identity(world, connection, wishes)
        _describe(connection, identity, wishes)
        if connection.scheme == "ServicePrincipal":
            _secret(connection, identity, wishes)
        else:
            _federate(world, connection, identity, wishes)
        if wishes.role:
            scope = connection.parameter("scope") or scopes.arm_scope(connection.data)
            identity_fleet.assign(world.directory, identity_fleet.principal_of(identity), scope, wishes.role)
        if not wishes.application_exists:
            world.directory.remove_application(connection.parameter("serviceprincipalid"))
    elif connection.scheme == "Token":
        connection.parameters["accessToken"] = None
        connection.secrets["accessToken"] = wishes.secret


def _publish_profile(connection: Connection, wishes: Wishes) -> None:
    connection.parameters["publishProfile"] = None
    connection.secrets["publishProfile"] = wishes.secret
    scope = scopes.arm_scope(connection.data)  # observed: 2.6
    connection.data["resourceId"] = f"{scope}/resourceGroups/rg-web/providers/Microsoft.Web/sites/web"


def _identity(world: World, connection: Connection, wishes: Wishes) -> Identity:
    """The identity with the wished client id, or a new application."""
    client_id = wishes.client_id or guid("client", connection.id)
    connection.parameters["serviceprincipalid"] = client_id
    tenant_id = connection.parameter("tenantid").lower()
    world.tenants.add(tenant_id)
    found = world.directory.by_client(client_id)
    if found is not None:
        return found
    where = connection.owning.project.name
    name = f"{world.organization}-{where}-{connection.data.get('subscriptionId', '')}"  # documented: 2.7
    audience = "AzureADMultipleOrgs" if wishes.multi_tenant else "AzureADMyOrg"
    return world.directory.add_application(tenant_id, name, client_id, audience)


def _describe(connection: Connection, identity: Identity, wishes: Wishes) -> None:
    """The keys of `data` that tell about the identity."""  # observed: 2.5
    mode, kind = connection.creation_mode, wishes.identity_type
    if kind == "default":
        by_mode = f"AppRegistration{mode}" if mode else None
        kind = "ManagedIdentity" if isinstance(identity, ManagedIdentity) else by_mode
    if kind:
        connection.data["identityType"] = kind
    if mode != "Automatic":
        return
    if isinstance(identity, Application):
        connection.data["appObjectId"] = identity.object_id
    connection.data["spnObjectId"] = identity_fleet.principal_of(identity)
    connection.data["azureSpnRoleAssignmentId"] = guid("role assignment", connection.id)


def _secret(connection: Connection, identity: Identity, wishes: Wishes) -> None:
    key = "servicePrincipalCertificate" if wishes.certificate else "serviceprincipalkey"
    connection.parameters["authenticationType"] = "spnCertificate" if wishes.certificate else "spnKey"
    connection.parameters[key] = None
    connection.secrets[key] = wishes.certificate or wishes.secret
    if not isinstance(identity, Application):
        return
    if wishes.certificate:
        identity_fleet.add_certificate(identity, wishes.certificate)
    elif wishes.secret_expires is not None:
        identity_fleet.add_password(identity, wishes.secret, connection.created, wishes.secret_expires)


def _federate(world: World, connection: Connection, identity: Identity, wishes: Wishes) -> None:
    found = federation.pair(world, connection, wishes.issuer)
    federation.put_pair(connection, found, wishes.issuer)
    if wishes.federated:
        identity_fleet.federate(identity, connection.id, *found)
