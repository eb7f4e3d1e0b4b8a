# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_info: ``include: verification`` tests like the portal's Verify, and what the test says counts."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project

from simulator import Fleet, Simulator
from unit.plugins._helpers.arm import person
from unit.plugins._helpers.fleets import WIF
from unit.plugins._helpers.tasks import info

Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]
AZURE = (
    "Failed to query service connection API. Status Code: 'Forbidden', Response from server: "
    '\'{"error":{"code":"AuthorizationFailed"}}\''
)


def fleet() -> Fleet:
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.connection(payments, "good")
    fleet.connection(payments, "federated", scheme=WIF)
    fleet.connection(payments, "expired", secret_expires=timedelta(days=-2))
    fleet.connection(payments, "roleless", role=None)
    fleet.connection(payments, "no-credential", scheme=WIF, federated=False)
    fleet.connection(payments, "agents", scheme="ManagedServiceIdentity")
    fleet.connection(payments, "stack", environment="AzureStack", creation_mode="Manual")
    fleet.connection(payments, "disabled", enabled=False)
    fleet.service_principal("automation", secret="a-made-up-secret-of-the-automation")
    return fleet


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(fleet())


def results(simulator: Simulator, **options: t.Any) -> dict[str, str]:
    task = info(simulator, include=["verification"], **options)
    assert not task.failed, task.result["msg"]
    return {row["name"]: row["verification"]["result"] for row in task.rows}


def codes(row: Json, target: str = "workload_identity_federation") -> list[str]:
    return t.cast(list[str], row["eligibility"][target]["codes"])


@pytest.mark.parametrize("check", [False, True])
def test_every_connection_is_tested_and_nothing_is_written(simulator: Simulator, check: bool) -> None:
    assert results(simulator, check=check) == {
        "good": "ok",
        "federated": "ok",
        "expired": "credential_failed",
        "roleless": "azure_permission",
        "no-credential": "federation_failed",
        "agents": "not_testable",
        "stack": "not_testable",
        "disabled": "not_testable",
    }
    assert simulator.writes == []
    tests = [item for item in simulator.requests if "endpointproxy" in item.path]
    assert len(tests) == 5


def test_only_when_it_is_asked_for(simulator: Simulator) -> None:
    task = info(simulator, include=["usage"])
    assert not any("verification" in row for row in task.rows)
    assert not any("endpointproxy" in item.path for item in simulator.requests)


def test_the_words_of_the_service_are_the_message(simulator: Simulator) -> None:
    rows = info(simulator, include=["verification"]).by_name
    assert rows["good"]["verification"] == {"result": "ok", "message": ""}
    assert "AADSTS7000222" in rows["expired"]["verification"]["message"]


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ({"status": 403}, "caller_not_allowed"),
        ({"status": 500}, "outage"),
        ({"kind": "truncated"}, "outage"),
        ({"status": 200, "body": {"statusCode": "badRequest", "errorMessage": "new words"}}, "unknown"),
        ({"status": 200, "body": {"statusCode": "forbidden", "errorMessage": AZURE}}, "azure_permission"),
    ],
    ids=str,
)
def test_an_answer_that_is_no_good_is_said_and_hides_nothing(simulator: Simulator, fault: Json, result: str) -> None:
    simulator.fault(times=0, path="(?i)endpointproxy", **fault)
    assert results(simulator, names=["good", "disabled"], max_retries=0) == {"good": result, "disabled": "not_testable"}


def test_what_a_test_says_of_the_secret_counts(simulator: Simulator) -> None:
    """To somebody who cannot look into Microsoft Entra."""
    plain, tested = info(simulator).by_name, info(simulator, include=["verification"]).by_name
    assert codes(plain["expired"]) == []
    assert codes(tested["expired"]) == ["secret_expired"]
    assert tested["expired"]["eligibility"]["workload_identity_federation"]["eligible"]
    changed = {name for name, row in tested.items() if row["eligibility"] != plain[name]["eligibility"]}
    assert changed == {"expired"}


def test_a_test_beats_the_directory(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """All secrets of the application have ended, and still Azure DevOps signs in: it stores one that the directory does not show so."""
    options: Json = person(simulator, "service principal", monkeypatch) | {"names": ["expired"]}
    (row,) = info(simulator, include=["identity"], **options).rows
    assert "secret_expired" in codes(row)
    (both,) = info(simulator, include=["identity", "verification"], **options).rows
    assert codes(both) == codes(row)
    assert both["secret_expires"] is not None
    assert both["secret_expires"] == row["secret_expires"]
    simulator.fault(times=0, path="(?i)endpointproxy", status=200, body={"statusCode": "ok", "errorMessage": ""})
    (works,) = info(simulator, include=["identity", "verification"], **options).rows
    assert "secret_expired" not in codes(works)
    assert works["secret_expires"] is None


@pytest.mark.parametrize("lost", ["url", "data", "authorization"])
def test_what_is_shown_in_part_is_not_sent(simulator: Simulator, lost: str) -> None:
    """And must not lose the rows of all others."""
    (project,) = simulator.world.projects.values()
    listed = info(simulator).runtime.azure_devops.connections(Project(project.id, project.name))
    for item in listed:
        if item["name"] == "good":
            del item[lost]
    simulator.fault(times=0, path=r"(?i)/serviceendpoint/endpoints\?", status=200, body={"value": listed})
    rows = info(simulator, include=["verification"], names=["good", "federated"]).by_name
    assert rows["federated"]["verification"]["result"] == "ok"
    assert rows["good"]["verification"]["result"] == "unknown"
    assert "shows only a part" in rows["good"]["verification"]["message"]
