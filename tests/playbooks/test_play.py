# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make play`: what it says in one terminal works in another, with both ways to sign in, and it ends with Ctrl-C."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tools.tree import REPOSITORY

SCRIPT = REPOSITORY / "tests" / "demo" / "serve.py"


@pytest.fixture
def served() -> t.Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The server, and the lines that it says."""
    with subprocess.Popen([sys.executable, str(SCRIPT)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if "azdo.connections.plan" in line:
                break
        yield process, lines
        process.kill()


def exported(lines: t.Sequence[str]) -> dict[str, str]:
    """What a shell would have; the tools of this run stay what they are."""
    words = [shlex.split(line)[1] for line in lines if line.startswith("export ")]
    found = dict(word.split("=", 1) for word in words)
    return {name: value for name, value in found.items() if name not in ("PATH", "ANSIBLE_COLLECTIONS_PATH")}


def test_both_ways_to_sign_in_work_until_it_ends(
    served: tuple[subprocess.Popen[str], list[str]], stage: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    process, lines = served
    variables = exported(lines)
    here = stage()
    person = {name: value for name, value in variables.items() if not name.startswith("AZURE_")}
    played = here.run("azdo.connections.report", env=person)
    assert played.status == 0, played.output
    assert "64 service connections: 36 can move" in played.stdout
    entra = {**variables, "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET"}
    played = here.run("azdo.connections.report", env=entra)
    assert played.status == 0, played.output
    assert "36 could move to workload identity federation, but not as this caller" in " ".join(played.stdout.split())
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert process.stdout
    assert "nothing of it is left" in process.stdout.read()
