# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project for AWX, run by ansible-runner in folders that look as those of AWX's jobs do: all that a job has is in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import VARIABLES

from playbooks._helpers.jobs import FEDERATION, LATELY, Jobs, Json, fleet_of
from simulator import Fleet
from tools.tree import REPOSITORY

PROJECT = REPOSITORY / "extensions" / "awx"
PLAYBOOKS = ("report", "readiness", "plan", "convert", "verify", "revert", "migrate_issuer", "watch")
_PLAIN = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Unsafe(str):
    """A text as AWX writes every one of them into env/extravars."""

    __slots__ = ()


class Dumper(yaml.SafeDumper):
    """Writes :class:`Unsafe` with its tag."""


Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def unsafe(value: t.Any) -> t.Any:
    if isinstance(value, str):
        return Unsafe(value)
    if isinstance(value, list):
        return [unsafe(item) for item in value]
    return {unsafe(key): unsafe(item) for key, item in value.items()} if isinstance(value, dict) else value


@dataclass
class Ran:
    """What is left of a job."""

    status: int
    output: str


class Runner(Jobs):
    """Jobs by ansible-runner. ``credential`` is what AWX injects into the environment."""

    credential: t.ClassVar[dict[str, str]] = {}

    def play(self, playbook: str, folder: Path, variables: Json, program: Path | None, limit: str) -> tuple[Ran, Json]:
        private = folder / "private"
        shutil.copytree(PROJECT, private / "project")
        for path in sorted((private / "project").rglob("*"), reverse=True):
            path.chmod(0o500 if path.is_dir() else 0o400)
        (private / "project").chmod(0o500)
        (private / "env").mkdir()
        (private / "inventory").mkdir()
        home = folder / "home"
        home.mkdir()
        (private / "env" / "extravars").write_text(yaml.dump(unsafe(variables), Dumper=Dumper), encoding="utf-8")
        environment = {
            "AZDO_ORG_SERVICE_URL": self.simulator.organization_url,
            "HOME": str(home),
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_HOME": str(home / ".ansible"),
            **(self.credential or {"AZDO_PERSONAL_ACCESS_TOKEN": self.simulator.pat}),
        }
        (private / "env" / "envvars").write_text(yaml.safe_dump(environment), encoding="utf-8")
        hosts = private / "inventory" / "hosts"
        if program is None:
            hosts.write_text(
                f"localhost ansible_connection=local ansible_python_interpreter={sys.executable}\n", encoding="utf-8"
            )
        else:
            shutil.copy(program, hosts)
        before = _content(private / "project")
        bare = {
            name: value for name, value in os.environ.items() if not name.startswith(("AZDO_", "AZURE_", "ANSIBLE_"))
        }
        command = [
            str(Path(sys.executable).with_name("ansible-runner")),
            "run",
            str(private),
            "-p",
            f"{playbook}.yml",
            "-i",
            "1",
        ]
        done = subprocess.run(command, env=bare, capture_output=True, text=True, timeout=170, check=False)
        assert _content(private / "project") == before, "a job has written into its project"
        output = _PLAIN.sub("", (private / "artifacts" / "1" / "stdout").read_text(encoding="utf-8"))
        return Ran(done.returncode, output), _stats(private)

    @property
    def everything(self) -> str:
        """All that jobs have printed and left in their folders, but for what AWX itself put there."""
        kept = (
            path
            for path in self.stage.folder.glob("job-*/private/artifacts/**/*")
            if path.is_file() and path.name not in ("command", "env.list")
        )
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in kept) + json.dumps(
            self.handed_on
        )


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _stats(private: Path) -> Json:
    """What AWX takes for the artifacts of a job: those of the event at the end."""
    for path in (private / "artifacts" / "1" / "job_events").glob("*.json"):
        event = json.loads(path.read_text(encoding="utf-8"))
        if event["event"] == "playbook_on_stats":
            return event["event_data"].get("artifact_data") or {}
    return {}


@pytest.fixture
def runner(stage: Callable[..., t.Any]) -> Iterator[Callable[..., Runner]]:
    made: list[Runner] = []

    def make(kind: str = "project", fleet: Fleet | None = None, **options: t.Any) -> Runner:
        made.append(Runner(stage(fleet or fleet_of(2), **options), kind))
        return made[-1]

    yield make
    for item in made:
        for path in item.stage.folder.glob("job-*/private/project"):
            subprocess.run(["chmod", "-R", "u+w", str(path)], check=True)


def one_line(text: str) -> str:
    return " ".join(text.split())


ONE_WAVE: Json = {"fleet_serial": "100%", "fleet_canary": "", "fleet_projects": "", "fleet_report_path": ""}


def test_the_workflow_of_a_rollout(runner: Callable[..., Runner]) -> None:
    """Plan, approval, convert, verify, report; the conversion started again; each question of a survey may have been left blank."""
    work = runner()
    smoke = work.run("smoke")
    assert smoke.status == 0, smoke.output
    assert "contoso: 8 service connections in 2 projects, all of them read" in one_line(smoke.output)
    for playbook in ("plan", "convert", "convert", "verify", "report"):
        ran = work.run(playbook, **(ONE_WAVE if playbook == "convert" else {"fleet_connections": ""}))
        assert ran.status == 0, (playbook, ran.output)
        assert work.last["exit"] == "ok"
        assert "errantly" not in ran.output
    assert len(work.converted) == 4
    assert len(set(work.converted)) == 4
    assert work.simulator.pat not in work.everything


def test_a_change_between_plan_and_approval_is_refused(runner: Callable[..., Runner]) -> None:
    work = runner("organization", fleet_of(1, 1))
    assert work.run("plan").status == 0
    for item in work.simulator.world.connections.values():
        item.data["subscriptionId"] = "5a1d2c3b-0000-4000-8000-0000000000ff"
    ran = work.run("convert", fleet_waves="100%")
    assert ran.status != 0
    assert "Nothing of what was agreed could be done" in one_line(ran.output)
    assert work.converted == []


def test_a_conversion_that_fails_is_taken_back_and_the_workflow_reports(runner: Callable[..., Runner]) -> None:
    work = runner()
    assert work.run("plan").status == 0
    work.simulator.knob(conversion_credential="forget")
    ran = work.run("convert", **ONE_WAVE, fleet_verify_timeout="1")
    assert (ran.status != 0, work.last["exit"]) == (True, "connections_failed")
    assert FEDERATION not in work.schemes.values()
    assert work.run("report").status == 0


def test_questions_are_refused_and_progress_is_no_error(runner: Callable[..., Runner]) -> None:
    """ansible-runner gives its jobs a terminal, with nobody at it."""
    work = runner("organization", fleet_of(1, 1))
    asked = work.run("convert", fleet_confirm="each", fleet_projects="Project 0")
    assert asked.status != 0
    assert (
        "fleet_confirm=each asks about every connection, and this is a job of ansible-runner, which nobody could answer"
        in one_line(asked.output)
    )
    assert work.simulator.writes == []


@pytest.mark.parametrize("playbook", ["report", "readiness", "plan", "verify", "watch"])
def test_every_answer_of_a_survey_may_be_left_blank(runner: Callable[..., Runner], playbook: str) -> None:
    """ansible-core 2.19 and newer make null of it."""
    work = runner("organization", fleet_of(1, 1))
    blank: Json = {name: "" for name, variable in VARIABLES.items() if playbook in variable.entries}
    assert len(blank) > 10
    ran = work.run(playbook, **blank)
    # When secrets end cannot be read with a personal access token, and watch says so.
    wanted = "due" if playbook == "watch" else "ok"
    assert (work.last["exit"], ran.status != 0) == (wanted, wanted != "ok"), ran.output


SECRET = "a-client-secret-of-the-simulator"


def test_each_playbook_signs_in_with_the_azure_credential_of_awx(runner: Callable[..., Runner]) -> None:
    fleet = Fleet(issuer="azure_devops")
    fleet.connection(fleet.project("Payments"), "azure-dev", last_used=LATELY)
    fleet.connection(fleet.project("Payments"), "old", scheme=FEDERATION, last_used=LATELY)
    caller = fleet.service_principal("automation", secret=SECRET)
    work = runner("organization", fleet, tls=True, issuer="azure_devops")
    work.credential = {  # type: ignore[misc]
        "AZURE_SUBSCRIPTION_ID": "5a1d2c3b-0000-4000-8000-000000000001",
        "AZURE_CLIENT_ID": str(caller.client_id),
        "AZURE_TENANT": fleet.tenant_id,
        "AZURE_SECRET": SECRET,
        "AZURE_CLOUD_ENVIRONMENT": "AzureCloud",
        "AZDO_AUTHORITY_URL": work.simulator.authority_url,
        "AZDO_GRAPH_URL": work.simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": work.simulator.resource_manager_url,
        "REQUESTS_CA_BUNDLE": str(work.simulator.ca_path),
    }
    whole = {"fleet_confirm": "none", "fleet_whole_organization": True, "fleet_waves": "100%"}
    said: dict[str, Json] = {
        "convert": whole,
        "migrate_issuer": {**whole, "fleet_journal": "temporary", "fleet_allow_irreversible": True},
        "revert": {"fleet_connections": "azure-dev"},
        "watch": {"fleet_watch": "revert"},
    }
    for playbook in PLAYBOOKS:
        work.run(playbook, forget=True, **said.get(playbook, {}))
        assert work.last["connections"] >= 0
        assert work.last["exit"] not in ("authentication_error", "federation_error"), playbook
        answered = {record.path.partition("?")[0]: record.status for record in work.simulator.requests}
        assert any(path.endswith("/oauth2/v2.0/token") and status == 200 for path, status in answered.items()), playbook
        assert any("serviceendpoint" in path and status == 200 for path, status in answered.items()), playbook
        work.simulator.forget()
    assert SECRET not in work.everything


def test_every_playbook_names_its_hosts_and_says_what_it_is() -> None:
    for playbook in PLAYBOOKS:
        (play,) = yaml.safe_load((PROJECT / f"{playbook}.yml").read_text(encoding="utf-8"))
        assert play["ansible.builtin.import_playbook"] == f"azdo.connections.{playbook}"
        assert set(play["vars"]) == {"fleet_hosts"}
    assert {path.stem for path in PROJECT.glob("*.yml")} == {*PLAYBOOKS, "smoke", "failed"}
