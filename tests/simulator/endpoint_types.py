# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection type `azurerm` as GET types describes it: schemes, their inputs, the TestConnection data source."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .replies import Reply, collection
from .scopes import RESOURCE_MANAGER_URLS

SCHEMES: dict[str, tuple[tuple[str, bool], ...]] = {  # documented: 2.6
    "ServicePrincipal": (
        ("tenantid", False), ("serviceprincipalid", False), ("authenticationType", False),
        ("serviceprincipalkey", True), ("servicePrincipalCertificate", True), ("scope", False),
    ),
    "WorkloadIdentityFederation": (
        ("tenantid", False), ("serviceprincipalid", False), ("scope", False),
        ("workloadIdentityFederationIssuer", False), ("workloadIdentityFederationSubject", False),
        ("workloadIdentityFederationIssuerType", False),
    ),
    "ManagedServiceIdentity": (("tenantid", False),),
    "PublishProfile": (("tenantid", False), ("publishProfile", True)),
}  # fmt: skip
_DATA = ("environment", "scopeLevel", "subscriptionId", "subscriptionName", "managementGroupId", "managementGroupName")


def list_types(call: Call) -> Reply:
    """?type=azurerm&scheme=; no federation on servers or where it is off."""  # documented: 2.1, 9.5
    wanted, scheme = (call.ask("type") or "").lower(), (call.ask("scheme") or "").lower()
    if wanted not in ("", "azurerm"):
        return collection([])
    federated = call.site.profile.hosted and call.knobs.workload_identity_federation
    schemes = [
        _scheme(name, inputs)
        for name, inputs in SCHEMES.items()
        if (federated or name != "WorkloadIdentityFederation") and scheme in ("", name.lower())
    ]
    return collection([_type(schemes)])


def _type(schemes: list[dict[str, Any]]) -> dict[str, Any]:
    urls = [{"key": name, "value": url} for name, url in RESOURCE_MANAGER_URLS.items()]
    return {
        "name": "azurerm",
        "displayName": "Azure Resource Manager",
        "description": "Connects pipelines to Azure",
        "endpointUrl": {
            "displayName": "Server URL",
            "helpText": "",
            "value": RESOURCE_MANAGER_URLS["AzureCloud"],
            "isVisible": "true",
            "dependsOn": {"input": "environment", "map": urls},
        },
        "inputDescriptors": [_input(name, False) for name in _DATA],
        "authenticationSchemes": schemes,
        "dataSources": [
            {
                "name": "TestConnection",
                "endpointUrl": "{{{endpoint.url}}}subscriptions/{{{endpoint.subscriptionId}}}?api-version=2016-06-01",
                "resourceUrl": "",
                "resultSelector": "jsonpath:$",
                "headers": [],
            }
        ],
        "trustedHosts": [],
        "uiContributionId": "endpoint-editor-component-azurerm",
    }


def _scheme(name: str, inputs: tuple[tuple[str, bool], ...]) -> dict[str, Any]:
    return {
        "scheme": name,
        "displayName": name,
        "inputDescriptors": [_input(key, secret) for key, secret in inputs],
        "requiresOAuth2Configuration": False,
    }


def _input(name: str, secret: bool) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "inputMode": "passwordBox" if secret else "textBox",
        "isConfidential": secret,
        "validation": {"dataType": "string", "isRequired": False},
    }
