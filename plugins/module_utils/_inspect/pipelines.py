# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what uses each connection of a task: the runs that did, the definitions that name it, and what else holds it.

PRIVATE to the collection. Runs show the past, whatever repository, template or variable their tasks came from; definitions show the default branch. Both
count. Each definition and each run is read once, however many connections it uses.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._inspect.pipeline_sources import (
    PipelineSources,
    Ran,
    key_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.project_pipelines import ProjectPipelines
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Definition, PipelineRuns, Use
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import (
    ConnectionUse,
    KeyUse,
    PipelineFacts,
)
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.definitions import Pipeline
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import InstalledTasks
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.steps import (
    Step,
    expressions_in,
    is_expression,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import TaskSupport
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time


class Pipelines:
    """The pipelines of one task's organization. Safe to use from several threads.

    :param connections: all that were seen, because a pipeline calls them by their names.
    :param expand: whether pipelines in YAML are expanded by the service, one request for each.
    """

    def __init__(self, runtime: Runtime, connections: t.Iterable[ArmConnection], *, expand: bool) -> None:
        self._sources = PipelineSources(runtime, connections, expand=expand)
        self.read_ahead = self._sources.read_ahead

    def of(self, connection: ArmConnection, use: Use | None) -> PipelineFacts:
        """What uses the connection. :param use: its history; None: that could not be read, so nothing is sure."""
        tasks = self._sources.tasks()
        if isinstance(tasks, str):
            return PipelineFacts((), (tasks,))
        unread = [] if use else ["The history of its uses could not be read."]
        uses: list[ConnectionUse] = []
        for reference in connection.references:
            project = self._sources.project(reference.id.lower())
            unread += project.unread
            if use and use.cut and any(item.is_yaml and item.steps is None for item in project.pipelines.values()):
                unread.append(_BEHIND)
            mine = project.uses.get(connection.id.lower(), [])
            uses += mine
            here = [runs for runs in (use.pipelines if use else ()) if runs.project_id == reference.id.lower()]
            self._sources.read_idle(project, here, tasks)
            for runs in (*here, *_never_run(mine, here)):
                uses += self._of_pipeline(project, runs, mine, tasks)
            if not (uses or here):
                unread += _may_use_it(project, reference.name)
        if use and use.nameless:
            unread.append("One of its uses does not say which pipeline it was.")
        pools = self._sources.pools()
        if isinstance(pools, str):
            unread.append(pools)
        else:
            uses += pools.get(connection.id.lower(), [])
        return PipelineFacts(tuple(dict.fromkeys(uses)), tuple(dict.fromkeys(unread)))

    def doubts(self, support: TaskSupport) -> list[str]:
        """What to warn about: rows of the user that speak of no task of this organization, as misspelt ones do. Without rows nothing is read for it."""
        tasks = self._sources.tasks() if support.own else ""
        return [] if isinstance(tasks, str) else support.strangers(tasks.names)

    # -- one pipeline that has used the connection -----------------------------------------------------------------------
    def _of_pipeline(
        self, project: ProjectPipelines, runs: PipelineRuns, mine: list[ConnectionUse], tasks: InstalledTasks
    ) -> t.Iterator[ConnectionUse]:
        """What its run and its definition say beyond the steps that name the connection."""
        key = key_of(runs)
        pipeline = project.pipelines.get(key)
        if pipeline and pipeline.disabled:
            return
        ran = self._sources.ran(runs, tasks)
        steps = pipeline.steps if pipeline else None
        named = {_where(use) for use in mine if (use.kind, use.id) == key}
        doubtful = [step for step in project.unresolved.get(key, ()) if _where(step) not in named]
        # What does not name the connection is another branch, or a later state: it does not explain what the run did with it.
        told = {step.kind for step in steps or ()} - {step.kind for step in doubtful} if named else set()
        from_run = [task for task in ran if (task[0].casefold(), task[1]) not in told] if isinstance(ran, list) else []
        for name, major, foreign in from_run:
            key_use: KeyUse = "not_looked_at" if tasks.hands_on_keys(name) else ""
            yield self._use(runs, pipeline, Step(name, major, (), key_use, foreign=foreign), run=True)
        known = {(name.casefold(), major) for name, major, _foreign in ran} if isinstance(ran, list) else set()
        for step in doubtful:
            if step.kind not in known or step.key_use:
                # What ran is judged by what ran: whichever connection it signs in with.
                yield self._use(runs, pipeline, step, doubt=_by_expression(step))
        # What ran is known by its tasks alone: where one of them may hand on the key, what could not be looked at counts.
        unlooked = isinstance(ran, list) and any(tasks.hands_on_keys(item.task) for item in ran)
        for gap in pipeline.gaps if pipeline and (unlooked or not isinstance(ran, list)) else ():
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
            at=(format_time(runs.ended) if run else None) or self._sources.at,
            task=step.task,
            version=step.major,
            place=step.place,
            line=step.line,
            run=runs.last if run else None,
            doubt=doubt,
            key_use=step.key_use,
            foreign=step.foreign,
        )


_NOTHING = Step("", "", ())
_BEHIND = "It has so many uses that only the latest were read, and a pipeline that ran before them may use it: readiness_expand shows what each does."


def _may_use_it(project: ProjectPipelines, name: str) -> list[str]:
    """Of what nothing has used so far: the pipelines that may name it, for all that one can see."""
    open_ = {
        key
        for key, pipeline in project.pipelines.items()
        if not pipeline.disabled and (pipeline.gaps or project.unresolved.get(key))
    }
    if not open_:
        return []
    are = "1 pipeline" if len(open_) == 1 else f"{len(open_)} pipelines"
    return [f"Of {are} in {name!r} nobody can tell which connections they name."]


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
    return f"{step.label} names its connection by {expressions_in(text)[:80]!r}, which only a run replaces."


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
