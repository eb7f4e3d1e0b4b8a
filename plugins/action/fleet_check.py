# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hears what a person said of a rollout, before the first request. Documented in plugins/modules/fleet_check.py."""

from __future__ import annotations

import os
import secrets
import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.azdo.connections.plugins.plugin_utils._export.files import ENDINGS as EXPORT_ENDINGS
from ansible_collections.azdo.connections.plugins.plugin_utils._input.agreement import (
    Occasion,
    by_plan,
    differs,
    has_plan,
    missing_from_plan,
    refusal,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.credential_pairs import pairs_problem
from ansible_collections.azdo.connections.plugins.plugin_utils._input.known_names import (
    canary_problem,
    names_in_slices,
    no_baseline,
    sizes_nobody_reads,
    strangers,
    unknown_variables,
    unread_here,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_hosts import beside_ours, silent_sources
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import TEMPORARY, PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import (
    EVERY,
    OF_PLAYBOOKS,
    PREFIX,
    WRITING,
    Said,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host, reach_of
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import filled
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import ENDINGS
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout import output_files, plan_file
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.earlier_reports import (
    HistoryError,
    strange_files,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.handing_on import job_number
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import ENTRA_ISSUER, target_of
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.output_files import OutputError
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.owner_files import owner_by
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import RUN
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.task_flow import task_flow
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.terminal import nobody_to_ask

Json = dict[str, t.Any]

ARGUMENT_SPEC: dict[str, Json] = {"entry": {"type": "str", "required": True, "choices": list(EVERY)}}
# What ansible-core puts the words of an -e under that belong to no variable.
_LOST_WORDS = "_raw_params"
# Where the role keeps the result.
_CHECKED = "__fleet_checked"
_TEMPORARY = (
    "fleet_journal is temporary. In this run the first migration is alone, and nothing is asked for twice. When the run is over, a migration that was asked "
    "for and is not confirmed is known to later runs only if its Microsoft Entra credential is there already (issuer_migration_unconfirmed). Mount a folder "
    "and name it with fleet_journal to have it known for sure."
)
_IN_A_FOLDER = (".html", ".csv", ".json", ".md")
# What the playbooks of the collection set.
_PLAYBOOK = "__fleet_playbook"
_USE_A_PLAN = "Use a plan instead: run the playbook azdo.connections.plan and give its digest with fleet_plan_digest."


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
        _refuse(names_in_slices(said), _no_journal(said), no_baseline(said), _no_export(said))
        warnings += _history(said)
        hosts = _hosts(view)
        if view.is_first_batch:
            _sources(view, said)
            _every_host(view, said, hosts)
            _refuse(canary_problem(said, hosts, view.batch))
        else:
            _refuse(_stopped_before(view, said))
        _refuse(*strangers(said, hosts), pairs_problem(said))
        reach = reach_of(_saids(view, said), hosts.values())
        part, earlier = view.part_of(said.entry), _of_earlier_batch(view, said)
        reports = _reports(view, said, part, earlier)
        _outputs(said, reports, view.check_mode)
        _owners(said)
        _agreement(view, said, hosts)
        found: Json = {
            **result,
            "changed": False,
            "entry": said.entry,
            # The digest says which plan it is, and the result of a task is not the place for all of it.
            "said": {name: value for name, value in said.values.items() if name != "plan"},
            "reports": reports,
            "part": part,
            "reach": reach,
            "moved_nothing": said.moved_nothing,
            RUN: view.run_of(said.entry),
            "run_id": earlier.get("run_id") or secrets.token_hex(8),
            **task_flow(
                said,
                organization=hosts[view.host_name].is_organization,
                first_batch=view.is_first_batch,
                more_follow=view.hosts[-1] not in view.batch,
                check_mode=view.check_mode,
            ),
        }
        warnings += _to_be_told(view, said, reach)
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
    errors, warnings = unknown_variables({*view.own_names(), *of_inventory}, of_inventory)
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
    _refuse(*unread_here(said.entry, target_of(said), view.value))
    if said.entry in WRITING and view.value(_PLAYBOOK):
        serial, organization = view.value("fleet_serial"), view.host().is_organization
        _refuse(sizes_nobody_reads(said, serial, len(view.hosts), organization=organization))
    if said.entry in WRITING and str(view.play.order or "inventory") == "shuffle":
        _refuse("The play has order: shuffle, so nobody knows who goes first. Leave it out.")
    if said.entry in WRITING and view.play.strategy not in ("linear", "ansible.builtin.linear"):
        _refuse(
            f"The play has the strategy {view.play.strategy}, with which a wave cannot be stopped as a whole. Give the play strategy: linear."
        )
    if boolean(view.extra.get("ansible_become") or False, strict=False):
        _refuse(
            "ansible_become is set for everything with -e. These tasks run on the controller, as the user who started them: leave it out."
        )
    if view.extra.get("ansible_connection", "local") not in ("local", "ansible.builtin.local"):
        _refuse("ansible_connection is set for everything with -e. These tasks run on the controller: leave it out.")


def _hosts(view: PlayView) -> dict[str, Host]:
    """What the hosts of the play stand for."""
    hosts = {host: Host.from_variables(view.of_inventory(host)) for host in view.hosts}
    hosts[view.host_name] = view.host()
    _refuse(
        beside_ours(
            {
                name: not host.is_organization or "azdo_organization_url" in view.of_inventory(name)
                for name, host in hosts.items()
            }
        )
    )
    return hosts


def _sources(view: PlayView, said: Said) -> None:
    """Ansible only warns of an inventory that failed, and goes on with the others."""
    sources = [str(source) for source in view.variables.get("ansible_inventory_sources") or ()]
    if len(sources) > 1 and "*" not in (said["allow_unread"] or ()):
        everybody = view.variables["groups"]["all"]
        _refuse(silent_sources(sources, {str(view.of_inventory(host).get("inventory_file")) for host in everybody}))


def _saids(view: PlayView, said: Said) -> list[Said]:
    """What was said for this host, and for each other one of which more was said."""
    others = (view.said_of(host, said.entry) for host in view.hosts if host != view.host_name)
    return [said, *(other for other in others if other is not None)]


def _every_host(view: PlayView, said: Said, hosts: t.Mapping[str, Host]) -> None:
    """Refuse before the first wave what the variables of another host say wrong: its own turn may come after others have been written."""
    for name, host in hosts.items():
        other = view.said_of(name, said.entry) if name != view.host_name else None
        if other is not None:
            _refuse(
                differs(other, said.values),
                *strangers(other, hosts),
                pairs_problem(other),
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


def _no_journal(said: Said) -> str:
    """The module says it, too, after everything was read."""
    if target_of(said) != ENTRA_ISSUER or "journal" not in said.values or said["journal"]:
        return ""
    return (
        "A migration to the issuer of Microsoft Entra needs a journal, because nobody can ask Azure DevOps whether one was asked for. Set fleet_journal to a "
        "file or a folder that outlives this run. Where there is none, set it to temporary; the README of the role says what that cannot promise."
    )


def _no_export(said: Said) -> str:
    """Why the files of an export could not be what they look like, or an empty text."""
    if said.entry != "export":
        return ""
    if said.in_slices:
        return "fleet_slices divides the hosts, and a file of one slice would look like the whole fleet. Export without slices."
    if said["export_path"]:
        return ""
    endings = ", ".join(EXPORT_ENDINGS)
    return f"fleet_export_path names no file, so there is nothing to write to. Name files whose endings are among {endings}."


def _without_a_disk(view: PlayView, said: Said) -> list[str]:
    """What a journal that goes with the run cannot promise."""
    if said.entry != "migrate_issuer" or said.removes or view.value("fleet_journal") != TEMPORARY:
        return []
    return [_TEMPORARY]


def _of_earlier_batch(view: PlayView, said: Said) -> t.Mapping[str, t.Any]:
    """What an earlier batch of this play has found here; empty in the first one."""
    found = view.of_inventory(view.hosts[0]).get(_CHECKED)
    if view.is_first_batch or not isinstance(found, t.Mapping) or found.get(RUN) != view.run_of(said.entry):
        return {}
    return found


def _reports(view: PlayView, said: Said, part: int, earlier: t.Mapping[str, t.Any]) -> list[str]:
    """The files of the report: those that were named, and in a folder one of each form, under a name that no other run has."""
    folder, named = said["report_folder"], list(said["report_path"] or [])
    if not folder:
        return named
    if not os.path.isdir(os.path.expanduser(folder)):
        _refuse(
            f"fleet_report_folder: there is no folder {folder}. Make it first, and in a job mount it where it outlives the job."
        )
    if earlier:
        # The batches of a play write one report.
        return list(earlier["reports"])
    of_job = job_number(view.extra) or f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}"
    name = f"{of_job}-{part}" if part > 1 else of_job
    return [*named, *(os.path.join(folder, f"{said.entry}-{name}{ending}") for ending in _IN_A_FOLDER)]


def _outputs(said: Said, reports: list[str], check_mode: bool) -> None:
    """Everything that will be written is tried before the first request: a conversion whose report cannot be written would be one that nobody sees."""
    plans = [said["plan_path"]] if said.entry == "plan" and said["plan_path"] else []
    journals = [said["journal"]] if said.get("journal") and not check_mode else []
    named = [("report_path", path) for path in reports] + [("plan_path", path) for path in plans]
    exports = list(said.get("export_path") or ())
    _about("report_path", output_files.split, reports, ENDINGS)
    _about("export_path", output_files.split, exports, EXPORT_ENDINGS)
    named += [("export_path", path) for path in exports] + [("journal", path) for path in journals]
    found = [_about(name, output_files.check, path) for name, path in named]
    if len(set(found)) < len(found):
        _refuse(
            "fleet_report_path, fleet_export_path, fleet_plan_path and fleet_journal name a file twice. Give each a name of its own."
        )


def _owners(said: Said) -> None:
    """Refuse owners that nobody could tell, before the first request."""
    by = said["owner_by"]
    if not by:
        return
    if not said["report_folder"]:
        _refuse(
            "fleet_owner_by writes a page and a CSV file for each owner: name the folder for them with fleet_report_folder."
        )
    if by == "creator" and not said["report_people"]:
        _refuse(
            "fleet_owner_by is creator, and fleet_report_people false leaves the names of people out. Use project, or a CSV file of your own."
        )
    try:
        owner_by(by)
    except OutputError as error:
        raise AnsibleActionFail(f"fleet_owner_by: {error}") from None


def _history(said: Said) -> list[str]:
    """Refuse a folder of earlier reports that cannot be read. Returns a warning about what is none."""
    if not said.get("history"):
        return []
    try:
        odd = strange_files(said["history"])
    except HistoryError as error:
        raise AnsibleActionFail(
            f"fleet_history: {error} Make it first, and write reports into it with fleet_report_path."
        ) from None
    if not odd:
        return []
    more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
    return [f"fleet_history: {', '.join(odd[:3])}{more}: no reports of this version, so they do not count."]


def _to_be_told(view: PlayView, said: Said, reach: str) -> list[str]:
    """Warnings about what a person might expect of this run, and it does not do."""
    told = _without_a_disk(view, said)
    if said.entry == "report" and said["history"] and reach == "connections":
        told.append(
            "fleet_history compares whole projects, and this is about single connections, so it says nothing of what has changed."
        )
    if said.moved_nothing:
        told.append("Earlier jobs have moved nothing, so there is nothing to test.")
    return told


def _about(name: str, work: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
    """Errors in the words of the role, whose variables name the files."""
    try:
        return work(*arguments)
    except output_files.OutputError as error:
        raise AnsibleActionFail(f"fleet_{name}: {error}") from None


def _agreement(view: PlayView, said: Said, hosts: t.Mapping[str, Host]) -> None:
    occasion = Occasion(hosts[view.host_name], len(view.hosts), view.check_mode)
    _refuse(refusal(said, occasion))
    if (by_plan(said) or said.entry == "revert") and has_plan(said) and said["plan_digest"]:
        try:
            approved = plan_file.approved(said)
            if said.entry != "revert":
                approved.check_connections(said["connections"])
                planned = [host for host, of in hosts.items() if approved.plan_of(host, of) is not None]
                _refuse(missing_from_plan(said, view.hosts, planned))
        except plan_file.PlanFileError as error:
            raise AnsibleActionFail(str(error)) from None
    if said.get("confirm") == "each" and not view.check_mode and not said.removes:
        nobody = nobody_to_ask(view.extra, os.environ)
        _refuse(f"fleet_confirm=each asks about every connection, and {nobody}. {_USE_A_PLAN}" if nobody else "")
