# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No more requests under way than allowed, counted over threads and processes that share a folder."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._rest import pacing
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Slots, Stop

HOLD = """
import sys
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Slots, Stop
with Slots(sys.argv[1], 1).one(Stop()):
    print("held", flush=True)
    sys.stdin.read()
"""


class Full(Exception):
    """Somebody would have to wait."""


class Impatient(Stop):
    def wait(self, seconds: float) -> None:
        raise Full


def is_free(slots: Slots) -> bool:
    try:
        with slots.one(Impatient()):
            return True
    except Full:
        return False


def slots_in(folder: Path, number: int) -> Slots:
    return Slots(str(folder), number)


def test_without_a_folder_there_is_no_limit() -> None:
    with contextlib.ExitStack() as held:
        for _request in range(100):
            held.enter_context(Slots().one(Impatient()))


@pytest.mark.parametrize("number", [1, 2, 5])
def test_so_many_and_no_more(tmp_path: Path, number: int) -> None:
    with contextlib.ExitStack() as held:
        for _request in range(number):
            assert is_free(slots_in(tmp_path, number))
            held.enter_context(slots_in(tmp_path, number).one(Impatient()))
        assert not is_free(slots_in(tmp_path, number))
    assert is_free(slots_in(tmp_path, number))


@pytest.mark.parametrize("first", range(4))
def test_the_last_free_slot_is_found_wherever_one_begins_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    slots = slots_in(tmp_path, 4)
    with contextlib.ExitStack() as held:
        for _request in range(3):
            held.enter_context(slots.one(Impatient()))
        monkeypatch.setattr(pacing.random, "randrange", lambda number: first)  # type: ignore[attr-defined]
        assert is_free(slots)


def test_who_waits_goes_on_when_a_slot_is_free(tmp_path: Path) -> None:
    slots = slots_in(tmp_path, 1)
    waits: list[float] = []
    with contextlib.ExitStack() as held:
        held.enter_context(slots.one(Stop()))

        class Patient(Stop):
            def wait(self, seconds: float) -> None:
                waits.append(seconds)
                if len(waits) == 3:
                    held.close()

        with slots.one(Patient()):
            assert not is_free(slots)
    assert len(waits) == 3
    assert all(0 < seconds < 0.1 for seconds in waits)


def test_a_stop_ends_the_waiting_for_a_slot(tmp_path: Path) -> None:
    slots, stop = slots_in(tmp_path, 1), Stop()
    stop.set()
    with slots.one(Stop()), pytest.raises(StoppedError), slots.one(stop):
        pass
    assert is_free(slots)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_a_request_that_ends_badly_gives_its_slot_back(tmp_path: Path, error: BaseException) -> None:
    slots = slots_in(tmp_path, 1)
    with pytest.raises(type(error)), slots.one(Stop()):
        raise error
    assert is_free(slots)


def test_no_open_file_is_left_behind(tmp_path: Path) -> None:
    slots = slots_in(tmp_path, 3)
    before = set(os.listdir("/dev/fd"))
    with slots.one(Stop()), slots.one(Stop()), slots.one(Stop()):
        for _try in range(20):
            assert not is_free(slots)
    assert set(os.listdir("/dev/fd")) == before


def test_threads_count_one_by_one(tmp_path: Path) -> None:
    """Three at a time, because the barrier lets nobody through before three are there; and never a fourth."""
    slots, together = slots_in(tmp_path, 3), threading.Barrier(3)
    counting = threading.Lock()
    now, most, done = 0, 0, 0

    def request() -> None:
        nonlocal now, most, done
        with slots.one(Stop()):
            with counting:
                now += 1
                most = max(most, now)
            together.wait(30)
            with counting:
                now -= 1
                done += 1
            # Nobody leaves before all three were counted out, so that the next ones find nobody.
            together.wait(30)

    threads = [threading.Thread(target=request) for _number in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (most, done) == (3, 9)


# -- other processes ---------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def another_process(folder: Path) -> t.Iterator[subprocess.Popen[str]]:
    """One that holds the only slot."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        yield child
        child.kill()


def test_processes_share_the_slots(tmp_path: Path) -> None:
    with another_process(tmp_path) as child:
        assert not is_free(slots_in(tmp_path, 1))
        assert is_free(slots_in(tmp_path, 2))
        child.communicate(timeout=30)
        assert child.returncode == 0
        assert is_free(slots_in(tmp_path, 1))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_holder_that_dies_frees_its_slot(tmp_path: Path, number: signal.Signals) -> None:
    with another_process(tmp_path) as child:
        child.send_signal(number)
        child.wait(30)
        assert is_free(slots_in(tmp_path, 1))


def in_a_fork(check: t.Callable[[], bool]) -> bool:
    """What a worker of Ansible sees, which is a fork."""
    child = os.fork()
    if not child:
        answer = 2
        try:
            answer = int(check())
        finally:
            os._exit(answer)
    answer = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert answer in (0, 1), "the check itself failed"
    return bool(answer)


def test_a_fork_counts_as_another_one(tmp_path: Path) -> None:
    """The lock is on a file that is opened anew, so it does not let those in who inherited the open file."""
    slots = slots_in(tmp_path, 1)
    with slots.one(Stop()):
        assert not in_a_fork(lambda: is_free(slots))
        # The end of the fork, which had the open file too, has freed nothing.
        assert not is_free(slots)
    assert in_a_fork(lambda: is_free(slots))


def test_programs_that_are_started_meanwhile_hold_nothing(tmp_path: Path) -> None:
    slots = slots_in(tmp_path, 1)
    with contextlib.ExitStack() as held:
        held.enter_context(slots.one(Stop()))
        command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False) as child:
            assert child.stdout
            assert child.stdout.readline()
            held.close()
            assert is_free(slots)
            child.kill()


# -- the files ---------------------------------------------------------------------------------------------------------
def test_nobody_else_may_open_a_slot(tmp_path: Path) -> None:
    with slots_in(tmp_path, 1).one(Stop()):
        assert stat.S_IMODE((tmp_path / "0").stat().st_mode) == 0o600


def test_a_link_in_place_of_a_slot_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (tmp_path / "0").symlink_to(target)
    with pytest.raises(OSError, match="symbolic links"), slots_in(tmp_path, 1).one(Stop()):
        pass
    assert not target.exists()
