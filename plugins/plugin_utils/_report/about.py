# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever makes a report knows beside the result.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.plugin_utils._report.history import History


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of it.

    :param names: what the door that was used calls the options of azdo_arm_connection_convert, where it does so otherwise.
    :param digest: what stands for a plan; empty if this is none, or if nobody can agree to it. :param command: what does just what the plan says.
    :param made_by: who has asked Azure DevOps, as it calls them. :param history: the fleet over time, if there are earlier reports.
    :param findings: what a watch has found, as _rollout/deadlines.py tells it. :param not_known: sentences about what it could not tell.
    """

    names: t.Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    command: str = ""
    made_by: str = ""
    history: History | None = None
    findings: t.Sequence[t.Mapping[str, t.Any]] = ()
    not_known: t.Sequence[str] = ()


NOTHING_SAID = About()
