# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before any request, what a creation decides, and that a task with few options about an existing connection is left alone."""

from __future__ import annotations

import copy
import itertools
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_defaults import complete
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import (
    METHODS,
    manages_federation,
    method_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Caller, Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import (
    refuse_contradictions,
    refuse_unreachable,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import (
    audience,
    known_audience,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import Draft
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection import ARGUMENT_SPEC

from simulator import Simulator
from unit.plugins._helpers.arm import AUDIENCE, CLIENT, KEY, PEM, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.connections import TENANT
from unit.plugins._helpers.tasks import Task
from unit.plugins._helpers.tasks import manage as run_module

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]

IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-identities"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"
)
WEB_APP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments"
PROFILE = f'<publishData><publishProfile userPWD="{KEY}"/></publishData>'
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
DEFINITIONS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"

# The sign-in kinds: who it is, and whether Graph and Resource Manager open.
USER = Caller(kind="user", reaches_azure=True)
PAT = Caller(kind="user", reaches_azure=False)
READY_TOKEN = Caller(kind="unknown", reaches_azure=False)
AZURE_CLI = Caller(kind="unknown", reaches_azure=True)
PRINCIPAL = Caller(kind="non_user", reaches_azure=True)
ALL_CALLERS = {"user": USER, "pat": PAT, "token": READY_TOKEN, "cli": AZURE_CLI, "principal": PRINCIPAL}

SUBSCRIBED: Options = {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"}
APPLICATION: Options = {"tenant_id": TENANT, "client_id": CLIENT}
WIF: Options = {"scheme": "workload_identity_federation"}
SECRET: Options = {"scheme": "service_principal"}
# Each method by the options that choose it, without scope.
COMPLETE: dict[str, Options] = {
    "automatic_federation": {**WIF, "creation_mode": "automatic", "service_principal": {"tenant_id": TENANT}},
    "automatic_federation_identity": {
        **WIF, "creation_mode": "automatic", "managed_identity": {**APPLICATION, "resource_id": IDENTITY},
    },
    "manual_federation": {**WIF, "creation_mode": "manual", "service_principal": APPLICATION},
    "manual_federation_identity": {
        **WIF, "creation_mode": "manual", "managed_identity": {**APPLICATION, "resource_id": IDENTITY},
    },
    "automatic_secret": {**SECRET, "creation_mode": "automatic", "service_principal": {"tenant_id": TENANT}},
    "key": {**SECRET, "creation_mode": "manual", "service_principal": {**APPLICATION, "key": KEY}},
    "certificate": {**SECRET, "creation_mode": "manual", "service_principal": {**APPLICATION, "certificate": PEM}},
    "agent_identity": {"scheme": "managed_identity", "managed_identity": {"tenant_id": TENANT}},
    "publish_profile": {
        "scheme": "publish_profile", "service_principal": {"tenant_id": TENANT},
        "publish_profile": PROFILE, "web_app_id": WEB_APP,
    },
}  # fmt: skip
AUTOMATIC = ("automatic_federation", "automatic_federation_identity", "automatic_secret")
FEDERATED = ("manual_federation", "manual_federation_identity")


def desired(**options: t.Any) -> Desired:
    """The options as Ansible hands them over."""
    usual = {"organization_url": "https://dev.azure.com/contoso", "project": "Payments", "name": "azure-new"}
    checked = ArgumentSpecValidator(ARGUMENT_SPEC).validate(copy.deepcopy({**usual, **options}))
    assert not checked.error_messages, checked.error_messages
    return Desired.from_params(checked.validated_parameters)


def manage(simulator: Simulator, **options: t.Any) -> Task:
    """The whole module. Ansible fills the suboptions in place, and those of this file are used more than once."""
    return run_module(simulator, **copy.deepcopy(options))


def refuse(wanted: Desired, caller: Caller) -> None:
    """The rules that a task meets before its connection is looked up."""
    refuse_contradictions(wanted, caller)
    refuse_unreachable(wanted, caller)


def refused(caller: Caller = USER, **options: t.Any) -> OptionError:
    """The refusal before the connection is looked up."""
    wanted = desired(**options)
    with pytest.raises(OptionError) as caught:
        refuse(wanted, caller)
    assert caught.value.remedy
    return caught.value


def allowed(caller: Caller = USER, **options: t.Any) -> None:
    refuse(desired(**options), caller)


def of(client_id: str | None, tenant_id: str | None) -> Target:
    return Target(project=Project("a-project", "Payments"), client_id=client_id, tenant_id=tenant_id)


def draft(caller: Caller = USER, *, hosted: bool = True, **options: t.Any) -> Draft:
    wanted = desired(**options)
    return complete(wanted, of(wanted.client_id, wanted.tenant_id), caller, hosted=hosted)


def incomplete(caller: Caller = USER, *, hosted: bool = True, **options: t.Any) -> OptionError:
    wanted = desired(**options)
    with pytest.raises(OptionError) as caught:
        complete(wanted, of(wanted.client_id, wanted.tenant_id), caller, hosted=hosted)
    assert caught.value.remedy
    return caught.value


def merged(options: Options, more: Options) -> Options:
    """Both, suboptions side by side."""
    both = {**options}
    for key, value in more.items():
        both[key] = {**both.get(key, {}), **value} if isinstance(value, dict) else value
    return both


# -- options that do not belong together -----------------------------------------------------------------------------
# What belongs to whom, from 2.6 and 2.9: everything else is misplaced.
EXTRAS: dict[str, tuple[Options, tuple[str, ...]]] = {
    "service_principal.client_id": (
        {"service_principal": {"client_id": CLIENT}},
        ("manual_federation", "key", "certificate"),
    ),
    "service_principal.key": ({"service_principal": {"key": KEY}}, ("key",)),
    "service_principal.certificate": ({"service_principal": {"certificate": PEM}}, ("certificate",)),
    "managed_identity.client_id": (
        {"managed_identity": {"client_id": CLIENT}},
        ("automatic_federation_identity", "manual_federation_identity"),
    ),
    "managed_identity.resource_id": (
        {"managed_identity": {"resource_id": IDENTITY}},
        ("automatic_federation_identity", "manual_federation_identity"),
    ),
    "publish_profile": ({"publish_profile": PROFILE}, ("publish_profile",)),
    "web_app_id": ({"web_app_id": WEB_APP}, ("publish_profile",)),
    "federated_credential": ({"federated_credential": {"mode": "require"}}, (*AUTOMATIC[:2], *FEDERATED)),
    "role_assignment": ({"role_assignment": {"role": "Reader"}}, (*FEDERATED, "key", "certificate")),
}
BOTH_IDENTITIES = "service_principal and managed_identity are both set"
BOTH_SECRETS = "service_principal.key and service_principal.certificate are both set"


def misplaced() -> list[tuple[str, str]]:
    return [
        (method, option) for method, option in itertools.product(COMPLETE, EXTRAS) if method not in EXTRAS[option][1]
    ]


@pytest.mark.parametrize(("method", "option"), misplaced())
def test_an_option_that_does_not_belong_to_the_method_is_named(method: str, option: str) -> None:
    options = merged(COMPLETE[method], EXTRAS[option][0])
    if {"service_principal", "managed_identity"} <= options.keys():
        sentence = BOTH_IDENTITIES
    elif {"key", "certificate"} <= options.get("service_principal", {}).keys():
        sentence = BOTH_SECRETS
    elif (method, option) == ("automatic_secret", "service_principal.certificate"):
        sentence = "service_principal.certificate does not go together with"
    else:
        sentence = f"{option} does not go together with {METHODS[method].title}."
    with pytest.raises(OptionError) as caught:
        refuse(desired(**options), USER)
    assert caught.value.message.startswith(sentence), caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("method", "option"), [(method, option) for option, (_more, takers) in EXTRAS.items() for method in takers]
)
def test_an_option_that_belongs_to_the_method_is_taken(method: str, option: str) -> None:
    allowed(**merged(COMPLETE[method], EXTRAS[option][0]))


@pytest.mark.parametrize("option", [*EXTRAS])
def test_the_remedy_names_the_methods_that_an_option_belongs_to(option: str) -> None:
    more, takers = EXTRAS[option]
    base: Options = {"scheme": "publish_profile"} if "publish_profile" not in takers else {"scheme": "managed_identity"}
    error = refused(**merged(base, more))
    assert error.message.startswith(f"{option} does not go together with")
    assert all(METHODS[name].title in error.remedy for name in takers)


@pytest.mark.parametrize("method", ["agent_identity"])
def test_the_agents_identity_takes_no_service_principal(method: str) -> None:
    error = refused(scheme=COMPLETE[method]["scheme"], service_principal={"tenant_id": TENANT})
    assert error.message.startswith("service_principal.tenant_id does not go together with")


@pytest.mark.parametrize("method", [*AUTOMATIC[:2]])
def test_azure_devops_writes_the_credential_of_an_automatic_connection(method: str) -> None:
    error = refused(**COMPLETE[method], federated_credential={"mode": "create"})
    assert "federated_credential.mode is create, but creation_mode is automatic" in error.message
    assert "require" in error.remedy


@pytest.mark.parametrize("method", [*AUTOMATIC[:2], *FEDERATED])
@pytest.mark.parametrize("mode", ["require", "skip"])
def test_require_and_skip_go_with_every_federation(method: str, mode: str) -> None:
    allowed(**COMPLETE[method], federated_credential={"mode": mode})


def test_skip_is_harmless_where_there_is_no_federation() -> None:
    allowed(**COMPLETE["key"], federated_credential={"mode": "skip"})


@pytest.mark.parametrize("environment", ["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"])
def test_a_server_url_is_for_an_azure_stack(environment: str) -> None:
    error = refused(**COMPLETE["key"], environment=environment, server_url="https://management.local.example")
    assert f"server_url is set, but environment is {environment}" in error.message
    assert "AzureStack" in error.remedy


def test_a_server_url_without_environment_is_not_forgotten_in_a_creation() -> None:
    """It would be a connection to the public cloud, and the next run would complain about its address."""
    error = incomplete(**COMPLETE["key"], scope=SUBSCRIBED, server_url="https://management.local.example")
    assert "server_url" in error.message
    assert "AzureStack" in error.remedy


PARTS = {
    "subscription_id": SUBSCRIPTION,
    "subscription_name": "Contoso Production",
    "resource_group": "rg",
    "management_group_id": "mg",
    "management_group_name": "Platform",
    "ml_workspace_name": "mlw",
    "ml_workspace_location": "westeurope",
}
OF_LEVEL = {
    "subscription": {"subscription_id", "subscription_name", "resource_group"},
    "management_group": {"management_group_id", "management_group_name"},
    "ml_workspace": PARTS.keys() - {"management_group_id", "management_group_name"},
}


@pytest.mark.parametrize(("level", "part"), [*itertools.product(OF_LEVEL, PARTS)])
def test_the_parts_of_a_scope_belong_to_its_level(level: str, part: str) -> None:
    options: Options = {"scope": {"level": level, part: PARTS[part]}}
    if part in OF_LEVEL[level]:
        allowed(**options)
    else:
        error = refused(**options)
        assert error.message == f"scope.{part} is set, but the scope level is {level}."
        assert all(item in error.remedy for item in OF_LEVEL[level])


@pytest.mark.parametrize("part", ["subscription_id", "resource_group", "ml_workspace_name"])
def test_a_management_group_has_no_parts_of_a_subscription(part: str) -> None:
    error = refused(scope={"management_group_id": "mg", part: PARTS[part]})
    assert f"scope.{part}" in error.message


def test_several_misplaced_parts_are_all_named() -> None:
    error = refused(scope={"level": "management_group", **{part: PARTS[part] for part in OF_LEVEL["subscription"]}})
    assert all(f"scope.{part}" in error.message for part in OF_LEVEL["subscription"])
    assert "are set" in error.message


@pytest.mark.parametrize(
    ("options", "sentence", "remedy"),
    [
        ({"verify": "before"}, "verify asks for a test before saving", "verify after"),
        ({"verify": "both"}, "verify asks for a test before saving", "verify after"),
        ({**COMPLETE["publish_profile"], "verify": "before"}, "verify asks for a test before saving", "verify after"),
        ({**COMPLETE["manual_federation"], "verify": "both"}, "verify asks for a test before saving", "verify after"),
        ({"update_secret": "always"}, "update_secret is always, but the task brings no secret", "publish_profile"),
        (
            {**COMPLETE["manual_federation"], "update_secret": "always"},
            "update_secret is always, but the task brings no secret",
            "service_principal.key",
        ),
    ],
)
def test_tests_and_secrets_need_something_to_send(options: Options, sentence: str, remedy: str) -> None:
    error = refused(**options)
    assert sentence in error.message
    assert remedy in error.remedy


@pytest.mark.parametrize("verify", ["none", "after", "before", "both"])
@pytest.mark.parametrize("method", ["key", "certificate"])
def test_a_key_or_certificate_can_be_tested_at_any_time(method: str, verify: str) -> None:
    allowed(**COMPLETE[method], verify=verify, update_secret="always")


# -- who signs in ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("method", "who"), [*itertools.product(COMPLETE, ALL_CALLERS)])
def test_who_may_create_by_which_method(method: str, who: str) -> None:
    """Also without Graph and Resource Manager: then a person adds the federated credential."""
    caller = ALL_CALLERS[who]
    options = {**COMPLETE[method], "scope": SUBSCRIBED}
    if method in FEDERATED and not caller.reaches_azure:
        options["federated_credential"] = {"mode": "skip"}
    if method in AUTOMATIC and who == "principal":
        error = refused(caller, **options)
        assert error.message.startswith("creation_mode automatic needs a person")
        assert METHODS[method].title in error.message
        assert "Set creation_mode to manual" in error.remedy
        assert "leave creation_mode out" in error.remedy
    else:
        allowed(caller, **options)
        assert draft(caller, **options).scheme == METHODS[method].scheme


@pytest.mark.parametrize("options", [WIF, {"scheme": "service_principal"}, {}])
def test_a_service_principal_learns_it_at_the_creation_when_the_mode_was_left_open(options: Options) -> None:
    """Before the look-up it is not known whether the connection exists."""
    allowed(PRINCIPAL, **options, service_principal={"tenant_id": TENANT}, scope=SUBSCRIBED)
    error = incomplete(PRINCIPAL, **options, service_principal={"tenant_id": TENANT}, scope=SUBSCRIBED)
    assert error.message.startswith("creation_mode automatic needs a person")


@pytest.mark.parametrize("caller", [PAT, READY_TOKEN], ids=["pat", "token"])
class TestAzureDevOpsOnly:
    """Signed in with a token that opens neither Graph nor Resource Manager."""

    @pytest.mark.parametrize(
        ("method", "service"),
        [("manual_federation", "Microsoft Graph"), ("manual_federation_identity", "Azure Resource Manager")],
    )
    @pytest.mark.parametrize("federated", [{}, {"federated_credential": {"mode": "create"}}])
    def test_the_federated_credential_cannot_be_written(
        self, caller: Caller, method: str, service: str, federated: Options
    ) -> None:
        error = refused(caller, **COMPLETE[method], **federated)
        assert f"The federated credential is written through {service}" in error.message
        assert "opens Azure DevOps only" in error.message
        assert "federated_credential.mode to skip" in error.remedy
        assert "Sign in with Microsoft Entra" in error.remedy

    @pytest.mark.parametrize("method", [*AUTOMATIC[:2], *FEDERATED])
    def test_it_cannot_be_looked_at(self, caller: Caller, method: str) -> None:
        error = refused(caller, **COMPLETE[method], federated_credential={"mode": "require"})
        assert "The federated credential" in error.message
        assert "skip" in error.remedy

    @pytest.mark.parametrize("method", [*FEDERATED, "key", "certificate"])
    def test_no_role_can_be_assigned(self, caller: Caller, method: str) -> None:
        options = {**COMPLETE[method], "federated_credential": {"mode": "skip"}}
        error = refused(caller, **options, role_assignment={"role": "Reader"})
        assert error.message.startswith("role_assignment needs Azure Resource Manager")
        assert "leave role_assignment out" in error.remedy

    @pytest.mark.parametrize("mode", ["automatic", "manual"])
    @pytest.mark.parametrize("known", [{}, {"client_id": CLIENT}, {"tenant_id": TENANT}])
    def test_a_managed_identity_cannot_be_looked_up(self, caller: Caller, mode: str, known: Options) -> None:
        skip = {"federated_credential": {"mode": "skip"}}
        error = refused(caller, **WIF, **skip, creation_mode=mode, managed_identity={"resource_id": IDENTITY, **known})
        assert "managed_identity.resource_id are looked up in Azure Resource Manager" in error.message
        assert "managed_identity.client_id and managed_identity.tenant_id" in error.remedy

    @pytest.mark.parametrize("mode", ["automatic", "manual"])
    def test_given_ids_save_the_look_up(self, caller: Caller, mode: str) -> None:
        skip = {"federated_credential": {"mode": "skip"}}
        allowed(caller, **WIF, **skip, creation_mode=mode, managed_identity={"resource_id": IDENTITY, **APPLICATION})


# -- roles -----------------------------------------------------------------------------------------------------------
PRIVILEGED = {
    "Owner": OWNER,
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
}


def spellings() -> list[str]:
    found = []
    for name, guid in PRIVILEGED.items():
        found += [name, name.lower(), name.upper(), guid, guid.upper()]
        found += [f"{DEFINITIONS}/{guid}", f"{DEFINITIONS}/{guid.upper()}/"]
        found += [f"/providers/Microsoft.Authorization/roleDefinitions/{guid}"]
        found += [f"{name} ", f" {guid}"]
    return found


@pytest.mark.parametrize("role", spellings())
def test_a_privileged_role_is_refused_in_any_spelling(role: str) -> None:
    """With a space around it, too: which texts Azure's filter takes for the same name is not ours to bet on."""
    error = refused(**COMPLETE["key"], role_assignment={"role": role})
    assert role.strip() in error.message
    assert "hand out rights" in error.message
    assert "role_assignment.allow_privileged_role" in error.remedy
    allowed(**COMPLETE["key"], role_assignment={"role": role, "allow_privileged_role": True})


@pytest.mark.parametrize(
    "role", ["Contributor", "Reader", "Owner of Things", "b24988ac-6180-42a0-ab88-20f7382dd24c", "Website Owner"]
)
def test_other_roles_are_not_privileged(role: str) -> None:
    allowed(**COMPLETE["manual_federation"], role_assignment={"role": role})


@pytest.mark.parametrize(
    "scope",
    [
        f"/subscriptions/{SUBSCRIPTION}",
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg",
        "/providers/Microsoft.Management/managementGroups/mg",
    ],
)
def test_scopes_of_roles(scope: str) -> None:
    allowed(**COMPLETE["key"], role_assignment={"role": "Reader", "scope": scope})


@pytest.mark.parametrize(
    ("options", "sentence", "remedy"),
    [
        ({}, "does not say who gets the role", "service_principal.client_id or managed_identity.resource_id"),
        (
            {"service_principal": {"tenant_id": TENANT}},
            "does not say who gets the role",
            "service_principal.client_id or managed_identity.resource_id",
        ),
        (
            {"managed_identity": APPLICATION},
            "managed_identity.resource_id is not",
            "the principal of a managed identity is looked up there",
        ),
    ],
)
def test_a_role_needs_somebody_to_have_it(options: Options, sentence: str, remedy: str) -> None:
    error = refused(**options, role_assignment={"role": "Reader"})
    assert sentence in error.message
    assert remedy in error.remedy


# -- clouds ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("environment", ["AzureUSGovernment", "AzureChinaCloud", "AzureStack"])
def test_the_audience_of_other_clouds_is_not_guessed(environment: str) -> None:
    with pytest.raises(OptionError) as caught:
        audience(environment, None)
    assert "federated_credential.audience is not set" in caught.value.message
    assert environment in caught.value.message
    assert "skip" in caught.value.remedy
    assert audience(environment, AUDIENCE) == AUDIENCE
    assert known_audience(environment, None) is None


@pytest.mark.parametrize("environment", [None, "AzureCloud"])
def test_the_audience_of_the_public_cloud_is_known(environment: str | None) -> None:
    assert audience(environment, None) == "api://AzureADTokenExchange"
    assert audience(environment, AUDIENCE) == AUDIENCE


@pytest.mark.parametrize(
    ("environment", "method"), [*itertools.product(["AzureUSGovernment", "AzureChinaCloud"], FEDERATED)]
)
def test_a_missing_audience_is_noticed_before_anything_is_written(
    environment: str, method: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(arm_fleet())
    signed_in = person(simulator, "service principal", monkeypatch)
    options = {
        "project": "Payments",
        "name": "new",
        **COMPLETE[method],
        "scope": SUBSCRIBED,
        "environment": environment,
    }
    for check in (True, False):
        task = manage(simulator, check=check, **options, **signed_in)
        assert task.failed
        assert "federated_credential.audience is not set" in task.result["msg"]
        assert environment in task.result["msg"]
        assert simulator.writes == []


def test_a_managed_identity_without_its_resource_is_refused_before_anything_is_written(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its federated credential can only be written on the resource: creating a connection to remove it again is too late."""
    simulator = simulate(arm_fleet())
    signed_in = person(simulator, "service principal", monkeypatch)
    options = {**WIF, "creation_mode": "manual", "managed_identity": APPLICATION, "scope": SUBSCRIBED}
    for check in (True, False):
        task = manage(simulator, check=check, project="Payments", name="new", **options, **signed_in)
        assert task.failed, check
        assert "managed_identity.resource_id" in task.result["msg"]
        assert "skip" in task.result["failure"]["remedy"]
        assert [str(item) for item in simulator.writes] == []


# -- creation defaults -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "method"),
    [
        ({}, "automatic_federation"),
        ({"service_principal": {"tenant_id": TENANT}}, "automatic_federation"),
        ({"service_principal": APPLICATION}, "manual_federation"),
        ({"managed_identity": {"resource_id": IDENTITY}}, "manual_federation_identity"),
        ({"managed_identity": APPLICATION}, "manual_federation_identity"),
        (
            {"creation_mode": "automatic", "managed_identity": {"resource_id": IDENTITY}},
            "automatic_federation_identity",
        ),
        (SECRET, "automatic_secret"),
        ({**SECRET, "service_principal": {"key": KEY}}, "key"),
        ({**SECRET, "service_principal": {"certificate": PEM}}, "certificate"),
        ({**SECRET, "service_principal": APPLICATION}, "key"),
        ({"scheme": "managed_identity"}, "agent_identity"),
        ({"scheme": "publish_profile"}, "publish_profile"),
    ],
)
def test_what_a_creation_makes_of_options_that_were_left_out(options: Options, method: str) -> None:
    assert method_of(desired(**options)) is METHODS[method]


@pytest.mark.parametrize("method", [*COMPLETE])
def test_the_defaults_of_a_creation(method: str) -> None:
    made = draft(**COMPLETE[method], scope=SUBSCRIBED)
    row = METHODS[method]
    assert (made.scheme, made.creation_mode) == (row.scheme, row.creation_mode)
    assert made.environment == "AzureCloud"
    assert made.url == "https://management.azure.com/"
    assert made.scope == {**SUBSCRIBED, "level": "subscription"}
    assert made.description == ""
    assert made.enabled
    assert made.service_management_reference is None
    assert made.tenant_id == TENANT


# Of some one is enough.
TOLD = {
    ("scope.subscription_id", "scope.subscription_name"): "scope.subscription_id or scope.subscription_name",
    ("service_principal.key",): "service_principal.key or service_principal.certificate",
}


@pytest.mark.parametrize(
    ("method", "drop", "missing"),
    [
        ("manual_federation", "service_principal.client_id", ["service_principal.client_id"]),
        ("key", "service_principal.client_id", ["service_principal.client_id"]),
        ("key", "service_principal.key", ["service_principal.key"]),
        ("certificate", "service_principal.client_id", ["service_principal.client_id"]),
        ("publish_profile", "publish_profile", ["publish_profile"]),
        ("publish_profile", "web_app_id", ["web_app_id"]),
        *((method, "service_principal.tenant_id", ["service_principal.tenant_id"]) for method in
          ("automatic_federation", "manual_federation", "automatic_secret", "key", "certificate", "publish_profile")),
        ("agent_identity", "managed_identity.tenant_id", ["managed_identity.tenant_id"]),
        *((method, f"scope.{part}", [f"scope.{part}"]) for method in COMPLETE for part in SUBSCRIBED),
        *((method, "scope", ["scope.subscription_id", "scope.subscription_name"]) for method in COMPLETE),
    ],
)  # fmt: skip
def test_what_is_missing_for_a_creation_is_named(method: str, drop: str, missing: list[str]) -> None:
    options: Options = {**COMPLETE[method], "scope": SUBSCRIBED}
    option, _dot, part = drop.partition(".")
    if part:
        options[option] = {key: value for key, value in options[option].items() if key != part}
    else:
        del options[option]
    allowed(**options)
    error = incomplete(**options)
    assert error.details["missing"] == missing
    told = TOLD.get(tuple(missing), " and ".join(missing))
    assert error.message == f"for {METHODS[method].title} {told} is missing."
    assert "check project and name" in error.remedy


def test_whoever_misspelled_a_name_is_told_that_there_is_no_such_connection(simulate: Simulate) -> None:
    simulator = simulate(arm_fleet())
    for check in (True, False):
        task = manage(simulator, check=check, project="Payments", name="azure-odl", description="new")
        assert task.failed
        assert "'azure-odl' does not exist in 'Payments' and cannot be created: for" in task.result["msg"]
        assert "scope.subscription_id" in task.result["failure"]["details"]["missing"]
        assert "check project and name" in task.result["failure"]["remedy"]
        assert simulator.writes == []


@pytest.mark.parametrize("mode", ["automatic", "manual"])
def test_a_managed_identity_has_to_be_described(mode: str) -> None:
    options = {**WIF, "creation_mode": mode, "managed_identity": {"tenant_id": TENANT}, "scope": SUBSCRIBED}
    assert incomplete(**options).details["missing"] == ["managed_identity"]


@pytest.mark.parametrize(
    ("level", "missing"),
    [
        ("management_group", ["management_group_id", "management_group_name"]),
        (
            "ml_workspace",
            ["subscription_id", "subscription_name", "resource_group", "ml_workspace_name", "ml_workspace_location"],
        ),
    ],
)
def test_the_parts_of_a_scope_that_a_creation_needs(level: str, missing: list[str]) -> None:
    error = incomplete(**COMPLETE["manual_federation"], scope={"level": level})
    assert error.details["missing"] == [f"scope.{part}" for part in missing]


def test_a_stack_needs_its_address() -> None:
    error = incomplete(**COMPLETE["key"], scope=SUBSCRIBED, environment="AzureStack")
    assert error.details["missing"] == ["server_url"]


def test_everything_that_is_missing_is_named_at_once() -> None:
    error = incomplete(**SECRET, creation_mode="manual", environment="AzureStack")
    assert set(error.details["missing"]) == {
        "scope.subscription_id",
        "scope.subscription_name",
        "service_principal.client_id",
        "service_principal.key",
        "service_principal.tenant_id",
        "server_url",
    }


def test_a_new_connection_needs_a_name() -> None:
    error = incomplete(**COMPLETE["key"], scope=SUBSCRIBED, name=None, id=TENANT)
    assert error.message == "name is not set."


@pytest.mark.parametrize("method", [*COMPLETE])
def test_the_tenant_of_the_sign_in_is_the_default_if_it_is_an_id(method: str) -> None:
    other = "0a0a0a0a-0000-4000-8000-000000000009"
    options = {**COMPLETE[method], "scope": SUBSCRIBED}
    identity = "managed_identity" if "managed_identity" in options else "service_principal"
    options[identity] = {key: value for key, value in options[identity].items() if key != "tenant_id"}
    caller = Caller(kind="user", reaches_azure=True, tenant=other)
    assert draft(caller, **options).tenant_id == other
    assert draft(caller, **{**COMPLETE[method], "scope": SUBSCRIBED}).tenant_id == TENANT
    named = Caller(kind="user", reaches_azure=True, tenant="contoso.onmicrosoft.com")
    assert incomplete(named, **options).details["missing"] == [f"{identity}.tenant_id"]


def test_the_tenant_of_a_managed_identity_goes_before_that_of_the_sign_in() -> None:
    other = Caller(kind="user", reaches_azure=True, tenant="0a0a0a0a-0000-4000-8000-000000000009")
    wanted = desired(**WIF, creation_mode="manual", managed_identity={"resource_id": IDENTITY}, scope=SUBSCRIBED)
    made = complete(wanted, of(CLIENT, TENANT), other, hosted=True)
    assert (made.client_id, made.tenant_id) == (CLIENT, TENANT)


# -- servers ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", [*COMPLETE])
def test_what_servers_support(method: str) -> None:
    options = {**COMPLETE[method], "scope": SUBSCRIBED}
    if method in ("key", "certificate", "agent_identity", "publish_profile"):
        assert draft(hosted=False, **options).scheme == METHODS[method].scheme
        return
    error = incomplete(hosted=False, **options)
    assert error.to_failure()["code"] == "server_not_supported"
    assert METHODS[method].title in error.message
    assert "this is an Azure DevOps Server" in error.message
    assert "publish profile" in error.remedy


# -- no false refusal ------------------------------------------------------------------------------------------------
ADOPTIONS: dict[str, Options] = {
    "nothing": {},
    "by id": {"id": TENANT, "name": None},
    "a new name": {"id": TENANT},
    "description": {"description": "new"},
    "enabled": {"enabled": False},
    "reference": {"service_management_reference": "tree"},
    "pipelines": {"authorized_pipelines": [1], "authorize_all_pipelines": False},
    "shares": {"shared_with": [{"project": "Web Shop"}]},
    "scheme WIF": WIF,
    "scheme service principal": SECRET,
    "scheme agent": {"scheme": "managed_identity"},
    "scheme profile": {"scheme": "publish_profile"},
    "manual": {"creation_mode": "manual"},
    "stack": {"environment": "AzureStack"},
    "stack and its address": {"environment": "AzureStack", "server_url": "https://management.local.example"},
    "the address of a stack": {"server_url": "https://management.local.example"},
    "us government": {"environment": "AzureUSGovernment"},
    "secret in us government": {**SECRET, "environment": "AzureUSGovernment"},
    "subscription": {"scope": {"subscription_id": SUBSCRIPTION}},
    "resource group": {"scope": {"resource_group": "rg"}},
    "management group": {"scope": {"management_group_id": "mg"}},
    "workspace": {"scope": {"ml_workspace_name": "mlw"}},
    "tenant": {"service_principal": {"tenant_id": TENANT}},
    "tenant of an identity": {"managed_identity": {"tenant_id": TENANT}},
    "rotated key": {"service_principal": {"key": KEY}, "update_secret": "always"},
    "rotated certificate": {"service_principal": {"certificate": PEM}, "update_secret": "always"},
    "rotated profile": {"publish_profile": PROFILE, "update_secret": "always"},
    "tested key": {"service_principal": {"key": KEY}, "verify": "both"},
    "test": {"verify": "after"},
    "another application and its key": {"service_principal": {**APPLICATION, "key": KEY}},
    "skip": {"federated_credential": {"mode": "skip"}},
    "skip and an application": {"service_principal": APPLICATION, "federated_credential": {"mode": "skip"}},
    "web app": {"web_app_id": WEB_APP},
}


@pytest.mark.parametrize(("options", "who"), [*itertools.product(ADOPTIONS, ALL_CALLERS)])
def test_a_task_with_few_options_about_an_existing_connection_is_left_alone(options: str, who: str) -> None:
    allowed(ALL_CALLERS[who], **ADOPTIONS[options])


@pytest.mark.parametrize("who", ["pat", "token"])
def test_the_application_of_an_existing_connection_may_be_declared_with_any_sign_in(who: str) -> None:
    """Whether it has a federated credential at all is known after the look-up only: it may well be a connection with a key."""
    allowed(ALL_CALLERS[who], service_principal=APPLICATION)


@pytest.mark.parametrize("who", ["user", "cli", "principal"])
@pytest.mark.parametrize("scheme", [{}, WIF])
@pytest.mark.parametrize("mode", ["create", "require"])
def test_the_federated_credential_of_an_existing_connection_may_be_asked_for(
    mode: str, scheme: Options, who: str
) -> None:
    """Its identity is known from the connection, so the task need not describe it; that the connection is automatic it did not say."""
    allowed(ALL_CALLERS[who], **scheme, federated_credential={"mode": mode})


WORKSPACE: Options = {
    **SUBSCRIBED,
    "resource_group": "rg",
    "ml_workspace_name": "mlw",
    "ml_workspace_location": "westeurope",
}


@pytest.mark.parametrize("part", ["subscription_id", "resource_group", "subscription_name"])
def test_a_part_of_a_scope_does_not_declare_its_level(
    part: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workspace has a subscription and a resource group, too: a level that was not set is not managed."""
    simulator = simulate(arm_fleet())
    signed_in = person(simulator, "service principal", monkeypatch)
    where = {"project": "Payments", "name": "research", **signed_in}
    options = {**WIF, "creation_mode": "manual", "service_principal": {"client_id": CLIENT}}
    made = manage(simulator, **where, **options, scope=WORKSPACE)
    assert made.result["changed"], made.result["msg"]
    again = manage(simulator, **where, scope={part: WORKSPACE[part]})
    assert not again.failed, again.result["msg"]
    assert not again.result["changed"]


def test_a_rotated_key_of_a_connection_to_a_resource_group_is_tested_like_any_other(simulate: Simulate) -> None:
    """The test asks for the subscription, which such an identity cannot read; the scope is known from the connection, so the task need not repeat it."""
    simulator = simulate(arm_fleet())
    where = {"project": "Payments", "name": "narrow"}
    known = {**APPLICATION, "tenant_id": simulator.fleet.tenant_id, "key": KEY}
    made = manage(
        simulator, **where, **SECRET, service_principal=known, scope={**SUBSCRIBED, "resource_group": "rg-payments"}
    )
    assert made.result["changed"], made.result
    rotated = manage(simulator, **where, service_principal={"key": KEY}, update_secret="always", verify="before")
    assert rotated.result["verification"]["before"]["result"] == "azure_permission"
    assert not rotated.failed, rotated.result["msg"]
    assert rotated.result["changed"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, False),
        (WIF, False),
        ({"service_principal": APPLICATION}, True),
        ({"managed_identity": {"resource_id": IDENTITY}}, True),
        ({"service_principal": {"tenant_id": TENANT}}, False),
        ({"service_principal": {"key": KEY}}, False),
        ({**SECRET, "service_principal": APPLICATION}, False),
        ({**WIF, "creation_mode": "automatic", "managed_identity": {"resource_id": IDENTITY}}, False),
        ({"service_principal": APPLICATION, "federated_credential": {"mode": "skip"}}, False),
        ({"federated_credential": {"mode": "create"}}, True),
        ({"federated_credential": {"mode": "require"}}, True),
    ],
)
def test_when_a_task_is_about_the_federated_credential(options: Options, expected: bool) -> None:
    assert manages_federation(desired(**options)) is expected


# -- what is ruled out -----------------------------------------------------------------------------------------------
CLOUDS = ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud", "AzureStack")
LEVELS = ("subscription", "management_group", "ml_workspace")
# From 2.7 and Microsoft's article; what is marked assumed in the module's notes is assumed here too.
RULED_OUT_CLOUDS = {
    **dict.fromkeys(AUTOMATIC, ("AzureUSGovernment", "AzureStack")),
    **dict.fromkeys((*FEDERATED, "publish_profile"), ("AzureStack",)),
}
RULED_OUT_LEVELS = {
    "key": {"ml_workspace"},
    "certificate": {"ml_workspace"},
    "agent_identity": {"ml_workspace"},
    "publish_profile": {"management_group", "ml_workspace"},
}


@pytest.mark.parametrize(("method", "environment"), [*itertools.product(COMPLETE, CLOUDS)])
def test_the_clouds_of_each_method(method: str, environment: str) -> None:
    options = {**COMPLETE[method], "environment": environment}
    if environment not in RULED_OUT_CLOUDS.get(method, ()):
        allowed(**options)
        return
    error = refused(**options)
    assert error.message == f"environment {environment} is not offered for {METHODS[method].title}."
    offered = [name for name in COMPLETE if environment not in RULED_OUT_CLOUDS.get(name, ())]
    assert all(METHODS[name].title in error.remedy for name in offered)


@pytest.mark.parametrize(("method", "level"), [*itertools.product(COMPLETE, LEVELS)])
def test_the_levels_of_each_method(method: str, level: str) -> None:
    options = {**COMPLETE[method], "scope": {"level": level}}
    if level not in RULED_OUT_LEVELS.get(method, ()):
        allowed(**options)
        return
    error = refused(**options)
    assert error.message == f"scope.level {level} is not offered for {METHODS[method].title}."
    offered = [name for name in COMPLETE if level not in RULED_OUT_LEVELS.get(name, ())]
    assert all(METHODS[name].title in error.remedy for name in offered)


@pytest.mark.parametrize("environment", ["AzureStack"])
def test_a_scheme_alone_can_rule_out_a_cloud(environment: str) -> None:
    """Whatever the mode is: federation is not there."""
    assert "environment AzureStack is not offered" in refused(**WIF, environment=environment).message


def test_a_level_that_only_the_parts_say_is_ruled_out_too() -> None:
    error = refused(**COMPLETE["key"], scope={"ml_workspace_name": "mlw"})
    assert "scope.level ml_workspace is not offered" in error.message


# -- shapes ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": None}, "Neither name nor id is set."),
        ({"name": " "}, "name is empty."),
        ({"project": ""}, "project is empty."),
        ({"id": "azure-prod"}, "id is 'azure-prod', which is not a GUID."),
        ({"scope": {"subscription_id": "Contoso"}}, "scope.subscription_id is 'Contoso', which is not a GUID."),
        ({"service_principal": {"tenant_id": "contoso.com"}}, "service_principal.tenant_id is 'contoso.com'"),
        ({"service_principal": {"client_id": "app"}}, "service_principal.client_id is 'app'"),
        ({"managed_identity": {"tenant_id": "contoso.com"}}, "managed_identity.tenant_id is 'contoso.com'"),
        ({"managed_identity": {"client_id": "app"}}, "managed_identity.client_id is 'app'"),
        ({"managed_identity": {"resource_id": "id-payments"}}, "managed_identity.resource_id is 'id-payments'"),
        ({"managed_identity": {"resource_id": WEB_APP}}, "managed_identity.resource_id is"),
        ({"web_app_id": IDENTITY}, "web_app_id is"),
        ({"service_principal": {"key": "short"}}, "service_principal.key is shorter than 8 characters"),
        ({"service_principal": {"key": " " * 9}}, "service_principal.key contains white space"),
        ({"service_principal": {"key": f"{KEY}\n"}}, "service_principal.key contains white space or a line break"),
        ({"service_principal": {"key": f" {KEY}"}}, "service_principal.key contains white space"),
        ({"service_principal": {"key": f"{KEY} {KEY}"}}, "service_principal.key contains white space"),
        ({"service_principal": {"key": ""}}, "service_principal.key is shorter than 8 characters"),
        ({"publish_profile": "short"}, "publish_profile is shorter than 8 characters"),
        ({"service_principal": {"certificate": PEM.partition("-----BEGIN PRIVATE")[0]}}, "its private key"),
        ({"service_principal": {"certificate": "BEGIN PRIVATE KEY"}}, "does not hold a certificate"),
        ({"service_principal": {"key": KEY, "certificate": PEM}}, BOTH_SECRETS),
        ({"service_principal": {**APPLICATION}, "managed_identity": {**APPLICATION}}, BOTH_IDENTITIES),
        ({"shared_with": [{"project": " "}]}, "shared_with.project is empty."),
    ],
)
def test_values_that_cannot_be_what_they_are(options: Options, sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        desired(**options)
    assert sentence in caught.value.message
    assert caught.value.remedy
    assert "short'" not in caught.value.message, "a secret is not repeated"


def test_secrets_are_not_repeated_in_a_refusal() -> None:
    for options in (
        {**WIF, "creation_mode": "automatic", "service_principal": {"key": KEY}},
        {**SECRET, "creation_mode": "automatic", "service_principal": {"certificate": PEM}},
        {**WIF, "creation_mode": "automatic", "publish_profile": PROFILE},
    ):
        failure = refused(**options).to_failure()
        assert not [secret for secret in (KEY, PEM, PROFILE) if secret in repr(failure)]
