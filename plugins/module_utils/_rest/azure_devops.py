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
from urllib.parse import quote, urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    NotFoundError,
    NotPermittedError,
    OptionError,
    ServiceError,
    VersionOutOfRangeError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import (
    Announce,
    Authorization,
    HttpClient,
    Request,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.organization import Organization, versions_for
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import Response

_CHECK_RIGHTS = (
    "The sign-in itself is good: check that the token has the scope 'Service Connections (Read, query & manage)' and that the caller "
    "has the rights in this project, for changes the role Administrator on the connection."
)
_REPORT = "Check organization_url and the proxy settings; if they are right, please report it with the output of -vvv."
_PROJECTS_PER_PAGE = 1000
# For so long the answer to "are we still signed in?" holds for other threads that ask.
_PROBE_COUNTS_SECONDS = 5.0
# Microsoft's own client takes 50 as the server's largest page of history (7).
_HISTORY_PER_PAGE = 50
_HISTORY_PAGES = 40


class AzureDevOps:
    """One organization (or collection of a server), as one caller sees it. Safe to use from several threads."""

    def __init__(self, url: str, http: HttpClient, authorization: Authorization) -> None:
        self.url = url
        self.pace = http.pace
        self._http = http
        self._authorization = authorization
        self._lock = threading.Lock()
        self._organization: Organization | None = None
        self._projects: dict[str, Project] = {}
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
        found: dict[str, Project] = {}
        seen: set[str] = set()
        token = ""
        while token not in seen:
            seen.add(token)
            params = {"$top": _PROJECTS_PER_PAGE, **({"continuationToken": token} if token else {})}
            answer = self._get("core", "_apis/projects", params)
            found.update({project.id: project for project in map(_project, _value(answer))})
            token = answer.headers.get("x-ms-continuationtoken", "")
            if not token:
                break
        else:
            raise ServiceError("The list of projects does not come to an end.", status=answer.status)
        self._remember(found.values())
        return sorted(found.values(), key=lambda project: (project.name.casefold(), project.id))

    def project(self, name_or_id: str) -> Project:
        """One project by name or id; asked once. :raises NotFoundError: it does not exist, or the caller cannot see it."""
        known = self._projects.get(name_or_id.casefold())
        if known is None:
            known = _project(self._get("core", f"_apis/projects/{_segment(name_or_id)}").data)
            self._remember([known])
        return known

    def connections(self, project: Project, *, type: str | None = "azurerm") -> list[Json]:
        """Every connection of one project that the caller can see, failed ones too: one answer, no paging (2.2)."""
        params = {"includeFailed": "true", **({"type": type} if type else {})}
        return _value(self._get("endpoints", _endpoints(project.id), params))

    def connections_named(self, project_id: str, name: str) -> list[Json]:
        """The connections of that name in one project, of any type: one at most, but the service may compare names loosely (2.2).

        A name with a comma cannot be asked for, so then it is the whole list. Here, and wherever a connection is made or changed, the newest model
        is spoken: what an older one does not know could get lost in a PUT.
        """
        params = {"includeFailed": "true", **({} if "," in name else {"endpointNames": name})}
        request = self._request("GET", _endpoints(project_id), self._endpoints_version(newest=True), params=params)
        return _value(self._send(request))

    def connection(self, project_id: str, connection_id: str, *, newest: bool = False) -> Json | None:
        """One connection as seen from one project; None when it is missing, in any of the ways the service says so (2.3)."""
        request = self._request("GET", _endpoint(project_id, connection_id), self._endpoints_version(newest=newest))
        try:
            found = self._send(request).data or None
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
        return bool(_value(self._get("endpoints", _endpoints(project_id), params)))

    def create(self, project_id: str, body: Json) -> Json:
        """Make a connection (2.9). The answer to an automatic one comes before the service has made its identity. A write."""
        own_route = self.organization().writes_by_project
        path = _endpoints(project_id) if own_route else "_apis/serviceendpoint/endpoints"
        answer = self._send(self._request("POST", path, self._endpoints_version(newest=True), body=body, write=True))
        if not isinstance(answer.data, dict) or not answer.data.get("id"):
            raise AmbiguousWriteError("Azure DevOps answered the creation with something else than a connection.")
        return answer.data

    def update(self, project_id: str, connection_id: str, body: Json) -> None:
        """Replace a connection by ``body``, as it was read through the same project, like Microsoft's own script (2.11). A write."""
        version = self._endpoints_version(newest=True)
        self._send(self._request("PUT", _endpoint(project_id, connection_id), version, body=body, write=True))

    def share(self, connection_id: str, references: list[Json]) -> None:
        """Let more projects use the connection; takes nothing away (2.11). A write."""
        path = f"_apis/serviceendpoint/endpoints/{_segment(connection_id)}"
        self._send(self._request("PATCH", path, self._endpoints_version(), body=references, write=True))

    def remove(self, connection_id: str, project_ids: t.Sequence[str], *, deep: bool = False) -> None:
        """Take the connection out of projects; with the last one it is gone, and with ``deep`` its application too (2.11). A write."""
        params = {"projectIds": ",".join(project_ids), "deep": "true" if deep else "false"}
        path = f"_apis/serviceendpoint/endpoints/{_segment(connection_id)}"
        if self.organization().writes_by_project:
            path, params = _endpoint(project_ids[0], connection_id), {}
        self._send(self._request("DELETE", path, self._endpoints_version(), params=params, write=True))

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
        path = f"{_segment(project_id)}/_apis/serviceendpoint/endpointproxy"
        version = self.organization().versions["proxy"]
        request = self._request("POST", path, version, params={"endpointId": connection_id}, body=body)
        return _object(self._send(request))

    def convert(self, project_id: str, connection_id: str, body: Json, announce: Announce | None = None) -> Json | None:
        """Change the authorization scheme to the one in ``body`` and keep everything else (3.1). A write.

        :param announce: called immediately before the request goes out.
        """
        request = self._request(
            "PUT",
            _endpoint(project_id, connection_id),
            self._endpoints_version(newest=True),
            params={"operation": "ConvertAuthenticationScheme"},
            body=body,
            write=True,
            announce=announce,
        )
        answer = self._send(request)
        return answer.data if isinstance(answer.data, dict) else None

    def execution_history(
        self, project_id: str, connection_id: str, more: t.Callable[[Json], bool] = lambda oldest: False
    ) -> list[Json]:
        """The latest uses of a connection in one project, newest first (7): one page, and the next ones as long as the oldest use so far wants ``more``.

        :raises ServiceError: it does not come to an end.
        """
        path = f"{_segment(project_id)}/_apis/serviceendpoint/{_segment(connection_id)}/executionhistory"
        found: list[Json] = []
        params: dict[str, t.Any] = {"top": _HISTORY_PER_PAGE}
        for _page in range(_HISTORY_PAGES):
            answer = self._get("endpoints", path, params)
            found += [data for item in _value(answer) if isinstance(data := item.get("data") or {}, dict)]
            token = answer.headers.get("x-ms-continuationtoken", "")
            if not token or not found or not more(found[-1]):
                return found
            params = {"top": _HISTORY_PER_PAGE, "continuationToken": token}
        raise ServiceError(f"Its history has more than {_HISTORY_PAGES} pages.", status=200)

    def pipeline_permissions(self, project_id: str, connection_id: str) -> Json:
        """Which pipelines of one project may use the connection (6.1)."""
        path = f"{_segment(project_id)}/_apis/pipelines/pipelinepermissions/endpoint/{_segment(connection_id)}"
        return _object(self._get("pipelines", path))

    def authorize_pipelines(self, project_id: str, connection_id: str, body: Json) -> None:
        """Permit pipelines of one project to use the connection, or forbid them (6.1). A write."""
        path = f"{_segment(project_id)}/_apis/pipelines/pipelinepermissions/endpoint/{_segment(connection_id)}"
        version = self.organization().versions["pipelines"]
        self._send(self._request("PATCH", path, version, body=body, write=True))

    def checks(self, project_id: str, connection_id: str) -> list[Json]:
        """Approvals and checks on the connection in one project (6.2)."""
        params = {"resourceType": "endpoint", "resourceId": connection_id, "$expand": "settings"}
        return _value(self._get("pipelines", f"{_segment(project_id)}/_apis/pipelines/checks/configurations", params))

    def roles(self, project_id: str, connection_id: str) -> list[Json]:
        """Who has which role on the connection in one project (6.3); the route is known from its PUT, so its answer is assumed."""
        resource = f"{_segment(project_id)}_{_segment(connection_id)}"
        path = f"_apis/securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources/{resource}"
        return _value(self._get("pipelines", path))

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

    def _endpoints_version(self, *, newest: bool = False) -> str:
        return self.organization().endpoints_version(newest=newest)

    def _get(self, area: str, path: str, params: t.Mapping[str, t.Any] | None = None) -> Response:
        return self._send(self._request("GET", path, self.organization().versions[area], params=params))

    def _send(self, request: Request) -> Response:
        try:
            return self._http.send(request, self._authorization)
        except NotPermittedError as error:
            error.remedy = error.remedy or _CHECK_RIGHTS
            raise
        except AuthenticationError as error:
            if self._organization is None or not self._still_signed_in():
                raise
            # The service rejects what a caller may not do with the same answers as a bad credential (9.2).
            raise NotPermittedError(error.message, remedy=_CHECK_RIGHTS, **{"status": 401, **error.details}) from None

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
    ) -> Request:
        return Request(
            method=method,
            url=f"{self.url}/{path}",
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


def _segment(text: str) -> str:
    """A name or id as one segment of a path: everything is encoded, spaces as %20 (1)."""
    return quote(text, safe="")


def _endpoints(project_id: str) -> str:
    return f"{_segment(project_id)}/_apis/serviceendpoint/endpoints"


def _endpoint(project_id: str, connection_id: str) -> str:
    return f"{_endpoints(project_id)}/{_segment(connection_id)}"


def _value(answer: Response) -> list[Json]:
    """The items of a ``{count, value}`` answer."""
    data = answer.data
    if not isinstance(data, dict) or not isinstance(data.get("value"), list):
        raise ServiceError("The service answered a list in an unknown shape.", status=answer.status, remedy=_REPORT)
    return [item for item in data["value"] if isinstance(item, dict)]


def _object(answer: Response) -> Json:
    if not isinstance(answer.data, dict):
        raise unknown_shape("an object")
    return answer.data


def unknown_shape(what: str) -> ServiceError:
    """The error of an answer that is good JSON and not what it should be."""
    return ServiceError(f"The service answered {what} in an unknown shape.", status=200, remedy=_REPORT)


def _project(data: t.Any) -> Project:
    if not isinstance(data, dict) or not data.get("id"):
        raise ServiceError("The service answered a project in an unknown shape.", status=200, remedy=_REPORT)
    return Project(
        id=str(data["id"]),
        name=str(data["name"]),
        state=str(data.get("state") or "wellFormed"),
        visibility=str(data.get("visibility") or "private"),
        description=str(data.get("description") or ""),
    )
