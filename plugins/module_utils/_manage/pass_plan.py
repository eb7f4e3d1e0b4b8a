# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one pass over a connection has to do, how far it has come, and how a task tells of both.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import ConnectionPlan
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._errors import AmbiguousWriteError, AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._identity.federation import Federation
from ansible_collections.azdo.connections.plugins.module_utils._identity.roles import Assignment
from ansible_collections.azdo.connections.plugins.module_utils._manage.access import AccessStep
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json


@dataclass(kw_only=True)
class PassPlan:
    """What is to be done in one pass, all of it read and decided before the first write.

    :param required: somebody else writes the federated credential.
    """

    plan: ConnectionPlan = field(default_factory=ConnectionPlan)
    federation: Federation | None = None
    roles: list[Assignment] = field(default_factory=list)
    identity: list[Change] = field(default_factory=list)
    required: bool = False
    access: list[AccessStep] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        found = [*self.identity, *self.plan.changes]
        if self.federation and self.federation.state != "present" and not self.required:
            before = self.federation.found.audience if self.federation.found else None
            found.append(Change("federated_credential", before, self.federation.wish.audience))
        found += role_changes(self.roles)
        for change in (change for step in self.access for change in step.changes):
            # The first and the last step about rights tell of the same change.
            found += [change] if change not in found else []
        return found

    def federation_result(
        self, current: ArmConnection, desired: Desired, target: Target, *, managed: bool, done: bool
    ) -> Json:
        """What the task returns about the federated credential.

        :param managed: whether the credential of a connection that is not there yet will be looked at.
        """
        plan = self.federation
        shown: Json = {
            "state": "managed_by_azure_devops" if current.creation_mode == "automatic" else "not_checked",
            "name": None,
            "issuer": current.issuer,
            "subject": current.subject,
            "audience": federated_credential.known_audience(current.environment, desired.audience),
            "client_id": target.client_id or current.client_id,
        }
        if plan is not None:
            name = plan.found.name if plan.found else plan.wish.name
            shown.update(state=_state(plan.state, desired, done=done), name=name)
        elif managed:
            shown["state"] = _state("missing", desired, done=done)
        return shown

    def role_results(self, *, done: bool) -> list[Json]:
        """What the task returns about the roles in Azure."""
        return [_role_result(role, done=done) for role in self.roles]


def role_changes(roles: t.Iterable[Assignment]) -> list[Change]:
    """Roles that are to be assigned, or whose condition is to be changed."""
    changes = []
    for role in roles:
        limit = f", if {role.condition}" if role.condition else ""
        if not role.present:
            option = "role_assignment" if role.option == "role_assignment" else f"role_assignments.{role.role}"
            before = None if role.before is None else f"{role.role} at {role.scope}, if {role.before or 'anything'}"
            changes.append(Change(option, before, f"{role.role} at {role.scope}{limit}"))
    return changes


def _role_result(role: Assignment, *, done: bool) -> Json:
    verb = "create" if role.before is None else "update"
    return {
        "state": "present" if role.present else f"{verb}d" if done else f"would_{verb}",
        "role": role.role,
        "scope": role.scope,
        "condition": role.condition,
        "principal_id": role.principal_id or None,
    }


def _state(state: str, desired: Desired, *, done: bool) -> str:
    if state == "present":
        return state
    if desired.federation == "require":
        return "missing"
    verb = "create" if state == "missing" else "update"
    return f"{verb}d" if done else f"would_{verb}"


@dataclass
class Steps:
    """The steps of one task: what is planned, what is done, and the one that is under way: what it is in words, and what it changes."""

    planned: list[Change] = field(default_factory=list)
    done: list[Change] = field(default_factory=list)
    doing: str = ""
    under_way: list[Change] = field(default_factory=list)

    def plan(self, changes: t.Sequence[Change]) -> None:
        """A pass begins; what was under way in the one before was not done."""
        self.planned, self.doing, self.under_way = list(changes), "", []

    def begin(self, what: str, changes: t.Sequence[Change]) -> None:
        """The next step; the one before is done. :param what: for the front of an error; only a step that changes something is named there."""
        self.end()
        self.under_way = [change for change in changes if change not in self.done]
        self.doing = what if changes else ""

    def end(self) -> None:
        self.done += self.under_way
        self.doing, self.under_way = "", []

    def maybe_done(self, error: AzdoError) -> list[Change]:
        """What was carried out, as far as one knows: a request whose answer was lost counts."""
        return [*self.done, *(self.under_way if isinstance(error, AmbiguousWriteError) else [])]


def tell(error: AzdoError, steps: Steps, made: str | None, *, changed: bool) -> None:
    """Say in an error which step failed, what exists now and what the next run does. Nothing is added where nothing was changed.

    :param made: the id of the connection if this task made it and it is still there. :param changed: whether anything was changed at all.
    """
    if steps.doing:
        error.message = f"{steps.doing}: {error.message}"
    if not changed:
        return
    done = [change.option for change in steps.done]
    left = [change.option for change in steps.planned if change not in steps.done]
    told = [
        f"The connection exists now ({made})." if made else "",
        f"Done: {', '.join(done)}." if done else "",
        f"Not, or not wholly, done: {', '.join(left)}." if left else "",
        "" if "un again" in error.remedy else "Then run the task again: it goes on from there.",
    ]
    error.remedy = " ".join(part for part in (error.remedy, *told) if part)
    error.details.update(done=done, not_done=left)
