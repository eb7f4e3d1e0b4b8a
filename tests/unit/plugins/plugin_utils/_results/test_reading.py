# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes from outside: null is as good as missing, in every field, and what is of another kind is refused in one sentence."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.filter.conversion_table import conversion_table
from ansible_collections.azdo.connections.plugins.filter.fleet_deadlines import fleet_deadlines
from ansible_collections.azdo.connections.plugins.filter.fleet_report import fleet_report
from ansible_collections.azdo.connections.plugins.filter.fleet_table import fleet_table
from ansible_collections.azdo.connections.plugins.filter.fleet_tests import fleet_tests
from ansible_collections.azdo.connections.plugins.filter.merge_results import merge_results
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.reading import (
    _FIELDS,
    ResultError,
    read_result,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import registered

from unit.plugins._helpers.reports import Result, info_row, result, run_row

PATHS = [(*path, key) for path, fields in _FIELDS.items() for key in fields]
FLEET = {**result(info_row(), other_types={"connections": []}), "problems": []}
OTHERS: dict[str, t.Any] = {"unsettled": [], "not_selected": {"shared": [info_row("s")]}, "other_types": {}}
RUN = {**result(run_row("converted"), **OTHERS), "problems": []}
DOORS: dict[str, t.Callable[[Result], t.Any]] = {
    "fleet_table": fleet_table,
    "conversion_table": conversion_table,
    "fleet_tests": fleet_tests,
    "fleet_deadlines": lambda value: fleet_deadlines(value, {"revert": 2, "not_ready": 0}),
    "fleet_report": lambda value: fleet_report(value, now="2026-11-30T09:15:00Z"),
    "fleet_report as JUnit": lambda value: fleet_report(value, format="junit", now="2026-11-30T09:15:00Z"),
    "merge_results": lambda value: merge_results({"a": value, "b": [value, FLEET]}),
    "what hosts have registered": lambda value: merge(registered(["a"], {"a": {"r": value}}.__getitem__, ["r"])),
}


def with_field(value: Result, path: tuple[str, ...], content: t.Any) -> Result:
    made: dict[str, t.Any] = copy.deepcopy(dict(value))
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = content
    return made


def without_field(value: Result, path: tuple[str, ...]) -> Result:
    made: dict[str, t.Any] = with_field(value, path, None)
    place = made
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return made


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_null_is_as_good_as_missing(path: tuple[str, ...], door: str) -> None:
    value = RUN if door == "conversion_table" else FLEET
    assert DOORS[door](with_field(value, path, None)) == DOORS[door](without_field(value, path))


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_another_kind_is_refused(path: tuple[str, ...]) -> None:
    odd = with_field(FLEET, path, object())
    with pytest.raises(ResultError, match=f"^whose {'.'.join(path)} is a .*, not a value of type object$"):
        read_result(odd)
    with pytest.raises(AnsibleFilterError, match="must be the registered result of a module of this collection, whose"):
        fleet_table(odd)


def test_a_host_with_something_else_is_one_without_a_result() -> None:
    """Nobody may take it for a host without connections."""
    hosts: dict[str, t.Any] = {
        "a": {"r": with_field(FLEET, ("connections",), "none")},
        "b": {"r": FLEET},
        "c": {"r": {"results": [None]}},
    }
    merged = merge(registered(hosts, hosts.__getitem__, ["r"]))
    assert {problem["host"]: problem["message"] for problem in merged["problems"]} == {
        "a": "What this host has registered must be the result of a module of this collection, whose connections is a list of dictionaries, "
        "not a value of type str.",
        "c": "What this host has registered must be the result of a module of this collection, not a value of type NoneType.",
    }
    assert len(merged["connections"]) == 1


def test_what_nobody_walks_through_stays_as_it_is() -> None:
    value = with_field({**FLEET, "plan": None}, ("summary", "organization"), None)
    assert read_result(value) == value


def test_reasons_without_connections() -> None:
    read = read_result(with_field(RUN, ("summary", "not_selected"), {"shared": None, "disabled": [info_row()]}))
    assert list(read["summary"]["not_selected"]) == ["disabled"]
    with pytest.raises(ResultError, match=r"whose summary\.not_selected\.shared is a list of dictionaries"):
        read_result(with_field(RUN, ("summary", "not_selected"), {"shared": 3}))
