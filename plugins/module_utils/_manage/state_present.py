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
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import manages_federation
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._desired.reached import refuse_unreached
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import (
    refuse_on_server,
    refuse_unreachable,
    refuse_unreachable_federation,
    sharing_not_supported,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
    OptionError,
    StoppedError,
)
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
    look_at_role,
    unassign_role,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.access import Access
from ansible_collections.azdo.connections.plugins.module_utils._manage.creation import Creation
from ansible_collections.azdo.connections.plugins.module_utils._manage.pass_plan import PassPlan, Steps, tell
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView, caller_of
from ansible_collections.azdo.connections.plugins.module_utils._manage.scope_names import ScopeNames
from ansible_collections.azdo.connections.plugins.module_utils._manage.taken_names import (
    refuse_taken_names,
    refuse_taken_shares,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.update import MovedError, Update
from ansible_collections.azdo.connections.plugins.module_utils._manage.verify_option import ConnectionTests
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential, role_assignment
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
        self._target = self._view.target()
        self._identity: Identity | None = self._view.identity(self._target.client_id)
        self._creation = Creation(self._view, self._target)
        self._update = Update(self._view, self._target)
        self._access = Access(self._view, self._target)
        self._tests = ConnectionTests(self._view)
        self._patience = float(runtime.params["wait_timeout"])
        # From here on the connection works as far as one can tell, so it is not removed again.
        self._settled = False
        self._changed = False
        self._changes: list[Change] = []
        self._steps = Steps()
        self._connection: ArmConnection | None = None
        self._federation: Json | None = None
        self._role: Json | None = None

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
        return self._changed or self._update.changed or self._access.changed

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
            current, fresh = self._create(draft), self._creation.made
            # Whoever writes the credential by hand needs issuer and subject of a connection that stays.
            self._settled = self._desired.federation == "require"
            if not self._changed:
                # Somebody else made it: what differs from that is what changes.
                self._changes = []
        self._connection = current
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
        plan = compare(desired, current, self._target, self._view.caller, self._runtime.now())
        if (plan.added or plan.dropped) and self._view.client.organization().writes_by_project:
            raise sharing_not_supported()
        refuse_taken_names(self._view.client, current, plan)
        if plan.edits and plan.edits.secret:
            self._refuse_expired()
        access = self._access.steps(current, fresh=fresh)
        pass_plan = PassPlan(plan=plan, access=access, required=self._desired.federation == "require")
        if self._federates(current):
            pass_plan.federation = self._look_at_federation(current, fresh=fresh)
        if self._desired.role:
            if current.creation_mode != "manual":
                raise OptionError(
                    "role_assignment is for the identity of a manual connection; Azure DevOps assigned a role to that of this one itself.",
                    remedy="Leave role_assignment out.",
                )
            pass_plan.role = self._look_at_role({**current.scope, **desired.scope})
        return pass_plan

    def _refuse_lost_version(self, made: ArmConnection) -> list[str]:
        """:raises UnreachedError: the service does not keep the version of the secret that it was made with."""
        wanted, kept = self._desired.secret_version, made.secret_version
        lost = wanted is not None and wanted != kept
        return refuse_unreached([Change("secret_version", kept, wanted)] if lost else [], self._desired)

    def _carry_out(self, current: ArmConnection, pass_plan: PassPlan, *, fresh: bool) -> None:
        """The credential first: an update to another identity must not leave pipelines without a way to sign in."""
        steps = self._steps
        steps.plan(pass_plan.changes)
        federation = PassPlan(federation=pass_plan.federation, required=pass_plan.required)
        steps.begin("its federated credential could not be written", federation.changes)
        self._federate(pass_plan, fresh=fresh)
        self._describe(current, PassPlan(federation=pass_plan.federation), done=True)
        steps.begin("", pass_plan.plan.by_update)
        self._connection = current = self._update.update(current, pass_plan.plan)
        steps.begin("its shares could not be changed", pass_plan.plan.by_sharing)
        self._connection = current = self._update.share(current, pass_plan.plan)
        steps.begin("its role could not be assigned", PassPlan(role=pass_plan.role).changes)
        self._assign(pass_plan)
        self._describe(current, pass_plan, done=True)
        self._settled = True
        for step in pass_plan.access:
            steps.begin(step.trouble, step.changes)
            step.carry_out()
        steps.end()

    def _foretell(self, draft: Draft) -> None:
        """What a creation will do. Everything that could be refused later is asked now, before anything is there (also in check mode)."""
        references = references_of(draft, self._target)
        self._refuse_expired()
        refuse_taken_shares(self._view.client, references)
        body = creation_body(draft, references)
        self._changes = list(creation_changes(draft, references))
        self._connection = preview = ArmConnection.from_api({**body, "id": ""}, self._view.project)
        pass_plan = PassPlan(access=self._access.steps(preview, fresh=True))
        if self._federates(preview):
            audience = federated_credential.audience(draft.environment, self._desired.audience)
            # An identity that Azure DevOps has yet to make has none.
            existing = self._identity.credentials() if self._identity else []
            if self._identity and self._desired.federation != "require":
                self._changes.append(Change("federated_credential", None, audience))
                federated_credential.refuse_full(existing, self._identity.label)
        if self._desired.role:
            pass_plan.role = self._look_at_role(draft.scope)
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

    # -- federated credential and role ------------------------------------------------------------------------------
    def _federates(self, current: ArmConnection) -> bool:
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

    def _look_at_federation(self, current: ArmConnection, *, fresh: bool) -> Federation:
        audience = federated_credential.audience(current.environment, self._desired.audience)
        wish = federated_credential.wanted(current.id, current.issuer, current.subject, audience)
        identity = self._identity
        if identity is None and current.client_id and current.identity_type != "ManagedIdentity":
            identity = Application(self._runtime.session.graph, current.client_id)
        if identity is None:
            raise OptionError(
                "The federated credential belongs to a managed identity, and the task does not say which.",
                remedy="Set managed_identity.resource_id, or set federated_credential.mode to skip.",
            )
        if fresh and current.issuer_kind == "entra" and self._desired.federation != "require":
            # Its subject holds the id of a connection that is seconds old.
            return Federation(identity=identity, wish=wish, state="missing", found=None, existing=())
        return look_at_federation(identity, wish, to_write=self._desired.federation != "require")

    def _federate(self, pass_plan: PassPlan, *, fresh: bool) -> None:
        plan = pass_plan.federation
        if plan is None or plan.state == "present":
            return
        written: list[bool] = []
        step = self._creation.undo.add("the federated credential", lambda: unfederate(plan, written=bool(written)))
        if federate(plan, self._runtime.stop, self._patience, look_first=not fresh):
            self._changed = True
            written.append(True)
        else:
            pass_plan.federation = replace(plan, state="present")
        if plan.state != "missing" or pass_plan.federation is not plan:
            self._creation.undo.forget(step)

    def _look_at_role(self, scope: t.Mapping[str, str | None]) -> Assignment:
        return look_at_role(
            self._runtime.session.resource_manager,
            self._view.client.organization().instance_id,
            # That the task says whose role it is was settled before the first request.
            t.cast(Identity, self._identity),
            str(self._desired.role),
            self._desired.role_scope or role_assignment.narrowest_scope(scope),
            allow_privileged=self._desired.allow_privileged_role,
        )

    def _assign(self, pass_plan: PassPlan) -> None:
        role = pass_plan.role
        if role is None or role.present:
            return
        resource_manager = self._runtime.session.resource_manager
        written: list[bool] = []
        step = self._creation.undo.add(
            "the role assignment", lambda: unassign_role(resource_manager, role, written=bool(written))
        )
        if assign_role(resource_manager, role, self._runtime.stop, self._patience):
            self._changed = True
            written.append(True)
        else:
            pass_plan.role = replace(role, present=True)
            self._creation.undo.forget(step)

    # -- the end ----------------------------------------------------------------------------------------------------
    def _test(self) -> AzdoError | None:
        """In check mode only if nothing would be changed, because only then what is there is what will be."""
        if not self._desired.verify_after or self._connection is None or (self._runtime.check_mode and self._changed):
            return None
        failure = self._tests.test_after(self._connection)
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
        goes = self._creation.made and not self._settled
        if goes and self._runtime.params["keep_failed"]:
            error.remedy = f"{error.remedy} The connection was kept, as keep_failed asks.".strip()
            goes = False
        if goes:
            self._changed = not self._creation.take_back(error)
            self._connection = self._creation.connection
        made = self._connection.id if self._creation.made and self._connection else None
        changed = self._anything_changed and not goes and not self._runtime.check_mode
        tell(error, self._steps, made, changed=changed)
        error.about(self._view.title)

    def _describe(self, current: ArmConnection, pass_plan: PassPlan, *, done: bool) -> None:
        if current.scheme == WIF:
            managed = not current.id and self._federates(current)
            self._federation = pass_plan.federation_result(
                current, self._desired, self._target, managed=managed, done=done
            )
        self._role = pass_plan.role_result(done=done) or self._role

    def _result(self, failure: AzdoError | None) -> Result:
        shown = self._connection.to_result(self._runtime.now()) if self._connection else None
        if shown is not None:
            shown["id"] = shown["id"] or None
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
                "role_assignment": self._role if shown else None,
                "verification": self._tests.to_result(),
            },
            diff=diff(self._view.title, changes, created=new),
            failure=failure,
        )
