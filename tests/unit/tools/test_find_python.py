# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/tools/find-python: which Python `make` takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.tree import REPOSITORY

SCRIPT = REPOSITORY / "tests" / "tools" / "find-python"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is the whole PATH, with nothing in it but what the script itself uses."""
    for tool in ("sh", "head"):
        (tmp_path / tool).symlink_to(
            next(Path(part, tool) for part in os.defpath.split(":") if part and Path(part, tool).exists())
        )
    return tmp_path


def command(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def find(folder: Path, *candidates: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(SCRIPT), *candidates], env={"PATH": str(folder)}, capture_output=True, text=True, check=False
    )


GOOD = f'exec "{sys.executable}" "$@"'
SHIM = 'echo "pyenv: python3.13: command not found" >&2; exit 127'
OLD = 'echo "is 3.9" >&2; exit 1'
NO_VENV = 'echo "has no module ensurepip" >&2; exit 1'


def test_the_first_good_one_is_taken(folder: Path) -> None:
    command(folder, "python3", GOOD)
    answer = find(folder)
    assert (answer.returncode, answer.stdout.strip()) == (0, sys.executable)


@pytest.mark.parametrize("bad", [SHIM, OLD, NO_VENV])
def test_a_bad_one_is_passed_over(bad: str, folder: Path) -> None:
    command(folder, "python3", bad)
    command(folder, "python3.13", bad)
    command(folder, "python3.12", GOOD)
    assert find(folder).stdout.strip() == sys.executable


def test_without_a_good_one_it_says_what_it_tried_and_what_to_do(folder: Path) -> None:
    command(folder, "python3", OLD)
    command(folder, "python3.13", SHIM)
    answer = find(folder)
    assert answer.returncode == 1
    assert answer.stdout == ""
    for sentence in (
        "python3: is 3.9",
        "python3.13: pyenv: python3.13: command not found",
        "python3.12: not found",
        "make PYTHON=",
    ):
        assert sentence in answer.stderr


def test_a_named_one_is_the_only_candidate(folder: Path) -> None:
    command(folder, "python3", GOOD)
    command(folder, "mine", OLD)
    assert find(folder, "mine").returncode == 1


def test_a_version_that_only_pyenv_has_is_found(folder: Path) -> None:
    """Its shim is on PATH and does not work."""
    installed = folder / "root" / "versions" / "3.12.1" / "bin"
    installed.mkdir(parents=True)
    command(folder, "pyenv", f'[ "$1" = root ] && echo "{folder}/root"')
    command(folder, "python3.12", SHIM)
    assert find(folder, "python3.12").returncode == 1
    command(installed, "python", GOOD)
    assert find(folder, "python3.12").stdout.strip() == sys.executable
