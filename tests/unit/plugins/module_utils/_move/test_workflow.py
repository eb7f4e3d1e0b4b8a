# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of one connection: what follows from what was found after the move, and when it is taken back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import wanted
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import changes, invariants
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Outcome
from ansible_collections.azdo.connections.plugins.module_utils._move.terms import Terms
from ansible_collections.azdo.connections.plugins.module_utils._move.workflow import Workflow
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff

from unit.plugins._helpers.connections import (
    CONNECTION_ID,
    PAYMENTS,
    VSTOKEN,
    WEB_SHOP,
    connection,
    converted,
    raw,
    reference,
)
from unit.plugins._helpers.service import FakeService, scheme_of

OK = Verification(result="ok")
BROKEN = Verification(result="federation_failed", message="AADSTS70021: no match", times=2)
HAND_OFF = HandOff(
    connection=connection(), wish=wanted(CONNECTION_ID, VSTOKEN, "sc://x/y/z", "api://x"), why="It is missing."
)


@dataclass
class World(FakeService):
    """The scripted service, and what is around its connection. ``ended_before`` and ``ends_after`` are how tests of it end."""

    not_compared: tuple[str, ...] = ()
    ended_before: Verification | None = OK
    ends_after: Verification = OK
    begins: bool = True
    needs: bool = False
    prepared: HandOff | None = None
    secured: HandOff | None = None
    can_go_back: bool = True
    events: list[str] = field(default_factory=list)

    def may_begin(self) -> bool:
        return self.begins

    def assess(self, connection: ArmConnection) -> Assessment:
        return replace(super().assess(connection), needs_credential=self.needs)

    def prepare(self, connection: ArmConnection, assessment: Assessment) -> HandOff | None:
        self.events.append(f"prepared {connection.description}".strip())
        return self.prepared

    def secure(self, connection: ArmConnection) -> HandOff | None:
        self.events.append("secured")
        return self.secured

    def differences(self, connection: ArmConnection) -> list[Json]:
        return changes(invariants(self.first), invariants(connection))

    def test(
        self, connection: ArmConnection, enough: t.Callable[[Verification], bool], *, patiently: bool
    ) -> Verification:
        self.events.append("tested with patience" if patiently else "tested once")
        return self.ends_after

    @property
    def tested_before(self) -> Verification | None:
        return self.ended_before

    def way_back(self, moved: ArmConnection, target: str) -> FakeService:
        self.target = target
        return self

    def late_differences(self) -> list[Json]:
        return []

    @property
    def left(self) -> str:
        return ""

    @property
    def compares(self) -> bool:
        return True

    def withdraw(self) -> str:
        if any(event.startswith("prepared") for event in self.events):
            self.events.append("withdrew")
        return ""

    def send(self, connection: ArmConnection, body: Json) -> None:
        if not self.sent:
            self.first = connection
        super().send(connection, body)

    @property
    def schemes(self) -> list[str]:
        return [body["authorization"]["scheme"] for body in self.sent]


@dataclass
class Changing(World):
    """What is known of the credential differs from look to look; None where the facts are about another state of the connection."""

    looks: list[bool | None] = field(default_factory=list)

    def assess(self, connection: ArmConnection) -> Assessment | None:  # type: ignore[override]
        look = self.looks.pop(0) if self.looks else False
        return None if look is None else replace(super().assess(connection), needs_credential=look)


THERE, BACK = "WorkloadIdentityFederation", "ServicePrincipal"


def go(world: World, *, to: str = WIF, test: bool = True, revert_on_failure: bool = False) -> Outcome:
    world.target = to
    terms = Terms(
        target=to,
        wait_timeout=300,
        migration_grace=120,
        test=test,
        compare=True,
        revert_on_failure=revert_on_failure,
    )
    return Workflow(world, terms).run(connection(world.stored))


def loses_a_share(stored: Json) -> None:
    stored.update(serviceEndpointProjectReferences=[reference(PAYMENTS)], isShared=False)


def that_loses_a_share(**other: t.Any) -> World:
    stored = raw(projects=(PAYMENTS, WEB_SHOP))
    return World(stored=stored, reads=["ok", loses_a_share], about={"include_shared": True}, **other)


# -- before the move ---------------------------------------------------------------------------------------------------
def test_there_and_tested() -> None:
    world = World()
    outcome = go(world)
    assert (outcome.status, outcome.changed, outcome.settled, outcome.tested) == ("converted", True, True, OK)
    assert (world.schemes, world.events) == ([THERE], ["secured", "tested with patience"])


@pytest.mark.parametrize("target", [WIF, SERVICE_PRINCIPAL])
def test_what_stands_against_it_is_told_and_nothing_is_done(target: str) -> None:
    stored = converted(isDisabled=True) if target == SERVICE_PRINCIPAL else raw(isDisabled=True)
    world = World(stored=stored)
    outcome = go(world, to=target)
    assert (outcome.status, outcome.changed, outcome.settled) == ("skipped", False, True)
    assert [reason.code for reason in outcome.reasons or ()] == ["disabled"]
    assert (world.sent, world.events) == ([], [])


def test_when_the_run_is_over_nothing_is_begun() -> None:
    world = World(begins=False, needs=True)
    outcome = go(world)
    assert (outcome.status, [reason.code for reason in outcome.reasons or ()]) == ("skipped", ["not_started"])
    assert (world.sent, world.events) == ([], [])


def test_without_its_credential_it_needs_a_person() -> None:
    world = World(needs=True, prepared=HAND_OFF)
    outcome = go(world)
    assert (outcome.status, outcome.hand_off, outcome.changed, world.sent) == ("needs_person", HAND_OFF, False, [])


def test_a_credential_is_made_for_the_connection_as_it_is_now() -> None:
    world = World(needs=True, reads=[lambda stored: stored.update(description="as it is now")])
    assert go(world).status == "converted"
    assert world.events[0] == "prepared as it is now"


def test_what_was_forbidden_meanwhile_gets_no_credential() -> None:
    world = World(needs=True, reads=[lambda stored: stored.update(isDisabled=True)])
    assert go(world).status == "skipped"
    assert (world.sent, world.events) == ([], [])


# -- after the move ----------------------------------------------------------------------------------------------------
def test_what_changed_besides_is_a_failure_and_is_named() -> None:
    world = that_loses_a_share()
    outcome = go(world)
    assert (outcome.status, outcome.changed, scheme_of(outcome)) == ("failed", True, WIF)
    assert outcome.error
    assert outcome.error.code == "changed_besides"
    assert f"shared, project {WEB_SHOP.id}" in outcome.error.message
    assert outcome.error.details["differences"] == [
        {"field": "shared", "before": "True", "after": "False"},
        {"field": f"project {WEB_SHOP.id}", "before": "azure-prod:", "after": ""},
    ]
    assert len(world.sent) == 1


def test_what_changed_besides_does_not_hide_whether_one_can_sign_in() -> None:
    outcome = go(that_loses_a_share(ends_after=BROKEN))
    assert outcome.error
    assert (outcome.error.code, outcome.tested, outcome.settled) == ("changed_besides", BROKEN, False)


@pytest.mark.parametrize(
    ("before", "after", "status", "settled", "noted"),
    [
        (OK, OK, "converted", True, False),
        (OK, BROKEN, "failed", False, False),
        (BROKEN, BROKEN, "failed", False, False),
        (None, BROKEN, "failed", False, False),
        (OK, Verification(result="credential_failed", message="x"), "failed", False, False),
        (OK, Verification(result="azure_permission", message="x"), "failed", False, False),
        (Verification(result="azure_permission"), Verification(result="azure_permission"), "converted", True, False),
        (BROKEN, Verification(result="azure_permission", message="x"), "converted", True, True),
        (OK, Verification(result="caller_not_allowed", message="x"), "converted", True, True),
        (Verification(result="unknown"), Verification(result="unknown", message="x"), "converted", True, True),
        (OK, Verification(result="unknown", message="x"), "failed", False, False),
        (OK, Verification(result="not_testable", message="x"), "converted", True, True),
    ],
    ids=str,
)
def test_what_a_test_after_the_move_leads_to(
    before: Verification | None, after: Verification, status: str, settled: bool, noted: bool
) -> None:
    world = World(ended_before=before, ends_after=after)
    outcome = go(world)
    assert (outcome.status, outcome.settled, bool(outcome.notes)) == (status, settled, noted)
    assert bool(outcome.error) is (status == "failed")
    assert world.schemes == [THERE]


def test_without_a_test_a_move_is_taken_at_its_word() -> None:
    world = World(ends_after=BROKEN)
    outcome = go(world, test=False)
    assert (outcome.status, outcome.tested, world.events) == ("converted", None, ["secured"])


@pytest.mark.parametrize("test", [True, False])
def test_a_missing_credential_is_an_urgent_failure_unless_the_test_is_good(test: bool) -> None:
    world = World(secured=HAND_OFF, ends_after=BROKEN)
    outcome = go(world, test=test)
    assert (outcome.status, outcome.hand_off, outcome.settled) == ("failed", HAND_OFF, False)
    assert outcome.error
    assert "its federated credential is missing. It is missing." in outcome.error.message
    # What nobody wrote does not appear by waiting.
    assert world.events == ["secured", "tested once"] if test else ["secured"]
    good = go(World(secured=HAND_OFF))
    assert (good.status, good.hand_off) == ("converted", None)


# -- the way back ------------------------------------------------------------------------------------------------------
def test_what_the_move_broke_for_sure_is_taken_back() -> None:
    world = World(ends_after=BROKEN)
    outcome = go(world, revert_on_failure=True)
    assert (outcome.status, scheme_of(outcome), outcome.settled) == ("rolled_back", SERVICE_PRINCIPAL, True)
    assert world.schemes == [THERE, BACK]
    assert outcome.error
    assert "AADSTS70021" in outcome.error.message
    assert outcome.error.message.endswith("It was reverted.")


@pytest.mark.parametrize(
    "near",
    [
        {"ended_before": BROKEN},
        {"ended_before": None},
        {"ends_after": Verification(result="federation_failed", message="x", times=1)},
        {"ends_after": Verification(result="credential_failed", message="x", times=9)},
        {"ends_after": Verification(result="azure_permission", message="x", times=9)},
        {"ends_after": Verification(result="unknown", message="x", times=9)},
        {"can_go_back": False},
        {"secured": HAND_OFF},
    ],
    ids=str,
)
def test_nothing_else_is_taken_back(near: dict[str, t.Any]) -> None:
    world = World(**{"ends_after": BROKEN, **near})
    outcome = go(world, revert_on_failure=True)
    assert (outcome.status, scheme_of(outcome), world.schemes) == ("failed", WIF, [THERE])


def test_nothing_is_taken_back_unasked() -> None:
    world = World(ends_after=BROKEN)
    assert (go(world).status, world.schemes) == ("failed", [THERE])


def test_what_changed_besides_is_never_taken_back() -> None:
    world = that_loses_a_share(ends_after=BROKEN)
    assert (go(world, revert_on_failure=True).status, world.schemes) == ("failed", [THERE])


def test_a_revert_is_not_taken_back() -> None:
    world = World(stored=converted(), ends_after=BROKEN)
    outcome = go(world, to=SERVICE_PRINCIPAL, revert_on_failure=True)
    assert (outcome.status, world.schemes) == ("failed", [BACK])
    assert outcome.error
    assert "reverted" not in outcome.error.message


def test_a_way_back_that_is_closed_is_told() -> None:
    def closes(stored: Json) -> None:
        stored["data"].pop("revertSchemeDeadline", None)

    world = World(ends_after=BROKEN, reads=["ok", "ok", closes])
    outcome = go(world, revert_on_failure=True)
    assert (outcome.status, scheme_of(outcome), outcome.settled, world.schemes) == ("failed", WIF, False, [THERE])
    assert outcome.error
    assert outcome.error.message.endswith("It was not reverted: revert_window_passed.")


def test_a_way_back_that_does_not_end_is_told_as_one_that_was_asked_for() -> None:
    def takes_long(stored: Json) -> None:
        world.works_for = 10_000

    world = World(ends_after=BROKEN, reads=["ok", "ok", takes_long])
    outcome = go(world, revert_on_failure=True)
    assert (outcome.status, outcome.settled, world.schemes) == ("waiting", False, [THERE, BACK])
    assert outcome.error
    assert "AADSTS70021" in outcome.error.message
    assert "The way back was asked for and is not confirmed" in outcome.error.message


def test_what_stops_the_way_back_does_not_hide_why_it_was_wanted() -> None:
    world = World(ends_after=BROKEN, reads=["ok", "ok", "signed_out"])
    outcome = go(world, revert_on_failure=True)
    assert outcome.error
    assert "AADSTS70021" in outcome.error.message
    assert outcome.error.message.endswith("It was not reverted: The token has expired.")


def test_a_connection_that_needs_no_credential_any_more_gets_none() -> None:
    world = Changing(looks=[True, False])
    assert go(world).status == "converted"
    assert not [event for event in world.events if event.startswith("prepared")]


def test_without_facts_about_it_as_it_is_no_credential_is_written_and_nothing_is_sent() -> None:
    world = Changing(looks=[True, None, None])
    outcome = go(world)
    assert (outcome.status, outcome.changed) == ("failed", False)
    assert "changes all the time" in str(outcome.error)
    assert (world.sent, world.events) == ([], [])
