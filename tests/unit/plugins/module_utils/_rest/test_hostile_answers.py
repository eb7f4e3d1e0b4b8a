# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that mean no good, or proxies that fail: an answer costs so much and no more, and is told as what it is."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t
import zlib

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    ForeignAnswerError,
    TransportError,
    UnfitAnswerError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest import http as http_module
from ansible_collections.azdo.connections.plugins.module_utils._rest import limits
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import Request

from unit.plugins._helpers.clients import Tokens, http

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MEGABYTE = 1024 * 1024


class Server:
    """Sends the same to everybody who asks, as ``answer`` writes it, and counts connections and requests."""

    def __init__(self, answer: t.Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.over = threading.Event()
        self.connections = self.requests = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/x"

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            while received := client.recv(65536):
                self.requests += received.count(b" HTTP/1.1\r\n")
                self._answer(client)

    def close(self) -> None:
        self.over.set()
        self._listener.close()


@pytest.fixture
def serve() -> t.Iterator[t.Callable[[t.Callable[[socket.socket], None]], Server]]:
    servers: list[Server] = []

    def start(answer: t.Callable[[socket.socket], None]) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


Serve = t.Callable[[t.Callable[[socket.socket], None]], Server]


def read(server: Server, **settings: t.Any) -> t.Any:
    return http(**settings).send(Request(method="GET", url=server.url), Tokens("Basic x")).data


def write(server: Server) -> t.Any:
    return http().send(Request(method="PUT", url=server.url, body={}, write=True), Tokens("Basic x"))


def packed_zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"0" * MEGABYTE) for _number in range(megabytes)) + packer.flush()


def bomb(client: socket.socket) -> None:
    body = packed_zeros(20)
    client.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def without_end(client: socket.socket) -> None:
    client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        client.sendall(b"10000\r\n" + b"0" * 65536 + b"\r\n")


@pytest.mark.parametrize("answer", [bomb, without_end])
def test_an_answer_that_is_too_large_is_given_up_at_once(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, answer: t.Callable[[socket.socket], None]
) -> None:
    monkeypatch.setattr(limits, "LARGEST_BYTES", 4 * MEGABYTE)
    server = serve(answer)
    with pytest.raises(UnfitAnswerError, match="given up: its answer is larger than 4 MB") as caught:
        read(server)
    assert server.requests == 1
    assert "timeout" in caught.value.remedy
    with pytest.raises(AmbiguousWriteError, match="larger than 4 MB"):
        write(server)
    assert server.requests == 2


TRICKLES: dict[str, bytes] = {
    "body": OK + b"Content-Length: 100000\r\n\r\n",
    "chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n186a0\r\n",
    "headers": OK,
}


@pytest.mark.parametrize("part", TRICKLES)
def test_an_answer_of_which_a_byte_comes_now_and_then_ends(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Each byte comes well within the timeout."""
    monkeypatch.setattr(http_module, "_TIMEOUTS_OF_AN_ANSWER", 0.005)

    def trickle(client: socket.socket) -> None:
        client.sendall(TRICKLES[part])
        while not server.over.wait(0.01):
            client.sendall(b"x")

    server = serve(trickle)
    with pytest.raises(UnfitAnswerError, match="did not end within"):
        read(server, timeout=60)
    assert server.requests == 1
    monkeypatch.setattr(http_module, "_WRITE_TIMEOUT_SECONDS", 60.0)
    with pytest.raises(AmbiguousWriteError, match="did not end within"):
        write(server)


def body(content: bytes, *headers: bytes) -> t.Callable[[socket.socket], None]:
    lines = b"".join(line + b"\r\n" for line in headers)
    return lambda client: client.sendall(OK + lines + b"Content-Length: %d\r\n\r\n" % len(content) + content)


@pytest.mark.parametrize(
    "answer",
    [
        body(b'{"a": ', b"Connection: close"),
        body(b"no gzip", b"Content-Encoding: gzip"),
        body(packed_zeros(1)[:100], b"Content-Encoding: gzip"),
        lambda client: client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"),
        lambda client: client.sendall(OK + b"Content-Length: x\r\n\r\n{"),
        lambda client: client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["half", "no gzip", "half of a gzip", "no http", "no length", "no chunk"],
)
def test_a_damaged_answer_is_asked_for_again(serve: Serve, answer: t.Callable[[socket.socket], None]) -> None:
    def and_break(client: socket.socket) -> None:
        answer(client)
        client.shutdown(socket.SHUT_RDWR)

    server = serve(and_break)
    with pytest.raises(TransportError, match=r"\(tried 3 times\)"):
        read(server, max_retries=2)
    assert server.requests == 3
    with pytest.raises(AmbiguousWriteError):
        write(server)
    assert server.requests == 4


@pytest.mark.parametrize(
    "answer",
    [
        body(b"{}"),
        body(b""),
        lambda client: client.sendall(b"HTTP/1.1 204 No Content\r\n\r\n"),
        lambda client: client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        body(packed_zeros(1), b"Content-Encoding: gzip"),
    ],
    ids=["body", "empty", "none", "chunks", "gzip"],
)
def test_a_whole_answer_leaves_its_connection_open(serve: Serve, answer: t.Callable[[socket.socket], None]) -> None:
    server, one = serve(answer), http()
    for _number in range(3):
        with contextlib.suppress(AzdoError):
            one.send(Request(method="GET", url=server.url), Tokens("Basic x"))
    assert server.connections == 1


@pytest.mark.parametrize("where", ["https://[", "https://[::1", "//", "\xff", "x" * 3000])
def test_a_redirect_to_nowhere_is_one_to_somewhere_else(serve: Serve, where: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    server = serve(lambda client: client.sendall(head))
    for send in (read, write):
        with pytest.raises(ForeignAnswerError, match="redirects to another place"):
            send(server)
    assert server.requests == 2
