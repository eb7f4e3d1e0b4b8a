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
    find_or_make,
    settle,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import Undo


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
    """What is known of it. ``made`` says that this task made it, ``changed`` that it made it or changed something of it."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._kind = made_identity(view)
        self._found: Found | None = None
        self.made = self.changed = False
        self.changes: list[Change] = []
        if self._kind:
            self._found = self._kind.look()
            self.changes = [Change(*item) for item in self._kind.differences(self._found)]

    @property
    def to_do(self) -> bool:
        """Whether it is to be made, or something of it to be changed."""
        return self.missing or bool(self.changes)

    @property
    def missing(self) -> bool:
        """Whether it, or a part without which it has no roles, is still to be made."""
        return self._kind is not None and not (self._found and self._found.whole)

    @property
    def trouble(self) -> str:
        """For the front of an error."""
        return f"{self._kind.label} could not be made" if self._kind else ""

    def ids(self) -> tuple[str | None, str | None]:
        """Client id and tenant, looked up if the task gave only a resource."""
        desired = self._view.desired
        client_id, tenant_id = desired.client_id, desired.tenant_id
        if self._kind:
            found = self._found
            return (found.client_id, tenant_id or found.tenant_id) if found else (None, tenant_id)
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

    def ensure(self, undo: Undo) -> None:
        """Make it, and bring it to what the task says. What this task made goes again with ``undo``. Writes."""
        kind, runtime = t.cast(MadeIdentity, self._kind), self._view.runtime
        patience = float(runtime.params["wait_timeout"])
        found, made = find_or_make(kind, runtime.stop, patience)
        self._found = found
        if made:
            self.made = True
            undo.add(kind.label, lambda: kind.remove(found))
        self.changed = self.changed or bool(self.changes)
        settle(kind, found, runtime.stop, patience)
        # What is made knows its tenant.
        self._found, self.changes = kind.look() or replace(found, whole=True), []
