# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: a large fleet at a service of which every twentieth answer goes wrong. 2,000 connections in make test-all, 100 in make test."""

from __future__ import annotations

import os
import random
import re
import threading
import typing as t
from collections import Counter
from pathlib import Path

from simulator import Simulator, bench_fleet
from simulator.recorder import Recorded
from tools.sampling import ALL
from unit.plugins._helpers.fleets import WIF, Ledger, finish_background_work
from unit.plugins._helpers.tasks import Task, convert

PROJECTS, NUMBER = (20, 2000) if os.environ.get(ALL) else (5, 100)
ONE_IN = 20
KINDS: tuple[dict[str, t.Any], ...] = (
    {"status": 500, "body": {"message": "TF400898: An Internal Error Occurred."}},
    {"status": 503},
    {"status": 429, "headers": {"Retry-After": "0.001"}},
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "truncated"},
    {"kind": "cut"},
    {"kind": "html", "status": 200, "body": "proxy"},
)


class Weather:
    """Orders a fault for every twentieth request, at the moment when it arrives."""

    def __init__(self, simulator: Simulator, seed: int) -> None:
        self._simulator = simulator
        self._random = random.Random(seed)
        self._one = threading.Lock()
        self.ordered = 0

    def __call__(self, record: Recorded, moment: str) -> None:
        with self._one:
            if moment == "arrived" and self._random.randrange(ONE_IN) == 0:
                kind = self._random.choice(KINDS)
                self._simulator.fault(method=record.method, path=re.escape(record.path), **kind)
                self.ordered += 1


def judge(task: Task, simulator: Simulator) -> Counter[str]:
    """Every connection has a row, and each row is what the service holds."""
    held = {item.id: item for item in simulator.world.connections.values()}
    rows = {row["id"]: row for row in task.rows}
    assert rows.keys() == held.keys(), "a connection was lost"
    for id_, row in rows.items():
        scheme = held[id_].scheme
        assert row["status"] in ("converted", "unchanged", "waiting", "failed", "skipped"), row["status"]
        if row["status"] in ("converted", "unchanged"):
            assert scheme == WIF, row
        if row["status"] in ("failed", "skipped") and not row["after"]:
            assert scheme == "ServicePrincipal", row
        if row["after"]:
            assert (row["after"]["scheme"] == "workload_identity_federation") is (scheme == WIF), row
    return Counter(row["status"] for row in task.rows)


def test_nothing_is_lost_nothing_is_done_twice_and_every_row_is_true(
    simulate: t.Callable[..., Simulator], tmp_path: Path
) -> None:
    simulator = simulate(bench_fleet(PROJECTS, NUMBER))
    weather = Weather(simulator, seed=14)
    ledger = Ledger(simulator, then=weather)
    # Reads and writes are tried often enough that one in twenty is no outage.
    options: dict[str, t.Any] = {"concurrency": 16, "journal": str(tmp_path / "journal"), "wait_timeout": 5}
    first = convert(simulator, **options)
    statuses = judge(first, simulator)
    assert weather.ordered > NUMBER / ONE_IN
    assert statuses["converted"] > NUMBER * 0.9, statuses
    finish_background_work(simulator)
    # What is left is done by the next run, in good weather.
    simulator.observe(None)
    simulator.clear_faults()
    ledger_of_rest = Ledger(simulator)
    again = convert(simulator, **options)
    assert {item.scheme for item in simulator.world.connections.values()} == {WIF}, Counter(again.statuses.values())
    for name, times in ledger_of_rest.applied.items():
        ledger.applied[name] = ledger.applied.get(name, 0) + times
    ledger.check()
