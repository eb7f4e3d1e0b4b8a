# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The migration call from the Azure DevOps issuer to the Entra issuer; asynchronous, without operation id."""

from __future__ import annotations

import re

from . import federation, pending
from .access import may
from .calls import Call
from .replies import Reply, answer
from .state import Connection, Pending

_SUBJECT = re.compile(r"^sc://([^/]+)/([^/]+)/(.+)$", re.IGNORECASE)  # observed: 4.2


def migrate(call: Call) -> Reply:
    """{"serviceConnectionInput": "sc://org/project/name"}; the errors are not the usual envelope."""  # observed: 4.2
    sent = call.body.get("serviceConnectionInput") if isinstance(call.body, dict) else None
    named = _SUBJECT.match(sent) if isinstance(sent, str) else None
    if named is None:
        return _invalid()
    if not call.caller.is_user and not call.knobs.migration_non_user:
        return _invalid()  # assumed: 4.3
    connection = _find(call, named[1], named[2], named[3])
    if connection is None:
        return answer({"success": False, "message": "Service connection not found."}, 404)
    rights = may(call, "administrator", connection.owning.project, connection) and connection.application_writable
    if not rights or not federation.in_entra_scope(call.world.directory, connection) or connection.pending:
        return _invalid()  # assumed: 4.2, 4.3
    work = Pending("migration", call.knobs.migration_polls, failure=call.knobs.migration_failure)
    pending.start(call.site, connection, work, call.knobs.migration_ms)
    return answer({"success": True, "message": "Migration initiated."})


def _invalid() -> Reply:
    return answer({"success": False, "message": "The request or token is invalid."}, 400)


def _find(call: Call, organization: str, project: str, name: str) -> Connection | None:
    """What bears that name in that project now, whatever its stored subject says; not visible is not found."""  # assumed: 4.2
    if organization.lower() != call.world.organization.rsplit("/", 1)[-1].lower():
        return None
    where = next((item for item in call.world.projects.values() if item.name.lower() == project.lower()), None)
    if where is None or not call.caller.sees(where.id):
        return None
    for connection in where.connections.values():
        here = connection.reference(where.id)
        if here is not None and here.name.lower() == name.lower():
            return connection if "vstoken" in (connection.issuer or "") else None  # assumed: 4.3
    return None
