# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Use, permissions and checks: what was read, and the difference between nothing and not readable."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_plan import permissions
from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import (
    checks,
    checks_text,
    read_use,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import usage as told
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

from unit.plugins._helpers.connections import LOGISTICS, NOW, PAYMENTS, WEB_SHOP, connection


class Histories:
    """A client that knows the history of each project; None is one that cannot be read."""

    def __init__(self, histories: list[list[Json] | None]) -> None:
        self._left = list(histories)

    def execution_history(self, project_id: str, connection_id: str, more: object) -> list[Json]:
        history = self._left.pop(0)
        if history is None:
            raise ServiceError("TF400898: An Internal Error Occurred.", status=500)
        return history


def usage(histories: list[list[Json] | None], now: datetime) -> Json:
    """What a result says of a connection with these histories, one for each of its projects."""
    projects = (PAYMENTS, WEB_SHOP, LOGISTICS)[: len(histories)]
    client = t.cast(AzureDevOps, Histories(histories))
    try:
        return told(read_use(client, connection(projects=projects), now), now)
    except ServiceError:
        return told(None, now)


def record(days_ago: float, definition: int = 7, finished: bool = True) -> Json:
    started = NOW - timedelta(days=days_ago)
    return {
        "planType": "Build",
        "definition": {"id": definition, "name": f"pipeline {definition}"},
        "startTime": started.strftime("%Y-%m-%dT%H:%M:%S.1234567Z"),
        "finishTime": (started + timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%SZ") if finished else None,
    }


def test_the_last_use_over_all_projects() -> None:
    found = usage([[record(30), record(40)], [record(10, 8)], []], NOW)
    assert found["last_used"] == "2026-05-22T12:04:00Z"
    assert found["days_until_auto_disable"] == 90
    assert [item["id"] for item in found["definitions"]] == [7, 8]
    assert (found["readable"], found["never_used"]) == (True, False)


def test_a_run_that_has_not_ended_counts() -> None:
    assert usage([[record(1, finished=False)]], NOW)["last_used"] == "2026-05-31T12:00:00Z"


@pytest.mark.parametrize(("days_ago", "left"), [(0.5, 99), (99, 1), (99.9, 0), (101, -1)])
def test_the_days_that_are_left(days_ago: float, left: int) -> None:
    assert usage([[record(days_ago)]], NOW)["days_until_auto_disable"] == left


def test_never_used() -> None:
    assert usage([[], []], NOW) == {
        "readable": True, "never_used": True, "last_used": None, "last_result": None, "last_success": None,
        "days_until_auto_disable": None, "definitions": [], "runs_since_conversion": None,
    }  # fmt: skip


@pytest.mark.parametrize("histories", [[None], [[record(1)], None], [None, []]])
def test_a_history_that_could_not_be_read_leaves_it_open(histories: list[list[Json] | None]) -> None:
    assert usage(histories, NOW) == {
        "readable": False, "never_used": None, "last_used": None, "last_result": None, "last_success": None,
        "days_until_auto_disable": None, "definitions": None, "runs_since_conversion": None,
    }  # fmt: skip


def test_records_without_times_or_pipelines() -> None:
    found = usage([[{"planType": None}, {"definition": None, "startTime": "soon"}]], NOW)
    assert (found["never_used"], found["last_used"], found["definitions"]) == (False, None, [])


@pytest.mark.parametrize(
    ("answer", "everybody", "pipelines"),
    [
        (None, None, None),
        ({}, False, []),
        ({"allPipelines": {"authorized": True}, "pipelines": []}, True, []),
        ({"allPipelines": None, "pipelines": None}, False, []),
        (
            {
                "pipelines": [
                    {"id": 9, "authorized": True},
                    {"id": 3, "authorized": True},
                    {"id": 4, "authorized": False},
                ]
            },
            False,
            [3, 9],
        ),
    ],
)
def test_who_may_use_it(answer: Json | None, everybody: bool | None, pipelines: list[int] | None) -> None:
    assert permissions(answer) == {"all_pipelines": everybody, "pipelines": pipelines}


def test_checks() -> None:
    assert checks(None) is None
    assert checks([]) == []
    assert checks([{"id": 1, "type": {"name": "Approval"}, "settings": {"x": 1}}, {"id": 2, "type": None}]) == [
        {"id": 1, "type": "Approval"},
        {"id": 2, "type": None},
    ]


def test_an_approver_with_a_new_name_is_the_same_check() -> None:
    def check(**approver: str) -> list[Json]:
        return [{"id": 1, "type": {"name": "Approval"}, "settings": {"approvers": [approver], "order": {"id": "kept"}}}]

    before = checks_text(check(id="AAA", displayName="Ann", imageUrl="1"))
    assert checks_text(check(id="aaa", displayName="Ann Married", imageUrl="2")) == before
    assert checks_text(check(id="bbb", displayName="Ann", imageUrl="1")) != before
