# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a script that gets the key of the service principal: it reads it, it does nothing with it, or nobody can tell."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import InstalledTasks
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.steps import Step, expressions_in, step_of

INSTALLED = InstalledTasks.from_api(
    [
        {
            "id": "46e4be58-730b-4389-8a2f-ea10b3e5e815",
            "name": "AzureCLI",
            "version": {"major": 2},
            "inputs": [
                {
                    "name": "connectedServiceNameARM",
                    "type": "connectedService:AzureRM",
                    "aliases": ["azureSubscription"],
                }
            ],
        }
    ]
)


def key_use(script: str) -> str:
    given = {
        "azureSubscription": "prod",
        "addSpnToEnvironment": "true",
        "scriptLocation": "inlineScript",
        "inlineScript": script,
    }
    step = step_of("AzureCLI", "2", given, INSTALLED, "")
    assert step
    return step.key_use


@pytest.mark.parametrize(
    "script",
    [
        "az group list",
        "az group list | jq -r '.[].name' && mkdir -p out",
        "# ./deploy\naz account show --query id -o tsv",
        "export ARM_OIDC_TOKEN=$idToken ARM_TENANT_ID=$tenantId\nterraform plan",
        "TF_LOG=debug terraform apply -auto-approve",
        "az group show -n $(group)",
        "name=$(az group list --query '[0].name')\necho $name",
        'if [ -z "$x" ]; then echo none; fi',
        "az login --service-principal -u a --federated-token $idToken --tenant t && mkdir -p out",
        "az deployment group create \\\n  --template-file main.bicep",
    ],
)
def test_these_do_nothing_with_it(script: str) -> None:
    assert key_use(script) == ""


@pytest.mark.parametrize(
    "script",
    [
        "echo $servicePrincipalKey",
        "Write-Host $env:servicePrincipalKey",
        "echo %SERVICEPRINCIPALKEY%",
        "az login --service-principal -u a -p $x --tenant t",
        "az login --service-principal -u a -p$KEY",
        "az login --service-principal \\\n  -u a \\\n  --password=$x",
        'az login --service-principal -u a -p"$x"',
    ],
)
def test_these_read_it(script: str) -> None:
    assert key_use(script) == "reads"


@pytest.mark.parametrize(
    "script",
    [
        *(
            "./deploy",
            "source ./lib",
            "bash ./deploy",
            "sudo ./deploy",
            "bash deploy",
            "node deploy",
            "python -m deploy",
            ". lib",
        ),
        *(
            "make deploy",
            "npm run deploy",
            "env | sort",
            "printenv",
            "Get-ChildItem env:",
            "& $x",
            "& './deploy.ps1'",
            "$cmd",
        ),
        *(
            "$(Deploy.Script) prod",
            "az group list\n$(deployScript)",
            "${{ parameters.script }}",
            "X=1 ./deploy",
            '"./deploy" now',
        ),
        *("az group list && ./deploy", "az group list; bash deploy", "name=$(./deploy)", "$x = ./deploy.ps1"),
    ],
)
def test_of_these_nobody_can_tell(script: str) -> None:
    assert key_use(script) == "unseen"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$(conn)", "$(conn)"),
        ("Server=x;Password=Hunter2;Database=$(db)", "$(db)"),
        ("a $[ variables.x ] b ${{ parameters.y }}", "$[ variables.x ] ${{ parameters.y }}"),
        ("$(((", "an expression"),
    ],
)
def test_of_a_text_with_an_expression_only_that_is_told(text: str, told: str) -> None:
    assert expressions_in(text) == told


def test_an_input_of_a_task_that_nobody_knows_is_a_doubt_only_if_it_is_an_expression_and_nothing_else() -> None:
    def named(**inputs: str) -> tuple[str, ...]:
        step = step_of("Own", "1", inputs, INSTALLED, "")
        assert isinstance(step, Step)
        return step.connections

    assert named(sqlConnectionString="Server=x;Password=Hunter2;Database=$(db)") == ()
    assert named(serviceConnection="$(conn)", path="$(folder)") == ("$(conn)",)
