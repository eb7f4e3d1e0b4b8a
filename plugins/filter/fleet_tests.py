# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_tests
short_description: Judge the tests of a fleet
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Says which connections cannot sign in, from the rows of M(azdo.connections.azdo_arm_connection_info) with C(include=verification). A test that told nothing
    counts as failed, unless the connection cannot be tested at all, or is disabled.
options:
  _input:
    description: The result, or what P(azdo.connections.merge_results#filter) made of many.
    type: dict
    required: true
  limit:
    description: The largest number of connections to list in C(lines).
    type: int
    default: 200
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Test
  azdo.connections.azdo_arm_connection_info:
    include: [verification]
  register: fleet

- name: Show the tests
  ansible.builtin.debug:
    msg: "{{ (fleet | azdo.connections.fleet_tests).lines }}"
"""

RETURN = r"""
_value:
  description: C(failed) (IDs), C(why) (a sentence, empty if none failed) and C(lines) (a table and that sentence).
  type: dict
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import as_result, whole_number
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import verdict_on_tests
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def fleet_tests(value: t.Any, limit: int | str = 200) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    return verdict_on_tests(as_result("fleet_tests", value), whole_number("fleet_tests", "limit", limit))


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"fleet_tests": returns_data(fleet_tests)}
