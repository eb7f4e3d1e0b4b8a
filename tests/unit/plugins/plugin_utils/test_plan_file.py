# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of many hosts as one text with one digest."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._plan_file import (
    PlanFileError,
    digest_of,
    read,
    written,
)

PLANS: dict[str, t.Any] = {
    "web": {"digest": "a" * 64, "items": [{"id": "1"}]},
    "pay": {"digest": "b" * 64, "items": []},
}


def test_what_was_written_is_read_under_its_digest() -> None:
    text = written(PLANS)
    assert read(text, f" {digest_of(PLANS).upper()} ").hosts == PLANS
    assert json.loads(text)["digest"] == digest_of(PLANS)


def test_a_single_host_has_the_digest_of_its_plan() -> None:
    assert digest_of({"localhost": PLANS["web"]}) == "a" * 64


def test_the_order_of_hosts_does_not_matter_but_their_names_do() -> None:
    assert digest_of(PLANS) == digest_of(dict(reversed(PLANS.items())))
    assert digest_of(PLANS) != digest_of({"web": PLANS["pay"], "pay": PLANS["web"]})


@pytest.mark.parametrize(
    ("made", "now", "same"),
    [
        (None, None, True),
        (["A", "b"], ["B", "a"], True),
        (None, ["a"], False),
        (["a", "b"], ["a"], False),
        ([], None, False),
    ],
)
def test_a_plan_is_for_the_connections_that_were_named(made: t.Any, now: t.Any, same: bool) -> None:
    approved = read(written(PLANS, made), digest_of(PLANS))
    if same:
        approved.check_connections(now)
    else:
        with pytest.raises(PlanFileError, match="another fleet_connections"):
            approved.check_connections(now)


@pytest.mark.parametrize(
    ("text", "digest", "message"),
    [
        (written(PLANS), "c" * 64, "was approved"),
        (written(PLANS), "", "no digest was approved"),
        (written(PLANS).replace("b" * 64, "d" * 64), digest_of(PLANS), "was approved"),
        ("", "a", "no plan of a fleet"),
        ("[]", "a", "no plan of a fleet"),
        ('{"hosts": [1]}', "a", "no plan of a fleet"),
        ('{"hosts": {"a": 1, "b": 2}}', "a", "no plan of a fleet"),
        ('{"hosts": {}}', "a", "was approved"),
    ],
)
def test_anything_else_is_refused(text: str, digest: str, message: str) -> None:
    with pytest.raises(PlanFileError, match=message):
        read(text, digest)
