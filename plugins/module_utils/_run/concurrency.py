# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things at once: work on each of them with bounded concurrency, until somebody says stop.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop

_ASK_EVERY_SECONDS = 0.2

Item = t.TypeVar("Item")
Done = t.TypeVar("Done")


def each(
    items: t.Sequence[Item],
    work: t.Callable[[Item], Done],
    *,
    concurrency: int,
    stop: Stop,
    go_on: t.Callable[[Item, Done], bool] = lambda item, done: True,
    meanwhile: t.Callable[[], None] = lambda: None,
) -> list[Done | None]:
    """``work`` on every item, at most ``concurrency`` at a time; the results in the order of the items.

    When ``go_on`` (called in this thread) says no to a result, nothing new is started; what runs is finished, and items that were not started give
    None. ``meanwhile`` is called in this thread, again and again, while several threads work and none of them has ended. Whatever interrupts this
    thread (a task's timeout, a signal) or breaks one item stops all threads: none starts another request.

    The threads are daemons, unlike those of concurrent.futures, which Python joins at exit: one slow request would hold the worker of a timed-out
    task, and with it the next task of the host, for as long as that request takes.
    """
    if min(concurrency, len(items)) <= 1:
        return _one_by_one(items, work, stop, go_on)
    results: list[Done | None] = [None] * len(items)
    crew = _Crew(items, work, min(concurrency, len(items)))
    more = True
    try:
        crew.start()
        while crew.busy:
            index, done = crew.next_result(meanwhile)
            results[index] = done
            more = go_on(items[index], done) and more
            if more:
                crew.start_next()
    except BaseException:
        stop.set()
        raise
    finally:
        crew.dismiss()
    return results


class _Crew(t.Generic[Item, Done]):
    """Daemon threads that work on items handed out one at a time; ``busy`` is the number of items under way."""

    def __init__(self, items: t.Sequence[Item], work: t.Callable[[Item], Done], size: int) -> None:
        self._items = items
        self._work = work
        self._size = size
        self._todo: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[tuple[int, Done | BaseException, bool]] = queue.SimpleQueue()
        self._started = 0
        self.busy = 0

    def start(self) -> None:
        for number in range(self._size):
            threading.Thread(target=self._run, name=f"azdo-{number}", daemon=True).start()
            self.start_next()

    def start_next(self) -> None:
        if self._started < len(self._items):
            self._todo.put(self._started)
            self._started += 1
            self.busy += 1

    def next_result(self, meanwhile: t.Callable[[], None]) -> tuple[int, Done]:
        """Wait for an item to end; raises what its work raised."""
        index, done, good = self._wait(meanwhile)
        self.busy -= 1
        if not good:
            raise t.cast(BaseException, done)
        return index, t.cast(Done, done)

    def _wait(self, meanwhile: t.Callable[[], None]) -> tuple[int, Done | BaseException, bool]:
        """In pieces: a signal that comes just before a wait without end is heard only after it."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._finished.get(timeout=_ASK_EVERY_SECONDS)
            meanwhile()

    def dismiss(self) -> None:
        for _thread in range(self._size):
            self._todo.put(None)

    def _run(self) -> None:
        while (index := self._todo.get()) is not None:
            try:
                self._finished.put((index, self._work(self._items[index]), True))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                self._finished.put((index, error, False))


def _one_by_one(
    items: t.Sequence[Item], work: t.Callable[[Item], Done], stop: Stop, go_on: t.Callable[[Item, Done], bool]
) -> list[Done | None]:
    """:func:`each` in this thread alone."""
    results: list[Done | None] = [None] * len(items)
    try:
        for index, item in enumerate(items):
            results[index] = done = work(item)
            if not go_on(item, done):
                break
    except BaseException:
        stop.set()
        raise
    return results


class KeyedLocks:
    """One lock per key, for work that must not run at the same time on the same thing.

    Federated credentials of one identity are written one at a time, or the service answers 409 (fact sheet 8.3).
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[t.Hashable, threading.Lock] = {}

    def of(self, key: t.Hashable) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())
