# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say how the readiness of pipelines is judged: those of every module that looks at it.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import (
    COLUMNS,
    TaskSupport,
    own_rows,
)
from ansible_collections.azdo.connections.plugins.module_utils._table_file import TableForm, read_table

_OPTION, _FILE = "task_support", "task_support_file"
_FORM = TableForm(COLUMNS, ("task", "support"), hints)

READINESS_OPTIONS: dict[str, t.Any] = {
    "readiness_expand": {"type": "bool", "default": False},
    "task_support": {
        "type": "list",
        "elements": "dict",
        "options": {
            "task": {"type": "str", "required": True},
            "major": {"type": "str"},
            "support": {"type": "bool", "required": True},
            "use_instead": {"type": "str"},
        },
    },
    "task_support_file": {"type": "path"},
}


def task_support(params: t.Mapping[str, t.Any]) -> TaskSupport:
    """The table of tasks with the rows of the user. :raises OptionError: names the option, and the file and line."""
    listed = [(f"{_OPTION}, entry {number},", row) for number, row in enumerate(params[_OPTION] or (), 1)]
    path = params[_FILE]
    return own_rows([*listed, *(read_table(path, _FILE, _FORM) if path else ())])
