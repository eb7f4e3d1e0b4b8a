# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aligned tables and folded sentences for a terminal of 80 columns, from names that other people chose.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable, shorten, width

WIDTH = 80
GAP = "  "
# How far what belongs to a line stands to the right of it.
INDENT = "  "


@dataclass(frozen=True)
class Group:
    """Rows below one heading."""

    heading: str
    rows: t.Sequence[t.Sequence[object]]


def table(header: t.Sequence[str], groups: t.Sequence[Group], limits: t.Sequence[int]) -> list[str]:
    """A header line, a rule, and for each group its heading and one line for each row. Where the last column does not fit, it goes on below, word by word.

    :param limits: how many cells each column has at most; that of the last one is what is left.
    """
    cells = [
        [
            *(shorten(printable(value), limit) for value, limit in zip(row[:-1], limits, strict=True)),
            printable(row[-1]),
        ]
        for group in groups
        for row in group.rows
    ]
    columns = list(zip(header[:-1], *(row[:-1] for row in cells), strict=True))
    widths = [max(width(value) for value in column) for column in columns]
    room = WIDTH - len(INDENT) - sum(widths) - len(GAP) * len(widths)
    last = max([width(header[-1]), *(width(row[-1]) for row in cells if width(row[-1]) <= room)])
    made = iter(cells)
    lines = [_line(header, widths), _line(["=" * size for size in (*widths, last)], widths)]
    for group in groups:
        lines.append(printable(group.heading))
        for _row in group.rows:
            lines += _row_lines(next(made), widths, room)
    return lines


def _row_lines(row: t.Sequence[str], widths: t.Sequence[int], room: int) -> list[str]:
    if width(row[-1]) <= room:
        return [_line(row, widths)]
    return [_line([*row[:-1], ""], widths), *folded(row[-1], INDENT * 3)]


def _line(values: t.Sequence[str], widths: t.Sequence[int]) -> str:
    padded = [
        value + " " * (size - width(value)) for value, size in zip(values, [*widths, width(values[-1])], strict=True)
    ]
    return (INDENT + GAP.join(padded)).rstrip()


def folded(text: str, indent: str = "", first: str | None = None) -> list[str]:
    """A printable text in lines of at most 80 cells, broken between words; a word that is longer stays whole.

    :param first: what stands in front of the first line, in the place of ``indent``.
    """
    lines, line, empty = [], indent if first is None else first, True
    for word in text.split():
        gap = "" if empty else " "
        if not empty and width(line) + 1 + width(word) > WIDTH:
            lines.append(line)
            line, gap = indent, ""
        line, empty = f"{line}{gap}{word}", False
    return [*lines, line] if not empty else lines
