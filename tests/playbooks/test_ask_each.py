# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""fleet_confirm=each: a person at a terminal answers for every connection, and without a terminal nothing is asked of the service."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
import typing as t
from collections.abc import Callable
from datetime import timedelta

import pytest

from simulator import Fleet

SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
QUESTION = b"Enter means "
CLEARED = b"\x1b[K"


@pytest.fixture
def fleet() -> Fleet:
    """Asked in this order: a-dev, b-dev, shared. The last one is used by two projects."""
    made = Fleet()
    web, pay = made.project("Web"), made.project("Pay")
    for name in ("a-dev", "b-dev"):
        made.connection(web, name, last_used=timedelta(days=1))
    made.connection(web, "shared", shared_with=[pay], last_used=timedelta(days=1))
    return made


class Terminal:
    """Plays a playbook on a pseudo-terminal and answers each question when it is there."""

    def __init__(self, stage: t.Any, *arguments: str) -> None:
        self.output = b""
        command = stage.command("azdo.connections.convert", "-e", "fleet_confirm=each", *arguments)
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(stage.folder)
            os.execvpe(command[0], command, stage.variables())

    def answer(self, *answers: str) -> int:
        """:return: the exit status."""
        asked, left = 0, list(answers)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            ready = select.select([self.terminal], [], [], 1)[0]
            if ready and not self._read():
                break
            if self.output.count(QUESTION) > asked and self.output.rstrip().endswith(b"."):
                asked += 1
                self._say(left.pop(0), deadline)
        else:
            os.kill(self.process, signal.SIGKILL)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _read(self) -> bool:
        try:
            chunk = os.read(self.terminal, 65536)
        except OSError:
            # Linux says so when the other side has closed.
            return False
        self.output += chunk
        return bool(chunk)

    def _say(self, answer: str, deadline: float) -> None:
        """What is typed before it listens is thrown away. An answer that was taken clears the line."""
        taken = self.output.count(CLEARED)
        while self.output.count(CLEARED) == taken and time.monotonic() < deadline:
            os.write(self.terminal, answer.encode() + b"\n")
            patience = time.monotonic() + 3
            while self.output.count(CLEARED) == taken and time.monotonic() < patience:
                ready = select.select([self.terminal], [], [], 0.2)[0]
                if ready and not self._read():
                    return

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace")


@pytest.mark.parametrize(
    ("answers", "status", "converted"),
    [
        (("c", "s", "c"), 0, {"a-dev", "shared"}),
        (("", "", ""), 0, {"a-dev", "b-dev"}),
        (("c", "e"), 2, set()),
    ],
)
def test_the_answers_decide(
    answers: tuple[str, ...], status: int, converted: set[str], fleet: Fleet, stage: Callable[..., t.Any]
) -> None:
    """Enter alone converts, but not what other projects use too; who leaves has converted nothing."""
    here = stage(fleet)
    terminal = Terminal(here)
    assert terminal.answer(*answers) == status, terminal.text
    moved = {item.references[0].name for item in fleet.world.connections.values() if item.scheme == FEDERATION}
    assert moved == converted
    assert "[1 of 3] Web / a-dev (can be taken back for seven days)" in terminal.text
    assert "Enter means skip." in terminal.text or status
    assert ("Ended by the person at the terminal" in terminal.text) is (status != 0)


def test_without_a_terminal_it_fails_before_the_first_request(fleet: Fleet, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet)
    played = here.run("azdo.connections.convert", "-e", "fleet_confirm=each")
    assert played.status != 0
    assert "there is no terminal to ask on" in played.output
    assert here.simulator.requests == []
