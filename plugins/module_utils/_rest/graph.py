# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of Microsoft Graph that connections need, one method each: applications and their federated credentials (8.2).

PRIVATE to the collection. Results are the service's own JSON. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

from urllib.parse import quote

from ansible_collections.azdo.connections.plugins.module_utils._errors import NotFoundError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_common import AzureApi
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import Authorization, HttpClient

_FACTS = "id,appId,signInAudience,passwordCredentials,keyCredentials"
_RIGHTS = (
    "The caller must own the application and have the permission Application.ReadWrite.OwnedBy, or have Application.ReadWrite.All "
    "(for people: the role Application Administrator)."
)


class Graph:
    """Microsoft Graph v1.0. Applications are named by their client id."""

    def __init__(self, url: str, http: HttpClient, authorization: Authorization) -> None:
        self._api = AzureApi("Microsoft Graph", f"{url}/v1.0", http, authorization, _RIGHTS)

    def service_principal(self, client_id: str) -> Json | None:
        """That of an application or managed identity in the caller's tenant. Shape: ``{id, appId, alternativeNames, appOwnerOrganizationId}``, the last
        of which is the tenant of an application; None when there is none.
        """
        try:
            return self._api.get_object(
                f"servicePrincipals(appId='{_quoted(client_id)}')",
                {"$select": "id,appId,alternativeNames,appOwnerOrganizationId"},
            )
        except NotFoundError:
            return None

    def application(self, client_id: str) -> Json:
        """Shape: ``{id, appId, signInAudience, passwordCredentials, keyCredentials}`` (8.5). :raises NotFoundError: there is none."""
        return self._api.get_object(_application(client_id), {"$select": _FACTS})

    def application_called(self, unique_name: str) -> Json | None:
        """The application with a unique name, or None. Shape: that of :meth:`application`, with ``displayName, tags, serviceManagementReference``."""
        try:
            return self._api.get_object(
                _called(unique_name), {"$select": f"{_FACTS},displayName,tags,serviceManagementReference"}
            )
        except NotFoundError:
            return None

    def put_application(self, unique_name: str, body: Json) -> bool:
        """Whether this made an application of that name. A write, and an upsert: one that is there would be changed to ``body``."""
        answer = self._api.write("PATCH", _called(unique_name), body=body, headers={"Prefer": "create-if-missing"})
        return answer.status == 201

    def change_application(self, client_id: str, body: Json) -> None:
        """A write."""
        self._api.write("PATCH", _application(client_id), body=body)

    def remove_application(self, client_id: str) -> None:
        """With its service principal. A write; Entra keeps it among the deleted ones for 30 days."""
        self._api.write("DELETE", _application(client_id))

    def add_service_principal(self, client_id: str) -> None:
        """A write. :raises ServiceError: there is one already (409), or the application is too new to be known (400)."""
        self._api.write("POST", "servicePrincipals", body={"appId": client_id})

    def owners(self, client_id: str) -> list[str]:
        """The object ids of the owners of an application, in lower case."""
        found = self._api.get_list(f"{_application(client_id)}/owners", "@odata.nextLink", {"$select": "id"})
        return [str(item["id"]).lower() for item in found if item.get("id")]

    def add_owner(self, client_id: str, object_id: str) -> None:
        """A write. :raises ServiceError: it is one already (400)."""
        address = f"{self._api.url}/directoryObjects/{_quoted(object_id)}"
        self._api.write("POST", f"{_application(client_id)}/owners/$ref", body={"@odata.id": address})

    def users(self, address: str) -> list[Json]:
        """The people with a mail address or user principal name. Shape: ``[{id, displayName}]``."""
        text = address.replace("'", "''")
        asked = {"$filter": f"mail eq '{text}' or userPrincipalName eq '{text}'", "$select": "id,displayName"}
        return self._api.get_list("users", "@odata.nextLink", asked)

    def federated_credentials(self, client_id: str) -> list[Json]:
        """Shape: ``[{id, name, issuer, subject, audiences}]``, 20 at most. :raises NotFoundError: there is no such application."""
        return self._api.get_list(_credentials(client_id), "@odata.nextLink")

    def add_federated_credential(self, client_id: str, body: Json) -> None:
        """A write."""
        self._api.write("POST", _credentials(client_id), body=body)

    def change_federated_credential(self, client_id: str, credential_id: str, body: Json) -> None:
        """A write. The name cannot be changed."""
        self._api.write("PATCH", f"{_credentials(client_id)}/{_quoted(credential_id)}", body=body)

    def remove_federated_credential(self, client_id: str, credential_id: str) -> None:
        """A write."""
        self._api.write("DELETE", f"{_credentials(client_id)}/{_quoted(credential_id)}")


def _application(client_id: str) -> str:
    return f"applications(appId='{_quoted(client_id)}')"


def _called(unique_name: str) -> str:
    """:param unique_name: a key of Graph beside the ids; a quote in it is written twice."""
    return f"applications(uniqueName='{_quoted(unique_name.replace(chr(39), chr(39) * 2))}')"


def _credentials(client_id: str) -> str:
    return f"{_application(client_id)}/federatedIdentityCredentials"


def _quoted(text: str) -> str:
    return quote(text, safe="")
