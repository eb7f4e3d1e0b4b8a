# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries: secrets planted in the options and in the fleet appear in no output, however talkative Ansible is made.

Of the tests that are marked as sampled, one in two combinations of their parameters is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import base64
import secrets
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import demo_fleet
from unit.plugins._helpers.certificates import certificate_and_key

INFO = "azdo.connections.azdo_arm_connection_info"
CONVERT = "azdo.connections.azdo_arm_connection_convert"
MANAGE = "azdo.connections.azdo_arm_connection"


def spellings(secret: str) -> set[str]:
    return {secret, base64.b64encode(f":{secret}".encode()).decode(), base64.b64encode(secret.encode()).decode()}


def everything_written(here: t.Any, played: t.Any) -> str:
    """Both streams, the log file and what callbacks see."""
    log = here.folder / "ansible.log"
    texts = [played.stdout, played.stderr, here.record.read_text(encoding="utf-8")]
    return "\n".join([*texts, log.read_text(encoding="utf-8") if log.exists() else ""])


@pytest.fixture
def canary() -> str:
    """Long and random, so that it cannot be there by chance."""
    return f"canary{secrets.token_hex(24)}"


def talkative(here: t.Any) -> dict[str, str]:
    return {"ANSIBLE_LOG_PATH": str(here.folder / "ansible.log"), "ANSIBLE_DEBUG": "1"}


def play_with_secret(here: t.Any, canary: str, tasks: list[dict[str, t.Any]], door: str) -> str:
    """Play with the token in a variables file, as people keep it: core itself quotes lines of the playbook in its error messages."""
    Path(here.folder / "secret.yml").write_text(f"pat: {canary}\n")
    signed_in = {"organization_url": here.simulator.organization_url, "personal_access_token": "{{ pat }}"}
    here.environment = {"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET"}
    played = here.play(
        [{**task, "ignore_errors": True} for task in tasks],
        "-vvvv",
        "--diff",
        door=door,
        env=talkative(here),
        vars_files=["secret.yml"],
        module_defaults={"group/azdo.connections.azdo": signed_in},
    )
    assert len(played.results) >= len(tasks), played.output[-3000:]
    return everything_written(here, played)


def test_secrets_of_options_and_fleet(canary: str, door: str, stage: Callable[..., t.Any]) -> None:
    stored = f"stored{secrets.token_hex(24)}"
    here = stage(demo_fleet(pat=canary, canary=stored))
    written = play_with_secret(
        here,
        canary,
        [
            {INFO: {"include": ["usage", "permissions", "checks", "as_code"]}},
            {CONVERT: {}},
            {CONVERT: {"projects": ["nowhere"]}},
        ],
        door,
    )
    assert "converted" in written
    for secret in (canary, stored):
        assert not [spelling for spelling in spellings(secret) if spelling in written]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("written_as", ["mapping", "one text"])
def test_secrets_of_a_new_connection(written_as: str, canary: str, door: str, stage: Callable[..., t.Any]) -> None:
    """Created, sent again, refused with a message that quotes what was sent in one line, and refused before the first request."""
    here = stage(demo_fleet())
    pem = certificate_and_key()
    lines = [line for line in pem.splitlines() if "-----" not in line and len(line) > 30]
    block = pem.replace("\n", "\\n")
    Path(here.folder / "secret.yml").write_text(
        f'key: {canary}0\ncertificate: "{block}"\npublish_profile: \'<a userPWD="{canary}3"/>\'\n'
    )
    guid = "5a1d2c3b-0000-4000-8000-00000000000"
    scope = {"subscription_id": f"{guid}1", "subscription_name": "Contoso Production"}
    known = {"tenant_id": f"{guid}2", "client_id": f"{guid}3"}

    def principal(name: str) -> t.Any:
        if written_as == "mapping":
            return {**known, name: f"{{{{ {name} }}}}"}
        return f"{{{{ dict({known}, {name}={name}) | to_json }}}}"

    common = {"project": "Payments", "scope": scope, "wait_timeout": 1}
    manual = {"scheme": "service_principal", "creation_mode": "manual"}
    site = f"/subscriptions/{guid}1/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments"
    profile = {"scheme": "publish_profile", "publish_profile": "{{ publish_profile }}", "web_app_id": site}
    tasks: list[dict[str, t.Any]] = [
        {
            MANAGE: {
                **common,
                **manual,
                "name": "azure-key",
                "service_principal": principal("key"),
                "update_secret": "always",
            }
        },
        {MANAGE: {**common, **manual, "name": "azure-cert", "service_principal": principal("certificate")}},
        {MANAGE: {**common, **profile, "name": "azure-web", "service_principal": {"tenant_id": f"{guid}2"}}},
        {
            MANAGE: {
                **common,
                **manual,
                "name": "azure-odd",
                "environment": "AzureCloud",
                "server_url": "https://x",
                "service_principal": principal("key"),
            }
        },
    ]
    refused = [{MANAGE: {**task[MANAGE], "name": f"{task[MANAGE]['name']}-refused"}} for task in tasks[:3]]
    flat = " ".join(pem.split("\n")).strip()
    for quoted in (f"{canary}0", f"{flat} or {lines[-1]}", f"{canary}3"):
        body = {"message": f"cannot read {quoted}", "typeKey": "ArgumentException"}
        here.simulator.fault(method="POST", path="/endpoints", skip=3, status=400, body=body)
    played = here.play(
        [{**task, "ignore_errors": True} for task in [*tasks, *refused]],
        "-vvvv",
        "--diff",
        door=door,
        env=talkative(here),
        vars_files=["secret.yml"],
    )
    assert ["failure" in item["result"] for item in played.results] == [False] * 3 + [True] * 4, played.output[-3000:]
    assert "cannot read" in played.output
    assert "(not shown)" in played.output
    written = everything_written(here, played)
    assert not [number for number in (0, 3) for text in spellings(f"{canary}{number}") if text in written]
    assert not [number for number, line in enumerate(lines) if line in written]


def test_service_that_sends_secrets_back(canary: str, door: str, stage: Callable[..., t.Any]) -> None:
    """In a field that nobody expects, in an error message, and in an answer that cannot be read."""
    here = stage(demo_fleet(pat=canary))
    faults = here.simulator.fault
    row = {
        "id": "1",
        "name": "odd",
        "type": "azurerm",
        "authorization": {"scheme": "ServicePrincipal", "parameters": {"serviceprincipalkey": canary}},
    }
    faults(path="Payments|serviceendpoint/endpoints", body={"count": 1, "value": [row]}, status=200)
    faults(
        path="serviceendpoint/endpoints",
        body={"message": f"bad token {canary}", "typeKey": "ArgumentException"},
        status=400,
    )
    # An answer in a shape that nobody has seen.
    faults(path="pipelinepermissions", body={"pipelines": [{"authorized": True, "note": canary}]}, status=200, times=0)
    task = {INFO: {"projects": ["Payments"]}}
    odd = {INFO: {"projects": ["Payments"], "include": ["permissions"]}}
    written = play_with_secret(here, canary, [task, task, odd], door)
    assert "bad token ****" in written
    assert '"all_pipelines": null' in written
    assert not [spelling for spelling in spellings(canary) if spelling in written]


def test_token_that_cannot_be_a_header(canary: str, door: str, stage: Callable[..., t.Any]) -> None:
    here = stage()
    played = here.play(
        [{INFO: {}}], "-vvvv", door=door, env={"AZDO_PERSONAL_ACCESS_TOKEN": f"{canary}\n{canary}", **talkative(here)}
    )
    written = everything_written(here, played)
    assert "personal_access_token contains white space or a line break" in written
    assert canary not in written


def test_tokens_and_secrets_of_a_service_principal(canary: str, door: str, stage: Callable[..., t.Any]) -> None:
    fleet = demo_fleet()
    caller = fleet.service_principal("automation", secret=canary)
    here = stage(fleet, tls=True)
    here.environment = {"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET"}
    played = here.play(
        [{INFO: {"projects": ["Payments"]}}],
        "-vvvv",
        door=door,
        env={
            "AZURE_TENANT": fleet.tenant_id,
            "AZURE_CLIENT_ID": str(caller.client_id),
            "AZURE_SECRET": canary,
            "AZDO_AUTHORITY_URL": here.simulator.authority_url,
            "REQUESTS_CA_BUNDLE": str(here.simulator.ca_path),
            **talkative(here),
        },
    )
    assert played.status == 0, played.output[-2000:]
    tokens = {
        request.headers["authorization"].split()[1]
        for request in here.simulator.requests
        if "authorization" in request.headers
    }
    written = everything_written(here, played)
    assert tokens
    assert not [secret for secret in {canary, *tokens} if secret in written]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("address", ["https://someone:{}@127.0.0.1:1/contoso", "someone:{}@dev.azure.com/contoso"])
def test_a_token_in_an_address(address: str, canary: str, door: str, stage: Callable[..., t.Any]) -> None:
    here = stage()
    Path(here.folder / "secret.yml").write_text(f"address: {address.format(canary)}\n")
    played = here.play(
        [{INFO: {"organization_url": "{{ address }}"}}],
        "-vvvv",
        door=door,
        env=talkative(here),
        vars_files=["secret.yml"],
    )
    assert played.status != 0
    written = everything_written(here, played)
    assert "organization_url" in written
    assert canary not in written
