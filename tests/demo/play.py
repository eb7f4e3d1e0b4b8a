# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: a fleet of service connections moves from secrets to workload identity federation.

It plays the collection's own playbooks, from the installed collection, against the simulator, and checks every step with what the
simulator holds: the reports of the collection must tell the same. Ends with a non-zero status if they do not.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing as t
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from demo.output import in_short, index, of_waves, shown, told
from simulator.demo_pipelines import VERDICTS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REPORTS = ROOT / ".build" / "demo"
INVENTORY = HERE / "contoso.azdo.yml"
PROJECTS_AS_HOSTS = ["-i", os.path.relpath(INVENTORY, REPORTS), "-e", "fleet_hosts=azdo_projects"]
WAVES = [*PROJECTS_AS_HOSTS, "-e", "fleet_serial=1,50%,100%"]
PLAN = ["-e", "fleet_plan_path=plan.json"]
REQUIRE = ["-e", "fleet_readiness=require", "-e", "fleet_readiness_expand=true"]
# What a publisher has said of a task that is in no table.
ROWS = ["-e", json.dumps({"fleet_task_support": [{"task": "TerraformTaskV4@4", "support": True}]})]
REPAIRED = {("Payments", "ledger-prod"), ("Data Platform", "reporting")}

# What the simulator calls the schemes, and what the collection does.
SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
NAMES = {SECRET: "service_principal", FEDERATION: "workload_identity_federation"}

Json = dict[str, t.Any]
Fleet = dict[str, Json]
"""Stored connections, by id."""


class Unexpected(Exception):
    """The demo did not go as it must."""


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    started = time.monotonic()
    try:
        with simulator() as addresses:
            play(Service(addresses["control_url"]), addresses)
    except KeyboardInterrupt:
        return 130
    except Unexpected as error:
        say(f"THE DEMO FAILED: {error}", "1;31")
        return 1
    say(f"The demo took {time.monotonic() - started:.0f} seconds, and nothing is left running.", "1;32")
    return 0


def play(service: Service, addresses: Json) -> None:
    run = Run(addresses)
    before = service.fleet()
    report(run, before)
    worklist(run, service)
    planned = plan(run, service)
    converted = convert(run, service, before, planned)
    repaired = repair(run, service, converted)
    again(run, service)
    test(run)
    reverted = revert(run, service, before, repaired)
    watch(run, reverted)
    fleets = {"before": before, "converted": converted, "repaired": repaired, "one step back": reverted}
    closing(fleets, run.steps)


def report(run: Run, before: Fleet) -> None:
    run.step("1-before", "What is there", "The report on an organization that is simulated on this machine.")
    found = run.playbook("report", "-e", "fleet_include=usage", pick=in_short)
    expect(
        schemes(found) == stored_schemes(before), "the report counts the schemes as the service does", schemes(found)
    )


def worklist(run: Run, service: Service) -> None:
    run.step("2-readiness", "Ready or not", "What has to be changed in pipelines, before a conversion breaks them.")
    service.forget()
    verdicts = {
        (row["project"], row["name"]): row["readiness"]["verdict"]
        for row in run.playbook("readiness", "-e", "fleet_readiness_expand=true")["connections"]
    }
    found = {place: verdict for place, verdict in verdicts.items() if verdict not in ("ready", "unused")}
    expect(found == VERDICTS, "it finds the pipelines that the organization was given, and no other", found)
    expect(not service.writes(), "no write is sent, and no pipeline is started", service.writes())


def plan(run: Run, service: Service) -> dict[str, str]:
    """What would be converted: id and name."""
    run.step("3-plan", "The plan", "With a digest for somebody to agree to. What is not ready is left alone.")
    service.forget()
    found = run.playbook("plan", *PROJECTS_AS_HOSTS, *PLAN, *REQUIRE, pick=in_short)
    expect(
        held_back(found) == set(VERDICTS),
        "those of the worklist are left alone, each with the reason",
        held_back(found),
    )
    expect(not service.writes(), "the plan sends no write", service.writes())
    return with_status(found, "would_convert")


def convert(run: Run, service: Service, before: Fleet, planned: dict[str, str]) -> Fleet:
    run.step(
        "4-converted",
        "The conversion, in waves",
        "What was agreed to: one project, then half of the others, then the rest.",
    )
    agreed = ["-e", f"fleet_plan_digest={json.loads((REPORTS / 'plan.json').read_text(encoding='utf-8'))['digest']}"]
    converted = with_status(run.playbook("convert", *WAVES, *REQUIRE, *PLAN, *agreed, pick=of_waves), "converted")
    after = service.fleet()
    expect(set(converted) == set(planned), "what was planned is what was converted", set(converted) ^ set(planned))
    expect(
        moved(before, after) == set(planned),
        "and the service holds just these changes",
        moved(before, after) ^ set(planned),
    )
    return after


def repair(run: Run, service: Service, before: Fleet) -> Fleet:
    run.step(
        "5-repaired",
        "Repaired, and converted",
        "The team of ledger-prod takes AzureFileCopy@6, and the publisher of TerraformTaskV4@4 says that it is good.",
    )
    tasks = service.change("Payments", "deploy-ledger", {"AzureFileCopy@4": "AzureFileCopy@6"})
    expect("AzureFileCopy@6" in tasks, "the pipeline deploy-ledger has run with the new task", tasks)
    found = run.playbook("convert", *WAVES, *REQUIRE, *ROWS, "-e", "fleet_confirm=none", pick=of_waves)
    converted, after = with_status(found, "converted"), service.fleet()
    expect(
        set(converted.values()) == {"ledger-prod", "reporting"} and moved(before, after) == set(converted),
        "ledger-prod and reporting are converted, and the service agrees",
        converted,
    )
    expect(held_back(found) == set(VERDICTS) - REPAIRED, "the others are left alone still", held_back(found))
    return after


def again(run: Run, service: Service) -> None:
    run.step("6-again", "The conversion again", "It is idempotent: what is converted stays as it is.")
    service.forget()
    found = run.playbook("convert", *WAVES, *REQUIRE, *ROWS, "-e", "fleet_confirm=none", pick=in_short)
    expect(not with_status(found, "converted"), "nothing is converted", with_status(found, "converted"))
    expect(not service.writes(), "and no write is sent", service.writes())


def test(run: Run) -> None:
    run.step("7-tested", "The test", "Every federated connection is tested like the portal's Verify.")
    tested = run.playbook("verify", "-e", "fleet_schemes=workload_identity_federation")
    results = Counter(row["verification"]["result"] for row in tested["connections"])
    expect(set(results) == {"ok"}, "all of them can sign in", results)


def revert(run: Run, service: Service, before: Fleet, after: Fleet) -> Fleet:
    run.step(
        "8-reverted",
        "One step back",
        "For seven days a conversion can be taken back: here one of the project Payments.",
    )
    choice = ["-e", "fleet_projects=Payments", "-e", "fleet_connections=azure-prod"]
    reverted = with_status(run.playbook("revert", *choice), "reverted")
    expect(list(reverted.values()) == ["azure-prod"], "it is taken back, and no other", reverted)
    at_last = service.fleet()
    expect(moved(before, at_last) == moved(before, after) - set(reverted), "and the service agrees", reverted)
    return at_last


def watch(run: Run, fleet: Fleet) -> None:
    run.step(
        "9-watched",
        "The watch",
        "For a schedule: it fails while something runs out, here a way back and an unused connection.",
    )
    watched = run.playbook("watch", "-e", "fleet_watch=revert,unused,issuer", fails=True)
    expect(
        schemes(watched) == stored_schemes(fleet),
        "the report counts the schemes as the service does",
        schemes(watched),
    )


class Run:
    """Plays playbooks of the installed collection, signed in to the simulator."""

    def __init__(self, addresses: Json) -> None:
        # No sign-in of the person at the screen: the demo must not reach a real organization.
        own = {key: value for key, value in os.environ.items() if not key.startswith(("AZDO_", "AZURE_", "SYSTEM_"))}
        self._environment = own | {
            "AZDO_ORG_SERVICE_URL": addresses["organization_url"],
            "AZDO_PERSONAL_ACCESS_TOKEN": addresses["pat"],
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
        }
        self.steps: list[tuple[str, str, str]] = []

    def step(self, name: str, title: str, text: str) -> None:
        """What comes now; its files have that name."""
        self.steps.append((title, text, name))
        say(f"\n{len(self.steps)}. {title}. {text}", "1;34")

    def playbook(
        self, name: str, *arguments: str, fails: bool = False, pick: t.Callable[[list[str]], list[str]] = list
    ) -> Json:
        """Play azdo.connections.<name> with a report, as a page and as JSON, show what it shows, and return the report.

        :param pick: what of its lines is worth a place on the screen.
        """
        step = self.steps[-1][2]
        command = ["ansible-playbook", f"azdo.connections.{name}", *arguments]
        say(f"$ {shlex.join(shortened(word) for word in command)}", "36")
        path = REPORTS / f"{step}.json"
        # From another folder, because the playbooks must come from the installed collection and not from these files.
        command += ["-e", f"fleet_report_path={step}.html,{path.name}"]
        with subprocess.Popen(
            command, cwd=REPORTS, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                output, _nothing = process.communicate()
            except BaseException:
                process.terminate()  # and let it end its own processes
                raise
        (REPORTS / f"{step}.log").write_text(output, encoding="utf-8")
        if bool(process.returncode) is not fails:
            say(output)
            raise Unexpected(f"the playbook azdo.connections.{name} ended with exit status {process.returncode}")
        for line in told(pick(shown(output)), f"{step}.log"):
            say(f"  {line}")
        result: Json = json.loads(path.read_text(encoding="utf-8"))
        return result


def shortened(word: str) -> str:
    """A digest on the screen."""
    return re.sub(r"(?<=fleet_plan_digest=[0-9a-f]{8})[0-9a-f]{56}", "...", word)


class Service:
    """What the simulator holds and received, by its control routes."""

    def __init__(self, control_url: str) -> None:
        self._url = control_url

    def fleet(self) -> Fleet:
        """The Azure Resource Manager connections, by id."""
        return {item["id"]: item for item in self._ask("GET", "connections") if item["type"] == "azurerm"}

    def writes(self) -> list[str]:
        return [f"{item['method']} {item['path']}" for item in self._ask("GET", "requests?writes=true")["value"]]

    def forget(self) -> None:
        self._ask("DELETE", "requests")

    def change(self, project: str, pipeline: str, texts: dict[str, str]) -> list[str]:
        """What a team does: it replaces texts in its pipeline, which runs then. Returns the tasks that ran."""
        tasks: list[str] = self._ask("POST", "pipelines", project=project, pipeline=pipeline, replace=texts)["tasks"]
        return tasks

    def _ask(self, method: str, what: str, **body: object) -> t.Any:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self._url}/{what}", data, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None


@contextmanager
def simulator() -> t.Iterator[Json]:
    """Run the simulator with the demo fleet, in a process of its own, on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "simulator", "--fleet", "demo", "--port", "0", "--ready-file", str(ready)]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
        }
        process = subprocess.Popen(
            [*command, "--latency", "read=20,convert=100"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            yield wait_for(ready, process)
        finally:
            process.terminate()
            process.wait(timeout=10)


def wait_for(ready: Path, process: subprocess.Popen[bytes]) -> Json:
    deadline = time.monotonic() + 20
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Unexpected("the simulator did not start")
        time.sleep(0.05)
    addresses: Json = json.loads(ready.read_text(encoding="utf-8"))
    return addresses


def schemes(report: Json) -> dict[str, int]:
    """How many connections of which scheme a report has; those of interest here."""
    counts = Counter(row["scheme"] for row in report["connections"])
    return {name: counts[name] for name in NAMES.values()}


def stored_schemes(fleet: Fleet) -> dict[str, int]:
    counts = Counter(item["scheme"] for item in fleet.values())
    return {name: counts[scheme] for scheme, name in NAMES.items()}


def with_status(report: Json, status: str) -> dict[str, str]:
    """Id and name of the rows with that status."""
    return {row["id"]: row["name"] for row in report["connections"] if row["status"] == status}


def held_back(report: Json) -> set[tuple[str, str]]:
    """Project and name of what was left alone because of a pipeline."""
    return {
        (row["project"], row["name"])
        for row in report["connections"]
        if row["status"] == "skipped" and any(reason["code"].startswith("pipeline_") for reason in row["reasons"])
    }


def moved(before: Fleet, after: Fleet) -> set[str]:
    """Ids of the connections that went from a secret to workload identity federation; no other may have changed at all."""
    changed = {key for key in before.keys() | after.keys() if settled(before.get(key)) != settled(after.get(key))}
    odd = [key for key in changed if (before[key]["scheme"], after[key]["scheme"]) != (SECRET, FEDERATION)]
    if odd:
        raise Unexpected(f"expected that nothing else changed, but found: {odd}")
    return changed


def settled(item: Json | None) -> Json | None:
    """A stored connection without what the simulator does by itself as time goes by."""
    return item and {key: item[key] for key in ("id", "name", "project", "scheme", "references", "disabled")}


def expect(holds: bool, what: str, found: object) -> None:
    if not holds:
        raise Unexpected(f"expected that {what}, but found: {found}")
    say(f"  checked: {what}", "32")


def closing(fleets: dict[str, Fleet], steps: t.Sequence[tuple[str, str, str]]) -> None:
    say("\nHow many service connections use which scheme, as the service holds them", "1;34")
    say(" " * 30 + "".join(f"{when:>16}" for when in fleets))
    for name in NAMES.values():
        say(f"{name:30}" + "".join(f"{stored_schemes(fleet)[name]:16}" for fleet in fleets.values()))
    page = REPORTS / "index.html"
    page.write_text(index(steps), encoding="utf-8")
    say(f"\nEach step has left a page. Open this one in a browser, which leads to them: {page.resolve().as_uri()}", "1")


def say(text: str, colour: str = "") -> None:
    print(f"\033[{colour}m{text}\033[0m" if colour and sys.stdout.isatty() else text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
