# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of other types with the issuer that retires: merged, told in every format, and watched; never counted among ours."""

from __future__ import annotations

import json
import re
import typing as t
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree as ET

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._inspect.other_types import in_numbers
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import fleet_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.attention import points
from ansible_collections.azdo.connections.plugins.plugin_utils._report.besides import besides, old_elsewhere
from ansible_collections.azdo.connections.plugins.plugin_utils._report.headline import breakdown
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owners import BY_CREATOR, BY_PROJECT, parts
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import findings

from unit.plugins._helpers.reports import HOSTILE, NOW, Result, Row, info_row, result

SENTENCE = (
    "Besides, 3 connections of other types use the issuer that retires on 2027-07-01, which this collection does not handle: "
    "2 dockerregistry in Payments, 1 x in Web Shop."
)
RETIRES = datetime(2027, 7, 1, tzinfo=timezone.utc)


def other(id: str, project: str = "Payments", type: str = "dockerregistry", kind: str = "azure_devops") -> Row:
    where = {"project": project, "project_id": f"id of {project}"}
    return {"id": id, "name": f"name of {id}", **where, "type": type, "issuer_kind": kind}


def seen(*others: Row, organization: str = "contoso", rows: t.Sequence[Row] = (info_row(),)) -> Result:
    return result(*rows, organization=organization, other_types=in_numbers(others))


THREE = (other("1"), other("2"), other("3", "Web Shop", "x"))


# -- many hosts --------------------------------------------------------------------------------------------------------
def test_each_of_many_hosts_counts_once() -> None:
    merged = merge({"a": [seen(*THREE[:2])], "b": [seen(*THREE[1:])], "c": [seen()]})
    found = merged["summary"]["other_types"]
    assert (found["old_issuer"], found["unknown_issuer"], len(found["connections"])) == (3, 0, 3)
    assert [item["number"] for item in found["by_project"]] == [2, 1]
    assert besides(merged) == [SENTENCE]


@pytest.mark.parametrize("order", [("unknown", "azure_devops"), ("azure_devops", "unknown")])
def test_what_one_host_knows_is_known(order: tuple[str, str]) -> None:
    hosts = {str(place): [seen(other("1", kind=kind))] for place, kind in enumerate(order)}
    found = merge(hosts)["summary"]["other_types"]
    assert (found["old_issuer"], found["unknown_issuer"]) == (1, 0)


def test_where_nobody_asked_nothing_is_said() -> None:
    merged = merge({"a": [result(info_row())]})
    assert "other_types" not in merged["summary"]
    assert besides(merged) == []
    assert "other_types" in merge({"a": [seen()], "b": [result(info_row())]})["summary"]


def test_they_are_none_of_ours() -> None:
    plain, more = merge({"a": [result(info_row())]}), merge({"a": [seen(*THREE)]})
    assert more["summary"]["numbers"] == plain["summary"]["numbers"]
    assert (more["summary"]["total"], len(more["connections"])) == (1, 1)
    assert breakdown(more)[:-1] == breakdown(plain)


# -- sentences ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("others", "sentences"),
    [
        ((), []),
        (THREE, [SENTENCE]),
        (
            (THREE[0],),
            [f"{SENTENCE.replace('3 connections of other types use', '1 connection of another type uses').partition(': ')[0]}: 1 dockerregistry in Payments."],
        ),
        (
            (other("1", kind="unknown"), other("2", "Web Shop", "x", "unknown")),
            ["Of 2 connections of other types with federation nobody can tell the issuer: 1 dockerregistry in Payments, 1 x in Web Shop."],
        ),
    ],
)  # fmt: skip
def test_the_sentences(others: tuple[Row, ...], sentences: list[str]) -> None:
    assert besides(seen(*others)) == sentences


def test_two_organizations_may_have_a_project_of_the_same_name() -> None:
    hosts = {name: [seen(other(name), organization=name)] for name in ("north", "south")}
    (sentence,) = besides(merge(hosts))
    assert sentence.endswith(": 1 dockerregistry in Payments of north, 1 dockerregistry in Payments of south.")


def test_the_sentence_does_not_grow_with_the_fleet() -> None:
    (sentence,) = besides(seen(*(other(str(number), f"Project {number:03}") for number in range(500))))
    assert sentence.startswith("Besides, 500 connections of other types")
    assert sentence.endswith("1 dockerregistry in Project 011 and 488 more.")


def test_every_format_says_it_and_whatever_a_type_is_called_it_is_a_name() -> None:
    value = seen(*(other(str(place), name, HOSTILE[-place]) for place, name in enumerate(HOSTILE)))
    for sentence in besides(value):
        assert sentence.isprintable()
    screen = fleet_lines(value)
    assert all(line.isprintable() for line in screen)
    page = report(value, "html", NOW)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u202e" not in page + report(value, "markdown", NOW)


def test_screen_page_and_markdown_say_the_same() -> None:
    value = seen(*THREE)
    for short in (True, False):
        assert SENTENCE in " ".join(" ".join(fleet_lines(value, short=short)).split())
    assert SENTENCE in report(value, "html", NOW)
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), report(value, "markdown", NOW))
    assert SENTENCE in plain
    assert "| 3 | of other types with the Azure DevOps issuer" in plain
    assert json.loads(report(value, "json", NOW))["summary"]["other_types"]["old_issuer"] == 3


@pytest.mark.parametrize(("now", "tone"), [(NOW, "warn"), (RETIRES, "bad")])
def test_it_needs_attention_and_filters_nothing(now: datetime, tone: str) -> None:
    value = seen(*THREE)
    assert old_elsewhere(value) == 3
    (point,) = [point for point in points([], now, 3) if point.key == "old_issuer_elsewhere"]
    assert (point.number, point.tone, point.members) == (3, tone, ())
    page = report(value, "html", now)
    assert '<b>3</b><span class="what">of other types with the Azure DevOps issuer' in page
    assert "<option" not in page or "of other types" not in page.split("<select")[1].split("</select>")[0]
    assert points([], now) == []


# -- owners ------------------------------------------------------------------------------------------------------------
def test_an_owner_reads_of_their_own_only() -> None:
    rows = [info_row(), info_row("b", "Web Shop")]
    value = merge({"a": [seen(*THREE, other("4", "Elsewhere"), rows=rows)]})
    told = {part.owner.name: besides(part.result) for part in parts(value, BY_PROJECT)}
    assert set(told) == {"Payments", "Web Shop"}
    assert told["Payments"][0].endswith(": 2 dockerregistry in Payments.")
    assert told["Web Shop"][0].endswith(": 1 x in Web Shop.")
    # Who has made them is not known.
    assert [
        besides(part.result)
        for part in parts(merge({"a": [seen(*THREE, rows=[{**rows[0], "created_by": "Sam"}])]}), BY_CREATOR)
    ] == [[]]


# -- watch -------------------------------------------------------------------------------------------------------------
def watched(value: Result, days: int = 300, now: datetime = NOW, kind: str = "issuer") -> dict[str, t.Any]:
    return findings(value, {kind: days}, now)


def test_the_watch_finds_them_project_by_project() -> None:
    found = watched(seen(*THREE))
    assert [(item["project"], item["name"], item["id"], item["kind"]) for item in found["due"]] == [
        ("Payments", "connections of other types", None, "issuer"),
        ("Web Shop", "connections of other types", None, "issuer"),
    ]
    assert found["lines"] == [
        "Payments / 2 connections of other types (2 dockerregistry) have the issuer of Azure DevOps, which retires on 2027-07-01 00:00 UTC (in 216 days).",
        "Web Shop / 1 connection of another type (1 x) has the issuer of Azure DevOps, which retires on 2027-07-01 00:00 UTC (in 216 days).",
    ]
    assert all("does not handle" in item["remedy"] for item in found["due"])
    assert found["due"][0]["when"] == "2027-07-01T00:00:00Z"


@pytest.mark.parametrize("kind", ["azure_devops", "unknown"])
def test_it_is_within_the_days_that_are_watched(kind: str) -> None:
    value = seen(other("1", kind=kind))
    assert not watched(value, 216)["lines"]
    assert len(watched(value, 217)["lines"]) == 1
    assert not watched(value, kind="revert")["lines"]
    late = watched(value, 0, RETIRES + timedelta(days=3))["lines"]
    assert len(late) == 1
    assert kind == "unknown" or "which was retired on 2027-07-01 00:00 UTC (3 days ago)" in late[0]


def test_what_nobody_can_tell_is_said() -> None:
    found = watched(seen(other("1", kind="unknown"), other("2", "Web Shop", "x", "unknown")))
    assert found["due"] == []
    assert found["unknown"] == [
        "the issuer of 2 connections of other types in Payments and 1 other project. Look at them in the portal."
    ]


def test_test_results_have_a_case_for_each_project() -> None:
    value = seen(*THREE)
    text = report(value, "junit", NOW, about=About(watches=True, findings=watched(value)["due"]))
    cases = {
        case.attrib["classname"]: case
        for case in ET.fromstring(text).iter("testcase")
        if "issuer" in case.attrib["name"]
    }
    assert set(cases) == {"Payments", "Web Shop"}
    failure = cases["Web Shop"].find("failure")
    assert failure is not None
    assert "1 connection of another type (1 x) has the issuer" in failure.attrib["message"]


def test_hostile_types_are_printable_in_the_watch() -> None:
    found = watched(seen(*(other(str(place), name, name) for place, name in enumerate(HOSTILE))))
    assert len(found["due"]) == len(HOSTILE)
    assert all(line.isprintable() for line in found["lines"])
