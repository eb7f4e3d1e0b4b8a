# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All connections of some projects: one per id, however many projects show it, and what could not be seen.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, NotFoundError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.completeness import incomplete
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.coverage import (
    Coverage,
    PartialConnection,
    UnreadProject,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import meant_by, says_nothing
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import UnreadableError, is_sound_text

# In quotes: pylint takes the bar between a list and an exception for an operation.
Lists: t.TypeAlias = "list[tuple[Project, list[Json] | AzdoError]]"


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
class Estate:
    """The connections of the projects of a run, sorted, and the coverage.

    :param others: those of other types, where the lists were to be parted.
    """

    found: tuple[Found, ...]
    projects: tuple[Project, ...]
    coverage: Coverage
    others: tuple[Found, ...] = ()

    @property
    def project_ids(self) -> frozenset[str]:
        return frozenset(project.id for project in self.projects)

    @property
    def doubtful_tenants(self) -> frozenset[str]:
        """Tenants that connections lead to, in lower case, but for the one of most of them: that is taken for the organization's, which nobody tells."""
        counted = Counter((item.connection.tenant_id or "").lower() for item in self.found if item.connection.tenant_id)
        usual = {tenant for tenant, number in counted.items() if number * 2 > sum(counted.values())}
        return frozenset(counted.keys() - usual)

    @property
    def subjects(self) -> dict[str, int]:
        """How many of the connections have each subject, in lower case."""
        return dict(Counter((item.connection.subject or "").lower() for item in self.found if item.connection.subject))


def survey(
    lists: t.Iterable[tuple[Project, list[Json] | AzdoError]],
    *,
    named: bool,
    spared: t.Collection[str] = (),
    allowed: t.Collection[str] = (),
    names_projects: bool = True,
    apart: bool = False,
) -> Estate:
    """Merge the lists of several projects. ``named``: the user asked for these projects, so one that cannot be read is an error.

    :param lists: for each project what the service listed, or why it did not.
    :param spared: ids of projects that were not named one by one, but by a pattern. :param allowed: ids of projects that may be unread.
    :param names_projects: whether this service names the projects of a connection at all.
    :param apart: whether connections of other types stand apart; all else is then as if the service had listed ours only.
    """
    lists, elsewhere = _parted(list(lists)) if apart else (list(lists), [])
    unread = tuple(
        UnreadProject(project.id, project.name, str(answer))
        for project, answer in lists
        if isinstance(answer, AzdoError)
    )
    _check_named([item for item in lists if item[0].id not in {*spared, *allowed}] if named else ())
    read = [(project, answer) for project, answer in lists if not isinstance(answer, AzdoError)]
    found, nameless = _merged(read)
    short = [
        PartialConnection(item.connection.id, item.connection.owner.id, item.connection.owner.name, lacks)
        for item in found
        # What is of another type is nobody's loss.
        if item.connection.type.lower() in ("", "azurerm")
        if (lacks := incomplete(item.connection, names_projects, item.seen_in))
    ]
    may_be_unread = frozenset(project_id.lower() for project_id in allowed)
    empty = tuple(project.name for project, answer in read if not answer)
    coverage = Coverage(
        len(lists),
        unread,
        empty,
        (*short, *nameless),
        named,
        may_be_unread,
        tuple(project.id for project, _answer in lists),
    )
    others, _nameless = _merged(elsewhere)
    return Estate(tuple(found), tuple(project for project, _answer in lists), coverage, tuple(others))


def _parted(lists: Lists) -> tuple[Lists, list[tuple[Project, list[Json]]]]:
    """The lists without connections of other types, and the lists of those. One that hides its type in one project may show it in another."""
    read = [(project, answer) for project, answer in lists if not isinstance(answer, AzdoError)]
    known = {str(raw.get("id")) for _project, answer in read for raw in answer if _type_of(raw) not in ("", "azurerm")}

    def is_other(raw: Json) -> bool:
        return _type_of(raw) not in ("", "azurerm") or (not _type_of(raw) and str(raw.get("id")) in known)

    ours: Lists = [
        (project, answer if isinstance(answer, AzdoError) else [raw for raw in answer if not is_other(raw)])
        for project, answer in lists
    ]
    return ours, [(project, [raw for raw in answer if is_other(raw)]) for project, answer in read]


def _type_of(raw: Json) -> str:
    """In lower case; empty for one that nobody can read: it may be ours."""
    kind = raw.get("type")
    return kind.lower() if isinstance(kind, str) and is_sound_text(kind) else ""


def _merged(lists: t.Iterable[tuple[Project, list[Json]]]) -> tuple[list[Found], list[PartialConnection]]:
    """Each connection once, sorted; and what has no id, so that nobody can tell which one it is."""
    sightings: dict[str, list[tuple[Project, ArmConnection]]] = {}
    nameless: list[PartialConnection] = []
    for project, answer in lists:
        for raw in answer:
            try:
                connection = ArmConnection.listed(raw, project)
            except UnreadableError as error:
                nameless.append(PartialConnection("?", project.id, project.name, f"unreadable: {error.field}"))
                continue
            if connection.id:
                sightings.setdefault(connection.id, []).append((project, connection))
            else:
                nameless.append(PartialConnection("?", project.id, project.name, "unreadable: id"))
    return sorted((_merge(seen) for seen in sightings.values()), key=lambda item: item.sort_key), nameless


def _check_named(lists: t.Sequence[tuple[Project, list[Json] | AzdoError]]) -> None:
    """:raises AzdoError: one of these projects, which were asked for by name, could not be read."""
    unread = [(project, answer) for project, answer in lists if isinstance(answer, AzdoError)]
    if unread:
        project, error = unread[0]
        others = f" So it is for {len(unread) - 1} more projects." if len(unread) > 1 else ""
        error.message += f"{others} Nothing was changed."
        raise error.about(f"The connections of project {project.name!r} could not be read")


def check_names(option: str, names: t.Iterable[str] | None, without: str = "all") -> None:
    """:param without: what it means to leave the option out.

    :raises OptionError: an entry is empty or null, as a blank line of a survey or a template without a value leaves it.
    """
    if any(not text.strip() or says_nothing(text) for text in names or ()):
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
    patterns: bool = True,
) -> list[Found]:
    """The connections meant by names, ids, patterns or all of them, sorted. Every name in any of the run's projects counts, because a share may have its own.

    :param patterns: whether a text that is no name may be one.
    :raises NotFoundError: something wanted is not there, or not visible to this caller; all of it is listed.
    :raises OptionError: a name means several connections and no project was named to narrow it.
    """
    known = [(item, _names_of(item, estate.project_ids, by)) for item in estate.found]
    # A pattern is about connections of our type; one of another type has to be named.
    ours = [(item, names) for item, names in known if item.connection.type.lower() in ("", "azurerm")]
    chosen: dict[str, Found] = {}
    missing = []
    for text in wanted:
        exact = [item for item, names in known if text.casefold() in names]
        matches = exact or (meant_by(text, ours) if patterns else [])
        if not matches:
            missing.append(text)
        if len(exact) > 1 and not named_projects:
            places = ", ".join(f"{item.connection.id} in {item.connection.owner.name!r}" for item in exact)
            raise OptionError(
                f"{option} contains {text!r}, which means {len(exact)} connections: {places}.",
                remedy="Name the project with projects, or use ids.",
            )
        chosen.update((item.connection.id, item) for item in matches)
    if missing:
        names = {name for item in estate.found for name in _spellings(item, estate.project_ids)}
        raise NotFoundError(_not_there(option, missing, estate.coverage, names), status=404, missing=missing)
    return sorted(chosen.values(), key=lambda item: item.sort_key)


def named_projects(estate: Estate, wanted: t.Iterable[str]) -> list[Project]:
    """The projects of the estate that are meant by names or ids.

    :raises NotFoundError: something wanted is not there, or not visible to this caller; all of it is listed.
    """
    chosen: dict[str, Project] = {}
    missing = []
    for text in wanted:
        matches = meant_by(text, ((project, (project.name, project.id)) for project in estate.projects))
        chosen.update((project.id, project) for project in matches)
        missing += [] if matches else [text]
    if missing:
        names = ", ".join(repr(text) for text in missing)
        near = hints(missing, [project.name for project in estate.projects])
        raise NotFoundError(
            f"projects: {names} not found, or not visible to this caller.{near} Nothing was changed.",
            status=404,
            missing=missing,
        )
    return list(chosen.values())


def _not_there(option: str, missing: list[str], coverage: Coverage, known: t.Collection[str]) -> str:
    unread = f" {len(coverage.unread)} projects could not be read." if coverage.unread else ""
    names = ", ".join(repr(text) for text in missing)
    places = f"{coverage.projects} project{'' if coverage.projects == 1 else 's'}"
    return f"{option}: {names} not found in {places}, or not visible to this caller.{hints(missing, known)}{unread} Nothing was changed."


def _spellings(item: Found, project_ids: frozenset[str]) -> set[str]:
    return {reference.connection_name for reference in item.connection.references if reference.id in project_ids}


def _names_of(item: Found, project_ids: frozenset[str], by: t.Collection[str]) -> frozenset[str]:
    names = {name.casefold() for name in _spellings(item, project_ids)} if "name" in by else set()
    return frozenset(names | ({item.connection.id.casefold()} if "id" in by else set()))


def _merge(seen: list[tuple[Project, ArmConnection]]) -> Found:
    """One that is unreadable anywhere is so everywhere: what another project shows of it is of no use where all of it is to be sent back."""
    good = [item for item in seen if not item[1].unreadable] or seen
    at_owner = next((connection for project, connection in good if connection.owner.id == project.id), good[0][1])
    if odd := next((connection.unreadable for _project, connection in seen if connection.unreadable), ""):
        at_owner = replace(at_owner, unreadable=odd)
    return Found(at_owner, frozenset(project.id for project, _connection in seen))
