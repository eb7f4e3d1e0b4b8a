# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a text in a list of names means: a name, an id, or a pattern with ``*``, ``?`` and ``[...]``. The one rule for inventory, modules and role.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import fnmatch
import functools
import re
import typing as t

# What Jinja and JSON make of a variable without a value, or with an empty list or dictionary for one.
_NO_VALUE = ("none", "null", "[]", "{}")
_PATTERN = re.compile(r"[*?\[]")
Thing = t.TypeVar("Thing")


def is_pattern(text: str) -> bool:
    """Whether it may be meant as a pattern; a name may have such characters, too."""
    return _PATTERN.search(text) is not None


def says_nothing(text: str) -> bool:
    """Whether it is what a template leaves of a variable without a value; something that is really called so has an id."""
    return text.strip().casefold() in _NO_VALUE


@functools.lru_cache(maxsize=1024)
def matcher(text: str) -> t.Callable[[t.Iterable[str]], bool]:
    """Whether one of some names, casefolded, is this text, or matches it as a pattern. For whoever asks of many: a pattern is made ready once."""
    wanted = text.casefold()
    if not is_pattern(text):
        return lambda names: wanted in names
    matches = re.compile(fnmatch.translate(wanted)).match
    return lambda names: any(name == wanted or matches(name) for name in names)


def longest_literal(text: str) -> str:
    """A part, casefolded, of everything that a pattern matches: to look for it costs much less than to try the pattern."""
    return max(re.split(r"[*?]", text.casefold().partition("[")[0]), key=len)


def answers_to(names: t.Iterable[str], text: str) -> bool:
    """Whether one of the names is this text, or matches it as a pattern; case does not matter."""
    return matcher(text)([name.casefold() for name in names])


def meant_by(text: str, things: t.Iterable[tuple[Thing, t.Collection[str]]]) -> list[Thing]:
    """The things, each with its names and ids, that a text means: those that have it to the letter, else those that match it as a pattern.

    So a name with a bracket means what it says, wherever something has that name.
    """
    things = list(things)
    wanted = text.casefold()
    exact = [thing for thing, names in things if wanted in {name.casefold() for name in names}]
    return exact or [thing for thing, names in things if is_pattern(text) and answers_to(names, text)]
