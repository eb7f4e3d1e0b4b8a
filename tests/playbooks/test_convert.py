# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert in real playbooks: plans and journals through both doors, and many hosts side by side."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import Fleet, Recorded

CONVERT = "azdo.connections.azdo_arm_connection_convert"


def fleet_of(projects: int, each: int = 1) -> Fleet:
    fleet = Fleet("contoso")
    for number in range(projects):
        project = fleet.project(f"Project {number:02}")
        for connection in range(each):
            fleet.connection(project, f"azure-{number:02}-{connection}")
    return fleet


def converted(here: t.Any) -> int:
    return sum(item.scheme == "WorkloadIdentityFederation" for item in here.simulator.world.connections.values())


# -- plan and apply ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "apply", [{"plan": "{{ planned.plan }}"}, {"plan_digest": "{{ planned.plan.digest }}"}], ids=["plan", "digest"]
)
def test_what_was_planned_is_applied(door: str, apply: dict[str, str], stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of(2, each=2))
    tasks = [{CONVERT: {}, "check_mode": True, "register": "planned"}, {CONVERT: apply}]
    played = here.play(tasks, door=door)
    assert played.status == 0, played.output
    assert played.last["summary"]["by_status"]["converted"] == 4
    assert played.results[0]["result"]["plan"]["digest"]


def test_a_plan_survives_a_file_and_is_no_template(stage: Callable[..., t.Any]) -> None:
    """The name is one that Ansible would evaluate in a file of variables."""
    fleet = Fleet("contoso")
    marker = "a-template-was-evaluated"
    fleet.connection(fleet.project("Payments"), "{{ lookup('pipe', 'touch " + marker + "') }}")
    here = stage(fleet)
    kept = {
        "ansible.builtin.copy": {
            "content": "{{ {'kept': planned.plan} | to_json }}",
            "dest": str(here.folder / "plan.json"),
        },
        "check_mode": False,
    }
    first = here.play([{CONVERT: {}, "check_mode": True, "register": "planned"}, kept])
    assert first.status == 0, first.output
    second = here.play([{CONVERT: {"plan": "{{ kept }}"}}], "-e", f"@{here.folder / 'plan.json'}")
    assert second.status == 0, second.output
    assert second.last["summary"]["by_status"]["converted"] == 1
    assert not list(here.folder.rglob(marker))


def test_a_plan_is_shown_by_its_digest_alone(door: str, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of(1, each=3))
    tasks = [{CONVERT: {}, "check_mode": True, "register": "planned"}, {CONVERT: {"plan": "{{ planned.plan }}"}}]
    played = here.play(tasks, door=door, env={"ANSIBLE_INJECT_INVOCATION": "true"})
    assert played.status == 0, played.output
    digest = played.results[0]["result"]["plan"]["digest"]
    assert played.last["invocation"]["module_args"]["plan"] == {"digest": digest, "connections": 3}


@pytest.mark.parametrize(
    "option", ["plan", "plan_digest", "journal", "batch", "federated_credential", "hold_pipelines"]
)
@pytest.mark.parametrize("value", [None, ""])
def test_a_guard_that_came_out_empty_is_no_guard_left_out(
    option: str, value: str | None, stage: Callable[..., t.Any]
) -> None:
    here = stage(fleet_of(1))
    played = here.play([{CONVERT: {option: value}}])
    if value == "" and option == "hold_pipelines":
        assert "hold_pipelines contains an empty entry" in played.output or played.status == 0
        return
    assert played.status != 0, played.output
    assert option in played.last["msg"]
    assert converted(here) == 0


# -- the journal -----------------------------------------------------------------------------------------------------------
def test_a_relative_journal_lies_where_the_person_stands(door: str, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of(1))
    played = here.play([{CONVERT: {"journal": "fleet.journal"}}], door=door)
    assert played.status == 0, played.output
    journal = here.folder / "fleet.journal"
    assert journal.stat().st_mode & 0o777 == 0o600
    events = [json.loads(line)["event"] for line in journal.read_text(encoding="utf-8").splitlines()]
    assert events == ["sent", "answered", "ended"]


@pytest.mark.parametrize(
    "keyword", [{"become": True, "become_method": "ansible.builtin.su"}, {"async": 60}], ids=["become", "async"]
)
def test_a_journal_does_not_leave_the_controller(keyword: dict[str, t.Any], stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of(1))
    played = here.play([{CONVERT: {"journal": "fleet.journal"}, **keyword}])
    assert played.status != 0
    assert "journal names a file on the controller" in played.last["msg"]
    assert here.simulator.requests == []


@pytest.mark.parametrize(
    "keyword", [{"become": True, "become_method": "ansible.builtin.su"}, {"async": 60}], ids=["become", "async"]
)
def test_a_file_of_pairs_does_not_leave_the_controller(keyword: dict[str, t.Any], stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of(1))
    played = here.play([{CONVERT: {"federated_credential": {"pairs_file": "pairs.csv"}}, **keyword}])
    assert played.status != 0
    assert "federated_credential.pairs_file names a file on the controller" in played.last["msg"]
    assert here.simulator.requests == []


def test_a_relative_file_of_pairs_is_looked_for_where_the_person_stands(stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of(1))
    played = here.play([{CONVERT: {"federated_credential": {"pairs_file": "no-such-pairs.csv"}}}])
    assert played.status != 0
    assert str(here.folder / "no-such-pairs.csv") in played.last["msg"]
    assert here.simulator.requests == []


def test_a_worker_that_is_killed_is_taken_up_by_the_next_run(stage: Callable[..., t.Any]) -> None:
    """The connection was converted when the worker died; the next run tests it, and nothing is sent twice."""
    here = stage(fleet_of(1, each=3))
    once = threading.Event()
    killed: list[int] = []
    journal = here.folder / "fleet.journal"

    def kill(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and moment == "applied" and not once.is_set():
            once.set()
            killed.extend(workers_of(here.folder))
            for process in killed:
                os.kill(process, signal.SIGKILL)

    here.simulator.observe(kill)
    options = {CONVERT: {"journal": str(journal), "concurrency": 1}}
    here.run(here.write([options]), own=True)
    assert once.is_set()
    assert killed
    again = here.play([options])
    assert again.status == 0, again.output
    assert again.last["summary"]["by_status"]["converted"] == 3
    assert {row["verification"]["after"]["result"] for row in again.last["connections"]} == {"ok"}
    assert len(here.simulator.writes) == 3


def workers_of(folder: t.Any) -> list[int]:
    """The processes of ansible-playbook that run in this folder and whose parent does, too."""
    found: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
            if b"ansible-playbook" in command and str(folder).encode() in command:
                found[int(entry.name)] = parent
    return [process for process, parent in found.items() if parent in found]


# -- many hosts ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("concurrency", "most"), [(3, 3), (40, 40)])
def test_hosts_side_by_side_never_have_more_requests_under_way_than_one_task_may(
    concurrency: int, most: int, stage: Callable[..., t.Any]
) -> None:
    here = stage(fleet_of(20, each=2), latency_ms={"read": 15, "write": 15})
    hosts = here.folder / "hosts"
    lines = [f"h{number:02} ansible_connection=local p='Project {number:02}'" for number in range(20)]
    hosts.write_text("\n".join(lines), encoding="utf-8")
    task = {CONVERT: {"projects": ["{{ p }}"], "concurrency": concurrency}}
    played = here.play([task], "-i", str(hosts), "--forks", "20", hosts="all")
    assert played.status == 0, played.output
    assert converted(here) == 40
    assert max(record.in_flight for record in here.simulator.requests) <= most


def test_a_task_for_one_host_has_the_whole_number(stage: Callable[..., t.Any]) -> None:
    """With run_once the other hosts of the batch do nothing, so there is nobody to share with."""
    here = stage(fleet_of(8), latency_ms={"read": 40, "write": 40})
    hosts = here.folder / "hosts"
    hosts.write_text("\n".join(f"h{number} ansible_connection=local" for number in range(8)), encoding="utf-8")
    task = {CONVERT: {"concurrency": 8}, "run_once": True}
    played = here.play([task], "-i", str(hosts), "--forks", "8", hosts="all")
    assert played.status == 0, played.output
    assert max(record.in_flight for record in here.simulator.requests) > 1
