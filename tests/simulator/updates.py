# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PUT of connections: one or many, replacing what is stored; masked secrets keep theirs."""

from __future__ import annotations

from typing import Any

from . import automatic, conversion, names, typed
from .access import denied
from .bodies import Draft, read_draft, read_references
from .calls import Call
from .endpoints import find_for_write
from .errors import Failure, argument
from .federation import READ_ONLY
from .rendering import DEADLINE, is_secret, render
from .replies import Reply, answer, collection
from .state import Connection, Reference

CONVERT = "convertauthenticationscheme"


def update_connection(call: Call) -> Reply:
    """PUT …/{id}; `operation` is a free string of which only ConvertAuthenticationScheme is known."""  # observed: 2.11
    connection = find_for_write(call, call.parameters["id"])
    operation = (call.ask("operation") or "").lower()
    if operation == CONVERT:
        return conversion.convert(call, connection, call.json_object())
    if operation:
        raise argument(f"The operation {call.ask('operation')} is not supported.")  # assumed: 2.11
    _replace(call, connection, call.json_object())
    return answer(render(call, connection, call.project))


def update_connections(call: Call) -> Reply:
    """Bulk: every item is checked before the first is changed (assumed)."""  # documented: 2.1
    bodies = typed.objects(call.json_list())
    found = [(find_for_write(call, typed.text(item, "id")), item) for item in bodies]
    for connection, item in found:
        _replace(call, connection, item)
    return collection([render(call, connection) for connection, _item in found])


def _replace(call: Call, connection: Connection, body: dict[str, Any]) -> None:
    """PUT replaces: what is not sent is gone, references too."""  # assumed: 2.11
    if connection.pending is not None:
        raise Failure(
            409, "ServiceEndpointException", "An operation on this service connection is in progress."
        )  # assumed
    draft = read_draft(call, body)
    if draft.scheme.lower() != connection.scheme.lower():
        raise argument(
            f"The authorization scheme cannot be changed from {connection.scheme} to {draft.scheme} by an update."
        )  # assumed: 2.11
    if draft.type.lower() != connection.type.lower():
        raise argument("The type of a service connection cannot be changed.")  # assumed
    automatic.refuse_changes(call, connection, draft)
    automatic.fill(call, connection, draft)
    references = references_of(call, connection, draft)
    parameters, secrets = _merged_parameters(call, connection, draft)
    connection.parameters, connection.secrets = parameters, secrets
    connection.data = _merged_data(call, connection, draft)
    connection.url = draft.url or connection.url
    connection.description = draft.description
    connection.disabled = draft.disabled  # observed: 2.11
    if draft.service_management_reference is not None:
        connection.service_management_reference = draft.service_management_reference
    call.world.set_references(connection, references)
    touch(call, connection)
    automatic.start(call, connection)


def touch(call: Call, connection: Connection) -> None:
    connection.modified_by, connection.modified = call.caller, call.site.clock.now()


def references_of(call: Call, connection: Connection, draft: Draft) -> list[Reference]:
    """The references a PUT leaves: those it sends; a share that is not sent is dropped."""
    if not draft.references:
        kept = list(connection.references)  # assumed: 3.1 (minimal bodies)
        if call.version < (6, 0) and call.project is not None:
            # Servers that know no references have one description, that of the project.
            kept = [
                Reference(item.project, item.name, draft.description) if item.project.id == call.project.id else item
                for item in kept
            ]  # assumed: 9.5
    else:
        sent = read_references(call, draft.references)
        known = {item.project.id: item for item in connection.references}
        for reference in sent:
            if reference.project.id not in known and not call.caller.has("administrator", reference.project.id):
                raise denied(call, connection.name)
            if not reference.name:
                old = known.get(reference.project.id)
                reference.name = old.name if old else connection.name
        order = [item.project.id for item in connection.references]
        kept = sorted(sent, key=lambda item: order.index(item.project.id) if item.project.id in order else len(order))
    here = connection.reference(call.project.id) if call.project else connection.owning
    if here is not None and draft.name != here.name:
        kept = [
            Reference(item.project, draft.name, item.description)
            if item.project.id == here.project.id and item.name == here.name
            else item
            for item in kept
        ]  # assumed: 2.11 (the top-level name renames the reference of this project)
    for reference in kept:
        before = connection.reference(reference.project.id)
        if before is None or before.name != reference.name:
            names.refuse(reference.project, reference.name, connection)  # observed: 2.9 for creates
    return kept


def _merged_parameters(
    call: Call, connection: Connection, draft: Draft
) -> tuple[dict[str, str | None], dict[str, str]]:
    """null, "" and "null" for a secret keep it; with the knob empty_secret_wipes "" removes it."""  # observed: 2.4
    parameters: dict[str, str | None] = {
        key: value for key, value in connection.parameters.items() if key.lower() in READ_ONLY
    }
    secrets = dict(connection.secrets)
    for key, value in draft.parameters.items():
        if not is_secret(key):
            parameters[key] = value
            continue
        parameters[key] = None
        stored = next((name for name in secrets if name.lower() == key.lower()), key)
        if value == "" and call.knobs.empty_secret_wipes:
            secrets.pop(stored, None)
        elif value not in (None, "", "null"):
            secrets[stored] = str(value)
    return parameters, secrets


def _merged_data(call: Call, connection: Connection, draft: Draft) -> dict[str, str]:
    data = dict(connection.data) if call.knobs.omitted_data == "kept" else {}
    data.update(
        {key: value for key, value in draft.data.items() if key != DEADLINE}
    )  # assumed: the server owns the deadline
    return data
