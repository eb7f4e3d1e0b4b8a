# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST operations of Azure DevOps, one method each.

PRIVATE to the collection. No policy here: what to select, to skip or to try again is decided elsewhere. Results are the service's own JSON, except for
projects and the :class:`Organization`. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import threading
import time
import typing as t
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    BlockedByPolicyError,
    ForeignAnswerError,
    NotAcceptedError,
    NotFoundError,
    NotPermittedError,
    OptionError,
    ServiceError,
    VersionOutOfRangeError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._rest.answer_shapes import (
    items_of,
    object_of,
    project_of,
    segment,
    unknown_shape,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import (
    Announce,
    Authorization,
    HttpClient,
    Request,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.limits import Page, pages
from ansible_collections.azdo.connections.plugins.module_utils._rest.organization import (
    Organization,
    refuses_version,
    versions_for,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import CHECK_CREDENTIAL, Response

_CHECK_RIGHTS = (
    "The sign-in itself is good: check that the token has the scope 'Service Connections (Read, query & manage)' and that the caller "
    "has the rights in this project, for changes the role Administrator on the connection."
)
_PROJECTS_PER_PAGE = 1000
# For so long the answer to "are we still signed in?" holds for other threads that ask.
_PROBE_COUNTS_SECONDS = 5.0
# Microsoft's own client takes 50 as the server's largest page of history (7).
_HISTORY_PER_PAGE = 50
_HISTORY_PAGES = 40


class AzureDevOps:
    """One organization (or collection of a server), as one caller sees it. Safe to use from several threads.

    :param remark: takes a sentence that a person should know; the same one may come again.
    """

    def __init__(
        self,
        url: str,
        http: HttpClient,
        authorization: Authorization,
        remark: t.Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.url = url
        self.pace = http.pace
        self._http = http
        self._authorization = authorization
        self._lock = threading.Lock()
        self._organization: Organization | None = None
        self._projects: dict[str, Project] = {}
        self._remark = remark
        self._newest_refused = False
        self._signed_in = True
        self._probed_at = float("-inf")

    @property
    def name(self) -> str:
        """The organization's name as people write it."""
        parts = urlsplit(self.url)
        segments = [segment for segment in parts.path.split("/") if segment]
        return segments[-1] if segments else (parts.hostname or "").split(".")[0]

    def organization(self) -> Organization:
        """Asked once: sign-in, API version and kind of service in one request (1, 9.5)."""
        with self._lock:
            if self._organization is None:
                self._organization = self._introduce()
            return self._organization

    def _introduce(self) -> Organization:
        versions = versions_for("7.1")
        try:
            data = self._send(self._request("GET", "_apis/connectionData", "7.1-preview")).data
        except VersionOutOfRangeError as error:
            latest = str(error.details.get("latest", ""))
            versions = versions_for(latest)
            # The refusal says nothing about the server or the caller, so a second question is needed.
            data = self._send(self._request("GET", "_apis/connectionData", f"{latest}-preview")).data
        except NotFoundError as error:
            raise OptionError(
                f"There is no organization at {self.url}: {error.message}",
                remedy="Check organization_url.",
                **error.details,
            ) from None
        return Organization.from_api(data, self.url, versions)

    def projects(self) -> list[Project]:
        """All projects that the caller can see, sorted by name. The pages follow the continuation header (1)."""

        def page(token: str) -> Page:
            params = {"$top": _PROJECTS_PER_PAGE, **({"continuationToken": token} if token else {})}
            answer = self._get("core", "_apis/projects", params)
            return Page(items_of(answer, odd=True), answer.headers.get("x-ms-continuationtoken", ""), answer.size)

        listed = [item for one in pages(page, "The list of projects") for item in one.items]
        found = {project.id or str(number): project for number, project in enumerate(map(project_of, listed))}
        self._remember(found.values())
        return sorted(found.values(), key=lambda project: (project.name.casefold(), project.id))

    def project(self, name_or_id: str) -> Project:
        """One project by name or id; asked once. :raises NotFoundError: it does not exist, or the caller cannot see it."""
        known = self._projects.get(name_or_id.casefold())
        if known is None:
            known = project_of(self._get("core", f"_apis/projects/{segment(name_or_id)}").data)
            if not known.id:
                raise unknown_shape("a project")
            self._remember([known])
        return known

    def connections(
        self,
        project: Project,
        *,
        type: str | None = "azurerm",
        ids: t.Collection[str] | None = None,
        newest: bool = False,
    ) -> list[Json]:
        """Every connection of one project that the caller can see, failed ones too, or those of the ``ids``: one answer, no paging (2.2).

        What is no object in the list is an empty one here: a connection that nobody can read must be missed, and the others can be read.

        :param newest: in the model that :meth:`connections_named` speaks, which has more fields.
        """
        narrowed = {"type": type or "", "endpointIds": ",".join(ids or ())}
        params = {"includeFailed": "true", **{name: value for name, value in narrowed.items() if value}}
        path = _endpoints(project.id)
        answer = self._newest("GET", path, params=params) if newest else self._get("endpoints", path, params)
        return items_of(answer, odd=True)

    def connections_named(self, project_id: str, name: str) -> list[Json]:
        """The connections of that name in one project, of any type: one at most, but the service may compare names loosely (2.2).

        A name with a comma cannot be asked for, so then it is the whole list. Here, and wherever a connection is made or changed, the newest model
        is spoken: what an older one does not know could get lost in a PUT.
        """
        params = {"includeFailed": "true", **({} if "," in name else {"endpointNames": name})}
        return items_of(self._newest("GET", _endpoints(project_id), params=params))

    def connection(self, project_id: str, connection_id: str, *, newest: bool = False) -> Json | None:
        """One connection as seen from one project; None when it is missing, in any of the ways the service says so (2.3)."""
        path = _endpoint(project_id, connection_id)
        try:
            found = (self._newest("GET", path) if newest else self._get("endpoints", path)).data or None
        except NotFoundError:
            return None
        if found is not None and not (isinstance(found, dict) and found.get("id")):
            raise unknown_shape("a connection")
        return found

    def administers(self, project_id: str, connection_id: str) -> bool | None:
        """Whether the caller is an administrator of the connection (2.2); None where the service cannot say."""
        if not self.organization().filters_by_right:
            return None
        params = {"endpointIds": connection_id, "actionFilter": "manage", "includeFailed": "true"}
        return bool(items_of(self._get("endpoints", _endpoints(project_id), params)))

    def create(self, project_id: str, body: Json) -> Json:
        """Make a connection (2.9). The answer to an automatic one comes before the service has made its identity. A write."""
        own_route = self.organization().writes_by_project
        path = _endpoints(project_id) if own_route else "_apis/serviceendpoint/endpoints"
        answer = self._newest("POST", path, body=body, write=True)
        if not isinstance(answer.data, dict) or not answer.data.get("id"):
            raise AmbiguousWriteError("Azure DevOps answered the creation with something else than a connection.")
        return answer.data

    def update(self, project_id: str, connection_id: str, body: Json) -> None:
        """Replace a connection by ``body``, as it was read through the same project, like Microsoft's own script (2.11). A write."""
        self._newest("PUT", _endpoint(project_id, connection_id), body=body, write=True)

    def share(self, connection_id: str, references: list[Json]) -> None:
        """Let more projects use the connection; takes nothing away (2.11). A write."""
        path = f"_apis/serviceendpoint/endpoints/{segment(connection_id)}"
        self._send(self._request("PATCH", path, self._usual_version, body=references, write=True))

    def remove(self, connection_id: str, project_ids: t.Sequence[str], *, deep: bool = False) -> None:
        """Take the connection out of projects; with the last one it is gone, and with ``deep`` its application too (2.11). A write."""
        params = {"projectIds": ",".join(project_ids), "deep": "true" if deep else "false"}
        path = f"_apis/serviceendpoint/endpoints/{segment(connection_id)}"
        if self.organization().writes_by_project:
            path, params = _endpoint(project_ids[0], connection_id), {}
        self._send(self._request("DELETE", path, self._usual_version, params=params, write=True))

    def test_connection(self, project_id: str, connection_id: str, details: Json) -> Json:
        """The portal's *Verify* (5). Shape: ``{result, statusCode, errorMessage}``; a test that fails is a good answer.

        :param connection_id: of the stored connection; the null GUID for entered settings that are not saved yet.
        :param details: type, url, data and authorization of the connection.
        """
        body = {
            "dataSourceDetails": {"dataSourceName": "TestConnection"},
            "resultTransformationDetails": {},
            "serviceEndpointDetails": details,
        }
        path = f"{segment(project_id)}/_apis/serviceendpoint/endpointproxy"
        version = self.organization().versions["proxy"]
        request = self._request("POST", path, version, params={"endpointId": connection_id}, body=body)
        return object_of(self._send(request))

    def convert(self, project_id: str, connection_id: str, body: Json, announce: Announce | None = None) -> Json | None:
        """Change the authorization scheme to the one in ``body`` and keep everything else (3.1). A write.

        :param announce: called immediately before the request goes out.
        """
        answer = self._newest(
            "PUT",
            _endpoint(project_id, connection_id),
            params={"operation": "ConvertAuthenticationScheme"},
            body=body,
            write=True,
            announce=announce,
        )
        return answer.data if isinstance(answer.data, dict) else None

    def execution_history(
        self, project_id: str, connection_id: str, more: t.Callable[[Json], bool] = lambda oldest: False
    ) -> list[Json]:
        """The latest uses of a connection in one project, newest first (7): one page, and the next ones as long as the oldest use so far wants ``more``.

        :raises ServiceError: it does not come to an end.
        """
        path = f"{segment(project_id)}/_apis/serviceendpoint/{segment(connection_id)}/executionhistory"

        def page(token: str) -> Page:
            params = {"top": _HISTORY_PER_PAGE, **({"continuationToken": token} if token else {})}
            answer = self._get("endpoints", path, params)
            uses = [item.get("data") or {} for item in items_of(answer)]
            if not all(isinstance(use, dict) for use in uses):
                raise unknown_shape("a use of a connection")
            return Page(uses, answer.headers.get("x-ms-continuationtoken", ""), answer.size)

        found: list[Json] = []
        for one in pages(page, "Its history", _HISTORY_PAGES):
            found += one.items
            if not found or not more(found[-1]):
                break
        return found

    def pipeline_permissions(self, project_id: str, connection_id: str) -> Json:
        """Which pipelines of one project may use the connection (6.1)."""
        path = f"{segment(project_id)}/_apis/pipelines/pipelinepermissions/endpoint/{segment(connection_id)}"
        return object_of(self._get("pipelines", path))

    def authorize_pipelines(self, project_id: str, connection_id: str, body: Json) -> None:
        """Permit pipelines of one project to use the connection, or forbid them (6.1). A write."""
        path = f"{segment(project_id)}/_apis/pipelines/pipelinepermissions/endpoint/{segment(connection_id)}"
        version = self.organization().versions["pipelines"]
        self._send(self._request("PATCH", path, version, body=body, write=True))

    def checks(self, project_id: str, connection_id: str) -> list[Json]:
        """Approvals and checks on the connection in one project (6.2)."""
        params = {"resourceType": "endpoint", "resourceId": connection_id, "$expand": "settings"}
        return items_of(self._get("pipelines", f"{segment(project_id)}/_apis/pipelines/checks/configurations", params))

    def checks_of_many(self, project_id: str, connection_ids: t.Sequence[str]) -> dict[str, list[Json]]:
        """The same of many connections in one request (6.2), by connection id in lower case. It is a POST, and it reads."""
        path = f"{segment(project_id)}/_apis/pipelines/checks/queryconfigurations"
        version = self.organization().versions["pipelines"]
        body = [{"type": "endpoint", "id": id_} for id_ in connection_ids]
        answer = self._send(self._request("POST", path, version, params={"$expand": "settings"}, body=body))
        found: dict[str, list[Json]] = {id_.lower(): [] for id_ in connection_ids}
        for item in items_of(answer):
            resource = item.get("resource")
            id_ = str(resource.get("id")).lower() if isinstance(resource, dict) else ""
            if id_ not in found:
                raise unknown_shape("a check of a connection")
            found[id_].append(item)
        return found

    def roles(self, project_id: str, connection_id: str) -> list[Json]:
        """Who has which role on the connection in one project (6.3); the route is known from its PUT, so its answer is assumed."""
        resource = f"{segment(project_id)}_{segment(connection_id)}"
        path = f"_apis/securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources/{resource}"
        return items_of(self._get("pipelines", path))

    def migrate_issuer(self, subject: str, announce: Announce) -> Json:
        """Ask for the Microsoft Entra issuer (4.2); the connection is named by its subject of the Azure DevOps issuer. A write.

        The answer only says that it was asked for. Shape: ``{success, message}``.
        """
        request = self._request(
            "POST",
            "_apis/public/serviceendpoint/externalfederatedcredentialmigration",
            "7.2-preview.1",
            body={"serviceConnectionInput": subject},
            write=True,
            announce=announce,
        )
        answer = self._send(request).data
        if not isinstance(answer, dict) or answer.get("success") is not True:
            raise AmbiguousWriteError("Azure DevOps answered the issuer migration with something unknown.")
        return answer

    def read(
        self,
        path: str,
        version: str,
        params: t.Mapping[str, t.Any] | None = None,
        *,
        base: str | None = None,
        body: t.Any = None,
    ) -> Response:
        """A read of an area that has a file of its own; with a ``body`` it is one of the POSTs that only ask.

        :param base: where that area is, if not beside the rest.
        """
        return self._send(
            self._request("GET" if body is None else "POST", path, version, params=params, body=body, base=base)
        )

    def write(
        self, method: str, path: str, *, params: t.Mapping[str, t.Any] | None = None, body: t.Any = None
    ) -> Response:
        """A write of the area of pipelines and their resources, which has a file of its own."""
        version = self.organization().versions["pipelines"]
        return self._send(self._request(method, path, version, params=params, body=body, write=True))

    def _newest(self, method: str, path: str, *, write: bool = False, **named: t.Any) -> Response:
        """A request about connections in the newest model, or in the one before it where the service does not take that (any more).

        :raises NotAcceptedError: so it was with a write. What the body came from must be read again in the model that is spoken from now on.
        """
        organization = self.organization()
        newest, usual = organization.endpoints_version(newest=True), organization.versions["endpoints"]
        if newest == usual or self._newest_refused:
            return self._send(self._request(method, path, usual, write=write, **named))
        try:
            return self._send(self._request(method, path, newest, write=write, **named))
        except ServiceError as error:
            if not refuses_version(error):
                raise
            self._newest_refused = True
            self._remark(
                f"{self.url} does not speak version {newest} of the REST API for service connections, so {usual} is used: the service management "
                "reference of a connection and the dates of its creation and change are not seen, and a change of the connection may lose the reference."
            )
            if write:
                raise NotAcceptedError(error.message, **error.details) from None
        return self._send(self._request(method, path, usual, **named))

    @property
    def _usual_version(self) -> str:
        return self.organization().versions["endpoints"]

    def _get(self, area: str, path: str, params: t.Mapping[str, t.Any] | None = None) -> Response:
        return self._send(self._request("GET", path, self.organization().versions[area], params=params))

    def _send(self, request: Request) -> Response:
        try:
            return self._http.send(request, self._authorization)
        except NotPermittedError as error:
            error.remedy = error.remedy or _CHECK_RIGHTS
            raise
        except BlockedByPolicyError:
            # Not about the rights of somebody who is signed in.
            raise
        except AuthenticationError as error:
            if self._organization is None or not self._still_signed_in():
                raise
            raise _of_this_request(error) from None

    def _request(
        self,
        method: str,
        path: str,
        version: str,
        *,
        params: t.Mapping[str, t.Any] | None = None,
        body: t.Any = None,
        write: bool = False,
        announce: Announce | None = None,
        base: str | None = None,
    ) -> Request:
        return Request(
            method=method,
            url=f"{base or self.url}/{path}",
            params={**(params or {}), "api-version": version},
            # Without it a rejected credential is answered with a redirect to a sign-in page (9.1).
            headers={"X-TFS-FedAuthRedirect": "Suppress"},
            body=body,
            write=write,
            announce=announce,
        )

    def _still_signed_in(self) -> bool:
        """Ask once more who we are, for all threads that wonder at the same time."""
        with self._lock:
            now = time.monotonic()
            if now - self._probed_at > _PROBE_COUNTS_SECONDS:
                try:
                    self._http.send(self._request("GET", "_apis/connectionData", "7.1-preview"), self._authorization)
                    self._signed_in = True
                except AuthenticationError:
                    self._signed_in = False
                except ServiceError:
                    # Any other answer, such as "out of range", is one to a caller who is known.
                    self._signed_in = True
                self._probed_at = now
            return self._signed_in

    def _remember(self, projects: t.Iterable[Project]) -> None:
        for project in projects:
            self._projects[project.id.casefold()] = self._projects[project.name.casefold()] = project


def _of_this_request(error: AuthenticationError) -> ServiceError:
    """What a rejection means for somebody who is still signed in: it is about what was asked for, and other requests can go on."""
    if isinstance(error, ForeignAnswerError):
        return ServiceError(error.message, status=error.http_status, remedy=error.remedy)
    # The service rejects what a caller may not do with the same answers as a bad credential (9.2).
    known = error.remedy if error.remedy != CHECK_CREDENTIAL else ""
    why = f": {error.said}" if error.said else ", as it does where a right or a scope is missing."
    return NotPermittedError(
        f"The service does not allow this caller what was asked for{why}",
        remedy=known or _CHECK_RIGHTS,
        **{"status": 401, **error.details},
    )


def _endpoints(project_id: str) -> str:
    return f"{segment(project_id)}/_apis/serviceendpoint/endpoints"


def _endpoint(project_id: str, connection_id: str) -> str:
    return f"{_endpoints(project_id)}/{segment(connection_id)}"
