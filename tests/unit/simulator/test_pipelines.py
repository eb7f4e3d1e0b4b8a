# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pipeline permissions, execution history and the list of types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator import Connection, Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
PERMISSIONS = "P/_apis/pipelines/pipelinePermissions"


def preview(simulator: Simulator) -> Rest:
    return Rest(simulator, version="7.1-preview.1")


def test_permissions_start_empty_and_add_up(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    rest = preview(simulate(fleet))
    path = f"{PERMISSIONS}/endpoint/{connection.id}"
    start = rest.get(path).json()
    assert start == {"resource": {"type": "endpoint", "id": connection.id, "name": "c"}, "pipelines": []}
    rest.send("PATCH", path, json={"pipelines": [{"id": 12, "authorized": True}]})
    both = rest.send("PATCH", path, json={"pipelines": [{"id": 7, "authorized": True}]}).json()
    assert [item["id"] for item in both["pipelines"]] == [7, 12]
    less = rest.send(
        "PATCH", path, json={"pipelines": [{"id": 7, "authorized": False}], "allPipelines": {"authorized": True}}
    ).json()
    assert [item["id"] for item in less["pipelines"]] == [12]
    assert less["allPipelines"]["authorized"]
    assert less["allPipelines"]["authorizedBy"]["displayName"] == "Sam Operator"


def test_permissions_of_many_and_the_older_route(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    both = [fleet.connection(project, name) for name in "ab"]
    rest = preview(simulate(fleet))
    body = [
        {"resource": {"type": "endpoint", "id": item.id}, "pipelines": [{"id": 1, "authorized": True}]} for item in both
    ]
    assert rest.send("PATCH", PERMISSIONS, json=body).json()["count"] == 2
    legacy = [{"type": "endpoint", "id": both[0].id, "authorized": True}]
    rest.send("PATCH", "P/_apis/build/authorizedresources", json=legacy)
    assert both[0].permissions[project.id].all_pipelines is not None


def test_a_new_connection_is_invisible_to_permissions_for_some_calls(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    simulator = simulate(fleet, permission_delay_calls=2)
    body: dict[str, Any] = {
        "name": "c",
        "type": "azurerm",
        "data": {"creationMode": "Manual"},
        "authorization": {"scheme": "ServicePrincipal", "parameters": {}},
        "serviceEndpointProjectReferences": [{"projectReference": {"id": project.id}, "name": "c"}],
    }
    made = Rest(simulator).send("POST", "_apis/serviceendpoint/endpoints", json=body).json()
    path = f"{PERMISSIONS}/endpoint/{made['id']}"
    assert [preview(simulator).get(path).status_code for _time in range(3)] == [404, 404, 200]


def test_the_preview_flag_is_needed(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    answer = Rest(simulate(fleet)).get(f"{PERMISSIONS}/endpoint/{connection.id}")
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "VssInvalidPreviewVersionException")


def test_history_comes_newest_first_in_pages(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", last_used=timedelta(hours=1), runs=120)
    rest = Rest(simulate(fleet))
    path = f"P/_apis/serviceendpoint/{connection.id}/executionhistory"
    starts: list[str] = []
    sizes, token = [], None
    while True:
        answer = rest.get(path, continuationToken=token)
        page = answer.json()["value"]
        sizes.append(len(page))
        starts += [item["data"]["startTime"] for item in page]
        token = answer.headers.get("x-ms-continuationtoken")
        if token is None:
            break
    assert sizes == [50, 50, 20]
    assert starts == sorted(starts, reverse=True)
    assert len(starts[0].partition(".")[2]) == 8
    assert len(rest.get(path, top=3).json()["value"]) == 3


def test_a_running_pipeline_has_no_end(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    connection.history[project.id] = fleet.executions(timedelta(0), running=True)
    body = Rest(simulate(fleet)).get(f"P/_apis/serviceendpoint/{connection.id}/executionhistory").json()
    assert not {"finishTime", "result"} & set(body["value"][0]["data"])


def executions(simulator: Simulator, connection: Connection) -> list[dict[str, Any]]:
    body = Rest(simulator).get(f"P/_apis/serviceendpoint/{connection.id}/executionhistory").json()
    return [item["data"] for item in body["value"]]


def test_a_fleet_makes_running_executions(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", running=True, runs=2)
    newest, older = executions(simulate(fleet), connection)
    assert not {"finishTime", "result"} & set(newest)
    assert {"finishTime", "result"} <= set(older)
    assert newest["startTime"].startswith((fleet.now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S"))
    assert [item["definition"]["name"] for item in (newest, older)] == ["deploy-infrastructure"] * 2


def test_the_pipeline_and_the_age_of_a_running_execution(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(
        fleet.project("P"), "c", running=True, last_used=timedelta(hours=3), definition=(77, "nightly")
    )
    (run,) = executions(simulate(fleet), connection)
    assert (run["definition"]["id"], run["definition"]["name"]) == (77, "nightly")
    assert "definitionId=77" in run["definition"]["_links"]["web"]["href"]
    assert run["startTime"].startswith((fleet.now - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S"))
    assert "result" not in run


def test_types(simulate: Simulate) -> None:
    rest = Rest(simulate(), version="7.1-preview.1")
    kind = rest.get("_apis/serviceendpoint/types", type="azurerm").json()["value"][0]
    schemes = [item["scheme"] for item in kind["authenticationSchemes"]]
    assert schemes == ["ServicePrincipal", "WorkloadIdentityFederation", "ManagedServiceIdentity", "PublishProfile"]
    assert kind["dataSources"][0]["name"] == "TestConnection"
    server = Rest(simulate(profile="server_2022"), version="7.1-preview.1")
    kind = server.get("_apis/serviceendpoint/types", type="azurerm").json()["value"][0]
    assert len(kind["authenticationSchemes"]) == 3
