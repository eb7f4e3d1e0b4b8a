# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an organization, or a collection of a server, is: cloud or server, which API versions, who is asking.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    OptionError,
    ServiceError,
    VersionOutOfRangeError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import CHECK_CREDENTIAL
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import is_cloud

# The newest version first. Each row: what the server says it speaks at most, then the versions to ask for (2.1, 9.5).
_VERSIONS: tuple[tuple[tuple[int, int], dict[str, str]], ...] = (
    ((7, 1), {"core": "7.1", "endpoints": "7.1", "proxy": "7.1", "pipelines": "7.1-preview.1"}),
    ((7, 0), {"core": "7.0", "endpoints": "7.0", "proxy": "7.0", "pipelines": "7.0-preview.1"}),
    ((6, 0), {"core": "6.0", "endpoints": "6.0-preview.4", "proxy": "6.0-preview.1", "pipelines": "6.0-preview.1"}),
    ((5, 0), {"core": "5.0", "endpoints": "5.0-preview.2", "proxy": "5.0-preview.1", "pipelines": "5.0-preview.1"}),
)
# The model with the service management reference and the dates (2.4), which only the service in the cloud speaks.
_NEWEST_ENDPOINTS = "7.2-preview.4"


@dataclass(frozen=True)
class Organization:
    """What the service says about itself and the caller.

    :param instance_id: the organization's id, which both kinds of issuer contain (1).
    :param hosted: False for Azure DevOps Server, which knows no workload identity federation (9.5).
    :param versions: the API version for each area.
    :param caller_id: the id of the caller in this organization, in lower case, by which roles are given too.
    :param is_program: whether it says that the caller is a service principal or managed identity; False where it does not say.
    """

    instance_id: str
    hosted: bool
    versions: t.Mapping[str, str]
    caller_id: str = ""
    caller_name: str = ""
    is_program: bool = False

    def endpoints_version(self, *, newest: bool = False) -> str:
        """The version for service connections; the ``newest`` knows more fields, where it is offered."""
        return _NEWEST_ENDPOINTS if newest and self.hosted else self.versions["endpoints"]

    @property
    def writes_by_project(self) -> bool:
        """Whether connections are changed below a project only, and cannot be shared: the oldest servers (2.1, 9.5)."""
        return self.versions["endpoints"].startswith("5.")

    @property
    def filters_by_right(self) -> bool:
        """Whether lists can be narrowed to what the caller may administer (2.2)."""
        return self.hosted or self.versions["endpoints"] == "7.1"

    @classmethod
    def from_api(cls, data: t.Any, url: str, versions: t.Mapping[str, str]) -> Organization:
        """Read the answer to connectionData. :raises AuthenticationError: it was given to nobody in particular."""
        data = data if isinstance(data, dict) else {}
        found = data.get("authenticatedUser")
        user = found if isinstance(found, dict) else {}
        name = _text(user, "customDisplayName") or _text(user, "providerDisplayName")
        if not _text(user, "id") or name.lower() == "anonymous":
            # An organization with public projects answers anybody, and then shows empty lists (1).
            raise AuthenticationError(
                f"{url} does not know who is asking: it answered as to an anonymous visitor.", remedy=CHECK_CREDENTIAL
            )
        kind = _text(data, "deploymentType").lower()
        hosted = kind == "hosted" if kind else is_cloud(urlsplit(url).hostname or "")
        # assumed: connectionData names subjects as the Graph of Azure DevOps does; what begins otherwise proves nothing.
        is_program = _text(user, "subjectDescriptor").lower().startswith("aadsp.")
        return cls(_text(data, "instanceId"), hosted, versions, _text(user, "id").lower(), name, is_program)


def _text(data: t.Mapping[str, t.Any], name: str) -> str:
    """What is no text says nothing."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def refuses_version(error: ServiceError) -> bool:
    """Whether the service does not speak the version of a request, and so has done nothing: too new for it, or a preview that has ended.

    observed: out of range (9.5); assumed: the other names of the family.
    """
    named = error.type_key in ("VssVersionNotSupportedException", "VssInvalidPreviewVersionException")
    return isinstance(error, VersionOutOfRangeError) or (named and error.status == 400)


def versions_for(latest: str) -> t.Mapping[str, str]:
    """The API versions to ask for, by area, of a service whose newest is ``latest``. :raises OptionError: it is too old."""
    major, _dot, minor = latest.partition(".")
    newest = (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)
    found = next((versions for least, versions in _VERSIONS if least <= newest), None)
    if found is None:
        raise OptionError(
            f"The server speaks the REST API {latest or 'of an unknown version'}, which is too old.",
            remedy="Azure DevOps Server 2019 (5.0) is the oldest supported.",
        )
    return found
