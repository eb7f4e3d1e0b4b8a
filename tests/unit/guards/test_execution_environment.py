# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment, as ansible-builder reads it. No image is built here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.tree import REPOSITORY

DEFINITION = REPOSITORY / "execution-environment.yml"


def create(folder: Path, definition: str) -> tuple[int, str]:
    """What ansible-builder makes of it: exit status, and all that it says."""
    (folder / "execution-environment.yml").write_text(definition, encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-builder")
    done = subprocess.run(
        [str(program), "create", "-v", "3"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_ansible_builder_takes_it_without_a_warning(tmp_path: Path) -> None:
    status, said = create(tmp_path, DEFINITION.read_text(encoding="utf-8"))
    assert status == 0, said
    assert "warn" not in said.lower()
    recipe = next((tmp_path / "context").glob("*file")).read_text(encoding="utf-8")
    assert "almalinux:10" in recipe
    requirements = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))
    assert requirements == {"collections": [{"name": "azdo.connections"}]}


@pytest.mark.parametrize("odd", ["version: 3\nimage: none\n", "version: 3\ndependencies: {galaxy: 7}\n"])
def test_it_can_fail(tmp_path: Path, odd: str) -> None:
    assert create(tmp_path, odd)[0] != 0


def test_a_warning_of_ansible_builder_is_seen(tmp_path: Path) -> None:
    odd = DEFINITION.read_text(encoding="utf-8") + "\nadditional_build_files:\n  - {src: nowhere, dest: files}\n"
    assert "warn" in create(tmp_path, odd)[1].lower()
