# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The in-process front door of azdo_arm_connection_info."""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_info
from ansible_collections.azdo.connections.plugins.plugin_utils._front_door import InProcessAction


class ActionModule(InProcessAction):
    MODULE = azdo_arm_connection_info
