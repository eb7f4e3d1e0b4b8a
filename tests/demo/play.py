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

from demo.output import index, of_waves, shown, told

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REPORTS = ROOT / ".build" / "demo"
INVENTORY = HERE / "contoso.azdo.yml"
PROJECTS_AS_HOSTS = ["-i", os.path.relpath(INVENTORY, REPORTS), "-e", "fleet_hosts=azdo_projects"]

# What the simulator calls the schemes, and what the collection does.
SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
NAMES = {SECRET: "service_principal", FEDERATION: "workload_identity_federation"}

Json = dict[str, t.Any]


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

    run.step("1-before", "What is there", "The report on an organization that is simulated on this machine.")
    report = run.playbook("report", "-e", "fleet_include=usage")
    expect(
        schemes(report) == stored_schemes(before), "the report counts the schemes as the service does", schemes(report)
    )

    run.step(
        "2-plan",
        "The plan",
        "What would be converted, with a digest for somebody to agree to. Every project is a host.",
    )
    service.forget()
    plan = ["-e", "fleet_plan_path=plan.json"]
    planned = with_status(run.playbook("plan", *PROJECTS_AS_HOSTS, *plan), "would_convert")
    expect(len(planned) > 0, "the plan converts something", len(planned))
    expect(not service.writes(), "the plan sends no write", service.writes())

    run.step(
        "3-converted",
        "The conversion, in waves",
        "What was agreed to: one project, then half of the others, then the rest.",
    )
    agreed = ["-e", f"fleet_plan_digest={json.loads((REPORTS / 'plan.json').read_text(encoding='utf-8'))['digest']}"]
    waves = [*PROJECTS_AS_HOSTS, "-e", "fleet_serial=1,50%,100%"]
    converted = with_status(run.playbook("convert", *waves, *plan, *agreed, pick=of_waves), "converted")
    after = service.fleet()
    expect(set(converted) == set(planned), "what was planned is what was converted", set(converted) ^ set(planned))
    expect(
        moved(before, after) == set(planned),
        "and the service holds just these changes",
        moved(before, after) ^ set(planned),
    )

    run.step("4-again", "The conversion again", "It is idempotent: what is converted stays as it is.")
    service.forget()
    again = run.playbook("convert", *waves, "-e", "fleet_confirm=none")
    expect(not with_status(again, "converted"), "nothing is converted", with_status(again, "converted"))
    expect(not service.writes(), "and no write is sent", service.writes())

    run.step("5-tested", "The test", "Every federated connection is tested like the portal's Verify.")
    tested = run.playbook("verify", "-e", "fleet_schemes=workload_identity_federation")
    results = Counter(row["verification"]["result"] for row in tested["connections"])
    expect(set(results) == {"ok"}, "all of them can sign in", results)

    run.step(
        "6-reverted",
        "One step back",
        "For seven days a conversion can be taken back: here one of the project Payments.",
    )
    choice = ["-e", "fleet_projects=Payments", "-e", "fleet_connections=azure-prod"]
    reverted = with_status(run.playbook("revert", *choice), "reverted")
    expect(list(reverted.values()) == ["azure-prod"], "it is taken back, and no other", reverted)
    at_last = service.fleet()
    expect(moved(before, at_last) == set(planned) - set(reverted), "and the service agrees", reverted)

    run.step(
        "7-watched",
        "The watch",
        "For a schedule: it fails while something runs out, here a way back and an unused connection.",
    )
    watch = ["-e", "fleet_watch=revert,unused,issuer"]
    watched = run.playbook("watch", *watch, fails=True)
    expect(
        schemes(watched) == stored_schemes(at_last),
        "the report counts the schemes as the service does",
        schemes(watched),
    )

    closing({"before": before, "converted": after, "one step back": at_last}, run.steps)


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

    def fleet(self) -> dict[str, Json]:
        """The Azure Resource Manager connections, by id."""
        return {item["id"]: item for item in self._ask("GET", "connections") if item["type"] == "azurerm"}

    def writes(self) -> list[str]:
        return [f"{item['method']} {item['path']}" for item in self._ask("GET", "requests?writes=true")["value"]]

    def forget(self) -> None:
        self._ask("DELETE", "requests")

    def _ask(self, method: str, what: str) -> t.Any:
        request = urllib.request.Request(f"{self._url}/{what}", method=method)
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


def stored_schemes(fleet: dict[str, Json]) -> dict[str, int]:
    counts = Counter(item["scheme"] for item in fleet.values())
    return {name: counts[scheme] for scheme, name in NAMES.items()}


def with_status(report: Json, status: str) -> dict[str, str]:
    """Id and name of the rows with that status."""
    return {row["id"]: row["name"] for row in report["connections"] if row["status"] == status}


def moved(before: dict[str, Json], after: dict[str, Json]) -> set[str]:
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


def closing(fleets: dict[str, dict[str, Json]], steps: t.Sequence[tuple[str, str, str]]) -> None:
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
