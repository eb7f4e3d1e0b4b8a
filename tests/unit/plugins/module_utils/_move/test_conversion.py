# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One conversion: read, decide, send, settle."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._move.move import UnconfirmedError

from unit.plugins._helpers.connections import PAYMENTS, WEB_SHOP, converted, federated, partial, raw
from unit.plugins._helpers.service import FakeService, carry_out, scheme_of

Change = t.Callable[[Json], None]


@pytest.fixture(autouse=True)
def real_pauses(no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service of these tests has a clock of its own, so nothing needs to be short."""
    module = "ansible_collections.azdo.connections.plugins.module_utils."
    monkeypatch.setattr(module + "_move.move._FIRST_PAUSE_SECONDS", 0.5)
    monkeypatch.setattr(module + "_move.move._LONGEST_PAUSE_SECONDS", 10.0)
    monkeypatch.setattr(module + "_move.conversion.GRACE_SECONDS", 60.0)


def test_a_conversion_is_one_read_one_write_and_one_read() -> None:
    service = FakeService()
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, scheme_of(outcome)) == ("converted", True, WIF)
    assert (len(service.read_at), len(service.sent), service.now) == (2, 1, 0)


def test_a_revert_is_the_same_the_other_way_round() -> None:
    outcome = carry_out(FakeService(stored=converted()), to=SERVICE_PRINCIPAL)
    assert (outcome.status, scheme_of(outcome)) == ("reverted", SERVICE_PRINCIPAL)


def test_what_is_sent_is_what_was_read_just_before() -> None:
    service = FakeService(reads=[lambda stored: stored.update(description="changed since the list was read")])
    carry_out(service)
    assert service.sent[0]["description"] == "changed since the list was read"
    assert service.sent[0]["authorization"]["scheme"] == "WorkloadIdentityFederation"


@pytest.mark.parametrize(
    ("stored", "status", "code"),
    [
        (federated(), "unchanged", "already_federated"),
        (raw(isDisabled=True), "skipped", "disabled"),
        (raw(projects=(PAYMENTS, WEB_SHOP)), "skipped", "shared"),
        (raw(data={"creationMode": "Manual"}), "skipped", "manual_needs_federated_credential"),
        (raw(operationStatus={"state": "InProgress"}), "skipped", "not_ready"),
        (partial(), "skipped", "no_permission"),
    ],
)
def test_what_the_fresh_read_forbids_is_not_sent(stored: Json, status: str, code: str) -> None:
    service = FakeService(stored=stored)
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, service.sent) == (status, False, [])
    assert outcome.reasons
    assert [reason.code for reason in outcome.reasons] == [code]


def test_a_connection_that_is_gone() -> None:
    service = FakeService(reads=["missing"])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, service.sent) == ("failed", False, [])
    assert "gone, or no longer visible" in str(outcome.error)


# -- waiting -----------------------------------------------------------------------------------------------------------
def test_it_waits_until_the_service_is_done() -> None:
    service = FakeService(works_for=47)
    outcome = carry_out(service)
    assert outcome.status == "converted"
    assert 47 <= service.now <= 57
    assert len(service.sent) == 1


def test_reads_become_rarer_but_never_rarer_than_every_ten_seconds() -> None:
    service = FakeService(works_for=100)
    carry_out(service)
    gaps = [later - earlier for earlier, later in zip(service.read_at[1:], service.read_at[2:], strict=False)]
    assert gaps[:5] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert set(gaps[5:]) == {10.0}


@pytest.mark.parametrize(("works_for", "status"), [(47, "converted"), (100, "converted"), (10_000, "waiting")])
def test_a_list_that_never_shows_it_is_not_believed_for_ever(works_for: float, status: str) -> None:
    """It is looked at itself after a minute, and before it is given up."""
    service = FakeService(works_for=works_for, silent_list=True)
    outcome = carry_out(service, wait_timeout=150)
    assert outcome.status == status
    gaps = [later - earlier for earlier, later in zip(service.read_at[1:], service.read_at[2:], strict=False)]
    assert max(gaps) <= 70
    assert min(gaps) >= 20
    if status == "waiting":
        assert service.now - service.read_at[-1] == 0


@pytest.mark.parametrize("wait_timeout", [0, 1, 30, 300])
def test_it_does_not_wait_longer_than_it_may(wait_timeout: float) -> None:
    service = FakeService(works_for=10_000)
    outcome = carry_out(service, wait_timeout=wait_timeout)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("waiting", True, 1)
    assert service.now <= wait_timeout
    assert f"within {wait_timeout} s" in str(outcome.error)


def test_done_at_once_needs_no_time() -> None:
    assert carry_out(FakeService(), wait_timeout=0).status == "converted"


def test_a_failure_ends_the_waiting_and_is_told() -> None:
    service = FakeService(works_for=3, ends_in="Failed")
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed) == ("failed", True)
    assert "why it failed" in str(outcome.error)
    assert service.now < 10


def test_a_connection_that_was_broken_can_be_reverted() -> None:
    broken = converted(operationStatus={"state": "Failed"}, isReady=True)
    service = FakeService(stored=broken, works_for=5)
    assert carry_out(service, to=SERVICE_PRINCIPAL).status == "reverted"


def test_a_revert_that_ends_in_failure_is_no_success() -> None:
    def flips_and_fails(stored: Json) -> None:
        stored["authorization"]["scheme"] = "ServicePrincipal"
        stored["operationStatus"] = {"state": "Failed", "statusMessage": "half done"}

    broken = converted(operationStatus={"state": "Failed"}, isReady=True)
    service = FakeService(stored=broken, works_for=10_000, reads=["ok", flips_and_fails])
    outcome = carry_out(service, to=SERVICE_PRINCIPAL)
    assert (outcome.status, outcome.changed) == ("failed", True)


@pytest.mark.parametrize("step", ["missing", "broken"])
def test_one_read_that_finds_nothing_proves_nothing(step: str) -> None:
    """A replica may lag behind, a network may hiccup."""
    outcome = carry_out(FakeService(reads=["ok", step, step]))
    assert (outcome.status, scheme_of(outcome)) == ("converted", WIF)


def test_a_connection_that_disappears() -> None:
    outcome = carry_out(FakeService(reads=["ok", "missing", "missing", "missing"]))
    assert (outcome.status, outcome.changed) == ("failed", True)
    assert "disappeared" in str(outcome.error)


def test_reads_that_keep_failing_do_not_make_it_fail() -> None:
    """It was accepted; the next run will see."""
    outcome = carry_out(FakeService(reads=["ok", *["broken"] * 100]))
    assert (outcome.status, outcome.changed, outcome.after) == ("waiting", True, None)


# -- not accepted ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("times", [1, 3, 5])
def test_a_write_that_was_not_accepted_is_based_on_a_new_read(times: int) -> None:
    service = FakeService(writes=["busy"] * times)
    assert carry_out(service).status == "converted"
    assert len(service.sent) == times + 1
    assert len(service.read_at) == times + 2


def test_a_change_made_meanwhile_is_not_overwritten() -> None:
    def renamed(stored: Json) -> None:
        stored["description"] = "edited by a person"

    service = FakeService(writes=["busy"], reads=["ok", renamed])
    carry_out(service)
    assert [body["description"] for body in service.sent] == ["", "edited by a person"]


def test_what_became_forbidden_meanwhile_is_not_sent_again() -> None:
    service = FakeService(writes=["busy"], reads=["ok", lambda stored: stored.update(isDisabled=True)])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("skipped", False, 1)


def test_a_service_that_never_accepts() -> None:
    service = FakeService(writes=["busy"] * 100)
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("failed", False, 6)
    assert "Come back later" in str(outcome.error)


# -- refusals ----------------------------------------------------------------------------------------------------------
def test_a_refusal_is_told_with_a_read_behind_it() -> None:
    service = FakeService(writes=["refused"])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, scheme_of(outcome)) == ("failed", False, SERVICE_PRINCIPAL)
    assert "TF400898" in str(outcome.error)
    assert (len(service.sent), len(service.read_at)) == (1, 2)


@pytest.mark.parametrize("works_for", [0, 20])
def test_a_refusal_of_what_was_done_all_the_same(works_for: float) -> None:
    """An internal error is not the truth about the connection."""
    service = FakeService(writes=["refused_late"], works_for=works_for)
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("converted", True, 1)


def test_a_refusal_behind_which_the_service_failed() -> None:
    service = FakeService(writes=["refused_late"], ends_in="Failed")
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("failed", True, 1)
    assert "why it failed" in str(outcome.error)


@pytest.mark.parametrize(("step", "status"), [("broken", "waiting"), ("signed_out", "waiting"), ("missing", "failed")])
def test_a_refusal_that_could_not_be_looked_into(step: str, status: str) -> None:
    """It is an accident in the service, so it may have changed something; and the refusal is not forgotten."""
    outcome = carry_out(FakeService(writes=["refused"], reads=["ok", step]))
    assert (outcome.status, outcome.changed) == (status, True)
    assert "TF400898" in str(outcome.error)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("the service principal could not be configured automatically, and no valid configuration exists.", "own the application"),
        ("Unable to connect to the Azure Stack environment.", "keep the service principal"),
        ("GetUserAccessToken: Failed to obtain an access token of identity {x}. AAD returned silent failure.", "own tenant"),
        ("A valid refresh token was not found", "Sign in to the Azure DevOps portal"),
        ("The requested resource requires user authentication", "full access"),
        ("Error: Insufficient privileges to complete the operation.", "Application Developer"),
        ("Something never seen before.", ""),
    ],
)  # fmt: skip
def test_refusals_that_are_known_come_with_a_remedy(text: str, remedy: str) -> None:
    service = FakeService()

    def refuse(connection: ArmConnection, body: Json) -> None:
        raise ServiceError(text, status=400, type_key="ArgumentException")

    service.send = refuse  # type: ignore[method-assign]
    outcome = carry_out(service)
    assert outcome.error
    assert outcome.error.message == text
    assert remedy in outcome.error.remedy
    assert bool(outcome.error.remedy) is bool(remedy)


# -- the end of the task -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reads_before", [0, 1, 2])
def test_the_end_of_the_task_is_passed_on(reads_before: int) -> None:
    service = FakeService(reads=[*["ok"] * reads_before, "stop"], works_for=1000)
    with pytest.raises(StoppedError):
        carry_out(service)
    assert len(service.sent) == min(reads_before, 1)


def test_nobody_who_is_not_signed_in_sends_anything() -> None:
    service = FakeService(reads=["signed_out"])
    with pytest.raises(AuthenticationError):
        carry_out(service)
    assert service.sent == []


@pytest.mark.parametrize("reads_before", [1, 2])
def test_a_sign_in_that_ends_after_the_request_leaves_it_unconfirmed(reads_before: int) -> None:
    """What ended the looking is no news about the connection."""
    service = FakeService(reads=[*["ok"] * reads_before, "signed_out"], works_for=1000)
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("waiting", True, 1)
    assert isinstance(outcome.error, UnconfirmedError)
    assert isinstance(outcome.error.cause, AuthenticationError)
    assert "accepted" in outcome.error.message
    assert "Run again" in outcome.error.remedy
