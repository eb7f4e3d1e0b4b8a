# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: approved_plan
short_description: Take the plan of a host out of a plan that was approved
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Reads what P(azdo.connections.fleet_plan#filter) wrote, makes sure that it is what was approved, and returns the
    plan of one host, for O(azdo.connections.azdo_arm_connection_convert#module:plan).
options:
  _input:
    description: The text.
    type: str
    required: true
  digest:
    description: The digest that was approved. Another one in the text, or a text that was altered, is an error.
    type: str
    required: true
  host:
    description: Name of the host. If not set, the names of all hosts of the plan are returned.
    type: str
  required:
    description: Whether a host that the plan says nothing about is an error. Nobody has agreed to anything there.
    type: bool
    default: true
  connections:
    description: The connections that are named now. If the plan of a host is wanted, they must be those that the plan was made with.
    type: raw
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Do what was approved
  azdo.connections.azdo_arm_connection_convert:
    plan: "{{ lookup('ansible.builtin.file', 'plan.json') | azdo.connections.approved_plan(digest, inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: The plan of the host, or an empty dictionary if it has none and needs none; the names of the hosts if O(host) is not set.
  type: raw
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.argument_checks import given
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.plan_file import PlanFileError, read
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def approved_plan(
    value: t.Any, digest: str, host: str | None = None, required: bool = True, connections: t.Any = None
) -> t.Any:
    """See DOCUMENTATION."""
    try:
        approved = read(str(value), str(digest))
        if host is not None and required:
            approved.check_connections(given("approved_plan", "connections", connections))
    except PlanFileError as error:
        raise AnsibleFilterError(f"approved_plan: {error}") from None
    if host is None:
        return sorted(approved.hosts)
    if required and host not in approved.hosts:
        raise AnsibleFilterError(
            f"approved_plan: the plan says nothing about the host {host}, so nobody has agreed to anything there. "
            "Make a new plan, or leave the host out with --limit."
        )
    return approved.hosts.get(host, {})


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"approved_plan": returns_data(approved_plan)}
