# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: when things go wrong, for one connection or for all of them."""

from __future__ import annotations

import itertools
import threading
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Shared

from simulator import Fleet, Simulator
from unit.plugins._helpers.tasks import convert

Simulate = t.Callable[..., Simulator]
NAMES = [f"azure-{number:02d}" for number in range(8)]
# The connection, and not what is around it.
ITSELF = r"/endpoints/{id}\?"
CONVERSION: dict[str, t.Any] = {"method": "PUT", "path": "operation=ConvertAuthenticationScheme"}


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    fleet = Fleet()
    for number, name in enumerate(NAMES):
        fleet.connection(fleet.project(f"Project {number % 2}"), name)
    return simulate(fleet)


def stored(simulator: Simulator, name: str) -> t.Any:
    return next(item for item in simulator.world.connections.values() if item.name == name)


def on(simulator: Simulator, name: str, **fault: t.Any) -> None:
    """A fault in the conversion of one connection; ``{id}`` in a path is its id."""
    path = str(fault.pop("path", "{id}")).format(id=stored(simulator, name).id)
    simulator.fault(**{"method": "PUT", **fault, "path": path})


def truly_converted(simulator: Simulator) -> set[str]:
    return {item.name for item in simulator.world.connections.values() if item.scheme == "WorkloadIdentityFederation"}


# -- one of many -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 400, "times": 0},
        {"status": 403, "times": 0},
        {"status": 401, "times": 0},
        {"status": 500, "times": 0},
        {"kind": "html", "status": 203, "times": 0},
        {"kind": "reset_before", "times": 0},
        {"method": "GET", "path": ITSELF, "status": 200, "body": {"odd": True}, "times": 0},
        {"method": "GET", "path": ITSELF, "status": 403, "times": 0},
        {"method": "GET", "path": ITSELF, "status": 401, "times": 0},
        {"method": "GET", "path": ITSELF, "status": 200, "body": [1, 2], "times": 0},
    ],
    ids=str,
)
def test_one_broken_connection_does_not_stop_the_others(
    simulator: Simulator, fault: dict[str, t.Any], concurrency: int
) -> None:
    on(simulator, NAMES[3], **fault)
    task = convert(simulator, concurrency=concurrency)
    others = {name for name in NAMES if name != NAMES[3]}
    assert task.failed
    assert {name for name, status in task.statuses.items() if status == "converted"} == others
    assert task.statuses[NAMES[3]] == "failed"
    assert truly_converted(simulator) == others
    assert task.result["changed"]
    assert f"contoso / Project 1 / {NAMES[3]}: " in task.result["msg"]
    assert task.result["failure"]["code"] == "connections_failed"
    assert task.result["failure"]["details"]["failed"] == [stored(simulator, NAMES[3]).id]


@pytest.mark.parametrize(
    "fault", [{"status": 403}, {"status": 401}, {"status": 500}, {"status": 200, "body": [1]}], ids=str
)
def test_whether_a_pipeline_is_using_it_must_be_known(simulator: Simulator, fault: dict[str, t.Any]) -> None:
    """Nothing is sent unless the user takes that risk."""
    on(simulator, NAMES[3], method="GET", path="{id}/executionhistory", times=0, **fault)
    task = convert(simulator, max_retries=0)
    assert task.statuses == {**dict.fromkeys(NAMES, "converted"), NAMES[3]: "skipped"}
    assert not task.failed
    blocking = [reason for reason in task.by_name[NAMES[3]]["reasons"] if reason["effect"] == "blocks"]
    assert [reason["code"] for reason in blocking] == ["unknown"]
    assert "whether a pipeline uses it just now" in blocking[0]["evidence"]["fact"]
    held = convert(simulator, connections=[NAMES[3]], allow_in_use=True, hold_pipelines=["deploy"], max_retries=0)
    assert held.statuses == {NAMES[3]: "skipped"}
    assert NAMES[3] not in truly_converted(simulator)
    assert convert(simulator, connections=[NAMES[3]], allow_in_use=True).statuses == {NAMES[3]: "converted"}


def test_a_refusal_is_told_with_all_that_support_asks_for(simulator: Simulator) -> None:
    stored(
        simulator, NAMES[0]
    ).conversion_failure = "could not be configured automatically, and no valid configuration exists."
    task = convert(simulator)
    row = task.by_name[NAMES[0]]
    assert (row["status"], row["after"]["scheme"]) == ("needs_person", "service_principal")
    assert row["error"]["code"] == "service_error"
    assert "own the application" in row["error"]["remedy"]
    assert row["error"]["details"]["status"] == 400
    assert row["error"]["details"]["type_key"] == "ArgumentException"
    assert row["error"]["details"]["activity_id"]


def test_somebody_without_the_right_to_change_it(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod")
    reader = fleet.caller("Reader", pat="token-of-a-reader", level="reader")
    task = convert(simulate(fleet), personal_access_token=reader.pat)
    assert task.statuses == {"azure-prod": "failed"}
    assert task.rows[0]["error"]["code"] == "not_permitted"
    assert "You need to be an Administrator" in task.rows[0]["error"]["message"]
    assert not task.result["changed"]


def test_what_changed_since_the_list_was_read_counts(simulator: Simulator) -> None:
    """The fresh read decides, not the plan."""

    def after_the_first(line: str) -> None:
        stored(simulator, NAMES[7]).disabled = True

    task = convert(simulator, concurrency=1, progress=after_the_first)
    assert task.statuses[NAMES[7]] == "skipped"
    assert task.codes(NAMES[7]) == ["disabled"]
    assert len(simulator.writes) == len(NAMES) - 1


# -- how many failures are too many ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("allowed", "converted", "failed", "not_started"), [(0, 2, 1, 5), (1, 2, 2, 4), (7, 6, 2, 0), (None, 6, 2, 0)]
)
def test_the_run_ends_when_more_failed_than_allowed(
    simulator: Simulator, allowed: int | None, converted: int, failed: int, not_started: int
) -> None:
    """Rows come by project: of the even ones the second and third fail."""
    order = convert(simulator, check=True).names
    for name in (order[2], order[3]):
        on(simulator, name, times=0, status=400)
    task = convert(simulator, concurrency=1, max_failures=allowed)
    assert task.names == order
    counts = task.result["summary"]["by_status"]
    assert (counts["converted"], counts["failed"], counts["skipped"]) == (converted, failed, not_started)
    assert task.result["summary"]["by_reason"].get("not_started", 0) == not_started
    assert len(truly_converted(simulator)) == converted
    assert len(simulator.writes) == converted + failed


def test_what_ran_already_is_finished(simulator: Simulator) -> None:
    for name in NAMES:
        on(simulator, name, times=0, status=400, delay_ms=20)
    task = convert(simulator, concurrency=4, max_failures=0)
    counts = task.result["summary"]["by_status"]
    assert counts["failed"] + counts["skipped"] == len(NAMES)
    assert 1 <= counts["failed"] <= 5
    assert len(simulator.writes) == counts["failed"]


def test_connections_of_one_application_wait_for_each_other_and_stop_with_each_other(simulate: Simulate) -> None:
    """Those that waited for the one that failed are not sent after it."""
    fleet = Fleet()
    payments = fleet.project("Payments")
    for number in range(12):
        fleet.connection(payments, f"shared-app-{number}", client_id="cccccccc-0000-4000-8000-00000000000c")
    simulator = simulate(fleet)
    simulator.fault(method="PUT", times=0, status=400, body={"message": "no", "typeKey": "ArgumentException"})
    task = convert(simulator, concurrency=8, max_failures=0)
    counts = task.result["summary"]["by_status"]
    assert (counts["failed"], counts["skipped"]) == (1, 11), [row["error"] for row in task.rows]
    assert len(simulator.writes) == 1


# -- the sign-in ends --------------------------------------------------------------------------------------------------
def test_a_wrong_token_is_one_sentence(simulator: Simulator) -> None:
    task = convert(simulator, personal_access_token="not-a-token-of-anybody")
    assert task.result["failure"]["code"] == "authentication_failed"
    assert "did not accept the credential" in task.result["msg"]
    assert "scopes" in task.result["msg"]
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_sign_in_that_ends_in_the_middle(simulator: Simulator, concurrency: int) -> None:
    """What was sent is told, and nothing new is started."""
    fleet, world = simulator.fleet, simulator.world
    done = threading.Event()
    recorder = simulator.application.recorder
    end = recorder.end

    def ends(record: t.Any, status: int) -> None:
        end(record, status)
        if record.write and status == 200 and not done.is_set() and len(truly_converted(simulator)) >= 2:
            done.set()
            fleet.user.pat = "another-token-by-now"

    recorder.end = ends  # type: ignore[method-assign]
    try:
        task = convert(simulator, concurrency=concurrency, personal_access_token=fleet.pat)
    finally:
        del recorder.end
    assert task.failed
    assert world
    converted = truly_converted(simulator)
    assert 2 <= len(converted) < len(NAMES)
    told = {
        name for name, status in task.statuses.items() if status in ("converted", "failed", "waiting", "needs_person")
    }
    assert converted <= told, "a connection was converted and its row says that it was not touched"
    assert "not_started" in task.result["summary"]["by_reason"]
    assert task.result["changed"]


# -- waiting -----------------------------------------------------------------------------------------------------------
def test_a_conversion_that_takes_longer_than_the_patience(simulator: Simulator) -> None:
    stored(simulator, NAMES[0]).conversion_polls = 10_000
    task = convert(simulator, connections=[NAMES[0]], wait_timeout=0)
    row = task.rows[0]
    assert row["status"] == "waiting"
    assert task.result["failure"]["code"] == "unfinished"
    assert row["name"] in task.result["msg"]
    assert task.result["changed"]
    assert "did not finish within 0 s" in row["error"]["message"]


def test_the_next_run_finds_it_done(simulator: Simulator) -> None:
    stored(simulator, NAMES[0]).conversion_polls = 3
    first = convert(simulator, connections=[NAMES[0]], wait_timeout=0)
    assert first.statuses == {NAMES[0]: "waiting"}
    second = convert(simulator, connections=[NAMES[0]])
    assert second.statuses == {NAMES[0]: "skipped"}
    assert second.codes(NAMES[0]) == ["not_ready"]
    stored(simulator, NAMES[0]).pending.polls = 0
    third = convert(simulator, connections=[NAMES[0]])
    assert third.statuses == {NAMES[0]: "unchanged"}
    assert len(simulator.writes) == 1


def test_it_waits_for_what_takes_its_time(simulator: Simulator) -> None:
    simulator.knob(conversion_polls=3)
    assert set(convert(simulator).statuses.values()) == {"converted"}
    assert len(simulator.writes) == len(NAMES)


def test_work_that_fails_after_a_while(simulator: Simulator) -> None:
    connection = stored(simulator, NAMES[0])
    connection.conversion_polls, connection.conversion_failure = 2, "Insufficient privileges to complete the operation."
    task = convert(simulator)
    row = task.by_name[NAMES[0]]
    assert row["status"] == "needs_person"
    assert "Insufficient privileges" in row["error"]["message"]
    assert "Application Developer" in row["error"]["remedy"]


# -- lost answers ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset_after"},
        {"kind": "truncated"},
        {"kind": "cut"},
        {"kind": "headers", "headers": {"Content-Type": "text/html"}},
    ],
    ids=str,
)
def test_a_conversion_whose_answer_was_lost_is_recognised(simulator: Simulator, fault: dict[str, t.Any]) -> None:
    simulator.fault(**CONVERSION, times=0, **fault)
    task = convert(simulator)
    assert set(task.statuses.values()) == {"converted"}
    assert len(simulator.writes) == len(NAMES)


def test_an_empty_answer_is_looked_into(simulator: Simulator) -> None:
    simulator.knob(conversion_answer="empty")
    assert set(convert(simulator).statuses.values()) == {"converted"}
    assert len(simulator.writes) == len(NAMES)


def test_an_empty_answer_of_a_service_that_did_nothing(simulator: Simulator) -> None:
    empty: dict[str, t.Any] = {"status": 200, "body": "", "headers": {"Content-Type": "application/json"}}
    simulator.fault(**CONVERSION, **empty)
    task = convert(simulator, connections=[NAMES[0]])
    assert task.statuses == {NAMES[0]: "converted"}
    assert len(simulator.writes) == 2


def test_too_many_requests_are_sent_again_from_a_new_read(simulator: Simulator) -> None:
    simulator.fault(**CONVERSION, times=5, status=429, headers={"Retry-After": "0.02"})
    task = convert(simulator, concurrency=2)
    assert set(task.statuses.values()) == {"converted"}
    assert len(simulator.writes) == len(NAMES) + 5
    assert task.result["summary"]["seconds_held_back"] >= 0
    for name in NAMES:
        requests = [record.method for record in simulator.requests if stored(simulator, name).id in record.path]
        assert "PUT PUT" not in " ".join(requests)


# -- the end of the task -----------------------------------------------------------------------------------------------
def test_after_the_end_of_the_task_nothing_new_is_sent(simulator: Simulator) -> None:
    loop = Shared()
    simulator.knob(latency_ms={"convert": 60, "read": 5})
    threading.Timer(0.06, loop.stop.set).start()
    task = convert(simulator, concurrency=2, loop=loop)
    assert task.failed
    assert task.result["failure"]["code"] == "stopped"
    assert len(simulator.writes) <= 4
    assert not loop.usable


# -- one application ---------------------------------------------------------------------------------------------------
def test_connections_of_one_application_are_converted_one_after_the_other(simulate: Simulate) -> None:
    """Its federated credentials cannot be written at the same time."""
    fleet = Fleet()
    application = fleet.application(name="deployer")
    for name in NAMES:
        fleet.connection(fleet.project("Payments"), name, client_id=application.app_id)
    simulator = simulate(fleet, latency_ms={"convert": 10})
    assert set(convert(simulator, concurrency=8).statuses.values()) == {"converted"}
    times = sorted((record.at, record.ended or 0) for record in simulator.writes)
    assert all(end <= begin for (_begin, end), (begin, _end) in itertools.pairwise(times))
