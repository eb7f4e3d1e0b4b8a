# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An identity whose federated credentials are written with a line in the journal before and after.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import AmbiguousWriteError, AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import IdentityFacts
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential
from ansible_collections.azdo.connections.plugins.module_utils._move.journal import Journal


class JournaledIdentity:
    """Implements :class:`identity.Identity`.

    :param written: called when something was written, or may have been.
    """

    def __init__(self, identity: Identity, journal: Journal, connection_id: str, written: t.Callable[[], None]) -> None:
        self._identity = identity
        self._written = written
        self._journal = journal
        self._connection_id = connection_id
        self.label = identity.label
        self.resource_id = identity.resource_id

    def principal_id(self) -> str:
        return self._identity.principal_id()

    def facts(self) -> IdentityFacts:
        return self._identity.facts()

    def credentials(self) -> list[Credential]:
        return self._identity.credentials()

    def add(self, credential: Credential) -> None:
        self._write(credential, lambda: self._identity.add(credential))

    def change(self, credential: Credential, known: Credential) -> None:
        self._write(credential, lambda: self._identity.change(credential, known))

    def remove(self, credential: Credential) -> None:
        self._write(credential, lambda: self._identity.remove(credential))

    def _write(self, credential: Credential, write: t.Callable[[], None]) -> None:
        self._journal.sent(self._connection_id, operation="credential", credential=credential.name)
        result = "unknown"
        try:
            write()
            result = "accepted"
            self._written()
        except AmbiguousWriteError:
            self._written()
            raise
        except AzdoError as error:
            result = error.code
            raise
        finally:
            self._journal.answered(self._connection_id, operation="credential", result=result)
