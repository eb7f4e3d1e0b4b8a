# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: rows tell when a connection was last used, where that was read."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from simulator import Fleet, Simulator
from simulator.belongings import DEFINITION
from unit.plugins._helpers.tasks import Task, convert

Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]


def fleet() -> Fleet:
    fleet = Fleet()
    project = fleet.project("Payments")
    fleet.connection(project, "used", last_used=timedelta(days=3), runs=60)
    fleet.connection(project, "unused")
    fleet.connection(project, "running", running=True)
    fleet.connection(project, "disabled", last_used=timedelta(days=3), enabled=False)
    return fleet


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(fleet())


def known(task: Task) -> list[str]:
    assert not task.failed, task.result["msg"]
    return [row["name"] for row in task.rows if row["last_used"] is not None]


def about_use(task: Task) -> dict[str, list[tuple[str, str]]]:
    """The reasons that have to do with the use."""
    return {
        name: [
            (reason["code"], reason["effect"])
            for reason in row["reasons"]
            if reason["code"] == "in_use_now" or "pipeline" in str(reason["evidence"].get("fact"))
        ]
        for name, row in task.by_name.items()
    }


def histories(simulator: Simulator) -> int:
    found = sum("executionhistory" in record.path for record in simulator.requests)
    simulator.forget()
    return found


@pytest.mark.parametrize("check", [True, False])
def test_where_the_use_decides_it_is_told(simulator: Simulator, check: bool) -> None:
    task = convert(simulator, check=check)
    assert known(task) == ["running", "used"]
    ended = simulator.fleet.now - timedelta(days=3) + timedelta(minutes=4, seconds=11)
    assert task.by_name["used"]["last_used"][:16] == ended.strftime("%Y-%m-%dT%H:%M")


def test_a_plan_shows_it_also_where_it_does_not_decide(simulator: Simulator) -> None:
    task = convert(simulator, check=True, allow_in_use=True)
    assert known(task) == ["running", "used"]
    # One page of each, and none of what is blocked anyway.
    assert histories(simulator) == 3
    assert task.by_name["running"]["status"] == "would_convert"
    # A run would not know.
    assert about_use(task) == {"disabled": [], "running": [], "unused": [], "used": []}


def test_a_run_does_not_ask_for_what_does_not_decide(simulator: Simulator) -> None:
    task = convert(simulator, allow_in_use=True)
    assert known(task) == []
    assert histories(simulator) == 0
    assert task.statuses["running"] == "converted"


# A pipeline whose number is none.
ODD: Json = {"status": 200, "body": {"value": [{"data": {"definition": {"id": {}}}}]}}


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, ODD, {"kind": "truncated"}], ids=str)
def test_a_history_that_cannot_be_read_says_nothing_against_a_plan(simulator: Simulator, fault: Json) -> None:
    """Nor does it make another plan of it."""
    digest = convert(simulator, check=True, allow_in_use=True).result["plan"]["digest"]
    simulator.fault(times=0, path="(?i)executionhistory", **fault)
    task = convert(simulator, check=True, allow_in_use=True, max_retries=0)
    assert known(task) == []
    assert about_use(task) == {"disabled": [], "running": [], "unused": [], "used": []}
    assert set(task.statuses.values()) == {"would_convert", "skipped"}
    assert task.result["plan"]["digest"] == digest
    assert not convert(simulator, plan_digest=digest, allow_in_use=True).failed


def test_the_whole_history_is_read_where_pipelines_are_held(simulator: Simulator) -> None:
    convert(simulator, check=True, allow_in_use=True, hold_pipelines=[DEFINITION[1]])
    assert histories(simulator) == 4


@pytest.mark.parametrize("text", ["\\infra\\deploy", "Payments/\\infra\\deploy", "payments/\\INFRA\\dep*"])
def test_a_pipeline_is_held_by_its_path(simulate: Simulate, text: str) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    for name, folder in (("held", "\\infra"), ("other", "\\")):
        connection = fleet.connection(payments, name)
        fleet.yaml_pipeline(payments, "deploy", "steps: []", folder=folder, uses=[connection], path=f"{name}.yml")
    simulator = simulate(fleet)
    task = convert(simulator, check=True, projects=["Payments"], hold_pipelines=[text])
    assert not task.failed, task.result
    assert "pipeline_not_ready" in task.codes("held")
    assert "pipeline_not_ready" not in task.codes("other")
    by_name = convert(simulator, check=True, projects=["Payments"], hold_pipelines=["deploy"])
    assert all("pipeline_not_ready" in by_name.codes(name) for name in ("held", "other"))


def test_a_path_that_is_nowhere_holds_nothing_and_is_refused(simulate: Simulate) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.yaml_pipeline(payments, "deploy", "steps: []", uses=[fleet.connection(payments, "azure")])
    simulator = simulate(fleet)
    task = convert(simulator, hold_pipelines=["\\infra\\deploy"], connections=None)
    assert "no pipeline that this caller sees has that path. Did you mean '\\\\deploy'?" in task.result["msg"]
    assert simulator.writes == []
    # Also where something is not looked at, so that a name would only be warned about.
    one = convert(simulator, hold_pipelines=["\\infra\\deploy"], connections=["azure"], projects=["Payments"])
    assert one.failed
    assert simulator.writes == []
    simulator.fault(method="GET", path="build/definitions", status=403, times=0)
    unread = convert(simulator, hold_pipelines=["\\deploy"], connections=None)
    assert "the pipelines of 'Payments' could not be read" in unread.result["msg"]
    assert simulator.writes == []


def test_a_wave_is_told_of_the_pipelines_of_all_projects(simulate: Simulate) -> None:
    """A rollout names what is held once, and converts a few projects at a time."""
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    used = fleet.connection(payments, "azure")
    shared = fleet.connection(shop, "hub", shared_with=[(payments, "hub")])
    fleet.connection(shop, "own")
    fleet.yaml_pipeline(payments, "deploy", "steps: []", folder="\\infra", uses=[used, shared])
    simulator = simulate(fleet)
    for text in ("\\infra\\deploy", "Payments/\\infra\\deploy"):
        task = convert(simulator, check=True, projects=["Web Shop"], hold_pipelines=[text], shared="include")
        assert not task.failed, task.result
        # Also where the pipeline is one of another project, with which the connection is shared.
        assert "pipeline_not_ready" in task.codes("hub"), text
        assert "pipeline_not_ready" not in task.codes("own"), text


@pytest.mark.parametrize("text", ["\\infra\\deploy", "Payments/\\infra\\deploy"])
def test_what_is_held_elsewhere_stops_no_wave(simulate: Simulate, text: str) -> None:
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.yaml_pipeline(
        payments, "deploy", "steps: []", folder="\\infra", uses=[fleet.connection(payments, "azure")], path="a.yml"
    )
    fleet.connection(shop, "own")
    task = convert(simulate(fleet), check=True, projects=["Web Shop"], hold_pipelines=[text], connections=None)
    assert not task.failed, task.result
    assert any("none of the pipelines that used the selected connections" in item for item in task.runtime.warnings)


def test_a_path_that_several_projects_have_holds_all_of_them(simulate: Simulate) -> None:
    """What the selected project has is no reason to overlook the one of a project with which a connection is shared."""
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    shared = fleet.connection(shop, "hub", shared_with=[(payments, "hub")])
    fleet.yaml_pipeline(payments, "deploy", "steps: []", uses=[shared])
    fleet.yaml_pipeline(shop, "deploy", "steps: []", uses=[fleet.connection(shop, "own")])
    task = convert(
        simulate(fleet),
        check=True,
        projects=["Web Shop"],
        hold_pipelines=["\\deploy"],
        shared="include",
        connections=None,
    )
    assert not task.failed, task.result
    assert "pipeline_not_ready" in task.codes("hub")
    assert "pipeline_not_ready" in task.codes("own")
