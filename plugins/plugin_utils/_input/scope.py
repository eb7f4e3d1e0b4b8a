# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host of a play stands for, and what of the wanted connections is its own.

PRIVATE to the collection, and pure. Three kinds of host: an organization, a project, a connection.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import PREFIX, VARIABLES, Said

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

# What says which connections are meant, by the name without its prefix.
NARROWING = tuple(name.removeprefix(PREFIX) for name, variable in VARIABLES.items() if variable.narrows)

Pairs = t.Sequence[t.Mapping[str, t.Any]]

# The variables that say what a host stands for.
OF_A_HOST = (
    "azdo_project_id",
    "azdo_project",
    "azdo_connection_id",
    "azdo_connection_names",
    "azdo_connection_ids",
    "azdo_connections_left_out",
)


@dataclass(frozen=True, kw_only=True)
class Host:
    """What an inventory says about a host. ``known``: names and ids of its connections in lower case; None if nobody said.

    ``left_out``: ids of connections of its project that the filters of the inventory leave out.
    """

    project_id: str = ""
    project: str = ""
    connection_id: str = ""
    known: frozenset[str] | None = None
    left_out: tuple[str, ...] = ()

    @classmethod
    def from_variables(cls, variables: t.Mapping[str, t.Any]) -> Host:
        """:param variables: of the host, such as those of the inventory plugin; ``azdo_project_id`` alone is enough for a project."""
        names: t.Any = variables.get("azdo_connection_names")
        ids: t.Any = variables.get("azdo_connection_ids")
        left_out: t.Any = variables.get("azdo_connections_left_out")
        # A template of an old ansible-core makes an empty text of null.
        told = _is_list(names) and _is_list(ids)
        return cls(
            project_id=str(variables.get("azdo_project_id") or ""),
            project=str(variables.get("azdo_project") or ""),
            connection_id=str(variables.get("azdo_connection_id") or ""),
            known=frozenset(str(text).casefold() for text in [*names, *ids]) if told else None,
            left_out=tuple(str(text) for text in left_out) if _is_list(left_out) else (),
        )

    @property
    def is_organization(self) -> bool:
        return not (self.project_id or self.project or self.connection_id)

    @property
    def places(self) -> tuple[str, str]:
        """What a person may call its project."""
        return (self.project_id, self.project)

    def own(self, wanted: t.Sequence[str]) -> list[str]:
        """Those of the names, ids or patterns that this host has, as far as anybody said."""
        if self.is_organization or self.known is None:
            return list(wanted)
        return [text for text in wanted if answers_to(self.known, text)]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a task on the host is about.

    :param concerned: whether there is anything at all.
    :param select: options of azdo_arm_connection_convert that say which connections; what does not narrow is not among them.
    :param read: the same for azdo_arm_connection_info.
    """

    organization: bool
    concerned: bool
    select: dict[str, t.Any]
    read: dict[str, t.Any]
    exclude: list[str]
    pairs: list[dict[str, t.Any]]

    def to_result(self) -> dict[str, t.Any]:
        return dict(vars(self))


def scope_of(
    host: Host, projects: list[str] | None, connections: list[str] | None, exclude: list[str] | None, pairs: Pairs
) -> Scope:
    """:param projects: what the user named, and so on; None: nothing was named."""
    here = None if connections is None else host.own(connections)
    # An empty list is a list, and selects nothing; a list of which nothing is here belongs to other hosts.
    elsewhere = bool(connections) and not here
    if host.connection_id and connections != []:
        here = [host.connection_id]
    where = projects if host.is_organization else [text for text in host.places if text][:1] or None
    narrowed = {} if where is None else {"projects": where}
    by_id = [text for text in here or () if _ID.fullmatch(text)]
    by_name = [text for text in here or () if not _ID.fullmatch(text)]
    return Scope(
        organization=host.is_organization,
        concerned=_is_wanted(host, projects) and not elsewhere,
        select=narrowed
        | ({} if here is None else {"connections": here})
        # The connection is the host, not one that a person named: it is left alone where the others are.
        | ({"only_candidates": True} if host.connection_id and connections is None else {}),
        read=narrowed | ({} if here is None else {"names": by_name, "ids": by_id}),
        exclude=[*host.own(exclude or []), *host.left_out],
        pairs=[dict(pair) for pair in pairs if host.own([str(pair.get("connection"))])],
    )


def _is_wanted(host: Host, projects: list[str] | None) -> bool:
    return projects is None or host.is_organization or any(answers_to(host.places, text) for text in projects)


def _is_list(value: t.Any) -> bool:
    return isinstance(value, t.Sequence) and not isinstance(value, str)


def reach_of(saids: t.Iterable[Said], hosts: t.Iterable[Host]) -> str:
    """How far a play that looks was meant to look: ``organization``, all projects of each; ``projects``, whole ones; or ``connections``.

    :param saids: what was said for its hosts. :param hosts: what they stand for.
    """
    names = {name for said in saids for name in NARROWING if said.get(name) is not None}
    there = list(hosts)
    if names - {"projects"} or any(host.connection_id for host in there):
        return "connections"
    return "projects" if names or not all(host.is_organization for host in there) else "organization"
