# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent back to convert a connection, and what must not have changed afterwards."""

from __future__ import annotations

import copy
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._desired.foreign_changes import differences
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import SERVICE_PRINCIPAL, WIF, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import conversion_body

from unit.plugins._helpers.connections import (
    LOGISTICS,
    NOW,
    PAYMENTS,
    WEB_SHOP,
    connection,
    converted,
    federated,
    raw,
    reference,
)


def test_the_body_is_what_was_read_with_another_scheme() -> None:
    """Also what this version knows nothing of."""
    answer = raw(
        projects=(PAYMENTS, WEB_SHOP),
        data={"azureSpnPermissions": "[]"},
        isDisabled=True,
        serviceManagementReference="tree",
        newField={"nested": [1]},
    )
    wanted = copy.deepcopy(answer)
    wanted["authorization"]["scheme"] = "WorkloadIdentityFederation"
    assert conversion_body(connection(answer), WIF) == wanted


def test_the_object_that_was_read_stays_as_it_is() -> None:
    answer = converted(parameters={"serviceprincipalkey": ""})
    before = copy.deepcopy(answer)
    conversion_body(connection(answer), SERVICE_PRINCIPAL)
    assert answer == before


@pytest.mark.parametrize("key", ["revertSchemeDeadline", "RevertSchemeDeadline", "revertschemedeadline"])
def test_the_deadline_of_an_earlier_conversion_is_not_sent(key: str) -> None:
    body = conversion_body(connection(raw(data={key: "2026-06-02T12:00:00Z"})), WIF)
    assert key not in body["data"]
    assert body["data"]["creationMode"] == "Automatic"


def test_the_way_back() -> None:
    body = conversion_body(connection(converted()), SERVICE_PRINCIPAL)
    assert body["authorization"]["scheme"] == "ServicePrincipal"
    assert "revertSchemeDeadline" not in body["data"]


@pytest.mark.parametrize(
    "key", ["serviceprincipalkey", "ServicePrincipalKey", "servicePrincipalCertificate", "publishProfile"]
)
def test_a_secret_masked_as_an_empty_text_is_sent_as_null(key: str) -> None:
    """Whether the empty text wipes the stored secret is not known."""
    answer = raw(parameters={"serviceprincipalkey": None, key: "", "scope": ""})
    parameters = conversion_body(connection(answer), WIF)["authorization"]["parameters"]
    assert parameters[key] is None
    assert parameters["scope"] == ""


def test_a_secret_that_was_not_there_is_not_added() -> None:
    answer = raw()
    del answer["authorization"]["parameters"]["serviceprincipalkey"]
    assert "serviceprincipalkey" not in conversion_body(connection(answer), WIF)["authorization"]["parameters"]


def test_a_connection_without_parameters_can_be_sent_back() -> None:
    answer = raw()
    answer["authorization"]["parameters"] = None
    body = conversion_body(connection(answer), WIF)
    assert body["authorization"] == {"scheme": "WorkloadIdentityFederation", "parameters": None}


# -- what must be the same afterwards ----------------------------------------------------------------------------------
def shares() -> list[dict[str, t.Any]]:
    return [reference(PAYMENTS, "azure-prod", "d"), reference(WEB_SHOP, "alias"), reference(LOGISTICS, "other")]


def test_what_a_conversion_may_change_is_no_difference() -> None:
    before = connection(raw(projects=(PAYMENTS, WEB_SHOP)))
    after = connection(
        federated(
            NOW + timedelta(days=7), projects=(PAYMENTS, WEB_SHOP), data={"identityType": "AppRegistrationAutomatic"}
        )
    )
    assert differences(before, after) == []


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("id", {"id": "other"}),
        ("name", {"serviceEndpointProjectReferences": [reference(PAYMENTS, "renamed")]}),
        ("description", {"description": "other"}),
        ("url", {"url": "https://other.example/"}),
        ("type", {"type": "AzureRM2"}),
        ("tenant_id", {"parameters": {"tenantid": "other"}}),
        ("client_id", {"parameters": {"serviceprincipalid": "other"}}),
        ("environment", {"data": {"environment": "AzureChinaCloud"}}),
        ("creation_mode", {"data": {"creationMode": "Manual"}}),
        ("enabled", {"isDisabled": True}),
        ("projects", {"projects": (PAYMENTS, WEB_SHOP)}),
        ("owner", {"projects": (WEB_SHOP,)}),
        ("scope", {"data": {"subscriptionId": "other"}}),
        ("scope", {"data": {"resourceGroupName": "other"}}),
    ],
)
def test_whatever_else_changed_is_named(field: str, change: dict[str, t.Any]) -> None:
    found = differences(connection(), connection(federated(**change)))
    assert field in [item["field"] for item in found]
    assert all(item["before"] != item["after"] for item in found)


def test_a_share_that_was_lost_is_shown_by_its_names() -> None:
    before = connection(raw(serviceEndpointProjectReferences=shares()))
    after = connection(federated(serviceEndpointProjectReferences=shares()[:2]))
    (found,) = differences(before, after)
    assert found["field"] == "projects"
    (lost,) = set(found["before"]) - set(found["after"])
    assert "物流 Logistics: other" in lost


@pytest.mark.parametrize(
    "change", [reference(WEB_SHOP, "renamed"), reference(WEB_SHOP, "alias", "described"), reference(LOGISTICS, "alias")]
)
def test_a_share_that_is_not_the_same_any_more(change: Json) -> None:
    before = connection(raw(serviceEndpointProjectReferences=shares()[:2]))
    after = connection(federated(serviceEndpointProjectReferences=[shares()[0], change]))
    assert [item["field"] for item in differences(before, after)] == ["projects"]


def test_the_order_of_shares_behind_the_owner_means_nothing() -> None:
    owner, second, third = shares()
    before = connection(raw(serviceEndpointProjectReferences=[owner, second, third]))
    after = connection(federated(serviceEndpointProjectReferences=[owner, third, second]))
    assert differences(before, after) == []
