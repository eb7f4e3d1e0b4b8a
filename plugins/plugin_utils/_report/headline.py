# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says at the top: one sentence, a few numbers, and what could not be seen.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._report import cells
from ansible_collections.azdo.connections.plugins.plugin_utils._report.merge import FAILED, UNFINISHED, coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import Entry
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    Result,
    count,
    one_line,
)

OLD_ISSUER = "azure_devops"

DONE = ("converted", "reverted", "migrated", "cleaned")
PLANNED = ("would_convert", "would_revert", "would_migrate", "would_clean")
OPEN = (*UNFINISHED, "would_wait", "would_need_person", "would_attempt")
LEFT = ("skipped", "unchanged")


@dataclass(frozen=True)
class Figure:
    """A number that is read first.

    :param tone: as that of a cell.
    """

    number: int
    label: str
    tone: str = ""


def how_many(listed: t.Iterable[Entry], key: str, *values: str) -> int:
    return sum(entry[key].plain in values for entry in listed)


def figures(listed: t.Sequence[Entry], *, run: bool) -> list[Figure]:
    return _run_figures(listed) if run else _estate_figures(listed)


def _estate_figures(listed: t.Sequence[Entry]) -> list[Figure]:
    able, secrets = how_many(listed, FEDERATION, cells.YES), how_many(listed, "scheme", SERVICE_PRINCIPAL)
    old, unclear = how_many(listed, "issuer", OLD_ISSUER), how_many(listed, FEDERATION, cells.UNKNOWN)
    found = [
        Figure(len(listed), "service connection" if len(listed) == 1 else "service connections"),
        Figure(secrets, "with a secret or certificate", "warn" if secrets else "good"),
        Figure(able, "can move to workload identity", "good" if able else ""),
        Figure(old, "with the issuer that retires", "warn" if old else "good"),
    ]
    return [*found, Figure(unclear, "could not be judged", "unknown")] if unclear else found


def _run_figures(listed: t.Sequence[Entry]) -> list[Figure]:
    done, planned = how_many(listed, "status", *DONE), how_many(listed, "status", *PLANNED)
    failed, unfinished = how_many(listed, "status", *FAILED), how_many(listed, "status", *OPEN)
    return [
        Figure(planned, "would be moved", "good")
        if planned and not done
        else Figure(done, "moved", "good" if done else ""),
        Figure(failed, "failed or taken back", "bad" if failed else "good"),
        Figure(unfinished, "not finished or uncertain", "warn" if unfinished else "good"),
        Figure(how_many(listed, "status", *LEFT), "left as they are"),
    ]


def headline(listed: t.Sequence[Entry], result: Result, *, run: bool) -> str:
    """Return the report in one sentence; of a fleet of which not everything was seen, it does not claim to be about all."""
    complete = is_complete(result)
    if not listed:
        what = "is selected" if run else "is there"
        return (
            f"No service connection {what}."
            if complete
            else "No service connection could be seen, and not everything could be read."
        )
    return _run_headline(listed) if run else _estate_headline(listed, complete=complete)


def _estate_headline(listed: t.Sequence[Entry], *, complete: bool) -> str:
    able, secrets = how_many(listed, FEDERATION, cells.YES), how_many(listed, "scheme", SERVICE_PRINCIPAL)
    of = f"{able} of {count(len(listed), 'service connection')}{'' if complete else ' that could be seen'}"
    return f"{of} can move to workload identity federation now. {secrets} still sign in with a secret or certificate."


def _run_headline(listed: t.Sequence[Entry]) -> str:
    numbers = Counter(entry["status"].text for entry in listed)
    ranks = {entry["status"].text: entry["status"].order or 0.0 for entry in listed}
    parts = [f"{numbers[text]} {text}" for text in sorted(numbers, key=lambda text: (ranks[text], text))]
    return f"{count(len(listed), 'service connection')} selected: {', '.join(parts)}."


def is_complete(result: Result) -> bool:
    return bool(coverage_of(result).get("complete")) and not result.get("problems") and "connections" in result


def unseen(result: Result) -> list[str]:
    """Return a sentence for everything that is not in the report; empty if all was seen."""
    if "connections" not in result:
        return [one_line(result.get("msg") or "The task ended without a result.")]
    coverage = coverage_of(result)
    lines = [f"{printable(item.get('host'))}: {one_line(item.get('message'))}" for item in result.get("problems") or []]
    lines += [
        f"Project {printable(item.get('project'))}: {one_line(item.get('reason'))}"
        for item in coverage.get("unread") or []
    ]
    partial, empty = coverage.get("partial") or [], coverage.get("empty") or []
    if partial:
        lines.append(
            f"{count(len(partial), 'connection')} could be read only in part: the caller lacks permission to view them."
        )
    lines += [
        f"Project {printable(item)} shows no connection: none there, or the caller may not see them." for item in empty
    ]
    return (
        lines
        if lines or coverage.get("complete")
        else ["Not everything could be seen, and the result does not say what."]
    )


def notes(result: Result) -> list[str]:
    """Return what a run tells beside its rows."""
    summary = result.get("summary") or {}
    lines = [
        f"Not ready, and left alone: {printable(item.get('project'))} / {printable(item.get('name'))} "
        f"({printable(str(item.get('state')).replace('_', ' '))})."
        for item in summary.get("unsettled") or []
    ]
    seconds = round(summary.get("seconds_held_back") or 0)
    if seconds:
        lines.append(f"Azure DevOps held the requests back for {count(seconds, 'second')}.")
    if summary.get("not_checked"):
        lines.append(one_line(summary["not_checked"]))
    return lines


def gaps(listed: t.Sequence[Entry], *, run: bool) -> list[str]:
    """Return what is not known about connections that were seen: no warning can come from there."""
    lines = []
    questions = (
        ("secret_expires", "when the secret expires", "identity", SERVICE_PRINCIPAL),
        ("last_used", "when it was last used", "usage", ""),
    )
    for column, what, include, scheme in questions[:1] if run else questions:
        concerned = [entry for entry in listed if not scheme or entry["scheme"].plain == scheme]
        unknown = how_many(concerned, column, cells.UNKNOWN)
        if unknown:
            lines.append(f"Of {count(unknown, 'connection')} it is not known {what}.")
        elif concerned and not run and not any(entry[column].text for entry in concerned):
            lines.append(f"It was not asked {what}: add {include} to the option include.")
    unclear = how_many(listed, "issuer", cells.UNKNOWN)
    return [*lines, f"Of {count(unclear, 'connection')} it is not known which issuer is used."] if unclear else lines


def default_title(listed: t.Sequence[Entry], result: Result, *, run: bool) -> str:
    names = sorted({entry["organization"].text for entry in listed if entry["organization"].text})
    of = f" of {names[0]}" if len(names) == 1 else f" of {len(names)} organizations" if names else ""
    if not run:
        return f"Service connections{of}"
    planned = how_many(listed, "status", *PLANNED, "would_attempt", "would_wait")
    what = {FEDERATION: "conversion", SERVICE_PRINCIPAL: "revert", "entra_issuer": "migration to the Entra issuer"}
    word = what.get((result.get("summary") or {}).get("to") or _target(listed), "change")
    return f"{'Planned ' + word if planned else word.capitalize()} of service connections{of}"


def _target(listed: t.Sequence[Entry]) -> str:
    targets = {entry["target"].plain for entry in listed}
    return targets.pop() if len(targets) == 1 else ""
