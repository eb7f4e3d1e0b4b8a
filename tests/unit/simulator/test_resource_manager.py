# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource Manager: places by name, managed identities that are made, and conditions of role assignments."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from simulator import Fleet, Simulator
from simulator.identity_fleet import assign, federate

from .azure import azure, code, pages
from .test_directory import READER, ROLES

Simulate = Callable[..., Simulator]
GROUP = "subscriptions/s1/resourceGroups/rg-one"
IDENTITIES = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
IDENTITY = f"{GROUP}/{IDENTITIES}/id-one"
WORKSPACES = "providers/Microsoft.MachineLearningServices/workspaces"
MANAGEMENT_GROUPS = "providers/Microsoft.Management/managementGroups"
WEST = {"location": "westeurope"}
DENIED = (403, "AuthorizationFailed")
NO_GROUP = (404, "ResourceGroupNotFound")


# -- places ------------------------------------------------------------------------------------------------------------
def test_subscriptions_are_those_that_are_registered_and_those_with_something_in_them(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("P"), "c", subscription_id="used", subscription_name="Used")
    for subscription in ("used", "S-TWO"):
        fleet.managed_identity("id-one", subscription_id=subscription)
    for number in ("s-one", "s-two"):
        fleet.subscription("Twins", number, state="Warned")
    simulator = simulate(fleet, arm_page_size=2)
    found = pages(simulator, "subscriptions")
    names = {item["subscriptionId"]: (item["displayName"], item["state"]) for item in found}
    assert names == {"used": ("Used", "Enabled"), "s-one": ("Twins", "Warned"), "s-two": ("Twins", "Warned")}
    assert len(found) == 3
    for item in found:
        assert azure(simulator, "GET", f"subscriptions/{item['subscriptionId'].upper()}").status_code == 200
    assert azure(simulator, "GET", "subscriptions/S-ONE").json() == {
        "id": "/subscriptions/s-one",
        "subscriptionId": "s-one",
        "displayName": "Twins",
        "tenantId": fleet.tenant_id,
        "state": "Warned",
    }
    assert azure(simulator, "GET", "subscriptions/elsewhere").json()["displayName"] == "elsewhere"


def test_management_groups_come_in_pages(simulate: Simulate) -> None:
    fleet = Fleet()
    for number in range(3):
        fleet.management_group("Platform", f"mg-{number}")
    found = pages(simulate(fleet, arm_page_size=1), MANAGEMENT_GROUPS)
    assert [item["name"] for item in found] == ["mg-0", "mg-1", "mg-2"]
    assert found[0] == {
        "id": "/providers/Microsoft.Management/managementGroups/mg-0",
        "type": "Microsoft.Management/managementGroups",
        "name": "mg-0",
        "properties": {"tenantId": fleet.tenant_id, "displayName": "Platform"},
    }


def test_workspaces_of_a_subscription(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.workspace("mlw-one", "s1", "rg-one", "northeurope")
    fleet.workspace("mlw-two", "s2", "rg-one")
    simulator = simulate(fleet)
    [found] = pages(simulator, f"subscriptions/S1/{WORKSPACES}")
    assert {key: found[key] for key in ("id", "name", "location", "type")} == {
        "id": f"/{GROUP}/{WORKSPACES}/mlw-one",
        "name": "mlw-one",
        "location": "northeurope",
        "type": "Microsoft.MachineLearningServices/workspaces",
    }
    assert azure(simulator, "GET", f"{GROUP}/{WORKSPACES}/MLW-one").json() == found
    assert code(azure(simulator, "GET", f"{GROUP}/{WORKSPACES}/mlw-two")) == (404, "ResourceNotFound")
    assert pages(simulator, f"subscriptions/s3/{WORKSPACES}") == []


def test_resource_groups(simulate: Simulate) -> None:
    simulator = simulate(resource_group_location="northeurope")
    wanted = {"id": f"/{GROUP}", "name": "rg-one", "location": "northeurope"}
    assert azure(simulator, "GET", GROUP).json() == wanted
    for known in ("RG-one", "s1/rg-one"):
        simulator.knob(resource_groups=[known])
        assert azure(simulator, "GET", GROUP).json() == wanted
    assert code(azure(simulator, "GET", GROUP.replace("s1", "s2"))) == NO_GROUP
    simulator.knob(resource_groups=["other"])
    for method, path in (
        ("GET", GROUP),
        ("GET", f"{GROUP}/{WORKSPACES}/mlw-one"),
        ("GET", IDENTITY),
        ("PUT", IDENTITY),
        ("DELETE", IDENTITY),
    ):
        assert code(azure(simulator, method, path, json=WEST)) == NO_GROUP


def test_without_a_role_there_are_no_places(simulate: Simulate) -> None:
    fleet = Fleet()
    nobody, reader = fleet.caller("Nobody", azure_rights="none"), fleet.caller("Reader", azure_rights="reader")
    fleet.subscription("One", "s1")
    fleet.management_group("Platform")
    fleet.workspace("mlw-one", "s1", "rg-one")
    simulator = simulate(fleet)
    for path in ("subscriptions", MANAGEMENT_GROUPS):
        assert pages(simulator, path, nobody) == []
        assert len(pages(simulator, path, reader)) == 1
    for path in ("subscriptions/s1", GROUP, f"subscriptions/s1/{WORKSPACES}", f"{GROUP}/{WORKSPACES}/mlw-one"):
        assert code(azure(simulator, "GET", path, nobody)) == DENIED
        assert azure(simulator, "GET", path, reader).status_code == 200


@pytest.mark.parametrize(
    "path", ["subscriptions", MANAGEMENT_GROUPS, GROUP, f"subscriptions/s1/{WORKSPACES}", IDENTITY]
)
def test_a_version_is_needed(simulate: Simulate, path: str) -> None:
    answer = azure(simulate(), "GET", path, params={"api-version": ""})
    assert code(answer) == (400, "MissingApiVersionParameter")


# -- managed identities ------------------------------------------------------------------------------------------------
def test_a_managed_identity_is_made_and_changed(simulate: Simulate) -> None:
    simulator = simulate()
    made = azure(simulator, "PUT", IDENTITY, json={"location": "West Europe", "tags": {"team": "payments"}})
    assert made.status_code == 201
    body = made.json()
    assert (body["id"], body["location"], body["tags"]) == (f"/{IDENTITY}", "westeurope", {"team": "payments"})
    assert azure(simulator, "GET", IDENTITY).json() == body
    again = azure(simulator, "PUT", IDENTITY.upper(), json=WEST)
    assert (again.status_code, again.json()) == (200, body | {"tags": {}})
    assert pages(simulator, f"subscriptions/s1/{IDENTITIES}") == [again.json()]
    elsewhere = azure(simulator, "PUT", IDENTITY, json={"location": "northeurope"})
    assert code(elsewhere) == (409, "InvalidResourceLocation")
    assert code(azure(simulator, "PUT", IDENTITY, json={"tags": {}})) == (400, "LocationRequired")
    principal = azure(simulator, "GET", f"v1.0/servicePrincipals(appId='{body['properties']['clientId']}')").json()
    assert principal["id"] == body["properties"]["principalId"]
    assert principal["alternativeNames"] == ["isExplicit=True", f"/{IDENTITY}"]


@pytest.mark.parametrize("name", ["ab", "-abc", "_abc", "a.bc", "a b", "a" * 129])
def test_names_that_no_managed_identity_may_have(simulate: Simulate, name: str) -> None:
    simulator = simulate()
    assert code(azure(simulator, "PUT", f"{GROUP}/{IDENTITIES}/{name}", json=WEST)) == (400, "BadRequest")
    for good in ("a-c", "7_c", "a" * 128):
        assert azure(simulator, "PUT", f"{GROUP}/{IDENTITIES}/{good}", json=WEST).status_code == 201


def test_a_deleted_managed_identity_takes_its_credentials_and_leaves_its_roles(simulate: Simulate) -> None:
    fleet = Fleet()
    identity = fleet.managed_identity("id-one", subscription_id="s1", resource_group="rg-one")
    federate(identity, "one", "https://i", "s")
    role = assign(fleet.world.directory, identity.principal_id, "/subscriptions/s1", "reader")
    simulator = simulate(fleet)
    assert azure(simulator, "DELETE", IDENTITY).status_code == 200
    assert azure(simulator, "DELETE", IDENTITY).status_code == 204
    assert code(azure(simulator, "GET", IDENTITY)) == (404, "ResourceNotFound")
    credentials = azure(simulator, "GET", f"{IDENTITY}/federatedIdentityCredentials")
    assert code(credentials) == (404, "ParentResourceNotFound")
    path = f"v1.0/servicePrincipals/{identity.principal_id}"
    assert code(azure(simulator, "GET", path)) == (404, "Request_ResourceNotFound")
    roles = pages(simulator, "subscriptions/s1/providers/Microsoft.Authorization/roleAssignments")
    assert [item["name"] for item in roles] == [role.name]
    again = azure(simulator, "PUT", IDENTITY, json=WEST).json()
    assert again["properties"]["principalId"] != identity.principal_id
    assert pages(simulator, f"{IDENTITY}/federatedIdentityCredentials") == []


@pytest.mark.parametrize(
    ("rights", "writes"),
    [("owner", True), ("contributor", True), ("user_access_administrator", False), ("reader", False), ("none", False)],
)
def test_who_makes_managed_identities(simulate: Simulate, rights: Any, writes: bool) -> None:
    fleet = Fleet()
    caller = fleet.caller("Somebody", azure_rights=rights)
    simulator = simulate(fleet)
    made = azure(simulator, "PUT", IDENTITY, caller, json=WEST)
    gone = azure(simulator, "DELETE", IDENTITY, caller)
    if writes:
        assert (made.status_code, gone.status_code) == (201, 200)
    else:
        assert (code(made), code(gone)) == (DENIED, DENIED)


def test_the_principal_of_a_new_managed_identity_is_not_everywhere_at_once(simulate: Simulate) -> None:
    simulator = simulate(principal_replication_tries=1, graph_lag_reads=1)
    properties = azure(simulator, "PUT", IDENTITY, json=WEST).json()["properties"]
    path = f"v1.0/servicePrincipals(appId='{properties['clientId']}')"
    assert code(azure(simulator, "GET", path)) == (404, "Request_ResourceNotFound")
    assert azure(simulator, "GET", path).status_code == 200
    body = {"properties": {"roleDefinitionId": f"/x/{READER}", "principalId": properties["principalId"]}}
    assert code(azure(simulator, "PUT", ROLES, json=body)) == (400, "PrincipalNotFound")
    assert azure(simulator, "PUT", ROLES, json=body).status_code == 201


# -- conditions of role assignments ------------------------------------------------------------------------------------
def test_a_role_assignment_keeps_its_condition_and_another_one_replaces_it(simulate: Simulate) -> None:
    fleet = Fleet()
    role = {"roleDefinitionId": f"/x/{READER}", "principalId": fleet.application(name="app").service_principal_id}
    first = {"condition": "(a)", "conditionVersion": "2.0", "description": "agreed"}
    simulator = simulate(fleet)

    def put(path: str = ROLES, **more: Any) -> Any:
        return azure(simulator, "PUT", path, json={"properties": role | more})

    def kept() -> dict[str, Any]:
        found = azure(simulator, "GET", ROLES).json()["properties"]
        return {key: found[key] for key in first}

    assert put(**first).status_code == 201
    assert kept() == first
    assert put(**first | {"condition": "(b)"}).status_code == 200
    assert kept() == first | {"condition": "(b)"}
    other = ROLES.replace(str(uuid.UUID(int=1)), str(uuid.UUID(int=2)))
    assert code(put(other, condition="(c)", conditionVersion="2.0")) == (409, "RoleAssignmentExists")
    for version in ({}, {"conditionVersion": "1.0"}):
        assert code(put(condition="(d)", **version)) == (400, "InvalidCondition")
    assert put().status_code == 200
    assert kept() == dict.fromkeys(first)
