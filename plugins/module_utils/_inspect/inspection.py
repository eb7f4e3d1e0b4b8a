# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks around a connection for what the rules need to know: who uses it, the identity behind it, whether one can sign in with it.

PRIVATE to the collection. What cannot be read is said, with the reason, and never taken for good. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    ServiceError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity, identity_behind
from ansible_collections.azdo.connections.plugins.module_utils._inspect.pipelines import Pipelines
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import Depth, read_use
from ansible_collections.azdo.connections.plugins.module_utils._inspect.verify import is_final, test_until
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts, IdentityFacts, Use
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import FederationError
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import details_body
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification, not_testable
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import TaskSupport
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime

Read = t.TypeVar("Read")
# What a test has to say of a connection.
_TESTED_PARTS = {"type", "url", "data", "authorization"}


class Inspection:
    """The questions of one task. Safe to use from several threads.

    :param use: how far back to look for uses; None: not at all.
    :param resource_ids: Azure's ids of managed identities, as far as somebody said, by connection id in lower case.
    :param pipelines: what looks for the tasks that use a connection; it goes by the use, which is read then in any case. None: not at all.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        use: Depth | None,
        identity: bool,
        test: bool,
        resource_ids: t.Mapping[str, str] | None = None,
        pipelines: Pipelines | None = None,
    ) -> None:
        self._runtime = runtime
        self._use = use
        self._identity = identity
        self._test = test
        self._resource_ids = resource_ids or {}
        self._pipelines = pipelines

    def facts(self, connection: ArmConnection) -> Facts:
        """Everything that this task asks about a connection; the use last, because it is the first to be out of date."""
        return self.with_use(connection, self.lasting(connection)[0])

    def lasting(self, connection: ArmConnection) -> tuple[Facts, Identity | None]:
        """What hardly changes: identity and test; and the identity itself, to work with."""
        unread: dict[str, str] = {}
        found: tuple[Identity | None, IdentityFacts | None] = (None, None)
        if self._identity:
            found = self._tried(unread, "identity", lambda: self._look_behind(connection)) or found
        tested = self.test(connection, 0.0) if self._test else None
        return Facts(identity=found[1], tested=tested, unread=unread), found[0]

    def with_use(self, connection: ArmConnection, facts: Facts) -> Facts:
        """The facts with what is known of the use just now, and of the pipelines."""
        depth = "pipelines" if self._pipelines and self._use != "all" else self._use
        if depth is None:
            return facts
        unread = {key: why for key, why in facts.unread.items() if key != "use"}
        use = self._read_use(connection, depth, unread)
        pipelines = self._pipelines.of(connection, use) if self._pipelines else None
        return replace(facts, use=use, pipelines=pipelines, unread=unread)

    def use(self, connection: ArmConnection) -> Use | None:
        """The use just now; None if it was not asked for, or could not be read."""
        return self._read_use(connection, self._use, {}) if self._use else None

    def _read_use(self, connection: ArmConnection, depth: Depth, unread: dict[str, str]) -> Use | None:
        client, now = self._runtime.azure_devops, self._runtime.now()
        return self._tried(unread, "use", lambda: read_use(client, connection, now, depth))

    def read_ahead(self, connections: t.Sequence[ArmConnection]) -> None:
        """What is read once for all of them, several things at a time."""
        if self._pipelines:
            self._pipelines.read_ahead(connections)

    def doubts(self, support: TaskSupport) -> list[str]:
        """See :meth:`Pipelines.doubts`."""
        return self._pipelines.doubts(support) if self._pipelines else []

    def test(
        self,
        connection: ArmConnection,
        seconds: float,
        enough: t.Callable[[Verification], bool] = is_final,
    ) -> Verification:
        """How signing in with it ends: tested until it is ``enough`` or the time (s) is over. One answer that says nothing is asked for once more."""
        if connection.partial or connection.unreadable or not connection.raw.keys() >= _TESTED_PARTS:
            return Verification(
                result="unknown", message="Azure DevOps shows only a part of it, which is not enough for a test."
            )
        known = not_testable(connection.scheme, connection.environment, enabled=connection.enabled)
        if known is not None:
            return known
        try:
            found = self._test_once(connection, seconds, enough)
            return self._test_once(connection, seconds, enough) if found.result == "unknown" and not seconds else found
        except (ServiceError, TransportError) as error:
            return Verification(result="unknown", message=error.message)

    def _test_once(
        self, connection: ArmConnection, seconds: float, enough: t.Callable[[Verification], bool]
    ) -> Verification:
        client, body = self._runtime.azure_devops, details_body(connection.raw)
        return test_until(client, self._runtime.stop, connection.owner.id, body, connection.id, seconds, enough)

    def _look_behind(self, connection: ArmConnection) -> tuple[Identity | None, IdentityFacts]:
        session = self._runtime.session
        if not session.authorizer.reaches_azure:
            raise FederationError("This sign-in opens Azure DevOps only, not Microsoft Graph")
        given = self._resource_ids.get(connection.id.lower())
        return identity_behind(session.graph, session.resource_manager, connection, session.tenant, given)

    def _tried(self, unread: dict[str, str], what: str, read: t.Callable[[], Read]) -> Read | None:
        try:
            return read()
        except AuthenticationError as error:
            # Only of the directory: without a sign-in to Azure DevOps itself nothing can go on.
            if what != "identity":
                raise
            unread[what] = error.message
        except (FederationError, ServiceError, TransportError) as error:
            unread[what] = error.message
        return None
