# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record: every request but those of the control routes, with what was sent and how it was answered."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

from .writes import is_write


@dataclass
class Recorded:
    method: str
    """The effective method (X-HTTP-Method-Override applied)."""
    raw_path: str
    path: str
    """Decoded, without query."""
    query: dict[str, str]
    headers: dict[str, str]
    """Request headers, names in lower case."""
    body: Any
    """JSON as value, a form as dictionary, else text; None when there is none."""
    write: bool
    in_flight: int
    """Requests at work when this one arrived, this one included."""
    at: float
    """Monotonic time of arrival."""
    ended: float | None = None
    status: int | None = None
    """None while it runs, and 0 for a dropped connection."""
    caller: str | None = None
    operation: str | None = None
    """Template of the route, None for an unknown one."""

    @property
    def seconds(self) -> float | None:
        return None if self.ended is None else self.ended - self.at

    def __str__(self) -> str:
        return f"{self.method} {self.raw_path} -> {self.status}"


Moment = Literal["arrived", "applied"]
Observer = Callable[[Recorded, Moment], None]


class Recorder:
    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.in_flight = 0

    def begin(self, method: str, raw_path: str, query: str, headers: Mapping[str, str], body: bytes) -> Recorded:
        self.in_flight += 1
        path = unquote(raw_path) or "/"
        sent = parse_body(body, headers.get("content-type", ""))
        record = Recorded(
            method=method,
            raw_path=raw_path + (f"?{query}" if query else ""),
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=dict(headers),
            body=sent,
            write=is_write(method, path, sent),
            in_flight=self.in_flight,
            at=time.monotonic(),
        )
        self.requests.append(record)
        return record

    def end(self, record: Recorded, status: int) -> None:
        """Once per request; later calls change nothing."""
        if record.ended is not None:
            return
        self.in_flight -= 1
        record.status = status
        record.ended = time.monotonic()

    def forget(self) -> None:
        self.requests = []

    def as_json(self, *, writes_only: bool = False) -> list[dict[str, Any]]:
        """For the control route; credentials are cut to their scheme."""
        found = []
        for record in list(self.requests):
            if writes_only and not record.write:
                continue
            row = asdict(record)
            if "authorization" in row["headers"]:
                row["headers"]["authorization"] = row["headers"]["authorization"].partition(" ")[0]
            found.append(row)
        return found


def parse_body(body: bytes, content_type: str) -> Any:
    if not body:
        return None
    text = body.decode("utf-8-sig", "replace")
    if "x-www-form-urlencoded" in content_type:
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # the latter for a body that is nested too deep
        return text
