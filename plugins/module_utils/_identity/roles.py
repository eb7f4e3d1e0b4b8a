# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that an identity needs in Azure, assigned once and only once.

PRIVATE to the collection. The loop reads, decides and writes, so a lost answer, a busy service or another task that was faster end well. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    OptionError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._model import role_assignment
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop, tries
from ansible_collections.azdo.connections.plugins.module_utils._rest.resource_manager import ResourceManager


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A role that an identity is to have. ``present`` says that it has it, whoever assigned it.

    :param condition: what limits it, or None if the task does not say. :param before: the condition of one that is there and is not present as wanted.
    """

    scope: str
    role: str
    role_id: str
    principal_id: str
    name: str
    present: bool
    condition: str | None = None
    before: str | None = None
    option: str = "role_assignment"


def look_at_role(
    resource_manager: ResourceManager,
    organization_id: str,
    identity: Identity,
    role: str,
    scope: str,
    *,
    allow_privileged: bool,
    option: str = "role_assignment",
    condition: str | None = None,
) -> Assignment:
    """:raises OptionError: there is no such role at this scope, it hands out rights, or somebody else assigned it with another condition."""
    role_id = check_role(resource_manager, role, scope, allow_privileged=allow_privileged, option=option)
    principal_id = identity.principal_id()
    ours = role_assignment.our_name(organization_id, scope, role_id, principal_id)
    found = role_assignment.existing(resource_manager.role_assignments(scope, principal_id), scope, role_id)
    name = str(found["name"]) if found else ours
    before = str((found or {}).get("properties", {}).get("condition") or "")
    as_wanted = condition is None or before == condition
    if found and not as_wanted and not role_assignment.same_name(name, ours):
        raise OptionError(
            f"{option} wants {role} at {scope} with another condition than it has, and that assignment ({name}) was not made by this collection.",
            remedy="Change it where it was made, or leave the condition out.",
        )
    return Assignment(
        scope=scope,
        role=role,
        role_id=role_id,
        principal_id=principal_id,
        name=name,
        present=found is not None and as_wanted,
        condition=condition,
        before=before if found else None,
        option=option,
    )


def check_role(
    resource_manager: ResourceManager, role: str, scope: str, *, allow_privileged: bool, option: str = "role_assignment"
) -> str:
    """The id of the role's definition. :raises OptionError: there is no such role at this scope, or it hands out rights."""
    role_id = _role_id(resource_manager, role, scope, option)
    role_assignment.refuse_privileged(role_id, allowed=allow_privileged, option=option)
    return role_id


def _role_id(resource_manager: ResourceManager, role: str, scope: str, option: str) -> str:
    if role_assignment.is_role_id(role):
        guid = role_assignment.role_guid(role)
        return f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
    found = resource_manager.role_definition(scope, role)
    if found is None:
        raise OptionError(
            f"{option}.role is {role!r}, and Azure has no role of that name at {scope}.",
            remedy="Check the spelling, or give the id of the role definition.",
        )
    return found


def assign_role(resource_manager: ResourceManager, plan: Assignment, stop: Stop, patience: float) -> bool:
    """Make sure of the role; whether this call assigned it. A new principal takes a while to be known everywhere (8.4)."""
    properties = {
        "roleDefinitionId": plan.role_id,
        "principalId": plan.principal_id,
        "principalType": "ServicePrincipal",
        **({"condition": plan.condition, "conditionVersion": "2.0"} if plan.condition else {}),
    }
    problem: AzdoError | None = None
    for _left in tries(stop, patience):
        if isinstance(problem, AmbiguousWriteError):
            there = resource_manager.role_assignments(plan.scope, plan.principal_id)
            found = role_assignment.existing(there, plan.scope, plan.role_id)
            if found and (plan.condition is None or found["properties"].get("condition") == plan.condition):
                return True
        try:
            made = resource_manager.put_role_assignment(plan.scope, plan.name, properties)
        except (NotAcceptedError, AmbiguousWriteError) as error:
            problem = error
        except ServiceError as error:
            if error.type_key == "RoleAssignmentExists":
                return False
            if error.type_key != "PrincipalNotFound" and not (error.status >= 500 or error.status == 409):
                raise
            problem = error
        else:
            # With another condition it was there before, and is changed.
            return made or plan.before is not None
    raise t.cast(AzdoError, problem)


def unassign_role(resource_manager: ResourceManager, plan: Assignment, *, written: bool = False) -> bool:
    """Take back the role that :func:`assign_role` gave, if it is there.

    :param written: it surely gave it; then it may only be too new to be listed, and its name, of our choice (8.4), has to do.
    """
    there = role_assignment.existing(
        resource_manager.role_assignments(plan.scope, plan.principal_id), plan.scope, plan.role_id
    )
    if not (written if there is None else role_assignment.same_name(str(there["name"]), plan.name)):
        return False
    resource_manager.remove_role_assignment(plan.scope, plan.name)
    return True


def restore_role(resource_manager: ResourceManager, assignment: Json) -> None:
    """Restore a role assignment exactly as it was read: its conditions limit what it allows."""
    properties = dict(assignment["properties"])
    scope = str(properties.pop("scope"))
    kept = ("roleDefinitionId", "principalId", "principalType", "condition", "conditionVersion", "description")
    wanted = {key: properties[key] for key in kept if properties.get(key) is not None}
    resource_manager.put_role_assignment(scope, str(assignment["name"]), wanted)
