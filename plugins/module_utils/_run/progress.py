# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a task has come: counted as it goes, and told in one line, from the main thread.

PRIVATE to the collection.
"""

from __future__ import annotations

import math
import time
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import prose
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime

# How often (s) to tell where nothing ends, because the service holds the task back or is slow.
_QUIET_SECONDS = 5.0
# What was done in the first moments says nothing of the rest: the first ones end together, or wait for a connection to the service.
_FEWEST, _SHORTEST_SECONDS = 5, 3.0


class Progress:
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
        """While nothing ends, for :func:`concurrency.each`."""
        if time.monotonic() - self._told >= _QUIET_SECONDS:
            self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        held_back = {
            name: seconds - self._held_before.get(name, 0.0)
            for name, seconds in self._runtime.session.held_back.items()
        }
        line = progress_line(
            self._done,
            self._total,
            elapsed=self._told - self._began,
            what=self._what,
            failed=self._failed,
            held_back=held_back,
        )
        self._runtime.progress(prose(line))


def progress_line(
    done: int,
    total: int,
    *,
    elapsed: float,
    what: str = "connections",
    failed: int | None = None,
    held_back: t.Mapping[str, float] | None = None,
) -> str:
    """Such as ``57 of 200 connections, 1 failed, 12.3/s, about 12 s left, held back by Azure DevOps for 4 s``.

    :param elapsed: seconds since it began.
    :param failed: None where nothing can fail.
    :param held_back: seconds for which services asked the task to wait, by the name of the service.
    """
    parts = [f"{done} of {total} {what}"]
    if failed is not None:
        parts.append(f"{failed} failed")
    if done >= _FEWEST and elapsed >= _SHORTEST_SECONDS:
        parts.append(_rate(done / elapsed))
        if done < total:
            parts.append(f"about {duration((total - done) * elapsed / done)} left")
    waited = {name: seconds for name, seconds in (held_back or {}).items() if seconds >= 1}
    if waited:
        parts.append("held back " + " and ".join(f"by {name} for {duration(waited[name])}" for name in waited))
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Rounded as people say it: ``12 s``, ``3 min``, ``2 h 10 min``."""
    if seconds <= 59:
        return f"{math.ceil(seconds)} s"
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _rate(per_second: float) -> str:
    """In the unit in which it is at least one."""
    for unit, seconds in (("s", 1), ("min", 60)):
        if per_second * seconds >= 0.95:
            return f"{per_second * seconds:.1f}/{unit}"
    return f"{per_second * 3600:.1f}/h"
