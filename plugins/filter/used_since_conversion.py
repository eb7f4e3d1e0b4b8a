# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: used_since_conversion
short_description: Find conversions that a pipeline has proven
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Of the rows of M(azdo.connections.azdo_arm_connection_info), read with C(include=usage), returns those that were converted in the last seven days and that a
    pipeline has used with success since.
options:
  _input:
    description: The rows.
    type: list
    elements: dict
    required: true
  since:
    description: Count what succeeded since this time, in UTC, whatever was converted when.
    type: str
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Read how the converted connections are used
  azdo.connections.azdo_arm_connection_info:
    include: [usage]
  register: fleet

- name: Say which conversions are proven
  ansible.builtin.debug:
    msg: "{{ fleet.connections | azdo.connections.used_since_conversion | map(attribute='name') }}"
"""

RETURN = r"""
_value:
  description: The rows that are proven.
  type: list
  elements: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.plugin_utils._filter_input import moment
from ansible_collections.azdo.connections.plugins.plugin_utils._waves import proven


def used_since_conversion(value: t.Any, since: str = "") -> list[t.Any]:
    """See DOCUMENTATION."""
    if not isinstance(value, t.Sequence) or isinstance(value, str):
        raise AnsibleFilterError("used_since_conversion: the input must be a list of rows.")
    start = moment("used_since_conversion", since) if since else None
    return [row for row in value if proven(row, start)]


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"used_since_conversion": used_since_conversion}
