# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to judge the pipelines of a fleet: as many requests as the guide says, within the budget, and memory for what is known and not for what came.

The numbers of a fleet of 500 connections are printed by ``make bench ARGS=readiness``.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
import typing as t
from collections import Counter
from math import ceil

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._inspect.discovery import discover
from ansible_collections.azdo.connections.plugins.module_utils._inspect.pipelines import Pipelines
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_info

from benchmarks.readiness_fleet import readiness_fleet
from simulator import Fleet, Simulator
from unit.plugins._helpers.tasks import info

PROJECTS, CONNECTIONS, DEFINITIONS = 5, 25, 100
# What the service allows one caller in five minutes, and what a request was seen to take of it (fact sheet 10).
BUDGET, COST = 200, 0.07783
Simulate = t.Callable[..., Simulator]


def expected(projects: int, connections: int, builds: int, releases: int, runs: int, expanded: int = 0) -> int:
    """The formula of guide_capacity.rst, for what is dealt evenly round the projects and used in one project each."""
    pages = ceil(builds / projects / 100) + max(1, ceil(releases / projects / 100))
    checks = ceil(connections / projects / 50)
    return 4 + projects * (3 + pages + checks) + connections + runs + expanded


def counted(fleet: Fleet) -> dict[str, int]:
    """What the formula is about, of a fleet of which every connection is in one project."""
    kinds = Counter(item.kind for item in fleet.world.pipelines.definitions.values())
    return {
        "projects": len(fleet.world.projects),
        "connections": len(fleet.world.connections),
        "builds": kinds["yaml"] + kinds["designer"],
        "releases": kinds["release"],
        "runs": len(fleet.world.pipelines.builds),
        "expanded": kinds["yaml"],
    }


def small() -> Fleet:
    return readiness_fleet(PROJECTS, CONNECTIONS, DEFINITIONS)


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("concurrency", [1, 16])
def test_it_takes_as_many_requests_as_the_guide_says_and_reads_nothing_twice(
    simulate: Simulate, expand: bool, concurrency: int
) -> None:
    fleet = small()
    facts = counted(fleet)
    simulator = simulate(fleet)
    task = info(simulator, include=["pipelines"], readiness_expand=expand, concurrency=concurrency)
    assert not task.failed, task.result
    asked = [f"{item.method} {item.raw_path} {json.dumps(item.body)}" for item in simulator.requests]
    assert [text for text, times in Counter(asked).items() if times > 1] == []
    assert len(asked) == expected(**{**facts, "expanded": facts["expanded"] if expand else 0})
    assert len([text for text in asked if "/timeline" in text]) == facts["runs"]
    assert len([text for text in asked if "/preview" in text]) == (facts["expanded"] if expand else 0)
    verdicts = task.result["summary"]["readiness"]["verdicts"]
    assert sum(verdicts.values()) == CONNECTIONS
    assert verdicts["update_task"]
    assert verdicts["ready"]


def test_the_fleet_of_the_bench_fits_into_the_budget(simulate: Simulate) -> None:
    """Of the large fleet the formula, which the test above holds to what is asked; of a small one what becomes of it at a service that counts."""
    full = expected(projects=20, connections=500, builds=1900, releases=100, runs=1900)
    assert full == 2524
    assert full * COST < BUDGET
    fleet = small()
    facts = counted(fleet)
    # With a quarter to spare nothing makes the client slower. The window is short, so that a client which asks more is not held back for minutes.
    enough = 1.25 * expected(**{**facts, "expanded": 0}) * COST
    simulator = simulate(fleet, rate_budget=ceil(enough), rate_cost=COST, rate_window_s=10)
    task = info(simulator, include=["pipelines"], concurrency=16)
    assert {item.status for item in simulator.requests} == {200}
    assert task.runtime.azure_devops.pace.seconds_lost == 0


def known(simulator: Simulator) -> tuple[Pipelines, int]:
    """What a task knows of all pipelines after it has read them, and how many bytes that takes."""
    options = {
        "organization_url": simulator.organization_url,
        "personal_access_token": simulator.pat,
        "include": ["pipelines"],
    }
    checked = ArgumentSpecValidator(azdo_arm_connection_info.ARGUMENT_SPEC).validate(options)
    runtime = Runtime(params=checked.validated_parameters, check_mode=False, diff_mode=False, environ={})
    estate = discover(runtime.azure_devops, None, concurrency=1, stop=runtime.stop)
    connections = [found.connection for found in estate.found]
    gc.collect()
    tracemalloc.start()
    try:
        pipelines = Pipelines(runtime, connections, expand=False)
        pipelines.read_ahead(connections)
        gc.collect()
        return pipelines, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_what_is_kept_does_not_grow_with_the_size_of_definitions(simulate: Simulate) -> None:
    taken, raw = {}, {}
    # The first one is for what Python and the simulator make once.
    for padding in (1, 1, 20):
        fleet = readiness_fleet(1, 10, 40, padding=padding)
        simulator = simulate(fleet)
        _kept, taken[padding] = known(simulator)
        variables = [item.variables for item in fleet.world.pipelines.definitions.values()]
        raw[padding] = sum(len(value.value) for some in variables for value in some.values()) / len(variables)
    assert raw[20] > 100_000
    assert taken[1] / 40 < 8_000
    assert abs(taken[20] - taken[1]) / 40 < 500
