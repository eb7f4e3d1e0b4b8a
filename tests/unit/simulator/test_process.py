# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process form: ready file, TLS, end with its parent, end on SIGTERM; and how fast it starts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

import simulator
from simulator import Simulator, bench_fleet, demo_fleet, fleet_by_name
from simulator.rest import Rest

ROOT = str(Path(simulator.__file__).parents[1])


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it took too long"
        time.sleep(0.01)


def launch(ready: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simulator", "--ready-file", str(ready), *words]
    environment = {**os.environ, "PYTHONPATH": ROOT}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(ready.exists)
    return process


def test_the_process_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    started = time.monotonic()
    process = launch(
        tmp_path / "ready", "--fleet", "bench:2x6", "--tls", str(tmp_path / "tls"), "--latency", "read=1",
        "--knob", "issuer=azure_devops", "--knob", "retry_after=3",
    )  # fmt: skip
    with process:
        assert time.monotonic() - started < 5
        where: dict[str, Any] = json.loads((tmp_path / "ready").read_text())
        assert where["pid"] == process.pid
        assert where["organization_url"].startswith("https://127.0.0.1:")
        assert where["ca_path"] == str(tmp_path / "tls" / "ca.pem")
        answer = requests.get(
            f"{where['organization_url']}/_apis/projects?api-version=7.1",
            auth=("", where["pat"]),
            verify=where["ca_path"],
            timeout=10,
        )
        assert (answer.json()["count"], answer.headers["Retry-After"]) == (2, "3")
        knobs = requests.get(f"{where['control_url']}/knobs", verify=where["ca_path"], timeout=10).json()
        assert (knobs["issuer"], knobs["latency_ms"]) == ("azure_devops", {"read": 1.0})
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=10)
        assert json.loads(output) == where
        assert errors == ""


def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = (
        "import subprocess, sys, pathlib, time\n"
        "subprocess.Popen([sys.executable, '-m', 'simulator', '--fleet', 'empty', '--ready-file', sys.argv[1]],"
        " stdout=subprocess.DEVNULL)\n"
        "while not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.01)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(ready)], env={**os.environ, "PYTHONPATH": ROOT}, check=True)
    where = json.loads(ready.read_text())

    def gone() -> bool:
        try:
            requests.get(f"{where['control_url']}/knobs", timeout=1)
        except requests.ConnectionError:
            return True
        return False

    wait_for(gone)


def test_ten_thousand_connections_are_served() -> None:
    """How fast is what `make bench` shows."""
    with Simulator(bench_fleet(100, 10_000)) as big:
        project = next(iter(big.world.projects.values()))
        assert len(Rest(big).listed(project, type="azurerm")) == 100


def test_a_simulator_leaves_nothing_behind() -> None:
    with Simulator(tls=True) as served:
        ca_path = Path(served.ca_path or "")
        assert Rest(served).get("_apis/projects").status_code == 200
    assert not ca_path.exists()
    with pytest.raises(requests.ConnectionError):
        Rest(served, None).session.get(served.base_url, timeout=1, verify=False)


def test_the_demo_fleet_has_one_of_everything() -> None:
    fleet = demo_fleet(canary="canary-secret")
    known = [item for item in fleet.world.connections.values() if item.type == "azurerm"]
    assert 55 <= len(known) <= 70
    assert len(fleet.world.projects) == 8
    plain = [
        item
        for item in known
        if item.scheme == "ServicePrincipal"
        and item.creation_mode == "Automatic"
        and item.ready
        and not item.disabled
        and len(item.references) == 1
        and item.data["environment"] == "AzureCloud"
    ]
    assert len(plain) >= 28
    assert {item.scheme for item in known} == {
        "ServicePrincipal",
        "WorkloadIdentityFederation",
        "ManagedServiceIdentity",
        "PublishProfile",
    }
    assert {item.data["environment"] for item in known} == {
        "AzureCloud",
        "AzureUSGovernment",
        "AzureChinaCloud",
        "AzureStack",
    }
    assert {item.data["scopeLevel"] for item in known} == {"Subscription", "ManagementGroup", "AzureMLWorkspace"}
    assert {item.status.state for item in known} == {"Ready", "InProgress", "Failed"}
    assert any(item.disabled for item in known)
    assert {(item.issuer or "")[:15] for item in known} >= {"https://login.m", "https://vstoken"}
    assert any(len(item.references) > 1 and item.references[1].name != item.name for item in known)
    secrets = [text for item in known for text in item.secrets.values()]
    assert sum("canary-secret" in text for text in secrets) > 40
    assert demo_fleet().world.connections.keys() == fleet.world.connections.keys()


@pytest.mark.parametrize("name", ["nothing", "bench:0x5", "bench:5"])
def test_an_unknown_fleet(name: str) -> None:
    with pytest.raises(ValueError, match="no fleet"):
        fleet_by_name(name)
