# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Microsoft Graph and Azure Resource Manager have in common: a host, a token of its own, and one envelope for errors.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import AuthenticationError, NotPermittedError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import Authorization, HttpClient, Request
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import Response


class AzureApi:
    """One of the two services, as one caller sees it.

    :param name: what people call the service; in front of its error messages.
    :param rights: one sentence about the rights that a refused caller needs.
    """

    def __init__(self, name: str, url: str, http: HttpClient, authorization: Authorization, rights: str) -> None:
        self.url = url
        self._name = name
        self._http = http
        self._authorization = authorization
        self._rights = rights

    def get(self, path: str, params: t.Mapping[str, t.Any] | None = None) -> Response:
        return self._send(Request(method="GET", url=f"{self.url}/{path}", params=params))

    def write(
        self, method: str, path: str, *, params: t.Mapping[str, t.Any] | None = None, body: Json | None = None
    ) -> Response:
        """A request that changes state; it is sent once."""
        return self._send(Request(method=method, url=f"{self.url}/{path}", params=params, body=body, write=True))

    def _send(self, request: Request) -> Response:
        try:
            return self._http.send(request, self._authorization)
        except NotPermittedError as error:
            error.remedy = error.remedy or self._rights
            raise error.about(self._name) from None
        except AuthenticationError as error:
            if "status" in error.details:
                # The service itself did not take the token; what kept one from coming knows its own remedy.
                error.remedy = "Check that the signed-in identity belongs to this tenant and that cloud_environment is the right cloud."
            raise error.about(self._name) from None
