# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the table of known answers: it is whole, it is found, and nothing stands in front of it; codes are compared as wholes."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import BlockedByPolicyError
from ansible_collections.azdo.connections.plugins.module_utils._model import known_answers, recognition
from ansible_collections.azdo.connections.plugins.module_utils._model.known_answers import (
    AZURE_ANSWERS,
    CODE,
    DEVOPS_ANSWERS,
    ENTRA,
    ENTRA_ANSWERS,
    FAMILY,
    OUTAGE_STATUSES,
    POLICY_ANSWERS,
    TEST_ANSWERS,
    TEXT,
    KnownAnswer,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import RESULTS, classify
from ansible_collections.azdo.connections.plugins.module_utils._rest.remedies import remedy_for
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.token_errors import explain

ALL = (*ENTRA_ANSWERS, *TEST_ANSWERS, *DEVOPS_ANSWERS, *POLICY_ANSWERS, *AZURE_ANSWERS)
# What each family speaks of, and codes near it that it must leave alone.
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    r"70021\d{0,2}": (("70021", "700210", "700214", "700219", "7002100", "7002139", "7002199"), ("7002", "70022", "700021", "7000215", "170021", "70021000")),
    "700213|7002137": (("700213", "7002137"), ("7002136", "70021371")),
    "7000216|7000218": (("7000216", "7000218"), ("7000217", "700021")),
    "90002|900023": (("90002", "900023"), ("900021", "90023")),
    r"530\d{2,3}|50005|50097|50131": (("53000", "53003", "53011", "530032", "530035", "50005"), ("5300", "50003", "500051", "5300311")),
    "90006|90012|90024|90033|90055": (("90006", "90033"), ("90007", "900061")),
    "Status Code": (("Status Code: 'ServiceUnavailable', x", "status code: '503'"), ("Status Code: 'Forbidden'", "Status Code: 'NotFound'")),
    "Too Many Requests": (
        ("error: (503) Server Unavailable.", "502 Bad Gateway", "504 Gateway Time-out", "success: 500 (Internal Server Error).", "TF400898: An Internal Error"),
        ("(403) Forbidden", "of 500 subscriptions", "connection 503 of the project"),
    ),
    r"\bIP ": (("by an IP fencing policy", "IP address validation failed", "your IP is not allowed"), ("VIP fencing", "the IP of the agent")),
    "No such host is known": (("The operation has timed out.", "A task was canceled.", "request timed out"), ("The key was cancelled", "timed")),
}  # fmt: skip


def family_of(row: KnownAnswer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return next(samples for key, samples in FAMILIES.items() if key in row.pattern)


def samples(row: KnownAnswer) -> tuple[str, ...]:
    """What this row is for, as Azure DevOps would say it."""
    if row.kind == FAMILY:
        found, start = family_of(row)[0], "AADSTS" if row.seen == known_answers.ENTRA else ""
        return tuple(f"It failed: {start}{text}: and so on." for text in found)
    number = f"AADSTS{row.pattern}" if row.seen == known_answers.ENTRA and row.kind == CODE else row.pattern
    return (f"It failed: {number}: and so on.", f"It failed: {number.swapcase() if row.kind == TEXT else number}, 'x'.")


def name(row: KnownAnswer) -> str:
    return f"{row.seen}-{row.pattern[:30]}"


@pytest.mark.parametrize("row", ALL, ids=name)
def test_a_row_is_whole(row: KnownAnswer) -> None:
    assert row.kind in (CODE, FAMILY, TEXT)
    assert row.means in ("", *RESULTS)
    assert row.sure in ("documented", "observed", "assumed")
    assert row.source
    assert re.fullmatch(r"2026-\d\d", row.date)
    for sentence in filter(None, (row.remedy, row.sign_in)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")


def test_no_pattern_stands_twice_in_a_table() -> None:
    for table in (ENTRA_ANSWERS, TEST_ANSWERS, DEVOPS_ANSWERS, POLICY_ANSWERS, AZURE_ANSWERS):
        patterns = [row.pattern.lower() for row in table]
        assert len(patterns) == len(set(patterns))


@pytest.mark.parametrize("row", [*ENTRA_ANSWERS, *TEST_ANSWERS], ids=name)
def test_what_a_test_says_is_what_the_row_means(row: KnownAnswer) -> None:
    for text in samples(row):
        found = classify({"statusCode": "badRequest", "errorMessage": text})
        assert found.result == row.means, text
        assert found.message == text
        assert found.remedy
        # A narrower row may stand in front of a family, and means the same.
        if row.kind != FAMILY:
            assert found.remedy == (row.remedy or RESULTS[row.means])
            assert found.of_the_tenant is row.everywhere


@pytest.mark.parametrize("row", [row for row in ALL if row.kind == FAMILY], ids=name)
def test_a_family_leaves_its_neighbours_alone(row: KnownAnswer) -> None:
    found, others = family_of(row)
    for text in (*found, *others):
        codes = (text,) if row.seen == known_answers.ENTRA else ()
        assert recognition.fits(row, text, codes) is (text in found), text


@pytest.mark.parametrize("row", [row for row in ENTRA_ANSWERS if row.kind == CODE], ids=name)
def test_a_code_with_a_digit_more_or_less_is_another_one(row: KnownAnswer) -> None:
    for code in (f"{row.pattern}9", row.pattern[:-1], f"1{row.pattern}"):
        assert not recognition.fits(row, f"AADSTS{code}", (code,))


@pytest.mark.parametrize("row", [row for row in ENTRA_ANSWERS if row.sign_in], ids=name)
def test_the_own_sign_in_gets_its_sentence(row: KnownAnswer) -> None:
    for text in samples(row):
        error = explain(RuntimeError(text), "service_principal", "Azure DevOps", "https://login.microsoftonline.com")
        assert error.remedy.endswith(".")
        assert error.remedy == row.sign_in or row.kind == FAMILY


@pytest.mark.parametrize(
    "row", [*POLICY_ANSWERS, *(row for row in ENTRA_ANSWERS if row.means == "blocked_by_policy")], ids=name
)
def test_a_policy_is_known_by_what_it_says(row: KnownAnswer) -> None:
    for text in samples(row):
        found = recognition.of_policy(text)
        assert found
        assert found.means == "blocked_by_policy"
        assert isinstance(explain(RuntimeError(text), "azure_cli", "x", "y"), BlockedByPolicyError) is (
            row.seen == ENTRA
        )


@pytest.mark.parametrize("row", [*DEVOPS_ANSWERS, *AZURE_ANSWERS], ids=name)
def test_a_refusal_of_something_else_is_no_policy(row: KnownAnswer) -> None:
    assert not any(recognition.of_policy(text) for text in samples(row))


@pytest.mark.parametrize("row", [*DEVOPS_ANSWERS, *AZURE_ANSWERS], ids=name)
def test_a_refusal_gets_its_remedy(row: KnownAnswer) -> None:
    if row.kind == CODE:
        assert remedy_for("Something.", row.pattern) == row.remedy
        assert remedy_for("Something.", f"{row.pattern}X") == ""
        return
    for text in samples(row):
        assert remedy_for(text) == row.remedy


@pytest.mark.parametrize("status", sorted(OUTAGE_STATUSES))
def test_a_status_alone_tells_an_outage(status: str) -> None:
    assert classify({"statusCode": status, "errorMessage": "Something."}).result == "outage"
    assert classify({"statusCode": status.upper()}).result == "outage"
    known: t.Any = {"statusCode": status, "errorMessage": "AADSTS700213: No matching federated identity record found."}
    assert classify(known).result == "federation_failed"


def test_a_refusal_that_nobody_knows_has_no_remedy() -> None:
    assert remedy_for("Something.", "SomethingElse") == ""
    assert "region" in remedy_for("Something.", status=405)
