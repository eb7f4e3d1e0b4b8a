# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads who may use connections, who has which role on them and which checks stand before them, in the words of options.

PRIVATE to the collection. Checks are read for many connections of a project at once, and the names of its pipelines once.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._access.as_options import (
    checks_as_options,
    roles_as_options,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import Known, read_check
from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_names import path_of
from ansible_collections.azdo.connections.plugins.module_utils._access.right_plan import read_roles
from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.checks_of_many import AT_ONCE
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks

# In a task a slash divides folders, and the others make a pattern of a name.
_NOT_IN_A_PATH = "/\\*?"
Answered = t.TypeVar("Answered")


class AccessAsCode:
    """The access of the connections of an estate. Safe to use from several threads."""

    def __init__(self, client: AzureDevOps, estate: Estate) -> None:
        self._client = client
        self._pipelines = AzurePipelines(client)
        self._locks = KeyedLocks()
        self._paths: dict[str, t.Mapping[int, str]] = {}
        self._checks: dict[str, dict[str, list[Json] | None]] = {}
        self._ids: dict[str, list[str]] = {}
        for found in estate.found:
            for reference in found.connection.references:
                self._ids.setdefault(reference.id.lower(), []).append(found.connection.id.lower())

    def told(self, project_id: str, connection_id: str, permissions: Json) -> Json:
        """What stands in a task about one project. Shape: ``{all_pipelines, pipelines, roles, checks, losses}``; what could not be read is null.

        :param permissions: as they were read, with the ids of pipelines.
        """
        ids = permissions["pipelines"]
        checks, losses = self._checks_of(project_id, connection_id)
        pipelines = None if ids is None else self._named(project_id, ids)
        if only_here := [text for text in pipelines or () if text.isdigit()]:
            losses = [
                *losses,
                f"pipelines without a path that this caller sees have ids of this organization ({', '.join(only_here)})",
            ]
        return {
            "all_pipelines": permissions["all_pipelines"],
            "pipelines": pipelines,
            "roles": self._roles_of(project_id, connection_id),
            "checks": checks,
            "losses": losses,
        }

    # -- pipelines ---------------------------------------------------------------------------------------------------
    def _named(self, project_id: str, ids: t.Sequence[int]) -> list[str]:
        """By path, which holds in another organization too; one without a path keeps its id."""
        known = self._paths_of(project_id) if ids else {}
        numbers = [str(number) for number in sorted(ids) if number not in known]
        return [*numbers, *sorted(known[number] for number in ids if number in known)]

    def _paths_of(self, project_id: str) -> t.Mapping[int, str]:
        """Empty where they cannot be read: an id is still true."""
        with self._locks.of(f"pipelines {project_id}"):
            if project_id not in self._paths:
                found = _readable(lambda: [_path(raw) for raw in self._pipelines.pipeline_names(project_id)])
                self._paths[project_id] = {number: path for number, path in found or () if number and path}
            return self._paths[project_id]

    # -- roles and checks --------------------------------------------------------------------------------------------
    def _roles_of(self, project_id: str, connection_id: str) -> list[Json] | None:
        return _readable(lambda: roles_as_options(read_roles(self._client.roles(project_id, connection_id))))

    def _checks_of(self, project_id: str, connection_id: str) -> tuple[list[Json] | None, list[str]]:
        found = self._raw_checks(project_id.lower()).get(connection_id.lower())
        known = None if found is None else _readable(lambda: _known(found))
        return (None, []) if known is None else checks_as_options(known)

    def _raw_checks(self, project_id: str) -> dict[str, list[Json] | None]:
        with self._locks.of(f"checks {project_id}"):
            if project_id not in self._checks:
                ids = self._ids.get(project_id, [])
                chunks = [ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE)]
                self._checks[project_id] = {
                    id_: items for chunk in chunks for id_, items in self._of_many(project_id, chunk).items()
                }
            return self._checks[project_id]

    def _of_many(self, project_id: str, ids: list[str]) -> dict[str, list[Json] | None]:
        together = _readable(lambda: self._client.checks_of_many(project_id, ids))
        if together is not None:
            return dict(together)
        # What one of them has must not hide the others.
        return {id_: self._of_one(project_id, id_) for id_ in ids}

    def _of_one(self, project_id: str, connection_id: str) -> list[Json] | None:
        return _readable(lambda: self._client.checks(project_id, connection_id))


def _known(items: t.Iterable[Json]) -> list[Known]:
    return sorted((read_check(item) for item in items), key=lambda known: known.id)


def _path(raw: Json) -> tuple[int, str]:
    def read(fields: Fields) -> tuple[int, str]:
        folder, name = fields.text("path"), fields.text("name")
        usable = name == name.strip() and not any(sign in name for sign in _NOT_IN_A_PATH)
        return fields.number("id") or 0, path_of(folder, name) if name and usable else ""

    return read_strictly("a pipeline", raw, read)


def _readable(read: t.Callable[[], Answered]) -> Answered | None:
    try:
        return read()
    except (ServiceError, TransportError):
        # The null says so.
        return None
