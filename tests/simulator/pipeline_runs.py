# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The expanded YAML of a pipeline, which starts nothing, and a run, which does; and the files of a repository."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from . import typed
from .access import need_right
from .build_definitions import the_pipeline
from .calls import Call
from .clock import iso_ticks
from .errors import Failure
from .implicit_pipelines import pipeline_of
from .pipeline_expansion import expanded
from .pipeline_state import Build, Pipeline, Repository, repository_id
from .replies import Reply, answer, text
from .yaml_expressions import Unexpandable
from .yaml_forms import dump


def preview(call: Call) -> Reply:
    """{"previewRun": true}: a dry run. Anything else in its place starts a run."""  # documented: pipelines 7.1; the latter assumed
    pipeline, body = the_pipeline(call), call.json_object()
    if not typed.flag(body, "previewRun"):
        return _run(call, pipeline, body)
    if call.knobs.preview_needs == "queue":
        need_right(call, "queues_pipelines", "Queue builds")  # not known: pipeline readiness 4
    return answer({"finalYaml": _final(call, pipeline, body)})


def start_run(call: Call) -> Reply:
    return _run(call, the_pipeline(call), call.json_object())


def _final(call: Call, pipeline: Pipeline, body: Mapping[str, Any]) -> str:
    given = typed.mapping(body, "templateParameters")
    typed.mapping(body, "resources")
    try:
        return dump(expanded(call.world, pipeline, given, call.site.organization_url))
    except Unexpandable as refusal:  # typeKey and status as observed in public records of previews
        raise Failure(400, "PipelineValidationException", str(refusal)) from None


def _run(call: Call, pipeline: Pipeline, body: Mapping[str, Any]) -> Reply:
    need_right(call, "queues_pipelines", "Queue builds")
    if pipeline.kind == "yaml":
        _final(call, pipeline, body)
    pipelines, now = call.world.pipelines, call.site.clock.now()
    run = Build(pipelines.next_id("build"), pipeline, now, None, None, list(pipeline.tasks or []), call.caller.id)
    pipelines.builds[call.the_project.id, run.id] = run
    pipelines.started.append(run)
    url = f"{call.site.organization_url}/{call.the_project.id}/_apis/pipelines/{pipeline.id}"
    return answer(
        {
            "_links": {"self": {"href": f"{url}/runs/{run.id}"}},
            "templateParameters": typed.mapping(body, "templateParameters"),
            "pipeline": {
                "url": f"{url}?revision={pipeline.revision}",
                "id": pipeline.id,
                "revision": pipeline.revision,
                "name": pipeline.name,
                "folder": pipeline.folder,
            },
            "state": "inProgress",
            "createdDate": iso_ticks(now),
            "url": f"{url}/runs/{run.id}",
            "id": run.id,
            "name": str(run.id),
        }
    )


def get_item(call: Call) -> Reply:
    """?path=/azure-pipelines.yml[&includeContent=true]: the text, or an item with it when JSON is asked for."""
    repository = _repository(call, call.parameters["repository"])
    path = posixpath.normpath(posixpath.join("/", call.ask("path") or call.ask("scopePath") or "/"))
    content = repository.files.get(path.lstrip("/")) or _implied(call, repository, path.lstrip("/"))
    if content is None:
        message = f"TF401174: The item '{path}' could not be found in the repository '{repository.name}'."
        raise Failure(404, "GitItemNotFoundException", message)  # observed: text; assumed: 404
    wants_json = "json" in (call.ask("$format") or call.headers.get("accept", "")).lower()
    if not wants_json and not call.ask_flag("includeContent"):
        return text(content, 200)
    body = {"objectId": "0" * 40, "gitObjectType": "blob", "commitId": "0" * 40, "path": path}
    return answer({**body, "content": content} if call.ask_flag("includeContent") else body)


def _repository(call: Call, wanted: str) -> Repository:
    """That of the project's name is always there, as the service makes it."""
    mine = Repository(call.the_project.name)
    known = [
        item for (project, _name), item in call.world.pipelines.repositories.items() if project == call.the_project.id
    ]
    for found in [*known, mine]:
        names = (found.name.lower(), repository_id(call.the_project, found))
        if found.type == "TfsGit" and wanted.lower() in names:
            return found
    message = (
        f"TF401019: The Git repository with name or identifier {wanted} does not exist or you do not have permissions."
    )
    raise Failure(404, "GitRepositoryNotFoundException", message)  # observed: text


def _implied(call: Call, repository: Repository, path: str) -> str | None:
    """The file of a pipeline that only executions tell of."""
    number = path.removeprefix("pipelines/").removesuffix(".yml")
    if repository.name != call.the_project.name or not number.isdigit():
        return None
    found = pipeline_of(call.world, call.the_project, "Build", int(number))
    return found.repository.files.get(path) if found else None
