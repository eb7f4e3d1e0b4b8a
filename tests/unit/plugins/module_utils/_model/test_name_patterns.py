# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a text in a list of names means."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import (
    answers_to,
    is_pattern,
    meant_by,
)

THINGS = [(1, ("azure-prod", "id-1")), (2, ("azure-test", "id-2")), (3, ("azure-[pt]*", "id-3")), (4, ("hub", "id-4"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("azure-prod", [1]),
        ("AZURE-Prod", [1]),
        ("ID-2", [2]),
        ("azure-*", [1, 2, 3]),
        ("Azure-????", [1, 2]),
        ("azure-[!p]*", [2, 3]),
        ("azure-[pt]*", [3]),
        ("*", [1, 2, 3, 4]),
        ("azure", []),
        ("azur?", []),
        ("", []),
    ],
)
def test_a_name_or_an_id_wins_over_being_read_as_a_pattern(text: str, expected: list[int]) -> None:
    assert meant_by(text, iter(THINGS)) == expected


def test_what_may_be_a_pattern() -> None:
    assert [text for text in ("a*", "a?", "a[b]", "a]", "a.b", "") if is_pattern(text)] == ["a*", "a?", "a[b]"]


def test_a_name_with_a_bracket_answers_to_itself() -> None:
    assert answers_to(["Team [a]"], "team [A]")
    assert not answers_to(["Team [a]"], "Team [b]")
    assert not answers_to([], "*")
