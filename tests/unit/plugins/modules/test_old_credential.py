# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert with remove_old_credential: what a migration left behind goes, and only where nothing needs it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from simulator import Connection, Fleet, Simulator, federation
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.tasks import Task, convert

Simulate = t.Callable[..., Simulator]
CLIENT = "cccccccc-0000-4000-8000-00000000000c"


class Scene:
    """One application with two connections that were migrated and still have both credentials; a third with an application of its own."""

    def __init__(self, simulate: Simulate, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fleet = Fleet(issuer="azure_devops")
        payments = fleet.project("Payments")
        self.connections = {
            name: fleet.connection(payments, name, scheme="WorkloadIdentityFederation", client_id=client)
            for name, client in (("one", CLIENT), ("two", CLIENT), ("three", None))
        }
        fleet.service_principal("automation", secret=SECRET)
        self.simulator = simulate(fleet)
        signed_in = {**person(self.simulator, "person", monkeypatch), "tenant": fleet.tenant_id}
        self._options: dict[str, t.Any] = {**signed_in, "to": "entra_issuer", "journal": str(folder / "journal")}
        migrated = self.run(remove_old_credential=False)
        assert set(migrated.statuses.values()) == {"migrated"}, migrated.result
        self.simulator.forget()

    def run(self, **options: t.Any) -> Task:
        usual = {**self._options, "remove_old_credential": True, "migration_grace": 1, "wait_timeout": 1}
        return convert(self.simulator, **{**usual, **options})

    def issuers(self, name: str) -> list[str]:
        """The kinds of issuer for which the application has a credential of this connection."""
        connection, world = self.connections[name], self.simulator.world
        identity = federation.identity_of(world.directory, connection)
        assert identity is not None
        pairs = {kind: federation.pair(world, connection, kind) for kind in ("azure_devops", "entra")}
        return [kind for kind, pair in pairs.items() if federation.trusts(identity, pair)]

    def put_back(self, connection: Connection) -> None:
        """Somebody's connection with the old issuer."""
        federation.put_pair(
            connection, federation.pair(self.simulator.world, connection, "azure_devops"), "azure_devops"
        )


@pytest.fixture
def scene(simulate: Simulate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(simulate, tmp_path, monkeypatch)


def test_the_old_credential_goes_and_the_new_one_stays(scene: Scene) -> None:
    foretold = scene.run(check=True)
    assert set(foretold.statuses.values()) == {"would_clean"}
    assert (foretold.result["changed"], scene.simulator.writes) == (True, [])
    done = scene.run()
    assert set(done.statuses.values()) == {"cleaned"}
    assert done.result["changed"]
    assert {name: scene.issuers(name) for name in scene.connections} == {name: ["entra"] for name in scene.connections}
    assert "old federated credential" in done.result["diff"]["before"]


def test_a_second_run_finds_nothing(scene: Scene) -> None:
    scene.run()
    scene.simulator.forget()
    again = scene.run()
    assert set(again.statuses.values()) == {"unchanged"}
    assert (again.result["changed"], scene.simulator.writes) == (False, [])


def test_nothing_is_migrated_meanwhile(scene: Scene) -> None:
    scene.put_back(scene.connections["three"])
    assert scene.run().statuses == {"one": "cleaned", "two": "cleaned"}
    assert scene.issuers("three") == ["azure_devops", "entra"]


def test_what_another_connection_signs_in_with_stays(scene: Scene) -> None:
    """A connection that was renamed keeps the subject of its old name, which is now somebody else's."""
    one, three = scene.connections["one"], scene.connections["three"]
    federation.put_pair(three, federation.pair(scene.simulator.world, one, "azure_devops"), "azure_devops")
    task = scene.run()
    assert task.statuses == {"one": "skipped", "two": "cleaned"}
    assert "old_credential_in_use" in task.codes("one")
    assert scene.issuers("one") == ["azure_devops", "entra"]


def test_where_not_everything_was_read_everything_stays(scene: Scene) -> None:
    task = scene.run(projects=["Payments"])
    assert set(task.statuses.values()) == {"skipped"}
    assert "unknown" in task.codes("one")
    assert scene.simulator.writes == []


def test_what_does_not_sign_in_with_the_new_issuer_keeps_the_old(scene: Scene) -> None:
    scene.simulator.knob(propagation_tests=10**6)
    task = scene.run()
    assert set(task.statuses.values()) == {"skipped"}
    assert scene.issuers("one") == ["azure_devops", "entra"]


def test_what_was_excluded_keeps_it(scene: Scene) -> None:
    assert scene.run(exclude=["one"]).statuses == {"one": "skipped", "three": "cleaned", "two": "cleaned"}
    assert scene.issuers("one") == ["azure_devops", "entra"]


def test_one_that_cannot_be_removed_does_not_stop_the_others(scene: Scene) -> None:
    scene.simulator.fault(method="DELETE", path=CLIENT, times=0, status=403)
    task = scene.run()
    assert task.statuses == {"one": "failed", "two": "failed", "three": "cleaned"}
    assert "contoso / Payments / one, contoso / Payments / two: " in task.result["msg"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"to": "workload_identity_federation"}, "to=entra_issuer only"),
        ({"resend": True}, "resend"),
        ({"plan_digest": "0" * 64}, "plan_digest"),
    ],
)
def test_it_is_a_step_of_its_own(scene: Scene, options: dict[str, t.Any], named: str) -> None:
    task = scene.run(**options)
    assert task.failed
    assert named in task.result["msg"]
    assert "remove_old_credential" in task.result["msg"]
    assert scene.simulator.requests == []
