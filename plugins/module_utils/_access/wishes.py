# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is to use a connection in one project: what a task says of pipelines, rights and checks, and the same with every name resolved. None is "not managed".

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project

# From the one that may do most to the one that may do least: the service's names, in the spelling of options.
ROLES = ("administrator", "user", "reader")
# The options that say whether what is there and was not named goes.
HOW_EXACT = ("append_pipelines", "append_roles", "append_checks", "remove_unknown_checks", "remove_all_checks")


@dataclass(frozen=True, kw_only=True)
class Pipelines:
    """Which pipelines may use the connection: all of them, or some by id, name or path, as people write them."""

    everyone: bool | None = None
    called: tuple[str, ...] | None = None

    @property
    def managed(self) -> bool:
        return self.everyone is not None or self.called is not None


@dataclass(frozen=True)
class Right:
    """A role on the connection. ``who`` is a person or a group, by name, mail, descriptor or id."""

    role: str
    who: str


@dataclass(frozen=True)
class Check:
    """An approval or check before the connection. ``settings`` are its options in our words; what is not among them is not managed."""

    kind: str
    settings: t.Mapping[str, t.Any]


@dataclass(frozen=True, kw_only=True)
class Access:
    """What a task says of one project."""

    pipelines: Pipelines = field(default_factory=Pipelines)
    rights: tuple[Right, ...] | None = None
    checks: tuple[Check, ...] | None = None


@dataclass(frozen=True)
class Holder:
    """A person or a group, as the organization knows it. ``name`` is for people to read, ``called`` what a task would name it by."""

    id: str
    name: str
    called: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class AccessIn:
    """The same for a project, with ids in place of names.

    :param ids: of pipelines, and ``given_as_id`` those of them that nobody has looked up. :param roles: by holder.
    :param checks: with the ids of people, groups and connections in their settings.
    """

    project: Project
    everyone: bool | None = None
    ids: frozenset[int] | None = None
    given_as_id: frozenset[int] = frozenset()
    roles: t.Mapping[Holder, str] | None = None
    checks: tuple[Check, ...] | None = None
    append_pipelines: bool = False
    append_roles: bool = False
    append_checks: bool = False
    remove_unknown_checks: bool = False
    remove_all_checks: bool = False
