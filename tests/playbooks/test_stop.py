# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task's timeout, and signals, stop new conversions at once, through both doors.

Of the tests that are marked as sampled, one in two combinations of their parameters is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import bench_fleet

CONVERT = "azdo.connections.azdo_arm_connection_convert"
CONNECTIONS = 60
# A request that was under way may still arrive, and the leash is looked at every 0.1 s; the machine may be busy.
SOON = 1.0


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    nap = threading.Event()
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        nap.wait(0.02)


def module_processes(folder: Path) -> list[int]:
    """Processes started by a playbook of this stage: they have its folder in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = entry.joinpath("environ").read_bytes()
            except OSError:
                continue
            if f"RECORD_TO={folder}/".encode() in environment:
                found.append(int(entry.name))
    return found


def slow_stage(stage: Callable[..., t.Any]) -> t.Any:
    """Sixty connections that take 0.2 s each, two at a time: six seconds if nobody stops it."""
    here = stage(bench_fleet(3, CONNECTIONS), latency_ms={"convert": 200})
    here.tasks = [{CONVERT: {"concurrency": 2}}]
    return here


def test_task_timeout(door: str, stage: Callable[..., t.Any]) -> None:
    here = slow_stage(stage)
    # The start of the module is part of its time, and on a busy machine it may be all of it.
    for seconds in (2, 5, 9):
        # The item after the one that timed out finds nothing running any more.
        tasks = [
            {CONVERT: {"concurrency": 2}, "timeout": seconds, "ignore_errors": True},
            {"ansible.builtin.command": "date +%s.%N", "register": "now"},
        ]
        played = here.run(here.write(tasks, door=door), own=True)
        if here.simulator.writes:
            break
    ended = time.monotonic()
    assert "time" in str(played.results[0]["result"]["msg"]).lower()
    wait_for(lambda: not module_processes(here.folder), "the end of the module's process")
    writes = here.simulator.writes
    assert 0 < len(writes) < CONNECTIONS
    assert not [write for write in writes if write.at > ended]
    # Nothing started later than that and a little after the first one.
    assert writes[-1].at - writes[0].at < seconds + SOON


@pytest.mark.sampled(2)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT], ids=lambda number: number.name)
def test_signal_to_ansible_playbook_alone(number: signal.Signals, door: str, stage: Callable[..., t.Any]) -> None:
    here = slow_stage(stage)
    playbook = here.write(here.tasks, door=door)
    process = subprocess.Popen(
        here.command(playbook),
        cwd=here.folder,
        env=here.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: len(here.simulator.writes) >= 2, "the first conversion")
        os.kill(process.pid, number)
        stopped = time.monotonic()
        process.wait(30)
        wait_for(lambda: not module_processes(here.folder), "the end of all processes")
        late = [write for write in here.simulator.writes if write.at > stopped + SOON]
        assert not late
        assert len(here.simulator.writes) < CONNECTIONS
    finally:
        for pid in module_processes(here.folder):
            os.kill(pid, signal.SIGKILL)
