#!/usr/bin/python
# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module azdo_arm_connection."""

from __future__ import annotations

DOCUMENTATION = r"""
module: azdo_arm_connection
short_description: Create, change, adopt and remove an Azure Resource Manager service connection
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Manages one service connection of one project, by every method that Azure DevOps offers.
  - What is not set is not managed. A connection that exists is adopted by its name or id, and only what the task declares is compared and changed. The
    service's own additions, masked secrets and the spelling of ids are never a difference.
  - For workload identity federation with an existing identity it also writes the federated credential, from the issuer and subject that Azure DevOps
    returns, on the application (Microsoft Graph) or on the managed identity (Azure Resource Manager).
  - Combinations that the service or Microsoft's article rules out are refused before the first request, and say what to do instead.
  - A value that came out empty (an empty text, blanks, V(null) below O(scope) and O(role_assignment), the texts C(None) and C(null)) is refused where it would
    mean another place or another connection. Leave the option out instead, for example with C(default(omit)).
  - Nothing is ever deleted to be created again. If the identity of a connection that the task created cannot be set up (automatic creation, federated
    credential, role, or a test that fails because of the federation), the task removes what it made itself, and nothing else.
  - A request that Azure DevOps accepts is judged by how it ends. An operation that fails in the end fails the task with the service's words, and after each
    change the connection is read again and compared with what the task declares. A task that fails half way says what exists by then, and what is done and
    not done (C(details.done) and C(details.not_done) of RV(failure)); the next run goes on from there.
notes:
  - "Which method, from O(scheme) and O(creation_mode): C(workload_identity_federation) C(automatic) makes an app registration, or uses O(managed_identity);
    C(workload_identity_federation) C(manual) uses O(service_principal) or O(managed_identity); C(service_principal) C(automatic) makes an app
    registration with a secret; C(service_principal) C(manual) uses a key or a certificate; C(managed_identity) is that of the agent;
    C(publish_profile) leads to one web app."
  - A creation without them is workload identity federation, and manual if an identity is given.
  - Everything automatic needs a person (a personal access token, or C(az login)), because Azure DevOps then acts with the caller's own Entra token. It is not
    offered for C(AzureUSGovernment) and C(AzureStack).
  - "Assumed, because nobody documented it: the body of a publish profile connection and its clouds; the scope level C(ml_workspace) with manual workload
    identity federation; that a connection in its seven days after a conversion must not be changed, and that a new name breaks the subject
    of the Azure DevOps issuer. The latter two are refused."
  - Azure DevOps Server has a service principal with a key or certificate, the agent's identity and publish profiles. Everything else is refused there
    with the code C(server_not_supported).
  - The federated credential is named C(azdo-), the id of the connection, a hyphen and eight digits that follow from issuer and subject. Only
    credentials of that name are ever removed. The id of a role assignment follows from organization, scope, role and principal.
extends_documentation_fragment:
  - azdo.connections._auth
  - azdo.connections._attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads everything and applies every rule. With O(verify) V(before) or V(both) it also tests the entered settings, which changes nothing.
  diff_mode:
    support: full
options:
  project:
    description:
      - Name or id of the project. A name that YAML takes for a number or a flag stands in quotes. With O(state=absent) it decides whether the connection is
        deleted (the owning project) or only taken out of this project.
    type: str
    required: true
  name:
    description:
      - Name of the connection in this project. With O(id) another name renames it, in this project.
      - If two connections of the project have this name, the task is refused and names the ids of both. Give O(id) then.
      - A new name that another connection has is refused before anything is written, in check mode too. So are the names in O(shared_with).
    type: str
  id:
    description:
      - Id of an existing connection. An unknown one is an error with O(state=present).
      - From a project that the connection was shared into, only O(name), O(description) and the pipelines there can be managed.
    type: str
  state:
    description:
      - Whether the connection is to be there.
      - V(absent) in a project that a connection was shared into takes it out of that project only.
      - V(absent) in the owning project removes the federated credential and the role assignments that this collection made for it, then the
        connection. If that is refused, they are put back.
      - Role assignments stay, with a warning, while another connection uses the identity, or may use it where the caller cannot see it. They are looked
        for in the connection's subscription or management group, and at the scope of O(role_assignment) if the task gives it.
      - With a sign-in that opens Azure DevOps only, what was made in Entra and Azure stays, with a warning.
    type: str
    choices:
      - present
      - absent
    default: present
  description:
    description:
      - Description of the connection in this project.
    type: str
  service_management_reference:
    description:
      - Service Management Reference, the id of a service or asset that the connection belongs to.
      - Where the service does not tell its value, the task fails unless O(allow_unreached) is set.
    type: str
  enabled:
    description:
      - Whether pipelines can use the connection. Where the service does not tell its value, V(true) is a warning, and V(false) fails unless
        O(allow_unreached) is set.
    type: bool
  scheme:
    description:
      - Authorization scheme. The scheme of an existing connection is changed with M(azdo.connections.azdo_arm_connection_convert), not here.
      - V(managed_identity) is the identity of the agent's virtual machine. A user-assigned managed identity without any agent is
        V(workload_identity_federation) with O(managed_identity).
    type: str
    choices:
      - workload_identity_federation
      - service_principal
      - managed_identity
      - publish_profile
  creation_mode:
    description:
      - Whether Azure DevOps makes the identity or its credential (V(automatic)), or they exist (V(manual)).
    type: str
    choices:
      - automatic
      - manual
  environment:
    description:
      - Azure cloud. A creation without it is V(AzureCloud).
    type: str
    choices:
      - AzureCloud
      - AzureUSGovernment
      - AzureChinaCloud
      - AzureStack
  server_url:
    description:
      - Address of Azure Resource Manager of an Azure Stack.
    type: str
  scope:
    description:
      - Where in Azure the connection leads. The service lets only the resource group and the workspace of a manual connection be changed.
      - Of a subscription and of a management group the id or the name is enough, of a workspace its name and subscription. The rest is looked up in Azure
        Resource Manager where the sign-in opens it, else as the portal's dialog does, which a personal access token may not be enough for. A name that
        several have is refused with their ids.
      - To create with both, id and name must be those of one place, as far as the sign-in sees it.
    type: dict
    suboptions:
      level:
        description:
          - Kind of scope. If not set, the other parts decide.
        type: str
        choices:
          - subscription
          - management_group
          - ml_workspace
      subscription_id:
        description:
          - Id of the subscription, or its resource id, C(/subscriptions/ID). Without it the name is looked up.
        type: str
      subscription_name:
        description:
          - Name of the subscription. Beside the id it is a label, and another name of a connection that exists is a warning only.
          - In a connection that exists the name that is stored counts, also where the subscription was renamed in Azure since. A name that is not the stored
            one is looked up.
        type: str
      resource_group:
        description:
          - Name of the resource group, or its resource id, whose subscription must be that of O(scope.subscription_id). For a manual connection it is a label
            and the default scope of O(role_assignment).
        type: str
      management_group_id:
        description:
          - Id of the management group, or its resource id. Without it the name is looked up.
        type: str
      management_group_name:
        description:
          - Name of the management group. Beside the id it is a label.
        type: str
      ml_workspace_name:
        description:
          - Name of the Azure Machine Learning workspace, or its resource id. Resource group and region are looked up if they are not set, with a sign-in that
            opens Azure Resource Manager.
        type: str
      ml_workspace_location:
        description:
          - Region of the Azure Machine Learning workspace.
        type: str
  service_principal:
    description:
      - The application behind the connection.
    type: dict
    suboptions:
      tenant_id:
        description:
          - Microsoft Entra tenant of the application. To create, the default is O(tenant) if that is an id.
        type: str
      client_id:
        description:
          - Application (client) id.
        type: str
      key:
        description:
          - Client secret. One with a line break or a blank is refused, because none has any and the connection could not sign in.
        type: str
      certificate:
        description:
          - Certificate and private key in PEM format, in one text. Line breaks of Windows, and those written as C(\n), are made good.
          - Refused is what cannot work, an encrypted key, several keys, a key that does not belong to the certificate, a text that is indented or on one
            line, and an expired certificate that would be sent. What is inside is looked at with the C(cryptography) library if it is installed, which
            comes along with C(azure-identity).
        type: str
  managed_identity:
    description:
      - The managed identity behind the connection. For the agent's identity only O(managed_identity.tenant_id) has a meaning.
    type: dict
    suboptions:
      resource_id:
        description:
          - Resource id of the user-assigned managed identity. Its client id and tenant are looked up.
        type: str
      client_id:
        description:
          - Client id of the managed identity. Together with O(managed_identity.tenant_id) it saves the look-up.
        type: str
      tenant_id:
        description:
          - Microsoft Entra tenant of the managed identity. To create, the default is that of the looked-up identity, else O(tenant) if that is an id.
        type: str
      create:
        description:
          - Make the user-assigned managed identity if it is not there, in place of O(managed_identity.resource_id) and O(managed_identity.client_id). It is
            tagged with the id of the organization, and only what has that tag is ever removed again.
          - Needs a sign-in that opens Azure Resource Manager, with the role Managed Identity Contributor in the resource group.
        type: dict
        suboptions:
          name:
            description:
              - Name of the identity.
            type: str
            required: true
          resource_group:
            description:
              - Resource group that it is in. It has to be there.
            type: str
            required: true
          location:
            description:
              - Region, as C(westeurope). An identity that is somewhere else is refused.
            type: str
            required: true
          subscription_id:
            description:
              - Subscription that it is in. The default is O(scope.subscription_id).
            type: str
  application:
    description:
      - Make the application behind the connection if it is not there, with its service principal, in place of O(service_principal.client_id). It is single
        tenant, in the tenant of the sign-in, and tagged with the id of the organization; only what has that tag is ever removed again.
      - What this task made goes again, newest first, if the connection cannot be set up. With O(state=absent) it goes after the connection, if it has the tag
        and nothing else can be seen to use it.
      - Needs a sign-in that opens Microsoft Graph, with C(Application.ReadWrite.OwnedBy) or, for a person, the right to register applications.
    type: dict
    suboptions:
      unique_name:
        description:
          - Unique name of the application in the tenant (C(uniqueName)), by which every run finds it again. It cannot be changed.
        type: str
        required: true
      display_name:
        description:
          - Name that people read. A new application without it is called by its unique name.
        type: str
      owners:
        description:
          - Owners to add, people by mail address or user principal name, and anybody by object id. Nobody is taken away. A service principal that signs in with
            C(Application.ReadWrite.OwnedBy) may need C(Directory.Read.All) for that (assumed).
        type: list
        elements: str
      service_management_reference:
        description:
          - Service Management Reference of the application, which some tenants require.
        type: str
  publish_profile:
    description:
      - Content of a web app's publish profile.
    type: str
  web_app_id:
    description:
      - Resource id of the web app of the publish profile.
    type: str
  federated_credential:
    description:
      - What to do about the federated credential, for workload identity federation.
      - If not set, it is created when the task describes the identity of a manual connection. That of an automatic connection is written by Azure DevOps.
    type: dict
    suboptions:
      mode:
        description:
          - V(create) writes it if it is missing.
          - V(require) fails while it is missing. The connection stays, and the result says what to add; run the task again then.
          - V(skip) does not look at it. Issuer and subject are returned. A connection whose test fails for want of the credential stays.
        type: str
        choices:
          - create
          - require
          - skip
      audience:
        description:
          - Audience of the tokens. For C(AzureCloud) it is C(api://AzureADTokenExchange). For other clouds it has to be set, because it is not documented.
        type: str
  role_assignment:
    description:
      - A role in Azure for the identity of a manual connection. Without it no role is looked at.
    type: dict
    suboptions: &role
      role:
        description:
          - Name or id of the role.
        type: str
        required: true
      scope:
        description:
          - Where, as the id of a subscription, resource group, management group or resource. The default is what the connection leads to, as narrow as O(scope)
            says.
        type: str
      condition:
        description:
          - Condition that limits what the role allows, in Azure's language (version 2.0). One that this collection assigned with another condition is changed;
            one that somebody else assigned so is refused. Without it the condition of a role that is there is not looked at.
        type: str
      allow_privileged_role:
        description:
          - Allow Owner, User Access Administrator and Role Based Access Control Administrator, with which pipelines can hand out rights.
        type: bool
        default: false
  role_assignments:
    description:
      - Several roles, each as in O(role_assignment). They are added; a role that the task does not name is not looked at.
    type: list
    elements: dict
    suboptions: *role
  authorize_all_pipelines:
    description:
      - Whether all pipelines of this project may use the connection.
    type: bool
  authorized_pipelines:
    description:
      - The pipelines of this project that may use the connection, exactly these. Others lose the permission, unless O(append_pipelines) is set.
      - Each by its id, its name, or its path, C(\folder\name) or C(folder/name). A name that several folders have is refused, with their paths and ids.
      - A number is an id, and a pipeline whose name is a number has its path, C(\41). An id that this caller sees no pipeline of is permitted all the same,
        with a warning.
      - An empty list is none of them.
    type: list
    elements: str
  append_pipelines:
    description:
      - Take the permission from no pipeline, and not from all of them either. It holds for the projects of O(shared_with), too, as O(append_roles) and
        O(append_checks) do.
    type: bool
    default: false
  roles:
    description:
      - Who has which role on the connection itself in this project, exactly these people and groups. Others lose theirs, unless O(append_roles) is set.
      - What somebody has from the project, or from the organization, is not touched. Somebody who has the role from there is as this option says. Who has a
        higher one from there keeps it, and a warning says so.
      - A list after which nobody could administer the connection is refused; so is one without an administrator for a connection, or a share, that is not there
        yet, and one that takes the role from everybody through whom this caller may have it. The caller's own role, and whatever else takes the right to
        administer it from somebody, is changed last of all.
    type: list
    elements: dict
    suboptions: &roles
      role:
        description:
          - The role.
        type: str
        choices:
          - administrator
          - user
          - reader
        required: true
      identity:
        description:
          - A person or a group, by name, mail address, descriptor or id. A group is called as its page says, C([Project]\Name) or C([organization]\Name).
          - A name that several have is refused, with the ids of all of them.
        type: str
        required: true
  append_roles:
    description:
      - Take the role from nobody whom the task does not name.
    type: bool
    default: false
  checks:
    description:
      - The approvals and checks that a run of a pipeline of this project has to pass before it may use the connection, exactly these. Others are removed,
        unless O(append_checks) is set.
      - A check has no name, so the one of its kind that is most like it becomes the wanted one, with its history. What it has beside the suboptions that are
        set stays as it is.
      - With O(append_checks) only one that says the same in what its kind cannot do without (approvers, branches, days and times, templates, connection and
        method) becomes the wanted one. Any other stays, and the wanted one is added.
      - They stand before a pipeline is given the permission to use the connection, and in a connection that is there before anything else of it changes.
        One is taken away when everything else is as it shall be.
      - That one was accepted and is not there is an error in any case, O(allow_unreached) or not.
    type: list
    elements: dict
    suboptions: &checks
      kind:
        description:
          - The kind of check. V(approval) takes C(approvers), C(minimum_approvers), C(in_order), C(instructions) and C(requester_can_approve).
          - V(branch_control) takes C(branches), C(protected_branches_only) and C(allow_unknown_protection); V(business_hours) takes C(days), C(start_time),
            C(end_time) and C(time_zone); V(required_template) takes C(templates); V(exclusive_lock) takes nothing.
          - V(rest_api) takes C(connection), C(method), C(url_suffix), C(headers), C(body), C(success_criteria), C(waits_for_callback), C(variable_group)
            and C(retry_interval).
          - All of them take C(timeout) and C(enabled), and those that are evaluated by a task (V(branch_control), V(business_hours) and V(rest_api)) also
            C(display_name).
        type: str
        choices:
          - approval
          - branch_control
          - business_hours
          - rest_api
          - required_template
          - exclusive_lock
        required: true
      enabled:
        description:
          - Whether it is asked at all. Unlike other suboptions it is always managed, because a check that is disabled stops nobody.
        type: bool
        default: true
      timeout:
        description:
          - Minutes after which a run that still waits fails, at most 43200, which is 30 days.
        type: int
      display_name:
        description:
          - What the portal calls the check.
        type: str
      approvers:
        description:
          - People and groups, as for O(roles[].identity).
        type: list
        elements: str
      minimum_approvers:
        description:
          - How many of them have to approve. V(0) means all of them, which is also what a new one has.
        type: int
      in_order:
        description:
          - Whether they are asked one after the other, in the order of C(approvers).
        type: bool
      instructions:
        description:
          - What approvers are told.
        type: str
      requester_can_approve:
        description:
          - Whether whoever started the run may approve it.
        type: bool
      branches:
        description:
          - Branches from which the run may come, by their full names or patterns, such as C(refs/heads/main), C(refs/heads/release/*), or C(*).
        type: list
        elements: str
      protected_branches_only:
        description:
          - Whether they must have a branch policy.
        type: bool
      allow_unknown_protection:
        description:
          - Whether a run may pass of whose branch that is not known.
        type: bool
      days:
        description:
          - Days of the week.
        type: list
        elements: str
        choices:
          - Monday
          - Tuesday
          - Wednesday
          - Thursday
          - Friday
          - Saturday
          - Sunday
      start_time:
        description:
          - From when on, as C("08:00"), in quotes.
        type: str
      end_time:
        description:
          - Until when, as C("17:30"), in quotes.
        type: str
      time_zone:
        description:
          - Name of the time zone, as the portal has it, such as C(UTC) or C(W. Europe Standard Time).
        type: str
      templates:
        description:
          - Templates of which a pipeline in YAML has to extend one.
        type: list
        elements: dict
        suboptions:
          repository_type:
            description:
              - Where the template lies.
            type: str
            choices:
              - git
              - github
              - githubenterprise
              - bitbucket
            default: git
          repository:
            description:
              - Project and repository, as C(Platform/templates).
            type: str
            required: true
          ref:
            description:
              - Branch or tag.
            type: str
            default: refs/heads/main
          path:
            description:
              - Path of the file in the repository.
            type: str
            required: true
      connection:
        description:
          - Name or id of the service connection of this project that the request goes to, usually one of the type Generic.
        type: str
      method:
        description:
          - Method of the request.
        type: str
        choices:
          - OPTIONS
          - GET
          - HEAD
          - POST
          - PUT
          - DELETE
          - TRACE
          - PATCH
      url_suffix:
        description:
          - What is put behind the address of the connection.
        type: str
      headers:
        description:
          - Headers, as a dictionary, or its JSON. Secrets belong into a variable group, see C(variable_group). Not shown in a diff.
        type: json
      body:
        description:
          - Body of the request. Not shown in a diff.
        type: json
      success_criteria:
        description:
          - Expression that the answer has to fulfil.
        type: str
      waits_for_callback:
        description:
          - Whether the check waits until somebody calls back, and not only for the answer.
        type: bool
      variable_group:
        description:
          - Name of the variable group that the request may take values from.
        type: str
      retry_interval:
        description:
          - Minutes between two evaluations.
        type: int
  append_checks:
    description:
      - Remove no check, and change none into another one.
    type: bool
    default: false
  remove_all_checks:
    description:
      - Let an empty list in O(checks) take all checks away. Without it that is refused where there are some, because a list may have come out empty.
      - Refused without O(checks), and with O(append_checks).
    type: bool
    default: false
  remove_unknown_checks:
    description:
      - Remove checks of kinds that this module does not know, too, such as the evaluation of an artifact. Without it they stay, and a warning names them.
      - Refused without O(checks), and with O(append_checks).
    type: bool
    default: false
  shared_with:
    description:
      - The other projects that use the connection, exactly these. Others lose it, unless O(append_shares) is set. Only from the owning project.
    type: list
    elements: dict
    suboptions:
      project:
        description:
          - Name or id of the project.
        type: str
        required: true
      name:
        description:
          - Name of the connection there. A new share without it is called as the portal calls it, by the names of connection and project with a hyphen.
        type: str
      description:
        description:
          - Description there. A new share without it has that of the connection.
        type: str
      authorize_all_pipelines:
        description:
          - As O(authorize_all_pipelines), in that project.
        type: bool
      authorized_pipelines:
        description:
          - As O(authorized_pipelines), in that project.
        type: list
        elements: str
      roles:
        description:
          - As O(roles), in that project.
        type: list
        elements: dict
        suboptions: *roles
      checks:
        description:
          - As O(checks), in that project.
        type: list
        elements: dict
        suboptions: *checks
  append_shares:
    description:
      - Take the connection from no project.
    type: bool
    default: false
  allow_unreached:
    description:
      - What to do when Azure DevOps accepts a request and ignores a part of it, or does not tell the value of an option that the task sets, such as
        O(enabled=false) or O(service_management_reference) on a server.
      - By default the task fails then with the code C(unreached), and C(details.options) of RV(failure) names the options. What the service does not tell is
        found before anything is written, what it ignores when the connection is read again after the change.
      - V(true) makes it a warning. What the service does not tell is left alone.
    type: bool
    default: false
  secret_version:
    description:
      - Which secret the task brings, in any text, such as a number or a date. When another one is stored, the secret is sent, once. If a test finds that it
        does not work, the right one is sent under another version.
      - It is stored in the connection beside the secret. That the service keeps it is not documented, so it is looked at when the connection is read again.
        If it is not there, the task fails with the code C(unreached), a new connection is taken back, and in one that was there the new secret stays stored.
        Use O(update_secret=always) there.
    type: str
  update_secret:
    description:
      - Azure DevOps never shows a stored secret, so it cannot be compared. V(on_create) sends it to create, and when its kind or the client id changes.
      - V(always) sends it every time, and the task is always changed.
    type: str
    choices:
      - on_create
      - always
    default: on_create
  verify:
    description:
      - Whether to test the connection, as the portal's V(Verify) does. The test reads the subscription or management group with the connection's identity.
      - V(before) tests the key or certificate of the task before it is saved; if the test fails, nothing is saved.
      - V(after) tests the stored connection at the end, every time.
      - The task fails if the test does. A new connection is removed again only if the federation itself does not work to the end of O(verify_timeout).
        A missing role for the subscription is a warning only if the scope is a resource group.
    type: str
    choices:
      - none
      - before
      - after
      - both
    default: none
  verify_timeout:
    description:
      - Seconds in which a failed test is repeated, before saving 60 at most. New credentials and roles take minutes to spread, and outages of the token
        service pass. What another test cannot mend, such as a disabled application, is not repeated.
    type: int
    default: 300
  wait_timeout:
    description:
      - Seconds to wait for Azure DevOps, Microsoft Graph and Azure Resource Manager to finish, or to be free, for each step.
    type: int
    default: 300
  keep_failed:
    description:
      - Keep a connection that this task created although something failed afterwards.
    type: bool
    default: false
  delete_shared:
    description:
      - With O(state=absent), delete a connection although other projects use it.
    type: bool
    default: false
  delete_identity:
    description:
      - With O(state=absent), let Azure DevOps delete the application of an automatic connection, too.
      - Refused unless every project could be read, no other connection has the application, and it has no credentials of something else.
    type: bool
    default: false
seealso:
  - module: azdo.connections.azdo_arm_connection_info
  - module: azdo.connections.azdo_arm_connection_convert
  - name: Azure Resource Manager service connections
    description: Microsoft's article with the methods of the portal.
    link: https://learn.microsoft.com/azure/devops/pipelines/library/connect-to-azure
"""

EXAMPLES = r"""
- name: Workload identity federation with an existing app registration, written into Entra, too
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    tenant: "{{ entra_tenant }}"
    client_id: "{{ automation_client_id }}"
    secret: "{{ automation_secret }}"
    project: Payments
    name: azure-production
    description: Deployments of Payments
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
      resource_group: rg-payments
    service_principal:
      client_id: 5a1d2c3b-0000-4000-8000-000000000011
      tenant_id: "{{ entra_tenant }}"
    role_assignment:
      role: Contributor
    authorized_pipelines:
      - 12

- name: Everything in one task, the application and its roles too
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    tenant: "{{ entra_tenant }}"
    client_id: "{{ automation_client_id }}"
    secret: "{{ automation_secret }}"
    project: Payments
    name: azure-whole
    scope:
      subscription_name: Contoso Production
    application:
      unique_name: contoso-payments-production
      display_name: Payments, production
      service_management_reference: 5a1d2c3b-0000-4000-8000-0000000000cc
    role_assignments:
      - role: Reader
      - role: Storage Blob Data Contributor
        scope: /subscriptions/5a1d2c3b-0000-4000-8000-000000000001/resourceGroups/rg-state
        condition: "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'payments'"
    verify: after

- name: The same with a managed identity that is made
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    tenant: "{{ entra_tenant }}"
    client_id: "{{ automation_client_id }}"
    secret: "{{ automation_secret }}"
    project: Payments
    name: azure-whole-identity
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
    managed_identity:
      create:
        name: id-payments-production
        resource_group: ids
        location: westeurope
    role_assignment:
      role: Reader

- name: Workload identity federation with a user-assigned managed identity, manual
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    tenant: "{{ entra_tenant }}"
    client_id: "{{ automation_client_id }}"
    secret: "{{ automation_secret }}"
    project: Payments
    name: azure-identity
    creation_mode: manual
    scope:
      management_group_id: mg-platform
      management_group_name: Platform
    managed_identity:
      resource_id: /subscriptions/5a1d2c3b-0000-4000-8000-000000000001/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments

- name: The same identity, with the federated credential written by Azure DevOps (needs a person)
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-identity-automatic
    creation_mode: automatic
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
    managed_identity:
      resource_id: /subscriptions/5a1d2c3b-0000-4000-8000-000000000001/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments
      client_id: "{{ identity_client_id }}"
      tenant_id: "{{ entra_tenant }}"

- name: Workload identity federation with an app registration that Azure DevOps makes (needs a person)
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-automatic
    scheme: workload_identity_federation
    creation_mode: automatic
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
    service_principal:
      tenant_id: "{{ entra_tenant }}"
    authorize_all_pipelines: true

- name: A secret and an app registration that Azure DevOps makes (needs a person)
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-automatic-secret
    scheme: service_principal
    creation_mode: automatic
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
    service_principal:
      tenant_id: "{{ entra_tenant }}"

- name: An existing service principal with a key, tested before it is saved
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-key
    scheme: service_principal
    creation_mode: manual
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
    service_principal:
      tenant_id: "{{ entra_tenant }}"
      client_id: 5a1d2c3b-0000-4000-8000-000000000012
      key: "{{ payments_key }}"
    verify: before

- name: An existing service principal with a certificate, in Azure Stack
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-stack
    scheme: service_principal
    creation_mode: manual
    environment: AzureStack
    server_url: https://management.local.azurestack.external
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000002
      subscription_name: Plant
    service_principal:
      tenant_id: "{{ entra_tenant }}"
      client_id: 5a1d2c3b-0000-4000-8000-000000000012
      certificate: "{{ payments_certificate }}"

- name: The managed identity of the agent
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-agents
    scheme: managed_identity
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
    managed_identity:
      tenant_id: "{{ entra_tenant }}"

- name: The publish profile of a web app
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-web
    scheme: publish_profile
    scope:
      subscription_id: 5a1d2c3b-0000-4000-8000-000000000001
      subscription_name: Contoso Production
    service_principal:
      tenant_id: "{{ entra_tenant }}"
    web_app_id: /subscriptions/5a1d2c3b-0000-4000-8000-000000000001/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments
    publish_profile: "{{ web_publish_profile }}"

- name: Adopt an existing connection, share it with one more project under another name and say who may use it there
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-key
    description: Owned by the platform team
    append_shares: true
    shared_with:
      - project: Web Shop
        name: azure-payments
        authorized_pipelines:
          - 31

- name: A connection by names, with what stands before it and who may use it
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    tenant: "{{ entra_tenant }}"
    client_id: "{{ automation_client_id }}"
    secret: "{{ automation_secret }}"
    project: Payments
    name: azure-guarded
    creation_mode: manual
    scope:
      subscription_name: Contoso Production
    service_principal:
      client_id: 5a1d2c3b-0000-4000-8000-000000000011
      tenant_id: "{{ entra_tenant }}"
    checks:
      - kind: approval
        approvers:
          - '[Payments]\Release Managers'
        minimum_approvers: 1
        requester_can_approve: false
      - kind: branch_control
        branches:
          - refs/heads/main
        protected_branches_only: true
      - kind: business_hours
        days: [Monday, Tuesday, Wednesday, Thursday]
        start_time: "08:00"
        end_time: "16:00"
        time_zone: UTC
      - kind: exclusive_lock
    authorized_pipelines:
      - deploy-payments
    roles:
      - role: administrator
        identity: '[Payments]\Project Administrators'
      - role: user
        identity: '[Payments]\Contributors'

- name: Send a rotated key once, whenever its version changes
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-key
    service_principal:
      key: "{{ payments_key }}"
    secret_version: 2026-12

- name: Send a rotated key
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    personal_access_token: "{{ azdo_pat }}"
    project: Payments
    name: azure-key
    service_principal:
      key: "{{ payments_key }}"
    update_secret: always

- name: Remove a connection with the federated credential and the role that were made for it
  azdo.connections.azdo_arm_connection:
    organization_url: https://dev.azure.com/contoso
    tenant: "{{ entra_tenant }}"
    client_id: "{{ automation_client_id }}"
    secret: "{{ automation_secret }}"
    project: Payments
    name: azure-production
    state: absent
"""

RETURN = r"""
connection:
  description:
    - The connection as it is at the end, null when there is none. In check mode as it would be, as far as that is known.
    - The keys are those of the rows of M(azdo.connections.azdo_arm_connection_info), from C(id) to C(revert). Secrets are not among them.
  returned: always, unless the task failed before it began
  type: dict
  sample:
    id: 5f0c7c3a-3a0c-4a52-9a3a-0d0f6a4f1c11
    name: azure-production
    project: Payments
    scheme: workload_identity_federation
    creation_mode: manual
    environment: AzureCloud
    issuer_kind: entra
    enabled: true
    state: ready
federated_credential:
  description: The federated credential that the connection signs in with. Null for other schemes.
  returned: always, unless the task failed before it began
  type: dict
  contains:
    state:
      description:
        - V(present), V(created), V(updated), V(missing), V(not_checked) or V(managed_by_azure_devops). In check mode also V(would_create) and V(would_update).
      type: str
      sample: created
    name:
      description: Its name on the identity.
      type: str
    issuer:
      description: Issuer of the tokens.
      type: str
    subject:
      description: Subject of the tokens.
      type: str
    audience:
      description: Audience of the tokens, null where it is not known.
      type: str
    client_id:
      description: Client id of the application or managed identity.
      type: str
role_assignment:
  description: The first role in Azure. Null unless O(role_assignment) or O(role_assignments) is set.
  returned: always, unless the task failed before it began
  type: dict
  contains: &assigned
    state:
      description: V(present), V(created), V(updated), or in check mode V(would_create) and V(would_update).
      type: str
    role:
      description: Name or id of the role.
      type: str
    scope:
      description: Where it is assigned.
      type: str
    condition:
      description: The condition that the task wants, null if it does not say.
      type: str
    principal_id:
      description: Object id of the service principal that has it; null while that is still to be made.
      type: str
role_assignments:
  description: All roles in Azure that the task speaks of, each as RV(role_assignment).
  returned: always, unless the task failed before it began
  type: list
  elements: dict
  contains: *assigned
verification:
  description: The tests of O(verify), null where there was none.
  returned: always, unless the task failed before it began
  type: dict
  contains:
    before:
      description: The test of the entered settings.
      type: dict
      contains:
        result:
          description:
            - V(ok), V(federation_failed), V(credential_failed), V(identity_disabled), V(identity_missing), V(tenant_not_found), V(blocked_by_policy),
              V(azure_permission), V(subscription_gone), V(subscription_moved), V(outage), V(caller_not_allowed), V(not_testable) or V(unknown).
              M(azdo.connections.azdo_arm_connection_info) says what each of them means.
          type: str
        message:
          description: What the service said.
          type: str
    after:
      description: The test of the stored connection.
      type: dict
      contains:
        result:
          description:
            - V(ok), V(federation_failed), V(credential_failed), V(identity_disabled), V(identity_missing), V(tenant_not_found), V(blocked_by_policy),
              V(azure_permission), V(subscription_gone), V(subscription_moved), V(outage), V(caller_not_allowed), V(not_testable) or V(unknown).
              M(azdo.connections.azdo_arm_connection_info) says what each of them means.
          type: str
        message:
          description: What the service said.
          type: str
failure:
  description: What went wrong. C(code) and C(details) are for playbooks to branch on; C(message) and C(remedy) are the sentences.
  returned: failure
  type: dict
"""


from ansible.module_utils.basic import AnsibleModule
from ansible_collections.azdo.connections.plugins.module_utils._access.options import ACCESS_OPTIONS
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import refuse_contradictions
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import caller_of
from ansible_collections.azdo.connections.plugins.module_utils._manage.state_absent import StateAbsent
from ansible_collections.azdo.connections.plugins.module_utils._manage.state_present import StatePresent
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Result, Runtime, run_module
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import argument_spec, check_range

ROLE_OPTIONS = {
    "role": {"type": "str", "required": True},
    "scope": {"type": "str"},
    "condition": {"type": "str"},
    "allow_privileged_role": {"type": "bool", "default": False},
}

# No managed option has a default: what is not set is not managed.
ARGUMENT_SPEC = argument_spec(
    project={"type": "str", "required": True},
    name={"type": "str"},
    id={"type": "str"},
    state={"type": "str", "choices": ["present", "absent"], "default": "present"},
    description={"type": "str"},
    service_management_reference={"type": "str"},
    enabled={"type": "bool"},
    scheme={
        "type": "str",
        "choices": ["workload_identity_federation", "service_principal", "managed_identity", "publish_profile"],
    },
    creation_mode={"type": "str", "choices": ["automatic", "manual"]},
    environment={"type": "str", "choices": ["AzureCloud", "AzureUSGovernment", "AzureChinaCloud", "AzureStack"]},
    server_url={"type": "str"},
    scope={
        "type": "dict",
        "options": {
            "level": {"type": "str", "choices": ["subscription", "management_group", "ml_workspace"]},
            "subscription_id": {"type": "str"},
            "subscription_name": {"type": "str"},
            "resource_group": {"type": "str"},
            "management_group_id": {"type": "str"},
            "management_group_name": {"type": "str"},
            "ml_workspace_name": {"type": "str"},
            "ml_workspace_location": {"type": "str"},
        },
    },
    service_principal={
        "type": "dict",
        "options": {
            "tenant_id": {"type": "str"},
            "client_id": {"type": "str"},
            "key": {"type": "str", "no_log": True},
            "certificate": {"type": "str", "no_log": True},
        },
    },
    managed_identity={
        "type": "dict",
        "options": {
            "resource_id": {"type": "str"},
            "client_id": {"type": "str"},
            "tenant_id": {"type": "str"},
            "create": {
                "type": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "resource_group": {"type": "str", "required": True},
                    "location": {"type": "str", "required": True},
                    "subscription_id": {"type": "str"},
                },
            },
        },
    },
    application={
        "type": "dict",
        "options": {
            "unique_name": {"type": "str", "required": True},
            "display_name": {"type": "str"},
            "owners": {"type": "list", "elements": "str"},
            "service_management_reference": {"type": "str"},
        },
    },
    publish_profile={"type": "str", "no_log": True},
    web_app_id={"type": "str"},
    federated_credential={
        "type": "dict",
        "options": {
            "mode": {"type": "str", "choices": ["create", "require", "skip"]},
            "audience": {"type": "str"},
        },
    },
    role_assignment={"type": "dict", "options": ROLE_OPTIONS},
    role_assignments={"type": "list", "elements": "dict", "options": ROLE_OPTIONS},
    **ACCESS_OPTIONS,
    append_pipelines={"type": "bool", "default": False},
    append_roles={"type": "bool", "default": False},
    append_checks={"type": "bool", "default": False},
    remove_unknown_checks={"type": "bool", "default": False},
    remove_all_checks={"type": "bool", "default": False},
    shared_with={
        "type": "list",
        "elements": "dict",
        "options": {
            "project": {"type": "str", "required": True},
            "name": {"type": "str"},
            "description": {"type": "str"},
            **ACCESS_OPTIONS,
        },
    },
    append_shares={"type": "bool", "default": False},
    allow_unreached={"type": "bool", "default": False},
    secret_version={"type": "str", "no_log": False},
    update_secret={"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    verify={"type": "str", "choices": ["none", "before", "after", "both"], "default": "none"},
    verify_timeout={"type": "int", "default": 300},
    wait_timeout={"type": "int", "default": 300},
    keep_failed={"type": "bool", "default": False},
    delete_shared={"type": "bool", "default": False},
    delete_identity={"type": "bool", "default": False},
)


def run(runtime: Runtime) -> Result:
    """Read the options, refuse what cannot work, and bring the connection to what they say."""
    for option in ("verify_timeout", "wait_timeout"):
        check_range(option, runtime.params[option], 0)
    desired = Desired.from_params(runtime.params)
    runtime.session.secrets.update(desired.secret_texts())
    if runtime.params["state"] == "absent":
        return StateAbsent(runtime, desired).run()
    refuse_contradictions(desired, caller_of(runtime))
    return StatePresent(runtime, desired).run()


def main() -> None:
    """The ordinary front door."""
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
