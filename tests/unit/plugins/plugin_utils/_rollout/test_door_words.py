# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences of the modules in the words of the role."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection_convert import ARGUMENT_SPEC
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import VARIABLES
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.door_words import (
    in_words_of_the_role,
    told_again,
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("projects: '7' not found in x.", "fleet_projects: '7' not found in x."),
        ("Two connections: both are projects.", "Two connections: both are projects."),
        ("exclude names a. Set allow_in_use to true.", "fleet_exclude names a. Set fleet_allow_in_use to true."),
        ("federated_credential.pairs names d.", "fleet_credential_pairs names d."),
        ("Set include_disabled.", "Set fleet_include_disabled."),
        ("fleet_include_disabled stays; my_allow_in_use too.", "fleet_include_disabled stays; my_allow_in_use too."),
        ("batch.journal: there is nothing in x.", "fleet_batch_journal: there is nothing in x."),
        ("plan_digest is no digest.", "fleet_plan_digest is no digest."),
    ],
)
def test_options_become_variables_where_they_are_meant(said: str, expected: str) -> None:
    assert in_words_of_the_role(said) == expected
    assert in_words_of_the_role(expected) == expected


@pytest.mark.parametrize(
    "name",
    [name for name in ARGUMENT_SPEC if "_" in name and f"fleet_{name}" in VARIABLES],
)
def test_every_option_with_a_variable_is_translated(name: str) -> None:
    assert f"fleet_{name}" in in_words_of_the_role(f"Set {name} to something.")


def test_so_is_what_is_told_of_pipelines_and_of_states() -> None:
    said, heard = ["Set readiness_expand."], ["Set fleet_readiness_expand."]
    rows = [
        {"name": "a", "readiness": {"verdict": "readiness_expand", "unread": said}},
        {"name": "b", "status": "skipped", "reasons": [{"code": "pipeline_unknown", "evidence": {"unread": said}}]},
    ]
    states = [{"state": "terraform_confirmed", "steps": ["Name them in terraform_confirmed."]}]
    found = told_again({"connections": rows, "summary": {"readiness": {"unread": said}, "terraform": states}})
    one, other = found["connections"]
    assert one["readiness"] == {"verdict": "readiness_expand", "unread": heard}
    assert other["reasons"][0]["evidence"] == {"unread": heard}
    assert found["summary"]["readiness"] == {"unread": heard}
    assert found["summary"]["terraform"] == [
        {"state": "terraform_confirmed", "steps": ["Name them in fleet_terraform_confirmed."]}
    ]


def test_what_a_result_tells_is_translated_and_nothing_else() -> None:
    found = told_again(
        {
            "msg": "Set allow_unread.",
            "warnings": ["allow_unread: x"],
            "failure": {"code": "allow_unread", "message": "allow_unread", "remedy": "Set allow_unread."},
            "connections": [{"name": "allow_unread"}],
        }
    )
    assert found == {
        "msg": "Set fleet_allow_unread.",
        "warnings": ["fleet_allow_unread: x"],
        "failure": {"code": "allow_unread", "message": "fleet_allow_unread", "remedy": "Set fleet_allow_unread."},
        "connections": [{"name": "allow_unread"}],
    }
