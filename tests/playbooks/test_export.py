# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet as code: played back it changes nothing, elsewhere it makes the same fleet, and what is missing is never left out without a word."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Callable

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import KINDS, check_body
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import Check

from simulator import Fleet, Simulator, demo_fleet
from simulator.implicit_pipelines import pipelines_of
from unit.plugins._helpers.certificates import certificate_and_key

Json = dict[str, t.Any]
# Of the demo fleet nobody wants these as they are; what is Azure Stack, or has an application that is gone, can be made anew all the same.
NOT_CODE = ("Data Platform / being-created", "Machine Learning / no-permission", "Web Shop / creation-failed")
HOSTILE = (
    "{{ lookup('pipe', 'touch PLAYED') }}", "{% raw %}", "{# x #}", "a: b # c", "back\\slash", "\\{{ x }}'", "quo'te", 'dou"ble', "- dash", "yes", "0123",
    "x' }}{{ lookup('pipe', 'touch PLAYED') }}", "#jinja2: variable_start_string:'[['", "!unsafe x", "${var.x}", "%{ if true }", "$${x}", "zero\u200bwidth",
)  # fmt: skip


def export(here: t.Any, *arguments: str, files: str = "fleet.yml", **options: t.Any) -> t.Any:
    return here.run("azdo.connections.export", "-e", f"fleet_export_path={files}", *arguments, **options)


def told(played: t.Any) -> str:
    return " ".join(played.output.replace("\n", " ").split())


def recap(played: t.Any) -> dict[str, int]:
    return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", played.stdout.rpartition("PLAY RECAP")[2])}


def secrets_of(text: str) -> Json:
    """What a person would give for a fleet that is made anew."""
    found: dict[str, dict[str, str]] = {}
    for entry, key in re.findall(r"azdo_secrets\['(.*?)'\]\.(\w+)", text):
        found[entry] = {key: certificate_and_key() if key == "certificate" else "made-up-" * 6}
    return {"azdo_secrets": found}


TEAM = "[Payments]\\Release Managers"


def guarded_fleet() -> Fleet:
    """The demo fleet, with checks of every kind, and roles."""
    fleet = demo_fleet()
    ann = fleet.caller("Ann Example", mail="ann@contoso.example")
    team = fleet.group(TEAM, [ann])
    connection = next(item for item in fleet.world.connections.values() if item.name == "ledger-prod")
    fleet.role(connection, team, "Administrator")
    fleet.role(connection, ann, "User")
    wishes: dict[str, Json] = {
        "approval": {"approvers": [team.id, ann.id], "minimum_approvers": 1, "requester_can_approve": False},
        "branch_control": {"branches": ["refs/heads/main", "refs/heads/{{ x }}"], "protected_branches_only": True},
        "business_hours": {"days": ["Monday"], "start_time": "08:00", "end_time": "10:00", "time_zone": "UTC"},
        "required_template": {
            "templates": [{"repository_type": "git", "repository": "a/b", "ref": "refs/heads/main", "path": "x.yml"}]
        },
        "exclusive_lock": {},
    }
    for kind, settings in wishes.items():
        body = check_body(connection.id, Check(kind, settings))
        fleet.check(connection, body["type"]["id"], body["type"]["name"], body["settings"])
    return fleet


def without_connections() -> Fleet:
    """The same projects, pipelines and people, and no connection."""
    fleet = guarded_fleet()
    for project in list(fleet.world.projects.values()):
        for pipeline in pipelines_of(fleet.world, project, "Build").values():
            if (project.id, "Build", pipeline.id) not in fleet.world.pipelines.definitions:
                fleet.yaml_pipeline(project, pipeline.name, "steps: []", id=pipeline.id, folder=pipeline.folder)
    for connection in list(fleet.world.connections.values()):
        fleet.world.remove_connection(connection)
    return fleet


def as_code(here: t.Any, simulator: Simulator) -> list[Json]:
    """The fleet of an organization as the tasks of an export, without where it is."""
    played = export(here, files="seen.yml", env=sign_in(simulator))
    assert played.status == 0, played.output
    (play,) = yaml.safe_load(unmarked((here.folder / "seen.yml").read_text(encoding="utf-8")))
    return list(play["tasks"])


def unmarked(text: str) -> str:
    return text.replace(" !unsafe ", " ")


def sign_in(simulator: Simulator) -> dict[str, str]:
    return {"AZDO_ORG_SERVICE_URL": simulator.organization_url, "AZDO_PERSONAL_ACCESS_TOKEN": simulator.pat}


def test_the_demo_fleet_played_back_changes_nothing(stage: Callable[..., t.Any]) -> None:
    here = stage(guarded_fleet())
    made = export(here, files="fleet.yml,fleet.tf")
    assert made.status == 0, made.output
    assert "61 service connections in fleet.yml. 59 service connections in fleet.tf." in told(made)
    text = (here.folder / "fleet.yml").read_text(encoding="utf-8")
    for name in NOT_CODE:
        assert f"#   {name}: " in text
        assert name in told(made)
    assert "Not to be created anew" not in text
    here.simulator.forget()
    played = here.run("fleet.yml")
    assert played.status == 0, played.output
    assert (recap(played)["ok"], recap(played)["changed"]) == (61, 0)
    assert here.simulator.writes == []
    assert here.run("fleet.yml", "--check", "--diff").status == 0


@pytest.mark.timeout(300)
def test_in_an_empty_organization_it_makes_the_same_fleet(stage: Callable[..., t.Any]) -> None:
    """But for ids and secrets: the export of both is the same. As a person, because automatic connections need one."""
    here, there = stage(guarded_fleet()), stage(without_connections(), creation_polls=0).simulator
    before = as_code(here, here.simulator)
    assert len(before) == 61
    (guarded,) = [task for task in before if task["name"] == "Payments / ledger-prod"]
    options = guarded["azdo.connections.azdo_arm_connection"]
    assert {item["kind"] for item in options["checks"]} == {*KINDS} - {"rest_api"}
    assert {"role": "administrator", "identity": TEAM} in options["roles"]
    text = (here.folder / "seen.yml").read_text(encoding="utf-8")
    moved = text.replace(here.simulator.organization_url, there.organization_url)
    assert moved != text
    (here.folder / "moved.yml").write_text(moved, encoding="utf-8")
    (here.folder / "secrets.json").write_text(json.dumps(secrets_of(text)), encoding="utf-8")
    refused = here.run("moved.yml", env=sign_in(there))
    assert refused.status != 0
    assert "service_principal.key or service_principal.certificate is missing" in told(refused)
    played = here.run("moved.yml", "-e", "@secrets.json", env=sign_in(there))
    assert played.status == 0, played.output[-2000:]
    assert recap(played)["ok"] == 61
    assert as_code(here, there) == before
    there.forget()
    again = here.run("moved.yml", env=sign_in(there))
    assert (again.status, recap(again)["changed"], there.writes) == (0, 0, [])
    assert "made-up-" not in played.output + again.output


def hostile_fleet() -> Fleet:
    fleet = Fleet("contoso")
    payments, odd = fleet.project("Payments"), fleet.project("{{ 6*7 }} 'x' \\")
    for name in HOSTILE:
        fleet.connection(payments, name, creation_mode="Manual", description=f"{name}\n{{{{ 6*7 }}}}")
    fleet.connection(odd, "shared", shared_with=[(payments, "{{ 6*7 }}")])
    return fleet


def test_names_are_data(stage: Callable[..., t.Any]) -> None:
    here, elsewhere = stage(hostile_fleet()), Fleet("contoso")
    for name in ("Payments", "{{ 6*7 }} 'x' \\"):
        elsewhere.project(name)
    there = stage(elsewhere, creation_polls=0).simulator
    assert export(here, files="fleet.yml,fleet.tf").status == 0
    here.simulator.forget()
    played = here.run("fleet.yml")
    assert played.status == 0, played.output
    assert (recap(played)["changed"], here.simulator.writes) == (0, [])
    assert "42" not in played.stdout.partition("PLAY RECAP")[0].replace("ok=", "")
    text = (here.folder / "fleet.yml").read_text(encoding="utf-8")
    moved = text.replace(here.simulator.organization_url, there.organization_url)
    (here.folder / "moved.yml").write_text(moved, encoding="utf-8")
    known = {f"Payments/{name}": {"key": "made-up-" * 6} for name in HOSTILE}
    (here.folder / "secrets.json").write_text(json.dumps({"azdo_secrets": known}), encoding="utf-8")
    made = here.run("moved.yml", "-e", "@secrets.json", env=sign_in(there))
    assert made.status == 0, made.output
    names = {item.references[0].name for item in there.world.connections.values()}
    assert names == {*HOSTILE, "shared"}
    assert not (here.folder / "PLAYED").exists()


def unreadable(simulator: Simulator, name: str, what: str = "serviceendpoint/endpoints") -> None:
    project = next(item.id for item in simulator.world.projects.values() if item.name == name)
    body = {"message": "TF401027: You need the right."}
    simulator.fault(method="GET", path=f"/{project}/_apis/{what}", status=403, body=body, times=0)


@pytest.mark.parametrize("what", ["serviceendpoint/endpoints", "pipelines/pipelinepermissions"])
def test_nothing_is_written_while_something_could_not_be_read(what: str, stage: Callable[..., t.Any]) -> None:
    here = stage()
    (here.folder / "fleet.yml").write_text("of before\n", encoding="utf-8")
    unreadable(here.simulator, "Mobile Apps", what)
    played = export(here)
    assert played.status != 0
    assert "Nothing was written to fleet.yml, because not everything could be read" in told(played)
    assert (here.folder / "fleet.yml").read_text(encoding="utf-8") == "of before\n"
    allowed = export(here, "-e", '{"fleet_allow_unread": ["Mobile Apps"]}')
    assert allowed.status == 0, allowed.output
    text = (here.folder / "fleet.yml").read_text(encoding="utf-8")
    assert "# May be missing: " in text
    assert "fleet_allow_unread allows that." in told(allowed)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fleet_exportpath=a.yml"], "fleet_exportpath is no variable of this role. Did you mean fleet_export_path?"),
        ([], "fleet_export_path names no file, so there is nothing to write to."),
        (["fleet_export_path="], "fleet_export_path names no file, so there is nothing to write to."),
        (['{"fleet_export_path": []}'], "fleet_export_path names no file, so there is nothing to write to."),
        (
            ["fleet_export_path=nowhere/a.yml"],
            "fleet_export_path: nowhere/a.yml cannot be written, because there is no folder",
        ),
        (["fleet_export_path=a.yml", "fleet_slices=2"], "a file of one slice would look like the whole fleet"),
        (["fleet_export_path=a.json"], "fleet_export_path: the ending of a.json is none of .yml, .yaml, .tf."),
        (["fleet_export_path=a.yml,./a.yml"], "name a file twice"),
        (["fleet_export_path=a.yml", "fleet_projects=Paymints"], "Did you mean 'Payments'?"),
    ],
)
def test_what_a_person_says_slightly_wrong(arguments: list[str], says: str, stage: Callable[..., t.Any]) -> None:
    here = stage()
    played = here.run("azdo.connections.export", *(word for text in arguments for word in ("-e", text)))
    assert played.status != 0, played.output
    assert says in told(played)
    assert not (here.folder / "a.yml").exists()


def test_a_link_is_no_file(stage: Callable[..., t.Any]) -> None:
    here = stage()
    (here.folder / "fleet.yml").symlink_to("elsewhere.yml")
    played = export(here)
    assert (played.status != 0, "fleet.yml is a link" in told(played)) == (True, True)


def test_an_empty_organization_is_an_empty_play(stage: Callable[..., t.Any]) -> None:
    fleet = Fleet()
    fleet.project("Empty")
    here = stage(fleet)
    played = export(here)
    assert played.status == 0, played.output
    assert "0 service connections in fleet.yml." in told(played)
    assert here.run("fleet.yml").status == 0


@pytest.mark.parametrize("serial", ["100%", "1"])
def test_one_file_of_all_hosts_in_check_mode_too(serial: str, stage: Callable[..., t.Any]) -> None:
    """Projects as hosts, one after the other: what is shared stands there once, with its owner."""
    here = stage()
    (here.folder / "contoso.azdo.yml").write_text("plugin: azdo.connections.azdo\n", encoding="utf-8")
    hosts = ("-i", "contoso.azdo.yml", "-e", "fleet_hosts=azdo_projects", "-e", f"fleet_serial={serial}")
    by_projects = export(here, *hosts, "--check", files="projects.yml")
    assert by_projects.status == 0, by_projects.output
    assert export(here, files="whole.yml").status == 0
    one, other = (
        (here.folder / name).read_text(encoding="utf-8").split("- name:", 1)[1]
        for name in ("projects.yml", "whole.yml")
    )
    assert one == other


def test_one_project_tells_what_it_owns(stage: Callable[..., t.Any]) -> None:
    here = stage()
    played = export(here, "-e", '{"fleet_projects": ["Web Shop"]}')
    assert played.status == 0, played.output
    assert "hub network (shared)" not in (here.folder / "fleet.yml").read_text(encoding="utf-8").split("tasks:")[1]
    assert "It belongs to the project 'Shared Services', which was not read" in told(played)


def test_what_was_named_and_cannot_be_told_is_no_green_run(stage: Callable[..., t.Any]) -> None:
    here = stage()
    played = export(here, "-e", "fleet_connections=creation-failed,azure-prod")
    assert played.status != 0
    assert "1 connection that fleet_connections names is in no file. Web Shop / creation-failed: " in told(played)
    assert "1 service connection in fleet.yml." in told(played)
    assert export(here, "-e", "fleet_connections=creation-*").status == 0


def test_the_credential_of_an_application_is_written_where_somebody_asks_for_it(
    stage: Callable[..., t.Any], az: Callable[..., str]
) -> None:
    """A federated connection has a subject of its own wherever it is made, so a new one needs a new credential."""
    source, target = Fleet("contoso"), Fleet("contoso")
    federated: Json = {"scheme": "WorkloadIdentityFederation", "creation_mode": "Manual"}
    application = source.connection(source.project("Payments"), "azure", **federated).parameter("serviceprincipalid")
    target.project("Payments")
    target.application(application, "deploy")
    here, there = stage(source), stage(target, tls=True).simulator
    assert export(here).status == 0
    text = (
        (here.folder / "fleet.yml")
        .read_text(encoding="utf-8")
        .replace(here.simulator.organization_url, there.organization_url)
    )
    (here.folder / "moved.yml").write_text(text, encoding="utf-8")
    env = {
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_AUTH_SOURCE": "azure_cli",
        "AZURE_TENANT": target.tenant_id,
        "AZDO_AUTHORITY_URL": there.authority_url,
        "AZDO_GRAPH_URL": there.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": there.resource_manager_url,
        "REQUESTS_CA_BUNDLE": str(there.ca_path),
        "PATH": az(there),
    }
    played = here.run("moved.yml", "-e", "azdo_federated_credential=create", env=env)
    assert played.status == 0, played.output
    assert played.last["federated_credential"]["state"] == "created"
