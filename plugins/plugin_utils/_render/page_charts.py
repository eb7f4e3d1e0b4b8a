# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts as HTML and SVG. Each says in text what it shows, and none needs a style of its own, which the page's policy would refuse.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._render.html_markup import Markup, element, joined
from ansible_collections.azdo.connections.plugins.plugin_utils._report.breakdowns import Cause, Share
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import FEDERATION, SERVICE_PRINCIPAL

# The colour of a scheme and of an issuer is the same in all charts.
PAINTS = {
    FEDERATION: "fresh",
    "entra": "fresh",
    SERVICE_PRINCIPAL: "amber",
    "azure_devops": "amber",
    "managed_identity": "blue",
    "good": "fresh",
    "warn": "amber",
    "bad": "red",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def paint(share: Share) -> str:
    return PAINTS.get(share.key) or PAINTS.get(share.tone) or "grey"


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0%"


def show(token: str | None, what: str) -> Markup | None:
    """A button that filters the table; the script makes it appear."""
    if token is None:
        return None
    return element(
        "button",
        "Show",
        element("span", f": {what}", class_="unseen"),
        type="button",
        class_="show",
        hidden=True,
        data_pick=token,
    )


def bars(shares: t.Sequence[Share], token: t.Callable[[str], str | None] = lambda key: None) -> Markup:
    """One bar for each share, with its number and its part of the whole."""
    whole = sum(share.number for share in shares)
    return element("ul", *(_bar(share, whole, token(share.key)) for share in shares), class_="bars")


def _bar(share: Share, whole: int, token: str | None) -> Markup:
    part = f"{100 * share.number / whole:.0f} %" if whole else ""
    return element(
        "li",
        element("span", share.label, class_="name"),
        element("span", element("b", f"{share.number:,}"), " ", element("small", part), class_="number"),
        show(token, share.label) if share.number else None,
        strip([(paint(share), share.number)], whole),
    )


def strip(parts: t.Sequence[tuple[str, int]], whole: int) -> Markup:
    """A horizontal bar of several parts. What it says stands beside it as text."""
    made, start = [element("rect", width="100%", height="100%", class_="track")], 0
    for name, number in parts:
        made.append(
            element("rect", x=percent(start, whole), width=percent(number, whole), height="100%", class_=f"p-{name}")
        )
        start += number
    return element("svg", *made, class_="strip", aria_hidden="true", focusable="false")


def before_and_after(what: str, before: t.Sequence[Share], after: t.Sequence[Share]) -> Markup:
    """Two bars above each other, and the numbers as a table."""
    keys = list(dict.fromkeys(share.key for share in (*after, *before)))
    labels = {share.key: share.label for share in (*before, *after)}
    paints = {share.key: paint(share) for share in (*before, *after)}
    sides = {
        "Before": {share.key: share.number for share in before},
        "After": {share.key: share.number for share in after},
    }
    strips = [
        element(
            "div",
            element("span", side, class_="name"),
            strip([(paints[key], numbers.get(key, 0)) for key in keys], sum(numbers.values())),
            class_="side",
        )
        for side, numbers in sides.items()
    ]
    rows = [
        element(
            "tr",
            element("th", dot(paints[key]), labels[key], scope="row"),
            *(element("td", f"{numbers.get(key, 0):,}", class_="n") for numbers in sides.values()),
        )
        for key in keys
    ]
    head = element(
        "tr", element("th", what, scope="col"), *(element("th", side, scope="col", class_="n") for side in sides)
    )
    table = element(
        "table",
        element("caption", f"{what} before and after", class_="unseen"),
        element("thead", head),
        element("tbody", *rows),
        class_="small",
    )
    return joined([*strips, table])


def dot(name: str) -> Markup:
    return element(
        "svg",
        element("rect", width="100%", height="100%", rx="3", class_=f"p-{name}"),
        class_="dot",
        aria_hidden="true",
        focusable="false",
    )


def months(shares: t.Sequence[Share]) -> Markup:
    """A column for each month, and beside them what lies in none of these."""
    dated = [share for share in shares if len(share.key) == 7 and share.key[4] == "-"]
    others = [share for share in shares if share not in dated]
    most = max([share.number for share in dated] + [1])
    columns = element(
        "ol", *(_month(share, most, first=not place) for place, share in enumerate(dated)), class_="columns"
    )
    beside = element("ul", *(_aside(share) for share in others), class_="asides")
    return joined([beside, columns])


def _aside(share: Share) -> Markup:
    return element("li", dot(paint(share)), element("b", f"{share.number:,}"), f" {share.label}")


def _month(share: Share, most: int, *, first: bool) -> Markup:
    year, month = share.key.split("-")
    name = _MONTHS[int(month) - 1]
    height = percent(share.number, most)
    column = element(
        "rect", y=percent(most - share.number, most), width="100%", height=height, rx="3", class_="p-amber"
    )
    return element(
        "li",
        element(
            "b",
            f"{share.number:,}" if share.number else "",
            element("span", "0", class_="unseen") if not share.number else None,
        ),
        element(
            "svg",
            element("rect", y="98%", width="100%", height="2%", class_="track"),
            column,
            aria_hidden="true",
            focusable="false",
        ),
        element(
            "span",
            name,
            element("small", year) if first or month == "01" else element("span", f" {year}", class_="unseen"),
        ),
    )


def reasons(causes: t.Sequence[Cause], token: t.Callable[[str], str | None]) -> Markup:
    """Each code with its number, what it means and what to do."""
    most = max([cause.number for cause in causes] + [1])
    return element("ul", *(_cause(cause, most, token(cause.code)) for cause in causes), class_="causes")


_EFFECTS = {"blocks": ("blocks", "red"), "warns": ("warns", "amber"), "informs": ("note", "grey")}


def _cause(cause: Cause, most: int, token: str | None) -> Markup:
    word, colour = _EFFECTS.get(cause.effect, ("blocks", "red"))
    return element(
        "li",
        element("span", element("code", cause.code), " ", element("span", word, class_=f"tag {word}"), class_="name"),
        element("span", element("b", f"{cause.number:,}"), class_="number"),
        show(token, cause.code),
        strip([(colour, cause.number)], most),
        element("p", cause.message, " ", element("span", cause.remedy, class_="remedy")),
    )
