# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The places in Azure that somebody may name: subscriptions, management groups and machine learning workspaces.

The lists of the portal, Resource Manager and the tests share them, so that a name means the same wherever it is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Subscription:
    """Names are not unique."""  # documented: look-ups

    id: str
    name: str
    tenant_id: str
    state: str = "Enabled"


@dataclass
class ManagementGroup:
    """`id` is the short one, which the address ends with; `name` is what people read."""  # documented: look-ups

    id: str
    name: str
    tenant_id: str


@dataclass
class Workspace:
    """A machine learning workspace."""

    name: str
    subscription_id: str
    resource_group: str
    location: str


class Places:
    """What there is. The keys are ids in lower case, as Azure compares them."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.management_groups: dict[str, ManagementGroup] = {}
        self.workspaces: list[Workspace] = []

    def add_subscription(self, subscription: Subscription) -> Subscription:
        self.subscriptions[subscription.id.lower()] = subscription
        return subscription

    def add_management_group(self, group: ManagementGroup) -> ManagementGroup:
        self.management_groups[group.id.lower()] = group
        return group

    def add_workspace(self, workspace: Workspace) -> Workspace:
        self.workspaces.append(workspace)
        return workspace
