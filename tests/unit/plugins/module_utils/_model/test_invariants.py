# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must stay as it is while a connection changes how it signs in: what counts, and what does not."""

from __future__ import annotations

import copy
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import (
    canonical_hash,
    changes,
    changes_since,
    fingerprint,
    hashes,
    invariants,
)

from unit.plugins._helpers.connections import (
    CLIENT,
    ENTRA,
    NOW,
    PAYMENTS,
    TENANT,
    VSTOKEN,
    WEB_SHOP,
    connection,
    converted,
    federated,
    raw,
    reference,
)

BOTH = (PAYMENTS, WEB_SHOP)
# Projects stand there by id, because names may change.
HERE, THERE = f"project {PAYMENTS.id}", f"project {WEB_SHOP.id}"
Change = t.Callable[[Json], t.Any]


def before() -> Json:
    return raw(
        projects=BOTH, description="of the network team", serviceManagementReference="CMDB-7", data={"appObjectId": "x"}
    )


def after(change: Change) -> list[Json]:
    """The differences when the service shows the connection with this change."""
    changed = copy.deepcopy(before())
    change(changed)
    return changes(invariants(connection(before())), invariants(connection(changed)))


def parameters(**changed: t.Any) -> Change:
    return lambda answer: answer["authorization"]["parameters"].update(changed)


def data(**changed: t.Any) -> Change:
    return lambda answer: answer["data"].update(changed)


def share(number: int, **changed: t.Any) -> Change:
    return lambda answer: answer["serviceEndpointProjectReferences"][number].update(changed)


# -- what counts -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (lambda answer: answer.update(id=CLIENT), ["id"]),
        (share(0, name="renamed"), ["name", HERE]),
        (share(1, name="renamed"), [THERE]),
        (share(1, description="described"), [THERE]),
        (lambda answer: answer.update(description="another"), ["description"]),
        (lambda answer: answer.update(description=""), ["description"]),
        (lambda answer: answer.update(url="https://management.usgovcloudapi.net/"), ["url"]),
        (lambda answer: answer.update(type="github"), ["type"]),
        (lambda answer: answer.update(isDisabled=True), ["enabled"]),
        (lambda answer: answer.update(serviceManagementReference=None), ["service_management_reference"]),
        (lambda answer: answer["serviceEndpointProjectReferences"].pop(), [THERE]),
        (
            lambda answer: answer.update(serviceEndpointProjectReferences=[reference(PAYMENTS)], isShared=False),
            ["shared", THERE],
        ),
        (lambda answer: answer["serviceEndpointProjectReferences"].reverse(), ["owning_project"]),
        (data(subscriptionId="eeeeeeee-0000-4000-8000-000000000002"), ["data.subscriptionid"]),
        (data(subscriptionName="contoso production"), ["data.subscriptionname"]),
        (data(creationMode="Manual"), ["data.creationmode"]),
        (data(environment="AzureUSGovernment"), ["data.environment"]),
        (data(appObjectId=None), ["data.appobjectid"]),
        (data(somethingNew="x"), ["data.somethingnew"]),
        (parameters(tenantid=CLIENT), ["parameters.tenantid"]),
        (parameters(serviceprincipalid=TENANT), ["parameters.serviceprincipalid"]),
        (parameters(scope="/subscriptions/x"), ["parameters.scope"]),
        (parameters(somethingNew="x"), ["parameters.somethingnew"]),
        (lambda answer: answer.update(owner="agentcloud"), ["owner"]),
        (lambda answer: answer["createdBy"].update(id=CLIENT), ["created_by"]),
    ],
)
def test_what_is_a_difference(change: Change, fields: list[str]) -> None:
    assert [item["field"] for item in after(change)] == fields


def test_a_difference_shows_both_values() -> None:
    assert after(lambda answer: answer.update(description="another")) == [
        {"field": "description", "before": "of the network team", "after": "another"}
    ]
    assert after(data(somethingNew="x")) == [{"field": "data.somethingnew", "before": "", "after": "x"}]
    assert after(data(appObjectId=None)) == [{"field": "data.appobjectid", "before": "x", "after": ""}]


# -- what does not count -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer["authorization"].update(scheme="WorkloadIdentityFederation"),
        parameters(workloadIdentityFederationIssuer=ENTRA, workloadIdentityFederationSubject="sc://x/y/z"),
        parameters(workloadIdentityFederationIssuerType="EntraID"),
        lambda answer: answer["authorization"]["parameters"].pop("serviceprincipalkey"),
        lambda answer: answer["authorization"]["parameters"].pop("authenticationType"),
        parameters(serviceprincipalkey="", serviceprincipalcertificate=None, accesstokentype="AppToken"),
        data(revertSchemeDeadline="2026-06-08T12:00:00Z", identityType="ServicePrincipal"),
        lambda answer: answer.update(operationStatus={"state": "InProgress", "statusMessage": "x"}, isReady=False),
        lambda answer: answer.update(modifiedBy={"displayName": "Sam"}, modificationDate="2026-06-01T12:00:00Z"),
        lambda answer: answer.update(createdBy={"displayName": "Samantha"}),
    ],
)
def test_what_the_change_itself_is_about_is_no_difference(change: Change) -> None:
    assert after(change) == []


def respelled(answer: Json) -> None:
    """As another version of the service may show the very same connection."""
    answer["id"] = answer["id"].upper()
    answer["url"] = "https://Management.Azure.com"
    answer["data"] = {key[:1].upper() + key[1:]: value for key, value in reversed(answer["data"].items())}
    answer["authorization"]["parameters"] = {
        key.upper(): value and value.upper() for key, value in reversed(answer["authorization"]["parameters"].items())
    }
    answer["serviceEndpointProjectReferences"][1]["description"] = None
    answer["isDisabled"] = False
    answer["data"] |= {"ResourceGroupName": "", "Empty": None}
    answer["authorization"]["parameters"] |= {"scope": "", "Empty": None, "new": ""}


def test_neither_order_nor_spelling_of_keys_and_ids_is_a_difference() -> None:
    assert after(respelled) == []
    changed = before()
    respelled(changed)
    one, other = invariants(connection(before())), invariants(connection(changed))
    assert changes_since(hashes(one), other) == changes_since(hashes(other), one) == []


def test_a_project_may_be_renamed_meanwhile() -> None:
    assert after(share(1, projectReference={"id": WEB_SHOP.id, "name": "Shop of the Web"})) == []


@pytest.mark.parametrize("spelling", ["/subscriptions/X/resourceGroups/Rg", "/SUBSCRIPTIONS/x/resourcegroups/rg/"])
def test_azure_ids_are_compared_like_azure_does(spelling: str) -> None:
    one = connection(raw(data={"resourceId": "/subscriptions/x/resourceGroups/rg"}))
    assert changes(invariants(one), invariants(connection(raw(data={"resourceId": spelling})))) == []


def test_names_of_people_are_compared_to_the_letter() -> None:
    assert [item["field"] for item in after(share(1, name="Azure-Prod"))] == [THERE]
    assert [item["field"] for item in after(lambda answer: answer.update(description="Of the network team"))] == [
        "description"
    ]


def test_a_conversion_and_its_revert_change_nothing_that_counts() -> None:
    assert changes(invariants(connection(raw())), invariants(connection(converted()))) == []
    assert changes(invariants(connection(converted())), invariants(connection(raw()))) == []
    assert (
        changes(invariants(connection(federated(issuer=VSTOKEN))), invariants(connection(federated(issuer=ENTRA))))
        == []
    )


def test_no_secret_is_among_what_is_kept() -> None:
    """Nor a parameter that nobody knows: one of them may be a secret. That it changed is seen all the same."""
    canary = "a-secret-that-the-service-sent-by-mistake"
    names = ("serviceprincipalkey", "servicePrincipalCertificate", "PublishProfile", "somethingNew")
    one = invariants(connection(raw(parameters=dict.fromkeys(names, canary))))
    other = invariants(connection(raw(parameters=dict.fromkeys(names, f"{canary}-2"))))
    assert canary not in str(one)
    (difference,) = changes(one, other)
    assert difference["field"] == "parameters.somethingnew"
    assert canary not in str(difference)


# -- what could not be read --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "different"),
    [("a", "b", True), ("a", "a", False), ("a", None, False), (None, "b", False), (None, None, False), ("a", "", True)],
)
def test_what_could_not_be_read_is_never_a_difference(old: str | None, new: str | None, different: bool) -> None:
    assert bool(changes({"roles": old}, {"roles": new})) is different
    assert bool(changes_since(hashes({"roles": old}), {"roles": new})) is different


def test_a_field_that_is_new_or_gone_is_a_difference() -> None:
    assert changes({"a": "1"}, {}) == [{"field": "a", "before": "1", "after": ""}]
    assert changes({}, {"a": "1"}) == [{"field": "a", "before": "", "after": "1"}]
    assert changes({}, {"a": None}) == changes({"a": None}, {}) == []


def test_from_hashes_one_knows_that_it_changed_and_not_from_what() -> None:
    left = hashes({"description": "of the network team", "roles": None, "url": "x", "project Web Shop": "y"})
    assert len(left) == 4
    assert not any(word in str(left) for word in ("network", "Web Shop", "description", "roles"))
    assert changes_since(left, {"description": "another", "roles": "r", "url": "x", "data.new": "z"}) == [
        {"field": "description", "before": None, "after": "another"},
        {"field": "something that is gone", "before": None, "after": ""},
        {"field": "data.new", "before": None, "after": "z"},
    ]
    assert changes_since(left, {"description": "of the network team", "url": "x", "project Web Shop": "y"}) == []


# -- the fingerprint ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer.update(id=CLIENT),
        lambda answer: answer["serviceEndpointProjectReferences"].reverse(),
        lambda answer: answer["serviceEndpointProjectReferences"].pop(),
        share(1, name="renamed"),
        lambda answer: answer["authorization"].update(scheme="WorkloadIdentityFederation"),
        data(creationMode="Manual"),
        parameters(tenantid=CLIENT),
        parameters(serviceprincipalid=TENANT),
        data(environment="AzureUSGovernment"),
        data(resourceGroupName="rg"),
        parameters(workloadIdentityFederationIssuer=ENTRA),
        parameters(workloadIdentityFederationSubject="sc://contoso/Payments/azure-prod"),
        lambda answer: answer.update(isDisabled=True),
    ],
)
def test_what_an_approval_rests_on(change: Change) -> None:
    changed = before()
    change(changed)
    assert fingerprint(connection(changed)) != fingerprint(connection(before()))


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer.update(description="another"),
        lambda answer: answer.update(operationStatus={"state": "Failed"}),
        lambda answer: answer.update(id=answer["id"].upper()),
        parameters(tenantid=TENANT.upper(), serviceprincipalid=CLIENT.upper()),
        data(resourceGroupName=""),
        data(revertSchemeDeadline=(NOW + timedelta(days=7)).isoformat()),
        lambda answer: answer.update(data=dict(reversed(answer["data"].items()))),
    ],
)
def test_what_an_approval_does_not_rest_on(change: Change) -> None:
    changed = before()
    change(changed)
    assert fingerprint(connection(changed)) == fingerprint(connection(before()))


def test_subjects_are_told_apart_to_the_letter() -> None:
    one, other = (
        federated(parameters={"workloadIdentityFederationSubject": text}) for text in ("sc://x/Y/z", "sc://x/y/z")
    )
    assert fingerprint(connection(one)) != fingerprint(connection(other))


def test_a_hash_depends_on_the_value_and_not_on_its_order() -> None:
    assert canonical_hash({"a": 1, "ü": [1, 2]}) == canonical_hash({"ü": [1, 2], "a": 1})
    assert canonical_hash({"a": 1}) != canonical_hash({"a": "1"})
    assert canonical_hash([1, 2]) != canonical_hash([2, 1])
    with pytest.raises(ValueError, match="Out of range float"):
        canonical_hash(float("nan"))
