# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reason codes: what each says, what to do about it, and its effect towards each target.

PRIVATE to the collection, and pure. The codes and their effects are a contract with playbooks: a code is never renamed, and what it does towards
each target is the table below.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    Json,
)

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
    "incomplete_answer": Rule(
        "Azure DevOps answers only a part of the connection, and sending that back would take away the rest.",
        "Run again. If it stays so, check that the caller may see all projects that share it, and look at it in the portal.",
        ("blocks", "blocks", "blocks"),
    ),
    "unreadable_answer": Rule(
        "The answer of Azure DevOps has a field that makes no sense, so nobody knows what else in it is wrong.",
        "Look at the connection in the portal, and save it there; if it stays so, report it.",
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
        "Name it with connections and set federated_credential; issuer and subject are what the portal shows under Convert.",
        ("blocks", None, None),
    ),
    "revert_manual": Rule(
        "Azure DevOps cannot revert a connection that a person created.",
        "Make a new secret for its application, and a new connection with it; the federated one stays as it is.",
        (None, "blocks", None),
    ),
    "revert_window_passed": Rule(
        "The seven days in which it could be reverted are over, or it was never converted.",
        "Repair the federation (issuer, subject and audience of its federated credential), or make a new secret and a new connection with it.",
        (None, "blocks", None),
    ),
    "dead_secret_known": Rule(
        "When it was converted, its secret was known not to work: reverted, it could not sign in.",
        "Keep the federation; set allow_irreversible to true to revert it all the same.",
        (None, "blocks", None),
    ),
    "irreversible": Rule(
        "It could not be taken back afterwards, or it is not known whether it could.",
        "Set allow_irreversible to true if that is accepted.",
        ("blocks", None, "blocks"),
    ),
    "secret_expired": Rule(
        "Its secret has expired.",
        "A conversion needs no secret, so convert it; there is no way back to this one.",
        ("informs", "blocks", None),
    ),
    "secret_missing": Rule(
        "Its application has no secret that Entra accepts.",
        "A conversion needs no secret, so convert it; for the way back make a new secret and a new connection.",
        ("informs", "blocks", None),
    ),
    "application_missing": Rule(
        "Microsoft Entra knows no application with its client id.",
        "Create a new connection: this one cannot sign in any more.",
        ("blocks", "blocks", "blocks"),
    ),
    "application_multi_tenant": Rule(
        "Its application signs in people of several tenants.",
        "Its Azure DevOps issuer stays supported. For the Microsoft Entra issuer make it single-tenant first.",
        ("informs", None, "blocks"),
    ),
    "other_tenant": Rule(
        "It leads to another tenant than the one that this run signs in to.",
        "Run it as somebody of that tenant, or one by one in the portal.",
        ("warns", "informs", "blocks"),
    ),
    "federated_credential_limit": Rule(
        "Its application has no room for one more federated credential.",
        "Remove one that nothing uses any more.",
        ("blocks", None, "blocks"),
    ),
    "federated_credential_mismatch": Rule(
        "A federated credential is there that nearly fits, but does not.",
        "Correct it or remove it: Entra compares issuer, subject and audience to the letter.",
        ("warns", None, "warns"),
    ),
    "in_use_now": Rule(
        "A pipeline is using it just now.",
        "Run again when it has ended, or set allow_in_use to true.",
        ("blocks", "blocks", "blocks"),
    ),
    "pipeline_not_ready": Rule(
        "A pipeline that is not ready for workload identity federation used it.",
        "Update the tasks of that pipeline, then take it out of hold_pipelines.",
        ("blocks", None, None),
    ),
    "subject_mismatch": Rule(
        "Its subject names another organization, project or connection than its own, and the migration goes by that name.",
        "Migrate it in the portal.",
        (None, None, "blocks"),
    ),
    "issuer_migration_unconfirmed": Rule(
        "Its migration was asked for before, and whether it was carried out is not known.",
        "Look at its issuer in the portal; if it is still the old one, set resend to true.",
        (None, None, "blocks"),
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
    "old_credential_in_use": Rule(
        "Another connection still signs in with its old federated credential.",
        "Migrate that connection first.",
        (None, None, "blocks"),
    ),
    "excluded": Rule("It was left out by decision.", "Take it out of exclude.", ("blocks", "blocks", "blocks")),
    "changed_since_plan": Rule(
        "It is not what it was when the plan was made.",
        "Make a new plan, look at it and apply that.",
        ("blocks", "blocks", "blocks"),
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


# Codes that are about who asks, not about the connection.
OF_THE_CALLER = {"caller_not_user", "caller_needs_entra_token", "other_tenant"}


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
