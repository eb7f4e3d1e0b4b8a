# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security roles of a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import Caller, Connection, Fleet, Project, Simulator, is_write
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
BASE = "_apis/securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources"


def send(
    simulator: Simulator, method: str, connection: Connection, *, project: Project | None = None, **more: Any
) -> requests.Response:
    rest = Rest(simulator, more.pop("caller", "user"), version="7.1-preview.1")
    return rest.send(method, f"{BASE}/{(project or connection.owning.project).id}_{connection.id}", **more)


def listed(simulator: Simulator, connection: Connection, project: Project | None = None) -> list[tuple[str, str, str]]:
    body = send(simulator, "GET", connection, project=project).json()
    assert body["count"] == len(body["value"])
    return [(item["identity"]["displayName"], item["role"]["name"], item["access"]) for item in body["value"]]


def one() -> tuple[Fleet, Connection, Caller]:
    fleet = Fleet()
    return fleet, fleet.connection(fleet.project("P"), "c"), fleet.caller("Ann Other")


def test_the_creator_is_administrator_and_others_follow(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    team = fleet.caller("Team")
    fleet.role(connection, ann, "User")
    fleet.role(connection, team, "Reader", inherited=True)
    assert listed(simulate(fleet), connection) == [
        ("Sam Operator", "Administrator", "assigned"),
        ("Ann Other", "User", "assigned"),
        ("Team", "Reader", "inherited"),
    ]


def test_the_shape_of_an_assignment(simulate: Simulate) -> None:
    fleet, connection, _ann = one()
    item = send(simulate(fleet), "GET", connection).json()["value"][0]
    assert item == {
        "identity": {
            "id": fleet.user.id,
            "displayName": "Sam Operator",
            "uniqueName": "sam.operator@contoso.example",
        },
        "role": {
            "displayName": "Administrator",
            "name": "Administrator",
            "identifier": "distributedtask.serviceendpointrole.Administrator",
            "description": "",
            "scope": "distributedtask.serviceendpointrole",
        },
        "access": "assigned",
        "accessDisplayName": "Assigned",
    }


def test_who_creates_through_the_api_is_administrator(simulate: Simulate) -> None:
    fleet = Fleet()
    project, ann = fleet.project("P"), fleet.caller("Ann Other", pat="pat-of-ann")
    simulator = simulate(fleet)
    body: dict[str, Any] = {
        "name": "c",
        "type": "azurerm",
        "data": {"creationMode": "Manual"},
        "authorization": {"scheme": "ServicePrincipal", "parameters": {}},
        "serviceEndpointProjectReferences": [{"projectReference": {"id": project.id}, "name": "c"}],
    }
    made = Rest(simulator, ann).send("POST", "_apis/serviceendpoint/endpoints", json=body).json()
    connection = simulator.connection(made["id"])
    assert connection is not None
    assert listed(simulator, connection) == [("Ann Other", "Administrator", "assigned")]


def test_a_put_adds_and_replaces_by_user(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    simulator = simulate(fleet)
    for role in ("reader", "User"):
        answer = send(simulator, "PUT", connection, json=[{"roleName": role, "userId": ann.id}])
        assert answer.status_code == 200
        assert [item["role"]["name"] for item in answer.json()["value"]] == [role.capitalize()]
    assert listed(simulator, connection) == [
        ("Sam Operator", "Administrator", "assigned"),
        ("Ann Other", "User", "assigned"),
    ]
    assert [item.method for item in simulator.writes] == ["PUT", "PUT"]


def test_roles_are_those_of_one_project(simulate: Simulate) -> None:
    fleet = Fleet()
    guest, ann = fleet.project("Guest"), fleet.caller("Ann Other")
    connection = fleet.connection(fleet.project("P"), "c", shared_with=[guest])
    fleet.role(connection, ann, "User", project=guest)
    simulator = simulate(fleet)
    assert [name for name, _role, _access in listed(simulator, connection)] == ["Sam Operator"]
    assert [name for name, _role, _access in listed(simulator, connection, guest)] == ["Sam Operator", "Ann Other"]


@pytest.mark.parametrize(
    ("level", "read", "write"),
    [("administrator", 200, 200), ("user", 200, 403), ("reader", 403, 403), ("none", 403, 403)],
)
def test_who_may_read_and_write_them(simulate: Simulate, level: Any, read: int, write: int) -> None:
    fleet, connection, ann = one()
    caller = fleet.caller("Somebody", pat="pat-of-somebody", level=level)
    simulator = simulate(fleet)
    assert send(simulator, "GET", connection, caller=caller).status_code == read
    body = [{"roleName": "Reader", "userId": ann.id}]
    assert send(simulator, "PUT", connection, caller=caller, json=body).status_code == write
    assert (len(listed(simulator, connection)) == 2) is (write == 200)


@pytest.mark.parametrize("wrong", [{"roleName": "King"}, {"userId": "nobody"}, {"roleName": None}])
def test_a_wrong_one_among_right_ones_changes_nothing(simulate: Simulate, wrong: dict[str, Any]) -> None:
    fleet, connection, ann = one()
    simulator = simulate(fleet)
    right = {"roleName": "User", "userId": ann.id}
    answer = send(simulator, "PUT", connection, json=[right, {**right, **wrong}])
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "ArgumentException")
    assert len(listed(simulator, connection)) == 1


def test_unknown_resources_are_not_found(simulate: Simulate) -> None:
    fleet, connection, _ann = one()
    other = fleet.project("Other")
    simulator = simulate(fleet)
    assert send(simulator, "GET", connection, project=other).status_code == 404
    rest = Rest(simulator, version="7.1-preview.1")
    assert rest.get(f"{BASE}/{other.id}").status_code == 404
    assert rest.get(f"{BASE.replace('serviceendpointrole', 'project')}/{other.id}_{connection.id}").status_code == 404


def test_a_role_that_is_none() -> None:
    fleet, connection, ann = one()
    with pytest.raises(ValueError, match="a role is one of Administrator, User, Reader"):
        fleet.role(connection, ann, "King")  # type: ignore[arg-type]


def test_setting_roles_is_a_write() -> None:
    assert is_write("PUT", f"/o/{BASE}/p_c")
    assert is_write("PATCH", f"/o/{BASE}/p_c")
    assert is_write("DELETE", f"/o/{BASE}/p_c/i")
    assert not is_write("GET", f"/o/{BASE}/p_c")
