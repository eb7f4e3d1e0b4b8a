# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the people of a pipeline do: they replace something in it, and let it run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from .pipeline_expansion import expanded, tasks_in, tasks_of_steps
from .pipeline_state import Build, Pipeline, RunTask, Step, TaskGroup
from .state import Connection, Execution, Project, World
from .yaml_expressions import Unexpandable


def described(world: World, project: str, name: str) -> Pipeline:
    """The one pipeline of that name that the fleet has described: implied ones have nothing to replace."""
    found = [
        item
        for item in world.pipelines.definitions.values()
        if item.name == name and project.lower() in (item.project.name.lower(), item.project.id)
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} described pipelines {name!r} in the project {project!r}")
    return found[0]


def repaired(world: World, pipeline: Pipeline, texts: Mapping[str, str], when: datetime) -> Build:
    """Replaces texts in all files of its repository, or in the tasks and inputs of its steps and task groups, and returns its run with success,
    which used what the run before has used. Raises ValueError if a text is nowhere, or if the YAML cannot be expanded then: nothing has changed."""
    missing = [text for text in texts if not any(text in place for place in _places(pipeline))]
    if missing:
        raise ValueError(f"{missing[0]!r} is nowhere in {pipeline.name}")
    if pipeline.kind == "yaml":
        pipeline.tasks = _in_files(world, pipeline, texts)
    else:
        pipeline.tasks = _in_steps(pipeline, texts)
        pipeline.revision += 1
    return _run(world, pipeline, pipeline.tasks, when)


def _in_files(world: World, pipeline: Pipeline, texts: Mapping[str, str]) -> list[RunTask]:
    files = {path: _replaced(text, texts) for path, text in pipeline.repository.files.items()}
    trial = replace(pipeline, repository=replace(pipeline.repository, files=files))
    try:
        tasks: list[RunTask] = list(tasks_in(expanded(world, trial, {})))
    except Unexpandable as refusal:
        raise ValueError(str(refusal)) from None
    pipeline.repository.files.update(files)
    return tasks


def _in_steps(pipeline: Pipeline, texts: Mapping[str, str]) -> list[RunTask]:
    for steps in _lists(pipeline):
        steps[:] = [_step(item, texts) for item in steps]
    stages = [item.steps for item in pipeline.environments] or [pipeline.steps]
    return [task for steps in stages for task in tasks_of_steps(steps)]


def _step(step: Step, texts: Mapping[str, str]) -> Step:
    inputs = {name: _replaced(value, texts) if isinstance(value, str) else value for name, value in step.inputs.items()}
    task = step.task if isinstance(step.task, TaskGroup) else _replaced(step.task, texts)
    return replace(step, task=task, inputs=inputs)


def _replaced(text: str, texts: Mapping[str, str]) -> str:
    for old, new in texts.items():
        text = text.replace(old, new)
    return text


def _places(pipeline: Pipeline) -> Iterator[str]:
    """Every text in which something may be replaced."""
    if pipeline.kind == "yaml":
        yield from pipeline.repository.files.values()
    for steps in _lists(pipeline):
        for step in steps:
            yield from (value for value in (step.task, *step.inputs.values()) if isinstance(value, str))


def _lists(pipeline: Pipeline) -> list[list[Step]]:
    """Its lists of steps, and those of its task groups, each once."""
    found = [pipeline.steps]
    for stage in pipeline.environments:
        found += [stage.steps, stage.gates_before, stage.gates_after]
    for steps in found:  # which grows meanwhile
        groups = [step.task.steps for step in steps if isinstance(step.task, TaskGroup)]
        found += [one for one in groups if not any(one is other for other in found)]
    return found


def _run(world: World, pipeline: Pipeline, tasks: list[RunTask], when: datetime) -> Build:
    run = Build(world.pipelines.next_id("build"), pipeline, when, when, "succeeded", list(tasks))
    if pipeline.area == "Build":
        world.pipelines.builds[pipeline.project.id, run.id] = run
    for connection in _used(pipeline, pipeline.project):
        row = Execution(run.id, pipeline.area, pipeline.id, pipeline.name, run.started, run.finished, run.result)
        connection.history[pipeline.project.id].insert(0, row)
    return run


def _used(pipeline: Pipeline, project: Project) -> list[Connection]:
    """What the latest of its runs has used."""
    runs = [
        (row.started, row.id, connection)
        for connection in project.connections.values()
        for row in connection.history.get(project.id, [])
        if (row.plan_type, row.definition_id) == (pipeline.area, pipeline.id)
    ]
    latest = max((run[:2] for run in runs), default=None)
    return [connection for *run, connection in runs if tuple(run) == latest]
