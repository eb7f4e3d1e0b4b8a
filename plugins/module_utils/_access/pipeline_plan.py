# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pipelines of a project get or lose the permission to use a connection (6.1).

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import AccessIn
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import (
    Fields,
    UnreadableError,
    read_strictly,
)


@dataclass(frozen=True, kw_only=True)
class PipelinePlan:
    """Permissions to change in one project: the body of the request, and what it changes, as option, before and after."""

    body: Json
    changes: tuple[tuple[str, t.Any, t.Any], ...]

    @property
    def granted(self) -> frozenset[int]:
        """The ids of the pipelines that get the permission."""
        return frozenset(item["id"] for item in self.body["pipelines"] if item["authorized"])

    @property
    def grants(self) -> bool:
        """Whether somebody gets the permission who did not have it."""
        everyone = (self.body.get("allPipelines") or {}).get("authorized")
        return bool(everyone or self.granted)


def permissions(answer: Json | None) -> Json:
    """Who may use the connection in one project (6.1). Shape: ``{all_pipelines: bool, pipelines: [id]}``, both null if it could not be read.

    :raises UnreadableError: a field is not of its kind.
    """
    if answer is None:
        return {"all_pipelines": None, "pipelines": None}

    def read(fields: Fields) -> Json:
        listed = [(item.number("id"), item.flag("authorized")) for item in fields.objects("pipelines")]
        if any(authorized and id_ is None for id_, authorized in listed):
            # A permission that nobody can name must not pass for none.
            raise UnreadableError("who may use the connection", "pipelines.id")
        return {
            "all_pipelines": fields.inner("allPipelines").flag("authorized") is True,
            "pipelines": sorted(id_ for id_, authorized in listed if authorized and id_ is not None),
        }

    return read_strictly("who may use the connection", answer, read)


def pipeline_plan(connection_id: str, wanted: AccessIn, answer: Json) -> PipelinePlan | None:
    """What to permit and to forbid in a project; None if nothing. What the service permits by itself is not looked at.

    :param answer: the permissions as the service tells them. :raises UnreadableError: a field of them is not of its kind.
    """
    append, found = wanted.append_pipelines, permissions(answer)
    everyone, named = found["all_pipelines"], frozenset(found["pipelines"])
    changes: list[tuple[str, t.Any, t.Any]] = []
    body: Json = {"resource": {"type": "endpoint", "id": connection_id}, "pipelines": []}
    take_away = wanted.everyone is False and append
    if wanted.everyone is not None and wanted.everyone != everyone and not take_away:
        changes.append(("authorize_all_pipelines", everyone, wanted.everyone))
        body["allPipelines"] = {"authorized": wanted.everyone}
    if wanted.ids is not None:
        after = wanted.ids | named if append else wanted.ids
        if after != named:
            changes.append(("authorized_pipelines", sorted(named), sorted(after)))
            permitted = [{"id": number, "authorized": True} for number in sorted(after - named)]
            body["pipelines"] = permitted + [{"id": number, "authorized": False} for number in sorted(named - after)]
    return PipelinePlan(body=body, changes=tuple(changes)) if changes else None
