# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the documentation sees a fault: it once looked where it could see nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.docs_lint import check
from tools.staging import staged
from tools.tree import REPOSITORY

PLUGIN = "plugins/modules/azdo_arm_connection_info.py"
ROLE = "roles/fleet/meta/argument_specs.yml"


def plant(collection: Path, file: str, text: str, fault: str) -> None:
    path = collection / file
    content = path.read_text(encoding="utf-8")
    assert text in content
    path.write_text(content.replace(text, fault, 1), encoding="utf-8")


FAULTS = (
    (PLUGIN, "O(projects)", "O(nonsense_option)"),
    (PLUGIN, "M(azdo.connections.", "M(azdo.connections.nonsense_module_"),
    (ROLE, "O(fleet_plan_digest)", "O(nonsense_variable)"),
)


def test_references_that_lead_nowhere_are_found(capfd: pytest.CaptureFixture[str]) -> None:
    with staged(REPOSITORY) as collection:
        for fault in FAULTS:
            plant(collection, *fault)
        assert check(collection) != 0
    found = capfd.readouterr().out
    assert all(nonsense in found for nonsense in ("nonsense_option", "nonsense_module_", "nonsense_variable"))
