# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: with ``only_candidates`` one host for each connection gives the rows of one host for each project."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from pathlib import Path

import pytest

from simulator import Fleet, Simulator
from unit.plugins._helpers.arm import person
from unit.plugins._helpers.fleets import WIF, federated, finish_background_work, named
from unit.plugins._helpers.tasks import Row, Task, convert

Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]
TO_WIF: Json = {}
BACK: Json = {"to": "service_principal", "allow_irreversible": False}


def fleet() -> Fleet:
    fleet = Fleet()
    payments, web_shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "automatic")
    fleet.connection(payments, "disabled", enabled=False)
    fleet.connection(payments, "failed", state="failed")
    fleet.connection(payments, "manual", creation_mode="Manual")
    fleet.connection(payments, "github", type="github", scheme="Token", creation_mode=None)
    fleet.connection(payments, "converted", scheme=WIF, converted_ago=timedelta(days=1))
    fleet.connection(payments, "too-late", scheme=WIF, converted_ago=timedelta(days=9))
    fleet.connection(payments, "old-issuer", scheme=WIF, issuer="azure_devops", creation_mode="Manual")
    fleet.connection(payments, "entra", scheme=WIF, issuer="entra")
    fleet.connection(payments, "shared", shared_with=[(web_shop, "of-payments")])
    fleet.connection(web_shop, "automatic")
    fleet.service_principal("automation", secret="a-made-up-secret-of-the-automation")
    return fleet


def moves(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, tuple[Json, Json]]:
    """For each target the options, and those that a task without names needs besides."""
    azure = person(simulator, "person", monkeypatch)
    migrate: Json = {**azure, "to": "entra_issuer", "journal": str(tmp_path / "journal")}
    return {
        "convert": (TO_WIF, {}),
        "revert": (BACK, {"revert_all": True}),
        "migrate": (migrate, {}),
        "clean": ({**migrate, "remove_old_credential": True}, {}),
    }


def by_id(tasks: t.Iterable[Task]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for task in tasks:
        assert not task.failed, task.result["msg"]
        found |= {row["id"]: {**row, "rollback_reason": "", "verification": ""} for row in task.rows}
    return found


@pytest.mark.parametrize("move", ["convert", "revert", "migrate", "clean"])
@pytest.mark.parametrize("project", ["Payments", "Web Shop"])
def test_one_host_for_each_connection_gives_the_rows_of_its_project(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, move: str, project: str
) -> None:
    simulator = simulate(fleet())
    options, whole = moves(simulator, monkeypatch, tmp_path)[move]
    expected = by_id([convert(simulator, check=True, projects=[project], **options, **whole)])
    assert expected or project == "Web Shop"
    owned = [item for item in simulator.world.connections.values() if item.owning.project.name == project]
    hosts = [
        convert(simulator, check=True, projects=[project], connections=[item.id], only_candidates=True, **options)
        for item in owned
    ]
    assert by_id(hosts) == expected
    together = [item.name for item in owned]
    one = convert(simulator, check=True, projects=[project], connections=together, only_candidates=True, **options)
    assert by_id([one]) == expected
    assert simulator.writes == []


@pytest.mark.parametrize(
    ("move", "names"),
    [
        ("convert", ["automatic", "disabled", "failed", "shared"]),
        ("revert", ["converted", "too-late"]),
        ("migrate", ["old-issuer"]),
        ("clean", ["converted", "entra", "too-late"]),
    ],
)
def test_what_is_no_candidate_has_no_row(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, move: str, names: list[str]
) -> None:
    simulator = simulate(fleet())
    options, _whole = moves(simulator, monkeypatch, tmp_path)[move]
    every = [item.name for item in simulator.world.connections.values() if item.owning.project.name == "Payments"]
    task = convert(simulator, check=True, projects=["Payments"], connections=every, only_candidates=True, **options)
    assert sorted(task.names) == names
    assert len(convert(simulator, check=True, projects=["Payments"], connections=every, **options).rows) == len(every)


def test_it_converts_them(simulate: Simulate) -> None:
    simulator = simulate(fleet())
    task = convert(
        simulator, projects=["Payments"], connections=["automatic", "manual", "github"], only_candidates=True
    )
    assert task.statuses == {"automatic": "converted"}
    assert len(simulator.writes) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"connections": ["automatic", "nothing"]}, "connections: 'nothing' not found"),
        ({"connections": ["automatic"], "projects": None}, "means 2 connections"),
        ({**BACK, "connections": ["nothing"]}, "connections: 'nothing' not found"),
        (BACK, "must be told which"),
    ],
    ids=str,
)
def test_what_is_an_error_stays_one(simulate: Simulate, options: Json, sentence: str) -> None:
    simulator = simulate(fleet())
    task = convert(simulator, **{"projects": ["Payments"], "only_candidates": True, **options})
    assert task.failed
    assert sentence in task.result["msg"]
    assert simulator.writes == []


def test_without_names_it_means_nothing(simulate: Simulate) -> None:
    simulator = simulate(fleet())
    plain = convert(simulator, check=True)
    assert convert(simulator, check=True, only_candidates=True).names == plain.names
    assert convert(simulator, only_candidates=True, connections=[]).rows == []
    plan = plain.result["plan"]
    assert convert(simulator, plan=plan, only_candidates=True).names == plain.names


def test_a_plan_does_not_depend_on_it(simulate: Simulate) -> None:
    """What it holds says all: whoever approves the same rows approves the same thing."""
    simulator = simulate(fleet())
    options: Json = {"projects": ["Payments"], "connections": ["automatic"]}
    plan = convert(simulator, check=True, only_candidates=True, **options).result["plan"]
    assert plan["digest"] == convert(simulator, check=True, **options).result["plan"]["digest"]
    wider = convert(simulator, check=True, projects=["Payments"], connections=["automatic", "manual"]).result["plan"]
    assert plan["digest"] != wider["digest"]
    assert not convert(simulator, plan_digest=plan["digest"], **options).failed


def test_what_a_run_that_was_stopped_has_left_is_taken_up(simulate: Simulate, tmp_path: Path) -> None:
    """It is converted by now, so that nothing would select it."""
    simulator = simulate(fleet())
    journal = str(tmp_path / "journal")
    one = named(simulator, "shared")
    one.conversion_polls = 1
    options: Json = {"projects": ["Payments"], "journal": journal, "shared": "include", "only_candidates": True}
    assert convert(simulator, connections=["shared"], wait_timeout=0, **options).statuses == {"shared": "waiting"}
    simulator.forget()
    finish_background_work(simulator)
    other = convert(simulator, connections=["disabled"], **options)
    assert set(other.statuses) == {"disabled"}
    task = convert(simulator, connections=["shared"], **options)
    assert task.statuses == {"shared": "converted"}
    assert simulator.writes == []
    assert convert(simulator, connections=["shared"], **options).rows == []
    assert "shared" in federated(simulator)


def test_what_could_not_be_seen_is_told_when_there_is_no_row(simulate: Simulate) -> None:
    simulator = simulate(fleet())
    simulator.fleet.project("Empty")
    options: Json = {"projects": ["Payments", "Empty"], "only_candidates": True}
    task = convert(simulator, connections=["manual"], **options)
    assert task.rows == []
    assert any("not everything could be seen" in text for text in task.runtime.warnings)
    assert convert(simulator, connections=[], **options).runtime.warnings == []
    assert (
        convert(simulator, connections=["manual"], projects=["Payments"], only_candidates=True).runtime.warnings == []
    )
