# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has to do at a step of a rollout, as options of a module.

PRIVATE to the collection. It reads the plan that was approved, and what the host has registered.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.agreement import (
    Occasion,
    by_plan,
    has_plan,
    refusal,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.credential_pairs import given_pairs
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host, Scope, scope_of
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout import plan_file
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import (
    back_options,
    convert_options,
    info_options,
)

Json = dict[str, t.Any]


class TurnError(Exception):
    """Nothing may be done on the host; the message says why and what to do."""


class Turn:
    """What a host has to do at a step. ``asked`` says what was asked for, for the verdict on the whole run.

    :param options: those of fleet_run.
    """

    def __init__(self, view: PlayView, said: Said, options: Json) -> None:
        self._view = view
        self._said = said
        self._options = options
        self._host: Host = view.host()
        self._scope: Scope = scope_of(self._host, said["projects"], said.named, said.get("exclude"), given_pairs(said))
        self.asked: Json = {}

    def arguments(self) -> Json | None:
        """The options of the module, but for the sign-in; None if there is nothing to do here."""
        if self._said["projects"] == [] or self._said["connections"] == [] or self._said.moved_nothing:
            return None
        steps: dict[str, t.Callable[[], Json | None]] = {
            "read": lambda: info_options(self._said, self._scope) if self._scope.concerned else None,
            "plan": self._plan,
            "move": self._move,
            "take_back": self._take_back,
        }
        return steps[self._options["step"]]()

    def _plan(self) -> Json | None:
        if not self._scope.concerned:
            return None
        chosen = self._chosen()
        # The digest of the only host, where there is no file.
        by_digest = by_plan(self._said) and "plan" not in chosen
        return {**self._how(), **chosen, **({"plan_digest": self._said["plan_digest"]} if by_digest else {})}

    def _move(self) -> Json | None:
        refused = refusal(self._said, Occasion(self._host, len(self._view.hosts), self._view.check_mode))
        if refused:
            raise TurnError(refused)
        if self._said.entry == "revert":
            return self._revert()
        if self._said["confirm"] == "each" and not self._view.check_mode and not self._answered():
            raise TurnError("fleet_run: fleet_confirm is each, and nobody was asked. Nothing was changed.")
        if self._options["wave"] is None:
            return {**self._how(), **self._chosen()} if self._scope.concerned else None
        projects = self._of_wave()
        if not projects and not (self._scope.concerned and self._options["wave"] == 0):
            return None
        plan = self._view.stored(self._options["plan"]).get("plan")
        if plan is None:
            raise TurnError(f"fleet_run: {self._options['plan']} holds no plan of this host. Nothing was changed.")
        return {**self._how(), **self._agreed(plan), **({"projects": projects} if projects else {})}

    def _answered(self) -> bool:
        """Whether a person at a terminal was asked about each connection, or there was none to ask about."""
        course = self._view.stored(self._options["course"] or "")
        return bool(self._view.stored(self._options["answers"] or "").get("terminal") or course.get("questions") == [])

    def _of_wave(self) -> list[str]:
        waves = self._view.stored(self._options["course"]).get("waves") or {}
        mine = waves.get(self._view.host_name) or []
        number = self._options["wave"]
        return list(mine[number]) if number < len(mine) else []

    def _take_back(self) -> Json | None:
        ids = (self._view.stored(self._options["verdict"]).get("back") or {}).get(self._view.host_name)
        if not ids:
            return None
        where = self._of_wave() if self._options["wave"] is not None else []
        return back_options(self._said, ids, where or self._scope.select.get("projects"))

    def _revert(self) -> Json | None:
        batch = self._batch()
        if not self._scope.concerned or batch is None:
            return None
        narrowed = {name: value for name, value in self._scope.select.items() if name == "projects"}
        chosen = {**narrowed, "batch": batch} if batch else self._named()
        everything = self._said["revert_all"] and not chosen.get("only_candidates")
        return {**self._how(), **chosen, "revert_all": everything}

    def _batch(self) -> Json | None:
        """What a plan or a journal says is taken back; empty if neither was given, None if it has nothing here."""
        if ids := self._said["batch_ids"]:
            here = self._host.own(ids)
            self.asked = {"named": here, "ids": here}
            return {"ids": here} if here else None
        if self._said["plan_path"]:
            plan = self._loaded().plan_of(self._view.host_name, self._host)
            return {"plan": plan} if plan else None
        return {"journal": self._said["batch_journal"]} if self._said["batch_journal"] else {}

    def _chosen(self) -> Json:
        """Which connections: by the plan that was approved and in the projects that were named, else what the host stands for."""
        if not (by_plan(self._said) and has_plan(self._said)):
            return self._named()
        approved = self._loaded()
        approved.check_connections(self._said["connections"])
        plan = approved.plan_of(self._view.host_name, self._host)
        if plan is None:
            raise TurnError(
                f"{approved.source}: the plan says nothing about the host {self._view.host_name}, so nobody has agreed to anything there. Make a new plan, or "
                "leave the host out with --limit."
            )
        return {
            **self._agreed(plan),
            **{name: value for name, value in self._scope.select.items() if name == "projects"},
        }

    def _named(self) -> Json:
        self.asked = {"named": self._scope.select.get("connections") if self._said.named else []}
        return self._scope.select

    def _agreed(self, plan: t.Mapping[str, t.Any]) -> Json:
        agreed = (
            [item["id"] for item in plan.get("connections") or () if item.get("action")] if by_plan(self._said) else []
        )
        self.asked = {"agreed": agreed, "named": self._said["connections"] or []}
        return {"plan": plan}

    def _loaded(self) -> plan_file.Approved:
        try:
            return plan_file.approved(self._said)
        except plan_file.PlanFileError as error:
            raise TurnError(str(error)) from None

    def _how(self) -> Json:
        answers = self._view.stored(self._options["answers"] or "")
        skipped = (answers.get("excluded") or {}).get(self._view.host_name) or ()
        return convert_options(self._said, self._scope, check_mode=self._view.check_mode, skipped=skipped)
