# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pipelines of a connection mean for its conversion: azdo_arm_connection_info reads it, azdo_arm_connection_convert goes by it."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from pathlib import Path

import pytest

from simulator import Connection, Fleet, Simulator
from simulator.pipeline_parts import designer_step
from unit.plugins._helpers.tasks import Task, convert, info

CLI = "steps:\n- task: AzureCLI@2\n  inputs:\n    azureSubscription: {name}\n    scriptType: bash\n    inlineScript: az group list\n"
COPY = "steps:\n- task: AzureFileCopy@{major}\n  inputs:\n    azureSubscription: {name}\n    SourcePath: out\n"
NAMES = ("good", "old", "strange", "quiet")


def a_fleet(**rights: t.Any) -> Fleet:
    """Four connections: of a pipeline that is ready, of one that is not, of one that nobody can judge, and of none."""
    fleet = Fleet()
    project = fleet.project("Payments")
    connections = {name: fleet.connection(project, name) for name in NAMES}
    for name, text in (
        ("good", CLI.format(name="good")),
        ("old", COPY.format(name="old", major=4)),
        ("strange", CLI.format(name="strange").replace("AzureCLI@2", "AzureCLI@3")),
    ):
        fleet.yaml_pipeline(
            project, f"deploy-{name}", text, path=f"{name}.yml", uses=[connections[name]], repository="app"
        )
    if rights:
        fleet.caller("Robin Reader", pat="robin" * 16, **rights)
    return fleet


def verdicts(task: Task) -> dict[str, str]:
    return {row["name"]: row["readiness"]["verdict"] for row in task.rows}


def test_a_report_says_of_each_connection_what_becomes_of_its_pipelines() -> None:
    with Simulator(a_fleet()) as simulator:
        task = info(simulator, include=["pipelines"])
        assert not simulator.writes
        pipeline = simulator.world.pipelines
    assert verdicts(task) == {"good": "ready", "old": "update_task", "strange": "unknown", "quiet": "unused"}
    (use,) = task.by_name["old"]["pipelines"]
    assert (use["task"], use["version"], use["use_instead"]) == ("AzureFileCopy", "4", "AzureFileCopy@6")
    assert (use["kind"], use["name"], use["repository"]) == ("build", "deploy-old", "app")
    assert use["evidence"]["source"] == "run"
    assert use["evidence"]["run"] in {number for _project, number in pipeline.builds}
    assert use["link"].endswith(f"/_build?definitionId={use['id']}")
    assert "pipeline_not_ready" in task.by_name["old"]["eligibility"]["workload_identity_federation"]["codes"]
    assert task.by_name["old"]["eligibility"]["workload_identity_federation"]["eligible"]
    summary = task.result["summary"]["readiness"]
    assert summary["verdicts"] == {
        "not_supported": 0,
        "update_task": 1,
        "reads_secret": 0,
        "unknown": 1,
        "ready": 1,
        "unused": 1,
    }
    assert summary["unread"] == []
    assert summary["table"]["as_of"] == "2025-03-12"


def test_whoever_may_not_read_them_gets_unknown_for_all_with_one_sentence_and_no_failure() -> None:
    with Simulator(a_fleet(reads_pipelines=False)) as simulator:
        task = info(simulator, include=["pipelines"], personal_access_token="robin" * 16)
    assert not task.failed
    assert set(verdicts(task).values()) == {"unknown"}
    (sentence,) = [text for text in task.result["summary"]["readiness"]["unread"] if "The pipelines of" in text]
    assert "'Payments'" in sentence


@pytest.mark.parametrize(
    "right", ["reads_pipelines", "reads_releases", "reads_variable_groups", "reads_pools", "reads_tasks"]
)
def test_what_cannot_be_read_may_hold_any_connection(right: str) -> None:
    with Simulator(a_fleet(**{right: False})) as simulator:
        task = info(simulator, include=["pipelines"], personal_access_token="robin" * 16)
    assert not task.failed
    assert {verdicts(task)[name] for name in ("good", "quiet")} == {"unknown"}
    assert len(task.result["summary"]["readiness"]["unread"]) == 1


# -- azdo_arm_connection_convert ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("mode", "converted"),
    [("ignore", {*NAMES}), ("warn", {*NAMES}), ("require", {"good", "quiet"})],
)
def test_what_the_mode_does(mode: str, converted: set[str], check: bool) -> None:
    with Simulator(a_fleet()) as simulator:
        task = convert(simulator, readiness=mode, readiness_expand=mode == "require", check=check)
        asked = [str(item) for item in simulator.requests if "/timeline" in str(item) or "definitions" in str(item)]
    done = "would_convert" if check else "converted"
    assert {name for name, status in task.statuses.items() if status == done} == converted
    assert {name for name, status in task.statuses.items() if status == "skipped"} == {*NAMES} - converted
    assert bool(asked) is (mode != "ignore")
    codes = {name: [code for code in task.codes(name) if code.startswith("pipeline_")] for name in NAMES}
    found = {"good": [], "old": ["pipeline_not_ready"], "strange": ["pipeline_unknown"], "quiet": []}
    assert codes == ({name: [] for name in NAMES} if mode == "ignore" else found)
    if mode == "require":
        (reason,) = [item for item in task.by_name["old"]["reasons"] if item["code"] == "pipeline_not_ready"]
        (told,) = reason["evidence"]["pipelines"]
        assert (told["name"], told["task"], told["version"], told["use_instead"]) == (
            *("deploy-old", "AzureFileCopy", "4"),
            "AzureFileCopy@6",
        )


def test_a_script_that_nobody_has_looked_at_is_not_enough_where_nothing_may_break() -> None:
    with Simulator(a_fleet()) as simulator:
        task = convert(simulator, readiness="require", check=True)
        seen = info(simulator, include=["pipelines"])
    assert task.statuses["good"] == "skipped"
    (reason,) = [item for item in task.by_name["good"]["reasons"] if item["code"] == "pipeline_unknown"]
    assert "was not looked at" in reason["evidence"]["pipelines"][0]["why"]
    assert verdicts(seen)["good"] == "ready"


def test_a_revert_looks_at_no_pipeline() -> None:
    with Simulator(a_fleet()) as simulator:
        convert(simulator, readiness="require")
        before = len(simulator.requests)
        back = convert(simulator, to="service_principal", revert_all=True, readiness="require")
        asked = [str(item) for item in simulator.requests[before:]]
    assert set(back.statuses.values()) == {"reverted"}
    assert not [text for text in asked if "/_apis/build/" in text or "/_apis/distributedtask/" in text]


def run_again(simulator: Simulator, connection: Connection, major: int, minutes: int = 9) -> None:
    """The pipeline of the connection, with another version of its task, runs once more."""
    fleet = Fleet()
    fleet.world = simulator.world
    pipeline = next(
        item for item in simulator.world.pipelines.definitions.values() if item.name.endswith(connection.name)
    )
    fleet.build(pipeline, timedelta(minutes=minutes), [connection], [f"AzureFileCopy@{major}"])


def test_a_plan_holds_who_was_accepted_and_what_became_unready_since_is_held_back() -> None:
    fleet = a_fleet()
    good = next(item for item in fleet.world.connections.values() if item.name == "good")
    with Simulator(fleet) as simulator:
        plan = convert(simulator, readiness="warn", check=True).result["plan"]
        names = {item.id: item.name for item in simulator.world.connections.values()}
        assert [names[item["id"]] for item in plan["connections"] if item.get("accepted")] == ["old"]
        run_again(simulator, good, 3)
        task = convert(simulator, readiness="warn", plan=plan)
    assert task.statuses == {"good": "skipped", "old": "converted", "strange": "converted", "quiet": "converted"}
    effects = {item["code"]: item["effect"] for item in task.by_name["good"]["reasons"]}
    assert effects["pipeline_not_ready"] == effects["changed_since_plan"] == "blocks"


def test_what_required_leaves_alone_nobody_agrees_to_moving_whatever_becomes_of_it() -> None:
    fleet = a_fleet()
    old = next(item for item in fleet.world.connections.values() if item.name == "old")
    with Simulator(fleet) as simulator:
        plan = convert(simulator, readiness="require", readiness_expand=True, check=True).result["plan"]
        names = {item.id: item.name for item in simulator.world.connections.values()}
        assert {names[item["id"]] for item in plan["connections"] if item["action"]} == {"good", "quiet"}
        pipeline = next(item for item in simulator.world.pipelines.definitions.values() if item.name == "deploy-old")
        assert pipeline.repository
        pipeline.repository.files["old.yml"] = COPY.format(name="old", major=6)
        run_again(simulator, old, 6)
        assert verdicts(info(simulator, include=["pipelines"], readiness_expand=True))["old"] == "ready"
        task = convert(simulator, readiness="require", readiness_expand=True, plan=plan)
        by_digest = convert(simulator, readiness="require", readiness_expand=True, plan_digest=plan["digest"])
    assert task.statuses == {"good": "converted", "old": "skipped", "strange": "skipped", "quiet": "converted"}
    assert "changed_since_plan" in task.codes("old")
    assert by_digest.failed


def test_the_digest_holds_the_mode_and_who_was_accepted_and_not_the_evidence() -> None:
    fleet = a_fleet()
    old, strange = (
        next(item for item in fleet.world.connections.values() if item.name == name) for name in ("old", "strange")
    )
    with Simulator(fleet) as simulator:
        digests = [
            convert(simulator, readiness=mode, check=True).result["plan"]["digest"] for mode in ("warn", "require")
        ]
        again = convert(simulator, readiness="warn", check=True).result["plan"]["digest"]
        run_again(simulator, old, 3)
        other_evidence = convert(simulator, readiness="warn", check=True).result["plan"]["digest"]
        run_again(simulator, strange, 6)
        known_now = convert(simulator, readiness="warn", check=True).result["plan"]["digest"]
        run_again(simulator, old, 6, minutes=5)
        repaired = convert(simulator, readiness="warn", check=True).result["plan"]["digest"]
    assert len({*digests}) == 2
    assert digests[0] == again == other_evidence == known_now
    assert repaired != again


def test_a_plan_in_which_somebody_wrote_an_acceptance_is_refused() -> None:
    with Simulator(a_fleet()) as simulator:
        plan = convert(simulator, readiness="warn", check=True).result["plan"]
        for item in plan["connections"]:
            item["accepted"] = True
        task = convert(simulator, readiness="warn", plan=plan)
        assert not simulator.writes
    assert task.failed
    assert "altered" in task.result["msg"]


# -- rows of one's own ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([{"task": "AzureCLI", "major": "3", "support": True}], "ready"),
        ([{"task": "azurecli@3", "support": True}], "ready"),
        ([{"task": "AzureCLI", "major": "*", "support": True}], "ready"),
        ([{"task": "AzureCLI@3", "support": False}], "not_supported"),
        ([{"task": "AzureCLI@3", "support": False, "use_instead": "AzureCLI@2"}], "update_task"),
        ([{"task": "AzureCLI@4", "support": True}], "unknown"),
    ],
)
def test_a_row_of_the_user_wins(rows: list[dict[str, t.Any]], verdict: str, tmp_path: Path) -> None:
    lines = [
        f"{row['task']},{row.get('major', '')},{'yes' if row['support'] else 'no'},{row.get('use_instead', '')}"
        for row in rows
    ]
    table = tmp_path / "tasks.csv"
    table.write_text("task,major,support,use_instead\n" + "\n".join(lines) + "\n", encoding="utf-8")
    with Simulator(a_fleet()) as simulator:
        given = info(simulator, include=["pipelines"], task_support=rows)
        from_file = info(simulator, include=["pipelines"], task_support_file=str(table))
    assert verdicts(given)["strange"] == verdicts(from_file)["strange"] == verdict
    assert given.result["summary"]["readiness"]["table"]["own_rows"] == len(rows)


def test_a_row_that_speaks_of_no_task_is_told_with_the_nearest_one() -> None:
    """A misspelt row holds nothing. Extensions come and go, and one table may be for several organizations, so it is no error."""
    rows = [
        {"task": "AzureCl@2", "support": False},
        {"task": "azurecli@2", "support": True},
        {"task": "variable_group@*", "support": True},
    ]
    told = "task_support: no task of this organization is called 'azurecl'. Did you mean 'AzureCLI'?"
    with Simulator(a_fleet()) as simulator:
        for task in (
            info(simulator, include=["pipelines"], task_support=rows),
            convert(simulator, task_support=rows, readiness="warn", check=True),
        ):
            assert [text for text in task.runtime.warnings if "task_support" in text] == [told]
        assert told not in convert(simulator, task_support=rows, readiness="ignore", check=True).runtime.warnings


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"readiness": "ignore"}, "Tasks inside pipelines were not checked"),
        ({"readiness": "warn"}, "scripts in files and in pipelines in YAML, branches"),
        ({"readiness": "warn", "readiness_expand": True}, "scripts in files, branches"),
    ],
)
def test_a_result_says_what_nobody_looked_at(given: dict[str, t.Any], told: str) -> None:
    with Simulator(a_fleet()) as simulator:
        task = convert(simulator, check=True, **given)
    assert told in task.result["summary"]["not_checked"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"task": "AzureCLI", "support": True}], "task_support, entry 1, has None as major"),
        ([{"task": "", "major": "2", "support": True}], "task_support, entry 1, has '' as task"),
        (
            [{"task": "A@1", "support": True}, {"task": "a@1", "support": False}],
            "task_support, entry 2, says of a@1 something else",
        ),
        ([{"task": "A", "major": "two", "support": True}], "task_support, entry 1, has 'two' as major"),
    ],
)
@pytest.mark.parametrize("module", [info, convert])
def test_a_row_that_cannot_mean_anything_is_refused_before_anything_is_asked(
    module: t.Callable[..., Task], rows: list[dict[str, t.Any]], told: str
) -> None:
    with Simulator(a_fleet()) as simulator:
        task = module(simulator, task_support=rows)
        assert [str(item) for item in simulator.requests] == []
    assert task.failed
    assert told in task.result["msg"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("task,version,support\nA,1,yes\n", "has 'version'"),
        ("task,major,support\nA,1,maybe\n", "tasks.csv, line 2 has 'maybe' as support"),
        ("task,major,support\n", "there is nothing in"),
    ],
)
def test_so_is_a_file(text: str, told: str, tmp_path: Path) -> None:
    table = tmp_path / "tasks.csv"
    table.write_text(text, encoding="utf-8")
    with Simulator(a_fleet()) as simulator:
        task = info(simulator, include=["pipelines"], task_support_file=str(table))
    assert task.failed
    assert told in task.result["msg"]
    assert "task_support_file" in task.result["msg"]


# -- requests --------------------------------------------------------------------------------------------------------------
def test_nothing_of_it_starts_a_run_and_a_dry_run_says_so_in_its_body() -> None:
    fleet = a_fleet()
    project = fleet.project("Payments")
    connection = next(iter(fleet.world.connections.values()))
    fleet.designer_pipeline(project, "nightly", [designer_step("AzureCLI@2", {"connectedServiceNameARM": connection})])
    with Simulator(fleet) as simulator:
        info(simulator, include=["pipelines"], readiness_expand=True)
        posts = [item for item in simulator.requests if item.method == "POST"]
        assert not simulator.writes
    previews = [item for item in posts if "/preview" in item.path]
    assert len(previews) == 3
    assert all(item.body == {"previewRun": True} for item in previews)
    assert not [item for item in posts if "/runs" in item.path]


def test_each_definition_and_each_run_is_read_once_however_many_connections_it_uses() -> None:
    fleet = Fleet()
    project = fleet.project("Payments")
    connections = [fleet.connection(project, f"connection-{number}") for number in range(30)]
    text = "steps:\n" + "".join(
        f"- task: AzureCLI@2\n  inputs:\n    azureSubscription: {item.name}\n    inlineScript: az\n"
        for item in connections
    )
    fleet.yaml_pipeline(project, "all", text, uses=connections)
    with Simulator(fleet) as simulator:
        task = info(simulator, include=["pipelines"], readiness_expand=True)
        asked = [f"{item.method} {item.path}" for item in simulator.requests]
    assert set(verdicts(task).values()) == {"ready"}
    once = [text for text in asked if "executionhistory" not in text]
    assert len(once) == len(set(once))
    assert len([text for text in once if "/timeline" in text]) == 1


# -- how far back ----------------------------------------------------------------------------------------------------------
def a_busy_fleet(busy: int) -> Fleet:
    """A pipeline that runs all the time, and one that ran before it."""
    fleet = Fleet()
    project = fleet.project("Payments")
    connection = fleet.connection(project, "azure")
    fleet.yaml_pipeline(
        project,
        "quarterly",
        COPY.format(name="azure", major=4),
        path="q.yml",
        uses=[connection],
        last_run=timedelta(days=20),
    )
    often = fleet.yaml_pipeline(project, "often", CLI.format(name="azure"), path="o.yml", uses=[connection])
    for number in range(busy):
        fleet.build(often, timedelta(days=9, minutes=number), [connection])
    return fleet


def test_a_busy_pipeline_hides_no_other() -> None:
    with Simulator(a_busy_fleet(120)) as simulator:
        task = info(simulator, include=["pipelines"])
        plan = convert(simulator, readiness="require", check=True)
    assert verdicts(task) == {"azure": "update_task"}
    assert plan.statuses == {"azure": "skipped"}


def test_where_there_are_too_many_uses_it_is_said_unless_every_definition_is_seen() -> None:
    with Simulator(a_busy_fleet(1010)) as simulator:
        task = info(simulator, include=["pipelines"])
        expanded = info(simulator, include=["pipelines"], readiness_expand=True)
        histories = [item for item in simulator.requests if "executionhistory" in item.path]
    assert verdicts(task) == {"azure": "unknown"}
    (sentence,) = task.by_name["azure"]["readiness"]["unread"]
    assert "only the latest were read" in sentence
    assert verdicts(expanded) == {"azure": "update_task"}
    assert expanded.by_name["azure"]["readiness"]["unread"] == []
    assert len(histories) == 40


# -- since the conversion --------------------------------------------------------------------------------------------------
def since(*builds: tuple[float, str | None], converted_ago: float = 3, before: int = 0) -> t.Any:
    """What a report says of a pipeline with runs so many days ago that ended so."""
    fleet = Fleet()
    project = fleet.project("Payments")
    connection = fleet.connection(
        project, "azure", scheme="WorkloadIdentityFederation", converted_ago=timedelta(days=converted_ago)
    )
    pipeline = fleet.yaml_pipeline(project, "deploy", CLI.format(name="azure"))
    for days, result in builds:
        fleet.build(pipeline, timedelta(days=days), [connection], result=result)
    for number in range(before):
        fleet.build(pipeline, timedelta(days=1, minutes=number), [connection])
    with Simulator(fleet) as simulator:
        (row,) = info(simulator, include=["usage"]).rows
    runs = row["usage"]["runs_since_conversion"]
    return None if runs is None else [(run["project"], run["kind"], run["name"], run["result"]) for run in runs]


@pytest.mark.parametrize(
    ("builds", "result"),
    [
        (((5, "succeeded"), (2, "failed"), (1, "succeeded")), "failed"),
        (((5, "failed"), (2, "succeeded"), (1, "failed")), "succeeded"),
        # It had begun before, or has not ended.
        (((3.001, "failed"), (0.01, None), (2, "succeeded")), "succeeded"),
    ],
)
def test_the_first_run_since_the_conversion(builds: tuple[tuple[float, str | None], ...], result: str) -> None:
    assert since(*builds) == [("Payments", "build", "deploy", result)]


def test_no_run_since_is_none_and_no_deadline_is_not_known() -> None:
    assert since((5, "failed")) == []
    assert since((5, "failed"), converted_ago=3, before=0) == []
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure", last_used=timedelta(days=1))
    with Simulator(fleet) as simulator:
        assert info(simulator, include=["usage"]).rows[0]["usage"]["runs_since_conversion"] is None


def test_the_first_run_is_looked_for_behind_the_first_page_and_not_guessed_behind_the_last() -> None:
    assert since((2, "failed"), before=120) == [("Payments", "build", "deploy", "failed")]
    assert since((2, "failed"), before=1010) is None
