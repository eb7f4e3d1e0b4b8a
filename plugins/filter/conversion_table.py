# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: conversion_table
short_description: Show what a conversion did, or would do, as a table of text lines
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Turns the result of M(azdo.connections.azdo_arm_connection_convert) into lines for M(ansible.builtin.debug).
  - The result of a failed task works as well. Its failures are explained below the table.
options:
  _input:
    description: What M(azdo.connections.azdo_arm_connection_convert) returned, in check mode or not.
    type: dict
    required: true
  limit:
    description: The largest number of connections to list. Of more than that, failed and changed ones are shown first.
    type: int
    default: 200
seealso:
  - plugin: azdo.connections.fleet_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: See what would be converted
  azdo.connections.azdo_arm_connection_convert:
  check_mode: true
  register: plan

- name: Show the plan
  ansible.builtin.debug:
    msg: "{{ plan | azdo.connections.conversion_table }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import as_result, whole_number
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import conversion_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def conversion_table(value: t.Any, limit: int | str = 200) -> list[str]:
    """See DOCUMENTATION."""
    return conversion_lines(as_result("conversion_table", value), whole_number("conversion_table", "limit", limit))


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"conversion_table": returns_data(conversion_table)}
