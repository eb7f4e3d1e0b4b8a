# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of the simulated services, each with the envelope of its service."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from .replies import Reply, answer, text

_FOUNDATION = "Microsoft.VisualStudio.Services"
_TYPE_NAMES = {  # observed: 2.9, 3.4, 9.2 where given; the assemblies of the others are assumed
    "ArgumentException": "System.ArgumentException, mscorlib",
    "ServiceEndpointException": f"{_FOUNDATION}.ServiceEndpoints.WebApi.ServiceEndpointException, "
    f"{_FOUNDATION}.ServiceEndpoints.WebApi",
    "DuplicateServiceConnectionException": f"{_FOUNDATION}.ServiceEndpoints.WebApi.DuplicateServiceConnectionException, "
    f"{_FOUNDATION}.ServiceEndpoints.WebApi",
    "AadAccessSilentException": f"{_FOUNDATION}.Aad.AadAccessSilentException, {_FOUNDATION}.Cloud",
    "UnauthorizedRequestException": "Microsoft.TeamFoundation.Framework.Server.UnauthorizedRequestException, "
    "Microsoft.TeamFoundation.Framework.Server",
}


class Failure(Exception):
    """Becomes the WrappedException envelope of Azure DevOps."""  # documented: 9.4

    def __init__(
        self,
        status: int,
        type_key: str,
        message: str,
        *,
        event_id: int = 3000,
        headers: Mapping[str, str] | None = None,
        custom_properties: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type_key = type_key
        self.message = message
        self.event_id = event_id
        self.headers = dict(headers or {})
        self.custom_properties = dict(custom_properties or {})

    def reply(self) -> Reply:
        body: dict[str, Any] = {
            "$id": "1",
            "innerException": None,
            "message": self.message,
            "typeName": _TYPE_NAMES.get(self.type_key, f"{_FOUNDATION}.Common.{self.type_key}, {_FOUNDATION}.Common"),
            "typeKey": self.type_key,
            "errorCode": 0,
            "eventId": self.event_id,
        }
        if self.custom_properties:
            body["customProperties"] = self.custom_properties
        return answer(body, self.status, self.headers)


class Refusal(Exception):
    """An answer that is no envelope: sign-in pages, plain text, empty bodies, {success, message}."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply_value = reply

    def reply(self) -> Reply:
        return self.reply_value


class AzureFailure(Exception):
    """The error body of Graph, ARM (`inner` is Graph's) and of the identity endpoints."""  # documented: 8.2

    def __init__(self, status: int, code: str, message: str, *, graph: bool = False) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.graph = status, code, message, graph

    def reply(self) -> Reply:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.graph:
            request_id = str(uuid.uuid4())
            error["innerError"] = {
                "date": "2026-01-01T00:00:00",
                "request-id": request_id,
                "client-request-id": request_id,
            }
        return answer({"error": error}, self.status)


class Unreadable(Exception):
    """A body whose shape is wrong: becomes a 400 of the service that was asked."""

    def __init__(self, where: str, wanted: str) -> None:
        super().__init__(where)
        self.where, self.wanted = where, wanted

    def reply(self, service: str) -> Reply:
        if service == "graph":
            message = f"Unable to read JSON request payload: '{self.where}' must be {self.wanted}."
            return AzureFailure(400, "Request_BadRequest", message, graph=True).reply()  # assumed: 8.2
        if service == "arm":
            message = (
                f"The request content was invalid and could not be deserialized: '{self.where}' must be {self.wanted}."
            )
            return AzureFailure(400, "InvalidRequestContent", message).reply()  # assumed: 8.3
        message = f"Error converting value to {self.wanted}. Path '{self.where}'."
        return answer({"count": 1, "value": {"Message": message}}, 400)  # observed: 9.4 (variant); status assumed


def argument(message: str, **more: Any) -> Failure:
    """The 400 of a refused argument."""  # observed: 3.4 (eventId 0)
    return Failure(400, "ArgumentException", message, event_id=0, **more)


def unknown_route(path: str) -> Refusal:
    message = f"The controller for path '{path}' was not found or does not implement IController."  # observed: 9.2
    return Refusal(text(message, 404))


def access_denied(message: str) -> Failure:
    return Failure(403, "AccessDeniedException", message)  # assumed: 9.2 (401 or 403)
