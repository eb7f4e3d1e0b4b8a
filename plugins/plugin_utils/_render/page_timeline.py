# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time line as SVG, with the same as a table.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import itertools
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.plugin_utils._render.html_markup import Markup, element, joined
from ansible_collections.azdo.connections.plugins.plugin_utils._report.row_deadlines import TICKS, Lane, position
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import Entry

# Deadlines in the same fortieth of the line are one circle.
_BINS = 40
_LISTED = 25
_NAMED = 3
_PAINTS = {"way_back": "blue", "secret": "amber", "unused": "grey", "issuer": "red"}


def time_line(lanes: t.Sequence[Lane], listed: t.Sequence[Entry], now: datetime) -> Markup:
    """One line for each kind of deadline, the marks below, and the nearest deadlines as a table."""
    drawn = [joined([_title(lane), _line(lane, now)]) for lane in lanes]
    return joined([element("div", *drawn, _marks(), class_="timeline"), _table(lanes, listed, now)])


def _title(lane: Lane) -> Markup:
    return element("h3", lane.title, " ", element("b", f"{lane.number:,}"))


def _line(lane: Lane, now: datetime) -> Markup:
    pieces = len(TICKS) + 1
    marks = [
        element(
            "line",
            x1=_share(place / pieces),
            x2=_share(place / pieces),
            y1="0",
            y2="100%",
            class_="now" if place == 1 else "tick",
        )
        for place in range(1, pieces)
    ]
    circles = [
        shape for place, number in _bins(lane, now) for shape in _circle(place, number, _PAINTS.get(lane.key, "grey"))
    ]
    line = element("line", x1="0", x2="100%", y1="50%", y2="50%", class_="axis")
    return element("svg", *marks, line, *circles, class_="lane", role="img", aria_label=_told(lane, now))


def _share(place: float) -> str:
    return f"{100 * place:.2f}%"


def _bins(lane: Lane, now: datetime) -> list[tuple[float, int]]:
    """Where the circles are, and for how many connections each stands; at the middle of the deadlines in it."""
    found: dict[int, list[float]] = {}
    for due in lane.dues:
        place = position(due.moment, now)
        found.setdefault(int(place * _BINS), []).extend([place] * len(due.members))
    return [(sum(places) / len(places), len(places)) for _bin, places in sorted(found.items())]


def _circle(place: float, number: int, colour: str) -> list[Markup]:
    size = min(5.0 + 2.2 * (number - 1) ** 0.5, 15.0) if number < 2 else min(8.0 + 0.9 * number**0.5, 15.0)
    made = [element("circle", cx=_share(place), cy="50%", r=f"{size:.1f}", class_=f"p-{colour}")]
    if number > 1:
        text = str(number) if number < 1000 else f"{number / 1000:.0f}k"
        made.append(element("text", text, x=_share(place), y="50%", dy="0.35em", class_=f"t-{colour}"))
    return made


def _told(lane: Lane, now: datetime) -> str:
    """The line in words: how many are over, and how many follow until each of the marks."""
    days = [((due.moment - now).total_seconds() / 86400, len(due.members)) for due in lane.dues]
    steps = [("over", float("-inf"), 0.0)]
    steps += [(f"within {name}", float(start), float(end)) for (start, _name), (end, name) in itertools.pairwise(TICKS)]
    steps.append(("later", float(TICKS[-1][0]), float("inf")))
    counted = [(name, sum(number for left, number in days if start < left <= end)) for name, start, end in steps]
    return f"{lane.title}: " + ", ".join(f"{number} {name}" for name, number in counted if number)


def _marks() -> Markup:
    pieces = len(TICKS) + 1
    texts = [element("text", "over", x=_share(0.5 / pieces), y="14")]
    texts += [
        element("text", name, x=_share((place + 1) / pieces), y="14") for place, (_days, name) in enumerate(TICKS)
    ]
    return element("svg", *texts, class_="marks", aria_hidden="true", focusable="false")


def _table(lanes: t.Sequence[Lane], listed: t.Sequence[Entry], now: datetime) -> Markup:
    dues = sorted(
        ((due.moment, lane.title, due.members) for lane in lanes for due in lane.dues), key=lambda due: due[:2]
    )
    ahead = [due for due in dues if due[0] > now] or dues
    rows = [
        element(
            "tr",
            element("td", element("time", f"{moment:%Y-%m-%d %H:%M}", datetime=f"{moment:%Y-%m-%dT%H:%M:%SZ}")),
            element("td", title),
            element("td", _names(members, listed)),
        )
        for moment, title, members in ahead[:_LISTED]
    ]
    head = element("tr", *(element("th", text, scope="col") for text in ("When (UTC)", "What", "Connections")))
    more = f"The first {_LISTED} of {len(ahead):,}." if len(ahead) > _LISTED else ""
    table = element(
        "table",
        element("caption", "The next deadlines", class_="unseen"),
        element("thead", head),
        element("tbody", *rows),
        class_="small",
    )
    return element(
        "details",
        element("summary", "The next deadlines as a list"),
        element("div", table, class_="scroll", tabindex="0", role="region", aria_label="The next deadlines"),
        element("p", more) if more else None,
    )


def _names(members: t.Sequence[int], listed: t.Sequence[Entry]) -> str:
    names = [f"{listed[place]['project'].text} / {listed[place]['connection'].text}" for place in members[:_NAMED]]
    return ", ".join(names) + (f" and {len(members) - _NAMED:,} more" if len(members) > _NAMED else "")
