# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pause holds for all tasks and hosts of a play, whichever process they are."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest import pacing
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import HttpClient, HttpSettings
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Pace, Stop
from ansible_collections.azdo.connections.plugins.module_utils._rest.shared_pause import SharedPause

from simulator import Simulator
from unit.plugins._helpers.clients import Tokens, a_read

Simulate = t.Callable[..., Simulator]
HOLD = """
import sys
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Pace, Stop
from ansible_collections.azdo.connections.plugins.module_utils._rest.shared_pause import SharedPause
Pace(Stop(), SharedPause(sys.argv[1], "dev.azure.com")).learn({"Retry-After": "300"})
"""


def pace(folder: Path, service: str = "dev.azure.com") -> Pace:
    return Pace(Stop(), SharedPause(str(folder), service))


def left(one: Pace) -> float:
    return one._opens_at() - time.monotonic()


def test_who_came_later_waits_too(tmp_path: Path) -> None:
    pace(tmp_path).learn({"Retry-After": "300"})
    later = pace(tmp_path)
    assert not later.is_open
    assert not later.pass_gate(patience=30)
    assert left(later) == pytest.approx(300, abs=5)
    assert later.seconds_lost == pytest.approx(300, abs=5)


def test_who_was_there_before_waits_too(tmp_path: Path) -> None:
    before = pace(tmp_path)
    assert before.pass_gate()
    pace(tmp_path).hold(300)
    assert not before.is_open


def test_another_process_waits_too(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", HOLD, str(tmp_path)], env=environment, check=True)
    assert left(pace(tmp_path)) == pytest.approx(300, abs=30)


@pytest.mark.parametrize("seconds", [1, 0.1, 7.0006, 1 / 3])
def test_a_pause_of_ones_own_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(pacing.time, "monotonic", lambda: 1234.56789)  # type: ignore[attr-defined]
    one = pace(tmp_path)
    one.hold(seconds)
    assert not one.is_open
    assert one.seconds_lost == pytest.approx(seconds, abs=1e-6)


def test_a_pause_is_that_of_one_service(tmp_path: Path) -> None:
    pace(tmp_path).hold(300)
    assert pace(tmp_path, "graph.microsoft.com").pass_gate()
    assert not pace(tmp_path, "DEV.azure.com").is_open


def test_without_a_play_everybody_waits_alone() -> None:
    Pace(Stop()).hold(300)
    assert Pace(Stop()).pass_gate()


def test_the_longest_pause_counts(tmp_path: Path) -> None:
    for seconds in (10, 300, 20):
        pace(tmp_path).hold(seconds)
    assert left(pace(tmp_path)) == pytest.approx(300, abs=5)


def test_who_is_told_at_the_same_time(tmp_path: Path) -> None:
    threads = [threading.Thread(target=pace(tmp_path).hold, args=(100 + number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert left(pace(tmp_path)) == pytest.approx(139, abs=5)


@pytest.mark.parametrize("content", [b"", b"soon", b"nan", b"inf", b"1e300", b"-5", b"\xff" * 20, b"9" * 20])
def test_what_nobody_of_us_wrote_holds_nobody(tmp_path: Path, content: bytes) -> None:
    pace(tmp_path).hold(0.001)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert pace(tmp_path).pass_gate(patience=0)


def test_a_file_that_cannot_be_used_stops_nobody(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    one = pace(gone)
    one.hold(300)
    assert not one.is_open
    assert pace(gone).pass_gate()
    assert not gone.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    pace(tmp_path).hold(300)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    target = tmp_path / "elsewhere"
    file.rename(target)
    before = target.read_bytes()
    file.symlink_to(target)
    one = pace(tmp_path)
    assert one.is_open
    one.hold(3000)
    assert target.read_bytes() == before


def test_the_next_task_sends_nothing_before_its_time(simulate: Simulate, tmp_path: Path) -> None:
    simulator = simulate()
    tokens = Tokens(f"Bearer {simulator.token()}")
    simulator.fault(kind="headers", headers={"Retry-After": "0.2"})
    for _task in range(2):
        pause = SharedPause(str(tmp_path), "127.0.0.1")
        HttpClient(HttpSettings(), Stop(), pause=pause).send(a_read(simulator), tokens)
    first, second = simulator.requests
    assert second.at - first.at >= 0.2
