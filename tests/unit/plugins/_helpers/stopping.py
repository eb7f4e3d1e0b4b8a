# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that end before they are done, in this process, and what they leave. Those that are really killed are in ``killing``."""

from __future__ import annotations

import threading
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._move.journal import Journal
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Shared

from simulator import Moment, Recorded, Simulator
from simulator.rest import Rest
from unit.plugins._helpers.tasks import Task, convert

When = t.Callable[[Recorded], bool]


def stopped(simulator: Simulator, when: When, moment: Moment = "applied", **options: t.Any) -> Task:
    """A run that is stopped (as by a task's timeout) at the first request for which ``when`` is true; ``arrived``: it never happened."""
    shared = Shared()

    def look(record: Recorded, now: Moment) -> None:
        if now == moment and when(record) and not shared.stop:
            shared.stop.set()
            if moment == "arrived":
                simulator.fault(kind="reset_before")

    simulator.observe(look)
    task = convert(simulator, loop=shared, **options)
    # A stopped task ends with its process; here its threads have to end first.
    for thread in threading.enumerate():
        if thread.name.startswith("azdo-"):
            thread.join(30)
    simulator.observe(None)
    simulator.clear_faults()
    assert task.failed
    assert task.result["failure"]["code"] == "stopped", task.result
    return task


def number(wanted: int) -> When:
    """The request of this number."""
    count = iter(range(10_000))
    return lambda _record: next(count) == wanted


def write_number(wanted: int) -> When:
    """The write of this number."""
    count = iter(range(10_000))
    return lambda record: record.write and next(count) == wanted


def left_open(path: Path, simulator: Simulator) -> list[str]:
    """The connections that the journal says are not seen through."""
    journal = Journal(str(path), simulator.fleet.organization_id, lambda: datetime.now(timezone.utc), read_only=True)
    return list(journal.open_items())


def let_it_finish(simulator: Simulator) -> None:
    """Look until the service has done what it does in the background."""
    for connection in simulator.world.connections.values():
        while connection.pending:
            Rest(simulator).read(connection)
