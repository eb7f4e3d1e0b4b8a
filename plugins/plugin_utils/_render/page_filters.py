# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader can filter by: the choices, and for each connection the tokens of those it belongs to.

PRIVATE to the collection, and pure. Tokens are ours (a letter and a number), so the script of the page compares no names.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.plugin_utils._report.attention import Point
from ansible_collections.azdo.connections.plugins.plugin_utils._report.breakdowns import NONE, VERDICTS, values
from ansible_collections.azdo.connections.plugins.plugin_utils._report.cells import THERE
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import TARGETS, Entry


@dataclass(frozen=True)
class Choice:
    token: str
    label: str
    number: int


@dataclass(frozen=True)
class Filter:
    """A list to choose from. Groups have a title; the title of an only group is empty."""

    key: str
    label: str
    groups: tuple[tuple[str, tuple[Choice, ...]], ...]


@dataclass
class Filters:
    """All filters of a page. ``tokens[n]`` are those of entry n."""

    listed: list[Filter] = field(default_factory=list)
    tokens: list[list[str]] = field(default_factory=list)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def token(self, key: str, value: str) -> str | None:
        """Return the token of a value of a filter (of a column and target, where it has several groups)."""
        return self._known.get((key, value))

    def add(
        self, key: str, label: str, groups: t.Sequence[tuple[str, str, t.Sequence[tuple[str, str, t.Iterable[int]]]]]
    ) -> None:
        """Add a filter. Each group has a key, a title and choices: value, label and the places of the entries."""
        made = []
        for part, title, choices in groups:
            listed = []
            for value, text, places in choices:
                token = f"t{len(self._known)}"
                self._known[part, value] = token
                members = list(places)
                for place in members:
                    self.tokens[place].append(token)
                listed.append(Choice(token, text, len(members)))
            if listed:
                made.append((title, tuple(listed)))
        if made:
            self.listed.append(Filter(key, label, tuple(made)))


def filters(entries: t.Sequence[Entry], attention: t.Sequence[Point]) -> Filters:
    """Return what these entries can be filtered by; a choice that would not tell any of them apart is not offered."""
    made = Filters(tokens=[[] for _entry in entries])
    made.add(
        "attention",
        "Needs attention",
        [("attention", "", [(point.key, point.sentence, point.members) for point in attention if point.members])],
    )
    if len({entry["organization"].text for entry in entries}) > 1:
        made.add("organization", "Organization", [_column(entries, "organization")])
    for key, label in (("project", "Project"), ("status", "Status"), ("scheme", "Scheme"), ("issuer", "Issuer")):
        made.add(key, label, [_column(entries, key)])
    made.add("verdict", "Can go", [_verdicts(entries, target, title) for target, title in TARGETS.items()])
    made.add(
        "reason",
        "Reason",
        [_reasons(entries, "reasons", ""), *(_reasons(entries, target, title) for target, title in TARGETS.items())],
    )
    return made


_Group = tuple[str, str, list[tuple[str, str, t.Iterable[int]]]]


def _column(entries: t.Sequence[Entry], key: str) -> _Group:
    places: dict[str, list[int]] = {}
    labels: dict[str, str] = {}
    for place, value in enumerate(values(entries, key)):
        places.setdefault(value, []).append(place)
        labels[value] = entries[place][key].text or NONE
    if set(places) == {NONE}:
        return key, "", []
    ordered = sorted(places, key=lambda value: (value == NONE, labels[value].casefold()))
    return key, "", [(value, labels[value], places[value]) for value in ordered]


def _verdicts(entries: t.Sequence[Entry], target: str, title: str) -> _Group:
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        places.setdefault(entry[target].plain, []).append(place)
    return target, title, [(value, label, places[value]) for value, label in VERDICTS.items() if value in places]


def _reasons(entries: t.Sequence[Entry], column: str, title: str) -> _Group:
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        # What has arrived has reasons for nothing.
        codes = entry[column].codes if entry[column].plain != THERE else ()
        for code in dict.fromkeys(code for code, _effect in codes):
            places.setdefault(code, []).append(place)
    return f"{column}:reason", title, [(code, code, places[code]) for code in sorted(places)]
