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

from ansible_collections.azdo.connections.plugins.module_utils._connection import SERVICE_PRINCIPAL, ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._eligibility import Reason, blocked
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    AzdoError,
    NotAcceptedError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._plan import idle_status

# A write that the service did not accept is tried this often, each time from a fresh read.
_ATTEMPTS = 6
# How long (s) the service may still be working on a write whose answer was lost, before it counts as not carried out.
_GRACE_SECONDS = 60.0
# One read that finds nothing may be a replica that lags behind.
_MISSING_READS = 3
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0

# What people can do about the refusals that have been seen (3.4, 2.7). Recognised by text: most share one typeKey.
_REMEDIES = (
    (
        "could not be configured automatically",
        "The caller must own the application. If it was changed by hand, have its owner add the credential that the portal shows under Convert.",
    ),
    ("Azure Stack", "Azure Stack does not support workload identity federation; keep the service principal."),
    (
        "Failed to obtain an access token of identity",
        "The connection's tenant is usually not the organization's tenant: convert it with an account of its own tenant.",
    ),
    ("A valid refresh token was not found", "Sign in to the Azure DevOps portal once as this user, then run again."),
    (
        "requires user authentication",
        "Make the personal access token with full access, or sign in with az login and auth_source azure_cli.",
    ),
    (
        "Insufficient privileges",
        "Ask for the Application Developer role in Microsoft Entra, or have the application's owner run this.",
    ),
)


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

    :param wait_timeout: how long (s) to wait for the service after it accepted the request.
    """

    def __init__(self, effects: Effects, target: str, wait_timeout: float) -> None:
        self._effects = effects
        self._target = target
        self._wait_timeout = wait_timeout
        self._done = "reverted" if target == SERVICE_PRINCIPAL else "converted"

    def run(self) -> Outcome:
        """:raises StoppedError: the task is over. :raises AuthenticationError: nobody is signed in any more, so nothing else can work either."""
        problem: AzdoError | None = None
        ambiguous = False
        for attempt in range(_ATTEMPTS):
            before = self._effects.read()
            if before is None:
                return Outcome(
                    status="failed",
                    error=problem or AzdoError("It is gone, or no longer visible to this caller."),
                    changed=ambiguous,
                )
            reasons = self._effects.assess(before)
            if before.scheme == self._target and ambiguous:
                return self._settle(before, before)
            if blocked(reasons):
                return Outcome(
                    status=idle_status(reasons, self._target), after=before, reasons=reasons, changed=ambiguous
                )
            try:
                self._effects.send(before.conversion_body(self._target))
            except NotAcceptedError as error:
                problem = error
                self._effects.wait(_FIRST_PAUSE_SECONDS * attempt)
                continue
            except AmbiguousWriteError as error:
                found = self._look_for_traces(before)
                if found is not None:
                    return found
                if ambiguous:
                    return Outcome(status="failed", error=error, after=before, changed=True)
                problem, ambiguous = error, True
                continue
            except ServiceError as error:
                return self._after_refusal(before, error)
            return self._settle(before)
        return Outcome(status="failed", error=problem, changed=ambiguous)

    def _settle(self, before: ArmConnection, latest: ArmConnection | None = None) -> Outcome:
        """Wait until the service reports the new scheme and ready."""
        found = self._poll(before, self._wait_timeout, latest)
        if isinstance(found, Outcome):
            return found
        error = AzdoError(
            f"Azure DevOps accepted the request but did not finish within {self._wait_timeout:g} s.",
            remedy="Run again later: what is done by then is recognised.",
        )
        return Outcome(status="waiting", error=error, after=found, changed=True)

    def _look_for_traces(self, before: ArmConnection) -> Outcome | None:
        """After a lost answer: the outcome if the service carried the request out or is at it, None if it did not."""
        found = self._poll(before, min(_GRACE_SECONDS, self._wait_timeout), None)
        if isinstance(found, Outcome):
            return found
        if found is not None and found.scheme != self._target and found.state == "ready":
            return None
        error = AzdoError(
            "The answer was lost and what became of the request could not be read.",
            remedy="Run again: it starts with a read.",
        )
        return Outcome(status="waiting", error=error, after=found, changed=True)

    def _poll(
        self, before: ArmConnection, seconds: float, latest: ArmConnection | None
    ) -> Outcome | ArmConnection | None:
        """Read until it is settled; at the end of the time the last state that was read. The first read comes at once."""
        end = self._effects.clock() + seconds
        pause = _FIRST_PAUSE_SECONDS
        missing = 0
        current = latest
        while True:
            if current is None:
                try:
                    latest = self._effects.read()
                    missing = 0 if latest else missing + 1
                except (StoppedError, AuthenticationError):
                    raise
                except AzdoError:
                    latest = None
                current = latest
            if missing == _MISSING_READS:
                return Outcome(
                    status="failed", error=AzdoError("It disappeared while it was being changed."), changed=True
                )
            if current is not None and (outcome := self._judge(before, current)) is not None:
                return outcome
            if self._effects.clock() + pause > end:
                return latest
            self._effects.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            current = None

    def _judge(self, before: ArmConnection, current: ArmConnection) -> Outcome | None:
        """The outcome if the state is final, None if it may still change."""
        if current.state == "failed" and before.state != "failed":
            error = AzdoError(
                f"Azure DevOps reports a failure: {current.status_message or 'no reason given'}.",
                remedy=_remedy(current.status_message),
            )
            return Outcome(status="failed", error=error, after=current, changed=True)
        if current.scheme != self._target or current.state == "in_progress":
            return None
        if more := differences(before, current):
            error = AzdoError(
                f"The scheme was changed, and so was something else: {', '.join(item['field'] for item in more)}.",
                remedy="Look at the connection before pipelines use it; nothing was reverted.",
                differences=more,
            )
            return Outcome(status="failed", error=error, after=current, changed=True)
        return Outcome(status=self._done, after=current, changed=True)

    def _after_refusal(self, before: ArmConnection, error: ServiceError) -> Outcome:
        """An error is not the truth about the connection: a read is."""
        try:
            current = self._effects.read()
        except ServiceError:
            current = None
        if current is not None and current.scheme == self._target:
            return self._settle(before, current)
        error.remedy = error.remedy or _remedy(error.message)
        return Outcome(status="failed", error=error, after=current, changed=current is None)


def differences(before: ArmConnection, after: ArmConnection) -> list[Json]:
    """What changed although a conversion must not change it. Shape: ``[{field, before, after}]``."""
    fields = (
        "id",
        "name",
        "description",
        "url",
        "type",
        "tenant_id",
        "client_id",
        "environment",
        "creation_mode",
        "enabled",
        "references",
    )
    return [
        {"field": name, "before": _plain(getattr(before, name)), "after": _plain(getattr(after, name))}
        for name in fields
        if getattr(before, name) != getattr(after, name)
    ] + (
        [{"field": "scope", "before": dict(before.scope), "after": dict(after.scope)}]
        if dict(before.scope) != dict(after.scope)
        else []
    )


def _plain(value: t.Any) -> t.Any:
    return [f"{ref.name}: {ref.connection_name}" for ref in value] if isinstance(value, tuple) else value


def _remedy(message: str) -> str:
    return next((remedy for text, remedy in _REMEDIES if text.lower() in message.lower()), "")
