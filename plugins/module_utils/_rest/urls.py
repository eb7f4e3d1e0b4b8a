# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses there are, and which of them may see a credential.

PRIVATE to the collection, and pure: nothing is resolved or asked.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError


def organization_url(value: str | None, *, allow_plain_http: bool = False) -> str:
    """The base URL of an organization or of a server's collection, from an address or a bare organization name.

    In the cloud the organization is told from whatever page of it somebody copied. A project in the address is refused: it would narrow nothing.
    ``https://server/tfs/DefaultCollection`` stays as it is.
    """
    value = (value or "").strip()
    if not value:
        raise OptionError(
            "organization_url is not set.",
            remedy="Set the option organization_url or the environment variable AZDO_ORG_SERVICE_URL, for example to https://dev.azure.com/contoso.",
        )
    if value.replace("-", "").isalnum() and value.isascii():
        return f"https://dev.azure.com/{value}"
    if "@" not in value and is_cloud(value.partition("/")[0]):
        # The address bar of a browser shows it without.
        value = f"https://{value}"
    if "://" not in value and "@" not in value:
        raise OptionError(
            f"organization_url is {value!r}, which is not a web address, and no name of an organization either.",
            remedy="Use https://dev.azure.com/<organization>, or the name alone: letters, digits and hyphens.",
        )
    parts = _parts("organization_url", value)
    host = (parts.hostname or "").rstrip(".")
    if is_cloud(host):
        return _in_cloud(value, parts, host)
    if host.endswith(".dev.azure.com"):
        raise OptionError(
            f"organization_url is {value!r}, which is the address of another service.",
            remedy="Use https://dev.azure.com/<organization>.",
        )
    url = check_url("organization_url", value, plain_allowed=allow_plain_http)
    if page := next((segment for segment in _segments(parts) if segment.startswith("_")), None):
        raise OptionError(
            f"organization_url is {value!r}, which is the address of a page ({page}).",
            remedy="Give the address of the collection alone, such as https://server/tfs/DefaultCollection.",
        )
    return url


def _in_cloud(value: str, parts: SplitResult, host: str) -> str:
    """The organization of an address of Azure DevOps Services, whatever page of it that is."""
    # What a page wants to know of itself is no part of the organization.
    check_url("organization_url", parts._replace(query="", fragment="").geturl())
    name, _dot, domain = host.partition(".")
    below = _segments(parts)
    if domain == "visualstudio.com":
        below = below[1:] if below and below[0].lower() == "defaultcollection" else below
        organization, url = name, f"https://{host}"
    elif host == "dev.azure.com":
        organization, below = (below[0], below[1:]) if below else ("", [])
        url = f"https://{host}/{organization}"
    else:
        organization = url = ""
    if not organization or organization.startswith("_"):
        raise OptionError(
            f"organization_url is {value!r}, which does not name exactly one organization.",
            remedy="Use https://dev.azure.com/<organization>.",
        )
    if below and not below[0].startswith("_"):
        raise OptionError(
            f"organization_url is {value!r}, which names the project {unquote(below[0])!r} and not exactly one organization.",
            remedy=f"Use {url}, and name projects with the option that is there for them.",
        )
    return url if parts.port in (None, 443) else url.replace(host, f"{host}:{parts.port}", 1)


def _segments(parts: SplitResult) -> list[str]:
    return [segment for segment in parts.path.split("/") if segment]


def _parts(option: str, url: str) -> SplitResult:
    """The parts of an address whose host and port can be such. :raises OptionError: they cannot."""
    if "@" in url:
        # Not only where a user name belongs: with https:// forgotten it stands somewhere else, and must not be printed all the same.
        raise OptionError(
            f"{option} contains a user name or a password.",
            remedy="Take them out of the URL and use personal_access_token.",
        )
    if any(character.isspace() and character != " " for character in url):
        # Python's parser would take them out without a word.
        raise OptionError(
            f"{option} is {url!r}, which has a line break or a tab in it.", remedy="Give the address alone."
        )
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        if "[" in parts.netloc:
            # Python 3.10 takes anything between the brackets.
            ipaddress.IPv6Address(host)
    except ValueError as error:
        raise OptionError(
            f"{option} is {url!r}, which is not a web address: {str(error).rstrip('.')}.",
            remedy="It looks like https://host, or https://host:8443 with a port up to 65535.",
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise OptionError(f"{option} is {url!r}, which is not a web address.", remedy="It starts with https://.")
    labels = host.removesuffix(".").split(".")
    if port == 0 or " " in host or not all(0 < len(label) < 64 for label in labels):
        fault = "there is no port 0" if port == 0 else f"no host can be called {host!r}"
        raise OptionError(f"{option} is {url!r}, which is not a web address: {fault}.", remedy="Correct the address.")
    return parts


def check_url(option: str, url: str, *, plain_allowed: bool = False) -> str:
    """The URL without a trailing slash, or an error that names the option.

    Plain http is for this machine itself, and where ``plain_allowed`` says so.
    """
    url = url.strip()
    parts = _parts(option, url)
    if parts.query or parts.fragment:
        raise OptionError(f"{option} contains a query or a fragment.", remedy="Give the address alone.")
    if parts.scheme == "http" and not (plain_allowed or is_loopback(parts.hostname or "")):
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


def area_url(url: str, area: str) -> str:
    """Where an area is that has a host of its own in the cloud, and stands beside the rest elsewhere.

    :param area: as the host is called: ``vsrm`` for releases, ``vssps`` for people and groups.
    """
    parts = urlsplit(url)
    host = parts.netloc.lower()
    if host == "dev.azure.com":
        host = f"{area}.dev.azure.com"
    elif host.endswith(".visualstudio.com"):
        host = f"{host.removesuffix('.visualstudio.com')}.{area}.visualstudio.com"
    return urlunsplit(parts._replace(netloc=host))
