# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_report
short_description: Make a report of service connections that people like to look at
version_added: 0.1.0
author:
  - azdo.connections contributors (@azdo-connections)
description:
  - Turns the result of M(azdo.connections.azdo_arm_connection_info) or M(azdo.connections.azdo_arm_connection_convert) into a text to write to a file.
  - The HTML page is a single file. It loads nothing and sends nothing, its table can be sorted and filtered, and it works without scripts, too.
  - HTML, CSV and Markdown have the same rows and columns. A fact that could not be read is V(unknown) in all of them. HTML and Markdown leave out
    columns that are empty for every connection.
  - What could not be seen stands at the top of HTML and Markdown.
options:
  _input:
    description: >-
      What M(azdo.connections.azdo_arm_connection_info) or M(azdo.connections.azdo_arm_connection_convert) returned, or what
      P(azdo.connections.merge_results#filter) made of the results of many hosts.
    type: dict
    required: true
  format:
    description:
      - V(html) is a page for people.
      - V(csv) is a table for spreadsheets and programs. Texts that a spreadsheet would calculate begin with an apostrophe.
      - V(markdown) is for a pull request, or for the summary of a pipeline.
      - V(json) is the result itself, without what Ansible adds to it, and when it was made.
      - V(junit) is for the test results of a pipeline, with a case for each connection. What could not be read is an error, a project that shows no connection
        is skipped.
    type: str
    choices:
      - html
      - csv
      - markdown
      - json
      - junit
    default: html
  title:
    description: Title of the report. By default it says what the report is about.
    type: str
  now:
    description: The time from which days left are counted, such as V(2026-11-30T09:15:00Z). By default the present.
    type: str
seealso:
  - plugin: azdo.connections.merge_results
    plugin_type: filter
  - plugin: azdo.connections.fleet_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the fleet, with last use and secrets
  azdo.connections.azdo_arm_connection_info:
    include:
      - usage
      - identity
  register: fleet

- name: Write a page that can be opened in any browser
  ansible.builtin.copy:
    content: "{{ fleet | azdo.connections.fleet_report }}"
    dest: fleet.html
    mode: "0644"

- name: Write the same for a spreadsheet
  ansible.builtin.copy:
    content: "{{ fleet | azdo.connections.fleet_report(format='csv') }}"
    dest: fleet.csv
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The report.
  type: str
"""

import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.plugin_utils._input.argument_checks import as_result, choice
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import FORMATS, moment, report
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import returns_data


def fleet_report(value: t.Any, format: str = "html", title: str | None = None, now: str | None = None) -> str:
    """See DOCUMENTATION."""
    result = as_result("fleet_report", value)
    chosen = choice("fleet_report", "format", format, FORMATS)
    when = moment(str(now)) if now else datetime.now(timezone.utc)
    if when is None:
        raise AnsibleFilterError(f"fleet_report: now must be a time such as 2026-11-30T09:15:00Z, not {now!r}.")
    return report(result, chosen, when, str(title or ""))


class FilterModule:
    """Ansible asks this class which filters the file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"fleet_report": returns_data(fleet_report)}
