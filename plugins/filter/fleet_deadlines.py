# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_deadlines
short_description: Find what runs out in a fleet
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Looks through the rows of M(azdo.connections.azdo_arm_connection_info) for deadlines that are near, and says what could not be told.
options:
  _input:
    description: What M(azdo.connections.azdo_arm_connection_info) returned, or what P(azdo.connections.merge_results#filter) made of many results.
    type: dict
    required: true
  days:
    description: >-
      How many days ahead to look, by kind. C(revert) is the end of the way back after a conversion, C(secret) the end of a stored secret (needs C(identity)),
      C(unused) the day on which Azure DevOps disables a connection that nobody uses (needs C(usage)), C(issuer) the retirement of the Azure DevOps
      issuer (for connections of other types, too, where C(other_types) was read), C(leftover) a secret that the application of a federated connection still
      has (needs C(identity)), C(not_ready) a connection in another state than ready, C(unread) one that is seen in part only. The number of days of the last
      three has no meaning.
    type: dict
    required: true
  now:
    description: The time, in UTC. If not set, the present.
    type: str
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Read the fleet
  azdo.connections.azdo_arm_connection_info:
    include: [usage]
  register: fleet

- name: Say what needs care in the next two weeks
  ansible.builtin.debug:
    msg: "{{ (fleet | azdo.connections.fleet_deadlines({'revert': 2, 'unused': 14})).lines }}"
"""

RETURN = r"""
_value:
  description: C(due), the deadlines in the order of time, C(unknown), sentences about what could not be told, and C(lines), both as sentences.
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import (
    as_result,
    moment,
    whole_number,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import KINDS, findings
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data

# What is new against an earlier report only the role knows.
_KINDS = (*KINDS, "not_ready", "unread")


def fleet_deadlines(value: t.Any, days: t.Any, now: str | None = None) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    odd = [kind for kind in days if kind not in _KINDS] if isinstance(days, t.Mapping) else ["?"]
    if odd:
        raise AnsibleFilterError(
            f"fleet_deadlines: days must be a dictionary with keys out of {', '.join(_KINDS)}, not {days!r}."
        )
    limits = {str(kind): whole_number("fleet_deadlines", str(kind), limit) for kind, limit in days.items()}
    return findings(as_result("fleet_deadlines", value), limits, moment("fleet_deadlines", now))


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"fleet_deadlines": returns_data(fleet_deadlines)}
