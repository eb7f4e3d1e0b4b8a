# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to create a connection, and what the service or Microsoft's article rules out for each.

PRIVATE to the collection, and pure. A combination that cannot work is refused before the first request. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._bodies import RESOURCE_MANAGER_URLS, Draft
from ansible_collections.azdo.connections.plugins.module_utils._connection import SERVICE_PRINCIPAL, WIF
from ansible_collections.azdo.connections.plugins.module_utils._desired import Desired, is_guid
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._roles import refuse_privileged

_EVERYWHERE = ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud", "AzureStack")
_NOT_STACK = _EVERYWHERE[:3]
# Microsoft's pages rule out Azure Stack and Azure US Government for everything automatic (2.7, and the page of special cases).
_AUTOMATIC = ("AzureCloud", "AzureChinaCloud")
_LEVELS = ("subscription", "management_group", "ml_workspace")

# The parts of a scope that each level has, and those it cannot do without: the type definition of azurerm.
SCOPE_PARTS: dict[str, tuple[str, ...]] = {
    "subscription": ("subscription_id", "subscription_name", "resource_group"),
    "management_group": ("management_group_id", "management_group_name"),
    "ml_workspace": (
        "subscription_id",
        "subscription_name",
        "resource_group",
        "ml_workspace_name",
        "ml_workspace_location",
    ),
}
_OPTIONAL_PARTS = {("subscription", "resource_group")}


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way to create a connection: a row of 2.9.

    :param options: the options about identity and secret that belong to it; ``needs`` are those it cannot do without.
    :param automatic: Azure DevOps makes the identity or its credential with the token of the person who calls (2.7).
    """

    title: str
    scheme: str
    creation_mode: str | None
    levels: tuple[str, ...]
    environments: tuple[str, ...]
    options: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    on_servers: bool = False

    @property
    def automatic(self) -> bool:
        return self.creation_mode == "automatic"


_APPLICATION, _IDENTITY = "service_principal.client_id", ("managed_identity.resource_id", "managed_identity.client_id")
_FEDERATED = "federated_credential"
_ROLE = "role_assignment"


def _method(title: str, scheme: str, mode: str | None, *options: str, **other: t.Any) -> Method:
    described_by = (
        "managed_identity" if scheme == "managed_identity" or _IDENTITY[0] in options else "service_principal"
    )
    tenant = f"{described_by}.tenant_id"
    return Method(title=title, scheme=scheme, creation_mode=mode, options=frozenset({tenant, *options}), **other)


METHODS: dict[str, Method] = {
    "automatic_federation": _method(
        "workload identity federation with an automatic app registration", WIF, "automatic", _FEDERATED,
        levels=_LEVELS, environments=_AUTOMATIC,
    ),
    "automatic_federation_identity": _method(
        "workload identity federation with an existing managed identity, automatic", WIF, "automatic",
        *_IDENTITY, _FEDERATED, levels=_LEVELS, environments=_AUTOMATIC, needs=("managed_identity",),
    ),
    # That a workspace works here is assumed: Microsoft's article lists the other two levels.
    "manual_federation": _method(
        "workload identity federation with an existing app registration, manual", WIF, "manual",
        _APPLICATION, _FEDERATED, _ROLE, levels=_LEVELS, environments=_NOT_STACK, needs=(_APPLICATION,),
    ),
    "manual_federation_identity": _method(
        "workload identity federation with an existing managed identity, manual", WIF, "manual",
        *_IDENTITY, _FEDERATED, _ROLE, levels=_LEVELS, environments=_NOT_STACK, needs=("managed_identity",),
    ),
    "automatic_secret": _method(
        "a secret with an automatic app registration", SERVICE_PRINCIPAL, "automatic",
        levels=_LEVELS, environments=_AUTOMATIC,
    ),
    "key": _method(
        "an existing service principal with a key, manual", SERVICE_PRINCIPAL, "manual",
        _APPLICATION, "service_principal.key", _ROLE, levels=_LEVELS[:2], environments=_EVERYWHERE,
        needs=(_APPLICATION, "service_principal.key"), on_servers=True,
    ),
    "certificate": _method(
        "an existing service principal with a certificate, manual", SERVICE_PRINCIPAL, "manual",
        _APPLICATION, "service_principal.certificate", _ROLE, levels=_LEVELS[:2], environments=_EVERYWHERE,
        needs=(_APPLICATION, "service_principal.certificate"), on_servers=True,
    ),
    "agent_identity": _method(
        "the managed identity of the agent", "managed_identity", None,
        levels=_LEVELS[:2], environments=_EVERYWHERE, on_servers=True,
    ),
    # No body was ever captured (2.9): its clouds and its address are assumed.
    "publish_profile": _method(
        "a publish profile", "publish_profile", None, "publish_profile", "web_app_id",
        levels=_LEVELS[:1], environments=_NOT_STACK, needs=("publish_profile", "web_app_id"), on_servers=True,
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who runs the task.

    :param kind: ``user``, ``non_user`` or ``unknown``.
    :param reaches_azure: whether the sign-in gives tokens for Graph and Resource Manager.
    :param tenant: the tenant of the sign-in, if it is known.
    """

    kind: str
    reaches_azure: bool
    tenant: str | None = None


class IdentityIds(t.Protocol):
    """What an identity is known by."""

    @property
    def client_id(self) -> str | None: ...

    @property
    def tenant_id(self) -> str | None: ...


class ServerNotSupportedError(OptionError):
    """Something that only Azure DevOps Services can do."""

    code = "server_not_supported"


def method_of(desired: Desired) -> Method:
    """The method that the options mean. What they leave open is decided as a creation decides it: federation, and manual with an identity."""
    scheme = desired.scheme or WIF
    has_identity = bool(desired.client_id or desired.identity or desired.key or desired.certificate)
    mode = desired.creation_mode or ("manual" if has_identity else "automatic")
    if scheme == "managed_identity":
        return METHODS["agent_identity"]
    if scheme == "publish_profile":
        return METHODS["publish_profile"]
    if scheme == SERVICE_PRINCIPAL:
        manual = "certificate" if desired.certificate else "key"
        return METHODS["automatic_secret" if mode == "automatic" else manual]
    return METHODS[f"{mode}_federation{'_identity' if desired.managed_identity else ''}"]


def refuse_contradictions(desired: Desired, caller: Caller) -> None:
    """The rules on what was set, before any request. What depends on whether the connection exists waits for :func:`complete`.

    :raises OptionError: it cannot work, whatever there is already.
    """
    method = method_of(desired)
    if desired.scheme or desired.creation_mode:
        _refuse_misplaced(method, desired)
        _refuse_ruled_out(method, desired, caller, _possible(method, desired))
    _refuse_scope_mix(desired)
    if desired.server_url and desired.environment not in (None, "AzureStack"):
        raise OptionError(
            f"server_url is set, but environment is {desired.environment}.",
            remedy="server_url is the address of an Azure Stack: set environment to AzureStack, or leave server_url out.",
        )
    _refuse_role(desired)
    if desired.verify_before and not (desired.key or desired.certificate):
        raise OptionError(
            "verify asks for a test before saving, but there is no service_principal.key or certificate to test.",
            remedy="Only settings with a secret can be tested before they are saved: use verify after.",
        )
    if desired.renew_secret and not desired.secret:
        raise OptionError(
            "update_secret is always, but the task brings no secret.",
            remedy="Set service_principal.key, service_principal.certificate or publish_profile.",
        )


def refuse_on_server(desired: Desired) -> None:
    """What only Azure DevOps Services can do. :raises ServerNotSupportedError: the task asks for it."""
    method = method_of(desired)
    if (desired.scheme or desired.creation_mode) and not any(item.on_servers for item in _possible(method, desired)):
        raise server_not_supported(f"A connection with {method.title}")
    for what, wanted in (("A role assignment", desired.role), ("A federated credential", desired.federation)):
        if wanted not in (None, "skip"):
            raise server_not_supported(what)


def manages_federation(desired: Desired) -> bool:
    """Whether the task is about the federated credential: when it says so, or describes the identity of a manual connection with federation."""
    method = method_of(desired)
    if desired.federation is not None:
        return desired.federation != "skip"
    if desired.secret:
        return False
    return method.scheme == WIF and not method.automatic and bool(desired.client_id or desired.identity)


def complete(desired: Desired, identity: IdentityIds, caller: Caller, *, hosted: bool) -> Draft:
    """The connection to create, with everything that was left open decided.

    :param identity: the ids of the identity that the task describes, looked up where it gave only a resource.
    :raises OptionError: something is missing, or cannot work.
    """
    method = method_of(desired)
    if not hosted and not method.on_servers:
        raise server_not_supported(f"A connection with {method.title}")
    if desired.name is None:
        raise OptionError("name is not set.", remedy="A new connection needs a name.")
    _refuse_misplaced(method, desired)
    _refuse_ruled_out(method, desired, caller, [method])
    level, environment = desired.level or "subscription", desired.environment or "AzureCloud"
    if desired.server_url and environment != "AzureStack":
        raise OptionError(
            f"server_url is set, but environment is {environment}.",
            remedy="server_url is the address of an Azure Stack: set environment to AzureStack, or leave server_url out.",
        )
    tenant_id = identity.tenant_id or (caller.tenant if caller.tenant and is_guid(caller.tenant) else None)
    _refuse_missing(desired, method, level, environment, tenant_id)
    return Draft(
        name=desired.name,
        description=desired.description or "",
        scheme=method.scheme,
        creation_mode=method.creation_mode,
        managed_identity=desired.managed_identity,
        environment=environment,
        url=str(desired.server_url) if environment == "AzureStack" else RESOURCE_MANAGER_URLS[environment],
        scope={**desired.scope, "level": level},
        tenant_id=str(tenant_id),
        client_id=identity.client_id,
        key=desired.key,
        certificate=desired.certificate,
        publish_profile=desired.publish_profile,
        web_app_id=desired.web_app_id,
        enabled=desired.enabled is not False,
        # Servers do not know it (2.4).
        service_management_reference=desired.service_management_reference if hosted else None,
    )


def _refuse_missing(desired: Desired, method: Method, level: str, environment: str, tenant_id: str | None) -> None:
    missing = [
        f"scope.{part}"
        for part in SCOPE_PARTS[level]
        if (level, part) not in _OPTIONAL_PARTS and not desired.scope.get(part)
    ]
    missing += [option for option in method.needs if not _values(desired).get(option)]
    missing += ["server_url"] if environment == "AzureStack" and not desired.server_url else []
    if not tenant_id:
        missing.append(next(option for option in sorted(method.options) if option.endswith(".tenant_id")))
    if missing:
        raise OptionError(
            f"for {method.title} {_listed(missing)} missing.",
            remedy="Set what is missing; if it should exist, check project and name.",
            missing=missing,
        )


def server_not_supported(what: str) -> ServerNotSupportedError:
    return ServerNotSupportedError(
        f"{what} needs Azure DevOps Services; this is an Azure DevOps Server.",
        remedy="Servers support a service principal with a key or a certificate, the agent's managed identity, and a publish profile.",
    )


def _listed(options: t.Sequence[str]) -> str:
    return f"{' and '.join(options)} {'are' if len(options) > 1 else 'is'}"


def _values(desired: Desired) -> dict[str, t.Any]:
    """What the task says about identity and secret, by option."""
    by_identity = desired.identity_option
    return {
        f"{by_identity}.client_id": desired.client_id,
        f"{by_identity}.tenant_id": desired.tenant_id,
        "managed_identity": desired.identity or (desired.managed_identity and desired.client_id),
        "managed_identity.resource_id": desired.identity,
        "service_principal.key": desired.key,
        "service_principal.certificate": desired.certificate,
        "publish_profile": desired.publish_profile,
        "web_app_id": desired.web_app_id,
        "federated_credential": desired.audience or (desired.federation if desired.federation != "skip" else None),
        "role_assignment": desired.role,
    }


def _refuse_misplaced(method: Method, desired: Desired) -> None:
    """Options that have no meaning for the method."""
    given = {option for option, value in _values(desired).items() if value and option != "managed_identity"}
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


def _possible(method: Method, desired: Desired) -> list[Method]:
    """The methods that the connection may have been created with, if it exists: what was not set is open."""
    if desired.scheme and (desired.creation_mode or method.creation_mode is None):
        return [method]
    return [
        item
        for item in METHODS.values()
        if desired.scheme in (None, item.scheme) and desired.creation_mode in (None, item.creation_mode)
    ]


def _refuse_ruled_out(method: Method, desired: Desired, caller: Caller, possible: list[Method]) -> None:
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
            f"{_listed(odd)} set, but the scope level is {level}.",
            remedy=f"A scope of that level consists of {', '.join(SCOPE_PARTS[level])}.",
        )


def refuse_unreachable(desired: Desired, caller: Caller) -> None:
    """What needs Graph or Resource Manager whatever the connection is, with a sign-in that opens Azure DevOps only.

    :raises OptionError: it cannot work.
    """
    if desired.federation in ("create", "require") or (desired.scheme == WIF and manages_federation(desired)):
        refuse_unreachable_federation(desired, caller)
    if caller.reaches_azure:
        return
    if desired.role:
        raise OptionError(
            "role_assignment needs Azure Resource Manager, and a personal access token or a ready access token opens Azure DevOps only.",
            remedy=f"{_OTHER_SIGN_IN}, or assign the role elsewhere and leave role_assignment out.",
        )
    if desired.identity and not (desired.client_id and desired.tenant_id):
        raise OptionError(
            "The client id and the tenant of managed_identity.resource_id are looked up in Azure Resource Manager, and a personal access "
            "token or a ready access token opens Azure DevOps only.",
            remedy=f"{_OTHER_SIGN_IN}, or set managed_identity.client_id and managed_identity.tenant_id too.",
        )


_OTHER_SIGN_IN = "Sign in with Microsoft Entra (service_principal, managed_identity, workload_identity or azure_cli)"


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


def _refuse_role(desired: Desired) -> None:
    if desired.role is None:
        return
    refuse_privileged(desired.role, allowed=desired.allow_privileged_role)
    if desired.managed_identity and not desired.identity:
        raise OptionError(
            "role_assignment is set, but managed_identity.resource_id is not.",
            remedy="Set it: the principal of a managed identity is looked up there.",
        )
    if not (desired.client_id or desired.identity):
        raise OptionError(
            "role_assignment is set, but the task does not say who gets the role.",
            remedy="Set service_principal.client_id or managed_identity.resource_id.",
        )
    if desired.role_scope is not None and not desired.role_scope.startswith("/"):
        raise OptionError(
            f"role_assignment.scope is {desired.role_scope!r}, which is not a scope.",
            remedy="It is the id of a subscription, resource group, management group or resource and starts with a slash.",
        )
