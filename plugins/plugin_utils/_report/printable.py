# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that other people chose, on one line and without what a screen would act upon.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

# Controls, format characters (they can turn the reading direction around), surrogates, unassigned and private
# code points, line and paragraph separators: nothing of the kind reaches a terminal.
_INVISIBLE = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
_COMBINING = ("Mn", "Me")


def printable(text: object) -> str:
    """Return the text on one line, with every invisible or controlling character written as <U+XXXX>."""
    return "".join(f"<U+{ord(char):04X}>" if unicodedata.category(char) in _INVISIBLE else char for char in str(text))


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
