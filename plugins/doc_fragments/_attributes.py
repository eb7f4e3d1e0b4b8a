# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the attributes that all modules share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return what it would change without changing anything.
  diff_mode:
    description: Returns in diff mode what has changed, or in check mode what would change.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
    support: full
  action_group:
    description: Use C(group/azdo.connections.azdo) in C(module_defaults) to set the sign-in options of all modules at once.
    support: full
    membership:
      - azdo.connections.azdo
  platform:
    description: Where the module can run. It talks to Azure DevOps over the network, so it usually runs on the controller.
    platforms: posix
    support: full
  async:
    description: Supports being used with the C(async) keyword.
    support: full
  fast_on_controller:
    description:
      - Runs inside the controller's process, without a new Python for each task and loop item, when the connection is V(local) without C(become),
        C(async) and C(environment) and the interpreter is the controller's own. Everywhere else it runs as any module does; results are the same.
    support: full
"""

    # Should be used together with the standard fragment.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module only reads.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
"""

    # For tasks that only bring together what others have registered.
    IN_PROCESS = r"""
options: {}
attributes:
  action:
    description: It is an action that runs inside ansible-playbook. No module of that name is ever sent to a host.
    support: full
  check_mode:
    description: Can run in check mode and return what it would change without changing anything.
    support: full
    details:
      - It changes nothing.
  diff_mode:
    description: Returns in diff mode what has changed, or in check mode what would change.
    support: N/A
    details:
      - It changes nothing.
  platform:
    description: Where it can run.
    platforms: posix
    support: full
"""
