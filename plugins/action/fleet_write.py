# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report or the plan of all hosts. Documented in plugins/modules/fleet_write.py."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timezone

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.azdo.connections.plugins.plugin_utils._export.files import texts_of
from ansible_collections.azdo.connections.plugins.plugin_utils._export.fleet_code import export_of
from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import given
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import WRITING, Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.said_again import place_of
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import ENDINGS, report
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import Snapshot, history, seen
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import Origin
from ansible_collections.azdo.connections.plugins.plugin_utils._results.people import without_people
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.approving import approving
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import findings
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.door_words import NAMES
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.earlier_reports import (
    HistoryError,
    baseline,
    earlier_of,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.handing_on import Job, handed_on, job_number
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import days
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.outcome import (
    hosts_may_be_missing,
    nothing_read,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.output_files import (
    PLAN_MODE,
    REPORT_MODE,
    OutputError,
    check,
    split,
    write,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.owner_files import folder_beside, write_owners
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.plan_file import digest_of, written
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import (
    RUN,
    NothingRegisteredError,
    of_play,
    plans_of,
)

Json = dict[str, t.Any]

ARGUMENT_SPEC: dict[str, Json] = {
    "registered": {"type": "list", "elements": "str", "default": []},
    "earlier": {"type": "str", "default": ""},
    "hosts": {"type": "list", "elements": "str"},
    "missing": {"type": "str", "default": ""},
    "report": {"type": "raw"},
    "title": {"type": "str", "default": ""},
    "plan": {"type": "str"},
    "connections": {"type": "raw"},
    "checked": {"type": "str"},
}


class ActionModule(ActionBase):
    """See plugins/modules/fleet_write.py."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        variables = task_vars or {}
        result: Json = super().run(tmp, variables)
        _checked, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        view = PlayView(self, variables)
        checked = view.stored(options["checked"]) if options["checked"] else {}
        if options["checked"] and "said" not in checked:
            raise AnsibleActionFail(
                f"fleet_write: {options['checked']} holds no result of azdo.connections.fleet_check, so nobody knows what is to be written."
            )
        options = {**options, **_said(checked), "said": checked.get("said") or {}}
        now = datetime.now(timezone.utc)
        reports = _about("report", split, given("fleet_write", "report", options["report"]) or (), ENDINGS)
        paths = {**dict.fromkeys(reports, "report"), **({options["plan"]: "plan"} if options["plan"] else {})}
        found = {path: _about(name, check, path) for path, name in paths.items()}
        if len(set(found.values())) < len(reports) + bool(options["plan"]):
            raise AnsibleActionFail(
                "fleet_report_path and fleet_plan_path name a file twice. Give each a name of its own."
            )
        if not paths and not checked:
            return {**result, "changed": False, "files": []}
        try:
            steps = of_play(variables, options, "ansible_play_hosts_all")
        except NothingRegisteredError as error:
            if not paths:
                # Nothing was to be written, and there is nothing to hand on.
                return {**result, "changed": False, "files": []}
            raise AnsibleActionFail(f"fleet_write: {error}.") from None
        # Before anything is written: what this run writes is nothing that was there before.
        earlier = _earlier(options["said"], now, Origin.from_result(checked))
        merged = merge(steps)
        shown = _shown(merged, options["said"])
        about = _about_it(view, steps, merged, checked, now, earlier)
        texts = _texts(steps, shown, reports, options, now, about)
        modes = {"plan": PLAN_MODE, "report": REPORT_MODE}
        files = [_about(name, write, path, texts[path], modes[name]) for path, name in paths.items()]
        files += _owners(
            shown, reports, options, now, About(names=NAMES, origin=about.origin, requires_ready=about.requires_ready)
        )
        files += _exports(view, steps, options["said"], now)
        return {**result, "changed": False, "files": files, **_handed_on(view, checked, steps, now, earlier)}


def _handed_on(
    view: PlayView,
    checked: t.Mapping[str, t.Any],
    steps: dict[str, list[t.Any]],
    now: datetime,
    earlier: t.Sequence[Snapshot],
) -> Json:
    """In the form in which ansible-core takes custom stats from the result of any task."""
    if not checked:
        return {}
    said = Said(str(checked["entry"]), checked["said"])
    run = checked.get(RUN)
    stops = {"__fleet_verdict": "stopped", "__fleet_proof": "unproven"}
    told = {word: view.stored(name) for name, word in stops.items()}
    job = Job(
        number=job_number(view.extra),
        part=checked["part"],
        stopped=next((word for word, judged in told.items() if judged.get("stop") and judged.get(RUN) == run), ""),
        incomplete=hosts_may_be_missing(view.batch, view.variables["groups"]),
        earlier=earlier,
    )
    data, warnings = handed_on(said, steps, plans_of(steps), job, now)
    stats = {"data": data, "per_host": False, "aggregate": False}
    return {"ansible_stats": stats, **({"warnings": warnings} if warnings else {})}


def _about_it(
    view: PlayView,
    steps: dict[str, list[t.Any]],
    merged: Json,
    checked: t.Mapping[str, t.Any],
    now: datetime,
    earlier: t.Sequence[Snapshot],
) -> About:
    """What the role knows beside the results: the names of its variables, and of a plan how to agree to it."""
    said = checked.get("said") or {}
    approved = str(said.get("plan_digest") or "") if checked.get("entry") in WRITING else ""
    about = About(
        names=NAMES,
        place=place_of(view),
        approved=approved,
        origin=Origin.from_result(checked),
        requires_ready=said.get("readiness") == "require",
        **_watched(merged, checked, now, earlier),
    )
    plans = plans_of(steps) if checked.get("entry") == "plan" and not nothing_read(steps) else {}
    if not plans:
        return about
    digest = digest_of(plans)
    there = {"target": str(checked.get("to")), "plan_path": str(checked["said"].get("plan_path") or "")}
    way = approving(view, digest=digest, **there)
    return replace(about, digest=digest, way=way.sentence, command=way.command)


def _watched(merged: Json, checked: t.Mapping[str, t.Any], now: datetime, earlier: t.Sequence[Snapshot]) -> Json:
    """The fleet over time, and what a watch has found."""
    entry, said = checked.get("entry"), checked.get("said") or {}
    if entry not in ("report", "watch"):
        return {}
    found: Json = {"history": history(seen(merged, now, Origin.from_result(checked)), earlier)}
    if entry == "watch":
        heard = Said("watch", said)
        told = findings(without(merged, said["allow_unread"] or ()), days(heard), now, baseline(heard, earlier))
        found |= {"watches": True, "findings": told["due"], "not_known": told["unknown"]}
    return found


def _earlier(said: t.Mapping[str, t.Any], now: datetime, origin: Origin) -> list[Snapshot]:
    try:
        return earlier_of(said, now, origin)
    except HistoryError as error:
        raise AnsibleActionFail(f"fleet_history: {error}") from None


def _owners(shown: Json, reports: t.Mapping[str, str], options: Json, now: datetime, about: About) -> list[str]:
    """A page for each owner, where somebody asked for that."""
    by = options["said"].get("owner_by")
    if not by:
        return []
    folder = folder_beside(list(reports))
    try:
        return write_owners(folder, shown, by, now, options["title"], about)
    except OutputError as error:
        raise AnsibleActionFail(f"fleet_owner_by: {error}") from None


def _exports(view: PlayView, steps: dict[str, list[t.Any]], said: t.Mapping[str, t.Any], now: datetime) -> list[str]:
    """The fleet as code, once all hosts of the play have read theirs."""
    paths = said.get("export_path")
    if not paths or not steps:
        return []
    allowed = said["allow_unread"] or ()
    if hosts_may_be_missing(view.batch, view.variables["groups"]) and "*" not in allowed:
        return []
    texts = _about("export", texts_of, export_of(steps, allowed), paths, now)
    return [_about("export", write, path, text) for path, text in texts.items()]


def _shown(merged: Json, said: t.Mapping[str, t.Any]) -> Json:
    """What a report tells: what may be missing as such, and no names of people, if somebody said so."""
    seen = without(merged, said.get("allow_unread") or ())
    return seen if said.get("report_people", True) else without_people(seen)


def _said(checked: t.Mapping[str, t.Any]) -> Json:
    """The options that the task leaves to what a person said."""
    if not checked:
        return {}
    said = checked["said"]
    plans = (
        {"plan": said.get("plan_path"), "connections": said.get("connections")}
        if checked.get("entry") == "plan"
        else {}
    )
    return {"report": checked["reports"], "title": said.get("report_title") or "", **plans}


def _texts(
    steps: dict[str, list[t.Any]], shown: Json, reports: t.Mapping[str, str], options: Json, now: datetime, about: About
) -> dict[str, str]:
    """The content of each file, by its path."""
    texts = {path: report(shown, ENDINGS[ending], now, options["title"], about) for path, ending in reports.items()}
    if options["plan"]:
        texts[options["plan"]] = written(plans_of(steps), given("fleet_write", "connections", options["connections"]))
    return texts


def _about(name: str, work: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
    """Errors in the words of the role, whose variables name the files."""
    try:
        return work(*arguments)
    except OutputError as error:
        raise AnsibleActionFail(f"fleet_{name}_path: {error}") from None
