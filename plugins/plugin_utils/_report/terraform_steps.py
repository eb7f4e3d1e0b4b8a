# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person has to do at each state of Terraform, before and after connections are moved.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.plugin_utils._report.cells import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, count, one_line
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import objects

_NAMED = 10


@dataclass(frozen=True)
class StateWork:
    """:param told: how many connections the state has, and of how many nobody says that the first step is applied. :param addresses: all of them."""

    state: str
    told: str
    would_say: str
    addresses: tuple[str, ...]
    steps: tuple[str, ...]
    configuration: tuple[str, ...]


def state_work(result: Result) -> list[StateWork]:
    """In the order of the states."""
    found = []
    for item in objects((result.get("summary") or {}).get("terraform")):
        listed = objects(item.get("connections"))
        unsure = sum(not one.get("confirmed") for one in listed)
        of_them = (
            f", and of {unsure} nobody says that the first step is applied"
            if unsure
            else ", all with the first step applied"
        )
        told = item.get("steps")
        steps = [str(step) for step in told] if isinstance(told, list | tuple) else []
        found.append(
            StateWork(
                state=printable(item.get("state")),
                told=f"{count(len(listed), 'connection')} of these in the state{of_them}.",
                would_say=one_line(item.get("plan_would_say") or ""),
                addresses=tuple(printable(one.get("address")) for one in listed),
                steps=tuple(map(printable, steps)),
                configuration=tuple(map(printable, str(item.get("configuration") or "").splitlines())),
            )
        )
    return found


def sentences(work: StateWork, *, short: bool) -> list[str]:
    """For a screen: what it is about, and what stands below that. :param short: without all the addresses."""
    named = ", ".join(work.addresses[:_NAMED] if short else work.addresses)
    hidden = len(work.addresses) - _NAMED if short else 0
    return [
        f"TERRAFORM {work.state}: {work.told}",
        f"{named}{f' and {hidden} more' if hidden > 0 else ''}",
        *([f"After this terraform plan would say: {work.would_say}"] if work.would_say else []),
        *(f"{number}. {step}" for number, step in enumerate(work.steps, 1)),
    ]
