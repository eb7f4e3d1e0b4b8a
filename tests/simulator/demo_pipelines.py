# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipelines of the demo that are worth a look; all others are implied by executions, and harmless."""

from __future__ import annotations

from .fleet import Fleet
from .pipeline_parts import designer_step
from .state import Connection, Project

_LEDGER = """\
trigger:
  branches:
    include: [main]
parameters:
- name: regions
  type: object
  default: [westeurope, northeurope]
stages:
- stage: Build
  jobs:
  - job: Build
    steps:
    - script: dotnet publish --output $(Build.ArtifactStagingDirectory)
    - publish: $(Build.ArtifactStagingDirectory)
      artifact: ledger
- ${{ each region in parameters.regions }}:
  - stage: Deploy_${{ region }}
    dependsOn: Build
    jobs:
    - deployment: Ledger
      environment: ledger-${{ region }}
      strategy:
        runOnce:
          deploy:
            steps:
            - template: templates/deploy.yml
              parameters:
                connection: ledger-prod
                region: ${{ region }}
"""
_LEDGER_TEMPLATE = """\
parameters:
- name: connection
  type: string
- name: region
  type: string
steps:
- task: AzureCLI@2
  displayName: Ledger in ${{ parameters.region }}
  inputs:
    azureSubscription: ${{ parameters.connection }}
    scriptType: bash
    scriptLocation: inlineScript
    inlineScript: az deployment group create --resource-group rg-ledger-${{ parameters.region }} --template-file ledger.bicep
- task: AzureFileCopy@4
  displayName: Static files
  inputs:
    azureSubscription: ${{ parameters.connection }}
    SourcePath: $(Pipeline.Workspace)/ledger/static
    Destination: AzureBlob
    storage: stledger
    ContainerName: static
"""
_ACCEPTANCE = """\
trigger: none
steps:
- checkout: self
- task: AzureCLI@2
  inputs:
    azureSubscription: azure-acceptance
    scriptType: bash
    scriptLocation: scriptPath
    scriptPath: deploy.sh
- task: AzureFileCopy@3
  enabled: false
  inputs:
    azureSubscription: azure-acceptance
    SourcePath: old
    Destination: AzureBlob
    storage: stacceptance
"""
_TERRAFORM = """\
trigger: none
steps:
- task: TerraformTaskV4@4
  displayName: Initialize
  inputs:
    provider: azurerm
    command: init
    backendServiceArm: reporting
    backendAzureRmStorageAccountName: stterraform
- task: TerraformTaskV4@4
  displayName: Apply
  inputs:
    provider: azurerm
    command: apply
    environmentServiceNameAzureRM: reporting
"""
_EXPORT = (
    "az login --service-principal --username $servicePrincipalId --password $servicePrincipalKey --tenant $tenantId\n"
    "az storage blob upload-batch --account-name stfraud --destination export --source export\n"
)
# What these pipelines mean to the connections that they use, in the words of the collection; all others are ready, or have no pipeline.
VERDICTS = {
    ("Payments", "ledger-prod"): "update_task",
    ("Payments", "fraud-detection"): "reads_secret",
    ("Web Shop", "search-prod"): "not_supported",
    ("Data Platform", "reporting"): "unknown",
}


def describe(fleet: Fleet) -> None:
    """One for each thing that a pipeline can mean to a conversion. They take over the executions that these connections have."""
    payments, shop, data = (fleet.project(name) for name in ("Payments", "Web Shop", "Data Platform"))
    fleet.yaml_pipeline(
        payments, "deploy-ledger", _LEDGER, repository="ledger", files={"templates/deploy.yml": _LEDGER_TEMPLATE},
        adopts=[_named(payments, "ledger-prod")],
    )  # fmt: skip
    fleet.yaml_pipeline(payments, "deploy-acceptance", _ACCEPTANCE, adopts=[_named(payments, "azure-acceptance")])
    fraud = _named(payments, "fraud-detection")
    export = designer_step(
        "AzureCLI@2",
        {
            "connectedServiceNameARM": fraud, "scriptType": "bash", "scriptLocation": "inlineScript",
            "inlineScript": _EXPORT, "addSpnToEnvironment": "true",
        },
        name="Export",
    )  # fmt: skip
    fleet.designer_pipeline(payments, "nightly-export", [export], folder="\\Operations", adopts=[fraud])
    search = _named(shop, "search-prod")
    deploy = designer_step(
        "ServiceFabricDeploy@1", {"applicationPackagePath": "search", "azureSubscriptionEndpoint": search}
    )
    fleet.release_pipeline(shop, "storefront", [{"name": "Production", "steps": [deploy]}], adopts=[search])
    fleet.yaml_pipeline(data, "reporting-infrastructure", _TERRAFORM, adopts=[_named(data, "reporting")])


def _named(project: Project, name: str) -> Connection:
    return next(item for item in project.connections.values() if item.name == name)
