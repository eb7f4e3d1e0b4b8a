# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every Python file has, and how long a function may be."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

from tools.tree import REPOSITORY, parse, python_files, write

HEADER = """\
# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
LONGEST_FUNCTION = 45


def without_header(root: Path) -> list[str]:
    """Files that do not begin with the licence; a shebang may come before it. What makes a folder a package is empty."""
    texts = ((path, path.read_text(encoding="utf-8")) for path in python_files(root))
    return [
        str(path.relative_to(root))
        for path, text in texts
        if not _after_shebang(text).startswith(HEADER) and not (path.name == "__init__.py" and not text)
    ]


def _after_shebang(text: str) -> str:
    return text.partition("\n")[2] if text.startswith("#!") else text


def without_annotations(root: Path) -> list[str]:
    """Files without ``from __future__ import annotations``."""
    return [
        str(path.relative_to(root))
        for path in python_files(root)
        if path.read_bytes()
        if not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in parse(path).body)
    ]


def long_functions(root: Path) -> list[str]:
    """Functions of plugins that cannot be seen whole."""
    return [
        f"{path.relative_to(root)}:{node.lineno}: {node.name} has {length} lines"
        for path in python_files(root, "plugins")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]


def filled_inits(root: Path) -> list[str]:
    """What makes a folder of plugins a package is empty: ansible-test of ansible-core 2.16 refuses anything else, later ones do not look."""
    return [
        str(path.relative_to(root))
        for path in python_files(root, "plugins")
        if path.name == "__init__.py" and path.read_bytes()
    ]


def sanity_ignores(root: Path) -> list[str]:
    """Files that silence ansible-test: there are none, and certification allows next to nothing in them."""
    return [str(path.relative_to(root)) for path in sorted((root / "tests" / "sanity").glob("ignore*.txt"))]


@pytest.mark.parametrize("guard", [without_header, without_annotations, long_functions, filled_inits, sanity_ignores])
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


@pytest.mark.parametrize(
    ("guard", "file", "text"),
    [
        (without_header, "plugins/module_utils/_x.py", '"""Nothing."""\n'),
        (without_header, "plugins/module_utils/_x/y.py", ""),
        (without_header, "plugins/module_utils/_x/__init__.py", "x = 1\n"),
        (without_header, "tests/unit/test_x.py", "#!/usr/bin/python\n\n" + HEADER),
        (without_annotations, "plugins/module_utils/_x.py", "import __future__\n"),
        (long_functions, "plugins/module_utils/_x.py", "class A:\n  async def f():\n" + "    pass\n" * 45),
        (filled_inits, "plugins/module_utils/_x/__init__.py", HEADER),
        (sanity_ignores, "tests/sanity/ignore-2.16.txt", ""),
    ],
)
def test_it_can_fail(guard: t.Callable[[Path], list[str]], file: str, text: str, tmp_path: Path) -> None:
    assert len(guard(write(tmp_path, {file: text}))) == 1


def test_what_is_allowed(tmp_path: Path) -> None:
    text = f"#!/usr/bin/python\n{HEADER}from __future__ import annotations\n\n\ndef f():\n" + "    pass\n" * 44
    write(tmp_path, {"plugins/modules/azdo_x.py": text})
    guards = (without_header, without_annotations, long_functions, filled_inits, sanity_ignores)
    assert [guard(tmp_path) for guard in guards] == [[]] * len(guards)
