# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_info tells connections as code: played back they change nothing, and what cannot be told says why."""

from __future__ import annotations

import typing as t

import pytest

from simulator import Fleet, Simulator, demo_fleet
from unit.plugins._helpers.tasks import Row, Task, info, manage

Simulate = t.Callable[..., Simulator]
MANUAL: dict[str, t.Any] = {"creation_mode": "Manual"}
# Of the demo fleet, what cannot be told as code; everything else can be created anew, too.
NOT_CODE = {"being-created", "no-permission", "creation-failed"}


def coded(simulator: Simulator, **options: t.Any) -> Task:
    return info(simulator, **{"include": ["as_code"], **options})


def reasons(task: Task) -> dict[str, str | None]:
    return {row["name"]: row["as_code_reason"] for row in task.rows}


def test_the_demo_fleet_played_back_changes_nothing(simulate: Simulate) -> None:
    simulator = simulate(demo_fleet())
    task = coded(simulator)
    assert {row["name"] for row in task.rows if row["as_code"] is None} == NOT_CODE
    assert all(reasons(task)[name] for name in NOT_CODE)
    assert not [row["name"] for row in task.rows if row["as_code_only_adopts"]]
    for row in task.rows:
        if row["as_code"]:
            played = manage(simulator, **row["as_code"])
            assert (played.failed, played.result["changed"], played.runtime.warnings) == (False, False, []), row["name"]
    assert simulator.writes == []


def test_it_costs_a_request_for_each_connection_and_project_beside_the_lists(simulate: Simulate) -> None:
    """Who is asking, the projects, eight lists; 61 connections, of which three are shared with four projects. What is no code anyway is not asked about.

    Each has pipelines and roles of its own in each project; checks and the names of pipelines are read for a project at once.
    """
    simulator = simulate(demo_fleet())
    coded(simulator)
    assert len(simulator.requests) == 1 + 1 + 8 + 2 * (61 + 4) + 8 + 7
    simulator.forget()
    task = coded(simulator, include=["as_code", "permissions"])
    # The three that are no code have permissions, too.
    assert len(simulator.requests) == 1 + 1 + 8 + 2 * (61 + 4) + 3 + 8 + 7
    assert "permissions" in task.rows[0]
    assert "permissions" not in coded(simulator).rows[0]


def test_without_it_nothing_of_it_is_there(simulate: Simulate) -> None:
    task = info(simulate(demo_fleet()), projects=["Payments"])
    assert not [key for row in task.rows for key in row if key.startswith("as_code")]


def test_the_reference_that_only_the_newest_model_knows(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure", service_management_reference="crm-7")
    (row,) = coded(simulate(fleet)).rows
    assert row["as_code"]["service_management_reference"] == "crm-7"


def shared_fleet() -> Fleet:
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "hub", shared_with=[(shop, "hub of payments")], pipelines=(7,))
    fleet.connection(shop, "own")
    return fleet


def test_a_shared_one_is_told_from_its_owning_project_only(simulate: Simulate) -> None:
    simulator = simulate(shared_fleet())
    told = coded(simulator).by_name["hub"]["as_code"]
    assert [place["name"] for place in told["shared_with"]] == ["hub of payments"]
    found = reasons(coded(simulator, projects=["Web Shop"]))
    assert found == {
        "hub": "It belongs to the project 'Payments', which was not read, and is exported from there.",
        "own": None,
    }


def test_a_name_by_which_a_task_would_not_find_it(simulate: Simulate) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    twin = "dddddddd-0000-4000-8000-00000000000"
    for number in (1, 2):
        fleet.connection(payments, "twin", identifier=f"{twin}{number}")
    fleet.connection(payments, " blank ")
    fleet.connection(payments, "None")
    fleet.connection(payments, "good")
    found = reasons(coded(simulate(fleet)))
    assert found["twin"] == "Another connection of the project has its name, and a task finds it by that."
    assert found[" blank "] == "Its name begins or ends with a blank, and Azure DevOps does not find it by that."
    assert str(found["None"]).startswith("The module would refuse its description: name is 'None'")
    assert found["good"] is None


def test_only_a_part_of_it_is_visible(simulate: Simulate) -> None:
    simulator = simulate(shared_fleet())
    trimmed = {"id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "azure", "type": "azurerm"}
    simulator.fault(method="GET", path="serviceendpoint/endpoints", status=200, body={"value": [trimmed]}, times=0)
    for row in coded(simulator).rows:
        assert row["as_code"] is None
        assert row["as_code_reason"].startswith(
            "Only a part of it is visible to this caller, or can be understood: data"
        )


def unreadable_permissions(simulator: Simulator, project: str) -> None:
    project_id = next(item.id for item in simulator.world.projects.values() if item.name == project)
    path = f"/{project_id}/_apis/pipelines/pipelinepermissions"
    simulator.fault(method="GET", path=path, status=403, body={"message": "TF401027: You need a right."}, times=0)


def test_permissions_that_could_not_be_read_are_a_gap(simulate: Simulate) -> None:
    """Without them it would be told as a connection that no pipeline may use."""
    simulator = simulate(shared_fleet())
    unreadable_permissions(simulator, "Web Shop")
    task = coded(simulator)
    assert {row["name"] for row in task.rows if row["as_code"] is None} == {"hub", "own"}
    assert reasons(task)["hub"] == "Which pipelines may use it could not be read in Web Shop."
    assert not task.coverage["complete"]
    assert [(item["project"], item["lacks"]) for item in task.coverage["partial"]] == [
        ("Web Shop", "who may use it")
    ] * 2
    assert [text for text in task.runtime.warnings if text.startswith("Not told as code")]


@pytest.mark.parametrize("secret", ["key", "certificate"])
def test_a_creation_without_its_secret_says_what_is_missing(secret: str, simulate: Simulate) -> None:
    fleet = Fleet()
    given: Row = {} if secret == "key" else {"certificate": "-----BEGIN CERTIFICATE-----\nx\n"}
    fleet.connection(fleet.project("Payments"), "azure", **MANUAL, **given)
    (row,) = coded(simulate(fleet)).rows
    assert row["as_code_secret"]["key"] == secret
    empty = Fleet()
    empty.project("Payments")
    played = manage(simulate(empty), **row["as_code"])
    assert played.failed
    assert "service_principal.key or service_principal.certificate is missing" in played.result["msg"]


def test_pipelines_by_path_are_read_once_for_each_project(simulate: Simulate) -> None:
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    made = [
        fleet.yaml_pipeline(payments, name, "steps: []\n", path=f"{name}.yml", repository="app")
        for name in ("deploy", "nightly")
    ]
    made[1].folder = "\\infra\\azure"
    ids = tuple(item.id for item in made)
    fleet.connection(payments, "azure", pipelines=(*ids, 4711))
    fleet.connection(payments, "second", pipelines=ids[:1])
    fleet.connection(shop, "closed")
    simulator = simulate(fleet)
    found = {name: row["as_code"]["authorized_pipelines"] for name, row in coded(simulator).by_name.items()}
    assert found == {"azure": ["4711", "\\deploy", "\\infra\\azure\\nightly"], "second": ["\\deploy"], "closed": []}
    assert sum("build/definitions" in record.path for record in simulator.requests) == 1
    azure = coded(simulator).by_name["azure"]
    played = manage(simulator, **{**azure["as_code"], "id": azure["id"]})
    assert (played.failed, played.result["changed"], played.runtime.warnings) == (False, False, [])
    # An id of this organization would be some other pipeline in another one.
    adopts = {name: row["as_code_only_adopts"] for name, row in coded(simulator).by_name.items()}
    assert "pipelines without a path that this caller sees have ids of this organization (4711)" in str(
        adopts.pop("azure")
    )
    assert set(adopts.values()) == {None}
    simulator.fault(method="GET", path="build/definitions", status=403, body={"message": "no"}, times=0)
    assert coded(simulator).by_name["second"]["as_code"]["authorized_pipelines"] == [str(ids[0])]


def test_a_role_that_the_module_does_not_know_is_no_code(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure")
    simulator = simulate(fleet)
    odd = [{"identity": {"id": fleet.user.id, "displayName": "X"}, "role": {"name": "Creator"}, "access": "assigned"}]
    simulator.fault(method="GET", path="securityroles", status=200, body={"value": odd}, times=0)
    assert reasons(coded(simulator))["azure"] == "Its role of somebody is 'creator', which the module does not know."


def test_no_secret_is_in_it(simulate: Simulate) -> None:
    simulator = simulate(demo_fleet(canary="a-planted-secret"))
    assert "a-planted-secret" not in repr(coded(simulator).result)
