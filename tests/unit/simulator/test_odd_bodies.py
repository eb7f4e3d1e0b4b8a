# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies of a wrong shape, on every route that takes one: a 4xx in the envelope of the service, never a crash of the simulator."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from simulator import Fleet, Simulator, is_write
from simulator.azure_operations import APPLICATIONS
from simulator.identity_fleet import federate
from simulator.operations import table
from simulator.rest import Rest

from .test_connections import draft

Simulate = Callable[..., Simulator]
SHAPES: list[Any] = [None, [], 5, 1.5, "text", True, [None], [5], ["text"], [[]]]
ODD: list[Any] = [None, [], {}, -1, 10**30, True, "", "\ud800\x00", [None], {"a": {"b": []}}]
WITHOUT_BODY = {"DELETE"}
MAY_BE_EMPTY = {
    "v1.0/applications(appId='{app_id}')/addPassword",
    "v1.0/applications(uniqueName='{unique_name}')/addPassword",
    "v1.0/applications/{object_id}/addPassword",
}
"""Nothing, and so null, is a body that they take."""


@dataclass(frozen=True)
class Route:
    service: str
    method: str
    template: str

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def routes() -> list[Route]:
    """All that have a body: every write, and what only asks with a POST (but Entra's, which take forms)."""
    return [
        Route(item.service, item.method, item.template)
        for item in table().operations
        if item.service not in ("entra", "machine")
        and item.method not in ("GET", "OPTIONS", *WITHOUT_BODY)
        and (item.method == "POST" or is_write(item.method, f"/{item.template}"))
    ]


class World:
    """One fleet, with something at the end of every route."""

    def __init__(self) -> None:
        self.fleet = Fleet()
        project = self.fleet.project("P")
        self.secret = self.fleet.connection(project, "secret")
        self.old = self.fleet.connection(project, "old", scheme="WorkloadIdentityFederation", issuer="azure_devops")
        self.check = self.fleet.check(self.secret, "8c6f20a7-a545-4486-9777-f762fafe0d4d", "Approval", {})
        self.application = self.fleet.application(self.secret.parameter("serviceprincipalid"))
        self.application.unique_name = "known"
        self.lonely = self.fleet.world.directory.register(self.fleet.tenant_id, "lonely", "lonely", "AzureADMyOrg")
        self.identity = self.fleet.managed_identity("id-one")
        self.fleet.extra_secret(self.secret)
        self.credential = federate(self.application, "known", "https://known", "known")
        self.other = self.fleet.project("Q")
        self.ann = self.fleet.caller("Ann Other")
        self.pipeline = self.fleet.yaml_pipeline(project, "pipeline", "steps: []")

    def path(self, route: Route) -> str:
        values = {
            "project": "P",
            "id": str(self.check.id) if "/checks/" in route.template else self.secret.id,
            "kind": "endpoint",
            "resource": f"{self.secret.owning.project.id}_{self.secret.id}",
            "app_id": self.application.app_id,
            "unique_name": "known",
            "object_id": self.application.object_id,
            "key": self.credential.id,
            "name": str(uuid.UUID(int=1)),
            "subscription": self.identity.resource_id.split("/")[2],
            "group": self.identity.resource_id.split("/")[4],
            "identity": "id-one",
            "pipeline_id": self.pipeline.id,
        }
        return route.template.replace("{scope...}", "subscriptions/s").format(**values)

    def body(self, route: Route) -> Any:
        """A body that the route takes."""
        end = route.template.rpartition("/")[2]
        resource = {"type": "endpoint", "id": self.secret.id, "name": "secret"}
        pipelines = {"allPipelines": {"authorized": True}, "pipelines": [{"id": 5, "authorized": True}]}
        credential = {
            "name": "known" if "{key}" in route.template else "one",
            "issuer": "https://i",
            "subject": "s",
            "description": "d",
            "audiences": ["a"],
        }
        application = {"displayName": "made", "tags": ["a"], "serviceManagementReference": "r"}
        test = {"dataSourceName": "TestConnection"}
        if "endpoints" in end or route.template.endswith("endpoints/{id}"):
            return self._endpoint(route)
        if "federatedIdentityCredentials" in route.template:
            return credential if route.service == "graph" else {"properties": credential}
        kind = {"id": "8c6f20a7-a545-4486-9777-f762fafe0d4d", "name": "Approval"}
        check = {
            "type": kind,
            "settings": {"approvers": [{"id": self.ann.id}]},
            "timeout": 60,
            "resource": resource,
            "isDisabled": False,
        }
        role = {
            "roleDefinitionId": "/x/acdd72a7-3385-48ef-bd42-f606fba81ae7",
            "principalId": self.identity.principal_id,
            "condition": "(true)",
            "conditionVersion": "2.0",
            "description": "d",
        }
        owner = {"@odata.id": f"https://graph/v1.0/directoryObjects/{self.identity.principal_id}"}
        return {
            **dict.fromkeys((item.rpartition("/")[2] for item in APPLICATIONS), application),
            "applications": application,
            "servicePrincipals": {"appId": self.lonely.app_id},
            "$ref": owner,
            "{identity}": {"location": "westeurope", "tags": {"a": "b"}},
            "endpointproxy": {"dataSourceDetails": test, "serviceEndpointDetails": draft(self.fleet, "tested")},
            "externalfederatedcredentialmigration": {"serviceConnectionInput": self.old.subject},
            "pipelinepermissions": [{"resource": resource, **pipelines}],
            "authorizedresources": [{**resource, "authorized": True}],
            "configurations": check,
            "queryconfigurations": [resource],
            "preview": {"previewRun": True, "templateParameters": {}, "resources": {}},
            "runs": {"templateParameters": {}, "resources": {}},
            "addPassword": {"passwordCredential": {"displayName": "d", "endDateTime": "2030-01-01T00:00:00Z"}},
            "removePassword": {"keyId": self.application.passwords[-1].key_id},
            "{resource}": [self.ann.id] if route.method == "PATCH" else [{"roleName": "User", "userId": self.ann.id}],
            "{name}": {"properties": {**role, "principalType": "ServicePrincipal"}},
        }.get(end) or (check if "/checks/" in route.template else {"resource": resource, **pipelines})

    def _endpoint(self, route: Route) -> Any:
        references = draft(self.fleet)["serviceEndpointProjectReferences"]
        if route.method == "PATCH":
            return [{**references[0], "projectReference": {"id": self.other.id, "name": "Q"}}]
        made = {**draft(self.fleet, "made"), "isDisabled": False, "description": "d", "owner": "library"}
        if route.method == "POST":
            return made
        made = {**made, "id": self.secret.id, "name": "secret", "data": dict(self.secret.data)}
        made["authorization"]["parameters"]["serviceprincipalid"] = self.application.app_id
        made["serviceEndpointProjectReferences"][0]["name"] = "secret"
        return made if "{id}" in route.template else [made]


class Client:
    """Sends bodies as they are; one connection for all of them."""

    def __init__(self, simulate: Simulate) -> None:
        self._simulate = simulate
        self.world, self.simulator = World(), simulate()
        self.renew()
        self._session = requests.Session()
        self._session.trust_env = False

    def renew(self) -> None:
        self.world = World()
        self.simulator = self._simulate(self.world.fleet)

    def send(self, route: Route, body: Any, **params: str) -> requests.Response:
        """The answer. Afterwards the world is another one, if something was done to it."""
        simulator = self.simulator
        resource = {"graph": "https://graph.microsoft.com", "arm": "https://management.azure.com"}.get(route.service)
        token = simulator.token(None, resource) if resource else simulator.token()
        base = {"graph": simulator.graph_url, "arm": simulator.resource_manager_url}.get(
            route.service, simulator.organization_url
        )
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        if resource is None:
            params["api-version"] = "7.2-preview.1" if "public" in route.template else "7.1-preview.1"
        elif route.service == "arm":
            params["api-version"] = "2022-04-01"
        if "endpointproxy" in route.template:
            params["endpointId"] = self.world.secret.id
        if "{name}" in route.template:
            headers["Prefer"] = "create-if-missing"
        data = json.dumps(body).encode()  # half a surrogate pair goes escaped, as clients send it
        path = f"{base}/{self.world.path(route)}"
        answer = self._session.request(route.method, path, data=data, headers=headers, params=params, timeout=10)
        if answer.status_code < 400:
            self._look()
            self.renew()
        return answer

    def _look(self) -> None:
        """What was taken can be shown."""
        assert Rest(self.simulator).get("P/_apis/serviceendpoint/endpoints").status_code == 200


def is_envelope(route: Route, answer: requests.Response) -> bool:
    body = answer.json()
    if route.service in ("graph", "arm"):
        return set(body) == {"error"} and {"code", "message"} <= set(body["error"])
    if "public" in route.template:
        return set(body) == {"success", "message"}
    return {"message", "typeKey"} <= set(body) or (set(body) == {"count", "value"} and "Message" in body["value"])


def foreseen(answer: requests.Response) -> bool:
    """The service's own 500s, see fact sheet 2.9."""
    body = answer.json()
    return body.get("typeKey") == "DuplicateServiceConnectionException" or "TF400898" in body.get("message", "")


def variants(body: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Where, and what is written there."""
    pairs = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in pairs:
        for odd in ODD:
            yield "/".join(map(str, (*way, key))), odd
        yield from variants(value, (*way, key))


def changed(body: Any, where: str, value: Any) -> Any:
    copied = copy.deepcopy(body)
    *way, last = where.split("/")
    place = copied
    for part in way:
        place = place[int(part) if isinstance(place, list) else part]
    place[int(last) if isinstance(place, list) else last] = value
    return copied


@pytest.mark.parametrize("route", routes(), ids=str)
def test_a_body_of_another_shape_is_refused(simulate: Simulate, route: Route) -> None:
    client = Client(simulate)
    for shape in SHAPES:
        if isinstance(shape, type(client.world.body(route))) and not shape:
            continue  # nothing to do is a body that they take
        if shape is None and route.template in MAY_BE_EMPTY:
            continue
        answer = client.send(route, shape)
        assert 400 <= answer.status_code < 500, (shape, answer.status_code, answer.text)
        assert is_envelope(route, answer), (shape, answer.text)


@pytest.mark.parametrize("route", routes(), ids=str)
def test_a_field_of_another_type_crashes_nothing(simulate: Simulate, route: Route) -> None:
    client, refused = Client(simulate), 0
    for where, odd in variants(client.world.body(route)):
        answer = client.send(route, changed(client.world.body(route), where, odd))
        assert answer.status_code < 500 or foreseen(answer), (where, odd, answer.status_code, answer.text)
        if answer.status_code >= 400:
            refused += 1
            assert is_envelope(route, answer), (where, odd, answer.text)
    assert refused


@pytest.mark.parametrize("route", routes(), ids=str)
def test_the_body_that_is_changed_is_one_that_is_taken(simulate: Simulate, route: Route) -> None:
    client = Client(simulate)
    answer = client.send(route, client.world.body(route))
    assert answer.status_code < 300, answer.text


@pytest.mark.parametrize("where", ["{id}", "many"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("data", {"a": 1}), ("authorization", {"scheme": 5}), ("serviceEndpointProjectReferences", {})],
)
def test_a_wrong_type_in_a_conversion_or_a_bulk_update_changes_nothing(
    simulate: Simulate, where: str, field: str, value: Any
) -> None:
    client = Client(simulate)
    one = where == "{id}"
    route = Route("azure_devops", "PUT", "_apis/serviceendpoint/endpoints" + ("/{id}" if one else ""))
    params = {"operation": "ConvertAuthenticationScheme"} if one else {}
    connection = client.world.secret
    body = {**draft(client.world.fleet, "secret"), "id": connection.id, field: value}
    answer = client.send(route, body if one else [body], **params)
    assert answer.status_code == 400, answer.text
    assert connection.scheme == "ServicePrincipal"


@pytest.mark.parametrize("tenant", ["", "contoso.example", "\ud800"])
def test_the_tenant_of_a_federated_connection_is_a_guid(simulate: Simulate, tenant: str) -> None:
    client = Client(simulate)
    body = draft(client.world.fleet, scheme="WorkloadIdentityFederation")
    body["authorization"]["parameters"]["tenantid"] = tenant
    answer = client.send(Route("azure_devops", "POST", "_apis/serviceendpoint/endpoints"), body)
    assert answer.status_code == (400 if tenant else 200)


def test_true_is_no_number(simulate: Simulate) -> None:
    client = Client(simulate)
    route = Route("azure_devops", "PATCH", "{project}/_apis/pipelines/pipelinepermissions/{kind}/{id}")
    answer = client.send(route, {"pipelines": [{"id": True, "authorized": True}]})
    assert answer.status_code == 400


@pytest.mark.parametrize("depth", [500, 200_000])
def test_a_body_that_is_nested_too_deep(simulate: Simulate, depth: int) -> None:
    world = World()
    rest = Rest(simulate(world.fleet))
    data = b"[" * depth + b"]" * depth
    headers = {"Content-Type": "application/json"}
    answer = rest.send("POST", "_apis/serviceendpoint/endpoints", data=data, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["_apis/projects?$top=many", "_apis/projects?continuationToken=x", "_apis/projects?$skip=-1"]
)
def test_a_number_in_the_query_is_one(simulate: Simulate, path: str) -> None:
    path, _mark, query = path.partition("?")
    name, _equals, value = query.partition("=")
    answer = Rest(simulate(World().fleet)).get(path, **{name: value})
    assert answer.status_code == 400


def test_a_token_request_that_is_no_form(simulate: Simulate) -> None:
    fleet = Fleet()
    simulator = simulate(fleet)
    url = f"{simulator.authority_url}/{fleet.tenant_id}/oauth2/v2.0/token"
    bodies: list[Any] = [[], 5, {"grant_type": "client_credentials", "client_id": []}, {"grant_type": {}}]
    for body in bodies:
        answer = requests.post(url, json=body, timeout=10)
        assert answer.status_code in (400, 401)
        assert "error" in answer.json()
