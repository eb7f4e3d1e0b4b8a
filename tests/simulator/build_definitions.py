# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build definitions: the list with its pages, and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar

from . import task_catalog
from .access import need_right, right
from .calls import Call
from .clock import iso_milliseconds
from .errors import Failure
from .identifiers import guid
from .implicit_pipelines import pipeline_of, pipelines_of
from .pipeline_state import Pipeline, Repository, Step, TaskGroup, Variable, VariableGroup, repository_id
from .rendering import identity_ref
from .replies import Reply, answer, collection

Item = TypeVar("Item")


def list_definitions(call: Call) -> Reply:
    """?includeAllProperties=true&definitionIds=&name=&path=&$top=&continuationToken="""  # documented: build 7.1
    if not right(call, "reads_pipelines") and call.knobs.definitions_without_rights == "empty":
        return collection([])
    need_right(call, "reads_pipelines", "View builds")
    found = list(pipelines_of(call.world, call.the_project, "Build").values())
    wanted = {item.lower() for item in call.ask_list("definitionIds")}
    name, folder = call.ask("name") or "", call.ask("path") or ""
    found = [
        item
        for item in found
        if (not wanted or str(item.id) in wanted) and _called(item, name) and (not folder or _in_folder(item, folder))
    ]
    page, headers = paged(call, found, call.knobs.definitions_page_size)
    whole = call.ask_flag("includeAllProperties")
    return collection([definition(call, item, whole=whole) for item in page], headers)


def _called(pipeline: Pipeline, name: str) -> bool:
    """The whole name in any case, or the beginning of it before a `*` at the end."""  # assumed: look-ups
    has, name = pipeline.name.lower(), name.lower()
    if name.endswith("*"):
        return has.startswith(name[:-1])
    return not name or has == name


def _in_folder(pipeline: Pipeline, path: str) -> bool:
    """In this very folder; slashes may lean the other way, and those at the ends may be missing."""  # assumed: look-ups
    return _folder(pipeline.folder) == _folder(path)


def _folder(path: str) -> list[str]:
    return path.lower().replace("/", "\\").strip("\\").split("\\")


def get_definition(call: Call) -> Reply:
    return answer(definition(call, the_pipeline(call), whole=True))


def the_pipeline(call: Call) -> Pipeline:
    need_right(call, "reads_pipelines", "View builds")
    text = call.parameters["pipeline_id"]
    found = pipeline_of(call.world, call.the_project, "Build", int(text)) if text.isdigit() else None
    if found is None:
        raise Failure(404, "DefinitionNotFoundException", f"Could not find definition {text}.")  # assumed: text
    return found


def paged(call: Call, found: list[Item], largest: int) -> tuple[list[Item], dict[str, str]]:
    """A page of what is found; the token counts those before it."""  # assumed: what the token is
    top = min(call.ask_number("$top", largest), largest)
    start = call.ask_number("continuationToken", 0)
    page = found[start : start + top]
    more = start + len(page) < len(found)
    return page, {"x-ms-continuationtoken": str(start + len(page))} if more else {}


def definition(call: Call, pipeline: Pipeline, *, whole: bool) -> dict[str, Any]:
    project, base = pipeline.project, call.site.organization_url
    url = f"{base}/{project.id}/_apis/build/Definitions/{pipeline.id}?revision={pipeline.revision}"
    body: dict[str, Any] = {
        "_links": {
            "self": {"href": url},
            "web": {"href": f"{base}/{project.id}/_build/definition?definitionId={pipeline.id}"},
        },
        "quality": "definition",
        "authoredBy": author(call),
        "drafts": [],
        "id": pipeline.id,
        "name": pipeline.name,
        "url": url,
        "uri": f"vstfs:///Build/Definition/{pipeline.id}",
        "path": pipeline.folder,
        "type": "build",
        "queueStatus": pipeline.queue_status,
        "revision": pipeline.revision,
        "createdDate": iso_milliseconds(created(pipeline)),
        "project": {"id": project.id, "name": project.name, "state": project.state, "visibility": project.visibility},
    }
    if whole:
        body["process"] = _process(call, pipeline)
        body["repository"] = repository(call, pipeline)
        body["variables"] = variables(pipeline.variables)
        body["variableGroups"] = [_group(item) for item in pipeline.variable_groups]
    return body


def author(call: Call) -> dict[str, Any]:
    """The first of the fleet has made everything."""
    return identity_ref(call.site, next(iter(call.world.callers.values()), call.caller))


def created(of: Pipeline | TaskGroup | VariableGroup) -> datetime:
    return of.project.updated or datetime(2024, 5, 6, tzinfo=timezone.utc)


def _process(call: Call, pipeline: Pipeline) -> dict[str, Any]:
    if pipeline.kind == "yaml":
        return {"yamlFilename": pipeline.path, "type": 2}
    phase = {
        "steps": [step(call, item) for item in pipeline.steps],
        "name": "Agent job 1",
        "refName": "Job_1",
        "condition": "succeeded()",
        "target": {"executionOptions": {"type": 0}, "allowScriptsAuthAccessOption": False, "type": 1},
        "jobAuthorizationScope": "projectCollection",
    }
    return {"phases": [phase], "type": 1}


def step(call: Call, item: Step) -> dict[str, Any]:
    """A step of a designer or of a task group."""  # documented: build 7.1
    return {
        "environment": dict(item.environment),
        "enabled": item.enabled,
        "continueOnError": False,
        "alwaysRun": item.condition == "always()",
        "displayName": item.name or label(item),
        "timeoutInMinutes": 0,
        "retryCountOnTaskFailure": 0,
        "condition": item.condition,
        "task": task(call, item),
        "inputs": inputs(item),
    }


def task(call: Call, item: Step) -> dict[str, str]:
    if isinstance(item.task, TaskGroup):
        return {"id": item.task.id, "versionSpec": f"{item.task.version}.*", "definitionType": "metaTask"}
    found = task_catalog.reference(item.task, call.world.pipelines.installed_tasks)
    major = item.task.partition("@")[2].partition(".")[0]
    return {"id": found["id"], "versionSpec": f"{major}.*", "definitionType": "task"}


def inputs(item: Step) -> dict[str, str]:
    """Designers store the ids of connections."""  # documented: pipeline readiness 3
    return {name: value if isinstance(value, str) else value.id for name, value in item.inputs.items()}


def label(item: Step) -> str:
    return item.task.name if isinstance(item.task, TaskGroup) else item.task.partition("@")[0]


def repository(call: Call, pipeline: Pipeline) -> dict[str, Any]:
    found = pipeline.repository
    return {
        "properties": {"cleanOptions": "0", "fetchDepth": "0", "reportBuildStatus": "true"},
        "id": repository_id(pipeline.project, found),
        "type": found.type,
        "name": found.name,
        "url": _address(call, pipeline, found),
        "defaultBranch": found.default_branch,
        "clean": None,
        "checkoutSubmodules": False,
    }


def _address(call: Call, pipeline: Pipeline, found: Repository) -> str:
    if found.type == "TfsGit":
        return f"{call.site.organization_url}/{pipeline.project.name}/_git/{found.name}"
    return f"https://{found.type.lower()}.example/{found.name}.git"


def variables(found: Mapping[str, Variable]) -> dict[str, Any]:
    """Secrets are masked, and flags are there when they are true."""  # documented: build 7.1
    body: dict[str, Any] = {}
    for name, item in found.items():
        body[name] = {"value": None if item.secret else item.value}
        body[name].update({"isSecret": True} if item.secret else {})
        body[name].update({"allowOverride": True} if item.settable else {})
    return body


def _group(item: VariableGroup) -> dict[str, Any]:
    return {
        "type": "AzureKeyVault" if item.connection else "Vsts",
        "name": item.name,
        "id": item.id,
        "alias": guid("variable group", item.project.id, item.id),
    }
