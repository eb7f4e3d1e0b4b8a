# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_ask
short_description: Ask the person at the terminal about each connection
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Asks about one connection after the other, with the answers Convert, Skip and Exit. Enter alone means Convert, and Skip for a connection that other
    projects use too, as in Microsoft's conversion script.
  - Needs a terminal. In a job or with redirected input it fails, and asks nothing. Without O(questions) it only says whether there is one.
  - Asks nothing of Azure DevOps and changes nothing. It runs inside ansible-playbook; use it with C(run_once).
options:
  questions:
    description: The questions of M(azdo.connections.fleet_judge). Without any, it only looks whether there is a terminal.
    type: list
    elements: dict
    default: []
  verb:
    description: What is to be done to them, as the first answer.
    type: str
    default: Convert
extends_documentation_fragment:
  - azdo.connections._attributes.in_process
"""

EXAMPLES = r"""
- name: Plan
  azdo.connections.azdo_arm_connection_convert:
  check_mode: true
  register: planned

- name: Judge the plans
  azdo.connections.fleet_judge:
    about: course
    registered: [planned]
  register: course
  run_once: true

- name: Ask
  azdo.connections.fleet_ask:
    questions: "{{ course.questions }}"
  register: answers
  run_once: true
"""

RETURN = r"""
terminal:
  description: Whether there is a terminal.
  returned: always
  type: bool
exit:
  description: Whether the person wants to leave.
  returned: always
  type: bool
excluded:
  description: By host, the IDs of the connections to skip.
  returned: always
  type: dict
"""
