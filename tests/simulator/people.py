# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The people and identities of a fleet: callers, service principals, managed identities, applications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from . import identity_fleet
from .azure_places import ManagementGroup, Subscription, Workspace
from .caller import AzureRights, Caller, CallerKind, GraphRights, Level
from .directory import Application, ManagedIdentity
from .identifiers import guid
from .state import Project, World


class People:
    """The part of a fleet that signs in."""

    def __init__(self, organization: str, tenant_id: str) -> None:
        self.organization = organization
        self.tenant_id = tenant_id
        self.organization_id = guid("organization", organization)
        self.now = datetime.now(timezone.utc).replace(microsecond=0)
        self.world = World(organization, self.organization_id, tenant_id)

    def caller(
        self,
        name: str,
        *,
        kind: CallerKind = "user",
        mail: str | None = None,
        pat: str | None = None,
        pat_expired: bool = False,
        client_id: str | None = None,
        member: bool = True,
        projects: Iterable[Project] | None = None,
        level: Level = "administrator",
        levels: Mapping[str, Level] | None = None,
        creator: bool = True,
        graph_rights: GraphRights = "all",
        azure_rights: AzureRights = "owner",
        reads_pipelines: bool = True,
        reads_releases: bool = True,
        reads_variable_groups: bool = True,
        reads_pools: bool = True,
        reads_tasks: bool = True,
        queues_pipelines: bool = True,
        reads_identities: bool = True,
    ) -> Caller:
        """Somebody who may sign in; `projects` limits what is seen, `level` what may be done with connections.

        People of one name are told apart by `mail`.
        """
        made_of = (self.organization, name) if mail is None else (self.organization, name, mail)
        address = mail or name.lower().replace(" ", ".") + "@" + self.organization.split("/")[-1] + ".example"
        caller = Caller(
            id=guid("caller", *made_of),
            display_name=name,
            unique_name=address if kind == "user" else client_id or name,
            kind=kind,
            pat=pat,
            pat_expired=pat_expired,
            client_id=client_id,
            object_id=guid("object", *made_of),
            member=member,
            projects=None if projects is None else frozenset(item.id for item in projects),
            level=level,
            levels=dict(levels or {}),
            creator=creator,
            graph_rights=graph_rights,
            azure_rights=azure_rights,
            reads_pipelines=reads_pipelines,
            reads_releases=reads_releases,
            reads_variable_groups=reads_variable_groups,
            reads_pools=reads_pools,
            reads_tasks=reads_tasks,
            queues_pipelines=queues_pipelines,
            reads_identities=reads_identities,
            tenant_id=self.tenant_id,
        )
        self.world.callers[caller.id] = caller
        return caller

    def group(self, name: str, members: Iterable[Caller] = ()) -> Caller:
        """A group by its whole name, `[Project]\\Name` or `[organization]\\Name`. It may have roles and approve, and never signs in."""
        place, separator, short = name.removeprefix("[").partition("]\\")
        if not (name.startswith("[") and place and separator and short):
            raise ValueError(f"a group is called [Project]\\Name or [organization]\\Name, not {name!r}")
        where = f"Classification/TeamProject/{guid('project', self.organization, place)}"
        if place.lower() == self.organization.lower():
            where = f"Framework/IdentityDomain/{self.organization_id}"
        group = Caller(
            id=guid("group", self.organization, name.lower()),
            display_name=name,
            unique_name=f"vstfs:///{where}\\{short}",  # assumed: identities
            kind="group",
            level="none",
            creator=False,
            graph_rights="none",
            azure_rights="none",
            tenant_id=self.tenant_id,
            members=frozenset(item.id for item in members),
        )
        self.world.callers[group.id] = group
        return group

    def service_principal(
        self,
        name: str,
        *,
        secret: str | None = None,
        secret_expires: timedelta = timedelta(days=90),
        certificate_pem: str | None = None,
        federated: tuple[str, str] | None = None,
        client_id: str | None = None,
        **knobs: Any,
    ) -> Caller:
        """A service principal that signs in by secret, certificate (PEM) or a foreign token of (issuer, subject)."""
        client_id = client_id or guid("client", self.organization, name)
        application = self.application(client_id, name)
        if secret is not None:
            identity_fleet.add_password(application, secret, self.now, self.now + secret_expires)
        if certificate_pem is not None:
            identity_fleet.add_certificate(application, certificate_pem)
        if federated is not None:
            identity_fleet.federate(application, "sign-in", *federated)
        caller = self.caller(name, kind="service_principal", client_id=client_id, **knobs)
        caller.object_id = application.service_principal_id
        return caller

    def agent_identity(self, name: str, **knobs: Any) -> Caller:
        """A managed identity of this machine, for the IMDS and IDENTITY_ENDPOINT sign-in. The first is the default."""
        identity = self.managed_identity(name)
        caller = self.caller(name, kind="managed_identity", client_id=identity.client_id, **knobs)
        caller.object_id = identity.principal_id
        self.world.default_managed_identity = self.world.default_managed_identity or caller
        return caller

    # -- Entra and Azure -------------------------------------------------------------------------------------------
    def application(
        self,
        client_id: str | None = None,
        name: str = "app",
        *,
        tenant_id: str | None = None,
        multi_tenant: bool = False,
    ) -> Application:
        """The application with this client id, made if there is none."""
        client_id = client_id or guid("client", self.organization, name)
        found = self.world.directory.application(client_id)
        tenant_id = (tenant_id or self.tenant_id).lower()
        self.world.tenants.add(tenant_id)
        audience = "AzureADMultipleOrgs" if multi_tenant else "AzureADMyOrg"
        return found or self.world.directory.add_application(tenant_id, name, client_id, audience)

    def managed_identity(
        self, name: str, *, subscription_id: str | None = None, resource_group: str = "rg-identities"
    ) -> ManagedIdentity:
        subscription_id = subscription_id or guid("subscription", self.organization)
        return identity_fleet.managed_identity(self.world, name, subscription_id, resource_group)

    def subscription(
        self, name: str, id: str | None = None, *, tenant_id: str | None = None, state: str = "Enabled"
    ) -> Subscription:
        """A subscription that lists show; give two of one name an id. That connections name one does not make it exist."""
        identifier = id or guid("subscription", self.organization, name)
        return self.world.places.add_subscription(Subscription(identifier, name, tenant_id or self.tenant_id, state))

    def management_group(self, name: str, id: str | None = None, *, tenant_id: str | None = None) -> ManagementGroup:
        """`name` is what people read; the id is made of it unless told."""
        identifier = id or name.lower().replace(" ", "-")
        return self.world.places.add_management_group(ManagementGroup(identifier, name, tenant_id or self.tenant_id))

    def workspace(
        self, name: str, subscription_id: str, resource_group: str, location: str = "westeurope"
    ) -> Workspace:
        return self.world.places.add_workspace(Workspace(name, subscription_id, resource_group, location))
