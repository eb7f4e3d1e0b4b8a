# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure role assignments and definitions."""

from __future__ import annotations

import re
import uuid
from typing import Any

from . import typed
from .azure_auth import may_manage
from .calls import Call
from .directory import ROLE_DEFINITIONS, RoleAssignment
from .errors import AzureFailure
from .identity_fleet import role_definition_id
from .replies import Reply, answer, no_content
from .resource_manager import json_object, lag, need_version

_TYPE = "Microsoft.Authorization/roleAssignments"
_CONDITIONS = "2.0"  # documented: Azure, role assignments (no other version is taken)
_PRINCIPAL = re.compile(r"principalId\s+eq\s+'([^']+)'", re.IGNORECASE)
_ROLE_NAME = re.compile(r"roleName\s+eq\s+'([^']+)'", re.IGNORECASE)


def _scope(call: Call) -> str:
    return "/" + call.parameters.get("scope", "").strip("/")


def put(call: Call) -> Reply:
    need_version(call)
    scope, name = _scope(call), call.parameters["name"]
    may_manage(call, f"{_TYPE}/write", scope)
    wanted = _read(call, scope, name)
    _refuse_unknown(call, wanted)
    directory = call.world.directory
    known = directory.assignments.get((scope.lower(), name.lower()))
    if known is not None:
        if _tuple(known) != _tuple(wanted):
            message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
            raise AzureFailure(400, "RoleAssignmentUpdateNotPermitted", message)  # documented: 8.4
        known.condition, known.condition_version = wanted.condition, wanted.condition_version
        known.description = wanted.description
        return answer(_assignment(known))  # assumed: 8.4 (status); documented: Azure, conditions can be updated
    same = next(
        (item for item in directory.assignments_of(wanted.principal_id) if _tuple(item) == _tuple(wanted)), None
    )
    if same is not None:
        message = f"The role assignment already exists. The ID of the existing role assignment is {same.name.replace('-', '')}."
        raise AzureFailure(409, "RoleAssignmentExists", message)  # observed: 8.4
    lag(call, wanted.name)
    return answer(_assignment(directory.assign(wanted)), 201)


def _read(call: Call, scope: str, name: str) -> RoleAssignment:
    sent = typed.mapping(json_object(call), "properties")

    def text(key: str) -> str:
        return typed.text(sent, key, "properties.")

    if not text("principalId") or not text("roleDefinitionId"):
        raise AzureFailure(400, "InvalidRequestContent", "The request content was invalid.")  # assumed
    try:
        uuid.UUID(name)
    except ValueError:
        message = f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
        raise AzureFailure(400, "InvalidRoleAssignmentId", message) from None  # assumed
    kind = text("principalType") or "ServicePrincipal"
    found = RoleAssignment(name, scope, text("roleDefinitionId"), text("principalId"), kind)
    found.condition, found.condition_version = text("condition"), text("conditionVersion")
    found.description = text("description")
    if found.condition and found.condition_version != _CONDITIONS:
        message = f"The version of the condition must be '{_CONDITIONS}'."
        raise AzureFailure(
            400, "InvalidCondition", message
        )  # documented: Azure, role assignments (the version); assumed (the refusal)
    return found


def _refuse_unknown(call: Call, wanted: RoleAssignment) -> None:
    """A role or a principal that there is not, or not yet."""
    role, principal = _role_guid(wanted.role_definition_id), wanted.principal_id
    if role not in ROLE_DEFINITIONS.values():
        message = f"The specified role definition with ID '{role.replace('-', '')}' does not exist."
        raise AzureFailure(400, "RoleDefinitionDoesNotExist", message)  # documented: RBAC troubleshooting (code), 8.4
    directory = call.world.directory
    late = directory.attempt(f"principal {principal}") <= call.knobs.principal_replication_tries
    if late or not directory.principal_exists(principal):
        raise AzureFailure(  # documented: 8.4
            400,
            "PrincipalNotFound",
            f"Principal {principal.replace('-', '')} does not exist in the directory {call.world.tenant_id}. Check that "
            "you have the correct principal ID.",
        )


def get(call: Call) -> Reply:
    need_version(call)
    found = _one(call, "read")
    if not call.world.lags.shown([found], _key, call.site.clock.now()):
        raise _not_found(found.name)
    return answer(_assignment(found))


def _key(item: RoleAssignment) -> str:
    return item.name


def delete(call: Call) -> Reply:
    need_version(call)
    key = (_scope(call).lower(), call.parameters["name"].lower())
    if key not in call.world.directory.assignments:
        may_manage(call, f"{_TYPE}/delete", _scope(call))
        return no_content()
    found = _one(call, "delete")
    call.world.directory.unassign(found)
    return answer(_assignment(found))


def _one(call: Call, action: str) -> RoleAssignment:
    scope, name = _scope(call), call.parameters["name"]
    may_manage(call, f"{_TYPE}/{action}", scope)
    found = call.world.directory.assignments.get((scope.lower(), name.lower()))
    if found is None:
        raise _not_found(name)
    return found


def _not_found(name: str) -> AzureFailure:
    return AzureFailure(404, "RoleAssignmentNotFound", f"The role assignment '{name}' is not found.")


def list_all(call: Call) -> Reply:
    """At the scope and below or above it, as ARM does without atScope()."""
    need_version(call)
    may_manage(call, f"{_TYPE}/read", _scope(call))
    scope = _scope(call).lower().rstrip("/") + "/"
    asked = _PRINCIPAL.search(call.ask("$filter") or "")
    directory = call.world.directory
    found = directory.assignments_of(asked[1]) if asked else list(directory.assignments.values())
    near = [item for item in found if _overlap(item.scope.lower().rstrip("/") + "/", scope)]
    shown = call.world.lags.shown(near, _key, call.site.clock.now())
    return answer({"value": [_assignment(item) for item in shown]})


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def list_definitions(call: Call) -> Reply:
    need_version(call)
    may_manage(call, "Microsoft.Authorization/roleDefinitions/read", _scope(call))
    asked = _ROLE_NAME.search(call.ask("$filter") or "")
    found = []
    for name, role in ROLE_DEFINITIONS.items():
        if asked and asked[1].lower() != name:
            continue
        found.append(
            {
                "id": role_definition_id("", role),
                "name": role,
                "type": "Microsoft.Authorization/roleDefinitions",
                "properties": {"roleName": name.title(), "type": "BuiltInRole"},
            }
        )
    return answer({"value": found})


def _role_guid(role: str) -> str:
    return role.rstrip("/").rsplit("/", 1)[-1].lower()


def _tuple(item: RoleAssignment) -> tuple[str, str, str]:
    return item.scope.lower(), item.principal_id.lower(), _role_guid(item.role_definition_id)


def _assignment(item: RoleAssignment) -> dict[str, Any]:
    return {
        "id": f"{item.scope.rstrip('/')}/providers/{_TYPE}/{item.name}",
        "name": item.name,
        "type": _TYPE,
        "properties": {
            "roleDefinitionId": item.role_definition_id,
            "principalId": item.principal_id,
            "principalType": item.principal_type,
            "scope": item.scope,
            "condition": item.condition or None,
            "conditionVersion": item.condition_version or None,
            "description": item.description or None,
        },
    }
