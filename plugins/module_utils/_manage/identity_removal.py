# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the identity that a task has made may go after its connection, and its removal.

PRIVATE to the collection. It goes if the task names it, if it carries our mark, and if nothing else can be seen to use it. What cannot be seen counts as
use. That a managed identity is attached to a machine as well is not seen; who names it in the task says that it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AzdoError,
    NotFoundError,
    OptionError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.made_identity import Found, MadeIdentity
from ansible_collections.azdo.connections.plugins.module_utils._manage.leftovers import IdentityUsers, Leftovers
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._manage.task_identity import made_identity
from ansible_collections.azdo.connections.plugins.module_utils._model import role_assignment
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import FederationError
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import patiently


@dataclass(frozen=True)
class Removal:
    """An identity that goes last of all."""

    kind: MadeIdentity
    found: Found

    @property
    def changes(self) -> list[Change]:
        return [Change(option, after, None) for option, _before, after in self.kind.differences(None)[:1]]


class IdentityRemoval:
    """The part of ``state: absent`` about it."""

    def __init__(self, view: ProjectView, users: IdentityUsers) -> None:
        self._view = view
        self._users = users

    def plan(self, current: ArmConnection | None, leftovers: Leftovers) -> Removal | None:
        """What may go; a warning says why something does not. :param leftovers: what goes with the connection and is no foreign use.

        :raises OptionError: the connection has another identity, so one of both is a mistake.
        """
        kind = made_identity(self._view) if self._view.caller.reaches_azure else None
        if kind is None:
            self._warn_of_sign_in()
            return None
        found = kind.look()
        if found is None:
            return None
        if current is not None and not same(found.client_id, current.client_id):
            raise OptionError(
                f"The connection has the client id {current.client_id}, and {kind.label} has {found.client_id}.",
                remedy=f"Correct {kind.option}, or leave it out. Nothing was removed.",
            )
        why = (
            self._in_use(current, found, leftovers)
            if found.ours
            else ["it was not made by this collection for this organization"]
        )
        if why:
            self._view.runtime.warnings.append(f"{kind.label[0].upper()}{kind.label[1:]} stays: {'; '.join(why)}.")
            return None
        return Removal(kind, found)

    def carry_out(self, removal: Removal) -> None:
        """The connection is gone already, so an error says what is left. A write."""
        view = self._view
        try:
            patiently(
                lambda: removal.kind.remove(removal.found),
                view.runtime.stop,
                float(view.runtime.params["wait_timeout"]),
            )
        except StoppedError:
            raise
        except AzdoError as error:
            error.message = f"the connection is removed, but {removal.kind.label} could not be: {error.message}"
            error.remedy = f"{error.remedy} Then run the task again: it is found by its name.".strip()
            raise

    def _in_use(self, current: ArmConnection | None, found: Found, leftovers: Leftovers) -> list[str]:
        why = []
        others = self._users.of(found.client_id, but=current.id if current else "")
        if others:
            why.append(f"other connections use it: {', '.join(others)}")
        elif not self._users.everything_seen():
            why.append("other connections may use it where this caller cannot see them")
        try:
            going = {item.key or item.name for item in leftovers.credentials}
            foreign = [item.name for item in found.identity.credentials() if (item.key or item.name) not in going]
            why += [f"it has federated credentials of others: {', '.join(foreign)}"] if foreign else []
            if found.secrets:
                why.append(f"it has {found.secrets} secrets or certificates, with which something else may sign in")
            roles = self._foreign_roles(current, found)
            why += [f"it has roles that this collection did not assign: {', '.join(roles)}"] if roles else []
        except (AzdoError, FederationError) as error:
            why.append(f"what else it is used for cannot be seen ({error.message})")
        return why

    def _foreign_roles(self, current: ArmConnection | None, found: Found) -> list[str]:
        """Scopes of roles of others, as far as the subscriptions that the task speaks of show them."""
        try:
            principal_id = found.identity.principal_id()
        except (NotFoundError, FederationError):
            # Without a service principal nobody has a role.
            return []
        desired, azure = self._view.desired, self._view.runtime.session.resource_manager
        scopes = {wish.scope for wish in desired.roles if wish.scope}
        if current is not None:
            scopes.add(role_assignment.widest_scope(current.scope))
        for text in (desired.scope.get("subscription_id"), (desired.identity or "").split("/")[2:3]):
            scopes |= {f"/subscriptions/{item}" for item in ([text] if isinstance(text, str) else text or [])}
        items: dict[str, Json] = {}
        for scope in sorted(scopes):
            items |= {str(item.get("id")).lower(): item for item in azure.role_assignments(scope, principal_id)}
        organization_id = self._view.client.organization().instance_id
        ours = role_assignment.ours(items.values(), organization_id, principal_id)
        return sorted(str((item.get("properties") or {}).get("scope")) for item in items.values() if item not in ours)

    def _warn_of_sign_in(self) -> None:
        if self._view.desired.application or self._view.desired.made_identity:
            self._view.runtime.warnings.append(
                "The identity that the task names stays: this sign-in opens Azure DevOps only."
            )
