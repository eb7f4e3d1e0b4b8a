# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that Azure DevOps made: with whose rights they are made and saved, what a PUT keeps, and work that goes on by time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import Connection, Fleet, Simulator
from simulator.rest import Rest

from .test_connections import ENDPOINTS, draft

Simulate = Callable[..., Simulator]
WIF = "WorkloadIdentityFederation"
GROUP = "/subscriptions/s/resourcegroups/rg-terraform"


def automatic(fleet: Fleet, scheme: str = "ServicePrincipal", **parameters: str) -> dict[str, Any]:
    """The body of an automatic creation."""
    body = draft(fleet, scheme=scheme)
    body["data"]["creationMode"] = "Automatic"
    secret = {"serviceprincipalkey": "", "authenticationType": "spnKey"} if scheme == "ServicePrincipal" else {}
    body["authorization"]["parameters"] = {
        "tenantid": fleet.tenant_id,
        "serviceprincipalid": "",
        **secret,
        **parameters,
    }
    return body


def state(rest: Rest, connection: Connection) -> tuple[bool, str, str]:
    found = rest.read(connection)
    return found["isReady"], found["operationStatus"]["state"], found["operationStatus"]["statusMessage"]


# -- time --------------------------------------------------------------------------------------------------------------
def test_to_ask_often_makes_nothing_faster(simulate: Simulate) -> None:
    fleet = Fleet()
    simulator = simulate(fleet, creation_ms=3_600_000.0)
    rest = Rest(simulator)
    made = rest.send("POST", ENDPOINTS, json=automatic(fleet)).json()
    connection = fleet.world.connections[made["id"]]
    assert {state(rest, connection)[1] for _time in range(30)} == {"InProgress"}
    simulator.advance(hours=1)
    assert state(rest, connection) == (True, "Ready", "")


@pytest.mark.parametrize("knob", ["conversion_ms", "deletion_ms", "update_ms"])
def test_all_work_in_the_background_has_its_time(simulate: Simulate, knob: str) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    simulator = simulate(fleet, **{knob: 60_000.0})
    rest = Rest(simulator)
    path = rest.path_of(connection)
    if knob == "conversion_ms":
        assert rest.convert(connection).status_code == 200
    elif knob == "update_ms":
        assert rest.send("PUT", rest.path_of(connection), json=rest.read(connection)).status_code == 200
    else:
        rest.send("DELETE", f"{ENDPOINTS}/{connection.id}", params={"projectIds": connection.owning.project.id})
    assert {state(rest, connection)[1] for _time in range(10)} == {"InProgress"}
    simulator.advance(minutes=1)
    stored = simulator.connection(connection.id)
    assert stored is None if knob == "deletion_ms" else stored is not None and stored.ready
    after = rest.get(path).json()
    assert after is None if knob == "deletion_ms" else after["operationStatus"]["state"] == "Ready"


# -- creation ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rights", "words"),
    [
        ({"graph_rights": "none"}, "Failed to create an app in Microsoft Entra ID"),
        ({"azure_rights": "contributor"}, "Ensure that the user has 'Owner' or 'User Access Administrator'"),
        ({"azure_rights": "reader"}, "Ensure that the user has 'Owner' or 'User Access Administrator'"),
        ({"azure_rights": "user_access_administrator"}, ""),
        ({"graph_rights": "default"}, ""),
    ],
)
def test_a_creation_acts_with_the_rights_of_the_caller(simulate: Simulate, rights: dict[str, Any], words: str) -> None:
    fleet = Fleet()
    caller = fleet.caller("Ann Other", pat="pat-of-ann", **rights)
    rest = Rest(simulate(fleet, creation_polls=0), caller)
    made = rest.send("POST", ENDPOINTS, json=automatic(fleet)).json()
    assert made["operationStatus"]["state"] == ("Failed" if words else "Ready")
    assert words in made["operationStatus"]["statusMessage"]


def test_where_people_may_not_register_applications_none_is_made_for_them(simulate: Simulate) -> None:
    fleet = Fleet()
    caller = fleet.caller("Ann Other", pat="pat-of-ann", graph_rights="default")
    rest = Rest(simulate(fleet, creation_polls=0, users_may_register=False), caller)
    made = rest.send("POST", ENDPOINTS, json=automatic(fleet)).json()
    assert "Failed to create an app in Microsoft Entra ID" in made["operationStatus"]["statusMessage"]


@pytest.mark.parametrize("reads", [False, True])
def test_the_role_is_assigned_where_the_scope_says(simulate: Simulate, reads: bool) -> None:
    fleet = Fleet()
    rest = Rest(simulate(fleet, creation_polls=0, group_role_reads=reads))
    made = rest.send("POST", ENDPOINTS, json=automatic(fleet, WIF, scope=GROUP)).json()
    assert "resourceGroupName" not in made["data"]
    assert {item.scope for item in fleet.world.directory.assignments.values()} == {GROUP}
    test = {"dataSourceDetails": {"dataSourceName": "TestConnection"}}
    proxy = "P/_apis/serviceendpoint/endpointproxy"
    answer = rest.send("POST", proxy, params={"endpointId": made["id"]}, json=test).json()
    assert answer["statusCode"] == ("ok" if reads else "forbidden"), answer


def test_a_fleet_stores_the_resource_group_as_terraform_does() -> None:
    fleet = Fleet()
    connection = fleet.connection(
        fleet.project("P"), "c", resource_group="rg-one", resource_group_in="scope", subscription_id="s"
    )
    assert connection.parameters["scope"] == "/subscriptions/s/resourcegroups/rg-one"
    assert "resourceGroupName" not in connection.data
    assert {item.scope for item in fleet.world.directory.assignments.values()} == {connection.parameters["scope"]}


# -- update ------------------------------------------------------------------------------------------------------------
def test_a_put_runs_in_the_background_and_renews_the_secret(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", secret="the-old-secret")
    rest = Rest(simulate(fleet, update_polls=1))
    body = rest.read(connection) | {"description": "changed"}
    answer = rest.send("PUT", rest.path_of(connection), json=body).json()
    assert (answer["isReady"], answer["operationStatus"]["state"]) == (False, "InProgress")
    assert [state(rest, connection)[1] for _time in range(2)] == ["InProgress", "Ready"]
    assert connection.secrets["serviceprincipalkey"] != "the-old-secret"
    application = fleet.application(connection.parameter("serviceprincipalid"))
    assert connection.secrets["serviceprincipalkey"] in [item.secret for item in application.passwords]


@pytest.mark.parametrize(
    ("rights", "identity"),
    [
        ({"graph_rights": "none"}, False),
        ({"graph_rights": "default"}, False),
        ({"graph_rights": "owned"}, False),
        ({"azure_rights": "reader"}, True),
    ],
)
def test_a_put_needs_rights_on_the_identity(simulate: Simulate, rights: dict[str, Any], identity: bool) -> None:
    fleet = Fleet()
    client = fleet.managed_identity("id-one").client_id if identity else None
    connection = fleet.connection(fleet.project("P"), "c", scheme=WIF, client_id=client)
    caller = fleet.caller("Ann Other", pat="pat-of-ann", **rights)
    simulator = simulate(fleet, update_polls=0)
    rest = Rest(simulator, caller)
    assert rest.send("PUT", rest.path_of(connection), json=rest.read(connection)).status_code == 200
    ready, now, words = state(rest, connection)
    assert (ready, now) == (False, "Failed")
    assert "Insufficient privileges" in words
    simulator.knob(automatic_update="recorded")
    rest.send("PUT", rest.path_of(connection), json=rest.read(connection))
    owner = Rest(simulator)
    simulator.knob(automatic_update="background")
    owner.send("PUT", owner.path_of(connection), json=owner.read(connection))
    assert state(owner, connection) == (True, "Ready", "")


def test_an_owner_of_the_application_is_enough(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    caller = fleet.caller("Ann Other", pat="pat-of-ann", graph_rights="default")
    fleet.application(connection.parameter("serviceprincipalid")).owners.add(caller.object_id)
    rest = Rest(simulate(fleet, update_polls=0), caller)
    rest.send("PUT", rest.path_of(connection), json=rest.read(connection))
    assert state(rest, connection) == (True, "Ready", "")


def test_a_manual_connection_is_only_written(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", creation_mode="Manual")
    caller = fleet.caller("Ann Other", pat="pat-of-ann", graph_rights="none", azure_rights="none")
    rest = Rest(simulate(fleet), caller)
    answer = rest.send("PUT", rest.path_of(connection), json=rest.read(connection)).json()
    assert (answer["isReady"], answer["operationStatus"]["state"]) == (True, "Ready")


def five_keys(connection: Connection) -> dict[str, Any]:
    """What Terraform's provider sends for an automatic connection."""
    keys = ("creationMode", "environment", "scopeLevel", "subscriptionId", "subscriptionName")
    parameters = {"tenantid": connection.parameter("tenantid"), "serviceprincipalid": "", "serviceprincipalkey": ""}
    return {
        "name": connection.name,
        "type": "azurerm",
        "data": {key: connection.data[key] for key in keys},
        "authorization": {"scheme": connection.scheme, "parameters": parameters},
    }


@pytest.mark.parametrize("blanks", ["kept", "replaced"])
def test_what_is_sent_empty_or_left_out_stays(simulate: Simulate, blanks: str) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    client, before = connection.parameter("serviceprincipalid"), dict(connection.data)
    rest = Rest(simulate(fleet, automatic_blanks=blanks, automatic_update="recorded"))
    assert rest.send("PUT", rest.path_of(connection), json=five_keys(connection)).status_code == 200
    assert (connection.parameter("serviceprincipalid") == client) is (blanks == "kept")
    assert (connection.data == before) is (blanks == "kept")
    assert "serviceprincipalkey" in connection.secrets


@pytest.mark.parametrize(
    ("where", "key", "value", "status"),
    [
        ("parameters", "serviceprincipalid", "00000000-0000-0000-0000-000000000007", 400),
        ("parameters", "servicePrincipalId", "00000000-0000-0000-0000-000000000007", 400),
        ("parameters", "tenantid", "00000000-0000-0000-0000-000000000007", 400),
        ("data", "creationMode", "Manual", 400),
        ("data", "subscriptionId", "00000000-0000-0000-0000-000000000007", 500),
        ("data", "scopeLevel", "ManagementGroup", 500),
        ("data", "environment", "AzureChinaCloud", 500),
    ],
)
def test_what_no_put_changes(simulate: Simulate, where: str, key: str, value: str, status: int) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    rest = Rest(simulate(fleet))
    body = rest.read(connection)
    place = body["data"] if where == "data" else body["authorization"]["parameters"]
    if where == "parameters":
        del place[key.lower()]
    place[key] = value
    answer = rest.send("PUT", rest.path_of(connection), json=body)
    assert answer.status_code == status
    assert status == 400 or answer.json()["message"].startswith("TF400898")
    assert connection.pending is None


def test_a_manual_connection_becomes_no_automatic_one(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", creation_mode="Manual")
    rest = Rest(simulate(fleet))
    body = rest.read(connection)
    body["data"]["creationMode"] = "Automatic"
    assert rest.send("PUT", rest.path_of(connection), json=body).status_code == 400
    body["data"]["creationMode"] = "Manual"
    body["authorization"]["parameters"]["serviceprincipalid"] = "00000000-0000-0000-0000-000000000007"
    assert rest.send("PUT", rest.path_of(connection), json=body).status_code == 200
    assert connection.parameter("serviceprincipalid").endswith("7")
