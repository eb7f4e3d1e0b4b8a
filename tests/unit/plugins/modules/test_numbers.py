# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same numbers everywhere: any fleet, seen by one host, by one for each project or by one for each connection, in every format.

One in twenty of the fleets are tried; `make test-all` tries all 500.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import typing as t
from collections import Counter
from datetime import datetime, timezone

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host, scope_of
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import conversion_lines, fleet_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._report.headline import breakdown, headline
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import fleet_numbers, run_numbers
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Fleet, Simulator
from tools.sampling import ALL
from unit.plugins._helpers.fleets import Blueprint, blueprints
from unit.plugins._helpers.tasks import convert, info

Json = dict[str, t.Any]
Hosts = dict[str, Host]
FLEETS = 500 if os.environ.get(ALL) else 25
NOW = datetime(2026, 11, 30, 9, 15, tzinfo=timezone.utc)


def kinds_of_host(simulator: Simulator) -> dict[str, Hosts]:
    """What an inventory may make of the fleet."""
    projects = [(project.id, project.name) for project in simulator.fleet.world.projects.values()]
    rows = info(simulator).result.get("connections") or []
    return {
        "organization": {"all": Host()},
        "project": {name: Host(project_id=id_, project=name) for id_, name in projects},
        "connection": {
            row["id"]: Host(
                project_id=row["project_id"], project=row["project"], connection_id=row["id"], known=frozenset()
            )
            for row in rows
        },
    }


def together(simulator: Simulator, hosts: Hosts, *, run: bool, **options: t.Any) -> Json:
    """What the hosts have seen or done, as the role brings it together."""
    steps = {}
    for name, host in hosts.items():
        scope = scope_of(host, None, None, None, [])
        task = convert(simulator, **options, **scope.select) if run else info(simulator, **scope.read)
        steps[name] = [task.result]
    return merge(steps)


def adds_up(merged: Json, *, run: bool) -> None:
    """What was seen is the sum of its parts, each connection once."""
    ids = [row["id"] for row in merged["connections"]]
    assert len(ids) == len(set(ids))
    if not run:
        fleet = fleet_numbers(merged)
        assert fleet.seen == len(ids) == sum(fleet.by_scheme.values())
        for target, verdicts in fleet.verdicts.items():
            assert fleet.seen == sum(verdicts.values())
            assert sum(fleet.blocked[target].values()) == verdicts["no"] + verdicts["not_as_this_caller"]
        return
    others = [item["id"] for some in merged["summary"]["not_selected"].values() for item in some]
    numbers = run_numbers(merged)
    assert not set(ids) & set(others)
    assert len(others) == len(set(others)) == sum(numbers.not_candidates.values())
    assert numbers.seen == len(ids) + len(others)
    assert numbers.selected == len(ids)
    assert numbers.selected == numbers.done + numbers.to_do + numbers.open + numbers.failed + numbers.left_alone
    assert numbers.left_alone == sum(numbers.left.values())


def said_everywhere(merged: Json, *, run: bool) -> None:
    """Screen, page, Markdown, JSON and CSV say the same numbers."""
    sentence = headline(merged)
    lines = (conversion_lines if run else fleet_lines)(merged)
    short = (conversion_lines if run else fleet_lines)(merged, short=True)
    for told in (lines, short):
        assert sentence in " ".join(" ".join(told).split())
    for part in breakdown(merged):
        assert part in " ".join(" ".join(lines).split())
    assert sentence in report(merged, "html", NOW).replace("&#x27;", "'")
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), report(merged, "markdown", NOW))
    assert all(part in plain for part in (sentence, *breakdown(merged)))
    numbers = (run_numbers if run else fleet_numbers)(merged).to_result()
    assert json.loads(report(merged, "json", NOW))["summary"]["numbers"] == numbers
    rows = list(csv.DictReader(io.StringIO(report(merged, "csv", NOW))))
    if run:
        assert len(rows) == numbers["selected"]
        assert Counter(row["status"] for row in rows) == run_numbers(merged).by_status
    else:
        assert len(rows) == numbers["seen"]
        for target, verdicts in numbers["eligible"].items():
            assert Counter(row[target] for row in rows) == {name: n for name, n in verdicts.items() if n}


@settings(max_examples=FLEETS)
@given(blueprints(most=10), st.sampled_from([{}, {"shared": "include", "include_disabled": True}]))
def test_the_numbers_are_the_same_through_all_kinds_of_host(
    running: Simulator, blueprint: Blueprint, options: Json
) -> None:
    running.reset(blueprint.build())
    kinds = kinds_of_host(running)
    if not kinds["connection"]:
        del kinds["connection"]
    seen = {name: together(running, hosts, run=False) for name, hosts in kinds.items()}
    plans = {name: together(running, hosts, run=True, check=True, **options) for name, hosts in kinds.items()}
    for some, run in ((seen, False), (plans, True)):
        for merged in some.values():
            adds_up(merged, run=run)
            said_everywhere(merged, run=run)
        told = [{**merged["summary"]["numbers"], "unread": 0} for merged in some.values()]
        assert all(numbers == told[0] for numbers in told), told
    for name, merged in plans.items():
        assert merged["summary"]["numbers"]["seen"] == seen[name]["summary"]["numbers"]["seen"]
    assert running.writes == []


def test_what_a_plan_would_do_is_what_a_run_does_with_it(running: Simulator) -> None:
    """In the numbers of the approver: seen, to do, left and no candidates stay what they were, however the run is divided."""
    fleet = Fleet()
    projects = [fleet.project(name) for name in ("Payments", "Web Shop", "Mobile")]
    for number in range(12):
        fleet.connection(projects[number % 3], f"azure-{number}", enabled=number != 4)
    fleet.connection(projects[0], "hub", shared_with=projects[1:])
    fleet.connection(projects[1], "by-hand", creation_mode="Manual")
    fleet.connection(projects[2], "there", scheme="WorkloadIdentityFederation")
    running.reset(fleet)
    plan = convert(running, check=True).result
    before = merge({"all": [plan]})["summary"]["numbers"]
    assert (before["seen"], before["to_do"], before["left"]) == (15, 11, {"disabled": 1, "shared": 1})
    assert before["not_selected"] == {"already_federated": 1, "manual_needs_federated_credential": 1}
    waves = [convert(running, projects=[project.name], plan=plan["plan"]).result for project in projects]
    for wave in waves:
        adds_up(merge({"all": [wave]}), run=True)
    after = merge({"all": waves})
    adds_up(after, run=True)
    said_everywhere(after, run=True)
    done = {"done": before["to_do"], "to_do": 0, "secrets": before["secrets"] - before["to_do"]}
    assert after["summary"]["numbers"] == {**before, **done}


@pytest.mark.parametrize("named", ["azure-0", "hub", "by-hand"])
def test_what_was_named_is_what_it_is_about(running: Simulator, named: str) -> None:
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    for number in range(3):
        fleet.connection(payments, f"azure-{number}")
    fleet.connection(payments, "hub", shared_with=[shop])
    fleet.connection(shop, "by-hand", creation_mode="Manual")
    running.reset(fleet)
    numbers = run_numbers(convert(running, check=True, connections=[named]).result)
    assert (numbers.seen, numbers.selected, numbers.not_candidates) == (1, 1, {})
    numbers = run_numbers(convert(running, check=True, connections=[named], only_candidates=True).result)
    assert (numbers.seen, dict(numbers.not_candidates)) == (
        1,
        {"manual_needs_federated_credential": 1} if named == "by-hand" else {},
    )
