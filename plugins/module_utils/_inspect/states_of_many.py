# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells for many connections that wait for the service, with one list for each project, at which of them it is worth to look.

PRIVATE to the collection. A list decides nothing: how a connection is, only a read of itself says. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import UnreadableError
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks

# Whoever has not asked for so long (s) waits no longer: the longest pause between two questions is a third of it.
_WAITING_SECONDS = 30.0
# A list of so long ago (s) is still good: those who wait ask at different moments.
_FRESH_SECONDS = 2.0
# So many ids are asked for in one address.
_AT_ONCE = 50

# How a connection is, as far as that tells whether something has happened to it.
Condition = tuple[str, str, t.Optional[str], bool]  # noqa: UP045 - evaluated on Python 3.10, too


@dataclass(frozen=True)
class _List:
    """One answer: when it was asked for, for which ids, and what it showed."""

    read: float
    asked: frozenset[str]
    states: dict[str, Condition]


class StatesOfMany:
    """The connections of one task that wait. Safe to use from several threads."""

    def __init__(self, client: AzureDevOps) -> None:
        self._client = client
        self._locks = KeyedLocks()
        # By project: ids with the moment when somebody asked for them last, the latest at the end.
        self._waiting: dict[str, dict[str, float]] = {}
        self._lists: dict[str, _List] = {}

    def worth_a_look(self, project: Project, connection: ArmConnection) -> bool:
        """Whether to read the connection again, which is ``connection`` as it was read last. When in doubt it is."""
        now, id_ = time.monotonic(), connection.id.lower()
        with self._locks.of(project.id):
            waiting = self._waiting.setdefault(project.id, {})
            waiting.pop(id_, None)
            waiting[id_] = now
            for gone in [other for other, asked in waiting.items() if now - asked > _WAITING_SECONDS]:
                del waiting[gone]
            # For one alone a list costs as much as the connection itself, and tells less.
            return len(waiting) < 2 or self._listed(project, id_, list(waiting), now).get(id_) != _condition(connection)

    def _listed(self, project: Project, id_: str, waiting: list[str], now: float) -> dict[str, Condition]:
        """Those that wait, this one as the last of them, as the list shows them; without what cannot be read."""
        known = self._lists.get(project.id)
        if known is None or now - known.read >= _FRESH_SECONDS or id_ not in known.asked:
            ids = waiting[-_AT_ONCE:]
            known = self._lists[project.id] = _List(now, frozenset(ids), self._read(project, ids))
        return known.states

    def _read(self, project: Project, ids: list[str]) -> dict[str, Condition]:
        try:
            answers = self._client.connections(project, ids=ids)
        except StoppedError:
            raise
        except AzdoError:
            # What is wrong is said by who looks at the connection itself.
            return {}
        found = {}
        for answer in answers:
            try:
                item = ArmConnection.listed(answer, project)
            except UnreadableError:
                continue
            found[item.id.lower()] = _condition(item)
        return found


def _condition(connection: ArmConnection) -> Condition:
    return connection.scheme, connection.state, connection.issuer, connection.ready
