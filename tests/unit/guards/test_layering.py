# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom. The order of the packages stands in the READMEs of their rooms and nowhere else: a new file needs no entry anywhere."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

from tools.tree import PACKAGE, REPOSITORY, imports, parse, python_files, write

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
# What lies beside the packages of a room: what all of them stand on, and the front door that stands on all of them.
GROUND = {"module_utils": {"_errors", "_table_file", "_times", "_yaml"}, "plugin_utils": {"_screen", "_untrusted"}}
FRONT_DOOR = {"plugin_utils": {"_front_door"}}
# The packages of the modules, which know nothing of each other.
STRANGERS = {"_manage": {"_move", "_convert"}}
MOST_FILES = 20

# The packages that meet the world; every other one is given what it needs, but for the files below.
WORLDLY = {"module_utils/_rest", "module_utils/_sign_in", "module_utils/_run"}
PURE_MAY_IMPORT = {
    "__future__",
    "base64",
    "collections",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "fnmatch",
    "functools",
    "hashlib",
    "html",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "shlex",
    "string",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
    "xml",
}
# Never in the packages that hold data and rules.
STRICT = {
    "module_utils",
    "module_utils/_model",
    "module_utils/_pipelines",
    "module_utils/_desired",
    "module_utils/_rules",
    "plugin_utils/_results",
    "plugin_utils/_report",
    "plugin_utils/_render",
}
MEETS_THE_WORLD = {
    # A guarded import of a library that need not be there.
    "module_utils/_yaml.py": {"yaml"},
    # A file that several processes write to.
    "module_utils/_move/journal.py": {"contextlib", "fcntl", "os", "stat", "threading", "zlib"},
    # A file that a person has filled in; only read.
    "module_utils/_table_file.py": {"pathlib"},
    # Files that Terraform has written; only read.
    "module_utils/_inspect/terraform_files.py": {"pathlib"},
    # How long ago something was read.
    "module_utils/_inspect/checks_of_many.py": {"time"},
    "module_utils/_inspect/states_of_many.py": {"time"},
    # How long a request took.
    "module_utils/_move/effects.py": {"time"},
    # The connections of all threads that wait to be compared.
    "module_utils/_convert/late_comparison.py": {"threading"},
    # One count of failures for all threads.
    "module_utils/_convert/plan_execution.py": {"threading"},
    # What Ansible takes for true, and what YAML takes for no text.
    "plugin_utils/_inventory/file_options.py": {"ansible", "yaml"},
    # What Ansible takes for true.
    "plugin_utils/_input/value_forms.py": {"ansible"},
    # Whether somebody sits at the terminal.
    "plugin_utils/_rollout/terminal.py": {"ansible"},
    # The variables of a play, and what its extra variables were before YAML read them.
    "plugin_utils/_input/play_view.py": {"ansible", "contextlib", "os", "pathlib", "yaml"},
    # Whether a value came out of a vault.
    "plugin_utils/_input/said_again.py": {"ansible"},
    # Whether a source of the inventory is there.
    "plugin_utils/_input/play_hosts.py": {"os"},
    # The file that somebody approved.
    "plugin_utils/_rollout/plan_file.py": {"pathlib"},
    # Files of the owners, and the table that says who they are.
    "plugin_utils/_rollout/owner_files.py": {"os", "pathlib"},
    # Earlier reports; only read.
    "plugin_utils/_rollout/earlier_reports.py": {"pathlib"},
    # Whether a certificate and its key are some; only read, and only if it is there.
    "module_utils/_desired/pem.py": {"cryptography"},
    # How a filter says that its input is wrong, and the present where none is given.
    "plugin_utils/_input/argument_checks.py": {"ansible", "clock"},
    # Its templates, which lie beside it, and what fills them.
    "plugin_utils/_render/page.py": {"jinja2", "markupsafe", "pathlib"},
    # Reports and plans.
    "plugin_utils/_rollout/output_files.py": {"contextlib", "os", "pathlib", "stat", "tempfile"},
}
CLOCKS = {"now", "utcnow", "today"}

# Who alone may import these packages in module_utils.
SOLE_IMPORTERS = {
    "requests": ("_rest/http",),
    "azure": ("_sign_in/tokens",),
    "msal": ("_sign_in/tokens",),
    "cryptography": ("_desired/pem",),
    "yaml": ("module_utils/_yaml",),
    # How Ansible ends a module.
    "ansible": ("_run/runtime",),
}


def packages(root: Path, room: str) -> list[str]:
    """The packages of a room in their order, from the table of its README."""
    readme = root / "plugins" / room / "README.md"
    return re.findall(r"^\| `(\w+)` \|", readme.read_text(encoding="utf-8"), re.MULTILINE) if readme.exists() else []


def unsorted(root: Path) -> list[str]:
    """Packages without a sentence, sentences without a package, files beside the packages, and packages with too many files."""
    found = []
    for room, ground in GROUND.items():
        folder, told = root / "plugins" / room, packages(root, room)
        there = {path.parent.name for path in folder.glob("*/*.py")}
        found += [f"plugins/{room}/{name}: README.md has no sentence about it" for name in sorted(there - set(told))]
        found += [f"plugins/{room}/README.md: there is no package {name}" for name in told if name not in there]
        loose = {path.stem for path in folder.glob("*.py")} - ground - FRONT_DOOR.get(room, set())
        found += [f"plugins/{room}/{name}.py: belongs into a package" for name in sorted(loose)]
        found += [
            f"plugins/{room}/{name}: has {number} files"
            for name in sorted(there)
            if (number := len(list((folder / name).glob("[!_]*.py")))) > MOST_FILES
        ]
        found += [str(path.relative_to(root)) for path in sorted(folder.glob("*/*/*.py"))]
    return found


def modules_imported(root: Path, path: Path) -> t.Iterator[tuple[int, tuple[str, ...]]]:
    """Line, and room, package and file (or room and file) of each import from this collection."""
    for line, name in imports(parse(path)):
        if name.startswith(PACKAGE):
            parts = name.removeprefix(PACKAGE).split(".")
            within = (root / "plugins" / parts[0] / parts[1]).is_dir() if len(parts) > 1 else False
            yield line, tuple(parts[: 3 if within else 2])


def looks_up(root: Path) -> list[str]:
    """Imports against the direction of the house."""
    order = {room: packages(root, room) for room in GROUND}
    found = []
    for path in python_files(root, "plugins"):
        room, *below = path.relative_to(root / "plugins").with_suffix("").parts
        for line, (other_room, *other) in modules_imported(root, path):
            where = f"{path.relative_to(root)}:{line}"
            if other_room not in ROOMS.get(room, set()):
                found.append(f"{where}: {room} must not import from {other_room}")
            elif room == other_room and room in order and _climbs(order[room], below, other):
                found.append(f"{where}: {'.'.join(below)} must not import {'.'.join(other)}")
    return found


def _climbs(order: t.Sequence[str], below: t.Sequence[str], other: t.Sequence[str]) -> bool:
    strangers = other[0] in STRANGERS.get(below[0], ()) or below[0] in STRANGERS.get(other[0], ())
    return strangers or _floor(order, other) > _floor(order, below)


def _floor(order: t.Sequence[str], parts: t.Sequence[str]) -> int:
    """The ground is below all packages, the front door above them."""
    if len(parts) > 1:
        return order.index(parts[0]) if parts[0] in order else len(order)
    return len(order) if parts and parts[0] in FRONT_DOOR["plugin_utils"] else -1


def circles(root: Path) -> list[str]:
    """Files that import each other, directly or through others."""
    edges = {
        path.relative_to(root / "plugins").with_suffix("").parts: {
            other for _line, other in modules_imported(root, path)
        }
        for path in python_files(root, "plugins")
    }
    found: list[str] = []
    done: set[tuple[str, ...]] = set()

    def follow(file: tuple[str, ...], way: tuple[tuple[str, ...], ...]) -> None:
        if file in way:
            found.append(" -> ".join(".".join(step) for step in (*way[way.index(file) :], file)))
        elif file not in done:
            for other in sorted(edges.get(file, ())):
                follow(other, (*way, file))
            done.add(file)

    for file in sorted(edges):
        follow(file, ())
    return found


def impure(root: Path) -> list[str]:
    """Files that read a clock, a file, the network or Ansible outside the packages that are there for it."""
    found = []
    for path in python_files(root, "plugins/module_utils", "plugins/plugin_utils"):
        inside = path.relative_to(root / "plugins")
        package = inside.parent.as_posix()
        if package in WORLDLY or package == "plugin_utils":
            continue
        tree, where = parse(path), path.relative_to(root)
        may = PURE_MAY_IMPORT | MEETS_THE_WORLD.get(inside.as_posix(), set())
        names = ((line, name.partition(".")[0]) for line, name in imports(tree) if not name.startswith(PACKAGE))
        found += [f"{where}:{line}: imports {name}" for line, name in names if name not in may]
        for call in (node.func for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if "clock" not in may and _asks_clock(call, strict=package in STRICT):
                found.append(f"{where}:{call.lineno}: asks the clock")
            elif isinstance(call, ast.Name) and call.id == "open":
                found.append(f"{where}:{call.lineno}: opens a file")
    return found


def _asks_clock(call: ast.expr, *, strict: bool) -> bool:
    """``runtime.now()`` is the time that a task was given; rules are given a moment."""
    if not isinstance(call, ast.Attribute) or call.attr not in CLOCKS:
        return False
    return strict or (isinstance(call.value, ast.Name) and call.value.id in ("datetime", "date"))


def shared_importers(root: Path) -> list[str]:
    """Libraries imported by a second file of module_utils."""
    return [
        f"{path.relative_to(root)}:{line}: only {' and '.join(owners)} may import {library}"
        for path in python_files(root, "plugins/module_utils")
        for line, name in imports(parse(path))
        for library, owners in SOLE_IMPORTERS.items()
        if name.partition(".")[0] == library
        and not path.with_suffix("").as_posix().endswith(tuple(f"/{owner}" for owner in owners))
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
        if path.relative_to(root).as_posix() != "plugins/module_utils/_run/runtime.py"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and node.attr in {"fail_json", "exit_json"}
    ]


def pictured(root: Path) -> list[str]:
    """Packages of module_utils and plugin_utils that the picture in CONTRIBUTING.md has not, or has in another order."""
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8") if (root / "CONTRIBUTING.md").exists() else ""
    found = []
    for room in GROUND:
        _before, _it, after = text.partition(f"\n  {room}/")
        drawn = re.findall(r"^ {4}(_\w+)/ ", re.split(r"\n {0,2}\S", after)[0], re.MULTILINE)
        if drawn != packages(root, room):
            found.append(f"CONTRIBUTING.md: {room} has {packages(root, room)}, the picture {drawn}")
    return found


GUARDS = (unsorted, looks_up, circles, impure, shared_importers, dynamic_imports, exits, pictured)
UTILS = PACKAGE + "module_utils"
# A house in small; the picture and the READMEs fit it.
HOUSE = {
    "CONTRIBUTING.md": "plugins/\n  plugin_utils/  for the controller\n    _report/     rows\n  module_utils/  for all\n    _model/      data\n"
    "    _rest/       client\n    _rules/      rules\n    _run/        tasks\nroles/\n",
    "plugins/module_utils/README.md": "| `_model` | a |\n| `_rest` | b |\n| `_rules` | c |\n| `_run` | d |\n",
    "plugins/plugin_utils/README.md": "| `_report` | a |\n",
    "plugins/module_utils/_errors.py": "import typing",
    "plugins/module_utils/_model/connection.py": f"from {UTILS}._errors import AzdoError\nfrom datetime import datetime",
    "plugins/module_utils/_rest/http.py": f"import requests\nfrom {UTILS}._model.connection import ArmConnection",
    "plugins/module_utils/_rules/eligibility.py": f"from {UTILS}._model import connection",
    "plugins/module_utils/_run/runtime.py": f"from ansible.module_utils.basic import AnsibleModule\nfrom {UTILS}._rest.http import x\nmodule.exit_json()",
    "plugins/plugin_utils/_untrusted.py": "from ansible.template import Templar",
    "plugins/plugin_utils/_front_door.py": f"from {PACKAGE}plugin_utils._report import rows\nfrom {PACKAGE}plugin_utils._untrusted import as_data",
    "plugins/plugin_utils/_report/rows.py": f"from {UTILS}._rules.eligibility import rules",
    "plugins/action/azdo_x.py": f"from {PACKAGE}modules.azdo_x import run",
}


@pytest.mark.parametrize("guard", GUARDS)
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


@pytest.mark.parametrize(
    ("guard", "file", "text"),
    [
        (unsorted, "module_utils/_newcomer/x.py", ""),
        (unsorted, "module_utils/_newcomer.py", ""),
        (unsorted, "plugin_utils/_newcomer.py", ""),
        (unsorted, "module_utils/README.md", "| `_model` |\n| `_rest` |\n| `_rules` |\n| `_run` |\n| `_gone` |\n"),
        (unsorted, "module_utils/_rest/graph/x.py", ""),
        (looks_up, "module_utils/_errors.py", f"from {UTILS}._model.connection import ArmConnection"),
        (looks_up, "module_utils/_errors.py", f"from {UTILS}._model import connection"),
        (looks_up, "module_utils/_model/connection.py", f"import {UTILS}._rest.http"),
        (looks_up, "module_utils/_model/bodies.py", f"def f():\n    from {UTILS}._rules.eligibility import rules"),
        (looks_up, "module_utils/_rest/graph.py", f"from {UTILS}._run import runtime"),
        (looks_up, "module_utils/_run/undo.py", f"from {PACKAGE}plugin_utils._report.rows import rows"),
        (looks_up, "module_utils/_manage/update.py", f"from {UTILS}._convert import plan"),
        (looks_up, "module_utils/_manage/update.py", f"from {UTILS}._move.journal import Journal"),
        (looks_up, "plugin_utils/_report/page.py", f"from {PACKAGE}plugin_utils._front_door import InProcessAction"),
        (looks_up, "modules/azdo_x.py", f"from {PACKAGE}action.azdo_x import ActionModule"),
        (looks_up, "inventory/azdo.py", f"from {PACKAGE}modules.azdo_x import run"),
        (circles, "module_utils/_errors.py", f"from {UTILS}._model.connection import ArmConnection"),
        (circles, "module_utils/_rest/http.py", f"from {UTILS}._rest.http import itself"),
        (impure, "module_utils/_errors.py", "import time"),
        (impure, "module_utils/_rules/eligibility.py", "import time"),
        (impure, "module_utils/_rules/eligibility.py", "from ansible.module_utils.basic import AnsibleModule"),
        (impure, "module_utils/_rules/eligibility.py", "from datetime import datetime\nx = datetime.now()"),
        (impure, "module_utils/_rules/eligibility.py", "x = runtime.now()"),
        (impure, "module_utils/_convert/anything.py", "from datetime import datetime\nx = datetime.now()"),
        (impure, "module_utils/_convert/anything.py", "import socket"),
        (impure, "plugin_utils/_report/rows.py", "open('x')"),
        (shared_importers, "module_utils/_rest/azure_devops.py", "import requests.adapters"),
        (shared_importers, "module_utils/_rest/http.py", "from azure.identity import DefaultAzureCredential"),
        (shared_importers, "module_utils/_run/concurrency.py", "from ansible.module_utils.basic import AnsibleModule"),
        (dynamic_imports, "module_utils/_sign_in/tokens.py", "import importlib"),
        (dynamic_imports, "module_utils/_sign_in/tokens.py", "from importlib import import_module"),
        (dynamic_imports, "modules/azdo_x.py", "__import__('requests')"),
        (exits, "modules/azdo_x.py", "module.fail_json(msg='x')"),
        (exits, "module_utils/_rest/http.py", "leave = module.exit_json"),
        (pictured, "plugin_utils/README.md", "| `_report` |\n| `_render` |\n"),
        (pictured, "module_utils/README.md", "| `_rest` |\n| `_model` |\n| `_rules` |\n| `_run` |\n"),
    ],
)
def test_it_can_fail(guard: t.Callable[[Path], list[str]], file: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, HOUSE)
    assert len(guard(write(tmp_path, {f"plugins/{file}": text}))) == 1


def test_a_package_can_have_too_many_files(tmp_path: Path) -> None:
    write(tmp_path, HOUSE)
    files = {f"plugins/module_utils/_rest/file_{number}.py": "" for number in range(MOST_FILES)}
    assert unsorted(write(tmp_path, files)) == ["plugins/module_utils/_rest: has 21 files"]


def test_what_is_allowed(tmp_path: Path) -> None:
    write(tmp_path, HOUSE)
    assert [guard(tmp_path) for guard in GUARDS] == [[]] * len(GUARDS)
