# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Convert and revert: what is accepted, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from simulator import Connection, Fleet, Simulator, demo_fleet
from simulator import federation as federations
from simulator.conversion import NOT_CONFIGURED
from simulator.identity_fleet import federate
from simulator.rest import CONVERT, Rest

Simulate = Callable[..., Simulator]
WIF, SECRET = "WorkloadIdentityFederation", "ServicePrincipal"


def one(**knobs: Any) -> tuple[Fleet, Connection]:
    fleet = Fleet()
    return fleet, fleet.connection(fleet.project("P"), "c", **knobs)


def refused(answer: requests.Response, key: str, words: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["typeKey"]) == (400, key)
    assert words in body["message"]
    assert set(body) >= {"$id", "innerException", "message", "typeName", "typeKey", "errorCode", "eventId"}


@pytest.mark.parametrize("issuer", ["entra", "azure_devops"])
def test_convert_and_revert(simulate: Simulate, issuer: str) -> None:
    fleet, connection = one(secret="kept-for-the-revert")
    rest = Rest(simulate(fleet, issuer=issuer))
    before = rest.read(connection)
    answer = rest.convert(connection)
    after = rest.read(connection)
    assert (answer.status_code, answer.json()) == (200, after)
    assert after["authorization"]["scheme"] == WIF
    parameters = after["authorization"]["parameters"]
    wanted = federations.pair(fleet.world, connection, issuer)
    assert (parameters[federations.ISSUER], parameters[federations.SUBJECT]) == wanted
    assert "serviceprincipalkey" not in parameters
    deadline = datetime.fromisoformat(after["data"]["revertSchemeDeadline"].replace("0Z", "+00:00"))
    assert timedelta(days=6, hours=23) < deadline - datetime.now(timezone.utc) <= timedelta(days=7)
    assert after["data"]["identityType"] == "AppRegistrationAutomatic"
    identity = federations.identity_of(fleet.world.directory, connection)
    assert identity is not None
    assert federations.trusts(identity, wanted)
    assert rest.convert(connection, SECRET).status_code == 200
    assert rest.read(connection) == before
    assert connection.secrets == {"serviceprincipalkey": "kept-for-the-revert"}


@pytest.mark.parametrize("route", ["project", "organization"])
@pytest.mark.parametrize("body", ["full", "minimal"])
def test_both_routes_and_both_bodies(simulate: Simulate, route: str, body: str) -> None:
    fleet, connection = one()
    rest = Rest(simulate(fleet))
    sent = rest.read(connection)
    sent["authorization"]["scheme"] = WIF
    if body == "minimal":
        keys = ("type", "serviceEndpointProjectReferences")
        sent = {"authorization": {"scheme": WIF}, **{key: sent[key] for key in keys}}
    path = rest.path_of(connection)
    if route == "organization":
        path = path.partition("/")[2]
    assert rest.send("PUT", path, params={"operation": CONVERT}, json=sent).status_code == 200
    assert connection.scheme == WIF


def test_a_second_conversion_is_neither_upgrade_nor_downgrade(simulate: Simulate) -> None:
    fleet, connection = one()
    rest = Rest(simulate(fleet))
    rest.convert(connection)
    refused(rest.convert(connection), "ArgumentException", f"from {WIF} to {WIF} is neither an upgrade or a downgrade")


@pytest.mark.parametrize("knobs", [{"scheme": "ManagedServiceIdentity"}, {"scheme": "PublishProfile"}])
def test_other_schemes_do_not_convert(simulate: Simulate, knobs: dict[str, Any]) -> None:
    fleet, connection = one(**knobs)
    refused(Rest(simulate(fleet)).convert(connection), "ArgumentException", "neither an upgrade or a downgrade")


@pytest.mark.parametrize(
    "knobs",
    [
        {"creation_mode": "Manual"},
        {"application_exists": False},
        {"application_writable": False},
        {"environment": "AzureUSGovernment"},
    ],
)
def test_what_cannot_be_configured_automatically(simulate: Simulate, knobs: dict[str, Any]) -> None:
    fleet, connection = one(**knobs)
    rest = Rest(simulate(fleet))
    before = copy.deepcopy(connection.parameters)
    answer = rest.convert(connection)
    refused(answer, "ArgumentException", NOT_CONFIGURED)
    assert answer.json()["eventId"] == 0
    assert (connection.scheme, connection.parameters) == (SECRET, before)


def test_twenty_federated_credentials_are_the_limit(simulate: Simulate) -> None:
    fleet, connection = one()
    application = fleet.application(connection.parameter("serviceprincipalid"))
    for number in range(20):
        federate(application, f"other-{number}", "https://example.com", str(number))
    refused(Rest(simulate(fleet)).convert(connection), "ArgumentException", "no valid configuration exists")


@pytest.mark.parametrize(
    ("style", "prepared", "works"),
    [
        ("same", "entra", True),
        ("same", "azure_devops", False),
        ("azure_devops", "azure_devops", True),
        ("either", "azure_devops", True),
        ("either", "entra", True),
    ],
)
def test_a_manual_connection_needs_its_federated_credential(
    simulate: Simulate, style: str, prepared: str, works: bool
) -> None:
    fleet, connection = one(creation_mode="Manual")
    application = fleet.application(connection.parameter("serviceprincipalid"))
    pair = federations.pair(fleet.world, connection, prepared)
    federate(application, "prepared", *pair)
    rest = Rest(simulate(fleet, manual_issuer=style))
    answer = rest.convert(connection)
    assert (answer.status_code == 200) is works
    if works:
        assert (connection.issuer, connection.subject) == pair
        assert "revertSchemeDeadline" not in rest.read(connection)["data"]
        refused(rest.convert(connection, SECRET), "ArgumentException", "could not be downgraded")


def test_the_pair_in_the_error_is_a_knob(simulate: Simulate) -> None:
    fleet, connection = one(creation_mode="Manual")
    custom = Rest(simulate(fleet, pair_in_error=True)).convert(connection).json()["customProperties"]
    assert custom[federations.SUBJECT].startswith("/eid1/")


def test_azure_stack(simulate: Simulate) -> None:
    fleet, connection = one(environment="AzureStack", creation_mode="Manual")
    answer = Rest(simulate(fleet)).convert(connection)
    refused(answer, "ServiceEndpointException", "Unable to connect to the Azure Stack environment.")
    assert answer.json()["eventId"] == 3000


def test_another_tenant(simulate: Simulate) -> None:
    fleet, connection = one(tenant_id="99999999-8888-7777-6666-555555555555")
    refused(Rest(simulate(fleet)).convert(connection), "AadAccessSilentException", "AAD returned silent failure")


def test_a_service_principal_cannot_convert_automatic_ones(simulate: Simulate) -> None:
    fleet, connection = one()
    robot = fleet.service_principal("robot")
    refused(Rest(simulate(fleet), robot).convert(connection), "ArgumentException", "no valid configuration exists")


def test_a_shared_connection_converts_only_through_its_owner(simulate: Simulate) -> None:
    fleet = Fleet()
    guest = fleet.project("Guest")
    connection = fleet.connection(fleet.project("Owner"), "c", shared_with=[(guest, "there")])
    rest = Rest(simulate(fleet))
    refused(rest.convert(connection, project=guest), "ArgumentException", "shared")
    assert rest.convert(connection).status_code == 200
    assert [item.name for item in connection.references] == ["c", "there"]


def test_references_that_are_not_sent_are_dropped(simulate: Simulate) -> None:
    fleet = Fleet()
    guest = fleet.project("Guest")
    connection = fleet.connection(fleet.project("Owner"), "c", shared_with=[guest])
    rest = Rest(simulate(fleet))
    body = rest.read(connection)
    body["authorization"]["scheme"] = WIF
    body["serviceEndpointProjectReferences"].pop()
    rest.send("PUT", rest.path_of(connection), params={"operation": CONVERT}, json=body)
    assert len(connection.references) == 1
    assert rest.read(connection, guest) is None


@pytest.mark.parametrize(("knob", "status"), [("reject", 400), ("misbehave", 500), ("ignore", 200)])
def test_a_stale_deadline_in_the_body(simulate: Simulate, knob: str, status: int) -> None:
    fleet, connection = one()
    rest = Rest(simulate(fleet, stale_deadline=knob))
    rest.convert(connection)
    body = rest.read(connection)
    assert "revertSchemeDeadline" in body["data"]
    body["authorization"]["scheme"] = SECRET
    answer = rest.send("PUT", rest.path_of(connection), params={"operation": CONVERT}, json=body)
    assert answer.status_code == status


@pytest.mark.parametrize(("knob", "shown"), [("kept", True), ("removed", False)])
def test_no_revert_after_seven_days(simulate: Simulate, knob: str, shown: bool) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, expired_deadline=knob)
    rest = Rest(simulator)
    rest.convert(connection)
    simulator.advance(days=7, minutes=1)
    assert ("revertSchemeDeadline" in rest.read(connection)["data"]) is shown
    refused(rest.convert(connection, SECRET), "ArgumentException", "could not be downgraded")
    assert connection.scheme == WIF


def test_a_fleet_can_hold_converted_connections(simulate: Simulate) -> None:
    fleet, connection = one(scheme=WIF, converted_ago=timedelta(days=6))
    late = fleet.connection(fleet.project("P"), "late", scheme=WIF, converted_ago=timedelta(days=8))
    born = fleet.connection(fleet.project("P"), "born", scheme=WIF)
    rest = Rest(simulate(fleet))
    assert rest.convert(connection, SECRET).status_code == 200
    for other in (late, born):
        refused(rest.convert(other, SECRET), "ArgumentException", "could not be downgraded")


@pytest.mark.parametrize(
    ("style", "shape"),
    [
        ("seconds", r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("no_zone", r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d"),
        ("us", r"\d\d/\d\d/20\d\d \d\d:\d\d:\d\d"),
        ("ticks", r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z"),
    ],
)
def test_the_format_of_the_deadline_is_a_knob(simulate: Simulate, style: str, shape: str) -> None:
    fleet, connection = one()
    rest = Rest(simulate(fleet, deadline_format=style))
    assert re.fullmatch(shape, rest.convert(connection).json()["data"]["revertSchemeDeadline"])


def test_a_conversion_may_take_some_reads(simulate: Simulate) -> None:
    fleet, connection = one()
    rest = Rest(simulate(fleet, conversion_polls=2))
    started = rest.convert(connection).json()
    assert (started["isReady"], started["operationStatus"]["state"]) == (False, "InProgress")
    states = [rest.read(connection) for _time in range(3)]
    assert [item["authorization"]["scheme"] for item in states] == [SECRET, SECRET, WIF]
    assert [item["isReady"] for item in states] == [False, False, True]


def test_a_conversion_may_take_some_time(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, conversion_ms=90_000)
    rest = Rest(simulator)
    rest.convert(connection)
    simulator.advance(seconds=80)
    assert rest.read(connection)["operationStatus"]["state"] == "InProgress"
    simulator.advance(seconds=11)
    assert rest.read(connection)["authorization"]["scheme"] == WIF


@pytest.mark.parametrize("polls", [0, 1])
def test_a_conversion_may_fail_at_once_or_later(simulate: Simulate, polls: int) -> None:
    fleet, connection = one(conversion_failure="It did not work.", conversion_polls=polls)
    rest = Rest(simulate(fleet))
    answer = rest.convert(connection)
    if polls:
        rest.read(connection)
        after = rest.read(connection)
        assert after["operationStatus"] == {"state": "Failed", "statusMessage": "It did not work."}
        assert after["authorization"]["scheme"] == SECRET
    else:
        refused(answer, "ArgumentException", "It did not work.")


def test_an_empty_answer_is_a_knob(simulate: Simulate) -> None:
    fleet, connection = one()
    answer = Rest(simulate(fleet, conversion_answer="empty")).convert(connection)
    assert (answer.status_code, answer.content, connection.scheme) == (200, b"", WIF)


@pytest.mark.parametrize("knobs", [{"profile": "server_2022"}, {"workload_identity_federation": False}])
def test_where_there_is_no_federation(simulate: Simulate, knobs: dict[str, Any]) -> None:
    fleet, connection = one()
    answer = Rest(simulate(fleet, **knobs)).convert(connection)
    refused(answer, "ServiceEndpointException", "Unable to find service connection type 'azurerm'")


def test_multi_tenant_applications_keep_the_old_issuer(simulate: Simulate) -> None:
    fleet, connection = one(multi_tenant=True)
    Rest(simulate(fleet, issuer="entra")).convert(connection)
    assert (connection.issuer or "").startswith("https://vstoken.dev.azure.com/")


def test_an_expired_secret_does_not_matter(simulate: Simulate) -> None:
    fleet, connection = one(secret_expires=timedelta(days=-5))
    assert Rest(simulate(fleet)).convert(connection).status_code == 200


def test_what_check_mode_would_select_of_the_demo_converts(simulate: Simulate) -> None:
    fleet = demo_fleet()
    rest = Rest(simulate(fleet))
    selected = [
        item
        for item in fleet.world.connections.values()
        if (item.scheme, item.creation_mode) == (SECRET, "Automatic") and item.ready and item.status.state == "Ready"
    ]
    assert len(selected) > 30
    refusals = [(item.name, answer.text) for item in selected if (answer := rest.convert(item)).status_code != 200]
    assert refusals == []
