# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows and columns of a report: one flat, ordered model, which every format shows.

PRIVATE to the collection, and pure. A cell without text means that the question does not arise, or was not asked; what was asked and could not be
answered says ``unknown``, in every format.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.plugin_utils._report import cells
from ansible_collections.azdo.connections.plugins.plugin_utils._report.cells import NOTHING, Cell
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import KEEPS_OLD_ISSUER
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    Result,
    Row,
    whose,
)

ENTRA_ISSUER = "entra_issuer"


@dataclass(frozen=True)
class Column:
    """A column of every format.

    :param key: its name in CSV; stable.
    :param title: its name for people.
    :param codes: name of the second column in CSV, which holds the reason codes of the cell.
    """

    key: str
    title: str
    read: t.Callable[[Row], Cell]
    codes: str = ""


# Targets in the order in which they are shown: where most connections have to go comes first.
TARGETS = {
    FEDERATION: "To workload identity",
    SERVICE_PRINCIPAL: "Back to its secret",
    ENTRA_ISSUER: "To the Entra issuer",
}


_FIRST = ("connection", "project", "organization", "status", "reasons", "error")


def _verdict(target: str) -> t.Callable[[Row], Cell]:
    return lambda row: cells.verdict(row, target)


COLUMNS = (
    Column("connection", "Connection", cells.connection),
    Column("project", "Project", cells.project),
    Column("organization", "Organization", cells.organization),
    Column("status", "Status", cells.status),
    Column("reasons", "Reasons", cells.reasons),
    Column("error", "Error or next step", cells.error),
    Column("target", "Target", cells.target),
    Column("scheme_before", "Scheme before", cells.scheme_before),
    Column("scheme", "Scheme", cells.scheme),
    Column("issuer_before", "Issuer before", cells.issuer_before),
    Column("issuer", "Issuer", cells.issuer),
    Column("creation_mode", "Creation mode", cells.creation_mode),
    Column("state", "State", cells.state),
    *(Column(key, title, _verdict(key), codes=f"{key}_reasons") for key, title in TARGETS.items()),
    Column("readiness", "Pipelines", cells.readiness),
    Column("pipelines_to_change", "Pipelines to change", cells.pipelines_to_change),
    Column("verification", "Test", cells.verification),
    Column("rollback", "Way back", cells.rollback),
    Column("revert_deadline", "Way back until", cells.revert_deadline),
    Column("secret_expires", "Secret expires", cells.secret_expires),
    Column("last_used", "Last used", cells.last_used),
    Column("days_until_auto_disable", "Days until disabled", cells.auto_disable),
    Column("last_pipeline", "Last pipeline", cells.last_pipeline),
    Column("shared_with", "Shared with", cells.shared_with),
    Column("subscription", "Subscription", cells.subscription),
    Column("created_by", "Created by", cells.text_of("created_by")),
    Column("description", "Description", cells.text_of("description")),
    Column("id", "Id", lambda row: cells.name(row.get("id"))),
)


@dataclass(frozen=True)
class Entry:
    """One connection: its cells by the key of the column, and ``scheme_expected``, where a plan would take it."""

    cells: t.Mapping[str, Cell]

    def __getitem__(self, key: str) -> Cell:
        return self.cells.get(key, NOTHING)


def entries(result: Result) -> list[Entry]:
    """Return the rows of the report, in the order of organization, project and connection."""
    summary = result.get("summary") or {}
    rows = [
        {**row, **{key: row.get(key) or value for key, value in whose(summary).items()}}
        for row in result.get("connections") or []
    ]
    made = [
        Entry({**{column.key: column.read(row) for column in COLUMNS}, "scheme_expected": cells.scheme_expected(row)})
        for row in rows
    ]
    return sorted(made, key=_place)


def _place(entry: Entry) -> tuple[str, ...]:
    return tuple(entry[key].text.casefold() for key in ("organization", "project", "connection", "id"))


def issuer_retires(entry: Entry) -> bool:
    """Whether it has the issuer that retires, and is none of those for which it stays supported."""
    codes = {code for column in ("entra_issuer", "reasons") for code, _effect in entry[column].codes}
    return entry["issuer"].plain == "azure_devops" and not codes.intersection(KEEPS_OLD_ISSUER)


def filled(listed: t.Sequence[Entry]) -> list[Column]:
    """The columns that say something about at least one connection, for people: what decides comes first, and one organization needs no column."""
    said = [column for column in COLUMNS if any(entry[column.key].text for entry in listed)]
    alike = {"organization"} if len({entry["organization"].text for entry in listed}) == 1 else set()
    first = [column for column in said if column.key in (*_FIRST, *TARGETS) and column.key not in alike]
    return [*first, *(column for column in said if column not in first and column.key not in alike)]
