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
from datetime import datetime

from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import WRITING, Said
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import verdict_on_tests
from ansible_collections.azdo.connections.plugins.plugin_utils._report.merge import (
    FAILED,
    UNFINISHED,
    coverage_of,
    merge,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import Result
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import findings
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import days
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.outcome import (
    ASKED,
    nothing_read,
    shortcomings,
    without,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.plan_file import content_of, digest_of

Json = dict[str, t.Any]
Steps = t.Mapping[str, t.Sequence[Result]]

# All of it together, as JSON: a plan of some 2,000 connections, or 12,000 ids.
LARGEST_BYTES = 512 * 1024
_MOVED = ("converted", "migrated")
_NUMBERS = ("awx_job_id", "tower_job_id")
# What takes its place where it is too large.
_INSTEAD = {"fleet_plan": "fleet_plan_path", "fleet_batch_ids": "fleet_journal", "azdo_rows": "fleet_report_folder"}


def handed_on(
    said: Said, steps: Steps, plans: t.Mapping[str, t.Any], extra: t.Mapping[str, t.Any], now: datetime
) -> tuple[Json, list[str]]:
    """What is handed on by name, and warnings about what is too large for that.

    :param steps: the results of each host. :param plans: by host. :param extra: the extra variables, in which AWX tells the number of the job.
    """
    merged = merge(steps)
    number = f"_{of_job}" if (of_job := job_number(extra)) else ""
    account = _account(said, steps, merged, now)
    large: dict[str, t.Any] = {}
    if said.entry == "plan" and plans and not nothing_read(dict(steps)):
        account["digest"] = digest_of(plans)
        large["fleet_plan"] = content_of(plans, said["connections"])
    if said.entry in WRITING:
        large["fleet_batch_ids"] = _batch(steps)
    if said["report_handed_on"]:
        large["azdo_rows"] = {"connections": merged["connections"]}
    kept, warnings = _as_far_as_it_fits(large)
    account["not_handed_on"] = sorted(large.keys() - kept.keys())
    # A plan is found under one name, whichever job made it: the digest says which one is meant.
    named = {name if name == "fleet_plan" else f"{name}{number}": value for name, value in kept.items()}
    digest = {"fleet_plan_digest": account["digest"]} if "digest" in account else {}
    return {
        **named,
        **digest,
        f"azdo_{said.entry}{number}": {**account, "markdown": _markdown(said.entry, account)},
    }, warnings


def job_number(extra: t.Mapping[str, t.Any]) -> str:
    """The number of the job, as AWX tells it; empty where there is none."""
    return next((str(extra[name]) for name in _NUMBERS if str(extra.get(name, "")).isdecimal()), "")


def _as_far_as_it_fits(large: t.Mapping[str, t.Any]) -> tuple[Json, list[str]]:
    kept: Json = {}
    room, warnings = LARGEST_BYTES, []
    for name, value in large.items():
        size = len(json.dumps(value, default=str))
        if size <= room:
            kept[name] = value
            room -= size
        else:
            warnings.append(
                f"{name} has {size} bytes, and {LARGEST_BYTES} are handed on to later jobs at most. Give {_INSTEAD[name]} a place that outlives the job, here "
                "and there."
            )
    return kept, warnings


def _batch(steps: Steps) -> list[str]:
    """What was moved and stays, and what the approved plan wanted moved and is there already, by an earlier try of the same job for example."""
    agreed = {
        id_ for results in steps.values() for result in results for id_ in (result.get(ASKED) or {}).get("agreed") or ()
    }
    return [
        row["id"]
        for row in merge(steps)["connections"]
        if row.get("status") in _MOVED or (row.get("status") == "unchanged" and row["id"] in agreed)
    ]


def _account(said: Said, steps: Steps, merged: Result, now: datetime) -> Json:
    """Shape: see RETURN of fleet_write."""
    rows = merged["connections"]
    codes = Counter(
        str(reason["code"]) for row in rows for reason in row.get("reasons") or () if reason.get("effect") == "blocks"
    )
    tallies = {name: merged["summary"][name] for name in ("by_status", "by_scheme") if name in merged["summary"]}
    seen = without(merged, said["allow_unread"] or ())
    return {
        "exit": _exit(said, steps, seen, now),
        "connections": len(rows),
        **tallies,
        "by_reason": dict(sorted(codes.items())),
        "unread_projects": len(coverage_of(seen)["unread"]),
        "hosts_without_result": len(merged["problems"]),
    }


def _exit(said: Said, steps: Steps, seen: Result, now: datetime) -> str:
    """Why the job ends as it does, in one word: ``ok`` or the code of a failure."""
    statuses = {row.get("status") for row in seen["connections"]}
    if statuses & {*FAILED}:
        return "connections_failed"
    broken = [result for results in steps.values() for result in results if "connections" not in result]
    if broken:
        return str((broken[0].get("failure") or {}).get("code") or "failed")
    if said.entry == "verify" and verdict_on_tests(seen, 0)["failed"]:
        return "tests_failed"
    if said.entry == "watch" and findings(seen, days(said), now)["lines"]:
        return "due"
    if statuses & {*UNFINISHED}:
        return "unfinished"
    coverage = coverage_of(seen)
    if coverage["unread"] or coverage["partial"]:
        return "unread"
    return "not_done" if shortcomings(dict(steps), said["allow_unread"] or ()) else "ok"


def _markdown(entry: str, account: Json) -> str:
    """The same for a person. Words of ours and numbers only, so that nothing of it has to be quoted."""
    counts = account.get("by_status") or account.get("by_scheme") or {}
    lines = [
        f"## {entry}: {account['connections']} service connections, {account['exit']}",
        "",
        "| | connections |",
        "|---|---:|",
        *(f"| {name.replace('_', ' ')} | {number} |" for name, number in counts.items()),
        *(f"| left alone: `{code}` | {number} |" for code, number in account["by_reason"].items()),
    ]
    if account["unread_projects"]:
        lines.append(f"| projects that could not be read | {account['unread_projects']} |")
    if "digest" in account:
        lines += ["", f"To do just that: `fleet_plan_digest={account['digest']}`"]
    return "\n".join(lines) + "\n"
