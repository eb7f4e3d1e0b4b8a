# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a connection can be moved to a target, and why not: the reason codes and the rules behind them.

PRIVATE to the collection, and pure. The codes and their effects are a contract with playbooks: a code is never renamed, and what it does
towards each target is the table below. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
    format_time,
)

ENTRA_ISSUER = "entra_issuer"
TARGETS = (WIF, SERVICE_PRINCIPAL, ENTRA_ISSUER)

Effect = t.Literal["blocks", "warns", "informs"]


@dataclass(frozen=True)
class Rule:
    """A reason code: what it says, what to do, and its effect towards each of ``TARGETS`` (None: it does not apply there)."""

    message: str
    remedy: str
    effects: tuple[Effect | None, Effect | None, Effect | None]


# One line of effects per code: towards workload identity federation, towards the service principal (a revert), towards the Entra issuer.
RULES: dict[str, Rule] = {
    "not_azurerm": Rule(
        "It is not an Azure Resource Manager connection.", "Take it out of the list.", ("blocks", "blocks", "blocks")
    ),
    "no_permission": Rule(
        "Azure DevOps shows this caller only a part of the connection.",
        "Ask its owners for the Administrator role on it in the owning project.",
        ("blocks", "blocks", "blocks"),
    ),
    "server_not_supported": Rule(
        "Azure DevOps Server has no workload identity federation.",
        "Only Azure DevOps Services can do this; keep the service principal and renew its secret.",
        ("blocks", "blocks", "blocks"),
    ),
    "already_federated": Rule(
        "It already uses workload identity federation.", "Nothing is to be done.", ("blocks", None, None)
    ),
    "already_service_principal": Rule(
        "It uses a service principal with a secret or certificate.",
        "Nothing is to be done for a revert; convert it before its issuer can be migrated.",
        (None, "blocks", "blocks"),
    ),
    "already_entra_issuer": Rule(
        "Its issuer is already Microsoft Entra.", "Nothing is to be done.", (None, None, "blocks")
    ),
    "agent_managed_identity": Rule(
        "It uses the managed identity of the agent and stores no secret.",
        "Create a new connection if federation is wanted.",
        ("blocks", "blocks", "blocks"),
    ),
    "publish_profile": Rule(
        "It uses a publish profile, which cannot be converted.",
        "Create a connection with workload identity federation and move the pipelines to it.",
        ("blocks", "blocks", "blocks"),
    ),
    "azure_stack": Rule(
        "Azure Stack does not support workload identity federation.",
        "Keep the service principal and renew its secret or certificate.",
        ("blocks", None, "blocks"),
    ),
    "sovereign_cloud": Rule(
        "It belongs to a sovereign cloud.",
        "Its Azure DevOps issuer stays supported and is not migrated; automatic federation is not offered everywhere, so try one connection first.",
        ("warns", None, "blocks"),
    ),
    "manual_needs_federated_credential": Rule(
        "A person created it with an existing identity, so Azure DevOps cannot add the federated credential.",
        "Have the owner of the application add the federated credential that the portal shows under Convert, then convert it there.",
        ("blocks", None, None),
    ),
    "revert_manual": Rule(
        "Azure DevOps cannot revert a connection that a person created.",
        "Give it a secret again by hand.",
        (None, "blocks", None),
    ),
    "revert_window_passed": Rule(
        "The seven days in which it could be reverted are over, or it was never converted.",
        "Create a new secret and a new connection if the way back is needed.",
        (None, "blocks", None),
    ),
    "shared_not_owner": Rule(
        "It belongs to another project than those of this run.",
        "Run it with the owning project among the projects, as somebody who administers the connection there.",
        ("blocks", "blocks", "blocks"),
    ),
    "shared": Rule(
        "Other projects use it too.",
        "Tell their owners, then set shared to include.",
        ("blocks", "blocks", "blocks"),
    ),
    "failed": Rule(
        "Its last operation failed.",
        "Open it in the portal, repair it with Verify and save, then run again.",
        ("blocks", "warns", "blocks"),
    ),
    "not_ready": Rule(
        "Azure DevOps is still working on it.", "Run again in a few minutes.", ("blocks", "blocks", "blocks")
    ),
    "disabled": Rule(
        "It is disabled, perhaps because it was not used for 100 days.",
        "Enable it if it is still needed, or set include_disabled to true; it stays disabled then.",
        ("blocks", "blocks", "blocks"),
    ),
    "caller_not_user": Rule(
        "Azure DevOps converts such a connection with the token of a person, and this caller is a service principal or managed identity.",
        "Sign in as a person: with a personal access token, or with az login and auth_source azure_cli.",
        ("blocks", "warns", None),
    ),
    "caller_needs_entra_token": Rule(
        "The issuer migration does not accept a personal access token.",
        "Sign in with Microsoft Entra, for example with az login and auth_source azure_cli.",
        (None, None, "blocks"),
    ),
    "not_started": Rule(
        "The run stopped before its turn came.",
        "Repair what failed and run again; what is done already stays done.",
        ("blocks", "blocks", "blocks"),
    ),
    "unknown": Rule(
        "A fact that matters could not be read.",
        "Give the caller the right to read it, or look it up in the portal.",
        ("blocks", "blocks", "blocks"),
    ),
}


@dataclass(frozen=True)
class Reason:
    """A code that applies to a connection, with the evidence for it."""

    code: str
    effect: Effect
    evidence: t.Mapping[str, t.Any] = field(default_factory=dict)

    def to_result(self) -> Json:
        """Shape: ``{code, effect, message, remedy, evidence}``."""
        rule = RULES[self.code]
        return {
            "code": self.code,
            "effect": self.effect,
            "message": rule.message,
            "remedy": rule.remedy,
            "evidence": dict(self.evidence),
        }


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the rules need to know beyond the connection.

    :param hosted: False for Azure DevOps Server.
    :param caller: ``user``, ``non_user`` or ``unknown`` (2.7, 3.2).
    :param entra_token: whether the caller signs in with Microsoft Entra.
    :param project_ids: the projects of this run; nothing outside them is touched.
    :param now: the present, in UTC.
    """

    hosted: bool
    caller: str
    entra_token: bool | None
    project_ids: frozenset[str]
    now: datetime
    include_shared: bool = False
    include_disabled: bool = False


def assess(
    connection: ArmConnection, target: str, situation: Situation, seen_in: t.Collection[str] = ()
) -> tuple[Reason, ...]:
    """Every reason that applies towards ``target``, in the order of ``RULES``; users repair all at once, so none hides another.

    A partial object gives one reason only: its gaps prove nothing (2.3). ``seen_in`` are the ids of the projects whose lists show the connection.
    """
    if connection.type and connection.type.lower() != "azurerm":
        return (_reason("not_azurerm", target, type=connection.type),)
    if missing := incomplete(connection, situation.hosted, seen_in):
        return (_reason("no_permission", target, missing=missing),)
    column = TARGETS.index(target)
    found = [
        *_service(connection, situation),
        *_kind(connection, target),
        *_window(connection, situation),
        *_condition(connection, situation),
    ]
    reasons = [Reason(code, effect, evidence) for code, evidence in found if (effect := RULES[code].effects[column])]
    lifted = {"shared": situation.include_shared, "disabled": situation.include_disabled}
    reasons = [Reason(r.code, "informs", r.evidence) if lifted.get(r.code) else r for r in reasons]
    reasons += _facts_not_read(connection, target, situation)
    order = list(RULES)
    return tuple(sorted(reasons, key=lambda reason: order.index(reason.code)))


def blocked(reasons: t.Iterable[Reason]) -> bool:
    return any(reason.effect == "blocks" for reason in reasons)


def done_already(reasons: t.Iterable[Reason], target: str) -> bool:
    """Whether the connection is at its target, so that nothing is to be done."""
    settled = {
        WIF: "already_federated",
        SERVICE_PRINCIPAL: "already_service_principal",
        ENTRA_ISSUER: "already_entra_issuer",
    }
    return any(reason.code == settled[target] for reason in reasons)


def incomplete(connection: ArmConnection, hosted: bool, seen_in: t.Collection[str] = ()) -> str:
    """What the answer lacks for being sent back whole, or an empty text. Sending back less than there is would take it away (2.11)."""
    if connection.partial:
        return "data, type or authorization"
    if not hosted:
        return ""
    if not connection.raw.get("serviceEndpointProjectReferences"):
        return "project references"
    if len(connection.references) != len(connection.raw["serviceEndpointProjectReferences"]):
        return "ids of project references"
    if connection.raw.get("isShared") is True and len(connection.references) < 2:
        return "project references of a shared connection"
    if not {reference.id for reference in connection.references}.issuperset(seen_in):
        return "the reference to a project that shows it"
    return ""


_Found = t.Iterator[tuple[str, Json]]


def _service(connection: ArmConnection, situation: Situation) -> _Found:
    if not situation.hosted:
        yield "server_not_supported", {}
    if situation.caller == "non_user" and connection.creation_mode == "automatic":
        yield "caller_not_user", {}
    if situation.entra_token is False:
        yield "caller_needs_entra_token", {}


def _kind(connection: ArmConnection, target: str) -> _Found:
    """What the connection is: scheme, creation mode, environment, issuer."""
    if connection.scheme == WIF:
        yield "already_federated", {}
        if connection.issuer_kind == "entra":
            yield "already_entra_issuer", {"issuer": connection.issuer}
    if connection.scheme == SERVICE_PRINCIPAL:
        yield "already_service_principal", {}
        if connection.creation_mode != "automatic":
            yield (
                "manual_needs_federated_credential",
                {"creation_mode": connection.creation_mode, "client_id": connection.client_id},
            )
    if connection.scheme == "managed_identity":
        yield "agent_managed_identity", {}
    if connection.scheme == "publish_profile":
        yield "publish_profile", {}
    if connection.environment == "AzureStack":
        yield "azure_stack", {}
    elif connection.environment not in ("AzureCloud", None):
        yield "sovereign_cloud", {"environment": connection.environment}


def _window(connection: ArmConnection, situation: Situation) -> _Found:
    """Whether a federated connection can go back to its secret (3.2)."""
    if connection.scheme != WIF:
        return
    if connection.creation_mode != "automatic":
        yield "revert_manual", {"creation_mode": connection.creation_mode}
    elif connection.revert_deadline is None and not connection.revert_deadline_text:
        yield "revert_window_passed", {"deadline": None}
    elif connection.revert_deadline is not None and connection.revert_deadline <= situation.now:
        yield "revert_window_passed", {"deadline": format_time(connection.revert_deadline)}


def _condition(connection: ArmConnection, situation: Situation) -> _Found:
    """How the connection is doing just now, and who else has it."""
    if connection.shared:
        yield "shared", {"projects": [reference.name for reference in connection.references]}
        if connection.owner.id not in situation.project_ids:
            yield "shared_not_owner", {"owner": connection.owner.name}
    if connection.state == "failed":
        yield "failed", {"status_message": connection.status_message}
    elif connection.state == "in_progress":
        yield "not_ready", {"status_message": connection.status_message}
    if not connection.enabled:
        yield "disabled", {}


def _facts_not_read(connection: ArmConnection, target: str, situation: Situation) -> t.Iterator[Reason]:
    """Facts that decide block; a fact that only changes the odds warns."""
    known_schemes = (WIF, SERVICE_PRINCIPAL, "managed_identity", "publish_profile")
    if connection.scheme not in known_schemes:
        yield Reason("unknown", "blocks", {"fact": "authorization scheme", "value": connection.scheme})
    if target == WIF and connection.scheme == SERVICE_PRINCIPAL and situation.caller == "unknown":
        yield Reason("unknown", "warns", {"fact": "whether the caller is a person"})
    if target == SERVICE_PRINCIPAL and connection.revert_deadline_text and connection.revert_deadline is None:
        yield Reason("unknown", "blocks", {"fact": "revert deadline", "value": connection.revert_deadline_text})
    if target == ENTRA_ISSUER and connection.scheme == WIF and connection.issuer_kind != "entra":
        yield Reason(
            "unknown",
            "blocks",
            {"fact": "whether the application accepts one tenant only and has room for a federated credential"},
        )


def _reason(code: str, target: str, **evidence: t.Any) -> Reason:
    return Reason(code, RULES[code].effects[TARGETS.index(target)] or "informs", evidence)
