# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What many results have seen together, what of it is in doubt, and what of that may be missing.

PRIVATE to the collection, and pure. A *coverage* is that of a summary, as module_utils/_model/coverage.py makes it. A *gap* could not be read, and fails a
run. A *doubt* is an empty list where a missing permission looks the same (fact sheet 2.2): it fails no run, but nobody may take it for "nothing is there".
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to

Json = t.Mapping[str, t.Any]

_GAPS = ("unread", "partial")
_ANYTHING = "*"


def coverage_of_all(summaries: t.Sequence[Json], *, complete: bool) -> dict[str, t.Any]:
    """Return the coverages of several results as one, with one key more.

    Shape: ``{complete, projects: n, project_ids, unread, empty, partial, doubtful: [{organization, id, project}]}``; id and project are null
    where not even that is known.

    :param summaries: of the results; two organizations may have projects of the same name. :param complete: whether every result is there.
    """
    by_organization: dict[str, list[Json]] = {}
    for summary in summaries:
        whose = str(summary.get("organization_url") or summary.get("organization"))
        by_organization.setdefault(whose.rstrip("/").casefold(), []).append(summary)
    parts = [_of_one_organization(some) for some in by_organization.values()]
    whole: dict[str, t.Any] = {key: [item for part in parts for item in part[key]] for key in _LISTS}
    whole["project_ids"] = sorted(whole["project_ids"])
    seen = complete and not any(whole[key] for key in (*_GAPS, "doubtful"))
    return {"complete": seen, "projects": sum(part["projects"] for part in parts), **whole}


_LISTS = ("project_ids", "unread", "empty", "partial", "doubtful")


def _of_one_organization(summaries: t.Sequence[Json]) -> dict[str, t.Any]:
    coverages = [summary.get("coverage") or {} for summary in summaries]
    ids = {id_ for coverage in coverages for id_ in coverage.get("project_ids") or ()}
    whole = {
        "projects": len(ids) or sum(coverage.get("projects") or 0 for coverage in coverages),
        "project_ids": ids,
        **{key: _once(coverages, key) for key in (*_GAPS, "empty")},
    }
    organization = summaries[0].get("organization")
    return {**whole, "doubtful": _named(organization, _doubtful(whole, coverages), coverages)}


def _named(organization: t.Any, projects: t.Sequence[t.Any], coverages: t.Sequence[Json]) -> list[Json]:
    """With the ids as well, by which projects may be allowed: a coverage tells them in the same order, so where all are empty it says whose is whose."""
    ids: dict[str, t.Any] = {}
    for coverage in coverages:
        empty, all_ids = coverage.get("empty") or (), coverage.get("project_ids") or ()
        if len(empty) == len(all_ids):
            ids |= dict(zip(empty, all_ids, strict=True))
    return [{"organization": organization, "id": ids.get(name), "project": name} for name in projects]


def _once(coverages: t.Sequence[Json], key: str) -> list[t.Any]:
    """Each project or connection once, however many hosts tell of it."""
    found: dict[str, t.Any] = {}
    for item in (item for coverage in coverages for item in coverage.get(key) or ()):
        name = (item.get("id") or item.get("project")) if isinstance(item, t.Mapping) else item
        found.setdefault(str(name), item)
    return list(found.values())


def _doubtful(whole: Json, coverages: t.Sequence[Json]) -> list[t.Any]:
    """The projects of one organization whose empty lists may mean that the caller may not see more.

    All of them, if nothing of the organization was seen. Else what a result doubts itself; but a host may stand for a single project, and then doubts it
    because it was asked for by name: whether that is a doubt, the others of the organization tell.
    """
    seen = any(coverage.get("complete") and coverage.get("projects") for coverage in coverages)
    if not seen and whole["empty"] and len(whole["empty"]) >= whole["projects"] - len(whole["unread"]):
        return list(whole["empty"])
    told = [name for coverage in coverages if not _is_a_host_alone(coverage) for name in _own_doubts(coverage)]
    return list(dict.fromkeys(told))


def _is_a_host_alone(coverage: Json) -> bool:
    return coverage.get("projects") == 1 and bool(coverage.get("empty"))


def _own_doubts(coverage: Json) -> list[t.Any]:
    """What a result that misses nothing, and yet is not complete, must doubt; null if it does not say what."""
    if coverage.get("complete") or any(coverage.get(key) for key in _GAPS):
        return []
    return list(coverage.get("empty") or [None])


def doubts(coverage: Json) -> list[Json]:
    """The doubts of a coverage, of one result or of many: ``{organization, id, project}``."""
    if coverage.get("complete"):
        return []
    if "doubtful" in coverage:
        return list(coverage["doubtful"])
    return _named(None, _doubtful(_alone(coverage), [coverage]), [coverage])


def _alone(coverage: Json) -> Json:
    lists = {key: coverage.get(key) or () for key in (*_GAPS, "empty")}
    return {"projects": coverage.get("projects") or 0, **lists}


def with_allowed(coverage: Json, allowed: t.Sequence[str], *, complete: bool) -> dict[str, t.Any]:
    """Return the coverage without what may be missing, which stands in a list ``allowed`` of its own instead: gaps and doubts, as they were.

    :param allowed: names, ids or patterns of projects. :param complete: whether every result is there.
    """
    found = {**{key: coverage.get(key) or () for key in _GAPS}, "doubtful": doubts(coverage)}
    kept = {key: [item for item in items if not _may_be_missing(item, allowed)] for key, items in found.items()}
    missing = [item for items in found.values() for item in items if _may_be_missing(item, allowed)]
    before = [*(coverage.get("allowed") or ()), *missing]
    seen = bool(coverage.get("complete")) or (complete and bool(missing) and not any(kept.values()))
    return {**coverage, **kept, "allowed": before, "complete": seen}


def _may_be_missing(item: Json, allowed: t.Sequence[str]) -> bool:
    names = [str(name) for key in ("project", "id") if (name := item.get(key))]
    return _ANYTHING in allowed or any(answers_to(names, text) for text in allowed)
