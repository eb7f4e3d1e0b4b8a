# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks of Azure Pipelines support workload identity federation, as Microsoft's table says. Data only; a task that is not here is unknown.

PRIVATE to the collection. It is a Python file because a module that runs in a process of its own gets nothing else along.
"""

from __future__ import annotations

SOURCE = "https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity"
AS_OF = "2025-03-12"

# task, major version, whether its Azure Resource Manager input takes such a connection, and what to use instead of it.
TABLE = """
task,major,support,use_instead
AutomatedAnalysis,0,yes,
AzureAppServiceManage,0,yes,
AzureAppServiceSettings,1,yes,
AzureCLI,1,yes,
AzureCLI,2,yes,
AzureCloudPowerShellDeployment,1,no,AzureCloudPowerShellDeployment@2
AzureCloudPowerShellDeployment,2,yes,
AzureContainerApps,0,yes,
AzureContainerApps,1,yes,
AzureFileCopy,1,no,AzureFileCopy@6
AzureFileCopy,2,no,AzureFileCopy@6
AzureFileCopy,3,no,AzureFileCopy@6
AzureFileCopy,4,no,AzureFileCopy@6
AzureFileCopy,5,no,AzureFileCopy@6
AzureFileCopy,6,yes,
AzureFunctionApp,1,yes,
AzureFunctionApp,2,yes,
AzureFunctionAppContainer,1,yes,
AzureFunctionOnKubernetes,0,no,AzureFunctionOnKubernetes@1
AzureFunctionOnKubernetes,1,yes,
AzureIoTEdge,2,yes,
AzureKeyVault,1,yes,
AzureKeyVault,2,yes,
AzureMonitor,0,no,AzureMonitor@1
AzureMonitor,1,yes,
AzureMysqlDeployment,1,yes,
AzureNLBManagement,1,no,
AzurePolicyCheckGate,0,yes,
AzurePowerShell,2,yes,
AzurePowerShell,3,yes,
AzurePowerShell,4,yes,
AzurePowerShell,5,yes,
AzureResourceGroupDeployment,2,yes,
AzureResourceManagerTemplateDeployment,3,yes,
AzureRmWebAppDeployment,3,yes,
AzureRmWebAppDeployment,4,yes,
AzureSpringCloud,0,yes,
AzureVmssDeployment,0,yes,
AzureWebApp,1,yes,
AzureWebAppContainer,1,yes,
ContainerBuild,0,yes,
ContainerStructureTest,0,yes,
Docker,0,yes,
Docker,1,yes,
Docker,2,yes,
DockerCompose,0,yes,
DockerCompose,1,yes,
DotNetCoreCLI,2,yes,
HelmDeploy,0,yes,
HelmDeploy,1,yes,
InvokeRESTAPI,1,yes,
JavaToolInstaller,0,yes,
JenkinsDownloadArtifacts,1,yes,
Kubernetes,0,no,Kubernetes@1
Kubernetes,1,yes,
KubernetesManifest,0,no,KubernetesManifest@1
KubernetesManifest,1,yes,
Maven,4,yes,
Notation,0,yes,
PackerBuild,0,no,PackerBuild@1
PackerBuild,1,yes,
PublishToAzureServiceBus,1,no,PublishToAzureServiceBus@2
PublishToAzureServiceBus,2,yes,
ServiceFabricComposeDeploy,0,no,
ServiceFabricDeploy,1,no,
SqlAzureDacpacDeployment,1,yes,
VSTest,3,yes,
"""
