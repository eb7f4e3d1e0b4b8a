# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job hands on to later ones where no disk outlives it, in the way of ``ansible.builtin.set_stats``.

PRIVATE to the collection, and pure. AWX makes extra variables of later jobs out of it, so what the role takes there begins with ``fleet_``, and holds ids,
hashes and words of ours only. What is told beside that begins with ``azdo_``, which no variable of the role does. Where jobs have numbers, names end with
them: what several jobs of one template hand on, such as those of slices, would overwrite each other.
"""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import verdict_on_tests
from ansible_collections.azdo.connections.plugins.plugin_utils._render.worklist_text import unready
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import Snapshot
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import (
    coverage_of,
    merge,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import FAILED, UNFINISHED
from ansible_collections.azdo.connections.plugins.plugin_utils._results.people import without_people
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import LEFT_ALONE, Result, status_name
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import findings
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.earlier_reports import baseline
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import days
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.outcome import (
    ASKED,
    nothing_read,
    shortcomings,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.plan_file import content_of, digest_of

Json = dict[str, t.Any]
Steps = dict[str, list[t.Any]]

# All of it together, as JSON: a plan of some 2,000 connections, or 12,000 ids.
LARGEST_BYTES = 512 * 1024
_NUMBERS = ("awx_job_id", "tower_job_id")
# What takes its place where it is too large.
_INSTEAD = {
    "fleet_plan": "fleet_plan_path",
    "fleet_batch_ids": "fleet_journal",
    "fleet_migrated_ids": "fleet_report_folder",
    "azdo_rows": "fleet_report_folder",
}
# What earlier jobs have moved. There is no way back from a migration, so nothing that takes something back may know it by the same name.
_BATCHES = {"convert": "fleet_batch_ids", "migrate_issuer": "fleet_migrated_ids"}


@dataclass(frozen=True)
class Job:
    """A job, as far as what it hands on depends on it.

    :param number: as AWX tells it, else empty. :param part: which play of this entry point it is, from 1. :param stopped: why no other wave may begin, in a
        word, else empty. :param incomplete: whether hosts may be missing. :param earlier: reports that were there before this run wrote any.
    """

    number: str = ""
    part: int = 1
    stopped: str = ""
    incomplete: bool = False
    earlier: t.Sequence[Snapshot] = ()

    @property
    def ending(self) -> str:
        """What names end with."""
        parts = [self.number, str(self.part) if self.part > 1 else ""]
        return "".join(f"_{text}" for text in parts if text)


def handed_on(
    said: Said, steps: Steps, plans: t.Mapping[str, t.Any], job: Job, now: datetime
) -> tuple[Json, list[str]]:
    """What is handed on by name, null for what is too large for that, and warnings about it.

    :param steps: the results of each host. :param plans: by host.
    """
    merged = merge(steps)
    account = _account(said, steps, merged, job, now)
    large: dict[str, t.Any] = {}
    if said.entry == "plan" and plans and not nothing_read(steps):
        account["digest"] = digest_of(plans)
        # As one text: of the keys of a dictionary AWX and YAML would make numbers and flags, where a host is called so.
        large["fleet_plan"] = json.dumps(content_of(plans, said["connections"]), separators=(",", ":"), default=str)
    if said.entry in _BATCHES:
        large[_BATCHES[said.entry]] = _batch(steps, merged)
    if said["report_handed_on"]:
        large["azdo_rows"] = {"connections": without_people(merged)["connections"]}
    kept, warnings = _as_far_as_it_fits(large)
    account["not_handed_on"] = sorted(name for name, value in kept.items() if value is None)
    named = {name if name == "fleet_plan" else f"{name}{job.ending}": value for name, value in kept.items()}
    if said.entry == "plan":
        named["fleet_plan_digest"] = account.get("digest", "")
        # A plan has one name, whichever job made it: the digest says which one is meant. Of two in one job nobody could have approved both.
        if job.part > 1:
            warnings.append("This job has made several plans, and none is handed on. Give each a job of its own.")
            named |= {"fleet_plan": None, "fleet_plan_digest": ""}
    account["markdown"] = _markdown(said.entry, account)
    return {**named, f"azdo_{said.entry}{job.ending}": account}, warnings


def job_number(extra: t.Mapping[str, t.Any]) -> str:
    """The number of the job, as AWX tells it in the extra variables; empty where there is none."""
    return next((str(extra[name]) for name in _NUMBERS if str(extra.get(name, "")).isdecimal()), "")


def _as_far_as_it_fits(large: t.Mapping[str, t.Any]) -> tuple[Json, list[str]]:
    """What does not fit is null, so that nothing that was handed on before stays in its place."""
    kept: Json = {}
    room, warnings = LARGEST_BYTES, []
    for name, value in large.items():
        size = len(json.dumps(value, default=str))
        kept[name] = value if size <= room else None
        if size <= room:
            room -= size
        else:
            warnings.append(
                f"{name} has {size} bytes, and {LARGEST_BYTES} are handed on to later jobs at most. Give {_INSTEAD[name]} a place that outlives the job, "
                "here and there."
            )
    return kept, warnings


def _batch(steps: Steps, merged: Result) -> list[str]:
    """What was moved, or may have been, and is not known to be back; and what the approved plan wanted moved and is there already, by an earlier try of the
    same job for example."""
    agreed = {
        id_ for results in steps.values() for result in results for id_ in (result.get(ASKED) or {}).get("agreed") or ()
    }
    return [
        row["id"]
        for row in merged["connections"]
        if row.get("status") in ("converted", "migrated", "waiting")
        or (row.get("status") == "unchanged" and row["id"] in agreed)
        or (row.get("status") == "failed" and _is_elsewhere(row))
    ]


def _is_elsewhere(row: Result) -> bool:
    """Whether a connection that failed is not known to be as it was before."""
    before, after = row.get("before") or {}, row.get("after") or {}
    return any(before.get(name) != after.get(name) for name in ("scheme", "issuer") if after)


def _account(said: Said, steps: Steps, merged: Result, job: Job, now: datetime) -> Json:
    """Shape: see RETURN of fleet_write."""
    rows = merged["connections"]
    codes = Counter(
        str(reason["code"])
        for row in rows
        if row.get("status") == "skipped"
        for reason in row.get("reasons") or ()
        if reason.get("effect") == "blocks"
    )
    tallies = {name: merged["summary"][name] for name in ("by_status", "by_scheme") if name in merged["summary"]}
    seen = without(merged, said["allow_unread"] or ())
    return {
        "exit": _exit(said, steps, seen, job, now),
        "connections": len(rows),
        **tallies,
        "by_reason": dict(sorted(codes.items())),
        "unread_projects": len(coverage_of(seen)["unread"]),
        "hosts_without_result": len(merged["problems"]),
    }


def _exit(said: Said, steps: Steps, seen: Result, job: Job, now: datetime) -> str:
    """Why the job ends as it does, in one word: ``ok`` or the code of a failure."""
    statuses = {row.get("status") for row in seen["connections"]}
    if statuses & {*FAILED}:
        return "connections_failed"
    broken = [result for results in steps.values() for result in results if "connections" not in result]
    if broken:
        return str((broken[0].get("failure") or {}).get("code") or job.stopped or "failed")
    if said.entry == "verify" and verdict_on_tests(seen, 0)["failed"]:
        return "tests_failed"
    if said.entry == "readiness" and said["readiness"] == "require" and unready(seen):
        return "not_ready"
    if said.entry == "watch" and findings(seen, days(said), now, baseline(said, job.earlier))["lines"]:
        return "due"
    if statuses & {*UNFINISHED}:
        return "unfinished"
    coverage = coverage_of(seen)
    if coverage["unread"] or coverage["partial"] or (job.incomplete and "*" not in (said["allow_unread"] or ())):
        return "unread"
    if job.stopped:
        return job.stopped
    if not steps and said.moved_nothing:
        return "ok"
    return "not_done" if shortcomings(steps, said["allow_unread"] or ()) else "ok"


def _markdown(entry: str, account: Json) -> str:
    """The same for a person. Words of ours and numbers only, so that nothing of it has to be quoted."""
    counts: Counter[str] = Counter()
    for name, number in (account.get("by_status") or account.get("by_scheme") or {}).items():
        counts[status_name(name)] += number
    lines = [f"## {entry}: {account['connections']} service connections, {account['exit']}"]
    for title, numbers in (("", counts), (f"{LEFT_ALONE} because of", account["by_reason"])):
        if numbers:
            lines += ["", f"| {title} | connections |", "|---|---:|"]
            lines += [f"| {name if not title else f'`{name}`'} | {number} |" for name, number in numbers.items()]
    if account["unread_projects"]:
        lines += ["", f"{account['unread_projects']} projects could not be read."]
    if "digest" in account:
        lines += ["", f"To do just that: `fleet_plan_digest={account['digest']}`"]
    return "\n".join(lines) + "\n"
