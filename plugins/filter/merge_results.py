# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: merge_results
short_description: Make one report of the results of many hosts
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - When the projects of an organization are hosts, each host has its own result. This filter makes one of them all.
  - A connection that several projects share appears once.
options:
  _input:
    description: >-
      What M(azdo.connections.azdo_arm_connection_info), or M(azdo.connections.azdo_arm_connection_convert), returned on
      each host, by host name, as P(azdo.connections.registered_results#filter) gathers it. A host that took several steps has a list of results.
    type: dict
    required: true
seealso:
  - plugin: azdo.connections.fleet_table
    plugin_type: filter
  - plugin: azdo.connections.conversion_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the connections of the project that this host stands for
  azdo.connections.azdo_arm_connection_info:
    projects: ["{{ azdo_project_id }}"]
  register: mine

- name: Show the connections of all hosts in one table
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts | azdo.connections.registered_results(hostvars, ['mine'])
      | azdo.connections.merge_results | azdo.connections.fleet_table }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: One result, which the filters that make tables take as well.
  type: dict
  contains:
    connections:
      description: The rows as the module returned them, in the order of project and connection.
      type: list
      elements: dict
    summary:
      description:
        - Counts by scheme or by status, and C(coverage), which says whether everything could be seen.
        - It is C(complete) only if each organization is.
        - Its C(doubtful) are projects that show no connection, each with C(organization), C(id) and C(project). That may be a missing permission, because no
          other one of the organization shows any, or because it was asked for by name.
      type: dict
    problems:
      description: Hosts without rows, because their task failed as a whole, with the keys C(host) and C(message).
      type: list
      elements: dict
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import as_steps
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def merge_results(value: t.Any) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    return merge(as_steps("merge_results", value))


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"merge_results": returns_data(merge_results)}
