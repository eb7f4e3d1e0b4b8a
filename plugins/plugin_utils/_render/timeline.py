# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time line of a page in shapes: where each circle is, and what it says. templates/timeline.html.j2 draws it.

PRIVATE to the collection, and pure. Places are parts of the width, from 0 to 1.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.plugin_utils._report.row_deadlines import TICKS, Lane, position
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import Entry

# Deadlines in the same fortieth of the line are one circle.
_BINS = 40
_LISTED = 25
_NAMED = 3
_COLOURS = {"way_back": "blue", "secret": "amber", "unused": "grey", "issuer": "red"}
_PIECES = len(TICKS) + 1


@dataclass(frozen=True)
class Circle:
    """:param size: its radius in pixels. :param text: for how many connections it stands, where that is more than one."""

    place: float
    size: float
    text: str


@dataclass(frozen=True)
class Line:
    """One kind of deadline. :param told: the line in words."""

    title: str
    number: int
    colour: str
    told: str
    circles: tuple[Circle, ...]


@dataclass(frozen=True)
class Marks:
    """Where the line has marks, and what stands below it."""

    lines: tuple[float, ...]
    texts: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Due:
    moment: datetime
    title: str
    names: str


@dataclass(frozen=True)
class Nearest:
    """The next deadlines; number is how many there are."""

    rows: tuple[Due, ...]
    number: int

    @property
    def hidden(self) -> int:
        return self.number - len(self.rows)


MARKS = Marks(
    lines=tuple(place / _PIECES for place in range(1, _PIECES)),
    texts=((0.5 / _PIECES, "over"), *(((place + 1) / _PIECES, name) for place, (_days, name) in enumerate(TICKS))),
)


def line_of(lane: Lane, now: datetime) -> Line:
    circles = tuple(_circle(place, number) for place, number in _bins(lane, now))
    return Line(lane.title, lane.number, _COLOURS.get(lane.key, "grey"), _told(lane, now), circles)


def nearest(lanes: t.Sequence[Lane], listed: t.Sequence[Entry], now: datetime) -> Nearest:
    """What is ahead; if nothing is, what is over."""
    dues = sorted(
        ((due.moment, lane.title, due.members) for lane in lanes for due in lane.dues), key=lambda due: due[:2]
    )
    ahead = [due for due in dues if due[0] > now] or dues
    rows = tuple(Due(moment, title, _names(members, listed)) for moment, title, members in ahead[:_LISTED])
    return Nearest(rows, len(ahead))


def _bins(lane: Lane, now: datetime) -> list[tuple[float, int]]:
    """Where the circles are, and for how many connections each stands; at the middle of the deadlines in it."""
    found: dict[int, list[float]] = {}
    for due in lane.dues:
        place = position(due.moment, now)
        found.setdefault(int(place * _BINS), []).extend([place] * len(due.members))
    return [(sum(places) / len(places), len(places)) for _bin, places in sorted(found.items())]


def _circle(place: float, number: int) -> Circle:
    if number == 1:
        return Circle(place, 5.0, "")
    size = min(8.0 + 0.9 * number**0.5, 15.0)
    return Circle(place, size, str(number) if number < 1000 else f"{number / 1000:.0f}k")


def _told(lane: Lane, now: datetime) -> str:
    """How many are over, and how many follow until each of the marks."""
    days = [((due.moment - now).total_seconds() / 86400, len(due.members)) for due in lane.dues]
    steps = [("over", float("-inf"), 0.0)]
    steps += [(f"within {name}", float(start), float(end)) for (start, _name), (end, name) in itertools.pairwise(TICKS)]
    steps.append(("later", float(TICKS[-1][0]), float("inf")))
    counted = [(name, sum(number for left, number in days if start < left <= end)) for name, start, end in steps]
    return f"{lane.title}: " + ", ".join(f"{number} {name}" for name, number in counted if number)


def _names(members: t.Sequence[int], listed: t.Sequence[Entry]) -> str:
    names = [f"{listed[place]['project'].text} / {listed[place]['connection'].text}" for place in members[:_NAMED]]
    return ", ".join(names) + (f" and {len(members) - _NAMED:,} more" if len(members) > _NAMED else "")
