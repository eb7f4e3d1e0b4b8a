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
from .pipeline_expansion import expanded
from .pipeline_state import Build, Pipeline, Repository, repository_id
from .replies import Reply, answer, text
from .yaml_expansion import dump
from .yaml_expressions import Unexpandable


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
    override = typed.text(body, "yamlOverride") or None
    try:
        return dump(expanded(call.world, pipeline, given, override, call.site.organization_url))
    except Unexpandable as refusal:  # typeKey and status as observed in public records of previews
        raise Failure(400, "PipelineValidationException", str(refusal)) from None


def _run(call: Call, pipeline: Pipeline, body: Mapping[str, Any]) -> Reply:
    need_right(call, "queues_pipelines", "Queue builds")
    if pipeline.kind == "yaml":
        _final(call, pipeline, body)
    pipelines, now = call.world.pipelines, call.site.clock.now()
    run = Build(pipelines.next_id("build"), pipeline, now, None, None, list(pipeline.tasks), call.caller.id)
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
    content = repository.files.get(path.lstrip("/"))
    if content is None:
        message = f"TF401174: The item '{path}' could not be found in the repository '{repository.name}'."
        raise Failure(404, "GitItemNotFoundException", message)  # observed: text; assumed: 404
    wants_json = "json" in (call.ask("$format") or call.headers.get("accept", "")).lower()
    if not wants_json and not call.ask_flag("includeContent"):
        return text(content, 200)
    body = {"objectId": "0" * 40, "gitObjectType": "blob", "commitId": "0" * 40, "path": path}
    return answer({**body, "content": content} if call.ask_flag("includeContent") else body)


def _repository(call: Call, wanted: str) -> Repository:
    for (project, name), found in call.world.pipelines.repositories.items():
        mine = project == call.the_project.id and found.type == "TfsGit"
        if mine and wanted.lower() in (name, repository_id(call.the_project, found)):
            return found
    message = (
        f"TF401019: The Git repository with name or identifier {wanted} does not exist or you do not have permissions."
    )
    raise Failure(404, "GitRepositoryNotFoundException", message)  # observed: text
