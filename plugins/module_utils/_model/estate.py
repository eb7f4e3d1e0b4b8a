# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All connections of some projects: one per id, however many projects show it, and what could not be seen.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, NotFoundError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project


@dataclass(frozen=True)
class Found:
    """A connection as its owning project shows it (else as the first project does), and the ids of all projects whose lists show it."""

    connection: ArmConnection
    seen_in: frozenset[str]

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """By owning project, then by name, as Microsoft's script orders one project."""
        return (self.connection.owner.name.casefold(), self.connection.name, self.connection.id)


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """Which connections are of interest; None means that a property does not narrow."""

    schemes: t.Collection[str] | None = None
    creation_modes: t.Collection[str] | None = None
    environments: t.Collection[str] | None = None
    issuers: t.Collection[str] | None = None
    include_failed: bool = True

    def matches(self, connection: ArmConnection) -> bool:
        properties = (
            (self.schemes, connection.scheme),
            (self.creation_modes, connection.creation_mode),
            (self.environments, connection.environment),
            (self.issuers, connection.issuer_kind),
        )
        return all(wanted is None or _folded(value) in map(_folded, wanted) for wanted, value in properties) and (
            self.include_failed or connection.state == "ready"
        )


def _folded(text: str | None) -> str:
    return (text or "").casefold()


@dataclass(frozen=True)
class Coverage:
    """What a run saw, and what it did not.

    Lists are filtered by permission without saying so (fact sheet 2.2): an empty list may mean that there is nothing, or that the caller may not see it.
    ``complete`` is therefore False not only after a failed read, but also when a project that was asked for by name, or every project, is empty.
    """

    projects: int
    unread: tuple[tuple[str, str], ...]
    empty: tuple[str, ...]
    partial: tuple[tuple[str, str], ...]
    named: bool

    @property
    def named_none(self) -> bool:
        """The user asked for no project at all, so that there is nothing to miss."""
        return self.named and self.projects == 0

    @property
    def complete(self) -> bool:
        nothing_seen = len(self.empty) == self.projects and not self.named_none
        doubtful = nothing_seen or (self.named and self.empty)
        return not (self.unread or self.partial or doubtful)

    def to_result(self) -> Json:
        """Shape: ``{complete, projects: n, unread: [{project, reason}], empty: [name], partial: [{id, project}]}``."""
        return {
            "complete": self.complete,
            "projects": self.projects,
            "unread": [{"project": project, "reason": reason} for project, reason in self.unread],
            "empty": list(self.empty),
            "partial": [{"id": id_, "project": project} for id_, project in self.partial],
        }


@dataclass(frozen=True)
class Estate:
    """The connections of the projects of a run, sorted, and the coverage."""

    found: tuple[Found, ...]
    projects: tuple[Project, ...]
    coverage: Coverage

    @property
    def project_ids(self) -> frozenset[str]:
        return frozenset(project.id for project in self.projects)

    @property
    def subjects(self) -> dict[str, int]:
        """How many of the connections have each subject, in lower case."""
        return dict(Counter((item.connection.subject or "").lower() for item in self.found if item.connection.subject))


def survey(lists: t.Iterable[tuple[Project, list[Json] | AzdoError]], *, named: bool) -> Estate:
    """Merge the lists of several projects. ``named``: the user asked for these projects, so one that cannot be read is an error.

    :param lists: for each project what the service listed, or why it did not.
    """
    lists = list(lists)
    unread = tuple((project.name, str(answer)) for project, answer in lists if isinstance(answer, AzdoError))
    if named and unread:
        project, error = next((project, answer) for project, answer in lists if isinstance(answer, AzdoError))
        others = f" So it is for {len(unread) - 1} more projects." if len(unread) > 1 else ""
        error.message += f"{others} Nothing was changed."
        raise error.about(f"The connections of project {project.name!r} could not be read")
    sightings: dict[str, list[tuple[Project, ArmConnection]]] = {}
    empty = []
    odd: list[tuple[str, str]] = []
    for project, answer in lists:
        if isinstance(answer, AzdoError):
            continue
        if not answer:
            empty.append(project.name)
        for raw in answer:
            try:
                connection = ArmConnection.from_api(raw, project)
            except (AttributeError, KeyError, TypeError, ValueError):
                # An object in an unknown shape: it is counted as not seen, and the others go on.
                odd.append((str(raw.get("id")), project.name))
            else:
                sightings.setdefault(connection.id, []).append((project, connection))
    found = sorted((_merge(seen) for seen in sightings.values()), key=lambda item: item.sort_key)
    partial = (*((item.connection.id, item.connection.owner.name) for item in found if item.connection.partial), *odd)
    coverage = Coverage(len(lists), unread, tuple(empty), partial, named)
    return Estate(tuple(found), tuple(project for project, _answer in lists), coverage)


def check_names(option: str, names: t.Iterable[str] | None, without: str = "all") -> None:
    """:param without: what it means to leave the option out.

    :raises OptionError: an entry is empty, as a blank line of a survey or a template without a value leaves it.
    """
    if any(not text.strip() for text in names or ()):
        raise OptionError(
            f"{option} contains an empty entry.", remedy=f"Leave {option} out to mean {without}, or name what you mean."
        )


def look_up(
    estate: Estate,
    wanted: t.Iterable[str],
    *,
    option: str,
    named_projects: bool,
    by: t.Collection[str] = ("name", "id"),
) -> list[Found]:
    """The connections meant by names, ids or both, sorted. Every name in any of the run's projects counts, because a share may have its own.

    :raises NotFoundError: something wanted is not there, or not visible to this caller; all of it is listed.
    :raises OptionError: a name means several connections and no project was named to narrow it.
    """
    chosen: dict[str, Found] = {}
    missing = []
    for text in wanted:
        matches = [item for item in estate.found if _is_called(item, text, estate.project_ids, by)]
        if not matches:
            missing.append(text)
        if len(matches) > 1 and not named_projects:
            places = ", ".join(f"{item.connection.id} in {item.connection.owner.name!r}" for item in matches)
            raise OptionError(
                f"{option} contains {text!r}, which means {len(matches)} connections: {places}.",
                remedy="Name the project with projects, or use ids.",
            )
        chosen.update((item.connection.id, item) for item in matches)
    if missing:
        raise NotFoundError(_not_there(option, missing, estate.coverage), status=404, missing=missing)
    return sorted(chosen.values(), key=lambda item: item.sort_key)


def named_projects(estate: Estate, wanted: t.Iterable[str]) -> list[Project]:
    """The projects of the estate that are meant by names or ids.

    :raises NotFoundError: something wanted is not there, or not visible to this caller; all of it is listed.
    """
    called = {text.casefold(): project for project in estate.projects for text in (project.name, project.id)}
    missing = [text for text in wanted if text.casefold() not in called]
    if missing:
        names = ", ".join(repr(text) for text in missing)
        raise NotFoundError(
            f"projects: {names} not found, or not visible to this caller. Nothing was changed.",
            status=404,
            missing=missing,
        )
    return [called[text.casefold()] for text in wanted]


def _not_there(option: str, missing: list[str], coverage: Coverage) -> str:
    unread = f" {len(coverage.unread)} projects could not be read." if coverage.unread else ""
    names = ", ".join(repr(text) for text in missing)
    places = f"{coverage.projects} project{'' if coverage.projects == 1 else 's'}"
    return f"{option}: {names} not found in {places}, or not visible to this caller.{unread} Nothing was changed."


def _is_called(item: Found, text: str, project_ids: frozenset[str], by: t.Collection[str]) -> bool:
    wanted = text.casefold()
    references = item.connection.references
    names = {reference.connection_name.casefold() for reference in references if reference.id in project_ids}
    return ("id" in by and wanted == item.connection.id.casefold()) or ("name" in by and wanted in names)


def _merge(seen: list[tuple[Project, ArmConnection]]) -> Found:
    at_owner = next((connection for project, connection in seen if connection.owner.id == project.id), seen[0][1])
    return Found(at_owner, frozenset(project.id for project, _connection in seen))
