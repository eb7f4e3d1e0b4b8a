# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections a request means, and what is to happen to each: the plan that check mode shows and a run carries out.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, Found, check_names, look_up
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import Assessment


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What the user asked for. ``projects``, ``connections``, ``ids``: None means "not narrowed", an empty tuple means "none".

    :param migrated: those that have the Microsoft Entra issuer already are meant, not those that are to get it.
    :param only_candidates: ``connections`` narrow what would be selected without them.
    :param ids: the connections of an earlier plan or journal, of which some may be gone by now.
    """

    target: str
    projects: tuple[str, ...] | None
    connections: tuple[str, ...] | None
    revert_all: bool = False
    migrated: bool = False
    only_candidates: bool = False
    ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for option in ("projects", "connections"):
            check_names(option, getattr(self, option))
        if self.revert_all and self.target != SERVICE_PRINCIPAL:
            raise OptionError("revert_all goes with to=service_principal only.", remedy="Leave revert_all out.")
        if self.revert_all and self.connections is not None:
            raise OptionError(
                "revert_all and connections exclude each other.", remedy="Name the connections, or revert all of them."
            )
        if self.target == SERVICE_PRINCIPAL and self.connections is None and self.ids is None and not self.revert_all:
            raise OptionError(
                "to=service_principal reverts connections, so it must be told which.",
                remedy="Name them with connections, plan or batch, or set revert_all to true.",
            )

    @property
    def named(self) -> bool:
        """Whether the connections were named, so that other types than ours count."""
        return self.connections is not None or self.ids is not None

    @property
    def selects(self) -> bool:
        """Whether it takes what the rule of the target selects, among all or among those that were named."""
        return self.ids is None and (self.connections is None or self.only_candidates)


@dataclass(frozen=True)
class PlannedRow:
    """One selected connection, and what is to happen to it.

    :param unfinished: an earlier run began with it and did not see it through.
    """

    found: Found
    assessment: Assessment
    unfinished: bool = False

    @property
    def connection(self) -> ArmConnection:
        return self.found.connection

    @property
    def action(self) -> bool:
        return not self.assessment.blocked

    @property
    def would_change(self) -> bool:
        return (self.action and self.assessment.hand_off is None) or self.unfinished

    @property
    def forecast(self) -> str:
        """The status in check mode."""
        assessment = self.assessment
        if self.unfinished:
            return "would_attempt"
        if not self.action:
            return "would_wait" if assessment.status == "waiting" else assessment.status
        if assessment.hand_off:
            return "would_need_person"
        unsure = ("unknown", "caller_not_user")
        if any(reason.effect == "warns" and reason.code in unsure for reason in assessment.reasons):
            return "would_attempt"
        return _WOULD[assessment.target]


_WOULD = {WIF: "would_convert", SERVICE_PRINCIPAL: "would_revert", ENTRA_ISSUER: "would_migrate"}


def select(estate: Estate, wanted: Selection) -> list[Found]:
    """The named connections, whatever they are; else what Microsoft's script selects in each project, what was converted, or what has the old issuer."""
    found = meant(estate, wanted)
    if not wanted.selects:
        return found
    rule = {WIF: script_selects, SERVICE_PRINCIPAL: _was_converted, ENTRA_ISSUER: _has_old_issuer}[wanted.target]
    if wanted.migrated:
        rule = _has_entra_issuer
    return [item for item in found if rule(item)]


def meant(estate: Estate, wanted: Selection) -> list[Found]:
    """The connections that the options name, sorted; all of them, if they name none.

    :raises NotFoundError: a named one is not there, or not visible to this caller.
    """
    if wanted.ids is not None:
        ids = {text.lower() for text in wanted.ids}
        return [found for found in estate.found if found.connection.id.lower() in ids]
    if wanted.connections is not None:
        return look_up(estate, wanted.connections, option="connections", named_projects=wanted.projects is not None)
    return list(estate.found)


def script_selects(found: Found) -> bool:
    """The filter of Microsoft's conversion script (fact sheet 3.2), for a connection in the projects that show it.

    The script lists without connections that failed or are in progress. Here they have rows, which say why they are left alone: they are candidates as soon
    as they are ready. ``isShared`` counts as the service said it.
    """
    connection = found.connection
    shared_from_elsewhere = connection.raw.get("isShared") is True and (
        connection.owner.id not in found.seen_in or not connection.raw.get("serviceEndpointProjectReferences")
    )
    return (
        connection.type.lower() == "azurerm"
        and connection.scheme == SERVICE_PRINCIPAL
        and connection.creation_mode == "automatic"
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


def _has_old_issuer(found: Found) -> bool:
    """Federated without the Microsoft Entra issuer, as its owning project shows it."""
    connection = found.connection
    return (
        connection.type.lower() == "azurerm"
        and connection.scheme == WIF
        and connection.issuer_kind != "entra"
        and connection.owner.id in found.seen_in
    )


def _has_entra_issuer(found: Found) -> bool:
    connection = found.connection
    return (
        connection.issuer_kind == "entra"
        and connection.type.lower() == "azurerm"
        and connection.owner.id in found.seen_in
    )


def not_selected(
    estate: Estate,
    wanted: Selection,
    *,
    carries_out_plan: bool,
    within: t.AbstractSet[str] | None,
    chosen: t.Collection[str],
    assess: t.Callable[[Found], Assessment],
) -> dict[str, list[Json]]:
    """The connections that were seen and are no rows, by the reason code that says why. With the rows they are all that the task is about.

    :param within: ids of projects in lower case, where a task carries out a plan in some of its projects only. :param chosen: the ids of the rows.
    """
    whole = carries_out_plan or not wanted.named
    seen = [found for found in estate.found if found.connection.type.lower() in ("azurerm", "")]
    found_by_code: dict[str, list[Json]] = {}
    for found in seen if whole else meant(estate, wanted):
        connection = found.connection
        # One whose owner is not to be seen counts where it is.
        places = {connection.owner.id.lower()} if connection.owner.id in estate.project_ids else found.seen_in
        if connection.id in chosen or (within is not None and not within & {place.lower() for place in places}):
            continue
        shown = {"project": connection.owner.name, "project_id": connection.owner.id, "scheme": connection.scheme}
        item = {"id": connection.id, "name": connection.name, **shown, "created_by": connection.created_by}
        found_by_code.setdefault(_main_code(assess(found)), []).append(item)
    return dict(sorted(found_by_code.items()))


def _main_code(assessment: Assessment) -> str:
    """What blocks comes before what does not; the order of the codes is the order of weight."""
    reasons = sorted(assessment.reasons, key=lambda reason: reason.effect != "blocks")
    return reasons[0].code if reasons else "unknown"


def unsettled(estate: Estate, rows: t.Iterable[PlannedRow]) -> list[Json]:
    """Automatic connections that are in progress or failed and not among the rows.

    Shape: ``[{id, name, project, scheme, state}]``.
    """
    shown = {row.connection.id for row in rows}
    return [
        {"id": c.id, "name": c.name, "project": c.owner.name, "scheme": c.scheme, "state": c.state}
        for c in (found.connection for found in estate.found)
        if c.creation_mode == "automatic" and c.state != "ready" and c.id not in shown
    ]
