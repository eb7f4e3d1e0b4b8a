# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of a body, each of its JSON type. What has another one is `Unreadable`, a 400 in the envelope of the service that was asked.

The services bind bodies to typed models; where their reader would still convert (a number to a text), the simulator refuses,
so that a client which sends the wrong type is noticed.  # assumed: 9.4
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import Unreadable

Object = Mapping[str, Any]
_LARGEST = 2**31 - 1  # Int32 in every model


def text(source: Object, name: str, where: str = "") -> str:
    """What is missing or null is "". Raises Unreadable for anything else that is no text."""
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(where + name, "a string")
    return value


def flag(source: Object, name: str, where: str = "") -> bool:
    """What is missing or null is False."""
    value = source.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Unreadable(where + name, "a boolean")
    return value


def number(source: Object, name: str, where: str = "", default: int = 0) -> int:
    """A 32-bit integer; what is missing or null is the default."""
    value = source.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise Unreadable(where + name, "an integer")
    return value


def mapping(source: Object, name: str, where: str = "") -> dict[str, Any]:
    """An object; what is missing or null is empty."""
    value = source.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unreadable(where + name, "an object")
    return value


def strings(source: Object, name: str, where: str = "") -> dict[str, str | None]:
    """An object of texts and nulls, as every `data` and `parameters` is."""  # documented: 2.4
    found = mapping(source, name, where)
    for key, value in found.items():
        if value is not None and not isinstance(value, str):
            raise Unreadable(f"{where}{name}.{key}", "a string")
    return dict(found)


def items(source: Object, name: str, where: str = "") -> list[dict[str, Any]]:
    """A list of objects; what is missing or null is empty."""
    value = source.get(name)
    return [] if value is None else objects(value, where + name)


def texts(source: Object, name: str, where: str = "") -> list[str]:
    """A list of texts; what is missing or null is empty."""
    value = source.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unreadable(where + name, "a list of strings")
    return list(value)


def objects(value: Any, where: str = "body") -> list[dict[str, Any]]:
    """The value itself as a list of objects."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unreadable(where, "a list of objects")
    return list(value)
