# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of the YAML of a pipeline in a preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from simulator import Fleet, Variable
from simulator.pipeline_expansion import expanded, tasks_in
from simulator.yaml_expressions import Unexpandable, evaluate
from simulator.yaml_forms import dump

NAMES = {"parameters": {"a": "x", "n": 3, "list": ["p", "q"], "map": {"k": "v"}, "on": True}, "variables": {"r.s": "t"}}


def expand(text: str, files: Mapping[str, str] | None = None, given: Mapping[str, Any] | None = None) -> Any:
    """The document as a client reads it."""
    fleet = Fleet()
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "p", text, files=files)
    return yaml.safe_load(dump(expanded(fleet.world, pipeline, given or {})))


def steps(document: Any) -> list[dict[str, Any]]:
    """Those of a document that has one job."""
    (stage,) = document["stages"]
    (job,) = stage["jobs"]
    found: list[dict[str, Any]] = job["steps"]
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s'", "it's"),
        ("parameters.a", "x"),
        ("parameters['A']", "x"),
        ("parameters.list[1]", "q"),
        ("parameters.missing.deeper", None),
        ("variables['r.s']", "t"),
        ("eq(parameters.a, 'X')", True),
        ("eq(parameters.n, '3')", True),
        ("eq(parameters.on, 'true')", True),
        ("ne(parameters.a, 'x')", False),
        ("and(true, not(false), or(false, eq(1, 1)))", True),
        ("in(parameters.a, 'y', 'x')", True),
        ("notIn(parameters.a, 'y')", True),
        ("containsValue(parameters.list, 'q')", True),
        ("contains('abc', 'B')", True),
        ("startsWith('refs/heads/main', 'refs/')", True),
        ("endsWith('abc', 'c')", True),
        ("format('{0}-{1}', parameters.a, parameters.n)", "x-3"),
        ("coalesce(parameters.missing, '', 'z')", "z"),
        ("join(',', parameters.list)", "p,q"),
        ("length(parameters.list)", 2),
        ("upper(lower('Ab'))", "AB"),
        ("replace('a-b', '-', '_')", "a_b"),
        ("split('a;b', ';')", ["a", "b"]),
        ("convertToJson(parameters.list)", '[\n  "p",\n  "q"\n]'),
        ("ge(parameters.n, 3)", True),
    ],
)
def test_expressions(text: str, value: Any) -> None:
    assert evaluate(text, NAMES) == value


@pytest.mark.parametrize("text", ["", "eq(1", "1 2", "nothing", "unheard(1)", "eq(1)", "@", "parameters.a)"])
def test_expressions_that_are_none(text: str) -> None:
    with pytest.raises(Unexpandable):
        evaluate(text, NAMES)


def test_shortcuts_are_tasks() -> None:
    text = """
steps:
- checkout: self
- checkout: none
- script: one
  displayName: One
- bash: two
  workingDirectory: x
- pwsh: three
- powershell: four
- publish: out
  artifact: drop
- download: current
  artifact: drop
- task: AzureCLI@2
  condition: always()
  enabled: false
"""
    found = steps(expand(text))
    names = [item["task"] for item in found]
    checkout, download = "6d15af64-176c-496d-b583-fd2ae21d4df4@1", "30f35852-3f7e-4c0c-9a88-e127b4f97211@1"
    assert names[:2] == [checkout] * 2
    assert names[2:6] == ["CmdLine@2", "Bash@3", "PowerShell@2", "PowerShell@2"]
    assert names[6:] == ["PublishPipelineArtifact@1", download, "AzureCLI@2"]
    assert found[1]["condition"] is False
    assert found[2] == {"task": "CmdLine@2", "displayName": "One", "inputs": {"script": "one"}}
    assert found[3]["inputs"] == {"targetType": "inline", "script": "two", "workingDirectory": "x"}
    assert found[4]["inputs"]["pwsh"] is True
    assert found[6]["inputs"] == {"path": "out", "artifactName": "drop"}
    assert found[8] == {"task": "AzureCLI@2", "condition": "always()", "enabled": False}
    fleet = Fleet()
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "p", text)
    assert pipeline.tasks == ["CmdLine@2", "Bash@3", "PowerShell@2", "PowerShell@2", "PublishPipelineArtifact@1"]


def test_steps_and_jobs_alone_get_what_they_run_in() -> None:
    whole = expand("trigger: none\npool: {vmImage: ubuntu-latest}\nsteps:\n- script: x\n")
    assert whole["trigger"] == {"enabled": False}
    (stage,) = whole["stages"]
    assert (stage["stage"], stage["jobs"][0]["job"]) == ("__default", "Job")
    assert stage["jobs"][0]["pool"] == {"vmImage": "ubuntu-latest"}
    (stage,) = expand("jobs:\n- job: A\n  steps: []\n- job: B\n  dependsOn: A\n")["stages"]
    assert [item["job"] for item in stage["jobs"]] == ["A", "B"]
    assert stage["jobs"][1]["dependsOn"] == ["A"]


def test_values_keep_their_type_and_texts_stay_texts() -> None:
    text = """
parameters:
- {name: flag, type: boolean, default: true}
- {name: much, type: object, default: {a: [1, two]}}
variables:
  version: 1.10
  yes: no
steps:
- task: T@1
  enabled: ${{ parameters.flag }}
  inputs:
    all: ${{ parameters.much }}
    text: v${{ variables.version }} ${{ parameters.flag }}
    late: $(version) $[ variables.x ]
"""
    document = expand(text)
    assert document["variables"] == [{"name": "version", "value": "1.10"}, {"name": "yes", "value": "no"}]
    (step,) = steps(document)
    assert step["enabled"] is True
    assert step["inputs"] == {"all": {"a": [1, "two"]}, "text": "v1.10 True", "late": "$(version) $[ variables.x ]"}


def test_conditions_among_items_and_keys() -> None:
    text = """
parameters:
- {name: where, type: string, default: prod}
steps:
- ${{ if eq(parameters.where, 'dev') }}:
  - script: dev
- ${{ elseif eq(parameters.where, 'prod') }}:
  - script: prod
  - ${{ if ne(parameters.where, 'x') }}:
    - script: inner
- ${{ else }}:
  - script: other
- task: T@1
  ${{ if eq(parameters.where, 'prod') }}:
    condition: always()
  ${{ else }}:
    condition: never()
  inputs:
    ${{ insert }}: {a: b}
"""

    def scripts(where: str) -> list[Any]:
        return [
            item.get("inputs", {}).get("script", item.get("condition"))
            for item in steps(expand(text, None, {"where": where}))
        ]

    assert scripts("prod") == ["prod", "inner", "always()"]
    assert scripts("dev") == ["dev", "never()"]
    assert scripts("else") == ["other", "never()"]
    assert steps(expand(text))[-1]["inputs"] == {"a": "b"}


def test_loops_over_lists_and_mappings() -> None:
    text = """
parameters:
- {name: list, type: object, default: [{name: a, on: true}, {name: b, on: false}]}
- {name: map, type: object, default: {k: v}}
stages:
- ${{ each item in parameters.list }}:
  - ${{ if item.on }}:
    - stage: ${{ item.name }}
      jobs:
      - job: J
        variables:
          ${{ each pair in parameters.map }}:
            ${{ pair.key }}_${{ item.name }}: ${{ pair.value }}
        steps:
        - script: x
"""
    (stage,) = expand(text)["stages"]
    assert stage["stage"] == "a"
    assert stage["jobs"][0]["variables"] == [{"name": "k_a", "value": "v"}]


def test_templates_of_every_kind_with_relative_paths() -> None:
    files = {
        "t/stages.yml": "parameters:\n- name: connection\n  type: string\nstages:\n- stage: S\n  jobs:\n"
        "  - template: jobs/job.yml\n    parameters:\n      connection: ${{ parameters.connection }}\n",
        "t/jobs/job.yml": "parameters:\n  connection: none\n  steps: []\njobs:\n- deployment: D\n  environment: prod\n"
        "  variables:\n  - template: /vars.yml\n  strategy:\n    runOnce:\n      deploy:\n        steps:\n"
        "        - template: ../steps.yml\n          parameters: {connection: '${{ parameters.connection }}'}\n",
        "t/steps.yml": "parameters:\n- {name: connection, type: string}\nsteps:\n- task: AzureCLI@2\n  inputs:\n"
        "    azureSubscription: ${{ parameters.connection }}\n    script: ${{ variables.from_file }}\n",
        "vars.yml": "variables:\n- name: from_file\n  value: yes it is\n- group: secrets\n",
    }
    text = "stages:\n- template: t/stages.yml\n  parameters:\n    connection: azure-prod\n"
    document = expand(text, files)
    (job,) = document["stages"][0]["jobs"]
    assert job["environment"] == {"name": "prod"}
    assert job["variables"] == [{"name": "from_file", "value": "yes it is"}, {"group": "secrets"}]
    (step,) = job["strategy"]["runOnce"]["deploy"]["steps"]
    assert step["inputs"] == {"azureSubscription": "azure-prod", "script": "yes it is"}
    assert list(tasks_in(document)) == ["AzureCLI@2"]


def test_steps_as_a_parameter_and_lists_in_the_place_of_items() -> None:
    files = {
        "t.yml": "parameters:\n- {name: more, type: stepList, default: []}\nsteps:\n- script: first\n- ${{ parameters.more }}\n"
    }
    text = """
steps:
- template: t.yml
  parameters:
    more:
    - bash: second
    - ${{ if true }}:
      - task: AzureCLI@2
"""
    assert [item["task"] for item in steps(expand(text, files))] == ["CmdLine@2", "Bash@3", "AzureCLI@2"]


def test_extends_keeps_what_the_root_says_around_it() -> None:
    files = {
        "base.yml": "parameters:\n- {name: steps, type: stepList}\nvariables:\n  b: 2\nstages:\n- stage: S\n  jobs:\n"
        "  - job: J\n    steps:\n    - ${{ each step in parameters.steps }}:\n      - ${{ step }}\n    - script: ${{ variables.a }}\n"
    }
    text = "trigger: none\nvariables:\n  a: one\nextends:\n  template: base.yml\n  parameters:\n    steps:\n    - task: AzureCLI@2\n"
    document = expand(text, files)
    assert document["trigger"] == {"enabled": False}
    assert document["variables"] == [{"name": "a", "value": "one"}, {"name": "b", "value": 2}]
    assert [item["task"] for item in steps(document)] == ["AzureCLI@2", "CmdLine@2"]
    assert steps(document)[1]["inputs"] == {"script": "one"}
    assert "extends" not in document


def test_templates_of_other_repositories() -> None:
    fleet = Fleet()
    project, library = fleet.project("P"), fleet.project("Library")
    fleet.repository(
        library,
        "templates",
        {"/x/a.yml": "steps:\n- template: b.yml\n- template: c.yml@self\n", "x/b.yml": "steps:\n- bash: b\n"},
    )
    fleet.repository(project, "contoso/tools", {"d.yml": "steps:\n- pwsh: d\n"}, type="GitHub")
    text = """
resources:
  repositories:
  - {repository: lib, type: git, name: Library/templates}
  - {repository: hub, type: github, name: contoso/tools}
  - {repository: gone, type: git, name: Library/gone}
steps:
- template: x/a.yml@lib
- template: d.yml@hub
"""
    pipeline = fleet.yaml_pipeline(project, "p", text, files={"c.yml": "steps:\n- script: c\n"})
    assert pipeline.tasks == ["Bash@3", "CmdLine@2", "PowerShell@2"]
    assert expanded(fleet.world, pipeline, {})["resources"]["repositories"][0]["name"] == "Library/templates"
    for wrong, message in (("d.yml@gone", "could not be found"), ("d.yml@never", "Repository alias never")):
        pipeline.repository.files["azure-pipelines.yml"] = text.replace("d.yml@hub", wrong)
        with pytest.raises(Unexpandable, match=message):
            expanded(fleet.world, pipeline, {})


def test_variables_are_layered_and_see_those_before_them() -> None:
    fleet = Fleet()
    text = """
variables:
- {name: a, value: root}
- {name: b, value: "${{ variables.a }}-${{ variables.ui }}"}
- ${{ if eq(variables.a, 'root') }}:
  - {name: c, value: "${{ variables.b }}"}
jobs:
- job: J
  variables: {a: job}
  steps:
  - script: ${{ variables.a }} ${{ variables.c }} [${{ variables.hidden }}]
"""
    given: dict[str, str | Variable] = {"ui": "definition", "a": "lost", "hidden": Variable("s3cret", secret=True)}
    pipeline = fleet.yaml_pipeline(fleet.project("P"), "p", text, variables=given)
    document = expanded(fleet.world, pipeline, {})
    assert [item["value"] for item in document["variables"]] == ["root", "root-definition", "root-definition"]
    (step,) = document["stages"][0]["jobs"][0]["steps"]
    assert step["inputs"]["script"] == "job root-definition []"


def test_strategies_stay_as_they_are() -> None:
    matrix = {"matrix": {"linux": {"image": "ubuntu"}, "windows": {"image": "windows"}}}
    document = expand(f"jobs:\n- job: J\n  strategy: {matrix}\n  steps: []\n")
    assert document["stages"][0]["jobs"][0]["strategy"] == matrix
    canary = (
        "strategy: {canary: {increments: [10], deploy: {steps: [{script: x}]}, on: {failure: {steps: [{bash: y}]}}}}"
    )
    document = expand(f"jobs:\n- deployment: D\n  {canary}\n")
    assert list(tasks_in(document)) == ["CmdLine@2", "Bash@3"]


@pytest.mark.parametrize(
    ("text", "files", "message"),
    [
        ("steps:\n- template: t.yml\n", {"t.yml": "steps:\n- template: t.yml\n"}, "depth"),
        ("steps:\n- script: ${{ parameters }\n  x: ${{ what.x }}\n", {}, "Unrecognized value: 'what'"),
        ("steps:\n- template: t.yml\n  parameters: {b: 1}\n", {"t.yml": "steps: []\n"}, "Unexpected parameter 'b'"),
        (
            "steps:\n- template: t.yml\n",
            {"t.yml": "parameters:\n- name: b\nsteps: []\n"},
            "A value for the 'b' parameter",
        ),
        ("a: [", {}, "azure-pipelines.yml"),
    ],
)
def test_what_cannot_be_expanded(text: str, files: Mapping[str, str], message: str) -> None:
    with pytest.raises(Unexpandable, match=message):
        expand(text, files)
