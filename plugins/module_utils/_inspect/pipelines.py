# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what uses each connection of a task: the runs that did, the definitions that name it, and what else holds it.

PRIVATE to the collection. Runs show the past, whatever repository, template or variable their tasks came from; definitions show the default branch. Both
count. Each definition and each run is read once, however many connections it uses.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict
from functools import partial

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    NotFoundError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.project_pipelines import (
    ProjectPipelines,
    ProjectReader,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Definition, PipelineRuns, Use
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import (
    ConnectionUse,
    KeyUse,
    PipelineFacts,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.connection_names import ConnectionNames
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.definitions import Pipeline
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import InstalledTasks
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.steps import Step, is_expression, major_of
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks, each
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

# A task that ran: its name and its major version.
Ran = tuple[str, str]


class Pipelines:
    """The pipelines of one task's organization. Safe to use from several threads.

    :param connections: all that were seen, because a pipeline calls them by their names.
    :param expand: whether pipelines in YAML are expanded by the service, one request for each.
    """

    def __init__(self, runtime: Runtime, connections: t.Iterable[ArmConnection], *, expand: bool) -> None:
        self._runtime = runtime
        self._expand = expand
        self._api = AzurePipelines(runtime.azure_devops)
        self._at = format_time(runtime.now()) or ""
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

    def of(self, connection: ArmConnection, use: Use | None) -> PipelineFacts:
        """What uses the connection. :param use: its history; None: that could not be read, so nothing is sure."""
        tasks = self._tasks()
        if isinstance(tasks, str):
            return PipelineFacts((), (tasks,))
        unread = [] if use else ["The history of its uses could not be read."]
        uses: list[ConnectionUse] = []
        for reference in connection.references:
            project = self._project(reference.id.lower())
            unread += project.unread
            if use and use.cut and any(item.is_yaml and item.steps is None for item in project.pipelines.values()):
                unread.append(_BEHIND)
            mine = project.uses.get(connection.id.lower(), [])
            uses += mine
            here = [runs for runs in (use.pipelines if use else ()) if runs.project_id == reference.id.lower()]
            self._read_idle(project, here, tasks)
            for runs in (*here, *_never_run(mine, here)):
                uses += self._of_pipeline(project, runs, mine, tasks)
        pools = self._of_pools()
        if isinstance(pools, str):
            unread.append(pools)
        else:
            uses += pools.get(connection.id.lower(), [])
        return PipelineFacts(tuple(dict.fromkeys(uses)), tuple(dict.fromkeys(unread)))

    # -- one pipeline that has used the connection -----------------------------------------------------------------------
    def _of_pipeline(
        self, project: ProjectPipelines, runs: PipelineRuns, mine: list[ConnectionUse], tasks: InstalledTasks
    ) -> t.Iterator[ConnectionUse]:
        """What its run and its definition say beyond the steps that name the connection."""
        key = _key(runs)
        pipeline = project.pipelines.get(key)
        if pipeline and pipeline.disabled:
            return
        ran = self._ran(runs, tasks)
        steps = pipeline.steps if pipeline else None
        named = {_where(use) for use in mine if (use.kind, use.id) == key}
        doubtful = [step for step in project.unresolved.get(key, ()) if _where(step) not in named]
        # What does not name the connection is another branch, or a later state: it does not explain what the run did with it.
        told = {step.kind for step in steps or ()} - {step.kind for step in doubtful} if named else set()
        from_run = [task for task in ran if (task[0].casefold(), task[1]) not in told] if isinstance(ran, list) else []
        for name, major in from_run:
            key_use: KeyUse = "not_looked_at" if tasks.hands_on_keys(name) else ""
            yield self._use(runs, pipeline, Step(name, major, (), key_use), run=True)
        known = {(name.casefold(), major) for name, major in ran} if isinstance(ran, list) else set()
        for step in doubtful:
            if step.kind not in known or step.key_use:
                # What ran is judged by what ran: whichever connection it signs in with.
                yield self._use(runs, pipeline, step, doubt=_by_expression(step))
        for gap in pipeline.gaps if pipeline and not isinstance(ran, list) else ():
            yield self._use(runs, pipeline, _NOTHING, doubt=f"{gap[:1].upper()}{gap[1:]}.")
        if doubt := _nothing_known(ran, pipeline, steps, bool(named or from_run or doubtful)):
            yield self._use(runs, pipeline, _NOTHING, doubt=doubt)

    def _use(
        self, runs: PipelineRuns, pipeline: Pipeline | None, step: Step, *, doubt: str = "", run: bool = False
    ) -> ConnectionUse:
        definition = runs.definition
        return ConnectionUse(
            project=definition.project,
            project_id=runs.project_id,
            kind=definition.kind,
            id=definition.id or 0,
            name=pipeline.name if pipeline else definition.name,
            repository=pipeline.repository if pipeline else "",
            source="run" if run else "expanded_yaml" if step.line else "definition",
            at=(format_time(runs.ended) if run else None) or self._at,
            task=step.task,
            version=step.major,
            place=step.place,
            line=step.line,
            run=runs.last if run else None,
            doubt=doubt,
            key_use=step.key_use,
        )

    def _ran(self, runs: PipelineRuns, tasks: InstalledTasks) -> list[Ran] | str:
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

    def _read_idle(self, project: ProjectPipelines, several: list[PipelineRuns], tasks: InstalledTasks) -> None:
        """The runs that no other thread is reading just now: to wait for one while others are to be read would be to do nothing."""
        for runs in several:
            pipeline = project.pipelines.get(_key(runs))
            looked_at = not (pipeline and pipeline.disabled)
            if looked_at and not self._locks.of((runs.project_id, runs.last)).locked():
                self._ran(runs, tasks)

    def _read_timeline(self, project_id: str, build: int, tasks: InstalledTasks) -> list[Ran] | str:
        def read() -> list[Ran]:
            found = [ran for record in self._api.timeline(project_id, build) if (ran := _ran_task(record, tasks))]
            return list(dict.fromkeys(found))

        return _tried(f"Run {build} could not be read", read)

    # -- what is read once -----------------------------------------------------------------------------------------------
    def _tasks(self) -> InstalledTasks | str:
        with self._locks.of("tasks"):
            if self._installed is None:
                self._installed = _tried(
                    "The tasks of the organization could not be read",
                    lambda: InstalledTasks.from_api(self._api.installed_tasks()),
                )
            return self._installed

    def _of_pools(self) -> dict[str, list[ConnectionUse]] | str:
        with self._locks.of("pools"):
            if self._pools is None:
                self._pools = _tried("The pools of scale sets could not be read", self._read_pools)
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
                    at=self._at,
                    task="scale_set_pool",
                )
                found[connection].append(use)
        return found

    def _project(self, project_id: str) -> ProjectPipelines:
        with self._locks.of(("project", project_id)):
            if project_id not in self._read:
                self._read_projects([project_id])
            return self._read[project_id]

    def _read_projects(self, ids: t.Sequence[str]) -> None:
        """Step by step for all of them, so that the expansions of one project need not wait for those of another."""
        tasks = self._tasks()
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
        return ProjectReader(self._runtime, tasks, project_id, name, names, self._at)


_NOTHING = Step("", "", ())
_BEHIND = "It has so many uses that only the latest were read, and a pipeline that ran before them may use it: readiness_expand shows what each does."


def _key(runs: PipelineRuns) -> tuple[str, int]:
    return runs.definition.kind, runs.definition.id or 0


Answer = t.TypeVar("Answer")


def _tried(what: str, read: t.Callable[[], Answer]) -> Answer | str:
    try:
        return read()
    except (AuthenticationError, StoppedError):
        raise
    except NotFoundError:
        return f"{what}: it is not there any more, or not visible to this caller."
    except AzdoError as error:
        return f"{what}: {error.message.rstrip('.')}."


def _ran_task(record: Json, tasks: InstalledTasks) -> Ran | None:
    """The task of a record of a timeline, if it takes, or may take, a connection."""
    task = record.get("task")
    if not isinstance(task, dict):
        return None
    id_, name, version = read_strictly(
        "a task that ran", task, lambda fields: (fields.text("id"), fields.text("name"), fields.text("version"))
    )
    name = name or tasks.name_of(id_)
    inputs = tasks.connection_inputs(name, major_of(version))
    return None if inputs is not None and not inputs else (name, major_of(version))


def _pool(fields: Fields) -> tuple[str, str, int]:
    return (
        fields.text("serviceEndpointId").lower(),
        fields.text("serviceEndpointScope").lower(),
        fields.number("poolId") or 0,
    )


def _where(item: ConnectionUse | Step) -> tuple[str, str, str, int | None, str]:
    """To tell whether a use is that of a step."""
    version = item.major if isinstance(item, Step) else item.version
    return item.task, version, item.place, item.line, item.key_use


def _never_run(named_by: t.Iterable[ConnectionUse], runs: t.Iterable[PipelineRuns]) -> t.Iterator[PipelineRuns]:
    """The pipelines that name a connection, and of which no run with it is known: what of their steps is not sure no run explains."""
    ran = {(item.definition.kind, item.definition.id) for item in runs}
    named = {(use.kind, use.id): use for use in named_by if use.source != "setting"}
    for use in (use for key, use in named.items() if key not in ran):
        yield PipelineRuns(
            project_id=use.project_id,
            definition=Definition(project=use.project, kind=use.kind, id=use.id, name=use.name),
        )


def _by_expression(step: Step) -> str:
    text = next(filter(is_expression, step.connections), "")
    return f"{step.label} names its connection by {text[:80]!r}, which only a run replaces."


def _nothing_known(ran: list[Ran] | str, pipeline: Pipeline | None, steps: t.Any, anything: bool) -> str:
    """A doubt, if neither the run nor the definition tells what used the connection."""
    if anything or (pipeline and pipeline.gaps and isinstance(ran, str)):
        return ""
    if isinstance(ran, list):
        return "What used the connection in its last run is no task that takes one."
    if pipeline is None:
        return f"The pipeline is not there any more, or not visible to this caller. {ran}"
    return (
        f"{ran} Its YAML was not expanded." if steps is None else f"{ran} Its definition does not name the connection."
    )
