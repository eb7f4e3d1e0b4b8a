# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of those that wait: how often it is read, and what it lets be looked at."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.states_of_many import StatesOfMany
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

from unit.plugins._helpers.connections import PAYMENTS, connection, federated, raw


class Lists:
    """A client that answers each list with what is there; None is one that cannot be read."""

    def __init__(self, there: list[Json] | None) -> None:
        self.there = there
        self.asked: list[list[str]] = []

    def connections(self, project: Project, *, ids: list[str]) -> list[Json]:
        self.asked.append(ids)
        if self.there is None:
            raise ServiceError("TF400898: An Internal Error Occurred.", status=500)
        return [item for item in self.there if item["id"] == 7 or item["id"] in ids]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def numbered(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def waiting(number: int) -> ArmConnection:
    return connection(raw(id=numbered(number)))


def looked_at(states: StatesOfMany, numbers: t.Iterable[int]) -> list[int]:
    return [number for number in numbers if states.worth_a_look(PAYMENTS, waiting(number))]


def begun(there: list[Json] | None, numbers: t.Iterable[int]) -> tuple[StatesOfMany, Lists]:
    lists = Lists(there)
    states = StatesOfMany(t.cast(AzureDevOps, lists))
    looked_at(states, numbers)
    lists.asked.clear()
    return states, lists


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("number", [2, 50, 80])
def test_who_is_in_the_last_list_reads_no_other(number: int) -> None:
    """Of more than one address holds those are in it that asked last."""
    states, lists = begun([raw(id=numbered(item)) for item in range(number)], range(number))
    assert looked_at(states, range(max(0, number - 50), number)) == []
    assert lists.asked == []


@pytest.mark.usefixtures("clock")
def test_who_is_in_no_list_is_in_the_next_one() -> None:
    states, lists = begun([raw(id=numbered(item)) for item in range(80)], range(80))
    assert looked_at(states, range(30)) == []
    assert [(len(ids), ids[-1]) for ids in lists.asked] == [(50, numbered(number)) for number in range(30)]


def test_a_list_is_read_again_when_it_is_old(clock: list[float]) -> None:
    states, lists = begun([raw(id=numbered(item)) for item in range(3)], range(3))
    clock[0] += 2
    assert looked_at(states, range(3)) == []
    assert [set(ids) for ids in lists.asked] == [{numbered(0), numbered(1), numbered(2)}]


def test_who_asks_no_more_is_in_no_list(clock: list[float]) -> None:
    states, lists = begun([raw(id=numbered(item)) for item in range(2)], range(2))
    clock[0] += 31
    assert looked_at(states, [0]) == [0]
    assert lists.asked == []


@pytest.mark.usefixtures("clock")
def test_only_what_has_changed_is_looked_at() -> None:
    states, _lists = begun([raw(id=numbered(0)), federated(id=numbered(1))], range(2))
    assert looked_at(states, range(2)) == [1]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("there", [None, [], [{"id": 7}]], ids=str)
def test_where_the_list_says_nothing_each_is_looked_at(there: list[Json] | None) -> None:
    states, _lists = begun(there, [])
    assert looked_at(states, range(2)) == [0, 1]
    assert looked_at(states, range(2)) == [0, 1]
