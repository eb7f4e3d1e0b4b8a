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
from ansible_collections.azdo.connections.plugins.module_utils._inspect.discovery import discover
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential, role_assignment
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import (
    Credential,
    FederationError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same

# So many projects are read side by side to find out who else uses an identity.
_READERS = 8


@dataclass(kw_only=True)
class Leftovers:
    """What this collection made for a connection and goes first."""

    identity: Identity | None = None
    credentials: list[Credential] = field(default_factory=list)
    roles: list[Json] = field(default_factory=list)


class IdentityUsers:
    """Which connections of the organization use an identity, as far as the caller can see."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._estate: Estate | None = None

    def _survey(self) -> Estate:
        """All connections of the organization that the caller can see, read once."""
        if self._estate is None:
            self._estate = discover(self._view.client, None, concurrency=_READERS, stop=self._view.runtime.stop)
        return self._estate

    def others(self, current: ArmConnection) -> list[str]:
        return self.of(current.client_id, but=current.id)

    def of(self, client_id: str | None, *, but: str) -> list[str]:
        """Those with a client id. :param but: the id of a connection that does not count."""
        return [
            f"{found.connection.owner.name} / {found.connection.name}"
            for found in self._survey().found
            if same(found.connection.client_id, client_id) and found.connection.id != but
        ]

    def everything_seen(self) -> bool:
        return bool(self.coverage()["complete"])

    def coverage(self) -> Json:
        return self._survey().coverage.to_result()


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

    def __init__(self, view: ProjectView, users: IdentityUsers) -> None:
        self._view = view
        self._users = users

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
                found.roles = self._roles_to_remove(current, found.identity)
        if unread.messages:
            self._warn(
                f"What may have been made for {current.name!r} in Entra and Azure (federated credential, role) could not all be read, and what could "
                f"not stays there: {'; '.join(unread.messages)}"
            )
        return found

    def _roles_to_remove(self, current: ArmConnection, identity: Identity) -> list[Json]:
        found = self._our_roles(current, identity)
        if found and (self._users.others(current) or not self._users.everything_seen()):
            self._warn(
                f"The role of {identity.label.lower()} stays, because other connections use the identity, or may use it where this caller cannot see it: "
                + ", ".join(str(item.get("id")) for item in found)
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
