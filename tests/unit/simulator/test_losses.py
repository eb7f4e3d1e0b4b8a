# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A conversion that loses something, that forgets the credential, and the pair that an answer may show beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import Connection, Fleet, Simulator, federation
from simulator.identity_fleet import federate
from simulator.knobs import CHOICES
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
FEDERATED = "WorkloadIdentityFederation"


def rich(**knobs: Any) -> tuple[Fleet, Connection]:
    """A connection that has one of everything that could get lost."""
    fleet = Fleet()
    connection = fleet.connection(
        fleet.project("P"), "c", shared_with=[fleet.project("A"), fleet.project("B")], description="words",
        all_pipelines=True, pipelines=[7], **knobs,
    )  # fmt: skip
    for name in ("first", "second"):
        fleet.check(connection, "t", name, {})
    fleet.role(connection, fleet.caller("Ann Other"), "User")
    return fleet, connection


def seen(fleet: Fleet, rest: Rest, connection: Connection) -> dict[str, Any]:
    """What a client can read of it, by the value of the knob that takes it away."""
    body, project = rest.read(connection), connection.owning.project
    preview = Rest(rest.simulator, version="7.1-preview.1")
    roles = "_apis/securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources"
    params = {"resourceType": "endpoint", "resourceId": connection.id}
    checks = preview.get("P/_apis/pipelines/checks/configurations", **params).json()["value"]
    permissions = preview.get(f"P/_apis/pipelines/pipelinepermissions/endpoint/{connection.id}").json()
    given = preview.get(f"{roles}/{project.id}_{connection.id}").json()["value"]
    return {
        "share": [item["projectReference"]["name"] for item in body["serviceEndpointProjectReferences"]],
        "check": [item["type"]["name"] for item in checks],
        "permission": ("allPipelines" in permissions, len(permissions["pipelines"])),
        "role": [item["identity"]["displayName"] for item in given],
        "data": sorted(set(body["data"]) - {"revertSchemeDeadline"}),
        "description": body["description"],
        "enabled": not body["isDisabled"],
    }


BEFORE = {
    "share": ["P", "A", "B"],
    "check": ["first", "second"],
    "permission": (True, 1),
    "role": ["Sam Operator", "Ann Other"],
    "description": "words",
    "enabled": True,
}
AFTER = {
    "share": ["P", "A"],
    "check": ["second"],
    "permission": (False, 0),
    "role": ["Sam Operator"],
    "description": "",
    "enabled": False,
}


@pytest.mark.parametrize("polls", [0, 1])
@pytest.mark.parametrize("what", CHOICES["conversion_drops"])
def test_a_conversion_loses_that_one_thing(simulate: Simulate, what: str, polls: int) -> None:
    fleet, connection = rich()
    rest = Rest(simulate(fleet, conversion_drops=what, conversion_polls=polls))
    before = seen(fleet, rest, connection)
    assert {**before, **BEFORE} == before
    assert rest.convert(connection).status_code == 200
    rest.read(connection)
    after = seen(fleet, rest, connection)
    assert connection.scheme == FEDERATED
    lost = [item for item in before["data"] if item not in after["data"]]
    assert lost == (["subscriptionName"] if what == "data" else [])
    assert {**after, "data": None} == {**before, **({what: AFTER[what]} if what in AFTER else {}), "data": None}


def test_where_there_is_nothing_to_lose_the_conversion_works(simulate: Simulate) -> None:
    for what in CHOICES["conversion_drops"]:
        fleet = Fleet()
        connection = fleet.connection(fleet.project("P"), "c")
        assert Rest(simulate(fleet, conversion_drops=what)).convert(connection).status_code == 200


def test_a_disabled_one_is_enabled(simulate: Simulate) -> None:
    fleet, connection = rich(enabled=False)
    rest = Rest(simulate(fleet, conversion_drops="enabled"))
    assert rest.convert(connection).json()["isDisabled"] is False


def test_neither_a_revert_nor_a_refused_conversion_loses_anything(simulate: Simulate) -> None:
    fleet, connection = rich()
    simulator = simulate(fleet, conversion_failure="No.", conversion_drops="description")
    rest = Rest(simulator)
    assert rest.convert(connection).status_code == 400
    assert connection.description == "words"
    simulator.knob(conversion_failure="", conversion_drops="")
    rest.convert(connection)
    simulator.knob(conversion_drops="description")
    assert rest.convert(connection, "ServicePrincipal").status_code == 200
    assert connection.description == "words"


# -- the credential ----------------------------------------------------------------------------------------------------
def verdict(rest: Rest, connection: Connection) -> str:
    body = {"dataSourceDetails": {"dataSourceName": "TestConnection"}}
    params = {"endpointId": connection.id}
    answer = rest.send("POST", "P/_apis/serviceendpoint/endpointproxy", params=params, json=body).json()
    return str(answer["errorMessage"] or answer["statusCode"])


def test_a_conversion_may_forget_the_credential(simulate: Simulate) -> None:
    fleet, connection = rich()
    rest = Rest(simulate(fleet, conversion_credential="forget"))
    assert verdict(rest, connection) == "ok"
    assert rest.convert(connection).status_code == 200
    assert (connection.scheme, connection.subject is not None) == (FEDERATED, True)
    assert fleet.application(connection.parameter("serviceprincipalid")).credentials == []
    for _time in range(3):
        assert "AADSTS70025" in verdict(rest, connection)
    rest.convert(connection, "ServicePrincipal")
    assert verdict(rest, connection) == "ok"


def test_a_prepared_manual_one_keeps_its_credential(simulate: Simulate) -> None:
    fleet, connection = rich(creation_mode="Manual")
    application = fleet.application(connection.parameter("serviceprincipalid"))
    federate(application, "prepared", *federation.pair(fleet.world, connection, "entra"))
    rest = Rest(simulate(fleet, conversion_credential="forget"))
    assert rest.convert(connection).status_code == 200
    assert verdict(rest, connection) == "ok"


# -- the pair ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("style", ["entra", "azure_devops"])
def test_the_pair_in_the_answer_is_the_one_a_conversion_wants(simulate: Simulate, style: str) -> None:
    fleet, connection = rich(creation_mode="Manual")
    simulator = simulate(fleet, manual_issuer=style)
    rest = Rest(simulator)
    assert federation.SUBJECT not in rest.read(connection)["authorization"]["parameters"]
    simulator.knob(pair_in_answer=True)
    body = rest.read(connection)
    shown = body["authorization"]["parameters"]
    pair = (shown[federation.ISSUER], shown[federation.SUBJECT])
    assert pair == federation.pair(fleet.world, connection, style)
    assert rest.send("PUT", rest.path_of(connection), json=body).status_code == 200
    assert connection.subject is None  # what is only shown is not stored
    federate(fleet.application(connection.parameter("serviceprincipalid")), "prepared", *pair)
    assert rest.convert(connection).status_code == 200


@pytest.mark.parametrize(
    "knobs", [{}, {"scheme": "ManagedServiceIdentity"}, {"type": "dockerregistry", "creation_mode": "Manual"}]
)
def test_others_show_no_pair(simulate: Simulate, knobs: dict[str, Any]) -> None:
    fleet, connection = rich(**knobs)
    rest = Rest(simulate(fleet, pair_in_answer=True))
    assert federation.SUBJECT not in rest.read(connection)["authorization"]["parameters"]
