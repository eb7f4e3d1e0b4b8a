# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does for one host what was said of it. Documented in plugins/modules/fleet_run.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.azdo.connections.plugins.module_utils._rest.sign_in_options import SIGN_IN_OPTIONS
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_convert, azdo_arm_connection_info
from ansible_collections.azdo.connections.plugins.plugin_utils._front_door import InProcessAction
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout import plan_file
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.agreement import (
    Occasion,
    by_plan,
    differs,
    refusal,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.door_words import told_again
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.known_names import strangers
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import (
    back_options,
    convert_options,
    info_options,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.outcome import ASKED
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import RUN
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.role_variables import READING, Said
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.scope import Host, Scope, scope_of

Json = dict[str, t.Any]

ARGUMENT_SPEC: dict[str, Json] = {
    "step": {"type": "str", "required": True, "choices": ["read", "plan", "move", "take_back"]},
    "checked": {"type": "str", "required": True},
    "plan": {"type": "str"},
    "course": {"type": "str"},
    "wave": {"type": "int"},
    "answers": {"type": "str"},
    "verdict": {"type": "str"},
}
# What module_defaults may give to all modules of the group; the module that is run looks at it.
SIGN_IN_ARGUMENTS: dict[str, Json] = {
    name: {"type": "raw"} for option, spec in SIGN_IN_OPTIONS.items() for name in (option, *spec.aliases)
}


class _Info(InProcessAction):
    MODULE = azdo_arm_connection_info


class _Convert(InProcessAction):
    MODULE = azdo_arm_connection_convert


class ActionModule(ActionBase):
    """See plugins/modules/fleet_run.py."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        variables = task_vars or {}
        result: Json = super().run(tmp, variables)
        _checked, options = self.validate_argument_spec(argument_spec={**SIGN_IN_ARGUMENTS, **ARGUMENT_SPEC})
        view = PlayView(self, variables)
        checked = view.stored(options["checked"])
        _refuse(_not_checked(checked, view, run_once=bool(self._task.run_once)))
        try:
            return {**self._turn(view, checked, options, {**result, "changed": False}), RUN: checked[RUN]}
        except AnsibleActionFail as error:
            return {**result, "failed": True, "msg": str(error), RUN: checked[RUN]}

    def _turn(self, view: PlayView, checked: t.Mapping[str, t.Any], options: Json, result: Json) -> Json:
        said = view.said(str(checked["entry"]))
        _refuse(differs(said, checked["said"]) or _unknown_here(view, said, checked["said"]))
        turn = Turn(view, said, options)
        arguments = turn.arguments()
        if arguments is None:
            return {**result, "skipped": True, "skip_reason": "Nothing of what was named is here."}
        arguments = {**self._sign_in(view), **arguments}
        found = told_again(
            self._as_module(_Info if turn.reads else _Convert, arguments, turn.only_looks, dict(view.variables))
        )
        return {**found, ASKED: turn.asked} if "connections" in found else found

    def _as_module(self, action: type[InProcessAction], arguments: Json, only_looks: bool, variables: Json) -> Json:
        """The result of a module of this collection, through the door that it always takes.

        The module is imported above, and so by the parent: the worker of each host would import it anew.
        """
        task = self._task.copy()
        task.action = f"azdo.connections.{action.MODULE.__name__.rpartition('.')[2]}"
        task.args = arguments
        if only_looks:
            task.check_mode = True
        made = action(
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        return made.run(task_vars=variables)

    def _sign_in(self, view: PlayView) -> Json:
        """What the play gives to all modules of the group, and the organization of a host of the inventory."""
        found = {name: value for name, value in self._task.args.items() if name in SIGN_IN_ARGUMENTS}
        organization = view.value("azdo_organization_url")
        if organization and not (found.get("organization_url") or found.get("organization")):
            found["organization_url"] = organization
        return found


def _refuse(problem: str) -> None:
    if problem:
        raise AnsibleActionFail(problem)


def _not_checked(checked: t.Mapping[str, t.Any], view: PlayView, *, run_once: bool) -> str:
    """Why nothing may be done here, or an empty text."""
    if checked.get("skipped"):
        return (
            "fleet_run: the check was skipped with the first host of the play, so nothing was checked. Narrow with hosts, fleet_projects or --limit, not with "
            "when. Nothing was changed."
        )
    if checked.get(RUN) != view.run_of(str(checked.get("entry"))):
        return (
            "fleet_run: nothing was checked before this task (was the play started with --start-at-task, or without azdo.connections.fleet_check?). "
            "Nothing was changed."
        )
    if run_once and len(view.batch) > 1:
        return "fleet_run: run_once would leave out every host but one, and look as if all of them were done. Take it out. Nothing was changed."
    return ""


def _unknown_here(view: PlayView, said: Said, heard: t.Mapping[str, t.Any]) -> str:
    """What this host names otherwise than the one that was checked, and that no host of the play has."""
    names = ("projects", "connections", "exclude")
    if all(said.get(name) == heard.get(name) for name in names):
        return ""
    hosts = {host: Host.from_variables(view.of_inventory(host)) for host in view.hosts}
    return " ".join(strangers(said, {**hosts, view.host_name: view.host()}))


class Turn:
    """What a host has to do at a step. ``asked`` says what was asked for, for the verdict on the whole run."""

    def __init__(self, view: PlayView, said: Said, options: Json) -> None:
        self._view = view
        self._said = said
        self._options = options
        self._host: Host = view.host()
        self._scope: Scope = scope_of(
            self._host, said["projects"], said["connections"], said.get("exclude"), said.get("credential_pairs") or ()
        )
        self.reads = said.entry in READING
        self.only_looks = options["step"] == "plan"
        self.asked: Json = {}

    def arguments(self) -> Json | None:
        """The options of the module, but for the sign-in; None if there is nothing to do here."""
        if self._said["projects"] == [] or self._said["connections"] == []:
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
            raise AnsibleActionFail(refused)
        if self._said.entry == "revert":
            return self._revert()
        if self._options["wave"] is None:
            return {**self._how(), **self._chosen()} if self._scope.concerned else None
        projects = self._of_wave()
        if not projects and not (self._scope.concerned and self._options["wave"] == 0):
            return None
        plan = self._view.stored(self._options["plan"]).get("plan")
        if plan is None:
            return None
        return {**self._how(), **self._agreed(plan), **({"projects": projects} if projects else {})}

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
        if self._said["plan_path"]:
            plan = self._loaded().hosts.get(self._view.host_name)
            return {"plan": plan} if plan else None
        return {"journal": self._said["batch_journal"]} if self._said["batch_journal"] else {}

    def _chosen(self) -> Json:
        """Which connections: by the plan that was approved and in the projects that were named, else what the host stands for."""
        if not (by_plan(self._said) and self._said["plan_path"]):
            return self._named()
        approved = self._loaded()
        approved.check_connections(self._said["connections"])
        plan = approved.hosts.get(self._view.host_name)
        if plan is None:
            raise AnsibleActionFail(
                f"fleet_plan_path: the plan says nothing about the host {self._view.host_name}, so nobody has agreed to anything there. Make a new plan, or "
                "leave the host out with --limit."
            )
        return {
            **self._agreed(plan),
            **{name: value for name, value in self._scope.select.items() if name == "projects"},
        }

    def _named(self) -> Json:
        self.asked = {"named": self._scope.select.get("connections") if self._said["connections"] else []}
        return self._scope.select

    def _agreed(self, plan: t.Mapping[str, t.Any]) -> Json:
        agreed = (
            [item["id"] for item in plan.get("connections") or () if item.get("action")] if by_plan(self._said) else []
        )
        self.asked = {"agreed": agreed, "named": self._said["connections"] or []}
        return {"plan": plan}

    def _loaded(self) -> plan_file.Approved:
        try:
            return plan_file.load(self._said["plan_path"], self._said["plan_digest"])
        except plan_file.PlanFileError as error:
            raise AnsibleActionFail(f"fleet_plan_path: {error}") from None

    def _how(self) -> Json:
        answers = self._view.stored(self._options["answers"] or "")
        skipped = (answers.get("excluded") or {}).get(self._view.host_name) or ()
        return convert_options(self._said, self._scope, check_mode=self._view.check_mode, skipped=skipped)
