# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that are installed in an organization: their names, and which of their inputs take an Azure Resource Manager connection.

PRIVATE to the collection, and pure. The facts come from the list of tasks that clients read; no published description of it was seen.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly

_KIND = "connectedservice:"
_OURS = "azurerm"
# The input, in lower case, with which a task hands the key of the service principal to its script.
KEY_INPUT = "addspntoenvironment"
# What the agent does itself, for steps such as "checkout" and "download": in no list, in runs and expanded YAML by these ids, and without connections.
_OF_THE_AGENT = {
    "6d15af64-176c-496d-b583-fd2ae21d4df4": "Checkout",
    "30f35852-3f7e-4c0c-9a88-e127b4f97211": "Download",
}


class InstalledTasks:
    """What :meth:`from_api` has read. Names and inputs are compared without regard to case."""

    def __init__(self) -> None:
        self._names: dict[str, str] = dict(_OF_THE_AGENT)
        self._inputs: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._of_any_version: dict[str, set[str]] = defaultdict(set)
        for name in _OF_THE_AGENT.values():
            self._of_any_version[name.casefold()] = set()
        self._hand_on_keys: set[str] = set()
        self._built_in: set[str] = set()
        # Of extensions, by name and by id.
        self._foreign: set[str] = set()

    @classmethod
    def from_api(cls, items: t.Iterable[Json]) -> InstalledTasks:
        """:raises UnreadableError: a task has a field that is not of its kind."""
        found = cls()
        for item in items:
            read_strictly("an installed task", item, found._add)
        return found

    def _add(self, fields: Fields) -> None:
        name, id_ = fields.text("name"), fields.text("id").lower()
        version = fields.inner("version").number("major")
        key = name.casefold()
        extension = fields.text("contributionIdentifier")
        if extension:
            self._foreign |= {key, id_}
        else:
            self._built_in.add(key)
        self._names[id_] = name
        inputs = self._inputs[key, "" if version is None else str(version)]
        for item in fields.objects("inputs"):
            if item.text("name").casefold() == KEY_INPUT:
                self._hand_on_keys.add(key)
            if _takes_our_connections(item.text("type")):
                inputs.update(text.casefold() for text in (item.text("name"), *item.texts("aliases")))
        self._of_any_version[key] |= inputs

    @property
    def names(self) -> t.Collection[str]:
        return self._names.values()

    def name_of(self, task: str) -> str:
        """The name of a task of which the name or the id is given; what is not known stays as it is."""
        return self._names.get(task.lower(), task)

    def is_foreign(self, task: str) -> bool:
        """Whether a task, given by name, by id, or as an extension's in full, comes with an extension: Microsoft's table does not speak of it.

        That ``contributionIdentifier`` says so is observed. A name that both have is Microsoft's, because an extension's is then written in full.
        """
        key = task.casefold()
        return "." in task or (key in self._foreign and key not in self._built_in)

    def hands_on_keys(self, task: str) -> bool:
        """Whether the task can give the key of the service principal to a script."""
        return task.casefold() in self._hand_on_keys

    def connection_inputs(self, task: str, major: str) -> t.AbstractSet[str] | None:
        """The names and aliases, in lower case, of the inputs that take a connection of ours; of any version where this one is not installed.

        None: the task is not installed, so nobody knows.
        """
        key = task.casefold()
        if (key, major) in self._inputs:
            return self._inputs[key, major]
        return self._of_any_version.get(key)


def _takes_our_connections(kind: str) -> bool:
    kind = kind.casefold()
    return kind.startswith(_KIND) and _OURS in kind.removeprefix(_KIND).replace(",", ":").split(":")
