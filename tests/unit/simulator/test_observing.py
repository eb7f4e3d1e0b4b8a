# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback at every request: before anything is applied, and after that before the client knows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import Connection, Fleet, Moment, Recorded, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]


def one() -> tuple[Fleet, Connection]:
    fleet = Fleet()
    return fleet, fleet.connection(fleet.project("P"), "c")


def disable(rest: Rest, connection: Connection) -> requests.Response:
    body = rest.read(connection) | {"isDisabled": True}
    return rest.send("PUT", rest.path_of(connection), json=body)


def test_it_is_called_before_and_after_a_request_took_effect(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    seen: list[tuple[str, str, int | None, bool]] = []

    def look(record: Recorded, moment: Moment) -> None:
        seen.append((record.method, moment, record.status, connection.disabled))

    simulator.observe(look)
    disable(Rest(simulator), connection)
    assert seen == [
        ("GET", "arrived", None, False),
        ("GET", "applied", 200, False),
        ("PUT", "arrived", None, False),
        ("PUT", "applied", 200, True),
    ]


def test_the_answer_waits_for_it(simulate: Simulate) -> None:
    simulator = simulate()
    go, at_work = threading.Event(), threading.Event()
    answers: list[int] = []

    def hold(_record: Recorded, moment: Moment) -> None:
        if moment == "applied":
            at_work.set()
            go.wait(10)

    simulator.observe(hold)
    rest = Rest(simulator)
    client = threading.Thread(target=lambda: answers.append(rest.get("_apis/projects").status_code))
    client.start()
    assert at_work.wait(10)
    assert answers == []
    go.set()
    client.join(10)
    assert answers == [200]


def test_a_request_can_be_made_never_to_happen(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    moments: list[Moment] = []

    def stop(record: Recorded, moment: Moment) -> None:
        if record.write:
            moments.append(moment)
            simulator.fault(kind="reset_before")

    simulator.observe(stop)
    with pytest.raises(requests.ConnectionError):
        disable(Rest(simulator), connection)
    assert (moments, connection.disabled) == (["arrived"], False)


@pytest.mark.parametrize(
    ("kind", "applied"),
    [("status", False), ("html", False), ("reset_before", False), ("reset_after", True), ("truncated", True),
     ("cut", True), ("delay", True), ("headers", True)],
)  # fmt: skip
def test_a_fault_that_answers_instead_applies_nothing(simulate: Simulate, kind: Any, applied: bool) -> None:
    simulator = simulate()
    simulator.fault(kind=kind)
    moments: list[Moment] = []
    simulator.observe(lambda _record, moment: moments.append(moment))
    try:
        Rest(simulator).get("_apis/projects")
    except requests.RequestException:
        assert kind in ("reset_before", "reset_after", "cut")
    assert moments == (["arrived", "applied"] if applied else ["arrived"])


def test_entra_and_refusals_are_observed_and_control_routes_are_not(simulate: Simulate) -> None:
    simulator = simulate()
    seen: list[tuple[Moment, int | None]] = []
    simulator.observe(lambda record, moment: seen.append((moment, record.status)))
    requests.get(f"{simulator.control_url}/knobs", timeout=10)
    assert seen == []
    requests.post(f"{simulator.authority_url}/{simulator.fleet.tenant_id}/oauth2/v2.0/token", timeout=10)
    Rest(simulator).get("nothing/here")
    assert [moment for moment, _status in seen] == ["arrived", "applied"] * 2
    assert seen[3] == ("applied", 404)


def test_none_and_reset_end_it(simulate: Simulate) -> None:
    seen: list[Recorded] = []
    simulator = simulate()
    for end in (lambda: simulator.observe(None), simulator.reset):
        simulator.observe(lambda record, _moment: seen.append(record))
        Rest(simulator).get("_apis/projects")
        assert len(seen) == 2
        end()
        Rest(simulator).get("_apis/projects")
        assert len(seen) == 2
        seen.clear()
