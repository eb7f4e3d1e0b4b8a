# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results for the tests of reports: what the modules return, made by hand."""

from __future__ import annotations

import copy
import typing as t
from datetime import datetime, timedelta, timezone

Row = dict[str, t.Any]
Result = dict[str, t.Any]

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=timezone.utc)
COMPLETE: Row = {"complete": True, "projects": 2, "unread": [], "empty": [], "partial": []}

# Names that people could give, and that must stay names.
HOSTILE = (
    '</script><img src=x onerror="document.title=1">',
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</style></title><script>alert(1)</script>",
    "-->]]><!--",
    "\u202egnp.exe\u2066",
    "x" * 300,
    "rocket 🚀 👩\u200d💻",
    "é" + "\u0337" * 30,
    "=HYPERLINK(A1)",
    "a|b `c` **d** [e](https://example.com)",
    "{{ 7*7 }}{% raw %}",
    "tab\tand\nline",
    "\ud800",
    "مرحبا",
)


def when(days: float) -> str:
    """A time so many days after NOW."""
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def info_row(name: str = "azure-prod", project: str = "Payments", **other: t.Any) -> Row:
    """A row of azdo_arm_connection_info, with usage and identity."""
    return {
        "id": f"id of {name}",
        "name": name,
        "project": project,
        "projects": [{"id": "p1", "name": project}],
        "scheme": "service_principal",
        "creation_mode": "automatic",
        "issuer_kind": None,
        "enabled": True,
        "state": "ready",
        "revert": {"possible": False, "deadline": None, "hours_left": None},
        "eligibility": verdicts(workload_identity_federation=True),
        "usage": used(3),
        "secret_expires": when(100),
        **other,
    }


def used(days_ago: float) -> Row:
    return {
        "readable": True,
        "never_used": False,
        "last_used": when(-days_ago),
        "days_until_auto_disable": int(100 - days_ago),
        "definitions": [],
    }


UNREADABLE = {"readable": False, "never_used": None, "last_used": None, "days_until_auto_disable": None}
NEVER = {"readable": True, "never_used": True, "last_used": None, "days_until_auto_disable": None}


def verdicts(**eligible: bool | tuple[str, ...]) -> Row:
    """For each target True, or the codes that say no."""
    return {
        target: {"eligible": found is True, "codes": [] if found is True else list(t.cast("tuple[str, ...]", found))}
        for target, found in eligible.items()
    }


def federated(issuer: str = "entra", **other: t.Any) -> Row:
    return {
        "scheme": "workload_identity_federation",
        "issuer_kind": issuer,
        "secret_expires": None,
        "eligibility": verdicts(workload_identity_federation=("already_federated",)),
        **other,
    }


def run_row(status: str, name: str = "azure-prod", project: str = "Payments", **other: t.Any) -> Row:
    """A row of azdo_arm_connection_convert."""
    moved = {"scheme": "workload_identity_federation", "issuer_kind": "entra"}
    return {
        "id": f"id of {name}",
        "name": name,
        "project": project,
        "projects": [{"name": project}],
        "target": "workload_identity_federation",
        "status": status,
        "reasons": [],
        "error": None,
        "rollback": "possible",
        "revert_deadline": when(7) if status == "converted" else None,
        "before": {"scheme": "service_principal", "issuer_kind": None},
        "after": moved if status == "converted" else None,
        "verification": {"before": {"result": "ok"}, "after": {"result": "ok"} if status == "converted" else None},
        "hand_off": None,
        "last_used": when(-3),
        **other,
    }


def reason(code: str, effect: str = "blocks") -> Row:
    return {
        "code": code,
        "effect": effect,
        "message": f"{code} is so.",
        "remedy": f"Do something about {code}.",
        "evidence": {},
    }


def result(*rows: Row, coverage: t.Any = None, **summary: t.Any) -> Result:
    return {
        "connections": list(rows),
        "summary": {"organization": "contoso", **summary, "coverage": coverage or COMPLETE},
    }


def hostile_estate() -> Result:
    """Every hostile name as connection, project, share and reason of what could not be read."""
    rows = [
        info_row(name, project=HOSTILE[-place], projects=[{"name": HOSTILE[-place]}, {"name": name}], state=name)
        for place, name in enumerate(HOSTILE)
    ]
    coverage = {
        **COMPLETE,
        "complete": False,
        "unread": [{"project": name, "reason": name} for name in HOSTILE],
        "empty": list(HOSTILE),
    }
    made = result(*rows, coverage=coverage)
    return {**made, "problems": [{"host": name, "message": name} for name in HOSTILE]}


def big_estate(number: int) -> Result:
    """So many connections of several kinds in 500 projects."""
    kinds = [
        info_row(),
        info_row(**federated()),
        info_row(**federated("azure_devops")),
        info_row(eligibility=verdicts(workload_identity_federation=("shared", "disabled")), enabled=False),
        info_row(
            secret_expires=None, usage=UNREADABLE, eligibility=verdicts(workload_identity_federation=("unknown",))
        ),
        info_row(usage=NEVER, secret_expires=when(-5)),
    ]
    rows = []
    for place in range(number):
        row = copy.copy(kinds[place % len(kinds)])
        row.update(
            id=f"{place:08x}-970c-5e4d-9f3b-1c73ae95a9ae",
            name=f"connection-{place:05}",
            project=f"Project {place % 500:03}",
        )
        rows.append(row)
    return result(*rows)
