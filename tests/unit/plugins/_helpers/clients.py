# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients for the simulator, without a module around them."""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import HttpClient, HttpSettings, Request
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SIGN_IN_OPTIONS, resolve
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.session import Session, connect

from simulator import Simulator


class Tokens:
    """An ``Authorization`` that hands out one header after the other; a single one is not renewable."""

    def __init__(self, *headers: str) -> None:
        self._headers = list(headers)
        self.renewable = len(headers) > 1
        self.rejected: list[str] = []

    def __call__(self, *, rejected: str = "") -> str:
        if rejected:
            self.rejected.append(rejected)
            self._headers.pop(0)
        return self._headers[0]


def session(simulator: Simulator, stop: Stop | None = None, **options: t.Any) -> Session:
    """What a task makes of its options; the personal access token of the simulator unless they say otherwise."""
    defaults = {name: option.default for name, option in SIGN_IN_OPTIONS.items() if option.default is not None}
    usual: dict[str, t.Any] = {**defaults, "organization_url": simulator.organization_url}
    if not options.keys() & {"access_token", "auth_source", "tenant"}:
        usual["personal_access_token"] = simulator.pat
    return connect(resolve({**usual, **options}, {}), {}, Stop() if stop is None else stop)


def client(simulator: Simulator, stop: Stop | None = None, **options: t.Any) -> AzureDevOps:
    return session(simulator, stop, **options).azure_devops


def http(stop: Stop | None = None, **settings: t.Any) -> HttpClient:
    return HttpClient(HttpSettings(**settings), Stop() if stop is None else stop)


def a_read(simulator: Simulator, path: str = "_apis/connectionData", version: str = "7.1-preview") -> Request:
    return Request(method="GET", url=f"{simulator.organization_url}/{path}", params={"api-version": version})


def a_write(simulator: Simulator, connection: t.Any, body: t.Any = None) -> Request:
    """A conversion of one of the simulator's connections, with a body that is good enough for it."""
    body = body or {"type": "azurerm", "authorization": {"scheme": "WorkloadIdentityFederation"}}
    path = f"{connection.owning.project.id}/_apis/serviceendpoint/endpoints/{connection.id}"
    params = {"operation": "ConvertAuthenticationScheme", "api-version": "7.1"}
    return Request(method="PUT", url=f"{simulator.organization_url}/{path}", params=params, body=body, write=True)
