# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which waves a fleet moves: who is first, who goes together, what a wave that went wrong takes back.

PRIVATE to the collection, and pure. A wave is a list of hosts, or of projects inside a host that stands for a whole organization.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import Size


@dataclass(frozen=True, kw_only=True)
class Member:
    """Something that has its turn in one wave.

    :param together: what it shares with others; whoever shares something has the same turn.
    :param has_work: whether anything is to be moved there; those without come last and do not count.
    :param first_choice: how well it serves as the canary, smaller is better.
    """

    key: str
    together: frozenset[str] = frozenset()
    has_work: bool = True
    first_choice: int = 0


def in_waves(members: t.Sequence[Member], sizes: t.Sequence[Size]) -> list[list[str]]:
    """The keys in waves. Those who share something are never parted, so a wave may be larger than its size; the last size repeats.

    The order within equal ones is the one they came in. Sizes count members with work only; the others join the last wave.
    """
    clusters = _clusters(members)
    working = sorted((cluster for cluster in clusters if any(member.has_work for member in cluster)), key=_choice)
    if working:
        # The smallest of the best ones: what goes wrong there concerns the fewest.
        first = min(working, key=lambda cluster: (_choice(cluster), len(cluster)))
        working = [first, *(cluster for cluster in working if cluster is not first)]
    total = sum(len(cluster) for cluster in working)
    waves: list[list[str]] = []
    current: list[str] = []
    for cluster in working:
        current += [member.key for member in cluster]
        if len(current) >= _limit(sizes[min(len(waves), len(sizes) - 1)], total):
            waves.append(current)
            current = []
    waves += [current] if current else []
    idle = [member.key for cluster in clusters if not any(one.has_work for one in cluster) for member in cluster]
    return [*waves[:-1], [*(waves[-1] if waves else []), *idle]] if idle else waves


def _choice(cluster: list[Member]) -> int:
    return min((member.first_choice for member in cluster if member.has_work), default=0)


def _limit(size: Size, total: int) -> int:
    number, percentage = size
    return max(1, int(number * total / 100)) if percentage else int(number)


def _clusters(members: t.Sequence[Member]) -> list[list[Member]]:
    """Who is tied to whom, directly or through others, in the order of their first members."""
    leader = list(range(len(members)))

    def leader_of(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    first_with: dict[str, int] = {}
    for index, member in enumerate(members):
        for tie in member.together:
            one, other = sorted((leader_of(first_with.setdefault(tie, index)), leader_of(index)))
            leader[other] = one
    found: dict[int, list[Member]] = {}
    for index, member in enumerate(members):
        found.setdefault(leader_of(index), []).append(member)
    return list(found.values())
