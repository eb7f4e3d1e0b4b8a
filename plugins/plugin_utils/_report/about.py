# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever makes a report knows beside the result.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import History
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import NOWHERE, Origin


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of it.

    :param names: what the door that was used calls the options of azdo_arm_connection_convert, where it does so otherwise.
    :param place: the words of a command that say where: inventory and hosts; None if no command should say that.
    :param approved: the digest of the plan under which a run was done.
    :param digest: what stands for a plan; empty if this is none, or if nobody can agree to it. :param way: a sentence about how to do just what the plan says.
    :param command: what does it, as one line for a shell; empty if the sentence says it all.
    :param made_by: who has asked Azure DevOps, as it calls them. :param history: the fleet over time, if there are earlier reports.
    :param watches: whether this is a watch. :param findings: what it has found, as _rollout/deadlines.py tells it.
    :param not_known: sentences about what it could not tell. :param origin: of a result that later reports may be compared with.
    :param requires_ready: whether a pipeline that nobody can judge is as bad as one that breaks.
    """

    names: t.Mapping[str, str] = field(default_factory=dict)
    place: tuple[str, ...] | None = ()
    approved: str = ""
    digest: str = ""
    way: str = "To do just that:"
    command: str = ""
    made_by: str = ""
    history: History | None = None
    watches: bool = False
    findings: t.Sequence[t.Mapping[str, t.Any]] = ()
    not_known: t.Sequence[str] = ()
    origin: Origin = NOWHERE
    requires_ready: bool = False


NOTHING_SAID = About()
