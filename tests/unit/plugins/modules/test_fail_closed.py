# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert and azdo_arm_connection_info: what was said is done, or refused before the first write; green means looked and done."""

from __future__ import annotations

import json
import os
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest

from simulator import Fleet, Simulator
from unit.plugins._helpers.fleets import federated
from unit.plugins._helpers.tasks import Task, convert, info

Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]
LISTS = "/_apis/serviceendpoint/endpoints\\?"
ALL = {"pay-prod", "pay-test", "shop-prod", "shop-test", "mobile-prod"}


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    """Three teams; ``deploy`` has used a connection of Payments, ``ship`` one of Web Shop."""
    fleet = Fleet()
    payments, web_shop, mobile = fleet.project("Payments"), fleet.project("Web Shop"), fleet.project("Mobile")
    fleet.connection(payments, "pay-prod", last_used=timedelta(days=2), definition=(12, "deploy"))
    fleet.connection(payments, "pay-test")
    fleet.connection(payments, "pay-manual", creation_mode="Manual")
    fleet.connection(payments, "pay-github", type="github", scheme="Token", creation_mode=None)
    fleet.connection(web_shop, "shop-prod", last_used=timedelta(days=2), definition=(7, "ship"))
    fleet.connection(web_shop, "shop-test")
    fleet.connection(mobile, "mobile-prod")
    return simulate(fleet)


def project_id(simulator: Simulator, name: str) -> str:
    project = simulator.world.find_project(name)
    assert project
    return project.id


def hide(simulator: Simulator, *projects: str, status: int = 403) -> None:
    """The lists of these projects cannot be read from now on."""
    for name in projects:
        simulator.fault(times=0, path=f"{project_id(simulator, name)}{LISTS}", status=status)


def trim(simulator: Simulator) -> tuple[str, t.Any]:
    """Only a part of the connection of Mobile is visible from now on. Its id, and the fault."""
    found = next(item for item in simulator.world.connections.values() if item.name == "mobile-prod")
    seen = {"id": found.id, "name": found.name, "type": None, "data": None, "authorization": None}
    body = {"count": 1, "value": [seen]}
    return found.id, simulator.fault(times=0, path=f"{project_id(simulator, 'Mobile')}{LISTS}", status=200, body=body)


def planned(task: Task) -> Json:
    return t.cast(Json, json.loads(json.dumps(task.result["plan"])))


def refused(simulator: Simulator, task: Task, *parts: str, code: str | None = None) -> None:
    """One sentence, and nothing was changed."""
    assert task.failed, task.result
    for part in parts:
        assert part in task.result["msg"]
    assert "fault of azdo.connections" not in task.result["msg"]
    assert code is None or task.result["failure"]["code"] == code
    assert [str(item) for item in simulator.writes] == []


# -- what could not be seen --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", [403, 500])
def test_an_unread_project_fails_a_conversion_after_it_did_what_it_could(simulator: Simulator, status: int) -> None:
    hide(simulator, "Web Shop", status=status)
    task = convert(simulator, max_retries=0)
    assert task.failed
    assert task.result["failure"]["code"] == "unread"
    assert task.result["failure"]["details"]["unread"] == [project_id(simulator, "Web Shop")]
    said = task.result["msg"]
    assert said.startswith("1 project could not be read: 'Web Shop'; nothing is known about its connections (")
    assert "allow_unread with 'Web Shop'" in said
    assert said.count("could not be read") == 1
    assert federated(simulator) == {"pay-prod", "pay-test", "mobile-prod"}
    assert set(task.statuses.values()) == {"converted"}
    assert task.result["changed"]


def test_several_are_told_in_one_sentence_with_the_first_reason(simulator: Simulator) -> None:
    hide(simulator, "Web Shop", "Mobile")
    said = convert(simulator, check=True).result["msg"]
    assert said.startswith(
        "2 projects could not be read: 'Mobile', 'Web Shop'; nothing is known about their connections ('Mobile': "
    )


@pytest.mark.parametrize("allowed", [["web shop"], ["Web*", "mobile"], ["*"], "id", ["Mobile", "WEB SHOP"]], ids=str)
def test_what_may_be_unread_is_allowed_by_name_id_or_pattern(simulator: Simulator, allowed: t.Any) -> None:
    hide(simulator, "Web Shop")
    names = [project_id(simulator, "Web Shop").upper()] if allowed == "id" else allowed
    task = convert(simulator, allow_unread=names)
    assert not task.failed, task.result["msg"]
    assert not task.coverage["complete"]
    assert any(
        text.startswith("allow_unread: 1 project could not be read: 'Web Shop'") for text in task.runtime.warnings
    )


def test_what_is_not_allowed_still_fails(simulator: Simulator) -> None:
    hide(simulator, "Web Shop", "Mobile")
    task = convert(simulator, allow_unread=["Mobile"])
    assert task.result["failure"]["details"]["unread"] == [project_id(simulator, "Web Shop")]


@pytest.mark.parametrize("allowed", [["Webshop"], ["Lab*"], [""], ["  "], ["None"], [None]], ids=str)
def test_to_allow_what_is_not_there_is_refused(simulator: Simulator, allowed: list[t.Any]) -> None:
    refused(simulator, convert(simulator, allow_unread=allowed), "allow_unread")
    refused(simulator, convert(simulator, allow_unread=allowed, check=True), "allow_unread")


def test_the_nearest_project_is_told(simulator: Simulator) -> None:
    refused(
        simulator, convert(simulator, allow_unread=["Webshop"]), "'Webshop' is no project", "Did you mean 'Web Shop'?"
    )


def test_a_project_of_elsewhere_may_be_allowed(simulator: Simulator) -> None:
    """The same list goes to every host of a fleet, and each has its own project."""
    task = convert(simulator, projects=["Payments"], allow_unread=["Web Shop", "Mob*"])
    assert not task.failed
    assert federated(simulator) == {"pay-prod", "pay-test"}


@pytest.mark.parametrize("options", [{}, {"allow_unread": ["*"]}, {"check": True}], ids=str)
@pytest.mark.parametrize("module", [convert, info])
def test_if_nothing_could_be_read_nobody_says_that_it_is_fine(
    simulator: Simulator, module: t.Callable[..., Task], options: Json
) -> None:
    if module is info and "allow_unread" in options:
        options = {"projects": ["*"]}
    hide(simulator, "Payments", "Web Shop", "Mobile")
    task = module(simulator, **options)
    refused(simulator, task, "Nothing could be read: 3 projects could not be read", code="unread")
    assert "plan" not in task.result


@pytest.mark.parametrize("module", [convert, info])
def test_who_sees_no_project_has_read_nothing(simulate: Simulate, module: t.Callable[..., Task]) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod")
    blind = fleet.caller("Blind", pat="token-of-the-blind", projects=[])
    simulator = simulate(fleet)
    refused(simulator, module(simulator, personal_access_token=blind.pat), "Nothing could be read", code="unread")


@pytest.mark.parametrize("options", [{}, {"projects": ["Payments", "Lab"]}, {"projects": ["Lab"]}], ids=str)
def test_a_project_without_connections_is_no_gap(simulate: Simulate, options: Json) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod")
    fleet.project("Lab")
    simulator = simulate(fleet)
    assert not convert(simulator, check=True, **options).failed
    assert not convert(simulator, **options).failed


def test_nothing_left_to_do_is_no_failure(simulator: Simulator) -> None:
    convert(simulator)
    simulator.forget()
    task = convert(simulator)
    assert (task.failed, task.rows, simulator.writes, task.coverage["complete"]) == (False, [], [], True)


def test_a_connection_that_is_visible_in_part_is_a_gap(simulator: Simulator) -> None:
    id_, _fault = trim(simulator)
    task = convert(simulator)
    assert task.result["failure"]["code"] == "unread"
    assert (
        f"1 connection is visible in part only: {id_} in 'Mobile' (data, type or authorization)." in task.result["msg"]
    )
    assert task.result["failure"]["details"]["partial"] == [id_]
    assert federated(simulator) == ALL - {"mobile-prod"}
    assert not convert(simulator, allow_unread=["Mobile"]).failed
    assert convert(simulator, allow_unread=["Payments"]).failed


def test_a_failed_row_and_a_gap_are_told_together(simulator: Simulator) -> None:
    hide(simulator, "Web Shop")
    connection = next(item for item in simulator.world.connections.values() if item.name == "pay-test")
    connection.conversion_failure = "The service does not like it."
    task = convert(simulator)
    assert task.result["failure"]["code"] == "connections_failed"
    assert "'Web Shop'" in task.result["msg"]
    assert task.result["failure"]["details"]["unread"] == [project_id(simulator, "Web Shop")]


def test_info_warns_once_in_one_sentence(simulator: Simulator) -> None:
    hide(simulator, "Web Shop", "Mobile")
    task = info(simulator)
    assert not task.failed
    (warning,) = task.runtime.warnings
    assert warning.startswith(
        "2 projects could not be read: 'Mobile', 'Web Shop'; nothing is known about their connections ("
    )
    assert {row["project"] for row in task.rows} == {"Payments"}
    assert info(simulator, projects=["Payments"]).runtime.warnings == []


def test_info_doubts_lists_that_are_all_empty(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.project("Lab")
    task = info(simulate(fleet))
    assert not task.failed
    assert task.runtime.warnings == [
        "No connection is shown in 'Lab', which is also what a missing permission looks like."
    ]


def test_a_named_project_that_is_unread_is_refused_unless_it_is_allowed(simulator: Simulator) -> None:
    hide(simulator, "Web Shop")
    names = ["Payments", "Web Shop"]
    refused(simulator, convert(simulator, projects=names), "'Web Shop' could not be read")
    task = convert(simulator, projects=["*o*"], check=True)
    assert task.result["failure"]["code"] == "unread"
    task = convert(simulator, projects=names, allow_unread=["Web Shop"])
    assert not task.failed
    assert federated(simulator) == {"pay-prod", "pay-test"}


# -- plans and what could not be seen ----------------------------------------------------------------------------------
def test_a_plan_holds_what_could_not_be_seen(simulator: Simulator) -> None:
    whole = planned(convert(simulator, check=True))
    assert "unread" not in whole
    hide(simulator, "Web Shop")
    id_, _fault = trim(simulator)
    plan = planned(convert(simulator, check=True))
    assert plan["unread"] == {
        "projects": [project_id(simulator, "Web Shop")],
        "connections": [{"id": id_, "project_id": project_id(simulator, "Mobile")}],
    }
    assert (plan["schema"], whole["schema"]) == (3, 2)
    assert plan["digest"] != whole["digest"]
    assert json.loads(json.dumps(plan)) == plan


def test_a_gap_alone_makes_another_digest(simulate: Simulate) -> None:
    """Nothing is selected in it, so the rows are the same."""
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod")
    fleet.project("Lab")
    simulator = simulate(fleet)
    whole = planned(convert(simulator, check=True))
    hide(simulator, "Lab")
    gap = planned(convert(simulator, check=True))
    assert gap["connections"] == whole["connections"]
    assert gap["digest"] != whole["digest"]
    refused(
        simulator,
        convert(simulator, plan_digest=whole["digest"]),
        "1 project could not be read: 'Lab'",
        code="plan_changed",
    )
    refused(
        simulator,
        convert(simulator, plan=whole),
        "these projects could be read, and now they cannot",
        code="plan_changed",
    )


@pytest.mark.parametrize("way", ["plan", "plan_digest"])
def test_a_plan_with_a_gap_is_carried_out_while_the_gap_is_the_same(simulator: Simulator, way: str) -> None:
    hide(simulator, "Mobile")
    plan = planned(convert(simulator, check=True))
    task = convert(simulator, **{way: plan if way == "plan" else plan["digest"]})
    assert task.result["failure"]["code"] == "unread"
    assert federated(simulator) == ALL - {"mobile-prod"}


def test_what_is_allowed_is_no_part_of_a_plan(simulator: Simulator) -> None:
    hide(simulator, "Mobile")
    plan = planned(convert(simulator, check=True))
    assert planned(convert(simulator, check=True, allow_unread=["Mobile"]))["digest"] == plan["digest"]
    assert not convert(simulator, plan=plan, allow_unread=["Mobile"]).failed


@pytest.mark.parametrize("way", ["plan", "plan_digest"])
def test_a_plan_with_a_gap_is_refused_when_the_gap_is_gone_or_another(simulator: Simulator, way: str) -> None:
    fault = simulator.fault(times=0, path=f"{project_id(simulator, 'Mobile')}{LISTS}", status=403)
    plan = planned(convert(simulator, check=True))
    given: Json = {way: plan if way == "plan" else plan["digest"]}
    fault.times = 1
    convert(simulator, check=True)
    said = ["these projects could not be read, and now they can"] if way == "plan" else ["what could be seen"]
    refused(simulator, convert(simulator, **given), *said, code="plan_changed")
    hide(simulator, "Web Shop")
    refused(simulator, convert(simulator, **given), code="plan_changed")


def test_what_can_be_seen_whole_again_is_another_plan(simulator: Simulator) -> None:
    id_, fault = trim(simulator)
    plan = planned(convert(simulator, check=True))
    fault.times = 1
    convert(simulator, check=True)
    refused(simulator, convert(simulator, plan=plan), f"now they can be seen: {id_}", code="plan_changed")


def test_a_wave_of_a_plan_is_about_its_own_projects(simulator: Simulator) -> None:
    hide(simulator, "Mobile")
    plan = planned(convert(simulator, check=True))
    task = convert(simulator, plan=plan, projects=["Payments"])
    assert not task.failed, task.result["msg"]
    # All are read for the sake of a name, and still only the wave counts.
    task = convert(simulator, plan=plan, projects=["Web Shop"], exclude=["shop-t*"])
    assert "another" not in task.result.get("msg", "")
    assert not task.failed, task.result["msg"]
    assert federated(simulator) == {"pay-prod", "pay-test", "shop-prod"}


@pytest.mark.parametrize(
    "alter", [{"projects": [], "connections": []}, {"projects": []}, [], None, {"projects": [], "connections": [1]}]
)
def test_what_could_not_be_seen_cannot_be_edited_out_of_a_plan(simulator: Simulator, alter: t.Any) -> None:
    hide(simulator, "Mobile")
    plan = planned(convert(simulator, check=True))
    refused(simulator, convert(simulator, plan={**plan, "unread": alter}))
    refused(simulator, convert(simulator, plan={**plan, "unread": {"projects": ["x"], "connections": []}}), "altered")
    without = {name: value for name, value in plan.items() if name != "unread"}
    refused(simulator, convert(simulator, plan=without))
    refused(simulator, convert(simulator, plan={**without, "schema": 2}), "altered")


# -- names that nobody knows -------------------------------------------------------------------------------------------
PAIR = {"issuer": "https://x.example", "subject": "y"}


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"projects": ["Paymentz"]}, ["projects: 'Paymentz' not found", "Did you mean 'Payments'?"]),
        (
            {"projects": ["Payments", "Paymentz", "Mobil"]},
            ["'Payments' instead of 'Paymentz', 'Mobile' instead of 'Mobil'"],
        ),
        ({"connections": ["shop-prd"]}, ["connections: 'shop-prd' not found", "Did you mean 'shop-prod'?"]),
        ({"exclude": ["mobil-prod"]}, ["exclude: 'mobil-prod' not found", "Did you mean 'mobile-prod'?"]),
        ({"exclude": ["mobil-*"]}, ["exclude: 'mobil-*' not found"]),
        ({"projects": ["Pay*", "Lab*"]}, ["projects: 'Lab*' not found"]),
        ({"connections": ["nothing-*"]}, ["connections: 'nothing-*' not found"]),
        ({"connections": ["*github*"]}, ["connections: '*github*' not found"]),
        (
            {"hold_pipelines": ["deploi"]},
            ["hold_pipelines: 'deploi' is none of the pipelines", "Did you mean 'deploy'?"],
        ),
        ({"hold_pipelines": ["deploy", "Payment/12"]}, ["hold_pipelines: 'Payment/12'"]),
        ({"hold_pipelines": ["no*"]}, ["hold_pipelines: 'no*'"]),
        (
            {"federated_credential": {"pairs": [{"connection": "shop-prd", **PAIR}]}},
            ["federated_credential.pairs: 'shop-prd' not found", "Did you mean 'shop-prod'?"],
        ),
        (
            {"federated_credential": {"pairs": [{"connection": "shop-*", **PAIR}]}},
            ["federated_credential.pairs: 'shop-*'"],
        ),
        (
            {"connections": ["pay-prod"], "federated_credential": {"pairs": [{"connection": "pay-manual", **PAIR}]}},
            ["federated_credential.pairs names 'pay-manual'", "not among the selected"],
        ),
        ({"federated_credential": {"pairs": [{"connection": " ", **PAIR}]}}, ["federated_credential.pairs.connection"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("check", [True, False])
def test_a_name_that_nobody_knows_is_refused(
    simulator: Simulator, options: Json, parts: list[str], check: bool
) -> None:
    refused(simulator, convert(simulator, check=check, **options), *parts)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"projects": ["Paymentz"]}, ["Did you mean 'Payments'?"]),
        ({"projects": ["Lab*"]}, ["projects: 'Lab*' not found"]),
        ({"names": ["shop-prd"]}, ["names: 'shop-prd' not found", "Did you mean 'shop-prod'?"]),
        ({"names": ["nothing*"]}, ["names: 'nothing*'"]),
        ({"ids": ["*"]}, ["ids: '*' not found"]),
    ],
    ids=str,
)
def test_so_it_is_with_info(simulator: Simulator, options: Json, parts: list[str]) -> None:
    refused(simulator, info(simulator, **options), *parts)


EMPTY: list[t.Any] = [[""], ["  "], ["None"], [None], "", ["Payments", ""], ["Payments", None], "Payments,,Mobile"]


@pytest.mark.parametrize("entries", EMPTY, ids=str)
@pytest.mark.parametrize("option", ["projects", "connections", "exclude", "allow_unread", "hold_pipelines"])
def test_what_narrows_never_widens(simulator: Simulator, option: str, entries: t.Any) -> None:
    task = convert(simulator, **{option: entries})
    refused(simulator, task, f"{option} contains an empty entry", code="invalid_option")


@pytest.mark.parametrize("entries", EMPTY, ids=str)
@pytest.mark.parametrize("option", ["projects", "names", "ids", "environments"])
def test_what_narrows_never_widens_in_info(simulator: Simulator, option: str, entries: t.Any) -> None:
    refused(simulator, info(simulator, **{option: entries}), f"{option} contains an empty entry")


# -- pipelines that are held -------------------------------------------------------------------------------------------
def ask_not(simulator: Simulator, name: str) -> None:
    connection = next(item for item in simulator.world.connections.values() if item.name == name)
    simulator.fault(times=0, path=f"(?i){connection.id}/executionhistory", status=403)


@pytest.mark.parametrize("options", [{}, {"allow_in_use": True}, {"check": True}], ids=str)
def test_where_one_cannot_be_asked_there_is_always_a_warning(simulator: Simulator, options: Json) -> None:
    ask_not(simulator, "mobile-prod")
    task = convert(simulator, hold_pipelines=["deploi", "ship"], **options)
    (warning,) = [text for text in task.runtime.warnings if "hold_pipelines" in text]
    assert "'deploi' is none of the pipelines that used the selected connections" in warning
    assert "(1 of 5 could not)" in warning
    assert "Did you mean 'deploy'?" in warning
    assert "'ship'" not in warning
    assert task.codes("shop-prod") == ["pipeline_not_ready", "unknown"]


@pytest.mark.parametrize("text", ["deploy", "DEPL*", "12", "payments/12", "Payments/de?loy", "pay*/*"])
def test_a_pattern_holds_too(simulator: Simulator, text: str) -> None:
    task = convert(simulator, hold_pipelines=[text])
    assert not task.failed
    assert task.runtime.warnings == []
    assert federated(simulator) == ALL - {"pay-prod"}


def test_a_part_of_the_organization_does_not_know_the_pipelines_of_the_rest(simulator: Simulator) -> None:
    task = convert(simulator, projects=["Web Shop"], hold_pipelines=["deploy"])
    assert not task.failed
    assert any("hold_pipelines: 'deploy' is none" in text for text in task.runtime.warnings)
    assert federated(simulator) == {"shop-prod", "shop-test"}


def test_a_pipeline_of_what_is_left_alone_anyway_is_known(simulator: Simulator) -> None:
    next(item for item in simulator.world.connections.values() if item.name == "pay-prod").disabled = True
    task = convert(simulator, hold_pipelines=["deploy"])
    assert not task.failed, task.result["msg"]
    assert [text for text in task.runtime.warnings if "hold_pipelines" in text] == []


# -- patterns ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "converted"),
    [
        ({"projects": ["pay*"]}, ["pay-prod", "pay-test"]),
        ({"projects": ["*o*", "Payments"]}, sorted(ALL)),
        ({"projects": ["[MW]*"]}, ["mobile-prod", "shop-prod", "shop-test"]),
        ({"connections": ["*-PROD"]}, ["mobile-prod", "pay-prod", "shop-prod"]),
        ({"connections": ["shop-????", "pay-test"]}, ["pay-test", "shop-prod", "shop-test"]),
        ({"connections": ["*"], "projects": ["Web*"]}, ["shop-prod", "shop-test"]),
        ({"exclude": ["*-prod"]}, ["pay-test", "shop-test"]),
        ({"exclude": ["pay-*", "shop-prod"]}, ["mobile-prod", "shop-test"]),
    ],
    ids=str,
)
def test_patterns_mean_what_they_mean_in_the_inventory(
    simulator: Simulator, options: Json, converted: list[str]
) -> None:
    task = convert(simulator, **options)
    assert not task.failed, task.result["msg"]
    assert sorted(federated(simulator)) == converted


def test_info_takes_them_too(simulator: Simulator) -> None:
    assert info(simulator, names=["*-prod"]).names == ["mobile-prod", "pay-prod", "shop-prod"]
    assert {row["project"] for row in info(simulator, projects=["W*", "mobile"]).rows} == {"Web Shop", "Mobile"}


def test_a_name_with_a_bracket_means_itself(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("Payments")
    fleet.connection(project, "azure[1]")
    fleet.connection(project, "azure1")
    simulator = simulate(fleet)
    convert(simulator, connections=["azure[1]"])
    assert federated(simulator) == {"azure[1]"}


def test_projects_by_pattern_are_those_that_it_means_when_the_plan_is_carried_out(simulator: Simulator) -> None:
    plan = planned(convert(simulator, check=True, projects=["*o*"]))
    assert len(plan["options"]["projects"]) == 2
    task = convert(simulator, projects=["W*", "M*"], plan_digest=plan["digest"])
    assert not task.failed, task.result["msg"]


def test_a_wave_may_be_named_by_a_pattern(simulator: Simulator) -> None:
    plan = planned(convert(simulator, check=True))
    convert(simulator, plan=plan, projects=["W*"])
    assert federated(simulator) == {"shop-prod", "shop-test"}


# -- the journal -------------------------------------------------------------------------------------------------------
def test_a_journal_that_cannot_be_written_stops_before_anything_is_asked(simulator: Simulator, tmp_path: Path) -> None:
    link, own = tmp_path / "link", tmp_path / "own"
    own.touch(mode=0o600)
    link.symlink_to(own)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    for path, why in (
        (tmp_path / "nodir" / "journal", "its folder does not exist"),
        (link, "symbolic link"),
        (fifo, "not a plain file"),
        (tmp_path, "Is a directory"),
    ):
        refused(simulator, convert(simulator, journal=str(path)), f"journal: {path} cannot be used", why)
    assert federated(simulator) == set()


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_is_seen_before_the_first_write(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "journal"
    original = getattr(os, call)

    def full(descriptor: int, *rest: t.Any) -> t.Any:
        if os.path.exists(path) and os.path.samestat(os.fstat(descriptor), os.stat(path)):
            raise OSError(28, "No space left on device")
        return original(descriptor, *rest)

    monkeypatch.setattr(os, call, full)
    refused(
        simulator, convert(simulator, journal=str(path)), f"journal: {path} cannot be used: No space left on device."
    )
    assert path.read_bytes() == b""


def test_a_journal_that_was_tried_is_as_it_was(simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    convert(simulator, connections=["pay-prod"], journal=str(path))
    lines = path.read_text()
    assert " " * 20 not in lines
    convert(simulator, connections=["pay-prod"], journal=str(path))
    assert path.read_text().startswith(lines)


# -- the digest --------------------------------------------------------------------------------------------------------
def test_a_digest_that_is_cut_off_says_how_to_copy_it(simulator: Simulator) -> None:
    digest = planned(convert(simulator, check=True))["digest"]
    for given in (digest[:8], f'"{digest}"', f"{digest}0", digest[:-1], "sha256:" + digest, ""):
        task = convert(simulator, plan_digest=given)
        refused(simulator, task, "which is no digest", "64 characters", "copy the whole line", code="invalid_option")
    assert "it has 8 of the 64 characters" in convert(simulator, plan_digest=digest[:8]).result["msg"]
    assert not convert(simulator, plan_digest=f"  {digest.upper()}\n").failed
    assert federated(simulator) == ALL
