# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last step of an issuer migration: the federated credential of the Azure DevOps issuer goes, where nothing signs in with it any more.

PRIVATE to the collection. It is a step of its own, long after the migration: until it is taken, every connection can still be looked at side by side. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.module_utils._convert.rows import FAILED, Row
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, StoppedError
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import (
    Credential,
    names_connection,
)
from ansible_collections.azdo.connections.plugins.module_utils._move.journaled_identity import JournaledIdentity
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Outcome
from ansible_collections.azdo.connections.plugins.module_utils._move.task_context import TaskContext
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks, each
from ansible_collections.azdo.connections.plugins.module_utils._run.progress import Progress
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import patiently

# What stands against a migration of a migrated connection and has nothing to say here.
_OF_THE_MIGRATION = {"already_entra_issuer", "irreversible", "subject_mismatch"}


class CredentialRemoval:
    """Removes the old credentials of the connections of a plan."""

    def __init__(self, task: TaskContext, estate: Estate, *, whole: bool) -> None:
        """:param whole: whether the estate is that of the whole organization."""
        self._task = task
        self._estate = estate
        self._whole = whole and estate.coverage.complete
        self._locks = KeyedLocks()

    def rows(self, plan: list[PlannedRow], *, check: bool) -> list[Row]:
        """A row for every planned one. :param check: nothing is removed."""
        meter = Progress(self._task.runtime, len(plan))
        failed = 0

        def count(_planned: PlannedRow, outcome: Outcome) -> bool:
            nonlocal failed
            failed += outcome.status in FAILED
            meter.count(failed=failed)
            return True

        outcomes = each(
            plan,
            lambda planned: self._guarded(planned, check=check),
            concurrency=self._task.runtime.concurrency,
            stop=self._task.runtime.stop,
            go_on=count,
            meanwhile=meter.look,
        )
        return [Row(planned, outcome) for planned, outcome in zip(plan, outcomes, strict=True)]

    def _guarded(self, planned: PlannedRow, *, check: bool) -> Outcome:
        """One connection that cannot be seen to must not lose the rows of the others."""
        connection = planned.connection
        try:
            with self._locks.of((connection.client_id or connection.id).lower()):
                return self._retire(planned, check=check)
        except StoppedError:
            raise
        except AzdoError as error:
            where = f"{self._task.runtime.azure_devops.name} / {connection.owner.name} / {connection.name}"
            return Outcome(status="failed", error=error.about(where))

    def _retire(self, planned: PlannedRow, *, check: bool) -> Outcome:
        connection = planned.connection
        against = [r for r in planned.assessment.reasons if r.effect == "blocks" and r.code not in _OF_THE_MIGRATION]
        if against or planned.assessment.status != "unchanged":
            return Outcome(status="skipped", reasons=planned.assessment.reasons)
        facts, identity = self._task.inspection.lasting(connection)
        if facts.identity is None or identity is None:
            why = facts.unread.get("identity", "the application is not there")
            return self._blocked(
                planned, Reason("unknown", "blocks", {"fact": "its federated credentials", "why": why})
            )
        old = [item for item in facts.identity.credentials if self._kind(item, connection) == "azure_devops"]
        if not old:
            return Outcome(status="unchanged", reasons=planned.assessment.reasons)
        if reason := self._still_needed(connection, facts.identity.credentials, old):
            return self._blocked(planned, reason)
        if check:
            return Outcome(status="would_clean", changed=True, reasons=())
        self._remove(identity, connection, old)
        return Outcome(status="cleaned", changed=True, after=connection, reasons=(), settled=True)

    def _still_needed(
        self, connection: ArmConnection, credentials: tuple[Credential, ...], old: list[Credential]
    ) -> Reason | None:
        """Whatever is not sure keeps the credential."""
        if not self._whole:
            fact = "whether another connection of the organization signs in with the old federated credential"
            return Reason("unknown", "blocks", {"fact": fact, "why": "not every project was read"})
        pairs = {item.pair for item in old}
        users = [
            f"{found.connection.owner.name} / {found.connection.name}"
            for found in self._estate.found
            if (found.connection.issuer, found.connection.subject) in pairs
        ]
        if users:
            return Reason("old_credential_in_use", "blocks", {"connections": users})
        if not any(item.pair == (connection.issuer, connection.subject) for item in credentials):
            fact = "which federated credential it signs in with"
            return Reason("unknown", "blocks", {"fact": fact, "why": "none has its issuer and subject"})
        tested = self._task.inspection.test(connection, 0.0)
        if not tested.got_a_token:
            why = f"its test ended with {tested.result}. {tested.message}".strip()
            return Reason("unknown", "blocks", {"fact": "whether it signs in with the new issuer", "why": why})
        return None

    def _remove(self, identity: Identity, connection: ArmConnection, old: list[Credential]) -> None:
        task = self._task
        recorded = JournaledIdentity(identity, task.journal, connection.id, lambda: None)
        for credential in old:
            patiently(lambda item=credential: recorded.remove(item), task.runtime.stop, task.terms.wait_timeout)  # type: ignore[misc]

    def _kind(self, credential: Credential, connection: ArmConnection) -> str | None:
        return names_connection(
            credential, connection, self._task.situation.organization, self._task.situation.organization_id
        )

    def _blocked(self, planned: PlannedRow, reason: Reason) -> Outcome:
        return Outcome(status="skipped", reasons=(*planned.assessment.reasons, reason))
