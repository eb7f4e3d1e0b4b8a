# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_info counts connections of other types with the issuer that retires, and all else stays as it is."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings

from simulator import Fleet, Simulator
from unit.plugins._helpers.fleets import Blueprint, blueprints
from unit.plugins._helpers.tasks import Task, info

Simulate = t.Callable[..., Simulator]
FEDERATION = "WorkloadIdentityFederation"
OLD: dict[str, t.Any] = {"scheme": FEDERATION, "issuer": "azure_devops", "role": None}


def mixed_fleet() -> Fleet:
    fleet = Fleet()
    payments, shop, bare = (fleet.project(name) for name in ("Payments", "Web Shop", "Bare"))
    fleet.connection(payments, "azure", **OLD)
    fleet.connection(payments, "images", type="dockerregistry", **OLD)
    fleet.connection(payments, "mirror", type="dockerregistry", **OLD)
    fleet.connection(shop, "robot", type="x", shared_with=[payments], **OLD)
    fleet.connection(payments, "new", type="dockerregistry", scheme=FEDERATION, issuer="entra", role=None)
    other = {"workloadIdentityFederationIssuer": "https://sts.example.com"}
    fleet.connection(shop, "odd", type="y", parameters=other, **OLD)
    fleet.connection(bare, "code", type="github", scheme="Token", creation_mode=None, role=None)
    return fleet


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(mixed_fleet())


def counted(task: Task) -> dict[str, t.Any]:
    found: dict[str, t.Any] = task.result["summary"]["other_types"]
    return found


def test_those_with_the_issuer_that_retires_are_counted_each_once(simulator: Simulator) -> None:
    found = counted(info(simulator, include=["other_types"]))
    assert (found["old_issuer"], found["unknown_issuer"]) == (3, 1)
    places = [(item["project"], item["type"], item["issuer_kind"], item["number"]) for item in found["by_project"]]
    assert places == [
        ("Payments", "dockerregistry", "azure_devops", 2),
        ("Web Shop", "x", "azure_devops", 1),
        ("Web Shop", "y", "unknown", 1),
    ]
    assert sorted(item["name"] for item in found["connections"]) == ["images", "mirror", "odd", "robot"]
    assert set(found["connections"][0]) == {"id", "name", "project", "project_id", "type", "issuer_kind"}


def test_a_shared_one_counts_in_its_first_project_also_where_another_is_looked_at(simulator: Simulator) -> None:
    found = counted(info(simulator, include=["other_types"], projects=["Payments"]))
    assert [item["project"] for item in found["connections"] if item["name"] == "robot"] == ["Web Shop"]


def test_it_takes_no_request_more(simulator: Simulator) -> None:
    info(simulator)
    before = len(simulator.requests)
    info(simulator, include=["other_types"])
    assert len(simulator.requests) == 2 * before


def test_they_are_no_rows_and_no_names(simulator: Simulator) -> None:
    assert info(simulator, include=["other_types"]).names == ["azure"]
    assert "names: 'images' not found" in info(simulator, include=["other_types"], names=["images"]).result["msg"]
    named = info(simulator, include=["other_types"], names=["azure"])
    assert (named.names, counted(named)["old_issuer"]) == (["azure"], 3)


def test_all_else_is_as_without_them(simulator: Simulator) -> None:
    """Also that a project without connections of ours shows none."""
    for options, empty in (({}, ["Bare", "Web Shop"]), ({"projects": ["Bare"]}, ["Bare"])):
        assert same(simulator, **options)["coverage"]["empty"] == empty


@settings(max_examples=15)
@given(blueprints(most=8))
def test_all_else_is_as_without_them_whatever_is_there(running: Simulator, blueprint: Blueprint) -> None:
    running.reset(blueprint.build())
    same(running)


def same(simulator: Simulator, **options: t.Any) -> dict[str, t.Any]:
    """The summary of both, which is the same but for that."""
    plain, more = info(simulator, **options).result, info(simulator, include=["other_types"], **options).result
    summary: dict[str, t.Any] = plain.get("summary") or {}
    others = (more.get("summary") or {}).pop("other_types", None)
    assert (others is None) is bool(more.get("failed"))
    assert [row["id"] for row in more.get("connections", ())] == [row["id"] for row in plain.get("connections", ())]
    assert more.get("summary", {}) == summary
    assert more.get("warnings") == plain.get("warnings")
    return summary
