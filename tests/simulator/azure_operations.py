# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the table that Microsoft Graph and Azure Resource Manager answer."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    azure_lists,
    graph_applications,
    graph_credentials,
    graph_people,
    graph_principals,
    managed_identities,
    role_assignments,
)
from . import graph as applications
from . import resource_manager as arm
from .calls import Call, Handler
from .routing import Operation

APPLICATIONS = (
    "v1.0/applications(appId='{app_id}')",
    "v1.0/applications(uniqueName='{unique_name}')",
    "v1.0/applications/{object_id}",
)
"""An application by each of its keys."""  # documented: Graph, application


def _graph(method: str, template: str, handler: Handler) -> Operation:
    return Operation("graph", method, template, handler, "graph")


def graph() -> list[Operation]:
    found = [
        _graph("GET", "v1.0/applications", applications.list_applications),
        _graph("POST", "v1.0/applications", graph_applications.create),
        _graph("GET", "v1.0/servicePrincipals", graph_principals.list_all),
        _graph("POST", "v1.0/servicePrincipals", graph_principals.create),
        _graph("GET", "v1.0/users", graph_people.list_users),
        _graph("GET", "v1.0/users/{user}", graph_people.get_user),
    ]
    for principal in ("v1.0/servicePrincipals(appId='{app_id}')", "v1.0/servicePrincipals/{object_id}"):
        found += [
            _graph("GET", principal, graph_principals.get),
            _graph("DELETE", principal, graph_principals.delete),
        ]
    for one in APPLICATIONS:
        found += [
            _graph("GET", one, applications.get_application),
            _graph("PATCH", one, graph_applications.update),
            _graph("DELETE", one, graph_applications.delete),
            _graph("GET", f"{one}/owners", graph_applications.list_owners),
            _graph("POST", f"{one}/owners/$ref", graph_applications.add_owner),
            _graph("DELETE", f"{one}/owners/{{owner}}/$ref", graph_applications.remove_owner),
            _graph("POST", f"{one}/addPassword", applications.add_password),
            _graph("POST", f"{one}/removePassword", applications.remove_password),
            *_credentials(f"{one}/federatedIdentityCredentials"),
        ]
    return found


def _credentials(many: str) -> list[Operation]:
    found = [
        _graph("GET", many, graph_credentials.list_credentials),
        _graph("POST", many, graph_credentials.create_credential),
    ]
    for one in (f"{many}/{{key}}", f"{many}(name='{{name}}')"):
        found += [
            _graph("GET", one, graph_credentials.get_credential),
            _graph("PATCH", one, graph_credentials.update_credential),
            _graph("DELETE", one, graph_credentials.delete_credential),
        ]
    return found


def _arm(method: str, template: str, handler: Handler, hold: Callable[[Call], str | None] | None = None) -> Operation:
    return Operation("arm", method, template, handler, "arm", hold=hold)


def resource_manager() -> list[Operation]:
    hold = arm.hold_identity
    subscription = "subscriptions/{subscription}"
    group = f"{subscription}/resourceGroups/{{group}}"
    identities = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    one = f"{group}/{identities}/{{identity}}"
    credentials = f"{one}/federatedIdentityCredentials"
    workspaces = "providers/Microsoft.MachineLearningServices/workspaces"
    return [
        _arm("GET", "subscriptions", azure_lists.list_subscriptions),
        _arm("GET", subscription, azure_lists.get_subscription),
        _arm("GET", group, azure_lists.get_resource_group),
        _arm("GET", "providers/Microsoft.Management/managementGroups", azure_lists.list_management_groups),
        _arm("GET", f"{subscription}/{workspaces}", azure_lists.list_workspaces),
        _arm("GET", f"{group}/{workspaces}/{{workspace}}", azure_lists.get_workspace),
        _arm("GET", f"{subscription}/{identities}", managed_identities.list_all),
        _arm("GET", f"{group}/{identities}", managed_identities.list_all),
        _arm("GET", one, managed_identities.get),
        _arm("PUT", one, managed_identities.put),
        _arm("DELETE", one, managed_identities.delete),
        _arm("GET", credentials, arm.list_credentials),
        _arm("GET", f"{credentials}/{{name}}", arm.get_credential),
        _arm("PUT", f"{credentials}/{{name}}", arm.put_credential, hold),
        _arm("DELETE", f"{credentials}/{{name}}", arm.delete_credential, hold),
        *_roles("{scope...}/providers/Microsoft.Authorization"),
    ]


def _roles(at: str) -> list[Operation]:
    return [
        _arm("GET", f"{at}/roleAssignments", role_assignments.list_all),
        _arm("GET", f"{at}/roleDefinitions", role_assignments.list_definitions),
        _arm("GET", f"{at}/roleAssignments/{{name}}", role_assignments.get),
        _arm("PUT", f"{at}/roleAssignments/{{name}}", role_assignments.put),
        _arm("DELETE", f"{at}/roleAssignments/{{name}}", role_assignments.delete),
    ]
