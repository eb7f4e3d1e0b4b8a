# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The migration call from the Azure DevOps issuer to the Entra issuer; asynchronous, without operation id."""

from __future__ import annotations

import re

from . import federation, pending
from .calls import Call
from .replies import Reply, answer
from .state import Connection, Pending

_SUBJECT = re.compile(r"^sc://([^/]+)/([^/]+)/(.+)$", re.IGNORECASE)  # observed: 4.2


def migrate(call: Call) -> Reply:
    """{"serviceConnectionInput": "sc://org/project/name"}; the errors are not the usual envelope."""  # observed: 4.2
    sent = call.body.get("serviceConnectionInput") if isinstance(call.body, dict) else None
    if not isinstance(sent, str) or not _SUBJECT.match(sent):
        return _invalid()
    if not call.caller.is_user and not call.knobs.migration_non_user:
        return _invalid()  # assumed: 4.3
    connection = _find(call, sent)
    if connection is None:
        return answer({"success": False, "message": "Service connection not found."}, 404)
    rights = call.caller.has("administrator", connection.owning.project.id) and connection.application_writable
    if not rights or not federation.in_entra_scope(call.world.directory, connection) or connection.pending:
        return _invalid()  # assumed: 4.2, 4.3
    work = Pending("migration", call.knobs.migration_polls, failure=call.knobs.migration_failure)
    pending.start(call.site, connection, work)
    return answer({"success": True, "message": "Migration initiated."})


def _invalid() -> Reply:
    return answer({"success": False, "message": "The request or token is invalid."}, 400)


def _find(call: Call, subject: str) -> Connection | None:
    """By the old issuer's subject; not visible is not found."""  # assumed: 4.2
    for connection in call.world.connections.values():
        if (connection.subject or "").lower() == subject.lower() and "vstoken" in (connection.issuer or ""):
            return connection if call.caller.sees(connection.owning.project.id) else None
    return None
