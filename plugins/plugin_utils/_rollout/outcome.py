# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a run has looked at what was meant and done what was agreed: green is nothing else.

PRIVATE to the collection, and pure. Empty alone is no gap, and what already is as agreed counts as done.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of, merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    LEFT_ALONE,
    Result,
    Row,
    count,
    one_line,
)

Steps = t.Mapping[str, t.Sequence[Result]]

# The key under which a result of fleet_run says what was asked for on its host.
ASKED = "asked"
# Reasons of rows that are what they should be, or were to be left alone.
_DONE_BEFORE = ("already_federated", "already_service_principal", "already_entra_issuer", "excluded")


def shortcomings(steps: Steps, allowed: t.Sequence[str]) -> list[str]:
    """A sentence for each way in which the run fell short of what was said; none if it did not.

    :param steps: what the hosts have registered. :param allowed: projects that may be unread, as names, ids or patterns.
    """
    if not steps:
        return ["No host of this play looked at anything: what was named leaves all of them out."]
    merged = merge(steps)
    results = [result for taken in steps.values() for result in taken if "connections" in result]
    found = [
        _gap(merged, allowed),
        _nothing_of_the_plan(results) or _not_as_approved(results),
        _undone(results),
        _gone(results),
    ]
    return [sentence for sentence in found if sentence]


def unfinished(steps: Steps) -> str:
    """What the service has not confirmed, and what waits for a person; an empty text if everything is done."""
    told = []
    rows = merge(steps)["connections"]
    for status, verb in (("waiting", "not confirmed"), ("needs_person", "waiting for a person")):
        names = [_name(row) for row in rows if row.get("status") == status]
        told += [f"{count(len(names), 'connection')} {verb}: {_listed(names)}."] if names else []
    return (
        f"Not everything is done. {' '.join(told)} Their rows say what to do; the next run goes on from there."
        if told
        else ""
    )


NOT_AMONG_THE_HOSTS = (
    "The inventory could not read everything, as its warnings say, so connections may be missing among the hosts. If that may be, "
    "set fleet_allow_unread to *."
)


def hosts_may_be_missing(hosts: t.Sequence[str], groups: t.Mapping[str, t.Sequence[str]]) -> bool:
    """Whether connections are the hosts, and the inventory could not read all of them. A project or an organization stays a host, and is read again."""
    connections = set(groups.get("azdo_connections") or ())
    return "azdo_incomplete" in groups and any(host in connections for host in hosts)


def nothing_read(steps: Steps) -> bool:
    """Whether there were projects, and none of them could be read."""
    coverage = coverage_of(merge(steps))
    return bool(coverage.get("unread")) and len(coverage["unread"]) >= (coverage.get("projects") or 0)


def _gap(merged: Result, allowed: t.Sequence[str]) -> str:
    projects = len(coverage_of(merged).get("unread") or ()), coverage_of(merged).get("projects") or 0
    coverage = coverage_of(without(merged, allowed))
    if unread := coverage["unread"]:
        names = [printable(gap.get("project")) for gap in unread]
        what = (
            "No project could be read"
            if projects[0] >= projects[1]
            else f"{count(len(names), 'project')} could not be read"
        )
        return (
            f"{what}, so nothing is known about {'their' if len(names) > 1 else 'its'} connections: {_listed(names)}. The first one: "
            f"{one_line(unread[0].get('reason'))} What may be missing is named with fleet_allow_unread."
        )
    if partial := coverage["partial"]:
        return (
            f"Of {count(len(partial), 'connection')} not all projects could be seen, the first one in {printable(partial[0].get('project'))}. What may be "
            "missing is named with fleet_allow_unread."
        )
    return ""


def _nothing_of_the_plan(results: t.Sequence[Result]) -> str:
    """Of what an approved plan wanted moved, nothing was."""
    agreed = {id_ for result in results for id_ in (result.get(ASKED) or {}).get("agreed") or ()}
    rows = {row["id"]: row for result in results for row in result["connections"] if row["id"] in agreed}
    undone = [row for row in rows.values() if _is_undone(row)]
    if not undone or len(undone) < len(rows):
        return ""
    return f"Nothing of what was agreed could be done: {count(len(undone), 'connection')} {LEFT_ALONE}. {_why(undone)}"


def _not_as_approved(results: t.Sequence[Result]) -> str:
    """Of what an approved plan wanted moved, some is not what it was then."""
    agreed = {id_ for result in results for id_ in (result.get(ASKED) or {}).get("agreed") or ()}
    rows = {
        row["id"]: row
        for result in results
        for row in result["connections"]
        if row["id"] in agreed
        and row.get("status") == "skipped"
        and any(reason.get("code") == "changed_since_plan" for reason in row.get("reasons") or ())
    }
    if not rows:
        return ""
    are = "is" if len(rows) == 1 else "are"
    names = _listed([_name(row) for row in rows.values()])
    were = "was" if len(rows) == 1 else "were"
    return (
        f"{count(len(rows), 'connection')} that {were} agreed to {are} not what was approved, and {were} left alone: {names}. Make a new plan, look at it and "
        "approve that."
    )


def _undone(results: t.Sequence[Result]) -> str:
    """Connections that a person named one by one, and that were left alone."""
    undone: dict[str, Row] = {}
    variable = "fleet_connections"
    for result in results:
        asked = result.get(ASKED) or {}
        named = asked.get("named") or ()
        variable = "fleet_batch_ids" if asked.get("ids") else variable
        undone |= {row["id"]: row for row in result["connections"] if _is_undone(row) and _is_named(row, named)}
    if not undone:
        return ""
    rows = list(undone.values())
    were = "was" if len(rows) == 1 else "were"
    names = _listed([_name(row) for row in rows])
    return f"{count(len(rows), 'connection')} that {variable} names {were} not done: {names}. {_why(rows)}"


def _gone(results: t.Sequence[Result]) -> str:
    """Connections that earlier jobs have moved, and of which nothing is known any more."""
    asked = {id_ for result in results for id_ in (result.get(ASKED) or {}).get("ids") or ()}
    missing = sorted(asked - {row["id"] for result in results for row in result["connections"]})
    if not missing:
        return ""
    are = "is" if len(missing) == 1 else "are"
    return f"{count(len(missing), 'connection')} of fleet_batch_ids {are} not there any more, or not visible to this caller: {_listed(missing)}."


def _is_named(row: Row, named: t.Sequence[str]) -> bool:
    own = {
        str(row["id"]).casefold(),
        str(row["name"]).casefold(),
        *(str(place.get("connection")).casefold() for place in row.get("projects") or ()),
    }
    return any(text.casefold() in own for text in named)


def _is_undone(row: Row) -> bool:
    codes = {reason.get("code") for reason in row.get("reasons") or ()}
    return row.get("status") == "skipped" and not codes & set(_DONE_BEFORE)


def _why(rows: t.Sequence[Row]) -> str:
    """The first reason that stopped one of them, with what to do."""
    for row in rows:
        for reason in row.get("reasons") or ():
            if reason.get("effect") == "blocks":
                return f"{one_line(reason.get('message'))} {one_line(reason.get('remedy'))}".strip()
    return "The rows say why."


def _name(row: Row) -> str:
    return f"{printable(row.get('project'))} / {printable(row['name'])}"


def _listed(names: t.Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
