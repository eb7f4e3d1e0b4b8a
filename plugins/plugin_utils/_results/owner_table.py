# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A table of owners: a CSV file in which the first line that fits says whose a connection is.

PRIVATE to the collection, and pure. Tables have thousands of lines, and so have fleets: a row is compared with those lines only that may hold it.
"""

from __future__ import annotations

import csv
import io
import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import (
    is_pattern,
    longest_literal,
    matcher,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owners import NOBODY, Owner, Way
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Row

# What a line names, and the keys of a row that answer to it.
_NAMED = {
    "organization": ("organization", "organization_url"),
    "project": ("project", "project_id"),
    "connection": ("name", "id"),
}
_KEYS = (*_NAMED, "owner", "address")
_FORM = "Its first line has owner and at least one of organization, project and connection, and may have address."
# Spreadsheets write one or the other, by the language of their user.
_DELIMITERS = ",;\t"


class OwnersError(Exception):
    """A table of owners cannot be meant; the message says why."""


@dataclass(frozen=True)
class Line:
    """What a line of a table says. :param named: an organization, a project and a connection: names, ids or patterns, empty for any."""

    named: tuple[str, ...]
    owner: Owner


@dataclass(frozen=True)
class _Candidate:
    """A line, for rows that have what it names to the letter.

    :param patterns: what else has to fit, by its place in what is named. :param literal: what is somewhere in the names of each row that fits.
    """

    place: int
    patterns: tuple[tuple[int, t.Callable[[t.Iterable[str]], bool]], ...]
    literal: str
    owner: Owner

    def fits(self, names: t.Sequence[t.Iterable[str]]) -> bool:
        return all(matches(names[part]) for part, matches in self.patterns)


class _Index:
    """Lines by what they name to the letter; what is no name there is empty."""

    def __init__(self, lines: t.Iterable[Line]) -> None:
        self._candidates: dict[tuple[str, ...], list[_Candidate]] = {}
        for place, line in enumerate(lines):
            patterns = {part: text for part, text in enumerate(line.named) if is_pattern(text)}
            exact = tuple("" if part in patterns else text.casefold() for part, text in enumerate(line.named))
            tests = tuple((part, matcher(text)) for part, text in patterns.items())
            literal = max(map(longest_literal, patterns.values()), key=len, default="")
            self._candidates.setdefault(exact, []).append(_Candidate(place, tests, literal, line.owner))

    def owner_of(self, row: Row) -> Owner:
        names = [{str(row[key]).casefold() for key in keys if row.get(key)} for keys in _NAMED.values()]
        text = "\n".join(itertools.chain.from_iterable(names))
        exact = itertools.product(*({"", *some} for some in names))
        found = (self._first(self._candidates.get(key, ()), names, text) for key in exact)
        first = min((one for one in found if one), key=lambda one: one.place, default=None)
        return first.owner if first else NOBODY

    @staticmethod
    def _first(candidates: t.Iterable[_Candidate], names: t.Sequence[t.Iterable[str]], text: str) -> _Candidate | None:
        return next((one for one in candidates if one.literal in text and one.fits(names)), None)


def by_table(lines: t.Iterable[Line]) -> Way:
    """The first line that fits says whose it is."""
    return Way(_Index(lines).owner_of)


def read_table(text: str) -> list[Line]:
    """:param text: a CSV file. :raises OwnersError: it is none, or a line of it says nothing."""
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        names = [str(name).strip().lower() for name in rows.fieldnames or ()]
        strange = [name for name in names if name not in _KEYS]
        if strange or "owner" not in names or not set(_NAMED) & set(names) or len(set(names)) < len(names):
            what = f"has {', '.join(map(repr, strange))}" if strange else "does not say which column is what, each once"
            raise OwnersError(f"{what}.{hints(strange, _KEYS)} {_FORM}")
        rows.fieldnames = names
        found = [(rows.line_num, {key: (value or "").strip() for key, value in row.items() if key}) for row in rows]
    except csv.Error as error:
        raise OwnersError(f"is no CSV file: {error}. {_FORM}") from None
    lines = []
    for number, said in found:
        if not any(said.values()):
            continue
        named = tuple(said.get(key, "") for key in _NAMED)
        if not said.get("owner") or not any(named):
            raise OwnersError(f"line {number} says no owner, or not of what. {_FORM}")
        lines.append(Line(named, Owner(said["owner"], said.get("address", ""))))
    if not lines:
        raise OwnersError(f"has no lines. {_FORM}")
    return lines
