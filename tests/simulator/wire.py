# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between the web server and the simulator: dropping TCP connections, which ASGI has no word for."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

Transports = dict[tuple[str, int], asyncio.Transport]


def _http_protocol() -> type[asyncio.Protocol]:
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:  # without httptools
        from uvicorn.protocols.http.h11_impl import H11Protocol

        return H11Protocol
    return HttpToolsProtocol


def protocol_class(transports: Transports) -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, remembering the transport of every client address."""
    base: Any = _http_protocol()

    class Remembering(base):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            peer = transport.get_extra_info("peername")
            self._address = (str(peer[0]), int(peer[1])) if peer else ("", 0)
            if isinstance(transport, asyncio.Transport) or hasattr(transport, "abort"):
                transports[self._address] = transport  # type: ignore[assignment]
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            transports.pop(self._address, None)
            super().connection_lost(exc)

    return Remembering


def reset(transports: Transports, client: tuple[str, int] | None) -> None:
    """Drop the client's connection with a TCP reset."""
    transport = transports.get(client) if client else None
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError, AttributeError):  # the connection is gone already
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
