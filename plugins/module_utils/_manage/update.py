# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes one connection that exists: the PUT, its shares, and who may use it in pipelines.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.changes import (
    ConnectionPlan,
    PipelinePlan,
    pipeline_plan,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.desired_state import Pipelines, Target
from ansible_collections.azdo.connections.plugins.module_utils._manage.foreign_changes import differences
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView, UnfinishedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import reference_body, update_body
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import persist

# How long (s) the permissions of a new connection may not be found.
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

    def __init__(self, view: ProjectView, target: Target) -> None:
        self._view = view
        self._target = target
        self.changed = False

    def update(self, current: ArmConnection, plan: ConnectionPlan) -> ArmConnection:
        """The PUT, from a read that is as new as can be; then a look at what came of it (2.11).

        :raises MovedError: start over. :raises ForeignChangeError: something is different that nobody asked for.
        """
        if plan.edits is None:
            return current
        latest = self._unmoved(current)
        body = update_body(latest, plan.edits)
        expected = ArmConnection.from_api(body, self._view.project)
        self._write(lambda: self._view.client.update(self._view.project.id, current.id, body))
        after = self._view.again(current)
        after = self._view.at_rest(after) if after else None
        if after is None:
            raise UnfinishedError(
                "It disappeared while it was being changed.", remedy="Look at the project's audit log."
            )
        self._check(expected, after, plan)
        return after

    def share(self, current: ArmConnection, plan: ConnectionPlan) -> ArmConnection:
        """Add first, then take away: between the two nobody is without it who should have it."""
        client = self._view.client
        if plan.added:
            self._write(lambda: client.share(current.id, [reference_body(item) for item in plan.added]))
        if plan.dropped:
            self._unmoved(current, owner_only=True)
            self._write(lambda: client.remove(current.id, plan.dropped))
        return (self._view.again(current) or current) if plan.added or plan.dropped else current

    def permissions(self, current: ArmConnection, append: bool, *, fresh: bool) -> list[PipelinePlan]:
        """What to change about pipelines, per project (6.1). A new connection is permitted to none, so there is nothing to read."""
        wanted: list[tuple[Project, Pipelines]] = [(self._view.project, self._view.desired.pipelines)]
        wanted += [(project, share.pipelines) for project, share in self._target.shares or ()]
        used_by = {reference.id.lower() for reference in current.references}
        found = []
        for project, pipelines in wanted:
            if not pipelines.managed:
                continue
            unread = fresh or project.id.lower() not in used_by
            answer = {} if unread else self._read_permissions(project, current)
            everyone = bool((answer.get("allPipelines") or {}).get("authorized"))
            if pipelines.ids is not None and pipelines.everyone is None and everyone:
                self._view.runtime.warnings.append(
                    f"All pipelines of {project.name!r} may use it, so authorized_pipelines limits nothing: set authorize_all_pipelines to false."
                )
            plan = pipeline_plan(project, current.id, pipelines, answer, append=append)
            found += [plan] if plan else []
        return found

    def _read_permissions(self, project: Project, current: ArmConnection) -> Json:
        """Those of a connection that was made a moment ago may not be found at first (2.11)."""
        return persist(
            lambda: self._view.client.pipeline_permissions(project.id, current.id),
            self._view.tries(_SPREADING_SECONDS),
            lambda error: isinstance(error, NotFoundError),
        )

    def authorize(self, current: ArmConnection, plan: PipelinePlan) -> None:
        """The permissions of a new connection may not be found at first (2.11). The body says what shall be, so to say it twice does no harm."""
        persist(
            lambda: self._write(lambda: self._view.client.authorize_pipelines(plan.project_id, current.id, plan.body)),
            self._view.tries(),
            lambda error: isinstance(error, NotFoundError | NotAcceptedError | AmbiguousWriteError),
        )

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

    def _check(self, expected: ArmConnection, after: ArmConnection, plan: ConnectionPlan) -> None:
        """What was sent must be there, and everything else as it was. Fields that only newer services know may be ignored, which is told."""
        odd = {item["field"] for item in differences(expected, after, _FEDERATION)}
        for option in ("enabled", "service_management_reference"):
            if option in odd and getattr(plan.edits, option) is not None:
                self._view.runtime.warnings.append(f"{option} was sent, but the service did not take it over.")
                odd.remove(option)
        if odd:
            raise ForeignChangeError(
                f"After the change not everything is as it was sent or as it was before: {', '.join(sorted(odd))}.",
                remedy="Look at the connection before pipelines use it; nothing was taken back.",
                fields=sorted(odd),
            )
