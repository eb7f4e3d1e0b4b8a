# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_plan
short_description: Write the plans of many hosts down as one that can be approved
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Makes one text of the plans of all hosts, with one digest. With a single host the digest is that of its own plan.
  - It holds ids, flags and hashes only. Read it back with P(azdo.connections.approved_plan#filter), never as a file of variables.
options:
  _input:
    description: What M(azdo.connections.azdo_arm_connection_convert) returned in check mode on each host, by host name, as a result or a list of results.
    type: dict
    required: true
  connections:
    description: The connections that were named for it, in C(fleet_connections). Their hash is kept.
    type: raw
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Keep the plan
  ansible.builtin.copy:
    content: "{{ ansible_play_hosts_all | azdo.connections.registered_results(hostvars, ['planned']) | azdo.connections.fleet_plan }}"
    dest: plan.json
    mode: "0644"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: JSON text with C(schema), C(digest) and C(hosts), the plan of each host.
  type: str
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.argument_checks import as_steps, given
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.plan_file import written
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import plans_of
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def fleet_plan(value: t.Any, connections: t.Any = None) -> str:
    """See DOCUMENTATION."""
    return written(plans_of(as_steps("fleet_plan", value)), given("fleet_plan", "connections", connections))


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"fleet_plan": returns_data(fleet_plan)}
