# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is still different when everything was asked for and accepted: a declared state that was not reached is a failure.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._desired.change_limits import (
    ALLOW_UNREACHED,
    UnreachedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import edits_of, is_sharing, shares_of
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection

_NOT_KEPT = (
    "This service does not keep which secret was sent, so leave secret_version out, and send a new one with update_secret: "
    "always. What was sent is stored; to run again as it is would only send it once more."
)


def left_over(
    desired: Desired, connection: ArmConnection, target: Target, *, sharing: bool = False
) -> tuple[Change, ...]:
    """What the task declares and this read does not show. Secrets cannot be compared, only whether there is one of that kind.

    :param connection: as it was read after the changes. :param sharing: which projects have it is looked at, else everything but that.
    """
    own = connection.reference_in(target.project.id)
    if own is None:
        return (Change("project", None, target.project.name),)
    # A secret that is always sent would always be left over.
    once = replace(desired, renew_secret=False)
    changes, _edits = edits_of(once, connection, target, own)
    if any(change.option == "secret_version" for change in changes):
        # It would be sent again, that is all.
        changes = [change for change in changes if change.option != "secret"]
    changes += shares_of(once, connection, target, own).changes
    return tuple(change for change in changes if is_sharing(change) is sharing and not _same_text(change))


def _same_text(change: Change) -> bool:
    """Whether only blanks at the ends differ, which a service may cut off."""
    before, after = change.before, change.after
    return isinstance(before, str) and isinstance(after, str) and before.strip() == after.strip() != ""


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
            remedy=_NOT_KEPT if options == ["secret_version"] else ALLOW_UNREACHED,
            options=options,
        )
    return [f"{item.option} was sent, but the service did not take it over." for item in left]


def _told(change: Change) -> str:
    before = "not set" if change.before in (None, "", []) else repr(change.before)
    return f"{change.option} is {before}, not {change.after!r}"
