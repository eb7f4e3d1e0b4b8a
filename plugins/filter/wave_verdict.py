# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: wave_verdict
short_description: Judge whether the next wave may start
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Counts what failed in a wave over all its hosts, says whether that is more than allowed, and what is to be taken back.
options:
  _input:
    description: What M(azdo.connections.azdo_arm_connection_convert) returned on each host of the wave, by host name, as a result or a list of results.
    type: dict
    required: true
  allowed:
    description: How many connections or hosts may fail.
    type: int
    default: 0
  scope:
    description: >-
      V(wave) takes back everything that the wave has moved and that can go back for sure. V(failed) and V(none) take nothing more back than the module
      has done.
    type: str
    choices:
      - none
      - failed
      - wave
    default: failed
  limit:
    description: The largest number of connections to list in C(lines).
    type: int
    default: 200
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Judge
  ansible.builtin.set_fact:
    verdict: "{{ ansible_play_batch | azdo.connections.registered_results(hostvars, ['run']) | azdo.connections.wave_verdict(scope='wave') }}"
  run_once: true

- name: Stop every host of the wave
  ansible.builtin.fail:
    msg: "{{ verdict.why }}"
  when: verdict.stop
"""

RETURN = r"""
_value:
  description: >-
    C(failures), C(stop), C(why), by host the IDs of the connections to take back (C(back)) and of those that were moved (C(moved)), C(ended) (the time), and
    C(lines), the table of what was done.
  type: dict
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._filter_input import (
    as_steps,
    choice,
    present,
    whole_number,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report import conversion_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._results import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._waves import judge

SCOPES = ("none", "failed", "wave")


def wave_verdict(
    value: t.Any, allowed: int | str = 0, scope: str = "failed", limit: int | str = 200
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    steps = as_steps("wave_verdict", value)
    verdict = judge(
        {host: results[-1] for host, results in steps.items()},
        allowed=whole_number("wave_verdict", "allowed", allowed),
        scope=choice("wave_verdict", "scope", scope, SCOPES),
    )
    lines = conversion_lines(merge(steps), whole_number("wave_verdict", "limit", limit))
    return {
        **verdict.to_result(),
        "ended": present(),
        "lines": [*lines, *([verdict.why] if verdict.stop else [])],
    }


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"wave_verdict": wave_verdict}
