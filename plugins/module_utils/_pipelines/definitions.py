# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build definitions, release definitions and task groups as the service shows them, made to steps. A disabled step is none.

PRIVATE to the collection, and pure. Facts: build, release and distributedtask 7.1.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import (
    Fields,
    UnreadableError,
    read_strictly,
)
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import InstalledTasks
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.steps import Step, major_of, step_of

_DESIGNER, _YAML = 1, 2
_GROUP = "metatask"
# Task groups may hold task groups; the service allows no circle, and no answer is trusted with one.
_DEEPEST = 16
_PARAMETER = re.compile(r"\$\(([^()$]+)\)")


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A definition. ``kind`` is ``build`` or ``release``.

    :param repository: the name of its repository; empty for a release.
    :param is_yaml: what it does stands in a file, so ``steps`` is None until somebody has it expanded.
    :param disabled: nobody can run it. :param gaps: what of its steps could not be made out.
    """

    kind: str
    id: int
    name: str
    repository: str = ""
    is_yaml: bool = False
    disabled: bool = False
    steps: tuple[Step, ...] | None = None
    gaps: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.id


@dataclass(frozen=True)
class _Task:
    """A task or a task group in a definition, as written. ``id`` is in lower case."""

    id: str
    version: str
    is_group: bool
    enabled: bool
    inputs: t.Mapping[str, t.Any]
    name: str


@dataclass(frozen=True)
class _Group:
    name: str
    defaults: t.Mapping[str, str]
    tasks: tuple[_Task, ...]


@dataclass(frozen=True)
class TaskGroups:
    """The task groups of a project, by id in lower case and major version."""

    by_version: t.Mapping[tuple[str, str], _Group] = field(default_factory=dict)

    @classmethod
    def from_api(cls, items: t.Iterable[Json]) -> TaskGroups:
        """:raises UnreadableError: one of them has a field that is not of its kind."""
        found: dict[tuple[str, str], _Group] = {}
        for item in items:
            id_, major, group = read_strictly("a task group", item, _group)
            found[id_, major] = group
        return cls(found)

    def of(self, id_: str, version: str) -> _Group | None:
        major = major_of(version)
        if major:
            return self.by_version.get((id_, major))
        newest = max((int(key[1] or 0) for key in self.by_version if key[0] == id_), default=None)
        return None if newest is None else self.by_version.get((id_, str(newest)))


def _group(fields: Fields) -> tuple[str, str, _Group]:
    version = fields.inner("version").number("major")
    inputs = {item.text("name"): item.text("defaultValue") for item in fields.objects("inputs")}
    tasks = tuple(map(_designer_task, fields.objects("tasks")))
    return fields.text("id").lower(), str(version or 1), _Group(fields.text("name"), inputs, tasks)


def _designer_task(fields: Fields) -> _Task:
    task = fields.inner("task")
    return _Task(
        id=task.text("id").lower(),
        version=task.text("versionSpec"),
        is_group=task.text("definitionType").lower() == _GROUP,
        enabled=fields.flag("enabled") is not False,
        inputs=fields.mapping("inputs"),
        name=fields.text("displayName"),
    )


def _release_task(fields: Fields) -> _Task:
    return _Task(
        id=fields.text("taskId").lower(),
        version=fields.text("version"),
        is_group=fields.text("definitionType").lower() == _GROUP,
        enabled=fields.flag("enabled") is not False,
        inputs=fields.mapping("inputs"),
        name=fields.text("name"),
    )


class DefinitionReader:
    """Makes pipelines of the definitions of one project.

    :param groups: gives the task groups of the project, asked only if one is used; None: they could not be read.
    """

    def __init__(self, installed: InstalledTasks, groups: t.Callable[[], TaskGroups | None]) -> None:
        self._installed = installed
        self._groups = groups

    def build(self, raw: Json) -> Pipeline:
        """One that has a field that is not of its kind is a gap of its own. :raises UnreadableError: nobody can say which one it is."""
        return self._read("build", raw, self._build)

    def release(self, raw: Json) -> Pipeline:
        """The same of a release."""
        return self._read("release", raw, self._release)

    def _read(self, kind: str, raw: Json, read: t.Callable[[Fields], Pipeline]) -> Pipeline:
        try:
            return read_strictly("a pipeline", raw, read)
        except UnreadableError as error:
            number, name = read_strictly("a pipeline", raw, lambda fields: (fields.number("id"), fields.text("name")))
            if number is None:
                raise
            return Pipeline(kind=kind, id=number, name=name, gaps=(f"its definition is unreadable: {error.field}",))

    def _build(self, fields: Fields) -> Pipeline:
        process, gaps = fields.inner("process"), list[str]()
        kind = process.number("type")
        steps: list[Step] | None = None
        if kind == _DESIGNER and process.has("phases"):
            steps = []
            for phase in process.objects("phases"):
                steps += self._steps(map(_designer_task, phase.objects("steps")), phase.text("name"), gaps)
        elif kind != _YAML:
            gaps.append("what it does is in a form that nobody here can read")
        return Pipeline(
            kind="build",
            id=fields.number("id") or 0,
            name=fields.text("name"),
            repository=fields.inner("repository").text("name"),
            is_yaml=kind == _YAML,
            disabled=fields.text("queueStatus").lower() == "disabled",
            steps=None if steps is None else tuple(steps),
            gaps=tuple(dict.fromkeys(gaps)),
        )

    def _release(self, fields: Fields) -> Pipeline:
        steps, gaps = list[Step](), list[str]()
        if not fields.has("environments"):
            gaps.append("what it does is not told")
        for stage in fields.objects("environments"):
            name = stage.text("name")
            for phase in stage.objects("deployPhases"):
                if not phase.has("workflowTasks"):
                    gaps.append(f"what its stage {name!r} does is not told")
                place = f"{name} / {phase.text('name')}"
                steps += self._steps(map(_release_task, phase.objects("workflowTasks")), place, gaps)
            for side in ("preDeploymentGates", "postDeploymentGates"):
                for gate in stage.inner(side).objects("gates"):
                    steps += self._steps(map(_release_task, gate.objects("tasks")), f"{name} / gate", gaps)
        return Pipeline(
            kind="release",
            id=fields.number("id") or 0,
            name=fields.text("name"),
            disabled=fields.flag("isDisabled") is True,
            steps=tuple(steps),
            gaps=tuple(dict.fromkeys(gaps)),
        )

    def _steps(self, tasks: t.Iterable[_Task], place: str, gaps: list[str], inside: tuple[str, ...] = ()) -> list[Step]:
        """:param inside: ids of the task groups in which they stand."""
        found: list[Step] = []
        for task in tasks:
            if not task.enabled:
                continue
            here = " / ".join(part for part in (place, task.name) if part)
            if task.is_group:
                found += self._in_group(task, here, gaps, inside)
            elif step := step_of(task.id, task.version, task.inputs, self._installed, here):
                found.append(step)
        return found

    def _in_group(self, task: _Task, place: str, gaps: list[str], inside: tuple[str, ...]) -> list[Step]:
        groups = self._groups() if task.id not in inside and len(inside) < _DEEPEST else None
        group = groups.of(task.id, task.version) if groups else None
        if group is None:
            gaps.append(f"the task group of the step {task.name!r} could not be read")
            return []
        given = {key.casefold(): value for key, value in {**group.defaults, **task.inputs}.items()}
        tasks = [_with_parameters(item, given) for item in group.tasks]
        return self._steps(tasks, place, gaps, (*inside, task.id))


def _with_parameters(task: _Task, given: t.Mapping[str, t.Any]) -> _Task:
    """``$(name)`` of a parameter of the group is what the definition gives for it; any other one is a variable, and stays."""

    def value(found: re.Match[str]) -> str:
        known = given.get(found[1].casefold())
        return found[0] if known is None else str(known)

    inputs = {key: _PARAMETER.sub(value, text) if isinstance(text, str) else text for key, text in task.inputs.items()}
    return _Task(task.id, task.version, task.is_group, task.enabled, inputs, task.name)
