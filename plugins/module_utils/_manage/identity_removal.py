# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the identity that a task has made may go after its connection, and its removal.

PRIVATE to the collection. It goes if the task names it, if it carries our mark, and if nothing else can be seen to use it. What cannot be seen counts as
use. That a managed identity is attached to a machine as well is not seen; who names it in the task says that it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AzdoError,
    OptionError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.made_identity import Found, MadeIdentity
from ansible_collections.azdo.connections.plugins.module_utils._manage.identity_use import IdentityUse
from ansible_collections.azdo.connections.plugins.module_utils._manage.leftovers import Leftovers
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._manage.task_identity import made_identity
from ansible_collections.azdo.connections.plugins.module_utils._model import role_assignment
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import FederationError
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import patiently


@dataclass(frozen=True)
class Removal:
    """An identity that goes last of all. ``roles`` are those that this collection assigned and that no connection takes along any more."""

    kind: MadeIdentity
    found: Found
    roles: tuple[Json, ...] = ()

    @property
    def changes(self) -> list[Change]:
        return [
            Change(self.kind.naming, self.kind.called, None),
            *(Change(f"role_assignment.{item['name']}", item["properties"]["scope"], None) for item in self.roles),
        ]


class IdentityRemoval:
    """The part of ``state: absent`` about it."""

    def __init__(self, view: ProjectView, use: IdentityUse) -> None:
        self._view = view
        self._use = use

    def plan(self, current: ArmConnection | None, leftovers: Leftovers) -> Removal | None:
        """What may go; a warning says why something does not. :param leftovers: what goes with the connection and is no foreign use.

        :raises OptionError: the connection has another identity, so one of both is a mistake.
        """
        kind = made_identity(self._view) if self._view.caller.reaches_azure else None
        if kind is None:
            self._warn_of_sign_in()
            return None
        found = kind.look()
        if current is not None and not (found and same(found.client_id, current.client_id)):
            has = f"has the client id {found.client_id}" if found else "is not there"
            raise OptionError(
                f"The connection has the client id {current.client_id}, and {kind.label} {has}.",
                remedy=f"Correct {kind.option}, or leave it out. Nothing was removed.",
            )
        if found is None:
            return None
        ours, foreign = self._roles(current, found)
        why = self._in_use(current, found, leftovers, foreign)
        if why:
            self._view.runtime.warnings.append(f"{kind.label[0].upper()}{kind.label[1:]} stays: {'; '.join(why)}.")
            return None
        return Removal(kind, found, tuple(ours) if current is None else ())

    def carry_out(self, removal: Removal) -> None:
        """The connection is gone already, so an error says what is left. A write."""
        view = self._view
        stop, patience = view.runtime.stop, float(view.runtime.params["wait_timeout"])
        azure = view.runtime.session.resource_manager
        try:
            for role in removal.roles:
                scope, name = str(role["properties"]["scope"]), str(role["name"])
                patiently(partial(azure.remove_role_assignment, scope, name), stop, patience)
            patiently(lambda: removal.kind.remove(removal.found), stop, patience)
        except StoppedError:
            raise
        except AzdoError as error:
            error.message = f"the connection is removed, but {removal.kind.label} could not be: {error.message}"
            error.remedy = f"{error.remedy} Then run the task again: it is found by its name.".strip()
            raise

    def _in_use(
        self, current: ArmConnection | None, found: Found, leftovers: Leftovers, foreign: list[str] | None
    ) -> list[str]:
        if not found.ours:
            return ["it was not made by this collection for this organization"]
        but = current.id if current else ""
        why = self._use.why(found.identity, found.client_id, but=but, going=leftovers.credentials)
        if foreign is None:
            why.append("which roles it has cannot be seen")
        elif foreign:
            why.append(f"it has roles that this collection did not assign, at {', '.join(foreign)}")
        return why

    def _roles(self, current: ArmConnection | None, found: Found) -> tuple[list[Json], list[str] | None]:
        """Ours, and the scopes of those of others, as far as the subscriptions that the task speaks of show them; None if they cannot be seen."""
        try:
            principal_id = found.identity.principal_id()
        except FederationError:
            # Without a service principal nobody has a role.
            return [], []
        azure, organization_id = (
            self._view.runtime.session.resource_manager,
            self._view.client.organization().instance_id,
        )
        items: dict[str, Json] = {}
        try:
            for scope in sorted(self._scopes(current)):
                items |= {str(item.get("id")).lower(): item for item in azure.role_assignments(scope, principal_id)}
        except AzdoError:
            return [], None
        ours = role_assignment.ours(items.values(), organization_id, principal_id)
        return ours, sorted(str(item["properties"]["scope"]) for item in items.values() if item not in ours)

    def _scopes(self, current: ArmConnection | None) -> set[str]:
        desired = self._view.desired
        scopes = {wish.scope for wish in desired.roles if wish.scope}
        if current is not None:
            scopes.add(role_assignment.widest_scope(current.scope))
        if subscription_id := desired.scope.get("subscription_id"):
            scopes.add(f"/subscriptions/{subscription_id}")
        if desired.identity:
            scopes.add(role_assignment.subscription_of(desired.identity))
        return scopes

    def _warn_of_sign_in(self) -> None:
        if self._view.desired.application or self._view.desired.made_identity:
            self._view.runtime.warnings.append(
                "The identity that the task names stays: this sign-in opens Azure DevOps only."
            )
