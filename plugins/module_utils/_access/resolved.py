# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts ids in place of the names of pipelines, people, groups and connections, before anything is written.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._access.people import People
from ansible_collections.azdo.connections.plugins.module_utils._access.pipeline_names import PipelineNames, is_id
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import Access, AccessIn, Check, Holder
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_access import AzureAccess
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines


class Names:
    """The names of one organization; each is looked up once."""

    def __init__(self, client: AzureDevOps) -> None:
        self._client = client
        self._pipelines = PipelineNames(AzurePipelines(client))
        self._people = People(AzureAccess(client))

    def resolve(self, project: Project, access: Access, where: str = "", **how: bool) -> AccessIn:
        """:param where: in front of the names of options. :param how: what is only added to. :raises OptionError: a name is nobody's, or of several."""
        called, rights, checks = access.pipelines.called, access.rights, access.checks
        option = f"{where}authorized_pipelines"
        return AccessIn(
            project=project,
            everyone=access.pipelines.everyone,
            ids=None if called is None else frozenset(self._pipelines.id_of(option, project, item) for item in called),
            given_as_id=frozenset(int(item) for item in called or () if is_id(item)),
            roles=None if rights is None else self._roles(f"{where}roles", rights),
            checks=None if checks is None else self._checks(f"{where}checks", project, checks),
            **how,
        )

    def _roles(self, option: str, rights: t.Iterable[t.Any]) -> dict[Holder, str]:
        found: dict[Holder, str] = {}
        for right in rights:
            holder = self._people.holder(f"{option}.identity", right.who)
            if holder in found:
                raise OptionError(f"{option} names {holder.name!r} twice.", remedy="Name each person or group once.")
            found[holder] = right.role
        return found

    def _checks(self, option: str, project: Project, checks: t.Iterable[Check]) -> tuple[Check, ...]:
        found: list[Check] = []
        for check in checks:
            resolved = self._check(option, project, check)
            if resolved in found:
                raise OptionError(
                    f"{option} has the same {check.kind} twice, under two names of somebody.",
                    remedy="Name each check once.",
                )
            found.append(resolved)
        return tuple(found)

    def _check(self, option: str, project: Project, check: Check) -> Check:
        settings = dict(check.settings)
        if approvers := settings.get("approvers"):
            ids = [self._people.holder(f"{option}.approvers", who).id for who in approvers]
            if len(set(ids)) < len(ids):
                raise OptionError(f"{option}.approvers names somebody twice.", remedy="Name each approver once.")
            settings["approvers"] = ids
        if connection := settings.get("connection"):
            settings["connection"] = self._connection(f"{option}.connection", project, connection)
        return Check(check.kind, settings)

    def _connection(self, option: str, project: Project, name: str) -> str:
        """A service connection of the project, of whatever type: usually one of the type Generic."""
        if is_guid(name):
            return name.lower()
        found = [item for item in self._client.connections_named(project.id, name) if item.get("name") == name]
        if len(found) != 1 or not isinstance(found[0].get("id"), str):
            raise OptionError(
                f"{option} is {name!r}, which {'several connections' if found else 'no connection'} of {project.name!r} {'are' if found else 'is'} called.",
                remedy="It is the service connection that the request goes to, of the type Generic: give its name as the portal shows it, or its id.",
            )
        return str(found[0]["id"]).lower()
