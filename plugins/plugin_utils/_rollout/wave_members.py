# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has a turn in a wave, from what the inventory or a plan says: who hangs together, who has work, who is a good first one.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.facts import USED_LATELY
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_names import host_label
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Row
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.waves import Member

# What the inventory plugin takes for production as well, unless it is told something else.
PRODUCTION = r"(^|[^a-z])(prod|production|prd|live)([^a-z]|$)"


def hosts_as_members(
    hosts: t.Sequence[str], groups: t.Mapping[str, t.Sequence[str]], to: str, canary: t.Collection[str]
) -> list[Member]:
    """What the groups of the inventory say about hosts: ``azdo_eligible_*``, ``azdo_shared_*``, ``azdo_used_lately``, ``azdo_production``.

    :param canary: names of hosts that a person wants to go first.
    """
    working = _working(hosts, groups, to)
    shared = {name: set(members) for name, members in groups.items() if name.startswith("azdo_shared_")}
    production, lately = (set(groups.get(f"azdo_{name}", ())) for name in ("production", "used_lately"))
    wanted = _hosts_called(canary, hosts, groups)
    return [
        Member(
            key=host,
            together=frozenset(name for name, members in shared.items() if host in members),
            has_work=host in working or host in wanted,
            first_choice=-1 if host in wanted else _rank(production=host in production, used_lately=host in lately),
        )
        for host in hosts
    ]


def _hosts_called(
    names: t.Collection[str], hosts: t.Sequence[str], groups: t.Mapping[str, t.Sequence[str]]
) -> set[str]:
    """The hosts that a person means: by their names, or by that of their project, as far as hosts and groups are named after it."""
    found: set[str] = set()
    for name in names:
        label = host_label((name, name))
        of_project = groups.get(f"azdo_project_{re.sub(r'[^a-z0-9]', '_', label)}", ())
        found.update(host for host in hosts if answers_to([host], name) or host == label or host in of_project)
    return found


# Where something could be moved from, for callers to whom nothing is eligible by itself.
_MOVED_FROM = {
    "workload_identity_federation": "azdo_scheme_service_principal",
    "service_principal": "azdo_scheme_workload_identity_federation",
    "entra_issuer": "azdo_issuer_azure_devops",
}


def _working(hosts: t.Sequence[str], groups: t.Mapping[str, t.Sequence[str]], to: str) -> set[str]:
    """The hosts that may have something to move.

    An inventory without these groups leaves everything possible. Where nothing is eligible it may be so for this caller only: a service principal can
    convert manual connections, and try the others, and that must not happen everywhere at once.
    """
    eligible = groups.get(f"azdo_eligible_{to}")
    return set(hosts) if eligible is None else set(eligible) or set(groups.get(_MOVED_FROM[to], ()))


def projects_as_members(rows: t.Sequence[Row], canary: t.Collection[str], now: datetime) -> list[Member]:
    """The projects of a plan, in the order of their first rows. A row counts for its owning project, and ties the projects that share it.

    :param canary: names or ids of projects that a person wants to go first.
    """
    by_project: dict[str, list[Row]] = {}
    ties: dict[str, set[str]] = {}
    for row in rows:
        by_project.setdefault(str(row["project_id"]), []).append(row)
        for place in row.get("projects") or ():
            ties.setdefault(str(place["id"]), set()).add(str(row["id"]))
    return [
        Member(
            key=project_id,
            together=frozenset(ties.get(project_id, ())),
            has_work=any(is_work(row) for row in mine),
            first_choice=-1
            if any(answers_to([project_id, str(mine[0].get("project"))], name) for name in canary)
            else min(
                (_rank(production=_is_production(row), used_lately=_is_used(row, now)) for row in mine if is_work(row)),
                default=0,
            ),
        )
        for project_id, mine in by_project.items()
    ]


def _rank(*, production: bool, used_lately: bool) -> int:
    """What does not look like production and is used, so that a fault shows; then what does not look like production; then the rest."""
    return 2 if production else 0 if used_lately else 1


def is_work(row: Row) -> bool:
    """Whether a run would send something for this row of a plan."""
    return str(row.get("status")).startswith("would_") and row.get("status") != "would_wait"


def _is_production(row: Row) -> bool:
    return any(re.search(PRODUCTION, str(row.get(key) or ""), re.IGNORECASE) for key in ("project", "name"))


def _is_used(row: Row, now: datetime) -> bool:
    last = parse_time(row.get("last_used"))
    return last is not None and now - last <= USED_LATELY


def canary_problem(rows: t.Sequence[Row], now: datetime) -> str:
    """Why these rows of a plan are no good first wave, or an empty text.

    Something that nobody uses proves nothing, and production should not be where a fault shows. Nothing to do needs no proof.
    """
    work = [row for row in rows if is_work(row)]
    if not work or any(_is_used(row, now) and not _is_production(row) for row in work):
        return ""
    named = ", ".join(f"{row.get('project')} / {row['name']}" for row in work[:3]) + (", ..." if len(work) > 3 else "")
    return (
        f"The first wave ({named}) holds no connection that was used in the last {USED_LATELY.days} days and does not look like "
        "production, so it would prove nothing or risk too much. Name who goes first with fleet_canary, or do everything in one "
        "wave on purpose with the size 100%."
    )
