# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The defaults of a role are what its argument_specs say, keys and values."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tools.tree import REPOSITORY, load, write

# Set by the caller only, so that defaults/main.yml has nothing to say about it.
NOT_GIVEN = object()


def _documented(specs: t.Mapping[str, t.Any]) -> dict[str, list[t.Any]]:
    """Each option of a role with its default at every entry point that has it; no default is null."""
    found: dict[str, list[t.Any]] = {}
    for entry_point in specs["argument_specs"].values():
        for name, option in (entry_point.get("options") or {}).items():
            found.setdefault(name, []).append(option.get("default"))
    return found


def drifted(root: Path) -> list[str]:
    """Options whose default differs, that only one side has, or that entry points do not agree on."""
    found = []
    for file in sorted((root / "roles").glob("*/meta/argument_specs.yml")):
        role = file.parents[1]
        documented, defaults = _documented(load(file)), load(role / "defaults" / "main.yml") or {}
        found += [f"{role.name}: {name} is not documented" for name in defaults if name not in documented]
        for name, values in documented.items():
            actual = defaults.get(name, NOT_GIVEN)
            if any(_differ(actual, value) for value in values):
                shown = "nothing" if actual is NOT_GIVEN else repr(actual)
                found.append(f"{role.name}: {name} is documented as {values}, and {shown} in defaults")
    return found


def _differ(actual: t.Any, documented: t.Any) -> bool:
    if actual is NOT_GIVEN:
        return documented is not None
    return type(actual) is not type(documented) or bool(actual != documented)


def undocumented(root: Path) -> list[str]:
    """Roles without argument_specs or README."""
    wanted = ("meta/argument_specs.yml", "README.md")
    roles = sorted(path for path in (root / "roles").glob("*") if path.is_dir())
    return [f"{role.name} has no {name}" for role in roles for name in wanted if not (role / name).exists()]


@pytest.mark.parametrize("guard", [drifted, undocumented])
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


SPECS = """
argument_specs:
  main: {}
  report:
    options:
      fleet_path: {type: path}
      fleet_rows: {type: int, default: 200}
  convert:
    options:
      fleet_rows: {type: int, default: %s}
      fleet_hosts: {type: str, required: true}
"""


@pytest.mark.parametrize(
    ("rows", "defaults", "findings"),
    [
        ("200", "{fleet_rows: 200, fleet_path: null}", 0),
        ("200", "{fleet_rows: 200}", 0),
        ("100", "{fleet_rows: 200}", 1),
        ("200", "{fleet_rows: 100}", 1),
        ("200", "{fleet_rows: '200'}", 1),
        ("1", "{fleet_rows: true}", 1),
        ("200", "{}", 1),
        ("200", "{fleet_rows: 200, fleet_path: x}", 1),
        ("200", "{fleet_rows: 200, fleet_ghost: x}", 1),
    ],
)
def test_it_compares_keys_and_values(rows: str, defaults: str, findings: int, tmp_path: Path) -> None:
    write(tmp_path, {"roles/fleet/meta/argument_specs.yml": SPECS % rows, "roles/fleet/defaults/main.yml": defaults})
    assert len(drifted(tmp_path)) == findings


def test_a_role_needs_its_documents(tmp_path: Path) -> None:
    assert len(undocumented(write(tmp_path, {"roles/fleet/tasks/main.yml": ""}))) == 2
