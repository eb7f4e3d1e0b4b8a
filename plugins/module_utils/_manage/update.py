# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes one connection that exists: the PUT, and its shares.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import ConnectionPlan
from ansible_collections.azdo.connections.plugins.module_utils._desired.foreign_changes import differences
from ansible_collections.azdo.connections.plugins.module_utils._desired.reached import left_over, refuse_unreached
from ansible_collections.azdo.connections.plugins.module_utils._errors import AmbiguousWriteError, AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import (
    OperationFailedError,
    ProjectView,
    UnfinishedError,
    fails_anew,
    said,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import reference_body, update_body
from ansible_collections.azdo.connections.plugins.module_utils._rest.remedies import remedy_for

# How long (s) a read may not show a share yet (2.11; assumed).
_SPREADING_SECONDS = 30.0

# What an update leaves as it is, beside what a conversion does.
_FEDERATION = ("scheme", "issuer", "subject", "service_management_reference")
# What somebody else may have changed meanwhile, a conversion above all.
_SIGN_IN = (*_FEDERATION, "authentication_type", "revert_deadline_text")


class MovedError(AzdoError):
    """The connection was changed by somebody else between two of our requests."""

    code = "changed_meanwhile"


class ForeignChangeError(AzdoError):
    """With our change something else became different."""

    code = "changed_too_much"


class Update:
    """The part of a task that changes the connection. ``changed`` says that something was, or that nobody knows."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self.changed = False

    def update(self, current: ArmConnection, plan: ConnectionPlan) -> ArmConnection:
        """The PUT, from a read that is as new as can be; then a look at what came of it (2.11).

        :raises MovedError: start over. :raises ForeignChangeError: something is different that nobody asked for.
        :raises OperationFailedError: it was accepted and failed in the end.
        :raises UnreachedError: something was accepted and is not there, unless the task allows that.
        """
        if plan.edits is None:
            return current
        latest = self._unmoved(current)
        body = update_body(latest, plan.edits)
        expected = ArmConnection.from_api(body, self._view.project)
        self._write(lambda: self._view.client.update(self._view.project.id, current.id, body))
        after = self._at_rest_again(latest)
        self._check(latest, expected, after)
        return self._confirm(after)

    def share(self, current: ArmConnection, plan: ConnectionPlan) -> ArmConnection:
        """Add first, then take away: between the two nobody is without it who should have it.

        :raises OperationFailedError: it was accepted and failed in the end. :raises UnreachedError: as for :meth:`update`.
        """
        if not (plan.added or plan.dropped):
            return current
        client = self._view.client
        if plan.added:
            self._write(lambda: client.share(current.id, [reference_body(item) for item in plan.added]))
        if plan.dropped:
            self._unmoved(current, owner_only=True)
            self._write(lambda: client.remove(current.id, plan.dropped))
        added, dropped = {item.id.lower() for item in plan.added}, {item.lower() for item in plan.dropped}
        after = current
        for _left in self._view.tries(_SPREADING_SECONDS):
            after = self._at_rest_again(current)
            projects = {item.id.lower() for item in after.references}
            if added <= projects and not dropped & projects:
                break
        return self._confirm(after, sharing=True)

    def _confirm(self, current: ArmConnection, *, sharing: bool = False) -> ArmConnection:
        """After what was asked for was accepted: is the connection as the task declares it?"""
        desired = self._view.desired
        left = left_over(desired, current, self._view.target, sharing=sharing)
        # It failed already before, in the same words: whether this time again, is seen only by what is there.
        words = said(current) if current.state == "failed" else ""
        self._warn(refuse_unreached(left, desired, words))
        return current

    def _warn(self, texts: t.Iterable[str]) -> None:
        warnings = self._view.runtime.warnings
        warnings += [text for text in texts if text not in warnings]

    def _at_rest_again(self, before: ArmConnection) -> ArmConnection:
        """The connection after a request that was accepted, when the service has finished with it; an operation that failed is an error."""
        after = self._view.again(before)
        after = self._view.at_rest(after) if after else None
        if after is None:
            raise UnfinishedError(
                "It disappeared while it was being changed.", remedy="Look at the project's audit log."
            )
        if fails_anew(before, after):
            raise OperationFailedError(
                f"Azure DevOps accepted the change and could not carry it out: {said(after)}.",
                remedy=remedy_for(after.status_message)
                or "Mend what it says, or look at the connection in the portal; then run again: it starts with a look. Nothing was removed.",
            )
        return after

    def _write(self, request: t.Callable[[], None]) -> None:
        try:
            request()
        except AmbiguousWriteError:
            self.changed = True
            raise
        self.changed = True

    def _unmoved(self, current: ArmConnection, *, owner_only: bool = False) -> ArmConnection:
        """The connection as it is now. :raises MovedError: it is not what the plan was made for."""
        latest = self._view.again(current)
        if (
            latest is None
            or latest.owner.id != current.owner.id
            or (not owner_only and differences(current, latest, _SIGN_IN))
        ):
            raise MovedError("Somebody else changed the connection at the same time.", remedy="Run again.")
        return latest

    def _check(self, latest: ArmConnection, expected: ArmConnection, after: ArmConnection) -> None:
        """Everything that nobody asked for must be as it was. What was asked for and ignored is no such difference."""
        moved = {item["field"] for item in differences(latest, after, _FEDERATION)}
        odd = {item["field"] for item in differences(expected, after, _FEDERATION)} & moved
        if odd:
            raise ForeignChangeError(
                f"After the change not everything is as it was sent or as it was before: {', '.join(sorted(odd))}.",
                remedy="Look at the connection before pipelines use it; nothing was taken back.",
                fields=sorted(odd),
            )
