# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hangs on the connections of a fleet: executions, checks, security roles and further secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from . import federation, identity_fleet
from .caller import ROLES, Caller, RoleName, UserRole
from .directory import Application, Password
from .identifiers import guid
from .pipeline_fleet import PipelineFleet
from .state import Check, Connection, Execution, Project

DEFINITION = (12, "deploy-infrastructure")


class Belongings(PipelineFleet):
    """The part of a fleet that adds to connections."""

    user: Caller

    def executions(
        self,
        last_used: timedelta,
        runs: int = 1,
        *,
        running: bool = False,
        definition: tuple[int, str] | None = None,
    ) -> list[Execution]:
        """Newest first: `runs` runs of one pipeline, one per six hours, the newest `last_used` ago."""
        found = []
        for index in range(runs):
            started = self.now - last_used - timedelta(hours=6 * index)
            live = running and index == 0
            result = None if live else ("failed" if index % 7 == 3 else "succeeded")
            finished = None if live else started + timedelta(minutes=4, seconds=11)
            number, name = definition or DEFINITION
            found.append(Execution(4000 + runs - index, "Build", number, name, started, finished, result))
        return found

    def check(
        self,
        connection: Connection,
        type_id: str,
        type_name: str,
        settings: Mapping[str, Any],
        *,
        project: Project | None = None,
    ) -> Check:
        """An approval or another check on a connection (in its owning project unless told)."""
        number, user = self.world.next_check_id(), self.user.id
        where = (project or connection.owning.project).id
        check = Check(
            number, where, connection.id, type_id, type_name, dict(settings), 43200, user, self.now, user, self.now
        )
        self.world.checks[number] = check
        return check

    def role(
        self,
        connection: Connection,
        caller: Caller,
        role: RoleName,
        *,
        project: Project | None = None,
        inherited: bool = False,
    ) -> UserRole:
        """Make `caller` Administrator, User or Reader (in the owning project unless told); its `level` stays."""
        if role not in ROLES:
            raise ValueError(f"a role is one of {', '.join(ROLES)}, not {role!r}")
        given = UserRole(caller, role, inherited)
        connection.give_role((project or connection.owning.project).id, given)
        return given

    def extra_secret(
        self, connection: Connection, *, expires: timedelta = timedelta(days=60), display_name: str = ""
    ) -> Password:
        """Another secret on the connection's application, which the connection does not use. `expires` is relative to now."""
        application = federation.identity_of(self.world.directory, connection)
        if not isinstance(application, Application):
            raise TypeError(f"{connection.name} has no application")
        secret = guid("extra secret", connection.id, len(application.passwords))
        made = identity_fleet.add_password(application, secret, connection.created, self.now + expires)
        made.display_name = display_name
        return made
