# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving one connection: what every way of moving has in common, and how one waits for the service to be done with it.

PRIVATE to the collection. The decisions are pure; everything that acts comes in as :class:`Effects`. A move can be killed between any two steps and started
again: it begins with a read, and what is done already is recognised. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._rest.remedies import remedy_for
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason

# A write that the service did not accept is tried this often, each time from a fresh read.
ATTEMPTS = 6
# One read that finds nothing may be a replica that lags behind.
_MISSING_READS = 3
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0
# So long (s) nobody looks at a connection itself of which a list says that nothing has happened.
_LIST_TRUSTED_SECONDS = 60.0

# With these refusals the service says that somebody else was faster (3.4; the second text is assumed).
_NOT_AS_IT_WAS = ("neither an upgrade or a downgrade", "is in progress")
_LOOK_FOR_IT = (
    "Look in the project's service connections whether somebody deleted it or took this caller's rights away."
)

# The status of a row that was moved, by target.
MOVED = {WIF: "converted", SERVICE_PRINCIPAL: "reverted", ENTRA_ISSUER: "migrated"}


class UnconfirmedError(AzdoError):
    """Azure DevOps accepted a request, or may have, and how it ended is not known.

    :param cause: what ended the looking, if it was more than the time.
    """

    code = "unconfirmed"
    usual_remedy = "Run again: it starts with a read, and what is done by then is recognised."

    def __init__(self, message: str, *, cause: AzdoError | None = None, remedy: str = "") -> None:
        told = f"{message.rstrip('.')}: {cause.message}" if cause else message
        first = cause.remedy if cause and cause.remedy else ""
        super().__init__(
            told,
            remedy=" ".join(text for text in (first, remedy or self.usual_remedy) if text),
            cause=cause.to_failure() if cause else None,
        )
        self.cause = cause


class Effects(t.Protocol):
    """What moving does to the world."""

    def read(self) -> ArmConnection | None:
        """The connection as it is now, through its owning project; None when it is gone."""

    def inform(self, connection: ArmConnection) -> None:
        """Read the facts around the connection, which may take its time."""

    def assess(self, connection: ArmConnection) -> Assessment | None:
        """What there is to say of moving the connection as it is now, at once; None if the facts that were read are about another state of it."""

    def send(self, connection: ArmConnection, body: Json) -> None:
        """The request that moves it."""

    def refused(self, error: AzdoError, connection: ArmConnection) -> bool | HandOff:
        """Whether another try makes sense, after a pause; or the work for a person without which it does not."""

    def worth_a_look(self, connection: ArmConnection) -> bool:
        """Whether something may have happened to the connection since it was read; a list that shows many tells. Only a read tells what."""

    def wait(self, seconds: float) -> None:
        """Sleep; raises when the task is over."""

    def clock(self) -> float:
        """Seconds that only go forward."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How it ended. ``after`` is the last state that was read; ``changed`` is True too when it is not known whether something changed.

    :param tested: how the test after the move ended.
    :param hand_off: what a person is to do.
    :param settled: whether nothing is left for a later run to see to.
    :param again: what kept it from being done was mended, so that another request makes sense.
    """

    status: str
    changed: bool = False
    after: ArmConnection | None = None
    error: AzdoError | None = None
    reasons: tuple[Reason, ...] | None = None
    tested: Verification | None = None
    hand_off: HandOff | None = None
    notes: tuple[str, ...] = ()
    settled: bool = False
    again: bool = False

    def noted(self, note: str) -> Outcome:
        """The same with one more sentence, if it is one."""
        return replace(self, notes=(*self.notes, note)) if note else self


class Move:
    """Moves one connection to a target.

    ``sent`` is True as long as a request went out of which it is not proven that it changed nothing.

    :param wait_timeout: how long (s) to wait for the service after it accepted the request.
    """

    def __init__(self, effects: Effects, target: str, wait_timeout: float) -> None:
        self._effects = effects
        self._target = target
        self._wait_timeout = wait_timeout
        self._before: ArmConnection | None = None
        # Why the last look told nothing.
        self._unseen: AzdoError | None = None
        self.sent = False

    def reached(self, connection: ArmConnection) -> bool:
        """Whether the connection is at the target."""
        return connection.scheme == self._target

    def _pause(self, attempt: int) -> None:
        self._effects.wait(_FIRST_PAUSE_SECONDS * 2**attempt)

    def _after_refusal(self, error: ServiceError, lost_before: bool, *, ask: bool = True) -> Outcome | None:
        """An error is not the truth about the connection: a read is. None if another try makes sense."""
        error.remedy = error.remedy or remedy_for(error.message)
        try:
            current = self._effects.read()
        except StoppedError:
            raise
        except AzdoError as problem:
            return self._refused_unseen(error, problem, lost_before)
        if current is not None and (self.reached(current) or current.state != self._state_before):
            found = self._settle(current)
            theirs = not lost_before and any(text in error.message for text in _NOT_AS_IT_WAS)
            return self._by_somebody_else(found) if theirs else found
        self.sent = lost_before or current is None
        answer = self._effects.refused(error, current) if current is not None and not lost_before and ask else False
        if isinstance(answer, HandOff):
            return Outcome(status="needs_person", error=error, after=current, changed=self.sent, hand_off=answer)
        return None if answer else self._failed(error, current)

    def _refused_unseen(self, error: ServiceError, problem: AzdoError, lost_before: bool) -> Outcome:
        """Refused, and then not to be read: what the service said of the request is all that is known."""
        if lost_before or error.status >= 500:
            return self._unconfirmed(f"A request was answered with an error ({error.message.rstrip('.')})", problem)
        self.sent = False
        error.message = f"{error.message.rstrip('.')}. How it is since then could not be read: {problem.message}"
        return self._failed(error)

    def _by_somebody_else(self, found: Outcome) -> Outcome:
        """A row says what this run did."""
        self.sent = False
        if found.status == MOVED[self._target]:
            note = "It was moved meanwhile, as it seems by somebody else: the request of this run was refused."
            return Outcome(status="unchanged", after=found.after, notes=(note,), settled=True)
        if found.status == "waiting":
            reason = Reason("not_ready", "blocks", {"another_run": True})
            return Outcome(status="skipped", after=found.after, reasons=(reason,))
        return found

    def _settle(self, latest: ArmConnection | None = None) -> Outcome:
        """Wait until the service reports the target and ready."""
        found = self._poll(self._wait_timeout, latest)
        if isinstance(found, Outcome):
            return found
        if found is None and self._unseen is not None:
            return self._unconfirmed(
                "Azure DevOps accepted the request, and since then it could not be read", self._unseen
            )
        error = UnconfirmedError(
            f"Azure DevOps accepted the request but did not finish within {self._wait_timeout:g} s.",
            remedy="Run again later: what is done by then is recognised.",
        )
        return Outcome(status="waiting", error=error, after=found, changed=True)

    def _unconfirmed(self, what: str, cause: AzdoError) -> Outcome:
        return Outcome(status="waiting", error=UnconfirmedError(what, cause=cause), changed=True)

    def _poll(self, seconds: float, latest: ArmConnection | None = None) -> Outcome | ArmConnection | None:
        """Read until it is settled; at the end of the time the last state that was read. The first read comes at once."""
        effects = self._effects
        looked = effects.clock()
        end = looked + seconds
        pause = _FIRST_PAUSE_SECONDS
        missing = 0
        while True:
            if latest is None:
                looked = effects.clock()
                latest, missing = self._look(missing)
            if isinstance(self._unseen, AuthenticationError):
                # Nobody is signed in any more: no later look can tell more.
                return self._unconfirmed(
                    "Azure DevOps has, or may have, accepted the request, and how it ended cannot be seen", self._unseen
                )
            if missing == _MISSING_READS:
                return self._failed(AzdoError("It disappeared while it was being changed.", remedy=_LOOK_FOR_IT))
            if latest is not None and (outcome := self._judge(latest)) is not None:
                return outcome
            if effects.clock() + pause > end:
                return latest
            effects.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            # The last look is one at the connection itself.
            by_list = effects.clock() + pause <= end and effects.clock() - looked < _LIST_TRUSTED_SECONDS
            if latest is None or not by_list or effects.worth_a_look(latest):
                latest = None

    def _look(self, missing: int) -> tuple[ArmConnection | None, int]:
        """One read, and how many in a row found nothing. A read that fails is no news: there is time for another."""
        self._unseen = None
        try:
            found = self._effects.read()
        except StoppedError:
            raise
        except AzdoError as error:
            self._unseen = error
            return None, missing
        return found, 0 if found else missing + 1

    def _judge(self, current: ArmConnection) -> Outcome | None:
        """The outcome if the state is final, None if it may still change."""
        moved = self.reached(current)
        if current.state == "failed" and (moved or self._failed_since(current)):
            return self._reported_failure(current, moved=moved)
        if not moved or current.state == "in_progress":
            return None
        return Outcome(status=MOVED[self._target], after=current, changed=True)

    def _reported_failure(self, current: ArmConnection, *, moved: bool) -> Outcome:
        """Accepted, and then not done. What is not moved is as it was, so it is known what became of the request."""
        said = current.status_message or "no reason given"
        error = AzdoError(f"Azure DevOps reports a failure: {said.rstrip('.')}.", remedy=remedy_for(said))
        answer = False if moved else self._effects.refused(error, current)
        if isinstance(answer, HandOff):
            return Outcome(
                status="needs_person", error=error, after=current, changed=True, hand_off=answer, settled=True
            )
        return replace(self._failed(error, current), settled=not moved, again=answer)

    def _failed_since(self, current: ArmConnection) -> bool:
        """Whether the failure is one of this request: of one that failed before, only a later change tells (2.4)."""
        before = self._before.raw.get("modificationDate") if self._before else None
        return self._state_before != "failed" or current.raw.get("modificationDate") != before

    @property
    def _state_before(self) -> str:
        return self._before.state if self._before else "ready"

    def _failed(self, error: AzdoError | None, after: ArmConnection | None = None) -> Outcome:
        return Outcome(status="failed", error=error, after=after, changed=self.sent)


def gone() -> AzdoError:
    """The error of a connection that is not there any more."""
    return AzdoError("It is gone, or no longer visible to this caller.", remedy=_LOOK_FOR_IT)
