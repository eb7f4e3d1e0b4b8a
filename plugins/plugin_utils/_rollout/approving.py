# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to do just what a plan says, with everything that was said when it was made.

PRIVATE to the collection. A command is shown only if it would do what the plan says; else a sentence tells what to run.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.said_again import Again, said_again
from ansible_collections.azdo.connections.plugins.plugin_utils._report.command_line import command
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import SERVICE_PRINCIPAL
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.handing_on import job_number
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import ENTRA_ISSUER

# What was said of the plan as a file, or of what is told of it, and says nothing of what is to be done.
_OF_THE_PLAN = (
    "fleet_confirm",
    "fleet_history",
    "fleet_owner_by",
    "fleet_plan",
    "fleet_plan_digest",
    "fleet_plan_path",
    "fleet_remove_old_credential",
    "fleet_report_folder",
    "fleet_report_handed_on",
    "fleet_report_path",
    "fleet_report_people",
    "fleet_report_title",
    "fleet_table_rows",
    "fleet_to",
)


@dataclass(frozen=True)
class Way:
    """:param sentence: what stands before the command, or in its place. :param command: a line for a shell; empty if none would do just that."""

    sentence: str
    command: str = ""


def approving(view: PlayView, *, target: str, digest: str, plan_path: str) -> Way:
    """How to do what a plan with this digest says. :param plan_path: the file of it; empty if there is none."""
    if target == SERVICE_PRINCIPAL:
        return Way("A way back needs no digest: run azdo.connections.revert on the same hosts with the same variables.")
    entry = "migrate_issuer" if target == ENTRA_ISSUER else "convert"
    if len(view.hosts) > 1 and not plan_path:
        return Way(
            f"To do just that, azdo.connections.{entry} needs the file with the plans of all {len(view.hosts)} hosts: plan again with fleet_plan_path, or "
            "hand the plan on to a later job."
        )
    again = said_again(view, entry)
    of_a_job = "the files of this job are gone when it is over" if job_number(view.extra) else ""
    return way(entry, again, digest=digest, plan_path=plan_path, unsaid=again.unsaid or of_a_job)


def way(entry: str, again: Again, *, digest: str, plan_path: str, unsaid: str = "") -> Way:
    """:param unsaid: why there is no command, as the end of a sentence; empty if there may be one."""
    kept = {name: _short(value) for name, value in again.values.items() if name not in _OF_THE_PLAN}
    # An inventory may say that nobody looks at plans.
    agreed = {} if again.values.get("fleet_confirm", "plan") == "plan" else {"fleet_confirm": "plan"}
    agreed |= {"fleet_plan_path": plan_path} if plan_path else {}
    line = (
        ""
        if unsaid or again.place is None
        else command(entry, *again.place, **kept, **agreed, fleet_plan_digest=digest)
    )
    if line:
        others = f", with {', '.join(map(printable, again.others))} as before" if again.others else ""
        return Way(f"To do just that{others}:", line)
    path = f", fleet_plan_path={printable(plan_path)}" if plan_path else ""
    why = unsaid or "a name in it has characters that nobody sees"
    return Way(
        f"To do just that, run azdo.connections.{entry} on the same hosts with the same variables{path} and this digest as fleet_plan_digest. There is no "
        f"command to copy, because {printable(why)}."
    )


def _short(value: t.Any) -> t.Any:
    """A list of one word as that word, which every list may be said as."""
    word = value[0] if isinstance(value, list) and len(value) == 1 else None
    return word if isinstance(word, str) and re.fullmatch(r"[\w.:%-]+", word) else value
