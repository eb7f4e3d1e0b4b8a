# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PUT of a connection that Azure DevOps made: what it cannot change, what it keeps, and what it starts in the background."""

from __future__ import annotations

from . import pending, provisioning
from .bodies import Draft
from .calls import Call
from .errors import Failure, argument
from .rendering import is_secret
from .state import Connection, Pending

_DECIDED = (  # observed: 2.9 for subscriptionName; assumed for the others, which decided about identity and role, too
    "environment",
    "scopeLevel",
    "subscriptionId",
    "subscriptionName",
    "managementGroupId",
    "managementGroupName",
)
_OWN = (  # observed: 2.5 (only the service knows them); that a PUT without them keeps them: observed by Terraform's acceptance tests
    "appObjectId",
    "spnObjectId",
    "azureSpnRoleAssignmentId",
    "azureSpnPermissions",
    "identityType",
)
_BLANK = (None, "", "null")


def is_automatic(connection: Connection) -> bool:
    return connection.creation_mode == "Automatic" and connection.type.lower() == "azurerm"


def refuse_changes(call: Call, connection: Connection, draft: Draft) -> None:
    """What no PUT changes. Blank is "as it is", see `fill`."""
    mode = draft.data.get("creationMode", "")
    if mode and mode != connection.creation_mode:
        before = connection.creation_mode or "none"
        raise argument(
            f"The creation mode of a service connection cannot be changed from {before} to {mode}."
        )  # assumed: 2.7
    if not is_automatic(connection):
        return
    for name in ("serviceprincipalid", "tenantid"):
        sent = draft.parameter(name)
        if sent not in _BLANK and sent.lower() != connection.parameter(name).lower():
            raise argument(f"{name} of an automatically created service connection cannot be changed.")  # assumed: 2.7
    if any(draft.data.get(key) and draft.data[key] != connection.data.get(key) for key in _DECIDED):
        message = f"TF400898: An Internal Error Occurred. Activity Id: {call.site.new_id()}."
        raise Failure(500, "VssServiceException", message)  # observed: 2.9


def fill(call: Call, connection: Connection, draft: Draft) -> None:
    """Give the draft what a masked, an empty or a missing value stands for (knob automatic_blanks)."""
    if call.knobs.automatic_blanks == "replaced" or not is_automatic(connection):
        return
    sent = {key.lower() for key, value in draft.parameters.items() if value not in _BLANK or is_secret(key)}
    for key, value in connection.parameters.items():
        if key.lower() not in sent:
            draft.parameters = {name: item for name, item in draft.parameters.items() if name.lower() != key.lower()}
            draft.parameters[key] = value
    kept = [key for key in (*_OWN, "creationMode") if not draft.data.get(key)]
    kept += [key for key, value in draft.data.items() if not value]
    draft.data.update({key: connection.data[key] for key in kept if key in connection.data})


def start(call: Call, connection: Connection) -> None:
    """Saving it again does the work of its creation again, with the rights of whoever saves it (knob automatic_update)."""
    # documented: 2.7 (saving renews the secret); assumed: that every PUT does, and that it shows as a creation does
    if not is_automatic(connection) or call.knobs.automatic_update == "recorded":
        return
    failure = call.knobs.update_failure or provisioning.refusal(call.site, connection, call.caller)
    work = Pending("update", call.knobs.update_polls, failure=failure, caller=call.caller)
    pending.start(call.site, connection, work, call.knobs.update_ms)
