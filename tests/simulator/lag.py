# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was written a moment ago and is not shown yet: reads are answered from replicas that lag behind.

Of Graph and Resource Manager a new item is not there at first. Of the roles and checks of a connection, which are also changed and taken away,
the whole list looks as it did before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

Item = TypeVar("Item")


@dataclass
class _Delay:
    reads: int
    due: datetime


class Lags:
    """Which items are not shown yet. An item is shown after so many reads that did not, and not before its time."""

    def __init__(self) -> None:
        self._delays: dict[str, _Delay] = {}

    def begin(self, key: str, now: datetime, reads: int, milliseconds: float) -> None:
        if reads > 0 or milliseconds > 0:
            self._delays[key] = _Delay(reads, now + timedelta(milliseconds=milliseconds))

    def shown(self, items: Iterable[Item], key: Callable[[Item], str], now: datetime) -> list[Item]:
        """What a read shows of these items. It counts as a read of each of them."""
        return [item for item in items if not self._hides(key(item), now)]

    def _hides(self, key: str, now: datetime) -> bool:
        delay = self._delays.get(key)
        if delay is None:
            return False
        if delay.reads > 0:
            delay.reads -= 1
            return True
        if now < delay.due:
            return True
        del self._delays[key]
        return False


@dataclass
class _Before:
    items: list[Any]
    reads: int


class Snapshots:
    """Lists as they were before they were written, for so many reads more."""

    def __init__(self) -> None:
        self._before: dict[str, _Before] = {}

    def keep(self, key: str, items: Iterable[Any], reads: int) -> None:
        """Before a write. Several in a row show what was there before the first, until there were so many reads after the last."""
        if reads > 0:
            known = self._before.get(key)
            self._before[key] = _Before(known.items if known else [copy(item) for item in items], reads)

    def shown(self, key: str, items: Iterable[Item]) -> list[Item]:
        """What a read shows. It counts as a read of that list."""
        before = self._before.get(key)
        if before is None:
            return list(items)
        before.reads -= 1
        if before.reads == 0:
            del self._before[key]
        return list(before.items)
