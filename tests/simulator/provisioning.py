# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Azure DevOps does in Entra and Azure for an automatic connection, with the rights of the person who asked for it."""

from __future__ import annotations

from datetime import timedelta

from . import federation, identity_fleet, scopes
from .caller import Caller
from .calls import Site
from .directory import Application, Identity
from .identifiers import guid
from .state import Connection

NOT_A_USER = "Automatic creation of service connections is not supported for this identity type."  # assumed: 2.7 (text)
NO_APPLICATION = (  # documented: 3.4
    "Failed to create an app in Microsoft Entra ID. Error: Insufficient privileges to complete the operation."
)


def may_write(caller: Caller, connection: Connection, identity: Identity | None) -> bool:
    """Whether the caller may change this identity, or register one where there is none."""  # documented: 3.2, 8.2
    if not caller.is_user or not connection.application_writable:  # documented: 2.7 (only users)
        return False
    if identity is None:
        return caller.graph_rights != "none"
    if not isinstance(identity, Application):
        return caller.azure_rights in ("owner", "contributor")  # documented: 2.9 (Managed Identity Contributor)
    if caller.graph_rights == "all":
        return True
    return caller.graph_rights in ("default", "owned") and caller.object_id in identity.owners


def refusal(site: Site, connection: Connection, caller: Caller) -> str:
    """Why the work will fail, "" if it will not."""
    if not caller.is_user:
        return NOT_A_USER  # documented: 2.7
    identity = federation.identity_of(site.world.directory, connection)
    registers = (
        caller.graph_rights != "default" or site.knobs.users_may_register
    )  # documented: Entra, default user permissions
    if not may_write(caller, connection, identity) or not (identity or registers):
        return NO_APPLICATION
    principal = identity_fleet.principal_of(identity) if identity else ""
    assigned = site.world.directory.assignments_of(principal)
    missing = not any(item.scope.lower() == role_scope(connection).lower() for item in assigned)
    if missing and caller.azure_rights not in ("owner", "user_access_administrator"):
        return (  # observed: 2.7
            f"Failed to set Azure permission 'RoleAssignmentId: {guid('role assignment', connection.id)}' for the service "
            f"principal '{principal}' on scope '{role_scope(connection)}'. Ensure that the user has 'Owner' or "
            "'User Access Administrator' permissions on the scope."
        )
    return ""


def role_scope(connection: Connection) -> str:
    """Where the role is assigned: `authorization.parameters.scope`, else what `data` says."""  # documented: 2.9
    return connection.parameter("scope") or scopes.role_scope(connection.data)


def provision(site: Site, connection: Connection, caller: Caller) -> None:
    """Application, credential and role assignment."""  # observed: 2.5
    world, directory = site.world, site.world.directory
    client_id = connection.parameter("serviceprincipalid") or guid("client", connection.id)
    identity = directory.by_client(client_id)
    if identity is None:
        where = connection.owning.project.name
        name = f"{world.organization}-{where}-{connection.data.get('subscriptionId', '')}"  # documented: 2.7
        tenant_id = connection.parameter("tenantid") or world.tenant_id
        identity = directory.add_application(tenant_id.lower(), name, client_id)
        identity.owners.add(caller.object_id)  # documented: 8.2 (who registers an application owns it)
    connection.set_parameter("serviceprincipalid", client_id)
    principal_id = identity_fleet.principal_of(identity)
    if isinstance(identity, Application):
        connection.data["appObjectId"] = identity.object_id
        connection.data.setdefault("identityType", "AppRegistrationAutomatic")
    connection.data["spnObjectId"] = principal_id
    assignment = identity_fleet.assign(directory, principal_id, role_scope(connection), "Contributor")
    connection.data["azureSpnRoleAssignmentId"] = assignment.name
    connection.data["azureSpnPermissions"] = (
        f'[{{"roleAssignmentId":"{assignment.name}","resourceProvider":"Microsoft.RoleAssignment","provisioned":true}}]'
    )
    if connection.scheme == "WorkloadIdentityFederation":
        found = (connection.issuer or "", connection.subject or "")
        if not federation.trusts(identity, found):
            identity_fleet.federate(identity, connection.id, *found)
    elif isinstance(identity, Application):
        _new_secret(site, connection, identity)


def _new_secret(site: Site, connection: Connection, application: Application) -> None:
    """A creation makes one, and saving the connection again renews it."""  # documented: 2.7 (three months)
    now = site.clock.now()
    secret = guid("automatic secret", connection.id, now.isoformat())
    connection.secrets["serviceprincipalkey"] = secret
    identity_fleet.add_password(application, secret, now, now + timedelta(days=90))
