# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may do what with connections."""

from __future__ import annotations

from .calls import Call
from .errors import Failure, access_denied
from .state import Level, Project


def visible(call: Call, project: Project) -> bool:
    return call.caller.sees(project.id)


def denied(call: Call, name: str) -> Failure:
    who = call.caller.display_name
    return access_denied(  # assumed: 9.2 (text and status vary)
        f"TF400813: The user '{who}' is not authorized to access this resource. "
        f"You need to be an Administrator of the service connection '{name}'."
    )


def need(call: Call, level: Level, project: Project, name: str) -> None:
    if not call.caller.has(level, project.id):
        raise denied(call, name)
