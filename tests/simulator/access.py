# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may do what with connections."""

from __future__ import annotations

from .caller import LEVELS, Level, Right
from .calls import Call
from .errors import Failure, access_denied
from .state import Connection, Project


def visible(call: Call, project: Project) -> bool:
    return call.caller.sees(project.id)


def denied(call: Call, name: str) -> Failure:
    who = call.caller.display_name
    return access_denied(  # assumed: 9.2 (text and status vary)
        f"TF400813: The user '{who}' is not authorized to access this resource. "
        f"You need to be an Administrator of the service connection '{name}'."
    )


def level_of(call: Call, connection: Connection, project: Project) -> Level:
    """The best of what the caller has in the project and of its roles on this connection there, those of its groups too."""  # assumed: 6.3
    caller = call.caller
    if not caller.sees(project.id):
        return "none"
    found: list[Level] = [
        _LEVEL_OF_ROLE[item.role]
        for item in connection.roles.get(project.id, [])
        if (item.caller.id == caller.id or caller.id in item.caller.members)
        and (item.counts or not connection.inherits)
    ]
    found.append(caller.levels.get(project.id, caller.level) if connection.inherits else "none")
    return max(found, key=LEVELS.index)


_LEVEL_OF_ROLE: dict[str, Level] = {"Administrator": "administrator", "User": "user", "Reader": "reader"}


def may(call: Call, level: Level, project: Project, connection: Connection) -> bool:
    """`reader` sees it, `user` uses it (tests, roles), `administrator` changes it."""  # documented: 6.3 (names of the roles)
    return LEVELS.index(level_of(call, connection, project)) >= LEVELS.index(level)


def need(call: Call, level: Level, project: Project, connection: Connection) -> None:
    if not may(call, level, project, connection):
        raise denied(call, connection.name)


def right(call: Call, name: Right) -> bool:
    return bool(getattr(call.caller, name))


def need_right(call: Call, name: Right, permission: str) -> None:
    """What may be read of pipelines and what surrounds them, and of identities."""  # assumed: 9.2 (status and text)
    if not right(call, name):
        raise access_denied(
            f"Access denied. {call.caller.display_name} needs {permission} permissions to perform the action."
        )
