# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Microsoft Graph and Azure Resource Manager have in common: a host, a token of its own, and one envelope for errors.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    NotPermittedError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import Authorization, HttpClient, Request
from ansible_collections.azdo.connections.plugins.module_utils._rest.limits import Page, pages
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import CHECK_CREDENTIAL, Response


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

    def get_object(self, path: str, params: t.Mapping[str, t.Any] | None = None) -> Json:
        """:raises ServiceError: what was asked for is no object."""
        data = self.get(path, params).data
        if not isinstance(data, dict):
            raise self._unknown_shape("an object")
        return data

    def get_list(self, path: str, link: str, params: t.Mapping[str, t.Any] | None = None) -> list[Json]:
        """All pages of a list. Only the query of the link to the next page is used: where the token goes is not for an answer to say.

        :param link: the key of that link. :raises ServiceError: it is no list of objects, or does not come to an end.
        """

        def page(mark: str) -> Page:
            answer = self.get(path, dict(parse_qsl(mark)) if mark else params)
            data = answer.data if isinstance(answer.data, dict) else {}
            items = data.get("value")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise self._unknown_shape("a list")
            return Page(items, self._query(data.get(link)), answer.size)

        return [item for one in pages(page, f"{self._name}: the list") for item in one.items]

    def _query(self, link: object) -> str:
        """The query of a link to the next page; empty without a link."""
        try:
            query = urlsplit(str(link or "")).query
        except ValueError:
            query = ""
        if link and not query:
            # Without it the first page would come again, and without a word the rest of the list would be missing.
            raise self._unknown_shape("a list, in the link to its next page,")
        return query

    def _unknown_shape(self, what: str) -> ServiceError:
        return ServiceError(
            f"{self._name} answered {what} in an unknown shape.",
            status=200,
            remedy="Check graph_url, resource_manager_url and the proxy settings.",
        )

    def write(
        self,
        method: str,
        path: str,
        *,
        params: t.Mapping[str, t.Any] | None = None,
        body: Json | None = None,
        headers: t.Mapping[str, str] | None = None,
    ) -> Response:
        """A request that changes state; it is sent once."""
        url = f"{self.url}/{path}"
        return self._send(
            Request(method=method, url=url, params=params, body=body, headers=dict(headers or {}), write=True)
        )

    def _send(self, request: Request) -> Response:
        try:
            return self._http.send(request, self._authorization)
        except NotPermittedError as error:
            error.remedy = error.remedy or self._rights
            raise error.about(self._name) from None
        except AuthenticationError as error:
            if error.remedy == CHECK_CREDENTIAL:
                # The service itself did not take the token; what kept one from coming, or a policy, knows its own remedy.
                error.remedy = "Check that the signed-in identity belongs to this tenant and that cloud_environment is the right cloud."
            raise error.about(self._name) from None
