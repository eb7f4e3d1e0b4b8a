# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves of the playbook azdo.connections.convert: one that goes wrong is the last one, and takes back exactly what it may."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from datetime import timedelta

import pytest
import yaml

from simulator import Connection, Fleet, Simulator, federation
from simulator.recorder import Recorded

LATELY = timedelta(days=2)
SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
Json = dict[str, t.Any]


class Rollout:
    """Six projects. In the second wave one connection breaks by its conversion, beside a healthy one, a manual one and one that two projects share."""

    def __init__(self) -> None:
        self.fleet = fleet = Fleet()
        projects = {name: fleet.project(name) for name in ("Alpha", "Beta", "Gamma", "Delta", "Zeta", "Zulu")}
        self.connections: dict[str, Connection] = {
            name: fleet.connection(projects[project], name, last_used=LATELY, **knobs)
            for name, project, knobs in (
                ("canary-dev", "Alpha", {}),
                ("broken", "Beta", {}),
                ("healthy", "Gamma", {}),
                ("shared", "Gamma", {"shared_with": [projects["Delta"]]}),
                ("manual", "Delta", {"creation_mode": "Manual"}),
                ("last", "Zeta", {}),
                ("very-last", "Zulu", {}),
            )
        }

    def name_of(self, record: Recorded) -> str:
        return next((name for name, item in self.connections.items() if item.id in record.path.lower()), "?")

    def breaking(self, simulator: Simulator) -> Callable[[Recorded, str], None]:
        """The broken one loses its federated credential while it is converted, as it happens without the rights to write it."""

        def observe(record: Recorded, moment: str) -> None:
            if record.method == "PUT" and self.name_of(record) == "broken":
                simulator.knob(conversion_credential="forget" if moment == "arrived" else "create")

        return observe

    @property
    def schemes(self) -> dict[str, str]:
        return {name: connection.scheme for name, connection in self.connections.items()}


class Play(t.NamedTuple):
    stage: t.Any
    rollout: Rollout

    def convert(self, *arguments: str, report: str = "run.json") -> t.Any:
        everything = {
            "fleet_hosts": "azdo_projects",
            "fleet_serial": "1,3,100%",
            "fleet_confirm": "none",
            "fleet_whole_organization": True,
            "fleet_shared": "include",
            "fleet_verify_timeout": 1,
            "fleet_wait_timeout": 5,
            "fleet_report_path": report,
        }
        return self.stage.run(
            "azdo.connections.convert", "-i", "fleet.azdo.yml", "-e", json.dumps(everything), *arguments
        )

    def report(self, name: str = "run.json") -> Json:
        found: Json = json.loads((self.stage.folder / name).read_text(encoding="utf-8"))
        return found

    def statuses(self) -> dict[str, str]:
        return {row["name"]: row["status"] for row in self.report()["connections"]}

    def written(self) -> list[str]:
        """The names of the connections that writes were about, in their order."""
        return [self.rollout.name_of(record) for record in self.stage.simulator.writes]


@pytest.fixture
def play(stage: Callable[..., t.Any]) -> Play:
    rollout = Rollout()
    here = stage(rollout.fleet)
    here.simulator.observe(rollout.breaking(here.simulator))
    (here.folder / "fleet.azdo.yml").write_text(
        yaml.safe_dump({"plugin": "azdo.connections.azdo", "include": ["usage"]}), encoding="utf-8"
    )
    return Play(here, rollout)


BEFORE_THE_LAST = {"last": SECRET, "very-last": SECRET, "manual": SECRET, "broken": SECRET, "canary-dev": FEDERATION}


@pytest.mark.parametrize(
    ("scope", "healthy", "status"),
    [("failed", FEDERATION, "converted"), ("wave", SECRET, "rolled_back")],
)
def test_a_wave_that_goes_wrong_is_the_last_one(scope: str, healthy: str, status: str, play: Play) -> None:
    played = play.convert("-e", f"fleet_rollback_scope={scope}")
    assert played.status != 0
    assert play.rollout.schemes == {**BEFORE_THE_LAST, "healthy": healthy, "shared": healthy}
    assert not {"last", "very-last", "manual", "?"} & set(play.written()), (
        "the third wave and the manual one are not touched"
    )
    statuses = play.statuses()
    assert (statuses["healthy"], statuses["shared"], statuses["broken"]) == (status, status, "rolled_back")
    assert "1 failure, and 0 allowed" in played.output
    assert "very-last" not in statuses


def test_a_second_run_goes_on_where_the_first_one_stopped(play: Play) -> None:
    play.convert("-e", "fleet_rollback_scope=wave")
    play.stage.simulator.observe(None)
    assert play.convert().status == 0
    expected = dict.fromkeys(play.rollout.connections, FEDERATION)
    assert play.rollout.schemes == {**expected, "manual": SECRET}
    play.stage.simulator.forget()
    again = play.convert()
    assert again.status == 0
    assert play.written() == []
    assert "changed=1" not in again.stdout


def test_projects_that_share_a_connection_are_in_one_wave(play: Play) -> None:
    play.stage.simulator.observe(None)
    played = play.convert("-e", "fleet_serial=1,1,1,100%", "--check")
    assert played.status == 0, played.output
    waves = played.stdout.split("PLAY [")[1:]
    together = [wave for wave in waves if "[gamma]" in wave]
    assert len(together) == 1
    assert "[delta]" in together[0]


def test_failures_that_are_allowed_do_not_stop_the_next_wave(play: Play) -> None:
    played = play.convert("-e", "fleet_wave_failures=1")
    assert played.status != 0
    assert play.rollout.schemes["very-last"] == FEDERATION
    assert play.statuses()["broken"] == "rolled_back"


def test_inside_an_organization_failures_that_are_allowed_do_not_stop_it_either(play: Play) -> None:
    played = play.convert("-e", "fleet_hosts=localhost", "-e", "fleet_waves=1,2,100%", "-e", "fleet_wave_failures=1")
    assert played.status != 0, "a failure is told at the end"
    assert play.rollout.schemes["very-last"] == FEDERATION
    assert play.statuses()["broken"] == "rolled_back"


def test_nothing_is_taken_back_on_request(play: Play) -> None:
    assert play.convert("-e", "fleet_rollback_scope=none").status != 0
    assert play.rollout.schemes["broken"] == FEDERATION
    assert play.statuses()["broken"] == "failed"


def test_a_canary_that_proves_nothing_is_refused_before_anything_is_written(stage: Callable[..., t.Any]) -> None:
    fleet = Fleet()
    for name in ("prod-a", "prod-b", "prod-c"):
        fleet.connection(fleet.project(name), "azure", last_used=LATELY)
    here = stage(fleet)
    (here.folder / "fleet.azdo.yml").write_text("plugin: azdo.connections.azdo\n", encoding="utf-8")
    hosts = ("-i", "fleet.azdo.yml", "-e", "fleet_hosts=azdo_projects", "-e", "fleet_confirm=none")
    refused = here.run("azdo.connections.convert", *hosts)
    assert refused.status != 0
    assert "Name who goes first with fleet_canary" in refused.output
    assert here.simulator.writes == []
    assert here.run("azdo.connections.convert", *hosts, "-e", "fleet_canary=prod-b").status == 0


@pytest.mark.parametrize(("used", "status"), [(True, 0), (False, 2)])
def test_the_next_wave_waits_for_a_successful_run(used: bool, status: int, play: Play) -> None:
    """A pipeline that ran before the conversion proves nothing."""
    rollout, simulator = play.rollout, play.stage.simulator

    def use(record: Recorded, moment: str) -> None:
        if used and record.method == "PUT" and moment == "applied":
            connection = rollout.connections[rollout.name_of(record)]
            connection.history[connection.references[0].project.id] = rollout.fleet.executions(timedelta(0), 1)

    simulator.observe(use)
    played = play.convert("-e", "fleet_require_successful_run=true")
    assert played.status == status, played.output
    assert (rollout.schemes["very-last"] == FEDERATION) is used
    assert rollout.schemes["canary-dev"] == FEDERATION
    assert used or "No pipeline has run with success" in played.output


@pytest.mark.parametrize("scope", ["failed", "wave"])
def test_inside_an_organization_projects_are_waves(scope: str, play: Play) -> None:
    """localhost stands for all of it: the waves are the same, and so is what they take back."""
    played = play.convert(
        "-e", "fleet_hosts=localhost", "-e", "fleet_waves=1,2,100%", "-e", f"fleet_rollback_scope={scope}"
    )
    assert played.status != 0
    healthy = SECRET if scope == "wave" else FEDERATION
    assert play.rollout.schemes == {**BEFORE_THE_LAST, "healthy": healthy, "shared": healthy}
    assert not {"last", "very-last", "manual", "?"} & set(play.written())
    assert play.statuses()["broken"] == "rolled_back"
    assert play.statuses()["canary-dev"] == "converted", "the report tells of the first wave, too"


# -- what is not finished ----------------------------------------------------------------------------------------------
KINDS = ("-e", "fleet_serial=1,1,100%"), ("-e", "fleet_hosts=localhost", "-e", "fleet_waves=1,1,100%")


def refuse(play: Play, *names: str) -> None:
    """Azure DevOps may not write to the applications of these."""
    play.stage.simulator.observe(None)
    for name in names:
        connection = play.rollout.connections[name]
        connection.application_writable = False
        identity = federation.identity_of(play.stage.simulator.world.directory, connection)
        assert identity
        identity.credentials.clear()


@pytest.mark.parametrize("hosts", KINDS, ids=["projects", "organization"])
def test_a_wave_of_nothing_but_refusals_is_the_last_one(hosts: tuple[str, ...], play: Play) -> None:
    refuse(play, "canary-dev")
    played = play.convert(*hosts)
    assert played.status != 0
    assert set(play.rollout.schemes.values()) == {SECRET}
    assert play.statuses()["canary-dev"] == "needs_person"
    assert "1 connection refused until a person has done something, and none moved" in played.output
    assert "rolled_back" not in play.statuses().values()


@pytest.mark.parametrize("hosts", KINDS, ids=["projects", "organization"])
def test_a_refusal_beside_what_was_moved_lets_the_next_wave_begin_and_is_told_in_the_end(
    hosts: tuple[str, ...], play: Play
) -> None:
    refuse(play, "shared")
    played = play.convert(*hosts)
    assert played.status != 0
    expected = dict.fromkeys(play.rollout.connections, FEDERATION)
    assert play.rollout.schemes == {**expected, "manual": SECRET, "shared": SECRET}
    assert "Not everything is done. 1 connection waiting for a person: Gamma / shared." in played.output
    assert play.statuses()["shared"] == "needs_person"


@pytest.mark.parametrize("hosts", KINDS, ids=["projects", "organization"])
def test_a_wave_with_something_that_is_not_confirmed_is_the_last_one_and_sends_nothing_back(
    hosts: tuple[str, ...], play: Play
) -> None:
    play.stage.simulator.observe(None)
    play.rollout.connections["canary-dev"].conversion_polls = 10_000
    played = play.convert(*hosts, "-e", "fleet_rollback_scope=wave", "-e", "fleet_wait_timeout=1")
    assert played.status != 0
    assert play.statuses()["canary-dev"] == "waiting"
    assert "1 connection not confirmed" in played.output
    assert set(play.written()) == {"canary-dev"}
    assert len(play.written()) == 1
