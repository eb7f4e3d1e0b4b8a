# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection and Azure DevOps Server 2019, 2020 and 2022: what they support works, everything else is refused before any write."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from simulator import Connection, Fleet, Simulator
from unit.plugins._helpers.arm import CLIENT, KEY, PEM, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]

SERVERS = ("server_2019", "server_2020", "server_2022")
NEWER = SERVERS[1:]
SUBSCRIBED = {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"}
IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-identities"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"
)
WEB_APP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments"
NAME = {"project": "Payments", "name": "azure-new"}


def profile_of(key: str) -> str:
    return f'<publishData><publishProfile userPWD="{key}"/></publishData>'


def supported(fleet: Fleet) -> dict[str, Options]:
    """The four methods of a server (9.5), with everything that a creation needs."""
    known = {"tenant_id": fleet.tenant_id, "client_id": CLIENT}
    secret = {"scheme": "service_principal", "creation_mode": "manual"}
    return {
        "key": {**secret, "service_principal": {**known, "key": KEY}, "scope": SUBSCRIBED},
        "certificate": {**secret, "service_principal": {**known, "certificate": PEM}, "scope": SUBSCRIBED},
        "agent": {
            "scheme": "managed_identity", "managed_identity": {"tenant_id": fleet.tenant_id}, "scope": SUBSCRIBED,
        },
        "publish profile": {
            "scheme": "publish_profile", "service_principal": {"tenant_id": fleet.tenant_id},
            "publish_profile": profile_of(KEY), "web_app_id": WEB_APP, "scope": SUBSCRIBED,
        },
    }  # fmt: skip


METHODS = ("key", "certificate", "agent", "publish profile")


def unsupported(fleet: Fleet) -> dict[str, Options]:
    """The other five; without a credential to write, so that a personal access token is enough."""
    known = {"tenant_id": fleet.tenant_id, "client_id": CLIENT}
    wif = {"scheme": "workload_identity_federation", "scope": SUBSCRIBED}
    automatic = {"creation_mode": "automatic"}
    skip = {"federated_credential": {"mode": "skip"}}
    return {
        "nothing said": {"scope": SUBSCRIBED, "service_principal": {"tenant_id": fleet.tenant_id}},
        "automatic": {**wif, **automatic, "service_principal": {"tenant_id": fleet.tenant_id}},
        "automatic, managed identity": {
            **wif, **automatic, "managed_identity": {**known, "resource_id": IDENTITY},
        },
        "manual": {**wif, **skip, "creation_mode": "manual", "service_principal": known},
        "manual, managed identity": {
            **wif, **skip, "creation_mode": "manual", "managed_identity": {**known, "resource_id": IDENTITY},
        },
        "automatic secret": {
            "scheme": "service_principal", **automatic, "service_principal": {"tenant_id": fleet.tenant_id},
            "scope": SUBSCRIBED,
        },
    }  # fmt: skip


UNSUPPORTED = ("nothing said", "automatic", "automatic, managed identity", "manual", "manual, managed identity",
               "automatic secret")  # fmt: skip


def stored(simulator: Simulator, name: str = "azure-new", project: str = "Payments") -> Connection | None:
    found = simulator.fleet.world.find_project(project)
    assert found is not None
    here = ((item.reference(found.id), item) for item in found.connections.values())
    return next((item for reference, item in here if reference is not None and reference.name == name), None)


def stored_secrets(simulator: Simulator, name: str = "azure-new") -> set[str]:
    found = stored(simulator, name)
    assert found is not None
    return set(found.secrets.values())


def changed(task: Task) -> bool:
    assert not task.failed, task.result["msg"]
    return bool(task.result["changed"])


def assert_quiet(simulator: Simulator, **options: t.Any) -> None:
    """Neither check mode nor a run finds anything to do."""
    for check in (True, False):
        simulator.forget()
        task = manage(simulator, check=check, **options)
        assert not changed(task), task.result["diff"]
        assert [str(item) for item in simulator.writes] == []


def assert_not_supported(simulator: Simulator, what: str = "", **options: t.Any) -> Task:
    """Refused with the stable code, with a remedy, in check mode too, and nothing was written."""
    for check in (True, False):
        simulator.forget()
        task = manage(simulator, check=check, **options)
        assert task.failed, task.result
        assert task.result["failure"]["code"] == "server_not_supported", task.result["msg"]
        assert "Azure DevOps Server" in task.result["msg"]
        assert what in task.result["msg"]
        assert task.result["failure"]["remedy"]
        assert [str(item) for item in simulator.writes] == []
    return task


# -- what works ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("profile", "method"), [*itertools.product(SERVERS, METHODS)])
class TestTheFourMethods:
    """Each on each server."""

    def test_is_created_as_foretold_and_then_left_alone(self, profile: str, method: str, simulate: Simulate) -> None:
        simulator = simulate(arm_fleet(), profile=profile)
        options = {**NAME, **supported(simulator.fleet)[method], "description": "made"}
        assert changed(manage(simulator, check=True, **options))
        assert [str(item) for item in simulator.writes] == []
        made = manage(simulator, **options)
        assert changed(made)
        found = stored(simulator)
        assert found is not None
        assert made.result["connection"]["id"] == found.id
        assert found.description == "made"
        assert len(found.references) == 1
        assert len([item for item in simulator.writes if item.method == "POST"]) == 1
        if method != "agent":
            assert len(found.secrets) == 1
        assert_quiet(simulator, **options)

    def test_is_changed_without_losing_its_secret(self, profile: str, method: str, simulate: Simulate) -> None:
        simulator = simulate(arm_fleet(), profile=profile)
        options = {**NAME, **supported(simulator.fleet)[method]}
        assert changed(manage(simulator, **options))
        before = stored_secrets(simulator)
        simulator.forget()
        assert changed(manage(simulator, **NAME, description="new"))
        assert [item.method for item in simulator.writes] == ["PUT"]
        found = stored(simulator)
        assert found is not None
        assert found.references[0].description == "new"
        assert stored_secrets(simulator) == before
        assert_quiet(simulator, **NAME, description="new")

    def test_is_renamed_by_its_id(self, profile: str, method: str, simulate: Simulate) -> None:
        simulator = simulate(arm_fleet(), profile=profile)
        made = manage(simulator, **NAME, **supported(simulator.fleet)[method])
        identifier = made.result["connection"]["id"]
        assert changed(manage(simulator, project="Payments", id=identifier, name="renamed"))
        assert stored(simulator) is None
        found = stored(simulator, "renamed")
        assert found is not None
        assert found.id == identifier
        assert_quiet(simulator, project="Payments", id=identifier, name="renamed")

    def test_is_removed_once(self, profile: str, method: str, simulate: Simulate) -> None:
        simulator = simulate(arm_fleet(), profile=profile)
        assert changed(manage(simulator, **NAME, **supported(simulator.fleet)[method]))
        others = [item for item in simulator.fleet.world.connections if item != getattr(stored(simulator), "id", "")]
        simulator.forget()
        assert changed(manage(simulator, check=True, **NAME, state="absent"))
        assert [str(item) for item in simulator.writes] == []
        assert changed(manage(simulator, **NAME, state="absent"))
        assert [item.method for item in simulator.writes] == ["DELETE"]
        assert stored(simulator) is None
        assert list(simulator.fleet.world.connections) == others
        assert_quiet(simulator, **NAME, state="absent")


@pytest.mark.parametrize("profile", SERVERS)
def test_a_rotated_key_is_sent(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["key"]))
    other = f"another-{KEY}"
    assert changed(manage(simulator, **NAME, service_principal={"key": other}, update_secret="always"))
    assert stored_secrets(simulator) == {other}


@pytest.mark.parametrize("profile", SERVERS)
def test_a_certificate_takes_the_place_of_a_key_and_the_other_way_round(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    methods = supported(simulator.fleet)
    assert changed(manage(simulator, **NAME, **methods["key"]))
    for method, parameter, secret in (
        ("certificate", "servicePrincipalCertificate", PEM),
        ("key", "serviceprincipalkey", KEY),
    ):
        assert changed(manage(simulator, **NAME, **methods[method]))
        found = stored(simulator)
        assert found is not None
        assert found.secrets[parameter] == secret
        kinds = {"servicePrincipalCertificate", "serviceprincipalkey"}
        assert kinds & found.parameters.keys() == {parameter}
        assert_quiet(simulator, **NAME, **methods[method])


@pytest.mark.parametrize("profile", SERVERS)
def test_a_rotated_publish_profile_is_sent(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["publish profile"]))
    other = profile_of(f"another-{KEY}")
    assert changed(manage(simulator, **NAME, publish_profile=other, update_secret="always"))
    assert stored_secrets(simulator) == {other}


@pytest.mark.parametrize(("profile", "environment"), [*itertools.product(SERVERS, ["AzureUSGovernment", "AzureStack"])])
def test_other_clouds(profile: str, environment: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    server = {"server_url": "https://management.local.azurestack.external"} if environment == "AzureStack" else {}
    options = {**NAME, **supported(simulator.fleet)["key"], **server, "environment": environment}
    assert changed(manage(simulator, **options))
    found = stored(simulator)
    assert found is not None
    assert found.data["environment"] == environment
    assert_quiet(simulator, **options)


@pytest.mark.parametrize("profile", SERVERS)
def test_a_management_group(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    scope = {"management_group_id": "mg-platform", "management_group_name": "Platform"}
    options = {**NAME, **supported(simulator.fleet)["certificate"], "scope": scope}
    assert changed(manage(simulator, **options))
    assert_quiet(simulator, **options)


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize("mask", [None, ""])
def test_an_existing_connection_is_adopted_by_name(profile: str, mask: str | None, simulate: Simulate) -> None:
    """Whatever the mask of the stored secret is, a task with its settings finds nothing to do."""
    simulator = simulate(arm_fleet(), profile=profile, secret_mask=mask)
    options = {**NAME, **supported(simulator.fleet)["key"]}
    assert changed(manage(simulator, **options))
    assert_quiet(simulator, **NAME)
    assert_quiet(simulator, **options)


@pytest.mark.parametrize(("profile", "method"), [*itertools.product(SERVERS, METHODS)])
@pytest.mark.parametrize("declared", ["scheme", "creation_mode", "environment"])
def test_a_single_option_of_an_existing_connection_may_be_declared(
    declared: str, profile: str, method: str, simulate: Simulate
) -> None:
    """What was not set is not managed, so it does not make another method of it that servers do not have."""
    simulator = simulate(arm_fleet(), profile=profile)
    options = {"environment": "AzureCloud", **supported(simulator.fleet)[method]}
    assert changed(manage(simulator, **NAME, **options))
    assert_quiet(simulator, **NAME, **({declared: options[declared]} if declared in options else {}))


@pytest.mark.parametrize("profile", SERVERS)
def test_a_key_is_tested_before_and_after(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    options = {**NAME, **supported(simulator.fleet)["key"], "verify": "both"}
    options["scope"] = {**SUBSCRIBED, "resource_group": "rg-payments"}
    task = manage(simulator, **options)
    assert changed(task)
    assert task.result["verification"]["before"]["result"] == "azure_permission"
    assert task.result["verification"]["after"]["result"] == "azure_permission"


@pytest.mark.parametrize("profile", NEWER)
def test_pipelines_are_permitted(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    options = {**NAME, **supported(simulator.fleet)["key"], "authorized_pipelines": [3, 5]}
    assert changed(manage(simulator, **options))
    assert_quiet(simulator, **options)
    assert changed(manage(simulator, **NAME, authorize_all_pipelines=True, authorized_pipelines=[5]))
    assert_quiet(simulator, **NAME, authorize_all_pipelines=True, authorized_pipelines=[5])


@pytest.mark.parametrize("profile", NEWER)
def test_a_connection_is_shared_and_unshared(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    shared = {"shared_with": [{"project": "Web Shop", "name": "of-payments"}]}
    options = {**NAME, **supported(simulator.fleet)["key"], **shared}
    assert changed(manage(simulator, **options))
    assert stored(simulator, "of-payments", "Web Shop") is not None
    assert_quiet(simulator, **options)
    assert changed(manage(simulator, **NAME, shared_with=[{"project": "Web Shop", "name": "renamed"}]))
    assert stored(simulator, "renamed", "Web Shop") is not None
    assert changed(manage(simulator, project="Web Shop", name="renamed", state="absent"))
    assert stored(simulator, "renamed", "Web Shop") is None
    assert stored(simulator) is not None
    assert_quiet(simulator, project="Web Shop", name="renamed", state="absent")


@pytest.mark.parametrize("profile", NEWER)
def test_an_owner_with_shares_is_not_deleted_by_accident(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    shared = {"shared_with": [{"project": "Web Shop"}]}
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["key"], **shared))
    simulator.forget()
    task = manage(simulator, **NAME, state="absent")
    assert task.failed
    assert "It is shared with Web Shop" in task.result["msg"]
    assert simulator.writes == []
    assert changed(manage(simulator, **NAME, state="absent", delete_shared=True))
    assert stored(simulator) is None


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize(
    ("option", "value"), [("enabled", True), ("enabled", False), ("service_management_reference", "tree-1")]
)
def test_what_the_server_does_not_tell_is_left_alone_with_a_warning(
    profile: str, option: str, value: t.Any, simulate: Simulate
) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["key"]))
    simulator.forget()
    if value is not True:
        strict = manage(simulator, **NAME, **{option: value})
        assert strict.result["failure"]["code"] == "unreached"
    task = manage(simulator, **NAME, **{option: value}, allow_unreached=True)
    assert not changed(task)
    assert f"{option} was left alone: this service does not tell its value." in task.runtime.warnings
    assert simulator.writes == []


@pytest.mark.parametrize("profile", SERVERS)
def test_a_creation_with_a_field_that_the_server_does_not_tell_is_quiet_the_second_time(
    profile: str, simulate: Simulate
) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    options = {
        **NAME, **supported(simulator.fleet)["key"], "service_management_reference": "tree-1", "enabled": True, "allow_unreached": True,
    }  # fmt: skip
    made = manage(simulator, **options)
    assert changed(made)
    assert "service_management_reference was left alone" in " ".join(made.runtime.warnings)
    assert_quiet(simulator, **options)


# -- what does not ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("profile", "method"), [*itertools.product(SERVERS, UNSUPPORTED)])
def test_what_a_server_cannot_make_is_refused(profile: str, method: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    task = assert_not_supported(simulator, **NAME, **unsupported(simulator.fleet)[method])
    assert "key or a certificate" in task.result["failure"]["remedy"]
    assert stored(simulator) is None


@pytest.mark.parametrize(("profile", "method"), [*itertools.product(SERVERS, ["manual", "manual, managed identity"])])
def test_federation_is_refused_with_an_entra_sign_in_too(
    profile: str, method: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the federated credential could be written."""
    simulator = simulate(arm_fleet(), profile=profile)
    options = {**unsupported(simulator.fleet)[method], "federated_credential": {"mode": "create"}}
    assert_not_supported(simulator, **NAME, **options, **person(simulator, "service principal", monkeypatch))


@pytest.mark.parametrize("profile", SERVERS)
def test_federation_is_refused_for_what_it_is_with_a_personal_access_token(profile: str, simulate: Simulate) -> None:
    """Not with the advice to sign in with Entra, or to skip the credential: both would lead to the next refusal."""
    simulator = simulate(arm_fleet(), profile=profile)
    options = unsupported(simulator.fleet)["manual"]
    del options["federated_credential"]
    assert_not_supported(simulator, **NAME, **options)


@pytest.mark.parametrize(("profile", "existing"), [*itertools.product(SERVERS, [True, False])])
def test_a_role_is_refused(profile: str, existing: bool, simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers have four kinds of connections and nothing in Entra or Azure (documented in the notes of the module)."""
    simulator = simulate(arm_fleet(), profile=profile)
    options = {**NAME, **supported(simulator.fleet)["key"]}
    if existing:
        assert changed(manage(simulator, **options))
    signed_in = person(simulator, "service principal", monkeypatch)
    assert_not_supported(simulator, **options, role_assignment={"role": "Reader"}, **signed_in)


@pytest.mark.parametrize(("profile", "mode"), [*itertools.product(SERVERS, ["create", "require"])])
def test_a_federated_credential_is_refused_for_an_existing_connection(
    profile: str, mode: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["key"]))
    signed_in = person(simulator, "service principal", monkeypatch)
    assert_not_supported(simulator, **NAME, federated_credential={"mode": mode}, **signed_in)


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("append", [True, False])
def test_the_oldest_server_cannot_share(existing: bool, append: bool, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile="server_2019")
    options = {**NAME, **supported(simulator.fleet)["key"]}
    if existing:
        assert changed(manage(simulator, **options))
    shared = {"shared_with": [{"project": "Web Shop"}], "append_shares": append}
    assert_not_supported(simulator, "Sharing", **options, **shared)
    assert stored(simulator, "azure-new-Web Shop", "Web Shop") is None


def test_nothing_to_share_is_fine_on_the_oldest_server(simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile="server_2019")
    options = {**NAME, **supported(simulator.fleet)["key"], "shared_with": []}
    assert changed(manage(simulator, **options))
    assert_quiet(simulator, **options)


@pytest.mark.parametrize("option", ["authorized_pipelines", "authorize_all_pipelines"])
def test_pipelines_of_the_oldest_server_are_permitted_or_refused_before_any_write(
    option: str, simulate: Simulate
) -> None:
    """A connection must not be there with half of what the task wanted."""
    simulator = simulate(arm_fleet(), profile="server_2019")
    value: t.Any = [3] if option == "authorized_pipelines" else True
    task = manage(simulator, **NAME, **supported(simulator.fleet)["key"], **{option: value})
    if task.failed:
        assert task.result["failure"]["code"] == "server_not_supported"
        assert simulator.writes == []
    else:
        assert_quiet(simulator, **NAME, **{option: value})


@pytest.mark.parametrize("profile", SERVERS)
def test_an_identity_is_never_deleted_by_a_server(
    profile: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["key"]))
    simulator.forget()
    task = manage(
        simulator, **NAME, state="absent", delete_identity=True, **person(simulator, "service principal", monkeypatch)
    )
    assert task.failed
    assert "delete_identity" in task.result["msg"]
    assert simulator.writes == []
    assert stored(simulator) is not None


@pytest.mark.parametrize("profile", SERVERS)
def test_another_scheme_is_refused_and_nothing_is_converted(profile: str, simulate: Simulate) -> None:
    """A server cannot convert, so it is no use to say so."""
    simulator = simulate(arm_fleet(), profile=profile)
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["key"]))
    simulator.forget()
    task = manage(simulator, **NAME, scheme="managed_identity")
    assert task.failed
    assert "has the scheme service_principal, and the task wants managed_identity" in task.result["msg"]
    assert simulator.writes == []


@pytest.mark.parametrize("profile", SERVERS)
def test_no_secret_is_told(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    for method, options in supported(simulator.fleet).items():
        task = manage(simulator, project="Payments", name=method, **options)
        assert changed(task)
        assert not [secret for secret in (KEY, PEM) if secret in repr(task.result)], method


@pytest.mark.parametrize("profile", SERVERS)
def test_only_versions_that_the_server_speaks_are_asked_for(profile: str, simulate: Simulate) -> None:
    """The first question is about the version; after it nothing is out of range."""
    simulator = simulate(arm_fleet(), profile=profile)
    simulator.forget()
    options = {**NAME, **supported(simulator.fleet)["key"]}
    for more in (options, {**NAME, "description": "x"}, {**NAME, "state": "absent"}):
        assert changed(manage(simulator, **more))
    rejected = [item for item in simulator.requests if (item.status or 0) >= 400]
    assert {item.path.rpartition("/")[2].lower() for item in rejected} <= {"connectiondata"}


@pytest.mark.parametrize("profile", SERVERS)
def test_mode_skip_is_no_federation(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    assert changed(manage(simulator, **NAME, **supported(simulator.fleet)["key"]))
    assert_quiet(simulator, **NAME, federated_credential={"mode": "skip"})


@pytest.mark.parametrize("profile", SERVERS)
def test_servers_are_not_sent_the_service_management_reference(profile: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet(), profile=profile)
    wish = {**NAME, **supported(simulator.fleet)["key"], "service_management_reference": "tree"}
    for check in (True, False):
        strict = manage(simulator, check=check, **wish)
        assert (
            "service_management_reference cannot be set: Azure DevOps Server does not know it." in strict.result["msg"]
        )
    assert simulator.writes == []
    assert changed(manage(simulator, **wish, allow_unreached=True))
    [post] = simulator.writes
    assert "serviceManagementReference" not in post.body
