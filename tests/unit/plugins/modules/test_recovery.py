# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert, stopped and run again in one process: what the next run takes up, and what it leaves alone.

The runs that are really killed are in test_killed.py. Of the ways in which a run under a digest is stopped, one in four combinations is run, so that each value
is there; `make test-all` runs them all.
"""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._inspect import verify

from simulator import Connection, Fleet, Moment, Recorded, Simulator
from unit.plugins._helpers.killing import alive, applied, hold_journal, so_many_tests, state
from unit.plugins._helpers.stopping import left_open, let_it_finish, number, stopped
from unit.plugins._helpers.tasks import convert

Simulate = t.Callable[..., Simulator]
WIF, SP = "WorkloadIdentityFederation", "ServicePrincipal"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


def fleet_of(number: int, **wishes: t.Any) -> Fleet:
    fleet = Fleet()
    for index in range(number):
        fleet.connection(fleet.project("Payments"), f"azure-{index}", pipelines=[index], **wishes)
    return fleet


def connection_of(simulator: Simulator, name: str = "azure-0") -> Connection:
    return next(item for item in simulator.world.connections.values() if item.name == name)


def conversion(record: Recorded) -> bool:
    return record.write and record.body["authorization"]["scheme"] == WIF


def way_back(record: Recorded) -> bool:
    return record.write and record.body["authorization"]["scheme"] == SP


def sent(simulator: Simulator) -> list[str]:
    return [str(record.body["authorization"]["scheme"]) for record in simulator.writes]


# -- at every request --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("with_journal", [True, False], ids=["journal", "no journal"])
@pytest.mark.parametrize("moment", ["arrived", "applied"])
@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_run_that_was_stopped_at_any_request_ends_like_one_that_was_not(
    simulate: Simulate, tmp_path: Path, moment: Moment, with_journal: bool, concurrency: int
) -> None:
    simulator = simulate(fleet_of(3))
    assert not convert(simulator, concurrency=concurrency).failed
    calm, writes, requests = state(simulator), applied(simulator.requests), len(simulator.requests)
    # One in three, and all of them over the four kinds of stop; test_killed.py has every one. Nothing is left to stop after the last answer.
    first = 2 * with_journal + (moment == "applied")
    # Side by side the last answers may all be under way already.
    for place in range(first % 3, requests - concurrency * 4, 3 * concurrency):
        simulator = simulate(fleet_of(3))
        options = {"journal": str(tmp_path / f"{place}.journal")} if with_journal else {}
        stopped(simulator, number(place), moment, concurrency=concurrency, **options)
        task = convert(simulator, **options)
        assert not task.failed, (place, task.result["msg"])
        assert state(simulator) == calm, place
        assert applied(simulator.requests) == writes, place
        if with_journal:
            assert left_open(tmp_path / f"{place}.journal", simulator) == [], place


@pytest.mark.parametrize("with_journal", [True, False], ids=["journal", "no journal"])
@pytest.mark.parametrize("moment", ["arrived", "applied"])
def test_a_revert_that_was_stopped_at_any_request(
    simulate: Simulate, tmp_path: Path, moment: Moment, with_journal: bool
) -> None:
    def world() -> Simulator:
        return simulate(fleet_of(2, scheme=WIF, converted_ago=timedelta(days=1)))

    usual = {"to": "service_principal", "revert_all": True, "concurrency": 1}
    simulator = world()
    assert not convert(simulator, **usual).failed
    calm, writes, requests = state(simulator), applied(simulator.requests), len(simulator.requests)
    for place in range(with_journal, requests - 1, 2):
        simulator = world()
        options = {**usual, "journal": str(tmp_path / f"{place}.journal")} if with_journal else usual
        stopped(simulator, number(place), moment, **options)
        task = convert(simulator, **options)
        assert not task.failed, (place, task.result["msg"])
        assert state(simulator) == calm, place
        assert applied(simulator.requests) == writes, place


# -- what is taken up --------------------------------------------------------------------------------------------------
def test_what_was_converted_unseen_is_tested_by_the_next_run(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(2))
    stopped(simulator, conversion, journal=str(path), concurrency=1)
    task = convert(simulator, journal=str(path), concurrency=1)
    assert task.statuses == {"azure-0": "converted", "azure-1": "converted"}
    row = task.by_name["azure-0"]
    assert row["verification"]["after"]["result"] == "ok"
    assert row["after"]["scheme"] == "workload_identity_federation"
    assert row["revert_deadline"]
    assert task.result["changed"]
    assert left_open(path, simulator) == []
    assert convert(simulator, journal=str(path)).rows == []


def test_without_a_journal_it_stays_converted_and_is_in_no_selection_any_more(simulate: Simulate) -> None:
    simulator = simulate(fleet_of(2))
    stopped(simulator, conversion, concurrency=1)
    assert convert(simulator).statuses == {"azure-1": "converted"}
    assert convert(simulator, connections=["azure-0"]).statuses == {"azure-0": "unchanged"}


def test_what_was_taken_up_has_nothing_against_it(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(1))
    stopped(simulator, conversion, journal=str(path))
    task = convert(simulator, journal=str(path))
    assert task.statuses == {"azure-0": "converted"}
    assert [reason["code"] for reason in task.rows[0]["reasons"] if reason["effect"] == "blocks"] == []


@pytest.mark.parametrize("days", [1, 400])
def test_a_stale_item_is_settled_by_what_the_service_shows(simulate: Simulate, path: Path, days: int) -> None:
    simulator = simulate(fleet_of(1))
    stopped(simulator, conversion, journal=str(path))
    long_ago = f"{datetime.now(timezone.utc) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
    lines = [{**json.loads(line), "at": long_ago} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert convert(simulator, journal=str(path)).statuses == {"azure-0": "converted"}
    assert left_open(path, simulator) == []


def test_a_connection_that_is_gone_by_then(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(2))
    stopped(simulator, conversion, journal=str(path), concurrency=1)
    simulator.world.remove_connection(connection_of(simulator))
    assert convert(simulator, journal=str(path)).statuses == {"azure-1": "converted"}


def test_one_that_somebody_took_back_meanwhile_is_converted_again(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(1))
    stopped(simulator, conversion, journal=str(path))
    assert not convert(simulator, to="service_principal", connections=["azure-0"]).failed
    task = convert(simulator, journal=str(path), wait_timeout=0)
    assert task.statuses == {"azure-0": "converted"}
    assert sent(simulator) == [WIF, SP, WIF]


def test_what_was_read_is_told_although_the_connection_itself_stops_it(simulate: Simulate, path: Path) -> None:
    """Somebody has taken it back and disabled it: nothing is done, and the row says how its test ended."""
    simulator = simulate(fleet_of(1))
    stopped(simulator, conversion, journal=str(path))
    assert not convert(simulator, to="service_principal", connections=["azure-0"]).failed
    connection_of(simulator).disabled = True
    task = convert(simulator, journal=str(path), wait_timeout=0)
    (row,) = task.rows
    assert [reason["code"] for reason in row["reasons"] if reason["effect"] == "blocks"] == ["disabled"]
    assert row["status"] == "skipped"
    assert row["verification"]["before"]["result"] == "not_testable"


def test_check_mode_tells_that_there_is_something_to_take_up(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(1))
    stopped(simulator, conversion, journal=str(path))
    before = path.read_bytes()
    assert convert(simulator, journal=str(path), check=True).statuses == {"azure-0": "would_attempt"}
    assert path.read_bytes() == before
    assert len(simulator.writes) == 1


def test_the_work_of_another_direction_is_left_alone(simulate: Simulate, path: Path) -> None:
    fleet = fleet_of(1)
    fleet.connection(fleet.project("Payments"), "back", scheme=WIF, converted_ago=timedelta(days=1))
    simulator = simulate(fleet)
    stopped(simulator, conversion, journal=str(path))
    task = convert(simulator, to="service_principal", connections=["back"], journal=str(path))
    assert task.statuses == {"back": "reverted"}
    assert left_open(path, simulator) == [connection_of(simulator).id]


def test_what_is_outside_the_projects_of_a_run_is_left_alone(simulate: Simulate, path: Path) -> None:
    fleet = fleet_of(1)
    fleet.connection(fleet.project("Shop"), "shop")
    simulator = simulate(fleet)
    stopped(simulator, conversion, journal=str(path), projects=["Payments"])
    assert convert(simulator, journal=str(path), projects=["Shop"]).statuses == {"shop": "converted"}
    assert left_open(path, simulator) == [connection_of(simulator).id]


def test_what_is_excluded_is_left_alone_although_it_was_begun(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, options = broken_by_the_conversion(simulate, path, monkeypatch)
    stopped(simulator, conversion, **options)
    task = convert(simulator, exclude=["azure-0"], connections=["azure-0"], **options)
    assert sent(simulator) == [WIF]
    assert task.statuses["azure-0"] in ("skipped", "unchanged")
    assert left_open(path, simulator) == [connection_of(simulator).id]
    assert convert(simulator, **options).statuses == {"azure-0": "rolled_back"}


def test_what_a_live_run_is_at_is_left_to_it_until_it_dies(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(2))
    connection = connection_of(simulator)
    told = [("sent", connection.id, {"operation": "move", "target": "workload_identity_federation", "kept": {}})]
    with alive(hold_journal, str(path), simulator.fleet.organization_id, told):
        assert convert(simulator, journal=str(path)).statuses == {"azure-0": "skipped", "azure-1": "converted"}
        assert left_open(path, simulator) == [connection.id]
    assert convert(simulator, journal=str(path)).statuses == {"azure-0": "converted"}
    assert left_open(path, simulator) == []


# -- what became different meanwhile -------------------------------------------------------------------------------------
@pytest.mark.parametrize("lost", ["share", "check", "permission", "role", "data", "description", "enabled"])
def test_what_the_conversion_lost_is_noticed_by_the_next_run(
    simulate: Simulate, path: Path, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet()
    payments, guest = fleet.project("Payments"), fleet.project("Guest")
    connection = fleet.connection(payments, "azure-0", shared_with=[guest], pipelines=[1], description="mine")
    fleet.check(connection, "fe1", "ExclusiveLock", {"a": 1})
    simulator = simulate(fleet, conversion_drops=lost)
    stopped(simulator, conversion, journal=str(path), shared="include")
    monkeypatch.setattr(verify, "tries", so_many_tests(2))
    task = convert(simulator, journal=str(path), shared="include", revert_on_failure=True, verify_timeout=1)
    assert task.statuses == {"azure-0": "failed"}
    error = task.rows[0]["error"]
    assert error["code"] == "changed_besides"
    assert len(error["details"]["differences"]) >= 1
    assert sent(simulator) == [WIF]


@pytest.mark.parametrize("what", ["owner", "guest"])
def test_a_project_that_got_another_name_meanwhile_is_no_difference(simulate: Simulate, path: Path, what: str) -> None:
    fleet = Fleet()
    payments, guest = fleet.project("Payments"), fleet.project("Guest")
    fleet.connection(payments, "azure-0", shared_with=[guest], pipelines=[1])
    simulator = simulate(fleet)
    stopped(simulator, conversion, journal=str(path), shared="include")
    (payments if what == "owner" else guest).name = "Renamed"
    task = convert(simulator, journal=str(path), shared="include")
    assert not task.failed, task.result["msg"]
    assert task.statuses == {"azure-0": "converted"}


def test_a_difference_is_told_once_and_then_it_is_over(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(1))
    stopped(simulator, conversion, journal=str(path))
    connection_of(simulator).owning.description = "edited by a person"
    assert convert(simulator, journal=str(path)).statuses == {"azure-0": "failed"}
    assert left_open(path, simulator) == []
    assert convert(simulator, journal=str(path)).rows == []


# -- a service that takes its time -------------------------------------------------------------------------------------
def test_one_that_the_service_still_works_on_is_not_forgotten(simulate: Simulate, path: Path) -> None:
    """The answer was lost with the run; whoever comes before the service is done must leave it open for the next one."""
    simulator = simulate(fleet_of(1), conversion_polls=1000)
    stopped(simulator, conversion, journal=str(path))
    again = convert(simulator, journal=str(path), wait_timeout=0)
    assert again.rows[0]["status"] in ("waiting", "skipped")
    assert left_open(path, simulator) == [connection_of(simulator).id]
    connection_of(simulator).pending.polls = 0  # type: ignore[union-attr]
    task = convert(simulator, journal=str(path))
    assert task.statuses == {"azure-0": "converted"}
    assert task.rows[0]["verification"]["after"]["result"] == "ok"
    assert len(simulator.writes) == 1


def test_one_that_was_accepted_is_waited_for(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(1), conversion_polls=3)
    stopped(simulator, lambda record: record.method == "GET" and bool(simulator.writes), journal=str(path))
    assert convert(simulator, journal=str(path)).statuses == {"azure-0": "converted"}
    assert len(simulator.writes) == 1


def test_one_that_takes_too_long_waits_and_is_tested_by_a_later_run(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(1), conversion_polls=1000)
    assert convert(simulator, journal=str(path), wait_timeout=0).statuses == {"azure-0": "waiting"}
    assert convert(simulator, journal=str(path), wait_timeout=0).rows[0]["status"] in ("waiting", "skipped")
    connection_of(simulator).pending.polls = 0  # type: ignore[union-attr]
    task = convert(simulator, journal=str(path))
    assert task.statuses == {"azure-0": "converted"}
    assert task.rows[0]["verification"]["after"]["result"] == "ok"
    assert left_open(path, simulator) == []


def test_one_that_failed_later_is_a_failure(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(1), conversion_polls=1, conversion_failure="It did not work out.")
    stopped(simulator, conversion, journal=str(path))
    let_it_finish(simulator)
    task = convert(simulator, journal=str(path), connections=["azure-0"])
    assert task.statuses == {"azure-0": "failed"}
    assert "It did not work out" in task.result["msg"]


def test_who_is_not_signed_in_any_more_does_not_forget_what_was_sent(simulate: Simulate, path: Path) -> None:
    """The sign-in ends between the request and its end."""
    simulator = simulate(fleet_of(2))

    def sign_out(record: Recorded, moment: Moment) -> None:
        if record.write and moment == "applied":
            simulator.fault(status=401, times=0)

    simulator.observe(sign_out)
    assert convert(simulator, journal=str(path), concurrency=1).failed
    simulator.observe(None)
    simulator.clear_faults()
    task = convert(simulator, journal=str(path))
    assert task.statuses == {"azure-0": "converted", "azure-1": "converted"}
    assert task.by_name["azure-0"]["verification"]["after"]["result"] == "ok"
    assert len(simulator.writes) == 2


# -- the way back ------------------------------------------------------------------------------------------------------
def broken_by_the_conversion(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch, **knobs: t.Any
) -> tuple[Simulator, dict[str, t.Any]]:
    """Its test works before and never after."""
    simulator = simulate(fleet_of(1), conversion_credential="forget", **knobs)
    monkeypatch.setattr(verify, "tries", so_many_tests(2))
    return simulator, {"journal": str(path), "revert_on_failure": True, "verify_timeout": 1, "concurrency": 1}


def test_what_was_converted_unseen_is_rolled_back_like_in_an_undisturbed_run(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, options = broken_by_the_conversion(simulate, path.with_name("calm"), monkeypatch)
    calm = convert(simulator, **options)
    assert calm.statuses == {"azure-0": "rolled_back"}
    simulator, options = broken_by_the_conversion(simulate, path, monkeypatch)
    stopped(simulator, conversion, **options)
    task = convert(simulator, **options)
    assert task.statuses == calm.statuses
    assert task.rows[0]["error"] == calm.rows[0]["error"]
    assert task.rows[0]["verification"]["after"] == calm.rows[0]["verification"]["after"]
    assert connection_of(simulator).scheme == SP
    assert left_open(path, simulator) == []


def test_what_did_not_work_before_is_not_rolled_back_by_the_next_run(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it had worked before is known from the journal alone."""
    monkeypatch.setattr(verify, "tries", so_many_tests(2))
    simulator = simulate(fleet_of(1, secret_expires=timedelta(days=-1)), conversion_credential="forget")
    options: dict[str, t.Any] = {"journal": str(path), "revert_on_failure": True, "verify_timeout": 1}
    stopped(simulator, conversion, **options)
    assert convert(simulator, **options).statuses == {"azure-0": "failed"}
    assert sent(simulator) == [WIF]


@pytest.mark.parametrize("moment", ["arrived", "applied"])
@pytest.mark.parametrize("polls", [0, 3], ids=["at once", "slowly"])
def test_a_run_that_was_stopped_on_the_way_back_ends_rolled_back(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch, moment: Moment, polls: int
) -> None:
    simulator, options = broken_by_the_conversion(simulate, path, monkeypatch, conversion_polls=polls)
    stopped(simulator, way_back, moment, **options)
    task = convert(simulator, **options)
    assert task.statuses == {"azure-0": "rolled_back"}, task.result["msg"]
    assert "revert" in task.rows[0]["error"]["message"]
    assert connection_of(simulator).scheme == SP
    assert applied(simulator.requests).most_common(1)[0][1] == 1
    assert left_open(path, simulator) == []


def test_a_deadline_that_passed_meanwhile_ends_the_way_back(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, options = broken_by_the_conversion(simulate, path, monkeypatch, revert_days=0.001)
    stopped(simulator, conversion, **options)
    task = convert(simulator, **options)
    assert task.statuses == {"azure-0": "failed"}
    assert "revert_window_passed" in task.rows[0]["error"]["message"]
    assert sent(simulator) == [WIF]


def test_the_way_back_is_not_taken_by_a_run_that_was_not_told_to(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, options = broken_by_the_conversion(simulate, path, monkeypatch)
    stopped(simulator, conversion, **options)
    assert convert(simulator, **{**options, "revert_on_failure": False}).statuses == {"azure-0": "failed"}
    assert sent(simulator) == [WIF]


# -- plans -------------------------------------------------------------------------------------------------------------
def digest_of(simulator: Simulator, **options: t.Any) -> str:
    return str(convert(simulator, check=True, **options).result["plan"]["digest"])


@pytest.mark.sampled(4)
@pytest.mark.parametrize("named", [False, True], ids=["selected", "named"])
@pytest.mark.parametrize("moment", ["arrived", "applied"])
@pytest.mark.parametrize("stop_at", [0, 1, 2])
def test_a_digest_goes_on_with_the_journal_and_not_without(
    simulate: Simulate, path: Path, moment: Moment, stop_at: int, named: bool
) -> None:
    simulator = simulate(fleet_of(3))
    wanted: dict[str, t.Any] = {"connections": ["azure-0", "azure-1", "azure-2"]} if named else {}
    digest = digest_of(simulator, **wanted)
    count = iter(range(10))
    options = {"plan_digest": digest, "concurrency": 1, **wanted}
    stopped(simulator, lambda record: record.write and next(count) == stop_at, moment, journal=str(path), **options)
    changed = (stop_at, moment) != (0, "arrived")
    without = convert(simulator, **options, check=True)
    assert without.failed is changed
    if changed:
        refused = convert(simulator, **options)
        assert refused.result["failure"]["code"] == "plan_changed"
        assert len(simulator.writes) == stop_at + 1
    task = convert(simulator, journal=str(path), **options)
    assert not task.failed, task.result["msg"]
    assert {item.scheme for item in simulator.world.connections.values()} == {WIF}
    again = convert(simulator, journal=str(path), **options)
    assert not again.failed, again.result["msg"]
    assert not again.result["changed"]


def test_a_digest_does_not_excuse_what_somebody_else_changed(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(3))
    options: dict[str, t.Any] = {"plan_digest": digest_of(simulator), "concurrency": 1, "journal": str(path)}
    stopped(simulator, conversion, **options)
    connection_of(simulator, "azure-2").disabled = True
    task = convert(simulator, **options)
    assert task.result["failure"]["code"] == "plan_changed"
    assert len(simulator.writes) == 1


@pytest.mark.parametrize("with_journal", [True, False], ids=["journal", "no journal"])
def test_a_plan_goes_on_either_way(simulate: Simulate, path: Path, with_journal: bool) -> None:
    simulator = simulate(fleet_of(3))
    plan = convert(simulator, check=True).result["plan"]
    options = {"plan": plan, "concurrency": 1, **({"journal": str(path)} if with_journal else {})}
    stopped(simulator, conversion, **options)
    task = convert(simulator, **options)
    assert not task.failed, task.result["msg"]
    assert task.statuses == {
        "azure-0": "converted" if with_journal else "unchanged",
        "azure-1": "converted",
        "azure-2": "converted",
    }


# -- taking a batch back -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", ["applied", "answered"])
def test_a_batch_is_all_that_a_run_may_have_converted(simulate: Simulate, path: Path, place: str) -> None:
    """What was in flight when the run died, too."""
    simulator = simulate(fleet_of(3))
    seen: list[str] = []

    def second(record: Recorded) -> bool:
        seen.append(record.method)
        return seen.count("PUT") == 2 and record.method == ("PUT" if place == "applied" else "GET")

    stopped(simulator, second, "applied" if place == "applied" else "arrived", journal=str(path), concurrency=1)
    if place == "applied":
        # As if killed: nobody wrote down what became of it.
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[: max(i for i, line in enumerate(lines) if '"sent"' in line) + 1]))
    assert sum(item.scheme == WIF for item in simulator.world.connections.values()) == 2
    task = convert(simulator, to="service_principal", batch={"journal": str(path)})
    assert not task.failed
    assert {item.scheme for item in simulator.world.connections.values()} == {SP}


def test_a_batch_leaves_alone_what_was_converted_by_others(simulate: Simulate, path: Path) -> None:
    fleet = fleet_of(1)
    fleet.connection(fleet.project("Payments"), "theirs", scheme=WIF, converted_ago=timedelta(days=1))
    simulator = simulate(fleet)
    convert(simulator, journal=str(path))
    task = convert(simulator, to="service_principal", batch={"journal": str(path)})
    assert task.statuses == {"azure-0": "reverted"}
    assert connection_of(simulator, "theirs").scheme == WIF


def test_a_batch_that_was_taken_back_is_empty(simulate: Simulate, path: Path) -> None:
    simulator = simulate(fleet_of(2))
    convert(simulator, journal=str(path))
    options = {"to": "service_principal", "batch": {"journal": str(path)}, "journal": str(path)}
    assert set(convert(simulator, **options).statuses.values()) == {"reverted"}
    again = convert(simulator, **options)
    assert (again.rows, again.failed) == ([], False)
