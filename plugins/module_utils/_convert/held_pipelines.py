# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sees before the first write that each held pipeline is one that used a selected connection: a misspelt name holds nothing.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Use
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._move.task_context import TaskContext
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each

_CHECK = "Check the spelling as the portal shows it, or leave it out. Nothing was changed."


def check_held(task: TaskContext, plan: t.Sequence[PlannedRow], *, whole: bool) -> list[str]:
    """What to warn about: held pipelines that none of the selected connections was used by, as far as one can know.

    :param whole: whether the whole organization is looked at; else the pipeline may be one of elsewhere.
    :raises OptionError: there is such a pipeline, and the history of every connection could be read.
    """
    texts = task.situation.hold_pipelines
    if not texts or not plan:
        return []
    # The history of what is left alone anyway matters only for a name that the others do not explain.
    todo = [row for row in plan if row.assessment.facts or row.assessment.worth_asking]
    uses = _uses(task, todo)
    if _unmatched(texts, uses):
        chosen = {row.connection.id for row in todo}
        uses += _uses(task, [row for row in plan if row.connection.id not in chosen])
    missing = _unmatched(texts, uses)
    if not missing:
        return []
    silent = sum(use is None for use in uses)
    known = {name for use in uses if use for item in use.definitions for name in item.names if not name.isdigit()}
    one = len(missing) == 1
    told = (
        f"hold_pipelines: {', '.join(map(repr, missing))} {'is' if one else 'are'} none of the pipelines that used the selected connections"
        f"{f', as far as their history could be read ({silent} of {len(uses)} could not)' if silent else ''}.{hints(missing, known)}"
    )
    if whole and not silent:
        raise OptionError(told, remedy=_CHECK, missing=missing)
    return [f"{told} Nothing is held for {'it' if one else 'them'}."]


def _unmatched(texts: t.Iterable[str], uses: t.Sequence[Use | None]) -> list[str]:
    known = [item for use in uses if use for item in use.definitions]
    return [text for text in texts if not any(item.answers_to(text) for item in known)]


def _uses(task: TaskContext, rows: t.Sequence[PlannedRow]) -> list[Use | None]:
    """The use of each connection; None where it could not be read."""

    def use(row: PlannedRow) -> Use | None:
        known = row.assessment.facts
        return known.use if known and known.use else task.inspection.use(row.connection)

    runtime = task.runtime
    return list(each(rows, use, concurrency=runtime.concurrency, stop=runtime.stop))
