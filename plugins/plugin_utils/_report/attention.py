# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What needs attention first, and which connections that is.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._model.facts import ISSUER_RETIRES
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import TARGETS, Entry, issuer_retires
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import UNKNOWN
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import SERVICE_PRINCIPAL

_TEST_FAILURES = (
    "federation_failed",
    "credential_failed",
    "identity_disabled",
    "identity_missing",
    "tenant_not_found",
    "blocked_by_policy",
    "azure_permission",
    "subscription_gone",
    "subscription_moved",
)


@dataclass(frozen=True)
class Point:
    """Something that somebody has to see to.

    :param tone: ``bad`` hurts already, ``warn`` will.
    :param members: places in the list of entries. :param elsewhere: how many connections without an entry it is about.
    """

    key: str
    tone: str
    sentence: str
    members: tuple[int, ...]
    elsewhere: int = 0

    @property
    def number(self) -> int:
        return len(self.members) + self.elsewhere


_Rule = tuple[str, str, str, t.Callable[[Entry], bool]]


def points(listed: t.Sequence[Entry], now: datetime, old_elsewhere: int = 0) -> list[Point]:
    """Return what applies to at least one connection, the worst first.

    :param old_elsewhere: how many connections of other types have the issuer that retires.
    """
    found = [
        Point(key, tone, sentence, tuple(place for place, entry in enumerate(listed) if holds(entry)))
        for key, tone, sentence, holds in [*_run_rules(), *_state_rules(), *_time_rules(now)]
    ]
    left, retires = _retires(now)
    others = f"of other types {retires}; this collection does not handle them"
    found.append(Point("old_issuer_elsewhere", "warn" if left else "bad", others, (), old_elsewhere))
    return sorted((point for point in found if point.number), key=lambda point: point.tone != "bad")


def _is(column: str, *values: str) -> t.Callable[[Entry], bool]:
    return lambda entry: entry[column].plain in values


def _has(code: str) -> t.Callable[[Entry], bool]:
    return lambda entry: any(
        code == found for column in (*TARGETS, "reasons") for found, _effect in entry[column].codes
    )


def _run_rules() -> list[_Rule]:
    return [
        ("failed", "bad", "failed", _is("status", "failed")),
        ("rolled_back", "bad", "moved and taken back, because something was wrong afterwards", _is("status", "rolled_back")),
        ("waiting", "warn", "not confirmed: the service has not finished, or it could not be seen", _is("status", "waiting")),
        ("needs_person", "warn", "refused until a person has done something: each row says what", _is("status", "needs_person")),
        ("not_started", "warn", "not begun: the run stopped before their turn", _has("not_started")),
        (
            "uncertain", "warn", "would wait or be tried, because something is not known or not done",
            _is("status", "would_wait", "would_need_person", "would_attempt"),
        ),
        (
            "no_way_back", "warn", "moved without a certain way back",
            lambda entry: entry["status"].plain == "converted" and entry["rollback"].plain in ("impossible", UNKNOWN),
        ),
    ]  # fmt: skip


def _state_rules() -> list[_Rule]:
    return [
        ("test_failed", "bad", "did not pass the test: pipelines cannot sign in, or lack a role", _failed_its_test),
        ("failed_before", "warn", "did not pass the test before a move: the secret has ended, or the identity lacks something", _failed_before),
        ("broken", "bad", "in the state failed: repair or remove them", _is("state", "failed")),
        ("application_missing", "bad", "without an application in Microsoft Entra: they cannot sign in any more", _has("application_missing")),
        ("partial", "warn", "visible only in part: the caller lacks the permission to see more", _has("no_permission")),
        (
            "incomplete", "warn", "answered in part or unreadably: nothing is done to them, look at them in the portal",
            lambda entry: _has("incomplete_answer")(entry) or _has("unreadable_answer")(entry),
        ),
    ]  # fmt: skip


def _failed_its_test(entry: Entry) -> bool:
    """The test of what is there, or after a move. One before a move is about what the connection was."""
    return not _tested_before(entry) and entry["verification"].plain.rpartition(": ")[2] in _TEST_FAILURES


def _failed_before(entry: Entry) -> bool:
    return _tested_before(entry) and entry["verification"].plain.rpartition(": ")[2] in _TEST_FAILURES


def _tested_before(entry: Entry) -> bool:
    """Whether it was tested only before anything was moved."""
    return entry["verification"].plain.startswith("before: ") and "after: " not in entry["verification"].plain


def _time_rules(now: datetime) -> list[_Rule]:
    left, retires = _retires(now)
    return [
        ("secret_expired", "bad", "with a secret that has expired", _secret_ends(None, now)),
        ("secret_expires", "warn", "with a secret that expires within 30 days", _secret_ends(now, now + timedelta(days=30))),
        (
            "way_back_ends_today", "bad", "whose way back to the secret ends within a day",
            lambda entry: _is_moved(entry) and _between(entry["revert_deadline"].moment, now, now + timedelta(days=1)),
        ),
        (
            "way_back_ends", "warn", "whose way back to the secret ends within two days",
            lambda entry: _is_moved(entry) and _between(entry["revert_deadline"].moment, now + timedelta(days=1), now + timedelta(days=2)),
        ),
        (
            "way_back_unknown", "warn", "whose deadline for the way back to the secret cannot be understood",
            lambda entry: _is_moved(entry) and entry["revert_deadline"].tone == UNKNOWN,
        ),
        ("overdue", "warn", "that Azure DevOps was to disable already, because nothing uses them", _disable_is_overdue),
        ("auto_disable", "warn", "that Azure DevOps disables within 14 days, because nothing uses them", _disabled_soon),
        ("old_issuer", "warn" if left else "bad", retires, issuer_retires),
    ]  # fmt: skip


def _retires(now: datetime) -> tuple[int, str]:
    """The days until then, none once it is over; and the end of a sentence about it."""
    left = max((ISSUER_RETIRES - now).days, 0)
    when = f"which retires on 2027-07-01, in {left} days" if left else "which is retired"
    return left, f"with the Azure DevOps issuer, {when}"


def _is_moved(entry: Entry) -> bool:
    """What signs in with its secret has no way back to end."""
    return entry["scheme"].plain != SERVICE_PRINCIPAL


def _between(moment: datetime | None, start: datetime | None, end: datetime) -> bool:
    return moment is not None and (start is None or start < moment) and moment <= end


def _secret_ends(start: datetime | None, end: datetime) -> t.Callable[[Entry], bool]:
    """Only of those that sign in with it."""
    return lambda entry: (
        entry["scheme"].plain == SERVICE_PRINCIPAL and _between(entry["secret_expires"].moment, start, end)
    )


def _disabled_soon(entry: Entry) -> bool:
    days = entry["days_until_auto_disable"].order
    return days is not None and 0 <= days <= 14


def _disable_is_overdue(entry: Entry) -> bool:
    days = entry["days_until_auto_disable"].order
    return days is not None and days < 0
