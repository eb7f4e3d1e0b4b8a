# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scope levels and environments of Azure connections: their data keys, URLs and ARM scopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RESOURCE_MANAGER_URLS = {  # observed: 2.8
    "AzureCloud": "https://management.azure.com/",
    "AzureUSGovernment": "https://management.usgovcloudapi.net/",
    "AzureChinaCloud": "https://management.chinacloudapi.cn/",
    "AzureGermanCloud": "https://management.microsoftazure.de",
    "AzureStack": "https://management.local.azurestack.external",
}


@dataclass(frozen=True)
class Scope:
    level: str
    subscription_id: str
    subscription_name: str
    resource_group: str | None
    management_group_id: str
    management_group_name: str
    ml_workspace: str
    ml_location: str

    def data(self) -> dict[str, str]:
        """Keys of `data` for this scope."""  # observed: 2.5, 2.9
        if self.level == "ManagementGroup":
            return {
                "scopeLevel": "ManagementGroup",
                "managementGroupId": self.management_group_id,
                "managementGroupName": self.management_group_name,
            }
        found = {
            "scopeLevel": self.level,
            "subscriptionId": self.subscription_id,
            "subscriptionName": self.subscription_name,
        }
        if self.level == "AzureMLWorkspace":
            found["resourceGroupName"] = self.resource_group or "rg-research"
            found["mlWorkspaceName"] = self.ml_workspace
            found["mlWorkspaceLocation"] = self.ml_location
        elif self.resource_group:
            found["resourceGroupName"] = self.resource_group
        return found

    def arm_scope(self) -> str:
        return arm_scope(self.data())


def in_parameters(subscription_id: str, resource_group: str) -> str:
    """`authorization.parameters.scope` of a resource group, as Terraform spells it."""  # observed: 2.9
    return f"/subscriptions/{subscription_id}/resourcegroups/{resource_group}"


def role_scope(data: Mapping[str, str]) -> str:
    """Where Azure DevOps assigns the role of an automatic connection: at the resource group, if there is one."""  # observed: 2.9 (MDW)
    group = data.get("resourceGroupName")
    return f"{arm_scope(data)}/resourceGroups/{group}" if group and data.get("subscriptionId") else arm_scope(data)


def arm_scope(data: Mapping[str, str]) -> str:
    """The ARM id that the connection is for, from its `data`."""
    if data.get("scopeLevel") == "ManagementGroup":
        return f"/providers/Microsoft.Management/managementGroups/{data.get('managementGroupId', '')}"
    return f"/subscriptions/{data.get('subscriptionId', '')}"
