# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of Microsoft Entra: asked for once, replaced when they end or are rejected, and errors in words."""

from __future__ import annotations

import sys
import time
import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    MissingLibraryError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import resolve
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.tokens import Authorizer

from simulator import Fleet, Simulator
from simulator.identifiers import AZURE_DEVOPS_APPLICATION
from unit.plugins._helpers.clients import session

SECRET = "the-client-secret-of-the-deployer"


class Identity:
    """In the place of azure-identity: every new credential gives other tokens, and remembers the one it gave."""

    def __init__(self, lifetime: float = 3600) -> None:
        self.made: list[tuple[str, dict[str, t.Any]]] = []
        self.lifetime = lifetime

    def __getattr__(self, kind: str) -> t.Callable[..., t.Any]:
        def make(*values: t.Any, **named: t.Any) -> t.Any:
            self.made.append((kind, named))
            number = len(self.made)

            def get_token(scope: str) -> t.Any:
                text = f"token-{number} {scope}".replace(" ", "-")
                return SimpleNamespace(token=text, expires_on=time.time() + self.lifetime)

            return SimpleNamespace(get_token=get_token)

        return make


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Identity:
    found = Identity()
    monkeypatch.setattr(
        "ansible_collections.azdo.connections.plugins.module_utils._sign_in.tokens._azure_identity",
        lambda method: found,
    )
    return found


def authorizer(known: list[str] | None = None, environ: dict[str, str] | None = None, **options: t.Any) -> Authorizer:
    usual = {"tenant": "tenant", "client_id": "client", "secret": SECRET, "validate_certs": True}
    values = {**usual, **options}
    return Authorizer(resolve(values, environ or {}), environ or {}, (known if known is not None else []).append)


# -- one token ---------------------------------------------------------------------------------------------------------
def test_a_token_is_asked_for_once_for_each_resource(identity: Identity) -> None:
    known: list[str] = []
    one = authorizer(known)
    first = one.header()
    assert first == "Bearer token-1-499b84ac-1321-427f-aa17-267ca6975798/.default"
    assert one.header() == first
    assert one.header("graph") == "Bearer token-1-https://graph.microsoft.com/.default"
    assert len(identity.made) == 1
    assert first.removeprefix("Bearer ") in known


def test_another_task_of_this_process_uses_it_too(identity: Identity) -> None:
    assert authorizer().header() == authorizer().header()
    assert len(identity.made) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"tenant": "other"},
        {"client_id": "other"},
        {"secret": "another-secret"},
        {"cloud_environment": "AzureChinaCloud"},
        {"authority_url": "https://entra.example"},
        {"auth_source": "managed_identity"},
    ],
)
def test_somebody_else_gets_another_token(identity: Identity, options: dict[str, t.Any]) -> None:
    assert authorizer().header() != authorizer(**options).header()
    assert len(identity.made) == 2


@pytest.mark.parametrize(("lifetime", "tokens"), [(299, 2), (330, 1)])
def test_a_token_that_ends_soon_is_replaced(identity: Identity, lifetime: float, tokens: int) -> None:
    identity.lifetime = lifetime
    asked: list[str] = []
    one = authorizer()
    one._ask = lambda scope, resource: (asked.append(scope) or "text", time.time() + lifetime)  # type: ignore[method-assign, func-returns-value]
    one.header()
    one.header()
    assert len(asked) == tokens


def test_a_rejected_token_is_replaced_by_one_that_is_really_new(identity: Identity) -> None:
    """A credential of azure-identity answers from its own memory."""
    one = authorizer()
    old = one.header()
    new = one.header(rejected=old)
    assert new != old
    assert one.header() == new


def test_threads_that_were_rejected_together_ask_once(identity: Identity) -> None:
    one = authorizer()
    old = one.header()
    assert one.header(rejected=old) == one.header(rejected=old) == one.header(rejected=old)
    assert len(identity.made) == 2


# -- which credential --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "environ", "kind"),
    [
        ({}, {}, "ClientSecretCredential"),
        ({"secret": "", "x509_certificate_path": "/c.pem"}, {}, "CertificateCredential"),
        ({"secret": ""}, {"AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"}, "CertificateCredential"),
        ({}, {"AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"}, "ClientSecretCredential"),
        (
            {"secret": "", "x509_certificate_path": "/c.pem"},
            {"AZURE_SECRET": "secret-of-environment"},
            "CertificateCredential",
        ),
        ({"x509_certificate_path": "/c.pem"}, {}, "ClientSecretCredential"),
        ({"secret": ""}, {"AZURE_FEDERATED_TOKEN_FILE": "/token"}, "WorkloadIdentityCredential"),
        ({"auth_source": "managed_identity"}, {}, "ManagedIdentityCredential"),
        ({"auth_source": "azure_cli"}, {}, "AzureCliCredential"),
        ({"secret": "", "tenant": "", "client_id": ""}, {}, "DefaultAzureCredential"),
    ],
)
def test_the_credential(identity: Identity, options: dict[str, t.Any], environ: dict[str, str], kind: str) -> None:
    authorizer(environ=environ, **options).header()
    assert [made[0] for made in identity.made] == [kind]


@pytest.mark.parametrize(
    ("options", "verify"),
    [
        ({}, None),
        ({"ca_path": "/ca.pem"}, "/ca.pem"),
        ({"validate_certs": False}, False),
        ({"validate_certs": False, "ca_path": "/ca.pem"}, False),
    ],
)
def test_how_entra_is_verified(identity: Identity, options: dict[str, t.Any], verify: t.Any) -> None:
    """Like Azure DevOps itself."""
    authorizer(**options).header()
    assert identity.made[0][1].get("connection_verify") == verify


def test_a_private_authority_is_not_looked_up_at_microsoft(identity: Identity) -> None:
    authorizer(authority_url="https://entra.example").header()
    assert identity.made[0][1]["authority"] == "https://entra.example"
    assert identity.made[0][1]["disable_instance_discovery"] is True


@pytest.mark.parametrize("missing", ["tenant", "client_id"])
@pytest.mark.parametrize("source", ["service_principal", "workload_identity"])
def test_what_a_way_to_sign_in_lacks_is_named(identity: Identity, source: str, missing: str) -> None:
    with pytest.raises(OptionError, match=f"auth_source is {source}, but {missing} is not set") as caught:
        authorizer(auth_source=source, **t.cast(dict[str, t.Any], {missing: ""})).header()
    assert "AZURE_" in caught.value.remedy


def test_a_service_principal_without_any_proof(identity: Identity) -> None:
    with pytest.raises(OptionError, match="neither secret nor x509_certificate_path"):
        authorizer(auth_source="service_principal", secret="").header()


@pytest.mark.parametrize("source", ["service_principal", "managed_identity", "azure_cli"])
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    for name in [name for name in sys.modules if name == "azure" or name.startswith("azure.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "azure", None)
    with pytest.raises(MissingLibraryError, match=f"azure-identity is missing.*{source.replace('_', ' ')}") as caught:
        authorizer(auth_source=source).header()
    assert caught.value.library == "azure-identity"


# -- the real library, against Entra in the simulator ------------------------------------------------------------------
@pytest.fixture(scope="module")
def over_tls() -> t.Iterator[Simulator]:
    """azure-identity takes https addresses only."""
    with Simulator(Fleet(), tls=True) as simulator:
        yield simulator


@pytest.fixture
def entra(over_tls: Simulator) -> tuple[Simulator, dict[str, t.Any]]:
    fleet = Fleet()
    deployer = fleet.service_principal("deployer", secret=SECRET)
    over_tls.reset(fleet)
    return over_tls, {
        "tenant": fleet.tenant_id,
        "client_id": deployer.client_id,
        "secret": SECRET,
        "authority_url": over_tls.authority_url,
        "ca_path": over_tls.ca_path,
    }


def token_requests(simulator: Simulator) -> int:
    return sum(record.path.endswith("/oauth2/v2.0/token") for record in simulator.requests)


def test_a_service_principal_signs_in_once(entra: tuple[Simulator, dict[str, t.Any]]) -> None:
    simulator, options = entra
    one = session(simulator, **options)
    assert one.azure_devops.projects() == []
    one.azure_devops.projects()
    assert one.azure_devops.organization().caller_name == "deployer"
    assert token_requests(simulator) == 1
    assert any(len(secret) > 20 for secret in one.secrets)


def test_after_a_rejection_the_second_token_is_another_one(entra: tuple[Simulator, dict[str, t.Any]]) -> None:
    simulator, options = entra
    one = session(simulator, **options)
    one.azure_devops.organization()
    simulator.fault(status=401, path="_apis/projects")
    one.azure_devops.projects()
    assert token_requests(simulator) == 2
    headers = [record.headers["authorization"] for record in simulator.requests if "_apis/projects" in record.path]
    assert len(set(headers)) == len(headers) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"secret": "not-the-client-secret"}, "Check secret|AADSTS7000215"),
        ({"client_id": "99999999-0000-4000-8000-000000000000"}, "AADSTS700016"),
    ],
)
def test_what_entra_refuses_is_told_with_a_remedy(
    entra: tuple[Simulator, dict[str, t.Any]], change: dict[str, str], sentence: str
) -> None:
    simulator, options = entra
    with pytest.raises(AuthenticationError, match=sentence) as caught:
        session(simulator, **{**options, **change}).azure_devops.projects()
    assert "Check" in caught.value.remedy
    assert SECRET not in str(caught.value)
    assert "not-the-client-secret" not in str(caught.value)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """azure-core waits between its own tries."""
    monkeypatch.setattr("azure.core.pipeline.transport._requests_basic.RequestsTransport.sleep", lambda self, s: None)


@pytest.mark.usefixtures("impatient")
def test_the_authority_of_entra_that_nobody_trusts_is_named(entra: tuple[Simulator, dict[str, t.Any]]) -> None:
    """Somebody between looks into TLS, or the authority is a private one: tenant, client id and secret are not at fault."""
    simulator, options = entra
    with pytest.raises(OptionError, match=r"TLS certificate of 127\.0\.0\.1:\d+ could not be verified") as caught:
        session(simulator, **{**options, "ca_path": None}).azure_devops.projects()
    assert "ca_path" in caught.value.remedy
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("impatient")
def test_an_authority_where_nobody_listens(entra: tuple[Simulator, dict[str, t.Any]]) -> None:
    simulator, options = entra
    with pytest.raises(AuthenticationError, match=r"no answer from 127\.0\.0\.1:1 when signing in") as caught:
        session(simulator, **{**options, "authority_url": "https://127.0.0.1:1"}).azure_devops.projects()
    assert "secret" not in str(caught.value)


def test_a_proxy_that_cannot_be_one_is_refused_before_the_sign_in(
    entra: tuple[Simulator, dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, options = entra
    monkeypatch.setenv("HTTPS_PROXY", "http://:99")
    with pytest.raises(OptionError, match="names no host"):
        session(simulator, **options).azure_devops.projects()


def test_the_application_of_azure_devops() -> None:
    assert AZURE_DEVOPS_APPLICATION == "499b84ac-1321-427f-aa17-267ca6975798"


@pytest.mark.usefixtures("impatient")
def test_graph_does_not_hide_why_there_is_no_token(entra: tuple[Simulator, dict[str, t.Any]]) -> None:
    simulator, options = entra
    with pytest.raises(AuthenticationError, match="no answer") as caught:
        session(simulator, **{**options, "authority_url": "https://127.0.0.1:1"}).graph.application("x")
    assert "authority_url" in caught.value.remedy
