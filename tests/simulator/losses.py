# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a conversion loses when the knob conversion_drops says so: nobody saw that, so that clients must be able to notice it."""

from __future__ import annotations

from collections.abc import Callable

from .state import Connection, World


def lose(world: World, connection: Connection, what: str) -> None:
    """Take the one thing away; without effect where there is none. `what` is a value of the knob."""  # assumed: 3.3
    _LOSSES[what](world, connection)


def _nothing(world: World, connection: Connection) -> None:
    pass


def _share(world: World, connection: Connection) -> None:
    if len(connection.references) > 1:
        world.set_references(connection, connection.references[:-1])


def _check(world: World, connection: Connection) -> None:
    first = min((item.id for item in world.checks.values() if item.connection_id == connection.id), default=None)
    if first is not None:
        del world.checks[first]


def _permission(world: World, connection: Connection) -> None:
    connection.permissions.clear()


def _role(world: World, connection: Connection) -> None:
    given = connection.roles.get(connection.owning.project.id)
    if given:
        given.pop()


def _data(world: World, connection: Connection) -> None:
    for key in ("subscriptionName", "managementGroupName", "environment"):
        if connection.data.pop(key, None) is not None:
            return


def _description(world: World, connection: Connection) -> None:
    connection.description = ""
    for reference in connection.references:
        reference.description = ""


def _enabled(world: World, connection: Connection) -> None:
    connection.disabled = not connection.disabled


_LOSSES: dict[str, Callable[[World, Connection], None]] = {
    "": _nothing,
    "share": _share,
    "check": _check,
    "permission": _permission,
    "role": _role,
    "data": _data,
    "description": _description,
    "enabled": _enabled,
}
