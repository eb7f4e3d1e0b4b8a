# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which role each operation needs: on connections, in Graph, in Resource Manager, and of the identity behind a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import Fleet, Simulator
from simulator.identity_fleet import assign
from simulator.rest import Rest

from .azure import azure, code
from .test_connections import ENDPOINTS
from .test_directory import AUDIENCES, READER, ROLES, check

Simulate = Callable[..., Simulator]
PREVIEW = {"api-version": "7.1-preview.1"}
NEEDS = {"read": "reader", "permissions": "reader", "checks": "reader", "test": "user", "put": "administrator"}
LEVELS = ("none", "reader", "user", "administrator")


def status(rest: Rest, operation: str, fleet: Fleet) -> int:
    """200 for what is allowed; a connection that one does not see is read without its type."""
    connection = next(iter(fleet.world.connections.values()))
    if operation == "read":
        return 200 if rest.read(connection)["type"] else 403
    if operation == "permissions":
        path = f"P/_apis/pipelines/pipelinepermissions/endpoint/{connection.id}"
        return rest.send("GET", path, params=PREVIEW).status_code
    if operation == "checks":
        asked = {"resourceType": "endpoint", "resourceId": connection.id, **PREVIEW}
        return rest.send("GET", "P/_apis/pipelines/checks/configurations", params=asked).status_code
    if operation == "test":
        test = {"dataSourceDetails": {"dataSourceName": "TestConnection"}}
        params = {"endpointId": connection.id}
        return rest.send("POST", "P/_apis/serviceendpoint/endpointproxy", params=params, json=test).status_code
    body = Rest(rest.simulator).read(connection)
    return rest.send("PUT", rest.path_of(connection), json=body).status_code


@pytest.mark.parametrize("by_role", [False, True], ids=["level", "role"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("operation", list(NEEDS))
def test_a_role_counts_for_what_it_allows(simulate: Simulate, operation: str, level: Any, by_role: bool) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", creation_mode="Manual", inherits=not by_role)
    caller = fleet.caller("Ann Other", pat="pat-of-ann", level="administrator" if by_role else level)
    if by_role and level != "none":
        fleet.role(connection, caller, level.title())
    allowed = LEVELS.index(level) >= LEVELS.index(NEEDS[operation])
    assert status(Rest(simulate(fleet), caller), operation, fleet) == (200 if allowed else 403)


def test_a_role_adds_to_what_the_project_gives(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", creation_mode="Manual")
    caller = fleet.caller("Ann Other", pat="pat-of-ann", level="reader")
    fleet.role(connection, caller, "Administrator")
    other = fleet.caller("Bob", pat="pat-of-bob")
    fleet.role(connection, other, "Reader")
    simulator = simulate(fleet)
    assert status(Rest(simulator, caller), "put", fleet) == 200
    assert status(Rest(simulator, other), "put", fleet) == 200


@pytest.mark.parametrize("administers", [True, False])
def test_who_creates_a_connection_may_change_it(simulate: Simulate, administers: bool) -> None:
    fleet = Fleet()
    caller = fleet.caller("Ann Other", pat="pat-of-ann", level="user")
    rest = Rest(simulate(fleet, creator_administers=administers), caller)
    body = {
        "name": "made",
        "type": "azurerm",
        "data": {"creationMode": "Manual"},
        "authorization": {"scheme": "ManagedServiceIdentity", "parameters": {"tenantid": fleet.tenant_id}},
        "serviceEndpointProjectReferences": [{"projectReference": {"id": fleet.project("P").id}, "name": "made"}],
    }
    made = rest.send("POST", ENDPOINTS, json=body).json()
    assert rest.send("PUT", f"{ENDPOINTS}/{made['id']}", json=made).status_code == (200 if administers else 403)


def test_the_list_leaves_out_what_one_does_not_see(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    fleet.connection(project, "open")
    fleet.connection(project, "closed", inherits=False)
    caller = fleet.caller("Ann Other", pat="pat-of-ann")
    assert [item["name"] for item in Rest(simulate(fleet), caller).listed(project)] == ["open"]


# -- Graph and Resource Manager ------------------------------------------------------------------------------------
def test_a_member_of_the_tenant_reads_all_and_changes_what_it_owns(simulate: Simulate) -> None:
    fleet = Fleet()
    mine, other = fleet.application(name="mine"), fleet.application(name="other")
    caller = fleet.caller("Ann Other", graph_rights="default")
    mine.owners.add(caller.object_id)
    simulator = simulate(fleet)
    body = {"name": "one", "issuer": "https://i", "subject": "s", "audiences": AUDIENCES}
    for application, wanted in ((mine, 201), (other, 403)):
        path = f"v1.0/applications(appId='{application.app_id}')"
        assert azure(simulator, "GET", path, caller).status_code == 200
        made = azure(simulator, "POST", f"{path}/federatedIdentityCredentials", caller, json=body)
        assert made.status_code == wanted
        assert azure(simulator, "POST", f"{path}/addPassword", caller).status_code == (200 if wanted == 201 else 403)


@pytest.mark.parametrize(
    ("rights", "read", "credential", "role"),
    [
        ("owner", 200, 201, 201),
        ("contributor", 200, 201, 403),
        ("user_access_administrator", 200, 403, 201),
        ("reader", 200, 403, 403),
        ("none", 403, 403, 403),
    ],
)
def test_what_each_role_of_azure_allows(simulate: Simulate, rights: Any, read: int, credential: int, role: int) -> None:
    fleet = Fleet()
    identity = fleet.managed_identity("id-one")
    fleet.connection(fleet.project("P"), "c")
    caller = fleet.caller("Ann Other", azure_rights=rights)
    simulator = simulate(fleet)
    one = identity.resource_id.lstrip("/")
    subscription = "/".join(one.split("/")[:2])
    for path in (one, f"{one}/federatedIdentityCredentials", subscription, ROLES.rpartition("/")[0]):
        assert azure(simulator, "GET", path, caller).status_code == read
    subscriptions = azure(simulator, "GET", "subscriptions", caller).json()["value"]
    assert len(subscriptions) == (1 if read == 200 else 0)
    assert [item["displayName"] for item in subscriptions] == (["Contoso Production"] if read == 200 else [])
    body: dict[str, Any] = {"properties": {"issuer": "https://i", "subject": "s", "audiences": AUDIENCES}}
    made = azure(simulator, "PUT", f"{one}/federatedIdentityCredentials/one-two", caller, json=body)
    assert made.status_code == credential
    body = {"properties": {"roleDefinitionId": f"/x/roleDefinitions/{READER}", "principalId": identity.principal_id}}
    assert azure(simulator, "PUT", ROLES, caller, json=body).status_code == role


def test_an_unknown_role_is_refused(simulate: Simulate) -> None:
    fleet = Fleet()
    principal = fleet.application(name="app").service_principal_id
    body = {"properties": {"roleDefinitionId": "/x/roleDefinitions/00000000-0000-0000-0000-000000000007"}}
    body["properties"]["principalId"] = principal
    assert code(azure(simulate(fleet), "PUT", ROLES, json=body)) == (400, "RoleDefinitionDoesNotExist")


@pytest.mark.parametrize(
    ("role", "below", "status_code"),
    [
        ("reader", "", "ok"),
        ("user access administrator", "", "ok"),
        ("contributor", "/resourceGroups/rg", "ok"),
        ("acrpull", "", "forbidden"),
        ("storage blob data contributor", "/resourceGroups/rg", "forbidden"),
    ],
)
def test_not_every_role_lets_a_connection_read_its_subscription(
    simulate: Simulate, role: str, below: str, status_code: str
) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", role=None)
    principal = fleet.application(connection.parameter("serviceprincipalid")).service_principal_id
    assign(fleet.world.directory, principal, f"/subscriptions/{connection.data['subscriptionId']}{below}", role)
    assert check(simulate(fleet, group_role_reads=True), connection)["statusCode"] == status_code
    simulator = simulate(fleet, group_role_reads=False)
    assert check(simulator, connection)["statusCode"] == ("forbidden" if below else status_code)


# -- replicas that lag behind --------------------------------------------------------------------------------------
def test_graph_does_not_show_at_once_what_was_written(simulate: Simulate) -> None:
    fleet = Fleet()
    application = fleet.application(name="app")
    simulator = simulate(fleet, graph_lag_reads=2)
    path = f"v1.0/applications(appId='{application.app_id}')"
    many = f"{path}/federatedIdentityCredentials"
    body = {"name": "one", "issuer": "https://i", "subject": "s", "audiences": AUDIENCES}
    assert azure(simulator, "POST", many, json=body).status_code == 201
    assert [len(azure(simulator, "GET", many).json()["value"]) for _time in range(3)] == [0, 0, 1]
    assert azure(simulator, "POST", many, json=body).status_code == 409
    azure(simulator, "POST", f"{path}/addPassword", json={})
    assert [len(azure(simulator, "GET", path).json()["passwordCredentials"]) for _time in range(3)] == [0, 0, 1]
    azure(simulator, "POST", many, json=body | {"name": "two", "subject": "t"})
    assert [azure(simulator, "GET", f"{many}/two").status_code for _time in range(3)] == [404, 404, 200]


def test_a_lag_may_be_one_of_time(simulate: Simulate) -> None:
    fleet = Fleet()
    application = fleet.application(name="app")
    simulator = simulate(fleet, graph_lag_ms=60_000.0)
    many = f"v1.0/applications(appId='{application.app_id}')/federatedIdentityCredentials"
    azure(simulator, "POST", many, json={"name": "one", "issuer": "https://i", "subject": "s", "audiences": AUDIENCES})
    assert {len(azure(simulator, "GET", many).json()["value"]) for _time in range(5)} == {0}
    simulator.advance(minutes=1)
    assert len(azure(simulator, "GET", many).json()["value"]) == 1


def test_resource_manager_does_not_either(simulate: Simulate) -> None:
    fleet = Fleet()
    identity = fleet.managed_identity("id-one")
    simulator = simulate(fleet, arm_lag_reads=1)
    one = identity.resource_id.lstrip("/") + "/federatedIdentityCredentials"
    body: dict[str, Any] = {"properties": {"issuer": "https://i", "subject": "s", "audiences": AUDIENCES}}
    azure(simulator, "PUT", f"{one}/one-two", json=body)
    assert [len(azure(simulator, "GET", one).json()["value"]) for _time in range(2)] == [0, 1]
    body = {"properties": {"roleDefinitionId": f"/x/roleDefinitions/{READER}", "principalId": identity.principal_id}}
    assert azure(simulator, "PUT", ROLES, json=body).status_code == 201
    assert [azure(simulator, "GET", ROLES).status_code for _time in range(2)] == [404, 200]
    azure(simulator, "DELETE", ROLES)
    azure(simulator, "PUT", ROLES, json=body)
    listed = ROLES.rpartition("/")[0]
    assert [len(azure(simulator, "GET", listed).json()["value"]) for _time in range(2)] == [0, 1]
