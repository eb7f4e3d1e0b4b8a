# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator on a free port of the loopback interface: in a thread of this process, or as the process itself."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import uvicorn

from . import pending, wire
from .app import Application
from .caller import Caller
from .calls import Site
from .clock import Clock
from .faults import Fault, Kind
from .fleet import Fleet
from .identifiers import AZURE_DEVOPS_APPLICATION
from .knobs import Knobs
from .profiles import PROFILES
from .recorder import Observer, Recorded
from .state import Connection, World
from .tokens import Tokens
from .turns import Turns

if TYPE_CHECKING:
    from typing_extensions import Self


class _Server(uvicorn.Server):
    """Ends at once: idle TLS connections would otherwise be waited for."""

    def __init__(self, config: uvicorn.Config, transports: wire.Transports) -> None:
        super().__init__(config)
        self._transports = transports

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for transport in list(self._transports.values()):
            transport.abort()
        await super().shutdown(sockets)


class Simulator:
    """Azure DevOps, Entra, Graph and ARM on one port. Use it as a context manager.

    `tls` None is plain http; True or a folder gives https with a certificate authority of its own (`ca_path`).
    `profile` is cloud, server_2019, server_2020 or server_2022; `knobs` are those of knobs.py.
    """

    def __init__(
        self,
        fleet: Fleet | None = None,
        *,
        latency_ms: Mapping[str, float] | None = None,
        tls: bool | str | os.PathLike[str] | None = None,
        profile: str = "cloud",
        port: int = 0,
        virtual_directory: str = "",
        **knobs: Any,
    ) -> None:
        if profile not in PROFILES:
            raise ValueError(f"profile is one of {', '.join(PROFILES)}, not {profile!r}")
        self.fleet = fleet or Fleet()
        self.profile = PROFILES[profile]
        self.clock = Clock()
        self.site = Site(self.fleet.world, Knobs(), self.clock, self.profile, Tokens(self.clock))
        self.site.organization_path = "/".join(filter(None, [virtual_directory.strip("/"), self.fleet.organization]))
        self.site.knobs.set({**knobs, "latency_ms": dict(latency_ms or {})})
        self._transports: wire.Transports = {}
        self.application = Application(self.site, self._transports)
        self.turns = Turns(self.application)
        self._tls = tls
        self._port = port
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.ca_path: str | None = None
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    # -- life ------------------------------------------------------------------------------------------------------
    def bind(self) -> uvicorn.Server:
        """Take the port and make the server, without running it."""
        # The protocol is named because asyncio switches Nagle's delay (40 ms an answer) off only for sockets that say they are TCP.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self._port))
        self._socket.listen(512)
        self._port = int(self._socket.getsockname()[1])
        options: dict[str, Any] = {}
        if self._tls:
            from .certificates import issue  # trustme is only needed for TLS

            if self._tls is True:
                self._folder = tempfile.TemporaryDirectory(prefix="simulator-tls-")
            folder = Path(self._folder.name if self._folder else os.fspath(self._tls))  # type: ignore[arg-type]
            self.ca_path, options["ssl_certfile"], options["ssl_keyfile"] = issue(folder)
        self.site.base_url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"
        config = uvicorn.Config(
            self.turns,
            http=wire.protocol_class(self._transports),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=60,
            backlog=512,
            **options,
        )
        self._server = _Server(config, self._transports)
        return self._server

    def serve(self) -> None:
        """Run in this thread until told to stop."""
        server = self._server or self.bind()
        server.run(sockets=[self._socket] if self._socket else None)

    def start(self) -> Self:
        server = self.bind()
        self._thread = threading.Thread(target=self.serve, name="simulator", daemon=True)
        self._thread.start()
        give_up = time.monotonic() + 10
        while not server.started:
            if not self._thread.is_alive() or time.monotonic() > give_up:
                raise RuntimeError("the simulator did not start")
            time.sleep(0.002)
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(10)
        if self._socket is not None:
            self._socket.close()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def reset(self, fleet: Fleet | None = None, *, profile: str = "cloud", **knobs: Any) -> None:
        """Another world on the same port: fresh knobs, clock, tokens, record and faults. Far cheaper than a restart."""
        self.fleet = fleet or Fleet()
        self.profile, self.clock = PROFILES[profile], Clock()
        site = self.site
        site.world, site.knobs, site.clock = self.fleet.world, Knobs(), self.clock
        site.profile, site.tokens, site.organization_path = self.profile, Tokens(self.clock), self.fleet.organization
        site.knobs.set(knobs)
        site.identity_refs.clear()
        self.application.forget_everything()

    # -- addresses -------------------------------------------------------------------------------------------------
    @property
    def base_url(self) -> str:
        return self.site.base_url

    @property
    def organization_url(self) -> str:
        return self.site.organization_url

    @property
    def authority_url(self) -> str:
        return self.base_url

    @property
    def graph_url(self) -> str:
        return f"{self.base_url}/_graph"

    @property
    def resource_manager_url(self) -> str:
        return f"{self.base_url}/_arm"

    @property
    def control_url(self) -> str:
        return f"{self.base_url}/_control"

    @property
    def pat(self) -> str:
        return self.fleet.pat

    def addresses(self) -> dict[str, Any]:
        """What the process form writes to its ready file."""
        return {
            "organization_url": self.organization_url,
            "authority_url": self.authority_url,
            "graph_url": self.graph_url,
            "resource_manager_url": self.resource_manager_url,
            "tenant_id": self.fleet.tenant_id,
            "service_principal": self._service_principal(),
            "pat": self.pat,
            "control_url": self.control_url,
            "ca_path": self.ca_path,
            "pid": os.getpid(),
        }

    def _service_principal(self) -> dict[str, str] | None:
        """The first one of the fleet that signs in by secret."""
        for caller in self.world.callers.values():
            application = self.world.directory.application(caller.client_id or "")
            if application is not None and application.passwords:
                return {"client_id": application.app_id, "secret": application.passwords[0].secret}
        return None

    # -- for tests -------------------------------------------------------------------------------------------------
    @property
    def world(self) -> World:
        return self.site.world

    @property
    def requests(self) -> list[Recorded]:
        return list(self.application.recorder.requests)

    @property
    def writes(self) -> list[Recorded]:
        return [item for item in self.requests if item.write]

    @property
    def in_flight(self) -> int:
        return self.application.recorder.in_flight

    def forget(self) -> None:
        self.application.recorder.forget()

    def fault(
        self,
        *,
        kind: Kind = "status",
        method: str | None = None,
        path: str = "",
        times: int = 1,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        delay_ms: float = 0,
        skip: int = 0,
    ) -> Fault:
        """Order a fault for the next `times` matching requests (0 = all); see faults.Fault."""
        order = Fault(kind, method, path, times, status, dict(headers or {}), body, delay_ms, skip)
        return self.application.faults.add(order)

    def clear_faults(self) -> None:
        self.application.faults.clear()

    def knob(self, **changes: Any) -> None:
        self.site.knobs.set(changes)

    def advance(self, **step: float) -> None:
        """Move the simulator's clock: advance(days=8)."""
        self.clock.advance(timedelta(**step))

    def observe(self, observer: Observer | None) -> None:
        """Call observer(record, moment) for every request, in the thread that carries it out: nothing moves until it returns.

        "arrived" comes before anything is applied, a fault ordered there hits this request. "applied" comes when the
        request took effect and `record.status` is known, before the answer is sent; it does not come when a fault
        answers instead (kinds status, html, reset_before). reset() ends it, and so does None.
        """
        self.application.observer = observer

    def connection(self, identifier: str) -> Connection | None:
        """The stored object, None when it is gone. What was due in the background is done."""
        found = self.world.connections.get(identifier.lower())
        if found is not None:
            pending.settle(self.site, found, counts=False)
        return self.world.connections.get(identifier.lower())

    def token(self, caller: Caller | None = None, resource: str = AZURE_DEVOPS_APPLICATION) -> str:
        """A ready bearer token, as `az account get-access-token` would give (default: the fleet's user)."""
        return self.site.issue_token(caller or self.fleet.user, resource)
