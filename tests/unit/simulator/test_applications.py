# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graph: applications are made, changed, found and deleted; their owners and service principals, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import Fleet, Simulator

from .azure import UPSERT, azure, code, pages

Simulate = Callable[..., Simulator]
MANY = "v1.0/applications"
PRINCIPALS = "v1.0/servicePrincipals"
BODY = {"displayName": "Deploy Payments", "tags": ["azdo", "payments"], "serviceManagementReference": "SM-7"}
NOT_FOUND = (404, "Request_ResourceNotFound")
DENIED = (403, "Authorization_RequestDenied")
BAD = (400, "Request_BadRequest")


def named(name: str) -> str:
    return f"{MANY}(uniqueName='{name}')"


def by_client(body: dict[str, Any], many: str = MANY) -> str:
    return f"{many}(appId='{body['appId']}')"


def reference(simulator: Simulator, object_id: str) -> dict[str, str]:
    return {"@odata.id": f"{simulator.graph_url}/v1.0/directoryObjects/{object_id}"}


def made(simulator: Simulator, caller: Any = None, **more: Any) -> dict[str, Any]:
    answer = azure(simulator, "POST", MANY, caller, json=BODY | more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


# -- applications ------------------------------------------------------------------------------------------------------
def test_an_application_is_made_changed_and_deleted(simulate: Simulate) -> None:
    simulator = simulate()
    body = made(simulator)
    assert {key: body[key] for key in BODY} == BODY
    assert (body["signInAudience"], body["uniqueName"]) == ("AzureADMyOrg", None)
    for path in (f"{MANY}/{body['id']}", by_client(body)):
        assert azure(simulator, "GET", path).json() == body
    assert "owners" not in body
    change = {
        "displayName": "B",
        "tags": ["x"],
        "serviceManagementReference": None,
        "signInAudience": "AzureADMultipleOrgs",
    }
    assert azure(simulator, "PATCH", by_client(body), json=change).status_code == 204
    assert azure(simulator, "GET", f"{MANY}/{body['id']}").json() == body | change
    assert azure(simulator, "PATCH", f"{MANY}/{body['id']}", json={"displayName": "C"}).status_code == 204
    assert azure(simulator, "GET", by_client(body)).json()["tags"] == ["x"]
    assert azure(simulator, "DELETE", by_client(body)).status_code == 204
    assert code(azure(simulator, "GET", by_client(body))) == NOT_FOUND
    assert code(azure(simulator, "DELETE", f"{MANY}/{body['id']}")) == NOT_FOUND


def test_an_upsert_makes_or_updates_the_one_of_that_name(simulate: Simulate) -> None:
    simulator = simulate()
    assert code(azure(simulator, "PATCH", named("a-1"), json=BODY)) == NOT_FOUND
    assert code(azure(simulator, "GET", named("a-1"))) == NOT_FOUND
    first = azure(simulator, "PATCH", named("a-1"), json=BODY, headers=UPSERT)
    assert (first.status_code, first.json()["uniqueName"]) == (201, "a-1")
    again = azure(simulator, "PATCH", named("a-1"), json=BODY | {"tags": []}, headers=UPSERT)
    assert (again.status_code, again.content) == (204, b"")
    assert azure(simulator, "PATCH", named("a-1"), json={"displayName": "B"}).status_code == 204
    assert azure(simulator, "GET", named("A-1")).json() == first.json() | {"tags": [], "displayName": "B"}
    assert azure(simulator, "PATCH", named("it''s"), json=BODY, headers=UPSERT).json()["uniqueName"] == "it's"
    assert azure(simulator, "DELETE", named("a-1")).status_code == 204
    assert azure(simulator, "PATCH", named("a-1"), json=BODY, headers=UPSERT).status_code == 201


def test_a_unique_name_is_given_once_and_is_unique(simulate: Simulate) -> None:
    simulator = simulate()
    one, two = made(simulator), made(simulator)
    assert code(azure(simulator, "POST", MANY, json=BODY | {"uniqueName": "n"})) == BAD
    assert azure(simulator, "PATCH", by_client(one), json={"uniqueName": "n"}).status_code == 204
    assert azure(simulator, "PATCH", by_client(one), json={"uniqueName": "n"}).status_code == 204
    assert azure(simulator, "GET", named("n")).json()["id"] == one["id"]
    for wanted in ("m", None, ""):
        assert code(azure(simulator, "PATCH", by_client(one), json={"uniqueName": wanted})) == BAD
    taken = azure(simulator, "PATCH", by_client(two), json={"uniqueName": "n"})
    assert code(taken) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert code(azure(simulator, "PATCH", named("o"), json=BODY | {"uniqueName": "p"}, headers=UPSERT)) == BAD


@pytest.mark.parametrize(
    "body",
    [
        {"tags": ["x"]},
        {"displayName": " "},
        {"displayName": None},
        {"displayName": "x" * 257},
        {"displayName": "x", "signInAudience": "Everybody"},
        {"displayName": "x", "tags": "one"},
        {"displayName": "x", "servicemanagementreference": "y"},
        {"displayName": "x", "appId": "y"},
        ["displayName"],
    ],
)
def test_a_body_that_is_refused(simulate: Simulate, body: Any) -> None:
    simulator = simulate()
    assert code(azure(simulator, "POST", MANY, json=body)) == BAD
    assert code(azure(simulator, "PATCH", named("n"), json=body, headers=UPSERT)) == BAD
    assert pages(simulator, MANY) == []


def test_a_tenant_may_require_a_service_management_reference(simulate: Simulate) -> None:
    simulator = simulate(requires_service_management_reference=True)
    body = {"displayName": "x"}
    for answer in (
        azure(simulator, "POST", MANY, json=body),
        azure(simulator, "PATCH", named("n"), json=body | {"serviceManagementReference": ""}, headers=UPSERT),
    ):
        assert code(answer) == (400, "CredentialInvalidServiceManagementReference")
    made(simulator)


def test_applications_are_found_by_filter(simulate: Simulate) -> None:
    simulator = simulate()
    one = azure(simulator, "PATCH", named("it''s"), json=BODY | {"displayName": "It's"}, headers=UPSERT).json()
    two = made(simulator, tags=["azdo"])
    both = {one["id"], two["id"]}
    for asked, wanted in {
        "uniqueName eq 'it''s'": {one["id"]},
        "displayName eq 'IT''S'": {one["id"]},
        f"appId eq '{two['appId']}'": {two["id"]},
        "tags/any(t:t eq 'azdo')": both,
        "tags/any(x: x eq 'payments')": {one["id"]},
        "tags/any(t:t eq 'azdo') and displayName eq 'Deploy Payments'": {two["id"]},
        f"id eq '{one['id']}' or id eq '{two['id']}'": both,
        "displayName eq 'a and b'": set(),
    }.items():
        assert {item["id"] for item in pages(simulator, MANY, params={"$filter": asked})} == wanted, asked
    for asked in ("notes eq 'x'", "displayName ne 'x'", "displayName eq 'x' and", "tags/any(t:s eq 'x')", "id eq 1"):
        assert code(azure(simulator, "GET", MANY, params={"$filter": asked})) == (400, "Request_UnsupportedQuery")


def test_applications_come_in_pages(simulate: Simulate) -> None:
    simulator = simulate()
    wanted = {made(simulator)["id"] for _number in range(5)}
    made(simulator, tags=[])
    query = {"$top": "2", "$filter": "tags/any(t:t eq 'azdo')", "$select": "id"}
    first = azure(simulator, "GET", MANY, params=query).json()
    assert len(first["value"]) == 2
    found = pages(simulator, MANY, params=query)
    assert (len(found), {item["id"] for item in found}) == (5, wanted)


# -- rights ------------------------------------------------------------------------------------------------------------
def test_with_owned_by_only_what_it_made(simulate: Simulate) -> None:
    fleet = Fleet()
    mine, other = (fleet.service_principal(name, graph_rights="owned") for name in ("Mine", "Other"))
    simulator = simulate(fleet)
    body = made(simulator, mine)
    path = by_client(body)
    assert [item["id"] for item in azure(simulator, "GET", f"{path}/owners", mine).json()["value"]] == [mine.object_id]
    for method in ("GET", "PATCH", "DELETE"):
        assert code(azure(simulator, method, path, other, json={"tags": []})) == DENIED
    assert [item["id"] for item in pages(simulator, MANY, mine)] == [body["id"]]
    assert pages(simulator, MANY, other) == []
    assert code(azure(simulator, "POST", PRINCIPALS, other, json={"appId": body["appId"]})) == DENIED
    assert azure(simulator, "POST", PRINCIPALS, mine, json={"appId": body["appId"]}).status_code == 201
    assert code(azure(simulator, "PATCH", named("n"), other)) == NOT_FOUND
    azure(simulator, "PATCH", named("n"), mine, json=BODY, headers=UPSERT)
    assert code(azure(simulator, "PATCH", named("n"), other, json=BODY, headers=UPSERT)) == DENIED
    simulator.knob(owned_lists_applications=False)
    assert code(azure(simulator, "GET", MANY, mine)) == DENIED
    assert azure(simulator, "DELETE", path, mine).status_code == 204


def test_people_without_a_role_register_and_keep_their_own(simulate: Simulate) -> None:
    fleet = Fleet()
    one, two = (fleet.caller(name, graph_rights="default") for name in ("One", "Two"))
    robot = fleet.service_principal("Robot", graph_rights="default")
    simulator = simulate(fleet)
    body = made(simulator, one)
    path = by_client(body)
    assert azure(simulator, "GET", path, two).status_code == 200
    for method in ("PATCH", "DELETE"):
        assert code(azure(simulator, method, path, two, json={"tags": []})) == DENIED
    assert code(azure(simulator, "POST", PRINCIPALS, two, json={"appId": body["appId"]})) == DENIED
    assert code(azure(simulator, "POST", MANY, robot, json=BODY)) == DENIED
    simulator.knob(users_may_register=False)
    assert code(azure(simulator, "POST", MANY, two, json=BODY)) == DENIED
    assert code(azure(simulator, "PATCH", named("n"), two, json=BODY, headers=UPSERT)) == DENIED
    assert azure(simulator, "PATCH", path, one, json={"tags": []}).status_code == 204
    assert azure(simulator, "DELETE", path, one).status_code == 204


def test_who_may_everything_is_owner_if_it_is_a_person(simulate: Simulate) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("Robot", graph_rights="all")
    simulator = simulate(fleet)
    assert azure(simulator, "GET", f"{by_client(made(simulator, robot))}/owners").json()["value"] == []
    [owner] = azure(simulator, "GET", f"{by_client(made(simulator))}/owners").json()["value"]
    assert owner == {
        "@odata.type": "#microsoft.graph.user",
        "id": fleet.user.object_id,
        "displayName": "Sam Operator",
        "mail": "sam.operator@contoso.example",
        "userPrincipalName": "sam.operator@contoso.example",
    }


def test_without_rights_nothing_is_made_or_told(simulate: Simulate) -> None:
    fleet = Fleet()
    nobody = fleet.caller("Nobody", graph_rights="none")
    simulator = simulate(fleet)
    body = made(simulator)
    for method, path in (
        ("POST", MANY),
        ("PATCH", named("n")),
        ("PATCH", by_client(body)),
        ("DELETE", by_client(body)),
        ("GET", f"{by_client(body)}/owners"),
        ("POST", f"{by_client(body)}/owners/$ref"),
        ("POST", PRINCIPALS),
        ("DELETE", f"{PRINCIPALS}/x"),
        ("GET", "v1.0/users"),
        ("GET", "v1.0/users/sam.operator@contoso.example"),
    ):
        assert code(azure(simulator, method, path, nobody, json=BODY, headers=UPSERT)) == DENIED, path


# -- owners and people -------------------------------------------------------------------------------------------------
def test_owners_are_added_and_removed(simulate: Simulate) -> None:
    fleet = Fleet()
    person, robot = fleet.caller("Kim Owner"), fleet.service_principal("Robot")
    simulator = simulate(fleet)
    path = by_client(made(simulator))
    for owner in (person, robot):
        assert (
            azure(simulator, "POST", f"{path}/owners/$ref", json=reference(simulator, owner.object_id)).status_code
            == 204
        )
    again = azure(simulator, "POST", f"{path}/owners/$ref", json=reference(simulator, person.object_id))
    assert code(again) == BAD
    assert "already exist" in again.json()["error"]["message"]
    kinds = {item["id"]: item["@odata.type"] for item in azure(simulator, "GET", f"{path}/owners").json()["value"]}
    user, principal = "#microsoft.graph.user", "#microsoft.graph.servicePrincipal"
    assert kinds == {fleet.user.object_id: user, person.object_id: user, robot.object_id: principal}
    query = {"$expand": "owners", "$select": "id,appId"}
    shown = azure(simulator, "GET", path, params=query).json()
    assert set(shown) == {"id", "appId", "owners"}
    assert {item["id"] for item in shown["owners"]} == set(kinds)
    assert azure(simulator, "DELETE", f"{path}/owners/{person.object_id}/$ref").status_code == 204
    assert code(azure(simulator, "DELETE", f"{path}/owners/{person.object_id}/$ref")) == NOT_FOUND
    assert code(azure(simulator, "POST", f"{path}/owners/$ref", json=reference(simulator, "nobody"))) == NOT_FOUND
    for body in ({}, {"@odata.id": person.object_id}, {"@odata.id": 7}):
        assert code(azure(simulator, "POST", f"{path}/owners/$ref", json=body)) == BAD


def test_an_owner_may_change_what_it_did_not_make(simulate: Simulate) -> None:
    fleet = Fleet()
    person = fleet.caller("Kim Owner", graph_rights="default")
    simulator = simulate(fleet)
    path = by_client(made(simulator))
    assert code(azure(simulator, "PATCH", path, person, json={"tags": []})) == DENIED
    azure(simulator, "POST", f"{path}/owners/$ref", json=reference(simulator, person.object_id))
    assert azure(simulator, "PATCH", path, person, json={"tags": []}).status_code == 204


def test_people_are_found_by_mail_and_name(simulate: Simulate) -> None:
    fleet = Fleet()
    person = fleet.caller("Kim Owner")
    robot = fleet.service_principal("Robot", graph_rights="owned")
    simulator = simulate(fleet)
    for key in (person.object_id, "KIM.owner@contoso.example"):
        assert azure(simulator, "GET", f"v1.0/users/{key}").json()["id"] == person.object_id
    asked = {"$filter": f"mail eq '{person.unique_name}' or userPrincipalName eq '{person.unique_name}'"}
    assert [item["id"] for item in pages(simulator, "v1.0/users", params=asked)] == [person.object_id]
    assert pages(simulator, "v1.0/users", params={"$filter": "mail eq 'x'"}) == []
    assert code(azure(simulator, "GET", f"v1.0/users/{robot.object_id}")) == NOT_FOUND
    path = by_client(made(simulator, robot))
    assert azure(simulator, "GET", f"v1.0/users/{person.object_id}", robot).status_code == 200
    simulator.knob(owned_reads_directory=False)
    assert code(azure(simulator, "GET", f"v1.0/users/{person.object_id}", robot)) == DENIED
    assert code(azure(simulator, "GET", "v1.0/users", robot)) == DENIED
    body = reference(simulator, person.object_id)
    assert code(azure(simulator, "POST", f"{path}/owners/$ref", robot, json=body)) == DENIED


# -- service principals ------------------------------------------------------------------------------------------------
def test_a_new_application_has_no_service_principal(simulate: Simulate) -> None:
    simulator = simulate()
    body = made(simulator)
    path, sent = by_client(body, PRINCIPALS), {"appId": body["appId"]}
    query = {"$filter": f"appId eq '{body['appId']}'"}
    assert code(azure(simulator, "GET", path)) == NOT_FOUND
    assert azure(simulator, "GET", PRINCIPALS, params=query).json()["value"] == []
    principal = azure(simulator, "POST", PRINCIPALS, json=sent)
    assert principal.status_code == 201
    found = principal.json()
    assert (found["appId"], found["displayName"]) == (body["appId"], "Deploy Payments")
    assert (
        azure(simulator, "GET", path).json() == azure(simulator, "GET", f"{PRINCIPALS}/{found['id']}").json() == found
    )
    assert azure(simulator, "GET", PRINCIPALS, params=query).json()["value"] == [found]
    assert code(azure(simulator, "POST", PRINCIPALS, json=sent)) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert azure(simulator, "DELETE", f"{PRINCIPALS}/{found['id']}").status_code == 204
    assert code(azure(simulator, "GET", path)) == NOT_FOUND
    assert azure(simulator, "GET", by_client(body)).status_code == 200
    second = azure(simulator, "POST", PRINCIPALS, json=sent).json()
    assert second["id"] != found["id"]
    azure(simulator, "DELETE", by_client(body))
    assert code(azure(simulator, "GET", f"{PRINCIPALS}/{second['id']}")) == NOT_FOUND
    assert code(azure(simulator, "POST", PRINCIPALS, json=sent)) == BAD


def test_a_managed_identity_keeps_its_service_principal(simulate: Simulate) -> None:
    fleet = Fleet()
    identity = fleet.managed_identity("id-one")
    simulator = simulate(fleet)
    assert azure(simulator, "GET", f"{PRINCIPALS}/{identity.principal_id}").json()["appId"] == identity.client_id
    assert code(azure(simulator, "DELETE", f"{PRINCIPALS}/{identity.principal_id}")) == DENIED


def test_without_a_service_principal_nobody_signs_in(simulate: Simulate) -> None:
    simulator = simulate()
    body = made(simulator)
    secret = azure(simulator, "POST", f"{by_client(body)}/addPassword").json()["secretText"]
    form = {
        "grant_type": "client_credentials",
        "client_id": body["appId"],
        "client_secret": secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    url = f"{simulator.authority_url}/{simulator.world.tenant_id}/oauth2/v2.0/token"
    refused = requests.post(url, data=form, timeout=10)
    assert (refused.status_code, refused.json()["error_codes"]) == (400, [7000229])
    azure(simulator, "POST", PRINCIPALS, json={"appId": body["appId"]})
    assert requests.post(url, data=form, timeout=10).status_code == 200


# -- what was just made ------------------------------------------------------------------------------------------------
def test_reads_do_not_show_a_new_application_at_once(simulate: Simulate) -> None:
    simulator = simulate(graph_lag_reads=2)
    body = made(simulator)
    assert code(azure(simulator, "GET", by_client(body))) == NOT_FOUND
    assert pages(simulator, MANY) == []
    assert azure(simulator, "GET", by_client(body)).status_code == 200
    again = azure(simulator, "PATCH", named("n"), json=BODY, headers=UPSERT)
    assert code(azure(simulator, "GET", named("n"))) == NOT_FOUND
    assert azure(simulator, "PATCH", named("n"), json=BODY, headers=UPSERT).status_code == 204
    assert code(azure(simulator, "GET", f"{MANY}/{again.json()['id']}")) == NOT_FOUND
    assert azure(simulator, "GET", named("n")).json()["id"] == again.json()["id"]


def test_a_service_principal_has_to_wait_for_its_application(simulate: Simulate) -> None:
    fleet = Fleet()
    robot = fleet.service_principal("Robot", graph_rights="owned")
    simulator = simulate(fleet, graph_lag_reads=1)
    sent = {"appId": made(simulator, robot)["appId"]}
    assert code(azure(simulator, "POST", PRINCIPALS, robot, json=sent)) == BAD
    principal = azure(simulator, "POST", PRINCIPALS, robot, json=sent)
    assert principal.status_code == 201
    path = f"{PRINCIPALS}/{principal.json()['id']}"
    assert code(azure(simulator, "GET", path, robot)) == NOT_FOUND
    assert azure(simulator, "GET", path, robot).status_code == 200
    simulator.knob(unknown_backing="forbidden")
    assert code(azure(simulator, "POST", PRINCIPALS, robot, json={"appId": "x"})) == DENIED
    assert code(azure(simulator, "POST", PRINCIPALS, json={"appId": "x"})) == BAD


def test_for_some_time_nothing_new_is_shown(simulate: Simulate) -> None:
    simulator = simulate(graph_lag_ms=60_000.0)
    body = made(simulator)
    assert code(azure(simulator, "GET", by_client(body))) == NOT_FOUND
    simulator.advance(minutes=2)
    assert azure(simulator, "GET", by_client(body)).status_code == 200
