# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The YAML of a pipeline of this world, expanded: where its files are, and which tasks come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .pipeline_state import Pipeline, Repository, RunTask, Step, TaskGroup
from .state import Project, World
from .task_catalog import CHECKOUT, DOWNLOAD
from .yaml_expansion import Expander
from .yaml_expressions import Unexpandable
from .yaml_forms import load

_ORGANIZATION = "https://dev.azure.com/organization"


def expanded(
    world: World,
    pipeline: Pipeline,
    given: Mapping[str, Any],
    organization_url: str = _ORGANIZATION,
) -> dict[str, Any]:
    """Raises Unexpandable with what the service says."""
    if pipeline.kind != "yaml":
        raise Unexpandable("Preview runs are not supported for pipelines that are not defined in YAML.")  # assumed
    files = _Files(world, pipeline, organization_url)
    values = {name: item.value for name, item in pipeline.variables.items() if not item.secret}
    return Expander(files.read, values).expand(pipeline.path.lstrip("/"), given)


class _Files:
    """Those of the pipeline's repository, and of the ones that it declares."""

    def __init__(self, world: World, pipeline: Pipeline, organization_url: str) -> None:
        self.world, self.pipeline, self.organization_url = world, pipeline, organization_url
        self.declared = _declared(pipeline.text, pipeline.path)

    def read(self, alias: str, path: str) -> str:
        project, repository = self._find(alias)
        if not repository.reachable:
            raise Unexpandable(  # assumed
                f"An error occurred while loading the YAML build pipeline. The repository {repository.name} could not be accessed."
            )
        found = repository.files.get(path)
        if found is None:
            where = f"{self.organization_url}/{project.name}/_git/{repository.name}"
            raise Unexpandable(  # observed: public records of previews
                f"/{self.pipeline.path.lstrip('/')}: File /{path} not found in repository {where} "
                f"branch {repository.default_branch} version {'0' * 40}."
            )
        return found

    def _find(self, alias: str) -> tuple[Project, Repository]:
        if not alias:
            return self.pipeline.project, self.pipeline.repository
        named = self.declared.get(alias.lower())
        if named is None:
            raise Unexpandable(
                f"Repository alias {alias} could not be found in the resources of the pipeline."
            )  # assumed
        where, slash, name = named.rpartition("/")
        project = self.world.find_project(where) if slash else self.pipeline.project
        found = self.world.pipelines.repositories.get((project.id if project else "", name.lower()))
        if found is None:  # one of another service is known by its whole name
            project = self.pipeline.project
            found = self.world.pipelines.repositories.get((project.id, named.lower()))
        if project is None or found is None:
            raise Unexpandable(  # assumed
                f"Repository {alias} references {named}, which could not be found or is not authorized for use."
            )
        return project, found


def _declared(text: str | None, path: str) -> dict[str, str]:
    """Alias to name, of `resources.repositories`."""
    resources = load(text, path).get("resources") if text else None
    rows = resources.get("repositories") if isinstance(resources, dict) else None
    return {str(row["repository"]).lower(): str(row.get("name", "")) for row in rows or [] if "repository" in row}


def tasks_in(document: Any) -> Iterator[str]:
    """Tasks of expanded YAML in their order, but those that are off and those of the agent itself."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "steps" and isinstance(value, list):
                yield from (item["task"] for item in value if isinstance(item, dict) and _runs(item))
            else:
                yield from tasks_in(value)
    elif isinstance(document, list):
        for item in document:
            yield from tasks_in(item)


def _runs(step: Mapping[str, Any]) -> bool:
    task = step.get("task")
    if not isinstance(task, str) or task.partition("@")[0] in (CHECKOUT, DOWNLOAD):
        return False
    return str(step.get("enabled", True)).lower() != "false" and str(step.get("condition", "")).lower() != "false"


def tasks_of_steps(steps: list[Step]) -> list[RunTask]:
    """The same for designers; task groups become their steps."""
    found: list[RunTask] = []
    for step in steps:
        if step.enabled:
            found += tasks_of_steps(step.task.steps) if isinstance(step.task, TaskGroup) else [step.task]
    return found
