# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection that a task would create: what it left open is decided here, when it is known that there is none.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._desired.change_limits import (
    ALLOW_UNREACHED,
    UnreachedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import (
    OPTIONAL_PARTS,
    SCOPE_PARTS,
    Method,
    method_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import (
    TO_BE_MADE,
    Caller,
    Desired,
    Target,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import (
    listed,
    refuse_misplaced,
    refuse_ruled_out,
    refuse_server_url,
    server_not_supported,
    values,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import RESOURCE_MANAGER_URLS, Draft


def complete(desired: Desired, target: Target, caller: Caller, *, hosted: bool) -> Draft:
    """The connection to create, with everything that was left open decided.

    :param target: with the ids of the identity that the task describes, looked up where it gave only a resource.
    :raises OptionError: something is missing, or cannot work. :raises UnreachedError: a server does not know it.
    """
    method = method_of(desired)
    if not hosted and not method.on_servers:
        raise server_not_supported(f"A connection with {method.title}")
    if desired.name is None:
        raise OptionError("name is not set.", remedy="A new connection needs a name.")
    _refuse_unknown_to_servers(desired, hosted=hosted)
    refuse_misplaced(method, desired)
    refuse_ruled_out(method, desired, caller, [method])
    level, environment = desired.level or "subscription", desired.environment or "AzureCloud"
    refuse_server_url(desired, environment)
    tenant_id = target.tenant_id or (caller.tenant if caller.tenant and is_guid(caller.tenant) else None)
    to_be_made = target.client_id == TO_BE_MADE
    _refuse_missing(desired, method, level, environment, tenant_id or ("known when it is made" if to_be_made else None))
    return Draft(
        name=desired.name,
        description=desired.description or "",
        scheme=method.scheme,
        creation_mode=method.creation_mode,
        managed_identity=desired.managed_identity,
        environment=environment,
        url=str(desired.server_url) if environment == "AzureStack" else RESOURCE_MANAGER_URLS[environment],
        scope={**desired.scope, "level": level},
        tenant_id=tenant_id or "",
        client_id=target.client_id,
        key=desired.key,
        certificate=desired.certificate,
        publish_profile=desired.publish_profile,
        web_app_id=desired.web_app_id,
        secret_version=desired.secret_version,
        enabled=desired.enabled is not False,
        # Servers do not know it (2.4).
        service_management_reference=desired.service_management_reference if hosted else None,
    )


def _refuse_missing(desired: Desired, method: Method, level: str, environment: str, tenant_id: str | None) -> None:
    missing = [
        f"scope.{part}"
        for part in SCOPE_PARTS[level]
        if (level, part) not in OPTIONAL_PARTS and not desired.scope.get(part)
    ]
    given = values(desired)
    if desired.application:
        # Its client id is known as soon as it is made.
        given["service_principal.client_id"] = desired.application.unique_name
    missing += [option for option in method.needs if not given.get(option)]
    missing += ["server_url"] if environment == "AzureStack" and not desired.server_url else []
    if not tenant_id:
        missing.append(next(option for option in sorted(method.options) if option.endswith(".tenant_id")))
    if missing:
        raise OptionError(
            f"for {method.title} {listed(_told(missing))} missing.",
            remedy="Set what is missing; if it should exist, check project and name.",
            missing=missing,
        )


# One of the two is enough: the other one is looked up, or says what kind it is.
_EITHER = (
    ("scope.subscription_id", "scope.subscription_name"),
    ("scope.management_group_id", "scope.management_group_name"),
    ("service_principal.key", "service_principal.certificate"),
)


def _told(missing: t.Sequence[str]) -> list[str]:
    """The options for people to read."""
    told = list(missing)
    for one, other in _EITHER:
        if one in told and (other in told or one.startswith("service_principal")):
            told = [f"{one} or {other}" if option == one else option for option in told if option != other]
    return told


def _refuse_unknown_to_servers(desired: Desired, *, hosted: bool) -> None:
    """What a creation would not even send. :raises UnreachedError: the task declares it, and ``allow_unreached`` is not set."""
    if desired.service_management_reference and not hosted and not desired.allow_unreached:
        raise UnreachedError(
            "service_management_reference cannot be set: Azure DevOps Server does not know it.",
            remedy=ALLOW_UNREACHED,
            options=["service_management_reference"],
        )
