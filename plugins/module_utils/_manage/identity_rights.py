# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the identity of a connection needs to sign in and to work: its federated credential and its roles in Azure.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import manages_federation
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import (
    refuse_unreachable_federation,
    role_option,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._identity.federation import (
    Federation,
    federate,
    look_at_federation,
    unfederate,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Application, Identity
from ansible_collections.azdo.connections.plugins.module_utils._identity.roles import (
    Assignment,
    assign_role,
    check_role,
    look_at_role,
    unassign_role,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.pass_plan import PassPlan
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._manage.task_identity import TaskIdentity
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential, role_assignment
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF, ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import Undo

# Quoted, because pylint misreads it.
Scope: t.TypeAlias = "t.Mapping[str, str | None]"


class IdentityRights:
    """The part of a task about the credential and the roles. ``changed`` says that it wrote something."""

    def __init__(self, view: ProjectView, who: TaskIdentity, undo: Undo, connection_id: t.Callable[[], str]) -> None:
        """:param connection_id: of the connection that this task made, empty if it made none."""
        self._view = view
        self._connection_id = connection_id
        self._desired = view.desired
        self._who = who
        self._undo = undo
        self._patience = float(view.runtime.params["wait_timeout"])
        self.changed = False

    def federates(self, current: ArmConnection) -> bool:
        """Whether the federated credential is looked at."""
        if current.scheme != WIF:
            if self._desired.federation in ("create", "require"):
                raise OptionError(
                    f"federated_credential is set, but the connection has the scheme {current.scheme}.",
                    remedy="Leave it out.",
                )
            return False
        if current.creation_mode == "automatic":
            if self._desired.federation == "create":
                raise OptionError(
                    "federated_credential.mode is create, but Azure DevOps writes the credential of this automatic connection itself.",
                    remedy="Use require to check it, or leave federated_credential out.",
                )
            return self._desired.federation == "require"
        managed = manages_federation(self._desired)
        if managed:
            refuse_unreachable_federation(self._desired, self._view.caller)
        return managed

    def foretell(self, preview: ArmConnection, scope: Scope) -> tuple[list[Change], list[Assignment]]:
        """What a creation will need, of an identity that may have yet to be made. Everything that could be refused later is asked now."""
        changes: list[Change] = []
        identity = self._identity()
        if self.federates(preview):
            audience = federated_credential.audience(str(preview.environment), self._desired.audience)
            # An identity that has yet to be made has none.
            existing = identity.credentials() if identity else []
            if (identity or self._who.missing) and self._desired.federation != "require":
                changes.append(Change("federated_credential", None, audience))
                if identity:
                    federated_credential.refuse_full(existing, identity.label)
        return changes, self.roles(scope)

    def look(
        self, current: ArmConnection, scope: Scope, *, fresh: bool
    ) -> tuple[Federation | None, list[Assignment], list[Change]]:
        """What there is of both, and what will come for an identity that is still to be made."""
        federation, to_come = None, list[Change]()
        if self.federates(current):
            if not self._who.missing:
                federation = self._look_at_federation(current, fresh=fresh)
            elif self._desired.federation != "require":
                audience = federated_credential.audience(current.environment, self._desired.audience)
                to_come.append(Change("federated_credential", None, audience))
        if self._desired.roles and current.creation_mode != "manual":
            raise OptionError(
                f"{role_option(self._desired)} is for the identity of a manual connection; Azure DevOps assigned a role to that of this one itself.",
                remedy=f"Leave {role_option(self._desired)} out.",
            )
        return federation, self.roles(scope), to_come

    def roles(self, scope: Scope) -> list[Assignment]:
        """The roles that the task wants. :param scope: that of the connection. :raises OptionError: one of them is there twice."""
        found = [self._role(wish.option, wish, scope) for wish in self._desired.roles]
        places = [(role.scope.rstrip("/").lower(), role_assignment.role_guid(role.role_id)) for role in found]
        for number, place in enumerate(places):
            if place in places[:number]:
                raise OptionError(
                    f"{role_option(self._desired)} has {found[number].role!r} twice at {found[number].scope}.",
                    remedy="Name each role once; without scope it is the scope of the connection.",
                )
        return found

    def _role(self, option: str, wish: t.Any, scope: Scope) -> Assignment:
        azure, where = self._view.runtime.session.resource_manager, wish.scope or role_assignment.narrowest_scope(scope)
        identity = None if self._who.missing else self._identity()
        how = {"allow_privileged": wish.allow_privileged, "option": option}
        if identity is None:
            # Whoever has yet to be made has no role.
            role_id = check_role(azure, wish.role, where, **how)
            return Assignment(
                scope=where,
                role=wish.role,
                role_id=role_id,
                principal_id="",
                name="",
                present=False,
                condition=wish.condition,
                option=option,
            )
        organization_id = self._view.client.organization().instance_id
        return look_at_role(azure, organization_id, identity, wish.role, where, condition=wish.condition, **how)

    def _identity(self) -> Identity | None:
        return self._who.identity(self._who.ids()[0])

    def _look_at_federation(self, current: ArmConnection, *, fresh: bool) -> Federation:
        audience = federated_credential.audience(current.environment, self._desired.audience)
        wish = federated_credential.wanted(current.id, current.issuer, current.subject, audience)
        identity = self._identity()
        if identity is None and current.client_id and current.identity_type != "ManagedIdentity":
            identity = Application(self._view.runtime.session.graph, current.client_id)
        if identity is None:
            raise OptionError(
                "The federated credential belongs to a managed identity, and the task does not say which.",
                remedy="Set managed_identity.resource_id, or set federated_credential.mode to skip.",
            )
        if fresh and current.issuer_kind == "entra" and self._desired.federation != "require":
            # Its subject holds the id of a connection that is seconds old.
            return Federation(identity=identity, wish=wish, state="missing", found=None, existing=())
        return look_at_federation(identity, wish, to_write=self._desired.federation != "require")

    # -- writes ------------------------------------------------------------------------------------------------------
    def federate(self, pass_plan: PassPlan, *, fresh: bool) -> None:
        plan = pass_plan.federation
        if plan is None or plan.state == "present":
            return
        written: list[bool] = []
        step = self._undo.add("the federated credential", lambda: unfederate(plan, written=bool(written)))
        if federate(plan, self._view.runtime.stop, self._patience, look_first=not fresh):
            self.changed = True
            written.append(True)
        else:
            pass_plan.federation = replace(plan, state="present")
        if plan.state != "missing" or pass_plan.federation is not plan:
            self._undo.forget(step)

    def assign(self, pass_plan: PassPlan) -> None:
        pass_plan.roles = [role if role.present else self._assign(role) for role in pass_plan.roles]

    def _assign(self, role: Assignment) -> Assignment:
        azure = self._view.runtime.session.resource_manager
        written: list[bool] = []
        label = "the role assignment" if role.option == "role_assignment" else f"the role assignment {role.role}"

        def take_back() -> object:
            if role.before is not None:
                # It was there, with another condition.
                before = replace(role, condition=role.before, before=role.condition)
                return assign_role(azure, before, self._view.runtime.stop, self._patience) if written else False
            self._who.refuse_if_used(None, self._connection_id())
            return unassign_role(azure, role, written=bool(written))

        step = self._undo.add(label, take_back)
        assigned = assign_role(azure, role, self._view.runtime.stop, self._patience)
        if assigned:
            self.changed = True
            written.append(True)
        if not assigned:
            self._undo.forget(step)
        return role if assigned else replace(role, present=True)
