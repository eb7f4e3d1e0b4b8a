# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights on a connection: given exactly, never the last administrator, and nobody loses the right to go on before the end."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._access.right_plan import (
    Held,
    NoAdministratorError,
    RightPlan,
    read_roles,
    refuse_to_saw_it_off,
    refuse_without_administrator,
    right_plan,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import Holder
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import UnreadableError
from hypothesis import given
from hypothesis import strategies as st

from unit.plugins._helpers.connections import PAYMENTS

ANN, BOB, TEAM, ADMINS = (Holder(name.lower(), name) for name in ("Ann", "Bob", "Team", "Admins"))
INHERITED = Held(ADMINS, "administrator", own=False)


def own(holder: Holder, role: str) -> Held:
    return Held(holder, role, own=True)


def plan(held: list[Held], wanted: dict[Holder, str], *, append: bool = False) -> RightPlan | None:
    return right_plan(PAYMENTS, held, wanted, append=append)


def test_given_is_exact_and_what_comes_from_elsewhere_stays() -> None:
    held = [own(ANN, "administrator"), own(BOB, "user"), INHERITED]
    found = plan(held, {ANN: "administrator", TEAM: "reader"})
    assert found is not None
    assert found.given == {TEAM: "reader"}
    assert found.taken == (BOB,)
    assert found.before == ("Bob: user",)
    assert found.after == ("Team: reader",)


def test_append_takes_from_nobody() -> None:
    found = plan([own(BOB, "user"), INHERITED], {TEAM: "user"}, append=True)
    assert found is not None
    assert (found.given, found.taken) == ({TEAM: "user"}, ())


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ([own(ANN, "administrator")], {ANN: "administrator"}),
        ([INHERITED], {ADMINS: "administrator"}),
        ([INHERITED], {}),
    ],
)
def test_what_is_as_wanted_is_no_change(held: list[Held], wanted: dict[Holder, str]) -> None:
    assert plan(held, wanted) is None


def test_another_role_than_the_inherited_one_is_given() -> None:
    found = plan([INHERITED], {ADMINS: "reader"})
    assert found is not None
    assert found.given == {ADMINS: "reader"}


@pytest.mark.parametrize("wanted", [{}, {ANN: "user"}, {BOB: "reader", TEAM: "user"}])
def test_the_last_administrator_stays(wanted: dict[Holder, str]) -> None:
    with pytest.raises(NoAdministratorError, match=r"without an administrator in 'Payments'"):
        plan([own(ANN, "administrator"), own(BOB, "user")], wanted)
    # With one from the project somebody is left.
    assert plan([own(ANN, "administrator"), own(BOB, "user"), INHERITED], wanted)


def test_who_loses_the_right_to_administer_loses_it_last_and_the_caller_after_the_others() -> None:
    held = [own(ANN, "administrator"), own(BOB, "administrator"), own(TEAM, "user")]
    found = plan(held, {ADMINS: "administrator", ANN: "user"})
    assert found is not None
    assert found.losing == {"ann", "bob"}
    assert (found.safe.given, found.safe.taken) == ({ADMINS: "administrator"}, (TEAM,))
    assert (found.rest.given, found.rest.taken) == ({ANN: "user"}, (BOB,))
    assert (found.rest.without("ann").given, found.rest.without("ann").taken) == ({}, (BOB,))
    assert (found.rest.only("ann").given, found.rest.only("ann").taken) == ({ANN: "user"}, ())


def test_where_it_is_not_yet_an_administrator_has_to_be_named() -> None:
    refuse_without_administrator(PAYMENTS, {ANN: "administrator"}, append=False)
    refuse_without_administrator(PAYMENTS, {ANN: "user"}, append=True)
    with pytest.raises(NoAdministratorError, match="names no administrator for 'Payments'"):
        refuse_without_administrator(PAYMENTS, {ANN: "user"}, append=False)


def test_nobody_saws_off_the_branch_that_the_caller_may_sit_on() -> None:
    held = [own(TEAM, "administrator"), own(BOB, "administrator")]
    found = plan(held, {ADMINS: "administrator"})
    assert found is not None
    with pytest.raises(NoAdministratorError, match="this caller may have it through one of them"):
        refuse_to_saw_it_off(found, held, "ann")
    # Who has it by itself keeps it to the end, and so does who has it from the project.
    refuse_to_saw_it_off(found, held, "bob")
    refuse_to_saw_it_off(found, [*held, Held(ANN, "administrator", own=False)], "ann")
    refuse_to_saw_it_off(found, [*held, own(ANN, "administrator")], "somebody")


HOLDERS = st.sampled_from([ANN, BOB, TEAM, ADMINS])
ROLES = st.sampled_from(["administrator", "user", "reader"])


@given(st.dictionaries(HOLDERS, ROLES), st.dictionaries(HOLDERS, ROLES), st.dictionaries(HOLDERS, ROLES), st.booleans())
def test_parts_are_the_whole_and_the_end_is_as_wanted(
    mine: dict[Holder, str], theirs: dict[Holder, str], wanted: dict[Holder, str], append: bool
) -> None:
    held = [own(*item) for item in mine.items()] + [Held(*item, own=False) for item in theirs.items()]
    try:
        found = plan(held, wanted, append=append)
    except NoAdministratorError:
        return
    if found is None:
        return
    parts = [half for part in (found.safe, found.rest) for half in (part.without("ann"), part.only("ann"))]
    after = dict(mine)
    for part in parts:
        after |= part.given
        after = {holder: role for holder, role in after.items() if holder not in part.taken}
    assert plan([own(*item) for item in after.items()] + held[len(mine) :], wanted, append=append) is None
    before_the_rest = {**mine, **found.safe.given}
    had = {holder for holder, role in mine.items() if role == "administrator"}
    assert all(before_the_rest[holder] == "administrator" for holder in had)


@pytest.mark.parametrize(
    "odd",
    [
        {"identity": {}, "role": {"name": "User"}},
        {"identity": {"id": "a"}, "role": {}},
        {"identity": {"id": 7}, "role": {"name": "User"}},
        {},
    ],
)
def test_a_right_of_nobody_knows_whom_is_not_overlooked(odd: Json) -> None:
    with pytest.raises(UnreadableError, match="a right on the connection"):
        read_roles([odd])
