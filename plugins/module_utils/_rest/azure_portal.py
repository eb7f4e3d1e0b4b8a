# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the portal's dialog for a new connection asks Azure DevOps about Azure, which asks Azure with the caller's own rights.

PRIVATE to the collection. Facts: the routes and shapes are what public clients use. Whether a personal access token is enough is not known: the service has
no token of the caller for Azure then, and says so in ``errorMessage``.
"""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.module_utils._errors import NotPermittedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.answer_shapes import (
    items_of,
    object_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

_VERSION = "7.1-preview.1"


class AzurePortal:
    """The lists of one organization."""

    def __init__(self, client: AzureDevOps) -> None:
        self._client = client

    def subscriptions(self) -> list[Json]:
        """Shape: ``[{displayName, subscriptionId}]``. :raises NotPermittedError: the service could not ask for this caller."""
        return self._list("azurermsubscriptions")

    def management_groups(self) -> list[Json]:
        """Shape: ``[{displayName, name}]``, where ``name`` is the id. :raises NotPermittedError: the service could not ask for this caller."""
        return self._list("azurermmanagementgroups")

    def _list(self, what: str) -> list[Json]:
        answer = self._client.read(f"_apis/serviceendpoint/endpointproxy/{what}", _VERSION)
        message = object_of(answer).get("errorMessage")
        if message:
            raise NotPermittedError(str(message), status=200)
        return items_of(answer)
