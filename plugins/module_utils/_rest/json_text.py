# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of strangers: what no service writes becomes "no number" in its place, so that one odd field costs one field and not the answer.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import json
import math
import re
import typing as t

# A connection is six deep. What walks through data (copies, comparisons, YAML) goes about ten times as deep before Python gives up.
DEEPEST = 60
_MOST_DIGITS = 40
_TOO_DEEP = "NaN"
# A text, or the beginning or end of a list or object. A text without end is found as one quotation mark, and is no JSON anyway.
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|"|[\[{]|[\]}]', re.DOTALL)


def parse(content: bytes) -> t.Any:
    """The JSON of a body, None for an empty one; some answers start with a byte order mark (fact sheet 1).

    Numbers that no computer takes for one, and what is nested deeper than :data:`DEEPEST`, are NaN: of the wrong kind for every field that is read, and
    what holds one is never sent back. Lone surrogates stay as they are, because a body must go back as it came.

    :raises ValueError: it is no JSON.
    """
    text = content.decode("utf-8-sig")
    if not text.strip():
        return None
    try:
        found = _load(text)
    except RecursionError:
        return _load(_shallow(text))
    return _load(_shallow(text)) if _deeper_than(DEEPEST, found) else found


def _load(text: str) -> t.Any:
    return json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=_odd)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else _odd(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _odd(digits)


def _odd(_written: str) -> float:
    return math.nan


def _deeper_than(most: int, value: t.Any) -> bool:
    """Level by level, because going down would be what it is to prevent."""
    level = [value] if isinstance(value, dict | list) else []
    for _step in range(most):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _shallow(text: str) -> str:
    """The same JSON with a text in place of each list and object that lies too deep."""
    kept: list[str] = []
    depth, since = 0, 0
    for token in _BRACKETS.finditer(text):
        if token.group() in ("[", "{"):
            if depth == DEEPEST:
                kept.append(text[since : token.start()])
            depth += 1
        elif token.group() in ("]", "}"):
            depth -= 1
            if depth == DEEPEST:
                kept.append(_TOO_DEEP)
                since = token.end()
    # Brackets without an end are no JSON: what is left says so.
    return "".join([*kept, text[since:] if depth <= DEEPEST else ""])
