# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application: record, faults, latency, routes, auth gate, versions, handler, answer."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from . import control, faults, wire
from .auth import authenticate
from .azure_auth import authenticate_azure
from .calls import Call, Site
from .errors import AzureFailure, Failure, Refusal, Unreadable, unknown_route
from .identifiers import is_guid
from .limits import Limits
from .operations import table
from .projects import resolve
from .recorder import Observer, Recorded, Recorder
from .replies import HTML, JSON, SIGN_IN_PAGE, Reply, azure_devops_headers, text
from .routing import LATENCY_FALLBACK, Operation
from .turns import pause
from .versions import negotiate

_DROPPED = 0
_NOT_APPLIED = ("status", "html", "reset_before")


class Application:
    def __init__(self, site: Site, transports: wire.Transports) -> None:
        self.site = site
        self.recorder = Recorder()
        self.faults = faults.Faults()
        self.limits = Limits()
        self.observer: Observer | None = None
        self._table = table()
        self._transports = transports

    def forget_everything(self) -> None:
        self.recorder.forget()
        self.faults.clear()
        self.limits = Limits()
        self.observer = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        path: str = scope["path"]
        query = scope["query_string"].decode("latin-1")
        if path.startswith("/_control/"):
            reply = control.answer(self, request.method, path, query, body)
            await self._send(reply, scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        method = request.method
        if method == "POST":
            method = headers.get("x-http-method-override", method).upper()  # documented: 10
        raw_path = scope.get("raw_path", path.encode()).decode("latin-1").partition("?")[0]
        record = self.recorder.begin(method, raw_path, query, headers, body)
        try:
            if self.observer is not None:
                self.observer(record, "arrived")  # first, so that it may order a fault for this very request
            order = self.faults.take(method, path + (f"?{query}" if query else ""))
            if order is not None and order.delay_ms:
                await pause(order.delay_ms / 1000)
            reply = Reply()
            if order is None or order.kind != "reset_before":
                reply = await self._reply(order, record, headers)
            dropped = order is not None and order.kind in ("reset_before", "reset_after")
            self.recorder.end(record, _DROPPED if dropped else reply.status)  # before the client can know
            if self.observer is not None and (order is None or order.kind not in _NOT_APPLIED):
                self.observer(record, "applied")
            if dropped:
                await self._drop(scope, receive)
            elif order is not None and order.kind == "cut":
                await self._send_half(reply, scope, receive, send)
            else:
                await self._send(reply, scope, receive, send)
        finally:
            self.recorder.end(record, _DROPPED)  # when it broke off

    # -- one request -----------------------------------------------------------------------------------------------
    async def _reply(self, order: faults.Fault | None, record: Recorded, headers: dict[str, str]) -> Reply:
        """The answer, as the fault wants it."""
        call = Call(self.site, record.method, record.path, record.query, headers, None)
        if order is not None and order.kind in ("status", "html"):
            return faults.direct_reply(order)
        call.body = record.body
        reply = await self._handle(call, record)
        record.caller = call.caller.display_name or None
        if order is not None and order.kind == "truncated":
            reply.body = reply.body[: len(reply.body) // 2]
        if order is not None and order.kind == "headers":
            reply.headers.update(order.headers)
        return reply

    async def _handle(self, call: Call, record: Recorded) -> Reply:
        service, path = self._locate(call.path)
        found = self._table.find(service, call.method, path) if service else None
        if found is None:
            return self._unknown(call, service, path)
        operation, call.parameters = found
        record.operation = operation.template
        started = time.monotonic()
        try:
            reply = await self._serve(call, operation, service, started)
        except (Failure, Refusal, AzureFailure) as failure:
            reply = failure.reply()
        except Unreadable as failure:
            reply = failure.reply(service)
        if service == "azure_devops":
            self._finish(call, reply)
        return reply

    async def _serve(self, call: Call, operation: Operation, service: str, started: float) -> Reply:
        if service == "azure_devops":
            blocked = self.limits.refuse(self.site.knobs)
            if blocked is not None:
                return blocked
            if delay := self.limits.delay(self.site.knobs):
                await pause(delay)
            call.caller = authenticate(call, bearer_only=operation.bearer_only)
            negotiate(call, operation, self.site.profile)
            if operation.collection_write and not self.site.profile.collection_writes:
                raise unknown_route(call.path)  # documented: 9.5 (2019 writes through projects only)
            if "project" in call.parameters:
                call.project = resolve(call, call.parameters["project"])
        elif service in ("graph", "arm"):
            call.caller = authenticate_azure(call, service)
        held = operation.hold(call) if operation.hold else None
        if held is not None:
            self.site.world.busy.add(held)
        try:
            await self._wait(call, operation, started)
            return operation.handler(call)
        finally:
            if held is not None:
                self.site.world.busy.discard(held)

    async def _wait(self, call: Call, operation: Operation, started: float) -> None:
        """Sleep what is left of the latency of this class of route."""
        latencies = self.site.knobs.latency_ms
        if not latencies:
            return
        kind: str | None = operation.latency
        if kind == "write" and call.ask("operation"):
            kind = "convert"
        while kind is not None and kind not in latencies:
            kind = LATENCY_FALLBACK.get(kind)
        if kind is None:
            return
        left = latencies[kind] / 1000 - (time.monotonic() - started)
        if left > 0:
            await pause(left)

    def _locate(self, path: str) -> tuple[str, str]:
        """The service a path belongs to, and the rest of the path."""
        rest = path.lstrip("/")
        first, _slash, below = rest.partition("/")
        if first == "_graph":
            return "graph", below
        if first == "_arm":
            return "arm", below
        if is_guid(first) or first in ("common", "organizations"):
            return "entra", rest
        if first in ("metadata", "MSI"):
            return "machine", rest
        organization = self.site.organization_path + "/"
        if rest.lower().startswith(organization.lower()):
            return "azure_devops", rest[len(organization) :]
        return "", rest

    def _unknown(self, call: Call, service: str, path: str) -> Reply:
        if call.path == "/_signin":
            return text(SIGN_IN_PAGE, 200, HTML)  # observed: 9.2 (where a followed redirect ends)
        allowed = self._table.methods(service, path) if service else []
        if allowed:
            message = f"The requested resource does not support http method '{call.method}'."
            return Failure(
                405, "VssServiceException", message, headers={"Allow": ", ".join(allowed)}
            ).reply()  # assumed
        if service == "azure_devops":
            return unknown_route(call.path).reply()
        if service in ("graph", "arm"):
            return AzureFailure(404, "ResourceNotFound", f"Nothing at {call.path}.", graph=service == "graph").reply()
        return text("The resource cannot be found.", 404)  # assumed

    def _finish(self, call: Call, reply: Reply) -> None:
        if reply.content_type == JSON and call.version_text:
            reply.content_type = f"{JSON}; api-version={call.version_text}"  # observed: 1
        for name, value in azure_devops_headers(call.headers.get("x-tfs-session")).items():
            reply.headers.setdefault(name, value)
        if call.caller.id and reply.status < 400:
            reply.headers.setdefault("X-VSS-UserData", f"{call.caller.id}:{call.caller.unique_name}")  # observed: 9.3
        if reply.status < 400:
            self.limits.decorate(self.site.knobs, reply)

    # -- answers ---------------------------------------------------------------------------------------------------
    async def _send(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        response = Response(reply.body, reply.status, _encodable(reply.headers), reply.content_type or None)
        if not reply.content_type and "content-type" in response.headers:
            del response.headers["content-type"]
        await response(scope, receive, send)

    async def _send_half(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        """Announce the whole length, send the first half and drop the connection."""
        whole = len(reply.body)
        head: Message = {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(b"content-type", reply.content_type.encode()), (b"content-length", str(whole).encode())],
        }
        await send(head)
        await send({"type": "http.response.body", "body": reply.body[: whole // 2], "more_body": True})
        await pause(0.01)  # let it leave before the reset
        await self._drop(scope, receive)

    async def _drop(self, scope: Scope, receive: Receive) -> None:
        client = scope.get("client")
        wire.reset(self._transports, (client[0], client[1]) if client else None)
        while (await receive())["type"] != "http.disconnect":
            pass


def _encodable(headers: dict[str, str]) -> dict[str, str]:
    return {key: value.encode("ascii", "backslashreplace").decode() for key, value in headers.items()}
