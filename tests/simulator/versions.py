# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""API versions: asked for in the query or in Accept, refused when missing, too new or preview without saying so."""

from __future__ import annotations

import re

from .calls import Call
from .errors import Failure
from .profiles import Profile
from .routing import Operation

_VERSION = re.compile(r"(\d+)\.(\d+)(-preview(?:\.(\d+))?)?", re.IGNORECASE)


def dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def asked_version(call: Call) -> str | None:
    """The query wins over Accept."""  # documented: 1
    asked = call.ask("api-version")
    if asked:
        return asked
    for part in call.headers.get("accept", "").split(";"):
        key, _equals, value = part.strip().partition("=")
        if key.lower() == "api-version":
            return value.strip()
    return None


def negotiate(call: Call, operation: Operation, profile: Profile) -> None:
    """Set the call's version or raise the 400 that Azure DevOps gives."""
    asked = asked_version(call)
    if not asked:
        if not operation.versioned:
            return
        raise Failure(  # documented: 1 (required on every call); typeKey assumed
            400,
            "VssVersionNotSpecifiedException",
            f'No api-version was supplied for the "{call.method}" request. The version must be supplied either as part '
            'of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter '
            '(e.g. "?api-version=1.0").',
        )
    found = _VERSION.fullmatch(asked)
    if not found:
        raise Failure(400, "VssVersionNotSupportedException", f'The api-version "{asked}" is not valid.')  # assumed
    version = (int(found[1]), int(found[2]))
    if version > profile.latest:
        raise Failure(  # observed: 9.5 (text); the status is assumed
            400,
            "VssVersionOutOfRangeException",
            f"The requested REST API version of {dotted(version)} is out of range for this server. "
            f"The latest REST API version this server supports is {dotted(profile.latest)}.",
        )
    resource = operation.resource
    preview_needed = version > profile.released or (resource is not None and resource.preview)
    if profile.name == "server_2019" and resource is not None and resource.area == "serviceendpoint":
        preview_needed = True  # documented: 9.5
    if profile.name == "server_2020" and resource is not None and resource.name == "endpoints":
        preview_needed = True  # documented: 9.5 (6.0-preview.4)
    if preview_needed and not found[3]:
        raise Failure(  # documented: 9.5 (preview misuse is a 400); text assumed
            400,
            "VssInvalidPreviewVersionException",
            f'The requested version "{dotted(version)}" of the resource is under preview. The -preview flag must be '
            f'supplied in the api-version for such requests. For example: "{dotted(version)}-preview"',
        )
    if (
        found[4]
        and resource is not None
        and int(found[4]) > resource_version(resource.name, resource.resource_version, profile)
    ):
        raise Failure(  # assumed: 9.5
            400,
            "VssVersionNotSupportedException",
            f'The requested resource version "{asked}" of the resource {resource.name} is not supported.',
        )
    call.version = version
    call.version_text = asked


def resource_version(name: str, version: int, profile: Profile) -> int:
    return profile.endpoints_version if name == "endpoints" else version
