# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take, against the simulator in a process of its own. Prints; never passes or fails.

Each number stands beside what it is to be compared with: a bare asynchronous client that does a fixed list of calls, the sequential run, or
the target. Give names to run only some: loop, convert, simulator.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import yaml

INFO = "azdo.connections.azdo_arm_connection_info"
CONVERT = "azdo.connections.azdo_arm_connection_convert"
Addresses = dict[str, t.Any]


@contextlib.contextmanager
def simulator(fleet: str, **latency_ms: float) -> Iterator[Addresses]:
    """The simulator with a fleet and latencies (ms) by kind of request; ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "simulator", "--fleet", fleet, "--port", "0", "--ready-file", str(ready)]
        if latency_ms:
            command += ["--latency", ",".join(f"{name}={value}" for name, value in latency_ms.items())]
        started = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline() if process.stdout else ""
            try:
                yield {**json.loads(line), "start_seconds": time.monotonic() - started}
            finally:
                process.terminate()


def play(addresses: Addresses, task: dict[str, t.Any]) -> float:
    """Seconds that ansible-playbook takes for one task."""
    with tempfile.TemporaryDirectory() as folder:
        playbook = Path(folder) / "play.yml"
        playbook.write_text(
            yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]), encoding="utf-8"
        )
        environment = {
            **os.environ,
            "AZDO_ORG_SERVICE_URL": addresses["organization_url"],
            "AZDO_PERSONAL_ACCESS_TOKEN": addresses["pat"],
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }
        started = time.monotonic()
        subprocess.run(["ansible-playbook", str(playbook)], env=environment, check=True, capture_output=True, text=True)
        return time.monotonic() - started


def median_of(runs: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _run in range(runs))


def loop() -> None:
    """What an item of a loop costs on top of the server's latency, through both doors: each item looks up one of ten connections."""
    items = 50
    with simulator("bench:5x50", read=20.0) as addresses:
        project = names_of_projects(addresses)[0]
        wanted = ids_in(addresses, project) * 5
        options = {"projects": [project], "ids": ["{{ item }}"]}

        def milliseconds(task: dict[str, t.Any]) -> float:
            def seconds(count: int) -> float:
                return median_of(5, lambda: play(addresses, {**task, "loop": wanted[:count]}))

            return (seconds(items) - seconds(1)) / (items - 1) * 1000

        bare = milliseconds({"ansible.builtin.debug": {"msg": options}})
        latency = seconds_per_request(addresses) * 1000
        print(f"loop of {items} items, each with one read that takes the server {latency:.1f} ms, above that:")
        print(f"  debug, no request  {bare:6.1f} ms per item, which is what the loop itself costs")
        for door, keywords in (("in process", {}), ("ordinary module", {"environment": {"BENCH": "ordinary"}})):
            each = milliseconds({INFO: options, **keywords}) - latency
            print(f"  {door:18} {each:6.1f} ms per item" + ("" if keywords else " (target: under 15)"))


def convert() -> None:
    """Converting 200 connections in 20 projects: one task, beside the ideal and the sequential run."""
    latency = {"read": 80.0, "convert": 400.0}
    with simulator("bench:20x200", **latency) as addresses:
        ideal = asyncio.run(bare_client(addresses, 16))
    with simulator("bench:20x200", **latency) as addresses:
        empty = median_of(3, lambda: play(addresses, {"ansible.builtin.debug": {"msg": "nothing"}}))
        ours = play(addresses, {CONVERT: {"concurrency": 16}}) - empty
    with simulator("bench:20x200", **latency) as addresses:
        alone = play(addresses, {CONVERT: {"concurrency": 1}}) - empty
    print("200 connections in 20 projects, 80 ms a read, 400 ms a conversion:")
    print(f"  bare asynchronous client, 16 at a time {ideal:7.2f} s (the ideal)")
    print(
        f"  one task, concurrency 16               {ours:7.2f} s = {ours / ideal:.2f} x the ideal (target: under 1.5)"
    )
    print(f"  one task, concurrency 1                {alone:7.2f} s = {alone / ideal:.2f} x the ideal")


def names_of_projects(addresses: Addresses) -> list[str]:
    answer = httpx.get(
        f"{addresses['organization_url']}/_apis/projects?api-version=7.1", auth=("", addresses["pat"]), timeout=60
    )
    return [project["name"] for project in answer.json()["value"]]


def seconds_per_request(addresses: Addresses) -> float:
    """How long the server itself takes for one request, by its own record."""
    httpx.delete(f"{addresses['control_url']}/requests", timeout=60)
    for _request in range(50):
        names_of_projects(addresses)
    record = httpx.get(f"{addresses['control_url']}/requests", timeout=60).json()
    rows = record["value"]
    return float(statistics.median(row["ended"] - row["at"] for row in rows))


def ids_in(addresses: Addresses, project: str) -> list[str]:
    url = f"{addresses['organization_url']}/{project}/_apis/serviceendpoint/endpoints?api-version=7.1"
    return [item["id"] for item in httpx.get(url, auth=("", addresses["pat"]), timeout=60).json()["value"]]


async def bare_client(addresses: Addresses, concurrency: int) -> float:
    """The fixed list of calls and nothing else: a list per project, then read, convert and read per connection. Seconds."""
    projects = names_of_projects(addresses)
    gate = asyncio.Semaphore(concurrency)
    limits = httpx.Limits(max_connections=concurrency)
    base, version = addresses["organization_url"], {"api-version": "7.1"}
    async with httpx.AsyncClient(auth=("", addresses["pat"]), limits=limits, timeout=60) as client:

        async def listing(project: str) -> list[dict[str, t.Any]]:
            async with gate:
                answer = await client.get(f"{base}/{project}/_apis/serviceendpoint/endpoints", params=version)
            return list(answer.json()["value"])

        async def conversion(project: str, connection: dict[str, t.Any]) -> None:
            url = f"{base}/{project}/_apis/serviceendpoint/endpoints/{connection['id']}"
            async with gate:
                body = (await client.get(url, params=version)).json()
                body["authorization"]["scheme"] = "WorkloadIdentityFederation"
                params = {**version, "operation": "ConvertAuthenticationScheme"}
                (await client.put(url, params=params, json=body)).raise_for_status()
                after = (await client.get(url, params=version)).json()
            if after["authorization"]["scheme"] != "WorkloadIdentityFederation":
                raise RuntimeError(f"{connection['name']} was not converted")

        started = time.monotonic()
        lists = await asyncio.gather(*(listing(project) for project in projects))
        await asyncio.gather(
            *(conversion(project, item) for project, items in zip(projects, lists, strict=True) for item in items)
        )
        return time.monotonic() - started


def simulator_speed() -> None:
    """How fast the simulator itself starts and answers with 10,000 connections."""
    with simulator("bench:100x10000") as addresses:
        rate = asyncio.run(request_rate(addresses, 4000))
        print(f"simulator with 10,000 connections: starts in {addresses['start_seconds']:.2f} s (target: under 2)")
        print(f"  answers {rate:.0f} requests/s to one client on the same machine (target: 500)")


async def request_rate(addresses: Addresses, count: int) -> float:
    url = f"{addresses['organization_url']}/_apis/connectionData?api-version=7.1-preview"
    async with httpx.AsyncClient(
        auth=("", addresses["pat"]), limits=httpx.Limits(max_connections=8), timeout=60
    ) as client:
        started = time.monotonic()

        async def some() -> None:
            for _request in range(count // 8):
                (await client.get(url)).raise_for_status()

        await asyncio.gather(*(some() for _client in range(8)))
        return count / (time.monotonic() - started)


BENCHES = {"loop": loop, "convert": convert, "simulator": simulator_speed}


def main() -> None:
    for name in sys.argv[1:] or BENCHES:
        BENCHES[name]()


if __name__ == "__main__":
    main()
