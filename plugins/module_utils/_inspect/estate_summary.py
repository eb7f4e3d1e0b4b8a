# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in numbers.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, known_scheme
from ansible_collections.azdo.connections.plugins.module_utils._model.coverage import Coverage
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import TARGETS


def whose(client: AzureDevOps) -> Json:
    """Which organization a summary is about, and who has asked it."""
    return {
        "organization": client.name,
        "organization_url": client.url,
        "asked_by": client.organization().caller_name,
    }


def estate_summary(rows: t.Sequence[Json], client: AzureDevOps, coverage: Coverage) -> Json:
    """The ``summary`` of azdo_arm_connection_info, from its rows."""
    return {
        **whose(client),
        "total": len(rows),
        "by_scheme": _count(known_scheme(row["scheme"]) for row in rows),
        "by_issuer": _count(row["issuer_kind"] for row in rows if row["issuer_kind"]),
        "eligible": {target: sum(row["eligibility"][target]["eligible"] for row in rows) for target in TARGETS},
        "shared": sum(row["shared"] for row in rows),
        "disabled": sum(not row["enabled"] for row in rows),
        "not_ready": sum(row["state"] != "ready" for row in rows),
        "coverage": coverage.to_result(),
    }


def _count(values: t.Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
