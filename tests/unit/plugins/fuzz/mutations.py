# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One field of one answer, made into something else."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from unit.plugins.fuzz.transport import Answer

Path = tuple[t.Union[str, int], ...]  # noqa: UP007 - evaluated on Python 3.10, too


def deep(levels: int) -> t.Any:
    value: t.Any = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


# What may stand in the place of anything. Texts of JSON, because some of it no program would write.
VALUES: dict[str, str] = {
    "null": "null",
    "number": "7",
    "fraction": "-0.5",
    "long number": "9" * 400,
    "flag": "true",
    "text": '"odd"',
    "empty": '""',
    "list": '["odd"]',
    "nothing": "[]",
    "object": '{"odd": 1}',
    "huge": json.dumps("x" * 300_000),
    "deep": json.dumps(deep(300)),
    "deeper": "[" * 20_000 + "]" * 20_000,
    "surrogate": '"\\ud800"',
    "controls": json.dumps("\x1b[2J\u202e\x9b\x00\n"),
    "no number": "NaN",
    "address": '"https://["',
}
# What is of the kind of most fields, so that nothing need be odd about it.
SENSIBLE = ("null", "text", "empty", "nothing", "address", "controls", "flag")
_MARK = "<<here>>"


@dataclass(frozen=True)
class Place:
    """A field of an answer. ``number`` is that of the answer in a run; ``lasting``: of that and all later ones to the same question."""

    number: int
    answer: Answer
    path: Path

    @property
    def title(self) -> str:
        return f"answer {self.number} to {self.answer.method} {self.answer.target}: {'.'.join(map(str, self.path))}"


def places(answers: t.Sequence[Answer]) -> list[Place]:
    """Every field of every answer that is JSON, the whole of it among them."""
    found = []
    for number, answer in enumerate(answers):
        try:
            content = json.loads(answer.body)
        except ValueError:
            continue
        found += [Place(number, answer, path) for path in _paths(content)]
    return found


def _paths(value: t.Any, path: Path = ()) -> t.Iterator[Path]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _paths(item, (*path, key))


def changed(body: bytes, path: Path, value: str) -> bytes:
    """The answer with the text of JSON in that place; as it is if it has no such place."""
    try:
        content = json.loads(body)
        if not path:
            return value.encode()
        *way, last = path
        inner = content
        for step in way:
            inner = inner[step]
        inner[last]
        inner[last] = _MARK
    except (ValueError, KeyError, IndexError, TypeError):
        return body
    return json.dumps(content).replace(json.dumps(_MARK), value, 1).encode()


def concerned(place: Place, connections: t.Mapping[str, t.Any]) -> set[str]:
    """The ids of the connections that an answer's field is about; all of them if it is about more than one.

    :param connections: ids, with the ids of their projects.
    """
    target, everything = place.answer.target.lower(), set(connections)
    named = {id_ for id_ in connections if id_ in target}
    if len(named) == 1 and "/endpoints?" not in target:
        return named
    if place.path[:1] == ("value",) and len(place.path) >= 2:
        item = json.loads(place.answer.body)["value"][t.cast(int, place.path[1])]
        id_ = str(item.get("id") if isinstance(item, dict) else "").lower()
        if "serviceendpoint/endpoints?" in target and id_ in connections:
            return {id_}
        if "_apis/projects?" in target:
            return {one for one, projects in connections.items() if id_ in projects}
    if named:
        return named
    return everything
