# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""connectionData, OPTIONS, resource areas, projects, API versions and server profiles."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from simulator import Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]


def test_connection_data_names_the_organization(simulate: Simulate) -> None:
    simulator = simulate()
    body = Rest(simulator, version="7.1-preview").get("_APIS/ConnectionData").json()
    assert body["instanceId"] == simulator.fleet.organization_id
    assert body["deploymentType"] == "hosted"


def test_options_begin_with_a_byte_order_mark(simulate: Simulate) -> None:
    answer = Rest(simulate()).send("OPTIONS", "_apis", params={"api-version": None})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    rows = {row["id"]: row for row in json.loads(answer.content.decode("utf-8-sig"))["value"]}
    endpoints = rows["e85f1c62-adfc-4b74-b618-11a150fb195e"]
    assert (endpoints["resourceVersion"], endpoints["maxVersion"], endpoints["releasedVersion"]) == (4, "7.2", "7.1")


def test_resource_areas_are_empty(simulate: Simulate) -> None:
    assert Rest(simulate(), version="7.1-preview.1").get("_apis/resourceAreas").json() == {"count": 0, "value": []}


def test_projects_come_in_pages(simulate: Simulate) -> None:
    fleet = Fleet()
    names = [fleet.project(f"Team {number:03d}").name for number in range(250)]
    rest = Rest(simulate(fleet))
    seen: list[str] = []
    token: str | None = None
    tokens = []
    while True:
        answer = rest.get("_apis/projects", continuationToken=token)
        seen += [item["name"] for item in answer.json()["value"]]
        token = answer.headers.get("x-ms-continuationtoken")
        if token is None:
            break
        tokens.append(token)
    assert (seen, tokens) == (names, ["100", "200"])
    assert len(rest.get("_apis/projects", **{"$top": 1000}).json()["value"]) == 250
    assert rest.get("_apis/projects", **{"$top": 10, "$skip": 245}).json()["count"] == 5


def test_projects_leave_empty_members_out(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.project("Plain")
    fleet.project("Told", description="with words")
    plain, told = Rest(simulate(fleet)).get("_apis/projects").json()["value"]
    assert "description" not in plain
    assert told["description"] == "with words"


def test_a_project_is_found_by_id_and_by_name_in_any_case(simulate: Simulate) -> None:
    fleet = Fleet()
    project = fleet.project("Büro München")
    rest = Rest(simulate(fleet))
    for text in (project.id, "b%C3%BCro%20m%C3%BCnchen"):
        assert rest.get(f"_apis/projects/{text}").json()["id"] == project.id
    links = rest.get(f"_apis/projects/{project.id}").json()["_links"]
    assert links["collection"]["href"].endswith(f"/projectCollections/{fleet.organization_id}")


@pytest.mark.parametrize(
    ("style", "text", "status", "key"),
    [
        ("natural", "Nowhere", 404, "ProjectDoesNotExistWithNameException"),
        ("natural", "11111111-2222-3333-4444-555555555555", 400, "ProjectDoesNotExistException"),
        ("vs800075", "Nowhere", 400, "ProjectDoesNotExistException"),
        ("tf200016", "11111111-2222-3333-4444-555555555555", 404, "ProjectDoesNotExistWithNameException"),
    ],
)
def test_an_unknown_project(simulate: Simulate, style: str, text: str, status: int, key: str) -> None:
    rest = Rest(simulate(unknown_project=style))
    for path in (f"_apis/projects/{text}", f"{text}/_apis/serviceendpoint/endpoints"):
        answer = rest.get(path)
        assert (answer.status_code, answer.json()["typeKey"]) == (status, key)


def test_a_project_that_is_not_visible_looks_unknown(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.project("Secret")
    guest = fleet.caller("Guest", pat="pat-of-the-guest", projects=[fleet.project("Open")])
    rest = Rest(simulate(fleet), guest)
    assert [item["name"] for item in rest.get("_apis/projects").json()["value"]] == ["Open"]
    assert rest.get("_apis/projects/Secret").status_code == 404


def test_the_version_is_taken_from_query_or_accept_and_echoed(simulate: Simulate) -> None:
    rest = Rest(simulate())
    by_accept = rest.send(
        "GET",
        "_apis/projects",
        params={"api-version": None},
        headers={"Accept": "application/json;api-version=7.2-preview.4"},
    )
    assert by_accept.headers["Content-Type"] == "application/json; charset=utf-8; api-version=7.2-preview.4"
    assert rest.get("_apis/projects").headers["Content-Type"].endswith("api-version=7.1")


@pytest.mark.parametrize(
    ("profile", "version", "key"),
    [
        ("cloud", None, "VssVersionNotSpecifiedException"),
        ("cloud", "7.2", "VssInvalidPreviewVersionException"),
        ("cloud", "7.3-preview", "VssVersionOutOfRangeException"),
        ("server_2022", "7.2-preview.4", "VssVersionOutOfRangeException"),
        ("server_2020", "7.1", "VssVersionOutOfRangeException"),
        ("server_2020", "6.0", "VssInvalidPreviewVersionException"),
        ("server_2019", "6.0-preview.4", "VssVersionOutOfRangeException"),
    ],
)
def test_versions_that_are_refused(simulate: Simulate, profile: str, version: str | None, key: str) -> None:
    fleet = Fleet()
    fleet.project("P")
    answer = Rest(simulate(fleet, profile=profile)).get("P/_apis/serviceendpoint/endpoints", **{"api-version": version})
    assert (answer.status_code, answer.json()["typeKey"]) == (400, key)


@pytest.mark.parametrize(
    ("profile", "version", "shown"),
    [
        ("server_2019", "5.1-preview.2", False),
        ("server_2020", "6.0-preview.4", True),
        ("server_2022", "7.1", True),
        ("cloud", "6.0-preview.4", True),
    ],
)
def test_versions_that_are_served(simulate: Simulate, profile: str, version: str, shown: bool) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("P"), "c", creation_mode="Manual")
    rest = Rest(simulate(fleet, profile=profile), version=version)
    body = rest.listed(fleet.world.find_project("P") or fleet.project("P"))[0]
    assert ("serviceEndpointProjectReferences" in body) is shown


def test_server_2019_has_no_collection_level_writes(simulate: Simulate) -> None:
    rest = Rest(simulate(profile="server_2019"), version="5.1-preview.2")
    answer = rest.send("POST", "_apis/serviceendpoint/endpoints", json={})
    assert answer.status_code == 404
    assert "was not found or does not implement IController" in answer.text
    body = rest.get("_apis/connectionData", **{"api-version": "5.1-preview"}).json()
    assert body["deploymentType"] == "onPremises"


def test_an_unknown_route_is_plain_text(simulate: Simulate) -> None:
    answer = Rest(simulate()).get("_apis/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
