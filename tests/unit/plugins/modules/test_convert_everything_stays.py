# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: whatever else became different is told exactly, never reverted, and never seen where nothing is.

Of the tests that are marked as sampled, one in two combinations of their parameters is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._inspect import verify

from simulator import Connection, Fleet, Simulator
from simulator.faults import Kind
from simulator.recorder import Recorded
from simulator.state import PipelinePermissions, World
from unit.plugins._helpers.tasks import Task, convert

Options = dict[str, t.Any]
NAME = "hub"
GUEST_NAME = "hub-of-payments"
DESCRIPTION = "network of all"
CONVERSION: Options = {"method": "PUT", "path": "operation=ConvertAuthenticationScheme"}
BACK: Options = {"verify_timeout": 60, "revert_on_failure": True, "shared": "include"}
SURROUNDINGS = {
    "pipeline permissions": "pipelinepermissions",
    "checks": "checks/configurations",
    "roles": "roleassignments",
}
Act = t.Callable[[Connection, World], None]


def rich_fleet() -> Fleet:
    """A shared connection with everything that could get lost."""
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    connection = fleet.connection(
        payments, NAME, shared_with=[(shop, GUEST_NAME)], description=DESCRIPTION, pipelines=[7, 12]
    )
    connection.permissions[shop.id] = PipelinePermissions((fleet.user.id, fleet.now))
    fleet.check(connection, "8c6f20a7-a545-4486-9777-f762fafe0d4d", "Approval", {"approvers": [{"id": fleet.user.id}]})
    fleet.check(connection, "fe1de3ee-a436-41b4-bb20-f6eb4cb879a7", "Task Check", {"hours": "9-17"})
    fleet.role(connection, fleet.user, "Administrator")
    fleet.role(connection, fleet.caller("Robin"), "User")
    fleet.role(connection, fleet.caller("Group"), "Reader", inherited=True)
    fleet.role(connection, fleet.user, "Administrator", project=shop)
    return fleet


class Scene:
    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.connection = next(item for item in simulator.world.connections.values() if item.name == NAME)

    def at_conversion(self, act: Act) -> None:
        """Something happens in the moment in which the conversion takes effect."""

        def observe(record: Recorded, moment: str) -> None:
            if record.method == "PUT" and moment == "applied" and record.status == 200:
                act(self.connection, self.simulator.world)

        self.simulator.observe(observe)

    def run(self, **options: t.Any) -> Task:
        return convert(self.simulator, **{**BACK, **options})

    @property
    def conversions(self) -> int:
        return len(self.simulator.writes)


def differences(task: Task) -> list[Options]:
    row = task.by_name[NAME]
    assert row["error"] is not None, row["status"]
    assert row["error"]["code"] == "changed_besides", row["error"]
    return t.cast(list[Options], row["error"]["details"]["differences"])


Make = t.Callable[..., Scene]


@pytest.fixture
def make(simulate: t.Callable[..., Simulator]) -> Make:
    def scene(fleet: Fleet | None = None, **knobs: t.Any) -> Scene:
        return Scene(simulate(fleet or rich_fleet(), **knobs))

    return scene


@pytest.fixture(autouse=True)
def three_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test of a connection that is given time is made three times."""

    def tries(stop: t.Any, seconds: float) -> t.Iterator[float]:
        return iter([0.0] * (3 if seconds else 1))

    monkeypatch.setattr(verify, "tries", tries)


# -- what a conversion lost ----------------------------------------------------------------------------------------------
LOSSES = {
    "share": {
        "project Web Shop",
        "shared",
        "pipeline permissions in Web Shop",
        "checks in Web Shop",
        "roles in Web Shop",
    },
    "check": {"checks in Payments"},
    "permission": {"pipeline permissions in Payments", "pipeline permissions in Web Shop"},
    "role": {"roles in Payments"},
    "data": {"data.subscriptionname"},
    "description": {"description", "project Payments", "project Web Shop"},
    "enabled": {"enabled"},
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("polls", [0, 2])
def test_what_a_conversion_lost_fails_it_with_the_exact_difference_and_goes_nowhere(
    make: Make, loss: str, polls: int
) -> None:
    scene = make(conversion_drops=loss, conversion_polls=polls, conversion_credential="forget")
    task = scene.run()
    found = differences(task)
    fields = {item["field"] for item in found}
    assert fields
    assert fields <= LOSSES[loss]
    assert all(item["before"] != item["after"] for item in found)
    row = task.rows[0]
    assert (row["status"], row["after"]["scheme"]) == ("failed", "workload_identity_federation")
    assert all(field in row["error"]["message"] for field in fields)
    assert task.result["changed"]
    assert scene.conversions == 1
    assert scene.connection.scheme == "WorkloadIdentityFederation"


def test_the_values_before_and_after_are_told(make: Make) -> None:
    by_field = {item["field"]: item for item in differences(make(conversion_drops="data").run())}
    assert by_field["data.subscriptionname"] == {
        "field": "data.subscriptionname",
        "before": "Contoso Production",
        "after": "",
    }
    found = {item["field"]: item for item in differences(make(conversion_drops="description").run())}
    assert (found["description"]["before"], found["description"]["after"]) == (DESCRIPTION, "")


@pytest.mark.parametrize("loss", ["share", "description", "data", "enabled"])
def test_a_loss_in_the_connection_does_not_hide_one_around_it(make: Make, loss: str) -> None:
    """A person who repairs what is told has repaired everything."""
    scene = make(conversion_drops=loss)

    def unguard(_connection: Connection, world: World) -> None:
        world.checks.clear()

    scene.at_conversion(unguard)
    fields = {item["field"] for item in differences(scene.run())}
    assert "checks in Payments" in fields


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", ["reset_after", "truncated", "cut"])
@pytest.mark.parametrize("loss", ["share", "check", "role", "permission", "data", "description", "enabled"])
def test_a_lost_answer_does_not_hide_a_loss(make: Make, loss: str, kind: Kind) -> None:
    scene = make(conversion_drops=loss)
    scene.simulator.fault(**CONVERSION, kind=kind)
    assert differences(scene.run())
    assert scene.conversions == 1


def test_the_run_goes_on_with_the_others_as_far_as_failures_are_allowed(simulate: t.Callable[..., Simulator]) -> None:
    fleet = rich_fleet()
    fleet.connection(fleet.project("Payments"), "other", pipelines=[3])
    scene = Scene(simulate(fleet))
    scene.at_conversion(
        lambda connection, world: world.checks.clear() if connection.scheme != "ServicePrincipal" else None
    )
    task = scene.run(concurrency=1)
    assert task.statuses == {NAME: "failed", "other": "converted"}


# -- what somebody changed in that moment --------------------------------------------------------------------------------
def approver(connection: Connection, world: World) -> None:
    world.checks[min(world.checks)].settings = {"approvers": []}


def promoted(connection: Connection, world: World) -> None:
    connection.roles[connection.owning.project.id][1].role = "Administrator"


def opened(connection: Connection, world: World) -> None:
    connection.permissions[connection.owning.project.id].all_pipelines = (connection.created_by.id, connection.created)


def closed_for_guests(connection: Connection, world: World) -> None:
    connection.permissions[connection.references[1].project.id].all_pipelines = None


def renamed(connection: Connection, world: World) -> None:
    connection.references[1].name = "hub-of-nobody"


def moved(connection: Connection, world: World) -> None:
    connection.data["subscriptionId"] = "5a1d2c3b-0000-4000-8000-000000000099"


def foreign(connection: Connection, world: World) -> None:
    connection.parameters["tenantid"] = "5a1d2c3b-0000-4000-8000-000000000098"


def impostor(connection: Connection, world: World) -> None:
    connection.parameters["serviceprincipalid"] = "5a1d2c3b-0000-4000-8000-000000000097"


def new_key(connection: Connection, world: World) -> None:
    connection.data["costCenter"] = "4711"


def reclassified(connection: Connection, world: World) -> None:
    connection.service_management_reference = "service-1"


def redirected(connection: Connection, world: World) -> None:
    connection.url = "https://management.elsewhere.example/"


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (approver, "checks in Payments"),
        (promoted, "roles in Payments"),
        (opened, "pipeline permissions in Payments"),
        (closed_for_guests, "pipeline permissions in Web Shop"),
        (renamed, "project Web Shop"),
        (moved, "data.subscriptionid"),
        (foreign, "parameters.tenantid"),
        (impostor, "parameters.serviceprincipalid"),
        (new_key, "data.costcenter"),
        (reclassified, "service_management_reference"),
        (redirected, "url"),
    ],
)
def test_every_other_change_is_seen(make: Make, act: Act, field: str) -> None:
    scene = make()
    scene.at_conversion(act)
    assert [item["field"] for item in differences(scene.run())] == [field]
    assert scene.conversions == 1


def test_a_revert_is_watched_as_well(make: Make) -> None:
    scene = make()
    assert scene.run().statuses == {NAME: "converted"}
    scene.at_conversion(closed_for_guests)
    task = scene.run(connections=[NAME], to="service_principal", revert_on_failure=False)
    assert [item["field"] for item in differences(task)] == ["pipeline permissions in Web Shop"]


@pytest.mark.sampled(2)
# -- what could not be read ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", SURROUNDINGS)
@pytest.mark.parametrize("readable", ["never", "only before", "only after"])
@pytest.mark.parametrize("status", [403, 404, 500])
def test_what_cannot_be_read_is_no_difference(make: Make, what: str, readable: str, status: int) -> None:
    loss = {"pipeline permissions": "permission", "checks": "check", "roles": "role"}[what]
    scene = make(conversion_drops=loss)
    simulator = scene.simulator

    def hide() -> None:
        simulator.fault(method="GET", path=SURROUNDINGS[what], times=0, status=status)

    if readable != "only before":
        hide()
    if readable != "never":
        turn = hide if readable == "only before" else simulator.clear_faults
        scene.at_conversion(lambda connection, world: turn())
    task = scene.run()
    assert task.statuses == {NAME: "converted"}, task.result
    assert scene.conversions == 1


@pytest.mark.parametrize("what", SURROUNDINGS)
def test_what_could_not_be_compared_is_told(make: Make, what: str) -> None:
    """Not to be a difference is one thing, to look as if it had been compared another."""
    scene = make()
    scene.simulator.fault(method="GET", path=SURROUNDINGS[what], times=0, status=403)
    task = scene.run()
    told = json.dumps(task.rows) + " ".join(task.runtime.warnings)
    assert what in told


@pytest.mark.parametrize("what", SURROUNDINGS)
def test_what_cannot_be_read_does_not_hide_what_can(make: Make, what: str) -> None:
    scene = make(conversion_drops="role" if what != "roles" else "check")
    scene.simulator.fault(method="GET", path=SURROUNDINGS[what], times=0, status=403)
    assert [item["field"] for item in differences(scene.run())] == [
        "roles in Payments" if what != "roles" else "checks in Payments"
    ]


@pytest.mark.sampled(2)
# -- what may change -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("deadline", ["ticks", "seconds", "no_zone", "us"])
@pytest.mark.parametrize("mask", [None, ""])
@pytest.mark.parametrize("ready", ["shown", "omitted"])
@pytest.mark.parametrize("issuer", ["entra", "azure_devops"])
def test_the_change_itself_is_no_difference(
    make: Make, deadline: str, mask: str | None, ready: str, issuer: str
) -> None:
    scene = make(deadline_format=deadline, secret_mask=mask, ready_status=ready, issuer=issuer, conversion_polls=1)
    task = scene.run()
    assert task.statuses == {NAME: "converted"}, task.result
    assert task.rows[0]["after"]["issuer_kind"] == issuer
    if deadline != "us":
        back = scene.run(connections=[NAME], to="service_principal", revert_on_failure=False)
        assert back.statuses == {NAME: "reverted"}, back.result


def keys(connection: Connection, world: World) -> None:
    connection.data = {key.upper(): value for key, value in connection.data.items()}


def parameter_keys(connection: Connection, world: World) -> None:
    connection.parameters = {key.swapcase(): value for key, value in connection.parameters.items()}


def ids(connection: Connection, world: World) -> None:
    for key in ("subscriptionId", "appObjectId", "spnObjectId", "azureSpnRoleAssignmentId"):
        connection.data[key] = connection.data[key].upper()
    for key in ("tenantid", "serviceprincipalid"):
        connection.parameters[key] = str(connection.parameters[key]).upper()


def address(connection: Connection, world: World) -> None:
    connection.url = connection.url.rstrip("/").upper().replace("HTTPS", "https")


def empty_values(connection: Connection, world: World) -> None:
    connection.data |= {"resourceGroupName": "", "isDraft": ""}
    connection.parameters["accessToken"] = None


def lost_empty_reference(connection: Connection, world: World) -> None:
    connection.service_management_reference = ""


def order(connection: Connection, world: World) -> None:
    connection.data = dict(reversed(connection.data.items()))
    connection.roles = {key: list(reversed(value)) for key, value in connection.roles.items()}
    world.checks = dict(reversed(world.checks.items()))


def identity_type(connection: Connection, world: World) -> None:
    connection.data["identityType"] = "AppRegistrationManual"


def identity_type_gone(connection: Connection, world: World) -> None:
    connection.data.pop("identityType", None)


def who(connection: Connection, world: World) -> None:
    connection.modified_by = next(item for item in world.callers.values() if item.display_name == "Robin")


@pytest.mark.parametrize(
    "act",
    [
        keys,
        parameter_keys,
        ids,
        address,
        empty_values,
        lost_empty_reference,
        order,
        identity_type,
        identity_type_gone,
        who,
    ],
)
def test_another_spelling_is_no_difference(make: Make, act: Act) -> None:
    scene = make()
    scene.at_conversion(act)
    task = scene.run(verify="none", revert_on_failure=False)
    assert task.statuses == {NAME: "converted"}, task.rows[0]["error"]


def test_the_case_of_an_id_in_a_role_is_no_difference(make: Make) -> None:
    """Answers about people spell ids as the moment wants it."""
    scene = make()

    def shout(connection: Connection, world: World) -> None:
        for caller in world.callers.values():
            if caller is not scene.simulator.fleet.user:  # who approves: of settings of checks every letter counts
                caller.id = caller.id.upper()
        scene.simulator.site.identity_refs.clear()

    scene.at_conversion(shout)
    assert scene.run().statuses == {NAME: "converted"}


# -- what somebody changed before, which is not the conversion's doing ---------------------------------------------------
def test_an_edit_before_a_request_that_was_not_accepted_is_not_blamed_on_the_conversion(make: Make) -> None:
    """The second request was made from a new read, which has the edit."""
    scene = make()

    def observe(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and moment == "arrived" and scene.conversions == 1:
            for reference in scene.connection.references:
                reference.description = "edited while the service was busy"

    scene.simulator.observe(observe)
    scene.simulator.fault(**CONVERSION, status=429)
    task = scene.run()
    assert task.statuses == {NAME: "converted"}, task.rows[0]["error"]
    assert scene.conversions == 2


def test_a_permission_before_a_request_that_was_not_accepted_is_not_blamed_on_the_conversion(make: Make) -> None:
    scene = make()

    def observe(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and moment == "arrived" and scene.conversions == 1:
            opened(scene.connection, scene.simulator.world)

    scene.simulator.observe(observe)
    scene.simulator.fault(**CONVERSION, status=429)
    assert scene.run().statuses == {NAME: "converted"}


def test_what_was_permitted_while_it_waited_for_its_application_is_not_blamed_on_the_conversion(
    simulate: t.Callable[..., Simulator],
) -> None:
    """Connections of one application come one after the other, which takes minutes; what they are compared with is read when their turn comes."""
    fleet = Fleet()
    client = fleet.application(name="deployer").app_id
    both = [
        fleet.connection(fleet.project("Payments"), name, client_id=client, conversion_polls=10**6, pipelines=[1])
        for name in ("one", "two")
    ]
    simulator = simulate(fleet)
    seen: set[str] = set()
    first: list[Connection] = []

    def observe(record: Recorded, moment: str) -> None:
        about = next((item for item in both if item.id in record.path), None)
        if about is None or moment != "applied":
            return
        if "executionhistory" in record.path:
            seen.add(about.id)
        if record.method == "PUT" and not first:
            first.append(about)
        work = first[0].pending if first else None
        if work is not None and (len(seen) == len(both) or work.polls < 10**6 - 50):
            second = next(item for item in both if item is not first[0])
            second.permissions[second.owning.project.id].pipelines[2] = (fleet.user.id, fleet.now)
            second.conversion_polls = work.polls = 0

    simulator.observe(observe)
    task = convert(simulator, concurrency=2, verify="none")
    assert task.statuses == {"one": "converted", "two": "converted"}, [row["error"] for row in task.rows]
