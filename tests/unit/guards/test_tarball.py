# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed: files of the repository only, and what the collection cannot do without."""

from __future__ import annotations

import json
from pathlib import Path

import ansible_collections.azdo.connections as installed

from tools.staging import source_files
from tools.tree import REPOSITORY

NEEDED = {
    "COPYING",
    "README.md",
    "CHANGELOG.md",
    "requirements.txt",
    "meta/runtime.yml",
    "meta/execution-environment.yml",
}
UNWANTED = ("tests/", ".", "Makefile", "pyproject.toml", "requirements-")


def problems(installed_files: set[str], repository_files: set[str]) -> list[str]:
    """Files that should not be in the tarball, and files that should."""
    wanted = {name for name in repository_files if name.startswith(("plugins/", "roles/", "playbooks/"))} | NEEDED
    return (
        [f"{name} is not in the repository" for name in sorted(installed_files - repository_files)]
        + [f"{name} is of no use to a user" for name in sorted(installed_files) if name.startswith(UNWANTED)]
        + [f"{name} is missing" for name in sorted(wanted - installed_files)]
    )


def test_the_tarball() -> None:
    listing = json.loads((Path(installed.__path__[0]) / "FILES.json").read_text(encoding="utf-8"))["files"]
    files = {entry["name"] for entry in listing if entry["ftype"] == "file"}
    assert problems(files, {str(name) for name in source_files(REPOSITORY)}) == []


def test_it_can_fail() -> None:
    repository = NEEDED | {"plugins/modules/x.py", "tests/x.py", "pyproject.toml"}
    good = NEEDED | {"plugins/modules/x.py"}
    assert problems(good, repository) == []
    assert len(problems(good | {"junk"}, repository)) == 1
    assert len(problems(good | {"tests/x.py"}, repository)) == 1
    assert len(problems(good - {"COPYING"}, repository)) == 1
    assert len(problems(good - {"plugins/modules/x.py"}, repository)) == 1
