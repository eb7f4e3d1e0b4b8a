# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say what Terraform manages: its states, and of which connections somebody says that the first step is applied.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.terraform_state import (
    NoStateError,
    connections_in,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import Place, Terraform

_STATES, _CONFIRMED = "terraform_state", "terraform_confirmed"

TERRAFORM_OPTIONS: dict[str, t.Any] = {
    _STATES: {"type": "list", "elements": "path"},
    _CONFIRMED: {"type": "list", "elements": "str"},
}


def terraform(params: t.Mapping[str, t.Any]) -> Terraform:
    """What the states have. :raises OptionError: a file cannot be read or is no state, or what is confirmed is in none of them."""
    places: dict[str, list[Place]] = {}
    for path in params[_STATES] or ():
        for id_, address in _read(path):
            places.setdefault(id_, []).append(Place(path, address))
    known: dict[str, dict[str, list[Place]]] = {}
    for id_, several in places.items():
        for place in several:
            known.setdefault(place.address, {}).setdefault(id_, []).append(place)
        known[id_] = {id_: several}
    confirmed = [_confirmed(text.strip(), known) for text in params[_CONFIRMED] or ()]
    return Terraform(
        {id_: tuple(several) for id_, several in places.items()},
        frozenset(place for several in confirmed for place in several),
    )


def _confirmed(text: str, known: t.Mapping[str, t.Mapping[str, list[Place]]]) -> list[Place]:
    found = known.get(text) or known.get(text.lower())
    if not found:
        raise OptionError(
            f"{_CONFIRMED}: {text!r} is in none of the states of {_STATES}.{hints([text], known)}",
            remedy="Give addresses as terraform state list shows them, or IDs of connections. Nothing was changed.",
            missing=[text],
        )
    if len(found) > 1:
        raise OptionError(
            f"{_CONFIRMED}: {text!r} is the address of {len(found)} connections, in different states.",
            remedy=f"Give the ID of the one that you mean: {', '.join(sorted(found))}. Nothing was changed.",
        )
    return [place for several in found.values() for place in several]


def _read(path: str) -> list[tuple[str, str]]:
    try:
        return [
            (item.id, item.address) for item in connections_in(Path(path).expanduser().read_text(encoding="utf-8-sig"))
        ]
    except NoStateError as error:
        raise OptionError(
            f"{_STATES}: {path} {error}.",
            remedy="Give a state file, as terraform state pull prints it, or what terraform show -json prints. Nothing was changed.",
        ) from None
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise OptionError(f"{_STATES}: {path} cannot be read: {why}.", remedy="Name a file that exists.") from None
