# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator without sockets and without time: requests of this thread are answered by a call, and waiting is over at once."""

from __future__ import annotations

import functools
import io
import time
import types
import typing as t
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import pytest
import requests
from ansible_collections.azdo.connections.plugins.module_utils._move import effects, move
from ansible_collections.azdo.connections.plugins.module_utils._rest import pacing
from urllib3 import HTTPHeaderDict, HTTPResponse

from simulator import Simulator

ADDRESS = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Answer:
    """One answer of a run. ``body`` as the simulator gave it."""

    method: str
    target: str
    status: int
    body: bytes


class InProcess(requests.adapters.HTTPAdapter):
    """Sends requests to a simulator that was never started, in the thread that asks.

    :param change: may replace the body of the answer with that number, counted from 0.
    """

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self._simulator = simulator
        self.answers: list[Answer] = []
        self.change: t.Callable[[int, Answer], bytes] = lambda number, answer: answer.body

    def send(self, request: requests.PreparedRequest, *_more: t.Any, **_options: t.Any) -> requests.Response:
        status, headers, body = self._ask(request)
        parts = urlsplit(str(request.url))
        answer = Answer(str(request.method), f"{unquote(parts.path)}?{parts.query}", status, body)
        self.answers.append(answer)
        body = self.change(len(self.answers) - 1, answer)
        raw = HTTPResponse(io.BytesIO(body), headers=headers, status=status, preload_content=False)
        return self.build_response(request, raw)

    def _ask(self, request: requests.PreparedRequest) -> tuple[int, HTTPHeaderDict, bytes]:
        parts = urlsplit(str(request.url))
        sent = request.body or b""
        scope = {
            "type": "http",
            "method": request.method,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(key.lower().encode(), str(value).encode()) for key, value in request.headers.items()],
        }
        messages: list[t.Any] = []

        async def receive() -> dict[str, t.Any]:
            return {"type": "http.request", "body": sent.encode() if isinstance(sent, str) else sent}

        async def send(message: t.Any) -> None:
            messages.append(message)

        _at_once(self._simulator.application(scope, receive, send))
        headers = HTTPHeaderDict()
        for key, value in messages[0]["headers"]:
            # The body may become another one, of another length.
            if key.lower() != b"content-length":
                headers.add(key.decode(), value.decode())
        return messages[0]["status"], headers, b"".join(message.get("body", b"") for message in messages[1:])


def _at_once(work: t.Coroutine[t.Any, t.Any, None]) -> None:
    """Without a loop: nothing in the simulator waits unless a test orders it."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("the simulator waits for something")


class Clock:
    """A time that goes on when somebody waits."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def wait(self, stop: pacing.Stop, seconds: float) -> None:
        stop.check()
        self._ahead += max(0.0, seconds)


def _waited(stop: pacing.Stop, clock: Clock, seconds: float) -> None:
    """In place of the method of Stop."""
    clock.wait(stop, seconds)


def in_process(monkeypatch: pytest.MonkeyPatch, simulator: Simulator) -> InProcess:
    """Everything that this test sends goes to the simulator, which need not run."""
    simulator.site.base_url = ADDRESS
    transport, clock = InProcess(simulator), Clock()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda _self, *sent, **how: transport.send(*sent, **how))
    monkeypatch.setattr(pacing.Stop, "wait", functools.partialmethod(_waited, clock))
    fake = types.SimpleNamespace(monotonic=clock.monotonic, time=time.time)
    for module in (pacing, effects):
        monkeypatch.setattr(module, "time", fake)
    # Time costs nothing here, and a request does: pauses as long as real ones ask for less.
    for module in (pacing, move):
        for name in ("_FIRST_PAUSE_SECONDS", "_FIRST_TRY_PAUSE_SECONDS"):
            monkeypatch.setattr(module, name, 1.0, raising=False)
        for name in ("_LONGEST_PAUSE_SECONDS", "_LONGEST_TRY_PAUSE_SECONDS"):
            monkeypatch.setattr(module, name, 15.0, raising=False)
    return transport
