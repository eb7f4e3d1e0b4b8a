# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request on its way through the simulator, and what the handlers share."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .caller import Caller
from .errors import Unreadable, argument
from .replies import Reply
from .state import Project, World

if TYPE_CHECKING:
    from .auth import Tokens
    from .clock import Clock
    from .knobs import Knobs
    from .profiles import Profile


@dataclass
class Site:
    """What lives as long as the server: the world, the knobs, the clock, the issued tokens."""

    world: World
    knobs: Knobs
    clock: Clock
    profile: Profile
    tokens: Tokens
    base_url: str = ""
    organization_path: str = ""
    identity_refs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def issue_token(self, caller: Caller, resource: str) -> str:
        """A token of the organization's tenant. Raises LookupError for a resource nobody serves, and for a group."""
        if caller.kind == "group":
            raise LookupError(f"{caller.display_name} is a group, which does not sign in")
        tenant_id = self.world.tenant_id
        issuer = f"{self.base_url}/{tenant_id}/v2.0"
        return self.tokens.issue(caller, resource, tenant_id, issuer, self.knobs.token_lifetime_s)

    @property
    def organization_url(self) -> str:
        return f"{self.base_url}/{self.organization_path}"


@dataclass
class Call:
    """One request: what was asked, by whom, and about which project."""

    site: Site
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    parameters: dict[str, str] = field(default_factory=dict)
    version: tuple[int, int] = (7, 1)
    version_text: str = ""
    caller: Caller = field(default_factory=lambda: Caller("", "", "", "anonymous"))
    bearer: bool = False
    entra: bool = False
    """Signed in with a token of Entra, however it was sent, and not with a personal access token."""
    project: Project | None = None

    @property
    def world(self) -> World:
        return self.site.world

    @property
    def knobs(self) -> Knobs:
        return self.site.knobs

    @property
    def the_project(self) -> Project:
        if self.project is None:
            raise LookupError("this route has no project")
        return self.project

    def ask(self, name: str) -> str | None:
        """A query parameter; names are matched without regard to case."""
        wanted = name.lower()
        return next((value for key, value in self.query.items() if key.lower() == wanted), None)

    def ask_list(self, name: str) -> list[str]:
        return [item.strip() for item in (self.ask(name) or "").split(",") if item.strip()]

    def ask_flag(self, name: str) -> bool:
        return (self.ask(name) or "").lower() == "true"

    def ask_number(self, name: str, default: int) -> int:
        """A query parameter that counts. Raises Unreadable when it is no number, or below zero."""
        asked = self.ask(name)
        if not asked:
            return default
        if not re.fullmatch("[0-9]{1,9}", asked):
            raise Unreadable(name, "a number")
        return int(asked)

    def json_object(self) -> dict[str, Any]:
        if not isinstance(self.body, dict):
            raise argument("Value cannot be null. Parameter name: body")  # assumed
        return self.body

    def json_list(self) -> list[Any]:
        if not isinstance(self.body, list):
            raise argument("The body must be an array.")  # assumed
        return self.body


Handler = Callable[[Call], Reply]
