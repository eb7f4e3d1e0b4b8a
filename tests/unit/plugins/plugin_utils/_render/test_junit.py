# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test results that a pipeline shows: a case for each connection, whatever its name holds."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree as ET

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import NOTHING_SAID, About
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.door_words import NAMES

from unit.plugins._helpers.reports import HOSTILE, NOW, Result, hostile_estate, info_row, reason, result, run_row


def suite(value: Result, about: About = NOTHING_SAID) -> ET.Element:
    root = ET.fromstring(report(value, "junit", NOW, about=about))
    assert root.tag == "testsuites"
    (found,) = root
    return found


def told(found: ET.Element) -> dict[str, str]:
    """How each case ended."""
    return {
        case.attrib["name"]: ", ".join(f"{child.tag}: {child.attrib['message']}" for child in case) for case in found
    }


def test_a_run_by_its_statuses() -> None:
    rows = [
        run_row("converted"),
        run_row("failed", "f", error={"message": "No.", "remedy": "Ask."}),
        run_row("waiting", "w", error="401"),
        run_row("skipped", "s", reasons=[reason("shared")]),
    ]
    found = suite(result(*rows, to="x"))
    assert told(found) == {
        "azure-prod": "",
        "f": "failure: failed: No. Ask.",
        "w": "failure: not confirmed: 401",
        "s": "skipped: shared with other projects",
    }
    assert {key: found.attrib[key] for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "2",
        "errors": "0",
        "skipped": "1",
    }


@pytest.mark.parametrize(
    ("outcome", "bad"), [("ok", False), ("not_testable", False), ("federation_failed", True), (None, True)]
)
def test_tests_by_their_results(outcome: str | None, bad: bool) -> None:
    found = told(suite(result(info_row(verification={"result": outcome, "message": "AADSTS70021"}))))
    assert bool(found["azure-prod"]) is bad


def test_what_a_watch_has_found_and_could_not_tell() -> None:
    finding = {"kind": "secret", "project": "Payments", "name": "azure-prod", "message": "Payments / azure-prod ends."}
    found = told(suite(result(info_row()), About(findings=[finding], not_known=["the last use of x."])))
    assert found == {
        "azure-prod": "",
        "azure-prod (secret)": "failure: Payments / azure-prod ends.",
        "the last use of x.": "error: the last use of x.",
    }


def test_what_could_not_be_seen_is_an_error() -> None:
    coverage = {"complete": False, "projects": 2, "unread": [{"project": "Web", "reason": "403"}]}
    assert "error: Project Web: 403" in told(suite(result(info_row(), coverage=coverage))).values()
    assert list(told(suite({"failed": True, "msg": "No."})).values()) == ["error: No."]


EMPTY = "Project Sandbox shows no connection: none there, or the caller may not see them."


@pytest.mark.parametrize(
    "coverage", [{"complete": True, "empty": ["Sandbox"]}, {"complete": False, "projects": 1, "empty": ["Sandbox"]}]
)
def test_an_empty_list_is_no_error_as_it_fails_no_run(coverage: dict[str, object]) -> None:
    found = suite(result(info_row(), coverage=coverage))
    assert told(found)[EMPTY] == f"skipped: {EMPTY}"
    assert (found.attrib["errors"], found.attrib["skipped"]) == ("0", "1")


def test_what_is_allowed_is_no_error_and_said_as_allowed() -> None:
    coverage = {"complete": False, "projects": 2, "unread": [{"project": "Web", "reason": "403"}]}
    merged = merge({"h": [result(info_row(), coverage=coverage)]})
    about = About(names=NAMES)
    assert suite(without(merged, ["Payments"]), about).attrib["errors"] == "1"
    found = suite(without(merged, ["web"]), about)
    assert found.attrib["errors"] == "0"
    assert "skipped: Project Web: 403. fleet_allow_unread allows that." in told(found).values()


def judged(verdict: str, *uses: t.Mapping[str, object], **more: t.Any) -> t.Any:
    return info_row(readiness={"verdict": verdict, "unread": []}, pipelines=list(uses), **more)


@pytest.mark.parametrize(
    ("row", "required", "said"),
    [
        (judged("unknown", {"verdict": "unknown", "why": "Who knows."}), False, "skipped: Who knows."),
        (judged("unknown", {"verdict": "unknown", "why": "Who knows."}), True, "error: Who knows."),
        (judged("unknown"), True, "error: What could not be read may use it."),
        (judged("update_task", {"verdict": "update_task", "why": "Too old."}), False, "failure: Too old."),
        (judged("ready", {"verdict": "ready", "why": "Nobody looked."}), False, ""),
        (judged("ready", {"verdict": "ready", "why": "Nobody looked."}), True, "error: Nobody looked."),
        (judged("ready", {"verdict": "ready", "why": None}), True, ""),
        (judged("unused"), True, ""),
    ],
)
def test_pipelines_that_are_not_ready(row: dict[str, object], required: bool, said: str) -> None:
    assert told(suite(result(row), About(requires_ready=required)))["azure-prod"] == said


def test_a_test_that_failed_is_hidden_by_nothing_that_is_unknown() -> None:
    tested = {"result": "credential_failed", "message": "AADSTS7000222"}
    found = told(suite(result(judged("unknown", verification=tested))))
    assert found["azure-prod"].startswith("failure: ")
    assert "AADSTS7000222" in found["azure-prod"]


def test_names_stay_names() -> None:
    names = {case.attrib["name"] for case in suite(hostile_estate())}
    assert {name for name in HOSTILE if name.isprintable()} <= names
