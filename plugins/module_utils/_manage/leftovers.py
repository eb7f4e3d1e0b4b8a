# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection made for a connection and must go with it, and who else may need it.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    OptionError,
    ServiceError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import (
    Application,
    Identity,
    ManagedIdentity,
    managed_identity_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.identity_use import IdentityUse
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential, role_assignment
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import (
    Credential,
    FederationError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same


@dataclass(kw_only=True)
class Leftovers:
    """What this collection made for a connection and goes first."""

    identity: Identity | None = None
    credentials: list[Credential] = field(default_factory=list)
    roles: list[Json] = field(default_factory=list)


class _Unread:
    """Goes on after something could not be read, and remembers why."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        # A sign-in that another tenant does not take is one more way not to see it.
        if not isinstance(error, FederationError | ServiceError | TransportError | AuthenticationError):
            return False
        if error.message not in self.messages:
            self.messages.append(error.message)
        return True


class LeftoverFinder:
    """Looks for what goes along with one connection."""

    def __init__(self, view: ProjectView, use: IdentityUse) -> None:
        self._view = view
        self._use = use

    def find(self, current: ArmConnection) -> Leftovers:
        """The federated credential and the roles that this collection made: only of manual connections, and only ours by name."""
        if current.creation_mode != "manual" or current.scheme not in (WIF, SERVICE_PRINCIPAL) or not current.client_id:
            return Leftovers()
        if not self._view.caller.reaches_azure:
            if (current.scheme == WIF and self._view.desired.federation != "skip") or self._view.desired.roles:
                pair = f" (issuer {current.issuer}, subject {current.subject})" if current.scheme == WIF else ""
                self._warn(
                    f"This sign-in opens Azure DevOps only, so what was made for {current.name!r} (federated credential, role) "
                    f"stays with {current.client_id}{pair}."
                )
            return Leftovers()
        found, unread = Leftovers(), _Unread()
        # One that cannot be read must not keep the other: the rights for them are different ones.
        with unread:
            found.identity = self._identity_of(current)
            if current.scheme == WIF and self._view.desired.federation != "skip":
                credentials = found.identity.credentials()
                found.credentials = [item for item in credentials if federated_credential.is_ours(item, current.id)]
        if found.identity is not None:
            with unread:
                found.roles = self._roles_to_remove(current, found.identity, found.credentials)
        if unread.messages:
            self._warn(
                f"What may have been made for {current.name!r} in Entra and Azure (federated credential, role) could not all be read, and what could "
                f"not stays there: {'; '.join(unread.messages)}"
            )
        return found

    def _roles_to_remove(self, current: ArmConnection, identity: Identity, credentials: list[Credential]) -> list[Json]:
        found = self._our_roles(current, identity)
        if not found:
            return []
        why = self._use.by_connections(identity, current.client_id, but=current.id, going=credentials)
        if why:
            self._warn(
                f"The role of {identity.label.lower()} stays ({', '.join(str(item.get('id')) for item in found)}): {'; '.join(why)}."
            )
            return []
        return found

    def _our_roles(self, current: ArmConnection, identity: Identity) -> list[Json]:
        principal_id = identity.principal_id()
        organization_id = self._view.client.organization().instance_id
        # From the widest scope, because a resource group may have been another one before; the names say which are ours.
        scopes = {
            role_assignment.widest_scope(current.scope),
            *(wish.scope or "" for wish in self._view.desired.roles),
        } - {""}
        resource_manager = self._view.runtime.session.resource_manager
        found = {
            str(item["id"]).lower(): item
            for scope in sorted(scopes)
            for item in role_assignment.ours(
                resource_manager.role_assignments(scope, principal_id), organization_id, principal_id
            )
        }
        return list(found.values())

    def _identity_of(self, current: ArmConnection) -> Identity:
        """The identity behind the connection: the one the task names, else by its client id, first in Entra, then in the subscription."""
        session = self._view.runtime.session
        if self._view.desired.identity:
            named = ManagedIdentity(session.resource_manager, self._view.desired.identity)
            if not same(named.properties.get("clientId"), current.client_id):
                raise OptionError(
                    f"managed_identity.resource_id is not the identity of {current.name!r}, whose client id is {current.client_id}.",
                    remedy="Correct it, or leave it out. Nothing was removed.",
                )
            return named
        if same(current.identity_type, "ManagedIdentity"):
            if found := managed_identity_of(session.graph, session.resource_manager, current):
                return found
            raise FederationError(
                f"no managed identity that this sign-in sees has the client id {current.client_id}; managed_identity.resource_id would name it."
            )
        return Application(session.graph, str(current.client_id))

    def _warn(self, text: str) -> None:
        self._view.runtime.warnings.append(text)
