# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX starts them: nothing is left of one but what it hands on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import typing as t
from datetime import timedelta
from pathlib import Path

import yaml

from simulator import Fleet, Simulator

SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
LATELY = timedelta(days=2)
Json = dict[str, t.Any]


def fleet_of(projects: int, each: int = 2) -> Fleet:
    """Projects with connections of which each was used lately, one shared with the next project, and one of each project that is left alone."""
    fleet = Fleet()
    all_of_them = [fleet.project(f"Project {number}") for number in range(projects)]
    for place, project in enumerate(all_of_them):
        for number in range(each):
            fleet.connection(project, f"azure-{place}-{number}", last_used=LATELY)
        guest = all_of_them[(place + 1) % projects]
        fleet.connection(
            project, f"shared-{place}", shared_with=[guest] if guest is not project else (), last_used=LATELY
        )
        fleet.connection(project, f"manual-{place}", creation_mode="Manual")
    return fleet


class Begun(t.NamedTuple):
    """A job that goes on by itself, and what its callbacks have seen."""

    process: subprocess.Popen[str]
    record: Path

    def kill(self) -> None:
        """As the end of a container: all of its processes, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


def _arguments(folder: Path, variables: Json, program: Path | None, limit: str) -> list[str]:
    (folder / "extravars").write_text(yaml.safe_dump(variables), encoding="utf-8")
    hosts = [] if program is None else ["-i", str(program)]
    return [*hosts, "-e", f"@{folder}/extravars", *(["--limit", limit] if limit else [])]


class Jobs:
    """Jobs of one organization. Each has a folder of its own, which is gone when the job is over; what they hand on is kept."""

    def __init__(self, stage: t.Any, kind: str) -> None:
        self.stage, self.simulator = stage, t.cast(Simulator, stage.simulator)
        self.handed_on: Json = {}
        self._kind = kind
        self._inventory: Json | None = None
        self._number = 0
        self._told: Json = {}

    def run(
        self,
        playbook: str,
        *,
        slices: int = 1,
        number: int = 0,
        limit: str = "",
        forget: bool = False,
        **said: t.Any,
    ) -> t.Any:
        """A job, as AWX starts one: the variables of the template, what earlier jobs have handed on, and its own number.

        :param slices: among how many jobs the hosts are divided, of which this is ``number``. :param forget: what it hands on is lost.
        """
        folder, variables, program = self._prepare(slices, number, said)
        played, self._told = self.play(playbook, folder, variables, program, limit)
        if not forget:
            self.handed_on |= self._told
        return played

    def begin(self, playbook: str, *, slices: int, number: int, **said: t.Any) -> Begun:
        """The same as a process of its own, which goes on by itself."""
        folder, variables, program = self._prepare(slices, number, said)
        command = self.stage.command(f"azdo.connections.{playbook}", *_arguments(folder, variables, program, ""))
        environment = {**self.stage.variables(), "RECORD_TO": str(folder / "record")}
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=self.stage.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return Begun(process, folder / "record")

    def finish(self, begun: Begun) -> str:
        """What it printed, when it is over with success; what it has handed on is kept."""
        output, _none = begun.process.communicate(timeout=120)
        assert begun.process.returncode == 0, output
        for line in begun.record.read_text(encoding="utf-8").splitlines():
            self.handed_on |= (json.loads(line)["result"].get("ansible_stats") or {}).get("data") or {}
        return output

    def _prepare(self, slices: int, number: int, said: Json) -> tuple[Path, Json, Path | None]:
        """The folder of the next job, its variables, and the program that prints its inventory."""
        self._number += 1
        folder = self.stage.folder / f"job-{self._number}"
        folder.mkdir()
        program = self._inventory_of(folder, slices, number)
        variables = {
            **said,
            **({"fleet_slices": slices} if slices > 1 else {}),
            **self.handed_on,
            "awx_job_id": self._number,
        }
        if program is not None:
            variables["fleet_hosts"] = f"azdo_{self._kind}s"
        return folder, variables, program

    def play(
        self, playbook: str, folder: Path, variables: Json, program: Path | None, limit: str
    ) -> tuple[t.Any, Json]:
        """What became of it, and its custom stats. :param program: prints the inventory."""
        played = self.stage.run(f"azdo.connections.{playbook}", *_arguments(folder, variables, program, limit))
        stats: Json = {}
        for result in played.results:
            stats |= (result["result"].get("ansible_stats") or {}).get("data") or {}
        return played, stats

    @property
    def last(self) -> Json:
        """What the last job says of itself."""
        names = [name for name in self._told if name.startswith("azdo_") and "rows" not in name]
        assert len(names) == 1, names
        assert names[0].endswith(f"_{self._number}"), names
        return t.cast(Json, self._told[names[0]])

    def _inventory_of(self, folder: Path, slices: int, number: int) -> Path | None:
        """An inventory as AWX writes it for a job: a program that prints what was synchronized once; of a slice every so manyeth host."""
        if self._kind == "organization":
            return None
        if self._inventory is None:
            source = self.stage.folder / "synchronized.azdo.yml"
            options = {"plugin": "azdo.connections.azdo", "hosts_from": self._kind, "include": ["usage"]}
            source.write_text(yaml.safe_dump(options), encoding="utf-8")
            command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(source), "--list"]
            done = subprocess.run(
                command, env=self.stage.variables(), cwd=self.stage.folder, capture_output=True, text=True, check=True
            )
            self._inventory = json.loads(done.stdout)
        found: Json = self._inventory
        mine = set(sorted(found["_meta"]["hostvars"])[number::slices])
        groups = {
            name: {**group, "hosts": [host for host in group.get("hosts", ()) if host in mine]}
            for name, group in found.items()
            if name != "_meta"
        }
        variables = {host: values for host, values in found["_meta"]["hostvars"].items() if host in mine}
        program = folder / "hosts"
        content = json.dumps({**groups, "_meta": {"hostvars": variables}})
        (folder / "hosts.json").write_text(content, encoding="utf-8")
        program.write_text(f"#!/bin/sh\ncat '{folder}/hosts.json'\n", encoding="utf-8")
        program.chmod(0o700)
        return program

    @property
    def schemes(self) -> dict[str, str]:
        return {item.references[0].name: item.scheme for item in self.simulator.world.connections.values()}

    @property
    def converted(self) -> list[str]:
        """The connections for which a conversion was asked for, as often as it was."""
        return sorted(
            self.simulator.connection(record.path.rsplit("/", 1)[-1]).references[0].name  # type: ignore[union-attr]
            for record in self.simulator.writes
            if record.method == "PUT" and record.body["authorization"]["scheme"] == FEDERATION
        )
