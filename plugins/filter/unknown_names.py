# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown_names
short_description: Find what was named although no host has it
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - A misspelt project or connection would leave every host out, and look like success.
options:
  _input:
    description: The names of all hosts, C(ansible_play_hosts_all).
    type: list
    elements: str
    required: true
  variables:
    description: C(hostvars).
    type: dict
    required: true
  own:
    description: Variables by host that are known better here, because a task or a role has set them.
    type: dict
  projects:
    description: Projects that a person named, by name or ID.
    type: raw
  connections:
    description: Connections that a person named, by name or ID.
    type: raw
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Check the spelling
  ansible.builtin.assert:
    that: (ansible_play_hosts_all | azdo.connections.unknown_names(hostvars, projects='Payments')).projects == []
  run_once: true
"""

RETURN = r"""
_value:
  description: C(projects) and C(connections) that no host stands for. Empty where a host may have more than its variables tell.
  type: dict
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.argument_checks import given, texts
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.scope import Host, strangers
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def unknown_names(
    value: t.Any, variables: t.Any, own: t.Any = None, projects: t.Any = None, connections: t.Any = None
) -> dict[str, list[str]]:
    """See DOCUMENTATION."""
    wanted = (given("unknown_names", "projects", projects), given("unknown_names", "connections", connections))
    if not any(wanted):
        # The variables of many hosts are expensive to put together.
        return {"projects": [], "connections": []}
    better = own or {}
    names = texts("unknown_names", "the input", value)
    hosts = [Host.from_variables(better.get(host) or variables.get(host) or {}) for host in names]
    return strangers(hosts, *wanted)


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"unknown_names": returns_data(unknown_names)}
