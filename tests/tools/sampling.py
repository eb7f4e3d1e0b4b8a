# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` runs of sets that are too large for every change; `make test-all` runs all of them."""

from __future__ import annotations

import os
import typing as t
from collections import defaultdict

T = t.TypeVar("T")
ALL = "AZDO_TEST_ALL"


def sample(items: t.Iterable[T], one_in: int, start: int = 0) -> list[T]:
    """One of so many, evenly, the same ones every time; callers with the same set start elsewhere, so that together they cover more of it."""
    found = list(items)
    return found if os.environ.get(ALL) else found[start % one_in :: one_in]


def examples(number: int) -> int:
    """How many examples of a property are tried: one in four, which are the same ones every time."""
    return number if os.environ.get(ALL) else -(-number // 4)


def diagonals(combinations: t.Sequence[t.Mapping[str, object]], one_in: int) -> list[bool]:
    """Whether each combination of the parameters of a test belongs to the sample.

    With two parameters and one in two, each value of one meets every second value of the other. What has a value that no other combination of the sample has
    belongs to it as well, so that every value is there, and a test with one parameter keeps all.
    """
    values: dict[str, list[int]] = defaultdict(list)
    places: list[dict[str, int]] = []
    for combination in combinations:
        for name, value in combination.items():
            if id(value) not in values[name]:
                values[name].append(id(value))
        places.append({name: values[name].index(id(value)) for name, value in combination.items()})
    taken = [sum(found.values()) % one_in == 0 for found in places]
    seen = {item for found, take in zip(places, taken, strict=True) if take for item in found.items()}
    for number, found in enumerate(places):
        if not found.items() <= seen:
            taken[number] = True
            seen.update(found.items())
    return taken
