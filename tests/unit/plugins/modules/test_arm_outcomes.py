# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request that was accepted is judged by how it ends: what the service could not do, what it ignored, and what a task that fails half way has done."""

from __future__ import annotations

import typing as t

import pytest

from simulator import Fleet, Simulator, endpoints, rendering, updates
from simulator.state import Connection, Status
from unit.plugins._helpers.arm import CLIENT, KEY, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]

NAME: Options = {"project": "Payments", "name": "azure-key"}
WORDS = "The identity could not be updated: Insufficient rights."
BOOM: Options = {"status": 500, "body": {"message": "boom", "typeKey": "InvalidOperationException"}}
PERMISSIONS = "pipelinepermissions"


def existing(fleet: Fleet, **options: t.Any) -> Connection:
    """A manual connection with a key, that somebody made long ago."""
    usual: Options = {"creation_mode": "Manual", "secret": KEY, "subscription_id": SUBSCRIPTION, "client_id": CLIENT}
    return fleet.connection(fleet.project("Payments"), "azure-key", **{**usual, **options})


def fails_in_the_end(monkeypatch: pytest.MonkeyPatch, module: t.Any, name: str, *, ready: bool) -> None:
    """The service takes the request, and its work behind it fails: the connection says so."""
    original = getattr(module, name)

    def accept(call: t.Any, *arguments: t.Any) -> t.Any:
        result = original(call, *arguments)
        connection = next(item for item in call.world.connections.values() if item.name == "azure-key")
        connection.status, connection.ready = Status("Failed", WORDS, ""), ready
        return result

    monkeypatch.setattr(module, name, accept)


def creation(simulator: Simulator, **options: t.Any) -> Options:
    """A creation with credential, role, pipelines and a share."""
    return {
        "project": "Payments",
        "name": "azure-new",
        "service_principal": {"tenant_id": simulator.fleet.tenant_id, "client_id": CLIENT},
        "scope": {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
        "role_assignment": {"role": "Reader"},
        "authorized_pipelines": [12],
        "shared_with": [{"project": "Web Shop", "name": "azure-shared"}],
        **options,
    }


def failure(task: Task, code: str) -> Options:
    assert task.failed, task.result
    found: Options = task.result["failure"]
    assert found["code"] == code, found
    return found


# -- operations that fail in the end -----------------------------------------------------------------------------------
@pytest.mark.parametrize("ready", [True, False])
def test_an_update_that_fails_in_the_end(ready: bool, simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = arm_fleet()
    connection = existing(fleet)
    simulator = simulate(fleet)
    fails_in_the_end(monkeypatch, updates, "touch", ready=ready)
    found = failure(manage(simulator, **NAME, description="new"), "operation_failed")
    assert f"accepted the change and could not carry it out: {WORDS}" in found["message"]
    assert "Nothing was removed." in found["remedy"]
    monkeypatch.undo()
    again = manage(simulator, **NAME, description="newer")
    # It was there before: whoever follows the advice must not lose it.
    assert "absent" not in str(again.result)
    if ready:
        assert not again.failed, again.result["msg"]
        assert any(WORDS.rstrip(".") in text for text in again.runtime.warnings)
    else:
        assert WORDS.rstrip(".") in failure(again, "not_ready")["message"]
    assert simulator.connection(connection.id) is not None


def test_an_update_that_fails_twice_in_the_same_words_is_seen_by_what_is_there(simulate: Simulate) -> None:
    fleet = arm_fleet()
    connection = existing(fleet)
    simulator = simulate(fleet)
    connection.status = Status("Failed", WORDS, "")
    simulator.fault(method="PUT", path="serviceendpoint/endpoints", status=200, body={}, times=0)
    found = failure(manage(simulator, **NAME, description="new"), "unreached")
    assert "description is not set, not 'new'" in found["message"]
    assert WORDS.rstrip(".") in found["message"]


def test_a_share_that_fails_in_the_end(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = arm_fleet()
    existing(fleet)
    simulator = simulate(fleet)
    fails_in_the_end(monkeypatch, endpoints, "read_references", ready=True)
    found = failure(manage(simulator, **NAME, shared_with=[{"project": "Web Shop"}]), "operation_failed")
    assert WORDS in found["message"]


@pytest.mark.parametrize("keep", [True, False])
def test_a_creation_that_fails_although_it_is_called_ready(
    keep: bool, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(arm_fleet())
    original = rendering.render

    def failed(call: t.Any, connection: Connection, *arguments: t.Any) -> t.Any:
        if connection.name == "azure-new":
            connection.status, connection.ready = Status("Failed", WORDS, ""), True
        return original(call, connection, *arguments)

    monkeypatch.setattr(endpoints, "render", failed)
    options = creation(simulator, federated_credential={"mode": "skip"}, role_assignment=None, keep_failed=keep)
    found = failure(manage(simulator, **options), "not_ready")
    assert f"could not set it up: {WORDS.rstrip('.')}" in found["message"]
    left = [item for item in simulator.world.connections.values() if item.name == "azure-new"]
    assert len(left) == keep


# -- what the service accepts and ignores ------------------------------------------------------------------------------
WISHES: dict[str, tuple[Options, str]] = {
    "description": ({"description": "new"}, "description is not set, not 'new'"),
    "enabled": ({"enabled": False}, "enabled is True, not False"),
    "reference": (
        {"service_management_reference": "tree"},
        "service_management_reference is not set, not 'tree'",
    ),
    "group": ({"scope": {"resource_group": "rg"}}, "scope.resource_group is not set, not 'rg'"),
    "share": ({"shared_with": [{"project": "Web Shop"}]}, "shared_with.Web Shop is not set, not 'azure-key-Web Shop'"),
    "pipelines": ({"authorized_pipelines": [7]}, "authorized_pipelines (Payments) is not set, not [7]"),
    "everyone": ({"authorize_all_pipelines": True}, "authorize_all_pipelines (Payments) is False, not True"),
}


def ignore_all(simulator: Simulator) -> None:
    for method in ("PUT", "PATCH"):
        simulator.fault(method=method, path="serviceendpoint|pipelinepermissions", status=200, body={}, times=0)


@pytest.mark.parametrize("wish", WISHES)
def test_what_the_service_ignores_is_a_failure(wish: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    existing(fleet)
    simulator = simulate(fleet)
    ignore_all(simulator)
    options, sentence = WISHES[wish]
    task = manage(simulator, **NAME, **options)
    found = failure(task, "unreached")
    assert f"accepted the change and did not take it over: {sentence}" in found["message"]
    assert "allow_unreached" in found["remedy"]
    assert len(found["details"]["options"]) == 1


@pytest.mark.parametrize("wish", WISHES)
def test_what_the_service_ignores_is_a_warning_where_the_task_allows_it(wish: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    existing(fleet)
    fleet.yaml_pipeline(fleet.project("Payments"), "deploy", "steps: []", id=7)
    simulator = simulate(fleet)
    ignore_all(simulator)
    task = manage(simulator, **NAME, **WISHES[wish][0], allow_unreached=True)
    assert not task.failed, task.result["msg"]
    assert [text.endswith("was sent, but the service did not take it over.") for text in task.runtime.warnings] == [
        True
    ]


@pytest.mark.parametrize("wish", WISHES)
def test_what_the_service_takes_over_is_no_failure(wish: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    existing(fleet)
    fleet.yaml_pipeline(fleet.project("Payments"), "deploy", "steps: []", id=7)
    simulator = simulate(fleet)
    task = manage(simulator, **NAME, **WISHES[wish][0])
    assert not task.failed, task.result["msg"]
    assert task.runtime.warnings == []


def test_what_a_service_shows_late_is_waited_for(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions that a read does not show yet."""
    fleet = arm_fleet()
    existing(fleet)
    simulator = simulate(fleet)
    simulator.fault(method="GET", path=PERMISSIONS, status=200, body={"pipelines": []}, skip=1, times=2)
    task = manage(simulator, **NAME, authorized_pipelines=[7], wait_timeout=20)
    assert not task.failed, task.result["msg"]
    assert task.result["changed"]


def test_blanks_that_the_service_cuts_off_are_no_difference(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = arm_fleet()
    connection = existing(fleet)
    simulator = simulate(fleet)
    original = updates.touch

    def cut(call: t.Any, changed: Connection) -> None:
        original(call, changed)
        changed.references[0].description = changed.references[0].description.strip()

    monkeypatch.setattr(updates, "touch", cut)
    task = manage(simulator, **NAME, description="new\n")
    assert not task.failed, task.result["msg"]
    assert connection.references[0].description == "new"


def test_a_new_connection_that_is_not_as_declared_goes_again(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(arm_fleet())
    simulator.fault(method="PUT", path="serviceendpoint/endpoints", status=200, body={}, times=0)
    original_render = rendering.render

    def enabled(call: t.Any, connection: Connection, *arguments: t.Any) -> t.Any:
        connection.disabled = False
        return original_render(call, connection, *arguments)

    monkeypatch.setattr(endpoints, "render", enabled)
    options = creation(simulator, federated_credential={"mode": "skip"}, role_assignment=None, enabled=False)
    found = failure(manage(simulator, **options), "unreached")
    assert "Removed again: the connection." in found["remedy"]
    assert [item for item in simulator.world.connections.values() if item.name == "azure-new"] == []


# -- what a task that fails half way has done ----------------------------------------------------------------------------
def test_permissions_that_fail_after_a_creation(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate(arm_fleet())
    options = {**creation(simulator), **person(simulator, "service principal", monkeypatch)}
    simulator.fault(method="PATCH", path=PERMISSIONS, times=1, **BOOM)
    task = manage(simulator, **options)
    found = failure(task, "service_error")
    made = task.result["connection"]["id"]
    assert simulator.connection(made) is not None
    assert "the permissions of pipelines in 'Payments' could not be set: boom" in found["message"]
    assert f"The connection exists now ({made})." in found["remedy"]
    assert "Not, or not wholly, done: authorized_pipelines (Payments)." in found["remedy"]
    assert found["remedy"].endswith("Then run the task again: it goes on from there.")
    assert found["details"]["done"] == ["federated_credential", "role_assignment"]
    assert found["details"]["not_done"] == ["authorized_pipelines (Payments)"]
    again = manage(simulator, **options)
    assert not again.failed, again.result["msg"]
    assert [item.method for item in simulator.writes][-1] == "PATCH"
    assert again.result["connection"]["id"] == made


FAULTS: dict[str, tuple[Options, Options, str, list[str]]] = {
    "sharing": (
        {"description": "new", "shared_with": [{"project": "Web Shop"}]}, {"method": "PATCH", "path": r"serviceendpoint/endpoints/"},
        "its shares could not be changed: boom", ["description"],
    ),
    "pipelines": (
        {"description": "new", "authorized_pipelines": [7]}, {"method": "PATCH", "path": PERMISSIONS},
        "the permissions of pipelines in 'Payments' could not be set: boom", ["description"],
    ),
    "the second project": (
        {"authorized_pipelines": [7], "shared_with": [{"project": "Web Shop", "authorized_pipelines": [8]}]},
        {"method": "PATCH", "path": PERMISSIONS, "skip": 1},
        "the permissions of pipelines in 'Web Shop' could not be set: boom", ["shared_with.Web Shop", "authorized_pipelines (Payments)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_after_the_first_write_says_what_is_done(name: str, simulate: Simulate) -> None:
    options, fault, sentence, done = FAULTS[name]
    fleet = arm_fleet()
    existing(fleet)
    simulator = simulate(fleet)
    simulator.fault(times=1, **fault, **BOOM)
    task = manage(simulator, **NAME, **options)
    found = failure(task, "service_error")
    assert task.result["changed"]
    assert sentence in found["message"]
    assert found["details"]["done"] == done
    assert found["details"]["not_done"]
    assert "goes on from there" in found["remedy"]
    again = manage(simulator, **NAME, **options)
    assert not again.failed, again.result["msg"]
    assert not manage(simulator, **NAME, **options).result["changed"]


def test_an_error_before_the_first_write_has_nothing_to_tell(simulate: Simulate) -> None:
    fleet = arm_fleet()
    existing(fleet)
    simulator = simulate(fleet)
    simulator.fault(method="PUT", path="serviceendpoint/endpoints", times=1, **BOOM)
    task = manage(simulator, **NAME, description="new")
    found = failure(task, "service_error")
    assert not task.result["changed"]
    assert "done" not in found["details"]
    assert "goes on" not in found["remedy"]


def test_a_test_that_fails_after_a_creation_says_that_it_exists(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(arm_fleet())
    options = {**creation(simulator), **person(simulator, "service principal", monkeypatch), "verify": "after"}
    body = {"statusCode": "badRequest", "errorMessage": "AADSTS50166: Request to External OIDC endpoint failed"}
    simulator.fault(method="POST", path="endpointproxy", status=200, body=body, times=0)
    task = manage(simulator, **options)
    found = failure(task, "verification_failed")
    assert found["details"]["verification"] == "outage"
    assert f"The connection exists now ({task.result['connection']['id']})." in found["remedy"]
    assert found["details"]["not_done"] == []
