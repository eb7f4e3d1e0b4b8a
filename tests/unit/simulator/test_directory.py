# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graph and ARM: applications, identities, federated credentials, role assignments; and TestConnection over them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from simulator import Connection, Fleet, Simulator
from simulator.identity_fleet import federate
from simulator.rest import Rest

from .azure import azure, code

Simulate = Callable[..., Simulator]
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
ROLES = f"subscriptions/s/providers/Microsoft.Authorization/roleAssignments/{uuid.UUID(int=1)}"
AUDIENCES = ["api://AzureADTokenExchange"]


# -- Graph -------------------------------------------------------------------------------------------------------------
def test_federated_credentials_of_an_application(simulate: Simulate) -> None:
    fleet = Fleet()
    application = fleet.application(name="app")
    simulator = simulate(fleet)
    path = f"v1.0/applications(appId='{application.app_id}')/federatedIdentityCredentials"
    body = {"name": "one", "issuer": "https://i", "subject": "s", "audiences": AUDIENCES}
    made = azure(simulator, "POST", path, json=body)
    assert made.status_code == 201
    by_object = f"v1.0/applications/{application.object_id}/federatedIdentityCredentials"
    assert azure(simulator, "GET", by_object).json()["value"] == [made.json()]
    assert azure(simulator, "GET", path, params={"$filter": "subject eq 'x'"}).json()["value"] == []
    assert code(azure(simulator, "POST", path, json=body)) == (409, "Request_MultipleObjectsWithSameKeyValue")
    twin = azure(simulator, "POST", path, json=body | {"name": "two"})
    assert code(twin) == (400, "InvalidFederatedIdentityCredentialValue")
    assert azure(simulator, "PATCH", f"{path}/one", json={"subject": "t"}).status_code == 204
    assert application.credentials[0].subject == "t"
    assert azure(simulator, "DELETE", f"{path}/{made.json()['id']}").status_code == 204
    assert code(azure(simulator, "DELETE", f"{path}/one")) == (404, "Request_ResourceNotFound")


def test_an_upsert_creates_or_updates(simulate: Simulate) -> None:
    fleet = Fleet()
    application = fleet.application(name="app")
    simulator = simulate(fleet)
    path = f"v1.0/applications(appId='{application.app_id}')/federatedIdentityCredentials(name='n')"
    body = {"issuer": "https://i", "subject": "s", "audiences": AUDIENCES}
    headers = {"Prefer": "create-if-missing"}
    assert azure(simulator, "PATCH", path, json=body).status_code == 404
    assert azure(simulator, "PATCH", path, json=body, headers=headers).status_code == 201
    assert azure(simulator, "PATCH", path, json=body | {"subject": "t"}, headers=headers).status_code == 204
    assert len(application.credentials) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"name": "not a url name"}, {"audiences": []}, {"audiences": ["a", "b"]}, {"subject": "s" * 601}, {"issuer": ""}],
)
def test_limits_of_a_federated_credential(simulate: Simulate, wrong: dict[str, Any]) -> None:
    fleet = Fleet()
    application = fleet.application(name="app")
    path = f"v1.0/applications(appId='{application.app_id}')/federatedIdentityCredentials"
    body = {"name": "one", "issuer": "https://i", "subject": "s", "audiences": AUDIENCES, **wrong}
    assert azure(simulate(fleet), "POST", path, json=body).status_code == 400


def test_the_twenty_first_is_refused(simulate: Simulate) -> None:
    fleet = Fleet()
    application = fleet.application(name="app")
    for number in range(20):
        federate(application, f"n{number}", "https://i", str(number))
    path = f"v1.0/applications(appId='{application.app_id}')/federatedIdentityCredentials"
    body = {"name": "more", "issuer": "https://i", "subject": "s", "audiences": AUDIENCES}
    assert azure(simulate(fleet), "POST", path, json=body).status_code == 403


def test_rights_in_graph(simulate: Simulate) -> None:
    fleet = Fleet()
    application = fleet.application(name="app")
    owner, guest = (fleet.caller(name, graph_rights="owned") for name in ("Owner", "Guest"))
    application.owners.add(owner.object_id)
    simulator = simulate(fleet)
    path = f"v1.0/applications(appId='{application.app_id}')"
    assert azure(simulator, "GET", path, owner).status_code == 200
    assert code(azure(simulator, "GET", path, guest)) == (403, "Authorization_RequestDenied")
    headers = {"Authorization": f"Bearer {simulator.token()}"}
    wrong = requests.get(f"{simulator.graph_url}/{path}", headers=headers, timeout=10)
    assert code(wrong) == (401, "InvalidAuthenticationToken")


def test_secrets_of_an_application(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", secret="abcdef", secret_expires=timedelta(days=9))
    simulator = simulate(fleet)
    path = f"v1.0/applications(appId='{connection.parameter('serviceprincipalid')}')"
    select = {"$select": "appId,passwordCredentials,signInAudience"}
    body = azure(simulator, "GET", path, params=select).json()
    assert set(body) == {"appId", "passwordCredentials", "signInAudience"}
    assert (body["passwordCredentials"][0]["hint"], body["passwordCredentials"][0]["secretText"]) == ("abc", None)
    made = azure(simulator, "POST", f"{path}/addPassword", json={"passwordCredential": {"displayName": "x"}}).json()
    assert made["secretText"]
    assert azure(simulator, "POST", f"{path}/removePassword", json={"keyId": made["keyId"]}).status_code == 204
    found = azure(simulator, "GET", "v1.0/servicePrincipals", params={"$filter": f"appId eq '{body['appId']}'"}).json()
    assert found["value"][0]["id"] == connection.data["spnObjectId"]


def test_expired_and_valid_secrets_of_an_application(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", secret="mine", secret_expires=timedelta(days=-1))
    extra = fleet.extra_secret(connection, expires=timedelta(days=9), display_name="spare")
    fleet.extra_secret(connection, expires=timedelta(days=-3))
    simulator = simulate(fleet)
    path = f"v1.0/applications(appId='{connection.parameter('serviceprincipalid')}')"
    names = "id,appId,displayName,passwordCredentials,keyCredentials,signInAudience"
    body = azure(simulator, "GET", path, params={"$select": names}).json()
    assert set(body) == set(names.split(","))
    assert body["signInAudience"] == "AzureADMyOrg"
    ends = [datetime.fromisoformat(item["endDateTime"].replace("Z", "+00:00")) for item in body["passwordCredentials"]]
    assert [(end - fleet.now).days for end in ends] == [-1, 9, -3]
    assert len({item["keyId"] for item in body["passwordCredentials"]}) == 3
    assert body["passwordCredentials"][1]["displayName"] == "spare"
    assert "AADSTS7000222" in check(simulator, connection)["errorMessage"]
    connection.secrets["serviceprincipalkey"] = extra.secret
    assert check(simulator, connection)["statusCode"] == "ok"


def test_a_multi_tenant_application_says_so_and_may_have_no_secret(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", multi_tenant=True, secret_expires=None)
    path = f"v1.0/applications(appId='{connection.parameter('serviceprincipalid')}')"
    body = azure(simulate(fleet), "GET", path).json()
    assert (body["signInAudience"], body["passwordCredentials"]) == ("AzureADMultipleOrgs", [])


def test_a_managed_identity_has_no_secrets() -> None:
    fleet = Fleet()
    identity = fleet.managed_identity("id-one")
    connection = fleet.connection(
        fleet.project("P"), "c", scheme="WorkloadIdentityFederation", client_id=identity.client_id
    )
    with pytest.raises(TypeError, match="c has no application"):
        fleet.extra_secret(connection)


def test_service_principals_of_applications_and_managed_identities(simulate: Simulate) -> None:
    fleet = Fleet()
    identity, application = fleet.managed_identity("id-one"), fleet.application(name="app")
    simulator = simulate(fleet)
    for client_id, principal_id, name, alternative in (
        (identity.client_id, identity.principal_id, "id-one", ["isExplicit=True", identity.resource_id]),
        (application.app_id, application.service_principal_id, "app", []),
    ):
        wanted = {"id": principal_id, "appId": client_id, "displayName": name, "accountEnabled": True}
        wanted["alternativeNames"] = alternative
        wanted["appOwnerOrganizationId"] = None if alternative else fleet.tenant_id
        assert azure(simulator, "GET", f"v1.0/servicePrincipals(appId='{client_id}')").json() == wanted
        params = {"$filter": f"appId eq '{client_id}'"}
        assert azure(simulator, "GET", "v1.0/servicePrincipals", params=params).json()["value"] == [wanted]
    unknown = azure(simulator, "GET", f"v1.0/servicePrincipals(appId='{uuid.UUID(int=7)}')")
    assert code(unknown) == (404, "Request_ResourceNotFound")
    assert code(azure(simulator, "GET", f"v1.0/applications(appId='{identity.client_id}')"))[0] == 404


@pytest.mark.parametrize("client", ["app", "id-one", "nobody"])
@pytest.mark.parametrize(
    "path",
    [
        "v1.0/applications(appId='{}')",
        "v1.0/servicePrincipals(appId='{}')",
        "v1.0/servicePrincipals?$filter=appId eq '{}'",
        "v1.0/applications?$filter=appId eq '{}'",
        "v1.0/applications(appId='{}')/federatedIdentityCredentials",
    ],
)
def test_without_rights_graph_tells_nothing(simulate: Simulate, path: str, client: str) -> None:
    fleet = Fleet()
    ids = {"app": fleet.application(name="app").app_id, "id-one": fleet.managed_identity("id-one").client_id}
    caller = fleet.caller("Nobody", graph_rights="none")
    answer = azure(simulate(fleet), "GET", path.format(ids.get(client, str(uuid.UUID(int=7)))), caller)
    assert code(answer) == (403, "Authorization_RequestDenied")


# -- ARM ---------------------------------------------------------------------------------------------------------------
def test_federated_credentials_of_a_managed_identity(simulate: Simulate) -> None:
    fleet = Fleet()
    identity = fleet.managed_identity("id-one")
    simulator = simulate(fleet)
    path = f"{identity.resource_id.lstrip('/')}/federatedIdentityCredentials"
    body = {"properties": {"issuer": "https://i", "subject": "s", "audiences": AUDIENCES}}
    assert azure(simulator, "PUT", f"{path}/one", json=body).status_code == 201
    assert azure(simulator, "PUT", f"{path}/one", json=body).status_code == 200
    assert code(azure(simulator, "PUT", f"{path}/two", json=body)) == (400, "BadRequest")
    assert code(azure(simulator, "PUT", f"{path}/a!", json=body)) == (400, "BadRequest")
    assert azure(simulator, "GET", path).json()["value"][0]["properties"] == body["properties"]
    assert azure(simulator, "DELETE", f"{path}/one").status_code == 200
    assert azure(simulator, "DELETE", f"{path}/one").status_code == 204
    gone = azure(simulator, "PUT", f"{path.replace('id-one', 'id-two')}/one", json=body)
    assert code(gone) == (404, "ParentResourceNotFound")


def test_concurrent_writes_to_one_identity_collide(simulate: Simulate) -> None:
    fleet = Fleet()
    identity = fleet.managed_identity("id-one")
    simulator = simulate(fleet, latency_ms={"arm": 150})
    path = f"{identity.resource_id.lstrip('/')}/federatedIdentityCredentials"
    answers: list[requests.Response] = []

    def put(number: int) -> None:
        body = {"properties": {"issuer": "https://i", "subject": str(number), "audiences": AUDIENCES}}
        answers.append(azure(simulator, "PUT", f"{path}/fic-{number}", json=body))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(item.status_code for item in answers) == [201, 409]
    clash = next(item for item in answers if item.status_code == 409)
    assert clash.json()["error"]["code"] == "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"


def test_identities_are_found_page_by_page(simulate: Simulate) -> None:
    fleet = Fleet()
    made = [fleet.managed_identity(f"id-{number}", subscription_id="s") for number in range(5)]
    simulator = simulate(fleet, arm_page_size=2)
    page = azure(simulator, "GET", "subscriptions/s/providers/Microsoft.ManagedIdentity/userAssignedIdentities").json()
    ids = [item["properties"]["clientId"] for item in page["value"]]
    headers = {"Authorization": f"Bearer {simulator.token(resource='https://management.azure.com')}"}
    while "nextLink" in page:
        page = requests.get(page["nextLink"], headers=headers, timeout=10).json()
        ids += [item["properties"]["clientId"] for item in page["value"]]
    assert ids == [item.client_id for item in made]


def test_role_assignments(simulate: Simulate) -> None:
    fleet = Fleet()
    principal = fleet.application(name="app").service_principal_id
    simulator = simulate(fleet)
    body = {"properties": {"roleDefinitionId": f"/x/roleDefinitions/{READER}", "principalId": principal}}
    assert azure(simulator, "PUT", ROLES, json=body).status_code == 201
    other = ROLES.replace(str(uuid.UUID(int=1)), str(uuid.UUID(int=2)))
    again = azure(simulator, "PUT", other, json=body)
    assert code(again) == (409, "RoleAssignmentExists")
    assert again.json()["error"]["message"].endswith(f"{uuid.UUID(int=1).hex}.")
    changed = {"properties": body["properties"] | {"roleDefinitionId": f"/x/roleDefinitions/{ACR_PULL}"}}
    assert code(azure(simulator, "PUT", ROLES, json=changed)) == (400, "RoleAssignmentUpdateNotPermitted")
    listed = azure(
        simulator, "GET", ROLES.rpartition("/")[0], params={"$filter": f"principalId eq '{principal}'"}
    ).json()["value"]
    assert [item["name"] for item in listed] == [str(uuid.UUID(int=1))]
    assert azure(simulator, "DELETE", ROLES).status_code == 200
    assert azure(simulator, "DELETE", ROLES).status_code == 204


def test_a_new_principal_is_not_found_at_first(simulate: Simulate) -> None:
    fleet = Fleet()
    principal = fleet.application(name="app").service_principal_id
    simulator = simulate(fleet, principal_replication_tries=1)
    body = {"properties": {"roleDefinitionId": f"/x/roleDefinitions/{READER}", "principalId": principal}}
    assert code(azure(simulator, "PUT", ROLES, json=body)) == (400, "PrincipalNotFound")
    assert azure(simulator, "PUT", ROLES, json=body).status_code == 201


def test_a_contributor_assigns_no_roles(simulate: Simulate) -> None:
    fleet = Fleet()
    caller = fleet.caller("Contributor", azure_rights="contributor")
    body = {"properties": {"roleDefinitionId": "/x/y", "principalId": "p"}}
    assert code(azure(simulate(fleet), "PUT", ROLES, caller, json=body)) == (403, "AuthorizationFailed")


# -- TestConnection ----------------------------------------------------------------------------------------------------
def check(simulator: Simulator, connection: Connection, caller: Any = "user", **details: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "dataSourceDetails": {"dataSourceName": "TestConnection"},
        "resultTransformationDetails": {},
    }
    if details:
        body["serviceEndpointDetails"] = details
    answer = Rest(simulator, caller).send(
        "POST", "P/_apis/serviceendpoint/endpointproxy", params={"endpointId": connection.id}, json=body
    )
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("knobs", "status", "words"),
    [
        ({}, "ok", ""),
        ({"scheme": "WorkloadIdentityFederation"}, "ok", ""),
        ({"secret_expires": timedelta(days=-1)}, "badRequest", "AADSTS7000222"),
        ({"secret_expires": None}, "badRequest", "AADSTS7000215"),
        ({"application_exists": False}, "badRequest", "AADSTS700016"),
        ({"role": None}, "forbidden", "AuthorizationFailed"),
        ({"scheme": "WorkloadIdentityFederation", "federated": False}, "badRequest", "AADSTS70025"),
        ({"scheme": "WorkloadIdentityFederation", "multi_tenant": True}, "badRequest", "AADSTS70052"),
        ({"scheme": "ManagedServiceIdentity"}, "badRequest", "not possible"),
        ({"scope_level": "ManagementGroup"}, "ok", ""),
    ],
)
def test_what_testconnection_says(simulate: Simulate, knobs: dict[str, Any], status: str, words: str) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", **knobs)
    found = check(simulate(fleet), connection)
    assert found["statusCode"] == status
    assert words in found["errorMessage"]


def test_a_federated_credential_of_another_subject_or_issuer(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", scheme="WorkloadIdentityFederation", federated=False)
    application = fleet.application(connection.parameter("serviceprincipalid"))
    simulator = simulate(fleet)
    federate(application, "wrong-issuer", "https://elsewhere", connection.subject or "")
    assert "AADSTS700211" in check(simulator, connection)["errorMessage"]
    federate(application, "wrong-subject", connection.issuer or "", "nobody")
    assert "AADSTS700213" in check(simulator, connection)["errorMessage"]


def test_propagation_takes_some_tests(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", scheme="WorkloadIdentityFederation")
    simulator = simulate(fleet, propagation_tests=2)
    found = [check(simulator, connection)["statusCode"] for _time in range(3)]
    assert found == ["badRequest", "badRequest", "ok"]


def test_entered_settings_are_tested_before_they_are_saved(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c", secret="right")
    parameters = {**connection.parameters, "serviceprincipalkey": "wrong"}
    authorization = {"scheme": "ServicePrincipal", "parameters": parameters}
    simulator = simulate(fleet)
    found = check(simulator, connection, type="azurerm", data=connection.data, authorization=authorization)
    assert "AADSTS7000215" in found["errorMessage"]
    parameters["serviceprincipalkey"] = None
    found = check(simulator, connection, type="azurerm", data=connection.data, authorization=authorization)
    assert found["statusCode"] == "ok"


def test_a_reader_may_not_test(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("P"), "c")
    reader = fleet.caller("Reader", pat="pat-of-the-reader", level="reader")
    assert check(simulate(fleet), connection, reader)["typeKey"] == "AccessDeniedException"
