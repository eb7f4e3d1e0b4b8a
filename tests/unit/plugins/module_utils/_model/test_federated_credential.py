# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Federated credentials, role assignments and answers of a test, as tables: what they are called, which are ours, and what they mean."""

from __future__ import annotations

import re
import typing as t
import uuid

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model import (
    federated_credential,
    role_assignment,
    verification,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import (
    Credential,
    FederationError,
)
from hypothesis import given
from hypothesis import strategies as st

from unit.plugins._helpers.connections import CONNECTION_ID, ENTRA, VSTOKEN

Json = dict[str, t.Any]

SUBJECT = f"/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/dddddddd-0000-4000-8000-000000000001/{CONNECTION_ID}"
AUDIENCE = "api://AzureADTokenExchange"
WISH = federated_credential.wanted(CONNECTION_ID, ENTRA, SUBJECT, AUDIENCE)
APPLICATION = "The application X"
# Graph: 120 at most and fit for a URL (8.2); Resource Manager says it as an expression (8.3).
GRAPH_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_~.\-]{0,119}")
ARM_NAME = re.compile(r"[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}")
ORGANIZATION = "dddddddd-0000-4000-8000-000000000001"
PRINCIPAL = "99999999-0000-4000-8000-000000000001"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SUBSCRIPTION = "/subscriptions/eeeeeeee-0000-4000-8000-000000000001"


def credential(**changed: str) -> Credential:
    """One with the wanted pair under a name that is not ours, unless told."""
    usual = {"name": "by-hand", "issuer": ENTRA, "subject": SUBJECT, "audience": AUDIENCE, "key": "k"}
    return Credential(**{**usual, **changed})


def others(count: int) -> list[Credential]:
    return [credential(name=f"other-{number}", subject=f"sc://contoso/Payments/{number}") for number in range(count)]


# -- names -------------------------------------------------------------------------------------------------------------
@given(connection_id=st.uuids(), issuer=st.text(min_size=1, max_size=600), subject=st.text(min_size=1, max_size=600))
def test_a_name_is_valid_for_both_services(connection_id: uuid.UUID, issuer: str, subject: str) -> None:
    name = federated_credential.our_name(str(connection_id), issuer, subject)
    assert GRAPH_NAME.fullmatch(name)
    assert ARM_NAME.fullmatch(name)
    assert name.startswith(f"azdo-{connection_id}-")


def test_a_name_follows_from_connection_issuer_and_subject() -> None:
    name = federated_credential.our_name(CONNECTION_ID, ENTRA, SUBJECT)
    assert name == federated_credential.our_name(CONNECTION_ID, ENTRA, SUBJECT)
    changed = {
        federated_credential.our_name(CONNECTION_ID[:-1] + "2", ENTRA, SUBJECT),
        federated_credential.our_name(CONNECTION_ID, VSTOKEN, SUBJECT),
        federated_credential.our_name(CONNECTION_ID, ENTRA, SUBJECT.upper()),
        federated_credential.our_name(CONNECTION_ID, ENTRA + SUBJECT, ""),
    }
    assert len(changed | {name}) == 5


def test_the_case_of_a_connection_id_does_not_matter() -> None:
    assert federated_credential.our_name(CONNECTION_ID.upper(), ENTRA, SUBJECT) == WISH.name


def test_the_documented_form_of_a_name() -> None:
    assert re.fullmatch(rf"azdo-{CONNECTION_ID}-[0-9a-f]{{8}}", WISH.name)


# -- ours or not -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("found", "ours"),
    [
        (WISH, True),
        (credential(), False),
        (credential(name=CONNECTION_ID), False),
        (credential(name=f"azdo-{CONNECTION_ID}"), False),
        (credential(name=f"azdo-{CONNECTION_ID}-00000000"), False),
        (credential(name=WISH.name, subject="sc://contoso/Payments/other"), False),
        (credential(name=WISH.name, issuer=VSTOKEN), False),
        (credential(name=WISH.name, audience="api://other"), True),
        (credential(name=federated_credential.our_name(CONNECTION_ID[:-1] + "2", ENTRA, SUBJECT)), False),
    ],
)
def test_which_credentials_are_ours(found: Credential, ours: bool) -> None:
    assert federated_credential.is_ours(found, CONNECTION_ID) is ours


def test_a_credential_is_ours_however_the_id_is_spelled() -> None:
    assert federated_credential.is_ours(WISH, CONNECTION_ID.upper())


def test_what_we_wrote_for_the_former_issuer_is_ours_too() -> None:
    former = federated_credential.wanted(CONNECTION_ID, VSTOKEN, "sc://contoso/Payments/azure-prod", AUDIENCE)
    assert former.name != WISH.name
    assert federated_credential.is_ours(former, CONNECTION_ID)


# -- what a list means -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("existing", "state"),
    [
        ([], "missing"),
        (others(19), "missing"),
        ([WISH], "present"),
        ([*others(19), credential()], "present"),
        ([credential(name=WISH.name, audience="api://old")], "outdated"),
        ([credential(subject=SUBJECT.upper())], "missing"),
        ([credential(issuer=f"{ENTRA}/")], "missing"),
    ],
    ids=["empty", "others", "ours", "another-name", "ours-old-audience", "case-of-the-subject", "slash"],
)
def test_what_is_to_be_done(existing: list[Credential], state: str) -> None:
    verdict = federated_credential.judge(existing, WISH, APPLICATION)
    assert verdict.state == state
    assert (verdict.found is None) == (state == "missing")


def test_another_audience_of_a_credential_that_is_not_ours_is_not_touched() -> None:
    with pytest.raises(FederationError) as caught:
        federated_credential.judge([credential(audience="api://theirs")], WISH, APPLICATION)
    assert "'by-hand'" in caught.value.message
    assert "'api://theirs' in place of 'api://AzureADTokenExchange'" in caught.value.message
    assert "federated_credential.audience" in caught.value.remedy


@pytest.mark.parametrize("name", [WISH.name, WISH.name.upper()])
def test_our_name_with_another_pair_is_not_overwritten(name: str) -> None:
    with pytest.raises(FederationError) as caught:
        federated_credential.judge([credential(name=name, subject="sc://elsewhere")], WISH, APPLICATION)
    assert name in caught.value.message
    assert "sc://elsewhere" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(("count", "refused"), [(0, False), (19, False), (20, True), (21, True)])
def test_twenty_credentials_are_the_most(count: int, refused: bool) -> None:
    if not refused:
        federated_credential.refuse_full(others(count), APPLICATION)
        return
    with pytest.raises(FederationError) as caught:
        federated_credential.refuse_full(others(count), APPLICATION)
    assert f"{APPLICATION} has {count} federated credentials, the most" in caught.value.message
    assert "Remove one" in caught.value.remedy


@pytest.mark.parametrize(
    ("near", "told"),
    [
        ([], ""),
        ([credential(subject=SUBJECT.replace("sc/", "SC/"))], "upper and lower case of the subject"),
        ([credential(issuer=ENTRA.upper())], "upper and lower case of the issuer"),
        ([credential(issuer=f"{ENTRA}/")], "a slash at the end of the issuer"),
        ([credential(subject=f" {SUBJECT}")], "blanks at the beginning or the end of the subject"),
        (
            [credential(issuer=f"{ENTRA}/", subject=SUBJECT.upper())],
            "a slash at the end of the issuer and upper and lower case of the subject",
        ),
        ([credential(subject=SUBJECT[:-1])], ""),
        (others(3), ""),
    ],
)
def test_what_nearly_fits_is_named_with_what_differs(near: list[Credential], told: str) -> None:
    error = federated_credential.missing_error(WISH, near, APPLICATION)
    assert ("differs in" in error.message) is bool(told)
    assert (f"'by-hand' differs in {told}, and Entra compares to the letter." in error.message) is bool(told)
    assert ("Correct 'by-hand', or add one" in error.remedy) is bool(told)
    assert f"no federated credential for issuer {ENTRA} and subject {SUBJECT}" in error.message
    assert f"audience {AUDIENCE}" in error.remedy
    own = {"near_miss": "by-hand"} if told else {}
    assert error.details == {"issuer": ENTRA, "subject": SUBJECT, "audience": AUDIENCE, **own}


def test_of_several_near_misses_the_nearest() -> None:
    far, near = credential(name="far", issuer=f" {ENTRA}/"), credential(name="near", issuer=f"{ENTRA}/")
    assert federated_credential.near_miss([far, near], ENTRA, SUBJECT) is near
    assert federated_credential.near_miss([far, near, credential()], ENTRA, SUBJECT) is None


@pytest.mark.parametrize(("issuer", "subject"), [(None, SUBJECT), (ENTRA, None), ("", ""), (None, None)])
def test_a_connection_without_issuer_or_subject_asks_for_nothing(issuer: str | None, subject: str | None) -> None:
    with pytest.raises(FederationError, match="did not say with which issuer and subject"):
        federated_credential.wanted(CONNECTION_ID, issuer, subject, AUDIENCE)


@pytest.mark.parametrize(
    ("environment", "given_audience", "found"),
    [
        (None, None, AUDIENCE),
        ("AzureCloud", None, AUDIENCE),
        ("AzureCloud", "api://mine", "api://mine"),
        ("AzureChinaCloud", "api://china", "api://china"),
    ],
)
def test_the_audience(environment: str | None, given_audience: str | None, found: str) -> None:
    assert federated_credential.audience(environment, given_audience) == found


@pytest.mark.parametrize("environment", ["AzureUSGovernment", "AzureChinaCloud", "AzureStack"])
def test_the_audience_of_other_clouds_is_never_guessed(environment: str) -> None:
    with pytest.raises(OptionError) as caught:
        federated_credential.audience(environment, None)
    assert environment in caught.value.message
    assert "federated_credential.mode to skip" in caught.value.remedy


# -- roles -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ({"subscription_id": "s"}, "/subscriptions/s"),
        (
            {"level": "subscription", "subscription_id": "s", "resource_group": "rg"},
            "/subscriptions/s/resourceGroups/rg",
        ),
        ({"level": "subscription", "subscription_id": "s", "resource_group": None}, "/subscriptions/s"),
        (
            {"level": "management_group", "management_group_id": "mg", "subscription_id": None},
            "/providers/Microsoft.Management/managementGroups/mg",
        ),
        (
            {"level": "ml_workspace", "subscription_id": "s", "resource_group": "rg", "ml_workspace_name": "w"},
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w",
        ),
    ],
)
def test_the_narrowest_scope(scope: dict[str, str | None], found: str) -> None:
    assert role_assignment.narrowest_scope(scope) == found


def definition(role: str, scope: str = SUBSCRIPTION) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def assignment(
    *, scope: str = SUBSCRIPTION, role: str = CONTRIBUTOR, name: str | None = None, at: str | None = None
) -> Json:
    """As Resource Manager lists it; ours unless it is given a name. ``at`` is where the role definition stands."""
    ours = role_assignment.our_name(ORGANIZATION, scope, role, PRINCIPAL)
    properties = {"scope": scope, "roleDefinitionId": definition(role, scope if at is None else at)}
    return {"name": ours if name is None else name, "properties": {**properties, "principalId": PRINCIPAL}}


def test_the_name_of_an_assignment_follows_from_what_it_cannot_change() -> None:
    name = role_assignment.our_name(ORGANIZATION, SUBSCRIPTION, definition(CONTRIBUTOR), PRINCIPAL)
    assert str(uuid.UUID(name)) == name
    same = {
        role_assignment.our_name(ORGANIZATION.upper(), f"{SUBSCRIPTION}/", CONTRIBUTOR, PRINCIPAL.upper()),
        role_assignment.our_name(ORGANIZATION, SUBSCRIPTION.upper(), definition(CONTRIBUTOR.upper(), ""), PRINCIPAL),
    }
    assert same == {name}
    changed = {
        role_assignment.our_name(PRINCIPAL, SUBSCRIPTION, CONTRIBUTOR, PRINCIPAL),
        role_assignment.our_name(ORGANIZATION, f"{SUBSCRIPTION}/resourceGroups/rg", CONTRIBUTOR, PRINCIPAL),
        role_assignment.our_name(ORGANIZATION, SUBSCRIPTION, READER, PRINCIPAL),
        role_assignment.our_name(ORGANIZATION, SUBSCRIPTION, CONTRIBUTOR, ORGANIZATION),
    }
    assert len(changed | {name}) == 5


@pytest.mark.parametrize(
    ("found", "ours"),
    [
        (assignment(), True),
        (assignment(name=str(assignment()["name"]).replace("-", "").upper()), True),
        (assignment(name="11111111-2222-4333-8444-555555555555"), False),
        (assignment(name=""), False),
        ({"name": assignment()["name"], "properties": {}}, False),
        ({"name": assignment()["name"]}, False),
        ({}, False),
        (assignment(role=READER, name=str(assignment()["name"])), False),
        (assignment(scope=f"{SUBSCRIPTION}/resourceGroups/rg", name=str(assignment()["name"])), False),
    ],
)
def test_which_assignments_are_ours(found: Json, ours: bool) -> None:
    assert role_assignment.ours([found], ORGANIZATION, PRINCIPAL) == ([found] if ours else [])


def test_the_assignments_of_another_organization_are_not_ours() -> None:
    assert role_assignment.ours([assignment()], PRINCIPAL, PRINCIPAL) == []


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        (assignment(), True),
        (assignment(name="11111111-2222-4333-8444-555555555555"), True),
        (assignment(at=""), True),
        (assignment(scope=SUBSCRIPTION.upper()), True),
        (assignment(scope=f"{SUBSCRIPTION}/"), True),
        (assignment(role=READER), False),
        (assignment(scope=f"{SUBSCRIPTION}/resourceGroups/rg"), False),
        (assignment(scope="/"), False),
        ({}, False),
    ],
)
def test_an_assignment_counts_at_exactly_its_scope(found: Json, counts: bool) -> None:
    assert (role_assignment.existing([found], SUBSCRIPTION, definition(CONTRIBUTOR)) is found) is counts


@pytest.mark.parametrize(
    ("role", "is_id"),
    [
        ("Contributor", False),
        (CONTRIBUTOR, True),
        (definition(CONTRIBUTOR), True),
        (f"{definition(READER)}/", True),
        ("", False),
    ],
)
def test_a_role_by_name_or_id(role: str, is_id: bool) -> None:
    assert role_assignment.is_role_id(role) is is_id


# -- what a test says --------------------------------------------------------------------------------------------------
_JWT = "Failed to obtain the Json Web Token(JWT) using service principal client ID. Exception message: "
# 4.4 as a table. 700024 is a matter of clocks: another try may end well, and nothing may be deleted for it.
CODES = {
    "700016": "credential_failed", "7000215": "credential_failed", "700024": "unknown",
    "70021": "federation_failed", "700211": "federation_failed", "700213": "federation_failed", "700223": "federation_failed",
    "70025": "federation_failed", "700238": "federation_failed", "70052": "federation_failed", "900382": "federation_failed",
    "7000222": "credential_failed", "700027": "credential_failed", "90002": "tenant_not_found", "7002130": "federation_failed",
    "700212": "federation_failed", "7000112": "identity_disabled", "7000999": "unknown",
}  # fmt: skip


def answer(status: t.Any = "badRequest", message: t.Any = "") -> Json:
    return {"result": [], "statusCode": status, "errorMessage": message}


@pytest.mark.parametrize(("code", "result"), CODES.items())
def test_every_code_of_entra(code: str, result: str) -> None:
    found = verification.classify(answer(message=f"{_JWT}AADSTS{code}: Something about it."))
    assert found.result == result
    assert f"AADSTS{code}" in found.message


@pytest.mark.parametrize(
    ("given_answer", "result"),
    [
        (answer("ok"), "ok"),
        (answer("OK"), "ok"),
        ({"statusCode": "ok", "result": None}, "ok"),
        (
            answer("forbidden", 'Status Code: \'Forbidden\', \'{"error":{"code":"AuthorizationFailed"}}\''),
            "azure_permission",
        ),
        (answer("forbidden", "The client 'x' does not have authorization to perform action"), "azure_permission"),
        (answer("unauthorized", "AuthorizationFailed after AADSTS70021"), "federation_failed"),
        (answer("badRequest", "AADSTS7000215 and AADSTS70021"), "credential_failed"),
        (answer("internalServerError", "Something broke."), "unknown"),
        (answer("forbidden", ""), "unknown"),
        (answer(None, None), "unknown"),
        ({}, "unknown"),
        (answer("", "AADSTS70021"), "federation_failed"),
        (answer("okay", ""), "unknown"),
        (answer("badRequest", "AADSTS"), "unknown"),
    ],
)
def test_an_answer_of_a_test(given_answer: Json, result: str) -> None:
    found = verification.classify(given_answer)
    assert found.result == result
    assert bool(found.message) == (result != "ok")


@pytest.mark.parametrize(
    ("result", "group", "fails", "remarked"),
    [
        ("ok", None, False, False),
        ("ok", "rg", False, False),
        ("not_testable", None, False, True),
        ("azure_permission", None, True, False),
        ("azure_permission", "rg", False, True),
        ("federation_failed", None, True, False),
        ("federation_failed", "rg", True, False),
        ("credential_failed", "rg", True, False),
        ("caller_not_allowed", "rg", True, False),
        ("unknown", "rg", True, False),
    ],
)
def test_what_follows_from_a_test(result: str, group: str | None, fails: bool, remarked: bool) -> None:
    found = verification.Verification(result=result, message="what was said")
    error = verification.failure(found, group)
    assert (error is not None) is fails
    assert (verification.remark(found, group) is not None) is remarked
    if error is not None:
        assert f"ended with {result}: what was said" in error.message
        assert error.remedy
        assert error.details == {"verification": result}


@pytest.mark.parametrize(
    ("scheme", "environment", "testable"),
    [
        ("workload_identity_federation", "AzureCloud", True),
        ("service_principal", "AzureUSGovernment", True),
        ("service_principal", None, True),
        ("service_principal", "AzureStack", False),
        ("managed_identity", "AzureCloud", False),
        ("publish_profile", "AzureCloud", False),
    ],
)
def test_what_can_be_tested(scheme: str, environment: str | None, testable: bool) -> None:
    found = verification.not_testable(scheme, environment)
    assert (found is None) is testable
    assert found is None or (found.result == "not_testable" and found.message)


@pytest.mark.parametrize(
    ("result", "passing"),
    [
        ("ok", False),
        ("caller_not_allowed", False),
        ("not_testable", False),
        ("federation_failed", True),
        ("azure_permission", True),
    ],
)
def test_what_may_end_otherwise_a_little_later(result: str, passing: bool) -> None:
    assert verification.Verification(result=result).transient is passing
