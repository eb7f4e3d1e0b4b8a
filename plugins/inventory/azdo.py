# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: azdo
short_description: Organizations, projects or service connections of Azure DevOps as hosts
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Makes a host of each organization, of each project that the caller can see, or of each Azure Resource Manager service connection, so that C(--limit),
    C(serial) and one result per host work as for any other host.
  - The hosts are local, with V(ansible_connection=local) and V(ansible_become=false), so that C(become) of a play or C(-b) for all of its hosts does not
    stop them. What beats variables of an inventory still does, such as C(vars) of a play or C(-e ansible_become=true). Nothing is ever run in a project, and no
    credential becomes a variable.
  - The file name must end in C(azdo.yml) or C(azdo.yaml).
  - An option that is not known, here or in what the plugin takes from P(ansible.builtin.constructed#inventory), is an error before anything is read; so is a
    value that is none of the choices or of another type. An option of a list that narrows the hosts, O(organizations) and O(organization_url) must not be empty
    either, because a variable or template without a value would then mean everything. Leave out what does not narrow. Every other option that is null or
    blank is as good as left out.
  - One text with commas or line breaks is a list, too. Names such as C(007), C(yes) or C(1.10) are taken as they stand in the file, without quotes as well. An
    entry that is empty, or the text V(None), is an error.
  - Templates are evaluated in O(organizations) and in the options for signing in only, apart from O(compose), O(groups) and O(keyed_groups).
  - A host is named after its organization, its project, or its owning project and itself (C(payments-azure-prod)), in lower case, with everything but
    letters, digits, C(-), C(_) and C(.) replaced by C(-). Projects and connections of several organizations have the organization's name in front.
    Where two names would be equal, or mean something to Ansible, or belong to a host or group that is there already, a piece of the ID follows. Filters
    never rename a host.
  - Every variable of the lists below is defined on every host; it is null, or an empty list, where it has no meaning. So constructed inventories work with
    O(strict=true).
  - Of every kind are RV(ignore:azdo_kind), RV(ignore:azdo_organization) and RV(ignore:azdo_organization_url).
  - Of projects and connections are RV(ignore:azdo_project), RV(ignore:azdo_project_id), RV(ignore:azdo_project_description),
    RV(ignore:azdo_project_state) and RV(ignore:azdo_project_visibility), for a connection those of its owning project, and
    RV(ignore:azdo_connection_names) and RV(ignore:azdo_connection_ids), the names and ids of the connections that the host stands for; the ids of a project
    are null if its connections could not be read. RV(ignore:azdo_connections_left_out) are the ids of others of a project, which the filters leave out.
  - Of projects are RV(ignore:azdo_connection_count), which is null if the connections could not be read, RV(ignore:azdo_by_scheme),
    RV(ignore:azdo_by_issuer) and RV(ignore:azdo_eligible) (numbers by scheme, by issuer and by target), and RV(ignore:azdo_shares_with) (names of projects).
  - Of connections are RV(ignore:azdo_connection), RV(ignore:azdo_connection_id), RV(ignore:azdo_scheme), RV(ignore:azdo_creation_mode),
    RV(ignore:azdo_environment), RV(ignore:azdo_issuer), RV(ignore:azdo_eligible) (true or false by target), RV(ignore:azdo_codes) (reason codes by target),
    RV(ignore:azdo_shared), RV(ignore:azdo_projects) (names), RV(ignore:azdo_enabled), RV(ignore:azdo_state), RV(ignore:azdo_subscription_id),
    RV(ignore:azdo_subscription_name), RV(ignore:azdo_tenant_id), RV(ignore:azdo_client_id), RV(ignore:azdo_revert_deadline) and
    RV(ignore:azdo_revert_window), which is C(open), C(over), C(unknown) (the deadline cannot be understood) or C(none).
  - With O(include=usage) projects and connections have RV(ignore:azdo_last_used), RV(ignore:azdo_never_used) and
    RV(ignore:azdo_days_until_auto_disable); those of a project go by the latest use of any of its connections.
  - Eligible is what M(azdo.connections.azdo_arm_connection_info) calls so by the connection alone, without looking at the identity behind it. The targets are
    V(workload_identity_federation), V(service_principal) (the way back) and V(entra_issuer).
  - Hosts are in the groups C(azdo_organizations), C(azdo_projects) or C(azdo_connections), in C(azdo_organization_<name>), and, projects by any of their
    connections, in C(azdo_scheme_<scheme>), C(azdo_issuer_<issuer>) and C(azdo_eligible_<target>). Connections are in C(azdo_project_<name>) of their owning
    project. Projects that share connections, directly or through others, are together in a group C(azdo_shared_<hash>). C(azdo_used_lately), with
    O(include=usage), has what was used in the last 30 days. Names of groups have letters, digits and C(_) only.
  - The group C(azdo_incomplete) is there only if something could not be read, with all hosts of the organizations concerned, if there are any. So a play that
    must not miss anything fails with C(groups.azdo_incomplete is defined), and C(--limit) can leave these hosts out.
  - The group C(azdo_production) has what looks like production by O(production), a project also if the names of all of its connections do.
notes:
  - Sign-in options that are not given fall back to environment variables. They are for reading the inventory only. The
    tasks of a play sign in by themselves, with C(module_defaults) or with the same environment variables.
  - An organization that cannot be read is an error, not an organization without hosts, and so is one of whose projects none could be read, or none of those
    that O(include_projects) and O(exclude_projects) leave. One project among others that could not be read is a warning that names it, as are connections
    that are unreadable (their hosts are there, and nothing is eligible), use that could not be read, and an organization in which the caller can see no
    project.
  - An error leaves no hosts behind. By default Ansible only warns when an inventory cannot be read,
    and goes on without its hosts. Set E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) to V(true) to make that an error.
  - Azure DevOps leaves out of its lists what the caller may not see, without a word about it.
  - The cache holds what was read, before any filter. It is kept apart by organizations, by kind, and by the way to sign in, but not by the token.
  - A key of O(keyed_groups) that is null is an error of Ansible with O(strict=true). Write C(azdo_scheme or 'none') where a host may have none.
  - Names of projects and connections are data, and are never evaluated as templates. Up to ansible-core 2.18 keys of dictionaries cannot be protected,
    so do not make a name one, such as in O(compose).
requirements:
  - requests
  - azure-identity, unless signing in with a personal access token or a ready bearer token
extends_documentation_fragment:
  - azdo.connections._auth
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices:
      - azdo.connections.azdo
  hosts_from:
    description:
      - What becomes a host.
      - V(organization) costs one small request for each organization, which shows that the sign-in works. V(project) and V(connection) read the list of
        projects and the connections of each.
      - A connection is one host, however many projects share it.
    type: str
    choices:
      - organization
      - project
      - connection
    default: project
  organizations:
    description:
      - Names or addresses of organizations. They take the place of O(organization_url). All have the same sign-in, unless O(credentials_file) says otherwise.
      - Where neither is set, and no environment variable names an organization, they are those of O(credentials_file).
      - One that cannot be read is an error.
    type: list
    elements: str
    default: []
  include_projects:
    description:
      - Only these projects, or the connections that they own, become hosts, by name, ID or shell pattern such as V(team-*). Case does not matter.
      - A name or ID that does not exist, or that the caller cannot see, is an error, and so is a pattern that matches nothing.
    type: list
    elements: str
    default: []
  exclude_projects:
    description:
      - These projects, or the connections that they own, do not become hosts, by name, ID or shell pattern. Case does not matter.
      - A name, ID or pattern that matches nothing is an error, because what was meant would become a host.
    type: list
    elements: str
    default: []
  include_connections:
    description:
      - Only these connections become hosts, by name (in any of their projects), ID or shell pattern. Case does not matter.
      - Of projects, those with at least one connection that all filters of connections let through become hosts. Their variables and groups are then about
        these connections, except for RV(ignore:azdo_shares_with) and C(azdo_shared_<hash>). Those that O(include_connections), O(exclude_connections)
        and O(creation_modes) leave out are in RV(ignore:azdo_connections_left_out), by ID, and the role C(fleet) moves none of them. What a play of your own
        does in a project is up to the play. A project whose connections could not be read stays a host, with a warning.
      - A name or ID that does not exist, or that the caller cannot see, is an error, and so is a pattern that matches nothing, or something that is in none of
        the projects that O(include_projects) and O(exclude_projects) leave.
    type: list
    elements: str
    default: []
  exclude_connections:
    description:
      - Connections to leave out, by name, ID or shell pattern. Case does not matter. For projects see O(include_connections).
      - A name, ID or pattern that matches nothing is an error, because what was meant would become a host.
    type: list
    elements: str
    default: []
  schemes:
    description: Only connections with these authorization schemes. For projects see O(include_connections).
    type: list
    elements: str
    choices:
      - workload_identity_federation
      - service_principal
      - managed_identity
      - publish_profile
    default: []
  issuers:
    description: Only federated connections with these issuers of their tokens. For projects see O(include_connections).
    type: list
    elements: str
    choices:
      - azure_devops
      - entra
      - unknown
    default: []
  creation_modes:
    description:
      - Only connections whose identity was made by Azure DevOps (V(automatic)) or by a person (V(manual)). For projects see O(include_connections).
    type: list
    elements: str
    choices:
      - automatic
      - manual
    default: []
  eligible_for:
    description: Only connections that are eligible for one of these targets. For projects see O(include_connections).
    type: list
    elements: str
    choices:
      - workload_identity_federation
      - service_principal
      - entra_issuer
    default: []
  include:
    description:
      - What else to read.
      - V(usage) reads when pipelines last used each connection, with one request for each connection and project.
    type: list
    elements: str
    choices:
      - usage
    default: []
  production:
    description:
      - What production looks like in the name of a project or connection, as a regular expression that is searched for. Case does not matter.
    type: str
    default: (^|[^a-z])(prod|production|prd|live)([^a-z]|$)
  concurrency:
    description: How many requests may be under way at once, from 1 to 64.
    type: int
    default: 8
"""

EXAMPLES = r"""
# contoso.azdo.yml: a host for each project; who signs in is in the environment, for example AZDO_PERSONAL_ACCESS_TOKEN
plugin: azdo.connections.azdo
organization_url: https://dev.azure.com/contoso

# More files like that, each without the number signs:
# ---
# # Some projects only, in groups of our own, kept for an hour
# plugin: azdo.connections.azdo
# organization_url: https://dev.azure.com/contoso
# auth_source: azure_cli
# include_projects:
#   - team-*
# exclude_projects:
#   - team-sandbox-*
# strict: true
# groups:
#   rehearsal: azdo_project is match('team-test')
#   many_secrets: azdo_by_scheme.service_principal > 10
# keyed_groups:
#   - key: azdo_project_visibility
#     prefix: visibility
# cache: true
# cache_plugin: ansible.builtin.jsonfile
# cache_connection: .cache/azdo
# ---
# # A host for each organization, for plays that treat each as a whole
# plugin: azdo.connections.azdo
# hosts_from: organization
# organizations:
#   - contoso
#   - https://dev.azure.com/fabrikam
# ---
# # The projects of all organizations in a file that says who signs in to which
# plugin: azdo.connections.azdo
# credentials_file: ~/.config/azdo/credentials.yml
# ---
# # A host for each connection that can be converted, with the last use of each, in groups by the kind of use
# plugin: azdo.connections.azdo
# organization_url: https://dev.azure.com/contoso
# hosts_from: connection
# include:
#   - usage
# schemes:
#   - service_principal
# eligible_for:
#   - workload_identity_federation
# exclude_connections:
#   - "*sandbox*"
# strict: true
# compose:
#   application: azdo_client_id
# keyed_groups:
#   - key: azdo_subscription_name or 'none'
#     prefix: subscription
# groups:
#   unused: azdo_never_used is sameas true
"""

import functools
import hashlib
import json
import os
import re
import typing as t
from pathlib import Path

from ansible import constants as C  # noqa: N812 - the name that all of ansible-core uses
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AzdoError,
    MissingLibraryError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import SCHEMES, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import prose
from ansible_collections.azdo.connections.plugins.module_utils._model.revert_window import WINDOWS
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES, TARGETS
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, Shared
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.credentials_file import organizations_of
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import (
    SIGN_IN_OPTIONS,
    check_range,
    resolve,
)
from ansible_collections.azdo.connections.plugins.module_utils._yaml import RepeatedKeyError, refuse_repeated_keys
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.file_options import (
    Written,
    as_written,
    checked,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_selection import Selection, warnings
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.hosts import (
    ISSUERS,
    KINDS,
    STATES,
    Frame,
    Host,
    hosts,
    identity,
    standing_groups,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.read_service import read_organizations
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import TRUST, as_data

# Tasks must run in the Python that Ansible itself runs in: it has the libraries. And as the person who has started it, whatever a play says of all its hosts:
# another one has neither that Python nor the environment to sign in with, and the controller may have no sudo.
_LOCAL: dict[str, t.Any] = {
    **{
        name: value if TRUST is None else TRUST(value)
        for name, value in (
            ("ansible_connection", "local"),
            ("ansible_python_interpreter", "{{ ansible_playbook_python }}"),
        )
    },
    "ansible_become": False,
}

# Part of the key of a cache: what an older version has written may look otherwise.
_FORMAT = 3
_FILTERS = tuple(Selection.__dataclass_fields__)
_TEMPLATES = ("organizations", "organization", *SIGN_IN_OPTIONS)
# What an empty one of these would mean, and must not: a template or a variable without a value never makes more hosts.
_NARROWING = {
    **{name: "all projects" if name.endswith("projects") else "all connections" for name in _FILTERS},
    "organizations": "the organization of organization_url",
    "organization_url": "the organization of the environment variables",
}


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """See DOCUMENTATION."""

    NAME = "azdo.connections.azdo"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("azdo.yml", "azdo.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path)
        self._written = functools.partial(_written, loader, path)
        # What an error says is censored with these; sign-ins that come up later are added.
        runtimes: list[Runtime] = []
        try:
            self._read_config_data(path)
            _refuse_repeated_keys(_text(loader, path))
            selection = self._selection()
            runtimes += self._runtimes()
            organizations = self._organizations(path, runtimes, cache)
            selection.check(organizations, self.get_option("hosts_from"))
            frame = self._frame(inventory, runtimes[0])
            remarks = dict.fromkeys(text for runtime in runtimes for text in runtime.warnings)
            for text in (*remarks, *warnings(organizations, frame.kind)):
                self.display.warning(prose(_censored(text, runtimes)))
            for group in standing_groups(organizations, frame.kind):
                inventory.add_group(group)
            self._add_all(inventory, hosts(organizations, selection, frame))
        except MissingLibraryError as error:
            raise AnsibleParserError(missing_required_lib(error.library, reason=error.reason)) from None
        except AzdoError as error:
            raise AnsibleParserError(prose(_censored(str(error), runtimes))) from None

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """Between the file and ansible-core, which would not ask whether an option exists. :raises OptionError: something in the file cannot be meant."""
        if direct:
            documented = C.config.get_configuration_definitions(self.plugin_type, self._load_name)
            # What becomes of a template is judged like everything else.
            said = {name: self._evaluated(name, value) for name, value in direct.items()}
            direct = checked(said, documented, _NARROWING, self._written)
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)

    def _evaluated(self, name: str, value: t.Any) -> t.Any:
        if name not in _TEMPLATES:
            return value
        try:
            if isinstance(value, list):
                return [self.templar.template(entry) if isinstance(entry, str) else entry for entry in value]
            return self.templar.template(value) if isinstance(value, str) else value
        except AnsibleError as error:
            raise OptionError(f"{name} is a template that has no value: {error}") from None

    def _selection(self) -> Selection:
        selection = Selection(**{name: self.get_option(name) or () for name in _FILTERS})
        unread = [*selection.given, *(["include"] if self.get_option("include") else [])]
        if self.get_option("hosts_from") == "organization" and unread:
            raise OptionError(
                f"hosts_from is organization, which reads no projects and connections, so {' and '.join(unread)} cannot work.",
                remedy="Leave it out, or set hosts_from to project or connection.",
            )
        return selection

    def _runtimes(self) -> list[Runtime]:
        """What each organization is read with, the same organization once."""
        check_range("concurrency", self.get_option("concurrency"), 1, 64)
        options = {name: self.get_option(name) for name in SIGN_IN_OPTIONS}
        sign_in = resolve(options, os.environ)
        names = list(self.get_option("organizations") or ())
        shared = Shared()
        found: dict[str, Runtime] = {}
        of_file = [] if names or sign_in["organization_url"] else organizations_of(sign_in)
        for number, name in enumerate(names or of_file or [sign_in["organization_url"]], 1):
            params = {**options, "organization_url": name, "concurrency": self.get_option("concurrency")}
            runtime = Runtime(params=params, check_mode=True, diff_mode=False, environ=os.environ, shared=shared)
            try:
                found.setdefault(runtime.azure_devops.url.lower(), runtime)
            except OptionError as error:
                raise error.about(f"Entry {number} of organizations") if names else error from None
        return list(found.values())

    def _organizations(self, path: str, runtimes: list[Runtime], cache: bool) -> list[Json]:
        """What there is, from the cache or the service, in plain data."""
        kind, usage = self.get_option("hosts_from"), "usage" in self.get_option("include")
        caching = self.get_option("cache")
        key = f"{self.get_cache_key(path)}_{_cache_key(runtimes, kind, usage)}"
        if caching and cache and key in self._cache:
            return list(self._cache[key])
        found = read_organizations(runtimes, lists=kind != "organization", usage=usage)
        for organization in found:
            for project in organization["projects"]:
                project["problem"] = _censored(project["problem"], runtimes)
        if caching:
            self._cache[key] = found
        return found

    def _frame(self, inventory: t.Any, runtime: Runtime) -> Frame:
        try:
            production = re.compile(self.get_option("production"), re.IGNORECASE)
        except re.error as error:
            raise OptionError(f"production is no regular expression: {error}.", remedy="Check it.") from None
        return Frame(
            kind=self.get_option("hosts_from"),
            production=production,
            now=runtime.now(),
            reserved=set(self.get_option("groups") or ()),
            # Ansible would give the variables of a host to a group of that name, and make one host of two of different sources.
            taken={host.name: identity(host.vars) for host in inventory.hosts.values()}
            | dict.fromkeys(inventory.groups, ""),
        )

    def _add_all(self, inventory: t.Any, found: list[Host]) -> None:
        """All or none: ansible-core goes on with what an inventory that failed has left behind, which would be the hosts before the one that failed."""
        before = set(inventory.hosts)
        try:
            for host in found:
                self._add(inventory, host)
        except Exception:
            for name in set(inventory.hosts) - before:
                inventory.remove_host(inventory.hosts[name])
            raise

    def _add(self, inventory: t.Any, host: Host) -> None:
        # Not inventory.set_variable(), which prefers a group of that name; and thousands of hosts show what each call costs.
        added = inventory.hosts[inventory.add_host(host.name)]
        for group in host.groups:
            inventory.groups[inventory.add_group(group)].add_host(added)
        # Whoever may rename a project must not be able to run something on the controller.
        variables = {name: as_data(value, _OWN_WORDS) for name, value in host.variables.items()}
        added.vars.update({**variables, **_LOCAL})
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict=strict)


# Words of ours are what they are, so that ansible-inventory shows them without its marks of texts that others wrote.
_OWN_WORDS = {
    word: word if TRUST is None else TRUST(word)
    for word in (*KINDS, *TARGETS, *RULES, *SCHEMES.values(), *ISSUERS, *STATES, *WINDOWS, "automatic", "manual")
}


def _written(loader: t.Any, path: str) -> Written:
    return as_written(_text(loader, path))


def _text(loader: t.Any, path: str) -> str:
    """The inventory file as it is written, also if all of it is in a vault."""
    real = loader.get_real_file(path)
    try:
        return Path(real).read_text(encoding="utf-8")
    finally:
        loader.cleanup_tmp_file(real)


def _refuse_repeated_keys(text: str) -> None:
    """ansible-core warns, and takes the last: hosts that nobody meant, or some that are missing. :raises OptionError: a key stands twice."""
    try:
        refuse_repeated_keys(text)
    except RepeatedKeyError as error:
        raise OptionError(
            f"{error.key} stands for the second time in line {error.line}, so what was said first would not count.",
            remedy="Give each option once, with all of its entries.",
        ) from None


def _cache_key(runtimes: list[Runtime], kind: str, usage: bool) -> str:
    """Of what was read, and as whom: what is eligible depends on the kind of caller. Never of a secret. Filters come after the cache."""
    sessions = [runtime.session for runtime in runtimes]
    parts = [
        _FORMAT,
        kind,
        usage,
        sorted(
            [
                session.azure_devops.url.lower(),
                session.authorizer.method,
                session.sign_in["tenant"] or "",
                session.sign_in["client_id"] or "",
            ]
            for session in sessions
        ),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _censored(text: str | None, runtimes: list[Runtime]) -> t.Any:
    return remove_values(text, {secret for runtime in runtimes for secret in runtime.secrets}) if text else text
