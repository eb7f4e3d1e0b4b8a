# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The named deviations of the simulator from Microsoft's OpenAPI: one line each, every line needed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[1] / "simulator" / "contract_overlay.yml"
_SECTION = re.compile(r"\d+(\.\d+)?")


@dataclass
class Line:
    """One deviation. `deviation` is `<operation id> <place> <kind>` with * for anything, or `route <method> <path>`."""

    deviation: str
    section: str
    why: str
    like: str | None = None
    """For a route: the operation whose schema it shares; for a schema: the definition that is right."""
    used: int = field(default=0, compare=False)

    def covers(self, found: str) -> bool:
        return fnmatchcase(found, self.deviation)


def load(path: Path = FILE) -> list[Line]:
    """The lines of the overlay. Raises ValueError when one does not cite the fact sheet."""
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    lines = [Line(**row) for row in rows]
    for line in lines:
        if not _SECTION.fullmatch(line.section) or not line.why:
            raise ValueError(f"{path.name}: {line.deviation!r} must cite a section of the fact sheet and say why")
    return lines


def use(lines: list[Line], found: str) -> Line | None:
    """The first line that covers this deviation."""
    for line in lines:
        if line.covers(found):
            line.used += 1
            return line
    return None
