# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other people wrote reaches ansible-core marked as data: through the border of _untrusted.py, or as the result of an action."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

from tools.tree import REPOSITORY, load, parse, python_files, write

MARKS = {"filter": "returns_data", "lookup": "as_data"}
# Where set_fact would find text of the service, of files or of hosts; its values carry no mark before ansible-core 2.19.
FOREIGN = re.compile(
    r"azdo\.connections\.|hostvars|lookup\(|query\(|\bq\(|ansible_failed|\bazdo_|__fleet_approved|__fleet_options"
)


def unmarked(root: Path) -> list[str]:
    """Filters and lookups whose values do not pass the border."""
    return [
        f"{path.relative_to(root)}:{node.lineno}: {room} returns without {mark}"
        for room, mark in MARKS.items()
        for path in python_files(root, f"plugins/{room}")
        for node in _returned(parse(path), room)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == mark)
    ]


def _returned(tree: ast.AST, room: str) -> t.Iterator[ast.expr]:
    """The functions that a filter plugin registers, or what a lookup's run returns."""
    method = {"filter": "filters", "lookup": "run"}[room]
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == method)
    for function in found:
        for statement in ast.walk(function):
            if isinstance(statement, ast.Return) and statement.value is not None:
                table = isinstance(statement.value, ast.Dict) and room == "filter"
                yield from t.cast("ast.Dict", statement.value).values if table else [statement.value]


def kept_facts(root: Path) -> list[str]:
    """Tasks of roles and playbooks that copy foreign text with set_fact, and actions that return facts."""
    files = [path for room in ("roles", "playbooks") for path in sorted((root / room).rglob("*.yml"))]
    tasks = [(path, task) for path in files for task in _tasks(load(path))]
    names = {str(task["register"]) for _path, task in tasks if "register" in task}
    found = [
        f"{path.relative_to(root)}: set_fact of foreign text in {task.get('name')}"
        for path, task in tasks
        for facts in (task.get("ansible.builtin.set_fact") or task.get("set_fact"),)
        if facts
        and (
            FOREIGN.search(text := f"{list(facts.values())} {task.get('vars')}") or any(name in text for name in names)
        )
    ]
    return found + [
        f"{path.relative_to(root)}: returns facts"
        for path in python_files(root, "plugins/action", "plugins/modules")
        if "ansible_facts" in path.read_text(encoding="utf-8")
    ]


def _tasks(node: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Every mapping in a file of tasks that may be a task."""
    if isinstance(node, list):
        for item in node:
            yield from _tasks(item)
    elif isinstance(node, dict):
        yield node
        for key in ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"):
            yield from _tasks(node.get(key))


@pytest.mark.parametrize("guard", [unmarked, kept_facts])
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


FILTER = "class FilterModule:\n    def filters(self):\n        return {'x': %s}\n"
LOOKUP = "class LookupModule:\n    def run(self, terms):\n        return %s\n"
TASK = "- name: x\n  %s\n"


@pytest.mark.parametrize(
    ("guard", "file", "text", "findings"),
    [
        (unmarked, "plugins/filter/x.py", FILTER % "returns_data(x)", 0),
        (unmarked, "plugins/filter/x.py", FILTER % "x", 1),
        (unmarked, "plugins/filter/x.py", FILTER % "wraps(x)", 1),
        (unmarked, "plugins/filter/x.py", "class FilterModule:\n    def filters(self):\n        return TABLE\n", 1),
        (unmarked, "plugins/lookup/x.py", LOOKUP % "as_data(terms)", 0),
        (unmarked, "plugins/lookup/x.py", LOOKUP % "terms", 1),
        (kept_facts, "roles/r/tasks/x.yml", TASK % "ansible.builtin.set_fact: {y: '{{ fleet_to }}'}", 0),
        (kept_facts, "roles/r/tasks/x.yml", TASK % "ansible.builtin.set_fact: {y: '{{ hostvars.z }}'}", 1),
        (kept_facts, "roles/r/tasks/x.yml", TASK % "set_fact: {y: '{{ z | azdo.connections.fleet_table }}'}", 1),
        (kept_facts, "roles/r/tasks/x.yml", TASK % "set_fact: {y: '{{ a }}'}\n  vars: {a: '{{ azdo_project }}'}", 1),
        (kept_facts, "playbooks/x.yml", "- hosts: all\n  tasks:\n  - block:\n    - set_fact: {y: '{{ r.msg }}'}\n    - m:\n      register: r\n", 1),
        (kept_facts, "plugins/action/x.py", "return {'ansible_facts': {}}", 1),
    ],
)  # fmt: skip
def test_it_can_fail(guard: t.Callable[[Path], list[str]], file: str, text: str, findings: int, tmp_path: Path) -> None:
    assert len(guard(write(tmp_path, {file: text}))) == findings
