# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things at once: bounded, in order, and over when it is over."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    NotFoundError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.discovery import discover
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks, each

from simulator import Fleet, Simulator
from unit.plugins._helpers.clients import client

Simulate = t.Callable[..., Simulator]
WIDTHS = pytest.mark.parametrize("concurrency", [1, 2, 5, 100])


class Works:
    """Counts who works at the same time."""

    def __init__(self, pause: float = 0.002) -> None:
        self.now = self.most = 0
        self.begun: list[int] = []
        self._pause = pause
        self._lock = threading.Lock()

    def __call__(self, item: int) -> int:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.begun.append(item)
        # Later items end sooner.
        time.sleep(self._pause * (1 + (item % 3 == 0)))
        with self._lock:
            self.now -= 1
        return item * 10


@WIDTHS
def test_results_are_in_the_order_of_the_items(concurrency: int) -> None:
    work = Works()
    assert each(range(12), work, concurrency=concurrency, stop=Stop()) == [number * 10 for number in range(12)]
    assert work.most <= concurrency


@WIDTHS
@pytest.mark.parametrize("items", [[], [7]])
def test_few_items(concurrency: int, items: list[int]) -> None:
    assert each(items, Works(), concurrency=concurrency, stop=Stop()) == [item * 10 for item in items]


def test_so_many_at_once_and_no_more() -> None:
    work = Works(0.01)
    each(range(20), work, concurrency=4, stop=Stop())
    assert work.most == 4


@WIDTHS
def test_results_may_be_none(concurrency: int) -> None:
    assert each([1, 2], lambda item: None, concurrency=concurrency, stop=Stop()) == [None, None]


@WIDTHS
def test_who_says_no_ends_it_and_what_runs_is_finished(concurrency: int) -> None:
    work = Works()
    told: list[int] = []

    def go_on(item: int, done: int) -> bool:
        assert threading.current_thread() is threading.main_thread()
        told.append(item)
        return item != 2

    results = each(range(50), work, concurrency=concurrency, stop=Stop(), go_on=go_on)
    assert sorted(work.begun) == sorted(told)
    assert len(work.begun) <= 3 + 2 * concurrency
    assert [index for index, result in enumerate(results) if result is not None] == sorted(work.begun)


@WIDTHS
@pytest.mark.parametrize("error", [ValueError("x"), StoppedError("x"), KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_what_breaks_one_item_stops_all(concurrency: int, error: BaseException) -> None:
    stop = Stop()
    after: list[int] = []

    def work(item: int) -> int:
        if stop:
            after.append(item)
            raise StoppedError("x")
        if item == 3:
            raise error
        time.sleep(0.002)
        return item

    with pytest.raises(type(error)):
        each(range(100), work, concurrency=concurrency, stop=stop)
    assert stop
    assert len(after) <= concurrency


@WIDTHS
def test_a_fault_in_the_bookkeeping_stops_all(concurrency: int) -> None:
    stop = Stop()

    def go_on(item: int, done: int) -> bool:
        raise ValueError("bookkeeping")

    with pytest.raises(ValueError, match="bookkeeping"):
        each(range(5), lambda item: item, concurrency=concurrency, stop=stop, go_on=go_on)
    assert stop


def test_an_interrupt_does_not_wait_for_slow_requests() -> None:
    """A task's timeout comes as a signal into the waiting thread."""
    # A shell starts what runs in the background with interrupts ignored, and Python keeps to that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stop = Stop()
    release = threading.Event()
    running = threading.Barrier(3)
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        with contextlib.suppress(threading.BrokenBarrierError):
            running.wait(10)
        release.wait(10)

    def interrupt() -> None:
        running.wait(10)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        each(range(10), work, concurrency=2, stop=stop)
    assert time.monotonic() - started < 5
    assert stop
    assert sorted(begun) == [0, 1]
    release.set()


def test_an_interrupt_while_threads_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are at work by then."""
    stop = Stop()
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        if thread.name == "azdo-2":
            raise KeyboardInterrupt
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        each(range(10), lambda item: item, concurrency=4, stop=stop)
    assert stop


def test_threads_do_not_keep_a_process_alive() -> None:
    daemons: list[bool] = []
    each(range(4), lambda item: daemons.append(threading.current_thread().daemon), concurrency=2, stop=Stop())
    assert daemons == [True] * 4


def test_threads_end_when_the_work_is_done() -> None:
    before = set(threading.enumerate())
    each(range(4), lambda item: item, concurrency=4, stop=Stop())
    give_up = time.monotonic() + 5
    while set(threading.enumerate()) - before:
        assert time.monotonic() < give_up
        time.sleep(0.001)


def test_a_lock_for_each_key() -> None:
    locks = KeyedLocks()
    assert locks.of(("tenant", "client")) is locks.of(("tenant", "client"))
    assert locks.of("a") is not locks.of("b")


# -- reading the estate ------------------------------------------------------------------------------------------------
@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    fleet = Fleet()
    for name in ("Payments", "Web Shop", "Empty"):
        project = fleet.project(name)
        if name != "Empty":
            fleet.connection(project, "azure-prod")
    return simulate(fleet)


@WIDTHS
def test_the_whole_organization(simulator: Simulator, concurrency: int) -> None:
    estate = discover(client(simulator), None, concurrency=concurrency, stop=Stop())
    assert [project.name for project in estate.projects] == ["Empty", "Payments", "Web Shop"]
    assert [found.connection.owner.name for found in estate.found] == ["Payments", "Web Shop"]
    assert estate.coverage.empty == ("Empty",)


def test_projects_by_name_or_id_once_each(simulator: Simulator) -> None:
    one = client(simulator)
    ids = {project.name: project.id for project in one.projects()}
    wanted = ["web shop", ids["Web Shop"], "PAYMENTS"]
    estate = discover(one, wanted, concurrency=2, stop=Stop())
    assert [project.name for project in estate.projects] == ["Payments", "Web Shop"]


def test_all_projects_that_are_missing_are_named(simulator: Simulator) -> None:
    with pytest.raises(NotFoundError, match=r"'nope', 'neither' not found in .*, or not visible") as caught:
        discover(client(simulator), ["nope", "Payments", "neither"], concurrency=4, stop=Stop())
    assert caught.value.details["missing"] == ["nope", "neither"]


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"kind": "truncated"}, {"status": 401}], ids=str)
def test_one_project_that_cannot_be_read_does_not_hide_the_others(
    simulator: Simulator, fault: dict[str, t.Any]
) -> None:
    one = client(simulator, max_retries=0)
    project = next(item for item in one.projects() if item.name == "Payments")
    simulator.fault(times=0, path=f"{project.id}/_apis/serviceendpoint", **fault)
    estate = discover(one, None, concurrency=4, stop=Stop())
    assert [found.connection.owner.name for found in estate.found] == ["Web Shop"]
    assert [item.name for item in estate.coverage.unread] == ["Payments"]


def test_a_sign_in_that_ended_ends_the_reading(simulator: Simulator) -> None:
    one = client(simulator)
    one.projects()
    simulator.fleet.user.pat = "another-token-by-now"
    with pytest.raises(AuthenticationError):
        discover(one, None, concurrency=4, stop=Stop())
