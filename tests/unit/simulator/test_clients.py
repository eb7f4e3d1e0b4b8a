# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients that we did not write use the simulator unchanged: Microsoft's Python SDK and azure-identity."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from simulator import Fleet, Simulator
from simulator.identifiers import AZURE_DEVOPS_APPLICATION

Simulate = Callable[..., Simulator]
SCOPE = f"{AZURE_DEVOPS_APPLICATION}/.default"
FOREIGN = ("https://issuer.example", "repo:one:main")


# -- Microsoft's SDK ---------------------------------------------------------------------------------------------------
@pytest.fixture
def sdk(simulate: Simulate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fleet], Any]:
    """The SDK's clients for a fleet. Its caches (on disk and in classes) are private to the test."""
    monkeypatch.setenv("AZURE_DEVOPS_CACHE_DIR", str(tmp_path / "cache"))
    for name in [item for item in sys.modules if item.startswith("azure.devops")]:
        monkeypatch.delitem(sys.modules, name)
    from azure.devops.connection import Connection
    from msrest.authentication import BasicAuthentication

    def clients(fleet: Fleet, **knobs: Any) -> Any:
        simulator = simulate(fleet, **knobs)
        credentials = BasicAuthentication("", simulator.pat)
        return Connection(base_url=simulator.organization_url, creds=credentials).clients_v7_1

    return clients


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_looks_people_up(sdk: Callable[[Fleet], Any]) -> None:
    fleet = Fleet()
    ann = fleet.caller("Ann Other")
    client = sdk(fleet).get_identity_client()
    (one,) = client.read_identities(search_filter="General", filter_value="Ann Other", query_membership="None")
    assert (one.id, one.subject_descriptor, one.is_container) == (ann.id, ann.subject_descriptor, False)


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_lists_gets_creates_shares_and_deletes(sdk: Callable[[Fleet], Any]) -> None:
    fleet = Fleet()
    project, guest = fleet.project("Büro München"), fleet.project("Guest")
    fleet.connection(project, "known")
    client = sdk(fleet).get_service_endpoint_client()
    listed = client.get_service_endpoints(project.name, type="azurerm")
    assert [item.name for item in listed] == ["known"]
    one = client.get_service_endpoint_details(project.name, listed[0].id)
    assert one.authorization.scheme == "ServicePrincipal"
    assert one.authorization.parameters["serviceprincipalkey"] is None
    assert [item.name for item in client.get_service_endpoints_by_names(project.id, ["known"])] == ["known"]
    reference = {"projectReference": {"id": project.id, "name": project.name}, "name": "made"}
    made = client.create_service_endpoint(
        {
            "name": "made",
            "type": "azurerm",
            "url": "https://management.azure.com/",
            "data": {"creationMode": "Manual", "environment": "AzureCloud"},
            "authorization": {"scheme": "WorkloadIdentityFederation", "parameters": {"tenantid": fleet.tenant_id}},
            "serviceEndpointProjectReferences": [reference],
        }
    )
    assert made.is_ready
    client.share_service_endpoint([{"projectReference": {"id": guest.id}, "name": "made"}], made.id)
    assert [item.name for item in client.get_service_endpoints("Guest")] == ["made"]
    made = client.get_service_endpoint_details(project.name, made.id)
    made.description = "changed"
    assert client.update_service_endpoint(made, made.id).service_endpoint_project_references[1].name == "made"
    client.delete_service_endpoint(made.id, [project.id, guest.id])
    assert client.get_service_endpoint_details(project.name, made.id) is None
    types = client.get_service_endpoint_types(type="azurerm")
    assert [item.name for item in types] == ["azurerm"]


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_reads_projects_history_permissions_and_checks(sdk: Callable[[Fleet], Any]) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c", last_used=dt.timedelta(hours=1), runs=3, all_pipelines=True)
    fleet.check(connection, "8c6f20a7-a545-4486-9777-f762fafe0d4d", "Approval", {})
    clients = sdk(fleet)
    assert [item.name for item in clients.get_core_client().get_projects()] == ["P"]
    assert clients.get_core_client().get_project("P").id == project.id
    history = clients.get_service_endpoint_client().get_service_endpoint_execution_records("P", connection.id)
    assert [item.data.result for item in history] == ["succeeded"] * 3
    permissions = clients.get_pipeline_permissions_client()
    found = permissions.get_pipeline_permissions_for_resource("P", "endpoint", connection.id)
    assert found.all_pipelines.authorized
    checks = clients.get_pipelines_checks_client()
    rows = checks.get_check_configurations_on_resource("P", resource_type="endpoint", resource_id=connection.id)
    assert [item.type.name for item in rows] == ["Approval"]


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_does_what_az_devops_service_endpoint_update_does(sdk: Callable[[Fleet], Any]) -> None:
    """It reads the connection and lets all pipelines use it through the build area's authorized resources."""
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    client = sdk(fleet).get_build_client()
    for allowed in (True, False):
        wanted = {"type": "endpoint", "id": connection.id, "name": "c", "authorized": allowed}
        assert [item.authorized for item in client.authorize_project_resources([wanted], "P")] == [allowed]
        assert (connection.permissions[project.id].all_pipelines is not None) is allowed
        found = client.get_project_resources("P", type="endpoint", id=connection.id)
        assert [item.id for item in found] == ([connection.id] if allowed else [])


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_does_what_a_data_source_of_terraform_does(sdk: Callable[[Fleet], Any]) -> None:
    """The project with its capabilities, then the name of its process template."""
    fleet = Fleet()
    fleet.project("P")
    client = sdk(fleet).get_core_client()
    template = client.get_project("P", include_capabilities=True).capabilities["processTemplate"]
    assert client.get_process_by_id(template["templateTypeId"]).name == template["templateName"]
    names = {item.id: item.name for item in client.get_processes()}
    assert names[template["templateTypeId"]] == template["templateName"]


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_understands_our_errors(sdk: Callable[[Fleet], Any]) -> None:
    from azure.devops.exceptions import AzureDevOpsServiceError

    client = sdk(Fleet()).get_service_endpoint_client()
    with pytest.raises(AzureDevOpsServiceError, match="TF200016"):
        client.get_service_endpoints("Nowhere")


# -- azure-identity ----------------------------------------------------------------------------------------------------
class Pem:
    """A self-signed certificate with its key."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "robot")])
        now = dt.datetime.now(dt.timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        self.public = certificate.public_bytes(serialization.Encoding.PEM)
        self.private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@pytest.fixture(scope="module")
def pem() -> Pem:
    return Pem()


@pytest.fixture(scope="module")
def over_tls() -> Iterator[Simulator]:
    with Simulator(tls=True) as simulator:
        yield simulator


@pytest.fixture
def tls(over_tls: Simulator, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fleet], Simulator]:
    def reset(fleet: Fleet) -> Simulator:
        over_tls.reset(fleet)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", over_tls.ca_path or "")
        return over_tls

    return reset


def token_of(credential: Any, scope: str = SCOPE) -> Any:
    """One token; the credential is closed afterwards."""
    with credential:
        return credential.get_token(scope)


def whoami(simulator: Simulator, token: str) -> requests.Response:
    return requests.get(
        f"{simulator.organization_url}/_apis/connectionData?api-version=7.1-preview",
        headers={"Authorization": f"Bearer {token}"},
        verify=simulator.ca_path or True,
        timeout=10,
    )


def settings(simulator: Simulator) -> dict[str, Any]:
    return {"authority": simulator.authority_url, "disable_instance_discovery": True}


def test_client_secret(tls: Callable[[Fleet], Simulator]) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("robot", secret="the-secret-of-the-robot")
    simulator = tls(fleet)
    client_id = robot.client_id or ""
    credential = ClientSecretCredential(fleet.tenant_id, client_id, "the-secret-of-the-robot", **settings(simulator))
    token = token_of(credential)
    assert whoami(simulator, token.token).json()["authenticatedUser"]["providerDisplayName"] == "robot"
    assert token.expires_on > time.time() + 3000
    assert [item.write for item in simulator.requests] == [False] * len(simulator.requests)
    assert simulator.requests[0].path.endswith("/v2.0/.well-known/openid-configuration")
    assert simulator.requests[1].body["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    ("client", "secret", "code"),
    [("robot", "wrong", "AADSTS7000215"), ("robot", "stale", "AADSTS7000222"), ("nobody", "x", "AADSTS700016")],
)
def test_a_wrong_client_secret(tls: Callable[[Fleet], Simulator], client: str, secret: str, code: str) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("robot", secret="stale", secret_expires=dt.timedelta(days=-1))
    simulator = tls(fleet)
    client_id = robot.client_id if client == "robot" else "99999999-8888-7777-6666-555555555555"
    credential = ClientSecretCredential(fleet.tenant_id, client_id or "", secret, **settings(simulator))
    with pytest.raises(ClientAuthenticationError, match=code):
        token_of(credential)


def test_certificate(tls: Callable[[Fleet], Simulator], pem: Pem) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("robot", certificate_pem=pem.public.decode())
    simulator = tls(fleet)
    client_id = robot.client_id or ""
    data = pem.private + pem.public
    credential = CertificateCredential(fleet.tenant_id, client_id, certificate_data=data, **settings(simulator))
    assert whoami(simulator, token_of(credential).token).status_code == 200


def test_an_unregistered_certificate(tls: Callable[[Fleet], Simulator], pem: Pem) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("robot", certificate_pem=Pem().public.decode())
    simulator = tls(fleet)
    data = pem.private + pem.public
    credential = CertificateCredential(
        fleet.tenant_id, robot.client_id or "", certificate_data=data, **settings(simulator)
    )
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        token_of(credential)


@pytest.mark.parametrize(
    ("trusted", "code"),
    [
        (FOREIGN, None),
        ((FOREIGN[0], "repo:other"), "AADSTS700213"),
        (("https://elsewhere", FOREIGN[1]), "AADSTS700211"),
        (None, "AADSTS70025"),
    ],
)
def test_workload_identity(
    tls: Callable[[Fleet], Simulator], tmp_path: Path, trusted: tuple[str, str] | None, code: str | None
) -> None:
    import base64
    import json

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": FOREIGN[0], "sub": FOREIGN[1], "aud": "api://AzureADTokenExchange", "exp": time.time() + 600}
    file = tmp_path / "token"
    file.write_text(f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln")
    fleet = Fleet()
    robot = fleet.service_principal("robot", federated=trusted)
    simulator = tls(fleet)
    credential = WorkloadIdentityCredential(
        tenant_id=fleet.tenant_id, client_id=robot.client_id, token_file_path=str(file), **settings(simulator)
    )
    if code is None:
        assert whoami(simulator, token_of(credential).token).status_code == 200
    else:
        with pytest.raises(ClientAuthenticationError, match=code):
            token_of(credential)


@pytest.mark.parametrize("style", ["imds", "endpoint"])
def test_managed_identity(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    fleet = Fleet()
    fleet.agent_identity("agent")
    second = fleet.agent_identity("second")
    simulator = simulate(fleet)
    if style == "imds":
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", simulator.base_url)
    else:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{simulator.base_url}/MSI/oauth2/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header")
    for client_id, name in ((None, "agent"), (second.client_id, "second")):
        token = token_of(ManagedIdentityCredential(client_id=client_id)).token
        assert whoami(simulator, token).json()["authenticatedUser"]["providerDisplayName"] == name


def test_tokens_are_made_for_one_service(tls: Callable[[Fleet], Simulator]) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("robot", secret="s3cr3t")
    application = fleet.application(robot.client_id)
    simulator = tls(fleet)
    credential = ClientSecretCredential(fleet.tenant_id, robot.client_id or "", "s3cr3t", **settings(simulator))
    url = f"{simulator.graph_url}/v1.0/applications(appId='{application.app_id}')"
    with credential:
        for scope, status in (("https://graph.microsoft.com/.default", 200), (SCOPE, 401)):
            headers = {"Authorization": f"Bearer {credential.get_token(scope).token}"}
            assert requests.get(url, headers=headers, verify=simulator.ca_path or "", timeout=10).status_code == status
        with pytest.raises(ClientAuthenticationError, match="AADSTS500011"):
            credential.get_token("https://unknown.example/.default")
