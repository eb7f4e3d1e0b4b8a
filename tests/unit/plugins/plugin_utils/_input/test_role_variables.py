# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of the role x every form in which people send one: refused with its name, or understood; and the table is what the role documents."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import (
    EVERY,
    VARIABLES,
    Variable,
    VariablesError,
    hear,
    meant,
)

from tools.tree import REPOSITORY, load

SPECS = load(REPOSITORY / "roles/fleet/meta/argument_specs.yml")["argument_specs"]
DEFAULTS = load(REPOSITORY / "roles/fleet/defaults/main.yml")
TYPES = {
    "names": "list",
    "choices": "list",
    "pairs": "list",
    "tasks": "list",
    "text": "str",
    "digest": "str",
    "choice": "str",
    "path": "path",
    "flag": "bool",
    "number": "int",
    "sizes": "raw",
    "ids": "list",
    "plan": "raw",
}
# What a survey sends for each kind, and what it means.
SURVEY: dict[str, tuple[t.Any, t.Any]] = {
    "names": (" Web Shop,\nPayments ", ["Web Shop", "Payments"]),
    "text": ("a text", "a text"),
    "path": (" run.json ", "run.json"),
    "flag": ("yes", True),
    "number": ("7", 7),
    "digest": (f" {'AB' * 32} ", "ab" * 32),
    "sizes": ("1, 50%", "1, 50%"),
    "tasks": ('[{"task": "A@1", "support": true}]', [{"support": True, "task": "A@1"}]),
    "pairs": (
        '[{"connection": "a", "issuer": "i", "subject": "s"}]',
        [{"connection": "a", "issuer": "i", "subject": "s"}],
    ),
}


def entry_of(variable: Variable) -> str:
    return variable.entries[0]


def heard(name: str, value: t.Any) -> t.Any:
    return hear(entry_of(VARIABLES[name]), {name: value})[name.removeprefix("fleet_")]


def test_the_table_is_what_the_role_documents() -> None:
    documented = {
        name: {entry for entry, spec in SPECS.items() if name in (spec.get("options") or {})}
        for spec in SPECS.values()
        for name in spec.get("options") or {}
    }
    assert {name: set(variable.entries) for name, variable in VARIABLES.items()} == documented
    assert {name: variable.default for name, variable in VARIABLES.items()} == DEFAULTS
    assert set(EVERY) == set(SPECS) - {"main"}


@pytest.mark.parametrize("name", VARIABLES)
def test_kind_and_choices_are_what_the_role_documents(name: str) -> None:
    variable = VARIABLES[name]
    for entry in variable.entries:
        option = SPECS[entry]["options"][name]
        # Empty means "no limit" there, so for Ansible it is a text.
        assert option["type"] == ("str" if name == "fleet_max_failures" else TYPES[variable.kind])
        # ansible-core takes no null where there are choices, and null is what tells "not set" from "set, and blank".
        if variable.kind == "choice" and not variable.must_say_something:
            assert option["choices"] == list(variable.choices)
        if variable.must_say_something and "choices" not in option:
            assert [word for word in variable.choices if word and f"V({word})" not in option["description"]] == []


@pytest.mark.parametrize("blank", [None, "", "  ", "\n"])
@pytest.mark.parametrize("name", VARIABLES)
def test_a_blank_answer_is_not_given(name: str, blank: str | None) -> None:
    assert heard(name, blank) == VARIABLES[name].default


@pytest.mark.parametrize(
    "value", ["None", " null ", {"a": 1}, float("nan")], ids=["None", "null", "dictionary", "no number"]
)
@pytest.mark.parametrize("name", VARIABLES)
def test_what_means_nothing_is_refused_by_its_name(name: str, value: t.Any) -> None:
    with pytest.raises(VariablesError, match=rf"^{name} "):
        heard(name, value)


@pytest.mark.parametrize("name", [name for name, variable in VARIABLES.items() if variable.choices])
def test_what_is_no_choice_is_refused_with_those_there_are(name: str) -> None:
    known = [choice for choice in VARIABLES[name].choices if choice]
    with pytest.raises(VariablesError) as caught:
        heard(name, f"{known[-1]}x")
    assert all(choice in str(caught.value) for choice in known)
    assert str(caught.value).endswith(f"Did you mean {known[-1]!r}?")
    last = VARIABLES[name].choices[-1]
    assert heard(name, last) == ([last] if VARIABLES[name].kind == "choices" else last)


@pytest.mark.parametrize("name", [name for name, variable in VARIABLES.items() if variable.kind in SURVEY])
def test_what_a_survey_sends_is_understood(name: str) -> None:
    sent, expected = SURVEY[VARIABLES[name].kind]
    assert heard(name, sent) == expected


@pytest.mark.parametrize("name", [name for name, variable in VARIABLES.items() if variable.kind == "names"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("007", ["007"]),
        ("Yes", ["Yes"]),
        ("1.10", ["1.10"]),
        (7, ["7"]),
        (["007", 8], ["007", "8"]),
        ('["Shared Services", "a,b"]', ["Shared Services", "a,b"]),
        ("[1]", ["[1]"]),
        ([], []),
    ],
)
def test_names_that_look_like_something_else(name: str, value: t.Any, expected: list[str]) -> None:
    assert heard(name, value) == expected


@pytest.mark.parametrize("value", [True, 1.1, [True], [1.1], [None], ["a", " "], ["a", "None"], {"a": 1}], ids=str)
def test_names_that_are_lost_are_refused(value: t.Any) -> None:
    with pytest.raises(VariablesError, match=r"^fleet_projects .*(quotes|empty entry|'None')"):
        heard("fleet_projects", value)


@pytest.mark.parametrize("value", [-1, "-1", "1.5", "ten", True, "٣"])
def test_what_is_no_whole_number_is_refused(value: t.Any) -> None:
    with pytest.raises(VariablesError, match=r"^fleet_soak must be a whole number"):
        heard("fleet_soak", value)


@pytest.mark.parametrize("value", ["abcdef12", "a" * 63, "g" * 64, 7])
def test_a_digest_that_was_cut_says_how_to_copy_it(value: t.Any) -> None:
    with pytest.raises(VariablesError, match=r"all 64 characters .* Copy the whole line"):
        heard("fleet_plan_digest", value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(VariablesError) as caught:
        hear("convert", {"fleet_soak": "x", "fleet_confirm": "y", "fleet_watch": "not of this entry point"})
    assert [word for word in str(caught.value).split() if word.startswith("fleet_")] == ["fleet_confirm", "fleet_soak"]


@pytest.mark.parametrize("name", ["fleet_watch", "fleet_schemes"])
def test_a_list_of_nothing_to_look_at_is_refused(name: str) -> None:
    with pytest.raises(VariablesError, match="nothing would be looked at"):
        heard(name, [])


@pytest.mark.parametrize("name", [name for name in VARIABLES if len(name) > len("fleet_to")])
def test_a_slip_of_the_hand_is_known_by_the_variable_that_it_is_near_to(name: str) -> None:
    assert meant(name) == ""
    assert meant(name[:-1]) in VARIABLES
    assert meant(f"{name}s") in VARIABLES or f"{name}s" in VARIABLES


@pytest.mark.parametrize("name", ["fleet_server_url", "fleet_owner", "fleet_x"])
def test_somebodys_own_variable_is_no_slip(name: str) -> None:
    assert meant(name) == ""


def test_only_what_narrows_is_remembered_as_blank() -> None:
    said = hear("convert", {}, ["fleet_projects", "fleet_journal", "fleet_exclude"])
    assert said.blank == ("fleet_projects", "fleet_exclude")
