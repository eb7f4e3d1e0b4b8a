# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection as the service spells it, and as playbooks see it."""

from __future__ import annotations

import json
import re
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import UnreadableError
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

NO_WAY_BACK = {"possible": False, "window": "none", "deadline": None, "hours_left": None, "reported": None}
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
        ("12/06/2026 06:18:15 AM", "2026-12-06T06:18:15+00:00"),
        ("12/6/2026 6:18:15 PM", "2026-12-06T18:18:15+00:00"),
        ("12/06/2026 12:00:01 am", "2026-12-06T00:00:01+00:00"),
        ("12/06/2026 12:00:01\u202fPM", "2026-12-06T12:00:01+00:00"),
        ("12/06/2026 06:18:15 AM +02:00", "2026-12-06T04:18:15+00:00"),
        ("12/06/2026 06:18:15 AM UTC", "2026-12-06T06:18:15+00:00"),
        ("12/06/2026 6:18 AM", "2026-12-06T06:18:00+00:00"),
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
        "30/11/2026 09:15:00 AM",
        "11/30/2026 13:15:00 PM",
        "11/30/2026 00:15:00 AM",
        "11/30/26 09:15:00 AM",
        "11/30/2026 09:15:00 AM CET",
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
    assert row["revert"] == NO_WAY_BACK


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
        "revert": {
            "possible": True,
            "window": "open",
            "deadline": "2026-06-03T00:00:00Z",
            "hours_left": 36.0,
            "reported": "2026-06-03T00:00:00.0000000Z",
        },
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


@pytest.mark.parametrize(
    ("text", "window", "possible"),
    [
        ("2026-06-02T12:00:00Z", "open", True),
        ("06/02/2026 12:00:00 PM", "open", True),
        ("06/01/2026 11:59:59 AM", "over", False),
        ("2026-06-09T12:00:00Z", "open", True),
        # Nobody knows whether this is the 9th of June or a misunderstood 6th of September.
        ("06/10/2026 12:00:00 PM", "unknown", None),
        ("2026-06-09T12:00:01Z", "unknown", None),
        ("9999-12-31T23:59:59Z", "unknown", None),
        ("soon", "unknown", None),
        ("02.06.2026 12:00", "unknown", None),
        ("0001-01-01T00:00:00", "none", False),
        ("1/1/0001 12:00:00 AM", "none", False),
        (None, "none", False),
    ],
)
def test_what_a_deadline_says_of_the_way_back(text: str | None, window: str, possible: bool | None) -> None:
    """Unknown is neither possible nor over, and what the service wrote is told."""
    found = connection(federated(data={"revertSchemeDeadline": text}))
    assert found.revert_window(NOW) == window
    told = found.revert_result(NOW)
    assert (told["window"], told["possible"]) == (window, possible)
    assert (told["deadline"] is None) is (window in ("unknown", "none"))
    assert told["reported"] == (None if window == "none" else text)


@pytest.mark.parametrize(
    ("stored", "said", "group"),
    [
        (None, "/subscriptions/s/resourcegroups/rg-payments", "rg-payments"),
        ("", "/subscriptions/s/resourceGroups/rg-payments/", "rg-payments"),
        (None, "subscriptions/s/RESOURCEGROUPS/rg/providers/x", "rg"),
        ("rg-own", "/subscriptions/s/resourcegroups/rg-other", "rg-own"),
        (None, "/subscriptions/s", None),
        (None, "", None),
        (None, "/providers/Microsoft.Management/managementGroups/mg", None),
    ],
)
def test_the_resource_group_is_read_from_wherever_it_is_stored(
    stored: str | None, said: str, group: str | None
) -> None:
    answer = raw(data={"resourceGroupName": stored}, parameters={"scope": said})
    assert connection(answer).scope["resource_group"] == group


ODD: list[tuple[str, object]] = [
    ("number", 7), ("flag", True), ("list", ["a"]), ("object", {"a": "b"}), ("surrogate", "\ud800"), ("huge", "x" * 70_000),
]  # fmt: skip
TEXTS = (
    "name", "type", "url", "description", "serviceManagementReference", "creationDate", "authorization.scheme", "data.environment",
    "data.resourceId", "data.whatever",
    "data.creationMode", "data.revertSchemeDeadline", "authorization.parameters.tenantid", "operationStatus.state", "createdBy.displayName",
    "serviceEndpointProjectReferences[0].name", "serviceEndpointProjectReferences[0].projectReference.id",
)  # fmt: skip
OTHERS = {
    "isReady": "true", "isShared": 1, "isDisabled": {}, "authorization": [], "authorization.parameters": "x", "data": "x", "operationStatus": "x",
    "createdBy": "x", "serviceEndpointProjectReferences": {}, "serviceEndpointProjectReferences[0]": None,
    "serviceEndpointProjectReferences[0].projectReference": "x",
}  # fmt: skip


def changed(path: str, value: object) -> Json:
    """A connection in which one field is something else."""
    answer = federated(createdBy={"displayName": "Sam"}, data={"revertSchemeDeadline": "2026-06-02T12:00:00Z"})
    *way, last = path.replace("[0]", ".0").split(".")
    inner: t.Any = answer
    for step in way:
        inner = inner[int(step) if step == "0" else step]
    inner[0 if last == "0" else last] = value
    return answer


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize(("kind", "value"), ODD, ids=[kind for kind, _value in ODD])
def test_a_text_is_a_text(path: str, kind: str, value: object) -> None:
    answer = changed(path, value)
    assert connection(answer).unreadable == path
    with pytest.raises(UnreadableError, match="unreadable: " + re.escape(path)) as caught:
        ArmConnection.from_api(answer, PAYMENTS)
    assert caught.value.details["field"] == path
    json.dumps(connection(answer).to_result(NOW), ensure_ascii=False).encode()


@pytest.mark.parametrize("path", [*TEXTS, *OTHERS])
def test_null_is_as_good_as_left_out(path: str) -> None:
    lists = path.endswith("]")
    assert connection(changed(path, None)).unreadable == (path if lists else "")


@pytest.mark.parametrize("path", OTHERS)
def test_other_fields_have_their_kinds_too(path: str) -> None:
    assert connection(changed(path, OTHERS[path])).unreadable == path


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 10**5000, "\udc00", ["\ud800"], {"\ud800": 1}],
    ids=["nan", "inf", "long", "half", "list", "key"],
)
def test_what_nothing_can_write_down_makes_it_unreadable_wherever_it_stands(value: object) -> None:
    """The whole answer is sent back one day, and compared before."""
    assert connection(raw(somewhere={"inner": value})).unreadable.startswith("somewhere.inner")


def test_objects_in_objects_come_to_an_end() -> None:
    deep: t.Any = "x"
    for _level in range(400):
        deep = {"a": deep}
    assert connection(raw(whatever=deep)).unreadable.startswith("whatever.a.a")


@pytest.mark.parametrize("odd", [None, 7, "text", [], [raw()]])
def test_what_is_no_object_is_no_connection(odd: object) -> None:
    for read in (ArmConnection.from_api, ArmConnection.listed):
        with pytest.raises(UnreadableError):
            read(odd, PAYMENTS)


def test_no_revert_of_what_was_never_converted_or_has_a_secret() -> None:
    assert connection(federated()).revert_result(NOW) == NO_WAY_BACK
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
