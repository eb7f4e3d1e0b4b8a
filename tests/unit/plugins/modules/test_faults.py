# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert against a service that misbehaves: what is wrong with one connection is told about that one, and the others finish.

Of a test with several parameters (what is wrong, where, when, one connection after the other or four at once), one in four combinations is run, so that each
value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import itertools
import json
import random
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import AuthenticationError
from ansible_collections.azdo.connections.plugins.module_utils._sign_in import tokens

from simulator import Fleet, Simulator
from simulator.state import Connection
from unit.plugins._helpers.arm import person
from unit.plugins._helpers.fleets import Ledger, federated, named, stored
from unit.plugins._helpers.tasks import Task, convert

pytestmark = pytest.mark.sampled(4)
Simulate = t.Callable[..., Simulator]
Json = dict[str, t.Any]
NAMES = [f"azure-{number:02d}" for number in range(12)]
VICTIM = NAMES[5]
OTHERS = set(NAMES) - {VICTIM}


def twelve(**options: t.Any) -> Fleet:
    """Twelve connections in three projects, each with something around it that must stay."""
    fleet = Fleet()
    fleet.service_principal("automation", secret="a-made-up-secret-of-the-automation")
    projects = [fleet.project(name) for name in ("Payments", "Web Shop", "Büro {{ 7*7 }}")]
    for number, name in enumerate(NAMES):
        made = fleet.connection(projects[number % 3], name, all_pipelines=number % 2 == 0, **options)
        fleet.check(made, "8c6f20a7-a545-4486-9777-f762fafe0d4d", "Approval", {"instructions": "look"})
    return fleet


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(twelve())


@pytest.fixture(params=[1, 4], ids=["one by one", "four at once"])
def concurrency(request: pytest.FixtureRequest) -> int:
    return t.cast(int, request.param)


def victim(simulator: Simulator) -> Connection:
    return named(simulator, VICTIM)


def tells(task: Task, name: str = VICTIM) -> Json:
    """The row of the connection says what happened, where, and what to do."""
    error = told(task, name)
    assert error["remedy"], error
    return error


def told(task: Task, name: str = VICTIM) -> Json:
    """The row of the connection says what happened and where."""
    row = task.by_name[name]
    assert row["status"] in ("failed", "waiting", "needs_person"), row
    error = row["error"]
    assert error["message"].startswith(f"contoso / {row['project']} / {name}: "), error
    assert len(error["message"]) > len(f"contoso / {row['project']} / {name}: ") + 10
    assert "azdo.connections" not in error["message"], "a fault of the service is not one of ours"
    if row["status"] == "failed":
        assert task.failed
        failed = [item["name"] for item in task.rows if item["status"] == "failed"]
        # Errors that are equal are said once, with the first three that have them.
        where = f"contoso / {row['project']} / {name}"
        assert name not in failed[:3] or where in task.result["msg"]
        assert name not in failed[:3] or error["message"].removeprefix(f"{where}: ") in task.result["msg"]
    return t.cast(Json, error)


def others_finished(task: Task, ledger: Ledger, names: set[str] = OTHERS) -> None:
    assert {name for name in names if task.statuses[name] != "converted"} == set(), task.statuses
    assert names <= federated(ledger.simulator)
    ledger.check()
    truly = federated(ledger.simulator)
    for name, status in task.statuses.items():
        theirs = any("somebody else" in text for text in task.by_name[name]["notes"])
        if status in ("skipped", "unchanged") and not theirs:
            assert ledger.applied.get(name, 0) == 0, "something was sent and the row says that it was left alone"
        if status == "converted":
            assert name in truly
    if ledger.applied:
        assert task.result["changed"]


# -- for a moment ------------------------------------------------------------------------------------------------------
PLACES = {
    "list": ("GET", r"/serviceendpoint/endpoints\?"),
    "projects": ("GET", r"/_apis/projects"),
    "who am I": ("GET", r"/connectionData"),
    "read": ("GET", r"/serviceendpoint/endpoints/"),
    "history": ("GET", r"/executionhistory"),
    "permissions": ("GET", r"/pipelinepermissions/"),
    "checks": ("POST", r"/checks/queryconfigurations"),
    "roles": ("GET", r"/securityroles/"),
    "test": ("POST", r"/endpointproxy"),
    "conversion": ("PUT", r"operation=Convert"),
}
MOMENTS: dict[str, Json] = {
    "429": {"status": 429},
    "429 and when": {"status": 429, "headers": {"Retry-After": "0.02"}},
    "200 and when": {"kind": "headers", "headers": {"Retry-After": "0.02"}},
    "503": {"status": 503},
    "503 and when": {"status": 503, "headers": {"Retry-After": "0.02"}},
    "reset before": {"kind": "reset_before"},
    "reset after": {"kind": "reset_after"},
    "truncated": {"kind": "truncated"},
    "cut": {"kind": "cut"},
    "malformed": {"status": 200, "body": "{'no': json", "headers": {"Content-Type": "application/json"}},
    "slow": {"kind": "delay", "delay_ms": 15},
}


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_a_moment_of_trouble_with_what_is_read_changes_nothing_about_the_end(
    simulator: Simulator, concurrency: int, moment: str
) -> None:
    """In each place, two times in a row."""
    for place, (method, path) in PLACES.items():
        if place != "conversion":
            simulator.fault(method=method, path=path, skip=1 if place == "read" else 0, times=2, **MOMENTS[moment])
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency)
    assert set(task.statuses.values()) == {"converted"}, task.result.get("msg")
    others_finished(task, ledger, set(NAMES))
    left = {order.path for order in simulator.application.faults.orders}
    assert left <= {PLACES["projects"][1], PLACES["who am I"][1]}, "each trouble was met"


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_a_moment_of_trouble_with_conversions_changes_nothing_about_the_end(
    simulator: Simulator, concurrency: int, moment: str
) -> None:
    """An answer that the service gave without doing anything looks like one that got lost on the way: after a look it is sent again."""
    for name in NAMES[::4]:
        simulator.fault(method="PUT", path=named(simulator, name).id, **MOMENTS[moment])
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency)
    assert set(task.statuses.values()) == {"converted"}, task.result.get("msg")
    others_finished(task, ledger, set(NAMES))


@pytest.mark.parametrize("moment", ["429", "429 and when", "200 and when"])
def test_a_long_burst_of_being_busy_is_sat_out(simulator: Simulator, concurrency: int, moment: str) -> None:
    simulator.fault(times=5, skip=30, **MOMENTS[moment])
    simulator.fault(times=5, skip=70, **MOMENTS[moment])
    simulator.fault(method="PUT", times=4, skip=2, **MOMENTS[moment])
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency)
    assert set(task.statuses.values()) == {"converted"}, task.result.get("msg")
    others_finished(task, ledger, set(NAMES))
    if "when" in moment:
        assert task.result["summary"]["seconds_held_back"] > 0


def test_a_pause_that_was_asked_for_holds_for_all(simulator: Simulator) -> None:
    """No request goes out while the service wants none."""
    simulator.fault(kind="headers", path=r"/executionhistory", headers={"Retry-After": "0.3"})
    task = convert(simulator, concurrency=4)
    assert set(task.statuses.values()) == {"converted"}
    times = sorted(record.at for record in simulator.requests)
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(times))
    assert gaps[-1] > 0.25


# -- one connection ----------------------------------------------------------------------------------------------------
LASTING: dict[str, Json] = {
    **MOMENTS,
    "400": {"status": 400, "body": {"message": "No, not like this.", "typeKey": "ArgumentException"}},
    "403": {"status": 403},
    "404": {"status": 404},
    "500": {"status": 500},
    "401": {"status": 401},
    "sign-in page": {"kind": "html", "status": 203},
    "proxy page": {"kind": "html", "status": 502, "body": "proxy"},
    "page with 200": {"kind": "html", "status": 200, "body": "proxy"},
    "redirect": {"status": 302, "headers": {"Location": "https://login.example/_signin"}},
    "null": {"status": 200, "body": "null", "headers": {"Content-Type": "application/json"}},
    "list": {"status": 200, "body": [1, 2]},
    "odd object": {"status": 200, "body": {"odd": True}},
    "odd items": {"status": 200, "body": {"count": 2, "value": [{"data": "odd", "identity": "odd", "role": 1}, {}]}},
    "odd fields": {
        "status": 200,
        "body": {"value": [{"data": {"definition": "odd"}}], "pipelines": [1], "allPipelines": "odd"},
    },
}
AROUND = ("history", "permissions", "checks", "roles", "test")


def _about(simulator: Simulator, name: str, place: str, fault: Json, **more: t.Any) -> None:
    """The fault in this place, for this connection only and for ever."""
    method, _path = PLACES[place]
    one = named(simulator, name).id
    path = {
        "read": rf"/endpoints/{one}\?",
        "history": f"{one}/executionhistory",
        "permissions": f"/pipelinepermissions/endpoint/{one}",
        # Those of many are read together; when that fails, one by one.
        "checks": "/checks/queryconfigurations",
        "roles": f"/securityroles/.*{one}",
        "test": f"/endpointproxy.*{one}",
        "conversion": f"/endpoints/{one}.*operation=",
    }[place]
    simulator.fault(**{"method": method, "path": path, "times": 0, **fault, **more})


@pytest.mark.parametrize(("place", "concurrency"), [("read", 4), ("conversion", 4), ("conversion", 1)])
@pytest.mark.parametrize("what", [what for what in LASTING if what not in ("slow", "200 and when")])
def test_what_is_wrong_with_one_connection_is_told_about_that_one(
    simulator: Simulator, concurrency: int, what: str, place: str
) -> None:
    _about(simulator, VICTIM, place, LASTING[what])
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency, wait_timeout=1)
    others_finished(task, ledger)
    status = task.statuses[VICTIM]
    if VICTIM in federated(simulator):
        assert status in ("converted", "failed", "waiting", "needs_person")
    else:
        assert status in ("failed", "waiting", "skipped")
    if status in ("failed", "waiting", "needs_person"):
        told(task)
    elif status == "skipped":
        assert task.by_name[VICTIM]["reasons"], "skipped without a reason"


@pytest.mark.parametrize(
    ("what", "place"), [("400", "conversion"), ("404", "conversion"), ("500", "read"), ("null", "read")]
)
def test_whatever_fails_says_what_a_person_can_do(simulator: Simulator, what: str, place: str) -> None:
    """Also where nobody knows more than what the service said."""
    _about(simulator, VICTIM, place, LASTING[what])
    tells(convert(simulator))


@pytest.mark.parametrize("what", ["503", "reset before", "truncated", *list(LASTING)[len(MOMENTS) :]])
def test_what_cannot_be_read_around_connections_is_unknown(simulator: Simulator, concurrency: int, what: str) -> None:
    """It is never an error of ours, never taken for good, and never stops the others."""
    where = dict(zip(AROUND, NAMES[::2], strict=False))
    for place, name in where.items():
        _about(simulator, name, place, LASTING[what])
    ledger = Ledger(simulator)
    check = convert(simulator, check=True, concurrency=concurrency)
    assert "connections" in check.result, check.result["msg"]
    task = convert(simulator, concurrency=concurrency)
    others_finished(task, ledger, set(NAMES) - set(where.values()))
    for place, name in where.items():
        row = task.by_name[name]
        if row["status"] in ("failed", "waiting"):
            # Only what was asked for after the conversion may fail it, or leave it unproven.
            assert place == "test", row["error"]
            assert (row["status"] == "waiting") is (row["verification"]["after"]["result"] == "outage")
            assert name in federated(simulator)
            tells(task, name)
        elif row["status"] == "skipped":
            assert place == "history"
            assert "unknown" in task.codes(name)
            assert check.by_name[name]["status"] == "skipped"
        else:
            assert row["status"] == "converted"
            assert name in federated(simulator)


def test_use_that_cannot_be_read_is_accepted_on_request(simulator: Simulator) -> None:
    _about(simulator, VICTIM, "history", LASTING["403"])
    task = convert(simulator, allow_in_use=True)
    assert set(task.statuses.values()) == {"converted"}


# -- conversions that the service refuses ------------------------------------------------------------------------------
def _refusal(type_key: str, message: str) -> Json:
    return {"status": 400, "body": {"$id": "1", "message": message, "typeKey": type_key, "errorCode": 0}}


NOT_CONFIGURED = (
    "The authorization scheme could not be upgraded to WorkloadIdentityFederation because the service principal could not be "
    "configured automatically, and no valid configuration exists."
)
REFUSALS: dict[str, Json] = {
    "not configured": _refusal("ArgumentException", NOT_CONFIGURED),
    "neither up nor down": _refusal(
        "ArgumentException",
        "Converting endpoint type azurerm scheme from WorkloadIdentityFederation to WorkloadIdentityFederation is neither an "
        "upgrade or a downgrade and is not supported.",
    ),
    "azure stack": _refusal(
        "ServiceEndpointException",
        "Unable to connect to the Azure Stack environment. Ignore the failure if the source is Azure DevOps.",
    ),
    "another tenant": _refusal(
        "AadAccessSilentException",
        "GetUserAccessToken: Failed to obtain an access token of identity {0}. AAD returned silent failure.",
    ),
    "portal": _refusal(
        "ServiceEndpointException",
        "Automatic authentication conversion failed. Your service connection was not modified. To continue the conversion manually, "
        "create a Federated Credential for the underlying Service Principal using the Federation Subject Identifier below and try again.",
    ),
    "no token": _refusal("ServiceEndpointException", "Failed to obtain an access token"),
    "no refresh token": _refusal("ServiceEndpointException", "A valid refresh token was not found"),
    "no rights": _refusal(
        "ServiceEndpointException",
        "Failed to create an app in Microsoft Entra ID. Error: Insufficient privileges to complete the operation.",
    ),
}


@pytest.mark.parametrize("what", list(REFUSALS))
def test_a_refused_conversion_says_why_and_what_to_do(simulator: Simulator, concurrency: int, what: str) -> None:
    before = stored(simulator)[victim(simulator).id]
    _about(simulator, VICTIM, "conversion", REFUSALS[what])
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency)
    others_finished(task, ledger)
    error = tells(task)
    assert REFUSALS[what]["body"]["message"] in error["message"]
    assert error["details"]["status"] == 400
    assert error["details"]["type_key"] == REFUSALS[what]["body"]["typeKey"]
    assert task.by_name[VICTIM]["after"]["scheme"] == "service_principal"
    assert stored(simulator)[victim(simulator).id] == before
    assert len([record for record in simulator.writes if victim(simulator).id in record.path]) == 1


@pytest.mark.parametrize("what", list(REFUSALS))
def test_a_conversion_that_fails_later_says_why_and_what_to_do(simulator: Simulator, what: str) -> None:
    said = REFUSALS[what]["body"]["message"]
    victim(simulator).conversion_polls, victim(simulator).conversion_failure = 1, said
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=4)
    others_finished(task, ledger)
    error = tells(task)
    assert said in error["message"]


def test_what_the_service_said_ends_with_one_full_stop(simulator: Simulator) -> None:
    victim(simulator).conversion_polls, victim(simulator).conversion_failure = 1, NOT_CONFIGURED
    assert not told(convert(simulator))["message"].endswith("..")


def test_a_refusal_of_what_was_done_all_the_same_is_no_failure(simulator: Simulator, concurrency: int) -> None:
    """Somebody else was faster: an error is not the truth about a connection, a read is."""
    one = victim(simulator)
    plan_b = Fleet.federate

    def race(record: t.Any, moment: str) -> None:
        if moment == "arrived" and record.method == "PUT" and one.id in record.path:
            one.scheme = "WorkloadIdentityFederation"
            plan_b(simulator.fleet, one)

    ledger = Ledger(simulator, then=race)
    task = convert(simulator, concurrency=concurrency, verify="none")
    others_finished(task, ledger)
    assert task.statuses[VICTIM] in ("converted", "unchanged")


# -- never ready, slow -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("wait_timeout", [0, 1])
def test_a_conversion_that_does_not_end_waits_and_the_others_do_not(
    simulator: Simulator, concurrency: int, wait_timeout: int
) -> None:
    victim(simulator).conversion_polls = 1_000_000
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency, wait_timeout=wait_timeout)
    others_finished(task, ledger)
    assert "did not finish" in tells(task)["message"]
    assert task.result["failure"]["code"] == "unfinished"
    assert task.result["changed"]
    simulator.forget()
    again = convert(simulator, concurrency=concurrency, connections=NAMES, wait_timeout=0)
    assert again.by_name[VICTIM]["status"] == "skipped"
    assert "not_ready" in again.codes(VICTIM)
    assert simulator.writes == []


def test_all_conversions_that_take_their_time_end(simulator: Simulator, concurrency: int) -> None:
    simulator.knob(conversion_polls=3)
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency)
    others_finished(task, ledger, set(NAMES))


# -- what changes in the middle ----------------------------------------------------------------------------------------
POINTS = ("read", "history", "conversion")


def _at(simulator: Simulator, point: str, what: t.Callable[[], None], *, moment: str) -> Ledger:
    """Something happens when a request about the victim arrives, or has just been carried out."""
    method, _path = PLACES[point]
    words = {"read": "/endpoints/", "history": "executionhistory", "conversion": "operation=", "roles": "securityroles"}
    identifier = victim(simulator).id
    done: list[bool] = []

    def happen(record: t.Any, now: str) -> None:
        about = record.method == method and identifier in record.raw_path and words[point] in record.raw_path
        if about and now == moment and not done:
            done.append(True)
            what()

    return Ledger(simulator, then=happen)


@pytest.mark.parametrize("moment", ["arrived", "applied"])
@pytest.mark.parametrize("point", POINTS)
def test_a_connection_that_is_deleted_in_the_middle(
    simulator: Simulator, concurrency: int, point: str, moment: str
) -> None:
    one = victim(simulator)
    ledger = _at(simulator, point, lambda: simulator.world.remove_connection(one), moment=moment)
    task = convert(simulator, concurrency=concurrency)
    others_finished(task, ledger)
    assert simulator.connection(one.id) is None
    told(task)
    assert task.statuses[VICTIM] == "failed"


def test_a_connection_that_was_deleted_says_what_a_person_can_do(simulator: Simulator) -> None:
    one = victim(simulator)
    _at(simulator, "conversion", lambda: simulator.world.remove_connection(one), moment="applied")
    tells(convert(simulator))


@pytest.mark.parametrize("moment", ["arrived", "applied"])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("level", ["none", "reader"])
def test_rights_that_are_lost_in_the_middle(
    simulator: Simulator, concurrency: int, level: t.Any, point: str, moment: str
) -> None:
    """In one project: what was done there stays done, the other projects finish."""
    project = victim(simulator).owning.project

    def lose() -> None:
        simulator.fleet.user.levels[project.id] = level

    ledger = _at(simulator, point, lose, moment=moment)
    task = convert(simulator, concurrency=concurrency, wait_timeout=1)
    elsewhere = {name for name in NAMES if named(simulator, name).owning.project is not project}
    others_finished(task, ledger, elsewhere)
    for name in set(NAMES) - elsewhere:
        row = task.by_name[name]
        if row["status"] in ("failed", "waiting", "needs_person"):
            told(task, name)
        elif row["status"] == "skipped":
            assert {"no_permission", "unknown"} & set(task.codes(name)), row
        else:
            assert name in federated(simulator)


@pytest.mark.parametrize("moment", ["arrived", "applied"])
@pytest.mark.parametrize("point", POINTS)
def test_a_connection_that_is_disabled_in_the_middle_is_not_sent_back_enabled(
    simulator: Simulator, concurrency: int, point: str, moment: str
) -> None:
    one = victim(simulator)
    ledger = _at(simulator, point, lambda: setattr(one, "disabled", True), moment=moment)
    task = convert(simulator, concurrency=concurrency)
    others_finished(task, ledger)
    assert one.disabled
    assert task.statuses[VICTIM] in ("skipped", "converted", "failed")


def test_an_edit_before_the_second_attempt_is_not_held_against_the_first(
    simulator: Simulator, concurrency: int
) -> None:
    """The first attempt changed nothing, so the state before the second one is what the end is compared with."""
    one = victim(simulator)
    simulator.fault(method="PUT", path=one.id, status=429)

    def edit() -> None:
        one.owning.description = one.description = "written by somebody while the service was busy"

    ledger = _at(simulator, "conversion", edit, moment="arrived")
    task = convert(simulator, concurrency=concurrency)
    others_finished(task, ledger)
    assert one.description == "written by somebody while the service was busy"
    assert task.statuses[VICTIM] == "converted", task.by_name[VICTIM]["error"]


# -- the sign-in -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["person", "service principal"])
@pytest.mark.parametrize("after", [1, 20, 60, 100])
def test_a_token_that_expires_is_renewed(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, concurrency: int, who: t.Any, after: int
) -> None:
    """Also on a conversion: what was rejected was not carried out."""
    seen = [0]

    def expire(record: t.Any, moment: str) -> None:
        seen[0] += moment == "arrived"
        if moment == "arrived" and seen[0] % 150 == after:
            simulator.advance(hours=2)

    ledger = Ledger(simulator, then=expire)
    sign_in = person(simulator, who, monkeypatch)
    task = convert(simulator, concurrency=concurrency, attempt_as_non_user=True, **sign_in)
    if who == "person":
        others_finished(task, ledger, set(NAMES))
        assert not task.failed
    else:
        # Refused once, on trial; the others are left alone with the reason.
        assert sorted(task.statuses.values()) == ["needs_person"] + ["skipped"] * 11
        ledger.check()


@pytest.mark.parametrize("kind", ["sign-in page", "401"])
def test_a_rejected_conversion_is_sent_again_with_a_new_token(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, concurrency: int, kind: str
) -> None:
    simulator.fault(method="PUT", times=3, **LASTING[kind])
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency, **person(simulator, "person", monkeypatch))
    if concurrency == 1:
        # The second of two rejections in a row is about that connection.
        assert sorted(task.statuses.values()) == ["converted"] * 11 + ["failed"]
    ledger.check()
    for name, status in task.statuses.items():
        if status == "failed":
            told(task, name)
    assert federated(simulator) == {name for name, status in task.statuses.items() if status == "converted"}


def test_a_sign_in_that_cannot_be_renewed_ends_the_run_and_the_next_one_finishes(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    sign_in = person(simulator, "person", monkeypatch)
    monkeypatch.setattr(tokens, "RENEW_BEFORE_SECONDS", 0)
    ask = tokens.Authorizer._ask
    over = [False]

    def broken(*arguments: t.Any) -> t.Any:
        if over[0]:
            raise AuthenticationError("Run az login.", remedy="Run 'az login'.")
        return ask(*arguments)

    def end(record: t.Any, moment: str) -> None:
        if moment == "applied" and record.write and len(federated(simulator)) == 3:
            over[0] = True
            simulator.advance(hours=2)

    monkeypatch.setattr(tokens.Authorizer, "_ask", broken)
    ledger = Ledger(simulator, then=end)
    task = convert(simulator, concurrency=concurrency, **sign_in)
    _ends_in_the_middle(simulator, task, ledger)
    over[0] = False
    ledger.then = lambda record, moment: None
    again = convert(simulator, **sign_in)
    assert not again.failed, again.result["msg"]
    assert federated(simulator) == set(NAMES)
    ledger.check()


@pytest.mark.parametrize("after", [0, 1, 5, 11])
def test_a_personal_token_that_expires_ends_the_run_and_the_next_one_finishes(
    simulator: Simulator, concurrency: int, after: int
) -> None:
    user, old = simulator.fleet.user, simulator.pat

    def end(record: t.Any, moment: str) -> None:
        if moment == "applied" and record.write and len(federated(simulator)) > after:
            user.pat = "another-token-by-now"

    ledger = Ledger(simulator, then=end)
    task = convert(simulator, concurrency=concurrency, personal_access_token=old)
    _ends_in_the_middle(simulator, task, ledger)
    again = convert(simulator, personal_access_token="another-token-by-now")
    assert not again.failed, again.result["msg"]
    assert federated(simulator) == set(NAMES)
    ledger.check()


def _ends_in_the_middle(simulator: Simulator, task: Task, ledger: Ledger) -> None:
    assert task.failed
    assert task.result["changed"]
    ledger.check()
    truly = federated(simulator)
    for name, status in task.statuses.items():
        if status in ("failed", "waiting", "needs_person"):
            told(task, name)
        elif status == "skipped":
            assert "not_started" in task.codes(name)
            assert name not in truly, "it was converted, and its row says that it was not started"
        else:
            assert status == "converted"
            assert name in truly


def test_one_sign_in_page_is_about_one_connection(simulator: Simulator, concurrency: int) -> None:
    """A gateway that hiccups is no end of the sign-in: the others go on."""
    simulator.fault(path=f"/endpoints/{victim(simulator).id}\\?api", **LASTING["sign-in page"])
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency)
    others_finished(task, ledger)
    tells(task)


# -- everything at once ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(8))
def test_everything_at_once(simulator: Simulator, concurrency: int, seed: int) -> None:
    """Ten times something goes wrong somewhere, and nothing is done twice, lost, or told wrongly."""
    chance = random.Random(seed)
    kinds = [*MOMENTS, "500", "403", "sign-in page", "400", "404"]
    for _number in range(10):
        method, path = PLACES[chance.choice(["read", *AROUND, "conversion", "conversion"])]
        simulator.fault(
            method=method,
            path=path,
            skip=chance.randrange(20),
            times=chance.randrange(1, 3),
            **LASTING[chance.choice(kinds)],
        )
    victim(simulator).conversion_polls = 2
    lasting = stored(simulator, lasting=True)
    ledger = Ledger(simulator)
    task = convert(simulator, concurrency=concurrency, wait_timeout=2)
    assert sorted(task.names) == NAMES, task.result.get("msg")
    for name, status in task.statuses.items():
        if status in ("failed", "waiting", "needs_person"):
            told(task, name)
        elif status == "skipped":
            assert ledger.applied.get(name, 0) == 0
            assert task.by_name[name]["reasons"]
        else:
            assert name in federated(simulator)
    assert stored(simulator, lasting=True) == lasting
    simulator.clear_faults()
    again = convert(simulator, concurrency=concurrency)
    assert not again.failed, again.result["msg"]
    assert federated(simulator) == set(NAMES)
    assert stored(simulator, lasting=True) == lasting
    ledger.check()


@pytest.mark.parametrize("seed", range(4))
def test_a_way_back_through_everything_at_once(simulator: Simulator, concurrency: int, seed: int) -> None:
    chance = random.Random(100 + seed)
    before = stored(simulator)
    convert(simulator)
    for _number in range(8):
        method, path = PLACES[chance.choice(["read", *AROUND, "conversion", "conversion"])]
        simulator.fault(
            method=method,
            path=path,
            skip=chance.randrange(20),
            times=1,
            **LASTING[chance.choice([*MOMENTS, "500", "403"])],
        )
    ledger = Ledger(simulator)
    every: Json = {"to": "service_principal", "revert_all": True, "concurrency": concurrency}
    task = convert(simulator, **every)
    for name, status in task.statuses.items():
        if status in ("failed", "waiting", "needs_person"):
            told(task, name)
    simulator.clear_faults()
    assert not convert(simulator, **every).failed
    assert stored(simulator) == before
    ledger.check()


def test_results_can_be_written_down_whatever_went_wrong(simulator: Simulator) -> None:
    for place, what in (("read", "odd object"), ("roles", "odd items"), ("conversion", "500")):
        _about(simulator, VICTIM, place, LASTING[what], times=1)
    assert json.loads(json.dumps(convert(simulator).result))
