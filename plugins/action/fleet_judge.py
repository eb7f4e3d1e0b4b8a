# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a play have registered, judged. Documented in plugins/modules/fleet_judge.py."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import (
    conversion_lines,
    verdict_on_tests,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.after_plans import course
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.argument_checks import (
    moment,
    texts,
    whole_number,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import KINDS, findings
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import (
    NothingRegisteredError,
    of_play,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.verdict import judge, proof
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.waves import DEFAULT_SIZES, sizes_of

Json = dict[str, t.Any]
Steps = dict[str, list[t.Any]]

ARGUMENT_SPEC: dict[str, Json] = {
    "about": {"type": "str", "required": True, "choices": ["wave", "course", "proof", "tests", "deadlines", "memory"]},
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
}


class ActionModule(ActionBase):
    """See plugins/modules/fleet_judge.py."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        variables = task_vars or {}
        result: Json = super().run(tmp, variables)
        _checked, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            steps = of_play(variables, options, "ansible_play_batch")
            return {**result, "changed": False, **_ABOUT[options["about"]](steps, options)}
        except (NothingRegisteredError, ValueError) as error:
            raise AnsibleActionFail(f"fleet_judge: {error}.") from None
        except KeyError as error:
            about = options["about"]
            raise AnsibleActionFail(
                f"fleet_judge: the rows have no {error}, so about={about} cannot judge them."
            ) from None


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _whole(options: Json, name: str) -> int:
    return whole_number("fleet_judge", name, options[name])


def _last(steps: Steps) -> Json:
    return {host: results[-1] for host, results in steps.items()}


def _wave(steps: Steps, options: Json) -> Json:
    verdict = judge(_last(steps), allowed=_whole(options, "allowed"), scope=options["rollback_scope"])
    lines = conversion_lines(merge(steps), _whole(options, "rows"))
    return {
        **verdict.to_result(),
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
    verdict = verdict_on_tests(merge(steps), _whole(options, "rows"))
    return {"faulty": verdict.pop("failed"), **verdict}


def _deadlines(steps: Steps, options: Json) -> Json:
    odd = [kind for kind in options["days"] if kind not in KINDS]
    if odd:
        raise ValueError(f"days has {', '.join(map(str, odd))}, which is none of {', '.join(KINDS)}")
    days = {kind: whole_number("fleet_judge", kind, number) for kind, number in options["days"].items()}
    return findings(merge(steps), days, _now())


def _memory(steps: Steps, options: Json) -> Json:
    return {"by_host": steps}


_ABOUT: dict[str, t.Callable[[Steps, Json], Json]] = {
    "wave": _wave,
    "course": _course,
    "proof": _proof,
    "tests": _tests,
    "deadlines": _deadlines,
    "memory": _memory,
}
