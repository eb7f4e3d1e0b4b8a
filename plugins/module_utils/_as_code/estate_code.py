# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections of an estate as code, as far as they can be: what is seen whole, at rest, from its owning project, and by a name of its own.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._as_code.description import (
    SECRETS,
    named_pipelines,
    options_of,
    secret_option,
)
from ansible_collections.azdo.connections.plugins.module_utils._as_code.faults import fault_of, only_adopts
from ansible_collections.azdo.connections.plugins.module_utils._model.completeness import incomplete
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ArmConnection,
    Json,
    ProjectReference,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.coverage import PartialConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, Found
from ansible_collections.azdo.connections.plugins.module_utils._rest.organization import Organization

# So many connections a warning names.
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Code:
    """A connection as code.

    :param options: of azdo_arm_connection; None where they cannot describe it, and ``reason`` says why.
    :param only_adopts: why a creation from these options would be refused; empty if it would not. :param secret: the option that a creation needs a secret
        for, else empty. :param unread: the projects in which nobody could tell which pipelines may use it.
    """

    options: Json | None = None
    reason: str = ""
    only_adopts: str = ""
    secret: str = ""
    unread: tuple[ProjectReference, ...] = ()

    def to_result(self) -> Json:
        """The documented keys of a row."""
        return {
            "as_code": self.options,
            "as_code_reason": self.reason or None,
            "as_code_only_adopts": self.only_adopts or None,
            "as_code_secret": self._where_from(),
        }

    def _where_from(self) -> Json | None:
        if self.options is None or not self.secret:
            return None
        entry = f"{self.options['project']}/{self.options['name']}"
        return {
            "option": self.secret,
            "variable": SECRETS,
            "entry": entry,
            "key": self.secret.removeprefix("service_principal."),
        }


def described(connection: ArmConnection, permissions: t.Sequence[Json], *, hosted: bool) -> Code:
    """A connection that is whole and at rest.

    :param permissions: which pipelines may use it, for each of its projects in their order, as read_details tells them.
    :param hosted: whether it is one of Azure DevOps Services.
    """
    unread = tuple(project for project, told in zip(connection.references, permissions, strict=True) if _unread(told))
    if unread:
        where = ", ".join(project.name for project in unread)
        return Code(reason=f"Which pipelines may use it could not be read in {where}.", unread=unread)
    options = options_of(connection, permissions)
    if fault := fault_of(options, connection):
        return Code(reason=fault)
    return Code(
        options=options,
        secret=secret_option(connection),
        only_adopts=only_adopts(options, connection, hosted=hosted),
    )


def _unread(found: Json) -> bool:
    return found["all_pipelines"] is None or found["pipelines"] is None


class EstateCode:
    """The connections of one task as code. Safe to use from several threads.

    :param organization: what kind of service it is decides what its answers lack. :param paths_of: reads the paths of the pipelines of a project, by its id.
    """

    def __init__(
        self, estate: Estate, organization: Organization, paths_of: t.Callable[[str], t.Mapping[int, str]]
    ) -> None:
        self._organization = organization
        self._paths_of = paths_of
        self._unread: list[PartialConnection] = []
        self._read = {project.id.lower() for project in estate.projects}
        self._names = Counter(
            (reference.id.lower(), reference.connection_name)
            for found in estate.found
            for reference in found.connection.references
        )

    def of(self, found: Found, permissions: t.Callable[[], t.Sequence[Json]]) -> Code:
        """One of them. :param permissions: reads which pipelines may use it; not asked for what cannot be told anyway."""
        reason = self._reason(found)
        if reason:
            return Code(reason=reason)
        named = [
            self._named(reference.id, told)
            for reference, told in zip(found.connection.references, permissions(), strict=True)
        ]
        code = described(found.connection, named, hosted=self._organization.hosted)
        self._unread += [
            PartialConnection(found.connection.id, project.id, project.name, "which pipelines may use it")
            for project in code.unread[:1]
        ]
        return code

    def _named(self, project_id: str, told: Json) -> Json:
        """What was read of one project, with its pipelines as an option names them."""
        if not told["pipelines"]:
            return told
        return {**told, "pipelines": named_pipelines(told["pipelines"], lambda: self._paths_of(project_id))}

    @property
    def unread(self) -> list[PartialConnection]:
        """Those so far that are no code only because something around them could not be read."""
        return sorted(self._unread)

    @property
    def doubts(self) -> str:
        """The same as a sentence; empty if there is none."""
        named = ", ".join(map(str, self.unread[:_MOST_NAMED])) + (
            " and others" if len(self.unread) > _MOST_NAMED else ""
        )
        return f"Not told as code, because not everything around it could be read: {named}." if named else ""

    def _reason(self, found: Found) -> str:
        connection = found.connection
        lacks = incomplete(connection, not self._organization.writes_by_project, found.seen_in)
        if lacks:
            return f"Only a part of it is visible to this caller, or can be understood: {lacks}."
        if connection.owner.id.lower() not in self._read:
            return (
                f"It belongs to the project {connection.owner.name!r}, which was not read, and is exported from there."
            )
        name = connection.owner.connection_name
        if name != name.strip():
            # The service takes a list of names with commas between them.
            return "Its name begins or ends with a blank, and Azure DevOps does not find it by that."
        if self._names[(connection.owner.id.lower(), name)] > 1:
            return "Another connection of the project has its name, and a task finds it by that."
        return _not_at_rest(connection)


def _not_at_rest(connection: ArmConnection) -> str:
    if connection.state == "in_progress":
        return "Azure DevOps is still at work on it."
    if connection.state == "failed":
        return "Its last operation failed, so what it says of itself is not what somebody wanted."
    return "It is a draft that nobody has finished." if connection.draft else ""
