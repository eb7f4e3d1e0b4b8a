# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stored world of the simulator: one organization, its projects, service connections and callers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .azure_places import Places
from .caller import Caller, UserRole
from .directory import Directory
from .lag import Lags, Snapshots
from .pipeline_state import Pipelines


@dataclass
class Execution:
    id: int
    plan_type: str
    definition_id: int
    definition_name: str
    started: datetime
    finished: datetime | None
    result: str | None


@dataclass
class PipelinePermissions:
    all_pipelines: tuple[str, datetime] | None = None
    """Caller id and time of "grant access to all pipelines"."""
    pipelines: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    calls_until_visible: int = 0


@dataclass
class Check:
    id: int
    project_id: str
    connection_id: str
    type_id: str
    type_name: str
    settings: dict[str, Any]
    timeout: int
    created_by: str
    created: datetime
    modified_by: str
    modified: datetime
    disabled: bool = False


@dataclass
class Reference:
    project: Project
    name: str
    description: str = ""


@dataclass
class Previous:
    """What a revert restores."""

    scheme: str
    parameters: dict[str, str | None]
    deadline: datetime
    by_tool: bool


@dataclass
class Pending:
    """Something Azure DevOps still does in the background; ends after `polls` reads and not before `due`. -1: by time alone."""

    kind: Literal["creation", "update", "conversion", "deletion", "migration"]
    polls: int
    due: datetime | None = None
    failure: str = ""
    target: str = ""
    remove_from: tuple[str, ...] = ()
    deep: bool = False
    caller: Caller | None = None
    """Who asked for it; for creations and updates it acts with the rights of this person."""


@dataclass
class Status:
    state: str = "Ready"
    message: str = ""
    severity: str | None = None
    error_code: int | None = None


@dataclass
class Connection:
    id: str
    type: str
    url: str
    owner: str
    scheme: str
    parameters: dict[str, str | None]
    data: dict[str, str]
    references: list[Reference]
    created_by: Caller
    created: datetime
    secrets: dict[str, str] = field(default_factory=dict)
    """Hidden: parameter name to secret; the API shows the mask instead."""
    description: str = ""
    ready: bool = True
    disabled: bool = False
    status: Status = field(default_factory=Status)
    modified_by: Caller | None = None
    modified: datetime | None = None
    service_management_reference: str | None = None
    previous: Previous | None = None
    pending: Pending | None = None
    history: dict[str, list[Execution]] = field(default_factory=dict)
    permissions: dict[str, PipelinePermissions] = field(default_factory=dict)
    roles: dict[str, list[UserRole]] = field(default_factory=dict)
    """Per project id; there the creator is Administrator, see World."""
    inherits: bool = True
    """False: inheritance is off, so that only roles of its own count and even `level` administrator does not see it."""
    # how this connection behaves, set by the fleet
    application_writable: bool = True
    conversion_polls: int | None = None
    conversion_failure: str = ""
    partial: bool = False
    """GET answers without type and data, as for a caller without read permission."""

    @property
    def owning(self) -> Reference:
        return self.references[0]

    @property
    def name(self) -> str:
        return self.owning.name

    @property
    def creation_mode(self) -> str:
        return self.data.get("creationMode", "")

    @property
    def issuer(self) -> str | None:
        return self.parameters.get("workloadIdentityFederationIssuer")

    @property
    def subject(self) -> str | None:
        return self.parameters.get("workloadIdentityFederationSubject")

    def reference(self, project_id: str) -> Reference | None:
        return next((item for item in self.references if item.project.id == project_id), None)

    def give_role(self, project_id: str, given: UserRole) -> None:
        """Replaces what this caller has in the project, or adds. What is inherited is apart from what is given here."""  # assumed: 6.3
        known = self.roles.setdefault(project_id, [])
        same = (given.caller.id, given.inherited)
        place = next(
            (place for place, item in enumerate(known) if (item.caller.id, item.inherited) == same), len(known)
        )
        known[place : place + 1] = [given]

    def take_roles(self, project_id: str, identities: Collection[str]) -> None:
        """Takes away what was given here; what is inherited stays."""  # assumed: 6.3
        known = self.roles.get(project_id, [])
        self.roles[project_id] = [item for item in known if item.inherited or item.caller.id not in identities]

    def parameter(self, name: str) -> str:
        """Keys are matched without regard to case."""  # observed: 2.5
        wanted = name.lower()
        return next((value or "" for key, value in self.parameters.items() if key.lower() == wanted), "")

    def set_parameter(self, name: str, value: str) -> None:
        """Under the key that is there in whatever case."""
        wanted = name.lower()
        key = next((key for key in self.parameters if key.lower() == wanted), name)
        self.parameters[key] = value


@dataclass
class Project:
    id: str
    name: str
    description: str = ""
    state: str = "wellFormed"
    visibility: str = "private"
    revision: int = 11
    updated: datetime | None = None
    connections: dict[str, Connection] = field(default_factory=dict)


class World:
    def __init__(self, organization: str, organization_id: str, tenant_id: str) -> None:
        self.organization = organization
        self.organization_id = organization_id
        self.tenant_id = tenant_id
        self.tenants = {tenant_id.lower()}
        self.projects: dict[str, Project] = {}
        self.connections: dict[str, Connection] = {}
        self.callers: dict[str, Caller] = {}
        self.checks: dict[int, Check] = {}
        self.former_checks: dict[int, Check] = {}
        """Those that requests have deleted, for reads that lag behind."""
        self.directory = Directory()
        self.places = Places()
        self.default_managed_identity: Caller | None = None
        self.lags = Lags()
        self.snapshots = Snapshots()
        self.pipelines = Pipelines()
        self.busy: set[str] = set()
        """Resources that a request is writing just now."""
        self._next_check = 1

    def add_project(self, project: Project) -> Project:
        self.projects[project.id] = project
        return project

    def find_project(self, text: str) -> Project | None:
        wanted = text.lower()
        found = self.projects.get(wanted)
        if found is None:
            found = next((item for item in self.projects.values() if item.name.lower() == wanted), None)
        return found

    def add_connection(self, connection: Connection) -> Connection:
        self.connections[connection.id] = connection
        self._enter(connection, connection.references)
        return connection

    def set_references(self, connection: Connection, references: list[Reference]) -> None:
        for old in connection.references:
            old.project.connections.pop(connection.id, None)
        connection.references = references
        self._enter(connection, references)

    def _enter(self, connection: Connection, references: list[Reference]) -> None:
        """The creator is Administrator wherever the connection comes."""  # assumed: 6.3
        for reference in references:
            reference.project.connections[connection.id] = connection
            connection.roles.setdefault(
                reference.project.id, [UserRole(connection.created_by, "Administrator", counts=False)]
            )

    def remove_connection(self, connection: Connection) -> None:
        self.set_references(connection, [])
        self.connections.pop(connection.id, None)
        for check_id in [check.id for check in self.checks.values() if check.connection_id == connection.id]:
            del self.checks[check_id]

    def next_check_id(self) -> int:
        self._next_check += 1
        return self._next_check - 1
