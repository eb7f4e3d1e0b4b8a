# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells: rows, diff, warnings, the failure, and all of it in numbers."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._convert.rows import (
    Row,
    diff,
    failure,
    warnings,
)
from ansible_collections.azdo.connections.plugins.module_utils._convert.run_summary import STATUSES, run_summary
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import PlannedRow, Selection
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.coverage import Coverage
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import survey
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts, Use
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._move.move import Outcome
from ansible_collections.azdo.connections.plugins.module_utils._rules.hand_off import HandOff
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason
from ansible_collections.azdo.connections.plugins.module_utils._rules.rollback import Rollback

from unit.plugins._helpers.connections import (
    ENTRA,
    NOW,
    PAYMENTS,
    VSTOKEN,
    connection,
    converted,
    federated,
    make_plan,
    raw,
    situation,
)

LINE = "Payments / azure-prod (aaaaaaaa-0000-4000-8000-000000000001): "


def planned(answer: Json | None = None, target: str = WIF, **about: t.Any) -> PlannedRow:
    estate = survey([(PAYMENTS, [raw() if answer is None else answer])], named=False)
    request = Selection(target=target, projects=None, connections=("azure-prod",))
    (row,) = make_plan(estate, request, situation(**about))
    return row


def replaced(row: PlannedRow, **assessment: t.Any) -> PlannedRow:
    """The row with another assessment."""
    return dataclasses.replace(row, assessment=dataclasses.replace(row.assessment, **assessment))


def done(answer: Json | None = None, issuer: str = ENTRA) -> Row:
    after = connection(federated(NOW + timedelta(days=7), issuer))
    return Row(planned(answer), Outcome(status="converted", changed=True, after=after))


def failed(name: str, remedy: str = "") -> Row:
    error = ServiceError("It was refused.", status=400, remedy=remedy).about(name)
    return Row(planned(), Outcome(status="failed", error=error))


def shown(*rows: Row) -> list[Json]:
    return [row.to_result(NOW) for row in rows]


# -- rows --------------------------------------------------------------------------------------------------------------
def test_a_row_of_a_conversion() -> None:
    (row,) = shown(done())
    assert row == {
        "id": "aaaaaaaa-0000-4000-8000-000000000001",
        "name": "azure-prod",
        "project": "Payments",
        "project_id": PAYMENTS.id,
        "projects": [{"id": PAYMENTS.id, "name": "Payments", "connection_name": "azure-prod", "description": ""}],
        "target": WIF,
        "status": "converted",
        "reasons": [],
        "error": None,
        "rollback": "unknown",
        "rollback_reason": "Azure DevOps offers to go back for seven days; whether the old secret works is not known. When the secret ends was not read.",
        "revert_deadline": "2026-06-08T12:00:00Z",
        "last_used": None,
        "never_used": None,
        "created_by": "Sam Operator",
        "before": {"scheme": SERVICE_PRINCIPAL, "issuer": None, "issuer_kind": None, "subject": None},
        "after": {
            "scheme": WIF,
            "issuer": ENTRA,
            "issuer_kind": "entra",
            "subject": "sc://contoso/Payments/azure-prod",
        },
        "verification": {"before": None, "after": None},
        "hand_off": None,
        "notes": [],
    }


def test_a_row_tells_of_the_last_use_where_it_was_read() -> None:
    used = Use(never_used=False, last_used=NOW, definitions=(), running=())
    unused = Use(never_used=True, last_used=None, definitions=(), running=())
    rows = [Row(replaced(planned(), facts=facts)) for facts in (Facts(use=used), Facts(use=unused), None)]
    assert [row["last_used"] for row in shown(*rows)] == ["2026-06-01T12:00:00Z", None, None]
    assert sorted(str(row["never_used"]) for row in shown(*rows)) == ["False", "None", "True"]


def test_a_forecast_has_no_end_yet() -> None:
    row = Row(planned())
    (result,) = shown(row)
    assert row.changed
    assert (result["status"], result["after"], result["error"]) == ("would_convert", None, None)


def test_the_reasons_of_the_fresh_read_replace_those_of_the_plan() -> None:
    fresh = (Reason("disabled", "blocks"),)
    row = Row(planned(caller="unknown"), Outcome(status="skipped", reasons=fresh))
    assert [reason["code"] for reason in shown(row)[0]["reasons"]] == ["disabled"]
    assert [reason["code"] for reason in shown(Row(planned(caller="unknown")))[0]["reasons"]] == ["unknown"]


@pytest.mark.parametrize(
    ("answer", "target", "rollback"),
    [
        (raw(), WIF, "unknown"),
        (raw(data={"creationMode": "Manual"}), WIF, "impossible"),
        (converted(3), WIF, "unknown"),
        (converted(-1), WIF, "impossible"),
        (converted(3), SERVICE_PRINCIPAL, "possible"),
    ],
)
def test_whether_there_is_a_way_back_is_never_promised(answer: Json, target: str, rollback: str) -> None:
    """The old secret was not tried."""
    assert shown(Row(planned(answer, target)))[0]["rollback"] == rollback


def test_an_error_in_a_row() -> None:
    assert shown(failed("Payments / azure-prod", "Ask."))[0]["error"] == {
        "code": "service_error",
        "message": "Payments / azure-prod: It was refused.",
        "remedy": "Ask.",
        "details": {"status": 400},
    }


def test_the_tests_and_the_work_for_a_person_are_in_the_row() -> None:
    tested = Facts(tested=Verification(result="ok"))
    row = replaced(planned(), facts=tested)
    bad = Verification(result="federation_failed", message="AADSTS70021: x", times=4)
    hand_off = HandOff(connection=connection(), wish=None, why="Nobody knows the pair.")
    (result,) = shown(Row(row, Outcome(status="waiting", tested=bad, hand_off=hand_off)))
    assert result["verification"] == {
        "before": {"result": "ok", "message": ""},
        "after": {"result": "federation_failed", "message": "AADSTS70021: x"},
    }
    assert result["hand_off"] == hand_off.to_result()


@pytest.mark.parametrize(
    ("after", "rollback"),
    [
        (federated(NOW + timedelta(days=7)), "possible"),
        (federated(), "impossible"),
        (federated(NOW), "impossible"),
        (federated(data={"revertSchemeDeadline": "soon"}), "unknown"),
    ],
)
def test_after_a_conversion_its_deadline_counts_too(after: Json, rollback: str) -> None:
    row = replaced(planned(), rollback=Rollback("possible", "The test got a token."))
    (result,) = shown(Row(row, Outcome(status="converted", changed=True, after=connection(after))))
    assert result["rollback"] == rollback


# -- diff --------------------------------------------------------------------------------------------------------------
def test_the_diff_of_a_conversion_and_of_its_forecast() -> None:
    wanted = {"before": f"{LINE}{SERVICE_PRINCIPAL}\n", "after": f"{LINE}{WIF}\n"}
    assert diff(shown(done())) == wanted
    assert diff(shown(Row(planned()))) == wanted
    assert diff(shown(Row(planned(caller="unknown")))) == wanted


def test_the_diff_of_a_revert() -> None:
    row = Row(planned(converted(), SERVICE_PRINCIPAL))
    assert diff(shown(row)) == {"before": f"{LINE}{WIF}\n", "after": f"{LINE}{SERVICE_PRINCIPAL}\n"}


@pytest.mark.parametrize("status", ["skipped", "unchanged", "failed"])
def test_what_was_left_alone_is_no_difference(status: str) -> None:
    rows = shown(Row(planned(raw(isDisabled=True)), Outcome(status=status, error=AzdoError("x"))))
    assert diff(rows) == {"before": "", "after": ""}


def test_a_change_of_issuer_is_shown_as_one() -> None:
    old, new = federated(issuer=VSTOKEN), connection(federated(issuer=ENTRA))
    told = {"before": f"{LINE}azure_devops issuer\n", "after": f"{LINE}entra issuer\n"}
    about: dict[str, t.Any] = {"organization": "contoso"}
    done = Row(planned(old, ENTRA_ISSUER, **about), Outcome(status="migrated", changed=True, after=new))
    assert diff(shown(done)) == told
    assert diff(shown(Row(planned(old, ENTRA_ISSUER, **about)))) == told


def test_what_would_wait_for_a_person_is_no_difference() -> None:
    unconfirmed = frozenset({"aaaaaaaa-0000-4000-8000-000000000001"})
    row = Row(
        planned(
            federated(issuer=VSTOKEN),
            ENTRA_ISSUER,
            organization="contoso",
            unconfirmed=unconfirmed,
        )
    )
    assert row.status == "would_wait"
    assert diff(shown(row)) == {"before": "", "after": ""}


def test_what_was_taken_back_is_no_difference_and_a_failure() -> None:
    rows = shown(Row(planned(), Outcome(status="rolled_back", after=connection(raw()), error=AzdoError("It failed."))))
    assert diff(rows) == {"before": "", "after": ""}
    assert str(failure(rows)) == "1 of 1 connections failed. It failed."


# -- the failure -------------------------------------------------------------------------------------------------------
def test_what_is_not_confirmed_is_unfinished_work() -> None:
    about = AzdoError("not yet").about("Payments / azure-prod")
    waiting = Row(planned(), Outcome(status="waiting", changed=True, error=about))
    error = failure(shown(done(), waiting))
    assert error
    assert (error.code, error.details["waiting"]) == ("unfinished", [waiting.planned.connection.id])
    assert str(error).startswith("1 of 2 connections is not confirmed. Payments / azure-prod: not yet")


def test_what_was_done_is_no_failure() -> None:
    assert failure(shown(done())) is None
    assert failure([]) is None


def failed_as(**remedies: str) -> list[Json]:
    """Results of connections by their names, each with the remedy of its error."""
    return [{**shown(failed(name, remedy))[0], "name": name} for name, remedy in remedies.items()]


def test_what_failed_alike_is_said_once_with_the_first_three_names() -> None:
    error = failure([*shown(done()), *failed_as(a="Ask.", b="Ask.", c="Ask.", d="Ask.", e="Ask.")])
    assert error
    assert str(error) == "5 of 6 connections failed. a, b, c and 2 more: It was refused. Ask."
    assert len(error.details["failed"]) == 5


def test_what_failed_differently_is_said_for_each() -> None:
    error = failure(failed_as(a="Ask.", b="Wait.", c="Ask.", d="Go.", e="Stop."))
    assert str(error) == (
        "5 of 5 connections failed. a, c: It was refused. Ask.; b: It was refused. Wait.; d: It was refused. Go.; and 1 more"
    )


# -- warnings ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rows", "complete", "by_name", "warned"),
    [
        ([], False, False, True),
        ([], True, False, False),
        ([], False, True, False),
        ([done()], False, False, False),
    ],
)
def test_nothing_to_do_is_only_said_when_everything_was_seen(
    rows: list[Row], complete: bool, by_name: bool, warned: bool
) -> None:
    found = warnings(shown(*rows), (), complete=complete, selected_by_name=by_name)
    assert any("not everything could be seen" in text for text in found) is warned


def test_what_concerns_the_whole_run_is_said_once() -> None:
    rows = shown(*[Row(planned(caller="non_user"))] * 3, *[Row(planned(hosted=False))] * 2)
    found = warnings(rows, (), complete=True, selected_by_name=False)
    assert [text.split(" ", 1)[0] for text in found] == ["3", "2"]


def test_the_old_issuer_is_mentioned() -> None:
    found = warnings(shown(done(issuer=VSTOKEN), done(issuer=ENTRA)), (), complete=True, selected_by_name=False)
    assert len(found) == 1
    assert found[0].startswith("1 converted connection uses the Azure DevOps issuer")
    assert "2027-07-01" in found[0]


def test_what_several_have_to_say_is_said_once_with_the_first_names() -> None:
    notes = [("one", "It was not tested."), ("two", "A remark."), *((name, "It was not tested.") for name in "abcd")]
    assert warnings([], notes, complete=True, selected_by_name=False) == [
        "two: A remark.",
        "one, a, b and 2 more: It was not tested.",
    ]


def test_a_forecast_tells_the_work_for_a_person_too() -> None:
    hand_off = HandOff(connection=connection(), wish=None, why="x")
    row = replaced(planned(), hand_off=hand_off)
    assert shown(Row(row))[0]["hand_off"] == hand_off.to_result()
    assert shown(Row(row, Outcome(status="converted")))[0]["hand_off"] is None


@pytest.mark.parametrize("error", [None, AzdoError("It was refused.")])
def test_work_for_people_is_unfinished_work(error: AzdoError | None) -> None:
    hand_off = HandOff(connection=connection(), wish=None, why="Nobody knows the pair.")
    found = failure(shown(Row(planned(), Outcome(status="needs_person", hand_off=hand_off, error=error)), done()))
    assert found
    assert (found.code, len(found.details["needs_person"])) == ("unfinished", 1)
    assert (
        str(found)
        == "1 of 2 connections is waiting for a person. Payments / azure-prod: Nobody knows the pair. Its hand_off says what to do."
    )


# -- numbers -----------------------------------------------------------------------------------------------------------
def test_the_numbers_of_a_run() -> None:
    rows = shown(done(), failed("x"), Row(planned(raw(isDisabled=True)), Outcome(status="skipped")))
    coverage = Coverage(1, (), (), (), named=False)
    summary = run_summary(
        rows,
        {"organization": "contoso"},
        target=WIF,
        not_selected={"already_federated": [{"id": id_} for id_ in "abcdef"]},
        coverage=coverage,
        unsettled=[],
        held_back=1.26,
    )
    assert (summary["organization"], summary["to"]) == ("contoso", WIF)
    assert set(summary["by_status"]) == set(STATUSES)
    assert {status: count for status, count in summary["by_status"].items() if count} == {
        "converted": 1, "failed": 1, "skipped": 1,
    }  # fmt: skip
    assert summary["by_reason"] == {"disabled": 1}
    assert (summary["seen"], summary["selected"], summary["seconds_held_back"]) == (9, 3, 1.3)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (WIF, "old versions of some tasks cannot use workload identity federation"),
        (SERVICE_PRINCIPAL, "Tasks inside pipelines were not checked."),
        (ENTRA_ISSUER, "Microsoft does not document"),
    ],
)
def test_what_no_request_can_tell_is_said(target: str, said: str) -> None:
    coverage = Coverage(1, (), (), (), named=False)
    summary = run_summary(
        [],
        {},
        target=target,
        not_selected={},
        coverage=coverage,
        unsettled=[],
        held_back=0,
    )
    assert said in summary["not_checked"]
    assert summary["not_checked"].startswith("Tasks inside pipelines were not checked")
