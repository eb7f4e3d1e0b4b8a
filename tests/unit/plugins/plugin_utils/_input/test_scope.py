# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host stands for, and which of the wanted names are its own."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import hear
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host, Scope, reach_of, scope_of

ORGANIZATION = Host.from_variables({"azdo_project_id": None, "azdo_connection_names": [], "azdo_connection_ids": []})
PROJECT = Host.from_variables(
    {
        "azdo_project_id": "P-1",
        "azdo_project": "Web",
        "azdo_connection_names": ["Dev", "Prod"],
        "azdo_connection_ids": ["C-1", "C-2"],
    }
)
UNTOLD = Host.from_variables(
    {"azdo_project_id": "P-1", "azdo_project": "Web", "azdo_connection_names": "", "azdo_connection_ids": ""}
)
UNREAD = Host.from_variables(
    {"azdo_project_id": "P-1", "azdo_project": "Web", "azdo_connection_names": [], "azdo_connection_ids": None}
)
CONNECTION = Host.from_variables(
    {
        "azdo_project_id": "P-1",
        "azdo_project": "Web",
        "azdo_connection_id": "C-1",
        "azdo_connection_names": ["Dev"],
        "azdo_connection_ids": ["C-1"],
    }
)


def scope(host: Host, **named: t.Any) -> Scope:
    return scope_of(host, named.get("projects"), named.get("connections"), named.get("exclude"), named.get("pairs", []))


@pytest.mark.parametrize(
    ("host", "named", "concerned", "projects", "connections", "only_candidates"),
    [
        (ORGANIZATION, {}, True, None, None, False),
        (ORGANIZATION, {"projects": ["Web"]}, True, ["Web"], None, False),
        (ORGANIZATION, {"connections": ["x"]}, True, None, ["x"], False),
        (ORGANIZATION, {"projects": [], "connections": []}, True, [], [], False),
        (PROJECT, {}, True, ["P-1"], None, False),
        (PROJECT, {"projects": ["WEB"]}, True, ["P-1"], None, False),
        (PROJECT, {"projects": ["p-1"]}, True, ["P-1"], None, False),
        (PROJECT, {"projects": ["Other"]}, False, ["P-1"], None, False),
        (PROJECT, {"projects": []}, False, ["P-1"], None, False),
        (PROJECT, {"connections": ["dev", "elsewhere", "c-2"]}, True, ["P-1"], ["dev", "c-2"], False),
        (PROJECT, {"connections": ["elsewhere"]}, False, ["P-1"], [], False),
        (PROJECT, {"connections": []}, True, ["P-1"], [], False),
        (UNTOLD, {"connections": ["anything"]}, True, ["P-1"], ["anything"], False),
        (UNREAD, {"connections": ["anything"]}, True, ["P-1"], ["anything"], False),
        (CONNECTION, {}, True, ["P-1"], ["C-1"], True),
        (CONNECTION, {"connections": ["Dev"]}, True, ["P-1"], ["C-1"], False),
        (CONNECTION, {"connections": ["Prod"]}, False, ["P-1"], ["C-1"], False),
        (CONNECTION, {"connections": []}, True, ["P-1"], [], False),
    ],
)
def test_one_task_serves_all_kinds(
    host: Host, named: dict[str, t.Any], concerned: bool, projects: t.Any, connections: t.Any, only_candidates: bool
) -> None:
    found = scope(host, **named)
    assert found.concerned is concerned
    wanted = {"projects": projects, "connections": connections, "only_candidates": only_candidates or None}
    assert not concerned or found.select == {name: value for name, value in wanted.items() if value is not None}


def test_reading_takes_names_and_ids_apart() -> None:
    id_ = "5f0c7c3a-3a0c-4a52-9a3a-0d0f6a4f1c11"
    assert scope(ORGANIZATION, connections=["Dev", id_]).read == {"names": ["Dev"], "ids": [id_]}
    assert scope(ORGANIZATION, connections=[]).read == {"names": [], "ids": []}
    assert scope(ORGANIZATION).read == {}


def test_what_is_excluded_or_has_a_pair_elsewhere_is_not_for_this_host() -> None:
    pairs = [{"connection": "Dev", "issuer": "i", "subject": "s"}, {"connection": "x", "issuer": "i", "subject": "s"}]
    found = scope(PROJECT, exclude=["Prod", "x"], pairs=pairs)
    assert (found.exclude, [pair["connection"] for pair in found.pairs]) == (["Prod"], ["Dev"])
    assert len(scope(ORGANIZATION, exclude=["Prod", "x"], pairs=pairs).pairs) == 2


def test_a_pattern_in_what_is_left_alone_counts_where_it_matches() -> None:
    assert scope(PROJECT, exclude=["d*", "x*"]).exclude == ["d*"]
    assert scope(ORGANIZATION, exclude=["d*", "x*"]).exclude == ["d*", "x*"]
    assert scope(PROJECT, projects=["w*"]).concerned
    assert not scope(PROJECT, projects=["x*"]).concerned


def test_what_the_inventory_leaves_out_is_left_alone() -> None:
    narrowed = Host.from_variables({"azdo_project_id": "P-1", "azdo_connections_left_out": ["C-9"]})
    assert scope(narrowed, exclude=["a"]).exclude == ["a", "C-9"]
    assert scope(narrowed).exclude == ["C-9"]


@pytest.mark.parametrize(
    ("entry", "variables", "hosts", "reach"),
    [
        ("report", [{}], [ORGANIZATION, ORGANIZATION], "organization"),
        ("report", [{"fleet_projects": "Web"}], [ORGANIZATION], "projects"),
        ("report", [{}, {"fleet_projects": "Web"}], [ORGANIZATION, ORGANIZATION], "projects"),
        ("report", [{}], [ORGANIZATION, PROJECT], "projects"),
        ("report", [{"fleet_connections": "azure"}], [ORGANIZATION], "connections"),
        ("watch", [{}, {"fleet_connections": "azure"}], [PROJECT, PROJECT], "connections"),
        ("verify", [{"fleet_schemes": "workload_identity_federation"}], [ORGANIZATION], "connections"),
        ("report", [{}], [PROJECT, CONNECTION], "connections"),
        ("report", [{"fleet_terraform_state": ["a"], "fleet_readiness": "require"}], [ORGANIZATION], "organization"),
    ],
)
def test_how_far_a_play_looks(entry: str, variables: list[dict[str, t.Any]], hosts: list[Host], reach: str) -> None:
    assert reach_of([hear(entry, said) for said in variables], hosts) == reach
