# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as test results in the form of JUnit, which pipelines show: a case for each connection, and one for each thing that is watched.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from datetime import datetime
from xml.etree import ElementTree as ET

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._results import wording as words
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import missing
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import FAILED, LEFT, UNFINISHED
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import label, main_code
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row, is_run
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import (
    SETTLED,
    UNKNOWN,
    can_move,
    unlooked_of,
    uses_of,
    verdict_of,
)

# How a test of a connection ends that says nothing against it.
_GOOD = ("ok", "not_testable")


def junit_text(result: Result, now: datetime, about: About) -> str:
    """Return one suite, which is red where the run is.

    What could not be seen is a case of its own, because nobody would miss it: a gap is an error. What fails no run, an empty list or what was allowed, is
    skipped; where a watch cannot do with that, it says so in ``not_known``.
    """
    suite = ET.Element("testsuite", name="azdo.connections", timestamp=f"{now:%Y-%m-%dT%H:%M:%S}")
    for row in result.get("connections") or ():
        case = _case(suite, row.get("project"), row.get("name"))
        _judge(case, row, about, run=is_run(result))
    for due in about.findings:
        case = _case(suite, due.get("project"), f"{due.get('name')} ({due.get('kind')})")
        _say(case, "failure", str(due.get("message")))
    found = missing(result, about.names)
    for outcome, sentences in (
        ("error", (*found.gaps, *about.not_known)),
        ("skipped", (*found.doubts, *found.allowed, *found.empty)),
    ):
        for sentence in sentences:
            _say(_case(suite, "not seen", sentence[:100]), outcome, sentence)
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    for outcome, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(outcome) is not None for case in cases)))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f"{ET.tostring(root, encoding='unicode')}\n"


def _case(suite: ET.Element, place: t.Any, name: t.Any) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=printable(place or "?"), name=printable(name or "?"))


def _say(case: ET.Element, outcome: str, text: str) -> None:
    ET.SubElement(case, outcome, message=printable(" ".join(text.split())))


def _judge(case: ET.Element, row: Row, about: About, *, run: bool) -> None:
    """A run by its status, a test by its result; of what is only there, nothing is wrong."""
    status = row.get("status")
    tested = row.get("verification") if not run else None
    if status in (*FAILED, *UNFINISHED):
        _say(case, "failure", f"{words.status_name(str(status))}: {words.told(row)}")
    elif status in LEFT:
        _say(case, "skipped", label(main_code(row)))
    elif isinstance(tested, t.Mapping) and tested.get("result") not in _GOOD:
        _say(
            case,
            "failure",
            f"{words.status_name(str(tested.get('result') or 'unknown'))}: {tested.get('message') or ''}",
        )
    elif not run and can_move(row):
        _judge_pipelines(case, row, required=about.requires_ready)


def _judge_pipelines(case: ET.Element, row: Row, *, required: bool) -> None:
    """What nobody can judge is no fault, and no success: red only where the run is. :param required: whether it is."""
    verdict, uses = verdict_of(row), uses_of(row)
    if required and (unlooked := unlooked_of(row)):
        verdict, uses = UNKNOWN, unlooked
    if verdict and verdict not in SETTLED:
        told = "; ".join(dict.fromkeys(str(use.get("why") or use.get("verdict")) for use in uses))
        outcome = "failure" if verdict != UNKNOWN else "error" if required else "skipped"
        _say(case, outcome, told or "What could not be read may use it.")
