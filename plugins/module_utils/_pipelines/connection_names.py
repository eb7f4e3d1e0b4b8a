# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connection of a project a pipeline means by a text.

PRIVATE to the collection, and pure. That the service compares names without regard to case is assumed.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict


class ConnectionNames:
    """The connections of one project by what a pipeline may call them: an id, or a name, of which the case may differ.

    :param connections: ids and names.
    """

    def __init__(self, connections: t.Iterable[tuple[str, str]]) -> None:
        self._by_id: dict[str, str] = {}
        self._by_name: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for id_, name in connections:
            self._by_id[id_.lower()] = id_.lower()
            self._by_name[name.casefold()].append((id_.lower(), name))

    @property
    def ids(self) -> list[str]:
        return list(self._by_id)

    def meant_by(self, text: str) -> tuple[list[str], str]:
        """The ids of those that are meant, in lower case, and a doubt if it is not sure which one is."""
        if id_ := self._by_id.get(text.lower()):
            return [id_], ""
        alike = self._by_name.get(text.casefold(), [])
        found = [id_ for id_, name in alike if name == text] or [id_ for id_, _name in alike]
        return found, f"Several connections are called {text!r} there." if len(found) > 1 else ""
