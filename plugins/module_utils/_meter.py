# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what a task has done and tells it, from the main thread.

PRIVATE to the collection.
"""

from __future__ import annotations

import time

from ansible_collections.azdo.connections.plugins.module_utils._progress import progress_line
from ansible_collections.azdo.connections.plugins.module_utils._runtime import Runtime

# How often (s) to tell where nothing ends, because the service holds the task back or is slow.
_QUIET_SECONDS = 5.0


class Meter:
    """One piece of work of a task. Begins when it is made.

    :param what: what is counted.
    """

    def __init__(self, runtime: Runtime, total: int, what: str = "connections") -> None:
        self._runtime = runtime
        self._total = total
        self._what = what
        self._done = 0
        self._failed: int | None = None
        self._began = self._told = time.monotonic()
        self._held_before = runtime.session.held_back

    def count(self, done: int = 1, *, failed: int | None = None) -> None:
        """:param failed: how many have failed so far; None where nothing can fail."""
        self._done += done
        self._failed = failed
        self._tell()

    def look(self) -> None:
        """While nothing ends, for :func:`_fleet.each`."""
        if time.monotonic() - self._told >= _QUIET_SECONDS:
            self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        held_back = {
            name: seconds - self._held_before.get(name, 0.0)
            for name, seconds in self._runtime.session.held_back.items()
        }
        self._runtime.progress(
            progress_line(
                self._done,
                self._total,
                elapsed=self._told - self._began,
                what=self._what,
                failed=self._failed,
                held_back=held_back,
            )
        )
