# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of one task: before a connection is saved, and when all is done.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import math

from ansible_collections.azdo.connections.plugins.module_utils._inspect.verify import is_final, test_until
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import details_body
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import (
    Verification,
    VerificationError,
    failure,
    not_testable,
    remark,
)

# How long (s) a key that was made a moment ago may be unknown to Entra.
_FRESH_SECONDS = 60.0


_UNSAVED = "00000000-0000-0000-0000-000000000000"


class ConnectionTests:
    """The tests of one task. ``before`` and ``after`` are their results, None while there is none."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self.before: Verification | None = None
        self.after: Verification | None = None

    def test_before(self, body: Json, connection: ArmConnection) -> None:
        """The settings of a body that is about to be sent. :raises VerificationError: they do not work; nothing was saved.

        :param connection: what it is the body of; one that is not saved yet has no id.
        """
        self.before = not_testable(connection.scheme, connection.environment)
        if self.before is None:
            # A key that is wrong stays wrong; one that is new needs a moment.
            self.before = self._test(details_body(body), connection.id or _UNSAVED, _FRESH_SECONDS)
        if error := self._judge(self.before, connection):
            error.remedy += " Nothing was saved."
            raise error

    def test_after(self, connection: ArmConnection) -> VerificationError | None:
        """The stored connection. The error is returned, because what follows from it depends on who made the connection."""
        self.after = not_testable(connection.scheme, connection.environment)
        if self.after is None:
            self.after = self._test(details_body(connection.raw), connection.id)
        return self._judge(self.after, connection)

    def _judge(self, found: Verification, connection: ArmConnection) -> VerificationError | None:
        group, warnings = connection.scope["resource_group"], self._view.runtime.warnings
        text = remark(found, group)
        if text and text not in warnings:
            warnings.append(text)
        return failure(found, group)

    def to_result(self) -> Json:
        """Shape: ``{before: {result, message} or None, after: the same}``."""
        return {
            "before": self.before.to_result() if self.before else None,
            "after": self.after.to_result() if self.after else None,
        }

    def _test(self, details: Json, connection_id: str, at_most: float = math.inf) -> Verification:
        view = self._view
        seconds = min(at_most, float(view.runtime.params["verify_timeout"]))
        return test_until(view.client, view.runtime.stop, view.project.id, details, connection_id, seconds, is_final)
