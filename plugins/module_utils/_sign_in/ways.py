# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way to sign in the options mean, and whether they are complete.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import is_cloud
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import (
    AUTH_SOURCES,
    SIGN_IN_OPTIONS,
    SignInValues,
)

Caller = t.Literal["user", "non_user", "unknown"]

# A censored value is matched as a piece of text: a very short one would blacken half of the output and still be guessable.
SHORTEST_SECRET = 8


@dataclass(frozen=True)
class Cloud:
    """Hosts of one Azure cloud (fact sheet 8.1), each an ``https://`` URL without a trailing slash."""

    authority: str
    graph: str
    resource_manager: str


CLOUDS = {
    "AzureCloud": Cloud(
        "https://login.microsoftonline.com", "https://graph.microsoft.com", "https://management.azure.com"
    ),
    "AzureUSGovernment": Cloud(
        "https://login.microsoftonline.us", "https://graph.microsoft.us", "https://management.usgovcloudapi.net"
    ),
    "AzureChinaCloud": Cloud(
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
    ),
}


def is_public(host: str) -> bool:
    """Whether it is a host of Microsoft's clouds, and not a server or a rehearsal of somebody's own."""
    ours = (url for cloud in CLOUDS.values() for url in (cloud.authority, cloud.graph, cloud.resource_manager))
    return is_cloud(host) or host.lower() in {urlsplit(url).hostname for url in ours}


# Service principals and managed identities are not users, and much is refused to them (fact sheet 2.7, 3.2); they cannot hold a personal
# access token (9.1). Who is behind a ready token, the Azure CLI or the default chain is not known.
CALLERS: dict[str, Caller] = {
    "personal_access_token": "user",
    "service_principal": "non_user",
    "managed_identity": "non_user",
    "workload_identity": "non_user",
}


def choose(sign_in: SignInValues, environ: t.Mapping[str, str]) -> str:
    """The way to sign in: one of ``AUTH_SOURCES`` or ``default_chain``.

    With ``auth_source=auto`` the options of the task decide if they name any way at all; only then the environment is asked. In both rounds
    the order is: personal access token, ready bearer token, service principal (secret or certificate), workload identity (a token file in
    the environment), and at last azure-identity's own default chain.
    """
    source = sign_in["auth_source"] or "auto"
    if source not in AUTH_SOURCES:
        raise OptionError(
            f"auth_source (or AZDO_AUTH_SOURCE) is {source!r}, which is not a way to sign in.",
            remedy=f"Use one of {', '.join(AUTH_SOURCES)}.",
        )
    ready_made = ("personal_access_token", "access_token")
    identity_given = sign_in.given & {"tenant", "client_id", "secret", "x509_certificate_path"}
    proof_given = sign_in.given & {*ready_made, "secret", "x509_certificate_path"}
    if source != "auto" and ("auth_source" in sign_in.given or not proof_given):
        return str(source)
    candidates = [name for name in ready_made if name in sign_in.given]
    if not identity_given:
        candidates += [name for name in ready_made if sign_in[name]]
    return candidates[0] if candidates else _choose_identity(sign_in, environ)


def _choose_identity(sign_in: SignInValues, environ: t.Mapping[str, str]) -> str:
    if sign_in["client_id"] and sign_in["tenant"]:
        if sign_in["secret"] or sign_in["x509_certificate_path"]:
            return "service_principal"
        if environ.get("AZURE_FEDERATED_TOKEN_FILE"):
            return "workload_identity"
    return "default_chain"


def cloud_of(sign_in: SignInValues) -> Cloud:
    name = sign_in["cloud_environment"] or "AzureCloud"
    if name not in CLOUDS:
        raise OptionError(
            f"cloud_environment (or AZURE_CLOUD_ENVIRONMENT) is {name!r}.", remedy=f"Use one of {', '.join(CLOUDS)}."
        )
    return CLOUDS[name]


def check_secret(name: str, value: str | None) -> None:
    """For every secret that is one word, those of a sign-in and those that are stored. None is not checked.

    :raises OptionError: it cannot be one. The value itself is not part of the message.
    """
    if value is None:
        return
    if any(character.isspace() for character in value):
        raise OptionError(
            f"{name} contains white space or a line break.",
            remedy="Pass the value alone; a file is often read with its last line break.",
        )
    if not value.isascii() and name in ("personal_access_token", "access_token"):
        raise OptionError(f"{name} contains characters that no token has.", remedy="Check where the value comes from.")
    if len(value) < SHORTEST_SECRET:
        raise OptionError(
            f"{name} is shorter than {SHORTEST_SECRET} characters, too short to be real and too short to be kept out of the output.",
            remedy="Check where the value comes from.",
        )


def require(method: str, **values: str | None) -> None:
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise OptionError(f"auth_source is {method}, but {' and '.join(missing)} is not set.", remedy=_where(*missing))


def _where(*names: str) -> str:
    return " ".join(
        f"Set the option {name} or the environment variable {' or '.join(SIGN_IN_OPTIONS[name].env)}." for name in names
    )
