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

_RIGHTS = (
    "The caller must own the application and have the permission Application.ReadWrite.OwnedBy, or have Application.ReadWrite.All "
    "(for people: the role Application Administrator)."
)


class Graph:
    """Microsoft Graph v1.0. Applications are named by their client id."""

    def __init__(self, url: str, http: HttpClient, authorization: Authorization) -> None:
        self._api = AzureApi("Microsoft Graph", f"{url}/v1.0", http, authorization, _RIGHTS)

    def service_principal(self, client_id: str) -> Json | None:
        """That of an application or managed identity in the caller's tenant. Shape: ``{id, appId, alternativeNames}``; None when there is none."""
        try:
            return self._api.get_object(
                f"servicePrincipals(appId='{_quoted(client_id)}')", {"$select": "id,appId,alternativeNames"}
            )
        except NotFoundError:
            return None

    def application(self, client_id: str) -> Json:
        """Shape: ``{id, appId, signInAudience, passwordCredentials, keyCredentials}`` (8.5). :raises NotFoundError: there is none."""
        wanted = "id,appId,signInAudience,passwordCredentials,keyCredentials"
        return self._api.get_object(f"applications(appId='{_quoted(client_id)}')", {"$select": wanted})

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


def _credentials(client_id: str) -> str:
    return f"applications(appId='{_quoted(client_id)}')/federatedIdentityCredentials"


def _quoted(text: str) -> str:
    return quote(text, safe="")
