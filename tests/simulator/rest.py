# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain REST session for tests: signs in, adds the API version, never follows redirects."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests

from .caller import Caller
from .server import Simulator
from .state import Connection, Project

CONVERT = "ConvertAuthenticationScheme"


class Rest:
    """`caller` signs in with its PAT or, without one, with a token; None sends no credential."""

    def __init__(self, simulator: Simulator, caller: Caller | str | None = "user", version: str = "7.1") -> None:
        self.simulator = simulator
        self.version = version
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = simulator.ca_path or True
        who = simulator.fleet.user if caller == "user" else caller
        if isinstance(who, str):
            self.session.headers["Authorization"] = who
        elif who is not None and who.pat:
            self.session.auth = ("", who.pat)
        elif who is not None:
            self.session.headers["Authorization"] = f"Bearer {simulator.token(who)}"

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """`path` below the organization; `params` gets the API version unless it has one (or None)."""
        parameters = {"api-version": self.version, **(more.pop("params", None) or {})}
        return self.session.request(
            method,
            f"{self.simulator.organization_url}/{path}",
            params={key: value for key, value in parameters.items() if value is not None},
            allow_redirects=False,
            timeout=10,
            **more,
        )

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.send("GET", path, params=params)

    # -- service connections ---------------------------------------------------------------------------------------
    def path_of(self, connection: Connection, project: Project | None = None) -> str:
        where = project or connection.owning.project
        return f"{quote(where.name)}/_apis/serviceendpoint/endpoints/{connection.id}"

    def read(self, connection: Connection, project: Project | None = None) -> Any:
        return self.get(self.path_of(connection, project)).json()

    def listed(self, project: Project, **params: Any) -> list[Any]:
        found: list[Any] = self.get(f"{quote(project.name)}/_apis/serviceendpoint/endpoints", **params).json()["value"]
        return found

    def convert(
        self, connection: Connection, scheme: str = "WorkloadIdentityFederation", project: Project | None = None
    ) -> requests.Response:
        """As the official script does: the object as read, the scheme changed, the deadline removed."""
        body = self.read(connection, project)
        body["authorization"]["scheme"] = scheme
        body["data"].pop("revertSchemeDeadline", None)
        return self.send("PUT", self.path_of(connection, project), params={"operation": CONVERT}, json=body)
