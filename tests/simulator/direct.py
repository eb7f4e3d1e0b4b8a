# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the web server does with a request, without the web server: for callers in this process, who save sockets, threads and parsers."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import unquote

from starlette.types import Message

from .turns import Turns

Headers = list[tuple[bytes, bytes]]
_LOG = logging.getLogger(__name__)


@dataclass
class Answer:
    status: int
    headers: Headers
    body: bytes
    broken: bool
    """The connection was dropped before all of the body was there."""


def reset() -> ConnectionResetError:
    """What a socket says of a connection that was dropped."""
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def exchange(
    turns: Turns, method: str, target: str, headers: Iterable[tuple[bytes, bytes]], body: bytes, patience: float
) -> Answer:
    """One request and its answer; `target` is the encoded path with its query.

    Raises ConnectionResetError when the connection is dropped before an answer began, TimeoutError when none began within `patience`.
    """
    path, _mark, query = target.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": None,
    }
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        turns.carry_out(scope, receive, send, patience)
    except TimeoutError:
        raise
    except Exception:  # the web server answers for an application that broke
        _LOG.exception("Exception in the simulator")
        return _broken_application()
    if not sent:
        raise reset()
    return _answer(sent)


def _answer(sent: list[Message]) -> Answer:
    start, *rest = sent
    body = b"".join(message.get("body", b"") for message in rest)
    return Answer(start["status"], [_date(), *start["headers"]], body, bool(rest[-1].get("more_body")))


def _broken_application() -> Answer:
    body = b"Internal Server Error"
    kind = (b"content-type", b"text/plain; charset=utf-8")
    return Answer(500, [_date(), kind, (b"content-length", b"%d" % len(body)), (b"connection", b"close")], body, False)


def _date() -> tuple[bytes, bytes]:
    return b"date", formatdate(usegmt=True).encode()
