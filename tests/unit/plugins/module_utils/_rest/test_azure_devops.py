# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of Azure DevOps: introductions, versions, paging, names of any kind, and what is missing."""

from __future__ import annotations

import json
import threading
import typing as t
from urllib.parse import quote

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    BlockedByPolicyError,
    ForeignAnswerError,
    NotAcceptedError,
    NotFoundError,
    NotPermittedError,
    OptionError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import survey
from ansible_collections.azdo.connections.plugins.module_utils._rest import limits
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

from simulator import Fleet, Simulator, bench_fleet
from unit.plugins._helpers.clients import client, session

Simulate = t.Callable[..., Simulator]
HOSTILE = [
    "Büro München",
    "物流 Logistics",
    "100%25 & a+b=c?",
    "a#b",
    "semi;colon",
    "{{ 7*7 }}",
    "quo\"te'd",
    "emoji 🚀",
    "at@sign:colon",
    "  ",
    "back\\slash",
    "%2e%2e",
]


# -- introductions -----------------------------------------------------------------------------------------------------
def test_one_question_tells_all_about_the_organization(simulate: Simulate) -> None:
    simulator = simulate(Fleet())
    one = client(simulator)
    organization = one.organization()
    assert one.organization() is organization
    assert organization.hosted
    assert organization.instance_id == simulator.fleet.organization_id
    assert organization.caller_name == "Sam Operator"
    assert organization.versions["endpoints"] == "7.1"
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    ("profile", "endpoints", "questions"),
    [("server_2019", "5.0-preview.2", 2), ("server_2020", "6.0-preview.4", 2), ("server_2022", "7.1", 1)],
)
def test_the_version_is_settled_once(simulate: Simulate, profile: str, endpoints: str, questions: int) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod", creation_mode="Manual")
    simulator = simulate(fleet, profile=profile)
    one = client(simulator)
    organization = one.organization()
    assert not organization.hosted
    assert organization.versions["endpoints"] == endpoints
    assert len(simulator.requests) == questions
    (project,) = one.projects()
    (answer,) = one.connections(project)
    assert one.connection(project.id, answer["id"]) is not None
    assert {record.status for record in simulator.requests[questions:]} == {200}
    assert len(simulator.requests) == questions + 3


def out_of_range(latest: str) -> dict[str, str]:
    said = "The requested REST API version of 7.1 is out of range for this server. The latest REST API version this server supports is"
    return {"typeKey": "VssVersionOutOfRangeException", "message": f"{said} {latest}."}


@pytest.mark.parametrize("latest", ["4.1", "3.0"])
def test_a_server_that_is_too_old(simulate: Simulate, latest: str) -> None:
    simulator = simulate()
    simulator.fault(times=0, status=400, body=out_of_range(latest))
    with pytest.raises(OptionError, match="is too old") as caught:
        client(simulator).projects()
    assert "2019 (5.0) is the oldest" in caught.value.remedy


@pytest.mark.parametrize(
    ("kind", "hosted"),
    [("hosted", True), ("Hosted", True), ("onPremises", False), ("devfabric", False), (None, False), ("", False)],
)
def test_what_the_service_says_about_its_kind(simulate: Simulate, kind: str | None, hosted: bool) -> None:
    """A server that says nothing is no cloud, unless it has an address of the cloud."""
    simulator = simulate()
    user = {"id": "1", "providerDisplayName": "Sam"}
    simulator.fault(times=0, status=200, body={"authenticatedUser": user, "deploymentType": kind})
    assert client(simulator).organization().hosted is hosted


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"authenticatedUser": None},
        {"authenticatedUser": "Sam"},
        {"authenticatedUser": ["Sam"]},
        {"authenticatedUser": {"id": ["1"], "providerDisplayName": "Sam"}},
        {"authenticatedUser": {"id": "", "providerDisplayName": "Sam"}},
        {"authenticatedUser": {"id": "1", "providerDisplayName": "Anonymous"}},
        [],
        "null",
    ],
    ids=str,
)
def test_nobody_in_particular_is_not_signed_in(simulate: Simulate, body: t.Any) -> None:
    simulator = simulate()
    headers = {"Content-Type": "application/json"}
    simulator.fault(times=0, status=200, body=body, headers=headers)
    with pytest.raises(AuthenticationError, match="does not know who is asking"):
        client(simulator).projects()


def test_an_organization_with_public_projects_shows_nothing_to_strangers(simulate: Simulate) -> None:
    simulator = simulate(anonymous=True)
    with pytest.raises(AuthenticationError, match="anonymous visitor"):
        client(simulator, personal_access_token="not-a-token-of-anybody").projects()


def test_no_organization_at_this_address(simulate: Simulate) -> None:
    simulator = simulate()
    with pytest.raises(OptionError, match="There is no organization at") as caught:
        client(simulator, organization_url=f"{simulator.base_url}/fabrikam").projects()
    assert "organization_url" in caught.value.remedy


def written(body: t.Any) -> dict[str, t.Any]:
    """In ASCII, so that half a character can be sent, too."""
    return {"body": json.dumps(body), "headers": {"Content-Type": "application/json"}}


# -- projects ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", [100, 7, 1])
def test_all_pages_of_projects(simulate: Simulate, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops._PROJECTS_PER_PAGE"
    monkeypatch.setattr(module, page)
    count = 250 if page > 1 else 12
    simulator = simulate(bench_fleet(count, 0))
    names = [project.name for project in client(simulator).projects()]
    assert names == [f"Project {number:04d}" for number in range(count)]
    assert len(simulator.requests) == 1 + -(-count // page)


def test_projects_are_sorted_as_people_sort(simulate: Simulate) -> None:
    fleet = Fleet()
    for name in ("b", "A", "C", "a2"):
        fleet.project(name)
    fleet.project("gone", state="deleting")
    assert [project.name for project in client(simulate(fleet)).projects()] == ["A", "a2", "b", "C"]


def test_a_list_without_an_end_is_an_error(simulate: Simulate) -> None:
    simulator = simulate(bench_fleet(3, 0))
    simulator.fault(kind="headers", times=20, path="_apis/projects", headers={"x-ms-continuationtoken": "1"})
    with pytest.raises(ServiceError, match="does not come to an end"):
        client(simulator).projects()
    assert len(simulator.requests) < 10


def test_a_list_with_ever_new_pages_is_an_error(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_PAGES", 20)
    simulator = simulate(bench_fleet(3, 0))
    for number in range(40):
        simulator.fault(kind="headers", path="_apis/projects", headers={"x-ms-continuationtoken": str(number)})
    with pytest.raises(ServiceError, match="does not come to an end"):
        client(simulator).projects()


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        (None, "(a project without an id)"),
        ("text", "(a project without an id)"),
        ([], "(a project without an id)"),
        ({}, "(a project without an id)"),
        ({"id": ["1"], "name": "Odd"}, "Odd"),
        ({"id": None, "name": "Odd"}, "Odd"),
        ({"id": "\ud800", "name": "Odd"}, "Odd"),
    ],
    ids=ascii,
)
def test_a_project_that_cannot_be_asked_for_is_one_that_cannot_be_read(
    simulate: Simulate, odd: t.Any, name: str
) -> None:
    """It does not vanish, and the others go on."""
    simulator = simulate()
    body = {"count": 2, "value": [odd, {"id": "2", "name": "Payments"}]}
    simulator.fault(path="_apis/projects", status=200, **written(body))
    one = client(simulator)
    found = {project.name: project for project in one.projects()}
    assert found.keys() == {name, "Payments"}
    simulator.forget()
    with pytest.raises(ServiceError, match="empty or cannot be sent"):
        one.connections(found[name])
    assert simulator.requests == []


@pytest.mark.parametrize("name", [None, "", 7, ["x"], {"a": 1}, "\ud800"], ids=ascii)
def test_a_project_without_a_name_is_called_by_its_id(simulate: Simulate, name: t.Any) -> None:
    simulator = simulate()
    simulator.fault(path="_apis/projects", status=200, **written({"value": [{"id": "1", "name": name}]}))
    assert [project.name for project in client(simulator).projects()] == ["1"]


@pytest.mark.parametrize("name", ["", "\ud800"], ids=ascii)
def test_what_cannot_be_asked_for_is_not(simulate: Simulate, name: str) -> None:
    """An empty name would ask for the whole list, and for connections of all projects."""
    simulator = simulate()
    one = client(simulator)
    one.organization()
    simulator.forget()
    with pytest.raises(ServiceError, match="empty or cannot be sent"):
        one.project(name)
    with pytest.raises(ServiceError, match="empty or cannot be sent"):
        one.connection(name, "1")
    assert simulator.requests == []


def test_pages_that_overlap_give_each_project_once(simulate: Simulate) -> None:
    simulator = simulate(bench_fleet(3, 0))
    simulator.fault(kind="headers", path="_apis/projects", headers={"x-ms-continuationtoken": "1"})
    assert len(client(simulator).projects()) == 3


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_any_kind(simulate: Simulate, name: str) -> None:
    fleet = Fleet()
    project = fleet.project(name)
    fleet.connection(project, name)
    simulator = simulate(fleet)
    one = client(simulator)
    found = one.project(name)
    assert (found.id, found.name) == (project.id, name)
    assert [item["name"] for item in one.connections(found)] == [name]
    asked = next(record for record in simulator.requests if "_apis/projects/" in record.path)
    assert f"_apis/projects/{quote(name, safe='')}?" in asked.raw_path
    assert "+" not in asked.raw_path.replace("%2B", "")


def test_a_name_is_one_segment_of_a_path(simulate: Simulate) -> None:
    simulator = simulate()
    with pytest.raises(ServiceError):
        client(simulator).project("a/../b?c")
    assert "_apis/projects/a%2F..%2Fb%3Fc?" in simulator.requests[-1].raw_path


def test_a_project_is_asked_for_once(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("Payments")
    simulator = simulate(fleet)
    one = client(simulator)
    one.projects()
    before = len(simulator.requests)
    for text in ("Payments", "PAYMENTS", project.id, project.id.upper()):
        assert one.project(text).id == project.id
    assert len(simulator.requests) == before


@pytest.mark.parametrize("style", ["tf200016", "vs800075"])
def test_a_project_that_nobody_knows(simulate: Simulate, style: str) -> None:
    with pytest.raises(NotFoundError):
        client(simulate(unknown_project=style)).project("nope")


# -- connections -------------------------------------------------------------------------------------------------------
def test_the_list_holds_failed_ones_and_only_those_of_the_type(simulate: Simulate) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    fleet.connection(payments, "broken", state="failed")
    fleet.connection(payments, "github", type="github", scheme="Token", creation_mode=None)
    simulator = simulate(fleet)
    one, project = client(simulator), Project(payments.id, "Payments")
    assert [item["name"] for item in one.connections(project)] == ["broken"]
    assert [item["name"] for item in one.connections(project, type=None)] == ["broken", "github"]


@pytest.mark.parametrize("style", ["null", "empty", "404"])
def test_a_connection_that_is_missing(simulate: Simulate, style: str) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    one = client(simulate(fleet, missing_connection=style))
    assert one.connection(payments.id, "99999999-0000-4000-8000-000000000000") is None


def test_a_connection_of_a_project_that_is_missing(simulate: Simulate) -> None:
    missing = "99999999-0000-4000-8000-000000000000"
    assert client(simulate()).connection(missing, missing) is None


@pytest.mark.parametrize("body", [{"count": 0}, [], {"value": None}, {"value": {"a": 1}}], ids=str)
def test_a_list_that_is_none(simulate: Simulate, body: t.Any) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    simulator = simulate(fleet)
    simulator.fault(times=0, path="/endpoints", status=200, body=body)
    with pytest.raises(ServiceError, match="unknown shape"):
        client(simulator).connections(Project(payments.id, "Payments"))


def test_an_item_that_is_no_connection_is_one_that_nobody_can_read(simulate: Simulate) -> None:
    """It is missed, and the others go on."""
    simulator = simulate()
    body = {"count": 4, "value": [None, {"id": "1"}, "text", [2]]}
    simulator.fault(path="/endpoints", status=200, body=body)
    project = Project("p", "Payments")
    assert client(simulator).connections(project) == [{}, {"id": "1"}, {}, {}]
    estate = survey([(project, [{}])], named=False)
    assert not estate.coverage.complete


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("/endpoints", lambda one: one.connections_named("p", "x")),
        ("/endpoints", lambda one: one.administers("p", "c")),
        ("executionhistory", lambda one: one.execution_history("p", "c")),
        ("checks/configurations", lambda one: one.checks("p", "c")),
        ("securityroles", lambda one: one.roles("p", "c")),
    ],
)
def test_a_list_of_which_a_part_cannot_be_read_is_none(
    simulate: Simulate, path: str, ask: t.Callable[[AzureDevOps], t.Any]
) -> None:
    simulator = simulate()
    simulator.fault(path=path, status=200, body={"value": [{"id": "1", "data": {}}, None]})
    with pytest.raises(ServiceError, match="unknown shape"):
        ask(client(simulator))


def test_a_use_that_cannot_be_read_is_not_left_out(simulate: Simulate) -> None:
    simulator = simulate()
    simulator.fault(path="executionhistory", status=200, body={"value": [{"data": {"id": 1}}, {"data": "x"}]})
    with pytest.raises(ServiceError, match="unknown shape"):
        client(simulator).execution_history("p", "c")


# -- the newest model ----------------------------------------------------------------------------------------------------
NEWEST = r"api-version=7\.2-preview\.4"
REFUSALS = [
    {
        "typeKey": "VssVersionOutOfRangeException",
        "message": "The requested REST API version of 7.2 is out of range for this server. The latest REST API version this server supports is 7.1.",
    },
    {"typeKey": "VssVersionNotSupportedException", "message": "The requested resource version is not supported."},
    {"typeKey": "VssInvalidPreviewVersionException", "message": "The preview has ended."},
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda body: body["typeKey"])
def test_where_the_newest_model_is_not_spoken_the_one_before_it_is(simulate: Simulate, refusal: dict[str, str]) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    connection = fleet.connection(payments, "azure-prod")
    simulator = simulate(fleet)
    simulator.fault(times=0, path=NEWEST, status=400, body=refusal)
    caller = session(simulator)
    one, told = caller.azure_devops, list[str]()
    caller.remarks.tell(told)
    body = one.connection(payments.id, connection.id, newest=True)
    assert body
    assert [item["id"] for item in one.connections_named(payments.id, "azure-prod")] == [connection.id]
    body["authorization"]["scheme"] = "WorkloadIdentityFederation"
    assert one.convert(payments.id, connection.id, body)
    assert [write.query["api-version"] for write in simulator.writes] == ["7.1"]
    # Refused once for the client.
    assert len([item for item in simulator.requests if item.query.get("api-version") == "7.2-preview.4"]) == 1
    (remark,) = told
    assert "7.2-preview.4" in remark
    assert "service management reference" in remark
    assert "dates" in remark


def test_threads_that_are_refused_together_say_it_once(simulate: Simulate) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    connection = fleet.connection(payments, "azure-prod")
    simulator = simulate(fleet)
    simulator.fault(times=0, path=NEWEST, status=400, body=REFUSALS[0], delay_ms=20)
    caller, told = session(simulator), list[str]()
    caller.remarks.tell(told)
    seen: list[t.Any] = []
    threads = [
        threading.Thread(
            target=lambda: seen.append(caller.azure_devops.connection(payments.id, connection.id, newest=True))
        )
        for _number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [item["id"] for item in seen] == [connection.id] * 6
    assert len(told) == 1


def test_a_write_that_is_refused_so_is_decided_anew(simulate: Simulate) -> None:
    """Its body was read in a model that is not spoken any more; nothing was changed."""
    fleet = Fleet()
    payments = fleet.project("Payments")
    connection = fleet.connection(payments, "azure-prod")
    simulator = simulate(fleet)
    one = client(simulator)
    body = one.connection(payments.id, connection.id, newest=True)
    assert body
    simulator.fault(times=0, path=NEWEST, status=400, body=REFUSALS[0])
    with pytest.raises(NotAcceptedError, match="out of range"):
        one.update(payments.id, connection.id, body)
    assert len(simulator.writes) == 1
    again = one.connection(payments.id, connection.id, newest=True)
    assert again
    one.update(payments.id, connection.id, again)
    assert [write.query["api-version"] for write in simulator.writes] == ["7.2-preview.4", "7.1"]


def test_another_refusal_changes_no_version(simulate: Simulate) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    connection = fleet.connection(payments, "azure-prod")
    simulator = simulate(fleet)
    one = client(simulator)
    simulator.fault(path=NEWEST, status=400, body={"typeKey": "ArgumentException", "message": "no"})
    with pytest.raises(ServiceError, match="no"):
        one.connection(payments.id, connection.id, newest=True)
    one.connection(payments.id, connection.id, newest=True)
    assert simulator.requests[-1].query["api-version"] == "7.2-preview.4"


def test_the_conversion_as_it_goes_out(simulate: Simulate) -> None:
    fleet = Fleet()
    connection = fleet.connection(fleet.project("Payments"), "azure-prod")
    simulator = simulate(fleet)
    one = client(simulator)
    body = one.connection(connection.owning.project.id, connection.id)
    assert body
    body["authorization"]["scheme"] = "WorkloadIdentityFederation"
    answer = one.convert(connection.owning.project.id, connection.id, body)
    assert answer
    assert answer["authorization"]["scheme"] == "WorkloadIdentityFederation"
    (write,) = simulator.writes
    assert write.method == "PUT"
    assert write.path == f"/contoso/{connection.owning.project.id}/_apis/serviceendpoint/endpoints/{connection.id}"
    assert write.query == {"operation": "ConvertAuthenticationScheme", "api-version": "7.2-preview.4"}
    assert write.headers["x-tfs-fedauthredirect"] == "Suppress"
    assert write.body == body


# -- what a caller may not do ------------------------------------------------------------------------------------------
REJECTIONS = [
    {"status": 401},
    {"kind": "html", "status": 203},
    {
        "status": 401,
        "body": {"typeKey": "UnauthorizedRequestException", "message": "TF400813: The user 'sam' is not ..."},
    },
]


@pytest.mark.parametrize("fault", REJECTIONS, ids=str)
def test_a_rejection_of_somebody_who_is_signed_in_is_about_rights(simulate: Simulate, fault: dict[str, t.Any]) -> None:
    """Azure DevOps answers both alike; whether the sign-in is still good is asked."""
    fleet = Fleet()
    payments = fleet.project("Payments")
    simulator = simulate(fleet)
    one = client(simulator)
    one.organization()
    simulator.fault(times=0, path="/endpoints", **fault)
    with pytest.raises(NotPermittedError) as caught:
        one.connections(Project(payments.id, "Payments"))
    assert "scope" in caught.value.remedy


def test_a_missing_scope_is_told_with_what_mends_it(simulate: Simulate) -> None:
    """The sign-in is good, so nothing may say that it is not."""
    fleet = Fleet()
    connection = fleet.connection(fleet.project("Payments"), "azure-prod")
    simulator = simulate(fleet)
    one = client(simulator)
    project_id = connection.owning.project.id
    body = one.connection(project_id, connection.id, newest=True)
    assert body
    said = "The requested resource requires user authentication"
    simulator.fault(method="PUT", status=401, body={"message": said, "typeKey": "UnauthorizedRequestException"})
    with pytest.raises(NotPermittedError) as caught:
        one.convert(project_id, connection.id, body)
    assert said in caught.value.message
    assert "Token: Read & manage" in caught.value.remedy
    assert "did not accept the credential" not in str(caught.value)
    assert "sign-in itself is good" not in str(caught.value)
    assert caught.value.status == 401


def test_a_policy_is_no_question_of_rights(simulate: Simulate) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    simulator = simulate(fleet)
    one = client(simulator)
    one.organization()
    simulator.forget()
    said = "TF400813: The user 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' is not authorized to access this resource."
    simulator.fault(path="/endpoints", status=401, body={"message": said})
    with pytest.raises(BlockedByPolicyError):
        one.connections(Project(payments.id, "Payments"))
    assert len(simulator.requests) == 1


def test_a_page_of_somebody_else_in_the_middle_of_a_run_is_told_from_a_sign_in_that_ended(simulate: Simulate) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    simulator = simulate(fleet)
    one = client(simulator)
    one.organization()
    simulator.fault(times=0, kind="html", status=200, body="proxy")
    with pytest.raises(ForeignAnswerError) as caught:
        one.connections(Project(payments.id, "Payments"))
    assert "status" not in caught.value.details


@pytest.mark.parametrize(
    "fault",
    [{"kind": "html", "status": 200, "body": "proxy"}, {"status": 302, "headers": {"Location": "https://x.example"}}],
    ids=str,
)
def test_a_page_of_somebody_else_for_one_request_is_about_that_one(simulate: Simulate, fault: dict[str, t.Any]) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    simulator = simulate(fleet)
    one = client(simulator)
    one.organization()
    simulator.fault(times=0, path="/endpoints", **fault)
    with pytest.raises(ServiceError) as caught:
        one.connections(Project(payments.id, "Payments"))
    assert caught.value.__class__ is ServiceError
    assert caught.value.status == fault["status"]
    assert "scope" not in caught.value.remedy


@pytest.mark.parametrize("rejection", ["natural", "empty_401", "html_203"])
def test_a_sign_in_that_ended_is_about_the_sign_in(simulate: Simulate, rejection: str) -> None:
    fleet = Fleet()
    payments = fleet.project("Payments")
    simulator = simulate(fleet, rejection=rejection)
    one = client(simulator)
    one.organization()
    fleet.user.pat = "another-token-by-now"
    simulator.forget()
    with pytest.raises(AuthenticationError):
        one.connections(Project(payments.id, "Payments"))
    assert len(simulator.requests) == 2
