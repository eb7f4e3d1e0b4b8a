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
        for, else empty. :param unread: the projects in which nobody could tell who may use it.
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


# What is read around a connection, in words.
_PARTS = {
    "all_pipelines": "which pipelines may use it",
    "pipelines": "which pipelines may use it",
    "checks": "which checks stand before it",
}


def described(connection: ArmConnection, access: t.Sequence[Json], *, hosted: bool) -> Code:
    """A connection that is whole and at rest.

    :param access: who may use it, for each of its projects in their order: ``{all_pipelines, pipelines, roles, checks, losses}``.
    :param hosted: whether it is one of Azure DevOps Services.
    """
    unread = {
        project: _unread(told) for project, told in zip(connection.references, access, strict=True) if _unread(told)
    }
    if unread:
        what = " and ".join(dict.fromkeys(part for parts in unread.values() for part in parts))
        where = ", ".join(project.name for project in unread)
        return Code(reason=f"{what[0].upper()}{what[1:]} could not be read in {where}.", unread=tuple(unread))
    options = options_of(connection, access)
    if fault := fault_of(options, connection):
        return Code(reason=fault)
    losses = [loss for told in access for loss in told["losses"]]
    # What a task does not say stays as it is; only somewhere else it would be missing.
    hidden = [place.name for place, told in zip(connection.references, access, strict=True) if told["roles"] is None]
    losses += [f"who has which role on it could not be read in {', '.join(hidden)}"] if hidden else []
    lacking = f"It would lack something: {'; '.join(losses)}." if losses else ""
    return Code(
        options=options,
        secret=secret_option(connection),
        only_adopts=only_adopts(options, connection, hosted=hosted) or lacking,
    )


def _unread(found: Json) -> list[str]:
    return list(dict.fromkeys(words for part, words in _PARTS.items() if found[part] is None))


class EstateCode:
    """The connections of one task as code. Safe to use from several threads.

    :param organization: what kind of service it is decides what its answers lack.
    """

    def __init__(self, estate: Estate, organization: Organization) -> None:
        self._organization = organization
        self._unread: list[PartialConnection] = []
        self._read = {project.id.lower() for project in estate.projects}
        self._names = Counter(
            (reference.id.lower(), reference.connection_name)
            for found in estate.found
            for reference in found.connection.references
        )

    def of(self, found: Found, access: t.Callable[[], t.Sequence[Json]]) -> Code:
        """One of them. :param access: reads who may use it, by project; not asked for what cannot be told anyway."""
        reason = self._reason(found)
        if reason:
            return Code(reason=reason)
        code = described(found.connection, access(), hosted=self._organization.hosted)
        self._unread += [
            PartialConnection(found.connection.id, project.id, project.name, "who may use it")
            for project in code.unread[:1]
        ]
        return code

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
