# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: host_waves
short_description: Put the hosts of a play in waves
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Puts hosts in the order in which a fleet should move, and says how large the waves are, for the keywords C(hosts) and C(serial) of a play.
  - The first wave is the canary. A host that is used lately and does not look like production comes first, then the others that do not look like production.
  - Hosts that share a connection are in the same wave, so a wave may be larger than asked for. Hosts with nothing to move come last and do not count.
  - All that is read from the groups that P(azdo.connections.azdo#inventory) makes, because play keywords do not see the variables of hosts. In an inventory
    without these groups the hosts stay in their order.
options:
  _input:
    description: The names of the hosts.
    type: list
    elements: str
    required: true
  groups:
    description: C(groups).
    type: dict
    required: true
  sizes:
    description: The sizes of the waves, as a list or as one text with commas; numbers of hosts, or percentages of those that have something to move.
    type: raw
    default: 1,10%,100%
  to:
    description: Where they are to be moved.
    type: str
    choices:
      - workload_identity_federation
      - service_principal
      - entra_issuer
    default: workload_identity_federation
  canary:
    description: >-
      Hosts that go first because a person wants it, as a list or as one text with commas. The name of a project means the host that the inventory plugin made
      of it.
    type: raw
  named:
    description: The pattern with which a person named the hosts, if any did. Without one the input is the default, which must not come to mean everything.
    type: raw
  among:
    description: >-
      C(ansible_play_hosts_all), the hosts that C(--limit) leaves. With it, it is an error if no host is left, if localhost is only the default although the
      inventory has hosts of this collection, or if a source of the inventory is missing. Ansible would end such a play with success.
    type: list
    elements: str
  limit:
    description: C(ansible_limit).
    type: str
  sources:
    description: C(ansible_inventory_sources).
    type: list
    elements: str
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Convert in waves
  hosts: "{{ __waves.hosts }}"
  serial: "{{ __waves.serial }}"
  gather_facts: false
  vars:
    __waves: "{{ groups['azdo_projects'] | azdo.connections.host_waves(groups, '1,10%,100%') }}"
  tasks:
    - name: Say who is in this wave
      ansible.builtin.debug:
        msg: "{{ ansible_play_batch }}"
      run_once: true
"""

RETURN = r"""
_value:
  description: C(hosts), the names in their new order, and C(serial), the sizes of the waves in hosts.
  type: dict
"""

import os
import typing as t

from ansible import context
from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import choice, texts, wave_sizes
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_hosts import Inventory, hosts_of_play
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import DEFAULT_SIZES
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import FEDERATION, TARGETS
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.wave_members import hosts_as_members
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.waves import in_waves
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def host_waves(
    value: t.Any,
    groups: t.Any,
    sizes: t.Any = DEFAULT_SIZES,
    to: str = FEDERATION,
    canary: t.Any = None,
    named: t.Any = None,
    among: t.Any = None,
    limit: t.Any = "",
    sources: t.Any = None,
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    if not isinstance(groups, t.Mapping):
        raise AnsibleFilterError("host_waves: groups must be the variable groups of Ansible.")
    hosts = texts("host_waves", "the input", value)
    if among is not None:
        _check_skipping()
        inventory = Inventory(
            groups=groups,
            among=texts("host_waves", "among", among),
            limit=str(limit or ""),
            sources=[str(source) for source in sources or ()],
        )
        try:
            hosts = hosts_of_play(named, hosts, inventory)
        except ValueError as error:
            raise AnsibleFilterError(f"Nothing was looked at and nothing was changed: {error}.") from None
    members = hosts_as_members(
        hosts, groups, choice("host_waves", "to", to, TARGETS), texts("host_waves", "canary", canary)
    )
    # With among it is a playbook of the collection, whose sizes are a variable.
    waves = in_waves(members, wave_sizes("host_waves" if among is None else "fleet_serial", sizes))
    return {"hosts": [host for wave in waves for host in wave], "serial": [len(wave) for wave in waves]}


def _check_skipping() -> None:
    """A playbook of this collection that skips some of its own tasks would end with success and have done nothing, or not have checked what it does."""
    asked = context.CLIARGS
    ours = any(
        str(name).startswith("azdo.connections.") or "/azdo/connections/playbooks/" in os.path.abspath(str(name))
        for name in asked.get("args") or ()
    )
    tags = ours and tuple(asked.get("tags") or ("all",)) != ("all",)
    skipped = ours and {"all", "untagged"} & set(asked.get("skip_tags") or ())
    start = ours and asked.get("start_at_task")
    for option, given in (("--tags", tags), ("--skip-tags", skipped), ("--start-at-task", start)):
        if given:
            raise AnsibleFilterError(
                f"Nothing was looked at and nothing was changed: {option} would leave tasks of this playbook out. Leave it away."
            )


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"host_waves": returns_data(host_waves)}
