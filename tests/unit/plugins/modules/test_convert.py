# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: check mode, the run, the second run, and the way back."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from simulator import Fleet, Simulator, demo_fleet
from unit.plugins._helpers.tasks import convert

Simulate = t.Callable[..., Simulator]
REVERT: dict[str, t.Any] = {"to": "service_principal"}


def small_fleet() -> Fleet:
    """One of each kind in two projects."""
    fleet = Fleet()
    payments, web_shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "azure-prod", secret_expires=timedelta(days=-30))
    fleet.connection(payments, "azure-test")
    fleet.connection(payments, "manual", creation_mode="Manual")
    fleet.connection(payments, "disabled", enabled=False)
    fleet.connection(payments, "done", scheme="WorkloadIdentityFederation")
    fleet.connection(payments, "agents", scheme="ManagedServiceIdentity")
    fleet.connection(payments, "failed", state="failed")
    fleet.connection(payments, "hub", shared_with=[(web_shop, "hub-of-payments")])
    fleet.connection(web_shop, "shop")
    return fleet


ROWS = {
    "azure-prod": "convert",
    "azure-test": "convert",
    "disabled": "skipped",
    "failed": "skipped",
    "hub": "skipped",
    "shop": "convert",
}


def expected(done: str) -> dict[str, str]:
    return {name: done if status == "convert" else status for name, status in ROWS.items()}


@pytest.mark.parametrize("concurrency", [1, 8])
def test_what_check_mode_foretells_is_what_happens(simulate: Simulate, concurrency: int) -> None:
    simulator = simulate(small_fleet())
    foretold = convert(simulator, check=True, concurrency=concurrency)
    assert simulator.writes == []
    assert foretold.result["changed"]
    assert foretold.statuses == expected("would_convert")
    done = convert(simulator, concurrency=concurrency)
    assert done.result["changed"]
    assert not done.failed
    assert done.statuses == expected("converted")
    assert done.names == foretold.names == ["azure-prod", "azure-test", "disabled", "failed", "hub", "shop"]
    assert len(simulator.writes) == 3
    assert all(
        row["after"]["scheme"] == "workload_identity_federation" for row in done.rows if row["status"] == "converted"
    )


@pytest.mark.parametrize("check", [False, True])
def test_a_second_run_sends_no_write(simulate: Simulate, check: bool) -> None:
    simulator = simulate(small_fleet())
    convert(simulator)
    simulator.forget()
    again = convert(simulator, check=check)
    assert not again.result["changed"]
    assert again.statuses == {"disabled": "skipped", "failed": "skipped", "hub": "skipped"}
    assert simulator.writes == []
    assert again.result["diff"] == {"before": "", "after": ""}


def test_the_demo_fleet_converts_without_a_failure_and_then_not_again(simulate: Simulate) -> None:
    """Otherwise the demo would stop in the middle."""
    simulator = simulate(demo_fleet())
    foretold = convert(simulator, check=True)
    done = convert(simulator)
    assert not done.failed, done.result["msg"]
    would = [name for name, status in foretold.statuses.items() if status == "would_convert"]
    assert would == [name for name, status in done.statuses.items() if status == "converted"]
    assert len(would) > 20
    simulator.forget()
    assert not convert(simulator).result["changed"]
    assert simulator.writes == []


def test_the_summary_counts_every_status(simulate: Simulate) -> None:
    summary = convert(simulate(small_fleet())).result["summary"]
    assert summary["to"] == "workload_identity_federation"
    assert (summary["seen"], summary["selected"]) == (9, 6)
    assert summary["by_status"] == {
        "converted": 3, "reverted": 0, "migrated": 0, "cleaned": 0, "unchanged": 0, "skipped": 3, "waiting": 0, "needs_person": 0,
        "failed": 0, "rolled_back": 0,
        "would_convert": 0, "would_revert": 0, "would_migrate": 0, "would_clean": 0, "would_attempt": 0, "would_wait": 0, "would_need_person": 0,
    }  # fmt: skip
    # Of those that are converted, one has no way back, and this sign-in cannot read when a secret ends.
    assert summary["by_reason"] == {
        "disabled": 1,
        "failed": 1,
        "irreversible": 1,
        "secret_expired": 1,
        "shared": 1,
        "unknown": 3,
    }
    assert "Tasks inside pipelines were not checked" in summary["not_checked"]
    assert summary["unsettled"] == [], "it has a row of its own"
    assert summary["coverage"]["complete"]


def test_the_diff_shows_what_changed(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("Payments"), "azure-prod")
    fleet.connection(fleet.project("Payments"), "disabled", enabled=False)
    line = f"Payments / azure-prod ({connection.id}): "
    wanted = {"before": f"{line}service_principal\n", "after": f"{line}workload_identity_federation\n"}
    simulator = simulate(fleet)
    assert convert(simulator, check=True).result["diff"] == wanted
    assert convert(simulator).result["diff"] == wanted


def test_everything_but_the_scheme_stays(simulate: Simulate) -> None:
    fleet = small_fleet()
    simulator = simulate(fleet)
    stored = next(item for item in simulator.world.connections.values() if item.name == "hub")
    stored.description, stored.data["appObjectId"] = "network of all", "object"
    before = (
        stored.id,
        stored.name,
        stored.description,
        dict(stored.data),
        [(r.project.id, r.name) for r in stored.references],
    )
    task = convert(simulator, shared="include")
    assert task.statuses["hub"] == "converted"
    assert stored.scheme == "WorkloadIdentityFederation"
    after = (
        stored.id,
        stored.name,
        stored.description,
        dict(stored.data),
        [(r.project.id, r.name) for r in stored.references],
    )
    assert after == before


def test_a_shared_connection_is_converted_once_through_its_owner_with_all_its_projects(simulate: Simulate) -> None:
    simulator = simulate(small_fleet())
    task = convert(simulator, shared="include")
    writes = [record for record in simulator.writes if record.body["name"] == "hub"]
    assert len(writes) == 1
    owner = simulator.world.find_project("Payments")
    assert owner
    assert writes[0].path.startswith(f"/contoso/{owner.id}/")
    sent = [item["projectReference"]["name"] for item in writes[0].body["serviceEndpointProjectReferences"]]
    assert sent == ["Payments", "Web Shop"]
    assert [item["connection_name"] for item in task.by_name["hub"]["projects"]] == ["hub", "hub-of-payments"]


def test_a_shared_connection_of_another_project_is_left_alone(simulate: Simulate) -> None:
    simulator = simulate(small_fleet())
    task = convert(simulator, projects=["Web Shop"], shared="include")
    assert task.statuses == {"shop": "converted"}
    named = convert(simulator, projects=["Web Shop"], shared="include", connections=["hub-of-payments"])
    assert named.codes("hub") == ["shared_not_owner", "shared"]
    assert named.statuses == {"hub": "skipped"}


def test_disabled_ones_are_converted_when_asked_for_and_stay_disabled(simulate: Simulate) -> None:
    simulator = simulate(small_fleet())
    task = convert(simulator, include_disabled=True)
    assert task.statuses["disabled"] == "converted"
    # What is disabled cannot be tested, so nobody knows whether its secret works.
    assert task.codes("disabled") == ["irreversible", "disabled", "unknown"]
    assert {reason["effect"] for reason in task.by_name["disabled"]["reasons"]} == {"informs"}
    assert next(item for item in simulator.world.connections.values() if item.name == "disabled").disabled


@pytest.mark.parametrize("mask", [None, ""])
def test_a_mask_never_wipes_a_secret(simulate: Simulate, mask: str | None) -> None:
    simulator = simulate(small_fleet(), secret_mask=mask, empty_secret_wipes=True)
    convert(simulator)
    assert {record.body["authorization"]["parameters"]["serviceprincipalkey"] for record in simulator.writes} == {None}


@pytest.mark.parametrize("stale", ["reject", "misbehave"])
def test_there_and_back_and_there_again(simulate: Simulate, stale: str) -> None:
    """The deadline of the first conversion is never sent back."""
    simulator = simulate(small_fleet(), stale_deadline=stale)
    options: dict[str, t.Any] = {"connections": ["azure-test"]}
    there = convert(simulator, **options)
    assert there.statuses == {"azure-test": "converted"}
    assert there.rows[0]["revert_deadline"]
    assert convert(simulator, **options, **REVERT).statuses == {"azure-test": "reverted"}
    assert convert(simulator, **options, **REVERT).statuses == {"azure-test": "unchanged"}
    assert convert(simulator, **options).statuses == {"azure-test": "converted"}
    assert len(simulator.writes) == 3


def test_a_revert_to_a_secret_that_has_ended_is_a_failure(simulate: Simulate) -> None:
    """Nobody could see that before: this sign-in cannot ask Microsoft Graph, and what is federated cannot be tested with its old secret."""
    simulator = simulate(small_fleet())
    options: dict[str, t.Any] = {"connections": ["azure-prod"]}
    assert convert(simulator, **options).statuses == {"azure-prod": "converted"}
    back = convert(simulator, **options, **REVERT)
    assert back.failed
    assert back.result["changed"]
    (row,) = back.rows
    assert (row["status"], row["after"]["scheme"]) == ("failed", "service_principal")
    assert row["verification"]["before"]["result"] == "ok"
    assert row["verification"]["after"]["result"] == "credential_failed"
    assert "AADSTS7000222" in row["error"]["message"]
    assert [(reason["code"], reason["effect"]) for reason in row["reasons"]] == [("unknown", "warns")]
    assert len(simulator.writes) == 2


def test_all_that_was_converted_goes_back(simulate: Simulate) -> None:
    simulator = simulate(small_fleet())
    convert(simulator)
    foretold = convert(simulator, revert_all=True, check=True, **REVERT)
    # Whether the old secrets still work cannot be read with this sign-in.
    assert foretold.statuses == dict.fromkeys(["azure-prod", "azure-test", "shop"], "would_attempt")
    done = convert(simulator, revert_all=True, **REVERT)
    assert done.statuses == {"azure-prod": "failed", "azure-test": "reverted", "shop": "reverted"}
    assert {row["after"]["scheme"] for row in done.rows} == {"service_principal"}
    assert convert(simulator, revert_all=True, **REVERT).rows == []


def test_the_time_to_go_back_ends(simulate: Simulate) -> None:
    simulator = simulate(Fleet())
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.connection(payments, "late", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=8))
    fleet.connection(payments, "early", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=6))
    simulator = simulate(fleet)
    task = convert(simulator, connections=["late", "early"], **REVERT)
    assert task.statuses == {"early": "reverted", "late": "skipped"}
    assert task.codes("late") == ["revert_window_passed"]


def test_the_service_has_the_last_word_about_the_time(simulate: Simulate) -> None:
    """Its clock is not ours."""
    simulator = simulate(small_fleet())
    convert(simulator, connections=["azure-prod"])
    simulator.advance(days=8)
    task = convert(simulator, connections=["azure-prod"], **REVERT)
    assert task.statuses == {"azure-prod": "failed"}
    assert "revert period has passed" in task.rows[0]["error"]["message"]
    assert task.rows[0]["after"]["scheme"] == "workload_identity_federation"


@pytest.mark.parametrize("form", ["ticks", "seconds", "no_zone"])
def test_every_form_of_the_deadline(simulate: Simulate, form: str) -> None:
    simulator = simulate(small_fleet(), deadline_format=form)
    convert(simulator, connections=["azure-test"])
    assert convert(simulator, connections=["azure-test"], **REVERT).statuses == {"azure-test": "reverted"}


def test_a_deadline_in_an_unknown_form_is_not_guessed(simulate: Simulate) -> None:
    simulator = simulate(small_fleet(), deadline_format="us")
    convert(simulator, connections=["azure-prod"])
    task = convert(simulator, connections=["azure-prod"], **REVERT)
    assert task.codes("azure-prod")[0] == "unknown"
    assert task.statuses["azure-prod"] != "skipped", "named, it is Azure DevOps that decides"
    everything = convert(simulator, revert_all=True, **REVERT)
    assert everything.statuses in ({}, {"azure-prod": "skipped"})
