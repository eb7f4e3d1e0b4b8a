# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs without a disk that outlives them: what one hands on, another takes; plan, approval, conversion, test, way back, in slices and again."""

from __future__ import annotations

import json
import os
import threading
import typing as t
from collections.abc import Callable
from datetime import timedelta

import pytest
import yaml

from playbooks._helpers.jobs import FEDERATION, LATELY, SECRET, Begun, Jobs, Json, fleet_of
from simulator import Fleet, Recorded

KINDS = ("organization", "project", "connection")


@pytest.fixture
def jobs(stage: Callable[..., t.Any]) -> Callable[..., Jobs]:
    return lambda kind="project", fleet=None: Jobs(stage(fleet or fleet_of(2)), kind)


def wanted(projects: int = 2, each: int = 2) -> list[str]:
    return sorted(f"azure-{place}-{number}" for place in range(projects) for number in range(each))


MIGRATION: Json = {
    "fleet_confirm": "none",
    "fleet_projects": "Payments",
    "fleet_allow_irreversible": True,
    "fleet_waves": "100%",
}
ONE_WAVE: Json = {"fleet_serial": "100%"}


def how(kind: str) -> Json:
    return {"fleet_waves": "100%"} if kind == "organization" else ONE_WAVE


@pytest.mark.parametrize("kind", KINDS)
def test_from_the_plan_to_the_way_back(jobs: Callable[..., Jobs], kind: str) -> None:
    """No job finds a file of another one."""
    work = jobs(kind)
    planned = work.run("plan")
    assert planned.status == 0, planned.output
    assert (work.last["exit"], work.last["digest"]) == ("ok", work.handed_on["fleet_plan_digest"])
    assert f"`fleet_plan_digest={work.last['digest']}`" in work.last["markdown"]
    assert f"fleet_plan_digest={work.last['digest']}" in planned.stdout
    assert work.simulator.writes == []

    done = work.run("convert", **how(kind))
    assert done.status == 0, done.output
    assert work.converted == wanted()
    assert work.last["exit"] == "ok"
    assert work.last["by_status"]["converted"] == 4
    batch = work.handed_on["fleet_batch_ids_2"]
    assert len(batch) == 4

    # Started again, with what it was given then.
    again = work.run("convert", **how(kind))
    assert again.status == 0, again.output
    assert work.converted == wanted()
    assert (work.last["exit"], work.last["by_status"]["unchanged"]) == ("ok", 4)
    assert sorted(work.handed_on["fleet_batch_ids_3"]) == sorted(batch)

    tested = work.run("verify")
    assert tested.status == 0, tested.output
    assert (work.last["exit"], work.last["connections"]) == ("ok", 4)

    if kind != "connection":
        back = work.run("revert")
        assert back.status == 0, back.output
        assert work.last["by_status"]["reverted"] == 4
        assert set(work.schemes.values()) == {SECRET}


def test_what_changed_after_the_approval_is_left_alone_and_fails_the_job(jobs: Callable[..., Jobs]) -> None:
    work = jobs()
    assert work.run("plan").status == 0
    (first,) = [item for item in work.simulator.world.connections.values() if item.references[0].name == "azure-0-0"]
    first.data["subscriptionId"] = "5a1d2c3b-0000-4000-8000-0000000000ff"
    played = work.run("convert", **ONE_WAVE)
    assert played.status != 0
    assert "1 connection that was agreed to is not what was approved" in " ".join(played.output.split())
    assert work.last["exit"] == "not_done"
    assert work.converted == wanted()[1:]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"fleet_plan_digest": "0" * 64}, "fleet_plan: the plan has the digest"),
        ({"fleet_plan": {"hosts": {}}}, "fleet_plan"),
        ({"fleet_plan": "no plan"}, "fleet_plan must be what the playbook azdo.connections.plan has handed on"),
        (
            {"fleet_plan_digest": ""},
            "fleet_plan names a plan, and fleet_plan_digest does not say which one was approved",
        ),
        # Not for a conversion.
        ({"fleet_batch_ids_9": ["no id"]}, ""),
    ],
    ids=str,
)
def test_what_was_not_approved_is_refused(jobs: Callable[..., Jobs], said: Json, why: str) -> None:
    work = jobs()
    assert work.run("plan").status == 0
    work.handed_on |= said
    played = work.run("convert", **ONE_WAVE)
    if why:
        assert played.status != 0
        assert why in " ".join(played.output.split())
        assert work.simulator.writes == []
    else:
        assert played.status == 0


def test_a_conversion_that_fails_is_taken_back_and_is_in_no_batch(jobs: Callable[..., Jobs]) -> None:
    work = jobs()
    assert work.run("plan").status == 0
    work.simulator.knob(conversion_credential="forget")
    played = work.run("convert", **ONE_WAVE, fleet_verify_timeout=1)
    assert played.status != 0
    assert work.last["exit"] == "connections_failed"
    assert work.last["by_status"]["rolled_back"] == 4
    assert work.handed_on["fleet_batch_ids_2"] == []
    tested = work.run("verify")
    assert tested.status == 0, tested.output
    assert "Earlier jobs have moved nothing, so there is nothing to test" in " ".join(tested.output.split())
    assert (work.last["exit"], work.last["connections"]) == ("ok", 0)
    back = work.run("revert")
    assert back.status != 0
    assert "fleet_batch_ids is an empty list" in " ".join(back.output.split())


def test_reports_go_into_a_folder_under_the_number_of_the_job(jobs: Callable[..., Jobs]) -> None:
    work = jobs()
    folder = work.stage.folder / "reports"
    refused = work.run("report", fleet_report_folder=str(folder))
    assert refused.status != 0
    assert f"fleet_report_folder: there is no folder {folder}" in " ".join(refused.output.split())
    folder.mkdir()
    assert work.run("report", fleet_report_folder=str(folder), fleet_report_handed_on="yes").status == 0
    assert sorted(os.listdir(folder)) == [f"report-2.{ending}" for ending in ("csv", "html", "json", "md")]
    rows = json.loads((folder / "report-2.json").read_text(encoding="utf-8"))["connections"]
    assert [row["id"] for row in work.handed_on["azdo_rows_2"]["connections"]] == [row["id"] for row in rows]


def test_nothing_that_is_handed_on_is_a_secret(jobs: Callable[..., Jobs]) -> None:
    work = jobs()
    for playbook in ("plan", "convert", "report"):
        assert (
            work.run(playbook, fleet_report_handed_on=True, **(ONE_WAVE if playbook == "convert" else {})).status == 0
        )
    text = json.dumps(work.handed_on)
    assert work.simulator.pat not in text
    assert all(
        secret not in text for item in work.simulator.world.connections.values() for secret in item.secrets.values()
    )


# -- slices ------------------------------------------------------------------------------------------------------------
def test_the_slices_of_a_job_are_as_one_job(jobs: Callable[..., Jobs]) -> None:
    """A canary first, alone; then four slices, of which one is started again; projects that share connections are in different ones."""
    work = jobs("project", fleet_of(6))
    assert work.run("plan", fleet_shared="include").status == 0
    shared = {"fleet_shared": "include", **ONE_WAVE}
    canary = work.run("convert", limit="project-0", fleet_canary="Project 0", **shared)
    assert canary.status == 0, canary.output
    for number in (0, 1, 1, 2, 3):
        played = work.run("convert", slices=4, number=number, **shared)
        assert played.status == 0, played.output
    assert work.converted == sorted([*wanted(6), *(f"shared-{place}" for place in range(6))])
    batches = [ids for name, ids in work.handed_on.items() if name.startswith("fleet_batch_ids_")]
    assert len(batches) == 6
    tested = work.run("verify")
    assert tested.status == 0, tested.output
    assert work.last["connections"] == 18


def test_four_slices_at_once_of_which_one_is_killed_and_started_again(jobs: Callable[..., Jobs]) -> None:
    """All ask as one caller, whose budget the service enforces."""
    work = jobs("project", fleet_of(9, 1))
    assert work.run("plan").status == 0
    said = ONE_WAVE
    canary = work.run("convert", limit="project-0", fleet_canary="Project 0", **said)
    assert canary.status == 0, canary.output
    assert work.converted == ["azure-0-0"]
    work.simulator.knob(rate_budget=60, rate_window_s=1.0, rate_cost=1.0)
    died = threading.Event()
    first: list[Begun] = []

    def kill_the_first(record: Recorded, moment: str) -> None:
        """At its first conversion, which took effect."""
        mine = record.write and moment == "applied" and "/Project%201/" not in record.raw_path
        if mine and first and not died.is_set():
            died.set()

    work.simulator.observe(kill_the_first)
    begun = [work.begin("convert", slices=4, number=number, **said) for number in range(4)]
    first.append(begun[0])
    assert died.wait(60)
    begun[0].kill()
    work.simulator.observe(None)
    for job in begun[1:]:
        work.finish(job)
    work.finish(work.begin("convert", slices=4, number=0, **said))
    assert work.converted == sorted(wanted(9, 1))
    assert {work.schemes[name] for name in wanted(9, 1)} == {FEDERATION}
    assert work.run("verify").status == 0
    assert work.last["connections"] == 9


def test_without_a_plan_a_slice_writes_nothing(jobs: Callable[..., Jobs]) -> None:
    work = jobs()
    played = work.run("convert", slices=2, fleet_confirm="none", fleet_whole_organization=True, **ONE_WAVE)
    assert played.status != 0
    assert "fleet_slices says that this job has only some of the hosts" in " ".join(played.output.split())
    named = work.run("report", slices=2, fleet_projects="Project 1")
    assert named.status != 0
    assert "fleet_projects cannot be obeyed in a slice" in " ".join(named.output.split())
    assert work.run("report", slices=2).status == 0
    assert work.simulator.writes == []


@pytest.mark.parametrize(
    "said", [{"fleet_exclude": "azure-0-00"}, {"fleet_projects": "Projct 1"}, {"fleet_canary": "Project 7"}]
)
def test_a_slice_takes_no_names(jobs: Callable[..., Jobs], said: Json) -> None:
    """It could not tell one that is misspelt."""
    work = jobs()
    assert work.run("plan").status == 0
    played = work.run("convert", slices=2, **ONE_WAVE, **said)
    assert played.status != 0
    assert f"{next(iter(said))} cannot be obeyed in a slice" in " ".join(played.output.split())
    assert work.run("plan", slices=2).status != 0
    assert work.simulator.writes == []


# -- what was moved ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["organization", "project"])
def test_what_is_broken_and_stays_is_in_the_batch(jobs: Callable[..., Jobs], kind: str) -> None:
    work = jobs(kind)
    assert work.run("plan", fleet_rollback_scope="none").status == 0
    work.simulator.knob(conversion_credential="forget")
    played = work.run("convert", **how(kind), fleet_verify_timeout=1, fleet_rollback_scope="none")
    assert played.status != 0
    assert work.last["exit"] == "connections_failed"
    assert len(work.handed_on["fleet_batch_ids_2"]) == sum(scheme == FEDERATION for scheme in work.schemes.values()) > 0
    assert work.run("verify", fleet_allow_unread="*").status != 0
    assert work.last["exit"] == "tests_failed"


def test_a_person_who_names_ids_gets_just_those(jobs: Callable[..., Jobs]) -> None:
    work = jobs()
    assert work.run("plan").status == 0
    assert work.run("convert", **ONE_WAVE).status == 0
    (one, *_others) = work.handed_on["fleet_batch_ids_2"]
    back = work.run("revert", fleet_batch_ids=[one])
    assert back.status == 0, back.output
    assert list(work.schemes.values()).count(FEDERATION) == 3


@pytest.mark.parametrize("kind", ["organization", "project"])
def test_ids_that_are_nowhere_are_missed(jobs: Callable[..., Jobs], kind: str) -> None:
    work = jobs(kind)
    assert work.run("plan").status == 0
    assert work.run("convert", **how(kind)).status == 0
    ids = [work.handed_on["fleet_batch_ids_2"][0], "5a1d2c3b-0000-4000-8000-0000000000ff"]
    for playbook in ("verify", "revert"):
        assert work.run(playbook, fleet_batch_ids=ids).status != 0, playbook


def test_what_was_not_taken_back_fails_the_way_back(jobs: Callable[..., Jobs]) -> None:
    work = jobs()
    shared: Json = {"fleet_shared": "include"}
    assert work.run("plan", **shared).status == 0
    assert work.run("convert", **ONE_WAVE, **shared).status == 0
    back = work.run("revert")
    assert back.status != 0
    assert "2 connections that fleet_batch_ids names were not done" in " ".join(back.output.split())
    assert work.last["exit"] == "not_done"


def test_a_migration_is_in_no_list_of_a_way_back(stage: Callable[..., t.Any]) -> None:
    fleet = Fleet(issuer="azure_devops")
    fleet.connection(
        fleet.project("Payments"), "old", scheme=FEDERATION, last_used=LATELY, converted_ago=timedelta(days=1)
    )
    work = Jobs(stage(fleet, issuer="azure_devops"), "organization")
    work.run("migrate_issuer", fleet_journal="temporary", **MIGRATION)
    assert [name for name in work.handed_on if "ids" in name] == ["fleet_migrated_ids_1"]
    back = work.run("revert")
    assert back.status != 0
    assert "Nothing says what is to be taken back" in back.output


@pytest.mark.parametrize("odd", [{"a": 1}, 7, True, None], ids=str)
def test_a_part_that_makes_no_sense_is_named(jobs: Callable[..., Jobs], odd: t.Any) -> None:
    work = jobs()
    work.handed_on = {"fleet_batch_ids_17": odd}
    for playbook in ("verify", "revert"):
        played = work.run(playbook)
        assert played.status != 0
        assert "fleet_batch_ids_17 " in played.output


def test_two_plays_of_one_job_do_not_overwrite_each_other(jobs: Callable[..., Jobs]) -> None:
    work = jobs("organization")
    reports = work.stage.folder / "reports"
    reports.mkdir()
    both = [
        {"import_playbook": f"azdo.connections.{entry}", "vars": {"fleet_projects": project}}
        for entry in ("plan", "convert")
        for project in ("Project 0", "Project 1")
    ]
    (work.stage.folder / "both.yml").write_text(yaml.safe_dump(both), encoding="utf-8")
    said = ("fleet_confirm=none", f"fleet_report_folder={reports}", "awx_job_id=5", "fleet_waves=100%")
    played = work.stage.run(work.stage.folder / "both.yml", *(text for item in said for text in ("-e", item)))
    assert played.status == 0, played.output
    stats: Json = {}
    for result in played.results:
        stats |= (result["result"].get("ansible_stats") or {}).get("data") or {}
    assert (len(stats["fleet_batch_ids_5"]), len(stats["fleet_batch_ids_5_2"])) == (2, 2)
    assert (stats["fleet_plan"], stats["fleet_plan_digest"]) == (None, "")
    assert "This job has made several plans" in " ".join(played.output.split())
    assert {path.name for path in reports.glob("convert*.json")} == {"convert-5.json", "convert-5-2.json"}
    work.handed_on = {name: value for name, value in stats.items() if name.startswith("fleet_batch")}
    assert work.run("verify").status == 0
    assert work.last["connections"] == 4


# -- a journal that goes with the job --------------------------------------------------------------------------------------
def test_what_a_migration_without_a_lasting_disk_cannot_promise(stage: Callable[..., t.Any]) -> None:
    fleet = Fleet(issuer="azure_devops")
    for number in range(2):
        fleet.connection(fleet.project("Payments"), f"old-{number}", scheme=FEDERATION, last_used=LATELY)
    work = Jobs(stage(fleet, issuer="azure_devops"), "organization")
    refused = work.run("migrate_issuer", **MIGRATION)
    assert refused.status != 0
    assert "fleet_journal" in refused.output
    played = work.run("migrate_issuer", fleet_journal="temporary", **MIGRATION)
    assert "fleet_journal is temporary. In this run the first migration is alone" in " ".join(played.output.split())
    assert not list(work.stage.folder.rglob("*journal*"))
    mounted = work.stage.folder / "mounted"
    mounted.mkdir()
    work.run("migrate_issuer", fleet_journal=str(mounted), **MIGRATION)
    assert (mounted / "azdo.journal").exists()
