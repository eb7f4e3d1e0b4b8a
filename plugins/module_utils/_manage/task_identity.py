# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose identity the connection of a task is: one that the task names by its ids, or one that it makes if it is not there.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import TO_BE_MADE
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import (
    Application,
    Identity,
    ManagedIdentity,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.made_identity import (
    Found,
    MadeApplication,
    MadeIdentity,
    MadeManagedIdentity,
    Writing,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.identity_use import IdentityUse
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid, same
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import KeptError, Undo


def made_identity(view: ProjectView) -> MadeIdentity | None:
    """The identity that the task makes; None if it makes none."""
    session, desired = view.runtime.session, view.desired
    organization_id = view.client.organization().instance_id
    if desired.application:
        return MadeApplication(session.graph, desired.application, organization_id)
    if desired.made_identity:
        return MadeManagedIdentity(session.resource_manager, desired.made_identity, organization_id)
    return None


class TaskIdentity:
    """What is known of it, and its making."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._kind = made_identity(view)
        self._found: Found | None = None
        self._writing = Writing(view.runtime.stop, float(view.runtime.params["wait_timeout"]))
        self.changes: list[Change] = []
        if self._kind:
            self._found = self._kind.look()
            self._refuse_another_tenant()
            self.changes = [Change(*item) for item in self._kind.differences(self._found)]

    @property
    def made(self) -> bool:
        """Whether this task made it."""
        return self._writing.made

    @property
    def changed(self) -> bool:
        """Whether this task made it or changed something of it, or nobody knows."""
        return self._writing.changed

    @property
    def stays_changed(self) -> bool:
        """The same of what does not go again with the rest: it was there before, or nobody knows."""
        return self._writing.changed and not self._writing.made

    @property
    def label(self) -> str:
        """What people call it."""
        return self._kind.label if self._kind else ""

    @property
    def foreign(self) -> str:
        """A sentence about one that somebody else made; empty if there is none."""
        if not self._kind or not self._found or self._found.ours:
            return ""
        return f"{self.label[:1].upper()}{self.label[1:]} was there before and was not made for this organization: it is used, and never removed."

    @property
    def doubt(self) -> str:
        """A sentence about what may have been made, and stays; empty if there is none."""
        return f"Whether this task made {self.label} is not known, so it stays." if self._writing.lost else ""

    @property
    def to_do(self) -> bool:
        """Whether it is to be made, or something of it to be changed."""
        return self.missing or bool(self.changes)

    @property
    def missing(self) -> bool:
        """Whether it, or a part without which it has no roles, is still to be made."""
        return self._kind is not None and not (self._found and self._found.whole)

    def ids(self) -> tuple[str | None, str | None]:
        """Client id and tenant, looked up if the task gave only a resource."""
        desired = self._view.desired
        client_id, tenant_id = desired.client_id, desired.tenant_id
        if self._kind:
            found = self._found
            client_id = found.client_id if found else TO_BE_MADE
            return client_id, tenant_id or (found.tenant_id if found else None) or self._tenant_of_sign_in()
        if desired.identity and not (client_id and tenant_id):
            resource = ManagedIdentity(self._view.runtime.session.resource_manager, desired.identity).properties
            client_id, tenant_id = client_id or resource.get("clientId"), tenant_id or resource.get("tenantId")
        return client_id, tenant_id

    def identity(self, client_id: str | None) -> Identity | None:
        """The identity that the task describes, if it does, if it is there, and if this sign-in reaches it."""
        session, desired = self._view.runtime.session, self._view.desired
        if self._kind:
            return self._found.identity if self._found else None
        if not self._view.caller.reaches_azure:
            return None
        if desired.identity:
            return ManagedIdentity(session.resource_manager, desired.identity)
        if client_id and not desired.managed_identity:
            return Application(session.graph, client_id)
        return None

    def _tenant_of_sign_in(self) -> str | None:
        """Where an application is made; a managed identity is in the tenant of its subscription."""
        tenant = self._view.caller.tenant
        return tenant if self._view.desired.application and tenant and is_guid(tenant) else None

    def _refuse_another_tenant(self) -> None:
        """:raises OptionError: the task says another tenant than the one in which it is, or is made."""
        said = self._view.desired.tenant_id
        actual = (self._found.tenant_id if self._found else None) or self._tenant_of_sign_in()
        if said and actual and not same(said, actual):
            raise OptionError(
                f"{self._view.desired.identity_option}.tenant_id is {said}, and {self.label} is in the tenant {actual}.",
                remedy="Leave tenant_id out, or sign in to the other tenant.",
            )

    # -- writes ------------------------------------------------------------------------------------------------------
    def ensure(self, undo: Undo, connection: t.Callable[[], ArmConnection | None], label: str) -> None:
        """Make it, and bring it to what the task says. What this task made goes again with ``undo``.

        :param connection: what this task has made of the connection by then, and ``label`` what the undo calls that.
        """
        kind = t.cast(MadeIdentity, self._kind)
        known: list[Found] = []

        def take_back() -> object:
            found = known[-1] if known else kind.look()
            if found is None:
                return False
            own = connection()
            self.refuse_if_used(found, own.id if own else "")
            kind.remove(found)
            return True

        def remember() -> None:
            undo.add(kind.label, take_back, without=label)

        found = self._writing.find_or_make(kind, remember)
        known.append(found)
        self._found = found
        self._writing.settle(kind, found)
        # What is made knows its tenant.
        self._found, self.changes = kind.look() or replace(found, whole=True), []
        self._refuse_another_tenant()

    def refuse_if_used(self, found: Found | None, connection_id: str) -> None:
        """:raises KeptError: somebody else, who may have found what this task made, uses it by now."""
        found = found or self._found
        if not (self.made and found):
            return
        try:
            why = IdentityUse(self._view).why(found.identity, found.client_id, but=connection_id)
        except AzdoError as error:
            why = [f"what else uses it cannot be seen: {error.message}"]
        if why:
            raise KeptError("; ".join(why))
