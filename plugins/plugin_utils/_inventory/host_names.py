# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of inventory hosts and groups, from names that other people chose.

PRIVATE to the collection, and pure. The same names always give the same result, in whatever order they come.
"""

from __future__ import annotations

import hashlib
import re
import typing as t
import unicodedata
from collections import Counter

# Ansible gives these a meaning of their own, so no host may have them.
RESERVED = frozenset({"all", "ungrouped", "localhost"})
# What the groups of the inventory plugin look like: a host with the name of a group would get its variables mixed up with those of the group.
_LIKE_OUR_GROUPS = re.compile(r"azdo_[a-z0-9_]*")
ID_PIECE = 8
# Names of hosts become names of files, and those of connections may be very long.
LONGEST = 100


def host_names(
    names: t.Mapping[str, str], reserved: t.Collection[str] = (), taken: t.Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return a host name for each id, from ``{id: name}``.

    A host name has only letters, digits, ``-``, ``_`` and ``.``, so it needs no quoting in a pattern. Where two would be equal, all of these get a piece of
    their id, so that none of them silently stands for the others; so does one that was cut because it is too long.

    :param taken: names of hosts that are there already, with the ids of those whose they are; a text that is no id for somebody else's.
    """
    others = taken or {}

    def usable(key: str, name: str) -> bool:
        return (
            name not in RESERVED
            and name not in reserved
            and not _LIKE_OUR_GROUPS.fullmatch(name)
            and others.get(name, key) == key
            and len(name) != LONGEST
        )

    plain = {key: _host_part(name)[:LONGEST] for key, name in names.items()}
    return _distinct(plain, usable, join="-", empty="host")


def host_label(*parts: tuple[str, str]) -> str:
    """A name for :func:`host_names` from the names and ids of what a host is in and what it is. A name without a usable letter gives a piece of its id."""
    return "-".join(_host_part(name) or _piece(id_) for name, id_ in parts)


def _host_part(text: str) -> str:
    return re.sub(r"[^a-z0-9_.]+", "-", _plain(text)).strip("-._")


def group_names(prefix: str, names: t.Mapping[str, str]) -> dict[str, str]:
    """Return a group name for each id, from ``{id: name}``: the prefix, then letters, digits and ``_`` only. No two ids get the same one."""
    plain = {key: group_name(name) for key, name in names.items()}
    found = _distinct(plain, lambda key, name: True, join="_", empty="x")
    return {key: f"{prefix}_{name}" for key, name in found.items()}


def group_name(text: str) -> str:
    """The text as a part of a group name; empty if nothing of it can be."""
    return re.sub(r"[^a-z0-9_]+", "_", _plain(text)).strip("_")


def organization_key(url: str) -> str:
    """What tells an organization from others of the same name."""
    return hashlib.sha256(url.lower().encode()).hexdigest()[:ID_PIECE]


def _distinct(
    plain: t.Mapping[str, str], usable: t.Callable[[str, str], bool], *, join: str, empty: str
) -> dict[str, str]:
    """Add as much of the id as it takes: nothing, a piece, or all of it. With all of it no two names can be equal."""

    def written(key: str, more: int) -> str:
        if not more:
            return plain[key]
        return join.join((plain[key] or empty, _piece(key) if more == 1 else re.sub(r"[^a-z0-9]+", join, key.lower())))

    added = {key: 0 if name and usable(key, name) else 1 for key, name in plain.items()}
    while True:
        found = {key: written(key, more) for key, more in added.items()}
        times = Counter(found.values())
        doubtful = [key for key, name in found.items() if added[key] < 2 and (times[name] > 1 or not usable(key, name))]
        if not doubtful:
            return found
        for key in doubtful:
            added[key] += 1


def _piece(key: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", key.lower())[:ID_PIECE]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
