# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the hosts of a batch go on from their plans: in which order, and what a person is asked.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import Size
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.wave_members import (
    canary_problem,
    is_work,
    projects_as_members,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.waves import in_waves


def course(
    plans: t.Mapping[str, Result],
    organizations: t.Collection[str],
    *,
    sizes: t.Sequence[Size],
    canary: t.Collection[str],
    more_follow: bool,
    now: datetime,
) -> dict[str, t.Any]:
    """How the hosts of a batch go on from their plans.

    Shape: ``{waves: {host: [[project id]]}, count: n, names: [[name of a project]], problem, questions: [row]}``. Every host has ``count`` waves, some of
    them empty; one that stands for a project has its work in the first. problem is why the first wave is no good canary, or empty.

    :param organizations: the hosts that stand for a whole organization. :param more_follow: whether other hosts have their turn after these.
    """
    waves: dict[str, list[list[str]]] = {}
    for host, plan in plans.items():
        rows = plan.get("connections", ())
        if host in organizations:
            waves[host] = in_waves(projects_as_members(rows, canary, now), sizes) or [[]]
        else:
            waves[host] = [sorted({str(row["project_id"]) for row in rows})]
    number = max((len(parts) for parts in waves.values()), default=0)
    waves = {host: [*parts, *([] for _missing in range(number - len(parts)))] for host, parts in waves.items()}
    first = [
        row
        for host, plan in plans.items()
        for row in plan.get("connections", ())
        if str(row["project_id"]) in waves[host][0]
    ]
    judged = (more_follow or number > 1) and not _is_chosen(first, plans, canary)
    names = {
        str(row["project_id"]): str(row["project"]) for plan in plans.values() for row in plan.get("connections", ())
    }
    return {
        "waves": waves,
        "count": number,
        "names": [[names[key] for parts in waves.values() for key in parts[index]] for index in range(number)],
        "problem": _stranger(canary, plans, organizations) or (canary_problem(first, now) if judged else ""),
        "questions": _questions(plans),
    }


def _is_chosen(first: t.Sequence[Row], hosts: t.Iterable[str], canary: t.Collection[str]) -> bool:
    """Whether a person has named something of the first wave. A name that means nothing there is nobody's answer for it."""
    called = [*hosts, *(text for row in first for text in _project(row))]
    return any(answers_to(called, name) for name in canary)


def _stranger(canary: t.Collection[str], plans: t.Mapping[str, Result], organizations: t.Collection[str]) -> str:
    """Why a person's words about who goes first mean nothing, or an empty text. Where hosts stand for less than an organization, they were looked at before."""
    rows = [row for plan in plans.values() for row in plan.get("connections", ())]
    called = [*plans, *(text for row in rows for text in _project(row))]
    strange = [name for name in canary if organizations and not answers_to(called, name)]
    if not strange:
        return ""
    return (
        f"fleet_canary names {strange[0]}, which is no project with a connection that is selected here.{did_you_mean(strange[0], called)} Check the spelling, "
        "or name another one."
    )


def _project(row: Row) -> tuple[str, str]:
    return str(row["project_id"]), str(row["project"])


def _questions(plans: t.Mapping[str, Result]) -> list[dict[str, t.Any]]:
    """What to ask a person about, one after the other. A connection that two hosts see is asked about once, where it can be moved."""
    return [
        {
            "host": host,
            "id": row["id"],
            "project": row.get("project"),
            "name": row["name"],
            "shared_with": [place.get("name") for place in (row.get("projects") or [])[1:]],
            "rollback": row.get("rollback"),
        }
        for host, plan in plans.items()
        for row in plan.get("connections", ())
        if is_work(row)
    ]
