# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert, killed (SIGKILL) at its requests and run again: nothing is lost, nothing is done twice.

A run has two boundaries for each request: it never happened (``arrived``), or it took effect and nobody heard the answer (``applied``). Between an answer and
the next request only the journal is written, so for a read the second is nearly the first of the next request.

What is covered: with the journal, every write of a run over connections of all kinds as ``arrived`` and as ``applied``, and one in six of its reads as
``arrived``, EVERY one with `make test-all`; without a journal every write as both. Beyond that the reads are sampled evenly (one in ``_SAMPLE``, starting
elsewhere for each kind of run), and so is what runs four at a time. The issuer migration and the way back are covered at every request as both, with fewer
connections. `make test` has fewer connections of those that are alike, two instead of five and one instead of two, so that there are eight instead of twelve;
and of the requests of the migration and of the way back it takes one in four, for ``arrived`` others than for ``applied``.
"""

from __future__ import annotations

import json
import os
import typing as t
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._inspect import verify

from simulator import Fleet, Moment, Recorded, Simulator, federation
from tools.sampling import ALL, sample
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.killing import applied, kill_at, order, so_many_tests, state
from unit.plugins._helpers.stopping import left_open, let_it_finish
from unit.plugins._helpers.tasks import convert

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]
_SAMPLE = 24 if os.environ.get(ALL) else 48
_PARTS = 4
MOMENTS: tuple[Moment, ...] = ("arrived", "applied")


def all_kinds() -> Fleet:
    """Automatic connections: some that are alike, two shared, one disabled, two of one application; and what a person created."""
    fleet = Fleet()
    payments, shop, guest = fleet.project("Payments"), fleet.project("Web Shop"), fleet.project("Guest")
    for number in sample(range(5), 3):
        fleet.connection(payments, f"auto-{number}", pipelines=[number])
    fleet.check(
        fleet.connection(shop, "shared-1", shared_with=[guest], pipelines=[7]), "fe1", "ExclusiveLock", {"a": 1}
    )
    fleet.connection(shop, "shared-2", shared_with=[(payments, "alias")], description="for two")
    fleet.connection(shop, "disabled", enabled=False)
    twin = fleet.connection(shop, "twin-1")
    fleet.connection(shop, "twin-2", client_id=twin.parameter("serviceprincipalid"))
    for number in sample(range(2), 2):
        fleet.connection(payments, f"manual-{number}", creation_mode="Manual")
    fleet.service_principal("automation", secret=SECRET)
    return fleet


def all_of_them(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, concurrency: int = 1) -> Options:
    made_by_hand = [item for item in simulator.world.connections.values() if item.creation_mode == "Manual"]
    pairs = [(item.id, *federation.pair(simulator.world, item, "entra")) for item in made_by_hand]
    return {
        **person(simulator, "person", monkeypatch),
        "connections": [item.id for item in simulator.world.connections.values()],
        "shared": "include",
        "include_disabled": True,
        "federated_credential": {
            "pairs": [{"connection": id_, "issuer": issuer, "subject": subject} for id_, issuer, subject in pairs]
        },
        "concurrency": concurrency,
        "wait_timeout": 60,
        # Fewer requests, so that all of them can be covered.
        "verify": "after",
        "allow_in_use": True,
    }


@dataclass
class Undisturbed:
    """What a run that nobody disturbed sent, and how it left the service."""

    requests: list[Recorded]
    state: dict[str, t.Any]
    writes: Counter[str]

    @property
    def numbers_of_writes(self) -> list[int]:
        return [number for number, record in enumerate(self.requests) if record.write]

    def sampled(self, residue: int) -> list[int]:
        """Every write, and the reads evenly."""
        reads = [number for number, record in enumerate(self.requests) if not record.write]
        return sorted([*self.numbers_of_writes, *reads[residue::_SAMPLE]])


def undisturbed(simulator: Simulator, options: Options, status: str = "converted") -> Undisturbed:
    task = convert(simulator, **options)
    assert set(task.statuses.values()) == {status}, task.result
    return Undisturbed(simulator.requests, state(simulator), applied(simulator.requests))


def seen_through(path: Path) -> dict[str, str]:
    """How each connection ended, by id: what was tested and compared, if only by a later run."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {line["id"]: line["status"] for line in lines if line["event"] == "ended"}


def where(simulator: Simulator, number: int, at: Recorded | None) -> str:
    return f"killed at request {number}: {at}; sent in all: " + "; ".join(map(str, simulator.writes))


# -- connections of all kinds ------------------------------------------------------------------------------------------------
class AllKinds:
    """One world after the other, each with one death in it."""

    def __init__(self, simulate: Simulate, monkeypatch: pytest.MonkeyPatch, **knobs: t.Any) -> None:
        self._simulate = simulate
        self._monkeypatch = monkeypatch
        self._knobs = knobs
        simulator = simulate(all_kinds(), **knobs)
        self.calm = undisturbed(simulator, all_of_them(simulator, monkeypatch))

    def die_and_go_on(self, number: int, moment: Moment, journal: Path | None, concurrency: int = 1) -> None:
        simulator = self._simulate(all_kinds(), **self._knobs)
        options = all_of_them(simulator, self._monkeypatch, concurrency)
        if journal is not None:
            options["journal"] = str(journal)
        death = kill_at(simulator, order(simulator, entra=True, **options), number, moment)
        task = convert(simulator, **options)
        if "skipped" in task.statuses.values():
            # The service is still at it; the run after that sees the rest.
            let_it_finish(simulator)
            task = convert(simulator, **options)
        context = where(simulator, number, death.at)
        assert death.at is not None, context
        assert not task.failed, (task.result["msg"], context)
        assert set(task.statuses.values()) <= {"converted", "unchanged"}, (task.statuses, context)
        assert state(simulator) == self.calm.state, context
        assert applied(simulator.requests) == self.calm.writes, context
        if journal is not None:
            assert left_open(journal, simulator) == [], context
            assert seen_through(journal) == dict.fromkeys(simulator.world.connections, "converted"), context


@pytest.fixture
def world(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> AllKinds:
    return AllKinds(simulate, monkeypatch)


@pytest.mark.parametrize("part", range(_PARTS))
def test_with_the_journal_at_every_request_that_never_happened(world: AllKinds, tmp_path: Path, part: int) -> None:
    calm = world.calm
    reads = [number for number, record in enumerate(calm.requests) if not record.write]
    for number in sorted([*calm.numbers_of_writes, *sample(reads, 6)])[part::_PARTS]:
        world.die_and_go_on(number, "arrived", tmp_path / f"{number}.journal")


@pytest.mark.parametrize("part", range(2))
def test_with_the_journal_at_every_write_that_took_effect(world: AllKinds, tmp_path: Path, part: int) -> None:
    for number in world.calm.sampled(3)[part::2]:
        world.die_and_go_on(number, "applied", tmp_path / f"{number}.journal")


@pytest.mark.parametrize("part", range(2))
@pytest.mark.parametrize("moment", MOMENTS)
def test_without_a_journal_at_every_write(world: AllKinds, moment: Moment, part: int) -> None:
    for number in world.calm.sampled(MOMENTS.index(moment) * 7)[part::2]:
        world.die_and_go_on(number, moment, None)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("with_journal", [True, False], ids=["journal", "no journal"])
def test_four_at_a_time(world: AllKinds, tmp_path: Path, moment: Moment, with_journal: bool) -> None:
    """Which request has which number is up to the threads."""
    for number in (len(world.calm.requests) * share // 100 for share in (20, 70)):
        world.die_and_go_on(number, moment, tmp_path / f"{number}.journal" if with_journal else None, concurrency=4)


@pytest.mark.parametrize("with_journal", [True, False], ids=["journal", "no journal"])
def test_while_the_service_is_still_converting(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, with_journal: bool
) -> None:
    world = AllKinds(simulate, monkeypatch, conversion_polls=2)
    conversions = [number for number in world.calm.numbers_of_writes if world.calm.requests[number].method == "PUT"]
    for number in conversions[::3]:
        world.die_and_go_on(number, "applied", tmp_path / f"{number}.journal" if with_journal else None)


def test_a_run_that_was_killed_twice(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second time while it takes up what the first one left."""
    world = AllKinds(simulate, monkeypatch)
    first = world.calm.numbers_of_writes[5]
    for second in (5, 8, 10, 12):
        simulator = simulate(all_kinds())
        options = {**all_of_them(simulator, monkeypatch), "journal": str(tmp_path / f"{second}.journal")}
        for number in (first, second):
            assert kill_at(simulator, order(simulator, entra=True, **options), number, "applied").at is not None
        task = convert(simulator, **options)
        assert not task.failed, where(simulator, second, None)
        assert state(simulator) == world.calm.state, where(simulator, second, None)
        assert applied(simulator.requests) == world.calm.writes, where(simulator, second, None)
        assert left_open(Path(options["journal"]), simulator) == []
        assert seen_through(Path(options["journal"])) == dict.fromkeys(simulator.world.connections, "converted")


# -- the way back ------------------------------------------------------------------------------------------------------
def broken_by_the_conversion(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, polls: int
) -> tuple[Simulator, Options]:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod", pipelines=[3])
    simulator = simulate(fleet, conversion_credential="forget", conversion_polls=polls)
    monkeypatch.setattr(verify, "tries", so_many_tests(2))
    return simulator, {"revert_on_failure": True, "verify_timeout": 1, "concurrency": 1, "wait_timeout": 60}


@pytest.mark.parametrize("polls", [0, 2], ids=["at once", "slowly"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_the_conversion_broke_is_taken_back_all_the_same(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, moment: Moment, polls: int
) -> None:
    simulator, options = broken_by_the_conversion(simulate, monkeypatch, polls)
    calm = undisturbed(simulator, options, status="rolled_back")
    assert [record.body["authorization"]["scheme"] for record in simulator.writes] == [
        "WorkloadIdentityFederation",
        "ServicePrincipal",
    ]
    for number in sample(range(len(calm.requests)), 4, MOMENTS.index(moment)):
        simulator, options = broken_by_the_conversion(simulate, monkeypatch, polls)
        options["journal"] = str(tmp_path / f"{number}.journal")
        death = kill_at(simulator, order(simulator, tests=2, **options), number, moment)
        task = convert(simulator, **options)
        if "skipped" in task.statuses.values():
            let_it_finish(simulator)
            task = convert(simulator, **options)
        context = where(simulator, number, death.at)
        assert death.at is not None, context
        assert task.statuses == {"azure-prod": "rolled_back"}, (task.result, context)
        assert state(simulator) == calm.state, context
        assert applied(simulator.requests) == calm.writes, context
        assert left_open(Path(options["journal"]), simulator) == [], context


# -- the issuer migration ----------------------------------------------------------------------------------------------
def two_to_migrate(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> tuple[Simulator, Options]:
    fleet = Fleet(issuer="azure_devops")
    fleet.service_principal("automation", secret=SECRET)
    for number in range(2):
        fleet.connection(fleet.project("Payments"), f"azure-{number}", scheme="WorkloadIdentityFederation")
    simulator = simulate(fleet, issuer="azure_devops", migration_polls=1)
    options = {
        **person(simulator, "person", monkeypatch),
        "to": "entra_issuer",
        "concurrency": 1,
        "verify": "after",
        "migration_grace": 1,
        "wait_timeout": 60,
        "allow_in_use": True,
    }
    return simulator, options


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_migration_that_is_not_confirmed_waits_and_is_never_sent_again_unasked(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, moment: Moment
) -> None:
    simulator, options = two_to_migrate(simulate, monkeypatch)
    calm = undisturbed(simulator, {**options, "journal": str(tmp_path / "calm.journal")}, status="migrated")
    for number in sample(range(len(calm.requests)), 4, MOMENTS.index(moment)):
        simulator, options = two_to_migrate(simulate, monkeypatch)
        options["journal"] = str(tmp_path / f"{number}.journal")
        death = kill_at(simulator, order(simulator, entra=True, **options), number, moment)
        context = where(simulator, number, death.at)
        assert death.at is not None, context
        never_happened = moment == "arrived" and death.at.write
        task = convert(simulator, **options)
        assert applied(simulator.requests).keys() <= calm.writes.keys(), context
        if never_happened:
            name = death.at.body["serviceConnectionInput"].rsplit("/", 1)[-1]
            assert task.statuses[name] == "waiting", (task.statuses, context)
            assert [record.body for record in simulator.writes].count(death.at.body) == 1, context
            task = convert(simulator, resend=True, **options)
        assert not task.failed, (task.result, context)
        assert state(simulator) == calm.state, context
        assert applied(simulator.requests) == calm.writes, context
        assert left_open(Path(options["journal"]), simulator) == [], context
        assert seen_through(Path(options["journal"])) == dict.fromkeys(simulator.world.connections, "migrated"), context
