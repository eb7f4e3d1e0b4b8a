# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it means that no answer came: a setting that cannot work, a certificate that nobody trusts, or the network.

PRIVATE to the collection, and pure: errors of requests, urllib3 and azure-core are known by the names of their classes, and are never imported here.
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    OptionError,
    TransportError,
    UnfitAnswerError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import CHECK_NETWORK

_CERTIFICATE = {"SSLCertVerificationError", "CertificateError"}
# Nothing was sent, and nothing ever will be with these settings.
_UNUSABLE = {
    "InvalidURL",
    "InvalidProxyURL",
    "InvalidSchema",
    "MissingSchema",
    "LocationValueError",
    "LocationParseError",
    # What our body holds is no JSON.
    "InvalidJSONError",
}
_NEVER_SENT = {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ConnectTimeout"}
_CHECK_SETTINGS = "Check organization_url, ca_path and the proxy settings."


def no_answer(error: BaseException, host: str, *, write: bool) -> AzdoError:
    """What an error of requests means for a request to ``host``.

    :raises: nothing; an :class:`OptionError` says that another try would end the same.
    """
    cause, kinds = root_cause(error), kinds_of(error)
    if kinds & _CERTIFICATE:
        return untrusted(host, cause)
    if kinds & _UNUSABLE:
        return unusable(host, cause)
    if write and not kinds & _NEVER_SENT:
        return AmbiguousWriteError(f"The connection to {host} broke during a change: {cause}.")
    proxy = "the proxy in front of " if type(error).__name__ == "ProxyError" else ""
    return TransportError(f"There was no answer from {proxy}{host}: {cause}.", remedy=CHECK_NETWORK)


def unfit(error: BaseException, host: str, *, write: bool) -> AzdoError:
    """What it means that an answer was given up, because of its size or the time it took."""
    if write:
        return AmbiguousWriteError(f"The answer of {host} to a change was given up: {error}.")
    return UnfitAnswerError(
        f"The answer of {host} was given up: {error}.",
        remedy="Check organization_url and the proxy settings; where the network is slow, raise timeout.",
    )


def untrusted(host: str, cause: str, remedy: str = "") -> OptionError:
    """Somebody between signs with an authority of their own, or the server does."""
    return OptionError(
        f"The TLS certificate of {host} could not be verified: {cause}.",
        remedy=remedy or "Give the authority that signed it with ca_path (or REQUESTS_CA_BUNDLE).",
    )


def unusable(host: str, cause: str) -> OptionError:
    """An address, a file or a proxy that cannot be one."""
    return OptionError(f"No request can be sent to {host}: {cause}.", remedy=_CHECK_SETTINGS)


def is_certificate_trouble(error: BaseException) -> bool:
    """Whether a certificate is at fault; some libraries pass on nothing but the text."""
    text = str(error)
    return (
        bool(kinds_of(error) & _CERTIFICATE)
        or "CERTIFICATE_VERIFY_FAILED" in text
        or "certificate verify failed" in text
    )


def is_network_trouble(error: BaseException) -> bool:
    """Whether nobody was reached, or nobody answered."""
    return bool(kinds_of(error) & (_NEVER_SENT | {"ProxyError", "ReadTimeoutError", "ServiceRequestError"}))


def refused_proxy(value: str, fault: str) -> OptionError:
    """:param value: as the environment has it; what stands in front of its host is not shown."""
    shown = value.rpartition("@")[2] if "@" in value else value
    return OptionError(
        f"The proxy of the environment is {shown!r}, {fault}.",
        remedy="Correct HTTPS_PROXY (or HTTP_PROXY, ALL_PROXY); it looks like http://proxy.example:8080.",
    )


def check_proxy(value: str) -> None:
    """:raises OptionError: the address of a proxy cannot be one, so every try would end the same."""
    # As requests reads it: without a scheme it is one for http.
    address = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise refused_proxy(value, f"which is no address: {one_line(error)}") from None
    if parts.scheme not in ("http", "https", "socks4", "socks4a", "socks5", "socks5h"):
        raise refused_proxy(value, f"and {parts.scheme} is no kind of proxy")
    if parts.netloc.endswith(":"):
        # "http:/proxy" is taken for a host called http.
        raise refused_proxy(value, "which is no address: the port is missing")
    if not host or any(character.isspace() for character in value):
        raise refused_proxy(value, "which names no host" if not host else "which has white space in it")
    if port == 0:
        raise refused_proxy(value, "and there is no port 0")


def kinds_of(error: BaseException) -> set[str]:
    return {kind.__name__ for item in causes(error) for kind in type(item).__mro__}


def causes(error: BaseException) -> t.Iterator[BaseException]:
    """The error and what it wraps, outermost first; urllib3 hides causes in ``reason`` and in its arguments, azure-core in ``inner_exception``."""
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        yield current
        seen.add(id(current))
        wrapped = [getattr(current, "reason", None), getattr(current, "inner_exception", None), *reversed(current.args)]
        # azure-identity tells its own errors of those of azure-core by their context alone.
        wrapped += [current.__cause__, None if current.__suppress_context__ else current.__context__]
        current = next((inner for inner in wrapped if isinstance(inner, BaseException)), None)


def root_cause(error: BaseException) -> str:
    """The innermost reason in words, without the URL and the object addresses that requests and urllib3 wrap around it."""
    *_outer, root = causes(error)
    text = getattr(root, "strerror", None) or re.sub(r"<[^>]*>|\S*object at 0x\w+\S*", "", str(root)).strip(" :,()'\"")
    return one_line(text or type(root).__name__).rstrip(".")


def one_line(value: object) -> str:
    return " ".join(str(value).split())
