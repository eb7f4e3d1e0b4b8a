# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: wave_course
short_description: Decide from plans how a wave goes on
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Takes the plans of the hosts of a batch, and says in which waves each host that stands for an organization moves its projects, whether the first wave is a
    good canary, and which connections a person may be asked about.
options:
  _input:
    description: What M(azdo.connections.azdo_arm_connection_convert) returned in check mode on each host, by host name, as a result or a list of results.
    type: dict
    required: true
  organizations:
    description: The hosts that stand for a whole organization.
    type: list
    elements: str
    required: true
  sizes:
    description: The sizes of their waves, in projects or percentages of the projects that have something to move.
    type: raw
    default: 1,10%,100%
  canary:
    description: Projects that go first because a person wants it, by name or ID, as a list or as one text with commas.
    type: raw
  more_follow:
    description: Whether other hosts have their turn after these.
    type: bool
    default: false
  now:
    description: The time, in UTC. If not set, the present.
    type: str
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Decide
  ansible.builtin.set_fact:
    course: "{{ ansible_play_batch | azdo.connections.registered_results(hostvars, ['planned'])
      | azdo.connections.wave_course(organizations=ansible_play_batch) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: >-
    C(waves) (project IDs by host and wave), C(count) (waves), C(names) (project names by wave), C(problem) (why the first wave is no good canary, or
    empty) and C(questions) (rows).
  type: dict
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._filter_input import as_steps, moment, texts, wave_sizes
from ansible_collections.azdo.connections.plugins.plugin_utils._waves import DEFAULT_SIZES, course


def wave_course(
    value: t.Any,
    organizations: t.Any,
    sizes: t.Any = DEFAULT_SIZES,
    canary: t.Any = None,
    more_follow: bool = False,
    now: str | None = None,
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    return course(
        {host: results[-1] for host, results in as_steps("wave_course", value).items()},
        texts("wave_course", "organizations", organizations),
        sizes=wave_sizes("wave_course", sizes),
        canary=texts("wave_course", "canary", canary),
        more_follow=more_follow,
        now=moment("wave_course", now),
    )


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"wave_course": wave_course}
