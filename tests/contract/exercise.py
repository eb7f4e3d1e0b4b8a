# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A broad exercise of every Azure DevOps route of the simulator, as a person with a REST client would do it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from simulator import Connection, Fleet, Project, Simulator, demo_fleet
from simulator.rest import CONVERT, Rest

ENDPOINTS = "_apis/serviceendpoint/endpoints"
APPROVAL = {"id": "8c6f20a7-a545-4486-9777-f762fafe0d4d", "name": "Approval"}
UNKNOWN = "00000000-1111-2222-3333-444444444444"


def fleet() -> Fleet:
    return demo_fleet()


def run(simulator: Simulator, rest: Rest) -> None:
    """`rest` speaks the API version under test; 7.2 leaves out what has no description there."""
    world = simulator.fleet
    _reads(world, rest)
    payments, shop = world.project("Payments"), world.project("Web Shop")
    _writes(world, rest, payments, shop)
    _conversions(world, rest)
    if rest.version == "7.1":
        _others(simulator, rest, payments)


def _named(world: Fleet, project: str, name: str) -> Connection:
    found = world.world.find_project(project)
    assert found is not None
    return next(item for item in found.connections.values() if item.name == name)


def _reads(world: Fleet, rest: Rest) -> None:
    for project in world.world.projects.values():
        where = quote(project.name)
        rest.get(f"{where}/{ENDPOINTS}", includeFailed="true")
        for connection in project.connections.values():
            rest.read(connection, project)
            if rest.version == "7.1":
                rest.get(f"{where}/_apis/serviceendpoint/{connection.id}/executionhistory", top=3)
    rest.get(f"Payments/{ENDPOINTS}", endpointNames="azure-prod")
    rest.get(f"Payments/{ENDPOINTS}/{UNKNOWN}")
    rest.get(ENDPOINTS, type="azurerm")


def _body(world: Fleet, project: Project, name: str, scheme: str, mode: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "azurerm",
        "url": "https://management.azure.com/",
        "data": {"environment": "AzureCloud", "scopeLevel": "Subscription", "creationMode": mode},
        "authorization": {"scheme": scheme, "parameters": {"tenantid": world.tenant_id, "serviceprincipalid": ""}},
        "serviceEndpointProjectReferences": [
            {"projectReference": {"id": project.id, "name": project.name}, "name": name, "description": ""}
        ],
    }


def _writes(world: Fleet, rest: Rest, payments: Project, shop: Project) -> None:
    federated = _body(world, payments, "made-federated", "WorkloadIdentityFederation", "Manual")
    made = rest.send("POST", ENDPOINTS, json=federated).json()
    rest.send("POST", ENDPOINTS, json=federated)  # a duplicate
    automatic = _body(world, payments, "made-automatic", "ServicePrincipal", "Automatic")
    second = rest.send("POST", f"Payments/{ENDPOINTS}", json=automatic).json()
    rest.send("POST", f"Payments/{ENDPOINTS}", params={"endpointIds": made["id"]}, json=[])
    rest.get(f"Payments/{ENDPOINTS}/{second['id']}")
    one = f"{ENDPOINTS}/{made['id']}"
    rest.send("PATCH", one, json=[{"projectReference": {"id": shop.id}, "name": "made there"}])
    shared = rest.get(f"Payments/{one}").json()
    rest.send("PUT", one, json=shared)
    rest.send("PUT", f"Payments/{one}", json={**shared, "description": "changed"})
    rest.send("PUT", ENDPOINTS, json=[shared])
    rest.send("DELETE", one, params={"projectIds": shop.id})
    rest.send("DELETE", f"Payments/{one}")
    rest.send("DELETE", one, params={"projectIds": payments.id})  # gone


def _conversions(world: Fleet, rest: Rest) -> None:
    connection = _named(world, "Payments", "azure-prod")
    rest.convert(connection)
    rest.convert(connection)  # no change: refused
    rest.read(connection)
    rest.convert(connection, "ServicePrincipal")
    rest.send("PUT", f"{ENDPOINTS}/{connection.id}", params={"operation": CONVERT}, json={"type": "azurerm"})
    rest.convert(_named(world, "Shared Services", "datacenter"))  # Azure Stack


def _others(simulator: Simulator, rest: Rest, payments: Project) -> None:
    connection = _named(simulator.fleet, "Payments", "azure-prod")
    preview = {"api-version": "7.1-preview.1"}
    rest.send("OPTIONS", "_apis", params={"api-version": None})
    rest.get("_apis/connectionData", **preview)
    rest.get("_apis/resourceAreas", **preview)
    rest.get("_apis/projects", **{"$top": 3})
    rest.get(f"_apis/projects/{payments.id}", includeCapabilities="true")
    rest.get("_apis/projects/Nowhere")
    for process in rest.get("_apis/process/processes").json()["value"][:1]:
        rest.get(f"_apis/process/processes/{process['id']}")
    rest.get(f"_apis/process/processes/{UNKNOWN}")
    rest.get("_apis/serviceendpoint/types", **preview)
    for name in ("azure-prod", "expired-secret"):
        test = {"dataSourceDetails": {"dataSourceName": "TestConnection"}}
        params = {"endpointId": _named(simulator.fleet, "Payments", name).id}
        rest.send("POST", "Payments/_apis/serviceendpoint/endpointproxy", params=params, json=test)
    _pipelines(rest, connection, preview, simulator.fleet.user.id)
    _definitions(rest, payments)
    roles = "_apis/securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources"
    resource = f"{roles}/{payments.id}_{connection.id}"
    rest.get(resource, **preview)
    rest.send("PUT", resource, params=preview, json=[{"roleName": "User", "userId": simulator.fleet.user.id}])
    rest.send("PATCH", resource, params=preview, json=[simulator.fleet.user.id])
    rest.send("DELETE", f"{resource}/{simulator.fleet.user.id}", params=preview)
    for name in ("azurermsubscriptions", "azurermmanagementgroups"):
        rest.get(f"_apis/serviceendpoint/endpointproxy/{name}", **preview)
    rest.get("_apis/distributedtask/serviceendpointproxy/azurermsubscriptions", **preview)
    rest.get("_apis/identities", searchFilter="General", filterValue="Sam Operator")
    token = Rest(simulator, f"Bearer {simulator.token()}", version="7.2-preview.1")
    token.session.hooks = rest.session.hooks
    old = _named(simulator.fleet, "Payments", "settlement-dev")
    route = "_apis/public/serviceendpoint/externalfederatedcredentialmigration"
    for subject in (old.subject, "sc://contoso/Payments/nothing", ""):
        token.send("POST", route, json={"serviceConnectionInput": subject})


def _pipelines(rest: Rest, connection: Connection, preview: dict[str, str], approver: str) -> None:
    base = "Payments/_apis/pipelines"
    permissions = f"{base}/pipelinepermissions/endpoint/{connection.id}"
    resource = {"type": "endpoint", "id": connection.id}
    granted: dict[str, Any] = {"allPipelines": {"authorized": True}, "pipelines": [{"id": 5, "authorized": True}]}
    rest.get(permissions, **preview)
    rest.send("PATCH", permissions, params=preview, json=granted)
    rest.send("PATCH", f"{base}/pipelinepermissions", params=preview, json=[{"resource": resource, **granted}])
    legacy = [{**resource, "authorized": True}]
    rest.send("PATCH", "Payments/_apis/build/authorizedresources", params=preview, json=legacy)
    rest.get("Payments/_apis/build/authorizedresources", **preview)
    checks = f"{base}/checks/configurations"
    asked = {"resourceType": "endpoint", "resourceId": connection.id, "$expand": "settings", **preview}
    rest.send("GET", checks, params=asked)
    settings = {"approvers": [{"id": approver}], "minRequiredApprovers": 1}
    body = {"type": APPROVAL, "settings": settings, "resource": resource, "timeout": 60}
    made = rest.send("POST", checks, params=preview, json=body).json()
    rest.get(f"{checks}/{made['id']}", **preview)
    rest.send("PATCH", f"{checks}/{made['id']}", params=preview, json={"timeout": 90})
    rest.send("POST", f"{base}/checks/queryconfigurations", params=preview, json=[resource])
    rest.send("DELETE", f"{checks}/{made['id']}", params=preview)


def _definitions(rest: Rest, project: Project) -> None:
    build, release, task = "Payments/_apis/build", "Web Shop/_apis/release", "Payments/_apis/distributedtask"
    found = rest.get(f"{build}/definitions", includeAllProperties="true").json()["value"]
    yaml = next(item["id"] for item in found if item["process"]["type"] == 2)
    rest.get(f"{build}/definitions/{yaml}")
    rest.get(f"{build}/builds/4001/timeline")
    stages = rest.get(f"{release}/definitions", **{"$expand": "environments"}).json()["value"]
    rest.get(f"{release}/definitions/{stages[0]['id']}")
    rest.get(f"{task}/taskgroups")
    rest.get(f"{task}/taskgroups/{UNKNOWN}")
    rest.get(f"{task}/variablegroups")
    rest.get("_apis/distributedtask/tasks")
    rest.get("_apis/distributedtask/elasticpools")
    rest.send("POST", f"Payments/_apis/pipelines/{yaml}/preview", json={"previewRun": True})
    rest.send("POST", f"Payments/_apis/pipelines/{yaml}/runs", json={})
    rest.send("GET", f"Payments/_apis/git/repositories/{project.name}/items", params={"path": "/README.md"})
