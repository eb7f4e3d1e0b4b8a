# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pipelines are made of: installed tasks, task groups, variable groups; and agent pools that a connection feeds."""

from __future__ import annotations

from typing import Any

from . import task_catalog
from .access import need_right
from .build_definitions import author, created, paged, step, variables
from .calls import Call
from .clock import iso_milliseconds
from .errors import Failure
from .identifiers import guid
from .pipeline_state import ScaleSetPool, TaskGroup, VariableGroup
from .replies import Reply, collection


def list_tasks(call: Call) -> Reply:
    """One item per major version, those of extensions among them."""  # observed: pipeline readiness 3
    need_right(call, "reads_tasks", "View tasks")
    return collection([item.body() for item in [*task_catalog.known(), *call.world.pipelines.installed_tasks]])


def list_task_groups(call: Call) -> Reply:
    need_right(call, "reads_pipelines", "View task groups")
    return collection([_task_group(call, item) for item in _task_groups(call)])


def get_task_group(call: Call) -> Reply:
    """A list too: one item per version."""  # documented: distributedtask 7.1
    need_right(call, "reads_pipelines", "View task groups")
    wanted = call.parameters["id"].lower()
    found = [item for item in _task_groups(call) if item.id == wanted]
    if not found:
        raise Failure(404, "MetaTaskDefinitionNotFoundException", f"Task group {wanted} not found.")  # assumed
    return collection([_task_group(call, item) for item in found])


def _task_groups(call: Call) -> list[TaskGroup]:
    return [item for item in call.world.pipelines.task_groups if item.project.id == call.the_project.id]


def _task_group(call: Call, group: TaskGroup) -> dict[str, Any]:
    return {
        "tasks": [step(call, item) for item in group.steps],
        "runsOn": ["Agent", "DeploymentGroup"],
        "revision": 1,
        "createdBy": author(call),
        "createdOn": iso_milliseconds(created(group)),
        "id": group.id,
        "name": group.name,
        "version": {"major": group.version, "minor": 0, "patch": 0, "isTest": False},
        "definitionType": "metaTask",
        "friendlyName": group.name,
        "category": "Deploy",
        "inputs": [
            {"aliases": [], "name": name, "label": name, "type": "string", "defaultValue": value, "required": True}
            for name, value in group.inputs.items()
        ],
    }


def list_variable_groups(call: Call) -> Reply:
    need_right(call, "reads_variable_groups", "View library item")
    found = [item for item in call.world.pipelines.variable_groups if item.project.id == call.the_project.id]
    page, headers = paged(call, found, call.knobs.definitions_page_size)
    return collection([_variable_group(call, item) for item in page], headers)


def _variable_group(call: Call, group: VariableGroup) -> dict[str, Any]:
    """A vault is read through the connection in `providerData`; the names of its secrets are known."""  # documented: distributedtask 7.1
    made_by, made = author(call), iso_milliseconds(created(group))
    vault = None
    if group.connection is not None:
        vault = {"serviceEndpointId": group.connection.id, "vault": group.vault, "lastRefreshedOn": made}
    return {
        "variables": variables(group.variables),
        "id": group.id,
        "type": "AzureKeyVault" if vault else "Vsts",
        "name": group.name,
        "providerData": vault,
        "createdBy": made_by,
        "createdOn": made,
        "modifiedBy": made_by,
        "modifiedOn": made,
        "isShared": False,
        "variableGroupProjectReferences": [
            {"projectReference": {"id": group.project.id, "name": group.project.name}, "name": group.name}
        ],
    }


def list_elastic_pools(call: Call) -> Reply:
    need_right(call, "reads_pools", "View agent pools")
    return collection([_pool(item) for item in call.world.pipelines.scale_set_pools])


def _pool(pool: ScaleSetPool) -> dict[str, Any]:
    subscription = pool.connection.data.get("subscriptionId", guid("subscription", pool.project.id))
    scale_sets = (
        f"/subscriptions/{subscription}/resourceGroups/rg-agents/providers/Microsoft.Compute/virtualMachineScaleSets"
    )
    return {  # documented: distributedtask 7.1
        "poolId": pool.id,
        "serviceEndpointId": pool.connection.id,
        "serviceEndpointScope": pool.project.id,
        "azureId": f"{scale_sets}/{pool.name}",
        "maxCapacity": 4,
        "desiredIdle": 1,
        "recycleAfterEachUse": False,
        "maxSavedNodeCount": 0,
        "osType": "linux",
        "state": "online",
        "offlineSince": None,
        "desiredSize": 1,
        "sizingAttempts": 0,
        "agentInteractiveUI": False,
        "timeToLiveMinutes": 30,
        "orchestrationType": "uniform",
    }
