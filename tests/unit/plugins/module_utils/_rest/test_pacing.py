# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopping, and waiting when the service says so."""

from __future__ import annotations

import email.utils
import math
import threading
import time

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._rest import pacing
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Pace, Stop, retry_after

NOW = 1_780_000_000.0


# -- Retry-After -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("0", 0),
        ("12", 12),
        ("1.5", 1.5),
        (" 3 ", 3),
        ("-5", 0),
        ("soon", 0),
        ("nan", 0),
        ("inf", 0),
        ("-inf", 0),
        ("1e400", 0),
        (email.utils.formatdate(NOW + 30, usegmt=True), 30),
        (email.utils.formatdate(NOW - 30, usegmt=True), 0),
        ("Wed, 99 Foo 2026 99:99:99 GMT", 0),
        ("Wed, 21 Oct 99999 07:28:00 GMT", 0),
        ("Wed, 21 Oct 0000 07:28:00 GMT", 0),
    ],
)
def test_how_long_to_wait(value: str | None, seconds: float) -> None:
    headers = {} if value is None else {"Retry-After": value}
    assert retry_after(headers, NOW) == pytest.approx(seconds)


DAYS = 86_400.0


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        (
            email.utils.formatdate(NOW + 2 * DAYS + 30, usegmt=True),
            email.utils.formatdate(NOW + 2 * DAYS, usegmt=True),
            30,
        ),
        (
            email.utils.formatdate(NOW - 2 * DAYS + 30, usegmt=True),
            email.utils.formatdate(NOW - 2 * DAYS, usegmt=True),
            30,
        ),
        (email.utils.formatdate(NOW + 30, usegmt=True), "yesterday", 30),
        (email.utils.formatdate(NOW + 30), email.utils.formatdate(NOW + 10), 20),
        ("12", email.utils.formatdate(NOW + 2 * DAYS, usegmt=True), 12),
    ],
)
def test_a_date_is_one_of_the_clock_that_wrote_it(value: str, date: str, seconds: float) -> None:
    assert retry_after({"Retry-After": value, "Date": date}, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["86400", "1e300"])
def test_no_service_stops_a_task_for_days(value: str) -> None:
    assert retry_after({"Retry-After": value}, NOW) <= 3600


# -- stop --------------------------------------------------------------------------------------------------------------
def test_a_stop_is_a_stop() -> None:
    stop = Stop()
    assert not stop
    stop.check()
    stop.set()
    assert stop
    with pytest.raises(StoppedError):
        stop.check()
    with pytest.raises(StoppedError):
        stop.wait(60)


def test_a_stop_ends_a_wait_at_once() -> None:
    stop = Stop()
    timer = threading.Timer(0.02, stop.set)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(StoppedError):
        stop.wait(60)
    assert time.monotonic() - begun < 5
    timer.join()


def test_a_wait_lasts_as_long_as_it_should() -> None:
    begun = time.monotonic()
    Stop().wait(0.02)
    assert 0.02 <= time.monotonic() - begun < 5


def test_a_task_that_ended_without_a_word_is_noticed_and_stays_ended() -> None:
    answers = iter([False, True, False])
    stop = Stop(lambda: next(answers))
    stop.check()
    with pytest.raises(StoppedError):
        stop.check()
    assert stop


def test_a_wait_asks_again_and_again_whether_the_task_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_ASK_EVERY_SECONDS", 0.001)
    asked: list[int] = []

    def over_after_a_while() -> bool:
        asked.append(1)
        return len(asked) > 5

    begun = time.monotonic()
    with pytest.raises(StoppedError):
        Stop(over_after_a_while).wait(60)
    assert time.monotonic() - begun < 5


# -- pace --------------------------------------------------------------------------------------------------------------
class Frozen:
    """A clock that only moves when somebody waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.stop = Stop()
        monkeypatch.setattr(pacing.time, "monotonic", lambda: self.now)  # type: ignore[attr-defined]
        monkeypatch.setattr(self.stop, "wait", self._wait)

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Frozen:
    return Frozen(monkeypatch)


def test_nothing_holds_anybody_back_at_first(frozen: Frozen) -> None:
    assert Pace(frozen.stop).pass_gate()
    assert frozen.waits == []


def test_everybody_waits_until_the_time_is_over(frozen: Frozen) -> None:
    pace = Pace(frozen.stop)
    pace.learn({"Retry-After": "30"})
    assert pace.pass_gate()
    assert pace.pass_gate()
    assert frozen.waits == [30]
    assert pace.seconds_lost == 30


def test_pauses_that_overlap_count_once(frozen: Frozen) -> None:
    pace = Pace(frozen.stop)
    pace.hold(30)
    frozen.now += 10
    pace.hold(5)
    pace.hold(30)
    assert pace.seconds_lost == 40
    assert pace.pass_gate()
    assert frozen.waits == [30]


def test_who_is_in_a_hurry_is_told_at_once(frozen: Frozen) -> None:
    pace = Pace(frozen.stop)
    pace.hold(31)
    assert not pace.pass_gate(patience=30)
    assert frozen.waits == []
    frozen.now += 2
    assert pace.pass_gate(patience=30)


def headers(remaining: float, cost: str = "0.08", limit: str = "200") -> dict[str, str]:
    return {"X-RateLimit-Remaining": f"{remaining:g}", "X-RateLimit-Limit": limit, "X-RateLimit-Cost": cost}


@pytest.mark.parametrize(
    ("remaining", "seconds"),
    [(150, 0), (20, 0), (19.999, 0.12), (10, 0.24), (2, 1.2), (1, 1.2), (0, 1.2), (-5, 1.2)],
)
def test_with_little_left_they_go_one_by_one_and_ever_slower(frozen: Frozen, remaining: float, seconds: float) -> None:
    """0.08 units a request and 200 in 300 s are one request each 0.12 s."""
    pace = Pace(frozen.stop)
    pace.learn(headers(remaining))
    for _request in range(4):
        assert pace.pass_gate()
    assert frozen.waits == pytest.approx([seconds] * 3 if seconds else [], rel=0.01)
    assert pace.seconds_lost == pytest.approx(3 * seconds, rel=0.01)


@pytest.mark.parametrize(
    ("reset", "seconds"), [(75.0, 0.03), (300.0, 0.12), (900.0, 0.12), (-5.0, 0.12), (math.nan, 0.12)]
)
def test_how_soon_it_is_forgotten_counts_by_the_clock_of_the_answer(
    frozen: Frozen, reset: float, seconds: float
) -> None:
    """The service says when all that was used will be forgotten, which is never later than in five minutes."""
    pace = Pace(frozen.stop)
    ahead = NOW + 2 * DAYS
    answer = {"Date": email.utils.formatdate(ahead, usegmt=True), "X-RateLimit-Reset": str(ahead + reset)}
    pace.learn({**headers(19.999), **answer})
    pace.pass_gate()
    pace.pass_gate()
    assert frozen.waits == [pytest.approx(seconds, rel=0.01)]


def test_who_is_slow_anyway_loses_nothing(frozen: Frozen) -> None:
    pace = Pace(frozen.stop)
    pace.learn(headers(10))
    for _request in range(4):
        assert pace.pass_gate()
        frozen.now += 1
    assert frozen.waits == []
    assert pace.seconds_lost == 0


def test_what_would_write_too_late_is_told_so_and_holds_nobody_up(frozen: Frozen) -> None:
    """What it is about to write was read a while ago."""
    pace = Pace(frozen.stop)
    pace.learn(headers(0, cost="100"))
    assert pace.pass_gate(30)
    assert not pace.pass_gate(30)
    assert frozen.waits == []
    pace.learn({"X-RateLimit-Cost": "100"})
    assert pace.pass_gate(30)
    assert pace.pass_gate()
    assert frozen.waits == []


def test_what_is_to_be_written_goes_before_what_is_to_be_read(frozen: Frozen, monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(frozen.stop)
    pace.learn(headers(10))
    assert pace.pass_gate()
    went: list[str] = []

    def wait(seconds: float) -> None:
        frozen.now += seconds
        if not went:
            went.append("write waits")
            assert pace.pass_gate(30)
            went.append("write")

    monkeypatch.setattr(frozen.stop, "wait", wait)
    assert pace.pass_gate()
    went.append("read")
    assert went == ["write waits", "write", "read"]


class LetInError(Exception):
    """Raised where a read is told to wait for a write."""


def test_a_read_that_comes_when_the_gate_opens_lets_the_write_that_waits_go_first(
    frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = Pace(frozen.stop)
    pace.learn(headers(10))
    assert pace.pass_gate()
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > 1:
            raise LetInError
        frozen.now += seconds
        with pytest.raises(LetInError):
            pace.pass_gate()

    monkeypatch.setattr(frozen.stop, "wait", wait)
    assert pace.pass_gate(30)
    assert len(waits) == 2


def test_when_there_is_enough_again_nobody_waits(frozen: Frozen) -> None:
    pace = Pace(frozen.stop)
    pace.learn(headers(10))
    pace.learn({"X-RateLimit-Cost": "0.08"})
    assert pace.pass_gate()
    assert pace.pass_gate()
    assert frozen.waits == []


def test_one_costly_answer_is_not_the_rule(frozen: Frozen) -> None:
    pace = Pace(frozen.stop)
    for cost in ("0.08", "0.08", "0.4"):
        pace.learn(headers(19.999, cost))
    pace.pass_gate()
    pace.pass_gate()
    assert frozen.waits == [pytest.approx(300 * 0.112 / 200, rel=0.01)]


@pytest.mark.parametrize(
    "odd",
    [{"cost": "nan"}, {"cost": "-1"}, {"cost": ""}, {"limit": "0"}, {"limit": "-200"}, {"limit": "inf"}, {"limit": ""}],
)
def test_numbers_that_make_no_sense_do_not_stop_anybody(frozen: Frozen, odd: dict[str, str]) -> None:
    pace = Pace(frozen.stop)
    pace.learn(headers(5, **odd))
    for _request in range(3):
        assert pace.pass_gate()
    assert sum(frozen.waits) <= 1


def test_a_stop_ends_the_waiting_at_the_gate() -> None:
    stop = Stop()
    pace = Pace(stop)
    pace.hold(60)
    threading.Timer(0.02, stop.set).start()
    with pytest.raises(StoppedError):
        pace.pass_gate()


def test_after_a_stop_nobody_passes() -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(StoppedError):
        Pace(stop).pass_gate()


@pytest.mark.parametrize(
    ("headers", "held"),
    [
        ({}, False),
        ({"X-RateLimit-Remaining": "200", "X-RateLimit-Limit": "200"}, False),
        ({"X-RateLimit-Remaining": "20", "X-RateLimit-Limit": "200"}, False),
        ({"X-RateLimit-Remaining": "19", "X-RateLimit-Limit": "200"}, True),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "200"}, True),
        ({"X-RateLimit-Remaining": "0"}, False),
        ({"X-RateLimit-Remaining": "few", "X-RateLimit-Limit": "200"}, False),
        ({"X-RateLimit-Remaining": "5", "X-RateLimit-Limit": "0"}, False),
        ({"Retry-After": "0", "X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "200"}, True),
    ],
)
def test_a_small_budget_slows_down(frozen: Frozen, headers: dict[str, str], held: bool) -> None:
    pace = Pace(frozen.stop)
    pace.learn(headers)
    pace.pass_gate()
    assert bool(frozen.waits) is held
