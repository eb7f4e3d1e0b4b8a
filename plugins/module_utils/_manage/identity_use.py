# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else uses an identity: the one judgement by which nothing is taken away that something else needs.

PRIVATE to the collection. What cannot be seen counts as use. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._inspect.discovery import discover
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import IdentityFacts
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential, is_ours
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same

# So many projects are read side by side.
_READERS = 8
# What this collection calls a federated credential: after the connection that it is for.
_OURS = re.compile(r"azdo-([0-9a-f-]{36})-[0-9a-f]{8}", re.IGNORECASE)


class IdentityUse:
    """Which connections use an identity, and what else may sign in as it. Asked once for everybody who would take something away."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._estate: Estate | None = None

    def _survey(self) -> Estate:
        """All connections of the organization that the caller can see, read once."""
        if self._estate is None:
            self._estate = discover(self._view.client, None, concurrency=_READERS, stop=self._view.runtime.stop)
        return self._estate

    def others(self, current: ArmConnection) -> list[str]:
        return self.of(current.client_id, but=current.id)

    def of(self, client_id: str | None, *, but: str) -> list[str]:
        """Those with a client id. :param but: the id of a connection that does not count."""
        return [
            f"{found.connection.owner.name} / {found.connection.name}"
            for found in self._survey().found
            if same(found.connection.client_id, client_id) and found.connection.id != but
        ]

    def everything_seen(self) -> bool:
        return bool(self.coverage()["complete"])

    def coverage(self) -> Json:
        return self._survey().coverage.to_result()

    def why(
        self, identity: Identity, client_id: str | None, *, but: str, going: t.Iterable[Credential] = ()
    ) -> list[str]:
        """What else uses it, in words; empty if nothing does as far as everything can be seen.

        :param but: the id of the connection that it was used by. :param going: federated credentials that go along.
        """
        why, facts = self._connections(client_id, but), self._facts(identity)
        if isinstance(facts, str):
            return [*why, facts]
        if foreign := self._foreign(facts, but, going):
            why.append(f"it has federated credentials of others, {', '.join(item.name for item in foreign)}")
        if number := len(facts.passwords) + len(facts.certificates):
            why.append(f"it has {number} secrets or certificates, with which something else may sign in")
        return why

    def by_connections(
        self, identity: Identity, client_id: str | None, *, but: str, going: t.Iterable[Credential] = ()
    ) -> list[str]:
        """The same, of connections of this organization alone: a role that was assigned for one may be what another one works with."""
        why, facts = self._connections(client_id, but), self._facts(identity)
        if isinstance(facts, str):
            return [*why, facts]
        # Both kinds of issuer tell of which organization a connection is (2.10). Roles are assigned for those of one organization.
        organization = self._view.client.organization().instance_id.lower()
        hidden = [
            item.name
            for item in self._foreign(facts, but, going)
            if organization in f"{item.issuer} {item.subject}".lower()
        ]
        return (
            [*why, f"connections that cannot be seen have federated credentials there, {', '.join(hidden)}"]
            if hidden
            else why
        )

    def _connections(self, client_id: str | None, but: str) -> list[str]:
        others = self.of(client_id, but=but)
        if others:
            return [f"other connections use it, {', '.join(others)}"]
        return [] if self.everything_seen() else ["other connections may use it where this caller cannot see them"]

    def _facts(self, identity: Identity) -> IdentityFacts | str:
        """A sentence if they cannot be seen."""
        try:
            return identity.facts()
        except AzdoError as error:
            return f"what else it is used for cannot be seen ({error.message})"

    def _foreign(self, facts: IdentityFacts, but: str, going: t.Iterable[Credential]) -> list[Credential]:
        known = {item.name for item in going}
        return [item for item in facts.credentials if item.name not in known and not self._is_left_behind(item, but)]

    def _is_left_behind(self, credential: Credential, but: str) -> bool:
        """Whether it is ours for the connection itself, or for one that is gone for sure."""
        ours = _OURS.fullmatch(credential.name)
        if ours is None or not is_ours(credential, ours[1]):
            return False
        there = any(same(found.connection.id, ours[1]) for found in self._survey().found)
        return same(ours[1], but) or (self.everything_seen() and not there)
