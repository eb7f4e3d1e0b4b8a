# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the names that a connection is to get are free: the service would refuse the request, and check mode has none.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import ConnectionPlan
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotPermittedError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ArmConnection,
    Json,
    Project,
    ProjectReference,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps


class NameTakenError(OptionError):
    """Another connection of the project has the name."""

    code = "name_taken"


class AmbiguousNameError(OptionError):
    """The name does not say which connection is meant."""

    code = "ambiguous_name"


def the_one(found: t.Sequence[Json], name: str, project: Project) -> Json | None:
    """The connection of that name. An exact match first: the service compares names without regard to case, as far as one knows.

    :raises AmbiguousNameError: older organizations have several connections of one name, and the first one may not be the one that is meant.
    """
    exact = [item for item in found if item.get("name") == name]
    matches = exact or [item for item in found if str(item.get("name")).casefold() == name.casefold()]
    if len(matches) > 1:
        ids = sorted(str(item.get("id")) for item in matches)
        raise AmbiguousNameError(
            f"{len(matches)} connections in {project.name!r} are called {name!r}: {' and '.join(ids)}.",
            remedy="Say which one with id. Nothing was changed.",
            ids=ids,
        )
    return next(iter(matches), None)


def refuse_taken_names(client: AzureDevOps, current: ArmConnection, plan: ConnectionPlan) -> None:
    """The names that a plan gives to a connection that exists: in its own project, where it is shared already, and where it is new.

    :raises NameTakenError: one of them is that of another connection.
    """
    edits = plan.edits
    wanted = [(item, "shared_with.name") for item in plan.added]
    for reference in current.references if edits else ():
        name = edits.name if edits and reference.id == edits.project_id else None
        option = "name"
        if edits and name is None:
            name, option = edits.aliases.get(reference.id, {}).get("name"), "shared_with.name"
        if name is not None:
            wanted.append((ProjectReference(reference.id, reference.name, name, ""), option))
    for reference, option in wanted:
        _refuse_taken(client, reference, option, lambda item: str(item.get("id")).lower() == current.id.lower())


def refuse_taken_shares(client: AzureDevOps, references: t.Sequence[ProjectReference]) -> None:
    """:param references: those of a creation, the owning project first. :raises NameTakenError: a share's name is that of another connection."""
    own, *shares = references
    for reference in shares:
        _refuse_taken(client, reference, "shared_with.name", lambda item: _has(item, own))


def _has(item: Json, own: ProjectReference) -> bool:
    """Whether it is the very connection, which somebody else has made a moment ago: the creation will find it."""
    return any(
        known.id.lower() == own.id.lower() and known.connection_name.casefold() == own.connection_name.casefold()
        for known in ArmConnection.from_api(item, Project(own.id, own.name)).references
    )


def _refuse_taken(client: AzureDevOps, wanted: ProjectReference, option: str, is_own: t.Callable[[Json], bool]) -> None:
    """What this caller cannot see is left to the service to refuse (2.9)."""
    try:
        found = client.connections_named(wanted.id, wanted.connection_name)
    except NotPermittedError:
        return
    for item in found:
        if str(item.get("name")).casefold() == wanted.connection_name.casefold() and not is_own(item):
            raise NameTakenError(
                f"The name {wanted.connection_name!r} is taken in {wanted.name!r}, by the connection {item.get('id')}.",
                remedy=f"Set {option} to another one. Nothing was changed.",
                option=option,
                id=item.get("id"),
            )
