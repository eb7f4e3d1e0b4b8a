# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the table that Microsoft Graph and Azure Resource Manager answer."""

from __future__ import annotations

from . import graph as applications
from . import (
    graph_applications,
    graph_credentials,
    graph_people,
    graph_principals,
    role_assignments,
)
from . import resource_manager as arm
from .calls import Handler
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


def resource_manager() -> list[Operation]:
    hold = arm.hold_identity
    identities = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    group = "subscriptions/{subscription}/resourceGroups/{group}"
    one = f"{group}/{identities}/{{identity}}"
    credentials = f"{one}/federatedIdentityCredentials"
    authorization = "{scope...}/providers/Microsoft.Authorization"
    return [
        Operation("arm", "GET", "subscriptions", arm.list_subscriptions, "arm"),
        Operation("arm", "GET", "subscriptions/{subscription}", arm.get_subscription, "arm"),
        Operation("arm", "GET", f"subscriptions/{{subscription}}/{identities}", arm.list_identities, "arm"),
        Operation("arm", "GET", f"{group}/{identities}", arm.list_identities, "arm"),
        Operation("arm", "GET", one, arm.get_identity, "arm"),
        Operation("arm", "GET", credentials, arm.list_credentials, "arm"),
        Operation("arm", "GET", f"{credentials}/{{name}}", arm.get_credential, "arm"),
        Operation("arm", "PUT", f"{credentials}/{{name}}", arm.put_credential, "arm", hold=hold),
        Operation("arm", "DELETE", f"{credentials}/{{name}}", arm.delete_credential, "arm", hold=hold),
        Operation("arm", "GET", f"{authorization}/roleAssignments", role_assignments.list_all, "arm"),
        Operation("arm", "GET", f"{authorization}/roleDefinitions", role_assignments.list_definitions, "arm"),
        Operation("arm", "GET", f"{authorization}/roleAssignments/{{name}}", role_assignments.get, "arm"),
        Operation("arm", "PUT", f"{authorization}/roleAssignments/{{name}}", role_assignments.put, "arm"),
        Operation("arm", "DELETE", f"{authorization}/roleAssignments/{{name}}", role_assignments.delete, "arm"),
    ]
