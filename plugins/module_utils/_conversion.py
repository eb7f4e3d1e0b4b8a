# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of one conversion or revert: read, decide, send, settle.

PRIVATE to the collection. The decisions are pure; everything that acts comes in as :class:`Effects`. A conversion can be killed between any two steps
and started again: it begins with a read, and what is done already is recognised. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._bodies import conversion_body
from ansible_collections.azdo.connections.plugins.module_utils._comparison import differences
from ansible_collections.azdo.connections.plugins.module_utils._connection import SERVICE_PRINCIPAL, ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._eligibility import blocked
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    AzdoError,
    NotAcceptedError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._plan import idle_status
from ansible_collections.azdo.connections.plugins.module_utils._reasons import Reason
from ansible_collections.azdo.connections.plugins.module_utils._remedies import remedy_for

# A write that the service did not accept is tried this often, each time from a fresh read.
_ATTEMPTS = 6
# How long (s) the service may still be working on a write whose answer was lost, before it counts as not carried out.
_GRACE_SECONDS = 60.0
# One read that finds nothing may be a replica that lags behind.
_MISSING_READS = 3
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0


class Effects(t.Protocol):
    """What a conversion does to the world."""

    def read(self) -> ArmConnection | None:
        """The connection as it is now, through its owning project; None when it is gone."""

    def send(self, body: Json) -> None:
        """The conversion request."""

    def assess(self, connection: ArmConnection) -> tuple[Reason, ...]:
        """What stands against moving the connection as it is now."""

    def wait(self, seconds: float) -> None:
        """Sleep; raises when the task is over."""

    def clock(self) -> float:
        """Seconds that only go forward."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How it ended. ``after`` is the last state that was read; ``changed`` is True too when it is not known whether something changed."""

    status: str
    changed: bool = False
    after: ArmConnection | None = None
    error: AzdoError | None = None
    reasons: tuple[Reason, ...] | None = None


class Conversion:
    """Moves one connection to a target scheme.

    ``sent`` is True as long as a request went out of which it is not proven that it changed nothing.

    :param wait_timeout: how long (s) to wait for the service after it accepted the request.
    """

    def __init__(self, effects: Effects, target: str, wait_timeout: float) -> None:
        self._effects = effects
        self._target = target
        self._wait_timeout = wait_timeout
        self._before: ArmConnection | None = None
        self.sent = False

    def run(self) -> Outcome:
        """:raises StoppedError: the task is over. :raises AuthenticationError: nobody is signed in any more, so nothing else can work either."""
        problem: AzdoError | None = None
        for attempt in range(_ATTEMPTS):
            current = self._effects.read()
            if current is None:
                return self._failed(problem or AzdoError("It is gone, or no longer visible to this caller."))
            if self.sent and current.scheme == self._target:
                return self._settle(current)
            reasons = self._effects.assess(current)
            if blocked(reasons):
                return Outcome(status=idle_status(reasons, self._target), reasons=reasons, changed=self.sent)
            result = self._attempt(current)
            if isinstance(result, Outcome):
                return result
            problem = result
            self._effects.wait(_FIRST_PAUSE_SECONDS * 2**attempt)
        return self._failed(problem)

    def _attempt(self, current: ArmConnection) -> Outcome | AzdoError:
        """Send once. The outcome, or the problem after which a fresh start is safe."""
        lost_before = self.sent
        if not lost_before or self._before is None:
            # What the end is compared with; after a lost answer it stays the state before the first request.
            self._before = current
        self.sent = True
        try:
            self._effects.send(conversion_body(current, self._target))
        except NotAcceptedError as error:
            self.sent = lost_before
            return error
        except AmbiguousWriteError as error:
            return self._after_lost_answer(error, lost_before)
        except ServiceError as error:
            return self._after_refusal(error, lost_before)
        return self._settle()

    def _after_lost_answer(self, error: AmbiguousWriteError, lost_before: bool) -> Outcome | AzdoError:
        """The service may still be at it, so it gets time. Only if it is at rest in the old scheme after that, one more request is safe."""
        found = self._poll(min(_GRACE_SECONDS, self._wait_timeout))
        if isinstance(found, Outcome):
            return found
        at_rest = found is not None and found.scheme != self._target and found.state == "ready"
        if at_rest and not lost_before and self._wait_timeout >= _GRACE_SECONDS:
            return error
        if at_rest and lost_before:
            return self._failed(error)
        lost = AzdoError(
            f"What became of the request is not known: {error.message}", remedy="Run again: it starts with a read."
        )
        return Outcome(status="waiting", error=lost, after=found, changed=True)

    def _after_refusal(self, error: ServiceError, lost_before: bool) -> Outcome:
        """An error is not the truth about the connection: a read is."""
        error.remedy = error.remedy or remedy_for(error.message)
        try:
            current = self._effects.read()
        except (StoppedError, AuthenticationError):
            raise
        except AzdoError:
            return self._failed(error)
        if current is not None and (current.scheme == self._target or current.state != self._state_before):
            return self._settle(current)
        self.sent = lost_before or current is None
        return self._failed(error, current)

    def _settle(self, latest: ArmConnection | None = None) -> Outcome:
        """Wait until the service reports the new scheme and ready."""
        found = self._poll(self._wait_timeout, latest)
        if isinstance(found, Outcome):
            return found
        error = AzdoError(
            f"Azure DevOps accepted the request but did not finish within {self._wait_timeout:g} s.",
            remedy="Run again later: what is done by then is recognised.",
        )
        return Outcome(status="waiting", error=error, after=found, changed=True)

    def _poll(self, seconds: float, latest: ArmConnection | None = None) -> Outcome | ArmConnection | None:
        """Read until it is settled; at the end of the time the last state that was read. The first read comes at once."""
        end = self._effects.clock() + seconds
        pause = _FIRST_PAUSE_SECONDS
        missing = 0
        while True:
            if latest is None:
                latest, missing = self._look(missing)
            if missing == _MISSING_READS:
                return self._failed(AzdoError("It disappeared while it was being changed."))
            if latest is not None and (outcome := self._judge(latest)) is not None:
                return outcome
            if self._effects.clock() + pause > end:
                return latest
            self._effects.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            latest = None

    def _look(self, missing: int) -> tuple[ArmConnection | None, int]:
        """One read, and how many in a row found nothing. A read that fails is no news: there is time for another."""
        try:
            found = self._effects.read()
        except (StoppedError, AuthenticationError):
            raise
        except AzdoError:
            return None, missing
        return found, 0 if found else missing + 1

    def _judge(self, current: ArmConnection) -> Outcome | None:
        """The outcome if the state is final, None if it may still change."""
        moved = current.scheme == self._target
        if current.state == "failed" and (moved or self._state_before != "failed"):
            said = current.status_message or "no reason given"
            return self._failed(AzdoError(f"Azure DevOps reports a failure: {said}.", remedy=remedy_for(said)), current)
        if not moved or current.state == "in_progress":
            return None
        if self._before is not None and (more := differences(self._before, current)):
            error = AzdoError(
                f"The scheme was changed, and so was something else: {', '.join(item['field'] for item in more)}.",
                remedy="Look at the connection before pipelines use it; nothing was reverted.",
                differences=more,
            )
            return self._failed(error, current)
        return Outcome(
            status="reverted" if self._target == SERVICE_PRINCIPAL else "converted", after=current, changed=True
        )

    @property
    def _state_before(self) -> str:
        return self._before.state if self._before else "ready"

    def _failed(self, error: AzdoError | None, after: ArmConnection | None = None) -> Outcome:
        return Outcome(status="failed", error=error, after=after, changed=self.sent)
