# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the plan of a task and sees that it is the one that was approved.

PRIVATE to the collection.
"""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.module_utils import _approval
from ansible_collections.azdo.connections.plugins.module_utils._connection import ENTRA_ISSUER, Json
from ansible_collections.azdo.connections.plugins.module_utils._effects import Task
from ansible_collections.azdo.connections.plugins.module_utils._estate import Estate, Found
from ansible_collections.azdo.connections.plugins.module_utils._inquiry import Inquiry
from ansible_collections.azdo.connections.plugins.module_utils._journal import Journal, OpenItem
from ansible_collections.azdo.connections.plugins.module_utils._order import Order
from ansible_collections.azdo.connections.plugins.module_utils._plan import PlannedRow, Wanted, planned_row, select
from ansible_collections.azdo.connections.plugins.module_utils._preparing import Wish
from ansible_collections.azdo.connections.plugins.module_utils._rollout import Rollout
from ansible_collections.azdo.connections.plugins.module_utils._runtime import Runtime, situation
from ansible_collections.azdo.connections.plugins.module_utils._situation import Situation


class Planning:
    """From an order to a plan that may be carried out. ``document`` is the plan as people approve it, where one was made."""

    def __init__(self, runtime: Runtime, order: Order) -> None:
        self._runtime = runtime
        self._order = order
        self._organization_id = runtime.azure_devops.organization().instance_id
        self._journal = self._open(runtime.params["journal"], read_only=runtime.check_mode)
        batch = (runtime.params["batch"] or {}).get("journal")
        self.wanted: Wanted = order.wanted(self._open(batch, read_only=True).converted() if batch else None)
        self.document: Json | None = None

    def _open(self, path: str | None, *, read_only: bool) -> Journal:
        return Journal(path, self._organization_id, self._runtime.now, read_only=read_only)

    def plan(self, estate: Estate) -> tuple[list[PlannedRow], Rollout]:
        """The rows, and who can carry them out.

        :raises PlanChangedError: it is not what was approved; nothing was changed.
        """
        order, runtime = self._order, self._runtime
        circumstances = order.circumstances(estate)
        promise = order.promise(estate, circumstances["pairs"])
        if order.plan is not None:
            _approval.check_plan(
                order.plan,
                organization_id=self._organization_id,
                options=promise,
                max_age_hours=runtime.params["plan_max_age"],
                now=runtime.now(),
            )
        left, busy = self._left()
        unconfirmed = frozenset(id_ for id_, item in left.items() if item.target == ENTRA_ISSUER)
        seen_from = situation(runtime, estate, **circumstances, busy=busy, unconfirmed=unconfirmed)
        selected = self._selected(estate, left)
        plan = [
            planned_row(found, order.target, seen_from, unfinished=found.connection.id.lower() in left)
            for found in selected
        ]
        approval = self._approved_by_plan()
        rollout = Rollout(self._task(seen_from, approval), left)
        if runtime.check_mode or order.digest is not None:
            plan = rollout.foresee(plan)
            approval = self._approve(plan, promise)
            rollout = Rollout(self._task(seen_from, approval), left)
        return plan, rollout

    def _left(self) -> tuple[dict[str, OpenItem], frozenset[str]]:
        """What earlier runs left of this kind of work, and the ids on which a run that is alive is at work."""
        of_this_kind = {
            id_: item for id_, item in self._journal.open_items().items() if item.target == self._order.target
        }
        busy = frozenset(id_ for id_, item in of_this_kind.items() if self._journal.in_other_hands(item))
        return {id_: item for id_, item in of_this_kind.items() if id_ not in busy}, busy

    def _selected(self, estate: Estate, left: dict[str, OpenItem]) -> list[Found]:
        """What is wanted, and what an earlier run left in these projects: a converted connection is in no selection any more."""
        selected = select(estate, self.wanted)
        self._tell_missing(selected)
        if self.wanted.named:
            return selected
        chosen = {found.connection.id for found in selected}
        taken_up = [
            found
            for found in estate.found
            if found.connection.id.lower() in left
            and found.connection.owner.id in estate.project_ids
            and found.connection.id not in chosen
        ]
        return sorted([*selected, *taken_up], key=lambda found: found.sort_key)

    def _tell_missing(self, selected: list[Found]) -> None:
        missing = set(self.wanted.ids or ()) - {found.connection.id.lower() for found in selected}
        if missing:
            self._runtime.warnings.append(
                f"{len(missing)} connections of the plan or journal are not there any more, or not visible to this caller: {', '.join(sorted(missing))}."
            )

    def _approved_by_plan(self) -> tuple[str, dict[str, str]] | None:
        plan = self._order.plan
        if plan is None:
            return None
        return plan["digest"], {item["id"]: _approval.item_hash(item) for item in plan["items"]}

    def _approve(self, plan: list[PlannedRow], promise: Json) -> tuple[str, dict[str, str]] | None:
        """Write the plan down, and compare it with the digest if there is one to compare it with."""
        items = [_approval.item_of(row.connection, row.reasons, row.rollback.state) for row in plan]
        if self._order.plan is None:
            self.document = _approval.document(self._organization_id, promise, items, self._runtime.now())
        else:
            self.document = self._order.plan
        given = self._order.digest
        if given is None:
            return self._approved_by_plan()
        hashes = {item["id"]: _approval.item_hash(item) for item in items}
        # What a run under this digest has begun counts as it was then; it may be in no selection any more.
        hashes |= self._journal.items_of(given)
        found = _approval.digest_of(self._organization_id, promise, hashes)
        if found != given:
            raise _approval.digest_error(given, found)
        return given, hashes

    def _task(self, seen_from: Situation, approval: tuple[str, dict[str, str]] | None) -> Task:
        params, credential = self._runtime.params, self._order.credential
        wish = None
        if credential is not None:
            wish = Wish(
                mode=credential["mode"],
                audience=credential["audience"],
                probe=credential["probe"],
                patience=float(params["wait_timeout"]),
            )
        return Task(
            runtime=self._runtime,
            situation=seen_from,
            terms=self._order.terms,
            inquiry=Inquiry(
                self._runtime,
                use=not params["allow_in_use"] or bool(params["hold_pipelines"]),
                identity=True,
                test=self._order.tests_before,
            ),
            journal=self._journal,
            wish=wish,
            verify_timeout=float(params["verify_timeout"]),
            approval=approval,
        )
