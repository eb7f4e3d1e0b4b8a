# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and schemes that are refused, and names that are taken, seen or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import Connection, Fleet, Simulator
from simulator.rest import Rest

from .test_connections import ENDPOINTS, draft

Simulate = Callable[..., Simulator]
Rename = Callable[[Rest, Fleet, Connection, str], requests.Response]


def create(rest: Rest, fleet: Fleet, _connection: Connection, name: str) -> requests.Response:
    return rest.send("POST", ENDPOINTS, json=draft(fleet, name))


def rename(rest: Rest, _fleet: Fleet, connection: Connection, name: str) -> requests.Response:
    return rest.send("PUT", rest.path_of(connection), json=rest.read(connection) | {"name": name})


def rename_reference(rest: Rest, _fleet: Fleet, connection: Connection, name: str) -> requests.Response:
    body = rest.read(connection)
    body["serviceEndpointProjectReferences"][0]["name"] = name
    return rest.send("PUT", f"{ENDPOINTS}/{connection.id}", json=body)


def share(rest: Rest, fleet: Fleet, _connection: Connection, name: str) -> requests.Response:
    """Another connection, from its project into this one."""
    reference = {"projectReference": {"id": fleet.project("P").id}, "name": name}
    other = next(iter(fleet.project("Q").connections.values()))
    return rest.send("PATCH", f"{ENDPOINTS}/{other.id}", json=[reference])


WAYS: list[Rename] = [create, rename, rename_reference, share]


def world(**taken: Any) -> tuple[Fleet, Connection]:
    fleet = Fleet()
    fleet.connection(fleet.project("P"), "taken", **taken)
    fleet.connection(fleet.project("Q"), "elsewhere")
    return fleet, fleet.connection(fleet.project("P"), "mine", creation_mode="Manual")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["taken", "TAKEN"])
@pytest.mark.parametrize("inherits", [True, False])
def test_a_name_that_is_taken(simulate: Simulate, way: Rename, name: str, inherits: bool) -> None:
    fleet, mine = world(inherits=inherits)
    caller = fleet.caller("Ann Other", pat="pat-of-ann")
    rest = Rest(simulate(fleet), caller)
    assert ("taken" in [item["name"] for item in rest.listed(fleet.project("P"))]) is inherits
    answer = way(rest, fleet, mine, name)
    assert (answer.status_code, answer.json()["typeKey"]) == (500, "DuplicateServiceConnectionException")
    assert mine.name == "mine"
    assert len(fleet.project("P").connections) == 2


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["two\nlines", "tab\there", "carriage\r", "x" * 300, "\x85"])
def test_a_name_that_is_none(simulate: Simulate, way: Rename, name: str) -> None:
    fleet, mine = world()
    answer = way(Rest(simulate(fleet)), fleet, mine, name)
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "ArgumentException")
    assert mine.name == "mine"


@pytest.mark.parametrize("way", WAYS)
def test_a_long_name_of_any_script(simulate: Simulate, way: Rename) -> None:
    fleet, mine = world()
    assert way(Rest(simulate(fleet)), fleet, mine, "ü" * 256).status_code in (200, 204)


def test_old_twins_and_odd_names_stay_as_they_are(simulate: Simulate) -> None:
    fleet, mine = world()
    twin = fleet.connection(fleet.project("P"), "mine", identifier=fleet.organization_id, creation_mode="Manual")
    odd = fleet.connection(fleet.project("P"), "n" * 700, creation_mode="Manual")
    rest = Rest(simulate(fleet))
    for connection in (mine, twin, odd):
        body = rest.read(connection) | {"isDisabled": True}
        assert rest.send("PUT", rest.path_of(connection), json=body).status_code == 200
        assert connection.disabled


def test_a_name_in_another_case_is_a_new_name_of_the_same(simulate: Simulate) -> None:
    fleet, mine = world()
    assert rename(Rest(simulate(fleet)), fleet, mine, "MINE").status_code == 200
    assert mine.name == "MINE"


@pytest.mark.parametrize(("scheme", "status"), [("Kerberos", 400), ("Token", 400), ("serviceprincipal", 200)])
def test_the_schemes_of_azure_connections(simulate: Simulate, scheme: str, status: int) -> None:
    fleet = Fleet()
    answer = Rest(simulate(fleet)).send("POST", ENDPOINTS, json=draft(fleet, scheme=scheme))
    assert answer.status_code == status
    if status == 400:
        wanted = f"Unable to find service connection type 'azurerm' using authentication scheme '{scheme}'."
        assert answer.json()["message"] == wanted
    else:
        assert answer.json()["authorization"]["scheme"] == "ServicePrincipal"


def test_other_types_have_other_schemes(simulate: Simulate) -> None:
    fleet = Fleet()
    body = draft(fleet, scheme="Token", type="github", data={})
    assert Rest(simulate(fleet)).send("POST", ENDPOINTS, json=body).status_code == 200
