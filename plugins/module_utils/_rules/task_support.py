# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a task supports workload identity federation: Microsoft's table, and the rows that users add for the tasks of their extensions.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import csv
import io
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean
from ansible_collections.azdo.connections.plugins.module_utils._rules import task_support_data

COLUMNS = ("task", "major", "support", "use_instead")
_SUPPORT = ("yes", "no")
# What holds a connection and is no task, as rows name it, and in words.
HOLDERS = {
    "variable_group": "variable group",
    "scale_set_pool": "pool of a virtual machine scale set",
    "container_resource": "container resource",
}
# A version that stands for every one of the task.
ANY = "*"


@dataclass(frozen=True)
class Support:
    """What is known of one major version of a task. ``use_instead`` is empty where nothing is named.

    :param own: whether a row of the user says so.
    """

    supported: bool
    use_instead: str = ""
    own: bool = False


_Rows = t.Mapping[tuple[str, str], Support]


@dataclass(frozen=True)
class TaskSupport:
    """All rows; those of the user win. Names of tasks are compared without regard to case."""

    own: _Rows = field(default_factory=dict)

    def of(self, task: str, major: str, *, foreign: bool = False) -> Support | None:
        """None: no row speaks of it. :param foreign: whether it comes with an extension, of which Microsoft's table does not speak."""
        name = task.casefold()
        found = self.own.get((name, major)) or self.own.get((name, ANY))
        return found or (None if foreign else _MICROSOFT.get((name, major)))

    def names(self, task: str) -> bool:
        """Whether some row speaks of a version of the task."""
        name = task.casefold()
        return any(key[0] == name for rows in (self.own, _MICROSOFT) for key in rows)

    def strangers(self, installed: t.Iterable[str]) -> list[str]:
        """A sentence for each row of the user that speaks of none of these tasks. One of an old run may be among them, so it is no error."""
        known = {name.casefold(): name for name in (*installed, *HOLDERS)}
        missing = dict.fromkeys(name for name, _major in self.own if name not in known)
        return [
            f"task_support: no task of this organization is called {name!r}.{did_you_mean(name, known.values())}"
            for name in missing
        ]

    def to_plan(self) -> list[str]:
        """One line for each row of the user, for a hash."""
        return [f"{name}@{major} {row.supported} {row.use_instead}" for (name, major), row in self.own.items()]


def own_rows(rows: t.Iterable[tuple[str, t.Any]]) -> TaskSupport:
    """Rows that a user gave. Shape of each: ``{task, major, support: yes or no, use_instead?}``; booleans are taken for yes and no.

    :param rows: each with where it stands, in words. :raises OptionError: a row cannot mean anything, or two contradict each other.
    """
    found: dict[tuple[str, str], Support] = {}
    for where, row in rows:
        key, support = _row(row, where)
        if found.setdefault(key, support) != support:
            raise OptionError(
                f"{where} says of {key[0]}@{key[1]} something else than a row before.", remedy="Keep one of them."
            )
    return TaskSupport(found)


def _row(row: t.Mapping[str, t.Any], where: str) -> tuple[tuple[str, str], Support]:
    task, major, support, instead = (_text(row.get(name)) for name in COLUMNS)
    if "@" in task and not major:
        task, _at, major = task.partition("@")
    wrong = "task" if not task else "major" if not re.fullmatch(r"\*|\d{1,4}", major) else "support"
    if wrong != "support" or support not in _SUPPORT:
        raise OptionError(
            f"{where} has {row.get(wrong)!r} as {wrong}.",
            remedy="A row has task (such as TerraformTaskV4), major (such as 4, or * for all), support (yes or no) and, if you like, use_instead.",
        )
    return (task.casefold(), major), Support(support == "yes", instead, own=True)


def _text(value: t.Any) -> str:
    """YAML makes a boolean of yes and no, and a number of a version."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value).strip()
    return {"true": "yes", "false": "no"}.get(text.lower(), text.lower() if text.lower() in _SUPPORT else text)


_MICROSOFT: _Rows = {
    (row["task"].casefold(), row["major"]): Support(row["support"] == "yes", row["use_instead"])
    for row in csv.DictReader(io.StringIO(task_support_data.TABLE.strip()))
}
