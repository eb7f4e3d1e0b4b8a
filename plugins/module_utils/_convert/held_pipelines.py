# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sees before the first write that each held pipeline is one that used a selected connection: a misspelt name holds nothing.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_names import path_of
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError, ServiceError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Use
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._move.task_context import TaskContext
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each

_CHECK = "Check the spelling as the portal shows it, or leave it out. Nothing was changed."


def by_id(client: AzureDevOps, estate: Estate, texts: t.Iterable[str]) -> tuple[str, ...]:
    r"""The texts, with ``PROJECT/12`` in place of each path, ``\folder\name`` or ``PROJECT/\folder\name``: histories know no folders.

    :raises OptionError: the pipelines of a project cannot be read, or a path is in none of the organization: it would hold nothing, and nobody would know.
    """
    paths = [text for text in texts if "\\" in text]
    if not paths:
        return tuple(texts)
    known = _Paths(client, estate)
    return tuple(found for text in texts for found in (known.ids(text) if text in paths else [text]))


class _Paths:
    """The pipelines of an organization by path; each project is read once.

    What is to be held is in a project that has one of the connections. The others are looked at only for a path that is not there: a wave, or one of several
    hosts, is told of the pipelines of all of them.
    """

    def __init__(self, client: AzureDevOps, estate: Estate) -> None:
        self._client = client
        self._pipelines = AzurePipelines(client)
        self._near = {project.id.lower(): project for project in estate.projects}
        for found in estate.found:
            for reference in found.connection.references:
                self._near.setdefault(reference.id.lower(), Project(reference.id, reference.name))
        self._known: dict[str, list[tuple[str, int]]] = {}

    def ids(self, text: str) -> list[str]:
        """The pipelines that a path names, as ``PROJECT/12``."""
        place, _slash, path = text.strip().partition("\\")
        found = self._in(self._near.values(), place, path, text)
        if not found:
            others = [project for project in self._client.projects() if project.id.lower() not in self._near]
            found = self._in(others, place, path, text)
        if not found:
            paths = [called for items in self._known.values() for called, _number in items]
            raise OptionError(
                f"hold_pipelines has {text!r}, and no pipeline that this caller sees has that path.{hints([text], paths)}",
                remedy=f"{_CHECK} One that this caller may not see has an id: PROJECT/12.",
            )
        return found

    def _in(self, projects: t.Iterable[Project], place: str, path: str, text: str) -> list[str]:
        named = [item for item in projects if not place or answers_to([item.name, item.id], place.rstrip("/"))]
        return [
            f"{project.name}/{number}"
            for project in named
            for called, number in self._of(project, text)
            if answers_to([called], f"\\{path}")
        ]

    def _of(self, project: Project, text: str) -> list[tuple[str, int]]:
        """Path and id of each pipeline of a project."""

        def read(fields: Fields) -> tuple[str, int]:
            return path_of(fields.text("path"), fields.text("name")), fields.number("id") or 0

        if project.id not in self._known:
            try:
                names = self._pipelines.pipeline_names(project.id)
                self._known[project.id] = [read_strictly("a pipeline", item, read) for item in names]
            except (ServiceError, TransportError) as error:
                raise OptionError(
                    f"hold_pipelines has {text!r}, and the pipelines of {project.name!r} could not be read: {error.message}",
                    remedy="Name it by its name or id, or as PROJECT/\\folder\\name, or ask for the right to view pipelines. Nothing was changed.",
                ) from error
        return self._known[project.id]


def check_held(task: TaskContext, plan: t.Sequence[PlannedRow], *, whole: bool) -> list[str]:
    """What to warn about: held pipelines that none of the selected connections was used by, as far as one can know.

    :param whole: whether the whole organization is looked at; else the pipeline may be one of elsewhere.
    :raises OptionError: there is such a pipeline, and the history of every connection could be read.
    """
    texts = task.situation.hold_pipelines
    if not texts or not plan:
        return []
    # The history of what is left alone anyway matters only for a name that the others do not explain.
    todo = [row for row in plan if row.assessment.facts or row.assessment.worth_asking]
    uses = _uses(task, todo)
    if _unmatched(texts, uses):
        chosen = {row.connection.id for row in todo}
        uses += _uses(task, [row for row in plan if row.connection.id not in chosen])
    missing = _unmatched(texts, uses)
    if not missing:
        return []
    silent = sum(use is None for use in uses)
    known = {name for use in uses if use for item in use.definitions for name in item.names if not name.isdigit()}
    one = len(missing) == 1
    told = (
        f"hold_pipelines: {', '.join(map(repr, missing))} {'is' if one else 'are'} none of the pipelines that used the selected connections"
        f"{f', as far as their history could be read ({silent} of {len(uses)} could not)' if silent else ''}.{hints(missing, known)}"
    )
    if whole and not silent:
        raise OptionError(told, remedy=_CHECK, missing=missing)
    return [f"{told} Nothing is held for {'it' if one else 'them'}."]


def _unmatched(texts: t.Iterable[str], uses: t.Sequence[Use | None]) -> list[str]:
    known = [item for use in uses if use for item in use.definitions]
    return [text for text in texts if not any(item.answers_to(text) for item in known)]


def _uses(task: TaskContext, rows: t.Sequence[PlannedRow]) -> list[Use | None]:
    """The use of each connection; None where it could not be read."""

    def use(row: PlannedRow) -> Use | None:
        known = row.assessment.facts
        return known.use if known and known.use else task.inspection.use(row.connection)

    runtime = task.runtime
    return list(each(rows, use, concurrency=runtime.concurrency, stop=runtime.stop))
