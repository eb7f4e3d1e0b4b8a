# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a play have registered, judged. Documented in plugins/modules/fleet_judge.py."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time
from ansible_collections.azdo.connections.plugins.plugin_utils._export.files import lines_of, named_in_vain
from ansible_collections.azdo.connections.plugins.plugin_utils._export.fleet_code import Export, export_of
from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import (
    moment,
    texts,
    whole_number,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import DEFAULT_SIZES, sizes_of
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import (
    conversion_lines,
    fleet_lines,
    readiness_lines,
    total_lines,
    verdict_on_tests,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._render.text_table import folded
from ansible_collections.azdo.connections.plugins.plugin_utils._render.watch_message import failure_of
from ansible_collections.azdo.connections.plugins.plugin_utils._render.worklist_text import unready
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import history, seen
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import Origin
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import FEDERATION, TARGETS
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.after_plans import course
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.approving import approving
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import KINDS, findings
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.earlier_reports import (
    HistoryError,
    baseline,
    earlier_of,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.outcome import (
    NOT_AMONG_THE_HOSTS,
    hosts_may_be_missing,
    nothing_read,
    shortcomings,
    unfinished,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.plan_file import digest_of
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import (
    RUN,
    NothingRegisteredError,
    of_play,
    plans_of,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.verdict import failed_with, judge, proof
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.watched_states import STATES
from ansible_collections.azdo.connections.plugins.plugin_utils._screen import is_detailed, show

Json = dict[str, t.Any]
Steps = dict[str, list[t.Any]]

ARGUMENT_SPEC: dict[str, Json] = {
    "about": {
        "type": "str",
        "required": True,
        "choices": [
            "wave",
            "course",
            "proof",
            "tests",
            "deadlines",
            "memory",
            "outcome",
            "plan",
            "fleet",
            "run",
            "readiness",
            "export",
        ],
    },
    "checked": {"type": "str"},
    "registered": {"type": "list", "elements": "str", "required": True},
    "earlier": {"type": "str", "default": ""},
    "hosts": {"type": "list", "elements": "str"},
    "rows": {"type": "int", "default": 200},
    "allowed": {"type": "int", "default": 0},
    "rollback_scope": {"type": "str", "choices": ["none", "failed", "wave"], "default": "failed"},
    "organizations": {"type": "list", "elements": "str", "default": []},
    "sizes": {"type": "raw", "default": DEFAULT_SIZES},
    "canary": {"type": "raw"},
    "more_follow": {"type": "bool", "default": False},
    "since": {"type": "str"},
    "days": {"type": "dict", "default": {}},
    "allow_unread": {"type": "list", "elements": "str", "default": []},
    "plan_path": {"type": "str", "default": ""},
    "to": {"type": "str", "choices": list(TARGETS), "default": FEDERATION},
    "show": {"type": "bool", "default": False},
    "course": {"type": "str", "default": ""},
    "wave": {"type": "int"},
}
# Where in what fleet_check returns the value of an option is, if the task does not give it.
_SAID = {
    "rows": ("said", "table_rows"),
    "allowed": ("said", "wave_failures"),
    "sizes": ("said", "waves"),
    "canary": ("said", "canary"),
    "allow_unread": ("said", "allow_unread"),
    "plan_path": ("said", "plan_path"),
    "rollback_scope": ("rollback_scope",),
    "more_follow": ("more_follow",),
    "days": ("days",),
    "to": ("to",),
}


class ActionModule(ActionBase):
    """See plugins/modules/fleet_judge.py."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        variables = task_vars or {}
        result: Json = super().run(tmp, variables)
        _checked, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        view = PlayView(self, variables)
        options = {**options, **self._said(view, options)} if options["checked"] else options
        try:
            if options["about"] == "outcome":
                steps = _so_far(variables, options)
                options["unfinished"] = (
                    "" if options["more_follow"] else unfinished(_of_all_batches(variables, options))
                )
                options["incomplete"] = hosts_may_be_missing(view.batch, variables["groups"])
                options["moved_nothing"] = bool(view.stored(options["checked"] or "").get("moved_nothing"))
                options["all"] = {} if options["more_follow"] else _of_all_batches(variables, options)
                options["several"] = len(view.hosts) > len(view.batch)
            else:
                steps = of_play(variables, options, "ansible_play_batch")
            checked = view.stored(options["checked"] or "")
            run = checked.get(RUN)
            options |= {"view": view, "said": checked.get("said") or {}, "origin": Origin.from_result(checked)}
            options["reports"] = checked.get("reports") or []
            options["short"] = options["show"] and not is_detailed()
            judged = _ABOUT[options["about"]](steps, options)
            if options["show"]:
                show([*_title(view, options), *judged.get("lines", ())])
        except HistoryError as error:
            raise AnsibleActionFail(f"fleet_history: {error}") from None
        except (NothingRegisteredError, ValueError) as error:
            raise AnsibleActionFail(f"fleet_judge: {error}.") from None
        except KeyError as error:
            about = options["about"]
            raise AnsibleActionFail(
                f"fleet_judge: the rows have no {error}, so about={about} cannot judge them."
            ) from None
        if options["about"] == "outcome" and judged.get("problem"):
            raise AnsibleActionFail(judged["problem"])
        return {**result, "changed": False, **({RUN: run} if run else {}), **judged}

    def _said(self, view: PlayView, options: Json) -> Json:
        """The options that the task leaves to what a person said."""
        checked, found = view.stored(options["checked"]), {}
        for name, path in _SAID.items():
            value: t.Any = checked
            for key in path:
                value = value.get(key) if isinstance(value, t.Mapping) else None
            if name not in self._task.args and value is not None:
                found[name] = value
        if options["about"] == "course" and "organizations" not in self._task.args and checked.get("organization"):
            found["organizations"] = [
                host
                for host in view.batch
                if host == view.host_name or Host.from_variables(view.of_inventory(host)).is_organization
            ]
        return found


def _title(view: PlayView, options: Json) -> list[str]:
    """Which wave it is, where there are several."""
    if options["about"] != "wave":
        return []
    course, wave = view.stored(options["course"]) if options["course"] else {}, options["wave"]
    if wave is not None and int(course.get("count") or 0) > 1:
        names = ", ".join(printable(name) for name in course["names"][wave])
        return [*folded(f"Wave {wave + 1} of {course['count']}: {names}", "  "), ""]
    if len(view.hosts) == len(view.batch):
        return []
    first, last = view.hosts.index(view.batch[0]) + 1, view.hosts.index(view.batch[0]) + len(view.batch)
    return [f"{f'Host {first}' if first == last else f'Hosts {first} to {last}'} of {len(view.hosts)}", ""]


def _so_far(variables: Json, options: Json) -> Steps:
    """What this batch has registered, or else the batches before it; nothing, if no host of the play was meant."""
    try:
        return of_play(variables, options, "ansible_play_batch") or of_play(
            variables, options, "ansible_play_hosts_all"
        )
    except NothingRegisteredError:
        return {}


def _of_all_batches(variables: Json, options: Json) -> Steps:
    try:
        return of_play(variables, options, "ansible_play_hosts_all")
    except NothingRegisteredError:
        return {}


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _whole(options: Json, name: str) -> int:
    return whole_number("fleet_judge", name, options[name])


def _last(steps: Steps) -> Json:
    return {host: results[-1] for host, results in steps.items()}


def _seen(steps: Steps, options: Json) -> Json:
    """What the hosts have found, as one; what may be missing stands apart, as in the reports."""
    return without(merge(steps), options["allow_unread"])


def _wave(steps: Steps, options: Json) -> Json:
    verdict = judge(_last(steps), allowed=_whole(options, "allowed"), scope=options["rollback_scope"])
    lines = conversion_lines(_seen(steps, options), _whole(options, "rows"), short=options["short"])
    return {
        **verdict.to_result(),
        "failed_hosts": _failed_hosts(steps),
        "ended": format_time(_now()),
        "lines": [*lines, *([verdict.why] if verdict.stop else [])],
    }


def _course(steps: Steps, options: Json) -> Json:
    return course(
        _last(steps),
        options["organizations"],
        sizes=sizes_of(options["sizes"]),
        canary=texts("fleet_judge", "canary", options["canary"]),
        more_follow=options["more_follow"],
        now=_now(),
    )


def _proof(steps: Steps, options: Json) -> Json:
    since = moment("fleet_judge", options["since"]) if options["since"] else None
    return proof(merge(steps)["connections"], since)


def _tests(steps: Steps, options: Json) -> Json:
    verdict = verdict_on_tests(_seen(steps, options), _whole(options, "rows"), short=options["short"])
    return {"faulty": verdict.pop("failed"), **verdict}


def _deadlines(steps: Steps, options: Json) -> Json:
    odd = [kind for kind in options["days"] if kind not in (*KINDS, *STATES)]
    if odd:
        raise ValueError(f"days has {', '.join(map(str, odd))}, which is none of {', '.join((*KINDS, *STATES))}")
    days = {kind: whole_number("fleet_judge", kind, number) for kind, number in options["days"].items()}
    merged = _seen(steps, options)
    heard = Said("watch", options["said"])
    earlier = earlier_of(heard.values, _now(), options["origin"])
    found = findings(merged, days, _now(), baseline(heard, earlier))
    return {
        **found,
        "why": failure_of(found, options["reports"]),
        "lines": found["lines"] if not options["show"] else _watched(found["lines"], _whole(options, "rows")),
    }


def _watched(lines: t.Sequence[str], limit: int) -> list[str]:
    if not lines:
        return ["Nothing runs out within the days that are watched."]
    more = [f"... and {len(lines) - limit} more."] if len(lines) > limit else []
    return [part for line in [*lines[:limit], *more] for part in folded(line, "  ")]


def _fleet(steps: Steps, options: Json) -> Json:
    merged = _seen(steps, options)
    lines = fleet_lines(merged, options["to"], _whole(options, "rows"), short=options["short"])
    now, origin = _now(), options["origin"]
    told = history(seen(merged, now, origin), earlier_of(options["said"], now, origin))
    over_time = [line for sentence in told.sentences for line in folded(printable(sentence), "  ")] if told else []
    return {"lines": [*lines, *([""] if over_time else []), *over_time]}


def _run(steps: Steps, options: Json) -> Json:
    return {"lines": conversion_lines(_seen(steps, options), _whole(options, "rows"), short=options["short"])}


def _plan(steps: Steps, options: Json) -> Json:
    """What a person looks at, and the digest to agree to it; of what nobody could look at there is none."""
    lines = conversion_lines(_seen(steps, options), _whole(options, "rows"), short=options["short"])
    plans = plans_of(steps)
    if not plans or nothing_read(steps):
        return {"lines": lines, "digest": ""}
    view: PlayView = options["view"]
    digest = digest_of(plans)
    way = approving(view, target=options["to"], digest=digest, plan_path=options["plan_path"])
    # Not folded: a command is copied as a whole.
    return {
        "digest": digest,
        "lines": [*lines, "", *folded(way.sentence), f"  {way.command or f'fleet_plan_digest={digest}'}"],
    }


def _outcome(steps: Steps, options: Json) -> Json:
    # A batch in which no host is meant is no fault of the run while others have their turn, or had it.
    if not steps and (options["more_follow"] or options["moved_nothing"]):
        return {}
    found = shortcomings(steps, options["allow_unread"])
    found += [options["unfinished"]] if options["unfinished"] else []
    if options["incomplete"] and "*" not in options["allow_unread"]:
        found.append(NOT_AMONG_THE_HOSTS)
    # Where several had their turn one after the other, nobody has seen them together yet.
    several = options["several"] or any(len(results) > 1 for results in options["all"].values())
    total = total_lines(_seen(options["all"], options)) if several and options["all"] else []
    return {"problem": " ".join(found), "lines": total}


def _readiness(steps: Steps, options: Json) -> Json:
    merged = _seen(steps, options)
    lines = readiness_lines(merged, _whole(options, "rows"), short=options["short"])
    required = options["said"].get("readiness") == "require"
    return {"why": unready(merged) if required else "", "lines": lines}


def _export(steps: Steps, options: Json) -> Json:
    """What was written, once every host had its turn."""
    if options["more_follow"] or not steps:
        return {"lines": [], "why": ""}
    variables, allowed = options["view"].variables, options["allow_unread"]
    everybody = of_play(variables, {**options, "missing": "Its turn did not come."}, "ansible_play_hosts_all")
    export = export_of(everybody, allowed)
    if hosts_may_be_missing(options["view"].batch, variables["groups"]) and "*" not in allowed:
        export = Export(
            organizations=export.organizations, gaps=[*export.gaps, NOT_AMONG_THE_HOSTS], notes=export.notes
        )
    lines = lines_of(export, options["said"].get("export_path") or (), _whole(options, "rows"))
    return {"lines": lines, "why": named_in_vain(export, options["said"].get("connections") or ())}


def _memory(steps: Steps, options: Json) -> Json:
    return {"by_host": steps, "failed_hosts": _failed_hosts(steps)}


def _failed_hosts(steps: Steps) -> dict[str, str]:
    """What failed on each host; what is only unfinished is told in the end, for all hosts together."""
    found = {
        host: " ".join(text for result in results if (text := failed_with(result))) for host, results in steps.items()
    }
    return {host: text for host, text in found.items() if text}


_ABOUT: dict[str, t.Callable[[Steps, Json], Json]] = {
    "wave": _wave,
    "course": _course,
    "proof": _proof,
    "tests": _tests,
    "deadlines": _deadlines,
    "memory": _memory,
    "outcome": _outcome,
    "plan": _plan,
    "fleet": _fleet,
    "run": _run,
    "readiness": _readiness,
    "export": _export,
}
