# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Projects: list with paging, one by id or name, and the look-up every project route needs."""

from __future__ import annotations

from typing import Any

from . import processes
from .calls import Call
from .clock import iso_milliseconds
from .errors import Failure
from .identifiers import guid, is_guid
from .replies import Reply, answer, collection
from .state import Project


def resolve(call: Call, text: str) -> Project:
    """The project by id or name (case does not matter). Not visible looks like not there."""  # observed: 1
    project = call.world.find_project(text)
    if project is not None and call.caller.sees(project.id):
        return project
    style = call.knobs.unknown_project
    if style == "natural":
        style = "vs800075" if is_guid(text) else "tf200016"
    if style == "vs800075":
        raise Failure(
            400,
            "ProjectDoesNotExistException",
            f"VS800075: The project with id 'vstfs:///Classification/TeamProject/{text}' does not exist, "
            "or you do not have permission to access it.",
        )
    raise Failure(
        404,
        "ProjectDoesNotExistWithNameException",
        f"TF200016: The following project does not exist: {text}. Verify that the name of the project is correct "
        "and that the project exists on the specified Azure DevOps Server.",
    )


def list_projects(call: Call) -> Reply:
    """Pages of 100; the token counts the projects already returned."""  # observed: 1
    wanted = (call.ask("stateFilter") or "wellFormed").lower()
    found = [
        item
        for item in call.world.projects.values()
        if call.caller.sees(item.id) and wanted in ("all", item.state.lower())
    ]
    top = call.ask_number("$top", call.knobs.project_page_size)
    start = call.ask_number("continuationToken", call.ask_number("$skip", 0))
    page = found[start : start + top]
    more = start + len(page) < len(found)
    headers = {}
    if more and call.version > (4, 1):  # observed: 1 (no token on API 4.1 and older)
        headers["x-ms-continuationtoken"] = str(start + len(page))
    return collection([reference(call, item) for item in page], headers)


def reference(call: Call, project: Project) -> dict[str, Any]:
    """TeamProjectReference; empty members are left out."""  # observed: 1
    body: dict[str, Any] = {
        "id": project.id,
        "name": project.name,
        "url": f"{call.site.organization_url}/_apis/projects/{project.id}",
        "state": project.state,
        "revision": project.revision,
        "visibility": project.visibility,
    }
    if project.description:
        body["description"] = project.description
    if project.updated:
        body["lastUpdateTime"] = iso_milliseconds(project.updated)
    return body


def get_project(call: Call) -> Reply:
    project = resolve(call, call.parameters["project_id"])
    body = reference(call, project)
    collection_url = f"{call.site.organization_url}/_apis/projectCollections/{call.world.organization_id}"
    body["_links"] = {  # observed: 1
        "self": {"href": body["url"]},
        "collection": {"href": collection_url},
        "web": {"href": f"{call.site.organization_url}/{project.name}"},
    }
    team = guid("team", project.id)
    body["defaultTeam"] = {
        "id": team,
        "name": f"{project.name} Team",
        "url": f"{body['url']}/teams/{team}",
    }
    if call.ask_flag("includeCapabilities"):
        body["capabilities"] = {
            "processTemplate": {"templateName": "Agile", "templateTypeId": processes.AGILE},
            "versioncontrol": {"sourceControlType": "Git", "gitEnabled": "True", "tfvcEnabled": "False"},
        }
    return answer(body)
