# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way to sign in is taken, for what AWX, Kubernetes, Azure Pipelines and a laptop set."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import AUTH_SOURCES, resolve
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.tokens import Authorizer
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.ways import choose

Values = dict[str, str]

PAT = "a-personal-access-token"
AWX = {
    "AZURE_CLIENT_ID": "id",
    "AZURE_SECRET": "awx-client-secret",
    "AZURE_TENANT": "tenant",
    "AZURE_SUBSCRIPTION_ID": "sub",
}
KUBERNETES = {
    "AZURE_CLIENT_ID": "id",
    "AZURE_TENANT_ID": "tenant",
    "AZURE_FEDERATED_TOKEN_FILE": "/var/run/secrets/azure/tokens/azure-identity-token",
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
}
PIPELINE = {"SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/", "SYSTEM_ACCESSTOKEN": "pipeline-token"}
TERRAFORM_SHELL = {
    "AZURE_CLIENT_ID": "id",
    "AZURE_TENANT_ID": "tenant",
    "AZURE_CLIENT_CERTIFICATE_PATH": "/certificate.pem",
}

MATRIX: list[tuple[str, Values, Values, str]] = [
    ("a laptop after az login", {}, {}, "default_chain"),
    ("a laptop with the token of az devops", {}, {"AZURE_DEVOPS_EXT_PAT": PAT}, "personal_access_token"),
    ("the token of az devops left blank", {}, {"AZURE_DEVOPS_EXT_PAT": ""}, "default_chain"),
    ("AWX's Azure credential", {}, AWX, "service_principal"),
    ("AWX's credential and a token in the template", {"personal_access_token": PAT}, AWX, "personal_access_token"),
    ("AWX with a survey question left blank", {"personal_access_token": ""}, AWX, "service_principal"),
    ("AWX and a token credential", {}, {**AWX, "AZDO_PERSONAL_ACCESS_TOKEN": PAT}, "personal_access_token"),
    ("workload identity in Kubernetes", {}, KUBERNETES, "workload_identity"),
    (
        "workload identity and a secret",
        {},
        {**KUBERNETES, "AZURE_CLIENT_SECRET": "a-client-secret"},
        "service_principal",
    ),
    ("Kubernetes without a token file", {}, {"AZURE_CLIENT_ID": "id", "AZURE_TENANT_ID": "t"}, "default_chain"),
    ("only the file's name", {}, {"AZURE_FEDERATED_TOKEN_FILE": "/token"}, "default_chain"),
    ("a pipeline", {}, PIPELINE, "access_token"),
    ("a pipeline with a person's token", {}, {**PIPELINE, "AZURE_DEVOPS_EXT_PAT": PAT}, "personal_access_token"),
    ("a pipeline and a service principal in the environment", {}, {**PIPELINE, **AWX}, "access_token"),
    ("a certificate", {}, TERRAFORM_SHELL, "service_principal"),
    ("client id without tenant", {}, {"AZURE_CLIENT_ID": "id", "AZURE_SECRET": "a-secret"}, "default_chain"),
    (
        "a service principal of the task, tokens in the environment",
        {"tenant": "t", "client_id": "id", "secret": "secret-of-task"},
        {**PIPELINE, "AZDO_PERSONAL_ACCESS_TOKEN": PAT},
        "service_principal",
    ),
    (
        "a secret of the task, the rest in the environment",
        {"secret": "secret-of-task"},
        {**PIPELINE, **AWX},
        "service_principal",
    ),
    (
        "a client id of the task alone, tokens in the environment",
        {"client_id": "id"},
        {"AZDO_PERSONAL_ACCESS_TOKEN": PAT},
        "default_chain",
    ),
    (
        "a bearer token of the task, a personal one in the environment",
        {"access_token": "bearer-of-task"},
        {"AZDO_PERSONAL_ACCESS_TOKEN": PAT},
        "access_token",
    ),
    (
        "both tokens of the task",
        {"access_token": "bearer-of-task", "personal_access_token": PAT},
        {},
        "personal_access_token",
    ),
    (
        "a token and an identity of the task",
        {"access_token": "bearer-of-task", "tenant": "t", "client_id": "id", "secret": "secret-of-task"},
        {},
        "access_token",
    ),
    ("a source in the environment", {}, {**AWX, "AZDO_AUTH_SOURCE": "managed_identity"}, "managed_identity"),
    ("a source of the task", {"auth_source": "azure_cli"}, {"AZDO_PERSONAL_ACCESS_TOKEN": PAT}, "azure_cli"),
    ("auto of the task", {"auth_source": "auto"}, AWX, "service_principal"),
    ("a source left blank", {"auth_source": ""}, AWX, "service_principal"),
    (
        "a token of the task, a source in the environment",
        {"personal_access_token": PAT},
        {"AZDO_AUTH_SOURCE": "managed_identity"},
        "personal_access_token",
    ),
]


@pytest.mark.parametrize(
    ("task", "environment", "way"), [row[1:] for row in MATRIX], ids=[row[0].replace(" ", "-") for row in MATRIX]
)
def test_the_way_to_sign_in(task: Values, environment: Values, way: str) -> None:
    assert choose(resolve(task, environment), environment) == way


@pytest.mark.parametrize("source", [source for source in AUTH_SOURCES if source != "auto"])
def test_a_source_that_was_asked_for_is_taken(source: str) -> None:
    """Whatever else there is, and before it is known whether it can work."""
    assert choose(resolve({"auth_source": source}, {**AWX, **PIPELINE}), {**AWX, **PIPELINE}) == source


def test_an_unknown_source_in_the_environment_is_named() -> None:
    with pytest.raises(OptionError, match=r"AZDO_AUTH_SOURCE.*'magic'") as caught:
        choose(resolve({}, {"AZDO_AUTH_SOURCE": "magic"}), {})
    assert "personal_access_token" in caught.value.remedy


@pytest.mark.parametrize(
    ("way", "caller"),
    [
        ("personal_access_token", "user"),
        ("service_principal", "non_user"),
        ("managed_identity", "non_user"),
        ("workload_identity", "non_user"),
        ("access_token", "unknown"),
        ("azure_cli", "unknown"),
        ("auto", "unknown"),
    ],
)
def test_who_the_caller_is(way: str, caller: str) -> None:
    tokens = {"personal_access_token": PAT, "access_token": "bearer-token"} if way != "auto" else {}
    sign_in = resolve({"auth_source": way, **tokens}, {})
    assert Authorizer(sign_in, {}, lambda text: None).caller == caller


@pytest.mark.parametrize("source", ["personal_access_token", "access_token"])
def test_a_source_without_its_token_says_where_to_set_it(source: str) -> None:
    with pytest.raises(OptionError, match=f"auth_source is {source}, but {source} is not set") as caught:
        Authorizer(resolve({"auth_source": source}, {}), {}, lambda text: None)
    assert "environment variable AZDO_" in caught.value.remedy


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"personal_access_token": "with a blank in it"}, "white space"),
        ({"personal_access_token": "ends-with-line-break\n"}, "white space"),
        ({"access_token": "tab\tinside-of-it"}, "white space"),
        ({"secret": " begins-with-blank"}, "white space"),
        ({"personal_access_token": "1234567"}, "shorter than 8"),
        ({"secret": "x"}, "shorter than 8"),
    ],
)
def test_a_secret_that_cannot_be_one(values: Values, fault: str) -> None:
    with pytest.raises(OptionError, match=fault) as caught:
        Authorizer(resolve(values, {}), {}, lambda text: None)
    assert next(iter(values.values())) not in str(caught.value)


def test_the_shortest_secret_that_is_taken() -> None:
    Authorizer(resolve({"personal_access_token": "12345678"}, {}), {}, lambda text: None)


@pytest.mark.parametrize(
    ("task", "environment", "authority"),
    [
        ({}, {}, "https://login.microsoftonline.com"),
        ({}, {"AZURE_CLOUD_ENVIRONMENT": "AzureUSGovernment"}, "https://login.microsoftonline.us"),
        ({"cloud_environment": "AzureChinaCloud"}, {}, "https://login.chinacloudapi.cn"),
        (
            {},
            {"AZURE_AUTHORITY_HOST": "https://login.partner.microsoftonline.cn"},
            "https://login.partner.microsoftonline.cn",
        ),
        (
            {"cloud_environment": "AzureUSGovernment"},
            {"AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com"},
            "https://login.microsoftonline.us",
        ),
        (
            {"authority_url": "https://entra.example"},
            {"AZURE_CLOUD_ENVIRONMENT": "AzureChinaCloud", "AZURE_AUTHORITY_HOST": "https://other.example"},
            "https://entra.example",
        ),
    ],
)
def test_where_tokens_come_from(task: Values, environment: Values, authority: str) -> None:
    authorizer = Authorizer(resolve(task, environment), environment, lambda text: None)
    assert authorizer.authority == authority


@pytest.mark.parametrize(
    ("cloud", "scopes"),
    [
        ("AzureCloud", ("https://graph.microsoft.com/.default", "https://management.azure.com/.default")),
        ("AzureUSGovernment", ("https://graph.microsoft.us/.default", "https://management.usgovcloudapi.net/.default")),
        (
            "AzureChinaCloud",
            ("https://microsoftgraph.chinacloudapi.cn/.default", "https://management.chinacloudapi.cn/.default"),
        ),
    ],
)
def test_the_audience_of_tokens_follows_the_cloud(cloud: str, scopes: tuple[str, str]) -> None:
    """Also where a rehearsal sends them to another host."""
    task = {"cloud_environment": cloud, "graph_url": "https://rehearsal.example"}
    authorizer = Authorizer(resolve(task, {}), {}, lambda text: None)
    assert (authorizer._scope("graph"), authorizer._scope("resource_manager")) == scopes
    assert authorizer._scope("azure_devops") == "499b84ac-1321-427f-aa17-267ca6975798/.default"


def test_an_unknown_cloud_in_the_environment_is_named() -> None:
    with pytest.raises(OptionError, match=r"AZURE_CLOUD_ENVIRONMENT.*'AzureGermanCloud'"):
        Authorizer(resolve({}, {"AZURE_CLOUD_ENVIRONMENT": "AzureGermanCloud"}), {}, lambda text: None)


def test_a_personal_access_token_is_a_password_without_a_user() -> None:
    """And both spellings of it are secrets."""
    known: list[str] = []
    authorizer = Authorizer(resolve({"personal_access_token": "0123456789"}, {}), {}, known.append)
    assert authorizer.header() == "Basic OjAxMjM0NTY3ODk="
    assert known == ["OjAxMjM0NTY3ODk="]
    assert not authorizer.renewable


@pytest.mark.parametrize("values", [{"personal_access_token": PAT}, {"access_token": "bearer-token"}])
@pytest.mark.parametrize("resource", ["graph", "resource_manager"])
def test_tokens_for_azure_devops_go_nowhere_else(values: Values, resource: t.Any) -> None:
    with pytest.raises(OptionError, match="Azure DevOps only") as caught:
        Authorizer(resolve(values, {}), {}, lambda text: None).header(resource)
    assert "Microsoft Entra" in caught.value.remedy
