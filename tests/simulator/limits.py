# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits as Azure DevOps shows them: headers, delayed answers, and at last 429."""

from __future__ import annotations

import time
from collections import deque

from .faults import default_failure
from .knobs import Knobs
from .replies import Reply


class Limits:
    """One budget for all callers, of a window that slides."""

    def __init__(self) -> None:
        self._seen: deque[float] = deque()

    def refuse(self, knobs: Knobs) -> Reply | None:
        """A 429 once twice the budget of the window is used."""  # documented: 10 (the amount is assumed)
        if not knobs.rate_budget:
            return None
        now = time.monotonic()
        while self._seen and self._seen[0] <= now - knobs.rate_window_s:
            self._seen.popleft()
        self._seen.append(now)
        if self._used(knobs) <= 2 * knobs.rate_budget:
            return None
        reply = default_failure(429).reply()
        reply.headers.update(self._headers(knobs, 0, 1.0))
        return reply

    def delay(self, knobs: Knobs) -> float:
        """For how long (s) an answer is held back: over the budget ever longer."""  # documented: 10 (how it grows is assumed)
        if not knobs.rate_budget:
            return 0.0
        return knobs.rate_delay_s * max(0.0, self._used(knobs) / knobs.rate_budget - 1)

    def decorate(self, knobs: Knobs, reply: Reply) -> None:
        """Headers on answers near and over the budget, or as the knobs say."""  # documented: 10
        if knobs.rate_budget:
            reply.headers["X-RateLimit-Cost"] = f"{knobs.rate_cost:g}"
            left = knobs.rate_budget - self._used(knobs)
            if left < 0:
                reply.headers.update(self._headers(knobs, 0, self.delay(knobs) or 0.5))
            elif left <= knobs.rate_budget / 5:
                reply.headers.update(self._headers(knobs, left, 0.0))
        elif knobs.rate_limit_remaining >= 0:
            reply.headers.update(self._headers(knobs, knobs.rate_limit_remaining, 0.0))
        if knobs.retry_after > 0:
            reply.headers["Retry-After"] = f"{knobs.retry_after:g}"

    def _used(self, knobs: Knobs) -> float:
        return round(len(self._seen) * knobs.rate_cost, 6)

    def _headers(self, knobs: Knobs, remaining: float, delay: float) -> dict[str, str]:
        found = {
            "X-RateLimit-Resource": "Core",
            "X-RateLimit-Limit": str(knobs.rate_budget or 200),
            "X-RateLimit-Remaining": str(int(remaining)),
            "X-RateLimit-Reset": str(int(time.time() + knobs.rate_window_s)),
        }
        if delay:
            found["X-RateLimit-Delay"] = f"{delay:.3f}"
            found["Retry-After"] = f"{max(1, round(delay))}"
        return found
