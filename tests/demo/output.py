# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook has shown, without what ansible-playbook says of its tasks, and a page that leads to everything."""

from __future__ import annotations

import html
import re
import typing as t
from itertools import takewhile
from pathlib import Path

# So much of each step is on the screen; all of it is in its log.
MOST_LINES = 13
_OF_TASKS = re.compile(
    r"(PLAY|TASK) ?[\[R].*\*{3}|(ok|changed|skipping|included): .*|included: .*|\S+ +: ok=\d+ .*|\[WARNING\].*|$"
)
# A failure is told with the place in the role, or in one line by an older ansible-core; what it says was shown before.
_FAILURE = re.compile(r"\[ERROR\]: ")


def shown(output: str) -> list[str]:
    """The lines that the role itself has shown."""
    lines: list[str] = []
    failing = False
    for line in output.splitlines():
        if _FAILURE.match(line):
            failing = True
        elif line.startswith("fatal: "):
            failing = False
        elif not failing and not _OF_TASKS.fullmatch(line):
            lines.append(line)
    return lines


def told(lines: t.Sequence[str], log: str) -> list[str]:
    """As much of it as fits on a screen beside the other steps."""
    rest = len(lines) - MOST_LINES
    more = [f"  ... {rest} more lines in {log}"] if rest > 0 else []
    return [*(lines[:-1] if rest == 1 else lines[:MOST_LINES]), *(lines[-1:] if rest == 1 else more)]


def of_waves(lines: t.Sequence[str]) -> list[str]:
    """Of a run in waves, how each of them went, in a line, and all of them together, up to what is no candidate."""
    found: list[str] = []
    for number, line in enumerate(lines):
        if re.match(r"(Hosts?|Wave) \d", line):
            found.append(f"{line}: {lines[number + 1] if number + 1 < len(lines) else ''}")
    start = next((place for place, line in enumerate(lines) if line.startswith("All waves: ")), len(lines))
    return [*found, *takewhile(lambda line: not line.startswith("  No candidate"), lines[start:])]


# What may move is a long list, what is no candidate and what to change in pipelines was said before.
_LONG = ("Convertible", "Would be converted", "No candidates", "CHANGE FIRST", "To do just that")


def in_short(lines: t.Sequence[str]) -> list[str]:
    """Of a report, a plan or a run: the numbers, what was moved, and what is left alone because of a pipeline, with what helps."""
    found: list[str] = []
    left, taken = False, True
    for line in lines:
        if not line.startswith("  "):
            left, taken = line.startswith("Left alone"), not line.startswith(_LONG)
        elif left and not line.startswith("   "):
            if taken and "pipeline" not in line:
                found.append("  ...")
            taken = "pipeline" in line
        if taken:
            found.append(line)
    return found


def index(steps: t.Sequence[tuple[str, str, str]]) -> str:
    """A page that leads to the pages of the steps: title, sentence and name of the files of each."""
    rows = "\n".join(
        f'<li><a href="{html.escape(name)}.html">{html.escape(title)}</a><p>{html.escape(text)}</p>'
        f'<p class="more"><a href="{html.escape(name)}.log">what the screen showed</a> · <a href="{html.escape(name)}.json">JSON</a></p></li>'
        for title, text, name in steps
    )
    return (Path(__file__).parent / "index.html").read_text(encoding="utf-8").replace("<!-- steps -->", rows)
