# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Process templates, which Terraform's data source of projects asks for after the project itself."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .errors import Failure
from .replies import Reply, answer, collection

AGILE = "adcc42ab-9882-485e-a3ed-7678f01f66bc"
_PROCESSES = {  # Azure DevOps' built-in processes and their ids
    "Agile": AGILE,
    "Scrum": "6b724908-ef14-45cf-84f8-768b5384da45",
    "CMMI": "27450541-8e31-4150-9947-dc59f998fc01",
    "Basic": "b8a3a935-7e91-48b8-a94c-606d37c3e9f2",
}


def list_processes(call: Call) -> Reply:
    return collection([_process(call, name) for name in _PROCESSES])


def get_process(call: Call) -> Reply:
    wanted = call.parameters["id"].lower()
    name = next((name for name, identifier in _PROCESSES.items() if identifier == wanted), None)
    if name is None:
        message = f"VS402362: The process {wanted} does not exist."  # assumed
        raise Failure(404, "ProcessTemplateNotFoundByIdException", message)
    return answer(_process(call, name))


def _process(call: Call, name: str) -> dict[str, Any]:
    url = f"{call.site.organization_url}/_apis/process/processes/{_PROCESSES[name]}"
    return {  # documented: core 7.1
        "id": _PROCESSES[name],
        "name": name,
        "url": url,
        "_links": {"self": {"href": url}},
        "description": f"The process {name}.",
        "isDefault": name == "Agile",
        "type": "system",
    }
