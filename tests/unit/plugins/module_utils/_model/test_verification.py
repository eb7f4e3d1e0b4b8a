# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test after a move says about the move."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import (
    RESULTS,
    Verification,
    classify,
    failure,
    judge_move,
)

NO_BETTER = dict.fromkeys(
    ("identity_disabled", "identity_missing", "tenant_not_found", "blocked_by_policy", "credential_failed"), "unproven"
)
# The verdict by the result afterwards: whatever it was before, and what is special about one result before.
TABLE: dict[str, tuple[str, dict[str, str]]] = {
    "ok": ("good", {}),
    "not_testable": ("good", {}),
    "federation_failed": ("bad", {}),
    "credential_failed": ("bad", {}),
    # It got a token; whether the role was there before could not be known without one.
    "azure_permission": ("unproven", {"ok": "bad", "azure_permission": "good"}),
    "subscription_gone": ("unproven", {"ok": "bad", "subscription_gone": "good"}),
    "subscription_moved": ("unproven", {"ok": "bad", "subscription_moved": "good"}),
    # No way to sign in gets past these, so what could not be used before is still not the move's fault.
    "identity_disabled": ("bad", NO_BETTER),
    "identity_missing": ("bad", NO_BETTER),
    "tenant_not_found": ("bad", NO_BETTER),
    "blocked_by_policy": ("bad", NO_BETTER),
    "outage": ("unproven", {}),
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
        ("AADSTS700231: Tokens issued by issuer 'x' may not be used for federated identity credential flows.", True),
        ("AADSTS70052: The identity must be a managed identity or a single-tenant app.", False),
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


JWT = "Failed to obtain the Json Web Token(JWT) using service principal client ID. Exception message: "
QUERY = (
    "Failed to query service connection API: 'https://management.azure.com/subscriptions/x?api-version=2016-06-01'. Status Code: '{}', "
    'Response from server: \'{{"error":{{"code":"{}","message":"{}"}}}}\''
)


@pytest.mark.parametrize(
    ("status", "message", "result"),
    [
        ("badRequest", "AADSTS700213: No matching federated identity record found for presented assertion subject 'x'.", "federation_failed"),
        ("badRequest", "AADSTS7002138: The subject matches with case-insensitive comparison, but not with case-sensitive comparison.", "federation_failed"),
        ("badRequest", "AADSTS7002137: No matching federated identity record found. Please make sure the Subject is 'x'", "federation_failed"),
        ("badRequest", "AADSTS700212: No matching federated identity record found for presented assertion audience 'x'.", "federation_failed"),
        ("badRequest", "AADSTS7999999: No matching federated identity record found.", "federation_failed"),
        ("badRequest", "No matching federated identity record found.", "federation_failed"),
        ("badRequest", "AADSTS70052: The identity must be a managed identity or a single-tenant app.", "federation_failed"),
        ("badRequest", "AADSTS7000215: Invalid client secret provided.", "credential_failed"),
        ("badRequest", "AADSTS7000222: The provided client secret keys are expired.", "credential_failed"),
        ("badRequest", "AADSTS700016: Application with identifier 'x' was not found.", "credential_failed"),
        ("badRequest", "AADSTS90061: Request to External OIDC endpoint failed.", "outage"),
        ("badRequest", "AADSTS50166: Request to External OIDC endpoint failed", "outage"),
        ("serviceUnavailable", "", "outage"),
        ("badRequest", QUERY.format("ServiceUnavailable", "ServerBusy", "x"), "outage"),
        ("badRequest", "AADSTS7000229: The client application x is missing service principal in the tenant y.", "identity_missing"),
        ("badRequest", "AADSTS7000112: Application 'x'(name) is disabled.", "identity_disabled"),
        ("badRequest", "AADSTS90002: Tenant 'x' not found.", "tenant_not_found"),
        ("badRequest", "AADSTS53003: Access has been blocked by Conditional Access policies.", "blocked_by_policy"),
        ("badRequest", "AADSTS50005: User tried to log in to a device from a platform that's not supported.", "blocked_by_policy"),
        ("forbidden", QUERY.format("Forbidden", "AuthorizationFailed", "The client does not have authorization"), "azure_permission"),
        ("notFound", QUERY.format("NotFound", "SubscriptionNotFound", "The subscription 'x' could not be found."), "subscription_gone"),
        ("unauthorized", QUERY.format("Unauthorized", "InvalidAuthenticationTokenTenant", "from the wrong issuer"), "subscription_moved"),
        ("badRequest", "Exception Message: Object reference not set to an instance of an object.", "unknown"),
        ("internalServerError", "Exception Message: Object reference not set to an instance of an object.", "unknown"),
        # A code of Entra says that there was no token to ask anything else with.
        ("badRequest", "AADSTS123456: something. AuthorizationFailed", "unknown"),
        ("badRequest", "", "unknown"),
        ("", "", "unknown"),
        ("OK", "whatever", "ok"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrapped", ["", JWT])
def test_what_the_service_says(status: str, message: str, result: str, wrapped: str) -> None:
    found = classify({"statusCode": status, "errorMessage": wrapped + message if message else ""})
    assert found.result == result
    assert found.got_a_token is (result in ("ok", "azure_permission", "subscription_gone", "subscription_moved"))
    assert found.proves_nothing is (result == "outage")
    assert bool(found.remedy) is (result != "ok")


@pytest.mark.parametrize("result", RESULTS)
def test_what_another_try_may_mend(result: str) -> None:
    lasting = {
        "ok", "not_testable", "caller_not_allowed", "identity_disabled", "tenant_not_found", "blocked_by_policy", "subscription_gone",
        "subscription_moved",
    }  # fmt: skip
    assert Verification(result=result).transient is (result not in lasting)


@pytest.mark.parametrize("result", RESULTS)
def test_every_failure_says_what_to_do(result: str) -> None:
    error = failure(Verification(result=result, message="It says so."), None)
    if result in ("ok", "not_testable"):
        assert error is None
        return
    assert error is not None
    assert error.remedy.endswith(".")
    assert error.details == {"verification": result}


def test_the_difference_in_case_only_is_named() -> None:
    found = classify({"statusCode": "badRequest", "errorMessage": "AADSTS7002138: No match."})
    assert "differs from the connection's in upper and lower case only" in found.remedy


def test_a_row_of_another_result_lends_no_remedy() -> None:
    assert Verification(result="unknown", message="AADSTS7002138: x").remedy == RESULTS["unknown"]
