# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections as the service answers them, for the pure rules."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow, Selection, select
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import assess
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import FederationOptions, Situation

NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
PAYMENTS = Project("11111111-1111-4111-8111-111111111111", "Payments")
WEB_SHOP = Project("22222222-2222-4222-8222-222222222222", "Web Shop")
LOGISTICS = Project("33333333-3333-4333-8333-333333333333", "物流 Logistics")
CONNECTION_ID = "aaaaaaaa-0000-4000-8000-000000000001"
TENANT = "bbbbbbbb-0000-4000-8000-000000000001"
CLIENT = "cccccccc-0000-4000-8000-000000000001"
ENTRA = f"https://login.microsoftonline.com/{TENANT}/v2.0"
VSTOKEN = "https://vstoken.dev.azure.com/dddddddd-0000-4000-8000-000000000001"


def reference(project: Project, name: str = "azure-prod", description: str = "") -> Json:
    """One of the ``serviceEndpointProjectReferences``."""
    return {
        "projectReference": {"id": project.id, "name": project.name},
        "name": name,
        "description": description,
    }


def raw(
    *,
    name: str = "azure-prod",
    scheme: str = "ServicePrincipal",
    projects: t.Sequence[Project] = (PAYMENTS,),
    data: Json | None = None,
    parameters: Json | None = None,
    **other: t.Any,
) -> Json:
    """An automatic, ready connection with a secret, as a GET shows it. ``data`` and ``parameters`` are added; None takes a key away."""
    secret = {"serviceprincipalkey": None, "authenticationType": "spnKey"} if scheme == "ServicePrincipal" else {}
    own_data = {
        "environment": "AzureCloud",
        "scopeLevel": "Subscription",
        "subscriptionId": "eeeeeeee-0000-4000-8000-000000000001",
        "subscriptionName": "Contoso Production",
        "creationMode": "Automatic",
    }
    own_parameters = {"tenantid": TENANT, "serviceprincipalid": CLIENT, **secret}
    return {
        "id": CONNECTION_ID,
        "name": name,
        "type": "azurerm",
        "url": "https://management.azure.com/",
        "description": "",
        "owner": "library",
        "authorization": {"scheme": scheme, "parameters": _merged(own_parameters, parameters)},
        "data": _merged(own_data, data),
        "isShared": len(projects) > 1,
        "isReady": True,
        "operationStatus": {"state": "Ready", "statusMessage": ""},
        "createdBy": {"displayName": "Sam Operator", "uniqueName": "sam@contoso.example"},
        "serviceEndpointProjectReferences": [reference(project, name) for project in projects],
        **other,
    }


def _merged(own: Json, more: Json | None) -> Json:
    return {
        key: value for key, value in {**own, **(more or {})}.items() if value is not None or key not in (more or {})
    }


def federated(deadline: datetime | None = None, issuer: str = ENTRA, **other: t.Any) -> Json:
    """A connection with workload identity federation; with a ``deadline`` it was converted."""
    data = {"revertSchemeDeadline": deadline.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")} if deadline else {}
    parameters = {
        "workloadIdentityFederationIssuer": issuer,
        "workloadIdentityFederationSubject": "sc://contoso/Payments/azure-prod",
    }
    return raw(
        scheme="WorkloadIdentityFederation",
        data={**data, **(other.pop("data", None) or {})},
        parameters={**parameters, **(other.pop("parameters", None) or {})},
        **other,
    )


def converted(days_left: float = 3, **other: t.Any) -> Json:
    """A connection that was converted and can be reverted for so many days more."""
    return federated(NOW + timedelta(days=days_left), **other)


def partial(project: Project = PAYMENTS) -> Json:
    """The trimmed object that a caller without rights gets."""
    return {
        "data": None,
        "id": CONNECTION_ID,
        "name": "azure-prod",
        "type": None,
        "url": None,
        "authorization": None,
        "isShared": False,
        "isReady": False,
        "serviceEndpointProjectReferences": None,
    }


def connection(answer: Json | None = None, seen_in: Project = PAYMENTS, **other: t.Any) -> ArmConnection:
    """What we make of ``answer`` (or of ``raw(**other)``), as of an item of a list."""
    return ArmConnection.listed(raw(**other) if answer is None else answer, seen_in)


def situation(**other: t.Any) -> Situation:
    """A person at Azure DevOps Services who works in Payments; ``other`` goes over it."""
    usual: dict[str, t.Any] = {
        "hosted": True,
        "caller": "user",
        "entra_token": True,
        "project_ids": frozenset({PAYMENTS.id}),
        "now": NOW,
    }
    return Situation(**{**usual, **other})


def make_plan(estate: Estate, wanted: Selection, situation: Situation) -> list[PlannedRow]:
    """A row for every selected connection, judged by the connection alone."""
    return [
        PlannedRow(found, assess(found.connection, wanted.target, situation, found.seen_in))
        for found in select(estate, wanted)
    ]


def federation(mode: str = "create") -> FederationOptions:
    """That connections which a person created may be converted, in the words of the rules."""
    return FederationOptions(mode=mode, audience=None, probe=False)
