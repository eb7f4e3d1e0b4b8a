# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a document: what its digest is about, and what is not taken for a plan."""

from __future__ import annotations

import copy
import hashlib
import json
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._convert import approval
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import fingerprint
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import Reason
from hypothesis import given
from hypothesis import strategies as st

from unit.plugins._helpers.connections import NOW, PAYMENTS, WEB_SHOP, connection, federated, raw, reference

ORGANIZATION = "991f33d9-d0b4-574a-bbcf-2913bc4ba189"
OPTIONS: Json = {"to": "workload_identity_federation", "shared": "skip", "max_failures": None, "projects": ["p1"]}
GOLDEN = "707be967edc4f0402f8dd82f27d4a88ea586c5361c9accbfa029db8a88cc41b9"


def item(number: int = 1, **other: t.Any) -> Json:
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "project_id": "10000000-0000-4000-8000-000000000000",
        "action": True,
        "rollback": "possible",
        "decision": "act",
        "fingerprint": f"{number:064x}",
        **other,
    }


def plan(*items: Json, options: Json | None = None) -> Json:
    return approval.document(ORGANIZATION, copy.deepcopy(options or OPTIONS), items or (item(1), item(2)), NOW)


def check(document: Json, **other: t.Any) -> None:
    usual: dict[str, t.Any] = {
        "organization_id": ORGANIZATION,
        "options": OPTIONS,
        "max_age_hours": 72,
        "now": NOW + timedelta(hours=1),
    }
    approval.check_document(document)
    approval.check_plan(document, **{**usual, **other})


# -- the digest --------------------------------------------------------------------------------------------------------
def test_the_digest_is_this_one_for_ever() -> None:
    """Approvals outlive versions of the collection: whoever changes the form of a plan gives it a new schema."""
    assert plan()["digest"] == GOLDEN


def test_the_digest_is_sha_256_over_canonical_json() -> None:
    """Written a second time, so that another program may check an approval."""

    def canonical(value: t.Any) -> str:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    document = plan()
    content = {
        "schema": 2,
        "organization": ORGANIZATION,
        "options": OPTIONS,
        "connections": sorted(f"{entry['id']} {canonical(entry)}" for entry in document["connections"]),
    }
    assert document["digest"] == canonical(content)


def test_neither_the_time_nor_the_order_counts() -> None:
    later = approval.document(ORGANIZATION, dict(reversed(OPTIONS.items())), [item(2), item(1)], NOW + timedelta(1))
    assert later["digest"] == plan()["digest"]
    assert later["created"] != plan()["created"]


def test_a_plan_is_what_it_was_after_a_way_through_text() -> None:
    check(json.loads(json.dumps(plan(), indent=4)))


def test_a_plan_of_nothing_is_a_plan() -> None:
    document = approval.document(ORGANIZATION, OPTIONS, [], NOW)
    check(document)
    assert document["digest"] != plan()["digest"]


# -- what is refused ---------------------------------------------------------------------------------------------------
def _set(path: str, value: t.Any) -> t.Callable[[Json], None]:
    def change(document: Json) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        place: t.Any = document
        for part in way:
            place = place[part]
        place[last] = value

    change.__name__ = f"{path}={value!r}"
    return change


ALTERATIONS: list[t.Callable[[Json], None]] = [
    _set("connections/0/id", "00000000-0000-4000-8000-000000000009"),
    _set("connections/0/id", 7),
    _set("connections/0/project_id", "20000000-0000-4000-8000-000000000000"),
    _set("connections/0/action", False),
    _set("connections/0/action", "True"),
    _set("connections/0/action", 1),
    _set("connections/0/rollback", "unknown"),
    _set("connections/0/rollback", None),
    _set("connections/0/decision", "exclude"),
    _set("connections/0/decision", "Act"),
    _set("connections/0/decision", ["act"]),
    _set("connections/0/fingerprint", "0" * 64),
    _set("connections/1/fingerprint", "F" * 64),
    _set("options/to", "service_principal"),
    _set("options/shared", "include"),
    _set("options/max_failures", 0),
    _set("options/max_failures", ""),
    _set("options/max_failures", "None"),
    _set("options/projects", None),
    _set("options/projects", "['p1']"),
    _set("options/new", None),
    _set("organization_id", "991f33d9-d0b4-574a-bbcf-2913bc4ba188"),
    _set("digest", "0" * 64),
    _set("digest", None),
    _set("digest", 12),
    lambda document: document["connections"].append(item(3)),
    lambda document: document["connections"].pop(),
    lambda document: document["connections"].clear(),
    lambda document: document["connections"].insert(0, item(1, decision="exclude")),
    lambda document: document["connections"].append(copy.deepcopy(document["connections"][0])),
    lambda document: document["options"].pop("max_failures"),
    lambda document: document.pop("digest"),
]


@pytest.mark.parametrize("alter", ALTERATIONS, ids=lambda alter: f"{ALTERATIONS.index(alter)}-{alter.__name__}")
def test_an_altered_plan_is_refused(alter: t.Callable[[Json], None]) -> None:
    document = plan()
    alter(document)
    with pytest.raises(approval.PlanChangedError, match="altered"):
        check(document)


@pytest.mark.parametrize(
    "alter",
    [
        lambda document: {},
        lambda document: {"digest": document["digest"]},
        lambda document: {**document, "schema": 3},
        lambda document: {**document, "schema": None},
        lambda document: {**document, "connections": {}},
        lambda document: {**document, "connections": str(document["connections"])},
        lambda document: {**document, "connections": [None]},
        lambda document: {**document, "connections": [[1]]},
        lambda document: {**document, "connections": [{**item(1), "more": 1}]},
        lambda document: {**document, "connections": [{}]},
        lambda document: {**document, "options": None},
        lambda document: {**document, "options": str(document["options"])},
        lambda document: {**document, "organization_id": None},
        lambda document: {"plan": document},
        lambda document: {"changed": True, "connections": [], "summary": {}},
    ],
)
def test_what_is_no_plan_is_refused(alter: t.Callable[[Json], Json]) -> None:
    with pytest.raises((OptionError, approval.PlanChangedError), match="no plan of this module"):
        check(alter(plan()))


@pytest.mark.parametrize("created", [None, "", "yesterday", 5, True, ["2026-01-01T00:00:00Z"]])
def test_a_plan_that_does_not_say_when_it_was_made_is_refused(created: t.Any) -> None:
    with pytest.raises(approval.PlanChangedError):
        check({**plan(), "created": created})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_an_alteration(value: float) -> None:
    """YAML has words for them, and canonical JSON has none."""
    document = plan()
    document["options"]["max_failures"] = value
    with pytest.raises(approval.PlanChangedError, match="altered"):
        check(document)


@pytest.mark.parametrize(("hours", "good"), [(0, True), (72, True), (73, False), (24 * 400, False)])
def test_a_plan_has_a_maximum_age(hours: int, good: bool) -> None:
    now = NOW + timedelta(hours=hours)
    if good:
        check(plan(), now=now)
    else:
        with pytest.raises(approval.PlanChangedError, match="plan_max_age"):
            check(plan(), now=now)


def test_a_plan_of_the_future_is_refused() -> None:
    """A clock that is a little ahead is forgiven; a plan that never gets too old is not."""
    check(plan(), now=NOW - timedelta(minutes=2))
    for ahead in (timedelta(minutes=6), timedelta(hours=1), timedelta(days=400)):
        with pytest.raises(approval.PlanChangedError):
            check(plan(), now=NOW - ahead)


@pytest.mark.parametrize("name", list(OPTIONS))
def test_another_option_is_named(name: str) -> None:
    with pytest.raises(approval.PlanChangedError, match=f"another {name} "):
        check(plan(), options={**OPTIONS, name: "another"})


def test_an_option_that_the_plan_does_not_know_is_named() -> None:
    with pytest.raises(approval.PlanChangedError, match="another novelty "):
        check(plan(), options={**OPTIONS, "novelty": True})


def test_another_organization_is_refused() -> None:
    with pytest.raises(approval.PlanChangedError, match="another organization"):
        check(plan(), organization_id="0" * 36)


def test_a_censored_plan_is_told_from_an_altered_one() -> None:
    document = plan()
    document["connections"][0]["fingerprint"] = "********"
    with pytest.raises(approval.PlanChangedError, match="censored"):
        check(document)


@given(
    st.sampled_from(["id", "project_id", "rollback", "decision", "fingerprint"]),
    st.integers(0, 80),
    st.text(max_size=1),
)
def test_no_character_of_a_plan_can_be_changed(name: str, place: int, character: str) -> None:
    document = plan()
    text: str = document["connections"][1][name]
    changed = text[:place] + character + text[place + 1 :]
    document["connections"][1][name] = changed
    if changed == text:
        check(document)
    else:
        with pytest.raises(approval.PlanChangedError, match="altered"):
            check(document)


# -- a digest as an option ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["a" * 64, "A" * 64, f" {'a' * 64}\n"])
def test_a_digest_is_taken_in_any_spelling(text: str) -> None:
    assert approval.check_digest(text) == "a" * 64


@pytest.mark.parametrize(
    "text", ["", "a" * 63, "a" * 65, "g" * 64, "sha256:" + "a" * 64, "None", "{{ plan }}", "٣" * 64]
)
def test_what_cannot_be_a_digest_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="no digest"):
        approval.check_digest(text)


# -- the items ---------------------------------------------------------------------------------------------------------
def test_reasons_of_the_hour_and_of_the_caller_leave_an_item_as_it_is() -> None:
    one, calm = connection(), approval.item_of(connection(), (), "possible")
    for code in ("in_use_now", "caller_not_user", "other_tenant", "unknown", "pipeline_not_ready"):
        assert approval.item_of(one, [Reason(code, "blocks")], "possible") == calm, code


def test_what_blocks_for_good_is_no_action() -> None:
    found = approval.item_of(
        connection(), [Reason("azure_stack", "blocks"), Reason("in_use_now", "blocks")], "possible"
    )
    assert found["action"] is False
    assert approval.item_of(connection(), [Reason("azure_stack", "warns")], "possible")["action"] is True


def test_what_was_left_out_is_a_decision_and_no_fact() -> None:
    found = approval.item_of(connection(), [Reason("excluded", "blocks")], "possible")
    assert (found["decision"], found["action"]) == ("exclude", True)


def test_an_item_holds_no_text_of_other_people() -> None:
    hostile = "{{ lookup('pipe','id') }}"
    told = federated(name=hostile, description=hostile, data={"subscriptionName": hostile})
    found = approval.item_of(connection(told), (), "possible")
    assert "{{" not in json.dumps(found)


BASE = raw(name="azure-prod", serviceEndpointProjectReferences=[reference(PAYMENTS, "azure-prod")])
MOVES: dict[str, Json] = {
    "share": {
        "isShared": True,
        "serviceEndpointProjectReferences": [reference(PAYMENTS, "azure-prod"), reference(WEB_SHOP, "azure-prod")],
    },
    "name": {"serviceEndpointProjectReferences": [reference(PAYMENTS, "azure-other")]},
    "owner": {"serviceEndpointProjectReferences": [reference(WEB_SHOP, "azure-prod")]},
    "disabled": {"isDisabled": True},
    "scheme": {"scheme": "PublishProfile"},
    "creation mode": {"data": {"creationMode": "Manual"}},
    "environment": {"data": {"environment": "AzureChinaCloud"}},
    "subscription": {"data": {"subscriptionId": "another"}},
    "resource group": {"data": {"resourceGroupName": "another"}},
    "application": {"parameters": {"serviceprincipalid": "another"}},
    "tenant": {"parameters": {"tenantid": "another"}},
    "issuer": {"parameters": {"workloadIdentityFederationIssuer": "https://vstoken.dev.azure.com/x"}},
    "subject": {"parameters": {"workloadIdentityFederationSubject": "sc://contoso/a/b"}},
}


def _read(**other: t.Any) -> Json:
    return raw(**{"serviceEndpointProjectReferences": BASE["serviceEndpointProjectReferences"], **other})


@pytest.mark.parametrize("other", MOVES.values(), ids=list(MOVES))
def test_whatever_an_approval_rests_on_changes_the_fingerprint(other: Json) -> None:
    assert fingerprint(connection(_read(**other))) != fingerprint(connection(_read()))


@pytest.mark.parametrize(
    "other",
    [
        {"description": "another"},
        {"createdBy": {"displayName": "somebody else"}},
        {"operationStatus": {"state": "InProgress"}},
        {"data": {"revertSchemeDeadline": "2026-01-02T03:04:05Z"}},
        {"parameters": {"serviceprincipalkey": ""}},
        {"modificationDate": "2026-01-02T03:04:05Z"},
    ],
    ids=str,
)
def test_times_masks_and_display_data_leave_the_fingerprint(other: Json) -> None:
    assert fingerprint(connection(_read(**other))) == fingerprint(connection(_read()))


def test_references_count_in_any_order() -> None:
    both = [reference(PAYMENTS, "a"), reference(WEB_SHOP, "b"), reference(WEB_SHOP, "c")]
    one, other = (
        _read(isShared=True, serviceEndpointProjectReferences=found) for found in (both, [both[0], both[2], both[1]])
    )
    assert fingerprint(connection(one)) == fingerprint(connection(other))


# -- what could not be seen --------------------------------------------------------------------------------------------
GAP: Json = {"projects": ["p1"], "connections": [{"id": "c1", "project_id": "p2"}]}
NONE: Json = {"projects": [], "connections": []}


def with_gap(gap: Json | None) -> Json:
    return approval.document(ORGANIZATION, copy.deepcopy(OPTIONS), (item(1), item(2)), NOW, copy.deepcopy(gap))


def test_a_gap_is_part_of_plan_and_digest_and_a_plan_without_one_is_what_it_was() -> None:
    assert with_gap(NONE) == with_gap(None) == plan()
    document = with_gap(GAP)
    check(document)
    assert (document["schema"], document["unread"]) == (3, GAP)
    assert len({document["digest"], plan()["digest"], with_gap({**NONE, "projects": ["p1"]})["digest"]}) == 3


@pytest.mark.parametrize(
    ("then", "now", "scope", "said"),
    [
        (NONE, NONE, None, ""),
        (GAP, GAP, None, ""),
        (GAP, NONE, {"p3"}, ""),
        (GAP, {**GAP, "projects": []}, {"p2"}, ""),
        (GAP, {**GAP, "projects": []}, None, "could not be read, and now they can: p1"),
        (NONE, GAP, {"p1"}, "could be read, and now they cannot: p1"),
        (NONE, GAP, {"p2"}, "now only a part is visible: c1"),
        (GAP, {**GAP, "connections": []}, None, "now they can be seen: c1"),
        (
            GAP,
            {**GAP, "projects": ["p9"]},
            None,
            "now they can: p1; these projects could be read, and now they cannot: p9",
        ),
    ],
)
def test_what_is_seen_now_must_be_what_was_seen_then(then: Json, now: Json, scope: set[str] | None, said: str) -> None:
    if not said:
        approval.check_gaps(with_gap(then), now, scope)
        return
    with pytest.raises(approval.PlanChangedError, match=said):
        approval.check_gaps(with_gap(then), now, scope)
