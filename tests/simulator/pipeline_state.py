# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the world knows of pipelines: definitions, their runs, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from .identifiers import guid

if TYPE_CHECKING:
    from .state import Connection, Project
    from .task_catalog import InstalledTask

PipelineKind = Literal["yaml", "designer", "release"]
RunTask = str | tuple[str, str]
"""A task as it ran, `AzureCLI@2`, or with its result, `("AzureCLI@2", "skipped")`."""


@dataclass
class Variable:
    value: str = ""
    secret: bool = False
    settable: bool = False
    """Whether who queues a run may say another value."""


@dataclass
class Repository:
    name: str
    type: str = "TfsGit"
    files: dict[str, str] = field(default_factory=dict)
    """Path without a slash at the beginning, to text."""
    default_branch: str = "refs/heads/main"
    reachable: bool = True
    """False: the service cannot read it, as when the connection to another host is broken."""


@dataclass
class TaskGroup:
    """One version of a task group."""

    id: str
    name: str
    project: Project
    steps: list[Step]
    inputs: dict[str, str]
    """Parameter to default."""
    version: int = 1


@dataclass
class Step:
    """A step of a designer, of a release, of a gate or of a task group."""

    task: str | TaskGroup
    inputs: Mapping[str, str | Connection]
    enabled: bool = True
    condition: str = "succeeded()"
    name: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Environment:
    """A stage of a release definition."""

    id: int
    name: str
    steps: list[Step]
    gates_before: list[Step]
    gates_after: list[Step]
    variables: dict[str, Variable]


@dataclass
class VariableGroup:
    id: int
    name: str
    project: Project
    variables: dict[str, Variable]
    connection: Connection | None = None
    """Through which it reads a key vault."""
    vault: str = ""


@dataclass
class ScaleSetPool:
    id: int
    name: str
    project: Project
    connection: Connection


@dataclass
class Pipeline:
    """A build or release definition. An implicit one stands for executions that name a definition nobody has described."""

    id: int
    name: str
    project: Project
    kind: PipelineKind
    folder: str = "\\"
    path: str = "azure-pipelines.yml"
    repository: Repository = field(default_factory=lambda: Repository("repository"))
    variables: dict[str, Variable] = field(default_factory=dict)
    variable_groups: list[VariableGroup] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    environments: list[Environment] = field(default_factory=list)
    tasks: list[RunTask] | None = None
    """What its runs ran, unless a run says else; None where its file does not tell."""
    queue_status: str = "enabled"
    revision: int = 3

    @property
    def area(self) -> str:
        return "Release" if self.kind == "release" else "Build"

    @property
    def text(self) -> str | None:
        """The YAML file of its default branch."""
        return self.repository.files.get(self.path.lstrip("/"))


@dataclass
class Build:
    id: int
    pipeline: Pipeline
    started: datetime
    finished: datetime | None
    result: str | None
    tasks: list[RunTask]
    asked_by: str = ""
    """Id of the caller that started it; empty for what the fleet tells of the past."""


class Pipelines:
    """All that a world has of them."""

    def __init__(self) -> None:
        self.definitions: dict[tuple[str, str, int], Pipeline] = {}
        """By id of the project, area and number."""
        self.builds: dict[tuple[str, int], Build] = {}
        self.started: list[Build] = []
        """Runs that a request has started."""
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.task_groups: list[TaskGroup] = []
        self.variable_groups: list[VariableGroup] = []
        self.scale_set_pools: list[ScaleSetPool] = []
        self.installed_tasks: list[InstalledTask] = []
        self._next = {"definition": 101, "build": 70001, "environment": 1, "group": 1, "pool": 11}

    def next_id(self, kind: str) -> int:
        """Numbers far from those that executions of a fleet have."""
        self._next[kind] += 1
        return self._next[kind] - 1

    def add(self, pipeline: Pipeline) -> Pipeline:
        self.definitions[pipeline.project.id, pipeline.area, pipeline.id] = pipeline
        return pipeline

    def repository(self, project: Project, name: str) -> Repository:
        """The repository of this name in the project, made if there is none."""
        return self.repositories.setdefault((project.id, name.lower()), Repository(name))


def repository_id(project: Project, repository: Repository) -> str:
    return guid("repository", project.id, repository.name) if repository.type == "TfsGit" else repository.name
