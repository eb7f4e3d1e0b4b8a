# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row per connection however many projects show it, names that mean something, and what was not seen."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AzdoError,
    NotFoundError,
    NotPermittedError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, Narrowing, look_up, survey

from unit.plugins._helpers.connections import (
    LOGISTICS,
    PAYMENTS,
    VSTOKEN,
    WEB_SHOP,
    connection,
    federated,
    partial,
    raw,
    reference,
)

Lists: t.TypeAlias = "list[tuple[Project, list[Json] | AzdoError]]"
FORBIDDEN = NotPermittedError("TF400813: not allowed.", status=403)


def shared_object(id: str = "shared", names: tuple[str, str] = ("hub", "hub-alias")) -> tuple[Json, Json]:
    """A connection of Payments that Web Shop has too, as each of them shows it."""
    references = [reference(PAYMENTS, names[0]), reference(WEB_SHOP, names[1])]
    common: dict[str, t.Any] = {"id": id, "isShared": True, "serviceEndpointProjectReferences": references}
    return raw(name=names[0], **common), raw(name=names[1], **common)


def estate(lists: Lists, *, named: bool = False) -> Estate:
    return survey(lists, named=named)


# -- survey ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_shared_connection_is_one_and_looks_as_in_its_own_project(order: tuple[int, int]) -> None:
    at_home, abroad = shared_object()
    lists: Lists = [(PAYMENTS, [at_home]), (WEB_SHOP, [abroad])]
    (found,) = estate([lists[index] for index in order]).found
    assert found.connection.raw["name"] == "hub"
    assert found.connection.name == "hub"
    assert found.seen_in == {PAYMENTS.id, WEB_SHOP.id}


def test_a_shared_connection_whose_own_project_is_not_looked_at() -> None:
    (found,) = estate([(WEB_SHOP, [shared_object()[1]])]).found
    assert (found.connection.name, found.connection.owner.name) == ("hub", "Payments")
    assert found.seen_in == {WEB_SHOP.id}


def test_rows_are_in_the_order_of_the_owning_project_and_then_of_the_name() -> None:
    """Names by code point, as in Microsoft's script; projects as people sort them."""
    small = Project("4" * 8, "alpha")
    lists: Lists = [
        (WEB_SHOP, [raw(id="1", name="b", projects=(WEB_SHOP,)), raw(id="2", name="B", projects=(WEB_SHOP,))]),
        (small, [raw(id="3", name="z", projects=(small,)), raw(id="5", name="a", projects=(small,))]),
        (PAYMENTS, [raw(id="7", name="ä"), raw(id="6", name="ä"), raw(id="8", name="zz")]),
    ]
    assert [item.connection.id for item in estate(lists).found] == ["5", "3", "8", "6", "7", "2", "1"]


def test_an_alias_does_not_decide_the_order() -> None:
    at_home, abroad = shared_object(names=("zz", "aa"))
    own = raw(id="own", name="mm", projects=(PAYMENTS,))
    lists: Lists = [(WEB_SHOP, [abroad]), (PAYMENTS, [own, at_home])]
    assert [item.connection.name for item in estate(lists).found] == ["mm", "zz"]


def test_items_without_an_id_are_passed_over() -> None:
    assert estate([(PAYMENTS, [{"name": "broken"}, raw()])]).found[0].connection.name == "azure-prod"


def test_one_time_that_cannot_be_read_does_not_hide_the_other_connections() -> None:
    odd = federated(id="odd", data={"revertSchemeDeadline": "0001-01-01T00:00:00+05:00"})
    assert len(estate([(PAYMENTS, [odd, raw()])]).found) == 2


# -- coverage ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lists", "named", "complete"),
    [
        ([(PAYMENTS, [raw()])], False, True),
        ([(PAYMENTS, [raw()]), (WEB_SHOP, [])], False, True),
        ([(PAYMENTS, [raw()]), (WEB_SHOP, [])], True, False),
        ([(PAYMENTS, []), (WEB_SHOP, [])], False, False),
        ([(PAYMENTS, [raw()]), (WEB_SHOP, FORBIDDEN)], False, False),
        ([(PAYMENTS, [raw(), partial() | {"id": "other"}])], False, False),
        ([], False, False),
    ],
)
def test_when_everything_was_seen(lists: Lists, named: bool, complete: bool) -> None:
    """A project list without any project is one that this caller may not see."""
    assert estate(lists, named=named).coverage.complete is complete


def test_nothing_was_asked_for_and_nothing_was_missed() -> None:
    assert estate([], named=True).coverage.complete


def test_coverage_as_playbooks_see_it() -> None:
    lists: Lists = [(PAYMENTS, [partial()]), (WEB_SHOP, []), (LOGISTICS, FORBIDDEN)]
    assert estate(lists).coverage.to_result() == {
        "complete": False,
        "projects": 3,
        "project_ids": [PAYMENTS.id, WEB_SHOP.id, LOGISTICS.id],
        "unread": [{"id": LOGISTICS.id, "project": "物流 Logistics", "reason": "TF400813: not allowed."}],
        "empty": ["Web Shop"],
        "partial": [
            {
                "id": "aaaaaaaa-0000-4000-8000-000000000001",
                "project": "Payments",
                "lacks": "data, type or authorization",
            }
        ],
    }


def test_a_project_that_was_asked_for_must_be_readable() -> None:
    with pytest.raises(AzdoError, match=r"'物流 Logistics'.*TF400813") as caught:
        estate([(PAYMENTS, [raw()]), (LOGISTICS, FORBIDDEN)], named=True)
    assert "Nothing was changed." in caught.value.message
    assert caught.value is FORBIDDEN


@pytest.mark.parametrize(
    ("answer", "lacks"),
    [
        (raw(serviceEndpointProjectReferences=None), "project references"),
        (raw(isShared=True), "project references of a shared connection"),
        (raw(data={"scopeLevel": 7}), "unreadable: data.scopeLevel"),
        (federated(issuer="https://["), "unreadable: authorization.parameters.workloadIdentityFederationIssuer"),
        (raw(description="\ud800"), "unreadable: description"),
        (raw() | {"name": ["a"]}, "unreadable: name"),
        (raw(whatever={"deep": "\udfff"}), "unreadable: whatever.deep"),
    ],
)
def test_what_an_answer_lacks_is_told_of_it_alone(answer: Json, lacks: str) -> None:
    """It is there for whoever names it, it is counted, and the others are what they were."""
    answer["id"] = "odd"
    here = estate([(PAYMENTS, [answer, raw()]), (WEB_SHOP, [raw(id="3", projects=(WEB_SHOP,))])])
    assert {item.connection.id for item in here.found} == {"odd", raw()["id"], "3"}
    assert here.coverage.to_result()["partial"] == [{"id": "odd", "project": "Payments", "lacks": lacks}]
    assert not here.coverage.complete
    assert here.coverage.error


@pytest.mark.parametrize("id_", [None, "", 7, ["a"], "\ud800", {"a": 1}])
def test_what_has_no_id_is_counted_and_hides_nothing(id_: object) -> None:
    here = estate([(PAYMENTS, [raw(id=id_), raw()])])
    assert len(here.found) == 1
    assert here.coverage.to_result()["partial"] == [{"id": "?", "project": "Payments", "lacks": "unreadable: id"}]


def test_what_is_of_another_type_is_nobodys_loss() -> None:
    assert estate(
        [(PAYMENTS, [raw(type="github", serviceEndpointProjectReferences=None), raw(id="2")])]
    ).coverage.complete


def test_what_is_unreadable_in_one_project_is_so_in_all_that_share_it() -> None:
    at_home, abroad = shared_object()
    abroad["data"]["environment"] = 7
    lists: Lists = [(PAYMENTS, [at_home]), (WEB_SHOP, [abroad])]
    for order in (lists, lists[::-1]):
        (found,) = estate(order).found
        assert (found.connection.unreadable, found.connection.name) == ("data.environment", "hub")


# -- names and ids -----------------------------------------------------------------------------------------------------
@pytest.fixture
def three() -> Estate:
    """``azure-prod`` in Payments and in Web Shop, and ``hub`` of Payments that Web Shop calls ``hub-alias``."""
    at_home, abroad = shared_object()
    return estate(
        [
            (PAYMENTS, [raw(id="AAAA-1"), at_home]),
            (WEB_SHOP, [raw(id="AAAA-2", projects=(WEB_SHOP,)), abroad]),
        ]
    )


def ids(three: Estate, *wanted: str, named_projects: bool = False) -> list[str]:
    found = look_up(three, wanted, option="connections", named_projects=named_projects)
    return [item.connection.id for item in found]


@pytest.mark.parametrize("text", ["hub", "HUB", "hub-alias", "shared", "SHARED"])
def test_a_connection_has_its_id_and_a_name_in_each_project(three: Estate, text: str) -> None:
    assert ids(three, text) == ["shared"]


def test_whatever_means_the_same_is_one_row(three: Estate) -> None:
    assert ids(three, "hub-alias", "hub", "shared") == ["shared"]


def test_rows_are_in_the_usual_order_not_in_that_of_the_request(three: Estate) -> None:
    assert ids(three, "hub", "aaaa-2", "aaaa-1") == ["AAAA-1", "shared", "AAAA-2"]


def test_a_name_that_means_several_is_refused_with_all_of_them(three: Estate) -> None:
    with pytest.raises(OptionError, match="means 2 connections: AAAA-1 in 'Payments', AAAA-2 in 'Web Shop'"):
        ids(three, "Azure-Prod")


def test_projects_that_were_named_make_a_name_clear(three: Estate) -> None:
    assert ids(three, "azure-prod", named_projects=True) == ["AAAA-1", "AAAA-2"]


def test_a_name_in_a_project_outside_the_run_does_not_count() -> None:
    only_payments = estate([(PAYMENTS, [shared_object()[0]])])
    with pytest.raises(NotFoundError):
        ids(only_payments, "hub-alias")


def test_all_that_is_missing_is_listed(three: Estate) -> None:
    with pytest.raises(NotFoundError, match="'nope', 'neither' not found in 2 projects, or not visible") as caught:
        ids(three, "nope", "hub", "neither")
    assert caught.value.details["missing"] == ["nope", "neither"]


def test_projects_that_could_not_be_read_are_mentioned() -> None:
    with pytest.raises(NotFoundError, match="1 projects could not be read"):
        ids(estate([(PAYMENTS, [raw()]), (LOGISTICS, FORBIDDEN)]), "nope")


def test_part_of_a_name_is_not_the_name(three: Estate) -> None:
    with pytest.raises(NotFoundError):
        ids(three, "azure")


def test_nothing_wanted_is_nothing_found(three: Estate) -> None:
    assert ids(three) == []


# -- narrowing ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("narrowing", "answer", "matches"),
    [
        ({}, raw(), True),
        ({"schemes": ["service_principal"]}, raw(), True),
        ({"schemes": ["workload_identity_federation"]}, raw(), False),
        ({"schemes": []}, raw(), False),
        ({"creation_modes": ["automatic"]}, raw(), True),
        ({"creation_modes": ["manual"]}, raw(data={"creationMode": None}), False),
        ({"environments": ["AzureCloud", "AzureChinaCloud"]}, raw(), True),
        ({"environments": ["AzureChinaCloud"]}, raw(), False),
        ({"issuers": ["azure_devops"]}, federated(issuer=VSTOKEN), True),
        ({"issuers": ["entra"]}, federated(issuer=VSTOKEN), False),
        ({"issuers": ["entra"]}, raw(), False),
        ({"include_failed": False}, raw(), True),
        ({"include_failed": False}, raw(operationStatus={"state": "Failed"}), False),
        ({"include_failed": False}, raw(isReady=False, operationStatus=None), False),
        ({"schemes": ["service_principal"], "environments": ["AzureStack"]}, raw(), False),
    ],
)
def test_what_is_of_interest(narrowing: dict[str, t.Any], answer: Json, matches: bool) -> None:
    assert Narrowing(**narrowing).matches(connection(answer)) is matches


# -- connections of other types ----------------------------------------------------------------------------------------
def apart(lists: Lists) -> Estate:
    return survey(lists, named=False, apart=True)


def names_of(found: t.Iterable[t.Any]) -> list[str]:
    return [item.connection.name for item in found]


def test_connections_of_other_types_stand_apart() -> None:
    lists: Lists = [
        (PAYMENTS, [raw(id="1", name="ours"), raw(id="2", name="docker", type="dockerregistry")]),
        (WEB_SHOP, FORBIDDEN),
        (LOGISTICS, [raw(id="3", name="code", type="github", projects=(LOGISTICS,)), {"type": "github"}]),
    ]
    found = apart(lists)
    assert (names_of(found.found), names_of(found.others)) == (["ours"], ["docker", "code"])
    # What the service would have said if it had been asked for ours only.
    assert found.coverage.empty == ("物流 Logistics",)
    assert [item.id for item in found.coverage.unread] == [WEB_SHOP.id]
    assert not found.coverage.partial
    assert names_of(estate(lists[:1]).found) == ["docker", "ours"]
    assert not estate(lists[:1]).others


@pytest.mark.parametrize("type", [None, "", "AzureRM", 7, ["github"], "git\ud800hub"])
def test_a_type_that_nobody_can_read_may_be_ours(type: t.Any) -> None:
    found = apart([(PAYMENTS, [raw(type=type)])])
    assert (len(found.found), len(found.others)) == (1, 0)


def test_one_that_hides_its_type_in_one_project_may_show_it_in_another() -> None:
    both = (PAYMENTS, WEB_SHOP)
    shown = federated(issuer=VSTOKEN, type="dockerregistry", projects=both)
    found = apart([(PAYMENTS, [{**shown, "type": None}]), (WEB_SHOP, [shown])])
    assert not found.found
    assert len(found.others) == 1
    assert not found.coverage.partial
