# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation of every plugin has, which no official tool asks for."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible_collections.azdo.connections.plugins.action import (
    fleet_ask,
    fleet_check,
    fleet_judge,
    fleet_run,
    fleet_write,
)
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SIGN_IN_OPTIONS, Option

from tools.tree import COLLECTION, REPOSITORY, documents, load, modules, names, steps, write

PLUGINS = ("modules", "inventory", "filter", "lookup")
KEYWORDS = {*Task.fattributes, *Block.fattributes, *Play.fattributes, "action", "local_action"}


def _documented(root: Path) -> t.Iterator[tuple[Path, dict[str, str]]]:
    """Every plugin that ansible-doc shows, with its text constants."""
    for room in PLUGINS:
        for name in sorted(names(root, f"plugins/{room}")):
            path = root / "plugins" / room / f"{name}.py"
            yield path, documents(path)


def incomplete(root: Path) -> list[str]:
    """Plugins without RETURN, attributes or a version_added that is not in the future."""
    found = []
    version = tuple(str(load(root / "galaxy.yml")["version"]).split("."))
    for path, texts in _documented(root):
        where, described = path.relative_to(root), yaml.safe_load(texts.get("DOCUMENTATION", "{}"))
        wanted = ["DOCUMENTATION", "EXAMPLES"] + ([] if path.parent.name == "inventory" else ["RETURN"])
        found += [f"{where}: no {name}" for name in wanted if not texts.get(name)]
        added = str(described.get("version_added", ""))
        if not re.fullmatch(r"\d+\.\d+\.\d+", added) or [int(n) for n in added.split(".")] > [int(n) for n in version]:
            found.append(f"{where}: version_added is {added or 'missing'}")
        fragments = " ".join(described.get("extends_documentation_fragment", []))
        if path.parent.name == "modules" and "attributes" not in described and "attributes" not in fragments:
            found.append(f"{where}: no attributes")
    return found


def _tasks(node: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """The tasks in a document of EXAMPLES, through plays and blocks."""
    if isinstance(node, list):
        for item in node:
            yield from _tasks(item)
    elif isinstance(node, dict):
        inner = [
            node[key]
            for key in ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always")
            if key in node
        ]
        if inner:
            yield from _tasks(inner)
        elif "hosts" not in node and "plugin" not in node:
            yield node


def _unqualified(task: dict[str, t.Any], own: set[str]) -> t.Iterator[str]:
    actions = [key for key in task if key not in KEYWORDS and not key.startswith("with_")]
    if len(actions) != 1:
        yield f"not one action in the task {task.get('name', task)}: {actions}"
    for action in actions:
        if action.startswith(f"{COLLECTION}."):
            if action.removeprefix(f"{COLLECTION}.") not in own:
                yield f"{action} does not exist"
        elif action.count(".") < 2:
            yield f"{action} has no collection before it"


def example_actions(root: Path) -> list[str]:
    """Modules in EXAMPLES that are not written with their full name, or are not ours although they look it."""
    own = modules(root)
    return [
        f"{path.relative_to(root)}: {problem}"
        for path, texts in _documented(root)
        for document in yaml.safe_load_all(texts.get("EXAMPLES", ""))
        for task in _tasks(document)
        for problem in _unqualified(task, own)
    ]


def option_table(described: t.Mapping[str, t.Any], table: t.Mapping[str, Option]) -> list[str]:
    """Where the documentation of the sign-in options and the option table disagree; an environment variable counts when it is written E(NAME)."""
    found = [f"{name} is only on one side" for name in sorted(described.keys() ^ table.keys())]
    for name in sorted(described.keys() & table.keys()):
        option, text = table[name], described[name]
        pairs = {
            "type": (text.get("type", "str"), option.type),
            "default": (text.get("default"), option.default),
            "choices": (tuple(text.get("choices", ())), option.choices),
            "aliases": (tuple(text.get("aliases", ())), option.aliases),
            "env": (_fallbacks(text["description"]), option.env),
        }
        found += [
            f"{name}: {what} is documented as {said!r} and is {meant!r}"
            for what, (said, meant) in pairs.items()
            if said != meant
        ]
    return found


def _fallbacks(description: str | list[str]) -> tuple[str, ...]:
    """The variables in the sentence on the environment, in its order."""
    sentences = [description] if isinstance(description, str) else description
    return tuple(
        name
        for sentence in sentences
        if "environment variable" in sentence
        for name in re.findall(r"E\((\w+)\)", sentence)
    )


def step_options(described: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> list[str]:
    """Where the documentation of a step of a rollout and the arguments of its action disagree; no official tool compares these."""
    found = [f"{name} is only on one side" for name in sorted(described.keys() ^ spec.keys())]
    for name in sorted(described.keys() & spec.keys()):
        found += [
            f"{name}: {key} is documented as {described[name].get(key)!r} and is {spec[name].get(key)!r}"
            for key in ("type", "elements", "default", "choices", "required")
            if described[name].get(key) != spec[name].get(key)
        ]
    return found


def sign_in_options() -> dict[str, t.Any]:
    text = documents(REPOSITORY / "plugins" / "doc_fragments" / "_auth.py")["DOCUMENTATION"]
    options: dict[str, t.Any] = yaml.safe_load(text)["options"]
    return options


@pytest.mark.parametrize("guard", [incomplete, example_actions])
def test_the_collection_keeps_to_it(guard: t.Callable[[Path], list[str]]) -> None:
    assert guard(REPOSITORY) == []


def test_the_documentation_of_the_sign_in_options_is_the_option_table() -> None:
    assert option_table(sign_in_options(), SIGN_IN_OPTIONS) == []


STEPS = {
    "fleet_ask": fleet_ask,
    "fleet_check": fleet_check,
    "fleet_run": fleet_run,
    "fleet_judge": fleet_judge,
    "fleet_write": fleet_write,
}


def described(name: str) -> dict[str, t.Any]:
    options: dict[str, t.Any] = yaml.safe_load(
        documents(REPOSITORY / "plugins" / "modules" / f"{name}.py")["DOCUMENTATION"]
    )["options"]
    return options


def test_every_step_is_compared() -> None:
    assert STEPS.keys() == steps(REPOSITORY)


@pytest.mark.parametrize("name", STEPS)
def test_the_documentation_of_a_step_is_what_its_action_takes(name: str) -> None:
    assert step_options(described(name), STEPS[name].ARGUMENT_SPEC) == []


@pytest.mark.parametrize("change", [{"type": "path"}, {"default": 7}, {"choices": ["x"]}, {"required": True}])
def test_a_drifted_argument_of_a_step_is_found(change: dict[str, t.Any]) -> None:
    spec = {**fleet_judge.ARGUMENT_SPEC, "allowed": {**fleet_judge.ARGUMENT_SPEC["allowed"], **change}}
    assert len(step_options(described("fleet_judge"), spec)) == 1
    assert len(step_options(described("fleet_judge"), {**spec, "ghost": {}})) == 2


def _plugin(
    documentation: str = "version_added: 0.1.0\nattributes: {}",
    examples: str = "- azdo.connections.azdo_x:",
    returned: str = "x: {}",
) -> str:
    return f'DOCUMENTATION = r"""\n{documentation}\n"""\nEXAMPLES = r"""\n{examples}\n"""\nRETURN = r"""{returned}"""\n'


def _tree(root: Path, text: str, room: str = "modules") -> Path:
    return write(root, {"galaxy.yml": "version: 0.9.0", f"plugins/{room}/azdo_x.py": text})


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (_plugin(), 0),
        (_plugin("version_added: 0.1.0\nextends_documentation_fragment: [azdo.connections._attributes]"), 0),
        (_plugin("version_added: 0.1.0"), 1),
        (_plugin("attributes: {}"), 1),
        (_plugin("attributes: {}\nversion_added: 0.10.0"), 1),
        (_plugin("attributes: {}\nversion_added: soon"), 1),
        (_plugin(returned=""), 1),
        ('DOCUMENTATION = "version_added: 0.1.0\\nattributes: {}"', 2),
    ],
)
def test_incomplete_documentation_is_found(text: str, findings: int, tmp_path: Path) -> None:
    assert len(incomplete(_tree(tmp_path, text))) == findings


@pytest.mark.parametrize(
    ("examples", "findings"),
    [
        ("- name: x\n  azdo.connections.azdo_x:\n  register: y\n  loop: [1]\n  with_items: []", 0),
        ("- azdo_x: {}", 1),
        ("- debug: {}", 1),
        ("- azdo.connections.azdo_ghost: {}", 1),
        ("- name: nothing", 1),
        ("- hosts: all\n  tasks:\n    - block:\n        - debug: {}\n      rescue:\n        - command: x", 2),
        ("- hosts: all\n  roles: [azdo.connections.fleet]", 0),
        ("plugin: azdo.connections.azdo\n---\nplugin: azdo.connections.azdo\nstrict: true", 0),
    ],
)
def test_short_names_in_examples_are_found(examples: str, findings: int, tmp_path: Path) -> None:
    assert len(example_actions(_tree(tmp_path, _plugin(examples=examples)))) == findings


@pytest.mark.parametrize(
    "change",
    [
        {"type": "path"},
        {"default": "x"},
        {"choices": ["x"]},
        {"aliases": []},
        {"description": "No environment variable E(AZDO_ORG_SERVICE_URL)."},
        {"description": "The environment variables E(SYSTEM_COLLECTIONURI) and E(AZDO_ORG_SERVICE_URL) are used."},
    ],
)
def test_a_drifted_option_is_found(change: dict[str, t.Any]) -> None:
    good = sign_in_options()
    assert len(option_table({**good, "organization_url": {**good["organization_url"], **change}}, SIGN_IN_OPTIONS)) == 1


def test_an_option_on_one_side_only_is_found() -> None:
    assert len(option_table({}, SIGN_IN_OPTIONS)) == len(SIGN_IN_OPTIONS)
    assert len(option_table({**sign_in_options(), "ghost": {"description": "x"}}, SIGN_IN_OPTIONS)) == 1
