# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to create a connection, and which of them the options of a task mean.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import SERVICE_PRINCIPAL, WIF

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


OPTIONAL_PARTS = {("subscription", "resource_group")}


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


_ROLES = ("role_assignment", "role_assignments")


# An application that the task makes takes the place of one whose client id it gives.
_MADE = "application"


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
        _APPLICATION, _MADE, _FEDERATED, *_ROLES, levels=_LEVELS, environments=_NOT_STACK, needs=(_APPLICATION,),
    ),
    "manual_federation_identity": _method(
        "workload identity federation with an existing managed identity, manual", WIF, "manual",
        *_IDENTITY, "managed_identity.create", _FEDERATED, *_ROLES, levels=_LEVELS, environments=_NOT_STACK, needs=("managed_identity",),
    ),
    "automatic_secret": _method(
        "a secret with an automatic app registration", SERVICE_PRINCIPAL, "automatic",
        levels=_LEVELS, environments=_AUTOMATIC,
    ),
    "key": _method(
        "an existing service principal with a key, manual", SERVICE_PRINCIPAL, "manual",
        _APPLICATION, "service_principal.key", *_ROLES, levels=_LEVELS[:2], environments=_EVERYWHERE,
        needs=(_APPLICATION, "service_principal.key"), on_servers=True,
    ),
    "certificate": _method(
        "an existing service principal with a certificate, manual", SERVICE_PRINCIPAL, "manual",
        _APPLICATION, "service_principal.certificate", *_ROLES, levels=_LEVELS[:2], environments=_EVERYWHERE,
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


def method_of(desired: Desired) -> Method:
    """The method that the options mean. What they leave open is decided as a creation decides it: federation, and manual with an identity."""
    scheme = desired.scheme or WIF
    mode = desired.creation_mode or ("manual" if desired.has_identity else "automatic")
    if scheme == "managed_identity":
        return METHODS["agent_identity"]
    if scheme == "publish_profile":
        return METHODS["publish_profile"]
    if scheme == SERVICE_PRINCIPAL:
        manual = "certificate" if desired.certificate else "key"
        return METHODS["automatic_secret" if mode == "automatic" else manual]
    return METHODS[f"{mode}_federation{'_identity' if desired.managed_identity else ''}"]


def manages_federation(desired: Desired) -> bool:
    """Whether the task is about the federated credential: when it says so, or describes the identity of a manual connection with federation."""
    method = method_of(desired)
    if desired.federation is not None:
        return desired.federation != "skip"
    described = desired.client_id or desired.identity or desired.application
    return method.scheme == WIF and not method.automatic and bool(described)


def possible(method: Method, desired: Desired) -> list[Method]:
    """The methods that the connection may have been created with, if it exists: what was not set is open."""
    if desired.scheme and (desired.creation_mode or method.creation_mode is None):
        return [method]
    return [
        item
        for item in METHODS.values()
        if desired.scheme in (None, item.scheme) and desired.creation_mode in (None, item.creation_mode)
    ]
