# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which pipelines use which connection: definitions, runs, releases, tasks and groups, and who may read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from simulator import Fleet, Simulator, Variable, demo_fleet, designer_step, is_write
from simulator.pipeline_state import RunTask
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
DEFINITIONS = "P/_apis/build/definitions"
RELEASES = "P/_apis/release/definitions"
ALL = {"includeAllProperties": "true"}
CLI = "steps:\n- task: AzureCLI@2\n  inputs:\n    azureSubscription: c\n    inlineScript: az account show\n"


def values(rest: Rest, path: str, **params: Any) -> list[dict[str, Any]]:
    answer = rest.get(path, **params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["count"] == len(body["value"])
    found: list[dict[str, Any]] = body["value"]
    return found


def history(rest: Rest, identifier: str) -> list[dict[str, Any]]:
    return [item["data"] for item in values(rest, f"P/_apis/serviceendpoint/{identifier}/executionhistory")]


def ran(rest: Rest, build: int) -> list[tuple[str, str, str | None]]:
    """Name, version and result of the tasks of a run."""
    records = rest.get(f"P/_apis/build/builds/{build}/timeline").json()["records"]
    return [(item["task"]["name"], item["task"]["version"], item["result"]) for item in records if item["task"]]


# -- definitions ---------------------------------------------------------------------------------------------------------
def test_a_yaml_pipeline_is_a_definition(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    secret, open_ = Variable("s3cret", secret=True), Variable("west", settable=True)
    group = fleet.variable_group(project, "shared", variables={"a": "b"})
    made = fleet.yaml_pipeline(
        project, "deploy", CLI, folder="\\Team", variables={"key": secret, "region": open_}, variable_groups=[group]
    )
    rest = Rest(simulate(fleet))
    (found,) = values(rest, DEFINITIONS, **ALL)
    assert (found["id"], found["name"], found["path"]) == (made.id, "deploy", "\\Team")
    assert (found["type"], found["queueStatus"], found["quality"]) == ("build", "enabled", "definition")
    assert found["process"] == {"type": 2, "yamlFilename": "azure-pipelines.yml"}
    assert (found["repository"]["type"], found["repository"]["name"]) == ("TfsGit", "P")
    assert found["project"]["id"] == project.id
    assert found["variables"] == {
        "key": {"value": None, "isSecret": True}, "region": {"value": "west", "allowOverride": True},
    }  # fmt: skip
    assert [item["name"] for item in found["variableGroups"]] == ["shared"]
    assert f"definitionId={made.id}" in found["_links"]["web"]["href"]
    assert rest.get(f"{DEFINITIONS}/{made.id}").json() == found


def test_only_includeallproperties_brings_the_process(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI)
    (short,) = values(Rest(simulate(fleet)), DEFINITIONS)
    assert not {"process", "repository", "variables", "variableGroups"} & set(short)
    assert short["name"] == "deploy"


def test_a_designer_keeps_ids_of_connections_and_task_groups(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    group = fleet.task_group(project, "copy", [designer_step("AzureFileCopy@4")], {"where": "x"})
    off = designer_step("AzureCLI@1", {"connectedServiceNameARM": connection}, enabled=False, name="Old")
    fleet.designer_pipeline(project, "classic", [off, designer_step(group, {"where": "y"})])
    (found,) = values(Rest(simulate(fleet)), DEFINITIONS, **ALL)
    assert found["process"]["type"] == 1
    first, second = found["process"]["phases"][0]["steps"]
    assert (first["enabled"], first["displayName"]) == (False, "Old")
    assert first["task"]["versionSpec"] == "1.*"
    assert first["task"]["definitionType"] == "task"
    assert first["inputs"] == {"connectedServiceNameARM": connection.id}
    assert second["task"] == {"id": group.id, "versionSpec": "1.*", "definitionType": "metaTask"}
    assert second["inputs"] == {"where": "y"}


def test_definitions_come_in_pages_and_by_id(simulate: Simulate) -> None:
    fleet = Fleet()
    made = [fleet.yaml_pipeline(fleet.project("P"), f"p{number}", CLI) for number in range(5)]
    rest = Rest(simulate(fleet, definitions_page_size=2))
    names: list[str] = []
    sizes, token = [], None
    while True:
        answer = rest.get(DEFINITIONS, continuationToken=token, **ALL)
        names += [item["name"] for item in answer.json()["value"]]
        sizes.append(answer.json()["count"])
        token = answer.headers.get("x-ms-continuationtoken")
        if token is None:
            break
    assert (sizes, names) == ([2, 2, 1], [item.name for item in made])
    assert len(values(rest, DEFINITIONS, **{"$top": 1})) == 1
    assert len(values(rest, DEFINITIONS, **{"$top": 50})) == 2
    picked = values(rest, DEFINITIONS, definitionIds=f"{made[4].id},{made[1].id}")
    assert [item["name"] for item in picked] == ["p1", "p4"]
    assert [item["name"] for item in values(rest, DEFINITIONS, name="P3")] == ["p3"]


@pytest.mark.parametrize("version", ["7.1", "7.1-preview.1", "7.0", "6.0", "7.2-preview.1"])
@pytest.mark.parametrize(
    "path",
    [
        DEFINITIONS, RELEASES, "P/_apis/distributedtask/taskgroups", "P/_apis/distributedtask/variablegroups",
        "_apis/distributedtask/tasks", "_apis/distributedtask/elasticpools",
    ],
)  # fmt: skip
def test_they_are_released_and_taken_as_previews_too(path: str, version: str, simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.project("P")
    assert Rest(simulate(fleet), version=version).get(path).status_code == 200


def test_what_is_not_there(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.project("P")
    rest = Rest(simulate(fleet))
    for path, kind in (
        (f"{DEFINITIONS}/7", "DefinitionNotFoundException"),
        (f"{DEFINITIONS}/x", "DefinitionNotFoundException"),
        ("P/_apis/build/builds/7/timeline", "BuildNotFoundException"),
        (f"{RELEASES}/7", "ReleaseDefinitionNotFoundException"),
        ("P/_apis/distributedtask/taskgroups/7", "MetaTaskDefinitionNotFoundException"),
        ("P/_apis/git/repositories/P/items", "GitItemNotFoundException"),
        ("P/_apis/git/repositories/other/items", "GitRepositoryNotFoundException"),
    ):
        answer = rest.get(path)
        assert (answer.status_code, answer.json()["typeKey"]) == (404, kind)


# -- runs ----------------------------------------------------------------------------------------------------------------
def test_a_run_is_in_the_history_of_what_it_used_and_has_a_timeline(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    used, other = fleet.connection(project, "c"), fleet.connection(project, "d")
    text = "steps:\n- script: x\n- template: t.yml\n- task: AzureCLI@1\n  enabled: false\n- checkout: self\n"
    files = {"t.yml": "steps:\n- task: AzureFileCopy@4\n- task: AzureCLI@3\n"}
    made = fleet.yaml_pipeline(project, "deploy", text, files=files, uses=[used], last_run=timedelta(hours=2))
    rest = Rest(simulate(fleet))
    (run,) = history(rest, used.id)
    assert (run["planType"], run["definition"]["id"], run["definition"]["name"]) == ("Build", made.id, "deploy")
    assert run["startTime"].startswith((fleet.now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S"))
    assert history(rest, other.id) == []
    tasks = ran(rest, run["owner"]["id"])
    assert [name for name, _version, _result in tasks] == ["CmdLine", "AzureFileCopy", "AzureCLI"]
    assert [version.partition(".")[0] for _name, version, _result in tasks] == ["2", "4", "3"]


def test_the_form_of_a_timeline(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    run = fleet.build(fleet.yaml_pipeline(project, "deploy", CLI))
    rest = Rest(simulate(fleet))
    body = rest.get(f"P/_apis/build/builds/{run.id}/timeline").json()
    assert {"id", "changeId", "lastChangedBy", "lastChangedOn", "url", "records"} == set(body)
    records = body["records"]
    kinds = [item["type"] for item in records]
    assert kinds[:4] == ["Stage", "Checkpoint", "Phase", "Job"]
    assert set(kinds[4:]) == {"Task"}
    by_id = {item["id"]: item for item in records}
    assert [by_id[item["parentId"]]["type"] for item in records[2:4]] == ["Stage", "Phase"]
    assert {by_id[item["parentId"]]["type"] for item in records[4:]} == {"Job"}
    assert [item["order"] for item in records] == sorted(item["order"] for item in records)
    assert {item["state"] for item in records} == {"completed"}
    without = [item["name"] for item in records[4:] if item["task"] is None]
    assert without == ["Initialize job", "Checkout P@main to s", "Finalize Job"]
    (task,) = [item["task"] for item in records if item["task"]]
    installed = {item["id"]: item["name"] for item in values(rest, "_apis/distributedtask/tasks")}
    assert installed[task["id"]] == task["name"] == "AzureCLI"


def test_the_checkout_may_name_a_task_that_is_installed_nowhere(simulate: Simulate) -> None:
    fleet = Fleet()
    run = fleet.build(fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI))
    rest = Rest(simulate(fleet, checkout_in_timeline="task"))
    assert [name for name, _version, _result in ran(rest, run.id)] == ["Checkout", "AzureCLI"]
    assert "Checkout" not in {item["name"] for item in values(rest, "_apis/distributedtask/tasks")}


@pytest.mark.parametrize(
    ("tasks", "result", "results"),
    [
        (["AzureCLI@2", "Bash@3"], "succeeded", ["succeeded", "succeeded"]),
        (["AzureCLI@2", "Bash@3"], "failed", ["succeeded", "failed"]),
        (["AzureCLI@2", "Bash@3"], None, ["succeeded", None]),
        ([("AzureCLI@2", "skipped"), "Bash@3"], "succeeded", ["skipped", "succeeded"]),
        ([("AzureCLI@2", "failed"), ("Bash@3", "skipped")], "failed", ["failed", "skipped"]),
    ],
)
def test_results_of_tasks(
    tasks: list[RunTask], result: str | None, results: list[str | None], simulate: Simulate
) -> None:
    fleet = Fleet()
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI)
    run = fleet.build(pipeline, timedelta(hours=1), run_tasks=tasks, result=result)
    assert [item[2] for item in ran(Rest(simulate(fleet)), run.id)] == results


def test_several_runs_of_a_pipeline(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    pipeline = fleet.yaml_pipeline(project, "deploy", CLI, uses=[connection])
    old = fleet.build(pipeline, timedelta(days=9), [connection], ["AzureFileCopy@4"], "failed")
    rest = Rest(simulate(fleet))
    runs = history(rest, connection.id)
    assert [item["result"] for item in runs] == ["succeeded", "failed"]
    assert runs[1]["owner"]["id"] == old.id
    assert [ran(rest, item["owner"]["id"])[0][0] for item in runs] == ["AzureCLI", "AzureFileCopy"]


def test_runs_go_and_executions_stay(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    fleet.yaml_pipeline(project, "deploy", CLI, uses=[connection], last_run=timedelta(days=40))
    rest = Rest(simulate(fleet, build_retention_days=30))
    (run,) = history(rest, connection.id)
    assert rest.get(f"P/_apis/build/builds/{run['owner']['id']}/timeline").status_code == 404


def test_a_run_of_a_designer_has_the_tasks_of_its_groups(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    inner = fleet.task_group(project, "inner", [designer_step("AzureKeyVault@2")])
    outer = fleet.task_group(project, "outer", [designer_step(inner), designer_step("Bash@3", enabled=False)])
    run = fleet.build(fleet.designer_pipeline(project, "classic", [designer_step("Npm@1"), designer_step(outer)]))
    assert [name for name, _version, _result in ran(Rest(simulate(fleet)), run.id)] == ["Npm", "AzureKeyVault"]


def test_a_file_that_cannot_be_expanded_needs_to_be_told_what_ran() -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    with pytest.raises(ValueError, match="run_tasks"):
        fleet.yaml_pipeline(project, "deploy", "steps:\n- template: missing.yml\n", uses=[connection])


def test_a_task_that_nobody_has_installed_any_more_is_in_the_timeline_all_the_same(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.installed_task("Deploy", 2, ["where/azureSubscription:arm!"])
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI)
    run = fleet.build(pipeline, run_tasks=["contoso.deployment-tasks.Deploy@2", "Gone@7"])
    assert ran(Rest(simulate(fleet)), run.id) == [("Deploy", "2.245.1", "succeeded"), ("Gone", "7.0.0", "succeeded")]


# -- releases, tasks and groups ------------------------------------------------------------------------------------------
def test_a_release_has_stages_tasks_and_gates(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    gate = designer_step("AzurePolicyCheckGate@0", {"ConnectedServiceName": connection})
    step = designer_step("ServiceFabricDeploy@1", {"azureSubscription": connection}, name="Cluster", enabled=False)
    made = fleet.release_pipeline(
        project, "storefront", [{"name": "prod", "steps": [step], "gates_before": [gate], "variables": {"a": "b"}}],
        uses=[connection],
    )  # fmt: skip
    rest = Rest(simulate(fleet))
    (short,) = values(rest, RELEASES)
    assert "environments" not in short
    (found,) = values(rest, RELEASES, **{"$expand": "environments"})
    (stage,) = found["environments"]
    (task,) = stage["deployPhases"][0]["workflowTasks"]
    assert (stage["name"], stage["variables"]) == ("prod", {"a": {"value": "b"}})
    assert (task["version"], task["definitionType"], task["name"], task["enabled"]) == ("1.*", "task", "Cluster", False)
    assert task["inputs"] == {"azureSubscription": connection.id}
    assert stage["preDeploymentGates"]["gates"][0]["tasks"][0]["inputs"] == {"ConnectedServiceName": connection.id}
    assert stage["postDeploymentGates"]["gates"] == []
    assert rest.get(f"{RELEASES}/{made.id}").json() == found
    (run,) = history(rest, connection.id)
    assert (run["planType"], run["definition"]["id"]) == ("Release", made.id)
    assert values(rest, DEFINITIONS) == []


def test_installed_tasks(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.installed_task("Deploy", 2, ["where/azureSubscription:arm!"])
    found = values(Rest(simulate(fleet)), "_apis/distributedtask/tasks")
    by_name = {(item["name"], item["version"]["major"]): item for item in found}
    assert len(by_name) == len(found)
    cli = {item["name"]: item for item in by_name["AzureCLI", 2]["inputs"]}
    assert cli["connectedServiceNameARM"]["type"] == "connectedService:AzureRM"
    assert cli["connectedServiceNameARM"]["aliases"] == ["azureSubscription"]
    assert cli["connectedServiceNameARM"]["required"] is True
    assert cli["addSpnToEnvironment"]["defaultValue"] == "false"
    assert "contributionIdentifier" not in by_name["AzureCLI", 2]
    assert by_name["Deploy", 2]["contributionIdentifier"] == "contoso.deployment-tasks.Deploy"
    assert "contributionIdentifier" in by_name["TerraformTaskV4", 4]
    kinds = {key: {one["type"] for one in item["inputs"]} for key, item in by_name.items()}
    assert "connectedService:AzureRM" not in kinds["CmdLine", 2] | kinds["Docker", 2]
    assert "connectedService:AzureRM" in kinds["Docker", 1] & kinds["PublishSymbols", 2] & kinds["AzureCLI", 3]
    assert by_name["AzureCLI", 1]["id"] == by_name["AzureCLI", 2]["id"]


def test_task_groups(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    first = fleet.task_group(
        project, "copy", [designer_step("AzureFileCopy@4", {"storage": "$(where)"})], {"where": "x"}
    )
    second = fleet.task_group(project, "copy", [designer_step("AzureFileCopy@6")], version=2)
    rest = Rest(simulate(fleet))
    both = values(rest, f"P/_apis/distributedtask/taskgroups/{first.id}")
    assert second.id == first.id
    assert [item["version"]["major"] for item in both] == [1, 2]
    assert [item["name"] for item in values(rest, "P/_apis/distributedtask/taskgroups")] == ["copy", "copy"]
    (step,) = both[0]["tasks"]
    assert (step["task"]["versionSpec"], step["inputs"]) == ("4.*", {"storage": "$(where)"})
    assert [(item["name"], item["defaultValue"]) for item in both[0]["inputs"]] == [("where", "x")]


def test_variable_groups_and_pools_name_connections(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c")
    fleet.variable_group(project, "plain", variables={"a": "b", "s": Variable("x", secret=True)})
    fleet.variable_group(project, "vault", connection, vault="kv-one")
    fleet.scale_set_pool("linux", project, connection)
    rest = Rest(simulate(fleet, definitions_page_size=1))
    path = "P/_apis/distributedtask/variablegroups"
    answer = rest.get(path)
    (plain,) = answer.json()["value"]
    (vault,) = values(rest, path, continuationToken=answer.headers["x-ms-continuationtoken"])
    assert (plain["type"], plain["providerData"]) == ("Vsts", None)
    assert plain["variables"] == {"a": {"value": "b"}, "s": {"value": None, "isSecret": True}}
    assert vault["type"] == "AzureKeyVault"
    assert (vault["providerData"]["serviceEndpointId"], vault["providerData"]["vault"]) == (connection.id, "kv-one")
    assert vault["variableGroupProjectReferences"][0]["projectReference"]["id"] == project.id
    (pool,) = values(rest, "_apis/distributedtask/elasticpools")
    assert (pool["serviceEndpointId"], pool["serviceEndpointScope"]) == (connection.id, project.id)


# -- what executions imply -----------------------------------------------------------------------------------------------
def test_executions_imply_a_harmless_pipeline(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    fleet.connection(project, "c", last_used=timedelta(hours=1), runs=2)
    fleet.connection(project, "d", last_used=timedelta(hours=2))
    registry = fleet.connection(
        project, "r", type="dockerregistry", last_used=timedelta(days=1), definition=(40, "images")
    )
    rest = Rest(simulate(fleet))
    first, second = values(rest, DEFINITIONS, **ALL)
    assert [(item["id"], item["name"]) for item in (first, second)] == [(12, "deploy-infrastructure"), (40, "images")]
    assert first["process"] == {"type": 2, "yamlFilename": "pipelines/12.yml"}
    text = rest.send("POST", "P/_apis/pipelines/12/preview", json={"previewRun": True}).json()["finalYaml"]
    assert text.count("task: AzureCLI@2") == 2
    assert "azureSubscription: c\n" in text
    assert "azureSubscription: d\n" in text
    assert "inlineScript: az account show\n" in text
    assert rest.get(f"{DEFINITIONS}/12").json() == first
    assert [name for name, _version, _result in ran(rest, 4002)] == ["AzureCLI"]
    assert [name for name, _version, _result in ran(rest, 4001)] == ["AzureCLI", "AzureCLI", "Docker"]
    file = rest.send("GET", "P/_apis/git/repositories/P/items", params={"path": "/pipelines/12.yml"})
    assert "azureSubscription: d\n" in file.text
    assert values(rest, RELEASES) == []
    del registry


def test_an_implicit_pipeline_names_the_connection_as_its_project_does(simulate: Simulate) -> None:
    fleet = Fleet()
    owner, guest = fleet.project("Owner"), fleet.project("P")
    connection = fleet.connection(owner, "c", shared_with=[(guest, "c in P")])
    connection.history[guest.id] = fleet.executions(timedelta(hours=1))
    rest = Rest(simulate(fleet))
    text = rest.send("POST", "P/_apis/pipelines/12/preview", json={"previewRun": True}).json()["finalYaml"]
    assert "azureSubscription: c in P\n" in text
    assert values(rest, "Owner/_apis/build/definitions") == []


def test_executions_of_releases_imply_a_release(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c", last_used=timedelta(hours=1))
    connection.history[project.id][0].plan_type = "Release"
    rest = Rest(simulate(fleet))
    (found,) = values(rest, RELEASES, **{"$expand": "environments"})
    assert (found["id"], found["name"]) == (12, "deploy-infrastructure")
    (task,) = found["environments"][0]["deployPhases"][0]["workflowTasks"]
    assert task["inputs"]["connectedServiceNameARM"] == connection.id
    assert rest.get(f"{RELEASES}/12").json() == found
    assert values(rest, DEFINITIONS) == []


def test_what_a_fleet_describes_takes_the_place_of_what_executions_imply(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    fleet.connection(project, "c", last_used=timedelta(hours=1))
    fleet.yaml_pipeline(project, "mine", "steps:\n- task: AzureFileCopy@4\n", id=12)
    rest = Rest(simulate(fleet))
    assert [item["name"] for item in values(rest, DEFINITIONS)] == ["mine"]
    assert [name for name, _version, _result in ran(rest, 4001)] == ["AzureFileCopy"]


def test_a_pipeline_adopts_the_executions_of_a_connection(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    connection = fleet.connection(project, "c", last_used=timedelta(hours=3), runs=5)
    before = [(item.started, item.finished, item.result) for item in connection.history[project.id]]
    made = fleet.yaml_pipeline(project, "mine", "steps:\n- task: AzureFileCopy@4\n", adopts=[connection])
    assert [(item.started, item.finished, item.result) for item in connection.history[project.id]] == before
    rest = Rest(simulate(fleet))
    assert [item["id"] for item in values(rest, DEFINITIONS)] == [made.id]
    runs = history(rest, connection.id)
    assert len({item["owner"]["id"] for item in runs}) == 5
    assert {ran(rest, item["owner"]["id"])[0][0] for item in runs} == {"AzureFileCopy"}


def test_the_demo_has_a_pipeline_of_each_kind(simulate: Simulate) -> None:
    rest = Rest(simulate(demo_fleet()))
    found = {item["name"]: item for item in values(rest, "Payments/_apis/build/definitions", **ALL)}
    assert {"deploy-ledger", "deploy-acceptance", "nightly-export", "deploy-infrastructure"} == set(found)
    (step,) = found["nightly-export"]["process"]["phases"][0]["steps"]
    assert step["inputs"]["addSpnToEnvironment"] == "true"
    assert "servicePrincipalKey" in step["inputs"]["inlineScript"]
    path = f"Payments/_apis/pipelines/{found['deploy-ledger']['id']}/preview"
    text = rest.send("POST", path, json={"previewRun": True}).json()["finalYaml"]
    assert text.count("task: AzureFileCopy@4") == 2
    assert text.count("azureSubscription: ledger-prod\n") == 4
    (release,) = values(rest, "Web Shop/_apis/release/definitions")
    assert release["name"] == "storefront"
    names = {item["name"] for item in values(rest, "Data Platform/_apis/build/definitions")}
    assert "reporting-infrastructure" in names


# -- rights --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("right", "path"),
    [
        ("reads_pipelines", DEFINITIONS),
        ("reads_pipelines", f"{DEFINITIONS}/12"),
        ("reads_pipelines", "P/_apis/build/builds/4001/timeline"),
        ("reads_pipelines", "P/_apis/distributedtask/taskgroups"),
        ("reads_releases", RELEASES),
        ("reads_releases", f"{RELEASES}/12"),
        ("reads_variable_groups", "P/_apis/distributedtask/variablegroups"),
        ("reads_pools", "_apis/distributedtask/elasticpools"),
        ("reads_tasks", "_apis/distributedtask/tasks"),
    ],
)
def test_without_the_right_it_is_403(right: str, path: str, simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    fleet.connection(project, "c", last_used=timedelta(hours=1))
    fleet.release_pipeline(project, "r", id=12)
    limited = fleet.caller("Limited", pat="x" * 84, **{right: False})  # type: ignore[arg-type]
    simulator = simulate(fleet)
    answer = Rest(simulator, limited).get(path)
    assert (answer.status_code, answer.json()["typeKey"]) == (403, "AccessDeniedException")
    assert "Limited" in answer.json()["message"]
    assert Rest(simulator).get(path).status_code == 200


def test_lists_without_the_right_may_be_empty(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("P"), "c", last_used=timedelta(hours=1))
    limited = fleet.caller("Limited", pat="x" * 84, reads_pipelines=False, reads_releases=False)
    rest = Rest(simulate(fleet, definitions_without_rights="empty"), limited)
    assert values(rest, DEFINITIONS) == values(rest, RELEASES) == []
    assert rest.get(f"{DEFINITIONS}/12").status_code == 403


def test_a_preview_needs_to_read_or_to_queue(simulate: Simulate) -> None:
    fleet = Fleet()
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI)
    reader = fleet.caller("Reader", pat="x" * 84, queues_pipelines=False)
    nobody = fleet.caller("Nobody", pat="y" * 84, reads_pipelines=False)
    path = f"P/_apis/pipelines/{pipeline.id}"
    simulator = simulate(fleet)

    def status(caller: Any, what: str = "preview") -> int:
        answer = Rest(simulator, caller).send("POST", f"{path}/{what}", json={"previewRun": True})
        return answer.status_code

    assert (status(reader), status(nobody), status(reader, "runs")) == (200, 403, 403)
    simulator.knob(preview_needs="queue")
    assert (status(reader), status(fleet.user)) == (403, 200)
    assert simulator.world.pipelines.started == []


# -- previews and runs ---------------------------------------------------------------------------------------------------
def test_a_preview_starts_nothing(simulate: Simulate) -> None:
    fleet = Fleet()
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI)
    simulator = simulate(fleet)
    answer = Rest(simulator).send("POST", f"P/_apis/pipelines/{pipeline.id}/preview", json={"previewRun": True})
    assert set(answer.json()) == {"finalYaml"}
    assert simulator.writes == []
    assert simulator.world.pipelines.started == []


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("preview", {}),
        ("preview", {"previewRun": False}),
        ("preview", {"previewRun": None}),
        ("runs", {"previewRun": True}),
    ],
)
def test_anything_else_starts_a_run(what: str, body: dict[str, Any], simulate: Simulate) -> None:
    fleet = Fleet()
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI)
    simulator = simulate(fleet)
    rest = Rest(simulator)
    run = rest.send("POST", f"P/_apis/pipelines/{pipeline.id}/{what}", json=body).json()
    assert run["state"] == "inProgress"
    assert [item.method for item in simulator.writes] == ["POST"]
    assert [item.id for item in simulator.world.pipelines.started] == [run["id"]]
    assert ran(rest, run["id"]) == [("AzureCLI", "2.245.1", None)]


@pytest.mark.parametrize(
    ("path", "body", "write"),
    [
        ("/o/p/_apis/pipelines/5/preview", {"previewRun": True}, False),
        ("/o/p/_apis/pipelines/5/Preview/", {"previewRun": True}, False),
        ("/o/p/_apis/pipelines/5/preview", {"previewRun": "true"}, True),
        ("/o/p/_apis/pipelines/5/preview", None, True),
        ("/o/p/_apis/pipelines/5/runs", {"previewRun": True}, True),
        ("/o/p/_apis/serviceendpoint/endpointproxy", None, False),
    ],
)
def test_which_of_them_is_a_write(path: str, body: Any, write: bool) -> None:
    assert is_write("POST", path, body) is write


def test_is_write_takes_a_preview_for_a_dry_one() -> None:
    assert not is_write("POST", "/o/p/_apis/pipelines/5/preview")


def refusal(simulate: Simulate, fleet: Fleet, number: int, **body: Any) -> str:
    answer = Rest(simulate(fleet)).send(
        "POST", f"P/_apis/pipelines/{number}/preview", json={"previewRun": True, **body}
    )
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "PipelineValidationException")
    message: str = answer.json()["message"]
    return message


def test_previews_that_are_refused(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("P")
    needing = fleet.yaml_pipeline(
        project, "a", "parameters:\n- name: region\n  type: string\nsteps: []\n", path="a.yml"
    )
    assert "A value for the 'region' parameter must be provided." in refusal(simulate, fleet, needing.id)
    answer = Rest(simulate(fleet)).send(
        "POST", f"P/_apis/pipelines/{needing.id}/preview",
        json={"previewRun": True, "templateParameters": {"region": "west"}},
    )  # fmt: skip
    assert answer.status_code == 200
    assert "Unexpected parameter 'x'" in refusal(simulate, fleet, needing.id, templateParameters={"x": "1"})
    lost = fleet.yaml_pipeline(project, "b", "steps:\n- template: missing.yml\n", path="dir/b.yml")
    assert "File /dir/missing.yml not found in repository" in refusal(simulate, fleet, lost.id)
    far = fleet.yaml_pipeline(project, "c", CLI, repository="contoso/web", repository_type="GitHub", reachable=False)
    assert "contoso/web could not be accessed" in refusal(simulate, fleet, far.id)
    classic = fleet.designer_pipeline(project, "d", [designer_step("Bash@3")])
    assert "not defined in YAML" in refusal(simulate, fleet, classic.id)
    odd = fleet.yaml_pipeline(project, "e", "- a list\n", path="e.yml")
    assert "A mapping was expected" in refusal(simulate, fleet, odd.id)


def test_files_of_a_repository(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.yaml_pipeline(fleet.project("P"), "deploy", CLI, files={"t/a.yml": "steps: []\n"}, repository="Code")
    rest = Rest(simulate(fleet))
    path = "P/_apis/git/repositories/code/items"
    assert rest.send("GET", path, params={"path": "/azure-pipelines.yml"}).text == CLI
    body = rest.send("GET", path, params={"path": "t/a.yml", "includeContent": "true"}).json()
    assert (body["path"], body["content"]) == ("/t/a.yml", "steps: []\n")
