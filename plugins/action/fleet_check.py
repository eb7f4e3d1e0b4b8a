# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hears what a person said of a rollout, before the first request. Documented in plugins/modules/fleet_check.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail, AnsiblePromptInterrupt, AnsiblePromptNoninteractive
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import ENDINGS
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import FEDERATION
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout import output_files, plan_file
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.agreement import (
    Occasion,
    by_plan,
    differs,
    missing_from_plan,
    refusal,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.known_names import (
    canary_problem,
    strangers,
    unknown_variables,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import days, removes, target_of
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.play_hosts import IMPLICIT, SOURCES
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.play_view import PlayView, is_true
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.questions import WELCOME
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import RUN
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.role_variables import (
    EVERY,
    OF_PLAYBOOKS,
    PREFIX,
    VARIABLES,
    WRITING,
    Said,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.scope import Host
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.value_forms import filled

Json = dict[str, t.Any]

ARGUMENT_SPEC: dict[str, Json] = {"entry": {"type": "str", "required": True, "choices": list(EVERY)}}
# What ansible-core puts the words of an -e under that belong to no variable.
_LOST_WORDS = "_raw_params"
# What the playbooks of the collection set.
_PLAYBOOK = "__fleet_playbook"
# What AWX and automation controller tell every job.
_JOBS = ("awx_job_id", "tower_job_id")


class ActionModule(ActionBase):
    """See plugins/modules/fleet_check.py."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        result: Json = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        view = PlayView(self, task_vars or {})
        warnings = _names(view)
        said = view.said(options["entry"])
        _play(view, said)
        _refuse(*_meant_for_others(view, said.entry))
        hosts = _hosts(view, said)
        _refuse(_silent_source(view, said))
        _every_host(view, said, hosts)
        _refuse(*strangers(said, hosts), _canary(view, said, hosts))
        _outputs(said, view.check_mode)
        _agreement(view, said, hosts)
        found: Json = {
            **result,
            "changed": False,
            "entry": said.entry,
            RUN: view.run_of(said.entry),
            **_course(view, said, hosts),
        }
        return {**found, "warnings": warnings} if warnings else found


def _refuse(*problems: str) -> None:
    if found := " ".join(problem for problem in problems if problem):
        raise AnsibleActionFail(found)


def _names(view: PlayView) -> list[str]:
    """Refuse variables that nobody knows. Returns warnings about those that may be somebody's own."""
    if lost := view.extra.get(_LOST_WORDS):
        _refuse(
            f"-e has the words {str(lost)!r}, which belong to no variable. Put a value with blanks in quotes of its own: "
            '-e \'fleet_projects="Shared Services"\', or give JSON: -e \'{"fleet_projects": ["Shared Services"]}\'.'
        )
    of_inventory = {name for host in view.hosts for name in view.of_inventory(host) if name.startswith(PREFIX)} - set(
        view.extra
    )
    errors, warnings = unknown_variables(
        {*view.own_names(), *of_inventory}, of_inventory, lambda name: name in VARIABLES or name in OF_PLAYBOOKS
    )
    _refuse(*errors, *_of_playbooks(view, of_inventory))
    return warnings


def _of_playbooks(view: PlayView, of_inventory: t.Collection[str]) -> t.Iterator[str]:
    """Sentences about variables that are needed before any action runs, where nobody has read them."""
    for name in OF_PLAYBOOKS:
        if filled(view.value(name)) is None:
            continue
        if not view.value(_PLAYBOOK):
            yield f"{name} is for the playbooks of the collection, and says nothing here: a play of your own has the keywords hosts and serial. Leave it out."
        elif name in of_inventory:
            yield f"{name} is read before any variable of a host, so it says nothing in an inventory: give it with -e."


def _play(view: PlayView, said: Said) -> None:
    """Refuse a play in which the role cannot keep its promises."""
    if said.entry in WRITING and view.value(_PLAYBOOK):
        _refuse(_waves_of_others(view, said))
    if said.entry in WRITING and str(view.play.order or "inventory") == "shuffle":
        _refuse("The play has order: shuffle, so nobody knows who goes first. Leave it out.")
    if said.entry in WRITING and view.play.strategy not in ("linear", "ansible.builtin.linear"):
        _refuse(
            f"The play has the strategy {view.play.strategy}, with which a wave cannot be stopped as a whole. Give the play strategy: linear."
        )
    odd = [name for name in ("ansible_become", "ansible_connection") if name in view.extra]
    if "ansible_become" in odd and is_true(view.extra["ansible_become"]):
        _refuse(
            "ansible_become is set for everything with -e. These tasks run on the controller, as the user who started them: leave it out."
        )
    if "ansible_connection" in odd and view.extra["ansible_connection"] not in ("local", "ansible.builtin.local"):
        _refuse("ansible_connection is set for everything with -e. These tasks run on the controller: leave it out.")


def _waves_of_others(view: PlayView, said: Said) -> str:
    """Why the sizes of waves would say nothing, or an empty text."""
    serial, waves = filled(view.value("fleet_serial")) is not None, said["waves"] != VARIABLES["fleet_waves"].default
    if waves and not serial and not view.host().is_organization:
        return "fleet_waves is about the projects of a host that stands for an organization. Here the hosts have waves: give fleet_serial."
    if serial and not waves and len(view.hosts) == 1 and view.host().is_organization:
        return "fleet_serial is about hosts, and here is one that stands for an organization. Its projects have waves: give fleet_waves."
    return ""


def _meant_for_others(view: PlayView, entry: str) -> t.Iterator[str]:
    """Sentences about variables that would have another entry point move something else, or less."""
    if entry not in (*WRITING, "revert"):
        return
    own = {"migrate_issuer": "entra_issuer", "revert": "service_principal"}.get(entry, FEDERATION)
    for name in ("fleet_to", "fleet_remove_old_credential", "fleet_schemes"):
        variable, value = VARIABLES[name], view.value(name)
        if (
            entry not in variable.entries
            and filled(value) is not None
            and value not in (variable.default, own)
            and not _is_off(value)
        ):
            yield f"{name} is not for the entry point {entry}, which would do something else: it is for {', '.join(variable.entries)}. Leave it out."


def _is_off(value: t.Any) -> bool:
    return isinstance(value, bool | str) and str(value).strip().lower() in ("false", "no", "off", "0")


def _hosts(view: PlayView, said: Said) -> dict[str, Host]:
    """What the hosts of the play stand for."""
    hosts = {host: Host.from_variables(view.of_inventory(host)) for host in view.hosts}
    hosts[view.host_name] = view.host()
    ours = [
        name
        for name, host in hosts.items()
        if not host.is_organization or "azdo_organization_url" in view.of_inventory(name)
    ]
    strange = [name for name in hosts if name not in ours and name not in IMPLICIT]
    if ours and strange:
        _refuse(
            f"{', '.join(strange[:5])} {'is' if len(strange) == 1 else 'are'} no host of this collection, and would stand for a whole organization beside "
            "those that are. Leave them out."
        )
    return hosts


def _silent_source(view: PlayView, said: Said) -> str:
    """A sentence about one of several inventories that gave no hosts, or an empty text: Ansible only warns of one that failed, and goes on with the others."""
    sources = view.value("ansible_inventory_sources") or ()
    if len(sources) < 2 or "*" in (said["allow_unread"] or ()) or view.hosts[:1] != view.batch[:1]:
        return ""
    files = {str(view.of_inventory(host).get("inventory_file")) for host in view.value("groups")["all"]}
    silent = [str(source) for source in sources if str(source).endswith(SOURCES) and str(source) not in files]
    return (
        f"{', '.join(silent)} gave no hosts: the warnings above say why. Leave it out, or set fleet_allow_unread to *."
        if silent
        else ""
    )


def _every_host(view: PlayView, said: Said, hosts: t.Mapping[str, Host]) -> None:
    """Refuse before the first wave what the variables of another host say wrong: its own turn may come after others have been written."""
    if view.hosts[:1] != view.batch[:1]:
        _refuse(_stopped_before(view, said))
        return
    for name, host in hosts.items():
        other = view.said_of(name, said.entry) if name != view.host_name else None
        if other is not None:
            _refuse(
                differs(other, said.values),
                *strangers(other, hosts),
                refusal(other, Occasion(host, len(hosts), view.check_mode)),
            )


def _stopped_before(view: PlayView, said: Said) -> str:
    """Why no other wave may begin, or an empty text: a rescue in somebody's play makes ansible-core forget that one has failed."""
    done = [host for host in view.hosts if host not in view.batch]
    verdicts = [view.of_inventory(host).get("__fleet_verdict") for host in done]
    stopped = [
        verdict
        for verdict in verdicts
        if isinstance(verdict, t.Mapping) and verdict.get(RUN) == view.run_of(said.entry) and verdict.get("stop")
    ]
    return (
        f"An earlier wave of this play was the last one. {stopped[0].get('why', '')}"
        if stopped and said.entry in WRITING
        else ""
    )


def _canary(view: PlayView, said: Said, hosts: t.Mapping[str, Host]) -> str:
    return canary_problem(said, hosts, view.batch) if view.hosts[:1] == view.batch[:1] else ""


def _outputs(said: Said, check_mode: bool) -> None:
    """Everything that will be written is tried before the first request: a conversion whose report cannot be written would be one that nobody sees."""
    reports = said["report_path"] or []
    plans = [said["plan_path"]] if said.entry == "plan" and said["plan_path"] else []
    journals = [said["journal"]] if said.get("journal") and not check_mode else []
    named = [("report_path", path) for path in reports] + [("plan_path", path) for path in plans]
    _about("report_path", output_files.split, reports, ENDINGS)
    named += [("journal", path) for path in journals]
    found = [_about(name, output_files.check, path) for name, path in named]
    if len(set(found)) < len(found):
        _refuse("fleet_report_path, fleet_plan_path and fleet_journal name a file twice. Give each a name of its own.")


def _about(name: str, work: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
    """Errors in the words of the role, whose variables name the files."""
    try:
        return work(*arguments)
    except output_files.OutputError as error:
        raise AnsibleActionFail(f"fleet_{name}: {error}") from None


def _agreement(view: PlayView, said: Said, hosts: t.Mapping[str, Host]) -> None:
    occasion = Occasion(hosts[view.host_name], len(view.hosts), view.check_mode)
    _refuse(refusal(said, occasion))
    if (by_plan(said) or said.entry == "revert") and said["plan_path"] and said["plan_digest"]:
        try:
            approved = plan_file.load(said["plan_path"], said["plan_digest"])
            if said.entry != "revert":
                approved.check_connections(said["connections"])
                _refuse(missing_from_plan(said, view.hosts, approved.hosts))
        except plan_file.PlanFileError as error:
            raise AnsibleActionFail(f"fleet_plan_path: {error}") from None
    if said.get("confirm") == "each" and not view.check_mode and not removes(said):
        _refuse(_nobody_to_ask(view))


def _nobody_to_ask(view: PlayView) -> str:
    """Why no person would answer, or an empty text. A job has a terminal of its own, with nobody at it."""
    plan = "Use a plan instead: run the playbook azdo.connections.plan and give its digest with fleet_plan_digest."
    if job := next((name for name in _JOBS if name in view.extra), ""):
        return f"fleet_confirm=each asks about every connection, and this is a job ({job} is set), which nobody could answer. {plan}"
    try:
        # Shows the text and comes back at once: whether there is a terminal is known before anything is asked of the service.
        Display().prompt_until(WELCOME, seconds=0)
    except AnsiblePromptNoninteractive:
        return f"fleet_confirm=each asks about every connection, and there is no terminal to ask on. {plan}"
    except AnsiblePromptInterrupt:
        return "Interrupted. Nothing was changed."
    return ""


def _course(view: PlayView, said: Said, hosts: t.Mapping[str, Host]) -> Json:
    """What the tasks of the role go by.

    ``first``: whether plans come before anything is moved: for waves of its own, for questions, for the digest of a single host, and to see that the canary
    is a good one. In check mode the moving itself is the plan.
    """
    follow = view.hosts[-1] not in view.batch
    found: Json = {
        "to": target_of(said),
        "more_follow": follow,
        "said": dict(said.values),
        "organization": hosts[view.host_name].is_organization,
    }
    if said.entry == "watch":
        found["days"] = days(said)
    if said.entry not in WRITING:
        return found
    several = str(said["waves"]) not in ("100%", "['100%']")
    waves = hosts[view.host_name].is_organization and (several or bool(said["canary"]))
    canary = follow and view.hosts[:1] == view.batch[:1]
    real = not (view.check_mode or removes(said))
    first = (by_plan(said) and not said["plan_path"]) or (real and (said["confirm"] == "each" or waves or canary))
    # What was moved to the issuer of Microsoft Entra stays there, and check mode has moved nothing.
    back = said["rollback_scope"] if target_of(said) == FEDERATION and not view.check_mode else "none"
    return {
        **found,
        "first": bool(first),
        "asks": said["confirm"] == "each" and not view.check_mode,
        "rollback_scope": back,
    }
