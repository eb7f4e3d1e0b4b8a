# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/tools/unpack.py: some files of a wheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tools.unpack import unpack


def wheel(folder: Path, name: str = "one.whl") -> None:
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr("a/b/c.py", "1")
        archive.writestr("a/other.py", "2")


def test_what_begins_so_is_left_alone_there(tmp_path: Path) -> None:
    wheel(tmp_path)
    assert unpack(tmp_path, "a/b/") == 1
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [Path("a/b/c.py")]


def test_a_wheel_without_them_is_an_error(tmp_path: Path) -> None:
    wheel(tmp_path)
    with pytest.raises(ValueError, match=r"one\.whl has no d/"):
        unpack(tmp_path, "d/")


@pytest.mark.parametrize("names", [(), ("one.whl", "two.whl")], ids=len)
def test_which_wheel_must_be_plain(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        wheel(tmp_path, name)
    with pytest.raises(ValueError, match="to unpack"):
        unpack(tmp_path, "a/")
    assert len(list(tmp_path.iterdir())) == len(names)
