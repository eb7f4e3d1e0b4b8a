# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take, against the simulator in a process of its own. Prints; never passes or fails.

Each number stands beside what it is to be compared with: a bare asynchronous client that does a fixed list of calls, the sequential run, or
the target. Give names to run only some: loop, convert, scale, budget, budget-5000 (nearly two hours), readiness, create, inventory, hosts, simulator.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import yaml

from simulator.identifiers import guid

MANAGE = "azdo.connections.azdo_arm_connection"
INFO = "azdo.connections.azdo_arm_connection_info"
CONVERT = "azdo.connections.azdo_arm_connection_convert"
Addresses = dict[str, t.Any]


@contextlib.contextmanager
def simulator(
    fleet: str, latency_ms: dict[str, float] | None = None, *, tls: bool = False, knobs: dict[str, float] | None = None
) -> Iterator[Addresses]:
    """The simulator with a fleet and latencies (ms) by kind of request; ends with the block."""
    program = "benchmarks.readiness_fleet" if fleet.startswith("pipelines:") else "simulator"
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", program, "--fleet", fleet, "--port", "0", "--ready-file", str(ready)]
        command += ["--tls", folder] if tls else []
        for name, value in (knobs or {}).items():
            command += ["--knob", f"{name}={value}"]
        if latency_ms:
            command += ["--latency", ",".join(f"{name}={value}" for name, value in latency_ms.items())]
        started = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline() if process.stdout else ""
            try:
                yield {**json.loads(line), "start_seconds": time.monotonic() - started}
            finally:
                process.terminate()


def play(addresses: Addresses, task: dict[str, t.Any], **variables: str) -> float:
    """Seconds that ansible-playbook takes for one task. ``variables`` are of the environment."""
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
            **variables,
        }
        started = time.monotonic()
        done = subprocess.run(
            ["ansible-playbook", str(playbook)], env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"The playbook failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return time.monotonic() - started


def median_of(runs: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _run in range(runs))


def loop() -> None:
    """What an item of a loop costs on top of the server's latency, through both doors: each item looks up one of ten connections."""
    items = 50
    with simulator("bench:5x50", {"read": 20.0}) as addresses:
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
    with simulator("bench:20x200", latency) as addresses:
        ideal = asyncio.run(bare_client(addresses, 16))
    with simulator("bench:20x200", latency) as addresses:
        empty = median_of(3, lambda: play(addresses, {"ansible.builtin.debug": {"msg": "nothing"}}))
        ours = play(addresses, {CONVERT: {"concurrency": 16}}) - empty
    with simulator("bench:20x200", latency) as addresses:
        alone = play(addresses, {CONVERT: {"concurrency": 1}}) - empty
    print(
        "200 connections in 20 projects, 80 ms a read, 400 ms a conversion, everything compared and tested before and after:"
    )
    print(f"  bare asynchronous client, 16 at a time {ideal:7.2f} s (the ideal)")
    print(
        f"  one task, concurrency 16               {ours:7.2f} s = {ours / ideal:.2f} x the ideal (target: under 1.5)"
    )
    print(f"  one task, concurrency 1                {alone:7.2f} s = {alone / ideal:.2f} x the ideal")


def scale() -> None:
    """Whether a large fleet costs more for each connection than a small one, and how much memory a plan takes."""
    print("conversion throughput, concurrency 16, no latency but the simulator's own:")
    with simulator("empty") as addresses:
        empty = median_of(3, lambda: play(addresses, {"ansible.builtin.debug": {"msg": "nothing"}}))
    for size in (100, 500, 1000, 5000):
        with simulator(f"bench:{size // 10}x{size}") as addresses:
            seconds = play(addresses, {CONVERT: {"concurrency": 16}}) - empty
        print(f"  {size:5} connections {seconds:7.1f} s, {size / seconds:6.1f} connections/s")
    with simulator("bench:500x5000") as addresses:
        task = {CONVERT: {"concurrency": 16}, "check_mode": True}
        with peak_memory() as peak:
            seconds = play(addresses, task) - empty
        print(
            f"a plan for 5000 connections in 500 projects: {seconds:.1f} s; the largest process of ansible-playbook took {peak()} MB (target: under 400)"
        )


# What the service allows one caller, and what a request was seen to take of it (fact sheet 10); how answers over the budget are held back is assumed.
BUDGET = {"rate_budget": 200, "rate_cost": 0.07783, "rate_window_s": 300, "rate_delay_s": 30}


def budget(*sizes: int) -> None:
    """How long a fleet takes within the budget that the service allows one caller, with everything compared and tested, and as little as Microsoft's script."""
    print(
        "converted within 200 units in five minutes, 0.07783 a request, 80 ms a read, 400 ms a conversion, concurrency 16:"
    )
    everything: dict[str, t.Any] = {"concurrency": 16}
    for size in sizes or (100, 1000):
        for title, options in (
            ("compared and tested", everything),
            (
                "verify and compare none",
                {**everything, "verify": "none", "compare": "none", "allow_irreversible": True},
            ),
        ):
            with simulator(f"bench:{size // 10}x{size}", {"read": 80.0, "convert": 400.0}, knobs=BUDGET) as addresses:
                all_of_them = f"done.summary.by_status.converted != {size}"
                seconds = play(addresses, {CONVERT: options, "register": "done", "failed_when": all_of_them})
                record = httpx.get(f"{addresses['control_url']}/requests", timeout=60).json()["value"]
            refused = sum(row["status"] == 429 for row in record)
            print(
                f"  {size:5} connections, {title:24} {seconds:7.1f} s, {len(record) / size:5.2f} requests each, {refused} refused",
                flush=True,
            )


def readiness() -> None:
    """Judging the pipelines of 500 connections, with the client in a process of its own: requests, seconds, memory; and within the budget of one caller."""
    fleet, latency, judging = "pipelines:20x500x2000", {"read": 80.0}, {"include": ["pipelines"]}
    print(
        "500 connections and 2000 definitions in 20 projects, 80 ms a read, concurrency 16, the client in a process of its own:",
        flush=True,
    )
    with simulator(fleet, latency) as addresses:
        told, record = info_alone(addresses, {})
    print(f"  without pipelines        {told['seconds']:6.1f} s, {len(record):5} requests, {told['megabytes']} MB")
    alone = told["megabytes"]
    cases: tuple[tuple[str, dict[str, t.Any], dict[str, float]], ...] = (
        ("with pipelines", judging, {}),
        ("and their YAML expanded", {**judging, "readiness_expand": True}, {}),
        ("within 200 units", judging, BUDGET),
        ("expanded, within 200", {**judging, "readiness_expand": True}, BUDGET),
    )
    for title, options, knobs in cases:
        with simulator(fleet, latency, knobs=knobs) as addresses:
            told, record = info_alone(addresses, options)
        memory = f"{told['megabytes']} MB (target: under 300), {told['megabytes'] - alone} more than without"
        each = statistics.mean(row["ended"] - row["at"] for row in record) * 1000
        print(f"  {title:24} {told['seconds']:6.1f} s, {len(record):5} requests of {each:.0f} ms, {memory}")
        if knobs:
            print(
                f"    {budget_told(record)}; the client paused for {told['held_back']:.0f} s by itself or because it was told to",
                flush=True,
            )
        else:
            kinds = Counter(kind_of(row) for row in record)
            print(f"    requests: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}")
            verdicts = told["summary"]["readiness"]["verdicts"]
            print(f"    verdicts: {', '.join(f'{count} {verdict}' for verdict, count in verdicts.items())}", flush=True)


def info_alone(addresses: Addresses, options: dict[str, t.Any]) -> tuple[dict[str, t.Any], list[dict[str, t.Any]]]:
    """What one_task.py tells of azdo_arm_connection_info, and the requests that the simulator has seen of it."""
    signed_in = {"organization_url": addresses["organization_url"], "personal_access_token": addresses["pat"]}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.one_task"],
        input=json.dumps({**signed_in, "concurrency": 16, **options}),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout), httpx.get(f"{addresses['control_url']}/requests", timeout=60).json()["value"]


# What a request asks for, by the last words of its route.
KINDS_OF_REQUESTS = {
    "serviceendpoint/endpoints": "lists of connections",
    "executionhistory": "histories",
    "timeline": "runs",
    "build/definitions": "lists of pipelines",
    "release/definitions": "lists of release pipelines",
    "taskgroups": "lists of task groups",
    "variablegroups": "lists of variable groups",
    "queryconfigurations": "lists of checks",
    "preview": "expansions",
}


def kind_of(row: dict[str, t.Any]) -> str:
    route = str(row["operation"])
    return next((kind for end, kind in KINDS_OF_REQUESTS.items() if route.endswith(end)), "for the organization")


def budget_told(record: list[dict[str, t.Any]]) -> str:
    """The most units that any window of the record used, and how many answers were held back or refused for it."""
    window, allowed, cost = BUDGET["rate_window_s"], BUDGET["rate_budget"], BUDGET["rate_cost"]
    times = sorted(row["at"] for row in record)
    used = [(place - bisect.bisect_right(times, at - window) + 1) * cost for place, at in enumerate(times)]
    held_back = sum(units > allowed for units in used)
    refused = sum(row["status"] == 429 for row in record)
    return (
        f"{max(used):.1f} of {allowed} units in five minutes at most, {held_back} answers held back, {refused} refused"
    )


@contextlib.contextmanager
def peak_memory() -> Iterator[Callable[[], int]]:
    """The largest resident set (MB) that a child which ended within the block has had."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    yield lambda: resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    if resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss == before:
        print("  (an earlier process took as much, so this is an upper bound)")


SCOPE = {"subscription_id": guid("subscription", "bench"), "subscription_name": "Contoso Production"}


def create() -> None:
    """Creating 200 connections in a loop, beside a bare sequential client that does the same calls one after the other."""
    items, latency = 200, {"read": 60.0, "write": 60.0, "graph": 60.0, "token": 60.0}
    task: dict[str, t.Any] = {"project": "Project 0000", "name": "new-{{ item }}", "scope": SCOPE}
    identity = {"tenant_id": "{{ tenant }}", "client_id": "{{ clients[item] }}"}
    methods = {
        "service principal with a key": {"scheme": "service_principal", "creation_mode": "manual"},
        "federation and its credential": {"scheme": "workload_identity_federation", "creation_mode": "manual"},
    }
    print(f"{items} connections created in a loop, 60 ms a request:")
    for title, method in methods.items():
        federated = "federation" in title
        with simulator(f"bench:1x{items}", latency, tls=True) as addresses:
            clients = [guid("client", "bench", f"application-{number:05d}") for number in range(items)]
            bare = bare_creations(addresses, clients, federated=federated)
        with simulator(f"bench:1x{items}", latency, tls=True) as addresses:
            robot = addresses["service_principal"]
            signed_in = {
                "AZDO_AUTHORITY_URL": addresses["authority_url"],
                "AZDO_GRAPH_URL": addresses["graph_url"],
                "REQUESTS_CA_BUNDLE": addresses["ca_path"],
                "AZURE_TENANT": addresses["tenant_id"],
                "AZURE_CLIENT_ID": robot["client_id"],
                "AZURE_SECRET": robot["secret"],
                "AZDO_PERSONAL_ACCESS_TOKEN": "",
            }
            secret = {} if federated else {"key": "a-key-that-nobody-tests"}
            options = {**task, **method, "service_principal": {**identity, **secret}}
            variables = {"clients": clients, "tenant": addresses["tenant_id"]}
            whole = {MANAGE: options, "loop": "{{ range(count) | list }}", "vars": variables}
            empty = play(addresses, {"ansible.builtin.debug": {"msg": "nothing"}}, **signed_in)
            ours = play(addresses, {**whole, "vars": {**variables, "count": items}}, **signed_in) - empty
        print(
            f"  {title:30} bare client {bare:6.2f} s, one task {ours:6.2f} s = {ours / bare:.2f} x (target: under 1.3)"
        )


def bare_creations(addresses: Addresses, clients: list[str], *, federated: bool) -> float:
    """The fixed list of calls and nothing else: a look by name and a POST; for federation also the credentials of the application, and one more. Seconds."""
    robot, version = addresses["service_principal"], {"api-version": "7.2-preview.4"}
    base = addresses["organization_url"]
    with httpx.Client(verify=addresses["ca_path"], timeout=60) as client:
        started = time.monotonic()

        def token(scope: str) -> dict[str, str]:
            body = {
                "grant_type": "client_credentials",
                "client_id": robot["client_id"],
                "client_secret": robot["secret"],
                "scope": f"{scope}/.default",
            }
            url = f"{addresses['authority_url']}/{addresses['tenant_id']}/oauth2/v2.0/token"
            return {"Authorization": f"Bearer {client.post(url, data=body).raise_for_status().json()['access_token']}"}

        devops = token("499b84ac-1321-427f-aa17-267ca6975798")
        graph = token("https://graph.microsoft.com") if federated else {}
        project = (
            client.get(f"{base}/_apis/projects/Project 0000?api-version=7.1", headers=devops).raise_for_status().json()
        )
        for number, client_id in enumerate(clients):
            name = f"new-{number}"
            where = f"{base}/{project['id']}/_apis/serviceendpoint/endpoints"
            client.get(where, params={**version, "endpointNames": name}, headers=devops).raise_for_status()
            credentials = (
                f"{addresses['graph_url']}/v1.0/applications(appId='{client_id}')/federatedIdentityCredentials"
            )
            if federated:
                client.get(credentials, headers=graph).raise_for_status()
            body = bare_body(addresses, name, project, client_id, federated=federated)
            made = client.post(f"{base}/_apis/serviceendpoint/endpoints", params=version, json=body, headers=devops)
            parameters = made.raise_for_status().json()["authorization"]["parameters"]
            if federated:
                wanted = {
                    "name": f"connection-{number}",
                    "issuer": parameters["workloadIdentityFederationIssuer"],
                    "subject": parameters["workloadIdentityFederationSubject"],
                    "audiences": ["api://AzureADTokenExchange"],
                }
                client.post(credentials, json=wanted, headers=graph).raise_for_status()
        return time.monotonic() - started


def bare_body(
    addresses: Addresses, name: str, project: dict[str, t.Any], client_id: str, *, federated: bool
) -> dict[str, t.Any]:
    parameters = {"tenantid": addresses["tenant_id"], "serviceprincipalid": client_id}
    key = {"authenticationType": "spnKey", "serviceprincipalkey": "a-key-that-nobody-tests"}
    return {
        "name": name,
        "type": "azurerm",
        "url": "https://management.azure.com/",
        "owner": "library",
        "data": {
            "environment": "AzureCloud",
            "scopeLevel": "Subscription",
            "subscriptionId": SCOPE["subscription_id"],
            "subscriptionName": SCOPE["subscription_name"],
            "creationMode": "Manual",
        },
        "authorization": {
            "scheme": "WorkloadIdentityFederation" if federated else "ServicePrincipal",
            "parameters": parameters if federated else {**parameters, **key},
        },
        "serviceEndpointProjectReferences": [
            {"projectReference": {"id": project["id"], "name": project["name"]}, "name": name, "description": ""}
        ],
    }


def inventory() -> None:
    """Listing 5,000 connections as hosts, above the time in which the server was at work."""
    print("5000 connections in 500 projects as hosts, ansible-inventory --list:")
    with simulator("bench:500x5000") as addresses, tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "bench.azdo.yml"
        options = {"plugin": "azdo.connections.azdo", "hosts_from": "connection"}
        source.write_text(yaml.safe_dump(options), encoding="utf-8")
        signed_in = {
            "AZDO_ORG_SERVICE_URL": addresses["organization_url"],
            "AZDO_PERSONAL_ACCESS_TOKEN": addresses["pat"],
        }
        command = ["ansible-inventory", "-i", str(source), "--list"]
        for _run in range(3):
            httpx.delete(f"{addresses['control_url']}/requests", timeout=60)
            started = time.monotonic()
            done = subprocess.run(command, env={**os.environ, **signed_in}, check=True, capture_output=True)
            seconds = time.monotonic() - started
            hosts = len(json.loads(done.stdout)["_meta"]["hostvars"])
            record = httpx.get(f"{addresses['control_url']}/requests", timeout=60).json()["value"]
            above = seconds - seconds_at_work(record)
            print(f"  {hosts} hosts in {seconds:.1f} s, {above:.1f} s above the server's own time (target: under 10)")


def hosts() -> None:
    """The playbook convert on 300 projects with nothing to convert: what a rollout costs by itself."""
    print("300 projects as hosts, nothing to convert, signed in with azure-identity, the inventory live, 20 forks:")
    with simulator("bench:300x3000:federated", tls=True) as addresses, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bench.azdo.yml").write_text("plugin: azdo.connections.azdo\n", encoding="utf-8")
        robot = addresses["service_principal"]
        signed_in = {
            "AZDO_ORG_SERVICE_URL": addresses["organization_url"],
            "AZDO_AUTH_SOURCE": "service_principal",
            "AZURE_TENANT": addresses["tenant_id"],
            "AZURE_CLIENT_ID": robot["client_id"],
            "AZURE_SECRET": robot["secret"],
            **{
                f"AZDO_{name.upper()}": addresses[name]
                for name in ("authority_url", "graph_url", "resource_manager_url")
            },
            "REQUESTS_CA_BUNDLE": addresses["ca_path"],
        }
        command = ["ansible-playbook", "azdo.connections.convert", "-i", "bench.azdo.yml", "-f", "20"]
        command += ["-e", "fleet_hosts=azdo_projects", "-e", "fleet_confirm=none"]
        environment = {**os.environ, **signed_in}
        for _run in range(3):
            httpx.delete(f"{addresses['control_url']}/requests", timeout=60, verify=False)
            started = time.monotonic()
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
            seconds = time.monotonic() - started
            record = httpx.get(f"{addresses['control_url']}/requests", timeout=60, verify=False).json()["value"]
            tokens = sum(row["path"].endswith("/token") for row in record)
            above = seconds - seconds_at_work(record)
            print(
                f"  {seconds:.1f} s, {above:.1f} s above the server's own time (target: under 40); {tokens} token request(s)"
            )


def seconds_at_work(record: list[dict[str, t.Any]]) -> float:
    """How long the server had at least one request in hand, by its own record."""
    total, edge = 0.0, 0.0
    for row in sorted(record, key=lambda row: row["at"]):
        total += max(0.0, row["ended"] - max(row["at"], edge))
        edge = max(edge, row["ended"])
    return float(total)


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
    """The fixed list of calls, and no more: a list per project; per connection its use, tests, surroundings, and read, convert, read. Seconds."""
    projects = names_of_projects(addresses)
    gate = asyncio.Semaphore(concurrency)
    limits = httpx.Limits(max_connections=concurrency)
    base, version, preview = addresses["organization_url"], {"api-version": "7.1"}, {"api-version": "7.1-preview.1"}
    async with httpx.AsyncClient(auth=("", addresses["pat"]), limits=limits, timeout=60) as client:

        async def listing(project: str) -> list[dict[str, t.Any]]:
            async with gate:
                answer = await client.get(f"{base}/{project}/_apis/serviceendpoint/endpoints", params=version)
            return list(answer.json()["value"])

        async def surroundings(project_id: str, connection_id: str) -> list[t.Any]:
            where = f"{base}/{project_id}/_apis/pipelines"
            roles = f"{base}/_apis/securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources"
            checked = {**preview, "resourceType": "endpoint", "resourceId": connection_id}
            return [
                (await client.get(f"{where}/pipelinepermissions/endpoint/{connection_id}", params=preview)).json(),
                (await client.get(f"{where}/checks/configurations", params=checked)).json(),
                (await client.get(f"{roles}/{project_id}_{connection_id}", params=preview)).json(),
            ]

        async def test(project_id: str, connection: dict[str, t.Any]) -> None:
            details = {name: connection[name] for name in ("type", "url", "data", "authorization")}
            body = {"dataSourceDetails": {"dataSourceName": "TestConnection"}, "serviceEndpointDetails": details}
            where = f"{base}/{project_id}/_apis/serviceendpoint/endpointproxy"
            params = {**version, "endpointId": connection["id"]}
            if (await client.post(where, params=params, json=body)).json()["statusCode"] != "ok":
                raise RuntimeError(f"{connection['name']} cannot sign in")

        async def conversion(connection: dict[str, t.Any]) -> None:
            project_id = connection["serviceEndpointProjectReferences"][0]["projectReference"]["id"]
            url = f"{base}/{project_id}/_apis/serviceendpoint/endpoints/{connection['id']}"
            history = f"{base}/{project_id}/_apis/serviceendpoint/{connection['id']}/executionhistory"
            async with gate:
                await test(project_id, connection)
                before = await surroundings(project_id, connection["id"])
                (await client.get(history, params=version)).raise_for_status()
                body = (await client.get(url, params=version)).json()
                body["authorization"]["scheme"] = "WorkloadIdentityFederation"
                params = {**version, "operation": "ConvertAuthenticationScheme"}
                (await client.put(url, params=params, json=body)).raise_for_status()
                after = (await client.get(url, params=version)).json()
                unchanged = before == await surroundings(project_id, connection["id"])
                await test(project_id, after)
            if after["authorization"]["scheme"] != "WorkloadIdentityFederation" or not unchanged:
                raise RuntimeError(f"{connection['name']} was not converted, or more than that")

        started = time.monotonic()
        lists = await asyncio.gather(*(listing(project) for project in projects))
        await asyncio.gather(*(conversion(item) for items in lists for item in items))
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


BENCHES = {
    "loop": loop,
    "convert": convert,
    "scale": scale,
    "budget": budget,
    "budget-5000": lambda: budget(5000),
    "readiness": readiness,
    "create": create,
    "inventory": inventory,
    "hosts": hosts,
    "simulator": simulator_speed,
}


def main() -> None:
    for name in sys.argv[1:] or [name for name in BENCHES if name != "budget-5000"]:
        BENCHES[name]()


if __name__ == "__main__":
    main()
