# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""endpointproxy: the TestConnection data source, judged by credentials and roles of the simulated directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import federation, pending, scopes, typed
from .access import need
from .calls import Call
from .directory import Application, Identity, principal_of
from .errors import access_denied, argument
from .rendering import is_secret
from .replies import Reply, answer
from .state import Connection, Reference

_UNSAVED = {"", "0", "00000000-0000-0000-0000-000000000000"}  # observed: 5
_JWT = "Failed to obtain the Json Web Token(JWT) using service principal client ID. Exception message: "  # observed: 5


class Failed(Exception):
    """A test that failed: still HTTP 200."""  # observed: 5

    def __init__(self, status_code: str, message: str) -> None:
        super().__init__(message)
        self.status_code, self.message = status_code, message


def run(call: Call) -> Reply:
    """POST endpointproxy?endpointId=: other data sources than TestConnection give an empty result."""
    body = call.json_object()
    source = typed.mapping(body, "dataSourceDetails")
    name = typed.text(source, "dataSourceName", "dataSourceDetails.")
    typed.mapping(body, "resultTransformationDetails")
    if not source:
        raise argument("Value cannot be null. Parameter name: dataSourceDetails")  # assumed
    connection = _subject(call, body)
    if name != "TestConnection":
        return _result([], "ok", "")
    try:
        return _result([_evaluate(call, connection)], "ok", "")
    except Failed as failed:
        return _result([], failed.status_code, failed.message)


def _result(result: list[str], status_code: str, message: str) -> Reply:
    return answer({"result": result, "statusCode": status_code, "errorMessage": message})  # documented: 5


def _subject(call: Call, body: dict[str, Any]) -> Connection:
    """The stored connection, or the entered settings when it is not saved yet or they differ."""
    asked = call.ask("endpointId")
    if asked is None:
        raise argument("Value cannot be null. Parameter name: endpointId")  # observed: 5 (required)
    stored: Connection | None = None
    if asked.lower() not in _UNSAVED:
        stored = call.world.connections.get(asked.lower())
        if stored is None or stored.reference(call.the_project.id) is None:
            raise access_denied("The service connection does not exist or you cannot use it.")  # assumed: 5
        pending.settle(call.site, stored, counts=False)
        need(call, "user", call.the_project, stored)
    elif not call.caller.creator:
        raise access_denied("You need to be a Creator for service connections in this project.")  # assumed: 5
    details = typed.mapping(body, "serviceEndpointDetails")
    if not details:
        if stored is None:
            raise argument("Value cannot be null. Parameter name: serviceEndpointDetails")  # assumed
        return stored
    return _entered(call, details, stored)


def _entered(call: Call, details: Mapping[str, Any], stored: Connection | None) -> Connection:
    """What the caller typed, with the stored secret where the sent one is masked."""  # assumed: 5
    authorization = typed.mapping(details, "authorization")
    sent = typed.strings(authorization, "parameters", "authorization.")
    secrets = dict(stored.secrets) if stored else {}
    secrets.update({key: value for key, value in sent.items() if is_secret(key) and value and value != "null"})
    data = {key: value or "" for key, value in typed.strings(details, "data").items()}
    return Connection(
        id=stored.id if stored else "",
        type=typed.text(details, "type") or "azurerm",
        url=typed.text(details, "url"),
        owner="library",
        scheme=typed.text(authorization, "scheme") or (stored.scheme if stored else ""),
        parameters={**(stored.parameters if stored else {}), **sent},
        data={**(stored.data if stored else {}), **data},
        references=stored.references if stored else [Reference(call.the_project, "")],
        created_by=call.caller,
        created=call.site.clock.now(),
        secrets=secrets,
    )


def _evaluate(call: Call, connection: Connection) -> str:
    """The subscription's (or management group's) answer as text, or Failed."""
    if connection.scheme not in ("ServicePrincipal", "WorkloadIdentityFederation"):
        raise Failed("badRequest", f"TestConnection is not possible for the scheme {connection.scheme}.")  # assumed: 5
    if connection.data.get("environment") == "AzureStack":
        raise Failed("badRequest", "Unable to connect to the Azure Stack environment.")  # assumed: 5
    client_id = connection.parameter("serviceprincipalid")
    identity = call.world.directory.by_client(client_id)
    if identity is None:
        tenant = connection.parameter("tenantid")
        message = f"AADSTS700016: Application with identifier '{client_id}' was not found in the directory '{tenant}'."
        raise Failed("badRequest", _JWT + message)  # documented: 4.4
    if connection.scheme == "ServicePrincipal":
        _check_secret(call, connection, identity)
    else:
        _check_federation(call, connection, identity)
    scope = scopes.arm_scope(connection.data)
    url = f"{connection.url.rstrip('/')}{scope}?api-version=2016-06-01"  # documented: 5
    below = (
        call.knobs.group_role_reads
    )  # documented: 5 (Reader at least, there); whether a role in a group is enough is not known
    if not call.world.directory.may_read(principal_of(identity), scope, below=below):
        raise Failed(  # observed: 5
            "forbidden",
            f"Failed to query service connection API: '{url}'. Status Code: 'Forbidden', Response from server: "
            f'\'{{"error":{{"code":"AuthorizationFailed","message":"The client \'{client_id}\' does not have authorization '
            f"to perform action 'Microsoft.Resources/subscriptions/read' over scope '{scope}'.\"}}}}'",
        )
    return f'{{"id":"{scope}","state":"Enabled"}}'


def _check_secret(call: Call, connection: Connection, identity: Identity) -> None:
    given = connection.secrets.get("servicePrincipalCertificate")
    if isinstance(identity, Application) and given:
        if any(item.pem == given for item in identity.certificates):
            return
        message = "AADSTS700027: The certificate used to sign the client assertion is not registered on application."
        raise Failed("badRequest", _JWT + message)  # assumed
    secret = connection.secrets.get("serviceprincipalkey")
    for password in identity.passwords if isinstance(identity, Application) else []:
        if password.secret == secret:
            if password.ends > call.site.clock.now():
                return
            message = f"AADSTS7000222: The provided client secret keys for app '{identity_id(identity)}' are expired."
            raise Failed("badRequest", _JWT + message)  # assumed: 4.4
    message = f"AADSTS7000215: Invalid client secret provided for app '{identity_id(identity)}'."
    raise Failed("badRequest", _JWT + message)  # documented: 4.4


def identity_id(identity: Identity) -> str:
    return identity.app_id if isinstance(identity, Application) else identity.client_id


def _check_federation(call: Call, connection: Connection, identity: Identity) -> None:
    found = (connection.issuer or "", connection.subject or "")
    multi_tenant = isinstance(identity, Application) and identity.sign_in_audience == "AzureADMultipleOrgs"
    if multi_tenant and "vstoken" not in found[0]:
        raise Failed(
            "badRequest", _JWT + "AADSTS70052: The identity must be a managed identity or a single-tenant app."
        )
    if not identity.credentials:
        raise Failed("badRequest", _JWT + "AADSTS70025: The client has no configured federated identity credentials.")
    if not federation.trusts(identity, found):
        if any(item.issuer == found[0] for item in identity.credentials):
            message = f"AADSTS700213: No matching federated identity record found for presented assertion subject '{found[1]}'."
        else:
            message = f"AADSTS700211: No matching federated identity record found for presented assertion issuer '{found[0]}'."
        raise Failed("badRequest", _JWT + message)  # documented: 4.4
    if call.world.directory.attempt(f"test {connection.id} {found}") <= call.knobs.propagation_tests:
        raise Failed(  # documented: 8.3 (propagation takes minutes)
            "badRequest", _JWT + "AADSTS70021: No matching federated identity record found for presented assertion."
        )
