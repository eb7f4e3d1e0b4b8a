#!/usr/bin/python
# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module azdo_arm_connection_convert."""

from __future__ import annotations

DOCUMENTATION = r"""
module: azdo_arm_connection_convert
short_description: Convert Azure Resource Manager service connections to workload identity federation, and back
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Moves service connections from a stored secret to workload identity federation in place, for one project, several or the whole organization.
    Ids, names, shares, permissions and checks stay as they are, so pipelines do not notice.
  - Reverts them to their secret within the seven days in which Azure DevOps offers that.
  - Works on connections whose identity Azure DevOps made (creation mode automatic). All others are left alone, with the reason.
  - Without O(connections) it selects what Microsoft's conversion script selects in each project, in the same order; then everything that a reason code blocks
    is taken out. The row of every selected connection is returned.
  - Each connection is read immediately before it is converted, through its owning project, and sent back whole. A request that changes something is never
    repeated blindly. After a lost answer the connection is read first.
  - It can be stopped at any time and run again. A task timeout or a signal stops new conversions at once on a V(local) connection without C(become) and
    C(async). Elsewhere ansible-core does not tell the module, and it goes on to its end.
notes:
  - "Reason codes that block towards workload identity federation: C(not_azurerm), C(no_permission), C(server_not_supported), C(already_federated),
    C(agent_managed_identity), C(publish_profile), C(azure_stack), C(manual_needs_federated_credential), C(shared_not_owner), C(shared), C(failed),
    C(not_ready), C(disabled), C(caller_not_user), C(not_started), C(unknown). C(sovereign_cloud) warns. C(shared) and C(disabled) only inform when
    O(shared) or O(include_disabled) lifts them."
  - "Reason codes that block a revert: C(not_azurerm), C(no_permission), C(server_not_supported), C(already_service_principal),
    C(agent_managed_identity), C(publish_profile), C(revert_manual), C(revert_window_passed), C(shared_not_owner), C(shared), C(not_ready), C(disabled),
    C(not_started), C(unknown). C(failed) and C(caller_not_user) warn."
  - "C(unknown) blocks when the missing fact decides, such as an unreadable deadline, and only warns when it changes the odds, such as not knowing
    whether the caller is a person."
  - Tasks inside pipelines are not checked. Some old task versions cannot use workload identity federation.
  - How far a long task has come is shown on the standard error stream when the module runs in the controller's process. There is no such display
    when it runs as an ordinary module.
extends_documentation_fragment:
  - azdo.connections._auth
  - azdo.connections._attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads everything and applies every rule; only the conversion itself is not sent.
  diff_mode:
    support: full
options:
  projects:
    description:
      - Names or ids of the projects to work in. If not set, every project that the caller can see. Nothing outside them is touched.
      - An empty list means no project at all. A project that is not found is an error.
    type: list
    elements: str
  connections:
    description:
      - Names or ids of the connections to convert. A name is looked for in all O(projects), where it must be unique unless O(projects) is set.
      - Every named connection gets a row, also if it is not one that can be converted. One that is not found is an error, before anything is changed.
      - An empty list means no connection at all.
    type: list
    elements: str
  to:
    description:
      - The authorization scheme to move to. V(service_principal) reverts an earlier conversion and needs O(connections) or O(revert_all).
    type: str
    choices:
      - workload_identity_federation
      - service_principal
    default: workload_identity_federation
  revert_all:
    description:
      - With O(to=service_principal), revert every connection for which Azure DevOps reports a deadline.
    type: bool
    default: false
  shared:
    description:
      - What to do with connections that several projects use. V(include) converts them once, through the owning project, and sends all references back.
    type: str
    choices:
      - skip
      - include
    default: skip
  include_disabled:
    description:
      - Whether to convert disabled connections. They stay disabled.
    type: bool
    default: false
  concurrency:
    description:
      - How many connections to work on at once, from 1 to 64. Within the task, connections of one
        application are never converted at the same time. Hosts that run side by side each have this number of their own.
    type: int
    default: 8
  wait_timeout:
    description:
      - Seconds to wait, for each connection, until Azure DevOps reports the new scheme after it accepted the request. Then the row has the status C(waiting).
    type: int
    default: 300
  max_failures:
    description:
      - Start no more connections once more than this many have failed. V(0) stops at the first failure. If not set, the run goes on to the end.
    type: int
seealso:
  - module: azdo.connections.azdo_arm_connection_info
  - name: Azure Resource Manager service connections
    description: Microsoft's article, with the conversion script that the selection equals.
    link: https://learn.microsoft.com/azure/devops/pipelines/library/connect-to-azure
"""

EXAMPLES = r"""
- name: Show what would be converted in one project
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
  check_mode: true
  register: plan

- name: Convert everything in it
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    max_failures: 0
  register: run

- name: Convert two connections, one of which other projects use too
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    connections:
      - azure-production
      - azure-shared
    shared: include

- name: Go back to the secret within seven days
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    connections:
      - azure-production
    to: service_principal
"""

RETURN = r"""
connections:
  description: One row for each selected connection, ordered by owning project and name. Also returned when the task fails.
  returned: always, unless the task failed before it began
  type: list
  elements: dict
  contains:
    id:
      description: Id of the connection.
      type: str
    name:
      description: Name in the owning project.
      type: str
    project:
      description: Name of the owning project.
      type: str
    project_id:
      description: Id of the owning project.
      type: str
    projects:
      description: Every project that uses the connection, as in M(azdo.connections.azdo_arm_connection_info).
      type: list
      elements: dict
    status:
      description:
        - V(converted) or V(reverted) if it was moved, V(unchanged) if it was at its target already, V(skipped) if a reason blocks it, V(waiting) if the
          service accepted the request but has not finished, V(failed) if something went wrong.
        - In check mode V(would_convert), V(would_revert), or V(would_attempt) if a fact that changes the odds is not known.
      type: str
      sample: converted
    reasons:
      description: Everything that stands against moving it, or is worth knowing before.
      type: list
      elements: dict
      contains:
        code:
          description: Reason code. Codes are stable.
          type: str
        effect:
          description: V(blocks), V(warns) or V(informs).
          type: str
        message:
          description: The reason in words.
          type: str
        remedy:
          description: What can be done.
          type: str
        evidence:
          description: The facts behind it.
          type: dict
    error:
      description: What went wrong, for the statuses V(failed) and V(waiting); else null.
      type: dict
      contains:
        code:
          description: Kind of error.
          type: str
        message:
          description: The service's words, or ours.
          type: str
        remedy:
          description: What can be done.
          type: str
        details:
          description: Such as the HTTP status, the service's type key and the activity id that Microsoft's support asks for.
          type: dict
    rollback:
      description: Whether it can be moved back, V(possible), V(impossible) or V(unknown).
      type: str
    rollback_reason:
      description: Why.
      type: str
    revert_deadline:
      description: Until when Azure DevOps offers to revert it, in UTC.
      type: str
    before:
      description: The part that a conversion changes, before. Holds C(scheme), C(issuer), C(issuer_kind) and C(subject).
      type: dict
    after:
      description: The same after the run; null if nothing was sent, or if it could not be read.
      type: dict
summary:
  description: The rows in numbers.
  returned: always, unless the task failed before it began
  type: dict
  contains:
    to:
      description: The target.
      type: str
    seen:
      description: Number of connections that the projects show; with O(connections), those of other types too.
      type: int
    selected:
      description: Number of rows.
      type: int
    by_status:
      description: Number of rows for every status.
      type: dict
    by_reason:
      description: Number of rows for every reason code that occurs.
      type: dict
    unsettled:
      description:
        - Automatic connections that failed or are in progress and are not among the rows, each with C(id), C(name), C(project), C(scheme) and C(state).
      type: list
      elements: dict
    seconds_held_back:
      description: Seconds for which the service asked this task to wait.
      type: float
    coverage:
      description: What was seen and what was not, as in M(azdo.connections.azdo_arm_connection_info).
      type: dict
failure:
  description: What went wrong. C(code) and C(details) are for playbooks to branch on.
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.azdo.connections.plugins.module_utils._fleet import discover
from ansible_collections.azdo.connections.plugins.module_utils._options import argument_spec
from ansible_collections.azdo.connections.plugins.module_utils._order import read_order
from ansible_collections.azdo.connections.plugins.module_utils._plan import unsettled
from ansible_collections.azdo.connections.plugins.module_utils._planning import Planning
from ansible_collections.azdo.connections.plugins.module_utils._rollout import forecast
from ansible_collections.azdo.connections.plugins.module_utils._rows import diff, failure, warnings
from ansible_collections.azdo.connections.plugins.module_utils._runtime import Result, Runtime, run_module
from ansible_collections.azdo.connections.plugins.module_utils._summary import run_summary

ARGUMENT_SPEC = argument_spec(
    projects={"type": "list", "elements": "str"},
    connections={"type": "list", "elements": "str"},
    exclude={"type": "list", "elements": "str"},
    to={
        "type": "str",
        "choices": ["workload_identity_federation", "service_principal", "entra_issuer"],
        "default": "workload_identity_federation",
    },
    revert_all={"type": "bool", "default": False},
    batch={
        "type": "dict",
        "options": {"plan": {"type": "dict", "no_log": False}, "journal": {"type": "path", "no_log": False}},
    },
    plan={"type": "dict", "no_log": False},
    plan_digest={"type": "str", "no_log": False},
    plan_max_age={"type": "int", "default": 72},
    shared={"type": "str", "choices": ["skip", "include"], "default": "skip"},
    include_disabled={"type": "bool", "default": False},
    allow_in_use={"type": "bool", "default": False},
    hold_pipelines={"type": "list", "elements": "str"},
    allow_irreversible={"type": "bool", "default": False},
    attempt_as_non_user={"type": "bool", "default": False},
    federated_credential={
        "type": "dict",
        "no_log": False,
        "options": {
            "mode": {"type": "str", "choices": ["create", "require"], "default": "create"},
            "audience": {"type": "str"},
            "probe": {"type": "bool", "default": False},
            "pairs": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "connection": {"type": "str", "required": True},
                    "issuer": {"type": "str", "required": True},
                    "subject": {"type": "str", "required": True},
                },
            },
        },
    },
    verify={"type": "str", "choices": ["before", "after", "both", "none"], "default": "both"},
    verify_timeout={"type": "int", "default": 300},
    revert_on_failure={"type": "bool", "default": False},
    migration_grace={"type": "int", "default": 120},
    resend={"type": "bool", "default": False},
    journal={"type": "path", "no_log": False},
    concurrency={"type": "int", "default": 8},
    wait_timeout={"type": "int", "default": 300},
    max_failures={"type": "int"},
)


def run(runtime: Runtime) -> Result:
    """Read the estate, plan, see that the plan is what was approved, and carry it out unless this is check mode."""
    order = read_order(runtime.params)
    held_back = runtime.session.seconds_held_back
    planning = Planning(runtime, order)
    wanted = planning.wanted
    estate = discover(
        runtime.azure_devops,
        wanted.projects,
        concurrency=runtime.concurrency,
        stop=runtime.stop,
        # The service's filter would report a connection of another type as missing.
        type=None if wanted.named else "azurerm",
    )
    plan, rollout = planning.plan(estate)
    rows = forecast(plan) if runtime.check_mode else rollout.carry_out(plan)
    connections = [row.to_result(runtime.now()) for row in rows]
    runtime.warnings += warnings(
        connections,
        [note for row in rows if row.outcome for note in row.outcome.notes],
        complete=estate.coverage.complete,
        selected_by_name=wanted.named,
    )
    summary = run_summary(
        connections,
        target=wanted.target,
        seen=len(estate.found),
        coverage=estate.coverage,
        unsettled=unsettled(estate, plan),
        held_back=runtime.session.seconds_held_back - held_back,
    )
    shown = {"plan": planning.document} if runtime.check_mode else {}
    return Result(
        changed=any(row.changed for row in rows),
        values={"connections": connections, "summary": summary, **shown},
        diff=diff(connections),
        failure=failure(connections),
    )


def main() -> None:
    """The ordinary front door."""
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
