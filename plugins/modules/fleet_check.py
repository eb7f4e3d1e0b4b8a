# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_check
short_description: Hear what a person said of a rollout, and refuse what cannot be meant
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - The first task of every entry point of the role C(azdo.connections.fleet). Reads its variables C(fleet_*), whoever set them, and fails with one sentence for
    everything that is wrong, before the first request.
  - A variable C(fleet_*) that the role does not have is an error. One that only an inventory or a fact has brought, and that no known name is near to, is a
    warning.
  - Refuses names that no host of the play stands for, files that could not be written, a plan that is not the one that was approved, a move that nobody has
    agreed to, and a play with another strategy than C(linear).
  - Asks nothing of Azure DevOps and changes nothing. It runs inside ansible-playbook; use it with C(run_once), and register its result for
    M(azdo.connections.fleet_run).
options:
  entry:
    description: The entry point of the role whose variables are heard.
    type: str
    choices: [report, readiness, verify, watch, export, plan, convert, migrate_issuer, revert]
    required: true
extends_documentation_fragment:
  - azdo.connections._attributes.in_process
seealso:
  - module: azdo.connections.fleet_run
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
entry:
  description: The entry point.
  returned: success
  type: str
to:
  description: Where connections are moved to.
  returned: success
  type: str
run:
  description: What tells this entry point in this play from others that are played in the same run. Results that say another one are not judged with it.
  returned: success
  type: str
run_id:
  description: What no other run has. It is in the JSON reports, so that a run does not compare itself with what it has written.
  returned: success
  type: str
said:
  description: >-
    What was said on the host that ran the task, by the names of the variables without C(fleet_), as numbers, flags and lists. What was left blank has its
    default. The plan itself is not among it.
  returned: success
  type: dict
moved_nothing:
  description: Whether earlier jobs say that they have moved nothing, so that there is nothing to look at.
  returned: success
  type: bool
reports:
  description: The files of the report, those in a folder that was named among them.
  returned: success
  type: list
  elements: str
reach:
  description: >-
    How far the hosts of the play look together. V(organization) is all projects of each organization, V(projects) whole projects, and V(connections) single
    connections. Reports say it, so that later ones know what they may be compared with.
  returned: success
  type: str
organization:
  description: Whether that host stands for a whole organization.
  returned: success
  type: bool
more_follow:
  description: Whether other hosts have their turn after these.
  returned: success
  type: bool
first:
  description: Whether a plan comes before anything is moved.
  returned: if O(entry) is convert or migrate_issuer
  type: bool
asks:
  description: Whether a person is asked about each connection.
  returned: if O(entry) is convert or migrate_issuer
  type: bool
rollback_scope:
  description: What a wave that goes wrong takes back.
  returned: if O(entry) is convert or migrate_issuer
  type: str
days:
  description: How many days ahead to look, by kind.
  returned: if O(entry=watch)
  type: dict
"""
