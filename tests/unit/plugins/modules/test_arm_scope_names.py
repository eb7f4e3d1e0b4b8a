# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names or ids of what a connection leads to: either is enough, and what does not fit together, or is several, is refused before anything is written."""

from __future__ import annotations

import typing as t

import pytest

from simulator import Fleet, Simulator
from simulator.state import Connection
from unit.plugins._helpers.arm import CLIENT, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]

TWIN = "5a1d2c3b-0000-4000-8000-000000000002"
OTHER_TWIN = "5a1d2c3b-0000-4000-8000-000000000003"
NAME = "Contoso Production"


def world() -> Fleet:
    fleet = arm_fleet()
    fleet.subscription("Twin", TWIN)
    fleet.subscription("Twin", OTHER_TWIN)
    fleet.management_group("Platform", "mg-platform")
    fleet.workspace("learn", SUBSCRIPTION, "rg-learn", "westeurope")
    fleet.workspace("double", SUBSCRIPTION, "rg-a")
    fleet.workspace("double", SUBSCRIPTION, "rg-b")
    fleet.workspace("elsewhere", TWIN, "rg-x")
    return fleet


def create(simulator: Simulator, scope: Options, **options: t.Any) -> Task:
    return manage(
        simulator,
        **{
            "project": "Payments",
            "name": "azure-new",
            "creation_mode": "manual",
            "scope": scope,
            "service_principal": {"client_id": CLIENT, "tenant_id": simulator.fleet.tenant_id},
            "federated_credential": {"mode": "skip"},
            **options,
        },
    )


def made(simulator: Simulator) -> Connection:
    return next(item for item in simulator.world.connections.values() if item.name == "azure-new")


SUBSCRIBED = {"subscriptionId": SUBSCRIPTION, "subscriptionName": NAME}
LEARNING = {
    **SUBSCRIBED,
    "resourceGroupName": "rg-learn",
    "mlWorkspaceName": "learn",
    "mlWorkspaceLocation": "westeurope",
}
LEARN_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-learn/providers/Microsoft.MachineLearningServices/workspaces/learn"
GOOD: dict[str, tuple[Options, Options]] = {
    "by name": ({"subscription_name": NAME}, SUBSCRIBED),
    "by name, in another case": ({"subscription_name": f" {NAME.upper()} "}, SUBSCRIBED),
    "by id": ({"subscription_id": SUBSCRIPTION}, SUBSCRIBED),
    "both": ({"subscription_id": SUBSCRIPTION, "subscription_name": NAME}, SUBSCRIBED),
    "both, of one that nobody sees": (
        {"subscription_id": "5a1d2c3b-0000-4000-8000-0000000000ee", "subscription_name": "Hidden"},
        {"subscriptionId": "5a1d2c3b-0000-4000-8000-0000000000ee", "subscriptionName": "Hidden"},
    ),
    "one of two of a name, by id": ({"subscription_id": TWIN}, {"subscriptionId": TWIN, "subscriptionName": "Twin"}),
    "group by name": (
        {"management_group_name": "platform"},
        {"managementGroupId": "mg-platform", "managementGroupName": "Platform"},
    ),
    "group by id": (
        {"management_group_id": "mg-platform"},
        {"managementGroupId": "mg-platform", "managementGroupName": "Platform"},
    ),
    "workspace by name": ({"subscription_name": NAME, "ml_workspace_name": "learn"}, LEARNING),
    "workspace by its id": ({"ml_workspace_name": LEARN_ID}, LEARNING),
    "workspace with its region": (
        {"subscription_id": SUBSCRIPTION, "ml_workspace_name": "learn", "ml_workspace_location": "West Europe"},
        {**LEARNING, "mlWorkspaceLocation": "West Europe"},
    ),
    "one of two workspaces, by its group": (
        {"subscription_id": SUBSCRIPTION, "ml_workspace_name": "double", "resource_group": "rg-b"},
        {**LEARNING, "resourceGroupName": "rg-b", "mlWorkspaceName": "double"},
    ),
}
BAD: dict[str, tuple[Options, str]] = {
    "mistyped": (
        {"subscription_name": "Contoso Prodcution"},
        f"no subscription that this caller sees in Azure. Did you mean '{NAME}'?",
    ),
    "an id that nobody sees": (
        {"subscription_id": "5a1d2c3b-0000-4000-8000-0000000000ee"},
        "no subscription that this caller sees",
    ),
    "several": ({"subscription_name": "Twin"}, f"which 2 subscriptions are called: {TWIN}, {OTHER_TWIN}"),
    "contradicting": (
        {"subscription_id": SUBSCRIPTION, "subscription_name": "Twin"},
        f"scope.subscription_name is 'Twin', but the subscription {SUBSCRIPTION} is called '{NAME}'",
    ),
    "contradicting groups": (
        {"management_group_id": "mg-platform", "management_group_name": "Sandbox"},
        "but the management group mg-platform is called 'Platform'",
    ),
    "a group that is none": ({"management_group_name": "Plattform"}, "Did you mean 'Platform'?"),
    "several workspaces": ({"subscription_name": NAME, "ml_workspace_name": "double"}, "which several workspaces"),
    "a workspace of elsewhere": (
        {"subscription_name": NAME, "ml_workspace_name": "elsewhere"},
        "which is no workspace",
    ),
    "a workspace in another group": (
        {"subscription_name": NAME, "ml_workspace_name": "learn", "resource_group": "rg-a"},
        "which lies in rg-learn (westeurope), not where scope.resource_group 'rg-a' would have it",
    ),
    "blank": ({"subscription_name": " "}, "scope.subscription_name is empty"),
    "of nothing": ({"subscription_name": "None"}, "what a template makes of a variable without a value"),
}


@pytest.mark.parametrize("case", GOOD)
def test_either_is_enough(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    scope, expected = GOOD[case]
    simulator = simulate(world())
    signed_in = person(simulator, "service principal", monkeypatch)
    foretold = create(simulator, scope, **signed_in, check=True)
    assert not foretold.failed, foretold.result
    assert simulator.writes == []
    task = create(simulator, scope, **signed_in)
    assert not task.failed, task.result
    data = made(simulator).data
    assert {key: data.get(key) for key in expected} == expected
    assert foretold.result["connection"]["scope"] == task.result["connection"]["scope"]
    simulator.forget()
    again = create(simulator, scope, **signed_in)
    assert not again.failed, again.result
    assert again.result["changed"] is False
    assert simulator.writes == []


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("check", [True, False])
def test_what_is_none_or_several_or_does_not_fit_is_refused(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, case: str, check: bool
) -> None:
    scope, told = BAD[case]
    simulator = simulate(world())
    task = create(simulator, scope, **person(simulator, "service principal", monkeypatch), check=check)
    assert told in task.result["msg"]
    assert simulator.writes == []


def test_a_personal_access_token_gets_what_the_portal_gets(simulate: Simulate) -> None:
    simulator = simulate(world(), proxy_lists_for_pat=True)
    task = create(simulator, {"subscription_name": NAME})
    assert not task.failed, task.result
    assert made(simulator).data["subscriptionId"] == SUBSCRIPTION
    grouped = create(simulator, {"management_group_id": "mg-platform"}, name="azure-new-2")
    assert not grouped.failed, grouped.result


@pytest.mark.parametrize("scope", [{"subscription_name": NAME}, {"subscription_id": SUBSCRIPTION}])
def test_what_cannot_be_looked_up_says_which_sign_in_could(simulate: Simulate, scope: Options) -> None:
    simulator = simulate(world())
    task = create(simulator, scope)
    missing = {"subscription_id": "subscription_name", "subscription_name": "subscription_id"}[next(iter(scope))]
    assert f"scope.{missing} is not set, and could not be looked up" in task.result["msg"]
    assert "sign in with Microsoft Entra" in task.result["msg"]
    assert simulator.writes == []
    both = create(simulator, {"subscription_name": NAME, "subscription_id": SUBSCRIPTION})
    assert not both.failed, both.result


def test_an_answer_that_cannot_be_read_is_not_a_right_that_is_missing(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(world())
    simulator.fault(
        method="GET", path=r"/subscriptions\?", status=200, body={"value": [{"subscriptionId": 7}]}, times=0
    )
    task = create(simulator, {"subscription_name": NAME}, **person(simulator, "service principal", monkeypatch))
    assert task.result["failure"]["code"] != "option"
    assert "sign in with Microsoft Entra" not in task.result["msg"]
    assert simulator.writes == []


def test_a_level_that_nobody_knows_is_left_as_it_is(simulate: Simulate) -> None:
    fleet = world()
    connection = fleet.connection(fleet.project("Payments"), "odd", subscription_id=SUBSCRIPTION)
    connection.data["scopeLevel"] = "Galaxy"
    simulator = simulate(fleet)
    task = manage(simulator, project="Payments", name="odd", description="other", scope={"subscription_name": NAME})
    assert "fault of azdo.connections" not in str(task.result.get("msg"))


def test_a_workspace_needs_a_sign_in_that_opens_azure(simulate: Simulate) -> None:
    simulator = simulate(world(), proxy_lists_for_pat=True)
    scope = {"subscription_name": NAME, "ml_workspace_name": "learn"}
    assert "this sign-in opens Azure DevOps only" in create(simulator, scope).result["msg"]
    assert simulator.writes == []
    whole = {**scope, "resource_group": "rg-learn", "ml_workspace_location": "westeurope"}
    assert not create(simulator, whole).failed


def test_another_cloud_is_not_where_the_lists_come_from(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate(world())
    task = create(
        simulator,
        {"subscription_name": NAME},
        environment="AzureChinaCloud",
        **person(simulator, "service principal", monkeypatch),
    )
    assert "this sign-in is one to AzureCloud, and the connection leads to AzureChinaCloud" in task.result["msg"]
    assert simulator.writes == []


@pytest.mark.parametrize(
    ("name", "code"), [("Twin", "option_error"), ("Contoso Prodcution", "option_error"), ("Another", "immutable")]
)
def test_a_name_alone_that_is_not_that_of_the_connection_is_another_place(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    fleet = world()
    fleet.subscription("Another", "5a1d2c3b-0000-4000-8000-000000000009")
    connection = fleet.connection(
        fleet.project("Payments"),
        "azure-key",
        creation_mode="Manual",
        subscription_id=SUBSCRIPTION,
        subscription_name=NAME,
    )
    simulator = simulate(fleet)
    options = {"project": "Payments", "name": connection.name, **person(simulator, "service principal", monkeypatch)}
    task = manage(simulator, **options, description="other", scope={"subscription_name": name})
    assert task.failed
    assert simulator.writes == []
    if code == "immutable":
        assert task.result["failure"]["code"] == code
    renamed = fleet.subscription("Renamed", SUBSCRIPTION)
    assert renamed.id == SUBSCRIPTION
    good = manage(simulator, **options, scope={"subscription_name": "Renamed"})
    assert not good.failed, good.result
    assert good.result["changed"] is False
    assert any("only a label" in text for text in good.runtime.warnings)
