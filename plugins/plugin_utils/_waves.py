# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which waves a fleet moves: who is first, who goes together, what a wave that went wrong takes back.

PRIVATE to the collection, and pure. A wave is a list of hosts, or of projects inside a host that stands for a whole organization.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._results import FAILED
from ansible_collections.azdo.connections.plugins.plugin_utils._wording import Result, Row, count

DEFAULT_SIZES = "1,10%,100%"
# What the inventory plugin takes for production as well, unless it is told something else.
PRODUCTION = r"(^|[^a-z])(prod|production|prd|live)([^a-z]|$)"
LATELY = timedelta(days=30)
# For so long Azure DevOps offers the way back, so its end tells when a connection was converted.
WAY_BACK = timedelta(days=7)
# Somebody else has edited these since: taking them back would overwrite that.
_NOT_OURS_ANY_MORE = ("changed_besides",)

Size = tuple[float, bool]


@dataclass(frozen=True, kw_only=True)
class Member:
    """Something that has its turn in one wave.

    :param together: what it shares with others; whoever shares something has the same turn.
    :param has_work: whether anything is to be moved there; those without come last and do not count.
    :param first_choice: how well it serves as the canary, smaller is better.
    """

    key: str
    together: frozenset[str] = frozenset()
    has_work: bool = True
    first_choice: int = 0


def sizes_of(value: t.Any) -> list[Size]:
    """The sizes of waves from ``[1, "10%", "100%"]``, from the same as one text with commas, or from one number.

    Shape: ``[(number, whether it is a percentage)]``. :raises ValueError: something else; the message names it.
    """
    parts = value if isinstance(value, list | tuple) else str(value).split(",")
    texts = [str(part).strip() for part in parts if str(part).strip()]
    found: list[Size] = []
    for text in texts:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", text)
        number = float(match[1]) if match else 0.0
        if not match or number <= 0 or (not match[2] and number != int(number)):
            raise ValueError(f"{text!r} is no size of a wave: give a whole number, or a percentage such as 10%")
        found.append((number, bool(match[2])))
    if not found:
        raise ValueError("there is no size: give at least one, such as 100%")
    return found


def in_waves(members: t.Sequence[Member], sizes: t.Sequence[Size]) -> list[list[str]]:
    """The keys in waves. Those who share something are never parted, so a wave may be larger than its size; the last size repeats.

    The order within equal ones is the one they came in. Sizes count members with work only; the others join the last wave.
    """
    clusters = _clusters(members)
    working = sorted((cluster for cluster in clusters if any(member.has_work for member in cluster)), key=_choice)
    if working:
        # The smallest of the best ones: what goes wrong there concerns the fewest.
        first = min(working, key=lambda cluster: (_choice(cluster), len(cluster)))
        working = [first, *(cluster for cluster in working if cluster is not first)]
    total = sum(len(cluster) for cluster in working)
    waves: list[list[str]] = []
    current: list[str] = []
    for cluster in working:
        current += [member.key for member in cluster]
        if len(current) >= _limit(sizes[min(len(waves), len(sizes) - 1)], total):
            waves.append(current)
            current = []
    waves += [current] if current else []
    idle = [member.key for cluster in clusters if not any(one.has_work for one in cluster) for member in cluster]
    return [*waves[:-1], [*(waves[-1] if waves else []), *idle]] if idle else waves


def _choice(cluster: list[Member]) -> int:
    return min((member.first_choice for member in cluster if member.has_work), default=0)


def _limit(size: Size, total: int) -> int:
    number, percentage = size
    return max(1, int(number * total / 100)) if percentage else int(number)


def _clusters(members: t.Sequence[Member]) -> list[list[Member]]:
    """Who is tied to whom, directly or through others, in the order of their first members."""
    leader = list(range(len(members)))

    def leader_of(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    first_with: dict[str, int] = {}
    for index, member in enumerate(members):
        for tie in member.together:
            one, other = sorted((leader_of(first_with.setdefault(tie, index)), leader_of(index)))
            leader[other] = one
    found: dict[int, list[Member]] = {}
    for index, member in enumerate(members):
        found.setdefault(leader_of(index), []).append(member)
    return list(found.values())


def hosts_as_members(
    hosts: t.Sequence[str], groups: t.Mapping[str, t.Sequence[str]], to: str, canary: t.Collection[str]
) -> list[Member]:
    """What the groups of the inventory say about hosts: ``azdo_eligible_*``, ``azdo_shared_*``, ``azdo_used_lately``, ``azdo_production``.

    :param canary: names of hosts that a person wants to go first.
    """
    working = _working(hosts, groups, to)
    shared = {name: set(members) for name, members in groups.items() if name.startswith("azdo_shared_")}
    production, lately = (set(groups.get(f"azdo_{name}", ())) for name in ("production", "used_lately"))
    wanted = {name.casefold() for name in canary}
    return [
        Member(
            key=host,
            together=frozenset(name for name, members in shared.items() if host in members),
            has_work=host in working or host.casefold() in wanted,
            first_choice=-1
            if host.casefold() in wanted
            else _rank(production=host in production, used_lately=host in lately),
        )
        for host in hosts
    ]


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
    wanted = {name.casefold() for name in canary}
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
            if wanted & {project_id.casefold(), str(mine[0].get("project")).casefold()}
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
    return last is not None and now - last <= LATELY


def canary_problem(rows: t.Sequence[Row], now: datetime) -> str:
    """Why these rows of a plan are no good first wave, or an empty text.

    Something that nobody uses proves nothing, and production should not be where a fault shows. Nothing to do needs no proof.
    """
    work = [row for row in rows if is_work(row)]
    if not work or any(_is_used(row, now) and not _is_production(row) for row in work):
        return ""
    named = ", ".join(f"{row.get('project')} / {row['name']}" for row in work[:3]) + (", ..." if len(work) > 3 else "")
    return (
        f"The first wave ({named}) holds no connection that was used in the last {LATELY.days} days and does not look like "
        "production, so it would prove nothing or risk too much. Name who goes first with fleet_canary, or do everything in one "
        "wave on purpose with the size 100%."
    )


@dataclass(frozen=True)
class Verdict:
    """What became of a wave. ``back``: by host, the ids of the connections that are to be taken back; ``moved``: those that were moved and still are."""

    failures: int
    stop: bool
    why: str
    back: dict[str, list[str]]
    moved: dict[str, list[str]]

    def to_result(self) -> dict[str, t.Any]:
        return dict(vars(self))


def judge(results: t.Mapping[str, Result], *, allowed: int, scope: str) -> Verdict:
    """Whether the next wave may start: not after more failures than allowed. A result without rows is a failure, too.

    :param scope: ``wave``: after a stop everything that the wave has moved is to be taken back; else what failed only, which the module has done itself.
    """
    silent = [host for host, result in results.items() if "connections" not in result]
    failed = [row for result in results.values() for row in result.get("connections", ()) if _is_failure(row)]
    failures = len(silent) + len(failed)
    stop = failures > allowed
    back = {host: ids for host, result in results.items() if (ids := _to_take_back(result))} if scope == "wave" else {}
    moved = {
        host: ids
        for host, result in results.items()
        if (ids := [row["id"] for row in result.get("connections", ()) if row["status"] in ("converted", "migrated")])
    }
    return Verdict(failures, stop, _why_stopped(failures, silent, allowed) if stop else "", back if stop else {}, moved)


def _is_failure(row: Row) -> bool:
    """What Azure DevOps has not finished is none yet, but nobody knows how it ends, so the next wave must not start on it. A person's part may wait."""
    hand_off = row.get("hand_off")
    unfinished = row["status"] == "waiting" and not (hand_off and not hand_off.get("urgent"))
    return row["status"] in FAILED or unfinished


def _why_stopped(failures: int, silent: list[str], allowed: int) -> str:
    hosts = f", {count(len(silent), 'host')} without a result among them" if silent else ""
    return (
        f"This wave is the last one: {count(failures, 'failure')}{hosts}, and {allowed} allowed (fleet_wave_failures)."
    )


def _to_take_back(result: Result) -> list[str]:
    """What this wave moved and what can go back for sure; a secret that may have ended would be worse than a federation that works."""
    return [
        row["id"]
        for row in result.get("connections", ())
        if (row["status"] == "converted" or _moved_and_failed(row)) and row.get("rollback") == "possible"
    ]


def _moved_and_failed(row: Row) -> bool:
    scheme = (row.get("after") or {}).get("scheme")
    return (
        row["status"] == "failed"
        and scheme not in (None, (row.get("before") or {}).get("scheme"))
        and (row.get("error") or {}).get("code") not in _NOT_OURS_ANY_MORE
    )


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
        "problem": canary_problem(first, now) if judged else "",
        "questions": _questions(plans),
    }


def _is_chosen(first: t.Sequence[Row], hosts: t.Iterable[str], canary: t.Collection[str]) -> bool:
    """Whether a person has named something of the first wave. A name that means nothing there is nobody's answer for it."""
    named = {name.casefold() for name in canary}
    return any(host.casefold() in named for host in hosts) or any(
        {str(row["project_id"]).casefold(), str(row["project"]).casefold()} & named for row in first
    )


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


_UNPROVEN = (
    "No pipeline has run with success on what this wave converted, and fleet_require_successful_run wants one. Nothing was taken back. Run it again when one "
    "has; what was converted stays as it is."
)


def proof(rows: t.Sequence[Row], since: datetime | None = None) -> dict[str, t.Any]:
    """Whether pipelines have shown that a wave works. Shape: ``{proven: number of connections, stop, why}``.

    :param rows: of azdo_arm_connection_info, with their usage. :param since: when they were moved, for moves that leave no deadline to tell it.
    """
    number = sum(proven(row, since) for row in rows)
    return {"proven": number, "stop": not number, "why": "" if number else _UNPROVEN}


def proven(row: Row, since: datetime | None = None) -> bool:
    """Whether a pipeline has used the connection with success since it was converted; or since a time, where no way back tells when that was."""
    ends = parse_time((row.get("revert") or {}).get("deadline"))
    success = parse_time((row.get("usage") or {}).get("last_success"))
    start = since or (ends - WAY_BACK if ends else None)
    return start is not None and success is not None and success >= start
