# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of the whole: schemes, issuers, statuses, and reasons with their remedies.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import NO_NAMES, RULES
from ansible_collections.azdo.connections.plugins.plugin_utils._report import cells
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import Entry
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import BLOCKS, INFORMS, UNKNOWN, WARNS

NONE = "none"

# The order in which verdicts are told.
VERDICTS = {
    cells.YES: "can go now",
    cells.NOT_AS_CALLER: "could go, but not as this caller",
    cells.THERE: "already there",
    cells.NO: "blocked",
    UNKNOWN: "could not be judged",
}


@dataclass(frozen=True)
class Share:
    """A part of the whole.

    :param key: its value for programs.
    """

    key: str
    label: str
    number: int
    tone: str = ""


@dataclass(frozen=True)
class Cause:
    """A reason code, how many connections it is about, and what to do."""

    code: str
    effect: str
    number: int
    message: str
    remedy: str


def shares(listed: t.Sequence[Entry], column: str, empty: str = "") -> list[Share]:
    """Return the values of a column, the most frequent first; status by urgency.

    :param empty: what a cell without text is called; without it such cells are left out.
    """
    numbers: Counter[str] = Counter()
    known: dict[str, cells.Cell] = {}
    for key, cell in zip(values(listed, column), (entry[column] for entry in listed), strict=True):
        if cell.text or empty:
            numbers[key] += 1
            known.setdefault(key, cell)
    made = [Share(key, known[key].text or empty, number, known[key].tone) for key, number in numbers.items()]
    return sorted(made, key=lambda share: (known[share.key].order or 0, -share.number, share.label))


def values(listed: t.Sequence[Entry], column: str) -> list[str]:
    """Return what each connection is counted by in a column. What reads alike is one value, the first one that reads so: people have one word for it."""
    first: dict[str, str] = {}
    return [first.setdefault(entry[column].text, entry[column].plain or NONE) for entry in listed]


def verdicts(listed: t.Sequence[Entry], target: str) -> list[Share]:
    """Return how many connections can go to the target; nothing if nobody asked."""
    numbers = Counter(entry[target].plain for entry in listed if entry[target].text)
    tones = {cells.YES: "good", cells.NO: "warn", cells.NOT_AS_CALLER: "warn", UNKNOWN: "unknown"}
    return [Share(key, label, numbers[key], tones.get(key, "")) for key, label in VERDICTS.items() if numbers[key]]


def causes(listed: t.Sequence[Entry], column: str, names: t.Mapping[str, str] = NO_NAMES) -> list[Cause]:
    """Return the reason codes in a column, blocking ones first and the most frequent of them at the top.

    :param names: what the door that was used calls the options of azdo_arm_connection_convert.

    A code that only says that a connection has arrived is no cause of anything.
    """
    effects = (BLOCKS, WARNS, INFORMS)
    numbers = Counter(code for entry in listed if entry[column].plain != cells.THERE for code in entry[column].codes)
    facts = Counter(note for entry in listed for note in entry[column].notes)
    made = [
        Cause(code, effect, number, *_explained(code, names, facts if code == UNKNOWN else {}))
        for (code, effect), number in numbers.items()
    ]
    return sorted(
        made,
        key=lambda cause: (effects.index(cause.effect) if cause.effect in effects else 0, -cause.number, cause.code),
    )


def _explained(code: str, names: t.Mapping[str, str], facts: t.Mapping[str, int]) -> tuple[str, str]:
    rule = RULES.get(code)
    if rule and facts:
        told = "; ".join(f"{fact}: {number}" for fact, number in facts.items())
        return f"Not known, and of how many connections: {told}.", rule.remedy_for(names)
    return (rule.message, rule.remedy_for(names)) if rule else (f"{printable(code)} is not explained here.", "")
