# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the plan of a task and sees that it is the one that was approved.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.azdo.connections.plugins.module_utils._convert import approval as approvals
from ansible_collections.azdo.connections.plugins.module_utils._convert.credential_removal import CredentialRemoval
from ansible_collections.azdo.connections.plugins.module_utils._convert.held_pipelines import by_id, check_held
from ansible_collections.azdo.connections.plugins.module_utils._convert.options import Options
from ansible_collections.azdo.connections.plugins.module_utils._convert.pairs import PAIRS
from ansible_collections.azdo.connections.plugins.module_utils._convert.plan_execution import PlanExecution, forecast
from ansible_collections.azdo.connections.plugins.module_utils._convert.rows import Row
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import (
    PlannedRow,
    Selection,
    meant,
    not_selected,
    select,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.discovery import discover
from ansible_collections.azdo.connections.plugins.module_utils._inspect.inspection import Inspection
from ansible_collections.azdo.connections.plugins.module_utils._inspect.pipelines import Pipelines
from ansible_collections.azdo.connections.plugins.module_utils._inspect.states_of_many import StatesOfMany
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import Depth
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ENTRA_ISSUER, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.coverage import Coverage
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, Found
from ansible_collections.azdo.connections.plugins.module_utils._move.journal import Journal
from ansible_collections.azdo.connections.plugins.module_utils._move.journal_entries import OpenItem
from ansible_collections.azdo.connections.plugins.module_utils._move.task_context import TaskContext
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import NOTHING_EARLIER, EarlierRun
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each
from ansible_collections.azdo.connections.plugins.module_utils._run.progress import Progress
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, situation

Carrier = t.Callable[[list[PlannedRow]], list[Row]]


class Planner:
    """From an order to a plan that may be carried out. ``document`` is the plan as people approve it, where one was made."""

    def __init__(self, runtime: Runtime, options: Options) -> None:
        self._runtime = runtime
        self._options = options
        self._organization_id = runtime.azure_devops.organization().instance_id
        if options.plan is not None:
            approvals.check_organization(options.plan, self._organization_id, "plan")
        if batch_plan := (runtime.params["batch"] or {}).get("plan"):
            approvals.check_organization(batch_plan, self._organization_id, "batch.plan")
        self._journal = self._open(runtime.params["journal"], read_only=runtime.check_mode)
        if options.target == ENTRA_ISSUER and self._journal.is_new and not runtime.check_mode:
            runtime.warnings.append(
                "The journal is new. Keep it: a migration that was asked for by a run whose journal is gone cannot be told from one that was not."
            )
        batch = (runtime.params["batch"] or {}).get("journal")
        # What earlier runs know of connections, by id.
        self._earlier = {id_: EarlierRun(rollback=state) for id_, state in options.rollbacks.items()}
        self._know(self._journal.earlier())
        self.wanted: Selection = options.wanted(self._converted(batch) if batch else None)
        self.document: Json | None = None
        # What was seen and is no row, by reason, as soon as there is a plan.
        self.not_selected: dict[str, list[Json]] = {}
        # What could not be seen of the projects that the task is about, as soon as there is a plan.
        self.gaps = Coverage(0, (), (), (), named=True)

    def _open(self, path: str | None, *, read_only: bool) -> Journal:
        runtime = self._runtime
        return Journal(path, self._organization_id, runtime.now, play=runtime.play, read_only=read_only)

    def _know(self, earlier: t.Mapping[str, EarlierRun]) -> None:
        for id_, known in earlier.items():
            self._earlier[id_] = self._earlier.get(id_, NOTHING_EARLIER).and_later(known)

    def _converted(self, path: str) -> list[str]:
        """What a journal says was converted. A wrong path must not pass for "nothing to revert"."""
        try:
            journal = self._open(path, read_only=True)
        except OptionError as error:
            raise OptionError(f"batch.{error.message}", remedy=error.remedy) from None
        if journal.is_new:
            raise OptionError(
                f"batch.journal: there is nothing in {path}.", remedy="Name the journal of the conversions."
            )
        self._know(journal.earlier())
        found = journal.converted()
        if not found:
            self._runtime.warnings.append(
                f"batch.journal: {path} tells of no conversion in this organization that was not taken back."
            )
        return found

    def read_estate(self) -> Estate:
        """The connections of the projects that are meant. :raises AzdoError: nothing could be read."""
        runtime, wanted = self._runtime, self.wanted
        estate = discover(
            runtime.azure_devops,
            wanted.projects,
            concurrency=runtime.concurrency,
            stop=runtime.stop,
            # The service's filter would report a connection of another type as missing.
            type=None if wanted.named else "azurerm",
            may_be_unread=runtime.params["allow_unread"] or (),
        )
        estate.coverage.check_that_something_was_read()
        return estate

    def plan(self, estate: Estate) -> tuple[list[PlannedRow], Carrier]:
        """The plan, and who makes rows of it: by doing it, or in check mode by saying what would be done.

        :raises PlanChangedError: it is not what was approved; nothing was changed.
        """
        options, runtime = self._options, self._runtime
        concerned = options.concerned(self.wanted, estate)
        self.wanted = options.narrowed(self.wanted, estate)
        self.gaps = estate.coverage.within(concerned)
        conditions = options.conditions(estate)
        promise = options.promise(estate, conditions["pairs"], conditions["identities"])
        if options.plan is not None:
            approvals.check_plan(
                options.plan,
                organization_id=self._organization_id,
                options=promise,
                max_age_hours=runtime.params["plan_max_age"],
                now=runtime.now(),
            )
            approvals.check_gaps(options.plan, self.gaps.to_plan(), concerned)
        left, busy = self._left(conditions["excluded"])
        unconfirmed = frozenset(id_ for id_, item in left.items() if item.target == ENTRA_ISSUER)
        known = {"busy": busy, "unconfirmed": unconfirmed, "earlier": self._earlier}
        task = self._task(estate, {**conditions, **known})
        plan = [
            PlannedRow(found, task.assess(found), unfinished=found.connection.id.lower() in left)
            for found in self._selected(estate, left)
        ]
        self.not_selected = self._not_selected(task, estate, plan, concerned)
        self._check_pairs(task, estate, plan)
        task.inspection.read_ahead([row.connection for row in plan if row.assessment.worth_asking])
        runtime.warnings += task.inspection.doubts(options.task_support)
        approval = self._approved_by_plan()
        if runtime.check_mode or options.digest is not None:
            plan = self._foresee(task, plan)
            approval = self._approve(plan, promise) or approval
        if not options.elsewhere:
            # Else the plan was looked at as a whole when it was made, and this is a part of it.
            whole = self.wanted.projects is None and not self.gaps.unread
            runtime.warnings += check_held(task, plan, whole=whole)
        return plan, self._carrier(replace(task, approval=approval), left, estate)

    def _not_selected(
        self, task: TaskContext, estate: Estate, plan: list[PlannedRow], within: t.AbstractSet[str] | None
    ) -> dict[str, list[Json]]:
        return not_selected(
            estate,
            self.wanted,
            carries_out_plan=self._options.plan is not None,
            within=within,
            chosen={row.connection.id for row in plan},
            assess=task.assess,
        )

    def _check_pairs(self, task: TaskContext, estate: Estate, plan: list[PlannedRow]) -> None:
        """:raises OptionError: a pair is for a connection that is not selected, so it would do nothing."""
        chosen = {row.connection.id.lower() for row in plan} | self._options.elsewhere
        for found in estate.found:
            connection = found.connection
            if connection.id.lower() not in (task.situation.pairs.keys() | task.situation.identities.keys()) - chosen:
                continue
            # The same options again, when it is where it should be: there is nothing left to do.
            if task.assess(found).status != "unchanged":
                raise OptionError(
                    f"{PAIRS} names {connection.name!r} in {connection.owner.name!r}, which is not among the selected connections.",
                    remedy="Name it in connections too, or leave the pair out. Nothing was changed.",
                )

    def _carrier(self, task: TaskContext, left: dict[str, OpenItem], estate: Estate) -> Carrier:
        check, whole = self._runtime.check_mode, self.wanted.projects is None
        if self.wanted.migrated:
            return lambda plan: CredentialRemoval(task, estate, whole=whole).rows(plan, check=check)
        return forecast if check else PlanExecution(task, left).carry_out

    def _left(self, excluded: frozenset[str]) -> tuple[dict[str, OpenItem], frozenset[str]]:
        """What earlier runs left of this kind of work, and the ids on which a run that is alive is at work."""
        items = self._journal.open_items()
        busy = frozenset(id_ for id_, item in items.items() if self._journal.in_other_hands(item))
        mine = {
            id_: item
            for id_, item in items.items()
            if item.target == self._options.target and id_ not in busy and id_ not in excluded
        }
        return mine, busy

    def _selected(self, estate: Estate, left: dict[str, OpenItem]) -> list[Found]:
        """What is wanted, and what an earlier run left in these projects: a converted connection is in no selection any more."""
        selected = select(estate, self.wanted)
        self._tell_missing(selected)
        if not self.wanted.selects:
            return selected
        chosen = {found.connection.id for found in selected}
        taken_up = [
            found
            for found in meant(estate, self.wanted)
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

    def _foresee(self, task: TaskContext, plan: list[PlannedRow]) -> list[PlannedRow]:
        """The plan with the facts around each connection, unless it is sure without them that nothing will be done to it."""
        todo = [row for row in plan if row.assessment.worth_asking]
        meter = Progress(self._runtime, len(todo), "connections looked at")

        def count(_row: PlannedRow, _facts: object) -> bool:
            meter.count()
            return True

        known = each(
            todo,
            lambda row: task.inspection.facts(row.connection),
            concurrency=self._runtime.concurrency,
            stop=self._runtime.stop,
            go_on=count,
            meanwhile=meter.look,
        )
        facts = {row.connection.id: found for row, found in zip(todo, known, strict=True)}
        return [
            replace(row, assessment=task.assess(row.found, found)) if (found := facts.get(row.connection.id)) else row
            for row in plan
        ]

    def _approved_by_plan(self) -> tuple[str, dict[str, str]] | None:
        plan = self._options.plan
        if plan is None:
            return None
        return plan["digest"], {item["id"]: approvals.item_hash(item) for item in plan["connections"]}

    def _approve(self, plan: list[PlannedRow], promise: Json) -> tuple[str, dict[str, str]] | None:
        """Write the plan down, and compare it with the digest if there is one to compare it with."""
        if self._options.plan is not None:
            self.document = self._options.plan
            return None
        items = [
            approvals.item_of(
                row.connection,
                row.assessment.reasons,
                row.assessment.rollback.state,
                self._options.terraform.word(row.connection.id),
            )
            for row in plan
        ]
        self.document = approvals.document(
            self._organization_id, promise, items, self._runtime.now(), self.gaps.to_plan()
        )
        given = self._options.digest
        if given is None:
            return None
        hashes = {item["id"]: approvals.item_hash(item) for item in items}
        # What a run under this digest has begun or done counts as it was then; it may be in no selection any more.
        now_open = {
            row.connection.id.lower() for row in plan if not (row.unfinished or row.assessment.status == "unchanged")
        }
        hashes |= {id_: hash_ for id_, hash_ in self._journal.items_of(given).items() if id_ not in now_open}
        found = approvals.digest_of(self._organization_id, promise, hashes, self.gaps.to_plan())
        if found != given:
            raise approvals.digest_error(given, found, self.gaps.gaps)
        return given, hashes

    @property
    def looks_at_pipelines(self) -> bool:
        """A server has no federation, so there is nothing for which its pipelines could be ready."""
        return self._options.looks_at_pipelines and self._runtime.azure_devops.organization().hosted

    def _pipelines(self, estate: Estate) -> Pipelines | None:
        if not self.looks_at_pipelines:
            return None
        everyone = [found.connection for found in estate.found]
        return Pipelines(self._runtime, everyone, expand=self._runtime.params["readiness_expand"])

    def _task(self, estate: Estate, conditions: Json) -> TaskContext:
        params = self._runtime.params
        depth: Depth = "all" if params["hold_pipelines"] else "running"
        if params["allow_in_use"] and not params["hold_pipelines"]:
            # Nothing depends on it: a plan shows the latest use, and a run need not ask.
            depth = "latest"
        asks = depth != "latest" or self._runtime.check_mode
        held = by_id(self._runtime.azure_devops, estate, conditions["hold_pipelines"])
        conditions = {**conditions, "hold_pipelines": held}
        return TaskContext(
            runtime=self._runtime,
            situation=situation(self._runtime, estate, **conditions, doubtful_tenants=estate.doubtful_tenants),
            terms=self._options.terms,
            inspection=Inspection(
                self._runtime,
                use=depth if asks else None,
                identity=True,
                test=self._options.tests_before,
                resource_ids=conditions["identities"],
                pipelines=self._pipelines(estate),
            ),
            journal=self._journal,
            verify_timeout=float(params["verify_timeout"]),
            states=StatesOfMany(self._runtime.azure_devops),
        )
