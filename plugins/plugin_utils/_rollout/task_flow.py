# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks of the role come, and in what order: whether plans come first, whether somebody is asked, what a wave that goes wrong takes back.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.agreement import by_plan, has_plan
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import WRITING, Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import sizes_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import FEDERATION
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import days, target_of

_ALL_AT_ONCE = [(100.0, True)]


def task_flow(
    said: Said, *, organization: bool, first_batch: bool, more_follow: bool, check_mode: bool
) -> dict[str, t.Any]:
    """What the tasks of the role go by. Shape: see RETURN of fleet_check.

    :param organization: whether the host stands for one. :param first_batch: whether no other hosts had their turn before.
    """
    found: dict[str, t.Any] = {"to": target_of(said), "more_follow": more_follow, "organization": organization}
    if said.entry == "watch":
        found["days"] = days(said)
    if said.entry not in WRITING:
        return found
    moves, asks = not (check_mode or said.removes), said["confirm"] == "each"
    waves = organization and (sizes_of(said["waves"]) != _ALL_AT_ONCE or bool(said["canary"]))
    # A plan comes first for the digest of a single host, for questions, for waves of its own, and to see that the canary is a good one. In check mode the
    # moving itself is the plan.
    first = (by_plan(said) and not has_plan(said)) or (moves and (asks or waves or (first_batch and more_follow)))
    # What was moved to the issuer of Microsoft Entra stays there, and check mode has moved nothing.
    back = said["rollback_scope"] if target_of(said) == FEDERATION and not check_mode else "none"
    return {**found, "first": bool(first), "asks": asks and not check_mode, "rollback_scope": back}
