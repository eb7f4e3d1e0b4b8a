# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: what names, projects and callers mean, and what is refused before anything is changed."""

from __future__ import annotations

import typing as t

import pytest

from simulator import Fleet, Simulator
from unit.plugins._helpers.tasks import convert

Simulate = t.Callable[..., Simulator]
REVERT: dict[str, t.Any] = {"to": "service_principal"}


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    """``azure-prod`` in both projects, ``only-here`` in one."""
    fleet = Fleet()
    payments, web_shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "azure-prod")
    fleet.connection(web_shop, "azure-prod")
    fleet.connection(payments, "only-here")
    fleet.connection(payments, "manual", creation_mode="Manual")
    fleet.connection(payments, "github", type="github", scheme="Token", creation_mode=None)
    return simulate(fleet)


def id_of(simulator: Simulator, name: str, project: str = "Payments") -> str:
    return next(
        item.id
        for item in simulator.world.connections.values()
        if item.name == name and item.owning.project.name == project
    )


# -- selection ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["only-here", "ONLY-here"])
def test_one_by_its_name(simulator: Simulator, text: str) -> None:
    task = convert(simulator, connections=[text])
    assert task.statuses == {"only-here": "converted"}
    assert len(simulator.writes) == 1


def test_one_by_its_id(simulator: Simulator) -> None:
    wanted = id_of(simulator, "azure-prod", "Web Shop")
    task = convert(simulator, connections=[wanted.upper()])
    assert [(row["id"], row["status"]) for row in task.rows] == [(wanted, "converted")]


def test_what_cannot_be_converted_is_told_when_it_is_named(simulator: Simulator) -> None:
    task = convert(simulator, connections=["manual", "github", "only-here"])
    assert task.statuses == {"github": "skipped", "manual": "skipped", "only-here": "converted"}
    assert task.codes("github") == ["not_azurerm"]
    assert task.codes("manual") == ["manual_needs_federated_credential"]
    assert not task.failed


def test_a_name_in_two_projects_is_refused(simulator: Simulator) -> None:
    task = convert(simulator, connections=["azure-prod", "only-here"])
    assert task.failed
    assert "means 2 connections" in task.result["msg"]
    assert "'Payments'" in task.result["msg"]
    assert "'Web Shop'" in task.result["msg"]
    assert simulator.writes == []


def test_projects_make_a_name_clear(simulator: Simulator) -> None:
    task = convert(simulator, connections=["azure-prod"], projects=["web shop"])
    assert [(row["project"], row["status"]) for row in task.rows] == [("Web Shop", "converted")]


def test_projects_by_id(simulator: Simulator) -> None:
    project = simulator.world.find_project("Web Shop")
    assert project
    assert [row["project"] for row in convert(simulator, projects=[project.id]).rows] == ["Web Shop"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"projects": ["Payments", "Nowhere"]}, "projects: 'Nowhere' not found"),
        ({"connections": ["only-here", "nothing"]}, "connections: 'nothing' not found in 2 projects"),
        ({"connections": ["only-here"], "projects": ["Web Shop"]}, "'only-here' not found in 1 project,"),
        ({"connections": [""]}, "connections contains an empty entry"),
        ({"projects": ["  "]}, "projects contains an empty entry"),
        (REVERT, "must be told which"),
        ({"revert_all": True}, "to=service_principal only"),
        ({**REVERT, "revert_all": True, "connections": ["only-here"]}, "exclude each other"),
        ({**REVERT, "revert_all": True, "connections": []}, "exclude each other"),
        ({"concurrency": 0}, "concurrency is 0"),
        ({"concurrency": 65}, "concurrency is 65"),
        ({"wait_timeout": -1}, "wait_timeout is -1"),
        ({"max_failures": -1}, "max_failures is -1"),
    ],
    ids=str,
)
def test_what_is_refused_before_anything_is_changed(
    simulator: Simulator, options: dict[str, t.Any], sentence: str
) -> None:
    task = convert(simulator, **options)
    assert task.failed
    assert sentence in task.result["msg"]
    assert "fault of azdo.connections" not in task.result["msg"]
    assert simulator.writes == []


@pytest.mark.parametrize(
    "options",
    [
        {"connections": []},
        {"projects": []},
        {"projects": [], "connections": []},
        {**REVERT, "connections": []},
        {**REVERT, "revert_all": True, "projects": []},
    ],
    ids=str,
)
def test_an_empty_list_means_none_at_all(simulator: Simulator, options: dict[str, t.Any]) -> None:
    """And never all of them."""
    convert(simulator)
    simulator.forget()
    task = convert(simulator, **options)
    assert not task.failed
    assert (task.rows, task.result["changed"], simulator.writes) == ([], False, [])


# -- who is asking -----------------------------------------------------------------------------------------------------
def test_a_bearer_token_may_be_a_person_or_not(simulator: Simulator) -> None:
    token = simulator.token()
    assert set(convert(simulator, check=True, access_token=token).statuses.values()) == {"would_attempt"}
    assert set(convert(simulator, access_token=token).statuses.values()) == {"converted"}


def test_a_service_principal_is_told_before_anything_is_sent(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod")
    deployer = fleet.service_principal("deployer", secret="the-secret-of-it")
    simulator = simulate(fleet)
    module = "ansible_collections.azdo.connections.plugins.module_utils._sign_in.tokens.Authorizer._ask"
    monkeypatch.setattr(module, lambda self, scope, resource: (simulator.token(deployer), 1e12))
    options = {"tenant": fleet.tenant_id, "client_id": deployer.client_id, "secret": "the-secret-of-it"}
    task = convert(simulator, **options)
    assert task.statuses == {"azure-prod": "skipped"}
    assert task.codes("azure-prod") == ["caller_not_user"]
    assert not task.failed
    assert simulator.writes == []
    assert any("1 connections were left alone" in text and "person" in text for text in task.runtime.warnings)


def test_a_service_principal_behind_a_bearer_token_is_known_before_anything_is_sent(simulate: Simulate) -> None:
    """The token is only a text; the service is asked whose it is."""
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod", federated=False)
    fleet.connection(fleet.project("Payments"), "azure-test", federated=False)
    deployer = fleet.service_principal("deployer", secret="the-secret-of-it")
    simulator = simulate(fleet)
    for check in (True, False):
        task = convert(simulator, access_token=simulator.token(deployer), check=check)
        assert set(task.statuses.values()) == {"skipped"}
        assert "caller_not_user" in task.codes("azure-prod")
        assert any("2 connections were left alone" in text and "person" in text for text in task.runtime.warnings)
        assert simulator.writes == []


def test_a_service_principal_behind_a_bearer_token_may_still_try(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod", federated=False)
    deployer = fleet.service_principal("deployer", secret="the-secret-of-it")
    simulator = simulate(fleet)
    task = convert(simulator, access_token=simulator.token(deployer), attempt_as_non_user=True)
    assert task.statuses == {"azure-prod": "needs_person"}
    assert "could not be configured automatically" in task.rows[0]["error"]["message"]
    assert task.rows[0]["error"]["remedy"]
    assert not task.result["changed"]


@pytest.mark.parametrize("profile", ["server_2019", "server_2020", "server_2022"])
def test_azure_devops_server_is_told_before_anything_is_sent(simulate: Simulate, profile: str) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.connection(payments, "azure-prod")
    fleet.connection(payments, "shared", shared_with=[fleet.project("Web Shop")])
    simulator = simulate(fleet, profile=profile)
    for options in ({}, {"connections": ["azure-prod"], "projects": ["Payments"]}):
        task = convert(simulator, **options)
        assert not task.failed
        assert task.statuses["azure-prod"] == "skipped"
        assert "server_not_supported" in task.codes("azure-prod")
        assert simulator.writes == []
        assert any("Azure DevOps Server" in text for text in task.runtime.warnings)


# -- what was seen -----------------------------------------------------------------------------------------------------
def test_a_project_that_could_not_be_read_is_reported(simulator: Simulator) -> None:
    project = simulator.world.find_project("Web Shop")
    assert project
    simulator.fault(times=0, path=f"{project.id}/_apis/serviceendpoint", status=403)
    task = convert(simulator)
    assert set(task.statuses.values()) == {"converted"}
    assert {row["project"] for row in task.rows} == {"Payments"}
    assert not task.coverage["complete"]
    assert [item["project"] for item in task.coverage["unread"]] == ["Web Shop"]


def test_a_named_project_that_could_not_be_read_is_an_error(simulator: Simulator) -> None:
    project = simulator.world.find_project("Web Shop")
    assert project
    simulator.fault(times=0, path=f"{project.id}/_apis/serviceendpoint", status=403)
    task = convert(simulator, projects=["Payments", "Web Shop"])
    assert task.failed
    assert "'Web Shop' could not be read" in task.result["msg"]
    assert simulator.writes == []


def test_a_caller_who_sees_nothing_is_not_told_that_there_is_nothing(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod")
    stranger = fleet.caller("Stranger", pat="token-of-a-stranger", level="none")
    blind = fleet.caller("Blind", pat="token-of-the-blind", projects=[])
    simulator = simulate(fleet)
    unseen = convert(simulator, personal_access_token=blind.pat)
    assert unseen.failed
    assert unseen.result["failure"]["code"] == "unread"
    assert "Nothing could be read: the organization shows no project" in unseen.result["msg"]
    empty = convert(simulator, personal_access_token=stranger.pat)
    assert not empty.failed
    assert not empty.coverage["complete"]
    assert any("not everything could be seen" in text for text in empty.runtime.warnings)


def test_trimmed_objects_are_rows_only_when_named(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("Payments"), "azure-prod")
    fleet.connection(fleet.project("Payments"), "other")
    simulator = simulate(fleet)
    trimmed = {"id": connection.id, "name": "azure-prod", "type": None, "data": None, "authorization": None}
    simulator.fault(times=2, path="serviceendpoint/endpoints\\?", status=200, body={"count": 1, "value": [trimmed]})
    task = convert(simulator)
    assert (task.rows, task.coverage["complete"]) == ([], False)
    assert [item["id"] for item in task.coverage["partial"]] == [connection.id]
    named = convert(simulator, connections=["azure-prod"])
    assert named.codes("azure-prod") == ["no_permission"]
    assert simulator.writes == []
