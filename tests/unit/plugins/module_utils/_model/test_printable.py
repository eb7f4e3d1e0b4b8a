# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person may be shown of texts that other people wrote."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import (
    LONGEST_NAME,
    LONGEST_PROSE,
    lines,
    prose,
    width,
)

LONG = "a long name with blanks " * 30


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("azure-prod: it failed.", "azure-prod: it failed."),
        ("one\ntwo\r\nthree\tfour", "one two three four"),
        ("\x1b[31mred\x1b[0m", "<U+001B>[31mred<U+001B>[0m"),
        ("a\x9b2Jb\x90c", "a<U+009B>2Jb<U+0090>c"),
        ("a\u202eb\u2066c\u200fd\u200be", "a<U+202E>b<U+2066>c<U+200F>d<U+200B>e"),
        ("a\ud800b\ue000c\x00d\x7f", "a<U+D800>b<U+E000>c<U+0000>d<U+007F>"),
        ("物流 ä'ö' it's", "物流 ä'ö' it's"),
    ],
)
def test_a_sentence_is_one_line_without_anything_that_a_screen_obeys(text: str, shown: str) -> None:
    assert prose(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Payments / {name}: the test failed.",
        "'{name}' in 'Payments' was not found, or 'other' was.",
        '"{name}" is no name.',
        "{name}: {name}: twice.",
    ],
)
def test_no_name_hides_the_rest(text: str) -> None:
    for name in (LONG.strip(), "x" * 700, "\u202e" * 700):
        shown = prose(text.format(name=name), [name])
        assert width(shown) < LONGEST_NAME
        for word in ("Payments", "was not found", "failed", "no name", "twice"):
            assert (word in shown) is (word in text)


def test_quotes_are_enough_to_find_a_long_name() -> None:
    shown = prose(f"connections: {LONG.strip()!r} not found in 'Payments'.")
    assert "not found in 'Payments'." in shown
    assert width(shown) < 200


def test_what_stands_between_two_names_is_no_name() -> None:
    text = f"'one' and {'words ' * 40}'two' it's fine, others' too: 'three'."
    assert prose(text) == text


def test_addresses_and_commands_stay_whole_and_all_comes_to_an_end() -> None:
    identity = f"/subscriptions/{'5' * 36}/resourceGroups/{'g' * 90}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
    assert prose(f"There is no {identity!r}.", [identity]) == f"There is no {identity!r}."
    command = '{"name":"azdo-x","issuer":"https://login.microsoftonline.com/x","subject":"' + "s" * 150 + '"}'
    assert prose(f"az ad app --parameters {command}") == f"az ad app --parameters {command}"
    assert width(prose("y" * 5000)) <= 400
    assert width(prose("some words " * 5000)) <= LONGEST_PROSE


def test_lines_stay_lines() -> None:
    assert lines("a: \x1b[0m\nb: \u202e\n") == "a: <U+001B>[0m\nb: <U+202E>\n"
