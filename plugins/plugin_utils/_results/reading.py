# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The border at which results come in: from a filter, or from what hosts have registered.

PRIVATE to the collection, and pure. Between a module and a report a playbook, a file or a template may have had the result, so a field may be null where the
module leaves it out. Behind this border that is the same.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result

_OBJECT, _LIST, _OBJECTS = "a dictionary", "a list", "a list of dictionaries"
_NUMBER, _TEXT = "a number", "a text"
# The fields that readers walk through, by the path to what they are in. Everything else is shown as it is.
_FIELDS: t.Mapping[tuple[str, ...], t.Mapping[str, str]] = {
    (): {"connections": _OBJECTS, "problems": _OBJECTS, "summary": _OBJECT},
    ("summary",): {
        "coverage": _OBJECT,
        "to": _TEXT,
        "by_status": _OBJECT,
        "by_scheme": _OBJECT,
        "not_selected": _OBJECT,
        "unsettled": _OBJECTS,
        "terraform": _OBJECTS,
        "seconds_held_back": _NUMBER,
        "other_types": _OBJECT,
    },
    ("summary", "other_types"): {"connections": _OBJECTS},
    ("summary", "coverage"): {
        "projects": _NUMBER,
        "project_ids": _LIST,
        "unread": _OBJECTS,
        "empty": _LIST,
        "partial": _OBJECTS,
        "doubtful": _OBJECTS,
        "allowed": _OBJECTS,
    },
}


class ResultError(Exception):
    """This is no result of a module; the message says what is wrong, as the end of a sentence that says what must be one."""


def read_result(value: t.Any) -> Result:
    """Return the result without the fields that are null; so one whose ``connections`` are null has no rows, as that of a task that never got that far.

    :raises ResultError: it is none, or a field is of another kind than its readers need.
    """
    if not isinstance(value, t.Mapping):
        raise ResultError(f"not a value of type {type(value).__name__}")
    return _read(value, ())


def _read(value: Result, path: tuple[str, ...]) -> Result:
    fields = _FIELDS[path]
    found = {key: item for key, item in value.items() if item is not None or key not in fields}
    for key, kind in fields.items():
        if key not in found:
            continue
        _check((*path, key), found[key], kind)
        if (*path, key) in _FIELDS:
            found[key] = _read(found[key], (*path, key))
    if path == ("summary",) and "not_selected" in found:
        found["not_selected"] = _groups(found["not_selected"])
    return found


def _groups(value: Result) -> Result:
    """Lists of connections by reason."""
    groups = {code: items for code, items in value.items() if items is not None}
    for code, items in groups.items():
        _check(("summary", "not_selected", str(code)), items, _OBJECTS)
    return groups


def _check(path: tuple[str, ...], value: t.Any, kind: str) -> None:
    if not _IS_OF[kind](value):
        raise ResultError(f"whose {'.'.join(path)} is {kind}, not a value of type {type(value).__name__}")


def _is_object(value: t.Any) -> bool:
    return isinstance(value, t.Mapping)


def _is_list(value: t.Any) -> bool:
    return isinstance(value, t.Sequence) and not isinstance(value, str | bytes)


def _are_objects(value: t.Any) -> bool:
    return _is_list(value) and all(map(_is_object, value))


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str)


def _is_number(value: t.Any) -> bool:
    return isinstance(value, int | float)


_IS_OF: t.Mapping[str, t.Callable[[t.Any], bool]] = {
    _OBJECT: _is_object,
    _LIST: _is_list,
    _OBJECTS: _are_objects,
    _NUMBER: _is_number,
    _TEXT: _is_text,
}
