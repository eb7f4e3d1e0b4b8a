# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_table
short_description: Show the service connections of a fleet as a table of text lines
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Turns the result of M(azdo.connections.azdo_arm_connection_info) into lines for M(ansible.builtin.debug).
  - Below the table it says how many connections there are of which kind, how many can move, and what could not be seen.
  - A name takes one line whatever it holds. Invisible characters appear as V(<U+000A>), a long name loses its middle.
options:
  _input:
    description: What M(azdo.connections.azdo_arm_connection_info) returned.
    type: dict
    required: true
  to:
    description: The last column says whether the connection can be moved to this target, and what blocks it.
    type: str
    choices:
      - workload_identity_federation
      - service_principal
      - entra_issuer
    default: workload_identity_federation
  limit:
    description: The largest number of connections to list. Of more than that, failed ones are shown first.
    type: int
    default: 200
seealso:
  - plugin: azdo.connections.conversion_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the fleet
  azdo.connections.azdo_arm_connection_info:
  register: fleet

- name: Show the fleet
  ansible.builtin.debug:
    msg: "{{ fleet | azdo.connections.fleet_table }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import (
    as_result,
    choice,
    whole_number,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import fleet_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import FEDERATION, TARGETS
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def fleet_table(value: t.Any, to: str = FEDERATION, limit: int | str = 200) -> list[str]:
    """See DOCUMENTATION."""
    return fleet_lines(
        as_result("fleet_table", value),
        choice("fleet_table", "to", to, TARGETS),
        whole_number("fleet_table", "limit", limit),
    )


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"fleet_table": returns_data(fleet_table)}
