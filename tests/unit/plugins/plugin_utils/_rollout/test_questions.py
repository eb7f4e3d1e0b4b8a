# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person decides about each connection."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.questions import decide


def question(name: str, *shared_with: str, rollback: str = "possible") -> dict[str, t.Any]:
    return {
        "host": "web",
        "id": f"id-{name}",
        "project": "Web",
        "name": name,
        "shared_with": list(shared_with),
        "rollback": rollback,
    }


class Person:
    """Gives these answers, one after the other, and remembers what was shown."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.shown: list[str] = []

    def __call__(self, text: str) -> str:
        self.shown.append(text)
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("answers", "excluded", "leaves"),
    [
        (["", ""], ["id-b"], False),
        (["c", "c"], [], False),
        (["CONVERT", " s "], ["id-b"], False),
        (["s", "s"], ["id-a", "id-b"], False),
        (["e"], [], True),
        (["s", "exit"], ["id-a"], True),
        (["what", "c", "?", ""], ["id-b"], False),
    ],
)
def test_answers(answers: list[str], excluded: list[str], leaves: bool) -> None:
    """b is shared with another project: Enter alone leaves it alone."""
    person = Person(*answers)
    found = decide([question("a"), question("b", "Pay")], person)
    assert (found.excluded.get("web", []), found.exit, person.answers) == (excluded, leaves, [])


def test_what_is_asked_says_what_a_person_needs_to_know() -> None:
    person = Person("", "", "")
    decide(
        [question("a"), question("b\n\u202e", "Pay", "Lab", rollback="impossible"), question("c", rollback="unknown")],
        person,
    )
    assert person.shown == [
        "[1 of 3] Web / a (can be taken back for seven days)\n(C)onvert, (S)kip, (E)xit? Enter means convert.",
        (
            "[2 of 3] Web / b<U+000A><U+202E>, shared with 2 projects: Pay, Lab (cannot be taken back)\n"
            "(C)onvert, (S)kip, (E)xit? Enter means skip."
        ),
        "[3 of 3] Web / c (whether it can be taken back is not known)\n(C)onvert, (S)kip, (E)xit? Enter means convert.",
    ]


def test_the_first_answer_is_named_after_what_is_done() -> None:
    person = Person("c", "m")
    assert decide([question("a")], person, "Migrate").excluded == {}
    assert ("(M)igrate" in person.shown[0], person.shown[1].startswith("That is no answer.")) == (True, True)
