# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections a request means, and what is to happen to each: the plan that check mode shows and a run carries out.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._connection import (
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._eligibility import (
    Situation,
    assess,
    blocked,
    done_already,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._estate import Estate, Found, check_names, look_up
from ansible_collections.azdo.connections.plugins.module_utils._reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the user asked for. ``projects`` and ``connections``: None means "not narrowed", an empty tuple means "none"."""

    target: str
    projects: tuple[str, ...] | None
    connections: tuple[str, ...] | None
    revert_all: bool = False

    def __post_init__(self) -> None:
        for option in ("projects", "connections"):
            check_names(option, getattr(self, option))
        if self.revert_all and self.target != SERVICE_PRINCIPAL:
            raise OptionError("revert_all goes with to=service_principal only.")
        if self.revert_all and self.connections is not None:
            raise OptionError(
                "revert_all and connections exclude each other.", remedy="Name the connections, or revert all of them."
            )
        if self.target == SERVICE_PRINCIPAL and self.connections is None and not self.revert_all:
            raise OptionError(
                "to=service_principal reverts connections, so it must be told which.",
                remedy="Name them with connections, or set revert_all to true.",
            )


@dataclass(frozen=True)
class PlannedRow:
    """One selected connection: what stands for or against moving it, and whether it will be moved."""

    found: Found
    target: str
    reasons: tuple[Reason, ...]

    @property
    def connection(self) -> ArmConnection:
        return self.found.connection

    @property
    def action(self) -> bool:
        return not blocked(self.reasons)

    @property
    def status(self) -> str:
        """The status of a row for which nothing is sent."""
        return idle_status(self.reasons, self.target)

    @property
    def forecast(self) -> str:
        """The status in check mode."""
        if not self.action:
            return self.status
        if any(reason.code == "unknown" for reason in self.reasons):
            return "would_attempt"
        return "would_revert" if self.target == SERVICE_PRINCIPAL else "would_convert"


def idle_status(reasons: t.Iterable[Reason], target: str) -> str:
    """``unchanged`` for a connection that is where it should be, ``skipped`` for one that cannot or must not be moved."""
    return "unchanged" if done_already(reasons, target) else "skipped"


def make_plan(estate: Estate, wanted: Wanted, situation: Situation) -> list[PlannedRow]:
    """A row for every selected connection, by project and name."""
    return [
        PlannedRow(found, wanted.target, assess(found.connection, wanted.target, situation, found.seen_in))
        for found in select(estate, wanted)
    ]


def select(estate: Estate, wanted: Wanted) -> list[Found]:
    """The named connections, whatever they are; else what Microsoft's script selects in each project; else all that can still be reverted."""
    if wanted.connections is not None:
        return look_up(estate, wanted.connections, option="connections", named_projects=wanted.projects is not None)
    rule = script_selects if wanted.target == WIF else _was_converted
    return [found for found in estate.found if rule(found)]


def script_selects(found: Found) -> bool:
    """The filter of Microsoft's conversion script (fact sheet 3.2), for a connection in the projects that show it.

    The script lists without failed connections, so those that are not ready are left out here. ``isShared`` counts as the service said it.
    """
    connection = found.connection
    shared_from_elsewhere = connection.raw.get("isShared") is True and (
        connection.owner.id not in found.seen_in or not connection.raw.get("serviceEndpointProjectReferences")
    )
    return (
        connection.type.lower() == "azurerm"
        and connection.scheme == SERVICE_PRINCIPAL
        and connection.creation_mode == "automatic"
        and connection.state == "ready"
        and connection.ready
        and not connection.partial
        and not shared_from_elsewhere
    )


def _was_converted(found: Found) -> bool:
    connection = found.connection
    azurerm = connection.type.lower() == "azurerm"
    return (
        azurerm
        and connection.scheme == WIF
        and bool(connection.revert_deadline_text)
        and connection.owner.id in found.seen_in
    )


def unsettled(estate: Estate, rows: t.Iterable[PlannedRow]) -> list[Json]:
    """Automatic connections that are in progress or failed and not among the rows; the script's filter hides them.

    Shape: ``[{id, name, project, scheme, state}]``.
    """
    shown = {row.connection.id for row in rows}
    return [
        {"id": c.id, "name": c.name, "project": c.owner.name, "scheme": c.scheme, "state": c.state}
        for c in (found.connection for found in estate.found)
        if c.creation_mode == "automatic" and c.state != "ready" and c.id not in shown
    ]
