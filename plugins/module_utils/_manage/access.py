# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use the connection, project by project. What guards it comes first, and what opens it last.

PRIVATE to the collection. Checks stand before a pipeline is permitted, and of a connection that is in use already before anything else of it changes; one
is taken away only when the permissions are as they shall be. Whoever could administer the connection keeps that right until the rest is done. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial

from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import read_check
from ansible_collections.azdo.connections.plugins.module_utils._access.check_plan import CheckPlan, check_plan
from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_plan import (
    PipelinePlan,
    permissions,
    pipeline_plan,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.right_plan import (
    Held,
    RightPlan,
    outranked,
    read_roles,
    refuse_to_saw_it_off,
    refuse_without_administrator,
    right_plan,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import AccessIn
from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._desired.reached import refuse_unreached
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    NotAcceptedError,
    NotFoundError,
    NotPermittedError,
    OptionError,
    ServiceError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._manage.update import MovedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_access import AzureAccess
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import persist

# How long (s) a read may not show yet what was written: a new connection, a permission, a check or a right (2.11; all but the first assumed).
_SPREADING_SECONDS = 30.0
# How long (s) what was made a moment ago may be refused as not found (assumed).
_NEW_SECONDS = 60.0

Found = t.TypeVar("Found")


class Stage(IntEnum):
    """What comes before what."""

    GUARDS, PIPELINES, EASES, RIGHTS, ADMINISTRATORS = range(5)


@dataclass(frozen=True, eq=False)
class AccessStep:
    """One thing to do in one project. ``trouble`` goes in front of an error of it.

    :param first: whether it may come before everything else of the task, because pipelines may be using the connection there already.
    """

    stage: Stage
    changes: tuple[Change, ...]
    trouble: str
    carry_out: t.Callable[[], None]
    first: bool = False


class Access:
    """The part of a task about who may use the connection. ``changed`` says that something was, or that nobody knows."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._service = AzureAccess(view.client)
        self._looked_up: set[tuple[str, frozenset[int]]] = set()
        self.changed = False

    def steps(self, current: ArmConnection, *, fresh: bool) -> list[AccessStep]:
        """What to do, in the order in which it is done. Of a connection, or a share, that is not there yet nothing is read: nobody was permitted.

        :raises NoAdministratorError: nobody would be left who may change it. :raises OptionError: an empty list would take all checks away.
        """
        used_by = {reference.id.lower() for reference in current.references}
        found: list[AccessStep] = []
        for wanted in self._view.target.access:
            there = bool(current.id) and wanted.project.id.lower() in used_by
            if wanted.checks is not None:
                found += self._check_steps(current, wanted, read=there and not fresh)
            if wanted.everyone is not None or wanted.ids is not None:
                found += self._pipeline_steps(current, wanted, read=there and not fresh)
            if wanted.roles is not None:
                found += self._right_steps(current, wanted, read=there)
        return sorted(found, key=lambda step: step.stage)

    # -- checks ------------------------------------------------------------------------------------------------------
    def _check_steps(self, current: ArmConnection, wanted: AccessIn, *, read: bool) -> list[AccessStep]:
        plan = self._checks_to_do(current, wanted) if read else check_plan(current.id, [], wanted)
        where = wanted.project.name
        if plan.strange:
            self._warn(
                f"Checks of a kind that is not known here stay in {where!r}: {', '.join(plan.strange)}. remove_unknown_checks takes them away, "
                "append_checks leaves alone whatever the task does not name."
            )
        if plan.removed and not wanted.checks and not wanted.remove_all_checks:
            raise OptionError(
                f"checks is empty, and would take {len(plan.removed)} checks away in {where!r}.",
                remedy="Set remove_all_checks, if that is meant, or leave checks out to leave them alone.",
            )
        trouble = f"the checks in {where!r} could not be set"
        guards = AccessStep(
            Stage.GUARDS, _guards(plan, where), trouble, lambda: self._set_guards(current, wanted, plan), first=read
        )
        eases = AccessStep(Stage.EASES, _eases(plan, where), trouble, lambda: self._take_away(current, wanted, plan))
        return [step for step in (guards, eases) if step.changes]

    def _checks_to_do(self, current: ArmConnection, wanted: AccessIn) -> CheckPlan:
        answer = self._soon(lambda: self._view.client.checks(wanted.project.id, current.id))
        return check_plan(current.id, [read_check(item) for item in answer], wanted)

    def _set_guards(self, current: ArmConnection, wanted: AccessIn, plan: CheckPlan) -> None:
        """What may have gone meanwhile is found out before anything is added."""
        for id_, body in plan.changed:
            self._change(wanted, id_, body)
        for number, body in enumerate(plan.added, 1):
            self._add(current, wanted, body, left=len(plan.added) - number)
        # That it is not there is never only remarked upon: pipelines would run without it.
        self._confirm(
            lambda: found if (found := self._checks_to_do(current, wanted)).guards else None,
            lambda left: _guards(left, wanted.project.name),
            strict=True,
        )

    def _take_away(self, current: ArmConnection, wanted: AccessIn, plan: CheckPlan) -> None:
        for id_, body in plan.eased:
            self._change(wanted, id_, body)
        for id_ in plan.removed:
            try:
                self._say(partial(self._service.remove_check, wanted.project.id, id_), not_found=False)
            except NotFoundError:
                # Somebody was faster.
                continue
        self._confirm(
            lambda: found if (found := self._checks_to_do(current, wanted)).eases else None,
            lambda left: _eases(left, wanted.project.name),
        )

    def _change(self, wanted: AccessIn, id_: int, body: Json) -> None:
        """:raises MovedError: it is not there any more."""
        try:
            self._say(partial(self._service.change_check, wanted.project.id, id_, body), not_found=False)
        except NotFoundError as error:
            raise MovedError("Somebody else took a check away at the same time.", remedy="Run again.") from error

    def _add(self, current: ArmConnection, wanted: AccessIn, body: Json, *, left: int) -> None:
        """A lost answer is looked for before the check is sent once more: each time it is sent there is one more.

        :param left: how many are still to be added when this one is there.
        """
        try:
            return self._send(wanted, body)
        except AmbiguousWriteError:
            for _left in self._view.tries(_SPREADING_SECONDS):
                if len(self._checks_to_do(current, wanted).added) <= left:
                    return None
        return self._send(wanted, body)

    def _send(self, wanted: AccessIn, body: Json) -> None:
        """One that is to be disabled may be made enabled (nothing is documented)."""
        made: list[Json] = []
        self._say(lambda: made.append(self._service.add_check(wanted.project.id, body)), once=True)
        if body.get("isDisabled") and made and not made[0].get("isDisabled"):
            self._change(wanted, made[0]["id"], {**body, "id": made[0]["id"]})

    # -- pipelines ---------------------------------------------------------------------------------------------------
    def _pipeline_steps(self, current: ArmConnection, wanted: AccessIn, *, read: bool) -> list[AccessStep]:
        answer = self._permissions(current, wanted) if read else {}
        where = wanted.project.name
        if wanted.ids is not None and wanted.everyone is None and permissions(answer)["all_pipelines"]:
            self._warn(
                f"All pipelines of {where!r} may use it, so authorized_pipelines limits nothing: set authorize_all_pipelines to false."
            )
        plan = pipeline_plan(current.id, wanted, answer)
        if plan is None:
            return []
        self._warn_of_unseen(wanted.project, plan.granted & wanted.given_as_id)
        trouble = f"the permissions of pipelines in {where!r} could not be set"
        return [
            AccessStep(
                Stage.PIPELINES, _pipeline_changes(plan, where), trouble, lambda: self._authorize(current, wanted, plan)
            )
        ]

    def _warn_of_unseen(self, project: Project, ids: frozenset[int]) -> None:
        """An id is taken as it is, because the caller needs no right to see pipelines; that it is one is said only of what was seen. Asked once."""
        if not ids or (project.id, ids) in self._looked_up:
            return
        self._looked_up.add((project.id, ids))
        where = f"authorized_pipelines of {project.name!r}"
        try:
            seen = AzurePipelines(self._view.client).seen(project.id, ids)
        except (ServiceError, TransportError) as error:
            self._warn(f"Whether the ids in {where} are those of pipelines could not be looked up: {error.message}")
            return
        if unseen := sorted(ids - seen):
            self._warn(
                f"{where} has {', '.join(map(str, unseen))}, and this caller sees no such pipeline there: an id is permitted all the same."
            )

    def _permissions(self, current: ArmConnection, wanted: AccessIn) -> Json:
        return self._soon(lambda: self._view.client.pipeline_permissions(wanted.project.id, current.id))

    def _authorize(self, current: ArmConnection, wanted: AccessIn, plan: PipelinePlan) -> None:
        """The permissions of a new connection may not be found at first (2.11)."""
        project = wanted.project
        if wanted.checks is not None and plan.grants and self._checks_to_do(current, wanted).guards:
            # They were there when the task looked, or it has set them itself.
            raise MovedError("Somebody else changed the checks at the same time.", remedy="Run again.")
        self._say(lambda: self._view.client.authorize_pipelines(project.id, current.id, plan.body))
        self._confirm(
            lambda: pipeline_plan(current.id, wanted, self._permissions(current, wanted)),
            lambda left: _pipeline_changes(left, project.name),
        )

    # -- rights ------------------------------------------------------------------------------------------------------
    def _right_steps(self, current: ArmConnection, wanted: AccessIn, *, read: bool) -> list[AccessStep]:
        """What is given, and what takes the right to administer it away from somebody."""
        project, roles = wanted.project, wanted.roles or {}
        if not read:
            refuse_without_administrator(project, roles, append=wanted.append_roles)
        held = self._held(current, wanted) if read else []
        if more := outranked(held, roles):
            self._warn(
                f"By a right of the project, which roles does not change in {project.name!r}: {', '.join(more)}."
            )
        plan = right_plan(project, held, roles, append=wanted.append_roles)
        if plan is None:
            return []
        refuse_to_saw_it_off(plan, held, self._caller_id)
        where = project.name
        if self._caller_id in plan.losing:
            self._warn(
                f"roles takes the role of an administrator in {where!r} away from this caller: unless another right shows it, the next run as the same "
                "caller cannot see or change the connection there."
            )
        trouble = f"the roles in {where!r} could not be set"
        first = AccessStep(
            Stage.RIGHTS,
            _right_changes(plan.safe, f"roles ({where})"),
            trouble,
            lambda: self._set_rights(current, wanted, last=False),
        )
        last = AccessStep(
            Stage.ADMINISTRATORS,
            _right_changes(plan.rest, f"administrators ({where})"),
            trouble,
            lambda: self._set_rights(current, wanted, last=True),
        )
        # Who else has a role where it was not shared yet, the creator for one, is seen when it is.
        return [step for step in (first, last) if step.changes or not read]

    @property
    def _caller_id(self) -> str:
        return self._view.client.organization().caller_id

    def _held(self, current: ArmConnection, wanted: AccessIn) -> list[Held]:
        return read_roles(self._soon(lambda: self._view.client.roles(wanted.project.id, current.id)))

    def _set_rights(self, current: ArmConnection, wanted: AccessIn, *, last: bool) -> None:
        def to_do() -> RightPlan | None:
            held = self._held(current, wanted)
            plan = right_plan(wanted.project, held, wanted.roles or {}, append=wanted.append_roles)
            part = (plan.rest if last else plan.safe) if plan else None
            return part or None

        plan = to_do()
        if plan is None:
            return
        for part in (plan.without(self._caller_id), plan.only(self._caller_id)):
            self._give_and_take(current, wanted, part)
        try:
            self._confirm(to_do, lambda left: _right_changes(left, f"roles ({wanted.project.name})"))
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
        passing = (NotAcceptedError,) if once else (NotAcceptedError, AmbiguousWriteError)

        def attempt() -> None:
            try:
                request()
            except AmbiguousWriteError:
                self.changed = True
                raise
            self.changed = True

        def soon() -> None:
            # What is still not there after that was never there.
            times = self._view.tries(_NEW_SECONDS if not_found else 0.0)
            persist(attempt, times, lambda error: isinstance(error, NotFoundError))

        persist(soon, self._view.tries(), lambda error: isinstance(error, passing))

    def _confirm(
        self,
        to_do: t.Callable[[], Found | None],
        changes: t.Callable[[Found], tuple[Change, ...]],
        *,
        strict: bool = False,
    ) -> None:
        """:param strict: what the task allows does not count. :raises UnreachedError: it was accepted and is not there."""
        left: Found | None = None
        for _left in self._view.tries(_SPREADING_SECONDS):
            left = to_do()
            if left is None:
                return
        desired = replace(self._view.desired, allow_unreached=False) if strict else self._view.desired
        self._warn(*refuse_unreached(changes(left) if left is not None else (), desired))

    def _warn(self, *texts: str) -> None:
        warnings = self._view.runtime.warnings
        warnings += [text for text in texts if text not in warnings]


def _pipeline_changes(plan: PipelinePlan, where: str) -> tuple[Change, ...]:
    return tuple(Change(f"{option} ({where})", before, after) for option, before, after in plan.changes)


def _guards(plan: CheckPlan, where: str) -> tuple[Change, ...]:
    return (Change(f"checks ({where})", list(plan.before), list(plan.after)),) if plan.guards else ()


def _eases(plan: CheckPlan, where: str) -> tuple[Change, ...]:
    return (Change(f"checks that go ({where})", list(plan.taken), []),) if plan.eases else ()


def _right_changes(plan: RightPlan, option: str) -> tuple[Change, ...]:
    return (Change(option, list(plan.before), list(plan.after)),) if plan else ()
