# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy that leads every https address to a simulator, for what depends on the name of a host."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t
from urllib.parse import urlsplit

from simulator import Simulator


@contextlib.contextmanager
def tunnel(simulator: Simulator) -> t.Iterator[str]:
    """The address of the proxy, for HTTPS_PROXY. The simulator speaks TLS, with a certificate of its own."""
    parts = urlsplit(simulator.base_url)
    place = (parts.hostname or "", parts.port or 443)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = listener.accept()
                threading.Thread(target=_connect, args=(client, place), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def _connect(client: socket.socket, place: tuple[str, int]) -> None:
    with contextlib.suppress(OSError), client, socket.create_connection(place) as server:
        while not client.recv(65536).endswith(b"\r\n\r\n"):
            pass
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
        back.start()
        _pass_on(client, server)
        back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
