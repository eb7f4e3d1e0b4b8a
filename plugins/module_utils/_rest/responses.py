# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer means: good JSON, a sign-in page, an error of the service, or "not now" (fact sheet 9.2 to 9.4).

PRIVATE to the collection. Pure: it sees answers, never the network.
"""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    AzdoError,
    BlockedByPolicyError,
    ForeignAnswerError,
    NotFoundError,
    NotPermittedError,
    ServiceError,
    TransportError,
    UnfitAnswerError,
    VersionOutOfRangeError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.known_answers import ANONYMOUS_USER
from ansible_collections.azdo.connections.plugins.module_utils._model.recognition import of_policy
from ansible_collections.azdo.connections.plugins.module_utils._rest.json_text import parse
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import retry_after
from ansible_collections.azdo.connections.plugins.module_utils._rest.remedies import remedy_for

# Answers that say "not now", whatever else they say. 500 is not among them: it may carry a decision of the service (fact sheet 2.9).
_PASSING_STATUSES = frozenset({408, 429, 502, 503, 504})
# Parts of the names of errors that are decisions about what was asked for: they come with a 500, too, and asking again changes nothing.
_DECISIONS = ("AlreadyExists", "Argument", "DoesNotExist", "Duplicate", "Invalid", "NotFound", "NotSupported")
# As much of a page as is looked at.
_PAGE_CHARACTERS = 10_000

CHECK_CREDENTIAL = (
    "Check that the token is complete, not expired or revoked, was made for this organization and has the scopes "
    "'Service Connections (Read, query & manage)' and 'Project and Team (Read)'."
)
CHECK_NETWORK = "Check organization_url, the network and the proxy settings, then run it again."


@dataclass(frozen=True)
class Response:
    """A good answer: ``data`` is the parsed JSON (None for an empty body), ``size`` its bytes."""

    status: int
    headers: t.Mapping[str, str]
    data: t.Any
    size: int = 0


@dataclass(frozen=True)
class RawResponse:
    """An answer before anybody trusted it. ``headers`` must ignore the case of names."""

    status: int
    headers: t.Mapping[str, str]
    content: bytes
    host: str

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").lower()

    @property
    def text(self) -> str:
        return self.content.decode("utf-8-sig", errors="replace")

    @property
    def activity_id(self) -> str | None:
        """What Microsoft's support asks for; Graph and Resource Manager have names of their own for it."""
        names = ("ActivityId", "X-VSS-E2EID", "request-id", "x-ms-request-id")
        return next((self.headers[name] for name in names if self.headers.get(name)), None)

    @property
    def envelope(self) -> dict[str, t.Any]:
        """The object that holds the message: the usual envelope, ``{"value": {"Message"}}``, or Graph's and ARM's ``{"error": {...}}``."""
        try:
            found = parse(self.content)
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        return next((inner for inner in (found.get("value"), found.get("error")) if isinstance(inner, dict)), found)

    @property
    def message(self) -> str:
        envelope = self.envelope
        said = envelope.get("message") or envelope.get("Message")
        if not envelope and "html" not in self.content_type:
            said = self.text
        # What is no text at all would stop whatever writes it.
        return " ".join(str(said or "").split())[:1000].encode("utf-8", "replace").decode("utf-8")

    @property
    def type_key(self) -> str:
        """What code branches on, in any of the envelopes."""
        envelope = self.envelope
        names = (envelope.get("typeKey"), envelope.get("code"), envelope.get("ClassName"))
        return next((name for name in names if isinstance(name, str)), "")[:200]


class TransientError(ServiceError):
    """Not now: the service is busy. ``told_when`` means that it said for how long, so the pace already holds everybody back."""

    code = "service_busy"

    def __init__(self, message: str, *, told_when: bool, **details: t.Any) -> None:
        super().__init__(message, remedy="The service is busy: run it again later.", **details)
        self.told_when = told_when


class ProxyRefusalError(ServiceError):
    """A proxy did not let the request through."""

    code = "proxy_refused"


def judge(raw: RawResponse, write: bool) -> Response:
    """Turn an answer into a good one, or raise what it means. The order matters: a sign-in page may come with a good status."""
    if 300 <= raw.status < 400 or raw.status == 203:
        raise _web_page(raw)
    if raw.status == 401:
        raise _not_taken(raw)
    if raw.status in _PASSING_STATUSES:
        raise _not_now(raw, write)
    if raw.status >= 400:
        raise _refusal(raw, write)
    if raw.content.strip() and "json" not in raw.content_type:
        page = _web_page(raw)
        if write and "status" not in page.details:
            # Whoever wrote the page, the request may have been passed on before.
            raise AmbiguousWriteError(page.message, remedy=page.remedy)
        raise page
    try:
        return Response(raw.status, raw.headers, parse(raw.content), len(raw.content))
    except ValueError:
        if write:
            raise AmbiguousWriteError(f"{raw.host} answered a change with damaged JSON.", status=raw.status) from None
        raise TransportError(
            f"{raw.host} answered with damaged JSON.", remedy=CHECK_NETWORK, status=raw.status
        ) from None


def may_pass(error: AzdoError) -> bool:
    """Whether a read that ended with this error may end better in a moment. Never asked about writes: those are not sent again as they were."""
    if isinstance(error, ForeignAnswerError):
        return error.passing
    if isinstance(error, TransportError):
        return not isinstance(error, UnfitAnswerError)
    if isinstance(error, TransientError):
        return True
    if isinstance(error, NotFoundError | NotPermittedError | VersionOutOfRangeError | ProxyRefusalError):
        return False
    if isinstance(error, ServiceError):
        return error.status >= 500 and not any(part in error.type_key for part in _DECISIONS)
    return False


def service_error(raw: RawResponse) -> ServiceError:
    """The error of an answer with a status of 400 or above, in any of the envelopes of fact sheet 9.4."""
    envelope, type_key = raw.envelope, raw.type_key
    message = raw.message or f"{raw.host} answered {raw.status} without saying why."
    details: dict[str, t.Any] = {"status": raw.status, "type_key": type_key, "activity_id": raw.activity_id}
    if isinstance(custom := envelope.get("customProperties"), dict) and custom:
        details["custom_properties"] = custom
    if type_key == "VssVersionOutOfRangeException" or "is out of range for this server" in message:
        found = re.search(r"supports is (\d+\.\d+)", message)
        return VersionOutOfRangeError(message, latest=found.group(1) if found else None, **details)
    remedy = remedy_for(message, type_key, raw.status)
    if raw.status == 404 or type_key.startswith("ProjectDoesNotExist"):
        return NotFoundError(message, remedy=remedy, **details)
    if raw.status == 403 or type_key in ("AccessDeniedException", "UnauthorizedRequestException"):
        return NotPermittedError(message, remedy=remedy, **details)
    if raw.status == 407:
        return ProxyRefusalError(
            f"The proxy asks for a sign-in: {message}", remedy="Put user and password into HTTPS_PROXY.", **details
        )
    return ServiceError(message, remedy=remedy, **details)


def _not_taken(raw: RawResponse) -> AuthenticationError:
    """A 401: a policy, a refusal with a remedy of its own, or a credential that is not good."""
    if blocked := _policy(raw):
        return blocked
    said = raw.message
    error = AuthenticationError(
        f"{raw.host} did not accept the credential{f': {said}' if said else '.'}",
        remedy=remedy_for(said, raw.type_key, raw.status) or CHECK_CREDENTIAL,
        status=raw.status,
        activity_id=raw.activity_id,
    )
    error.said = said
    return error


def _policy(raw: RawResponse) -> BlockedByPolicyError | None:
    """The policy that an answer of 401 or 403 speaks of; None if it speaks of none."""
    said = raw.message
    details: dict[str, t.Any] = {"status": raw.status, "activity_id": raw.activity_id}
    known = of_policy(said)
    if known is None:
        return None
    if known.pattern != ANONYMOUS_USER:
        return BlockedByPolicyError(f"A policy does not let this caller in, says {raw.host}: {said}", **details)
    return BlockedByPolicyError(
        f"{raw.host} did not take the credential at all and saw an anonymous user, as it does where a policy refuses the caller: {said}",
        **details,
    )


def _refusal(raw: RawResponse, write: bool) -> AzdoError:
    """What a status of 400 or above means. Every answer of the service has an activity id (9.3): a page without one was written by somebody else."""
    if raw.status == 403 and (blocked := _policy(raw)):
        return blocked
    if "html" in raw.content_type and not raw.activity_id:
        page = _web_page(raw)
        if raw.status < 500 or raw.status == 511 or not isinstance(page, ForeignAnswerError):
            return page
        # An accident on the way, which says nothing about who is asking.
        kind = AmbiguousWriteError if write else TransportError
        return kind(page.message, remedy=page.remedy)
    error = service_error(raw)
    if write and raw.status >= 500 and (not error.type_key or "TF400898" in error.message):
        # Not a decision of the service but an accident in it: what it had done by then is not known (2.9).
        return AmbiguousWriteError(error.message, **error.details)
    return error


def _not_now(raw: RawResponse, write: bool) -> TransientError | AmbiguousWriteError:
    """429 means that the request was not accepted; behind a gateway's 5xx a write may have been carried out all the same."""
    details: dict[str, t.Any] = {"status": raw.status, "activity_id": raw.activity_id}
    if write and raw.status != 429:
        return AmbiguousWriteError(f"{raw.host} answered {raw.status} to a change.", **details)
    told = retry_after(raw.headers, time.time()) > 0
    return TransientError(raw.message or f"{raw.host} answered {raw.status}.", told_when=told, **details)


def _web_page(raw: RawResponse) -> AuthenticationError:
    """A redirect, a 203 or a web page where JSON was due (fact sheet 9.2): the credential was refused, or a proxy answered."""
    path, host = _place(raw.headers.get("Location", ""))
    found = re.search(r"<title[^>]*>([^<]*)<", raw.text[:_PAGE_CHARACTERS], re.IGNORECASE)
    title = " ".join(found.group(1).split())[:80] if found else ""
    if raw.status == 203 or "_signin" in path or "Sign In" in title:
        error = AuthenticationError(
            f"{raw.host} answered with its sign-in page: it did not accept the credential.",
            remedy=CHECK_CREDENTIAL,
            status=raw.status,
        )
        error.said = "it answered with its sign-in page"
        return error
    if 300 <= raw.status < 400:
        return ForeignAnswerError(
            f"{raw.host} redirects to {host or 'another place'}, which is not followed with a credential.",
            remedy="Check organization_url: it may have to start with https:// or be the address that it redirects to.",
            http_status=raw.status,
        )
    return ForeignAnswerError(
        f"A web page{f' titled {title!r}' if title else ''} came back in place of an answer of {raw.host}; "
        "a proxy or gateway has probably answered.",
        remedy="Check HTTPS_PROXY, NO_PROXY and organization_url.",
        http_status=raw.status,
        # With 4xx whoever wrote it has decided something, and 511 asks for a sign-in to the network.
        passing=not (400 <= raw.status < 500 or raw.status == 511),
    )


def _place(location: str) -> tuple[str, str]:
    """Path and host of the header ``Location``, which may hold anything."""
    try:
        parts = urlsplit(location)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return parts.path, host
