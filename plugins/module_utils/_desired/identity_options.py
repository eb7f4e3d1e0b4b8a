# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says of an identity that it makes, and of the roles in Azure that the identity is to have.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._desired import values
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity_wishes import (
    ApplicationWish,
    ManagedIdentityWish,
)

# documented: 3 to 128 characters, of which the first is a letter or a digit.
_IDENTITY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}")
_UNIQUE_NAME = re.compile(r"[^\s/?#%]{1,120}")


@dataclass(frozen=True, kw_only=True)
class RoleWish:
    """A role that the identity is to have. ``option`` is where the task says so, ``scope`` None the scope of the connection.

    :param condition: in Azure's language of conditions; None is not managed.
    """

    option: str
    role: str
    scope: str | None = None
    condition: str | None = None
    allow_privileged: bool = False


def application_wish(given: t.Mapping[str, t.Any] | None) -> ApplicationWish | None:
    """:raises OptionError: its name cannot be one."""
    if not given:
        return None
    name = given["unique_name"].strip()
    values.refuse_nothing("application.unique_name", name)
    if not _UNIQUE_NAME.fullmatch(name):
        raise OptionError(
            f"application.unique_name is {name!r}, which cannot be one.",
            remedy="It has at most 120 characters, and no blanks, slashes, question marks, hashes or percent signs.",
        )
    owners = tuple(item.strip() for item in given["owners"] or ())
    for owner in owners:
        values.refuse_nothing("application.owners", owner)
    for option in ("display_name", "service_management_reference"):
        values.refuse_nothing(f"application.{option}", given[option], "leave it out")
    return ApplicationWish(
        unique_name=name,
        display_name=given["display_name"],
        owners=owners,
        service_management_reference=given["service_management_reference"],
    )


def identity_wish(identity: t.Mapping[str, t.Any], scope: t.Mapping[str, t.Any]) -> ManagedIdentityWish | None:
    """:param identity: what was set of ``managed_identity``. :raises OptionError: something is missing, or said twice."""
    given = identity.get("create")
    if not given:
        return None
    if identity.get("resource_id") or identity.get("client_id"):
        raise OptionError(
            "managed_identity.create is set, and managed_identity.resource_id or client_id, too.",
            remedy="create names the identity by itself, whether it is there or not: leave the others out.",
        )
    where = "managed_identity.create"
    name, group, location = (str(given[key]).strip() for key in ("name", "resource_group", "location"))
    for key, text in (("name", name), ("resource_group", group), ("location", location)):
        values.refuse_nothing(f"{where}.{key}", text)
    if not _IDENTITY_NAME.fullmatch(name):
        raise OptionError(
            f"{where}.name is {name!r}, which cannot be one.",
            remedy="It has 3 to 128 letters, digits, hyphens and underscores, and starts with a letter or a digit.",
        )
    if "/" in group:
        raise OptionError(f"{where}.resource_group is {group!r}, which is no name.", remedy="Give the name alone.")
    told = given.get("subscription_id") or values.scope(scope).get("subscription_id")
    if not told:
        raise OptionError(
            f"{where}.subscription_id is not set, and scope.subscription_id is not set either.",
            remedy=f"Set {where}.subscription_id: the name of a subscription is looked up only for the scope.",
        )
    subscription = values.guid(f"{where}.subscription_id", told)
    return ManagedIdentityWish(
        resource_id=f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}",
        location=location,
    )


def roles_of(params: t.Mapping[str, t.Any]) -> tuple[RoleWish, ...]:
    """:raises OptionError: both options are set, or one role is wanted twice at one scope."""
    single, several = params["role_assignment"], params["role_assignments"]
    if single and several is not None:
        raise OptionError(
            "role_assignment and role_assignments are both set.", remedy="Put all of them into role_assignments."
        )
    if single:
        return (_role("role_assignment", single),)
    wishes = tuple(_role("role_assignments", item) for item in several or ())
    seen: set[tuple[str, str]] = set()
    for wish in wishes:
        key = (wish.role.casefold(), (wish.scope or "").casefold())
        if key in seen:
            raise OptionError(f"role_assignments has {wish.role!r} twice at one scope.", remedy="Name each role once.")
        seen.add(key)
    return wishes


def _role(option: str, item: t.Mapping[str, t.Any]) -> RoleWish:
    role, condition = item["role"].strip(), item.get("condition")
    values.refuse_nothing(f"{option}.role", role)
    values.refuse_nothing(f"{option}.condition", condition, "leave it out")
    return RoleWish(
        option=option,
        role=role,
        scope=values.azure_scope(f"{option}.scope", item.get("scope")),
        condition=condition.strip() if condition else None,
        allow_privileged=bool(item.get("allow_privileged_role")),
    )
