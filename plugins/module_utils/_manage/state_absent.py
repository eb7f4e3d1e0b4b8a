# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a connection out of a project, or away altogether, with what this collection made for it and nothing else.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change, diff
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import sharing_not_supported
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
    NotPermittedError,
    OptionError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.federation import Federation, federate
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Application, Identity
from ansible_collections.azdo.connections.plugins.module_utils._identity.roles import restore_role
from ansible_collections.azdo.connections.plugins.module_utils._manage.identity_removal import IdentityRemoval, Removal
from ansible_collections.azdo.connections.plugins.module_utils._manage.identity_use import IdentityUse
from ansible_collections.azdo.connections.plugins.module_utils._manage.leftovers import LeftoverFinder, Leftovers
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import (
    DeletionFailedError,
    ProjectView,
    UnfinishedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Result, Runtime
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import Step, Undo, patiently

_ASK_FOR_RIGHT = (
    "Ask for the role Administrator on the connection (Security, in the portal), in every project that uses it."
)
_NOTHING: Json = {
    **dict.fromkeys(("connection", "federated_credential", "role_assignment", "verification")),
    "role_assignments": [],
}


class InUseError(AzdoError):
    """Something else still needs what the task wants to remove."""

    code = "in_use"


class StateAbsent:
    """One task with ``state: absent``."""

    def __init__(self, runtime: Runtime, desired: Desired) -> None:
        self._runtime = runtime
        self._desired = desired
        self._params = runtime.params
        self._view = ProjectView(runtime, desired)
        self._caller = self._view.caller
        self._patience = float(runtime.params["wait_timeout"])
        self._use = IdentityUse(self._view)
        self._removal = IdentityRemoval(self._view, self._use)
        self._changed = False
        self._connection: ArmConnection | None = None

    def run(self) -> Result:
        """Nothing is an error that a second run would not be: a connection that is not there is as it should be."""
        try:
            return self._run()
        except StoppedError:
            raise
        except AzdoError as error:
            shown = self._connection.to_result(self._runtime.now()) if self._connection else None
            values = {**_NOTHING, "connection": shown}
            return Result(changed=self._changed, values=values, failure=error.about(self._view.title))

    def _run(self) -> Result:
        current = self._view.find()
        current = self._view.at_rest(current) if current else None
        if current is None:
            return self._remove_identity_alone()
        self._connection = current
        self._refuse_another(current)
        if current.owner.id.lower() != self._view.project.id.lower():
            return self._unshare(current)
        others = current.references[1:]
        if others and not self._params["delete_shared"]:
            raise InUseError(
                f"It is shared with {', '.join(item.name for item in others)}, whose pipelines would lose it.",
                remedy="Take it out of those projects first, or set delete_shared.",
                projects=[item.name for item in others],
            )
        self._refuse_without_right(current)
        if self._params["delete_identity"]:
            self._refuse_deep(current)
        leftovers = LeftoverFinder(self._view, self._use).find(current)
        removal = self._removal.plan(current, leftovers)
        result = self._result(current, leftovers, removal)
        if not self._runtime.check_mode:
            self._clear(current, leftovers)
            self._connection, self._changed = None, True
            if removal:
                self._removal.carry_out(removal)
        return result

    def _remove_identity_alone(self) -> Result:
        """A run that was killed may have left the identity that the task names."""
        removal = self._removal.plan(None, Leftovers())
        if removal is None:
            return Result(values=dict(_NOTHING))
        if not self._runtime.check_mode:
            self._removal.carry_out(removal)
        changes = diff(self._view.title, removal.changes, removed=True)
        return Result(changed=True, values=dict(_NOTHING), diff=changes)

    def _refuse_another(self, current: ArmConnection) -> None:
        """An id and a name that do not belong together are a mistake, and nothing is removed by mistake."""
        own = current.reference_in(self._view.project.id)
        name, client_id = self._desired.name, self._desired.client_id
        if name and own and name.casefold() != own.connection_name.casefold():
            raise OptionError(
                f"The connection with the id {current.id} is called {own.connection_name!r}, not {name!r}.",
                remedy="Correct id or name, or leave name out. Nothing was removed.",
            )
        if client_id and not same(client_id, current.client_id):
            raise OptionError(
                f"The connection has the client id {current.client_id}, not {client_id}.",
                remedy=f"Correct {self._desired.identity_option}.client_id, or leave it out. Nothing was removed.",
            )

    def _unshare(self, current: ArmConnection) -> Result:
        """From a project it was shared into it only goes out of that project; nothing else is touched."""
        if self._view.client.organization().writes_by_project:
            raise sharing_not_supported()
        if not self._runtime.check_mode:
            self._remove(current, [self._view.project.id], deep=False)
        change = Change(f"shared_with.{self._view.project.name}", current.owner.name, None)
        title = self._view.title
        return Result(changed=True, values=dict(_NOTHING), diff=diff(title, [change], removed=True))

    # -- may it go? -------------------------------------------------------------------------------------------------
    def _refuse_without_right(self, current: ArmConnection) -> None:
        """Asked before anything is removed, in every project that loses it."""
        for reference in current.references:
            if not self._administers(reference.id, current.id):
                raise NotPermittedError(
                    f"The caller is no administrator of the connection in {reference.name!r}, so nothing was removed.",
                    status=403,
                    remedy=_ASK_FOR_RIGHT,
                )

    def _administers(self, project_id: str, connection_id: str) -> bool:
        """Where the service cannot say, the deletion itself will."""
        try:
            return self._view.client.administers(project_id, connection_id) is not False
        except NotFoundError:
            # A project that this caller cannot see.
            return False

    def _refuse_deep(self, current: ArmConnection) -> None:
        """The application goes only if nothing else can be seen to use it, and everything could be seen (2.11)."""
        if current.creation_mode != "automatic" or same(current.identity_type, "ManagedIdentity"):
            raise OptionError(
                f"delete_identity is set, but the identity of {current.name!r} was not made by Azure DevOps.",
                remedy="Leave delete_identity out, and remove the identity where it was made.",
            )
        if not self._caller.reaches_azure:
            raise OptionError(
                "delete_identity needs Microsoft Graph, to see that nothing else uses the application; this sign-in opens Azure DevOps only.",
                remedy="Sign in with az login and auth_source azure_cli, or leave delete_identity out.",
            )
        if not current.client_id:
            data = current.raw.get("data") or {}
            if data.get("appObjectId") or data.get("spnObjectId"):
                raise InUseError(
                    "It has an application, but does not say which, so whether something else uses it cannot be told.",
                    remedy="Leave delete_identity out.",
                )
            # The wreck of a creation that made no application.
            return
        users = self._use.others(current)
        if users:
            raise InUseError(
                f"Its application {current.client_id} is used by other connections, too: {', '.join(users)}.",
                remedy="Leave delete_identity out.",
                connections=users,
            )
        if not self._use.everything_seen():
            raise InUseError(
                "Whether another connection uses its application cannot be told: some projects could not be read, or show nothing.",
                remedy="Run it as somebody who can see the connections of every project, or leave delete_identity out.",
                coverage=self._use.coverage(),
            )
        self._refuse_other_credentials(current)

    def _refuse_other_credentials(self, current: ArmConnection) -> None:
        graph = self._runtime.session.graph
        try:
            application = graph.application(str(current.client_id))
        except NotFoundError:
            # It is gone already, as the task wants it.
            return
        federated = Application(graph, str(current.client_id)).credentials()
        foreign = [item.name for item in federated if item.pair != (current.issuer, current.subject)]
        secrets = [*(application.get("passwordCredentials") or []), *(application.get("keyCredentials") or [])]
        # A connection that was converted has left its secret behind; one that never had a secret has none.
        own = 1 if current.scheme == SERVICE_PRINCIPAL or current.revert_deadline_text else 0
        if foreign or len(secrets) > own:
            what = f"federated credentials ({', '.join(foreign)})" if foreign else f"secrets ({len(secrets)})"
            raise InUseError(
                f"Its application {current.client_id} has other {what}: something else may sign in with it.",
                remedy="Leave delete_identity out.",
            )

    # -- carry it out -----------------------------------------------------------------------------------------------
    def _clear(self, current: ArmConnection, leftovers: Leftovers) -> None:
        """First what would be left behind, then the connection; if that stays, everything comes back as it was."""
        undo = Undo(self._runtime.stop, self._patience, restores=True)
        try:
            self._remove_leftovers(leftovers, undo)
            self._remove(current, [item.id for item in current.references], deep=bool(self._params["delete_identity"]))
        except StoppedError:
            raise
        except UnfinishedError as error:
            # Still being deleted: what was removed must not come back beside a connection that goes.
            self._changed = True
            if undo.labels:
                error.remedy += f" Removed already: {', '.join(undo.labels)}."
            raise
        except AzdoError as error:
            left = undo.run(error, done="Put back", failed="Could not be put back, so the connection may not work")
            self._changed = bool(left)
            raise

    def _remove_leftovers(self, leftovers: Leftovers, undo: Undo) -> None:
        for role in leftovers.roles:
            self._remove_role(role, undo)
        for credential in leftovers.credentials:
            if leftovers.identity is not None:
                self._remove_credential(leftovers.identity, credential, undo)

    def _remove_role(self, role: Json, undo: Undo) -> None:
        resource_manager = self._runtime.session.resource_manager
        scope, name = str(role["properties"]["scope"]), str(role["name"])
        step = undo.add(f"role assignment {role['id']}", lambda: restore_role(resource_manager, role))
        self._take_away(lambda: resource_manager.remove_role_assignment(scope, name), step, undo)

    def _remove_credential(self, identity: Identity, credential: Credential, undo: Undo) -> None:
        plan = Federation(identity=identity, wish=credential, state="missing", found=None, existing=())
        step = undo.add(
            f"federated credential {credential.name}",
            # Not looked for first: a list may still show what is gone.
            lambda: federate(plan, self._runtime.stop, self._patience, look_first=False),
        )
        self._take_away(lambda: identity.remove(credential), step, undo)

    def _take_away(self, request: t.Callable[[], None], step: Step, undo: Undo) -> None:
        try:
            patiently(request, self._runtime.stop, self._patience)
        except (ServiceError, NotAcceptedError):
            # It was refused, so it is still there.
            undo.forget(step)
            raise

    def _remove(self, current: ArmConnection, project_ids: list[str], *, deep: bool) -> None:
        """The request, and the wait until it is true (2.11).

        :raises UnfinishedError: it was, or may have been, accepted, and how it ended is not known. Every other error: the connection is still there.
        """
        if not self._order_removal(current, project_ids, deep=deep):
            return
        try:
            self._view.wait_until_gone(current)
        except (StoppedError, DeletionFailedError, UnfinishedError):
            raise
        except AzdoError as error:
            raise UnfinishedError(
                f"The deletion was accepted; whether it is done is not known: {error.message}",
                remedy="Run again later: it starts with a look.",
            ) from None

    def _order_removal(self, current: ArmConnection, project_ids: list[str], *, deep: bool) -> bool:
        """Whether it is under way. A lost answer is looked at; a busy service is asked again."""
        problem: AzdoError | None = None
        for _left in self._view.tries():
            latest = self._look(current, problem)
            if latest is None:
                return False
            if problem is not None and latest.state == "in_progress":
                return True
            if {item.id for item in latest.references} != {item.id for item in current.references}:
                raise InUseError(
                    "Its shares were changed by somebody else at the same time.",
                    remedy="Run again: it starts with a look.",
                )
            try:
                self._view.client.remove(current.id, project_ids, deep=deep)
            except (NotAcceptedError, AmbiguousWriteError, NotFoundError) as error:
                problem = error
            else:
                return True
        # After the last lost answer, too, a look tells what became of it.
        latest = self._look(current, problem)
        if latest is not None and latest.state != "in_progress":
            raise t.cast(AzdoError, problem)
        return latest is not None

    def _look(self, current: ArmConnection, problem: AzdoError | None) -> ArmConnection | None:
        """What there is now. If it cannot be read after a request that may have arrived, nothing is known."""
        try:
            return self._view.again(current)
        except StoppedError:
            raise
        except AzdoError as error:
            if problem is None or isinstance(problem, NotAcceptedError):
                raise
            raise UnfinishedError(
                f"Whether it was deleted is not known: {problem.message}",
                remedy="Run again later: it starts with a look.",
            ) from error

    # -- the end ----------------------------------------------------------------------------------------------------
    def _result(self, current: ArmConnection, leftovers: Leftovers, removal: Removal | None) -> Result:
        changes = [
            Change("name", current.name, None),
            Change("id", current.id, None),
            Change("scheme", current.scheme, None),
            *(Change(f"shared_with.{item.name}", item.connection_name, None) for item in current.references[1:]),
            *(Change(f"federated_credential.{item.name}", item.subject, None) for item in leftovers.credentials),
            *(Change(f"role_assignment.{item['name']}", item["properties"]["scope"], None) for item in leftovers.roles),
        ]
        if self._params["delete_identity"]:
            changes.append(Change("identity", current.client_id, None))
        changes += removal.changes if removal else []
        return Result(changed=True, values=dict(_NOTHING), diff=diff(self._view.title, changes, removed=True))
