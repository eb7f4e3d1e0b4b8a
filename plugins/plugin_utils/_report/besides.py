# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says of connections that this collection does not handle.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._inspect.other_types import OLD, UNKNOWN
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable, shorten
from ansible_collections.azdo.connections.plugins.plugin_utils._results.other_types import Place, others_by_project
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result

# So many groups stand in a sentence, and so much of a name.
_GROUPS = 12
_NAME_CELLS = 80


def besides(result: Result) -> list[str]:
    """A sentence about those of other types with the issuer that retires, and one about those of which nobody can tell."""
    old, unknown = others_by_project(result, OLD), others_by_project(result, UNKNOWN)
    lines = []
    if old:
        number = old_elsewhere(result)
        lines.append(
            f"Besides, {of_other_types(number)} {'uses' if number == 1 else 'use'} the issuer that retires on 2027-07-01, which this collection does not "
            f"handle: {_listed(old)}."
        )
    if unknown:
        number = sum(place.number for place in unknown)
        lines.append(f"Of {of_other_types(number)} with federation nobody can tell the issuer: {_listed(unknown)}.")
    return lines


def old_elsewhere(result: Result) -> int:
    """How many of other types have the issuer that retires."""
    return sum(place.number for place in others_by_project(result, OLD))


def of_other_types(number: int) -> str:
    return "1 connection of another type" if number == 1 else f"{number} connections of other types"


def types_of(place: Place) -> str:
    """Such as: 2 dockerregistry, 1 x."""
    groups = [f"{number} {_short(name)}" for name, number in place.types.items()]
    return _few(groups)


def _listed(places: t.Sequence[Place]) -> str:
    """Such as: 2 dockerregistry in Payments, 1 x in Web Shop."""
    several = len({place.organization for place in places}) > 1
    return _few(
        [
            f"{number} {_short(name)} in {_short(place.project)}{f' of {_short(place.organization)}' if several else ''}"
            for place in places
            for name, number in place.types.items()
        ]
    )


def _few(groups: t.Sequence[str]) -> str:
    more = f" and {len(groups) - _GROUPS} more" if len(groups) > _GROUPS else ""
    return f"{', '.join(groups[:_GROUPS])}{more}"


def _short(text: str) -> str:
    return shorten(printable(" ".join(text.split())), _NAME_CELLS)
