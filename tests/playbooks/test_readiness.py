# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worklist for pipelines, and what plan and convert make of it, as a person runs them."""

from __future__ import annotations

import csv
import json
import re
import typing as t
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from simulator import Connection, Fleet
from simulator.pipeline_parts import designer_step

STEP = (
    "steps:\n- task: {task}\n  displayName: Copy files\n  inputs:\n    azureSubscription: {name}\n    SourcePath: out\n"
)
READS_KEY = "az login --service-principal -u $servicePrincipalId -p $servicePrincipalKey --tenant $tenantId"


def a_fleet() -> Fleet:
    """Two connections that wait for the same task, one whose script reads the key, one of an extension's task, one that is ready, one that nobody uses."""
    fleet = Fleet("contoso")
    payments, web = fleet.project("Payments"), fleet.project("Web Shop")
    made = {name: fleet.connection(payments, name) for name in ("copy-one", "copy-two", "key", "ready", "unused")}
    strange = fleet.connection(web, "strange")
    for name in ("copy-one", "copy-two"):
        text = STEP.format(task="AzureFileCopy@4", name=name)
        fleet.yaml_pipeline(payments, f"deploy-{name}", text, path=f"{name}.yml", repository="app", uses=[made[name]])
    inputs: dict[str, str | Connection] = {
        "connectedServiceNameARM": made["key"],
        "addSpnToEnvironment": "true",
        "scriptLocation": "inlineScript",
        "inlineScript": READS_KEY,
    }
    fleet.designer_pipeline(payments, "nightly", [designer_step("AzureCLI@2", inputs)], uses=[made["key"]])
    fleet.yaml_pipeline(
        payments, "deploy", STEP.format(task="AzureFileCopy@6", name="ready"), path="ready.yml", uses=[made["ready"]]
    )
    fleet.yaml_pipeline(web, "apply", STEP.format(task="AzureCLI@3", name="strange"), uses=[strange])
    return fleet


def play(here: t.Any, entry: str, **variables: t.Any) -> t.Any:
    return here.run(f"azdo.connections.{entry}", "-e", json.dumps(variables))


def digest_of(plan: t.Any) -> str:
    found = re.search(r"fleet_plan_digest=([0-9a-f]{64})", plan.stdout)
    assert found, plan.output
    return found[1]


PATHS = "work.html,work.csv,work.md,work.json,work.xml"


def test_the_worklist_on_the_screen_and_in_every_format(stage: Callable[..., t.Any]) -> None:
    here = stage(a_fleet())
    played = here.run("azdo.connections.readiness", "-e", f"fleet_report_path={PATHS}")
    assert played.status == 0, played.output
    assert here.simulator.writes == []
    screen = " ".join(played.stdout.split())
    assert "AzureFileCopy@4 to AzureFileCopy@6 2" in screen
    assert (
        "Pipelines of 6 service connections: 2 with a task to update, 1 whose secret a script reads, 1 that nobody can judge, 1 ready, 1 that no pipeline uses."
        in screen
    )
    assert (
        max(len(line) for line in played.stdout.splitlines() if not line.startswith(("localhost ", "ok: ", "TASK")))
        <= 80
    )
    with (here.folder / "work.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (row["repository"], row["task"], row["use_instead"], row["pipeline"], row["connection"])
            for row in csv.DictReader(file)
        ]
    assert sorted(rows) == [
        ("Payments", "AzureCLI@2", "", "nightly", "key"),
        ("Web Shop", "AzureCLI@3", "", "apply", "strange"),
        ("app", "AzureFileCopy@4", "AzureFileCopy@6", "deploy-copy-one", "copy-one"),
        ("app", "AzureFileCopy@4", "AzureFileCopy@6", "deploy-copy-two", "copy-two"),
    ]
    page, text = ((here.folder / f"work.{ending}").read_text(encoding="utf-8") for ending in ("html", "md"))
    for told in ("AzureFileCopy@4 to AzureFileCopy@6", "deploy-copy-one", "Pipelines to change or to look at first"):
        assert told in page
        assert told.replace("@", "&#64;") in text
    report = json.loads((here.folder / "work.json").read_text(encoding="utf-8"))
    assert {row["name"]: row["readiness"]["verdict"] for row in report["connections"]} == {
        "copy-one": "update_task",
        "copy-two": "update_task",
        "key": "reads_secret",
        "ready": "ready",
        "unused": "unused",
        "strange": "unknown",
    }
    cases = {
        case.get("name"): [child.tag for child in case] for case in ET.parse(here.folder / "work.xml").iter("testcase")
    }
    assert cases == {
        **{name: ["failure"] for name in ("copy-one", "copy-two", "key")},
        **{name: [] for name in ("ready", "unused")},
        "strange": ["skipped"],
    }


def test_it_fails_where_that_is_asked_for_and_rows_of_ones_own_count(stage: Callable[..., t.Any]) -> None:
    here = stage(a_fleet())
    failed = play(
        here, "readiness", fleet_readiness="require", fleet_readiness_expand=True, fleet_report_path="gate.xml"
    )
    assert failed.status != 0
    told = "4 service connections not ready: 2 with a task to update, 1 whose secret a script reads, 1 that nobody can judge."
    assert told in " ".join(failed.output.split())
    red = [child.tag for child in ET.parse(here.folder / "gate.xml").iter() if child.tag in ("failure", "error")]
    assert sorted(red) == ["error", "failure", "failure", "failure"]
    rows = [{"task": "AzureCLI@3", "support": True}]
    gate = {"fleet_readiness": "require", "fleet_projects": ["Web Shop"]}
    unseen = play(here, "readiness", **gate, fleet_task_support=rows)
    assert unseen.status != 0
    assert "1 with scripts that nobody has looked at" in " ".join(unseen.output.split())
    good = play(here, "readiness", **gate, fleet_readiness_expand=True, fleet_task_support=rows)
    assert good.status == 0, good.output


def test_a_plan_says_what_would_break_and_require_leaves_it_alone(stage: Callable[..., t.Any]) -> None:
    here = stage(a_fleet())
    about = {"fleet_projects": "Payments", "fleet_plan_path": "plan.json", "fleet_allow_irreversible": True}
    plan = play(here, "plan", **about)
    assert plan.status == 0, plan.output
    told = "deploy-copy-one: AzureFileCopy@4 does not support workload identity federation. Use AzureFileCopy@6."
    assert f"PIPELINES BREAK Payments / copy-one: {told}" in " ".join(plan.stdout.split())
    careful = play(here, "plan", **about, fleet_readiness="require")
    assert careful.status == 0, careful.output
    assert f"CHANGE FIRST Payments / copy-one: {told}" in " ".join(careful.stdout.split())
    converted = play(here, "convert", **about, fleet_readiness="require", fleet_plan_digest=digest_of(careful))
    assert converted.status == 0, converted.output
    schemes = {item.references[0].name: item.scheme for item in here.simulator.world.connections.values()}
    federated = {name for name, scheme in schemes.items() if scheme == "WorkloadIdentityFederation"}
    assert federated == {"ready", "unused"}


def test_what_became_unready_since_the_plan_is_left_alone_and_the_run_says_so(stage: Callable[..., t.Any]) -> None:
    fleet = a_fleet()
    here = stage(fleet)
    about = {"fleet_projects": "Payments", "fleet_plan_path": "plan.json", "fleet_allow_irreversible": True}
    plan = play(here, "plan", **about)
    ready = next(item for item in fleet.world.connections.values() if item.name == "ready")
    pipeline = next(item for item in fleet.world.pipelines.definitions.values() if item.name == "deploy")
    fleet.build(pipeline, timedelta(minutes=1), [ready], ["AzureFileCopy@3"])
    converted = play(here, "convert", **about, fleet_plan_digest=digest_of(plan))
    assert converted.status != 0
    assert "1 connection that was agreed to is not what was approved, and was left alone: Payments / ready" in " ".join(
        converted.output.split()
    )


def test_a_plan_with_require_is_not_carried_out_without_it(stage: Callable[..., t.Any]) -> None:
    here = stage(a_fleet())
    about = {"fleet_plan_path": "plan.json", "fleet_allow_irreversible": True}
    plan = play(here, "plan", **about, fleet_readiness="require")
    refused = play(here, "convert", **about, fleet_plan_digest=digest_of(plan))
    assert refused.status != 0
    assert "plan was made with another fleet_readiness than this task has" in " ".join(refused.output.split())
    assert here.simulator.writes == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"fleet_readiness": "requir"},
            "fleet_readiness must be one of require, warn, ignore, not 'requir'. Did you mean 'require'?",
        ),
        ({"fleet_task_support": "AzureCLI@3"}, "fleet_task_support must be a list of dictionaries"),
        (
            {"fleet_task_support": [{"task": "AzureCLI", "support": True}]},
            "fleet_task_support, entry 1, has None as major",
        ),
        ({"fleet_task_support_file": "none.csv"}, "fleet_task_support_file"),
        ({"fleet_task_suport_file": "none.csv"}, "fleet_task_suport_file"),
        ({"fleet_readiness_expand": "perhaps"}, "fleet_readiness_expand must be true or false"),
    ],
)
@pytest.mark.parametrize("playbook", ["readiness", "plan"])
def test_what_is_said_slightly_wrong_is_refused(
    stage: Callable[..., t.Any], playbook: str, variables: dict[str, t.Any], said: str
) -> None:
    here = stage(a_fleet())
    played = here.run(f"azdo.connections.{playbook}", "-e", json.dumps(variables))
    assert played.status != 0
    assert said in " ".join(played.output.split())
    assert here.simulator.writes == []


def test_where_nobody_may_read_pipelines_the_worklist_says_so(stage: Callable[..., t.Any]) -> None:
    fleet = a_fleet()
    fleet.caller("Robin Reader", pat="robin" * 16, reads_pipelines=False)
    here = stage(fleet)
    played = here.run("azdo.connections.readiness", env={"AZDO_PERSONAL_ACCESS_TOKEN": "robin" * 16})
    assert played.status == 0, played.output
    assert "6 that nobody can judge" in " ".join(played.stdout.split())
    assert "NOT READ The pipelines of 'Payments' could not be read" in " ".join(played.stdout.split())


def test_an_owner_gets_a_worklist_of_the_own_connections(stage: Callable[..., t.Any]) -> None:
    """As the page says: the CSV file of this playbook has what to do, and no row for each connection."""
    here = stage(a_fleet())
    (here.folder / "out").mkdir()
    played = play(here, "readiness", fleet_report_folder="out", fleet_owner_by="project")
    assert played.status == 0, played.output
    (table,) = here.folder.glob("out/*-owners/payments.csv")
    assert {row["connection_project"] for row in csv.DictReader(table.open(encoding="utf-8"))} == {"Payments"}
    assert table.read_text(encoding="utf-8").startswith("repository,task,verdict")


def test_no_connection_at_all(stage: Callable[..., t.Any]) -> None:
    fleet = Fleet("contoso")
    fleet.project("Payments")
    played = stage(fleet).run("azdo.connections.readiness", "-e", "fleet_report_path=work.html")
    assert played.status == 0, played.output
    assert "No service connection" in played.stdout


def test_what_has_failed_since_is_named_and_nobody_is_blamed(stage: Callable[..., t.Any]) -> None:
    fleet = Fleet("contoso")
    project = fleet.project("Payments")
    moved = fleet.connection(project, "azure", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=2))
    pipeline = fleet.yaml_pipeline(project, "deploy", STEP.format(task="AzureFileCopy@6", name="azure"))
    fleet.build(pipeline, timedelta(days=1), [moved], result="failed")
    here = stage(fleet)
    plain = play(here, "verify")
    assert "FAILED SINCE" not in plain.stdout
    told = play(here, "verify", fleet_runs_since=True)
    assert told.status == 0, told.output
    assert "FAILED SINCE Payments / azure: deploy, in its first run since the conversion, on 20" in " ".join(
        told.stdout.split()
    )
