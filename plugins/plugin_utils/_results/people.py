# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of people, and a report without them.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row

# What the modules return of people: who has made a connection, and who has asked.
_OF_ROWS = ("created_by",)
_OF_SUMMARIES = ("asked_by",)


def without_people(result: Result) -> dict[str, t.Any]:
    """The result without them. What people have written themselves, such as descriptions, stays."""
    rows = [_without(row) for row in result.get("connections") or ()]
    summary = {key: value for key, value in (result.get("summary") or {}).items() if key not in _OF_SUMMARIES}
    if others := summary.get("not_selected"):
        summary["not_selected"] = {code: [_without(item) for item in items] for code, items in others.items()}
    return {**result, **({"connections": rows} if "connections" in result else {}), "summary": summary}


def _without(item: Row) -> dict[str, t.Any]:
    return {key: value for key, value in item.items() if key not in _OF_ROWS}
