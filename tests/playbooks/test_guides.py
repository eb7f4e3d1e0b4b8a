# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides of the documentation: commands as people paste them, playbooks as they are written, but for the address of the organization, what they show
on a screen, and their pictures."""

from __future__ import annotations

import json
import os
import re
import shlex
import textwrap
import typing as t
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from playbooks._helpers.awx_server import TOKEN, AwxServer
from simulator import Fleet, federation
from simulator.identity_fleet import assign
from tools.docs_site import DOCS, GUIDES, PICTURES, bring_pictures
from tools.tree import REPOSITORY

CONTOSO = "https://dev.azure.com/contoso"
SUBSCRIPTION = "5a1d2c3b-0000-4000-8000-000000000001"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(GUIDES.glob("*.rst"))}


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a guide in this language, in their order."""
    found = re.findall(rf"\.\. code-block:: {re.escape(language)}\n\n((?:  .*\n|\n)+)", PAGES[page])
    return [textwrap.dedent(text).strip() + "\n" for text in found]


# How many connections are converted when all commands of a guide were run, one after the other.
CONVERTED = {
    "guide_first_report": 0,
    "guide_plan_and_approve": 0,
    "guide_fleet_and_waves": 4,
    "guide_after_the_rollout": 0,
    "guide_readiness": 2,
    "guide_terraform": 6,
    "guide_as_code": 0,
}
_PAYMENTS = ("-e", "fleet_projects=Payments")
SCREENS = {
    "guide_first_report": ("azdo.connections.report", "-e", "fleet_include=usage"),
    "guide_plan_and_approve": ("azdo.connections.plan", *_PAYMENTS, "-e", "fleet_plan_path=plan.json"),
    "guide_readiness": ("azdo.connections.readiness", *_PAYMENTS),
    "guide_as_code": ("azdo.connections.export", "-e", "fleet_export_path=connections.yml,connections.tf"),
    "guide_awx": ("azdo.connections.plan", *_PAYMENTS, "-e", "awx_job_id=17"),
}
WITH_COMMANDS = [page for page in PAGES if blocks(page, "console")]


def test_no_block_is_in_a_language_that_nobody_reads() -> None:
    used = {name for text in PAGES.values() for name in re.findall(r"\.\. code-block:: (\S+)", text)}
    assert used == {"console", "none", "text", "yaml", "yaml+jinja"}
    assert set(WITH_COMMANDS) == {*CONVERTED, "guide_awx", "guide_several_organizations"}
    assert sum(len(blocks(page, "text")) for page in PAGES) == len(SCREENS)


def commands(page: str) -> list[str]:
    return [line.removeprefix("$ ") for text in blocks(page, "console") for line in text.splitlines()]


def test_every_picture_is_there_and_has_words() -> None:
    shown = {name for text in PAGES.values() for name in re.findall(rf"{re.escape(PICTURES)}(\S+)", text)}
    assert {name for name in shown if not (DOCS / name).is_file()} == set()
    # A picture that no page shows is one too many.
    assert {path.name for path in DOCS.iterdir() if path.suffix in (".png", ".svg")} == shown
    for text in PAGES.values():
        assert len(re.findall(r"^\.\. figure::", text, re.MULTILINE)) == len(
            re.findall(r"^  :alt: ", text, re.MULTILINE)
        )
    assert not [name for name, text in PAGES.items() if ".. image::" in text]


def test_pictures_are_brought_to_the_site(tmp_path: Path) -> None:
    (tmp_path / "page.rst").write_text(PAGES["guide_awx"], encoding="utf-8")
    bring_pictures(tmp_path)
    text = (tmp_path / "page.rst").read_text(encoding="utf-8")
    (shown,) = re.findall(r"figure:: /(\S+)", text)
    assert (tmp_path / shown).is_file()
    assert PICTURES not in text


@pytest.mark.parametrize("page", SCREENS)
def test_a_screen_is_that_of_the_demo(page: str, stage: Callable[..., t.Any]) -> None:
    """A digest is cut, because the fleet of the demo has new times, and so another one, whenever it is made."""
    (shown,) = blocks(page, "text")
    played = stage().run(*SCREENS[page])
    assert played.status == 0, played.output
    digest = r"(?<=fleet_plan_digest=)[0-9a-f]+"
    assert re.sub(digest, "", shown).replace("...", "") in re.sub(digest, "", played.stdout)


def fleet_of_the_guides() -> Fleet:
    fleet = Fleet("contoso")
    for name in ("Payments", "Web Shop", "sandbox-one"):
        project = fleet.project(name)
        for kind in ("dev", "prod"):
            fleet.connection(project, f"azure-{kind}", last_used=timedelta(days=2))
    return fleet


STEP = "steps:\n- task: {task}\n  displayName: Deploy\n  inputs:\n    {input}: {name}\n"


def fleet_with_pipelines() -> Fleet:
    """A connection whose pipeline is ready, one whose task is too old, one whose task only a row of one's own knows."""
    fleet = Fleet("contoso")
    payments = fleet.project("Payments")
    for name, task, takes in (
        ("azure-dev", "AzureCLI@2", "azureSubscription"),
        ("azure-prod", "AzureFileCopy@4", "azureSubscription"),
        ("azure-infra", "TerraformTaskV4@4", "backendServiceArm"),
    ):
        connection = fleet.connection(payments, name, last_used=timedelta(days=2))
        text = STEP.format(task=task, input=takes, name=name)
        fleet.yaml_pipeline(payments, f"deploy-{name}", text, path=f"{name}.yml", repository="app", uses=[connection])
    return fleet


def write_state(here: t.Any) -> None:
    """A state of Terraform that has one of the connections."""
    first = next(iter(here.simulator.world.connections))
    resource = {
        "mode": "managed",
        "type": "azuredevops_serviceendpoint_azurerm",
        "name": "prod",
        "instances": [{"attributes": {"id": first}}],
    }
    (here.folder / "prod.tfstate").write_text(json.dumps({"version": 4, "resources": [resource]}), encoding="utf-8")


# Of other fleets than that of the guides.
FLEETS = {"guide_readiness": fleet_with_pipelines}


def fails(words: list[str]) -> bool:
    """Whether a guide says so of a command: it is a gate, and something is left to do."""
    return words[0].endswith(".readiness") and "fleet_readiness=require" in words


@pytest.mark.parametrize("page", CONVERTED)
def test_the_commands_of_a_guide_do_what_it_says(page: str, stage: Callable[..., t.Any]) -> None:
    here = stage(FLEETS.get(page, fleet_of_the_guides)())
    write_state(here)
    for text in (*blocks(page, "yaml+jinja"), *blocks(page, "yaml")):
        name = text.partition("\n")[0].removeprefix("# ")
        (here.folder / name).write_text(text.replace(CONTOSO, here.simulator.organization_url), encoding="utf-8")
    for text in blocks(page, "none"):
        (here.folder / "tasks.csv").write_text(text, encoding="utf-8")
    lines = commands(page)
    hosts = next((shlex.split(line[7:-1]) for line in lines if line.startswith("hosts=(")), [])
    digest, played = "", 0
    for line in lines:
        if line == "mkdir -p history":
            (here.folder / "history").mkdir()
        if not line.startswith("ansible-playbook "):
            continue
        words = [word for part in shlex.split(line)[1:] for word in (hosts if part == "${hosts[@]}" else [part])]
        run = here.run(*(re.sub(r"(?<=fleet_plan_digest=).*", digest, word) for word in words))
        assert (run.status != 0) is fails(words), (words, run.output)
        found = re.search(r"fleet_plan_digest=([0-9a-f]{64})", json.dumps(run.results) + run.output)
        digest, played = (found[1] if found else digest), played + 1
    assert played
    schemes = [item.scheme for item in here.simulator.world.connections.values()]
    assert schemes.count("WorkloadIdentityFederation") == CONVERTED[page]
    assert bool(here.simulator.writes) is (
        page in ("guide_plan_and_approve", "guide_fleet_and_waves", "guide_readiness", "guide_terraform")
    )


def test_own_rows_are_what_the_guide_on_readiness_says(stage: Callable[..., t.Any]) -> None:
    """Both forms of its file make the same connection ready, and no other one."""
    here, page = stage(fleet_with_pipelines()), "guide_readiness"
    (here.folder / "tasks.yml").write_text(*blocks(page, "yaml"), encoding="utf-8")
    (here.folder / "tasks.csv").write_text(*blocks(page, "none"), encoding="utf-8")
    for files, told in (
        ((), "1 with a task to update, 1 that nobody can judge, 1 ready (1 with scripts that nobody has looked at)."),
        (("tasks.yml",), "1 with a task to update, 2 ready (2 with scripts that nobody has looked at)."),
        (("tasks.csv",), "1 with a task to update, 2 ready (2 with scripts that nobody has looked at)."),
    ):
        said = [word for name in files for word in ("-e", f"fleet_task_support_file={name}")]
        played = here.run("azdo.connections.readiness", *_PAYMENTS, *said)
        assert played.status == 0, played.output
        assert told in (shown := " ".join(played.stdout.split())), shown[:1500]


def test_several_organizations_have_a_sign_in_each(stage: Callable[..., t.Any]) -> None:
    page = "guide_several_organizations"
    organizations = ("contoso-labs", "contoso", "fabrikam")
    places = {name: stage(_small(name)) for name in organizations}
    here = places["contoso"]
    urls = {name: place.simulator.organization_url for name, place in places.items()}
    files = {text.partition("\n")[0].removeprefix("# "): text for text in blocks(page, "yaml+jinja")}
    source = yaml.safe_load(files["all.azdo.yml"])
    signed_in = yaml.safe_load(files["credentials.yml"])
    assert set(source["organizations"]) == set(organizations)
    source["organizations"] = [urls[name] for name in source["organizations"]]
    for entry in signed_in:
        name = entry["organization_url"].rpartition("/")[2]
        entry |= {"organization_url": urls[name], "personal_access_token": places[name].simulator.pat}
    (here.folder / "all.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")
    (here.folder / "credentials.yml").write_text(yaml.safe_dump(signed_in), encoding="utf-8")
    # The first command is for one person who signs in to all, which no token of the simulator does.
    here.environment = {"AZDO_ORG_SERVICE_URL": "UNSET", "AZDO_CREDENTIALS_FILE": "credentials.yml"}
    lines = [line for line in commands(page) if line.startswith("ansible-playbook ")]
    assert len(lines) == 2
    for line in lines:
        played = here.run(*shlex.split(line)[1:])
        assert played.status == 0, (line, played.output)
    rows = (here.folder / "all.csv").read_text(encoding="utf-8")
    assert all(f"azure-{name}" in rows for name in organizations)


def _small(organization: str) -> Fleet:
    fleet = Fleet(organization)
    fleet.connection(fleet.project("Web"), f"azure-{organization}", last_used=timedelta(days=2))
    return fleet


@pytest.mark.timeout(600)
def test_the_guide_on_awx_makes_what_it_says_and_takes_it_away(stage: Callable[..., t.Any]) -> None:
    """The first and the last command in `make test`; what is between them is a case of test_awx, and runs in `make test-all`."""
    found = sorted(Path(os.environ.get("AZDO_AWX_COLLECTIONS", "")).glob("ansible-*"))
    assert found, "AZDO_AWX_COLLECTIONS has no awx.awx: run it with make playbooks"
    project = REPOSITORY / "extensions" / "awx"
    page, here = "guide_awx", stage()
    server = AwxServer([path.name for path in project.glob("*.yml")])
    here.environment |= {
        "CONTROLLER_HOST": server.url,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
        "ANSIBLE_COLLECTIONS_PATH": f"{os.environ['ANSIBLE_COLLECTIONS_PATH']}{os.pathsep}{found[-1]}",
    }
    (variables,) = [text for text in blocks(page, "yaml") if text.startswith("# awx.yml\n")]
    (here.folder / "awx.yml").write_text(variables, encoding="utf-8")
    told = set(re.findall(r"\*Service connections: (\w+)\*", PAGES[page]))
    assert told >= {"smoke", "report", "rollout", "revert"}
    lines = [line for line in commands(page) if line.startswith("ansible-playbook ")]
    assert len(lines) == 3
    everything = bool(os.environ.get("AZDO_TEST_ALL"))
    slices = []
    try:
        for line in lines if everything else (lines[0], lines[-1]):
            played = here.run(*shlex.split(line)[1:])
            assert played.status == 0, (line, played.output)
            made = {**server.awx.named("job_templates"), **server.awx.named("workflow_job_templates")}
            if made:
                assert {f"Service connections: {name}" for name in told} <= set(made)
                slices.append(made["Service connections: convert"]["job_slice_count"])
    finally:
        server.stop()
    assert slices == ([1, 4] if everything else [1])
    assert made == {}


def test_the_playbooks_of_the_guide_on_modules_run_as_written(
    stage: Callable[..., t.Any], az: Callable[..., str]
) -> None:
    fleet = fleet_of_the_guides()
    manual = fleet.connection(fleet.project("Payments"), "azure-erp", creation_mode="Manual")
    fleet.connection(fleet.project("Web Shop"), "azure-old", scheme="WorkloadIdentityFederation", issuer="azure_devops")
    automation = fleet.service_principal("automation", secret="s" * 40)
    fleet.application("5a1d2c3b-0000-4000-8000-000000000011", "team")
    here = stage(fleet, tls=True)
    simulator = here.simulator
    issuer, subject = federation.pair(fleet.world, manual, "entra")
    assign(fleet.world.directory, str(automation.object_id), f"/subscriptions/{SUBSCRIPTION}", "Owner")
    here.environment = {
        "AZDO_AUTHORITY_URL": simulator.authority_url,
        "AZDO_GRAPH_URL": simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": simulator.resource_manager_url,
        "REQUESTS_CA_BUNDLE": str(simulator.ca_path),
        "PATH": az(simulator),
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_AUTH_SOURCE": "azure_cli",
        "AZURE_TENANT": fleet.tenant_id,
        "AZURE_CLIENT_ID": str(automation.client_id),
        "AZURE_SECRET": "s" * 40,
    }
    team = {
        "project": "Payments",
        "subscription_id": SUBSCRIPTION,
        "subscription_name": "Contoso Production",
        "client_id": "5a1d2c3b-0000-4000-8000-000000000011",
    }
    known = {"issuer_from_the_portal": issuer, "subject_from_the_portal": subject, "teams": [team]}
    done: dict[str, str] = {}
    for text in blocks("guide_modules", "yaml"):
        for item in _plays(yaml.safe_load(text.replace(CONTOSO, simulator.organization_url))):
            played = here.play(**{**item, "vars": known})
            assert played.status == 0, played.output
            for one in played.results:
                rows = one["result"].get("connections") or ()
                done |= {row["name"]: row["status"] for row in rows if "status" in row}
    assert done["azure-erp"] == "converted"
    assert done["azure-old"] == "migrated"
    assert {item.references[0].name for item in simulator.world.connections.values()} >= {"azure-production"}


def _plays(items: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Plays as they are, tasks as one play."""
    if "tasks" not in items[0]:
        return [{"tasks": items}]
    return items
