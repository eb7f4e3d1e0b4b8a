# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who signs in, what it may do, and the roles that it has on connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

CallerKind = Literal["user", "service_principal", "managed_identity", "anonymous"]
Level = Literal["administrator", "user", "reader", "none"]
LEVELS: tuple[Level, ...] = ("none", "reader", "user", "administrator")
GraphRights = Literal["all", "default", "owned", "none"]
AzureRights = Literal["owner", "user_access_administrator", "contributor", "reader", "none"]
PipelineRight = Literal[
    "reads_pipelines", "reads_releases", "reads_variable_groups", "reads_pools", "reads_tasks", "queues_pipelines"
]
RoleName = Literal["Administrator", "User", "Reader"]
ROLES: tuple[RoleName, ...] = ("Administrator", "User", "Reader")  # observed: 6.3


@dataclass
class Caller:
    """Somebody who signs in. `projects` None means all; `level` is the role on service connections."""

    id: str
    display_name: str
    unique_name: str
    kind: CallerKind = "user"
    pat: str | None = None
    pat_expired: bool = False
    client_id: str | None = None
    object_id: str = ""
    member: bool = True
    projects: frozenset[str] | None = None
    level: Level = "administrator"
    levels: dict[str, Level] = field(default_factory=dict)
    creator: bool = True
    graph_rights: GraphRights = "all"
    azure_rights: AzureRights = "owner"
    # what may be read of pipelines, in every project that is seen
    reads_pipelines: bool = True
    reads_releases: bool = True
    reads_variable_groups: bool = True
    reads_pools: bool = True
    reads_tasks: bool = True
    queues_pipelines: bool = True

    @property
    def is_user(self) -> bool:
        return self.kind == "user"

    def sees(self, project_id: str) -> bool:
        return self.projects is None or project_id in self.projects

    def has(self, wanted: Level, project_id: str) -> bool:
        level = self.levels.get(project_id, self.level)
        return self.sees(project_id) and LEVELS.index(level) >= LEVELS.index(wanted)


@dataclass
class UserRole:
    """A security role of a connection. It adds to the caller's `level`, as roles do that come from several places."""

    caller: Caller
    role: RoleName
    inherited: bool = False
    counts: bool = True
    """False for an administrator of the project who made the connection: of such a person a test says with `level` what it may do."""
