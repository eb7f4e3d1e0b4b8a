# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: an outcome is what was last known of a connection, and what one run knew is used by the next."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.verdict import judge

from simulator import Connection, Fleet, Simulator, federation, identity_fleet, pending
from simulator.recorder import Recorded
from simulator.state import Pending
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.fleets import WIF, named
from unit.plugins._helpers.tasks import Task, convert

Options = dict[str, t.Any]
Simulate = t.Callable[..., Simulator]
NAME = "azure-prod"
CONVERSION: Options = {"method": "PUT", "path": "operation=ConvertAuthenticationScheme"}
REVERT: Options = {"to": "service_principal", "allow_irreversible": False}
NOT_CONFIGURED = (
    "The authorization scheme could not be upgraded to WorkloadIdentityFederation because the service principal could not be configured automatically, "
    "and no valid configuration exists."
)
PROXY_PAGE: Options = {"kind": "html", "status": 200, "body": "proxy"}
SIGNED_OUT: Options = {"status": 401}
BROKEN: Options = {"status": 500, "body": {"message": "TF400898: An Internal Error Occurred."}}


class Scene:
    """One connection, and what happens as soon as its conversion has been accepted."""

    def __init__(self, simulator: Simulator, connection: Connection) -> None:
        self.simulator, self.connection = simulator, connection
        self.then: t.Callable[[], object] = lambda: None
        simulator.observe(self._observe)

    def _observe(self, record: Recorded, moment: str) -> None:
        if record.method == "PUT" and moment == "applied":
            then, self.then = self.then, lambda: None
            then()

    def run(self, **options: t.Any) -> Task:
        return convert(self.simulator, **{"wait_timeout": 1, "connections": [self.connection.name], **options})

    @property
    def puts(self) -> int:
        return sum(item.method == "PUT" for item in self.simulator.writes)


@pytest.fixture
def make(simulate: Simulate) -> t.Callable[..., Scene]:
    def scene(*, knobs: Options | None = None, **connection: t.Any) -> Scene:
        fleet = Fleet()
        made = fleet.connection(fleet.project("Payments"), NAME, **connection)
        fleet.service_principal("automation", secret=SECRET)
        return Scene(simulate(fleet, **(knobs or {})), made)

    return scene


Make = t.Callable[..., Scene]


# -- accepted, and then nobody could look -----------------------------------------------------------------------------
@pytest.mark.parametrize("polls", [0, 10_000], ids=["done", "at work"])
@pytest.mark.parametrize("ending", [SIGNED_OUT, PROXY_PAGE, BROKEN], ids=["signed out", "proxy page", "500"])
def test_what_was_accepted_is_not_said_to_have_failed(make: Make, ending: Options, polls: int) -> None:
    scene = make(conversion_polls=polls)
    scene.then = lambda: scene.simulator.fault(path="", times=0, **ending)
    task = scene.run(max_retries=1)
    (row,) = task.rows
    assert (row["status"], task.result["changed"], scene.puts) == ("waiting", True, 1)
    assert "accepted" in row["error"]["message"]
    assert row["error"]["code"] == "unconfirmed"
    assert "Run again" in row["error"]["remedy"]
    assert task.result["failure"]["code"] == "unfinished"
    scene.simulator.clear_faults()
    scene.connection.conversion_polls = 0
    if polls:
        assert scene.connection.pending is not None
        scene.connection.pending.polls = 0
    assert scene.run().statuses == {NAME: "unchanged"}
    assert scene.puts == 1


def test_with_a_journal_the_next_run_confirms_and_tests_it(make: Make, tmp_path: Path) -> None:
    scene = make()
    journal = str(tmp_path / "journal")
    scene.then = lambda: scene.simulator.fault(path="", times=0, **SIGNED_OUT)
    assert scene.run(journal=journal).statuses == {NAME: "waiting"}
    scene.simulator.clear_faults()
    task = scene.run(journal=journal)
    (row,) = task.rows
    assert (row["status"], row["verification"]["after"]["result"]) == ("converted", "ok")
    assert row["verification"]["before"]["result"] == "ok", "the run that began it has tested it"
    assert scene.puts == 1


def test_a_refusal_after_which_nobody_could_look_is_a_refusal(make: Make) -> None:
    scene = make(conversion_failure="The service does not like it.")
    scene.simulator.fault(path="endpoints/", times=0, skip=2, **SIGNED_OUT)
    (row,) = scene.run(verify="none").rows
    assert row["status"] == "failed"
    assert "The service does not like it" in row["error"]["message"]
    assert "could not be read" in row["error"]["message"]


def test_a_test_that_an_outage_prevents_proves_nothing_and_sends_nothing_back(make: Make) -> None:
    scene = make()
    outage = {
        "result": [],
        "statusCode": "badRequest",
        "errorMessage": "AADSTS90061: Request to External OIDC endpoint failed.",
    }
    scene.then = lambda: scene.simulator.fault(path="endpointproxy", times=0, status=200, body=outage)
    task = scene.run(revert_on_failure=True)
    (row,) = task.rows
    assert (row["status"], row["after"]["scheme"]) == ("waiting", "workload_identity_federation")
    assert "AADSTS90061" in row["error"]["message"]
    assert "It can be taken back until" in row["error"]["message"]
    assert row["revert_deadline"]
    assert scene.connection.scheme == WIF


# -- refused, and a person can mend it --------------------------------------------------------------------------------
@pytest.mark.parametrize("told", [False, True], ids=["pair unknown", "pair in the error"])
@pytest.mark.parametrize("polls", [0, 2], ids=["at once", "later"])
def test_an_automatic_one_without_rights_on_its_application_is_handed_off(make: Make, told: bool, polls: int) -> None:
    knobs = {"pair_in_error": told}
    scene = make(application_writable=False, federated=False, knobs=knobs)
    if polls:
        scene.connection.application_writable = True
        scene.connection.conversion_polls, scene.connection.conversion_failure = polls, NOT_CONFIGURED
    task = scene.run()
    (row,) = task.rows
    hand_off = row["hand_off"]
    assert (row["status"], row["after"]["scheme"]) == ("needs_person", "service_principal")
    assert hand_off["client_id"] == scene.connection.parameter("serviceprincipalid")
    assert hand_off["what_to_do"]
    assert bool(hand_off["commands"]) is (told and not polls)
    assert not hand_off["urgent"]
    assert task.result["failure"]["code"] == "unfinished"
    # Somebody adds what was asked for: the next run goes on.
    identity = federation.identity_of(scene.simulator.world.directory, scene.connection)
    assert identity
    identity_fleet.federate(identity, "by-hand", *federation.pair(scene.simulator.world, scene.connection, "entra"))
    scene.connection.conversion_failure, scene.connection.conversion_polls = "", 0
    assert scene.run().statuses == {NAME: "converted"}


def test_the_pair_that_was_given_for_an_automatic_one_is_written_when_the_service_refuses(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make(federated=False)
    azure = {**person(scene.simulator, "person", monkeypatch), "tenant": scene.simulator.fleet.tenant_id}
    issuer, subject = federation.pair(scene.simulator.world, scene.connection, "entra")
    # The service may not write to the application, and this caller may.
    scene.simulator.fault(
        **CONVERSION, times=1, status=400, body={"message": NOT_CONFIGURED, "typeKey": "ArgumentException"}
    )
    pairs = [{"connection": NAME, "issuer": issuer, "subject": subject}]
    task = scene.run(**azure, federated_credential={"pairs": pairs})
    assert task.statuses == {NAME: "converted"}, task.result
    written = [item for item in scene.simulator.writes if "federatedIdentityCredentials" in item.path]
    assert len(written) == 1
    assert scene.puts == 2


def test_the_pair_is_written_when_the_service_fails_later_for_want_of_it(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make(federated=False, conversion_polls=1, conversion_failure=NOT_CONFIGURED)
    azure = {**person(scene.simulator, "person", monkeypatch), "tenant": scene.simulator.fleet.tenant_id}
    issuer, subject = federation.pair(scene.simulator.world, scene.connection, "entra")

    def mend(record: Recorded, moment: str) -> None:
        if "federatedIdentityCredentials" in record.path and record.method == "POST" and moment == "applied":
            scene.connection.conversion_failure = ""

    scene.simulator.observe(mend)
    pairs = [{"connection": NAME, "issuer": issuer, "subject": subject}]
    task = scene.run(**azure, federated_credential={"pairs": pairs})
    assert task.statuses == {NAME: "converted"}, task.result
    assert scene.puts == 2


def test_a_creation_that_failed_is_no_conversion_that_failed(make: Make) -> None:
    message = "Failed to create an app in Microsoft Entra ID. Error: Insufficient privileges to complete the operation."
    scene = make(state="failed", status_message=message)
    assert scene.run().statuses == {NAME: "skipped"}
    assert scene.puts == 0


# -- what somebody else did -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("polls", [0, 3])
def test_what_another_run_has_moved_is_not_said_to_be_converted_by_this_one(make: Make, polls: int) -> None:
    """Both have read it before either has written."""
    scene = make(conversion_polls=polls)
    other: list[Task] = []

    def first(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and moment == "arrived" and not other:
            scene.simulator.observe(None)
            other.append(t.cast(Task, None))
            work = Pending("conversion", polls, failure="", target=WIF)
            pending.start(scene.simulator.site, scene.connection, work, 0)

    scene.simulator.observe(first)
    task = scene.run()
    assert task.statuses == {NAME: "unchanged"}
    assert not task.result["changed"]
    assert any("somebody else" in text for text in task.runtime.warnings)


# -- what was known travels -------------------------------------------------------------------------------------------
@pytest.fixture
def dead(make: Make, tmp_path: Path) -> tuple[Scene, str, Options]:
    """A connection that was converted although there is no secret to go back to; the journal and the plan of that."""
    scene = make(secret_expires=timedelta(days=-2))
    journal = str(tmp_path / "journal")
    plan = scene.run(check=True).result["plan"]
    assert scene.run(journal=journal).statuses == {NAME: "converted"}
    scene.simulator.forget()
    return scene, journal, plan


@pytest.mark.parametrize("by", ["journal", "plan", "everything"])
def test_a_secret_that_was_known_to_be_dead_is_not_gone_back_to(dead: tuple[Scene, str, Options], by: str) -> None:
    scene, journal, plan = dead
    ways: dict[str, Options] = {
        "journal": {"batch": {"journal": journal}},
        "plan": {"batch": {"plan": plan}},
        "everything": {"revert_all": True, "journal": journal},
    }
    options = {**REVERT, **ways[by], "connections": None}
    task = scene.run(**options)
    assert task.statuses == {NAME: "skipped"}
    assert "dead_secret_known" in task.codes(NAME)
    assert scene.simulator.writes == []
    insisting = scene.run(**{**options, "allow_irreversible": True})
    assert insisting.statuses == {NAME: "failed"}
    assert scene.connection.scheme == "ServicePrincipal"


def test_it_is_converted_again_only_if_that_was_asked_for(dead: tuple[Scene, str, Options]) -> None:
    scene, journal, _plan = dead
    options = {**REVERT, "allow_irreversible": True, "batch": {"journal": journal}, "connections": None}
    task = scene.run(**options, reconvert_on_failure=True, verify_timeout=1)
    (row,) = task.rows
    assert (row["status"], row["after"]["scheme"]) == ("rolled_back", "workload_identity_federation")
    assert scene.connection.scheme == WIF
    assert "AADSTS7000222" in row["error"]["message"]
    assert "It was converted" in row["error"]["message"]
    assert scene.puts == 2


def test_it_is_not_converted_again_when_its_federation_was_no_better(dead: tuple[Scene, str, Options]) -> None:
    scene, journal, _plan = dead
    identity = federation.identity_of(scene.simulator.world.directory, scene.connection)
    assert identity
    identity.credentials.clear()
    options = {**REVERT, "allow_irreversible": True, "batch": {"journal": journal}, "connections": None}
    assert scene.run(**options, reconvert_on_failure=True, verify_timeout=1).statuses == {NAME: "failed"}
    assert (scene.connection.scheme, scene.puts) == ("ServicePrincipal", 1)


@pytest.mark.parametrize("options", [{}, {**REVERT, "verify": "after"}])
def test_where_it_would_say_nothing_it_is_refused(make: Make, options: Options) -> None:
    scene = make()
    task = scene.run(**{"connections": [NAME], **options}, reconvert_on_failure=True)
    assert "reconvert_on_failure needs" in task.result["msg"]
    assert scene.simulator.requests == []


# -- what nobody can know ---------------------------------------------------------------------------------------------
ELSEWHERE = "11111111-2222-4333-8444-555555555555"


def two_tenants(simulate: Simulate) -> Simulator:
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.connection(payments, NAME)
    fleet.connection(payments, "azure-test")
    fleet.connection(payments, "cross", tenant_id=ELSEWHERE, federated=False)
    return simulate(fleet)


def test_a_tenant_that_may_be_another_one_is_attempted_and_not_promised(simulate: Simulate) -> None:
    simulator = two_tenants(simulate)
    task = convert(simulator, check=True)
    assert task.statuses == {NAME: "would_convert", "azure-test": "would_convert", "cross": "would_attempt"}
    (reason,) = (
        item for item in task.by_name["cross"]["reasons"] if item["code"] == "unknown" and item["effect"] == "warns"
    )
    assert reason["evidence"] == {"fact": "whether its tenant is that of the organization", "value": ELSEWHERE}


def test_after_a_refusal_the_row_remembers(simulate: Simulate, tmp_path: Path) -> None:
    simulator, journal = two_tenants(simulate), str(tmp_path / "journal")
    assert convert(simulator, journal=journal, connections=["cross"]).statuses == {"cross": "failed"}
    task = convert(simulator, check=True, journal=journal, connections=["cross"])
    facts = [item["evidence"] for item in task.by_name["cross"]["reasons"] if item["code"] == "unknown"]
    (refused,) = (item for item in facts if "refused_at" in item)
    assert refused["value"] == "AadAccessSilentException"
    assert refused["refused_at"]


# -- who gives pairs for many ------------------------------------------------------------------------------------------
PAIRS_CSV = "Connection;issuer;Subject;managed_identity\n{id};{issuer};{subject};\n\n"


@pytest.mark.parametrize("kind", ["csv", "yml", "json"])
def test_pairs_of_many_come_from_one_file(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    scene = make(creation_mode="Manual", federated=False)
    azure = {**person(scene.simulator, "person", monkeypatch), "tenant": scene.simulator.fleet.tenant_id}
    issuer, subject = federation.pair(scene.simulator.world, scene.connection, "entra")
    given = {"id": scene.connection.id, "issuer": issuer, "subject": subject}
    listed = [{"connection": NAME, "issuer": issuer, "subject": subject}]
    texts = {"csv": PAIRS_CSV.format(**given), "json": json.dumps(listed), "yml": "# pairs\n" + json.dumps(listed)}
    file = tmp_path / f"pairs.{kind}"
    file.write_text(texts[kind], encoding="utf-8-sig" if kind == "csv" else "utf-8")
    task = scene.run(**azure, federated_credential={"pairs_file": str(file)})
    assert task.statuses == {NAME: "converted"}, task.result


# -- a managed identity that is elsewhere ------------------------------------------------------------------------------
@pytest.fixture
def managed(simulate: Simulate) -> Simulator:
    fleet = Fleet(issuer="azure_devops")
    identity = fleet.managed_identity("id-payments", subscription_id="99999999-8888-4777-8666-555555555555")
    fleet.connection(
        fleet.project("Payments"),
        NAME,
        scheme=WIF,
        creation_mode="Manual",
        client_id=identity.client_id,
        identity_type="ManagedIdentity",
    )
    fleet.service_principal("automation", secret=SECRET)
    return simulate(fleet, issuer="azure_devops", migration_polls=1)


def migrate(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, folder: Path, **options: t.Any) -> Task:
    usual = {"to": "entra_issuer", "journal": str(folder / "journal"), "wait_timeout": 5, "migration_grace": 0}
    return convert(simulator, **{**person(simulator, "person", monkeypatch), **usual, **options})


@pytest.mark.parametrize(
    "blind", ["", "graph", "arm"], ids=["both", "without the directory", "without the list of subscriptions"]
)
def test_it_is_found_wherever_it_can_be_read(
    managed: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blind: str
) -> None:
    if blind == "graph":
        managed.fault(
            path="servicePrincipals",
            times=0,
            status=403,
            body={"error": {"code": "Authorization_RequestDenied", "message": "No."}},
        )
    if blind == "arm":
        managed.fault(
            path=r"/subscriptions\?",
            times=0,
            status=403,
            body={"error": {"code": "AuthorizationFailed", "message": "No."}},
        )
    task = migrate(managed, monkeypatch, tmp_path)
    assert task.statuses == {NAME: "migrated"}, task.result


def test_it_can_be_said_where_it_is(managed: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connection = named(managed, NAME)
    identity = federation.identity_of(managed.world.directory, connection)
    resource_id = t.cast(t.Any, identity).resource_id
    managed.fault(
        path="servicePrincipals",
        times=0,
        status=403,
        body={"error": {"code": "Authorization_RequestDenied", "message": "No."}},
    )
    managed.fault(
        path=r"/subscriptions\?", times=0, status=403, body={"error": {"code": "AuthorizationFailed", "message": "No."}}
    )
    assert migrate(managed, monkeypatch, tmp_path).statuses == {NAME: "skipped"}
    wish = {"pairs": [{"connection": NAME, "managed_identity": resource_id}]}
    assert migrate(managed, monkeypatch, tmp_path, federated_credential=wish).statuses == {NAME: "migrated"}


def test_another_identity_than_its_own_is_not_taken(
    managed: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = managed.fleet.managed_identity("id-other")
    wish = {"pairs": [{"connection": NAME, "managed_identity": other.resource_id}]}
    task = migrate(managed, monkeypatch, tmp_path, federated_credential=wish)
    assert task.statuses == {NAME: "skipped"}
    assert any("has the client id" in json.dumps(reason) for reason in task.rows[0]["reasons"])
    assert managed.writes == []


# -- a migration without its credential --------------------------------------------------------------------------------
def test_a_migration_without_its_credential_is_handed_off_and_goes_on_when_it_is_there(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet = Fleet(issuer="azure_devops")
    connection = fleet.connection(fleet.project("Payments"), NAME, scheme=WIF)
    fleet.service_principal("automation", secret=SECRET)
    simulator = simulate(fleet, issuer="azure_devops", migration_polls=1, migration_credential="require")
    for _again in range(2):
        task = migrate(simulator, monkeypatch, tmp_path)
        (row,) = task.rows
        assert row["status"] == "needs_person", task.result
        assert "migrate the connection" in row["hand_off"]["what_to_do"]
    identity = federation.identity_of(simulator.world.directory, connection)
    assert identity
    identity_fleet.federate(identity, "by-hand", *federation.pair(simulator.world, connection, "entra"))
    assert migrate(simulator, monkeypatch, tmp_path).statuses == {NAME: "migrated"}


def test_the_pair_of_a_migration_is_written_before_it_is_asked_for(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet = Fleet(issuer="azure_devops")
    connection = fleet.connection(fleet.project("Payments"), NAME, scheme=WIF)
    fleet.service_principal("automation", secret=SECRET)
    simulator = simulate(fleet, issuer="azure_devops", migration_polls=1, migration_credential="require")
    issuer, subject = federation.pair(simulator.world, connection, "entra")
    wish = {"pairs": [{"connection": NAME, "issuer": issuer, "subject": subject}]}
    task = migrate(simulator, monkeypatch, tmp_path, federated_credential=wish)
    assert task.statuses == {NAME: "migrated"}, task.result


@pytest.mark.parametrize("denied", [False, True], ids=["required", "denied"])
def test_a_pair_that_a_person_has_prepared_is_no_unconfirmed_migration(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, denied: bool
) -> None:
    fleet = Fleet(issuer="azure_devops")
    connection = fleet.connection(fleet.project("Payments"), NAME, scheme=WIF)
    fleet.service_principal("automation", secret=SECRET)
    simulator = simulate(fleet, issuer="azure_devops", migration_polls=1, migration_credential="require")
    issuer, subject = federation.pair(simulator.world, connection, "entra")
    pairs = [{"connection": NAME, "issuer": issuer, "subject": subject}]
    wish: Options = {"pairs": pairs, "mode": "create" if denied else "require"}
    if denied:
        refused = {"error": {"code": "Authorization_RequestDenied", "message": "No."}}
        simulator.fault(method="POST", path="federatedIdentityCredentials", times=0, status=403, body=refused)
    (row,) = migrate(simulator, monkeypatch, tmp_path, federated_credential=wish).rows
    assert (row["status"], row["hand_off"]["subject"], row["notes"]) == ("needs_person", subject, [])
    identity = federation.identity_of(simulator.world.directory, connection)
    assert identity
    identity_fleet.federate(identity, row["hand_off"]["name"], issuer, subject)
    assert migrate(simulator, monkeypatch, tmp_path, federated_credential=wish).statuses == {NAME: "migrated"}


# -- what is compared --------------------------------------------------------------------------------------------------
def test_without_a_comparison_the_row_says_so_and_a_conversion_takes_four_requests(make: Make) -> None:
    """As many as Microsoft's script promises: use, read, request, read."""
    scene = make()
    task = scene.run(compare="none", verify="none")
    assert task.statuses == {NAME: "converted"}
    assert any("was not looked at (compare is none)" in text for text in task.rows[0]["notes"])
    about = [str(item) for item in scene.simulator.requests if scene.connection.id in item.raw_path.lower()]
    assert len(about) == 4, about


def test_the_connection_itself_is_always_compared(make: Make) -> None:
    scene = make(description="as it was", knobs={"conversion_drops": "description"})
    (row,) = scene.run(compare="none", verify="none").rows
    assert (row["status"], row["error"]["code"]) == ("failed", "changed_besides")


# -- candidates that are not ready -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("state", "code"), [("in_progress", "not_ready"), ("failed", "failed")])
def test_every_candidate_is_a_row(simulate: Simulate, state: str, code: str) -> None:
    """Whoever looks for it finds it, and reads why it is left alone just now."""
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.connection(payments, NAME)
    fleet.connection(payments, "odd", state=state)
    simulator = simulate(fleet)
    for check in (True, False):
        task = convert(simulator, check=check)
        assert task.statuses == {NAME: "would_convert" if check else "converted", "odd": "skipped"}
        assert code in task.codes("odd")
        assert task.result["summary"]["unsettled"] == []


@pytest.mark.parametrize(("first", "then"), [("all", "none"), ("none", "all")])
def test_what_is_taken_up_is_compared_as_it_was_begun(make: Make, tmp_path: Path, first: str, then: str) -> None:
    scene = make(all_pipelines=True)
    journal = str(tmp_path / "journal")
    scene.then = lambda: scene.simulator.fault(path="", times=0, **SIGNED_OUT)
    assert scene.run(journal=journal, compare=first).statuses == {NAME: "waiting"}
    scene.simulator.clear_faults()
    (row,) = scene.run(journal=journal, compare=then).rows
    assert row["status"] == "converted", row["error"]
    assert any("compare is none" in text for text in row["notes"]) is (first == "none")


# -- what the journal knows of refusals and reverts ---------------------------------------------------------------------
def test_a_refusal_behind_which_the_service_was_at_work_is_taken_up(make: Make, tmp_path: Path) -> None:
    scene = make()
    journal = str(tmp_path / "journal")

    def at_work(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and moment == "arrived":
            scene.simulator.observe(None)
            pending.start(
                scene.simulator.site, scene.connection, Pending("conversion", 10_000, failure="", target=WIF), 0
            )
            body = {"message": "It may take a while.", "typeKey": "ServiceEndpointException"}
            scene.simulator.fault(**CONVERSION, status=400, body=body)

    scene.simulator.observe(at_work)
    assert scene.run(journal=journal).statuses == {NAME: "waiting"}
    assert scene.connection.pending
    scene.connection.pending.polls = 0
    (row,) = scene.run(journal=journal).rows
    assert (row["status"], row["verification"]["after"]["result"]) == ("converted", "ok")


def test_a_secret_that_a_revert_found_dead_is_not_gone_back_to_again(make: Make, tmp_path: Path) -> None:
    scene = make(secret_expires=timedelta(days=-2))
    journal = str(tmp_path / "journal")
    assert scene.run(journal=journal, verify="none").statuses == {NAME: "converted"}
    back = {**REVERT, "connections": None, "batch": {"journal": journal}, "journal": journal}
    task = scene.run(**back, reconvert_on_failure=True, verify_timeout=1)
    assert task.statuses == {NAME: "rolled_back"}
    scene.simulator.forget()
    again = scene.run(**back, reconvert_on_failure=True, verify_timeout=1)
    assert again.statuses == {NAME: "skipped"}
    assert "dead_secret_known" in again.codes(NAME)
    assert scene.simulator.writes == []


def test_what_others_moved_is_not_for_this_run_to_take_back(make: Make) -> None:
    scene = make()

    def others(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and moment == "arrived":
            scene.simulator.observe(None)
            pending.start(scene.simulator.site, scene.connection, Pending("conversion", 0, failure="", target=WIF), 0)
            identity = federation.identity_of(scene.simulator.world.directory, scene.connection)
            assert identity
            identity.credentials.clear()

    scene.simulator.observe(others)
    (row,) = scene.run(revert_on_failure=True, verify_timeout=1).rows
    assert (row["status"], row["error"]["code"]) == ("failed", "moved_by_others")
    assert scene.connection.scheme == WIF
    assert judge({"h": {"connections": [row]}}, allowed=0, scope="wave").back == {}
