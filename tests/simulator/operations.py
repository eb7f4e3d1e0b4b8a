# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""THE table of everything the simulator answers; what Graph and Resource Manager do is in azure_operations.py."""

from __future__ import annotations

from . import (
    azure_operations,
    build_definitions,
    checks,
    discovery,
    endpoint_types,
    endpoints,
    entra,
    history,
    identities,
    machine_identity,
    migration,
    pipeline_runs,
    pipelines,
    portal_lists,
    processes,
    projects,
    proxy,
    release_definitions,
    resources,
    roles,
    task_library,
    timelines,
    updates,
)
from .calls import Handler
from .routing import Operation, Resource, Table

_DEVOPS = "azure_devops"
_E = "_apis/serviceendpoint"


def _devops(method: str, template: str, handler: Handler, latency: str, resource: Resource) -> Operation:
    wide_write = resource is resources.ENDPOINTS and method != "GET"
    return Operation(_DEVOPS, method, template, handler, latency, resource, collection_write=wide_write)


def _discovery() -> list[Operation]:
    return [
        Operation(_DEVOPS, "OPTIONS", "_apis", discovery.options, versioned=False),
        _devops("GET", "_apis/resourceareas", discovery.resource_areas, "read", resources.RESOURCE_AREAS),
        _devops("GET", "_apis/connectiondata", discovery.connection_data, "read", resources.CONNECTION_DATA),
        _devops("GET", "_apis/projects", projects.list_projects, "read", resources.PROJECTS),
        _devops("GET", "_apis/projects/{project_id}", projects.get_project, "read", resources.PROJECTS),
        _devops("GET", "_apis/process/processes", processes.list_processes, "read", resources.PROCESSES),
        _devops("GET", "_apis/process/processes/{id}", processes.get_process, "read", resources.PROCESSES),
    ]


def _endpoints() -> list[Operation]:
    own, wide = resources.PROJECT_ENDPOINTS, resources.ENDPOINTS
    many, one = f"{{project}}/{_E}/endpoints", f"{{project}}/{_E}/endpoints/{{id}}"
    all_many, all_one = f"{_E}/endpoints", f"{_E}/endpoints/{{id}}"
    migrate = f"_apis/public/serviceendpoint/{resources.MIGRATION.name}"
    return [
        _devops("GET", many, endpoints.list_connections, "list", own),
        _devops("GET", one, endpoints.get_connection, "read", own),
        _devops("POST", many, endpoints.post_in_project, "write", own),
        _devops("PUT", one, updates.update_connection, "write", own),
        _devops("DELETE", one, endpoints.delete_connection, "write", own),
        _devops("GET", all_many, endpoints.list_for_organization, "list", wide),
        _devops("POST", all_many, endpoints.create_connection, "write", wide),
        _devops("PUT", all_many, updates.update_connections, "write", wide),
        _devops("PUT", all_one, updates.update_connection, "write", wide),
        _devops("PATCH", all_one, endpoints.share_connection, "write", wide),
        _devops("DELETE", all_one, endpoints.delete_connection, "write", wide),
        _devops("GET", f"{_E}/types", endpoint_types.list_types, "read", resources.TYPES),
        _devops("POST", f"{{project}}/{_E}/endpointproxy", proxy.run, "proxy", resources.PROXY),
        _devops("GET", f"{{project}}/{_E}/{{id}}/executionhistory", history.list_history, "history", resources.HISTORY),
        Operation(_DEVOPS, "POST", migrate, migration.migrate, "convert", resources.MIGRATION, bearer_only=True),
    ]


def _pipelines() -> list[Operation]:
    base, one = "{project}/_apis/pipelines/pipelinepermissions", "{project}/_apis/pipelines/checks/configurations/{id}"
    many, query = (
        "{project}/_apis/pipelines/checks/configurations",
        "{project}/_apis/pipelines/checks/queryconfigurations",
    )
    legacy = "{project}/_apis/build/authorizedresources"
    rows = resources.CHECKS
    return [
        _devops("GET", f"{base}/{{kind}}/{{id}}", pipelines.get, "read", resources.PERMISSIONS),
        _devops("PATCH", f"{base}/{{kind}}/{{id}}", pipelines.patch, "write", resources.PERMISSIONS),
        _devops("PATCH", base, pipelines.patch_many, "write", resources.PERMISSIONS),
        _devops("GET", legacy, pipelines.list_legacy, "read", resources.AUTHORIZED_RESOURCES),
        _devops("PATCH", legacy, pipelines.authorize_legacy, "write", resources.AUTHORIZED_RESOURCES),
        _devops("GET", many, checks.list_checks, "read", rows),
        _devops("POST", many, checks.add_check, "write", rows),
        _devops("GET", one, checks.get_check, "read", rows),
        _devops("PATCH", one, checks.update_check, "write", rows),
        _devops("DELETE", one, checks.delete_check, "write", rows),
        _devops("POST", query, checks.query_checks, "read", resources.CHECK_QUERIES),
    ]


def _pipelines_and_tasks() -> list[Operation]:
    """Reads, but for a run."""
    build, release, task = "{project}/_apis/build", "{project}/_apis/release", "{project}/_apis/distributedtask"
    one = "{project}/_apis/pipelines/{pipeline_id}"
    return [
        _devops("GET", f"{build}/definitions", build_definitions.list_definitions, "list", resources.DEFINITIONS),
        _devops(
            "GET",
            f"{build}/definitions/{{pipeline_id}}",
            build_definitions.get_definition,
            "read",
            resources.DEFINITIONS,
        ),
        _devops("GET", f"{build}/builds/{{build_id}}/timeline", timelines.get_timeline, "read", resources.TIMELINES),
        _devops("GET", f"{release}/definitions", release_definitions.list_definitions, "list", resources.RELEASES),
        _devops(
            "GET",
            f"{release}/definitions/{{pipeline_id}}",
            release_definitions.get_definition,
            "read",
            resources.RELEASES,
        ),
        _devops("GET", f"{task}/taskgroups", task_library.list_task_groups, "list", resources.TASK_GROUPS),
        _devops("GET", f"{task}/taskgroups/{{id}}", task_library.get_task_group, "read", resources.TASK_GROUPS),
        _devops("GET", f"{task}/variablegroups", task_library.list_variable_groups, "list", resources.VARIABLE_GROUPS),
        _devops("GET", "_apis/distributedtask/tasks", task_library.list_tasks, "list", resources.TASKS),
        _devops(
            "GET",
            "_apis/distributedtask/elasticpools",
            task_library.list_elastic_pools,
            "list",
            resources.ELASTIC_POOLS,
        ),
        _devops("POST", f"{one}/preview", pipeline_runs.preview, "read", resources.PREVIEW),
        _devops("POST", f"{one}/runs", pipeline_runs.start_run, "write", resources.RUNS),
        _devops(
            "GET",
            "{project}/_apis/git/repositories/{repository}/items",
            pipeline_runs.get_item,
            "read",
            resources.GIT_ITEMS,
        ),
    ]


def _portal() -> list[Operation]:
    groups, old = resources.MANAGEMENT_GROUP_LIST, "_apis/distributedtask/serviceendpointproxy/azurermsubscriptions"
    subscriptions = portal_lists.list_subscriptions
    return [
        _devops("GET", f"{_E}/endpointproxy/azurermsubscriptions", subscriptions, "proxy", resources.SUBSCRIPTION_LIST),
        _devops("GET", f"{_E}/endpointproxy/{groups.name}", portal_lists.list_management_groups, "proxy", groups),
        _devops("GET", old, subscriptions, "proxy", resources.OLD_SUBSCRIPTION_LIST),
    ]


def _people() -> list[Operation]:
    one = f"_apis/securityroles/scopes/{roles.SCOPE}/roleassignments/resources/{{resource}}"
    return [
        _devops("GET", "_apis/identities", identities.read_identities, "read", resources.IDENTITIES),
        _devops("GET", one, roles.list_roles, "read", resources.ROLES),
        _devops("PUT", one, roles.set_roles, "write", resources.ROLES),
        _devops("PATCH", one, roles.remove_roles, "write", resources.ROLES),
        _devops("DELETE", f"{one}/{{identity}}", roles.remove_role, "write", resources.ROLES),
    ]


def _entra() -> list[Operation]:
    return [
        Operation(
            "entra", "GET", "{tenant}/v2.0/.well-known/openid-configuration", entra.openid_configuration, "metadata"
        ),
        Operation("entra", "GET", "{tenant}/.well-known/openid-configuration", entra.openid_configuration, "metadata"),
        Operation("entra", "GET", "{tenant}/discovery/instance", entra.instance_discovery, "metadata"),
        Operation("entra", "GET", "{tenant}/discovery/v2.0/keys", entra.keys, "metadata"),
        Operation("entra", "POST", "{tenant}/oauth2/v2.0/token", entra.token, "token"),
        Operation("entra", "POST", "{tenant}/oauth2/token", entra.token, "token"),
        Operation("machine", "GET", "metadata/identity/oauth2/token", machine_identity.token, "token"),
        Operation("machine", "GET", "MSI/oauth2/token", machine_identity.token, "token"),
        Operation("machine", "GET", "MSI/token", machine_identity.token, "token"),
    ]


def table() -> Table:
    return Table(
        [
            *_discovery(),
            *_endpoints(),
            *_pipelines(),
            *_pipelines_and_tasks(),
            *_people(),
            *_portal(),
            *_entra(),
            *azure_operations.graph(),
            *azure_operations.resource_manager(),
        ]
    )
