# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that does just what a plan says, with everything that was said when it was made.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import VARIABLES
from ansible_collections.azdo.connections.plugins.plugin_utils._report.guidance import command

# Variables of the playbooks, which are none of the role.
_OF_THE_PLAY = ("fleet_hosts", "fleet_serial")
# What was said of the plan as a file or a page, and says nothing of what is to be done.
_OF_THE_PLAN = (
    "fleet_confirm",
    "fleet_plan",
    "fleet_plan_digest",
    "fleet_plan_path",
    "fleet_report_folder",
    "fleet_report_handed_on",
    "fleet_report_path",
    "fleet_report_title",
    "fleet_table_rows",
    "fleet_to",
)


def approving_command(
    extra: t.Mapping[str, t.Any], sources: t.Sequence[str], *, target: str, digest: str, plan_path: str
) -> str:
    """A line for a shell.

    :param extra: the extra variables of the run that has made the plan. :param sources: its inventory, empty for none.
    """
    entry = "migrate_issuer" if target == "entra_issuer" else "convert"
    kept = {
        name: value
        for name, value in extra.items()
        if value not in (None, "")
        and (
            name in _OF_THE_PLAY
            or (name in VARIABLES and entry in VARIABLES[name].entries and name not in _OF_THE_PLAN)
        )
    }
    agreed = {"fleet_plan_path": plan_path, "fleet_plan_digest": digest}
    inventory = [word for source in sources for word in ("-i", source)]
    return command(entry, *inventory, **kept, **{name: value for name, value in agreed.items() if value})
