# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the readiness of pipelines is judged, as every module says it that looks at them."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of ``module_utils/_inspect/readiness_options.py``."""

    DOCUMENTATION = r"""
options:
  readiness_expand:
    description:
      - Whether pipelines in YAML are expanded by Azure DevOps, with a dry run that queues nothing, to see the inputs and scripts of their steps. That is one
        request for each pipeline of the projects.
      - Without it, what a pipeline in YAML does is known from its runs alone.
    type: bool
    default: false
  task_support:
    description:
      - Tasks that support workload identity federation, or do not, beside those of Microsoft's table; for the tasks of extensions. A row of yours wins.
      - What holds a connection and is no task has a row, too, with V(variable_group), V(scale_set_pool) or V(container_resource) as O(task_support[].task),
        and V(*) as O(task_support[].major).
    type: list
    elements: dict
    suboptions:
      task:
        description:
          - Name of the task, such as V(TerraformTaskV4), or with its version V(TerraformTaskV4@4).
        type: str
        required: true
      major:
        description:
          - Major version, such as V(4), or V(*) for all of them.
        type: str
      support:
        description:
          - Whether it supports workload identity federation.
        type: bool
        required: true
      use_instead:
        description:
          - What to use instead if it does not, such as V(AzureFileCopy@6).
        type: str
  task_support_file:
    description:
      - The same as a file, a list in YAML or JSON, or a CSV table with the columns C(task), C(major), C(support) (V(yes) or V(no)) and C(use_instead).
    type: path
"""
