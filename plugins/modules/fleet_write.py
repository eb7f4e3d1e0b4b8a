# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_write
short_description: Write the report or the plan of all hosts of a play
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Brings together what tasks have registered on the hosts of a play, and writes it to files on the controller.
  - A path is relative to where ansible-playbook was started. A file is replaced as a whole or not at all. A link, a pipe, and a file of another user
    are refused.
  - Also writes in check mode, because that is how a plan is made. It never counts as a change.
  - Asks nothing of Azure DevOps. It runs inside ansible-playbook; use it with C(run_once).
options:
  registered:
    description: >-
      Names under which results were registered, in the order of time. One that a host does not have is left out. It is an error if no host has any of
      them.
    type: list
    elements: str
    default: []
  earlier:
    description: Name of a variable with a result of M(azdo.connections.fleet_judge) with C(about=memory), from an earlier step of the same play.
    type: str
    default: ""
  hosts:
    description: Names of the hosts. By default all of the play, C(ansible_play_hosts_all).
    type: list
    elements: str
  missing:
    description: What the report says of a host that has none of the results and has skipped nothing either. By default such a host is left out.
    type: str
    default: ""
  report:
    description: >-
      Files for the report, as a list or as one text with commas. The ending says what becomes of it, C(.html), C(.csv), C(.md) or C(.json), as in
      P(azdo.connections.fleet_report#filter).
    type: raw
  title:
    description: Title of the report. By default it says what the report is about.
    type: str
    default: ""
  plan:
    description: File for the plans of all hosts, with one digest over all of them. Only its owner can read it.
    type: str
  connections:
    description: The connections that were named for the plan. Their hash is kept in it.
    type: raw
  checked:
    description: >-
      Name of the variable with the result of M(azdo.connections.fleet_check). O(report) and O(title), and at the entry point C(plan) also O(plan) and
      O(connections), are then those that were said. At the entry point C(export) the files with the fleet as code are written, too, once all hosts had their
      turn, and only if everything was read that nobody allowed to be missing.
    type: str
attributes:
  check_mode:
    support: none
    details:
      - Files are written in check mode, too, because that is how a plan is made.
extends_documentation_fragment:
  - azdo.connections._attributes.in_process
seealso:
  - plugin: azdo.connections.fleet_report
    plugin_type: filter
  - module: azdo.connections.fleet_check
"""

EXAMPLES = r"""
- name: Read the connections of the project that this host stands for
  azdo.connections.azdo_arm_connection_info:
    projects: ["{{ azdo_project_id }}"]
  register: mine

- name: Write one report of all hosts
  azdo.connections.fleet_write:
    registered: [mine]
    report: [fleet.html, fleet.csv]
  run_once: true
"""

RETURN = r"""
files:
  description: The files, as absolute paths.
  returned: always
  type: list
  elements: str
ansible_stats:
  description: >-
    With O(checked), what the job hands on to later ones, as M(ansible.builtin.set_stats) would. In C(data), names end with the number of the job where
    AWX tells one, but for those of the plan. C(fleet_plan_digest) and C(fleet_plan) are what the entry point C(plan) has made, C(fleet_batch_ids) what
    C(convert) and C(migrate_issuer) have moved, C(azdo_rows) the rows of the report if C(fleet_report_handed_on) wants them. C(azdo_convert), and so on
    for every entry point, has C(exit) (V(ok), or in one word why the job fails), C(connections), C(by_status) or C(by_scheme), C(by_reason) for what was
    left alone, C(unread_projects), C(hosts_without_result), C(not_handed_on) for what was too large, C(digest) of a plan, and C(markdown), the same for a
    person.
  returned: with O(checked)
  type: dict
"""
