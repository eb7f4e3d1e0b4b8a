# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no token came, in one sentence: what azure-identity tells is a wall of text, or the wrong thing.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    BlockedByPolicyError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.recognition import of_entra
from ansible_collections.azdo.connections.plugins.module_utils._rest.faults import (
    is_certificate_trouble,
    is_network_trouble,
    one_line,
    root_cause,
    untrusted,
)

_LONGEST = 300
# What follows is for support, and the same at every failure.
_TAIL = re.compile(
    r"\s*(Trace ID: |To mitigate this issue|See the troubleshooting guide|Please visit https://aka\.ms).*", re.DOTALL
)
_ATTEMPT = re.compile(r"^\s*(\w+Credential): (.*)$", re.MULTILINE)
# Ways of the default chain that were not there at all, as opposed to those that were tried and failed.
_NOT_THERE = (
    "unavailable",
    "not found",
    "not installed",
    "could not be found",
    "requires the",
    "is required",
    "not configured",
)


def explain(error: Exception, method: str, what: str, authority: str) -> AzdoError:
    """The error of a sign-in that failed.

    :param method: the way that was chosen. :param what: the service that the token was for. :param authority: the address of Microsoft Entra.
    """
    text, host = str(error), urlsplit(authority).netloc or authority
    attempts = _ATTEMPT.findall(text) if method == "default_chain" else []
    if is_certificate_trouble(error):
        cause = "certificate verify failed" if attempts or method == "azure_cli" else root_cause(error)
        # The Azure CLI is a program of its own, which does not know our options.
        own = "Give the authority that signed it with REQUESTS_CA_BUNDLE." if method == "azure_cli" else ""
        return untrusted("Microsoft Entra" if method == "azure_cli" else host, cause, own)
    if isinstance(error, ValueError | OSError) and (refused := _refused_option(error, method)):
        return refused
    details = {"method": method, "correlation_id": _correlation(text)}
    if is_network_trouble(error) and method in ("service_principal", "workload_identity"):
        return AuthenticationError(
            f"There was no answer from {host} when signing in to {what}: {root_cause(error)}.",
            remedy="Check authority_url, the network and the proxy settings, then run it again.",
            **details,
        )
    cause = _of_chain(attempts) if attempts else _short(text.removeprefix("Authentication failed: "))
    known = of_entra(text)
    remedy = (known.sign_in if known else "") or _usual(method)
    kind = BlockedByPolicyError if known and known.means == "blocked_by_policy" else AuthenticationError
    return kind(f"Signing in to {what} by {method.replace('_', ' ')} failed: {cause}.", remedy=remedy, **details)


def _refused_option(error: ValueError | OSError, method: str) -> OptionError | None:
    """What the library refuses before it asks anybody; it tells it in words of its own."""
    text = str(error)
    if "invalid authority" in text:
        return OptionError(
            "authority_url (or AZURE_AUTHORITY_HOST) does not start with https://, and credentials are sent to Microsoft Entra in no other way.",
            remedy="Use https://.",
        )
    if "nvalid tenant" in text:
        return OptionError("tenant is neither the id of a tenant nor a domain.", remedy="Give one of the two.")
    if method == "service_principal" and (isinstance(error, OSError) or "certificate" in text.lower()):
        cause = error.strerror if isinstance(error, OSError) and error.strerror else _short(text)
        return OptionError(
            f"The file of x509_certificate_path cannot be used: {cause}.",
            remedy="Give certificate and private key in one file, in PEM or PKCS12, and its password with x509_certificate_password.",
        )
    return None


def _usual(method: str) -> str:
    if method == "default_chain":
        return (
            "No way to sign in was given, and of those that azure-identity looks for by itself none worked: "
            "set personal_access_token, or tenant, client_id and secret, or another auth_source."
        )
    if method == "azure_cli":
        return "Run 'az login' as the user that runs Ansible, or choose another auth_source."
    if method == "managed_identity":
        return "Run it on a machine that has this managed identity, or choose another auth_source."
    return "Check tenant, client_id and the credential, and that authority_url and the proxy settings lead to Microsoft Entra."


def _of_chain(attempts: list[tuple[str, str]]) -> str:
    """The one way of the default chain that was there and failed; else that none was there."""
    for name, said in attempts:
        if not any(sign in said.lower() for sign in _NOT_THERE):
            return f"{name.removesuffix('Credential')} says: {_short(said)}"
    return "there is no managed identity, no workload identity and no Azure CLI with somebody signed in here"


def _short(text: str) -> str:
    """Without what is for support, on one line."""
    text = one_line(_TAIL.sub("", text)).rstrip(". ")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _correlation(text: str) -> str | None:
    found = re.search(r"Correlation ID: ([0-9a-f-]{36})", text)
    return found.group(1) if found else None
