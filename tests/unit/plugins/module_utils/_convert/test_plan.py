# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user asked for, and what is to happen to each selected connection."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import (
    PlannedRow,
    Selection,
    unsettled,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import SERVICE_PRINCIPAL, WIF, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, survey

from unit.plugins._helpers.connections import (
    PAYMENTS,
    WEB_SHOP,
    converted,
    federated,
    make_plan,
    partial,
    raw,
    situation,
)

FAILED: dict[str, t.Any] = {"operationStatus": {"state": "Failed"}, "isReady": False}
WAITING: dict[str, t.Any] = {"operationStatus": {"state": "InProgress"}, "isReady": False}


def wanted(target: str = WIF, **other: t.Any) -> Selection:
    return Selection(**{"target": target, "projects": None, "connections": None, **other})


def estate(*answers: Json) -> Estate:
    return survey([(PAYMENTS, list(answers))], named=False)


def plan(request: Selection, *answers: Json, **about: t.Any) -> list[PlannedRow]:
    return make_plan(estate(*answers), request, situation(**about))


# -- requests that cannot mean anything --------------------------------------------------------------------------------
@pytest.mark.parametrize("option", ["projects", "connections"])
@pytest.mark.parametrize("entries", [("",), ("ok", " "), ("\t",)])
def test_an_empty_entry_is_refused(option: str, entries: tuple[str, ...]) -> None:
    with pytest.raises(OptionError, match=f"{option} contains an empty entry"):
        wanted(**t.cast(dict[str, t.Any], {option: entries}))


def test_a_revert_must_be_told_of_what() -> None:
    with pytest.raises(OptionError, match="must be told which"):
        wanted(SERVICE_PRINCIPAL)
    with pytest.raises(OptionError, match="must be told which"):
        wanted(SERVICE_PRINCIPAL, projects=("Payments",))


def test_revert_all_goes_with_a_revert_and_without_names() -> None:
    with pytest.raises(OptionError, match="to=service_principal only"):
        wanted(WIF, revert_all=True)
    for names in ((), ("x",)):
        with pytest.raises(OptionError, match="exclude each other"):
            wanted(SERVICE_PRINCIPAL, revert_all=True, connections=names)


def test_requests_that_are_clear() -> None:
    wanted()
    wanted(projects=(), connections=())
    wanted(SERVICE_PRINCIPAL, connections=())
    wanted(SERVICE_PRINCIPAL, revert_all=True, projects=("Payments",))


# -- selection ---------------------------------------------------------------------------------------------------------
def test_no_names_is_not_the_same_as_all_of_them() -> None:
    assert plan(wanted(connections=()), raw()) == []
    assert plan(wanted(SERVICE_PRINCIPAL, connections=()), converted()) == []
    assert len(plan(wanted(), raw())) == 1


def test_named_connections_get_a_row_whatever_they_are() -> None:
    answers = [
        raw(id="a", name="a", type="github"),
        federated(id="b", name="b"),
        raw(id="c", name="c", **FAILED),
        partial() | {"id": "d", "name": "d"},
        raw(id="e", name="e", data={"creationMode": "Manual"}),
    ]
    rows = plan(wanted(connections=("a", "b", "c", "d", "e")), *answers)
    assert [(row.connection.name, row.forecast) for row in rows] == [
        ("a", "skipped"), ("b", "unchanged"), ("c", "skipped"), ("d", "skipped"), ("e", "skipped"),
    ]  # fmt: skip


def test_revert_all_means_what_was_converted() -> None:
    answers = [
        converted(3, id="open", name="open"),
        converted(-1, id="over", name="over"),
        converted(3, id="broken", name="broken", **FAILED),
        federated(id="never", name="never"),
        raw(id="secret", name="secret"),
        federated(id="odd", name="odd", data={"revertSchemeDeadline": "soon"}),
        converted(3, id="foreign", name="foreign", projects=(WEB_SHOP, PAYMENTS)),
    ]
    rows = plan(wanted(SERVICE_PRINCIPAL, revert_all=True), *answers)
    assert {row.connection.id: row.forecast for row in rows} == {
        "broken": "would_revert",
        "odd": "skipped",
        "open": "would_revert",
        "over": "skipped",
    }


# -- forecasts ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("request_", "answer", "about", "status"),
    [
        (wanted(), raw(), {}, "would_convert"),
        (wanted(), raw(), {"caller": "unknown"}, "would_attempt"),
        (wanted(), raw(), {"caller": "non_user"}, "skipped"),
        (wanted(), raw(), {"caller": "non_user", "attempt_as_non_user": True}, "would_attempt"),
        (wanted(), raw(), {"hosted": False}, "skipped"),
        (wanted(), raw(projects=(PAYMENTS, WEB_SHOP)), {}, "skipped"),
        (wanted(), raw(projects=(PAYMENTS, WEB_SHOP)), {"include_shared": True}, "would_convert"),
        (wanted(), raw(isDisabled=True), {}, "skipped"),
        (wanted(), raw(isDisabled=True), {"include_disabled": True}, "would_convert"),
        (wanted(), raw(data={"environment": "AzureUSGovernment"}), {}, "would_convert"),
        (wanted(connections=("azure-prod",)), federated(), {}, "unchanged"),
        (wanted(SERVICE_PRINCIPAL, connections=("azure-prod",)), raw(), {}, "unchanged"),
        (wanted(SERVICE_PRINCIPAL, connections=("azure-prod",)), converted(), {}, "would_revert"),
        (wanted(SERVICE_PRINCIPAL, connections=("azure-prod",)), converted(), {"caller": "non_user"}, "would_attempt"),
        (wanted(SERVICE_PRINCIPAL, connections=("azure-prod",)), converted(-1), {}, "skipped"),
    ],
)
def test_what_check_mode_foretells(request_: Selection, answer: Json, about: dict[str, t.Any], status: str) -> None:
    (row,) = plan(request_, answer, **about)
    assert row.forecast == status
    assert row.action is status.startswith("would_")


def test_the_sentence_about_each_row_knows_where_the_connection_was_seen() -> None:
    """A project that shows it without being one of its references: sending it back would take it away from there."""
    at_home, abroad = raw(), raw()
    lists = [(PAYMENTS, [at_home]), (WEB_SHOP, [abroad])]
    (row,) = make_plan(survey(lists, named=False), wanted(), situation())
    assert [reason.code for reason in row.assessment.reasons] == ["incomplete_answer"]


# -- what the script's filter hides ------------------------------------------------------------------------------------
def test_automatic_connections_that_are_not_ready_are_mentioned() -> None:
    answers = [
        raw(id="ok"),
        raw(id="failed", name="f", **FAILED),
        federated(id="working", name="w", **WAITING),
        raw(id="manual", data={"creationMode": "Manual"}, **FAILED),
    ]
    everything = estate(*answers)
    rows = make_plan(everything, wanted(), situation())
    assert unsettled(everything, rows) == [
        {
            "id": "working",
            "name": "w",
            "project": "Payments",
            "scheme": "workload_identity_federation",
            "state": "in_progress",
        },
    ]


def test_a_row_is_mentioned_once() -> None:
    everything = estate(raw(id="failed", **FAILED))
    rows = make_plan(everything, wanted(connections=("failed",)), situation())
    assert unsettled(everything, rows) == []
