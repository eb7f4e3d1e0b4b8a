# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does for one host what was said of it. Documented in plugins/modules/fleet_run.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SIGN_IN_OPTIONS
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_convert, azdo_arm_connection_info
from ansible_collections.azdo.connections.plugins.plugin_utils._front_door import InProcessAction
from ansible_collections.azdo.connections.plugins.plugin_utils._input.agreement import differs
from ansible_collections.azdo.connections.plugins.plugin_utils._input.known_names import strangers
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import READING, Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.door_words import told_again
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.host_turn import Turn, TurnError
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.outcome import ASKED
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import RUN

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
        try:
            arguments = turn.arguments()
        except TurnError as error:
            raise AnsibleActionFail(str(error)) from None
        if arguments is None:
            return {**result, "skipped": True, "skip_reason": "Nothing of what was named is here."}
        arguments = {**self._sign_in(view), **arguments}
        found = told_again(
            self._as_module(
                _Info if said.entry in READING else _Convert, arguments, options["step"] == "plan", view.variables
            )
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
