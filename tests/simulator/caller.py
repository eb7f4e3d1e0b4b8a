# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who signs in, what it may do, and the roles that it has on connections."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from typing import Literal

CallerKind = Literal["user", "service_principal", "managed_identity", "group", "anonymous"]
Level = Literal["administrator", "user", "reader", "none"]
LEVELS: tuple[Level, ...] = ("none", "reader", "user", "administrator")
GraphRights = Literal["all", "default", "owned", "none"]
AzureRights = Literal["owner", "user_access_administrator", "contributor", "reader", "none"]
PipelineRight = Literal[
    "reads_pipelines", "reads_releases", "reads_variable_groups", "reads_pools", "reads_tasks", "queues_pipelines"
]
Right = PipelineRight | Literal["reads_identities"]
RoleName = Literal["Administrator", "User", "Reader"]
ROLES: tuple[RoleName, ...] = ("Administrator", "User", "Reader")  # observed: 6.3


_SUBJECTS: dict[str, str] = {
    "user": "aad",
    "service_principal": "aadsp",
    "managed_identity": "aadsp",
    "anonymous": "s2s",
}


@dataclass
class Caller:
    """Somebody who signs in, or a group, which never does. `projects` None means all; `level` is the role on service connections."""

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
    reads_identities: bool = True
    tenant_id: str = ""
    members: frozenset[str] = frozenset()
    """Of a group: ids of those in it. They have the roles that it has."""

    @property
    def is_user(self) -> bool:
        return self.kind == "user"

    @property
    def account(self) -> str:
        """The name to sign in with; of a group the one without its place."""  # assumed: identities
        if self.kind == "group":
            return self.display_name.rpartition("\\")[2]
        return self.unique_name or self.display_name

    @property
    def mail(self) -> str:
        return self.unique_name if self.is_user else ""

    @property
    def descriptor(self) -> str:
        """Who this is to the older security calls."""  # observed: 1 (of people), assumed: 9.1 (of the others)
        if self.kind == "group":
            return f"Microsoft.TeamFoundation.Identity;{self._sid}"
        if self.kind == "anonymous":
            return f"System:PublicAccess;{self.id}"
        claims = "Microsoft.IdentityModel.Claims.ClaimsIdentity"
        if not self.is_user:
            claims = "Microsoft.VisualStudio.Services.Claims.AadServicePrincipal"
        return f"{claims};{self.tenant_id}\\{self.account}"

    @property
    def subject_descriptor(self) -> str:
        """Who this is to the newer calls; that of a group is its security identifier."""  # observed: 1 (of people), assumed: the rest
        if self.kind == "group":
            return "vssgp." + base64.urlsafe_b64encode(self._sid.encode()).rstrip(b"=").decode()
        return f"{_SUBJECTS[self.kind]}.{self.id.replace('-', '')}"

    @property
    def _sid(self) -> str:
        """A security identifier made of the id."""
        number = uuid.UUID(self.id).int
        return "S-1-9-1551374245-" + "-".join(str(number >> shift & 0xFFFFFFFF) for shift in (96, 64, 32, 0))

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
