# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role assignments: where, under which name, and which of them are ours.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid

_NAMES = uuid.UUID("6f0e5d0c-53f6-5d29-9a0c-2b5f0e8d7c11")
_LEARNING = "providers/Microsoft.MachineLearningServices/workspaces"


def narrowest_scope(scope: t.Mapping[str, str | None]) -> str:
    """The ARM id of what a connection leads to, as narrow as it says (8.4)."""
    if scope.get("level") == "management_group":
        return f"/providers/Microsoft.Management/managementGroups/{scope['management_group_id']}"
    where = f"/subscriptions/{scope.get('subscription_id')}"
    if scope.get("resource_group"):
        where += f"/resourceGroups/{scope['resource_group']}"
    if scope.get("level") == "ml_workspace":
        where += f"/{_LEARNING}/{scope.get('ml_workspace_name')}"
    return where


def widest_scope(scope: t.Mapping[str, str | None]) -> str:
    """The subscription or management group of a connection."""
    return narrowest_scope(
        {
            **scope,
            "resource_group": None,
            "level": "management_group" if scope.get("level") == "management_group" else None,
        }
    )


def subscription_of(resource_id: str) -> str:
    """The scope of the subscription that a resource is in."""
    return "/".join(resource_id.split("/")[:3])


def our_name(organization_id: str, scope: str, role_id: str, principal_id: str) -> str:
    """The GUID under which we assign a role for the connections of an organization.

    It follows from everything that an assignment cannot change (8.4): so a run that was killed finds it again, connections of one identity share
    it, and nobody else's assignment is ever taken for ours.
    """
    parts = (organization_id, scope.rstrip("/"), role_guid(role_id), principal_id)
    return str(uuid.uuid5(_NAMES, "\n".join(part.lower() for part in parts)))


# Roles that let an identity hand out rights: Owner, User Access Administrator, Role Based Access Control Administrator.
_PRIVILEGED = {
    "owner",
    "user access administrator",
    "role based access control administrator",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
}


def refuse_privileged(role: str, *, allowed: bool, option: str) -> None:
    """:param role: name, id, or id of the definition. :raises OptionError: it hands out rights, and that was not asked for."""
    if role_guid(role) in _PRIVILEGED and not allowed:
        raise OptionError(
            f"{option}.role is {role!r}, with which every pipeline of the connection could hand out rights in Azure.",
            remedy=f"Choose a narrower role, or set {option}.allow_privileged_role if that is meant.",
        )


def is_role_id(role: str) -> bool:
    """Whether a role is given by its id, or by that of its definition, and not by name."""
    return is_guid(role.rstrip("/").rsplit("/", 1)[-1])


def role_guid(role_id: str) -> str:
    """The last part of a role definition's id, which is the same at every scope."""
    return role_id.rstrip("/").rsplit("/", 1)[-1].lower()


def ours(assignments: t.Iterable[Json], organization_id: str, principal_id: str) -> list[Json]:
    """The role assignments that this collection made for connections of this organization."""
    return [item for item in assignments if _is_ours(item, organization_id, principal_id)]


def _is_ours(assignment: Json, organization_id: str, principal_id: str) -> bool:
    properties = assignment.get("properties") or {}
    scope, role = str(properties.get("scope") or ""), str(properties.get("roleDefinitionId") or "")
    name = our_name(organization_id, scope, role, principal_id)
    return same_name(str(assignment.get("name") or ""), name)


def same_name(one: str, other: str) -> bool:
    """Azure writes the ids of role assignments with and without hyphens (8.4)."""
    return one.replace("-", "").lower() == other.replace("-", "").lower()


def existing(assignments: t.Iterable[Json], scope: str, role_id: str) -> Json | None:
    """The assignment of the role at exactly this scope, whoever made it."""
    for item in assignments:
        properties = item.get("properties") or {}
        same_scope = str(properties.get("scope") or "").rstrip("/").lower() == scope.rstrip("/").lower()
        if same_scope and role_guid(str(properties.get("roleDefinitionId") or "")) == role_guid(role_id):
            return item
    return None
