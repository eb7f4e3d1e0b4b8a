# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: host_scope
short_description: Say what a task on a host is about
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - A host can stand for an organization, a project or a connection, as P(azdo.connections.azdo#inventory) makes them. This filter says which options a task
    there needs, so that one playbook serves all of them.
  - Lists may come as a survey sends them, see P(azdo.connections.survey_list#filter).
options:
  _input:
    description: >-
      Variables of the host. C(azdo_project_id), C(azdo_project), C(azdo_connection_id), C(azdo_connection_names) and C(azdo_connection_ids) count; a host
      without C(azdo_project_id) stands for an organization.
    type: dict
    required: true
  projects:
    description: Projects that a person named, by name or ID.
    type: raw
  connections:
    description: Connections that a person named, by name or ID.
    type: raw
  exclude:
    description: Connections to leave alone, by name or ID.
    type: raw
  pairs:
    description: Issuer and subject of connections, as for M(azdo.connections.azdo_arm_connection_convert).
    type: list
    elements: dict
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
    C(organization), C(concerned) (whether there is anything to do), C(select) and C(read) (options of M(azdo.connections.azdo_arm_connection_convert) and
    M(azdo.connections.azdo_arm_connection_info) that narrow them), C(exclude) and C(pairs).
  type: dict
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._filter_input import as_variables, given, texts
from ansible_collections.azdo.connections.plugins.plugin_utils._scope import Host, scope_of


def host_scope(
    value: t.Any, projects: t.Any = None, connections: t.Any = None, exclude: t.Any = None, pairs: t.Any = None
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    return scope_of(
        Host.from_variables(as_variables("host_scope", value)),
        given("host_scope", "projects", projects),
        given("host_scope", "connections", connections),
        texts("host_scope", "exclude", exclude),
        pairs or [],
    ).to_result()


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"host_scope": host_scope}
