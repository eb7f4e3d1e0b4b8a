# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the connections of the projects that a task is about.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    NotFoundError,
    ServiceError,
    StoppedError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, survey
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import is_pattern, meant_by
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each


def discover(
    client: AzureDevOps,
    wanted: t.Sequence[str] | None,
    *,
    concurrency: int,
    stop: Stop,
    type: str | None = "azurerm",
    may_be_unread: t.Sequence[str] = (),
    apart: bool = False,
    newest: bool = False,
) -> Estate:
    """Read the connections of the wanted projects, or of every project that the caller can see.

    :param wanted: names, ids and patterns. :param may_be_unread: the same, of those whose gaps are allowed.
    :param apart: whether connections of other types are read, too, and stand apart. It takes no request more.
    :param newest: whether the lists are read in the newest model, which tells more of each connection. It takes no request more either.
    :raises NotFoundError: a wanted project does not exist or is not visible; all of them are listed.
    """
    projects, by_pattern = (client.projects(), []) if wanted is None else _resolve(client, wanted, concurrency, stop)
    allowed = _allowed(client, projects, may_be_unread)

    def listing(project: Project) -> tuple[Project, list[Json] | AzdoError]:
        try:
            return project, client.connections(project, type=None if apart else type, newest=newest)
        except (AuthenticationError, StoppedError):
            raise
        except AzdoError as error:
            return project, error

    lists = each(projects, listing, concurrency=concurrency, stop=stop)
    answers = [answer for answer in lists if answer is not None]
    return survey(
        answers,
        named=wanted is not None,
        spared=by_pattern,
        allowed=allowed,
        names_projects=client.organization().hosted,
        apart=apart,
    )


def _resolve(
    client: AzureDevOps, wanted: t.Sequence[str], concurrency: int, stop: Stop
) -> tuple[list[Project], list[str]]:
    """The projects, sorted, and the ids of those that only a pattern means."""

    def look_up(name: str) -> Project | str:
        try:
            return client.project(name)
        except NotFoundError:
            return name

    everyone = client.projects() if any(map(is_pattern, wanted)) else []
    matched = {text: _meant(text, everyone) for text in wanted if is_pattern(text)}
    found = each([text for text in wanted if not is_pattern(text)], look_up, concurrency=concurrency, stop=stop)
    missing = [answer for answer in found if isinstance(answer, str)] + [text for text in matched if not matched[text]]
    if missing:
        raise NotFoundError(
            f"projects: {_listed(missing)} not found in {client.url}, or not visible to this caller.{hints(missing, _all_names(client))}",
            remedy="Check the spelling and that the caller is a member of the project. Nothing was changed.",
            status=404,
            missing=missing,
        )
    named = [project for project in found if isinstance(project, Project)]
    named += [project for text in matched for project in matched[text] if project.name.casefold() == text.casefold()]
    unique = {project.id: project for project in (*named, *(one for several in matched.values() for one in several))}
    by_pattern = unique.keys() - {project.id for project in named}
    return sorted(unique.values(), key=lambda project: (project.name.casefold(), project.id)), list(by_pattern)


def _allowed(client: AzureDevOps, projects: t.Sequence[Project], texts: t.Sequence[str]) -> list[str]:
    """The ids of those of the projects that may be unread.

    :raises NotFoundError: one of the texts means no project, neither here nor elsewhere in the organization, and so would allow nothing.
    """
    matched = {text: _meant(text, projects) for text in texts}
    strange = [text for text in texts if not matched[text]]
    everyone = client.projects() if strange else []
    missing = [text for text in strange if not _meant(text, everyone)]
    if missing:
        raise NotFoundError(
            f"allow_unread: {_listed(missing)} is no project of {client.url}, or not visible to this caller."
            f"{hints(missing, [project.name for project in everyone])}",
            remedy="Check the spelling, or leave it out. Nothing was changed.",
            status=404,
            missing=missing,
        )
    return [project.id for several in matched.values() for project in several]


def _meant(text: str, projects: t.Sequence[Project]) -> list[Project]:
    return meant_by(text, [(project, (project.name, project.id)) for project in projects])


def _all_names(client: AzureDevOps) -> list[str]:
    """For a hint only: what cannot be read gives none."""
    try:
        return [project.name for project in client.projects()]
    except (ServiceError, TransportError):
        return []


def _listed(names: t.Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
