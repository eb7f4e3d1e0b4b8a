# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""People, service principals and groups, looked up by name and by id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import Caller, Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]


def found(simulator: Simulator, **params: str) -> list[Any]:
    answer = Rest(simulator).get("_apis/identities", **params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["count"] == len(body["value"])
    return list(body["value"])


def named(simulator: Simulator, search_filter: str, value: str) -> list[str]:
    return [item["id"] for item in found(simulator, searchFilter=search_filter, filterValue=value)]


def people(fleet: Fleet) -> dict[str, Caller]:
    return {
        "ann": fleet.caller("Ann Other"),
        "namesake": fleet.caller("Ann Other", mail="ann2@contoso.example"),
        "pipeline": fleet.service_principal("deployer"),
        "team": fleet.group("[Payments]\\Contributors"),
        "others": fleet.group("[Web Shop]\\Contributors"),
        "everybody": fleet.group("[contoso]\\Project Collection Administrators"),
    }


@pytest.mark.parametrize(
    ("search_filter", "value", "who"),
    [
        ("General", "ann other", "ann namesake"),
        ("General", "ANN.OTHER@contoso.example", "ann"),
        ("General", "ann2@contoso.example", "namesake"),
        ("General", "deployer", "pipeline"),
        ("General", "[payments]\\contributors", "team"),
        ("General", "[contoso]\\Project Collection Administrators", "everybody"),
        ("General", "Contributors", "team others"),
        ("General", "Ann", ""),
        ("LocalGroupName", "[Payments]\\Contributors", "team"),
        ("LocalGroupName", "Ann Other", ""),
        ("localgroupname", "Contributors", "team others"),
        ("MailAddress", "ann.other@contoso.example", "ann"),
        ("MailAddress", "Ann Other", ""),
        ("DisplayName", "Ann Other", "ann namesake"),
        ("DisplayName", "ann2@contoso.example", ""),
        ("AccountName", "ann2@contoso.example", "namesake"),
        ("AccountName", "Ann Other", ""),
    ],
)
def test_a_search_finds_whole_names_in_any_case(simulate: Simulate, search_filter: str, value: str, who: str) -> None:
    fleet = Fleet()
    everybody = people(fleet)
    assert named(simulate(fleet), search_filter, value) == [everybody[name].id for name in who.split()]


def test_an_account_name_with_its_domain(simulate: Simulate) -> None:
    fleet = Fleet()
    ann = people(fleet)["ann"]
    assert named(simulate(fleet), "AccountName", f"{fleet.tenant_id}\\{ann.unique_name}") == [ann.id]


@pytest.mark.parametrize("parameter", ["identityIds", "descriptors", "subjectDescriptors"])
def test_ids_are_answered_in_their_order_with_null_for_unknown_ones(simulate: Simulate, parameter: str) -> None:
    fleet = Fleet()
    everybody = people(fleet)
    keys: dict[str, Callable[[Caller], str]] = {
        "identityIds": lambda item: item.id.upper(),
        "descriptors": lambda item: item.descriptor,
        "subjectDescriptors": lambda item: item.subject_descriptor,
    }
    wanted = [everybody["team"], everybody["ann"], everybody["pipeline"]]
    texts = [keys[parameter](item) for item in wanted]
    answer = found(simulate(fleet), **{parameter: ",".join([texts[0], "unknown", *texts[1:]])})
    assert [item and item["id"] for item in answer] == [wanted[0].id, None, wanted[1].id, wanted[2].id]


def test_the_shape_of_a_person(simulate: Simulate) -> None:
    fleet = Fleet()
    simulator = simulate(fleet)
    (item,) = found(simulator, identityIds=fleet.user.id)
    properties = {name: value["$value"] for name, value in item.pop("properties").items()}
    assert item == {
        "id": fleet.user.id,
        "descriptor": f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{fleet.tenant_id}\\sam.operator@contoso.example",
        "subjectDescriptor": f"aad.{fleet.user.id.replace('-', '')}",
        "providerDisplayName": "Sam Operator",
        "isActive": True,
        "isContainer": False,
        "members": [],
        "memberOf": [],
        "resourceVersion": 2,
        "metaTypeId": 0,
    }
    assert properties["SchemaClassName"] == "User"
    assert properties["Mail"] == properties["Account"] == "sam.operator@contoso.example"
    me = Rest(simulator, version="7.1-preview").get("_apis/connectionData").json()["authenticatedUser"]
    assert {name: me[name] for name in ("id", "descriptor", "subjectDescriptor")}.items() <= item.items()


def test_a_group_and_its_members(simulate: Simulate) -> None:
    fleet = Fleet()
    ann = fleet.caller("Ann Other")
    team = fleet.group("[Payments]\\Contributors", [ann])
    simulator = simulate(fleet)
    (item,) = found(simulator, searchFilter="General", filterValue=team.display_name, queryMembership="None")
    assert (item["isContainer"], item["members"]) == (True, [])
    assert item["descriptor"].startswith("Microsoft.TeamFoundation.Identity;S-1-9-")
    assert item["subjectDescriptor"].startswith("vssgp.Uy0xLTkt")
    assert item["properties"]["SchemaClassName"] == {"$type": "System.String", "$value": "Group"}
    assert item["properties"]["Account"]["$value"] == "Contributors"
    both = found(simulator, identityIds=f"{team.id},{ann.id}", queryMembership="Direct")
    assert (both[0]["members"], both[1]["memberOf"]) == ([ann.descriptor], [team.descriptor])


def test_descriptors_are_the_same_in_every_run_and_of_one_identity_each() -> None:
    once, again = people(Fleet()), people(Fleet())
    for name in ("descriptor", "subject_descriptor"):
        values = [getattr(item, name) for item in once.values()]
        assert values == [getattr(item, name) for item in again.values()]
        assert len(set(values)) == len(values)
    assert once["pipeline"].subject_descriptor.startswith("aadsp.")


def test_who_is_no_member_is_not_known(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.caller("Stranger", member=False)
    assert named(simulate(fleet), "General", "Stranger") == []


@pytest.mark.parametrize(
    "params",
    [{}, {"searchFilter": "General"}, {"filterValue": "x"}, {"searchFilter": "Shoe", "filterValue": "x"}],
)
def test_a_question_that_is_none_is_refused(simulate: Simulate, params: dict[str, str]) -> None:
    answer = Rest(simulate()).get("_apis/identities", **params)
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "ArgumentException")


def test_the_right_to_look_people_up(simulate: Simulate) -> None:
    fleet = Fleet()
    caller = fleet.caller("Somebody", pat="pat-of-somebody", reads_identities=False)
    simulator = simulate(fleet, anonymous=True)
    for who in (caller, None):
        answer = Rest(simulator, who).get("_apis/identities", identityIds=fleet.user.id)
        assert (answer.status_code, answer.json()["typeKey"]) == (403, "AccessDeniedException")
