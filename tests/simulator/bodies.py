# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the bodies of creates, updates and shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .calls import Call
from .errors import Refusal, argument
from .federation import ISSUER_TYPE, READ_ONLY
from .projects import resolve
from .replies import answer
from .scopes import RESOURCE_MANAGER_URLS
from .state import Reference


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
    references: list[Any] | None
    disabled: bool
    service_management_reference: str | None
    issuer_type: str

    @property
    def automatic(self) -> bool:
        return self.data.get("creationMode") == "Automatic" and self.type.lower() == "azurerm"


def binding_error(message: str) -> Refusal:
    """A body that cannot be read gives another envelope."""  # observed: 9.4 (variant); status assumed
    return Refusal(answer({"count": 1, "value": {"Message": message}}, 400))


def strings(value: Any, where: str) -> dict[str, str | None]:
    """A map of strings, as every `data` and `parameters` is."""  # documented: 2.4
    if not isinstance(value, Mapping):
        raise binding_error(
            f"Error converting value to type 'Dictionary`2[System.String,System.String]'. Path '{where}'."
        )
    for key, item in value.items():
        if item is not None and not isinstance(item, str):
            raise binding_error(f"Unexpected value when reading a string. Path '{where}.{key}'.")
    return dict(value)


def read_draft(call: Call, body: dict[str, Any]) -> Draft:
    authorization = body.get("authorization")
    if not isinstance(authorization, Mapping) or not authorization.get("scheme"):
        raise argument("Value cannot be null. Parameter name: endpoint.Authorization")  # assumed
    for needed in ("name", "type"):
        if not isinstance(body.get(needed), str) or not body[needed].strip():
            raise argument(f"Value cannot be null. Parameter name: endpoint.{needed.capitalize()}")  # assumed
    data = {key: value or "" for key, value in strings(body.get("data") or {}, "data").items()}
    sent = strings(authorization.get("parameters") or {}, "authorization.parameters")
    issuer_type = next((value for key, value in sent.items() if key.lower() == ISSUER_TYPE.lower()), None)
    references = body.get("serviceEndpointProjectReferences")
    if references is not None and not isinstance(references, list):
        raise binding_error("Error converting value to a list. Path 'serviceEndpointProjectReferences'.")
    return Draft(
        name=body["name"],
        type=body["type"],
        url=body.get("url") or RESOURCE_MANAGER_URLS.get(data.get("environment", ""), ""),
        owner=body.get("owner") or "library",
        description=body.get("description") or "",
        scheme=str(authorization["scheme"]),
        parameters={key: value for key, value in sent.items() if key.lower() not in READ_ONLY},
        data=data,
        references=references,
        disabled=bool(body.get("isDisabled", False)),
        service_management_reference=body.get("serviceManagementReference"),
        issuer_type=issuer_type or "",
    )


def read_references(call: Call, sent: list[Any] | None) -> list[Reference]:
    """Project references of a body; a project is named by id or by name."""
    found: list[Reference] = []
    for item in sent or []:
        project = item.get("projectReference") if isinstance(item, Mapping) else None
        if not isinstance(project, Mapping) or not (project.get("id") or project.get("name")):
            raise argument("Value cannot be null. Parameter name: projectReference")  # assumed
        where = resolve(call, str(project.get("id") or project.get("name")))
        found.append(Reference(where, item.get("name") or "", item.get("description") or ""))
    return found
