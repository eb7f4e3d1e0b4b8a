# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults, latency, the record, rate limits, knobs and the list of writes."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

import simulator
from simulator import Connection, Fleet, Knobs, Simulator, is_write
from simulator.identifiers import NAMESPACE, encoded_guid, guid
from simulator.rest import CONVERT, Rest

Simulate = Callable[..., Simulator]


def one() -> tuple[Fleet, Connection]:
    fleet = Fleet()
    return fleet, fleet.connection(fleet.project("P"), "c")


def disable(rest: Rest, connection: Connection) -> requests.Response:
    body = rest.read(connection) | {"isDisabled": True}
    return rest.send("PUT", rest.path_of(connection), json=body)


# -- faults ------------------------------------------------------------------------------------------------------------
def test_faults_are_used_up_in_order(simulate: Simulate) -> None:
    simulator = simulate()
    simulator.fault(path="/_apis/projects", status=503, times=2, headers={"Retry-After": "1"})
    simulator.fault(path="/_apis/projects", status=429, method="GET")
    simulator.fault(path="/_apis/projects", status=500, method="PUT")
    rest = Rest(simulator)
    answers = [rest.get("_apis/projects") for _time in range(4)]
    assert [item.status_code for item in answers] == [503, 503, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[2].json()["message"].startswith("TF400733")


def test_a_fault_may_let_some_requests_pass_and_stay_for_ever(simulate: Simulate) -> None:
    simulator = simulate()
    simulator.fault(skip=2, times=0, status=502)
    rest = Rest(simulator)
    assert [rest.get("_apis/projects").status_code for _time in range(5)] == [200, 200, 502, 502, 502]
    simulator.clear_faults()
    assert rest.get("_apis/projects").status_code == 200


@pytest.mark.parametrize(("kind", "applied"), [("reset_before", False), ("reset_after", True)])
def test_a_connection_dropped_before_or_after_the_write(simulate: Simulate, kind: Any, applied: bool) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    simulator.fault(kind=kind, method="PUT")
    with pytest.raises(requests.ConnectionError):
        disable(Rest(simulator), connection)
    assert connection.disabled is applied
    assert simulator.writes[0].status == 0
    assert simulator.in_flight == 0


def test_pages_of_a_sign_in_and_of_a_proxy(simulate: Simulate) -> None:
    simulator = simulate()
    simulator.fault(kind="html")
    simulator.fault(kind="html", body="proxy", status=200)
    rest = Rest(simulator)
    first, second = rest.get("_apis/projects"), rest.get("_apis/projects")
    assert (first.status_code, second.status_code) == (203, 200)
    assert "Sign In" in first.text
    assert "proxy" in second.text
    assert second.headers["Content-Type"].startswith("text/html")


def test_half_an_answer(simulate: Simulate) -> None:
    simulator = simulate()
    simulator.fault(kind="truncated")
    simulator.fault(kind="cut")
    rest = Rest(simulator)
    half = rest.get("_apis/projects")
    assert half.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(half.content)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        rest.get("_apis/projects")


def test_a_body_of_ones_own_and_headers_only(simulate: Simulate) -> None:
    simulator = simulate()
    simulator.fault(status=500, body={"message": "made up"})
    simulator.fault(kind="headers", headers={"Retry-After": "7"})
    rest = Rest(simulator)
    assert rest.get("_apis/projects").json() == {"message": "made up"}
    answer = rest.get("_apis/projects")
    assert (answer.status_code, answer.headers["Retry-After"]) == (200, "7")


def test_a_fault_of_an_unknown_kind(simulate: Simulate) -> None:
    with pytest.raises(ValueError, match="kind is one of"):
        simulate().fault(kind="earthquake")  # type: ignore[arg-type]


# -- latency and the record --------------------------------------------------------------------------------------------
def test_latency_is_per_class_of_route(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, latency_ms={"read": 20, "convert": 60})
    rest = Rest(simulator)
    body = rest.read(connection)
    body["authorization"]["scheme"] = "WorkloadIdentityFederation"
    rest.send("PUT", rest.path_of(connection), params={"operation": CONVERT}, json=body)
    rest.send("PATCH", f"_apis/serviceendpoint/endpoints/{connection.id}", json=[])
    read, convert, share = [item.seconds or 0 for item in simulator.requests]
    assert 0.019 <= read < 0.055
    assert convert >= 0.059
    assert share < 0.019


def test_the_record_tells_what_was_sent(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("Büro München"), "c")
    simulator = simulate(fleet)
    rest = Rest(simulator)
    disable(rest, connection)
    read, write = simulator.requests
    assert (read.method, read.status, read.write, read.body) == ("GET", 200, False, None)
    assert read.raw_path.startswith("/contoso/B%C3%BCro%20M%C3%BCnchen/_apis/")
    assert read.path.startswith("/contoso/Büro München/_apis/")
    assert read.query == {"api-version": "7.1"}
    assert (write.write, write.body["isDisabled"], write.caller) == (True, True, "Sam Operator")
    assert write.headers["content-type"] == "application/json"
    assert write.operation == "{project}/_apis/serviceendpoint/endpoints/{id}"
    assert simulator.writes == [write]
    assert read.ended is not None
    assert read.at <= read.ended <= write.at
    simulator.forget()
    assert simulator.requests == []


def test_the_record_counts_requests_in_flight(simulate: Simulate) -> None:
    simulator = simulate(latency_ms={"read": 150})
    threads = [threading.Thread(target=Rest(simulator).get, args=("_apis/projects",)) for _time in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(item.in_flight for item in simulator.requests) == [1, 2, 3, 4]


def test_a_method_in_a_header_counts(simulate: Simulate) -> None:
    simulator = simulate()
    Rest(simulator).send("POST", "_apis/projects", headers={"X-HTTP-Method-Override": "GET"})
    assert (simulator.requests[0].method, simulator.requests[0].status, simulator.writes) == ("GET", 200, [])


def test_identifiers_are_ordinary_guids() -> None:
    assert guid("a", 1) == str(uuid.uuid5(NAMESPACE, "a\x1f1"))
    assert encoded_guid("72f988bf-86f1-41af-91ab-2d7cd011db47") == "v4j5cvGGr0GRqy180BHbRw"  # a captured one


@pytest.mark.parametrize(
    ("method", "path", "write"),
    [
        ("GET", "/o/p/_apis/serviceendpoint/endpoints/1", False),
        ("OPTIONS", "/o/_apis", False),
        ("PUT", "/o/p/_apis/serviceendpoint/endpoints/1", True),
        ("POST", "/o/_apis/serviceendpoint/endpoints", True),
        ("POST", "/o/p/_apis/serviceendpoint/endpointproxy", False),
        ("POST", "/o/p/_apis/pipelines/checks/queryConfigurations", False),
        ("POST", "/o/p/_apis/pipelines/checks/configurations", True),
        ("POST", "/o/_apis/public/serviceendpoint/externalfederatedcredentialmigration", True),
        ("POST", "/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token", False),
        ("DELETE", "/o/_apis/serviceendpoint/endpoints/1", True),
        ("PATCH", "/_graph/v1.0/applications/1/federatedIdentityCredentials/2", True),
        ("PUT", "/_arm/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/1", True),
    ],
)
def test_what_a_write_is(method: str, path: str, write: bool) -> None:
    assert is_write(method, path) is write


# -- rate limits and knobs ---------------------------------------------------------------------------------------------
def test_retry_after_comes_with_200(simulate: Simulate) -> None:
    answer = Rest(simulate(retry_after=2)).get("_apis/projects")
    assert (answer.status_code, answer.headers["Retry-After"]) == (200, "2")


def test_headers_near_the_limit(simulate: Simulate) -> None:
    answer = Rest(simulate(rate_limit_remaining=3)).get("_apis/projects")
    assert answer.headers["X-RateLimit-Remaining"] == "3"
    assert int(answer.headers["X-RateLimit-Reset"]) > time.time()


def test_over_the_budget_comes_delay_and_then_429(simulate: Simulate) -> None:
    rest = Rest(simulate(rate_budget=5))
    answers = [rest.get("_apis/projects") for _time in range(11)]
    assert [item.status_code for item in answers] == [200] * 10 + [429]
    assert "X-RateLimit-Remaining" not in answers[0].headers
    assert answers[4].headers["X-RateLimit-Remaining"] == "0"
    assert "X-RateLimit-Delay" in answers[6].headers
    assert "Retry-After" in answers[10].headers


@pytest.mark.parametrize(
    "change",
    [
        {"nonsense": 1},
        {"rejection": "kindly"},
        {"secret_mask": "***"},
        {"creation_polls": "2"},
        {"anonymous": 1},
        {"resource_groups": [1]},
    ],
)
def test_a_knob_that_makes_no_sense(simulate: Simulate, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="knob"):
        simulate().knob(**change)


def test_the_readme_names_every_knob_with_its_default() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]*?) \|", (Path(simulator.__file__).parent / "README.md").read_text(), re.MULTILINE
    )
    table = {name: default for name, default in rows if hasattr(Knobs(), name)}
    for field in dataclasses.fields(Knobs):
        value = getattr(Knobs(), field.name)
        assert table[field.name] == (f"{value:g}" if isinstance(value, float) else shown(value)), field.name


def shown(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)


def test_control_routes_are_not_recorded(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    url = simulator.control_url
    Rest(simulator).get("_apis/projects")
    record = requests.get(f"{url}/requests", timeout=10).json()
    assert record["count"] == 1
    assert record["value"][0]["headers"]["authorization"] == "Basic"
    assert requests.patch(f"{url}/knobs", json={"retry_after": 1.5}, timeout=10).json()["retry_after"] == 1.5
    assert requests.patch(f"{url}/knobs", json={"nonsense": 1}, timeout=10).status_code == 400
    requests.post(f"{url}/faults", json={"status": 503, "path": "projects"}, timeout=10)
    assert Rest(simulator).get("_apis/projects").status_code == 503
    stored = requests.get(f"{url}/connections/{connection.id}", timeout=10).json()
    assert (stored["name"], stored["secrets"]) == ("c", ["serviceprincipalkey"])
    assert requests.delete(f"{url}/requests", timeout=10).status_code == 204
    asked = {"caller": "Sam Operator", "resource": "https://graph.microsoft.com"}
    assert requests.post(f"{url}/tokens", json=asked, timeout=10).json()["token"].count(".") == 2
    assert requests.post(f"{url}/tokens", json={"caller": "Nobody"}, timeout=10).status_code == 400
    assert requests.post(f"{url}/clock", json={"advance_hours": 1}, timeout=10).status_code == 204
    assert simulator.requests == []
