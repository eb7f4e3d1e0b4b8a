# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An identity that a task makes if it is not there yet: an application with a unique name, or a user-assigned managed identity.

PRIVATE to the collection. What is made carries a mark with the id of the organization, and only what carries it is ever removed. Both are found again by
a name that is unique, so a run that was killed goes on with what it made.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
    NotPermittedError,
    OptionError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import (
    Application,
    Identity,
    ManagedIdentity,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity_wishes import (
    ApplicationWish,
    ManagedIdentityWish,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import FederationError
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid, same_region
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._rest.graph import Graph
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop, persist, tries
from ansible_collections.azdo.connections.plugins.module_utils._rest.resource_manager import ResourceManager

_MARK = "azdo.connections"
_RIGHTS = "To register applications the caller needs Application.ReadWrite.OwnedBy (for people: the role Application Developer, unless everybody may)."

# Option, value before, value after.
Difference = tuple[str, t.Any, t.Any]


class Say(t.Protocol):
    """Sends a write that may be sent again. ``once`` says that a second one is refused, because it is so already."""

    def __call__(self, write: t.Callable[[], object], *, once: bool = False) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Found:
    """An identity that is there.

    :param ours: whether it carries our mark. :param whole: whether it has a principal, who gets roles. :param secrets: how many secrets and certificates it
        has.
    """

    client_id: str
    tenant_id: str | None
    ours: bool
    identity: Identity
    whole: bool = True
    secrets: int = 0
    raw: Json


class MadeIdentity(t.Protocol):
    """``label`` names it for people, ``option`` is where the task speaks of it, and ``naming`` the option with its name, ``called``."""

    label: str
    option: str
    naming: str
    called: str

    def look(self) -> Found | None:
        """The identity; None if it is not there."""

    def differences(self, found: Found | None) -> list[Difference]:
        """What the task says otherwise. Everything that could be refused is asked here."""

    def make(self) -> bool:
        """Whether this call made it. A write that may be sent again."""

    def settle(self, found: Found, say: Say) -> None:
        """Bring what is there to what the task says. Writes."""

    def ready(self, found: Found) -> None:
        """:raises NotFoundError: it is too new to be worked with. :raises FederationError: the same."""

    def remove(self, found: Found) -> None:
        """A write."""


class MadeApplication:
    """An application of the sign-in's tenant, through Microsoft Graph."""

    option = "application"
    naming = "application.unique_name"

    def __init__(self, graph: Graph, wish: ApplicationWish, organization_id: str) -> None:
        self._graph = graph
        self._wish = wish
        self._mark = f"{_MARK}:{organization_id.lower()}"
        self._owners: dict[str, str] = {}
        self.called = wish.unique_name
        self.label = f"the application {wish.unique_name!r}"

    def look(self) -> Found | None:
        raw = self._graph.application_called(self._wish.unique_name)
        if raw is None:
            return None

        def read(fields: Fields) -> Found:
            secrets = len([*fields.objects("passwordCredentials"), *fields.objects("keyCredentials")])
            client_id, ours = fields.text("appId"), self._mark in [tag.lower() for tag in fields.texts("tags")]
            identity = Application(self._graph, client_id)
            return Found(client_id=client_id, tenant_id=None, ours=ours, identity=identity, secrets=secrets, raw=raw)

        found = read_strictly("an application", raw, read)
        if not found.client_id:
            raise FederationError(f"{self.label} has no client id.", remedy="Look at it in the portal.")
        # A run that was killed may have come so far and no further.
        principal = self._graph.service_principal(found.client_id)
        if principal is None:
            return replace(found, whole=False)
        tenant = read_strictly("a service principal", principal, lambda fields: fields.text("appOwnerOrganizationId"))
        return replace(found, tenant_id=tenant or None)

    def differences(self, found: Found | None) -> list[Difference]:
        wish, wanted = self._wish, self._wanted_owners()
        if found is None:
            more = [("application.owners", None, sorted(self._owners))] if wanted else []
            return [(self.naming, None, wish.unique_name), *more]
        changes: list[Difference] = [] if found.whole else [("application.service_principal", None, found.client_id)]
        for key, option, after in (
            ("displayName", "display_name", wish.display_name),
            ("serviceManagementReference", "service_management_reference", wish.service_management_reference),
        ):
            if after is not None and after != found.raw.get(key):
                changes.append((f"application.{option}", found.raw.get(key), after))
        missing = self._missing_owners(found) if wanted else []
        if missing:
            changes.append(("application.owners", None, missing))
        return changes

    def make(self) -> bool:
        wish = self._wish
        body: Json = {
            "displayName": wish.display_name or wish.unique_name,
            "signInAudience": "AzureADMyOrg",
            "tags": [self._mark],
        }
        if wish.service_management_reference:
            body["serviceManagementReference"] = wish.service_management_reference
        try:
            return self._graph.put_application(wish.unique_name, body)
        except NotPermittedError as error:
            error.remedy = _RIGHTS
            raise
        except ServiceError as error:
            if "servicemanagementreference" in error.message.casefold():
                error.remedy = "Set application.service_management_reference to what your organization asks for."
            raise

    def settle(self, found: Found, say: Say) -> None:
        """Its service principal is who gets roles, and whom the sign-in is; Entra takes a while to know a new application everywhere."""
        client_id, wish = found.client_id, self._wish
        body = {
            key: after
            for key, after in (
                ("displayName", wish.display_name),
                ("serviceManagementReference", wish.service_management_reference),
            )
            if after is not None and after != found.raw.get(key)
        }
        if body:
            say(lambda: self._graph.change_application(client_id, body))
        if not found.whole:
            say(lambda: self._graph.add_service_principal(client_id), once=True)
        for owner in self._missing_owners(found):
            say(partial(self._graph.add_owner, client_id, self._owners[owner]), once=True)

    def ready(self, found: Found) -> None:
        found.identity.credentials()
        found.identity.principal_id()

    def remove(self, found: Found) -> None:
        self._graph.remove_application(found.client_id)

    def _wanted_owners(self) -> dict[str, str]:
        """Object ids of the wanted owners, by what the task calls them. :raises OptionError: one is nobody, or several."""
        for owner in self._wish.owners:
            if owner not in self._owners:
                self._owners[owner] = owner.lower() if is_guid(owner) else self._user(owner)
        return self._owners

    def _user(self, owner: str) -> str:
        found = [str(item["id"]).lower() for item in self._graph.users(owner) if item.get("id")]
        if len(found) == 1:
            return found[0]
        raise OptionError(
            f"application.owners has {owner!r}, which is what {len(found)} people are called: {', '.join(found)}."
            if found
            else f"application.owners has {owner!r}, and Microsoft Entra knows nobody by that mail address or user principal name.",
            remedy="Give a person's address as Entra has it, or an object id.",
        )

    def _missing_owners(self, found: Found) -> list[str]:
        if not self._wish.owners:
            return []
        there, wanted = set(self._graph.owners(found.client_id)), self._wanted_owners()
        return sorted(owner for owner, object_id in wanted.items() if object_id not in there)


class MadeManagedIdentity:
    """A user-assigned managed identity, through Azure Resource Manager."""

    option = naming = "managed_identity.create"

    def __init__(self, resource_manager: ResourceManager, wish: ManagedIdentityWish, organization_id: str) -> None:
        self._resource_manager = resource_manager
        self._wish = wish
        self._organization_id = organization_id.lower()
        self.called = wish.resource_id
        self.label = f"the managed identity {wish.resource_id.rsplit('/', 1)[-1]!r}"

    def look(self) -> Found | None:
        try:
            raw = self._resource_manager.identity(self._wish.resource_id)
        except NotFoundError:
            return None

        def read(fields: Fields) -> Found:
            inner, tags = fields.inner("properties"), fields.inner("tags")
            return Found(
                client_id=inner.text("clientId"),
                tenant_id=inner.text("tenantId") or None,
                ours=tags.text(_MARK).lower() == self._organization_id,
                identity=ManagedIdentity(self._resource_manager, self._wish.resource_id),
                raw=raw,
            )

        found = read_strictly("a managed identity", raw, read)
        region = str(raw.get("location") or "")
        if region and not same_region(region, self._wish.location):
            raise OptionError(
                f"{self.label} is in {region}, and managed_identity.create.location is {self._wish.location!r}.",
                remedy="An identity cannot be moved: correct the location, or choose another name.",
            )
        return found

    def differences(self, found: Found | None) -> list[Difference]:
        if found:
            return []
        group = self._wish.resource_id.rpartition("/providers/")[0]
        if self._resource_manager.has_group(group) is False:
            raise OptionError(
                f"managed_identity.create.resource_group is {group.rpartition('/')[2]!r}, which the subscription does not have.",
                remedy="Correct it, or make the resource group first.",
            )
        return [(self.naming, None, self._wish.resource_id)]

    def make(self) -> bool:
        try:
            return self._resource_manager.put_identity(
                self._wish.resource_id, self._wish.location, {_MARK: self._organization_id}
            )
        except NotPermittedError as error:
            error.remedy = (
                "To make a managed identity the caller needs Managed Identity Contributor on the resource group."
            )
            raise

    def settle(self, found: Found, say: Say) -> None:
        """It has nothing else."""

    def ready(self, found: Found) -> None:
        found.identity.credentials()

    def remove(self, found: Found) -> None:
        self._resource_manager.remove_identity(self._wish.resource_id)


class Writing:
    """What was written of an identity. Flags are set as soon as it is known, because what follows may fail.

    :ivar made: whether this task made it for sure. :ivar lost: whether it may have, because the answer was lost. :ivar changed: whether anything was written.
    """

    def __init__(self, stop: Stop, patience: float) -> None:
        self._stop = stop
        self._patience = patience
        self.made = self.lost = self.changed = False

    def find_or_make(self, kind: MadeIdentity, made: t.Callable[[], None]) -> Found:
        """The identity. A write, if it is not there. :param made: called as soon as it is known that this task made it.

        :raises ServiceError: it was refused. :raises NotFoundError: it is not there after all that.
        """

        def make() -> None:
            if kind.make():
                self.made = self.changed = True
                made()

        if kind.look() is None:
            try:
                self._patiently(make, not_found=False)
            finally:
                self.lost = self.lost and not self.made
        return persist(lambda: _there(kind), self._tries(), lambda error: isinstance(error, NotFoundError))

    def settle(self, kind: MadeIdentity, found: Found) -> None:
        """Bring it to what the task says, and wait until it can be worked with: what is new is not known everywhere at once (8.3). Writes."""
        lost = self.lost
        kind.settle(found, self.say)
        # What is said may be said twice; what is made may not.
        self.lost = lost
        persist(
            lambda: kind.ready(found), self._tries(), lambda error: isinstance(error, NotFoundError | FederationError)
        )

    def say(self, write: t.Callable[[], object], *, once: bool = False) -> None:
        """:param once: a second one is refused, because it is so already."""

        def attempt() -> None:
            try:
                write()
            except ServiceError as error:
                if once and (error.status == 409 or "already exist" in error.message):
                    return
                raise
            self.changed = True

        self._patiently(attempt)

    def _patiently(self, attempt: t.Callable[[], None], *, not_found: bool = True) -> None:
        def again(error: AzdoError) -> bool:
            if isinstance(error, AmbiguousWriteError):
                self.lost = self.changed = True
            return _passes(error) and (not_found or not isinstance(error, NotFoundError))

        persist(attempt, self._tries(), again)

    def _tries(self) -> t.Iterator[float]:
        return tries(self._stop, self._patience)


def _there(made: MadeIdentity) -> Found:
    found = made.look()
    if found is None:
        raise NotFoundError(
            f"{made.label} was made and cannot be found.", status=404, remedy="Run again: it is found then."
        )
    return found


def _passes(error: AzdoError) -> bool:
    """Not sent, not known, too new to be found, or in the way of somebody else."""
    if isinstance(error, NotPermittedError):
        # So it is said, too, of an application that is too new.
        return "backing application" in error.message
    if isinstance(error, NotAcceptedError | AmbiguousWriteError | NotFoundError):
        return True
    too_new = isinstance(error, ServiceError) and "does not reference a valid application object" in error.message
    return too_new or (isinstance(error, ServiceError) and (error.status in (409, 429) or error.status >= 500))
