# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an existing connection cannot become, ever or just now, or as far as anybody could see.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import SCOPE_PARTS
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Caller, Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import Edits
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

# The parts of a scope that the type definition of azurerm lets change; for an automatic connection they decided where its role was assigned.
MOVABLE = ("resource_group", "ml_workspace_name", "ml_workspace_location")


# Any of them shows that the service speaks the newest model, so that a field it leaves out is empty (2.4).
NEWER_FIELDS = ("creationDate", "modificationDate", "modifiedBy", "isOutdated")
_UNTOLD = {"enabled": "isDisabled", "service_management_reference": "serviceManagementReference"}
# What a field that the service does not know amounts to: without one a connection is enabled and has no reference.
_WITHOUT_FIELD: dict[str, t.Any] = {"enabled": True, "service_management_reference": ""}
ALLOW_UNREACHED = "Leave out of the task what this service does not take, or set allow_unreached to do without it."


class ImmutableError(AzdoError):
    """The task wants something else of a connection for life."""

    code = "immutable"


class NotNowError(AzdoError):
    """The change is possible in principle, but would do harm now."""

    code = "not_now"


class UnreachedError(AzdoError):
    """The connection is not as the task declares it, although nothing was refused. ``details["options"]`` names what is not."""

    code = "unreached"


def refuse_immutable(desired: Desired, connection: ArmConnection, target: Target) -> None:
    if desired.scheme and desired.scheme != connection.scheme:
        raise ImmutableError(
            f"{connection.name!r} has the scheme {connection.scheme}, and the task wants {desired.scheme}.",
            remedy="Between secret and workload identity federation convert it with azdo.connections.azdo_arm_connection_convert; "
            "every other scheme needs a connection of its own, under another name.",
        )
    if desired.secret and connection.scheme != _scheme_of_secret(desired):
        raise OptionError(
            f"The task brings a secret, but {connection.name!r} has the scheme {connection.scheme}, which stores none of that kind.",
            remedy="Leave the secret out.",
        )
    automatic = connection.creation_mode == "automatic"
    if desired.secret and automatic:
        raise OptionError(
            f"The task brings a secret, but that of {connection.name!r} was made by Azure DevOps (creation mode automatic).",
            remedy="Leave the secret out; in the portal, editing and saving the connection renews it.",
        )
    for option, before, after in _for_life(desired, connection, target):
        if after is not None and not same(before, after):
            raise ImmutableError(
                f"{option} of {connection.name!r} is {before or 'not set'} and cannot be changed to {after}.",
                remedy="Leave the option out, or create another connection under another name and move the pipelines to it.",
                option=option,
                before=before,
                after=after,
            )
    other = target.client_id is not None and not same(target.client_id, connection.client_id)
    if other and connection.scheme == SERVICE_PRINCIPAL and not desired.secret:
        raise OptionError(
            f"service_principal.client_id of {connection.name!r} is {connection.client_id}; another one needs its own secret.",
            remedy="Set service_principal.key or service_principal.certificate, too.",
        )


def _for_life(
    desired: Desired, connection: ArmConnection, target: Target
) -> t.Iterator[tuple[str, str | None, str | None]]:
    """Option, value now, wanted value of everything that cannot be changed: what the type definition marks, and what decided about the identity."""
    level = connection.scope["level"] or "subscription"
    yield "creation_mode", connection.creation_mode, desired.creation_mode
    yield "environment", connection.environment or "AzureCloud", desired.environment
    yield "server_url", connection.url, desired.server_url
    # What the other parts imply is not enough: a resource group alone may be that of a workspace.
    yield "scope.level", level, desired.scope.get("level")
    for part in ("subscription_id", "management_group_id"):
        yield f"scope.{part}", connection.scope[part], desired.scope.get(part)
    if connection.creation_mode == "automatic":
        for part in MOVABLE:
            yield f"scope.{part}", connection.scope[part], desired.scope.get(part)
    if connection.creation_mode == "automatic" or connection.scheme not in (WIF, SERVICE_PRINCIPAL):
        yield "client_id", connection.client_id, target.client_id
    for part in set(desired.scope) - {"level"} - set(SCOPE_PARTS.get(level, desired.scope)):
        yield f"scope.{part}", connection.scope[part], desired.scope[part]
    yield "tenant_id", connection.tenant_id, target.tenant_id
    yield "web_app_id", connection.web_app_id, desired.web_app_id


def _scheme_of_secret(desired: Desired) -> str:
    return "publish_profile" if desired.publish_profile else SERVICE_PRINCIPAL


def refuse_harm(edits: Edits, connection: ArmConnection, caller: Caller, now: datetime) -> None:
    if connection.creation_mode == "automatic" and caller.kind == "non_user":
        raise NotNowError(
            f"{connection.name!r} was created by Azure DevOps (creation mode automatic), and saving it again needs a person: this task is signed in as a "
            "service principal or managed identity.",
            remedy="Run this task with a personal access token or az login; pipelines and shares can be managed as it is.",
        )
    deadline = connection.revert_deadline
    # One that cannot be read may lie in the future.
    if deadline > now if deadline is not None else connection.revert_deadline_text:
        raise NotNowError(
            f"{connection.name!r} was converted and can go back to its secret until {format_time(deadline) or connection.revert_deadline_text}; "
            "whether it still can after a change is not known.",
            remedy="Change it after that time.",
        )
    if edits.name is not None and connection.scheme == WIF and connection.issuer_kind != "entra":
        raise NotNowError(
            f"{connection.name!r} signs in with the Azure DevOps issuer, whose subject contains its name: renamed, pipelines could not sign in any more.",
            remedy="Move it to the Microsoft Entra issuer first; its subject survives a new name.",
        )


def refuse_untold(desired: Desired, connection: ArmConnection) -> list[str]:
    """Fields of newer models that the answer does not have. Warnings about what is left alone.

    :raises UnreachedError: what the task declares differs from what a connection without the field is, unless ``allow_unreached`` is set.
    """
    untold = [
        option
        for option, key in _UNTOLD.items()
        if getattr(desired, option) is not None and not connection.offers(key, *NEWER_FIELDS)
    ]
    beyond = [option for option in untold if getattr(desired, option) != _WITHOUT_FIELD[option]]
    if beyond and not desired.allow_unreached:
        raise UnreachedError(
            f"{' and '.join(beyond)} cannot be set: this service does not tell the value, so whether it takes it over cannot be seen.",
            remedy=ALLOW_UNREACHED,
            options=beyond,
        )
    return [f"{option} was left alone: this service does not tell its value." for option in untold]
