# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: azdo
short_description: Projects of an Azure DevOps organization as hosts
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Every project that the caller can see becomes a host, so that C(--limit), C(serial) and one result per project work
    as for any other host.
  - The hosts are local. Nothing is ever run in a project, and no credential becomes a variable.
  - The file name must end in C(azdo.yml) or C(azdo.yaml).
  - A host is named after its project in lower case, with everything but letters, digits, C(-), C(_) and C(.) replaced
    by C(-). Where two names would be equal, or mean something to Ansible, a piece of the project's ID follows.
  - Each host has the variables RV(ignore:azdo_organization), RV(ignore:azdo_organization_url), RV(ignore:azdo_project),
    RV(ignore:azdo_project_id), RV(ignore:azdo_project_description), RV(ignore:azdo_project_state) and
    RV(ignore:azdo_project_visibility), all of them always defined, and is in the group C(azdo_projects).
notes:
  - Sign-in options that are not given fall back to environment variables. They are for reading the inventory only. The
    tasks of a play sign in by themselves, with C(module_defaults) or with the same environment variables.
  - By default Ansible only warns when an inventory cannot be read, and goes on without its hosts. Set
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) to V(true) to make that an error.
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
  include_projects:
    description:
      - Only these projects become hosts, by name, ID or shell pattern such as V(team-*). Case does not matter.
      - A name or ID that does not exist, or that the caller cannot see, is an error.
    type: list
    elements: str
    default: []
  exclude_projects:
    description: These projects do not become hosts, by name, ID or shell pattern. Case does not matter.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
# contoso.azdo.yml: a host for each project; who signs in is in the environment, for example AZDO_PERSONAL_ACCESS_TOKEN
plugin: azdo.connections.azdo
organization_url: https://dev.azure.com/contoso

---
# Some projects only, in groups of our own, kept for an hour
plugin: azdo.connections.azdo
organization_url: https://dev.azure.com/contoso
auth_source: azure_cli
include_projects:
  - team-*
exclude_projects:
  - team-sandbox-*
strict: true
groups:
  rehearsal: azdo_project is match('team-test')
keyed_groups:
  - key: azdo_project_visibility
    prefix: visibility
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: .cache/azdo
"""

import fnmatch
import hashlib
import os
import typing as t

from ansible import template
from ansible.errors import AnsibleParserError
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AzdoError,
    MissingLibraryError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._options import SIGN_IN_OPTIONS, resolve
from ansible_collections.azdo.connections.plugins.module_utils._pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._session import connect
from ansible_collections.azdo.connections.plugins.plugin_utils._host_names import host_names

if t.TYPE_CHECKING:
    from ansible_collections.azdo.connections.plugins.module_utils._azure_devops import AzureDevOps

# Since ansible-core 2.19 a text is a template only if it is marked as trusted; before, unless it is marked as unsafe.
TRUST: t.Callable[[str], str] | None = getattr(template, "trust_as_template", None)

GROUP = "azdo_projects"
# Tasks must run in the Python that Ansible itself runs in: it has the libraries.
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}

Record = dict[str, str]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """See DOCUMENTATION."""

    NAME = "azdo.connections.azdo"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("azdo.yml", "azdo.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path)
        self._read_config_data(path)
        try:
            records = self._records(path, cache)
            chosen = select(records, self.get_option("include_projects"), self.get_option("exclude_projects"))
        except MissingLibraryError as error:
            raise AnsibleParserError(missing_required_lib(error.library, reason=error.reason)) from None
        except AzdoError as error:
            raise AnsibleParserError(str(error)) from None
        inventory.add_group(GROUP)
        # Named before the selection, so that a filter never renames a host.
        names = host_names({record["azdo_project_id"]: record["azdo_project"] for record in records}, reserved=[GROUP])
        for record in chosen:
            self._add(inventory, names[record["azdo_project_id"]], record)

    def _records(self, path: str, cache: bool) -> list[Record]:
        sign_in = resolve({name: self._option(name) for name in SIGN_IN_OPTIONS}, os.environ)
        azure_devops = connect(sign_in, os.environ, Stop()).azure_devops
        caching = self.get_option("cache")
        # The organization may come from the environment, and then one file stands for several.
        key = f"{self.get_cache_key(path)}_{hashlib.sha256(azure_devops.url.encode()).hexdigest()[:10]}"
        if caching and cache and key in self._cache:
            return list(self._cache[key])
        records = project_records(azure_devops)
        if caching:
            self._cache[key] = records
        return records

    def _option(self, name: str) -> t.Any:
        value = self.get_option(name)
        return self.templar.template(value) if isinstance(value, str) else value

    def _add(self, inventory: t.Any, host: str, record: Record) -> None:
        inventory.add_host(host, group=GROUP)
        for name, value in LOCAL.items():
            inventory.set_variable(host, name, value if TRUST is None else TRUST(value))
        # Whoever may rename a project must not be able to run a template on the controller.
        variables = wrap_var(record) if TRUST is None else record
        for name, value in variables.items():
            inventory.set_variable(host, name, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)


def project_records(azure_devops: AzureDevOps) -> list[Record]:
    """Return the variables of each project that the caller can see; this is what the cache keeps."""
    return [
        {
            "azdo_organization": azure_devops.name,
            "azdo_organization_url": azure_devops.url,
            "azdo_project": project.name,
            "azdo_project_id": project.id,
            "azdo_project_description": project.description,
            "azdo_project_state": project.state,
            "azdo_project_visibility": project.visibility,
        }
        for project in azure_devops.projects()
    ]


def select(records: list[Record], include: t.Sequence[str], exclude: t.Sequence[str]) -> list[Record]:
    """Return the records that match include, if there is any, and do not match exclude."""
    for wanted in include:
        if not any(sign in wanted for sign in "*?[") and not any(_matches(record, [wanted]) for record in records):
            raise OptionError(
                f"include_projects names the project {wanted!r}, which does not exist or is not visible to the caller.",
                remedy="Check the name, and that the caller may view the project.",
            )
    return [
        record for record in records if (not include or _matches(record, include)) and not _matches(record, exclude)
    ]


def _matches(record: Record, patterns: t.Sequence[str]) -> bool:
    names = [record[key].casefold() for key in ("azdo_project", "azdo_project_id")]
    return any(fnmatch.fnmatchcase(name, pattern.casefold()) for name in names for pattern in patterns)
