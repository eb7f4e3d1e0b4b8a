# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests take turns: those of the web server, and those of callers in this process, who need neither a web server nor an event loop.

Between two pauses of a request nothing else of the simulator moves, whichever way the requests come.
"""

from __future__ import annotations

import asyncio
import threading
import time
import types
from collections.abc import Generator
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


@types.coroutine
def pause(seconds: float) -> Generator[Any, Any, None]:
    """asyncio.sleep, for the application that does not know who carries it out."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        yield seconds  # to Turns.carry_out
    else:
        yield from asyncio.sleep(seconds).__await__()


class Turns:
    """An ASGI application in which one request moves at a time."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._turn = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """For the web server, in its event loop."""
        await self._stepwise(self._application(scope, receive, send))

    @types.coroutine
    def _stepwise(self, request: Any) -> Generator[Any, Any, None]:
        """What the request waits for, the event loop waits for, without holding the turn."""
        step, answer = request.send, None
        while True:
            with self._turn:
                try:
                    waits_for = step(answer)
                except StopIteration:
                    return
            try:
                step, answer = request.send, (yield waits_for)
            except BaseException as error:  # the loop ends the request
                step, answer = request.throw, error

    def carry_out(self, scope: Scope, receive: Receive, send: Send, patience: float) -> None:
        """For a caller in this process, in its thread. The application must wait for nothing but `pause`.

        Raises TimeoutError after `patience` seconds of pauses. Like with a web server, a request goes on when its caller has left.
        """
        request = self._application(scope, receive, send)
        left = patience
        while (seconds := self._step(request)) is not None:
            try:
                time.sleep(min(seconds, left))
                if seconds > left:
                    raise TimeoutError("timed out")
            except BaseException:
                threading.Thread(target=self._go_on, args=(request, seconds - left), daemon=True).start()
                raise
            left -= seconds

    def _step(self, request: Any) -> float | None:
        """How long the request wants to pause now, None when it is done."""
        with self._turn:
            try:
                seconds: float = request.send(None)
            except StopIteration:
                return None
        return seconds

    def _go_on(self, request: Any, seconds: float) -> None:
        pausing: float | None = seconds
        while pausing is not None:
            time.sleep(max(0, pausing))
            pausing = self._step(request)
