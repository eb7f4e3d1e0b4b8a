# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether there is a person at a terminal who could answer.

PRIVATE to the collection, for actions: a job of AWX has a terminal, too, with nobody at it.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsiblePromptInterrupt, AnsiblePromptNoninteractive
from ansible.utils.display import Display
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.questions import WELCOME

# What AWX and automation controller tell every job, and what ansible-runner, which runs their jobs, tells every process.
_JOBS = ("awx_job_id", "tower_job_id")
_RUNNER = "AWX_ISOLATED_DATA_DIR"


def nobody_to_ask(extra: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> str:
    """Why no person would answer, as the end of a sentence; empty if one would. :param extra: the extra variables of the play."""
    if environ.get(_RUNNER):
        return "this is a job of ansible-runner, which nobody could answer"
    if job := next((name for name in _JOBS if name in extra), ""):
        return f"this is a job ({job} is set), which nobody could answer"
    try:
        # Shows the text and comes back at once.
        Display().prompt_until(WELCOME, seconds=0)
    except AnsiblePromptNoninteractive:
        return "there is no terminal to ask on"
    except AnsiblePromptInterrupt:
        return "it was interrupted"
    return ""
