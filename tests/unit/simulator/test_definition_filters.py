# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions by name and by folder: names are unique in a folder only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
DEFINITIONS = "P/_apis/build/definitions"


def several() -> Fleet:
    fleet = Fleet()
    project = fleet.project("P")
    for name, folder in (("deploy", "\\"), ("deploy", "\\Team A"), ("deploy", "\\Team A\\Sub"), ("deploy-all", "\\")):
        fleet.yaml_pipeline(project, name, "steps: []", folder=folder)
    fleet.yaml_pipeline(fleet.project("Q"), "deploy", "steps: []")
    return fleet


def found(rest: Rest, **params: Any) -> list[tuple[str, str]]:
    body = rest.send("GET", DEFINITIONS, params=params).json()
    assert body["count"] == len(body["value"])
    return [(item["path"], item["name"]) for item in body["value"]]


@pytest.mark.parametrize(
    ("params", "paths"),
    [
        ({"name": "deploy"}, ["\\", "\\Team A", "\\Team A\\Sub"]),
        ({"name": "DEPLOY", "path": "\\team a"}, ["\\Team A"]),
        ({"name": "deploy", "path": "Team A/Sub/"}, ["\\Team A\\Sub"]),
        ({"name": "deploy", "path": "\\"}, ["\\"]),
        ({"name": "deploy", "path": "\\Team"}, []),
        ({"name": "dep"}, []),
        ({"name": "eploy*"}, []),
        ({"path": "\\Team A"}, ["\\Team A"]),
    ],
)
def test_by_name_and_folder(simulate: Simulate, params: dict[str, str], paths: list[str]) -> None:
    assert found(Rest(simulate(several())), **params) == [(path, "deploy") for path in paths]


def test_the_beginning_of_a_name(simulate: Simulate) -> None:
    rest = Rest(simulate(several()))
    assert found(rest, name="Deploy-*") == [("\\", "deploy-all")]
    assert len(found(rest, name="deploy*")) == len(found(rest, name="*")) == len(found(rest)) == 4


def test_two_of_one_name_are_two(simulate: Simulate) -> None:
    body = Rest(simulate(several())).get(DEFINITIONS, name="deploy").json()
    assert len({item["id"] for item in body["value"]}) == 3


def test_filters_come_before_pages(simulate: Simulate) -> None:
    rest = Rest(simulate(several(), definitions_page_size=2))
    answer = rest.get(DEFINITIONS, name="deploy")
    token = answer.headers["x-ms-continuationtoken"]
    assert [len(found(rest, name="deploy")), len(found(rest, name="deploy", continuationToken=token))] == [2, 1]
