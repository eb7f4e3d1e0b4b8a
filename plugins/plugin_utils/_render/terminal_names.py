# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of connections and projects on a screen of 80 columns: cut, told apart, and of many the first ones.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable, shorten
from ansible_collections.azdo.connections.plugins.plugin_utils._render.text_table import folded
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Row

NAME_CELLS = 30
# In short, so many lines of names are shown of each kind, and so many kinds of faults.
_SHORT_LINES = 8
_SHORT_FAULTS = 5
_BETWEEN = " \N{MIDDLE DOT} "


def name_of(row: Row) -> str:
    """With "+2" when two more projects use the connection, which a name that is cut must not lose."""
    others = len(row.get("projects") or []) - 1
    mark = f" +{others}" if others > 0 else ""
    return shorten(printable(row["name"]), NAME_CELLS - len(mark)) + mark


def project_of(row: Row) -> str:
    """The owning project; with its organization where rows of several are merged."""
    name = shorten(printable(row.get("project") or "?"), 60)
    organization = row.get("organization")
    return f"{printable(organization)} / {name}" if organization and row.get("of_several") else name


def by_project(rows: t.Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(project_of(row), []).append(row)
    return found


def told_apart(rows: t.Sequence[Row]) -> list[Row]:
    """Marked where they are of several organizations, which may have projects of the same name."""
    several = len({row.get("organization") for row in rows}) > 1
    return [{**row, "of_several": several} for row in rows]


def names_in_short(title: str, rows: t.Sequence[Row], where: str) -> list[str]:
    """The names below a title, a project after the other, in a few lines. :param where: who shows the others."""
    lines: list[str] = []
    told: list[Row] = []
    for project, some in by_project(rows).items():
        fitting = _fitting(project, some, _SHORT_LINES - len(lines))
        if not fitting:
            break
        lines += _listed(project, some, fitting)
        told += some[:fitting]
    return ["", title, *lines, *more(rows, told, where)] if rows else []


def _listed(project: str, rows: t.Sequence[Row], most: int) -> list[str]:
    return folded(_BETWEEN.join(name_of(row) for row in rows[:most]), "      ", f"  {project} ({len(rows)}): ")


def _fitting(project: str, rows: t.Sequence[Row], room: int) -> int:
    """Of how many of the rows the names fit into so many lines."""
    fitting = 0
    while fitting < len(rows) and len(_listed(project, rows, fitting + 1)) <= room:
        fitting += 1
    return fitting


def where_all_are(rows: t.Sequence[Row], limit: int) -> str:
    """Who shows all of them. Only the role tells in short, so its variables are meant."""
    if len(rows) > limit:
        return f"-v with fleet_table_rows={len(rows)} shows them, as a report does"
    return "-v shows all of them, and so does a report"


def more(rows: t.Sequence[Row], told: t.Sequence[Row], where: str) -> list[str]:
    hidden = len(rows) - len(told)
    return folded(f"... and {hidden} more: {where}.", "      ", "  ") if hidden else []


def with_reasons(title: str, found: t.Sequence[tuple[str, str]], *, short: bool) -> list[str]:
    """A sentence for each name and what is said of it. :param short: those of which the same is said together, and not all of them."""
    if not short:
        return [f"{title} {name}: {said}" for name, said in found]
    together: dict[str, list[str]] = {}
    for name, said in found:
        together.setdefault(said, []).append(name)
    lines = [f"{title} {few(names)}: {said}" for said, names in list(together.items())[:_SHORT_LINES]]
    hidden = sum(map(len, list(together.values())[_SHORT_LINES:]))
    return [*lines, f"{title.rstrip(':')}: {hidden} more, which -v shows."] if hidden else lines


def few(names: t.Sequence[str]) -> str:
    """The first ones, and how many more there are."""
    hidden = len(names) - _SHORT_FAULTS
    return _BETWEEN.join([*names[:_SHORT_FAULTS], *([f"{hidden} more"] if hidden > 0 else [])])
