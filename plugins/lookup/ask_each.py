# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ask_each
short_description: Ask the person at the terminal about each connection
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Asks about one connection after the other, with the answers Convert, Skip and Exit. Enter alone means Convert, and Skip for a connection that other
    projects use too, as in Microsoft's conversion script.
  - Needs a terminal. In a job or with redirected input it says so and asks nothing.
  - Use it where it is evaluated once, such as in M(ansible.builtin.set_fact) with C(run_once).
options:
  _terms:
    description: The questions of P(azdo.connections.wave_course#filter). Without any, it only looks whether there is a terminal.
    type: list
    elements: dict
    required: true
  verb:
    description: What is to be done to them, as the first answer.
    type: str
    default: Convert
"""

EXAMPLES = r"""
- name: Ask
  ansible.builtin.set_fact:
    answers: "{{ lookup('azdo.connections.ask_each', *course.questions) }}"
  run_once: true
"""

RETURN = r"""
_raw:
  description: C(terminal) (whether there is one), C(exit) (whether the person wants to leave) and C(excluded), IDs of the connections to skip by host.
  type: list
  elements: dict
"""

import typing as t

from ansible.errors import AnsibleLookupError, AnsiblePromptInterrupt, AnsiblePromptNoninteractive
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.azdo.connections.plugins.plugin_utils._questions import WELCOME, Decisions, decide


class LookupModule(LookupBase):
    """See DOCUMENTATION."""

    def run(self, terms: t.Any, variables: t.Any = None, **kwargs: t.Any) -> list[dict[str, t.Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        display = Display()
        try:
            # Shows the text and comes back at once: whether there is a terminal is known before anything is asked of the service.
            display.prompt_until(WELCOME, seconds=0)
            if not terms:
                return [{"terminal": True, **Decisions().to_result()}]
            decisions = decide(
                terms, lambda text: display.prompt_until(text).decode(errors="replace"), self.get_option("verb")
            )
        except AnsiblePromptNoninteractive:
            return [{"terminal": False, **Decisions().to_result()}]
        except AnsiblePromptInterrupt:
            raise AnsibleLookupError("ask_each: interrupted; nothing was changed.") from None
        return [{"terminal": True, **decisions.to_result()}]
