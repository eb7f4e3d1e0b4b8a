# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One move from the Azure DevOps issuer to the Microsoft Entra issuer (4).

PRIVATE to the collection, and without effects of its own. What becomes of the request is known only from the connection: the service answers before it has
done anything, gives no id to ask by, and nobody knows whether the same request twice is safe (4.2, 4.3). So it is sent once, and what cannot be proven unsent
waits for a person. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotSentError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ENTRA_ISSUER, ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._move.move import (
    ATTEMPTS,
    Effects,
    Move,
    Outcome,
    UnconfirmedError,
    gone,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason

# The two answers that were seen and say no (4.2), and what may be behind them.
REFUSALS = {
    404: "Azure DevOps says so too of a connection that this caller may not see: be an administrator of the connection.",
    400: "The caller needs the role Administrator on the connection and must be allowed to write federated credentials of its application; "
    "the connection must be in the public cloud and its application single-tenant.",
}


class IssuerMigration(Move):
    """Moves one connection to the Microsoft Entra issuer.

    :param grace: how long (s) to look for the effect of a request whose answer was lost.
    """

    def __init__(self, effects: Effects, wait_timeout: float, grace: float) -> None:
        super().__init__(effects, ENTRA_ISSUER, wait_timeout)
        self._grace = grace

    def reached(self, connection: ArmConnection) -> bool:
        return connection.issuer_kind == "entra"

    def run(self) -> Outcome:
        """:raises StoppedError: the task is over. :raises AuthenticationError: nobody is signed in any more."""
        problem: AzdoError | None = None
        for attempt in range(ATTEMPTS):
            current = self._effects.read()
            if current is None:
                return self._failed(problem or gone())
            assessment = self._effects.assess(current)
            if assessment is None:
                self._effects.inform(current)
                continue
            if assessment.blocked:
                return Outcome(status=assessment.status, reasons=assessment.reasons)
            self._before, self.sent = current, True
            try:
                self._effects.send(current, {})
            except NotAcceptedError as error:
                # Proven unsent, so it may be sent again.
                self.sent, problem = False, error
                self._pause(attempt)
                self._effects.inform(current)
            except NotSentError:
                self.sent = False
                raise
            except AmbiguousWriteError as error:
                return self.confirm(error)
            except ServiceError as error:
                return self._refused(error)
            else:
                return self._settle()
        return self._failed(problem or AzdoError("It changes all the time.", remedy="Run again when nobody edits it."))

    def confirm(self, problem: AzdoError | None = None) -> Outcome:
        """Look for the effect of a request of which nobody knows whether it arrived."""
        self.sent = True
        found = self._poll(self._grace)
        if isinstance(found, Outcome):
            return found
        error = UnconfirmedError(
            f"The migration was asked for, and {self._grace:g} s later the issuer was still the old one",
            cause=problem,
            remedy="Look at the issuer in the portal in a while; if it stays the old one, run with resend set to true.",
        )
        reason = Reason("issuer_migration_unconfirmed", "blocks", {"waited_seconds": self._grace})
        return Outcome(status="waiting", error=error, after=found, changed=True, reasons=(reason,))

    def _refused(self, error: ServiceError) -> Outcome:
        """Only the two statuses that were seen are a refusal (4.2); after anything else it may be at work."""
        if error.status not in REFUSALS:
            return self.confirm(error)
        error.remedy = error.remedy or REFUSALS[error.status]
        return self._after_refusal(error, False, ask=error.status == 400) or self._failed(error)
