# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection as the service spells it, and as playbooks see it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time
from hypothesis import given
from hypothesis import strategies as st

from unit.plugins._helpers.connections import (
    CLIENT,
    ENTRA,
    NOW,
    PAYMENTS,
    TENANT,
    VSTOKEN,
    WEB_SHOP,
    connection,
    converted,
    federated,
    partial,
    raw,
    reference,
)

CANARY = "canary-secret-that-must-not-be-shown"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-30T09:15:00Z", "2026-11-30T09:15:00+00:00"),
        ("2026-11-30T09:15:00z", "2026-11-30T09:15:00+00:00"),
        ("2026-11-30T09:15:00", "2026-11-30T09:15:00+00:00"),
        ("2026-11-30 09:15:00Z", "2026-11-30T09:15:00+00:00"),
        ("  2026-11-30T09:15:00Z ", "2026-11-30T09:15:00+00:00"),
        ("2026-11-30T09:15:00.1234567Z", "2026-11-30T09:15:00.123456+00:00"),
        ("2026-11-30T09:15:00.1234567", "2026-11-30T09:15:00.123456+00:00"),
        ("2026-11-30T09:15:00.5Z", "2026-11-30T09:15:00.500000+00:00"),
        ("2026-11-30T09:15:00.000000123Z", "2026-11-30T09:15:00+00:00"),
        ("2026-11-30T09:15:00+02:00", "2026-11-30T07:15:00+00:00"),
        ("2026-11-30T09:15:00-0530", "2026-11-30T14:45:00+00:00"),
        ("2026-11-30T23:59:59.9999999-01:00", "2026-12-01T00:59:59.999999+00:00"),
    ],
)
def test_times_that_can_be_read(text: str, moment: str) -> None:
    assert parse_time(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "soon",
        "2026-11-30",
        "09:15:00",
        "2026-13-30T09:15:00Z",
        "2026-02-30T09:15:00Z",
        "2026-11-30T24:15:00Z",
        "2026-11-30T09:15:00ZZ",
        "2026-11-30T09:15Z",
        "11/30/2026 09:15:00",
        "30/11/2026 09:15:00",
        "/Date(1764494100000)/",
        "1764494100",
        "2026-11-30T09:15:00 CET",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
def test_times_that_cannot_be_read(text: str | None) -> None:
    assert parse_time(text) is None


@given(st.text(alphabet="0123456789-:TZ.+ /", max_size=40))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    found = parse_time(text)
    assert found is None or found.tzinfo is not None


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001
def test_a_time_that_was_written_is_read_again(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=timezone.utc)
    assert parse_time(format_time(whole)) == whole


def test_the_time_of_a_server_that_has_none_is_no_time() -> None:
    """.NET writes the default of a date as the year one."""
    row = connection(federated(data={"revertSchemeDeadline": "0001-01-01T00:00:00"})).to_result(NOW)
    assert row["revert"] == {"possible": False, "deadline": None, "hours_left": None}


def test_every_field_of_a_row() -> None:
    answer = federated(
        NOW + timedelta(hours=36),
        VSTOKEN,
        description="why",
        data={"identityType": "AppRegistrationAutomatic", "resourceGroupName": "rg"},
    )
    assert connection(answer).to_result(NOW) == {
        "id": "aaaaaaaa-0000-4000-8000-000000000001",
        "name": "azure-prod",
        "project": "Payments",
        "project_id": PAYMENTS.id,
        "projects": [{"id": PAYMENTS.id, "name": "Payments", "connection_name": "azure-prod", "description": ""}],
        "description": "why",
        "url": "https://management.azure.com/",
        "scheme": "workload_identity_federation",
        "creation_mode": "automatic",
        "identity_type": "AppRegistrationAutomatic",
        "environment": "AzureCloud",
        "scope": {
            "level": "subscription",
            "subscription_id": "eeeeeeee-0000-4000-8000-000000000001",
            "subscription_name": "Contoso Production",
            "resource_group": "rg",
            "management_group_id": None,
            "management_group_name": None,
            "ml_workspace_name": None,
            "ml_workspace_location": None,
        },
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "issuer": VSTOKEN,
        "issuer_kind": "azure_devops",
        "subject": "sc://contoso/Payments/azure-prod",
        "shared": False,
        "enabled": True,
        "ready": True,
        "state": "ready",
        "status_message": "",
        "created_by": "Sam Operator",
        "created": None,
        "revert": {"possible": True, "deadline": "2026-06-03T00:00:00Z", "hours_left": 36.0},
    }


def test_the_spelling_of_keys_does_not_matter() -> None:
    answer = raw(
        scheme="workloadidentityfederation",
        data={
            "environment": None, "scopeLevel": None, "creationMode": None,
            "ENVIRONMENT": "AzureCloud", "SCOPELEVEL": "managementgroup", "CreationMode": "AUTOMATIC",
            "ManagementGroupID": "mg", "REVERTSchemeDeadline": "2026-06-02T12:00:00Z",
        },
        parameters={
            "tenantid": None, "serviceprincipalid": None, "TenantId": "t", "servicePrincipalId": "c",
            "WorkloadIdentityFederationISSUER": ENTRA,
        },
        operationStatus={"State": "ready"},
    )  # fmt: skip
    found = connection(answer)
    assert (found.scheme, found.creation_mode) == ("workload_identity_federation", "automatic")
    assert (found.tenant_id, found.client_id, found.issuer_kind) == ("t", "c", "entra")
    assert (found.environment, found.scope["level"]) == ("AzureCloud", "management_group")
    assert found.scope["management_group_id"] == "mg"
    assert found.revert_deadline == NOW + timedelta(days=1)
    assert found.state == "ready"


@pytest.mark.parametrize(
    ("issuer", "kind"),
    [
        (ENTRA, "entra"),
        (ENTRA.upper().replace("HTTPS", "https"), "entra"),
        (VSTOKEN, "azure_devops"),
        ("https://app.vstoken.visualstudio.com", "azure_devops"),
        ("https://login.microsoftonline.com.evil.example/x/v2.0", "unknown"),
        ("https://evil.example/login.microsoftonline.com", "unknown"),
        ("not an address", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_kind_of_an_issuer(issuer: str | None, kind: str) -> None:
    assert connection(federated(parameters={"workloadIdentityFederationIssuer": issuer})).issuer_kind == kind


def test_other_schemes_have_no_issuer() -> None:
    assert connection().issuer_kind is None


@pytest.mark.parametrize(
    ("status", "ready", "state"),
    [
        ({"state": "Ready"}, True, "ready"),
        ({"state": "Ready"}, False, "ready"),
        ({"state": "InProgress"}, False, "in_progress"),
        ({"state": "InProgress"}, True, "in_progress"),
        ({"state": "Failed", "statusMessage": "why"}, False, "failed"),
        ({"state": "Failed"}, True, "failed"),
        (None, True, "ready"),
        (None, False, "in_progress"),
        (None, None, "ready"),
        ({"state": None}, True, "ready"),
        ({"state": "Sideways"}, False, "in_progress"),
        ("text", True, "ready"),
    ],
)
def test_the_state(status: object, ready: bool | None, state: str) -> None:
    assert connection(operationStatus=status, isReady=ready).state == state


@pytest.mark.parametrize(
    ("said", "references", "shared"),
    [(True, 2, True), (False, 2, True), (None, 2, True), (True, 1, True), (False, 1, False), (None, 1, False)],
)
def test_shared_is_what_either_of_the_two_facts_says(said: bool | None, references: int, shared: bool) -> None:
    assert connection(raw(projects=(PAYMENTS, WEB_SHOP)[:references], isShared=said)).shared is shared


def test_the_first_reference_is_the_owner_and_gives_the_name() -> None:
    found = connection(
        raw(
            name="alias",
            serviceEndpointProjectReferences=[reference(PAYMENTS, "own name", "x"), reference(WEB_SHOP, "alias")],
        ),
        WEB_SHOP,
    )
    assert (found.owner.id, found.name, found.owner.description) == (PAYMENTS.id, "own name", "x")
    assert [item.connection_name for item in found.references] == ["own name", "alias"]


@pytest.mark.parametrize(
    "references", [None, [], [{"name": "n", "projectReference": None}], [{"projectReference": {}}]]
)
def test_without_references_the_project_that_shows_it_stands_in(references: object) -> None:
    found = connection(raw(serviceEndpointProjectReferences=references), WEB_SHOP)
    assert (found.owner.id, found.owner.name, found.name) == (WEB_SHOP.id, "Web Shop", "azure-prod")


def test_a_trimmed_object_is_known_as_such() -> None:
    found = connection(partial())
    assert found.partial
    assert found.to_result(NOW)["name"] == "azure-prod"
    assert not connection().partial


@pytest.mark.parametrize("key", ["type", "data", "authorization"])
def test_each_gap_makes_an_object_partial(key: str) -> None:
    assert connection({**raw(), key: None}).partial


@pytest.mark.parametrize(
    ("hours", "mode", "possible"),
    [(1, "Automatic", True), (0, "Automatic", False), (-1, "Automatic", False), (1, "Manual", False)],
)
def test_when_a_revert_is_offered(hours: float, mode: str, possible: bool) -> None:
    revert = connection(converted(hours / 24, data={"creationMode": mode})).revert_result(NOW)
    assert revert["possible"] is possible
    assert revert["hours_left"] == hours


def test_no_revert_of_what_was_never_converted_or_has_a_secret() -> None:
    assert connection(federated()).revert_result(NOW) == {"possible": False, "deadline": None, "hours_left": None}
    left_over = raw(data={"revertSchemeDeadline": "2026-06-02T12:00:00Z"})
    assert connection(left_over).revert_result(NOW)["possible"] is False


def test_no_secret_is_among_the_values_of_a_row() -> None:
    """Even if the service sends one by mistake, under whatever name."""
    answer = raw(
        parameters={
            "serviceprincipalkey": CANARY,
            "servicePrincipalCertificate": CANARY,
            "publishProfile": CANARY,
            "password": CANARY,
        },
        data={"azureSpnPermissions": CANARY, "oboAuthorization": CANARY, "accessToken": CANARY},
        administratorsGroup={"token": CANARY},
    )
    found = connection(answer)
    assert CANARY not in json.dumps(found.to_result(NOW))
    assert CANARY not in json.dumps(found.federation_result())
    assert CANARY not in repr(found)
