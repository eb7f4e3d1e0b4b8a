# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real playbooks against the simulator, through either front door."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from playbooks._helpers.forking import Server
from simulator import Fleet, Simulator, demo_fleet

# make test-all: every run is a process of its own.
ALL = bool(os.environ.get("AZDO_TEST_ALL"))
HERE = Path(__file__).parent
# The file of a whole machine's authorities is read for each session, which takes longer than all else of a task.
AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
Task = dict[str, t.Any]
DOORS = ("in_process", "ordinary")


@dataclass
class Played:
    """A finished playbook: exit status, both output streams, and the results as callbacks saw them."""

    status: int
    stdout: str
    stderr: str
    results: list[dict[str, t.Any]] = field(default_factory=list)

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    @property
    def last(self) -> dict[str, t.Any]:
        """The result of the last task."""
        found: dict[str, t.Any] = self.results[-1]["result"]
        return found


@dataclass
class Stage:
    """Where playbooks are played: a folder, an environment without anything of the machine's own sign-ins, and the simulator."""

    folder: Path
    simulator: Simulator
    server: Server
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, tasks: list[Task], *, door: str = "in_process", **play: t.Any) -> Path:
        """A playbook of these tasks. An `environment` that nothing reads sends its tasks through the ordinary door."""
        if door == "ordinary":
            play["environment"] = {"AZDO_TESTS_DOOR": "ordinary"}
        content = [{"hosts": "localhost", "gather_facts": False, **play, "tasks": tasks}]
        path = self.folder / "play.yml"
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path

    def command(self, playbook: Path | str, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook), *arguments]

    def variables(self, **more: str) -> dict[str, str]:
        """The environment of a run; a variable whose value is UNSET is none."""
        given = {
            **settings(self.folder / ".ansible"),
            "RECORD_TO": str(self.record),
            "AZDO_ORG_SERVICE_URL": self.simulator.organization_url,
            "AZDO_PERSONAL_ACCESS_TOKEN": self.simulator.pat,
            **self.environment,
            **more,
        }
        return {name: value for name, value in given.items() if value != "UNSET"}

    @property
    def record(self) -> Path:
        return self.folder / "record.jsonl"

    def play(
        self,
        tasks: list[Task],
        *arguments: str,
        door: str = "in_process",
        env: dict[str, str] | None = None,
        **play: t.Any,
    ) -> Played:
        """Play these tasks to their end."""
        return self.run(self.write(tasks, door=door, **play), *arguments, env=env)

    def run(self, playbook: Path | str, *arguments: str, env: dict[str, str] | None = None, own: bool = ALL) -> Played:
        """Run a playbook, from a file or by its name in a collection, to its end.

        In a fork of a process that has imported ansible-core, if it would find the same settings there and not `own`.
        """
        self.record.unlink(missing_ok=True)
        command, variables = self.command(playbook, *arguments), self.variables(**(env or {}))
        shared = {**variables, "ANSIBLE_HOME": self.server.environment["ANSIBLE_HOME"]}
        done: subprocess.CompletedProcess[str]
        if not own and self.server.serves(shared, self.folder):
            done = self.server.run(command, cwd=self.folder, env=shared, timeout=120)
        else:
            done = subprocess.run(
                command, cwd=self.folder, env=variables, capture_output=True, text=True, timeout=120, check=False
            )
        lines = self.record.read_text(encoding="utf-8").splitlines() if self.record.exists() else []
        return Played(done.returncode, done.stdout, done.stderr, [json.loads(line) for line in lines])


def settings(home: Path) -> dict[str, str]:
    """What all runs have in their environment: nothing of the machine's own sign-ins and settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AZDO_", "AZURE_", "SYSTEM_", "ANSIBLE_")) and name not in AUTHORITIES
    }
    return {
        **kept,
        "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The process that most runs are forks of, one for each worker of pytest."""
    made = Server(settings(tmp_path_factory.mktemp("ansible")))
    yield made
    made.stop()


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    """Each front door in turn: the same test must pass through both."""
    return str(request.param)


_RESOURCES = {
    "499b84ac-1321-427f-aa17-267ca6975798": "499b84ac-1321-427f-aa17-267ca6975798",
    "graph": "https://graph.microsoft.com",
    "management": "https://management.azure.com",
}


@pytest.fixture
def az(tmp_path: Path) -> Callable[[Simulator], str]:
    """Puts an Azure CLI on a PATH that has the tokens of the simulator's user; returns that PATH."""

    def make(simulator: Simulator) -> str:
        cases = "\n".join(
            f'*{word}*) token="{simulator.token(simulator.fleet.user, audience)}" ;;'
            for word, audience in _RESOURCES.items()
        )
        script = tmp_path / "bin" / "az"
        script.parent.mkdir()
        script.write_text(
            f'#!/bin/sh\ncase "$*" in\n{cases}\nesac\n'
            'echo "{\\"accessToken\\": \\"$token\\", \\"expires_on\\": 4102444800}"\n',
            encoding="utf-8",
        )
        script.chmod(0o755)
        return f"{script.parent}{os.pathsep}{os.environ['PATH']}"

    return make


@pytest.fixture
def stage(tmp_path: Path, server: Server) -> Iterator[Callable[..., Stage]]:
    """Makes a stage with a simulator of its own; the demo fleet unless a test brings another."""
    running: list[Simulator] = []

    def make(fleet: Fleet | None = None, **options: t.Any) -> Stage:
        simulator = Simulator(fleet or demo_fleet(), **options).start()
        running.append(simulator)
        return Stage(tmp_path, simulator, server)

    yield make
    for simulator in running:
        simulator.stop()
    shutil.rmtree(tmp_path / ".ansible", ignore_errors=True)
