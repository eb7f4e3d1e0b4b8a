# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipelines of a fleet, and their runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from .pipeline_expansion import expanded, tasks_in, tasks_of_steps
from .pipeline_parts import PipelineParts, Values, designer_step, named_variables
from .pipeline_state import (
    Build,
    Environment,
    Pipeline,
    RunTask,
    Step,
    VariableGroup,
)
from .state import Connection, Execution, Project
from .yaml_expressions import Unexpandable

__all__ = ["PipelineFleet", "Stage", "designer_step"]

DAY = timedelta(days=1)


class Stage(TypedDict, total=False):
    """A stage of `release_pipeline`; a name is enough."""

    name: str
    steps: Iterable[Step]
    gates_before: Iterable[Step]
    gates_after: Iterable[Step]
    variables: Values


class PipelineFleet(PipelineParts):
    """The part of a fleet that describes pipelines. What it does not describe, executions imply: see implicit_pipelines.py."""

    def yaml_pipeline(
        self,
        project: Project,
        name: str,
        text: str,
        *,
        id: int | None = None,
        files: Mapping[str, str] | None = None,
        path: str = "azure-pipelines.yml",
        repository: str | None = None,
        repository_type: str = "TfsGit",
        reachable: bool = True,
        variables: Values | None = None,
        variable_groups: Iterable[VariableGroup] = (),
        uses: Iterable[Connection] = (),
        adopts: Iterable[Connection] = (),
        last_run: timedelta | None = DAY,
        result: str = "succeeded",
        run_tasks: Iterable[RunTask] | None = None,
        folder: str = "\\",
        queue_status: str = "enabled",
    ) -> Pipeline:
        """A pipeline with this file; `files` are others of its repository. Its run used the connections of `uses`, and `adopts` makes it the
        pipeline of all executions that connections have already. What ran is what the file says, unless `run_tasks` says else."""
        where = self.repository(project, repository or project.name, files, type=repository_type, reachable=reachable)
        where.files[path.lstrip("/")] = text
        pipeline = Pipeline(
            self._number(id), name, project, "yaml", folder, path, where, named_variables(variables),
            list(variable_groups), queue_status=queue_status,
        )  # fmt: skip
        pipeline.tasks = self._yaml_tasks(pipeline) if run_tasks is None else list(run_tasks)
        return self._registered(pipeline, uses, adopts, last_run, result)

    def designer_pipeline(
        self,
        project: Project,
        name: str,
        steps: Iterable[Step] = (),
        *,
        id: int | None = None,
        variables: Values | None = None,
        variable_groups: Iterable[VariableGroup] = (),
        uses: Iterable[Connection] = (),
        adopts: Iterable[Connection] = (),
        last_run: timedelta | None = DAY,
        result: str = "succeeded",
        run_tasks: Iterable[RunTask] | None = None,
        folder: str = "\\",
        queue_status: str = "enabled",
    ) -> Pipeline:
        """A classic build pipeline; see `designer_step`."""
        pipeline = Pipeline(
            self._number(id), name, project, "designer", folder, "", self.repository(project, project.name),
            named_variables(variables), list(variable_groups), list(steps), queue_status=queue_status,
        )  # fmt: skip
        pipeline.tasks = tasks_of_steps(pipeline.steps) if run_tasks is None else list(run_tasks)
        return self._registered(pipeline, uses, adopts, last_run, result)

    def release_pipeline(
        self,
        project: Project,
        name: str,
        environments: Iterable[Stage] = (),
        *,
        id: int | None = None,
        variables: Values | None = None,
        variable_groups: Iterable[VariableGroup] = (),
        uses: Iterable[Connection] = (),
        adopts: Iterable[Connection] = (),
        last_run: timedelta | None = DAY,
        result: str = "succeeded",
        folder: str = "\\",
    ) -> Pipeline:
        """A classic release; its executions have the plan type Release."""
        pipeline = Pipeline(
            self._number(id), name, project, "release", folder, variables=named_variables(variables),
            variable_groups=list(variable_groups),
        )  # fmt: skip
        pipeline.environments = [self._environment(item) for item in environments]
        pipeline.tasks = [task for item in pipeline.environments for task in tasks_of_steps(item.steps)]
        return self._registered(pipeline, uses, adopts, last_run, result)

    def build(
        self,
        pipeline: Pipeline,
        ago: timedelta = DAY,
        uses: Iterable[Connection] = (),
        run_tasks: Iterable[RunTask] | None = None,
        result: str | None = "succeeded",
    ) -> Build:
        """Another run, in the history of each connection that it used; `result` None: it is at work still."""
        started = self.now - ago
        finished = None if result is None else started + timedelta(minutes=4, seconds=11)
        run = self._stored(pipeline, started, finished, result, run_tasks)
        for connection in uses:
            rows = connection.history.setdefault(pipeline.project.id, [])
            rows.append(
                Execution(run.id, pipeline.area, pipeline.id, pipeline.name, run.started, run.finished, run.result)
            )
            rows.sort(key=lambda item: item.started, reverse=True)
        return run

    # -- inside ----------------------------------------------------------------------------------------------------
    def _number(self, given: int | None) -> int:
        return self.world.pipelines.next_id("definition") if given is None else given

    def _environment(self, stage: Stage) -> Environment:
        return Environment(
            self.world.pipelines.next_id("environment"), stage.get("name", "Stage 1"), list(stage.get("steps", ())),
            list(stage.get("gates_before", ())), list(stage.get("gates_after", ())), named_variables(stage.get("variables")),
        )  # fmt: skip

    def _yaml_tasks(self, pipeline: Pipeline) -> list[RunTask] | None:
        """Of a file that cannot be expanded nobody can say what ran: `run_tasks` has to."""
        try:
            return list(tasks_in(expanded(self.world, pipeline, {})))
        except Unexpandable:
            return None

    def _registered(
        self,
        pipeline: Pipeline,
        uses: Iterable[Connection],
        adopts: Iterable[Connection],
        last_run: timedelta | None,
        result: str,
    ) -> Pipeline:
        self.world.pipelines.add(pipeline)
        for connection in adopts:
            for row in connection.history.get(pipeline.project.id, []):
                run = self._stored(pipeline, row.started, row.finished, row.result)
                row.id, row.plan_type = run.id, pipeline.area
                row.definition_id, row.definition_name = pipeline.id, pipeline.name
        used = list(uses)
        if last_run is not None and used:
            self.build(pipeline, last_run, used, None, result)
        return pipeline

    def _stored(
        self,
        pipeline: Pipeline,
        started: datetime,
        finished: datetime | None,
        result: str | None,
        run_tasks: Iterable[RunTask] | None = None,
    ) -> Build:
        tasks = pipeline.tasks if run_tasks is None else list(run_tasks)
        if tasks is None:
            raise ValueError(f"{pipeline.name} cannot be expanded: run_tasks has to say what its run ran")
        pipelines = self.world.pipelines
        run = Build(pipelines.next_id("build"), pipeline, started, finished, result, list(tasks))
        if pipeline.area == "Build":
            pipelines.builds[pipeline.project.id, run.id] = run
        return run
