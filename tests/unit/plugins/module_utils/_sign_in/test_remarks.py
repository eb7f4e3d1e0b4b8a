# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is told of a sign-in, and when."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SIGN_IN_OPTIONS, resolve
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.session import Remarks, connect
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.ways import is_public

CLOUD = {"organization_url": "https://dev.azure.com/contoso"}
SERVER = {"organization_url": "https://server.example/tfs/c"}
PAT = {"personal_access_token": "a-token-of-somebody"}
ENTRA = {"tenant": "t.example", "client_id": "c", "secret": "secret-of-somebody"}
OWN = {
    "authority_url": "https://entra.example",
    "graph_url": "https://graph.example",
    "resource_manager_url": "https://arm.example",
}


def told(**options: t.Any) -> list[str]:
    defaults = {name: option.default for name, option in SIGN_IN_OPTIONS.items() if option.default is not None}
    heard: list[str] = []
    connect(resolve({**defaults, **options}, {}), {}, Stop()).remarks.tell(heard)
    return heard


@pytest.mark.parametrize(
    ("options", "hosts"),
    [
        ({**CLOUD, **PAT}, ["dev.azure.com"]),
        ({"organization_url": "https://contoso.visualstudio.com", **PAT}, ["contoso.visualstudio.com"]),
        (
            {**CLOUD, **ENTRA},
            ["dev.azure.com", "login.microsoftonline.com", "graph.microsoft.com", "management.azure.com"],
        ),
        ({**CLOUD, **ENTRA, **OWN}, ["dev.azure.com"]),
        ({**SERVER, **PAT}, []),
        ({**SERVER, **ENTRA, **OWN}, []),
        (
            {**SERVER, **ENTRA, "cloud_environment": "AzureChinaCloud"},
            ["login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "management.chinacloudapi.cn"],
        ),
    ],
)
def test_certificates_of_microsofts_hosts_that_nobody_looks_at(options: dict[str, t.Any], hosts: list[str]) -> None:
    heard = told(validate_certs=False, **options)
    assert len(heard) == (1 if hosts else 0)
    assert all(host in heard[0] for host in hosts)
    assert all("ca_path" in sentence for sentence in heard)
    assert told(validate_certs=True, **options) == []


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("dev.azure.com", True),
        ("contoso.visualstudio.com", True),
        ("Graph.Microsoft.com", True),
        ("management.usgovcloudapi.net", True),
        ("dev.azure.com.evil.example", False),
        ("server.example", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_whose_host_it_is(host: str, public: bool) -> None:
    assert is_public(host) is public


def test_a_remark_is_told_once_and_to_the_task_that_is_running() -> None:
    remarks, first, second = Remarks(), list[str](), list[str]()
    remarks.add("before")
    remarks.tell(first)
    remarks.add("during")
    remarks.add("before")
    remarks.tell(second)
    remarks.tell(second)
    remarks.add("during")
    remarks.add("after")
    assert (first, second) == (["before", "during"], ["after"])
