# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before anything is written: options that contradict each other, and what the service or Microsoft's article rules out.

PRIVATE to the collection, and pure. Each refusal names the options and says what to do instead. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import (
    METHODS,
    SCOPE_PARTS,
    Method,
    manages_federation,
    method_of,
    possible,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Caller, Desired
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF
from ansible_collections.azdo.connections.plugins.module_utils._model.role_assignment import refuse_privileged

_OTHER_SIGN_IN = "Sign in with Microsoft Entra (service_principal, managed_identity, workload_identity or azure_cli)"


class ServerNotSupportedError(OptionError):
    """Something that only Azure DevOps Services can do."""

    code = "server_not_supported"


def sharing_not_supported() -> ServerNotSupportedError:
    return ServerNotSupportedError(
        "Sharing between projects needs Azure DevOps Server 2020 or newer; this one is older.",
        remedy="Leave shared_with out; on this server each project has connections of its own.",
    )


def server_not_supported(what: str) -> ServerNotSupportedError:
    return ServerNotSupportedError(
        f"{what} needs Azure DevOps Services; this is an Azure DevOps Server.",
        remedy="Servers support a service principal with a key or a certificate, the agent's managed identity, and a publish profile.",
    )


def refuse_contradictions(desired: Desired, caller: Caller) -> None:
    """The rules on what was set, before any request. What depends on whether the connection exists waits for :func:`complete`.

    :raises OptionError: it cannot work, whatever there is already.
    """
    method = method_of(desired)
    if desired.scheme or desired.creation_mode:
        refuse_misplaced(method, desired)
        refuse_ruled_out(method, desired, caller, possible(method, desired))
    _refuse_scope_mix(desired)
    if desired.environment is not None:
        refuse_server_url(desired, desired.environment)
    _refuse_role(desired)
    if desired.verify_before and not (desired.key or desired.certificate):
        raise OptionError(
            "verify asks for a test before saving, but there is no service_principal.key or certificate to test.",
            remedy="Only settings with a secret can be tested before they are saved: use verify after.",
        )
    _refuse_idle_removal(desired)
    if desired.secret_version is not None:
        _refuse_version(desired)
    if desired.renew_secret and not desired.secret:
        raise OptionError(
            "update_secret is always, but the task brings no secret.",
            remedy="Set service_principal.key, service_principal.certificate or publish_profile.",
        )


def _refuse_idle_removal(desired: Desired) -> None:
    """What would look as if checks were taken away, and nothing would be."""
    asked = [option for option in ("remove_unknown_checks", "remove_all_checks") if getattr(desired, option)]
    managed = [access.checks for access in (desired.access, *(share.access for share in desired.shares or ()))]
    for option in asked:
        if desired.append_checks:
            raise OptionError(
                f"{option} and append_checks are both set.",
                remedy="append_checks takes no check away: leave one of the two out.",
            )
        if all(checks is None for checks in managed):
            raise OptionError(
                f"{option} is set, and the task has no checks, so it would take none away.",
                remedy="Set checks to those that are wanted, [] for none, or leave it out.",
            )


def _refuse_version(desired: Desired) -> None:
    if not desired.secret:
        raise OptionError(
            "secret_version is set, but the task brings no secret.",
            remedy="Set service_principal.key, service_principal.certificate or publish_profile, of which it is the version.",
        )
    if desired.renew_secret:
        raise OptionError(
            "secret_version is set, and update_secret is always.",
            remedy="With a version the secret is sent when that changes: leave update_secret out.",
        )


def refuse_server_url(desired: Desired, environment: str) -> None:
    """:raises OptionError: there is an address that only an Azure Stack has."""
    if desired.server_url and environment != "AzureStack":
        raise OptionError(
            f"server_url is set, but environment is {environment}.",
            remedy="server_url is the address of an Azure Stack: set environment to AzureStack, or leave server_url out.",
        )


def refuse_on_server(desired: Desired) -> None:
    """What only Azure DevOps Services can do. :raises ServerNotSupportedError: the task asks for it."""
    method = method_of(desired)
    if (desired.scheme or desired.creation_mode) and not any(item.on_servers for item in possible(method, desired)):
        raise server_not_supported(f"A connection with {method.title}")
    wanted = {
        "A role assignment": bool(desired.roles),
        "A federated credential": desired.federation not in (None, "skip"),
        "An application that is made": desired.application is not None,
        "A managed identity that is made": desired.made_identity is not None,
    }
    for what, is_wanted in wanted.items():
        if is_wanted:
            raise server_not_supported(what)


def refuse_unreachable(desired: Desired, caller: Caller) -> None:
    """What needs Graph or Resource Manager whatever the connection is, with a sign-in that opens Azure DevOps only.

    :raises OptionError: it cannot work.
    """
    if desired.federation in ("create", "require") or (desired.scheme == WIF and manages_federation(desired)):
        refuse_unreachable_federation(desired, caller)
    if caller.reaches_azure:
        return
    for option, where, given in (
        (role_option(desired), "Azure Resource Manager", desired.roles),
        ("application", "Microsoft Graph", desired.application),
        ("managed_identity.create", "Azure Resource Manager", desired.made_identity),
    ):
        if given:
            raise OptionError(
                f"{option} needs {where}, and a personal access token or a ready access token opens Azure DevOps only.",
                remedy=f"{_OTHER_SIGN_IN}, or do that elsewhere and leave {option} out.",
            )
    if desired.identity and not (desired.client_id and desired.tenant_id):
        raise OptionError(
            "The client id and the tenant of managed_identity.resource_id are looked up in Azure Resource Manager, and a personal access "
            "token or a ready access token opens Azure DevOps only.",
            remedy=f"{_OTHER_SIGN_IN}, or set managed_identity.client_id and managed_identity.tenant_id too.",
        )


def refuse_unreachable_federation(desired: Desired, caller: Caller) -> None:
    """:raises OptionError: the federated credential is managed, and cannot be reached."""
    if not caller.reaches_azure:
        where = "Azure Resource Manager" if desired.managed_identity else "Microsoft Graph"
        raise OptionError(
            f"The federated credential is written through {where}, and a personal access token or a ready access token opens Azure DevOps only.",
            remedy=f"{_OTHER_SIGN_IN}, or set federated_credential.mode to skip: issuer and subject are returned, so that you can add it yourself.",
        )
    if desired.managed_identity and not desired.identity:
        raise OptionError(
            "The federated credential belongs to a managed identity, and managed_identity.resource_id is not set.",
            remedy="Set it, or set federated_credential.mode to skip.",
        )


def refuse_misplaced(method: Method, desired: Desired) -> None:
    """Options that have no meaning for the method."""
    given = {option for option, value in values(desired).items() if value and option != "managed_identity"}
    for option in sorted(given - method.options):
        raise OptionError(
            f"{option} does not go together with {method.title}.",
            remedy=f"Leave it out, or set scheme and creation_mode for what you mean. {_who_takes(option)}",
        )
    if desired.creation_mode == "automatic" and desired.federation == "create":
        raise OptionError(
            "federated_credential.mode is create, but creation_mode is automatic.",
            remedy="Azure DevOps writes the credential itself then: use require to check it, or leave federated_credential out.",
        )


def _who_takes(option: str) -> str:
    takers = [method.title for method in METHODS.values() if option in method.options]
    return f"It belongs to: {'; '.join(takers)}." if takers else ""


def refuse_ruled_out(method: Method, desired: Desired, caller: Caller, possible: list[Method]) -> None:
    """What the service, or Microsoft's article, does not offer for any of the possible methods."""
    if caller.kind == "non_user" and all(item.automatic for item in possible):
        way_out = (
            "Set creation_mode to manual with service_principal or managed_identity: the federated credential is then written for you."
            if method.scheme == WIF
            else "Set creation_mode to manual and bring the service principal and its key."
        )
        raise OptionError(
            f"creation_mode automatic needs a person: Azure DevOps creates {method.title} with the caller's own Entra token, "
            "and this task is signed in as a service principal or managed identity.",
            remedy=f"{way_out} To manage a connection that exists, leave creation_mode out.",
        )
    environment, level = desired.environment, desired.level
    if environment and not any(environment in item.environments for item in possible):
        raise OptionError(
            f"environment {environment} is not offered for {method.title}.",
            remedy=_instead("environments", environment),
        )
    if level and not any(level in item.levels for item in possible):
        raise OptionError(f"scope.level {level} is not offered for {method.title}.", remedy=_instead("levels", level))


def _instead(what: str, value: str) -> str:
    offered = [method.title for method in METHODS.values() if value in getattr(method, what)]
    return f"It is offered for {'; '.join(offered)}."


def _refuse_scope_mix(desired: Desired) -> None:
    """Parts of a scope that belong to another level."""
    level = desired.level
    if level is None:
        return
    odd = [f"scope.{part}" for part in desired.scope if part != "level" and part not in SCOPE_PARTS[level]]
    if odd:
        raise OptionError(
            f"{listed(odd)} set, but the scope level is {level}.",
            remedy=f"A scope of that level consists of {', '.join(SCOPE_PARTS[level])}.",
        )


def _refuse_role(desired: Desired) -> None:
    if not desired.roles:
        return
    for wish in desired.roles:
        refuse_privileged(wish.role, allowed=wish.allow_privileged, option=wish.option)
    if desired.managed_identity and not desired.identity:
        raise OptionError(
            f"{role_option(desired)} is set, but managed_identity.resource_id is not.",
            remedy="Set it: the principal of a managed identity is looked up there.",
        )
    if not (desired.client_id or desired.identity or desired.application):
        raise OptionError(
            f"{role_option(desired)} is set, but the task does not say who gets the role.",
            remedy="Set application, managed_identity.create, or service_principal.client_id or managed_identity.resource_id.",
        )


def role_option(desired: Desired) -> str:
    """The option with which the task speaks of roles in Azure."""
    return desired.roles[0].option if desired.roles else "role_assignment"


def values(desired: Desired) -> dict[str, t.Any]:
    """What the task says about identity and secret, by option."""
    by_identity = desired.identity_option
    return {
        f"{by_identity}.client_id": desired.client_id,
        f"{by_identity}.tenant_id": desired.tenant_id,
        "managed_identity": desired.identity or (desired.managed_identity and desired.client_id),
        "managed_identity.resource_id": None if desired.made_identity else desired.identity,
        "service_principal.key": desired.key,
        "service_principal.certificate": desired.certificate,
        "publish_profile": desired.publish_profile,
        "web_app_id": desired.web_app_id,
        "federated_credential": desired.audience or (desired.federation if desired.federation != "skip" else None),
        "application": desired.application,
        "managed_identity.create": desired.made_identity,
        **{wish.option: wish for wish in desired.roles},
    }


def listed(options: t.Sequence[str]) -> str:
    return f"{' and '.join(options)} {'are' if len(options) > 1 else 'is'}"
