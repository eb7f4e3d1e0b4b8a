# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became different between two reads of one connection, beside what an update was about.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json

# Ids and addresses, which Azure compares without regard to case: the service may spell them in its own way.
_SPELLED_FREELY = {"tenant_id", "client_id", "environment", "url", "scope"}


def differences(before: ArmConnection, after: ArmConnection, more: t.Collection[str] = ()) -> list[Json]:
    """What is different of all that an update must leave as it is. Shape: ``[{field, before, after}]``.

    :param more: further attributes to compare, for those who change nothing about how the connection signs in.
    """
    old, new = _lasting(before, more), _lasting(after, more)
    return [
        {"field": name, "before": old[name], "after": new[name]}
        for name in old
        if _plain(name, old[name]) != _plain(name, new[name])
    ]


def _lasting(connection: ArmConnection, more: t.Collection[str]) -> Json:
    """The service may list references in any order, the owner first."""
    names = (
        "id",
        "name",
        "description",
        "url",
        "type",
        "tenant_id",
        "client_id",
        "environment",
        "creation_mode",
        "enabled",
        *more,
    )
    return {
        **{name: getattr(connection, name) for name in names},
        "scope": dict(connection.scope),
        "owner": connection.owner.name,
        "projects": sorted(
            f"{ref.id} {ref.name}: {ref.connection_name.strip()}: {ref.description.strip()}"
            for ref in connection.references
        ),
    }


def _plain(name: str, value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _plain(name, item) for key, item in value.items()}
    if isinstance(value, str):
        return value.strip().rstrip("/").casefold() if name in _SPELLED_FREELY else value.strip()
    return value
