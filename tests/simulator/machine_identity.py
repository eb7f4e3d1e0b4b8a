# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The managed identity of the machine: IMDS and the IDENTITY_ENDPOINT style."""

from __future__ import annotations

from .caller import Caller
from .calls import Call
from .identifiers import AZURE_DEVOPS_APPLICATION
from .replies import Reply, answer


def token(call: Call) -> Reply:
    """IMDS (header Metadata) and the IDENTITY_ENDPOINT style (header X-IDENTITY-HEADER)."""
    if call.headers.get("metadata", "").lower() != "true" and not call.headers.get("x-identity-header"):
        return answer({"error": "bad_request_102", "error_description": "Required metadata header not specified"}, 400)
    resource = (call.ask("resource") or call.ask("scope") or "").removesuffix("/.default") or AZURE_DEVOPS_APPLICATION
    caller = _machine_caller(call)
    if caller is None:
        return answer({"error": "invalid_request", "error_description": "Identity not found"}, 400)
    call.caller = caller
    lifetime = call.knobs.token_lifetime_s
    try:
        text = call.site.issue_token(caller, resource)
    except LookupError:
        return answer({"error": "invalid_resource", "error_description": f"AADSTS500011: {resource}"}, 400)
    now = int(call.site.clock.now().timestamp())
    return answer(
        {
            "access_token": text,
            "client_id": caller.client_id,
            "expires_in": str(lifetime),
            "expires_on": str(now + lifetime),
            "not_before": str(now),
            "resource": resource,
            "token_type": "Bearer",
        }
    )


def _machine_caller(call: Call) -> Caller | None:
    wanted = call.ask("client_id") or call.ask("clientid")
    if not wanted:
        return call.world.default_managed_identity
    for caller in call.world.callers.values():
        if caller.kind == "managed_identity" and (caller.client_id or "").lower() == wanted.lower():
            return caller
    return None
