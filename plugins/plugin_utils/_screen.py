# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text on the screen of whoever runs ansible-playbook, as text: what a task returns is shown as JSON, with quotes and escapes.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible import constants as C  # noqa: N812 - the name that all of ansible-core uses
from ansible.utils.display import Display

# Callbacks whose whole output is for programs: a line of ours would be in the middle of it.
_FOR_PROGRAMS = ("json", "jsonl", "null", "junit", "tree")


def is_for_people() -> bool:
    return str(C.config.get_config_value("DEFAULT_STDOUT_CALLBACK")).rpartition(".")[2] not in _FOR_PROGRAMS


def is_detailed() -> bool:
    """Whether -v was given."""
    return bool(Display().verbosity >= 1)


def show(lines: t.Iterable[str]) -> None:
    """Lines on the standard output, with an empty one before them, and in the log of ansible-core if there is one; nothing where only programs read.

    ansible-core may print the title of a task after what the task shows, if it was told to hide titles of tasks that are skipped.
    """
    told = list(lines)
    if told and is_for_people():
        display_of_core()(Display(), "\n".join(["", *told]))


def display_of_core() -> t.Callable[..., t.Any]:
    """Display.display as ansible-core has it: what ansible-runner puts around it writes to the worker's own streams, which ansible-core 2.19 reports."""
    method: t.Any = Display.display
    while method.__globals__["__name__"] != Display.__module__ and hasattr(method, "__wrapped__"):
        method = method.__wrapped__
    return t.cast("t.Callable[..., t.Any]", method)
