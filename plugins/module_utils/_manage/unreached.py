# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task declares and the service does not take over, or does not tell: a declared state that was not reached is a failure.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._manage.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._manage.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection

# Any of them shows that the service speaks the newest model, so that a field it leaves out is empty (2.4).
NEWER_FIELDS = ("creationDate", "modificationDate", "modifiedBy", "isOutdated")
_UNTOLD = {"enabled": "isDisabled", "service_management_reference": "serviceManagementReference"}
# What a field that the service does not know amounts to: without one a connection is enabled and has no reference.
_WITHOUT_FIELD: dict[str, t.Any] = {"enabled": True, "service_management_reference": ""}
_ALLOW = "Leave out of the task what this service does not take, or set allow_unreached to do without it."


class UnreachedError(AzdoError):
    """The connection is not as the task declares it, although nothing was refused. ``details["options"]`` names what is not."""

    code = "unreached"


def refuse_untold(desired: Desired, connection: ArmConnection) -> list[str]:
    """Fields of newer models that the answer does not have. Warnings about what is left alone.

    :raises UnreachedError: what the task declares differs from what a connection without the field is, unless ``allow_unreached`` is set.
    """
    untold = [
        option
        for option, key in _UNTOLD.items()
        if getattr(desired, option) is not None and not connection.offers(key, *NEWER_FIELDS)
    ]
    beyond = [option for option in untold if getattr(desired, option) != _WITHOUT_FIELD[option]]
    if beyond and not desired.allow_unreached:
        raise UnreachedError(
            f"{' and '.join(beyond)} cannot be set: this service does not tell the value, so whether it takes it over cannot be seen.",
            remedy=_ALLOW,
            options=beyond,
        )
    return [f"{option} was left alone: this service does not tell its value." for option in untold]


def refuse_unknown_to_servers(desired: Desired, *, hosted: bool) -> None:
    """What a creation would not even send. :raises UnreachedError: the task declares it, and ``allow_unreached`` is not set."""
    if desired.service_management_reference and not hosted and not desired.allow_unreached:
        raise UnreachedError(
            "service_management_reference cannot be set: Azure DevOps Server does not know it.",
            remedy=_ALLOW,
            options=["service_management_reference"],
        )


def refuse_unreached(left: t.Sequence[Change], desired: Desired, said: str = "") -> list[str]:
    """Warnings about what a read shows otherwise than the task declares it, after all requests were accepted.

    :param said: what the service says about its last operation, if that failed.
    :raises UnreachedError: there is something, and ``allow_unreached`` is not set.
    """
    if left and not desired.allow_unreached:
        options = [item.option for item in left]
        because = f" It says: {said}." if said else ""
        raise UnreachedError(
            f"Azure DevOps accepted the change and did not take it over: {', '.join(map(_told, left))}.{because}",
            remedy=_ALLOW,
            options=options,
        )
    return [f"{item.option} was sent, but the service did not take it over." for item in left]


def _told(change: Change) -> str:
    before = "not set" if change.before in (None, "", []) else repr(change.before)
    return f"{change.option} is {before}, not {change.after!r}"
