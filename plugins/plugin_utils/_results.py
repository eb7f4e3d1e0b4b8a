# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of many hosts as one.

PRIVATE to the collection, and pure. A *result* is what azdo_arm_connection_info or azdo_arm_connection_convert
returned: ``connections`` (rows) and ``summary``; the result of a task that never got that far has only ``msg``.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.azdo.connections.plugins.plugin_utils._wording import Result, Row, failure

# What a reader has to see first.
URGENCY = (
    "failed",
    "rolled_back",
    "waiting",
    "converted",
    "reverted",
    "migrated",
    "cleaned",
    "would_wait",
    "would_convert",
    "would_revert",
    "would_migrate",
    "would_clean",
    "would_attempt",
    "skipped",
)


def merge(results: t.Mapping[str, Result]) -> dict[str, t.Any]:
    """Return the results of several hosts (by host name) as one: ``{connections, summary, problems}``.

    Each connection appears once, even if several hosts saw it; rows are in the order project, connection. problems are
    the hosts whose task ended without rows, ``{host, message}``: what they stand for is missing from the report, so its
    coverage is not complete.
    """
    rows = _merge_rows([row for result in results.values() for row in result.get("connections", [])])
    problems = [
        {"host": host, "message": failure(result)}
        for host, result in sorted(results.items())
        if "connections" not in result
    ]
    return {
        "connections": rows,
        "summary": {
            "total": len(rows),
            **_tallies(rows),
            **_merge_notes(results),
            "coverage": _merge_coverages(results, complete=bool(results) and not problems),
        },
        "problems": problems,
    }


def _tallies(rows: t.Sequence[Row]) -> dict[str, dict[str, int]]:
    present = [key for key in ("scheme", "status") if any(key in row for row in rows)]
    return {f"by_{key}": dict(sorted(tally(rows, key).items())) for key in present}


def _merge_notes(results: t.Mapping[str, Result]) -> dict[str, t.Any]:
    """What conversions tell beside their rows: connections they found half done, and how long the service held them back."""
    summaries = [result["summary"] for result in results.values() if "unsettled" in (result.get("summary") or {})]
    if not summaries:
        return {}
    unsettled = {item["id"]: item for summary in summaries for item in summary["unsettled"]}
    return {
        "seen": sum(summary.get("seen") or 0 for summary in summaries),
        "unsettled": list(unsettled.values()),
        "seconds_held_back": sum(summary.get("seconds_held_back") or 0 for summary in summaries),
    }


def _merge_coverages(results: t.Mapping[str, Result], complete: bool) -> dict[str, t.Any]:
    coverages = [coverage_of(result) for result in results.values() if "connections" in result]
    return {
        "complete": complete and all(coverage.get("complete") for coverage in coverages),
        "projects": sum(coverage.get("projects") or 0 for coverage in coverages),
        **{
            key: [item for coverage in coverages for item in coverage.get(key) or []]
            for key in ("unread", "empty", "partial")
        },
    }


def _merge_rows(rows: t.Sequence[Row]) -> list[Row]:
    """The row that did something wins over one that only looked on; then the one with the fewest reasons: the owner's knows best."""
    unique: dict[t.Any, Row] = {}
    for row in rows:
        known = unique.get(row["id"])
        if known is None or _rank(row) < _rank(known):
            unique[row["id"]] = row
    return sorted(unique.values(), key=lambda row: (str(row.get("project")), str(row["name"]), str(row["id"])))


def _rank(row: Row) -> tuple[int, int]:
    verdicts = (row.get("eligibility") or {}).values()
    return urgency(row), len(row.get("reasons") or []) + sum(len(verdict.get("codes") or []) for verdict in verdicts)


def urgency(row: Row) -> int:
    """Return the place of the row's status in URGENCY; what has none comes last."""
    status = row.get("status")
    return URGENCY.index(status) if status in URGENCY else len(URGENCY)


def coverage_of(result: Result) -> t.Mapping[str, t.Any]:
    return (result.get("summary") or {}).get("coverage") or {}


def tally(rows: t.Sequence[Row], key: str) -> Counter[str]:
    return Counter(str(row.get(key) or "unknown") for row in rows)
