# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: registered_results
short_description: Gather what hosts have registered
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Makes the input of P(azdo.connections.merge_results#filter) of what the hosts of a play registered. Hosts that skipped the task are left out.
options:
  _input:
    description: The names of the hosts, in most cases C(ansible_play_hosts_all).
    type: list
    elements: str
    required: true
  variables:
    description: C(hostvars).
    type: dict
    required: true
  names:
    description: >-
      Names under which results were registered, in the order of time. One that a host does not have is left out. It is an error if no host has any of
      them.
    type: list
    elements: str
    required: true
  earlier:
    description: Name of a variable that holds what this filter returned before, in an earlier step of the same play.
    type: str
  missing:
    description: What to say in place of the result of a host that has none and has skipped nothing either. If not set, it is left out.
    type: str
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Read the connections of the project that this host stands for
  azdo.connections.azdo_arm_connection_info:
    projects: ["{{ azdo_project_id }}"]
  register: mine

- name: Show the connections of all hosts in one table
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | azdo.connections.registered_results(hostvars, ['mine'])
      | azdo.connections.merge_results | azdo.connections.fleet_table }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: A list of results for each host that has one.
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import (
    NothingRegisteredError,
    registered,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def registered_results(
    value: t.Any, variables: t.Any, names: t.Sequence[str], earlier: str = "", missing: str = ""
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    if not isinstance(value, t.Sequence) or isinstance(value, str) or not hasattr(variables, "get"):
        raise AnsibleFilterError(
            "registered_results: the input must be a list of hosts, and variables must be hostvars."
        )
    try:
        return registered(value, variables.get, names, earlier, missing)
    except NothingRegisteredError as error:
        raise AnsibleFilterError(f"registered_results: {error}.") from None


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"registered_results": returns_data(registered_results)}
