# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection where harm could be done: races, half-done runs, other people's things, and what check mode promises."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

from simulator import Connection, Simulator, identity_fleet
from unit.plugins._helpers.arm import CLIENT, KEY, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Options = dict[str, t.Any]
SCOPE: Options = {
    "subscription_id": SUBSCRIPTION,
    "subscription_name": "Contoso Production",
    "resource_group": "rg-payments",
}
READER: Options = {"role_assignment": {"role": "Reader"}}
OTHER = "5a1d2c3b-0000-4000-8000-0000000000ab"
DENIED = {
    "error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}
}
REFUSED = {"message": "It cannot be deleted now.", "typeKey": "ServiceEndpointException"}


class Scene:
    """A person who manages one connection with federation to an application, at a simulator."""

    def __init__(self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        self.simulator = simulator
        self.fleet = simulator.fleet
        self.signed_in = person(simulator, "person", monkeypatch)
        self.identity = self.fleet.application(CLIENT)
        self.options: Options = {
            "project": "Payments",
            "name": "azure-new",
            "scheme": "workload_identity_federation",
            "creation_mode": "manual",
            "scope": SCOPE,
            "service_principal": {"tenant_id": self.fleet.tenant_id, "client_id": CLIENT},
        }

    def manage(self, **options: t.Any) -> Task:
        return manage(self.simulator, **{**self.options, **self.signed_in, **options})

    def made(self, **options: t.Any) -> Connection:
        task = self.manage(**options)
        assert not task.failed, task.result["msg"]
        self.simulator.forget()
        found = self.simulator.connection(task.result["connection"]["id"])
        assert found is not None
        return found

    def named(self, **options: t.Any) -> Task:
        """A task that says no more than project and name."""
        usual = {"project": "Payments", "name": "azure-new"}
        return manage(self.simulator, **{**usual, **self.signed_in, **options})

    def stored(self, connection: Connection) -> bool:
        return self.simulator.connection(connection.id) is not None

    @property
    def roles(self) -> list[str]:
        """The scopes at which the application has roles."""
        return [item.scope for item in self.fleet.world.directory.assignments_of(self.identity.service_principal_id)]

    @property
    def methods(self) -> list[str]:
        return [item.method for item in self.simulator.writes]


@pytest.fixture
def scene(simulate: t.Callable[..., Simulator], monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(simulate(arm_fleet()), monkeypatch)


# -- removal -----------------------------------------------------------------------------------------------------------
def test_nothing_comes_back_for_a_connection_that_is_gone_although_nobody_could_see_it_go(scene: Scene) -> None:
    made = scene.made(**READER)
    scene.simulator.fault(method="GET", path=f"endpoints/{made.id}", skip=1, times=0, status=503)
    gone = scene.named(state="absent", max_retries=1)
    assert gone.failed
    assert gone.result["failure"]["code"] == "not_ready"
    assert gone.result["changed"]
    assert "Removed already" in gone.result["failure"]["remedy"]
    assert not scene.stored(made)
    assert (scene.identity.credentials, scene.roles) == ([], [])


def test_a_removal_that_does_not_end_in_time_is_a_change(scene: Scene) -> None:
    made = scene.made(**READER)
    scene.simulator.knob(deletion_polls=10**6)
    gone = scene.named(state="absent")
    assert gone.failed
    assert gone.result["changed"]
    assert gone.result["connection"]["id"] == made.id
    assert (scene.identity.credentials, scene.roles) == ([], [])


def test_a_credential_that_could_not_come_back_is_said_to_be_lost(scene: Scene) -> None:
    """Not "put back" because the service knows nothing of the application any more."""
    scene.made()
    scene.simulator.fault(method="DELETE", path="serviceendpoint/endpoints", times=0, status=400, body=REFUSED)
    missing = {"error": {"code": "Request_ResourceNotFound", "message": "Resource does not exist."}}
    scene.simulator.fault(method="POST", path="federatedIdentityCredentials", times=0, status=404, body=missing)
    gone = scene.named(state="absent")
    assert gone.failed
    assert gone.result["changed"]
    assert "Could not be put back" in gone.result["failure"]["remedy"]
    assert "Put back:" not in gone.result["failure"]["remedy"]


def test_the_role_of_an_earlier_resource_group_goes_along(scene: Scene) -> None:
    scene.made(**READER)
    moved = scene.manage(scope={**SCOPE, "resource_group": "rg-other"}, **READER)
    assert moved.result["role_assignment"]["state"] == "created"
    assert len(scene.roles) == 2
    assert not scene.named(state="absent").failed
    assert scene.roles == []


def test_a_connection_to_another_tenant_can_be_removed(scene: Scene) -> None:
    made = scene.made(federated_credential={"mode": "skip"})
    wrong = {
        "error": {"code": "InvalidAuthenticationTokenTenant", "message": "The access token is from the wrong issuer."}
    }
    scene.simulator.fault(path="_arm/", times=0, status=401, body=wrong)
    gone = scene.named(state="absent", federated_credential={"mode": "skip"})
    assert not gone.failed, gone.result["msg"]
    assert "could not all be read" in gone.runtime.warnings[0]
    assert not scene.stored(made)


def test_an_application_that_is_not_named_is_never_deleted_along(scene: Scene) -> None:
    project = scene.fleet.project("Payments")
    auto = scene.fleet.connection(project, "auto", subscription_id=SUBSCRIPTION)
    auto.parameters["serviceprincipalid"] = ""
    gone = scene.named(name="auto", state="absent", delete_identity=True)
    assert gone.failed
    assert gone.result["failure"]["code"] == "in_use"
    assert scene.simulator.writes == []


@pytest.mark.parametrize(
    "wrong", [{"name": "another"}, {"service_principal": {"client_id": OTHER}}], ids=["name", "client"]
)
def test_what_does_not_belong_together_removes_nothing(wrong: Options, scene: Scene) -> None:
    made = scene.made()
    gone = scene.named(id=made.id, state="absent", **wrong)
    assert gone.failed
    assert "Nothing was removed" in gone.result["failure"]["remedy"]
    assert scene.simulator.writes == []


# -- changes -----------------------------------------------------------------------------------------------------------
def with_key(scene: Scene) -> Connection:
    project = scene.fleet.project("Payments")
    return scene.fleet.connection(project, "azure-key", creation_mode="Manual", client_id=CLIENT, secret=KEY)


def test_a_conversion_between_look_and_change_is_not_overwritten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    found = with_key(scene)
    read = AzureDevOps.pipeline_permissions

    def convert_meanwhile(client: AzureDevOps, *where: str) -> t.Any:
        found.scheme, found.data["revertSchemeDeadline"] = "WorkloadIdentityFederation", "2099-01-01T00:00:00Z"
        return read(client, *where)

    monkeypatch.setattr(AzureDevOps, "pipeline_permissions", convert_meanwhile)
    rotated = {"service_principal": {"key": "a-rotated-key-of-the-test"}, "update_secret": "always"}
    task = scene.named(name="azure-key", description="new", authorized_pipelines=[12], **rotated)
    assert task.failed
    assert scene.simulator.writes == []
    assert found.data["revertSchemeDeadline"] == "2099-01-01T00:00:00Z"


def test_role_and_resource_group_change_in_one_run(scene: Scene) -> None:
    scene.made(**READER)
    wish = {"scope": {**SCOPE, "resource_group": "rg-other"}, **READER}
    assert scene.manage(**wish).result["role_assignment"]["scope"].endswith("/rg-other")
    scene.simulator.forget()
    assert not scene.manage(**wish).result["changed"]
    assert scene.simulator.writes == []


def test_another_application_says_what_stays_with_the_old_one(scene: Scene) -> None:
    scene.made()
    scene.fleet.application(OTHER, "other")
    task = scene.manage(service_principal={"tenant_id": scene.fleet.tenant_id, "client_id": OTHER})
    assert not task.failed, task.result["msg"]
    [left] = scene.identity.credentials
    assert left.name in task.runtime.warnings[0]
    assert CLIENT in task.runtime.warnings[0]


def test_what_azure_devops_made_gets_no_role_from_us(scene: Scene) -> None:
    project = scene.fleet.project("Payments")
    auto = scene.fleet.connection(project, "auto", subscription_id=SUBSCRIPTION)
    client = {"service_principal": {"client_id": auto.parameter("serviceprincipalid")}}
    task = scene.named(name="auto", role_assignment={"role": "Reader"}, **client)
    assert task.failed
    assert "role_assignment is for the identity of a manual connection" in task.result["msg"]
    assert scene.simulator.writes == []


def test_appending_takes_nothing_away_from_anybody(scene: Scene) -> None:
    with_key(scene)
    assert scene.named(name="azure-key", authorize_all_pipelines=True).result["changed"]
    kept = scene.named(name="azure-key", authorize_all_pipelines=False, append_pipelines=True)
    assert not kept.result["changed"]
    exact = scene.named(name="azure-key", authorized_pipelines=[])
    assert "authorized_pipelines limits nothing" in exact.runtime.warnings[0]


def test_from_a_project_it_was_shared_into_nobody_changes_it_for_all(scene: Scene) -> None:
    found = with_key(scene)
    shared = [{"project": "Web Shop", "name": "alias"}]
    assert not scene.named(name="azure-key", shared_with=shared).failed
    scene.simulator.forget()
    other = {"service_principal": {"key": "another-key-of-the-test"}, "update_secret": "always"}
    for wish in ({"enabled": False}, other, {"scope": {"resource_group": "rg-x"}}):
        task = scene.named(project="Web Shop", name="alias", **wish)
        assert task.failed
        assert "Set project to the owning one" in task.result["msg"]
    assert scene.simulator.writes == []
    renamed = scene.named(project="Web Shop", id=found.id, name="another alias", description="here")
    assert not renamed.failed, renamed.result["msg"]
    assert [item.name for item in found.references] == ["azure-key", "another alias"]


@pytest.mark.parametrize(
    ("wish", "option"),
    [({"name": ""}, "name"), ({"name": "x", "role_assignment": {"role": " "}}, "role_assignment.role")],
)
def test_an_empty_text_is_refused(wish: Options, option: str, scene: Scene) -> None:
    found = with_key(scene)
    task = scene.named(id=found.id, **wish)
    assert task.failed
    assert task.result["msg"].startswith(f"{option} is empty")
    assert scene.simulator.requests == []


def test_a_service_that_spells_ids_in_its_own_way_is_no_failure(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.made()
    scene.fleet.application(OTHER, "other")
    read = AzureDevOps.connection

    def in_lower_case(client: AzureDevOps, *where: t.Any, **how: t.Any) -> t.Any:
        raw = read(client, *where, **how)
        if raw:
            parameters = raw["authorization"]["parameters"]
            parameters["serviceprincipalid"] = parameters["serviceprincipalid"].lower()
        return raw

    monkeypatch.setattr(AzureDevOps, "connection", in_lower_case)
    task = scene.manage(service_principal={"tenant_id": scene.fleet.tenant_id, "client_id": OTHER.upper()})
    assert not task.failed, task.result["msg"]


def test_a_run_that_fails_half_way_tells_what_it_did(scene: Scene) -> None:
    """The credential was written, the change refused: the one is in result and diff, the other is not."""
    scene.made(federated_credential={"mode": "skip"})
    scene.simulator.fault(method="PUT", path="serviceendpoint/endpoints", times=0, status=400, body=REFUSED)
    task = scene.manage(description="new")
    assert task.failed
    assert task.result["changed"]
    assert task.result["federated_credential"]["state"] == "created"
    assert "federated_credential" in task.result["diff"]["after"]
    assert "description" not in task.result["diff"]["after"]


# -- check mode --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("check", [True, False])
def test_a_required_credential_that_is_missing_fails_in_check_mode_too(check: bool, scene: Scene) -> None:
    scene.made(federated_credential={"mode": "skip"})
    task = scene.manage(check=check, federated_credential={"mode": "require"})
    assert task.failed
    assert not task.result["changed"]
    assert task.result["federated_credential"]["state"] == "missing"
    assert scene.simulator.writes == []


@pytest.mark.parametrize("check", [True, False])
def test_an_identity_without_room_is_refused_in_check_mode_too(check: bool, scene: Scene) -> None:
    scene.made(federated_credential={"mode": "skip"})
    for number in range(20):
        identity_fleet.federate(scene.identity, f"other-{number}", "https://issuer", f"subject {number}")
    task = scene.manage(check=check)
    assert task.failed
    assert "20 federated credentials" in task.result["msg"]
    assert scene.simulator.writes == []


def test_check_mode_shows_the_connection_as_it_would_be(scene: Scene) -> None:
    with_key(scene)
    check = scene.named(check=True, name="azure-key", description="new", enabled=False)
    run = scene.named(name="azure-key", description="new", enabled=False)
    for key in ("description", "enabled", "name", "scheme", "client_id"):
        assert check.result["connection"][key] == run.result["connection"][key]
    assert not run.result["connection"]["enabled"]


# -- creation ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("check", [True, False])
def test_a_required_credential_that_cannot_be_read_makes_nothing(check: bool, scene: Scene) -> None:
    scene.simulator.fault(path="federatedIdentityCredentials", times=0, status=403, body=DENIED)
    task = scene.manage(check=check, federated_credential={"mode": "require"})
    assert task.failed
    assert scene.simulator.writes == []


@pytest.mark.parametrize("mode", ["skip", "require"])
def test_a_connection_whose_credential_a_person_adds_later_stays(mode: str, scene: Scene) -> None:
    """Its subject holds its id: made anew every time, nobody could ever add it."""
    task = scene.manage(federated_credential={"mode": mode}, verify="after")
    assert task.failed
    assert task.result["changed"]
    assert "DELETE" not in scene.methods
    assert task.result["federated_credential"]["subject"]
    identity_fleet.federate(
        scene.identity,
        "by-hand",
        task.result["federated_credential"]["issuer"],
        task.result["federated_credential"]["subject"],
    )
    identity_fleet.assign(
        scene.fleet.world.directory, scene.identity.service_principal_id, f"/subscriptions/{SUBSCRIPTION}", "Reader"
    )
    again = scene.manage(federated_credential={"mode": mode}, verify="after")
    assert not again.failed, again.result["msg"]
    assert not again.result["changed"]


def test_a_read_that_lags_behind_an_automatic_creation(scene: Scene) -> None:
    scene.simulator.fault(method="GET", path=r"endpoints/[0-9a-f-]{36}", status=200, body=None)
    task = scene.manage(creation_mode="automatic", service_principal={"tenant_id": scene.fleet.tenant_id})
    assert not task.failed, task.result["msg"]
    assert task.result["connection"]["state"] == "ready"
