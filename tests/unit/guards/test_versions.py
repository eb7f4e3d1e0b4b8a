# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One source of the version (galaxy.yml) and of the libraries' lower bounds (requirements.txt)."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

from tools.tree import REPOSITORY, documents, load, parse, python_files, write

VERSION = re.compile(r"(?:^|azdo\.connections/)(\d+\.\d+\.\d+)(?![\d.])")


def _version(root: Path) -> str:
    return str(load(root / "galaxy.yml")["version"])


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def changelog(root: Path) -> list[str]:
    """The newest release of the changelog is this version."""
    newest = max(load(root / "changelogs" / "changelog.yaml")["releases"], key=_parts)
    written = f"## v{newest}" in (root / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    return (
        []
        if newest == _version(root) and written
        else [f"galaxy.yml says {_version(root)}, the changelog's newest is {newest}"]
    )


def in_code(root: Path) -> list[str]:
    """Versions in the code, such as the user agent's."""
    return [
        f"{path.relative_to(root)}:{node.lineno}: says {found[1]}"
        for path in python_files(root, "plugins/module_utils", "plugins/plugin_utils")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (found := VERSION.search(node.value)) and found[1] != _version(root)
    ]


def lower_bounds(root: Path) -> list[str]:
    """The requirements that the documentation names are those that the collection installs."""
    wanted = dict(
        re.findall(r"^([\w-]+)>=(\d+\.\d+)", (root / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    text = documents(root / "plugins" / "doc_fragments" / "_auth.py")["DOCUMENTATION"]
    documented = dict(re.findall(r"^  - ([\w-]+) *>= *(\d+\.\d+)", text, re.MULTILINE))
    return [] if documented == wanted else [f"requirements.txt has {wanted}, the documentation says {documented}"]


GUARDS = [changelog, in_code, lower_bounds]


@pytest.mark.parametrize("guard", GUARDS)
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


GOOD = {
    "galaxy.yml": "version: 0.10.0",
    "CHANGELOG.md": "## v0\\.10\\.0\n",
    "changelogs/changelog.yaml": "releases: {0.10.0: {}, 0.9.0: {}}",
    "requirements.txt": "requests>=2.31.0\n",
    "plugins/doc_fragments/_auth.py": 'DOCUMENTATION = """\nrequirements:\n  - requests >= 2.31\n"""\n',
    "plugins/module_utils/_rest/http.py": 'AGENT = "azdo.connections/0.10.0"\nLOOPBACK = "127.0.0.1"\n',
}


@pytest.mark.parametrize(
    ("guard", "change"),
    [
        (changelog, {"galaxy.yml": "version: 0.11.0", "plugins/module_utils/_rest/http.py": ""}),
        (changelog, {"CHANGELOG.md": "## v0\\.9\\.0\n"}),
        (in_code, {"plugins/module_utils/_rest/http.py": 'AGENT = "azdo.connections/0.9.0"\n'}),
        (in_code, {"plugins/plugin_utils/_x.py": 'VERSION = "0.9.0"\n'}),
        (lower_bounds, {"requirements.txt": "requests>=2.32.0\n"}),
        (lower_bounds, {"requirements.txt": "requests>=2.31.0\nazure-identity>=1.15.0\n"}),
    ],
)
def test_it_can_fail(guard: t.Callable[[Path], list[str]], change: dict[str, str], tmp_path: Path) -> None:
    assert [other(write(tmp_path, GOOD)) for other in GUARDS] == [[]] * len(GUARDS)
    assert len(guard(write(tmp_path, change))) == 1
