# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reason codes: what each says, what to do about it, and its effect towards each target.

PRIVATE to the collection, and pure. The codes and their effects are a contract with playbooks: a code is never renamed, and what it does towards
each target is the table below.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from types import MappingProxyType

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    Json,
)

TARGETS = (WIF, SERVICE_PRINCIPAL, ENTRA_ISSUER)

Effect = t.Literal["blocks", "warns", "informs"]

NO_NAMES: t.Mapping[str, str] = MappingProxyType({})
_OPTION = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Rule:
    """A reason code.

    :param label: what it makes of a number of connections: "3 disabled". :param message: what it says of one.
    :param remedy: what to do, with the names of options in braces, because each door has its own.
    :param effects: towards each of ``TARGETS``; None: it does not apply there.
    """

    label: str
    message: str
    remedy: str
    effects: tuple[Effect | None, Effect | None, Effect | None]

    def remedy_for(self, names: t.Mapping[str, str] = NO_NAMES) -> str:
        """:param names: what the door calls the options of azdo_arm_connection_convert, where it does so otherwise."""
        return _OPTION.sub(lambda found: names.get(found[1], found[1]), self.remedy)


# One line of effects per code: towards workload identity federation, towards the service principal (a revert), towards the Entra issuer.
RULES: dict[str, Rule] = {
    "not_azurerm": Rule(
        "of another type",
        "The connection is no Azure Resource Manager connection.",
        "Take the connection out of the list.",
        ("blocks", "blocks", "blocks"),
    ),
    "no_permission": Rule(
        "visible only in part",
        "Azure DevOps shows this caller only a part of the connection.",
        "Ask the owners of the connection for the Administrator role on it in the owning project.",
        ("blocks", "blocks", "blocks"),
    ),
    "incomplete_answer": Rule(
        "answered only in part",
        "Azure DevOps answers only a part of the connection, and sending that back would take away the rest.",
        "Run again. If the answer stays so, check that the caller may see all projects that share the connection, and look at it in the portal.",
        ("blocks", "blocks", "blocks"),
    ),
    "unreadable_answer": Rule(
        "unreadable",
        "Azure DevOps answers with a field that makes no sense, so nobody knows what else about the connection is wrong.",
        "Look at the connection in the portal, and save it there; if it stays so, report it.",
        ("blocks", "blocks", "blocks"),
    ),
    "server_not_supported": Rule(
        "on a server without federation",
        "Azure DevOps Server has no workload identity federation.",
        "Only Azure DevOps Services can do this; keep the service principal and renew its secret.",
        ("blocks", "blocks", "blocks"),
    ),
    "already_federated": Rule(
        "already federated",
        "The connection already uses workload identity federation.",
        "Nothing is to be done.",
        ("blocks", None, None),
    ),
    "already_service_principal": Rule(
        "with a service principal",
        "The connection uses a service principal with a secret or certificate.",
        "A connection has to be converted before its issuer can be migrated; for a revert nothing is to be done.",
        (None, "blocks", "blocks"),
    ),
    "already_entra_issuer": Rule(
        "already with the Entra issuer",
        "The issuer of the connection is Microsoft Entra already.",
        "Nothing is to be done.",
        (None, None, "blocks"),
    ),
    "agent_managed_identity": Rule(
        "with the identity of an agent",
        "The connection uses the managed identity of the agent and stores no secret.",
        "Create a new connection if federation is wanted.",
        ("blocks", "blocks", "blocks"),
    ),
    "publish_profile": Rule(
        "with a publish profile",
        "The connection uses a publish profile, which cannot be converted.",
        "Create a connection with workload identity federation and move the pipelines to it.",
        ("blocks", "blocks", "blocks"),
    ),
    "azure_stack": Rule(
        "of Azure Stack",
        "Azure Stack, to which the connection leads, does not support workload identity federation.",
        "Keep the service principal and renew its secret or certificate.",
        ("blocks", None, "blocks"),
    ),
    "sovereign_cloud": Rule(
        "of a sovereign cloud",
        "The connection leads to a sovereign cloud: its Azure DevOps issuer stays supported there and is not migrated.",
        "Automatic federation is not offered in every sovereign cloud, so try one connection first.",
        ("warns", None, "blocks"),
    ),
    "manual_needs_federated_credential": Rule(
        "manual",
        "A person has made the connection with an identity of their own, so Azure DevOps cannot add the federated credential.",
        "Name the connection with {connections} and set {federated_credential}; issuer and subject are what the portal shows under Convert.",
        ("blocks", None, None),
    ),
    "revert_manual": Rule(
        "manual",
        "Azure DevOps cannot revert a connection that a person has made.",
        "Make a new secret for the application of the connection, and a new connection with that; the federated one stays as it is.",
        (None, "blocks", None),
    ),
    "revert_window_passed": Rule(
        "past the seven days",
        "The seven days in which the connection could be reverted are over, or it was never converted.",
        "Repair the federation (issuer, subject and audience of the federated credential), or make a new secret and a new connection with that.",
        (None, "blocks", None),
    ),
    "dead_secret_known": Rule(
        "with a secret that did not work",
        "When the connection was converted, its secret was known not to work: reverted, it could not sign in.",
        "Keep the federation; set {allow_irreversible} to true to revert the connection all the same.",
        (None, "blocks", None),
    ),
    "irreversible": Rule(
        "without a certain way back",
        "The connection could not be taken back afterwards, or it is not known whether it could.",
        "Set {allow_irreversible} to true if that is accepted.",
        ("blocks", None, "blocks"),
    ),
    "secret_expired": Rule(
        "with an expired secret",
        "The secret of the connection has expired.",
        "Only a conversion brings the connection back to work without a new secret; there is no way back from that, so it needs {allow_irreversible}.",
        ("informs", "blocks", None),
    ),
    "secret_missing": Rule(
        "without a secret",
        "The application of the connection has no secret that Microsoft Entra accepts.",
        "Only a conversion brings the connection back to work without a new secret; there is no way back from that, so it needs {allow_irreversible}.",
        ("informs", "blocks", None),
    ),
    "application_missing": Rule(
        "without an application",
        "Microsoft Entra knows no application with the client id of the connection.",
        "Create a new connection: this one cannot sign in any more.",
        ("blocks", "blocks", "blocks"),
    ),
    "application_multi_tenant": Rule(
        "with a multi-tenant application",
        "The application of the connection signs in people of several tenants: the Azure DevOps issuer stays supported there.",
        "For the Microsoft Entra issuer make the application single-tenant first.",
        ("informs", None, "blocks"),
    ),
    "other_tenant": Rule(
        "of another tenant",
        "The connection leads to another tenant than the one that this run signs in to.",
        "Move the connection as somebody of that tenant, or in the portal.",
        ("warns", "informs", "blocks"),
    ),
    "federated_credential_limit": Rule(
        "without room for a credential",
        "The application of the connection has no room for one more federated credential.",
        "Remove a federated credential that nothing uses any more.",
        ("blocks", None, "blocks"),
    ),
    "federated_credential_mismatch": Rule(
        "with a credential that nearly fits",
        "The application of the connection has a federated credential that nearly fits, but does not.",
        "Correct or remove that credential: Microsoft Entra compares issuer, subject and audience to the letter.",
        ("warns", None, "warns"),
    ),
    "in_use_now": Rule(
        "in use just now",
        "A pipeline is using the connection just now.",
        "Run again when the pipeline has ended, or set {allow_in_use} to true.",
        ("blocks", "blocks", "blocks"),
    ),
    "pipeline_not_ready": Rule(
        "used by a pipeline that is not ready",
        "A pipeline that uses the connection is not ready for workload identity federation.",
        "Change the tasks that are named and run that pipeline once; one that a person holds is named in {hold_pipelines}.",
        ("blocks", None, None),
    ),
    "pipeline_unknown": Rule(
        "with a pipeline that nobody can judge",
        "Whether the pipelines that use the connection go on working after the conversion is not known.",
        "Say with {task_support} which tasks support federation, set {readiness_expand} to true, or give the caller the right to read pipelines.",
        ("informs", None, None),
    ),
    "terraform_managed": Rule(
        "managed by Terraform",
        "Terraform manages the connection, and would replace it after this unless it is told first.",
        "Apply the lifecycle block that the hand-off shows for the connection, then name it in {terraform_confirmed}.",
        ("warns", "warns", None),
    ),
    "terraform_hint": Rule(
        "perhaps managed by Terraform",
        "The description says that Terraform manages the connection, and no state that was given has it.",
        "Give the state that has the connection with {terraform_state}, if there is one.",
        ("informs", "informs", None),
    ),
    "subject_mismatch": Rule(
        "with the subject of another",
        "The subject of the connection names another organization, project or connection than its own, and the migration goes by that name.",
        "Migrate the connection in the portal.",
        (None, None, "blocks"),
    ),
    "issuer_migration_unconfirmed": Rule(
        "asked for and not confirmed",
        "The migration of the connection was asked for before, and whether it was carried out is not known.",
        "Look at the issuer of the connection in the portal; if that is still the old one, set {resend} to true.",
        (None, None, "blocks"),
    ),
    "shared_not_owner": Rule(
        "of other projects",
        "The connection belongs to another project than those of this run.",
        "Run with the owning project among the projects, as somebody who administers the connection there.",
        ("blocks", "blocks", "blocks"),
    ),
    "shared": Rule(
        "shared with other projects",
        "Other projects use the connection, too.",
        "Tell the owners of those projects, then set {shared} to include.",
        ("blocks", "blocks", "blocks"),
    ),
    "failed": Rule(
        "in the state failed",
        "The last operation on the connection failed.",
        "Open the connection in the portal, repair it with Verify and save, then run again.",
        ("blocks", "warns", "blocks"),
    ),
    "not_ready": Rule(
        "in progress",
        "Azure DevOps is still working on the connection.",
        "Run again in a few minutes.",
        ("blocks", "blocks", "blocks"),
    ),
    "disabled": Rule(
        "disabled",
        "The connection is disabled, perhaps because it was not used for 100 days.",
        "Enable the connection if it is still needed, or set {include_disabled} to true; it stays disabled then.",
        ("blocks", "blocks", "blocks"),
    ),
    "caller_not_user": Rule(
        "not for a service principal",
        "Azure DevOps converts such a connection with the token of a person, and this caller is a service principal or managed identity.",
        "Sign in as a person: with a personal access token, or with az login and auth_source azure_cli.",
        ("blocks", "warns", None),
    ),
    "caller_needs_entra_token": Rule(
        "not for a personal access token",
        "The issuer migration of a connection does not accept a personal access token.",
        "Sign in with Microsoft Entra, for example with az login and auth_source azure_cli.",
        (None, None, "blocks"),
    ),
    "old_credential_in_use": Rule(
        "whose credential another one uses",
        "Another connection still signs in with the old federated credential of this one.",
        "Migrate the other connection first.",
        (None, None, "blocks"),
    ),
    "excluded": Rule(
        "left out by decision",
        "The connection was left out by decision.",
        "Take the connection out of {exclude} to have it moved.",
        ("blocks", "blocks", "blocks"),
    ),
    "changed_since_plan": Rule(
        "changed since the plan",
        "The connection is not what it was when the plan was made.",
        "Make a new plan, look at it and apply that.",
        ("blocks", "blocks", "blocks"),
    ),
    "not_started": Rule(
        "not begun",
        "The run stopped before the turn of the connection came.",
        "Repair what failed and run again; what is done already stays done.",
        ("blocks", "blocks", "blocks"),
    ),
    "unknown": Rule(
        "of which a fact is unknown",
        "A fact about the connection that matters could not be read.",
        "Give the caller the right to read that fact, or look the connection up in the portal.",
        ("blocks", "blocks", "blocks"),
    ),
}


# In the evidence of what blocks because nothing may break: a plan says of such a connection that it is left alone.
REQUIRED = "required"
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
            "remedy": rule.remedy_for(),
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
