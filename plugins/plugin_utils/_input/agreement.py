# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has agreed to what: nothing is moved that nobody has agreed to, and what narrows never comes to mean everything.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import WRITING, Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host


@dataclass(frozen=True)
class Occasion:
    """What an agreement is about. :param hosts: how many the play has."""

    host: Host
    hosts: int
    check_mode: bool


def by_plan(said: Said) -> bool:
    """Whether an approved plan says what is moved."""
    return said.entry in WRITING and said["confirm"] == "plan" and bool(said["plan_digest"])


def has_plan(said: Said) -> bool:
    """Whether the plans of all hosts were given, in a file or as an earlier job has handed them on."""
    return bool(said["plan_path"] or said.get("plan"))


def by_batch(said: Said) -> bool:
    """Whether a plan, a journal or a list of an earlier run says what is taken back."""
    return said.entry == "revert" and bool(said["plan_path"] or said["batch_journal"] or said["batch_ids"])


# What is one for all hosts of a play, because it is about their waves, about who agrees to them, or about what is told of all of them.
OF_THE_PLAY = (
    "confirm",
    "to",
    "remove_old_credential",
    "waves",
    "wave_failures",
    "rollback_scope",
    "soak",
    "canary",
    "require_successful_run",
    "plan_digest",
    "plan_path",
    "export_path",
    "report_path",
    "report_folder",
    "report_title",
    "report_handed_on",
    "report_people",
    "owner_by",
    "table_rows",
    "readiness",
    "slices",
    "allow_unread",
    "history",
    "watch",
    "watch_secrets_since",
    "watch_allowed_secrets",
    "watch_revert_days",
    "watch_secret_days",
    "watch_unused_days",
    "watch_issuer_days",
)


def differs(said: Said, heard: t.Mapping[str, t.Any]) -> str:
    """A sentence about what is one for all hosts of a play, and is another here; empty if nothing is. :param heard: on the host that was checked."""
    odd = [f"fleet_{name}" for name in OF_THE_PLAY if name in said.values and said[name] != heard.get(name)]
    if not odd:
        return ""
    differ, are = ("differs", "is") if len(odd) == 1 else ("differ", "are")
    return f"{', '.join(odd)} {differ} by host, and {are} one for all hosts of a play. Set it for the play, or with -e."


def refusal(said: Said, occasion: Occasion) -> str:
    """Why the entry point must not write on a host, in a sentence with the way out; empty if somebody has agreed, or if nothing would be written."""
    if said.entry == "revert":
        return _of_revert(said, occasion) or _of_everything(said, occasion)
    if said.entry not in WRITING:
        return ""
    if ignored := _of_a_plan_nobody_looks_at(said):
        return ignored
    if occasion.check_mode:
        return ""
    return _of_confirm(said, occasion) or _of_everything(said, occasion)


def _of_a_plan_nobody_looks_at(said: Said) -> str:
    if said.removes:
        # There is no plan of it, and earlier jobs may have handed one on.
        return ""
    names = ("plan_digest", "plan_path", "plan")
    given = next((f"fleet_{name}" for name in names if said[name]), "")
    if given and said["confirm"] != "plan":
        return f"{given} names a plan, and fleet_confirm={said['confirm']} would not look at it. Leave one of them out."
    if given and not said["plan_digest"]:
        return f"{given} names a plan, and fleet_plan_digest does not say which one was approved: give the digest that the plan showed."
    return ""


def _of_confirm(said: Said, occasion: Occasion) -> str:
    if said.removes:
        return (
            ""
            if said["confirm"] == "none"
            else "fleet_remove_old_credential migrates nothing, so there is no plan of it: look at it in check mode, and set fleet_confirm to none."
        )
    if said["confirm"] != "plan":
        return ""
    if not said["plan_digest"]:
        return (
            "Nobody has agreed to this. Run the playbook azdo.connections.plan, look at what it shows, and give the digest with fleet_plan_digest. Or set "
            "fleet_confirm to none to go without a plan, or to each to be asked about every connection."
        )
    if occasion.hosts > 1 and not has_plan(said):
        return (
            f"fleet_plan_digest stands for the plans of {occasion.hosts} hosts: give the file that holds them with fleet_plan_path, or with fleet_plan what "
            "the job that made them has handed on."
        )
    return ""


def _of_revert(said: Said, occasion: Occasion) -> str:
    batch = by_batch(said)
    if said.moved_nothing and not (said["plan_path"] or said["batch_journal"]):
        return "fleet_batch_ids is an empty list, so there is nothing to take back. Leave it out, or say what is meant."
    if not (said["connections"] or said["revert_all"] or batch):
        return (
            "Nothing says what is to be taken back. Name it with fleet_connections, give the plan (fleet_plan_path), the journal (fleet_batch_journal) or the "
            "list (fleet_batch_ids) of its conversion, or set fleet_revert_all to true."
        )
    if batch and (said["connections"] or occasion.host.connection_id):
        return "A plan, a journal or a list says what is taken back, so fleet_connections, and hosts that stand for single connections, do not go with it."
    sources = [f"fleet_{name}" for name in ("plan_path", "batch_journal", "batch_ids") if said[name]]
    if len(sources) > 1:
        return f"{' and '.join(sources)} say each what is to be taken back. Leave all of them out but one."
    if said["plan_path"] and not said["plan_digest"]:
        return "fleet_plan_path names a plan, and fleet_plan_digest does not say which one was approved: give the digest that the plan showed."
    # Jobs hand on the digest beside the list.
    if said["plan_digest"] and not (said["plan_path"] or said["batch_ids"]):
        return "fleet_plan_digest names a plan, and fleet_plan_path does not say where it is: give the file that the plan was written to."
    return ""


def _of_everything(said: Said, occasion: Occasion) -> str:
    """A whole organization, and what a blank answer would make of it, take a plan that somebody looked at, or the word for it."""
    if occasion.check_mode or by_plan(said) or by_batch(said) or said.get("confirm") == "each":
        return ""
    # Where connections are named, a blank list of earlier jobs adds none to them.
    blank = [name for name in said.blank if not (name == "fleet_batch_ids" and said["connections"])]
    if blank:
        return (
            f"{', '.join(blank)} {'was' if len(blank) == 1 else 'were'} set and came out blank, and what narrows or holds back must not come to mean nothing. "
            "Leave it out, or say what is meant."
        )
    whole = occasion.host.is_organization and said["projects"] is None and said["connections"] is None
    if whole and not said["whole_organization"]:
        return (
            "This is about a whole organization. Name projects with fleet_projects or connections with fleet_connections, approve a plan of it, or set "
            "fleet_whole_organization to true."
        )
    return ""


def missing_from_plan(said: Said, hosts: t.Iterable[str], planned: t.Collection[str]) -> str:
    """A sentence about hosts of which the approved plan says nothing; empty where names leave hosts out anyway."""
    missing = [host for host in hosts if host not in planned]
    if not missing or said["projects"] or said["connections"]:
        return ""
    return (
        f"The plan says nothing about {', '.join(missing[:10])}{', ...' if len(missing) > 10 else ''}, so nobody has agreed to anything there. Make a new "
        "plan, or leave them out with --limit."
    )
