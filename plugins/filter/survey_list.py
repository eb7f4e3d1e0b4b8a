# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: survey_list
short_description: Read a list as a survey sends it
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - A survey sends a list as one text, with commas or line breaks between the values, and an optional answer as an empty text.
options:
  _input:
    description: A list, a text, or nothing.
    type: raw
    required: true
seealso:
  - name: The role azdo.connections.fleet
    description: Uses it; its task files show how.
    link: https://github.com/azdo-connections/azdo.connections/tree/main/roles/fleet
"""

EXAMPLES = r"""
- name: Show what was chosen
  ansible.builtin.debug:
    msg: "{{ answer | azdo.connections.survey_list | default('everything', true) }}"
  vars:
    answer: |-
      Payments
      Web Shop, Mobile Apps
"""

RETURN = r"""
_value:
  description: The values, or null if nothing was given. An empty list stays an empty list, which means "none".
  type: list
  elements: str
"""

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.argument_checks import given
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def survey_list(value: t.Any) -> list[str] | None:
    """See DOCUMENTATION."""
    return given("survey_list", "the input", value)


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"survey_list": returns_data(survey_list)}
