# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to change about the approvals and checks before a connection in one project.

PRIVATE to the collection, and pure. A check that stands there and is nearest to a wanted one becomes it, so its history stays; what nobody wants goes, but
never one of a kind that is unknown here, unless that is asked for.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import (
    Known,
    check_body,
    differences,
    is_the_same,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import AccessIn, Check
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json


@dataclass(frozen=True, kw_only=True)
class CheckPlan:
    """The checks of one project.

    :param added: with the body of the request. :param changed: the same with the id of the one that becomes it, and ``eased`` those that are disabled by it.
    :param removed: ids.
    :param before: what was there of those that change, ``after`` what will be there, and ``taken`` what goes: for people to read.
    :param strange: labels of what stays because its kind is unknown here.
    """

    added: tuple[Json, ...] = ()
    changed: tuple[tuple[int, Json], ...] = ()
    eased: tuple[tuple[int, Json], ...] = ()
    removed: tuple[int, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.guards or self.eases

    @property
    def guards(self) -> bool:
        """Whether something is put before the connection."""
        return bool(self.added or self.changed)

    @property
    def eases(self) -> bool:
        """Whether something is taken away."""
        return bool(self.eased or self.removed)


def check_plan(connection_id: str, found: t.Sequence[Known], wanted: AccessIn) -> CheckPlan:
    """:param found: the checks that are there."""
    checks = wanted.checks or ()
    pairs, left = _pairs(checks, found, same_only=wanted.append_checks)
    added = [check for check in checks if id(check) not in pairs]
    changed = [
        (known, check) for check in checks if (known := pairs.get(id(check))) is not None and differences(check, known)
    ]
    strange = [item for item in left if item.kind is None]
    removed = [] if wanted.append_checks else [item for item in left if item.kind is not None]
    if wanted.remove_unknown_checks and not wanted.append_checks:
        removed, strange = [*removed, *strange], []
    return CheckPlan(
        added=tuple(check_body(connection_id, check) for check in added),
        changed=tuple((known.id, check_body(connection_id, check, known)) for known, check in changed if _stays(check)),
        eased=tuple(
            (known.id, check_body(connection_id, check, known)) for known, check in changed if not _stays(check)
        ),
        removed=tuple(item.id for item in removed),
        before=tuple(_changed(known, check, 0) for known, check in changed if _stays(check)),
        after=(
            *(_changed(known, check, 1) for known, check in changed if _stays(check)),
            *(_said(check.kind, check.settings) for check in added),
        ),
        taken=(
            *(f"{check.kind} ({known.id}), disabled" for known, check in changed if not _stays(check)),
            *(f"{_title(item)} ({item.id})" for item in removed),
        ),
        strange=() if wanted.append_checks else tuple(f"{item.label} ({item.id})" for item in strange),
    )


def _stays(check: Check) -> bool:
    """Whether it guards afterwards."""
    return bool(check.settings.get("enabled", True))


def _pairs(
    checks: t.Sequence[Check], found: t.Sequence[Known], *, same_only: bool
) -> tuple[dict[int, Known], list[Known]]:
    """Each wanted check with the one of its kind that is most like it, the like ones first; and what is left over. By the identity of the wish.

    :param same_only: whether one is another check, which stays, unless it says the same in all that a check of its kind cannot do without.
    """
    left, pairs = list(found), dict[int, Known]()
    distances = sorted(
        (len(differences(check, known)), place, known.id)
        for place, check in enumerate(checks)
        for known in found
        if known.kind == check.kind and (not same_only or is_the_same(check, known))
    )
    for _distance, place, known_id in distances:
        known = next((item for item in left if item.id == known_id), None)
        if known is None or id(checks[place]) in pairs:
            continue
        pairs[id(checks[place])] = known
        left.remove(known)
    return pairs, left


def _title(known: Known) -> str:
    return _said(known.kind, known.settings) if known.kind else known.label


def _changed(known: Known, check: Check, side: int) -> str:
    values = {option: pair[side] for option, pair in differences(check, known).items()}
    return _said(f"{check.kind} ({known.id})", values)


def _said(kind: str, settings: t.Mapping[str, t.Any]) -> str:
    """A check on one line; the headers and the body of a request may hold what is nobody's business."""
    told = [
        f"{option} {'(not shown)' if option in ('headers', 'body') else _value(value)}"
        for option, value in settings.items()
        if value not in (None, "", [])
    ]
    return f"{kind}: {', '.join(told)}" if told else kind


def _value(value: t.Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(
            " ".join(item[key] for key in sorted(item)) if isinstance(item, dict) else str(item) for item in value
        )
    return str(value)
