# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a connection belongs to, and a report in parts, one for each owner.

PRIVATE to the collection, and pure. Every connection is in one part, and what nobody owns is in a part of its own. Two organizations may each have a project,
or a person, of the same name: those are two owners. No part says that everything was seen if a connection of its owner may be among what was not.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata
from dataclasses import dataclass, field, replace

from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import would_say
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import numbers
from ansible_collections.azdo.connections.plugins.plugin_utils._results.other_types import about_some, others_apart
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row, whose
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import objects


@dataclass(frozen=True)
class Owner:
    """:param address: how they are reached; empty where nobody said. :param organization: in which the name counts; empty where it needs none."""

    name: str
    address: str = ""
    organization: str = ""
    known: bool = True

    @property
    def title(self) -> str:
        return f"{self.organization}/{self.name}" if self.organization else self.name


NOBODY = Owner("nobody known", known=False)


@dataclass(frozen=True)
class Way:
    """How owners are told.

    :param by_project: whether they are projects. Else anybody may own what could not be seen.
    """

    owner_of: t.Callable[[Row], Owner]
    by_project: bool = False


def _named(key: str) -> t.Callable[[Row], Owner]:
    """Whose name a row has there. It counts within the organization of the row."""

    def owner_of(row: Row) -> Owner:
        return Owner(str(row[key]), organization=str(row.get("organization") or "")) if row.get(key) else NOBODY

    return owner_of


BY_PROJECT = Way(_named("project"), by_project=True)
BY_CREATOR = Way(_named("created_by"))
WAYS = {"project": BY_PROJECT, "creator": BY_CREATOR}


@dataclass(frozen=True)
class Part:
    """What one owner gets. :param file: the name of its files, without an ending."""

    owner: Owner
    file: str
    result: Result


@dataclass(frozen=True)
class _Share:
    """The connections of one owner. :param others: those that were not selected, by the reason code that says why."""

    rows: list[Row] = field(default_factory=list)
    others: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, code: str | None, row: Row) -> None:
        (self.rows if code is None else self.others.setdefault(code, [])).append(row)

    @property
    def all(self) -> list[Row]:
        return [*self.rows, *(item for items in self.others.values() for item in items)]


def parts(result: Result, way: Way) -> list[Part]:
    """The report of each owner, in the order of their names; what nobody owns comes last."""
    shares: dict[Owner, _Share] = {}
    listed = _listed(result)
    named = [way.owner_of(row) for _code, row in listed]
    known = dict(zip(named, _told_apart(named), strict=True))
    for owner, (code, row) in zip(named, listed, strict=True):
        shares.setdefault(known[owner], _Share()).add(code, row)
    seen = frozenset(str(row["id"]) for _code, row in listed)
    summary = result.get("summary") or {}
    # Of an owner of nothing but other types only the whole report tells.
    others, states = others_apart(summary, lambda row: known.get(way.owner_of(row), NOBODY)), _States(summary)
    taken: set[str] = set()
    ordered = sorted(shares, key=lambda owner: (not owner.known, owner.title.casefold(), owner.address))
    found = []
    for owner in ordered:
        share = shares[owner]
        part = _part(result, share, _coverage(result, way, share, seen))
        part["summary"] |= {**about_some(summary, others.get(owner, ())), **states.of(share.rows)}
        found.append(Part(owner, _file(owner.title, taken), part))
    return found


class _States:
    """The states of Terraform, by connection: with those of others an owner has nothing to do."""

    def __init__(self, summary: Result) -> None:
        self._states = objects(summary.get("terraform"))
        self._at: dict[str, list[tuple[int, Row]]] = {}
        for number, state in enumerate(self._states):
            for one in objects(state.get("connections")):
                self._at.setdefault(str(one.get("id")), []).append((number, one))

    def of(self, rows: t.Iterable[Row]) -> dict[str, t.Any]:
        """The key of a summary about these connections; nothing where no state was given."""
        own: dict[int, list[Row]] = {}
        for number, one in (place for row in rows for place in self._at.get(str(row.get("id")), ())):
            own.setdefault(number, []).append(one)
        found = [
            {**self._states[number], "connections": own[number], "plan_would_say": would_say(own[number])}
            for number in sorted(own)
        ]
        return {"terraform": found} if self._states else {}


def _listed(result: Result) -> list[tuple[str | None, Row]]:
    """Every row, with its organization; and the reason code for which it was not selected, if it was not."""
    summary = result.get("summary") or {}
    listed: list[tuple[str | None, Row]] = [(None, row) for row in result.get("connections") or ()]
    listed += [(code, item) for code, items in (summary.get("not_selected") or {}).items() for item in items]
    return [(code, row if row.get("organization") else {**row, **whose(summary)}) for code, row in listed]


def _told_apart(owners: t.Sequence[Owner]) -> list[Owner]:
    """With their organization where there are several, and else without: most have one, and the names of files stay as they are."""
    spelt: dict[str, str] = {}
    for owner in owners:
        if owner.known:
            spelt.setdefault(owner.organization.casefold(), owner.organization)
    if len(spelt) < 2:
        spelt = {}
    return [replace(owner, organization=spelt.get(owner.organization.casefold(), "")) for owner in owners]


def _part(result: Result, share: _Share, coverage: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The same about some of its connections only."""
    summary = dict(result.get("summary") or {})
    if "not_selected" in summary:
        summary["not_selected"] = share.others
    ids = {row["id"] for row in share.all}
    summary["unsettled"] = [item for item in summary.get("unsettled") or () if item.get("id") in ids]
    about = {**summary, "coverage": coverage}
    # A host of which nothing is known may stand for connections of anybody.
    part = {"connections": share.rows, "summary": about, "problems": list(result.get("problems") or ())}
    return {**part, "summary": {**about, "numbers": numbers(part).to_result()}}


def _coverage(result: Result, way: Way, share: _Share, seen: t.Container[str]) -> t.Mapping[str, t.Any]:
    """What could not be seen and may be theirs: all of it, but for a project, which has its own gaps only."""
    whole = coverage_of(result)
    if not way.by_project:
        return whole
    rows = share.all
    gaps = {
        "unread": [gap for gap in whole.get("unread") or () if _is_unread(rows, gap)],
        "partial": [gap for gap in whole.get("partial") or () if _is_of(rows, gap, seen)],
        # A project that is named there shows no connection, so it is none of those that have an owner.
        "doubtful": [doubt for doubt in whole.get("doubtful") or () if doubt.get("project") is None],
    }
    # An incomplete report that does not say what is missing may miss some of theirs.
    elsewhere = any(whole.get(key) for key in gaps) and not result.get("problems")
    complete = bool(whole.get("complete")) or (elsewhere and not any(gaps.values()))
    allowed = [gap for gap in whole.get("allowed") or () if _is_of(rows, gap, seen) or _is_unread(rows, gap)]
    return {**whole, **gaps, "allowed": allowed, "empty": [], "complete": complete, "projects": 1}


def _is_unread(rows: t.Sequence[Row], gap: t.Mapping[str, t.Any]) -> bool:
    """Whether this project is theirs, by its id if that is known: names are not unique among organizations."""
    project_id = rows[0].get("project_id")
    return (
        _same(gap["id"], project_id)
        if gap.get("id") and project_id
        else _same(gap.get("project"), rows[0].get("project"))
    )


def _is_of(rows: t.Sequence[Row], gap: t.Mapping[str, t.Any], seen: t.Container[str]) -> bool:
    """Whether this connection is theirs; one that nobody has is that of all projects of the name."""
    gap_id = str(gap.get("id"))
    if gap_id in seen:
        return any(row["id"] == gap_id for row in rows)
    return _same(gap.get("project"), rows[0].get("project"))


def _same(one: object, other: object) -> bool:
    return str(one).casefold() == str(other).casefold()


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
