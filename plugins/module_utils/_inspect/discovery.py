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
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, survey
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each


def discover(
    client: AzureDevOps, wanted: t.Sequence[str] | None, *, concurrency: int, stop: Stop, type: str | None = "azurerm"
) -> Estate:
    """Read the connections of the wanted projects, or of every project that the caller can see.

    :raises NotFoundError: a wanted project does not exist or is not visible; all of them are listed.
    """
    projects = client.projects() if wanted is None else _resolve(client, wanted, concurrency, stop)

    def listing(project: Project) -> tuple[Project, list[Json] | AzdoError]:
        try:
            return project, client.connections(project, type=type)
        except (AuthenticationError, StoppedError):
            raise
        except AzdoError as error:
            return project, error

    lists = each(projects, listing, concurrency=concurrency, stop=stop)
    return survey([answer for answer in lists if answer is not None], named=wanted is not None)


def _resolve(client: AzureDevOps, wanted: t.Sequence[str], concurrency: int, stop: Stop) -> list[Project]:
    def look_up(name: str) -> Project | str:
        try:
            return client.project(name)
        except NotFoundError:
            return name

    found = each(wanted, look_up, concurrency=concurrency, stop=stop)
    missing = [answer for answer in found if isinstance(answer, str)]
    if missing:
        raise NotFoundError(
            f"projects: {', '.join(repr(name) for name in missing)} not found in {client.url}, or not visible to this caller.",
            remedy="Check the spelling and that the caller is a member of the project. Nothing was changed.",
            status=404,
            missing=missing,
        )
    unique = {project.id: project for project in found if isinstance(project, Project)}
    return sorted(unique.values(), key=lambda project: (project.name.casefold(), project.id))
