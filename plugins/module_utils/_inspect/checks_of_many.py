# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the approvals and checks of many connections together, because requests are what a fleet pays with.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import checks_text, one_by_one
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks

# So many are asked for in one request.
AT_ONCE = 50
# What was read longer ago (s) than this is read again: a change that somebody made meanwhile would look like ours.
_FRESH_SECONDS = 30.0

# Ids of project and connection, in lower case.
Place = tuple[str, str]


class ChecksOfMany:
    """The checks of the connections of one task, as texts that can be compared; None is "could not be read". Safe to use from several threads."""

    def __init__(self, client: AzureDevOps, connections: t.Iterable[ArmConnection]) -> None:
        """:param connections: those that will be asked about, in about that order."""
        self._client = client
        self._coming: dict[str, dict[str, None]] = {}
        for connection in connections:
            for project in connection.references:
                self._coming.setdefault(project.id.lower(), {})[connection.id.lower()] = None
        self._known: dict[Place, tuple[float, str | None]] = {}
        self._locks = KeyedLocks()

    def soon(self, project_id: str, connection_id: str) -> str | None:
        """As they are now or were a moment ago; those of the connections that come next are read along."""
        project_id, connection_id = project_id.lower(), connection_id.lower()
        with self._locks.of(project_id):
            coming = self._coming.get(project_id, {})
            coming.pop(connection_id, None)
            known = self._known.pop((project_id, connection_id), None)
            if known and time.monotonic() - known[0] < _FRESH_SECONDS:
                return known[1]
            along = list(coming)[: AT_ONCE - 1]
            found = self._read(project_id, [connection_id, *along])
            for id_ in along:
                del coming[id_]
                self._known[project_id, id_] = (time.monotonic(), found[id_])
            return found[connection_id]

    def now(self, places: t.Iterable[Place]) -> dict[Place, str | None]:
        """As they are now."""
        by_project: dict[str, list[str]] = {}
        for project_id, connection_id in places:
            by_project.setdefault(project_id.lower(), []).append(connection_id.lower())
        return {
            (project_id, id_): text
            for project_id, ids in by_project.items()
            for first in range(0, len(ids), AT_ONCE)
            for id_, text in self._read(project_id, ids[first : first + AT_ONCE]).items()
        }

    def _read(self, project_id: str, ids: list[str]) -> dict[str, str | None]:
        try:
            found = self._client.checks_of_many(project_id, ids)
            return {id_: checks_text(found[id_]) for id_ in ids}
        except (ServiceError, TransportError):
            # What one of them has, or the request for many, must not hide the others.
            alone = one_by_one(self._client)
            return {id_: alone(project_id, id_) for id_ in ids}
