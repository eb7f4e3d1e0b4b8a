# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of operations: which handler answers which route, and how slow it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .calls import Call, Handler

LATENCY_FALLBACK = {"convert": "write", "list": "read", "history": "read", "proxy": "read"}
"""A class without a latency of its own takes that of this class."""


@dataclass(frozen=True)
class Resource:
    """A row of OPTIONS _apis."""  # observed: 1

    id: str
    area: str
    name: str
    template: str
    resource_version: int = 1
    minimum: tuple[int, int] = (1, 0)
    preview: bool = False
    """releasedVersion 0.0: must be called with -preview."""


@dataclass(frozen=True)
class Operation:
    service: str
    """azure_devops, entra, graph, arm or machine."""
    method: str
    template: str
    handler: Handler
    latency: str = "read"
    resource: Resource | None = None
    anonymous: bool = False
    versioned: bool = True
    collection_write: bool = False
    """Not there on servers that only write through a project."""
    bearer_only: bool = False
    hold: Callable[[Call], str | None] | None = None
    """What this request keeps busy while it runs."""


class Table:
    """Finds the operation of a request; routes are matched without regard to case."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = list(operations)
        self._rows = [(pattern(item.template), item) for item in self.operations]
        self._by_method: dict[tuple[str, str], list[tuple[re.Pattern[str], Operation]]] = {}
        for regex, item in self._rows:
            self._by_method.setdefault((item.service, item.method), []).append((regex, item))

    def find(self, service: str, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """`path` without leading slash, below the organization or the service's root."""
        for regex, operation in self._by_method.get((service, method), ()):
            found = regex.fullmatch(path)
            if found:
                return operation, found.groupdict()
        return None

    def methods(self, service: str, path: str) -> list[str]:
        return sorted({item.method for regex, item in self._rows if item.service == service and regex.fullmatch(path)})


def pattern(template: str) -> re.Pattern[str]:
    """`{name}` stands for one segment, `{name...}` for one or more; a slash at the end is allowed."""
    out = []
    for part in re.split(r"(\{[a-zA-Z_]+(?:\.\.\.)?\})", template):
        if part.startswith("{") and part.endswith("...}"):
            out.append(f"(?P<{part[1:-4]}>.+?)")
        elif part.startswith("{"):
            out.append(f"(?P<{part[1:-1]}>[^/]+)")
        else:
            out.append(re.escape(part))
    return re.compile("".join(out) + "/?", re.IGNORECASE)
