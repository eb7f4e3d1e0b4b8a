# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the collection as files, for the guards: each takes the root of a tree, so that a test can show it a broken one."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
COLLECTION = "azdo.connections"
PACKAGE = "ansible_collections.azdo.connections.plugins."


def python_files(root: Path, *rooms: str) -> list[Path]:
    """The Python files of some folders, or all that are not generated."""
    found = (path for room in rooms or ("plugins", "tests") for path in (root / room).rglob("*.py"))
    return sorted(path for path in found if "__pycache__" not in path.parts)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST) -> t.Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported, wherever it stands: ``from a import b`` gives ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}") for alias in node.names)


def documents(path: Path) -> dict[str, str]:
    """The text constants of a plugin file or of the class in it: DOCUMENTATION, EXAMPLES, RETURN, fragments."""
    found: dict[str, str] = {}
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.update({name.id: node.value.value for name in node.targets if isinstance(name, ast.Name)})
    return found


class _Loader(yaml.SafeLoader):
    """With the one tag that Ansible has of its own in files of ours: a text that is no template."""


_Loader.add_constructor("!unsafe", lambda _loader, node: node.value)


def load(path: Path) -> t.Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def names(root: Path, room: str) -> set[str]:
    """The plugins in a folder; files with an underscore are private and no plugins."""
    return {path.stem for path in (root / room).glob("*.py") if not path.stem.startswith("_")}


def modules(root: Path) -> set[str]:
    return names(root, "plugins/modules")


def steps(root: Path) -> set[str]:
    """Modules that are a documentation only: an action of the same name does it all inside ansible-playbook, and none of them signs in."""
    return {name for name in modules(root) if name.startswith("fleet_")}


def write(root: Path, files: t.Mapping[str, str]) -> Path:
    """Make a tree of these files; for tests of the guards."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
