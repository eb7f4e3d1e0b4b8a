# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to do just what a plan says."""

from __future__ import annotations

import shlex
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.said_again import Again
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.approving import way

from unit.plugins._helpers.commands import said

DIGEST = "5d248b70" * 8


def of(again: Again, **more: t.Any) -> t.Any:
    return way("convert", again, **{"digest": DIGEST, "plan_path": "plan.json", **more})


def test_everything_that_was_said_comes_along_but_what_is_about_the_plan_or_its_report() -> None:
    values = {
        "fleet_shared": "include",
        "fleet_verify": "both",
        "fleet_projects": ["Web Shop"],
        "fleet_connections": ["azure"],
        "fleet_rollback_scope": "wave",
        "fleet_report_path": ["plan.html"],
        "fleet_report_folder": "out",
        "fleet_owner_by": "project",
        "fleet_report_people": False,
        "fleet_confirm": "plan",
    }
    found = of(Again(("-i", "a b.yml", "--limit", "!web", "-e", "fleet_hosts=all"), values))
    assert found.sentence == "To do just that:"
    assert shlex.split(found.command)[2:6] == ["-i", "a b.yml", "--limit", "!web"]
    assert said(found.command) == (
        "convert",
        {
            "fleet_hosts": "all",
            "fleet_shared": "include",
            "fleet_verify": "both",
            "fleet_projects": ["Web Shop"],
            "fleet_connections": "azure",
            "fleet_rollback_scope": "wave",
            "fleet_plan_path": "plan.json",
            "fleet_plan_digest": DIGEST,
        },
    )


def test_an_inventory_that_says_not_to_look_at_plans_does_not_count() -> None:
    assert said(of(Again((), {"fleet_confirm": "none"})).command)[1]["fleet_confirm"] == "plan"


def test_variables_that_are_none_of_ours_are_named_and_their_values_are_not() -> None:
    assert of(Again((), {}, others=("a", "b"))).sentence == "To do just that, with a, b as before:"


@pytest.mark.parametrize(
    ("again", "why"),
    [
        (Again((), {}), "it is so"),
        (Again(("-i", "a\u200d"), {}), "a name in it has characters that nobody sees"),
    ],
)
def test_where_there_is_no_command_a_sentence_says_what_to_run_and_why(again: Again, why: str) -> None:
    found = of(again, unsaid="it is so" if why == "it is so" else "")
    assert found.command == ""
    assert found.sentence == (
        "To do just that, run azdo.connections.convert on the same hosts with the same variables, fleet_plan_path=plan.json and this digest as "
        f"fleet_plan_digest. There is no command to copy, because {why}."
    )
