# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known around a connection: who uses it, its identity, and what becomes of its secret."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, ProjectReference
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import (
    Definition,
    Facts,
    IdentityFacts,
    Use,
    secret_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification

from unit.plugins._helpers.connections import CLIENT, NOW, connection, federated, raw

PAYMENTS = ProjectReference("11111111-1111-4111-8111-111111111111", "Payments", "azure-prod")
WEB_SHOP = ProjectReference("22222222-2222-4222-8222-222222222222", "Web Shop", "azure-prod")
SECOND = timedelta(seconds=1)


def at(hours_ago: float) -> str:
    return (NOW - timedelta(hours=hours_ago)).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")


def record(**changed: t.Any) -> Json:
    """One use, of a build that ended an hour ago; None takes a field away."""
    usual = {
        "planType": "Build",
        "definition": {"id": 7, "name": "deploy"},
        "startTime": at(2),
        "finishTime": at(1),
        "result": "succeeded",
    }
    return {key: value for key, value in {**usual, **changed}.items() if value is not None}


def use(*records: Json, project: ProjectReference = PAYMENTS) -> Use:
    return Use.from_histories([(project, list(records))], NOW)


# -- use ---------------------------------------------------------------------------------------------------------------
def test_a_connection_that_nobody_used() -> None:
    assert Use.from_histories([(PAYMENTS, []), (WEB_SHOP, [])], NOW) == Use(
        never_used=True, last_used=None, definitions=(), running=()
    )


def test_a_pipeline_counts_once_however_often_it_ran() -> None:
    found = use(record(), record(startTime=at(50), finishTime=at(49)))
    assert found.definitions == (Definition(project="Payments", kind="build", id=7, name="deploy"),)


def test_pipelines_of_one_number_are_told_apart_by_kind_and_project() -> None:
    histories = [(PAYMENTS, [record(), record(planType="Release")]), (WEB_SHOP, [record()])]
    found = Use.from_histories(histories, NOW)
    assert [(item.project, item.kind) for item in found.definitions] == [
        ("Payments", "build"),
        ("Payments", "release"),
        ("Web Shop", "build"),
    ]


@pytest.mark.parametrize(
    ("records", "hours_ago"),
    [
        ([record()], 1),
        ([record(finishTime=None)], 2),
        ([record(startTime=None)], 1),
        ([record(startTime=at(30), finishTime=at(29)), record()], 1),
        ([record(), record(startTime=at(0.5), finishTime=None, result=None)], 0.5),
    ],
)
def test_the_last_use_is_the_latest_time_in_any_record(records: list[Json], hours_ago: float) -> None:
    last = use(*records).last_used
    assert last is not None
    assert timedelta(0) <= last - (NOW - timedelta(hours=hours_ago)) < SECOND


def test_a_use_without_a_time_is_a_use() -> None:
    found = use(record(startTime=None, finishTime="soon"))
    assert (found.never_used, found.last_used) == (False, None)


@pytest.mark.parametrize(
    ("changed", "at_work"),
    [
        ({"finishTime": None, "result": None}, True),
        ({"finishTime": None, "result": None, "startTime": None}, True),
        ({"finishTime": None, "result": None, "startTime": "2026-05-25T12:00:01Z"}, True),
        ({"finishTime": None, "result": None, "startTime": "2026-05-25T12:00:00Z"}, False),
        ({"finishTime": None}, False),
        ({"result": None}, False),
        ({}, False),
    ],
)
def test_a_run_without_an_end_is_at_work_unless_it_began_a_week_ago(changed: Json, at_work: bool) -> None:
    assert bool(use(record(**changed)).running) is at_work


def test_a_run_at_work_is_told_with_its_start() -> None:
    ((definition, started),) = use(record(finishTime=None, result=None)).running
    assert (definition.name, started) == ("deploy", (NOW - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_a_run_of_no_pipeline_counts_as_well() -> None:
    found = use(record(definition=None, finishTime=None, result=None))
    assert found.definitions == ()
    assert [definition.name for definition, _started in found.running] == ["?"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7", True),
        ("deploy", True),
        (" DEPLOY ", True),
        ("Payments/deploy", True),
        ("payments/7", True),
        ("17", False),
        ("deploy-all", False),
        ("Web Shop/deploy", False),
        ("Web Shop/7", False),
        ("Payments", False),
        ("", False),
    ],
)
def test_how_a_person_names_a_pipeline(text: str, meant: bool) -> None:
    assert Definition(project="Payments", kind="build", id=7, name="deploy").answers_to(text) is meant


def test_what_a_result_tells_of_the_use() -> None:
    assert use(record()).to_result(NOW) == {
        "readable": True,
        "never_used": False,
        "last_used": (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last_result": "succeeded",
        "last_success": (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "days_until_auto_disable": 99,
        "definitions": [{"kind": "build", "id": 7, "name": "deploy"}],
        "runs_since_conversion": None,
    }


RUNNING: Json = {"finishTime": None, "result": None}


@pytest.mark.parametrize(
    ("records", "result", "hours_ago"),
    [
        ([], None, None),
        ([record()], "succeeded", 1),
        ([record(result="Succeeded")], "succeeded", 1),
        ([record(result="succeededWithIssues")], "succeededwithissues", None),
        ([record(result="failed"), record(startTime=at(8), finishTime=at(7))], "failed", 7),
        # The history has the newest begin first, and what began first may end last.
        ([record(startTime=at(3), finishTime=at(2)), record(startTime=at(9), finishTime=at(1), result="failed")], "failed", 2),
        ([record(startTime=at(0.5), **RUNNING), record(result="canceled")], "canceled", None),
        ([record(**RUNNING)], None, None),
        ([record(finishTime=None)], "succeeded", 2),
        ([record(startTime=None)], "succeeded", 1),
        ([record(result=None)], None, None),
        ([record(result=None), record(startTime=at(8), finishTime=at(7))], None, 7),
        ([record(startTime=None, finishTime="soon")], "succeeded", None),
        ([record(startTime=None, finishTime="soon", result="abandoned"), record()], "succeeded", 1),
        ([record(result="a word of tomorrow")], "a word of tomorrow", None),
    ],
    ids=[str(number) for number in range(15)],
)  # fmt: skip
def test_how_the_latest_run_ended_and_when_one_last_succeeded(
    records: list[Json], result: str | None, hours_ago: float | None
) -> None:
    found = use(*records)
    assert found.last_result == result
    if hours_ago is None:
        assert found.last_success is None
    else:
        assert found.last_success is not None
        assert timedelta(0) <= found.last_success - (NOW - timedelta(hours=hours_ago)) < SECOND


def test_the_latest_run_of_all_projects_counts() -> None:
    old, new = record(startTime=at(30), finishTime=at(29)), record(result="failed")
    for histories in ([(PAYMENTS, [old]), (WEB_SHOP, [new])], [(PAYMENTS, [new]), (WEB_SHOP, [old])]):
        found = Use.from_histories(histories, NOW)
        assert found.last_result == "failed"
        assert found.last_success is not None
        assert timedelta(0) <= found.last_success - (NOW - timedelta(hours=29)) < SECOND


# -- the identity ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("identity", "single"),
    [
        (IdentityFacts(kind="application", audience="AzureADMyOrg"), True),
        (IdentityFacts(kind="application", audience="AzureADMultipleOrgs"), False),
        (IdentityFacts(kind="application", audience="AzureADandPersonalMicrosoftAccount"), False),
        (IdentityFacts(kind="application"), None),
        (IdentityFacts(kind="managed_identity"), True),
    ],
)
def test_whether_an_identity_belongs_to_one_tenant(identity: IdentityFacts, single: bool | None) -> None:
    assert identity.single_tenant is single


def test_what_graph_says_of_an_application() -> None:
    answer = {
        "signInAudience": "AzureADMyOrg",
        "passwordCredentials": [{"endDateTime": "2026-06-02T00:00:00Z"}, {}],
        "keyCredentials": [{"endDateTime": "2027-01-01T00:00:00Z"}],
    }
    assert IdentityFacts.of_application(answer, ()).to_result() == {
        "kind": "application",
        "sign_in_audience": "AzureADMyOrg",
        "secrets_expire": ["2026-06-02T00:00:00Z", None],
        "certificates_expire": ["2027-01-01T00:00:00Z"],
        "federated_credentials": 0,
    }


def test_what_graph_leaves_out_is_not_made_up() -> None:
    assert IdentityFacts.of_application({"passwordCredentials": None}, ()) == IdentityFacts(kind="application")


# -- the secret --------------------------------------------------------------------------------------------------------
KEY, CERTIFICATE = connection(), connection(raw(parameters={"authenticationType": "spnCertificate"}))
FEDERATED = connection(federated())
PAST, PRESENT, SOON, LATER = NOW - timedelta(days=1), NOW, NOW + SECOND, NOW + timedelta(days=90)


def app(*passwords: datetime | None, certificates: tuple[datetime | None, ...] = ()) -> IdentityFacts:
    return IdentityFacts(kind="application", passwords=passwords, certificates=certificates)


def failed(message: str) -> Verification:
    return Verification(result="credential_failed", message=message)


@pytest.mark.parametrize(
    ("identity", "state", "ends"),
    [
        (None, "unknown", None),
        (app(), "missing", None),
        (app(PAST), "expired", PAST),
        (app(PRESENT), "expired", PRESENT),
        (app(SOON), "works", SOON),
        (app(LATER, SOON), "works", SOON),
        (app(None), "works", None),
        (app(None, LATER), "works", LATER),
        (app(PAST, LATER), "unknown", None),
        (app(PAST, None), "unknown", None),
        (app(PAST - SECOND, PAST), "expired", PAST),
        (app(certificates=(LATER,)), "missing", None),
        (IdentityFacts(kind="managed_identity"), "missing", None),
        (IdentityFacts(kind="missing"), "missing", None),
    ],
    ids=str,
)
def test_what_the_directory_says_of_a_secret(identity: IdentityFacts | None, state: str, ends: datetime | None) -> None:
    secret = secret_of(KEY, Facts(identity=identity), NOW)
    assert (secret.state, secret.ends) == (state, ends)
    assert secret.why.endswith(".")


@pytest.mark.parametrize(
    ("identity", "state"),
    [
        (app(LATER), "missing"),
        (app(certificates=(LATER,)), "works"),
        (app(LATER, certificates=(PAST,)), "expired"),
        (app(certificates=(PAST, LATER)), "unknown"),
    ],
)
def test_for_a_certificate_the_certificates_count(identity: IdentityFacts, state: str) -> None:
    secret = secret_of(CERTIFICATE, Facts(identity=identity), NOW)
    assert secret.state == state
    assert "certificate" in secret.why


@pytest.mark.parametrize(
    ("tested", "state"),
    [
        (Verification(result="ok"), "works"),
        (Verification(result="azure_permission", message="AuthorizationFailed"), "works"),
        (failed("AADSTS7000222: The provided client secret keys are expired."), "expired"),
        (failed("AADSTS7000215: Invalid client secret provided."), "wrong"),
        (failed("AADSTS700027: The certificate is not registered."), "wrong"),
        (failed("AADSTS700016: Application was not found in the directory."), "missing"),
        (Verification(result="unknown", message="x"), "unknown"),
        (Verification(result="federation_failed", message="AADSTS70021: x"), "unknown"),
        (Verification(result="caller_not_allowed", message="x"), "unknown"),
        (Verification(result="not_testable", message="x"), "unknown"),
        (None, "unknown"),
    ],
    ids=str,
)
def test_what_a_test_says_of_a_secret(tested: Verification | None, state: str) -> None:
    assert secret_of(KEY, Facts(tested=tested), NOW).state == state


@pytest.mark.parametrize(
    ("tested", "identity", "state", "ends"),
    [
        (Verification(result="ok"), app(PAST), "works", None),
        (Verification(result="ok"), app(), "works", None),
        (Verification(result="ok"), app(PAST, LATER), "works", None),
        (Verification(result="ok"), app(LATER), "works", LATER),
        (failed("AADSTS7000222: expired"), app(LATER), "expired", None),
        (failed("AADSTS7000222: expired"), app(PAST), "expired", PAST),
        (failed("AADSTS700016: gone"), app(PAST), "missing", None),
        (failed("AADSTS7000215: wrong"), app(LATER), "wrong", None),
        (Verification(result="unknown"), app(LATER), "works", LATER),
        (Verification(result="not_testable"), app(PAST), "expired", PAST),
    ],
    ids=str,
)
def test_a_test_beats_the_directory(
    tested: Verification, identity: IdentityFacts, state: str, ends: datetime | None
) -> None:
    """Which of its secrets Azure DevOps stores is known to nobody but Azure DevOps."""
    secret = secret_of(KEY, Facts(tested=tested, identity=identity), NOW)
    assert (secret.state, secret.ends) == (state, ends)


@pytest.mark.parametrize("tested", [Verification(result="ok"), failed("AADSTS7000222: expired")], ids=str)
def test_the_test_of_a_federated_connection_says_nothing_of_its_old_secret(tested: Verification) -> None:
    assert secret_of(FEDERATED, Facts(tested=tested), NOW).state == "unknown"
    assert secret_of(FEDERATED, Facts(tested=tested, identity=app(SOON)), NOW).state == "works"


def test_the_words_of_the_test_are_the_evidence() -> None:
    secret = secret_of(KEY, Facts(tested=failed(f"AADSTS7000222: {CLIENT}")), NOW)
    assert secret.why == f"The test of the connection says: AADSTS7000222: {CLIENT}"
