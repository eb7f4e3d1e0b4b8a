# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses there are, and which of them may see a credential.

PRIVATE to the collection, and pure: nothing is resolved or asked.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError


def organization_url(value: str | None, *, allow_plain_http: bool = False) -> str:
    """The base URL of an organization or of a server's collection, from an address or a bare organization name.

    ``contoso`` and ``https://dev.azure.com/contoso/`` are the same; ``https://contoso.visualstudio.com`` and
    ``https://server/tfs/DefaultCollection`` stay as they are.
    """
    if not value:
        raise OptionError(
            "organization_url is not set.",
            remedy="Set the option organization_url or the environment variable AZDO_ORG_SERVICE_URL, for example to https://dev.azure.com/contoso.",
        )
    value = value.strip()
    if value.replace("-", "").isalnum() and value.isascii():
        return f"https://dev.azure.com/{value}"
    url = check_url("organization_url", value, plain_allowed=allow_plain_http)
    parts = urlsplit(url)
    if is_cloud(parts.hostname or ""):
        check_url("organization_url", value)
    segments = [segment for segment in parts.path.split("/") if segment]
    if parts.hostname == "dev.azure.com" and len(segments) != 1:
        raise OptionError(
            f"organization_url is {value!r}, which does not name exactly one organization.",
            remedy="Use https://dev.azure.com/<organization>.",
        )
    return url


def check_url(option: str, url: str, *, plain_allowed: bool = False) -> str:
    """The URL without a trailing slash, or an error that names the option.

    Plain http is for this machine itself, and where ``plain_allowed`` says so.
    """
    try:
        parts = urlsplit(url)
        if "[" in parts.netloc:
            # Python 3.10 takes anything between the brackets.
            ipaddress.IPv6Address(parts.hostname or "")
    except ValueError as error:
        raise OptionError(f"{option} is not a web address: {error}.", remedy="It starts with https://.") from None
    if "@" in url:
        # Not only where a user name belongs: with https:// forgotten it stands somewhere else, and must not be printed all the same.
        raise OptionError(
            f"{option} contains a user name or a password.",
            remedy="Take them out of the URL and use personal_access_token.",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OptionError(f"{option} is {url!r}, which is not a web address.", remedy="It starts with https://.")
    if parts.query or parts.fragment:
        raise OptionError(f"{option} contains a query or a fragment.", remedy="Give the address alone.")
    if parts.scheme == "http" and not (plain_allowed or is_loopback(parts.hostname)):
        raise OptionError(
            f"{option} is {url!r}: a credential must not travel over plain http.",
            remedy="Use https://. Only an on-premises Azure DevOps Server may be reached over plain http, with allow_plain_http.",
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself, by its literal name or address (nothing is resolved)."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_cloud(host: str) -> bool:
    """Whether the host is one of Azure DevOps Services, not of a server."""
    return host.lower() == "dev.azure.com" or host.lower().endswith(".visualstudio.com")
