# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the people of a pipeline do, by the control route: they replace something, and it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from simulator import Fleet, Simulator, demo_fleet, designer_step
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
TEMPLATE = "steps:\n- task: AzureFileCopy@4\n  inputs:\n    azureSubscription: c\n"


def change(simulator: Simulator, project: str, pipeline: str, texts: object) -> requests.Response:
    body = {"project": project, "pipeline": pipeline, "replace": texts}
    return requests.post(f"{simulator.control_url}/pipelines", json=body, timeout=10)


def changed(simulator: Simulator, pipeline: str, texts: dict[str, str]) -> list[str]:
    """The tasks of the run that it tells of."""
    answer = change(simulator, "P", pipeline, texts)
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["tasks"]
    return found


def latest(rest: Rest, identifier: str) -> dict[str, Any]:
    rows = rest.get(f"P/_apis/serviceendpoint/{identifier}/executionhistory").json()["value"]
    found: dict[str, Any] = rows[0]["data"]
    return found


def test_every_file_of_the_repository_and_a_run_with_what_the_last_one_used(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    older, one, two = (fleet.connection(project, name) for name in "acd")
    made = fleet.yaml_pipeline(
        project, "deploy", "steps:\n- template: t.yml\n", files={"t.yml": TEMPLATE}, uses=[one, two]
    )
    fleet.build(made, timedelta(days=3), [older])
    simulator = simulate(fleet)
    rest = Rest(simulator)
    assert changed(simulator, "deploy", {"AzureFileCopy@4": "AzureFileCopy@6"}) == ["AzureFileCopy@6"]
    text = rest.send("POST", f"P/_apis/pipelines/{made.id}/preview", json={"previewRun": True}).json()["finalYaml"]
    assert "AzureFileCopy@6" in text
    assert "AzureFileCopy@4" not in text
    runs = [latest(rest, item.id) for item in (one, two)]
    assert runs[0]["owner"]["id"] == runs[1]["owner"]["id"] != latest(rest, older.id)["owner"]["id"]
    assert {item["result"] for item in runs} == {"succeeded"}
    records = rest.get(f"P/_apis/build/builds/{runs[0]['owner']['id']}/timeline").json()["records"]
    assert [item["task"]["version"][0] for item in records if item["task"]] == ["6"]
    assert simulator.writes == []


def test_steps_of_a_designer_and_of_its_task_groups(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    group = fleet.task_group(project, "g", [designer_step("AzureFileCopy@4", {"ConnectedServiceNameARM": connection})])
    script = designer_step("AzureCLI@2", {"inlineScript": "echo $servicePrincipalKey"})
    made = fleet.designer_pipeline(
        project, "classic", [designer_step(group), designer_step(group), script], uses=[connection]
    )
    simulator = simulate(fleet)
    texts = {"AzureFileCopy@4": "AzureFileCopy@6", "$servicePrincipalKey": "$idToken"}
    assert changed(simulator, "classic", texts) == ["AzureFileCopy@6", "AzureFileCopy@6", "AzureCLI@2"]
    definition = Rest(simulator).get(f"P/_apis/build/definitions/{made.id}").json()
    assert definition["process"]["phases"][0]["steps"][2]["inputs"]["inlineScript"] == "echo $idToken"
    assert definition["revision"] == 4


def test_stages_of_a_release(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    step = designer_step("AzureFileCopy@4", {"ConnectedServiceNameARM": connection})
    fleet.release_pipeline(project, "store", [{"name": "test", "steps": [step]}, {"name": "prod"}], uses=[connection])
    simulator = simulate(fleet)
    before = latest(Rest(simulator), connection.id)["owner"]["id"]
    assert changed(simulator, "store", {"AzureFileCopy@4": "AzureFileCopy@6"}) == ["AzureFileCopy@6"]
    assert latest(Rest(simulator), connection.id)["owner"]["id"] != before


@pytest.mark.parametrize(
    ("pipeline", "texts", "said"),
    [
        ("deploy", {"AzureFileCopy@5": "AzureFileCopy@6"}, "'AzureFileCopy@5' is nowhere in deploy"),
        ("deploy", {"t.yml": "u.yml"}, "File /u.yml not found"),
        ("implied", {}, "0 described pipelines 'implied' in the project 'P'"),
        ("deploy", 5, "control: "),
    ],
)
def test_what_cannot_be_changed_stays(pipeline: str, texts: object, said: str, simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c", last_used=timedelta(days=2), definition=(7, "implied"))
    made = fleet.yaml_pipeline(
        project, "deploy", "steps:\n- template: t.yml\n", files={"t.yml": TEMPLATE}, uses=[connection]
    )
    files, runs = dict(made.repository.files), len(connection.history[project.id])
    answer = change(simulate(fleet), "P", pipeline, texts)
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert (made.repository.files, len(connection.history[project.id])) == (files, runs)


def test_the_ledger_of_the_demo(simulate: Simulate) -> None:
    answer = change(simulate(demo_fleet()), "Payments", "deploy-ledger", {"AzureFileCopy@4": "AzureFileCopy@6"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["tasks"].count("AzureFileCopy@6") == 2
