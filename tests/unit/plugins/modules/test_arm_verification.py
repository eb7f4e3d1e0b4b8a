# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every result of a verification, and what follows: only a federation that does not work removes a connection, and only one that this task made."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from simulator import Simulator
from simulator.identity_fleet import assign, principal_of
from simulator.state import Connection
from unit.plugins._helpers.arm import CLIENT, KEY, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]
Prepare = t.Callable[[Simulator], None]
World = t.Callable[..., tuple[Simulator, Options]]

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-payments"
SUBSCRIBED = {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"}
IN_GROUP = {**SUBSCRIBED, "resource_group": "rg-payments"}
JWT = "Failed to obtain the Json Web Token(JWT) using service principal client ID. Exception message: "
WRONG_KEY = "this-is-not-the-key-of-it"


@pytest.fixture
def world(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> World:
    """A fresh world, and how the automation signs in to it."""

    def make(**knobs: t.Any) -> tuple[Simulator, Options]:
        simulator = simulate(arm_fleet(), **knobs)
        return simulator, person(simulator, "service principal", monkeypatch)

    return make


def automation(simulator: Simulator) -> t.Any:
    return next(item for item in simulator.world.callers.values() if item.display_name == "automation")


def federated(simulator: Simulator, **more: t.Any) -> Options:
    """Manual workload identity federation for the subscription, with the role for all of it."""
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "workload_identity_federation",
        "creation_mode": "manual",
        "service_principal": {"tenant_id": simulator.fleet.tenant_id, "client_id": CLIENT},
        "scope": SUBSCRIBED,
        "role_assignment": {"role": "Reader"},
        **more,
    }


def with_key(simulator: Simulator, key: str = KEY, **more: t.Any) -> Options:
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "service_principal",
        "creation_mode": "manual",
        "service_principal": {"tenant_id": simulator.fleet.tenant_id, "client_id": CLIENT, "key": key},
        "scope": SUBSCRIBED,
        **more,
    }


def of_the_agent(simulator: Simulator, **more: t.Any) -> Options:
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "managed_identity",
        "managed_identity": {"tenant_id": simulator.fleet.tenant_id},
        "scope": SUBSCRIBED,
        **more,
    }


def of_a_web_app(simulator: Simulator, **more: t.Any) -> Options:
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "publish_profile",
        "service_principal": {"tenant_id": simulator.fleet.tenant_id},
        "publish_profile": f'<publishData><publishProfile userPWD="{KEY}"/></publishData>',
        "web_app_id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments",
        "scope": SUBSCRIBED,
        **more,
    }


def on_a_stack(simulator: Simulator, **more: t.Any) -> Options:
    stack = {"environment": "AzureStack", "server_url": "https://management.local.azurestack.external"}
    return with_key(simulator, **stack, **more)


def give_role(simulator: Simulator, scope: str) -> None:
    """A role of the application that was there before any task."""
    application = simulator.world.directory.application(CLIENT)
    assert application is not None
    assign(simulator.world.directory, principal_of(application), scope, "reader")


def answers(status: str, message: str) -> Prepare:
    """Every test is answered so, which is a good answer of HTTP (5)."""

    def prepare(simulator: Simulator) -> None:
        body = {"result": [], "statusCode": status, "errorMessage": message}
        simulator.fault(method="POST", path="endpointproxy", status=200, body=body, times=0)

    return prepare


def cannot_test(simulator: Simulator) -> None:
    simulator.fault(method="POST", path="endpointproxy", status=503, times=0)


def stored(simulator: Simulator) -> Connection | None:
    return next((item for item in simulator.world.connections.values() if item.name == "azure-new"), None)


def beside(simulator: Simulator) -> tuple[list[str], list[tuple[str, str]]]:
    """Credentials of the application, and all role assignments."""
    application = simulator.world.directory.application(CLIENT)
    return [item.name for item in application.credentials] if application else [], sorted(
        simulator.world.directory.assignments
    )


def count_of_tests(simulator: Simulator) -> int:
    return len([item for item in simulator.requests if "endpointproxy" in item.path])


@dataclass(frozen=True, kw_only=True)
class Case:
    """How a result comes about by itself, and what follows from it."""

    result: str
    options: t.Callable[..., Options] = federated
    knobs: Options = field(default_factory=dict)
    more: Options = field(default_factory=dict)
    prepare: Prepare = lambda simulator: None
    message: str = ""
    remedy: str = ""
    warning: str = ""

    @property
    def fails(self) -> bool:
        return bool(self.remedy)


def readers_only(simulator: Simulator) -> None:
    """May create (a creator), and read, and not use what is there."""
    automation(simulator).level = "reader"
    simulator.knob(creator_administers=False)


CASES: dict[str, Case] = {
    "ok": Case(result="ok"),
    "federation: not spread": Case(
        result="federation_failed", knobs={"propagation_tests": 1_000_000}, message="AADSTS70021", remedy="federated credential",
    ),
    "federation: no credential": Case(
        result="federation_failed", more={"federated_credential": {"mode": "skip"}}, message="AADSTS70025", remedy="federated credential",
    ),
    "credential: key": Case(
        result="credential_failed", options=with_key, more={"key": WRONG_KEY}, message="AADSTS7000215", remedy="client_id, tenant_id and the secret",
    ),
    "credential: no application": Case(
        result="credential_failed", options=with_key, message="AADSTS700016", remedy="client_id, tenant_id and the secret",
        prepare=lambda simulator: simulator.world.directory.remove_application(CLIENT),
    ),
    "permission": Case(
        result="azure_permission", more={"role_assignment": None}, message="AuthorizationFailed", remedy="role_assignment",
    ),
    "permission: group only, near miss": Case(
        result="azure_permission", more={"role_assignment": {"role": "Reader", "scope": GROUP}}, message="AuthorizationFailed",
        remedy="role_assignment",
    ),
    "permission: group only, for a group": Case(
        result="azure_permission", more={"scope": IN_GROUP}, message="AuthorizationFailed", warning="rg-payments",
    ),
    "caller": Case(
        result="caller_not_allowed", prepare=readers_only, message="not authorized to access this resource", remedy="role User",
    ),
    "not testable: agent": Case(result="not_testable", options=of_the_agent, warning="was not tested"),
    "not testable: web app": Case(result="not_testable", options=of_a_web_app, warning="was not tested"),
    "not testable: stack": Case(result="not_testable", options=on_a_stack, warning="was not tested"),
    "unknown": Case(
        result="unknown", prepare=answers("internalServerError", "Something broke."), message="Something broke.", remedy="portal",
    ),
    "unknown: empty": Case(result="unknown", prepare=answers("", ""), message="empty", remedy="portal"),
    "unknown: clock": Case(
        result="unknown", prepare=answers("badRequest", f"{JWT}AADSTS700024: Client assertion is not within its valid time range."),
        message="AADSTS700024", remedy="portal",
    ),
    "outage": Case(
        result="outage", prepare=answers("badRequest", f"{JWT}AADSTS90061: Request to External OIDC endpoint failed."), message="AADSTS90061",
        remedy="says nothing about the connection",
    ),
    "outage: of the service": Case(
        result="outage", message="503", remedy="Test again later",
        prepare=cannot_test,
    ),
    "subscription: gone": Case(
        result="subscription_gone", message="SubscriptionNotFound", remedy="any more",
        prepare=answers("notFound", 'Status Code: \'NotFound\', Response: \'{"error":{"code":"SubscriptionNotFound"}}\''),
    ),
    "subscription: moved": Case(
        result="subscription_moved", message="wrong issuer", remedy="another tenant now",
        prepare=answers("unauthorized", '{"error":{"code":"InvalidAuthenticationTokenTenant","message":"from the wrong issuer"}}'),
    ),
}  # fmt: skip
# Whoever adds the credential by hand (skip) does so when the connection is there.
REMOVED = {name for name, case in CASES.items() if case.result == "federation_failed" and "no credential" not in name}


def check_result(task: Task, case: Case, when: str) -> None:
    """What every result shows, whatever it does to the connection."""
    assert task.failed is case.fails, task.result.get("msg")
    found = task.result["verification"][when]
    assert found["result"] == case.result
    assert case.message in found["message"]
    if case.fails:
        assert f"ended with {case.result}" in task.result["msg"]
        assert case.message in task.result["msg"]
        assert case.remedy in task.result["failure"]["remedy"]
        assert task.result["failure"]["code"] == "verification_failed"
        assert task.result["failure"]["details"]["verification"] == case.result
    assert [case.warning in text for text in task.runtime.warnings] == [True] * bool(case.warning)


@pytest.mark.parametrize("name", CASES)
def test_a_new_connection(name: str, world: World) -> None:
    case = CASES[name]
    simulator, signed_in = world(**case.knobs)
    before = beside(simulator)
    case_options = {**case.options(simulator, **case.more), **signed_in}
    case.prepare(simulator)
    task = manage(simulator, **case_options, verify="after")
    check_result(task, case, "after")
    found = stored(simulator)
    if name in REMOVED:
        assert found is None
        assert beside(simulator) == before
        assert (task.result["changed"], task.result["connection"]) == (False, None)
        assert "Removed again" in task.result["failure"]["remedy"]
        return
    assert found is not None
    assert task.result["changed"]
    assert task.result["connection"]["id"] == found.id
    assert not any(item.method == "DELETE" for item in simulator.writes)


@pytest.mark.parametrize("name", CASES)
def test_an_existing_connection_is_never_touched(name: str, world: World) -> None:
    """Whatever the test says, and although this collection made all of it in an earlier run."""
    case = CASES[name]
    simulator, signed_in = world(**case.knobs)
    options = {**case.options(simulator, **case.more), **signed_in}
    assert not manage(simulator, **options).failed
    case.prepare(simulator)
    before, found = beside(simulator), stored(simulator)
    simulator.forget()
    task = manage(simulator, **options, verify="after")
    check_result(task, case, "after")
    assert simulator.writes == []
    assert beside(simulator) == before
    assert stored(simulator) is found
    assert not task.result["changed"]
    assert found is not None
    assert task.result["connection"]["id"] == found.id


@pytest.mark.parametrize("name", sorted(REMOVED))
def test_keep_failed_keeps_a_connection_without_federation(name: str, world: World) -> None:
    case = CASES[name]
    simulator, signed_in = world(**case.knobs)
    task = manage(simulator, **{**federated(simulator, **case.more), **signed_in}, verify="after", keep_failed=True)
    check_result(task, case, "after")
    found = stored(simulator)
    assert found is not None
    assert task.result["connection"]["id"] == found.id
    assert task.result["changed"]
    assert "keep_failed" in task.result["failure"]["remedy"]
    assert not any(item.method == "DELETE" for item in simulator.writes)


@pytest.mark.parametrize("name", sorted(REMOVED))
def test_an_existing_connection_that_this_task_changed_is_not_removed(name: str, world: World) -> None:
    case = CASES[name]
    simulator, signed_in = world(**case.knobs)
    options = {**federated(simulator, **case.more), **signed_in}
    assert not manage(simulator, **options).failed
    task = manage(simulator, **options, description="Another one", verify="after")
    check_result(task, case, "after")
    found = stored(simulator)
    assert found is not None
    assert found.references[0].description == "Another one"
    assert task.result["changed"]


def test_a_role_that_was_there_before_stays_when_the_connection_goes(world: World) -> None:
    simulator, signed_in = world(propagation_tests=1_000_000)
    give_role(simulator, f"/subscriptions/{SUBSCRIPTION}")
    before = beside(simulator)
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="after")
    assert task.failed
    assert stored(simulator) is None
    assert beside(simulator) == before


# -- the near miss ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("keep_failed", [True, False])
@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("scope", [SUBSCRIBED, IN_GROUP], ids=["subscription", "group"])
def test_a_role_for_one_resource_group_deletes_nothing(
    scope: Options, existing: bool, keep_failed: bool, world: World
) -> None:
    """The identity signs in and may work in its group; only the question for the whole subscription is refused (5)."""
    simulator, signed_in = world()
    options = {**federated(simulator), **signed_in, "scope": scope, "role_assignment": None}
    give_role(simulator, GROUP)
    if existing:
        assert not manage(simulator, **options).failed
    simulator.forget()
    task = manage(simulator, **options, verify="after", keep_failed=keep_failed)
    assert task.result["verification"]["after"]["result"] == "azure_permission"
    assert task.failed is (scope is SUBSCRIBED)
    assert len(task.runtime.warnings) == (scope is IN_GROUP)
    found = stored(simulator)
    assert found is not None
    assert task.result["connection"]["id"] == found.id
    assert not any(item.method == "DELETE" for item in simulator.writes)
    names, assignments = beside(simulator)
    assert len(names) == 1
    assert any(GROUP.lower() == where for where, _name in assignments)


# -- every code of Entra -------------------------------------------------------------------------------------------------------
ENTRA_CODES = {
    "700016": "credential_failed", "7000215": "credential_failed", "700024": "unknown", "70021": "federation_failed",
    "700211": "federation_failed", "700213": "federation_failed", "700223": "federation_failed", "70025": "federation_failed",
    "700238": "federation_failed", "70052": "federation_failed", "900382": "federation_failed", "7002138": "federation_failed",
    "7002137": "federation_failed", "700214": "federation_failed", "90061": "outage", "50166": "outage", "7000112": "identity_disabled",
    "7000229": "identity_missing", "90002": "tenant_not_found", "53003": "blocked_by_policy", "50005": "blocked_by_policy",
}  # fmt: skip


@pytest.mark.parametrize(("code", "result"), ENTRA_CODES.items())
def test_which_code_of_entra_removes_a_new_connection(code: str, result: str, world: World) -> None:
    simulator, signed_in = world()
    before = beside(simulator)
    answers("badRequest", f"{JWT}AADSTS{code}: Something about it.")(simulator)
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="after")
    assert task.failed
    assert task.result["verification"]["after"]["result"] == result
    assert f"AADSTS{code}" in task.result["msg"]
    gone = result == "federation_failed"
    assert (stored(simulator) is None) is gone
    assert (beside(simulator) == before) is gone


# -- tests that take their time ------------------------------------------------------------------------------------------------
def test_a_credential_that_spreads_in_time(world: World) -> None:
    simulator, signed_in = world(propagation_tests=3)
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="after", verify_timeout=30)
    assert not task.failed, task.result["msg"]
    assert task.result["verification"]["after"] == {"result": "ok", "message": ""}
    assert count_of_tests(simulator) == 4


def test_without_time_there_is_one_test(world: World) -> None:
    simulator, signed_in = world(propagation_tests=1)
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="after", verify_timeout=0)
    assert task.failed
    assert count_of_tests(simulator) == 1


def test_to_the_end_of_the_time_and_not_longer(world: World) -> None:
    simulator, signed_in = world(propagation_tests=1_000_000)
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="after", verify_timeout=1)
    assert task.failed
    assert count_of_tests(simulator) > 3
    assert stored(simulator) is None


@pytest.mark.parametrize("case", ["caller", "not testable: agent", "ok", "subscription: gone", "subscription: moved"])
def test_what_will_not_change_is_not_tested_again(case: str, world: World) -> None:
    simulator, signed_in = world()
    options = {**CASES[case].options(simulator, **CASES[case].more), **signed_in}
    CASES[case].prepare(simulator)
    manage(simulator, **options, verify="after", verify_timeout=30)
    assert count_of_tests(simulator) == (0 if case.startswith("not testable") else 1)


def test_an_outage_that_passes_is_waited_for(world: World) -> None:
    simulator, signed_in = world()
    body = {
        "result": [],
        "statusCode": "badRequest",
        "errorMessage": "AADSTS50166: Request to External OIDC endpoint failed",
    }
    simulator.fault(method="POST", path="endpointproxy", status=200, body=body, times=2)
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="after", verify_timeout=30)
    assert not task.failed, task.result["msg"]
    assert task.result["verification"]["after"]["result"] == "ok"
    assert count_of_tests(simulator) == 3


def test_a_late_failure_of_the_federation_counts_by_its_last_answer(world: World) -> None:
    """First the credential had not spread, then the role is missing: a connection that signs in is not removed."""
    simulator, signed_in = world(propagation_tests=2)
    options = {**federated(simulator, role_assignment=None), **signed_in}
    task = manage(simulator, **options, verify="after", verify_timeout=1)
    assert task.failed
    assert task.result["verification"]["after"]["result"] == "azure_permission"
    assert stored(simulator) is not None


# -- before it is saved ----------------------------------------------------------------------------------------------------------
def no_creator(simulator: Simulator) -> None:
    automation(simulator).creator = False


def expired(simulator: Simulator) -> None:
    simulator.advance(days=365)


BEFORE: dict[str, Case] = {
    "ok": Case(result="ok", prepare=lambda simulator: give_role(simulator, f"/subscriptions/{SUBSCRIPTION}")),
    "credential": Case(
        result="credential_failed", more={"key": WRONG_KEY}, message="AADSTS7000215", remedy="client_id, tenant_id and the secret",
    ),
    "permission": Case(result="azure_permission", message="AuthorizationFailed", remedy="role_assignment"),
    "permission: group": Case(
        result="azure_permission", more={"scope": IN_GROUP}, message="AuthorizationFailed", warning="rg-payments",
    ),
    "caller": Case(result="caller_not_allowed", prepare=no_creator, message="Creator", remedy="caller needs"),
    "federation": Case(
        result="federation_failed", prepare=answers("badRequest", "AADSTS70021: No match."), message="AADSTS70021", remedy="federated credential",
    ),
    "unknown": Case(result="unknown", prepare=answers("conflict", "Odd."), message="Odd.", remedy="portal"),
    "not testable: stack": Case(result="not_testable", options=on_a_stack, warning="was not tested"),
}  # fmt: skip


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", BEFORE)
def test_before_it_is_saved(name: str, check: bool, world: World) -> None:
    case = BEFORE[name]
    simulator, signed_in = world()
    options = {**(on_a_stack if "stack" in name else with_key)(simulator, **case.more), **signed_in}
    case.prepare(simulator)
    task = manage(simulator, check=check, **options, verify="before")
    check_result(task, case, "before")
    assert task.result["verification"]["after"] is None
    if case.fails or check:
        assert simulator.writes == []
        assert stored(simulator) is None
    else:
        assert stored(simulator) is not None
    if case.fails:
        assert "Nothing was saved." in task.result["failure"]["remedy"]
    else:
        assert task.result["changed"]


def test_a_test_that_fails_before_anything_is_saved_is_no_change(world: World) -> None:
    simulator, signed_in = world()
    task = manage(simulator, **{**with_key(simulator, key=WRONG_KEY), **signed_in}, verify="before")
    assert task.failed
    assert not task.result["changed"]
    # "The connection as it is at the end, null when there is none."
    assert task.result["connection"] is None


def test_both_tests(world: World) -> None:
    simulator, signed_in = world()
    give_role(simulator, f"/subscriptions/{SUBSCRIPTION}")
    task = manage(simulator, **{**with_key(simulator), **signed_in}, verify="both")
    assert not task.failed
    assert task.result["verification"] == {
        "before": {"result": "ok", "message": ""}, "after": {"result": "ok", "message": ""},
    }  # fmt: skip
    asked = [item for item in simulator.requests if "endpointproxy" in item.path]
    assert asked[0].query["endpointId"] == "00000000-0000-0000-0000-000000000000"
    assert stored(simulator) is not None
    assert asked[1].query["endpointId"] == task.result["connection"]["id"]
    # The second is of what is stored: the key is not sent a second time.
    assert KEY not in str(asked[1].body)


def test_both_end_with_the_first_that_fails(world: World) -> None:
    simulator, signed_in = world()
    task = manage(simulator, **{**with_key(simulator, key=WRONG_KEY), **signed_in}, verify="both")
    assert task.failed
    assert task.result["verification"]["after"] is None
    assert simulator.writes == []


def test_a_rotated_key_is_tested_before_it_replaces_the_old_one(world: World) -> None:
    simulator, signed_in = world()
    give_role(simulator, f"/subscriptions/{SUBSCRIPTION}")
    assert not manage(simulator, **{**with_key(simulator), **signed_in}).failed
    simulator.forget()
    rotated = {**with_key(simulator, key=WRONG_KEY), **signed_in}
    task = manage(simulator, **rotated, verify="before", update_secret="always")
    assert task.failed
    assert "credential_failed" in task.result["msg"]
    assert "Nothing was saved." in task.result["msg"]
    assert simulator.writes == []
    found = stored(simulator)
    assert found is not None
    assert found.secrets["serviceprincipalkey"] == KEY
    assert not task.result["changed"]


def test_a_version_whose_secret_does_not_work_is_not_sent_again_and_that_is_said(world: World) -> None:
    simulator, signed_in = world()
    give_role(simulator, f"/subscriptions/{SUBSCRIPTION}")
    assert not manage(simulator, **{**with_key(simulator), **signed_in}).failed
    rotated = {**with_key(simulator, key=WRONG_KEY), **signed_in, "secret_version": "2"}
    for _run in range(2):
        task = manage(simulator, **rotated, verify="after")
        assert task.failed
        assert "Send the right secret under another secret_version." in task.result["msg"]
    assert not manage(simulator, **{**rotated, **with_key(simulator), "secret_version": "3"}, verify="after").failed


def test_verify_before_is_not_run_when_no_secret_is_sent(world: World) -> None:
    simulator, signed_in = world()
    give_role(simulator, f"/subscriptions/{SUBSCRIPTION}")
    assert not manage(simulator, **{**with_key(simulator), **signed_in}).failed
    simulator.forget()
    task = manage(simulator, **{**with_key(simulator), **signed_in}, verify="before")
    assert (task.failed, task.result["changed"]) == (False, False)
    assert count_of_tests(simulator) == 0
    assert task.result["verification"] == {"before": None, "after": None}


def test_before_needs_a_secret(world: World) -> None:
    simulator, signed_in = world()
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="before")
    assert task.failed
    assert "verify asks for a test before saving" in task.result["msg"]
    assert "verify after" in task.result["failure"]["remedy"]
    assert simulator.requests == []


# -- check mode ------------------------------------------------------------------------------------------------------------------
def test_check_mode_does_not_test_what_is_not_there(world: World) -> None:
    simulator, signed_in = world()
    task = manage(simulator, check=True, **{**federated(simulator), **signed_in}, verify="after")
    assert (task.failed, task.result["changed"]) == (False, True)
    assert count_of_tests(simulator) == 0
    assert task.result["verification"]["after"] is None


@pytest.mark.parametrize("description", ["", "Another one"])
def test_check_mode_tests_what_will_stay_as_it_is(description: str, world: World) -> None:
    simulator, signed_in = world()
    options = {**federated(simulator, description=""), **signed_in}
    assert not manage(simulator, **options).failed
    simulator.forget()
    task = manage(simulator, check=True, **{**options, "description": description}, verify="after")
    assert not task.failed
    assert count_of_tests(simulator) == (0 if description else 1)
    assert simulator.writes == []


def test_a_test_that_fails_in_check_mode_fails_the_task_and_writes_nothing(world: World) -> None:
    simulator, signed_in = world(propagation_tests=1_000_000)
    options = {**federated(simulator), **signed_in}
    assert not manage(simulator, **options).failed
    simulator.forget()
    task = manage(simulator, check=True, **options, verify="after")
    assert task.failed
    assert task.result["verification"]["after"]["result"] == "federation_failed"
    assert simulator.writes == []
    assert stored(simulator) is not None


# -- answers that are no results -----------------------------------------------------------------------------------------------
def envelope(type_key: str, message: str) -> Options:
    return {"$id": "1", "message": message, "typeName": type_key, "typeKey": type_key, "errorCode": 0, "eventId": 3000}


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ({"status": 403, "body": envelope("AccessDeniedException", "You cannot use it.")}, "caller_not_allowed"),
        ({"status": 401, "body": ""}, "caller_not_allowed"),
        ({"kind": "html", "body": "sign-in"}, "caller_not_allowed"),
        ({"status": 400, "body": envelope("ArgumentException", "Bad body.")}, None),
        ({"status": 500, "body": envelope("VssServiceException", "TF400898: An Internal Error Occurred.")}, None),
        ({"status": 503}, None),
        ({"kind": "reset_before"}, None),
        ({"kind": "truncated"}, None),
    ],
)
def test_a_test_without_an_answer_removes_nothing(fault: Options, result: str | None, world: World) -> None:
    """It says nothing about the federation, so it is no reason to take anything back."""
    simulator, signed_in = world()
    options = {**federated(simulator), **signed_in}
    simulator.fault(method="POST", path="endpointproxy", times=0, **fault)
    task = manage(simulator, **options, verify="after", max_retries=1)
    assert task.failed
    assert task.result["failure"]["remedy"].strip() or fault.get("status") in (400, 500)
    found = stored(simulator)
    assert found is not None
    assert task.result["connection"]["id"] == found.id
    assert task.result["changed"]
    assert not any(item.method == "DELETE" for item in simulator.writes)
    if result:
        assert task.result["verification"]["after"]["result"] == result


def test_a_test_that_is_answered_at_the_second_try(world: World) -> None:
    simulator, signed_in = world()
    simulator.fault(kind="reset_before", method="POST", path="endpointproxy")
    task = manage(simulator, **{**federated(simulator), **signed_in}, verify="after")
    assert not task.failed, task.result["msg"]
    assert task.result["verification"]["after"]["result"] == "ok"


def test_a_wrong_key_of_the_task_is_not_shown(world: World) -> None:
    simulator, signed_in = world()
    answers("badRequest", f"AADSTS7000215: Invalid client secret {WRONG_KEY}.")(simulator)
    task = manage(simulator, **{**with_key(simulator, key=WRONG_KEY), **signed_in}, verify="before")
    assert task.failed
    assert WRONG_KEY in task.runtime.secrets
