# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs out, and what nobody could tell."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import WATCHED
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import KINDS, findings

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
COMPLETE = {"coverage": {"complete": True, "projects": 1}}
Row = dict[str, t.Any]
UNCLEAR = {"possible": None, "window": "unknown", "deadline": None, "hours_left": None, "reported": "06.12.2026"}


def at(days: float) -> str:
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def row(scheme: str = "service_principal", **more: t.Any) -> Row:
    return {"id": "1", "name": "azure", "project": "Web", "scheme": scheme, "enabled": True, **more}


def federated(**more: t.Any) -> Row:
    return row("workload_identity_federation", **more)


def identity(*days: float) -> dict[str, t.Any]:
    return {"kind": "application", "secrets_expire": [at(number) for number in days], "certificates_expire": []}


def seen(kind: str, *rows: Row, days: int = 10, **result: t.Any) -> dict[str, t.Any]:
    return findings({"connections": list(rows), "summary": COMPLETE, **result}, {kind: days}, NOW)


@pytest.mark.parametrize(
    ("kind", "entry", "days_left"),
    [
        ("revert", federated(revert={"possible": True, "deadline": at(3)}), 3.0),
        ("revert", federated(revert={"possible": True, "deadline": at(11)}), None),
        ("revert", federated(revert={"possible": False, "deadline": at(-1)}), None),
        ("secret", row(secret_expires=at(9.5), identity=identity(9.5)), 9.5),
        ("secret", row(secret_expires=at(-400), identity=identity(-400)), -400.0),
        ("secret", row(secret_expires=at(10.5), identity=identity(10.5)), None),
        ("secret", row(secret_expires=None, identity=identity(-5, 4, 200)), 4.0),
        ("secret", federated(secret_expires=at(1), identity=identity(1)), None),
        ("unused", row(usage={"readable": True, "last_used": at(-91)}), 9.0),
        ("unused", row(usage={"readable": True, "last_used": at(-89)}), None),
        ("unused", row(usage={"readable": True, "last_used": at(-120)}), -20.0),
        ("unused", row(enabled=False, usage={"readable": True, "last_used": at(-120)}), None),
        ("unused", row(usage={"readable": True, "never_used": True, "last_used": None}), None),
        ("leftover", federated(identity=identity(-1, 300)), 300.0),
        ("leftover", federated(identity=identity(-1)), None),
        ("leftover", federated(identity=identity(300), revert={"possible": True, "deadline": at(3)}), None),
        ("leftover", row(identity=identity(300)), None),
    ],
)
def test_what_is_near_is_due(kind: str, entry: Row, days_left: float | None) -> None:
    found = seen(kind, entry)
    assert [item["days_left"] for item in found["due"]] == ([] if days_left is None else [days_left])
    assert found["unknown"] == []


@pytest.mark.parametrize(
    ("issuer", "days", "due"), [("azure_devops", 217, 1), ("azure_devops", 216, 0), ("entra", 999, 0), (None, 999, 0)]
)
def test_the_old_issuer_retires(issuer: str | None, days: int, due: int) -> None:
    """2027-07-01 is 216.5 days after that noon."""
    assert len(seen("issuer", federated(issuer_kind=issuer), days=days)["due"]) == due


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("secret", row()),
        ("secret", row(identity=None, secret_expires=None)),
        ("leftover", federated(identity=None)),
        ("leftover", federated(identity={"kind": "missing", "secrets_expire": []})),
        ("leftover", federated(identity={"kind": "application", "secrets_expire": [None]})),
        ("secret", row(identity={"kind": "missing"}, secret_expires=None)),
        ("secret", row(identity={"kind": "application", "secrets_expire": []}, secret_expires=None)),
        ("issuer", federated(issuer_kind="unknown")),
        ("issuer", federated()),
        ("unused", row(usage={"readable": False, "last_used": None})),
        ("unused", row()),
        ("revert", federated(revert=UNCLEAR)),
        ("leftover", federated(identity=identity(300), revert=UNCLEAR)),
    ],
)
def test_what_was_not_read_is_not_fine(kind: str, entry: Row) -> None:
    found = seen(kind, entry, entry)
    assert len(found["unknown"]) == 1
    assert "Web / azure and 1 other" in found["unknown"][0]
    assert found["lines"] == [f"NOT KNOWN: {found['unknown'][0]}"]


def test_what_is_not_watched_is_not_missed() -> None:
    assert seen("issuer", row(), federated(identity=None, issuer_kind="entra"))["lines"] == []


def test_what_could_not_be_seen_is_said() -> None:
    gaps = {"coverage": {"complete": False, "unread": [{"project": "Lab", "reason": "forbidden"}]}}
    problems = [{"host": "web", "message": "no sign-in"}]
    assert seen("issuer", summary=gaps, problems=problems)["unknown"] == ["web: no sign-in", "Lab: forbidden"]
    assert len(seen("issuer", summary={"coverage": {"complete": False}})["unknown"]) == 1


def test_the_sentences_say_who_what_and_when() -> None:
    found = seen("revert", federated(name="<b>\u202ex", revert={"possible": True, "deadline": at(3.2)}))
    assert found["lines"] == [
        f"Web / <b><U+202E>x can be reverted to its secret only until {NOW + timedelta(days=3.2):%Y-%m-%d %H:%M} UTC (in 3 days)."
    ]


def test_they_come_in_the_order_of_time() -> None:
    rows = [
        federated(name=name, revert={"possible": True, "deadline": at(days)}) for name, days in (("b", 5), ("a", 1))
    ]
    assert [item["name"] for item in seen("revert", *rows)["due"]] == ["a", "b"]


def test_every_kind_has_its_words() -> None:
    assert set(KINDS) == {"revert", "secret", "unused", "issuer", "leftover"}


def test_what_can_be_watched_is_what_has_a_sentence() -> None:
    assert tuple(KINDS) == WATCHED
