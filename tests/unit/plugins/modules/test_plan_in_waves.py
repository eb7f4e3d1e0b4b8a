# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: one plan that is carried out in some of its projects at a time."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest

from simulator import Fleet, Simulator
from unit.plugins._helpers.fleets import WIF, federated, named, stored
from unit.plugins._helpers.tasks import Task, convert

Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]
PAIR: Json = {"issuer": "https://issuer.example", "subject": "a/subject"}


def fleet() -> Fleet:
    fleet = Fleet()
    alpha, beta, gamma = fleet.project("Alpha"), fleet.project("Beta"), fleet.project("Gamma")
    fleet.connection(alpha, "a-one")
    fleet.connection(alpha, "a-two")
    fleet.connection(alpha, "a-shared", shared_with=[(beta, "a-of-beta")])
    fleet.connection(beta, "b-one")
    fleet.connection(beta, "b-shared", shared_with=[(alpha, "b-of-alpha")])
    fleet.connection(gamma, "c-one")
    fleet.connection(gamma, "c-by-hand", creation_mode="Manual")
    fleet.project("Delta")
    return fleet


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(fleet())


def planned(simulator: Simulator, **options: t.Any) -> Json:
    task = convert(simulator, check=True, **options)
    assert not task.failed, task.result["msg"]
    simulator.forget()
    return t.cast(Json, json.loads(json.dumps(task.result["plan"])))


def projects_asked(simulator: Simulator) -> set[str]:
    names = {project.id: project.name for project in simulator.world.projects.values()}
    return {name for record in simulator.requests for id_, name in names.items() if id_ in record.path}


def good(task: Task) -> Task:
    assert not task.failed, task.result["msg"]
    assert [text for text in task.runtime.warnings if "of the plan" in text] == []
    return task


def test_two_waves_do_together_what_one_run_does(simulate: Simulate) -> None:
    options: Json = {"shared": "include", "exclude": ["a-two"]}
    simulator = simulate(fleet())
    plan = planned(simulator, **options)
    whole = good(convert(simulator, plan=plan, shared="include"))
    after = stored(simulator)

    simulator = simulate(fleet())
    assert planned(simulator, **options)["digest"] == plan["digest"]
    first = good(convert(simulator, plan=plan, shared="include", projects=["Alpha"]))
    assert set(first.statuses) == {"a-one", "a-two", "a-shared"}
    assert first.codes("a-two") == ["excluded"]
    assert federated(simulator) == {"a-one", "a-shared"}
    second = good(convert(simulator, plan=plan, shared="include", projects=["Beta", "Gamma"]))
    assert federated(simulator) == {"a-one", "a-shared", "b-one", "b-shared", "c-one"}
    assert {**first.statuses, **second.statuses} == whole.statuses
    assert stored(simulator) == after


def test_names_and_ids_mean_the_same(simulator: Simulator) -> None:
    plan = planned(simulator)
    project = simulator.world.find_project("Beta")
    assert project
    for text in ("beta", project.id, project.id.upper()):
        task = good(convert(simulator, check=True, plan=plan, projects=[text]))
        assert task.statuses == {"b-one": "would_convert", "b-shared": "skipped"}
        assert task.result["plan"] == plan


def test_only_the_projects_of_the_wave_are_read(simulator: Simulator) -> None:
    plan = planned(simulator)
    good(convert(simulator, plan=plan, projects=["Beta"]))
    assert projects_asked(simulator) == {"Beta"}
    assert federated(simulator) == {"b-one"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("projects", [["Delta"], ["Gamma"], []], ids=str)
def test_a_project_that_is_not_in_the_plan_gives_nothing(
    simulator: Simulator, projects: list[str], check: bool
) -> None:
    """Gamma is outside the promise, Delta has no connection."""
    plan = planned(simulator, projects=["Alpha", "Beta"])
    task = good(convert(simulator, plan=plan, projects=projects, check=check))
    assert (task.rows, task.result["changed"], simulator.writes) == ([], False, [])


@pytest.mark.parametrize("exclude", [None, ["b-one"]], ids=["narrow", "wide"])
def test_a_project_that_is_not_there_is_an_error(simulator: Simulator, exclude: list[str] | None) -> None:
    plan = planned(simulator)
    task = convert(simulator, plan=plan, projects=["Alpha", "Nowhere"], **({"exclude": exclude} if exclude else {}))
    assert task.failed
    assert "projects: 'Nowhere' not found" in task.result["msg"]
    assert simulator.writes == []


def test_what_a_plan_protects_stays(simulator: Simulator) -> None:
    plan = planned(simulator)
    named(simulator, "a-one").data["subscriptionId"] = "another"
    task = good(convert(simulator, plan=plan, projects=["Alpha"]))
    assert task.statuses == {"a-one": "skipped", "a-shared": "skipped", "a-two": "converted"}
    assert "changed_since_plan" in task.codes("a-one")
    altered = copy.deepcopy(plan)
    altered["connections"].pop()
    simulator.forget()
    for document, options in ((altered, {}), (plan, {"max_failures": 3}), (plan, {"shared": "include"})):
        refused = convert(simulator, plan=document, projects=["Beta"], **options)
        assert refused.result["failure"]["code"] == "plan_changed"
    assert simulator.writes == []


def test_what_moved_to_another_owner_is_left_alone(simulator: Simulator) -> None:
    """It is in the plan for its old owner, whose list still shows it."""
    plan = planned(simulator, shared="include")
    one = named(simulator, "a-shared")
    simulator.world.set_references(one, one.references[::-1])
    task = convert(simulator, plan=plan, shared="include", projects=["Alpha"])
    row = next(row for row in task.rows if row["id"] == one.id)
    assert row["status"] == "skipped"
    assert "changed_since_plan" in [reason["code"] for reason in row["reasons"]]
    later = convert(simulator, plan=plan, shared="include", projects=["Beta"])
    assert one.id not in [row["id"] for row in later.rows]
    assert one.scheme != WIF


def test_what_is_gone_is_told_by_the_wave_it_belongs_to(simulator: Simulator) -> None:
    plan = planned(simulator)
    one = named(simulator, "b-one")
    simulator.world.remove_connection(one)
    good(convert(simulator, plan=plan, projects=["Alpha"]))
    task = convert(simulator, plan=plan, projects=["Beta"])
    assert not task.failed
    assert any(one.id in text and "1 connections of the plan" in text for text in task.runtime.warnings)


def test_a_plan_of_some_projects_is_narrowed_too(simulator: Simulator) -> None:
    plan = planned(simulator, projects=["Alpha", "Beta"])
    assert set(good(convert(simulator, plan=plan, projects=["Beta"])).statuses) == {"b-one", "b-shared"}
    rest = good(convert(simulator, plan=plan, projects=["Alpha", "Gamma"]))
    assert set(rest.statuses) == {"a-one", "a-two", "a-shared"}
    assert federated(simulator) == {"a-one", "a-two", "b-one"}


def test_a_digest_is_still_for_the_whole_of_its_projects(simulator: Simulator) -> None:
    plan = planned(simulator)
    task = convert(simulator, plan_digest=plan["digest"], projects=["Alpha"])
    assert task.result["failure"]["code"] == "plan_changed"


# -- names that may be those of another project ------------------------------------------------------------------------
@pytest.mark.parametrize("by", ["name", "id"])
def test_an_exclusion_of_another_project_does_no_harm(simulator: Simulator, by: str) -> None:
    plan = planned(simulator)
    exclude = ["a-two", "b-one"] if by == "name" else [named(simulator, name).id.upper() for name in ("a-two", "b-one")]
    simulator.forget()
    task = good(convert(simulator, plan=plan, projects=["Alpha"], exclude=exclude))
    assert task.statuses == {"a-one": "converted", "a-shared": "skipped", "a-two": "skipped"}
    assert projects_asked(simulator) == ({"Alpha"} if by == "id" else {"Alpha", "Beta", "Gamma", "Delta"})
    slip = convert(simulator, plan=plan, projects=["Alpha"], exclude=["nobody"])
    assert "exclude: 'nobody' not found" in slip.result["msg"]


@pytest.mark.parametrize("promised", [None, ["Alpha", "Gamma"]], ids=str)
@pytest.mark.parametrize("by", ["name", "id"])
def test_pairs_of_another_project_are_still_part_of_the_promise(
    simulator: Simulator, by: str, promised: list[str] | None
) -> None:
    text = "c-by-hand" if by == "name" else named(simulator, "c-by-hand").id
    credential: Json = {"mode": "require", "pairs": [{"connection": text, **PAIR}]}
    names = ["a-one", "c-by-hand"]
    plan = planned(simulator, connections=names, projects=promised, federated_credential=credential)
    task = good(convert(simulator, plan=plan, projects=["Alpha"], federated_credential=credential))
    assert task.statuses == {"a-one": "converted"}
    other = {"mode": "require", "pairs": [{"connection": text, **PAIR, "subject": "another"}]}
    refused = convert(simulator, plan=plan, projects=["Alpha"], federated_credential=other)
    assert "another federated_credential than this task has" in refused.result["msg"]


def test_what_a_run_that_was_stopped_has_left_is_taken_up_by_its_wave(simulator: Simulator, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal")
    plan = planned(simulator)
    named(simulator, "b-one").conversion_polls = 3
    first = convert(simulator, plan=plan, projects=["Beta"], journal=journal, wait_timeout=0)
    assert first.statuses == {"b-one": "waiting", "b-shared": "skipped"}
    simulator.forget()
    other = good(convert(simulator, plan=plan, projects=["Gamma"], journal=journal))
    assert other.statuses == {"c-one": "converted"}
    again = good(convert(simulator, plan=plan, projects=["Beta"], journal=journal))
    assert again.statuses == {"b-one": "converted", "b-shared": "skipped"}
    assert federated(simulator) == {"b-one", "c-one"}
