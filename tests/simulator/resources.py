# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of OPTIONS _apis that the simulator serves: ids and templates as captured."""

from __future__ import annotations

from .routing import Resource

_ENDPOINT = "serviceendpoint"  # observed: 1
_E = "_apis/serviceendpoint"

PROJECT_ENDPOINTS = Resource(
    "e85f1c62-adfc-4b74-b618-11a150fb195e", _ENDPOINT, "endpoints",
    "{project}/_apis/{area}/{resource}/{endpointId}", 4, (4, 1),
)  # fmt: skip
ENDPOINTS = Resource(
    "14e48fdc-2c8b-41ce-a0c3-e26f6cc55bd0", _ENDPOINT, "endpoints",
    "_apis/{area}/{resource}/{endpointId}", 4, (5, 2),
)  # fmt: skip
PROXY = Resource(
    "cc63bb57-2a5f-4a7a-b79c-c142d308657e", _ENDPOINT, "endpointproxy",
    "{project}/_apis/{area}/{resource}", 1, (4, 1),
)  # fmt: skip
SUBSCRIPTION_LIST = Resource(
    "18e8f65d-4e19-4a01-a621-cf0f2d938108", _ENDPOINT, "azurermsubscriptions",
    "_apis/{area}/endpointproxy/{resource}", 1, (4, 1), True,
)  # fmt: skip
MANAGEMENT_GROUP_LIST = Resource(
    "9acb984c-4f88-4e13-9691-2e688dddc047", _ENDPOINT, "azurermmanagementgroups",
    "_apis/{area}/endpointproxy/{resource}", 1, (4, 1), True,
)  # fmt: skip
OLD_SUBSCRIPTION_LIST = Resource(  # id: the task agent client of Microsoft's SDKs
    "bcd6189c-0303-471f-a8e1-acb22b74d700", "distributedtask", "azurermsubscriptions",
    "_apis/{area}/serviceendpointproxy/{resource}", 1, (3, 0), True,
)  # fmt: skip
HISTORY = Resource(
    "10a16738-9299-4cd1-9a81-fd23ad6200d0", _ENDPOINT, "executionhistory",
    "{project}/_apis/{area}/{endpointId}/{resource}", 1, (4, 1),
)  # fmt: skip
TYPES = Resource("5a7938a4-655e-486c-b562-b78c54a7e87b", _ENDPOINT, "types", "_apis/{area}/{resource}", 1, (4, 1))
MIGRATION = Resource(  # id assumed: 4.2 gives the route only
    "b5c6f6b5-9c39-4f6a-8b5c-3a1f2f0d7e10", _ENDPOINT, "externalfederatedcredentialmigration",
    "_apis/public/{area}/{resource}", 1, (7, 2), True,
)  # fmt: skip
PERMISSIONS = Resource(
    "b5b9a4a4-e6cd-4096-853c-ab7d8b0c4eb2", "pipelinePermissions", "pipelinePermissions",
    "{project}/_apis/pipelines/{resource}/{resourceType}/{resourceId}", 1, (5, 1), True,
)  # fmt: skip
CHECKS = Resource(
    "86c8381e-5aee-4cde-8ae4-25c0c7f5eaea", "PipelinesChecks", "configurations",
    "{project}/_apis/pipelines/checks/{resource}/{id}", 1, (5, 2), True,
)  # fmt: skip
CHECK_QUERIES = Resource(
    "5f3d0e64-f943-4584-8811-77eb495e831e", "PipelinesChecks", "queryconfigurations",
    "{project}/_apis/pipelines/checks/{resource}", 1, (5, 2), True,
)  # fmt: skip
ROLES = Resource(  # id and template: the security roles client of Microsoft's SDKs
    "9461c234-c84c-4ed2-b918-2f0f92ad0a35", "securityroles", "roleassignments",
    "_apis/{area}/scopes/{scopeId}/{resource}/resources/{resourceId}/{identityId}", 1, (3, 2), True,
)  # fmt: skip
IDENTITIES = Resource(  # id: the identity client of Microsoft's SDKs
    "28010c54-d0c0-4c89-a5b0-1c9e188b9fb7", "IMS", "Identities", "_apis/{resource}/{identityId}", 1, (1, 0),
)  # fmt: skip
PROJECTS = Resource(  # id: the core client of Microsoft's SDKs
    "603fe2ac-9723-48b9-88ad-09305aa6c6e1", "core", "projects", "_apis/{resource}/{*projectId}", 4, (1, 0),
)  # fmt: skip
PROCESSES = Resource(  # id: the core client of Microsoft's SDKs; Terraform's data source of projects asks for it
    "93878975-88c5-4e6a-8abb-7ddd77a8a7d8", "core", "processes", "_apis/process/{resource}/{processId}", 1, (1, 0),
)  # fmt: skip
AUTHORIZED_RESOURCES = Resource(  # id: the build client of Microsoft's SDKs; `az devops service-endpoint update` asks for it
    "398c85bc-81aa-4822-947c-a194a05f0fef", "build", "authorizedresources",
    "{project}/_apis/{area}/{resource}", 1, (5, 0), True,
)  # fmt: skip
# Pipelines and what they are made of: ids of the clients of Microsoft's SDKs; released, and taken with -preview too
DEFINITIONS = Resource(
    "dbeaf647-6167-421a-bda9-c9327b25e2e6", "build", "definitions", "{project}/_apis/{area}/{resource}/{definitionId}",
    7, (1, 0),
)  # fmt: skip
TIMELINES = Resource(
    "8baac422-4c6e-4de5-8532-db96d92acffa", "build", "Timeline",
    "{project}/_apis/{area}/builds/{buildId}/{resource}/{timelineId}", 3, (1, 0),
)  # fmt: skip
RELEASES = Resource(
    "d8f96f24-8ea7-4cb6-baab-2df8fc515665", "Release", "definitions",
    "{project}/_apis/{area}/{resource}/{definitionId}", 4, (3, 0),
)  # fmt: skip
TASK_GROUPS = Resource(
    "6c08ffbf-dbf1-4f9a-94e5-a1cbd47005e7", "distributedtask", "taskgroups",
    "{project}/_apis/{area}/{resource}/{taskGroupId}", 1, (3, 1),
)  # fmt: skip
VARIABLE_GROUPS = Resource(
    "f5b09dd5-9d54-45a1-8b5a-1c8287d634cc", "distributedtask", "variablegroups",
    "{project}/_apis/{area}/{resource}/{groupId}", 2, (3, 1),
)  # fmt: skip
TASKS = Resource(
    "60aac929-f0cd-4bc8-9ce4-6b30e8f1b1bd", "distributedtask", "tasks", "_apis/{area}/{resource}/{taskId}", 1, (1, 0),
)  # fmt: skip
ELASTIC_POOLS = Resource(
    "dd3c938f-835b-4971-b99a-db75a47aad43", "distributedtask", "elasticpools", "_apis/{area}/{resource}/{poolId}",
    1, (6, 1),
)  # fmt: skip
PREVIEW = Resource(
    "53df2d18-29ea-46a9-bee0-933540f80abf", "pipelines", "preview", "{project}/_apis/{area}/{pipelineId}/{resource}",
    1, (6, 1),
)  # fmt: skip
RUNS = Resource(
    "7859261e-d2e9-4a68-b820-a5d84cc5bb3d", "pipelines", "runs", "{project}/_apis/{area}/{pipelineId}/{resource}/{runId}",
    1, (6, 0),
)  # fmt: skip
GIT_ITEMS = Resource(
    "fb93c0db-47ed-4a31-8c20-47552878fb44", "git", "items",
    "{project}/_apis/{area}/repositories/{repositoryId}/{resource}/{*path}", 1, (1, 0),
)  # fmt: skip
RESOURCE_AREAS = Resource(  # id: the location client of Microsoft's SDKs
    "e81700f7-3be2-46de-8624-2eb35882fcaa", "Location", "ResourceAreas", "_apis/{resource}/{areaId}", 1, (3, 2), True,
)  # fmt: skip
CONNECTION_DATA = Resource(
    "00d9565f-ed9c-4a06-9a50-00e7896ccab4", "Location", "ConnectionData", "_apis/{resource}", 1, (1, 0), True,
)  # fmt: skip

RESOURCES = (
    PROJECT_ENDPOINTS, ENDPOINTS, PROXY, HISTORY, TYPES, MIGRATION, PERMISSIONS, CHECKS, CHECK_QUERIES, ROLES, PROJECTS,
    PROCESSES, AUTHORIZED_RESOURCES, RESOURCE_AREAS, CONNECTION_DATA, DEFINITIONS, TIMELINES, RELEASES, TASK_GROUPS,
    VARIABLE_GROUPS, TASKS, ELASTIC_POOLS, PREVIEW, RUNS, GIT_ITEMS, IDENTITIES,
    SUBSCRIPTION_LIST, MANAGEMENT_GROUP_LIST, OLD_SUBSCRIPTION_LIST,
)  # fmt: skip
