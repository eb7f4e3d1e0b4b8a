# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the person at the terminal about each connection. Documented in plugins/modules/fleet_ask.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail, AnsiblePromptInterrupt, AnsiblePromptNoninteractive
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.questions import WELCOME, Decisions, decide

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "questions": {"type": "list", "elements": "dict", "default": []},
    "verb": {"type": "str", "default": "Convert"},
}


class ActionModule(ActionBase):
    """See plugins/modules/fleet_ask.py."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        decisions, display = Decisions(), Display()
        try:
            # Shows the text and comes back at once: whether there is a terminal is known before anything is asked of the service.
            display.prompt_until(WELCOME, seconds=0)
            if options["questions"]:
                decisions = decide(
                    options["questions"],
                    lambda text: display.prompt_until(text).decode(errors="replace"),
                    options["verb"],
                )
        except AnsiblePromptNoninteractive:
            if options["questions"]:
                # Without an answer nothing was excluded, and that must not pass for "all of them".
                raise AnsibleActionFail("fleet_ask: there is no terminal to ask on; nothing was changed.") from None
            return {**result, "changed": False, "terminal": False, **Decisions().to_result()}
        except AnsiblePromptInterrupt:
            raise AnsibleActionFail("fleet_ask: interrupted; nothing was changed.") from None
        return {**result, "changed": False, "terminal": True, **decisions.to_result()}
