# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run saw and what it did not: gaps, doubts, and what is allowed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotPermittedError, UnreadError
from ansible_collections.azdo.connections.plugins.module_utils._model.coverage import Coverage
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import survey

from unit.plugins._helpers.connections import LOGISTICS, PAYMENTS, WEB_SHOP, partial, raw

FORBIDDEN = NotPermittedError("TF400813: not allowed.", status=403)


def coverage(
    payments: t.Any = None, web_shop: t.Any = None, logistics: t.Any = None, *, allowed: tuple[str, ...] = ()
) -> Coverage:
    lists = [(PAYMENTS, payments), (WEB_SHOP, web_shop), (LOGISTICS, logistics)]
    return survey([(p, answer) for p, answer in lists if answer is not None], named=False, allowed=allowed).coverage


def test_everything_was_seen() -> None:
    seen = coverage([raw()], [])
    assert (seen.gaps, seen.doubts, seen.error) == ("", "", None)
    assert seen.to_plan() == {"projects": [], "connections": []}


def test_an_empty_list_is_a_doubt_where_all_are_empty_and_never_a_gap() -> None:
    seen = coverage([], [])
    assert (seen.gaps, seen.error) == ("", None)
    assert seen.doubts.startswith("No connection is shown in 'Payments', 'Web Shop', which is also what")
    seen.check_that_something_was_read()


def test_gaps_are_told_with_names_and_the_first_reason() -> None:
    seen = coverage([partial()], FORBIDDEN, FORBIDDEN)
    assert seen.gaps == (
        "2 projects could not be read: 'Web Shop', '物流 Logistics'; nothing is known about their connections ('Web Shop': TF400813: not allowed). "
        "1 connection is visible in part only: aaaaaaaa-0000-4000-8000-000000000001 in 'Payments' "
        "(data, type or authorization)."
    )
    assert seen.error
    assert seen.error.details["unread"] == [WEB_SHOP.id, LOGISTICS.id]
    assert "allow_unread with 'Web Shop', '物流 Logistics', 'Payments'" in seen.error.remedy


def test_what_is_allowed_is_no_error_and_still_a_gap() -> None:
    seen = coverage([raw()], FORBIDDEN, allowed=(WEB_SHOP.id,))
    assert seen.error is None
    assert "'Web Shop'" in seen.gaps
    assert seen.to_plan()["projects"] == [WEB_SHOP.id.lower()]
    assert coverage([partial()], [raw()], allowed=(PAYMENTS.id,)).error is None
    assert coverage([partial()], FORBIDDEN, allowed=(PAYMENTS.id,)).error


def test_only_some_projects_may_count() -> None:
    seen = coverage([partial()], FORBIDDEN, [raw()])
    assert seen.within({LOGISTICS.id.lower()}).error is None
    assert seen.within({PAYMENTS.id.lower()}).gaps.startswith("1 connection is")
    assert seen.within(None) == seen


@pytest.mark.parametrize("allowed", [(), (PAYMENTS.id, WEB_SHOP.id)])
def test_if_nothing_was_read_that_is_an_error_whatever_is_allowed(allowed: tuple[str, ...]) -> None:
    with pytest.raises(UnreadError, match="Nothing could be read: 2 projects could not be read"):
        coverage(FORBIDDEN, FORBIDDEN, allowed=allowed).check_that_something_was_read()
    with pytest.raises(UnreadError, match="shows no project"):
        survey([], named=False).coverage.check_that_something_was_read()
    survey([], named=True).coverage.check_that_something_was_read()
    coverage([], FORBIDDEN).check_that_something_was_read()
