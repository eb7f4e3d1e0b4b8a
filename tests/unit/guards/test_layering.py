# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom: the picture in CONTRIBUTING.md, so that it stays true."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

from tools.tree import PACKAGE, REPOSITORY, imports, parse, python_files, write

# The rows of plugins/module_utils, from the ground up. A file may import the files to its left in its row and everything in the rows below,
# except that the network knows no rules.
WORDS = ("_errors", "_times", "_options", "_urls", "_sign_in", "_remedies", "_connection", "_bodies")
RULES = (
    "_federation",
    "_verification",
    "_facts",
    "_reasons",
    "_rollback",
    "_situation",
    "_circumstances",
    "_kept",
    "_eligibility",
    "_estate",
    "_handoff",
    "_plan",
    "_approval",
    "_moving",
    "_conversion",
    "_migration",
    "_course",
    "_order",
    "_record",
    "_summary",
    "_progress",
    "_rows",
    "_comparison",
    "_desired",
    "_roles",
    "_methods",
    "_refusals",
    "_drafting",
    "_diff",
    "_limits",
    "_changes",
)
NETWORK = (
    "_pacing",
    "_answers",
    "_organization",
    "_auth",
    "_http",
    "_azure_devops",
    "_azure_api",
    "_graph",
    "_resource_manager",
)
WORK = (
    "_journal",
    "_leash",
    "_session",
    "_identity",
    "_details",
    "_fleet",
    "_runtime",
    "_meter",
    "_undo",
    "_making",
    "_place",
    "_testing",
    "_inquiry",
    "_recorded",
    "_preparing",
    "_task",
    "_effects",
    "_rollout",
    "_retiring",
    "_planning",
    "_creating",
    "_updating",
    "_work",
    "_provisioning",
    "_leftovers",
    "_removal",
)
ROWS: dict[tuple[str, ...], tuple[str, ...]] = {WORDS: (), RULES: WORDS, NETWORK: WORDS, WORK: WORDS + RULES + NETWORK}

# The folders of plugins, and the folders each may import from.
ROOMS = {
    "module_utils": {"module_utils"},
    "plugin_utils": {"module_utils", "plugin_utils"},
    "modules": {"module_utils"},
    "action": {"module_utils", "plugin_utils", "modules"},
    "inventory": {"module_utils", "plugin_utils"},
    "filter": {"plugin_utils"},
    "lookup": {"plugin_utils"},
    "doc_fragments": set(),
}

PURE = WORDS + RULES
PURE_MAY_IMPORT = {
    "__future__",
    "collections",
    "copy",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "shlex",
    "typing",
    "urllib",
    "uuid",
}
CLOCKS = {"now", "utcnow", "today"}

# Who alone may import these packages below the front doors.
SOLE_IMPORTERS = {"requests": {"_http"}, "azure": {"_auth"}, "msal": {"_auth"}, "ansible": {"_runtime"}}


def allowed(name: str) -> set[str] | None:
    """The files of module_utils that ``name`` may import; None when it has no place yet."""
    for row, below in ROWS.items():
        if name in row:
            return set(below) | set(row[: row.index(name)])
    return None


def own_imports(path: Path) -> t.Iterator[tuple[int, str, str]]:
    """Line, folder and file of each import from this collection."""
    for line, name in imports(parse(path)):
        if name.startswith(PACKAGE):
            room, _dot, rest = name.removeprefix(PACKAGE).partition(".")
            yield line, room, rest.partition(".")[0]


def looks_up(root: Path) -> list[str]:
    """Imports against the direction of the house."""
    found = []
    for path in python_files(root, "plugins"):
        room, where = path.parent.name, path.relative_to(root)
        may = allowed(path.stem) if room == "module_utils" else set()
        if may is None:
            found.append(f"{where}: has no place in the rows of this guard")
        for line, other_room, other in own_imports(path):
            if other_room not in ROOMS.get(room, set()):
                found.append(f"{where}:{line}: {room} must not import from {other_room}")
            elif room == other_room == "module_utils" and may is not None and other not in may:
                found.append(f"{where}:{line}: {path.stem} must not import {other}")
    return found


def impure(root: Path) -> list[str]:
    """Rules that read a clock, a file, the network or Ansible."""
    found = []
    for path in (root / "plugins" / "module_utils" / f"{name}.py" for name in PURE):
        if not path.exists():
            continue
        tree, where = parse(path), path.relative_to(root)
        packages = ((line, name.partition(".")[0]) for line, name in imports(tree) if not name.startswith(PACKAGE))
        found += [f"{where}:{line}: imports {package}" for line, package in packages if package not in PURE_MAY_IMPORT]
        for call in (node.func for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call, ast.Attribute) and call.attr in CLOCKS:
                found.append(f"{where}:{call.lineno}: asks the clock")
            elif isinstance(call, ast.Name) and call.id == "open":
                found.append(f"{where}:{call.lineno}: opens a file")
    return found


def shared_importers(root: Path) -> list[str]:
    """Packages imported by a second file of module_utils."""
    return [
        f"{path.relative_to(root)}:{line}: only {' and '.join(sorted(owners))} may import {package}"
        for path in python_files(root, "plugins/module_utils")
        for line, name in imports(parse(path))
        for package, owners in SOLE_IMPORTERS.items()
        if name.partition(".")[0] == package and path.stem not in owners
    ]


def dynamic_imports(root: Path) -> list[str]:
    """What Ansible's module packaging cannot see, so that it fails at run time only."""
    return [
        f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}: imports dynamically"
        for path in python_files(root, "plugins")
        for node in ast.walk(parse(path))
        if (isinstance(node, ast.Name) and node.id == "__import__")
        or (
            isinstance(node, ast.Import | ast.ImportFrom)
            and any(name.startswith("importlib") for _line, name in imports(node))
        )
    ]


def exits(root: Path) -> list[str]:
    """Calls of fail_json or exit_json outside the one file that knows how Ansible ends a module."""
    return [
        f"{path.relative_to(root)}:{node.lineno}: calls {node.attr}"
        for path in python_files(root, "plugins")
        if path.stem != "_runtime"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and node.attr in {"fail_json", "exit_json"}
    ]


@pytest.mark.parametrize("guard", [looks_up, impure, shared_importers, dynamic_imports, exits])
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


UTILS = PACKAGE + "module_utils"


@pytest.mark.parametrize(
    ("guard", "file", "text"),
    [
        (looks_up, "module_utils/_errors.py", f"from {UTILS}._options import Option"),
        (looks_up, "module_utils/_errors.py", f"from {UTILS} import _options"),
        (looks_up, "module_utils/_plan.py", f"import {UTILS}._conversion"),
        (looks_up, "module_utils/_http.py", f"def f():\n    from {UTILS}._eligibility import rules"),
        (looks_up, "module_utils/_plan.py", f"from {UTILS}._http import HttpClient"),
        (looks_up, "module_utils/_newcomer.py", ""),
        (looks_up, "module_utils/_fleet.py", f"from {PACKAGE}plugin_utils._report import table"),
        (looks_up, "modules/azdo_x.py", f"from {PACKAGE}action.azdo_x import ActionModule"),
        (looks_up, "inventory/azdo.py", f"from {PACKAGE}modules.azdo_x import run"),
        (impure, "module_utils/_plan.py", "import time"),
        (impure, "module_utils/_plan.py", "from ansible.module_utils.basic import AnsibleModule"),
        (impure, "module_utils/_plan.py", "from datetime import datetime\nx = datetime.now()"),
        (impure, "module_utils/_plan.py", "open('x')"),
        (shared_importers, "module_utils/_azure_devops.py", "import requests.adapters"),
        (shared_importers, "module_utils/_http.py", "from azure.identity import DefaultAzureCredential"),
        (shared_importers, "module_utils/_fleet.py", "from ansible.module_utils.basic import AnsibleModule"),
        (dynamic_imports, "module_utils/_auth.py", "import importlib"),
        (dynamic_imports, "module_utils/_auth.py", "from importlib import import_module"),
        (dynamic_imports, "modules/azdo_x.py", "__import__('requests')"),
        (exits, "modules/azdo_x.py", "module.fail_json(msg='x')"),
        (exits, "module_utils/_http.py", "leave = module.exit_json"),
    ],
)
def test_it_can_fail(guard: t.Callable[[Path], list[str]], file: str, text: str, tmp_path: Path) -> None:
    assert len(guard(write(tmp_path, {f"plugins/{file}": text}))) == 1


def test_what_is_allowed(tmp_path: Path) -> None:
    files = {
        "plugins/module_utils/_errors.py": "import typing",
        "plugins/module_utils/_plan.py": f"from {UTILS}._eligibility import rules\nfrom datetime import datetime",
        "plugins/module_utils/_http.py": f"import requests\nfrom {UTILS}._errors import AzdoError",
        "plugins/module_utils/_runtime.py": "from ansible.module_utils.basic import AnsibleModule\nmodule.exit_json()",
        "plugins/action/azdo_x.py": f"from {PACKAGE}modules.azdo_x import run",
    }
    write(tmp_path, files)
    assert [guard(tmp_path) for guard in (looks_up, impure, shared_importers, dynamic_imports, exits)] == [[]] * 5
