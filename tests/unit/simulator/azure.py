# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to Graph and Resource Manager, as the tests of this folder send them."""

from __future__ import annotations

from typing import Any

import requests

from simulator import Simulator

UPSERT = {"Prefer": "create-if-missing"}


def azure(simulator: Simulator, method: str, path: str, caller: Any = None, **more: Any) -> requests.Response:
    """Graph for v1.0/…, ARM for the rest."""
    graph = path.startswith("v1.0/")
    resource = "https://graph.microsoft.com" if graph else "https://management.azure.com"
    base = simulator.graph_url if graph else simulator.resource_manager_url
    headers = {"Authorization": f"Bearer {simulator.token(caller, resource)}", **more.pop("headers", {})}
    params = {} if graph else {"api-version": "2022-04-01"}
    return requests.request(
        method, f"{base}/{path}", headers=headers, params=params | more.pop("params", {}), timeout=10, **more
    )


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def pages(simulator: Simulator, path: str, caller: Any = None, **more: Any) -> list[dict[str, Any]]:
    """All items of a list."""
    link, resource = "nextLink", "https://management.azure.com"
    if path.startswith("v1.0/"):
        link, resource = "@odata.nextLink", "https://graph.microsoft.com"
    headers = {"Authorization": f"Bearer {simulator.token(caller, resource)}"}
    page = azure(simulator, "GET", path, caller, **more).json()
    found = list(page["value"])
    while link in page:
        page = requests.get(page[link], headers=headers, timeout=10).json()
        found += page["value"]
    return found
