# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_info in a process of its own, so that its memory is nobody else's: options as JSON in, JSON out.

It prints ``{seconds, megabytes, held_back, summary}``: the time of the task, the largest resident set that this process has had, the time (s) by which the
service and the pace of the client held it back, and the summary of the result.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, execute
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_info as module


def main() -> None:
    checked = ArgumentSpecValidator(module.ARGUMENT_SPEC).validate(json.load(sys.stdin))
    if checked.error_messages:
        raise SystemExit("\n".join(checked.error_messages))
    runtime = Runtime(params=checked.validated_parameters, check_mode=False, diff_mode=False, environ={})
    started = time.monotonic()
    result = execute(module.run, runtime)
    seconds = time.monotonic() - started
    if result.get("failed"):
        raise SystemExit(f"The task failed: {result['msg']}")
    told = {
        "seconds": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "held_back": runtime.azure_devops.pace.seconds_lost,
        "summary": result["summary"],
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
