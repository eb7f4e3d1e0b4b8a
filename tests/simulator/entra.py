# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra: metadata and the token endpoint (client secret, certificate, foreign token)."""

from __future__ import annotations

import uuid
from typing import Any

from .assertions import Assertion, certificate_accepts, read_assertion
from .caller import Caller
from .calls import Call
from .directory import Application
from .replies import Reply, answer

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class EntraFailure(Exception):
    """Becomes Entra's error body, with the AADSTS number in text and list."""  # documented: 4.4 (numbers)

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.number, self.message = status, error, number, message

    def reply(self) -> Reply:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        return answer(
            {
                "error": self.error,
                "error_description": f"AADSTS{self.number}: {self.message} Trace ID: {trace} "
                f"Correlation ID: {correlation} Timestamp: 2026-01-01 00:00:00Z",
                "error_codes": [self.number],
                "timestamp": "2026-01-01 00:00:00Z",
                "trace_id": trace,
                "correlation_id": correlation,
            },
            self.status,
        )


def openid_configuration(call: Call) -> Reply:
    """Everything points to this server."""
    tenant, base = call.parameters["tenant"], call.site.base_url
    return answer(
        {
            "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{base}/{tenant}/v2.0",
            "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }
    )


def instance_discovery(call: Call) -> Reply:
    """Asked by MSAL unless instance discovery is off."""
    base = call.site.base_url
    return answer(
        {
            "tenant_discovery_endpoint": f"{base}/{call.world.tenant_id}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [],
        }
    )


def keys(_call: Call) -> Reply:
    return answer({"keys": []})


def token(call: Call) -> Reply:
    """client_credentials with secret or assertion, v2.0 (`scope`) and v1 (`resource`)."""
    try:
        return _token(call)
    except EntraFailure as failure:
        return failure.reply()


def _token(call: Call) -> Reply:
    sent = call.body if isinstance(call.body, dict) else {}
    form = {key: value for key, value in sent.items() if isinstance(value, str)}
    tenant = call.parameters["tenant"].lower()
    if form.get("grant_type") != "client_credentials":
        raise EntraFailure(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    if tenant not in call.world.tenants:
        raise EntraFailure(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
    client_id = form.get("client_id", "")
    application = call.world.directory.application(client_id)
    if application is None or application.tenant_id != tenant:
        raise EntraFailure(
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client_id}' was not found in the directory '{tenant}'.",
        )
    if not application.service_principal_id:
        raise EntraFailure(
            400,
            "unauthorized_client",
            7000229,
            f"The client application {client_id} is missing service principal in the tenant {tenant}.",
        )  # observed: Entra (number and text)
    if form.get("client_assertion"):
        if form.get("client_assertion_type") != _ASSERTION_TYPE:
            raise EntraFailure(400, "invalid_request", 900144, "The request body must contain client_assertion_type.")
        _check_assertion(call, application, form["client_assertion"])
    else:
        _check_secret(call, application, form.get("client_secret", ""))
    resource = form.get("resource") or form.get("scope", "").removesuffix("/.default")
    return _issue(call, application, tenant, resource)


def _issue(call: Call, application: Application, tenant: str, resource: str) -> Reply:
    lifetime = call.knobs.token_lifetime_s
    call.caller = caller_of(call, application)
    try:
        text = call.site.tokens.issue(call.caller, resource, tenant, f"{call.site.base_url}/{tenant}/v2.0", lifetime)
    except LookupError:
        raise EntraFailure(
            400, "invalid_resource", 500011, f"The resource principal named {resource} was not found in the tenant."
        ) from None
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": text,
    }
    return answer(body, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


def caller_of(call: Call, application: Application) -> Caller:
    """The caller with this client id; an application nobody added to the organization is not a member."""
    wanted = application.app_id.lower()
    for caller in call.world.callers.values():
        if (caller.client_id or "").lower() == wanted:
            return caller
    return Caller(
        id=application.service_principal_id,
        display_name=application.display_name,
        unique_name=application.app_id,
        kind="service_principal",
        client_id=application.app_id,
        object_id=application.service_principal_id,
        member=False,
        graph_rights="none",
        azure_rights="none",
    )


def _check_secret(call: Call, application: Application, secret: str) -> None:
    now = call.site.clock.now()
    for password in application.passwords:
        if password.secret == secret:
            if password.ends <= now:
                raise EntraFailure(
                    401,
                    "invalid_client",
                    7000222,
                    f"The provided client secret keys for app '{application.app_id}' are expired.",
                )
            return
    raise EntraFailure(
        401,
        "invalid_client",
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        f"not the client secret ID, for a secret added to app '{application.app_id}'.",
    )


def _check_assertion(call: Call, application: Application, text: str) -> None:
    """A token signed by the application's own certificate, or one of a trusted foreign issuer."""
    assertion = read_assertion(text)
    if assertion is None:
        raise EntraFailure(401, "invalid_client", 50027, "JWT token is invalid or malformed.")
    if assertion.expires <= call.site.clock.now().timestamp():
        raise EntraFailure(401, "invalid_client", 700024, "Client assertion is not within its valid time range.")
    if assertion.issuer == application.app_id:
        if not any(certificate_accepts(item.pem, assertion) for item in application.certificates):
            raise EntraFailure(
                401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion "
                "is not registered on application.",
            )  # fmt: skip
        return
    _check_federation(application, assertion)


def _check_federation(application: Application, assertion: Assertion) -> None:
    """The foreign token's signature is not checked; issuer, subject and audience must match exactly."""  # assumed
    known = application.credentials
    where = f"'{assertion.issuer}'"
    if not known:
        raise EntraFailure(401, "invalid_client", 70025, "The client has no configured federated identity credentials.")
    if not any(item.issuer == assertion.issuer for item in known):
        raise EntraFailure(
            401,
            "invalid_client",
            700211,
            f"No matching federated identity record found for presented assertion issuer {where}.",
        )
    if not any((item.issuer, item.subject) == (assertion.issuer, assertion.subject) for item in known):
        raise EntraFailure(
            401,
            "invalid_client",
            700213,
            f"No matching federated identity record found for presented assertion subject '{assertion.subject}'.",
        )
    if not any(
        (item.issuer, item.subject) == (assertion.issuer, assertion.subject) and assertion.audience in item.audiences
        for item in known
    ):
        raise EntraFailure(
            401, "invalid_client", 700212, f"No matching federated identity record found for presented assertion audience "
            f"'{assertion.audience}'.",
        )  # fmt: skip
