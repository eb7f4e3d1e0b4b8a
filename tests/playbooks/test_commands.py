# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that a plan shows does what the plan says: it is taken from the output, split as a shell does it, and run."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import typing as t
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from simulator import Fleet

LATELY = timedelta(days=2)
TRAP = "{{ lookup('pipe', 'touch $MARK') }}"
# What people could name a connection.
NAMES = ("azure-dev", "azure-test", TRAP, "{% raw %} $(whoami) ; -rf", "a\u200db\u00ad", 'it\'s, "so"')
Json = dict[str, t.Any]


def fleet() -> Fleet:
    made = Fleet()
    shop, pay, other = (made.project(name) for name in ("Web Shop", "Payments", "Other"))
    for number, name in enumerate(NAMES):
        made.connection((shop, pay)[number % 2], name, last_used=LATELY)
    made.connection(other, "shared", shared_with=[pay], last_used=LATELY)
    return made


class Place:
    """A stage with projects as hosts."""

    def __init__(self, stage: t.Any) -> None:
        self.stage, self.folder = stage, t.cast(Path, stage.folder)
        stage.environment["MARK"] = str(self.folder / "mark")
        self.write("projects.azdo.yml", {"plugin": "azdo.connections.azdo", "hosts_from": "project"})
        (self.folder / "out").mkdir()

    def write(self, name: str, content: t.Any) -> None:
        (self.folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def run(self, *words: str) -> t.Any:
        played = self.stage.run(*words)
        assert not (self.folder / "mark").exists(), played.output
        return played

    def planned(self, *words: str) -> t.Any:
        played = self.run("azdo.connections.plan", *words, "-e", "fleet_report_path=planned.json,planned.html")
        assert played.status == 0, played.output
        return played

    def moved(self, name: str) -> list[tuple[str, str]]:
        """What a report would convert."""
        found = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return sorted((row["project"], row["name"]) for row in found["connections"] if row["status"] == "would_convert")

    def page(self) -> str:
        return (self.folder / "planned.html").read_text(encoding="utf-8")


@pytest.fixture
def here(stage: Callable[..., t.Any]) -> Place:
    return Place(stage(fleet()))


def shown(played: t.Any) -> list[str]:
    """The words of the command, as a shell reads them."""
    (line,) = (line for line in played.stdout.splitlines() if line.startswith("  ansible-playbook "))
    return shlex.split(line)[1:]


def as_json(**variables: t.Any) -> tuple[str, str]:
    return "-e", json.dumps(variables)


PROJECTS = ("-i", "projects.azdo.yml", "-e", "fleet_hosts=azdo_projects", "-e", "fleet_plan_path=plan.json")
ONE = ("-i", "projects.azdo.yml", "-e", "fleet_plan_path=plan.json")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="one_host"),
        pytest.param(("-e", "fleet_report_folder=out", "-e", "fleet_owner_by=project"), id="owners"),
        pytest.param(("-e", "fleet_report_people=false", "-e", "fleet_table_rows=1"), id="reports"),
        pytest.param((*PROJECTS, "--limit", "payments"), id="limit"),
        pytest.param((*PROJECTS, "--limit", "all:!payments", "-e", "fleet_shared=include"), id="limit_without"),
        pytest.param((*ONE, *as_json(fleet_hosts="payments, web-shop")), id="hosts_in_a_text"),
        pytest.param((*PROJECTS, "-e", "fleet_projects='Web Shop'", "-e", "fleet_compare=none"), id="project"),
        pytest.param(("-e", "@said.yml"), id="templates"),
        pytest.param((*PROJECTS, "-e", "@said.yml"), id="templates_of_many"),
        pytest.param(("-e", "azdo_project=Payments", "-e", "fleet_concurrency=3"), id="variables_of_hosts"),
        pytest.param(("-e", "fleet_projects={{ team }}", "-e", "team=Payments"), id="template_of_the_caller"),
        pytest.param(("-e", "@terms.yml"), id="terms"),
    ],
)
def test_it_does_what_the_plan_says(words: tuple[str, ...], here: Place) -> None:
    """Also where names look like templates, which the caller has marked as text, as a survey of AWX does it."""
    said = ", ".join(f"!unsafe {json.dumps(name)}" for name in NAMES[2:])
    (here.folder / "said.yml").write_text(
        f"fleet_exclude: [{said}]\nfleet_credential_audience: !unsafe {json.dumps(TRAP)}\n", encoding="utf-8"
    )
    here.write("terms.yml", {"fleet_canary": "azure-dev", "fleet_rollback_scope": "wave", "fleet_waves": [1, "100%"]})
    planned = here.planned(*words)
    done = here.run(*shown(planned), "--check", "-e", "fleet_report_path=checked.json")
    assert done.status == 0, done.output
    assert here.moved("planned.json") == here.moved("checked.json") != []


def test_an_organization_that_was_named_is_the_one_that_is_asked(here: Place) -> None:
    url = here.stage.simulator.organization_url
    here.stage.environment["AZDO_ORG_SERVICE_URL"] = "http://127.0.0.1:9/another"
    done = here.run(
        *shown(here.planned("-e", f"azdo_organization_url={url}")), "--check", "-e", "fleet_report_path=checked.json"
    )
    assert done.status == 0, done.output
    assert here.moved("planned.json") == here.moved("checked.json") != []


def test_what_holds_for_the_run_alone_comes_along(here: Place) -> None:
    terms = {"fleet_rollback_scope": "wave", "fleet_soak": 5, "fleet_wave_failures": 2, "fleet_journal": "temporary"}
    (here.folder / "group_vars").mkdir()
    here.write("group_vars/all.yml", {"fleet_confirm": "none"})
    words = shown(here.planned(*PROJECTS, *as_json(**terms)))
    assert {"fleet_rollback_scope=wave", '{"fleet_soak": 5}', "fleet_journal=temporary", "fleet_confirm=plan"} <= {
        *words
    }


def vaulted(password: Path, text: str, name: str) -> str:
    """What ansible-vault makes of it: of a text for a variable of that name, or of a whole file if there is no name."""
    program = str(Path(sys.executable).with_name("ansible-vault"))
    words = ["encrypt_string", "--stdin-name", name] if name else ["encrypt", "--output", "-"]
    command = [program, *words, "--vault-password-file", str(password)]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=password.parent).stdout


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_vault_holds_is_in_no_command_and_the_plan_is_made(here: Place, whole: bool) -> None:
    password = here.folder / "password"
    password.write_text("secret\n", encoding="utf-8")
    name = "fleet_credential_audience"
    text = vaulted(password, f"{name}: hidden-word\n", "") if whole else vaulted(password, "hidden-word", name)
    (here.folder / "vault.yml").write_text(text, encoding="utf-8")
    planned = here.planned("-e", "@vault.yml", "--vault-password-file", "password", "-e", "fleet_plan_path=plan.json")
    assert "ansible-playbook" not in planned.stdout
    assert "fleet_credential_audience came out of a vault" in " ".join(planned.stdout.split())
    assert "fleet_plan_digest=" in planned.stdout
    assert (here.folder / "plan.json").exists()
    assert "hidden-word" not in planned.output + here.page()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (PROJECTS[:-2], "plan again with fleet_plan_path"),
        (
            ("-e", "fleet_to=service_principal", "-e", "fleet_connections=azure-dev"),
            "A way back needs no digest: run azdo.connections.revert",
        ),
        (("-e", "fleet_soak=later"), "would refuse what was said: fleet_soak must be a whole number"),
        ((*PROJECTS, "-e", "fleet_plan_max_age={{ 70 + 2 }}"), "may come out differently for each host"),
        (("-e", "fleet_plan_max_age=70", "-e", "awx_job_id=17"), "files of this job are gone"),
    ],
)
def test_where_none_would_do_that_a_sentence_says_why(words: tuple[str, ...], sentence: str, here: Place) -> None:
    planned = here.planned(*words)
    assert sentence in " ".join(planned.stdout.split())
    assert "ansible-playbook" not in planned.stdout


def test_a_play_of_ones_own_is_told_what_to_run(here: Place) -> None:
    """What it sets stands in its file, where a command does not see it."""
    role = {"name": "azdo.connections.fleet", "tasks_from": "plan"}
    tasks = [{"name": "Plan", "ansible.builtin.import_role": role}]
    planned = here.stage.play(tasks, vars={"fleet_shared": "include", "fleet_plan_path": "plan.json"})
    assert planned.status == 0, planned.output
    told = " ".join(planned.stdout.split())
    assert "run azdo.connections.convert on the same hosts with the same variables, fleet_plan_path=plan.json" in told
    assert "ansible-playbook" not in planned.stdout


@pytest.mark.parametrize("own", [False, True])
def test_the_next_steps_of_a_report_are_about_the_same_hosts(here: Place, own: bool) -> None:
    where = ("-i", "projects.azdo.yml", "--limit", "payments,other")
    if own:
        task = {"ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "report"}}
        told = here.stage.play(
            [task], *where, hosts=["payments", "web-shop"], connection="local", vars={"fleet_report_path": "report.md"}
        )
    else:
        words = (*where, *as_json(fleet_hosts="payments, web-shop"), "-e", "fleet_report_path=report.md")
        told = here.run("azdo.connections.report", *words)
    assert told.status == 0, told.output
    lines = (here.folder / "report.md").read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.startswith("    ansible-playbook azdo.connections.plan"))
    done = here.run(*shlex.split(line)[1:], "-e", "fleet_report_path=planned.json")
    assert done.status == 0, done.output
    assert {project for project, _name in here.moved("planned.json")} == {"Payments"}
