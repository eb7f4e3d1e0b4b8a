# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Template expressions of pipelines, `${{ ... }}`: a part of the language, enough for what fleets say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)*)|([A-Za-z_][\w-]*)|([.,()\[\]*]))")
_PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
Names = Mapping[str, Any]


class Unexpandable(Exception):
    """What the service says instead of an expanded text."""


def whole(text: str) -> str | None:
    """The expression, when the text is nothing else."""
    text = text.strip()
    found = _PLACE.match(text)
    return found[1].strip() if found and found.end() == len(text) else None


def filled(text: str, names: Names) -> Any:
    """The text with its expressions evaluated; a text that is one expression keeps the type of its value."""
    only = whole(text)
    if only is not None:
        return evaluate(only, names)
    return _PLACE.sub(lambda found: as_text(evaluate(found[1], names)), text)


def evaluate(text: str, names: Names) -> Any:
    parser = _Parser(text, names)
    value = parser.value()
    parser.end()
    return value


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"  # documented: expressions (booleans as text)
    return value if isinstance(value, str) else json.dumps(value)


def truth(value: Any) -> bool:
    return value.lower() not in ("", "false") if isinstance(value, str) else bool(value)


def same(left: Any, right: Any) -> bool:
    """Texts are compared without regard to case, other values as texts."""  # documented: expressions, eq
    return as_text(left).lower() == as_text(right).lower()


def _contains(where: Any, what: Any) -> bool:
    return as_text(what).lower() in as_text(where).lower()


def _contains_value(where: Any, what: Any) -> bool:
    values = where.values() if isinstance(where, dict) else where if isinstance(where, list) else []
    return any(same(item, what) for item in values)


def _format(text: Any, *values: Any) -> str:
    return re.sub(r"\{(\d+)\}", lambda found: as_text(values[int(found[1])]), as_text(text))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": lambda *values: all(map(truth, values)),
    "coalesce": lambda *values: next((item for item in values if item not in (None, "")), None),
    "contains": _contains,
    "containsvalue": _contains_value,
    "converttojson": lambda value: json.dumps(value, indent=2),
    "endswith": lambda text, end: as_text(text).lower().endswith(as_text(end).lower()),
    "eq": same,
    "format": _format,
    "ge": lambda left, right: as_text(left) >= as_text(right),
    "in": lambda value, *others: any(same(value, item) for item in others),
    "join": lambda between, values: as_text(between).join(map(as_text, values)),
    "length": lambda value: len(value or ()),
    "lower": lambda value: as_text(value).lower(),
    "ne": lambda left, right: not same(left, right),
    "not": lambda value: not truth(value),
    "notin": lambda value, *others: not any(same(value, item) for item in others),
    "or": lambda *values: any(map(truth, values)),
    "replace": lambda text, old, new: as_text(text).replace(as_text(old), as_text(new)),
    "split": lambda text, between: as_text(text).split(as_text(between)),
    "startswith": lambda text, start: as_text(text).lower().startswith(as_text(start).lower()),
    "upper": lambda value: as_text(value).upper(),
}


class _Parser:
    """value = literal | name(value, ...) | name{.name | [value]}"""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names = text, names
        self.tokens: list[tuple[str, str]] = []
        place = 0
        stripped = text.rstrip()
        while place < len(stripped):
            found = _TOKEN.match(stripped, place)
            if found is None:
                raise self._wrong()
            kind = ("text", "number", "name", "sign")[(found.lastindex or 1) - 1]
            self.tokens.append((kind, found[found.lastindex or 1]))
            place = found.end()
        self.at = 0

    def _wrong(self) -> Unexpandable:
        return Unexpandable(f"Unexpected symbol in the template expression: {self.text.strip()}")  # assumed

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _take(self, wanted: str = "") -> tuple[str, str]:
        found = self._peek()
        if found[0] == "end" or (wanted and found[1] != wanted):
            raise self._wrong()
        self.at += 1
        return found

    def end(self) -> None:
        if self._peek()[0] != "end":
            raise self._wrong()

    def value(self) -> Any:
        kind, token = self._take()
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "number":
            return int(token) if re.fullmatch(r"-?\d+", token) else token
        if kind != "name":
            raise self._wrong()
        if self._peek()[1] == "(":
            return self._call(token)
        plain = {"true": True, "false": False, "null": None}
        if token.lower() in plain:
            return plain[token.lower()]
        if token not in self.names:
            raise Unexpandable(f"Unrecognized value: '{token}'. Located in expression: {self.text.strip()}")
        return self._member(self.names[token])

    def _call(self, name: str) -> Any:
        self._take("(")
        values = []
        while self._peek()[1] != ")":
            values.append(self.value())
            if self._peek()[1] != ")":
                self._take(",")
        self._take(")")
        function = _FUNCTIONS.get(name.lower())
        if function is None:
            raise Unexpandable(f"Unrecognized value: '{name}'. Located in expression: {self.text.strip()}")
        try:
            return function(*values)
        except (TypeError, IndexError):
            raise self._wrong() from None

    def _member(self, value: Any) -> Any:
        """What is not there is null, as the service has it."""
        while self._peek()[1] in (".", "["):
            if self._take()[1] == ".":
                key: Any = self._take()[1]
            else:
                key = self.value()
                self._take("]")
            value = _item(value, key)
        return value


def _item(value: Any, key: Any) -> Any:
    if isinstance(value, list) and str(key).isdigit():
        return value[int(key)] if int(key) < len(value) else None
    if not isinstance(value, Mapping):
        return None
    wanted = str(key).lower()
    return next((item for name, item in value.items() if str(name).lower() == wanted), None)
