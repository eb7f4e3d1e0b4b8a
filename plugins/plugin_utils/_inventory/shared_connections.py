# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects hang together, because they share connections.

PRIVATE to the collection, and pure. Organizations and connections have the shapes of _host_reading.py.
"""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json


def components(organization: Json, chosen: t.AbstractSet[str]) -> dict[str, str]:
    """The group of each chosen project that is connected with another chosen one, by project id.

    Connected is what shares a connection, directly or through others, chosen or not: filters do not loosen a tie, and do not rename a group.
    """
    found: dict[str, str] = {}
    for members in _united(organization):
        here = members & chosen
        if len(here) > 1:
            name = hashlib.sha256("\0".join(sorted(members)).encode()).hexdigest()[:8]
            found |= dict.fromkeys(here, f"azdo_shared_{name}")
    return found


def _united(organization: Json) -> list[set[str]]:
    """The visible projects in sets, those that share something in one."""
    sets = {project["id"]: {project["id"]} for project in organization["projects"]}
    for connection in organization["connections"]:
        first, *others = [sets[id_] for id_ in _places(connection) if id_ in sets] or [set()]
        for other in others:
            if other is not first:
                larger, smaller = (first, other) if len(first) >= len(other) else (other, first)
                larger |= smaller
                sets.update(dict.fromkeys(smaller, larger))
                first = larger
    return list({id(members): members for members in sets.values()}.values())


def sharers(connections: t.Iterable[Json]) -> dict[str, list[str]]:
    """The names of the projects with which each project shares a connection, by project id, as far as the service names them."""
    found: dict[str, set[str]] = {}
    for connection in connections:
        names = {place["id"]: place["name"] for place in connection["places"]}
        for id_ in _places(connection) if len(names) > 1 else ():
            found.setdefault(id_, set()).update(name for other, name in names.items() if other != id_ and name)
    return {id_: sorted(names, key=lambda name: (name.casefold(), name)) for id_, names in found.items()}


def _places(connection: Json) -> list[str]:
    """The ids of its projects: those that it names, and those whose lists show it."""
    return sorted({*(place["id"] for place in connection["places"]), *connection["seen_in"]})
