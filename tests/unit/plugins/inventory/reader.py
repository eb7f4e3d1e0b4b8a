# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads one inventory file after the other with the plugin, as ansible-core loads it: the path of one on each line in, what became of it as JSON out.

A process of its own, because ansible-core finds the plugins of collections only if nobody has imported one before.
"""

from __future__ import annotations

import json
import sys
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, inventory_loader

NAME = "azdo.connections.azdo"


def outcome(path: str) -> dict[str, t.Any]:
    """Shape: ``{hosts: [name], error: text}``; with an error, the hosts that were left behind. Any error that is no sentence for a person ends the process."""
    inventory = InventoryData()
    try:
        inventory_loader.get(NAME).parse(inventory, DataLoader(), path)
    except AnsibleError as error:
        return {"hosts": sorted(inventory.hosts), "error": str(error)}
    return {"hosts": sorted(inventory.hosts), "error": None}


def main() -> None:
    init_plugin_loader([])
    plugin = inventory_loader.get(NAME)
    print(json.dumps(constants.config.get_configuration_definitions("inventory", plugin._load_name)), flush=True)
    for line in sys.stdin:
        print(json.dumps(outcome(line.strip())), flush=True)


if __name__ == "__main__":
    main()
