# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks that are installed in an organization: those of `installed_tasks.yml`, and what a fleet adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .identifiers import guid, is_guid

_TYPES = {
    "arm": "connectedService:AzureRM",
    "classic": "connectedService:Azure:Certificate,UsernamePassword",
    "registry": "connectedService:dockerregistry",
    "kubernetes": "connectedService:kubernetes",
    "servicefabric": "connectedService:servicefabric",
    "generic": "connectedService:Generic",
    "jenkins": "connectedService:Jenkins",
    "nuget": "connectedService:ExternalNuGetFeed",
    "pick": "pickList",
    "file": "filePath",
    "lines": "multiLine",
    "flag": "boolean",
    "string": "string",
}
_INPUT = re.compile(r"(\w+)(?:/(\w+))?(?::(\w+))?(!)?(?:=(\S*))?")
_ENTRY = re.compile(r"(\w+)@([\d,]+)(?: \((\S+)\))?")
_GATES = frozenset({"AzurePolicyCheckGate", "AzureMonitor", "InvokeRESTAPI", "PublishToAzureServiceBus"})
CHECKOUT = "6d15af64-176c-496d-b583-fd2ae21d4df4"
DOWNLOAD = "30f35852-3f7e-4c0c-9a88-e127b4f97211"
INTERNAL = {CHECKOUT: "Checkout", DOWNLOAD: "Download"}
"""Tasks of the agent itself: expanded YAML has them by id, and they are installed nowhere."""  # observed: pipeline readiness 3


@dataclass(frozen=True)
class TaskInput:
    name: str
    type: str = "string"
    aliases: tuple[str, ...] = ()
    required: bool = False
    default: str = ""

    def body(self) -> dict[str, Any]:
        return {
            "aliases": list(self.aliases),
            "name": self.name,
            "label": _spaced(self.name),
            "type": self.type,
            "required": self.required,
            "defaultValue": self.default,
            "helpMarkDown": "",
        }


@dataclass(frozen=True)
class InstalledTask:
    name: str
    major: int
    inputs: tuple[TaskInput, ...] = ()
    extension: str = ""
    minor: int = 245

    @property
    def id(self) -> str:
        return task_id(self.name)

    @property
    def version(self) -> str:
        return f"{self.major}.{self.minor}.1"

    def body(self) -> dict[str, Any]:
        """As the list of the organization has it: one item per major version."""  # observed: pipeline readiness 3
        body: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "friendlyName": _spaced(self.name),
            "author": "Microsoft Corporation",
            "version": {"major": self.major, "minor": self.minor, "patch": 1, "isTest": False},
            "visibility": ["Build", "Release"],
            "runsOn": ["Server", "ServerGate"] if self.name in _GATES else ["Agent", "DeploymentGroup"],
            "category": "Deploy",
            "definitionType": "task",
            "serverOwned": not self.extension,
            "contentsUploaded": True,
            "inputs": [item.body() for item in self.inputs],
        }
        if self.extension:
            body["contributionIdentifier"] = f"{self.extension}.{self.name}"
            body["contributionVersion"] = self.version
        return body


def task_id(name: str) -> str:
    return guid("task", name.lower())


def task_input(text: str) -> TaskInput:
    """`name/alias:type!=default`; all but the name may be missing, a star in the default is a space."""
    found = _INPUT.fullmatch(text)
    if found is None:
        raise ValueError(f"no input of a task: {text!r}")
    name, alias, kind, required, default = found.groups()
    aliases = (alias,) if alias else ()
    plain = (default or "").replace("*", " ") if kind == "pick" else default or ""
    return TaskInput(name, _TYPES[kind or "string"], aliases, bool(required), plain)


@lru_cache(maxsize=1)
def known() -> tuple[InstalledTask, ...]:
    """What every organization has."""
    table = yaml.safe_load(Path(__file__).with_name("installed_tasks.yml").read_text(encoding="utf-8"))
    return tuple(item for entry, inputs in table.items() for item in _parsed(entry, inputs))


def _parsed(entry: str, inputs: str) -> Iterator[InstalledTask]:
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise ValueError(f"no task: {entry!r}")
    for major in found[2].split(","):
        yield InstalledTask(found[1], int(major), tuple(map(task_input, inputs.split())), found[3] or "")


def find(reference: str, more: Iterable[InstalledTask] = ()) -> InstalledTask | None:
    """The installed task that `name@major`, `id@major` or `publisher.extension.name@major` means."""
    name, _at, version = reference.partition("@")
    major = version.partition(".")[0]
    wanted = name.lower() if is_guid(name) else task_id(name.rpartition(".")[2])
    return next((item for item in [*known(), *more] if item.id == wanted and str(item.major) == major), None)


def reference(text: str, more: Iterable[InstalledTask] = ()) -> dict[str, str]:
    """Id, name and whole version of a task that ran; what is not installed (any more) has them too."""
    found = find(text, more)
    if found is not None:
        return {"id": found.id, "name": found.name, "version": found.version}
    name, _at, version = text.partition("@")
    if is_guid(name):
        return {"id": name.lower(), "name": INTERNAL.get(name.lower(), name), "version": f"{version or 1}.0.0"}
    name = name.rpartition(".")[2]
    return {"id": task_id(name), "name": name, "version": f"{version or 1}.0.0"}


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
