# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one pass over a connection has to do, and how a task tells of it.

PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._identity.federation import Federation
from ansible_collections.azdo.connections.plugins.module_utils._identity.roles import Assignment
from ansible_collections.azdo.connections.plugins.module_utils._manage.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._manage.changes import ConnectionPlan
from ansible_collections.azdo.connections.plugins.module_utils._manage.desired_state import Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._manage.pipeline_changes import PipelinePlan
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json


@dataclass(kw_only=True)
class PassPlan:
    """What is to be done in one pass, all of it read and decided before the first write.

    :param required: somebody else writes the federated credential.
    """

    plan: ConnectionPlan = field(default_factory=ConnectionPlan)
    federation: Federation | None = None
    role: Assignment | None = None
    required: bool = False
    pipelines: list[PipelinePlan] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        found = list(self.plan.changes)
        if self.federation and self.federation.state != "present" and not self.required:
            before = self.federation.found.audience if self.federation.found else None
            found.append(Change("federated_credential", before, self.federation.wish.audience))
        if self.role and not self.role.present:
            found.append(Change("role_assignment", None, f"{self.role.role} at {self.role.scope}"))
        return [*found, *(change for item in self.pipelines for change in item.changes)]

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

    def role_result(self, *, done: bool) -> Json | None:
        """What the task returns about the role; None if it does not look at one."""
        if self.role is None:
            return None
        missing = "created" if done else "would_create"
        return {
            "state": "present" if self.role.present else missing,
            "role": self.role.role,
            "scope": self.role.scope,
            "principal_id": self.role.principal_id,
        }


def _state(state: str, desired: Desired, *, done: bool) -> str:
    if state == "present":
        return state
    if desired.federation == "require":
        return "missing"
    verb = "create" if state == "missing" else "update"
    return f"{verb}d" if done else f"would_{verb}"
