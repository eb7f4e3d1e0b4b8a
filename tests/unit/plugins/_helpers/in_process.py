# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a simulator of this process without a socket between: most of the time of a test that runs a module would go there.

It begins where requests hands a request to urllib3, so what requests makes of requests, answers and errors is made by requests. That nothing else
differs is shown by test_in_process.py.
"""

from __future__ import annotations

import http.client
import io
import typing as t

import requests
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPHeaderDict, HTTPResponse, Timeout
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from simulator import Simulator
from simulator.direct import Answer, exchange, reset
from simulator.turns import Turns

_FOR_EVER = 1e6
_MOST_REMEMBERED = 2000


class InProcess(HTTPAdapter):
    """Takes requests to ``simulator`` to it directly, unless they go through a proxy."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self._pool = _Pool(simulator)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: t.Any, proxies: t.Any = None, cert: t.Any = None
    ) -> t.Any:
        if select_proxy(str(request.url), proxies):
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self._pool


class Remembering(requests.Session):
    """A session that does not prepare a request without a body a second time: the same words give the same bytes."""

    _prepared: t.ClassVar[dict[t.Hashable, PreparedRequest]] = {}

    def prepare_request(self, request: requests.Request) -> PreparedRequest:
        if request.json is not None or request.data or request.files or request.auth or self.auth or self.cookies:
            return super().prepare_request(request)
        words = (
            (request.method, request.url, repr(request.params)),
            tuple(request.headers.items()),
            tuple(self.headers.items()),
        )
        if words not in self._prepared:
            if len(self._prepared) >= _MOST_REMEMBERED:
                self._prepared.clear()
            self._prepared[words] = super().prepare_request(request)
        return self._prepared[words]


class _Pool:
    """In the place of urllib3's: as much of it as requests uses."""

    def __init__(self, simulator: Simulator) -> None:
        self._turns: Turns = simulator.turns
        self._host = simulator.base_url.partition("://")[2]

    def __str__(self) -> str:
        host, _colon, port = self._host.partition(":")
        return f"HTTPConnectionPool(host={host!r}, port={port})"

    def urlopen(
        self,
        *,
        method: str,
        url: str,
        body: str | bytes | None,
        headers: t.Mapping[str, str | bytes],
        timeout: Timeout,
        **_same_for_all: t.Any,
    ) -> HTTPResponse:
        content = body.encode() if isinstance(body, str) else body or b""
        patience = timeout.read_timeout
        sent = [(b"Host", self._host.encode()), *((name.encode("ascii"), _latin(headers[name])) for name in headers)]
        try:
            answer = exchange(
                self._turns, method, url, sent, content, _FOR_EVER if patience is None else float(patience)
            )
        except TimeoutError as error:
            raise ReadTimeoutError(t.cast(t.Any, self), url, f"Read timed out. (read timeout={patience})") from error
        except ConnectionResetError as error:
            raise ProtocolError("Connection aborted.", error) from error
        return _response(answer, method, url)


def _latin(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


def _response(answer: Answer, method: str, url: str) -> HTTPResponse:
    """As the pool makes it for requests: not read yet, so that requests finds out that a body is not whole."""
    headers = HTTPHeaderDict()
    for name, value in answer.headers:
        assert name.lower() != b"set-cookie", (
            "cookies come out of http.client's answers only: mark the test as loopback"
        )
        headers.add(name.decode("ascii"), value.decode("latin-1"))
    return HTTPResponse(
        _CutOff(answer.body) if answer.broken else io.BytesIO(answer.body),
        headers,
        answer.status,
        11,
        "HTTP/1.1",
        http.client.responses.get(answer.status, ""),
        preload_content=False,
        decode_content=False,
        request_method=method,
        request_url=url,
    )


class _CutOff(io.BytesIO):
    """The body of a connection that was dropped."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if not found:
            raise reset()
        return found
