# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a lost answer the connection is read before anything is sent again, and nothing is sent twice that may have arrived."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import AuthenticationError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import SERVICE_PRINCIPAL, WIF, Json
from ansible_collections.azdo.connections.plugins.module_utils._move.conversion import Conversion
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.plugins._helpers.connections import PAYMENTS, WEB_SHOP, converted, raw, reference
from unit.plugins._helpers.service import WRITES, FakeService, carry_out, scheme_of

_MODULES = "ansible_collections.azdo.connections.plugins.module_utils."


@pytest.fixture(scope="module", autouse=True)
def real_pauses() -> t.Iterator[None]:
    """The service of these tests has a clock of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_MODULES + "_move.move._FIRST_PAUSE_SECONDS", 0.5)
        patch.setattr(_MODULES + "_move.move._LONGEST_PAUSE_SECONDS", 10.0)
        patch.setattr(_MODULES + "_move.conversion.GRACE_SECONDS", 60.0)
        yield


@pytest.fixture(autouse=True)
def no_waiting() -> None:
    """In place of the short pauses of the other tests."""


def test_a_write_that_arrived_is_not_repeated() -> None:
    service = FakeService(writes=["lost_late"])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, scheme_of(outcome)) == ("converted", True, WIF)
    assert (len(service.sent), service.arrived) == (1, 1)


def test_a_write_that_did_not_arrive_is_sent_once_more_after_a_while() -> None:
    """Not at once: the service may still be busy with it while it shows the old state."""
    service = FakeService(writes=["lost"])
    outcome = carry_out(service)
    assert (outcome.status, len(service.sent), service.arrived) == ("converted", 2, 1)
    assert service.sent_at[1] - service.sent_at[0] >= 50


def test_two_lost_writes_are_enough() -> None:
    service = FakeService(writes=["lost", "lost"])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("failed", True, 2)


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("works_for", [1, 20, 45])
def test_work_that_takes_its_time_is_waited_for(works_for: float, silent: bool) -> None:
    """Also when the service shows the old scheme as ready all the while."""
    service = FakeService(writes=["lost_late"], works_for=works_for, silent=silent)
    outcome = carry_out(service)
    assert (outcome.status, len(service.sent), service.arrived) == ("converted", 1, 1)


def test_work_that_takes_even_longer_and_is_shown_is_not_disturbed() -> None:
    service = FakeService(writes=["lost_late"], works_for=200)
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("waiting", True, 1)


def test_work_that_nobody_could_see_is_not_done_twice() -> None:
    """The second request meets the work of the first: the service refuses it, and the read after that says what is."""
    service = FakeService(writes=["lost_late"], works_for=60.5, silent=True)
    outcome = carry_out(service)
    assert service.arrived == 1
    assert outcome.changed


@pytest.mark.parametrize("wait_timeout", [0, 1, 10, 59])
def test_without_the_time_to_look_nothing_is_sent_again(wait_timeout: float) -> None:
    service = FakeService(writes=["lost_late"], works_for=30, silent=True)
    outcome = carry_out(service, wait_timeout=wait_timeout)
    assert len(service.sent) == 1
    assert (outcome.status, outcome.changed) in [("waiting", True), ("converted", True)]


def test_when_nothing_can_be_read_nothing_is_sent_again() -> None:
    service = FakeService(writes=["lost"], reads=["ok", *["broken"] * 1000])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("waiting", True, 1)
    assert "not known" in str(outcome.error)


def test_the_second_request_is_based_on_a_new_read() -> None:
    def edited(stored: Json) -> None:
        stored["description"] = "edited"

    service = FakeService(writes=["lost"], reads=["ok", edited])
    carry_out(service)
    assert [body["description"] for body in service.sent] == ["", "edited"]


def test_what_somebody_changed_between_two_requests_is_seen() -> None:
    """It cannot be told apart from what the first request did."""
    service = FakeService(writes=["lost"], reads=["ok", lambda stored: stored.update(description="edited")])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("failed", True, 2)
    assert outcome.error
    assert [item["field"] for item in outcome.error.details["differences"]] == ["description"]


def test_what_became_forbidden_is_not_sent_again() -> None:
    service = FakeService(writes=["lost"], reads=["ok", lambda stored: stored.update(isDisabled=True)])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("skipped", True, 1)


def test_a_failure_that_the_lost_write_left_behind() -> None:
    service = FakeService(writes=["lost_late"], works_for=5, ends_in="Failed")
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("failed", True, 1)


def test_what_a_lost_write_damaged_is_seen() -> None:
    """Compared with the state before the first request, however late that was carried out."""

    def arrives_late_and_loses_a_share(stored: Json) -> None:
        stored["authorization"]["scheme"] = "WorkloadIdentityFederation"
        stored["serviceEndpointProjectReferences"] = [reference(PAYMENTS)]

    looks = 10
    service = FakeService(
        stored=raw(projects=(PAYMENTS, WEB_SHOP)),
        writes=["lost"],
        reads=["ok", *["ok"] * looks, arrives_late_and_loses_a_share],
        about={"include_shared": True},
    )
    outcome = carry_out(service)
    assert len(service.read_at) == looks + 2
    assert (outcome.status, outcome.changed, len(service.sent)) == ("failed", True, 1)


def test_gone_after_a_lost_answer() -> None:
    service = FakeService(writes=["lost"], reads=["ok", "missing", "missing", "missing"])
    outcome = carry_out(service)
    assert (outcome.status, outcome.changed, len(service.sent)) == ("failed", True, 1)


@pytest.mark.parametrize(
    ("writes", "reads", "sent"),
    [
        ([], ["signed_out"], False),
        (["signed_out_late"], [], True),
        (["busy"], ["ok", "signed_out"], False),
    ],
)
def test_when_the_sign_in_ends_it_is_known_whether_something_was_sent(
    writes: list[str], reads: list[t.Any], sent: bool
) -> None:
    service = FakeService(writes=writes, reads=reads, works_for=100)
    conversion = Conversion(service, WIF, 300)
    with pytest.raises(AuthenticationError):
        conversion.run()
    assert conversion.sent is sent


# -- whatever happens --------------------------------------------------------------------------------------------------
STEPS = st.lists(st.sampled_from(["ok", "ok", "missing", "broken"]), max_size=12)


@settings(max_examples=400)
@given(
    writes=st.lists(st.sampled_from([how for how in WRITES if not how.startswith("signed_out")]), max_size=8),
    reads=STEPS,
    works_for=st.sampled_from([0.0, 3.0, 30.0, 59.0, 90.0, 400.0]),
    silent=st.booleans(),
    ends_in=st.sampled_from(["Ready", "Ready", "Failed"]),
    wait_timeout=st.sampled_from([0, 20, 60, 300]),
)  # fmt: skip
def test_the_truth_is_told_and_nothing_is_done_twice(
    writes: list[str], reads: list[t.Any], works_for: float, silent: bool, ends_in: str, wait_timeout: float
) -> None:
    service = FakeService(writes=list(writes), reads=list(reads), works_for=works_for, silent=silent, ends_in=ends_in)
    conversion = Conversion(service, WIF, wait_timeout)
    try:
        outcome = conversion.run()
    except TransportError as error:
        outcome = Outcome(status="failed", error=error, changed=conversion.sent)
    assert service.arrived <= 1
    assert service.now <= wait_timeout + 130
    # An error answer to work that goes on where nobody can see it is believed; nothing could tell the difference.
    unseen = silent and works_for > 0 and "refused_late" in writes
    if service.arrived and not unseen:
        assert outcome.changed, "something was changed, and that was kept quiet"
    if outcome.status == "converted":
        assert service.stored["authorization"]["scheme"] == "WorkloadIdentityFederation"
        assert service.stored["operationStatus"]["state"] == "Ready"
    if outcome.status in ("skipped", "unchanged") and not outcome.changed:
        assert not service.arrived
    assert (outcome.error is None) is (outcome.status in ("converted", "skipped", "unchanged"))


def test_the_way_back_is_as_careful() -> None:
    service = FakeService(stored=converted(), writes=["lost_late"], works_for=20, silent=True)
    outcome = carry_out(service, to=SERVICE_PRINCIPAL)
    assert (outcome.status, len(service.sent), service.arrived) == ("reverted", 1, 1)
