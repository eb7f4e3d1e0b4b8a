# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings one connection to what a task wants: look, plan, and carry out, from the top again whenever a request may not have arrived.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._desired import pem
from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import (
    Change,
    creation_changes,
    diff,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import compare, references_of
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import TO_BE_MADE, Desired
from ansible_collections.azdo.connections.plugins.module_utils._desired.reached import refuse_unreached
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import (
    refuse_on_server,
    refuse_unreachable,
    sharing_not_supported,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.access import Access, AccessStep
from ansible_collections.azdo.connections.plugins.module_utils._manage.creation import CONNECTION, Creation
from ansible_collections.azdo.connections.plugins.module_utils._manage.identity_rights import IdentityRights
from ansible_collections.azdo.connections.plugins.module_utils._manage.pass_plan import (
    PassPlan,
    Steps,
    role_changes,
    tell,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView, caller_of
from ansible_collections.azdo.connections.plugins.module_utils._manage.scope_names import ScopeNames
from ansible_collections.azdo.connections.plugins.module_utils._manage.taken_names import (
    refuse_taken_names,
    refuse_taken_shares,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.task_identity import TaskIdentity
from ansible_collections.azdo.connections.plugins.module_utils._manage.update import MovedError, Update
from ansible_collections.azdo.connections.plugins.module_utils._manage.verify_option import ConnectionTests
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF, ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import (
    Draft,
    creation_body,
    update_body,
)
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Result, Runtime


class StatePresent:
    """One task with ``state: present``."""

    def __init__(self, runtime: Runtime, desired: Desired) -> None:
        self._runtime = runtime
        self._desired = desired
        # A server is asked first: what it cannot do at all needs no better sign-in.
        if not runtime.azure_devops.organization().hosted:
            refuse_on_server(desired)
        refuse_unreachable(desired, caller_of(runtime))
        self._view = ProjectView(runtime, desired)
        self._view.resolve_names()
        self._who = TaskIdentity(self._view)
        self._know_identity()
        self._creation = Creation(self._view)
        self._rights = IdentityRights(
            self._view,
            self._who,
            self._creation.undo,
            lambda: self._creation.connection.id if self._creation.connection else "",
        )
        self._update = Update(self._view)
        self._access = Access(self._view)
        self._tests = ConnectionTests(self._view)
        # From here on the connection works as far as one can tell, so it is not removed again.
        self._settled = False
        self._changed = False
        # Everything that was made is gone again.
        self._undone = False
        self._changes: list[Change] = []
        self._steps = Steps()
        self._connection: ArmConnection | None = None
        self._federation: Json | None = None
        self._roles: list[Json] = []

    def run(self) -> Result:
        """Everything that the task returns, also when it failed half way."""
        failure: AzdoError | None
        try:
            self._until_done()
            failure = self._test()
        except StoppedError:
            raise
        except AzdoError as error:
            failure = error
        if failure is not None:
            self._give_up(failure)
        return self._result(failure)

    @property
    def _anything_changed(self) -> bool:
        parts = (self._who, self._rights, self._update, self._access)
        return self._who.stays_changed or (not self._undone and (self._changed or any(part.changed for part in parts)))

    # -- one pass ---------------------------------------------------------------------------------------------------
    def _until_done(self) -> None:
        """From the top again after a request that may not have arrived: the look at what there is then decides (10)."""
        problem: AzdoError | None = None
        for _left in self._view.tries():
            try:
                return self._one_pass()
            except AmbiguousWriteError as error:
                if isinstance(problem, AmbiguousWriteError):
                    # Twice lost and not there: whatever it is, a third time is no way to find out.
                    raise
                problem = error
            except (NotAcceptedError, MovedError) as error:
                problem = error
            if not self._anything_changed:
                self._changes = []
        raise t.cast(AzdoError, problem)

    def _one_pass(self) -> None:
        current, fresh = self._find(), False
        if current is None:
            draft = self._creation.draft()
            self._foretell(draft)
            if self._runtime.check_mode:
                self._changed = True
                return
            if self._who.to_do:
                self._make_identity()
                draft = self._creation.draft()
            current, fresh = self._create(draft), self._creation.made
            # Whoever writes the credential by hand needs issuer and subject of a connection that stays.
            self._settled = self._desired.federation == "require"
            if not self._changed:
                # Somebody else made it: what differs from that is what changes.
                self._changes = []
        self._connection = current
        pass_plan = self._plan(current, fresh=fresh)
        self._note(pass_plan)
        if self._who.to_do and not self._runtime.check_mode:
            self._make_identity()
            pass_plan = self._plan(current, fresh=fresh)
            self._note(pass_plan)
        self._describe(current, pass_plan, done=False)
        edits = pass_plan.plan.edits
        if edits and edits.secret and self._desired.verify_before:
            self._tests.test_before(update_body(current, edits), current)
        self._refuse_missing_credential(pass_plan)
        if self._runtime.check_mode:
            self._changed = bool(pass_plan.changes)
            if edits:
                self._connection = ArmConnection.from_api(update_body(current, edits), self._view.project)
        else:
            self._carry_out(current, pass_plan, fresh=fresh)

    def _refuse_missing_credential(self, pass_plan: PassPlan) -> None:
        """With ``require`` somebody else writes it."""
        plan = pass_plan.federation
        if plan is not None and plan.state != "present" and pass_plan.required:
            self._settled = True
            raise federated_credential.missing_error(plan.wish, plan.existing, plan.identity.label)

    def _find(self) -> ArmConnection | None:
        current = self._view.find()
        if current is None and self._desired.id:
            raise NotFoundError(
                f"There is no connection with the id {self._desired.id} in {self._view.project.name!r}, or it is not visible to this caller.",
                status=404,
                remedy="Check id and project. To create a connection, leave id out.",
            )
        return self._creation.at_rest(current)

    def _create(self, draft: Draft) -> ArmConnection:
        try:
            return self._creation.create(draft)
        finally:
            # Also after a lost answer, of which nobody knows what it did.
            self._changed = self._creation.made or self._creation.lost
            self._connection = self._creation.connection or self._connection

    def _plan(self, current: ArmConnection, *, fresh: bool) -> PassPlan:
        """Read and decide everything; nothing is written here."""
        # A secret that was sent a moment ago needs not be sent again.
        desired = replace(self._desired, renew_secret=False, secret_version=None) if fresh else self._desired
        if fresh:
            self._warn(self._refuse_lost_version(current))
        desired = replace(desired, scope=ScopeNames(self._view).of_existing(desired, current))
        plan = compare(desired, current, self._view.target, self._view.caller, self._runtime.now())
        if (plan.added or plan.dropped) and self._view.client.organization().writes_by_project:
            raise sharing_not_supported()
        refuse_taken_names(self._view.client, current, plan)
        if plan.edits and plan.edits.secret:
            self._refuse_expired()
        federation, roles, to_come = self._rights.look(current, {**current.scope, **desired.scope}, fresh=fresh)
        return PassPlan(
            plan=plan,
            federation=federation,
            roles=roles,
            identity=[*self._who.changes, *to_come],
            access=self._access.steps(current, fresh=fresh),
            required=self._desired.federation == "require",
        )

    def _refuse_lost_version(self, made: ArmConnection) -> list[str]:
        """:raises UnreachedError: the service does not keep the version of the secret that it was made with."""
        wanted, kept = self._desired.secret_version, made.secret_version
        lost = wanted is not None and wanted != kept
        return refuse_unreached([Change("secret_version", kept, wanted)] if lost else [], self._desired)

    def _carry_out(self, current: ArmConnection, pass_plan: PassPlan, *, fresh: bool) -> None:
        """The credential first: an update to another identity must not leave pipelines without a way to sign in."""
        steps = self._steps
        steps.plan(pass_plan.changes)
        # Pipelines may be using it while the rest is done.
        guards = [step for step in pass_plan.access if step.first]
        self._take(guards)
        federation = PassPlan(federation=pass_plan.federation, required=pass_plan.required)
        steps.begin("its federated credential could not be written", federation.changes)
        self._rights.federate(pass_plan, fresh=fresh)
        self._describe(current, PassPlan(federation=pass_plan.federation), done=True)
        steps.begin("", pass_plan.plan.by_update)
        self._connection = current = self._update.update(current, pass_plan.plan)
        steps.begin("its shares could not be changed", pass_plan.plan.by_sharing)
        self._connection = current = self._update.share(current, pass_plan.plan)
        several = len(pass_plan.roles) > 1
        steps.begin(f"its {'roles' if several else 'role'} could not be assigned", role_changes(pass_plan.roles))
        self._rights.assign(pass_plan)
        self._describe(current, pass_plan, done=True)
        self._settled = True
        self._take([step for step in pass_plan.access if step not in guards])

    def _take(self, access: t.Iterable[AccessStep]) -> None:
        for step in access:
            self._steps.begin(step.trouble, step.changes)
            step.carry_out()
        self._steps.end()

    def _foretell(self, draft: Draft) -> None:
        """What a creation will do. Everything that could be refused later is asked now, before anything is there (also in check mode)."""
        references = references_of(draft, self._view.target)
        self._refuse_expired()
        refuse_taken_shares(self._view.client, references)
        body = creation_body(draft, references)
        self._changes = list(creation_changes(draft, references))
        self._connection = preview = ArmConnection.from_api({**body, "id": ""}, self._view.project)
        if self._who.foreign:
            self._warn([self._who.foreign])
        changes, roles = self._rights.foretell(preview, draft.scope)
        self._changes += [*self._who.changes, *changes]
        pass_plan = PassPlan(roles=roles, access=self._access.steps(preview, fresh=True))
        self._note(pass_plan)
        self._describe(preview, pass_plan, done=False)
        if self._desired.verify_before:
            self._tests.test_before(body, preview)
        if self._runtime.check_mode and self._view.caller.kind == "unknown" and draft.creation_mode == "automatic":
            self._runtime.warnings.append(
                "Whether the creation would succeed is not known: an automatic one needs a person, and who is behind this sign-in is not known."
            )

    def _refuse_expired(self) -> None:
        """Asked when the certificate would be sent: what is stored already may be another one."""
        if self._desired.certificate:
            pem.refuse_expired("service_principal.certificate", self._desired.certificate, self._runtime.now())

    def _note(self, pass_plan: PassPlan) -> None:
        self._changes += [change for change in pass_plan.changes if change not in self._changes]
        self._warn(pass_plan.plan.warnings)

    def _warn(self, texts: t.Iterable[str]) -> None:
        self._runtime.warnings += [text for text in texts if text not in self._runtime.warnings]

    # -- whose identity it is ---------------------------------------------------------------------------------------
    def _know_identity(self) -> None:
        client_id, tenant_id = self._who.ids()
        self._view.target = replace(self._view.target, client_id=client_id, tenant_id=tenant_id)

    def _make_identity(self) -> None:
        """After everything that could be refused was asked, and before anything that needs it."""
        changes = list(self._who.changes)
        self._steps.begin(f"{self._who.label} could not be made", changes)
        self._who.ensure(self._creation.undo, lambda: self._creation.connection, CONNECTION)
        self._steps.end()
        self._know_identity()

    # -- the end ----------------------------------------------------------------------------------------------------
    def _test(self) -> AzdoError | None:
        """In check mode only if nothing would be changed, because only then what is there is what will be."""
        if not self._desired.verify_after or self._connection is None or (self._runtime.check_mode and self._changed):
            return None
        failure = self._tests.test_after(self._connection)
        refused = self._tests.after is not None and self._tests.after.result == "credential_failed"
        if failure is not None and refused and self._desired.secret_version is not None:
            # What was sent is stored with its version, so the same version would not be sent again.
            failure.remedy = f"{failure.remedy} Send the right secret under another secret_version.".strip()
        # A credential that a person adds later cannot work yet.
        by_hand = self._desired.federation in ("skip", "require")
        if self._tests.after and self._tests.after.result == "federation_failed" and not by_hand:
            self._settled = False
        return failure

    def _give_up(self, error: AzdoError) -> None:
        """A connection that this task made and that cannot work goes again, with what was made for it; an existing one is never touched."""
        if self._connection is not None and not self._connection.id:
            # Only a forecast of what is not going to be.
            self._connection = None
        # An identity that nothing uses yet goes again, too; one that a connection may have been moved to stays.
        alone = self._who.made and not self._update.changed and not self._creation.lost
        goes = (self._creation.made or alone) and not self._settled
        if goes and self._runtime.params["keep_failed"]:
            kept = "The connection" if self._creation.made else self._who.label[:1].upper() + self._who.label[1:]
            error.remedy = f"{error.remedy} {kept} was kept, as keep_failed asks.".strip()
            goes = False
        if self._who.doubt:
            error.remedy = f"{error.remedy} {self._who.doubt}".strip()
        if goes:
            self._undone = self._creation.take_back(error)
            if self._creation.made:
                self._connection = self._creation.connection
        made = self._connection.id if self._creation.made and self._connection else None
        changed = self._anything_changed and not goes and not self._runtime.check_mode
        tell(error, self._steps, made, changed=changed)
        error.about(self._view.title)

    def _describe(self, current: ArmConnection, pass_plan: PassPlan, *, done: bool) -> None:
        if current.scheme == WIF:
            managed = not current.id and self._rights.federates(current)
            self._federation = pass_plan.federation_result(
                current, self._desired, self._view.target, managed=managed, done=done
            )
        self._roles = pass_plan.role_results(done=done) or self._roles

    def _result(self, failure: AzdoError | None) -> Result:
        shown = self._connection.to_result(self._runtime.now()) if self._connection else None
        if shown is not None:
            shown["id"] = shown["id"] or None
            shown["client_id"] = None if shown["client_id"] == TO_BE_MADE else shown["client_id"]
        changed = self._anything_changed
        new = changed and (self._creation.made or not (shown and shown["id"]))
        changes = self._changes if changed else []
        if failure is not None and changed and not self._runtime.check_mode and not self._creation.made:
            changes = self._steps.maybe_done(failure)
        return Result(
            changed=changed,
            values={
                "connection": shown,
                "federated_credential": self._federation if shown else None,
                "role_assignment": next(iter(self._roles), None) if shown else None,
                "role_assignments": self._roles if shown else [],
                "verification": self._tests.to_result(),
            },
            diff=diff(self._view.title, changes, created=new),
            failure=failure,
        )
