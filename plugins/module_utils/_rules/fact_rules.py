# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the facts around a connection say for or against moving it: the rules that need more than the connection itself.

PRIVATE to the collection, and pure. A fact that was asked for and could not be read is never taken for a good one. Section numbers are those of the
fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts, IdentityFacts, secret_of
from ansible_collections.azdo.connections.plugins.module_utils._rules.connection_rules import (
    failed_for_want_of_credential,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Effect, Reason
from ansible_collections.azdo.connections.plugins.module_utils._rules.rollback import Rollback
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

Found = t.Iterator[tuple[str, Json]]

# What is not known when the identity could not be read, and what that means towards each target.
_WITHOUT_IDENTITY: dict[str, tuple[Effect, str]] = {
    WIF: ("informs", "when the secret of its application ends, and whether there is room for a federated credential"),
    SERVICE_PRINCIPAL: ("warns", "whether the old secret of its application still works"),
    ENTRA_ISSUER: ("blocks", "whether the application accepts one tenant only and has room for a federated credential"),
}


def codes(
    connection: ArmConnection,
    target: str,
    situation: Situation,
    facts: Facts,
    way_back: Rollback,
    pair: tuple[str, str] | None,
) -> Found:
    """Codes with their evidence; those that mean nothing towards the target are among them.

    :param pair: issuer and subject, see :func:`hand_off.wanted_pair`.
    """
    yield from _use(facts, situation)
    yield from _secret(connection, facts, situation)
    yield from _identity(connection, target, facts.identity, situation, pair)
    if way_back.state != "possible" and situation.allow_irreversible is not None:
        yield "irreversible", {"rollback": way_back.state, "why": way_back.why}
    if way_back.state != "possible" and connection.id.lower() in situation.promised_back:
        yield "changed_since_plan", {"rollback": way_back.state, "why": way_back.why}


def not_read(target: str, situation: Situation, facts: Facts) -> t.Iterator[Reason]:
    """What should be known and is not. A fact that decides blocks; one that only changes the odds warns; else it informs."""
    if "use" in facts.unread and _use_decides(situation):
        yield _unknown("blocks", "whether a pipeline uses it just now, and which ones did", facts.unread["use"])
    if "identity" in facts.unread or (target == ENTRA_ISSUER and facts.identity is None):
        effect, what = _WITHOUT_IDENTITY[target]
        yield _unknown(effect, what, facts.unread.get("identity", "it was not asked for"))
    elif target == ENTRA_ISSUER and facts.identity and facts.identity.single_tenant is None:
        yield _unknown("blocks", "whether the application accepts one tenant only", "Microsoft Graph does not say")


def _unknown(effect: Effect, fact: str, why: str) -> Reason:
    return Reason("unknown", effect, {"fact": fact, "why": why})


def _use_decides(situation: Situation) -> bool:
    """Whether anything depends on the use. Where nothing does, a plan shows the latest one, a run does not ask, and both must say the same."""
    return not situation.allow_in_use or bool(situation.hold_pipelines)


def _use(facts: Facts, situation: Situation) -> Found:
    if facts.use is None or not _use_decides(situation):
        return
    if facts.use.running:
        yield (
            "in_use_now",
            {
                "runs": [
                    {**definition.to_result(), "project": definition.project, "started": at}
                    for definition, at in facts.use.running
                ]
            },
        )
    held = [
        definition
        for definition in facts.use.definitions
        if any(definition.answers_to(text) for text in situation.hold_pipelines)
    ]
    if held:
        yield "pipeline_not_ready", {"pipelines": [{**item.to_result(), "project": item.project} for item in held]}


def _secret(connection: ArmConnection, facts: Facts, situation: Situation) -> Found:
    secret = secret_of(connection, facts, situation.now)
    evidence = {"why": secret.why, "ended": format_time(secret.ends)}
    if secret.state == "expired":
        yield "secret_expired", evidence
    elif secret.state in ("missing", "wrong") and (facts.identity is None or facts.identity.kind != "missing"):
        yield "secret_missing", evidence


def _identity(
    connection: ArmConnection,
    target: str,
    identity: IdentityFacts | None,
    situation: Situation,
    pair: tuple[str, str] | None,
) -> Found:
    if situation.tenant and connection.tenant_id and situation.tenant.lower() != connection.tenant_id.lower():
        yield "other_tenant", {"tenant_id": connection.tenant_id, "signed_in_to": situation.tenant}
    if identity is None:
        return
    if identity.kind == "missing":
        yield "application_missing", {"client_id": connection.client_id}
        return
    if identity.single_tenant is False:
        yield "application_multi_tenant", {"sign_in_audience": identity.audience}
    has_room = len(identity.credentials) < federated_credential.MOST_CREDENTIALS
    if not has_room and not _prepared(connection, target, identity, situation, pair):
        yield "federated_credential_limit", {"federated_credentials": len(identity.credentials)}
    made = [
        item
        for item in identity.credentials
        if federated_credential.names_connection(item, connection, situation.organization, situation.organization_id)
        == "entra"
    ]
    answered = situation.earlier_of(connection.id).status == "needs_person" or failed_for_want_of_credential(
        connection, situation
    )
    # Whoever gives the pair has it prepared; of a request the journal would know.
    given = situation.pairs.get(connection.id.lower())
    answered = answered or any(item.pair == given for item in made)
    if target == ENTRA_ISSUER and connection.issuer_kind == "azure_devops" and made and not answered:
        # Somebody asked for the migration before, or prepared it by hand: from here both look alike.
        yield "issuer_migration_unconfirmed", {"federated_credential": made[0].name}
    if pair and (near := federated_credential.near_miss(identity.credentials, *pair)):
        yield (
            "federated_credential_mismatch",
            {
                "name": near.name,
                "issuer": near.issuer,
                "subject": near.subject,
                "audience": near.audience,
                "differs_in": federated_credential.told_difference(near, *pair),
            },
        )


def _prepared(
    connection: ArmConnection,
    target: str,
    identity: IdentityFacts,
    situation: Situation,
    pair: tuple[str, str] | None,
) -> bool:
    """Whether a credential for the connection is there already, so that it needs no room."""
    kinds = ("entra",) if target == ENTRA_ISSUER else ("entra", "azure_devops")
    wanted = pair if target == WIF else None
    return any(
        item.pair == wanted
        or federated_credential.names_connection(item, connection, situation.organization, situation.organization_id)
        in kinds
        for item in identity.credentials
    )
