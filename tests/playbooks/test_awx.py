# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role awx, with the modules of awx.awx as the PyPI packages ansible 12 and 13 bring them, against a server that holds objects as AWX does."""

from __future__ import annotations

import itertools
import json
import os
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from playbooks._helpers.awx_server import ENCRYPTED, TOKEN, Awx, AwxServer
from tools.sampling import sample
from tools.tree import REPOSITORY

PROJECT = REPOSITORY / "extensions" / "awx"
ROLE = REPOSITORY / "roles" / "awx"
# Folders of collections with awx.awx in them, by the version of the package; `make` puts them there.
COLLECTIONS = {path.name: path for path in sorted(Path(os.environ.get("AZDO_AWX_COLLECTIONS", "")).glob("ansible-*"))}
Json = dict[str, t.Any]
SAID: Json = {
    "awx_azure_devops_url": "https://dev.azure.com/contoso",
    "awx_project_url": "https://git.example.com/platform/awx.git",
}
EVERYTHING: Json = {
    **SAID,
    "awx_azure_credential": "Azure of the platform",
    "awx_execution_environment_image": "registry.example.com/azdo-ee:1",
    "awx_projects_as_hosts": True,
    "awx_canary_limit": "payments",
    "awx_slices": 4,
    "awx_notifications": ["The platform's channel"],
    "awx_report_folder": "/reports",
    "awx_extra_variables": {"fleet_shared": "include"},
    "awx_approval_timeout": 86400,
}


@pytest.fixture(params=sorted(COLLECTIONS) or ["none"])
def every_collection(request: pytest.FixtureRequest) -> Path:
    assert COLLECTIONS, "AZDO_AWX_COLLECTIONS has no awx.awx: run it with make playbooks"
    return COLLECTIONS[request.param]


class Controller:
    """An AWX, and the playbook that makes things in it."""

    def __init__(self, stage: t.Any, server: AwxServer, collections: Path) -> None:
        self.stage, self.awx = stage, server.awx
        stage.environment |= {
            "CONTROLLER_HOST": server.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            "ANSIBLE_COLLECTIONS_PATH": f"{os.environ['ANSIBLE_COLLECTIONS_PATH']}{os.pathsep}{collections}",
        }

    def run(self, *arguments: str, **said: t.Any) -> t.Any:
        """One run; what it would have written before is forgotten."""
        self.awx.writes.clear()
        (self.stage.folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
        return self.stage.run("azdo.connections.awx", "-e", "@said.json", *arguments)


@pytest.fixture(params=sample(sorted(COLLECTIONS), 2) or ["none"])
def collections(request: pytest.FixtureRequest) -> Path:
    """The modules of one version in `make test`, of each in `make test-all`."""
    assert COLLECTIONS, "AZDO_AWX_COLLECTIONS has no awx.awx: run it with make playbooks"
    return COLLECTIONS[request.param]


@pytest.fixture
def controller(stage: Callable[..., t.Any], collections: Path) -> Iterator[Controller]:
    server = AwxServer([path.name for path in PROJECT.glob("*.yml")])
    yield Controller(stage(), server, collections)
    server.stop()


@pytest.mark.timeout(600)
def test_from_an_empty_awx_to_a_rollout_and_back(controller: Controller) -> None:
    """Each task of awx.awx is a process of its own, so one AWX serves for all that is to be seen."""
    awx = controller.awx
    before = {kind: set(awx.named(kind)) for kind in awx.objects}
    empty = controller.run("--check", **EVERYTHING)
    assert empty.status == 0, empty.output
    assert "everything would be made" in empty.output
    assert awx.writes == []

    first = controller.run(**EVERYTHING)
    assert first.status == 0, first.output
    everything_is_there(awx)
    goes_through(awx, ["plan", "approve", "convert canary", "convert", "verify", "report"])

    # A person types a secret, and the role does not take it away.
    credential = awx.named("credentials")["Service connections"]
    assert credential["inputs"] == {"organization_url": "https://dev.azure.com/contoso"}
    credential["inputs"]["personal_access_token"] = "typed-by-a-person"
    again = controller.run(**EVERYTHING)
    assert again.status == 0, again.output
    assert awx.writes == []
    assert "changed=0" in again.stdout
    assert credential["inputs"]["personal_access_token"] == "typed-by-a-person"
    assert ENCRYPTED not in again.output
    assert "typed-by-a-person" not in again.output

    shown = controller.run(
        "--check", **{**EVERYTHING, "awx_watch_rule": "DTSTART:20260101T020000Z RRULE:FREQ=WEEKLY;INTERVAL=1"}
    )
    assert shown.status == 0, shown.output
    assert awx.writes == []
    assert "changed=1" in shown.stdout

    # Nobody goes first any more, and as -e gives it.
    plain = (
        "-e",
        "awx_slices=1",
        "-e",
        "awx_canary_limit=",
        "-e",
        "awx_watch_rule=",
        "-e",
        "awx_projects_as_hosts=true",
    )
    one = controller.run(
        *plain, **{name: value for name, value in EVERYTHING.items() if name not in ("awx_slices", "awx_canary_limit")}
    )
    assert one.status == 0, one.output
    goes_through(awx, ["plan", "approve", "convert", "verify", "report"])
    assert "Service connections: convert canary" not in awx.named("job_templates")
    assert awx.named("schedules") == {}

    other = controller.run(**{**EVERYTHING, "awx_azure_devops_url": "https://dev.azure.com/other"})
    assert other.status != 0
    assert "The credential Service connections is one of https://dev.azure.com/contoso" in " ".join(
        other.output.split()
    )

    gone = controller.run(awx_state="absent")
    assert gone.status == 0, gone.output
    left = {kind: names for kind in awx.objects if (names := set(awx.named(kind)) - before.get(kind, set()))}
    left.pop("workflow_approval_templates", None)
    assert left == {
        "organizations": {"Azure DevOps"},
        "credential_types": {"Azure DevOps organization"},
        "credentials": {"Service connections"},
    }
    assert controller.run(awx_state="absent").status == 0
    assert awx.writes == []


@pytest.mark.timeout(600)
def test_with_the_least_that_can_be_said(controller: Controller) -> None:
    assert controller.run(**SAID, awx_job_id=7, awx_user_name="somebody", awx_project_revision="abc").status == 0
    goes_through(controller.awx, ["plan", "approve", "convert", "verify", "report"])
    assert "inventory_sources" not in controller.awx.objects
    assert controller.awx.named("job_templates")["Service connections: convert"]["job_slice_count"] == 1
    assert controller.run(**SAID).status == 0
    assert controller.awx.writes == []


@pytest.mark.timeout(600)
def test_several_organizations(controller: Controller) -> None:
    """Which they are is typed into the credential, and jobs get it as a file."""
    said = {name: value for name, value in EVERYTHING.items() if name not in ("awx_azure_devops_url", "awx_slices")}
    said |= {"awx_several_organizations": True, "awx_projects_as_hosts": False, "awx_canary_limit": ""}
    assert (first := controller.run(**said)).status == 0, first.output
    awx = controller.awx
    kind = awx.named("credential_types")["Azure DevOps organizations"]
    assert kind["injectors"] == {
        "file": {"template": "{{ credentials }}"},
        "env": {"AZDO_CREDENTIALS_FILE": "{{ tower.filename }}"},
    }
    (field,) = kind["inputs"]["fields"]
    assert (field["id"], field["secret"], field["multiline"]) == ("credentials", True, True)
    assert not awx.named("credentials")["Service connections"].get("inputs")
    (source,) = awx.objects["inventory_sources"].values()
    assert (PROJECT / source["source_path"]).exists()
    inventories = {item["id"]: name for name, item in awx.named("inventories").items()}
    on = {name.partition(": ")[2]: inventories[item["inventory"]] for name, item in awx.named("job_templates").items()}
    assert on.pop("failed") == "Service connections: controller"
    assert set(on.values()) == {"Service connections: organizations"}
    awx.named("credentials")["Service connections"]["inputs"] = {"credentials": ENCRYPTED}
    assert (again := controller.run(**said)).status == 0, again.output
    assert awx.writes == []
    assert controller.run(awx_state="absent").status == 0
    assert awx.named("inventories") == {}


def everything_is_there(awx: Awx) -> None:
    assert awx.associated("organizations", "Azure DevOps", "galaxy_credentials") == ["Ansible Galaxy"]
    templates = awx.named("job_templates")
    playbooks = {name.partition(": ")[2]: item["playbook"] for name, item in templates.items()}
    assert playbooks == {
        **{
            name: f"{name}.yml"
            for name in ("smoke", "report", "readiness", "plan", "convert", "verify", "revert", "watch", "failed")
        },
        "convert canary": "convert.yml",
    }
    convert = templates["Service connections: convert"]
    assert (convert["job_slice_count"], json.loads(convert["extra_vars"])) == (
        4,
        {"fleet_report_folder": "/reports", "fleet_slices": 4, "fleet_serial": "100%"},
    )
    assert templates["Service connections: convert canary"]["limit"] == "payments"
    assert awx.associated("job_templates", "Service connections: plan", "credentials") == [
        "Service connections",
        "Azure of the platform",
    ]
    (localhost,) = awx.objects["hosts"].values()
    assert json.loads(localhost["variables"])["ansible_python_interpreter"] == "{{ ansible_playbook_python }}"
    (source,) = awx.objects["inventory_sources"].values()
    assert (source["source"], source["source_path"], source["update_on_launch"]) == ("scm", "inventory/azdo.yml", True)
    assert awx.named("schedules")["Service connections: watch"]["rrule"].endswith("RRULE:FREQ=DAILY;INTERVAL=1")
    assert awx.associated("workflow_job_templates", "Service connections: rollout", "notification_templates_approvals")
    injected = awx.named("credential_types")["Azure DevOps organization"]["injectors"]["env"]
    assert injected["AZDO_PERSONAL_ACCESS_TOKEN"] == "{{ personal_access_token }}"


def goes_through(awx: Awx, order: list[str]) -> None:
    """The workflow has these nodes one after the other, and tells of a failure."""
    assert set(awx.named("workflow_job_template_nodes")) == {*order, "report a failure", "failed"}
    for earlier, later in itertools.pairwise(order):
        assert awx.associated("workflow_job_template_nodes", earlier, "success_nodes") == [later]
    for node in ("convert", "verify"):
        assert awx.associated("workflow_job_template_nodes", node, "failure_nodes") == ["report a failure"]
    assert awx.associated("workflow_job_template_nodes", "plan", "failure_nodes") == []
    # Or the workflow would be green.
    assert awx.associated("workflow_job_template_nodes", "report a failure", "success_nodes") == ["failed"]
    assert awx.associated("workflow_job_template_nodes", "failed", "failure_nodes") == []
    # What nothing leads to begins with the workflow.
    led_to = {
        name
        for node in awx.named("workflow_job_template_nodes")
        for relation in ("success_nodes", "failure_nodes", "always_nodes")
        for name in awx.associated("workflow_job_template_nodes", node, relation)
    }
    assert set(awx.named("workflow_job_template_nodes")) - led_to == {"plan"}
    # Nobody gives a conversion another plan than the one that was approved.
    assert awx.named("workflow_job_templates")["Service connections: rollout"]["ask_variables_on_launch"] is False
    for name, item in awx.named("job_templates").items():
        if "convert" in name:
            assert item["ask_variables_on_launch"] is False
    questions = awx.surveys[
        "workflow_job_templates", awx.named("workflow_job_templates")["Service connections: rollout"]["id"]
    ]
    assert not any("default" in item and item["default"] == "" for item in questions["spec"])
    (approval,) = awx.objects["workflow_approval_templates"].values()
    assert approval["name"] == "Service connections: approve the plan"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({**SAID, "awx_project_url": ""}, "awx_project_url is missing"),
        ({**SAID, "awx_azure_devops_url": ""}, "awx_azure_devops_url is missing"),
        ({**SAID, "awx_several_organizations": True}, "awx_several_organizations goes without awx_azure_devops_url"),
        (
            {**SAID, "awx_azure_devops_url": "", "awx_several_organizations": True},
            "awx_several_organizations needs awx_execution_environment_image",
        ),
        ({**SAID, "awx_slice": 4}, "awx_slice: no variable of this role"),
        ({**SAID, "awx_slices": 0}, "awx_slices must be 1 or more"),
        ({**SAID, "awx_slices": 4}, "awx_slices and awx_canary_limit divide hosts"),
        ({**SAID, "awx_projects_as_hosts": True, "awx_slices": 4}, "name who goes first with awx_canary_limit"),
        ({**SAID, "awx_projects_as_hosts": True}, "awx_projects_as_hosts needs awx_execution_environment_image"),
        ({**SAID, "awx_extra_variables": {"fleet_shard": 1, "shared": "x"}}, "shared"),
        ({**SAID, "awx_state": "gone"}, "gone"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(controller: Controller, said: Json, why: str) -> None:
    played = controller.run(**said)
    assert played.status != 0
    assert why in " ".join(played.output.split())
    assert controller.awx.writes == []


def test_the_variables_are_those_that_the_role_knows() -> None:
    known = yaml.safe_load((ROLE / "vars/main.yml").read_text(encoding="utf-8").replace("!unsafe ", ""))["__awx_known"]
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text(encoding="utf-8"))
    assert known == sorted(defaults)


def tasks_of(role: Path) -> Iterator[tuple[str, Json]]:
    """Each task of a module of awx.awx, with its options."""
    for path in sorted((role / "tasks").glob("*.yml")):
        for task in yaml.safe_load(path.read_text(encoding="utf-8").replace("!unsafe ", "")):
            for key, value in task.items():
                if key.startswith("awx.awx."):
                    yield key.removeprefix("awx.awx."), value


def test_every_option_is_one_of_the_module(every_collection: Path) -> None:
    tasks = list(tasks_of(ROLE))
    assert len({module for module, _options in tasks}) >= 10
    folder = every_collection / "ansible_collections" / "awx" / "awx" / "plugins" / "modules"
    for module, options in tasks:
        source = (folder / f"{module}.py").read_text(encoding="utf-8")
        documented = yaml.safe_load(
            source.split("DOCUMENTATION = ", 1)[1].split("'''" if "'''" in source[:4000] else '"""')[1]
        )
        assert set(options) <= set(documented["options"]), module
