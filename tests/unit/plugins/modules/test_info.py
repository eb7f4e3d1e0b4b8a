# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_info: rows, narrowing, details, coverage."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest

from simulator import Fleet, Simulator, demo_fleet
from unit.plugins._helpers.tasks import convert, info

Simulate = t.Callable[..., Simulator]
CANARY = "canary-of-a-stored-secret"


def fleet_of_kinds() -> Fleet:
    fleet = Fleet()
    payments, web_shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "azure-prod", last_used=timedelta(days=95), pipelines=(7, 3), description="why")
    fleet.connection(payments, "manual", creation_mode="Manual")
    fleet.connection(payments, "entra", scheme="WorkloadIdentityFederation", issuer="entra")
    fleet.connection(payments, "vstoken", scheme="WorkloadIdentityFederation", issuer="azure_devops")
    fleet.connection(payments, "back", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=2))
    fleet.connection(payments, "stack", environment="AzureStack", creation_mode="Manual")
    fleet.connection(payments, "failed", state="failed", status_message="why it failed")
    fleet.connection(payments, "hub", shared_with=[(web_shop, "hub-alias")], last_used=timedelta(hours=3))
    fleet.connection(web_shop, "agents", scheme="ManagedServiceIdentity", enabled=False)
    fleet.connection(web_shop, "github", type="github", scheme="Token", creation_mode=None)
    return fleet


ALL = ["azure-prod", "back", "entra", "failed", "hub", "manual", "stack", "vstoken", "agents"]


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(fleet_of_kinds())


def test_a_row_for_every_connection_and_no_write(simulator: Simulator) -> None:
    task = info(simulator)
    assert task.names == ALL
    assert not task.result["changed"]
    assert simulator.writes == []
    assert task.coverage["complete"]
    hub = task.by_name["hub"]
    assert (hub["project"], hub["shared"]) == ("Payments", True)
    assert [item["connection_name"] for item in hub["projects"]] == ["hub", "hub-alias"]


@pytest.mark.parametrize("check", [False, True])
def test_check_mode_makes_no_difference(simulator: Simulator, check: bool) -> None:
    assert info(simulator, check=check).names == ALL


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"schemes": ["workload_identity_federation"]}, ["back", "entra", "vstoken"]),
        ({"schemes": ["managed_identity", "publish_profile"]}, ["agents"]),
        ({"creation_modes": ["manual"]}, ["manual", "stack"]),
        ({"environments": ["AzureStack"]}, ["stack"]),
        ({"issuers": ["azure_devops"]}, ["vstoken"]),
        ({"include_failed": False}, [name for name in ALL if name != "failed"]),
        ({"names": ["HUB-alias", "entra"]}, ["entra", "hub"]),
        ({"names": []}, []),
        ({"ids": []}, []),
        ({"schemes": []}, []),
        ({"projects": []}, []),
        ({"projects": ["web shop"]}, ["hub", "agents"]),
        ({"names": ["entra", "manual"], "schemes": ["service_principal"]}, ["manual"]),
    ],
    ids=str,
)
def test_narrowing(simulator: Simulator, options: dict[str, t.Any], names: list[str]) -> None:
    assert info(simulator, **options).names == names


def test_ids_and_names_add_up(simulator: Simulator) -> None:
    by_name = info(simulator).by_name
    ids = [by_name["hub"]["id"], by_name["entra"]["id"].upper()]
    assert info(simulator, ids=ids).names == ["entra", "hub"]
    assert info(simulator, ids=ids[:1], names=["entra"]).names == ["entra", "hub"]
    assert "not found" in info(simulator, names=ids[:1]).result["msg"]
    assert "not found" in info(simulator, ids=["hub"]).result["msg"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"names": ["nothing"]}, "names: 'nothing' not found"),
        ({"ids": ["99999999-0000-4000-8000-000000000000"]}, "ids: '99999999"),
        ({"projects": ["Nowhere"]}, "projects: 'Nowhere' not found"),
        ({"projects": [""]}, "projects contains an empty entry"),
        ({"names": [" "]}, "names contains an empty entry"),
        ({"ids": [""]}, "ids contains an empty entry"),
        ({"concurrency": 0}, "concurrency is 0"),
        ({"concurrency": 10_000}, "concurrency is 10000"),
    ],
    ids=str,
)
def test_what_cannot_be_meant(simulator: Simulator, options: dict[str, t.Any], sentence: str) -> None:
    task = info(simulator, **options)
    assert task.failed
    assert sentence in task.result["msg"]
    assert "fault of azdo.connections" not in task.result["msg"]


def test_what_can_be_done_with_each(simulator: Simulator) -> None:
    rows = info(simulator).by_name
    eligible = {
        name: [target for target, found in row["eligibility"].items() if found["eligible"]]
        for name, row in rows.items()
    }
    assert {name: targets for name, targets in eligible.items() if targets} == {
        "azure-prod": ["workload_identity_federation"],
        "back": ["service_principal"],
    }
    assert rows["hub"]["eligibility"]["workload_identity_federation"]["codes"] == ["shared"]
    assert "azure_stack" in rows["stack"]["eligibility"]["workload_identity_federation"]["codes"]
    assert rows["entra"]["eligibility"]["service_principal"]["codes"] == ["revert_window_passed"]


def test_eligible_is_what_convert_would_convert(simulate: Simulate) -> None:
    simulator = simulate(demo_fleet())
    rows = info(simulator).rows
    eligible = [row["id"] for row in rows if row["eligibility"]["workload_identity_federation"]["eligible"]]
    would = [row["id"] for row in convert(simulator, check=True).rows if row["status"] == "would_convert"]
    assert eligible == would


def test_the_summary(simulator: Simulator) -> None:
    summary = info(simulator).result["summary"]
    assert summary == {
        "organization": "contoso",
        "organization_url": simulator.organization_url,
        "asked_by": "Sam Operator",
        "total": 9,
        "by_scheme": {"managed_identity": 1, "service_principal": 5, "workload_identity_federation": 3},
        "by_issuer": {"azure_devops": 1, "entra": 2},
        "eligible": {"workload_identity_federation": 1, "service_principal": 1, "entra_issuer": 0},
        "shared": 1,
        "disabled": 1,
        "not_ready": 1,
        "coverage": {
            "complete": True,
            "projects": 2,
            "project_ids": [project.id for project in simulator.fleet.world.projects.values()],
            "unread": [],
            "empty": [],
            "partial": [],
        },
    }


# -- details -----------------------------------------------------------------------------------------------------------
def test_nothing_more_is_read_than_asked_for(simulator: Simulator) -> None:
    info(simulator)
    assert len(simulator.requests) == 4


def test_usage(simulator: Simulator) -> None:
    rows = info(simulator, include=["usage"], names=["azure-prod", "hub", "manual"]).by_name
    used = rows["azure-prod"]["usage"]
    assert (used["readable"], used["never_used"]) == (True, False)
    assert used["days_until_auto_disable"] in (4, 5)
    assert [item["name"] for item in used["definitions"]] == ["deploy-infrastructure"]
    assert rows["hub"]["usage"]["days_until_auto_disable"] == 99
    assert used["last_result"] == "succeeded"
    assert used["last_success"] == used["last_used"]
    assert rows["manual"]["usage"] == {
        "readable": True, "never_used": True, "last_used": None, "last_result": None, "last_success": None,
        "days_until_auto_disable": None, "definitions": [], "runs_since_conversion": None,
    }  # fmt: skip


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 401}, {"status": 500}, {"kind": "truncated"}], ids=str)
@pytest.mark.parametrize("part", ["executionhistory", "pipelinepermissions", "checks/configurations"])
def test_what_cannot_be_read_is_not_the_same_as_nothing(
    simulator: Simulator, fault: dict[str, t.Any], part: str
) -> None:
    """And does not hide the rest."""
    simulator.fault(times=0, path=f"(?i){part}", **fault)
    task = info(simulator, include=["usage", "permissions", "checks"], names=["azure-prod"], max_retries=0)
    assert not task.failed
    (row,) = task.rows
    assert row["usage"]["never_used"] is (None if part == "executionhistory" else False)
    permissions = (
        {"all_pipelines": None, "pipelines": None}
        if part == "pipelinepermissions"
        else {"all_pipelines": False, "pipelines": [3, 7]}
    )
    assert row["permissions"] == [{"project": "Payments", **permissions}]
    assert row["checks"] == [{"project": "Payments", "checks": None if part == "checks/configurations" else []}]


def test_a_history_that_is_half_read_is_not_read(simulator: Simulator) -> None:
    """The connection may have been used in the other project."""
    project = simulator.world.find_project("Web Shop")
    assert project
    simulator.fault(times=0, path=f"{project.id}.*executionhistory", status=403)
    usage = info(simulator, include=["usage"], names=["hub"]).rows[0]["usage"]
    unknown = [
        "never_used",
        "last_used",
        "last_result",
        "last_success",
        "days_until_auto_disable",
        "definitions",
        "runs_since_conversion",
    ]
    assert usage == dict.fromkeys(unknown) | {"readable": False}


@pytest.mark.parametrize("concurrency", [1, 8])
def test_details_of_a_whole_fleet_in_the_usual_order(simulate: Simulate, concurrency: int) -> None:
    simulator = simulate(demo_fleet())
    plain = info(simulator)
    full = info(simulator, include=["usage", "permissions", "checks"], concurrency=concurrency)
    assert full.names == plain.names
    checks = [row["name"] for row in full.rows if any(item["checks"] for item in row["checks"])]
    assert checks == ["azure-prod"]


# -- what leaves the module --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mask", [None, ""])
def test_no_secret_leaves_the_module(simulate: Simulate, mask: str | None) -> None:
    simulator = simulate(demo_fleet(canary=CANARY), secret_mask=mask)
    text = json.dumps(info(simulator, include=["usage", "permissions", "checks"]).result)
    assert CANARY not in text
    assert simulator.pat not in text


def test_a_secret_that_the_service_sends_by_mistake_stays_inside(simulator: Simulator) -> None:
    for connection in simulator.world.connections.values():
        connection.parameters["someSecret"] = CANARY
        connection.data["someToken"] = CANARY
    assert CANARY not in json.dumps(info(simulator).result)
    converted = convert(simulator, shared="include")
    assert converted.statuses
    assert CANARY not in json.dumps(converted.result)


@pytest.mark.parametrize("profile", ["server_2019", "server_2020", "server_2022"])
def test_azure_devops_server(simulate: Simulate, profile: str) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.connection(payments, "azure-prod", creation_mode="Manual")
    fleet.connection(payments, "agents", scheme="ManagedServiceIdentity")
    task = info(simulate(fleet, profile=profile), include=["usage"])
    assert task.names == ["agents", "azure-prod"]
    assert {row["project"] for row in task.rows} == {"Payments"}
    for row in task.rows:
        for found in row["eligibility"].values():
            assert not found["eligible"]
            assert "server_not_supported" in found["codes"]
