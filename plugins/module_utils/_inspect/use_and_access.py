# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what is known about a connection outside the connection itself, in each project that has it.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_plan import permissions
from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF, ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import (
    UNREADABLE_USE,
    Use,
    began_after,
    may_be_running,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import (
    Fields,
    UnreadableError,
    read_strictly,
    unsound,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.revert_window import converted_at
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

Depth = t.Literal["latest", "running", "all", "pipelines"]
# Pages of a history that are read to find its pipelines. Behind them a busy one would hide what runs seldom, so it is said where that is.
_PAGES_FOR_PIPELINES = 20
Answered = t.TypeVar("Answered")


def read_details(client: AzureDevOps, connection: ArmConnection, include: t.Collection[str]) -> Json:
    """The parts named by ``include`` (``permissions``, ``checks``), project by project. What cannot be read is null, never empty."""
    details: Json = {}
    if "permissions" in include:
        details["permissions"] = [
            {"project": project.name, **_permissions_in(client, project.id, connection.id)}
            for project in connection.references
        ]
    if "checks" in include:
        details["checks"] = [
            {
                "project": project.name,
                "checks": _readable(lambda *ids: checks(client.checks(*ids)), project.id, connection.id),
            }
            for project in connection.references
        ]
    return details


def _permissions_in(client: AzureDevOps, project_id: str, connection_id: str) -> Json:
    found = _readable(lambda *ids: permissions(client.pipeline_permissions(*ids)), project_id, connection_id)
    return permissions(None) if found is None else found


def read_use(client: AzureDevOps, connection: ArmConnection, now: datetime, depth: Depth = "latest") -> Use:
    """The uses over all its projects (7). :raises AzdoError: one of the histories could not be read, so nothing is sure.

    :param depth: ``latest``: one page of each history; ``running``: back to where nothing can be running any more; ``all``: everything there is;
        ``pipelines``: the same, but for what is behind very many uses, of which none can be running any more. In any case of one that was converted
        lately back to that moment, unless there are very many uses since.
    """
    since = converted_at(connection.revert_deadline) if connection.scheme == WIF else None
    histories, cut = [], False
    for project in connection.references:
        reader = _Pages(depth, now, since)
        histories.append((project, client.execution_history(project.id, connection.id, reader.more)))
        cut = cut or reader.cut
    return Use.from_histories(histories, now, cut=cut, since=since)


class _Pages:
    """How far back one history is read."""

    def __init__(self, depth: Depth, now: datetime, since: datetime | None) -> None:
        self._depth = depth
        self._now = now
        self._since = since
        self._left = _PAGES_FOR_PIPELINES
        self.cut = False

    def more(self, oldest: Json) -> bool:
        """Whether the next page is wanted, by the oldest use so far."""
        if self._depth == "all" or (self._depth != "latest" and may_be_running(oldest, self._now)):
            return True
        self._left -= 1
        wanted = self._depth == "pipelines" or (self._since is not None and began_after(oldest, self._since))
        self.cut = wanted and self._left <= 0
        return wanted and not self.cut


def usage(use: Use | None, now: datetime) -> Json:
    """How a result tells of the use; None is "could not be read"."""
    return dict(UNREADABLE_USE) if use is None else use.to_result(now)


def read_surroundings(
    client: AzureDevOps, connection: ArmConnection, checks_in: t.Callable[[str, str], str | None] | None = None
) -> dict[str, str | None]:
    """What must stay as it is around a connection, by project: pipeline permissions, checks and roles, each as one text that can be compared.

    None is "could not be read". Projects stand here by id, because names may change meanwhile.

    :param checks_in: takes ids of project and connection, where the checks of many are read together.
    """
    found: dict[str, str | None] = {}
    for project in connection.references:
        texts = {
            "pipeline permissions": _text(client.pipeline_permissions, _permissions_text, project.id, connection.id),
            "checks": (checks_in or one_by_one(client))(project.id, connection.id),
            "roles": _text(client.roles, _roles_text, project.id, connection.id),
        }
        found |= {f"{what} in {project.id.lower()}": text for what, text in texts.items()}
    return found


def one_by_one(client: AzureDevOps) -> t.Callable[[str, str], str | None]:
    """Reads the checks of one connection in one project, as a text that can be compared."""
    return lambda project_id, connection_id: _text(client.checks, checks_text, project_id, connection_id)


def _text(
    operation: t.Callable[[str, str], Answered], tell: t.Callable[[Answered], str], project_id: str, connection_id: str
) -> str | None:
    """None for an answer that could not be read, or has a field that is not of its kind: it says nothing."""
    return _readable(lambda *ids: tell(operation(*ids)), project_id, connection_id)


def _permissions_text(answer: Json) -> str:
    return json.dumps(permissions(answer), sort_keys=True)


def checks_text(answer: list[Json]) -> str:
    """Settings as a hash: what a check says is its own business, only that it still says it counts."""
    texts = []
    for item, raw in zip(_checks(answer), answer, strict=True):
        if (path := unsound(raw)) is not None:
            raise UnreadableError("a check", path)
        settings = hashlib.sha256(json.dumps(_by_id(raw.get("settings")), sort_keys=True).encode()).hexdigest()[:8]
        texts.append(f"{item['id']} {item['type']} {settings}")
    return "; ".join(sorted(texts))


def _by_id(value: t.Any) -> t.Any:
    """The same with people and groups by their id alone: a new name or picture of an approver is no other check."""
    if isinstance(value, list):
        return [_by_id(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("id"), str) and value.keys() & {"displayName", "uniqueName"}:
        return value["id"].lower()
    return {key: _by_id(item) for key, item in value.items()}


def _roles_text(answer: list[Json]) -> str:
    def read(fields: Fields) -> str:
        role, identity = fields.inner("role").text("name") or None, fields.inner("identity").text("id") or None
        return f"{str(identity).lower()} {role} {fields.text('access') or None}"

    return "; ".join(sorted(read_strictly("a role", item, read) for item in answer))


def checks(answer: list[Json] | None) -> list[Json] | None:
    """Approvals and checks in one project (6.2). Shape: ``[{id, type}]``, null if they could not be read.

    :raises UnreadableError: a field is not of its kind.
    """
    return None if answer is None else _checks(answer)


def _checks(answer: list[Json]) -> list[Json]:
    def read(fields: Fields) -> Json:
        return {"id": fields.number("id"), "type": fields.inner("type").text("name") or None}

    return [read_strictly("a check", item, read) for item in answer]


def _readable(operation: t.Callable[[str, str], Answered], project_id: str, connection_id: str) -> Answered | None:
    try:
        return operation(project_id, connection_id)
    except (ServiceError, TransportError):
        # One history that cannot be read must not hide the rest of the fleet; the null in the row says so.
        return None
