# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a long task has come: the line, and when it is told."""

from __future__ import annotations

import itertools
import threading
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._run import progress as progress_file
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each
from ansible_collections.azdo.connections.plugins.module_utils._run.progress import Progress, duration, progress_line
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime

from simulator import Fleet, Simulator
from unit.plugins._helpers.tasks import convert, info

Simulate = t.Callable[..., Simulator]


# -- the line ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("about", "line"),
    [
        ({"done": 57, "total": 200, "elapsed": 4.634, "failed": 1, "held_back": {"Azure DevOps": 4.0}},
         "57 of 200 connections, 1 failed, 12.3/s, about 12 s left, held back by Azure DevOps for 4 s"),
        ({"done": 0, "total": 200, "elapsed": 0.0, "failed": 0}, "0 of 200 connections, 0 failed"),
        ({"done": 0, "total": 200, "elapsed": 60.0, "failed": 0}, "0 of 200 connections, 0 failed"),
        # Too few, or too early, to say how fast it is.
        ({"done": 4, "total": 200, "elapsed": 60.0}, "4 of 200 connections"),
        ({"done": 5, "total": 200, "elapsed": 2.9}, "5 of 200 connections"),
        ({"done": 5, "total": 200, "elapsed": 3.0}, "5 of 200 connections, 1.7/s, about 2 min left"),
        # Nothing is left.
        ({"done": 200, "total": 200, "elapsed": 10.0, "failed": 3}, "200 of 200 connections, 3 failed, 20.0/s"),
        ({"done": 0, "total": 0, "elapsed": 10.0}, "0 of 0 connections"),
        # Slow ones.
        ({"done": 10, "total": 20, "elapsed": 60.0}, "10 of 20 connections, 10.0/min, about 1 min left"),
        ({"done": 10, "total": 310, "elapsed": 3600.0}, "10 of 310 connections, 10.0/h, about 30 h left"),
        ({"done": 57, "total": 60, "elapsed": 59.5}, "57 of 60 connections, 1.0/s, about 4 s left"),
        # Other words, and who held it back.
        ({"done": 7, "total": 9, "elapsed": 1.0, "what": "connections read"}, "7 of 9 connections read"),
        ({"done": 1, "total": 9, "elapsed": 1.0, "held_back": {"Azure DevOps": 0.9, "Microsoft Graph": 0.0}}, "1 of 9 connections"),
        ({"done": 1, "total": 9, "elapsed": 1.0, "held_back": {"Azure DevOps": 90.0, "Microsoft Graph": 1.0}},
         "1 of 9 connections, held back by Azure DevOps for 2 min and by Microsoft Graph for 1 s"),
    ],
    ids=[str(number) for number in range(14)],
)  # fmt: skip
def test_the_line(about: dict[str, t.Any], line: str) -> None:
    assert progress_line(**about) == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.1, "1 s"),
        (11.2, "12 s"),
        (59.0, "59 s"),
        (59.1, "1 min"),
        (60.0, "1 min"),
        (89.0, "1 min"),
        (91.0, "2 min"),
        (3569.0, "59 min"),
        (3571.0, "1 h"),
        (3600.0, "1 h"),
        (7800.0, "2 h 10 min"),
        (100000.0, "27 h 47 min"),
    ],
)
def test_times_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


# -- when it is told ---------------------------------------------------------------------------------------------------
class Clock:
    """Goes on by a step whenever somebody looks at it."""

    def __init__(self, step: float) -> None:
        self._times = itertools.count(0.0, step)

    def monotonic(self) -> float:
        return next(self._times)


class Runs:
    """As much of a runtime as a meter sees."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.session = self
        self.held_back = {"Azure DevOps": 7.0}

    def progress(self, line: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.lines.append(line)


def meter(runs: Runs, total: int = 9) -> Progress:
    return Progress(t.cast(Runtime, runs), total)


def test_only_what_this_work_was_held_back_counts() -> None:
    runs = Runs()
    made = meter(runs)
    made.count()
    runs.held_back = {"Azure DevOps": 10.0, "Microsoft Graph": 2.0}
    made.count(2, failed=1)
    assert runs.lines == [
        "1 of 9 connections",
        "3 of 9 connections, 1 failed, held back by Azure DevOps for 3 s and by Microsoft Graph for 2 s",
    ]


@pytest.mark.parametrize(("step", "lines"), [(0.1, 0), (5.0, 3)])
def test_where_nothing_ends_it_is_told_now_and_then(monkeypatch: pytest.MonkeyPatch, step: float, lines: int) -> None:
    monkeypatch.setattr(progress_file, "time", Clock(step))
    runs = Runs()
    made = meter(runs)
    for _time in range(3):
        made.look()
    assert runs.lines == ["0 of 9 connections"] * lines


def test_the_main_thread_looks_while_the_others_work() -> None:
    looked = threading.Event()

    def look() -> None:
        assert threading.current_thread() is threading.main_thread()
        looked.set()

    # Each waits for a look: without one this would not end well.
    found = each([1, 2], lambda item: looked.wait(20), concurrency=2, stop=Stop(), meanwhile=look)
    assert found == [True, True]


def fleet() -> Fleet:
    fleet = Fleet()
    for number in range(4):
        fleet.connection(fleet.project("Payments"), f"azure-{number}")
    return fleet


def test_planning_and_rollout_tell_how_far_they_are(simulate: Simulate) -> None:
    simulator = simulate(fleet())
    planning, rollout = Runs(), Runs()
    convert(simulator, check=True, progress=planning.progress)
    assert planning.lines == [f"{number} of 4 connections looked at" for number in (1, 2, 3, 4)]
    simulator.fault(path="operation=ConvertAuthenticationScheme", method="PUT", status=400)
    convert(simulator, progress=rollout.progress, concurrency=1, verify="none")
    assert rollout.lines == [f"{number} of 4 connections, 1 failed" for number in (1, 2, 3, 4)]


def test_the_info_module_tells_how_far_it_is(simulate: Simulate) -> None:
    simulator = simulate(fleet())
    runs = Runs()
    info(simulator, include=["usage"], progress=runs.progress)
    assert runs.lines == [f"{number} of 4 connections read" for number in (1, 2, 3, 4)]
