# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a connection itself says for or against moving it to a target: the rules that need nothing but what the lists show.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import fingerprint
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import about_credential
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Effect, Reason
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

Found = t.Iterator[tuple[str, Json]]


def codes(connection: ArmConnection, target: str, situation: Situation) -> Found:
    """Codes with their evidence; those that mean nothing towards the target are among them."""
    yield from _service(connection, target, situation)
    yield from _kind(connection, target)
    yield from _window(connection, situation)
    yield from _condition(connection, situation)
    if target == ENTRA_ISSUER:
        yield from _subject(connection, situation)


def _service(connection: ArmConnection, target: str, situation: Situation) -> Found:
    if not situation.hosted:
        yield "server_not_supported", {}
    moves = connection.scheme in (WIF, SERVICE_PRINCIPAL) and connection.scheme != target
    if situation.caller == "non_user" and connection.creation_mode == "automatic" and moves:
        yield "caller_not_user", {}
    if situation.entra_token is False:
        yield "caller_needs_entra_token", {}


def _kind(connection: ArmConnection, target: str) -> Found:
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


def _window(connection: ArmConnection, situation: Situation) -> Found:
    """Whether a federated connection can go back to its secret (3.2)."""
    if connection.scheme != WIF:
        return
    if connection.creation_mode != "automatic":
        yield "revert_manual", {"creation_mode": connection.creation_mode}
    elif (window := connection.revert_window(situation.now)) in ("none", "over"):
        shown = format_time(connection.revert_deadline) if window == "over" else None
        yield "revert_window_passed", {"deadline": shown}
    if situation.earlier_of(connection.id).rollback == "impossible":
        yield "dead_secret_known", {}


def _condition(connection: ArmConnection, situation: Situation) -> Found:
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
    if connection.id.lower() in situation.busy:
        yield "not_ready", {"another_run": True}
    if connection.id.lower() in situation.unconfirmed:
        yield "issuer_migration_unconfirmed", {"journal": True}
    if connection.id.lower() in situation.excluded:
        yield "excluded", {}
    approved = situation.approved.get(connection.id.lower())
    if approved is not None and approved != fingerprint(connection):
        yield "changed_since_plan", {"approved": connection.id.lower() not in situation.not_approved}


def failed_for_want_of_credential(connection: ArmConnection, situation: Situation) -> bool:
    """Whether its last operation failed for want of a federated credential, which may be there by now: then it is worth asking again.

    A connection whose creation failed is not ready and has no identity that could have one.
    """
    handed_off = situation.earlier_of(connection.id).status == "needs_person"
    whole = connection.ready and bool(connection.client_id)
    return connection.state == "failed" and whole and (handed_off or about_credential(connection.status_message))


def not_known(connection: ArmConnection, target: str, situation: Situation) -> t.Iterator[Reason]:
    """Facts that decide block; a fact that only changes the odds warns."""
    known_schemes = (WIF, SERVICE_PRINCIPAL, "managed_identity", "publish_profile")
    if connection.scheme not in known_schemes:
        yield Reason("unknown", "blocks", {"fact": "authorization scheme", "value": connection.scheme})
    if target == WIF and connection.scheme == SERVICE_PRINCIPAL and situation.caller == "unknown":
        yield Reason("unknown", "warns", {"fact": "whether the caller is a person"})
    if target == ENTRA_ISSUER:
        yield from _not_known_of_the_migration(connection, situation)
    if target == SERVICE_PRINCIPAL and connection.revert_window(situation.now) == "unknown":
        # Azure DevOps knows; a person who names the connection may have it asked.
        effect: Effect = "warns" if situation.named else "blocks"
        yield Reason("unknown", effect, {"fact": "revert deadline", "value": connection.revert_deadline_text})
    yield from _not_known_of_the_answer(connection, target, situation)
    if (
        situation.federation
        and target == WIF
        and connection.scheme == SERVICE_PRINCIPAL
        and connection.creation_mode != "automatic"
        and not (connection.issuer and connection.subject)
    ):
        yield Reason("unknown", "warns", {"fact": "which issuer and subject Azure DevOps wants"})


def _not_known_of_the_answer(connection: ArmConnection, target: str, situation: Situation) -> t.Iterator[Reason]:
    """What decides whether Azure DevOps takes the request, and nobody but it can tell."""
    by_the_service = connection.scheme == SERVICE_PRINCIPAL and connection.creation_mode == "automatic"
    doubtful = not situation.tenant and (connection.tenant_id or "").lower() in situation.doubtful_tenants
    if target == WIF and by_the_service and doubtful:
        # It converts in its own tenant only (3.4), which it does not tell; nor does this sign-in.
        fact = "whether its tenant is that of the organization"
        yield Reason("unknown", "warns", {"fact": fact, "value": connection.tenant_id})
    earlier = situation.earlier_of(connection.id)
    if earlier.refusal and earlier.status != "needs_person":
        fact = "whether Azure DevOps carries it out, which it refused before"
        yield Reason("unknown", "warns", {"fact": fact, "value": earlier.refusal, "refused_at": earlier.refused_at})


def _not_known_of_the_migration(connection: ArmConnection, situation: Situation) -> t.Iterator[Reason]:
    """The request names the connection by its old subject, so it needs one; who may send it is not documented (4.2, 4.3)."""
    if connection.scheme != WIF or connection.issuer_kind == "entra":
        return
    if connection.issuer_kind != "azure_devops" or not connection.subject:
        yield Reason("unknown", "blocks", {"fact": "issuer and subject", "value": connection.issuer})
    if situation.entra_token is None:
        yield Reason("unknown", "warns", {"fact": "whether access_token is one of Microsoft Entra"})
    if situation.caller == "non_user":
        yield Reason("unknown", "warns", {"fact": "whether Azure DevOps takes a migration from a service principal"})


def _subject(connection: ArmConnection, situation: Situation) -> Found:
    """The migration is asked for by the stored subject (4.2): it must be this connection's own, and nobody else's."""
    if connection.scheme != WIF or connection.issuer_kind != "azure_devops":
        return
    owner, subject = connection.owner, connection.subject or ""
    own = f"/{owner.name}/{owner.connection_name}"
    # Organizations are named in any case in addresses; the rest counts to the letter.
    its_own = (
        subject.lower().startswith(f"sc://{situation.organization}/".lower())
        and subject.partition("://")[2].partition("/")[2] == own[1:]
    )
    others = situation.subjects.get(subject.lower(), 0) - 1
    if subject and (not its_own or others > 0):
        own = f"sc://{situation.organization}{own}"
        yield "subject_mismatch", {"subject": subject, "own": own, "others_with_it": max(0, others)}
