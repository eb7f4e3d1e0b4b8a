# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pipelines with what azdo_arm_connection_info has to say of them: the files in ``readiness_corpus``, and every row of Microsoft's table."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support_data import TABLE

from simulator import Connection, Fleet, Project, Simulator
from simulator.pipeline_fleet import Stage, designer_step
from simulator.pipeline_state import Pipeline, RunTask, Step, TaskGroup, VariableGroup
from simulator.task_catalog import known, task_id
from unit.plugins._helpers.tasks import info

CORPUS = Path(__file__).parents[1] / "readiness_corpus"
HOME = "Payments"
Data = dict[str, t.Any]
# What the cases have to cover, each at least once.
COVERED = """
templates extends matrix expressions conditional_insertion each run_once rolling canary on_failure on_success multi_stage steps_only full_name guid
case_of_inputs case_of_tasks case_of_names input_alias disabled_step disabled_pipeline paused_pipeline condition_false no_use agent_tasks worst lines
unknown_version whole_version no_version two_inputs own_row extension_unknown
variable variable_and_run variable_never_run variable_group_name runtime_parameter runtime_expression template_parameter compile_time_variable twins
name_in_script id_for_name shared
key_bash key_powershell key_cmd az_login id_token script_file flag_expression key_without_flag
designer group_in_group group_parameters group_defaults group_versions any_version version_with_star group_disabled group_disabled_inside group_gone
release gate_before gate_after disabled_gate release_variables
key_vault scale_set container check
older_run several_tasks gone_pipeline lost_run no_success failed_newer other_branch run_only run_and_definition never_run not_expandable
unexpandable_with_run unexpandable_without_run
"""
KEYS = {
    "name", "shows", "covers", "connections", "pipelines", "repositories", "task_groups", "variable_groups", "pools", "checks", "installed",
    "expand", "task_support", "knobs", "lost_runs", "expect",
}  # fmt: skip
FIELDS = {"verdict", "source", "kind", "name", "project", "repository", "place", "line", "instead"}


def read() -> dict[str, Data]:
    """The cases, by file and name."""
    named = [
        (f"{file.stem}-{case['name']}".replace(" ", "-"), case)
        for file in sorted(CORPUS.glob("*.yml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
    assert len({name for name, _case in named}) == len(named)
    return dict(named)


CASES = read()


class Organization:
    """The fleet of a case."""

    def __init__(self, case: Data) -> None:
        self.fleet, self.case = Fleet(), case
        self.connections: dict[str, Connection] = {}
        given = case.get("connections", ["prod"])
        for name in given:
            self._connection(name, given[name] if isinstance(given, dict) else {})
        self._surroundings()
        self.groups: dict[tuple[str, int], TaskGroup] = {}
        for group in case.get("task_groups", ()):
            self._task_group(group)
        made = [(self.pipeline(item), item) for item in case.get("pipelines", ())]
        self.lost = [pipeline for pipeline, item in made if item.get("gone")]
        # What is gone was there when somebody made a step of it.
        gone = {group["name"] for group in case.get("task_groups", ()) if group.get("gone")}
        groups = self.fleet.world.pipelines.task_groups
        groups[:] = [group for group in groups if group.name not in gone]

    def _connection(self, name: str, more: Data) -> None:
        shared = [(self.project(project), alias) for project, alias in more.get("shared", {}).items()]
        # Made from their names, the ids of two that differ by case only would be the same.
        identifier = f"c0c0c0c0-0000-4000-8000-{len(self.connections) + 1:012}"
        project = self.project(more.get("project"))
        self.connections[name] = self.fleet.connection(project, name, shared_with=shared, identifier=identifier)

    def _task_group(self, group: Data) -> None:
        steps, inputs = self.steps(group["steps"]), self.texts(group.get("inputs"))
        made = self.fleet.task_group(self.project(), group["name"], steps, inputs, group.get("version", 1))
        self.groups[made.name, made.version] = made

    def project(self, name: str | None = None) -> Project:
        return self.fleet.project(name or HOME)

    def text(self, text: t.Any) -> t.Any:
        """With the ids of what stands in angle brackets."""
        if not isinstance(text, str):
            return text
        text = re.sub(r"<id of task (\w+)>", lambda found: task_id(found[1]), text)
        return re.sub(r"<id of ([\w-]+)>", lambda found: self.connections[found[1]].id, text)

    def texts(self, given: Data | None) -> dict[str, str]:
        return {name: self.text(text) for name, text in (given or {}).items()}

    def _surroundings(self) -> None:
        case, fleet = self.case, self.fleet
        for task in case.get("installed", ()):
            fleet.installed_task(task["name"], task["major"], task["inputs"])
        for name, files in case.get("repositories", {}).items():
            fleet.repository(self.project(), name, files)
        self.variable_groups: dict[str, VariableGroup] = {
            group["name"]: fleet.variable_group(
                self.project(), group["name"], self.connections.get(group.get("vault", "")), group.get("variables")
            )
            for group in case.get("variable_groups", ())
        }
        for pool in case.get("pools", ()):
            fleet.scale_set_pool(pool["name"], self.project(), self.connections[pool["connection"]])
        for check in case.get("checks", ()):
            self._check(check)

    def _check(self, check: Data) -> None:
        settings: Data = {"displayName": check["title"]}
        if "task" in check:
            name, _at, version = check["task"].partition("@")
            settings["definitionRef"] = {"id": task_id(name), "name": name, "version": f"{version}.0.1"}
            settings["inputs"] = self.texts(check["inputs"])
        guarded = self.connections[check["guards"]]
        self.fleet.check(guarded, task_id("check"), "Task Check", settings).disabled = check.get("disabled", False)

    # -- pipelines -------------------------------------------------------------------------------------------------------
    def steps(self, steps: t.Iterable[Data]) -> list[Step]:
        return [
            designer_step(
                self.groups[step["group"], step.get("version", 1)] if "group" in step else step["task"],
                self.texts(step.get("inputs")),
                enabled=not step.get("disabled"),
                name=step.get("title", ""),
            )
            for step in steps
        ]

    def pipeline(self, item: Data) -> Pipeline:
        made = self._made(item, self.project(item.get("project")), item.get("name", "deploy"))
        made.queue_status = item.get("status", "enabled")
        for run in item.get("runs", ()):
            did: list[RunTask] | None = None
            if "did" in run:
                did = [task if isinstance(task, str) else (task[0], task[1]) for task in run["did"]]
            used = [self.connections[name] for name in run["used"]]
            self.fleet.build(made, timedelta(days=run["days"]), used, did, run.get("result", "succeeded"))
        return made

    def _made(self, item: Data, project: Project, name: str) -> Pipeline:
        about: Data = {
            "variables": item.get("variables"),
            "variable_groups": [self.variable_groups[group] for group in item.get("groups", ())],
        }
        if "yaml" in item:
            files = {path: self.text(text) for path, text in item.get("files", {}).items()}
            about |= {key: item[key] for key in ("path", "repository", "repository_type", "reachable") if key in item}
            return self.fleet.yaml_pipeline(project, name, self.text(item["yaml"]), files=files, **about)
        if "steps" in item:
            return self.fleet.designer_pipeline(project, name, self.steps(item["steps"]), **about)
        return self.fleet.release_pipeline(project, name, [self._stage(stage) for stage in item["stages"]], **about)

    def _stage(self, stage: Data) -> Stage:
        return Stage(
            name=stage["name"],
            steps=self.steps(stage.get("steps", ())),
            gates_before=self.steps(stage.get("gates_before", ())),
            gates_after=self.steps(stage.get("gates_after", ())),
            variables=stage.get("variables", {}),
        )


def rows_of(case: Data) -> dict[str, Data]:
    """What the module says of each connection of a case."""
    organization = Organization(case)
    with Simulator(organization.fleet, **case.get("knobs", {})) as simulator:
        if organization.lost:
            gone = {"count": 0, "value": []}
            simulator.fault(method="GET", path="/_apis/(build|release)/definitions", status=200, body=gone, times=0)
        if case.get("lost_runs"):
            simulator.fault(method="GET", path="/timeline", status=404, times=0)
        options = {"readiness_expand": case.get("expand", True), "task_support": case.get("task_support")}
        task = info(simulator, include=["pipelines"], **{key: value for key, value in options.items() if value})
        assert not simulator.writes
        assert not simulator.world.pipelines.started
    assert not task.failed, task.result
    return task.by_name


def matches(use: Data, wanted: Data) -> bool:
    task = f"{use['task'] or ''}@{use['version']}" if use["version"] else use["task"] or ""
    said = {**use, "source": use["evidence"]["source"], "instead": use["use_instead"]}
    why = wanted.get("why", "")
    return (
        task == wanted["task"]
        and all(said[key] == wanted[key] for key in FIELDS & wanted.keys())
        and (use["why"] is None if why is None else why in (use["why"] or ""))
    )


def differences(row: Data, expected: Data) -> list[str]:
    """In words; empty if the row is as expected."""
    found = []
    if row["readiness"]["verdict"] != expected["verdict"]:
        found.append(f"is {row['readiness']['verdict']}, expected {expected['verdict']}")
    left = list(row["pipelines"])
    for wanted in expected["uses"]:
        use = next((use for use in left if matches(use, wanted)), None)
        if use is None:
            found.append(f"lacks {wanted}")
        else:
            left.remove(use)
    found += [f"has {json.dumps(use)}" for use in left]
    unread, sentences = row["readiness"]["unread"], expected.get("unread", [])
    if len(unread) != len(sentences) or not all(part in text for part, text in zip(sentences, unread, strict=True)):
        found.append(f"could not read {unread}, expected {sentences}")
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_case(case: Data) -> None:
    rows = rows_of(case)
    assert rows.keys() == case["expect"].keys()
    found = {name: told for name, row in rows.items() if (told := differences(row, case["expect"][name]))}
    assert found == {}, case["shows"]


def test_the_cases_cover_what_they_have_to() -> None:
    every = list(CASES.values())
    assert len(every) >= 60
    told = Counter(part for case in every for part in case["covers"])
    listed = COVERED.split()
    assert [part for part in listed if not told[part]] == []
    assert sorted(told.keys() - {*listed}) == []
    assert {use["verdict"] for case in every for row in case["expect"].values() for use in row["uses"]} == {
        *("ready", "unknown", "reads_secret", "update_task", "not_supported")
    }


def test_the_cases_are_well_formed() -> None:
    """A key that nobody reads would be an expectation that nobody compares."""
    every = list(CASES.values())
    assert [case["name"] for case in every if not case["shows"] or case.keys() - KEYS] == []
    uses = [use for case in every for row in case["expect"].values() for use in row["uses"]]
    assert [use for use in uses if use.keys() - FIELDS - {"task", "why"} or not use.keys() >= {"task", "verdict"}] == []
    rows = [row for case in every for row in case["expect"].values()]
    assert [row for row in rows if row.keys() - {"verdict", "uses", "unread"}] == []


# -- Microsoft's table ---------------------------------------------------------------------------------------------------
ROWS = list(csv.DictReader(io.StringIO(TABLE.strip())))
LISTED = {(row["task"], int(row["major"])) for row in ROWS}


def wanted_of(row: t.Mapping[str, str]) -> tuple[str, str | None]:
    """Verdict, and what to use instead."""
    if row["support"] == "yes":
        return "ready", None
    return ("update_task", row["use_instead"]) if row["use_instead"] else ("not_supported", None)


def neighbours() -> set[tuple[str, int]]:
    """The versions before and after those of the table that it says nothing of."""
    near = {(task, major + step) for task, major in LISTED for step in (-1, 1)}
    return {(task, major) for task, major in near - LISTED if major >= 0}


def arm_input(fleet: Fleet, task: str, major: int) -> str:
    """An input of the task that takes a connection, of any version if this one is not installed; one that has none gets one."""
    versions = [one for one in known() if one.name == task]
    versions = [one for one in versions if one.major == major] or versions
    inputs = [item for one in versions for item in one.inputs if item.type.endswith(":AzureRM")]
    if not inputs:
        fleet.installed_task(task, major, ["azureSubscription:arm"], extension="")
        return "azureSubscription"
    return inputs[0].name


def judged_table(*, expand: bool) -> dict[tuple[str, int], tuple[str, str | None]]:
    """Each task and version of the table, and its neighbours, in a pipeline of its own with a connection of its own."""
    fleet = Fleet()
    project, names = fleet.project(HOME), dict[str, tuple[str, int]]()
    for task, major in sorted(LISTED | neighbours()):
        name = f"{task}-{major}"
        names[name] = (task, major)
        connection = fleet.connection(project, name)
        text = f"steps:\n- task: {task}@{major}\n  inputs:\n    {arm_input(fleet, task, major)}: {name}\n"
        runs: Data = {} if expand else {"uses": [connection]}
        fleet.yaml_pipeline(project, name, text, path=f"{name}.yml", **runs)
    with Simulator(fleet) as simulator:
        task_ = info(simulator, include=["pipelines"], readiness_expand=expand)
    found = {}
    for row in task_.rows:
        (use,) = row["pipelines"]
        assert (use["task"], use["version"]) == (names[row["name"]][0], str(names[row["name"]][1]))
        assert use["verdict"] == row["readiness"]["verdict"]
        assert use["evidence"]["source"] == ("expanded_yaml" if expand else "run")
        found[names[row["name"]]] = (use["verdict"], use["use_instead"])
    return found


@pytest.mark.parametrize("expand", [True, False])
def test_every_row_of_the_table_and_its_neighbours(expand: bool) -> None:
    found = judged_table(expand=expand)
    expected = {(row["task"], int(row["major"])): wanted_of(row) for row in ROWS}
    expected |= dict.fromkeys(neighbours(), ("unknown", None))
    assert len(ROWS) == len(LISTED) >= 65
    assert {task for task, _major in neighbours()} == {task for task, _major in LISTED}
    assert found == expected
