# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bearer tokens: made by the simulated Entra, looked up (never decoded) by the simulated services."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from .caller import Caller
from .clock import Clock
from .identifiers import AZURE_DEVOPS_APPLICATION, guid

AZURE_DEVOPS = "azure_devops"
GRAPH = "graph"
RESOURCE_MANAGER = "arm"

_AUDIENCES = {  # documented: 8.1, 9.1
    AZURE_DEVOPS_APPLICATION: AZURE_DEVOPS,
    "https://app.vssps.visualstudio.com": AZURE_DEVOPS,
    "https://graph.microsoft.com": GRAPH,
    "00000003-0000-0000-c000-000000000000": GRAPH,
    "https://graph.microsoft.us": GRAPH,
    "https://dod-graph.microsoft.us": GRAPH,
    "https://microsoftgraph.chinacloudapi.cn": GRAPH,
    "https://management.azure.com": RESOURCE_MANAGER,
    "https://management.core.windows.net": RESOURCE_MANAGER,
    "https://management.usgovcloudapi.net": RESOURCE_MANAGER,
    "https://management.chinacloudapi.cn": RESOURCE_MANAGER,
}


@dataclass(frozen=True)
class Token:
    caller: Caller
    service: str
    expires: float


class Tokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Token] = {}
        self._key = secrets.token_bytes(32)

    def issue(self, caller: Caller, resource: str, tenant_id: str, issuer: str, lifetime_s: float) -> str:
        """A signed token for this caller. Raises LookupError for a resource nobody serves."""
        service = service_of(resource)
        if service is None:
            raise LookupError(resource)
        now = self._clock.now().timestamp()
        claims = {
            "aud": resource,
            "iss": issuer,
            "iat": int(now),
            "nbf": int(now),
            "exp": int(now + lifetime_s),
            "tid": tenant_id,
            "oid": caller.object_id,
            "sub": caller.object_id,
            "ver": "1.0",
            "uti": secrets.token_urlsafe(9),
            "idtyp": "user" if caller.is_user else "app",
            **({"upn": caller.unique_name} if caller.is_user else {"appid": caller.client_id}),
        }
        head = f"{_part({'typ': 'JWT', 'alg': 'HS256', 'kid': guid('key')})}.{_part(claims)}"
        signature = hmac.new(self._key, head.encode(), hashlib.sha256).digest()
        token = f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        self._issued[token] = Token(caller, service, now + lifetime_s)
        return token

    def find(self, text: str, service: str) -> Caller | None:
        """The caller of a token that is known, meant for this service and not expired."""
        token = self._issued.get(text)
        if token is None or token.service != service or token.expires <= self._clock.now().timestamp():
            return None
        return token.caller


def service_of(resource: str) -> str | None:
    """Which service a resource (or a scope without /.default) names; the simulator's own URLs count too."""
    resource = resource.rstrip("/")
    if resource in _AUDIENCES:
        return _AUDIENCES[resource]
    for path, service in (("/_graph", GRAPH), ("/_arm", RESOURCE_MANAGER)):
        if resource.endswith(path):
            return service
    return None


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()
