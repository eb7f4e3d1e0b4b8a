# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the person at the terminal about each connection. Documented in plugins/modules/fleet_ask.py."""

from __future__ import annotations

import os
import typing as t

from ansible.errors import AnsibleActionFail, AnsiblePromptInterrupt
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.questions import Decisions, decide
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.terminal import nobody_to_ask

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
        nobody = nobody_to_ask(load_extra_vars(self._loader), os.environ)
        if nobody and options["questions"]:
            # Without an answer nothing was excluded, and that must not pass for "all of them".
            raise AnsibleActionFail(f"fleet_ask: {nobody}. Nothing was changed.")
        decisions = Decisions()
        try:
            if options["questions"]:
                decisions = decide(
                    options["questions"],
                    lambda text: Display().prompt_until(text).decode(errors="replace"),
                    options["verb"],
                )
        except AnsiblePromptInterrupt:
            raise AnsibleActionFail("fleet_ask: interrupted; nothing was changed.") from None
        return {**result, "changed": False, "terminal": not nobody, **decisions.to_result()}
