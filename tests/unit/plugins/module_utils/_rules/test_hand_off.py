# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is to do: the facts, and commands that say exactly what was meant, whatever somebody called things."""

from __future__ import annotations

import json
import re
import shlex
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential, wanted
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff

from unit.plugins._helpers.connections import CLIENT, CONNECTION_ID, VSTOKEN, connection, raw

AUDIENCE = "api://AzureADTokenExchange"
SUBJECT = "sc://contoso/Payments/azure-prod"
IDENTITY = (
    "/subscriptions/5a1d2c3b-0000-4000-8000-000000000001/resourceGroups/rg-payments"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"
)
HOSTILE = [
    SUBJECT,
    'sc://contoso/"Payments"/azure',
    "sc://contoso/Sam's/azure",
    "sc://contoso/$(rm -rf ~)/`id`",
    "sc://contoso/${var.secret}/azure",
    "sc://contoso/%{ if true }/azure",
    "sc://contoso/{{ lookup('env', 'HOME') }}/{% raw %}",
    "sc://contoso/back\\slash/azure\\",
    "sc://contoso/two\nlines/azure",
    "sc://contoso/; echo; # /--subject",
    "sc://contoso/物流 Logistics/азур",
    "--subject",
]


def wish(subject: str = SUBJECT, audience: str = AUDIENCE) -> Credential:
    return wanted(CONNECTION_ID, VSTOKEN, subject, audience)


def hand_off(subject: str = SUBJECT, **changed: t.Any) -> HandOff:
    usual: dict[str, t.Any] = {"connection": connection(), "wish": wish(subject), "why": "It was not found."}
    return HandOff(**{**usual, **changed})


def commands(subject: str = SUBJECT, **changed: t.Any) -> dict[str, str]:
    return t.cast("dict[str, str]", hand_off(subject, **changed).to_result()["commands"])


def of_terraform(text: str) -> dict[str, t.Any]:
    """The arguments of the one resource block, read like Terraform reads literals."""
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", text), "Terraform would evaluate it"
    head, *lines, end = text.split("\n")
    assert re.fullmatch(r'resource "[a-z_]+" "[a-z0-9_]+" \{', head)
    assert end == "}"
    pairs = [line.strip().split("=", 1) for line in lines]
    return {name.strip(): json.loads(value.replace("$${", "${").replace("%%{", "%{")) for name, value in pairs}


# -- what it says ------------------------------------------------------------------------------------------------------
def test_all_facts_are_there() -> None:
    found = hand_off().to_result()
    assert {key: value for key, value in found.items() if key not in ("commands", "what_to_do")} == {
        "client_id": CLIENT,
        "resource_id": None,
        "name": wish().name,
        "issuer": VSTOKEN,
        "subject": SUBJECT,
        "audience": AUDIENCE,
        "urgent": False,
        "why": "It was not found.",
    }
    assert set(found["commands"]) == {"az", "terraform", "graph"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ["Add this federated credential", f"the application {CLIENT}", "run again"]),
        ({"resource_id": IDENTITY}, ["the managed identity 'id-payments'"]),
        ({"urgent": True}, ["cannot sign in until", "Add it now", "'azure-prod'"]),
        (
            {"wish": None},
            ["Open the connection 'azure-prod' in the portal", "choose Convert", "federated_credential.pairs"],
        ),
    ],
)
def test_what_a_person_is_told(changed: dict[str, t.Any], said: list[str]) -> None:
    text = hand_off(**changed).what_to_do
    assert all(part in text for part in said), text


def test_without_a_pair_nothing_is_made_up() -> None:
    found = hand_off(wish=None, audience=AUDIENCE).to_result()
    assert found["commands"] is None
    assert (found["name"], found["issuer"], found["subject"], found["audience"]) == (None, None, None, AUDIENCE)


# -- an application ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("subject", HOSTILE)
def test_az_for_an_application(subject: str) -> None:
    *words, body = shlex.split(commands(subject)["az"])
    assert words == ["az", "ad", "app", "federated-credential", "create", "--id", CLIENT, "--parameters"]
    assert json.loads(body) == {
        "name": wish(subject).name,
        "issuer": VSTOKEN,
        "subject": subject,
        "audiences": [AUDIENCE],
    }


@pytest.mark.parametrize("subject", HOSTILE)
def test_terraform_for_an_application(subject: str) -> None:
    text = commands(subject)["terraform"]
    assert text.startswith('resource "azuread_application_federated_identity_credential" "azdo_')
    arguments = of_terraform(text)
    assert arguments.pop("application_id").startswith("/applications/")
    assert arguments == {
        "display_name": wish(subject).name,
        "audiences": [AUDIENCE],
        "issuer": VSTOKEN,
        "subject": subject,
    }


@pytest.mark.parametrize("subject", HOSTILE)
def test_graph_for_an_application(subject: str) -> None:
    head, _line, body = commands(subject)["graph"].partition("\n")
    assert head == f"POST https://graph.microsoft.com/v1.0/applications(appId='{CLIENT}')/federatedIdentityCredentials"
    assert json.loads(body) == {
        "name": wish(subject).name,
        "issuer": VSTOKEN,
        "subject": subject,
        "audiences": [AUDIENCE],
    }


# -- a managed identity ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("resource_id", [IDENTITY, IDENTITY.replace("resourceGroups", "resourcegroups")])
@pytest.mark.parametrize("subject", HOSTILE)
def test_az_for_a_managed_identity(subject: str, resource_id: str) -> None:
    words = shlex.split(commands(subject, resource_id=resource_id)["az"])
    assert words[:4] == ["az", "identity", "federated-credential", "create"]
    assert dict(zip(words[4::2], words[5::2], strict=True)) == {
        "--name": wish(subject).name,
        "--identity-name": "id-payments",
        "--resource-group": "rg-payments",
        "--subscription": "5a1d2c3b-0000-4000-8000-000000000001",
        "--issuer": VSTOKEN,
        "--subject": subject,
        "--audiences": AUDIENCE,
    }


@pytest.mark.parametrize("subject", HOSTILE)
def test_terraform_for_a_managed_identity(subject: str) -> None:
    text = commands(subject, resource_id=IDENTITY)["terraform"]
    assert text.startswith('resource "azurerm_federated_identity_credential" "azdo_')
    assert of_terraform(text) == {
        "name": wish(subject).name,
        "resource_group_name": "rg-payments",
        "parent_id": IDENTITY,
        "audience": [AUDIENCE],
        "issuer": VSTOKEN,
        "subject": subject,
    }


@pytest.mark.parametrize("subject", HOSTILE)
def test_resource_manager_for_a_managed_identity(subject: str) -> None:
    head, _line, body = commands(subject, resource_id=IDENTITY)["graph"].partition("\n")
    name = wish(subject).name
    assert head.startswith(
        f"PUT https://management.azure.com{IDENTITY}/federatedIdentityCredentials/{name}?api-version="
    )
    assert json.loads(body) == {"properties": {"issuer": VSTOKEN, "subject": subject, "audiences": [AUDIENCE]}}


@pytest.mark.parametrize(
    ("environment", "graph", "resource_manager"),
    [
        ("AzureCloud", "https://graph.microsoft.com", "https://management.azure.com"),
        (None, "https://graph.microsoft.com", "https://management.azure.com"),
        ("AzureUSGovernment", "https://graph.microsoft.us", "https://management.usgovcloudapi.net"),
        ("AzureChinaCloud", "https://microsoftgraph.chinacloudapi.cn", "https://management.chinacloudapi.cn"),
    ],
)
def test_each_cloud_has_addresses_of_its_own(environment: str | None, graph: str, resource_manager: str) -> None:
    there = connection(raw(data={"environment": environment}))
    assert commands(connection=there)["graph"].startswith(f"POST {graph}/v1.0/")
    assert commands(connection=there, resource_id=IDENTITY)["graph"].startswith(
        f"PUT {resource_manager}/subscriptions/"
    )


# -- hostile names elsewhere -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_audience_or_name_breaks_out_of_nothing(text: str) -> None:
    odd = connection(raw(name=text))
    for resource_id in (None, IDENTITY):
        found = commands(connection=odd, wish=wish(audience=text), resource_id=resource_id)
        words = shlex.split(found["az"])
        assert text in (words if resource_id else json.loads(words[-1])["audiences"])
        assert [text] in of_terraform(found["terraform"]).values()
    assert repr(text) in hand_off(connection=odd, urgent=True).what_to_do


@pytest.mark.parametrize("client_id", ["$(id)", "a'b", "{{ x }}"])
def test_a_hostile_client_id_is_one_word(client_id: str) -> None:
    odd = connection(raw(parameters={"serviceprincipalid": client_id}))
    assert shlex.split(commands(connection=odd)["az"])[6] == client_id
