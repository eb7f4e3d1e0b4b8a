# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reason codes that a connection has by itself: for each, one that has it, a near miss that has not, and what it does towards each target.

Those that need more than the connection are in test_fact_rules.py.
"""

from __future__ import annotations

import typing as t
from datetime import timedelta
from types import MappingProxyType

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import fingerprint
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import assess
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import (
    RULES,
    TARGETS,
    blocked,
    done_already,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import EarlierRun
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import Place, Terraform

from unit.plugins._helpers.connections import (
    CONNECTION_ID,
    ENTRA,
    NOW,
    PAYMENTS,
    TENANT,
    VSTOKEN,
    WEB_SHOP,
    connection,
    converted,
    federated,
    federation,
    partial,
    raw,
    reference,
    situation,
)

Effects: t.TypeAlias = "tuple[str | None, str | None, str | None]"
BOTH = (PAYMENTS, WEB_SHOP)


class Case(t.NamedTuple):
    """``answer`` has the code, ``near`` (in the same situation unless ``near_situation``) has not; towards ``target``."""

    code: str
    answer: Json
    near: Json
    target: str = WIF
    about: t.Mapping[str, t.Any] = MappingProxyType({})
    near_about: t.Mapping[str, t.Any] | None = None


WAITING: dict[str, t.Any] = {"operationStatus": {"state": "InProgress"}, "isReady": False}
FAILED: dict[str, t.Any] = {"operationStatus": {"state": "Failed", "statusMessage": "why"}, "isReady": False}
ID, OTHER_ID = frozenset({CONNECTION_ID}), frozenset({CONNECTION_ID[:-1] + "9"})
SUBJECT = "sc://contoso/Payments/azure-prod"
AT_HOME: dict[str, t.Any] = {"organization": "contoso", "subjects": {SUBJECT.lower(): 1}}
AS_IT_IS = {CONNECTION_ID: fingerprint(connection())}
KNOWN_DEAD = {"earlier": {CONNECTION_ID: EarlierRun(rollback="impossible")}}
REFUSED = {"earlier": {CONNECTION_ID: EarlierRun(refusal="AadAccessSilentException", status="failed")}}
MANUAL = raw(data={"creationMode": "Manual"})


def own_subject(subject: str | None = SUBJECT) -> Json:
    """A connection that still has the issuer that retires."""
    return federated(issuer=VSTOKEN, parameters={"workloadIdentityFederationSubject": subject})


def managed(id_: str) -> Terraform:
    return Terraform({id_: (Place("prod.tfstate", "azuredevops_serviceendpoint_azurerm.prod"),)})


HINTED = [reference(PAYMENTS, description="Managed by Terraform")]

CASES = [
    Case("not_azurerm", raw(type="github"), raw(type="AzureRM")),
    Case("no_permission", partial(), raw()),
    Case("no_permission", raw(data=None) | {"data": None}, raw()),
    Case("incomplete_answer", raw(serviceEndpointProjectReferences=None), raw()),
    Case("incomplete_answer", raw(serviceEndpointProjectReferences=[]), raw()),
    Case("incomplete_answer", raw(isShared=True), raw(isShared=False)),
    Case("incomplete_answer", raw(isShared=True), raw(projects=BOTH)),
    Case("unreadable_answer", raw(data={"environment": ["AzureCloud"]}), raw()),
    Case("unreadable_answer", federated(issuer="https://["), federated(issuer="https://x")),
    Case(
        "incomplete_answer",
        raw(serviceEndpointProjectReferences=[reference(PAYMENTS), {"name": "hidden", "projectReference": None}]),
        raw(projects=BOTH),
    ),
    Case("server_not_supported", raw(), raw(), about={"hosted": False}, near_about={"hosted": True}),
    Case("server_not_supported", raw(), raw(), SERVICE_PRINCIPAL, {"hosted": False}, {"hosted": True}),
    Case("already_federated", federated(), raw()),
    Case("already_service_principal", raw(), federated(), SERVICE_PRINCIPAL),
    Case("already_service_principal", raw(), federated(), ENTRA_ISSUER),
    Case("already_entra_issuer", federated(issuer=ENTRA), federated(issuer=VSTOKEN), ENTRA_ISSUER),
    Case("agent_managed_identity", raw(scheme="ManagedServiceIdentity"), raw()),
    Case("publish_profile", raw(scheme="PublishProfile"), raw()),
    Case("azure_stack", raw(data={"environment": "AzureStack"}), raw(data={"environment": "AzureUSGovernment"})),
    Case("sovereign_cloud", raw(data={"environment": "AzureChinaCloud"}), raw(data={"environment": "AzureCloud"})),
    Case("sovereign_cloud", raw(data={"environment": "AzureUSGovernment"}), raw(data={"environment": None})),
    Case("manual_needs_federated_credential", raw(data={"creationMode": "Manual"}), raw()),
    Case(
        "manual_needs_federated_credential",
        raw(data={"creationMode": None}),
        raw(data={"creationMode": "automatic"}),
    ),
    Case(
        "manual_needs_federated_credential",
        raw(data={"creationMode": "Manual"}),
        federated(data={"creationMode": "Manual"}),
    ),
    Case("revert_manual", converted(data={"creationMode": "Manual"}), converted(), SERVICE_PRINCIPAL),
    Case("revert_window_passed", federated(), converted(), SERVICE_PRINCIPAL),
    Case("revert_window_passed", federated(NOW), federated(NOW + timedelta(seconds=1)), SERVICE_PRINCIPAL),
    Case("revert_window_passed", converted(-1), converted(1), SERVICE_PRINCIPAL),
    Case("shared", raw(projects=BOTH), raw()),
    Case("shared_not_owner", raw(projects=(WEB_SHOP, PAYMENTS)), raw(projects=BOTH)),
    Case(
        "shared_not_owner",
        raw(projects=(WEB_SHOP, PAYMENTS)),
        raw(projects=(WEB_SHOP, PAYMENTS)),
        near_about={"project_ids": frozenset({PAYMENTS.id, WEB_SHOP.id})},
    ),
    Case("failed", raw(**FAILED), raw()),
    Case("failed", raw(**{**FAILED, "isReady": True}), raw(**WAITING)),
    Case("not_ready", raw(**WAITING), raw()),
    Case("not_ready", raw(isReady=False, operationStatus=None), raw(isReady=None, operationStatus=None)),
    Case("not_ready", raw(**WAITING), raw(**FAILED)),
    Case("disabled", raw(isDisabled=True), raw(isDisabled=False)),
    Case("disabled", raw(isDisabled=True), raw()),
    Case("caller_not_user", raw(), raw(), about={"caller": "non_user"}, near_about={"caller": "user"}),
    Case("caller_not_user", raw(), raw(data={"creationMode": "Manual"}), about={"caller": "non_user"}),
    Case("caller_not_user", raw(), raw(), about={"caller": "non_user"}, near_about={"caller": "unknown"}),
    Case("caller_not_user", raw(), federated(), about={"caller": "non_user"}),
    Case("caller_needs_entra_token", federated(), federated(), ENTRA_ISSUER, {"entra_token": False}, {"entra_token": True}),
    Case("caller_needs_entra_token", federated(), federated(), ENTRA_ISSUER, {"entra_token": False}, {"entra_token": None}),
    Case("unknown", raw(scheme="Token"), raw()),
    Case("unknown", raw(), raw(), about={"caller": "unknown"}, near_about={"caller": "user"}),
    Case("unknown", federated(data={"revertSchemeDeadline": "soon"}), converted(), SERVICE_PRINCIPAL),
    Case("unknown", MANUAL, MANUAL, about={"federation": federation("create")}, near_about={"federation": None}),
    Case("unknown", MANUAL, raw(), about={"federation": federation("require")}),
    Case("subject_mismatch", own_subject("sc://contoso/Payments/other"), own_subject(), ENTRA_ISSUER, AT_HOME),
    Case("subject_mismatch", own_subject("sc://contoso/payments/azure-prod"), own_subject(), ENTRA_ISSUER, AT_HOME),
    Case("subject_mismatch", own_subject("sc://contoso/Payments/azure-prod/"), own_subject(), ENTRA_ISSUER, AT_HOME),
    Case("subject_mismatch", own_subject("sc://contoso-2/Payments/azure-prod"), own_subject("sc://CONTOSO/Payments/azure-prod"), ENTRA_ISSUER, AT_HOME),
    Case("subject_mismatch", own_subject("sc://contoso/Payments/azure-Prod"), own_subject(None), ENTRA_ISSUER, AT_HOME),
    Case("unknown", own_subject(None), own_subject(), ENTRA_ISSUER, AT_HOME),
    Case("unknown", federated(issuer="https://issuer.example"), federated(issuer=ENTRA), ENTRA_ISSUER),
    Case("unknown", own_subject(), own_subject(), ENTRA_ISSUER, {**AT_HOME, "entra_token": None}, AT_HOME),
    Case("unknown", own_subject(), own_subject(), ENTRA_ISSUER, {**AT_HOME, "caller": "non_user"}, AT_HOME),
    Case("subject_mismatch", own_subject(), own_subject(), ENTRA_ISSUER, {"organization": "fabrikam"}, AT_HOME),
    Case("subject_mismatch", own_subject(), own_subject(), ENTRA_ISSUER, {**AT_HOME, "subjects": {SUBJECT.lower(): 2}}, AT_HOME),
    Case("subject_mismatch", own_subject("other"), federated(issuer=ENTRA), ENTRA_ISSUER, AT_HOME),
    Case(
        "issuer_migration_unconfirmed", own_subject(), own_subject(), ENTRA_ISSUER, {"unconfirmed": ID}, {"unconfirmed": OTHER_ID}
    ),
    Case("dead_secret_known", converted(), converted(), SERVICE_PRINCIPAL, KNOWN_DEAD, {"earlier": {CONNECTION_ID: EarlierRun(rollback="unknown")}}),
    Case("dead_secret_known", converted(), raw(), SERVICE_PRINCIPAL, KNOWN_DEAD),
    Case("unknown", raw(), raw(), about={"doubtful_tenants": frozenset({TENANT})}, near_about={"doubtful_tenants": frozenset({"other"})}),
    Case("unknown", raw(), raw(), about={"doubtful_tenants": frozenset({TENANT})}, near_about={"doubtful_tenants": frozenset({TENANT}), "tenant": TENANT}),
    Case("unknown", raw(), MANUAL, about={"doubtful_tenants": frozenset({TENANT})}),
    Case("unknown", raw(), raw(), about=REFUSED, near_about={"earlier": {CONNECTION_ID: EarlierRun(refusal="X", status="needs_person")}}),
    Case("excluded", raw(), raw(), about={"excluded": ID}, near_about={"excluded": OTHER_ID}),
    Case("changed_since_plan", raw(), raw(), about={"approved": {CONNECTION_ID: "0" * 64}}, near_about={"approved": AS_IT_IS}),
    Case("changed_since_plan", raw(isDisabled=True), raw(description="new"), about={"approved": AS_IT_IS}),
    Case("changed_since_plan", raw(), raw(), about={"approved": {CONNECTION_ID: "0" * 64}}, near_about={"approved": {}}),
    Case("not_ready", raw(), raw(), about={"busy": ID}, near_about={"busy": OTHER_ID}),
    Case("terraform_managed", raw(), raw(), about={"terraform": managed(CONNECTION_ID)}, near_about={"terraform": managed("0" * 36)}),
    Case("terraform_hint", raw(serviceEndpointProjectReferences=HINTED), raw()),
    Case(
        "terraform_hint", raw(serviceEndpointProjectReferences=HINTED), raw(serviceEndpointProjectReferences=HINTED),
        near_about={"terraform": managed(CONNECTION_ID)},
    ),
]  # fmt: skip
# What a connection can have only because of the facts around it; test_fact_rules.py has a table of its own for them.
OF_FACTS = {
    "irreversible",
    "secret_expired",
    "secret_missing",
    "application_missing",
    "application_multi_tenant",
    "other_tenant",
    "federated_credential_limit",
    "federated_credential_mismatch",
    "in_use_now",
    "pipeline_not_ready",
    "pipeline_unknown",
}


# What is no rule about one connection, but comes up while a task does its work.
OF_THE_WORK = {"not_started", "old_credential_in_use"}


def codes(answer: Json, target: str, about: t.Mapping[str, t.Any]) -> list[str]:
    return [reason.code for reason in assess(connection(answer), target, situation(**about)).reasons]


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.code}" for number, case in enumerate(CASES)])
def test_the_code_and_its_near_miss(case: Case) -> None:
    assert case.code in codes(case.answer, case.target, case.about)
    near_about = case.about if case.near_about is None else case.near_about
    assert case.code not in codes(case.near, case.target, near_about)


def test_what_a_plan_leaves_alone_has_changed_if_nothing_else_stands_against_it() -> None:
    """What kept it out of the plan is its reason as long as it holds, and is looked for first."""
    left_alone = situation(not_approved=ID, approved=AS_IT_IS)
    seen = [
        [reason.code for reason in assess(connection(answer), WIF, left_alone, facts=facts).reasons]
        for answer, facts in ((raw(), None), (raw(), Facts()), (raw(isDisabled=True), Facts()))
    ]
    assert "changed_since_plan" not in seen[0]
    assert "changed_since_plan" in seen[1]
    assert ("disabled" in seen[2], "changed_since_plan" in seen[2]) == (True, True), "it was enabled then"


def test_every_code_that_a_connection_can_have_is_shown_here() -> None:
    assert {case.code for case in CASES} == set(RULES) - OF_THE_WORK - OF_FACTS


# These two depend on the target and not on the connection alone.
SAME_EVERYWHERE = [case for case in CASES if case.code not in ("unknown", "caller_not_user")]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", SAME_EVERYWHERE, ids=[f"{n}-{case.code}" for n, case in enumerate(SAME_EVERYWHERE)])
def test_a_near_miss_has_the_code_towards_no_target(case: Case, target: str) -> None:
    near_about = case.about if case.near_about is None else case.near_about
    assert case.code not in codes(case.near, target, near_about)


# Towards workload identity federation, the service principal, the Entra issuer. Deliberately written a second time.
EFFECTS: dict[str, Effects] = {
    "not_azurerm": ("blocks", "blocks", "blocks"),
    "no_permission": ("blocks", "blocks", "blocks"),
    "incomplete_answer": ("blocks", "blocks", "blocks"),
    "unreadable_answer": ("blocks", "blocks", "blocks"),
    "server_not_supported": ("blocks", "blocks", "blocks"),
    "already_federated": ("blocks", None, None),
    "already_service_principal": (None, "blocks", "blocks"),
    "already_entra_issuer": (None, None, "blocks"),
    "agent_managed_identity": ("blocks", "blocks", "blocks"),
    "publish_profile": ("blocks", "blocks", "blocks"),
    "azure_stack": ("blocks", None, "blocks"),
    "sovereign_cloud": ("warns", None, "blocks"),
    "manual_needs_federated_credential": ("blocks", None, None),
    "revert_manual": (None, "blocks", None),
    "revert_window_passed": (None, "blocks", None),
    "dead_secret_known": (None, "blocks", None),
    "shared_not_owner": ("blocks", "blocks", "blocks"),
    "shared": ("blocks", "blocks", "blocks"),
    "failed": ("blocks", "warns", "blocks"),
    "not_ready": ("blocks", "blocks", "blocks"),
    "disabled": ("blocks", "blocks", "blocks"),
    "caller_not_user": ("blocks", None, None),
    "caller_needs_entra_token": (None, None, "blocks"),
    "subject_mismatch": (None, None, "blocks"),
    "issuer_migration_unconfirmed": (None, None, "blocks"),
    "excluded": ("blocks", "blocks", "blocks"),
    "changed_since_plan": ("blocks", "blocks", "blocks"),
    "terraform_managed": ("warns", "warns", None),
    "terraform_hint": ("informs", "informs", None),
}
EFFECT_CASES = {case.code: case for case in CASES if case.code != "unknown"}


@pytest.mark.parametrize("code", EFFECTS)
@pytest.mark.parametrize("column", range(3))
def test_what_a_code_does_towards_each_target(code: str, column: int) -> None:
    case = EFFECT_CASES[code]
    found = assess(connection(case.answer), TARGETS[column], situation(**case.about)).reasons
    assert {reason.code: reason.effect for reason in found}.get(code) == EFFECTS[code][column]


def test_the_table_of_effects_is_whole() -> None:
    assert set(EFFECTS) == set(RULES) - {"unknown"} - OF_THE_WORK - OF_FACTS


def test_a_revert_by_somebody_who_is_no_person_is_only_warned_about() -> None:
    found = assess(connection(converted()), SERVICE_PRINCIPAL, situation(caller="non_user")).reasons
    assert [(reason.code, reason.effect) for reason in found] == [("caller_not_user", "warns")]


# -- several reasons ---------------------------------------------------------------------------------------------------
def test_an_ordinary_connection_has_no_reason_against_it() -> None:
    assert assess(connection(), WIF, situation()).reasons == ()
    assert assess(connection(converted()), SERVICE_PRINCIPAL, situation()).reasons == ()


def test_all_reasons_are_told_at_once_in_the_order_of_the_table() -> None:
    answer = raw(
        projects=(WEB_SHOP, PAYMENTS),
        isDisabled=True,
        data={"creationMode": "Manual", "environment": "AzureStack"},
        **FAILED,
    )
    found = codes(answer, WIF, {"hosted": False})
    assert found == [
        "server_not_supported", "azure_stack", "manual_needs_federated_credential", "shared_not_owner", "shared", "failed", "disabled",
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [partial(), raw(type="github", isDisabled=True)])
def test_what_a_trimmed_or_foreign_object_lacks_proves_nothing(answer: Json) -> None:
    assert len(assess(connection(answer), WIF, situation(hosted=False, caller="non_user")).reasons) == 1


def test_a_project_that_shows_it_must_be_among_its_references() -> None:
    """Or sending it back would take it away from that project."""
    own = connection()
    assert assess(own, WIF, situation(), {PAYMENTS.id}).reasons == ()
    (reason,) = assess(own, WIF, situation(), {PAYMENTS.id, WEB_SHOP.id}).reasons
    assert (reason.code, reason.effect) == ("incomplete_answer", "blocks")
    assert reason.evidence["missing"] == "the reference to a project that shows it"


def test_old_servers_name_no_projects_and_that_is_not_held_against_them() -> None:
    assert codes(raw(serviceEndpointProjectReferences=None), WIF, {"hosted": False}) == ["server_not_supported"]


def lifted(answer: ArmConnection, target: str, **about: t.Any) -> dict[str, str]:
    return {reason.code: reason.effect for reason in assess(answer, target, situation(**about)).reasons}


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_options_lift_is_still_told(target: str) -> None:
    found = connection(raw(projects=BOTH, isDisabled=True))
    assert lifted(found, target, include_shared=True)["shared"] == "informs"
    assert lifted(found, target, include_shared=True)["disabled"] == "blocks"
    assert lifted(found, target, include_disabled=True)["disabled"] == "informs"
    assert lifted(found, target, include_disabled=True)["shared"] == "blocks"


def test_including_shared_ones_does_not_reach_into_other_projects() -> None:
    foreign = connection(raw(projects=(WEB_SHOP, PAYMENTS)))
    assert lifted(foreign, WIF, include_shared=True) == {"shared": "informs", "shared_not_owner": "blocks"}


def test_a_caller_that_may_be_a_person_only_warns() -> None:
    reasons = assess(connection(), WIF, situation(caller="unknown")).reasons
    assert [(reason.code, reason.effect) for reason in reasons] == [("unknown", "warns")]
    assert not blocked(reasons)


@pytest.mark.parametrize(
    ("answer", "about", "effect"),
    [
        (own_subject(None), {}, "blocks"),
        (federated(issuer="https://issuer.example"), {}, "blocks"),
        (own_subject(), {"entra_token": None}, "warns"),
        (own_subject(), {"caller": "non_user"}, "warns"),
    ],
)
def test_what_the_migration_must_know_and_what_it_may_try(answer: Json, about: dict[str, t.Any], effect: str) -> None:
    found = assess(connection(answer), ENTRA_ISSUER, situation(**AT_HOME, **about)).reasons
    assert [(reason.code, reason.effect) for reason in found] == [("unknown", effect)]


def test_a_deadline_that_cannot_be_read_blocks_and_is_shown() -> None:
    reasons = assess(
        connection(federated(data={"revertSchemeDeadline": "06/03/2026"})), SERVICE_PRINCIPAL, situation()
    ).reasons
    assert [(reason.code, reason.effect) for reason in reasons] == [("unknown", "blocks")]
    assert reasons[0].evidence["value"] == "06/03/2026"


@pytest.mark.parametrize(
    ("answer", "target", "done"),
    [
        (federated(), WIF, True),
        (raw(), WIF, False),
        (raw(), SERVICE_PRINCIPAL, True),
        (converted(), SERVICE_PRINCIPAL, False),
        (federated(issuer=ENTRA), ENTRA_ISSUER, True),
        (federated(issuer=VSTOKEN), ENTRA_ISSUER, False),
        (raw(scheme="PublishProfile"), WIF, False),
    ],
)
def test_what_is_at_its_target_already(answer: Json, target: str, done: bool) -> None:
    assert done_already(assess(connection(answer), target, situation()).reasons, target) is done


@pytest.mark.parametrize("code", RULES)
def test_every_code_says_what_to_do(code: str) -> None:
    rule = RULES[code]
    assert rule.message.endswith(".")
    assert rule.remedy.endswith(".")


def test_a_reason_as_playbooks_see_it() -> None:
    (reason,) = assess(connection(raw(isDisabled=True)), WIF, situation()).reasons
    assert reason.to_result() == {
        "code": "disabled",
        "effect": "blocks",
        "message": RULES["disabled"].message,
        "remedy": RULES["disabled"].remedy_for(),
        "evidence": {},
    }
