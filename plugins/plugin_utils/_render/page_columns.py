# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which columns of the page stand beside each other on a screen of which width, and which in the detail of a row; what is printed, and how cells look.

PRIVATE to the collection, and pure. Nobody should have to scroll sideways to read a row: what does not fit is folded, and stands below its row when
somebody opens it. On a phone each connection is a card with everything in it, and without the script nothing is folded.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import TARGETS, Column

# Columns whose text is a word of ours, which can stand as a label.
LABELS = frozenset({"status", "state", "readiness", "verification", "rollback", *TARGETS})
# Classes of cells: names of projects, numbers, reason codes, long texts, short ones, ids.
KINDS = {
    "project": "p",
    "days_until_auto_disable": "n",
    "id": "id",
    "error": "w",
    "shared_with": "w",
    "description": "w",
    "pipelines_to_change": "w",
    **dict.fromkeys(("reasons", *TARGETS), "k"),
    **dict.fromkeys(("scheme_before", "scheme", "issuer_before", "issuer", "target"), "s"),
}
_MAIN_TARGET = next(iter(TARGETS))
# What fits on paper in a size that can be read.
_PRINTED = (
    "connection",
    "project",
    "organization",
    "status",
    "reasons",
    "error",
    "target",
    "scheme",
    "issuer",
    _MAIN_TARGET,
    "verification",
    "rollback",
    "revert_deadline",
    "secret_expires",
    "last_used",
)

# The columns by how much a reader wants them beside each other, with what each needs, in rem; one that is not here comes last.
WIDTHS = {
    "connection": 12.5,
    "project": 9.0,
    "status": 10.3,
    _MAIN_TARGET: 10.3,
    "reasons": 11.2,
    "error": 13.0,
    "scheme": 9.2,
    "revert_deadline": 9.4,
    "secret_expires": 9.4,
    "organization": 8.0,
    "readiness": 7.6,
    "verification": 11.8,
    "last_used": 9.4,
    "issuer": 7.6,
    "rollback": 6.2,
    "state": 6.2,
    **dict.fromkeys(list(TARGETS)[:0:-1], 10.3),
    "shared_with": 9.0,
    "scheme_before": 9.2,
    "issuer_before": 7.6,
    "target": 9.2,
    "subscription": 10.0,
    "days_until_auto_disable": 6.2,
    "last_pipeline": 9.0,
    "creation_mode": 7.0,
    "created_by": 8.5,
    "pipelines_to_change": 12.0,
    "description": 12.0,
}
_WIDTH = 9.0
# From which width of the window on how much room there is for the table (rem), beside margins and scroll bars. Below the first, rows are cards.
SCREENS = (("641px", 32.0), ("48em", 40.5), ("64em", 55.0), ("80em", 69.0), ("90em", 74.0))


def folded(columns: t.Sequence[Column], room: float) -> list[Column]:
    """Return the columns that do not fit into so many rem, what is wanted most being given its place first."""
    order = [*WIDTHS]
    left, kept = room, set()
    for column in sorted(columns, key=lambda item: order.index(item.key) if item.key in WIDTHS else len(order)):
        width = WIDTHS.get(column.key, _WIDTH)
        if width <= round(left, 6):
            kept.add(column.key)
            left -= width
    return [column for column in columns if column.key not in kept]


def column_rules(columns: t.Sequence[Column]) -> str:
    """The style that depends on the columns: their names where the table has no head, what is not printed, and what is folded."""
    places = {column.key: place for place, column in enumerate(columns, 1)}
    names = [f'#rows td:nth-child({places[column.key]}) {{ --name: "{column.title}"; }}' for column in columns]
    unprinted = [f"#connections tr > :nth-child({place})" for key, place in places.items() if key not in _PRINTED]
    paper = [f"@media print {{ {_hidden(unprinted)} }}"] if unprinted else []
    widths = [
        f".ready .folds thead th:nth-child({place}) {{ width: {WIDTHS.get(key, _WIDTH):g}rem; }}"
        for key, place in places.items()
    ]
    return "\n".join([*names, *paper, *widths, *_folds(columns, places), ""])


def _folds(columns: t.Sequence[Column], places: t.Mapping[str, int]) -> list[str]:
    """For each width of a screen: what is folded away, and shown in the detail instead."""
    rules = []
    ends = [f" and (max-width: {float(start.removesuffix('em')) - 0.01:g}em)" for start, _room in SCREENS[1:]]
    for (start, room), end in zip(SCREENS, [*ends, ""], strict=True):
        away = [places[column.key] for column in folded(columns, room)]
        if away:
            # Until the script is there as well, so that nothing jumps; a page without scripts has neither class.
            cells = [f":is(.js, .ready) .folds tr > :nth-child({place})" for place in away]
            shown = ", ".join([".folds-some", *(f".folds .d-{place}" for place in away)])
            detail = f"{shown} {{ display: block; }} .folds .detail {{ display: table-row; }}"
            rules.append(f"@media screen and (min-width: {start}){end} {{ {_hidden(cells)} {detail} }}")
    return rules


def _hidden(selectors: t.Sequence[str]) -> str:
    return f"{', '.join(selectors)} {{ display: none; }}"
