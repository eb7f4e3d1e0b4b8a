# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: as fast as the service allows, and told how much time that cost. No test waits: the clock of the pace is a made-up one.

Of the tests that are marked as sampled, one in two combinations of their parameters is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import email.utils
import itertools
import threading
import time
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest import pacing
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Shared

from simulator import Connection, Fleet, Simulator, federation
from simulator.recorder import Recorded
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.tasks import Task, convert

pytestmark = pytest.mark.loopback

Options = dict[str, t.Any]
NUMBER = 8
CONVERSION: Options = {"method": "PUT", "path": "operation=ConvertAuthenticationScheme"}
QUICK: Options = {"verify": "none"}


class Clock:
    """The time of the pace: it begins at 1000 s, stands still until somebody waits, and then it leaps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 1000.0
        self.arrivals: dict[int, float] = {}

    def monotonic(self) -> float:
        return self._now

    @staticmethod
    def time() -> float:
        return time.time()

    def wait(self, seconds: float) -> None:
        end = self._now + seconds
        with self._lock:
            self._now = max(self._now, end)

    @property
    def elapsed(self) -> float:
        return self._now - 1000.0

    def watch(self, simulator: Simulator) -> None:
        def observe(record: Recorded, moment: str) -> None:
            if moment == "arrived":
                self.arrivals[id(record)] = self._now

        simulator.observe(observe)

    def at(self, record: Recorded) -> float:
        """When a request arrived, in this clock."""
        return self.arrivals[id(record)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pacing, "time", made)

    def wait(stop: pacing.Stop, seconds: float) -> None:
        stop.check()
        made.wait(seconds)

    monkeypatch.setattr(pacing.Stop, "wait", wait)
    pauses = {"_LOW_BUDGET_PAUSE_SECONDS": 1.0, "_FIRST_TRY_PAUSE_SECONDS": 1.0, "_LONGEST_TRY_PAUSE_SECONDS": 15.0}
    for name, seconds in pauses.items():
        monkeypatch.setattr(pacing, name, seconds)
    return made


@pytest.fixture
def simulator(simulate: t.Callable[..., Simulator], clock: Clock) -> Simulator:
    fleet = Fleet()
    for number in range(NUMBER):
        fleet.connection(fleet.project("Payments"), f"azure-{number}")
    made = simulate(fleet)
    clock.watch(made)
    return made


def held_back(task: Task) -> float:
    return t.cast(float, task.result["summary"]["seconds_held_back"])


def all_converted(task: Task) -> bool:
    return set(task.statuses.values()) == {"converted"}


def about(simulator: Simulator, connection: Connection) -> str:
    """The methods of the requests for the connection itself, in order."""
    return " ".join(item.method for item in simulator.requests if item.path.endswith(f"endpoints/{connection.id}"))


# -- Retry-After ---------------------------------------------------------------------------------------------------------
READS = [
    "_apis/connectionData",
    "_apis/projects",
    "endpoints\\?",
    "executionhistory",
    "pipelinepermissions",
    "checks/queryconfigurations",
]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("status", [429, 503])
def test_a_read_that_came_too_early_is_sent_again_in_time(
    simulator: Simulator, clock: Clock, path: str, status: int
) -> None:
    # Any method: what many have is asked for with a POST.
    simulator.fault(path=path, status=status, headers={"Retry-After": "10"})
    task = convert(simulator, **QUICK, concurrency=1)
    assert all_converted(task)
    refused = next(item for item in simulator.requests if item.status == status)
    again = next(item for item in simulator.requests[simulator.requests.index(refused) + 1 :])
    assert again.path == refused.path
    assert clock.at(again) >= clock.at(refused) + 10
    assert held_back(task) == 10.0


@pytest.mark.sampled(2)
@pytest.mark.parametrize("concurrency", [1, 4, 8])
@pytest.mark.parametrize(
    "order", [{"method": "GET", "path": "pipelinepermissions"}, CONVERSION], ids=["read", "conversion"]
)
@pytest.mark.parametrize("answer", [{"status": 429}, {"kind": "headers"}], ids=["refused", "good"])
def test_who_is_told_to_wait_holds_every_thread_back(
    simulator: Simulator,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    concurrency: int,
    order: Options,
    answer: Options,
) -> None:
    hold = pacing.Pace.hold
    told: list[int] = []

    def held(pace: pacing.Pace, seconds: float) -> None:
        hold(pace, seconds)
        told.append(len(simulator.requests))

    monkeypatch.setattr(pacing.Pace, "hold", held)
    simulator.fault(**order, skip=2, **answer, headers={"Retry-After": "10"})
    task = convert(simulator, **QUICK, concurrency=concurrency)
    assert all_converted(task)
    (place,) = told
    early = [item for item in simulator.requests[place:] if clock.at(item) < 1010]
    # The others may each have had one on its way.
    assert len(early) <= concurrency - 1
    assert held_back(task) == 10.0
    assert clock.elapsed == pytest.approx(10.0, abs=0.2)


def test_who_is_told_at_the_same_time_waits_once(clock: Clock) -> None:
    """The clock stands between them, as it does for threads whose answers come together."""
    pace = pacing.Pace(pacing.Stop())
    for seconds in (7, 7, 9, 3):
        pace.learn({"Retry-After": str(seconds)})
    assert pace.seconds_lost == 9
    pace.pass_gate()
    assert clock.elapsed == 9


def test_pauses_one_after_the_other_add_up(simulator: Simulator, clock: Clock) -> None:
    simulator.fault(method="GET", path="/_apis/", skip=20, times=4, status=429, headers={"Retry-After": "7"})
    task = convert(simulator, **QUICK, concurrency=1)
    assert all_converted(task)
    assert held_back(task) == 28.0
    assert clock.elapsed == pytest.approx(28.0, abs=0.2)


def test_a_pause_on_every_good_answer_is_kept_between_all_requests(simulator: Simulator, clock: Clock) -> None:
    simulator.knob(retry_after=2)
    task = convert(simulator, **QUICK, concurrency=1)
    assert all_converted(task)
    times = [clock.at(item) for item in simulator.requests]
    assert all(later - earlier >= 2 for earlier, later in itertools.pairwise(times))
    assert held_back(task) == 2.0 * len(simulator.requests)


def test_a_date_to_wait_for_is_understood(simulator: Simulator, clock: Clock) -> None:
    when = email.utils.formatdate(time.time() + 100, usegmt=True)
    simulator.fault(**CONVERSION, status=429, headers={"Retry-After": when})
    task = convert(simulator, **QUICK)
    assert all_converted(task)
    # The clock of the answer shows whole seconds.
    assert 60 < held_back(task) <= 101


@pytest.mark.parametrize("seconds", ["3", "120"])
def test_a_conversion_that_came_too_early_is_made_anew_from_a_read_after_the_pause(
    simulator: Simulator, clock: Clock, seconds: str
) -> None:
    simulator.fault(**CONVERSION, times=3, status=429, headers={"Retry-After": seconds})
    task = convert(simulator, **QUICK, concurrency=1)
    assert all_converted(task)
    assert len(simulator.writes) == NUMBER + 3
    for connection in simulator.world.connections.values():
        assert "PUT PUT" not in about(simulator, connection)
    assert held_back(task) == 3 * float(seconds)
    refused = [item for item in simulator.writes if item.status == 429]
    accepted = [item for item in simulator.writes if item.status == 200]
    assert clock.at(accepted[0]) >= clock.at(refused[-1]) + float(seconds)


def test_one_that_is_never_accepted_fails_alone(simulator: Simulator) -> None:
    poor = next(iter(simulator.world.connections.values()))
    simulator.fault(method="PUT", path=poor.id, times=0, status=429, headers={"Retry-After": "1"})
    task = convert(simulator, **QUICK, concurrency=4)
    assert task.statuses[poor.name] == "failed"
    assert list(task.statuses.values()).count("converted") == NUMBER - 1
    row = task.by_name[poor.name]
    assert row["error"]["code"] == "not_accepted"
    assert "busy" in row["error"]["remedy"]
    assert poor.scheme == "ServicePrincipal"


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "5"}], ids=["silent", "told"])
def test_a_conversion_behind_a_busy_gateway_is_looked_after_before_it_is_sent_again(
    simulator: Simulator, headers: dict[str, str]
) -> None:
    """Once: a second answer of that kind leaves it to the next run."""
    simulator.fault(**CONVERSION, status=503, headers=headers)
    task = convert(simulator, **QUICK, concurrency=1)
    assert all_converted(task)
    assert len(simulator.writes) == NUMBER + 1
    for connection in simulator.world.connections.values():
        assert "PUT PUT" not in about(simulator, connection)
    assert held_back(task) == (5.0 if headers else 0.0)


def test_tests_of_connections_wait_as_well(simulator: Simulator, clock: Clock) -> None:
    simulator.fault(method="POST", path="endpointproxy", times=2, status=429, headers={"Retry-After": "4"})
    task = convert(simulator, concurrency=1)
    assert all_converted(task)
    assert held_back(task) == 8.0
    assert all(row["verification"]["before"]["result"] == "ok" for row in task.rows)


def test_a_way_back_that_came_too_early_is_taken_after_the_pause(simulator: Simulator) -> None:
    simulator.knob(conversion_credential="forget")
    one = next(iter(simulator.world.connections.values()))
    simulator.fault(method="PUT", path=one.id, skip=1, times=2, status=429, headers={"Retry-After": "6"})
    task = convert(simulator, connections=[one.name], verify_timeout=60, revert_on_failure=True)
    assert task.statuses == {one.name: "rolled_back"}
    assert held_back(task) == 12.0


def test_each_run_tells_its_own_time(simulator: Simulator) -> None:
    """The items of a loop share a session."""
    loop = Shared()
    names = [item.name for item in simulator.world.connections.values()]
    simulator.fault(**CONVERSION, status=429, headers={"Retry-After": "9"})
    first = convert(simulator, **QUICK, connections=names[:4], loop=loop)
    second = convert(simulator, **QUICK, connections=names[4:], loop=loop)
    assert all_converted(first)
    assert all_converted(second)
    assert (held_back(first), held_back(second)) == (9.0, 0.0)


def test_a_run_that_nobody_held_back_says_so(simulator: Simulator, clock: Clock) -> None:
    assert held_back(convert(simulator, **QUICK)) == 0.0
    assert clock.elapsed == pytest.approx(0.0, abs=0.2)


def test_check_mode_tells_it_too(simulator: Simulator) -> None:
    simulator.fault(method="GET", path="executionhistory", status=429, headers={"Retry-After": "9"})
    task = convert(simulator, check=True)
    assert set(task.statuses.values()) == {"would_convert"}
    assert held_back(task) == 9.0
    assert simulator.writes == []


# -- a budget that runs low ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("remaining", "slower"), [(5, True), (100, False)])
def test_it_slows_down_before_it_is_told_to(simulator: Simulator, clock: Clock, remaining: int, slower: bool) -> None:
    simulator.knob(rate_limit_remaining=remaining)
    task = convert(simulator, **QUICK, concurrency=1)
    assert all_converted(task)
    gaps = [later - earlier for earlier, later in itertools.pairwise(clock.at(item) for item in simulator.requests)]
    # A request costs the service 0.07783 of 200 units in 300 s; with a quarter of the low budget left it takes four times as long as could go on for ever.
    assert all(gap >= 0.46 for gap in gaps[1:]) == slower
    assert (held_back(task) > 0) == slower


# -- Microsoft Graph and Azure Resource Manager --------------------------------------------------------------------------
def by_hand(managed: bool, *, spellings: bool = False) -> Fleet:
    """Connections that people created for one identity, each with a credential of its own to come."""
    fleet = Fleet()
    client = fleet.managed_identity("id-payments").client_id if managed else fleet.application(name="payments").app_id
    for number in range(NUMBER):
        spelled = client.upper() if spellings and number % 2 else client
        fleet.connection(fleet.project("Payments"), f"by-hand-{number}", creation_mode="Manual", client_id=spelled)
    fleet.service_principal("automation", secret=SECRET)
    return fleet


def run_by_hand(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, **options: t.Any) -> Task:
    pairs = []
    for connection in simulator.world.connections.values():
        issuer, subject = federation.pair(simulator.world, connection, "entra")
        pairs.append({"connection": connection.id, "issuer": issuer, "subject": subject})
    signed_in = {**person(simulator, "person", monkeypatch), "tenant": simulator.fleet.tenant_id}
    names = [item.name for item in simulator.world.connections.values()]
    usual: Options = {**signed_in, **QUICK, "connections": names, "federated_credential": {"pairs": pairs}}
    return convert(simulator, **{**usual, **options})


def credential_writes(simulator: Simulator) -> list[Recorded]:
    return [item for item in simulator.writes if "federatedidentitycredentials" in item.path.lower()]


@pytest.mark.parametrize("spellings", [False, True], ids=["one spelling", "two spellings"])
@pytest.mark.parametrize("managed", [True, False], ids=["managed identity", "application"])
def test_credentials_of_one_identity_are_written_one_after_the_other(
    simulate: t.Callable[..., Simulator], monkeypatch: pytest.MonkeyPatch, managed: bool, spellings: bool
) -> None:
    """However a person typed the client id: it is one identity."""
    simulator = simulate(by_hand(managed, spellings=spellings), latency_ms={"arm": 15, "graph": 15})
    task = run_by_hand(simulator, monkeypatch, concurrency=NUMBER)
    assert all_converted(task), task.result
    writes = credential_writes(simulator)
    assert len(writes) == NUMBER
    assert not [item for item in simulator.requests if item.status == 409]
    times = sorted((item.at, item.ended or 0.0) for item in writes)
    assert all(end <= begin for (_begin, end), (begin, _end) in itertools.pairwise(times))


def test_conflicts_with_somebody_else_are_waited_out(
    simulate: t.Callable[..., Simulator], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    simulator = simulate(by_hand(managed=True))
    busy = {
        "error": {"code": "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", "message": "Busy"}
    }
    simulator.fault(method="PUT", path="federatedIdentityCredentials", times=3, status=409, body=busy)
    assert all_converted(run_by_hand(simulator, monkeypatch))
    assert len(credential_writes(simulator)) == NUMBER + 3


@pytest.mark.parametrize("managed", [True, False], ids=["managed identity", "application"])
@pytest.mark.parametrize("method", ["GET", "write"])
def test_a_pause_of_another_service_is_kept_there_and_told(
    simulate: t.Callable[..., Simulator], monkeypatch: pytest.MonkeyPatch, clock: Clock, managed: bool, method: str
) -> None:
    simulator = simulate(by_hand(managed))
    clock.watch(simulator)
    verb = method if method == "GET" else ("PUT" if managed else "POST")
    simulator.fault(method=verb, path="federatedIdentityCredentials", status=429, headers={"Retry-After": "11"})
    task = run_by_hand(simulator, monkeypatch, concurrency=1)
    assert all_converted(task), task.result
    assert held_back(task) == 11.0
    refused = next(item for item in simulator.requests if item.status == 429)
    later = simulator.requests[simulator.requests.index(refused) + 1 :]
    again = next(item for item in later if "federatedidentitycredentials" in item.path.lower())
    assert clock.at(again) >= clock.at(refused) + 11


# -- how many at once ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_no_more_requests_are_under_way_than_allowed(simulate: t.Callable[..., Simulator], concurrency: int) -> None:
    fleet = Fleet()
    for number in range(NUMBER):
        fleet.connection(fleet.project("Payments"), f"azure-{number}")
    simulator = simulate(fleet, latency_ms={"read": 2, "convert": 10})
    assert all_converted(convert(simulator, concurrency=concurrency))
    assert max(item.in_flight for item in simulator.requests) <= concurrency
