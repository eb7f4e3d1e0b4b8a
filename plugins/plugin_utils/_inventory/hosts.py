# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of the inventory with their variables and groups, from what was read.

PRIVATE to the collection, and pure. Organizations, projects and connections have the shapes of _host_reading.py.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import SCHEMES, Json, known_scheme
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import AUTO_DISABLE_AFTER, USED_LATELY
from ansible_collections.azdo.connections.plugins.module_utils._model.revert_window import revert_window
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import TARGETS
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_names import (
    group_name,
    group_names,
    host_label,
    host_names,
    organization_key,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_selection import Selection, warnings
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.shared_connections import components, sharers

KINDS = ("organization", "project", "connection")
ISSUERS = ("azure_devops", "entra", "unknown")
STATES = ("ready", "in_progress", "failed")
# The hosts of an organization of which something could not be read.
INCOMPLETE = "azdo_incomplete"
_OF_THE_CONNECTION = ("scheme", "creation_mode", "environment", "issuer", "codes", "shared", "enabled", "state")
_OF_ITS_IDENTITY = (
    "subscription_id",
    "subscription_name",
    "tenant_id",
    "client_id",
    "revert_deadline",
    "revert_window",
)
_OF_A_PROJECT = ("connection_count", "by_scheme", "by_issuer", "shares_with")
# Every variable is defined on every host, so that constructed inventories can be strict.
_NOTHING: Json = dict.fromkeys(
    f"azdo_{name}"
    for name in (
        *("project", "project_id", "project_description", "project_state", "project_visibility"),
        *("connection", "connection_id", "projects", "eligible"),
        *(*_OF_A_PROJECT, *_OF_THE_CONNECTION, *_OF_ITS_IDENTITY),
        *("last_used", "never_used", "days_until_auto_disable"),
    )
)


@dataclass(frozen=True)
class Host:
    """A host of the inventory."""

    name: str
    variables: Json
    groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What is the same for all hosts of an inventory.

    :param production: what the names of production look like.
    :param reserved: names that no host may have.
    :param taken: names of hosts that are there already, with the ids of those whose they are.
    """

    kind: str
    production: re.Pattern[str]
    now: datetime
    reserved: t.Collection[str] = ()
    taken: t.Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Candidate:
    """Something that becomes a host if the filters let it through; ``connections`` are those that it stands for, ``left_out`` ids of others of its own."""

    key: str
    label: str
    organization: Json
    project: Json | None = None
    connections: tuple[Json, ...] = ()
    left_out: tuple[str, ...] = ()


def identity(variables: t.Mapping[str, t.Any]) -> str:
    """What a host of ours stands for, from its variables; an empty text for a host of somebody else."""
    if not variables.get("azdo_organization_url"):
        return ""
    id_ = variables.get("azdo_connection_id") or variables.get("azdo_project_id") or ""
    return _key(organization_key(str(variables["azdo_organization_url"])), str(id_))


def standing_groups(organizations: t.Sequence[Json], kind: str) -> list[str]:
    """Groups that are there even when they are empty, so that a play on one of them, or a wave, finds that nothing is in it."""
    if kind == "organization":
        return ["azdo_organizations"]
    lately = ["azdo_used_lately"] if any(organization["usage"] for organization in organizations) else []
    # The one that is not: a play without any host must see from it that there may be more.
    gaps = [INCOMPLETE] if warnings(organizations, kind) else []
    return [f"azdo_{kind}s", *(f"azdo_eligible_{target}" for target in TARGETS), "azdo_production", *lately, *gaps]


def hosts(organizations: t.Iterable[Json], selection: Selection, frame: Frame) -> list[Host]:
    """The hosts in the order of organization, project and connection. Names come before filters, so that a filter never renames a host."""
    ordered = sorted(organizations, key=lambda item: (item["name"].casefold(), item["url"]))
    candidates = [candidate for one in ordered for candidate in _candidates(one, frame.kind, several=len(ordered) > 1)]
    names = host_names({item.key: item.label for item in candidates}, frame.reserved, frame.taken)
    chosen = [found for item in candidates if (found := _narrowed(item, selection, frame.kind))]
    around = _Around(ordered, chosen, frame.kind)
    return [Host(names[item.key], *_described(item, frame, around)) for item in chosen]


class _Around:
    """What hosts need to know of each other: groups by the keys of organizations and projects, and who shares with whom by the keys of projects."""

    def __init__(self, organizations: t.Sequence[Json], chosen: t.Sequence[_Candidate], kind: str) -> None:
        several = len(organizations) > 1
        self.incomplete = {one["key"] for one in organizations if warnings([one], kind)}
        self.organizations = group_names("azdo_organization", {one["key"]: one["name"] for one in organizations})
        self.projects = group_names(
            "azdo_project",
            {
                _key(one["key"], project["id"]): f"{one['name']}-{project['name']}" if several else project["name"]
                for one in organizations
                for project in (*(item["owner"] for item in one["connections"]), *one["projects"])
            },
        )
        self.ties: dict[str, str] = {}
        self.sharers: dict[str, list[str]] = {}
        for one in organizations:
            here = {item.project["id"] for item in chosen if item.project and item.organization is one}
            self.ties |= {_key(one["key"], id_): group for id_, group in components(one, here).items()}
            self.sharers |= {_key(one["key"], id_): names for id_, names in sharers(one["connections"]).items()}


def _candidates(organization: Json, kind: str, *, several: bool) -> t.Iterator[_Candidate]:
    of, front = organization["key"], [(organization["name"], organization["key"])] if several else []
    if kind == "organization":
        yield _Candidate(_key(of), organization["name"], organization)
    elif kind == "project":
        by_project: dict[str, list[Json]] = {}
        for connection in organization["connections"]:
            for project_id in connection["seen_in"]:
                by_project.setdefault(project_id, []).append(connection)
        for project in organization["projects"]:
            label = host_label(*front, (project["name"], project["id"])) if several else project["name"]
            held = tuple(by_project.get(project["id"], ()))
            yield _Candidate(_key(of, project["id"]), label, organization, project, held)
    else:
        visible = {project["id"]: project for project in organization["projects"]}
        for connection in organization["connections"]:
            owner = visible.get(connection["owner"]["id"], connection["owner"])
            label = host_label(*front, (owner["name"], owner["id"]), (connection["name"], connection["id"]))
            yield _Candidate(_key(of, connection["id"]), label, organization, owner, (connection,))


def _narrowed(candidate: _Candidate, selection: Selection, kind: str) -> _Candidate | None:
    """The candidate with those of its connections that the filters let through; None if it is to be no host."""
    project = candidate.project
    if project is None:
        return candidate
    if not selection.has_project(project):
        return None
    if not selection.narrows_connections:
        return candidate
    left = tuple(item for item in candidate.connections if selection.has_connection(item))
    # Whether a project that could not be read has one that matches is not known, and hosts must not get lost without a word.
    unknown = kind == "project" and project["problem"]
    out = tuple(item["id"] for item in candidate.connections if not selection.means_connection(item))
    found = _Candidate(candidate.key, candidate.label, candidate.organization, project, left, out)
    return found if left or unknown else None


def _described(candidate: _Candidate, frame: Frame, around: _Around) -> tuple[Json, tuple[str, ...]]:
    organization, project = candidate.organization, candidate.project
    groups = [f"azdo_{frame.kind}s", around.organizations[organization["key"]]]
    groups += [INCOMPLETE] if organization["key"] in around.incomplete else []
    variables = {
        **_NOTHING,
        "azdo_kind": frame.kind,
        "azdo_organization": organization["name"],
        "azdo_organization_url": organization["url"],
        "azdo_connection_names": [],
        "azdo_connection_ids": [],
        "azdo_connections_left_out": [],
    }
    if project is None:
        return variables, tuple(groups)
    variables |= {
        "azdo_project": project["name"],
        "azdo_project_id": project["id"],
        "azdo_project_description": project.get("description"),
        "azdo_project_state": project.get("state"),
        "azdo_project_visibility": project.get("visibility"),
        **_use(candidate.connections, frame.now),
    }
    key = _key(organization["key"], project["id"])
    if frame.kind == "project":
        variables |= _project_variables(candidate.connections, project)
        variables["azdo_connections_left_out"] = sorted(candidate.left_out)
        variables["azdo_shares_with"] = around.sharers.get(key, [])
        groups += [around.ties[key]] if key in around.ties else []
    else:
        variables |= _connection_variables(candidate.connections[0], frame.now)
        groups.append(around.projects[key])
    groups += _common_groups(candidate.connections, project, frame)
    last_used = parse_time(variables["azdo_last_used"])
    if last_used and frame.now - last_used <= USED_LATELY:
        groups.append("azdo_used_lately")
    return variables, tuple(groups)


def _project_variables(held: t.Sequence[Json], project: Json) -> Json:
    """Numbers for every scheme, issuer and target, nought included, so that conditions need no defaults."""
    schemes = Counter(known_scheme(item["scheme"]) for item in held)
    issuers = Counter(item["issuer"] for item in held if item["issuer"])
    return {
        "azdo_connection_names": sorted(_name_in(item, project["id"]) for item in held),
        # Null if nobody could read which ones there are, so that a name that somebody gave may still be one of them.
        "azdo_connection_ids": None if project["problem"] else sorted(item["id"] for item in held),
        "azdo_connection_count": None if project["problem"] else len(held),
        "azdo_by_scheme": {**dict.fromkeys(SCHEMES.values(), 0), **schemes},
        "azdo_by_issuer": {**dict.fromkeys(ISSUERS, 0), **issuers},
        "azdo_eligible": {target: sum(item["eligible"][target] for item in held) for target in TARGETS},
    }


def _connection_variables(connection: Json, now: datetime) -> Json:
    # Told anew each time, because what was read may come from a cache of yesterday.
    window = revert_window(connection["revert_deadline"], now)
    deadline = parse_time(connection["revert_deadline"]) if window in ("open", "over") else None
    way_back = {"revert_deadline": format_time(deadline), "revert_window": window}
    return {
        "azdo_connection": connection["name"],
        "azdo_connection_id": connection["id"],
        "azdo_connection_names": [connection["name"]],
        "azdo_connection_ids": [connection["id"]],
        "azdo_projects": [place["name"] for place in connection["places"]],
        "azdo_eligible": dict(connection["eligible"]),
        **{
            f"azdo_{name}": value
            for name, value in {**connection, **way_back}.items()
            if name in (*_OF_THE_CONNECTION, *_OF_ITS_IDENTITY)
        },
    }


def _common_groups(connections: t.Sequence[Json], project: Json, frame: Frame) -> list[str]:
    """Groups by scheme, issuer and eligibility of any of the connections, and whether all of it looks like production."""
    schemes = sorted({group_name(item["scheme"]) for item in connections if item["scheme"]})
    issuers = sorted({item["issuer"] for item in connections if item["issuer"]})
    targets = [target for target in TARGETS if any(item["eligible"][target] for item in connections)]
    names = [_name_in(item, project["id"]) for item in connections]
    production = frame.production.search(project["name"]) or (names and all(map(frame.production.search, names)))
    return [
        *(f"azdo_scheme_{name}" for name in schemes if name),
        *(f"azdo_issuer_{name}" for name in issuers),
        *(f"azdo_eligible_{target}" for target in targets),
        *(["azdo_production"] if production else []),
    ]


def _use(connections: t.Sequence[Json], now: datetime) -> Json:
    """The latest use of any of them. That nobody ever used them is known only if that is known of each."""
    uses = [item["use"] for item in connections]
    times = [moment for use in uses if use and (moment := parse_time(use["last_used"]))]
    last = max(times, default=None)
    used = last is not None or any(use and not use["never_used"] for use in uses)
    return {
        "azdo_last_used": format_time(last),
        "azdo_never_used": False if used else True if uses and all(uses) else None,
        "azdo_days_until_auto_disable": (last + AUTO_DISABLE_AFTER - now).days if last else None,
    }


def _name_in(connection: Json, project_id: str) -> str:
    places = connection["places"]
    return str(next((place["connection"] for place in places if place["id"] == project_id), connection["name"]))


def _key(organization: str, id_: str = "") -> str:
    return f"{id_}/{organization}".lower().strip("/")
