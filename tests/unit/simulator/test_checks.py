# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approvals and checks on connections: what is taken, what is refused, and what the service adds of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import Connection, Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
CHECKS = "P/_apis/pipelines/checks/configurations"
QUERY = "P/_apis/pipelines/checks/queryconfigurations"
APPROVAL = "8c6f20a7-a545-4486-9777-f762fafe0d4d"
TASK = "fe1de3ee-a436-41b4-bb20-f6eb4cb879a7"
TEMPLATE = "4020e66e-b0f3-47e1-bc88-48f3cc59b5f3"
LOCK = "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563"
BRANCHES = "86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b"
HOURS = "445fde2f-6c39-441c-807f-8a59ff2e075f"
CALL = "9c3e8943-130d-4c78-ac63-8af81df62dfb"
WEEK = {"businessDays": "Monday", "timeZone": "UTC", "startTime": "07:00", "endTime": "17:00"}
SERVICE = {"connectedServiceName": "c", "method": "GET"}


def preview(simulator: Simulator, caller: Any = "user") -> Rest:
    return Rest(simulator, caller, version="7.1-preview.1")


def add(simulator: Simulator, connection: Connection, kind: str, settings: Any, **more: Any) -> requests.Response:
    body = {"type": {"id": kind}, "settings": settings, "resource": {"type": "endpoint", "id": connection.id}}
    return preview(simulator, more.pop("caller", "user")).send("POST", CHECKS, json={**body, **more})


def listed(simulator: Simulator, connection: Connection) -> list[Any]:
    asked = {"resourceType": "endpoint", "resourceId": connection.id, "$expand": "settings"}
    return list(preview(simulator).get(CHECKS, **asked).json()["value"])


def task(definition: str, inputs: Any, **more: Any) -> dict[str, Any]:
    return {"definitionRef": {"id": definition}, "inputs": inputs, **more}


def one() -> tuple[Fleet, Connection]:
    fleet = Fleet()
    return fleet, fleet.connection(fleet.project("P"), "c")


def test_a_check_from_its_beginning_to_its_end(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    rest = preview(simulator)
    made = add(simulator, connection, APPROVAL, {"approvers": [{"id": fleet.user.id}]}, timeout=60).json()
    assert (made["type"], made["timeout"]) == ({"id": APPROVAL, "name": "Approval"}, 60)
    params = {"resourceType": "endpoint", "resourceId": connection.id}
    assert "settings" not in rest.get(CHECKS, **params).json()["value"][0]
    assert listed(simulator, connection) == [made]
    changed = rest.send("PATCH", f"{CHECKS}/{made['id']}", json={"timeout": 90}).json()
    assert (changed["timeout"], changed["settings"]) == (90, made["settings"])
    resource = {"type": "endpoint", "id": connection.id, "name": "c"}
    assert rest.send("POST", QUERY, json=[resource]).json()["count"] == 1
    assert rest.send("DELETE", f"{CHECKS}/{made['id']}").status_code == 200
    assert rest.get(f"{CHECKS}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (TASK, task(BRANCHES, {"allowedBranches": "refs/heads/main"})),
        (TASK, task(HOURS.upper(), WEEK)),
        (TASK, task(CALL, SERVICE)),
        (TEMPLATE, {"extendsChecks": [{"repositoryName": "r", "templatePath": "t.yml"}]}),
        (LOCK, {}),
    ],
)
def test_what_is_taken(simulate: Simulate, kind: str, settings: Any) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    assert add(simulator, connection, kind, settings).status_code == 200
    assert len(listed(simulator, connection)) == 1


REFUSED: list[tuple[str, Any, str]] = [
    (APPROVAL, {}, "at least one approver"),
    (APPROVAL, {"approvers": []}, "at least one approver"),
    (APPROVAL, {"approvers": [{"id": "nobody"}]}, "No identity nobody"),
    (APPROVAL, {"approvers": ["me"], "blockedApprovers": [{"id": "nobody"}]}, "No identity nobody"),
    (APPROVAL, {"approvers": ["me", "me"], "minRequiredApprovers": 2}, "2 of 1 approvers"),
    (APPROVAL, {"approvers": ["me"], "minRequiredApprovers": -1}, "-1 of 1 approvers"),
    (APPROVAL, {"approvers": ["me"], "executionOrder": "backwards"}, "anyOrder, inSequence"),
    (TASK, {}, "No task"),
    (TASK, task("11111111-1111-1111-1111-111111111111", {}), "No task 11111111"),
    (TASK, task(BRANCHES, {"allowedBranches": " "}), "evaluatebranchProtection needs the inputs allowedBranches"),
    *((TASK, task(HOURS, {**WEEK, name: None}), f"evaluateBusinessHours needs the inputs {name}.") for name in WEEK),
    (TASK, task(HOURS, None), "businessDays, timeZone, startTime, endTime"),
    *((TASK, task(CALL, {**SERVICE, name: ""}), f"InvokeRESTAPI needs the inputs {name}.") for name in SERVICE),
    (TEMPLATE, {"extendsChecks": []}, "at least one template"),
    ("11111111-1111-1111-1111-111111111111", {}, "No check of the type 11111111"),
]


@pytest.mark.parametrize(("kind", "settings", "message"), REFUSED)
def test_what_is_refused(simulate: Simulate, kind: str, settings: Any, message: str) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    people = [{"id": fleet.user.id} if item == "me" else item for item in settings.get("approvers", [])]
    sent = {**settings, "approvers": people} if "approvers" in settings else settings
    answer = add(simulator, connection, kind, sent)
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "ArgumentException")
    assert message in answer.json()["message"]
    assert listed(simulator, connection) == []


@pytest.mark.parametrize(("minutes", "status"), [(0, 400), (1, 200), (43200, 200), (43201, 400), (-5, 400)])
def test_the_timeout_is_a_month_at_most(simulate: Simulate, minutes: int, status: int) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    settings = task(HOURS, WEEK)
    assert add(simulator, connection, TASK, settings, timeout=minutes).status_code == status
    made = add(simulator, connection, TASK, settings).json()
    assert made["timeout"] == 43200
    answer = preview(simulator).send("PATCH", f"{CHECKS}/{made['id']}", json={"timeout": minutes})
    assert answer.status_code == status


def test_a_change_is_refused_as_a_new_one_is(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    made = add(simulator, connection, TASK, task(HOURS, WEEK)).json()
    answer = preview(simulator).send("PATCH", f"{CHECKS}/{made['id']}", json={"settings": task(HOURS, {})})
    assert answer.status_code == 400
    assert listed(simulator, connection) == [made]


def test_one_exclusive_lock_is_enough(simulate: Simulate) -> None:
    fleet, connection = one()
    other = fleet.connection(fleet.project("P"), "d")
    simulator = simulate(fleet)
    answers = [add(simulator, where, LOCK, None) for where in (connection, connection, other)]
    assert [answer.status_code for answer in answers] == [200, 400, 200]
    assert "exclusive lock already" in answers[1].json()["message"]


def test_what_the_service_adds_to_an_approval(simulate: Simulate) -> None:
    fleet, connection = one()
    team = fleet.group("[P]\\Approvers")
    simulator = simulate(fleet)
    sent = {"approvers": [{"id": team.id.upper()}, {"id": fleet.user.id}], "instructions": "look"}
    settings = add(simulator, connection, APPROVAL, sent).json()["settings"]
    people = settings.pop("approvers")
    assert settings == {
        "blockedApprovers": [],
        "executionOrder": "anyOrder",
        "instructions": "look",
        "minRequiredApprovers": 0,
        "requesterCannotBeApprover": False,
    }
    assert [(item["id"], item["displayName"]) for item in people] == [
        (team.id, "[P]\\Approvers"),
        (fleet.user.id, "Sam Operator"),
    ]
    assert people[0]["isContainer"]
    assert people[1]["uniqueName"] == "sam.operator@contoso.example"


def test_what_the_service_adds_to_a_task(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    sent = task(BRANCHES, {"allowedBranches": "refs/heads/main"}, displayName="Branch control")
    settings = add(simulator, connection, TASK, sent).json()["settings"]
    named = {"id": BRANCHES, "name": "evaluatebranchProtection", "version": "0.0.1"}
    assert settings == {**sent, "definitionRef": named, "linkedVariableGroup": None}


@pytest.mark.parametrize("level", ["user", "reader", "none"])
def test_who_may_not_change_checks(simulate: Simulate, level: Any) -> None:
    fleet, connection = one()
    caller = fleet.caller("Somebody", pat="pat-of-somebody", level=level)
    simulator = simulate(fleet)
    assert add(simulator, connection, LOCK, {}, caller=caller).status_code == 403
    made = add(simulator, connection, LOCK, {}).json()
    for method in ("PATCH", "DELETE"):
        assert preview(simulator, caller).send(method, f"{CHECKS}/{made['id']}", json={}).status_code == 403
    read = preview(simulator, caller).get(f"{CHECKS}/{made['id']}").status_code
    assert read == (403 if level == "none" else 200)


def test_what_was_just_written_is_not_shown_for_some_reads(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, check_lag_reads=2)
    rest = preview(simulator)
    made = add(simulator, connection, LOCK, {}).json()
    path = f"{CHECKS}/{made['id']}"
    assert [len(listed(simulator, connection)) for _time in range(3)] == [0, 0, 1]
    rest.send("PATCH", path, json={"timeout": 90})
    assert [rest.get(path).json()["timeout"] for _time in range(3)] == [43200, 43200, 90]
    rest.send("DELETE", path)
    assert [rest.get(path).status_code for _time in range(3)] == [200, 200, 404]


def test_a_new_check_cannot_be_read_at_first(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, check_lag_reads=1)
    made = add(simulator, connection, LOCK, {}).json()
    resource = {"type": "endpoint", "id": connection.id}
    assert preview(simulator).get(f"{CHECKS}/{made['id']}").status_code == 404
    assert preview(simulator).send("POST", QUERY, json=[resource]).json()["count"] == 1
