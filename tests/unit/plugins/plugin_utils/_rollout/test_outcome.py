# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Green is a run that looked at what was meant and did what was agreed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.outcome import (
    hosts_may_be_missing,
    nothing_read,
    shortcomings,
    unfinished,
)

Json = dict[str, t.Any]


def row(id_: str, status: str, *codes: str) -> Json:
    reasons = [{"code": code, "effect": "blocks", "message": f"It is {code}.", "remedy": "Look."} for code in codes]
    return {"id": id_, "name": f"name-{id_}", "project": "Web", "project_id": "P", "status": status, "reasons": reasons}


def result(
    *rows: Json, projects: int = 2, unread: t.Sequence[str] = (), partial: t.Sequence[str] = (), **more: t.Any
) -> Json:
    gaps = {
        "unread": [{"project": name, "reason": "No right."} for name in unread],
        "partial": [{"project": name, "id": "c"} for name in partial],
    }
    coverage = {"complete": not (unread or partial), "projects": projects, "empty": [], **gaps}
    return {"connections": list(rows), "summary": {"coverage": coverage}, **more}


@pytest.mark.parametrize(
    ("found", "allowed", "says"),
    [
        (result(row("1", "converted")), [], ""),
        (result(), [], ""),
        (
            result(unread=["Pay"]),
            [],
            "1 project could not be read, so nothing is known about its connections: Pay. The first one: No right.",
        ),
        (result(unread=["Pay"]), ["p*"], ""),
        (result(unread=["Pay"]), ["Web"], "1 project could not be read"),
        (result(unread=["Pay", "Web"]), [], "No project could be read"),
        (result(unread=["Pay", "Web"]), ["Pay"], "No project could be read"),
        (result(partial=["Pay"]), [], "Of 1 connection not all projects could be seen, the first one in Pay."),
        (result(partial=["Pay"]), ["*"], ""),
    ],
)
def test_what_was_not_seen(found: Json, allowed: list[str], says: str) -> None:
    sentences = shortcomings({"h": [found]}, allowed)
    assert says in sentences[0] if says else sentences == []


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        (["converted", "skipped", "unchanged", "failed", "would_wait", "would_need_person"], ""),
        (["converted", "waiting"], "Not everything is done. 1 connection not confirmed: Web / name-1. Their rows say"),
        (
            ["waiting", "needs_person", "needs_person"],
            "1 connection not confirmed: Web / name-0. 2 connections waiting for a person: Web / name-1, Web / name-2.",
        ),
    ],
)
def test_what_is_not_done(statuses: list[str], says: str) -> None:
    rows = [row(str(number), status) for number, status in enumerate(statuses)]
    found = unfinished({"h": [result(*rows[:2])], "i": [result(*rows[2:])]})
    assert says in found if says else not found


def test_nobody_looked_at_anything() -> None:
    assert shortcomings({}, []) == ["No host of this play looked at anything: what was named leaves all of them out."]
    assert nothing_read({"h": [result(unread=["Pay", "Web"])]})
    assert not nothing_read({"h": [result(unread=["Pay"])]})
    assert not nothing_read({"h": [result(projects=0)]})


@pytest.mark.parametrize(
    ("rows", "agreed", "says"),
    [
        (
            [row("1", "skipped", "caller_not_user")],
            ["1"],
            "Nothing of what was agreed could be done: 1 connection left alone. It is caller_not_user. Look.",
        ),
        ([row("1", "skipped", "caller_not_user"), row("2", "converted")], ["1", "2"], ""),
        ([row("1", "skipped", "already_federated")], ["1"], ""),
        ([row("1", "skipped", "shared")], [], ""),
        ([row("1", "failed")], ["1"], ""),
    ],
)
def test_nothing_of_what_was_agreed(rows: list[Json], agreed: list[str], says: str) -> None:
    sentences = shortcomings({"h": [result(*rows, asked={"agreed": agreed})]}, [])
    assert says in sentences[0] if says else sentences == []


@pytest.mark.parametrize(
    ("undone", "named", "says"),
    [
        (
            row("1", "skipped", "shared"),
            ["NAME-1"],
            "1 connection that fleet_connections names was not done: Web / name-1. It is shared. Look.",
        ),
        (row("1", "skipped", "shared"), ["name-*"], ""),
        (row("1", "skipped", "shared"), [], ""),
        (row("1", "skipped", "already_federated"), ["name-1"], ""),
        (row("1", "skipped", "excluded"), ["name-1"], ""),
        (row("1", "converted"), ["name-1"], ""),
    ],
)
def test_a_named_connection_that_was_left_undone(undone: Json, named: list[str], says: str) -> None:
    sentences = shortcomings({"h": [result(undone, asked={"named": named})]}, [])
    assert says in sentences[0] if says else sentences == []


def test_gaps_that_are_allowed_are_none() -> None:
    merged = {"connections": [], "problems": [], **result(unread=["Pay"])}
    assert without(merged, ["pay"])["summary"]["coverage"]["complete"]
    assert not without(merged, [])["summary"]["coverage"]["complete"]
    assert not without({**merged, "problems": [{"host": "h"}]}, ["pay"])["summary"]["coverage"]["complete"]


def test_connections_that_an_inventory_could_not_read_are_missing_hosts() -> None:
    groups = {"azdo_connections": ["a"], "azdo_incomplete": []}
    assert hosts_may_be_missing(["a"], groups)
    assert not hosts_may_be_missing(["project"], groups)
    assert not hosts_may_be_missing(["a"], {"azdo_connections": ["a"]})
