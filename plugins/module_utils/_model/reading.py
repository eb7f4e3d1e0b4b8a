# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the fields of an answer by the kind that each must have, and names those that are of another one.

PRIVATE to the collection, and pure. What is null or absent is empty, because the service leaves out what it does not know. What is there and of another kind
makes the object unreadable: a list where a name belongs is no name, and to guess what it was to mean would be worse than to say so.
"""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError

# Far more than any text of a connection, and far less than what fills a screen or a report.
LONGEST_TEXT = 65_536
# Objects in objects. Answers have about six; Python's own functions give up at some hundreds.
_DEEPEST = 32
# Beyond some thousands of digits Python writes no number down.
_LARGEST_NUMBER = 10**1000
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.$@ -]{1,64}")

Json = dict[str, t.Any]


class UnreadableError(ServiceError):
    """An object of an answer has a field that is not of its kind. ``field`` is its path, such as ``authorization.scheme``."""

    code = "unreadable_answer"

    def __init__(self, what: str, field: str) -> None:
        super().__init__(
            f"The service answered {what} that is unreadable: {field or 'the whole of it'}.",
            status=200,
            remedy="Run it again; if it stays so, look at it in the portal, and report it with the version of the collection.",
            field=field,
        )
        self.field = field


class Fields:
    """One object of an answer. What is of the wrong kind reads as empty, and its path is added to ``odd``.

    :param value: what should be an object; None is an empty one.
    :param odd: the paths of all fields that are not of their kind, in the order in which they were read.
    :param path: where the object stands.
    :param loose: whether the case of its keys differs from one answer to the next.
    """

    def __init__(self, value: t.Any, odd: list[str], path: str = "", *, loose: bool = False) -> None:
        self.odd = odd
        self._path = path
        self._loose = loose
        if value is not None and not isinstance(value, dict):
            odd.append(path)
        self._written: dict[str, t.Any] = value if isinstance(value, dict) else {}
        self._items = {str(key).lower() if loose else key: item for key, item in self._written.items()}

    def _get(self, key: str) -> t.Any:
        return self._items.get(key.lower() if self._loose else key)

    def _where(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _is(self, key: str, kind: type) -> bool:
        """Whether something of the kind is there; what is there and of another kind is noted. A flag is no number."""
        value = self._get(key)
        good = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
        if value is not None and not good:
            self.odd.append(self._where(key))
        return good

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._get(key) is not None

    def text(self, key: str) -> str:
        """A text; empty if there is none."""
        if not self._is(key, str):
            return ""
        value: str = self._get(key)
        if not is_sound_text(value):
            self.odd.append(self._where(key))
            return mended(value)
        return value

    def flag(self, key: str) -> bool | None:
        """True or false; None if it does not say."""
        return t.cast(bool, self._get(key)) if self._is(key, bool) else None

    def number(self, key: str) -> int | None:
        """A whole number; None if there is none."""
        return t.cast(int, self._get(key)) if self._is(key, int) else None

    def inner(self, key: str, *, loose: bool = False) -> Fields:
        """An object inside of this one; an empty one if there is none."""
        return Fields(self._get(key), self.odd, self._where(key), loose=loose)

    def mapping(self, key: str) -> Json:
        """An object of which the caller reads the fields by name only to look for something, such as the inputs of a task; empty if there is none."""
        return t.cast(Json, self._get(key)) if self._is(key, dict) else {}

    def only_texts(self) -> Fields:
        """The same object, of which every field is a text: what is of another kind is noted, whether or not somebody reads it."""
        odd = [key for key, item in self._written.items() if item is not None and not isinstance(item, str)]
        self.odd += [self._where(_shown_key(key)) for key in odd]
        return self

    def objects(self, key: str) -> list[Fields]:
        """The objects of a list; none if there is no list."""
        if not self._is(key, list):
            return []
        return [Fields(_no_null(item), self.odd, f"{self._where(key)}[{n}]") for n, item in enumerate(self._get(key))]

    def texts(self, key: str) -> list[str]:
        """The texts of a list; none if there is no list."""
        if not self._is(key, list):
            return []
        values = {f"[{number}]": item for number, item in enumerate(self._get(key))}
        found = Fields({place: _no_null(item) for place, item in values.items()}, self.odd, self._where(key))
        return [found.text(place) for place in values]


def _no_null(item: t.Any) -> t.Any:
    """An item of a list is there, so null is of the wrong kind."""
    return () if item is None else item


Read = t.TypeVar("Read")


def read_strictly(what: str, value: t.Any, read: t.Callable[[Fields], Read]) -> Read:
    """What ``read`` makes of an object. :param what: the object in words, such as "a connection".

    :raises UnreadableError: one of its fields is not of its kind.
    """
    odd: list[str] = []
    found = read(Fields(_no_null(value), odd))
    if odd:
        raise UnreadableError(what, odd[0])
    return found


def unsound(value: t.Any) -> str | None:
    """The path of the first thing in an answer that cannot be kept, compared or sent back, whatever it means; None if there is none.

    That is a text with half a character, one without end, a number that JSON has no word for, or objects in objects without end.
    """
    left: list[tuple[t.Any, str, int]] = [(value, "", 0)]
    while left:
        item, path, depth = left.pop()
        if isinstance(item, str):
            good = is_sound_text(item)
        elif isinstance(item, int | float):
            good = -_LARGEST_NUMBER < item < _LARGEST_NUMBER if isinstance(item, int) else math.isfinite(item)
        else:
            good = depth <= _DEEPEST
        if not good:
            return path
        if isinstance(item, dict):
            for key, inner in item.items():
                where = f"{path}.{_shown_key(key)}" if path else _shown_key(key)
                if not is_sound_text(str(key)):
                    return where
                left.append((inner, where, depth + 1))
        elif isinstance(item, list):
            left += [(inner, f"{path}[{number}]", depth + 1) for number, inner in enumerate(item)]
    return None


def _shown_key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else "?"


def is_sound_text(text: str) -> bool:
    """Whether the text has an end in sight, and no half of a character, which nothing can write down."""
    if len(text) > LONGEST_TEXT:
        return False
    if text.isascii():
        return True
    return not any("\ud800" <= char <= "\udfff" for char in text)


def mended(text: str) -> str:
    """The text as one that can be shown: what is no character is U+FFFD, and an endless one has an end."""
    return re.sub(r"[\ud800-\udfff]", "�", text[:200])
