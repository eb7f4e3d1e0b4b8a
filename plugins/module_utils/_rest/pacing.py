# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request may start: not after the task is over, and not while the service asked for a pause.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import email.utils
import fcntl
import math
import os
import random
import threading
import time
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._rest.shared_pause import SharedPause

# Below this share of X-RateLimit-Limit the task leaves room for others before the service starts to delay it.
_LOW_BUDGET = 0.1
# For a service that does not say what a request costs.
_LOW_BUDGET_PAUSE_SECONDS = 1.0
# The limit is what may be used within so long (10).
_WINDOW_SECONDS = 300.0
# With nothing left, requests go out at a tenth of the rate that could go on for ever.
_SLOWEST = 10.0
# No service asks for more; a larger number is a mistake and must not stop the task for days.
_LONGEST_PAUSE_SECONDS = 3600.0
_ASK_EVERY_SECONDS = 0.2


class Stop:
    """Says, to every thread of a task, that nothing new may start. Every wait of the collection goes through it.

    :param is_over: asked again and again whether the task has ended without telling anybody.
    """

    def __init__(self, is_over: t.Callable[[], bool] = lambda: False) -> None:
        self._event = threading.Event()
        self._is_over = is_over

    def set(self) -> None:
        self._event.set()

    def __bool__(self) -> bool:
        if not self._event.is_set() and self._is_over():
            self._event.set()
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`StoppedError` if the task is over."""
        if self:
            raise StoppedError(
                "The task was stopped.", remedy="Run it again: what is done already is recognised and not repeated."
            )

    def wait(self, seconds: float) -> None:
        """Sleep, but wake and raise :class:`StoppedError` as soon as the task is over."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            self._event.wait(min(left, _ASK_EVERY_SECONDS))
            self.check()


# Pauses (s) of :func:`tries`, the first and the longest.
_FIRST_TRY_PAUSE_SECONDS, _LONGEST_TRY_PAUSE_SECONDS = 1.0, 15.0


def tries(stop: Stop, seconds: float) -> t.Iterator[float]:
    """One try at once, more after growing pauses, and a last one when ``seconds`` are over. Yields the seconds that are left.

    For what takes its time to become true: a credential to spread, a deletion to end.
    """
    end = time.monotonic() + seconds
    pause = _FIRST_TRY_PAUSE_SECONDS
    while True:
        left = end - time.monotonic()
        yield max(0.0, left)
        left = end - time.monotonic()
        if left <= 0:
            return
        stop.wait(min(pause, left))
        pause = min(pause * 2, _LONGEST_TRY_PAUSE_SECONDS)


Got = t.TypeVar("Got")


def persist(attempt: t.Callable[[], Got], times: t.Iterable[float], again: t.Callable[[AzdoError], bool]) -> Got:
    """The result of the first attempt that succeeds. An error that is not worth another try passes at once, the last one when the ``times`` are over.

    :param times: from :func:`tries`, at least one.
    """
    problem: AzdoError | None = None
    for _left in times:
        try:
            return attempt()
        except AzdoError as error:
            if not again(error):
                raise
            problem = error
    raise t.cast(AzdoError, problem)


class Pace:
    """One gate for all threads of a task: whoever is told to wait makes all of them wait (fact sheet 10), and with ``shared`` all tasks of the play.

    When the budget runs low, requests go out one by one, at the rate at which the service forgets earlier ones; with less left slower, so that several
    tasks of one caller come to terms, too. ``seconds_lost`` is the time (s) by which the service held the task back.
    """

    def __init__(self, stop: Stop, shared: SharedPause | None = None) -> None:
        self._stop = stop
        self._shared = shared or SharedPause()
        self._lock = threading.Lock()
        self._open_at = 0.0
        # From one request to the next (s), and when the next one may go.
        self._spacing = 0.0
        self._next = 0.0
        self._cost = 0.0
        self._in_a_hurry = 0
        self.seconds_lost = 0.0

    def pass_gate(self, patience: float | None = None) -> bool:
        """Wait until a request may go out. False, as soon as it is clear that this would take longer than ``patience`` seconds.

        Who has no time for ever goes before those who have: it is about to write what it has read.
        """
        end, in_a_hurry = time.monotonic() + (math.inf if patience is None else patience), patience is not None
        with self._waiting(in_a_hurry):
            while (seconds := self._seconds_to_go(in_a_hurry)) > 0:
                if time.monotonic() + seconds > end:
                    return False
                self._stop.wait(seconds)
        self._stop.check()
        return True

    @contextlib.contextmanager
    def _waiting(self, in_a_hurry: bool) -> t.Iterator[None]:
        with self._lock:
            self._in_a_hurry += in_a_hurry
        try:
            yield
        finally:
            with self._lock:
                self._in_a_hurry -= in_a_hurry

    def _seconds_to_go(self, in_a_hurry: bool) -> float:
        """How long to wait before asking again; 0 and less: it is the turn of this request."""
        if (pause := self._opens_at() - time.monotonic()) > 0:
            return pause
        with self._lock:
            now = time.monotonic()
            if self._next <= now and self._spacing and self._in_a_hurry and not in_a_hurry:
                return self._spacing
            if self._next > now:
                return self._next - now
            # What came late was not held back by the whole of it.
            self.seconds_lost += round(max(0.0, self._spacing - (now - self._next)), 6) if self._next else 0.0
            self._next = now + self._spacing if self._spacing else 0.0
            return 0.0

    @property
    def is_open(self) -> bool:
        return self._opens_at() <= time.monotonic()

    def hold(self, seconds: float) -> None:
        now = time.monotonic()
        self._hold_until(now + seconds, now)
        self._shared.hold_until(now + seconds)

    def _opens_at(self) -> float:
        """Takes over what another task was told meanwhile."""
        if (moment := self._shared.opens_at()) > self._open_at:
            self._hold_until(moment, time.monotonic())
        return self._open_at

    def _hold_until(self, moment: float, now: float) -> None:
        with self._lock:
            opens = max(self._open_at, now)
            self._open_at = max(opens, moment)
            # Rounded: one second is one, and not what the clock's last digits make of it.
            self.seconds_lost += round(self._open_at - opens, 6)

    def learn(self, headers: t.Mapping[str, str]) -> None:
        """Take in what an answer of any status, 200 included, says about the budget of this caller."""
        if wait := retry_after(headers, time.time()):
            self.hold(wait)
            return
        limit = _number(headers.get("X-RateLimit-Limit")) or 0.0
        remaining = _number(headers.get("X-RateLimit-Remaining"))
        share = remaining / limit if remaining is not None and limit > 0 else 1.0
        cost = max(0.0, _number(headers.get("X-RateLimit-Cost")) or 0.0)
        low = share < _LOW_BUDGET
        with self._lock:
            # One costly answer is not the rule.
            self._cost += (cost - self._cost) * (0.1 if self._cost else 1.0) if cost else 0.0
            slower = min(_SLOWEST, _LOW_BUDGET / share if share > 0 else _SLOWEST)
            self._spacing = slower * _window(headers) * self._cost / limit if low else 0.0
            self._next = self._next if self._spacing else 0.0
        if low and not self._cost:
            self.hold(_LOW_BUDGET_PAUSE_SECONDS)


def _window(headers: t.Mapping[str, str]) -> float:
    """In how many seconds all that was used is forgotten, if the answer says so and it makes sense."""
    ends, sent = _number(headers.get("X-RateLimit-Reset")), _moment(headers.get("Date"))
    seconds = ends - (time.time() if sent is None else sent) if ends is not None else _WINDOW_SECONDS
    return seconds if 0 < seconds < _WINDOW_SECONDS else _WINDOW_SECONDS


class Slots:
    """At most so many requests under way at once, counted over all processes that share a folder.

    Each slot is a file that one request holds locked; the kernel lets go of the lock when its holder dies. Without a folder there is no limit.
    """

    def __init__(self, folder: str | None = None, number: int = 0) -> None:
        self._folder = folder
        self._number = number

    @contextlib.contextmanager
    def one(self, stop: Stop) -> t.Iterator[None]:
        """Wait for a slot and hold it. The file is opened anew each time, because an open file carries its lock through a fork and over threads."""
        if self._folder is None:
            yield
            return
        while (held := self._take(self._folder)) is None:
            stop.wait(random.uniform(0.005, 0.02))
        try:
            yield
        finally:
            # A process that was forked meanwhile has the file open, too.
            fcntl.flock(held, fcntl.LOCK_UN)
            os.close(held)

    def _take(self, folder: str) -> int | None:
        first = random.randrange(self._number)
        for number in range(self._number):
            path = os.path.join(folder, str((first + number) % self._number))
            slot = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(slot)
            except BaseException:
                os.close(slot)
                raise
            else:
                return slot
        return None


def retry_after(headers: t.Mapping[str, str], now: float) -> float:
    """Seconds to wait: ``Retry-After`` as a number or as an HTTP date; 0 when there is none or it makes no sense.

    A date is one of the service's own clock, so it is measured against the ``Date`` of the same answer. :param now: Unix time, for an answer without one.
    """
    value = headers.get("Retry-After")
    seconds = _number(value)
    if seconds is None and (moment := _moment(value)) is not None:
        sent = _moment(headers.get("Date"))
        seconds = moment - (now if sent is None else sent)
    return min(max(0.0, seconds or 0.0), _LONGEST_PAUSE_SECONDS)


def _moment(text: str | None) -> float | None:
    """An HTTP date as Unix time; None if it is none."""
    try:
        date = email.utils.parsedate_tz(text) if text else None
        # Always of Greenwich, also where it does not say so.
        return email.utils.mktime_tz((*date[:9], date[9] or 0)) if date else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None
