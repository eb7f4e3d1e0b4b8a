# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a connection: everything that the rules say of moving it to a target.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.completeness import incomplete, shortness
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    WIF,
    ArmConnection,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._rules import (
    connection_rules,
    fact_rules,
    readiness_rules,
    terraform_rules,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff, awaited, wanted_pair
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import (
    OF_THE_CALLER,
    RULES,
    TARGETS,
    Effect,
    Reason,
    blocked,
    done_already,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.rollback import Rollback, rollback
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What there is to say of moving a connection to ``target``.

    :param reasons: everything that applies, in the order of ``RULES``; users repair all at once, so none hides another.
    :param rollback: the way back after that.
    :param pair: issuer and subject that it has, or towards workload identity federation those that the user gave.
    :param needs_credential: that credential must be there before the connection is moved, and is for us to see to.
    :param hand_off: what a person has to do first, as far as that is known before anything is written.
    :param facts: what was read around it, on which this rests; None if nothing was, and this is about the connection alone.
    """

    target: str
    reasons: tuple[Reason, ...]
    rollback: Rollback
    pair: tuple[str, str] | None = None
    needs_credential: bool = False
    hand_off: HandOff | None = None
    facts: Facts | None = None

    @property
    def blocked(self) -> bool:
        return blocked(self.reasons)

    @property
    def worth_asking(self) -> bool:
        """Whether the facts around it matter: another caller may be allowed to do what this one is not, and approve the same plan."""
        return not blocked(reason for reason in self.reasons if reason.code not in OF_THE_CALLER)

    @property
    def status(self) -> str:
        """The status of a row for which nothing is sent."""
        return idle_status(self.reasons, self.target)


def assess(
    connection: ArmConnection,
    target: str,
    situation: Situation,
    seen_in: t.Collection[str] = (),
    facts: Facts | None = None,
) -> Assessment:
    """The one call that knows the rules.

    :param seen_in: the ids of the projects whose lists show the connection.
    :param facts: None: judge by the connection alone. What blocks then is not worth asking more about.
    """
    known = situation.earlier_of(connection.id).rollback
    way_back = rollback(connection, target, facts or Facts(), situation.now, known)
    pair = wanted_pair(connection, target, situation)
    reasons = _reasons(connection, target, situation, seen_in, facts, way_back, pair)
    needed = needs_credential(connection, target, situation)
    hand_off = None
    # The last one is for the type checker: what is needed is never without it.
    if facts and needed and not blocked(reasons) and situation.federation:
        organization = (situation.organization, situation.organization_id)
        hand_off = awaited(connection, target, situation.federation, pair, facts.identity, organization)
    return Assessment(
        target=target,
        reasons=reasons,
        rollback=way_back,
        pair=pair,
        needs_credential=needed,
        hand_off=hand_off,
        facts=facts,
    )


def needs_credential(connection: ArmConnection, target: str, situation: Situation) -> bool:
    """Whether a federated credential must be there before the connection is moved, or after it was, and is for us to see to."""
    if situation.federation is None:
        return False
    if target == ENTRA_ISSUER:
        # Nobody knows whether the service writes it (4.3). Whoever gives the pair wants it there before.
        return connection.id.lower() in situation.pairs
    return connection.creation_mode != "automatic" and target == WIF


def _reasons(
    connection: ArmConnection,
    target: str,
    situation: Situation,
    seen_in: t.Collection[str],
    facts: Facts | None,
    way_back: Rollback,
    pair: tuple[str, str] | None,
) -> tuple[Reason, ...]:
    """A partial object gives one reason only: its gaps prove nothing (2.3)."""
    if connection.type and connection.type.lower() != "azurerm":
        return (_reason("not_azurerm", target, type=connection.type),)
    if missing := incomplete(connection, situation.hosted, seen_in):
        return (_reason(shortness(connection), target, missing=missing),)
    column = TARGETS.index(target)
    found = list(connection_rules.codes(connection, target, situation))
    found += fact_rules.codes(connection, target, situation, facts, way_back, pair) if facts else ()
    lifted = _lifted(situation)
    if connection_rules.failed_for_want_of_credential(connection, situation):
        lifted["failed"] = "warns"
    reasons = [
        Reason(code, lifted.get(code, effect), evidence)
        for code, evidence in found
        if (effect := RULES[code].effects[column])
    ]
    reasons += connection_rules.not_known(connection, target, situation)
    reasons += fact_rules.not_read(target, situation, facts) if facts else ()
    reasons += readiness_rules.reasons(connection, target, situation, facts) if facts else ()
    reasons += terraform_rules.reasons(connection, target, situation)
    if facts and connection.id.lower() in situation.not_approved and not blocked(reasons):
        # What kept it out of the plan is gone, so nobody has agreed to moving it.
        reasons.append(_reason("changed_since_plan", target, approved=False))
    order = list(RULES)
    return tuple(sorted(reasons, key=lambda reason: order.index(reason.code)))


def _reason(code: str, target: str, **evidence: t.Any) -> Reason:
    return Reason(code, RULES[code].effects[TARGETS.index(target)] or "informs", evidence)


def _lifted(situation: Situation) -> dict[str, Effect]:
    """What the user allowed: codes that would block, and what they do instead."""
    allowed = {
        "shared": situation.include_shared,
        "disabled": situation.include_disabled,
        "in_use_now": situation.allow_in_use,
        "manual_needs_federated_credential": situation.federation is not None,
        "irreversible": situation.allow_irreversible,
        "dead_secret_known": situation.allow_irreversible,
        "issuer_migration_unconfirmed": situation.resend,
    }
    lifted: dict[str, Effect] = {code: "informs" for code, given in allowed.items() if given}
    if situation.attempt_as_non_user:
        lifted["caller_not_user"] = "warns"
    return lifted


def idle_status(reasons: t.Iterable[Reason], target: str) -> str:
    """``unchanged`` for a connection that is where it should be, ``waiting`` for one whose last request is unconfirmed, else ``skipped``."""
    reasons = list(reasons)
    if any(reason.code == "issuer_migration_unconfirmed" and reason.effect == "blocks" for reason in reasons):
        return "waiting"
    return "unchanged" if done_already(reasons, target) else "skipped"
