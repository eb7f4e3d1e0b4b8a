# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is in a play, before it begins."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_hosts import (
    Inventory,
    beside_ours,
    hosts_of_play,
    silent_sources,
)

OURS = {"all": ["web", "pay"], "azdo_projects": ["web", "pay"]}
SOMEBODYS = {"all": ["db"], "databases": ["db"]}


def inventory(groups: t.Mapping[str, t.Sequence[str]], **more: t.Any) -> Inventory:
    return Inventory(groups=groups, **{"among": groups["all"], **more})


@pytest.mark.parametrize(
    ("named", "matched", "there", "expected"),
    [
        ("azdo_projects", ["web", "pay"], inventory(OURS), ["web", "pay"]),
        ("azdo_projects", ["web", "pay"], inventory(OURS, among=["pay"], limit="pay"), ["pay"]),
        ("localhost", ["localhost"], inventory(OURS), ["localhost"]),
        ("", ["localhost"], inventory({"all": []}), ["localhost"]),
        (None, ["localhost"], inventory(SOMEBODYS), ["localhost"]),
        ("", ["localhost"], inventory(SOMEBODYS, limit="localhost,db"), ["localhost"]),
        ("", ["localhost"], inventory({"all": ["localhost"]}), ["localhost"]),
        ("", ["localhost"], inventory({"all": []}, sources=["/etc/ansible/hosts", "a,b"]), ["localhost"]),
    ],
)
def test_hosts_that_were_meant(named: t.Any, matched: list[str], there: Inventory, expected: list[str]) -> None:
    assert hosts_of_play(named, matched, there) == expected


@pytest.mark.parametrize(
    ("named", "matched", "there", "says"),
    [
        ("", ["localhost"], inventory(OURS), "none of them was named"),
        ("", ["localhost"], inventory({"all": []}, limit="web"), "--limit web leaves out localhost"),
        (
            "azdo_project",
            [],
            inventory(OURS),
            "fleet_hosts=azdo_project matches no host. Did you mean 'azdo_projects'?",
        ),
        ("azdo_projects", ["web"], inventory(OURS, among=[], limit="x"), "--limit x leaves none of the 1 hosts"),
        ("localhost", ["localhost"], inventory({"all": []}, limit="web"), "--limit web leaves none"),
        ("None", [], inventory(OURS), "fleet_hosts=None matches no host."),
        ([], ["localhost"], inventory({"all": []}), "fleet_hosts is an empty list"),
        (" ", [], inventory({"all": []}), "fleet_hosts is blank"),
    ],
)
def test_hosts_that_nobody_can_have_meant(named: t.Any, matched: list[str], there: Inventory, says: str) -> None:
    with pytest.raises(ValueError, match=r"^(the inventory|--limit|fleet_hosts)") as caught:
        hosts_of_play(named, matched, there)
    assert says in str(caught.value)


def test_a_source_that_gave_nothing(tmp_path: Path) -> None:
    (tmp_path / "fleet.azdo.yml").write_text("plugin: azdo.connections.azdo", encoding="utf-8")
    for source in (tmp_path, tmp_path / "fleet.azdo.yml"):
        there = inventory({"all": []}, sources=[str(source)])
        with pytest.raises(ValueError, match=r"fleet\.azdo\.yml gave no hosts"):
            hosts_of_play("", ["localhost"], there)
        with pytest.raises(ValueError, match=r"matches no host\. .*fleet\.azdo\.yml gave no hosts"):
            hosts_of_play("azdo_projects", [], there)
        assert hosts_of_play("localhost", ["localhost"], there) == ["localhost"]
    with pytest.raises(ValueError, match="there is no inventory"):
        hosts_of_play("localhost", ["localhost"], inventory({"all": []}, sources=[str(tmp_path / "no.yml")]))


def test_one_of_several_sources_gave_nothing() -> None:
    assert silent_sources(["/a.azdo.yml", "/b.ini", "/c.azdo.yaml"], {"/a.azdo.yml"}).startswith(
        "/c.azdo.yaml gave no hosts"
    )
    assert silent_sources(["/a.azdo.yml", "/b.ini"], {"/a.azdo.yml"}) == ""


def test_hosts_of_somebody_else_beside_ours() -> None:
    assert beside_ours({"web": True, "db": False}).startswith("db is no host of this collection")
    assert beside_ours({"web": True, "localhost": False}) == ""
    assert beside_ours({"db": False, "localhost": False}) == ""
