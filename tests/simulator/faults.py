# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on order: first in, first out; each answers (or breaks) the next requests that match it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .errors import Failure
from .replies import HTML, PROXY_PAGE, SIGN_IN_PAGE, Reply, answer, text

Kind = Literal["status", "reset_before", "reset_after", "html", "truncated", "cut", "delay", "headers"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass
class Fault:
    """One order.

    kind: `status` answers with `status` and `body` and applies nothing; `reset_before` drops the connection before
    the request is applied, `reset_after` after it; `html` answers a page (body "sign-in", "proxy" or the page itself)
    with `status` (203 unless given); `truncated` applies the request and sends the first half of the JSON as if it
    were all; `cut` does the same but announces the whole length and drops the connection; `delay` waits `delay_ms` and
    goes on; `headers` applies the request and adds `headers`.
    """

    kind: Kind = "status"
    method: str | None = None
    path: str = ""
    """Regular expression, searched in the decoded path followed by ?query."""
    times: int = 1
    """0 means always."""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    delay_ms: float = 0.0
    skip: int = 0
    """So many matching requests pass untouched first."""
    used: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fault's kind is one of {', '.join(KINDS)}, not {self.kind!r}")
        self._regex = re.compile(self.path)

    def matches(self, method: str, target: str) -> bool:
        return (self.method is None or self.method.upper() == method) and self._regex.search(target) is not None


class Faults:
    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def add(self, order: Fault) -> Fault:
        self.orders.append(order)
        return order

    def take(self, method: str, target: str) -> Fault | None:
        """The first order that matches, used up by one."""
        for order in self.orders:
            if not order.matches(method, target):
                continue
            if order.skip > 0:
                order.skip -= 1
                continue
            order.used += 1
            if order.times and order.used >= order.times:
                self.orders.remove(order)
            return order
        return None

    def clear(self) -> None:
        self.orders.clear()


def from_mapping(order: Mapping[str, Any]) -> Fault:
    """An order as it comes over the control route. Raises ValueError or TypeError when it makes no sense."""
    return Fault(**dict(order))


def direct_reply(order: Fault) -> Reply:
    """The answer of a `status` or `html` order."""
    if order.kind == "html":
        page = {"sign-in": SIGN_IN_PAGE, None: SIGN_IN_PAGE, "proxy": PROXY_PAGE}.get(order.body, order.body)
        return text(page, order.status or 203, HTML, order.headers)
    status = order.status or 503
    if order.body is None:
        reply = default_failure(status).reply() if status >= 400 else answer(None, status)
    elif isinstance(order.body, str):
        kind = next((value for key, value in order.headers.items() if key.lower() == "content-type"), None)
        reply = text(order.body, status, kind or "text/plain; charset=utf-8")
    else:
        reply = answer(order.body, status)
    reply.headers.update({key: value for key, value in order.headers.items() if key.lower() != "content-type"})
    return reply


def default_failure(status: int) -> Failure:
    if status == 429:
        return Failure(  # documented: 10 (text); the envelope is assumed
            429,
            "RequestBlockedException",
            "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource "
            "<Concurrency> in namespace <User>.",
        )
    return Failure(status, "VssServiceException", f"TF400898: An Internal Error Occurred. ({status})")
