# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that people write in YAML: what they say, and what would get lost without a word."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils import _yaml
from ansible_collections.azdo.connections.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.azdo.connections.plugins.module_utils._yaml import (
    NotYamlError,
    RepeatedKeyError,
    located_value,
    refuse_repeated_keys,
    yaml_value,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing", None),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ("- a: x\n- a: y\n", [{"a": "x"}, {"a": "y"}]),
        ("a: {b: 1}\nc: {b: 2}\n", {"a": {"b": 1}, "c": {"b": 2}}),
        ("a: &it {b: 1}\nc: *it\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &it {b: 1}\nc: {<<: *it, b: 2}\n", {"a": {"b": 1}, "c": {"b": 2}}),
        ('1: x\n"1": y\n', {1: "x", "1": "y"}),
    ],
)
def test_what_a_text_says(text: str, value: t.Any) -> None:
    assert yaml_value(text) == value


def test_a_text_that_contains_itself_has_an_end() -> None:
    found = yaml_value("&it [*it]")
    assert found[0] is found


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", 3),
        ('a: 1\n"a": 2\n', "a", 2),
        ("- a: 1\n  b: 2\n  a: 3\n- a: 4\n", "a", 3),
        ('[{"a": 1,\n  "a": 2}]', "a", 2),
        ("x:\n  - y: {b: 1, b: 1}\n", "b", 2),
        ("? {c: 1, c: 2}\n: x\n", "c", 1),
    ],
)
def test_a_key_that_stands_twice_is_no_mapping(text: str, key: str, line: int) -> None:
    with pytest.raises(RepeatedKeyError) as caught:
        yaml_value(text)
    assert (caught.value.key, caught.value.line) == (key, line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [", 2),
        ("a: 1\nb: 'x", 2),
        ("a: 1\n---\nb: 2", 2),
        ("- !vault |\n  x", 1),
        ("{[a]: 1}", 1),
        ("2026-99-99", 0),
    ],
)
def test_what_is_no_yaml(text: str, line: int) -> None:
    with pytest.raises(NotYamlError) as caught:
        yaml_value(text)
    assert not isinstance(caught.value, RepeatedKeyError)
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "a: [", "a: !vault |\n  x\nb: !unsafe y\n", "2026-99-99"])
def test_what_somebody_else_reads_may_be_anything_else(text: str) -> None:
    refuse_repeated_keys(text)


def test_what_somebody_else_reads_has_no_key_twice() -> None:
    with pytest.raises(RepeatedKeyError):
        refuse_repeated_keys("a: !vault |\n  x\na: !unsafe y\n")


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_yaml, "HAS_YAML", False)
    with pytest.raises(MissingLibraryError, match="PyYAML"):
        yaml_value("a: 1")


@pytest.mark.parametrize("read", [yaml_value, located_value])
def test_a_text_that_goes_down_for_ever_is_refused_before_the_library_follows_it(
    read: t.Callable[[str], t.Any],
) -> None:
    with pytest.raises(NotYamlError, match="too deep"):
        read("[" * 40_000)
