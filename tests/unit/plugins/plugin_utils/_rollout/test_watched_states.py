# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is watched and has no deadline: secrets that nobody expected, connections that are not ready or not to be seen."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.known_names import no_baseline
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import hear
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import Snapshot, snapshot
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import Origin
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import findings
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.watched_states import Baseline

from unit.plugins._helpers.reports import COMPLETE, NOW, Row, federated, info_row, result, verdicts

SINCE = datetime(2026, 11, 1, tzinfo=timezone.utc)


def earlier(*rows: Row, days: float = 7, reach: str = "organization", **whose: t.Any) -> tuple[Snapshot, ...]:
    coverage = {**COMPLETE, "project_ids": ["p1"]}
    found = result(*({"project_id": "p1", **row} for row in rows))
    found["summary"] |= {"coverage": coverage, **whose}
    origin = Origin("report", reach, "x")
    made = snapshot(json.loads(report(found, "json", NOW - timedelta(days=days), about=About(origin=origin))))
    assert made
    return (made,)


def found_with(kind: str, row: Row, **baseline: t.Any) -> dict[str, t.Any]:
    present = result({"project_id": "p1", **row})
    present["summary"]["coverage"] = COMPLETE
    return findings(present, {kind: 0}, NOW, Baseline(**baseline))


def said(kind: str, row: Row, **baseline: t.Any) -> list[str]:
    found = found_with(kind, row, **baseline)
    assert [item["kind"] for item in found["due"]] == [kind] * len(found["due"])
    return [item["message"].removeprefix("Payments / azure-prod ") for item in found["due"]]


BLIND = (*earlier(info_row(**federated()), days=9), *earlier(info_row(scheme=None)))


@pytest.mark.parametrize(
    ("row", "baseline", "message"),
    [
        (info_row(), {"earlier": earlier(info_row())}, ""),
        (info_row(), {"earlier": earlier(info_row(**federated()))}, "has a secret again, and was federated on 2026-11-19."),
        (info_row(), {"earlier": earlier(info_row("other"))}, "has a secret, and was not there on 2026-11-19."),
        (info_row(), {"earlier": earlier(info_row("other")), "allowed": ("AZURE-*",)}, ""),
        (info_row(**federated()), {"earlier": earlier()}, ""),
        (info_row(), {"earlier": earlier(info_row(scheme="managed_identity"))}, "has a secret, and had none on 2026-11-19."),
        (info_row(), {"earlier": BLIND}, "has a secret again, and was federated on 2026-11-17."),
        (info_row(), {"earlier": (*earlier(info_row(**federated()), days=9), *earlier(info_row()))}, ""),
        (info_row(created="2026-11-20T10:00:00Z"), {"since": SINCE}, "has a secret, and was made on 2026-11-20."),
        (info_row(created="2026-10-20T10:00:00Z"), {"since": SINCE}, ""),
        (info_row(created=None), {"since": SINCE}, "has a secret, and Azure DevOps does not say when the connection was made."),
        (info_row(created=None), {"since": SINCE, "earlier": earlier(info_row())}, ""),
        (info_row(created="2026-11-20T10:00:00Z"), {"since": SINCE, "allowed": ("id of azure-prod",)}, ""),
    ],
)  # fmt: skip
def test_a_new_secret(row: Row, baseline: dict[str, t.Any], message: str) -> None:
    assert said("new_secret", row, **baseline) == ([message] if message else [])


@pytest.mark.parametrize(
    ("row", "baseline", "is_known"),
    [
        (info_row(), {}, False),
        (info_row(scheme=None), {}, False),
        (info_row(project_id="p2"), {"earlier": earlier(info_row("other"), reach="projects")}, False),
        (info_row(project_id="p2"), {"earlier": earlier(info_row("other"))}, True),
        (info_row(project_id="p2", organization="fabrikam"), {"earlier": earlier(info_row("other"))}, False),
        (info_row(), {"earlier": earlier(info_row("other"), reach="projects")}, True),
        (info_row(), {"since": SINCE}, True),
        (info_row(), {"allowed": ("azure-*",)}, True),
        (info_row(**federated()), {}, True),
    ],
)
def test_where_nobody_can_tell_whether_a_secret_is_new_that_is_said(
    row: Row, baseline: dict[str, t.Any], is_known: bool
) -> None:
    """A first watch, an organization that was added, a project that no report has read: nothing of it is "nothing new"."""
    row = {"organization": "contoso", **row}
    unknown = found_with("new_secret", row, **baseline)["unknown"]
    assert bool(unknown) is not is_known
    assert is_known or unknown[0].startswith("whether the secret of Payments / azure-prod is new. No JSON report")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (info_row(), ""),
        (
            info_row(state="failed", status_message="The\nsecret has ended."),
            "is in the state failed: The secret has ended.",
        ),
        (info_row(state="in_progress"), "is in the state in progress."),
        (info_row(state=None), ""),
    ],
)
def test_what_is_not_ready(row: Row, message: str) -> None:
    assert said("not_ready", row) == ([message] if message else [])


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("no_permission", "can be seen only in part"),
        ("incomplete_answer", "in part or unreadably"),
        ("unreadable_answer", "unreadably"),
        ("shared", ""),
    ],
)
def test_what_is_not_to_be_seen(code: str, says: str) -> None:
    found = said("unread", info_row(eligibility=verdicts(workload_identity_federation=(code,))))
    assert bool(found) is bool(says)
    assert not says or says in found[0]


def test_what_has_no_deadline_comes_first() -> None:
    rows = [info_row("b", secret_expires="2026-11-28T00:00:00Z"), info_row("a", state="failed")]
    found = findings(result(*rows), {"secret": 30, "not_ready": 0}, NOW)["due"]
    assert [(item["kind"], item["name"], item["days_left"] is None) for item in found] == [
        ("not_ready", "a", True),
        ("secret", "b", False),
    ]


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"fleet_watch": ["new_secret"]}, "nothing says what is new"),
        ({"fleet_watch": ["new_secret"], "fleet_watch_secrets_since": "last week"}, "is no date"),
        ({"fleet_watch_secrets_since": "last week"}, "is no date"),
        ({"fleet_watch": ["new_secret"], "fleet_watch_secrets_since": "2026-11-01"}, ""),
        ({"fleet_watch": ["new_secret"], "fleet_history": "reports"}, ""),
        ({"fleet_watch": ["not_ready", "unread"]}, ""),
        ({}, ""),
    ],
)
def test_what_nobody_could_tell_is_refused(variables: dict[str, t.Any], why: str) -> None:
    found = no_baseline(hear("watch", variables))
    assert (why in found) if why else not found
