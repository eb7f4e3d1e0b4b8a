# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use the connection, project by project: checks first, then pipelines, then rights, and the right to administer it last of all.

PRIVATE to the collection. A pipeline that gets the permission before the check stands could run without it; whoever takes the own right away first could
not do the rest. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import read_check
from ansible_collections.azdo.connections.plugins.module_utils._access.check_plan import CheckPlan, check_plan
from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_plan import (
    PipelinePlan,
    permissions,
    pipeline_plan,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.right_plan import (
    RightPlan,
    read_roles,
    right_plan,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import AccessIn
from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._desired.reached import refuse_unreached
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
    NotPermittedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._manage.update import MovedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_access import AzureAccess
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import persist

# How long (s) a read may not show yet what was written: a new connection, a permission, a check or a right (2.11; all but the first assumed).
_SPREADING_SECONDS = 30.0

Found = t.TypeVar("Found")


@dataclass(frozen=True, eq=False)
class AccessStep:
    """One thing to do in one project. ``trouble`` goes in front of an error of it."""

    changes: tuple[Change, ...]
    trouble: str
    carry_out: t.Callable[[], None]


class Access:
    """The part of a task about who may use the connection. ``changed`` says that something was, or that nobody knows."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._service = AzureAccess(view.client)
        self.changed = False

    def steps(self, current: ArmConnection, *, fresh: bool) -> list[AccessStep]:
        """What to do, in the order in which it is done. Of a connection, or a share, that is not there yet nothing is read: nobody was permitted.

        :raises NoAdministratorError: nobody would be left who may change it.
        """
        used_by = {reference.id.lower() for reference in current.references}
        found: dict[str, list[AccessStep]] = {"checks": [], "pipelines": [], "rights": [], "last": []}
        for wanted in self._view.target.access:
            there = bool(current.id) and wanted.project.id.lower() in used_by
            if wanted.checks is not None:
                found["checks"] += self._check_step(current, wanted, read=there and not fresh)
            if wanted.everyone is not None or wanted.ids is not None:
                found["pipelines"] += self._pipeline_step(current, wanted, read=there and not fresh)
            if wanted.roles is not None:
                first, last = self._right_steps(current, wanted, read=there)
                found["rights"] += first
                found["last"] += last
        return [step for steps in found.values() for step in steps]

    # -- pipelines ---------------------------------------------------------------------------------------------------
    def _pipeline_step(self, current: ArmConnection, wanted: AccessIn, *, read: bool) -> list[AccessStep]:
        answer = self._permissions(current, wanted) if read else {}
        where = wanted.project.name
        if wanted.ids is not None and wanted.everyone is None and permissions(answer)["all_pipelines"]:
            self._warn(
                f"All pipelines of {where!r} may use it, so authorized_pipelines limits nothing: set authorize_all_pipelines to false."
            )
        plan = pipeline_plan(current.id, wanted, answer)
        if plan is None:
            return []
        trouble = f"the permissions of pipelines in {where!r} could not be set"
        return [AccessStep(_pipeline_changes(plan, where), trouble, lambda: self._authorize(current, wanted, plan))]

    def _permissions(self, current: ArmConnection, wanted: AccessIn) -> Json:
        return self._soon(lambda: self._view.client.pipeline_permissions(wanted.project.id, current.id))

    def _authorize(self, current: ArmConnection, wanted: AccessIn, plan: PipelinePlan) -> None:
        """The permissions of a new connection may not be found at first (2.11)."""
        project = wanted.project
        self._say(lambda: self._view.client.authorize_pipelines(project.id, current.id, plan.body))
        self._confirm(
            lambda: pipeline_plan(current.id, wanted, self._permissions(current, wanted)),
            lambda left: _pipeline_changes(left, project.name),
        )

    # -- checks ------------------------------------------------------------------------------------------------------
    def _check_step(self, current: ArmConnection, wanted: AccessIn, *, read: bool) -> list[AccessStep]:
        plan = self._checks_to_do(current, wanted) if read else check_plan(current.id, [], wanted)
        where = wanted.project.name
        if plan.strange:
            self._warn(
                f"Checks of a kind that is not known here stay in {where!r}: {', '.join(plan.strange)}. remove_unknown_checks takes them away, "
                "append_checks leaves alone whatever the task does not name."
            )
        if not plan:
            return []
        trouble = f"the checks in {where!r} could not be set"
        return [AccessStep((_check_change(plan, where),), trouble, lambda: self._set_checks(current, wanted, plan))]

    def _checks_to_do(self, current: ArmConnection, wanted: AccessIn) -> CheckPlan:
        answer = self._soon(lambda: self._view.client.checks(wanted.project.id, current.id))
        return check_plan(current.id, [read_check(item) for item in answer], wanted)

    def _set_checks(self, current: ArmConnection, wanted: AccessIn, plan: CheckPlan) -> None:
        """What is new comes before what is taken away, so that pipelines never run without; what may have gone meanwhile is found out first of all."""
        project_id, service = wanted.project.id, self._service
        for id_, body in plan.changed:
            try:
                self._say(partial(service.change_check, project_id, id_, body), not_found=False)
            except NotFoundError as error:
                raise MovedError("Somebody else took a check away at the same time.", remedy="Run again.") from error
        for number, body in enumerate(plan.added, 1):
            self._add_check(current, wanted, body, left=len(plan.added) - number)
        for id_ in plan.removed:
            try:
                self._say(partial(service.remove_check, project_id, id_), not_found=False)
            except NotFoundError:
                # Somebody was faster.
                continue
        self._confirm(
            lambda: self._checks_to_do(current, wanted) or None,
            lambda left: (_check_change(left, wanted.project.name),),
        )

    def _add_check(self, current: ArmConnection, wanted: AccessIn, body: Json, *, left: int) -> None:
        """A lost answer is looked for before the check is sent once more: each time it is sent there is one more.

        :param left: how many are still to be added when this one is there.
        """
        add = partial(self._service.add_check, wanted.project.id, body)
        try:
            return self._say(add, once=True)
        except AmbiguousWriteError:
            for _left in self._view.tries(_SPREADING_SECONDS):
                if len(self._checks_to_do(current, wanted).added) <= left:
                    return None
        return self._say(add, once=True)

    # -- rights ------------------------------------------------------------------------------------------------------
    def _right_steps(
        self, current: ArmConnection, wanted: AccessIn, *, read: bool
    ) -> tuple[list[AccessStep], list[AccessStep]]:
        """What is given, and what takes the right to administer it away from somebody."""
        plan = self._rights_to_do(current, wanted, read=read)
        if plan is None:
            return [], []
        where = wanted.project.name
        if self._caller_id in plan.losing:
            self._warn(
                f"roles takes the role of an administrator in {where!r} away from this caller: unless another right shows it, the next run as the same "
                "caller cannot see or change the connection there."
            )
        changes, trouble = (_right_change(plan, where),), f"the roles in {where!r} could not be set"
        first = AccessStep(changes, trouble, lambda: self._set_rights(current, wanted, last=False))
        last = AccessStep(changes, trouble, lambda: self._set_rights(current, wanted, last=True))
        # Who has which role where it was not shared yet, the creator for one, is seen when it is.
        return [first] if plan.safe or not read else [], [last] if plan.rest or not read else []

    @property
    def _caller_id(self) -> str:
        return self._view.client.organization().caller_id

    def _rights_to_do(self, current: ArmConnection, wanted: AccessIn, *, read: bool = True) -> RightPlan | None:
        answer = self._soon(lambda: self._view.client.roles(wanted.project.id, current.id)) if read else []
        return right_plan(wanted.project, read_roles(answer), wanted.roles or {}, append=wanted.append_roles)

    def _set_rights(self, current: ArmConnection, wanted: AccessIn, *, last: bool) -> None:
        def to_do() -> RightPlan | None:
            plan = self._rights_to_do(current, wanted)
            return (plan.rest if last else plan.safe) if plan else None

        plan = to_do()
        if not plan:
            return
        for part in (plan.without(self._caller_id), plan.only(self._caller_id)):
            self._give_and_take(current, wanted, part)
        try:
            self._confirm(lambda: to_do() or None, lambda left: (_right_change(left, wanted.project.name),))
        except NotPermittedError:
            if self._caller_id not in plan.losing:
                raise

    def _give_and_take(self, current: ArmConnection, wanted: AccessIn, part: RightPlan) -> None:
        """Given before it is taken: between the two somebody can always administer it."""
        project_id, service = wanted.project.id, self._service
        if part.given:
            roles = {holder.id: role.capitalize() for holder, role in part.given.items()}
            self._say(partial(service.set_roles, project_id, current.id, roles))
        if part.taken:
            self._say(partial(service.remove_roles, project_id, current.id, [holder.id for holder in part.taken]))

    # -- all of them -------------------------------------------------------------------------------------------------
    def _soon(self, read: t.Callable[[], Found]) -> Found:
        """What is around a connection that was made a moment ago may not be found at first (2.11)."""
        return persist(read, self._view.tries(_SPREADING_SECONDS), lambda error: isinstance(error, NotFoundError))

    def _say(self, request: t.Callable[[], object], *, not_found: bool = True, once: bool = False) -> None:
        """A write. :param not_found: what was made a moment ago may not be found at first.

        :param once: it makes something, so it is sent again only if it surely did not arrive; else it says how things shall be, and may be said twice.
        """
        passing: tuple[type[AzdoError], ...] = (NotAcceptedError,)
        passing += () if once else (AmbiguousWriteError,)
        passing += (NotFoundError,) if not_found else ()

        def attempt() -> None:
            try:
                request()
            except AmbiguousWriteError:
                self.changed = True
                raise
            self.changed = True

        persist(attempt, self._view.tries(), lambda error: isinstance(error, passing))

    def _confirm(self, to_do: t.Callable[[], Found | None], changes: t.Callable[[Found], tuple[Change, ...]]) -> None:
        """:raises UnreachedError: it was accepted and is not there, unless the task allows that."""
        left: Found | None = None
        for _left in self._view.tries(_SPREADING_SECONDS):
            left = to_do()
            if left is None:
                return
        self._warn(*refuse_unreached(changes(left) if left is not None else (), self._view.desired))

    def _warn(self, *texts: str) -> None:
        warnings = self._view.runtime.warnings
        warnings += [text for text in texts if text not in warnings]


def _pipeline_changes(plan: PipelinePlan, where: str) -> tuple[Change, ...]:
    return tuple(Change(f"{option} ({where})", before, after) for option, before, after in plan.changes)


def _check_change(plan: CheckPlan, where: str) -> Change:
    return Change(f"checks ({where})", list(plan.before), list(plan.after))


def _right_change(plan: RightPlan, where: str) -> Change:
    return Change(f"roles ({where})", list(plan.before), list(plan.after))
