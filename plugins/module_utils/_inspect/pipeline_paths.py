# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where pipelines stand in their project: a name that holds in another organization, too, as an id does not.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import KeyedLocks


class PipelinePaths:
    """The paths of each project, read when somebody asks for the first one. Safe to use from several threads."""

    def __init__(self, client: AzureDevOps) -> None:
        self._api = AzurePipelines(client)
        self._locks = KeyedLocks()
        self._known: dict[str, t.Mapping[int, str]] = {}

    def of(self, project_id: str) -> t.Mapping[int, str]:
        """By id: ``\\folder\\name``, or the bare name of one in no folder. Empty where they cannot be read: an id is still true."""
        with self._locks.of(project_id):
            if project_id not in self._known:
                self._known[project_id] = self._read(project_id)
            return self._known[project_id]

    def _read(self, project_id: str) -> t.Mapping[int, str]:
        try:
            found = [read_strictly("a pipeline", raw, _path) for raw in self._api.pipeline_names(project_id)]
        except (ServiceError, TransportError):
            return {}
        return {number: path for number, path in found if number and path}


def _path(fields: Fields) -> tuple[int, str]:
    folder, name = fields.text("path").strip("\\"), fields.text("name")
    return fields.number("id") or 0, f"\\{folder}\\{name}" if folder else name
