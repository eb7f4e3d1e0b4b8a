# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that must agree with the modules on disk, and with each other."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from tools.tree import COLLECTION, REPOSITORY, load, modules, names, steps, write


def _differences(what: str, listed: set[str], root: Path) -> list[str]:
    on_disk = modules(root)
    return [f"{what} lacks {name}" for name in sorted(on_disk - listed)] + [
        f"{what} has {name}, which is no module" for name in sorted(listed - on_disk)
    ]


def action_group(root: Path) -> list[str]:
    """``group/azdo.connections.azdo`` of module_defaults."""
    group = load(root / "meta" / "runtime.yml").get("action_groups", {}).get("azdo", [])
    return _differences("the action group azdo", {*group, *steps(root)}, root)


def action_plugins(root: Path) -> list[str]:
    """Each module has an in-process front door of the same name."""
    return _differences("plugins/action", names(root, "plugins/action"), root)


def readme(root: Path) -> list[str]:
    """The names in those rows of README's tables whose second column says that they are of modules."""
    text = (root / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|([^|\n]*)\|\s*modules?\s*\|", text, re.MULTILINE)
    found = {name for row in rows for name in re.findall(rf"`(?:{re.escape(COLLECTION)}\.)?(\w+)`", row)}
    return _differences("README.md", found, root)


def untested(root: Path) -> list[str]:
    """Modules that no playbook of the tests runs."""
    files = [
        path
        for room in ("tests/integration/targets", "tests/playbooks")
        for path in (root / room).rglob("*")
        if path.is_file()
    ]
    texts = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    return [
        f"{name} is in no test" for name in sorted(modules(root)) if not re.search(rf"{COLLECTION}\.{name}\b", texts)
    ]


@pytest.mark.parametrize("guard", [action_group, action_plugins, readme, untested])
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


GOOD = {
    "plugins/modules/azdo_arm_x.py": "",
    "plugins/modules/_private.py": "",
    "plugins/action/azdo_arm_x.py": "",
    "meta/runtime.yml": "action_groups: {azdo: [azdo_arm_x]}",
    "README.md": "| | Kind | |\n|---|---|---|\n| `azdo_arm_x` | module | does x |\n| `fleet_x` | filter | shows x |\n",
    "tests/playbooks/x.yml": "- azdo.connections.azdo_arm_x: {}\n",
}


@pytest.mark.parametrize("guard", [action_group, action_plugins, readme, untested])
def test_it_can_fail(guard: t.Callable[[Path], list[str]], tmp_path: Path) -> None:
    assert guard(write(tmp_path, GOOD)) == []
    write(tmp_path, {"plugins/modules/azdo_arm_y.py": ""})
    assert len(guard(tmp_path)) == 1


@pytest.mark.parametrize(
    ("guard", "change"),
    [
        (action_group, {"meta/runtime.yml": "action_groups: {azdo: [azdo_arm_x, azdo_arm_ghost]}"}),
        (action_plugins, {"plugins/action/azdo_arm_ghost.py": ""}),
        (readme, {"README.md": GOOD["README.md"] + "| `azdo.connections.azdo_arm_ghost` | module | |\n"}),
        (readme, {"README.md": GOOD["README.md"] + "| `fleet_ghost` | module | |\n"}),
        (readme, {"README.md": GOOD["README.md"] + "| `azdo_arm_x`, `fleet_ghost` | modules | |\n"}),
        (untested, {"tests/playbooks/x.yml": "- azdo.connections.azdo_arm_x_info: {}\n"}),
    ],
)
def test_it_sees_a_ghost(guard: t.Callable[[Path], list[str]], change: dict[str, str], tmp_path: Path) -> None:
    assert len(guard(write(tmp_path, {**GOOD, **change}))) == 1


def test_a_row_of_the_readme_may_have_several_modules(tmp_path: Path) -> None:
    text = "| `azdo_arm_x`, `azdo_arm_y` | modules | do x and y |\n"
    write(tmp_path, {**GOOD, "plugins/modules/azdo_arm_y.py": "", "README.md": text})
    assert readme(tmp_path) == []
    write(tmp_path, {"plugins/modules/azdo_arm_z.py": ""})
    assert readme(tmp_path) == ["README.md lacks azdo_arm_z"]
    write(tmp_path, {"README.md": text + "| `azdo_arm_z` | filter | does z |\n"})
    assert readme(tmp_path) == ["README.md lacks azdo_arm_z"]
