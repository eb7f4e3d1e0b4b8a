# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert with to=entra_issuer: what is never sent, what is sent once, and who stops whom."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._move.journal import Journal
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, Shared

from simulator import Connection, Fleet, Moment, Recorded, Simulator, federation, identity_fleet
from simulator.directory import Application
from unit.plugins._helpers import tasks
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.killing import (
    alive,
    convert_elsewhere,
    hold_gate,
    hold_journal,
    order,
    pipe,
    process,
    run_elsewhere,
)
from unit.plugins._helpers.tasks import Task, convert

Simulate = t.Callable[..., Simulator]
MIGRATION: dict[str, t.Any] = {"method": "POST", "path": "externalfederatedcredentialmigration"}
CREDENTIALS: dict[str, t.Any] = {"method": "POST", "path": "federatedIdentityCredentials"}


class Migrating:
    """A fleet whose connections have the Azure DevOps issuer, and somebody who may do everything."""

    def __init__(self, simulate: Simulate, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._simulate = simulate
        self._monkeypatch = monkeypatch
        self.path = str(folder / "run.journal")
        self.fleet = Fleet(issuer="azure_devops")
        self.fleet.service_principal("automation", secret=SECRET)
        self.project = self.fleet.project("Payments")
        self.simulator: Simulator = t.cast(Simulator, None)

    def connection(self, name: str = "azure-0", **other: t.Any) -> Connection:
        return self.fleet.connection(
            other.pop("project", self.project), name, **{"scheme": "WorkloadIdentityFederation", **other}
        )

    def begin(self, number: int = 0, **knobs: t.Any) -> Simulator:
        """:param number: so many connections are made first."""
        for index in range(number):
            self.connection(f"azure-{index}")
        self.simulator = self._simulate(self.fleet, **{"issuer": "azure_devops", "migration_polls": 1, **knobs})
        return self.simulator

    def options(self, who: t.Literal["person", "service principal"] = "person", **other: t.Any) -> dict[str, t.Any]:
        return {
            **person(self.simulator, who, self._monkeypatch),
            "to": "entra_issuer",
            "journal": self.path,
            "concurrency": 1,
            "migration_grace": 0,
            "wait_timeout": 5,
            **other,
        }

    def run(self, who: t.Literal["person", "service principal"] = "person", **other: t.Any) -> Task:
        return convert(self.simulator, **self.options(who, **other))

    @property
    def asked(self) -> list[str]:
        """The subjects of all requests, whatever became of them."""
        return [str(item.body["serviceConnectionInput"]) for item in self.simulator.writes if is_migration(item)]

    def identity(self, connection: Connection) -> Application:
        found = federation.identity_of(self.simulator.world.directory, connection)
        assert isinstance(found, Application)
        return found

    def issuers(self, connection: Connection) -> list[str]:
        return ["entra" if "login" in item.issuer else "azure_devops" for item in self.identity(connection).credentials]

    def open_items(self) -> list[str]:
        return list(Journal(self.path, self.fleet.organization_id, now, read_only=True).open_items())


@pytest.fixture
def migrating(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Migrating:
    return Migrating(simulate, monkeypatch, tmp_path)


def now() -> datetime:
    return datetime.now(timezone.utc)


def is_migration(record: Recorded) -> bool:
    return record.path.endswith("/externalfederatedcredentialmigration")


def is_test(record: Recorded) -> bool:
    return record.path.endswith("/endpointproxy")


def flipped(connection: Connection) -> bool:
    return "login" in (connection.issuer or "")


# -- what it takes to ask for it ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"journal": None}, "journal"),
        ({"journal": ""}, "journal"),
        ({"verify": "none"}, "verify"),
        ({"verify": "before"}, "verify"),
        ({"revert_on_failure": True}, "revert_on_failure"),
        ({"batch": {"journal": "x"}}, "batch"),
    ],
    ids=str,
)
def test_options_that_cannot_go_with_it(migrating: Migrating, options: dict[str, t.Any], named: str) -> None:
    migrating.begin(1)
    task = migrating.run(**options)
    assert task.result["failure"]["code"] == "invalid_option"
    assert named in task.result["msg"]
    assert migrating.simulator.requests == []


def test_revert_all_is_the_other_way(migrating: Migrating) -> None:
    migrating.begin(1)
    assert "revert_all" in migrating.run(revert_all=True).result["msg"]
    assert migrating.asked == []


def test_resend_goes_with_nothing_else(migrating: Migrating) -> None:
    migrating.begin(1)
    task = migrating.run(to="workload_identity_federation", resend=True)
    assert (task.result["failure"]["code"], migrating.simulator.requests) == ("invalid_option", [])


def test_a_personal_access_token_is_not_enough(migrating: Migrating) -> None:
    simulator = migrating.begin(2)
    task = convert(simulator, to="entra_issuer", journal=migrating.path)
    assert set(task.statuses.values()) == {"skipped"}
    assert all("caller_needs_entra_token" in task.codes(name) for name in task.names)
    assert simulator.writes == []


def test_it_needs_the_consent_that_there_is_no_way_back(migrating: Migrating) -> None:
    migrating.begin(1)
    task = migrating.run(allow_irreversible=False)
    assert (task.statuses, migrating.asked) == ({"azure-0": "skipped"}, [])
    assert "irreversible" in task.codes("azure-0")


def test_all_is_well(migrating: Migrating) -> None:
    simulator = migrating.begin(3)
    stored = list(simulator.world.connections.values())
    subjects = [item.subject for item in stored]
    task = migrating.run(verify="both")
    assert (task.failed, set(task.statuses.values())) == (False, {"migrated"})
    assert migrating.asked == subjects
    for record in simulator.writes:
        assert record.body.keys() == {"serviceConnectionInput"}
    for connection in stored:
        assert flipped(connection)
        assert migrating.issuers(connection) == ["azure_devops", "entra"]
    for row in task.rows:
        assert (row["before"]["issuer_kind"], row["after"]["issuer_kind"]) == ("azure_devops", "entra")
        assert row["verification"]["after"]["result"] == "ok"
        assert (row["rollback"], row["hand_off"], row["error"]) == ("impossible", None, None)
        assert [reason["code"] for reason in row["reasons"] if reason["effect"] == "blocks"] == []
    assert migrating.open_items() == []
    assert migrating.run().rows == []


def test_check_mode_tells_and_sends_nothing(migrating: Migrating) -> None:
    simulator = migrating.begin(1)
    task = migrating.run(check=True)
    assert task.statuses == {"azure-0": "would_migrate"}
    assert simulator.writes == []
    assert not Path(migrating.path).exists()


# -- what is never sent ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"multi_tenant": True}, "application_multi_tenant"),
        ({"environment": "AzureChinaCloud"}, "sovereign_cloud"),
        ({"environment": "AzureUSGovernment"}, "sovereign_cloud"),
        ({"environment": "AzureStack"}, "azure_stack"),
        ({"application_exists": False}, "unknown"),
        ({"state": "failed"}, "failed"),
        ({"state": "in_progress"}, "not_ready"),
        ({"enabled": False}, "disabled"),
        ({"running": True}, "in_use_now"),
        ({"scheme": "ServicePrincipal"}, "already_service_principal"),
        ({"scheme": "ManagedServiceIdentity"}, "agent_managed_identity"),
        ({"issuer": "entra"}, "already_entra_issuer"),
        ({"partial": True}, "no_permission"),
        ({"parameters": {"workloadIdentityFederationSubject": None}}, "unknown"),
        ({"parameters": {"workloadIdentityFederationSubject": ""}}, "unknown"),
        ({"parameters": {"workloadIdentityFederationIssuer": "https://issuer.example"}}, "unknown"),
        ({"parameters": {"workloadIdentityFederationIssuer": None}}, "unknown"),
        ({"parameters": {"workloadIdentityFederationSubject": "sc://contoso/payments/azure-0"}}, "subject_mismatch"),
        ({"parameters": {"workloadIdentityFederationSubject": "sc://contoso/Payments/azure-0 "}}, "subject_mismatch"),
        ({"parameters": {"workloadIdentityFederationSubject": "sc://fabrikam/Payments/azure-0"}}, "subject_mismatch"),
        ({"parameters": {"workloadIdentityFederationSubject": "sc://contoso/Payments/azure-0/x"}}, "subject_mismatch"),
        ({"parameters": {"workloadIdentityFederationSubject": "sc://contoso/Payments/azure-%30"}}, "subject_mismatch"),
    ],
    ids=str,
)
def test_what_stands_against_it(migrating: Migrating, wishes: dict[str, t.Any], code: str) -> None:
    migrating.connection("azure-0", **wishes)
    migrating.begin()
    task = migrating.run(connections=["azure-0"])
    assert task.rows[0]["status"] in ("skipped", "unchanged")
    assert code in [reason["code"] for reason in task.rows[0]["reasons"] if reason["effect"] == "blocks"]
    assert migrating.simulator.writes == []


def test_a_list_of_credentials_that_is_full(migrating: Migrating) -> None:
    connection = migrating.connection()
    migrating.begin()
    for number in range(19):
        identity_fleet.federate(
            migrating.identity(connection), f"other-{number}", "https://issuer.example", f"{number}"
        )
    task = migrating.run()
    assert "federated_credential_limit" in task.codes("azure-0")
    assert (task.statuses, migrating.simulator.writes) == ({"azure-0": "skipped"}, [])


def test_a_list_of_credentials_with_room_for_one(migrating: Migrating) -> None:
    connection = migrating.connection()
    migrating.begin()
    for number in range(18):
        identity_fleet.federate(
            migrating.identity(connection), f"other-{number}", "https://issuer.example", f"{number}"
        )
    assert migrating.run().statuses == {"azure-0": "migrated"}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 403, "times": 0, "path": r"_graph/.*applications"},
        {"status": 401, "times": 0, "path": r"_graph/"},
        {"status": 500, "times": 0, "path": r"federatedIdentityCredentials"},
        {"status": 200, "body": {"id": "x"}, "times": 0, "path": r"applications\(appId='[^']*'\)\?"},
        {"kind": "html", "status": 200, "times": 0, "path": r"_graph/.*applications"},
    ],
    ids=str,
)
def test_an_audience_that_could_not_be_read(migrating: Migrating, fault: dict[str, t.Any]) -> None:
    simulator = migrating.begin(1)
    simulator.fault(**{"method": "GET", **fault})
    task = migrating.run(max_retries=0)
    assert task.statuses == {"azure-0": "skipped"}
    assert [reason["effect"] for reason in task.rows[0]["reasons"] if reason["code"] == "unknown"] == ["blocks"]
    assert simulator.writes == []


def test_an_application_that_is_gone(migrating: Migrating) -> None:
    migrating.connection(application_exists=False)
    simulator = migrating.begin()
    task = migrating.run(tenant=simulator.fleet.tenant_id)
    assert (task.statuses, simulator.writes) == ({"azure-0": "skipped"}, [])
    assert "application_missing" in task.codes("azure-0")


def test_a_connection_of_another_tenant(migrating: Migrating) -> None:
    migrating.connection(tenant_id="99999999-0000-4000-8000-000000000001")
    simulator = migrating.begin()
    task = migrating.run(tenant=simulator.fleet.tenant_id)
    assert task.statuses == {"azure-0": "skipped"}
    assert migrating.simulator.writes == []


# -- the subject names somebody else -------------------------------------------------------------------------------------
def never_sent(migrating: Migrating, *names: str, **options: t.Any) -> None:
    task = migrating.run(**options)
    for name in names:
        assert task.statuses[name] == "skipped"
        assert "subject_mismatch" in task.codes(name)
    assert migrating.simulator.writes == []


def test_a_connection_whose_old_name_another_one_bears(migrating: Migrating) -> None:
    """The service goes by the name: it would migrate the other one."""
    renamed = migrating.connection("old")
    renamed.owning.name = "new"
    heir = migrating.connection("old", identifier=migrating.fleet.organization_id)
    heir.parameters[federation.SUBJECT] = "sc://contoso/Payments/before"
    migrating.begin()
    never_sent(migrating, "new", "old")
    assert not flipped(heir)


def test_two_connections_with_one_subject(migrating: Migrating) -> None:
    own = migrating.connection("own")
    other = migrating.connection("other")
    other.parameters[federation.SUBJECT] = own.subject
    migrating.begin()
    never_sent(migrating, "own", "other")


def test_two_connections_with_one_subject_of_which_one_is_named(migrating: Migrating) -> None:
    own = migrating.connection("own")
    other = migrating.connection("other", project=migrating.fleet.project("Elsewhere"))
    other.parameters[federation.SUBJECT] = own.subject
    migrating.begin()
    never_sent(migrating, "own", connections=["own"])


@pytest.mark.parametrize("what", ["connection", "project", "organization"])
def test_what_was_renamed_since(migrating: Migrating, what: str) -> None:
    connection = migrating.connection()
    if what == "connection":
        connection.owning.name = "renamed"
    elif what == "project":
        connection.owning.project.name = "Renamed"
    else:
        connection.parameters[federation.SUBJECT] = "sc://former-name/Payments/azure-0"
    migrating.begin()
    never_sent(migrating, connection.name)


def test_what_was_renamed_between_the_list_and_the_request(migrating: Migrating) -> None:
    """The fresh read decides; by then another connection may bear the old name."""
    connection = migrating.connection("azure-0")
    simulator = migrating.begin()
    reads = 0

    def rename(record: Recorded, moment: Moment) -> None:
        nonlocal reads
        if moment == "arrived" and record.method == "GET" and record.path.endswith(f"/endpoints/{connection.id}"):
            reads += 1
            connection.owning.name = "renamed"

    simulator.observe(rename)
    task = migrating.run()
    assert reads
    assert [row["status"] for row in task.rows] == ["skipped"]
    assert "subject_mismatch" in [reason["code"] for reason in task.rows[0]["reasons"]]
    assert migrating.asked == []


def test_a_shared_connection_is_asked_for_by_the_name_at_its_owner(migrating: Migrating) -> None:
    guest = migrating.fleet.project("Guest")
    shared = migrating.connection("ours", shared_with=[(guest, "theirs")])
    migrating.begin()
    assert migrating.run().statuses == {"ours": "skipped"}
    assert migrating.run(shared="include").statuses == {"ours": "migrated"}
    assert migrating.asked == ["sc://contoso/Payments/ours"]
    assert flipped(shared)


@pytest.mark.parametrize("name", ["with space", "größe", "a/b", "100% & more", "quote\"'"])
def test_the_stored_subject_is_sent_to_the_letter(migrating: Migrating, name: str) -> None:
    connection = migrating.connection(name)
    migrating.begin()
    subject = connection.subject
    assert migrating.run().statuses == {name: "migrated"}
    assert migrating.asked == [subject]


# -- the first one ---------------------------------------------------------------------------------------------------------
def test_the_first_one_is_alone_until_it_is_tested(migrating: Migrating) -> None:
    simulator = migrating.begin(6)
    first = next(iter(simulator.world.connections.values()))
    tested = threading.Event()
    early: list[str] = []

    def look(record: Recorded, moment: Moment) -> None:
        if is_test(record) and moment == "applied" and flipped(first):
            tested.set()
        about_others = any(
            item.id in record.raw_path for item in simulator.world.connections.values() if item is not first
        ) or (is_migration(record) and record.body["serviceConnectionInput"] != "sc://contoso/Payments/azure-0")
        if about_others and not tested.is_set():
            early.append(str(record))

    simulator.observe(look)
    task = migrating.run(concurrency=6, verify="both")
    assert set(task.statuses.values()) == {"migrated"}
    assert early == []
    proof = next(number for number, item in enumerate(simulator.requests) if is_migration(item))
    assert max(item.in_flight for item in simulator.requests[proof : proof + 3]) == 1


def test_after_the_first_they_go_side_by_side(migrating: Migrating) -> None:
    simulator = migrating.begin(6, latency_ms={"write": 20, "convert": 20})
    assert set(migrating.run(concurrency=5).statuses.values()) == {"migrated"}
    assert max(item.in_flight for item in simulator.requests if is_migration(item)) > 1


def test_a_first_one_that_is_left_alone_proves_nothing(migrating: Migrating) -> None:
    """The next one takes its place."""
    migrating.connection("azure-0", running=True)
    migrating.connection("azure-1", multi_tenant=True)
    migrating.connection("azure-2")
    migrating.connection("azure-3")
    simulator = migrating.begin()
    simulator.fault(**CREDENTIALS, status=403, times=0)
    simulator.knob(migration_credential="forget")
    task = migrating.run(concurrency=4)
    assert [task.statuses[f"azure-{number}"] for number in range(4)] == ["skipped", "skipped", "failed", "skipped"]
    assert len(migrating.asked) == 1


@pytest.mark.parametrize("concurrency", [1, 4])
def test_the_first_one_without_a_credential_stops_all(migrating: Migrating, concurrency: int) -> None:
    simulator = migrating.begin(5, migration_credential="forget")
    simulator.fault(**CREDENTIALS, status=403, times=0)
    task = migrating.run(concurrency=concurrency)
    assert task.failed
    row = task.by_name["azure-0"]
    assert (row["status"], row["verification"]["after"]["result"]) == ("failed", "federation_failed")
    assert row["hand_off"]["urgent"]
    assert (row["hand_off"]["issuer"], row["hand_off"]["subject"]) == federation.pair(
        simulator.world, simulator.world.connections[row["id"]], "entra"
    )
    assert "az ad app federated-credential create" in row["hand_off"]["commands"]["az"]
    assert [task.statuses[f"azure-{number}"] for number in range(1, 5)] == ["skipped"] * 4
    assert all("not_started" in task.codes(f"azure-{number}") for number in range(1, 5))
    assert len(migrating.asked) == 1


def test_a_later_one_that_cannot_sign_in_stops_the_rest(migrating: Migrating) -> None:
    simulator = migrating.begin(6)

    def forget(record: Recorded, moment: Moment) -> None:
        if is_migration(record) and moment == "arrived" and record.body["serviceConnectionInput"].endswith("azure-2"):
            simulator.knob(migration_credential="forget")
            simulator.fault(**CREDENTIALS, status=403, times=0)

    simulator.observe(forget)
    task = migrating.run()
    assert [task.statuses[f"azure-{number}"] for number in range(6)] == [
        "migrated", "migrated", "failed", "skipped", "skipped", "skipped",
    ]  # fmt: skip
    assert len(migrating.asked) == 3


def test_a_test_that_fails_for_good_stops_all_although_the_credential_is_there(migrating: Migrating) -> None:
    simulator = migrating.begin(3)
    answer = {
        "result": None,
        "statusCode": "badRequest",
        "errorMessage": "AADSTS700213: No matching federated identity record found.",
    }
    simulator.fault(method="POST", path="endpointproxy", status=200, body=answer, times=0)
    task = migrating.run(verify="after")
    assert [task.statuses[f"azure-{number}"] for number in range(3)] == ["failed", "skipped", "skipped"]
    assert len(migrating.asked) == 1


def test_a_role_that_is_missing_does_not_stop_them(migrating: Migrating) -> None:
    """It got a token, which is what the migration is about."""
    for number in range(3):
        migrating.connection(f"azure-{number}", role=None)
    migrating.begin()
    task = migrating.run(verify="both")
    assert set(task.statuses.values()) == {"migrated"}, task.result.get("msg")


def test_a_credential_needs_its_time_to_spread(migrating: Migrating) -> None:
    migrating.begin(2, propagation_tests=3)
    task = migrating.run(verify="after", verify_timeout=5)
    assert set(task.statuses.values()) == {"migrated"}


# -- the credential after the switch -----------------------------------------------------------------------------------
def test_a_credential_that_the_service_forgot_is_made_exactly(migrating: Migrating) -> None:
    simulator = migrating.begin(2, migration_credential="forget")
    task = migrating.run()
    assert set(task.statuses.values()) == {"migrated"}, task.result.get("msg")
    for connection in simulator.world.connections.values():
        old, new = migrating.identity(connection).credentials
        assert (new.issuer, new.subject) == federation.pair(simulator.world, connection, "entra")
        assert new.audiences == ["api://AzureADTokenExchange"]
        assert connection.id in new.name
        assert "vstoken" in old.issuer


def test_a_credential_that_the_service_writes_is_not_made_twice(migrating: Migrating) -> None:
    simulator = migrating.begin(1)
    assert migrating.run().statuses == {"azure-0": "migrated"}
    assert len(simulator.writes) == 1


def test_require_hands_off_what_the_service_forgot(migrating: Migrating) -> None:
    simulator = migrating.begin(2, migration_credential="forget")
    task = migrating.run(federated_credential={"mode": "require"})
    assert task.statuses == {"azure-0": "failed", "azure-1": "skipped"}
    assert task.by_name["azure-0"]["hand_off"]["urgent"]
    assert len(simulator.writes) == 1


def test_the_run_after_a_hand_off_goes_on(migrating: Migrating) -> None:
    simulator = migrating.begin(2, migration_credential="forget")
    simulator.fault(**CREDENTIALS, status=403, times=0)
    hand_off = migrating.run().by_name["azure-0"]["hand_off"]
    first = next(iter(simulator.world.connections.values()))
    identity_fleet.federate(migrating.identity(first), "by-hand", hand_off["issuer"], hand_off["subject"])
    simulator.clear_faults()
    task = migrating.run()
    assert task.statuses == {"azure-0": "migrated", "azure-1": "migrated"}
    assert task.by_name["azure-0"]["verification"]["after"]["result"] == "ok"
    assert len(migrating.asked) == 2
    assert migrating.open_items() == []


# -- an answer that was lost ---------------------------------------------------------------------------------------------
LOST: list[dict[str, t.Any]] = [
    {"kind": "reset_after"},
    {"kind": "cut"},
    {"kind": "truncated"},
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 504},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 500, "body": {"typeKey": "SomethingException", "message": "It went wrong."}},
    {"kind": "status", "status": 409, "body": {"message": "Conflict."}},
    {"kind": "status", "status": 200, "body": {"success": False, "message": "Unheard of."}},
    {"kind": "status", "status": 200, "body": []},
    {"kind": "status", "status": 202, "body": None},
    {"kind": "reset_before"},
]  # fmt: skip


@pytest.mark.parametrize("fault", LOST[:3], ids=str)
def test_a_lost_answer_is_found_in_the_issuer(migrating: Migrating, fault: dict[str, t.Any]) -> None:
    simulator = migrating.begin(2)
    simulator.fault(**MIGRATION, **fault)
    task = migrating.run(migration_grace=5)
    assert set(task.statuses.values()) == {"migrated"}
    assert len(migrating.asked) == 2


@pytest.mark.parametrize("fault", LOST, ids=str)
def test_what_is_not_confirmed_waits_stops_all_and_is_never_sent_again_unasked(
    migrating: Migrating, fault: dict[str, t.Any]
) -> None:
    simulator = migrating.begin(3, migration_polls=1000)
    simulator.fault(**MIGRATION, **fault)
    task = migrating.run()
    assert task.statuses == {"azure-0": "waiting", "azure-1": "skipped", "azure-2": "skipped"}
    row = task.by_name["azure-0"]
    assert "resend" in row["error"]["remedy"]
    assert "issuer_migration_unconfirmed" in task.codes("azure-0")
    assert len(migrating.asked) == 1
    for _time in range(2):
        assert migrating.run(connections=["azure-0"]).statuses == {"azure-0": "waiting"}
        assert len(migrating.asked) == 1


def test_what_is_not_confirmed_is_looked_at_before_anything_new_is_asked_for(migrating: Migrating) -> None:
    """Else each run leaves one more in the dark, and says of the older ones only that it did not get there."""
    simulator = migrating.begin(3, migration_polls=1000)
    simulator.fault(**MIGRATION, kind="reset_after", times=0)
    migrating.run()
    assert len(migrating.asked) == 1
    task = migrating.run()
    assert task.statuses["azure-0"] == "waiting"
    assert "resend" in task.by_name["azure-0"]["error"]["remedy"]


@pytest.mark.parametrize("fault", [{"kind": "reset_before"}, {"kind": "status", "status": 503}], ids=str)
def test_resend_sends_again_what_never_arrived(migrating: Migrating, fault: dict[str, t.Any]) -> None:
    simulator = migrating.begin(2)
    simulator.fault(**MIGRATION, **fault)
    assert migrating.run().statuses["azure-0"] == "waiting"
    task = migrating.run(resend=True)
    assert set(task.statuses.values()) == {"migrated"}
    assert len(migrating.asked) == 3
    assert migrating.open_items() == []


def test_resend_looks_first(migrating: Migrating) -> None:
    simulator = migrating.begin(1, migration_polls=4)
    simulator.fault(**MIGRATION, kind="reset_after")
    assert migrating.run().statuses == {"azure-0": "waiting"}
    task = migrating.run(resend=True, migration_grace=5)
    assert (task.statuses, len(migrating.asked)) == ({"azure-0": "migrated"}, 1)


def test_a_slow_one_is_recognised_by_the_next_run_and_tested(migrating: Migrating) -> None:
    simulator = migrating.begin(2, migration_polls=3)
    simulator.fault(**MIGRATION, kind="reset_after")
    assert migrating.run().statuses == {"azure-0": "waiting", "azure-1": "skipped"}
    task = migrating.run(migration_grace=5)
    assert task.statuses == {"azure-0": "migrated", "azure-1": "migrated"}
    assert task.by_name["azure-0"]["verification"]["after"]["result"] == "ok"


def test_what_was_taken_up_and_confirmed_has_nothing_against_it(migrating: Migrating) -> None:
    simulator = migrating.begin(1, migration_polls=3)
    simulator.fault(**MIGRATION, kind="reset_after")
    assert migrating.run().statuses == {"azure-0": "waiting"}
    task = migrating.run(migration_grace=5)
    assert task.statuses == {"azure-0": "migrated"}
    assert [reason["code"] for reason in task.rows[0]["reasons"] if reason["effect"] == "blocks"] == []


def test_one_that_was_accepted_and_takes_too_long_waits(migrating: Migrating) -> None:
    migrating.begin(2, migration_polls=1000)
    assert migrating.run(wait_timeout=0).statuses == {"azure-0": "waiting", "azure-1": "skipped"}
    assert migrating.run(connections=["azure-0"]).statuses == {"azure-0": "waiting"}
    assert len(migrating.asked) == 1


def test_without_its_journal_the_credential_of_the_service_is_a_warning(migrating: Migrating) -> None:
    """Somebody asked before, or prepared it by hand: the two look alike."""
    simulator = migrating.begin(1, migration_polls=1000)
    connection = next(iter(simulator.world.connections.values()))
    issuer, subject = federation.pair(simulator.world, connection, "entra")
    identity_fleet.federate(migrating.identity(connection), "made-before", issuer, subject)
    assert migrating.run().statuses == {"azure-0": "waiting"}
    assert migrating.asked == []


def test_who_is_not_signed_in_any_more_does_not_forget_what_was_sent(migrating: Migrating) -> None:
    """The token ends while the service is at work: the request was accepted, and must not be sent again unasked."""
    simulator = migrating.begin(1, migration_polls=1000)

    def sign_out(record: Recorded, moment: Moment) -> None:
        if is_migration(record) and moment == "applied":
            simulator.fault(path="/contoso/", status=401, times=0)

    simulator.observe(sign_out)
    task = migrating.run()
    assert task.failed
    simulator.observe(None)
    simulator.clear_faults()
    assert migrating.open_items() != []
    assert migrating.run().statuses == {"azure-0": "waiting"}
    assert len(migrating.asked) == 1


def test_a_stop_does_not_forget_what_was_sent(migrating: Migrating) -> None:
    simulator = migrating.begin(1, migration_polls=1000)
    shared = Shared()

    def stop(record: Recorded, moment: Moment) -> None:
        if is_migration(record) and moment == "applied":
            shared.stop.set()

    simulator.observe(stop)
    assert migrating.run(loop=shared).result["failure"]["code"] == "stopped"
    simulator.observe(None)
    assert migrating.run().statuses == {"azure-0": "waiting"}
    assert len(migrating.asked) == 1


@pytest.mark.parametrize("wish", ["in use", "excluded"])
def test_a_resend_that_sent_nothing_forgets_nothing(migrating: Migrating, wish: str) -> None:
    """The consent was for that run: what it did not send again still waits for the next one."""
    simulator = migrating.begin(1, migration_polls=1000)
    simulator.fault(**MIGRATION, kind="reset_after")
    assert migrating.run().statuses == {"azure-0": "waiting"}
    connection = next(iter(simulator.world.connections.values()))
    if wish == "in use":
        connection.history[connection.owning.project.id] = migrating.fleet.executions(
            migrating.fleet.now - migrating.fleet.now, running=True
        )
        task = migrating.run(resend=True)
        connection.history.clear()
    else:
        task = migrating.run(resend=True, exclude=["azure-0"])
    assert len(migrating.asked) == 1, task.statuses
    assert migrating.run().statuses == {"azure-0": "waiting"}
    assert len(migrating.asked) == 1


def test_a_resend_that_was_refused_does_not_forget_the_first_request(migrating: Migrating) -> None:
    """The service says 400 to the second one because it is still at work on the first."""
    simulator = migrating.begin(1, migration_polls=1000)
    simulator.fault(**MIGRATION, kind="reset_after")
    assert migrating.run().statuses == {"azure-0": "waiting"}
    migrating.run(resend=True)
    assert len(migrating.asked) == 2
    assert migrating.run().statuses == {"azure-0": "waiting"}
    assert len(migrating.asked) == 2


# -- refusals ----------------------------------------------------------------------------------------------------------
def test_a_refusal_names_no_reason_and_is_handed_to_a_person_with_a_hint(migrating: Migrating) -> None:
    migrating.connection("azure-0", application_writable=False)
    migrating.connection("azure-1")
    migrating.begin()
    task = migrating.run()
    # It changed nothing, so the next one shows whether migrations work.
    assert task.statuses == {"azure-0": "needs_person", "azure-1": "migrated"}
    row = task.by_name["azure-0"]
    assert "migrate the connection 'azure-0' in the portal" in row["hand_off"]["what_to_do"]
    assert row["error"]["details"]["status"] == 400
    assert "Administrator" in row["error"]["remedy"]
    assert migrating.open_items() == []


def test_not_found_is_a_failure_with_a_hint(migrating: Migrating) -> None:
    simulator = migrating.begin(1)
    simulator.fault(**MIGRATION, status=404, body={"success": False, "message": "Service connection not found."})
    task = migrating.run()
    assert task.statuses == {"azure-0": "failed"}
    assert "may not see" in task.rows[0]["error"]["remedy"]
    assert migrating.run().statuses == {"azure-0": "migrated"}


def test_a_refusal_after_which_the_issuer_is_the_new_one_all_the_same(migrating: Migrating) -> None:
    simulator = migrating.begin(1, migration_polls=0)

    def lie(record: Recorded, moment: Moment) -> None:
        if is_migration(record) and moment == "arrived":
            connection = next(iter(simulator.world.connections.values()))
            federation.put_pair(connection, federation.pair(simulator.world, connection, "entra"), "entra")

    simulator.observe(lie)
    task = migrating.run()
    assert task.statuses == {"azure-0": "migrated"}


def test_a_migration_that_fails_later(migrating: Migrating) -> None:
    simulator = migrating.begin(2, migration_failure="No right to write the credential.")
    task = migrating.run()
    assert task.statuses == {"azure-0": "failed", "azure-1": "skipped"}
    assert "No right to write" in task.result["msg"]
    assert len(migrating.asked) == 1
    assert not any(map(flipped, simulator.world.connections.values()))


def test_too_many_requests_are_provably_unsent(migrating: Migrating) -> None:
    simulator = migrating.begin(2)
    simulator.fault(**MIGRATION, status=429, times=3)
    task = migrating.run()
    assert set(task.statuses.values()) == {"migrated"}
    assert len(migrating.asked) == 5


def test_too_many_requests_for_ever(migrating: Migrating) -> None:
    simulator = migrating.begin(2)
    simulator.fault(**MIGRATION, status=429, times=0)
    task = migrating.run()
    assert set(task.statuses.values()) == {"failed"}
    assert not task.result["changed"]
    assert migrating.open_items() == []
    simulator.clear_faults()
    assert set(migrating.run().statuses.values()) == {"migrated"}


def test_a_token_that_was_rejected_is_replaced_once(migrating: Migrating) -> None:
    simulator = migrating.begin(1)
    simulator.fault(**MIGRATION, status=401)
    assert migrating.run().statuses == {"azure-0": "migrated"}
    assert len(migrating.asked) == 2


# -- service principals ------------------------------------------------------------------------------------------------
def test_a_service_principal_may_if_the_service_lets_it(migrating: Migrating) -> None:
    migrating.begin(2, migration_non_user=True)
    assert set(migrating.run("service principal").statuses.values()) == {"migrated"}


def test_refusals_come_one_by_one(migrating: Migrating) -> None:
    """None of them proved anything, so no two are asked for at once."""
    simulator = migrating.begin(3, latency_ms={"write": 10})
    task = migrating.run("service principal", concurrency=3)
    assert set(task.statuses.values()) == {"needs_person"}
    assert max(item.in_flight for item in simulator.requests if is_migration(item)) == 1


# -- tasks that share a journal ------------------------------------------------------------------------------------------
def test_the_second_task_waits_at_the_gate(migrating: Migrating) -> None:
    """And begins none when the first one failed."""
    simulator = migrating.begin(3)
    with alive(hold_gate, migrating.path, migrating.fleet.organization_id, "play", "stopped") as first:
        here, there = pipe()
        second = process(convert_elsewhere, order(simulator, entra=True, play="play", **migrating.options()), there)
        planned = threading.Event()
        simulator.observe(lambda record, moment: planned.set() if record.path.endswith("/endpoints") else None)
        second.start()
        assert planned.wait(30)
        assert not here.poll(0.2)
        assert migrating.asked == []
        first.send("go on")
        assert here.poll(30)
    assert [row["status"] for row in here.recv()["connections"]] == ["skipped"] * 3
    assert migrating.asked == []
    second.join(30)


def test_the_second_task_goes_on_when_the_first_one_proved_it(migrating: Migrating) -> None:
    simulator = migrating.begin(2)
    with alive(hold_gate, migrating.path, migrating.fleet.organization_id, "play", "proven") as first:
        here, there = pipe()
        options = migrating.options(concurrency=2)
        second = process(convert_elsewhere, order(simulator, entra=True, play="play", **options), there)
        planned = threading.Event()
        simulator.observe(lambda record, moment: planned.set() if record.path.endswith("/endpoints") else None)
        second.start()
        assert planned.wait(30)
        first.send("go on")
        assert here.poll(30)
        assert [row["status"] for row in here.recv()["connections"]] == ["migrated"] * 2
        second.join(30)


def test_a_stop_elsewhere_stops_what_comes_next(migrating: Migrating, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by a task of the same play while this one is past its first."""
    monkeypatch.setattr(tasks, "Runtime", partial(Runtime, play="play"))
    simulator = migrating.begin(4)
    other = Journal(migrating.path, migrating.fleet.organization_id, now, play="play")

    def stop(record: Recorded, moment: Moment) -> None:
        if is_migration(record) and moment == "arrived" and record.body["serviceConnectionInput"].endswith("azure-1"):
            other.tell("stopped")

    simulator.observe(stop)
    task = migrating.run()
    assert [task.statuses[f"azure-{number}"] for number in range(4)] == ["migrated", "migrated", "skipped", "skipped"]


def test_two_tasks_never_ask_for_one_connection_twice(migrating: Migrating) -> None:
    """A pending migration looks ready and has the old issuer: only the journal says that somebody else asked."""
    simulator = migrating.begin(3)
    second = list(simulator.world.connections.values())[1]
    told: list[tuple[str, str, dict[str, t.Any]]] = [
        ("sent", second.id, {"operation": "move", "target": "entra_issuer"}),
        ("answered", second.id, {"operation": "move", "result": "accepted"}),
    ]
    with contextlib.ExitStack() as stack:

        def elsewhere(record: Recorded, moment: Moment) -> None:
            """When this task is at its first migration, another one asks for the second connection."""
            if is_migration(record) and moment == "applied" and len(migrating.asked) == 1:
                stack.enter_context(alive(hold_journal, migrating.path, migrating.fleet.organization_id, told))

        simulator.observe(elsewhere)
        task = migrating.run(connections=["azure-0", "azure-1"])
    assert task.statuses["azure-0"] == "migrated"
    assert "sc://contoso/Payments/azure-1" not in migrating.asked
    assert (task.by_name["azure-1"]["error"] or {}).get("code") == "busy"


def test_a_connection_in_other_hands_was_not_changed_and_stops_nobody(
    migrating: Migrating, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hosts whose lists overlap: each does what the other one does not."""
    monkeypatch.setattr(tasks, "Runtime", partial(Runtime, play="play"))
    simulator = migrating.begin(3)
    first, second, _third = simulator.world.connections.values()
    told: list[tuple[str, str, dict[str, t.Any]]] = [
        ("sent", second.id, {"operation": "move", "target": "entra_issuer"})
    ]
    with contextlib.ExitStack() as stack:

        def elsewhere(record: Recorded, moment: Moment) -> None:
            if is_migration(record) and moment == "applied" and len(migrating.asked) == 1:
                stack.enter_context(alive(hold_journal, migrating.path, migrating.fleet.organization_id, told))

        simulator.observe(elsewhere)
        task = migrating.run()
        mine = Journal(migrating.path, migrating.fleet.organization_id, now, play="play", read_only=True)
        assert "stopped" not in mine.told()
    assert flipped(first)
    assert [task.statuses[f"azure-{number}"] for number in (0, 2)] == ["migrated", "migrated"]
    assert not flipped(second)
    assert list(mine.open_items()) == [second.id]


def test_a_run_in_a_process_of_its_own(migrating: Migrating) -> None:
    simulator = migrating.begin(2)
    result = run_elsewhere(order(simulator, entra=True, **migrating.options()))
    assert [row["status"] for row in result["connections"]] == ["migrated"] * 2
