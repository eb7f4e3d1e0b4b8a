# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/tools/staging.py: the copy that ansible-test works on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.staging import COLLECTION, staged
from tools.tree import write


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = write(
        tmp_path / "a clone", {".gitignore": "/.build/\n", "galaxy.yml": "a", "gone.yml": "b", ".build/venv/x": "c"}
    )
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=root, check=True)
    (root / "gone.yml").unlink()
    write(root, {"plugins/new file.py": "d", "tests/run": "#!/bin/sh\n"})
    (root / "tests/run").chmod(0o755)
    (root / "link").symlink_to("nowhere")
    return root


def test_it_holds_what_git_would_track_as_it_is_now(repository: Path) -> None:
    with staged(repository) as copy:
        assert copy.parts[-3:] == COLLECTION.parts
        assert copy == copy.resolve()
        assert not copy.is_relative_to(repository)
        files = sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_symlink() or path.is_file())
        assert files == [".gitignore", "galaxy.yml", "link", "plugins/new file.py", "tests/run"]
        assert (copy / "tests/run").stat().st_mode & 0o111
        assert (copy / "link").is_symlink()


def test_it_is_removed_even_after_an_error(repository: Path) -> None:
    def fail() -> None:
        with staged(repository) as copy:
            raise RuntimeError(str(copy))

    with pytest.raises(RuntimeError) as caught:
        fail()
    assert not Path(str(caught.value)).parents[2].exists()
