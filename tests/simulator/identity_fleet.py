# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small helpers that fill the directory: passwords, certificates, federated credentials, identities, roles."""

from __future__ import annotations

from datetime import datetime

from .directory import (
    ROLE_DEFINITIONS,
    Application,
    Certificate,
    Directory,
    FederatedCredential,
    Identity,
    ManagedIdentity,
    Password,
    RoleAssignment,
    principal_of,
)
from .identifiers import TOKEN_EXCHANGE_AUDIENCE, guid
from .state import World

__all__ = ["add_certificate", "add_password", "assign", "federate", "managed_identity", "principal_of"]


def add_password(application: Application, secret: str, starts: datetime, ends: datetime) -> Password:
    password = Password(guid("key", application.app_id, secret), secret, starts, ends)
    application.passwords.append(password)
    return password


def add_certificate(application: Application, pem: str, ends: datetime | None = None) -> None:
    application.certificates.append(Certificate(pem, ends))


def federate(identity: Identity, name: str, issuer: str, subject: str) -> FederatedCredential:
    credential = FederatedCredential(name, issuer, subject, [TOKEN_EXCHANGE_AUDIENCE], "", guid("fic", name, subject))
    identity.credentials.append(credential)
    return credential


def managed_identity(world: World, name: str, subscription_id: str, resource_group: str) -> ManagedIdentity:
    """The user-assigned managed identity of this name, made if there is none."""
    resource_id = (
        f"/subscriptions/{subscription_id}/resourceGroups/{resource_group}"
        f"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    )
    found = world.directory.identities.get(resource_id.lower())
    return found or world.directory.add_identity(
        ManagedIdentity(
            resource_id=resource_id,
            name=name,
            client_id=guid("identity client", resource_id),
            principal_id=guid("identity principal", resource_id),
            tenant_id=world.tenant_id,
        )
    )


def assign(directory: Directory, principal_id: str, scope: str, role: str) -> RoleAssignment:
    """One role assignment; assigning the same role at the same scope again changes nothing."""
    definition = role_definition_id(scope, ROLE_DEFINITIONS[role.lower()])
    for known in directory.assignments_of(principal_id):
        if known.scope == scope and known.role_definition_id == definition:
            return known
    name = guid("assignment", scope, principal_id, definition)
    return directory.assign(RoleAssignment(name, scope, definition, principal_id))


def role_definition_id(scope: str, role_id: str) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
