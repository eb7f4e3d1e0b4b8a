# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names are safe in patterns and file names, reproducible, and never stand for two projects."""

from __future__ import annotations

import re

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_names import (
    group_names,
    host_label,
    host_names,
)

ONE = "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
TWO = "22222222-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
THREE = "11111111-aaaa-4aaa-8aaa-cccccccccccc"

HOSTILE = [
    "Space Game",
    "{{ lookup('pipe', 'id') }}",
    "a,b:c;d!e&f~g",
    "web[0:9]",
    "-rf",
    "../../etc/passwd",
    "line\nbreak",
    "$(reboot)",
    "Zürich",
    "Große Straße",
    "東京",
    "\u202eevil",
    "all",
    "localhost",
    "...",
]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Payments", "payments"),
        ("Space Game", "space-game"),
        ("My.Team_2", "my.team_2"),
        ("Zürich", "zurich"),
        ("Große Straße", "grosse-strasse"),
        ("-- web --", "web"),
        ("{{ 7 * 7 }}", "7-7"),
        ("東京", "host-11111111"),
        ("all", "all-11111111"),
        ("LOCALHOST", "localhost-11111111"),
        ("azdo projects", "azdo-projects"),
        ("rehearsal", "rehearsal-11111111"),
        ("azdo_projects", "azdo_projects-11111111"),
        ("azdo_scheme_service_principal", "azdo_scheme_service_principal-11111111"),
        ("azdo-team", "azdo-team"),
        ("long " * 50, f"{'long-' * 20}-11111111"),
    ],
)
def test_names(name: str, host: str) -> None:
    assert host_names({ONE: name}, reserved=["rehearsal"]) == {ONE: host}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_host_name_is_always_harmless(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", host_names({ONE: name})[ONE])


def test_equal_names_get_a_piece_of_the_id_all_of_them_in_any_order() -> None:
    expected = {ONE: "space-game-11111111", TWO: "space-game-22222222"}
    assert host_names({ONE: "Space Game", TWO: "space-game"}) == expected
    assert host_names({TWO: "space-game", ONE: "Space Game"}) == expected


def test_a_piece_that_is_not_enough_is_replaced_by_the_whole_id() -> None:
    names = host_names({ONE: "a b", THREE: "a-b"})
    assert names == {ONE: f"a-b-{ONE}", THREE: f"a-b-{THREE}"}


def test_a_project_cannot_take_the_name_that_another_got() -> None:
    names = host_names({ONE: "a b", TWO: "a-b", THREE: "a-b-11111111"})
    assert len(set(names.values())) == 3


def test_a_project_cannot_take_the_name_that_another_gets_with_its_whole_id() -> None:
    names = host_names({ONE: "a b", THREE: "a-b", TWO: f"a b {ONE}"})
    assert names == {ONE: f"a-b-{ONE}", THREE: f"a-b-{THREE}", TWO: f"a-b-{ONE}-22222222"}


def test_a_name_that_is_taken_is_left_to_its_owner() -> None:
    names = {ONE: "Payments", TWO: "Web"}
    assert host_names(names, taken={"payments": TWO, "web": TWO}) == {ONE: "payments-11111111", TWO: "web"}


def test_a_label_has_a_part_for_everything() -> None:
    assert host_label(("Payments", ONE), ("azure prod", TWO)) == "payments-azure-prod"
    assert host_label(("東京", ONE), ("仓库", TWO)) == "11111111-22222222"


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        ({ONE: "Web Shop"}, {ONE: "azdo_project_web_shop"}),
        ({ONE: "Größe-1.0"}, {ONE: "azdo_project_grosse_1_0"}),
        ({ONE: "東京"}, {ONE: "azdo_project_x_11111111"}),
        ({ONE: "all"}, {ONE: "azdo_project_all"}),
        ({ONE: "a b", TWO: "A-B"}, {ONE: "azdo_project_a_b_11111111", TWO: "azdo_project_a_b_22222222"}),
        ({ONE: "a", THREE: "A"}, {key: f"azdo_project_a_{key.replace('-', '_')}" for key in (ONE, THREE)}),
    ],
)
def test_names_of_groups(names: dict[str, str], groups: dict[str, str]) -> None:
    assert group_names("azdo_project", names) == groups
