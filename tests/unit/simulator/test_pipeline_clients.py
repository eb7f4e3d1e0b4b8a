# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's Python SDK reads pipelines from the simulator unchanged, by the ids of its routes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator import Fleet, Simulator, designer_step
from simulator.task_catalog import task_id

Simulate = Callable[..., Simulator]


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_reads_pipelines(simulate: Simulate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its caches (on disk and in classes) are private to the test."""
    monkeypatch.setenv("AZURE_DEVOPS_CACHE_DIR", str(tmp_path / "cache"))
    for name in [item for item in sys.modules if item.startswith("azure.devops")]:
        monkeypatch.delitem(sys.modules, name)
    from azure.devops.connection import Connection
    from msrest.authentication import BasicAuthentication

    fleet = Fleet()
    project = fleet.project("Büro München")
    connection = fleet.connection(project, "c")
    step = designer_step("AzureCLI@2", {"connectedServiceNameARM": connection})
    made = fleet.yaml_pipeline(project, "deploy", "steps:\n- script: x\n")
    run = fleet.build(made)
    fleet.release_pipeline(project, "store", [{"name": "prod", "steps": [step]}])
    group = fleet.task_group(project, "group", [step])
    fleet.variable_group(project, "secrets", connection)
    fleet.scale_set_pool("linux", project, connection)
    simulator = simulate(fleet)
    credentials = BasicAuthentication("", simulator.pat)
    sdk: Any = Connection(base_url=simulator.organization_url, creds=credentials).clients_v7_1
    build, tasks = sdk.get_build_client(), sdk.get_task_agent_client()
    assert [item.name for item in build.get_definitions(project.name)] == ["deploy"]
    assert build.get_definition(project.name, made.id).process["yamlFilename"] == "azure-pipelines.yml"
    records = build.get_build_timeline(project.name, run.id).records
    assert [item.task.name for item in records if item.task] == ["CmdLine"]
    (release,) = sdk.get_release_client().get_release_definitions(project.name, expand="environments")
    assert release.environments[0].deploy_phases[0]["workflowTasks"][0]["taskId"] == task_id("AzureCLI")
    assert [item.name for item in tasks.get_task_groups(project.name, group.id)] == ["group"]
    (secrets,) = tasks.get_variable_groups(project.name)
    assert (secrets.name, secrets.type) == ("secrets", "AzureKeyVault")
    (pool,) = sdk.get_elastic_client().get_elastic_pools()
    assert pool.service_endpoint_id == connection.id
    preview = sdk.get_pipelines_client().preview({"previewRun": True}, project.name, made.id)
    assert "task: CmdLine@2" in preview.final_yaml
    assert simulator.writes == []
