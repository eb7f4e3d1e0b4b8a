# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pipelines are permitted and forbidden, and what is permitted already."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_plan import pipeline_plan
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import AccessIn
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json

from unit.plugins._helpers.connections import PAYMENTS


def _wanted(**said: t.Any) -> AccessIn:
    return AccessIn(project=PAYMENTS, **said)


def permissions(*ids: int, everyone: bool = False) -> Json:
    return {
        "pipelines": [{"id": number, "authorized": True} for number in ids],
        **({"allPipelines": {"authorized": True}} if everyone else {}),
    }


@pytest.mark.parametrize(
    ("now", "wanted", "append", "allowed", "forbidden", "everyone"),
    [
        (permissions(), _wanted(ids=frozenset({2, 1})), False, [1, 2], [], None),
        (permissions(1, 2), _wanted(ids=frozenset({2, 3})), False, [3], [1], None),
        (permissions(1, 2), _wanted(ids=frozenset({2, 3})), True, [3], [], None),
        (permissions(1, 2), _wanted(ids=frozenset()), False, [], [1, 2], None),
        (permissions(), _wanted(everyone=True), False, [], [], True),
        (permissions(7, everyone=True), _wanted(everyone=False), False, [], [], False),
        (permissions(7, everyone=True), _wanted(everyone=False, ids=frozenset({8})), False, [8], [7], False),
    ],
)
def test_what_is_permitted_and_forbidden(
    now: Json, wanted: AccessIn, append: bool, allowed: list[int], forbidden: list[int], everyone: bool | None
) -> None:
    plan = pipeline_plan("c", replace(wanted, append_pipelines=append), now)
    assert plan is not None
    items = [(number, True) for number in allowed] + [(number, False) for number in forbidden]
    assert plan.body["pipelines"] == [{"id": number, "authorized": flag} for number, flag in items]
    assert plan.body.get("allPipelines") == (None if everyone is None else {"authorized": everyone})
    assert plan.body["resource"] == {"type": "endpoint", "id": "c"}


@pytest.mark.parametrize(
    ("now", "wanted", "append"),
    [
        (permissions(), _wanted(), False),
        (permissions(1), _wanted(ids=frozenset({1})), False),
        (permissions(1, 2), _wanted(ids=frozenset({1})), True),
        (permissions(1), _wanted(ids=frozenset()), True),
        (permissions(everyone=True), _wanted(everyone=True), False),
        ({}, _wanted(everyone=False), False),
        ({"pipelines": [{"id": 1, "authorized": False}], "allPipelines": None}, _wanted(ids=frozenset()), False),
        (permissions(1, everyone=True), _wanted(), False),
    ],
)
def test_what_is_permitted_already_is_no_change(now: Json, wanted: AccessIn, append: bool) -> None:
    assert pipeline_plan("c", replace(wanted, append_pipelines=append), now) is None
