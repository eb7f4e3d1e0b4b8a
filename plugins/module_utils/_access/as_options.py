# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and checks as the options that describe them: the way back from what there is to a task.

PRIVATE to the collection, and pure. People and groups are named as another organization may know them, too: by mail address or user principal name where
they have one, else by their name.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import KINDS, Known
from ansible_collections.azdo.connections.plugins.module_utils._access.right_plan import Held
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json

# What may hold what is nobody's business: an export names neither.
_WITHHELD = ("headers", "body")


def roles_as_options(held: t.Iterable[Held]) -> list[Json]:
    """What was given on the connection itself, in a stable order."""
    own = [{"role": item.role, "identity": item.holder.called or item.holder.name} for item in held if item.own]
    return sorted(own, key=lambda item: (item["identity"].casefold(), item["role"]))


def checks_as_options(checks: t.Iterable[Known]) -> tuple[list[Json], list[str]]:
    """The options, and in sentences what a connection that is made anew from them would lack."""
    options: list[Json] = []
    losses: list[str] = []
    for known in checks:
        if known.kind is None:
            losses.append(f"its check {known.label!r} is of a kind that is not known here")
            continue
        said = {"kind": known.kind, **_settings(known)}
        options.append({name: value for name, value in said.items() if name not in _WITHHELD})
        if any(said.get(name) for name in _WITHHELD):
            losses.append(
                f"the headers and the body of its check {known.label!r} are left out, because they may hold secrets"
            )
        if known.kind == "rest_api":
            losses.append(
                f"its check {known.label!r} sends its request to a connection of this organization ({said.get('connection')})"
            )
    return options, losses


def _settings(known: Known) -> Json:
    """What says something: an empty text or no interval is what a new one has by itself."""
    found = {name: value for name, value in known.settings.items() if value not in (None, "", [])}
    for name, usual in (("retry_interval", 0), ("enabled", True), *KINDS[str(known.kind)].fresh.items()):
        if name in found and found[name] == usual:
            del found[name]
    approvers = (known.raw.get("settings") or {}).get("approvers") or []
    if known.kind == "approval":
        found["approvers"] = [called_by(item) for item in approvers]
    return found


def called_by(identity: t.Mapping[str, t.Any]) -> str:
    """What a person or a group is named by in a task."""
    unique, name = str(identity.get("uniqueName") or ""), str(identity.get("displayName") or "")
    return unique if "@" in unique else name or str(identity.get("id"))
