# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of connections: which are taken, and which are none. Asked by everything that gives a name: create, share and update."""

from __future__ import annotations

from .errors import Failure, argument
from .state import Connection, Project

LONGEST = 256  # assumed: 2.9 (that there is a limit; nobody captured it)


def refuse_bad(name: str) -> None:
    """A name is one line of text."""
    if not name.strip():
        raise argument("Value cannot be null. Parameter name: endpoint.Name")  # assumed: 2.9
    if len(name) > LONGEST:
        raise argument(
            f"The name of a service connection cannot be longer than {LONGEST} characters. Parameter name: endpoint.Name"
        )  # assumed: 2.9
    if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in name):
        raise argument(
            "The name of a service connection has invalid characters. Parameter name: endpoint.Name"
        )  # assumed: 2.9


def refuse_taken(project: Project, name: str, own: Connection | None = None) -> None:
    """Names are unique in a project, in any case, and connections count that the caller does not see."""  # observed: 2.9
    for connection in project.connections.values():
        here = connection.reference(project.id)
        if connection is not own and here is not None and here.name.lower() == name.lower():
            raise Failure(  # observed: 2.9 (500)
                500,
                "DuplicateServiceConnectionException",
                f"Service connection with name {name} already exists. Only a user having Administrator/User role "
                f"permissions on service connection {name} can see it.",
            )


def refuse(project: Project, name: str, own: Connection | None = None) -> None:
    """A name that a connection gets in this project."""
    refuse_bad(name)
    refuse_taken(project, name, own)
