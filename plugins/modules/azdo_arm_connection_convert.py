#!/usr/bin/python
# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module azdo_arm_connection_convert."""

from __future__ import annotations

DOCUMENTATION = r"""
module: azdo_arm_connection_convert
short_description: Convert Azure Resource Manager service connections to workload identity federation, back, and to the Microsoft Entra issuer
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Moves service connections from a stored secret to workload identity federation in place, for one project, several or the whole organization.
    Ids, names, shares, permissions, checks and roles stay as they are, so pipelines do not notice; they are compared before and after.
  - Reverts them to their secret within the seven days in which Azure DevOps offers that.
  - Moves federated connections from the Azure DevOps issuer, which retires on 2027-07-01, to the Microsoft Entra issuer.
  - Without O(connections) it selects what Microsoft's conversion script selects in each project, in the same order; then everything that a reason code blocks
    is taken out. The row of every selected connection is returned.
  - Connections that a person created are converted when they are named and O(federated_credential) is set.
  - Each connection is read immediately before it is converted, through its owning project, and sent back whole. A request that changes something is never
    repeated blindly. After a lost answer the connection is read first.
  - It can be stopped or killed at any time and run again. With a O(journal) the next run also tests what an earlier one had converted and not tested yet. A
    task timeout or a signal stops new conversions at once on a V(local) connection without C(become) and C(async). Elsewhere ansible-core does not tell
    the module, and it goes on to its end.
notes:
  - "Reason codes that block towards workload identity federation: C(not_azurerm), C(no_permission), C(incomplete_answer), C(unreadable_answer),
    C(server_not_supported), C(already_federated),
    C(agent_managed_identity), C(publish_profile), C(azure_stack), C(manual_needs_federated_credential), C(application_missing),
    C(federated_credential_limit), C(irreversible), C(shared_not_owner), C(shared), C(failed), C(not_ready), C(disabled), C(in_use_now),
    C(pipeline_not_ready), C(caller_not_user), C(excluded), C(changed_since_plan), C(not_started), C(unknown). C(sovereign_cloud), C(other_tenant) and
    C(federated_credential_mismatch) warn. C(terraform_managed) warns, and blocks with O(readiness=require). C(pipeline_unknown), C(terraform_hint),
    C(secret_expired), C(secret_missing) and C(application_multi_tenant) inform."
  - "Reason codes that block a revert: C(not_azurerm), C(no_permission), C(incomplete_answer), C(unreadable_answer),
    C(server_not_supported), C(already_service_principal),
    C(agent_managed_identity), C(publish_profile), C(revert_manual), C(revert_window_passed), C(dead_secret_known), C(secret_expired),
    C(secret_missing), C(application_missing), C(shared_not_owner), C(shared), C(not_ready), C(disabled), C(in_use_now), C(excluded),
    C(changed_since_plan), C(not_started), C(unknown). C(failed), C(caller_not_user) and C(terraform_managed) warn, C(other_tenant)
    and C(terraform_hint) inform."
  - "Reason codes that block towards the Microsoft Entra issuer: C(not_azurerm), C(no_permission), C(incomplete_answer), C(unreadable_answer),
    C(server_not_supported), C(already_service_principal),
    C(already_entra_issuer), C(agent_managed_identity), C(publish_profile), C(azure_stack), C(sovereign_cloud), C(application_missing),
    C(application_multi_tenant), C(other_tenant), C(federated_credential_limit), C(subject_mismatch), C(issuer_migration_unconfirmed), C(irreversible),
    C(shared_not_owner), C(shared), C(failed), C(not_ready), C(disabled), C(in_use_now), C(caller_needs_entra_token), C(excluded), C(changed_since_plan),
    C(not_started), C(unknown). C(federated_credential_mismatch) warns. C(old_credential_in_use) keeps an old credential."
  - "An option that allows something turns its code from blocking to informing: O(shared) C(shared), O(include_disabled) C(disabled), O(allow_in_use)
    C(in_use_now), O(allow_irreversible) C(irreversible) and C(dead_secret_known), O(federated_credential) C(manual_needs_federated_credential), O(resend)
    C(issuer_migration_unconfirmed). O(attempt_as_non_user) turns C(caller_not_user) into a warning. O(readiness) says whether what was found in pipelines
    blocks; C(pipeline_not_ready) always blocks for O(hold_pipelines)."
  - "C(failed) warns where the last operation failed for want of a federated credential: it may be there by now. C(dead_secret_known) is what a plan or
    journal of the conversion knew."
  - "What a task has not finished fails it in the end, after everything else was done: the statuses V(waiting) and V(needs_person) of RV(connections[].status)
    give the C(code) V(unfinished) of RV(failure). V(waiting): Azure DevOps accepted a request, or may have, and how it ended is not known, whatever kept
    the task from seeing it. V(needs_person): nothing was accepted, and RV(connections[].hand_off) says what a person has to do; the next run goes on there."
  - "C(unknown) blocks when the missing fact decides, such as an unreadable deadline, warns when it changes the odds, such as not knowing whether the caller is
    a person, and informs when it only decides about the way back."
  - Secrets, audience and federated credentials of an application are read from Microsoft Graph, those of a managed identity from Azure Resource Manager, which
    a personal access token does not open. Whether a secret still works is then known from the test before the conversion alone.
  - Some versions of tasks, and scripts that read the key of the service principal, do not work with workload identity federation. O(readiness) finds them;
    O(hold_pipelines) is for what you know yourself.
  - "What Microsoft does not document about the issuer migration: whether the service writes the new federated credential itself, whether the same request twice
    is safe, and whether it takes one from a service principal. So a request is sent once, the credential is looked for and made if it is missing,
    the old one stays, and the first connection is tested before others follow."
  - How far a long task has come is shown on the standard error stream when the module runs in the controller's process. There is no such display
    when it runs as an ordinary module.
extends_documentation_fragment:
  - azdo.connections._auth
  - azdo.connections._readiness
  - azdo.connections._terraform
  - azdo.connections._attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads everything, tests the connections and applies every rule; no request that changes something is sent, and nothing is written to O(journal).
  diff_mode:
    support: full
options:
  projects:
    description:
      - Names, ids or patterns of the projects to work in. If not set, every project that the caller can see. Nothing outside them is touched.
      - An empty list means no project at all. A project that is not found, a pattern that matches none, and an entry that is empty are errors.
      - A pattern has C(*), C(?) or C([...]) in it, and case does not matter, as in the filters of the inventory P(azdo.connections.azdo#inventory). A text
        that is a name or an id is never taken for a pattern. So it is wherever an option of this module takes patterns.
      - A project that is named here and cannot be read is an error before anything is changed, unless O(allow_unread) has it.
      - With O(plan), only what the plan holds in these projects is carried out, so that one plan can be applied in waves; its other connections have no rows.
        A connection belongs to its owning project. Only these projects are read then, unless O(exclude) or the pairs of O(federated_credential) name
        connections by anything but ids of the plan.
    type: list
    elements: str
  connections:
    description:
      - Names, ids or patterns of the connections to convert. A name is looked for in all O(projects), where it must be unique unless O(projects) is set.
      - Every named connection gets a row, also if it is not one that can be converted. One that is not found is an error, before anything is changed.
      - A pattern names all Azure Resource Manager connections that it matches; one that matches none is an error, and so is an empty entry.
      - An empty list means no connection at all.
    type: list
    elements: str
  only_candidates:
    description:
      - Whether O(connections) narrow what would be selected without them, instead of each having a row. A named connection that is there and would not be
        selected has no row then; one that is not found is still an error. So one host for each connection gives the same rows as one host for each project.
      - For O(to=workload_identity_federation) that is what Microsoft's script selects, for O(to=service_principal) what O(revert_all) reverts, and for
        O(to=entra_issuer) what has the Azure DevOps issuer, or with O(remove_old_credential) what has left it.
      - Has no effect without O(connections), and is no part of a plan, which says itself what it holds.
    type: bool
    default: false
  exclude:
    description:
      - Names, ids or patterns of connections to leave alone. Rows of those that are selected have the reason C(excluded).
      - One that is not there, a pattern that matches none, and an entry that is empty are errors, before anything is changed.
    type: list
    elements: str
  allow_unread:
    description:
      - Names, ids or patterns of projects whose connections need not be seen, or only in part. V(*) allows it for every project.
      - Without it a task fails when a project could not be read, or when only a part of a connection is visible, with V(unread) as the C(code) of RV(failure).
        It does what it can first, and returns rows and plan all the same. With it such gaps are a warning.
      - A project that shows no connection is no gap. If none of the projects can be read, the task fails whatever is allowed.
      - One that is no project of the organization is an error. Has no effect on a plan, which holds what could not be seen when it was made.
    type: list
    elements: str
  to:
    description:
      - Where to move. V(workload_identity_federation) converts. V(service_principal) reverts an earlier conversion and must be told which, with O(connections),
        O(plan), O(batch) or O(revert_all).
      - V(entra_issuer) moves connections that are federated already to the Microsoft Entra issuer. There is no way back, so it needs O(allow_irreversible); it
        also needs a O(journal), a O(verify) that tests afterwards, and a sign-in with Microsoft Entra that reads the applications. The first
        connection is moved alone, and nothing more is started when a test fails.
    type: str
    choices:
      - workload_identity_federation
      - service_principal
      - entra_issuer
    default: workload_identity_federation
  revert_all:
    description:
      - With O(to=service_principal), revert every connection in O(projects) for which Azure DevOps reports a deadline.
    type: bool
    default: false
  batch:
    description:
      - With O(to=service_principal), revert what an earlier run was about. Connections that are not there any more are a warning.
    type: dict
    suboptions:
      plan:
        description:
          - The RV(plan) of a conversion. What it left out is left out here too.
        type: dict
      journal:
        description:
          - The journal of conversions; what they converted and did not take back is reverted. Use one journal for each batch that may have to go back.
        type: path
      ids:
        description:
          - IDs of connections that an earlier run converted, as a job hands them on to later ones.
        type: list
        elements: str
  plan:
    description:
      - Apply this RV(plan) of an earlier run in check mode. The connections are those of the plan, and all options that change what is done must have the
        values that they had, but for O(projects), which narrow it. A connection that is not what it was is skipped with the reason C(changed_since_plan).
      - What could not be seen when it was made must be what cannot be seen now; else it is refused.
      - The plan holds ids, flags and hashes only. Pass it on as a variable, or read it with the V(file) lookup and the filter
        P(ansible.builtin.from_json#filter).
    type: dict
  plan_digest:
    description:
      - The digest of a plan that was approved. Everything is read and planned again, and nothing at all is done unless the new plan has the same digest.
      - The digest depends on the options that change what is done, on every selected connection with its shares, identity and subject, on whether it
        could be taken back, and on what could not be seen; not on times, on use, or on who asks, as long as they may read the same. It protects against
        drift and mistakes, not against a person who can edit both plan and digest.
      - To go on under the same digest after a run that was interrupted, give the same O(journal); without it use O(plan).
    type: str
  plan_max_age:
    description:
      - Hours after which O(plan) is not applied any more. That guards against forgetting, not against a person who edits the time. The digest leaves the
        time out, so that it is the same tomorrow and for a colleague. A time in the future is refused.
    type: int
    default: 72
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
      - Whether to convert disabled connections. They stay disabled and are not tested.
    type: bool
    default: false
  allow_in_use:
    description:
      - Whether to convert a connection while a pipeline is using it. A run that began more than seven days ago and has no end is not counted.
      - If so, and without O(hold_pipelines), the use is read in check mode only, to show RV(connections[].last_used), and by O(readiness).
    type: bool
    default: false
  hold_pipelines:
    description:
      - Pipelines that are not ready for workload identity federation, as V(12), V(deploy), V(Payments/12) or V(Payments/deploy), or by path, C(\folder\deploy)
        or C(Payments/\folder\deploy). Connections that one of them used are skipped with the reason C(pipeline_not_ready). The whole history that Azure
        DevOps keeps is read. Patterns work here, too.
      - One that none of the selected connections was used by is an error, before anything is changed. It is a warning where nobody can know, because the
        history of one of them could not be read, or because O(projects) or RV(plan) narrow the run and it may be a pipeline of elsewhere. A path that no
        pipeline of the organization has, as far as this caller sees, is an error in any case.
    type: list
    elements: str
  readiness:
    description:
      - What it means for O(to=workload_identity_federation) that a pipeline which uses a connection would break. What is read, and how it is judged, is told by
        RV(azdo.connections.azdo_arm_connection_info#module:connections[].pipelines).
      - V(warn) says so with the reason C(pipeline_not_ready), and converts. A plan that somebody approved holds which connections were accepted so; one whose
        pipelines became unready since is skipped.
      - V(require) skips every connection of which a pipeline would break, and with the reason C(pipeline_unknown) every one of which nobody can tell. A
        script that is handed the key and that nobody looked at, see O(readiness_expand), belongs to the latter.
      - V(ignore) reads no pipelines.
    type: str
    choices:
      - require
      - warn
      - ignore
    default: warn
  allow_irreversible:
    description:
      - Whether to move connections that could not be taken back, or of which that is not known; see RV(connections[].rollback).
    type: bool
    default: false
  attempt_as_non_user:
    description:
      - Whether a service principal or managed identity shall try to convert automatic connections, which Azure DevOps is documented to refuse. One is tried
        first; when it is refused, the others are skipped without a request.
    type: bool
    default: false
  federated_credential:
    description:
      - How to see to the federated credential. For O(to=workload_identity_federation) it makes connections that a person created convertible, if they are
        named. For O(to=entra_issuer) it is used when the service has not written the new credential itself.
      - What cannot be done from here is handed to a person, see RV(connections[].hand_off), and finished by the next run.
    type: dict
    suboptions:
      mode:
        description:
          - V(create) writes it, on the application through Microsoft Graph or on the managed identity through Azure Resource Manager, under a name that
            follows from the connection id. V(require) only looks for it.
        type: str
        choices:
          - create
          - require
        default: create
      audience:
        description:
          - Audience of the tokens. Needed outside the public cloud, where it is not documented.
        type: str
      probe:
        description:
          - Whether to ask for the conversion once although nobody knows issuer and subject, because Azure DevOps may tell them when it refuses. A refused
            conversion changes nothing. It is asked for again in every run until the credential is there.
        type: bool
        default: false
      pairs:
        description:
          - Issuer and subject of connections, as the portal shows them under Convert, or which managed identity is behind them. Without them the pair is taken
            from the service's answer or from a federated credential that somebody has made for the connection.
          - For an automatic connection, the pair is used when Azure DevOps refuses to write the credential itself. With O(to=entra_issuer) it is written before
            the migration is asked for.
          - An entry for a connection that is not there, or not selected, is an error.
        type: list
        elements: dict
        suboptions:
          connection:
            description:
              - Name or id of the connection.
            type: str
            required: true
          issuer:
            description:
              - Issuer of its tokens. Goes with O(federated_credential.pairs[].subject).
            type: str
          subject:
            description:
              - Subject of its tokens, to the letter.
            type: str
          managed_identity:
            description:
              - Azure's id of the user-assigned managed identity behind the connection, where it is in a subscription that this sign-in does not find it in.
            type: str
      pairs_file:
        description:
          - A file on the controller with entries like those of O(federated_credential.pairs), for many connections at once.
          - A CSV file has a first line with the names of its columns, V(connection), V(issuer), V(subject) and V(managed_identity), in any order; commas,
            semicolons or tabs part them. A YAML or JSON file is a list of mappings with these keys.
          - A relative path starts at the folder in which C(ansible-playbook) was started. The task must run on the controller, as for O(journal).
        type: path
  verify:
    description:
      - Whether to test each connection like the portal's Verify, before it is moved, after it, both, or not at all. The test before tells whether there is a
        working secret to go back to. A connection that could be used before and cannot be used after has the status C(failed).
    type: str
    choices:
      - before
      - after
      - both
      - none
    default: both
  compare:
    description:
      - What is compared before and after a move, in every project that uses the connection. V(all) reads pipeline permissions, checks and roles around it, and
        fails the row when one became different. V(none) saves these requests, and RV(connections[].notes) says so.
      - The connection itself is always compared, with what was read before the request and after it.
      - The checks of many connections are read together, before and after, unless O(max_failures) is set or O(to=entra_issuer). A row that fails because of
        them fails when the others of its group have been moved, too. That saves about two of twelve requests for each connection.
    type: str
    choices:
      - all
      - none
    default: all
  verify_timeout:
    description:
      - Seconds until a test after a move must succeed. Federated credentials take minutes to spread.
    type: int
    default: 300
  revert_on_failure:
    description:
      - Whether to revert a conversion after which the connection cannot sign in. That is done only when the test failed because of the federation to the
        end of O(verify_timeout) and not before the conversion, when RV(connections[].rollback) is V(possible), when the deadline, read again, has not
        passed, and when nobody has edited the connection meanwhile. Needs O(verify=both). With O(verify_timeout=0) there is one test, which is never to the
        end, so nothing is reverted.
    type: bool
    default: false
  reconvert_on_failure:
    description:
      - With O(to=service_principal), whether to convert a connection once more whose secret turns out to be dead after the revert. That is done once, and only
        when the federation was tested well in the same run before. Needs O(verify=both).
    type: bool
    default: false
  migration_grace:
    description:
      - Seconds to look for the effect of an issuer migration whose answer was lost.
    type: int
    default: 120
  resend:
    description:
      - Whether to ask once more for issuer migrations of which nobody knows whether they were asked for. Look at the issuer in the portal first.
    type: bool
    default: false
  remove_old_credential:
    description:
      - With O(to=entra_issuer), migrate nothing, but remove the federated credentials of the Azure DevOps issuer that migrated connections have left behind.
      - A credential stays, with the reason, while another connection signs in with it, while not every project of the organization was read, or while the
        connection cannot be seen to sign in with the Microsoft Entra issuer. Do not set O(projects), so that all of them are read.
    type: bool
    default: false
  journal:
    description:
      - A file on the controller that says what was sent and what became of it, in ids and hashes, never with a secret or a body. It is made if it does not
        exist, must belong to the user who runs Ansible, and must not be readable by others. Relative paths are relative to the current working directory.
      - It is tried before anything is asked. A folder that does not exist, a symbolic link, or a disk without room is an error.
      - Many hosts may share one journal on a local file system. In AWX it has to be on a volume that outlives the job.
    type: path
  concurrency:
    description:
      - How many connections to work on at once, from 1 to 64. Within the task, connections of one
        application are never converted at the same time.
      - Hosts that run side by side share the number. With a V(local) connection no more requests than that are under way together, however many forks
        there are. Elsewhere each host has the number for itself.
    type: int
    default: 8
  wait_timeout:
    description:
      - Seconds to wait, for each connection, until Azure DevOps reports the new scheme after it accepted the request. Then the row has the status V(waiting).
        So long is also the patience with a new federated credential.
    type: int
    default: 300
  max_failures:
    description:
      - Start no more connections once more than this many have failed, or ended unfinished after a request. V(0) stops at the first failure.
        If not set, the run goes on to the end, unless Microsoft Entra says that no connection of this tenant can be federated.
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
  register: planned

- name: Convert everything in it, if nothing has changed since
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    plan_digest: "{{ planned.plan.digest }}"
  register: run

- name: Convert two connections, one of which other projects use too, although their secrets may not work any more
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    connections:
      - azure-production
      - azure-shared
    shared: include
    allow_irreversible: true
    revert_on_failure: true
    max_failures: 0

- name: Convert only what is ready, with what the publisher of an extension has said about its task
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    readiness: require
    readiness_expand: true
    task_support:
      - task: TerraformTaskV4
        major: "4"
        support: true

- name: Go back to the secret within seven days
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    connections:
      - azure-production
    to: service_principal

- name: Convert a connection that a person created, signed in with a service principal that owns the application
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    auth_source: service_principal
    tenant: "{{ tenant_id }}"
    client_id: "{{ automation_client_id }}"
    secret: "{{ automation_secret }}"
    projects:
      - Payments
    connections:
      - azure-manual
    federated_credential:
      pairs:
        - connection: azure-manual
          issuer: "{{ issuer_from_the_portal }}"
          subject: "{{ subject_from_the_portal }}"
    allow_irreversible: true
  register: manual
  # What a person has to do first makes the task fail in the end; here the next task tells whom.
  failed_when: manual.failure.code | default("") not in ["", "unfinished"]

- name: Tell the owners of applications what to add
  ansible.builtin.debug:
    msg: "{{ manual.connections | map(attribute='hand_off') | select | map(attribute='what_to_do') | list }}"

- name: Move federated connections to the Microsoft Entra issuer
  azdo.connections.azdo_arm_connection_convert:
    organization_url: https://dev.azure.com/contoso
    auth_source: azure_cli
    projects:
      - Payments
    to: entra_issuer
    allow_irreversible: true
    journal: issuer-migration.journal
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
    created_by:
      description: Who has made it, as Azure DevOps calls them; null if it does not say.
      type: str
    target:
      description: The value of O(to).
      type: str
    status:
      description:
        - V(converted), V(reverted) or V(migrated) if this run moved it, V(cleaned) if its old federated credential was removed, V(rolled_back) if it was moved
          and taken back, V(unchanged) if it was at its target already or somebody else moved it meanwhile, V(skipped) if a reason blocks it, V(failed) if
          something went wrong.
        - V(waiting) if a request was accepted, or may have been, and is not confirmed. RV(connections[].error) says what ended the looking, and the next run
          starts with a look. So it is after a move whose test could not be made because of an outage.
        - V(needs_person) if nothing was accepted and a person has something to do first, see RV(connections[].hand_off).
        - In check mode V(would_convert), V(would_revert), V(would_migrate), V(would_clean), V(would_wait), V(would_need_person), or V(would_attempt) if a fact
          that changes the odds is not known.
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
      description: What went wrong, for the statuses V(failed), V(rolled_back) and V(waiting), and for V(needs_person) after a refusal; else null.
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
          description: Such as the HTTP status, the service's type key and the activity id that Microsoft's support asks for; for the code C(changed_besides)
            the C(differences), each with C(field), C(before) and C(after).
          type: dict
    rollback:
      description:
        - Whether it could be moved back, V(possible), V(impossible) or V(unknown). A conversion is V(possible) to take back only if the connection is automatic
          and its secret is known to work, from the test before or from Microsoft Graph.
      type: str
    rollback_reason:
      description: Why.
      type: str
    revert_deadline:
      description: Until when Azure DevOps offers to revert it, in UTC.
      type: str
    last_used:
      description:
        - When a pipeline last used it, in UTC. Null if it was never used, or if that was not read, because a reason blocks the connection anyway or because
          of O(allow_in_use) outside check mode.
      type: str
    never_used:
      description: Whether its history is empty; null if it was not read.
      type: bool
    before:
      description: The part that a conversion changes, before. Holds C(scheme), C(issuer), C(issuer_kind) and C(subject).
      type: dict
    after:
      description: The same after the run; null if nothing was sent, or if it could not be read.
      type: dict
    verification:
      description:
        - How the tests ended. C(before) and C(after) each hold C(result) and C(message), or are null. The results are those of C(verification) of
          M(azdo.connections.azdo_arm_connection_info).
      type: dict
    hand_off:
      description: What a person has to do before it can sign in or be converted; null if nothing.
      type: dict
      contains:
        client_id:
          description: Client id of the application or managed identity.
          type: str
        resource_id:
          description: Azure's id of the managed identity; null for an application.
          type: str
        name:
          description: Name for the federated credential; null while issuer and subject are not known.
          type: str
        issuer:
          description: Its issuer.
          type: str
        subject:
          description: Its subject.
          type: str
        audience:
          description: Its audience.
          type: str
        urgent:
          description: Whether the connection was moved already and cannot sign in without it.
          type: bool
        why:
          description: Why it was not done from here.
          type: str
        what_to_do:
          description: The next step, in a sentence.
          type: str
        commands:
          description: Ready text for C(az), C(terraform) and C(graph), null while issuer and subject are not known. C(graph) is the request to Microsoft Graph,
            or to Azure Resource Manager for a managed identity.
          type: dict
    notes:
      description: What else a person should know about how it ended, in sentences, such as what was not compared or tested, or what was taken back.
      type: list
      elements: str
plan:
  description: The plan, for O(plan), O(plan_digest) or O(batch) of a later run. It holds no names.
  returned: in check mode
  type: dict
  contains:
    schema:
      description: Version of its form, V(2), or V(3) where C(unread) is in it. A plan in an older form is refused.
      type: int
    digest:
      description: SHA-256 over its canonical JSON without C(created).
      type: str
    created:
      description: When it was made, in UTC.
      type: str
    organization_id:
      description: Id of the organization.
      type: str
    options:
      description: The options that change what is done; texts that people wrote as hashes.
      type: dict
    connections:
      description: For each row C(id), C(project_id), whether there is an C(action), C(rollback), the C(decision) (V(act) or V(exclude)) and a C(fingerprint) of
        owner, shares, scheme, creation mode, identity, environment, scope, issuer, subject and whether it is enabled.
      type: list
      elements: dict
    unread:
      description: What could not be seen. C(projects) has the ids of projects that could not be read, C(connections) what is visible in part only, each with
        C(id) and C(project_id).
      returned: when something could not be seen
      type: dict
summary:
  description: The rows in numbers.
  returned: always, unless the task failed before it began
  type: dict
  contains:
    organization:
      description: Name of the organization.
      type: str
      sample: contoso
    organization_url:
      description: Its address.
      type: str
      sample: https://dev.azure.com/contoso
    asked_by:
      description: Who is signed in, as Azure DevOps calls them.
      type: str
    to:
      description: The target.
      type: str
    seen:
      description: Number of connections that the task is about, each once. That is all of the projects, or those that O(connections) names. It is
        RV(summary.selected) and all of RV(summary.not_selected) together.
      type: int
    selected:
      description: Number of rows.
      type: int
    not_selected:
      description: The connections that are no candidates, by the reason code that says why, each with C(id), C(name), C(project), C(project_id), C(scheme)
        and C(created_by).
      type: dict
    by_status:
      description: Number of rows for every status.
      type: dict
    by_reason:
      description: Number of rows for every reason code that occurs.
      type: dict
    unsettled:
      description:
        - Automatic connections that failed or are in progress and are not among the rows, such as federated ones, each with C(id), C(name), C(project),
          C(scheme) and C(state).
      type: list
      elements: dict
    terraform:
      description: For each state of O(terraform_state) that has some of the connections, what a person has to do, and in which order.
      returned: when one of them has some
      type: list
      elements: dict
      contains:
        state:
          description: The file.
          type: str
        connections:
          description: The connections, each with C(id), C(name), C(project), C(address) and C(confirmed).
          type: list
          elements: dict
        plan_would_say:
          description: What C(terraform plan) would say after this.
          type: str
        steps:
          description: The steps, in their order. Another order destroys connections.
          type: list
          elements: str
        configuration:
          description: The lifecycle block of the first step.
          type: str
    not_checked:
      description: What no request can tell.
      type: str
    seconds_held_back:
      description: Seconds for which the services asked this task to wait.
      type: float
    coverage:
      description: What was seen and what was not, as in M(azdo.connections.azdo_arm_connection_info).
      type: dict
failure:
  description: What went wrong. C(code) and C(details) are for playbooks to branch on. The code V(unread) says that rows, plan and summary are there, but not
    all that they should tell of was seen, V(unfinished) that nothing failed and not everything is done. C(details) has the ids of rows that C(failed), that are
    C(waiting), and that C(needs_person) is about.
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.azdo.connections.plugins.module_utils._convert.options import read_options
from ansible_collections.azdo.connections.plugins.module_utils._convert.plan import Planner
from ansible_collections.azdo.connections.plugins.module_utils._convert.rows import diff, failure, warnings
from ansible_collections.azdo.connections.plugins.module_utils._convert.run_summary import run_summary
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import unsettled
from ansible_collections.azdo.connections.plugins.module_utils._inspect.estate_summary import whose
from ansible_collections.azdo.connections.plugins.module_utils._inspect.readiness_options import READINESS_OPTIONS
from ansible_collections.azdo.connections.plugins.module_utils._inspect.terraform_files import TERRAFORM_OPTIONS
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import hand_offs
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Result, Runtime, run_module
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import argument_spec

ARGUMENT_SPEC = argument_spec(
    projects={"type": "list", "elements": "str"},
    connections={"type": "list", "elements": "str"},
    only_candidates={"type": "bool", "default": False},
    exclude={"type": "list", "elements": "str"},
    allow_unread={"type": "list", "elements": "str"},
    to={
        "type": "str",
        "choices": ["workload_identity_federation", "service_principal", "entra_issuer"],
        "default": "workload_identity_federation",
    },
    revert_all={"type": "bool", "default": False},
    batch={
        "type": "dict",
        "options": {
            "plan": {"type": "dict", "no_log": False},
            "journal": {"type": "path", "no_log": False},
            "ids": {"type": "list", "elements": "str"},
        },
    },
    plan={"type": "dict", "no_log": False},
    plan_digest={"type": "str", "no_log": False},
    plan_max_age={"type": "int", "default": 72},
    shared={"type": "str", "choices": ["skip", "include"], "default": "skip"},
    include_disabled={"type": "bool", "default": False},
    allow_in_use={"type": "bool", "default": False},
    hold_pipelines={"type": "list", "elements": "str"},
    readiness={"type": "str", "choices": ["require", "warn", "ignore"], "default": "warn"},
    **READINESS_OPTIONS,
    **TERRAFORM_OPTIONS,
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
                    "issuer": {"type": "str"},
                    "subject": {"type": "str"},
                    "managed_identity": {"type": "str"},
                },
            },
            "pairs_file": {"type": "path", "no_log": False},
        },
    },
    verify={"type": "str", "choices": ["before", "after", "both", "none"], "default": "both"},
    compare={"type": "str", "choices": ["all", "none"], "default": "all"},
    verify_timeout={"type": "int", "default": 300},
    revert_on_failure={"type": "bool", "default": False},
    reconvert_on_failure={"type": "bool", "default": False},
    migration_grace={"type": "int", "default": 120},
    resend={"type": "bool", "default": False},
    remove_old_credential={"type": "bool", "default": False},
    journal={"type": "path", "no_log": False},
    concurrency={"type": "int", "default": 8},
    wait_timeout={"type": "int", "default": 300},
    max_failures={"type": "int"},
)


def run(runtime: Runtime) -> Result:
    """Read the estate, plan, see that the plan is what was approved, and carry it out, or in check mode say what would be done."""
    options = read_options(runtime.params)
    held_back = runtime.session.seconds_held_back
    planner = Planner(runtime, options)
    wanted = planner.wanted
    estate = planner.read_estate()
    plan, carry_out = planner.plan(estate)
    rows = carry_out(plan)
    connections = [row.to_result(runtime.now()) for row in rows]
    runtime.warnings += warnings(
        connections,
        [(row.title, note) for row in rows if row.outcome for note in row.outcome.notes],
        complete=planner.gaps.complete,
        selected_by_name=not planner.wanted.selects or planner.wanted.connections == (),
    )
    unread = planner.gaps.error
    if planner.gaps.gaps and unread is None:
        runtime.warnings.append(f"allow_unread: {planner.gaps.gaps}")
    to_move = [row.planned.connection for row in rows if row.status != "unchanged"]
    summary = run_summary(
        connections,
        whose(runtime.azure_devops),
        target=wanted.target,
        not_selected=planner.not_selected,
        coverage=estate.coverage,
        unsettled=unsettled(estate, plan),
        held_back=runtime.session.seconds_held_back - held_back,
        pipelines=planner.looks_at_pipelines,
        expanded=runtime.params["readiness_expand"],
        terraform=hand_offs(to_move, wanted.target, options.terraform),
    )
    shown = {"plan": planner.document} if runtime.check_mode else {}
    return Result(
        changed=any(row.changed for row in rows),
        values={"connections": connections, "summary": summary, **shown},
        diff=diff(connections),
        failure=failure(connections, unread),
    )


def main() -> None:
    """The ordinary front door."""
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
