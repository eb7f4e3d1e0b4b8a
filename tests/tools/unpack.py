# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m tools.unpack FOLDER START: out of the one wheel in the folder, the files whose names begin so; then the wheel goes."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path


def unpack(folder: Path, start: str) -> int:
    """How many files there were. :raises ValueError: not one wheel in the folder, or none of these files in it."""
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(start)]
        archive.extractall(folder, names)
    if not names:
        raise ValueError(f"{wheel.name} has no {start}")
    wheel.unlink()
    return len(names)


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), sys.argv[2])
