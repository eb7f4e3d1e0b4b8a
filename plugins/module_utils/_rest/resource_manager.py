# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of Azure Resource Manager that connections need, one method each: managed identities (8.3), role assignments (8.4), and the places that
connections lead to.

PRIVATE to the collection. Results are the service's own JSON. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.azdo.connections.plugins.module_utils._errors import NotFoundError, NotPermittedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_common import AzureApi
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import Authorization, HttpClient

_IDENTITIES_VERSION = "2023-01-31"
_ROLES_VERSION = "2022-04-01"
_SUBSCRIPTIONS_VERSION = "2022-12-01"
_GROUPS_VERSION = "2020-05-01"
_RESOURCE_GROUPS_VERSION = "2021-04-01"
_WORKSPACES_VERSION = "2023-04-01"
_RIGHTS = (
    "For federated credentials the caller needs the role Managed Identity Contributor on the identity, for role assignments "
    "User Access Administrator or Owner at the scope."
)
_AUTHORIZATION = "providers/Microsoft.Authorization"


class ResourceManager:
    """Azure Resource Manager. Resources and scopes are named by their ids, which start with a slash."""

    def __init__(self, url: str, http: HttpClient, authorization: Authorization) -> None:
        self._api = AzureApi("Azure Resource Manager", url, http, authorization, _RIGHTS)
        self._definitions: dict[tuple[str, str], str | None] = {}
        self._identities: dict[str, Json] = {}
        self._by_subscription: dict[str, list[Json]] = {}
        self._subscriptions: list[Json] | None = None
        self._management_groups: list[Json] | None = None

    def identity(self, resource_id: str) -> Json:
        """A user-assigned managed identity; asked once. Shape: ``{id, properties: {tenantId, clientId, principalId}}``.

        :raises NotFoundError: there is none.
        """
        known = self._identities.get(resource_id.lower())
        if known is None:
            known = self._api.get_object(_path(resource_id), {"api-version": _IDENTITIES_VERSION})
            self._identities[resource_id.lower()] = known
        return known

    def has_group(self, group_id: str) -> bool | None:
        """Whether a resource group is there; None where the caller may not see that."""
        try:
            self._api.get_object(_path(group_id), {"api-version": _RESOURCE_GROUPS_VERSION})
        except NotFoundError:
            return False
        except NotPermittedError:
            return None
        return True

    def put_identity(self, resource_id: str, location: str, tags: t.Mapping[str, str]) -> bool:
        """Whether this made a user-assigned managed identity. A write; one that is there would get these tags."""
        body = {"location": location, "tags": dict(tags)}
        answer = self._api.write("PUT", _path(resource_id), params={"api-version": _IDENTITIES_VERSION}, body=body)
        self._identities.pop(resource_id.lower(), None)
        return answer.status == 201

    def remove_identity(self, resource_id: str) -> None:
        """With its federated credentials. A write; its role assignments stay, as those of an unknown principal."""
        self._api.write("DELETE", _path(resource_id), params={"api-version": _IDENTITIES_VERSION})
        self._identities.pop(resource_id.lower(), None)

    def subscriptions(self) -> list[Json]:
        """The subscriptions that the caller can see; asked once. Shape: ``[{subscriptionId, displayName, tenantId, state}]``; names are not unique."""
        if self._subscriptions is None:
            self._subscriptions = self._pages("subscriptions", {"api-version": _SUBSCRIPTIONS_VERSION})
        return self._subscriptions

    def management_groups(self) -> list[Json]:
        """The management groups that the caller can see; asked once. Shape: ``[{name, properties: {displayName}}]``, where ``name`` is the id."""
        if self._management_groups is None:
            path = "providers/Microsoft.Management/managementGroups"
            self._management_groups = self._pages(path, {"api-version": _GROUPS_VERSION})
        return self._management_groups

    def workspaces(self, subscription_id: str) -> list[Json]:
        """The Azure Machine Learning workspaces of a subscription. Shape: ``[{id, name, location}]``."""
        path = f"subscriptions/{quote(subscription_id, safe='')}/providers/Microsoft.MachineLearningServices/workspaces"
        return self._pages(path, {"api-version": _WORKSPACES_VERSION})

    def identities(self, subscription_id: str) -> list[Json]:
        """All user-assigned managed identities of a subscription, asked once, in the shape of :meth:`identity`."""
        known = self._by_subscription.get(subscription_id.lower())
        if known is not None:
            return known
        path = f"subscriptions/{quote(subscription_id, safe='')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
        found = self._pages(path, {"api-version": _IDENTITIES_VERSION})
        self._by_subscription[subscription_id.lower()] = found
        return found

    def federated_credentials(self, resource_id: str) -> list[Json]:
        """Shape: ``[{name, properties: {issuer, subject, audiences}}]``."""
        return self._pages(f"{_path(resource_id)}/federatedIdentityCredentials", {"api-version": _IDENTITIES_VERSION})

    def put_federated_credential(self, resource_id: str, name: str, properties: Json) -> None:
        """Make it or change it. A write; the service takes one at a time for each identity."""
        self._api.write(
            "PUT",
            _credential(resource_id, name),
            params={"api-version": _IDENTITIES_VERSION},
            body={"properties": properties},
        )

    def remove_federated_credential(self, resource_id: str, name: str) -> None:
        """A write; the service takes one at a time for each identity."""
        self._api.write("DELETE", _credential(resource_id, name), params={"api-version": _IDENTITIES_VERSION})

    def role_definition(self, scope: str, role: str) -> str | None:
        """The id of the role with that name at a scope; asked once. None when there is none. :raises UnreadableError: it is no text."""
        key = (scope.lower(), role.lower())
        if key not in self._definitions:
            name = role.replace("'", "''")
            params = {"api-version": _ROLES_VERSION, "$filter": f"roleName eq '{name}'"}
            found = self._pages(f"{_path(scope)}/{_AUTHORIZATION}/roleDefinitions", params)
            ids = (
                read_strictly("a role", item, lambda fields: fields.text("id"))
                for item in found
                if _is_called(item, key[1])
            )
            self._definitions[key] = next(ids, None)
        return self._definitions[key]

    def role_assignments(self, scope: str, principal_id: str) -> list[Json]:
        """Those of one principal at, above and below a scope. Shape: ``[{id, name, properties: {scope, roleDefinitionId, condition}}]``.

        :raises UnreadableError: one of these is no text.
        """
        params = {"api-version": _ROLES_VERSION, "$filter": f"principalId eq '{principal_id}'"}
        found = self._pages(f"{_path(scope)}/{_AUTHORIZATION}/roleAssignments", params)
        for item in found:
            read_strictly("a role assignment", item, _check_assignment)
        return found

    def put_role_assignment(self, scope: str, name: str, properties: Json) -> bool:
        """Whether this made it (8.4: 201), and it was not there already. A write. ``name`` is a GUID of the caller's choice."""
        answer = self._api.write(
            "PUT", _assignment(scope, name), params={"api-version": _ROLES_VERSION}, body={"properties": properties}
        )
        return answer.status == 201

    def remove_role_assignment(self, scope: str, name: str) -> None:
        """A write."""
        self._api.write("DELETE", _assignment(scope, name), params={"api-version": _ROLES_VERSION})

    def _pages(self, path: str, params: t.Mapping[str, t.Any]) -> list[Json]:
        return self._api.get_list(path, "nextLink", params)


def _is_called(definition: Json, role: str) -> bool:
    """:param role: in lower case."""
    properties = definition.get("properties")
    named = isinstance(properties, dict) and str(properties.get("roleName")).lower() == role
    return named and isinstance(definition.get("id"), str)


def _check_assignment(fields: Fields) -> None:
    inner = fields.inner("properties")
    for where, key in (
        (fields, "id"),
        (fields, "name"),
        *((inner, key) for key in ("scope", "roleDefinitionId", "condition")),
    ):
        where.text(key)


def _path(resource_id: str) -> str:
    """A resource id as part of a path: its slashes stay."""
    return quote(resource_id.strip("/"), safe="/")


def _credential(resource_id: str, name: str) -> str:
    return f"{_path(resource_id)}/federatedIdentityCredentials/{quote(name, safe='')}"


def _assignment(scope: str, name: str) -> str:
    return f"{_path(scope)}/{_AUTHORIZATION}/roleAssignments/{quote(name, safe='')}"
