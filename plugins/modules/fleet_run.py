# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_run
short_description: Do for a host what was said of it
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Makes the options of M(azdo.connections.azdo_arm_connection_info) or M(azdo.connections.azdo_arm_connection_convert) of the variables of the role
    C(azdo.connections.fleet), as they are on this host, runs that module, and returns its result.
  - A host that none of the named projects and connections concerns is skipped.
  - Refuses to do anything if M(azdo.connections.fleet_check) has not heard first in this play, as with C(--start-at-task), and with C(run_once) where there
    are several hosts.
  - What is one for all hosts of a play, such as how somebody agrees and the sizes of waves, must be what was checked.
  - It takes the sign-in options of the group C(azdo.connections.azdo) from C(module_defaults), and the organization of a host of the inventory from its
    variable C(azdo_organization_url).
options:
  step:
    description:
      - V(read) reads, tests or looks for deadlines, by the entry point that was checked.
      - V(plan) shows what would be moved. It changes nothing, whatever the mode.
      - V(move) moves or takes back.
      - V(take_back) takes back what a wave has moved.
    type: str
    choices: [read, plan, move, take_back]
    required: true
  checked:
    description: Name of the variable with the result of M(azdo.connections.fleet_check).
    type: str
    required: true
  plan:
    description: With O(step=move) and O(wave), name of the variable with the result of O(step=plan).
    type: str
  course:
    description: With O(wave), name of the variable with the result of M(azdo.connections.fleet_judge) with C(about=course).
    type: str
  wave:
    description: Number of the wave inside the host, from 0. Without it everything is moved at once.
    type: int
  answers:
    description: Name of the variable with the result of M(azdo.connections.fleet_ask).
    type: str
  verdict:
    description: With O(step=take_back), name of the variable with the result of M(azdo.connections.fleet_judge) with C(about=wave).
    type: str
extends_documentation_fragment:
  - azdo.connections._attributes.in_process
seealso:
  - module: azdo.connections.fleet_check
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Hear what was said
  azdo.connections.fleet_check:
    entry: report
  register: checked
  run_once: true

- name: Read what each host stands for
  azdo.connections.fleet_run:
    step: read
    checked: checked
  register: mine
"""

RETURN = r"""
connections:
  description: The rows of the module that was run, and the rest of what it returns beside them.
  returned: if it has rows
  type: list
  elements: dict
run:
  description: What tells this entry point in this play from others that are played in the same run. Results that say another one are not judged with it.
  returned: always
  type: str
asked:
  description: >-
    What was asked for on this host, for the verdict on the whole run. C(named) has the connections that a person named, C(agreed) the IDs of those that an
    approved plan wants moved.
  returned: if it has rows
  type: dict
"""
