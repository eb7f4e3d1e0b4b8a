# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aligned tables for a terminal, from names that other people chose.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable, shorten, width

GAP = "  "


def table(header: t.Sequence[str], rows: t.Sequence[t.Sequence[object]], limits: t.Sequence[int]) -> list[str]:
    """Return a header line, a rule and one line per row; column n is at most limits[n] cells wide (0: no limit)."""
    cells = [
        [
            shorten(printable(value), limit) if limit else printable(value)
            for value, limit in zip(row, limits, strict=True)
        ]
        for row in rows
    ]
    widths = [max(width(value) for value in column) for column in zip(header, *cells, strict=True)]
    rule = ["=" * size for size in widths]
    return [_line(line, widths) for line in (header, rule, *cells)]


def _line(values: t.Sequence[str], widths: t.Sequence[int]) -> str:
    return GAP.join(value + " " * (size - width(value)) for value, size in zip(values, widths, strict=True)).rstrip()
