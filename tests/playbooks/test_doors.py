# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person says slightly wrong is refused before the first write, in one sentence that names it; green is a run that looked at what was meant.

Of the tests that are marked as sampled, one in so many combinations of their parameters is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Callable
from datetime import timedelta

import pytest
import yaml

from simulator import Fleet, Simulator

SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
TEAMS = ("Payments", "Web Shop", "Mobile")
NONE = ("-e", "fleet_confirm=none")
PROJECTS = ("-i", "teams.azdo.yml", "-e", "fleet_hosts=azdo_projects")
ALL_OF_IT = ("-e", "fleet_whole_organization=true")
Json = dict[str, t.Any]


def three_teams() -> Fleet:
    fleet = Fleet()
    for team in TEAMS:
        project = fleet.project(team)
        for kind in ("dev", "test"):
            name = f"{team.split()[0].lower()}-{kind}-1"
            fleet.connection(project, name, last_used=timedelta(days=2))
    return fleet


class Teams:
    """Three teams with two connections each, and an inventory of their projects."""

    def __init__(self, stage: t.Any) -> None:
        self.stage, self.simulator = stage, t.cast(Simulator, stage.simulator)
        self.inventory("teams")

    def inventory(self, name: str, **options: t.Any) -> None:
        source = {"plugin": "azdo.connections.azdo", **options}
        (self.stage.folder / f"{name}.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")

    def run(self, playbook: str, *arguments: str, **options: t.Any) -> t.Any:
        # Nothing else comes of an export.
        files = ("-e", "fleet_export_path=fleet.yml") if playbook == "export" else ()
        return self.stage.run(f"azdo.connections.{playbook}", *files, *arguments, **options)

    def refused(self, playbook: str, *arguments: str, says: str, **options: t.Any) -> None:
        """Nothing is written, the exit status is not 0, and one sentence says why."""
        played = self.run(playbook, *arguments, **options)
        assert played.status != 0, played.output
        assert says in " ".join(played.output.replace("\n", " ").split()), played.output
        assert self.simulator.writes == [], played.output

    def converted(self) -> set[str]:
        return {
            item.references[0].name for item in self.simulator.world.connections.values() if item.scheme == FEDERATION
        }


@pytest.fixture
def teams(stage: Callable[..., t.Any]) -> Teams:
    return Teams(stage(three_teams()))


def test_names_that_nobody_knows(teams: Teams) -> None:
    """Variables, whoever sets them; projects, connections, what is left alone, canaries, choices."""
    for given, says in (
        ("fleet_project=Payments", "fleet_project is no variable of this role. Did you mean fleet_projects?"),
        ("fleet_allow_ireversible=true", "Did you mean fleet_allow_irreversible?"),
        ("fleet_of_mine=1", "fleet_of_mine is no variable of this role."),
        ("fleet_confirm=nnoe", "fleet_confirm must be one of plan, none, each, not 'nnoe'. Did you mean 'none'?"),
    ):
        teams.refused("convert", *NONE, *ALL_OF_IT, "-e", given, says=says)
    for given, says in (
        (
            "fleet_exclude=mobil-dev-1",
            "fleet_exclude names mobil-dev-1, which no host of this play stands for. Did you mean 'mobile-dev-1'?",
        ),
        ("fleet_exclude=mobile-dev-1,nothing-*", "fleet_exclude names nothing-*"),
        (
            "fleet_projects=Paymentz",
            "fleet_projects names Paymentz, which no host of this play stands for. Did you mean 'Payments'?",
        ),
        ("fleet_connections=mobil-dev-1", "Did you mean 'mobile-dev-1'?"),
        (
            "fleet_canary=Paymentz",
            "fleet_canary names Paymentz, which is neither a host of this play nor the project or connection of one.",
        ),
    ):
        teams.refused("convert", *NONE, *PROJECTS, "-e", given, says=says)
    teams.refused("convert", *NONE, *ALL_OF_IT, "-e", "fleet_canary=Paymentz", says="fleet_canary names Paymentz")
    teams.refused("convert", *NONE, *ALL_OF_IT, "-e", "fleet_exclude=mobil-dev-1", says="mobil-dev-1")
    teams.refused("watch", "-e", "fleet_watch=secrets", says="fleet_watch must be one of revert, secret")


def test_variables_of_an_inventory(teams: Teams) -> None:
    """One that is nearly a known one was meant to be it; another may be somebody's own."""
    folder = teams.stage.folder / "group_vars"
    folder.mkdir()
    (folder / "azdo_projects.yml").write_text("fleet_server_url: https://x\nfleet_owner: me\n", encoding="utf-8")
    seen = teams.run("report", *PROJECTS)
    assert seen.status == 0, seen.output
    assert "fleet_server_url is no variable of the role" in seen.output.replace("\n", " ")
    (teams.stage.folder / "host_vars").mkdir()
    (teams.stage.folder / "host_vars" / "mobile.yml").write_text("fleet_exclud: [mobile-dev-1]\n", encoding="utf-8")
    teams.refused(
        "convert", *NONE, *PROJECTS, says="fleet_exclud is no variable of this role. Did you mean fleet_exclude?"
    )


def test_patterns_and_every_name_of_a_thing_are_understood(teams: Teams) -> None:
    first = teams.run("convert", *NONE, *PROJECTS, "-e", 'fleet_exclude=["mobile-*"]', "-e", 'fleet_canary="Web Shop"')
    assert first.status == 0, first.output
    assert first.output.index("web-dev-1") < first.output.index("payments-dev-1")
    assert teams.converted() == {f"{team}-{kind}-1" for team in ("payments", "web") for kind in ("dev", "test")}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("blank", ["", "  ", "{{ nothing | default('') }}", None])
@pytest.mark.parametrize(
    "name",
    [
        *("fleet_projects", "fleet_connections", "fleet_exclude"),
        *("fleet_hold_pipelines", "fleet_terraform_state", "fleet_readiness"),
    ],
)
def test_what_narrows_and_came_out_blank_is_not_everything(name: str, blank: str, teams: Teams) -> None:
    for hosts in ((), PROJECTS):
        teams.refused(
            "convert",
            *NONE,
            *ALL_OF_IT,
            *hosts,
            "-e",
            json.dumps({name: blank}),
            says=f"{name} was set and came out blank",
        )
    # Reading takes it for an answer that was not given.
    if name != "fleet_hold_pipelines":
        assert teams.run("plan", *PROJECTS, "-e", json.dumps({name: blank})).status == 0


def test_a_whole_organization_takes_a_plan_or_the_word_for_it(teams: Teams) -> None:
    teams.refused("convert", *NONE, says="This is about a whole organization.")
    teams.refused("revert", "-e", "fleet_revert_all=true", says="This is about a whole organization.")
    teams.refused(
        "convert",
        *NONE,
        "-i",
        "teams.azdo.yml",
        says="the inventory has hosts of this collection, and none of them was named",
    )
    teams.refused("convert", *NONE, "-e", "fleet_projects=None", *ALL_OF_IT, says="fleet_projects is the text 'None'")
    done = teams.run("convert", *NONE, "-e", "fleet_projects=Payments", "-e", "fleet_canary=Payments")
    assert done.status == 0, done.output
    assert teams.converted() == {"payments-dev-1", "payments-test-1"}


def test_words_that_belong_to_no_variable(teams: Teams) -> None:
    teams.refused(
        "convert",
        *NONE,
        *ALL_OF_IT,
        "-e",
        "fleet_projects=Web Shop",
        says="-e has the words 'Shop', which belong to no variable.",
    )
    seen = teams.run("report", "-e", 'fleet_projects="Web Shop"', "-e", "fleet_report_path=r.json")
    assert seen.status == 0, seen.output
    found = json.loads((teams.stage.folder / "r.json").read_text(encoding="utf-8"))
    assert {row["project"] for row in found["connections"]} == {"Web Shop"}


WITHOUT_HOSTS: dict[str, tuple[tuple[str, ...], str]] = {
    "none named": (
        (*ALL_OF_IT, "-i", "teams.azdo.yml", "--limit", "web-shop"),
        "the inventory has hosts of this collection, and none of them was named",
    ),
    "misspelt": (
        (*ALL_OF_IT, "-i", "teams.azdo.yml", "-e", "fleet_hosts=azdo_project"),
        "fleet_hosts=azdo_project matches no host. Did you mean 'azdo_projects'?",
    ),
    "limited to nobody": ((*ALL_OF_IT, *PROJECTS, "--limit", "nobody,"), "--limit"),
    "no inventory": ((*ALL_OF_IT, "-i", "missing.azdo.yml"), "there is no inventory"),
    "no inventory of projects": (
        (*ALL_OF_IT, "-i", "missing.azdo.yml", "-e", "fleet_hosts=azdo_projects"),
        "there is no inventory",
    ),
    "limited without one": ((*ALL_OF_IT, "--limit", "web-shop"), "--limit"),
    "tags": ((*ALL_OF_IT, "--tags", "nonsense"), "--tags would leave tasks of this playbook out"),
    "in the middle": (
        (*ALL_OF_IT, "--start-at-task", "nonsense"),
        "--start-at-task would leave tasks of this playbook out",
    ),
    "expired": (("-i", "teams.azdo.yml"), "teams.azdo.yml gave no hosts"),
    "expired, projects": (PROJECTS, "teams.azdo.yml gave no hosts"),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("case", WITHOUT_HOSTS)
@pytest.mark.parametrize(
    "playbook", ["report", "readiness", "plan", "verify", "watch", "export", "convert", "migrate_issuer", "revert"]
)
def test_a_play_without_hosts_is_not_green(playbook: str, case: str, teams: Teams) -> None:
    """Ansible itself ends such a play with success."""
    arguments, says = WITHOUT_HOSTS[case]
    env = {"AZDO_PERSONAL_ACCESS_TOKEN": "expired"} if case.startswith("expired") else {}
    teams.refused(playbook, *NONE, *arguments, says=says, env=env)


def unreadable(teams: Teams, *names: str) -> None:
    projects = {project.name: project.id for project in teams.simulator.world.projects.values()}
    for name in names:
        for path in {
            f"/{projects[name]}/_apis/serviceendpoint/endpoints",
            f"/{name.replace(' ', '%20')}/_apis/serviceendpoint/endpoints",
        }:
            teams.simulator.fault(
                method="GET", path=path, status=403, body={"message": "TF401027: You need the right."}, times=0
            )


@pytest.mark.sampled(2)
@pytest.mark.parametrize("hosts", [(), PROJECTS], ids=["organization", "projects"])
@pytest.mark.parametrize("playbook", ["report", "readiness", "plan", "verify", "watch", "export", "convert", "revert"])
def test_a_project_that_could_not_be_read(playbook: str, hosts: tuple[str, ...], teams: Teams) -> None:
    sizes = "fleet_serial=100%" if hosts else "fleet_waves=100%"
    agreed = (*NONE, *ALL_OF_IT, "-e", "fleet_revert_all=true", "-e", sizes)
    watched = ("-e", "fleet_watch=issuer", "-e", "fleet_report_path=seen.xml")
    unreadable(teams, "Mobile")
    seen = teams.run(playbook, *hosts, *agreed, *watched)
    assert seen.status != 0, seen.output
    assert "Mobile" in seen.output
    tables = playbook not in ("watch", "export")
    assert ("NOT READ " in seen.output) is tables
    assert "not read, allowed" not in seen.output
    assert ' errors="0"' not in report_of(teams)
    allowed = teams.run(
        playbook,
        *hosts,
        *agreed,
        *watched,
        "-e",
        "fleet_allow_unread=mob*",
        "--limit",
        "localhost" if not hosts else "web-shop,payments",
    )
    assert allowed.status == 0, allowed.output
    assert ' errors="0"' in report_of(teams)
    assert ("fleet_allow_unread allows that" in report_of(teams)) is not bool(hosts)
    assert "NOT READ" not in allowed.output
    assert ("not read, allowed: Mobile: " in allowed.output) is (tables and not hosts)


def report_of(teams: Teams) -> str:
    text: str = (teams.stage.folder / "seen.xml").read_text(encoding="utf-8")
    return text


@pytest.mark.parametrize("playbook", ["report", "readiness", "plan", "verify", "watch", "export", "convert", "revert"])
def test_nothing_could_be_read(playbook: str, teams: Teams) -> None:
    unreadable(teams, *TEAMS)
    teams.refused(
        playbook, *NONE, *ALL_OF_IT, "-e", "fleet_revert_all=true", "-e", "fleet_watch=issuer", says="could be read"
    )
    assert "fleet_plan_digest=" not in teams.run("plan").output


@pytest.mark.sampled(2)
@pytest.mark.parametrize("who", ["person", "service principal"])
@pytest.mark.parametrize("hosts", [(), PROJECTS], ids=["organization", "projects"])
@pytest.mark.parametrize("playbook", ["report", "readiness", "plan", "verify", "watch", "export", "convert", "revert"])
def test_nothing_to_do_is_green(playbook: str, hosts: tuple[str, ...], who: str, stage: Callable[..., t.Any]) -> None:
    """A project without connections, one in which everything is as it should be, for a person and for a service principal."""
    fleet = Fleet()
    robot = fleet.service_principal("automation", secret="a-made-up-secret-of-the-automation")
    fleet.project("Empty")
    fleet.connection(fleet.project("Done"), "done", scheme=FEDERATION, last_used=timedelta(days=2))
    here = Teams(stage(fleet))
    agreed = (*NONE, *ALL_OF_IT, "-e", "fleet_revert_all=true", "-e", "fleet_watch=issuer,revert")
    token = {"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET", "AZDO_ACCESS_TOKEN": here.simulator.token(robot)}
    seen = here.run(playbook, *hosts, *agreed, env={} if who == "person" else token)
    assert seen.status == 0, seen.output
    assert here.simulator.writes == []


def test_nothing_of_what_was_agreed_could_be_done(teams: Teams) -> None:
    planned = teams.run("plan", "-e", "fleet_plan_path=plan.json")
    assert planned.status == 0, planned.output
    digest = json.loads((teams.stage.folder / "plan.json").read_text(encoding="utf-8"))["digest"]
    someone = teams.simulator.fleet.service_principal("automation", secret="a-made-up-secret-of-the-automation")
    as_somebody = {"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET", "AZDO_ACCESS_TOKEN": teams.simulator.token(someone)}
    teams.refused(
        "convert",
        "-e",
        f"fleet_plan_digest={digest}",
        "-e",
        "fleet_plan_path=plan.json",
        says="could be done",
        env=as_somebody,
    )


def test_a_named_connection_that_was_left_undone(stage: Callable[..., t.Any]) -> None:
    fleet = three_teams()
    fleet.connection(fleet.project("Old"), "old-dev-1", scheme=FEDERATION)
    teams = Teams(stage(fleet))
    named = ("-e", "fleet_connections=old-dev-1")
    # What already is as it was asked for is done.
    again = teams.run("convert", *NONE, *named, "-e", "fleet_waves=100%")
    assert again.status == 0, again.output
    says = "1 connection that fleet_connections names was not done: Old / old-dev-1."
    for hosts in ((), PROJECTS):
        teams.refused("revert", *named, *hosts, says=says)
    everything = teams.run("revert", "-e", "fleet_revert_all=true", *ALL_OF_IT)
    assert everything.status == 0, everything.output


def test_outputs_are_tried_before_anything_is_written(teams: Teams) -> None:
    folder = teams.stage.folder
    (folder / "elsewhere.html").write_text("mine", encoding="utf-8")
    (folder / "link.html").symlink_to("elsewhere.html")
    os.mkfifo(folder / "pipe.html")
    for given, says in (
        ("fleet_report_path=nodir/r.html", "there is no folder"),
        ("fleet_report_path=link.html", "is a link, a folder, a pipe or a device"),
        ("fleet_report_path=pipe.html", "is a link, a folder, a pipe or a device"),
        ("fleet_report_path=r.xlsx", "the ending of r.xlsx is none of"),
        ("fleet_journal=nodir/run.journal", "nodir"),
        ("fleet_journal=link.html", "link.html"),
        (
            "fleet_plan_path=gone.json fleet_confirm=plan fleet_plan_digest=" + "a" * 64,
            "fleet_plan_path: there is no file",
        ),
    ):
        teams.refused("convert", *NONE, *ALL_OF_IT, "-e", given, says=says)
    teams.refused(
        "plan", "-e", "fleet_plan_path=nodir/plan.json", says="fleet_plan_path: nodir/plan.json cannot be written"
    )
    assert (folder / "elsewhere.html").read_text(encoding="utf-8") == "mine"
    assert teams.run("plan", "-e", "fleet_plan_path=plan.json").status == 0
    assert (folder / "plan.json").stat().st_mode & 0o777 == 0o600


def test_null_from_a_survey_is_not_given(teams: Teams) -> None:
    nothing = dict.fromkeys(
        (
            "fleet_plan_path",
            "fleet_plan_digest",
            "fleet_watch",
            "fleet_batch_journal",
            "fleet_soak",
            "fleet_shared",
            "fleet_confirm",
        )
    )
    for playbook in ("report", "plan", "watch"):
        seen = teams.run(
            playbook,
            "-e",
            json.dumps(
                {**nothing, "fleet_watch_secret_days": 0, "fleet_watch": "issuer" if playbook == "watch" else None}
            ),
        )
        assert seen.status == 0, seen.output
    teams.refused("convert", "-e", json.dumps(nothing), says="Nobody has agreed to this.")
    teams.refused("revert", "-e", json.dumps(nothing), says="Nothing says what is to be taken back.")


@pytest.mark.parametrize("name", ["007", "Yes", "1.10"])
def test_a_project_whose_name_looks_like_something_else(name: str, stage: Callable[..., t.Any]) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project(name), "a")
    fleet.connection(fleet.project("Other"), "b")
    here = Teams(stage(fleet))
    (here.stage.folder / "survey.yml").write_text(f"fleet_projects: !unsafe '{name}'\n", encoding="utf-8")
    seen = here.run("report", "-e", "@survey.yml", "-e", "fleet_report_path=r.json")
    assert seen.status == 0, seen.output
    found = json.loads((here.stage.folder / "r.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in found["connections"]] == ["a"]


def test_names_narrow_whatever_the_waves(teams: Teams) -> None:
    """A batch in which no host is meant is neither an error nor the end, and says what it is."""
    for playbook in ("report", "convert"):
        done = teams.run(
            playbook,
            *NONE,
            *PROJECTS,
            "-e",
            "fleet_serial=1",
            "-e",
            'fleet_projects="Web Shop"',
            "-e",
            "fleet_canary=web-shop",
        )
        assert done.status == 0, done.output
        assert "These hosts are not meant" in done.output
        assert "not everything could be seen" not in done.output
    assert teams.converted() == {"web-dev-1", "web-test-1"}


def test_a_job_is_never_asked(teams: Teams) -> None:
    ask: Json = {"azdo.connections.fleet_ask": {"questions": [{"host": "h", "id": "i", "name": "n"}]}}
    own = teams.stage.play([ask], "-e", "awx_job_id=7")
    assert own.status != 0
    assert "fleet_ask: this is a job (awx_job_id is set), which nobody could answer." in own.output
    each = ("-e", "fleet_confirm=each")
    teams.refused(
        "convert", *each, "-e", "awx_job_id=7", says="this is a job (awx_job_id is set), which nobody could answer."
    )
    teams.refused("convert", *each, says="there is no terminal to ask on.")


def test_plays_pin_what_they_rely_on(teams: Teams) -> None:
    for strategy in ("free", "host_pinned"):
        done = teams.run("plan", *PROJECTS, env={"ANSIBLE_STRATEGY": strategy})
        assert done.status == 0, done.output
    become = teams.run("convert", *NONE, *PROJECTS, "-b")
    assert become.status == 0, become.output
    teams.simulator.forget()
    teams.refused(
        "convert", *NONE, *PROJECTS, "-e", "ansible_become=true", says="ansible_become is set for everything with -e."
    )
    teams.refused(
        "convert",
        *NONE,
        *PROJECTS,
        "-e",
        "ansible_connection=ssh",
        says="ansible_connection is set for everything with -e.",
    )


def test_the_role_refuses_a_play_in_which_a_wave_cannot_be_stopped(teams: Teams) -> None:
    task = {"ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "convert"}}
    played = teams.stage.play([task], *NONE, *ALL_OF_IT, strategy="free", vars={"fleet_confirm": "none"})
    assert played.status != 0
    assert "The play has the strategy free, with which a wave cannot be stopped as a whole." in played.output.replace(
        "\n", " "
    )
    assert teams.simulator.writes == []


def test_a_role_that_starts_in_its_middle_does_nothing(teams: Teams) -> None:
    task = {
        "name": "Convert",
        "ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "convert"},
    }
    for start in ("_move | Move the connections of this host", "_move | Forget what was before"):
        played = teams.stage.play([task], *NONE, *ALL_OF_IT, "--start-at-task", start)
        assert played.status != 0, played.output
        assert teams.simulator.writes == []


def test_nothing_is_run_that_was_not_checked(teams: Teams) -> None:
    """In a play of one's own, too; with the check, a step is a task like any other."""
    run: Json = {"azdo.connections.fleet_run": {"step": "move", "checked": "checked"}}
    check: Json = {"azdo.connections.fleet_check": {"entry": "convert"}, "register": "checked"}
    said = {"fleet_confirm": "none", "fleet_connections": "mobile-dev-1"}
    alone = teams.stage.play([run], vars=said)
    assert alone.status != 0
    assert "nothing was checked before this task" in alone.output
    assert teams.simulator.writes == []
    elsewhere: Json = {
        "azdo.connections.fleet_run": {"step": "move", "checked": "checked", "wave": 0, "plan": "plam", "course": "x"}
    }
    misspelt = teams.stage.play([check, elsewhere], vars=said)
    assert misspelt.status != 0
    assert "plam holds no plan of this host" in misspelt.output
    assert teams.simulator.writes == []
    both = teams.stage.play([check, run], vars=said)
    assert both.status == 0, both.output
    assert teams.converted() == {"mobile-dev-1"}


def test_the_role_takes_the_door_that_a_task_of_its_own_would_take(door: str, teams: Teams) -> None:
    role: Json = {"ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "convert"}}
    said = {"fleet_confirm": "none", "fleet_connections": "mobile-dev-1", "fleet_exclude": "nobody-*"}
    refused = teams.stage.play([role], "-v", door=door, vars=said)
    assert refused.status != 0
    assert "fleet_exclude" in refused.output
    assert teams.simulator.writes == []
    done = teams.stage.play([role], door=door, vars={**said, "fleet_exclude": "mobile-test-*"})
    assert done.status == 0, done.output
    assert teams.converted() == {"mobile-dev-1"}


def test_what_is_left_alone_may_differ_by_host(teams: Teams) -> None:
    """From the variables of a host, and as an expression, wave by wave."""
    (teams.stage.folder / "host_vars").mkdir()
    for host, name in (("mobile", "mobile-dev-1"), ("payments", "payments-test-1")):
        (teams.stage.folder / "host_vars" / f"{host}.yml").write_text(f"fleet_exclude: [{name}]\n", encoding="utf-8")
    done = teams.run("convert", *NONE, *PROJECTS, "-e", "fleet_serial=1", "-e", "fleet_canary=web-shop")
    assert done.status == 0, done.output
    assert teams.converted() == {"mobile-test-1", "payments-dev-1", "web-dev-1", "web-test-1"}


def test_what_a_later_host_leaves_alone_by_an_expression_is_known_too(teams: Teams) -> None:
    """Nobody can evaluate it before the turn of that host; then it is refused there, and the wave is the last one."""
    expression = "{{ ['web-dv-1'] if inventory_hostname == 'web-shop' else [] }}"
    play = {**OWN, "vars": {"fleet_confirm": "none", "fleet_exclude": expression}, "serial": 1}
    done = teams.stage.play([ROLE], "-i", "teams.azdo.yml", "-e", "fleet_canary=mobile", **play)
    assert done.status != 0
    assert "fleet_exclude names web-dv-1, which no host of this play stands for." in done.output.replace("\n", " ")
    assert not {name for name in teams.converted() if name.startswith("web")}


@pytest.mark.parametrize("where", ["play", "role"])
def test_what_is_left_alone_as_an_expression(where: str, teams: Teams) -> None:
    expression = {"fleet_exclude": "{{ [azdo_connection_names | first] }}", "fleet_confirm": "none"}
    role: Json = {"ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "convert"}}
    play: Json = {"hosts": "azdo_projects", "serial": 1, "connection": "local"}
    (role if where == "role" else play)["vars"] = expression
    done = teams.stage.play([role], "-i", "teams.azdo.yml", "-e", "fleet_canary=mobile", **play)
    assert done.status == 0, done.output
    assert teams.converted() == {"mobile-test-1", "payments-test-1", "web-test-1"}


ROLE: Json = {"ansible.builtin.import_role": {"name": "azdo.connections.fleet", "tasks_from": "convert"}}
OWN: Json = {"hosts": "azdo_projects", "connection": "local", "vars": {"fleet_confirm": "none"}}


def test_a_plan_is_never_given_in_vain(teams: Teams) -> None:
    assert teams.run("plan", *PROJECTS, "-e", "fleet_projects=Payments", "-e", "fleet_plan_path=plan.json").status == 0
    digest = json.loads((teams.stage.folder / "plan.json").read_text(encoding="utf-8"))["digest"]
    plan = ("-e", "fleet_plan_path=plan.json", "-e", f"fleet_plan_digest={digest}")
    teams.refused("convert", *NONE, *PROJECTS, *plan, says="fleet_confirm=none would not look at it.")
    teams.refused(
        "convert", "--check", *PROJECTS, *plan[:2], says="fleet_plan_digest does not say which one was approved"
    )
    teams.refused(
        "revert", *PROJECTS, "-e", "fleet_revert_all=true", *plan[2:], says="fleet_plan_path does not say where it is"
    )


def test_what_is_for_another_entry_point_is_not_taken_for_this_one(teams: Teams) -> None:
    for given in ("fleet_to=entra_issuer", "fleet_remove_old_credential=true", "fleet_schemes=service_principal"):
        teams.refused(
            "convert",
            *NONE,
            *PROJECTS,
            "-e",
            given,
            says=f"{given.partition('=')[0]} is not for the entry point convert",
        )
    assert (
        teams.run("report", "-e", "fleet_confirm=none", "-e", "fleet_exclude=a", "-e", "fleet_watch=issuer").status == 0
    )


def test_what_another_host_says_wrong_is_heard_before_the_first_wave(teams: Teams) -> None:
    (teams.stage.folder / "host_vars").mkdir()
    (teams.stage.folder / "group_vars").mkdir()
    canary = ("-e", "fleet_canary=payments", "-e", "fleet_serial=1")
    path = teams.stage.folder / "host_vars" / "web-shop.yml"
    for said, says in (
        ("fleet_exclude: [web-dv-1]", "fleet_exclude names web-dv-1"),
        ("fleet_projects: [Nobody]", "fleet_projects names Nobody"),
        ("fleet_shared: maybe", "web-shop: fleet_shared must be one of skip, include"),
        ("fleet_wave_failures: 3", "fleet_wave_failures differs by host"),
        ("fleet_exclude: ' '", "fleet_exclude was set and came out blank"),
    ):
        path.write_text(said, encoding="utf-8")
        teams.refused("convert", *NONE, *PROJECTS, *canary, says=says)
    (teams.stage.folder / "group_vars" / "all.yml").write_text("fleet_confirm: none", encoding="utf-8")
    path.write_text("fleet_confirm: each", encoding="utf-8")
    teams.refused("convert", *PROJECTS, *canary, says="fleet_confirm differs by host")
    path.write_text("fleet_exclude: [web-dev-1]", encoding="utf-8")
    done = teams.run("convert", *PROJECTS, *canary)
    assert done.status == 0, done.output
    assert len(teams.converted()) == 5


def test_nobody_rescues_a_wave_that_was_the_last_one(teams: Teams) -> None:
    teams.simulator.fault(method="PUT", status=400, body={"message": "No."}, times=1)
    block = {"block": [ROLE], "rescue": [{"ansible.builtin.debug": {"msg": "tell the team"}}]}
    played = teams.stage.play([block], "-i", "teams.azdo.yml", "-e", "fleet_canary=mobile", **OWN, serial=1)
    assert "An earlier wave of this play was the last one." in played.output.replace("\n", " ")
    assert teams.converted() <= {"mobile-dev-1", "mobile-test-1"}


def test_what_only_the_playbooks_read_is_refused_elsewhere(teams: Teams) -> None:
    for given, says in (
        ("fleet_hosts=web-shop", "fleet_hosts is for the playbooks"),
        ("fleet_serial=1", "fleet_serial is for the playbooks"),
    ):
        played = teams.stage.play([ROLE], "-i", "teams.azdo.yml", "-e", given, **OWN)
        assert played.status != 0
        assert says in played.output.replace("\n", " ")
    teams.refused("convert", *NONE, *PROJECTS, "-e", "fleet_waves=1", says="give fleet_serial")
    teams.refused("convert", *NONE, *ALL_OF_IT, "-e", "fleet_serial=1", says="give fleet_waves")
    teams.refused(
        "convert", *NONE, *PROJECTS, "-e", "fleet_serial=most", says="fleet_serial: 'most' is no size of a wave"
    )
    alone = teams.stage.play([{**ROLE, "run_once": True}], "-i", "teams.azdo.yml", **OWN)
    assert alone.status != 0
    assert "run_once would leave out every host but one" in alone.output.replace("\n", " ")
    assert teams.simulator.writes == []


def test_results_of_an_earlier_play_are_not_those_of_this_one(teams: Teams) -> None:
    site = [
        {"ansible.builtin.import_playbook": "azdo.connections.convert", "vars": {"fleet_projects": ["Payments"]}},
        {
            "ansible.builtin.import_playbook": "azdo.connections.convert",
            "vars": {"fleet_projects": ["Web Shop"], "fleet_connections": ["mobile-dev-1"]},
        },
    ]
    (teams.stage.folder / "site.yml").write_text(yaml.safe_dump(site), encoding="utf-8")
    played = teams.stage.run("site.yml", *NONE, *PROJECTS, "-e", "fleet_canary=payments")
    assert played.status != 0, played.output
    assert "No host of this play looked at anything" in played.output.replace("\n", " ")
    assert teams.converted() == {"payments-dev-1", "payments-test-1"}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("hosts", [(), PROJECTS], ids=["organization", "projects"])
@pytest.mark.parametrize("playbook", ["report", "readiness", "plan", "verify", "watch", "export", "convert"])
@pytest.mark.parametrize("name", ["fleet_projects", "fleet_connections"])
def test_an_empty_list_is_no_green_run(name: str, playbook: str, hosts: tuple[str, ...], teams: Teams) -> None:
    teams.refused(playbook, *NONE, *hosts, "-e", json.dumps({name: []}), says="looked at anything")


@pytest.mark.parametrize("name", ["fleet_projects", "fleet_connections"])
def test_a_list_of_commas_is_refused(name: str, teams: Teams) -> None:
    teams.refused("verify", "-e", f"{name}=,", says=f"{name} has commas only")


def test_hosts_that_would_stand_for_more_than_was_meant(teams: Teams) -> None:
    for hosts, says in (([], "fleet_hosts is an empty list"), (" ", "fleet_hosts is blank")):
        teams.refused("plan", "-i", "teams.azdo.yml", "-e", json.dumps({"fleet_hosts": hosts}), says=says)
    (teams.stage.folder / "static.yml").write_text(
        "all: {children: {teams: {hosts: {pay: {azdo_project: Payments}}}}}", encoding="utf-8"
    )
    done = teams.run("convert", *NONE, "-i", "static.yml", "-e", "fleet_hosts=teams")
    assert done.status == 0, done.output
    assert teams.converted() == {"payments-dev-1", "payments-test-1"}
    teams.simulator.forget()
    (teams.stage.folder / "servers.ini").write_text("web1\n", encoding="utf-8")
    teams.refused(
        "plan",
        "-i",
        "teams.azdo.yml",
        "-i",
        "servers.ini",
        "-e",
        "fleet_hosts=all",
        says="web1 is no host of this collection",
    )
    teams.refused("plan", "--skip-tags", "untagged", says="--skip-tags would leave tasks of this playbook out")


def test_one_of_several_inventories_that_gave_nothing(teams: Teams) -> None:
    teams.inventory("other", include_projects=["Nobody"])
    teams.refused("convert", *NONE, *PROJECTS, "-i", "other.azdo.yml", says="other.azdo.yml gave no hosts")
