# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No text that other people wrote is ever a template: a fleet whose every text is a command, through every playbook and every filter.

Whoever may name a connection must not be able to run something on the controller. `make cores` plays this on every ansible-core; up to 2.18 a text is
evaluated unless it is marked, so it is there that these tests tell something.

Of the tests that are marked as sampled, one in two combinations of their parameters is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import csv
import json
import re
import typing as t
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from simulator import Connection, Fleet, Simulator
from simulator.recorder import Recorded

Json = dict[str, t.Any]

# Evaluated, the first leaves a file, the second this number, and the third is an error. Short enough for a cell of a table.
COMMAND, SUM, ODD = "{{q('pipe','>$M')}}", "{{7**9}}", "{% raw %}"
NUMBER = "40353607"
ALL = f"{COMMAND}{SUM}"
TEMPLATE_ERROR = re.compile(
    r"templat(e|ing) (error|string)|error (while|during) templat|end of raw|unexpected '|is undefined", re.IGNORECASE
)

KINDS = ("organization", "project", "connection")
LATELY = timedelta(days=2)
SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
FORMATS = ("html", "csv", "md", "json")
EXPORT = ("-e", "fleet_export_path=fleet.yml,fleet.tf")
REPORTS = ("-e", "fleet_report_path=" + ",".join(f"run.{ending}" for ending in FORMATS))
REFUSAL = f"TF400813: not for you {ALL}"
APPROVAL = "8c6f20a7-a545-4486-9777-f762fafe0d4d"


def trapped_fleet() -> Fleet:
    """Every text that somebody can choose is a command: three connections to convert, and one of each of the others."""
    fleet = Fleet(f"o{SUM}")
    fleet.user.display_name = f"Sam {ALL}"
    group = fleet.caller(f"[{COMMAND}]\\Deployers {SUM}")
    web, pay = fleet.project(COMMAND, description=ALL), fleet.project(f"Pay {SUM}", description=ODD)
    texts: Json = {
        "description": ALL,
        "last_used": LATELY,
        "definition": (12, f"deploy {ALL}"),
        "subscription_name": f"Contoso {ALL}",
        "created_by": group,
    }
    first = fleet.connection(web, f"a{ALL}", **{**texts, "last_used": None})
    trapped_pipelines(fleet, first)
    fleet.connection(web, f"b{ODD}", **texts, resource_group=f"rg{SUM}")
    fleet.connection(pay, f"c{SUM}", **texts, shared_with=[(web, f"alias{COMMAND}")])
    fleet.connection(
        pay, f"d{ALL}", **texts, creation_mode="Manual", data={f"key{ALL}": ALL}, parameters={f"key{ALL}": ALL}
    )
    fleet.connection(pay, f"f{ALL}", **texts, state="failed", status_message=f"Failed: {ALL}", error_code=1)
    fleet.connection(
        pay, f"g{ALL}", **texts, scheme=FEDERATION, converted_ago=timedelta(days=6), issuer="azure_devops",
        parameters={"workloadIdentityFederationIssuer": f"https://{COMMAND}", "workloadIdentityFederationSubject": ALL},
    )  # fmt: skip
    fleet.connection(
        web, f"w{ALL}", description=ODD, scope_level="AzureMLWorkspace", ml_workspace=f"w{SUM}", ml_location=ALL,
        subscription_name=ODD, resource_group=ALL, enabled=False,
    )  # fmt: skip
    fleet.connection(web, f"h{ALL}", description=ODD, scope_level="ManagementGroup", management_group_name=ALL)
    fleet.connection(web, f"k{ALL}", type=f"azurerm{SUM}", scheme=f"Token{COMMAND}", creation_mode=None, role=None)
    old: Json = {"scheme": FEDERATION, "issuer": "azure_devops", "role": None}
    fleet.connection(pay, f"o{ALL}", type=f"t{SUM}", **old)
    fleet.check(
        first, APPROVAL, f"Approval {ALL}", {"instructions": ALL, "approvers": [{"displayName": ALL, "id": group.id}]}
    )
    fleet.role(first, group, "User")
    return fleet


def trapped_pipelines(fleet: Fleet, connection: Connection) -> None:
    """Pipelines that break, and one of which nobody knows: names, repository, stage, step and task are commands."""
    web = connection.references[0].project
    step = {"displayName": f"step {ALL}", "inputs": {"azureSubscription": connection.name, "SourcePath": ALL}}
    stage = {"stage": "first", "displayName": f"stage {ALL}"}
    for name, task in ((f"copy {ALL}", "AzureFileCopy@4"), (f"own {ALL}", f"Own{SUM}@1")):
        steps = [{"task": task, **step}]
        text = yaml.safe_dump({"stages": [{**stage, "jobs": [{"job": "one", "steps": steps}]}]}, width=1000)
        fleet.yaml_pipeline(
            web,
            name,
            text,
            path=f"{task}.yml",
            repository=f"r{ALL}",
            uses=[connection],
            last_run=LATELY,
            run_tasks=[task],
        )
    fleet.variable_group(web, f"vault {ALL}", vault_connection=connection)


def keys(value: t.Any) -> t.Iterator[str]:
    """All keys of dictionaries in a result: up to ansible-core 2.18 nothing marks one as what must not be evaluated."""
    if isinstance(value, dict):
        yield from (str(key) for key in value)
        yield from (key for item in value.values() for key in keys(item))
    elif isinstance(value, list):
        yield from (key for item in value for key in keys(item))


class Trap:
    """A stage with that fleet, and one kind of host."""

    def __init__(self, stage: t.Any, kind: str) -> None:
        self.stage, self.simulator = stage, t.cast(Simulator, stage.simulator)
        self.folder: Path = stage.folder
        stage.environment["M"] = str(self.folder / "mark")
        source = {
            "plugin": "azdo.connections.azdo",
            "hosts_from": kind,
            **({} if kind == "organization" else {"include": ["usage"]}),
        }
        self.write(f"{kind}.azdo.yml", source)
        self.hosts = ("-i", f"{kind}.azdo.yml", "-e", f"fleet_hosts=azdo_{kind}s")

    def write(self, name: str, content: t.Any) -> None:
        (self.folder / name).write_text(yaml.safe_dump(content, sort_keys=False, width=1000), encoding="utf-8")

    def run(self, playbook: str, *arguments: str, status: int | None = 0) -> t.Any:
        """One of the collection's playbooks. Nothing of the fleet may have been evaluated."""
        return self.checked(self.stage.run(f"azdo.connections.{playbook}", *self.hosts, *arguments), status)

    def checked(self, played: t.Any, status: int | None = 0) -> t.Any:
        assert not (self.folder / "mark").exists(), played.output
        assert NUMBER not in played.output
        assert not TEMPLATE_ERROR.search(played.output), played.output
        assert not [key for result in played.results for key in keys(result["result"]) if "{" in key]
        assert status is None or played.status == status, played.output
        return played

    def report(self, *names: str) -> None:
        """Each of the names, and the number nowhere, in reports of all formats."""
        texts = {ending: (self.folder / f"run.{ending}").read_text(encoding="utf-8") for ending in FORMATS}
        assert not [ending for ending, text in texts.items() if NUMBER in text]
        rows = json.loads(texts["json"])["connections"]
        cells = [row["connection"] for row in csv.DictReader(texts["csv"].splitlines())]
        for name in names:
            assert name in [row["name"] for row in rows]
            assert name in cells
            assert name.split("{", maxsplit=1)[0] in texts["md"]
            assert name.replace("'", "&#x27;").replace(">", "&gt;") in texts["html"].replace("&#39;", "&#x27;")


@pytest.fixture
def trap(stage: Callable[..., t.Any]) -> Callable[..., Trap]:
    return lambda kind="organization", **options: Trap(stage(trapped_fleet(), **options), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rollout_from_the_report_to_the_way_back(kind: str, trap: Callable[..., Trap]) -> None:
    here = trap(kind)
    here.run("report", "-e", "fleet_include=usage,permissions,checks", *REPORTS)
    here.report(f"a{ALL}", f"b{ODD}", f"f{ALL}", f"h{ALL}")
    worklist = here.run("readiness", "-v", *REPORTS, "-e", "fleet_readiness_expand=true")
    assert f"copy {ALL}" in " ".join(worklist.stdout.split())
    here.run("readiness", *REPORTS, "-e", "fleet_readiness=require", status=2)
    everything = ("-e", "fleet_shared=include", "-e", "fleet_journal=run.journal")
    planned = here.run("plan", "-e", "fleet_plan_path=plan.json", *everything, *REPORTS)
    assert f"c{SUM}" in planned.stdout
    here.report(f"a{ALL}", f"b{ODD}")
    digest = json.loads((here.folder / "plan.json").read_text(encoding="utf-8"))["digest"]
    agreed = ("-e", "fleet_plan_path=plan.json", "-e", f"fleet_plan_digest={digest}")
    converted = here.run("convert", *agreed, *everything, *REPORTS)
    assert f"c{SUM}" in converted.stdout
    here.report(f"a{ALL}", f"b{ODD}")
    # In short only those that cannot sign in are named.
    tested = here.run("verify", "-v", *REPORTS, status=None)
    assert f"b{ODD}" in tested.stdout
    watched = here.run("watch", *REPORTS, status=2)
    assert f"c{SUM}" in watched.stdout
    # The message of the failure names the first one.
    assert f"the first one Pay {SUM} / " in watched.stderr + watched.stdout.split("FAILED")[-1]
    back = {
        "organization": ("-e", "fleet_batch_journal=run.journal"),
        "project": agreed,
        "connection": ("-e", "fleet_revert_all=true"),
    }[kind]
    reverted = here.run("revert", *back, "-e", "fleet_shared=include", *REPORTS)
    assert f"c{SUM}" in reverted.stdout
    schemes = {item.name: item.scheme for item in here.simulator.world.connections.values()}
    assert (schemes[f"a{ALL}"], schemes[f"b{ODD}"], schemes[f"c{SUM}"]) == (SECRET, SECRET, SECRET)


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_and_what_it_has_written(kind: str, trap: Callable[..., Trap]) -> None:
    """The file is a playbook, so what people wrote is read once more by ansible-core."""
    here = trap(kind)
    made = here.run("export", *EXPORT, *REPORTS)
    assert f"c{SUM}" not in made.stdout
    here.report(f"a{ALL}", f"b{ODD}")
    here.simulator.forget()
    played = here.checked(here.stage.run("fleet.yml"))
    assert f"a{ALL}" in played.stdout
    assert here.simulator.writes == []
    assert NUMBER not in (here.folder / "fleet.tf").read_text(encoding="utf-8")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize("playbook", ["report", "readiness", "plan", "convert", "verify", "watch", "export", "revert"])
def test_a_list_that_is_refused(playbook: str, kind: str, trap: Callable[..., Trap]) -> None:
    here = trap(kind)
    if kind == "organization":
        here.simulator.fault(
            method="GET", path="serviceendpoint/endpoints", times=0, status=403, body={"message": REFUSAL}
        )
    else:
        # The inventory reads the lists first.
        here.simulator.fault(
            method="GET", path="serviceendpoint/endpoints", times=0, skip=2, status=403, body={"message": REFUSAL}
        )
    agreed = (
        ("-e", "fleet_revert_all=true", "-e", "fleet_whole_organization=true")
        if playbook == "revert"
        else ("-e", "fleet_confirm=none", "-e", "fleet_whole_organization=true")
    )
    played = here.run(playbook, *agreed, *EXPORT, status=None)
    assert ALL in played.output


@pytest.mark.parametrize(("scope", "kind"), [("failed", "organization"), ("wave", "project"), ("wave", "connection")])
def test_a_wave_that_fails_and_is_taken_back(scope: str, kind: str, trap: Callable[..., Trap]) -> None:
    here = trap(kind)

    def forget(record: Recorded, moment: str) -> None:
        if record.method == "PUT":
            here.simulator.knob(conversion_credential="forget" if moment == "arrived" else "create")

    here.simulator.observe(forget)
    unanimous = (
        "-e",
        "fleet_confirm=none",
        "-e",
        "fleet_whole_organization=true",
        "-e",
        "fleet_serial=100%",
        "-e",
        "fleet_waves=100%",
        "-e",
        "fleet_verify_timeout=1",
    )
    here.run("convert", *unanimous, "-e", f"fleet_rollback_scope={scope}", *REPORTS, status=2)
    here.report(f"a{ALL}", f"b{ODD}")
    rows = json.loads((here.folder / "run.json").read_text(encoding="utf-8"))["connections"]
    assert {row["status"] for row in rows if row["name"] in (f"a{ALL}", f"b{ODD}")} == {"rolled_back"}


@pytest.mark.parametrize(
    ("fault", "playbook", "kind"),
    [
        ({"method": "PUT", "status": 403, "times": 0}, "convert", "organization"),
        ({"method": "PUT", "status": 403, "times": 0}, "convert", "project"),
        ({"method": "PUT", "status": 500, "times": 0}, "convert", "organization"),
        ({"method": "PUT", "status": 403, "times": 0}, "revert", "project"),
        ({"method": "POST", "path": "endpointproxy", "status": 200, "times": 0}, "convert", "organization"),
        ({"method": "POST", "path": "endpointproxy", "status": 200, "times": 0}, "verify", "project"),
        ({"method": "GET", "path": "executionhistory", "status": 403, "times": 0}, "convert", "organization"),
    ],
)
def test_what_the_service_says_no_to(fault: Json, playbook: str, kind: str, trap: Callable[..., Trap]) -> None:
    here = trap(kind)
    body = {
        "message": REFUSAL,
        "typeKey": f"Type{SUM}",
        "statusCode": f"s{SUM}",
        "errorMessage": REFUSAL,
        "result": [ALL],
    }
    here.simulator.fault(**fault, body=body)
    agreed = {
        "revert": ("-e", "fleet_revert_all=true", "-e", "fleet_whole_organization=true"),
        "convert": ("-e", "fleet_confirm=none", "-e", "fleet_whole_organization=true"),
    }.get(playbook, ())
    timing = (
        "-e",
        "fleet_verify_timeout=1",
        "-e",
        "fleet_wait_timeout=1",
        "-e",
        "fleet_waves=100%",
        "-e",
        "fleet_serial=100%",
    )
    played = here.run(playbook, *agreed, *timing, *REPORTS, status=None)
    assert fault["method"] != "PUT" or (played.status == 2 and ALL in played.output)


def test_a_failure_that_comes_later(trap: Callable[..., Trap]) -> None:
    here = trap()
    here.simulator.knob(conversion_polls=1, conversion_failure=f"No. {ALL}")
    played = here.run(
        "convert",
        "-e",
        "fleet_confirm=none",
        "-e",
        "fleet_whole_organization=true",
        "-e",
        "fleet_waves=100%",
        *REPORTS,
        status=2,
    )
    assert ALL in played.output


@pytest.mark.sampled(2)
@pytest.mark.parametrize("failure", ["", f"No. {ALL}"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_issuer_that_is_migrated(
    failure: str, kind: str, az: Callable[[Simulator], str], stage: Callable[..., t.Any]
) -> None:
    fleet = Fleet()
    for name in (COMMAND, f"Pay {SUM}"):
        fleet.connection(fleet.project(name), f"a{ALL}", scheme=FEDERATION, issuer="azure_devops", last_used=LATELY)
    here = Trap(stage(fleet, tls=True), kind)
    here.stage.environment |= {
        "PATH": az(here.simulator),
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_AUTH_SOURCE": "azure_cli",
        "AZDO_GRAPH_URL": here.simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": here.simulator.resource_manager_url,
        "REQUESTS_CA_BUNDLE": here.simulator.ca_path,
    }
    here.simulator.knob(migration_failure=failure)
    terms = (
        "fleet_allow_irreversible=true",
        "fleet_journal=issuer.journal",
        "fleet_verify_timeout=5",
        "fleet_confirm=none",
        "fleet_whole_organization=true",
    )
    played = here.run(
        "migrate_issuer", *(word for term in terms for word in ("-e", term)), *REPORTS, status=2 if failure else 0
    )
    assert f"a{ALL}" in played.stdout
    here.report(f"a{ALL}")
    cleaned = here.run(
        "migrate_issuer",
        *(word for term in terms for word in ("-e", term)),
        "-e",
        "fleet_remove_old_credential=true",
        status=None,
    )
    assert f"a{ALL}" in cleaned.stdout


def test_pairs_from_a_file(trap: Callable[..., Trap]) -> None:
    """Issuer and subject for a manual connection, read by a variable of a play of one's own."""
    here = trap()
    (here.folder / "pairs.csv").write_text(
        f"connection;issuer;subject\nd{ALL};https://{COMMAND};{ODD}\n", encoding="utf-8"
    )
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {
            "fleet_confirm": "none",
            "fleet_whole_organization": True,
            "fleet_federated_credential": "require",
            "fleet_connections": "{{ cells[1][:1] }}",
            "cells": "{{ lookup('ansible.builtin.file', 'pairs.csv').splitlines() | map('split', ';') | list }}",
            "fleet_credential_pairs": "{{ [dict(cells[0] | zip(cells[1]))] }}",
        },
        "tasks": [{"ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "convert"}}],
    }
    here.write("pairs.yml", [play])
    played = here.checked(here.stage.run("pairs.yml"), None)
    assert f"d{ALL}" in played.stdout


@pytest.mark.parametrize("playbook", ["convert", "revert"])
def test_files_that_somebody_edited(playbook: str, trap: Callable[..., Trap]) -> None:
    """A plan and a journal whose every text is a command are refused, or their texts stay texts."""
    here = trap("project")
    here.run("plan", "-e", "fleet_plan_path=plan.json")
    good = json.loads((here.folder / "plan.json").read_text(encoding="utf-8"))
    host, plan = next(iter(good["hosts"].items()))
    plans: tuple[t.Any, ...] = (
        ALL,
        {**good, "schema": ALL},
        {**good, "hosts": {ALL: plan}},
        {**good, "hosts": {host: {**plan, "options": {ALL: ALL}}}},
        {
            **good,
            "hosts": {
                host: {**plan, "connections": [{**plan["connections"][0], "decision": ALL, "rollback": COMMAND}]}
            },
        },
    )
    for number, edited in enumerate(plans):
        text = edited if isinstance(edited, str) else json.dumps(edited)
        (here.folder / f"{number}.json").write_text(text, encoding="utf-8")
        agreed = ("-e", f"fleet_plan_path={number}.json", "-e", f"fleet_plan_digest={good['digest']}")
        here.run(playbook, *agreed, status=2)
    assert here.simulator.writes == []
    event = {"event": "sent", "id": ALL, "status": COMMAND, "organization_id": ALL, "what": {"x": SUM}}
    journal = here.folder / "edited.journal"
    journal.write_text(f"{json.dumps(event)}\n{ALL}\n", encoding="utf-8")
    journal.chmod(0o600)
    named = "fleet_batch_journal" if playbook == "revert" else "fleet_journal"
    here.run(
        playbook,
        "-e",
        f"{named}=edited.journal",
        "-e",
        "fleet_confirm=none",
        "-e",
        "fleet_whole_organization=true",
        status=None,
    )


def test_what_was_said_is_data(trap: Callable[..., Trap]) -> None:
    """Variables of the role that a play reads from somewhere else: names stay names, also those that look like a list or a command."""
    here = trap()
    (here.folder / "names.txt").write_text(f"a{ALL}\n{ODD}\n[1]\n", encoding="utf-8")
    role = {"ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "plan"}}
    said = {
        "fleet_connections": "{{ lookup('ansible.builtin.file', 'names.txt').splitlines() }}",
        "fleet_exclude": "{{ hostvars.localhost.r.connections | map(attribute='name') | list }}",
        "fleet_report_title": "{{ hostvars.localhost.r.connections[0].name }}",
        "fleet_report_path": "r.html",
    }
    read = {"azdo.connections.azdo_arm_connection_info": {}, "register": "r"}
    played = here.checked(here.stage.play([read, role], vars=said), status=2)
    assert "fleet_connections:" in played.output
    assert "'[1]' not found in 2 projects" in played.output


FILTERS = (
    "r | azdo.connections.fleet_table",
    "r | azdo.connections.fleet_tests",
    "r | azdo.connections.fleet_deadlines({'revert': 99, 'secret': 99, 'unused': 999, 'issuer': 9999, 'leftover': 1})",
    "r | azdo.connections.fleet_report('csv')",
    "r | azdo.connections.fleet_report('markdown')",
    "r | azdo.connections.fleet_report('json')",
    "r | azdo.connections.fleet_report('html')",
    "p | azdo.connections.conversion_table",
    "{'h': r} | azdo.connections.merge_results",
    "[inventory_hostname] | azdo.connections.registered_results(hostvars, ['r', 'p'])",
    "[inventory_hostname] | azdo.connections.registered_results(hostvars, ['r']) | azdo.connections.merge_results",
    "[inventory_hostname] | azdo.connections.registered_results(hostvars, ['r']) | azdo.connections.merge_results | azdo.connections.fleet_table",
    # What an expression goes on to make of it.
    "(['localhost'] | azdo.connections.registered_results(hostvars, ['r']) | azdo.connections.merge_results).connections | map(attribute='name') | join('/')",
    "['localhost'] | azdo.connections.registered_results(hostvars, ['r']) | azdo.connections.merge_results | azdo.connections.fleet_table | join(' ')",
    "(r | azdo.connections.fleet_report('json') | from_json).connections[0].name",
    "(r | azdo.connections.fleet_table)[3] ~ ''",
    "['localhost'] | azdo.connections.registered_results(hostvars, ['r']) | to_json",
    "[hostvars.localhost.r.connections[0].project] | azdo.connections.host_waves(groups)",
)


def uses(expression: str) -> list[Json]:
    """What people do with a result: show it, keep it and show that, keep what they kept, ask about it, go through it."""
    return [
        {"ansible.builtin.set_fact": {"kept": f"{{{{ {expression} }}}}"}},
        {"ansible.builtin.set_fact": {"again": "{{ kept }}"}},
        {
            "ansible.builtin.debug": {"msg": [f"{{{{ {expression} }}}}", "{{ again }}", "again: {{ again }}"]},
            "when": "again | string | length > 0 and 'nobody' not in again | string",
        },
        {"ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": "{{ [again] | flatten }}"},
    ]


def test_results_and_filters_in_a_play_of_ones_own(trap: Callable[..., Trap]) -> None:
    here = trap()
    (here.folder / "names.txt").write_text(f"{COMMAND}\n{SUM},{ODD}\n", encoding="utf-8")
    (here.folder / "t.j2").write_text(
        "{% for c in r.connections %}{{ c.name }} {{ c }}\n{% endfor %}{{ again }}", encoding="utf-8"
    )
    tasks: list[Json] = [
        {
            "azdo.connections.azdo_arm_connection_info": {"include": ["usage", "verification", "checks"]},
            "register": "r",
        },
        {"azdo.connections.azdo_arm_connection_convert": {"shared": "include"}, "check_mode": True, "register": "p"},
        {"ansible.builtin.debug": {"var": "r"}},
        {"ansible.builtin.debug": {"msg": "{{ r.connections | map(attribute='name') | join(', ') }}"}},
        {
            "ansible.builtin.debug": {"msg": "{{ item.name }}"},
            "loop": "{{ r.connections }}",
            "loop_control": {"label": "{{ item.name }}"},
        },
        {"ansible.builtin.debug": {"msg": "x"}, "when": "item.name != 'nobody'", "loop": "{{ r.connections }}"},
        *(
            task
            for expression in ("r", "r.connections[0].name", "p.connections", *FILTERS)
            for task in uses(expression)
        ),
        {"ansible.builtin.copy": {"content": "{{ again }}", "dest": "kept.txt", "mode": "0600"}},
        {"ansible.builtin.template": {"src": "t.j2", "dest": "t.txt", "mode": "0600"}},
        {"ansible.builtin.add_host": {"name": "other", "theirs": "{{ r.connections[0].name }}"}},
        {"ansible.builtin.debug": {"msg": "{{ hostvars.other.theirs }}"}},
        {"azdo.connections.fleet_judge": {"about": "wave", "registered": ["p"]}, "register": "j"},
        *uses("j"),
    ]
    here.write("own.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    played = here.checked(here.stage.run("own.yml"))
    assert f"a{ALL}" in played.stdout
    assert f"b{ODD}" in played.stdout
    written = (here.folder / "t.txt").read_text(encoding="utf-8")
    assert f"a{ALL}" in written
    assert NUMBER not in written


def test_a_failure_in_a_play_of_ones_own(door: str, trap: Callable[..., Trap]) -> None:
    here = trap()
    here.simulator.fault(method="GET", path="_apis/projects", times=0, status=403, body={"message": REFUSAL})
    rescue: list[Json] = [
        {"ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}},
        {"ansible.builtin.set_fact": {"why": "{{ ansible_failed_result.msg }}"}},
        {"ansible.builtin.debug": {"msg": "Because: {{ why }}"}},
        {"ansible.builtin.debug": {"var": "ansible_failed_result"}},
    ]
    block: Json = {"block": [{"azdo.connections.azdo_arm_connection_info": {}}], "rescue": rescue}
    played = here.checked(here.stage.run(here.stage.write([block], door=door)))
    assert "Because: " in played.stdout
    assert ALL in played.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_hosts_of_the_inventory(kind: str, trap: Callable[..., Trap]) -> None:
    """Names, groups and variables, fresh and from the cache, composed and keyed, used by other plugins and in conditions."""
    here = trap(kind)
    source = {
        "plugin": "azdo.connections.azdo",
        "hosts_from": kind,
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(here.folder / "cache"),
        "compose": {"mine": "azdo_project", "more": "['of', azdo_project] | join(' ')"},
        "groups": {"named": "azdo_project != 'nobody'"},
        "keyed_groups": [
            {"key": "azdo_project", "prefix": "p"},
            {"key": "azdo_connection_names", "prefix": "c", "parent_group": "{{ azdo_project }}"},
            {"key": "azdo_subscription_name", "separator": ""},
        ],
    }
    here.write("z.azdo.yml", source)
    here.write(
        "zz_constructed.yml", {"plugin": "ansible.builtin.constructed", "strict": True, "compose": {"second": "mine"}}
    )
    tasks: list[Json] = [
        *(
            {"ansible.builtin.debug": {"var": name}}
            for name in (
                "azdo_project",
                "mine",
                "more",
                "second",
                "group_names",
                "groups",
                "azdo_connection_names",
                "vars",
                "hostvars",
            )
        ),
        {"ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": "{{ group_names }}"},
        {"ansible.builtin.debug": {"msg": "{{ hostvars[inventory_hostname] }}"}},
        {"ansible.builtin.group_by": {"key": "by_{{ azdo_project_id }}"}},
        *uses("azdo_project or 'none'"),
    ]
    here.write("own.yml", [{"hosts": f"azdo_{kind}s", "gather_facts": False, "tasks": tasks}])
    for _fresh_then_cached in range(2):
        played = here.checked(here.stage.run("own.yml", "-i", "z.azdo.yml", "-i", "zz_constructed.yml"))
        assert kind == "organization" or COMMAND in played.stdout
    assert list((here.folder / "cache").iterdir())
