# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worklist for pipelines on a screen of 80 columns, and as a table for spreadsheets.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import csv
import io
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._render.csv_text import neutral
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal_names import few
from ansible_collections.azdo.connections.plugins.plugin_utils._render.text_table import Group, folded, table
from ansible_collections.azdo.connections.plugins.plugin_utils._report.headline import PIPELINE_VERDICTS, pipelines_told
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import EXPLAINED, Result, count
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import (
    SETTLED,
    Change,
    Place,
    worklist,
)

_SHORT = 10
_COLUMNS = (
    *(
        "repository",
        "task",
        "verdict",
        "use_instead",
        "why",
        "pipeline",
        "pipeline_project",
        "kind",
        "place",
        "line",
        "link",
    ),
    *("connection", "connection_project", "connection_id"),
)


def worklist_lines(result: Result, limit: int, *, short: bool) -> list[str]:
    """What to change, by repository, and where. :param short: the first things only, without the places of each."""
    found = worklist(result)
    if not found.asked:
        return []
    shown = found.changes[: min(limit, _SHORT) if short else limit]
    groups: dict[str, list[Change]] = {}
    for change in shown:
        groups.setdefault(change.repository, []).append(change)
    lines = table(
        ("WHAT", "WAITING", "WHERE"),
        [Group(name or "(no repository)", [_cells(item) for item in some]) for name, some in groups.items()],
        (44, 7),
    )
    hidden = len(found.changes) - len(shown)
    details = [] if short else [line for change in shown for line in _details(change)]
    unread = [line for sentence in found.unread[:EXPLAINED] for line in folded(printable(f"NOT READ {sentence}"), "  ")]
    return [
        *(lines if shown else []),
        *([f"... and {hidden} more that are not shown here."] if hidden else []),
        *(["", *details] if details else []),
        *([""] if shown else []),
        *folded(pipelines_told(found)),
        *unread,
    ]


def unready(result: Result) -> str:
    """What would break or cannot be judged, in a sentence; empty if nothing does. Of what nobody has looked at, nobody can say so."""
    found = worklist(result)
    barred = {verdict: number for verdict, number in found.verdicts.items() if verdict not in SETTLED}
    told = [f"{number} {PIPELINE_VERDICTS.get(verdict, verdict)}" for verdict, number in barred.items()]
    # A conversion with the same demand leaves them alone.
    told += [f"{found.unlooked} with scripts that nobody has looked at"] if found.unlooked else []
    if not told:
        return ""
    look = " fleet_readiness_expand=true looks at scripts." if found.unlooked else ""
    number = sum(barred.values()) + found.unlooked
    return f"{count(number, 'service connection')} not ready: {', '.join(told)}. The screen and the report tell what to do.{look}"


def _cells(change: Change) -> tuple[str, int, str]:
    return change.what, len(change.waiting), few(list(dict.fromkeys(place.pipeline for place in change.places)))


def _details(change: Change) -> list[str]:
    """The places of a change, and the connections that wait for it."""
    names = few([f"{printable(row.get('project'))} / {printable(row.get('name'))}" for row in change.waiting])
    lines = folded(printable(f"{change.what}: {change.why}"), "  ")
    lines += [
        line for place in change.places[:EXPLAINED] for line in folded(printable(f"in {told(place)}"), "    ", "  ")
    ]
    return [*lines, *folded(f"waiting: {names}", "    ", "  ")]


def told(place: Place) -> str:
    """Such as: deploy, Production / Copy files, line 12."""
    kind = "" if place.kind == "build" else f" ({place.kind.replace('_', ' ')})"
    where = f", {place.place}" if place.place else ""
    return f"{place.project} / {place.pipeline}{kind}{where}{f', line {place.line}' if place.line else ''}"


def worklist_csv(result: Result) -> str:
    """A line for each step and connection that waits for it (RFC 4180)."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for change in worklist(result).changes:
        writer.writerows([neutral(printable(text)) for text in row] for row in _rows(change))
    return target.getvalue()


def _rows(change: Change) -> t.Iterator[tuple[object, ...]]:
    first = (change.repository, change.task, change.verdict, change.use_instead, change.why)
    for place, row in change.uses:
        where = (place.pipeline, place.project, place.kind, place.place, place.line or "", place.link)
        yield *first, *where, row.get("name") or "", row.get("project") or "", row.get("id") or ""
