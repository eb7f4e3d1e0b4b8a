# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The leash between a task and the process of its module: let go on purpose, or because whoever held it is no more."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._run.leash import Holder, Leash

HOLD = """
import sys, time
from ansible_collections.azdo.connections.plugins.module_utils._run.leash import Holder
holder = Holder()
print(holder.path, flush=True)
sys.stdin.read()
"""


def eventually(leash: Leash) -> bool:
    give_up = time.monotonic() + 5
    while not leash.is_let_go() and time.monotonic() < give_up:
        time.sleep(0.001)
    return leash.is_let_go()


def test_a_leash_is_held_until_it_is_let_go() -> None:
    holder = Holder()
    leash = Leash(holder.path)
    assert not leash.is_let_go()
    assert not leash.is_let_go()
    holder.let_go()
    assert leash.is_let_go()
    assert leash.is_let_go()


def test_letting_go_twice_does_no_harm() -> None:
    holder = Holder()
    holder.let_go()
    holder.let_go()


def test_nobody_else_may_open_it() -> None:
    holder = Holder()
    assert stat.S_IMODE(os.stat(holder.path).st_mode) == 0o600
    holder.let_go()


def test_nothing_stays_behind() -> None:
    holder = Holder()
    leash = Leash(holder.path)
    holder.let_go()
    assert leash.is_let_go()
    assert not os.path.exists(os.path.dirname(holder.path))


def test_a_leash_that_was_let_go_before_it_was_taken() -> None:
    holder = Holder()
    holder.let_go()
    assert Leash(holder.path).is_let_go()


@pytest.mark.parametrize("kind", ["missing", "file", "folder", "empty"])
def test_what_is_no_leash_holds_nobody(tmp_path: Path, kind: str) -> None:
    """Better nothing is changed than by a process that nobody waits for."""
    path = tmp_path / "leash"
    if kind == "file":
        path.write_text("")
    if kind == "folder":
        path.mkdir()
    assert Leash("" if kind == "empty" else str(path)).is_let_go()
    assert path.exists() is (kind in ("file", "folder"))


def test_other_files_beside_it_are_left_alone(tmp_path: Path) -> None:
    """The path comes out of the environment."""
    neighbour = tmp_path / "thesis.txt"
    neighbour.write_text("years of work")
    path = tmp_path / "fifo"
    os.mkfifo(path)
    Leash(str(path))
    assert neighbour.read_text() == "years of work"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_holder_that_was_killed(number: signal.Signals) -> None:
    command = [sys.executable, "-c", HOLD]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        leash = Leash(child.stdout.readline().strip())
        assert not leash.is_let_go()
        child.send_signal(number)
        child.wait(10)
        assert eventually(leash)


def test_programs_that_the_holder_starts_do_not_hold_it() -> None:
    holder = Holder()
    leash = Leash(holder.path)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        holder.let_go()
        assert leash.is_let_go()
        child.kill()
