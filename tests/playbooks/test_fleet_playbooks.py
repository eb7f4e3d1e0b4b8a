# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the collection, by their names: for an organization, its projects or its connections as hosts the end is the same."""

from __future__ import annotations

import csv
import html
import json
import re
import shlex
import typing as t
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from simulator import Fleet, Simulator
from tools.tree import REPOSITORY

SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
KINDS = ("organization", "project", "connection")
LATELY = timedelta(days=2)
Json = dict[str, t.Any]


def small_fleet() -> Fleet:
    """Two connections to convert in two projects, and one of everything that is left alone."""
    fleet = Fleet()
    web, pay, empty = (fleet.project(name) for name in ("Web", "Pay", "Empty"))
    assert empty
    fleet.connection(web, "azure-dev", last_used=LATELY)
    fleet.connection(pay, "azure-test", last_used=LATELY)
    fleet.connection(web, "shared", shared_with=[pay], last_used=LATELY)
    fleet.connection(web, "manual", creation_mode="Manual")
    fleet.connection(pay, "disabled", enabled=False)
    fleet.connection(pay, "federated", scheme=FEDERATION)
    fleet.connection(web, "agent", scheme="ManagedServiceIdentity")
    fleet.connection(web, "failed", state="failed")
    return fleet


class Kind:
    """A stage with one kind of host."""

    def __init__(self, name: str, stage: t.Any) -> None:
        self.stage, self.simulator = stage, t.cast(Simulator, stage.simulator)
        source = {"plugin": "azdo.connections.azdo", "hosts_from": name}
        (stage.folder / f"{name}.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")
        self.hosts = ("-i", f"{name}.azdo.yml", "-e", f"fleet_hosts=azdo_{name}s")

    def run(self, playbook: str, *arguments: str) -> t.Any:
        return self.stage.run(f"azdo.connections.{playbook}", *self.hosts, *arguments)

    def report(self, name: str) -> Json:
        found: Json = json.loads((self.stage.folder / name).read_text(encoding="utf-8"))
        return found

    @property
    def schemes(self) -> dict[str, str]:
        return {item.references[0].name: item.scheme for item in self.simulator.world.connections.values()}


@pytest.fixture
def on(stage: Callable[..., t.Any]) -> Callable[[str], Kind]:
    return lambda name: Kind(name, stage(small_fleet()))


CONVERT = ("-e", "fleet_confirm=none", "-e", "fleet_whole_organization=true", "-e", "fleet_report_path=run.json")


def rows(report: Json) -> list[tuple[t.Any, ...]]:
    """What a report says about each connection, without times."""
    return [
        (
            row["name"],
            row["project"],
            row["status"],
            sorted(reason["code"] for reason in row["reasons"]),
            row["rollback"],
        )
        for row in report["connections"]
    ]


def test_all_kinds_of_host_convert_the_same_and_report_the_same(on: Callable[[str], Kind]) -> None:
    ends, reports, counts = [], [], []
    for name in KINDS:
        kind = on(name)
        played = kind.run("convert", *CONVERT)
        assert played.status == 0, played.output
        ends.append(kind.schemes)
        reports.append(rows(kind.report("run.json")))
        counts.append(kind.report("run.json")["summary"])
    assert ends[0] == ends[1] == ends[2]
    assert reports[0] == reports[1] == reports[2]
    assert {row[0] for row in reports[0] if row[2] == "converted"} == {"azure-dev", "azure-test"}
    assert len({json.dumps(count["by_status"]) for count in counts}) == 1


@pytest.mark.parametrize("name", KINDS)
def test_check_mode_shows_the_difference_and_a_second_run_changes_nothing(name: str, on: Callable[[str], Kind]) -> None:
    kind = on(name)
    before = kind.schemes
    shown = kind.run("convert", "--check", "--diff", *CONVERT)
    assert shown.status == 0, shown.output
    assert (kind.schemes, kind.simulator.writes) == (before, [])
    assert "-Web / azure-dev" in shown.stdout.replace("\n-", "\n-")
    assert "changed=1" in shown.stdout
    assert kind.run("convert", *CONVERT).status == 0
    kind.simulator.forget()
    again = kind.run("convert", *CONVERT)
    assert again.status == 0
    assert kind.simulator.writes == []
    assert "changed=1" not in again.stdout


def test_a_limit_is_kept(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    played = kind.run("convert", "--limit", "pay", *CONVERT)
    assert played.status == 0, played.output
    assert (kind.schemes["azure-test"], kind.schemes["azure-dev"]) == (FEDERATION, SECRET)


@pytest.mark.parametrize("name", KINDS)
def test_what_was_planned_is_what_is_done(name: str, on: Callable[[str], Kind]) -> None:
    kind = on(name)
    planned = kind.run("plan", "-e", "fleet_plan_path=plan.json", "-e", "fleet_report_path=planned.json")
    assert planned.status == 0, planned.output
    assert kind.simulator.writes == []
    digest = kind.report("plan.json")["digest"]
    assert f"fleet_plan_digest={digest}" in planned.stdout
    agreed = (
        "-e",
        "fleet_plan_path=plan.json",
        "-e",
        f"fleet_plan_digest={digest}",
        "-e",
        "fleet_report_path=run.json",
    )
    assert kind.run("convert", *agreed).status == 0
    foreseen, done = rows(kind.report("planned.json")), rows(kind.report("run.json"))
    assert [(row[0], row[2].replace("would_convert", "converted"), row[3]) for row in foreseen] == [
        (row[0], row[2], row[3]) for row in done
    ]


def test_nobody_converts_what_nobody_agreed_to(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    kind.run("plan", "-e", "fleet_plan_path=plan.json")
    digest = kind.report("plan.json")["digest"]
    kind.simulator.forget()
    for arguments, sentence in (
        ((), "Nobody has agreed to this"),
        (("-e", f"fleet_plan_digest={digest}"), "give the file that holds them with fleet_plan_path"),
        (
            ("-e", "fleet_plan_path=plan.json", "-e", f"fleet_plan_digest={'0' * 64}"),
            f"the plan has the digest {digest}",
        ),
        (("-e", "fleet_confirm=perhaps"), "fleet_confirm"),
    ):
        refused = kind.run("convert", *arguments)
        assert refused.status != 0
        assert sentence in refused.output
        assert kind.simulator.writes == []


def test_a_host_that_the_plan_says_nothing_about_is_not_converted(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    kind.run("plan", "-e", "fleet_plan_path=plan.json", "--limit", "pay,empty")
    agreed = ("-e", "fleet_plan_path=plan.json", "-e", f"fleet_plan_digest={kind.report('plan.json')['digest']}")
    kind.simulator.forget()
    refused = kind.run("convert", *agreed)
    assert refused.status != 0
    assert "The plan says nothing about web" in refused.output
    assert kind.simulator.writes == []
    named = kind.run("convert", *agreed, "-e", "fleet_projects=web,pay")
    assert named.status != 0
    assert "the plan says nothing about the host web" in named.output
    assert kind.schemes["azure-dev"] == SECRET


@pytest.mark.parametrize("swapped", [False, True])
def test_a_project_that_was_renamed_after_the_plan_is_known_by_its_id(on: Callable[[str], Kind], swapped: bool) -> None:
    """Its host has another name then, and perhaps that of another one."""
    kind = on("project")
    kind.run("plan", "-e", "fleet_plan_path=plan.json")
    agreed = ("-e", "fleet_plan_path=plan.json", "-e", f"fleet_plan_digest={kind.report('plan.json')['digest']}")
    projects = {project.name: project for project in kind.simulator.world.projects.values()}
    projects["Web"].name, projects["Pay"].name = ("Pay", "Web") if swapped else ("Internet", "Pay")
    done = kind.run("convert", *agreed, "-e", "fleet_report_path=run.json")
    assert done.status == 0, done.output
    assert (kind.schemes["azure-dev"], kind.schemes["azure-test"]) == (FEDERATION, FEDERATION)
    where = {row["name"]: row["project"] for row in kind.report("run.json")["connections"]}
    assert where["azure-dev"] == ("Pay" if swapped else "Internet")
    back = kind.run("revert", *agreed)
    assert back.status == 0, back.output
    assert (kind.schemes["azure-dev"], kind.schemes["azure-test"]) == (SECRET, SECRET)


def test_a_plan_is_found_where_it_was_written(stage: Callable[..., t.Any]) -> None:
    """A path from the home folder, and a connection whose name looks like a list."""
    fleet = Fleet()
    made = fleet.connection(fleet.project("Web"), "[1]", last_used=LATELY)
    here = stage(fleet)
    here.environment["HOME"] = str(here.folder)
    given = ("-e", "fleet_plan_path=~/plan.json", "-e", "fleet_connections=[1]")
    planned = here.run("azdo.connections.plan", *given)
    assert planned.status == 0, planned.output
    digest = json.loads((here.folder / "plan.json").read_text(encoding="utf-8"))["digest"]
    agreed = (*given, "-e", f"fleet_plan_digest={digest}", "-e", "fleet_report_path=run.json", "-e", "fleet_waves=100%")
    done = here.run("azdo.connections.convert", *agreed)
    assert done.status == 0, done.output
    assert made.scheme == FEDERATION


@pytest.mark.parametrize("name", KINDS)
def test_the_command_of_a_plan_does_just_that(name: str, on: Callable[[str], Kind]) -> None:
    """As it stands on the screen, on the page and in Markdown: with the inventory, the hosts and all that was said."""
    kind = on(name)
    said = ("-e", "fleet_shared=include", "-e", json.dumps({"fleet_exclude": ["azure-te*", "fai*"]}))
    planned = kind.run(
        "plan", *said, "-e", "fleet_plan_path=plan.json", "-e", "fleet_report_path=plan.html,plan.md,planned.json"
    )
    assert planned.status == 0, planned.output
    (line,) = (text.strip() for text in planned.stdout.splitlines() if text.strip().startswith("ansible-playbook "))
    page = (kind.stage.folder / "plan.html").read_text(encoding="utf-8")
    assert line in html.unescape(re.sub(r"</?span[^>]*>", "", page))
    assert f"    {line}\n" in (kind.stage.folder / "plan.md").read_text(encoding="utf-8")
    would = {row["id"] for row in kind.report("planned.json")["connections"] if row["status"] == "would_convert"}
    command, playbook, *arguments = shlex.split(line)
    assert command == "ansible-playbook"
    whole = ("-e", "fleet_waves=100%", "-e", "fleet_serial=100%")
    done = kind.stage.run(playbook, *arguments, "-e", "fleet_report_path=run.json", *whole)
    assert done.status == 0, done.output
    moved = {row["id"] for row in kind.report("run.json")["connections"] if row["status"] == "converted"}
    assert moved == would
    assert moved


def test_a_digest_is_enough_for_one_host(on: Callable[[str], Kind]) -> None:
    kind = on("organization")
    planned = kind.run("plan", "-e", "fleet_plan_path=plan.json")
    digest = kind.report("plan.json")["digest"]
    assert digest in planned.stdout
    kind.simulator.fleet.connection(kind.simulator.fleet.project("Web"), "new-since")
    assert "The plan of now has the digest" in kind.run("convert", "-e", f"fleet_plan_digest={digest}").output
    assert kind.simulator.writes == []


@pytest.mark.parametrize("name", KINDS)
def test_named_connections_are_taken_back(name: str, on: Callable[[str], Kind]) -> None:
    kind = on(name)
    kind.run("convert", *CONVERT, "-e", "fleet_journal=run.journal")
    back = kind.run("revert", "-e", "fleet_connections=azure-dev", "-e", "fleet_report_path=back.json")
    assert back.status == 0, back.output
    assert (kind.schemes["azure-dev"], kind.schemes["azure-test"]) == (SECRET, FEDERATION)
    assert [row[0] for row in rows(kind.report("back.json"))] == ["azure-dev"]
    if name == "organization":
        assert kind.run("revert", "-e", "fleet_batch_journal=run.journal").status == 0
        assert kind.schemes["azure-test"] == SECRET


def test_a_plan_is_taken_back_as_it_was_made(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    kind.run("plan", "-e", "fleet_plan_path=plan.json")
    plan = ("-e", "fleet_plan_path=plan.json", "-e", f"fleet_plan_digest={kind.report('plan.json')['digest']}")
    assert kind.run("convert", *plan, "-e", "fleet_projects=web").status == 0
    assert (kind.schemes["azure-dev"], kind.schemes["azure-test"]) == (FEDERATION, SECRET), "narrowed to a project"
    other = kind.run("convert", *plan, "-e", "fleet_connections=azure-test")
    assert "the plan was made with another fleet_connections" in other.output
    assert kind.schemes["azure-test"] == SECRET
    back = kind.run("revert", *plan)
    assert back.status == 0, back.output
    assert kind.schemes["azure-dev"] == SECRET


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Nothing says what is to be taken back"),
        (("-e", "fleet_batch_journal=run.journal", "-e", "fleet_connections=azure-dev"), "do not go with it"),
    ],
)
@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_taken_back_that_nobody_named(
    arguments: tuple[str, ...], sentence: str, name: str, on: Callable[[str], Kind]
) -> None:
    kind = on(name)
    refused = kind.run("revert", *arguments)
    assert refused.status != 0
    assert sentence in refused.output
    assert kind.simulator.requests == [] or kind.simulator.writes == []


@pytest.mark.parametrize("name", KINDS)
def test_the_report_is_the_same_for_all_kinds(name: str, on: Callable[[str], Kind]) -> None:
    kind = on(name)
    paths = "fleet.json,fleet.html,fleet.csv,fleet.md"
    played = kind.run("report", "-e", f"fleet_report_path={paths}", "-e", "fleet_report_title=Quarterly")
    assert played.status == 0, played.output
    names = sorted(item.references[0].name for item in kind.simulator.world.connections.values())
    assert sorted(row["name"] for row in kind.report("fleet.json")["connections"]) == names
    folder: Path = kind.stage.folder
    with (folder / "fleet.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["connection"] for row in csv.DictReader(file)) == names
    page, text = ((folder / f"fleet.{ending}").read_text(encoding="utf-8") for ending in ("html", "md"))
    assert all(entry in page and entry in text for entry in (*names, "Quarterly"))


def test_the_ending_of_a_report_must_be_known(on: Callable[[str], Kind]) -> None:
    refused = on("project").run("report", "-e", "fleet_report_path=fleet.xlsx")
    assert refused.status != 0
    assert "the ending of fleet.xlsx is none of .html, .htm, .csv, .md, .json" in refused.output


def test_connections_that_cannot_sign_in_fail_the_verification(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    good = kind.run("verify", "-e", "fleet_schemes=workload_identity_federation", "-e", "fleet_report_path=tests.json")
    assert good.status == 0, good.output
    assert [row["verification"]["result"] for row in kind.report("tests.json")["connections"]] == ["ok"]
    application = kind.simulator.fleet.world.directory
    federated = next(item for item in kind.simulator.world.connections.values() if item.scheme == FEDERATION)
    found = application.application(federated.parameter("serviceprincipalid") or "")
    assert found
    found.credentials.clear()
    bad = kind.run("verify", "-e", "fleet_schemes=workload_identity_federation")
    assert bad.status != 0
    assert "federation failed" in bad.stdout
    assert kind.simulator.writes == []


@pytest.mark.parametrize(
    ("watch", "days", "status", "said"),
    [
        ("revert", "7", 2, "Web / azure can be reverted to its secret only until"),
        ("revert", "1", 0, "Nothing runs out"),
        ("unused", "20", 2, "Web / idle is not used, and Azure DevOps disables it on"),
        ("unused", "10", 0, "Nothing runs out"),
        ("issuer", "99999", 2, "Web / old has the issuer of Azure DevOps, which retires on 2027-07-01"),
        ("issuer", "0", 0, "Nothing runs out"),
        ("secret", "30", 2, "sign-in with Microsoft Entra"),
        ("leftover", "0", 2, "sign-in with Microsoft Entra"),
    ],
)
def test_the_watch_fails_and_says_why(
    watch: str, days: str, status: int, said: str, stage: Callable[..., t.Any]
) -> None:
    """With a personal access token nobody knows when a secret ends, and that is not taken for fine."""
    fleet = Fleet()
    web = fleet.project("Web")
    fleet.connection(web, "azure", scheme=FEDERATION, converted_ago=timedelta(days=2), issuer="entra")
    fleet.connection(web, "old", scheme=FEDERATION, issuer="azure_devops", last_used=LATELY)
    fleet.connection(web, "idle", last_used=timedelta(days=85))
    here = stage(fleet)
    limit = [] if watch == "leftover" else ["-e", f"fleet_watch_{watch}_days={days}"]
    played = here.run("azdo.connections.watch", "-e", f"fleet_watch={watch}", *limit)
    assert played.status == status, played.output
    # Once: not again in the message of the failure, which ansible-core prints twice.
    assert " ".join(played.output.split()).count(said) == 1, played.output
    assert here.simulator.writes == []


def test_the_message_of_a_failed_watch_is_short_and_enough(stage: Callable[..., t.Any]) -> None:
    """The sentences are on the screen, and as data in the result of the task that has found them, also for who has no screen."""
    fleet = Fleet()
    web = fleet.project("Web")
    fleet.connection(web, "azure", scheme=FEDERATION, converted_ago=timedelta(days=6), issuer="entra")
    for number in range(8):
        fleet.connection(web, f"idle-{number}", last_used=timedelta(days=90 + number))
    here = stage(fleet)
    written = ("-e", "fleet_report_path=watch.html,watch.csv", "-e", "fleet_watch=revert,unused")
    played = here.run("azdo.connections.watch", *written)
    assert played.status == 2
    (found,) = (item["result"] for item in played.results if "due" in item["result"])
    assert len(found["due"]) == 9
    assert " ".join(found["lines"]).count("Azure DevOps disables it on") == 8
    assert played.last["msg"] == found["why"]
    assert found["why"] == (
        "9 things in need of care (8 unused, 1 revert), the first one Web / azure. The task that finds them tells each of them (lines, due, unknown), and so "
        "does watch.html."
    )
    assert " ".join(played.output.split()).count("Azure DevOps disables it on") == 8


@pytest.mark.parametrize("playbook", ["report", "convert"])
@pytest.mark.parametrize("option", ["projects", "connections"])
def test_a_misspelt_name_is_an_error_and_no_empty_success(
    playbook: str, option: str, on: Callable[[str], Kind]
) -> None:
    kind = on("project")
    played = kind.run(
        playbook,
        *CONVERT,
        "-e",
        f"fleet_{option}=web,azure-dev,Wbe" if option == "connections" else "fleet_projects=web,Wbe",
    )
    assert played.status != 0
    assert "Wbe, which no host of this play stands for" in played.output
    assert kind.simulator.writes == []


def test_named_projects_and_connections_narrow_the_hosts(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    assert kind.run("convert", *CONVERT, "-e", "fleet_projects=pay").status == 0
    assert (kind.schemes["azure-test"], kind.schemes["azure-dev"]) == (FEDERATION, SECRET)
    assert kind.run("convert", *CONVERT, "-e", "fleet_connections=azure-dev").status == 0
    assert kind.schemes["azure-dev"] == FEDERATION


@pytest.mark.parametrize("name", KINDS)
def test_earlier_reports_say_what_has_changed(name: str, on: Callable[[str], Kind]) -> None:
    kind = on(name)
    folder = kind.stage.folder / "reports"
    folder.mkdir()
    first = kind.run("report", "-e", "fleet_history=reports", "-e", "fleet_report_path=reports/1.json")
    assert first.status == 0, first.output
    assert "Since the report of" not in first.stdout
    assert kind.run("convert", *CONVERT, "-e", "fleet_waves=100%", "-e", "fleet_serial=100%").status == 0
    said = ("-e", "fleet_history=reports", "-e", "fleet_report_path=reports/2.json,page.html,page.md")
    second = kind.run("report", *said)
    assert second.status == 0, second.output
    told = " ".join(second.stdout.split())
    if name == "connection":
        assert "fleet_history compares whole projects, and this is about single connections" in " ".join(
            second.output.split()
        )
        assert "Since the report of" not in told
        return
    assert "UTC: 2 moved to workload identity." in told
    for path in ("page.html", "page.md"):
        assert "2 moved to workload identity" in (kind.stage.folder / path).read_text(encoding="utf-8")
    (folder / "odd.json").write_text("{", encoding="utf-8")
    third = kind.run("report", "-e", "fleet_history=reports")
    assert "fleet_history: odd.json: no reports of this version" in " ".join(third.output.split())
    assert "UTC: nothing has changed." in " ".join(third.stdout.split())
    nowhere = kind.run("report", "-e", "fleet_history=nowhere")
    assert nowhere.status != 0
    assert "fleet_history: nowhere is no folder that can be read" in " ".join(nowhere.output.split())


def test_each_owner_has_a_page_of_their_own(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    (kind.stage.folder / "reports").mkdir()
    (kind.stage.folder / "owners.csv").write_text("connection;owner\nazure-*;Team A\n*;Team B\n", encoding="utf-8")
    said = ("-e", "fleet_report_folder=reports", "-e", "fleet_owner_by=owners.csv")
    done = kind.run("convert", *CONVERT[:4], *said, "-e", "fleet_serial=1,100%", "-e", "fleet_canary=Web")
    assert done.status == 0, done.output
    (folder,) = (kind.stage.folder / "reports").glob("convert-*-owners")
    assert {path.name for path in folder.iterdir()} == {
        f"{name}{ending}" for name in ("team-a", "team-b") for ending in (".html", ".csv")
    } | {"index.html"}
    mine = list(csv.DictReader((folder / "team-a.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["connection"], row["status"]) for row in mine] == [
        ("azure-test", "converted"),
        ("azure-dev", "converted"),
    ]
    people = kind.run("report", *said[:2], "-e", "fleet_owner_by=project", "-e", "fleet_report_people=false")
    assert people.status == 0, people.output
    assert not any(
        "Sam Operator" in path.read_text(encoding="utf-8")
        for path in (kind.stage.folder / "reports").rglob("report-*")
        if path.is_file()
    )
    assert "Sam Operator" in (next((kind.stage.folder / "reports").glob("convert-*.html"))).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("fleet_owner_by=project",), "name the folder for them with fleet_report_folder"),
        (("fleet_owner_by=team", "fleet_report_folder=."), "fleet_owner_by: 'team' is none of project, creator"),
        (("fleet_owner_by=no.csv", "fleet_report_folder=."), "fleet_owner_by: no.csv cannot be read"),
        (
            ("fleet_owner_by=creator", "fleet_report_folder=.", "fleet_report_people=false"),
            "fleet_report_people false leaves the names of people out",
        ),
    ],
)
def test_owners_that_nobody_could_tell_are_refused(said: tuple[str, ...], why: str, on: Callable[[str], Kind]) -> None:
    kind = on("organization")
    kind.simulator.forget()
    refused = kind.run("convert", *CONVERT, *(word for text in said for word in ("-e", text)))
    assert refused.status != 0
    assert why in " ".join(refused.output.split())
    assert kind.simulator.writes == []


def test_a_new_secret_is_seen_by_the_watch(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    (kind.stage.folder / "reports").mkdir()
    assert kind.run("report", "-e", "fleet_report_path=reports/1.json").status == 0
    watch = ("-e", "fleet_watch=new_secret", "-e", "fleet_history=reports")
    assert kind.run("watch", *watch).status == 0
    (kind.stage.folder / "empty").mkdir()
    nothing = kind.run("watch", *watch, "-e", "fleet_history=empty")
    assert nothing.status == 2
    assert "NOT KNOWN: whether the secret of" in " ".join(nothing.output.split())
    kind.simulator.fleet.connection(kind.simulator.fleet.project("Web"), "sneaky")
    # What a watch has seen, and nobody has acted on, does not make the next one green; nor is it known to itself before it is over.
    job = ("-e", '{"awx_job_id": 17}', "-e", "fleet_report_path=reports/watch.json")
    for _twice in range(2):
        job_found = kind.run("watch", *watch, *job, "-v")
        assert job_found.status == 2
        assert '"exit": "due"' in job_found.output
    # Tests of some connections are no fleet of fewer.
    tested = kind.run(
        "verify", "-e", "fleet_schemes=workload_identity_federation", "-e", "fleet_report_path=reports/3.json"
    )
    assert tested.status == 0, tested.output
    found = kind.run("watch", *watch, "-e", "fleet_report_path=watch.xml")
    assert found.status == 2
    assert "Web / sneaky has a secret, and was not there on" in " ".join(found.output.split())
    text = (kind.stage.folder / "watch.xml").read_text(encoding="utf-8")
    assert 'failures="1"' in text
    assert 'name="sneaky (new_secret)"' in text
    assert kind.run("watch", *watch, "-e", "fleet_watch_allowed_secrets=sneak*").status == 0
    refused = kind.run("watch", "-e", "fleet_watch=new_secret")
    assert refused.status == 2
    assert "nothing says what is new" in " ".join(refused.output.split())
    broken = kind.run("watch", "-e", "fleet_watch=not_ready")
    assert "Web / failed is in the state failed" in " ".join(broken.output.split())


def test_what_one_host_allows_does_not_count_for_all(on: Callable[[str], Kind]) -> None:
    kind = on("project")
    place = kind.stage.folder / "host_vars"
    place.mkdir(exist_ok=True)
    (place / "web.yml").write_text('fleet_watch_allowed_secrets: ["*"]\nfleet_report_people: false\n', encoding="utf-8")
    found = kind.run("watch", "-e", "fleet_watch=new_secret", "-e", "fleet_watch_secrets_since=2020-01-01")
    assert found.status == 2
    said = "fleet_report_people, fleet_watch_allowed_secrets differ by host, and are one for all hosts of a play."
    assert said in " ".join(found.output.split())


def test_two_organizations_are_one_fleet(stage: Callable[..., t.Any]) -> None:
    """Each host has its own address, so one play reaches both; the report says which is which."""
    fleets = [Fleet(organization) for organization in ("north", "south")]
    for fleet in fleets:
        fleet.connection(fleet.project("Web"), f"azure-{fleet.organization}", last_used=LATELY)
    places = [stage(fleet) for fleet in fleets]
    folder, addresses = places[0].folder, [place.simulator.organization_url for place in places]
    source = {"plugin": "azdo.connections.azdo", "organizations": addresses}
    (folder / "both.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")
    played = places[0].run(
        "azdo.connections.convert",
        "-i",
        "both.azdo.yml",
        "-e",
        "fleet_hosts=azdo_projects",
        *CONVERT,
        env={"AZDO_ORG_SERVICE_URL": "UNSET"},
    )
    assert played.status == 0, played.output
    report = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [(row["organization"], row["name"], row["status"]) for row in report["connections"]] == [
        ("north", "azure-north", "converted"),
        ("south", "azure-south", "converted"),
    ]


@pytest.mark.parametrize("hosts", ["organization", "project"])
def test_an_organization_that_shows_nothing_is_not_watched_in_silence(hosts: str, stage: Callable[..., t.Any]) -> None:
    """A missing right looks the same; another organization that shows something says nothing about it."""
    north, south = Fleet("north"), Fleet("south")
    north.connection(north.project("Web"), "azure-north", scheme=FEDERATION, last_used=LATELY)
    north.project("Without")
    for name in ("Silent", "Mute"):
        south.project(name)
    places = [stage(fleet) for fleet in (north, south)]
    addresses = [place.simulator.organization_url for place in places]
    folder = places[0].folder
    source = {"plugin": "azdo.connections.azdo", "hosts_from": hosts, "organizations": addresses}
    (folder / "both.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")

    def watch(*more: str) -> t.Any:
        arguments = ("-i", "both.azdo.yml", "-e", f"fleet_hosts=azdo_{hosts}s", "-e", "fleet_watch=issuer")
        written = ("-e", "fleet_report_path=watch.html")
        return places[0].run(
            "azdo.connections.watch", *arguments, *written, *more, env={"AZDO_ORG_SERVICE_URL": "UNSET"}
        )

    silent = watch()
    assert silent.status != 0
    assert "Not everything could be read" in " ".join(silent.output.split())
    assert "Project Silent of south shows no connection" in (folder / "watch.html").read_text(encoding="utf-8")
    assert watch("-e", "fleet_allow_unread=Silent").status != 0
    allowed = watch("-e", "fleet_allow_unread=Silent,Mute")
    assert allowed.status == 0, allowed.output
    page = (folder / "watch.html").read_text(encoding="utf-8")
    assert "Not everything could be seen" not in page
    assert "Project Mute of south shows no connection" in page


def test_two_organizations_with_a_sign_in_each(stage: Callable[..., t.Any]) -> None:
    """A file says who signs in to which: it gives the inventory its organizations, and each host its token, and no token is shown."""
    pats = {"north": "planted-token-of-the-north", "south": "planted-token-of-the-south"}
    fleets = [Fleet(organization, pat=pat) for organization, pat in pats.items()]
    for fleet in fleets:
        fleet.connection(fleet.project("Web"), f"azure-{fleet.organization}", last_used=LATELY)
    places = [stage(fleet) for fleet in fleets]
    folder = places[0].folder
    entries = [
        {"organization_url": place.simulator.organization_url, "personal_access_token": place.simulator.pat}
        for place in places
    ]
    (folder / "credentials.yml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    project = REPOSITORY / "extensions" / "awx"
    environment = {
        "AZDO_ORG_SERVICE_URL": "UNSET",
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_CREDENTIALS_FILE": str(folder / "credentials.yml"),
    }
    inventory = ("-i", str(project / "inventory" / "organizations.azdo.yml"))
    smoke = places[0].run(project / "smoke.yml", *inventory, env=environment)
    assert smoke.status == 0, smoke.output
    said = [entry["result"].get("msg", "") for entry in smoke.results]
    # Hosts end in any order.
    assert sorted(text for text in said if "service connections" in text) == [
        f"{name}: 1 service connections in 1 projects, all of them read" for name in pats
    ]
    played = places[0].run(project / "convert.yml", *inventory, *CONVERT, env=environment)
    assert played.status == 0, played.output
    report = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [(row["organization"], row["status"]) for row in report["connections"]] == [
        ("north", "converted"),
        ("south", "converted"),
    ]
    assert not any(pat in smoke.output + played.output for pat in pats.values())

    lost = {
        **environment,
        "AZDO_ORG_SERVICE_URL": "https://dev.azure.com/tailspin",
        "AZDO_PERSONAL_ACCESS_TOKEN": pats["north"],
    }
    nowhere = places[0].run("azdo.connections.report", env=lost)
    assert nowhere.status != 0
    assert "has nothing for https://dev.azure.com/tailspin" in " ".join(nowhere.output.split())


def test_the_issuer_is_migrated_in_waves(az: Callable[[Simulator], str], stage: Callable[..., t.Any]) -> None:
    fleet = Fleet()
    for name in ("Web", "Pay"):
        fleet.connection(fleet.project(name), "azure-dev", scheme=FEDERATION, issuer="azure_devops", last_used=LATELY)
    here = stage(fleet, tls=True)
    here.environment |= {
        "PATH": az(here.simulator),
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_AUTH_SOURCE": "azure_cli",
        "AZDO_GRAPH_URL": here.simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": here.simulator.resource_manager_url,
        "REQUESTS_CA_BUNDLE": here.simulator.ca_path,
    }
    terms = (
        "-e",
        "fleet_allow_irreversible=true",
        "-e",
        "fleet_journal=issuer.journal",
        "-e",
        "fleet_verify_timeout=5",
    )
    planned = here.run("azdo.connections.plan", "-e", "fleet_to=entra_issuer", *terms)
    assert planned.status == 0, planned.output
    digest = planned.stdout.split("fleet_plan_digest=")[1][:64]
    moved = here.run("azdo.connections.migrate_issuer", *terms, "-e", f"fleet_plan_digest={digest}")
    assert moved.status == 0, moved.output
    issuers = {item.parameter("workloadIdentityFederationIssuer") for item in fleet.world.connections.values()}
    assert all(issuer and "login.microsoftonline.com" in issuer for issuer in issuers)
    assert "Wave 2 of 2" in moved.stdout
