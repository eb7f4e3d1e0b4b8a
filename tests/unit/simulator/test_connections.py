# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service connections: list, get, create, update, share and delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from simulator import Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
ENDPOINTS = "_apis/serviceendpoint/endpoints"


def draft(fleet: Fleet, name: str = "new", scheme: str = "ServicePrincipal", **more: Any) -> dict[str, Any]:
    """The body of a manual creation; `more` goes over it."""
    project = fleet.project("P")
    parameters = {"tenantid": fleet.tenant_id, "serviceprincipalid": "6a5a1f3c-0d5b-4f0e-8a51-3d8c5f7b2a10"}
    if scheme == "ServicePrincipal":
        parameters.update(authenticationType="spnKey", serviceprincipalkey="a-hidden-secret")
    return {
        "name": name,
        "type": "azurerm",
        "url": "https://management.azure.com/",
        "data": {
            "environment": "AzureCloud",
            "scopeLevel": "Subscription",
            "subscriptionId": "s",
            "creationMode": "Manual",
        },
        "authorization": {"scheme": scheme, "parameters": parameters},
        "serviceEndpointProjectReferences": [
            {"projectReference": {"id": project.id, "name": "P"}, "name": name, "description": "why"}
        ],
        **more,
    }


# -- list and get ------------------------------------------------------------------------------------------------------
def test_the_list_is_one_answer_without_paging(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    for number in range(300):
        fleet.connection(project, f"c{number}")
    answer = Rest(simulate(fleet)).get(f"P/{ENDPOINTS}")
    assert answer.json()["count"] == 300
    assert "x-ms-continuationtoken" not in answer.headers


def test_the_filters_of_the_list(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    one = fleet.connection(project, "one")
    two = fleet.connection(project, "two", scheme="WorkloadIdentityFederation", type="AzureRM")
    failed = fleet.connection(project, "failed", state="failed")
    fleet.connection(project, "git", type="github", scheme="Token", creation_mode=None, url="https://github.com")
    rest = Rest(simulate(fleet))

    def names(**params: Any) -> list[str]:
        return [item["name"] for item in rest.listed(project, **params)]

    assert names() == ["one", "two", "git"]
    assert names(type="azurerm") == ["one", "two"]
    assert names(authSchemes="serviceprincipal,Token") == ["one", "git"]
    assert names(endpointNames="TWO,git") == ["two", "git"]
    assert names(endpointIds=f"{one.id},{two.id},{failed.id}") == ["one", "two"]
    assert names(includeFailed="true", type="azurerm") == ["one", "two", "failed"]
    assert names(owner="library") == ["one", "two", "git"]


def test_a_shared_connection_has_a_name_of_its_own_in_every_project(simulate: Simulate) -> None:
    fleet = Fleet()
    owner, guest = fleet.project("Owner"), fleet.project("Guest")
    fleet.connection(owner, "hub", shared_with=[(guest, "hub from afar")])
    rest = Rest(simulate(fleet))
    here, there = rest.listed(owner)[0], rest.listed(guest)[0]
    assert (here["name"], there["name"]) == ("hub", "hub from afar")
    assert here["id"] == there["id"]
    assert here["isShared"]
    references = here["serviceEndpointProjectReferences"]
    assert [item["projectReference"]["name"] for item in references] == ["Owner", "Guest"]


def test_the_list_is_filtered_by_permission_without_a_word(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    reader = fleet.caller("Reader", pat="pat-of-the-reader", level="reader")
    nobody = fleet.caller("Nobody", pat="pat-of-nobody", level="none")
    simulator = simulate(fleet)
    assert len(Rest(simulator, reader).listed(project)) == 1
    assert Rest(simulator, reader).listed(project, actionFilter="manage") == []
    assert Rest(simulator, nobody).listed(project) == []
    partial = Rest(simulator, nobody).read(connection)
    assert (partial["id"], partial["type"], partial["data"]) == (connection.id, None, None)


@pytest.mark.parametrize(("knob", "status", "text"), [("null", 200, "null"), ("empty", 200, ""), ("404", 404, None)])
def test_a_missing_connection(simulate: Simulate, knob: str, status: int, text: str | None) -> None:
    fleet = Fleet()
    fleet.project("P")
    answer = Rest(simulate(fleet, missing_connection=knob)).get(f"P/{ENDPOINTS}/00000000-1111-2222-3333-444444444444")
    assert answer.status_code == status
    assert text is None or answer.text == text


def test_a_connection_of_another_project_is_missing(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    other = fleet.project("Q")
    assert Rest(simulate(fleet)).read(connection, other) is None


@pytest.mark.parametrize("mask", [None, ""])
def test_secrets_are_masked(simulate: Simulate, mask: str | None) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", secret="canary-in-the-mine")
    answer = Rest(simulate(fleet, secret_mask=mask)).get(f"P/{ENDPOINTS}/{connection.id}")
    assert answer.json()["authorization"]["parameters"]["serviceprincipalkey"] == mask
    assert "canary" not in answer.text


def test_newer_fields_only_come_with_newer_versions(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("P"), "c", service_management_reference="tree-1")
    simulator = simulate(fleet)
    new = Rest(simulator, version="7.2-preview.4").get(f"P/{ENDPOINTS}").json()["value"][0]
    old = Rest(simulator, version="7.0").get(f"P/{ENDPOINTS}").json()["value"][0]
    assert set(new) - set(old) == {
        "isDisabled",
        "isOutdated",
        "creationDate",
        "modificationDate",
        "modifiedBy",
        "serviceManagementReference",
    }


# -- create ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [ENDPOINTS, f"P/{ENDPOINTS}"])
def test_create_answers_200_and_hides_the_secret(simulate: Simulate, path: str) -> None:
    fleet = Fleet()
    answer = Rest(simulate(fleet)).send("POST", path, json=draft(fleet))
    body = answer.json()
    assert answer.status_code == 200
    assert body["isReady"]
    assert body["data"]["identityType"] == "AppRegistrationManual"
    assert "a-hidden-secret" not in answer.text
    assert fleet.world.connections[body["id"]].secrets == {"serviceprincipalkey": "a-hidden-secret"}


def test_create_needs_references_unless_the_path_has_a_project(simulate: Simulate) -> None:
    fleet = Fleet()
    body = draft(fleet)
    del body["serviceEndpointProjectReferences"]
    rest = Rest(simulate(fleet))
    assert rest.send("POST", ENDPOINTS, json=body).status_code == 400
    assert rest.send("POST", f"P/{ENDPOINTS}", json=body).json()["serviceEndpointProjectReferences"][0]["name"] == "new"


def test_a_second_one_of_that_name_is_a_500(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("P"), "NEW")
    answer = Rest(simulate(fleet)).send("POST", ENDPOINTS, json=draft(fleet))
    assert (answer.status_code, answer.json()["typeKey"]) == (500, "DuplicateServiceConnectionException")
    assert answer.json()["message"].startswith("Service connection with name new already exists.")


def test_create_needs_a_creator(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.project("P")
    caller = fleet.caller("Reader", pat="pat-of-the-reader", creator=False)
    answer = Rest(simulate(fleet), caller).send("POST", ENDPOINTS, json=draft(fleet))
    assert answer.status_code == 403
    assert "You need to be a Creator" in answer.json()["message"]


@pytest.mark.parametrize("value", [True, 7, {"a": "b"}])
def test_every_value_of_data_is_a_string(simulate: Simulate, value: object) -> None:
    fleet = Fleet()
    body = draft(fleet)
    body["data"]["isDraft"] = value
    answer = Rest(simulate(fleet)).send("POST", ENDPOINTS, json=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"count", "value"}


@pytest.mark.parametrize(
    ("issuer", "start", "subject"),
    [
        ("entra", "https://login.microsoftonline.com/", "/eid1/c/pub/t/"),
        ("azure_devops", "https://vstoken.dev.azure.com/", "sc://contoso/P/new"),
    ],
)
def test_a_federated_creation_gets_issuer_and_subject(
    simulate: Simulate, issuer: str, start: str, subject: str
) -> None:
    fleet = Fleet()
    body = draft(fleet, scheme="WorkloadIdentityFederation")
    body["authorization"]["parameters"]["workloadIdentityFederationSubject"] = "sc://not/mine/to-say"
    made = Rest(simulate(fleet, issuer=issuer)).send("POST", ENDPOINTS, json=body).json()
    parameters = made["authorization"]["parameters"]
    assert parameters["workloadIdentityFederationIssuer"].startswith(start)
    assert parameters["workloadIdentityFederationSubject"].startswith(subject)
    if issuer == "entra":
        assert parameters["workloadIdentityFederationIssuerType"] == "EntraID"
        assert parameters["workloadIdentityFederationSubject"].endswith(f"/sc/{fleet.organization_id}/{made['id']}")


def test_an_automatic_creation_takes_a_while(simulate: Simulate) -> None:
    fleet = Fleet()
    body = draft(fleet)
    body["data"]["creationMode"] = "Automatic"
    body["authorization"]["parameters"].update(serviceprincipalid="", serviceprincipalkey="")
    rest = Rest(simulate(fleet, creation_polls=1))
    made = rest.send("POST", ENDPOINTS, json=body).json()
    assert (made["isReady"], made["operationStatus"]["state"]) == (False, "InProgress")
    path = f"P/{ENDPOINTS}/{made['id']}"
    assert rest.get(path).json()["operationStatus"]["state"] == "InProgress"
    done = rest.get(path).json()
    assert (done["isReady"], done["operationStatus"]["state"]) == (True, "Ready")
    assert done["data"]["spnObjectId"]
    assert fleet.world.directory.application(done["authorization"]["parameters"]["serviceprincipalid"])


def test_an_automatic_creation_by_a_service_principal_fails(simulate: Simulate) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("robot")
    body = draft(fleet)
    body["data"]["creationMode"] = "Automatic"
    rest = Rest(simulate(fleet, creation_polls=0), robot)
    made = rest.send("POST", ENDPOINTS, json=body).json()
    assert (made["isReady"], made["operationStatus"]["state"]) == (False, "Failed")


def test_no_federation_on_servers(simulate: Simulate) -> None:
    fleet = Fleet()
    simulator = simulate(fleet, profile="server_2022")
    answer = Rest(simulator).send("POST", ENDPOINTS, json=draft(fleet, scheme="WorkloadIdentityFederation"))
    assert "Unable to find service connection type 'azurerm'" in answer.json()["message"]


# -- update ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sent", "wipes", "kept"), [(None, False, True), ("", False, True), ("null", False, True), ("", True, False)]
)
def test_a_masked_secret_is_kept(simulate: Simulate, sent: str | None, wipes: bool, kept: bool) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", secret="the-old-secret")
    rest = Rest(simulate(fleet, empty_secret_wipes=wipes))
    body = rest.read(connection)
    body["authorization"]["parameters"]["serviceprincipalkey"] = sent
    body["isDisabled"] = True
    assert rest.send("PUT", rest.path_of(connection), json=body).json()["isDisabled"]
    assert (connection.secrets.get("serviceprincipalkey") == "the-old-secret") is kept


def test_a_put_replaces(simulate: Simulate) -> None:
    fleet = Fleet()
    guest = fleet.project("Guest")
    connection = fleet.connection(fleet.project("P"), "c", shared_with=[guest], data={"extra": "1"})
    rest = Rest(simulate(fleet))
    body = rest.read(connection)
    del body["data"]["extra"]
    body["serviceEndpointProjectReferences"] = body["serviceEndpointProjectReferences"][:1]
    body["authorization"]["parameters"]["serviceprincipalkey"] = "the-new-secret"
    body["description"] = "changed"
    rest.send("PUT", f"{ENDPOINTS}/{connection.id}", json=body)
    assert "extra" not in connection.data
    assert [item.project.name for item in connection.references] == ["P"]
    assert connection.secrets["serviceprincipalkey"] == "the-new-secret"
    assert rest.read(connection, guest) is None


def test_a_put_renames(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    rest = Rest(simulate(fleet))
    body = rest.read(connection) | {"name": "d"}
    rest.send("PUT", rest.path_of(connection), json=body)
    assert connection.name == "d"


def test_a_put_does_not_change_the_scheme(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    rest = Rest(simulate(fleet))
    body = rest.read(connection)
    body["authorization"]["scheme"] = "WorkloadIdentityFederation"
    assert rest.send("PUT", rest.path_of(connection), json=body).status_code == 400
    assert connection.scheme == "ServicePrincipal"


def test_the_subscription_name_of_an_automatic_connection_gives_an_internal_error(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    rest = Rest(simulate(fleet))
    body = rest.read(connection)
    body["data"]["subscriptionName"] = "another"
    answer = rest.send("PUT", rest.path_of(connection), json=body)
    assert answer.status_code == 500
    assert answer.json()["message"].startswith("TF400898: An Internal Error Occurred. Activity Id:")


def test_bulk_update(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    both = [fleet.connection(project, name) for name in ("a", "b")]
    rest = Rest(simulate(fleet))
    bodies = [rest.read(item) | {"isDisabled": True} for item in both]
    answer = rest.send("PUT", ENDPOINTS, json=bodies).json()
    assert answer["count"] == 2
    assert all(item.disabled for item in both)


def test_only_administrators_write(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    user = fleet.caller("User", pat="pat-of-a-mere-user", level="user")
    rest = Rest(simulate(fleet), user)
    body = rest.read(connection)
    assert rest.send("PUT", rest.path_of(connection), json=body).status_code == 403
    path = f"{ENDPOINTS}/{connection.id}"
    assert rest.send("DELETE", path, params={"projectIds": connection.owning.project.id}).status_code == 403
    assert rest.send("PATCH", path, json=[]).status_code == 403


# -- share and delete --------------------------------------------------------------------------------------------------
def test_sharing_adds_and_cannot_rename(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    guest = fleet.project("Guest")
    rest = Rest(simulate(fleet))
    path = f"{ENDPOINTS}/{connection.id}"
    reference = {"projectReference": {"id": guest.id, "name": "Guest"}, "name": "c there"}
    answer = rest.send("PATCH", path, json=[reference])
    assert (answer.status_code, answer.content) == (204, b"")
    assert [item.name for item in connection.references] == ["c", "c there"]
    again = rest.send("PATCH", path, json=[reference | {"name": "other"}])
    assert (again.status_code, again.json()["message"][:8]) == (500, "TF400898")


def test_the_connection_goes_with_its_last_project(simulate: Simulate) -> None:
    fleet = Fleet()
    guest = fleet.project("Guest")
    connection = fleet.connection(fleet.project("P"), "c", shared_with=[guest])
    simulator = simulate(fleet)
    rest = Rest(simulator)
    path = f"{ENDPOINTS}/{connection.id}"
    assert rest.send("DELETE", path, params={"projectIds": guest.id}).status_code == 204
    assert simulator.connection(connection.id) is connection
    rest.send("DELETE", path, params={"projectIds": connection.owning.project.id})
    assert simulator.connection(connection.id) is None


def test_a_deletion_may_take_a_while_or_fail(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    slow, stuck = fleet.connection(project, "slow"), fleet.connection(project, "stuck")
    simulator = simulate(fleet, deletion_polls=1)
    rest = Rest(simulator)
    rest.send("DELETE", f"{ENDPOINTS}/{slow.id}", params={"projectIds": project.id})
    assert rest.read(slow)["operationStatus"]["state"] == "InProgress"
    assert rest.read(slow) is None
    simulator.knob(deletion_polls=0, deletion_failure="Insufficient privileges")
    rest.send("DELETE", f"{ENDPOINTS}/{stuck.id}", params={"projectIds": project.id, "deep": "true"})
    assert rest.read(stuck)["operationStatus"] == {"state": "Failed", "statusMessage": "Insufficient privileges"}


def test_deep_deletion_takes_the_application_along(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c", created=timedelta(days=1))
    params = {"projectIds": project.id, "deep": "true"}
    Rest(simulate(fleet)).send("DELETE", f"{ENDPOINTS}/{connection.id}", params=params)
    assert fleet.world.directory.application(connection.parameter("serviceprincipalid")) is None
