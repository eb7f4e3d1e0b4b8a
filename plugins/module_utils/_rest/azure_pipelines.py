# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reading operations of Azure Pipelines: definitions, runs, tasks, and what else holds a service connection.

PRIVATE to the collection. Nothing here starts, queues or changes anything. Facts: build, release, pipelines and distributedtask 7.1 as Microsoft documents
them; the list of installed tasks as clients read it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.answer_shapes import (
    items_of,
    object_of,
    segment,
    unknown_shape,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.limits import Page, pages
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import area_url

_RELEASED = "7.1"
# Accepted whether or not the service calls the area a preview.
_PREVIEW = "7.1-preview"
_PER_PAGE = 100


class AzurePipelines:
    """The pipelines of one organization, as one caller sees them. Safe to use from several threads."""

    def __init__(self, client: AzureDevOps) -> None:
        self._client = client
        self._releases = area_url(client.url, "vsrm")

    def build_definitions(self, project_id: str) -> t.Iterator[Json]:
        """Every build definition of a project, with everything it says of itself. What the caller may not see is left out by the service."""
        path = f"{segment(project_id)}/_apis/build/definitions"
        return self._paged(path, {"includeAllProperties": "true"}, "The list of pipelines")

    def pipeline_names(self, project_id: str, name: str = "") -> t.Iterator[Json]:
        """The same list with little more than id, name and folder of each. :param name: only those with that name, of which each folder may have one."""
        path = f"{segment(project_id)}/_apis/build/definitions"
        version = self._client.organization().versions["core"]
        return self._paged(path, {"name": name} if name else {}, "The list of pipelines", version=version)

    def seen(self, project_id: str, ids: t.Iterable[int]) -> set[int]:
        """Those of the ids that are pipelines of the project which this caller sees."""
        path, version = f"{segment(project_id)}/_apis/build/definitions", self._client.organization().versions["core"]
        several, found = sorted(ids), set[int]()
        for first in range(0, len(several), _PER_PAGE):
            asked = {"definitionIds": ",".join(map(str, several[first : first + _PER_PAGE]))}
            page = self._paged(path, asked, "The list of pipelines", version=version)
            found |= {item["id"] for item in page if isinstance(item.get("id"), int)}
        return found

    def release_definitions(self, project_id: str) -> t.Iterator[Json]:
        """Every release definition of a project, with its stages."""
        path = f"{segment(project_id)}/_apis/release/definitions"
        return self._paged(path, {"$expand": "environments"}, "The list of release pipelines", base=self._releases)

    def timeline(self, project_id: str, build_id: int) -> list[Json]:
        """What a run did: its records, of which those of tasks have ``task``."""
        path = f"{segment(project_id)}/_apis/build/builds/{build_id}/timeline"
        answer = self._client.read(path, _RELEASED).data
        if answer is None:
            # A run that did not get as far as a job has none.
            return []
        records = answer.get("records") if isinstance(answer, dict) else None
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise unknown_shape("the timeline of a run")
        return records

    def task_groups(self, project_id: str) -> list[Json]:
        """Every version of every task group of a project."""
        return items_of(self._client.read(f"{segment(project_id)}/_apis/distributedtask/taskgroups", _PREVIEW))

    def installed_tasks(self) -> list[Json]:
        """The tasks of the organization, those of extensions too."""
        return items_of(self._client.read("_apis/distributedtask/tasks", _PREVIEW))

    def variable_groups(self, project_id: str) -> t.Iterator[Json]:
        """The variable groups of a project; those of a Key Vault say which connection opens it."""
        path = f"{segment(project_id)}/_apis/distributedtask/variablegroups"
        return self._paged(path, {}, "The list of variable groups", version=_PREVIEW)

    def scale_set_pools(self) -> list[Json]:
        """The agent pools of the organization that a virtual machine scale set gives."""
        return items_of(self._client.read("_apis/distributedtask/elasticpools", _PREVIEW))

    def expanded_yaml(self, project_id: str, pipeline_id: int) -> str:
        """The YAML of a pipeline with its templates put in. It is a POST, and a dry run: nothing is queued.

        :raises ServiceError: the service does not expand it, for example because it has parameters that must be given.
        """
        path = f"{segment(project_id)}/_apis/pipelines/{pipeline_id}/preview"
        answer = object_of(self._client.read(path, _RELEASED, body={"previewRun": True}))
        text = answer.get("finalYaml")
        if not isinstance(text, str):
            raise unknown_shape("the expanded YAML of a pipeline")
        return text

    def _paged(
        self, path: str, params: Json, what: str, *, base: str | None = None, version: str = _RELEASED
    ) -> t.Iterator[Json]:
        def page(token: str) -> Page:
            asked = {**params, "$top": _PER_PAGE, **({"continuationToken": token} if token else {})}
            answer = self._client.read(path, version, asked, base=base)
            return Page(items_of(answer), answer.headers.get("x-ms-continuationtoken", ""), answer.size)

        for one in pages(page, what):
            # A definition is let go of as soon as the next one is asked for, and a page with its last one.
            one.items.reverse()
            while one.items:
                yield one.items.pop()
