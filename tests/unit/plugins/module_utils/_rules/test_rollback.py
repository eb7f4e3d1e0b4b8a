# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether there is a way back: only what was read is promised."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts, IdentityFacts
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._rules.rollback import rollback, rollback_of_converted

from unit.plugins._helpers.connections import NOW, VSTOKEN, connection, converted, federated, raw

LATER, PAST = NOW + timedelta(days=90), NOW - timedelta(days=1)
WORKS = Facts(tested=Verification(result="ok"))
LISTED = Facts(identity=IdentityFacts(kind="application", passwords=(LATER,)))
MIXED = Facts(identity=IdentityFacts(kind="application", passwords=(PAST, LATER)))
EXPIRED = Facts(identity=IdentityFacts(kind="application", passwords=(PAST,)))
GONE = Facts(identity=IdentityFacts(kind="missing"))
WRONG = Facts(tested=Verification(result="credential_failed", message="AADSTS7000215: Invalid client secret."))
MANUAL: dict[str, t.Any] = {"data": {"creationMode": "Manual"}}


@pytest.mark.parametrize(
    ("before", "target", "facts", "state"),
    [
        (raw(), WIF, Facts(), "unknown"),
        (raw(), WIF, MIXED, "unknown"),
        (raw(), WIF, WORKS, "possible"),
        (raw(), WIF, LISTED, "possible"),
        (raw(), WIF, EXPIRED, "impossible"),
        (raw(), WIF, GONE, "impossible"),
        (raw(), WIF, WRONG, "impossible"),
        (raw(), WIF, Facts(identity=IdentityFacts(kind="application")), "impossible"),
        (raw(**MANUAL), WIF, WORKS, "impossible"),
        (raw(data={"creationMode": None}), WIF, WORKS, "impossible"),
        (converted(), SERVICE_PRINCIPAL, Facts(), "possible"),
        (converted(), SERVICE_PRINCIPAL, EXPIRED, "possible"),
        (federated(issuer=VSTOKEN), ENTRA_ISSUER, WORKS, "impossible"),
        (federated(issuer=VSTOKEN), ENTRA_ISSUER, LISTED, "impossible"),
    ],
)
def test_the_way_back_after_a_move(before: Json, target: str, facts: Facts, state: str) -> None:
    found = rollback(connection(before), target, facts, NOW)
    assert found.state == state
    assert found.why.endswith(".")


def test_when_a_secret_ends_the_way_back_ends_too() -> None:
    assert "but not after 2026-08-30T12:00:00Z" in rollback(connection(), WIF, LISTED, NOW).why
    assert "but not after" not in rollback(connection(), WIF, WORKS, NOW).why


@pytest.mark.parametrize(
    ("found", "facts", "state", "said"),
    [
        (connection(converted(3)), LISTED, "possible", "The deadline is 2026-06-04T12:00:00Z."),
        (connection(converted(3)), Facts(), "unknown", "The deadline is 2026-06-04T12:00:00Z."),
        (connection(converted(3)), EXPIRED, "impossible", "no secret to go back to"),
        (connection(converted(3)), WORKS, "unknown", "not known"),
        (connection(federated(NOW + timedelta(seconds=1))), LISTED, "possible", "deadline"),
        (connection(federated(NOW)), LISTED, "impossible", "seven days to go back are over"),
        (connection(converted(-1)), LISTED, "impossible", "seven days to go back are over"),
        (connection(federated()), LISTED, "impossible", "no deadline"),
        (connection(federated(data={"revertSchemeDeadline": "soon"})), LISTED, "unknown", "cannot be relied on: soon."),
        (connection(converted(3, **MANUAL)), LISTED, "impossible", "a person created"),
        (connection(raw()), LISTED, "unknown", "Nothing is done to it"),
        (connection(raw(scheme="ManagedServiceIdentity")), LISTED, "unknown", "Nothing is done to it"),
    ],
)
def test_the_way_back_of_one_that_was_converted_before(
    found: ArmConnection, facts: Facts, state: str, said: str
) -> None:
    way_back = rollback_of_converted(found, facts, NOW)
    assert way_back.state == state
    assert said in way_back.why
