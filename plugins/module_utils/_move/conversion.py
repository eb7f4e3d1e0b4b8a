# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One conversion or revert: read, decide, send, settle.

PRIVATE to the collection, and without effects of its own. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotSentError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import conversion_body
from ansible_collections.azdo.connections.plugins.module_utils._move.move import (
    ATTEMPTS,
    Move,
    Outcome,
    UnconfirmedError,
    gone,
)

# How long (s) the service may still be working on a write whose answer was lost, before it counts as not carried out.
GRACE_SECONDS = 60.0


class Conversion(Move):
    """Moves one connection to another authorization scheme."""

    def run(self) -> Outcome:
        """:raises StoppedError: the task is over. :raises AuthenticationError: nobody is signed in any more, so nothing else can work either."""
        problem: AzdoError | None = None
        attempt = 0
        while attempt < ATTEMPTS:
            # Read immediately before the decision: a request made of an older state would undo what others changed since.
            current = self._effects.read()
            if current is None:
                return self._failed(problem or gone())
            if self.sent and self.reached(current):
                return self._settle(current)
            assessment = self._effects.assess(current)
            if assessment is None:
                self._effects.inform(current)
                attempt += 1
                continue
            if assessment.blocked:
                return Outcome(status=assessment.status, reasons=assessment.reasons, changed=self.sent)
            result = self._attempt(current)
            if isinstance(result, Outcome):
                return result
            if result is None:
                # Refused, but worth another try; whoever said so limits the time.
                self._effects.inform(current)
                continue
            problem = result
            self._pause(attempt)
            self._effects.inform(current)
            attempt += 1
        return self._failed(problem or AzdoError("It changes all the time.", remedy="Run again when nobody edits it."))

    def settle(self, seconds: float) -> Outcome | None:
        """See whether a request of an earlier run is still at work. The outcome if it reached the target by then."""
        self.sent = True
        found = self._poll(seconds)
        if isinstance(found, ArmConnection) and found.state == "in_progress":
            # It says itself that it is at work, so it gets as long as any other request.
            return self._settle(found)
        if isinstance(found, Outcome):
            return found
        self.sent = False
        return None

    def _attempt(self, current: ArmConnection) -> Outcome | AzdoError | None:
        """Send once. The outcome; the problem after which a fresh start is safe; None if it was refused and another try makes sense."""
        lost_before = self.sent
        if not lost_before or self._before is None:
            # What the end is compared with; after a lost answer it stays the state before the first request.
            self._before = current
        self.sent = True
        try:
            self._effects.send(current, conversion_body(current, self._target))
        except NotAcceptedError as error:
            self.sent = lost_before
            return error
        except NotSentError:
            self.sent = lost_before
            raise
        except AmbiguousWriteError as error:
            return self._after_lost_answer(error, lost_before)
        except ServiceError as error:
            return self._after_refusal(error, lost_before)
        outcome = self._settle()
        if outcome.again:
            # It is known how this one ended, so the next one is no second one.
            self.sent = False
            return None
        return outcome

    def _after_lost_answer(self, error: AmbiguousWriteError, lost_before: bool) -> Outcome | AzdoError:
        """The service may still be at it, so it gets time. Only if it is at rest in the old scheme after that, one more request is safe."""
        found = self._poll(min(GRACE_SECONDS, self._wait_timeout))
        if isinstance(found, Outcome):
            return found
        at_rest = found is not None and not self.reached(found) and found.state == "ready"
        if at_rest and not lost_before and self._wait_timeout >= GRACE_SECONDS:
            return error
        if at_rest and lost_before:
            return self._failed(error)
        lost = UnconfirmedError("What became of the request is not known", cause=self._unseen or error)
        return Outcome(status="waiting", error=lost, after=found, changed=True)
