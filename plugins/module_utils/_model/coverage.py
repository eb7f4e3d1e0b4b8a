# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run saw of the projects that it is about, and what it did not.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import UnreadError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json

_MOST_NAMED = 5
_ALSO_FORBIDDEN = "which is also what a missing permission looks like"


class UnreadProject(t.NamedTuple):
    """A project whose list of connections could not be read, and why."""

    id: str
    name: str
    reason: str


class PartialConnection(t.NamedTuple):
    """A connection of which only a part could be seen or understood, and its project. Nothing is done to it.

    :param id: ``?`` if even that could not be read.
    :param lacks: what its answer lacks, see :func:`completeness.incomplete`.
    """

    id: str
    project_id: str
    project: str
    lacks: str = ""

    def __str__(self) -> str:
        return f"{self.id} in {self.project!r}" + (f" ({self.lacks})" if self.lacks else "")


@dataclass(frozen=True)
class Coverage:
    """What a run saw, and what it did not.

    Lists are filtered by permission without saying so (fact sheet 2.2): an empty list may mean that there is nothing, or that the caller may not see it.
    ``complete`` is therefore False not only after a failed read, but also when a project that was asked for by name, or every project, is empty. Such a
    list is a doubt and no gap: only what is ``unread`` or ``partial`` fails a run.

    :param allowed: ids of the projects that may be unread, in lower case. :param project_ids: of all that it is about.
    """

    projects: int
    unread: tuple[UnreadProject, ...]
    empty: tuple[str, ...]
    partial: tuple[PartialConnection, ...]
    named: bool
    allowed: frozenset[str] = frozenset()
    project_ids: tuple[str, ...] = ()

    @property
    def named_none(self) -> bool:
        """The user asked for no project at all, so that there is nothing to miss."""
        return self.named and self.projects == 0

    @property
    def complete(self) -> bool:
        nothing_seen = len(self.empty) == self.projects and not self.named_none
        doubtful = nothing_seen or (self.named and self.empty)
        return not (self.unread or self.partial or doubtful)

    def within(self, project_ids: t.Collection[str] | None) -> Coverage:
        """The same of some projects only, by ids in lower case; None: of all."""
        if project_ids is None:
            return self
        return replace(
            self,
            unread=tuple(item for item in self.unread if item.id.lower() in project_ids),
            partial=tuple(item for item in self.partial if item.project_id.lower() in project_ids),
        )

    def lacking(self, connections: t.Iterable[PartialConnection]) -> Coverage:
        """The same with gaps that were found after the lists were read."""
        return replace(self, partial=(*self.partial, *connections))

    @property
    def not_allowed(self) -> Coverage:
        """The same without the gaps that were allowed."""
        return replace(
            self,
            unread=tuple(item for item in self.unread if item.id.lower() not in self.allowed),
            partial=tuple(item for item in self.partial if item.project_id.lower() not in self.allowed),
        )

    def check_that_something_was_read(self) -> None:
        """:raises UnreadError: there is no project to read, or none that could be read, so that nothing at all is known."""
        if self.named_none or (self.projects and len(self.unread) < self.projects):
            return
        if not self.projects:
            raise UnreadError(
                f"Nothing could be read: the organization shows no project to this caller, {_ALSO_FORBIDDEN}.",
                remedy="Check that the caller is a member of the projects. Nothing was changed.",
            )
        raise UnreadError(
            f"Nothing could be read: {self._unread_sentence}",
            remedy="Check the rights of the caller. Nothing was changed.",
            unread=[item.id for item in self.unread],
        )

    @property
    def error(self) -> UnreadError | None:
        """What a run fails with in the end although it did what it could; None if there is no gap that was not allowed."""
        missing = self.not_allowed
        if not (missing.unread or missing.partial):
            return None
        projects = {item.id: item.name for item in missing.unread} | {i.project_id: i.project for i in missing.partial}
        return UnreadError(
            missing.gaps,
            remedy=f"Give the caller the right to see them, or name what may be missing: allow_unread with {_listed(list(projects.values()))}.",
            unread=[item.id for item in missing.unread],
            partial=[item.id for item in missing.partial],
        )

    @property
    def gaps(self) -> str:
        """What is unread or partial, in words, with the first reason; empty if nothing is."""
        partial = ""
        if self.partial:
            what = "connection is" if len(self.partial) == 1 else "connections are"
            named = ", ".join(map(str, self.partial[:_MOST_NAMED]))
            partial = f"{len(self.partial)} {what} visible in part only: {named}{_more(len(self.partial))}."
        return " ".join(text for text in (self._unread_sentence, partial) if text)

    @property
    def doubts(self) -> str:
        """The same, and empty lists where they are in doubt; empty if everything was seen."""
        if self.complete or self.gaps:
            return self.gaps
        where = _listed(list(self.empty)) if self.empty else "the organization"
        return f"No connection is shown in {where}, {_ALSO_FORBIDDEN}."

    @property
    def _unread_sentence(self) -> str:
        if not self.unread:
            return ""
        one = len(self.unread) == 1
        first = self.unread[0]
        return (
            f"{len(self.unread)} {'project' if one else 'projects'} could not be read: {_listed([item.name for item in self.unread])}; nothing is known about "
            f"{'its' if one else 'their'} connections ({'' if one else f'{first.name!r}: '}{first.reason.rstrip('.')})."
        )

    def to_plan(self) -> Json:
        """The gaps as a plan keeps them: ids only, sorted. Shape: ``{projects: [id], connections: [{id, project_id}]}``."""
        return {
            "projects": sorted(item.id.lower() for item in self.unread),
            "connections": [
                {"id": id_, "project_id": project_id}
                for id_, project_id in sorted({(item.id.lower(), item.project_id.lower()) for item in self.partial})
            ],
        }

    def to_result(self) -> Json:
        """Shape: ``{complete, projects: n, project_ids, unread: [{id, project, reason}], empty: [name], partial: [{id, project, lacks}]}``."""
        return {
            "complete": self.complete,
            "projects": self.projects,
            "project_ids": list(self.project_ids),
            "unread": [{"id": item.id, "project": item.name, "reason": item.reason} for item in self.unread],
            "empty": list(self.empty),
            "partial": [{"id": item.id, "project": item.project, "lacks": item.lacks} for item in self.partial],
        }


def _listed(names: t.Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:_MOST_NAMED]) + _more(len(names))


def _more(number: int) -> str:
    return f" and {number - _MOST_NAMED} more" if number > _MOST_NAMED else ""
