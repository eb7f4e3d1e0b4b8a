# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pipelines of a fleet are made of: steps, repositories, groups, installed tasks; and pools of agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import task_catalog
from .identifiers import guid
from .people import People
from .pipeline_state import Repository, ScaleSetPool, Step, TaskGroup, Variable, VariableGroup
from .state import Connection, Project

Values = Mapping[str, str | Variable]


def designer_step(
    task: str | TaskGroup,
    inputs: Mapping[str, str | Connection] | None = None,
    *,
    enabled: bool = True,
    condition: str = "succeeded()",
    name: str = "",
    environment: Mapping[str, str] | None = None,
) -> Step:
    """`AzureCLI@2`, or a task group; a connection among the inputs stands for its id."""
    return Step(task, dict(inputs or {}), enabled, condition, name, dict(environment or {}))


class PipelineParts(People):
    """The part of a fleet that describes them."""

    def repository(
        self,
        project: Project,
        name: str,
        files: Mapping[str, str] | None = None,
        *,
        type: str = "TfsGit",
        reachable: bool = True,
    ) -> Repository:
        """The repository of this name, made if there is none, with these files in it."""
        found = self.world.pipelines.repository(project, name)
        found.files.update({path.lstrip("/"): text for path, text in (files or {}).items()})
        if (type, reachable) != ("TfsGit", True):
            found.type, found.reachable = type, reachable
        return found

    def task_group(
        self,
        project: Project,
        name: str,
        steps: Iterable[Step],
        inputs: Mapping[str, str] | None = None,
        version: int = 1,
    ) -> TaskGroup:
        """A version of a task group; `inputs` are its parameters with their defaults, `$(name)` in its steps."""
        made = TaskGroup(guid("task group", project.id, name), name, project, list(steps), dict(inputs or {}), version)
        self.world.pipelines.task_groups.append(made)
        return made

    def variable_group(
        self,
        project: Project,
        name: str,
        vault_connection: Connection | None = None,
        variables: Values | None = None,
        vault: str = "kv-contoso",
    ) -> VariableGroup:
        """One that reads a key vault through `vault_connection`, or holds its values itself."""
        found = named_variables(variables)
        made = VariableGroup(
            self.world.pipelines.next_id("group"),
            name,
            project,
            found,
            vault_connection,
            vault if vault_connection else "",
        )
        self.world.pipelines.variable_groups.append(made)
        return made

    def scale_set_pool(self, name: str, project: Project, connection: Connection) -> ScaleSetPool:
        """An agent pool of a scale set that the organization steers through this connection of this project."""
        made = ScaleSetPool(self.world.pipelines.next_id("pool"), name, project, connection)
        self.world.pipelines.scale_set_pools.append(made)
        return made

    def installed_task(
        self,
        name: str,
        major: int,
        inputs: Iterable[str | task_catalog.TaskInput] = (),
        *,
        extension: str = "contoso.deployment-tasks",
    ) -> task_catalog.InstalledTask:
        """A task of an extension. An input is `name/alias:type!=default` as in installed_tasks.yml, with `arm` for Azure Resource Manager."""
        found = tuple(task_catalog.task_input(item) if isinstance(item, str) else item for item in inputs)
        made = task_catalog.InstalledTask(name, major, found, extension)
        self.world.pipelines.installed_tasks.append(made)
        return made


def named_variables(given: Values | None) -> dict[str, Variable]:
    return {name: Variable(value) if isinstance(value, str) else value for name, value in (given or {}).items()}
