# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand in an inventory file, and the sentence for what may not."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.file_options import (
    as_written,
    checked,
)

DOCUMENTED: dict[str, dict[str, t.Any]] = {
    "include_projects": {"type": "list", "elements": "str"},
    "schemes": {"type": "list", "elements": "str", "choices": ["service_principal", "managed_identity"]},
    "include": {"type": "list", "elements": "str", "choices": ["usage"]},
    "hosts_from": {"type": "str", "choices": ["project", "connection"]},
    "organization_url": {"type": "str", "aliases": ["organization"]},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool"},
    "concurrency": {"type": "int"},
    "compose": {"type": "dict"},
    "keyed_groups": {"type": "list", "elements": "dict", "suboptions": {"key": {}, "prefix": {}}},
    "odd": {"type": "raw"},
}
NARROWING = {"include_projects": "all projects", "schemes": "all connections"}


class Vaulted:
    """A text that is none yet, as ansible-core 2.16 has it."""


def taken(text: str) -> dict[str, t.Any]:
    """What is left of the text of a file."""
    return checked(yaml.safe_load(text), DOCUMENTED, NARROWING, lambda: as_written(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("include_projects: [Payments, 'Web, Shop']", ["Payments", "Web, Shop"]),
        ("include_projects: Payments, Web Shop", ["Payments", "Web Shop"]),
        ("include_projects: |\n  Payments\n  Web Shop\n", ["Payments", "Web Shop"]),
        ("include_projects: [007, yes, 1.10, 2024-01-01, 1_000, 12:30]", ["007", "yes", "1.10", "2024-01-01", "1_000", "12:30"]),
        ("include_projects: 007", ["007"]),
        ("include_projects:\n- &name 007\n- '007'", ["007", "007"]),
        ("schemes: service_principal", ["service_principal"]),
        ("organization: 007", "007"),
        ("ca_path: 1.10", "1.10"),
        ("hosts_from: connection", "connection"),
        ("validate_certs: 'no'", False),
        ("validate_certs: 1", True),
        ("concurrency: '8'", 8),
        ("concurrency: 8.0", 8),
        ("compose: {a: b}", {"a": "b"}),
        ("keyed_groups: [{key: a, prefix: ''}]", [{"key": "a", "prefix": ""}]),
        ("odd: [1]", [1]),
    ],
)  # fmt: skip
def test_a_value_is_taken_as_it_stands_there(text: str, value: t.Any) -> None:
    assert list(taken(text).values()) == [value]


@pytest.mark.parametrize("value", ["", "''", "'  '", "~"])
@pytest.mark.parametrize("name", sorted(DOCUMENTED.keys() - NARROWING.keys()))
def test_nothing_is_as_good_as_left_out(name: str, value: str) -> None:
    assert taken(f"{name}: {value}") == {}


@pytest.mark.parametrize("value", ["", "''", "'  '", "~", "[]"])
@pytest.mark.parametrize("name", sorted(NARROWING))
def test_nothing_never_means_everything(name: str, value: str) -> None:
    with pytest.raises(OptionError, match=f"^{name} is empty, which would mean {NARROWING[name]}. Leave it out"):
        taken(f"{name}: {value}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("projects: [Payments]", "projects is no option of this inventory. Instead of projects, did you mean include_projects?"),
        ("organisation: x", "did you mean organization?"),
        ("zzz: 1\nshemes: x", "zzz, shemes are no options of this inventory. Instead of shemes, did you mean schemes?"),
        ("zzz: 1", "Known are include_projects, schemes,"),
        ("1: x", "1 is no option of this inventory"),
        ("organization: a\norganization_url: b", "organization and organization_url are the same option."),
        ("include_projects: Payments,", "include_projects contains an empty entry. Leave it out to mean all projects"),
        ("include_projects: [Payments, ~]", "include_projects contains an empty entry."),
        ("include_projects: [' ']", "include_projects contains an empty entry."),
        ("include_projects: None", "include_projects is the text 'None', as a template"),
        ("include_projects: [a, None]", "include_projects contains the text 'None', as a template"),
        ("include: a, None", "include contains"),
        ("include_projects: [Team: one]", "Entry 1 of include_projects is no text."),
        ("include_projects: {a: b}", "Entry 1 of include_projects is no text."),
        ("include_projects: [a, [b]]", "Entry 2 of include_projects is no text."),
        ("schemes: [service_principle]", "schemes contains 'service_principle', which is not known. Did you mean service_principal? Known are"),
        ("schemes: [yes]", "schemes contains 'yes', which is not known. Known are service_principal, managed_identity."),
        ("hosts_from: projects", "hosts_from is 'projects', which is not known. Did you mean project? Known are"),
        ("hosts_from: [project]", "hosts_from is not one text."),
        ("organization: {a: b}", "organization is not one text."),
        ("validate_certs: ture", "validate_certs is not true or false."),
        ("validate_certs: [yes]", "validate_certs is not true or false."),
        ("validate_certs: None", "validate_certs is the text 'None'"),
        ("concurrency: many", "concurrency is not a whole number."),
        ("concurrency: yes", "concurrency is not a whole number."),
        ("concurrency: 1.5", "concurrency is not a whole number."),
        ("concurrency: .inf", "concurrency is not a whole number."),
        ("concurrency: [8]", "concurrency is not a whole number."),
        ("compose: a", "compose is not a mapping"),
        ("keyed_groups: a,b", "Entry 1 of keyed_groups is no mapping."),
        ("keyed_groups: [{key: a, prefx: b}]", "prefx is no option of entry 1 of keyed_groups. Instead of prefx, did you mean prefix?"),
        ("keyed_groups: [{key: a}, {prefix: b}]", "Entry 2 of keyed_groups has no key."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_sentence(text: str, said: str) -> None:
    with pytest.raises(OptionError) as raised:
        taken(text)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "written",
    ["include_projects: '{{ x }}'", "include_projects: ['{{ x }}']", "a: [", "[]", ""],
)
def test_a_number_that_does_not_stand_there_itself_must_be_quoted(written: str) -> None:
    with pytest.raises(OptionError, match="Entry 1 of include_projects is a number, a flag or a date to YAML"):
        checked({"include_projects": [7]}, DOCUMENTED, NARROWING, lambda: as_written(written))


def test_a_text_from_a_vault_is_left_alone() -> None:
    secret = Vaulted()
    assert checked({"organization": secret}, DOCUMENTED, NARROWING, dict) == {"organization_url": secret}
