# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The federated credential that a conversion or an issuer migration needs: found, made, or handed to a person.

PRIVATE to the collection. Which issuer and subject Azure DevOps wants for a connection that a person created is not known before it says so (3.2, 12): so the
pair comes from the service, else from the user, else from a credential that somebody has made for this connection; else a person looks it up. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils import _federation, _making
from ansible_collections.azdo.connections.plugins.module_utils._connection import (
    ENTRA_ISSUER,
    ArmConnection,
    issuer_and_subject,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    NotSentError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._federation import Credential
from ansible_collections.azdo.connections.plugins.module_utils._handoff import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._pacing import Stop, tries

# By this text the service says that it found no credential that fits (3.4).
_NOT_CONFIGURED = "could not be configured automatically"
# How long (s) the service gets to write its own credential after an issuer migration; nobody knows whether it does (4.3).
_OWN_CREDENTIAL_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a task wants federated credentials to be seen to.

    :param mode: ``create`` or ``require``.
    :param probe: whether to ask for the conversion although nobody knows the pair, because the refusal may tell it.
    :param patience: how long (s) a new credential gets to spread.
    """

    mode: str
    audience: str | None
    probe: bool
    patience: float


class Preparation:
    """One connection's credential, before its move, after a refusal, and when it was moved.

    :param identity: None if it could not be read.
    :param given: issuer and subject, if the user gave them.
    """

    def __init__(
        self,
        wish: Wish,
        stop: Stop,
        organization_id: str,
        identity: Identity | None,
        given: tuple[str, str] | None,
    ) -> None:
        self._wish = wish
        self._stop = stop
        self._organization_id = organization_id
        self._identity = identity
        self._pair = given
        self._pauses: t.Iterator[float] | None = None

    def before(self, connection: ArmConnection, existing: t.Sequence[Credential]) -> HandOff | None:
        """:param existing: the credentials of the identity, as far as they were read."""
        if connection.issuer and connection.subject:
            self._pair = (connection.issuer, connection.subject)
        if self._pair is not None:
            return self._provide(connection)
        if self._wish.probe or any(self._made_for(item, connection) for item in existing):
            return None
        return HandOff(
            connection=connection,
            wish=None,
            why="Nobody knows which issuer and subject Azure DevOps wants for it.",
            audience=_federation.known_audience(connection.environment, self._wish.audience),
            resource_id=self._identity.resource_id if self._identity else None,
        )

    def after_refusal(self, error: ServiceError, connection: ArmConnection) -> bool | HandOff:
        """Whether to ask again, after a pause; False for a refusal that has nothing to do with the credential."""
        if _NOT_CONFIGURED not in error.message:
            return False
        told = issuer_and_subject(error.details.get("custom_properties"))
        if told and told != self._pair:
            self._pair = told
            return self._provide(connection) or True
        if self._pauses is not None and next(self._pauses, None) is not None:
            return True
        why = "Azure DevOps did not find a federated credential that fits."
        if self._pair is None:
            return HandOff(connection=connection, wish=None, why=why, audience=self._wish.audience)
        return self._hand_off(connection, why)

    def secure(self, connection: ArmConnection, target: str) -> HandOff | None:
        """The very credential that the connection asks for since it was moved. After a change of issuer the service may be about to write it itself."""
        if not (connection.issuer and connection.subject):
            return None
        self._pair = (connection.issuer, connection.subject)
        if self._identity is None:
            # A conversion found a credential, or it would not have been carried out; of a migration nobody knows.
            why = "Its federated credentials cannot be read with this sign-in."
            return self._hand_off(connection, why, urgent=True) if target == ENTRA_ISSUER else None
        seconds = _OWN_CREDENTIAL_SECONDS if target == ENTRA_ISSUER else 0.0
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
        try:
            wish = self._credential(connection)
            found = _making.look_at_federation(self._identity, wish, to_write=self._wish.mode == "create")
            ours = found.found is not None and _federation.is_ours(found.found, connection.id)
            if found.state != "present" and self._wish.mode == "create":
                ours = _making.federate(found, self._stop, self._wish.patience, look_first=False) or ours
            elif found.state != "present":
                error = _federation.missing_error(wish, found.existing, self._identity.label)
                return self._hand_off(connection, error.message, urgent=urgent)
        except (StoppedError, AuthenticationError, NotSentError):
            raise
        except AzdoError as error:
            return self._hand_off(connection, error.message, urgent=urgent)
        if ours:
            # Whenever it was written: it takes its time to spread, and a run that was killed cannot know how long ago that was.
            self._pauses = tries(self._stop, self._wish.patience)
            next(self._pauses)
        return None

    def _credential(self, connection: ArmConnection) -> Credential:
        issuer, subject = t.cast("tuple[str, str]", self._pair)
        audience = _federation.audience(connection.environment, self._wish.audience)
        return _federation.wanted(connection.id, issuer, subject, audience)

    def _hand_off(self, connection: ArmConnection, why: str, *, urgent: bool = False) -> HandOff:
        issuer, subject = t.cast("tuple[str, str]", self._pair)
        audience = _federation.known_audience(connection.environment, self._wish.audience)
        return HandOff(
            connection=connection,
            wish=_federation.wanted(connection.id, issuer, subject, audience or "AUDIENCE-OF-THIS-CLOUD"),
            why=why,
            resource_id=self._identity.resource_id if self._identity else None,
            urgent=urgent,
        )

    def _made_for(self, credential: Credential, connection: ArmConnection) -> bool:
        return _federation.names_connection(credential, connection, self._organization_id) is not None
