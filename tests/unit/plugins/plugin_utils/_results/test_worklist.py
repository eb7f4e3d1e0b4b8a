# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worklist of pipelines: the same thing to do once, the worst of what several hosts have seen, and nothing that a strange result could break."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import FORMATS, report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import readiness_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._render.worklist_text import unready, worklist_csv
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import worklist

Json = dict[str, t.Any]
NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)


def use(task: str = "AzureFileCopy@4", verdict: str = "update_task", **more: t.Any) -> Json:
    name, _at, version = task.partition("@")
    usual = {
        "project": "Payments",
        "kind": "build",
        "id": 7,
        "name": "deploy",
        "repository": "app",
        "why": "It is too old.",
        "link": "https://x/1",
    }
    return {**usual, "task": name, "version": version, "verdict": verdict, **more}


def row(name: str, verdict: str = "update_task", *uses: Json, unread: t.Sequence[str] = (), **more: t.Any) -> Json:
    usual = {"id": name, "name": name, "project": "Payments", "scheme": "service_principal", "eligibility": {}}
    return {**usual, "pipelines": list(uses), "readiness": {"verdict": verdict, "unread": list(unread)}, **more}


def result(*rows: Json) -> Json:
    return {"connections": list(rows), "summary": {"organization": "contoso", "coverage": {"complete": True}}}


def test_the_same_thing_is_one_thing_whoever_waits_for_it() -> None:
    found = worklist(result(row("a", "update_task", use()), row("b", "update_task", use(name="other"), use(place="x"))))
    (change,) = found.changes
    assert [place.pipeline for place in change.places] == ["deploy", "other", "deploy"]
    assert [item["name"] for item in change.waiting] == ["a", "b"]
    assert found.verdicts == {"update_task": 2}


def test_repositories_of_one_name_in_two_projects_are_two() -> None:
    here, there = use(), use(project="Web")
    assert [item.repository for item in worklist(result(row("a", "update_task", here, there))).changes] == [
        "Payments / app",
        "Web / app",
    ]
    hub = [use(repository="contoso/app"), use(repository="contoso/app", project="Web")]
    (change,) = worklist(result(row("a", "update_task", *hub))).changes
    assert change.repository == "contoso/app"


def test_markdown_says_what_it_leaves_out_and_has_a_heading_for_what_was_not_read() -> None:
    many = [use(place=f"p{number}") for number in range(22)]
    told = report(result(row("a", "update_task", *many, unread=["403"])), "markdown", NOW)
    assert "p19; and 2 more |" in told
    silent = report(result(row("a", "unknown", unread=["403"])), "markdown", NOW)
    assert "## Pipelines that could not be read\n\n- 403" in silent
    assert "## Pipelines to change" not in silent


def test_what_a_conversion_cannot_break_waits_for_nothing() -> None:
    found = worklist(result(row("a", "update_task", use(), scheme="workload_identity_federation"), row("b", "ready")))
    assert (found.changes, found.verdicts) == ((), {"ready": 1})


@pytest.mark.parametrize("order", [1, -1])
def test_of_what_several_hosts_have_seen_the_worst_counts(order: int) -> None:
    seen = {
        "a": [result(row("x", "update_task", use()))],
        "b": [result(row("x", "unknown", unread=["Nothing was read."]))],
    }
    seen["c"] = [result({**row("x"), "pipelines": None, "readiness": None})]
    merged = merge(dict(list(seen.items())[::order]))
    (found,) = merged["connections"]
    assert found["readiness"] == {"verdict": "update_task", "unread": ["Nothing was read."]}
    assert [item["task"] for item in found["pipelines"]] == ["AzureFileCopy"]


def test_a_run_says_what_it_could_not_read() -> None:
    evidence = {"pipelines": [], "unread": ["The pipelines of 'Payments' could not be read."]}
    reason = {"code": "pipeline_unknown", "effect": "blocks", "evidence": evidence}
    run = result({"id": "a", "name": "a", "project": "Payments", "status": "skipped", "reasons": [reason]})
    assert worklist(run).verdicts == {"unknown": 1}
    assert worklist(run).unread == ("The pipelines of 'Payments' could not be read.",)


def test_scripts_that_nobody_has_looked_at_are_not_enough_for_the_gate() -> None:
    assert unready(result(row("a", "ready"), row("b", "unused"))) == ""
    told = unready(result(row("a", "ready", use("AzureCLI@2", "ready", why="was not looked at"))))
    assert told.startswith("1 service connection not ready: 1 with scripts that nobody has looked at.")
    assert "fleet_readiness_expand=true" in told


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", 5, None])
def test_a_link_that_is_none_of_the_web_is_none(link: t.Any) -> None:
    (change,) = worklist(result(row("a", "update_task", use(link=link)))).changes
    assert change.places[0].link == ""


ODD: tuple[t.Any, ...] = ("abc", 5, None, [5], ["abc"], {"a": 1})


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize(
    "field", ["pipelines", "readiness", "unread", "terraform", "connections", "steps", "reasons", "evidence"]
)
def test_a_strange_result_breaks_no_format(field: str, value: t.Any) -> None:
    one = row("a", "update_task", use())
    state: Json = {"state": "s", "connections": [], "steps": [], "configuration": ""}
    run: Json = {
        "id": "b",
        "name": "b",
        "project": "P",
        "status": "skipped",
        "reasons": [{"code": "pipeline_unknown", "evidence": {}}],
    }
    if field in one:
        one[field] = value
    elif field == "unread":
        one["readiness"]["unread"] = value
    elif field in state:
        state[field] = value
    elif field == "evidence":
        run["reasons"][0]["evidence"] = value
    found = result(one)
    found["summary"]["terraform"] = value if field == "terraform" and isinstance(value, list) else [state]
    moved = {"connections": [run], "summary": {"by_status": {}, "terraform": [state]}}
    for shown in (found, moved):
        for kind in FORMATS:
            assert report(shown, kind, NOW)
        assert readiness_lines(shown)
        assert worklist_csv(shown)


def test_names_of_other_people_control_nothing_in_markdown() -> None:
    text = report(result(row("a", "update_task", use(name="x\u202ey\x1b[31m", repository="r\u202e"))), "markdown", NOW)
    assert "\u202e" not in text
    assert "\x1b" not in text
