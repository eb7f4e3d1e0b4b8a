# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a pipeline in YAML, from the text that the service makes of it: templates put in, conditions decided.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import InstalledTasks
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.steps import Step, step_of
from ansible_collections.azdo.connections.plugins.module_utils._yaml import Located, NotYamlError, located_value

# Where the steps of a deployment job stand: strategy, then the phase of its life, then perhaps how it went.
_LISTS = ("stages", "jobs", "steps")
_INSIDE = (
    "strategy",
    "runonce",
    "rolling",
    "canary",
    "predeploy",
    "deploy",
    "routetraffic",
    "postroutetraffic",
    "on",
    "failure",
    "success",
)
_NAMED_BY = ("displayname", "stage", "job", "deployment", "name", "task")
CONTAINER = "container_resource"


def steps_in(text: str, installed: InstalledTasks) -> list[Step]:
    """Every step that takes a connection, in the order of the text. :raises NotYamlError: it is no pipeline in YAML."""
    root = located_value(text)
    if not isinstance(root.value, dict):
        raise NotYamlError("it is no mapping", root.line)
    found = _containers(root)
    _walk(root, (), installed, found)
    return found


def _walk(item: Located, place: tuple[str, ...], installed: InstalledTasks, found: list[Step]) -> None:
    fields = _fields(item)
    if "task" in fields:
        _add(item, fields, place, installed, found)
        return
    for key, inner in fields.items():
        if key in _LISTS and isinstance(inner.value, list):
            for one in inner.value:
                _walk(one, _below(place, one), installed, found)
        elif key in _INSIDE:
            _walk(inner, place, installed, found)


def _below(place: tuple[str, ...], item: Located) -> tuple[str, ...]:
    fields = _fields(item)
    name = next((_plain(fields[key]) for key in _NAMED_BY if key in fields), "")
    return (*place, name) if name and not name.startswith("__") else place


def _add(
    item: Located, fields: t.Mapping[str, Located], place: tuple[str, ...], installed: InstalledTasks, found: list[Step]
) -> None:
    enabled = fields.get("enabled")
    if enabled is not None and _plain(enabled).casefold() == "false":
        return
    task, _at, version = _plain(fields["task"]).partition("@")
    given = fields.get("inputs")
    inputs = (
        {str(key): _value(value) for key, value in given.value.items()}
        if given and isinstance(given.value, dict)
        else {}
    )
    if step := step_of(task, version, inputs, installed, " / ".join(place), item.line):
        found.append(step)


def _containers(root: Located) -> list[Step]:
    """Containers of a registry that a connection opens (``type: ACR``)."""
    resources = _fields(root).get("resources")
    listed = _fields(resources).get("containers") if resources else None
    found = []
    for item in listed.value if listed and isinstance(listed.value, list) else ():
        fields = _fields(item)
        if "azuresubscription" in fields:
            name = _plain(fields["container"]) if "container" in fields else ""
            connection = _plain(fields["azuresubscription"])
            found.append(Step(CONTAINER, "", (connection,), "", f"resources / {name}", item.line))
    return found


def _fields(item: Located) -> dict[str, Located]:
    """Keys of the schema in lower case; empty for what is no mapping."""
    return {str(key).casefold(): value for key, value in item.value.items()} if isinstance(item.value, dict) else {}


def _plain(item: Located) -> str:
    return "" if isinstance(item.value, dict | list) or item.value is None else str(item.value)


def _value(item: Located) -> t.Any:
    return None if isinstance(item.value, dict | list) else item.value
