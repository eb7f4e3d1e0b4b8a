# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not in a report, in sentences, by how bad that is.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import NO_NAMES
from ansible_collections.azdo.connections.plugins.plugin_utils._results.coverage import doubts, with_allowed
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, count, failure, one_line


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A sentence for each.

    :param gaps: what could not be read; it fails a run. :param doubts: empty lists that may be a missing permission; they fail a watch only.
    :param allowed: gaps and doubts that somebody said may be there. :param empty: projects without connections, among others that show some.
    """

    gaps: t.Sequence[str] = ()
    doubts: t.Sequence[str] = ()
    allowed: t.Sequence[str] = ()
    empty: t.Sequence[str] = ()

    @property
    def unseen(self) -> list[str]:
        return [*self.gaps, *self.doubts]


def without(merged: Result, allowed: t.Sequence[str]) -> dict[str, t.Any]:
    """Return the result without the gaps and doubts that are allowed; they stand in ``allowed`` of its coverage then.

    :param allowed: projects as names, ids or patterns.
    """
    there = "connections" in merged and not merged.get("problems")
    coverage = with_allowed(coverage_of(merged), allowed, complete=there)
    return {**merged, "summary": {**merged["summary"], "coverage": coverage}}


def missing(result: Result, names: t.Mapping[str, str] = NO_NAMES) -> Missing:
    """:param names: what the door calls its options."""
    if "connections" not in result:
        return Missing(gaps=[failure(result)])
    coverage = coverage_of(result)
    found, option = doubts(coverage), names.get("allow_unread", "allow_unread")
    gaps = [f"{printable(item.get('host'))}: {one_line(item.get('message'))}" for item in result.get("problems") or ()]
    gaps += _unread(coverage.get("unread") or ())
    gaps += _partial(coverage.get("partial") or ())
    if not (gaps or found or coverage.get("complete")):
        gaps = [_SAYS_NOT_WHAT]
    named = {str(item.get("project")) for item in (*found, *(coverage.get("allowed") or ()))}
    return Missing(
        gaps=gaps,
        doubts=[_doubt(item) for item in found],
        allowed=[f"{sentence} {option} allows that." for sentence in _allowed(coverage.get("allowed") or ())],
        empty=[_empty(name) for name in coverage.get("empty") or () if str(name) not in named],
    )


_SAYS_NOT_WHAT = "Not everything could be seen, and the result does not say what."


def _unread(items: t.Iterable[Result]) -> list[str]:
    return [f"Project {printable(item.get('project'))}: {one_line(item.get('reason'))}" for item in items]


def _partial(items: t.Sequence[Result]) -> list[str]:
    what = "could be read only in part: the caller lacks permission to view them."
    return [f"{count(len(items), 'connection')} {what}"] if items else []


def _doubt(item: Result) -> str:
    whose = printable(item["organization"]) if item.get("organization") else ""
    if item.get("project") is None:
        return f"{whose}: not everything could be seen, and the result does not say what." if whose else _SAYS_NOT_WHAT
    return _empty(item["project"], f" of {whose}" if whose else "")


def _empty(project: t.Any, where: str = "") -> str:
    return f"Project {printable(project)}{where} shows no connection: none there, or the caller may not see them."


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What somebody said may be missing, by what it was."""

    unread: t.Sequence[Result]
    partial: t.Sequence[Result]
    doubtful: t.Sequence[Result]


def allowed_of(items: t.Sequence[Result]) -> Allowed:
    """Each tells by its keys what it was: an unread project has a reason, a connection what it lacks, a doubt its organization.

    :param items: ``allowed`` of a coverage.
    """
    return Allowed(
        unread=[item for item in items if "reason" in item],
        partial=[item for item in items if "reason" not in item and "organization" not in item],
        doubtful=[item for item in items if "organization" in item],
    )


def _allowed(items: t.Sequence[Result]) -> list[str]:
    found = allowed_of(items)
    sentences = [*_unread(found.unread), *_partial(found.partial), *map(_doubt, found.doubtful)]
    return [sentence if sentence.endswith((".", "!", "?")) else f"{sentence}." for sentence in sentences]
