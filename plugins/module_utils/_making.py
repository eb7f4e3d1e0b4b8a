# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a connection needs beside itself, made once and only once: its federated credential and its role in Azure.

PRIVATE to the collection. Each loop reads, decides and writes, so a lost answer, a busy service or another task that was faster end well. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils import _federation, _roles
from ansible_collections.azdo.connections.plugins.module_utils._connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotPermittedError,
    OptionError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._federation import Credential
from ansible_collections.azdo.connections.plugins.module_utils._identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._pacing import Stop, tries
from ansible_collections.azdo.connections.plugins.module_utils._resource_manager import ResourceManager

_NAME_TAKEN = "Request_MultipleObjectsWithSameKeyValue"


@dataclass(frozen=True, kw_only=True)
class Federation:
    """The federated credential that a connection wants, and what there is of it: ``present``, ``missing`` or ``outdated``."""

    identity: Identity
    wish: Credential
    state: str
    found: Credential | None
    existing: tuple[Credential, ...]


def look_at_federation(identity: Identity, wish: Credential, *, to_write: bool = True) -> Federation:
    """:raises FederationError: something is in the way that is not ours to change, or there is no room ``to_write`` it."""
    existing = identity.credentials()
    verdict = _federation.judge(existing, wish, identity.label)
    if verdict.state == "missing" and to_write:
        _federation.refuse_full(existing, identity.label)
    return Federation(identity=identity, wish=wish, state=verdict.state, found=verdict.found, existing=tuple(existing))


def federate(plan: Federation, stop: Stop, patience: float, *, look_first: bool = True) -> bool:
    """Make sure of the credential; whether this call wrote it.

    :param look_first: False when nobody can have written it yet, which saves a request.
    :raises FederationError: there is no room, or it is taken. :raises ServiceError: it was refused.
    """
    problem: AzdoError | None = None
    for _left in tries(stop, patience):
        if problem or look_first:
            plan = look_at_federation(plan.identity, plan.wish)
        if plan.state == "present":
            # After a lost answer it is most likely our own; after a refusal it is not.
            return isinstance(problem, AmbiguousWriteError)
        try:
            if plan.found:
                plan.identity.change(plan.wish, plan.found)
            else:
                plan.identity.add(plan.wish)
        except (NotAcceptedError, AmbiguousWriteError) as error:
            problem = error
        except ServiceError as error:
            if not _worth_another_look(error, problem):
                raise
            problem = error
        else:
            return True
    raise t.cast(AzdoError, problem)


def remove_written(plan: Federation) -> bool:
    """Take back the credential that :func:`federate` wrote, if it is there. It is looked up, because what it is called by is the service's choice."""
    for item in plan.identity.credentials():
        if item.name == plan.wish.name and item.pair == plan.wish.pair:
            plan.identity.remove(item)
            return True
    return False


def _worth_another_look(error: ServiceError, before: AzdoError | None) -> bool:
    """Conflicts pass (8.3: one write at a time for each identity). "It exists" is looked at once: the list says what exists (8.2, 8.3)."""
    if isinstance(error, NotPermittedError):
        return False
    exists = error.type_key == _NAME_TAKEN or "already exist" in error.message
    if exists:
        return before is None or str(before) != str(error)
    return error.status == 409 or error.status >= 500


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A role that an identity is to have. ``present`` says that it has it, whoever assigned it."""

    scope: str
    role: str
    role_id: str
    principal_id: str
    name: str
    present: bool


def look_at_role(
    resource_manager: ResourceManager,
    organization_id: str,
    identity: Identity,
    role: str,
    scope: str,
    *,
    allow_privileged: bool,
) -> Assignment:
    """:raises OptionError: there is no such role at this scope, or it hands out rights."""
    role_id = _role_id(resource_manager, role, scope)
    _roles.refuse_privileged(role_id, allowed=allow_privileged)
    principal_id = identity.principal_id()
    found = _roles.existing(resource_manager.role_assignments(scope, principal_id), scope, role_id)
    return Assignment(
        scope=scope,
        role=role,
        role_id=role_id,
        principal_id=principal_id,
        name=str(found["name"]) if found else _roles.our_name(organization_id, scope, role_id, principal_id),
        present=found is not None,
    )


def _role_id(resource_manager: ResourceManager, role: str, scope: str) -> str:
    if _roles.is_role_id(role):
        guid = _roles.role_guid(role)
        return f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
    found = resource_manager.role_definition(scope, role)
    if found is None:
        raise OptionError(
            f"role_assignment.role is {role!r}, and Azure has no role of that name at {scope}.",
            remedy="Check the spelling, or give the id of the role definition.",
        )
    return found


def assign(resource_manager: ResourceManager, plan: Assignment, stop: Stop, patience: float) -> bool:
    """Make sure of the role; whether this call assigned it. A new principal takes a while to be known everywhere (8.4)."""
    properties = {
        "roleDefinitionId": plan.role_id,
        "principalId": plan.principal_id,
        "principalType": "ServicePrincipal",
    }
    problem: AzdoError | None = None
    for _left in tries(stop, patience):
        if isinstance(problem, AmbiguousWriteError):
            there = resource_manager.role_assignments(plan.scope, plan.principal_id)
            if _roles.existing(there, plan.scope, plan.role_id):
                return True
        try:
            return resource_manager.put_role_assignment(plan.scope, plan.name, properties)
        except (NotAcceptedError, AmbiguousWriteError) as error:
            problem = error
        except ServiceError as error:
            if error.type_key == "RoleAssignmentExists":
                return False
            if error.type_key != "PrincipalNotFound" and not (error.status >= 500 or error.status == 409):
                raise
            problem = error
    raise t.cast(AzdoError, problem)


def remove_assigned(resource_manager: ResourceManager, plan: Assignment) -> bool:
    """Take back the role that :func:`assign` gave, if it is there."""
    there = _roles.existing(resource_manager.role_assignments(plan.scope, plan.principal_id), plan.scope, plan.role_id)
    if there is None or not _roles.same_name(str(there["name"]), plan.name):
        return False
    resource_manager.remove_role_assignment(plan.scope, plan.name)
    return True


def put_back(resource_manager: ResourceManager, assignment: Json) -> None:
    """Restore a role assignment exactly as it was read: its conditions limit what it allows."""
    properties = dict(assignment["properties"])
    scope = str(properties.pop("scope"))
    kept = ("roleDefinitionId", "principalId", "principalType", "condition", "conditionVersion", "description")
    wanted = {key: properties[key] for key in kept if properties.get(key) is not None}
    resource_manager.put_role_assignment(scope, str(assignment["name"]), wanted)
