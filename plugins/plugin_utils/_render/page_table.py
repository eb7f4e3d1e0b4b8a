# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of a page, with what filters it.

PRIVATE to the collection, and pure. It is all there without a script; the script takes rows out that are not asked for.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._render.html_markup import (
    Markup,
    element,
    escaped,
    joined,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_filters import Filter, Filters
from ansible_collections.azdo.connections.plugins.plugin_utils._report import cells
from ansible_collections.azdo.connections.plugins.plugin_utils._report.cells import Cell
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import TARGETS, Column, Entry
from ansible_collections.azdo.connections.plugins.plugin_utils._report.verdicts import BLOCKS, INFORMS, UNKNOWN, WARNS

# Columns whose text is a word of ours, which can stand as a label.
_LABELS = ("status", "state", "verification", "rollback", *TARGETS)
# Classes of cells: names of projects, numbers, reason codes, long texts, short ones, ids.
_KINDS = {
    "project": "p",
    "days_until_auto_disable": "n",
    "id": "id",
    "error": "w",
    "shared_with": "w",
    **dict.fromkeys(("reasons", *TARGETS), "k"),
    **dict.fromkeys(("scheme_before", "scheme", "issuer_before", "issuer", "target"), "s"),
}
_EFFECTS = ((BLOCKS, "blocked by"), (WARNS, "warning"), (INFORMS, "note"))


def controls(filters: Filters, columns: t.Sequence[Column]) -> Markup:
    """Search, lists to choose from, and the order (for small screens, where the table has no head); hidden until the script is there."""
    search = _control(
        "search", "Search", element("input", id="f-search", type="search", autocomplete="off", spellcheck="false")
    )
    chosen = [_control(item.key, item.label, _select(item)) for item in filters.listed]
    orders = [
        element("option", f"{column.title}{word}", value=f"{place}{sign}")
        for place, column in enumerate(columns)
        for sign, word in (("+", ""), ("-", ", last first"))
    ]
    orders.insert(0, element("option", "Project and name", value=""))
    order = element(
        "div",
        element("label", "Sort by", for_="f-order"),
        element("select", *orders, id="f-order"),
        class_="control narrow",
    )
    clear = element("button", "Clear", type="button", id="f-clear", class_="clear")
    return element(
        "form",
        search,
        *chosen,
        order,
        clear,
        id="filters",
        role="search",
        aria_label="Filter the connections",
        hidden=True,
    )


def _control(key: str, label: str, field: Markup) -> Markup:
    return element("div", element("label", label, for_=f"f-{key}"), field, class_=f"control {key}")


def _select(item: Filter) -> Markup:
    made: list[Markup] = [element("option", "All", value="")]
    for title, choices in item.groups:
        options = [element("option", f"{choice.label} ({choice.number:,})", value=choice.token) for choice in choices]
        made += [element("optgroup", *options, label=title)] if title else options
    return element("select", *made, id=f"f-{item.key}", data_filter=True)


def table(entries: t.Sequence[Entry], columns: t.Sequence[Column], filters: Filters) -> Markup:
    """Return the whole table. Its rows are put together by hand: of 5,000 there are a hundred thousand cells."""
    heads = [
        element(
            "th",
            element("button", column.title, type="button", data_column=place),
            scope="col",
            class_=f"c-{column.key}",
        )
        for place, column in enumerate(columns)
    ]
    rows = [_row(entry, columns, filters.tokens[place]) for place, entry in enumerate(entries)]
    caption = element("caption", f"Service connections: {len(entries):,}", class_="unseen")
    body = element("tbody", Markup("\n".join(rows)), id="rows")
    return element("table", caption, element("thead", element("tr", *heads)), body, id="connections")


def _row(entry: Entry, columns: t.Sequence[Column], tokens: t.Sequence[str]) -> str:
    made = [f'<tr data-t=" {" ".join(tokens)} ">']
    for column in columns:
        cell = entry[column.key]
        if column.key == "connection":
            made.append(f'<th scope="row">{escaped(cell.text)}</th>')
        elif not cell.text:
            made.append("<td></td>")
        else:
            made.append(f"<td{_attributes(column, cell)}>{_content(column, cell)}</td>")
    made.append("</tr>")
    return "".join(made)


def _attributes(column: Column, cell: Cell) -> str:
    kind = _KINDS.get(column.key, "")
    order = f' data-s="{cell.order:g}"' if cell.order is not None and cell.moment is None else ""
    return (f" class={kind}" if kind else "") + order


def _content(column: Column, cell: Cell) -> str:
    if column.key == "reasons":
        return _codes(cell)
    if column.key in _LABELS or cell.tone == UNKNOWN:
        label = f"<b class=v-{cell.tone or 'plain'}>{escaped(cell.text)}</b>"
        return label + ("" if cell.plain == cells.THERE else _codes(cell))
    if cell.moment:
        return f"{cell.text[:10]} <small>{cell.text[11:16]}</small>"
    return escaped(cell.text)


def _codes(cell: Cell) -> str:
    listed = [
        (word, ", ".join(escaped(code) for code, found in cell.codes if found == effect)) for effect, word in _EFFECTS
    ]
    return "".join(f"<small>{word}: {codes}</small>" for word, codes in listed if codes)


def legend(columns: t.Sequence[Column]) -> Markup:
    """What the words of the table mean."""
    texts = (
        ["Times are in UTC."]
        if any(column.key in ("last_used", "revert_deadline", "secret_expires") for column in columns)
        else []
    )
    texts.append(
        "Unknown means that it was asked and could not be read, never that all is well. An empty cell means that the question does not arise."
    )
    return element("p", " ".join(texts), class_="hint")


def card_labels(columns: t.Sequence[Column]) -> str:
    """CSS that names each cell where the table has no head, because each connection is a card."""
    rules = [
        f'#rows td:nth-child({place + 1})::before{{content:"{column.title}"}}' for place, column in enumerate(columns)
    ]
    return "@media screen and (max-width:640px){" + "".join(rules) + "}"


def nothing() -> Markup:
    return joined([element("p", "There is no connection in this report.", class_="hint")])
