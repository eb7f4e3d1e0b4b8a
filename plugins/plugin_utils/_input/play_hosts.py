# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is in a play, before it begins: an inventory that gave nothing, a misspelt pattern and a limit must not end in a green run of nothing, nor in
one of everything.

PRIVATE to the collection. No action runs before ``hosts:`` is known, so a filter in it is the only place where this can be said.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import filled

IMPLICIT = ("localhost", "127.0.0.1", "::1")
_OURS = "azdo_"
SOURCES = (".azdo.yml", ".azdo.yaml")
# Where ansible-core looks if no inventory was given; it need not be there.
_USUAL = "/etc/ansible/hosts"
_SAY = "Set fleet_hosts, for example to azdo_projects, or to localhost for a whole organization."


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What a play knows of its inventory before it has hosts.

    :param groups: members by the name of the group. :param among: the hosts of the inventory that --limit leaves. :param limit: --limit itself.
    :param sources: of the inventory, as they were given.
    """

    groups: t.Mapping[str, t.Sequence[str]]
    among: t.Sequence[str]
    limit: str = ""
    sources: t.Sequence[str] = ()

    @property
    def has_ours(self) -> bool:
        return any(name.startswith(_OURS) and members for name, members in self.groups.items())

    def lost_source(self) -> str:
        """A source that is not there; hosts that it would have had are nobody's."""
        paths = [source for source in self.sources if "," not in source and source != _USUAL]
        return next((path for path in paths if not os.path.exists(path)), "")

    def our_source(self) -> str:
        """A source of the inventory plugin of this collection."""
        return next((found for source in self.sources for found in _files(source) if found.endswith(SOURCES)), "")


def _files(source: str) -> list[str]:
    return [os.path.join(source, name) for name in sorted(os.listdir(source))] if os.path.isdir(source) else [source]


def hosts_of_play(named: t.Any, matched: t.Sequence[str], inventory: Inventory) -> list[str]:
    """The hosts whose turn it is. :param named: what a person said, which may be blank. :param matched: the hosts that it matches, or localhost.

    :raises ValueError: there are none, or nobody can have meant these; the message says what to do.
    """
    if lost := inventory.lost_source():
        raise ValueError(f"there is no inventory {lost}. Check its name")
    if named is not None and not named and not isinstance(named, str):
        raise ValueError(f"fleet_hosts is an empty list, which names nothing. {_SAY}")
    if isinstance(named, str) and named and not named.strip():
        raise ValueError(f"fleet_hosts is blank. Leave it out, or name hosts. {_SAY}")
    if filled(named) is None:
        _check_default(inventory)
    found = [host for host in matched if host in inventory.among or _is_implicit(host, inventory)]
    if found:
        return found
    if filled(named) is None:
        raise ValueError(
            f"--limit {inventory.limit} leaves out localhost, which was not named but is the default. {_SAY}"
        )
    if matched:
        raise ValueError(
            f"--limit {inventory.limit} leaves none of the {len(matched)} hosts that fleet_hosts={named} means"
        )
    silent = inventory.our_source() if not inventory.has_ours else ""
    why = f" {silent} gave no hosts: the warnings above say why." if silent else ""
    known = [name for name, members in inventory.groups.items() if members]
    raise ValueError(
        f"fleet_hosts={named} matches no host.{why}{did_you_mean(str(named), known)} Check the spelling, and the filters of the inventory"
    )


def silent_sources(sources: t.Iterable[str], files: t.Collection[str]) -> str:
    """A sentence about inventories of this collection that gave no hosts beside others that did; empty if all gave some.

    :param files: those from which the hosts of the whole inventory come.
    """
    silent = [source for source in sources if source.endswith(SOURCES) and source not in files]
    if not silent:
        return ""
    return (
        f"{', '.join(silent)} gave no hosts: the warnings above say why. Leave it out, or set fleet_allow_unread to *."
    )


def beside_ours(hosts: t.Mapping[str, bool]) -> str:
    """A sentence about hosts that would stand for a whole organization beside those that stand for something; empty if there are none.

    :param hosts: whether each of them is one of this collection.
    """
    strange = [name for name, ours in hosts.items() if not ours and name not in IMPLICIT]
    if not strange or not any(hosts.values()):
        return ""
    are = "is" if len(strange) == 1 else "are"
    return f"{', '.join(strange[:5])} {are} no host of this collection, and would stand for a whole organization beside those that are. Leave them out."


def _check_default(inventory: Inventory) -> None:
    """localhost stands for a whole organization, so it is taken only where nothing else can have been meant."""
    if inventory.has_ours:
        raise ValueError(f"the inventory has hosts of this collection, and none of them was named. {_SAY}")
    if silent := inventory.our_source():
        raise ValueError(f"{silent} gave no hosts, and nothing was named instead: the warnings above say why. {_SAY}")


def _is_implicit(host: str, inventory: Inventory) -> bool:
    """Whether ansible-core makes the host up, which is in no list; a limit must name it."""
    if host not in IMPLICIT or host in inventory.groups.get("all", ()):
        return False
    parts = {part.strip() for part in inventory.limit.replace(":", ",").split(",")}
    return not inventory.limit or host in parts
