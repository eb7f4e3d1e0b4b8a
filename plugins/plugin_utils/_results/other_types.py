# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of other types with the issuer that retires: of many hosts as one, and by project.

PRIVATE to the collection, and pure. They have no rows and are in no number of numbers.py: what was seen is what this collection handles.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._inspect.other_types import OLD, UNKNOWN, in_numbers
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row, whose

KEY = "other_types"
Owner = t.TypeVar("Owner")


@dataclass(frozen=True)
class Place:
    """Those of one project.

    :param types: how many there are of each type, by the name of the type.
    """

    organization: str
    project: str
    types: t.Mapping[str, int]

    @property
    def number(self) -> int:
        return sum(self.types.values())


def merged_other_types(summaries: t.Sequence[Result]) -> dict[str, t.Any]:
    """Return the key of a summary with each connection once, and nothing where no host was asked for them.

    A host may see of a shared one what another cannot, so an issuer that is known wins.
    """
    if not any(KEY in summary for summary in summaries):
        return {}
    found: dict[str, Row] = {}
    for item in (item for summary in summaries for item in _listed(summary)):
        known = found.get(str(item.get("id")))
        if known is None or known.get("issuer_kind") != OLD:
            found[str(item.get("id"))] = item
    return {KEY: in_numbers(sorted((dict(item) for item in found.values()), key=_order))}


def others_by_project(result: Result, kind: str) -> list[Place]:
    """:param kind: of their issuer, OLD or UNKNOWN."""
    places: dict[tuple[str, str, str], dict[str, int]] = {}
    for item in sorted(_listed(result.get("summary") or {}), key=_order):
        if (OLD if item.get("issuer_kind") == OLD else UNKNOWN) != kind:
            continue
        place = (str(item.get("organization") or ""), str(item.get("project") or "?"), str(item.get("project_id")))
        types = places.setdefault(place, {})
        name = str(item.get("type") or "?")
        types[name] = types.get(name, 0) + 1
    return [Place(organization, project, types) for (organization, project, _id), types in places.items()]


def others_apart(summary: Result, owner_of: t.Callable[[Row], Owner]) -> dict[Owner, list[Row]]:
    """Those of each owner."""
    found: dict[Owner, list[Row]] = {}
    for item in _listed(summary):
        found.setdefault(owner_of(item), []).append(item)
    return found


def about_some(summary: Result, some: t.Iterable[Row]) -> dict[str, t.Any]:
    """The key of a summary about some of them only; nothing where nobody asked."""
    return {KEY: in_numbers([dict(item) for item in some])} if KEY in summary else {}


def _listed(summary: Result) -> list[Row]:
    """Each of them, with its organization."""
    listed = (summary.get(KEY) or {}).get("connections") or ()
    return [item if item.get("organization") else {**item, **whose(summary)} for item in listed]


def _order(item: Row) -> tuple[str, ...]:
    return tuple(str(item.get(key) or "") for key in ("organization", "project", "type", "name", "id"))
