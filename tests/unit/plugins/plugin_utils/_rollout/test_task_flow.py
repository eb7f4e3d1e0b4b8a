# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks of the role come, and in what order."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import hear
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.task_flow import task_flow

DIGEST = "ab" * 32


def flow(entry: str = "convert", said: dict[str, t.Any] | None = None, **more: bool) -> dict[str, t.Any]:
    heard = hear(entry, {f"fleet_{name}": value for name, value in (said or {}).items()})
    usual = {"organization": False, "first_batch": True, "more_follow": False, "check_mode": False}
    return task_flow(heard, **{**usual, **more})


@pytest.mark.parametrize(
    ("said", "more", "first"),
    [
        ({"confirm": "none"}, {}, False),
        ({"confirm": "none"}, {"more_follow": True}, True),
        ({"confirm": "none"}, {"more_follow": True, "first_batch": False}, False),
        ({"confirm": "none"}, {"organization": True}, True),
        ({"confirm": "none", "waves": "100%"}, {"organization": True}, False),
        ({"confirm": "none", "waves": [" 100.0 %".replace(" ", "")]}, {"organization": True}, False),
        ({"confirm": "none", "waves": "100%", "canary": "a"}, {"organization": True}, True),
        ({"confirm": "each"}, {}, True),
        ({"confirm": "each"}, {"check_mode": True}, False),
        ({"confirm": "none"}, {"organization": True, "check_mode": True}, False),
        ({"plan_digest": DIGEST}, {}, True),
        ({"plan_digest": DIGEST}, {"check_mode": True}, True),
        ({"plan_digest": DIGEST, "plan_path": "p"}, {}, False),
    ],
)
def test_when_a_plan_comes_first(said: dict[str, t.Any], more: dict[str, bool], first: bool) -> None:
    assert flow("convert", said, **more)["first"] is first


def test_a_removal_of_credentials_goes_without_plan() -> None:
    assert not flow("migrate_issuer", said={"confirm": "none", "remove_old_credential": True}, organization=True)[
        "first"
    ]


@pytest.mark.parametrize(
    ("entry", "check_mode", "back"),
    [("convert", False, "failed"), ("convert", True, "none"), ("migrate_issuer", False, "none")],
)
def test_what_goes_back(entry: str, check_mode: bool, back: str) -> None:
    assert flow(entry, check_mode=check_mode)["rollback_scope"] == back


def test_who_is_asked() -> None:
    assert flow(said={"confirm": "each"})["asks"]
    assert not flow(said={"confirm": "each"}, check_mode=True)["asks"]


def test_reading_has_no_course() -> None:
    assert flow("watch", said={"watch": "issuer"}) == {
        "to": "workload_identity_federation",
        "more_follow": False,
        "organization": False,
        "days": {"issuer": 90},
    }
    assert flow("plan", said={"to": "entra_issuer"})["to"] == "entra_issuer"
