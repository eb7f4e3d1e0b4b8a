# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects and connections become hosts of the inventory, and what a person should know about those that cannot.

PRIVATE to the collection, and pure. Organizations, projects and connections have the shapes of _host_reading.py.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to, is_pattern
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import nearest

_MOST_NAMED = 20

Texts = t.Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The filters of an inventory. An empty one lets everything through."""

    include_projects: Texts = ()
    exclude_projects: Texts = ()
    include_connections: Texts = ()
    exclude_connections: Texts = ()
    schemes: Texts = ()
    issuers: Texts = ()
    creation_modes: Texts = ()
    eligible_for: Texts = ()

    @property
    def given(self) -> list[str]:
        """The options that filter."""
        return [name for name, value in vars(self).items() if value]

    @property
    def narrows_connections(self) -> bool:
        return any(not name.endswith("_projects") for name in self.given)

    def has_project(self, project: Json) -> bool:
        names = (project["name"], project["id"])
        return _is_in(names, self.include_projects) and not _is_named(names, self.exclude_projects)

    def means_connection(self, connection: Json) -> bool:
        """Whether it is one that the words for connections mean, whatever state it is in: how it was made does not change, how it signs in does."""
        names = _names(connection)
        return (
            _is_in(names, self.include_connections)
            and not _is_named(names, self.exclude_connections)
            and (not self.creation_modes or connection["creation_mode"] in self.creation_modes)
        )

    def has_connection(self, connection: Json) -> bool:
        one_of = ((self.schemes, "scheme"), (self.issuers, "issuer"))
        return (
            self.means_connection(connection)
            and all(not wanted or connection[key] in wanted for wanted, key in one_of)
            and (not self.eligible_for or any(connection["eligible"][target] for target in self.eligible_for))
        )

    def check(self, organizations: t.Sequence[Json], kind: str) -> None:
        """:raises OptionError: a name, ID or pattern that nothing has. Whether it includes or excludes, the hosts would be others than were meant."""
        projects = [(item["name"], item["id"]) for one in organizations for item in one["projects"]]
        if kind == "connection":
            # A project of which only a connection is visible is one of these by name, and no host.
            owners = (item["owner"] for one in organizations for item in one["connections"])
            projects += [(owner["name"], owner["id"]) for owner in owners]
        connections = [_names(item) for one in organizations for item in one["connections"]]
        unread = sum(bool(item["problem"]) for one in organizations for item in one["projects"])
        for option in ("include_projects", "exclude_projects"):
            _check(option, getattr(self, option), "project", projects)
        for option in ("include_connections", "exclude_connections"):
            _check(option, getattr(self, option), "connection", connections, unread)
        if self.include_projects or self.exclude_projects:
            chosen = [_names(item) for one in organizations for item in self._in_chosen_projects(one, kind)]
            outside = _matching_nothing(self.include_connections, chosen)
            if outside:
                raise OptionError(
                    f"include_connections names {_listed(outside)}, which is in none of the projects that include_projects and exclude_projects leave.",
                    remedy="Take it out, or choose its project as well.",
                )
            left = [item for one in organizations for item in one["projects"] if self.has_project(item)]
            if left and all(item["problem"] for item in left):
                raise OptionError(
                    f"include_projects and exclude_projects leave {_listed([item['name'] for item in left])}, and the connections of none of these "
                    f"could be read. The first one: {left[0]['problem']}"
                )

    def _in_chosen_projects(self, organization: Json, kind: str) -> t.Iterator[Json]:
        """The connections whose hosts the filters of projects let through: of their owners, or of the projects that show them."""
        chosen = {project["id"] for project in organization["projects"] if self.has_project(project)}
        for connection in organization["connections"]:
            if self.has_project(connection["owner"]) if kind == "connection" else chosen & {*connection["seen_in"]}:
                yield connection


def _check(option: str, wanted: Texts, what: str, there: t.Sequence[Texts], unread: int = 0) -> None:
    """:param unread: the number of projects whose connections could not be read; it may be one of theirs."""
    missing = _matching_nothing(wanted, there)
    if not missing:
        return
    several = len(missing) > 1
    word, effect = "pattern" if is_pattern(missing[0]) else what, "does not exist or is not visible to the caller"
    if several:
        word, effect = f"{what}s", "do not exist or are not visible to the caller"
    elif word == "pattern":
        effect = f"matches no {what} that the caller can see"
    unknown = f" The connections of {unread} project{'s' if unread > 1 else ''} could not be read." if unread else ""
    known = [name for names in there for name in names]
    hints = [(text, nearest(text, known)) for text in missing[:_MOST_NAMED] if not is_pattern(text)]
    meant = " ".join(f"Instead of {text!r}, did you mean {hint!r}?" for text, hint in hints if hint)
    raise OptionError(
        f"{option} names the {word} {_listed(missing)}, which {effect}.{unknown}",
        remedy=meant or f"Check the {'names' if several else 'name'}, and that the caller may view the {what}.",
    )


def _matching_nothing(wanted: Texts, there: t.Sequence[Texts]) -> list[str]:
    return [text for text in wanted if not any(_is_named(names, [text]) for names in there)]


def _names(connection: Json) -> Texts:
    """Everything that a person may call it: it can have another name in each of its projects."""
    return [connection["id"], connection["name"], *(place["connection"] for place in connection["places"])]


def _is_in(names: Texts, patterns: Texts) -> bool:
    return not patterns or _is_named(names, patterns)


def _is_named(names: Texts, patterns: Texts) -> bool:
    """Whether a name is one of these, or matches one of them; case does not matter."""
    return any(answers_to(names, pattern) for pattern in patterns)


def warnings(organizations: t.Iterable[Json], kind: str) -> list[str]:
    """What was not seen, in sentences: a host that is missing, or variables that are null, look like something that is not there."""
    found = []
    for organization in organizations if kind != "organization" else ():
        where = f"Organization {organization['name']}"
        if not organization["projects"]:
            found.append(f"{where}: the caller can see no project, so it has no hosts. Check whose credential it is.")
        unread = [project for project in organization["projects"] if project["problem"]]
        if unread:
            effect = "have no variables on them" if kind == "project" else "are not among the hosts"
            found.append(
                f"{where}: the connections of {len(unread)} of {len(organization['projects'])} projects could not be read and {effect}: "
                f"{_listed([project['name'] for project in unread])}. The first one: {unread[0]['problem']}"
            )
        odd = organization["odd"]
        if odd:
            more = f" and {len(odd) - _MOST_NAMED} more" if len(odd) > _MOST_NAMED else ""
            found.append(f"{where}: {len(odd)} connections are unreadable: {', '.join(odd[:_MOST_NAMED])}{more}.")
        if organization["nameless"]:
            found.append(f"{where}: {organization['nameless']} projects have no readable id and were left out.")
        silent = [item["name"] for item in organization["connections"] if organization["usage"] and not item["use"]]
        if silent:
            found.append(f"{where}: the use of {len(silent)} connections could not be read: {_listed(silent)}.")
    return found


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(repr(name) for name in names[:_MOST_NAMED]) + more
