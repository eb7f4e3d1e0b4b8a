# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task has done when it fails half way: a person who reads the error wants to know what exists now, and what to do about the rest.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._errors import AmbiguousWriteError, AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._manage.ansible_diff import Change


@dataclass
class Steps:
    """The steps of one task: what is planned, what is done, and the one that is under way: what it is in words, and what it changes."""

    planned: list[Change] = field(default_factory=list)
    done: list[Change] = field(default_factory=list)
    doing: str = ""
    under_way: list[Change] = field(default_factory=list)

    @contextmanager
    def step(self, what: str, changes: t.Sequence[Change]) -> t.Iterator[None]:
        """:param what: in words, for the front of the error; only a step that changes something is named there."""
        self.under_way = [change for change in changes if change not in self.done]
        self.doing = what if changes else ""
        yield
        self.done += self.under_way
        self.under_way, self.doing = [], ""

    def maybe_done(self, error: AzdoError) -> list[Change]:
        """What was carried out, as far as one knows: a request whose answer was lost counts."""
        return [*self.done, *(self.under_way if isinstance(error, AmbiguousWriteError) else [])]


def tell(error: AzdoError, steps: Steps, made: str | None, *, changed: bool) -> None:
    """Say in an error which step failed, what exists now and what the next run does. Nothing is added where nothing was changed.

    :param made: the id of the connection if this task made it and it is still there. :param changed: whether anything was changed at all.
    """
    if steps.doing:
        error.message = f"{steps.doing}: {error.message}"
    if not changed:
        return
    done = [change.option for change in steps.done]
    left = [change.option for change in steps.planned if change not in steps.done]
    told = [
        f"The connection exists now ({made})." if made else "",
        f"Done: {', '.join(done)}." if done else "",
        f"Not, or not wholly, done: {', '.join(left)}." if left else "",
        "" if "un again" in error.remedy else "Then run the task again: it goes on from there.",
    ]
    error.remedy = " ".join(part for part in (error.remedy, *told) if part)
    error.details.update(done=done, not_done=left)
