# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet with pipelines of any size. Played, it is the simulator with one: ``--fleet pipelines:<projects>x<connections>x<definitions>``.

Of every twenty definitions of a project sixteen are YAML, three are made in the designer and one is a release. Each uses one to three connections of its
project and has run once with them. In a list a definition is 5 to 20 KB, most of it variables, as it is where people have kept them there for years.
"""

from __future__ import annotations

import re
import sys
from datetime import timedelta

from simulator import Fleet, bench_fleet
from simulator import __main__ as process
from simulator.pipeline_fleet import Stage
from simulator.pipeline_parts import designer_step
from simulator.pipeline_state import PipelineKind, Step, TaskGroup, VariableGroup
from simulator.state import Connection, Project

# The task by which a definition uses its connections, for each of twenty definitions: a few are in the way of a conversion.
TASKS = ("AzureCLI@2",) * 9 + ("AzureWebApp@1",) * 5 + ("AzureKeyVault@2",) * 4 + ("AzureFileCopy@4", "AzureCLI@2")
# What is left of twenty definitions that are no YAML.
KINDS: dict[int, PipelineKind] = {4: "designer", 10: "designer", 16: "designer", 19: "release"}
_SCRIPT = "az group list --output table\naz deployment group create --template-file main.bicep"
_READS_KEY = "az login --service-principal -u $servicePrincipalId -p $servicePrincipalKey --tenant $tenantId"


def readiness_fleet(projects: int, connections: int, definitions: int, *, padding: int = 1) -> Fleet:
    """Connections and definitions are dealt round the projects.

    :param padding: how many times as large the variables of each definition are.
    """
    fleet = bench_fleet(projects, connections)
    for number, project in enumerate(fleet.world.projects.values()):
        _Project(fleet, project, number, padding).fill(range(number, definitions, projects))
    return fleet


class _Project:
    """The pipelines of one project."""

    def __init__(self, fleet: Fleet, project: Project, number: int, padding: int) -> None:
        self.fleet, self.project, self.number, self.padding = fleet, project, number, padding
        self.connections = list(project.connections.values())
        self.groups = [self._task_group(name) for name in ("deploy", "migrate", "smoke test")]
        self.variable_groups = [
            fleet.variable_group(project, f"vault-{place}", connection, {"password": "$(secret)"})
            for place, connection in enumerate(self.connections[:3])
        ] + [fleet.variable_group(project, f"plain-{place}", None, _variables(20, 1)) for place in range(5)]

    def fill(self, numbers: range) -> None:
        for place, number in enumerate(numbers):
            first = place * 7 + self.number
            used = [self.connections[(first + step) % len(self.connections)] for step in range(1 + place % 3)]
            self._definition(number, place, list(dict.fromkeys(item.id for item in used)))

    def _definition(self, number: int, place: int, ids: list[str]) -> None:
        used = [self.project.connections[id_] for id_ in ids]
        task, kind, name = TASKS[place % 20], KINDS.get(place % 20, "yaml"), f"service-{number:05d}"
        variables = _variables(27 + 15 * (place % 8), self.padding)
        groups = self._variable_groups(place)
        last_run = timedelta(hours=1 + place)
        if kind == "yaml":
            # What ran is said, because to expand two thousand files would be most of the time of the fleet.
            ran = ["Npm@1", *(task for _item in used), "PublishBuildArtifacts@1"]
            self.fleet.yaml_pipeline(
                self.project, name, self._yaml(task, place, used), path=f"pipelines/{name}.yml", variables=variables,
                variable_groups=groups, uses=used, last_run=last_run, run_tasks=ran,
            )  # fmt: skip
        elif kind == "designer":
            steps = [*self._steps(task, used), designer_step(self.groups[place % 3], {"connection": used[0]})]
            self.fleet.designer_pipeline(
                self.project, name, steps, variables=variables, variable_groups=groups, uses=used, last_run=last_run
            )
        else:
            stages = [Stage(name=stage, steps=self._steps(task, used)) for stage in ("Acceptance", "Production")]
            self.fleet.release_pipeline(
                self.project, name, stages, variables=variables, variable_groups=groups, uses=used, last_run=last_run
            )  # fmt: skip

    def _variable_groups(self, place: int) -> list[VariableGroup]:
        return [self.variable_groups[place % len(self.variable_groups)]] if place % 2 else []

    def _steps(self, task: str, used: list[Connection]) -> list[Step]:
        build = [designer_step("Npm@1", {"command": "ci"}), designer_step("CmdLine@2", {"script": _SCRIPT * 8})]
        return build + [designer_step(task, {_INPUTS[task][0]: item, "inlineScript": _SCRIPT}) for item in used]

    def _task_group(self, name: str) -> TaskGroup:
        inputs = {"connectedServiceNameARM": "$(connection)", "scriptType": "bash", "inlineScript": _SCRIPT}
        steps = [designer_step("AzureCLI@2", inputs), designer_step("Bash@3", {"script": _SCRIPT * 20})]
        return self.fleet.task_group(self.project, name, steps, {"connection": ""})

    def _yaml(self, task: str, place: int, used: list[Connection]) -> str:
        lines = ["steps:", "- task: Npm@1", "  inputs:", "    command: ci"]
        for item in used:
            lines += [f"- task: {task}", "  inputs:", f"    {_INPUTS[task][1]}: {item.name}"]
            if place % 20 == len(TASKS) - 2:
                lines += ["    SourcePath: out"]
            if place % 40 == 3:
                lines += ["    addSpnToEnvironment: true", "    scriptLocation: inlineScript"]
                lines += [f"    inlineScript: {_READS_KEY}"]
        lines += [f"- script: echo step {step} of many that every pipeline has" for step in range(8)]
        return "\n".join(lines) + "\n"


# How a designer and a file call the input that takes the connection.
_INPUTS = {
    "AzureCLI@2": ("connectedServiceNameARM", "azureSubscription"),
    "AzureWebApp@1": ("azureSubscription", "azureSubscription"),
    "AzureKeyVault@2": ("ConnectedServiceName", "azureSubscription"),
    "AzureFileCopy@4": ("ConnectedServiceNameARM", "azureSubscription"),
}


def _variables(count: int, padding: int) -> dict[str, str]:
    return {f"Settings.Of.Service.{number:03d}": f"https://service-{number}.contoso.example/api " * padding * 2 for number in range(count)}  # fmt: skip


def fleet_by_name(name: str) -> Fleet:
    """The fleet of such a name. Raises ValueError for anything else."""
    sizes = re.fullmatch(r"pipelines:(\d+)x(\d+)x(\d+)", name)
    if sizes is None:
        raise ValueError(f"no fleet {name!r}: pipelines:<projects>x<connections>x<definitions>")
    return readiness_fleet(*map(int, sizes.groups()))


if __name__ == "__main__":
    # Its main looks fleets up with this function.
    process.fleet_by_name = fleet_by_name  # type: ignore[attr-defined]
    sys.exit(process.main())
