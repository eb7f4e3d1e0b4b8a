# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: tests before and after, and the way back, which is taken only when that is safe."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._inspect import verify as verifys
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime

from simulator import Connection, Fleet, Simulator, federation, identity_fleet
from simulator.recorder import Recorded
from unit.plugins._helpers.tasks import Task, convert

Options = dict[str, t.Any]
NAME = "azure-prod"
BACK: Options = {"verify_timeout": 60, "revert_on_failure": True}
FEDERATION = "AADSTS700213: No matching federated identity record found for presented assertion subject 'x'."
ROLE = "Failed to query service connection API. Response from server: AuthorizationFailed"
PROXY: Options = {"method": "POST", "path": "endpointproxy"}
CONVERSION: Options = {"method": "PUT", "path": "operation=ConvertAuthenticationScheme"}
SAMPLES = 3


def answer(message: str, status_code: str = "badRequest") -> Options:
    """What TestConnection says: always 200."""
    return {"status": 200, "body": {"result": [], "statusCode": status_code, "errorMessage": message}}


class Scene:
    """One automatic connection of a fleet, and what happens at its conversion."""

    def __init__(self, simulator: Simulator, connection: Connection) -> None:
        self.simulator, self.connection = simulator, connection
        self.at: dict[str, t.Callable[[], None]] = {}
        simulator.observe(self._observe)

    def when(self, moment: str, act: t.Callable[[], None]) -> None:
        """:param moment: ``converted``, or ``tested`` for the first test after the conversion."""
        self.at[moment] = act

    def _observe(self, record: Recorded, moment: str) -> None:
        converted = self.connection.scheme == "WorkloadIdentityFederation"
        what = "converted" if record.method == "PUT" and moment == "applied" else ""
        if "endpointproxy" in record.path and moment == "arrived" and converted:
            what = "tested"
        act = self.at.pop(what, None)
        if act:
            act()

    def run(self, **options: t.Any) -> Task:
        return convert(self.simulator, **options)

    @property
    def targets(self) -> list[str]:
        """The schemes that were asked for, in order."""
        return [item.body["authorization"]["scheme"] for item in self.simulator.writes if item.method == "PUT"]

    @property
    def tests(self) -> int:
        return sum("endpointproxy" in item.path for item in self.simulator.requests)


Make = t.Callable[..., Scene]


@pytest.fixture
def make(simulate: t.Callable[..., Simulator]) -> Make:
    def scene(*, knobs: Options | None = None, **connection: t.Any) -> Scene:
        fleet = Fleet()
        made = fleet.connection(fleet.project("Payments"), NAME, **connection)
        return Scene(simulate(fleet, **(knobs or {})), made)

    return scene


@pytest.fixture
def broken(make: Make) -> Scene:
    """Converted without a federated credential: its tests fail for ever after."""
    return make(knobs={"conversion_credential": "forget"})


@pytest.fixture(autouse=True)
def three_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that is given time is made three times, one without only once."""

    def tries(stop: t.Any, seconds: float) -> t.Iterator[float]:
        return iter([0.0] * (SAMPLES if seconds else 1))

    monkeypatch.setattr(verifys, "tries", tries)


def not_reverted(scene: Scene, task: Task) -> None:
    assert "ServicePrincipal" not in scene.targets
    assert scene.connection.scheme == "WorkloadIdentityFederation"
    assert task.rows[0]["status"] != "rolled_back"


# -- it works ------------------------------------------------------------------------------------------------------------
def test_a_connection_that_works_is_tested_before_and_after(make: Make) -> None:
    scene = make()
    task = scene.run(**BACK)
    assert task.statuses == {NAME: "converted"}
    found = task.rows[0]["verification"]
    assert (found["before"]["result"], found["after"]["result"]) == ("ok", "ok")
    assert scene.tests == 2
    assert task.rows[0]["rollback"] == "possible"


@pytest.mark.parametrize(
    ("verify", "shown"), [("before", [True, False]), ("after", [False, True]), ("none", [False] * 2)]
)
def test_only_the_tests_that_were_asked_for_are_made(make: Make, verify: str, shown: list[bool]) -> None:
    scene = make()
    found = scene.run(verify=verify).rows[0]["verification"]
    assert [found["before"] is not None, found["after"] is not None] == shown
    assert scene.tests == sum(shown)


def test_a_credential_that_takes_its_time_to_spread_is_waited_for(make: Make) -> None:
    scene = make(knobs={"propagation_tests": SAMPLES - 1})
    task = scene.run(**BACK)
    assert task.statuses == {NAME: "converted"}
    assert scene.targets == ["WorkloadIdentityFederation"]


# -- the way back --------------------------------------------------------------------------------------------------------
def test_what_the_conversion_broke_for_good_goes_back(broken: Scene) -> None:
    before = (
        dict(broken.connection.parameters),
        {**broken.connection.data, "identityType": ""},
        broken.connection.name,
    )
    task = broken.run(**BACK)
    row = task.rows[0]
    assert row["status"] == "rolled_back"
    assert broken.targets == ["WorkloadIdentityFederation", "ServicePrincipal"]
    after = (dict(broken.connection.parameters), {**broken.connection.data, "identityType": ""}, broken.connection.name)
    assert after == before
    assert row["after"]["scheme"] == "service_principal"
    assert (row["verification"]["before"]["result"], row["verification"]["after"]["result"]) == (
        "ok",
        "federation_failed",
    )
    assert row["error"]["code"] == "verification_failed"
    assert "It was reverted" in row["error"]["message"]
    assert task.failed
    assert task.result["changed"]
    assert task.result["summary"]["by_status"]["rolled_back"] == 1
    assert row["revert_deadline"] is None


def test_the_deadline_is_read_again_before_it_goes_back(broken: Scene) -> None:
    broken.run(**BACK)
    told = [
        f"{item.method} {'proxy' if 'endpointproxy' in item.path else ''}".strip() for item in broken.simulator.requests
    ]
    last_test = max(place for place, text in enumerate(told) if text == "POST proxy")
    revert = max(place for place, text in enumerate(told) if text == "PUT")
    assert "GET" in told[last_test:revert]


def test_after_a_roll_back_the_secret_is_used_again(broken: Scene) -> None:
    broken.run(**BACK)
    assert broken.run(verify="before").rows[0]["verification"]["before"]["result"] == "ok"


def test_a_revert_whose_answer_was_lost_is_recognised(broken: Scene) -> None:
    broken.simulator.fault(kind="reset_after", **CONVERSION, skip=1)
    assert broken.run(**BACK).statuses == {NAME: "rolled_back"}
    assert broken.targets == ["WorkloadIdentityFederation", "ServicePrincipal"]


def test_a_revert_that_is_refused_is_told(broken: Scene) -> None:
    refusal = {"message": "The revert period has passed.", "typeKey": "ArgumentException"}
    broken.simulator.fault(**CONVERSION, skip=1, times=0, status=400, body=refusal)
    row = broken.run(**BACK).rows[0]
    assert row["status"] == "failed"
    assert "It was not reverted: The revert period has passed" in row["error"]["message"]
    assert "AADSTS" in row["error"]["message"]
    assert ".." not in row["error"]["message"]
    assert row["after"]["scheme"] == "workload_identity_federation"
    assert row["verification"]["after"]["result"] == "federation_failed"
    assert broken.targets == ["WorkloadIdentityFederation", "ServicePrincipal"]


def test_a_revert_that_is_still_at_work_is_not_said_to_have_failed(broken: Scene) -> None:
    """Azure DevOps has accepted it, so a moment later the connection uses its secret again."""

    def slow() -> None:
        broken.connection.conversion_polls = 10_000

    broken.when("tested", slow)
    row = broken.run(**BACK, wait_timeout=0).rows[0]
    assert row["status"] == "waiting"
    assert broken.targets == ["WorkloadIdentityFederation", "ServicePrincipal"]
    assert "It was not reverted" not in row["error"]["message"]
    assert "did not finish" in row["error"]["message"]


def test_a_sign_in_that_ends_before_the_revert_does_not_hide_why_it_was_wanted(broken: Scene) -> None:
    def signed_out() -> None:
        broken.simulator.fault(path="", times=0, status=401, skip=SAMPLES)

    broken.when("tested", signed_out)
    row = broken.run(**BACK).rows[0]
    assert row["status"] == "failed"
    assert row["verification"]["after"] is not None, "that it does not work since it was converted is lost"
    assert row["verification"]["after"]["result"] == "federation_failed"
    assert row["after"]["scheme"] == "workload_identity_federation"


@pytest.mark.parametrize("verify", ["before", "after", "none"])
def test_a_revert_without_both_tests_is_refused_before_anything_is_asked(make: Make, verify: str) -> None:
    scene = make()
    task = scene.run(**BACK, verify=verify)
    assert task.result["failure"]["code"] == "option_error" or "revert_on_failure" in task.result["msg"]
    assert scene.simulator.requests == []


@pytest.mark.parametrize("target", ["entra_issuer", "service_principal"])
def test_where_no_way_back_is_there_the_option_is_refused(make: Make, target: str, tmp_path: t.Any) -> None:
    scene = make()
    task = scene.run(**BACK, to=target, connections=[NAME], journal=str(tmp_path / "journal"))
    assert "revert_on_failure has no meaning" in task.result["msg"]
    assert scene.simulator.requests == []


# -- no way back ---------------------------------------------------------------------------------------------------------
def test_nothing_goes_back_unless_that_was_asked_for(broken: Scene) -> None:
    task = broken.run(verify_timeout=60)
    row = task.rows[0]
    assert row["status"] == "failed"
    assert row["verification"]["after"]["result"] == "federation_failed"
    not_reverted(broken, task)
    assert broken.tests == 1 + SAMPLES


def test_one_sample_proves_nothing(broken: Scene) -> None:
    task = broken.run(revert_on_failure=True, verify_timeout=0)
    assert task.statuses == {NAME: "failed"}
    not_reverted(broken, task)


@pytest.mark.parametrize(
    "last", [ROLE, "AADSTS50196: The server terminated the loop.", "AADSTS7000215: Invalid secret."]
)
def test_what_does_not_end_as_it_began_proves_nothing(make: Make, last: str) -> None:
    scene = make()
    scene.simulator.fault(**PROXY, skip=1, times=SAMPLES - 1, **answer(FEDERATION))
    scene.simulator.fault(**PROXY, skip=1, times=1, **answer(last))
    task = scene.run(**BACK)
    assert task.statuses == {NAME: "failed"}
    not_reverted(scene, task)


def test_what_was_broken_before_is_no_reason(make: Make) -> None:
    scene = make()
    scene.simulator.fault(**PROXY, times=0, **answer(FEDERATION))
    task = scene.run(**BACK)
    assert task.rows[0]["verification"]["before"]["result"] == "federation_failed"
    not_reverted(scene, task)


def test_an_expired_secret_is_nothing_to_go_back_to(make: Make) -> None:
    scene = make(secret_expires=timedelta(days=-3), knobs={"conversion_credential": "forget"})
    task = scene.run(**BACK)
    row = task.rows[0]
    assert (row["status"], row["rollback"]) == ("failed", "impossible")
    assert "secret_expired" in task.codes(NAME)
    not_reverted(scene, task)


def test_a_manual_connection_never_goes_back(make: Make) -> None:
    scene = make(creation_mode="Manual")
    world = scene.simulator.world
    pair = federation.pair(world, scene.connection, "entra")
    identity = federation.identity_of(world.directory, scene.connection)
    assert identity is not None
    identity_fleet.federate(identity, "made-by-somebody", *pair)
    scene.simulator.fault(**PROXY, skip=1, times=0, **answer(FEDERATION))
    wish = {"pairs": [{"connection": scene.connection.id, "issuer": pair[0], "subject": pair[1]}]}
    task = scene.run(**BACK, connections=[NAME], federated_credential=wish)
    assert (task.rows[0]["status"], task.rows[0]["rollback"]) == ("failed", "impossible")
    not_reverted(scene, task)


def test_a_role_that_is_missing_since_is_no_fault_of_the_federation(make: Make) -> None:
    scene = make()
    scene.simulator.fault(**PROXY, skip=1, times=0, **answer(ROLE, "forbidden"))
    task = scene.run(**BACK)
    assert task.statuses == {NAME: "failed"}
    assert task.rows[0]["verification"]["after"]["result"] == "azure_permission"
    not_reverted(scene, task)


def test_a_role_that_was_missing_before_as_well_does_not_even_fail_it(make: Make) -> None:
    scene = make(role=None)
    task = scene.run(**BACK)
    found = task.rows[0]["verification"]
    assert (found["before"]["result"], found["after"]["result"]) == ("azure_permission", "azure_permission")
    assert task.statuses == {NAME: "converted"}
    not_reverted(scene, task)


def test_a_role_of_which_nobody_could_know_with_an_expired_secret_is_not_blamed_on_the_conversion(make: Make) -> None:
    """No token could be had before, so whether the role was there is not known; now at least there is one."""
    scene = make(role=None, secret_expires=timedelta(days=-3))
    task = scene.run(**BACK)
    found = task.rows[0]["verification"]
    assert (found["before"]["result"], found["after"]["result"]) == ("credential_failed", "azure_permission")
    assert task.statuses == {NAME: "converted"}
    assert "azure_permission" in " ".join(task.runtime.warnings)


@pytest.mark.parametrize("leap", [timedelta(days=8), timedelta(days=7, minutes=-2)], ids=["over", "almost over"])
def test_a_deadline_that_passes_during_the_tests_ends_the_way_back(
    broken: Scene, leap: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runtime, "now", lambda self: broken.simulator.clock.now())
    broken.when("tested", lambda: broken.simulator.advance(seconds=leap.total_seconds()))
    task = broken.run(**BACK)
    assert task.statuses == {NAME: "failed"}
    assert "not reverted: revert_window_passed" in task.rows[0]["error"]["message"]
    assert task.rows[0]["rollback"] == "impossible" or leap < timedelta(days=7)
    not_reverted(broken, task)


def test_a_deadline_that_passed_for_the_service_only_is_its_to_say(broken: Scene) -> None:
    broken.when("tested", lambda: broken.simulator.advance(days=8))
    task = broken.run(**BACK)
    assert task.statuses == {NAME: "failed"}
    assert "It was not reverted: The authorization scheme could not be downgraded" in task.rows[0]["error"]["message"]
    assert broken.connection.scheme == "WorkloadIdentityFederation"


@pytest.mark.parametrize(
    "knobs", [{"deadline_format": "us"}, {"revert_days": 0, "expired_deadline": "removed"}], ids=str
)
def test_a_deadline_that_cannot_be_read_or_is_missing_means_no_way_back(make: Make, knobs: Options) -> None:
    scene = make(knobs={"conversion_credential": "forget", **knobs})
    task = scene.run(**BACK)
    assert task.statuses == {NAME: "failed"}
    assert "It was not reverted" in task.rows[0]["error"]["message"]
    not_reverted(scene, task)


def edited(connection: Connection) -> None:
    connection.owning.description = "moved to the new landing zone"


def renamed(connection: Connection) -> None:
    connection.owning.name = "azure-production"


def repaired(connection: Connection) -> None:
    connection.parameters["workloadIdentityFederationSubject"] = "sc://contoso/Payments/azure-prod"


def disabled(connection: Connection) -> None:
    connection.disabled = True


def retargeted(connection: Connection) -> None:
    connection.data["subscriptionId"] = "5a1d2c3b-0000-4000-8000-000000000099"


@pytest.mark.parametrize("edit", [edited, renamed, repaired, disabled, retargeted])
def test_what_somebody_changed_meanwhile_is_not_overwritten(
    broken: Scene, edit: t.Callable[[Connection], None]
) -> None:
    broken.when("tested", lambda: edit(broken.connection))
    task = broken.run(**BACK)
    assert task.statuses == {NAME: "failed"}
    assert "not reverted: changed_since_plan" in task.rows[0]["error"]["message"]
    not_reverted(broken, task)


def test_a_conversion_that_changed_more_is_not_taken_back(broken: Scene) -> None:
    broken.when("converted", lambda: edited(broken.connection))
    task = broken.run(**BACK)
    assert task.rows[0]["error"]["code"] == "changed_besides"
    not_reverted(broken, task)


# -- what proves nothing is told -----------------------------------------------------------------------------------------
DENIED: Options = {"status": 403, "body": {"message": "Access denied.", "typeKey": "AccessDeniedException"}}
NONSENSE: Options = answer("Something unheard of.", "internalServerError")


@pytest.mark.parametrize(
    ("fault", "skip", "result"),
    [
        (DENIED, 0, "caller_not_allowed"),
        (DENIED, 1, "caller_not_allowed"),
        (NONSENSE, 0, "unknown"),
    ],
    ids=str,
)
def test_what_cannot_be_found_out_does_not_fail_it_and_is_told(
    make: Make, fault: Options, skip: int, result: str
) -> None:
    scene = make()
    scene.simulator.fault(**PROXY, skip=skip, times=0, **fault)
    task = scene.run(**BACK)
    assert task.statuses == {NAME: "converted"}
    assert task.rows[0]["verification"]["after"]["result"] == result
    assert any("not proven" in text and result in text for text in task.runtime.warnings)
    not_reverted(scene, task)


@pytest.mark.parametrize(
    "fault", [{"status": 500}, answer("AADSTS50166: Request to External OIDC endpoint failed", "badRequest")], ids=str
)
@pytest.mark.parametrize("skip", [0, 1])
def test_an_outage_proves_nothing_and_takes_nothing_back(make: Make, fault: Options, skip: int) -> None:
    scene = make()
    scene.simulator.fault(**PROXY, skip=skip, times=0, **fault)
    task = scene.run(**BACK)
    assert task.rows[0]["verification"]["after"]["result"] == "outage"
    assert task.statuses == {NAME: "waiting"}
    not_reverted(scene, task)


def test_an_unknown_end_of_what_worked_before_is_a_failure_and_no_reason_to_go_back(make: Make) -> None:
    """Its message may be a code of Entra that this collection does not know yet."""
    scene = make()
    scene.simulator.fault(**PROXY, skip=1, times=0, **NONSENSE)
    task = scene.run(**BACK)
    assert task.statuses == {NAME: "failed"}
    assert "Something unheard of" in task.rows[0]["error"]["message"]
    not_reverted(scene, task)


def test_what_is_told_names_the_connection_it_is_about(simulate: t.Callable[..., Simulator]) -> None:
    fleet = Fleet()
    for name in ("azure-a", "azure-b"):
        fleet.connection(fleet.project("Payments"), name)
    simulator = simulate(fleet)
    simulator.fault(**PROXY, times=0, **DENIED)
    told = json.dumps(convert(simulator, verify_timeout=0).runtime.warnings)
    assert "azure-a" in told
    assert "azure-b" in told


# -- the others ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def five(simulate: t.Callable[..., Simulator]) -> Simulator:
    fleet = Fleet()
    for number in range(5):
        fleet.connection(fleet.project("Payments"), f"azure-{number}")
    return simulate(fleet)


@pytest.mark.parametrize("code", ["AADSTS700223", "AADSTS700238", "AADSTS900382"])
@pytest.mark.parametrize("back", [True, False])
def test_what_no_connection_of_the_tenant_can_do_is_tried_with_one(five: Simulator, code: str, back: bool) -> None:
    five.fault(**PROXY, skip=1, times=0, **answer(f"{code}: not in this tenant"))
    task = convert(five, concurrency=1, verify_timeout=60, revert_on_failure=back)
    statuses = list(task.statuses.values())
    assert statuses == ["rolled_back" if back else "failed"] + ["skipped"] * 4
    assert task.result["summary"]["by_reason"]["not_started"] == 4
    assert len(five.writes) == (2 if back else 1)


def test_another_failure_of_the_federation_stops_nothing(five: Simulator) -> None:
    five.fault(**PROXY, skip=1, times=SAMPLES, **answer(FEDERATION))
    task = convert(five, concurrency=1, verify_timeout=60)
    assert list(task.statuses.values()) == ["failed"] + ["converted"] * 4


@pytest.mark.parametrize(("allowed", "tried"), [(0, 1), (1, 2), (None, 5)])
def test_what_was_rolled_back_counts_among_the_failures(five: Simulator, allowed: int | None, tried: int) -> None:
    five.knob(conversion_credential="forget")
    task = convert(five, concurrency=1, max_failures=allowed, **BACK)
    counts = task.result["summary"]["by_status"]
    assert (counts["rolled_back"], counts["skipped"]) == (tried, 5 - tried)
    assert len(five.writes) == 2 * tried
    assert {item.scheme for item in five.world.connections.values()} == {"ServicePrincipal"}
    assert task.failed
    assert task.result["failure"]["details"]["failed"] == [
        row["id"] for row in task.rows if row["status"] == "rolled_back"
    ]
