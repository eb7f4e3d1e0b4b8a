# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result in numbers: the one place that counts connections. Screen, page, Markdown and JSON say what stands here.

PRIVATE to the collection, and pure. Each connection is counted once, and nothing is lost: what was seen is the sum of its parts.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import known_scheme
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import Verdict, main_code, verdict_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    SERVICE_PRINCIPAL,
    TARGETS,
    Result,
    Row,
    is_run,
)

# The statuses of what went wrong. What was taken back because of that has failed as well.
FAILED = ("failed", "rolled_back")
# The statuses of work that is not done: not confirmed, or refused until a person has done something.
UNFINISHED = ("waiting", "needs_person")
DONE = ("converted", "reverted", "migrated", "cleaned")
PLANNED = ("would_convert", "would_revert", "would_migrate", "would_clean")
LEFT = ("skipped", "unchanged")

# What of a federated connection's own makes its old issuer stay supported.
KEEPS_OLD_ISSUER = ("sovereign_cloud", "application_multi_tenant")


@dataclass(frozen=True, kw_only=True)
class RunNumbers:
    """A run or its plan.

    :param secrets: how many sign in with a secret now. :param by_status: the candidates by their status.
    :param left: those that are left alone, by the reason code that says why.
    :param not_candidates: what was seen and is none, by the reason code that says why. :param unread: projects and hosts of which nothing is known.
    """

    secrets: int
    by_status: t.Mapping[str, int]
    left: t.Mapping[str, int]
    not_candidates: t.Mapping[str, int]
    unread: int

    @property
    def selected(self) -> int:
        return sum(self.by_status.values())

    @property
    def seen(self) -> int:
        return self.selected + sum(self.not_candidates.values())

    def of(self, *statuses: str) -> int:
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def done(self) -> int:
        return self.of(*DONE)

    @property
    def to_do(self) -> int:
        return self.of(*PLANNED)

    @property
    def failed(self) -> int:
        return self.of(*FAILED)

    @property
    def left_alone(self) -> int:
        return self.of(*LEFT)

    @property
    def open(self) -> int:
        """Not finished, or not certain; and what has a status that nobody knows."""
        return self.selected - self.done - self.to_do - self.failed - self.left_alone

    def to_result(self) -> dict[str, t.Any]:
        """Shape: ``{seen, selected, not_selected: {code: n}, done, to_do, failed, open, left: {code: n}, secrets, unread}``."""
        return {
            "seen": self.seen,
            "selected": self.selected,
            "not_selected": dict(self.not_candidates),
            "done": self.done,
            "to_do": self.to_do,
            "failed": self.failed,
            "open": self.open,
            "left": dict(self.left),
            "secrets": self.secrets,
            "unread": self.unread,
        }


@dataclass(frozen=True, kw_only=True)
class FleetNumbers:
    """What there is.

    :param verdicts: for each target how many connections have which verdict; together they are all. :param blocked: for each target what blocks, by code.
    :param old_issuer: those whose issuer retires. :param unread: projects and hosts of which nothing is known.
    """

    seen: int
    by_scheme: t.Mapping[str, int]
    verdicts: t.Mapping[str, t.Mapping[Verdict, int]]
    blocked: t.Mapping[str, t.Mapping[str, int]]
    old_issuer: int
    unread: int

    @property
    def secrets(self) -> int:
        return self.by_scheme.get(SERVICE_PRINCIPAL, 0)

    def to_result(self) -> dict[str, t.Any]:
        """Shape: ``{seen, by_scheme: {scheme: n}, eligible: {target: {yes, not_as_this_caller, already_there, no, unknown}}, blocked: {target: {code: n}},
        old_issuer, unread}``."""
        return {
            "seen": self.seen,
            "by_scheme": dict(self.by_scheme),
            "eligible": {target: dict(verdicts) for target, verdicts in self.verdicts.items()},
            "blocked": {target: dict(codes) for target, codes in self.blocked.items()},
            "old_issuer": self.old_issuer,
            "unread": self.unread,
        }


def run_numbers(result: Result) -> RunNumbers:
    """:param result: of azdo_arm_connection_convert, or of several hosts as one."""
    rows = result.get("connections") or ()
    summary = result.get("summary") or {}
    others = summary.get("not_selected") or {}
    return RunNumbers(
        secrets=sum(_scheme_now(row) == SERVICE_PRINCIPAL for row in rows)
        + sum(item.get("scheme") == SERVICE_PRINCIPAL for items in others.values() for item in items),
        by_status=_sorted(str(row.get("status") or "unknown") for row in rows),
        left=_sorted(main_code(row) for row in rows if row.get("status") in LEFT),
        not_candidates=_sorted(code for code, items in others.items() for _item in items),
        unread=_unread(result),
    )


def fleet_numbers(result: Result) -> FleetNumbers:
    """:param result: of azdo_arm_connection_info, or of several hosts as one."""
    rows = result.get("connections") or ()
    verdicts: dict[str, dict[Verdict, int]] = {}
    blocked: dict[str, dict[str, int]] = {}
    for target in TARGETS:
        judged = [verdict_of(row, target) for row in rows]
        verdicts[target] = {kind: sum(found.kind == kind for found in judged) for kind in t.get_args(Verdict)}
        blocked[target] = _sorted(found.main_code for found in judged if found.kind in ("no", "not_as_this_caller"))
    return FleetNumbers(
        seen=len(rows),
        by_scheme=_sorted(known_scheme(row.get("scheme")) for row in rows),
        verdicts=verdicts,
        blocked=blocked,
        old_issuer=sum(issuer_retires(row) for row in rows),
        unread=_unread(result),
    )


def _scheme_now(row: Row) -> t.Any:
    return (row.get("after") or row.get("before") or {}).get("scheme")


def numbers(result: Result) -> RunNumbers | FleetNumbers:
    return run_numbers(result) if is_run(result) else fleet_numbers(result)


def issuer_retires(row: Row) -> bool:
    """Whether the connection has the issuer that retires, and is none of those for which it stays supported."""
    if row.get("issuer_kind") != "azure_devops":
        return False
    verdict = (row.get("eligibility") or {}).get("entra_issuer") or {}
    codes = [*(verdict.get("codes") or ()), *(reason.get("code") for reason in row.get("reasons") or ())]
    return not any(code in KEEPS_OLD_ISSUER for code in codes)


def _unread(result: Result) -> int:
    coverage = (result.get("summary") or {}).get("coverage") or {}
    return len(coverage.get("unread") or ()) + len(result.get("problems") or ())


def _sorted(values: t.Iterable[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))
