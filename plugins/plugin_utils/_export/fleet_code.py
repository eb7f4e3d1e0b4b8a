# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts have read, as code: by organization, and what of it is no code.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import missing, without
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row, one_line, whose

Steps = t.Mapping[str, t.Sequence[Result]]
_OPTION = {"allow_unread": "fleet_allow_unread"}
# Of an older module, or of somebody's own task.
_WITHOUT = "It was read without its code."


@dataclass(frozen=True, kw_only=True)
class Organization:
    """The connections of one organization, by project and name. :param left_out: those that are no code."""

    name: str
    url: str
    rows: t.Sequence[Row]
    left_out: t.Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Export:
    """A fleet as code.

    :param gaps: sentences about what could not be read; with one of them it is not the fleet, and nothing may be written. :param notes: sentences about what
        may be missing all the same.
    """

    organizations: t.Sequence[Organization]
    gaps: t.Sequence[str]
    notes: t.Sequence[str]

    @property
    def rows(self) -> list[Row]:
        return [row for place in self.organizations for row in place.rows]

    @property
    def left_out(self) -> list[Row]:
        return [row for place in self.organizations for row in place.left_out]

    @property
    def several(self) -> bool:
        """Whether names have to say which organization they are of."""
        return len(self.organizations) > 1


def export_of(steps: Steps, allowed: t.Sequence[str]) -> Export:
    """:param steps: the results of each host. :param allowed: projects that may be unread, as names, ids or patterns."""
    seen = without(merge(steps), allowed)
    lacks = missing(seen, _OPTION)
    places = {
        (str(found["organization"]), str(found["organization_url"]))
        for results in steps.values()
        for result in results
        if "connections" in result and (found := whose(result.get("summary") or {}))["organization_url"]
    }
    return Export(
        organizations=[_organization(name, url, seen["connections"]) for name, url in sorted(places)],
        gaps=lacks.gaps,
        notes=[*lacks.allowed, *lacks.doubts],
    )


def _organization(name: str, url: str, rows: t.Sequence[Row]) -> Organization:
    own = [row for row in rows if row.get("organization_url") == url]
    return Organization(
        name=name,
        url=url,
        rows=[row for row in own if row.get("as_code")],
        left_out=[row for row in own if not row.get("as_code")],
    )


def title(row: Row) -> str:
    """What people call a connection."""
    return f"{row.get('project')} / {row.get('name')}"


def why_not(row: Row) -> str:
    """A sentence about a connection that is no code."""
    return f"{printable(title(row))}: {one_line(row.get('as_code_reason') or _WITHOUT)}"
