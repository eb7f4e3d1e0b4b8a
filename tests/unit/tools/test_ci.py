# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `.ci/run` says at its end: a table that fails after everything passed makes a green run red."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.tree import REPOSITORY, write


def summary(folder: Path, log: str, times: str = "") -> str:
    """What `.ci/summary` says of a log and of what the targets took."""
    write(folder, {"log": log, "times": times})
    done = subprocess.run(
        [REPOSITORY / ".ci" / "summary", folder / "log", folder / "times"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_slowest_of_more_tests_than_a_pipe_holds(tmp_path: Path) -> None:
    """`sort | head` ends as head is done, and fails when more is written than one pipe takes: under `pipefail` so does the whole run."""
    lines = "".join(
        f"{number}.25s call     tests/unit/{'a_long_name' * 20}.py::test_{number}\n" for number in range(20_000)
    )

    said = summary(tmp_path, f"{lines}===== 20000 passed in 12.50s =====\n")

    slowest = [line.split("::")[1] for line in said.splitlines() if "::" in line]
    assert slowest == [f"test_{number}" for number in range(19_999, 19_979, -1)]
    assert "===== 20000 passed in 12.50s =====" in said


def test_what_targets_took(tmp_path: Path) -> None:
    """The commands of a target are added; what took less than a second is left out of the table, not of the sum."""
    said = summary(tmp_path, "", "1500 0m1.0s+0m0.5s unit\n60000 1m2.0s+0m3.0s unit\n200 0m0.2s+0m0.0s quick\n")

    assert "     62      66  unit" in said
    assert "quick" not in said
    assert "67  everything" in said
    assert said.endswith("pytest's closing lines:\nnone\n")
