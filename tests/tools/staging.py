# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the collection where ansible-test wants it: a physical folder ``ansible_collections/azdo/connections``, outside the repository.

Inside the repository the copy would lie on a git-ignored path, and ansible-test would skip all targets and call that a success.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import typing as t
from contextlib import contextmanager
from pathlib import Path

COLLECTION = Path("ansible_collections", "azdo", "connections")


def source_files(repository: Path) -> list[Path]:
    """What git tracks or would track, relative to ``repository``; files removed since the last commit are left out."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = (Path(name) for name in listing.split("\0") if name)
    return [name for name in names if (repository / name).is_symlink() or (repository / name).exists()]


def copy(repository: Path, target: Path) -> None:
    """Copy the source files, with modes and symbolic links as they are."""
    for name in source_files(repository):
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repository / name, destination, follow_symlinks=False)


@contextmanager
def staged(repository: Path) -> t.Iterator[Path]:
    """The path of a fresh copy, which is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="azdo-connections-") as folder:
        target = Path(folder).resolve() / COLLECTION
        target.mkdir(parents=True)
        copy(repository, target)
        yield target
