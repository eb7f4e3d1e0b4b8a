# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The federated credential that a conversion or an issuer migration needs: found, made, handed to a person, or taken back when nothing came of it.

PRIVATE to the collection. Which issuer and subject Azure DevOps wants for a connection that a person created is not known before it says so (3.2, 12): so the
pair comes from the service, else from the user, else from a credential that somebody has made for this connection; else a person looks it up. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    AzdoError,
    NotSentError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.federation import (
    Federation,
    federate,
    look_at_federation,
    unfederate,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    ArmConnection,
    issuer_and_subject,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop, tries
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import (
    UNKNOWN_AUDIENCE,
    HandOff,
    about_credential,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import FederationOptions

# How long (s) the service gets to write its own credential after an issuer migration; nobody knows whether it does (4.3).
_OWN_CREDENTIAL_SECONDS = 30.0


class CredentialPreparation:
    """One connection's credential, before its move, after a refusal, and when it was moved.

    :param identity: None if it could not be read.
    :param pair: issuer and subject that are wanted, as far as the rules know them; None if the service has to tell.
    :param target: where the connection is to move.
    :param patience: how long (s) a new credential gets to spread.
    """

    def __init__(
        self,
        options: FederationOptions,
        identity: Identity | None,
        pair: tuple[str, str] | None,
        *,
        target: str,
        stop: Stop,
        patience: float,
    ) -> None:
        self._options = options
        self._identity = identity
        self._pair = pair
        self._target = target
        self._stop = stop
        self._patience = patience
        self._pauses: t.Iterator[float] | None = None
        self._provided = False
        self._written: Federation | None = None
        self._surely = False

    def before(self, connection: ArmConnection, hand_off: HandOff | None) -> HandOff | None:
        """:param hand_off: what the rules say a person has to do first."""
        if hand_off is None and self._pair is not None:
            hand_off = self._provide(connection)
        return hand_off and replace(hand_off, resource_id=self._resource_id)

    def after_refusal(self, error: AzdoError, connection: ArmConnection) -> bool | HandOff:
        """Whether to ask again, after a pause; False for a refusal that has nothing to do with the credential."""
        told = issuer_and_subject(error.details.get("custom_properties"))
        if self._target == ENTRA_ISSUER:
            return self._after_refused_migration(error, connection, told)
        if not told and not about_credential(error.message):
            return False
        if told and told != self._pair:
            return self._begin_again(connection, told)
        if self._pair is not None and self._identity is not None and not self._provided:
            # So far Azure DevOps was to write it itself.
            return self._provide(connection) or True
        if self._pauses is not None and next(self._pauses, None) is not None:
            return True
        if self._pair is not None and self._identity is None:
            return self._hand_off(connection, "Azure DevOps did not find a federated credential that fits.")
        there = " The one for the given issuer and subject is there." if self._pair else ""
        return self._unknown_pair(connection, f"Azure DevOps did not find a federated credential that fits.{there}")

    def _after_refused_migration(
        self, error: AzdoError, connection: ArmConnection, told: tuple[str, str] | None
    ) -> t.Literal[False] | HandOff:
        """A refusal names no reason (4.2): a credential that is missing may be it, one that is there is not. What fails later says why."""
        if not told and not isinstance(error, ServiceError) and not about_credential(error.message):
            return False
        try:
            found = self._identity.credentials() if self._identity else []
        except StoppedError:
            raise
        except AzdoError:
            # What cannot be read is not known to be there.
            found = []
        wanted = told or self._pair
        if wanted and any(item.pair == wanted for item in found):
            return False
        why = "Azure DevOps did not carry out the migration, and no federated credential for the Microsoft Entra issuer is known to be there."
        if wanted:
            self._pair = wanted
            return self._hand_off(connection, why)
        return self._unknown_pair(connection, why)

    def _begin_again(self, connection: ArmConnection, pair: tuple[str, str]) -> bool | HandOff:
        """The service wants another pair than the one that was tried: what was written for that one goes."""
        self._pair = pair
        if self._identity is None:
            return self._hand_off(
                connection, "Azure DevOps did not find a federated credential that fits, and says which one it wants."
            )
        if (written := self._written) is not None:
            problem = self._take_back(written)
            if isinstance(problem, AzdoError):
                why = f"The federated credential {written.wish.name!r} was written for another pair and could not be removed: {problem.message}"
                return self._hand_off(connection, why)
        return self._provide(connection) or True

    def withdraw(self) -> str:
        """Nothing was moved, so what was written here, perhaps for a wrong pair, must let nobody in. A sentence that says what became of it."""
        written = self._written
        if written is None:
            return ""
        name, label = written.wish.name, written.identity.label
        owner = f"{label[0].lower()}{label[1:]}"
        problem = self._take_back(written)
        if isinstance(problem, AzdoError):
            return f"The federated credential {name!r}, which was written for it, is still on {owner}, because it could not be removed: {problem.message}"
        gone = f"The federated credential {name!r}, which was written for it, was removed from {owner} again."
        return gone if problem else ""

    @property
    def left(self) -> str:
        """What this run has written and leaves, because somebody else may need it by now; an empty text if there is nothing."""
        if self._written is None:
            return ""
        owner = self._written.identity.label
        return f"The federated credential {self._written.wish.name!r}, which was written for it, stays on {owner[0].lower()}{owner[1:]}."

    def _take_back(self, written: Federation) -> AzdoError | bool:
        """Whether it was there and is gone, or why it is not."""
        self._written = None
        try:
            return unfederate(written, written=self._surely)
        except StoppedError:
            raise
        except AzdoError as error:
            return error

    def secure(self, connection: ArmConnection) -> HandOff | None:
        """The very credential that the connection asks for since it was moved. After a change of issuer the service may be about to write it itself."""
        if not (connection.issuer and connection.subject):
            return None
        self._pair = (connection.issuer, connection.subject)
        if self._identity is None:
            # A conversion found a credential, or it would not have been carried out; of a migration nobody knows.
            why = "Its federated credentials cannot be read with this sign-in."
            return self._hand_off(connection, why, urgent=True) if self._target == ENTRA_ISSUER else None
        seconds = _OWN_CREDENTIAL_SECONDS if self._target == ENTRA_ISSUER else 0.0
        try:
            for _left in tries(self._stop, seconds):
                if any(item.pair == self._pair for item in self._identity.credentials()):
                    return None
        except (StoppedError, AuthenticationError, NotSentError):
            raise
        except AzdoError as error:
            return self._hand_off(connection, error.message, urgent=True)
        return self._provide(connection, urgent=True)

    def _provide(self, connection: ArmConnection, *, urgent: bool = False) -> HandOff | None:
        """Make sure of the credential for the known pair. Where nobody can look, somebody may have made it by hand: then the service says."""
        if self._identity is None:
            return None
        self._provided = True
        try:
            wish = self._credential(connection)
            found = look_at_federation(self._identity, wish, to_write=self._options.mode == "create")
            ours = found.found is not None and federated_credential.is_ours(found.found, connection.id)
            if found.state != "present" and self._options.mode == "create":
                ours = self._federate(found) or ours
            elif found.state != "present":
                error = federated_credential.missing_error(wish, found.existing, self._identity.label)
                return self._hand_off(connection, error.message, urgent=urgent)
        except (StoppedError, AuthenticationError, NotSentError):
            raise
        except AzdoError as error:
            return self._hand_off(connection, error.message, urgent=urgent)
        if ours:
            # Whenever it was written: it takes its time to spread, and a run that was killed cannot know how long ago that was.
            self._pauses = tries(self._stop, self._patience)
            next(self._pauses)
        return None

    def _federate(self, found: Federation) -> bool:
        """What this run has written, or may have, it may take back. A name proves nothing: hand-offs give the same one to people."""
        self._surely = False
        try:
            self._surely = federate(found, self._stop, self._patience, look_first=False)
        except AmbiguousWriteError:
            self._written = found
            raise
        self._written = found if self._surely else None
        return self._surely

    def _credential(self, connection: ArmConnection) -> Credential:
        issuer, subject = t.cast("tuple[str, str]", self._pair)
        audience = federated_credential.audience(connection.environment, self._options.audience)
        return federated_credential.wanted(connection.id, issuer, subject, audience)

    @property
    def _resource_id(self) -> str | None:
        return self._identity.resource_id if self._identity else None

    def _unknown_pair(self, connection: ArmConnection, why: str) -> HandOff:
        return HandOff(
            connection=connection,
            target=self._target,
            wish=None,
            why=why,
            audience=self._options.audience,
            resource_id=self._resource_id,
        )

    def _hand_off(self, connection: ArmConnection, why: str, *, urgent: bool = False) -> HandOff:
        issuer, subject = t.cast("tuple[str, str]", self._pair)
        audience = federated_credential.known_audience(connection.environment, self._options.audience)
        return HandOff(
            connection=connection,
            target=self._target,
            wish=federated_credential.wanted(connection.id, issuer, subject, audience or UNKNOWN_AUDIENCE),
            why=why,
            resource_id=self._resource_id,
            urgent=urgent,
        )
