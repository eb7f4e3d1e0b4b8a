# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the pipelines of one project, and what else there holds connections: each list once, however many connections are in it.

PRIVATE to the collection. What cannot be read is said, with the reason.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    NotFoundError,
    NotPermittedError,
    ServiceError,
    StoppedError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import ConnectionUse
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.connection_names import ConnectionNames
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.definitions import (
    DefinitionReader,
    Pipeline,
    TaskGroups,
)
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.expanded_yaml import steps_in
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import InstalledTasks
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.steps import (
    Step,
    is_expression,
    major_of,
    step_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime
from ansible_collections.azdo.connections.plugins.module_utils._yaml import NotYamlError

Read = t.TypeVar("Read")
# So many connections are asked about in one request.
_CHECKS_AT_ONCE = 50


@dataclass
class ProjectPipelines:
    """What was read of one project.

    :param uses: by connection id in lower case. :param pipelines: by kind and id.
    :param unresolved: of each pipeline, the steps that name a connection by something that only a run replaces.
    :param unread: sentences about what could not be read, and so may hold any connection.
    """

    uses: dict[str, list[ConnectionUse]] = field(default_factory=lambda: defaultdict(list))
    pipelines: dict[tuple[str, int], Pipeline] = field(default_factory=dict)
    unresolved: dict[tuple[str, int], list[Step]] = field(default_factory=lambda: defaultdict(list))
    unread: list[str] = field(default_factory=list)


class ProjectReader:
    """Reads one project: its definitions, perhaps expands them, and what else is there. :param at: when that is, ISO 8601, UTC."""

    def __init__(
        self,
        runtime: Runtime,
        installed: InstalledTasks,
        project_id: str,
        project: str,
        names: ConnectionNames,
        at: str,
    ) -> None:
        self._runtime = runtime
        self._installed = installed
        self._api = AzurePipelines(runtime.azure_devops)
        self._id, self._name, self._names, self._at = project_id, project, names, at
        self._found = ProjectPipelines()
        self._groups: TaskGroups | None = None
        self._groups_asked = False

    @property
    def unexpanded(self) -> list[Pipeline]:
        """The pipelines in YAML that :meth:`expand` is for."""
        return [item for item in self._found.pipelines.values() if item.is_yaml and not item.disabled]

    def finish(self) -> ProjectPipelines:
        """What the definitions say, with everything else that holds a connection there, as far as this caller may see it."""
        for pipeline in self._found.pipelines.values():
            if not pipeline.disabled:
                self._add_steps(pipeline)
        self._variable_groups()
        self._checks()
        return self._found

    # -- definitions -----------------------------------------------------------------------------------------------------
    def read_definitions(self) -> None:
        """The lists; comes first."""
        reader = DefinitionReader(self._installed, self._task_groups)
        builds = self._tried("pipelines", lambda: list(map(reader.build, self._api.build_definitions(self._id))))
        releases = self._tried(
            "release pipelines", lambda: list(map(reader.release, self._api.release_definitions(self._id)))
        )
        self._found.pipelines = {item.key: item for item in (*(builds or ()), *(releases or ()))}
        # Nobody asks for them again, and their steps are as long as those of definitions.
        self._groups = None

    def _task_groups(self) -> TaskGroups | None:
        if not self._groups_asked:
            self._groups_asked = True
            self._groups = self._tried("task groups", lambda: TaskGroups.from_api(self._api.task_groups(self._id)))
        return self._groups

    def expand(self, pipeline: Pipeline) -> None:
        """The YAML of a pipeline, as the service makes it. Several threads may do that at a time, each with another one."""
        self._found.pipelines[pipeline.key] = self._expanded(pipeline)

    def _expanded(self, pipeline: Pipeline) -> Pipeline:
        try:
            return replace(
                pipeline, steps=tuple(steps_in(self._api.expanded_yaml(self._id, pipeline.id), self._installed))
            )
        except (AuthenticationError, StoppedError):
            raise
        except NotYamlError as error:
            gap = f"its expanded YAML cannot be read: {error}"
        except (ServiceError, TransportError) as error:
            gap = f"its YAML could not be expanded: {_why(error)}"
        return replace(pipeline, gaps=(gap,))

    def _add_steps(self, pipeline: Pipeline) -> None:
        for step in pipeline.steps or ():
            for text in step.connections:
                ids, doubt = self._names.meant_by(text)
                # A connection can be called $(so); as long as no variable is, the text stays as it is.
                if not ids and is_expression(text):
                    self._found.unresolved[pipeline.key].append(step)
                for id_ in ids:
                    self._found.uses[id_].append(self._use_of(pipeline, step, doubt))

    def _use_of(self, pipeline: Pipeline, step: Step, doubt: str) -> ConnectionUse:
        return ConnectionUse(
            project=self._name,
            project_id=self._id,
            kind=pipeline.kind,
            id=pipeline.id,
            name=pipeline.name,
            repository=pipeline.repository,
            source="expanded_yaml" if pipeline.is_yaml else "definition",
            at=self._at,
            task=step.task,
            version=step.major,
            place=step.place,
            line=step.line,
            doubt=doubt,
            key_use=step.key_use,
            foreign=step.foreign,
        )

    # -- what else holds a connection -------------------------------------------------------------------------------------
    def _variable_groups(self) -> None:
        def read() -> list[tuple[int, str, str]]:
            return [read_strictly("a variable group", raw, _vault) for raw in self._api.variable_groups(self._id)]

        for number, name, connection in self._tried("variable groups", read) or ():
            if connection:
                self._found.uses[connection].append(self._setting("variable_group", number, name, "variable_group"))

    def _checks(self) -> None:
        """Checks of connections that call Azure with one; those of environments and other resources are not read."""
        ids = self._names.ids
        for first in range(0, len(ids), _CHECKS_AT_ONCE):
            some = ids[first : first + _CHECKS_AT_ONCE]
            answers = self._tried("checks", partial(self._runtime.azure_devops.checks_of_many, self._id, some))
            for raw in (item for several in (answers or {}).values() for item in several):
                self._tried("checks", partial(self._check, raw))

    def _check(self, raw: Json) -> None:
        number, title, task, version, inputs = read_strictly("a check", raw, _task_check)
        step = step_of(task, version, inputs, self._installed, "") if task else None
        for text in step.connections if step else ():
            ids, doubt = self._names.meant_by(text)
            for id_ in ids:
                use = self._setting("check", number, title or task, step.task if step else task)
                found = replace(use, version=major_of(version), doubt=doubt, foreign=bool(step and step.foreign))
                self._found.uses[id_].append(found)

    def _setting(self, kind: str, number: int, name: str, task: str) -> ConnectionUse:
        return ConnectionUse(
            project=self._name,
            project_id=self._id,
            kind=kind,
            id=number,
            name=name,
            source="setting",
            at=self._at,
            task=task,
        )

    def _tried(self, what: str, read: t.Callable[[], Read]) -> Read | None:
        found = tried(f"The {what} of {self._name!r}", read)
        if isinstance(found, str):
            self._found.unread.append(found)
            return None
        return found


def _vault(fields: Fields) -> tuple[int, str, str]:
    """Id, name and connection of a variable group."""
    connection = fields.inner("providerData").text("serviceEndpointId")
    return fields.number("id") or 0, fields.text("name"), connection.lower()


def _task_check(fields: Fields) -> tuple[int, str, str, str, Json]:
    """Id, title, task, version and inputs of a check that runs a task; the task is empty for every other one, and for one that is disabled."""
    settings = fields.inner("settings")
    task = settings.inner("definitionRef")
    name = "" if fields.flag("isDisabled") is True else task.text("name") or task.text("id")
    return (
        fields.number("id") or 0,
        settings.text("displayName"),
        name,
        task.text("version"),
        settings.mapping("inputs"),
    )


def tried(what: str, read: t.Callable[[], Read]) -> Read | str:
    """What was read, which is no text itself, or a sentence that says why it could not be. :raises AzdoError: nothing more can be read at all."""
    try:
        return read()
    except (AuthenticationError, StoppedError):
        raise
    except AzdoError as error:
        return f"{what} could not be read: {_why(error)}"


def _why(error: AzdoError) -> str:
    """The reason, and for a missing right what that is called in Azure DevOps."""
    if isinstance(error, NotFoundError):
        return "it is not there any more, or not visible to this caller."
    reason = error.message.rstrip(".")
    return f"{reason}." if not isinstance(error, NotPermittedError) else f"{reason} (the caller may not read them)."
