# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builder of worlds: `Fleet` makes projects, connections and callers with one keyword per thing a test may need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Literal

from . import credentials, federation, identity_fleet, scopes
from .belongings import Belongings
from .caller import Caller
from .identifiers import guid
from .state import Connection, PipelinePermissions, Previous, Project, Reference, Status

DEFAULT_PAT = "simulated0personal0access0token0for0tests0only0" + "x" * 29 + "AZDO" + "abcd"
Issuer = Literal["entra", "azure_devops"]
_STATES = {"ready": "Ready", "in_progress": "InProgress", "failed": "Failed"}


class Fleet(Belongings):
    """A world under construction. A simulator changes it, so give every simulator a fleet of its own."""

    def __init__(
        self,
        organization: str = "contoso",
        pat: str = DEFAULT_PAT,
        *,
        tenant_id: str | None = None,
        issuer: Issuer = "entra",
    ) -> None:
        super().__init__(organization, tenant_id or guid("tenant", organization))
        self.pat = pat
        self.issuer: Issuer = issuer
        self.user = self.caller("Sam Operator", pat=pat)

    # -- projects and connections ----------------------------------------------------------------------------------
    def project(
        self, name: str, *, description: str = "", state: str = "wellFormed", visibility: str = "private"
    ) -> Project:
        """The project of this name, made if there is none."""
        identifier = guid("project", self.organization, name)
        known = self.world.projects.get(identifier)
        if known is not None:
            return known
        return self.world.add_project(
            Project(identifier, name, description, state, visibility, updated=self.now - timedelta(days=400))
        )

    def connection(
        self,
        project: Project,
        name: str,
        *,
        scheme: str = "ServicePrincipal",
        creation_mode: str | None = "default",
        identity_type: str | None = "default",
        type: str = "azurerm",
        environment: str = "AzureCloud",
        url: str | None = None,
        scope_level: str = "Subscription",
        subscription_id: str | None = None,
        subscription_name: str = "Contoso Production",
        resource_group: str | None = None,
        resource_group_in: Literal["data", "scope"] = "data",
        management_group_id: str = "mg-platform",
        management_group_name: str = "Platform",
        ml_workspace: str = "mlw-research",
        ml_location: str = "westeurope",
        tenant_id: str | None = None,
        client_id: str | None = None,
        issuer: Issuer | None = None,
        secret: str | None = None,
        secret_expires: timedelta | None = timedelta(days=60),
        certificate: str | None = None,
        federated: bool = True,
        role: str | None = "Contributor",
        multi_tenant: bool = False,
        application_exists: bool = True,
        application_writable: bool = True,
        description: str = "",
        enabled: bool = True,
        state: str = "ready",
        status_message: str = "",
        error_code: int | None = None,
        shared_with: Iterable[Project | tuple[Project, str]] = (),
        owner: str = "Library",
        created: timedelta = timedelta(days=300),
        created_by: Caller | None = None,
        converted_ago: timedelta | None = None,
        converted_by_tool: bool = True,
        last_used: timedelta | None = None,
        runs: int = 1,
        running: bool = False,
        definition: tuple[int, str] | None = None,
        all_pipelines: bool = False,
        pipelines: Iterable[int] = (),
        service_management_reference: str | None = None,
        data: Mapping[str, str] | None = None,
        parameters: Mapping[str, str | None] | None = None,
        conversion_polls: int | None = None,
        conversion_failure: str = "",
        partial: bool = False,
        inherits: bool = True,
        identifier: str | None = None,
    ) -> Connection:
        """One service connection, with its application, federated credential and role assignment.

        `secret` is the hidden secret (default: a made-up one); `secret_expires`, `created`, `last_used` and
        `converted_ago` are relative to now. `converted_ago` makes a federated connection that was converted
        that long ago, so that it may be reverted. `running` leaves the newest execution (five minutes old unless
        `last_used` says else) without an end; `definition` is the pipeline of the executions. `resource_group_in` "scope" stores the
        resource group as Terraform does. `inherits` False leaves it to those who have a role on it. `data` and `parameters` are added last and win.
        """
        identifier = identifier or guid("connection", self.organization, project.name, name)
        tenant_id = tenant_id or self.tenant_id
        subscription_id = subscription_id or guid("subscription", self.organization)
        if creation_mode == "default":
            creation_mode = None if scheme in ("ManagedServiceIdentity", "PublishProfile") else "Automatic"
        group = resource_group if resource_group_in == "data" else None
        scope = scopes.Scope(
            scope_level, subscription_id, subscription_name, group, management_group_id,
            management_group_name, ml_workspace, ml_location,
        )  # fmt: skip
        references = [Reference(project, name, description)]
        for other in shared_with:
            target, alias = other if isinstance(other, tuple) else (other, f"{name}-{other.name}")  # observed: 2.11
            references.append(Reference(target, alias, description))
        connection = Connection(
            id=identifier,
            type=type,
            url=url if url is not None else scopes.RESOURCE_MANAGER_URLS[environment],
            owner=owner,
            scheme=scheme,
            parameters={"tenantid": tenant_id},
            data={"environment": environment, **scope.data()},
            references=references,
            created_by=created_by or self.user,
            created=self.now - created,
            description=description,
            ready=state == "ready",
            disabled=not enabled,
            status=Status(_STATES[state], status_message, "" if state == "failed" else None, error_code),
            service_management_reference=service_management_reference,
            application_writable=application_writable,
            conversion_polls=conversion_polls,
            conversion_failure=conversion_failure,
            partial=partial,
            inherits=inherits,
        )
        if creation_mode:
            connection.data["creationMode"] = creation_mode
        if resource_group and group is None:
            connection.parameters["scope"] = scopes.in_parameters(subscription_id, resource_group)
        credentials.wire(
            self.world,
            connection,
            credentials.Wishes(
                client_id=client_id,
                issuer=issuer or self.issuer,
                secret=secret or guid("secret", identifier),
                secret_expires=None if secret_expires is None else self.now + secret_expires,
                certificate=certificate,
                federated=federated,
                role=role,
                multi_tenant=multi_tenant,
                application_exists=application_exists,
                identity_type=identity_type,
            ),
        )
        if converted_ago is not None:
            connection.previous = Previous(
                "ServicePrincipal",
                {"tenantid": tenant_id, "serviceprincipalid": connection.parameter("serviceprincipalid"),
                 "authenticationType": "spnKey", "serviceprincipalkey": None},
                self.now - converted_ago + timedelta(days=7),
                converted_by_tool,
            )  # fmt: skip
            connection.secrets["serviceprincipalkey"] = old = secret or guid("secret", identifier)
            application = self.world.directory.application(connection.parameter("serviceprincipalid"))
            if application is not None and secret_expires is not None:
                identity_fleet.add_password(application, old, connection.created, self.now + secret_expires)
        connection.data.update(data or {})
        connection.parameters.update(parameters or {})
        if last_used is not None or running:
            newest = timedelta(minutes=5) if last_used is None else last_used
            connection.history[project.id] = self.executions(newest, runs, running=running, definition=definition)
        if all_pipelines or pipelines:
            permissions = PipelinePermissions((self.user.id, self.now) if all_pipelines else None)
            permissions.pipelines = dict.fromkeys(pipelines, (self.user.id, self.now))
            connection.permissions[project.id] = permissions
        return self.world.add_connection(connection)

    def federate(self, connection: Connection, issuer: Issuer | None = None) -> None:
        """Give the connection the issuer and subject of `issuer` (default: the fleet's)."""
        wanted = issuer or self.issuer
        federation.put_pair(connection, federation.pair(self.world, connection, wanted), wanted)
