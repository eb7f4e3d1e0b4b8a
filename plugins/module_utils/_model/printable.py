# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and sentences that other people wrote, on one line and without what a screen would act upon.

PRIVATE to the collection, and pure. Tables, reports and everything that a task says to a person go through here. Values that playbooks work with do not: a
name in a row is what the service calls it, to the letter.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata

ELLIPSIS = "…"

# A name that is longer than any that the services give is cut down to so many terminal cells. Ids of Azure have up to 250.
LONGEST_NAME = 260
_SHOWN_OF_A_NAME = 100
# What a sentence shows of a word that nobody knows, and how long it may be in all.
_LONGEST_WORD = 400
LONGEST_PROSE = 4000
# A name in a sentence of ours, as repr() writes it, and not a value in the JSON of a command.
_QUOTED = re.compile(rf"""(?<![\w:,{{\[])(['"])(?=\S)((?:(?!\1).){{{LONGEST_NAME + 1},}})(?<=\S)\1""", re.DOTALL)
_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")

# Controls, format characters (they can turn the reading direction around), surrogates, unassigned and private
# code points, line and paragraph separators: nothing of the kind reaches a terminal.
_INVISIBLE = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
_COMBINING = ("Mn", "Me")


def printable(text: object) -> str:
    """Return the text on one line, with every invisible or controlling character written as <U+XXXX>."""
    return "".join(f"<U+{ord(char):04X}>" if unicodedata.category(char) in _INVISIBLE else char for char in str(text))


def prose(text: object, names: t.Collection[str] = ()) -> str:
    """A sentence for a person: on one line, nothing invisible in it, and no name that hides the rest of it.

    :param names: texts that may be long and occur in it, as they are. What stands in quotes is found without them.
    """
    found = str(text)
    for name in sorted(names, key=len, reverse=True):
        if len(name) > LONGEST_NAME and name in found:
            found = found.replace(name, shorten(_on_one_line(name), _SHOWN_OF_A_NAME))
    found = _QUOTED.sub(lambda match: f"{match[1]}{shorten(_on_one_line(match[2]), _SHOWN_OF_A_NAME)}{match[1]}", found)
    found = _WORD.sub(lambda match: shorten(_on_one_line(match[0]), _LONGEST_WORD), found)
    return shorten(_on_one_line(found), LONGEST_PROSE)


def _on_one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def lines(text: str) -> str:
    """A text of several lines, such as one side of a diff, with each of them as :func:`printable`."""
    return "\n".join(map(printable, text.split("\n")))


def width(text: str) -> int:
    """Return how many terminal cells a printable text takes."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in _COMBINING:
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of a text that is wider than limit cells: both ends of a name tell things apart."""
    if width(text) <= limit:
        return text
    room = limit - width(ELLIPSIS)
    tail = _take(text[::-1], room // 2)[::-1]
    head = _take(text, room - width(tail))
    return head + ELLIPSIS + tail


def _take(text: str, room: int) -> str:
    """Return the longest beginning of text that fits into room cells."""
    used = 0
    for index, char in enumerate(text):
        used += _cells(char)
        if used > room:
            return text[:index]
    return text
