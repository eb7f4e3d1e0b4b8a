# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: what a conversion costs in requests, and what is read for many connections together."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from simulator import Fleet, Simulator, bench_fleet
from unit.plugins._helpers.fleets import WIF
from unit.plugins._helpers.tasks import convert

Simulate = t.Callable[..., Simulator]
NUMBER = 100
MANY = "/checks/queryconfigurations"
ONE = "/checks/configurations"


def asked(simulator: Simulator, part: str) -> int:
    return sum(part in item.path.lower() for item in simulator.requests)


@pytest.mark.parametrize(
    ("options", "most"),
    [({}, 10.5), ({"verify": "none"}, 8.5), ({"compare": "none"}, 6.5), ({"compare": "none", "verify": "none"}, 4.5)],
    ids=str,
)
def test_what_a_conversion_costs(simulate: Simulate, options: dict[str, t.Any], most: float) -> None:
    """Lists included: some projects, of which each has its own."""
    simulator = simulate(bench_fleet(5, NUMBER))
    task = convert(simulator, concurrency=8, **options)
    assert set(task.statuses.values()) == {"converted"}
    assert len(simulator.requests) / NUMBER <= most, len(simulator.requests) / NUMBER
    assert asked(simulator, ONE) == 0


def test_where_the_next_one_depends_on_the_last_one_each_is_compared_at_once(simulate: Simulate) -> None:
    simulator = simulate(bench_fleet(2, 6))
    assert set(convert(simulator, max_failures=0).statuses.values()) == {"converted"}
    assert (asked(simulator, ONE), asked(simulator, MANY)) == (12, 0)


SLOW: t.Any = {"compare": "none", "verify": "none", "concurrency": 8}


def looks(simulator: Simulator) -> tuple[int, int]:
    """How often a connection itself was read after its request, and how often a list of those that wait."""
    sent: set[str] = set()
    ones = 0
    for item in simulator.requests:
        if item.write:
            sent.add(item.path.lower())
        ones += item.method == "GET" and item.path.lower() in sent
    return ones, asked_for_many(simulator)


def asked_for_many(simulator: Simulator) -> int:
    return sum("endpointIds=" in item.raw_path for item in simulator.requests)


def test_many_that_wait_are_looked_at_together(simulate: Simulate) -> None:
    """Each is read itself at once, and when the list shows that something has happened."""
    simulator = simulate(bench_fleet(1, 24), conversion_ms=150.0)
    task = convert(simulator, **SLOW)
    assert set(task.statuses.values()) == {"converted"}
    ones, lists = looks(simulator)
    assert 48 <= ones <= 60
    assert lists > 0


def test_one_that_waits_alone_is_looked_at_itself(simulate: Simulate) -> None:
    simulator = simulate(bench_fleet(4, 4), conversion_ms=30.0)
    assert set(convert(simulator, **SLOW).statuses.values()) == {"converted"}
    assert looks(simulator)[1] == 0


@pytest.mark.parametrize("trouble", [{"status": 403}, {"status": 200, "body": {"count": 0, "value": []}}])
def test_a_list_that_tells_nothing_hides_nobody(simulate: Simulate, trouble: dict[str, t.Any]) -> None:
    simulator = simulate(bench_fleet(1, 8), conversion_ms=50.0)
    simulator.fault(path=r"endpointIds=", times=0, **trouble)
    assert set(convert(simulator, **SLOW).statuses.values()) == {"converted"}


def checked_fleet(number: int) -> Fleet:
    fleet = Fleet()
    for place in range(number):
        connection = fleet.connection(fleet.project(f"Project {place % 3}"), f"azure-{place:02d}")
        fleet.check(connection, "8c6f20a7-a545-4486-9777-f762fafe0d4d", "Approval", {"instructions": "look"})
    return fleet


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_check_that_is_gone_is_found_for_every_one(simulate: Simulate, concurrency: int) -> None:
    simulator = simulate(checked_fleet(30), conversion_drops="check")
    task = convert(simulator, concurrency=concurrency)
    assert set(task.statuses.values()) == {"failed"}
    for row in task.rows:
        assert row["error"]["code"] == "changed_besides"
        assert row["name"] in row["error"]["message"]
        (difference,) = row["error"]["details"]["differences"]
        assert difference["field"] == f"checks in {row['project']}"
    assert task.result["failure"]["code"] == "connections_failed"


def test_it_is_found_by_the_next_run_if_this_one_was_stopped_before_it_looked(
    simulate: Simulate, tmp_path: Path
) -> None:
    simulator = simulate(checked_fleet(3), conversion_drops="check")
    options = {"journal": str(tmp_path / "journal")}

    def sign_out(record: t.Any, moment: str) -> None:
        converted = all(item.scheme == WIF for item in simulator.world.connections.values())
        if MANY in record.path.lower() and moment == "arrived" and converted:
            simulator.fault(path="", times=0, status=401)

    simulator.observe(sign_out)
    first = convert(simulator, **options)
    assert set(first.statuses.values()) == {"waiting"}
    assert "checks stayed as they were could not be looked at" in first.rows[0]["error"]["message"]
    simulator.observe(None)
    simulator.clear_faults()
    again = convert(simulator, **options)
    gone = {
        row["name"] for row in (*first.rows, *again.rows) if row["error"] and row["error"]["code"] == "changed_besides"
    }
    assert gone == {f"azure-{place:02d}" for place in range(3)}


def test_what_cannot_be_read_together_is_read_one_by_one(simulate: Simulate) -> None:
    simulator = simulate(checked_fleet(4))
    simulator.fault(path="queryconfigurations", times=0, status=403)
    task = convert(simulator)
    assert set(task.statuses.values()) == {"converted"}
    assert not any("could not be read" in text for row in task.rows for text in row["notes"])
    assert asked(simulator, ONE) >= 8


def test_what_cannot_be_read_at_all_is_said_once(simulate: Simulate) -> None:
    simulator = simulate(checked_fleet(3))
    simulator.fault(path="/checks/", times=0, status=403)
    task = convert(simulator)
    assert set(task.statuses.values()) == {"converted"}
    for row in task.rows:
        assert row["notes"] == ["Whether this stayed as it was could not be read: checks."]
