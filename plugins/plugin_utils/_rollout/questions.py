# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person decides about each connection: what is asked, and what an answer means.

PRIVATE to the collection, and pure: whoever calls it shows the texts and brings the answers.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import count

Question = t.Mapping[str, t.Any]
Decision = t.Literal["convert", "skip", "exit"]

WELCOME = "You are asked about each connection; nothing is changed before the last answer."


@dataclass
class Decisions:
    """What was answered. ``excluded`` are ids by host."""

    exit: bool = False
    excluded: dict[str, list[str]] = field(default_factory=dict)

    def to_result(self) -> dict[str, t.Any]:
        return {"exit": self.exit, "excluded": self.excluded}


def decide(questions: t.Sequence[Question], ask: t.Callable[[str], str], verb: str = "Convert") -> Decisions:
    """Ask about each until all are answered or somebody wants to leave. ``ask`` shows a text and returns the answer."""
    decisions = Decisions()
    for number, question in enumerate(questions, start=1):
        decision = _one(question, f"[{number} of {len(questions)}]", ask, verb)
        if decision == "exit":
            decisions.exit = True
            break
        if decision == "skip":
            decisions.excluded.setdefault(str(question["host"]), []).append(str(question["id"]))
    return decisions


def _one(question: Question, place: str, ask: t.Callable[[str], str], verb: str) -> Decision:
    usual = usual_answer(question)
    text = f"{place} {_described(question)}\n{_choices(usual, verb)}"
    answers = _answers(verb.lower())
    while True:
        answer = ask(text).strip().lower()
        decision = answers.get(answer) if answer else usual
        if decision:
            return decision
        text = f"That is no answer. {_choices(usual, verb)}"


def _answers(verb: str) -> dict[str, Decision]:
    """The words and their first letters."""
    words: dict[str, Decision] = {verb: "convert", "skip": "skip", "exit": "exit"}
    return {text: decision for word, decision in words.items() for text in (word, word[0])}


def usual_answer(question: Question) -> Decision:
    """What Enter alone means: a connection that other projects use too is left alone, as Microsoft's script does it."""
    return "skip" if question.get("shared_with") else "convert"


def _choices(usual: Decision, verb: str) -> str:
    marked = {"convert": f"({verb[0]}){verb[1:]}", "skip": "(S)kip", "exit": "(E)xit"}
    return f"{', '.join(marked.values())}? Enter means {usual if usual != 'convert' else verb.lower()}."


def _described(question: Question) -> str:
    name = f"{printable(question.get('project'))} / {printable(question['name'])}"
    others = [printable(place) for place in question.get("shared_with") or ()]
    shared = f", shared with {count(len(others), 'project')}: {', '.join(others[:5])}" if others else ""
    back = {"possible": "can be taken back for seven days", "impossible": "cannot be taken back"}
    return f"{name}{shared} ({back.get(str(question.get('rollback')), 'whether it can be taken back is not known')})"
