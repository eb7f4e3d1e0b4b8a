# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows in numbers.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.coverage import Coverage

# Every status that a row can have, in the order in which summaries list them.
STATUSES = (
    "converted",
    "reverted",
    "migrated",
    "cleaned",
    "unchanged",
    "skipped",
    "waiting",
    "needs_person",
    "failed",
    "rolled_back",
    "would_convert",
    "would_revert",
    "would_migrate",
    "would_clean",
    "would_attempt",
    "would_wait",
    "would_need_person",
)


# What was not looked at, or no request can tell, said in every result.
_TASKS = "Tasks inside pipelines were not checked: old versions of some tasks cannot use workload identity federation."
NOT_CHECKED = {
    WIF: _TASKS,
    SERVICE_PRINCIPAL: "Tasks inside pipelines were not checked.",
    ENTRA_ISSUER: f"{_TASKS} Microsoft does not document whether the migration of an issuer writes the new federated credential, what becomes of the old one, "
    "and whether it may be asked for twice: the credential was looked for, the old one stays, and nothing was asked for twice.",
}
_LOOKED = "Not looked at: scripts in files{yaml}, branches that did not run, and checks of environments."


def not_checked(target: str, *, pipelines: bool, expanded: bool = False) -> str:
    """:param pipelines: whether the pipelines of connections were looked at. :param expanded: whether the service has expanded those in YAML."""
    return _LOOKED.format(yaml="" if expanded else " and in pipelines in YAML") if pipelines else NOT_CHECKED[target]


def run_summary(
    rows: t.Sequence[Json],
    whose: Json,
    *,
    target: str,
    not_selected: t.Mapping[str, t.Sequence[Json]],
    coverage: Coverage,
    unsettled: list[Json],
    held_back: float,
    pipelines: bool = False,
    expanded: bool = False,
    terraform: t.Sequence[Json] = (),
) -> Json:
    """The ``summary`` of azdo_arm_connection_convert, from its rows. ``by_status`` has every status, so that templates need no defaults."""
    return {
        **whose,
        "to": target,
        "seen": len(rows) + sum(map(len, not_selected.values())),
        "selected": len(rows),
        "not_selected": {code: list(items) for code, items in not_selected.items()},
        "by_status": {status: sum(row["status"] == status for row in rows) for status in STATUSES},
        "by_reason": _count(reason["code"] for row in rows for reason in row["reasons"]),
        "unsettled": unsettled,
        "not_checked": not_checked(target, pipelines=pipelines, expanded=expanded),
        **({"terraform": list(terraform)} if terraform else {}),
        "seconds_held_back": round(held_back, 1),
        "coverage": coverage.to_result(),
    }


def _count(values: t.Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
