# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection and who may use the connection: pipelines by name, roles, checks; what is wrong is refused before anything is written."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._manage import access

from simulator import Fleet, Recorded, Simulator
from simulator.state import Connection
from unit.plugins._helpers.arm import CLIENT, SUBSCRIPTION, arm_fleet
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]

TEAM, OTHERS = "[Payments]\\Deployers", "[contoso]\\Release Managers"
NEW: Json = {
    "project": "Payments",
    "name": "azure-new",
    "scheme": "managed_identity",
    "scope": {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
    "managed_identity": {"tenant_id": "5a1d2c3b-0000-4000-8000-0000000000aa"},
}
GATE: Json = {"kind": "approval", "approvers": [TEAM], "minimum_approvers": 1, "instructions": "Look twice"}
MAIN: Json = {"kind": "branch_control", "branches": ["refs/heads/main"], "protected_branches_only": True}


def world(**options: t.Any) -> Fleet:
    fleet = arm_fleet(**options)
    payments = fleet.project("Payments")
    for name, folder in (("deploy", "\\"), ("build", "\\"), ("build", "\\next\\a"), ("a/b", "\\")):
        fleet.yaml_pipeline(payments, name, "steps: []", folder=folder)
    fleet.yaml_pipeline(fleet.project("Web Shop"), "shop", "steps: []")
    ann = fleet.caller("Ann Example", mail="ann@contoso.example")
    fleet.caller("Kim Twin", mail="kim.1@contoso.example")
    fleet.caller("kim twin", mail="kim.2@contoso.example")
    fleet.group(TEAM, [ann])
    fleet.group(OTHERS)
    return fleet


def there(fleet: Fleet, **options: t.Any) -> Connection:
    """A manual connection."""
    usual: Json = {"creation_mode": "Manual", "subscription_id": SUBSCRIPTION, "client_id": CLIENT}
    return fleet.connection(
        fleet.project("Payments"), "azure-wif", scheme="WorkloadIdentityFederation", **{**usual, **options}
    )


def change(simulator: Simulator, **options: t.Any) -> Task:
    return manage(simulator, project="Payments", name="azure-wif", **options)


def pipeline_id(fleet: Fleet, name: str, folder: str = "\\") -> int:
    found = [item for item in fleet.world.pipelines.definitions.values() if (item.name, item.folder) == (name, folder)]
    return int(found[0].id)


def again_writes_nothing(simulator: Simulator, run: t.Callable[[], Task]) -> None:
    simulator.forget()
    task = run()
    assert not task.failed, task.result
    assert task.result["changed"] is False
    assert simulator.writes == []


def targets(simulator: Simulator) -> list[str]:
    """The writes in their order, in words."""
    words = {
        "checks/configurations": "check",
        "pipelinepermissions": "permission",
        "securityroles": "role",
        "endpoints": "connection",
    }
    return [
        f"{record.method} {next(word for part, word in words.items() if part in record.path.lower())}"
        for record in simulator.writes
    ]


# -- pipelines by name -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("called", "name", "folder"),
    [
        ("deploy", "deploy", "\\"),
        (" Deploy ", "deploy", "\\"),
        ("\\deploy", "deploy", "\\"),
        ("/build", "build", "\\"),
        ("\\next\\a\\build", "build", "\\next\\a"),
        ("next/a/Build", "build", "\\next\\a"),
        ("a/b", "a/b", "\\"),
    ],
)
def test_a_pipeline_is_permitted_by_its_name_or_path(simulate: Simulate, called: str, name: str, folder: str) -> None:
    fleet = world()
    connection = there(fleet)
    simulator = simulate(fleet)
    task = change(simulator, authorized_pipelines=[called])
    assert not task.failed, task.result
    wanted = pipeline_id(fleet, name, folder)
    assert connection.permissions[fleet.project("Payments").id].pipelines.keys() == {wanted}
    again_writes_nothing(simulator, lambda: change(simulator, authorized_pipelines=[wanted]))


@pytest.mark.parametrize(
    ("called", "told"),
    [
        ("build", r"several pipelines of 'Payments' are called: \\build (ID), \\next\\a\\build (ID)"),
        ("deplyo", "no pipeline of 'Payments' is called that this caller sees. Did you mean 'deploy'?"),
        ("\\elsewhere\\deploy", "no pipeline of 'Payments' is called that this caller sees."),
        ("shop", "no pipeline of 'Payments' is called that this caller sees."),
        ("dep*", "which is a pattern"),
        (True, "has 'True', which is no pipeline"),
        (" ", "has an empty entry"),
        ("None", "has 'None', which names nothing"),
        (0, "has '0', which is no id of a pipeline"),
        (-3, "has '-3', which is no id of a pipeline"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_pipeline_that_is_not_the_one_is_refused_before_anything_is_written(
    simulate: Simulate, called: t.Any, told: str, check: bool
) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    task = change(simulator, description="other", authorized_pipelines=["deploy", called], check=check)
    assert task.failed
    for name in told.replace("\\\\", "\\").split("(ID)"):
        assert name.strip(", ") in task.result["msg"]
    assert "authorized_pipelines" in task.result["msg"]
    assert simulator.writes == []


# -- roles -------------------------------------------------------------------------------------------------------------
def roles_of(fleet: Fleet, connection: Connection, project: str = "Payments") -> dict[str, str]:
    return {
        item.caller.display_name: item.role
        for item in connection.roles.get(fleet.project(project).id, [])
        if not item.inherited
    }


def test_roles_are_given_exactly_and_once(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    fleet.role(connection, fleet.caller("Old Hand"), "User")
    wanted = [
        {"role": "administrator", "identity": TEAM},
        {"role": "administrator", "identity": fleet.user.unique_name},
        {"role": "user", "identity": "ann@contoso.example"},
        {"role": "reader", "identity": "kim.1@contoso.example"},
    ]
    simulator = simulate(fleet, role_lag_reads=1)
    foretold = change(simulator, roles=wanted, check=True)
    assert foretold.result["changed"] is True
    assert simulator.writes == []
    task = change(simulator, roles=wanted)
    assert not task.failed, task.result
    assert roles_of(fleet, connection) == {
        TEAM: "Administrator",
        "Ann Example": "User",
        "Kim Twin": "Reader",
        fleet.user.display_name: "Administrator",
    }
    assert task.result["diff"] == foretold.result["diff"]
    assert f"{TEAM}: administrator" in task.result["diff"]["after"]
    again_writes_nothing(simulator, lambda: change(simulator, roles=wanted))
    change(simulator, roles=[{"role": "user", "identity": OTHERS}], append_roles=True)
    assert len(roles_of(fleet, connection)) == 5


def test_who_administers_it_alone_is_not_taken_away(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet, inherits=False)
    fleet.role(connection, fleet.user, "Administrator")
    simulator = simulate(fleet)
    task = change(simulator, description="other", roles=[{"role": "user", "identity": TEAM}])
    assert task.result["failure"]["code"] == "no_administrator"
    assert "roles would leave the connection without an administrator in 'Payments'" in task.result["msg"]
    assert simulator.writes == []


def test_the_own_right_goes_last_and_that_is_said(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet, inherits=False, shared_with=[fleet.project("Web Shop")])
    for project in ("Payments", "Web Shop"):
        fleet.role(connection, fleet.user, "Administrator", project=fleet.project(project))
    simulator = simulate(fleet)
    task = change(
        simulator,
        roles=[{"role": "administrator", "identity": TEAM}],
        checks=[MAIN],
        authorized_pipelines=["deploy"],
        append_shares=True,
        shared_with=[{"project": "Web Shop", "authorized_pipelines": ["shop"]}],
    )
    assert not task.failed, task.result
    assert targets(simulator) == ["POST check", "PATCH permission", "PATCH permission", "PUT role", "PATCH role"]
    assert roles_of(fleet, connection) == {TEAM: "Administrator"}
    assert roles_of(fleet, connection, "Web Shop") == {fleet.user.display_name: "Administrator"}
    assert any("away from this caller" in text for text in task.runtime.warnings)


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ("Kim Twin", "which is what 2 people or groups are called: Kim Twin (kim.1@contoso.example, "),
        ("Nobody Here", "this organization knows nobody by"),
        ("aaaaaaaa-0000-4000-8000-00000000dead", "this organization knows nobody by"),
        ("", "has an empty entry"),
        ("null", "names nothing"),
        ("[]", "names nothing"),
    ],
)
def test_somebody_who_is_not_one_person_is_refused(simulate: Simulate, identity: str, told: str) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    for options in (
        {"roles": [{"role": "user", "identity": identity}]},
        {"checks": [{"kind": "approval", "approvers": [TEAM, identity]}]},
    ):
        if identity in ("", "null", "[]") and "checks" in options:
            continue
        task = change(simulator, description="other", **options)
        assert told in task.result["msg"]
        assert next(iter(options)) in task.result["msg"]
        assert simulator.writes == []


def test_who_has_more_by_a_right_of_the_project_keeps_it_and_that_is_said(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    ann = next(item for item in fleet.world.callers.values() if item.display_name == "Ann Example")
    fleet.role(connection, ann, "Administrator", inherited=True)
    simulator = simulate(fleet)
    task = change(simulator, roles=[{"role": "reader", "identity": "Ann Example"}], append_roles=True)
    assert not task.failed, task.result
    told = "By a right of the project, which roles does not change in 'Payments': Ann Example is administrator there, not reader."
    assert told in task.runtime.warnings


def test_an_id_that_is_no_pipeline_which_anybody_sees_is_permitted_and_said(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    blind = fleet.caller("Blind", pat="a-made-up-token-of-blind", reads_pipelines=False)
    simulator = simulate(fleet)
    number = pipeline_id(fleet, "deploy")
    task = change(simulator, authorized_pipelines=["deploy", str(number), "4711"], check=True)
    told = "authorized_pipelines of 'Payments' has 4711, and this caller sees no such pipeline there: an id is permitted all the same."
    assert task.runtime.warnings == [told]
    simulator.forget()
    new = manage(simulator, **{**NEW, "authorized_pipelines": ["4711"]})
    assert not new.failed, new.result
    assert sum("build/definitions" in record.path for record in simulator.requests) == 1, "asked once"
    assert not change(simulator, authorized_pipelines=[str(number), "4711"]).failed
    # Said once: what is permitted is not looked up again.
    assert change(simulator, authorized_pipelines=[str(number), "4711"]).runtime.warnings == []
    who = {"personal_access_token": blind.pat}
    unread = change(simulator, **who, authorized_pipelines=["4712"])
    assert any("could not be looked up" in text for text in unread.runtime.warnings)
    simulator.forget()
    named = change(simulator, **who, authorized_pipelines=["deploy"])
    assert "this caller may not look up the pipelines of 'Payments'" in named.result["msg"]
    assert "vso.build" in named.result["msg"]
    assert simulator.writes == []


def test_what_is_never_found_is_not_asked_for_as_long_as_everything_else(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    simulator.fault(method="PATCH", path="pipelinepermissions", status=404, body={"message": "not here"}, times=0)
    monkeypatch.setattr(access, "_NEW_SECONDS", 0.0)
    assert change(simulator, authorized_pipelines=["deploy"]).failed
    assert targets(simulator) == ["PATCH permission"]


def test_nobody_is_named_twice(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    twice = [{"role": "user", "identity": "Ann Example"}, {"role": "reader", "identity": "ann@contoso.example"}]
    assert "roles names 'Ann Example' twice" in change(simulator, roles=twice).result["msg"]
    approvers = ["Ann Example", "ann@contoso.example"]
    told = change(simulator, checks=[{"kind": "approval", "approvers": approvers}]).result["msg"]
    assert "checks.approvers names somebody twice" in told
    assert simulator.writes == []


def test_without_the_right_to_look_people_up_ids_do(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    plain = fleet.caller("Plain", pat="a-made-up-token-of-plain", reads_identities=False)
    team = next(item for item in fleet.world.callers.values() if item.display_name == TEAM)
    simulator = simulate(fleet)
    who = {"personal_access_token": plain.pat}
    named = change(simulator, **who, roles=[{"role": "user", "identity": TEAM}])
    assert "this caller may not look up people and groups" in named.result["msg"]
    assert simulator.writes == []
    by_id = change(simulator, **who, append_roles=True, roles=[{"role": "user", "identity": team.id}])
    assert not by_id.failed, by_id.result
    assert roles_of(fleet, connection)[TEAM] == "User"


# -- checks ------------------------------------------------------------------------------------------------------------
def checks_of(simulator: Simulator, connection: Connection) -> list[Json]:
    found = [item for item in simulator.world.checks.values() if item.connection_id == connection.id]
    return [{"id": item.id, "type": item.type_name, "settings": item.settings} for item in found]


@pytest.mark.parametrize("lag", [0, 2])
def test_a_new_connection_has_its_checks_before_a_pipeline_may_use_it(simulate: Simulate, lag: int) -> None:
    fleet = world()
    simulator = simulate(fleet, check_lag_reads=lag)
    wanted: Json = {
        **NEW,
        "authorized_pipelines": ["deploy"],
        "checks": [GATE, MAIN, {"kind": "exclusive_lock"}],
        "roles": [{"role": "administrator", "identity": TEAM}],
    }
    foretold = manage(simulator, **wanted, check=True)
    assert foretold.result["changed"] is True
    assert simulator.writes == []
    task = manage(simulator, **wanted)
    assert not task.failed, task.result
    assert targets(simulator)[:5] == ["POST connection", "POST check", "POST check", "POST check", "PATCH permission"]
    again_writes_nothing(simulator, lambda: manage(simulator, **wanted))
    assert len(simulator.world.checks) == 3


def test_a_check_that_is_refused_grants_nothing(simulate: Simulate) -> None:
    fleet = world()
    simulator = simulate(fleet)
    simulator.fault(method="POST", path="checks/configurations", status=400, times=0)
    task = manage(simulator, **NEW, checks=[MAIN], authorize_all_pipelines=True)
    assert task.failed
    assert "the checks in 'Payments' could not be set" in task.result["msg"]
    assert "PATCH permission" not in targets(simulator)
    assert task.result["failure"]["details"]["not_done"] == ["checks (Payments)", "authorize_all_pipelines (Payments)"]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
@pytest.mark.parametrize("lag", [0, 2])
def test_a_check_whose_answer_was_lost_is_there_once(simulate: Simulate, kind: t.Any, lag: int) -> None:
    fleet = world()
    connection = there(fleet)
    simulator = simulate(fleet, check_lag_reads=lag)
    simulator.fault(kind=kind, method="POST", path="checks/configurations")
    task = change(simulator, checks=[MAIN, GATE])
    assert not task.failed, task.result
    assert sorted(item["type"] for item in checks_of(simulator, connection)) == ["Approval", "Task Check"]


def test_checks_are_exact_and_what_is_unknown_stays(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    fleet.check(connection, "aaaaaaaa-0000-4000-8000-000000000009", "Evaluate artifact", {})
    fleet.check(connection, "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563", "ExclusiveLock", {})
    simulator = simulate(fleet)
    task = change(simulator, checks=[MAIN])
    assert not task.failed, task.result
    assert [item["type"] for item in checks_of(simulator, connection)] == ["Evaluate artifact", "Task Check"]
    assert any("Evaluate artifact" in text and "remove_unknown_checks" in text for text in task.runtime.warnings)
    again_writes_nothing(simulator, lambda: change(simulator, checks=[MAIN]))
    change(simulator, checks=[MAIN], remove_unknown_checks=True)
    assert [item["type"] for item in checks_of(simulator, connection)] == ["Task Check"]


def test_a_check_that_went_meanwhile_is_made_anew(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    simulator = simulate(fleet)
    change(simulator, checks=[MAIN])
    number = checks_of(simulator, connection)[0]["id"]

    def somebody(record: Recorded, moment: str) -> None:
        if record.method == "PATCH" and moment == "arrived":
            simulator.world.checks.pop(number, None)

    simulator.observe(somebody)
    task = change(simulator, checks=[{**MAIN, "branches": ["refs/heads/next"]}])
    assert not task.failed, task.result
    assert [item["settings"]["inputs"]["allowedBranches"] for item in checks_of(simulator, connection)] == [
        "refs/heads/next"
    ]


def test_a_shared_project_has_its_own(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    simulator = simulate(fleet)
    wanted: Json = {
        "shared_with": [
            {
                "project": "Web Shop",
                "checks": [{"kind": "exclusive_lock"}],
                "authorized_pipelines": ["shop"],
                "roles": [{"role": "administrator", "identity": OTHERS}],
            }
        ]
    }
    task = change(simulator, **wanted)
    assert not task.failed, task.result
    assert targets(simulator)[:4] == ["PATCH connection", "POST check", "PATCH permission", "PUT role"]
    assert roles_of(fleet, connection, "Web Shop") == {OTHERS: "Administrator"}
    again_writes_nothing(simulator, lambda: change(simulator, **wanted))


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ({"kind": "approval"}, "approval needs approvers"),
        ({"kind": "approval", "approvers": []}, "approval needs approvers"),
        ({"kind": "approval", "approvers": [TEAM, " "]}, "checks.approvers has an empty entry"),
        ({"kind": "approval", "approvers": [TEAM], "minimum_approvers": 2}, "there are 1 approvers"),
        ({"kind": "approval", "approvers": [TEAM], "branches": ["x"]}, "checks.branches does not belong to approval"),
        ({"kind": "branch_control", "branches": ["a,b"]}, "with a comma in it"),
        ({"kind": "branch_control", "branches": ["main"]}, "Write it as refs/heads/main"),
        ({"kind": "rest_api", "connection": "x", "method": "GET", "headers": "[1]"}, "checks.headers is no dictionary"),
        ({"kind": "rest_api", "connection": "x", "method": "GET", "headers": "{"}, "checks.headers is no dictionary"),
        ({"kind": "exclusive_lock", "timeout": 0}, "checks.timeout is 0"),
        ({"kind": "exclusive_lock", "timeout": 43201}, "30 days"),
        (
            {
                "kind": "business_hours",
                "days": ["Monday"],
                "start_time": "600",
                "end_time": "17:00",
                "time_zone": "UTC",
            },
            "without them YAML takes 10:00 for the number 600",
        ),
        (
            {"kind": "required_template", "templates": [{"repository": "", "path": "x"}]},
            "checks.templates.repository has an empty entry",
        ),
        ({"kind": "rest_api", "connection": "nowhere", "method": "GET"}, "no connection of 'Payments' is called"),
    ],
)
def test_a_check_that_cannot_be_is_refused_before_anything_is_written(
    simulate: Simulate, check: Json, told: str
) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    task = change(simulator, description="other", checks=[check])
    assert told in task.result["msg"]
    assert simulator.writes == []


def test_a_check_twice_is_refused(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    for checks in ([MAIN, dict(MAIN)], [{"kind": "exclusive_lock"}, {"kind": "exclusive_lock", "timeout": 5}]):
        assert "twice" in change(simulator, checks=checks).result["msg"]
    assert simulator.writes == []


def test_the_request_of_a_check_goes_to_a_connection_by_name(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    target = fleet.connection(fleet.project("Payments"), "gate", type="generic", scheme="UsernamePassword")
    simulator = simulate(fleet)
    wanted = [
        {
            "kind": "rest_api",
            "connection": "gate",
            "method": "POST",
            "headers": {"Accept": "text/plain"},
            "body": {"a": 1},
        }
    ]
    task = change(simulator, checks=wanted)
    assert not task.failed, task.result
    inputs = next(iter(simulator.world.checks.values())).settings["inputs"]
    assert inputs["connectedServiceName"] == target.id
    again_writes_nothing(simulator, lambda: change(simulator, checks=wanted))


# -- what guards comes first, what opens comes last ----------------------------------------------------------------------
def test_a_connection_that_is_in_use_is_guarded_before_it_opens(simulate: Simulate) -> None:
    """Enabled, or with another role, it would be open to pipelines that are permitted already."""
    fleet = world()
    connection = there(fleet, enabled=False, pipelines=[pipeline_id(fleet, "deploy")])
    simulator = simulate(fleet)
    simulator.fault(method="POST", path="checks/configurations", status=400, times=1)
    refused = change(simulator, enabled=True, checks=[MAIN])
    assert refused.failed
    assert connection.disabled is True
    task = change(simulator, enabled=True, checks=[MAIN])
    assert not task.failed, task.result
    assert targets(simulator)[-2:] == ["POST check", "PUT connection"]


def test_a_check_goes_when_the_permissions_are_gone(simulate: Simulate) -> None:
    fleet = world()
    there(fleet, pipelines=[pipeline_id(fleet, "deploy")])
    simulator = simulate(fleet)
    assert not change(simulator, checks=[MAIN]).failed
    simulator.fault(method="PATCH", path="pipelinepermissions", status=403, times=1)
    refused = change(simulator, checks=[], remove_all_checks=True, authorized_pipelines=[])
    assert refused.failed
    assert len(simulator.world.checks) == 1
    simulator.forget()
    assert not change(simulator, checks=[], remove_all_checks=True, authorized_pipelines=[]).failed
    assert targets(simulator) == ["PATCH permission", "DELETE check"]


def test_an_empty_list_does_not_take_all_checks_away(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    assert not change(simulator, checks=[]).result["changed"]
    assert not change(simulator, checks=[MAIN, GATE]).failed
    simulator.forget()
    task = change(simulator, checks=[], description="other")
    assert "checks is empty, and would take 2 checks away in 'Payments'" in task.result["msg"]
    assert simulator.writes == []
    assert not change(simulator, checks=[], append_checks=True).result["changed"]


@pytest.mark.parametrize("option", ["remove_unknown_checks", "remove_all_checks"])
def test_what_would_take_no_check_away_is_refused(simulate: Simulate, option: str) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    assert "the task has no checks" in change(simulator, description="other", **{option: True}).result["msg"]
    both = change(simulator, description="other", checks=[MAIN], append_checks=True, **{option: True})
    assert f"{option} and append_checks are both set" in both.result["msg"]
    assert simulator.writes == []
    elsewhere = [{"project": "Web Shop", "checks": [MAIN]}]
    assert not change(simulator, shared_with=elsewhere, **{option: True}).failed


def test_with_append_a_check_of_somebody_else_does_not_become_the_wanted_one(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    simulator = simulate(fleet)
    ours = {"kind": "branch_control", "branches": ["refs/heads/release"]}
    assert not change(simulator, checks=[MAIN]).failed
    assert not change(simulator, checks=[ours], append_checks=True).failed
    branches = [item["settings"]["inputs"]["allowedBranches"] for item in checks_of(simulator, connection)]
    assert branches == ["refs/heads/main", "refs/heads/release"]
    again_writes_nothing(simulator, lambda: change(simulator, checks=[ours], append_checks=True))
    # Of one that is the same in what makes it the check it is, the rest is brought to what the task says.
    stricter = {**ours, "protected_branches_only": True}
    simulator.forget()
    assert not change(simulator, checks=[stricter], append_checks=True).failed
    assert targets(simulator) == ["PATCH check"]


def test_with_append_another_order_of_approvers_is_no_other_approval(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    simulator = simulate(fleet)
    gate = {"kind": "approval", "approvers": [TEAM, OTHERS]}
    assert not change(simulator, checks=[gate]).failed
    other = {**gate, "approvers": [OTHERS, TEAM], "in_order": True}
    assert not change(simulator, checks=[other], append_checks=True).failed
    assert len(checks_of(simulator, connection)) == 1
    again_writes_nothing(simulator, lambda: change(simulator, checks=[other], append_checks=True))


def test_a_check_that_is_not_kept_grants_nothing_whatever_is_allowed(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)

    def forget_it(record: Recorded, moment: str) -> None:
        if record.method == "POST" and "checks" in record.path and moment == "applied":
            simulator.world.checks.clear()

    simulator.observe(forget_it)
    task = change(simulator, checks=[MAIN], authorized_pipelines=["deploy"], allow_unreached=True)
    assert task.result["failure"]["code"] == "unreached"
    assert "PATCH permission" not in targets(simulator)


def test_checks_that_went_meanwhile_are_set_again_before_a_pipeline_is_permitted(simulate: Simulate) -> None:
    fleet = world()
    connection = there(fleet)
    simulator = simulate(fleet)
    assert not change(simulator, checks=[MAIN]).failed
    taken: list[bool] = []

    def somebody(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and not taken:
            taken.append(True)
            simulator.world.checks.clear()

    simulator.observe(somebody)
    simulator.forget()
    task = change(simulator, checks=[MAIN], description="other", authorized_pipelines=["deploy"])
    assert not task.failed, task.result
    assert taken
    assert len(checks_of(simulator, connection)) == 1
    assert targets(simulator) == ["PUT connection", "POST check", "PATCH permission"]


def test_a_new_check_can_be_disabled(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    wanted = [{"kind": "exclusive_lock", "enabled": False}]
    task = change(simulator, checks=wanted)
    assert not task.failed, task.result
    assert [item.disabled for item in simulator.world.checks.values()] == [True]
    again_writes_nothing(simulator, lambda: change(simulator, checks=wanted))


def test_one_approval_under_two_names_is_one(simulate: Simulate) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    twice = [{"kind": "approval", "approvers": [who]} for who in ("Ann Example", "ann@contoso.example")]
    assert "the same approval twice" in change(simulator, checks=twice).result["msg"]
    assert simulator.writes == []


@pytest.mark.parametrize("check", [True, False])
def test_an_administrator_is_named_where_it_is_not_yet(simulate: Simulate, check: bool) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    users = [{"role": "user", "identity": TEAM}]
    new = manage(simulator, **NEW, roles=users, check=check)
    share = change(
        simulator, shared_with=[{"project": "Web Shop", "roles": users, "authorized_pipelines": ["shop"]}], check=check
    )
    for task in (new, share):
        assert task.result["failure"]["code"] == "no_administrator"
        assert "roles names no administrator" in task.result["msg"]
    assert simulator.writes == []


def test_the_caller_is_not_left_without_a_way_half_way(simulate: Simulate) -> None:
    """It may administer the connection as a member of the group alone."""
    fleet = world()
    connection = there(fleet, inherits=False)
    project = fleet.project("Payments")
    connection.roles[project.id] = []
    group = fleet.group("[Payments]\\Own", [fleet.user])
    fleet.role(connection, group, "Administrator")
    fleet.role(connection, fleet.caller("Old Hand"), "Administrator")
    simulator = simulate(fleet)
    wanted = [{"role": "administrator", "identity": TEAM}, {"role": "user", "identity": "[Payments]\\Own"}]
    task = change(simulator, roles=wanted)
    assert "this caller may have it through one of them" in task.result["msg"]
    assert simulator.writes == []
    more = [*wanted, {"role": "administrator", "identity": fleet.user.unique_name}]
    assert not change(simulator, roles=more).failed
    assert roles_of(fleet, connection) == {
        TEAM: "Administrator", "[Payments]\\Own": "User", fleet.user.display_name: "Administrator"
    }  # fmt: skip


@pytest.mark.parametrize("text", ["007", "--5", "\u00b2", "\u0661\u0662"])
def test_what_only_looks_like_an_id_is_none(simulate: Simulate, text: str) -> None:
    fleet = world()
    there(fleet)
    simulator = simulate(fleet)
    task = change(simulator, authorized_pipelines=[text])
    assert task.result["failure"]["code"] == "invalid_option"
    assert simulator.writes == []
