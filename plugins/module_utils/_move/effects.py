# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moving one connection does to the world: requests through its owning project, each of them in the journal.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import time
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotSentError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._inspect.checks_of_many import Place
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import read_surroundings
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    ArmConnection,
    Json,
    Project,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Found
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import (
    changes,
    changes_since,
    hashes,
    invariants,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._move.credential_preparation import (
    CredentialPreparation,
)
from ansible_collections.azdo.connections.plugins.module_utils._move.journal_entries import OpenItem
from ansible_collections.azdo.connections.plugins.module_utils._move.journaled_identity import JournaledIdentity
from ansible_collections.azdo.connections.plugins.module_utils._move.task_context import TaskContext
from ansible_collections.azdo.connections.plugins.module_utils._move.way_back import WayBack
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._rules.rollback import rollback
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import FederationOptions

# What may be done about a credential when the options say nothing about it.
_ONLY_LOOK = FederationOptions(mode="require", audience=None, probe=False)


class LiveEffects:
    """One connection of one task. Implements :class:`workflow.WorkflowEffects`.

    :param assessment: as it was planned. :param left: what an earlier run did not see through.
    :param may_begin: whether the run goes on.
    """

    def __init__(
        self,
        task: TaskContext,
        found: Found,
        assessment: Assessment,
        left: OpenItem | None,
        may_begin: t.Callable[[], bool],
    ) -> None:
        self._task = task
        self.may_begin = may_begin
        self._found = found
        self._planned = assessment
        self._left = left
        self._client = task.runtime.azure_devops
        owner = found.connection.owner
        self._project = Project(owner.id, owner.name)
        self._target = assessment.target
        self.assessment = assessment
        self._facts: Facts | None = None
        self._asked_about: ArmConnection | None = None
        self._identity: Identity | None = None
        self._looked_behind = False
        self._surroundings: dict[str, str | None] = {}
        self._before: dict[str, str | None] | None = None
        self._after: dict[str, str | None] = {}
        # What is still to be compared, by project: the checks as they were before.
        self.checks_before: dict[str, str | None] = {}
        self._preparation: CredentialPreparation | None = None
        # Whether something was written beside the connection itself.
        self.wrote_credential = False

    @property
    def in_journal(self) -> bool:
        """Whether the journal holds something about it that must be ended."""
        return self._before is not None or self._left is not None

    # -- reading ---------------------------------------------------------------------------------------------------
    def read(self) -> ArmConnection | None:
        raw = self._client.connection(self._project.id, self._found.connection.id, newest=True)
        return ArmConnection.from_api(raw, self._project) if raw else None

    def inform(self, connection: ArmConnection) -> None:
        if self._asked_about is None or not _same_for_the_facts(self._asked_about, connection):
            lasting, self._identity = self._lasting(connection)
        else:
            lasting = t.cast(Facts, self._facts)
        checks = self._task.checks
        self._surroundings = self._read_surroundings(connection, checks.soon if checks else None)
        self._facts = self._task.inspection.with_use(connection, lasting)
        self._asked_about = connection
        # Whatever comes next, what was read is told.
        self.assessment = self._assess(connection, self._facts)

    def _lasting(self, connection: ArmConnection) -> tuple[Facts, Identity | None]:
        """From the plan, if that asked about the same and nothing is written or risked on the strength of it; else asked now."""
        known = self._planned.facts
        fresh_needed = self._target == ENTRA_ISSUER or connection.creation_mode != "automatic"
        if known is None or fresh_needed or not _same_for_the_facts(self._found.connection, connection):
            self._looked_behind = True
            return self._task.inspection.lasting(connection)
        return known, None

    def assess(self, connection: ArmConnection) -> Assessment | None:
        alone = self._assess(connection, None)
        if alone.blocked:
            return alone
        if self._asked_about is None or not _same_for_the_facts(self._asked_about, connection):
            return None
        self.assessment = self._assess(connection, self._facts)
        return self.assessment

    def _assess(self, connection: ArmConnection, facts: Facts | None) -> Assessment:
        return self._task.assess(self._found, facts, current=connection, now=self.now())

    # -- moving ----------------------------------------------------------------------------------------------------
    def send(self, connection: ArmConnection, body: Json) -> None:
        first = self._before is None
        if first:
            self._before = {**invariants(connection), **self._surroundings}
        try:
            self._send(connection, self._target, body, "move")
        except (NotAcceptedError, NotSentError):
            # It did not go out, so what others change until the next try is not our doing.
            self._before = None if first else self._before
            raise

    def _send(self, connection: ArmConnection, target: str, body: Json, operation: str) -> None:
        """One request. What is known of its fate is written down, whatever that is."""
        journal, connection_id = self._task.journal, connection.id
        announced = False

        def announce() -> None:
            nonlocal announced
            journal.sent(connection_id, **self._told(connection, target, operation))
            announced = True

        result = "unknown"
        refusal: ServiceError | None = None
        try:
            if target == ENTRA_ISSUER:
                self._client.migrate_issuer(t.cast(str, connection.subject), announce)
            elif not self._client.convert(self._project.id, connection_id, body, announce):
                # Microsoft's script takes an empty answer for a failure (3.3); a read tells which it was.
                raise AmbiguousWriteError("Azure DevOps answered the conversion with nothing.")
            result = "accepted"
        except NotAcceptedError:
            result = "not_accepted"
            raise
        except ServiceError as error:
            # An error is not the truth about the connection: how it ended is written down when that was read.
            refusal = error
            raise
        finally:
            if announced:
                told = {"refusal": refusal.type_key or str(refusal.status)} if refusal else {}
                journal.answered(connection_id, operation=operation, result=result, **told)

    def _told(self, connection: ArmConnection, target: str, operation: str) -> Json:
        """What a later run needs to take this up, in hashes."""
        digest, items = self._task.approval or (None, {})
        facts = self._facts or Facts()
        return {
            "operation": operation,
            "target": target,
            "scheme": connection.scheme,
            "kept": hashes(self._before or {}),
            "compared": self.compares,
            "tested": facts.tested.result if facts.tested else None,
            "rollback": self.assessment.rollback.state,
            "plan": digest,
            "item": items.get(connection.id.lower()),
        }

    def refused(self, error: AzdoError, connection: ArmConnection) -> bool | HandOff:
        if self._target == SERVICE_PRINCIPAL:
            return False
        if self._preparation is None:
            pair = self._task.situation.pairs.get(connection.id.lower())
            self._preparation = self._new_preparation(connection, pair, self._task.situation.federation or _ONLY_LOOK)
        return self._preparation.after_refusal(error, connection)

    def worth_a_look(self, connection: ArmConnection) -> bool:
        return self._task.states.worth_a_look(self._project, connection)

    def wait(self, seconds: float) -> None:
        self._task.runtime.stop.wait(seconds)

    def clock(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return self._task.runtime.now()

    # -- federated credentials -------------------------------------------------------------------------------------
    def prepare(self, connection: ArmConnection, assessment: Assessment) -> HandOff | None:
        options = self._task.situation.federation
        if options is None:
            return None
        self._preparation = self._new_preparation(connection, assessment.pair, options)
        return self._preparation.before(connection, assessment.hand_off)

    def secure(self, connection: ArmConnection) -> HandOff | None:
        options = self._task.situation.federation
        if options is None or (self._target != ENTRA_ISSUER and not self._task.sees_to_credential(connection)):
            # Azure DevOps writes the credential of an automatic connection itself; the test says whether it did.
            return None
        preparation = self._preparation or self._new_preparation(connection, None, options)
        return preparation.secure(connection)

    def withdraw(self) -> str:
        return self._preparation.withdraw() if self._preparation else ""

    @property
    def left(self) -> str:
        return self._preparation.left if self._preparation else ""

    def _new_preparation(
        self, connection: ArmConnection, pair: tuple[str, str] | None, options: FederationOptions
    ) -> CredentialPreparation:
        task = self._task
        if not self._looked_behind:
            self._looked_behind = True
            _lasting, self._identity = task.inspection.lasting(connection)
        identity = (
            JournaledIdentity(self._identity, task.journal, connection.id, self._credential_written)
            if self._identity
            else None
        )
        return CredentialPreparation(
            options,
            identity,
            pair,
            target=self._target,
            stop=task.runtime.stop,
            patience=task.terms.wait_timeout,
        )

    def _credential_written(self) -> None:
        self.wrote_credential = True

    @property
    def compares(self) -> bool:
        return self._left.compared if self._left and self._before is None else self._task.terms.compare

    def _read_surroundings(
        self, connection: ArmConnection, checks_in: t.Callable[[str, str], str | None] | None = None
    ) -> dict[str, str | None]:
        return read_surroundings(self._client, connection, checks_in) if self.compares else {}

    # -- afterwards ------------------------------------------------------------------------------------------------
    def differences(self, connection: ArmConnection) -> list[Json]:
        later = self._task.checks is not None and self._before is not None
        as_before = (lambda project_id, _id: (self._before or {}).get(_checks_in(project_id))) if later else None
        self._after = after = {**invariants(connection), **self._read_surroundings(connection, as_before)}
        if later and self.compares:
            self.checks_before = {
                project.id: (self._before or {}).get(_checks_in(project.id)) for project in connection.references
            }
        # Of what an earlier run saw only hashes are left.
        found = changes_since(self._left.kept, after) if self._before is None and self._left else []
        found += changes(self._before, after) if self._before is not None else []
        names = {item.id.lower(): item.name for item in (*self._found.connection.references, *connection.references)}
        return [{**item, "field": _with_names(item["field"], names)} for item in found]

    def late_differences(self, found: t.Mapping[Place, str | None] | None = None) -> list[Json]:
        """What became different of what :meth:`differences` left for later.

        :param found: the checks as they are now; None: they are asked for.
        """
        before, self.checks_before = self.checks_before, {}
        if not before or self._task.checks is None:
            return []
        id_ = self._found.connection.id
        now = found if found is not None else self._task.checks.now((project_id, id_) for project_id in before)
        after = {_checks_in(project_id): now[project_id.lower(), id_.lower()] for project_id in before}
        self._after |= after
        changed = changes({_checks_in(project_id): text for project_id, text in before.items()}, after)
        names = {item.id.lower(): item.name for item in self._found.connection.references}
        return [{**item, "field": _with_names(item["field"], names)} for item in changed]

    @property
    def not_compared(self) -> tuple[str, ...]:
        known = (self._before or {}, self._after)
        return tuple(
            sorted({field.partition(" in ")[0] for fields in known for field, text in fields.items() if text is None})
        )

    def test(
        self, connection: ArmConnection, enough: t.Callable[[Verification], bool], *, patiently: bool
    ) -> Verification:
        return self._task.inspection.test(connection, self._task.verify_timeout if patiently else 0.0, enough)

    @property
    def tested_before(self) -> Verification | None:
        if self._before is None and self._left:
            return Verification(result=self._left.tested) if self._left.tested else None
        return self._facts.tested if self._facts else None

    @property
    def can_go_back(self) -> bool:
        if self._before is None and self._left:
            return self._left.rollback == "possible"
        # Asked when it is needed: a secret may have ended while the service was at work.
        before = self._asked_about or self._found.connection
        return rollback(before, self._target, self._facts or Facts(), self.now()).state == "possible"

    def way_back(self, moved: ArmConnection, target: str) -> WayBack:
        def send(connection: ArmConnection, body: Json) -> None:
            self._send(connection, target, body, "rollback")

        return WayBack(self, moved, target, now=self.now, send=send)


def _checks_in(project_id: str) -> str:
    """The field that :func:`read_surroundings` keeps them under."""
    return f"checks in {project_id.lower()}"


def _with_names(field: str, names: t.Mapping[str, str]) -> str:
    """A field that is about a project, with the project's name for people."""
    return next((field.replace(id_, name) for id_, name in names.items() if id_ in field), field)


def _same_for_the_facts(one: ArmConnection, other: ArmConnection) -> bool:
    """Whether facts that were read around one state of a connection hold for another."""
    names = (
        "scheme",
        "tenant_id",
        "client_id",
        "authentication_type",
        "identity_type",
        "references",
        "enabled",
        "scope",
    )
    return all(getattr(one, name) == getattr(other, name) for name in names)
