# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Release definitions. In the cloud they are on a host of their own, here they are below the same address."""

from __future__ import annotations

from typing import Any

from .access import need_right, right
from .build_definitions import created, inputs, label, paged, task, variables
from .calls import Call
from .clock import iso_milliseconds
from .errors import Failure
from .identifiers import guid
from .implicit_pipelines import pipeline_of, pipelines_of
from .pipeline_state import Environment, Pipeline, Step
from .replies import Reply, answer, collection


def list_definitions(call: Call) -> Reply:
    """?$expand=environments&$top=&continuationToken="""  # documented: release 7.1
    if not right(call, "reads_releases") and call.knobs.definitions_without_rights == "empty":
        return collection([])
    need_right(call, "reads_releases", "View release pipeline")
    found = list(pipelines_of(call.world, call.the_project, "Release").values())
    page, headers = paged(call, found, call.knobs.definitions_page_size)
    whole = "environments" in [item.lower() for item in call.ask_list("$expand")]
    return collection([_definition(call, item, whole=whole) for item in page], headers)


def get_definition(call: Call) -> Reply:
    need_right(call, "reads_releases", "View release pipeline")
    text = call.parameters["pipeline_id"]
    found = pipeline_of(call.world, call.the_project, "Release", int(text)) if text.isdigit() else None
    if found is None:
        message = f"VS402881: Release definition with ID {text} does not exist. Specify a valid ID and try again."
        raise Failure(404, "ReleaseDefinitionNotFoundException", message)  # assumed: text
    return answer(_definition(call, found, whole=True))


def _definition(call: Call, pipeline: Pipeline, *, whole: bool) -> dict[str, Any]:
    project, base = pipeline.project, call.site.organization_url
    url = f"{base}/{project.id}/_apis/Release/definitions/{pipeline.id}"
    body: dict[str, Any] = {
        "source": "userInterface",
        "revision": pipeline.revision,
        "isDeleted": False,
        "isDisabled": pipeline.queue_status != "enabled",
        "createdOn": iso_milliseconds(created(pipeline)),
        "variables": variables(pipeline.variables),
        "variableGroups": [item.id for item in pipeline.variable_groups],
        "releaseNameFormat": "Release-$(rev:r)",
        "id": pipeline.id,
        "name": pipeline.name,
        "path": pipeline.folder,
        "url": url,
        "_links": {
            "self": {"href": url},
            "web": {"href": f"{base}/{project.id}/_release?definitionId={pipeline.id}"},
        },
    }
    if whole:
        body["environments"] = [_environment(call, item, place) for place, item in enumerate(pipeline.environments, 1)]
    return body


def _environment(call: Call, environment: Environment, rank: int) -> dict[str, Any]:
    phase = {
        "rank": 1,
        "phaseType": "agentBasedDeployment",
        "name": "Agent job",
        "refName": None,
        "workflowTasks": [_task(call, item) for item in environment.steps],
        "deploymentInput": {"condition": "succeeded()", "queueId": 9},
    }
    return {
        "id": environment.id,
        "name": environment.name,
        "rank": rank,
        "variables": variables(environment.variables),
        "variableGroups": [],
        "deployPhases": [phase],
        "preDeploymentGates": _gates(call, environment.gates_before),
        "postDeploymentGates": _gates(call, environment.gates_after),
        "conditions": [],
    }


def _gates(call: Call, steps: list[Step]) -> dict[str, Any]:
    """Without gates there are no options either."""  # documented: release 7.1
    options = {"isEnabled": True, "timeout": 1440, "samplingInterval": 15, "stabilizationTime": 5}
    return {
        "id": len(steps),
        "gatesOptions": options if steps else None,
        "gates": [{"tasks": [_task(call, item)]} for item in steps],
    }


def _task(call: Call, item: Step) -> dict[str, Any]:
    found = task(call, item)
    return {
        "environment": dict(item.environment),
        "taskId": found["id"],
        "version": found["versionSpec"],
        "name": item.name or label(item),
        "refName": guid("step", found["id"], item.name)[:8],
        "enabled": item.enabled,
        "alwaysRun": item.condition == "always()",
        "continueOnError": False,
        "timeoutInMinutes": 0,
        "retryCountOnTaskFailure": 0,
        "definitionType": found["definitionType"],
        "overrideInputs": {},
        "condition": item.condition,
        "inputs": inputs(item),
    }
