# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both front doors give the same results, and each task takes the one that is right for it."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable

import pytest

from simulator import bench_fleet
from tools.sampling import sample
from unit.plugins._helpers.tunnel import tunnel

INFO = "azdo.connections.azdo_arm_connection_info"
CONVERT = "azdo.connections.azdo_arm_connection_convert"
MANAGE = "azdo.connections.azdo_arm_connection"
ORDINARY = "run as an ordinary module"

# Tasks whose whole result must not depend on the door.
TASKS: list[dict[str, t.Any]] = [
    {INFO: {"projects": ["Payments"]}},
    {INFO: {"projects": ["Payments"], "organization": "{{ url }}"}},
    {INFO: {"projects": [], "organization": "{{ url }}", "organization_url": "{{ url }}"}},
    {INFO: {"project": "Payments"}},
    {INFO: {"concurrency": "many"}},
    {INFO: {"projects": ["No Such Project"]}},
    {INFO: {"personal_access_token": "abc"}},
    {INFO: {"projects": ["Payments"], "personal_access_token": "{{ pat }}"}},
    {INFO: {"projects": ["Web Shop"], "include": "usage,permissions,checks"}},
    {INFO: {"projects": [], "ca_path": "ca.pem"}},
    {INFO: {"projects": ["{{ item }}"]}, "loop": ["Payments", "nowhere"]},
    # A survey sends what was left blank as an empty text.
    {
        INFO: {
            "projects": ["Payments"],
            "auth_source": "",
            "timeout": "",
            "validate_certs": "",
            "cloud_environment": "",
            "tenant": None,
        }
    },
    {INFO: {"ca_path": "nowhere.pem", "organization_url": "https://127.0.0.1:1/contoso"}},
    {CONVERT: {"projects": ["Payments"]}, "check_mode": True, "diff": True},
    {CONVERT: {"to": "password"}},
    {CONVERT: {"projects": None}},
    {CONVERT: {"projects": []}},
    {CONVERT: {"connections": ["azure-prod", "no-such-connection"]}},
    {
        MANAGE: {
            "project": "Payments",
            "name": "azure-new",
            "scheme": "service_principal",
            "creation_mode": "manual",
            "scope": {
                "subscription_id": "5a1d2c3b-0000-4000-8000-000000000001",
                "subscription_name": "Contoso Production",
            },
            "service_principal": {
                "tenant_id": "5a1d2c3b-0000-4000-8000-000000000002",
                "client_id": "5a1d2c3b-0000-4000-8000-000000000003",
                "key": "{{ pat }}",
            },
            "authorized_pipelines": [12],
        },
        "check_mode": True,
        "diff": True,
    },
    {MANAGE: {"project": "Payments", "name": "azure-prod", "description": "changed"}, "check_mode": True, "diff": True},
    {MANAGE: {"project": "Payments", "name": "azure-prod", "scheme": "workload_identity_federation"}},
    {MANAGE: {"project": "Payments", "name": "azure-prod", "state": "absent"}, "check_mode": True, "diff": True},
    {MANAGE: {"project": "Payments", "name": "nowhere", "state": "absent"}},
    {MANAGE: {"project": "Payments", "name": "azure-new", "creation_mode": "automatic", "environment": "AzureStack"}},
    {MANAGE: {"project": "Payments"}},
    {MANAGE: {"project": "Payments", "name": "azure-prod", "shared_with": None}},
]


CASES = {
    **{name.rpartition("_")[2]: [task for task in TASKS if name in task] for name in (INFO, CONVERT, MANAGE)},
    "verbose": sample(TASKS, 4, start=1),
}


@pytest.mark.parametrize("case", CASES)
def test_same_results_through_both_doors(case: str, stage: Callable[..., t.Any]) -> None:
    """All tasks quietly; what -vvv adds is the same for each of them, so there `make test` has one in four, and `make test-all` all."""
    here = stage()
    (here.folder / "ca.pem").write_text("")
    tasks = [{**task, "ignore_errors": True} for task in CASES[case]]
    verbosity = ["-vvv"] if case == "verbose" else []
    known = {"url": here.simulator.organization_url, "pat": here.simulator.pat}
    seen = []
    for door in ("in_process", "ordinary"):
        played = here.play(tasks, *verbosity, door=door, vars=known)
        assert (ORDINARY in played.stdout) == (door == "ordinary" and bool(verbosity))
        seen.append([comparable(item) for item in played.results])
    for ours, theirs in zip(*seen, strict=True):
        assert ours == theirs
    assert len(seen[0]) >= len(tasks) > 0


def comparable(item: dict[str, t.Any]) -> dict[str, t.Any]:
    """Without what may differ: the frames of a traceback, the interpreter that core looked for, the time of day."""
    result = {key: value for key, value in item["result"].items() if key not in ("exception", "ansible_facts")}
    for connection in result.get("connections") or []:
        connection.get("revert", {}).pop("hours_left", None)
    result.get("summary", {}).pop("seconds_held_back", None)
    (result.get("plan") or {}).pop("created", None)
    if isinstance(result.get("results"), list):
        result["results"] = [comparable({"result": entry})["result"] for entry in result["results"]]
    return {**item, "result": result}


# Keywords of a task, and what sends it through the ordinary door.
KEYWORDS: list[tuple[dict[str, t.Any], str | None]] = [
    ({}, None),
    ({"environment": {"A": "b"}}, "environment"),
    ({"environment": {}}, None),
    ({"vars": {"ansible_python_interpreter": "/usr/bin/env python3"}}, "interpreter /usr/bin/env python3"),
    ({"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}, None),
    ({"vars": {"ansible_python_interpreter": "auto_silent"}}, None),
    ({"delegate_to": "localhost"}, None),
    ({"async": 60, "poll": 1}, "async"),
]


def test_door_that_a_task_takes(stage: Callable[..., t.Any]) -> None:
    """One play of all, because a task chooses for itself."""
    tasks = [
        {"name": f"case {number}", INFO: {"projects": ["Payments"]}, "ignore_errors": True, **keywords}
        for number, (keywords, _why) in enumerate(KEYWORDS)
    ]
    played = stage().play(tasks, "-vvv")
    shown = played.stdout.split("TASK [case ")[1:]
    ended = {item["task"]: item["outcome"] for item in played.results}
    assert len(shown) == len(KEYWORDS)
    for number, (keywords, why) in enumerate(KEYWORDS):
        if why:
            assert f"{ORDINARY}, because of {why}" in shown[number], keywords
        else:
            assert ORDINARY not in shown[number], keywords
            assert ended[f"case {number}"] == "ok", keywords


MISREAD: list[tuple[str, dict[str, t.Any], str]] = [
    (MANAGE, {"scope": {"resource_group": None}}, "scope.resource_group is null"),
    (MANAGE, {"role_assignment": {"role": "Reader", "scope": None}}, "role_assignment.scope is null"),
    (MANAGE, {"role_assignments": [{"role": "Reader", "scope": None}]}, "role_assignments.scope is null"),
    (MANAGE, {"managed_identity": {"create": None}}, "managed_identity.create is null"),
    (MANAGE, {"secret_version": None}, "secret_version is null"),
    (MANAGE, {"checks": [{"kind": "approval", "approvers": ["x"], "minimum_approvers": None}]}, "checks.minimum_approvers is null"),
    (MANAGE, {"shared_with": [{"project": "Web Shop", "checks": [{"kind": "approval", "approvers": None}]}]}, "shared_with.checks.approvers is null"),
    (MANAGE, {"shared_with": [{"project": "Web Shop", "authorized_pipelines": None}]}, "shared_with.authorized_pipelines is null"),
    (MANAGE, {"project": True}, "project was read as a number or a flag"),
    (MANAGE, {"name": 1.10}, "name was read as a number or a flag"),
    (MANAGE, {"shared_with": [{"project": False}]}, "shared_with.project was read as"),
    (MANAGE, {"scope": {"resource_group": 1.5}}, "scope.resource_group was read as"),
    (INFO, {"projects": [1.10]}, "projects was read as"),
    (INFO, {"names": True}, "names was read as"),
]  # fmt: skip


def test_what_a_template_or_yaml_made_of_a_value_is_refused(stage: Callable[..., t.Any]) -> None:
    """Behind the argument spec null looks as if nobody had set it, and 1.10 has become 1.1. It is seen before either door."""
    here = stage(bench_fleet(1, 1))
    usual = {MANAGE: {"project": "Payments", "name": "azure-new"}, INFO: {}}
    tasks = [{module: {**usual[module], **options}, "ignore_errors": True} for module, options, _named in MISREAD]
    played = here.play(tasks)
    for (_module, options, named), shown in zip(MISREAD, played.results, strict=True):
        assert named in shown["result"]["msg"], options
    assert here.simulator.requests == []


def test_sign_in_by_module_defaults_of_the_group(door: str, stage: Callable[..., t.Any]) -> None:
    here = stage()
    here.environment = {
        "AZDO_PERSONAL_ACCESS_TOKEN": "a-wrong-token-from-the-environment",
        "AZDO_ORG_SERVICE_URL": "UNSET",
    }
    signed_in = {"organization_url": here.simulator.organization_url, "personal_access_token": here.simulator.pat}
    played = here.play(
        [{INFO: {"projects": ["Payments"]}}], door=door, module_defaults={"group/azdo.connections.azdo": signed_in}
    )
    assert played.status == 0, played.output
    assert played.last["summary"]["total"] > 0


def test_demo_fleet_converts_once_and_check_mode_told_so(door: str, stage: Callable[..., t.Any]) -> None:
    here = stage()
    check = here.play([{CONVERT: {}}], "--check", door=door)
    assert here.simulator.writes == []
    foretold = {row["id"] for row in check.last["connections"] if row["status"] == "would_convert"}
    assert check.last["changed"]
    assert len(foretold) >= 30

    run = here.play([{CONVERT: {}}], door=door)
    assert run.status == 0, run.output
    assert {row["id"] for row in run.last["connections"] if row["status"] == "converted"} == foretold
    assert len(here.simulator.writes) == len(foretold)

    here.simulator.forget()
    again = here.play([{CONVERT: {}}], door=door)
    assert again.status == 0
    assert not again.last["changed"]
    assert here.simulator.writes == []


def test_progress_of_a_long_task_is_shown_beside_the_output(stage: Callable[..., t.Any]) -> None:
    here = stage(bench_fleet(2, 60), latency_ms={"convert": 200})
    played = here.play([{CONVERT: {"concurrency": 2}}])
    assert played.status == 0, played.output
    line = r"^azdo\.connections: \d+ of 60 connections, 0 failed, [\d.]+/s, about \d+ s left$"
    assert re.search(line, played.stderr, re.MULTILINE)
    assert "of 60 connections" not in played.stdout


def test_each_of_several_hosts_is_named_and_told_what_holds_it_back(stage: Callable[..., t.Any]) -> None:
    """On a terminal and in the log of a job alike: lines of their own, at most one in five seconds for each host."""
    here = stage(bench_fleet(1, 15), latency_ms={"history": 800})
    here.simulator.fault(path="(?i)executionhistory", status=429, headers={"Retry-After": "1"})
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    task = {INFO: {"include": ["usage"], "concurrency": 4}}
    played = here.play([task], "-i", "one,two,", hosts="all", vars=local)
    assert played.status == 0, played.output
    lines = [text for text in played.stderr.splitlines() if text.startswith("azdo.connections: ")]
    for host in ("one", "two"):
        own = [text for text in lines if text.startswith(f"azdo.connections: [{host}] ")]
        assert 1 <= len(own) <= 3, lines
        assert all(re.search(r" \d+ of 15 connections read", line) for line in own)
    assert any("held back by Azure DevOps for 1 s" in line for line in lines), lines
    assert "connections read" not in played.stdout


@pytest.mark.parametrize("door", ["in_process", "ordinary"])
def test_a_pause_holds_for_the_next_task(stage: Callable[..., t.Any], door: str) -> None:
    """The service counts the caller and not the tasks; and nothing is left of it when the play is over."""
    here = stage(bench_fleet(1, 1))
    here.simulator.fault(path="/endpoints", kind="headers", headers={"Retry-After": "2"})
    played = here.play([{INFO: {}}, {INFO: {}}], door=door)
    assert played.status == 0, played.output
    places = [number for number, item in enumerate(here.simulator.requests) if "connectionData" in item.path]
    last, first = here.simulator.requests[places[1] - 1], here.simulator.requests[places[1]]
    assert first.at - last.at >= 1.9


def test_a_pause_holds_for_other_hosts(stage: Callable[..., t.Any]) -> None:
    here = stage(bench_fleet(1, 1))
    here.simulator.fault(path="/endpoints", kind="headers", headers={"Retry-After": "2"})
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    task = {INFO: {}, "throttle": 1}
    played = here.play([task], "-i", "one,two,three,", hosts="all", vars=local)
    assert played.status == 0, played.output
    (told,) = [item for item in here.simulator.requests if "/endpoints" in item.path][:1]
    later = here.simulator.requests[here.simulator.requests.index(told) + 1 :]
    assert min(item.at for item in later) - told.at >= 1.9


@pytest.mark.parametrize("door", ["in_process", "ordinary"])
def test_certificates_that_nobody_looks_at_are_told_once_in_a_task(stage: Callable[..., t.Any], door: str) -> None:
    here = stage(bench_fleet(1, 1), tls=True)
    with tunnel(here.simulator) as proxy:
        url = f"https://dev.azure.com/{here.simulator.fleet.organization}"
        options = {"organization_url": url, "validate_certs": False}
        task = {INFO: options, "loop": [1, 2]}
        played = here.play([task], door=door, env={"HTTPS_PROXY": proxy})
    assert played.status == 0, played.output
    assert " ".join(played.output.split()).count("nobody knows whether it is dev.azure.com") == 1


def test_an_ordinary_module_has_no_display(stage: Callable[..., t.Any]) -> None:
    here = stage(bench_fleet(1, 15), latency_ms={"history": 800})
    played = here.play([{INFO: {"include": ["usage"], "concurrency": 2}}], door="ordinary")
    assert played.status == 0, played.output
    assert "connections read" not in played.output
