# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to change about the rights on a connection in one project (6.3).

PRIVATE to the collection, and pure. Only what was given on the connection itself can be taken away there; what comes from the project stays. assumed: who
has a role from the project needs none of the same kind on the connection, and giving it would not show.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import ROLES, Holder
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly

ADMINISTRATOR = ROLES[0]


class NoAdministratorError(AzdoError):
    """Nobody could ever change it again."""

    code = "no_administrator"


@dataclass(frozen=True)
class Held:
    """A role that somebody has. ``own`` says that it was given on the connection itself."""

    holder: Holder
    role: str
    own: bool


@dataclass(frozen=True, kw_only=True)
class RightPlan:
    """The roles to give and the holders to take theirs from, in one project.

    :param losing: the ids of those who lose the role of an administrator by it.
    :param own: the roles that were given on the connection itself before, by the ids of who has them.
    """

    project: Project
    given: t.Mapping[Holder, str]
    taken: tuple[Holder, ...]
    losing: frozenset[str] = frozenset()
    own: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def before(self) -> tuple[str, ...]:
        """Who of those it is about had which role, for people to read; ``after`` who will have which one."""
        about = [*self.given, *self.taken]
        return tuple(sorted(f"{item.name}: {self.own[item.id]}" for item in about if item.id in self.own))

    @property
    def after(self) -> tuple[str, ...]:
        return tuple(sorted(f"{item.name}: {role}" for item, role in self.given.items()))

    def __bool__(self) -> bool:
        return bool(self.given or self.taken)

    @property
    def safe(self) -> RightPlan:
        """The part after which nobody has lost the right to administer it."""
        return self._part(lambda holder: holder.id not in self.losing)

    @property
    def rest(self) -> RightPlan:
        """The part that takes that right away."""
        return self._part(lambda holder: holder.id in self.losing)

    def without(self, caller_id: str) -> RightPlan:
        """The part that leaves the caller its own role."""
        return self._part(lambda holder: holder.id != caller_id)

    def only(self, caller_id: str) -> RightPlan:
        """The part that is about the caller."""
        return self._part(lambda holder: holder.id == caller_id)

    def _part(self, wanted: t.Callable[[Holder], bool]) -> RightPlan:
        given = {holder: role for holder, role in self.given.items() if wanted(holder)}
        return replace(self, given=given, taken=tuple(item for item in self.taken if wanted(item)))


def refuse_without_administrator(project: Project, wanted: t.Mapping[Holder, str], *, append: bool) -> None:
    """For a connection, or a share, that is not there yet: who else will have which role is not known.

    :raises NoAdministratorError: nobody who is named would be one.
    """
    if not append and ADMINISTRATOR not in wanted.values():
        raise NoAdministratorError(
            f"roles names no administrator for {project.name!r}, where the connection is not yet.",
            remedy="Name at least one with role: administrator, or set append_roles.",
            project=project.name,
        )


def refuse_to_saw_it_off(plan: RightPlan, held: t.Sequence[Held], caller_id: str) -> None:
    """The rest could not be done any more once the way by which this caller administers the connection is gone.

    :raises NoAdministratorError: that may be one of those who lose the role, because nobody else had it.
    """
    ways = {item.holder.id for item in held if item.role == ADMINISTRATOR}
    # What is given comes first.
    ways |= {holder.id for holder, role in plan.given.items() if role == ADMINISTRATOR and holder.id == caller_id}
    if plan.losing - {caller_id} and caller_id not in ways and not ways - plan.losing:
        raise NoAdministratorError(
            f"roles takes the role of an administrator from everybody who has it in {plan.project.name!r}, and this caller may have it through one of them.",
            remedy="Name the caller itself as an administrator, too, and take that away by another run, or set append_roles.",
            project=plan.project.name,
        )


def read_roles(answer: t.Iterable[Json]) -> list[Held]:
    """Who has which role. :raises UnreadableError: a field is not of its kind, or one is missing."""

    def read(fields: Fields) -> Held:
        identity, access = fields.inner("identity"), fields.text("access").casefold()
        id_ = identity.text("id").lower()
        held = Held(
            Holder(id_, identity.text("displayName") or id_, _called(identity)),
            fields.inner("role").text("name").casefold(),
            access != "inherited",
        )
        if not id_ or not held.role:
            # A right of nobody knows whom must not be overlooked.
            fields.odd.append("identity.id" if not id_ else "role.name")
        return held

    return [read_strictly("a right on the connection", item, read) for item in answer]


def _called(identity: Fields) -> str:
    """By mail address or user principal name where there is one, else by name: that is what another organization may know, too."""
    unique = identity.text("uniqueName")
    return unique if "@" in unique else identity.text("displayName")


def outranked(held: t.Sequence[Held], wanted: t.Mapping[Holder, str]) -> list[str]:
    """Who has more by a right of the project than the task gives, and keeps it: sentences' ends, for people to read."""
    found: list[str] = []
    for holder, role in wanted.items():
        more = [item.role for item in held if not item.own and item.holder.id == holder.id and item.role in ROLES]
        best = min(more, key=ROLES.index, default=role)
        if ROLES.index(best) < ROLES.index(role):
            found.append(f"{holder.name} is {best} there, not {role}")
    return sorted(found)


def right_plan(
    project: Project, held: t.Sequence[Held], wanted: t.Mapping[Holder, str], *, append: bool
) -> RightPlan | None:
    """What to give and to take; None if nothing. :raises NoAdministratorError: nobody would be left who may change it."""
    own = {item.holder.id: item for item in held if item.own}
    inherited = {(item.holder.id, item.role) for item in held if not item.own}
    given = {
        holder: role
        for holder, role in wanted.items()
        if not (holder.id in own and own[holder.id].role == role)
        and not (holder.id not in own and (holder.id, role) in inherited)
    }
    ids = {holder.id for holder in wanted}
    taken = () if append else tuple(item.holder for id_, item in own.items() if id_ not in ids)
    if not given and not taken:
        return None
    after = {id_: item.role for id_, item in own.items() if item.holder not in taken}
    after |= {holder.id: role for holder, role in given.items()}
    had_one = any(item.role == ADMINISTRATOR for item in held)
    if had_one and ADMINISTRATOR not in {*after.values(), *(role for _id, role in inherited)}:
        raise NoAdministratorError(
            f"roles would leave the connection without an administrator in {project.name!r}.",
            remedy="Name at least one with role: administrator, or set append_roles.",
            project=project.name,
        )
    return RightPlan(
        project=project,
        given=given,
        taken=taken,
        losing=frozenset(
            id_ for id_, item in own.items() if item.role == ADMINISTRATOR and after.get(id_) != ADMINISTRATOR
        ),
        own={id_: item.role for id_, item in own.items()},
    )
