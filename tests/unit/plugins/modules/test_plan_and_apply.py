# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: a plan is made in check mode, approved by people, and applied as it was or not at all."""

from __future__ import annotations

import copy
import json
import re
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, Shared, abbreviated

from simulator import Fleet, Simulator
from simulator.state import Connection, Reference
from unit.plugins._helpers.arm import person
from unit.plugins._helpers.fleets import HOSTILE, WIF, federated, named
from unit.plugins._helpers.tasks import Task, convert

Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]
NAMES = ["azure-a", "azure-b", "azure-c", "azure-d"]
SAFE = re.compile(
    r"[0-9a-f]{64}|[0-9a-f-]{36}|act|exclude|possible|impossible|unknown|workload_identity_federation|service_principal|entra_issuer"
    r"|skip|include|before|after|both|none|create|require|warn|ignore|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
)


def four(**knobs: t.Any) -> Fleet:
    fleet = Fleet(**knobs)
    for number, name in enumerate(NAMES):
        used: Json = {} if number else {"last_used": timedelta(days=2), "definition": (12, "deploy")}
        fleet.connection(fleet.project(f"Project {number % 2}"), name, **used)
    fleet.service_principal("automation", secret="a-made-up-secret-of-the-automation")
    return fleet


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(four())


def planned(simulator: Simulator, **options: t.Any) -> Json:
    """The plan as it comes back from a file."""
    task = convert(simulator, check=True, **options)
    assert not task.failed, task.result["msg"]
    return t.cast(Json, json.loads(json.dumps(task.result["plan"])))


def refused(simulator: Simulator, task: Task, code: str = "plan_changed") -> str:
    """Nothing was changed, and it is said why."""
    assert task.failed
    assert not task.result.get("changed")
    assert [str(item) for item in simulator.writes] == []
    assert task.result["failure"]["code"] == code, task.result["msg"]
    assert task.result["failure"]["remedy"] or code == "invalid_option"
    return t.cast(str, task.result["msg"])


def later(monkeypatch: pytest.MonkeyPatch, simulator: Simulator, **step: float) -> None:
    """The clocks of both sides go forward."""
    simulator.advance(**step)
    monkeypatch.setattr(Runtime, "now", lambda self: datetime.now(timezone.utc) + timedelta(**step))


def texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


# -- the document ------------------------------------------------------------------------------------------------------
def test_only_check_mode_gives_a_plan(simulator: Simulator) -> None:
    task = convert(simulator, check=True)
    assert [item["id"] for item in task.result["plan"]["connections"]] == [row["id"] for row in task.rows]
    assert "plan" not in convert(simulator).result


def test_a_plan_holds_no_text_that_somebody_else_wrote(simulate: Simulate) -> None:
    """Ansible evaluates what it reads from files."""
    fleet = Fleet()
    project, other = fleet.project(f"a {HOSTILE}"), fleet.project(f"b {HOSTILE}")
    fleet.connection(project, HOSTILE, description=HOSTILE, subscription_name=HOSTILE, resource_group=HOSTILE)
    fleet.connection(project, f"shared {HOSTILE}", shared_with=[(other, HOSTILE * 2)])
    fleet.connection(project, f"old {HOSTILE}", scheme=WIF, issuer="azure_devops")
    fleet.connection(project, f"by hand {HOSTILE}", creation_mode="Manual", data={"environment": "AzureChinaCloud"})
    fleet.connection(project, f"converted {HOSTILE}", scheme=WIF, converted_ago=timedelta(days=1))
    simulator = simulate(fleet)
    plans = [
        planned(
            simulator,
            connections=[item.name for item in simulator.world.connections.values()],
            projects=[project.name],
            exclude=[HOSTILE],
            hold_pipelines=[HOSTILE],
            federated_credential={
                "mode": "create",
                "audience": HOSTILE,
                "pairs": [{"connection": f"by hand {HOSTILE}", "issuer": HOSTILE, "subject": HOSTILE}],
            },
        ),
        planned(simulator, connections=[f"converted {HOSTILE}"], to="service_principal", allow_irreversible=False),
    ]
    for plan in plans:
        assert [text for text in texts(plan) if not SAFE.fullmatch(text)] == []
        assert "{" not in "".join(texts(plan))
    assert len(plans[0]["connections"]) == 5


def test_the_invocation_shows_a_plan_by_its_digest_and_size(simulator: Simulator) -> None:
    plan = planned(simulator)
    task = convert(simulator, check=True, plan=plan)
    assert abbreviated(task.runtime.params)["plan"] == {"digest": plan["digest"], "connections": 4}
    batch = convert(simulator, check=True, to="service_principal", batch={"plan": plan})
    assert abbreviated(batch.runtime.params)["batch"]["plan"] == {"digest": plan["digest"], "connections": 4}
    odd = {"digest": "x", "connections": "odd"}
    assert abbreviated({"plan": odd}) == {"plan": {"digest": "x", "connections": None}}
    old = {"digest": "x", "items": plan["connections"]}
    assert abbreviated({"plan": old}) == {"plan": {"digest": "x", "connections": 4}}


# -- one digest for one state of things --------------------------------------------------------------------------------
def everything() -> Fleet:
    """Something of each kind that has an opinion about time or about who asks."""
    fleet = four()
    project, other = fleet.project("Project 0"), fleet.project("Project 1")
    fleet.connection(project, "expired", secret_expires=timedelta(days=-3))
    fleet.connection(project, "running", running=True)
    fleet.connection(project, "used", last_used=timedelta(hours=3), runs=4)
    fleet.connection(project, "shared", shared_with=[other])
    fleet.connection(project, "disabled", enabled=False)
    fleet.connection(project, "by-hand", creation_mode="Manual")
    fleet.connection(project, "multi-tenant", multi_tenant=True)
    fleet.connection(project, "converted", scheme=WIF, converted_ago=timedelta(days=2))
    fleet.connection(project, "old-issuer", scheme=WIF, issuer="azure_devops")
    fleet.connection(project, "stack", environment="AzureStack")
    fleet.extra_secret(fleet.connection(project, "two-secrets"), expires=timedelta(days=-2))
    return fleet


ALL = [*NAMES, "expired", "running", "used", "shared", "disabled", "by-hand", "multi-tenant", "converted"]
ALL += ["old-issuer", "stack", "two-secrets"]


@pytest.mark.parametrize("named_connections", [None, ALL], ids=["script", "named"])
@pytest.mark.parametrize("allow", [True, False])
def test_a_day_later_the_digest_is_the_same(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, named_connections: list[str] | None, allow: bool
) -> None:
    simulator = simulate(everything())
    options: Json = {"connections": named_connections, "allow_irreversible": allow}
    first = planned(simulator, **options)
    later(monkeypatch, simulator, days=1)
    simulator.world.connections[first["connections"][0]["id"]].history.clear()
    second = planned(simulator, **options)
    assert second["digest"] == first["digest"]
    assert second["created"] > first["created"]


def test_the_days_to_go_back_of_what_is_converted_already_are_no_part_of_a_plan(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is done to it: that its deadline passes overnight must not refuse everything else."""
    fleet = four()
    fleet.connection(fleet.project("Project 0"), "converted", scheme=WIF, converted_ago=timedelta(days=6.5))
    simulator = simulate(fleet)
    options: Json = {"connections": [*NAMES, "converted"]}
    first = planned(simulator, **options)
    later(monkeypatch, simulator, days=1)
    assert planned(simulator, **options)["digest"] == first["digest"]


@pytest.mark.parametrize("verify", ["both", "before"])
def test_two_administrators_get_one_digest(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, verify: str) -> None:
    """One with a personal access token, another person with one, and one who can look into Microsoft Entra."""
    fleet = everything()
    second = fleet.caller("Another Administrator", pat="token-of-another-administrator")
    simulator = simulate(fleet)
    digests = {
        "token": planned(simulator, verify=verify)["digest"],
        "another": planned(simulator, verify=verify, personal_access_token=second.pat)["digest"],
        "az login": planned(simulator, verify=verify, **person(simulator, "person", monkeypatch))["digest"],
    }
    assert len(set(digests.values())) == 1, digests


def test_a_pipeline_may_make_the_plan_that_a_person_applies(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service principal cannot convert automatic connections itself, but it is about the same connections."""
    plan = planned(simulator, **person(simulator, "service principal", monkeypatch))
    task = convert(simulator, plan_digest=plan["digest"])
    assert not task.failed, task.result["msg"]
    assert federated(simulator) == set(NAMES)


@pytest.mark.parametrize(
    "options",
    [
        {"concurrency": 1},
        {"concurrency": 64},
        {"wait_timeout": 7},
        {"verify_timeout": 1},
        {"migration_grace": 1},
        {"plan_max_age": 1},
        {"projects": None, "connections": None},
    ],
    ids=str,
)
def test_how_fast_a_run_is_does_not_count(simulator: Simulator, options: Json) -> None:
    assert planned(simulator, **options)["digest"] == planned(simulator)["digest"]


def test_the_order_of_names_does_not_count(simulator: Simulator) -> None:
    ids = [named(simulator, name).id.upper() for name in NAMES]
    options: Json = {"projects": ["Project 0", "Project 1"], "connections": NAMES, "hold_pipelines": ["x", "Y"]}
    other: Json = {"projects": ["project 1", "project 0"], "connections": ids[::-1], "hold_pipelines": ["y", " X"]}
    assert planned(simulator, **options)["digest"] == planned(simulator, **other)["digest"]


def _share(simulator: Simulator, one: Connection) -> None:
    other = next(item for item in simulator.world.projects.values() if item is not one.owning.project)
    simulator.world.set_references(one, [*one.references, Reference(other, "another")])


def _unsecret(simulator: Simulator, one: Connection) -> None:
    application = simulator.world.directory.application(one.parameter("serviceprincipalid"))
    assert application is not None
    for password in application.passwords:
        password.ends = simulator.clock.now() - timedelta(hours=1)


CHANGES: dict[str, t.Callable[[Simulator, Connection], t.Any]] = {
    "share": _share,
    "secret expired": _unsecret,
    "disabled": lambda simulator, one: setattr(one, "disabled", True),
    "scheme": lambda simulator, one: setattr(one, "scheme", WIF),
    "subject": lambda simulator, one: simulator.fleet.federate(one),
    "renamed": lambda simulator, one: setattr(one.owning, "name", "azure-new"),
    "application": lambda simulator, one: one.parameters.update(serviceprincipalid="0" * 36),
    "creation mode": lambda simulator, one: one.data.update(creationMode="Manual"),
    "scope": lambda simulator, one: one.data.update(subscriptionId="another"),
    "deleted": lambda simulator, one: simulator.world.remove_connection(one),
}


@pytest.mark.parametrize("how", list(CHANGES))
def test_what_an_approval_rests_on_changes_the_digest(simulator: Simulator, how: str) -> None:
    """And a run under the digest refuses everything, saying what it is now."""
    known = planned(simulator)["digest"]
    CHANGES[how](simulator, named(simulator, NAMES[2]))
    now = planned(simulator)["digest"]
    assert now != known
    said = refused(simulator, convert(simulator, plan_digest=known))
    assert now in said
    assert known in said


BEHAVIOUR: list[Json] = [
    {"shared": "include"},
    {"include_disabled": True},
    {"allow_in_use": True},
    {"allow_irreversible": False},
    {"attempt_as_non_user": True},
    {"revert_on_failure": True},
    {"max_failures": 0},
    {"max_failures": 1},
    {"verify": "none"},
    {"verify": "after"},
    {"verify": "before"},
    {"hold_pipelines": ["12"]},
    {"federated_credential": {"mode": "create"}},
    {"federated_credential": {"mode": "require"}},
    {"federated_credential": {"mode": "create", "probe": True}},
    {"federated_credential": {"mode": "create", "audience": "api://Another"}},
    {"federated_credential": {"pairs": [{"connection": NAMES[0], "issuer": "https://x.example", "subject": "y"}]}},
]


def test_each_option_of_behaviour_has_a_digest_of_its_own(simulator: Simulator) -> None:
    found = [planned(simulator, **options)["digest"] for options in [{}, *BEHAVIOUR]]
    assert len(set(found)) == len(found)


def test_projects_and_exclusions_have_a_digest_of_their_own(simulator: Simulator) -> None:
    many: list[Json] = [
        {},
        {"projects": ["Project 0"]},
        {"projects": ["Project 0", "Project 1"]},
        {"connections": NAMES[:2]},
        {"exclude": [NAMES[0]]},
        {"exclude": NAMES[:2]},
        {"projects": []},
        {"connections": []},
    ]
    found = {planned(simulator, **options)["digest"] for options in many}
    # Nothing in no project, and nothing in all of them, are two promises.
    assert len(found) == len(many)


# -- plan_digest -------------------------------------------------------------------------------------------------------
def test_a_run_under_its_digest_does_what_was_planned(simulator: Simulator) -> None:
    task = convert(simulator, plan_digest=planned(simulator)["digest"].upper())
    assert set(task.statuses.values()) == {"converted"}
    assert federated(simulator) == set(NAMES)


def test_a_run_under_a_digest_that_is_done_says_so_unless_its_journal_remembers(
    simulator: Simulator, tmp_path: Path
) -> None:
    journal = str(tmp_path / "journal")
    digest = planned(simulator)["digest"]
    convert(simulator, plan_digest=digest, journal=journal)
    simulator.forget()
    refused(simulator, convert(simulator, plan_digest=digest))
    again = convert(simulator, plan_digest=digest, journal=journal)
    assert not again.failed
    assert not again.result["changed"]
    assert simulator.writes == []


@pytest.mark.parametrize("stop_after", range(1, 5))
def test_an_interrupted_run_under_a_digest_goes_on_with_its_journal(
    simulator: Simulator, tmp_path: Path, stop_after: int
) -> None:
    journal, loop, seen = str(tmp_path / "journal"), Shared(), []
    digest = planned(simulator)["digest"]

    def stop(record: t.Any, moment: str) -> None:
        if moment == "applied" and record.write:
            seen.append(record)
            if len(seen) == stop_after:
                loop.stop.set()

    simulator.observe(stop)
    convert(simulator, plan_digest=digest, journal=journal, concurrency=1, loop=loop)
    assert len(federated(simulator)) == stop_after
    task = convert(simulator, plan_digest=digest, journal=journal)
    assert not task.failed, task.result["msg"]
    assert federated(simulator) == set(NAMES)
    assert len(simulator.writes) == len(NAMES)


def test_check_mode_compares_the_digest_too(simulator: Simulator) -> None:
    known = planned(simulator)["digest"]
    assert planned(simulator, plan_digest=known)["digest"] == known
    refused(simulator, convert(simulator, check=True, plan_digest="0" * 64))


@pytest.mark.parametrize("text", ["", "abc", "0" * 63, "g" * 64, "None", "sha256:" + "0" * 64])
def test_a_malformed_digest_is_refused_before_anything_is_asked(simulator: Simulator, text: str) -> None:
    assert "no digest" in refused(simulator, convert(simulator, plan_digest=text), "invalid_option")
    assert simulator.requests == []


@pytest.mark.parametrize("options", BEHAVIOUR, ids=str)
def test_another_option_than_planned_does_not_run_under_the_digest(simulator: Simulator, options: Json) -> None:
    refused(simulator, convert(simulator, plan_digest=planned(simulator)["digest"], **options))


# -- plan --------------------------------------------------------------------------------------------------------------
def test_a_plan_is_applied_as_it_was(simulator: Simulator) -> None:
    plan = planned(simulator)
    task = convert(simulator, plan=plan)
    assert set(task.statuses.values()) == {"converted"}
    simulator.forget()
    again = convert(simulator, plan=plan)
    assert set(again.statuses.values()) == {"unchanged"}
    assert not again.result["changed"]
    assert simulator.writes == []


def test_a_plan_is_applied_by_another_person(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    task = convert(simulator, plan=planned(simulator), **person(simulator, "person", monkeypatch))
    assert set(task.statuses.values()) == {"converted"}


def test_check_mode_shows_the_plan_that_it_was_given(simulator: Simulator) -> None:
    plan = planned(simulator)
    task = convert(simulator, check=True, plan=plan)
    assert task.result["plan"] == plan
    assert set(task.statuses.values()) == {"would_convert"}


def test_what_came_after_the_plan_is_not_touched(simulator: Simulator) -> None:
    plan = planned(simulator)
    fleet = simulator.fleet
    fleet.connection(fleet.project("Project 0"), "newcomer")
    fleet.connection(fleet.project("Project 2"), "newcomer-elsewhere")
    task = convert(simulator, plan=plan)
    assert sorted(task.names) == NAMES
    assert federated(simulator) == set(NAMES)


@pytest.mark.parametrize(
    "how", [how for how in CHANGES if how not in ("deleted", "secret expired", "scheme", "subject")]
)
def test_what_moved_since_the_plan_is_left_alone_and_the_others_go_on(simulator: Simulator, how: str) -> None:
    plan = planned(simulator, shared="include", include_disabled=True)
    one = named(simulator, NAMES[2])
    CHANGES[how](simulator, one)
    task = convert(simulator, plan=plan, shared="include", include_disabled=True)
    row = next(row for row in task.rows if row["id"] == one.id)
    assert row["status"] == "skipped"
    assert "changed_since_plan" in [reason["code"] for reason in row["reasons"] if reason["effect"] == "blocks"]
    assert one.scheme != WIF
    assert federated(simulator) == set(NAMES) - {NAMES[2]}


def test_what_moves_while_the_plan_is_applied_is_left_alone(simulator: Simulator) -> None:
    """The fresh read decides, not the list."""
    plan = planned(simulator, shared="include")
    one = named(simulator, NAMES[3])

    def edit(record: t.Any, moment: str) -> None:
        if record.write and moment == "applied" and len(one.references) == 1:
            _share(simulator, one)

    simulator.observe(edit)
    task = convert(simulator, plan=plan, shared="include", concurrency=1)
    assert task.by_name[NAMES[3]]["status"] == "skipped"
    assert "changed_since_plan" in task.codes(NAMES[3])
    assert federated(simulator) == set(NAMES[:3])


def test_what_is_at_the_target_already_is_unchanged(simulator: Simulator) -> None:
    plan = planned(simulator)
    convert(simulator, connections=[NAMES[1]])
    task = convert(simulator, plan=plan)
    assert task.statuses == {**dict.fromkeys(NAMES, "converted"), NAMES[1]: "unchanged"}


def test_what_is_gone_is_a_warning(simulator: Simulator) -> None:
    plan = planned(simulator)
    one = named(simulator, NAMES[1])
    simulator.world.remove_connection(one)
    task = convert(simulator, plan=plan)
    assert not task.failed
    assert set(task.statuses) == set(NAMES) - {NAMES[1]}
    assert set(task.statuses.values()) == {"converted"}
    assert any(one.id in text and "1 connections of the plan" in text for text in task.runtime.warnings)


def test_a_row_that_the_plan_leaves_alone_stays_alone(simulate: Simulate) -> None:
    """Whoever approved it saw that nothing would be done to it."""
    fleet = four()
    one = fleet.connection(fleet.project("Project 0"), "expired", secret_expires=timedelta(days=-1))
    simulator = simulate(fleet)
    plan = planned(simulator, allow_irreversible=False)
    assert next(item for item in plan["connections"] if item["id"] == one.id)["action"] is False
    application = simulator.world.directory.application(one.parameter("serviceprincipalid"))
    assert application is not None
    application.passwords[0].ends = simulator.clock.now() + timedelta(days=30)
    task = convert(simulator, plan=plan, allow_irreversible=False)
    assert task.by_name["expired"]["status"] == "skipped"
    assert federated(simulator) == set(NAMES)


def test_a_row_that_the_plan_leaves_alone_keeps_its_reason(simulate: Simulate) -> None:
    """It has not changed, so a new plan would change nothing either."""
    fleet = four()
    fleet.connection(fleet.project("Project 0"), "expired", secret_expires=timedelta(days=-1))
    simulator = simulate(fleet)
    task = convert(simulator, plan=planned(simulator, allow_irreversible=False), allow_irreversible=False)
    codes = {reason["code"] for reason in task.by_name["expired"]["reasons"] if reason["effect"] == "blocks"}
    assert codes == {"irreversible"}


def test_a_row_that_was_not_ready_when_it_was_planned_stays_alone(simulate: Simulate) -> None:
    fleet = four()
    one = fleet.connection(fleet.project("Project 0"), "broken", state="failed", status_message="something")
    simulator = simulate(fleet)
    plan = planned(simulator, connections=[*NAMES, "broken"])
    assert next(item for item in plan["connections"] if item["id"] == one.id)["action"] is False
    one.status.state, one.ready = "Ready", True
    task = convert(simulator, plan=plan)
    assert task.by_name["broken"]["status"] == "skipped"
    assert federated(simulator) == set(NAMES)


def test_a_row_that_was_approved_with_a_way_back_is_not_converted_without_one(simulator: Simulator) -> None:
    """Its secret expired after the approval: under plan_digest this refuses everything, under plan it is that row."""
    plan = planned(simulator)
    one = named(simulator, NAMES[2])
    assert next(item for item in plan["connections"] if item["id"] == one.id)["rollback"] == "possible"
    _unsecret(simulator, one)
    task = convert(simulator, plan=plan)
    assert task.by_name[NAMES[2]]["status"] == "skipped"
    assert "changed_since_plan" in task.codes(NAMES[2])
    assert federated(simulator) == set(NAMES) - {NAMES[2]}


# -- exclusions --------------------------------------------------------------------------------------------------------
def test_what_is_excluded_has_a_row_and_stays_as_it_is(simulator: Simulator) -> None:
    task = convert(simulator, exclude=[NAMES[0], named(simulator, NAMES[3]).id])
    assert task.statuses == {**dict.fromkeys(NAMES, "converted"), NAMES[0]: "skipped", NAMES[3]: "skipped"}
    assert task.codes(NAMES[0]) == ["excluded"]
    assert federated(simulator) == {NAMES[1], NAMES[2]}


def test_the_decisions_of_a_plan_are_carried_out(simulator: Simulator) -> None:
    plan = planned(simulator, exclude=[NAMES[0]])
    decisions = {item["id"]: item["decision"] for item in plan["connections"]}
    assert decisions[named(simulator, NAMES[0]).id] == "exclude"
    assert sorted(decisions.values()) == ["act", "act", "act", "exclude"]
    task = convert(simulator, plan=plan)
    assert "excluded" in task.codes(NAMES[0])
    assert federated(simulator) == set(NAMES[1:])


def test_a_plan_can_be_narrowed_further_but_not_widened(simulator: Simulator) -> None:
    plan = planned(simulator, exclude=[NAMES[0]])
    convert(simulator, plan=plan, exclude=[NAMES[1]])
    assert federated(simulator) == set(NAMES[2:])


def test_a_digest_with_exclusions_needs_them_again(simulator: Simulator) -> None:
    digest = planned(simulator, exclude=[NAMES[0]])["digest"]
    refused(simulator, convert(simulator, plan_digest=digest))
    assert not convert(simulator, plan_digest=digest, exclude=[NAMES[0]]).failed
    assert federated(simulator) == set(NAMES[1:])


@pytest.mark.parametrize("exclude", [["nobody"], [""], ["azure-a", "nobody"]])
def test_an_exclusion_of_nothing_is_an_error(simulator: Simulator, exclude: list[str]) -> None:
    task = convert(simulator, exclude=exclude)
    assert task.failed
    assert "exclude" in task.result["msg"]
    assert simulator.writes == []


# -- what is no plan of this task --------------------------------------------------------------------------------------
def _items(plan: Json) -> Json:
    return t.cast(Json, plan["connections"][1])


ALTERATIONS: dict[str, t.Callable[[Json, Simulator], t.Any]] = {
    "id": lambda plan, simulator: _items(plan).update(id=plan["connections"][0]["id"]),
    "upper case": lambda plan, simulator: _items(plan).update(id=_items(plan)["id"].upper()),
    "project": lambda plan, simulator: _items(plan).update(project_id="0" * 36),
    "action": lambda plan, simulator: _items(plan).update(action=False),
    "action as text": lambda plan, simulator: _items(plan).update(action="True"),
    "rollback": lambda plan, simulator: _items(plan).update(rollback="impossible"),
    "decision": lambda plan, simulator: _items(plan).update(decision="exclude"),
    "fingerprint": lambda plan, simulator: _items(plan).update(fingerprint="0" * 64),
    "more": lambda plan, simulator: plan["connections"].append({**_items(plan), "id": "0" * 36}),
    "twice": lambda plan, simulator: plan["connections"].insert(0, {**_items(plan), "decision": "exclude"}),
    "less": lambda plan, simulator: plan["connections"].pop(),
    "organization": lambda plan, simulator: plan.update(organization_id="0" * 36),
    "digest": lambda plan, simulator: plan.update(digest="0" * 64),
    "flag as text": lambda plan, simulator: plan["options"].update(include_disabled="False"),
    "flag as number": lambda plan, simulator: plan["options"].update(include_disabled=0),
    "none as text": lambda plan, simulator: plan["options"].update(max_failures=""),
    "options": lambda plan, simulator: plan["options"].update(shared="include"),
    "projects": lambda plan, simulator: plan["options"].update(projects=[]),
}


@pytest.mark.parametrize("how", list(ALTERATIONS))
def test_an_altered_plan_is_refused(simulator: Simulator, how: str) -> None:
    plan = planned(simulator)
    ALTERATIONS[how](plan, simulator)
    refused(simulator, convert(simulator, plan=plan))
    refused(simulator, convert(simulator, to="service_principal", batch={"plan": plan}))


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"connections": []},
        {"digest": "0" * 64},
        {"connections": [1], "options": {}, "organization_id": "x", "schema": 2},
        {"connections": [], "options": {}, "organization_id": "x", "schema": 3},
        {"connections": [], "options": {}, "organization_id": "x", "schema": 3, "unread": {"projects": []}},
        {
            "connections": [],
            "options": {},
            "organization_id": "x",
            "schema": 3,
            "unread": {"projects": [], "connections": [1]},
        },
    ],
    ids=str,
)
def test_something_else_is_no_plan(simulator: Simulator, plan: Json) -> None:
    assert "no plan of this module" in refused(simulator, convert(simulator, plan=plan), "invalid_option")
    assert simulator.requests == []


OLD: dict[str, t.Callable[[Json], Json]] = {
    "of the version before": lambda plan: {"schema": 1, "items": plan.pop("connections")},
    "schema as text": lambda plan: {"schema": "1"},
    "items alone": lambda plan: {"items": plan.pop("connections")},
    "items too": lambda plan: {"items": plan["connections"]},
}


@pytest.mark.parametrize("option", ["plan", "batch.plan"])
@pytest.mark.parametrize("how", list(OLD))
def test_a_plan_of_the_old_schema_is_told_from_what_is_no_plan(simulator: Simulator, how: str, option: str) -> None:
    """It was a good one, so it is said what it is and what to do, and its connections are not shown."""
    plan = planned(simulator)
    plan.update(OLD[how](plan))
    simulator.forget()
    options: Json = {"plan": plan} if option == "plan" else {"to": "service_principal", "batch": {"plan": plan}}
    said = refused(simulator, convert(simulator, **options), "invalid_option")
    assert said.startswith(
        f"{option} was made by an older version of this collection, in a form that this version does not read. "
    )
    assert (
        "Make a new plan with the playbook azdo.connections.plan, or with this module in check mode. Nothing was changed."
        in said
    )
    assert ("taken back with batch.journal, connections or revert_all" in said) == (option == "batch.plan")
    assert simulator.requests == []


def test_a_whole_result_is_no_plan(simulator: Simulator) -> None:
    result = convert(simulator, check=True).result
    simulator.forget()
    refused(simulator, convert(simulator, plan=json.loads(json.dumps(result))), "invalid_option")


@pytest.mark.parametrize("options", BEHAVIOUR, ids=str)
def test_another_option_than_planned_is_named(simulator: Simulator, options: Json) -> None:
    said = refused(simulator, convert(simulator, plan=planned(simulator), **options))
    assert f"another {next(iter(options))} than this task has" in said


@pytest.mark.parametrize("options", BEHAVIOUR, ids=str)
def test_an_option_of_the_plan_that_the_task_lacks_is_named(simulator: Simulator, options: Json) -> None:
    said = refused(simulator, convert(simulator, plan=planned(simulator, **options)))
    assert f"another {next(iter(options))} than this task has" in said


def test_a_plan_to_convert_does_not_revert(simulator: Simulator) -> None:
    plan = planned(simulator, allow_irreversible=False)
    said = refused(simulator, convert(simulator, plan=plan, to="service_principal"))
    assert "another to than this task has" in said


@pytest.mark.parametrize("options", [{}, {"projects": ["Project 0"]}], ids=["everything", "a project"])
def test_a_plan_of_another_organization_is_refused(simulate: Simulate, options: Json) -> None:
    """Whatever else there may be wrong with it over there."""
    plan = planned(simulate(four()), **options)
    simulator = simulate(four(organization="fabrikam"))
    assert "another organization" in refused(simulator, convert(simulator, plan=plan))


def test_a_plan_of_another_organization_is_no_batch(simulate: Simulate) -> None:
    """None of its connections is here: to call that done would be a lie."""
    plan = planned(simulate(four()))
    simulator = simulate(four(organization="fabrikam"))
    said = refused(simulator, convert(simulator, to="service_principal", batch={"plan": plan}))
    assert "another organization" in said


@pytest.mark.parametrize(("hours", "age", "good"), [(71, 72, True), (73, 72, False), (2, 1, False), (100, 200, True)])
def test_a_plan_that_is_too_old_is_refused(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, hours: int, age: int, good: bool
) -> None:
    plan = planned(simulator)
    later(monkeypatch, simulator, hours=hours)
    task = convert(simulator, plan=plan, plan_max_age=age)
    if good:
        assert not task.failed
        assert federated(simulator) == set(NAMES)
    else:
        assert f"plan_max_age ({age} hours)" in refused(simulator, task)


def test_a_plan_of_some_projects_brings_them_along(simulator: Simulator) -> None:
    plan = planned(simulator, projects=["Project 1"])
    task = convert(simulator, plan=plan)
    assert not task.failed, task.result["msg"]
    assert federated(simulator) == {NAMES[1], NAMES[3]}
    assert not any("Project 0" in record.path for record in simulator.requests)


def test_a_plan_to_revert_is_applied(simulator: Simulator) -> None:
    convert(simulator)
    plan = planned(simulator, to="service_principal", revert_all=True)
    simulator.forget()
    task = convert(simulator, to="service_principal", plan=plan)
    assert set(task.statuses.values()) == {"reverted"}
    assert federated(simulator) == set()


@pytest.mark.parametrize(
    "options",
    [
        {"connections": NAMES},
        {"plan_digest": "0" * 64},
        {"to": "service_principal", "revert_all": True},
        {"to": "service_principal", "batch": {"journal": "/nonexistent"}},
    ],
    ids=str,
)
def test_a_plan_stands_alone(simulator: Simulator, options: Json) -> None:
    plan = planned(simulator)
    simulator.forget()
    assert "exclude each other" in refused(simulator, convert(simulator, plan=plan, **options), "invalid_option")
    assert simulator.requests == []


# -- batches -----------------------------------------------------------------------------------------------------------
def test_a_batch_by_plan_takes_back_what_it_planned(simulator: Simulator) -> None:
    plan = planned(simulator, exclude=[NAMES[0]])
    convert(simulator)
    task = convert(simulator, to="service_principal", batch={"plan": plan})
    assert set(task.statuses) == set(NAMES[1:])
    assert set(task.statuses.values()) == {"reverted"}
    assert federated(simulator) == {NAMES[0]}


def test_a_batch_by_plan_does_not_mind_options_and_age(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way back must not fail on formalities."""
    plan = planned(simulator, max_failures=3)
    convert(simulator, plan=plan, max_failures=3)
    later(monkeypatch, simulator, days=5)
    assert set(convert(simulator, to="service_principal", batch={"plan": plan}).statuses.values()) == {"reverted"}


def test_a_batch_by_journal_takes_back_what_was_converted(simulator: Simulator, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal")
    convert(simulator, connections=NAMES[:1])
    convert(simulator, connections=NAMES[1:3], journal=journal)
    task = convert(simulator, to="service_principal", batch={"journal": journal})
    assert set(task.statuses) == set(NAMES[1:3])
    assert set(task.statuses.values()) == {"reverted"}
    assert federated(simulator) == {NAMES[0]}


def test_a_batch_is_limited_to_projects(simulator: Simulator) -> None:
    plan = planned(simulator)
    convert(simulator)
    task = convert(simulator, to="service_principal", batch={"plan": plan}, projects=["Project 0"])
    assert set(task.statuses) == {NAMES[0], NAMES[2]}
    assert federated(simulator) == {NAMES[1], NAMES[3]}


@pytest.mark.parametrize("batch", [{}, {"plan": None}, {"journal": ""}, {"plan": {}, "journal": "x"}], ids=str)
def test_a_batch_is_one_of_the_two(simulator: Simulator, batch: Json) -> None:
    refused(simulator, convert(simulator, to="service_principal", batch=batch), "invalid_option")
    assert simulator.requests == []


def test_a_journal_that_is_not_there_is_an_error_and_not_an_empty_batch(simulator: Simulator, tmp_path: Path) -> None:
    convert(simulator)
    simulator.forget()
    task = convert(simulator, to="service_principal", batch={"journal": str(tmp_path / "mistyped")})
    refused(simulator, task, "invalid_option")


def test_a_document_is_not_changed_by_being_applied(simulator: Simulator) -> None:
    plan = planned(simulator)
    before = copy.deepcopy(plan)
    convert(simulator, plan=plan)
    assert plan == before
