# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies that we send: from our words back to the API's spelling.

PRIVATE to the collection, and pure. Together with _connection.py it is the only place that knows the API's names. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import copy
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    API_SCHEMES,
    SCOPE_KEYS,
    SCOPE_LEVELS,
    SECRET_PARAMETERS,
    SECRET_VERSION,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
    ProjectReference,
)

# Addresses of Azure Resource Manager (2.8); the last slash matters to the service. Azure Stack has one of its own.
RESOURCE_MANAGER_URLS = {
    "AzureCloud": "https://management.azure.com/",
    "AzureUSGovernment": "https://management.usgovcloudapi.net/",
    "AzureChinaCloud": "https://management.chinacloudapi.cn/",
}
_GROUP = re.compile(r"(/subscriptions/[^/]+/resourcegroups/)[^/]+/?", re.IGNORECASE)
_API_LEVELS = {ours: theirs for theirs, ours in SCOPE_LEVELS.items()}
_API_MODES = {"automatic": "Automatic", "manual": "Manual"}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A connection that does not exist yet, complete. ``scope`` holds what was set, in our words."""

    name: str
    description: str
    scheme: str
    creation_mode: str | None
    managed_identity: bool
    environment: str
    url: str
    scope: t.Mapping[str, str]
    tenant_id: str
    client_id: str | None = None
    key: str | None = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)
    publish_profile: str | None = field(default=None, repr=False)
    web_app_id: str | None = None
    secret_version: str | None = None
    enabled: bool = True
    service_management_reference: str | None = None

    def azure_scope(self) -> str | None:
        """The ARM id of what the connection leads to, in the spelling that others send (2.9); None where none is sent."""
        if self.scope["level"] != "subscription":
            return None
        group = self.scope.get("resource_group")
        return f"/subscriptions/{self.scope['subscription_id']}" + (f"/resourcegroups/{group}" if group else "")


def creation_body(draft: Draft, references: t.Iterable[ProjectReference]) -> Json:
    """The body that makes a connection: the row of 2.9 for its method. Who wrote down the publish profile's body did not see one: it is assumed."""
    body: Json = {
        "name": draft.name,
        "type": "azurerm",
        "url": draft.url,
        "description": draft.description,
        "owner": "library",
        "isShared": False,
        "isReady": True,
        "data": _data(draft),
        "authorization": {"scheme": API_SCHEMES[draft.scheme], "parameters": _parameters(draft)},
        "serviceEndpointProjectReferences": [reference_body(item) for item in references],
    }
    if not draft.enabled:
        body["isDisabled"] = True
    if draft.service_management_reference:
        body["serviceManagementReference"] = draft.service_management_reference
    return body


def reference_body(reference: ProjectReference) -> Json:
    """A project that may use the connection (2.4)."""
    return {
        "projectReference": {"id": reference.id, "name": reference.name},
        "name": reference.connection_name,
        "description": reference.description,
    }


def _data(draft: Draft) -> Json:
    data = {"environment": draft.environment, **scope_data(draft.scope)}
    if draft.creation_mode:
        data["creationMode"] = _API_MODES[draft.creation_mode]
    if draft.scheme == WIF:
        kind = f"AppRegistration{_API_MODES[str(draft.creation_mode)]}"
        data["identityType"] = "ManagedIdentity" if draft.managed_identity else kind
    if draft.web_app_id:
        data["resourceId"] = draft.web_app_id
    if draft.secret_version:
        data[SECRET_VERSION] = draft.secret_version
    return data


def scope_data(scope: t.Mapping[str, str | None]) -> dict[str, str]:
    """Keys of ``data`` (2.9) for the parts of a scope that were set."""
    data = {SCOPE_KEYS[name]: str(value) for name, value in scope.items() if name != "level" and value}
    level = scope.get("level")
    return {"scopeLevel": _API_LEVELS[level], **data} if level else data


def scope_edits(raw: Json, parts: t.Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Edits of ``data`` and of ``authorization.parameters`` for parts of a scope, each at the place where the connection has it.

    Others store the resource group only in ``parameters.scope`` (``/subscriptions/ID/resourcegroups/NAME``), and look for it there (2.9).
    """
    data, group = scope_data(parts), parts.get("resource_group")
    parameters = {
        str(key).lower(): value for key, value in ((raw.get("authorization") or {}).get("parameters") or {}).items()
    }
    stored = _GROUP.fullmatch(str(parameters.get("scope") or ""))
    if not group or not stored:
        return data, {}
    if not any(
        str(key).lower() == SCOPE_KEYS["resource_group"].lower() and value
        for key, value in (raw.get("data") or {}).items()
    ):
        del data[SCOPE_KEYS["resource_group"]]
    return data, {"scope": f"{stored.group(1)}{group}"}


def _parameters(draft: Draft) -> Json:
    parameters: Json = {"tenantid": draft.tenant_id}
    if draft.scheme == "publish_profile":
        parameters["publishProfile"] = draft.publish_profile
    if draft.scheme not in (WIF, SERVICE_PRINCIPAL):
        return parameters
    parameters["serviceprincipalid"] = draft.client_id or ""
    if draft.scheme == SERVICE_PRINCIPAL:
        parameters.update(secret_parameters(draft.key, draft.certificate))
    if draft.creation_mode == "automatic":
        if scope := draft.azure_scope():
            parameters["scope"] = scope
        if draft.managed_identity:
            parameters["workloadIdentityFederationIssuerType"] = "EntraID"
    return parameters


def secret_parameters(key: str | None, certificate: str | None) -> dict[str, str]:
    """The secret of a service principal (2.6); an automatic one gets an empty key, which the service fills."""
    if certificate:
        return {"authenticationType": "spnCertificate", "servicePrincipalCertificate": certificate}
    return {"authenticationType": "spnKey", "serviceprincipalkey": key or ""}


@dataclass(frozen=True, kw_only=True)
class Edits:
    """What an update changes; None is "as it is". ``references`` are all references afterwards, ``data`` and ``parameters`` in the API's words.

    ``secret`` are the parameters of a new secret.
    """

    project_id: str
    name: str | None = None
    description: str | None = None
    enabled: bool | None = None
    service_management_reference: str | None = None
    data: t.Mapping[str, str | None] = field(default_factory=dict)
    parameters: t.Mapping[str, str] = field(default_factory=dict)
    secret: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    aliases: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)


def update_body(connection: ArmConnection, edits: Edits) -> Json:
    """This very object as it was read, with the edits: a PUT replaces everything (2.11). Keys are found in any case and keep their spelling (2.5).

    The deadline of an earlier conversion goes, as in Microsoft's scripts (2.5). A masked secret goes back as null, which keeps it (2.4).
    """
    body = copy.deepcopy(connection.raw)
    body["data"] = _edited(body["data"], {**edits.data, "revertSchemeDeadline": None})
    parameters = _edited(body["authorization"].get("parameters") or {}, edits.parameters)
    parameters = {key: None if is_masked(key, value) else value for key, value in parameters.items()}
    if edits.secret:
        # A key in place of a certificate, or the other way round: the mask of the old secret has no meaning any more.
        parameters = {key: value for key, value in parameters.items() if key.lower() not in SECRET_PARAMETERS}
        parameters = _edited(parameters, edits.secret)
    body["authorization"]["parameters"] = parameters
    if edits.name is not None:
        body["name"] = edits.name
    if edits.description is not None:
        body["description"] = edits.description
    if edits.enabled is not None:
        body["isDisabled"] = not edits.enabled
    if edits.service_management_reference is not None:
        body["serviceManagementReference"] = edits.service_management_reference
    for item in body.get("serviceEndpointProjectReferences") or []:
        project_id = str((item.get("projectReference") or {}).get("id"))
        if project_id.lower() == edits.project_id.lower():
            item.update({key: body[key] for key in ("name", "description") if getattr(edits, key) is not None})
        item.update(edits.aliases.get(project_id, {}))
    return body


def conversion_body(connection: ArmConnection, scheme: str) -> Json:
    """The body that converts this very object: everything as it was read, with three edits.

    The scheme is the new one; the deadline of an earlier conversion goes (3.1); a secret that is masked as ``""`` is sent as null, the mask of
    Microsoft's own example, because whether ``""`` wipes the stored secret is not known (2.4, 12).
    """
    body = copy.deepcopy(connection.raw)
    body["authorization"]["scheme"] = API_SCHEMES[scheme]
    body["data"] = _edited(body["data"], {"revertSchemeDeadline": None})
    if parameters := body["authorization"].get("parameters"):
        unmasked = {key: None if is_masked(key, value) else value for key, value in parameters.items()}
        body["authorization"]["parameters"] = unmasked
    return body


def is_masked(key: str, value: t.Any) -> bool:
    """Whether this is a secret that shows as an empty text."""
    return key.lower() in SECRET_PARAMETERS and value == ""


def details_body(body: Json) -> Json:
    """The part of a connection that a test of its settings takes (5)."""
    return {key: body[key] for key in ("type", "url", "data", "authorization")}


def _edited(mapping: t.Mapping[str, t.Any], edits: t.Mapping[str, t.Any]) -> Json:
    """The mapping with each edit at the key that is there in any case; None takes the key away."""
    spelled = {key.lower(): key for key in mapping}
    changed = dict(mapping)
    for key, value in edits.items():
        where = spelled.get(key.lower(), key)
        if value is None:
            changed.pop(where, None)
        else:
            changed[where] = value
    return changed
