# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All pipelines of a project: those that a fleet has described, and one for each definition that executions name without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from .pipeline_state import Build, Environment, Pipeline, PipelineKind, Repository, RunTask, Step
from .state import Connection, Execution, Project, World

IMPLICIT_SCRIPT = "az account show"


@dataclass
class _Use:
    connection: Connection
    execution: Execution


def pipelines_of(world: World, project: Project, area: str) -> dict[int, Pipeline]:
    """By number. Implicit ones are made anew each time, for histories may change; their file is in `pipeline_of`."""
    found = {
        number: item
        for (where, kind, number), item in world.pipelines.definitions.items()
        if where == project.id and kind == area
    }
    uses: dict[int, list[_Use]] = {}
    for use in _uses(project, area):
        if use.execution.definition_id not in found:
            uses.setdefault(use.execution.definition_id, []).append(use)
    found.update({number: _implicit(project, area, number, items) for number, items in uses.items()})
    return dict(sorted(found.items()))


def pipeline_of(world: World, project: Project, area: str, number: int) -> Pipeline | None:
    """One of them, with its file."""
    stored = world.pipelines.definitions.get((project.id, area, number))
    if stored is not None:
        return stored
    uses = [item for item in _uses(project, area) if item.execution.definition_id == number]
    if not uses:
        return None
    found = _implicit(project, area, number, uses)
    found.repository.files[found.path] = _text(project, _connections(uses))
    return found


def build_of(world: World, project: Project, number: int) -> Build | None:
    """A run that is stored, or one that executions tell of: of several definitions, if connections share its number."""
    stored = world.pipelines.builds.get((project.id, number))
    if stored is not None:
        return stored
    uses = [item for item in _uses(project, "Build") if item.execution.id == number]
    if not uses:
        return None
    newest = _newest(uses)
    tasks: list[RunTask] = []
    for one in dict.fromkeys(item.execution.definition_id for item in uses):
        described = world.pipelines.definitions.get((project.id, "Build", one))
        mine = [item for item in uses if item.execution.definition_id == one]
        tasks += (described.tasks or []) if described else [str(_step(item).task) for item in _connections(mine)]
    pipeline = world.pipelines.definitions.get((project.id, "Build", newest.definition_id))
    pipeline = pipeline or _implicit(project, "Build", newest.definition_id, uses)
    return Build(number, pipeline, newest.started, newest.finished, newest.result, tasks)


def _uses(project: Project, area: str) -> Iterator[_Use]:
    for connection in project.connections.values():
        for execution in connection.history.get(project.id, []):
            if execution.plan_type == area:
                yield _Use(connection, execution)


def _newest(uses: list[_Use]) -> Execution:
    return max((item.execution for item in uses), key=lambda item: item.started)


def _connections(uses: list[_Use]) -> list[Connection]:
    return list({use.connection.id: use.connection for use in uses}.values())


def _implicit(project: Project, area: str, number: int, uses: list[_Use]) -> Pipeline:
    steps = [_step(item) for item in _connections(uses)]
    kind: PipelineKind = "release" if area == "Release" else "yaml"
    path = f"pipelines/{number}.yml"
    pipeline = Pipeline(
        number, _newest(uses).definition_name, project, kind, path=path, repository=Repository(project.name),
        tasks=[str(item.task) for item in steps],
    )  # fmt: skip
    if kind == "release":
        pipeline.environments = [Environment(1, "Stage 1", steps, [], [], {})]
    return pipeline


def _step(connection: Connection) -> Step:
    """One that is good with any scheme of the connection."""
    if connection.type == "azurerm":
        script = {"scriptType": "bash", "scriptLocation": "inlineScript", "inlineScript": IMPLICIT_SCRIPT}
        return Step("AzureCLI@2", {"connectedServiceNameARM": connection, **script})
    if connection.type == "dockerregistry":
        return Step("Docker@2", {"containerRegistry": connection, "command": "login"})
    return Step("Bash@3", {"targetType": "inline", "script": "echo done"})


def _text(project: Project, connections: list[Connection]) -> str:
    """The same steps as YAML, where connections are named as this project names them."""
    steps = []
    for connection in connections:
        step, reference = _step(connection), connection.reference(project.id)
        name = reference.name if reference else connection.name
        inputs = {_written(key): name if value is connection else value for key, value in step.inputs.items()}
        steps.append({"task": step.task, "inputs": inputs})
    return yaml.safe_dump({"trigger": "none", "steps": steps}, sort_keys=False, allow_unicode=True, width=1000)


def _written(name: str) -> str:
    return {"connectedServiceNameARM": "azureSubscription"}.get(name, name)
