# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends requests: sessions, retries, and what it means when no answer comes.

PRIVATE to the collection, and the only file that imports requests. urllib3's own retries are not used: they cannot be interrupted, do not hold
back the other threads of the task, and do not see a ``Retry-After`` on an answer that succeeded, which is how Azure DevOps throttles (fact sheet 10).
"""

from __future__ import annotations

import collections
import contextlib
import random
import time
import traceback
import typing as t
import warnings
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    BlockedByPolicyError,
    MissingLibraryError,
    NotAcceptedError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.faults import (
    check_proxy,
    no_answer,
    one_line,
    unfit,
    unusable,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.limits import (
    DamagedError,
    UnfitError,
    read_body,
    within,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Pace, Slots, Stop
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import (
    ProxyRefusalError,
    RawResponse,
    Response,
    TransientError,
    judge,
    may_pass,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.shared_pause import SharedPause

try:
    import requests
    import urllib3
except ImportError:
    REQUESTS_MISSING: str | None = traceback.format_exc()
else:
    REQUESTS_MISSING = None

# Kept equal to the version in galaxy.yml by a test. Azure DevOps groups its usage page by this text (fact sheet 10).
USER_AGENT = "azdo.connections/0.1.0 (Ansible collection)"
_LONGEST_BACKOFF_SECONDS = 30.0
# Impatience with a write only makes its outcome unknown: slow refusals were seen to take 10 s, conversions minutes (fact sheet 3.3, 4.2).
_WRITE_TIMEOUT_SECONDS = 120.0
# A body replaces the whole object, so one that had to wait longer than this is read anew instead of sent.
_STALE_AFTER_SECONDS = 30.0
# A whole answer, from the name that is looked up to the last byte, takes no longer than so many timeouts, which are between two bytes.
_TIMEOUTS_OF_AN_ANSWER = 3
_PIECE_BYTES = 64 * 1024


class Authorization(t.Protocol):
    """Where the ``Authorization`` header comes from."""

    @property
    def renewable(self) -> bool:
        """Whether a rejected header can be replaced by a newer one."""

    def __call__(self, *, rejected: str = "") -> str:
        """The header's value; another one than ``rejected``, which the service did not accept."""


@dataclass(frozen=True)
class HttpSettings:
    """``verify`` as requests takes it; ``timeout`` in seconds, for connecting and between two bytes; a whole answer gets three times that."""

    verify: bool | str = True
    timeout: float = 60
    max_retries: int = 5


# Called immediately before a request goes out, when nothing is waited for any more.
Announce = t.Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Request:
    """``write`` says that the request changes state. Such a request is never sent again from here: what it was based on may be out of date."""

    method: str
    url: str
    params: t.Mapping[str, t.Any] | None = None
    headers: t.Mapping[str, str] | None = None
    body: t.Any = None
    write: bool = False
    announce: Announce | None = None


class HttpClient:
    """Sends requests for the threads of one task: a requests session for each request under way, one pace for all.

    :param pause: where the tasks of a play tell each other to wait for this service.
    """

    def __init__(
        self, settings: HttpSettings, stop: Stop, slots: Slots | None = None, pause: SharedPause | None = None
    ) -> None:
        if REQUESTS_MISSING is not None:
            raise MissingLibraryError("requests", "to talk to Azure DevOps", REQUESTS_MISSING)
        self._settings = settings
        self._stop = stop
        if settings.verify is False:
            # The user asked for it, so one remark for every request would say nothing new.
            warnings.filterwarnings("ignore", message="Unverified HTTPS request")
        self._idle: dict[str, collections.deque[requests.Session]] = {}
        self.pace = Pace(stop, pause)
        self._slots = slots or Slots()

    def send(self, request: Request, authorization: Authorization) -> Response:
        """A good answer; everything else is raised as one of our errors. Reads are tried again with jittered back-off.

        :raises NotAcceptedError: a write that changed nothing; read again and decide anew.
        :raises AmbiguousWriteError: a write whose outcome must be read.
        """
        if request.write:
            return self._send_write(request, authorization)
        attempt = 1
        while True:
            self.pace.pass_gate()
            try:
                return self._authorized(request, authorization)
            except AzdoError as error:
                if not may_pass(error):
                    raise
                if attempt > self._settings.max_retries:
                    error.message += f" (tried {attempt} times)"
                    raise
                if not (isinstance(error, TransientError) and error.told_when):
                    self._stop.wait(backoff(attempt))
                attempt += 1

    def _send_write(self, request: Request, authorization: Authorization) -> Response:
        if not self.pace.pass_gate(_STALE_AFTER_SECONDS):
            raise NotAcceptedError("The service asked for a pause before the change was sent.")
        try:
            return self._authorized(request, authorization)
        except (TransportError, TransientError, ProxyRefusalError) as error:
            raise NotAcceptedError(error.message, remedy=error.remedy, **error.details) from None

    def _authorized(self, request: Request, authorization: Authorization) -> Response:
        """One attempt; a rejected token is replaced once, because a rejected request was not carried out."""
        header = authorization()
        try:
            return judge(self._once(request, header), request.write)
        except BlockedByPolicyError:
            # A newer token is one of the same caller at the same place.
            raise
        except AuthenticationError as error:
            if not authorization.renewable or "status" not in error.details:
                raise
        return judge(self._once(request, authorization(rejected=header)), request.write)

    def _once(self, request: Request, authorization: str) -> RawResponse:
        host = urlsplit(request.url).netloc
        try:
            with self._admitted(request), self._session(request.url) as session:
                if request.write:
                    # The token may have taken its time.
                    self._stop.check()
                if request.announce:
                    request.announce()
                timeout = self._timeout(request)
                raw = within(
                    timeout * _TIMEOUTS_OF_AN_ANSWER, lambda: _exchange(session, request, authorization, timeout)
                )
        except UnfitError as error:
            raise unfit(error, host, write=request.write) from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, DamagedError) as error:
            raise no_answer(error, host, write=request.write) from None
        except (OSError, ValueError) as error:
            # What requests does not wrap: an address, a file or a proxy that cannot be one.
            raise unusable(host, one_line(error)) from None
        self.pace.learn(raw.headers)
        return raw

    def _timeout(self, request: Request) -> float:
        """Seconds between two bytes."""
        return max(self._settings.timeout, _WRITE_TIMEOUT_SECONDS) if request.write else self._settings.timeout

    @contextlib.contextmanager
    def _admitted(self, request: Request) -> t.Iterator[None]:
        """Hold one of the slots that are shared with other tasks, but never through a pause that the service asked for."""
        began = time.monotonic()
        while True:
            with self._slots.one(self._stop):
                if request.write and time.monotonic() - began > _STALE_AFTER_SECONDS:
                    raise NotAcceptedError("Other tasks were busy for so long that the change was not sent.")
                if self.pace.is_open:
                    yield
                    return
            self.pace.pass_gate()

    @contextlib.contextmanager
    def _session(self, url: str) -> t.Iterator[requests.Session]:
        """A session for the URL's host that nobody else uses meanwhile: requests does not promise that threads may share one.

        Sessions outlive the thread that made them, so that a later item, or the next item of a loop, finds its connection open.
        """
        parts = urlsplit(url)
        idle = self._idle.setdefault(f"{parts.scheme}://{parts.netloc}", collections.deque())
        try:
            session = idle.pop()
        except IndexError:
            session = self._new_session(url)
        yield session
        # After an error the session is not put back.
        idle.append(session)

    def _new_session(self, url: str) -> requests.Session:
        session = requests.Session()
        # English, because some errors are recognised by their text alone.
        session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Language": "en-US"})
        # What can be unpacked in steps, so that little never becomes too much.
        session.headers["Accept-Encoding"] = "gzip, deflate"
        # It would read the target of a redirect that it is told not to follow, and break over what is no address after a change was sent.
        session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        # The environment is asked once per session, not at every request, and never for ~/.netrc, which would replace our sign-in.
        found = session.merge_environment_settings(url, {}, None, self._settings.verify, None)
        session.proxies, session.verify = found["proxies"], found["verify"]
        session.trust_env = False
        refuse_proxy(url)
        return session


def _exchange(session: requests.Session, request: Request, authorization: str, timeout: float) -> RawResponse:
    """One request and its whole answer. :raises UnfitError: it is larger than any answer that a service gives."""
    response = session.request(
        request.method,
        request.url,
        params=request.params,
        json=request.body,
        headers={"Authorization": authorization, **(request.headers or {})},
        timeout=timeout,
        allow_redirects=False,
        stream=True,
    )
    try:
        pieces = response.raw.stream(_PIECE_BYTES, decode_content=False)
        content = read_body(pieces, response.headers.get("Content-Encoding", ""))
        # Read to its end, so the connection is good for the next request, also where there was nothing to read.
        response.raw.release_conn()
    finally:
        response.close()
    return RawResponse(response.status_code, response.headers, content, urlsplit(request.url).netloc)


def refuse_proxy(url: str) -> None:
    """The proxy through which requests would go to ``url``, refused at once if no request can ever go through it.

    :raises OptionError: its address cannot be one. :raises MissingLibraryError: it is a SOCKS proxy, which takes another library.
    """
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    if not proxy:
        return
    check_proxy(proxy)
    if proxy.lower().startswith("socks"):
        try:
            import socks  # type: ignore[import-untyped, unused-ignore]  # noqa: F401
        except ImportError:
            raise MissingLibraryError(
                "PySocks", "because the proxy of the environment is a SOCKS proxy", traceback.format_exc()
            ) from None


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: doubling from one second, with jitter so that threads do not come back together."""
    return random.uniform(0.1, min(_LONGEST_BACKOFF_SECONDS, 0.5 * 2**attempt))
