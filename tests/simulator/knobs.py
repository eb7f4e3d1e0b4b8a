# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that a test may set: one typed field per behaviour that the fact sheet leaves open or that can go wrong.

Each comment names the section of the fact sheet; README.md has the same list as a table.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "rejection": ("natural", "redirect_302", "html_203", "empty_401", "expired_401", "json_401"),
    "unknown_project": ("natural", "tf200016", "vs800075"),
    "missing_connection": ("null", "empty", "404"),
    "issuer": ("entra", "azure_devops"),
    "manual_issuer": ("same", "entra", "azure_devops", "either"),
    "ready_status": ("shown", "omitted"),
    "omitted_data": ("removed", "kept"),
    "unknown_data": ("kept", "dropped"),
    "automatic_update": ("background", "recorded"),
    "automatic_blanks": ("kept", "replaced"),
    "stale_deadline": ("reject", "ignore", "misbehave"),
    "deadline_format": ("ticks", "seconds", "no_zone", "us"),
    "expired_deadline": ("kept", "removed"),
    "conversion_answer": ("object", "empty"),
    "conversion_credential": ("create", "forget"),
    "conversion_drops": ("", "share", "check", "permission", "role", "data", "description", "enabled"),
    "migration_credential": ("create", "require", "forget"),
    "definitions_without_rights": ("forbidden", "empty"),
    "preview_needs": ("read", "queue"),
    "checkout_in_timeline": ("null", "task"),
    "unknown_backing": ("bad_request", "forbidden"),
}


@dataclass
class Knobs:
    # sign-in (9.1, 9.2)
    rejection: str = "natural"
    anonymous: bool = False  # inferred in 1: an organization with public projects answers an anonymous user
    token_lifetime_s: int = 3600
    # projects (1)
    unknown_project: str = "natural"
    project_page_size: int = 100
    # reading connections (2.2 - 2.4)
    missing_connection: str = "null"
    secret_mask: str | None = None
    ready_status: str = "shown"
    empty_secret_wipes: bool = False
    omitted_data: str = "removed"
    unknown_data: str = "kept"
    issuer: str = "entra"
    # creation and deletion (2.7, 2.9, 2.11); work in the background ends after *_ms, or after *_polls reads where that is not -1
    creation_polls: int = -1
    creation_ms: float = 20.0
    creation_failure: str = ""
    creator_administers: bool = True
    deletion_polls: int = -1
    deletion_ms: float = 0.0
    deletion_failure: str = ""
    # changes of what Azure DevOps made (2.7, 2.11)
    automatic_update: str = "background"
    automatic_blanks: str = "kept"
    update_polls: int = -1
    update_ms: float = 20.0
    update_failure: str = ""
    # conversion (3)
    conversion_polls: int = -1
    conversion_ms: float = 0.0
    conversion_failure: str = ""
    conversion_answer: str = "object"
    conversion_credential: str = "create"
    conversion_drops: str = ""
    stale_deadline: str = "reject"
    deadline_format: str = "ticks"
    expired_deadline: str = "kept"
    revert_days: float = 7.0
    manual_issuer: str = "same"
    pair_in_error: bool = False
    pair_in_answer: bool = False
    non_user_manual_conversion: bool = True
    workload_identity_federation: bool = True
    # issuer migration (4)
    migration_polls: int = -1
    migration_ms: float = 20.0
    migration_credential: str = "create"
    migration_failure: str = ""
    migration_non_user: bool = False
    # TestConnection (5)
    propagation_tests: int = 0
    group_role_reads: bool = False
    # lists of the portal (sheet about look-ups)
    proxy_lists_for_pat: bool = False
    # permissions (6.1)
    permission_delay_calls: int = 0
    # checks and roles (6.2, 6.3)
    check_lag_reads: int = 0
    role_lag_reads: int = 0
    # execution history (7)
    history_page_size: int = 50
    # pipelines (fact sheet about pipeline readiness, 3 and 4)
    definitions_page_size: int = 100
    build_retention_days: float = 0.0
    definitions_without_rights: str = "forbidden"
    preview_needs: str = "read"
    checkout_in_timeline: str = "null"
    # directory and resource manager (8)
    users_may_register: bool = True
    owned_reads_directory: bool = True
    owned_lists_applications: bool = True
    requires_service_management_reference: bool = False
    unknown_backing: str = "bad_request"
    resource_groups: list[str] = field(default_factory=list)
    resource_group_location: str = "westeurope"
    principal_replication_tries: int = 0
    arm_page_size: int = 50
    graph_lag_reads: int = 0
    graph_lag_ms: float = 0.0
    arm_lag_reads: int = 0
    arm_lag_ms: float = 0.0
    # rate limits (10)
    retry_after: float = 0.0
    rate_limit_remaining: int = -1
    rate_budget: int = 0
    rate_cost: float = 1.0
    rate_delay_s: float = 0.0
    rate_window_s: float = 300.0
    # waiting time per class of route, in milliseconds
    latency_ms: dict[str, float] = field(default_factory=dict)

    def set(self, changes: Mapping[str, Any]) -> None:
        """Change several knobs or none. Raises ValueError for an unknown knob, a wrong type or an unknown choice."""
        known = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown knob {name!r}; the knobs are {', '.join(sorted(known))}")
            _check(name, value, known[name])
        for name, value in changes.items():
            setattr(self, name, copy.copy(value))


def _check(name: str, value: Any, current: Any) -> None:
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise ValueError(f"knob {name} is one of {', '.join(CHOICES[name])}, not {value!r}")
    elif name == "secret_mask":
        if value not in (None, ""):
            raise ValueError('knob secret_mask is null or ""')
    elif not _fits(value, current):
        raise ValueError(f"knob {name} wants {_WANTED[type(current)]}, not {value!r}")


_WANTED = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list of texts",
    dict: "an object",
}


def _fits(value: Any, current: Any) -> bool:
    if isinstance(current, bool) or isinstance(value, bool):
        return isinstance(current, bool) and isinstance(value, bool)
    if isinstance(current, (int, float)):
        return isinstance(value, (int, float))
    if isinstance(current, list):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, type(current))
