# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients ask first: connectionData, OPTIONS _apis and the resource areas."""

from __future__ import annotations

from typing import Any

from .caller import Caller
from .calls import Call
from .identifiers import guid
from .profiles import Profile
from .replies import JSON, Reply, answer, collection, dump
from .resources import RESOURCES
from .routing import Resource
from .versions import dotted, resource_version


def connection_data(call: Call) -> Reply:
    """Who am I, and which organization is this."""  # observed: 1
    identity = _identity(call.caller)
    return answer(
        {
            "authenticatedUser": identity,
            "authorizedUser": identity,
            "instanceId": call.world.organization_id,
            "deploymentId": guid("deployment", call.world.organization_id),
            "deploymentType": "hosted" if call.site.profile.hosted else "onPremises",
            "locationServiceData": {
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
                "defaultAccessMappingMoniker": "PublicAccessMapping",
                "lastChangeId": 29491,
                "lastChangeId64": 29491,
            },
        }
    )


def _identity(caller: Caller) -> dict[str, Any]:
    return {
        "id": caller.id,
        "descriptor": caller.descriptor,
        "subjectDescriptor": caller.subject_descriptor,
        "providerDisplayName": caller.display_name,
        "isActive": True,
        "properties": {"Account": {"$type": "System.String", "$value": caller.account}},
        "resourceVersion": 2,
        "metaTypeId": 0,
    }


def options(call: Call) -> Reply:
    """Every route; the body begins with a byte order mark."""  # observed: 1
    profile = call.site.profile
    rows = [_row(item, profile) for item in RESOURCES]
    return Reply(200, b"\xef\xbb\xbf" + dump({"count": len(rows), "value": rows}), JSON)


def _row(resource: Resource, profile: Profile) -> dict[str, Any]:
    return {
        "id": resource.id,
        "area": resource.area,
        "resourceName": resource.name,
        "routeTemplate": resource.template,
        "resourceVersion": resource_version(resource.name, resource.resource_version, profile),
        "minVersion": dotted(resource.minimum),
        "maxVersion": dotted(profile.latest),
        "releasedVersion": "0.0" if resource.preview else dotted(profile.released),
    }


def resource_areas(call: Call) -> Reply:
    """Empty: everything is on this host."""  # observed: 1 (on-prem; the cloud names the same host)
    return collection([])
