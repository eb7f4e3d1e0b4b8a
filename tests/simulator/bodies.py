# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the bodies of creates, updates and shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import typed
from .calls import Call
from .errors import argument
from .federation import ISSUER_TYPE, READ_ONLY
from .projects import resolve
from .scopes import RESOURCE_MANAGER_URLS
from .state import Reference

# Everything that was ever seen there.
_KNOWN_DATA = {
    name.lower()
    for name in (
        "environment", "scopeLevel", "subscriptionId", "subscriptionName", "managementGroupId", "managementGroupName", "resourceGroupName",
        "mlWorkspaceName", "mlWorkspaceLocation", "creationMode", "identityType", "isDraft", "appObjectId", "spnObjectId", "azureSpnRoleAssignmentId",
        "azureSpnPermissions", "revertSchemeDeadline", "serviceManagementReference", "oboAuthorization", "resourceId", "tenantId",
    )
}  # fmt: skip


@dataclass
class Draft:
    name: str
    type: str
    url: str
    owner: str
    description: str
    scheme: str
    parameters: dict[str, str | None]
    """As sent, without the read-only ones."""
    data: dict[str, str]
    references: list[dict[str, Any]] | None
    disabled: bool
    service_management_reference: str | None
    issuer_type: str

    @property
    def automatic(self) -> bool:
        return self.data.get("creationMode") == "Automatic" and self.azure

    @property
    def azure(self) -> bool:
        return self.type.lower() == "azurerm"

    def parameter(self, name: str) -> str:
        """Keys are matched without regard to case."""  # observed: 2.5
        return next((value or "" for key, value in self.parameters.items() if key.lower() == name.lower()), "")


def read_draft(call: Call, body: dict[str, Any]) -> Draft:
    authorization = typed.mapping(body, "authorization")
    scheme = typed.text(authorization, "scheme", "authorization.")
    if not scheme:
        raise argument("Value cannot be null. Parameter name: endpoint.Authorization")  # assumed
    for needed in ("name", "type"):
        if not typed.text(body, needed).strip():
            raise argument(f"Value cannot be null. Parameter name: endpoint.{needed.capitalize()}")  # assumed
    data = {key: value or "" for key, value in typed.strings(body, "data").items()}
    if call.knobs.unknown_data == "dropped":
        data = {key: value for key, value in data.items() if key.lower() in _KNOWN_DATA}  # assumed: 2.5
    sent = typed.strings(authorization, "parameters", "authorization.")
    issuer_type = next((value for key, value in sent.items() if key.lower() == ISSUER_TYPE.lower()), None)
    typed.flag(body, "isShared")
    typed.flag(body, "isReady")
    typed.text(body, "id")
    references, tree = body.get("serviceEndpointProjectReferences"), "serviceManagementReference"
    return Draft(
        name=body["name"],
        type=body["type"],
        url=typed.text(body, "url") or RESOURCE_MANAGER_URLS.get(data.get("environment", ""), ""),
        owner=typed.text(body, "owner") or "library",
        description=typed.text(body, "description"),
        scheme=scheme,
        parameters={key: value for key, value in sent.items() if key.lower() not in READ_ONLY},
        data=data,
        references=None if references is None else typed.items(body, "serviceEndpointProjectReferences"),
        disabled=typed.flag(body, "isDisabled"),
        service_management_reference=None if body.get(tree) is None else typed.text(body, tree),
        issuer_type=issuer_type or "",
    )


def read_references(call: Call, sent: list[dict[str, Any]] | None) -> list[Reference]:
    """Project references of a body; a project is named by id or by name, each project once."""
    found: list[Reference] = []
    where = "serviceEndpointProjectReferences."
    for item in sent or []:
        project = typed.mapping(item, "projectReference", where)
        named = typed.text(project, "id", where) or typed.text(project, "name", where)
        if not named:
            raise argument("Value cannot be null. Parameter name: projectReference")  # assumed
        reference = Reference(
            resolve(call, named), typed.text(item, "name", where), typed.text(item, "description", where)
        )
        if any(known.project is reference.project for known in found):
            raise argument(f"The project {reference.project.name} is named twice.")  # assumed: 2.4
        found.append(reference)
    return found
