# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the pipelines of an organization, each thing once for all connections: installed tasks, projects, runs, pools. What cannot be read is said as a text.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict
from functools import partial

from ansible_collections.azdo.connections.plugins.module_utils._inspect.project_pipelines import (
    ProjectPipelines,
    ProjectReader,
    tried,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import PipelineRuns
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import ConnectionUse
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.connection_names import ConnectionNames
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import InstalledTasks
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.steps import major_of
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks, each
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time


class Ran(t.NamedTuple):
    """A task that ran. :param foreign: whether it comes with an extension."""

    task: str
    major: str
    foreign: bool = False


class PipelineSources:
    """What one task reads of the pipelines of its organization. Safe to use from several threads.

    :param connections: all that were seen, because a pipeline calls them by their names.
    :param expand: whether pipelines in YAML are expanded by the service, one request for each.
    """

    def __init__(self, runtime: Runtime, connections: t.Iterable[ArmConnection], *, expand: bool) -> None:
        self._runtime = runtime
        self._expand = expand
        self._api = AzurePipelines(runtime.azure_devops)
        self.at = format_time(runtime.now()) or ""
        self._locks = KeyedLocks()
        named: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._projects: dict[str, str] = {}
        for connection in connections:
            for project in connection.references:
                named[project.id.lower()].append((connection.id, project.connection_name))
                self._projects.setdefault(project.id.lower(), project.name)
        self._names = {project_id: ConnectionNames(several) for project_id, several in named.items()}
        self._installed: InstalledTasks | str | None = None
        self._pools: dict[str, list[ConnectionUse]] | str | None = None
        self._read: dict[str, ProjectPipelines] = {}
        self._timelines: dict[tuple[str, int], list[Ran] | str] = {}

    def read_ahead(self, connections: t.Iterable[ArmConnection]) -> None:
        """What is there in all projects of these connections, several things at a time: else the first connection of each project would wait for it."""
        ids = dict.fromkeys(project.id.lower() for item in connections for project in item.references)
        self._read_projects([id_ for id_ in ids if id_ not in self._read])

    def tasks(self) -> InstalledTasks | str:
        with self._locks.of("tasks"):
            if self._installed is None:
                self._installed = tried(
                    "The tasks of the organization",
                    lambda: InstalledTasks.from_api(self._api.installed_tasks()),
                )
            return self._installed

    def pools(self) -> dict[str, list[ConnectionUse]] | str:
        with self._locks.of("pools"):
            if self._pools is None:
                self._pools = tried("The pools of scale sets", self._read_pools)
            return self._pools

    def _read_pools(self) -> dict[str, list[ConnectionUse]]:
        found: dict[str, list[ConnectionUse]] = defaultdict(list)
        for raw in self._api.scale_set_pools():
            connection, project_id, number = read_strictly("a pool", raw, _pool)
            if connection:
                use = ConnectionUse(
                    project=self._projects.get(project_id, ""),
                    project_id=project_id,
                    kind="scale_set_pool",
                    id=number,
                    name=f"pool {number}",
                    source="setting",
                    at=self.at,
                    task="scale_set_pool",
                )
                found[connection].append(use)
        return found

    def project(self, project_id: str) -> ProjectPipelines:
        with self._locks.of(("project", project_id)):
            if project_id not in self._read:
                self._read_projects([project_id])
            return self._read[project_id]

    def _read_projects(self, ids: t.Sequence[str]) -> None:
        """Step by step for all of them, so that the expansions of one project need not wait for those of another."""
        tasks = self.tasks()
        if isinstance(tasks, str):
            self._read |= {id_: ProjectPipelines(unread=[tasks]) for id_ in ids}
            return
        readers = [self._reader(id_, tasks) for id_ in ids]
        at_once = partial(each, concurrency=self._runtime.concurrency, stop=self._runtime.stop)
        at_once(readers, ProjectReader.read_definitions)
        if self._expand:
            todo = [(reader, pipeline) for reader in readers for pipeline in reader.unexpanded]
            at_once(todo, lambda one: one[0].expand(one[1]))
        found = at_once(readers, ProjectReader.finish)
        self._read |= {id_: project for id_, project in zip(ids, found, strict=True) if project is not None}

    def _reader(self, project_id: str, tasks: InstalledTasks) -> ProjectReader:
        names = self._names.get(project_id) or ConnectionNames(())
        name = self._projects.get(project_id, project_id)
        return ProjectReader(self._runtime, tasks, project_id, name, names, self.at)

    def ran(self, runs: PipelineRuns, tasks: InstalledTasks) -> list[Ran] | str:
        """The tasks of its last run with success that take a connection, or why nobody knows."""
        if runs.definition.kind != "build":
            return "What a release did is not read."
        if runs.last is None:
            return "None of its known runs with this connection ended with success."
        key = (runs.project_id, runs.last)
        with self._locks.of(key):
            if key not in self._timelines:
                self._timelines[key] = self._read_timeline(*key, tasks)
            return self._timelines[key]

    def read_idle(self, project: ProjectPipelines, several: list[PipelineRuns], tasks: InstalledTasks) -> None:
        """The runs that no other thread is reading just now: to wait for one while others are to be read would be to do nothing."""
        for runs in several:
            pipeline = project.pipelines.get(key_of(runs))
            looked_at = not (pipeline and pipeline.disabled)
            if looked_at and not self._locks.of((runs.project_id, runs.last)).locked():
                self.ran(runs, tasks)

    def _read_timeline(self, project_id: str, build: int, tasks: InstalledTasks) -> list[Ran] | str:
        def read() -> list[Ran]:
            found = [ran for record in self._api.timeline(project_id, build) if (ran := _ran_task(record, tasks))]
            return list(dict.fromkeys(found))

        return tried(f"Run {build}", read)


def key_of(runs: PipelineRuns) -> tuple[str, int]:
    """Kind and id of the pipeline."""
    return runs.definition.kind, runs.definition.id or 0


def _ran_task(record: Json, tasks: InstalledTasks) -> Ran | None:
    """The task of a record of a timeline, if it takes, or may take, a connection."""
    task = record.get("task")
    if not isinstance(task, dict):
        return None
    id_, name, version = read_strictly(
        "a task that ran", task, lambda fields: (fields.text("id"), fields.text("name"), fields.text("version"))
    )
    foreign = tasks.is_foreign(id_) or tasks.is_foreign(name)
    name = name or tasks.name_of(id_)
    inputs = tasks.connection_inputs(name, major_of(version))
    return None if inputs is not None and not inputs else Ran(name, major_of(version), foreign)


def _pool(fields: Fields) -> tuple[str, str, int]:
    return (
        fields.text("serviceEndpointId").lower(),
        fields.text("serviceEndpointScope").lower(),
        fields.number("poolId") or 0,
    )
