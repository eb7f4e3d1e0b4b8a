# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task changes of a connection that exists, what it refuses, and that everything else goes back as it was read."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import HIDDEN, Change, diff
from ansible_collections.azdo.connections.plugins.module_utils._desired.change_limits import (
    ImmutableError,
    NotNowError,
    UnreachedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import ConnectionPlan, compare
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import (
    Caller,
    Desired,
    Share,
    Target,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import update_body
from hypothesis import given
from hypothesis import strategies as st

from unit.plugins._helpers.certificates import certificate_and_key
from unit.plugins._helpers.connections import (
    CLIENT,
    LOGISTICS,
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

PERSON = Caller(kind="user", reaches_azure=True)
MACHINE = Caller(kind="non_user", reaches_azure=True)
OTHER = "ffffffff-0000-4000-8000-00000000000f"
KEY = "a-made-up-key"
PEM = certificate_and_key()
SUBSCRIPTION = "eeeeeeee-0000-4000-8000-000000000001"
MANUAL: Json = {"creationMode": "Manual"}


def manual(**other: t.Any) -> Json:
    """A manual connection with a key."""
    return raw(**{**other, "data": {**MANUAL, **(other.get("data") or {})}})


def manual_federated(**other: t.Any) -> Json:
    return federated(**{**other, "data": {**MANUAL, **(other.get("data") or {})}})


def workspace(**other: t.Any) -> Json:
    data = {
        "scopeLevel": "AzureMLWorkspace",
        "resourceGroupName": "rg-research",
        "mlWorkspaceName": "mlw-research",
        "mlWorkspaceLocation": "westeurope",
    }
    return manual_federated(data=data, **other)


def desired(**options: t.Any) -> Desired:
    return Desired(**{"project": "Payments", "name": "azure-prod", **options})


def plan_for(
    answer: Json | ArmConnection,
    options: t.Mapping[str, t.Any],
    *,
    project: Project = PAYMENTS,
    shares: t.Sequence[tuple[Project, Share]] | None = None,
    caller: Caller = PERSON,
) -> ConnectionPlan:
    """The plan of a task with these options for a connection that was read through ``project``."""
    wish = desired(**options)
    current = answer if isinstance(answer, ArmConnection) else connection(answer, project)
    target = Target(
        project=project,
        client_id=wish.client_id,
        tenant_id=wish.tenant_id,
        shares=None if shares is None else tuple(shares),
    )
    return compare(wish, current, target, caller, NOW)


def sent(answer: Json, plan: ConnectionPlan, project: Project = PAYMENTS) -> Json:
    assert plan.edits is not None
    return update_body(connection(answer, project), plan.edits)


def different(one: t.Any, other: t.Any, path: str = "") -> set[str]:
    """The paths at which two JSON values differ; a key that is missing differs from one that is null."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = {f"{path}/{key}" for key in one.keys() ^ other.keys()}
        return found.union(*(different(one[key], other[key], f"{path}/{key}") for key in one.keys() & other.keys()))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return set().union(
            *(different(a, b, f"{path}/{index}") for index, (a, b) in enumerate(zip(one, other, strict=True)))
        )
    return set() if one == other and type(one) is type(other) else {path}


# -- what was not set is not managed -----------------------------------------------------------------------------------
def test_a_task_that_declares_nothing_changes_nothing() -> None:
    for answer in (raw(), manual(), federated(), workspace(), manual(parameters={"serviceprincipalkey": ""})):
        assert plan_for(answer, {}) == ConnectionPlan()


# Every value that these connections have, in the words of the options.
_COMMON: dict[str, t.Any] = {
    "description": "Deployments",
    "enabled": True,
    "service_management_reference": "tree",
    "environment": "AzureCloud",
    "server_url": "https://management.azure.com",
    "tenant_id": TENANT.upper(),
    "client_id": CLIENT.upper(),
}
_SUBSCRIBED = {"subscription_id": SUBSCRIPTION.upper(), "subscription_name": "CONTOSO production"}
_EXTRAS: Json = {"isDisabled": False, "serviceManagementReference": "tree", "creationDate": "2026-01-01T00:00:00Z"}
_NAMED: Json = {
    "description": "Deployments",
    "serviceEndpointProjectReferences": [reference(PAYMENTS, "azure-prod", "Deployments")],
    **_EXTRAS,
}
_KNOWN: dict[str, tuple[Json, dict[str, t.Any], dict[str, str]]] = {
    "key, manual": (
        manual(data={"resourceGroupName": "rg-Payments"}, **_NAMED),
        {**_COMMON, "scheme": "service_principal", "creation_mode": "manual", "key": KEY},
        {**_SUBSCRIBED, "level": "subscription", "resource_group": "RG-payments"},
    ),
    "secret, automatic": (
        raw(**_NAMED),
        {**_COMMON, "scheme": "service_principal", "creation_mode": "automatic"},
        {**_SUBSCRIBED, "level": "subscription"},
    ),
    "federation, manual": (
        manual_federated(**_NAMED),
        {**_COMMON, "scheme": "workload_identity_federation", "creation_mode": "manual"},
        _SUBSCRIBED,
    ),
    "workspace": (
        workspace(**_NAMED),
        {**_COMMON, "scheme": "workload_identity_federation", "creation_mode": "manual"},
        {
            **_SUBSCRIBED,
            "level": "ml_workspace",
            "resource_group": "rg-research",
            "ml_workspace_name": "mlw-research",
            "ml_workspace_location": "westeurope",
        },
    ),
    "management group": (
        manual_federated(
            data={
                "scopeLevel": "ManagementGroup",
                "subscriptionId": None,
                "subscriptionName": None,
                "managementGroupId": "mg",
                "managementGroupName": "Platform",
            },
            **_NAMED,
        ),
        {**_COMMON, "scheme": "workload_identity_federation", "creation_mode": "manual"},
        {"level": "management_group", "management_group_id": "MG", "management_group_name": "platform"},
    ),
}


@pytest.mark.parametrize("kind", _KNOWN)
@given(data=st.data())
def test_any_part_of_what_a_connection_already_has_is_no_change(kind: str, data: st.DataObject) -> None:
    answer, options, scope = _KNOWN[kind]
    names = data.draw(st.sets(st.sampled_from(sorted(options))))
    parts = data.draw(st.sets(st.sampled_from(sorted(scope))))
    wish = {name: options[name] for name in names}
    assert plan_for(answer, {**wish, "scope": {part: scope[part] for part in parts}}) == ConnectionPlan()


@pytest.mark.parametrize("part", ["subscription_id", "subscription_name", "resource_group"])
def test_a_scope_level_that_the_task_does_not_name_is_not_compared(part: str) -> None:
    """A workspace has a subscription and a resource group, too; and ResourceGroup is a level that was seen (2.5)."""
    values = {
        "subscription_id": SUBSCRIPTION,
        "subscription_name": "Contoso Production",
        "resource_group": "rg-research",
    }
    seen = manual(data={"scopeLevel": "ResourceGroup", "resourceGroupName": "rg-research"})
    for answer in (workspace(), seen):
        assert plan_for(answer, {"scope": {part: values[part]}}) == ConnectionPlan()


# -- one declared difference is one difference of the body -------------------------------------------------------------
_EDITS: list[tuple[str, Json, dict[str, t.Any], set[str], t.Any]] = [
    ("description", manual(), {"description": "new"}, {"/description", "reference/description"}, "new"),
    ("description", manual(**_NAMED), {"description": ""}, {"/description", "reference/description"}, ""),
    ("name", manual(), {"id": "x", "name": "renamed"}, {"/name", "reference/name"}, "renamed"),
    ("enabled", manual(isDisabled=False), {"enabled": False}, {"/isDisabled"}, False),
    ("enabled", manual(isDisabled=True), {"enabled": True}, {"/isDisabled"}, True),
    (
        "service_management_reference",
        manual(creationDate="2026-01-01T00:00:00Z"),
        {"service_management_reference": "tree"},
        {"/serviceManagementReference"},
        "tree",
    ),
    (
        "service_management_reference",
        manual(serviceManagementReference="tree"),
        {"service_management_reference": ""},
        {"/serviceManagementReference"},
        "",
    ),
    ("scope.resource_group", manual(), {"scope": {"resource_group": "rg"}}, {"/data/resourceGroupName"}, "rg"),
    (
        "scope.ml_workspace_name",
        workspace(),
        {"scope": {"level": "ml_workspace", "ml_workspace_name": "other"}},
        {"/data/mlWorkspaceName"},
        "other",
    ),
    (
        "scope.ml_workspace_location",
        workspace(),
        {"scope": {"ml_workspace_location": "northeurope"}},
        {"/data/mlWorkspaceLocation"},
        "northeurope",
    ),
    (
        "client_id",
        manual_federated(),
        {"client_id": OTHER},
        {"/authorization/parameters/serviceprincipalid"},
        OTHER,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("option", "answer", "options", "paths", "after"), _EDITS)
def test_one_declared_difference_is_one_difference_of_the_body(
    option: str, answer: Json, options: dict[str, t.Any], paths: set[str], after: t.Any
) -> None:
    answer = {**answer, "unknown": {"Nested": [1, None, ""]}}
    before = copy.deepcopy(answer)
    plan = plan_for(answer, options)
    assert [(change.option, change.after) for change in plan.changes] == [(option, after)]
    body = sent(answer, plan)
    expected = {path.replace("reference", "/serviceEndpointProjectReferences/0") for path in paths}
    assert different(before, body) == expected
    assert answer == before
    # What was sent, read again, is what the task wants.
    assert plan_for(body, options) == ConnectionPlan()


_TEXT = st.text(max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
# Those of the answers, and the words by which the helpers that make them take their parts.
_OWN_KEYS = {
    key.lower() for answer in (manual(), workspace(**_NAMED)) for key in (*answer, "scheme", "projects", "parameters")
}
_STRANGE = _TEXT.filter(lambda key: key.lower() not in _OWN_KEYS)


@given(top=st.dictionaries(_STRANGE, _JSON, max_size=4), data=st.dictionaries(_STRANGE, _TEXT, max_size=4))
def test_what_nobody_knows_goes_back_byte_for_byte(top: Json, data: Json) -> None:
    answer = workspace(**top)
    answer["data"] = {**answer["data"], **data}
    answer["authorization"]["parameters"].update(data)
    answer["authorization"]["unknown"] = top
    body = sent(answer, plan_for(answer, {"description": "new"}))
    assert different(answer, body) == {"/description", "/serviceEndpointProjectReferences/0/description"}


def respelled(answer: Json, spell: t.Callable[[str], str]) -> Json:
    answer["data"] = {spell(key): value for key, value in answer["data"].items()}
    parameters = answer["authorization"]["parameters"]
    answer["authorization"]["parameters"] = {spell(key): value for key, value in parameters.items()}
    return answer


@pytest.mark.parametrize("spell", [str.upper, str.lower, str.swapcase, str.title])
def test_keys_in_any_case_are_no_drift_and_keep_their_spelling(spell: t.Callable[[str], str]) -> None:
    known, options, scope = _KNOWN["workspace"]
    answer = respelled(copy.deepcopy(known), spell)
    assert plan_for(answer, {**options, "scope": scope}) == ConnectionPlan()
    body = sent(answer, plan_for(answer, {"scope": {**scope, "resource_group": "other"}, "client_id": OTHER}))
    assert different(answer, body) == {
        f"/data/{spell('resourceGroupName')}",
        f"/authorization/parameters/{spell('serviceprincipalid')}",
    }


@pytest.mark.parametrize("spell", [str.upper, str.lower])
def test_ids_of_projects_are_the_same_in_any_case(spell: t.Callable[[str], str]) -> None:
    owner = Project("abcdabcd-0000-4000-8000-00000000000a", "Payments")
    shop = Project("abcdabcd-0000-4000-8000-00000000000b", "Web Shop")
    answer = manual(projects=(owner, shop))
    for item in answer["serviceEndpointProjectReferences"]:
        item["projectReference"]["id"] = spell(item["projectReference"]["id"])
    shares = [(shop, Share(project="Web Shop", name="alias"))]
    plan = plan_for(answer, {"description": "new"}, project=owner, shares=shares)
    assert (plan.added, plan.dropped) == ((), ())
    references = sent(answer, plan, owner)["serviceEndpointProjectReferences"]
    assert [(item["name"], item["description"]) for item in references] == [("azure-prod", "new"), ("alias", "")]


# -- one project's words -----------------------------------------------------------------------------------------------
def shared() -> Json:
    """Owned by Payments, and known as shop-azure in Web Shop."""
    references = [reference(PAYMENTS, "azure-prod", "theirs"), reference(WEB_SHOP, "shop-azure", "ours")]
    return manual(isShared=True, description="theirs", serviceEndpointProjectReferences=references)


def test_name_and_description_are_those_of_the_project_that_was_asked() -> None:
    answer = {**shared(), "name": "shop-azure", "description": "ours"}
    options = {"id": "x", "name": "shop", "description": "new"}
    plan = plan_for(answer, options, project=WEB_SHOP)
    assert plan.changes == (Change("name", "shop-azure", "shop"), Change("description", "ours", "new"))
    body = sent(answer, plan, WEB_SHOP)
    assert body["serviceEndpointProjectReferences"] == [
        reference(PAYMENTS, "azure-prod", "theirs"),
        reference(WEB_SHOP, "shop", "new"),
    ]
    assert plan_for(answer, {"description": "ours"}, project=WEB_SHOP) == ConnectionPlan()


def test_without_an_id_the_name_only_finds_the_connection() -> None:
    assert plan_for(manual(), {"name": "AZURE-prod"}) == ConnectionPlan()


# -- secrets -----------------------------------------------------------------------------------------------------------
def parameters_sent(answer: Json, options: dict[str, t.Any]) -> Json | None:
    plan = plan_for(answer, options)
    return t.cast(Json, sent(answer, plan)["authorization"]["parameters"]) if plan.edits else None


def test_a_secret_that_is_stored_already_is_not_sent_again() -> None:
    """It cannot be compared."""
    assert parameters_sent(manual(), {"key": KEY}) is None
    certified = manual(parameters={"authenticationType": "spnCertificate"})
    assert parameters_sent(certified, {"certificate": PEM}) is None


def test_a_secret_is_sent_on_request_every_time_and_never_shown() -> None:
    plan = plan_for(manual(), {"key": KEY, "renew_secret": True})
    assert [change.option for change in plan.changes] == ["secret"]
    assert KEY not in repr(plan)
    body = sent(manual(), plan)
    assert different(manual(), body) == {"/authorization/parameters/serviceprincipalkey"}
    assert body["authorization"]["parameters"]["serviceprincipalkey"] == KEY


@pytest.mark.parametrize("old", ["serviceprincipalkey", "ServicePrincipalKey"])
def test_a_certificate_takes_the_place_of_a_key(old: str) -> None:
    answer = manual(parameters={"serviceprincipalkey": None})
    answer["authorization"]["parameters"][old] = None
    parameters = parameters_sent(answer, {"certificate": PEM})
    assert parameters == {
        "tenantid": TENANT,
        "serviceprincipalid": CLIENT,
        "authenticationType": "spnCertificate",
        "servicePrincipalCertificate": PEM,
    }


def test_a_key_takes_the_place_of_a_certificate() -> None:
    answer = manual(parameters={"serviceprincipalkey": None, "authenticationType": "spnCertificate"})
    answer["authorization"]["parameters"]["servicePrincipalCertificate"] = None
    assert parameters_sent(answer, {"key": KEY}) == {
        "tenantid": TENANT,
        "serviceprincipalid": CLIENT,
        "authenticationType": "spnKey",
        "serviceprincipalkey": KEY,
    }


def test_another_client_id_comes_with_its_secret() -> None:
    parameters = parameters_sent(manual(), {"client_id": OTHER, "key": KEY})
    assert parameters is not None
    assert (parameters["serviceprincipalid"], parameters["serviceprincipalkey"]) == (OTHER, KEY)
    with pytest.raises(OptionError, match="another one needs its own secret") as caught:
        plan_for(manual(), {"client_id": OTHER})
    assert "service_principal.key" in caught.value.remedy


@pytest.mark.parametrize(
    "mask", ["serviceprincipalkey", "SERVICEPRINCIPALKEY", "servicePrincipalCertificate", "publishProfile"]
)
def test_an_empty_mask_is_never_sent_back(mask: str) -> None:
    answer = manual()
    del answer["authorization"]["parameters"]["serviceprincipalkey"]
    answer["authorization"]["parameters"][mask] = ""
    with pytest.raises(OptionError, match="sending that back might wipe it") as caught:
        plan_for(answer, {"description": "new"})
    assert "Set service_principal.key" in caught.value.remedy
    plan = plan_for(answer, {"description": "new", "key": KEY})
    assert any("masks the stored secret with an empty text" in text for text in plan.warnings)
    assert "" not in sent(answer, plan)["authorization"]["parameters"].values()


def test_an_empty_mask_stands_in_the_way_of_no_change_that_needs_no_put() -> None:
    answer = {**shared()}
    answer["authorization"]["parameters"]["serviceprincipalkey"] = ""
    plan = plan_for(answer, {}, shares=[])
    assert (plan.edits, plan.dropped) == (None, (WEB_SHOP.id,))


def test_the_way_out_of_an_empty_mask_is_one_that_works() -> None:
    """The secret of an automatic connection is known to nobody: "set service_principal.key" would be refused, too."""
    answer = raw(parameters={"serviceprincipalkey": ""})
    with pytest.raises((OptionError, NotNowError)) as caught:
        plan_for(answer, {"description": "new"})
    assert "Set service_principal.key" not in caught.value.remedy
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("answer", "options", "sentence"),
    [
        (federated(), {"key": KEY}, "has the scheme workload_identity_federation, which stores none of that kind"),
        (manual(), {"publish_profile": "<publishData/>"}, "which stores none of that kind"),
        (raw(scheme="PublishProfile"), {"certificate": PEM}, "which stores none of that kind"),
        (raw(), {"key": KEY}, "was made by Azure DevOps"),
        (raw(), {"certificate": PEM, "renew_secret": True}, "was made by Azure DevOps"),
    ],
)
def test_a_secret_that_the_connection_cannot_have_is_refused(answer: Json, options: Json, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence) as caught:
        plan_for(answer, options)
    assert "Leave the secret out" in caught.value.remedy
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("scheme", ["ManagedServiceIdentity", "PublishProfile"])
def test_a_client_id_is_never_written_into_a_connection_that_has_none(scheme: str) -> None:
    answer = raw(scheme=scheme, data={"creationMode": None}, parameters={"serviceprincipalid": None})
    with pytest.raises((ImmutableError, OptionError)) as caught:
        plan_for(answer, {"client_id": OTHER})
    assert caught.value.remedy


# -- for life ----------------------------------------------------------------------------------------------------------
_STACK = manual(url="https://arm.stack.example", data={"environment": "AzureStack"})
_GROUPED = _KNOWN["management group"][0]
_FOR_LIFE: list[tuple[str, Json, dict[str, t.Any]]] = [
    ("creation_mode", raw(), {"creation_mode": "manual"}),
    ("creation_mode", manual(), {"creation_mode": "automatic"}),
    ("environment", manual(), {"environment": "AzureChinaCloud"}),
    ("environment", manual(data={"environment": None}), {"environment": "AzureChinaCloud"}),
    ("server_url", _STACK, {"server_url": "https://other.stack.example"}),
    ("scope.level", manual(), {"scope": {"level": "ml_workspace"}}),
    ("scope.level", _GROUPED, {"scope": {"level": "subscription"}}),
    ("scope.subscription_id", manual(), {"scope": {"subscription_id": OTHER}}),
    ("scope.management_group_id", _GROUPED, {"scope": {"management_group_id": "other"}}),
    ("scope.resource_group", raw(), {"scope": {"resource_group": "rg"}}),
    ("client_id", raw(), {"client_id": OTHER}),
    ("client_id", federated(), {"client_id": OTHER}),
    ("tenant_id", manual(), {"tenant_id": OTHER}),
    ("tenant_id", federated(), {"tenant_id": OTHER}),
    ("web_app_id", raw(scheme="PublishProfile", data={"resourceId": "/a/b"}), {"web_app_id": "/a/c"}),
]


@pytest.mark.parametrize(("option", "answer", "options"), _FOR_LIFE)
def test_what_is_for_life_is_refused_by_its_option(option: str, answer: Json, options: dict[str, t.Any]) -> None:
    with pytest.raises(ImmutableError, match=f"{option} of 'azure-prod' is .* and cannot be changed to ") as caught:
        plan_for(answer, options)
    assert caught.value.details["option"] == option
    assert "create another connection under another name" in caught.value.remedy


@pytest.mark.parametrize(
    ("answer", "scheme"),
    [(raw(), "workload_identity_federation"), (federated(), "service_principal"), (manual(), "managed_identity")],
)
def test_another_scheme_leads_to_the_module_that_converts(answer: Json, scheme: str) -> None:
    with pytest.raises(ImmutableError, match=f"has the scheme .* and the task wants {scheme}") as caught:
        plan_for(answer, {"scheme": scheme})
    assert "azdo.connections.azdo_arm_connection_convert" in caught.value.remedy


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (manual(), "management_group_id"),
        (manual(), "ml_workspace_name"),
        (manual(), "ml_workspace_location"),
        (_GROUPED, "subscription_id"),
        (_GROUPED, "resource_group"),
        (workspace(), "management_group_id"),
    ],
)
def test_a_part_that_the_level_does_not_have_is_never_written(answer: Json, part: str) -> None:
    with pytest.raises((ImmutableError, OptionError), match="scope\\.") as caught:
        plan_for(answer, {"scope": {part: OTHER}})
    assert caught.value.remedy


# -- not now -----------------------------------------------------------------------------------------------------------
def test_while_a_connection_can_go_back_it_is_not_changed() -> None:
    with pytest.raises(NotNowError, match="can go back to its secret until 2026-06-04"):
        plan_for(converted(days_left=3), {"description": "new"})
    assert plan_for(converted(days_left=3), {"description": ""}) == ConnectionPlan()
    late = converted(days_left=-1)
    assert "revertSchemeDeadline" not in sent(late, plan_for(late, {"description": "new"}))["data"]


def test_while_a_connection_can_go_back_it_can_still_be_shared() -> None:
    plan = plan_for(converted(days_left=3), {}, shares=[(WEB_SHOP, Share(project="Web Shop"))])
    assert (plan.edits, [item.id for item in plan.added]) == (None, [WEB_SHOP.id])


@pytest.mark.parametrize("answer", [raw(), federated()])
def test_what_azure_devops_made_is_saved_by_people_only(answer: Json) -> None:
    with pytest.raises(NotNowError, match="needs a person") as caught:
        plan_for(answer, {"description": "new"}, caller=MACHINE)
    assert "az login" in caught.value.remedy
    assert plan_for(answer, {"description": ""}, caller=MACHINE) == ConnectionPlan()
    assert plan_for(answer, {}, caller=MACHINE, shares=[(WEB_SHOP, Share(project="Web Shop"))]).added


def test_machines_change_manual_connections() -> None:
    assert plan_for(manual(), {"description": "new"}, caller=MACHINE).edits is not None


@pytest.mark.parametrize("issuer", [VSTOKEN, "https://elsewhere.example"])
def test_a_new_name_must_not_break_the_subject(issuer: str) -> None:
    with pytest.raises(NotNowError, match="pipelines could not sign in any more") as caught:
        plan_for(manual_federated(issuer=issuer), {"id": "x", "name": "renamed"})
    assert "Microsoft Entra issuer" in caught.value.remedy
    assert plan_for(manual_federated(), {"id": "x", "name": "renamed"}).edits is not None


# -- what the service does not offer, and labels -----------------------------------------------------------------------
@pytest.mark.parametrize(("option", "value"), [("enabled", False), ("service_management_reference", "tree")])
def test_what_the_service_does_not_tell_fails_or_is_left_alone_with_a_warning(option: str, value: t.Any) -> None:
    with pytest.raises(UnreachedError, match=f"{option} cannot be set") as caught:
        plan_for(manual(), {option: value})
    assert caught.value.details == {"options": [option]}
    plan = plan_for(manual(), {option: value, "allow_unreached": True})
    assert (plan.changes, plan.edits) == ((), None)
    assert plan.warnings == (f"{option} was left alone: this service does not tell its value.",)


@pytest.mark.parametrize(("option", "value"), [("enabled", True), ("service_management_reference", "")])
def test_what_a_connection_without_the_field_amounts_to_is_a_warning_only(option: str, value: t.Any) -> None:
    plan = plan_for(manual(), {option: value})
    assert (plan.changes, plan.edits) == ((), None)
    assert plan.warnings == (f"{option} was left alone: this service does not tell its value.",)


def test_an_empty_reference_is_not_among_the_answers_of_a_service_that_offers_it() -> None:
    assert (
        plan_for(manual(modificationDate="2026-01-01T00:00:00Z"), {"service_management_reference": ""})
        == ConnectionPlan()
    )


@pytest.mark.parametrize(("answer", "part"), [(manual(), "subscription_name"), (_GROUPED, "management_group_name")])
def test_another_label_warns_and_is_no_drift(answer: Json, part: str) -> None:
    plan = plan_for(answer, {"scope": {part: "Renamed"}})
    assert (plan.changes, plan.edits) == ((), None)
    assert len(plan.warnings) == 1
    assert f"scope.{part} of 'azure-prod'" in plan.warnings[0]
    changed = plan_for(answer, {"scope": {part: "Renamed"}, "description": "new"})
    assert sent(answer, changed)["data"] == answer["data"]


# -- a draft -----------------------------------------------------------------------------------------------------------
def test_a_draft_is_finished_by_its_client_id() -> None:
    answer = manual_federated(data={"isDraft": "true"}, parameters={"serviceprincipalid": None}, isReady=False)
    plan = plan_for(answer, {"client_id": CLIENT})
    assert plan.changes == (Change("client_id", None, CLIENT),)
    body = sent(answer, plan)
    assert different(answer, body) == {"/data/isDraft", "/authorization/parameters/serviceprincipalid"}
    assert body["data"].get("isDraft") != "true"


def test_a_draft_that_is_described_otherwise_stays_a_draft() -> None:
    answer = manual_federated(data={"isDraft": "true"}, parameters={"serviceprincipalid": None}, isReady=False)
    body = sent(answer, plan_for(answer, {"description": "new"}))
    assert body["data"]["isDraft"] == "true"


# -- shares ------------------------------------------------------------------------------------------------------------
def test_shares_are_exact_or_appended() -> None:
    wanted = [(LOGISTICS, Share(project="x"))]
    exact, appended = (plan_for(shared(), {"append_shares": append}, shares=wanted) for append in (False, True))
    for plan in (exact, appended):
        assert [(item.id, item.connection_name, item.description) for item in plan.added] == [
            (LOGISTICS.id, f"azure-prod-{LOGISTICS.name}", "theirs")
        ]
    assert (exact.dropped, appended.dropped) == ((WEB_SHOP.id,), ())
    assert plan_for(shared(), {}, shares=[]).dropped == (WEB_SHOP.id,)
    assert plan_for(shared(), {"append_shares": True}, shares=[]) == ConnectionPlan()


def test_a_share_without_name_and_description_leaves_both() -> None:
    assert plan_for(shared(), {}, shares=[(WEB_SHOP, Share(project="x"))]) == ConnectionPlan()


def test_a_new_share_has_the_name_and_description_that_the_same_task_gives() -> None:
    """Documented: without one of its own, it has that of the connection."""
    options = {"id": "x", "name": "renamed", "description": "new"}
    (added,) = plan_for(manual(), options, shares=[(WEB_SHOP, Share(project="x"))]).added
    assert (added.connection_name, added.description) == ("renamed-Web Shop", "new")


def test_name_and_description_of_a_share_change_in_the_put() -> None:
    wanted = [(WEB_SHOP, Share(project="x", name="shop", description="new"))]
    plan = plan_for(shared(), {}, shares=wanted)
    assert {(change.option, change.before, change.after) for change in plan.changes} == {
        ("shared_with.Web Shop.name", "shop-azure", "shop"),
        ("shared_with.Web Shop.description", "ours", "new"),
    }
    assert different(shared(), sent(shared(), plan)) == {
        "/serviceEndpointProjectReferences/1/name",
        "/serviceEndpointProjectReferences/1/description",
    }


def test_shares_are_managed_from_the_owning_project_only() -> None:
    with pytest.raises(OptionError, match="which is 'Payments'") as caught:
        plan_for(shared(), {"name": "shop-azure"}, project=WEB_SHOP, shares=[])
    assert "Set project to it" in caught.value.remedy


# -- the diff ----------------------------------------------------------------------------------------------------------
def test_the_diff_has_the_words_of_the_options_and_no_secret() -> None:
    plan = plan_for(manual(isDisabled=False), {"enabled": False, "key": KEY, "renew_secret": True})
    found = diff("contoso / Payments / azure-prod", plan.changes)
    assert found["before"] == {"enabled": True, "secret": HIDDEN}
    assert found["after"] == {"enabled": False, "secret": f"{HIDDEN}, sent"}
    assert KEY not in yaml.safe_dump(found)


@given(days=st.integers(min_value=1, max_value=400))
def test_a_deadline_in_the_past_is_no_obstacle(days: int) -> None:
    late = federated(NOW - timedelta(days=days))
    assert plan_for(late, {"description": "new"}).edits is not None


# -- a resource group that others stored in the parameters -------------------------------------------------------------
GROUP_SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-payments"


def of_terraform(answer: Json, group: str = "rg-payments") -> ArmConnection:
    """As somebody reads it who looks for the resource group in both places."""
    found = connection(answer)
    return replace(found, scope={**found.scope, "resource_group": group})


@pytest.mark.parametrize("make", [manual, raw, manual_federated, federated])
def test_a_resource_group_in_the_parameters_is_no_drift(make: t.Callable[..., Json]) -> None:
    current = of_terraform(make(parameters={"scope": GROUP_SCOPE}))
    wish = {"subscription_id": SUBSCRIPTION, "resource_group": "RG-Payments"}
    assert plan_for(current, {"scope": wish}) == ConnectionPlan()


def test_what_is_sent_keeps_the_resource_group_where_it_is() -> None:
    answer = manual(parameters={"scope": GROUP_SCOPE})
    other = plan_for(of_terraform(answer), {"description": "new"})
    assert other.edits is not None
    body = update_body(of_terraform(answer), other.edits)
    assert body["authorization"]["parameters"]["scope"] == GROUP_SCOPE
    assert "resourceGroupName" not in body["data"]


def test_another_resource_group_is_written_where_the_old_one_is() -> None:
    answer = manual(parameters={"scope": GROUP_SCOPE})
    plan = plan_for(of_terraform(answer), {"scope": {"resource_group": "rg-new"}})
    assert [(item.option, item.before, item.after) for item in plan.changes] == [
        ("scope.resource_group", "rg-payments", "rg-new")
    ]
    assert plan.edits is not None
    body = update_body(of_terraform(answer), plan.edits)
    assert body["authorization"]["parameters"]["scope"] == GROUP_SCOPE.replace("payments", "new")
    assert "resourceGroupName" not in body["data"]
    # A secret is needed for another identity only.
    assert not plan.edits.secret


def test_of_an_automatic_connection_it_cannot_be_changed() -> None:
    with pytest.raises(ImmutableError, match=r"scope\.resource_group of 'azure-prod' is rg-payments"):
        plan_for(of_terraform(raw(parameters={"scope": GROUP_SCOPE})), {"scope": {"resource_group": "rg-new"}})
