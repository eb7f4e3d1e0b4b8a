# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of inventory hosts, from names that other people chose.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata
from collections import Counter

# Ansible gives these a meaning of their own, so no host may have them.
RESERVED = frozenset({"all", "ungrouped", "localhost"})
ID_PIECE = 8


def host_names(names: t.Mapping[str, str], reserved: t.Collection[str] = ()) -> dict[str, str]:
    """Return a host name for each id, from ``{id: name}``.

    The same names always give the same result, in whatever order they come. A host name has only letters, digits,
    ``-``, ``_`` and ``.``, so it needs no quoting in a pattern. Where two would be equal, all of these get a piece of
    their id, so that none of them silently stands for the others.
    """
    plain = {key: _plain(name) for key, name in names.items()}
    taken = Counter(plain.values())
    unusable = {"", *RESERVED, *reserved}
    short = {
        key: name if taken[name] == 1 and name not in unusable else f"{name or 'host'}-{_piece(key)}"
        for key, name in plain.items()
    }
    again = Counter(short.values())
    return {key: name if again[name] == 1 else f"{plain[key] or 'host'}-{key.lower()}" for key, name in short.items()}


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_.]+", "-", ascii_only).strip("-._")


def _piece(key: str) -> str:
    return key.replace("-", "").lower()[:ID_PIECE]
