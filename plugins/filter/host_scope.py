# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: host_scope
short_description: Say what a task on a host is about, from the variables of the role fleet
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - A host can stand for an organization, a project or a connection, as P(azdo.connections.azdo#inventory) makes them. This filter says which options a task
    there needs, so that one playbook serves all of them.
  - It reads the variables of the role P(azdo.connections.fleet#role). Values may come as a survey sends them.
options:
  _input:
    description: >-
      Variables. Of the host, C(azdo_project_id), C(azdo_project), C(azdo_connection_id), C(azdo_connection_names) and C(azdo_connection_ids) count; one
      without C(azdo_project_id) stands for an organization. All C(fleet_) variables count.
    type: dict
    required: true
  to:
    description: Where connections are moved to.
    type: str
    default: workload_identity_federation
  check_mode:
    description: Whether the task runs in check mode.
    type: bool
    default: false
  moves:
    description: Whether the task moves connections, which somebody has to have agreed to.
    type: bool
    default: false
  exclude:
    description: IDs of more connections to leave alone.
    type: list
    elements: str
    default: []
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Convert what this host stands for
  azdo.connections.azdo_arm_connection_convert:
    shared: include
  module_defaults:
    azdo.connections.azdo_arm_connection_convert: "{{ scope.select }}"
  vars:
    scope: "{{ {'azdo_project_id': azdo_project_id, 'azdo_connection_id': azdo_connection_id} | azdo.connections.host_scope }}"
"""

RETURN = r"""
_value:
  description: >-
    C(organization) (whether the host stands for one), C(concerned) (whether there is anything to do), C(select) and C(read) (options of
    M(azdo.connections.azdo_arm_connection_convert) and M(azdo.connections.azdo_arm_connection_info) that say which connections), and C(terms) (the other
    options of the former).
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import FEDERATION
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.argument_checks import (
    as_variables,
    given,
    texts,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.role_variables import (
    convert_options,
    nobody_agreed,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.scope import Host, scope_of
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def host_scope(
    value: t.Any, to: str = FEDERATION, check_mode: bool = False, moves: bool = False, exclude: t.Sequence[str] = ()
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    variables = as_variables("host_scope", value)
    if moves and nobody_agreed(variables, to=to, check_mode=check_mode):
        raise AnsibleFilterError(
            "host_scope: fleet_confirm is plan on this host, and there is no fleet_plan_digest, so nobody has agreed to moving anything here."
        )
    scope = scope_of(
        Host.from_variables(variables),
        given("host_scope", "fleet_projects", variables.get("fleet_projects")),
        given("host_scope", "fleet_connections", variables.get("fleet_connections")),
        texts("host_scope", "fleet_exclude", variables.get("fleet_exclude")),
        variables.get("fleet_credential_pairs") or [],
    )
    how = convert_options(
        variables, to=to, check_mode=check_mode, exclude=[*scope.exclude, *exclude], pairs=scope.pairs
    )
    return {**scope.to_result(), "terms": how}


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"host_scope": returns_data(host_scope)}
