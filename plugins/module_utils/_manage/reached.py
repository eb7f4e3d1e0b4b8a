# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is still different when everything was asked for.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._manage.ansible_diff import Change
from ansible_collections.azdo.connections.plugins.module_utils._manage.changes import edits_of, is_sharing, shares_of
from ansible_collections.azdo.connections.plugins.module_utils._manage.desired_state import Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection


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
    changes += shares_of(once, connection, target, own).changes
    return tuple(change for change in changes if is_sharing(change) is sharing and not _same_text(change))


def _same_text(change: Change) -> bool:
    """Whether only blanks at the ends differ, which a service may cut off."""
    before, after = change.before, change.after
    return isinstance(before, str) and isinstance(after, str) and before.strip() == after.strip() != ""
