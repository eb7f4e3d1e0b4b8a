# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_judge
short_description: Judge what the hosts of a play have registered
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Brings together what tasks have registered on the hosts of a play, and says what it comes to, such as whether the next wave of a rollout may start.
  - Asks nothing of Azure DevOps and changes nothing. It runs inside ansible-playbook, mostly with C(run_once).
  - Register its result, and do not copy it with M(ansible.builtin.set_fact). What was registered is data for ansible-core. Names and error texts that look
    like templates are evaluated after such a copy, up to ansible-core 2.18.
options:
  about:
    description:
      - V(wave) judges conversions. Too many failures mean that this wave is the last one; so do connections that are not confirmed, and nothing but refusals.
      - V(course) takes plans, and says how a wave goes on from them.
      - V(proof) takes rows with their use, and says whether pipelines have run with success since the conversion.
      - V(tests) takes rows with their tests, and says which connections cannot be seen to sign in.
      - V(deadlines) looks for what runs out.
      - V(memory) only keeps the results, for O(earlier).
      - V(plan) takes plans, and says what a person looks at and the digest to agree to.
      - V(fleet) takes what was read, and V(run) what was done, and says what there is to see.
      - V(readiness) takes rows with their pipelines, and says what has to be changed in those first.
      - V(export) says what of a fleet M(azdo.connections.fleet_write) has written as code, and what not and why.
      - V(outcome) fails, with a sentence, if the run did not look at everything that was meant, did not do what was agreed, or has not finished something.
    type: str
    choices: [wave, course, proof, tests, deadlines, memory, outcome, plan, fleet, run, readiness, export]
    required: true
  checked:
    description: >-
      Name of the variable with the result of M(azdo.connections.fleet_check). What the task does not set is then taken from what was said, O(rows),
      O(allowed), O(rollback_scope), O(sizes), O(canary), O(more_follow), O(days), O(allow_unread), O(plan_path) and O(organizations).
    type: str
  registered:
    description: >-
      Names under which results were registered, in the order of time. One that a host does not have is left out. It is an error if no host has any of
      them.
    type: list
    elements: str
    required: true
  earlier:
    description: Name of a variable with a result of this module with O(about=memory), from an earlier step of the same play.
    type: str
    default: ""
  hosts:
    description: Names of the hosts. By default those of the current batch, C(ansible_play_batch).
    type: list
    elements: str
  rows:
    description: The largest number of connections to list in RV(lines).
    type: int
    default: 200
  allowed:
    description: With O(about=wave), how many connections or hosts may fail.
    type: int
    default: 0
  rollback_scope:
    description: >-
      With O(about=wave), V(wave) takes back everything that the wave has moved and that can go back for sure. V(failed) and V(none) take nothing more back
      than the module has done.
    type: str
    choices: [none, failed, wave]
    default: failed
  organizations:
    description: With O(about=course), the hosts that stand for a whole organization.
    type: list
    elements: str
    default: []
  sizes:
    description: With O(about=course), the sizes of the waves, in projects or percentages of the projects that have something to move.
    type: raw
    default: 1,10%,100%
  canary:
    description: >-
      With O(about=course), projects that go first because a person wants it, by name or ID, as a list or as one text with commas.
    type: raw
  more_follow:
    description: With O(about=course), whether other hosts have their turn after these.
    type: bool
    default: false
  since:
    description: With O(about=proof), when the connections were moved. By default the end of the way back tells it.
    type: str
  days:
    description: With O(about=deadlines), how many days ahead to look, by kind, as in P(azdo.connections.fleet_deadlines#filter).
    type: dict
    default: {}
  allow_unread:
    description: >-
      Projects that may be unread, by name, ID or pattern. They fail neither O(about=outcome) nor O(about=deadlines), and RV(lines) tells them apart from what
      nobody has allowed to be missing. With O(about=deadlines) also projects that may show no connection where that is in doubt.
    type: list
    elements: str
    default: []
  plan_path:
    description: With O(about=plan), the file that the plan is written to, for the line that says how to agree.
    type: str
    default: ""
  to:
    description: With O(about=fleet), the target that it asks about.
    type: str
    choices: [workload_identity_federation, service_principal, entra_issuer]
    default: workload_identity_federation
  show:
    description: >-
      Whether RV(lines) are shown on the screen, as text; in short, or with C(-v) with a line for each connection. Where the standard output is for programs, as
      with the callback C(ansible.posix.json), nothing is shown.
    type: bool
    default: false
  course:
    description: With O(about=wave), name of a variable with the result of this module with O(about=course), for the title that is shown.
    type: str
    default: ""
  wave:
    description: With O(about=wave) and O(course), which wave it is, from 0.
    type: int
extends_documentation_fragment:
  - azdo.connections._attributes.in_process
seealso:
  - plugin: azdo.connections.merge_results
    plugin_type: filter
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Convert what each host of the batch stands for
  azdo.connections.azdo_arm_connection_convert:
    projects: ["{{ azdo_project_id }}"]
  register: run
  failed_when: false

- name: Judge all hosts together
  azdo.connections.fleet_judge:
    about: wave
    registered: [run]
  register: verdict
  run_once: true

- name: Stop every host of the wave
  ansible.builtin.fail:
    msg: "{{ verdict.why }}"
  when: verdict.stop
"""

RETURN = r"""
lines:
  description: What there is to see, as lines of text.
  returned: if about is wave, tests, deadlines, plan, fleet, run, readiness, export or outcome
  type: list
  elements: str
stop:
  description: Whether the next wave must not start.
  returned: if about is wave or proof
  type: bool
why:
  description: Why, in a sentence, or an empty text. Of deadlines how many there are, the first one, and where all of them are told; not all of them.
  returned: if about is wave, proof, tests, deadlines, readiness or export
  type: str
failures:
  description: How many connections, and hosts without a result, have failed.
  returned: if about is wave
  type: int
back:
  description: By host, the IDs of the connections that are to be taken back.
  returned: if about is wave
  type: dict
moved:
  description: By host, the IDs of the connections that were moved and still are.
  returned: if about is wave
  type: dict
ended:
  description: The time, in UTC.
  returned: if about is wave
  type: str
waves:
  description: By host, the waves, each a list of project IDs.
  returned: if about is course
  type: dict
count:
  description: The number of waves.
  returned: if about is course
  type: int
names:
  description: By wave, the names of its projects.
  returned: if about is course
  type: list
  elements: list
problem:
  description: Why the first wave is no good canary, or an empty text. An outcome that has a problem fails the task with it.
  returned: if about is course or outcome
  type: str
questions:
  description: The connections to ask a person about, for M(azdo.connections.fleet_ask).
  returned: if about is course
  type: list
  elements: dict
proven:
  description: How many connections pipelines have used with success.
  returned: if about is proof
  type: int
faulty:
  description: The IDs of the connections that cannot be seen to sign in.
  returned: if about is tests
  type: list
  elements: str
due:
  description: The deadlines, in the order of time. Connections of other types are one of each project, whose C(id) is null.
  returned: if about is deadlines
  type: list
  elements: dict
unknown:
  description: Sentences about what could not be told.
  returned: if about is deadlines
  type: list
  elements: str
digest:
  description: The digest of all plans; empty if nothing could be read.
  returned: if about is plan
  type: str
run:
  description: What tells this entry point in this play from others that are played in the same run. Results that say another one are not judged with it.
  returned: if O(checked) is given
  type: str
failed_hosts:
  description: >-
    With O(about=wave) and O(about=memory), by host, with what it failed. What is only unfinished (see M(azdo.connections.azdo_arm_connection_convert)) is
    not among it, and fails the run in the end, with O(about=outcome).
  returned: with these
  type: dict
by_host:
  description: By host, its results.
  returned: if about is memory
  type: dict
"""
