# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of many hosts as one.

PRIVATE to the collection, and pure. A *result* is what azdo_arm_connection_info or azdo_arm_connection_convert
returned: ``connections`` (rows) and ``summary``; the result of a task that never got that far has only ``msg``. A host that took several steps,
one wave after the other or a way back, has several results, in the order of time.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import known_scheme
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import would_say
from ansible_collections.azdo.connections.plugins.plugin_utils._results.coverage import coverage_of_all
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import UNFINISHED, numbers
from ansible_collections.azdo.connections.plugins.plugin_utils._results.other_types import merged_other_types
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row, failure, whose
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import worst_of

_NOT_OURS = "shared_not_owner"

# What a reader has to see first.
URGENCY = (
    "failed",
    "rolled_back",
    "waiting",
    "needs_person",
    "converted",
    "reverted",
    "migrated",
    "cleaned",
    "would_wait",
    "would_need_person",
    "would_convert",
    "would_revert",
    "would_migrate",
    "would_clean",
    "would_attempt",
    "skipped",
)


def merge(steps: t.Mapping[str, t.Sequence[Result]]) -> dict[str, t.Any]:
    """Return the results of several hosts (by host name) as one: ``{connections, summary, problems}``.

    Each connection appears once, even if several hosts saw it; rows are in the order organization, project, connection. problems are
    the hosts of which a task ended without rows, ``{host, message}``: what they stand for is missing from the report, so its
    coverage is not complete.
    """
    results = [result for taken in steps.values() for result in taken]
    rows = _merge_rows([_one_host(taken) for taken in steps.values()])
    problems = [
        {"host": host, "message": failure(result)}
        for host, taken in sorted(steps.items())
        for result in taken
        if "connections" not in result
    ]
    summary = {
        "total": len(rows),
        "hosts": len(steps),
        **_tallies(rows),
        **_merge_asked_by(results),
        **_merge_notes(results, rows),
        **merged_other_types([result.get("summary") or {} for result in results]),
        "coverage": coverage_of_all(_summaries(results), complete=bool(results) and not problems),
    }
    merged = {"connections": rows, "summary": summary, "problems": problems}
    return {**merged, "summary": {**summary, "numbers": numbers(merged).to_result()}}


def _one_host(taken: t.Sequence[Result]) -> list[Row]:
    """The rows of one host after all its steps: a later row about the same connection goes on from the earlier one."""
    rows: dict[t.Any, Row] = {}
    for result in taken:
        summary = result.get("summary") or {}
        for row in result.get("connections", ()):
            named = {**row, **whose(summary)}
            earlier = rows.get(row["id"])
            rows[row["id"]] = named if earlier is None else _going_on(earlier, named)
    return list(rows.values())


def _going_on(earlier: Row, later: Row) -> Row:
    """What both steps came to. A conversion that was taken back has the status ``rolled_back``, wherever the fault was that made it necessary."""
    if later.get("status") == "reverted" and earlier.get("target") != later.get("target"):
        return {**earlier, "status": "rolled_back", "after": later.get("after"), "revert_deadline": None}
    if later.get("status") in ("failed", *UNFINISHED) and earlier.get("target") != later.get("target"):
        # The way back did not work: that is what a person has to see.
        return {**later, "before": earlier.get("before"), "reasons": earlier.get("reasons")}
    if later.get("status") == "skipped" and earlier.get("target") != later.get("target"):
        # It was to go back and could not: why is what a person has to know.
        return {**earlier, "reasons": [*(earlier.get("reasons") or ()), *(later.get("reasons") or ())]}
    return later if urgency(later) <= urgency(earlier) else earlier


def _tallies(rows: t.Sequence[Row]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    if any("scheme" in row for row in rows):
        counts["by_scheme"] = dict(sorted(Counter(known_scheme(row.get("scheme")) for row in rows).items()))
    if any("status" in row for row in rows):
        counts["by_status"] = dict(sorted(tally(rows, "status").items()))
    return counts


def _merge_asked_by(results: t.Sequence[Result]) -> dict[str, str]:
    """Who has asked, if it was the same person everywhere."""
    names = {str(found) for result in results if (found := (result.get("summary") or {}).get("asked_by"))}
    return {"asked_by": names.pop()} if len(names) == 1 else {}


def _merge_notes(results: t.Sequence[Result], rows: t.Sequence[Row]) -> dict[str, t.Any]:
    """What conversions tell beside their rows: connections they found half done, and how long the service held them back."""
    summaries = [result["summary"] for result in results if "unsettled" in (result.get("summary") or {})]
    if not summaries:
        return {}
    unsettled = {item["id"]: item for summary in summaries for item in summary["unsettled"]}
    # A way back after a wave is part of the same run, so the first one says what it was about.
    return {
        **{key: summaries[0][key] for key in ("to", "not_checked") if key in summaries[0]},
        **_merge_terraform(summaries),
        "not_selected": _merge_not_selected(summaries, rows),
        "unsettled": list(unsettled.values()),
        "seconds_held_back": sum(summary.get("seconds_held_back") or 0 for summary in summaries),
    }


def _merge_terraform(summaries: t.Sequence[Result]) -> dict[str, t.Any]:
    """The work of a person at each state, with the connections of all hosts; of what Terraform would say the worst."""
    by_state: dict[str, dict[str, t.Any]] = {}
    for item in (item for summary in summaries for item in summary.get("terraform") or ()):
        known = by_state.setdefault(str(item.get("state")), {**item, "connections": []})
        seen = {(one.get("id"), one.get("address")) for one in known["connections"]}
        known["connections"] += [
            one for one in item.get("connections") or () if (one.get("id"), one.get("address")) not in seen
        ]
        known["plan_would_say"] = would_say(known["connections"])
    return {"terraform": [by_state[state] for state in sorted(by_state)]} if by_state else {}


def _merge_not_selected(summaries: t.Sequence[Result], rows: t.Sequence[Row]) -> dict[str, list[Row]]:
    """What no host has a row for. The owner knows best why: others say only that it is not theirs."""
    chosen, found = {row["id"] for row in rows}, dict[str, tuple[str, Row]]()
    for summary in summaries:
        for code, items in (summary.get("not_selected") or {}).items():
            for item in items:
                if item["id"] not in chosen and found.get(item["id"], (_NOT_OURS,))[0] == _NOT_OURS:
                    found[item["id"]] = code, {**item, **whose(summary)}
    by_code: dict[str, list[Row]] = {}
    for code, item in sorted(found.values(), key=lambda pair: _place(pair[1])):
        by_code.setdefault(code, []).append(item)
    return dict(sorted(by_code.items()))


def _summaries(results: t.Sequence[Result]) -> list[Result]:
    """Those of results that have rows, or say what they have seen all the same."""
    return [result.get("summary") or {} for result in results if "connections" in result or coverage_of(result)]


def _merge_rows(hosts: t.Iterable[t.Sequence[Row]]) -> list[Row]:
    """The row that did something wins over one that only looked on; then the one with the fewest reasons: the owner's knows best."""
    unique: dict[t.Any, Row] = {}
    judged: dict[t.Any, list[Row]] = {}
    coded: dict[t.Any, Row] = {}
    for row in (row for rows in hosts for row in rows):
        known = unique.get(row["id"])
        if isinstance(row.get("readiness"), t.Mapping):
            judged.setdefault(row["id"], []).append(row)
        if row.get("as_code"):
            coded[row["id"]] = {key: value for key, value in row.items() if key.startswith("as_code")}
        if known is None or _rank(row) < _rank(known):
            unique[row["id"]] = row
    # What one host has seen of its pipelines is true, whatever another one has not seen.
    for id_, several in judged.items():
        unique[id_] = {**unique[id_], **worst_of(several)}
    # Only the host that has read the owning project knows the code.
    for id_, code in coded.items():
        unique[id_] = {**unique[id_], **code}
    return sorted(unique.values(), key=_place)


def _place(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(key) or "") for key in ("organization", "project", "name", "id"))


def _rank(row: Row) -> tuple[int, int]:
    verdicts = (row.get("eligibility") or {}).values()
    return urgency(row), len(row.get("reasons") or []) + sum(len(verdict.get("codes") or []) for verdict in verdicts)


def urgency(row: Row) -> int:
    """Return the place of the row's status in URGENCY; what has none comes last."""
    return place_of(row.get("status"))


def place_of(status: t.Any) -> int:
    return URGENCY.index(status) if status in URGENCY else len(URGENCY)


def coverage_of(result: Result) -> t.Mapping[str, t.Any]:
    return (result.get("summary") or {}).get("coverage") or {}


def tally(rows: t.Sequence[Row], key: str) -> Counter[str]:
    return Counter(str(row.get(key) or "unknown") for row in rows)
