# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test after a move says about the move."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import (
    Verification,
    classify,
    judge_move,
)

RESULTS = (
    "ok",
    "federation_failed",
    "credential_failed",
    "azure_permission",
    "caller_not_allowed",
    "not_testable",
    "unknown",
)
# The verdict by the result afterwards: whatever it was before, and what is special about one result before.
TABLE: dict[str, tuple[str, dict[str, str]]] = {
    "ok": ("good", {}),
    "not_testable": ("good", {}),
    "federation_failed": ("bad", {}),
    "credential_failed": ("bad", {}),
    # It got a token; whether the role was there before could not be known without one.
    "azure_permission": ("unproven", {"ok": "bad", "azure_permission": "good"}),
    "caller_not_allowed": ("unproven", {}),
    "unknown": ("bad", {"unknown": "unproven"}),
}


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(RESULTS)


@pytest.mark.parametrize("before", [None, *RESULTS])
@pytest.mark.parametrize("after", RESULTS)
def test_only_what_was_no_better_before_is_forgiven(before: str | None, after: str) -> None:
    usual, special = TABLE[after]
    verdict = judge_move(Verification(result=before) if before else None, Verification(result=after), None)
    assert verdict == special.get(before or "", usual)


@pytest.mark.parametrize("before", [None, *RESULTS])
def test_a_connection_to_one_resource_group_may_not_read_the_subscription(before: str | None) -> None:
    known = Verification(result=before) if before else None
    assert judge_move(known, Verification(result="azure_permission"), "rg") == "good"
    assert judge_move(known, Verification(result="federation_failed"), "rg") == "bad"


@pytest.mark.parametrize(
    ("message", "of_the_tenant"),
    [
        ("AADSTS700238: Tokens issued by issuer 'x' may not be used for federated identity credential flows.", True),
        ("AADSTS700223: Tenant is not allowed to use federated credentials.", True),
        ("AADSTS900382: Confidential client is not supported in cross cloud requests.", True),
        ("AADSTS70021: No matching federated identity record found.", False),
        ("AADSTS700213: No matching federated identity record found for presented assertion subject.", False),
        ("AADSTS7002381: something else", False),
        ("", False),
    ],
)
def test_a_failure_of_the_tenant_would_meet_the_next_one_too(message: str, of_the_tenant: bool) -> None:
    found = classify({"statusCode": "401", "errorMessage": message})
    assert found.of_the_tenant is of_the_tenant


@pytest.mark.parametrize(("times", "persistent"), [(1, False), (2, True), (9, True)])
def test_once_is_not_lasting(times: int, persistent: bool) -> None:
    assert Verification(result="federation_failed", times=times).persistent is persistent
