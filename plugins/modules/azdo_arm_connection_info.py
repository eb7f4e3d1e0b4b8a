#!/usr/bin/python
# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module azdo_arm_connection_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: azdo_arm_connection_info
short_description: See Azure Resource Manager service connections of Azure DevOps
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Returns one row for each Azure Resource Manager service connection, however many projects use it, with what can be done to it and why not.
  - Says what could not be seen, in RV(summary.coverage) and as a warning. Azure DevOps leaves out of its lists what the caller may not see, without a word
    about it. If none of the projects can be read, or the caller can see no project, the task fails.
notes:
  - How far a long task has come is shown on the standard error stream when the module runs in the controller's process. There is no such display
    when it runs as an ordinary module.
extends_documentation_fragment:
  - azdo.connections._auth
  - azdo.connections._readiness
  - azdo.connections._terraform
  - azdo.connections._attributes
  - azdo.connections._attributes.info_module
options:
  projects:
    description:
      - Names, ids or patterns of the projects to look at. If not set, every project that the caller can see.
      - An empty list means no project at all. One that is not found, a pattern that matches none, and an entry that is empty are errors.
      - A pattern has C(*), C(?) or C([...]) in it, and case does not matter. A text that is a name or an id is never taken for a pattern.
    type: list
    elements: str
  names:
    description:
      - Only connections with these names, in any project of O(projects), and those of O(ids). A name that is not found is an error.
      - Patterns work as in O(projects); one that matches no connection is an error, and so is an empty entry.
    type: list
    elements: str
  ids:
    description:
      - Only connections with these ids, and those of O(names). An id that is not found is an error.
    type: list
    elements: str
  schemes:
    description:
      - Only connections with these authorization schemes.
    type: list
    elements: str
    choices:
      - workload_identity_federation
      - service_principal
      - managed_identity
      - publish_profile
  creation_modes:
    description:
      - Only connections whose identity was made by Azure DevOps (V(automatic)) or by a person (V(manual)).
    type: list
    elements: str
    choices:
      - automatic
      - manual
  environments:
    description:
      - Only connections to these Azure clouds, such as V(AzureCloud).
    type: list
    elements: str
  issuers:
    description:
      - Only connections with workload identity federation whose tokens are issued by Azure DevOps (V(azure_devops), retires on 2027-07-01) or
        Microsoft Entra (V(entra)).
    type: list
    elements: str
    choices:
      - azure_devops
      - entra
  include_failed:
    description:
      - Whether connections whose last operation failed, or still goes on, are among the rows.
    type: bool
    default: true
  include:
    description:
      - What else to read for each connection. Each but V(other_types) costs at least one request for every connection and project.
      - V(usage) reads when pipelines last used it, V(permissions) which pipelines may use it, V(checks) its approvals and checks.
      - V(identity) reads the application or managed identity behind it, from Microsoft Graph or Azure Resource Manager, so it needs a sign-in with Microsoft
        Entra.
      - V(verification) tests it like the portal's Verify. Azure DevOps signs in with it to do so and changes nothing.
      - V(pipelines) finds the tasks that use it, and says of each whether it supports workload identity federation. See RV(connections[].pipelines) for what is
        read, and RV(connections[].readiness) for what that means.
      - V(as_code) tells each connection as the options of M(azdo.connections.azdo_arm_connection) that describe it, without secrets, in
        RV(connections[].as_code). A task with them changes nothing while the connection is as it is. It reads which pipelines may use it and who has which
        role on it, two requests for each connection and project, the checks of 50 connections of a project in one, and the names of the pipelines of
        projects in which some are named.
      - V(other_types) counts the connections of other types, such as Docker registry and those of extensions, that use workload identity federation with the
        issuer that retires, in RV(summary.other_types). They have no rows, and nothing is done to them. It takes no request more, because the lists of the
        projects are read without the filter by type; it is about whole projects, whatever O(names) and other options narrow.
      - What is read counts in RV(connections[].eligibility) too.
    type: list
    elements: str
    choices:
      - usage
      - permissions
      - checks
      - identity
      - verification
      - pipelines
      - as_code
      - other_types
    default: []
  concurrency:
    description:
      - How many requests may be under way at once, from 1 to 64.
    type: int
    default: 8
seealso:
  - module: azdo.connections.azdo_arm_connection_convert
"""

EXAMPLES = r"""
- name: See every service connection of the organization
  azdo.connections.azdo_arm_connection_info:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
  register: estate

- name: Say how many still store a secret
  ansible.builtin.debug:
    msg: "{{ estate.summary.by_scheme.service_principal | default(0) }} of {{ estate.summary.total }} connections store a secret."

- name: See which connections of two projects nobody uses
  azdo.connections.azdo_arm_connection_info:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
      - Web Shop
    include:
      - usage
  register: estate

- name: Name them
  ansible.builtin.debug:
    msg: "{{ estate.connections | selectattr('usage.never_used', 'true') | map(attribute='name') }}"

- name: See the connections of a project as code
  azdo.connections.azdo_arm_connection_info:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    include:
      - as_code
  register: estate

- name: Show the options of azdo_arm_connection that describe each
  ansible.builtin.debug:
    msg: "{{ estate.connections | map(attribute='as_code') | select | list }}"

- name: Say which of them no options describe, and why
  ansible.builtin.debug:
    msg: "{{ estate.connections | map(attribute='as_code_reason') | select | list }}"

- name: See what must change in pipelines before a conversion
  azdo.connections.azdo_arm_connection_info:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    projects:
      - Payments
    include:
      - pipelines
    readiness_expand: true
  register: estate

- name: Say why, each thing once
  ansible.builtin.debug:
    msg: "{{ estate.connections | map(attribute='pipelines') | flatten | rejectattr('verdict', 'eq', 'ready') | map(attribute='why') | unique }}"
"""

RETURN = r"""
connections:
  description: One row for each connection, ordered by owning project and name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the connection. It never changes.
      type: str
      sample: 5f0c7c3a-3a0c-4a52-9a3a-0d0f6a4f1c11
    name:
      description: Name in the owning project.
      type: str
      sample: azure-production
    project:
      description: Name of the owning project, the first one that Azure DevOps lists for the connection.
      type: str
    project_id:
      description: Id of the owning project.
      type: str
    projects:
      description: Every project that uses the connection, the owning one first.
      type: list
      elements: dict
      contains:
        id:
          description: Id of the project.
          type: str
        name:
          description: Name of the project.
          type: str
        connection_name:
          description: Name of the connection in this project.
          type: str
        description:
          description: Description of the connection in this project.
          type: str
    description:
      description: Description of the connection.
      type: str
    url:
      description: Address of Azure Resource Manager.
      type: str
    scheme:
      description: Authorization scheme.
      type: str
      sample: service_principal
    creation_mode:
      description: V(automatic) if Azure DevOps made the identity, V(manual) if a person did, null if the service does not say.
      type: str
    identity_type:
      description: Kind of identity, in the service's words.
      type: str
    environment:
      description: Azure cloud.
      type: str
      sample: AzureCloud
    scope:
      description: Where in Azure the connection leads.
      type: dict
      contains:
        level:
          description: V(subscription), V(management_group) or V(ml_workspace).
          type: str
        subscription_id:
          description: Id of the subscription.
          type: str
        subscription_name:
          description: Name of the subscription.
          type: str
        resource_group:
          description: Name of the resource group.
          type: str
        management_group_id:
          description: Id of the management group.
          type: str
        management_group_name:
          description: Name of the management group.
          type: str
        ml_workspace_name:
          description: Name of the machine learning workspace.
          type: str
        ml_workspace_location:
          description: Region of the machine learning workspace.
          type: str
    tenant_id:
      description: Microsoft Entra tenant of the identity.
      type: str
    client_id:
      description: Application (client) id of the identity.
      type: str
    issuer:
      description: Issuer of the federated tokens.
      type: str
    issuer_kind:
      description: V(azure_devops), V(entra), V(unknown), or null for a scheme without an issuer.
      type: str
    subject:
      description: Subject of the federated tokens.
      type: str
    shared:
      description: Whether several projects use the connection.
      type: bool
    enabled:
      description: Whether pipelines can use the connection.
      type: bool
    ready:
      description: Whether the service calls the connection ready.
      type: bool
    state:
      description: V(ready), V(in_progress) or V(failed).
      type: str
    status_message:
      description: What the service says about the last operation.
      type: str
    created_by:
      description: Name of the person who created the connection.
      type: str
    created:
      description: When it was created, if the service says so.
      type: str
    revert:
      description:
        - Whether Azure DevOps still offers to go back to the secret. It says nothing about whether that secret is still valid.
      type: dict
      contains:
        possible:
          description: Whether the offer stands. Null where RV(connections[].revert.window) is V(unknown), which is neither.
          type: bool
        window:
          description:
            - V(open) or V(over); V(none) if Azure DevOps reports no deadline; V(unknown) if it reports one that cannot be understood, or that is more than
              eight days ahead. Understood are ISO 8601, and month/day/year with AM or PM.
          type: str
        deadline:
          description: When it ends, in UTC. Null if that is unknown.
          type: str
        hours_left:
          description: Hours until then; negative when it is over. Null if that is unknown.
          type: float
        reported:
          description: The deadline as Azure DevOps writes it.
          type: str
    eligibility:
      description:
        - What can be done to the connection, for each of C(workload_identity_federation), C(service_principal) and C(entra_issuer).
        - The codes are explained in the documentation of M(azdo.connections.azdo_arm_connection_convert).
      type: dict
      sample:
        workload_identity_federation:
          eligible: false
          codes: ["shared"]
    usage:
      description: When pipelines used the connection. Null where it could not be read.
      returned: when O(include) contains V(usage)
      type: dict
      contains:
        readable:
          description: Whether the history of every project could be read. If not, the other values are null.
          type: bool
        never_used:
          description: True if the history is empty, which is also the case if the last use is older than the service keeps.
          type: bool
        last_used:
          description: When it was last used, in UTC.
          type: str
        last_result:
          description:
            - How the latest run that has ended ended, among the latest 50 uses in each project. The service's word in lower case, such as V(succeeded),
              V(succeededwithissues), V(failed), V(canceled), V(skipped) or V(abandoned). Null if there is none, or if the service does not say.
          type: str
        last_success:
          description:
            - When the latest run among them that ended with V(succeeded) has ended, or began if its end is not known, in UTC. Null if there is none.
          type: str
        days_until_auto_disable:
          description: Days until Azure DevOps disables it for not being used for 100 days. Null if it was never used.
          type: int
        definitions:
          description: The pipelines among the latest 50 uses in each project; with V(pipelines) among O(include) those of all uses, back to the latest 1000.
          type: list
          elements: dict
          contains:
            kind:
              description: V(build) or V(release).
              type: str
            id:
              description: Id of the definition.
              type: int
            name:
              description: Name of the definition.
              type: str
        runs_since_conversion:
          description:
            - Of each pipeline that has used the connection since it was converted, the first run that began after that and has ended. It says what happened
              since, not why.
            - Null if it was not converted in the last seven days, as far as Azure DevOps reports a deadline, or if there were very many runs since.
          type: list
          elements: dict
          contains:
            project:
              description: Name of the project.
              type: str
            kind:
              description: V(build) or V(release).
              type: str
            id:
              description: Id of the definition.
              type: int
            name:
              description: Name of the definition.
              type: str
            result:
              description: How it ended, as in RV(connections[].usage.last_result).
              type: str
            ended:
              description: When it ended, in UTC.
              type: str
    permissions:
      description: For each project, whether all pipelines may use it and which ones may. Null where it could not be read.
      returned: when O(include) contains V(permissions)
      type: list
      elements: dict
      contains:
        project:
          description: Name of the project.
          type: str
        all_pipelines:
          description: Whether all pipelines may use it.
          type: bool
        pipelines:
          description: Ids of the pipelines that may use it by name.
          type: list
          elements: int
    checks:
      description: For each project, the approvals and checks. Null where they could not be read.
      returned: when O(include) contains V(checks)
      type: list
      elements: dict
      contains:
        project:
          description: Name of the project.
          type: str
        checks:
          description: The checks there, each with C(id) and C(type).
          type: list
          elements: dict
    as_code:
      description:
        - The options of M(azdo.connections.azdo_arm_connection) that describe the connection, from C(project) to C(shared_with). What a service does not
          tell is not among them. Held against the rules of that module, they change nothing. Null where that cannot be said;
          RV(connections[].as_code_reason) says why.
        - No secret is among them, see RV(connections[].as_code_secret). Of an identity that Azure DevOps made itself only the tenant is. A managed identity has
          its client id and tenant, because Azure DevOps does not know the id of its resource. The federated credential of a manual connection is V(skip).
        - Pipelines have their paths, people their mail address or user principal name, and groups their names, so that it may hold in another organization,
          too. Roles are those that were given on the connection itself, to be added. Headers and bodies of checks are not among it, because they may hold
          secrets.
        - Names and descriptions are what people wrote. Where it goes into a file, what looks like a template needs C(!unsafe), as the role
          C(azdo.connections.fleet) writes it at its entry point C(export).
      returned: when O(include) contains V(as_code)
      type: dict
      sample:
        project: Payments
        name: azure-key
        description: Deployments of Payments
        scheme: service_principal
        creation_mode: manual
        environment: AzureCloud
        scope:
          level: subscription
          subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
          subscription_name: Contoso Production
        service_principal:
          tenant_id: 5a1d2c3b-0000-4000-8000-000000000002
          client_id: 5a1d2c3b-0000-4000-8000-000000000012
        enabled: true
        authorize_all_pipelines: false
        authorized_pipelines: ['\deploy-payments']
        checks: []
        shared_with: []
    as_code_reason:
      description:
        - Why RV(connections[].as_code) is null, as a sentence. Else null.
        - A connection that is only shared into the projects of the task is told from its owning project; one that is seen in part, in progress, failed, or that
          has not a name of its own is not told at all.
      returned: when O(include) contains V(as_code)
      type: str
      sample: Azure DevOps is still at work on it.
    as_code_only_adopts:
      description:
        - Why RV(connections[].as_code) could not create the connection anew as it is, although it describes it. Null if it could, or if there is none.
        - Play such a row with O(azdo.connections.azdo_arm_connection#module:id) set to RV(connections[].id), so that it is found or refused. The role
          C(azdo.connections.fleet) does so.
      returned: when O(include) contains V(as_code)
      type: str
    as_code_secret:
      description:
        - Where a playbook that creates the connection from RV(connections[].as_code) takes its secret from. Null if it needs none that a person brings.
        - It is data and no template. What the role C(azdo.connections.fleet) makes of it is C({{ azdo_secrets['Payments/azure-key'].key | default(omit) }}), so
          that a task needs no secret while the connection exists, and fails without one when it would have to create it.
      returned: when O(include) contains V(as_code)
      type: dict
      contains:
        option:
          description: The option, V(service_principal.key), V(service_principal.certificate) or V(publish_profile).
          type: str
        variable:
          description: The variable, a dictionary by RV(connections[].as_code_secret.entry).
          type: str
          sample: azdo_secrets
        entry:
          description: The connection in that variable, by the names of project and connection.
          type: str
          sample: Payments/azure-key
        key:
          description: The key below the entry, V(key), V(certificate) or V(publish_profile).
          type: str
    identity:
      description: The identity behind the connection. Null where it could not be read.
      returned: when O(include) contains V(identity)
      type: dict
      contains:
        kind:
          description: V(application), V(managed_identity), or V(missing) if Microsoft Entra knows none with its client id.
          type: str
        sign_in_audience:
          description: Whose accounts an application signs in. Only V(AzureADMyOrg) can have the Microsoft Entra issuer.
          type: str
        secrets_expire:
          description: When each client secret of the application ends, in UTC. Azure DevOps does not say which of them it stores.
          type: list
          elements: str
        certificates_expire:
          description: The same for its certificates.
          type: list
          elements: str
        federated_credentials:
          description: Number of its federated credentials, of which 20 are allowed.
          type: int
    pipelines:
      description:
        - Every use of the connection that was seen. Read are the timelines of the latest runs with success that used it, the definitions of pipelines and
          release pipelines with their task groups and gates, variable groups of a Key Vault, pools of virtual machine scale sets, and checks of connections.
          Not read are checks of environments and other resources.
        - Runs show the past, definitions the default branch. Where they say different things both are here, and the worse one counts.
        - A timeline does not say with which connection a task has signed in, so each task that takes one counts for every connection that the run used, unless
          the definition says more. A disabled step, pipeline or check is no use.
      returned: when O(include) contains V(pipelines)
      type: list
      elements: dict
      contains:
        project:
          description: Name of the project.
          type: str
        project_id:
          description: Id of the project.
          type: str
        kind:
          description: V(build), V(release), V(check), V(variable_group) or V(scale_set_pool).
          type: str
        id:
          description: Id of the pipeline, or of what else it is.
          type: int
        name:
          description: Name of it.
          type: str
        repository:
          description: Name of the repository of the pipeline.
          type: str
        link:
          description: Address of it in the portal. Null for what has no page of its own.
          type: str
        task:
          description: Name of the task. Null if nobody can say which one it is.
          type: str
          sample: AzureFileCopy
        version:
          description: Its major version.
          type: str
          sample: "4"
        place:
          description: Stage, job and step, as far as they are known.
          type: str
        line:
          description: Line of the step in the expanded YAML.
          type: int
        verdict:
          description:
            - V(ready), V(update_task) if another version supports federation, V(not_supported) if none is known that does, V(reads_secret) if the script reads
              the key of the service principal, V(unknown) if nobody can tell.
          type: str
        why:
          description: The verdict in a sentence, or what was not looked at although it is V(ready). Null if there is nothing to say.
          type: str
        use_instead:
          description: The task to use instead.
          type: str
          sample: AzureFileCopy@6
        evidence:
          description: How one knows.
          type: dict
          contains:
            source:
              description: V(run), V(definition), V(expanded_yaml) or V(setting).
              type: str
            run:
              description: Id of the run.
              type: int
            at:
              description: When the run ended, or when the rest was read, in UTC.
              type: str
    readiness:
      description: What the pipelines mean for a conversion of the connection.
      returned: when O(include) contains V(pipelines)
      type: dict
      contains:
        verdict:
          description:
            - The worst verdict of RV(connections[].pipelines). V(unknown) also if something could not be read. V(unused) if everything could be read, no run
              has used the connection, and no definition names it. A pipeline in YAML that has never run is seen with O(readiness_expand) only.
          type: str
        unread:
          description: What could not be read, in sentences.
          type: list
          elements: str
    terraform:
      description: Whether Terraform manages the connection.
      returned: when O(terraform_state) is set
      type: dict
      contains:
        places:
          description: Where it stands, each with C(state) and C(address).
          type: list
          elements: dict
        confirmed:
          description: Whether O(terraform_confirmed) names it.
          type: bool
        hint:
          description: Whether its description alone says so. People write that, too, and it stays when a state is gone.
          type: bool
    secret_expires:
      description: When the stored secret ends or has ended, in UTC. Null if it is not sure, for example because only some of several secrets have ended.
      returned: when O(include) contains V(identity)
      type: str
    verification:
      description: How a test of the connection ended.
      returned: when O(include) contains V(verification)
      type: dict
      contains:
        result:
          description:
            - V(ok), V(federation_failed) if Microsoft Entra does not accept the federated token, V(credential_failed) if it does not accept the identity or its
              secret, V(identity_disabled) or V(identity_missing) if the application is disabled or has no service principal in the tenant,
              V(tenant_not_found) if Entra does not know the tenant, V(blocked_by_policy) if Conditional Access refuses the identity.
            - V(azure_permission) if the identity may not read the subscription or management group, V(subscription_gone) if that is not there any more,
              V(subscription_moved) if it belongs to another tenant now. In these three cases the sign-in itself works.
            - V(outage) if a service could not be reached, which says nothing about the connection, V(caller_not_allowed) if this caller may not test it,
              V(not_testable) if Azure DevOps has no test for it or it is disabled, V(unknown) for every other answer.
          type: str
          sample: ok
        message:
          description: The service's words, or ours; empty for V(ok).
          type: str
summary:
  description: The rows in numbers, and what could not be seen.
  returned: success
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
    total:
      description: Number of rows.
      type: int
    by_scheme:
      description: Number of rows for each authorization scheme that occurs; C(unknown) for what is none of the four.
      type: dict
    by_issuer:
      description: Number of rows for each kind of issuer that occurs.
      type: dict
    eligible:
      description: Number of eligible rows for each target.
      type: dict
    shared:
      description: Number of shared connections.
      type: int
    disabled:
      description: Number of disabled connections.
      type: int
    not_ready:
      description: Number of connections that failed or are in progress.
      type: int
    readiness:
      description: The pipelines in numbers.
      returned: when O(include) contains V(pipelines)
      type: dict
      contains:
        verdicts:
          description: Number of connections with each verdict of RV(connections[].readiness.verdict).
          type: dict
        unread:
          description: What could not be read, each sentence once.
          type: list
          elements: str
        table:
          description: By which table tasks were judged, with C(source), C(as_of) and C(own_rows), the number of rows that you gave.
          type: dict
    other_types:
      description:
        - Connections of other types that use workload identity federation with the Azure DevOps issuer, which retires on 2027-07-01, or with one that nobody
          can tell. Microsoft documents that the retirement concerns them, too; this collection does not handle them, and counts them nowhere else.
        - That they say their scheme and issuer as Azure Resource Manager connections do is assumed. Whether the issuer stays supported for one, because of its
          cloud or of an application for several tenants, is not looked at.
      returned: when O(include) contains V(other_types)
      type: dict
      contains:
        old_issuer:
          description: Number of those with the Azure DevOps issuer.
          type: int
        unknown_issuer:
          description: Number of those whose issuer is not visible to this caller, or is none that is known.
          type: int
        by_project:
          description: Both by project, type and kind of issuer. One that several projects share counts in the first one that Azure DevOps lists for it.
          type: list
          elements: dict
          contains:
            project:
              description: Name of the project.
              type: str
            project_id:
              description: Id of the project.
              type: str
            type:
              description: Type of the connections.
              type: str
              sample: dockerregistry
            issuer_kind:
              description: V(azure_devops) or V(unknown).
              type: str
            number:
              description: Number of connections.
              type: int
        connections:
          description: Each of them once, with C(id), C(name), C(project), C(project_id), C(type) and C(issuer_kind).
          type: list
          elements: dict
    coverage:
      description: What was seen and what was not.
      type: dict
      contains:
        complete:
          description: False if something was not seen, or if an empty list may mean that the caller is not allowed to see more.
          type: bool
        projects:
          description: Number of projects looked at.
          type: int
        project_ids:
          description: Their IDs.
          type: list
          elements: str
        unread:
          description: Projects whose connections could not be read, each with C(id), C(project) and C(reason).
          type: list
          elements: dict
        empty:
          description: Projects that show no connection, which is also what a missing permission looks like.
          type: list
          elements: str
        partial:
          description:
            - Connections of which only a part is visible to this caller or can be understood, each with C(id), C(project) and C(lacks), which says what is
              missing, or after C(unreadable:) which field makes no sense. The C(id) is C(?) if that is the field.
            - Each has a row that says the same with the code C(no_permission), C(incomplete_answer) or C(unreadable_answer).
            - With V(as_code) among O(include) also those of which nobody can tell in a project who may use them.
          type: list
          elements: dict
failure:
  description: What went wrong. C(code) and C(details) are for playbooks to branch on; C(message) and C(remedy) are the sentences.
  returned: failure
  type: dict
"""

import typing as t
from functools import partial

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.azdo.connections.plugins.module_utils._as_code.estate_code import EstateCode
from ansible_collections.azdo.connections.plugins.module_utils._inspect.access_as_code import AccessAsCode
from ansible_collections.azdo.connections.plugins.module_utils._inspect.discovery import discover
from ansible_collections.azdo.connections.plugins.module_utils._inspect.estate_summary import estate_summary
from ansible_collections.azdo.connections.plugins.module_utils._inspect.inspection import Inspection
from ansible_collections.azdo.connections.plugins.module_utils._inspect.other_types import other_types
from ansible_collections.azdo.connections.plugins.module_utils._inspect.pipelines import Pipelines
from ansible_collections.azdo.connections.plugins.module_utils._inspect.pipelines_result import (
    pipelines_result,
    readiness_summary,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.readiness_options import (
    READINESS_OPTIONS,
    task_support,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.terraform_files import (
    TERRAFORM_OPTIONS,
    terraform,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import read_details, usage
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import (
    Estate,
    Found,
    Narrowing,
    check_names,
    look_up,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import secret_of
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import assess
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import TARGETS
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import TaskSupport
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import terraform_result
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each
from ansible_collections.azdo.connections.plugins.module_utils._run.progress import Progress
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import (
    Result,
    Runtime,
    run_module,
    situation,
)
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import argument_spec, check_range
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

# Of the lists of the projects, and of no row.
OTHER_TYPES = "other_types"
AS_CODE = "as_code"

ARGUMENT_SPEC = argument_spec(
    projects={"type": "list", "elements": "str"},
    names={"type": "list", "elements": "str"},
    ids={"type": "list", "elements": "str"},
    schemes={
        "type": "list",
        "elements": "str",
        "choices": ["workload_identity_federation", "service_principal", "managed_identity", "publish_profile"],
    },
    creation_modes={"type": "list", "elements": "str", "choices": ["automatic", "manual"]},
    environments={"type": "list", "elements": "str"},
    issuers={"type": "list", "elements": "str", "choices": ["azure_devops", "entra"]},
    include_failed={"type": "bool", "default": True},
    include={
        "type": "list",
        "elements": "str",
        "choices": ["usage", "permissions", "checks", "identity", "verification", "pipelines", AS_CODE, OTHER_TYPES],
        "default": [],
    },
    **READINESS_OPTIONS,
    **TERRAFORM_OPTIONS,
    concurrency={"type": "int", "default": 8},
)


def run(runtime: Runtime) -> Result:
    """Read the estate, narrow it, read what else is wanted of each connection, and put it into rows."""
    params = runtime.params
    for option in ("projects", "names", "ids", "environments"):
        check_names(option, params[option])
    check_range("concurrency", params["concurrency"], 1, 64)
    support, managed = task_support(params), terraform(params)
    estate, include = read_estate(runtime), params["include"]
    looks_at_pipelines = "pipelines" in include
    seen_from = situation(
        runtime, estate, readiness="warn" if looks_at_pipelines else "ignore", task_support=support, terraform=managed
    )
    everyone = [found.connection for found in estate.found]
    inspection = Inspection(
        runtime,
        use="latest" if "usage" in include else None,
        identity="identity" in include,
        test="verification" in include,
        pipelines=Pipelines(runtime, everyone, expand=params["readiness_expand"]) if looks_at_pipelines else None,
    )
    wanted = narrow(estate, params)
    inspection.read_ahead([found.connection for found in wanted])
    code = EstateCode(estate, runtime.azure_devops.organization())
    access = AccessAsCode(runtime.azure_devops, estate)
    runtime.warnings += inspection.doubts(support)
    meter = Progress(runtime, len(wanted), "connections read")

    def count(_found: Found, _row: Json) -> bool:
        meter.count()
        return True

    rows = each(
        wanted,
        lambda found: row(runtime, found, seen_from, inspection, partial(as_code, runtime, code, access)),
        # Without anything more to read there is nothing to wait for.
        concurrency=runtime.concurrency if set(include) - {OTHER_TYPES} else 1,
        stop=runtime.stop,
        go_on=count,
        meanwhile=meter.look,
    )
    return result(runtime, [item for item in rows if item is not None], estate, code, support)


def result(runtime: Runtime, connections: list[Json], estate: Estate, code: EstateCode, support: TaskSupport) -> Result:
    """The rows and what they come to."""
    include = runtime.params["include"]
    runtime.warnings += [code.doubts] if code.doubts else []
    summary = estate_summary(connections, runtime.azure_devops, estate.coverage.lacking(code.unread))
    if "pipelines" in include:
        summary["readiness"] = readiness_summary(connections, support)
    if OTHER_TYPES in include:
        summary[OTHER_TYPES] = other_types(estate)
    return Result(values={"connections": connections, "summary": summary})


def read_estate(runtime: Runtime) -> Estate:
    """What the projects list. :raises UnreadError: nothing at all could be read."""
    estate = discover(
        runtime.azure_devops,
        runtime.params["projects"],
        concurrency=runtime.concurrency,
        stop=runtime.stop,
        apart=OTHER_TYPES in runtime.params["include"],
        # Some options are told by the newest model only.
        newest=AS_CODE in runtime.params["include"],
    )
    estate.coverage.check_that_something_was_read()
    runtime.warnings += [estate.coverage.doubts] if estate.coverage.doubts else []
    return estate


def narrow(estate: Estate, params: t.Mapping[str, t.Any]) -> list[Found]:
    """The connections of interest. Names and ids that are not found are an error; the other options just narrow."""
    found = list(estate.found)
    if params["names"] is not None or params["ids"] is not None:
        named = look_up(estate, params["names"] or (), option="names", named_projects=True, by=("name",))
        named += look_up(estate, params["ids"] or (), option="ids", named_projects=True, by=("id",), patterns=False)
        found = [item for item in found if item in named]
    narrowing = Narrowing(
        **{name: params[name] for name in ("schemes", "creation_modes", "environments", "issuers", "include_failed")}
    )
    return [item for item in found if narrowing.matches(item.connection)]


def row(
    runtime: Runtime,
    found: Found,
    seen_from: Situation,
    inspection: Inspection,
    code: t.Callable[[Found, Json], Json],
) -> Json:
    """One connection, with what can be done to it and what else was asked for."""
    connection, include = found.connection, runtime.params["include"]
    facts = inspection.facts(connection)
    eligibility = {}
    for target in TARGETS:
        found_here = assess(connection, target, seen_from, found.seen_in, facts)
        codes = [reason.code for reason in found_here.reasons]
        eligibility[target] = {"eligible": not found_here.blocked, "codes": codes}
    details = read_details(runtime.azure_devops, connection, include)
    if AS_CODE in include:
        details |= code(found, details)
    if "usage" in include:
        details["usage"] = usage(facts.use, seen_from.now)
    if "identity" in include:
        secret = secret_of(connection, facts, seen_from.now)
        details["identity"] = facts.identity.to_result() if facts.identity else None
        details["secret_expires"] = format_time(secret.ends)
    if "verification" in include:
        details["verification"] = facts.tested.to_result() if facts.tested else None
    if runtime.params["terraform_state"] is not None:
        details["terraform"] = terraform_result(connection, seen_from.terraform)
    if facts.pipelines is not None:
        details |= pipelines_result(facts.pipelines, seen_from.task_support, runtime.azure_devops.url)
    return {**connection.to_result(seen_from.now), "eligibility": eligibility, **details}


def as_code(runtime: Runtime, code: EstateCode, access: AccessAsCode, found: Found, details: Json) -> Json:
    """The connection as code; which pipelines may use it may have been read for the row already."""

    def told() -> list[Json]:
        known = details
        if "permissions" not in known:
            known = read_details(runtime.azure_devops, found.connection, ["permissions"])
        return [
            access.told(reference.id, found.connection.id, permissions)
            for reference, permissions in zip(found.connection.references, known["permissions"], strict=True)
        ]

    return code.of(found, told).to_result()


def main() -> None:
    """The ordinary front door."""
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
