# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a table for spreadsheets (RFC 4180).

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import csv
import io
import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import COLUMNS, Column, Entry

# At the beginning of a cell, spreadsheets take these for a formula and may run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_text(listed: t.Sequence[Entry]) -> str:
    """Return header and rows. Every column is there, whether filled or not: programs read this."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([name for column in COLUMNS for name in _names(column)])
    writer.writerows([neutral(text) for column in COLUMNS for text in _texts(column, entry)] for entry in listed)
    return target.getvalue()


def _names(column: Column) -> tuple[str, ...]:
    return (column.key, column.codes) if column.codes else (column.key,)


def _texts(column: Column, entry: Entry) -> tuple[str, ...]:
    cell = entry[column.key]
    plain = cell.plain if cell.order is None or cell.value else cell.text
    return (plain, "; ".join(code for code, _effect in cell.codes)) if column.codes else (plain,)


def neutral(text: str) -> str:
    """Return the text so that a spreadsheet shows it and does not calculate it. A negative number stays a number."""
    if text.lstrip(" ").startswith(_FORMULA) and not text.removeprefix("-").isdecimal():
        return f"'{text}"
    return text
