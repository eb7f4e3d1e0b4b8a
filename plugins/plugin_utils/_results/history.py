# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet over weeks, from earlier reports: what changed since the last one, and when nothing will be left at this pace.

PRIVATE to the collection, and pure. What one of two reports has not read must not look like progress in the other, nor like something new: only projects that
both have read as a whole are compared.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._model.facts import ISSUER_RETIRES
from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._results.coverage import doubts
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import issuer_retires
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import Origin
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    Result,
    Row,
    count,
    is_run,
)

# Entry points that look at everything, and how far one has to look to be compared.
LOOKING = ("report", "watch")
WHOLE = ("organization", "projects")
# The pace is that of the last weeks: what was before holidays, or before anybody began, says nothing of now.
_PACE_OF = timedelta(days=60)
_LEAST_APART = timedelta(hours=12)
# Beyond that a forecast is none.
_LONGEST = timedelta(days=5 * 365)


class Kept(t.NamedTuple):
    """What is kept of the row of a connection: reports of a year have to find room."""

    organization: str
    project_id: str
    project: str
    name: str
    scheme: str
    issuer_retires: bool
    secret_expires: str


@dataclass(frozen=True)
class Snapshot:
    """The fleet at a moment.

    :param entry: the entry point that has seen it. :param projects: ids of those that were read as a whole. :param organizations: those of which every project
        was, so that what is not here was not there. :param rows: its connections by id.
    """

    made: datetime
    entry: str
    projects: frozenset[str]
    organizations: frozenset[str]
    rows: t.Mapping[str, Kept]

    def knows(self, row: Kept) -> bool:
        """Whether it would have the connection if that had been there."""
        return row.project_id in self.projects or row.organization in self.organizations

    def within(self, other: Snapshot) -> Snapshot:
        """What the other one would have as well."""
        return replace(self, rows={id_: row for id_, row in self.rows.items() if other.knows(row)})

    def with_secret(self) -> set[str]:
        return {id_ for id_, row in self.rows.items() if row.scheme == SERVICE_PRINCIPAL}

    def with_old_issuer(self) -> set[str]:
        return {id_ for id_, row in self.rows.items() if row.issuer_retires}

    def federated(self) -> set[str]:
        return {id_ for id_, row in self.rows.items() if row.scheme == FEDERATION}


@dataclass(frozen=True)
class Changes:
    """What is otherwise than it was; ids, each in the order of project and name."""

    since: datetime
    moved: tuple[str, ...]
    migrated: tuple[str, ...]
    back: tuple[str, ...]
    new_secrets: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True)
class Track:
    """A number that is to become none.

    :param points: when, and how many. :param per_week: how many fewer in a week; None where nobody knows. :param end: when none is left at this pace;
        None if never.
    """

    key: str
    title: str
    points: tuple[tuple[datetime, int], ...]
    per_week: float | None
    end: datetime | None

    @property
    def now(self) -> int:
        return self.points[-1][1]


@dataclass(frozen=True)
class History:
    """:param changes: since the last report before this one; None if there is none."""

    tracks: tuple[Track, ...]
    changes: Changes | None
    sentences: tuple[str, ...]


def snapshot(content: t.Any) -> Snapshot | None:
    """What the JSON of a report says of what there was; None if it is none that has read whole projects, or does not say where it comes from, and when."""
    if not isinstance(content, t.Mapping) or not isinstance(content.get("connections"), list) or is_run(content):
        return None
    made, origin = parse_time(str(content.get("made") or "")), Origin.from_result(content.get("origin"))
    if made is None or not all(isinstance(row, t.Mapping) and row.get("id") for row in content["connections"]):
        return None
    return seen(content, made, origin)


def seen(result: Result, made: datetime, origin: Origin) -> Snapshot | None:
    """:param result: what was read. :returns: None if that was no whole projects."""
    if origin.entry not in LOOKING or origin.reach not in WHOLE:
        return None
    coverage = coverage_of(result)
    blind = [item for key in ("unread", "allowed") for item in coverage.get(key) or ()] + doubts(coverage)
    everything = origin.reach == "organization" and coverage.get("complete") and not blind
    rows = {str(row["id"]): kept(row, result) for row in result.get("connections") or ()}
    return Snapshot(
        made,
        origin.entry,
        frozenset(_read(coverage, blind)),
        frozenset(row.organization for row in rows.values()) if everything else frozenset(),
        rows,
    )


def _read(coverage: t.Mapping[str, t.Any], blind: t.Sequence[t.Mapping[str, t.Any]]) -> set[str]:
    """The projects in which nothing is hidden; none where nobody knows in which one something is."""
    hidden = {item.get("id") for item in blind}
    return set() if None in hidden else {str(id_) for id_ in coverage.get("project_ids") or ()} - {*map(str, hidden)}


def kept(row: Row, result: Result) -> Kept:
    """:param result: that has the row, for what only its summary says."""
    whose = (result.get("summary") or {}).get("organization")
    return Kept(
        organization=str(row.get("organization") or whose),
        project_id=str(row.get("project_id")),
        project=str(row.get("project")),
        name=str(row.get("name")),
        scheme=str(row.get("scheme") or ""),
        issuer_retires=issuer_retires(row),
        secret_expires=str(row.get("secret_expires") or ""),
    )


def history(present: Snapshot | None, earlier: t.Iterable[Snapshot]) -> History | None:
    """The fleet over time; None without an earlier report that has read what this one has.

    :param present: what is there now; None where no whole projects were read. :param earlier: in any order; later ones do not count.
    """
    if present is None or not (present.rows and (present.projects or present.organizations)):
        return None
    before = sorted(
        (
            one.within(present)
            for one in earlier
            if one.made < present.made and all(map(one.knows, present.rows.values()))
        ),
        key=lambda one: one.made,
    )
    if not before:
        return None
    all_of_them = [*before, present]
    tracks = (
        _track("secrets", "With a secret or certificate", all_of_them, Snapshot.with_secret),
        _track("issuer", "With the issuer that retires", all_of_them, Snapshot.with_old_issuer),
    )
    changed = changes(before[-1], present)
    forecasts = [_forecast(track, present) for track in tracks]
    return History(tracks, changed, (_changes_told(changed), *_only_some(present), *forecasts))


def _only_some(present: Snapshot) -> list[str]:
    if present.organizations:
        return []
    return [f"This is about the {count(len(present.projects), 'project')} that both have read."]


def changes(earlier: Snapshot, present: Snapshot) -> Changes:
    """:param earlier: a snapshot before this one, of the same organizations."""
    known, there = set(earlier.rows), set(present.rows)
    secrets = present.with_secret()

    def placed(ids: t.Iterable[str], of: Snapshot = present) -> tuple[str, ...]:
        return tuple(sorted(ids, key=lambda id_: (of.rows[id_].project, of.rows[id_].name, id_)))

    return Changes(
        since=earlier.made,
        moved=placed(earlier.with_secret() & present.federated()),
        migrated=placed((earlier.with_old_issuer() & present.federated()) - present.with_old_issuer()),
        back=placed(earlier.federated() & secrets),
        new_secrets=placed(secrets - known),
        new=placed(there - known),
        gone=placed(known - there, earlier),
    )


def _track(key: str, title: str, snapshots: t.Sequence[Snapshot], members: t.Callable[[Snapshot], set[str]]) -> Track:
    points = tuple((one.made, len(members(one))) for one in snapshots)
    pace = _pace(points)
    end = None
    if points[-1][1] == 0:
        end = points[-1][0]
    elif pace and pace > 0:
        left = timedelta(weeks=points[-1][1] / pace)
        end = points[-1][0] + left if left <= _LONGEST else None
    return Track(key, title, points, pace, end)


def _pace(points: t.Sequence[tuple[datetime, int]]) -> float | None:
    """How many fewer in a week, over the last weeks, or since the last report where that is longer ago."""
    *before, (last, number) = points
    first, was = next((point for point in before if last - point[0] <= _PACE_OF), before[-1])
    if last - first < _LEAST_APART:
        return None
    return (was - number) / ((last - first) / timedelta(weeks=1))


def _changes_told(found: Changes) -> str:
    parts = [
        (found.moved, "moved to workload identity"),
        (found.migrated, "moved to the Entra issuer"),
        (found.back, "went back to a secret"),
        (found.new_secrets, "new with a secret"),
        (tuple(set(found.new) - set(found.new_secrets)), "new without a secret"),
        (found.gone, "gone"),
    ]
    told = [f"{len(ids)} {what}" for ids, what in parts if ids]
    return f"Since the report of {found.since:%Y-%m-%d %H:%M} UTC: {', '.join(told) or 'nothing has changed'}."


def _forecast(track: Track, present: Snapshot) -> str:
    began, before = track.points[0]
    number = f"{track.title}: {track.now}, {before} on {began:%Y-%m-%d}."
    if track.now == 0:
        return number
    if track.per_week is None:
        return f"{number} There is no pace yet: the reports are less than half a day apart."
    if track.end is None:
        return f"{number} At this pace they do not end."
    ends = f"{number} At this pace none is left on {track.end:%Y-%m-%d}"
    if track.key == "issuer":
        late = track.end > ISSUER_RETIRES
        return f"{ends}, {'after' if late else 'before'} the issuer retires on 2027-07-01."
    return f"{ends}.{_ends_before(track.end, present)}"


def _ends_before(end: datetime, present: Snapshot) -> str:
    """How many secrets end before that; nothing where nobody has read when they do."""
    moments = [
        moment
        for id_ in present.with_secret()
        if (moment := parse_time(present.rows[id_].secret_expires)) and moment > present.made
    ]
    sooner = sum(moment < end for moment in moments)
    return f" {count(sooner, 'secret')} will have ended by then." if sooner else ""
