# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers: a small value that a handler returns, and the headers Azure DevOps puts on them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

SIGN_IN_PAGE = (  # observed: 9.2 (title)
    "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head>"
    "<body><h1>Sign in to your account</h1></body></html>"
)
PROXY_PAGE = (
    "<html><head><title>Network notice</title></head><body><h1>Web gateway</h1>"
    "<p>This site needs authentication at the company proxy.</p></body></html>"
)


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def dump(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair can only be said escaped
        return json.dumps(value, separators=(",", ":")).encode()


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, dump(value), JSON, dict(headers or {}))


def collection(values: list[Any], headers: Mapping[str, str] | None = None) -> Reply:
    """The envelope of every list of Azure DevOps: {count, value}."""  # documented: 2.1
    return answer({"count": len(values), "value": values}, 200, headers)


def no_content() -> Reply:
    return Reply(204, b"", "")


def text(message: str, status: int, content_type: str = TEXT, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, message.encode(), content_type, dict(headers or {}))


def azure_devops_headers(session: str | None) -> dict[str, str]:
    """Headers that every answer of Azure DevOps has."""  # observed: 9.3, 4.2
    activity = str(uuid.uuid4())
    return {
        "ActivityId": activity,
        "X-VSS-E2EID": session or activity,
        "X-TFS-Session": session or activity,
        "X-RateLimit-Cost": "0.07783",  # observed: 10
        "Cache-Control": "no-cache, no-store, must-revalidate",
        "X-Content-Type-Options": "nosniff",
    }
