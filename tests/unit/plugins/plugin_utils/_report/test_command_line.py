# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that can be copied: what was said is what a shell and ansible-playbook read, and nothing in it is evaluated."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._report.command_line import command

from unit.plugins._helpers.commands import Unsafe, said

TEMPLATES = [
    "{{ 7*7 }}",
    "{% raw %} $(id) ; -rf",
    "a {# b",
    'it\'s {{ "a\\b" }}\n',
    "{{ \U000e0041\u200d\u2028 }}",
    "#jinja2: variable_start_string:'[['\n[[ 7*7 ]]",
]


@pytest.mark.parametrize(
    "value",
    [
        "plan.json",
        "a b",
        "it's",
        '"x"',
        "a,b",
        "a=b",
        "007",
        "$(id)",
        "a;b",
        "&",
        "~",
        "{x",
        "a\\b\n\t",
        "Z\u00fcrich \U0001f600",
        "soft\u00adhyphen",
        "a\u200d\u202e\x7f\U000e0041\ufeff",
        ["a b", "c"],
        [{"connection": "a", "subject": "b\u200d"}],
        True,
        5,
        None,
        [],
        *TEMPLATES,
        ["a", *TEMPLATES],
        [{"connection": TEMPLATES[0]}],
    ],
)
def test_what_was_said_is_what_a_shell_and_ansible_read(value: t.Any) -> None:
    line = command("plan", fleet_plan_path=value)
    assert said(line) == ("plan", {"fleet_plan_path": value})
    assert printable(line) == line


@pytest.mark.parametrize("text", TEMPLATES)
@pytest.mark.parametrize("around", [lambda text: text, lambda text: ["a", text], lambda text: [{"a": text}]])
def test_nothing_that_looks_like_a_template_is_one(text: str, around: t.Callable[[str], t.Any]) -> None:
    found = said(command("plan", fleet_exclude=around(text)))[1]["fleet_exclude"]
    while not isinstance(found, str):
        found = found["a"] if isinstance(found, dict) else found[-1]
    assert isinstance(found, Unsafe)


def test_where_a_word_has_what_nobody_sees_there_is_no_command() -> None:
    assert command("plan", "-i", "a\u200d.yml") == ""
