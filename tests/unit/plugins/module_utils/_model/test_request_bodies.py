# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies that make and change a connection, against the field tables of sections 2.6, 2.8 and 2.9 of the fact sheet.

The tables stand here once; tests/contract takes the methods and scopes from here.
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import references_of
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_defaults import complete
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Caller, Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import (
    Edits,
    creation_body,
    details_body,
    scope_edits,
    secret_parameters,
    update_body,
)
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection import ARGUMENT_SPEC

from simulator import Simulator
from unit.plugins._helpers.arm import AUDIENCE, CLIENT, KEY, PEM, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.connections import LOGISTICS, PAYMENTS, TENANT, WEB_SHOP, connection, federated, raw
from unit.plugins._helpers.tasks import manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]
Fields = dict[str, str]

IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-identities"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"
)
WEB_APP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments"
PROFILE = f'<publishData><publishProfile userPWD="{KEY}"/></publishData>'
STACK = "https://management.local.azurestack.external"

SUBSCRIBED: Options = {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"}
SCOPES: dict[str, Options] = {
    "subscription": SUBSCRIBED,
    "resource group": {**SUBSCRIBED, "resource_group": "rg-payments"},
    "management group": {"management_group_id": "mg-platform", "management_group_name": "Platform"},
    "workspace": {
        **SUBSCRIBED,
        "resource_group": "rg-research",
        "ml_workspace_name": "mlw-research",
        "ml_workspace_location": "westeurope",
    },
}
# The second table of 2.9: keys of `data` for each scope level.
SCOPE_DATA: dict[str, Fields] = {
    "subscription": {
        "scopeLevel": "Subscription",
        "subscriptionId": SUBSCRIPTION,
        "subscriptionName": "Contoso Production",
    },
    "resource group": {
        "scopeLevel": "Subscription",
        "subscriptionId": SUBSCRIPTION,
        "subscriptionName": "Contoso Production",
        "resourceGroupName": "rg-payments",
    },
    "management group": {
        "scopeLevel": "ManagementGroup",
        "managementGroupId": "mg-platform",
        "managementGroupName": "Platform",
    },
    "workspace": {
        "scopeLevel": "AzureMLWorkspace",
        "subscriptionId": SUBSCRIPTION,
        "subscriptionName": "Contoso Production",
        "resourceGroupName": "rg-research",
        "mlWorkspaceName": "mlw-research",
        "mlWorkspaceLocation": "westeurope",
    },
}
# `authorization.parameters.scope`, only ever sent for an automatic connection.
SCOPE_PARAMETER = {
    "subscription": f"/subscriptions/{SUBSCRIPTION}",
    "resource group": f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-payments",
}
EVERYWHERE = tuple(SCOPES)
NO_WORKSPACE = EVERYWHERE[:3]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the first table of 2.9. Keys in ``optional`` may be left out; everything else must be there, and nothing else may be."""

    options: Options
    scheme: str
    data: Fields
    parameters: Fields
    optional: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = EVERYWHERE
    automatic: bool = False

    def wanted_parameters(self, scope: str) -> Fields:
        where = SCOPE_PARAMETER.get(scope) if self.automatic else None
        return {**self.parameters, **({"scope": where} if where else {})}


WIF: Options = {"scheme": "workload_identity_federation"}
SECRET: Options = {"scheme": "service_principal"}


def rows(tenant: str = TENANT, identity_client: str = CLIENT) -> dict[str, Row]:
    """The nine methods: what a task says, and what 2.9 says is sent."""
    known = {"tenant_id": tenant, "client_id": CLIENT}
    federated_by = {"tenantid": tenant, "serviceprincipalid": CLIENT}
    return {
        "automatic": Row(
            options={**WIF, "creation_mode": "automatic", "service_principal": {"tenant_id": tenant}},
            scheme="WorkloadIdentityFederation", automatic=True,
            data={"creationMode": "Automatic", "identityType": "AppRegistrationAutomatic"},
            parameters={"tenantid": tenant, "serviceprincipalid": ""},
            optional=frozenset({"scope", "serviceprincipalid", "identityType"}),
        ),
        "automatic, managed identity": Row(
            options={**WIF, "creation_mode": "automatic", "managed_identity": {"resource_id": IDENTITY}},
            scheme="WorkloadIdentityFederation", automatic=True,
            data={"creationMode": "Automatic", "identityType": "ManagedIdentity"},
            parameters={
                "tenantid": tenant, "serviceprincipalid": identity_client,
                "workloadIdentityFederationIssuerType": "EntraID",
            },
        ),
        "manual": Row(
            options={**WIF, "creation_mode": "manual", "service_principal": known},
            scheme="WorkloadIdentityFederation",
            data={"creationMode": "Manual", "identityType": "AppRegistrationManual"},
            parameters=federated_by, optional=frozenset({"identityType"}),
        ),
        "manual, managed identity": Row(
            options={**WIF, "creation_mode": "manual", "managed_identity": {"resource_id": IDENTITY}},
            scheme="WorkloadIdentityFederation",
            data={"creationMode": "Manual", "identityType": "ManagedIdentity"},
            parameters={"tenantid": tenant, "serviceprincipalid": identity_client},
            optional=frozenset({"identityType"}),
        ),
        "automatic secret": Row(
            options={**SECRET, "creation_mode": "automatic", "service_principal": {"tenant_id": tenant}},
            scheme="ServicePrincipal", automatic=True,
            data={"creationMode": "Automatic"},
            parameters={
                "tenantid": tenant, "authenticationType": "spnKey", "serviceprincipalid": "", "serviceprincipalkey": "",
            },
            optional=frozenset({"scope"}),
        ),
        "key": Row(
            options={**SECRET, "creation_mode": "manual", "service_principal": {**known, "key": KEY}},
            scheme="ServicePrincipal", scopes=NO_WORKSPACE,
            data={"creationMode": "Manual"},
            parameters={**federated_by, "authenticationType": "spnKey", "serviceprincipalkey": KEY},
        ),
        "certificate": Row(
            options={**SECRET, "creation_mode": "manual", "service_principal": {**known, "certificate": PEM}},
            scheme="ServicePrincipal", scopes=NO_WORKSPACE,
            data={"creationMode": "Manual"},
            parameters={**federated_by, "authenticationType": "spnCertificate", "servicePrincipalCertificate": PEM},
        ),
        "agent": Row(
            options={"scheme": "managed_identity", "managed_identity": {"tenant_id": tenant}},
            scheme="ManagedServiceIdentity", scopes=NO_WORKSPACE,
            data={},
            parameters={"tenantid": tenant},
        ),
        "publish profile": Row(
            options={
                "scheme": "publish_profile", "service_principal": {"tenant_id": tenant},
                "publish_profile": PROFILE, "web_app_id": WEB_APP,
            },
            scheme="PublishProfile", scopes=("subscription", "resource group"),
            data={"resourceId": WEB_APP},
            parameters={"tenantid": tenant, "publishProfile": PROFILE},
        ),
    }  # fmt: skip


CASES = [(method, scope) for method, row in rows().items() for scope in row.scopes]
ENVELOPE = {
    "name", "type", "url", "description", "owner", "isShared", "isReady", "data", "authorization",
    "serviceEndpointProjectReferences",
}  # fmt: skip
URLS = {
    "AzureCloud": "https://management.azure.com/",
    "AzureUSGovernment": "https://management.usgovcloudapi.net/",
    "AzureChinaCloud": "https://management.chinacloudapi.cn/",
}


def ids(client_id: str | None = CLIENT, tenant_id: str | None = TENANT) -> Target:
    """The ids of an identity, as the look-up finds them."""
    return Target(project=Project("a-project", "Payments"), client_id=client_id, tenant_id=tenant_id)


def desired(**options: t.Any) -> Desired:
    """The options as Ansible hands them over."""
    usual = {"organization_url": "https://dev.azure.com/contoso", "project": "Payments"}
    checked = ArgumentSpecValidator(ARGUMENT_SPEC).validate(copy.deepcopy({**usual, **options}))
    assert not checked.error_messages, checked.error_messages
    return Desired.from_params(checked.validated_parameters)


def body_of(options: Options, project: Project = PAYMENTS) -> Json:
    """What is sent to create a connection from these options."""
    wanted = desired(name="azure-new", **options)
    looked_up = ids() if wanted.identity else ids(wanted.client_id, wanted.tenant_id)
    draft = complete(wanted, looked_up, Caller(kind="user", reaches_azure=True), hosted=True)
    target = Target(project=project, client_id=looked_up.client_id, tenant_id=looked_up.tenant_id)
    return creation_body(draft, references_of(draft, target))


def assert_row(body: Json, row: Row, scope: str, environment: str = "AzureCloud") -> None:
    """The fields of one body are those of its row, to the letter."""
    assert body["authorization"]["scheme"] == row.scheme
    assert set(body["authorization"]) == {"scheme", "parameters"}
    data = {"environment": environment, **SCOPE_DATA[scope], **row.data}
    for found, wanted in (
        (body["data"], data),
        (body["authorization"]["parameters"], row.wanted_parameters(scope)),
    ):
        assert found.keys() - wanted.keys() == set(), "fields that 2.9 does not have"
        assert wanted.keys() - row.optional - found.keys() == set(), "fields that 2.9 asks for"
        assert found == {key: wanted[key] for key in found}
        assert {key: value for key, value in found.items() if not isinstance(value, str)} == {}


@pytest.mark.parametrize(("method", "scope"), CASES)
def test_the_fields_of_each_method_and_scope(method: str, scope: str) -> None:
    row = rows()[method]
    assert_row(body_of({**row.options, "scope": SCOPES[scope]}), row, scope)


def test_the_table_has_every_method_and_scope_that_is_offered() -> None:
    assert len(rows()) == 9
    assert len(CASES) == 5 * 4 + 3 * 3 + 2


@pytest.mark.parametrize(("method", "scope"), CASES)
def test_the_body_that_goes_over_the_wire_is_that_row(
    method: str, scope: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the whole module, where looked-up ids and defaults come in."""
    fleet = arm_fleet()
    simulator = simulate(fleet)
    client = next(iter(fleet.world.directory.identities.values())).client_id
    row = rows(fleet.tenant_id, client)[method]
    signed_in = person(simulator, "person", monkeypatch)
    options = {"project": "Payments", "name": "azure-new", "description": "made", "scope": SCOPES[scope], **row.options}
    task = manage(simulator, **options, **signed_in)
    assert not task.failed, task.result
    (sent,) = [item.body for item in simulator.writes if item.method == "POST" and item.path.endswith("/endpoints")]
    assert_row(sent, row, scope)
    assert set(sent) == ENVELOPE
    (reference,) = sent["serviceEndpointProjectReferences"]
    assert reference["name"] == sent["name"] == "azure-new"
    assert reference["description"] == sent["description"] == "made"
    assert reference["projectReference"] == {"id": fleet.world.find_project("Payments").id, "name": "Payments"}  # type: ignore[union-attr]


@pytest.mark.parametrize("method", [*rows()])
def test_the_envelope_is_complete_and_says_nothing_that_was_not_asked(method: str) -> None:
    body = body_of({**rows()[method].options, "scope": SCOPES["subscription"]})
    assert set(body) == ENVELOPE
    assert body["type"] == "azurerm"
    assert body["owner"] == "library"
    assert body["isShared"] is False
    assert body["isReady"] is True
    assert body["description"] == ""
    assert body["serviceEndpointProjectReferences"] == [
        {"projectReference": {"id": PAYMENTS.id, "name": "Payments"}, "name": "azure-new", "description": ""}
    ]


@pytest.mark.parametrize(
    ("option", "value", "field_name", "sent"),
    [
        ("enabled", False, "isDisabled", True),
        ("enabled", True, None, None),
        ("service_management_reference", "tree-1", "serviceManagementReference", "tree-1"),
    ],
)
def test_the_newer_fields_are_sent_only_when_they_say_something(
    option: str, value: t.Any, field_name: str | None, sent: t.Any
) -> None:
    body = body_of({**rows()["key"].options, "scope": SUBSCRIBED, option: value})
    assert body.keys() - ENVELOPE == ({field_name} if field_name else set())
    if field_name:
        assert body[field_name] == sent
        assert type(body[field_name]) is type(sent)


@pytest.mark.parametrize("level", ["subscription", None])
def test_a_level_that_is_spelled_out_says_the_same_as_its_parts(level: str | None) -> None:
    scope = {**SUBSCRIBED, "level": level} if level else SUBSCRIBED
    row = rows()["key"]
    assert_row(body_of({**row.options, "scope": scope}), row, "subscription")


# -- addresses (2.8) -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("environment", "url"), [*URLS.items()])
def test_the_address_of_each_cloud_ends_with_its_slash(environment: str, url: str) -> None:
    body = body_of({**rows()["key"].options, "scope": SUBSCRIBED, "environment": environment})
    assert body["url"] == url
    assert body["data"]["environment"] == environment


@pytest.mark.parametrize("url", [STACK, f"{STACK}/"])
def test_the_address_of_an_azure_stack_is_sent_as_it_was_written(url: str) -> None:
    options = {**rows()["key"].options, "scope": SUBSCRIBED, "environment": "AzureStack", "server_url": url}
    body = body_of(options)
    assert body["url"] == url
    assert_row(body, rows()["key"], "subscription", "AzureStack")


@pytest.mark.parametrize(("made_with", "declared"), [(STACK, f"{STACK}/"), (f"{STACK}/", STACK)])
def test_the_last_slash_of_an_azure_stack_is_never_drift(made_with: str, declared: str, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet())
    row = rows(simulator.fleet.tenant_id)["key"]
    options = {"project": "Payments", "name": "stack", **row.options, "scope": SUBSCRIBED, "environment": "AzureStack"}
    made = manage(simulator, **options, server_url=made_with)
    assert made.result["changed"], made.result
    assert made.result["connection"]["url"] == made_with
    simulator.forget()
    again = manage(simulator, **options, server_url=declared)
    assert not again.failed, again.result["msg"]
    assert not again.result["changed"]
    assert simulator.writes == []


# -- secrets (2.6) ---------------------------------------------------------------------------------------------------
def test_a_service_principal_has_a_key_or_a_certificate_and_says_which() -> None:
    assert secret_parameters(KEY, None) == {"authenticationType": "spnKey", "serviceprincipalkey": KEY}
    assert secret_parameters(None, PEM) == {
        "authenticationType": "spnCertificate",
        "servicePrincipalCertificate": PEM,
    }
    assert secret_parameters(None, None) == {"authenticationType": "spnKey", "serviceprincipalkey": ""}


@pytest.mark.parametrize("method", [*rows()])
def test_the_secret_of_a_method_is_nowhere_but_in_its_parameter(method: str) -> None:
    body = body_of({**rows()[method].options, "scope": SUBSCRIBED})
    parameters = body["authorization"].pop("parameters")
    text = repr(body)
    assert not [secret for secret in (KEY, PEM, PROFILE) if secret in text]
    secrets = [key for key, value in parameters.items() if value in (KEY, PEM, PROFILE)]
    assert len(secrets) == (1 if method in ("key", "certificate", "publish profile") else 0)


# -- changes (2.11) --------------------------------------------------------------------------------------------------
def test_a_change_sends_back_everything_that_was_read() -> None:
    """Also what this version knows nothing of; and the object that was read stays as it is."""
    answer = raw(
        projects=(PAYMENTS, WEB_SHOP),
        data={"azureSpnPermissions": "[]"},
        serviceManagementReference="tree",
        newField={"nested": [1]},
    )
    before = copy.deepcopy(answer)
    body = update_body(connection(answer), Edits(project_id=PAYMENTS.id, description="new"))
    assert answer == before
    before["description"] = "new"
    before["serviceEndpointProjectReferences"][0]["description"] = "new"
    assert body == before


@pytest.mark.parametrize("key", ["revertSchemeDeadline", "RevertSchemeDeadline", "revertschemedeadline"])
def test_the_deadline_of_an_earlier_conversion_is_never_sent(key: str) -> None:
    answer = federated(data={key: "2020-06-02T12:00:00Z"})
    assert key not in update_body(connection(answer), Edits(project_id=PAYMENTS.id, description="x"))["data"]


def test_a_masked_secret_goes_back_as_null_and_never_as_an_empty_text() -> None:
    body = update_body(connection(raw()), Edits(project_id=PAYMENTS.id, description="x"))
    assert body["authorization"]["parameters"]["serviceprincipalkey"] is None


@pytest.mark.parametrize("spelling", ["serviceprincipalkey", "servicePrincipalKey", "SERVICEPRINCIPALKEY"])
def test_a_new_certificate_takes_the_place_of_the_key(spelling: str) -> None:
    parameters = {"serviceprincipalkey": None, spelling: "", "authenticationType": None, "AuthenticationType": "spnKey"}
    answer = raw(parameters=parameters)
    edits = Edits(project_id=PAYMENTS.id, secret=secret_parameters(None, PEM))
    sent = update_body(connection(answer), edits)["authorization"]["parameters"]
    assert [key for key in sent if key.lower() == "serviceprincipalkey"] == []
    assert sent["servicePrincipalCertificate"] == PEM
    assert {key: value for key, value in sent.items() if key.lower() == "authenticationtype"} == {
        "AuthenticationType": "spnCertificate"
    }


def test_keys_are_found_in_any_case_and_keep_their_spelling() -> None:
    answer = raw(
        data={"ResourceGroupname": "rg-old"}, parameters={"serviceprincipalid": None, "servicePrincipalId": "old"}
    )
    edits = Edits(
        project_id=PAYMENTS.id, data={"resourceGroupName": "rg-new"}, parameters={"serviceprincipalid": CLIENT}
    )
    body = update_body(connection(answer), edits)
    assert {key: value for key, value in body["data"].items() if key.lower() == "resourcegroupname"} == {
        "ResourceGroupname": "rg-new"
    }
    parameters = body["authorization"]["parameters"]
    assert {key: value for key, value in parameters.items() if key.lower() == "serviceprincipalid"} == {
        "servicePrincipalId": CLIENT
    }


def test_the_draft_mark_goes_when_the_set_up_is_finished() -> None:
    answer = federated(data={"isDraft": "true"})
    body = update_body(connection(answer), Edits(project_id=PAYMENTS.id, data={"isDraft": None}))
    assert "isDraft" not in body["data"]


def test_a_new_name_goes_to_the_reference_of_this_project_only() -> None:
    answer = raw(projects=(PAYMENTS, WEB_SHOP, LOGISTICS))
    body = update_body(connection(answer), Edits(project_id=PAYMENTS.id, name="renamed"))
    assert body["name"] == "renamed"
    assert [item["name"] for item in body["serviceEndpointProjectReferences"]] == [
        "renamed",
        "azure-prod",
        "azure-prod",
    ]
    assert [item["description"] for item in body["serviceEndpointProjectReferences"]] == ["", "", ""]


def test_upper_case_project_ids_in_the_answer_are_this_project_too() -> None:
    """Ids are the same in any case, as for everything else that is read; the old name must not stay in the reference."""
    answer = raw()
    project = answer["serviceEndpointProjectReferences"][0]["projectReference"]
    project["id"] = "ABCDEF11-1111-4111-8111-111111111111"
    edits = Edits(project_id="abcdef11-1111-4111-8111-111111111111", name="renamed")
    body = update_body(connection(answer), edits)
    assert body["serviceEndpointProjectReferences"][0]["name"] == "renamed"


def test_names_of_shares_change_without_touching_the_owner() -> None:
    answer = raw(projects=(PAYMENTS, WEB_SHOP))
    edits = Edits(project_id=PAYMENTS.id, aliases={WEB_SHOP.id: {"name": "there", "description": "of theirs"}})
    body = update_body(connection(answer), edits)
    own, other = body["serviceEndpointProjectReferences"]
    assert (own["name"], own["description"]) == ("azure-prod", "")
    assert (other["name"], other["description"]) == ("there", "of theirs")
    assert body["name"] == "azure-prod"


@pytest.mark.parametrize("enabled", [True, False])
def test_enabled_is_the_opposite_of_disabled_and_a_real_boolean(enabled: bool) -> None:
    body = update_body(connection(raw(isDisabled=enabled)), Edits(project_id=PAYMENTS.id, enabled=enabled))
    assert body["isDisabled"] is not enabled


# -- tests of settings (5) -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", [*rows()])
def test_a_test_takes_type_address_data_and_authorization_and_nothing_else(method: str) -> None:
    body = body_of({**rows()[method].options, "scope": SUBSCRIBED})
    details = details_body(body)
    assert set(details) == {"type", "url", "data", "authorization"}
    assert details == {key: body[key] for key in details}


def test_the_audience_is_no_field_of_a_connection() -> None:
    """It belongs to the federated credential alone (8.1)."""
    options = {**rows()["manual"].options, "scope": SUBSCRIBED, "environment": "AzureChinaCloud"}
    body = body_of({**options, "federated_credential": {"audience": AUDIENCE}})
    assert AUDIENCE not in repr(body)


# -- where a resource group is stored ----------------------------------------------------------------------------------
STORED = "/subscriptions/eeeeeeee-0000-4000-8000-000000000001/resourcegroups/rg-old"


@pytest.mark.parametrize(
    ("data", "parameters", "edits"),
    [
        ({}, {}, ({"resourceGroupName": "rg-new"}, {})),
        ({"resourceGroupName": "rg-old"}, {}, ({"resourceGroupName": "rg-new"}, {})),
        ({}, {"scope": STORED}, ({}, {"scope": STORED.replace("rg-old", "rg-new")})),
        ({}, {"Scope": f"{STORED}/"}, ({}, {"scope": STORED.replace("rg-old", "rg-new")})),
        (
            {},
            {"scope": STORED.replace("groups", "Groups")},
            ({}, {"scope": STORED.replace("groups/rg-old", "Groups/rg-new")}),
        ),
        (
            {"ResourceGroupName": "rg-old"},
            {"scope": STORED},
            ({"resourceGroupName": "rg-new"}, {"scope": STORED.replace("rg-old", "rg-new")}),
        ),
        ({}, {"scope": STORED.partition("/resource")[0]}, ({"resourceGroupName": "rg-new"}, {})),
        ({}, {"scope": f"{STORED}/providers/x"}, ({"resourceGroupName": "rg-new"}, {})),
        ({}, {"scope": None}, ({"resourceGroupName": "rg-new"}, {})),
    ],
)
def test_a_resource_group_is_changed_where_it_is_stored(data: Json, parameters: Json, edits: tuple[Json, Json]) -> None:
    answer = {"data": data, "authorization": {"parameters": parameters}}
    assert scope_edits(answer, {"resource_group": "rg-new"}) == edits


def test_what_is_not_changed_stays_where_it_is_stored() -> None:
    answer = {"data": {}, "authorization": {"parameters": {"scope": STORED}}}
    assert scope_edits(answer, {}) == ({}, {})
    assert scope_edits(answer, {"ml_workspace_name": "w"}) == ({"mlWorkspaceName": "w"}, {})
