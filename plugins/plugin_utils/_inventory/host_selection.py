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

    def has_connection(self, connection: Json) -> bool:
        names = _names(connection)
        one_of = ((self.schemes, "scheme"), (self.issuers, "issuer"), (self.creation_modes, "creation_mode"))
        return (
            _is_in(names, self.include_connections)
            and not _is_named(names, self.exclude_connections)
            and all(not wanted or connection[key] in wanted for wanted, key in one_of)
            and (not self.eligible_for or any(connection["eligible"][target] for target in self.eligible_for))
        )

    def check(self, organizations: t.Iterable[Json]) -> None:
        """:raises OptionError: a name or id, other than a pattern, that nothing has; it would silently leave out what was meant."""
        organizations = list(organizations)
        projects = [(item["name"], item["id"]) for one in organizations for item in one["projects"]]
        owners = [(item["owner"]["name"], item["owner"]["id"]) for one in organizations for item in one["connections"]]
        connections = [_names(item) for one in organizations for item in one["connections"]]
        _check("include_projects", self.include_projects, "project", [*projects, *owners])
        _check("include_connections", self.include_connections, "connection", connections)


def _check(option: str, wanted: Texts, what: str, there: t.Sequence[Texts]) -> None:
    for text in wanted:
        if not is_pattern(text) and not any(_is_named(names, [text]) for names in there):
            raise OptionError(
                f"{option} names the {what} {text!r}, which does not exist or is not visible to the caller.",
                remedy=f"Check the name, and that the caller may view the {what}.",
            )


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
    for organization in organizations:
        where = f"Organization {organization['name']}"
        unread = [project for project in organization["projects"] if project["problem"]]
        if unread:
            effect = "have no variables on them" if kind == "project" else "are not among the hosts"
            found.append(
                f"{where}: the connections of {len(unread)} of {len(organization['projects'])} projects could not be read and {effect}: "
                f"{_listed([project['name'] for project in unread])}. The first one: {unread[0]['problem']}"
            )
        if organization["odd"]:
            found.append(f"{where}: {organization['odd']} connections have an unknown shape and were left out.")
        silent = [item["name"] for item in organization["connections"] if organization["usage"] and not item["use"]]
        if silent:
            found.append(f"{where}: the use of {len(silent)} connections could not be read: {_listed(silent)}.")
    return found


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(repr(name) for name in names[:_MOST_NAMED]) + more
