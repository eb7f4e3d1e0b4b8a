# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a connection belongs to, and a report in parts, one for each owner.

PRIVATE to the collection, and pure. Every connection is in one part, and what nobody owns is in a part of its own.
"""

from __future__ import annotations

import csv
import io
import re
import typing as t
import unicodedata
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.plugin_utils._report.merge import coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._report.numbers import numbers
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import Result, Row

WAYS = ("project", "creator")
_KEYS = ("project", "connection", "owner", "address")
_FORM = "Its first line has owner and at least one of project and connection, and may have address."
# Spreadsheets write one or the other, by the language of their user.
_DELIMITERS = ",;\t"


class OwnersError(Exception):
    """A table of owners cannot be meant; the message says why."""


@dataclass(frozen=True)
class Owner:
    """:param address: how they are reached; empty where nobody said."""

    name: str
    address: str = ""


NOBODY = Owner("nobody known")


@dataclass(frozen=True)
class Line:
    """What a line of a table says: names, ids or patterns, empty for any, and whose that is."""

    project: str
    connection: str
    owner: Owner

    def holds(self, row: Row) -> bool:
        projects = [str(row.get(key)) for key in ("project", "project_id")]
        names = [str(row.get(key)) for key in ("name", "id")]
        return (not self.project or answers_to(projects, self.project)) and (
            not self.connection or answers_to(names, self.connection)
        )


@dataclass(frozen=True)
class Part:
    """What one owner gets. :param file: the name of its files, without an ending."""

    owner: Owner
    file: str
    result: Result


OwnerOf = t.Callable[[Row], Owner]


def by_project(row: Row) -> Owner:
    return Owner(str(row.get("project") or NOBODY.name))


def by_creator(row: Row) -> Owner:
    return Owner(str(row["created_by"])) if row.get("created_by") else NOBODY


def by_table(lines: t.Sequence[Line]) -> OwnerOf:
    """The first line that fits says whose it is."""

    def owner_of(row: Row) -> Owner:
        return next((line.owner for line in lines if line.holds(row)), NOBODY)

    return owner_of


def read_table(text: str) -> list[Line]:
    """:param text: a CSV file. :raises OwnersError: it is none, or a line of it says nothing."""
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        names = [str(name).strip().lower() for name in rows.fieldnames or ()]
        strange = [name for name in names if name not in _KEYS]
        if (
            strange
            or "owner" not in names
            or not {"project", "connection"} & set(names)
            or len(set(names)) < len(names)
        ):
            what = f"has {', '.join(map(repr, strange))}" if strange else "does not say which column is what, each once"
            raise OwnersError(f"{what}.{hints(strange, _KEYS)} {_FORM}")
        rows.fieldnames = names
        found = [(rows.line_num, {key: (value or "").strip() for key, value in row.items() if key}) for row in rows]
    except csv.Error as error:
        raise OwnersError(f"is no CSV file: {error}. {_FORM}") from None
    lines = []
    for number, said in found:
        if not any(said.values()):
            continue
        if not said.get("owner") or not (said.get("project") or said.get("connection")):
            raise OwnersError(f"line {number} says no owner, or not of what. {_FORM}")
        owner = Owner(said["owner"], said.get("address", ""))
        lines.append(Line(said.get("project", ""), said.get("connection", ""), owner))
    if not lines:
        raise OwnersError(f"has no lines. {_FORM}")
    return lines


def parts(result: Result, owner_of: OwnerOf) -> list[Part]:
    """The report of each owner, in the order of their names; what nobody owns comes last."""
    rows: dict[Owner, list[Row]] = {}
    others: dict[Owner, dict[str, list[Row]]] = {}
    for row in result.get("connections") or ():
        rows.setdefault(owner_of(row), []).append(row)
    for code, items in ((result.get("summary") or {}).get("not_selected") or {}).items():
        for item in items:
            others.setdefault(owner_of(item), {}).setdefault(code, []).append(item)
    taken: set[str] = set()
    ordered = sorted({**rows, **others}, key=lambda owner: (owner == NOBODY, owner.name.casefold(), owner.address))
    return [
        Part(owner, _file(owner.name, taken), _part(result, rows.get(owner, []), others.get(owner, {})))
        for owner in ordered
    ]


def _part(result: Result, rows: t.Sequence[Row], others: t.Mapping[str, list[Row]]) -> Result:
    """The same about some of its connections only."""
    summary = dict(result.get("summary") or {})
    if "not_selected" in summary:
        summary["not_selected"] = dict(others)
    theirs = [*rows, *(item for items in others.values() for item in items)]
    ids, mine = {row["id"] for row in theirs}, {str(row.get("project")) for row in theirs}
    summary["unsettled"] = [item for item in summary.get("unsettled") or () if item.get("id") in ids]
    coverage = {**coverage_of(result), "empty": []}
    for key in ("unread", "partial"):
        coverage[key] = [gap for gap in coverage.get(key) or () if str(gap.get("project")) in mine]
    coverage["complete"] = not (coverage["unread"] or coverage["partial"])
    coverage["projects"] = len(mine)
    about = {**summary, "coverage": coverage}
    part = {"connections": list(rows), "summary": about, "problems": []}
    return {**part, "summary": {**about, "numbers": numbers(part).to_result()}}


def _file(name: str, taken: set[str]) -> str:
    """A name for files that any system can have, and that no other owner has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "owner"
    found, number = base, 1
    while found in taken or found == "index":
        number += 1
        found = f"{base}-{number}"
    taken.add(found)
    return found
