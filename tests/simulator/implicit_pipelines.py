# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All pipelines of a project: those that a fleet has described, and one for each definition that executions name without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import yaml

from .pipeline_state import Build, Environment, Pipeline, PipelineKind, Repository, RunTask, Step
from .state import Connection, Execution, Project, World

IMPLICIT_SCRIPT = "az account show"


@dataclass
class _Use:
    connection: Connection
    execution: Execution


def pipelines_of(world: World, project: Project, area: str) -> dict[int, Pipeline]:
    """By number. Implicit ones are made anew each time, for histories may change."""
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


def build_of(world: World, project: Project, number: int) -> Build | None:
    """A run that is stored, or one that executions tell of: several, if connections share its number."""
    stored = world.pipelines.builds.get((project.id, number))
    if stored is not None:
        return stored
    uses = [item for item in _uses(project, "Build") if item.execution.id == number]
    if not uses:
        return None
    newest = max((item.execution for item in uses), key=lambda item: item.started)
    pipelines = pipelines_of(world, project, "Build")
    numbers = dict.fromkeys(item.execution.definition_id for item in uses)
    tasks = [task for one in numbers for task in pipelines[one].tasks]
    pipeline = pipelines[newest.definition_id]
    return Build(number, pipeline, newest.started, newest.finished, newest.result, tasks)


def _uses(project: Project, area: str) -> Iterator[_Use]:
    for connection in project.connections.values():
        for execution in connection.history.get(project.id, []):
            if execution.plan_type == area:
                yield _Use(connection, execution)


def _implicit(project: Project, area: str, number: int, uses: list[_Use]) -> Pipeline:
    newest: datetime | None = None
    name = ""
    for use in uses:
        if newest is None or use.execution.started > newest:
            newest, name = use.execution.started, use.execution.definition_name
    connections = list({use.connection.id: use.connection for use in uses}.values())
    steps = [_step(item) for item in connections]
    tasks: list[RunTask] = [str(item.task) for item in steps]
    kind: PipelineKind = "release" if area == "Release" else "yaml"
    path = f"pipelines/{number}.yml"
    repository = Repository(project.name, files={path: _text(project, connections)})
    pipeline = Pipeline(number, name, project, kind, path=path, repository=repository, tasks=tasks, implicit=True)
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
