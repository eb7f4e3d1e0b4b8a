# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection adopts connections that exist and changes only what the task declares: what is written, what stays, and what is said."""

from __future__ import annotations

import copy
import dataclasses
import json
import typing as t
from datetime import timedelta

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Fleet, Simulator, updates
from simulator.identity_fleet import federate
from simulator.recorder import Recorded
from simulator.rest import Rest
from simulator.state import Connection, PipelinePermissions, Project, Reference
from unit.plugins._helpers.arm import CLIENT, KEY, PEM, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.certificates import certificate_and_key
from unit.plugins._helpers.connections import PAYMENTS
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]
Json = dict[str, t.Any]

OLD_KEY = "a-made-up-key-that-is-stored-already"
OLD_PEM = certificate_and_key()
PROFILE = '<publishData><publishProfile userPWD="a-made-up-password"/></publishData>'
OTHER = "5a1d2c3b-0000-4000-8000-0000000000ff"
NEWEST = "7.2-preview.4"


def world(**options: t.Any) -> Fleet:
    """The fleet of all tests of this module, and a project more."""
    fleet = arm_fleet(**options)
    fleet.project("Logistics")
    return fleet


def project(fleet: Fleet, name: str = "Payments") -> Project:
    return fleet.project(name)


def with_key(fleet: Fleet, name: str = "azure-key", **options: t.Any) -> Connection:
    """A manual connection with a key."""
    usual: Options = {
        "creation_mode": "Manual",
        "secret": OLD_KEY,
        "subscription_id": SUBSCRIPTION,
        "client_id": CLIENT,
    }
    return fleet.connection(project(fleet), name, **{**usual, **options})


def with_federation(fleet: Fleet, name: str = "azure-wif", **options: t.Any) -> Connection:
    """A manual connection with workload identity federation."""
    usual: Options = {"creation_mode": "Manual", "subscription_id": SUBSCRIPTION, "client_id": CLIENT}
    return fleet.connection(project(fleet), name, scheme="WorkloadIdentityFederation", **{**usual, **options})


def options_for(connection: Connection, **options: t.Any) -> Options:
    return {"project": "Payments", "name": connection.name, **options}


def raw(simulator: Simulator, connection: Connection, where: Project | None = None) -> Json:
    """The connection as the newest version of the API shows it; not a part of the record."""
    found: Json = Rest(simulator, version=NEWEST).read(connection, where)
    simulator.forget()
    return found


def only_write(simulator: Simulator, method: str) -> Recorded:
    (write,) = simulator.writes
    assert write.method == method, str(write)
    return write


def stored(simulator: Simulator, connection: Connection) -> Connection:
    found = simulator.connection(connection.id)
    assert found is not None
    return found


def names(connection: Connection) -> dict[str, str]:
    """How each project calls it."""
    return {item.project.name: item.name for item in connection.references}


def shown(task: Task) -> tuple[Json, Json]:
    """Before and after of the diff, read as the YAML that it is."""
    found = task.result["diff"]
    assert isinstance(found["before"], str)
    assert isinstance(found["after"], str)
    return yaml.safe_load(found["before"]) or {}, yaml.safe_load(found["after"]) or {}


def changes(simulator: Simulator, **options: t.Any) -> Task:
    """Check mode foretells the change without a write, the run makes it with the same diff, and the next one has nothing to do."""
    simulator.forget()
    foretold = manage(simulator, check=True, **options)
    assert not foretold.failed, foretold.result["msg"]
    assert foretold.result["changed"]
    assert simulator.writes == []
    made = manage(simulator, **options)
    assert not made.failed, made.result["msg"]
    assert made.result["changed"]
    assert made.result["diff"] == foretold.result["diff"]
    assert foretold.runtime.warnings == made.runtime.warnings
    if options.get("update_secret") != "always":
        writes = list(simulator.writes)
        stays(simulator, **options)
        simulator.application.recorder.requests[:0] = writes
    return made


def stays(simulator: Simulator, **options: t.Any) -> Task:
    """Neither check mode nor a run changes anything."""
    for check in (True, False):
        simulator.forget()
        task = manage(simulator, check=check, **options)
        assert not task.failed, task.result["msg"]
        assert not task.result["changed"], task.result["diff"]
        assert simulator.writes == []
        assert (task.result["diff"]["before"], task.result["diff"]["after"]) in (("", ""), ({}, {}))
    simulator.forget()
    return task


def refused(simulator: Simulator, sentence: str, remedy: str, **options: t.Any) -> Task:
    """Refused with that sentence, in check mode too, and nothing written."""
    for check in (True, False):
        task = manage(simulator, check=check, **options)
        assert task.failed, task.result
        assert sentence in task.result["failure"]["message"], task.result["msg"]
        assert remedy in task.result["failure"]["remedy"], task.result["failure"]["remedy"]
        assert not task.result.get("changed")
        assert simulator.writes == []
    return task


# -- adopting ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spell", [str, str.upper])
@pytest.mark.parametrize("address", ["name", "id", "both"])
def test_adopted_by_name_and_by_id(address: str, spell: t.Callable[[str], str], simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    by = {"name": spell(connection.name), "id": spell(connection.id)}
    wish = {"name": connection.name, "id": by["id"]} if address == "both" else {address: by[address]}
    task = stays(simulator, project=spell("Payments"), **wish)
    assert task.result["connection"]["id"] == connection.id
    assert task.result["connection"]["name"] == "azure-key"


@pytest.mark.parametrize("missing", ["null", "empty", "404"])
def test_an_unknown_id_is_an_error_and_never_a_creation(missing: str, simulate: Simulate) -> None:
    simulator = simulate(world(), missing_connection=missing)
    task = refused(
        simulator, f"no connection with the id {OTHER}", "leave id out", project="Payments", name="x", id=OTHER
    )
    assert task.result["failure"]["code"] == "not_found"


def test_a_connection_of_another_project_is_not_found_by_its_id(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    refused(
        simulator, "There is no connection with the id", "Check id and project", project="Logistics", id=connection.id
    )


def test_a_connection_of_another_type_is_never_touched(simulate: Simulate) -> None:
    fleet = world()
    connection = fleet.connection(project(fleet), "docker", type="dockerregistry", scheme="UsernamePassword")
    refused(simulate(fleet), "type dockerregistry", "choose another one", **options_for(connection, description="x"))


def test_a_name_with_a_comma_is_found(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, "azure, production")
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, description="new"))
    assert stored(simulator, connection).references[0].description == "new"


# -- renaming and describing -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("build", [with_key, with_federation])
@pytest.mark.parametrize("name", ["renamed", "AZURE-KEY", "Ümläut 連接"])
def test_renamed_with_its_id(build: t.Callable[..., Connection], name: str, simulate: Simulate) -> None:
    fleet = world()
    connection = build(fleet, "azure-key", shared_with=[(project(fleet, "Web Shop"), "alias")])
    simulator = simulate(fleet)
    task = changes(simulator, project="Payments", id=connection.id, name=name)
    assert names(stored(simulator, connection)) == {"Payments": name, "Web Shop": "alias"}
    assert shown(task) == ({"name": "azure-key"}, {"name": name})
    assert task.result["connection"]["name"] == name
    only_write(simulator, "PUT")


def test_renamed_in_a_project_that_it_was_shared_into(simulate: Simulate) -> None:
    """The owner's name and description stay."""
    fleet = world()
    connection = with_key(fleet, description="theirs", shared_with=[(project(fleet, "Web Shop"), "alias")])
    simulator = simulate(fleet)
    changes(simulator, project="Web Shop", id=connection.id, name="shop-azure", description="ours")
    after = stored(simulator, connection)
    assert names(after) == {"Payments": "azure-key", "Web Shop": "shop-azure"}
    assert [item.description for item in after.references] == ["theirs", "ours"]


def test_a_rename_that_would_break_the_subject_is_refused(simulate: Simulate) -> None:
    fleet = world(issuer="azure_devops")
    connection = with_federation(fleet)
    simulator = simulate(fleet)
    task = refused(
        simulator, "whose subject contains its name", "Entra issuer", project="Payments", id=connection.id, name="new"
    )
    assert task.result["failure"]["code"] == "not_now"


@pytest.mark.parametrize(("before", "after"), [("", "new"), ("old", "new"), ("old", ""), ("old", "zwei\nZeilen: 'ü'")])
def test_the_description_is_that_of_this_project(before: str, after: str, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, description=before, shared_with=[project(fleet, "Web Shop")])
    simulator = simulate(fleet)
    body = raw(simulator, connection)
    task = changes(simulator, **options_for(connection, description=after))
    assert shown(task) == ({"description": before}, {"description": after})
    assert [item.description for item in stored(simulator, connection).references] == [after, before]
    body["description"] = body["serviceEndpointProjectReferences"][0]["description"] = after
    assert only_write(simulator, "PUT").body == body


# -- the newer fields --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("enabled", [True, False])
def test_disabled_and_enabled_again(enabled: bool, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, enabled=not enabled)
    simulator = simulate(fleet)
    task = changes(simulator, **options_for(connection, enabled=enabled))
    assert stored(simulator, connection).disabled is not enabled
    assert shown(task) == ({"enabled": not enabled}, {"enabled": enabled})


def test_another_change_never_enables_a_disabled_connection(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, enabled=False, service_management_reference="tree")
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, description="new"))
    after = stored(simulator, connection)
    assert (after.disabled, after.service_management_reference) == (True, "tree")


@pytest.mark.parametrize(("before", "after"), [(None, "tree"), ("tree", "other"), ("tree", "")])
def test_the_service_management_reference(before: str | None, after: str, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, service_management_reference=before)
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, service_management_reference=after))
    assert stored(simulator, connection).service_management_reference == after


@pytest.mark.parametrize("profile", ["server_2019", "server_2020", "server_2022"])
@pytest.mark.parametrize(("option", "value"), [("enabled", False), ("service_management_reference", "tree")])
def test_servers_do_not_tell_the_newer_fields(profile: str, option: str, value: t.Any, simulate: Simulate) -> None:
    """A declared state that cannot be seen is a failure, unless the task can do without it."""
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet, profile=profile)
    task = refused(
        simulator, f"{option} cannot be set: this service does not tell the value", "allow_unreached",
        **options_for(connection, **{option: value}),
    )  # fmt: skip
    assert task.result["failure"]["code"] == "unreached"
    assert task.result["failure"]["details"] == {"options": [option]}
    allowed = stays(simulator, **options_for(connection, allow_unreached=True, **{option: value}))
    assert allowed.runtime.warnings == [f"{option} was left alone: this service does not tell its value."]


@pytest.mark.parametrize("profile", ["server_2019", "server_2020", "server_2022"])
def test_servers_change_what_they_know(profile: str, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet, profile=profile)
    changes(simulator, **options_for(connection, description="new", scope={"resource_group": "rg"}))
    after = stored(simulator, connection)
    assert (after.references[0].description, after.data["resourceGroupName"]) == ("new", "rg")
    assert after.secrets == {"serviceprincipalkey": OLD_KEY}


def test_a_server_that_cannot_share_says_so_before_any_write(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    task = refused(
        simulate(fleet, profile="server_2019"), "Sharing between projects needs", "on this server",
        **options_for(connection, shared_with=[{"project": "Web Shop"}]),
    )  # fmt: skip
    assert task.result["failure"]["code"] == "server_not_supported"


# -- scope -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("build", [with_key, with_federation])
def test_the_resource_group_of_a_manual_connection_changes(
    build: t.Callable[..., Connection], simulate: Simulate
) -> None:
    fleet = world()
    connection = build(fleet, resource_group="rg-old")
    simulator = simulate(fleet)
    stays(simulator, **options_for(connection, scope={"resource_group": "RG-Old"}))
    task = changes(simulator, **options_for(connection, scope={"resource_group": "rg-new"}))
    assert shown(task) == ({"scope": {"resource_group": "rg-old"}}, {"scope": {"resource_group": "rg-new"}})
    assert stored(simulator, connection).data["resourceGroupName"] == "rg-new"


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("resource_group", "resourceGroupName"),
        ("ml_workspace_name", "mlWorkspaceName"),
        ("ml_workspace_location", "mlWorkspaceLocation"),
    ],
)
def test_the_workspace_of_a_manual_connection_changes(part: str, key: str, simulate: Simulate) -> None:
    fleet = world()
    connection = with_federation(fleet, scope_level="AzureMLWorkspace")
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, scope={"level": "ml_workspace", part: "new"}))
    assert stored(simulator, connection).data[key] == "new"


@pytest.mark.parametrize(
    ("level", "part", "id_part"),
    [
        ("Subscription", "subscription_name", "subscription_id"),
        ("ManagementGroup", "management_group_name", "management_group_id"),
    ],
)
def test_another_label_is_a_warning_only(level: str, part: str, id_part: str, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, scope_level=level)
    simulator = simulate(fleet)
    own = ArmConnection.from_api(raw(simulator, connection), PAYMENTS).scope[id_part]
    task = stays(simulator, **options_for(connection, scope={part: "Renamed in Azure", id_part: own}))
    (warning,) = task.runtime.warnings
    assert f"scope.{part} of 'azure-key'" in warning
    assert "only a label" in warning


# -- for life ----------------------------------------------------------------------------------------------------------
_FOR_LIFE: dict[str, tuple[Options, Options]] = {
    "creation_mode": ({}, {"creation_mode": "automatic"}),
    "environment": ({}, {"environment": "AzureChinaCloud"}),
    "server_url": (
        {"environment": "AzureStack", "url": "https://management.local.azurestack.external"},
        {"server_url": "https://management.other.azurestack.external"},
    ),
    "scope.level": ({}, {"scope": {"level": "management_group"}}),
    "scope.subscription_id": ({}, {"scope": {"subscription_id": OTHER}}),
    "scope.management_group_id": ({"scope_level": "ManagementGroup"}, {"scope": {"management_group_id": "other"}}),
    "scope.resource_group": (
        {"creation_mode": "Automatic", "resource_group": "rg-old"},
        {"scope": {"resource_group": "rg-new"}},
    ),
    "tenant_id": ({}, {"service_principal": {"tenant_id": OTHER}}),
    "client_id": (
        {"creation_mode": "Automatic"},
        {"scheme": "service_principal", "service_principal": {"client_id": OTHER}},
    ),
    "web_app_id": (
        {"scheme": "PublishProfile", "creation_mode": None},
        {
            "web_app_id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/other",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("option", _FOR_LIFE)
def test_what_is_for_life_is_refused_and_never_made_anew(option: str, simulate: Simulate) -> None:
    built, wish = _FOR_LIFE[option]
    fleet = world()
    connection = with_key(fleet, **built)
    simulator = simulate(fleet)
    before = copy.deepcopy(raw(simulator, connection))
    task = refused(
        simulator, f"{option} of 'azure-key' is ", "create another connection under another name",
        **options_for(connection, description="new", **wish),
    )  # fmt: skip
    assert task.result["failure"]["code"] == "immutable"
    assert raw(simulator, connection) == before


@pytest.mark.parametrize(
    ("build", "scheme"),
    [
        (with_key, "workload_identity_federation"),
        (with_federation, "service_principal"),
        (with_key, "managed_identity"),
    ],
)
def test_another_scheme_names_the_module_that_converts(
    build: t.Callable[..., Connection], scheme: str, simulate: Simulate
) -> None:
    fleet = world()
    connection = build(fleet)
    sentence, remedy = f"the task wants {scheme}", "azdo.connections.azdo_arm_connection_convert"
    refused(simulate(fleet), sentence, remedy, **options_for(connection, scheme=scheme))


def test_a_client_id_is_never_written_into_the_connection_of_an_agent(simulate: Simulate) -> None:
    fleet = world()
    connection = fleet.connection(project(fleet), "azure-agent", scheme="ManagedServiceIdentity")
    simulator = simulate(fleet)
    options = options_for(connection, managed_identity={"client_id": CLIENT}, federated_credential={"mode": "skip"})
    refused(simulator, "client_id", "", **options)


# -- what the service added, and in which spelling ---------------------------------------------------------------------
def respelled(connection: Connection, spell: t.Callable[[str], str]) -> None:
    connection.data = {spell(key): value for key, value in connection.data.items()}
    connection.parameters = {spell(key): value for key, value in connection.parameters.items()}


@pytest.mark.parametrize("omitted", ["removed", "kept"])
@pytest.mark.parametrize("build", [with_key, with_federation])
def test_everything_else_survives_a_put(build: t.Callable[..., Connection], omitted: str, simulate: Simulate) -> None:
    fleet = world()
    data = {"azureSpnPermissions": '[{"provisioned":false}]', "MixedCase": "x", "empty": "", "tenantId": "dup"}
    connection = build(fleet, data=data, parameters={"accessTokenType": "", "Scope": "/subscriptions/x"})
    simulator = simulate(fleet, omitted_data=omitted)
    before, secrets = raw(simulator, connection), dict(connection.secrets)
    changes(simulator, **options_for(connection, description="new"))
    after = raw(simulator, connection)
    assert (after["data"], after["authorization"]) == (before["data"], before["authorization"])
    assert stored(simulator, connection).secrets == secrets


def test_unknown_fields_go_back_byte_for_byte(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    answer = {**raw(simulator, connection), "newField": {"Nested": [1, None, "", {"Ä": 1.5}]}, "isSomething": False}
    answer["operationStatus"]["severity"] = None
    answer["authorization"]["parameters"]["futureParameter"] = None
    answer["serviceEndpointProjectReferences"][0]["projectReference"]["future"] = "x"
    simulator.fault(method="GET", path=f"endpoints/{connection.id}", status=200, body=answer, times=2)
    task = manage(simulator, project="Payments", id=connection.id, description="new")
    assert not task.failed, task.result["msg"]
    answer["description"] = answer["serviceEndpointProjectReferences"][0]["description"] = "new"
    assert json.dumps(only_write(simulator, "PUT").body) == json.dumps(answer)


@pytest.mark.parametrize("spell", [str.upper, str.lower])
def test_keys_in_another_case_are_no_drift(spell: t.Callable[[str], str], simulate: Simulate) -> None:
    fleet = world()
    connection = with_federation(fleet, resource_group="rg")
    respelled(connection, spell)
    simulator = simulate(fleet)
    same = {
        "environment": "AzureCloud",
        "creation_mode": "manual",
        "scheme": "workload_identity_federation",
        "scope": {"subscription_id": SUBSCRIPTION.upper(), "resource_group": "rg", "level": "subscription"},
        "service_principal": {"client_id": CLIENT.upper(), "tenant_id": fleet.tenant_id.upper()},
        "federated_credential": {"mode": "skip"},
    }
    stays(simulator, **options_for(connection, **same))
    keys = set(connection.data)
    task = manage(simulator, **options_for(connection, scope={"resource_group": "new"}))
    assert not task.failed, task.result["msg"]
    assert set(only_write(simulator, "PUT").body["data"]) == keys


# -- what is not set is not managed ------------------------------------------------------------------------------------
_PLAIN: Options = {
    "description": "Deployments",
    "enabled": True,
    "service_management_reference": "tree",
    "environment": "AzureCloud",
    "server_url": "https://management.azure.com",
    "authorize_all_pipelines": True,
    "authorized_pipelines": [7, 5],
    "shared_with": [{"project": "Web Shop", "name": "alias", "authorized_pipelines": [3]}],
}
_KINDS: dict[str, tuple[t.Callable[..., Connection], Options, Options, Options]] = {
    "key": (
        with_key,
        {},
        {"scheme": "service_principal", "creation_mode": "manual"},
        {"level": "subscription", "subscription_id": SUBSCRIPTION, "subscription_name": "Contoso production"},
    ),
    "federation": (
        with_federation,
        {"resource_group": "rg"},
        {"scheme": "workload_identity_federation", "creation_mode": "manual"},
        {"subscription_id": SUBSCRIPTION.upper(), "resource_group": "RG"},
    ),
    "workspace": (
        with_federation,
        {"scope_level": "AzureMLWorkspace"},
        {"scheme": "workload_identity_federation", "creation_mode": "manual"},
        {
            "level": "ml_workspace",
            "subscription_id": SUBSCRIPTION,
            "resource_group": "rg-research",
            "ml_workspace_name": "mlw-research",
            "ml_workspace_location": "westeurope",
        },
    ),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_any_part_of_what_a_connection_already_has_sends_no_write(
    kind: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, built, more, scope = _KINDS[kind]
    fleet = world()
    shop = project(fleet, "Web Shop")
    connection = build(
        fleet, description="Deployments", service_management_reference="tree", shared_with=[(shop, "alias")],
        all_pipelines=True, pipelines=[5, 7], **built,
    )  # fmt: skip
    connection.permissions[shop.id] = PipelinePermissions(None, {3: (fleet.user.id, fleet.now)})
    simulator = simulate(fleet)
    signed_in = person(simulator, "person", monkeypatch)
    identity = {"client_id": CLIENT, "tenant_id": fleet.tenant_id}
    declared = {**_PLAIN, **more}

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(
        chosen=st.sets(st.sampled_from(sorted(declared))),
        parts=st.sets(st.sampled_from(sorted(scope))),
        known=st.sets(st.sampled_from(sorted(identity))),
        by_id=st.booleans(),
    )
    def property_holds(chosen: set[str], parts: set[str], known: set[str], by_id: bool) -> None:
        wish: Options = {name: declared[name] for name in chosen}
        if parts:
            wish["scope"] = {part: scope[part] for part in parts}
        if known:
            wish["service_principal"] = {name: identity[name] for name in known}
        if by_id:
            wish["id"] = connection.id
        if "server_url" in wish:
            # Next to a named cloud it is refused, because it is an address of Azure Stack.
            wish.pop("environment", None)
        simulator.forget()
        task = manage(simulator, **signed_in, **options_for(connection, **wish))
        assert not task.failed, task.result["msg"]
        assert not task.result["changed"], task.result["diff"]
        assert simulator.writes == []

    property_holds()


@pytest.mark.parametrize("known", [("client_id",), ("client_id", "key"), ("client_id", "tenant_id", "certificate")])
def test_the_client_id_of_a_connection_with_a_secret_needs_no_graph(known: tuple[str, ...], simulate: Simulate) -> None:
    """What the task leaves out, here the scheme, the connection decides: nothing is about a federated credential."""
    fleet = world()
    certificate = OLD_PEM if "certificate" in known else None
    connection = with_key(fleet, certificate=certificate)
    simulator = simulate(fleet)
    values = {"client_id": CLIENT, "tenant_id": fleet.tenant_id, "key": KEY, "certificate": PEM}
    stays(simulator, **options_for(connection, service_principal={name: values[name] for name in known}))


# -- secrets -----------------------------------------------------------------------------------------------------------
_WITH_SECRET: dict[str, tuple[Options, Options, str]] = {
    "key": ({}, {"service_principal": {"key": KEY}}, "serviceprincipalkey"),
    "certificate": ({"certificate": OLD_PEM}, {"service_principal": {"certificate": PEM}}, "servicePrincipalCertificate"),
    "publish profile": (
        {"scheme": "PublishProfile", "creation_mode": None}, {"publish_profile": PROFILE}, "publishProfile",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mask", [None, ""])
@pytest.mark.parametrize("kind", _WITH_SECRET)
def test_a_stored_secret_is_never_lost(kind: str, mask: str | None, simulate: Simulate) -> None:
    built, wish, key = _WITH_SECRET[kind]
    fleet = world()
    connection = with_key(fleet, **built)
    simulator = simulate(fleet, secret_mask=mask, empty_secret_wipes=True)
    old = connection.secrets[key]
    assert old
    stays(simulator, **options_for(connection))
    if mask == "":
        sentence = "cannot be changed without its secret"
        refused(simulator, sentence, "in the task", **options_for(connection, description="new"))
        assert stored(simulator, connection).secrets[key] == old
        task = changes(simulator, **options_for(connection, description="new", **wish))
        assert stored(simulator, connection).secrets[key] in (KEY, PEM, PROFILE)
        assert any("masks the stored secret with an empty text" in text for text in task.runtime.warnings)
        assert "" not in only_write(simulator, "PUT").body["authorization"]["parameters"].values()
    else:
        changes(simulator, **options_for(connection, description="new", **wish))
        assert stored(simulator, connection).secrets[key] == old


@pytest.mark.parametrize("mask", [None, ""])
def test_sharing_and_pipelines_do_not_touch_the_secret(mask: str | None, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[project(fleet, "Web Shop")])
    simulator = simulate(fleet, secret_mask=mask, empty_secret_wipes=True)
    wish = {"shared_with": [{"project": "Logistics"}], "authorized_pipelines": [1]}
    changes(simulator, **options_for(connection, **wish))
    assert stored(simulator, connection).secrets == {"serviceprincipalkey": OLD_KEY}
    assert [item.method for item in simulator.writes] == ["PATCH", "DELETE", "PATCH"]


@pytest.mark.parametrize("mask", [None, ""])
@pytest.mark.parametrize("kind", _WITH_SECRET)
def test_a_rotated_secret_is_sent_every_time(kind: str, mask: str | None, simulate: Simulate) -> None:
    built, wish, key = _WITH_SECRET[kind]
    fleet = world()
    connection = with_key(fleet, **built)
    simulator = simulate(fleet, secret_mask=mask, empty_secret_wipes=True)
    stays(simulator, **options_for(connection, **wish))
    task = changes(simulator, **options_for(connection, update_secret="always", **wish))
    assert stored(simulator, connection).secrets[key] in (KEY, PEM, PROFILE)
    assert shown(task) == ({"secret": "(not shown)"}, {"secret": "(not shown), sent"})
    simulator.forget()
    again = manage(simulator, **options_for(connection, update_secret="always", **wish))
    assert again.result["changed"]
    only_write(simulator, "PUT")


@pytest.mark.parametrize("mask", [None, ""])
def test_from_key_to_certificate_and_back(mask: str | None, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet, secret_mask=mask, empty_secret_wipes=True)
    for wish, kind, name in (
        ({"certificate": PEM}, "spnCertificate", "servicePrincipalCertificate"),
        ({"key": KEY}, "spnKey", "serviceprincipalkey"),
    ):
        changes(simulator, **options_for(connection, service_principal=wish))
        parameters = only_write(simulator, "PUT").body["authorization"]["parameters"]
        assert parameters["authenticationType"] == kind
        assert {key for key in parameters if "key" in key.lower() or "certificate" in key.lower()} == {name}
        assert stored(simulator, connection).secrets[name] in (KEY, PEM)


def test_another_client_id_needs_its_own_secret(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    options = options_for(connection, scheme="service_principal")
    refused(
        simulator, "another one needs its own secret", "service_principal.key",
        **options, service_principal={"client_id": OTHER},
    )  # fmt: skip
    task = changes(simulator, **options, service_principal={"client_id": OTHER, "key": KEY})
    after = stored(simulator, connection)
    assert (after.parameter("serviceprincipalid"), after.secrets) == (OTHER, {"serviceprincipalkey": KEY})
    assert shown(task)[1] == {"client_id": OTHER, "secret": "(not shown), sent"}
    assert task.result["connection"]["client_id"] == OTHER


def test_another_application_of_a_federated_connection_trusts_it_before_it_is_used(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    connection = with_federation(fleet)
    new = fleet.application(OTHER, "the next one")
    simulator = simulate(fleet)
    signed_in = person(simulator, "service principal", monkeypatch)
    changes(simulator, **signed_in, **options_for(connection, service_principal={"client_id": OTHER}))
    after = stored(simulator, connection)
    assert after.parameter("serviceprincipalid") == OTHER
    assert [(item.issuer, item.subject) for item in new.credentials] == [(after.issuer, after.subject)]
    assert [item.method for item in simulator.writes] == ["POST", "PUT"]


@pytest.mark.parametrize("verify", ["before", "both"])
def test_a_secret_that_does_not_work_is_not_saved(verify: str, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    wrong = {"key": "a-made-up-key-that-is-not-known"}
    task = refused(
        simulator, "credential_failed", "Nothing was saved",
        **options_for(connection, service_principal=wrong, update_secret="always", verify=verify),
    )  # fmt: skip
    assert wrong["key"] not in json.dumps(task.result)
    assert stored(simulator, connection).secrets == {"serviceprincipalkey": OLD_KEY}


# -- drafts ------------------------------------------------------------------------------------------------------------
def draft(fleet: Fleet) -> Connection:
    """As the portal's Keep as draft leaves it: no client id, and not ready."""
    connection = with_federation(fleet, data={"isDraft": "true"})
    connection.parameters["serviceprincipalid"] = None
    connection.ready = False
    return connection


@pytest.mark.parametrize("omitted", ["removed", "kept"])
def test_a_draft_is_finished_by_its_client_id(
    omitted: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    connection = draft(fleet)
    simulator = simulate(fleet, omitted_data=omitted)
    signed_in = person(simulator, "service principal", monkeypatch)
    task = changes(simulator, **signed_in, **options_for(connection, service_principal={"client_id": CLIENT}))
    after = stored(simulator, connection)
    assert after.parameter("serviceprincipalid") == CLIENT
    finished = after.data.get("isDraft", "false").lower() != "true"
    # Where the service keeps what a PUT leaves out (12, unknown), a person has to know that it still is a draft.
    assert finished or any("draft" in text for text in task.runtime.warnings)


def test_a_draft_can_be_described_and_stays_one(simulate: Simulate) -> None:
    fleet = world()
    connection = draft(fleet)
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, description="new"))
    assert stored(simulator, connection).data["isDraft"] == "true"


# -- shares ------------------------------------------------------------------------------------------------------------
def test_shares_are_exactly_those_of_the_task(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, description="d", shared_with=[project(fleet, "Web Shop")])
    simulator = simulate(fleet)
    task = changes(simulator, **options_for(connection, shared_with=[{"project": "Logistics"}]))
    after = stored(simulator, connection)
    assert names(after) == {"Payments": "azure-key", "Logistics": "azure-key-Logistics"}
    assert [item.description for item in after.references] == ["d", "d"]
    assert shown(task) == (
        {"shared_with": {"Web Shop": "azure-key-Web Shop"}},
        {"shared_with": {"Logistics": "azure-key-Logistics"}},
    )
    assert [item["name"] for item in task.result["connection"]["projects"]] == ["Payments", "Logistics"]


def test_no_shares_takes_all_of_them(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[project(fleet, "Web Shop"), project(fleet, "Logistics")])
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, shared_with=[]))
    assert names(stored(simulator, connection)) == {"Payments": "azure-key"}
    ids = only_write(simulator, "DELETE").query["projectIds"].split(",")
    assert set(ids) == {project(fleet, "Web Shop").id, project(fleet, "Logistics").id}


def test_appended_shares_take_nothing_away(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[project(fleet, "Web Shop")])
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, shared_with=[{"project": "Logistics"}], append_shares=True))
    assert set(names(stored(simulator, connection))) == {"Payments", "Web Shop", "Logistics"}
    only_write(simulator, "PATCH")
    stays(simulator, **options_for(connection, shared_with=[], append_shares=True))


def test_a_share_gets_another_name_and_description(simulate: Simulate) -> None:
    """Through the PUT: the PATCH that shares cannot rename (2.11)."""
    fleet = world()
    shop = project(fleet, "Web Shop")
    connection = with_key(fleet, description="d", shared_with=[(shop, "alias")])
    simulator = simulate(fleet)
    wish = [{"project": shop.id.upper(), "name": "shop-azure", "description": "ours"}]
    task = changes(simulator, **options_for(connection, shared_with=wish))
    after = stored(simulator, connection)
    assert names(after) == {"Payments": "azure-key", "Web Shop": "shop-azure"}
    assert [item.description for item in after.references] == ["d", "ours"]
    only_write(simulator, "PUT")
    before, then = (found["shared_with"] for found in shown(task))
    assert (set(before.values()), set(then.values())) == ({"alias", "d"}, {"shop-azure", "ours"})


def test_everything_about_shares_in_one_task(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[(project(fleet, "Web Shop"), "alias"), project(fleet, "Logistics")])
    fleet.project("Fourth")
    simulator = simulate(fleet)
    wish = [{"project": "Web Shop", "name": "shop"}, {"project": "Fourth", "description": "own"}]
    changes(simulator, project="Payments", id=connection.id, name="new", description="words", shared_with=wish)
    after = stored(simulator, connection)
    assert names(after) == {"Payments": "new", "Web Shop": "shop", "Fourth": "new-Fourth"}
    assert {item.project.name: item.description for item in after.references} == {
        "Payments": "words", "Web Shop": "", "Fourth": "own",
    }  # fmt: skip
    assert [item.method for item in simulator.writes] == ["PUT", "PATCH", "DELETE"]


def test_a_new_share_is_described_as_the_connection_then_is(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, description="old")
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, description="new", shared_with=[{"project": "Web Shop"}]))
    assert [item.description for item in stored(simulator, connection).references] == ["new", "new"]


def test_shares_are_managed_from_the_owner_only(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[(project(fleet, "Web Shop"), "alias")])
    simulator = simulate(fleet)
    refused(
        simulator, "which is 'Payments'", "Set project to it",
        project="Web Shop", id=connection.id, shared_with=[{"project": "Logistics"}],
    )  # fmt: skip


def test_a_share_with_an_unknown_project_is_refused(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    wish = [{"project": "Web Shop"}, {"project": "Nowhere"}]
    refused(simulator, "shared_with 'Nowhere'", "Check the spelling", **options_for(connection, shared_with=wish))


@pytest.mark.parametrize("second", ["WEB SHOP", "id", "Payments"])
def test_a_share_named_twice_or_with_the_owner_is_refused(second: str, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    wish = [{"project": "Web Shop"}, {"project": project(fleet, "Web Shop").id if second == "id" else second}]
    refused(
        simulator, "names a project twice, or the owning project", "Name each other project once",
        **options_for(connection, shared_with=wish),
    )  # fmt: skip


# -- pipelines ---------------------------------------------------------------------------------------------------------
def permitted(simulator: Simulator, connection: Connection, where: str = "Payments") -> tuple[bool, set[int]]:
    found = stored(simulator, connection).permissions.get(simulator.fleet.project(where).id, PipelinePermissions())
    return found.all_pipelines is not None, set(found.pipelines)


@pytest.mark.parametrize(
    ("wish", "after"),
    [
        ({"authorized_pipelines": [2, 3]}, (False, {2, 3})),
        ({"authorized_pipelines": [2, 3], "append_pipelines": True}, (False, {1, 2, 3})),
        ({"authorized_pipelines": []}, (False, set())),
        ({"authorize_all_pipelines": True}, (True, {1, 2})),
        ({"authorize_all_pipelines": True, "authorized_pipelines": [1]}, (True, {1})),
    ],
)
def test_pipelines_are_permitted_and_forbidden(wish: Options, after: tuple[bool, set[int]], simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, pipelines=[1, 2])
    simulator = simulate(fleet)
    task = changes(simulator, **options_for(connection, **wish))
    assert permitted(simulator, connection) == after
    only_write(simulator, "PATCH")
    if "authorized_pipelines" in wish:
        # Revocations are to be seen.
        before, then = shown(task)
        option = "authorized_pipelines (Payments)"
        assert (before[option], then[option]) == ([1, 2], sorted(after[1]))


def test_the_permission_for_all_pipelines_is_taken_back(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, all_pipelines=True, pipelines=[1])
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, authorize_all_pipelines=False))
    assert permitted(simulator, connection) == (False, {1})


def test_pipelines_of_each_sharing_project(simulate: Simulate) -> None:
    fleet = world()
    shop = project(fleet, "Web Shop")
    connection = with_key(fleet, pipelines=[1], shared_with=[shop])
    connection.permissions[shop.id] = PipelinePermissions(None, {8: (fleet.user.id, fleet.now)})
    simulator = simulate(fleet)
    wish = [
        {"project": "Web Shop", "authorized_pipelines": [9]},
        {"project": "Logistics", "authorized_pipelines": [4], "authorize_all_pipelines": True},
    ]
    changes(simulator, **options_for(connection, shared_with=wish))
    assert permitted(simulator, connection) == (False, {1})
    assert permitted(simulator, connection, "Web Shop") == (False, {9})
    assert permitted(simulator, connection, "Logistics") == (True, {4})


def test_pipelines_of_the_project_that_was_asked(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, pipelines=[1], shared_with=[(project(fleet, "Web Shop"), "alias")])
    simulator = simulate(fleet)
    changes(simulator, project="Web Shop", name="alias", authorized_pipelines=[5])
    assert permitted(simulator, connection) == (False, {1})
    assert permitted(simulator, connection, "Web Shop") == (False, {5})


def created(fleet: Fleet) -> Options:
    known = {"tenant_id": fleet.tenant_id, "client_id": CLIENT, "key": KEY}
    scope = {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"}
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "service_principal",
        "creation_mode": "manual",
        "service_principal": known,
        "scope": scope,
    }


@pytest.mark.parametrize("delay", [1, 3])
def test_permissions_of_a_new_connection_that_are_not_found_at_first(delay: int, simulate: Simulate) -> None:
    """In the task that creates it, and in the task right after it."""
    for split in (False, True):
        fleet = world()
        simulator = simulate(fleet, permission_delay_calls=delay)
        wish = {**created(fleet), "authorized_pipelines": [1, 2]}
        if split:
            first = manage(simulator, **created(fleet))
            assert not first.failed, first.result["msg"]
        task = manage(simulator, **wish)
        assert not task.failed, task.result["msg"]
        made = simulator.connection(task.result["connection"]["id"])
        assert made is not None
        assert permitted(simulator, made) == (False, {1, 2})
        stays(simulator, **wish)


# -- rights ------------------------------------------------------------------------------------------------------------
def test_a_partial_object_is_never_the_base_of_a_change(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    caller = fleet.caller("Nobody", pat="p" * 84, level="none")
    simulator = simulate(fleet)
    task = refused(
        simulator, "Only a part of the connection is visible", "Administrator",
        project="Payments", id=connection.id, description="new", personal_access_token=caller.pat,
    )  # fmt: skip
    assert task.result["failure"]["code"] == "not_permitted"


def test_a_shared_connection_whose_other_projects_are_hidden_is_not_sent_back(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[project(fleet, "Web Shop")])
    simulator = simulate(fleet)
    trimmed = raw(simulator, connection)
    del trimmed["serviceEndpointProjectReferences"][1]
    simulator.fault(method="GET", path=f"endpoints/{connection.id}", status=200, body=trimmed, times=0)
    refused(
        simulator, "project references of a shared connection", "must see the projects",
        project="Payments", id=connection.id, description="new",
    )  # fmt: skip


def test_a_reader_may_look_and_is_told_when_it_may_not_change(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, description="old")
    fleet.caller("Reader", pat="r" * 84, level="reader")
    simulator = simulate(fleet)
    reader = {"personal_access_token": "r" * 84}
    stays(simulator, **options_for(connection, description="old", enabled=True), **reader)
    task = manage(simulator, **options_for(connection, description="new"), **reader)
    assert task.failed
    assert task.result["failure"]["code"] == "not_permitted"
    assert task.result["failure"]["remedy"]
    assert not task.result["changed"], "a refusal changed nothing"
    assert stored(simulator, connection).references[0].description == "old"


def test_a_hidden_connection_that_holds_the_name_is_named(simulate: Simulate) -> None:
    fleet = world()
    with_key(fleet, "azure-new")
    fleet.caller("Nobody", pat="p" * 84, level="none")
    simulator = simulate(fleet)
    task = manage(simulator, **created(fleet), personal_access_token="p" * 84)
    assert task.failed
    assert "already exists" in task.result["msg"]
    assert "this caller cannot see it" in task.result["failure"]["remedy"]
    assert not task.result["changed"]


def test_what_azure_devops_made_is_not_saved_by_a_machine(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    connection = fleet.connection(project(fleet), "azure-automatic", scheme="WorkloadIdentityFederation")
    simulator = simulate(fleet)
    signed_in = person(simulator, "service principal", monkeypatch)
    task = refused(simulator, "needs a person", "az login", **signed_in, **options_for(connection, description="new"))
    assert task.result["failure"]["code"] == "not_now"
    changes(
        simulator,
        **signed_in,
        **options_for(connection, authorized_pipelines=[1], shared_with=[{"project": "Web Shop"}]),
    )
    changes(simulator, **options_for(connection, description="new", shared_with=[]))


# -- not at rest -------------------------------------------------------------------------------------------------------
def test_while_a_connection_can_go_back_it_is_not_changed(simulate: Simulate) -> None:
    fleet = world()
    connection = fleet.connection(
        project(fleet), "azure-converted", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=2)
    )
    simulator = simulate(fleet)
    task = refused(
        simulator, "can go back to its secret until", "after that time", **options_for(connection, description="new")
    )
    assert task.result["failure"]["code"] == "not_now"
    changes(simulator, **options_for(connection, authorized_pipelines=[1], shared_with=[{"project": "Web Shop"}]))
    assert all("revertSchemeDeadline" not in json.dumps(item.body) for item in simulator.writes)


@pytest.mark.parametrize("text", ["ticks", "seconds", "no_zone"])
def test_the_deadline_that_passed_is_not_sent_back(text: str, simulate: Simulate) -> None:
    fleet = world()
    connection = fleet.connection(
        project(fleet), "azure-converted", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=9)
    )
    simulator = simulate(fleet, deadline_format=text)
    changes(simulator, **options_for(connection, description="new"))
    assert "revertSchemeDeadline" not in only_write(simulator, "PUT").body["data"]


@pytest.mark.parametrize("text", ["ticks", "seconds", "no_zone"])
def test_the_deadline_is_respected_in_every_format(text: str, simulate: Simulate) -> None:
    fleet = world()
    connection = fleet.connection(
        project(fleet), "azure-converted", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=2)
    )
    simulator = simulate(fleet, deadline_format=text)
    refused(simulator, "can go back to its secret", "after that time", **options_for(connection, description="new"))


def test_a_deadline_that_cannot_be_read_may_lie_in_the_future(simulate: Simulate) -> None:
    """Its format was never captured (12.3): what could not be read is never "over"."""
    fleet = world()
    connection = fleet.connection(
        project(fleet), "azure-converted", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=2)
    )
    simulator = simulate(fleet, deadline_format="us")
    task = refused(simulator, "azure-converted", "", **options_for(connection, description="new"))
    assert task.result["failure"]["code"] == "not_now"


def test_a_connection_in_progress_is_waited_for(simulate: Simulate) -> None:
    fleet = world()
    simulator = simulate(fleet, creation_polls=4)
    wish = {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "workload_identity_federation",
        "creation_mode": "automatic",
        "service_principal": {"tenant_id": fleet.tenant_id},
        "scope": {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
    }
    first = manage(simulator, wait_timeout=0, **wish)
    assert first.failed
    assert "did not finish with it" in first.result["msg"]
    assert "goes on where this run ended" in first.result["failure"]["remedy"]
    simulator.forget()
    task = manage(simulator, project="Payments", name="azure-new", description="new")
    assert not task.failed, task.result["msg"]
    assert task.result["connection"]["state"] == "ready"
    only_write(simulator, "PUT")


def test_a_connection_that_stays_in_progress_is_not_changed(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, state="in_progress")
    simulator = simulate(fleet)
    for _round in range(2):
        refused(
            simulator, "did not finish with it within 0 s", "Run again later",
            **options_for(connection, description="new", wait_timeout=0),
        )  # fmt: skip


def test_a_failed_connection_is_an_error_with_the_services_words(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, creation_mode="Automatic", state="failed", status_message="No right to register apps.")
    simulator = simulate(fleet)
    task = refused(
        simulator,
        "No right to register apps.",
        "Look at it in the portal",
        **options_for(connection, description="new"),
    )
    assert task.result["failure"]["code"] == "not_ready"
    # It was there before this task, and somebody may need it.
    assert "absent" not in task.result["failure"]["remedy"]


# -- other people, and lost answers ------------------------------------------------------------------------------------
def meanwhile(monkeypatch: pytest.MonkeyPatch, act: t.Callable[[int], None], *, reads: t.Container[int] = (1,)) -> None:
    """Somebody else acts right before these reads of the connection by its id."""
    original, count = AzureDevOps.connection, [0]

    def connection(self: AzureDevOps, *arguments: t.Any, **options: t.Any) -> Json | None:
        count[0] += 1
        if count[0] in reads:
            act(count[0])
        return original(self, *arguments, **options)

    monkeypatch.setattr(AzureDevOps, "connection", connection)


def test_what_somebody_else_changed_before_the_put_is_kept(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    logistics = project(fleet, "Logistics")

    def act(_read: int) -> None:
        connection.disabled = True
        fleet.world.set_references(connection, [*connection.references, Reference(logistics, "theirs", "theirs")])

    meanwhile(monkeypatch, act)
    task = manage(simulator, **options_for(connection, description="new"))
    assert not task.failed, task.result["msg"]
    after = stored(simulator, connection)
    assert after.disabled
    assert names(after) == {"Payments": "azure-key", "Logistics": "theirs"}
    assert after.references[0].description == "new"
    assert shown(task) == ({"description": ""}, {"description": "new"})
    only_write(simulator, "PUT")


def test_a_field_without_a_name_that_somebody_else_changed_is_kept(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that is compared: the body still comes from the last read."""
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    meanwhile(monkeypatch, lambda _read: connection.data.update(someKey="theirs"))
    task = manage(simulator, **options_for(connection, description="new"))
    assert not task.failed, task.result["msg"]
    assert stored(simulator, connection).data["someKey"] == "theirs"


def test_what_somebody_else_did_for_us_is_not_in_the_diff(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)

    def act(_read: int) -> None:
        connection.references[0].description = "new"

    meanwhile(monkeypatch, act)
    task = manage(simulator, **options_for(connection, description="new", enabled=False))
    assert not task.failed, task.result["msg"]
    assert shown(task) == ({"enabled": True}, {"enabled": False})


def test_a_connection_that_does_not_come_to_rest_is_left_alone(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)

    def act(read: int) -> None:
        connection.references[0].description = f"theirs {read}"

    meanwhile(monkeypatch, act, reads=range(1, 100_000))
    task = manage(simulator, wait_timeout=0, **options_for(connection, enabled=False))
    assert task.failed
    assert "Somebody else changed the connection" in task.result["msg"]
    assert task.result["failure"]["code"] == "changed_meanwhile"
    assert "Run again" in task.result["failure"]["remedy"]
    assert not task.result["changed"]
    assert simulator.writes == []


def lose_a_share(connection: Connection) -> None:
    del connection.references[1:]


def lose_the_reference(connection: Connection) -> None:
    connection.service_management_reference = None


def take_another_subject(connection: Connection) -> None:
    connection.parameters["workloadIdentityFederationSubject"] = "sc://contoso/Payments/other"


def take_another_issuer(connection: Connection) -> None:
    connection.parameters["workloadIdentityFederationIssuer"] = "https://vstoken.dev.azure.com/x"


def be_disabled(connection: Connection) -> None:
    connection.disabled = True


def rename_a_share(connection: Connection) -> None:
    connection.references[1].name = "not what it was"


def drop_the_subscription(connection: Connection) -> None:
    del connection.data["subscriptionId"]


@pytest.mark.parametrize(
    "harm",
    [
        lose_a_share, rename_a_share, be_disabled, drop_the_subscription, lose_the_reference, take_another_subject,
        take_another_issuer,
    ],
)  # fmt: skip
@pytest.mark.parametrize("wish", [{"description": "new"}, {"scope": {"resource_group": "new"}}])
def test_what_a_put_changed_beyond_the_task_is_reported(
    wish: Options, harm: t.Callable[[Connection], None], simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    shop = project(fleet, "Web Shop")
    connection = with_federation(fleet, service_management_reference="tree", shared_with=[(shop, "alias")])
    simulator = simulate(fleet)
    original = updates.touch

    def touch(call: t.Any, changed: Connection) -> None:
        original(call, changed)
        harm(changed)

    monkeypatch.setattr(updates, "touch", touch)
    task = manage(simulator, **options_for(connection, **wish))
    assert task.failed, task.result["diff"]
    assert "not everything is as it was sent" in task.result["msg"]
    assert "nothing was taken back" in task.result["failure"]["remedy"]
    assert task.result["changed"]
    assert task.result["connection"]["id"] == connection.id
    only_write(simulator, "PUT")


@pytest.mark.parametrize("kind", ["reset_after", "cut", "reset_before", "status"])
@pytest.mark.parametrize(
    ("method", "wish"),
    [
        ("PUT", {"description": "new"}),
        ("PATCH", {"shared_with": [{"project": "Web Shop"}, {"project": "Logistics"}]}),
        ("DELETE", {"shared_with": []}),
        ("PATCH", {"authorized_pipelines": [1]}),
    ],
)
def test_a_lost_answer_ends_in_the_wanted_state_and_counts_as_a_change(
    method: str, wish: Options, kind: t.Any, simulate: Simulate
) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[project(fleet, "Web Shop")])
    simulator = simulate(fleet)
    simulator.fault(kind=kind, method=method, status=429 if kind == "status" else None)
    options = options_for(connection, **wish)
    task = manage(simulator, **options)
    assert not task.failed, task.result["msg"]
    assert task.result["changed"]
    assert shown(task) != ({}, {})
    stays(simulator, **options)


@pytest.mark.parametrize("status", [400, 409])
def test_a_refused_change_is_no_change(status: int, simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    simulator.fault(method="PUT", status=status, times=0)
    task = manage(simulator, **options_for(connection, description="new"))
    assert task.failed
    assert "azure-key" in task.result["msg"]
    assert not task.result["changed"]
    assert task.result["connection"]["description"] == ""


def test_somebody_who_created_it_a_moment_earlier_is_adopted(simulate: Simulate) -> None:
    """The look finds nothing, the creation finds a duplicate: from there on it is a connection that exists."""
    fleet = world()
    connection = with_key(fleet, "azure-new", pipelines=[9], subscription_name="Contoso Production")
    simulator = simulate(fleet)
    simulator.fault(method="GET", path="endpointNames=", status=200, body={"count": 0, "value": []})
    task = manage(simulator, **created(fleet), description="ours", authorized_pipelines=[1])
    assert not task.failed, task.result["msg"]
    assert task.result["changed"]
    assert task.result["connection"]["id"] == connection.id
    assert permitted(simulator, connection) == (False, {1})
    before, after = shown(task)
    assert (before["description"], after["description"]) == ("", "ours")
    assert "scheme" not in after, "nothing was created"


def test_somebody_who_created_the_same_a_moment_earlier_leaves_nothing_to_do(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, "azure-new")
    simulator = simulate(fleet)
    simulator.fault(method="GET", path="endpointNames=", status=200, body={"count": 0, "value": []})
    task = manage(simulator, **created(fleet))
    assert not task.failed, task.result["msg"]
    assert not task.result["changed"]
    assert stored(simulator, connection).secrets == {"serviceprincipalkey": OLD_KEY}


# -- the diff ----------------------------------------------------------------------------------------------------------
def test_the_diff_is_yaml_that_a_person_reads_without_any_secret(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, pipelines=[1])
    simulator = simulate(fleet)
    task = changes(
        simulator,
        project="Payments",
        id=connection.id,
        name="neu: ü",
        description="zwei\nZeilen",
        enabled=False,
        service_principal={"client_id": OTHER, "certificate": PEM},
        scheme="service_principal",
        scope={"resource_group": "rg"},
        authorized_pipelines=[2],
        shared_with=[{"project": "Web Shop"}],
    )
    found = task.result["diff"]
    assert shown(task)[1] == {
        "name": "neu: ü",
        "description": "zwei\nZeilen",
        "enabled": False,
        "scope": {"resource_group": "rg"},
        "client_id": OTHER,
        "secret": "(not shown), sent",
        "shared_with": {"Web Shop": "neu: ü-Web Shop"},
        "authorized_pipelines (Payments)": [2],
    }
    assert found["before"] != found["after"]
    assert "ü" in found["after"], "no escapes"
    assert "contoso" in found["before_header"]
    assert "Payments" in found["before_header"]
    text = json.dumps(task.result)
    for secret in (OLD_KEY, PEM, *(line for line in PEM.splitlines() if "-----" not in line)):
        assert secret not in text


def test_a_creation_is_shown_from_nothing_and_without_its_key(simulate: Simulate) -> None:
    fleet = world()
    simulator = simulate(fleet)
    task = changes(simulator, **created(fleet))
    before, after = shown(task)
    assert before == {}
    assert (after["name"], after["key"]) == ("azure-new", "(not shown)")
    assert KEY not in json.dumps(task.result)


def test_a_project_with_dots_in_its_name_is_one_name_in_the_diff(simulate: Simulate) -> None:
    fleet = world()
    connection = fleet.connection(fleet.project("Contoso.Web.Shop"), "azure-key", creation_mode="Manual", pipelines=[1])
    simulator = simulate(fleet)
    task = changes(simulator, project="Contoso.Web.Shop", name=connection.name, authorized_pipelines=[2])
    assert shown(task) == (
        {"authorized_pipelines (Contoso.Web.Shop)": [1]},
        {"authorized_pipelines (Contoso.Web.Shop)": [2]},
    )


# -- what hides behind other changes -----------------------------------------------------------------------------------
IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-identities"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"
)


def test_a_creation_with_update_secret_always_sends_the_secret_once(simulate: Simulate) -> None:
    fleet = world()
    simulator = simulate(fleet)
    task = manage(simulator, **created(fleet), update_secret="always")
    assert not task.failed, task.result["msg"]
    assert [item.method for item in simulator.writes] == ["POST"]


def test_a_put_that_is_lost_twice_is_not_sent_a_third_time(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    simulator.fault(kind="reset_before", method="PUT", times=0)
    task = manage(simulator, **options_for(connection, description="new"))
    assert task.failed
    assert task.result["changed"], "nobody knows"
    assert len(simulator.writes) == 2


def test_a_creation_is_tested_before_it_is_saved_once(simulate: Simulate) -> None:
    fleet = world()
    simulator = simulate(fleet)
    wish = created(fleet)
    wish["scope"] = {**wish["scope"], "resource_group": "rg"}
    task = manage(simulator, **wish, update_secret="always", verify="before")
    assert not task.failed, task.result["msg"]
    assert len([item for item in simulator.requests if "endpointproxy" in item.path]) == 1


@pytest.mark.parametrize(("kind", "found"), [("reset_after", True), ("reset_before", False)])
def test_a_creation_whose_answer_was_lost_is_a_change_by_itself(kind: t.Any, found: bool, simulate: Simulate) -> None:
    fleet = world()
    simulator = simulate(fleet)
    simulator.fault(kind=kind, method="POST", path="serviceendpoint/endpoints")
    task = manage(simulator, **created(fleet))
    assert task.failed is not found
    assert task.result["changed"]
    assert (task.result["connection"] is not None) is found


@pytest.mark.parametrize("present", [True, False])
def test_require_looks_at_the_credential_of_an_automatic_connection(
    present: bool, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    connection = fleet.connection(
        project(fleet), "azure-automatic", scheme="WorkloadIdentityFederation", client_id=CLIENT
    )
    if not present:
        fleet.application(CLIENT).credentials.clear()
    simulator = simulate(fleet)
    signed_in = person(simulator, "person", monkeypatch)
    task = manage(simulator, **signed_in, **options_for(connection, federated_credential={"mode": "require"}))
    assert task.failed is not present
    assert task.result["federated_credential"]["state"] == ("present" if present else "missing")
    assert simulator.writes == []


def test_whose_credential_it_is_must_be_said_for_a_managed_identity(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    identity = fleet.managed_identity("id-payments", subscription_id=SUBSCRIPTION)
    connection = with_federation(fleet, client_id=identity.client_id, data={"identityType": "ManagedIdentity"})
    simulator = simulate(fleet)
    signed_in = person(simulator, "service principal", monkeypatch)
    refused(
        simulator, "the task does not say which", "managed_identity.resource_id",
        **signed_in, **options_for(connection, federated_credential={"mode": "create"}),
    )  # fmt: skip


def test_a_role_alone_is_a_change(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    signed_in = person(simulator, "service principal", monkeypatch)
    wish = {"service_principal": {"client_id": CLIENT}, "role_assignment": {"role": "Reader"}}
    changes(simulator, **signed_in, **options_for(connection, **wish))
    assert "roleAssignments" in only_write(simulator, "PUT").path


def test_from_an_application_to_a_managed_identity_and_back(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    connection = with_federation(fleet)
    identity = fleet.managed_identity("id-payments", subscription_id=SUBSCRIPTION)
    simulator = simulate(fleet)
    signed_in = person(simulator, "service principal", monkeypatch)
    changes(simulator, **signed_in, **options_for(connection, managed_identity={"resource_id": IDENTITY}))
    after = stored(simulator, connection)
    assert (after.parameter("serviceprincipalid"), after.data["identityType"]) == (
        identity.client_id,
        "ManagedIdentity",
    )
    changes(simulator, **signed_in, **options_for(connection, service_principal={"client_id": CLIENT}))
    assert stored(simulator, connection).data["identityType"] == "AppRegistrationManual"


def test_what_azure_devops_made_may_be_saved_with_a_ready_token(simulate: Simulate) -> None:
    """Who is behind it is not known: the service decides."""
    fleet = world()
    connection = fleet.connection(project(fleet), "azure-automatic", scheme="WorkloadIdentityFederation")
    simulator = simulate(fleet)
    changes(simulator, access_token=simulator.token(), **options_for(connection, description="new"))


def test_a_share_may_have_an_empty_description(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, description="of the owner")
    simulator = simulate(fleet)
    changes(simulator, **options_for(connection, shared_with=[{"project": "Web Shop", "description": ""}]))
    assert [item.description for item in stored(simulator, connection).references] == ["of the owner", ""]


def test_a_creation_that_is_answered_with_an_id_only_is_read(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    simulator = simulate(fleet)
    original = AzureDevOps.create
    monkeypatch.setattr(AzureDevOps, "create", lambda *arguments: {"id": original(*arguments)["id"]})
    task = manage(simulator, **created(fleet))
    assert not task.failed, task.result["msg"]
    assert task.result["connection"]["name"] == "azure-new"
    assert task.result["connection"]["scheme"] == "service_principal"


def test_a_connection_that_failed_but_is_ready_can_be_managed(simulate: Simulate) -> None:
    """As a conversion that failed leaves it."""
    fleet = world()
    connection = with_key(fleet, state="failed", status_message="The conversion failed.")
    connection.ready = True
    changes(simulate(fleet), **options_for(connection, authorized_pipelines=[1]))


def test_a_stored_connection_is_tested_under_its_id(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet, resource_group="rg-payments")
    simulator = simulate(fleet)
    wish = {"service_principal": {"key": KEY}, "update_secret": "always", "verify": "before"}
    task = manage(simulator, **options_for(connection, **wish))
    assert not task.failed, task.result["msg"]
    [tested] = [item for item in simulator.requests if "endpointproxy" in item.path]
    assert tested.query["endpointId"] == connection.id


def test_shares_are_not_dropped_when_the_owner_has_changed(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    connection = with_key(fleet, shared_with=[project(fleet, "Web Shop")])
    simulator = simulate(fleet)
    meanwhile(monkeypatch, lambda _read: connection.references.reverse())
    task = manage(simulator, **options_for(connection, shared_with=[]))
    assert task.failed
    assert "managed from the owning project" in task.result["msg"]
    assert simulator.writes == []
    assert len(stored(simulator, connection).references) == 2


@pytest.mark.parametrize("theirs", [False, True])
def test_a_credential_that_is_there_after_all_is_ours_or_theirs(
    theirs: bool, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a lost answer it is ours, after a refusal somebody else's."""
    fleet = world()
    connection = with_federation(fleet)
    simulator = simulate(fleet)
    signed_in = person(simulator, "service principal", monkeypatch)
    where = "federatedIdentityCredentials"
    if theirs:
        # One list for the plan, one before the write.
        simulator.fault(method="GET", path=where, status=200, body={"value": []}, times=2)
    else:
        fleet.application(CLIENT).credentials.clear()
        simulator.fault(kind="reset_after", method="POST", path=where)
    task = manage(simulator, **signed_in, **options_for(connection, service_principal={"client_id": CLIENT}))
    assert not task.failed, task.result["msg"]
    assert len(simulator.writes) == 1
    assert task.result["changed"] is not theirs
    assert task.result["federated_credential"]["state"] == ("present" if theirs else "created")


@pytest.mark.parametrize("who", ["application", "identity"])
def test_our_credential_gets_another_audience(who: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    application = who == "application"
    managed = fleet.managed_identity("id-payments", subscription_id=SUBSCRIPTION)
    identity: t.Any = fleet.application(CLIENT) if application else managed
    about: Options = (
        {} if application else {"client_id": managed.client_id, "data": {"identityType": "ManagedIdentity"}}
    )
    connection = with_federation(fleet, **about)
    pair = str(connection.issuer), str(connection.subject)
    ours = federated_credential.our_name(connection.id, *pair)
    simulator = simulate(fleet)
    identity.credentials.clear()
    federate(identity, ours, *pair)
    identity.credentials[0] = dataclasses.replace(identity.credentials[0], audiences=["api://old"])
    signed_in = person(simulator, "service principal", monkeypatch)
    by_client: Options = {"service_principal": {"client_id": CLIENT}}
    described = by_client if application else {"managed_identity": {"resource_id": IDENTITY}}
    task = changes(simulator, **signed_in, **options_for(connection, **described))
    assert [(item.name, list(item.audiences)) for item in identity.credentials] == [
        (ours, ["api://AzureADTokenExchange"])
    ]
    assert [item.method for item in simulator.writes] == ["PATCH" if application else "PUT"]
    assert task.result["federated_credential"]["state"] == "updated"


def test_the_exact_name_comes_first(simulate: Simulate) -> None:
    fleet = world()
    both = [with_key(fleet, "AZURE-KEY"), with_key(fleet, "azure-key")]
    simulator = simulate(fleet)
    for wish in both:
        assert manage(simulator, **options_for(wish)).result["connection"]["id"] == wish.id


def test_a_draft_is_not_waited_for(simulate: Simulate) -> None:
    fleet = world()
    connection = draft(fleet)
    connection.status.state = "InProgress"
    changes(simulate(fleet), wait_timeout=0, **options_for(connection, authorized_pipelines=[1]))


# -- the version of a secret -------------------------------------------------------------------------------------------
def _versioned(version: t.Any, **options: t.Any) -> Options:
    return {"service_principal": {"key": KEY}, "secret_version": version, **options}


def test_a_rotated_key_is_sent_once(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    foretold = manage(simulator, **options_for(connection, **_versioned("2026-11")), check=True)
    assert foretold.result["changed"] is True
    assert simulator.writes == []
    task = manage(simulator, **options_for(connection, **_versioned("2026-11")))
    assert not task.failed, task.result
    assert only_write(simulator, "PUT").body["authorization"]["parameters"]["serviceprincipalkey"] == KEY
    assert task.result["diff"] == foretold.result["diff"]
    simulator.forget()
    stays(simulator, **options_for(connection, **_versioned("2026-11")))
    assert manage(simulator, **options_for(connection, **_versioned(12))).result["changed"] is True
    # Another change leaves the version, and the secret, alone.
    simulator.forget()
    manage(simulator, **options_for(connection, description="other"))
    assert only_write(simulator, "PUT").body["authorization"]["parameters"]["serviceprincipalkey"] is None
    stays(simulator, **options_for(connection, **_versioned("12")))


def test_a_new_connection_has_the_version_of_its_secret(simulate: Simulate) -> None:
    fleet = world()
    simulator = simulate(fleet)
    options = {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "service_principal",
        "creation_mode": "manual",
        "scope": {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
        "service_principal": {"client_id": CLIENT, "tenant_id": fleet.tenant_id, "key": KEY},
        "secret_version": "1",
    }
    task = manage(simulator, **options)
    assert not task.failed, task.result
    assert [record.method for record in simulator.writes] == ["POST"]
    stays(simulator, **options)
    simulator.knob(unknown_data="dropped")
    lost = manage(simulator, **{**options, "name": "azure-newer"})
    assert lost.result["failure"]["code"] == "unreached"
    assert "does not keep which secret was sent" in lost.result["msg"]
    assert all(item.name != "azure-newer" for item in simulator.world.connections.values())
    allowed = manage(simulator, **{**options, "name": "azure-newer", "allow_unreached": True})
    assert not allowed.failed, allowed.result
    assert any("secret_version was sent" in text for text in allowed.runtime.warnings)


def test_a_service_that_does_not_keep_the_version_is_found_out(simulate: Simulate) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet, unknown_data="dropped")
    task = manage(simulator, **options_for(connection, **_versioned("2")))
    assert task.result["failure"]["code"] == "unreached"
    assert "update_secret: always" in task.result["msg"]
    assert task.result["changed"] is True


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"secret_version": "2"}, "the task brings no secret"),
        (_versioned("2", update_secret="always"), "update_secret is always"),
        (_versioned(" "), "secret_version is empty"),
        (_versioned("None"), "secret_version is 'None'"),
    ],
)
def test_a_version_of_nothing_is_refused(simulate: Simulate, options: Options, told: str) -> None:
    fleet = world()
    connection = with_key(fleet)
    simulator = simulate(fleet)
    task = manage(simulator, **options_for(connection, description="other", **options))
    assert told in task.result["msg"]
    assert simulator.writes == []
