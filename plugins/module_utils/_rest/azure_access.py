# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of Azure DevOps about who may do what with a connection: rights on it (6.3), checks before it (6.2), and the people and groups of both.

PRIVATE to the collection. Section numbers are those of the fact sheet. That rights are taken away by a PATCH with the ids of whom they are taken is how
Microsoft's public clients do it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import AmbiguousWriteError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.answer_shapes import items_of, segment
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import area_url

_SCOPE = "_apis/securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources"


class AzureAccess:
    """Rights, checks and people of one organization, as one caller sees them."""

    def __init__(self, client: AzureDevOps) -> None:
        self._client = client
        self._people = area_url(client.url, "vssps")

    # -- people and groups -------------------------------------------------------------------------------------------
    def identities(self, **asked: str) -> list[Json]:
        """People and groups, by one of ``identityIds``, ``subjectDescriptors`` and ``descriptors``, or by ``searchFilter`` with ``filterValue``.

        Shape: ``[{id, providerDisplayName, customDisplayName, subjectDescriptor, isActive, properties: {Account: {$value}, Mail: {$value}}}]``. One that is
        asked for by its id and is not there is an empty object.
        """
        params = {"queryMembership": "None", **asked}
        # Accepted whether or not the service calls the area a preview.
        version = f"{self._client.organization().versions['core']}-preview"
        return items_of(self._client.read("_apis/identities", version, params, base=self._people), odd=True)

    # -- rights ------------------------------------------------------------------------------------------------------
    def set_roles(self, project_id: str, connection_id: str, roles: t.Mapping[str, str]) -> None:
        """Give people and groups a role; others keep theirs. A write. :param roles: names of roles by the ids of who gets them."""
        body = [{"roleName": role, "userId": id_} for id_, role in roles.items()]
        self._client.write("PUT", _resource(project_id, connection_id), body=body)

    def remove_roles(self, project_id: str, connection_id: str, ids: t.Sequence[str]) -> None:
        """Take the roles away that people and groups have on this very connection. A write."""
        self._client.write("PATCH", _resource(project_id, connection_id), body=list(ids))

    # -- checks ------------------------------------------------------------------------------------------------------
    def add_check(self, project_id: str, body: Json) -> Json:
        """Put a check before a connection. A write that makes another one each time it is sent."""
        answer = self._client.write("POST", _checks(project_id), body=body)
        if not isinstance(answer.data, dict) or not answer.data.get("id"):
            raise AmbiguousWriteError("Azure DevOps answered with something else than a check.")
        return answer.data

    def change_check(self, project_id: str, check_id: int, body: Json) -> None:
        """Replace what a check says. A write."""
        self._client.write("PATCH", f"{_checks(project_id)}/{check_id}", body=body)

    def remove_check(self, project_id: str, check_id: int) -> None:
        """A write."""
        self._client.write("DELETE", f"{_checks(project_id)}/{check_id}")


def _resource(project_id: str, connection_id: str) -> str:
    return f"{_SCOPE}/{segment(project_id)}_{segment(connection_id)}"


def _checks(project_id: str) -> str:
    return f"{segment(project_id)}/_apis/pipelines/checks/configurations"
