# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one connection, and remembers what it made, so that nothing else is ever removed again.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import references_of
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_defaults import complete
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import sharing_not_supported
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    OptionError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import (
    ProjectView,
    UnfinishedError,
    said,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.scope_names import ScopeNames
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, ProjectReference
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import Draft, creation_body
from ansible_collections.azdo.connections.plugins.module_utils._rest.remedies import remedy_for
from ansible_collections.azdo.connections.plugins.module_utils._run.undo import Undo

CONNECTION = "the connection"
# How long (s) a creation whose answer was lost is looked for.
_GRACE_SECONDS = 60.0


class Creation:
    """The part of a task that makes the connection. ``made`` says that this task did it, ``undo`` how to take that back."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._names = ScopeNames(view)
        self.undo = Undo(view.runtime.stop, float(view.runtime.params["wait_timeout"]))
        self.made = False
        self.lost = False
        self.connection: ArmConnection | None = None

    def draft(self) -> Draft:
        """The connection to create, complete. :raises OptionError: it cannot be created from these options."""
        organization = self._view.client.organization()
        try:
            desired = replace(self._view.desired, scope=self._names.for_creation(self._view.desired))
            draft = complete(desired, self._view.target, self._view.caller, hosted=organization.hosted)
        except OptionError as error:
            # Whoever misspelled a name should not be told about creation methods only.
            name, project = self._view.desired.name, self._view.project.name
            raise error.about(f"{name!r} does not exist in {project!r} and cannot be created") from None
        if self._view.target.shares and organization.writes_by_project:
            raise sharing_not_supported()
        return draft

    def create(self, draft: Draft) -> ArmConnection:
        """The connection when the service has finished with it, usually made here, sometimes by somebody who was faster."""
        client, references = self._view.client, references_of(draft, self._view.target)
        try:
            raw = client.create(self._view.project.id, creation_body(draft, references))
        except AmbiguousWriteError as error:
            return self._after_lost_answer(error)
        except ServiceError as error:
            return self._after_refusal(error, references)
        self.made = True
        # The answer may come before the whole is there: what follows is based on a read.
        self.connection = first = ArmConnection.from_api(raw, self._view.project)
        ids = [reference.id for reference in references]
        self.undo.add(CONNECTION, lambda: self._remove(first, ids))
        found = self.at_rest(first if first.state == "ready" and not first.partial else self._first_look(first))
        if found is None:
            raise UnfinishedError("It disappeared while Azure DevOps was setting it up.", remedy="Run again.")
        return found

    def _first_look(self, made: ArmConnection) -> ArmConnection | None:
        """A read may lag behind the creation (2.11)."""
        for _left in self._view.tries(_GRACE_SECONDS):
            if found := self._view.again(made):
                return found
        return None

    def at_rest(self, current: ArmConnection | None) -> ArmConnection | None:
        """The connection when the service has finished with it.

        One that was there before and whose last operation failed can still be used, which a warning says; of one that was made here nothing works then.

        :raises UnfinishedError: it failed, or takes too long.
        """
        current = self._view.at_rest(current) if current else None
        if self.made and current is not None:
            self.connection = current
        if current is None or current.state != "failed":
            return current
        if self.made or not current.ready:
            raise UnfinishedError(
                f"Azure DevOps could not set it up: {said(current)}.",
                remedy=_setup_remedy(current, self._view.caller.kind, made=self.made),
                **_left_behind(current),
            )
        warning = f"Azure DevOps says that its last operation on {current.name!r} failed: {said(current)}."
        if warning not in self._view.runtime.warnings:
            self._view.runtime.warnings.append(warning)
        return current

    def take_back(self, error: AzdoError) -> bool:
        """Remove what was made, unless the service is still at work on the connection. Whether nothing of it is left."""
        if isinstance(error, UnfinishedError) and self._in_progress():
            return False
        left = self.undo.run(error, done="Removed again", failed="Could not be removed again, so remove it by hand")
        if CONNECTION not in left:
            self.connection = None
        return not left

    def _remove(self, connection: ArmConnection, project_ids: list[str]) -> None:
        self._view.client.remove(connection.id, project_ids)
        self._view.wait_until_gone(connection)

    def _in_progress(self) -> bool:
        try:
            found = self._view.find()
        except AzdoError:
            # What cannot be read is not removed.
            return True
        return found is not None and found.state == "in_progress"

    def _after_lost_answer(self, error: AmbiguousWriteError) -> ArmConnection:
        """Whether it is there says the service. What is found may be another task's, so it is not ours to remove."""
        self.lost = True
        for _left in self._view.tries(_GRACE_SECONDS):
            found = self.at_rest(self._view.find())
            if found is not None:
                return found
        raise UnfinishedError(
            f"Whether the connection was created is not known: {error.message}",
            remedy="Run again: it starts with a look.",
        )

    def _after_refusal(self, error: ServiceError, references: t.Sequence[ProjectReference]) -> ArmConnection:
        """Somebody else may have been faster; or somebody holds the name whom this caller cannot see (2.9)."""
        if error.type_key != "DuplicateServiceConnectionException":
            raise error
        found = self.at_rest(self._view.find())
        if found is not None:
            return found
        names = [item.connection_name for item in references[1:]]
        taken = next((name for name in names if f"name {name} already" in error.message), None)
        error.remedy = (
            f"{taken!r} would be its name in a project of shared_with: set shared_with.name to another one."
            if taken
            else "It exists, but this caller cannot see it: ask its administrator for the role Reader, or choose another name."
        )
        raise error


def _left_behind(connection: ArmConnection) -> dict[str, t.Any]:
    """What an automatic creation that failed may have left in Entra and Azure (2.5), for a person to look at."""
    data = connection.raw.get("data") or {}
    keys = ("appObjectId", "spnObjectId", "azureSpnRoleAssignmentId")
    return {"left_behind": {key: data[key] for key in keys if data.get(key)} or None}


def _setup_remedy(current: ArmConnection, kind: str, *, made: bool) -> str:
    """What helps after an automatic creation, or a later operation, that failed (2.7).

    Only a connection that never got an identity is advised to be removed: nothing can have used it. Every other one was there before.
    """
    person = "An automatic creation needs a person: service principals and managed identities cannot do it."
    rights = (
        "The caller needs the right to register applications in Entra, and Owner or User Access Administrator in Azure."
    )
    if made:
        after = ""
    elif _never_worked(current):
        after = "It never got an identity: remove it with state absent, or finish it in the portal."
    else:
        after = "Look at it in the portal and save it there once that is mended; then run again. Nothing was changed."
    automatic = made or current.creation_mode == "automatic"
    found = [
        remedy_for(current.status_message) or (rights if automatic else ""),
        "" if kind == "user" or not automatic else person,
        after,
    ]
    return " ".join(text for text in found if text)


def _never_worked(current: ArmConnection) -> bool:
    """Whether it is what an automatic creation leaves that did not come so far as to make an application."""
    data = current.raw.get("data") or {}
    made = current.client_id or any(data.get(key) for key in ("appObjectId", "spnObjectId"))
    return current.creation_mode == "automatic" and not made
